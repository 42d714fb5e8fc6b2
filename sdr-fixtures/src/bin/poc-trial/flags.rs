//! Rows of statistics that flag and reject nobody.

use sdr_fixtures::{
    days::flags::{Flag, Flagged},
    trials::Rate,
};

/// Name, what is flagged, and the share of cheating days that should be.
type Row = (&'static str, Flag, f64);

/// Every such row, with the goals of notes/physics.md section 6.
pub(crate) const ALL: [Row; 13] = [
    ("s13-eirp-3db", Flag::Eirp { over_db: 3.0, links: 30 }, 0.03),
    ("s13-eirp-6db", Flag::Eirp { over_db: 6.0, links: 30 }, 0.34),
    ("s13-eirp-10db", Flag::Eirp { over_db: 10.0, links: 30 }, 0.94),
    ("s13-eirp-10db-10-links", Flag::Eirp { over_db: 10.0, links: 10 }, 0.42),
    ("s13-eirp-change-4db", Flag::EirpChange { over_db: 4.0 }, 0.99),
    ("s13-amplifier-6db-10-anchors", Flag::Amplifier { over_db: 6.0, anchors: 10 }, 0.08),
    ("s13-amplifier-10db-10-anchors", Flag::Amplifier { over_db: 10.0, anchors: 10 }, 0.42),
    ("s8-ghost-1-due", Flag::Ghost { due: 1 }, 0.40),
    ("s8-ghost-asked-4-due", Flag::Ghost { due: 4 }, 0.99),
    ("s15-clock-100ns", Flag::Clock { off_ns: 100.0 }, 0.0),
    ("s15-clock-300ns", Flag::Clock { off_ns: 300.0 }, 0.90),
    ("s15-clock-1us", Flag::Clock { off_ns: 1000.0 }, 0.999),
    ("s15-clock-10us", Flag::Clock { off_ns: 10_000.0 }, 0.999),
];

/// One row for people, for programs, and for the table.
pub(crate) struct Line {
    name: &'static str,
    goal: f64,
    flagged: Flagged,
}

impl Line {
    /// Draws a row.
    pub(crate) fn draw((name, flag, goal): Row, days: u64, seed: u64) -> Self {
        Self { name, goal, flagged: flag.trial(days, seed) }
    }

    fn rates(&self) -> (Rate, Rate) {
        let rate = |(of, count): (u64, u64)| Rate::new(count, of);
        (rate(self.flagged.honest), rate(self.flagged.cheats))
    }

    fn met(&self) -> &'static str {
        let cheats = self.rates().1;
        match () {
            () if cheats.low >= self.goal => "shown",
            () if cheats.count as f64 >= self.goal * cheats.of as f64 => "holds",
            () => "SHORT",
        }
    }

    pub(crate) fn text(&self) -> String {
        let (honest, cheats) = self.rates();
        format!(
            "{:32} flagged {} of {} (95 %: >= {:.3} %), honest flagged {} of {} (95 %: <= {:.3} %); flagged >= {} %: {}",
            self.name,
            cheats.count,
            cheats.of,
            100.0 * cheats.low,
            honest.count,
            honest.of,
            100.0 * honest.high,
            100.0 * self.goal,
            self.met()
        )
    }

    pub(crate) fn json(&self) -> serde_json::Value {
        let (honest, cheats) = self.rates();
        let Self { name, goal, flagged } = self;
        let threshold = flagged.threshold;
        serde_json::json!({
            "row": name,
            "flagged": cheats,
            "honest_flagged": honest,
            "threshold": threshold,
            "goal": goal,
            "met": self.met(),
        })
    }

    pub(crate) fn csv(&self) -> String {
        let (honest, cheats) = self.rates();
        format!(
            "{},{},{},{:.7},{},{},{:.7},{:.3},{},{}",
            self.name,
            cheats.of,
            cheats.count,
            cheats.low,
            honest.of,
            honest.count,
            honest.high,
            self.flagged.threshold,
            self.goal,
            self.met()
        )
    }
}

/// Heading of the kept table.
pub(crate) const CSV_HEAD: &str =
    "row,days,flagged,flagged_low,honest_days,honest_flagged,honest_flagged_high,threshold,goal,met";
