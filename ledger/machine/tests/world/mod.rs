//! A small ledger to test with: validators, owners, hotspots with chains, and a hand that seals blocks.
//!
//! Hotspot `h` belongs to owner `h % owners` and stands in a cell of its own row; everything follows from its number.

#![allow(dead_code, unreachable_pub, reason = "each test file uses its part")]

use ledger_machine::{
    Applied, Block, Body, Calendar, Cell8, Cell12, ClockClass, Draft, Ear, EdgeVerdict, Effect, Epoch,
    Genesis, GenesisHotspot, GenesisValidator, Hash, Millis, OneWayChain, Opening, Place, Price, Proposal,
    PublicKey, Reason, RoundVerdict, SignedTransaction, State, Transaction, Verdict, Window,
};
use secp256k1::SecretKey;

pub const START_MS: u64 = 1_790_000_000_000;
pub const WINDOW_MS: u64 = 5_000;
pub const WINDOWS: u64 = 4;
pub const LINKS: u64 = 256;

pub fn secret(kind: u8, number: usize) -> SecretKey {
    let mut bytes = [kind; 32];
    bytes[31] = u8::try_from(number).unwrap();
    SecretKey::from_secret_bytes(bytes).unwrap()
}

pub fn validator(number: usize) -> SecretKey {
    secret(1, number)
}

pub fn owner(number: usize) -> SecretKey {
    secret(2, number)
}

pub fn hotspot(number: usize) -> SecretKey {
    secret(3, number)
}

pub fn chain(kind: u8, number: usize) -> OneWayChain {
    OneWayChain::new(secret(kind, number).to_secret_bytes(), LINKS)
}

pub fn cell12(number: usize) -> Cell12 {
    let number = u64::try_from(number).unwrap();
    let digits = (number % 7) << 21 | (number / 7 % 7) << 24 | (number / 49 % 7) << 27;
    Cell12::new(1 << 59 | 12 << 52 | 20 << 45 | digits | 0o777).unwrap()
}

pub fn place(number: usize) -> Place {
    let at = i32::try_from(number).unwrap();
    Place {
        lat_e7: 473_000_000 + at * 10_000,
        lng_e7: 85_000_000 + at * 10_000,
        height_dm: 4_200,
        cell: cell12(number),
        gain_ddbi: 21,
        eirp_ddbm: 160,
    }
}

pub fn cell(number: usize) -> Cell8 {
    place(number).cell8()
}

pub struct World {
    pub genesis: Genesis,
    pub state: State,
    pub owners: usize,
    pub blocks: Vec<Block>,
    pub effects: Vec<Effect>,
    chains: Vec<OneWayChain>,
}

impl World {
    /// Validator `v` has power `powers[v]`; every owner has 1000 EAR.
    pub fn new(powers: &[u64], owners: usize, hotspots: usize) -> Self {
        let genesis = genesis(powers, owners, hotspots);
        let state = genesis.state().unwrap();
        let chains = (0..powers.len()).map(|number| chain(1, number)).collect();
        Self { genesis, state, owners, blocks: Vec::new(), effects: Vec::new(), chains }
    }

    pub fn sign(&self, secret: &SecretKey, body: Body) -> SignedTransaction {
        let signer = PublicKey::of(secret);
        let nonce = self.state.accounts().get(&signer).map_or(0, |account| account.nonce);
        self.sign_as(secret, nonce, body)
    }

    pub fn sign_as(&self, secret: &SecretKey, nonce: u64, body: Body) -> SignedTransaction {
        SignedTransaction::sign(Transaction { network: self.state.network(), nonce, body }, secret)
    }

    pub fn link(&mut self, validator: usize) -> Hash {
        let key = PublicKey::of(&self::validator(validator));
        let chain = self.state.validators().get(&key).unwrap().chain.now.unwrap();
        self.chains[validator].link(chain.index + 1).unwrap()
    }

    pub fn use_chain(&mut self, validator: usize, chain: OneWayChain) {
        self.chains[validator] = chain;
    }

    pub fn draft(&mut self, proposer: usize, time_ms: u64, transactions: Vec<SignedTransaction>) -> Draft {
        Draft {
            proposer: PublicKey::of(&validator(proposer)),
            time: Millis::new(time_ms).unwrap(),
            link: self.link(proposer),
            transactions,
        }
    }

    pub fn propose(&mut self, time_ms: u64, transactions: Vec<SignedTransaction>) -> Proposal {
        let draft = self.draft(0, time_ms, transactions);
        self.state.propose(draft).unwrap()
    }

    /// Proposes, signs and applies; panics when anything was dropped.
    pub fn seal(&mut self, time_ms: u64, transactions: Vec<SignedTransaction>) -> Vec<Effect> {
        let proposal = self.propose(time_ms, transactions);
        assert!(proposal.dropped.is_empty(), "{}", proposal.dropped[0].1);
        self.commit(proposal)
    }

