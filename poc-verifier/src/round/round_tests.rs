use identity::MerklePath;
use num_complex::Complex32;
use witness::Capture;

use super::*;
use crate::{
    messages::Hop,
    sealed::Message,
    testing::{Dice, protocol, secret},
};

const WINDOW: u64 = 77;
const VALIDATOR: u64 = 1_000;
const BEACON: ShortId = ShortId([1, 2, 3, 4]);

fn times() -> Timetable {
    protocol().timetable
}

fn book() -> WindowBook {
    WindowBook::new(WINDOW, times())
}

fn public(number: u64) -> PublicKey {
    PublicKey::of(&secret(number))
}

/// What witness `number` has to show of a beacon; `version` makes it another story.
fn reveal_of(number: u64, beacon: ShortId, version: u8) -> Reveal {
    let hop = Hop {
        payload: vec![version; 20],
        channel_hz: 865_200_000,
        rssi_cdbm: -9000,
        noise_floor_cdbm: -11_200,
        snr_cdb: 2200,
        cfo_mhz: 5,
        cfo_sigma_mhz: 1,
        sfo_ppb: 0,
        sfo_sigma_ppb: 0,
        arrival_ns: 9,
        arrival_ps: 9,
        arrival_sigma_ps: 9,
        phase_mdeg: 9,
    };
    let report = Report { window: WINDOW, beacon, hops: vec![hop] }.encode();
    Reveal { report, salt: [number as u8; 32], samples_root: Hash::new([6; 32]) }
}

fn commitment_of(number: u64, beacon: ShortId, version: u8) -> Sealed<Commitment> {
    let digest = reveal_of(number, beacon, version).digest(&public(number));
    Sealed::seal(&Commitment { window: WINDOW, beacon, digest }, &secret(number))
}

fn sealed_reveal(number: u64, beacon: ShortId, version: u8) -> Sealed<Reveal> {
    Sealed::seal(&reveal_of(number, beacon, version), &secret(number))
}

fn opening(number: u64, window: u64) -> Sealed<Opening> {
    Sealed::seal(&Opening { window, link: Hash::new([number as u8; 32]) }, &secret(number))
}

/// The standing of everybody who said something of [`BEACON`].
fn standing(book: &WindowBook, number: u64) -> Standing {
    let said = book.testimonies();
    said.iter().find(|said| said.witness == public(number) && said.beacon == BEACON).unwrap().standing
}

#[test]
fn what_is_committed_and_revealed_in_time_stands() {
    let mut book = book();
    book.commit(commitment_of(1, BEACON, 0), times().commitments_until_ms).unwrap();
    book.close(&secret(VALIDATOR));
    book.open(opening(2, WINDOW), times().reveals_until_ms).unwrap();
    book.reveal(sealed_reveal(1, BEACON, 0), times().reveals_until_ms).unwrap();
    let said = book.testimonies();
    assert_eq!((said.len(), said[0].standing), (1, Standing::Committed));
    assert_eq!((said[0].witness, said[0].beacon, said[0].report.hops.len()), (public(1), BEACON, 1));
    assert_eq!(said[0].commitments, [commitment_of(1, BEACON, 0)]);
    assert_eq!(said[0].reveal, Some(sealed_reveal(1, BEACON, 0)));
    assert_eq!(book.opening(&public(2)), Some(&opening(2, WINDOW)));
    assert_eq!(book.opening(&public(3)), None);
}

#[test]
fn each_message_is_refused_a_millisecond_after_its_deadline() {
    let mut book = book();
    let late = Err(RefusedMessage::Late { late_ms: 1 });
    assert_eq!(book.commit(commitment_of(1, BEACON, 0), times().commitments_until_ms + 1), late);
    assert!(book.testimonies().is_empty());
    book.close(&secret(VALIDATOR));
    assert_eq!(book.open(opening(2, WINDOW), times().reveals_until_ms + 1), late);
    assert_eq!(book.reveal(sealed_reveal(1, BEACON, 0), times().reveals_until_ms + 1), late);
    assert!(book.testimonies().is_empty() && book.opening(&public(2)).is_none());
    let far = book.open(opening(2, WINDOW), u64::MAX);
    assert_eq!(far, Err(RefusedMessage::Late { late_ms: u64::MAX - times().reveals_until_ms }));
}

