//! From a candidate to a trajectory: where the SFD is, and what carrier and clock the frame has.
//!
//! 1. The up-chirps by themselves, and hypotheses of where the SFD is ([`super::sfd_search`]).
//! 2. The best hypotheses are read at full time resolution and fitted by least squares over up- and down-chirps together
//!    ([`super::pattern`]); the one that explains most energy wins, if it explains enough.
//! 3. Around it: how many up-chirps came before, which sync word, and one last fit over all of it.

use num_complex::Complex32;

use super::{
    chips::ChipReader,
    demodulator::Demodulator,
    history::History,
    pattern::{CLOCK_PRIOR, Fit, Pattern, UPS, begin_fit, correct_about, finish_fit},
    search::Candidate,
    sfd_search::{Hypothesis, hypotheses, measure_ups, preamble_goes_on, preamble_surely_goes_on},
    tracker::Tracker,
    trajectory::Trajectory,
};
use crate::{Chirp, SpreadingFactor, Sweep, SyncWord, chirp::sync_and_sfd, default_preamble_symbols};

/// Chips looked back over for up-chirps, and at most so many symbols: the arrival of a longer preamble is counted from the last of them.
const PREAMBLE_CHIPS_MAX: usize = 24 * 4096;
const PREAMBLE_SYMBOLS_MAX: usize = 64;

/// Up-chirps looked back for: 64, fewer at SF11 and SF12.
pub(crate) fn preamble_symbols_max(sf: SpreadingFactor) -> usize {
    (PREAMBLE_CHIPS_MAX / sf.chips()).min(PREAMBLE_SYMBOLS_MAX)
}

/// Hypotheses fitted.
const FITTED: usize = 3;
/// Share of the best fit's amplitude from which on another is looked at too.
const NEARLY: f64 = 0.9;
/// Energy over noise that the whole synchronisation pattern, and its down-chirps alone, must explain.
const PATTERN_MIN: f64 = 22.0;
const DOWN_MIN: f64 = 7.0;
/// The same for everything before the payload. A frame at its decoding limit has 100 and more.
const SETTLED_MIN: f64 = 40.0;
/// Log-prior that the preamble has the usual length.
pub(crate) const USUAL_LENGTH_BONUS: f64 = 8.0;
/// Log-likelihood behind the best count at which no more up-chirps are looked for.
const GIVE_UP: f64 = 30.0;
/// Clock offset beyond which a fit is not of a crystal: two of 30 ppm, and what noise adds.
const CLOCK_OFFSET_MAX: f64 = 100e-6;
/// What the receiver knows of carriers before it hears one.
#[derive(Clone, Copy, Debug)]
pub(crate) struct CarrierRange {
    /// Largest offset searched, cycles a chip.
    pub(crate) nu_max: f64,
    /// Clock offset over carrier offset (cycles a chip) where one crystal makes both.
    pub(crate) clock_per_nu: f64,
}

/// A frame found, its header not yet read.
#[derive(Clone, Debug)]
pub(crate) struct Synchronised {
    pub(crate) tracker: Tracker,
    /// Energy over noise that the pattern explains.
    pub(crate) energy: f64,
    pub(crate) preamble_symbols: usize,
    pub(crate) sync_word: SyncWord,
}

/// Energy ratio from which a weaker reading near a stronger is its shadow: a side lobe, or the alias half a bandwidth off.
const SHADOW: f64 = 20.0;

/// Share of a preamble's amplitude that may be left when it was taken out.
const TRACE: f64 = 0.1;
/// Amplitude, relative to a frame that was taken out, below which whatever is found near it is what rounding and the transmitter's own
/// noise left: -50 dB, more than a converter of 8 bits can tell.
const RANGE: f64 = 0.003;

impl Synchronised {
    /// Whether two readings are of one preamble: the same up-chirp bin (carrier minus timing) a few symbols apart, a side lobe at
    /// the same instant, or a shadow.
    pub(crate) fn is_same(&self, other: &Self, chips: usize) -> bool {
        let n = chips as f64;
        let (apart, bins) = self.distance(other, n);
        let ratio = (self.energy / other.energy).max(other.energy / self.energy);
        let tone = apart < 16.0 * n && bins < 4.0;
        tone || apart < n / 16.0 || (apart < 3.0 * n && ratio > SHADOW)
    }

    /// Whether this is next to nothing beside a frame that was taken out where it stands.
    pub(crate) fn is_beyond_range_of(&self, taken_out: &Self) -> bool {
        self.left_of(taken_out) < RANGE
    }

    /// Amplitude relative to another's.
    fn left_of(&self, other: &Self) -> f64 {
        self.tracker.amplitude / other.tracker.amplitude
    }

    /// Whether this is what is left of a preamble that was taken out: the very same bin, and little in it.
    pub(crate) fn is_trace_of(&self, taken_out: &Self, chips: usize) -> bool {
        let n = chips as f64;
        let (apart, bins) = self.distance(taken_out, n);
        apart < 16.0 * n && bins < 1.0 && self.left_of(taken_out) < TRACE
    }

