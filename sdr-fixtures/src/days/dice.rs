//! Seeded deviates. Fitting and reporting draw from streams that differ by construction.

use identity::{Context, Hash};
use rand::Rng;
use rand_chacha::{ChaCha8Rng, rand_core::SeedableRng};
use rand_distr::{Distribution, StandardNormal};

const STREAM: Context = Context::new("earshot 2026 parameter-level days");

/// What a run is for; part of every stream's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Thresholds are fitted.
    Fit,
    /// Rates are reported.
    Report,
}

/// A stream of deviates.
pub struct Dice(ChaCha8Rng);

impl Dice {
    /// The stream of a purpose, a seed, an owner and one of its days; day 0 draws what stays.
    pub fn new(purpose: Purpose, seed: u64, owner: u64, day: u64) -> Self {
        let purpose: &[u8] = match purpose {
            Purpose::Fit => b"fit...",
            Purpose::Report => b"report",
        };
        let parts = [purpose, &seed.to_le_bytes(), &owner.to_le_bytes(), &day.to_le_bytes()];
        Self(ChaCha8Rng::from_seed(*Hash::of(STREAM, &parts).bytes()))
    }

    /// Uniform from `low` to `high`.
    pub fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * (self.0.next_u64() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Normal of this standard deviation.
    pub fn normal(&mut self, sigma: f64) -> f64 {
        let deviate: f64 = StandardNormal.sample(&mut self.0);
        deviate * sigma
    }

    /// Exponential of this mean.
    pub fn exponential(&mut self, mean: f64) -> f64 {
        -mean * self.between(f64::EPSILON, 1.0).ln()
    }

    /// Whether something of this probability happens.
    pub fn happens(&mut self, probability: f64) -> bool {
        self.between(0.0, 1.0) < probability
    }

    /// 32 uniform bytes.
    pub fn hash(&mut self) -> Hash {
        let mut bytes = [0; 32];
        self.0.fill_bytes(&mut bytes);
        Hash::new(bytes)
    }
}