#[test]
fn nothing_is_revealed_before_the_set_is_closed() {
    let mut book = book();
    book.commit(commitment_of(1, BEACON, 0), 0).unwrap();
    assert_eq!(book.open(opening(2, WINDOW), 0), Err(RefusedMessage::TooEarly));
    assert_eq!(book.reveal(sealed_reveal(1, BEACON, 0), 0), Err(RefusedMessage::TooEarly));
    assert!(book.closed_set().is_none() && book.opening(&public(2)).is_none());
    book.close(&secret(VALIDATOR));
    assert_eq!(standing(&book, 1), Standing::Withheld, "an early reveal was not taken");
}

#[test]
fn nobody_joins_a_closed_set() {
    let mut book = book();
    let set = book.close(&secret(VALIDATOR));
    let refused = book.commit(commitment_of(1, BEACON, 0), 0);
    assert!(matches!(refused, Err(RefusedMessage::Late { .. })), "{refused:?}");
    assert_eq!(book.close(&secret(VALIDATOR)), set);
    assert!(book.testimonies().is_empty());
}

#[test]
fn messages_for_other_windows_are_refused() {
    let mut book = book();
    let other = Commitment { window: WINDOW + 1, beacon: BEACON, digest: Hash::default() };
    let refused = Err(RefusedMessage::OtherWindow(WINDOW + 1));
    assert_eq!(book.commit(Sealed::seal(&other, &secret(1)), 0), refused);
    book.close(&secret(VALIDATOR));
    assert_eq!(book.open(opening(1, WINDOW + 1), 0), refused);
    let report = Report { window: WINDOW + 1, beacon: BEACON, hops: Vec::new() }.encode();
    let reveal = Reveal { report, ..reveal_of(1, BEACON, 0) };
    assert_eq!(book.reveal(Sealed::seal(&reveal, &secret(1)), 0), refused);
}

#[test]
fn signed_nonsense_is_refused() {
    let mut book = book();
    book.close(&secret(VALIDATOR));
    let reveal = Reveal { report: vec![0xFF; 40], ..reveal_of(1, BEACON, 0) };
    let refused = book.reveal(Sealed::seal(&reveal, &secret(1)), 0);
    assert!(matches!(refused, Err(RefusedMessage::Decode(_))), "{refused:?}");
    assert!(book.testimonies().is_empty());
}

#[test]
fn another_story_than_the_committed_one_is_a_mismatch() {
    // Another report, the same report with another salt, and with other samples: each is bound.
    let honest = reveal_of(1, BEACON, 0);
    let others = [
        reveal_of(1, BEACON, 1),
        Reveal { salt: [9; 32], ..honest.clone() },
        Reveal { samples_root: Hash::new([9; 32]), ..honest },
    ];
    for other in others {
        let mut book = book();
        book.commit(commitment_of(1, BEACON, 0), 0).unwrap();
        book.close(&secret(VALIDATOR));
        book.reveal(Sealed::seal(&other, &secret(1)), 0).unwrap();
        assert_eq!(standing(&book, 1), Standing::Mismatch);
        // The first that was shown counts: the right one comes too late.
        book.reveal(sealed_reveal(1, BEACON, 0), 0).unwrap();
        assert_eq!(standing(&book, 1), Standing::Mismatch);
    }
}

#[test]
fn what_is_never_shown_is_withheld_and_its_report_is_empty() {
    let mut book = book();
    book.commit(commitment_of(1, BEACON, 0), 0).unwrap();
    book.close(&secret(VALIDATOR));
    let said = book.testimonies();
    assert_eq!(said[0].standing, Standing::Withheld);
    assert_eq!(said[0].report, Report { window: WINDOW, beacon: BEACON, hops: Vec::new() });
    assert_eq!(said[0].reveal, None);
}

