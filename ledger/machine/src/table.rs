//! A section of the state: a sorted map that is copied on write and remembers its hash.
//!
//! Cloning a table shares its rows until one side changes them, so a snapshot of the whole state costs a few pointers,
//! and a block pays only for the sections that it touches.

use std::{
    collections::{BTreeMap, btree_map},
    sync::{Arc, OnceLock},
};

use borsh::{BorshDeserialize, BorshSerialize};

use crate::{Hash, context};

/// Rows by key, in ascending order.
#[derive(Clone, Debug)]
pub struct Table<K, V> {
    rows: Arc<BTreeMap<K, V>>,
    hash: OnceLock<Hash>,
}

impl<K: Ord, V> Table<K, V> {
    /// The row of `key`.
    pub fn get(&self, key: &K) -> Option<&V> {
        self.rows.get(key)
    }

    /// Whether there is a row of `key`.
    pub fn contains(&self, key: &K) -> bool {
        self.rows.contains_key(key)
    }

    /// How many rows.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there is no row.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// All rows, in ascending order of their keys.
    pub fn iter(&self) -> btree_map::Iter<'_, K, V> {
        self.rows.iter()
    }

    /// All keys, ascending.
    pub fn keys(&self) -> btree_map::Keys<'_, K, V> {
        self.rows.keys()
    }

    /// All values, in the order of their keys.
    pub fn values(&self) -> btree_map::Values<'_, K, V> {
        self.rows.values()
    }

    /// The rows as a map, for range queries.
    pub fn map(&self) -> &BTreeMap<K, V> {
        &self.rows
    }
}

impl<K: Ord + Clone, V: Clone> Table<K, V> {
    /// The rows, to be changed.
    pub(crate) fn change(&mut self) -> &mut BTreeMap<K, V> {
        self.hash = OnceLock::new();
        Arc::make_mut(&mut self.rows)
    }

    /// The rows, taken out.
    pub(crate) fn take(&mut self) -> BTreeMap<K, V> {
        self.hash = OnceLock::new();
        std::mem::take(Arc::make_mut(&mut self.rows))
    }
}

impl<K: BorshSerialize + Ord, V: BorshSerialize> Table<K, V> {
    /// Hash of the rows' canonical bytes; computed once for each content.
    pub fn hash(&self) -> Hash {
        *self.hash.get_or_init(|| {
            let bytes = borsh::to_vec(&*self.rows).expect("writing into memory cannot fail");
            Hash::of(context::SECTION, &[&bytes])
        })
    }
}

impl<K, V> Default for Table<K, V> {
    fn default() -> Self {
        Self { rows: Arc::new(BTreeMap::new()), hash: OnceLock::new() }
    }
}

impl<K: Ord, V> FromIterator<(K, V)> for Table<K, V> {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(rows: I) -> Self {
        Self { rows: Arc::new(rows.into_iter().collect()), hash: OnceLock::new() }
    }
}

impl<'a, K, V> IntoIterator for &'a Table<K, V> {
    type Item = (&'a K, &'a V);
    type IntoIter = btree_map::Iter<'a, K, V>;

    fn into_iter(self) -> Self::IntoIter {
        self.rows.iter()
    }
}

impl<K: PartialEq, V: PartialEq> PartialEq for Table<K, V> {
    fn eq(&self, other: &Self) -> bool {
        self.rows == other.rows
    }
}

impl<K: Eq, V: Eq> Eq for Table<K, V> {}

impl<K: BorshSerialize + Ord, V: BorshSerialize> BorshSerialize for Table<K, V> {
    fn serialize<W: std::io::Write>(&self, writer: &mut W) -> std::io::Result<()> {
        self.rows.serialize(writer)
    }
}

impl<K: BorshDeserialize + Ord, V: BorshDeserialize> BorshDeserialize for Table<K, V> {
    fn deserialize_reader<R: std::io::Read>(reader: &mut R) -> std::io::Result<Self> {
        let rows = BTreeMap::<K, V>::deserialize_reader(reader)?;
        Ok(Self { rows: Arc::new(rows), hash: OnceLock::new() })
    }
}
