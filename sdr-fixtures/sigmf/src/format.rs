//! Sample formats: bytes to complex numbers of full scale 1, and back.

use num_complex::Complex32;

/// A SigMF `core:datatype` of complex samples.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SampleFormat {
    /// `cf32_le`: 32-bit floats.
    Cf32Le,
    /// `cf32_be`.
    Cf32Be,
    /// `ci16_le`: signed 16-bit integers.
    Ci16Le,
    /// `ci16_be`.
    Ci16Be,
    /// `ci8`: signed bytes.
    Ci8,
    /// `cu8`: unsigned bytes about 127.5, as an RTL-SDR makes them.
    Cu8,
}

/// A datatype that is not read here.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not one of cf32_le, cf32_be, ci16_le, ci16_be, ci8, cu8")]
pub struct UnknownDatatype(pub String);

impl SampleFormat {
    const ALL: [Self; 6] = [Self::Cf32Le, Self::Cf32Be, Self::Ci16Le, Self::Ci16Be, Self::Ci8, Self::Cu8];

    /// From the name in the metadata.
    ///
    /// # Errors
    /// [`UnknownDatatype`] for anything else, real samples among it.
    pub fn from_name(name: &str) -> Result<Self, UnknownDatatype> {
        Self::ALL.into_iter().find(|format| format.name() == name).ok_or_else(|| UnknownDatatype(name.into()))
    }

    /// The name in the metadata.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Cf32Le => "cf32_le",
            Self::Cf32Be => "cf32_be",
            Self::Ci16Le => "ci16_le",
            Self::Ci16Be => "ci16_be",
            Self::Ci8 => "ci8",
            Self::Cu8 => "cu8",
        }
    }

    /// Bytes a complex sample.
    pub const fn sample_bytes(self) -> usize {
        match self {
            Self::Cf32Le | Self::Cf32Be => 8,
            Self::Ci16Le | Self::Ci16Be => 4,
            Self::Ci8 | Self::Cu8 => 2,
        }
    }

    /// Appends whole samples; what is left over at the end is not looked at.
    pub fn decode(self, bytes: &[u8], samples: &mut Vec<Complex32>) {
        let half = self.sample_bytes() / 2;
        let pairs = bytes.chunks_exact(2 * half);
        samples.extend(
            pairs.map(|pair| Complex32::new(self.decode_one(&pair[..half]), self.decode_one(&pair[half..]))),
        );
    }

    /// Appends the bytes of samples; integers saturate at full scale.
    pub fn encode(self, samples: &[Complex32], bytes: &mut Vec<u8>) {
        for sample in samples {
            self.encode_one(sample.re, bytes);
            self.encode_one(sample.im, bytes);
        }
    }

    fn decode_one(self, bytes: &[u8]) -> f32 {
        match (self, bytes) {
            (Self::Cf32Le, &[a, b, c, d]) => f32::from_le_bytes([a, b, c, d]),
            (Self::Cf32Be, &[a, b, c, d]) => f32::from_be_bytes([a, b, c, d]),
            (Self::Ci16Le, &[a, b]) => f32::from(i16::from_le_bytes([a, b])) / 32768.0,
            (Self::Ci16Be, &[a, b]) => f32::from(i16::from_be_bytes([a, b])) / 32768.0,
            (Self::Ci8, &[a]) => f32::from(a.cast_signed()) / 128.0,
            (Self::Cu8, &[a]) => (f32::from(a) - 127.5) / 127.5,
            _ => 0.0,
        }
    }

    fn encode_one(self, value: f32, bytes: &mut Vec<u8>) {
        match self {
            Self::Cf32Le => bytes.extend(value.to_le_bytes()),
            Self::Cf32Be => bytes.extend(value.to_be_bytes()),
            Self::Ci16Le => bytes.extend(((value * 32768.0).round() as i16).to_le_bytes()),
            Self::Ci16Be => bytes.extend(((value * 32768.0).round() as i16).to_be_bytes()),
            Self::Ci8 => bytes.push(((value * 128.0).round() as i8).cast_unsigned()),
            Self::Cu8 => bytes.push((value * 127.5 + 127.5).round() as u8),
        }
    }
}
