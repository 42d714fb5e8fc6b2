use proptest::prelude::*;

use super::*;

proptest! {
    /// Four lanes make the same replica as one, at any length.
    #[test]
    fn lanes_agree_with_one_sample_after_the_other(
        count in 0_usize..300,
        cycles in -0.5_f64..0.5,
        advance in -0.5_f64..0.5,
        growth in -0.01_f64..0.01,
    ) {
        let samples = vec![Complex32::ZERO; count];
        let block = || Block {
            from: 0,
            run: Run { chip: 0.0, step: 0.5, frequency: 0.0, slope: 0.0 },
            taper: None,
            samples: samples.iter(),
            conjugate: Complex64::from_polar(1.0, TURN * cycles),
            advance: Complex64::from_polar(1.0, TURN * advance),
            growth: Complex64::from_polar(1.0, TURN * growth),
        };
        let lanes = block().conjugates();
        prop_assert_eq!(lanes.len(), count);
        for (lane, sample) in lanes.iter().zip(block()) {
            prop_assert!((lane - sample.conjugate).norm() < 1e-9);
        }
    }
}
