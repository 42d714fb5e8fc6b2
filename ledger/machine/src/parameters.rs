//! The numbers that the network may change about itself, each within bounds, each only after a notice.
//!
//! A change that more than two thirds of the validators' power asks for takes effect `notice_epochs` epochs later, at the
//! start of an epoch. The calendar and the supply's cap are not among them: they are genesis.

use borsh::{BorshDeserialize, BorshSerialize};

use crate::wire::DecodeError;

/// A value outside a parameter's bounds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{} is {value}; allowed are {} to {}", parameter.as_str(), parameter.bounds().0, parameter.bounds().1)]
pub struct ParameterError {
    /// Which one.
    pub parameter: Parameter,
    /// The refused value.
    pub value: u64,
}

macro_rules! parameters {
    ($($(#[$doc:meta])* $variant:ident = $number:literal, $name:ident: $min:literal ..= $max:literal, $default:literal;)*) => {
        /// The name of a parameter; its number is its wire number.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, BorshSerialize, BorshDeserialize)]
        #[borsh(use_discriminant = true)]
        #[repr(u8)]
        pub enum Parameter {
            $($(#[$doc])* $variant = $number,)*
        }

        impl Parameter {
            /// Every parameter, by number.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// Its name.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => stringify!($name),)* }
            }

            /// The smallest and the largest allowed value.
            pub const fn bounds(self) -> (u64, u64) {
                match self { $(Self::$variant => ($min, $max),)* }
            }
        }

        /// The value of every parameter, each within its bounds.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
        pub struct Parameters {
            $($name: u64,)*
        }

        impl Default for Parameters {
            fn default() -> Self {
                Self { $($name: $default,)* }
            }
        }

        impl Parameters {
            $($(#[$doc])* pub const fn $name(&self) -> u64 { self.$name })*

            /// The value of `parameter`.
            pub const fn get(&self, parameter: Parameter) -> u64 {
                match parameter { $(Parameter::$variant => self.$name,)* }
            }

            /// These parameters with one changed.
            ///
            /// # Errors
            /// When the value is outside its bounds.
            pub fn with(mut self, parameter: Parameter, value: u64) -> Result<Self, ParameterError> {
                parameter.allows(value)?;
                match parameter { $(Parameter::$variant => self.$name = value,)* }
                Ok(self)
            }
        }
    };
}

parameters! {
    /// Epochs after which emission halves: two years of days.
    HalvingEpochs = 1, halving_epochs: 1 ..= 1_000_000_000, 730;
    /// Share of an epoch's emission that data may earn; coverage gets the residual.
    DataPerMille = 2, data_per_mille: 0 ..= 500, 250;
    /// Share of an epoch's emission for validators.
    ValidatorsPerMille = 3, validators_per_mille: 0 ..= 500, 100;
    /// The most that data pays back of the value burned for it, so that buying from oneself always loses.
    DataPayoutPerMille = 4, data_payout_per_mille: 0 ..= 950, 800;
    /// Epochs from its first coverage during which a cell has its full weight.
    CellFullEpochs = 5, cell_full_epochs: 1 ..= 1_000_000, 365;
    /// Epochs without use or bounty over which a cell's weight falls to its floor.
    CellDecayEpochs = 6, cell_decay_epochs: 1 ..= 1_000_000, 365;
    /// What a cell's weight falls to, of 1000.
    CellFloorPerMille = 7, cell_floor_per_mille: 1 ..= 1000, 100;
    /// Scale of the concave demand bonus: `isqrt(value burned * scale)`, both in 10^-8 EAR.
    DemandScale = 8, demand_scale: 0 ..= 1_000_000_000_000_000, 100_000_000;
    /// Margin above which more does not rank better, hundredths of dB.
    MarginCapCdb = 9, margin_cap_cdb: 0 ..= 10_000, 2000;
    /// Part of a cell's amount that its first site gets.
    RankFirst = 10, rank_first: 1 ..= 1000, 4;
    /// Part of the second site.
    RankSecond = 11, rank_second: 0 ..= 1000, 2;
    /// Part of the third site; later ones get nothing.
    RankThird = 12, rank_third: 0 ..= 1000, 1;
    /// Share of a site's amount for the witnesses who proved it.
    WitnessPerMille = 13, witness_per_mille: 0 ..= 500, 200;
    /// The most of the coverage carry that one epoch pays, as a share of its own coverage emission.
    CarryReleasePerMille = 14, carry_release_per_mille: 0 ..= 1000, 1000;
    /// The smallest bounty, 10^-8 EAR.
    BountyMin = 15, bounty_min: 1 ..= 100_000_000_000_000, 100_000_000;
    /// The most instalments that a bounty may have.
    BountyEpochsMax = 16, bounty_epochs_max: 1 ..= 1_000_000, 3650;
    /// Epochs beyond its instalments after which what is left of a bounty goes back.
    BountyPatienceEpochs = 17, bounty_patience_epochs: 0 ..= 1_000_000, 365;
    /// Epochs between a decision on a parameter and its effect.
    NoticeEpochs = 18, notice_epochs: 1 ..= 10_000, 7;
    /// Epochs between the registration of a chain's head and its effect.
    HeadNoticeEpochs = 19, head_notice_epochs: 1 ..= 100, 1;
    /// Windows after an epoch's end during which its rounds may still be judged before it is closed.
    JudgingWindows = 20, judging_windows: 0 ..= 1_000_000, 0;
    /// Credits that registering a hotspot burns.
    RegistrationCredits = 21, registration_credits: 0 ..= 1_000_000_000_000, 0;
}

impl Parameter {
    /// The parameter of a wire number.
    ///
    /// # Errors
    /// When the number names none.
    pub fn from_number(number: u32) -> Result<Self, DecodeError> {
        let value = i32::try_from(number).unwrap_or(i32::MAX);
        let unknown = DecodeError::Unknown { field: "parameter", value };
        Self::ALL.iter().copied().find(|parameter| parameter.number() == number).ok_or(unknown)
    }

    /// Its wire number.
    pub const fn number(self) -> u32 {
        self as u32
    }

    /// Whether `value` is within the bounds.
    ///
    /// # Errors
    /// When it is not.
    pub const fn allows(self, value: u64) -> Result<(), ParameterError> {
        let (min, max) = self.bounds();
        if value >= min && value <= max { Ok(()) } else { Err(ParameterError { parameter: self, value }) }
    }
}

impl Parameters {
    /// The parts of a cell's amount by rank; the third and later entries beyond get nothing.
    pub const fn rank_parts(&self) -> [u64; 3] {
        [self.rank_first, self.rank_second, self.rank_third]
    }
}
