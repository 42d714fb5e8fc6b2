//! The one writer.

use std::path::{Path, PathBuf};

use ledger_machine::{
    Applied, Block, Effect, Hash, Height, PublicKey, RewardLine, RoundVerdict, State, Wire,
};
use rusqlite::{Connection, OptionalExtension, Transaction, params};

use super::{
    Reader, StoreError, folder,
    row::{Sealed, Table, damaged, sql},
    schema,
};
use crate::evidence::EdgeEvidence;

/// The most bytes of a bundle.
pub const MAX_BUNDLE_BYTES: usize = 64 * 1024 * 1024;
/// The most bytes of one edge's evidence as JSON.
const MAX_EVIDENCE_BYTES: usize = 256 * 1024;
/// Blocks after which a checkpoint is kept, besides those that close an epoch.
const CHECKPOINT_EVERY: u64 = 256;
/// Checkpoints kept, besides the genesis.
const CHECKPOINTS: u64 = 4;

/// What is kept beside a block: evidence to show, and the published bundles by which anybody judges again.
#[derive(Clone, Debug, Default)]
pub struct Attachments {
    /// Evidence of judged edges; each edge once in a ledger's life.
    pub evidence: Vec<EdgeEvidence>,
    /// Bundles; kept under the BLAKE3 hash of their bytes, equal ones once.
    pub bundles: Vec<Vec<u8>>,
}

/// A ledger's folder, held by this process.
#[derive(Debug)]
pub struct Store {
    dir: PathBuf,
    path: PathBuf,
    connection: Connection,
    _lock: folder::Lock,
}

impl Store {
    /// Opens the ledger in `dir`, or begins it when there is none.
    ///
    /// # Errors
    /// When another process keeps it, when it began otherwise, or when it is damaged.
    pub fn open_or_create(dir: &Path, genesis: &State) -> Result<(Self, State), StoreError> {
        folder::io(dir, std::fs::create_dir_all(dir))?;
        let lock = folder::Lock::take(dir)?;
        if !folder::database(dir).exists() && folder::read_tip(dir)?.is_none() {
            schema::create(dir, genesis)?;
        }
        let (store, state) = Self::with_lock(dir, lock)?;
        let (found, expected) = (state.network(), genesis.network());
        if found == expected {
            Ok((store, state))
        } else {
            Err(StoreError::OtherGenesis { path: store.path, found, expected })
        }
    }

    /// Opens the ledger in `dir`.
    ///
    /// # Errors
    /// When there is none, when another process keeps it, or when it is damaged.
    pub fn open(dir: &Path) -> Result<(Self, State), StoreError> {
        if !folder::database(dir).exists() {
            return Err(StoreError::Missing { path: folder::database(dir) });
        }
        Self::with_lock(dir, folder::Lock::take(dir)?)
    }

    fn with_lock(dir: &Path, lock: folder::Lock) -> Result<(Self, State), StoreError> {
        let path = folder::database(dir);
        let connection = schema::open(&path, true)?;
        schema::check_pages(&connection, &path)?;
        let mut reader = Reader::with(dir, connection);
        let state = reader.checked_state()?.state;
        let connection = reader.into_connection();
        schema::begin_wal(&connection, &path)?;
        Ok((Self { dir: dir.to_owned(), path, connection, _lock: lock }, state))
    }

    /// A reader of its own, for another thread.
    ///
    /// # Errors
    /// When the database cannot be opened a second time.
    pub fn reader(&self) -> Result<Reader, StoreError> {
        Reader::unchecked(&self.dir)
    }

