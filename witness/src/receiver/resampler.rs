//! From the caller's sample rate to the receiver's working rate: one or two samples a chip.
//!
//! Output `m` stands at input position `m * ratio`, exactly, whatever the chunking; the kernel's delay is taken out by looking
//! both ways. A ratio of 4 and more first goes through halving filters, which cost little.

use num_complex::Complex32;

use super::{
    history::History,
    kernel::{Kernel, Taps},
};

/// Converts a stream to a lower (or slightly higher) rate.
#[derive(Debug)]
pub(crate) enum Resampler {
    /// Same rate.
    Copy,
    /// Halve until the ratio is below 4, then interpolate.
    Convert { halvings: Vec<Halving>, last: Option<Fractional> },
}

impl Resampler {
    /// `ratio` = input rate over output rate, at least 0.5.
    pub(crate) fn new(ratio: f64) -> Self {
        if (ratio - 1.0).abs() < 1e-12 {
            return Self::Copy;
        }
        let mut rest = ratio;
        let mut halvings = Vec::new();
        while rest >= 4.0 || (rest - 2.0).abs() < 1e-12 {
            halvings.push(Halving::new(if rest < 4.0 { Halving::SHARP } else { Halving::SHORT }));
            rest /= 2.0;
        }
        let last = ((rest - 1.0).abs() > 1e-12).then(|| Fractional::new(rest));
        Self::Convert { halvings, last }
    }

    /// Starts a new stream.
    pub(crate) fn restart(&mut self) {
        if let Self::Convert { halvings, last } = self {
            halvings.iter_mut().for_each(Halving::restart);
            last.iter_mut().for_each(Fractional::restart);
        }
    }

    /// Feeds input, appends output.
    pub(crate) fn process(&mut self, input: &[Complex32], output: &mut History) {
        match self {
            Self::Copy => output.extend(input),
            Self::Convert { halvings, last } => cascade(halvings, last.as_mut(), input, output),
        }
    }
}

/// Runs the input through each stage in turn, so that no stage allocates for its output.
fn cascade(
    halvings: &mut [Halving],
    last: Option<&mut Fractional>,
    input: &[Complex32],
    output: &mut History,
) {
    match halvings.split_first_mut() {
        Some((first, rest)) => {
            let mut half = std::mem::take(&mut first.output);
            half.clear();
            first.process(input, &mut half);
            cascade(rest, last, &half, output);
            first.output = half;
        }
        None => match last {
            Some(fractional) => fractional.process(input, output),
            None => output.extend(input),
        },
    }
}

/// Two to one, by a half-band filter at -70 dB. The last one must keep a chirp and its carrier offset, +-0.215 of its input
/// rate; the earlier ones only what the last one keeps, +-0.11.
#[derive(Debug)]
pub(crate) struct Halving {
    taps: Taps,
    pending: Vec<Complex32>,
    output: Vec<Complex32>,
}

impl Halving {
    pub(crate) const SHARP: usize = 32;
    const SHORT: usize = 12;

    /// The filter of a half band.
    pub(crate) fn filter(half: usize) -> Taps {
        Kernel::new(half, 0.25, 7.0, 1).taps_for(0.0)
    }

    pub(crate) fn new(half: usize) -> Self {
        let taps = Self::filter(half);
        let mut halving = Self { taps, pending: Vec::new(), output: Vec::new() };
        halving.restart();
        halving
    }

    /// Starts a new stream: zeros ahead of it make output 0 stand exactly on input 0.
    pub(crate) fn restart(&mut self) {
        self.pending.clear();
        self.pending.resize(self.taps.len() / 2 - 1, Complex32::ZERO);
    }

    pub(crate) fn process(&mut self, input: &[Complex32], output: &mut Vec<Complex32>) {
        self.pending.extend_from_slice(input);
        let mut from = 0;
        while from + self.taps.len() <= self.pending.len() {
            output.push(self.taps.dot(&self.pending[from..from + self.taps.len()]));
            from += 2;
        }
        self.pending.drain(..from.min(self.pending.len()));
    }
}

/// Any ratio between 0.5 and 4.
#[derive(Debug)]
pub(crate) struct Fractional {
    kernel: Kernel,
    taps: Taps,
    ratio: f64,
    /// Index of the next output, and of the input sample at `pending[0]`.
    next: u64,
    first: i64,
    pending: Vec<Complex32>,
}

impl Fractional {
    const HALF: usize = 40;

    fn new(ratio: f64) -> Self {
        // Down: keep 0.45 of the output rate (a chirp at two samples a chip, and its CFO). Up: keep the input's band.
        let cutoff = if ratio > 1.0 { 0.5 / ratio } else { 0.5 };
        let kernel = Kernel::new(Self::HALF, cutoff, 7.0, 512);
        let taps = Taps::none(kernel.taps());
        let mut fractional = Self { kernel, taps, ratio, next: 0, first: 0, pending: Vec::new() };
        fractional.restart();
        fractional
    }

    fn restart(&mut self) {
        let lead = self.kernel.lead();
        self.next = 0;
        self.first = -(lead as i64);
        self.pending.clear();
        self.pending.resize(lead, Complex32::ZERO);
    }

    fn process(&mut self, input: &[Complex32], output: &mut History) {
        self.pending.extend_from_slice(input);
        loop {
            let position = self.next as f64 * self.ratio;
            let from = (position.floor() as i64 - self.kernel.lead() as i64 - self.first) as usize;
            let Some(samples) = self.pending.get(from..from + self.taps.len()) else { break };
            self.kernel.taps_at(position.fract(), &mut self.taps);
            output.push(self.taps.dot(samples));
            self.next += 1;
        }
        let position = (self.next as f64 * self.ratio).floor() as i64;
        let spent = ((position - self.kernel.lead() as i64 - self.first) as usize).min(self.pending.len());
        self.pending.drain(..spent);
        self.first += spent as i64;
    }
}