#[test]
fn what_was_never_committed_to_is_told_as_that() {
    let mut book = book();
    book.commit(commitment_of(1, BEACON, 0), 0).unwrap();
    book.close(&secret(VALIDATOR));
    book.reveal(sealed_reveal(2, BEACON, 0), 0).unwrap();
    assert_eq!(standing(&book, 2), Standing::NotCommitted);
    // A commitment to one beacon is none to another.
    let other = ShortId([9; 4]);
    book.reveal(sealed_reveal(1, other, 0), 0).unwrap();
    let said = book.testimonies();
    let of_other = said.iter().find(|said| said.beacon == other).unwrap();
    assert_eq!(of_other.standing, Standing::NotCommitted);
    assert_eq!(standing(&book, 1), Standing::Withheld);
}

/// Two stories under one key: both are kept as evidence, neither helps, and a third adds nothing.
#[test]
fn an_equivocation_is_kept_as_proof() {
    let mut book = book();
    for version in [0, 0, 1, 2, 1, 0] {
        book.commit(commitment_of(1, BEACON, version), 0).unwrap();
    }
    let set = book.close(&secret(VALIDATOR));
    assert_eq!(set.commitments, 2);
    for version in 0..3 {
        book.reveal(sealed_reveal(1, BEACON, version), 0).unwrap();
        assert_eq!(standing(&book, 1), Standing::Equivocated);
    }
    let said = book.testimonies();
    assert_eq!(said[0].commitments, [commitment_of(1, BEACON, 0), commitment_of(1, BEACON, 1)]);
}

#[test]
fn saying_the_same_twice_is_no_equivocation() {
    let mut book = book();
    book.commit(commitment_of(1, BEACON, 0), 0).unwrap();
    book.commit(commitment_of(1, BEACON, 0), 0).unwrap();
    assert_eq!(book.close(&secret(VALIDATOR)).commitments, 1);
    book.reveal(sealed_reveal(1, BEACON, 0), 0).unwrap();
    book.reveal(sealed_reveal(1, BEACON, 0), 0).unwrap();
    assert_eq!(standing(&book, 1), Standing::Committed);
}

/// A thief without ears sees a neighbour's digest go by and signs it as its own; later it shows the neighbour's report, salt and all.
#[test]
fn a_copied_commitment_fails() {
    let mut book = book();
    let copied = commitment_of(1, BEACON, 0).message().unwrap();
    book.commit(commitment_of(1, BEACON, 0), 0).unwrap();
    book.commit(Sealed::seal(&copied, &secret(2)), 0).unwrap();
    book.close(&secret(VALIDATOR));
    book.reveal(sealed_reveal(1, BEACON, 0), 0).unwrap();
    book.reveal(Sealed::seal(&reveal_of(1, BEACON, 0), &secret(2)), 0).unwrap();
    assert_eq!(standing(&book, 1), Standing::Committed);
    assert_eq!(standing(&book, 2), Standing::Mismatch);
}

#[test]
fn the_root_covers_every_commitment_in_one_order() {
    let mut dice = Dice::new(4);
    let mut said: Vec<Sealed<Commitment>> =
        (0..9).map(|number| commitment_of(number % 5, ShortId([number as u8; 4]), 0)).collect();
    let close = |said: &[Sealed<Commitment>]| {
        let mut book = book();
        for sealed in said {
            book.commit(sealed.clone(), 0).unwrap();
        }
        let set = book.close(&secret(VALIDATOR));
        let sealed = book.closed_set().unwrap();
        assert_eq!(sealed.message(), Ok(set));
        assert_eq!(sealed.signer(), public(VALIDATOR));
        set
    };
    let whole = close(&said);
    let mut leaves: Vec<Vec<u8>> = said.iter().map(Sealed::encode).collect();
    leaves.sort();
    assert_eq!(whole, ClosedSet { window: WINDOW, commitments: 9, root: merkle_root(&leaves) });
    for _ in 0..20 {
        for last in (1..said.len()).rev() {
            said.swap(last, dice.below(last as u64 + 1) as usize);
        }
        assert_eq!(close(&said), whole, "the order of arrival does not matter");
    }
    for missing in 0..said.len() {
        let mut fewer = said.clone();
        fewer.remove(missing);
        assert_ne!(close(&fewer).root, whole.root);
    }
}

