//! The latest of each: so many a key, and no older than [`EPOCHS_REMEMBERED`].

use std::collections::{BTreeMap, VecDeque};

use super::EPOCHS_REMEMBERED;

/// Values by key, with the epoch that each is of.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Latest<K, V, const MOST: usize> {
    values: BTreeMap<K, VecDeque<(u64, V)>>,
    epoch: u64,
}

impl<K, V, const MOST: usize> Default for Latest<K, V, MOST> {
    fn default() -> Self {
        Self { values: BTreeMap::new(), epoch: 0 }
    }
}

impl<K: Ord, V, const MOST: usize> Latest<K, V, MOST> {
    /// What is remembered from now on is of a later epoch.
    pub(super) fn begin_epoch(&mut self) {
        self.epoch += 1;
        let oldest = (self.epoch + 1).saturating_sub(EPOCHS_REMEMBERED as u64);
        self.values.retain(|_, values| {
            values.retain(|(epoch, _)| *epoch >= oldest);
            !values.is_empty()
        });
    }

    /// Remembers a value; of more than `MOST` of a key the oldest is forgotten.
    pub(super) fn remember(&mut self, key: K, value: V) {
        let values = self.values.entry(key).or_default();
        values.push_back((self.epoch, value));
        if values.len() > MOST {
            values.pop_front();
        }
    }

    /// A key's, oldest first.
    pub(super) fn of(&self, key: &K) -> impl Iterator<Item = &V> {
        self.values.get(key).into_iter().flatten().map(|(_, value)| value)
    }

    /// Everybody's, by key.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&K, &V)> {
        self.values.iter().flat_map(|(key, values)| values.iter().map(move |(_, value)| (key, value)))
    }
}
