//! Where may the SFD be? Hypotheses of carrier and timing, ranked on the search grid.
//!
//! A repeated up-chirp fixes only `b = c - T`, carrier offset minus timing (bins and chips are the same unit). The down-chirps of
//! the SFD show at bin `c + T - o` of a window that starts at `o`. For every whole part of `c` in range, and every symbol that the
//! SFD may start at, `T` follows from `b`; two windows a symbol apart, the first on the quarter-symbol raster, lie inside that SFD
//! and their power ranks the hypothesis. The whole range of carriers is searched, so `c` and `c + N/2` are told apart.
//!
//! `b` is measured in the middle of the up-chirps; by the time of the SFD the transmitter's clock has drifted. Where that matters, a
//! clock tied to the carrier and an exact one are both hypotheses.

use num_complex::{Complex32, Complex64};

use super::{
    correlate::{correlate, likeliest_carrier, turn_back},
    demodulator::Demodulator,
    history::History,
    pattern::UPS,
    search::{Candidate, WINDOWS},
    synchroniser::CarrierRange,
};

/// Symbols after the candidate's last window at which the SFD may start.
const FIRST: f64 = 1.5;
const LAST: f64 = 7.5;
/// Windows after the candidate's last that must be there before the search: the latest SFD, with what SF5 and SF6 add to it.
pub(crate) const LOOKAHEAD: i64 = 12;
/// Symbols from the middle of the up-chirps that were measured to the candidate's last window.
const UPS_BEFORE: f64 = 0.5 * WINDOWS as f64 - 1.0;
/// Clock drift from which on an exact clock is tried beside one tied to the carrier.
const DRIFT_MATTERS_CHIPS: f64 = 0.1;
/// Drift of a chirp's start within which one replica serves.
const NEAR_CHIPS: f64 = 0.05;
/// Carrier errors that a hypothesis' energy is the best of: within a fifth of a bin.
const CARRIER_STEPS: i32 = 10;
const CARRIER_STEP_BINS: f64 = 0.02;
/// Hypotheses kept, and of those the ones whose neighbours are tried.
const KEPT: usize = 32;
const REFINED: usize = 8;
/// Those of which the SFD alone says most are refined, too: a clock that is 20 ppm off while the carrier is not moves an SFD of SF12
/// by a bin, and a carrier that is wrong by a bin has no energy in the up-chirps.
const REFINED_BY_SFD: usize = 3;

/// Windows that cut an up-chirp in two see its halves in phases that differ by the fraction of a chip of the start, so the bin that they
/// measured is off by up to half a chip, and noise makes it a whole one. The patterns' own windows are the chirps: starts that differ from
/// the measured one are tried, and then carriers a bin off, which the down-chirps cannot tell from a start that is.
const STARTS: [(f64, f64); 3] = [(0.0, -0.375), (0.0, 0.0), (0.0, 0.375)];
const NEIGHBOURS: [(f64, f64); 9] = [
    (0.0, 0.0),
    (0.0, -0.2),
    (0.0, 0.2),
    (-1.0, -0.5),
    (-1.0, -0.15),
    (-1.0, 0.2),
    (1.0, 0.5),
    (1.0, 0.15),
    (1.0, -0.2),
];

/// A carrier and a place for the SFD.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Hypothesis {
    /// Carrier offset in bins.
    pub(crate) carrier: f64,
    /// SFD start in chips of the search grid.
    pub(crate) start: f64,
    /// Clock offset that the start was reckoned with.
    pub(crate) eps: f64,
    score: f32,
}

/// What the up-chirps say by themselves.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ups {
    /// Fractional bin: carrier minus timing.
    bin: f64,
    /// Fractional part of the carrier offset in bins, from the phase advance between windows.
    carrier_fraction: f64,
}

/// Measures the repeated up-chirp of a candidate.
pub(crate) fn measure_ups(candidate: Candidate, grid: &History, demodulator: &Demodulator) -> Ups {
    const STEPS: i32 = 6;
    const STEP_BINS: f64 = 0.25;
    let at = |step: i32| candidate.bin as f64 + 0.5 + f64::from(step) * STEP_BINS;
    let windows = Windows::new(candidate.window, grid, demodulator);
    let energy = |bin: f64| -> f64 { windows.tones(bin).iter().map(Complex64::norm_sqr).sum() };
    let energies: Vec<f64> = (-STEPS..=STEPS).map(|step| energy(at(step))).collect();
    let best = energies.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1)).map_or(0, |(index, _)| index);
    let bin = at(best as i32 - STEPS) + STEP_BINS * parabola_peak(&energies, best);
    let tones = windows.tones(bin);
    let advance: Complex64 = tones.windows(2).map(|pair| pair[1] * pair[0].conj()).sum();
    Ups { bin, carrier_fraction: advance.arg() / std::f64::consts::TAU }
}

