//! The wire: pinned bytes, signatures over the very bytes carried, nothing lost on the way, and bundles that anybody can judge again.

#![allow(clippy::unwrap_used, reason = "a test's helpers fail as loudly as its tests")]

mod words;

use std::collections::BTreeMap;

use identity::{Hash, PublicKey};
use poc_verifier::{
    Bundle, DecodeError, EpochJudgement, Inconsistent, Message, Outcome, Party, Protocol, Region, Round,
    Sealed, Standing, WindowBook,
    messages::{ClosedSet, Commitment, Opening, Report, Reveal, ShortId},
};
use proptest::prelude::*;
use words::Conduct;

fn commitment() -> Sealed<Commitment> {
    let commitment =
        Commitment { window: 300, beacon: ShortId([0xA1, 0xB2, 0xC3, 0xD4]), digest: Hash::new([0x5E; 32]) };
    Sealed::seal(&commitment, &words::secret(7))
}

/// The body by the published schema, byte by byte; key and signature (deterministic, RFC 6979) as an
/// independent implementation computes them. A change here is a change
/// of the protocol.
#[test]
fn the_bytes_of_a_signed_commitment_are_pinned() {
    let body = concat!(
        "08ac02",       // window, varint 300
        "1204a1b2c3d4", // beacon, 4 bytes
        "1a20",         // digest, 32 bytes
        "5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e"
    );
    let key = "023b214ad95edfb5165efcaef45a5642610d852a5104dd3639092ea4f6905d49db";
    let signature = concat!(
        "2ba1d4565461b50a835a7b0cef29ada3ccffdc1861e8a726e3d770491c46d0d5",
        "26cee830d080f54c8b59d2b23c560e9a23877f2ce7aa1de7dcf43dd852b22146"
    );
    let sealed = format!("0a2b{body}1221{key}1a40{signature}");
    assert_eq!(hex::encode(commitment().encode()), sealed);
    let read = Sealed::<Commitment>::decode(&hex::decode(sealed).unwrap()).unwrap();
    assert_eq!(read, commitment());
    assert_eq!(read.signer(), PublicKey::of(&words::secret(7)));
}

/// What a commitment commits to, pinned: it binds the key, the salt, the samples and the report, and no length can be moved between.
#[test]
fn the_digest_of_a_reveal_is_pinned() {
    let reveal = Reveal { report: vec![1, 2, 3], salt: [4; 32], samples_root: Hash::new([5; 32]) };
    let key = PublicKey::of(&words::secret(7));
    assert_eq!(
        reveal.digest(&key).to_string(),
        "35ad67aeff72f425a14c38fd6cafa8317f74bab9000321b8032d8f85b3962a0d"
    );
    let others = [
        Reveal { report: vec![1, 2, 3, 0], ..reveal.clone() },
        Reveal { report: vec![1, 2], ..reveal.clone() },
        Reveal { salt: [6; 32], ..reveal.clone() },
        Reveal { samples_root: Hash::new([6; 32]), ..reveal.clone() },
    ];
    for other in others {
        assert_ne!(other.digest(&key), reveal.digest(&key));
    }
    assert_ne!(reveal.digest(&PublicKey::of(&words::secret(8))), reveal.digest(&key));
}

#[test]
fn a_signature_covers_every_bit_that_is_carried() {
    let bytes = commitment().encode();
    for bit in 0..bytes.len() * 8 {
        let mut flipped = bytes.clone();
        flipped[bit / 8] ^= 1 << (bit % 8);
        assert!(Sealed::<Commitment>::decode(&flipped).is_err(), "bit {bit}");
    }
}

/// One kind's signature is none of another's, though the bodies be the same bytes.
#[test]
fn a_signature_is_for_one_kind_only() {
    let opening = Opening { window: 9, link: Hash::new([3; 32]) };
    let sealed = Sealed::seal(&opening, &words::secret(1)).encode();
    assert!(Sealed::<Opening>::decode(&sealed).is_ok());
    assert!(matches!(Sealed::<Commitment>::decode(&sealed), Err(DecodeError::Key(_))));
    assert!(matches!(Sealed::<ClosedSet>::decode(&sealed), Err(DecodeError::Key(_))));
    assert!(matches!(Sealed::<Reveal>::decode(&sealed), Err(DecodeError::Key(_))));
}

