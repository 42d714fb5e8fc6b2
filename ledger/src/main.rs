//! `ledger`: what a ledger's folder says. Reads only; the process that keeps the ledger may be running.
//!
//! Exit codes: 0 when all is well; 2 for bad input, a missing ledger or a damaged one, with one line on standard error.

use std::{
    collections::BTreeMap,
    fs,
    io::{self, BufWriter, Write},
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::{Context, Result};
use clap::{Args, Parser, Subcommand};
use ledger::{
    statement,
    store::{BlockRow, LineQuery, Reader, default_data_dir},
    view::feed::ear,
};
use ledger_machine::{Epoch, Height, Hotspot, PublicKey, RewardLine, State};

/// Who is owed what in an Earshot network, and why.
#[derive(Parser)]
#[command(
    version,
    after_help = "Examples:
  ledger hotspots                         keys, cells and what each earned so far
  ledger statement 02a1b2c3 --epoch 4     every payment of that epoch, down to the edges that earned it
  ledger statement 02a1b2c3               a line for each epoch
  ledger verify --data ./my-ledger        replay everything from the genesis
  ledger blocks --json                    one JSON object a block
  ledger bundles --epoch 4 --out DIR      an epoch's evidence; then: poc-verify DIR"
)]
struct Command {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// What a hotspot earned, and every edge that earned it or failed.
    Statement {
        /// The hotspot's key in hexadecimal, or its first 6 or more digits.
        hotspot: String,
        /// One epoch in full; without it, a line for each.
        #[arg(long)]
        epoch: Option<u64>,
        #[command(flatten)]
        output: Output,
    },
    /// List the hotspots, with what each has earned.
    Hotspots {
        #[command(flatten)]
        output: Output,
    },
    /// Replay every block from the genesis and compare everything that was derived from them.
    Verify {
        #[command(flatten)]
        output: Output,
    },
    /// Write the published evidence of judged rounds to a folder, for `poc-verify`.
    Bundles {
        /// Where to write; made if it is not there.
        #[arg(long, value_name = "FOLDER")]
        out: PathBuf,
        /// One epoch only.
        #[arg(long)]
        epoch: Option<u64>,
        #[command(flatten)]
        output: Output,
    },
    /// List the blocks.
    Blocks {
        /// The first block.
        #[arg(long, default_value_t = 1)]
        from: u64,
        /// At most so many.
        #[arg(long, default_value_t = 1_000)]
        count: u32,
        #[command(flatten)]
        output: Output,
    },
}

#[derive(Args)]
struct Output {
    /// The ledger's folder [default: $EARSHOT_DATA, or ~/.local/share/earshot/ledger].
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// JSON instead of a table; amounts are strings of 10^-8 EAR.
    #[arg(long)]
    json: bool,
}

impl Output {
    fn reader(&self) -> Result<Reader> {
        Ok(Reader::open(&self.data.clone().unwrap_or_else(default_data_dir))?)
    }
}

fn main() -> ExitCode {
    match run(Command::parse().task) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) if is_closed_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("ledger: {error:#}");
            ExitCode::from(2)
        }
    }
}

/// `ledger blocks | head` is no failure.
fn is_closed_pipe(error: &anyhow::Error) -> bool {
    error.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
}

fn run(task: Task) -> Result<()> {
    let mut out = BufWriter::new(io::stdout().lock());
    match task {
        Task::Statement { hotspot, epoch, output } => {
            let mut reader = output.reader()?;
            let state = reader.checked_state()?.state;
            let key = statement::find(&state, &hotspot)?;
            let statement = statement::statement(&reader, &state, key, epoch.map(Epoch::new))?;
            if output.json {
                writeln!(out, "{}", serde_json::to_string(&statement)?)?;
            } else {
                statement::write(&statement, &mut out)?;
            }
        }
        Task::Hotspots { output } => {
            let mut reader = output.reader()?;
            let state = reader.checked_state()?.state;
            let earned = earned(&reader.reward_lines(LineQuery::default())?);
            for (key, hotspot) in state.hotspots() {
                one_hotspot(key, hotspot, earned.get(key).copied().unwrap_or(0), output.json, &mut out)?;
            }
        }
        Task::Verify { output } => {
            let checked = output.reader()?.verify()?;
            verified(&checked.state, checked.replayed, output.json, &mut out)?;
        }
        Task::Bundles { out: folder, epoch, output } => {
            let written = bundles(&output.reader()?, epoch.map(Epoch::new), &folder)?;
            if output.json {
                writeln!(out, "{}", serde_json::json!({ "bundles": written, "folder": folder }))?;
            } else {
                writeln!(out, "{written} bundles are in {}", folder.display())?;
            }
        }
        Task::Blocks { from, count, output } => {
            let reader = output.reader()?;
            for block in reader.blocks(Height::new(from), count)? {
                one_block(&block, output.json, &mut out)?;
            }
        }
    }
    Ok(out.flush()?)
}

