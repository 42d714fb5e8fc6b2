use num_complex::Complex64;

use super::{InvalidStatement, StatedFrame, StatedPayload};
use crate::{Bandwidth, SpreadingFactor, SyncWord};

fn stated() -> StatedFrame {
    StatedFrame {
        sf: SpreadingFactor::ALL[2],
        bandwidth: Bandwidth::Khz125,
        sync_word: SyncWord::PRIVATE,
        preamble_symbols: 8,
        symbols: vec![5; 40],
        samples_per_chip: 2,
        first_sample: 5000.25,
        cfo_hz: -1234.5,
        sfo_ppm: 2.5,
        gain: Complex64::new(0.01, -0.02),
        payload: StatedPayload::default(),
    }
}

#[test]
fn hostile_numbers_are_refused() {
    assert_eq!(stated().check(), Ok(()));
    let number = |change: &dyn Fn(&mut StatedFrame)| {
        let mut frame = stated();
        change(&mut frame);
        matches!(frame.check(), Err(InvalidStatement::Number { .. }))
    };
    for value in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 1e300, -1e13] {
        assert!(number(&|frame| frame.first_sample = value));
        assert!(number(&|frame| frame.cfo_hz = value));
        assert!(number(&|frame| frame.sfo_ppm = value));
        assert!(number(&|frame| frame.payload.turn_rad = value));
    }
    assert!(number(&|frame| frame.gain = Complex64::ZERO));
    assert!(number(&|frame| frame.gain = Complex64::new(f64::NAN, 1.0)));
    assert!(number(&|frame| frame.gain = Complex64::new(0.0, 1e300)));
}

#[test]
fn hostile_sizes_are_refused() {
    let frame = StatedFrame { symbols: vec![5; 1025], ..stated() };
    assert_eq!(frame.check(), Err(InvalidStatement::Symbols { preamble: 8, payload: 1025 }));
    let frame = StatedFrame { preamble_symbols: usize::MAX, ..stated() };
    assert_eq!(frame.check(), Err(InvalidStatement::Symbols { preamble: usize::MAX, payload: 40 }));
    let frame = StatedFrame { symbols: vec![127, 128], ..stated() };
    assert_eq!(frame.check(), Err(InvalidStatement::Symbol(128)));
    let frame = StatedFrame { samples_per_chip: 0, ..stated() };
    assert_eq!(frame.check(), Err(InvalidStatement::SamplesPerChip(0)));
}