    /// The folder.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// Keeps a block with all that belongs to it, or nothing of it.
    ///
    /// # Errors
    /// When the disk is full or the attachments are not fit to be kept; the store stays as it was.
    pub fn append(
        &mut self,
        block: &Block,
        applied: &Applied,
        attachments: &Attachments,
    ) -> Result<(), StoreError> {
        let height = block.header.height.number();
        let hash = block.header.hash();
        let path = self.path.clone();
        let transaction = sql(&path, self.connection.transaction())?;
        check_follows(&transaction, &path, height)?;
        sql(&path, insert_block(&transaction, block, hash))?;
        for effect in &applied.effects {
            sql(&path, insert_effect(&transaction, height, &applied.state, effect))?;
        }
        for evidence in &attachments.evidence {
            insert_evidence(&transaction, &path, height, evidence)?;
        }
        for bundle in &attachments.bundles {
            insert_bundle(&transaction, &path, height, bundle)?;
        }
        let closes = applied.effects.iter().any(|effect| matches!(effect, Effect::EpochClosed(_)));
        if closes || height.is_multiple_of(CHECKPOINT_EVERY) {
            sql(&path, insert_checkpoint(&transaction, height, &applied.state))?;
        }
        sql(&path, transaction.commit())?;
        // The block is kept; the tip file only guards against a cut-off log, and is made up for by the next block.
        let _ = folder::write_tip(&self.dir, Height::new(height), hash);
        Ok(())
    }

    /// Limits the database to so many pages, so that a full disk can be tried.
    #[doc(hidden)]
    pub fn limit_pages(&self, pages: u32) -> Result<(), StoreError> {
        let limit = format!("PRAGMA max_page_count = {pages}");
        sql(&self.path, self.connection.query_row(&limit, [], |_| Ok(())))
    }
}

fn check_follows(transaction: &Transaction<'_>, path: &Path, height: u64) -> Result<(), StoreError> {
    let last =
        transaction.query_row("SELECT max(height) FROM blocks", [], |row| row.get::<_, Option<u64>>(0));
    let last = sql(path, last)?.unwrap_or(0);
    if last + 1 == height {
        Ok(())
    } else {
        Err(damaged(path, format!("block {height} cannot follow block {last}")))
    }
}

fn insert_block(transaction: &Transaction<'_>, block: &Block, hash: Hash) -> rusqlite::Result<()> {
    let header = &block.header;
    transaction
        .prepare_cached(
            "INSERT INTO blocks (height, hash, epoch, time_ms, bytes) VALUES (?1, ?2, ?3, ?4, ?5)",
        )?
        .execute(params![
            header.height.number(),
            hash.bytes(),
            header.epoch.number(),
            header.time.ms(),
            block.encode(),
        ])?;
    Ok(())
}

fn insert_effect(
    transaction: &Transaction<'_>,
    height: u64,
    state: &State,
    effect: &Effect,
) -> rusqlite::Result<()> {
    match effect {
        Effect::Reward(line) => insert_line(transaction, height, line),
        Effect::RoundDecided(verdict) => insert_round(transaction, height, state, verdict),
        Effect::EpochClosed(summary) => {
            let row = Sealed::new(Table::Epochs, height, &summary.epoch.to_string(), bytes(summary));
            transaction
                .prepare_cached("INSERT INTO epochs (epoch, height, seal, bytes) VALUES (?1, ?2, ?3, ?4)")?
                .execute(params![summary.epoch.number(), height, row.seal, row.bytes])?;
            Ok(())
        }
        // The rest is told by the blocks themselves.
        _ => Ok(()),
    }
}

fn bytes(value: &impl borsh::BorshSerialize) -> Vec<u8> {
    borsh::to_vec(value).expect("writing into memory cannot fail")
}