/// Somebody else's key on a signed body is refused.
#[test]
fn a_message_cannot_be_put_in_anothers_mouth() {
    let bytes = commitment().encode();
    let (own, other) = (PublicKey::of(&words::secret(7)), PublicKey::of(&words::secret(8)));
    let at = bytes.windows(33).position(|part| part == own.bytes()).unwrap();
    let mut stolen = bytes;
    stolen[at..at + 33].copy_from_slice(other.bytes());
    assert!(matches!(Sealed::<Commitment>::decode(&stolen), Err(DecodeError::Key(_))));
}

#[test]
fn other_encodings_of_the_same_message_are_refused() {
    let bytes = commitment().message().unwrap().encode();
    // An unknown field, a field said twice, an over-long number, a default written out.
    let unknown: Vec<u8> = bytes.iter().copied().chain([0x78, 0x01]).collect();
    let twice: Vec<u8> = [0x08, 0x01].into_iter().chain(bytes.iter().copied()).collect();
    let long: Vec<u8> = [0x08, 0xAC, 0x82, 0x00].into_iter().chain(bytes[3..].iter().copied()).collect();
    let written: Vec<u8> = [0x08, 0x00].into_iter().chain(bytes[3..].iter().copied()).collect();
    let reordered: Vec<u8> = bytes[3..].iter().chain(&bytes[..3]).copied().collect();
    for other in [unknown, twice, long, written, reordered] {
        assert_eq!(Commitment::decode(&other), Err(DecodeError::NotCanonical("commitment")));
    }
}

#[test]
fn fields_of_another_length_are_refused() {
    // window 1, beacon of 3 bytes, digest of 32.
    let mut short = vec![0x08, 0x01, 0x12, 0x03, 1, 2, 3, 0x1A, 0x20];
    short.extend([5; 32]);
    let refused = DecodeError::Length { field: "beacon", bytes: 3, expected: 4 };
    assert_eq!(Commitment::decode(&short), Err(refused));
    assert_eq!(
        Opening::decode(&[]),
        Err(DecodeError::Length { field: "link", bytes: 0, expected: 32 }),
        "nothing is the canonical encoding of nothing, and no opening"
    );
}

fn comes_back<M: Message + PartialEq + std::fmt::Debug>(message: &M) -> Result<(), TestCaseError> {
    let bytes = message.encode();
    prop_assert!(bytes.len() <= M::BYTES_MAX, "{} bytes of a {}", bytes.len(), M::KIND);
    prop_assert_eq!(&M::decode(&bytes).unwrap(), message);
    let sealed = Sealed::seal(message, &words::secret(3));
    let read = Sealed::<M>::decode(&sealed.encode()).unwrap();
    prop_assert_eq!(&read, &sealed);
    prop_assert_eq!(&read.message().unwrap(), message);
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn commitments_come_back(message in words::any_commitment()) {
        comes_back(&message)?;
    }

    #[test]
    fn openings_come_back(message in words::any_opening()) {
        comes_back(&message)?;
    }

    #[test]
    fn closed_sets_come_back(message in words::any_closed_set()) {
        comes_back(&message)?;
    }

    #[test]
    fn reports_come_back(message in words::any_report()) {
        comes_back(&message)?;
    }

    #[test]
    fn reveals_come_back(message in words::any_reveal()) {
        comes_back(&message)?;
    }

    #[test]
    fn showings_come_back(message in words::any_showing()) {
        comes_back(&message)?;
    }

    #[test]
    fn bundles_come_back(bundle in words::any_bundle()) {
        let bytes = bundle.encode();
        prop_assert_eq!(Bundle::decode(&bytes).unwrap(), bundle);
        prop_assert_eq!(Bundle::address(&bytes), Hash::new(*blake3::hash(&bytes).as_bytes()));
    }

    /// A hop out of range is refused by every field, so that no later sum is near overflow.
    #[test]
    fn hops_out_of_range_are_refused(mut report in words::any_report(), hop in words::any_hop(), field in 0..11_usize) {
        let mut hop = hop;
        match field {
            0 => hop.rssi_cdbm = 10_001,
            1 => hop.noise_floor_cdbm = -30_001,
            2 => hop.snr_cdb = 20_001,
            3 => hop.cfo_mhz = i64::MIN,
            4 => hop.cfo_sigma_mhz = u32::MAX,
            5 => hop.sfo_ppb = i32::MIN,
            6 => hop.arrival_ns = -1,
            7 => hop.arrival_ns = i64::MAX,
            8 => hop.arrival_ps = 1000,
            9 => hop.phase_mdeg = 360_000,
            _ => hop.payload.clear(),
        }
        report.hops.truncate(Report::HOPS_MAX - 1);
        report.hops.push(hop);
        let refused = matches!(Report::decode(&report.encode()), Err(DecodeError::Range { .. }));
        prop_assert!(refused);
    }
}

