//! What happens to the files happens to nobody's money: damage is noticed or harmless, a full disk loses nothing.

#![allow(clippy::unwrap_used, reason = "a test's helpers fail as loudly as its tests")]

mod local;

use std::{
    fs,
    path::{Path, PathBuf},
};

use ledger::{
    engine::{EngineError, Local},
    store::{Attachments, LineQuery, Reader, Store, StoreError},
};
use ledger_machine::{Body, Ear, Hash, Millis, RewardLine};
use local::{genesis, key, open, windows, world};

/// Nine windows of history, cleanly closed.
fn history() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    windows(&open(folder.path()), 0, 9);
    folder
}

fn database(dir: &Path) -> PathBuf {
    dir.join("ledger.sqlite3")
}

fn copy(from: &Path) -> tempfile::TempDir {
    let to = tempfile::tempdir().unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        fs::copy(entry.path(), to.path().join(entry.file_name())).unwrap();
    }
    to
}

/// Everything that the ledger in `dir` answers.
fn answers(dir: &Path) -> Result<(Hash, Vec<RewardLine>), StoreError> {
    let (store, state) = Store::open(dir)?;
    let lines = store.reader()?.reward_lines(LineQuery::default())?;
    Ok((state.hash(), lines))
}

/// A cheap generator; tests need no more.
struct Draw(u64);

impl Draw {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % end
    }
}

#[test]
fn flipped_bytes_change_no_answer() {
    let whole = history();
    let truth = answers(whole.path()).unwrap();
    let bytes = fs::read(database(whole.path())).unwrap();
    let mut draw = Draw(7);
    let (mut refused, mut found_by_verify) = (0, 0);
    for _ in 0..400 {
        let mut damaged = bytes.clone();
        let at = draw.below(damaged.len());
        damaged[at] ^= u8::try_from(1 + draw.below(255)).unwrap();
        let folder = copy(whole.path());
        fs::write(database(folder.path()), &damaged).unwrap();
        match answers(folder.path()) {
            Ok(answer) => {
                assert!(answer == truth, "byte {at} changed an answer");
                if let Ok(checked) = Reader::open(folder.path()).and_then(|mut reader| reader.verify()) {
                    assert_eq!(checked.state.hash(), truth.0);
                } else {
                    found_by_verify += 1;
                }
            }
            Err(error) => {
                refused += 1;
                assert!(error.to_string().contains("ledger.sqlite3"), "{error}");
            }
        }
    }
    println!(
        "of 400 flips {refused} refused, {found_by_verify} found by verify, the others without any effect"
    );
    assert!(refused > 20 && found_by_verify > 20);
}

#[test]
fn zeroed_pages_and_cut_files_change_no_answer() {
    let whole = history();
    let truth = answers(whole.path()).unwrap();
    let bytes = fs::read(database(whole.path())).unwrap();
    let pages = bytes.len() / 4096;
    for page in 0..pages {
        let mut zeroed = bytes.clone();
        zeroed[page * 4096..(page + 1) * 4096].fill(0);
        for damaged in [zeroed, bytes[..page * 4096].to_vec(), bytes[..page * 4096 + 1234].to_vec()] {
            let folder = copy(whole.path());
            fs::write(database(folder.path()), &damaged).unwrap();
            if let Ok(answer) = answers(folder.path()) {
                assert!(answer == truth, "page {page} changed an answer");
            }
        }
    }
}

#[test]
fn a_database_that_is_none_is_left_as_it_is() {
    for content in [&b""[..], b"not a database, but somebody's notes", &[0; 8192]] {
        let folder = tempfile::tempdir().unwrap();
        fs::write(database(folder.path()), content).unwrap();
        let error = Local::open(folder.path(), &genesis(), key()).unwrap_err();
        assert!(matches!(error, EngineError::Store(StoreError::NotADatabase { .. })), "{error}");
        assert_eq!(fs::read(database(folder.path())).unwrap(), content);
    }
}

#[test]
fn a_newer_schema_is_named() {
    let folder = history();
    let connection = rusqlite::Connection::open(database(folder.path())).unwrap();
    connection.pragma_update(None, "user_version", 2).unwrap();
    drop(connection);
    let error = Store::open(folder.path()).unwrap_err();
    assert!(matches!(error, StoreError::NewerSchema { found: 2, known: 1, .. }), "{error}");
}

/// Changes rows as somebody with SQLite at hand would: no page is damaged.
fn forged(change: &str) -> tempfile::TempDir {
    let folder = history();
    let connection = rusqlite::Connection::open(database(folder.path())).unwrap();
    connection.pragma_update(None, "foreign_keys", false).unwrap();
    assert!(connection.execute(change, []).unwrap() > 0, "{change}");
    drop(connection);
    folder
}