fn insert_line(transaction: &Transaction<'_>, height: u64, line: &RewardLine) -> rusqlite::Result<()> {
    let cell = line.work.cell().map(ledger_machine::Cell8::index);
    let cell_text = cell.map_or("-".to_owned(), |cell| cell.to_string());
    let filed_under = format!("{}/{}/{cell_text}", line.epoch, line.hotspot);
    let row = Sealed::new(Table::RewardLines, height, &filed_under, bytes(line));
    transaction
        .prepare_cached(
            "INSERT INTO reward_lines (epoch, hotspot, cell, height, seal, bytes) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )?
        .execute(params![
            line.epoch.number(),
            line.hotspot.bytes(),
            cell,
            height,
            row.seal,
            row.bytes,
        ])?;
    Ok(())
}

fn insert_round(
    transaction: &Transaction<'_>,
    height: u64,
    state: &State,
    verdict: &RoundVerdict,
) -> rusqlite::Result<()> {
    let epoch = state.calendar().epoch_of(verdict.window);
    let filed_under = format!("{epoch}/{}/{}", verdict.window, verdict.beaconer);
    let row = Sealed::new(Table::Rounds, height, &filed_under, bytes(verdict));
    transaction
        .prepare_cached(
            "INSERT INTO rounds (epoch, window, beaconer, height, seal, bytes) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )?
        .execute(params![
            epoch.number(),
            verdict.window.number(),
            verdict.beaconer.bytes(),
            height,
            row.seal,
            row.bytes,
        ])?;
    Ok(())
}

fn insert_evidence(
    transaction: &Transaction<'_>,
    path: &Path,
    height: u64,
    evidence: &EdgeEvidence,
) -> Result<(), StoreError> {
    let refuse = |detail: &str| StoreError::Evidence {
        beaconer: evidence.beaconer.clone(),
        witness: evidence.witness.clone(),
        detail: detail.to_owned(),
    };
    let key = |text: &str| parse_key(text).ok_or_else(|| refuse("a key is not 33 bytes of hexadecimal"));
    let (beaconer, witness) = (key(&evidence.beaconer)?, key(&evidence.witness)?);
    let text = serde_json::to_string(evidence).map_err(|error| refuse(&error.to_string()))?;
    // JSON has no NaN and no infinity: what cannot be read back is not kept.
    if serde_json::from_str::<EdgeEvidence>(&text).ok().as_ref() != Some(evidence) {
        return Err(refuse("it does not survive being written as JSON"));
    }
    if text.len() > MAX_EVIDENCE_BYTES {
        return Err(refuse("it is too long"));
    }
    let known = transaction
        .query_row(
            "SELECT 1 FROM edges WHERE window = ?1 AND beaconer = ?2 AND witness = ?3",
            params![evidence.window, beaconer.bytes(), witness.bytes()],
            |_| Ok(()),
        )
        .optional();
    if sql(path, known)?.is_some() {
        return Err(refuse("this edge's evidence is kept already"));
    }
    let filed_under = format!("{}/{}/{beaconer}/{witness}", evidence.epoch, evidence.window);
    let row = Sealed::new(Table::Edges, height, &filed_under, text.into_bytes());
    let insert = transaction.execute(
        "INSERT INTO edges (epoch, window, beaconer, witness, height, seal, bytes) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        params![
            evidence.epoch,
            evidence.window,
            beaconer.bytes(),
            witness.bytes(),
            height,
            row.seal,
            row.bytes,
        ],
    );
    sql(path, insert).map(|_| ())
}

fn parse_key(text: &str) -> Option<PublicKey> {
    let mut bytes = [0; 33];
    hex::decode_to_slice(text, &mut bytes).ok()?;
    PublicKey::new(bytes).ok()
}

fn insert_bundle(
    transaction: &Transaction<'_>,
    path: &Path,
    height: u64,
    bundle: &[u8],
) -> Result<(), StoreError> {
    if bundle.len() > MAX_BUNDLE_BYTES {
        return Err(StoreError::Bundle { actual: bundle.len(), limit: MAX_BUNDLE_BYTES });
    }
    let hash = blake3::hash(bundle);
    let insert = transaction.execute(
        "INSERT INTO bundles (hash, height, bytes) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING",
        params![hash.as_bytes(), height, bundle],
    );
    sql(path, insert).map(|_| ())
}

fn insert_checkpoint(transaction: &Transaction<'_>, height: u64, state: &State) -> rusqlite::Result<()> {
    let row = Sealed::new(Table::Checkpoints, height, "", state.to_bytes());
    transaction.execute(
        "INSERT INTO checkpoints (height, seal, bytes) VALUES (?1, ?2, ?3)",
        params![height, row.seal, row.bytes],
    )?;
    transaction.execute(
        "DELETE FROM checkpoints WHERE height > 0 AND height NOT IN
            (SELECT height FROM checkpoints ORDER BY height DESC LIMIT ?1)",
        [CHECKPOINTS],
    )?;
    Ok(())
}
