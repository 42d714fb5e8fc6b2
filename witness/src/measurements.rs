//! What a receiver measures of a frame, each with its standard error.

use num_complex::Complex64;

/// An instant in whole nanoseconds and the rest: a double of Unix nanoseconds would step by 256 ns.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TimeOfArrival {
    /// Whole nanoseconds, from sample 0 of the stream.
    pub ns: i64,
    /// What is left, 0 to 1 nanosecond.
    pub fraction_ns: f64,
}

impl TimeOfArrival {
    /// From a sample position (fractional) at a sample rate.
    pub(crate) fn from_sample(position: f64, rate_hz: f64) -> Self {
        let whole_seconds = (position / rate_hz).floor();
        let rest_ns = (position - whole_seconds * rate_hz) / rate_hz * 1e9;
        Self {
            ns: (whole_seconds as i64).saturating_mul(1_000_000_000).saturating_add(rest_ns.floor() as i64),
            fraction_ns: rest_ns - rest_ns.floor(),
        }
    }

    /// This instant, counted from `origin` instead of sample 0, and so that much later.
    pub(crate) fn after(self, origin: Self) -> Self {
        let fraction_ns = self.fraction_ns + origin.fraction_ns;
        let carry = fraction_ns.floor();
        let ns = self.ns.saturating_add(origin.ns).saturating_add(carry as i64);
        Self { ns, fraction_ns: fraction_ns - carry }
    }

    /// Nanoseconds from `earlier` to `self`, exact to better than a picosecond for times less than an hour apart.
    pub fn since_ns(self, earlier: Self) -> f64 {
        (self.ns - earlier.ns) as f64 + (self.fraction_ns - earlier.fraction_ns)
    }
}

/// A value and its standard error (one sigma), in the unit that the field's name says.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    /// The value.
    pub value: f64,
    /// Its standard error.
    pub sigma: f64,
}

/// Measurements of one frame. Powers are relative to full scale (a sample of magnitude 1 is 0 dBFS) until a calibration says
/// how many dBm that is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Measurements {
    /// Arrival of the first preamble chip.
    pub arrival: TimeOfArrival,
    /// Standard error of [`Self::arrival`], ns.
    pub arrival_sigma_ns: f64,
    /// Arrival of the middle of the frame, where time and clock errors are independent and time is known best. A preamble of the usual
    /// length is counted, whatever this one's: so it does not depend on a count that noise can falsify.
    pub middle: TimeOfArrival,
    /// Standard error of [`Self::middle`], ns.
    pub middle_sigma_ns: f64,
    /// What the channel does to the band; several frames' responses together tell the first path better ([`crate::combine_hops`]).
    pub response: crate::ChannelResponse,
    /// Arrival of the first preamble chip in samples of the stream as the caller brought it.
    pub sample_start: f64,
    /// Power of the signal alone, all its paths together, dBFS.
    pub rssi_dbfs: Estimate,
    /// Noise power in the bandwidth, dBFS.
    pub noise_floor_dbfs: Estimate,
    /// Signal over noise in the bandwidth, dB.
    pub snr_db: Estimate,
    /// Carrier offset, Hz; positive when the transmitter is high.
    pub cfo_hz: Estimate,
    /// Sample-clock offset, parts per million; positive when the transmitter is fast: a frame then lasts T / (1 + sfo).
    pub sfo_ppm: Estimate,
    /// Complex amplitude of the strongest path (magnitude 1 is full scale); the phase stands at the middle of the frame.
    pub gain: Complex64,
    /// Standard error of the gain's magnitude.
    pub gain_sigma: f64,
    /// Standard error of the gain's phase, radians; it holds that of the instant at which the phase stands.
    pub gain_phase_sigma_rad: f64,
}

impl Measurements {
    /// Whether all of it are numbers. Of samples that a receiver has they are; sums over samples of 1e30 overflow.
    pub(crate) fn is_finite(&self) -> bool {
        let estimates =
            [self.rssi_dbfs, self.noise_floor_dbfs, self.snr_db, self.cfo_hz, self.sfo_ppm].into_iter();
        let mut estimates = estimates.flat_map(|estimate| [estimate.value, estimate.sigma]);
        let sigmas =
            [self.arrival_sigma_ns, self.middle_sigma_ns, self.gain_sigma, self.gain_phase_sigma_rad];
        estimates.all(f64::is_finite)
            && sigmas.into_iter().all(f64::is_finite)
            && self.sample_start.is_finite()
            && self.gain.is_finite()
    }

    /// The gain as it were with the stream's centre `offset_hz` lower: the carrier's phase counts from sample 0.
    pub(crate) fn gain_tuned(&self, offset_hz: f64) -> Complex64 {
        let turns = (offset_hz * self.middle.ns as f64 * 1e-9).fract();
        self.gain * Complex64::from_polar(1.0, std::f64::consts::TAU * turns)
    }

    /// Received power in dBm for a receiver whose full scale is `full_scale_dbm`.
    pub fn rssi_dbm(&self, full_scale_dbm: f64) -> Estimate {
        Estimate { value: self.rssi_dbfs.value + full_scale_dbm, ..self.rssi_dbfs }
    }

    /// Noise floor in dBm for a receiver whose full scale is `full_scale_dbm`.
    pub fn noise_floor_dbm(&self, full_scale_dbm: f64) -> Estimate {
        Estimate { value: self.noise_floor_dbfs.value + full_scale_dbm, ..self.noise_floor_dbfs }
    }
}
