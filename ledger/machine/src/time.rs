//! Heights, times, windows and epochs.
//!
//! A ledger's calendar is fixed in its genesis: window `w` is the half-open span
//! `[start + w * window_ms, start + (w + 1) * window_ms)`, and epoch `e` has the windows
//! `[e * windows_per_epoch, (e + 1) * windows_per_epoch)`.

use borsh::{BorshDeserialize, BorshSerialize};

macro_rules! counter {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(
            Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, BorshSerialize, BorshDeserialize,
        )]
        pub struct $name(u64);

        impl $name {
            /// Number `number`.
            pub const fn new(number: u64) -> Self {
                Self(number)
            }

            /// Its number.
            pub const fn number(self) -> u64 {
                self.0
            }

            /// The one `count` later; the very last one when there is none.
            #[must_use]
            pub const fn later(self, count: u64) -> Self {
                Self(self.0.saturating_add(count))
            }

            /// How many lie between `earlier` and this one, 0 when it is not earlier.
            pub const fn since(self, earlier: Self) -> u64 {
                self.0.saturating_sub(earlier.0)
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

counter! {
    /// A block's number; genesis is 0.
    Height
}
counter! {
    /// An accounting period's number; the first is 0.
    Epoch
}
counter! {
    /// A beacon window's number within the ledger's history; the first is 0.
    Window
}

/// A value of time that no ledger has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TimeError {
    /// A time after the year 9999.
    #[error("time {0} ms is after the year 9999")]
    TooLate(u64),
    /// A window's length outside 1 ms to 10 days.
    #[error("a window of {0} ms; allowed are 1 to 864000000")]
    WindowLength(u64),
    /// An epoch's length outside 1 to 1000000 windows.
    #[error("an epoch of {0} windows; allowed are 1 to 1000000")]
    EpochLength(u64),
}

/// Network time in milliseconds since 1970-01-01T00:00:00Z, up to the year 9999.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, BorshSerialize, BorshDeserialize,
)]
pub struct Millis(u64);

impl Millis {
    /// The last representable time: 9999-12-31T23:59:59.999Z.
    pub const MAX: Self = Self(253_402_300_799_999);

    /// A time.
    ///
    /// # Errors
    /// After the year 9999.
    pub const fn new(ms: u64) -> Result<Self, TimeError> {
        if ms <= Self::MAX.0 { Ok(Self(ms)) } else { Err(TimeError::TooLate(ms)) }
    }

    /// Milliseconds since 1970.
    pub const fn ms(self) -> u64 {
        self.0
    }
}

impl std::fmt::Display for Millis {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} ms", self.0)
    }
}

/// Where windows and epochs begin and end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Calendar {
    start: Millis,
    window_ms: u64,
    windows_per_epoch: u64,
}

impl Calendar {
    /// A calendar that begins at `start`.
    ///
    /// # Errors
    /// When a window is not 1 ms to 10 days, or an epoch not 1 to 1000000 windows.
    pub const fn new(start: Millis, window_ms: u64, windows_per_epoch: u64) -> Result<Self, TimeError> {
        if window_ms == 0 || window_ms > 864_000_000 {
            return Err(TimeError::WindowLength(window_ms));
        }
        if windows_per_epoch == 0 || windows_per_epoch > 1_000_000 {
            return Err(TimeError::EpochLength(windows_per_epoch));
        }
        Ok(Self { start, window_ms, windows_per_epoch })
    }

    /// The beginning of window 0.
    pub const fn start(&self) -> Millis {
        self.start
    }

    /// A window's length.
    pub const fn window_ms(&self) -> u64 {
        self.window_ms
    }

    /// An epoch's length.
    pub const fn windows_per_epoch(&self) -> u64 {
        self.windows_per_epoch
    }

    /// The window that `time` falls into; window 0 for times before the start.
    #[must_use]
    pub const fn window_at(&self, time: Millis) -> Window {
        Window(time.0.saturating_sub(self.start.0) / self.window_ms)
    }

    /// The first moment of `window`; of windows beyond the year 9999, the last moment.
    #[must_use]
    pub fn window_start(&self, window: Window) -> Millis {
        let ms = window.0.saturating_mul(self.window_ms).saturating_add(self.start.0);
        Millis(ms.min(Millis::MAX.0))
    }

    /// The first moment after `window`.
    #[must_use]
    pub fn window_end(&self, window: Window) -> Millis {
        self.window_start(window.later(1))
    }

    /// The epoch that `window` belongs to.
    #[must_use]
    pub const fn epoch_of(&self, window: Window) -> Epoch {
        Epoch(window.0 / self.windows_per_epoch)
    }

    /// The first window of `epoch`.
    #[must_use]
    pub const fn first_window(&self, epoch: Epoch) -> Window {
        Window(epoch.0.saturating_mul(self.windows_per_epoch))
    }

    /// The first moment after `epoch`.
    #[must_use]
    pub fn epoch_end(&self, epoch: Epoch) -> Millis {
        self.window_start(self.first_window(epoch.later(1)))
    }
}
