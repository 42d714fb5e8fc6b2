//! The folder of a ledger: `ledger.sqlite3`, `lock` and `tip`.

use std::{
    fs::{self, File, OpenOptions, TryLockError},
    io::{self, Write},
    path::{Path, PathBuf},
};

use ledger_machine::{Hash, Height};

use super::StoreError;

/// Where a ledger lives when nobody says otherwise: `$EARSHOT_DATA`, or `earshot/ledger` in the user's data folder
/// (`$XDG_DATA_HOME`, or `~/.local/share`); the working folder when there is no home.
#[must_use]
pub fn default_data_dir() -> PathBuf {
    let set = |name| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let shared = || set("XDG_DATA_HOME").or_else(|| Some(set("HOME")?.join(".local/share")));
    set("EARSHOT_DATA").or_else(|| Some(shared()?.join("earshot/ledger"))).unwrap_or_else(|| "ledger".into())
}

pub(super) fn database(dir: &Path) -> PathBuf {
    dir.join("ledger.sqlite3")
}

fn tip(dir: &Path) -> PathBuf {
    dir.join("tip")
}

pub(super) fn io<T>(path: &Path, result: io::Result<T>) -> Result<T, StoreError> {
    result.map_err(|error| match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
            StoreError::Full { path: path.to_owned() }
        }
        _ => StoreError::Io { path: path.to_owned(), error },
    })
}

/// Held as long as this process keeps the ledger; the operating system lets go of it when the process ends, however.
#[derive(Debug)]
pub(super) struct Lock(#[expect(dead_code, reason = "it is held, not read")] File);

impl Lock {
    pub(super) fn take(dir: &Path) -> Result<Self, StoreError> {
        let path = dir.join("lock");
        let file = io(&path, OpenOptions::new().write(true).create(true).truncate(false).open(&path))?;
        match file.try_lock() {
            Ok(()) => Ok(Self(file)),
            Err(TryLockError::WouldBlock) => Err(StoreError::Locked { path }),
            Err(TryLockError::Error(error)) => Err(StoreError::Io { path, error }),
        }
    }
}

/// The last committed block, if the folder says so.
pub(super) fn read_tip(dir: &Path) -> Result<Option<(Height, String)>, StoreError> {
    let path = tip(dir);
    let text = match fs::read_to_string(&path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        text => io(&path, text)?,
    };
    let parsed = text.strip_suffix('\n').and_then(|line| line.split_once(' ')).and_then(|(height, hash)| {
        let height = height.parse().ok()?;
        (hash.len() == 64).then(|| (Height::new(height), hash.to_owned()))
    });
    let detail = "it does not name a height and a hash".to_owned();
    parsed.map(Some).ok_or(StoreError::Damaged { path, detail })
}

/// Replaces the tip file at once: a reader sees the old one or the new one.
pub(super) fn write_tip(dir: &Path, height: Height, hash: Hash) -> Result<(), StoreError> {
    let (path, next) = (tip(dir), dir.join("tip.new"));
    let write = || {
        let mut file = File::create(&next)?;
        writeln!(file, "{height} {hash}")?;
        file.sync_all()?;
        fs::rename(&next, &path)?;
        File::open(dir)?.sync_all()
    };
    io(&path, write())
}