    /// Applies a proposal as everybody else would, and checks that it is what the proposer saw.
    pub fn commit(&mut self, proposal: Proposal) -> Vec<Effect> {
        let (block, expected) = proposal.sign(&validator(0));
        let Applied { state, effects } = self.state.apply(&block).unwrap();
        assert!(state == expected.state && effects == expected.effects);
        self.state = state;
        self.blocks.push(block);
        self.effects.extend(effects.clone());
        effects
    }

    /// The first error of one transaction at `time_ms`.
    pub fn refusal(&mut self, time_ms: u64, secret: &SecretKey, body: Body) -> String {
        let transaction = self.sign(secret, body);
        let proposal = self.propose(time_ms, vec![transaction]);
        assert_eq!(proposal.dropped.len(), 1, "it was accepted");
        proposal.dropped[0].1.to_string()
    }

    pub fn round(&self, window: u64, beaconer: usize, witnesses: &[(usize, i32)]) -> RoundVerdict {
        round(&self.state, window, beaconer, witnesses)
    }

    pub fn close(&self) -> SignedTransaction {
        self.sign(&validator(0), Body::CloseEpoch { epoch: self.state.tip().epoch })
    }

    /// The end of a window.
    pub fn end_ms(window: u64) -> u64 {
        START_MS + (window + 1) * WINDOW_MS
    }

    /// Closes empty epochs until `epoch` is the current one.
    pub fn skip_to(&mut self, epoch: u64) {
        while self.state.tip().epoch < Epoch::new(epoch) {
            let close = self.close();
            let time_ms = self.state.closes_from().ms().max(self.state.tip().time.ms());
            self.seal(time_ms, vec![close]);
        }
    }

    pub fn balance(&self, secret: &SecretKey) -> Ear {
        self.state.accounts().get(&PublicKey::of(secret)).unwrap().balance
    }
}

/// A round of hotspot `beaconer` with accepted edges to the witnesses, at the next link of its chain.
pub fn round(state: &State, window: u64, beaconer: usize, witnesses: &[(usize, i32)]) -> RoundVerdict {
    let key = PublicKey::of(&hotspot(beaconer));
    let index = state.hotspots().get(&key).unwrap().chain.now.unwrap().index + 1;
    round_at(window, beaconer, witnesses, index)
}

pub fn round_at(window: u64, beaconer: usize, witnesses: &[(usize, i32)], index: u64) -> RoundVerdict {
    let key = PublicKey::of(&hotspot(beaconer));
    let mut edges: Vec<EdgeVerdict> =
        witnesses.iter().map(|(witness, margin_cdb)| accepted(*witness, *margin_cdb)).collect();
    edges.sort_by_key(|edge| edge.witness);
    RoundVerdict {
        round: Hash::new([u8::try_from(window % 256).unwrap(); 32]),
        window: Window::new(window),
        bundle: Hash::new([7; 32]),
        beaconer: key,
        beaconer_cell: cell(beaconer),
        beaconer_site: key,
        opening: Some(Opening { link: chain(3, beaconer).link(index).unwrap(), index }),
        skipped_draws: 0,
        edges,
    }
}

pub fn accepted(witness: usize, margin_cdb: i32) -> EdgeVerdict {
    let key = PublicKey::of(&hotspot(witness));
    EdgeVerdict {
        witness: key,
        witness_cell: cell(witness),
        witness_site: key,
        margin_cdb,
        verdict: Verdict::Accepted,
    }
}

pub fn rejected(witness: usize, reason: Reason) -> EdgeVerdict {
    EdgeVerdict { verdict: Verdict::Rejected(reason), ..accepted(witness, 0) }
}

pub fn genesis(powers: &[u64], owners: usize, hotspots: usize) -> Genesis {
    let start = Millis::new(START_MS).unwrap();
    let calendar = Calendar::new(start, WINDOW_MS, WINDOWS).unwrap();
    let mut genesis = Genesis::new(calendar, Hash::new([42; 32]), Price::new(2_000_000).unwrap());
    for (number, power) in powers.iter().enumerate() {
        let key = PublicKey::of(&validator(number));
        let named = GenesisValidator { power: *power, payout: key, chain_head: chain(1, number).head() };
        genesis.validators.insert(key, named);
    }
    for number in 0..owners {
        genesis.balances.insert(PublicKey::of(&owner(number)), Ear::new(100_000_000_000));
    }
    for number in 0..hotspots {
        let named = GenesisHotspot {
            owner: PublicKey::of(&owner(number % owners)),
            clock: ClockClass::Pps,
            place: place(number),
            chain_head: chain(3, number).head(),
            anchor: number < 4,
        };
        genesis.hotspots.insert(PublicKey::of(&hotspot(number)), named);
    }
    genesis
}
