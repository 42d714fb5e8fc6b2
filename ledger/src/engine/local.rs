//! One validator that needs nobody's consent.
//!
//! `commit` makes a block of, in this order: what others submitted, what this validator says itself (verdicts, votes),
//! a new chain head when the old chain runs low, and the closing of every epoch that is over. So the verdicts of an
//! epoch's last window, submitted before the commit at its end, still belong to it.

use std::{
    path::Path,
    sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock},
};

use ledger_machine::{
    Body, Calendar, ChainPosition, Draft, Epoch, Genesis, Hash, Millis, OneWayChain, Proposal,
    SignedTransaction, State, Transaction, TransactionError,
};
use tempfile::TempDir;

use super::{
    CommittedBlock, EngineError, EngineStatus, LedgerEngine, OnCommitted, Randomness, SubmitError, pool::Pool,
};
use crate::{
    keys::{CHAIN_LINKS, SecretSeed},
    store::{Attachments, Reader, Store, StoreError},
};

/// The most epochs that one block closes.
const MAX_CLOSED: u64 = 64;

/// The engine of a ledger with one validator.
pub struct Local {
    key: SecretSeed,
    links: u64,
    inner: Mutex<Inner>,
    listeners: RwLock<Vec<OnCommitted>>,
    /// Deleted when the engine is dropped; declared last, after the store inside it.
    _folder: Option<TempDir>,
}

struct Inner {
    store: Store,
    state: State,
    pool: Pool,
    /// What the validator itself wants to say, signed when a block is made.
    own: Vec<Body>,
    chain: OneWayChain,
    chain_number: u32,
}

impl Local {
    /// Opens the ledger of `genesis` in `dir`, or begins it there.
    ///
    /// # Errors
    /// When `key` is no validator of it, another process keeps it, it began otherwise, or it is damaged.
    pub fn open(dir: &Path, genesis: &Genesis, key: SecretSeed) -> Result<Self, EngineError> {
        Self::start(dir, genesis, key, CHAIN_LINKS, None)
    }

    /// A ledger in a temporary folder that goes when the engine goes.
    ///
    /// # Errors
    /// As [`Local::open`].
    pub fn temporary(genesis: &Genesis, key: SecretSeed) -> Result<Self, EngineError> {
        let folder =
            tempfile::tempdir().map_err(|error| StoreError::Io { path: std::env::temp_dir(), error })?;
        let dir = folder.path().to_owned();
        Self::start(&dir, genesis, key, CHAIN_LINKS, Some(folder))
    }

    /// As [`Local::open`], with chains of another length: for tests of their renewal.
    ///
    /// # Errors
    /// As [`Local::open`].
    #[doc(hidden)]
    pub fn open_with_links(
        dir: &Path,
        genesis: &Genesis,
        key: SecretSeed,
        links: u64,
    ) -> Result<Self, EngineError> {
        Self::start(dir, genesis, key, links, None)
    }

    fn start(
        dir: &Path,
        genesis: &Genesis,
        key: SecretSeed,
        links: u64,
        folder: Option<TempDir>,
    ) -> Result<Self, EngineError> {
        let genesis = genesis.state()?;
        if !genesis.validators().contains(&key.public()) {
            return Err(EngineError::NotAValidator(key.public()));
        }
        let (store, state) = Store::open_or_create(dir, &genesis)?;
        let chain_number = position(&state, &key).number;
        let chain = key.chain(chain_number, links);
        let mut inner = Inner { store, state, pool: Pool::default(), own: Vec::new(), chain, chain_number };
        inner.check_chain(&key)?;
        Ok(Self { key, links, inner: Mutex::new(inner), listeners: RwLock::default(), _folder: folder })
    }

    /// Lets the validator itself say something in the next block: a verdict, a vote.
    pub fn say(&self, body: Body) {
        self.inner().own.push(body);
    }

