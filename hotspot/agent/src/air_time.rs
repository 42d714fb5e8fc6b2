//! How long one may still send: air time over a rolling hour (EN 300 220-1 5.4, duty cycle).

use std::collections::VecDeque;

/// The observation period, microseconds.
const HOUR_US: u64 = 3_600_000_000;

/// Air time used, and allowed.
#[derive(Clone, Debug)]
pub struct AirTime {
    allowed_us: u64,
    used: VecDeque<(u64, u64)>,
}

/// A transmission would break the duty cycle. It is refused, not warned about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{used_us} us of {allowed_us} us an hour are used; {wanted_us} us more are not allowed before {next_us} us"
)]
pub struct DutyCycleExceeded {
    /// Sent within the last hour.
    pub used_us: u64,
    /// Allowed an hour.
    pub allowed_us: u64,
    /// Asked for.
    pub wanted_us: u64,
    /// Time at which it would be allowed; the end of time when it never is.
    pub next_us: u64,
}

impl AirTime {
    /// Nothing sent yet; `duty_cycle_e4` is the allowed share of time in parts of 10,000.
    pub fn new(duty_cycle_e4: u32) -> Self {
        Self { allowed_us: HOUR_US / 10_000 * u64::from(duty_cycle_e4), used: VecDeque::new() }
    }

    /// Takes `wanted_us` of air time at `now_us`, if the hour before allows it.
    ///
    /// # Errors
    /// [`DutyCycleExceeded`], and nothing is taken.
    pub fn take(&mut self, now_us: u64, wanted_us: u64) -> Result<(), DutyCycleExceeded> {
        while self.used.front().is_some_and(|(at, _)| at.saturating_add(HOUR_US) <= now_us) {
            self.used.pop_front();
        }
        let used_us: u64 = self.used.iter().map(|(_, length)| length).sum();
        if used_us + wanted_us > self.allowed_us {
            let (allowed_us, next_us) = (self.allowed_us, self.next_us(used_us, wanted_us));
            return Err(DutyCycleExceeded { used_us, allowed_us, wanted_us, next_us });
        }
        self.used.push_back((now_us, wanted_us));
        Ok(())
    }

    fn next_us(&self, mut used_us: u64, wanted_us: u64) -> u64 {
        for (at, length) in &self.used {
            used_us -= length;
            if used_us + wanted_us <= self.allowed_us {
                return at + HOUR_US;
            }
        }
        u64::MAX
    }
}
