use proptest::prelude::*;

use super::*;

fn sums(theta: f64, free_phase: bool) -> Normal {
    let run = Run { chip: 3.0, step: 0.5, frequency: -0.4, slope: 1.0 / 128.0 };
    let turn = Complex64::from_polar(1.0, -theta);
    let mut normal = Normal::new(40.0, free_phase);
    for chirp in 0..3 {
        let despread = (0..200).map(|k| Complex64::from_polar(1.3, 0.4 + 1e-3 * f64::from(k * chirp)) * turn);
        normal.add(run, None, despread);
        normal.end_chirp();
    }
    normal
}

proptest! {
    /// Turned sums are those of turned samples.
    #[test]
    fn sums_turn_with_their_samples(theta in -3.0_f64..3.0, free_phase: bool) {
        let (turned, of_turned) = (sums(0.0, free_phase).turned(theta), sums(theta, free_phase));
        prop_assert!((turned.coherent - of_turned.coherent).norm() < 1e-9);
        for (a, b) in turned.gradient().iter().zip(of_turned.gradient()) {
            prop_assert!((a - b).abs() < 1e-6 * b.abs().max(1.0));
        }
    }
}