/// Whether the windows where the SFD should have been still carry the up-chirp.
pub(crate) fn preamble_goes_on(
    candidate: Candidate,
    ups: Ups,
    grid: &History,
    demodulator: &Demodulator,
) -> bool {
    let power = |tones: &[Complex64]| tones.iter().map(Complex64::norm_sqr).sum::<f64>() / tones.len() as f64;
    let tones = |window: i64| Windows::new(window, grid, demodulator).tones(ups.bin);
    let inside = power(&tones(candidate.window));
    let beyond = tones(candidate.window + WINDOWS as i64);
    power(&beyond[2..6]) > 0.5 * inside
}

/// Whether each of the windows that only an up-chirp too long for an SFD in reach fills is full of it: then none needs to be looked for,
/// and an up-chirp without end buys no more than that. Only asked of a plain candidate.
pub(crate) fn preamble_surely_goes_on(
    candidate: Candidate,
    ups: Ups,
    grid: &History,
    demodulator: &Demodulator,
) -> bool {
    const FULL: f64 = 0.7;
    let powers = |window: i64| -> Vec<f64> {
        let tones = Windows::new(window, grid, demodulator).tones(ups.bin);
        tones.iter().map(Complex64::norm_sqr).collect()
    };
    let inside = powers(candidate.window).iter().sum::<f64>() / WINDOWS as f64;
    let beyond = powers(candidate.window + WINDOWS as i64);
    beyond[2..6].iter().all(|power| *power > FULL * inside)
}

/// The likeliest hypotheses, best first.
pub(crate) fn hypotheses(
    candidate: Candidate,
    ups: Ups,
    range: CarrierRange,
    grid: &History,
    demodulator: &mut Demodulator,
) -> Vec<Hypothesis> {
    let chips = demodulator.sf().chips() as i64;
    let n = chips as f64;
    let origin = candidate.window * chips;
    let down = DownWindows::new(origin, grid, demodulator);
    let mut best: Vec<Hypothesis> = Vec::with_capacity(KEPT + 1);
    let carrier_max = (range.nu_max * n).min(0.5 * n - 1.0);
    for whole in (-carrier_max).ceil() as i64..=carrier_max as i64 {
        let carrier = whole as f64 + ups.carrier_fraction;
        let offset = (carrier - ups.bin).rem_euclid(n);
        for symbol in FIRST as i64..=LAST as i64 {
            let from_origin = offset + symbol as f64 * n;
            for eps in clocks(carrier / n * range.clock_per_nu, from_origin + UPS_BEFORE * n) {
                let from_origin = from_origin - eps * (from_origin + UPS_BEFORE * n);
                if (FIRST * n..LAST * n).contains(&from_origin) {
                    let score = down.power(carrier, from_origin);
                    keep(&mut best, Hypothesis { carrier, start: origin as f64 + from_origin, eps, score });
                }
            }
        }
    }
    by_score(&mut best);
    let by_sfd: Vec<Hypothesis> = best.iter().take(REFINED_BY_SFD).copied().collect();
    let mut whole_chips = WholeChips::new(grid, demodulator);
    for hypothesis in &mut best {
        *hypothesis = whole_chips.best_of(*hypothesis, &STARTS);
    }
    by_score(&mut best);
    best.truncate(REFINED);
    best.extend(by_sfd);
    for hypothesis in &mut best {
        *hypothesis = whole_chips.best_of(*hypothesis, &NEIGHBOURS);
    }
    by_score(&mut best);
    best
}

fn by_score(hypotheses: &mut [Hypothesis]) {
    hypotheses.sort_by(|a, b| b.score.total_cmp(&a.score));
}

/// The clock tied to the carrier and, where their drift over the chips between differs, an exact one.
fn clocks(tied: f64, chips: f64) -> impl Iterator<Item = f64> {
    let differs = (tied * chips).abs() > DRIFT_MATTERS_CHIPS;
    std::iter::once(tied).chain(differs.then_some(0.0))
}