/// Writes a file for every round, named by window and beaconer.
fn bundles(reader: &Reader, epoch: Option<Epoch>, folder: &Path) -> Result<usize> {
    let told = || folder.display().to_string();
    fs::create_dir_all(folder).with_context(told)?;
    let rounds = reader.rounds(epoch)?;
    for round in &rounds {
        let bytes = reader.bundle(&round.bundle)?;
        let bytes = bytes.with_context(|| format!("bundle {} is not in this ledger", round.bundle))?;
        let beaconer: String = round.beaconer.to_string().chars().take(8).collect();
        let file = folder.join(format!("{:08}-{beaconer}.bundle", round.window.number()));
        fs::write(&file, bytes).with_context(|| file.display().to_string())?;
    }
    Ok(rounds.len())
}

/// Sums of reward lines, base units, by hotspot.
fn earned(lines: &[RewardLine]) -> BTreeMap<PublicKey, u128> {
    let mut sums = BTreeMap::new();
    for line in lines {
        *sums.entry(line.hotspot).or_default() += u128::from(line.amount.units());
    }
    sums
}

fn one_hotspot(
    key: &PublicKey,
    hotspot: &Hotspot,
    earned: u128,
    json: bool,
    out: &mut impl Write,
) -> Result<()> {
    let place = hotspot.place.now;
    let cell = place.map(|place| place.cell.to_string());
    if json {
        let row = serde_json::json!({
            "hotspot": key.to_string(),
            "owner": hotspot.owner.to_string(),
            "cell": cell,
            "lat_e7": place.map(|place| place.lat_e7),
            "lng_e7": place.map(|place| place.lng_e7),
            "anchor": hotspot.anchor,
            "skipped_draws": hotspot.skipped_draws,
            "earned": earned.to_string(),
        });
        writeln!(out, "{row}")?;
    } else {
        let cell = cell.unwrap_or_else(|| "no place yet".into());
        let skipped = if hotspot.skipped_draws == 0 {
            String::new()
        } else {
            format!("  {} draws skipped", hotspot.skipped_draws)
        };
        let anchor = if hotspot.anchor { "anchor" } else { "" };
        writeln!(out, "{key}  {cell}  {anchor:<6}  {:>24} EAR{skipped}", ear(&earned.to_string()))?;
    }
    Ok(())
}

fn verified(state: &State, replayed: u64, json: bool, out: &mut impl Write) -> Result<()> {
    let supply = state.supply();
    let (due, there) = supply.ear();
    let totals = supply.totals;
    if json {
        let report = serde_json::json!({
            "network": state.network().to_string(),
            "height": state.tip().height.number(),
            "epoch": state.tip().epoch.number(),
            "head": state.head().to_string(),
            "state": state.hash().to_string(),
            "replayed": replayed,
            "genesis": totals.genesis.units().to_string(),
            "issued": totals.issued.units().to_string(),
            "burned": totals.burned.units().to_string(),
            "paid": totals.paid.units().to_string(),
            "balances": supply.balances.to_string(),
            "escrow": supply.escrow.to_string(),
            "carried": supply.carried().to_string(),
            "exact": supply.is_exact(),
        });
        writeln!(out, "{report}")?;
        return Ok(());
    }
    writeln!(out, "network {}", state.network())?;
    writeln!(
        out,
        "height  {} ({replayed} blocks replayed), epoch {}",
        state.tip().height,
        state.tip().epoch
    )?;
    writeln!(out, "head    {}", state.head())?;
    writeln!(out, "state   {}", state.hash())?;
    writeln!(out, "supply  genesis {} + issued {} = {due}", totals.genesis.units(), totals.issued.units())?;
    writeln!(
        out,
        "        balances {} + escrow {} + carried {} + burned {} = {there}  (10^-8 EAR)",
        supply.balances,
        supply.escrow,
        supply.carried(),
        totals.burned.units()
    )?;
    writeln!(out, "        exact: {}", if supply.is_exact() { "yes" } else { "no" })?;
    Ok(())
}

fn one_block(block: &BlockRow, json: bool, out: &mut impl Write) -> Result<()> {
    if json {
        let row = serde_json::json!({
            "height": block.height.number(),
            "hash": block.hash.to_string(),
            "epoch": block.epoch.number(),
            "time_ms": block.time.ms(),
            "proposer": block.proposer.to_string(),
            "state": block.state.to_string(),
            "transactions": block.transactions,
            "bytes": block.bytes,
        });
        writeln!(out, "{row}")?;
    } else {
        writeln!(
            out,
            "{:>8}  {}  epoch {:<6} {} ms  {:>5} transactions  {:>8} bytes",
            block.height,
            block.hash,
            block.epoch,
            block.time.ms(),
            block.transactions,
            block.bytes
        )?;
    }
    Ok(())
}
