//! Rows with seals, and SQLite's errors as ours.

use std::path::Path;

use rusqlite::{ErrorCode, Row};

use super::StoreError;

/// The tables whose rows are sealed.
#[derive(Clone, Copy)]
pub(super) enum Table {
    Checkpoints,
    Epochs,
    Rounds,
    RewardLines,
    Edges,
}

impl Table {
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Checkpoints => "checkpoints",
            Self::Epochs => "epochs",
            Self::Rounds => "rounds",
            Self::RewardLines => "reward_lines",
            Self::Edges => "edges",
        }
    }

    /// SQL of the text that says what a row is filed under; writers make the same text ([`Sealed::new`]).
    const fn filed_under(self) -> &'static str {
        match self {
            Self::Checkpoints => "''",
            Self::Epochs => "epoch",
            Self::Rounds => "epoch || '/' || window || '/' || lower(hex(beaconer))",
            Self::RewardLines => "epoch || '/' || lower(hex(hotspot)) || '/' || ifnull(cell, '-')",
            Self::Edges => {
                "epoch || '/' || window || '/' || lower(hex(beaconer)) || '/' || lower(hex(witness))"
            }
        }
    }

    /// The beginning of a query for sealed rows.
    pub(super) fn select(self) -> String {
        let (key, name) = (self.filed_under(), self.name());
        format!("SELECT height, CAST({key} AS TEXT) AS filed_under, seal, bytes FROM {name}")
    }
}

/// Bytes of a row with a hash over them, the table, the row's height and what it is filed under: a flipped byte is
/// noticed when read.
pub(super) struct Sealed {
    pub(super) seal: Vec<u8>,
    pub(super) bytes: Vec<u8>,
}

impl Sealed {
    pub(super) fn new(table: Table, height: u64, filed_under: &str, bytes: Vec<u8>) -> Self {
        Self { seal: seal(table, height, filed_under, &bytes), bytes }
    }
}

/// A sealed row as it lies in the database.
pub(super) struct RawRow {
    pub(super) height: u64,
    filed_under: String,
    sealed: Sealed,
}

impl RawRow {
    pub(super) fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        let sealed = Sealed { seal: row.get("seal")?, bytes: row.get("bytes")? };
        Ok(Self { height: row.get("height")?, filed_under: row.get("filed_under")?, sealed })
    }

    /// The bytes, when they are those that were sealed.
    pub(super) fn open(self, path: &Path, table: Table) -> Result<Vec<u8>, StoreError> {
        let Sealed { seal: kept, bytes } = self.sealed;
        if kept == seal(table, self.height, &self.filed_under, &bytes) {
            Ok(bytes)
        } else {
            Err(damaged(path, format!("a row of {} at block {} was changed", table.name(), self.height)))
        }
    }
}

fn seal(table: Table, height: u64, filed_under: &str, bytes: &[u8]) -> Vec<u8> {
    let mut hasher = blake3::Hasher::new_derive_key("earshot 2026 ledger row");
    hasher.update(table.name().as_bytes()).update(&[0]).update(&height.to_le_bytes());
    hasher.update(filed_under.as_bytes()).update(&[0]).update(bytes);
    hasher.finalize().as_bytes()[..16].to_vec()
}

pub(super) fn damaged(path: &Path, detail: impl Into<String>) -> StoreError {
    StoreError::Damaged { path: path.to_owned(), detail: detail.into() }
}

pub(super) fn sql<T>(path: &Path, result: rusqlite::Result<T>) -> Result<T, StoreError> {
    result.map_err(|error| typed(path, error))
}

fn typed(path: &Path, error: rusqlite::Error) -> StoreError {
    let path = path.to_owned();
    match &error {
        rusqlite::Error::SqliteFailure(failure, _) => match failure.code {
            ErrorCode::NotADatabase => StoreError::NotADatabase { path },
            ErrorCode::DatabaseCorrupt => StoreError::Damaged { path, detail: error.to_string() },
            ErrorCode::DiskFull => StoreError::Full { path },
            // A write that the file system cuts short: out of space, quota or file-size limit.
            ErrorCode::SystemIoFailure if failure.extended_code == rusqlite::ffi::SQLITE_IOERR_WRITE => {
                StoreError::Full { path }
            }
            _ => StoreError::Sql { path, error },
        },
        rusqlite::Error::InvalidColumnType(..)
        | rusqlite::Error::FromSqlConversionFailure(..)
        | rusqlite::Error::IntegralValueOutOfRange(..)
        | rusqlite::Error::QueryReturnedNoRows => StoreError::Damaged { path, detail: error.to_string() },
        _ => StoreError::Sql { path, error },
    }
}
