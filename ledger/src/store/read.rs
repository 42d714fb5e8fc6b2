//! Readers: as many as one likes, in any thread and in other processes.

use std::{
    path::{Path, PathBuf},
    sync::{Mutex, MutexGuard, PoisonError},
};

use ledger_machine::{
    Block, Cell8, Epoch, EpochSummary, Hash, Height, Millis, PublicKey, RewardLine, RoundVerdict, Wire,
};
use rusqlite::{Connection, OptionalExtension, params_from_iter, types::Value};

use super::{
    StoreError, folder,
    row::{RawRow, Table, damaged, sql},
    schema,
};
use crate::evidence::EdgeEvidence;

/// A read-only door to the store, with a connection of its own. It may be shared between threads; calls wait for each
/// other, so give each busy thread its own ([`super::Store::reader`]).
#[derive(Debug)]
pub struct Reader {
    pub(super) dir: PathBuf,
    pub(super) path: PathBuf,
    connection: Mutex<Connection>,
}

/// A block in one line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BlockRow {
    /// Its number.
    pub height: Height,
    /// Its hash.
    pub hash: Hash,
    /// The epoch that it belongs to.
    pub epoch: Epoch,
    /// When it was made.
    pub time: Millis,
    /// Who made it.
    pub proposer: PublicKey,
    /// Hash of the state after it.
    pub state: Hash,
    /// How many transactions it has.
    pub transactions: usize,
    /// How long its bytes are.
    pub bytes: usize,
}

/// Which reward lines; nothing set means all.
#[derive(Clone, Copy, Debug, Default)]
pub struct LineQuery {
    /// Of one epoch.
    pub epoch: Option<Epoch>,
    /// Of one hotspot.
    pub hotspot: Option<PublicKey>,
    /// Of one cell.
    pub cell: Option<Cell8>,
}

/// Which edges' evidence; nothing set means all.
#[derive(Clone, Copy, Debug, Default)]
pub struct EdgeQuery {
    /// Of one epoch.
    pub epoch: Option<Epoch>,
    /// With this hotspot at either end.
    pub hotspot: Option<PublicKey>,
    /// The most edges, newest windows first when it cuts.
    pub limit: Option<u32>,
}

impl Reader {
    /// Opens the ledger in `dir` for reading; it may be kept by a running process.
    ///
    /// # Errors
    /// When there is none or it is damaged.
    pub fn open(dir: &Path) -> Result<Self, StoreError> {
        let reader = Self::unchecked(dir)?;
        schema::check_pages(&reader.connection(), &reader.path)?;
        Ok(reader)
    }

    /// Opens what this process checked before.
    pub(super) fn unchecked(dir: &Path) -> Result<Self, StoreError> {
        Ok(Self::with(dir, schema::open(&folder::database(dir), false)?))
    }

    pub(super) fn with(dir: &Path, connection: Connection) -> Self {
        Self { dir: dir.to_owned(), path: folder::database(dir), connection: Mutex::new(connection) }
    }

    pub(super) fn into_connection(self) -> Connection {
        self.connection.into_inner().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn connection(&self) -> MutexGuard<'_, Connection> {
        // A reader that panicked left nothing half-written behind.
        self.connection.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The last block's number; 0 when there is none yet.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn height(&self) -> Result<Height, StoreError> {
        let last = self
            .connection()
            .query_row("SELECT max(height) FROM blocks", [], |row| row.get::<_, Option<u64>>(0));
        Ok(Height::new(sql(&self.path, last)?.unwrap_or(0)))
    }

    /// A block.
    ///
    /// # Errors
    /// When the database cannot be read or the block in it was changed.
    pub fn block(&self, height: Height) -> Result<Option<Block>, StoreError> {
        let bytes = self
            .connection()
            .query_row("SELECT bytes FROM blocks WHERE height = ?1", [height.number()], |row| {
                row.get::<_, Vec<u8>>(0)
            })
            .optional();
        let Some(bytes) = sql(&self.path, bytes)? else { return Ok(None) };
        let block =
            Block::decode(&bytes).map_err(|error| damaged(&self.path, format!("block {height}: {error}")))?;
        if block.header.height == height {
            Ok(Some(block))
        } else {
            Err(damaged(&self.path, format!("block {height} says that it is block {}", block.header.height)))
        }
    }

    /// Blocks from `first` on, at most `count`, in order.
    ///
    /// # Errors
    /// When the database cannot be read or a block in it was changed.
    pub fn blocks(&self, first: Height, count: u32) -> Result<Vec<BlockRow>, StoreError> {
        let last = self.height()?.number().min(first.number().saturating_add(u64::from(count)) - 1);
        let row = |height| {
            let missing = || damaged(&self.path, format!("block {height} is missing"));
            let block = self.block(Height::new(height))?.ok_or_else(missing)?;
            Ok(BlockRow {
                height: block.header.height,
                hash: block.header.hash(),
                epoch: block.header.epoch,
                time: block.header.time,
                proposer: block.header.proposer,
                state: block.header.state,
                transactions: block.transactions.len(),
                bytes: block.encode().len(),
            })
        };
        (first.number().max(1)..=last).map(row).collect()
    }