#[test]
fn a_witness_cannot_flood_with_commitments() {
    let mut book = book();
    let mut taken = 0;
    for number in 0..300_u32 {
        let beacon = ShortId(number.to_le_bytes());
        match book.commit(commitment_of(1, beacon, 0), 0) {
            Ok(()) => taken += 1,
            Err(refused) => assert_eq!(refused, RefusedMessage::TooMany),
        }
    }
    assert_eq!(taken, BEACONS_MAX);
    // Others are not crowded out.
    book.commit(commitment_of(2, BEACON, 0), 0).unwrap();
    assert_eq!(book.close(&secret(VALIDATOR)).commitments as usize, BEACONS_MAX + 1);
}

#[test]
fn a_witness_cannot_flood_with_reveals_that_it_never_announced() {
    let mut book = book();
    book.commit(commitment_of(1, BEACON, 0), 0).unwrap();
    book.close(&secret(VALIDATOR));
    for number in 0..300_u32 {
        let beacon = ShortId((number + 1000).to_le_bytes());
        let taken = book.reveal(sealed_reveal(1, beacon, 0), 0);
        assert!(matches!(taken, Ok(()) | Err(RefusedMessage::TooMany)), "{taken:?}");
    }
    assert!(book.testimonies().len() <= BEACONS_MAX + 1, "{} are kept", book.testimonies().len());
    // What was announced is taken all the same.
    book.reveal(sealed_reveal(1, BEACON, 0), 0).unwrap();
    assert_eq!(standing(&book, 1), Standing::Committed);
}

/// Filling one's book first must not hide a second story.
#[test]
fn a_flood_does_not_hide_an_equivocation() {
    let mut book = book();
    book.commit(commitment_of(1, BEACON, 0), 0).unwrap();
    for number in 1..BEACONS_MAX as u32 {
        book.commit(commitment_of(1, ShortId((number + 1000).to_le_bytes()), 0), 0).unwrap();
    }
    book.commit(commitment_of(1, BEACON, 0), 0).expect("it is known already");
    book.commit(commitment_of(1, BEACON, 1), 0).expect("it is evidence");
    book.close(&secret(VALIDATOR));
    book.reveal(sealed_reveal(1, BEACON, 0), 0).unwrap();
    assert_eq!(standing(&book, 1), Standing::Equivocated);
}

#[test]
fn the_first_opening_counts() {
    let mut book = book();
    book.close(&secret(VALIDATOR));
    book.open(opening(1, WINDOW), 0).unwrap();
    let second = Opening { window: WINDOW, link: Hash::new([0xEE; 32]) };
    book.open(Sealed::seal(&second, &secret(1)), 0).unwrap();
    assert_eq!(book.opening(&public(1)), Some(&opening(1, WINDOW)));
}

/// A showing of noise; the book does not look at samples, the judgement does.
fn showing(number: u64, window: u64, seed: f32) -> Sealed<Showing> {
    let noise: Vec<Complex32> = (0..64).map(|k| Complex32::cis(seed * k as f32)).collect();
    let capture = Capture::of((0, &noise), (5000, &noise)).unwrap();
    let showing = Showing {
        window,
        beacon: BEACON,
        capture: capture.root(),
        path: MerklePath::of(&[capture.root().bytes()], 0).unwrap(),
        samples_per_chip: 1,
        first_sample_e6: 0,
        guard: capture.exhibit(0).unwrap(),
        segment: capture.exhibit(1).unwrap(),
    };
    Sealed::seal(&showing, &secret(number))
}

/// A book whose set is closed, with commitments of witnesses 1 and 2, and the reveal of 1.
fn opened_book() -> WindowBook {
    let mut book = book();
    for number in [1, 2] {
        book.commit(commitment_of(number, BEACON, 0), 0).unwrap();
    }
    book.close(&secret(VALIDATOR));
    book.reveal(sealed_reveal(1, BEACON, 0), times().reveals_until_ms).unwrap();
    book
}

