//! `poc-trial`: the attack table at parameter level, and the calibration that it is judged by; and the same in simulated air.

mod flags;
mod line;
mod roc;
mod rows;
mod signal;

use std::{
    collections::BTreeMap,
    fs,
    io::Read,
    path::{Path, PathBuf},
    process::ExitCode,
};

use clap::Parser;
use indicatif::{ProgressBar, ProgressStyle};
use poc_verifier::hypothesis::{CALIBRATION_BYTES_MAX, Calibration};
use sdr_fixtures::days::{
    Around, Day, Purpose,
    trial::{Count, DAYS_PER_OWNER, Draw, Margin, calibrate, excesses},
    villains::{Adaptive, ExpertSpoof, Villain},
};

use crate::{
    line::{CSV_HEAD, Line},
    rows::{Goal, Row},
};

/// Draw honest and cheating hotspot-days, let the verifier judge them, and count.
#[derive(Parser)]
#[command(
    version,
    max_term_width = 110,
    after_help = "Examples:
  poc-trial --all --days 6000 --out target/trial
  poc-trial --attack s2-leaked-payload --days 120000 --json
  poc-trial --worlds 3 --villains wormhole,one-radio --out target/air     simulated air only
  poc-trial --calibrate --days 120000 --seed 1 --date 2026-11-23 --calibration thresholds.json

A day that is not paid is rejected or unproven. A margin in sigmas says how far a cheat's mean day is over the threshold that catches it, in
standard deviations of its own days; beyond what the days can show it is an extrapolation."
)]
struct Arguments {
    /// Every row
    #[arg(long, conflicts_with = "attack", required_unless_present_any = ["attack", "calibrate", "worlds"])]
    all: bool,
    /// Rows whose name begins so; may be given several times
    #[arg(long, value_name = "NAME")]
    attack: Vec<String>,
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
    /// Worlds of simulated air, with every villain in them [default: 1 with --all and --out, else none]
    #[arg(long, value_name = "N")]
    worlds: Option<u64>,
    /// Epochs of each world
    #[arg(long, value_name = "N", default_value_t = 1)]
    epochs: u64,
    /// Honest hotspots of each world
    #[arg(long, value_name = "N", default_value_t = 24)]
    hotspots: usize,
    /// Villains of each world: all, none, or names with commas between
    #[arg(long, value_name = "all|none|NAME,...", value_delimiter = ',', default_value = "all")]
    villains: Vec<String>,
    /// Folder for the tables as CSV, the ROC curves as SVG and, from simulated air, a published bundle a villain
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// One line of JSON a row
    #[arg(long)]
    json: bool,
}

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

/// A hotspot's days, hotspot by hotspot.
type Owners = Vec<Vec<Day>>;

fn run(arguments: &Arguments) -> Result<(), Failure> {
    if arguments.calibrate {
        return fit(arguments);
    }
    let calibration = match &arguments.calibration {
        Some(file) => Calibration::parse(&read(file)?)?,
        None => Calibration::published(),
    };
    let mut trial = Trial { arguments, calibration, table: vec![CSV_HEAD.into()], honest: BTreeMap::new() };
    let wanted =
        |name: &str| arguments.all || arguments.attack.iter().any(|attack| name.starts_with(attack.as_str()));
    let rows: Vec<Row> = rows::all().into_iter().filter(|row| wanted(&row.name)).collect();
    let adaptive = wanted(ADAPTIVE);
    let flags: Vec<_> = flags::ALL.into_iter().filter(|(name, ..)| wanted(name)).collect();
    let worlds = arguments.worlds.unwrap_or(u64::from(arguments.all && arguments.out.is_some()));
    if rows.is_empty() && flags.is_empty() && !adaptive && worlds == 0 {
        return Err(format!("no row is called {:?}", arguments.attack).into());
    }
    for row in &rows {
        trial.row(row)?;
    }
    if adaptive {
        trial.adaptive()?;
    }
    let mut flagged = vec![flags::CSV_HEAD.to_owned()];
    for flag in flags {
        let line = flags::Line::draw(flag, arguments.days, arguments.seed);
        println!("{}", if arguments.json { line.json().to_string() } else { line.text() });
        flagged.push(line.csv());
    }
    if let Some(out) = &arguments.out {
        write_table(out, "flags.csv", &flagged)?;
        write_table(out, "table.csv", &trial.table)?;
    }
    if worlds > 0 { in_air(arguments, worlds)?.run() } else { Ok(()) }
}

/// A table of more than its heading.
fn write_table(folder: &Path, name: &str, lines: &[String]) -> Result<(), Failure> {
    if lines.len() > 1 {
        fs::create_dir_all(folder)?;
        fs::write(folder.join(name), lines.join("\n") + "\n")?;
    }
    Ok(())
}

fn in_air(arguments: &Arguments, worlds: u64) -> Result<signal::Air<'_>, Failure> {
    Ok(signal::Air {
        seed: arguments.seed,
        worlds,
        epochs: arguments.epochs,
        hotspots: arguments.hotspots,
        villains: signal::villains(&arguments.villains)?,
        out: arguments.out.as_deref(),
        json: arguments.json,
    })
}

const ADAPTIVE: &str = "adaptive-spoof";