#[test]
fn a_report_has_32_frames_at_most() {
    let hop = words::play(1, &[Conduct::Honest]).round.testimonies[0].report.hops[0].clone();
    let report = |hops| Report { window: 1, beacon: ShortId([1; 4]), hops: vec![hop.clone(); hops] };
    assert!(Report::decode(&report(32).encode()).is_ok());
    assert!(matches!(Report::decode(&report(33).encode()), Err(DecodeError::Range { field: "hops", .. })));
}

/// Whoever turns a bundle's milliseconds to nanoseconds, as every verifier does, must not overflow.
#[test]
fn a_bundle_beyond_the_century_is_refused() {
    let mut bundle = words::play(1, &[Conduct::Honest]).bundle;
    for (start_ms, taken) in
        [(4_000_000_000_000, true), (4_000_000_000_001, false), (1 << 50, false), (u64::MAX, false)]
    {
        bundle.window_start_ms = start_ms;
        let read = Bundle::decode(&bundle.encode());
        assert_eq!(read.is_ok(), taken, "{start_ms}");
        assert!(!taken || i64::try_from(start_ms).unwrap().checked_mul(1_000_000).is_some());
    }
}

/// Every row comes back as it was; a name that is no row's, of any length, is refused.
#[test]
fn a_bundle_is_of_a_region_that_is_known() {
    let mut bundle = words::play(1, &[Conduct::Honest]).bundle;
    for region in Region::ALL {
        bundle.protocol.region = region;
        assert_eq!(Bundle::decode(&bundle.encode()).unwrap(), bundle, "{}", region.name);
    }
    for name in ["EU433", "eu868", "", "EU868 with a tail"] {
        bundle.protocol.region = Region { name, ..Region::EU868 };
        assert_eq!(Bundle::decode(&bundle.encode()), Err(DecodeError::Region), "{name:?}");
    }
}

/// A chain that begins with time itself has no link for the last window of all; asking must not wrap around to the head.
#[test]
fn a_chain_has_no_link_for_the_end_of_time() {
    let mut party = words::play(1, &[Conduct::Honest]).bundle.beaconer;
    party.chain.first_window = 0;
    assert_eq!(party.chain.index_of(u64::MAX), None);
    assert!(!party.chain.opens(u64::MAX, &party.chain.link));
    assert_eq!(party.chain.index_of(0), Some(1));
    party.chain.first_window = 10;
    assert_eq!(party.chain.index_of(9), None);
}

/// Links open forwards and backwards from the known one, one window each; no other link does, and no walk is endless.
#[test]
fn a_chain_opens_each_window_by_its_own_link() {
    let mut chain = identity::OneWayChain::new([8; 32], 60);
    let mut party = words::play(1, &[Conduct::Honest]).bundle.beaconer;
    party.chain.first_window = 100;
    for known in [0, 1, 30, 60] {
        party.chain.link = chain.link(known).unwrap();
        party.chain.index = known;
        for window in 99..165 {
            let own = window - 99;
            for index in 0..=60 {
                let opens = party.chain.opens(window, &chain.link(index).unwrap());
                assert_eq!(opens, index == own && own > 0, "window {window}, link {index}, known {known}");
            }
        }
    }
    party.chain.index = 0;
    assert!(!party.chain.opens(100 + (1 << 40), &party.chain.link), "too far to walk");
}

