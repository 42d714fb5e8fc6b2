//! Power spectra of the newest [`WINDOWS`] windows, and their sum, bin by bin.
//!
//! Rows come in groups of as many as are summed. The sum is that of the current group so far, and what the group before had after as many:
//!
//! ```text
//! S = (P[0] + .. + P[r])  +  (P'[r+1] + .. + P'[W-1])        r: row in its group, P': the group before
//! ```
//! Nothing is ever subtracted, so a strong signal leaves nothing behind (van Herk 1992). A finished group is summed from its end in place,
//! and a row gives way to the next group's when its sum is no longer wanted: one group's memory is all. Listening to noise is mostly this.

use multiversion::multiversion;
use num_complex::Complex32;

use super::search::WINDOWS;

/// Bins a step, so that the loops vectorise. Every spreading factor has a multiple of them.
const LANES: usize = 16;

/// Rows of powers and their moving sum.
pub(super) struct MovingSum {
    /// Rows up to the current one: powers. Rows after it: of the group before, the sum from that row on.
    rows: Vec<f32>,
    /// Sum of the current group's rows so far.
    begun: Vec<f32>,
    sums: Vec<f32>,
    /// Rows of the current group.
    taken: usize,
    all: Extent,
}

/// Of all bins of a sum.
#[derive(Clone, Copy, Debug, Default)]
struct Extent {
    total: f32,
    greatest: f32,
}

impl MovingSum {
    pub(super) fn new(bins: usize) -> Self {
        Self {
            rows: vec![0.0; WINDOWS * bins],
            begun: vec![0.0; bins],
            sums: vec![0.0; bins],
            taken: 0,
            all: Extent::default(),
        }
    }

    /// Forgets everything.
    pub(super) fn restart(&mut self) {
        *self = Self::new(self.sums.len());
    }

    /// Takes the next window's spectrum.
    pub(super) fn push(&mut self, spectrum: &[Complex32]) {
        let bins = self.sums.len();
        if self.taken == WINDOWS {
            sum_from_each_row(&mut self.rows, bins);
            self.begun.fill(0.0);
            self.taken = 0;
        }
        let (rows, rest) = self.rows.split_at_mut((self.taken + 1) * bins);
        let powers = &mut rows[self.taken * bins..];
        self.taken += 1;
        self.all = if rest.is_empty() {
            take_last(spectrum, powers, &mut self.begun, &mut self.sums)
        } else {
            take(spectrum, powers, &mut self.begun, &rest[..bins], &mut self.sums)
        };
    }

    /// Sum over all bins.
    pub(super) fn total(&self) -> f32 {
        self.all.total
    }

    /// Sum of a bin and the next; bins wrap.
    pub(super) fn pair(&self, bin: usize) -> f32 {
        let mask = self.sums.len() - 1;
        self.sums[bin & mask] + self.sums[(bin + 1) & mask]
    }

    /// The same of every window by itself, in no order; to the precision of the strongest.
    pub(super) fn pair_of_each(&self, bin: usize) -> impl Iterator<Item = f32> {
        let mask = self.sums.len() - 1;
        let pair = move |row: &[f32]| row[bin & mask] + row[(bin + 1) & mask];
        let (own, before) = self.rows.split_at(self.taken * self.sums.len());
        let own = own.chunks_exact(self.sums.len()).map(pair);
        let from_each = before.chunks_exact(self.sums.len()).map(pair);
        let after = from_each.clone().skip(1).chain([0.0]);
        own.chain(from_each.zip(after).map(|(from, after)| from - after))
    }

    /// Greatest sum of two neighbouring bins, the last and the first among them, if it reaches `floor`.
    pub(super) fn strongest_pair(&self, floor: f32) -> Option<f32> {
        // Two bins are at most twice the greatest; that is known without another pass.
        if 2.0 * self.all.greatest < floor {
            return None;
        }
        let strongest = self.pair(self.sums.len() - 1).max(strongest_pair(&self.sums));
        (strongest >= floor).then_some(strongest)
    }
}