    /// Whether two preambles may begin one frame, read twice: their start-of-frame delimiters are within a few symbols.
    pub(crate) fn is_near(&self, other: &Self, chips: usize) -> bool {
        self.distance(other, chips as f64).0 < 4.0 * chips as f64
    }

    /// How far apart two anchors are, in chips, and two up-chirp tones, in bins.
    fn distance(&self, other: &Self, n: f64) -> (f64, f64) {
        let (ours, theirs) = (self.tracker.path, other.tracker.path);
        let apart = (theirs.anchor_sample - ours.anchor_sample) / ours.rate;
        let bins = ((theirs.nu - ours.nu) * n - apart).rem_euclid(n);
        (apart.abs(), bins.min(n - bins))
    }
}

/// Hypotheses, best first, without those that a fit of a better one ends at too: the same but for the clock.
fn distinct(hypotheses: &[Hypothesis]) -> Vec<Hypothesis> {
    let mut distinct: Vec<Hypothesis> = Vec::with_capacity(hypotheses.len());
    for hypothesis in hypotheses {
        let same = |other: &Hypothesis| {
            (other.carrier - hypothesis.carrier).abs() < 0.5 && (other.start - hypothesis.start).abs() < 1.0
        };
        if !distinct.iter().any(same) {
            distinct.push(*hypothesis);
        }
    }
    distinct
}

/// Outcome of an attempt.
pub(crate) enum Attempt {
    /// No frame here.
    Nothing,
    /// The preamble goes on beyond where the SFD was looked for; try again from this window.
    Later(Candidate),
    /// A frame.
    Found(Box<Synchronised>),
}

/// The stream as the synchroniser sees it.
pub(crate) struct Samples<'a> {
    /// One sample a chip.
    pub(crate) grid: &'a History,
    /// Working rate.
    pub(crate) history: &'a History,
    /// For trying hypotheses.
    pub(crate) coarse: &'a mut ChipReader,
    /// For what is kept.
    pub(crate) fine: &'a mut ChipReader,
    /// Working-rate samples a chip.
    pub(crate) rate: f64,
}

/// Synchronises frames of one spreading factor.
pub(crate) struct Synchroniser {
    chips: Vec<Complex32>,
    range: CarrierRange,
    chip_rate_hz: f64,
}

impl Synchroniser {
    pub(crate) fn new(sf: SpreadingFactor, range: CarrierRange, chip_rate_hz: f64) -> Self {
        Self { chips: vec![Complex32::ZERO; sf.chips()], range, chip_rate_hz }
    }

    /// Tries to find a frame at a candidate.
    pub(crate) fn attempt(
        &mut self,
        candidate: Candidate,
        samples: &mut Samples,
        demodulator: &mut Demodulator,
    ) -> Attempt {
        let ups = measure_ups(candidate, samples.grid, demodulator);
        let later = Candidate { window: candidate.window + 3, ..candidate };
        let plain = candidate.is_plain(self.chips.len());
        if plain && preamble_surely_goes_on(candidate, ups, samples.grid, demodulator) {
            return Attempt::Later(later);
        }
        let hypotheses = hypotheses(candidate, ups, self.range, samples.grid, demodulator);
        let fits = self.best_fits(&hypotheses, samples, demodulator);
        let found = fits.into_iter().filter_map(|fit| self.whole(fit, samples, demodulator));
        let found: Vec<Synchronised> = found.collect();
        let found = found.into_iter().max_by(|a, b| a.energy.total_cmp(&b.energy));
        match found {
            Some(found) => Attempt::Found(Box::new(found)),
            None if preamble_goes_on(candidate, ups, samples.grid, demodulator) => Attempt::Later(later),
            None => Attempt::Nothing,
        }
    }

    /// The fit that explains most, and those that explain nearly as much: at one sample a chip a carrier half a bandwidth off, half a
    /// symbol later, differs by half a symbol in ten.
    fn best_fits(
        &self,
        hypotheses: &[Hypothesis],
        samples: &mut Samples,
        demodulator: &Demodulator,
    ) -> Vec<Fit> {
        let n = self.chips.len() as f64;
        let rate = samples.rate;
        let starts = distinct(hypotheses).into_iter().take(FITTED).map(|hypothesis| Trajectory {
            anchor_sample: hypothesis.start * rate,
            rate,
            nu: hypothesis.carrier / n,
            eps: hypothesis.eps,
            theta: 0.0,
        });
        let begun: Vec<Fit> =
            starts.filter_map(|path| begin_fit(path, samples.history, samples.coarse, demodulator)).collect();
        let explained = |fit: &Fit| fit.sums.coherent.re;
        let most = begun.iter().map(explained).fold(0.0, f64::max);
        let near = begun.into_iter().filter(|fit| explained(fit) >= NEARLY * most);
        near.filter_map(|fit| finish_fit(fit.path, samples.history, samples.coarse, demodulator)).collect()
    }

