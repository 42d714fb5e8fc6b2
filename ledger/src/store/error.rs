//! Why a store was not opened, read or written. Every error names its file.

use std::path::PathBuf;

use ledger_machine::{BlockError, Hash, StateError};

/// A store that cannot be used. Whatever is reported, nothing on disk was overwritten.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// A file or folder that cannot be read or written.
    #[error("{}: {error}", path.display())]
    Io {
        /// Which.
        path: PathBuf,
        /// Why.
        error: std::io::Error,
    },
    /// No ledger is kept there.
    #[error("{}: there is no ledger here", path.display())]
    Missing {
        /// Where it was looked for.
        path: PathBuf,
    },
    /// Another process keeps this ledger.
    #[error("{}: another process keeps this ledger", path.display())]
    Locked {
        /// The lock file.
        path: PathBuf,
    },
    /// The disk has no room. What was committed before stays; what was to be committed was not.
    #[error("{}: the disk is full; nothing was lost, make room and try again", path.display())]
    Full {
        /// The database.
        path: PathBuf,
    },
    /// A file that is not a ledger's database.
    #[error("{}: not a ledger's database", path.display())]
    NotADatabase {
        /// The file.
        path: PathBuf,
    },
    /// Written by a newer program.
    #[error("{}: schema {found}, this program knows {known}; use a newer one", path.display())]
    NewerSchema {
        /// The database.
        path: PathBuf,
        /// Its schema's number.
        found: i64,
        /// The newest known number.
        known: i64,
    },
    /// The ledger there began otherwise.
    #[error("{}: it is ledger {found}, not {expected}", path.display())]
    OtherGenesis {
        /// The database.
        path: PathBuf,
        /// Genesis hash of the ledger there.
        found: Hash,
        /// Genesis hash asked for.
        expected: Hash,
    },
    /// Damaged pages, rows that contradict each other, or blocks that are missing.
    #[error("{}: damaged: {detail}", path.display())]
    Damaged {
        /// The database.
        path: PathBuf,
        /// What is wrong, with the height or row where one is known.
        detail: String,
    },
    /// A kept block does not follow from what was before it.
    #[error("{}: block {height}: {error}", path.display())]
    Block {
        /// The database.
        path: PathBuf,
        /// Its height.
        height: u64,
        /// Why.
        error: BlockError,
    },
    /// A checkpoint that is no state.
    #[error("{}: checkpoint {height}: {error}", path.display())]
    Checkpoint {
        /// The database.
        path: PathBuf,
        /// Its height.
        height: u64,
        /// Why.
        error: StateError,
    },
    /// Evidence that cannot be kept.
    #[error("evidence of edge {beaconer} to {witness}: {detail}")]
    Evidence {
        /// Key of the beaconer, as given.
        beaconer: String,
        /// Key of the witness, as given.
        witness: String,
        /// What is wrong with it.
        detail: String,
    },
    /// A bundle larger than any is kept.
    #[error("a bundle of {actual} bytes; at most {limit} are kept")]
    Bundle {
        /// Its length.
        actual: usize,
        /// The limit.
        limit: usize,
    },
    /// Anything else that SQLite refuses.
    #[error("{}: {error}", path.display())]
    Sql {
        /// The database.
        path: PathBuf,
        /// Why.
        error: rusqlite::Error,
    },
}
