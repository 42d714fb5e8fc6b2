//! Tables of the database, and how it is created and opened.

use std::{
    fs::{self, File},
    path::Path,
    time::Duration,
};

use ledger_machine::State;
use rusqlite::{Connection, OpenFlags, params};

use super::{
    StoreError, folder,
    row::{Sealed, Table, sql},
};

/// Number of this schema, kept as SQLite's `user_version`.
pub(super) const SCHEMA: i64 = 1;
/// "EARS": marks the file as ours, kept as SQLite's `application_id`.
const APPLICATION: i64 = 0x4541_5253;

const TABLES: &str = "
    CREATE TABLE blocks (
        height INTEGER PRIMARY KEY, hash BLOB NOT NULL UNIQUE, epoch INTEGER NOT NULL, time_ms INTEGER NOT NULL,
        bytes BLOB NOT NULL
    ) STRICT;
    CREATE TABLE checkpoints (
        height INTEGER PRIMARY KEY, seal BLOB NOT NULL, bytes BLOB NOT NULL
    ) STRICT;
    CREATE TABLE epochs (
        epoch INTEGER PRIMARY KEY, height INTEGER NOT NULL REFERENCES blocks, seal BLOB NOT NULL, bytes BLOB NOT NULL
    ) STRICT;
    CREATE TABLE rounds (
        epoch INTEGER NOT NULL, window INTEGER NOT NULL, beaconer BLOB NOT NULL,
        height INTEGER NOT NULL REFERENCES blocks, seal BLOB NOT NULL, bytes BLOB NOT NULL,
        PRIMARY KEY (window, beaconer)
    ) STRICT;
    CREATE INDEX rounds_by_epoch ON rounds (epoch);
    CREATE TABLE reward_lines (
        id INTEGER PRIMARY KEY, epoch INTEGER NOT NULL, hotspot BLOB NOT NULL, cell INTEGER,
        height INTEGER NOT NULL REFERENCES blocks, seal BLOB NOT NULL, bytes BLOB NOT NULL
    ) STRICT;
    CREATE INDEX reward_lines_by_hotspot ON reward_lines (hotspot, epoch);
    CREATE INDEX reward_lines_by_epoch ON reward_lines (epoch, cell);
    CREATE TABLE edges (
        epoch INTEGER NOT NULL, window INTEGER NOT NULL, beaconer BLOB NOT NULL, witness BLOB NOT NULL,
        height INTEGER NOT NULL REFERENCES blocks, seal BLOB NOT NULL, bytes BLOB NOT NULL,
        PRIMARY KEY (window, beaconer, witness)
    ) STRICT;
    CREATE INDEX edges_by_epoch ON edges (epoch);
    CREATE INDEX edges_by_beaconer ON edges (beaconer, epoch);
    CREATE INDEX edges_by_witness ON edges (witness, epoch);
    CREATE TABLE bundles (
        hash BLOB PRIMARY KEY, height INTEGER NOT NULL REFERENCES blocks, bytes BLOB NOT NULL
    ) STRICT;
";

/// Makes the database of `genesis` under another name and moves it into place: it exists whole or not at all.
pub(super) fn create(dir: &Path, genesis: &State) -> Result<(), StoreError> {
    let (path, draft) = (folder::database(dir), dir.join("ledger.sqlite3.new"));
    folder::io(dir, fs::create_dir_all(dir))?;
    if draft.exists() {
        folder::io(&draft, fs::remove_file(&draft))?;
    }
    let fill = || {
        let connection = Connection::open(&draft)?;
        connection.pragma_update(None, "application_id", APPLICATION)?;
        connection.pragma_update(None, "user_version", SCHEMA)?;
        connection.execute_batch(TABLES)?;
        let checkpoint = Sealed::new(Table::Checkpoints, 0, "", genesis.to_bytes());
        connection.execute(
            "INSERT INTO checkpoints (height, seal, bytes) VALUES (0, ?1, ?2)",
            params![checkpoint.seal, checkpoint.bytes],
        )?;
        connection.close().map_err(|(_, error)| error)
    };
    sql(&draft, fill())?;
    let place = || {
        File::open(&draft)?.sync_all()?;
        fs::rename(&draft, &path)?;
        File::open(dir)?.sync_all()
    };
    folder::io(&path, place())
}

/// Opens the database and checks that it is one of ours.
pub(super) fn open(path: &Path, writable: bool) -> Result<Connection, StoreError> {
    match fs::metadata(path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            return Err(StoreError::Missing { path: path.to_owned() });
        }
        Err(error) => return Err(StoreError::Io { path: path.to_owned(), error }),
        Ok(file) if file.len() == 0 => return Err(StoreError::NotADatabase { path: path.to_owned() }),
        Ok(_) => {}
    }
    let access = if writable { OpenFlags::SQLITE_OPEN_READ_WRITE } else { OpenFlags::SQLITE_OPEN_READ_ONLY };
    let connection = sql(path, Connection::open_with_flags(path, access | OpenFlags::SQLITE_OPEN_NO_MUTEX))?;
    sql(path, prepare(&connection, writable))?;
    check_identity(&connection, path)?;
    Ok(connection)
}

fn prepare(connection: &Connection, writable: bool) -> rusqlite::Result<()> {
    connection.busy_timeout(Duration::from_secs(5))?;
    connection.pragma_update(None, "trusted_schema", false)?;
    connection.pragma_update(None, "cell_size_check", true)?;
    connection.pragma_update(None, "foreign_keys", true)?;
    if writable {
        connection.pragma_update(None, "synchronous", "FULL")?;
    }
    Ok(())
}

/// From here on, a writer keeps a write-ahead log.
pub(super) fn begin_wal(connection: &Connection, path: &Path) -> Result<(), StoreError> {
    sql(path, connection.pragma_update(None, "journal_mode", "WAL"))
}

fn check_identity(connection: &Connection, path: &Path) -> Result<(), StoreError> {
    let number = |name| sql(path, connection.pragma_query_value(None, name, |row| row.get::<_, i64>(0)));
    if number("application_id")? != APPLICATION {
        return Err(StoreError::NotADatabase { path: path.to_owned() });
    }
    let found = number("user_version")?;
    if found > SCHEMA {
        return Err(StoreError::NewerSchema { path: path.to_owned(), found, known: SCHEMA });
    }
    if found == SCHEMA { Ok(()) } else { Err(StoreError::NotADatabase { path: path.to_owned() }) }
}

/// Pages, and that every index agrees with its table. Reads the whole database.
pub(super) fn check_pages(connection: &Connection, path: &Path) -> Result<(), StoreError> {
    let detail: String = sql(path, connection.pragma_query_value(None, "integrity_check", |row| row.get(0)))?;
    if detail == "ok" { Ok(()) } else { Err(StoreError::Damaged { path: path.to_owned(), detail }) }
}
