//! The statement as a person reads it.

use std::io::{self, Write};

use super::{EarningEdge, EpochStatement, FailedEdge, Statement, StatementLine};

/// Writes the statement: one epoch in full, several as a line each.
///
/// # Errors
/// When `out` cannot be written.
pub fn write(statement: &Statement, out: &mut impl Write) -> io::Result<()> {
    writeln!(out, "hotspot {}", statement.hotspot)?;
    match &statement.owner {
        Some(owner) => writeln!(out, "owner   {owner}")?,
        None => writeln!(out, "owner   none: it is not registered")?,
    }
    match statement.epochs.as_slice() {
        [one] => in_full(one, out)?,
        several => overview(several, out)?,
    }
    writeln!(out)?;
    writeln!(out, "total {:>28}", ear(&statement.total))
}

fn overview(epochs: &[EpochStatement], out: &mut impl Write) -> io::Result<()> {
    writeln!(out)?;
    if epochs.is_empty() {
        return writeln!(out, "no epoch in which it earned or was judged");
    }
    writeln!(out, "{:>10} {:>28} {:>9} {:>9} {:>9}", "epoch", "earned", "accepted", "rejected", "unproven")?;
    for epoch in epochs {
        let count = |outcome| epoch.failed.iter().filter(|edge| edge.outcome == outcome).count();
        writeln!(
            out,
            "{:>10} {:>28} {:>9} {:>9} {:>9}",
            epoch.epoch,
            ear(&epoch.total),
            epoch.accepted,
            count("rejected"),
            count("unproven")
        )?;
    }
    Ok(())
}

fn in_full(epoch: &EpochStatement, out: &mut impl Write) -> io::Result<()> {
    writeln!(out, "epoch   {}", epoch.epoch)?;
    if epoch.lines.is_empty() {
        writeln!(out, "\nno payment in this epoch")?;
    }
    for line in &epoch.lines {
        one_line(line, out)?;
    }
    if !epoch.failed.is_empty() {
        writeln!(out, "\nedges that earned nothing")?;
        epoch.failed.iter().try_for_each(|edge| one_failure(edge, out))?;
    }
    writeln!(out)?;
    for (work, units) in &epoch.by_work {
        writeln!(out, "{work:<10} {:>23}", ear(units))?;
    }
    Ok(())
}

fn one_line(line: &StatementLine, out: &mut impl Write) -> io::Result<()> {
    let cell = line.cell.as_ref().map_or(String::new(), |cell| format!("  cell {cell}"));
    let rank = match (line.rank, line.sites) {
        (Some(rank), Some(sites)) => format!("  rank {rank} of {sites}"),
        (Some(rank), None) => format!("  of the site of rank {rank}"),
        _ => String::new(),
    };
    writeln!(out, "\n{:<10} {:>23}{cell}{rank}", line.work, ear(&line.amount))?;
    writeln!(out, "    = {} / {} of {}{}", line.part, line.parts, ear(&line.of), passed_on(line))?;
    if let Some(amount) = &line.cell_amount {
        let parts = [("share", &amount.share), ("demand", &amount.bonus), ("bounties", &amount.bounty)];
        let named: Vec<String> = parts
            .iter()
            .filter(|(_, units)| *units != "0")
            .map(|(name, units)| format!("{name} {}", ear(units)))
            .collect();
        let (weight, weights) = (amount.weight, amount.weights);
        writeln!(
            out,
            "      the cell's: {} (weight {weight} / {weights} of {})",
            named.join(" + "),
            ear(&amount.pool)
        )?;
    }
    line.edges.iter().try_for_each(|edge| one_edge(edge, out))
}

fn passed_on(line: &StatementLine) -> String {
    line.witness_pot.as_ref().map_or(String::new(), |pot| format!(", less {} for its witnesses", ear(pot)))
}

fn one_edge(edge: &EarningEdge, out: &mut impl Write) -> io::Result<()> {
    let EarningEdge { window, beaconer, witness, margin_cdb } = edge;
    let margin = hundredths(*margin_cdb);
    writeln!(
        out,
        "    window {window:<8} {beaconer:.12} heard by {witness:.12}  {margin:>7} dB above the limit"
    )
}

fn one_failure(edge: &FailedEdge, out: &mut impl Write) -> io::Result<()> {
    let (measured, allowed) = (thousandths(edge.measured_milli), thousandths(edge.allowed_milli));
    let unit = edge.unit.as_ref().map_or(String::new(), |unit| format!(" {unit}"));
    let (outcome, check) = (edge.outcome, edge.check);
    writeln!(
        out,
        "    window {:<8} {:.12} heard by {:.12}  {outcome} by {check}: measured {measured}{unit}, allowed {allowed}{unit}",
        edge.window, edge.beaconer, edge.witness,
    )?;
    match &edge.explanation {
        Some(explanation) => writeln!(out, "        {explanation}"),
        None => Ok(()),
    }
}

/// Units of 10^-8 as EAR with all their digits.
fn ear(units: &str) -> String {
    let padded = format!("{units:0>9}");
    let (whole, rest) = padded.split_at(padded.len() - 8);
    format!("{whole}.{rest} EAR")
}

fn hundredths(value: i32) -> String {
    let sign = if value < 0 { "-" } else { "" };
    format!("{sign}{}.{:02}", value.unsigned_abs() / 100, value.unsigned_abs() % 100)
}

fn thousandths(value: i64) -> String {
    let sign = if value < 0 { "-" } else { "" };
    format!("{sign}{}.{:03}", value.unsigned_abs() / 1000, value.unsigned_abs() % 1000)
}
