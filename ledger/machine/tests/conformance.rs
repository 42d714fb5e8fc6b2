//! Pins the wire: a hash over thousands of generated encodings for each message. A change here is a change of the
//! protocol; when one is meant, the failing test prints the new lines for `proto/conformance.txt`.

#![allow(clippy::unwrap_used, reason = "a test's helpers fail as loudly as its tests")]

mod world;

use std::fmt::Write;

use ledger_machine::{
    Block, Body, Cell8, Check, ClockClass, Ear, EdgeVerdict, Epoch, Hash, Header, Height, Millis, Opening,
    Parameter, Price, PublicKey, Reason, RegisterHotspot, RoundVerdict, Signature, SignedTransaction,
    Transaction, Verdict, Window, Wire,
};
use world::{owner, place};

const CASES: u64 = 4_096;

/// Deterministic numbers: the extendable output of BLAKE3 over the message's name.
struct Draw(blake3::OutputReader);

impl Draw {
    fn of(name: &str) -> Self {
        Self(blake3::Hasher::new().update(name.as_bytes()).finalize_xof())
    }

    fn bytes<const N: usize>(&mut self) -> [u8; N] {
        let mut bytes = [0; N];
        self.0.fill(&mut bytes);
        bytes
    }

    /// Any number, small ones more often, so that every length of a varint occurs.
    fn number(&mut self) -> u64 {
        let [bits, ..] = self.bytes::<1>();
        u64::from_le_bytes(self.bytes()) >> (bits % 64)
    }

    fn below(&mut self, end: u64) -> u64 {
        u64::from_le_bytes(self.bytes()) % end
    }

    fn i32(&mut self) -> i32 {
        let [bits, ..] = self.bytes::<1>();
        i32::from_le_bytes(self.bytes()) >> (bits % 32)
    }

    fn i64(&mut self) -> i64 {
        let [bits, ..] = self.bytes::<1>();
        i64::from_le_bytes(self.bytes()) >> (bits % 64)
    }

    fn hash(&mut self) -> Hash {
        Hash::new(self.bytes())
    }

    fn key(&mut self) -> PublicKey {
        let mut bytes = self.bytes::<33>();
        bytes[0] = 2 + bytes[0] % 2;
        PublicKey::new(bytes).unwrap()
    }

    fn cell(&mut self) -> Cell8 {
        world::cell(usize::try_from(self.below(343)).unwrap())
    }

    fn verdict(&mut self) -> Verdict {
        let reason = |draw: &mut Self| Reason {
            check: Check::ALL[usize::try_from(draw.below(15)).unwrap()],
            measured_milli: draw.i64(),
            allowed_milli: draw.i64(),
        };
        match self.below(3) {
            0 => Verdict::Accepted,
            1 => Verdict::Rejected(reason(self)),
            _ => Verdict::Unproven(reason(self)),
        }
    }

    fn round(&mut self) -> RoundVerdict {
        let mut edges: Vec<EdgeVerdict> = (0..self.below(6))
            .map(|_| EdgeVerdict {
                witness: self.key(),
                witness_cell: self.cell(),
                witness_site: self.key(),
                margin_cdb: self.i32(),
                verdict: self.verdict(),
            })
            .collect();
        edges.sort_by_key(|edge| edge.witness);
        let opened = edges.iter().any(EdgeVerdict::is_accepted) || self.below(2) == 0;
        RoundVerdict {
            round: self.hash(),
            window: Window::new(self.number()),
            bundle: self.hash(),
            beaconer: self.key(),
            beaconer_cell: self.cell(),
            beaconer_site: self.key(),
            opening: opened.then(|| Opening { link: self.hash(), index: self.number() }),
            skipped_draws: u32::try_from(self.below(10_001)).unwrap(),
            edges,
        }
    }