    /// Makes a block at `time` of what waits.
    ///
    /// # Errors
    /// When time went backwards or the store refuses; then nothing changed and what waits goes on waiting.
    pub fn commit(&self, time: Millis) -> Result<Arc<CommittedBlock>, EngineError> {
        self.commit_with(time, Attachments::default())
    }

    /// Makes a block at `time` of what waits, and keeps `attachments` with it. One thread commits.
    ///
    /// # Errors
    /// As [`Local::commit`].
    pub fn commit_with(
        &self,
        time: Millis,
        attachments: Attachments,
    ) -> Result<Arc<CommittedBlock>, EngineError> {
        let committed = Arc::new(self.inner().commit(&self.key, self.links, time, attachments)?);
        let listeners = self.listeners.read().unwrap_or_else(PoisonError::into_inner);
        listeners.iter().for_each(|listener| listener(&committed));
        Ok(committed)
    }

    /// The state after the last block. Cheap.
    pub fn state(&self) -> State {
        self.inner().state.clone()
    }

    /// A reader of the store, for another thread.
    ///
    /// # Errors
    /// When the database cannot be opened a second time.
    pub fn reader(&self) -> Result<Reader, StoreError> {
        self.inner().store.reader()
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        // A commit changes the state last, in one assignment: a panic before leaves the state before.
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl std::fmt::Debug for Local {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Local").field("status", &self.status()).finish_non_exhaustive()
    }
}

impl LedgerEngine for Local {
    fn submit(&self, transaction: SignedTransaction) -> Result<Hash, SubmitError> {
        let inner = &mut *self.inner();
        inner.pool.add(&inner.state, transaction)
    }

    fn on_committed(&self, listener: OnCommitted) {
        self.listeners.write().unwrap_or_else(PoisonError::into_inner).push(listener);
    }

    fn status(&self) -> EngineStatus {
        let inner = self.inner();
        let tip = inner.state.tip();
        EngineStatus {
            network: inner.state.network(),
            height: tip.height,
            head: inner.state.head(),
            time: tip.time,
            epoch: tip.epoch,
            waiting: inner.pool.len() + inner.own.len(),
            validators: inner.state.validators().len(),
            randomness: Randomness::TrustedOneValidator,
            links_left: self.links - position(&inner.state, &self.key).index,
        }
    }
}

fn position(state: &State, key: &SecretSeed) -> ChainPosition {
    let validator = state.validators().get(&key.public()).expect("checked when the engine was made");
    validator.chain.now.expect("validators have a chain from genesis on")
}

impl Inner {
    /// The chain in force must be the one that the key derives.
    fn check_chain(&mut self, key: &SecretSeed) -> Result<(), EngineError> {
        let position = position(&self.state, key);
        let known = self.chain.link(position.index);
        if known == Some(position.tip) { Ok(()) } else { Err(EngineError::OtherChain(position.number)) }
    }

    fn next_link(&mut self, key: &SecretSeed, links: u64) -> Result<Hash, EngineError> {
        let position = position(&self.state, key);
        if position.number != self.chain_number {
            self.chain = key.chain(position.number, links);
            self.chain_number = position.number;
            self.check_chain(key)?;
        }
        self.chain.link(position.index + 1).ok_or(EngineError::ChainUsedUp)
    }

    fn commit(
        &mut self,
        key: &SecretSeed,
        links: u64,
        time: Millis,
        attachments: Attachments,
    ) -> Result<CommittedBlock, EngineError> {
        let link = self.next_link(key, links)?;
        let own = Own::of(self, key, links, time);
        let (proposal, own) = self.propose(key, time, link, own)?;
        let epoch = self.state.tip().epoch;
        let transactions = proposal.transactions.len();
        let dropped = proposal.dropped.clone();
        let (block, applied) = proposal.sign(&key.secret());
        self.store.append(&block, &applied, &attachments)?;

        let height = block.header.height;
        let early: Vec<Hash> =
            dropped.iter().filter(|(_, error)| error.is_early()).map(|(early, _)| early.hash()).collect();
        self.pool.keep(&early, height.number());
        self.own = own.early;
        self.state = applied.state.clone();
        Ok(CommittedBlock {
            height,
            hash: block.header.hash(),
            epoch,
            time,
            randomness: applied.state.tip().randomness,
            transactions,
            dropped: dropped.into_iter().filter(|(_, error)| !error.is_early()).chain(own.refused).collect(),
            effects: applied.effects,
            state: applied.state,
            evidence: attachments.evidence,
        })
    }