    /// Everything before the payload, if there is that much.
    fn whole(
        &mut self,
        fit: Fit,
        samples: &mut Samples,
        demodulator: &mut Demodulator,
    ) -> Option<Synchronised> {
        self.at_sfd(fit, samples, demodulator)
            .filter(|best| {
                best.sums.energy() >= PATTERN_MIN && best.down_energy / best.sums.noise() >= DOWN_MIN
            })
            .and_then(|best| self.settle(&best, samples, demodulator))
            .filter(|found| found.energy >= SETTLED_MIN && found.tracker.path.eps.abs() <= CLOCK_OFFSET_MAX)
    }

    /// Up-chirps say nothing about which symbol the SFD starts at; its own two down-chirps, at the phase that the up-chirps set,
    /// do. A fit that was a symbol off is made again.
    fn at_sfd(&mut self, best: Fit, samples: &mut Samples, demodulator: &Demodulator) -> Option<Fit> {
        let n = self.chips.len() as f64;
        let mut level = |symbol: i32| -> f32 {
            let at = f64::from(symbol) * n;
            demodulator.dechirp(samples.coarse, samples.history, &best.path, at, &mut self.chips);
            demodulator.despread(Chirp { sweep: Sweep::Down, chips: self.chips.len() }, &mut self.chips);
            self.chips.iter().map(|chip| chip.re).sum()
        };
        let levels = [-1, 0, 1, 2].map(&mut level);
        let pairs = [levels[0] + levels[1], levels[1] + levels[2], levels[2] + levels[3]];
        let symbol = if pairs[1] >= pairs[0].max(pairs[2]) {
            return Some(best);
        } else if pairs[0] > pairs[2] {
            -1.0
        } else {
            1.0
        };
        finish_fit(best.path.counted_from(symbol * n), samples.history, samples.coarse, demodulator)
    }

    /// Counts the preamble, reads the sync word, fits once more over everything before the payload and starts the tracker.
    fn settle(
        &mut self,
        best: &Fit,
        samples: &mut Samples,
        demodulator: &mut Demodulator,
    ) -> Option<Synchronised> {
        let sf = demodulator.sf();
        let n = sf.chips() as f64;
        let preamble_symbols = self.count_preamble(best, samples, demodulator);
        let sync_word = self.sync_word(&best.path, samples, demodulator);
        let first_chip = -(preamble_symbols as f64 + 2.0) * n;
        let ups = std::iter::repeat_n(Chirp::up(sf, 0), preamble_symbols);
        let mut pattern = Pattern::new(ups.chain(sync_and_sfd(sf, sync_word)), first_chip);
        let reference = 0.5 * (first_chip + 2.25 * n);
        let mut path = best.path;
        pattern.read(&path, samples.history, samples.fine, demodulator);
        correct_about(&mut path, pattern.sums(demodulator, reference).step(CLOCK_PRIOR)?, reference);
        pattern.read(&path, samples.history, samples.fine, demodulator);
        let sums = pattern.sums(demodulator, reference);
        correct_about(&mut path, sums.step(CLOCK_PRIOR)?, reference);
        let information = sums.information(CLOCK_PRIOR)?;
        let tracker = Tracker::new(path, &sums, &information, reference, self.chip_rate_hz)?;
        Some(Synchronised { tracker, energy: sums.energy(), preamble_symbols, sync_word })
    }

    /// Likeliest number of up-chirps: each adds ln p(present) / p(absent) = (2 A Re - A^2 N) / sigma^2.
    fn count_preamble(&mut self, best: &Fit, samples: &mut Samples, demodulator: &Demodulator) -> usize {
        let n = self.chips.len() as f64;
        let (amplitude, noise) = (best.sums.amplitude(), best.sums.noise());
        let usual = usize::from(default_preamble_symbols(demodulator.sf()));
        let (mut sum, mut most, mut best_count) = (0.0, f64::NEG_INFINITY, UPS);
        for count in 1..=preamble_symbols_max(demodulator.sf()) {
            let at = -(2.0 + count as f64) * n;
            demodulator.dechirp(samples.fine, samples.history, &best.path, at, &mut self.chips);
            let real: f32 = self.chips.iter().map(|chip| chip.re).sum();
            sum += (2.0 * amplitude * f64::from(real) - amplitude.powi(2) * n) / noise;
            let total = sum + if count == usual { USUAL_LENGTH_BONUS } else { 0.0 };
            if count >= UPS && total > most {
                (most, best_count) = (total, count);
            }
            if count > usual && total < most - GIVE_UP {
                break;
            }
        }
        best_count
    }

    /// The pair of nibbles that fits best.
    fn sync_word(
        &mut self,
        path: &Trajectory,
        samples: &mut Samples,
        demodulator: &mut Demodulator,
    ) -> SyncWord {
        let n = self.chips.len();
        let mut nibble = |first_chip: f64| -> u8 {
            demodulator.dechirp(samples.fine, samples.history, path, first_chip, &mut self.chips);
            let spectrum = demodulator.transform(&self.chips);
            let fits = |a: &usize, b: &usize| spectrum[a * 8].re.total_cmp(&spectrum[b * 8].re);
            (0..(n / 8).min(16)).max_by(fits).unwrap_or(0) as u8
        };
        SyncWord(nibble(-2.0 * n as f64) << 4 | nibble(-(n as f64)))
    }
}
