//! The elevation model that edges are judged over, beside the one that they were judged over when they were published.

use std::path::Path;

use anyhow::{Context, Result};
use geo_index::{Terrain, TerrainFolder};
use identity::Hash;

use crate::input::Input;

/// The ground under everybody's paths, if a folder was given.
pub(crate) struct Ground {
    pub(crate) terrain: Option<Terrain>,
    published: Option<Hash>,
}

impl Ground {
    /// Reads from the folder what lies under the bundles' paths.
    pub(crate) fn of(input: &Input, folder: Option<&Path>) -> Result<Self> {
        let published = input.protocol.terrain;
        let Some(folder) = folder else { return Ok(Self { terrain: None, published }) };
        let paths = input.rounds.iter().flat_map(|round| {
            round.testimonies.iter().filter_map(|said| {
                Some((input.parties.get(&round.beaconer)?.place, input.parties.get(&said.witness)?.place))
            })
        });
        let terrain = TerrainFolder::open(folder).and_then(|opened| opened.under(paths));
        Ok(Self { terrain: Some(terrain.with_context(|| folder.display().to_string())?), published })
    }

    fn given(&self) -> Option<Hash> {
        self.terrain.as_ref().map(|terrain| Hash::new(terrain.digest()))
    }

    /// How the two models stand to each other, for programs.
    pub(crate) fn word(&self) -> &'static str {
        match (self.published, self.given()) {
            (None, None) => "none",
            (Some(published), Some(given)) if published == given => "same",
            (Some(_), Some(_)) => "another",
            (Some(_), None) => "missing",
            (None, Some(_)) => "added",
        }
    }

    /// What a reader must know of verdicts that may differ from the published ones.
    pub(crate) fn note(&self) -> Option<String> {
        match (self.published, self.given()) {
            (Some(published), Some(given)) if published != given => Some(format!(
                "these rounds were judged over the terrain {published}; this one is {given}: levels may be judged otherwise"
            )),
            (Some(published), None) => Some(format!(
                "these rounds were judged over the terrain {published}, and none is given (--terrain DIR): levels are judged without"
            )),
            (None, Some(_)) => Some(
                "these rounds were judged without terrain: levels may be judged otherwise over this one"
                    .into(),
            ),
            _ => None,
        }
    }
}
