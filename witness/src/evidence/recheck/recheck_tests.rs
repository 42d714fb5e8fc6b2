#![allow(clippy::unwrap_used, reason = "a test may panic")]

use num_complex::{Complex32, Complex64};
use proptest::prelude::*;

use super::{Recheck, RecheckError, recheck};
use crate::{
    Bandwidth, Depth, Snippet, SpreadingFactor, StatedFrame, StatedPayload, SyncWord,
    evidence::testing::white_noise,
};

fn stated(sf: u32) -> StatedFrame {
    StatedFrame {
        sf: SpreadingFactor::new(sf).unwrap(),
        bandwidth: Bandwidth::Khz125,
        sync_word: SyncWord::PRIVATE,
        preamble_symbols: 8,
        symbols: vec![5, 0, 31, 17, 9, 3],
        samples_per_chip: 1,
        first_sample: 0.0,
        cfo_hz: 0.0,
        sfo_ppm: 0.0,
        gain: Complex64::ONE,
        payload: StatedPayload::default(),
    }
}

fn noise(samples: usize, position: i64) -> Snippet {
    Snippet::of(&white_noise(samples, 1), position, Depth::Eight).unwrap()
}

#[test]
fn samples_outside_of_the_frame_cannot_be_looked_at() {
    let frame = stated(7);
    assert!(recheck(&frame, &noise(2048, 0), None).is_ok());
    // The frame ends at chip 18.25 * 128 = 2336.
    for position in [-2048, -2048 + 255, 2336 - 255, i64::from(u32::MAX), -(1 << 53), 1 << 53] {
        let covered = match position {
            -1793 | 2081 => 255,
            _ => 0,
        };
        let error = recheck(&frame, &noise(2048, position), None).unwrap_err();
        assert_eq!(error, RecheckError::NotInFrame(covered), "{position}");
    }
    assert_eq!(recheck(&frame, &noise(2048, 2080), None).unwrap().samples, Recheck::SAMPLES_MIN);
}

#[test]
fn silence_is_said_and_a_clean_replica_is_not_divided_by() {
    let silent = Snippet::of(&[Complex32::ZERO; 2048], 0, Depth::Eight).unwrap();
    // Levels of zero decode to half a step: a constant, of which nothing is a chirp.
    assert!(recheck(&stated(7), &silent, Some(&silent)).is_ok());
    assert_eq!(recheck(&stated(7), &noise(0, 0), None), Err(RecheckError::NotInFrame(0)));
}

proptest! {
    /// Whatever is stated and shown: an answer or an error, no panic, bounded work.
    #[test]
    fn nothing_stated_or_shown_panics(
        numbers in prop::array::uniform6(prop::num::f64::ANY),
        small in prop::array::uniform6(-1.0..1.0_f64),
        wild: bool,
        sf in 5..13_u32,
        symbols in prop::collection::vec(0..40_u16, 0..30),
        preamble_symbols in 0..80_usize,
        samples_per_chip in 0..4_u8,
        flags: (bool, bool),
        length in 0..2049_usize,
        position in prop_oneof![-3000..9000_i64, -(1_i64 << 53)..1 << 53],
        bytes in prop::collection::vec(any::<u8>(), 4096),
        step in prop_oneof![Just(1e-12_f32), Just(1.0), Just(1e12)],
    ) {
        let n = if wild { numbers } else {
            [small[0] * 9000.0, small[1] * 1e5, small[2] * 900.0, small[3], small[4], small[5]]
        };
        let frame = StatedFrame {
            symbols, preamble_symbols, samples_per_chip,
            first_sample: n[0], cfo_hz: n[1], sfo_ppm: n[2], gain: Complex64::new(n[3], n[4]),
            payload: StatedPayload { early: flags.0, turn_rad: n[5], incoherent: flags.1 },
            ..stated(sf)
        };
        let mut raw = noise(length, position).as_bytes().to_vec();
        raw[16..20].copy_from_slice(&step.to_le_bytes());
        let data = raw.len().min(20 + bytes.len());
        raw[20..data].copy_from_slice(&bytes[..data - 20]);
        let snippet = Snippet::from_bytes(&raw).unwrap();
        if let Ok(found) = recheck(&frame, &snippet, Some(&snippet)) {
            prop_assert!(found.residual.noise.power.is_finite() && found.filtered.noise.power.is_finite());
            prop_assert!(found.cfo_hz.value.is_finite());
        }
    }
}
