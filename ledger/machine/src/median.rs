//! The weighted lower median: between honest values as long as liars hold less than half of the weight.

/// The smallest value such that the values up to it hold at least half of the whole weight; none without weight.
#[must_use]
pub fn weighted_median<T: Ord + Copy>(values: impl IntoIterator<Item = (T, u64)>) -> Option<T> {
    let mut values: Vec<(T, u64)> = values.into_iter().filter(|(_, weight)| *weight > 0).collect();
    values.sort_unstable();
    let whole: u128 = values.iter().map(|(_, weight)| u128::from(*weight)).sum();
    let mut below = 0;
    values.into_iter().find_map(|(value, weight)| {
        below += u128::from(weight);
        (2 * below >= whole).then_some(value)
    })
}
