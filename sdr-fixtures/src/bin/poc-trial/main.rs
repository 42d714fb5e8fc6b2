//! `poc-trial`: the attack table at parameter level, and the calibration that it is judged by.

use std::{
    fs,
    io::Read,
    path::{Path, PathBuf},
    process::ExitCode,
};

use clap::Parser;
use indicatif::ProgressBar;
use poc_verifier::hypothesis::{CALIBRATION_BYTES_MAX, Calibration};
use sdr_fixtures::{
    days::{
        Purpose,
        trial::{Count, DAYS_PER_OWNER, Draw, calibrate},
        villains::{Adaptive, ExpertSpoof, LeakedPayload, NaiveSpoof, Villain},
    },
    trials::Rate,
};

/// Draw honest and cheating hotspot-days, let the verifier judge them, and count.
#[derive(Parser)]
#[command(
    version,
    max_term_width = 110,
    after_help = "Examples:
  poc-trial --all --days 6000 --out target/trial
  poc-trial --attack s2-leaked-payload --days 120000 --json
  poc-trial --calibrate --days 30000 --seed 1 --date 2026-11-23 --calibration thresholds.json"
)]
struct Arguments {
    /// Every row
    #[arg(long, conflicts_with = "attack")]
    all: bool,
    /// One row, by its name
    #[arg(long, value_name = "NAME")]
    attack: Option<String>,
    /// Days of each row, in thirties an owner for honest ones
    #[arg(long, value_name = "N", default_value_t = 3000)]
    days: u64,
    /// Seed
    #[arg(long, value_name = "S", default_value_t = 1)]
    seed: u64,
    /// Fit thresholds on honest days of this seed, and write them to the calibration file
    #[arg(long)]
    calibrate: bool,
    /// Day to write into the calibration
    #[arg(long, value_name = "DATE", default_value = "undated")]
    date: String,
    /// A calibration to judge by, or to write [default: the published one]
    #[arg(long, value_name = "FILE", required_if_eq("calibrate", "true"))]
    calibration: Option<PathBuf>,
    /// Folder for the table as CSV
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// One line of JSON a row
    #[arg(long)]
    json: bool,
}

/// A row that can be run: name, anchors, target, villain.
type Attack = (&'static str, usize, &'static str, Box<dyn Villain>);

fn attacks() -> Vec<Attack> {
    let naive = |metres| Box::new(NaiveSpoof { metres });
    let expert = |metres| Box::new(ExpertSpoof { metres });
    vec![
        ("s2-leaked-payload", 6, ">= 99.99 %", Box::new(LeakedPayload)),
        ("s4-naive-spoof-300m", 6, ">= 95 %", naive(300.0)),
        ("s4-naive-spoof-1km", 6, ">= 99.9 %", naive(1000.0)),
        ("s4-naive-spoof-3km", 6, ">= 99.9 %", naive(3000.0)),
        ("s5-expert-spoof-100m", 10, ">= 85 %", expert(100.0)),
        ("s5-expert-spoof-300m", 10, ">= 99.5 %", expert(300.0)),
        ("s5-expert-spoof-1km", 10, ">= 99.99 %", expert(1000.0)),
    ]
}

/// Rows whose deciding check, or whose villain, does not exist yet.
const NOT_CHECKED: [&str; 13] =
    ["s1", "s3", "s6", "s7", "s8", "s9", "s10", "s11", "s12", "s13", "s14", "s15", "early-replier"];

fn main() -> ExitCode {
    match run(&Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("poc-trial: {error}");
            ExitCode::from(2)
        }
    }
}

type Failure = Box<dyn std::error::Error>;

fn run(arguments: &Arguments) -> Result<(), Failure> {
    if arguments.calibrate {
        return fit(arguments);
    }
    let calibration = match &arguments.calibration {
        Some(file) => Calibration::parse(&read(file)?)?,
        None => Calibration::published(),
    };
    let mut table = vec!["row,anchors,days,rejected,unproven,low,high,target".to_owned()];
    let wanted = |name: &str| arguments.attack.as_deref().is_none_or(|attack| attack == name);
    for anchors in [6, 10] {
        honest(arguments, anchors, &calibration, &mut table);
    }
    for (name, anchors, target, villain) in attacks().into_iter().filter(|attack| wanted(attack.0)) {
        let owners = draw(arguments, Purpose::Report, anchors, arguments.days, 1, Some(&*villain));
        say(arguments, &mut table, (name, anchors, target), Count::of(&owners, &calibration));
    }
    if wanted("adaptive-spoof") {
        adaptive(arguments, &calibration, &mut table);
    }
    for name in NOT_CHECKED.into_iter().filter(|name| wanted(name)) {
        println!("{name:22} not checked yet");
        table.push(format!("{name},,,,,,,not checked yet"));
    }
    if let Some(out) = &arguments.out {
        fs::create_dir_all(out)?;
        fs::write(out.join("table.csv"), table.join("\n") + "\n")?;
    }
    Ok(())
}