    fn body(&mut self, kind: usize) -> Body {
        match kind {
            0 => Body::RegisterHotspot(RegisterHotspot {
                hotspot: self.key(),
                clock: if self.below(2) == 0 { ClockClass::FreeRunning } else { ClockClass::Pps },
                countersignature: Signature::new(self.bytes()),
            }),
            1 => Body::AssertPlace { hotspot: self.key(), place: self.place() },
            2 => Body::SetChainHead { hotspot: self.key(), head: self.hash() },
            3 => Body::SetValidatorChainHead { head: self.hash() },
            4 => Body::Transfer { to: self.key(), amount: Ear::new(self.number()) },
            5 => Body::BurnForCredits { amount: Ear::new(self.number()) },
            6 => Body::FundCell {
                cell: self.cell(),
                amount: Ear::new(self.number()),
                epochs: u32::try_from(self.number() >> 32).unwrap(),
            },
            7 => Body::PriceVote { price: Price::new(1 + self.number() % Price::MAX).unwrap() },
            8 => Body::SubmitVerdicts(self.round()),
            9 => {
                let at = usize::try_from(self.below(Parameter::ALL.len() as u64)).unwrap();
                Body::ProposeParameter { parameter: Parameter::ALL[at], value: self.number() }
            }
            _ => Body::CloseEpoch { epoch: Epoch::new(self.number()) },
        }
    }

    fn place(&mut self) -> ledger_machine::Place {
        let at = |draw: &mut Self, end| i32::try_from(draw.below(end)).unwrap();
        ledger_machine::Place {
            lat_e7: at(self, 1_800_000_001) - 900_000_000,
            lng_e7: at(self, 1_800_000_001),
            height_dm: at(self, 95_001) - 5_000,
            gain_ddbi: at(self, 701) - 300,
            eirp_ddbm: at(self, 901) - 300,
            ..place(usize::try_from(self.below(343)).unwrap())
        }
    }

    fn transaction(&mut self, kind: usize) -> Transaction {
        Transaction { network: self.hash(), nonce: self.number(), body: self.body(kind) }
    }

    fn header(&mut self) -> Header {
        Header {
            height: Height::new(self.number()),
            previous: self.hash(),
            proposer: self.key(),
            epoch: Epoch::new(self.number()),
            time: Millis::new(self.below(Millis::MAX.ms())).unwrap(),
            link: self.hash(),
            transactions: self.hash(),
            state: self.hash(),
        }
    }
}

/// Hashes generated messages; each must come back from its bytes.
fn pin<M: Wire + PartialEq>(
    lines: &mut String,
    name: &str,
    cases: u64,
    mut next: impl FnMut(&mut Draw) -> M,
) {
    let mut draw = Draw::of(name);
    let mut hasher = blake3::Hasher::new();
    for _ in 0..cases {
        let message = next(&mut draw);
        let bytes = message.encode();
        assert!(M::decode(&bytes).unwrap() == message, "{name} does not come back");
        hasher.update(&bytes);
    }
    writeln!(lines, "{name} {cases} {}", hasher.finalize()).unwrap();
}

#[test]
fn the_wire_is_what_it_was() {
    let kinds = [
        "RegisterHotspot",
        "AssertPlace",
        "SetChainHead",
        "SetValidatorChainHead",
        "Transfer",
        "BurnForCredits",
        "FundCell",
        "PriceVote",
        "SubmitVerdicts",
        "ProposeParameter",
        "CloseEpoch",
    ];
    let mut lines = String::new();
    for (kind, name) in kinds.into_iter().enumerate() {
        pin(&mut lines, name, CASES, |draw| draw.transaction(kind));
    }
    pin(&mut lines, "RoundVerdict", CASES, Draw::round);
    pin(&mut lines, "Header", CASES, Draw::header);
    pin(&mut lines, "SignedTransaction", 512, |draw| {
        let kind = usize::try_from(draw.below(11)).unwrap();
        SignedTransaction::sign(draw.transaction(kind), &owner(0))
    });
    pin(&mut lines, "Block", 256, |draw| {
        let transactions =
            (0..draw.below(4)).map(|_| SignedTransaction::sign(draw.transaction(4), &owner(0))).collect();
        Block::sign(draw.header(), transactions, &owner(1))
    });
    assert!(lines == include_str!("../proto/conformance.txt"), "the wire changed; its lines now:\n{lines}");
}
