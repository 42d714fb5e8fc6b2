//! Where a hotspot says that it stands, and what its radio is.

use borsh::{BorshDeserialize, BorshSerialize};

use crate::{
    cell::{Cell8, Cell12},
    wire::{self, DecodeError},
};

/// What a hotspot's clock follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, BorshSerialize, BorshDeserialize)]
pub enum ClockClass {
    /// Its own oscillator: its arrival times mean nothing to others.
    FreeRunning,
    /// A pulse per second (GNSS or better): its arrival times may place others.
    Pps,
}

/// A value that no hotspot on Earth has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{field} is {value}; allowed are {min} to {max}")]
pub struct PlaceError {
    /// Which value.
    pub field: &'static str,
    /// What it is.
    pub value: i32,
    /// The smallest allowed.
    pub min: i32,
    /// The largest allowed.
    pub max: i32,
}

/// An asserted place with its antenna. That cell and coordinates agree is a verifier's check (`geometry`): the machine
/// has no trigonometry. The reward cell is the parent of `cell`, so those two cannot disagree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Place {
    /// WGS-84 latitude, degrees times 10^7, +-900000000.
    pub lat_e7: i32,
    /// WGS-84 longitude, degrees times 10^7, +-1800000000.
    pub lng_e7: i32,
    /// Antenna height above the ellipsoid, decimetres, -5000 to 90000.
    pub height_dm: i32,
    /// H3 cell at resolution 12.
    pub cell: Cell12,
    /// Antenna gain, tenths of dBi, -300 to 400.
    pub gain_ddbi: i32,
    /// Radiated power (EIRP), tenths of dBm, -300 to 600.
    pub eirp_ddbm: i32,
}

impl Place {
    /// The reward cell that it lies in.
    #[must_use]
    pub fn cell8(&self) -> Cell8 {
        self.cell.parent8()
    }

    /// This place, when every value is within its range.
    ///
    /// # Errors
    /// Names the first value that is not.
    pub fn checked(self) -> Result<Self, PlaceError> {
        within("latitude (degrees e7)", self.lat_e7, -900_000_000, 900_000_000)?;
        within("longitude (degrees e7)", self.lng_e7, -1_800_000_000, 1_800_000_000)?;
        within("antenna height (dm)", self.height_dm, -5_000, 90_000)?;
        within("antenna gain (0.1 dBi)", self.gain_ddbi, -300, 400)?;
        within("EIRP (0.1 dBm)", self.eirp_ddbm, -300, 600)?;
        Ok(self)
    }
}

fn within(field: &'static str, value: i32, min: i32, max: i32) -> Result<(), PlaceError> {
    if (min..=max).contains(&value) { Ok(()) } else { Err(PlaceError { field, value, min, max }) }
}

impl From<&Place> for wire::proto::Place {
    fn from(place: &Place) -> Self {
        Self {
            lat_e7: place.lat_e7,
            lng_e7: place.lng_e7,
            height_dm: place.height_dm,
            cell: place.cell.index(),
            gain_ddbi: place.gain_ddbi,
            eirp_ddbm: place.eirp_ddbm,
        }
    }
}

impl TryFrom<wire::proto::Place> for Place {
    type Error = DecodeError;

    fn try_from(place: wire::proto::Place) -> Result<Self, DecodeError> {
        let place = Self {
            lat_e7: place.lat_e7,
            lng_e7: place.lng_e7,
            height_dm: place.height_dm,
            cell: Cell12::new(place.cell)?,
            gain_ddbi: place.gain_ddbi,
            eirp_ddbm: place.eirp_ddbm,
        };
        Ok(place.checked()?)
    }
}

/// On the wire.
impl ClockClass {
    pub(crate) const fn number(self) -> i32 {
        match self {
            Self::FreeRunning => wire::proto::ClockClass::FreeRunning as i32,
            Self::Pps => wire::proto::ClockClass::Pps as i32,
        }
    }

    pub(crate) fn from_number(number: i32) -> Result<Self, DecodeError> {
        match wire::proto::ClockClass::try_from(number) {
            Ok(wire::proto::ClockClass::FreeRunning) => Ok(Self::FreeRunning),
            Ok(wire::proto::ClockClass::Pps) => Ok(Self::Pps),
            _ => Err(DecodeError::Unknown { field: "clock", value: number }),
        }
    }
}
