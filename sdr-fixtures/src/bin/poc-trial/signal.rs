//! The attack table in simulated air: every villain's forged edges counted, a published bundle of each, and honest edges at both levels.

use std::{
    collections::BTreeMap,
    fmt::Write,
    fs,
    path::{Path, PathBuf},
};

use indicatif::{ProgressBar, ProgressStyle};
use poc_verifier::hypothesis::Calibration;
use sdr_fixtures::{
    days::levels::{CHEATS, Compared, Levels},
    trials::{AttackRow, AttackTable, Rate, attack_table},
    villains::{UnknownVillain, Villainy},
};
use serde_json::json;

use crate::Failure;

const ROWS_HEAD: &str = "row,name,worlds,epochs,forged,accepted,accepted_low,accepted_high,rejected,rejected_by,unproven,unproven_by,ear,gained_m";
const LEVELS_HEAD: &str = "check,signal_edges,drawn_edges,signal_median,signal_p90,signal_p99,signal_max,drawn_median,drawn_p90,drawn_p99,drawn_max,distance,by_chance";

/// What to run.
pub(crate) struct Air<'a> {
    pub(crate) seed: u64,
    pub(crate) worlds: u64,
    pub(crate) epochs: u64,
    pub(crate) hotspots: usize,
    pub(crate) villains: Vec<Villainy>,
    pub(crate) out: Option<&'a Path>,
    pub(crate) json: bool,
}

/// Villains by name; none for `none`, every one for `all`.
pub(crate) fn villains(names: &[String]) -> Result<Vec<Villainy>, UnknownVillain> {
    match names {
        [none] if none == "none" => Ok(Vec::new()),
        [all] if all == "all" => Ok(Villainy::ALL.to_vec()),
        names => names.iter().map(|name| name.trim().parse()).collect(),
    }
}

impl Air<'_> {
    /// Runs the worlds, prints what became of everybody, and writes it beside the table.
    pub(crate) fn run(&self) -> Result<(), Failure> {
        // Worlds have seeds of their own: a thousand to each of the command's.
        let first = self.seed.saturating_mul(1000);
        let bundles: Option<PathBuf> = self.out.map(|out| out.join("bundles"));
        let style = ProgressStyle::with_template("{bar:30} {pos}/{len} worlds of air {elapsed} left {eta}");
        let progress = ProgressBar::new(self.worlds);
        progress.set_style(style.expect("the template is one"));
        progress.tick();
        let seeds = (first..first.saturating_add(self.worlds), self.epochs);
        let table = attack_table(seeds, self.hotspots, &self.villains, bundles.as_deref(), &mut |done| {
            progress.set_position(done);
        })?;
        progress.finish_and_clear();
        if self.json {
            println!("{}", in_json(&table));
        } else {
            tell(&table);
        }
        if let Some(out) = self.out {
            fs::create_dir_all(out)?;
            fs::write(out.join("signal.csv"), rows_csv(&table, self.epochs))?;
            fs::write(out.join("levels.csv"), levels_csv(&table.levels))?;
        }
        Ok(())
    }
}

fn tell(table: &AttackTable) {
    println!("in simulated air, {} honest hotspots a world, seeds {:?}:", table.honest, table.seeds);
    println!("{:5}{:20}{}", "", "honest", share("edges rejected", table.honest_edges_rejected));
    for row in &table.rows {
        println!(
            "{:5}{:20}{}; rejected {}; unproven {}; {:.2} EAR",
            row.row,
            row.name,
            share("forged edges accepted", row.accepted),
            by(&row.rejected),
            by(&row.unproven),
            row.paid as f64 * 1e-8,
        );
    }
    for (whose, flags) in &table.flags {
        let flags: Vec<String> = flags.iter().map(|(about, count)| format!("{count} for {about}")).collect();
        println!("     flagged of {whose}: {}", flags.join(", "));
    }
    println!(
        "honest edges as the air made them, and the same drawn: median, 90 %, 99 %, greatest score; distance, by chance"
    );
    for (check, compared) in table.levels.compared() {
        let Compared { edges, signal, drawn, distance, by_chance } = compared;
        println!(
            "     {check:14} {:6} {signal:7.2?} | {:6} {drawn:7.2?} | {distance:.3} {by_chance:.3}",
            edges[0], edges[1]
        );
    }
    println!("days of honest hotspots in the air, by hypothesis: days, median, greatest score, threshold");
    for (hypothesis, scores) in &table.levels.days {
        let mut sorted = scores.clone();
        sorted.sort_by(f64::total_cmp);
        let (median, greatest) = (sorted[sorted.len() / 2], sorted[sorted.len() - 1]);
        let threshold = Calibration::published().applied(*hypothesis).unwrap_or(f64::NAN);
        println!(
            "     {:14} {:6} {median:7.2} {greatest:7.2} {threshold:7.2}",
            hypothesis.as_str(),
            sorted.len()
        );
    }
    for (name, [accepted, doubted, rejected]) in CHEATS.iter().zip(table.levels.cheats) {
        println!(
            "     {name} drawn on the same edges: {accepted} accepted, {doubted} doubted, {rejected} rejected"
        );
    }
}

fn in_json(table: &AttackTable) -> serde_json::Value {
    let drawn: BTreeMap<_, _> = CHEATS.iter().zip(table.levels.cheats).collect();
    json!({ "signal": table, "levels": table.levels.compared(), "cheats_drawn": drawn })
}

fn share(what: &str, rate: Rate) -> String {
    format!("{what} {} of {} (95 %: <= {:.3} %)", rate.count, rate.of, 100.0 * rate.high)
}

fn by(counts: &BTreeMap<&'static str, u64>) -> String {
    let counts: Vec<String> = counts.iter().map(|(check, count)| format!("{count} by {check}")).collect();
    if counts.is_empty() { "0".into() } else { counts.join(" ") }
}

fn rows_csv(table: &AttackTable, epochs: u64) -> String {
    let worlds = table.seeds.end.saturating_sub(table.seeds.start);
    let mut csv = ROWS_HEAD.to_owned() + "\n";
    let Rate { count, of, low, high } = table.honest_edges_rejected;
    let _ = writeln!(csv, ",honest-rejected,{worlds},{epochs},{of},{count},{low:.7},{high:.7},,,,,,");
    for row in &table.rows {
        let _ = writeln!(csv, "{}", row_csv(row, worlds, epochs));
    }
    csv
}

fn row_csv(row: &AttackRow, worlds: u64, epochs: u64) -> String {
    let sum = |counts: &BTreeMap<&'static str, u64>| counts.values().sum::<u64>();
    format!(
        "{},{},{worlds},{epochs},{},{},{:.7},{:.7},{},{},{},{},{:.2},{}",
        row.row,
        row.name,
        row.forged,
        row.accepted.count,
        row.accepted.low,
        row.accepted.high,
        sum(&row.rejected),
        by(&row.rejected),
        sum(&row.unproven),
        by(&row.unproven),
        row.paid as f64 * 1e-8,
        row.gained_m,
    )
}

fn levels_csv(levels: &Levels) -> String {
    let mut csv = LEVELS_HEAD.to_owned() + "\n";
    for (check, Compared { edges, signal, drawn, distance, by_chance }) in levels.compared() {
        let numbers: Vec<String> = signal.iter().chain(&drawn).map(|score| format!("{score:.3}")).collect();
        let [signal_edges, drawn_edges] = edges;
        let _ = writeln!(
            csv,
            "{check},{signal_edges},{drawn_edges},{},{distance:.4},{by_chance:.4}",
            numbers.join(",")
        );
    }
    csv
}