/// The windows of a candidate, despread by the up-chirp.
struct Windows {
    despread: Vec<Vec<Complex32>>,
}

impl Windows {
    fn new(last_window: i64, grid: &History, demodulator: &Demodulator) -> Self {
        let up = demodulator.upchirp();
        let despread = |window: i64| {
            let mut chips = vec![Complex32::ZERO; up.len()];
            grid.copy(window * up.len() as i64, &mut chips);
            chips.iter_mut().zip(up).for_each(|(chip, up)| *chip *= up.conj());
            chips
        };
        Self { despread: (last_window + 1 - WINDOWS as i64..=last_window).map(despread).collect() }
    }

    /// One Fourier sum a window, at a fractional bin.
    fn tones(&self, bin: f64) -> Vec<Complex64> {
        let chips = self.despread.first().map_or(0, Vec::len);
        let mut wave = vec![Complex32::ONE; chips];
        turn_back(&mut wave, bin / chips as f64, 0.0);
        self.despread.iter().map(|despread| double(correlate(despread, &wave))).collect()
    }
}

fn double(value: Complex32) -> Complex64 {
    Complex64::new(f64::from(value.re), f64::from(value.im))
}

/// Power spectra of windows a quarter symbol apart, dechirped for down-chirps.
struct DownWindows {
    powers: Vec<Vec<f32>>,
    quarter: i64,
}

impl DownWindows {
    const FIRST_QUARTER: i64 = (FIRST * 4.0) as i64;
    const COUNT: i64 = ((LAST - FIRST) * 4.0) as i64 + 5;

    fn new(origin: i64, grid: &History, demodulator: &mut Demodulator) -> Self {
        let mut chips = vec![Complex32::ZERO; demodulator.sf().chips()];
        let quarter = chips.len() as i64 / 4;
        let mut power = |index: i64| -> Vec<f32> {
            grid.copy(origin + (Self::FIRST_QUARTER + index) * quarter, &mut chips);
            for (chip, up) in chips.iter_mut().zip(demodulator.upchirp()) {
                *chip *= up;
            }
            demodulator.transform(&chips).iter().map(Complex32::norm_sqr).collect()
        };
        Self { powers: (0..Self::COUNT).map(&mut power).collect(), quarter }
    }

    /// Power that two windows inside an SFD at this start would have of it.
    fn power(&self, carrier: f64, from_origin: f64) -> f32 {
        let window = (from_origin / self.quarter as f64).ceil() as i64;
        let bin = carrier + from_origin - (window * self.quarter) as f64;
        let index = (window - Self::FIRST_QUARTER) as usize;
        self.pair(index, bin) + self.pair(index + 4, bin)
    }

    /// Power of the two bins around a fractional bin.
    fn pair(&self, window: usize, bin: f64) -> f32 {
        self.powers.get(window).map_or(0.0, |row| {
            let mask = row.len() - 1;
            let lower = bin.rem_euclid(row.len() as f64).floor() as usize;
            row[lower & mask] + row[(lower + 1) & mask]
        })
    }
}

fn keep(best: &mut Vec<Hypothesis>, new: Hypothesis) {
    best.push(new);
    if best.len() > KEPT {
        let worst = best.iter().enumerate().min_by(|a, b| a.1.score.total_cmp(&b.1.score));
        if let Some(index) = worst.map(|(index, _)| index) {
            best.swap_remove(index);
        }
    }
}

/// Coherent energy of six up-chirps and the SFD, read at whole chips of the grid.
///
/// A start that lies `tau` chips after a whole one shows as a shift of the carrier by `-tau` bins in up-chirps and `+tau` bins in
/// down-chirps, and as a phase: `(t - tau)^2/N - (t - tau) = t^2/N - t - 2 t tau/N + tau^2/N + tau`.
struct WholeChips<'a> {
    grid: &'a History,
    upchirp: &'a [Complex32],
    chips: Vec<Complex32>,
    up: Vec<Complex32>,
    down: Vec<Complex32>,
    /// Fractions of a chip that the two were made for.
    up_tau: f64,
    down_tau: f64,
}