/// Powers of a spectrum; `begun` and they make the sums with the `rest`. Returns their extent.
#[multiversion(targets("x86_64+avx2", "aarch64+neon"))]
fn take(
    spectrum: &[Complex32],
    powers: &mut [f32],
    begun: &mut [f32],
    rest: &[f32],
    sums: &mut [f32],
) -> Extent {
    let (mut totals, mut greatest) = ([0.0_f32; LANES], [0.0_f32; LANES]);
    let rows = powers.chunks_exact_mut(LANES).zip(begun.chunks_exact_mut(LANES));
    let rows = rows.zip(rest.chunks_exact(LANES).zip(sums.chunks_exact_mut(LANES)));
    for (spectrum, ((powers, begun), (rest, sums))) in spectrum.chunks_exact(LANES).zip(rows) {
        for lane in 0..LANES {
            powers[lane] = spectrum[lane].norm_sqr();
            begun[lane] += powers[lane];
            sums[lane] = begun[lane] + rest[lane];
            totals[lane] += sums[lane];
            greatest[lane] = if sums[lane] > greatest[lane] { sums[lane] } else { greatest[lane] };
        }
    }
    Extent { total: totals.iter().sum(), greatest: greatest.into_iter().fold(0.0, f32::max) }
}

/// The same for the last row of a group, after which there is no rest.
#[multiversion(targets("x86_64+avx2", "aarch64+neon"))]
fn take_last(spectrum: &[Complex32], powers: &mut [f32], begun: &mut [f32], sums: &mut [f32]) -> Extent {
    let (mut totals, mut greatest) = ([0.0_f32; LANES], [0.0_f32; LANES]);
    let rows = powers.chunks_exact_mut(LANES).zip(begun.chunks_exact_mut(LANES));
    let rows = rows.zip(sums.chunks_exact_mut(LANES));
    for (spectrum, ((powers, begun), sums)) in spectrum.chunks_exact(LANES).zip(rows) {
        for lane in 0..LANES {
            powers[lane] = spectrum[lane].norm_sqr();
            begun[lane] += powers[lane];
            sums[lane] = begun[lane];
            totals[lane] += sums[lane];
            greatest[lane] = if sums[lane] > greatest[lane] { sums[lane] } else { greatest[lane] };
        }
    }
    Extent { total: totals.iter().sum(), greatest: greatest.into_iter().fold(0.0, f32::max) }
}

/// Every row but the first becomes the sum from it on.
#[multiversion(targets("x86_64+avx2", "aarch64+neon"))]
fn sum_from_each_row(rows: &mut [f32], bins: usize) {
    for from in (0..bins).step_by(LANES) {
        let mut sums = [0.0_f32; LANES];
        for row in (1..WINDOWS).rev() {
            for (sum, value) in sums.iter_mut().zip(&mut rows[row * bins + from..][..LANES]) {
                *sum += *value;
                *value = *sum;
            }
        }
    }
}

/// Greatest sum of two neighbours in a row of values.
#[multiversion(targets("x86_64+avx2", "aarch64+neon"))]
fn strongest_pair(sums: &[f32]) -> f32 {
    let shifted = sums.get(1..).unwrap_or_default();
    let (left, right) = (sums.chunks_exact(LANES), shifted.chunks_exact(LANES));
    let tail = right.len() * LANES;
    let mut most = [0.0_f32; LANES];
    for (left, right) in left.zip(right) {
        for lane in 0..LANES {
            let pair = left[lane] + right[lane];
            most[lane] = if pair > most[lane] { pair } else { most[lane] };
        }
    }
    let last = sums[tail..].windows(2).map(|pair| pair[0] + pair[1]);
    last.chain(most).fold(0.0, f32::max)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whatever came before, the sum is that of the newest rows, and the pairs are of it.
    #[test]
    fn the_sum_is_that_of_the_newest_rows() {
        const BINS: usize = 32;
        let spectrum = |row: usize| -> Vec<Complex32> {
            (0..BINS).map(|bin| Complex32::new(((row * 7 + bin * 3) % 11) as f32, (row % 3) as f32)).collect()
        };
        let mut moving = MovingSum::new(BINS);
        for newest in 0..40 {
            moving.push(&spectrum(newest));
            let rows: Vec<_> = (newest.saturating_sub(WINDOWS - 1)..=newest).map(spectrum).collect();
            let sum = |bin: usize| rows.iter().map(|row| row[bin % BINS].norm_sqr()).sum::<f32>();
            assert!((0..BINS).all(|bin| moving.sums[bin].to_bits() == sum(bin).to_bits()), "row {newest}");
            let pairs = (0..BINS).map(|bin| sum(bin) + sum(bin + 1));
            let strongest = pairs.fold(0.0, f32::max);
            assert_eq!(moving.strongest_pair(strongest).map(f32::to_bits), Some(strongest.to_bits()));
            assert_eq!(moving.strongest_pair(strongest * 1.001), None);
            assert_eq!(moving.total().to_bits(), (0..BINS).map(sum).sum::<f32>().to_bits());
            let each: f32 = moving.pair_of_each(BINS - 1).sum();
            assert_eq!(each.to_bits(), moving.pair(BINS - 1).to_bits());
        }
    }
}
