//! The elevation model that edges are judged over, beside the one that they were judged over when they were published.

use std::{collections::BTreeMap, path::Path};

use anyhow::{Context, Result};
use geo_index::{Terrain, TerrainFolder};
use identity::Hash;

use crate::input::Input;

/// The ground under everybody's paths, if a folder was given.
pub(crate) struct Ground {
    pub(crate) terrain: Option<Terrain>,
}

impl Ground {
    /// Reads from the folder what lies under the bundles' paths.
    pub(crate) fn of(input: &Input, folder: Option<&Path>) -> Result<Self> {
        let Some(folder) = folder else { return Ok(Self { terrain: None }) };
        let paths = input.rounds.iter().flat_map(|round| {
            round.testimonies.iter().filter_map(|said| {
                Some((input.parties.get(&round.beaconer)?.place, input.parties.get(&said.witness)?.place))
            })
        });
        let terrain = TerrainFolder::open(folder).and_then(|opened| opened.under(paths));
        Ok(Self { terrain: Some(terrain.with_context(|| folder.display().to_string())?) })
    }

    fn given(&self) -> Option<Hash> {
        self.terrain.as_ref().map(|terrain| Hash::new(terrain.digest()))
    }

    /// How it stands to the model that a round was judged over when it was published, for programs.
    pub(crate) fn word(&self, published: Option<Hash>) -> &'static str {
        match (published, self.given()) {
            (None, None) => "none",
            (Some(published), Some(given)) if published == given => "same",
            (Some(_), Some(_)) => "another",
            (Some(_), None) => "missing",
            (None, Some(_)) => "added",
        }
    }

    /// What a reader must know of verdicts that may differ from the published ones, a line for each model.
    pub(crate) fn notes(&self, input: &Input) -> Vec<String> {
        let mut rounds: BTreeMap<Option<Hash>, usize> = BTreeMap::new();
        for published in &input.terrains {
            *rounds.entry(*published).or_default() += 1;
        }
        rounds.iter().filter_map(|(published, count)| self.note(*published, *count)).collect()
    }

    fn note(&self, published: Option<Hash>, rounds: usize) -> Option<String> {
        let rounds = if rounds == 1 { "1 round was".to_owned() } else { format!("{rounds} rounds were") };
        match (published, self.given()) {
            (Some(published), Some(given)) if published != given => Some(format!(
                "{rounds} judged over the terrain {published}; this one is {given}: levels may be judged otherwise"
            )),
            (Some(published), None) => Some(format!(
                "{rounds} judged over the terrain {published}, and none is given (--terrain DIR): levels are judged without"
            )),
            (None, Some(_)) => {
                Some(format!("{rounds} judged without terrain: levels may be judged otherwise over this one"))
            }
            _ => None,
        }
    }
}
