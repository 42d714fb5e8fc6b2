use proptest::prelude::*;

use super::*;

proptest! {
    /// Few or many, the middle one of a sorted list.
    #[test]
    fn half_is_below_the_median_and_half_above(values in prop::collection::vec(-1e6_f64..1e6, 0..50)) {
        let mut sorted = values.clone();
        sorted.sort_by(f64::total_cmp);
        let middle = sorted.len() / 2;
        let expected = match sorted.len() {
            0 => None,
            odd if odd % 2 == 1 => Some(sorted[middle]),
            _ => Some(0.5 * (sorted[middle - 1] + sorted[middle])),
        };
        prop_assert_eq!(median(&values), expected);
    }

    /// The density is a density's logarithm, whatever overflows.
    #[test]
    fn heavy_tails_stay_numbers(x in prop::num::f64::NORMAL, sigma in 1e-9_f64..1e12) {
        prop_assert!(!ln_t5(x, sigma).is_nan());
        prop_assert!(ln_t5(x, sigma) <= ln_t5(0.0, sigma));
    }
}