/// A file of no more bytes than a calibration has.
fn read(file: &Path) -> Result<String, Failure> {
    let mut text = String::new();
    fs::File::open(file)?.take(CALIBRATION_BYTES_MAX as u64 + 1).read_to_string(&mut text)?;
    Ok(text)
}

fn fit(arguments: &Arguments) -> Result<(), Failure> {
    let file = arguments.calibration.as_deref().ok_or("--calibrate needs --calibration FILE to write to")?;
    let owners = arguments.days / DAYS_PER_OWNER;
    // Few and many anchors alike: one threshold serves both.
    let half = owners / 2;
    let mut days = draw(arguments, Purpose::Fit, 6, half, DAYS_PER_OWNER, None);
    days.extend(draw(arguments, Purpose::Fit, 10, half, DAYS_PER_OWNER, None));
    let command = format!("poc-trial --calibrate --days {} --seed {}", arguments.days, arguments.seed);
    let calibration = calibrate(&days, arguments.seed, arguments.date.clone(), command);
    let text = serde_json::to_string_pretty(&calibration)? + "\n";
    Calibration::parse(&text)?;
    fs::write(file, &text)?;
    print!("{text}");
    Ok(())
}

fn draw(
    arguments: &Arguments,
    purpose: Purpose,
    anchors: usize,
    owners: u64,
    days: u64,
    villain: Option<&dyn Villain>,
) -> Vec<Vec<poc_verifier::hypothesis::DayEvidence>> {
    let progress = ProgressBar::new(owners);
    let draw = Draw { purpose, seed: arguments.seed, anchors };
    let days = draw.owners(owners, days, villain, &|| progress.inc(1));
    progress.finish_and_clear();
    days
}

fn honest(arguments: &Arguments, anchors: usize, calibration: &Calibration, table: &mut Vec<String>) {
    let owners = arguments.days / DAYS_PER_OWNER;
    let days = draw(arguments, Purpose::Report, anchors, owners, DAYS_PER_OWNER, None);
    let count = Count::of(&days, calibration);
    say(arguments, table, ("honest", anchors, "<= 0.1 %"), count);
    let condemned = format!("honest owners rejected on more than 2 days in {DAYS_PER_OWNER}");
    println!("{condemned}: {} of {} ({anchors} anchors; target 0)", count.condemned, count.owners);
    table.push(format!("honest owners condemned,{anchors},{},{},,,,0", count.owners, count.condemned));
}

fn say(arguments: &Arguments, table: &mut Vec<String>, row: (&str, usize, &str), count: Count) {
    let (name, anchors, target) = row;
    let rate = Rate::new(count.rejected, count.days);
    table.push(format!(
        "{name},{anchors},{},{},{},{:.6},{:.6},{target}",
        count.days, count.rejected, count.unproven, rate.low, rate.high
    ));
    if arguments.json {
        println!(
            "{}",
            serde_json::json!({
                "row": name,
                "anchors": anchors,
                "rejected": rate,
                "unproven": count.unproven,
                "target": target,
            })
        );
        return;
    }
    println!(
        "{name:22} {anchors:2} anchors  rejected {} of {} ({:.3} %; Wilson 95 %: {:.3} to {:.3} %)  unproven {}, accepted {}; target {target}",
        count.rejected,
        count.days,
        100.0 * count.rejected as f64 / count.days.max(1) as f64,
        100.0 * rate.low,
        100.0 * rate.high,
        count.unproven,
        count.days - count.rejected - count.unproven
    );
}

fn adaptive(arguments: &Arguments, calibration: &Calibration, table: &mut Vec<String>) {
    // It searches on a tenth of the days; the row's own are the judge.
    let passing = |spoof: &ExpertSpoof| {
        let tried = draw(arguments, Purpose::Fit, 10, (arguments.days / 10).max(100), 1, Some(spoof));
        let count = Count::of(&tried, calibration);
        1.0 - count.rejected as f64 / count.days as f64
    };
    let metres = Adaptive { passes: 0.5 }.greatest_m(passing);
    let spoof = ExpertSpoof { metres };
    let owners = draw(arguments, Purpose::Report, 10, arguments.days, 1, Some(&spoof));
    println!("adaptive spoof: half of its days pass up to {metres:.0} m");
    table.push(format!("adaptive greatest metres at half passing,10,,,,,,{metres:.0} m"));
    let count = Count::of(&owners, calibration);
    say(arguments, table, ("adaptive-spoof", 10, "none stated"), count);
}
