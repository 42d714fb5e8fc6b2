//! Bundles from files and folders of them, each in any of its forms, with a limit before it is read.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, bail, ensure};
use identity::{Hash, PublicKey};
use poc_verifier::{Bundle, Party, Protocol, Round};

use crate::open;

/// Bundles that are judged together: more than a city's epoch has.
const BUNDLES_MAX: usize = 100_000;
/// How the files are called.
const EXTENSION: &str = "bundle";

/// Everything that there is to judge.
pub(crate) struct Input {
    /// By what rules.
    pub(crate) protocol: Protocol,
    /// Everybody that a bundle tells of.
    pub(crate) parties: BTreeMap<PublicKey, Party>,
    /// The rounds, by window and beaconer.
    pub(crate) rounds: Vec<Round>,
    /// Content addresses of their bundles, in the same order.
    pub(crate) addresses: Vec<Hash>,
    /// Names of the elevation models that they were judged over, in the same order.
    pub(crate) terrains: Vec<Option<Hash>>,
    /// The first bundle that was asked for.
    pub(crate) first: Hash,
}

impl Input {
    /// Reads bundles, and the bundles of folders.
    pub(crate) fn read(paths: &[PathBuf]) -> Result<Self> {
        let mut files = Vec::new();
        for path in paths {
            if path.is_dir() && !open::is_unpacked(path) {
                files.extend(bundles_of(path)?);
            } else {
                files.push(path.clone());
            }
        }
        ensure!(!files.is_empty(), "no bundle was given");
        ensure!(
            files.len() <= BUNDLES_MAX,
            "{} bundles; at most {BUNDLES_MAX} are judged together",
            files.len()
        );
        let mut read: BTreeMap<(u64, PublicKey), (Hash, Bundle)> = BTreeMap::new();
        let mut first = None;
        for file in &files {
            let (address, bundle) = open::read(file)?;
            first.get_or_insert(address);
            let key = (bundle.window, bundle.beaconer.key);
            if let Some((other, _)) = read.insert(key, (address, bundle))
                && other != address
            {
                bail!("{}: another bundle of the same round is {other}", file.display());
            }
        }
        Self::of(read.into_values(), first.context("no bundle was given")?)
    }

    fn of(bundles: impl Iterator<Item = (Hash, Bundle)>, first: Hash) -> Result<Self> {
        let (mut parties, mut rounds, mut addresses) = (BTreeMap::new(), Vec::new(), Vec::new());
        let (mut protocol, mut terrains) = (None, Vec::new());
        for (address, bundle) in bundles {
            // The ground is judged over as it is given here; what it was is said for each round.
            let played = Protocol { terrain: None, ..bundle.protocol };
            terrains.push(bundle.protocol.terrain);
            let rules = *protocol.get_or_insert(played);
            ensure!(rules == played, "bundle {address} was played by other rules than the ones before");
            let everybody = bundle.witnesses.iter().map(|witnessed| witnessed.party).chain([bundle.beaconer]);
            for party in everybody {
                let known = parties.entry(party.key).or_insert(party);
                ensure!(
                    *known == party,
                    "bundle {address} tells another story of {} than the ones before",
                    party.key
                );
            }
            rounds.push(bundle.round().with_context(|| format!("bundle {address}"))?);
            addresses.push(address);
        }
        let protocol = protocol.context("no bundle was given")?;
        Ok(Self { protocol, parties, rounds, addresses, terrains, first })
    }

    /// The party whose key begins like this.
    pub(crate) fn party(&self, digits: &str) -> Result<&Party> {
        let digits = digits.to_ascii_lowercase();
        ensure!(digits.len() >= 6, "{digits:?} is too short: 6 or more digits of the key are needed");
        let mut found = self.parties.values().filter(|party| party.key.to_string().starts_with(&digits));
        match (found.next(), found.next()) {
            (Some(party), None) => Ok(party),
            (None, _) => bail!("no hotspot in these bundles has a key that begins with {digits:?}"),
            _ => bail!("more than one key begins with {digits:?}"),
        }
    }
}

/// A folder's bundles, sorted by name.
fn bundles_of(folder: &Path) -> Result<Vec<PathBuf>> {
    let entries = fs::read_dir(folder).with_context(|| folder.display().to_string())?;
    let mut files = Vec::new();
    for entry in entries.take(BUNDLES_MAX + 1) {
        let path = entry.with_context(|| folder.display().to_string())?.path();
        let is_packed = path.extension().is_some_and(|extension| extension == EXTENSION);
        if is_packed || open::is_tar(&path) || open::is_unpacked(&path) {
            files.push(path);
        }
    }
    ensure!(
        !files.is_empty(),
        "{}: there is no *.{EXTENSION} file and no other bundle in this folder",
        folder.display()
    );
    files.sort();
    Ok(files)
}