/// What witness `number` has shown.
fn shown(book: &WindowBook, number: u64) -> Option<Sealed<Showing>> {
    let said = book.testimonies();
    said.iter().find(|said| said.witness == public(number)).unwrap().showing.clone()
}

#[test]
fn samples_are_taken_until_their_deadline_and_not_after() {
    let mut book = opened_book();
    let late = book.show(showing(1, WINDOW, 0.1), times().showings_until_ms + 1);
    assert_eq!(late, Err(RefusedMessage::Late { late_ms: 1 }));
    assert_eq!(shown(&book, 1), None);
    let other = book.show(showing(1, WINDOW + 1, 0.1), 0);
    assert_eq!(other, Err(RefusedMessage::OtherWindow(WINDOW + 1)));
    book.show(showing(1, WINDOW, 0.1), times().showings_until_ms).unwrap();
    assert_eq!(shown(&book, 1), Some(showing(1, WINDOW, 0.1)));
    assert_eq!(standing(&book, 1), Standing::Committed);
}

/// Two showings of one frame: the first counts, and a better second one does not undo it.
#[test]
fn the_first_showing_counts() {
    let mut book = opened_book();
    book.show(showing(1, WINDOW, 0.1), 0).unwrap();
    book.show(showing(1, WINDOW, 0.2), 0).unwrap();
    assert_eq!(shown(&book, 1), Some(showing(1, WINDOW, 0.1)));
}

#[test]
fn nobody_shows_samples_of_a_report_that_it_withheld_or_never_announced() {
    let mut book = opened_book();
    for number in [2, 3] {
        let refused = book.show(showing(number, WINDOW, 0.1), times().showings_until_ms);
        assert_eq!(refused, Err(RefusedMessage::TooEarly));
    }
    assert_eq!(shown(&book, 2), None);
    assert_eq!(standing(&book, 2), Standing::Withheld);
    book.reveal(sealed_reveal(3, BEACON, 0), 0).unwrap();
    assert_eq!(book.show(showing(3, WINDOW, 0.1), 0), Err(RefusedMessage::TooEarly), "it never committed");
    assert_eq!(standing(&book, 3), Standing::NotCommitted);
}

/// Who commits late and reveals in time is told as never having committed; who reveals late has withheld.
#[test]
fn lateness_is_silence() {
    let mut book = book();
    book.commit(commitment_of(2, BEACON, 0), 0).unwrap();
    book.commit(commitment_of(1, BEACON, 0), times().commitments_until_ms + 1).unwrap_err();
    book.close(&secret(VALIDATOR));
    book.reveal(sealed_reveal(1, BEACON, 0), times().reveals_until_ms).unwrap();
    book.reveal(sealed_reveal(2, BEACON, 0), times().reveals_until_ms + 1).unwrap_err();
    assert_eq!((standing(&book, 1), standing(&book, 2)), (Standing::NotCommitted, Standing::Withheld));
}

/// A second closing, by whomever, adds nothing and takes nothing away; the commitments stand under the root that is published.
#[test]
fn every_commitment_stands_under_the_closed_root() {
    let mut book = book();
    for number in 0..7 {
        book.commit(commitment_of(number, BEACON, 0), 0).unwrap();
    }
    book.commit(commitment_of(3, BEACON, 1), 0).unwrap();
    assert!(book.testimonies().iter().all(|said| said.paths.is_empty()), "nothing is closed yet");
    let set = book.close(&secret(VALIDATOR));
    assert_eq!(book.close(&secret(VALIDATOR + 1)), set);
    assert_eq!(book.closed_set().unwrap().signer(), public(VALIDATOR));
    book.reveal(sealed_reveal(8, BEACON, 0), 0).unwrap();
    for said in book.testimonies() {
        assert_eq!(said.paths.len(), said.commitments.len());
        for (sealed, path) in said.commitments.iter().zip(&said.paths) {
            assert_eq!((path.root(&sealed.encode()), path.leaves), (Some(set.root), 8));
        }
    }
}