    /// Reward lines, by epoch and then in the order in which they were paid.
    ///
    /// # Errors
    /// When the database cannot be read or a line in it was changed.
    pub fn reward_lines(&self, query: LineQuery) -> Result<Vec<RewardLine>, StoreError> {
        let mut filter = Filter::default();
        filter.equals("epoch", query.epoch.map(|epoch| integer(epoch.number())));
        filter.equals("hotspot", query.hotspot.map(|key| Value::Blob(key.bytes().to_vec())));
        filter.equals("cell", query.cell.map(|cell| integer(cell.index())));
        let rows = self.sealed(Table::RewardLines, &filter, "epoch, id")?;
        self.decoded(Table::RewardLines, rows)
    }

    /// The totals of all closed epochs, in order.
    ///
    /// # Errors
    /// When the database cannot be read or a row in it was changed.
    pub fn epochs(&self) -> Result<Vec<EpochSummary>, StoreError> {
        let rows = self.sealed(Table::Epochs, &Filter::default(), "epoch")?;
        self.decoded(Table::Epochs, rows)
    }

    /// The decided rounds of an epoch, by window and beaconer.
    ///
    /// # Errors
    /// When the database cannot be read or a row in it was changed.
    pub fn rounds(&self, epoch: Option<Epoch>) -> Result<Vec<RoundVerdict>, StoreError> {
        let mut filter = Filter::default();
        filter.equals("epoch", epoch.map(|epoch| integer(epoch.number())));
        let rows = self.sealed(Table::Rounds, &filter, "window, beaconer")?;
        self.decoded(Table::Rounds, rows)
    }

    /// Evidence of judged edges, by window, beaconer and witness.
    ///
    /// # Errors
    /// When the database cannot be read or a row in it was changed.
    pub fn edges(&self, query: EdgeQuery) -> Result<Vec<EdgeEvidence>, StoreError> {
        let mut filter = Filter::default();
        filter.equals("epoch", query.epoch.map(|epoch| integer(epoch.number())));
        filter.either("beaconer", "witness", query.hotspot.map(|key| Value::Blob(key.bytes().to_vec())));
        filter.limit = query.limit;
        let mut rows = self.sealed(Table::Edges, &filter, "window DESC, beaconer DESC, witness DESC")?;
        rows.reverse();
        rows.into_iter()
            .map(|row| {
                let height = row.height;
                serde_json::from_slice(&row.open(&self.path, Table::Edges)?)
                    .map_err(|error| damaged(&self.path, format!("evidence of block {height}: {error}")))
            })
            .collect()
    }

    /// A bundle by the BLAKE3 hash of its bytes.
    ///
    /// # Errors
    /// When the database cannot be read or the bundle in it was changed.
    pub fn bundle(&self, hash: &Hash) -> Result<Option<Vec<u8>>, StoreError> {
        let bytes = self
            .connection()
            .query_row("SELECT bytes FROM bundles WHERE hash = ?1", [hash.bytes()], |row| {
                row.get::<_, Vec<u8>>(0)
            })
            .optional();
        let bytes = sql(&self.path, bytes)?;
        match bytes {
            Some(bytes) if blake3::hash(&bytes).as_bytes() != hash.bytes() => {
                Err(damaged(&self.path, format!("bundle {hash} was changed")))
            }
            bytes => Ok(bytes),
        }
    }

    pub(super) fn sealed(
        &self,
        table: Table,
        filter: &Filter,
        order: &str,
    ) -> Result<Vec<RawRow>, StoreError> {
        let connection = self.connection();
        let text = format!("{}{} ORDER BY {order} LIMIT ?1", table.select(), filter.clause());
        let limit = Value::Integer(filter.limit.map_or(-1, i64::from));
        let values = std::iter::once(limit).chain(filter.values.iter().cloned());
        let mut statement = sql(&self.path, connection.prepare_cached(&text))?;
        let rows = statement.query_map(params_from_iter(values), RawRow::read);
        sql(&self.path, rows.and_then(Iterator::collect))
    }

    pub(super) fn decoded<T: borsh::BorshDeserialize>(
        &self,
        table: Table,
        rows: Vec<RawRow>,
    ) -> Result<Vec<T>, StoreError> {
        let decode = |row: RawRow| {
            let height = row.height;
            borsh::from_slice(&row.open(&self.path, table)?)
                .map_err(|error| damaged(&self.path, format!("{} at block {height}: {error}", table.name())))
        };
        rows.into_iter().map(decode).collect()
    }
}

pub(super) fn integer(value: u64) -> Value {
    Value::Integer(i64::try_from(value).unwrap_or(i64::MAX))
}

/// The WHERE of a query; `?1` is its limit.
#[derive(Default)]
pub(super) struct Filter {
    conditions: Vec<String>,
    values: Vec<Value>,
    limit: Option<u32>,
}

impl Filter {
    pub(super) fn equals(&mut self, column: &str, value: Option<Value>) {
        if let Some(value) = value {
            self.values.push(value);
            self.conditions.push(format!("{column} = ?{}", self.values.len() + 1));
        }
    }

    fn either(&mut self, one: &str, other: &str, value: Option<Value>) {
        if let Some(value) = value {
            self.values.push(value);
            let at = self.values.len() + 1;
            self.conditions.push(format!("({one} = ?{at} OR {other} = ?{at})"));
        }
    }

    fn clause(&self) -> String {
        if self.conditions.is_empty() {
            return String::new();
        }
        format!(" WHERE {}", self.conditions.join(" AND "))
    }
}