impl<'a> WholeChips<'a> {
    fn new(grid: &'a History, demodulator: &'a Demodulator) -> Self {
        let upchirp = demodulator.upchirp();
        let empty = vec![Complex32::ZERO; upchirp.len()];
        Self {
            grid,
            upchirp,
            chips: empty.clone(),
            up: empty.clone(),
            down: empty,
            up_tau: f64::NAN,
            down_tau: f64::NAN,
        }
    }

    /// The hypothesis among some steps (carrier in bins, start in chips) from this one that explains most, and that as its score.
    fn best_of(&mut self, hypothesis: Hypothesis, steps: &[(f64, f64)]) -> Hypothesis {
        let tried = steps.iter().map(|(bins, chips)| {
            let carrier = hypothesis.carrier + bins;
            let moved = Hypothesis { carrier, start: hypothesis.start + chips, ..hypothesis };
            Hypothesis { score: self.energy(moved), ..moved }
        });
        tried.max_by(|a, b| a.score.total_cmp(&b.score)).unwrap_or(hypothesis)
    }

    fn energy(&mut self, hypothesis: Hypothesis) -> f32 {
        let chips = self.upchirp.len() as i64;
        let ups = (3..3 + UPS as i64).map(|k| Part { first: -k * chips, length: chips, down: false });
        let sfd = [(0, chips), (chips, chips), (2 * chips, chips / 4)];
        let sfd = sfd.map(|(first, length)| Part { first, length, down: true });
        (self.up_tau, self.down_tau) = (f64::NAN, f64::NAN);
        let mut parts = ups.chain(sfd);
        let sums: [(Complex64, f64); UPS + 3] = std::array::from_fn(|_| {
            let part = parts.next().expect("six up-chirps and three parts of the SFD");
            (self.sum(hypothesis, part), part.first as f64 + part.length as f64 / 2.0)
        });
        likeliest_carrier(&sums, CARRIER_STEP_BINS / chips as f64, CARRIER_STEPS).1 as f32
    }

    /// Sum of a part's chips, despread where the transmitter's clock has it.
    fn sum(&mut self, hypothesis: Hypothesis, part: Part) -> Complex64 {
        let begins = hypothesis.start + part.first as f64 * (1.0 - hypothesis.eps);
        let whole = begins.round();
        self.make_replica(hypothesis.carrier, begins - whole, part.down);
        let since_start = whole - hypothesis.start.round();
        let nu = hypothesis.carrier / self.upchirp.len() as f64;
        let turn = Complex64::from_polar(1.0, -std::f64::consts::TAU * (nu * since_start).fract());
        let chips = &mut self.chips[..part.length as usize];
        self.grid.copy(whole as i64, chips);
        let replica = if part.down { &self.down } else { &self.up };
        double(correlate(chips, replica)) * turn
    }

    /// The conjugate of a chirp that begins `tau` chips after a whole one; one made for nearly the same is kept.
    fn make_replica(&mut self, carrier: f64, tau: f64, down: bool) {
        let n = self.upchirp.len() as f64;
        let phase = std::f64::consts::PI * (tau + tau * tau / n);
        let (out, made_for, bins, phase) = if down {
            (&mut self.down, &mut self.down_tau, carrier + tau, -phase)
        } else {
            (&mut self.up, &mut self.up_tau, carrier - tau, phase)
        };
        let near = (tau - *made_for).abs() < NEAR_CHIPS;
        if !near {
            replica(self.upchirp, down, bins / n, phase, out);
            *made_for = tau;
        }
    }
}

/// A stretch of the pattern, counted from the SFD's first chip.
#[derive(Clone, Copy)]
struct Part {
    first: i64,
    length: i64,
    down: bool,
}

/// Conjugate of a chirp on a carrier.
fn replica(upchirp: &[Complex32], down: bool, nu: f64, phase: f64, out: &mut [Complex32]) {
    for (out, up) in out.iter_mut().zip(upchirp) {
        *out = if down { *up } else { up.conj() };
    }
    turn_back(out, nu, phase);
}

/// Vertex of the parabola through a maximum and its neighbours, in steps.
fn parabola_peak(values: &[f64], index: usize) -> f64 {
    let (Some(low), Some(high)) =
        (index.checked_sub(1).and_then(|low| values.get(low)), values.get(index + 1))
    else {
        return 0.0;
    };
    let curvature = low - 2.0 * values[index] + high;
    if curvature >= 0.0 { 0.0 } else { (0.5 * (low - high) / curvature).clamp(-0.5, 0.5) }
}
