//! `poc-verify`: judges published rounds again, offline, from nothing but their bundles.
//!
//! Bundles given together are judged together, as one epoch: where a witness stands follows from its own beacons in the other bundles.
//! Exit codes: 0 when every edge is accepted or unproven, 1 when one is rejected, 2 when something cannot be read, with one line on
//! standard error that says what and where.

mod explain;
mod input;
mod table;

use std::{
    io::{self, BufWriter, Write},
    path::PathBuf,
    process::ExitCode,
};

use anyhow::Result;
use clap::{Parser, Subcommand};
use poc_verifier::{Epoch, EpochJudgement, Outcome, PayloadMemory, judge};

use self::input::Input;

/// Verifies published rounds of proof of coverage again.
#[derive(Parser)]
#[command(
    version,
    args_conflicts_with_subcommands = true,
    arg_required_else_help = true,
    after_help = "Examples:
  ledger bundles --data DIR --out BUNDLES                  write a ledger's bundles to a folder
  poc-verify BUNDLES/*.bundle                              judge them again; exit code 1 when an edge is rejected
  poc-verify --json BUNDLES | jq 'select(.verdict == \"rejected\")'
  poc-verify explain BUNDLES/ROUND.bundle 02a1b2c3 --beside BUNDLES --out edge.svg

Where everybody stands follows from all bundles given: give an epoch's bundles together.

Exit codes: 0 all accepted or unproven, 1 something rejected, 2 something unreadable"
)]
struct Command {
    #[command(subcommand)]
    task: Option<Task>,
    /// Bundles, or folders of *.bundle files.
    #[arg(value_name = "BUNDLE")]
    bundles: Vec<PathBuf>,
    /// One JSON object an edge instead of the table.
    #[arg(long)]
    json: bool,
}

#[derive(Subcommand)]
enum Task {
    /// Draw what one edge was judged by.
    Explain {
        /// The round.
        #[arg(value_name = "BUNDLE")]
        bundle: PathBuf,
        /// The witness's key in hexadecimal, or its first 6 or more digits.
        witness: String,
        /// Other bundles of the epoch, or a folder of them.
        #[arg(long, value_name = "BUNDLE")]
        beside: Vec<PathBuf>,
        /// Where to write: .svg, or .html.
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
    },
}

fn main() -> ExitCode {
    match run(Command::parse()) {
        Ok(code) => code,
        Err(error) if is_closed_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("poc-verify: {error:#}");
            ExitCode::from(2)
        }
    }
}

/// `poc-verify ... | head` is no failure.
fn is_closed_pipe(error: &anyhow::Error) -> bool {
    error.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
}

fn run(command: Command) -> Result<ExitCode> {
    if let Some(Task::Explain { bundle, witness, beside, out }) = command.task {
        let input = Input::read(&[&[bundle][..], &beside].concat())?;
        explain::write(&input, &judged(&input), &witness, &out)?;
        return Ok(ExitCode::SUCCESS);
    }
    let input = Input::read(&command.bundles)?;
    let judgement = judged(&input);
    let mut out = BufWriter::new(io::stdout().lock());
    if command.json {
        table::json(&input, &judgement, &mut out)?;
    } else {
        table::plain(&input, &judgement, &mut out)?;
    }
    out.flush()?;
    let rejected =
        judgement.rounds.iter().flat_map(|round| &round.edges).any(|edge| edge.outcome == Outcome::Rejected);
    Ok(ExitCode::from(u8::from(rejected)))
}

fn judged(input: &Input) -> EpochJudgement {
    judge(&Epoch {
        protocol: &input.protocol,
        parties: &input.parties,
        earlier: &PayloadMemory::default(),
        rounds: &input.rounds,
    })
}