#[test]
fn forged_rows_are_noticed() {
    for (change, noticed_on_opening) in [
        ("DELETE FROM blocks WHERE height = 9", true),
        ("DELETE FROM blocks WHERE height = 3", false),
        ("UPDATE blocks SET bytes = (SELECT bytes FROM blocks WHERE height = 8) WHERE height = 9", true),
        ("UPDATE checkpoints SET bytes = zeroblob(100) WHERE height = 8", true),
        (
            "UPDATE checkpoints SET bytes = (SELECT bytes FROM checkpoints WHERE height = 4) WHERE height = 8",
            true,
        ),
        ("DELETE FROM checkpoints WHERE height = 0", false),
        ("DELETE FROM reward_lines WHERE id = 3", false),
        ("UPDATE reward_lines SET hotspot = zeroblob(33) WHERE id = 3", false),
        (
            "INSERT INTO reward_lines SELECT 999, epoch, hotspot, cell, height, seal, bytes FROM reward_lines WHERE id = 3",
            false,
        ),
        ("DELETE FROM rounds WHERE window = 2", false),
        ("DELETE FROM epochs WHERE epoch = 1", false),
        ("UPDATE edges SET bytes = zeroblob(10) WHERE window = 2", false),
        ("UPDATE bundles SET bytes = zeroblob(10)", false),
    ] {
        let folder = forged(change);
        assert_eq!(Store::open(folder.path()).is_err(), noticed_on_opening, "{change}");
        let verified = Reader::open(folder.path()).and_then(|mut reader| reader.verify());
        assert!(verified.is_err(), "{change}");
    }
}

#[test]
fn a_cut_off_log_is_noticed() {
    let folder = tempfile::tempdir().unwrap();
    let engine = open(folder.path());
    windows(&engine, 0, 3);
    // As after a crash: the log is still there, because nobody closed the database.
    let crashed = copy(folder.path());
    let log = crashed.path().join("ledger.sqlite3-wal");
    assert!(fs::metadata(&log).unwrap().len() > 0);
    let recovered = copy(crashed.path());
    let (_, state) = Store::open(recovered.path()).unwrap();
    assert!(state == engine.state(), "a crash loses nothing");

    let bytes = fs::read(&log).unwrap();
    fs::write(&log, &bytes[..bytes.len() / 2]).unwrap();
    let error = Store::open(crashed.path()).unwrap_err();
    assert!(error.to_string().contains("but block 3 was committed"), "{error}");
}

#[test]
fn a_crash_while_beginning_begins_again() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("ledger.sqlite3.new"), b"half a database").unwrap();
    windows(&open(folder.path()), 0, 1);
}

#[test]
fn a_lost_database_is_not_begun_anew() {
    let folder = history();
    fs::remove_file(database(folder.path())).unwrap();
    let error = Local::open(folder.path(), &genesis(), key()).unwrap_err();
    assert!(matches!(error, EngineError::Store(StoreError::Missing { .. })), "{error}");
}

#[test]
fn a_full_disk_loses_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let (mut store, mut state) = Store::open_or_create(folder.path(), &genesis().state().unwrap()).unwrap();
    let mut chain = key().chain(0, ledger::keys::CHAIN_LINKS);
    let mut block = |state: &ledger_machine::State| {
        let index = state.tip().height.number() + 1;
        let draft = ledger_machine::Draft {
            proposer: key().public(),
            time: Millis::new(world::START_MS).unwrap(),
            link: chain.link(index).unwrap(),
            transactions: Vec::new(),
        };
        state.propose(draft).unwrap().sign(&key().secret())
    };
    let (first, applied) = block(&state);
    store.append(&first, &applied, &Attachments::default()).unwrap();
    state = applied.state;

    let (second, applied) = block(&state);
    store.limit_pages(60).unwrap();
    let large = Attachments { bundles: vec![vec![7; 1_000_000]], ..Attachments::default() };
    let error = store.append(&second, &applied, &large).unwrap_err();
    assert!(matches!(error, StoreError::Full { .. }), "{error}");
    assert_eq!(store.reader().unwrap().height().unwrap(), state.tip().height, "nothing of it is there");
    store.limit_pages(1_000_000).unwrap();
    store.append(&second, &applied, &large).unwrap();
    drop(store);
    let (_, after) = Store::open(folder.path()).unwrap();
    assert!(after == applied.state);
}

#[test]
fn what_waits_survives_a_refused_commit() {
    let engine = Local::temporary(&genesis(), key()).unwrap();
    engine.say(Body::BurnForCredits { amount: Ear::new(1) });
    let mut unfit = local::evidence(0, 0, 1, 2);
    unfit.snr_db = f64::NAN;
    let attachments = Attachments { evidence: vec![unfit], ..Attachments::default() };
    let time = Millis::new(world::START_MS).unwrap();
    let error = engine.commit_with(time, attachments).unwrap_err();
    assert!(error.to_string().contains("does not survive being written as JSON"), "{error}");
    let block = engine.commit(time).unwrap();
    assert_eq!((block.height.number(), block.dropped.len()), (1, 1));
}

#[test]
fn the_same_edges_evidence_is_kept_once() {
    let engine = Local::temporary(&genesis(), key()).unwrap();
    let time = Millis::new(world::START_MS).unwrap();
    let attachments =
        || Attachments { evidence: vec![local::evidence(0, 0, 1, 2)], ..Attachments::default() };
    engine.commit_with(time, attachments()).unwrap();
    let error = engine.commit_with(time, attachments()).unwrap_err();
    assert!(error.to_string().contains("kept already"), "{error}");
}
