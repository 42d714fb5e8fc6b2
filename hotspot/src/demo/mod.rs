//! `hotspot demo`: a whole network in one process, on simulated air, with a map to watch it.
//!
//! Everything but the air is what runs in earnest: agent, receiver, verifier, ledger, map. The world runs on this thread (and its
//! receivers on all cores); the map is served beside it. What is not here: anything about radios, proofs or money.

mod door;
mod narrator;
mod report;
mod snapshot;
mod stop;

use std::{
    path::PathBuf,
    str::FromStr,
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::{Context, Result};
use clap::Args;
use geo_index::TerrainFolder;
use ledger::view::View;
use sdr_fixtures::{World, WorldConfig, WorldError, record, villains::Villainy};

use self::{door::Door, narrator::Narrator, stop::Stop};

/// Epochs that are run as fast as the machine can, so that the map has something to show.
const HASTY_EPOCHS: u64 = 2;
/// An epoch is a minute of network time; from then on one is run this often, and the machine rests in between.
const EPOCH_PACE: Duration = Duration::from_secs(20);
/// Epochs of a continued ledger that the map begins with.
const PAST_EPOCHS: usize = 16;

/// Options of `hotspot demo`.
#[derive(Args)]
#[command(after_help = "\
Examples:
  hotspot demo                                      the map at http://127.0.0.1:8080/, until Ctrl-C
  hotspot demo --headless --epochs 3 --json         three epochs, then one line of JSON
  hotspot demo --villains replayer,rssi-editor      only these two among the honest
  hotspot demo --villains all                       every cheat of the study; an epoch takes minutes, not seconds
  hotspot demo --data ~/earshot-demo                keep the ledger; the next run with the same options continues it
  hotspot demo --terrain tiles/                     hills between the hotspots, from an elevation model of Lisbon
  hotspot demo --record Chelas --out /tmp/iq       what that hotspot hears in one window, as SigMF; then try
                                                    hotspot decode /tmp/iq/*.sigmf-meta

One seed makes one world: hotspots, air, villains, keys. With --json standard output is the summary line and nothing else. Exit code
2 for a taken port, a broken or foreign ledger, or a full disk.")]
pub(crate) struct Demo {
    /// Everything random follows from it
    #[arg(long, value_name = "N", default_value_t = 7)]
    seed: u64,
    /// Honest hotspots, 8 to 400
    #[arg(long, value_name = "N", default_value_t = 24)]
    hotspots: usize,
    /// Villains among them: none, naive (five of one key each, quick to simulate), all, or names with commas between
    #[arg(long, value_name = "none|naive|all|NAME,...", default_value = "naive")]
    villains: Villains,
    /// Epochs to run [default: 1 with --headless, else until Ctrl-C]
    #[arg(long, value_name = "N")]
    epochs: Option<u64>,
    /// No map: end after the epochs
    #[arg(long)]
    headless: bool,
    /// Folder of the ledger, to be continued later [default: a fresh one that is forgotten]
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Elevation model under the city: a folder of *.hgt or *.asc tiles and geoid.txt [default: flat]
    #[arg(long, value_name = "DIR")]
    terrain: Option<PathBuf>,
    /// Port of the map on the loopback address; 0 takes any that is free
    #[arg(long, value_name = "PORT", default_value_t = 8080, conflicts_with = "headless")]
    port: u16,
    /// At the end one line of JSON on standard output, and nothing else there
    #[arg(long)]
    json: bool,
    /// Instead of running, write what this hotspot hears in the first window as SigMF recordings
    #[arg(long, value_name = "HOTSPOT", requires = "out", conflicts_with_all = ["headless", "epochs", "port", "data"])]
    record: Option<String>,
    /// Folder for the recordings
    #[arg(long, value_name = "DIR", requires = "record")]
    out: Option<PathBuf>,
}

#[derive(Clone)]
struct Villains(Vec<Villainy>);

impl FromStr for Villains {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "all" => Ok(Self(Villainy::ALL.to_vec())),
            "naive" => Ok(Self(Villainy::NAIVE.to_vec())),
            "none" => Ok(Self(Vec::new())),
            names => {
                let mut villains: Vec<Villainy> = names
                    .split(',')
                    .map(|name| name.trim().parse::<Villainy>().map_err(|error| error.to_string()))
                    .collect::<Result<_, _>>()?;
                villains.sort_unstable();
                villains.dedup();
                Ok(Self(villains))
            }
        }
    }
}

impl Demo {
    /// Runs the network until it is told to end.
    pub(crate) fn run(self) -> Result<()> {
        if let (Some(hotspot), Some(folder)) = (&self.record, &self.out) {
            return self.record(hotspot, folder);
        }
        // The port first: whoever cannot have it should not wait for a city to be built.
        let door = if self.headless { None } else { Some(Door::bind(self.port)?) };
        let stop = Stop::on_ctrl_c()?;
        let mut world = self.world()?;
        let view = Arc::new(View::new(snapshot::config()?));
        let mut narrator = Narrator::new(&world, Arc::clone(&view));
        if let Some(door) = door {
            snapshot::publish_past(&world, &view, PAST_EPOCHS)?;
            let address = door.open(Arc::clone(&view), stop.clone());
            self.say(&format!("The map: {address}"));
        }
        self.run_epochs(&mut world, &mut narrator, &stop)?;
        narrator.finish();
        let summary = world.tally().summary();
        if self.json {
            println!("{}", serde_json::to_string(&summary)?);
        } else {
            print!("{}", report::of(&summary));
        }
        if !self.headless && !stop.wanted() {
            self.say("All epochs are run. The map stays until Ctrl-C.");
            stop.wait();
        }
        Ok(())
    }

    fn world(&self) -> Result<World> {
        let config = WorldConfig {
            seed: self.seed,
            honest: self.hotspots,
            villains: self.villains.0.clone(),
            data: self.data.clone(),
        };
        let world = World::new(&config);
        let mut world = match &self.data {
            Some(folder) => world.with_context(|| {
                format!(
                    "cannot begin or continue the ledger in {} (it is continued by the seed, hotspots and villains that began it)",
                    folder.display()
                )
            }),
            None => Ok(world?),
        }?;
        if let Some(folder) = &self.terrain {
            let opened = TerrainFolder::open(folder).map_err(WorldError::from);
            opened.and_then(|tiles| world.stand_on(&tiles)).with_context(|| folder.display().to_string())?;
        }
        Ok(world)
    }

    fn run_epochs(&self, world: &mut World, narrator: &mut Narrator, stop: &Stop) -> Result<()> {
        let epochs = self.epochs.unwrap_or(if self.headless { 1 } else { u64::MAX });
        for epoch in 0..epochs {
            let began = Instant::now();
            let report = world.run_epoch(&mut |event| {
                narrator.tell(event);
                stop.flow()
            })?;
            let Some(report) = report else { break };
            narrator.publish(world, &report)?;
            if !self.headless && epoch + 1 >= HASTY_EPOCHS {
                narrator.rest();
                stop.wait_at_most(EPOCH_PACE.saturating_sub(began.elapsed()));
            }
            if stop.wanted() {
                break;
            }
        }
        Ok(())
    }

    /// With `--json` standard output is the summary's alone.
    fn say(&self, text: &str) {
        if self.json {
            eprintln!("{text}");
        } else {
            println!("{text}");
        }
    }

    fn record(&self, hotspot: &str, folder: &std::path::Path) -> Result<()> {
        let mut world = self.world()?;
        std::fs::create_dir_all(folder).with_context(|| folder.display().to_string())?;
        for path in record(&mut world, hotspot, folder)? {
            println!("{}", path.display());
        }
        Ok(())
    }
}