/// A run of the table.
struct Trial<'a> {
    arguments: &'a Arguments,
    calibration: Calibration,
    table: Vec<String>,
    /// Honest excesses over the thresholds, by what is around, for the curves.
    honest: BTreeMap<(usize, bool), Vec<f64>>,
}

impl Trial<'_> {
    fn row(&mut self, row: &Row) -> Result<(), Failure> {
        let owners = match &row.villain {
            None => self.honest_days(row.around),
            Some(villain) => {
                let months = (self.arguments.days / DAYS_PER_OWNER).max(1);
                let owners = if row.months { (months, DAYS_PER_OWNER) } else { (self.arguments.days, 1) };
                draw(self.arguments, Purpose::Report, row.around, owners, Some(&**villain))
            }
        };
        let count = Count::of(&owners, &self.calibration);
        let margin = row.villain.is_some().then(|| Margin::of(&owners, &self.calibration)).flatten();
        self.say(&Line { row, count, margin });
        match row.villain {
            None => self.say_condemned(row, count),
            Some(_) => self.curve(row, &owners)?,
        }
        Ok(())
    }

    fn honest_days(&self, around: Around) -> Owners {
        let owners = self.arguments.days / DAYS_PER_OWNER;
        draw(self.arguments, Purpose::Report, around, (owners.max(1), DAYS_PER_OWNER), None)
    }

    fn say(&mut self, line: &Line) {
        self.table.push(line.csv());
        if self.arguments.json {
            println!("{}", line.json());
        } else {
            println!("{}", line.text());
        }
    }

    fn say_condemned(&mut self, row: &Row, count: Count) {
        let name = format!("{}-owners-condemned", row.name);
        let text = format!("owners rejected on more than 2 days in {DAYS_PER_OWNER}");
        self.table.push(format!(
            "{name},{},{},{},,,,,,,,,{text}: 0,{}",
            row.around.anchors,
            count.owners,
            count.condemned,
            if count.condemned == 0 { "holds" } else { "SHORT" }
        ));
        if self.arguments.json {
            let line =
                serde_json::json!({ "row": name, "owners": count.owners, "condemned": count.condemned });
            println!("{line}");
        } else {
            println!("{:32} {text}: {} of {}; goal 0", row.name, count.condemned, count.owners);
        }
    }

    /// Draws the row's ROC curve beside the table.
    fn curve(&mut self, row: &Row, owners: &Owners) -> Result<(), Failure> {
        let Some(out) = &self.arguments.out else { return Ok(()) };
        let key = (row.around.anchors, row.around.urban);
        if !self.honest.contains_key(&key) {
            let honest = excesses(&self.honest_days(row.around), &self.calibration);
            self.honest.insert(key, honest);
        }
        let cheat = excesses(owners, &self.calibration);
        let (Some(honest), false) = (self.honest.get(&key), cheat.is_empty()) else { return Ok(()) };
        fs::create_dir_all(out)?;
        let days: usize = owners.iter().map(Vec::len).sum();
        let title = format!("{}: {} decided days of {days}, {} honest", row.name, cheat.len(), honest.len());
        fs::write(out.join(format!("roc-{}.svg", row.name)), roc::svg(&title, honest, &cheat))?;
        Ok(())
    }

    fn adaptive(&mut self) -> Result<(), Failure> {
        let around = Around::suburb(10);
        // It searches on a tenth of the days; the row's own are the judge.
        let passing = |spoof: &ExpertSpoof| {
            let days = (self.arguments.days / 10).max(100);
            let tried = draw(self.arguments, Purpose::Fit, around, (days, 1), Some(spoof));
            let count = Count::of(&tried, &self.calibration);
            1.0 - count.rejected as f64 / count.days as f64
        };
        let metres = Adaptive { passes: 0.5 }.greatest_m(passing);
        let (name, villain) =
            (format!("{ADAPTIVE}-{metres:.0}m"), Some(Box::new(ExpertSpoof { metres }) as _));
        self.row(&Row { name, around, goals: vec![Goal::Declared], months: false, villain })
    }
}

/// A file of no more bytes than a calibration has.
fn read(file: &Path) -> Result<String, Failure> {
    let mut text = String::new();
    fs::File::open(file)?.take(CALIBRATION_BYTES_MAX as u64 + 1).read_to_string(&mut text)?;
    Ok(text)
}

fn fit(arguments: &Arguments) -> Result<(), Failure> {
    let file = arguments.calibration.as_deref().ok_or("--calibrate needs --calibration FILE to write to")?;
    // Few and many anchors, suburb and city alike: one threshold serves all.
    let among = [Around::suburb(6), Around::suburb(10), Around::city(10)];
    let owners = (arguments.days / DAYS_PER_OWNER / among.len() as u64).max(1);
    let days =
        among.map(|around| draw(arguments, Purpose::Fit, around, (owners, DAYS_PER_OWNER), None)).concat();
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
    around: Around,
    (owners, days): (u64, u64),
    villain: Option<&dyn Villain>,
) -> Owners {
    let style = ProgressStyle::with_template("{bar:30} {pos}/{len} {elapsed} left {eta}");
    let progress = ProgressBar::new(owners);
    progress.set_style(style.expect("the template is one"));
    let draw = Draw { purpose, seed: arguments.seed, around };
    let days = draw.owners(owners, days, villain, &|| progress.inc(1));
    progress.finish_and_clear();
    days
}
