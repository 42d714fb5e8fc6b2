//! `poc-verify`: judges published rounds again, offline, from nothing but their bundles.
//!
//! Bundles given together are judged together, as one epoch: where a witness stands follows from its own beacons in the other bundles.
//! Exit codes: 0 when every edge is accepted or unproven, 1 when one is rejected, 2 when something cannot be read, with one line on
//! standard error that says what and where.

mod earlier;
mod explain;
mod ground;
mod input;
mod open;
mod profile;
mod table;

use std::{
    io::{self, BufWriter, Write},
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::Result;
use clap::{Parser, Subcommand};
use poc_verifier::{Epoch, EpochJudgement, History, Outcome, judge};

use self::{ground::Ground, input::Input, profile::Spot};

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
  poc-verify --terrain DEM BUNDLES                         over the ground between, if the rounds were judged so
  poc-verify explain BUNDLES/ROUND.bundle 02a1b2c3 --beside BUNDLES --out edge.svg
  poc-verify unpack BUNDLES/ROUND.bundle --out ROUND       the same as JSON and SigMF; back: pack ROUND --out ROUND.bundle
  poc-verify profile --terrain DEM 38.7139,-9.1335,180 38.6785,-9.1713,200 --out profile.svg

  poc-verify --earlier EPOCH7 --earlier EPOCH8 EPOCH9      with what the epochs before have left, as a verifier remembers it

Where everybody stands follows from all bundles given: give an epoch's bundles together.

Exit codes: 0 all accepted or unproven, 1 something rejected, 2 something unreadable"
)]
struct Command {
    #[command(subcommand)]
    task: Option<Task>,
    /// Bundles (*.bundle files, unpacked folders, .tar archives of these), or folders of them.
    #[arg(value_name = "BUNDLE")]
    bundles: Vec<PathBuf>,
    /// One JSON object an edge instead of the table.
    #[arg(long)]
    json: bool,
    /// Elevation model: a folder of *.hgt or *.asc tiles and geoid.txt, the geoid's height above the ellipsoid there in metres.
    #[arg(long, value_name = "DIR")]
    terrain: Option<PathBuf>,
    /// Bundles of an epoch before, of up to 30, oldest first: recordings, shared oscillators and sums over days are found over them.
    #[arg(long, value_name = "DIR")]
    earlier: Vec<PathBuf>,
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
        /// Elevation model: a folder of tiles.
        #[arg(long, value_name = "DIR")]
        terrain: Option<PathBuf>,
        /// Bundles of an epoch before, oldest first.
        #[arg(long, value_name = "DIR")]
        earlier: Vec<PathBuf>,
    },
    /// Write a bundle as a folder of JSON and SigMF recordings; prints its address.
    Unpack {
        /// The round.
        #[arg(value_name = "BUNDLE")]
        bundle: PathBuf,
        /// A folder, new or empty; or a name that ends in .tar.
        #[arg(long, value_name = "DIR")]
        out: PathBuf,
    },
    /// Write an unpacked bundle as the one file again; prints its address.
    Pack {
        /// A folder with bundle.json in it, or a .tar of one.
        #[arg(value_name = "DIR")]
        folder: PathBuf,
        /// Where to write: .bundle.
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
    },
    /// Say, and draw, what the ground between two places takes.
    Profile {
        /// Elevation model: a folder of tiles.
        #[arg(long, value_name = "DIR")]
        terrain: PathBuf,
        /// Degrees north, degrees east, metres above the ellipsoid.
        #[arg(value_name = "LAT,LNG,HEIGHT", allow_hyphen_values = true)]
        from: Spot,
        /// The other end.
        #[arg(value_name = "LAT,LNG,HEIGHT", allow_hyphen_values = true)]
        to: Spot,
        /// Carrier frequency.
        #[arg(long, value_name = "MHZ", default_value_t = 866.0)]
        mhz: f64,
        /// Where to write the drawing: .svg.
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
}

impl Task {
    fn run(self) -> Result<()> {
        match self {
            Self::Explain { bundle, witness, beside, out, terrain, earlier } => {
                let history = earlier::remembered(&earlier, terrain.as_deref())?;
                let input = Input::read(&[&[bundle][..], &beside].concat())?;
                let ground = ground(&input, terrain.as_deref())?;
                explain::write(&input, &ground, &judged(&input, &ground, &history), &witness, &out)
            }
            Self::Unpack { bundle, out } => open::unpack(&bundle, &out),
            Self::Pack { folder, out } => open::pack(&folder, &out),
            Self::Profile { terrain, from, to, mhz, out } => {
                profile::write(&terrain, [&from, &to], mhz * 1e6, out.as_deref())
            }
        }
    }
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
    if let Some(task) = command.task {
        task.run()?;
        return Ok(ExitCode::SUCCESS);
    }
    let history = earlier::remembered(&command.earlier, command.terrain.as_deref())?;
    let input = Input::read(&command.bundles)?;
    let ground = ground(&input, command.terrain.as_deref())?;
    let judgement = judged(&input, &ground, &history);
    let mut out = BufWriter::new(io::stdout().lock());
    if command.json {
        table::json(&input, &judgement, &ground, &mut out)?;
    } else {
        table::plain(&input, &judgement, &mut out)?;
    }
    out.flush()?;
    let rejected =
        judgement.rounds.iter().flat_map(|round| &round.edges).any(|edge| edge.outcome == Outcome::Rejected);
    Ok(ExitCode::from(u8::from(rejected)))
}

/// The ground that is judged over, with a word on standard error when rounds were published over another.
fn ground(input: &Input, folder: Option<&Path>) -> Result<Ground> {
    let ground = Ground::of(input, folder)?;
    for note in ground.notes(input) {
        eprintln!("poc-verify: {note}");
    }
    Ok(ground)
}

fn judged(input: &Input, ground: &Ground, history: &History) -> EpochJudgement {
    judge(&Epoch {
        protocol: &input.protocol,
        parties: &input.parties,
        history,
        rounds: &input.rounds,
        terrain: ground.terrain.as_ref(),
    })
}
