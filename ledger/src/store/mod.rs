//! The ledger on disk: one SQLite database, one transaction a block.
//!
//! A block's bytes, its reward lines, verdicts, evidence and bundles are committed together (write-ahead log,
//! `synchronous=FULL`), so after a crash either all of a block is there or nothing of it. The database is the blocks;
//! everything else in it is derived from them (and can be derived again) or is evidence with a hash of its own.
//!
//! Opening trusts nothing: pages and indices are checked, the newest checkpoint must have the hash that its signed block
//! names, the blocks after it are replayed, and a small file beside the database says which block was committed last, so
//! that a cut-off write-ahead log is noticed. What does not fit is an error that names file and height; nothing is
//! repaired or overwritten.
//!
//! | file | what |
//! |---|---|
//! | `schema` | tables, version, pragmas |
//! | `folder` | lock, tip file, names |
//! | `write` | [`Store`]: the one writer |
//! | `read` | [`Reader`]: any number of readers, also from other processes |
//! | `verify` | replay, and derived rows against it |
//! | `row` | seals of rows, SQL errors to typed ones |
//!
//! *Not here*: rules of money (the machine's) and transactions that wait (the engine's).

mod error;
mod folder;
mod read;
mod row;
mod schema;
mod verify;
mod write;

pub use error::StoreError;
pub use folder::default_data_dir;
pub use read::{BlockRow, EdgeQuery, LineQuery, Reader};
pub use verify::Checked;
pub use write::{Attachments, MAX_BUNDLE_BYTES, Store};