const CONDUCTS: [Conduct; 10] = [
    Conduct::Honest,
    Conduct::Honest,
    Conduct::Honest,
    Conduct::Honest,
    Conduct::Withholds,
    Conduct::Equivocates,
    Conduct::ShowsAnother,
    Conduct::CommitsToNothing,
    Conduct::Guesses,
    Conduct::Deaf,
];

/// The round that a bundle tells of, from nothing but the bundle: its messages are put in the book again, in time as the closed set says.
fn replayed(bundle: &Bundle, protocol: &Protocol) -> (Round, BTreeMap<PublicKey, Party>) {
    let mut book = WindowBook::new(bundle.window, protocol.timetable);
    for sealed in bundle.witnesses.iter().flat_map(|witnessed| &witnessed.commitments) {
        book.commit(sealed.clone(), 0).unwrap();
    }
    let set = book.close(&words::secret(1234));
    assert_eq!(
        bundle.closed_set.as_ref().unwrap().message(),
        Ok(set),
        "the closed set covers these commitments"
    );
    let opening = bundle.opening.clone().unwrap();
    let link = opening.message().unwrap().link;
    book.open(opening, 0).unwrap();
    for sealed in bundle.witnesses.iter().filter_map(|witnessed| witnessed.reveal.clone()) {
        book.reveal(sealed, 0).unwrap();
    }
    let parties = bundle.witnesses.iter().map(|witnessed| witnessed.party).chain([bundle.beaconer]);
    let round = Round {
        window: bundle.window,
        window_start_ns: bundle.window_start_ms as i64 * 1_000_000,
        randomness: bundle.randomness,
        beaconer: bundle.beaconer.key,
        link: Some(link).filter(|link| bundle.beaconer.chain.opens(bundle.window, link)),
        opening: bundle.opening.clone(),
        closed_set: bundle.closed_set.clone(),
        fresh: bundle.fresh,
        testimonies: book.testimonies(),
    };
    (round, parties.map(|party| (party.key, party)).collect())
}

/// Outcome and deciding check of each witness, by its number.
fn outcomes(judgement: &EpochJudgement, witnesses: usize) -> Vec<(Outcome, Option<&'static str>)> {
    let edges = &judgement.rounds[0].edges;
    (0..witnesses)
        .map(|index| {
            let key = PublicKey::of(&words::secret(1 + index as u64));
            let edge = edges.iter().find(|edge| edge.witness == key).unwrap();
            (edge.outcome, edge.decided_by.map(|index| edge.findings[index].check.as_str()))
        })
        .collect()
}

#[test]
fn a_published_round_is_judged_as_it_was() {
    use Outcome::{Accepted, Rejected, Unproven};
    for seed in 0..12 {
        let played = words::play(seed, &CONDUCTS);
        let judged = words::judged(&played.protocol, &played.parties, &played.round);
        let expected = [
            (Accepted, None),
            (Accepted, None),
            (Accepted, None),
            (Accepted, None),
            (Rejected, Some("commit_reveal")),
            (Rejected, Some("commit_reveal")),
            (Rejected, Some("commit_reveal")),
            (Rejected, Some("commit_reveal")),
            (Rejected, Some("freshness")),
            (Unproven, Some("hops")),
        ];
        assert_eq!(outcomes(&judged, CONDUCTS.len()), expected, "seed {seed}");
        assert_eq!(judged.places[&played.round.beaconer].outcome, Accepted);
        let bytes = played.bundle.encode();
        let bundle = Bundle::decode(&bytes).unwrap();
        assert_eq!(bundle, played.bundle);
        let (round, parties) = replayed(&bundle, &played.protocol);
        let again = words::judged(&played.protocol, &parties, &round);
        assert_eq!(again, judged, "seed {seed}");
        let told = words::judged(&played.protocol, &parties, &bundle.round().unwrap());
        assert_eq!(told, judged, "seed {seed}: as the bundle tells it");
    }
}

