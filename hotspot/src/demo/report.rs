//! The summary as people read it.

use std::{collections::BTreeMap, fmt::Write};

use ledger::view::feed::{ear, words};
use sdr_fixtures::{Ending, Summary, VillainSummary, villains::Fate};

/// A few lines on what a run came to.
pub(super) fn of(summary: &Summary) -> String {
    let mut text = String::new();
    // Writing to a string cannot fail.
    let _ = write(&mut text, summary);
    text
}

fn write(out: &mut String, summary: &Summary) -> std::fmt::Result {
    let edges = &summary.edges;
    let rejected: u64 = edges.rejected.values().sum();
    writeln!(
        out,
        "seed {}: {} epochs, {} hotspots, {} beacons",
        summary.seed, summary.epochs, summary.hotspots, summary.beacons
    )?;
    writeln!(out, "edges: {} accepted, {rejected} rejected, {} unproven", edges.accepted, edges.unproven)?;
    for (check, count) in &edges.rejected {
        writeln!(out, "  {count:>5} by {}", words(check))?;
    }
    writeln!(
        out,
        "honest edges rejected: {}; honest hotspots rejected: {}",
        summary.honest_edges_rejected, summary.honest_hotspots_rejected
    )?;
    for villain in &summary.villains {
        writeln!(out, "  {:<18} {}", villain.name, ended(villain))?;
    }
    writeln!(out, "EAR issued {}, paid {}", ear(&summary.ear_issued), ear(&summary.ear_paid))?;
    let exact = if summary.supply_exact { "adds up exactly" } else { "DOES NOT ADD UP" };
    writeln!(out, "supply {exact}; ledger {}", summary.ledger_hash)
}

/// How a villain ended, with the counts that say so.
fn ended(villain: &VillainSummary) -> String {
    let sum = |counts: &BTreeMap<&'static str, u64>| counts.values().sum::<u64>();
    let (rejected, unproven) = (sum(&villain.rejected), sum(&villain.unproven));
    let by = villain.by.as_deref().map_or_else(|| "nothing".into(), words);
    let edges = format!(
        "{} forged edges: {} accepted, {rejected} rejected, {unproven} unproven",
        villain.forged_edges, villain.accepted
    );
    let paid = ear(&villain.paid);
    let unlike = if villain.caught || villain.fate == Fate::GetsThrough { "" } else { " (not as it named)" };
    let how = match villain.ending() {
        Ending::Idle => return "had no occasion".into(),
        Ending::Caught => format!("caught, mostly by {by}"),
        Ending::Unpaid => format!("unpaid, mostly for {by}"),
        Ending::InVain => "in vain: nobody honest was rejected".into(),
        Ending::GotAway if villain.victims_rejected > 0 => "GOT AWAY: an honest victim was rejected".into(),
        Ending::GotAway => format!("GOT AWAY with a part, the rest mostly by {by}"),
    };
    let off = match villain.gained_m {
        0 => String::new(),
        off_m => format!(", {off_m} m off its place"),
    };
    format!("{how}{unlike}; {edges}; paid {paid} EAR{off}")
}
