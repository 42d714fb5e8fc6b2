//! The summary as people read it.

use std::fmt::Write;

use ledger::view::feed::{ear, words};
use sdr_fixtures::Summary;

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
        let verdict = if villain.caught { "caught" } else { "NOT CAUGHT" };
        let by = villain.by.as_deref().map_or_else(|| "nothing".into(), words);
        writeln!(
            out,
            "  {:<15} {verdict}, mostly by {by}; {} forged edges, paid {} EAR",
            villain.name,
            villain.forged_edges,
            ear(&villain.paid)
        )?;
    }
    writeln!(out, "EAR issued {}, paid {}", ear(&summary.ear_issued), ear(&summary.ear_paid))?;
    let exact = if summary.supply_exact { "adds up exactly" } else { "DOES NOT ADD UP" };
    writeln!(out, "supply {exact}; ledger {}", summary.ledger_hash)
}