/// Only commitments that hold count towards a place: uncommitted, withheld and equivocated words neither prove nor blame.
#[test]
fn a_place_is_measured_by_committed_words_only() {
    for (count, bad) in [(3, Conduct::CommitsToNothing), (3, Conduct::Equivocates), (3, Conduct::Withholds)] {
        let mut conducts = vec![Conduct::Honest; count];
        conducts.resize(count + 6, bad);
        let played = words::play(5, &conducts);
        let judged = words::judged(&played.protocol, &played.parties, &played.round);
        let place = &judged.places[&played.round.beaconer];
        assert_eq!((place.outcome, place.anchors), (Outcome::Unproven, count), "{bad:?}: {place:?}");
        assert!(judged.rounds[0].edges.iter().all(|edge| edge.outcome != Outcome::Accepted));
    }
}

/// A link that is not the chain's opens nothing; an undrawn beaconer's beacon is nobody's to hear.
#[test]
fn a_beacon_without_its_link_or_its_draw_is_not_accepted() {
    let played = words::play(6, &[Conduct::Honest; 5]);
    let judge = |round: &Round| words::judged(&played.protocol, &played.parties, round).rounds.remove(0);
    assert!(judge(&played.round).edges.iter().all(|edge| edge.outcome == Outcome::Accepted));
    let unopened = Round { link: None, ..played.round.clone() };
    assert!(judge(&unopened).edges.iter().all(|edge| edge.outcome == Outcome::Unproven));
    let undrawn = Round { window: played.round.window + 1, ..played.round.clone() };
    let judged = judge(&undrawn);
    assert!(!judged.drawn);
    assert!(judged.edges.iter().all(|edge| edge.outcome == Outcome::Rejected));
    let mut silent = undrawn;
    for said in &mut silent.testimonies {
        said.report.hops.clear();
    }
    let judged = judge(&silent);
    assert_eq!(judged.edges.len(), 5);
    assert!(judged.edges.iter().all(|edge| edge.outcome == Outcome::Unproven), "silence earns nothing");
}

/// What was sent in the last thirty epochs is told by the window of its recording. Forgetting changes the sentence, not the verdict.
#[test]
fn recordings_are_told_by_their_window() {
    let (old, now) = (words::play(20, &[Conduct::Honest]), words::play(21, &[Conduct::Honest; 5]));
    let mut round = now.round.clone();
    for said in &mut round.testimonies {
        said.report.hops.clone_from(&old.round.testimonies[0].report.hops);
    }
    let mut history = poc_verifier::History::default();
    let judged = |played: &words::Played, round: &poc_verifier::Round, history: &poc_verifier::History| {
        poc_verifier::judge(&poc_verifier::Epoch {
            protocol: &played.protocol,
            parties: &played.parties,
            history,
            rounds: std::slice::from_ref(round),
            terrain: None,
        })
    };
    let sentence = |history: &poc_verifier::History| {
        let judgement = judged(&now, &round, history);
        let edge = &judgement.rounds[0].edges[0];
        assert_eq!(edge.outcome, Outcome::Rejected);
        edge.findings[edge.decided_by.unwrap()].explanation.clone()
    };
    assert!(sentence(&history).contains("guessed"));
    history.remember(&judged(&old, &old.round, &history));
    let told = format!("window {}", old.round.window);
    for _ in 1..poc_verifier::judgement::EPOCHS_REMEMBERED {
        history.remember(&judged(&now, &now.round, &history));
        assert!(sentence(&history).contains(&told));
    }
    history.remember(&judged(&now, &now.round, &history));
    assert!(sentence(&history).contains("guessed"));
}

