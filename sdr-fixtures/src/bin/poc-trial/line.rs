//! A row's numbers, for people, for programs, and for the table that is kept.

use std::fmt::Write;

use sdr_fixtures::{
    days::trial::{Count, Margin},
    trials::Rate,
};
use serde_json::json;

use crate::rows::{Goal, Row};

/// What a row came to.
pub(crate) struct Line<'a> {
    /// Which.
    pub(crate) row: &'a Row,
    /// Counts.
    pub(crate) count: Count,
    /// Where no count of days would show it.
    pub(crate) margin: Option<Margin>,
}

/// Whether a goal is met.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Met {
    /// The 95 % bound is on the right side.
    Shown,
    /// The rate is, its bound is not.
    Holds,
    Short,
    Told,
}

impl Met {
    fn text(self) -> &'static str {
        match self {
            Self::Shown => "shown",
            Self::Holds => "holds",
            Self::Short => "SHORT",
            Self::Told => "-",
        }
    }
}

/// Heading of the kept table.
pub(crate) const CSV_HEAD: &str = "row,anchors,days,paid,paid_high,rejected,rejected_low,rejected_high,unproven,reports,reports_paid,margin_sigmas,goal,met";

impl Line<'_> {
    /// How often it was paid.
    pub(crate) fn paid(&self) -> Rate {
        Rate::new(self.count.accepted(), self.count.days)
    }

    fn rejected(&self) -> Rate {
        Rate::new(self.count.rejected, self.count.days)
    }

    fn rejected_by_reports(&self) -> Rate {
        Rate::new(self.count.rejected_by_reports, self.count.days)
    }

    fn reports_paid(&self) -> Rate {
        Rate::new(self.count.reports_paid, self.count.reports)
    }

    fn met(&self, goal: Goal) -> Met {
        let at_most = |rate: Rate, share: f64| {
            let value = rate.count as f64 / rate.of.max(1) as f64;
            match () {
                () if rate.high <= share => Met::Shown,
                () if value <= share + 1e-12 => Met::Holds,
                () => Met::Short,
            }
        };
        match goal {
            Goal::Unpaid(share) => at_most(self.paid(), 1.0 - share),
            Goal::ReportsUnpaid(share) => at_most(self.reports_paid(), 1.0 - share),
            Goal::InAMonth(share) => {
                let Count { owners, caught, .. } = self.count;
                at_most(Rate::new(owners - caught, owners), 1.0 - share)
            }
            Goal::Spared(share) => at_most(self.rejected(), share),
            Goal::NotBlamed(share) => at_most(self.rejected_by_reports(), share),
            Goal::Declared => Met::Told,
        }
    }

    fn goals(&self) -> Vec<(String, &'static str)> {
        self.row.goals.iter().map(|goal| (goal.text(), self.met(*goal).text())).collect()
    }

    /// For people.
    pub(crate) fn text(&self) -> String {
        let count = self.count;
        let percent = |rate: Rate| 100.0 * rate.count as f64 / rate.of.max(1) as f64;
        let (paid, rejected, passed) = (self.paid(), self.rejected(), self.reports_paid());
        let mut text = format!(
            "{:32} paid {:>6} of {} (95 %: <= {:.4} %), rejected {:.3} %, unproven {:.3} %",
            self.row.name,
            paid.count,
            paid.of,
            100.0 * paid.high,
            percent(rejected),
            100.0 * count.unproven as f64 / count.days.max(1) as f64,
        );
        if self.row.goals.iter().any(|goal| matches!(goal, Goal::ReportsUnpaid(_))) {
            let _ = write!(text, ", reports paid {} of {}", passed.count, passed.of);
        }
        if self.row.goals.iter().any(|goal| matches!(goal, Goal::NotBlamed(_))) {
            let _ = write!(text, ", {} days rejected by reports", count.rejected_by_reports);
        }
        if self.row.months {
            let Count { owners, caught, .. } = count;
            let _ = write!(text, ", {caught} of {owners} owners rejected within a month");
        }
        if let Some(Margin { hypothesis, sigmas }) = self.margin {
            let _ = write!(text, ", {hypothesis} margin {sigmas:.1} sigma (extrapolated)");
        }
        for (goal, met) in self.goals() {
            let _ = write!(text, "; {goal}: {met}");
        }
        text
    }

    /// For programs.
    pub(crate) fn json(&self) -> serde_json::Value {
        let goals: Vec<_> =
            self.goals().into_iter().map(|(goal, met)| json!({ "goal": goal, "met": met })).collect();
        json!({
            "row": self.row.name,
            "anchors": self.row.around.anchors,
            "paid": self.paid(),
            "rejected": self.rejected(),
            "reports_paid": self.reports_paid(),
            "count": self.count,
            "margin": self.margin,
            "goals": goals,
        })
    }

    /// For the table that is kept.
    pub(crate) fn csv(&self) -> String {
        let (count, rejected) = (self.count, self.rejected());
        let margin = self.margin.map_or(String::new(), |margin| format!("{:.2}", margin.sigmas));
        let goals = self.goals();
        let joined =
            |of: fn(&(String, &'static str)) -> String| goals.iter().map(of).collect::<Vec<_>>().join("; ");
        format!(
            "{},{},{},{},{:.7},{},{:.7},{:.7},{},{},{},{margin},{},{}",
            self.row.name,
            self.row.around.anchors,
            count.days,
            count.accepted(),
            self.paid().high,
            count.rejected,
            rejected.low,
            rejected.high,
            count.unproven,
            count.reports,
            count.reports_paid,
            joined(|(goal, _)| goal.clone()),
            joined(|(_, met)| (*met).to_owned()),
        )
    }
}
