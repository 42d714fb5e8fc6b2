//! A tone stands where it is, with the power that it has.

use std::f32::consts::TAU;

use rustfft::num_complex::Complex32;
use witness::{Depth, Snippet};

use super::{BINS, spectrum_db};

fn tone(cycles_a_sample: f32, count: usize) -> Snippet {
    let samples: Vec<Complex32> =
        (0..count).map(|n| Complex32::from_polar(0.5, TAU * cycles_a_sample * n as f32)).collect();
    Snippet::of(&samples, 0, Depth::Eight).expect("a tone is samples")
}

#[test]
fn a_tone_is_where_it_is() {
    for (cycles, bin) in [(-0.25, BINS / 4), (0.0, BINS / 2), (0.125, BINS / 2 + BINS / 8)] {
        let levels = spectrum_db(&tone(cycles, 2048)).expect("enough samples");
        let (highest, level) = levels.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1)).expect("bins");
        assert_eq!(highest, bin);
        // -6 dB of full scale, lifted by the window's gain of (sum w)^2 / sum w^2 = N / 1.5.
        let expected = 20.0 * 0.5_f64.log10() + 10.0 * (BINS as f64 / 1.5).log10();
        assert!((level - expected).abs() < 0.2, "{level} is not {expected}");
        assert!(levels[(bin + BINS / 2) % BINS] < expected - 30.0);
    }
    assert!(spectrum_db(&tone(0.1, BINS - 1)).is_none());
}