    /// The best block: what the validator itself says is signed anew, with other nonces, when part of it is refused.
    fn propose(
        &self,
        key: &SecretSeed,
        time: Millis,
        link: Hash,
        mut own: Own,
    ) -> Result<(Proposal, Own), EngineError> {
        let others = self.pool.all();
        loop {
            let draft = |transactions| Draft { proposer: key.public(), time, link, transactions };
            let before = self.state.propose(draft(others.clone()))?;
            let accounts = before.applied.state.accounts();
            let nonce = accounts.get(&key.public()).map_or(0, |account| account.nonce);
            let signed = own.sign(self.state.network(), nonce, key);
            let first = before.transactions.len();
            let mut proposal = self.state.propose(draft([before.transactions, signed.clone()].concat()))?;
            let refused = proposal.dropped.first().map(|(refused, error)| (refused.clone(), error.clone()));
            let Some((refused, error)) = refused else {
                debug_assert!(proposal.transactions.len() == first + signed.len());
                proposal.dropped = before.dropped;
                return Ok((proposal, own));
            };
            let at = signed.iter().position(|one| *one == refused);
            own.refuse(at.expect("what others said was valid a moment ago"), refused, error);
        }
    }
}

/// What the validator itself says in a block.
struct Own {
    bodies: Vec<Body>,
    /// Said again in the next block.
    early: Vec<Body>,
    /// Not said.
    refused: Vec<(SignedTransaction, TransactionError)>,
}

impl Own {
    fn of(inner: &Inner, key: &SecretSeed, links: u64, time: Millis) -> Self {
        let mut bodies = inner.own.clone();
        bodies.extend(renewal(&inner.state, key, links));
        bodies.extend(closings(&inner.state, time));
        Self { bodies, early: Vec::new(), refused: Vec::new() }
    }

    fn sign(&self, network: Hash, first: u64, key: &SecretSeed) -> Vec<SignedTransaction> {
        let secret = key.secret();
        let sign = |(nonce, body): (u64, &Body)| {
            SignedTransaction::sign(Transaction { network, nonce, body: body.clone() }, &secret)
        };
        (first..).zip(&self.bodies).map(sign).collect()
    }

    fn refuse(&mut self, at: usize, refused: SignedTransaction, error: TransactionError) {
        let body = self.bodies.remove(at);
        let closes = matches!(body, Body::CloseEpoch { .. });
        if !error.is_early() {
            self.refused.push((refused, error));
        } else if !closes {
            self.early.push(body);
        }
    }
}

/// A new chain, when a quarter or less of the old one is left and none is on its way.
fn renewal(state: &State, key: &SecretSeed, links: u64) -> Option<Body> {
    let chain = state.validators().get(&key.public())?.chain;
    let position = chain.now?;
    let runs_low = 4 * (links - position.index) <= links;
    (runs_low && chain.next.is_none()).then(|| Body::SetValidatorChainHead {
        head: key.chain(position.number.saturating_add(1), links).head(),
    })
}

/// Every epoch that is over at `time`.
fn closings(state: &State, time: Millis) -> impl Iterator<Item = Body> {
    let calendar: Calendar = *state.calendar();
    let judging = state.parameters().judging_windows();
    let current = state.tip().epoch;
    (0..MAX_CLOSED)
        .map(move |nth| current.later(nth))
        .take_while(move |epoch: &Epoch| {
            let next = calendar.first_window(epoch.later(1));
            calendar.window_start(next.later(judging)) <= time
        })
        .map(|epoch| Body::CloseEpoch { epoch })
}
