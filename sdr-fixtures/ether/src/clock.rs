//! What time a radio believes it is.

use crate::{Draw, Oscillator, TrueTime};

/// The time stamps of a radio.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Clock {
    /// Follows the pulse a second of a satellite receiver: a fixed error (antenna cable, receiver) and a jitter drawn anew each
    /// second; the sample counter is latched at every pulse, so the crystal's own rate is known.
    Pps {
        /// Fixed error, ns.
        bias_ns: f64,
        /// Standard deviation of the jitter, ns.
        jitter_ns: f64,
    },
    /// Follows the pulse of a receiver to which somebody plays satellite: from time zero on the pulse is pulled away evenly, up to a
    /// bound, where it stays.
    Pulled {
        /// Fixed error besides, ns.
        bias_ns: f64,
        /// Standard deviation of the jitter, ns.
        jitter_ns: f64,
        /// Nanoseconds a second, of either sign.
        rate_ns_s: f64,
        /// Greatest error that is made so, ns.
        most_ns: f64,
    },
    /// Set once from the network at time zero and left alone: it goes as the radio's crystal does.
    Free {
        /// Error when it was set, milliseconds.
        offset_ms: f64,
    },
}

impl Clock {
    /// Local minus true time, in nanoseconds, at a time; `key` tells the radios of a world apart.
    pub fn error_ns(&self, time: TrueTime, oscillator: &Oscillator, seed: u64, key: u64) -> f64 {
        let pulse = |jitter_ns: f64| {
            let second = time.as_ps().div_euclid(1_000_000_000_000).cast_unsigned();
            Draw::new(seed, &[0x0C10, key, second]).normal(jitter_ns)
        };
        match *self {
            Self::Pps { bias_ns, jitter_ns } => bias_ns + pulse(jitter_ns),
            Self::Pulled { bias_ns, jitter_ns, rate_ns_s, most_ns } => {
                let pulled_ns = (rate_ns_s * time.as_seconds().max(0.0)).clamp(-most_ns, most_ns);
                bias_ns + pulse(jitter_ns) + pulled_ns
            }
            Self::Free { offset_ms } => offset_ms * 1e6 + oscillator.gained_ns(time),
        }
    }

    /// Whether the clock follows PPS.
    pub fn follows_pps(&self) -> bool {
        matches!(self, Self::Pps { .. } | Self::Pulled { .. })
    }
}