/// A bundle in which somebody speaks for another, or of another round, is none.
#[test]
fn parts_that_do_not_belong_together_are_told() {
    let bundle = words::play(1, &CONDUCTS).bundle;
    assert!(bundle.round().is_ok());
    let twice =
        Bundle { witnesses: [&bundle.witnesses[..], &bundle.witnesses[..1]].concat(), ..bundle.clone() };
    assert!(matches!(twice.round(), Err(Inconsistent::Twice(_))));
    let mut swapped = bundle.clone();
    (swapped.witnesses[0].reveal, swapped.witnesses[1].reveal) =
        (swapped.witnesses[1].reveal.clone(), swapped.witnesses[0].reveal.clone());
    assert!(matches!(swapped.round(), Err(Inconsistent::Signer { part: "reveal", .. })));
    let later = Bundle { window: bundle.window + 1, ..bundle.clone() };
    assert!(matches!(later.round(), Err(Inconsistent::OtherRound { part: "opening", .. })));
    let other_set = Some(words::play(2, &CONDUCTS).bundle.closed_set.unwrap().message().unwrap());
    let other_set = other_set.map(|set| ClosedSet { window: bundle.window + 1, ..set });
    let closed_set = other_set.map(|set| Sealed::seal(&set, &words::secret(99)));
    let other_window = Bundle { closed_set, ..bundle.clone() };
    assert!(matches!(other_window.round(), Err(Inconsistent::OtherRound { part: "closed set", .. })));
    let of_another = Bundle { opening: None, beaconer: bundle.witnesses[0].party, ..bundle };
    assert!(matches!(of_another.round(), Err(Inconsistent::OtherRound { part: "commitment", .. })));
}

/// Bundles cannot smuggle in what the closed set does not have: a commitment counts where its path leads to the root that was signed.
#[test]
fn a_commitment_outside_the_closed_set_is_none() {
    let bundle = words::play(1, &CONDUCTS).bundle;
    let standing = |bundle: &Bundle, witness: usize| bundle.round().unwrap().testimonies[witness].standing;
    let kept: Vec<Standing> = (0..bundle.witnesses.len()).map(|witness| standing(&bundle, witness)).collect();
    for of in [Standing::Committed, Standing::Equivocated, Standing::NotCommitted] {
        assert!(kept.contains(&of), "{kept:?} has no {of:?}");
    }
    let at = kept.iter().position(|standing| *standing == Standing::Committed).unwrap();
    let with = |change: &dyn Fn(&mut Bundle)| {
        let mut other = bundle.clone();
        change(&mut other);
        let read = Bundle::decode(&other.encode()).unwrap();
        assert_eq!(read, other);
        standing(&read, at)
    };
    // Another place in the tree, another neighbour, another tree, another root, none at all.
    let neighbour = Hash::new([0; 32]);
    assert_eq!(with(&|_| {}), Standing::Committed);
    assert_eq!(with(&|other| other.witnesses[at].paths[0].index ^= 1), Standing::NotCommitted);
    assert_eq!(with(&|other| other.witnesses[at].paths[0].neighbours[0] = neighbour), Standing::NotCommitted);
    assert_eq!(with(&|other| other.witnesses[at].paths[0].leaves += 1), Standing::NotCommitted);
    assert_eq!(with(&|other| other.closed_set = None), Standing::NotCommitted);
    let set = bundle.closed_set.as_ref().unwrap().message().unwrap();
    for set in [ClosedSet { root: neighbour, ..set }, ClosedSet { commitments: set.commitments + 1, ..set }] {
        let closed_set = Some(Sealed::seal(&set, &words::secret(99)));
        assert_eq!(with(&|other| other.closed_set.clone_from(&closed_set)), Standing::NotCommitted);
    }
}

/// Bundles of another version, and those whose paths are not as many as their commitments, are refused by name.
#[test]
fn a_bundle_without_its_paths_is_refused() {
    let bundle = words::play(1, &CONDUCTS).bundle;
    let mut fewer = bundle.clone();
    let committed = fewer.witnesses.iter_mut().find(|said| !said.paths.is_empty()).unwrap();
    committed.paths.pop();
    assert!(matches!(Bundle::decode(&fewer.encode()), Err(DecodeError::Range { field: "paths", .. })));
    // The version is the last field: its key and its number.
    let bytes = bundle.encode();
    let (rest, version) = bytes.split_at(bytes.len() - 2);
    assert_eq!(version, [11 << 3, 2]);
    let refused = |value| DecodeError::Range { field: "version", value, min: 2, max: 2 };
    assert_eq!(Bundle::decode(rest), Err(refused(0)));
    assert_eq!(Bundle::decode(&[rest, &[11 << 3, 3]].concat()), Err(refused(3)));
}
