//! A stretch of samples in few bits, with a scale of its own.
//!
//! ```text
//! offset  bytes
//!      0      3  "iq1"
//!      3      1  bits a component: 4 or 8
//!      4      4  samples, unsigned
//!      8      8  position of the first sample in its stream, signed
//!     16      4  step, IEEE 754 single precision
//!     20      n  samples: 4 bits, one byte each, real part in the low half, imaginary part in the high half;
//!                         8 bits, two bytes each, real part first
//! ```
//! Numbers are little-endian, components two's complement. A component `q` stands for `(q + 1/2) step`: there
//! is no level at zero, so nothing pulls the mean. The step makes full scale four standard deviations of the
//! stretch itself, whatever the receiver's gain: at 4 bits rounding then adds 1/48 of the power
//! (notes/physics.md section 3d).

use num_complex::Complex32;

/// Bytes before the samples.
const HEADER_BYTES: usize = 20;
const MAGIC: [u8; 3] = *b"iq1";
/// Standard deviations of a component at full scale.
const FULL_SCALE_SIGMAS: f64 = 4.0;
/// Steps outside of these are no receiver's; inside, powers of decoded samples are far from what a float
/// cannot hold.
const STEP_MIN: f32 = 1.0 / (1_u64 << 50) as f32;
const STEP_MAX: f32 = (1_u64 << 50) as f32;
/// Positions beyond 2^53 would not be whole numbers in a double.
const POSITION_MAX: u64 = 1 << 53;

/// Bits a component.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Depth {
    /// 4: noise, which has nothing to say beyond its sign and rough size.
    Four,
    /// 8: signal and noise.
    Eight,
}

impl Depth {
    /// Bytes of one complex sample.
    pub const fn sample_bytes(self) -> usize {
        match self {
            Self::Four => 1,
            Self::Eight => 2,
        }
    }

    const fn bits(self) -> u8 {
        match self {
            Self::Four => 4,
            Self::Eight => 8,
        }
    }

    /// Largest component; the smallest is one beyond its negative.
    const fn top(self) -> f32 {
        match self {
            Self::Four => 7.0,
            Self::Eight => 127.0,
        }
    }
}

/// Bytes that are no snippet, or samples that do not fit one.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
pub enum SnippetError {
    /// Longer than any snippet.
    #[error("{0} bytes of samples; a snippet has at most {max}", max = Snippet::DATA_BYTES_MAX)]
    TooLong(usize),
    /// Shorter than its header, or not as long as its header says.
    #[error("{found} bytes where {wanted} were to be")]
    Length {
        /// Bytes given.
        found: usize,
        /// Bytes wanted.
        wanted: usize,
    },
    /// Not of this kind or version.
    #[error("the first three bytes are not \"iq1\"")]
    Magic,
    /// Neither 4 nor 8.
    #[error("{0} bits a component is neither 4 nor 8")]
    Depth(u8),
    /// Zero, negative, not a number, or not of this world.
    #[error("step {0} is not between 2^-50 and 2^50")]
    Step(f32),
    /// Beyond the whole numbers of a double.
    #[error("position {0} is beyond 2^53")]
    Position(i64),
}

/// Quantised samples; whatever its bytes, they follow the layout at the head of this file.
#[derive(Clone, PartialEq, Eq)]
pub struct Snippet {
    bytes: Vec<u8>,
    depth: Depth,
}

impl Snippet {
    /// Most bytes of samples: 4096 at 4 bits, 2048 at 8.
    pub const DATA_BYTES_MAX: usize = 4096;
    /// Most bytes in all.
    pub const BYTES_MAX: usize = HEADER_BYTES + Self::DATA_BYTES_MAX;

    /// Quantises samples whose first stands at `position` of its stream. What is not a finite number counts
    /// as zero. The same samples give the same bytes on every machine.
    ///
    /// # Errors
    /// [`SnippetError::TooLong`], [`SnippetError::Position`].
    pub fn of(samples: &[Complex32], position: i64, depth: Depth) -> Result<Self, SnippetError> {
        let data_bytes = samples.len() * depth.sample_bytes();
        if data_bytes > Self::DATA_BYTES_MAX {
            return Err(SnippetError::TooLong(data_bytes));
        }
        check_position(position)?;
        let step = step_for(samples, depth);
        let mut bytes = Vec::with_capacity(HEADER_BYTES + data_bytes);
        bytes.extend(MAGIC);
        bytes.push(depth.bits());
        bytes.extend((samples.len() as u32).to_le_bytes());
        bytes.extend(position.to_le_bytes());
        bytes.extend(step.to_le_bytes());
        // Casting a float to an integer takes what is not a number for zero.
        let level = |part: f32| (part / step).floor().clamp(-depth.top() - 1.0, depth.top()) as i8;
        for sample in samples {
            let (re, im) = (level(sample.re).cast_unsigned(), level(sample.im).cast_unsigned());
            match depth {
                Depth::Four => bytes.push(im << 4 | re & 15),
                Depth::Eight => bytes.extend([re, im]),
            }
        }
        Ok(Self { bytes, depth })
    }

    /// Reads a snippet; every length is checked before anything is copied.
    ///
    /// # Errors
    /// [`SnippetError`] for anything that [`Self::of`] could not have made.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, SnippetError> {
        if bytes.len() > Self::BYTES_MAX {
            return Err(SnippetError::TooLong(bytes.len() - HEADER_BYTES));
        }
        let short = SnippetError::Length { found: bytes.len(), wanted: HEADER_BYTES };
        let header: &[u8; HEADER_BYTES] = bytes.first_chunk().ok_or(short)?;
        if header[..3] != MAGIC {
            return Err(SnippetError::Magic);
        }
        let depth = match header[3] {
            4 => Depth::Four,
            8 => Depth::Eight,
            other => return Err(SnippetError::Depth(other)),
        };
        let samples = u64::from(u32::from_le_bytes(field(header, 4)));
        let wanted = HEADER_BYTES as u64 + samples * depth.sample_bytes() as u64;
        if wanted != bytes.len() as u64 {
            return Err(SnippetError::Length { found: bytes.len(), wanted: wanted as usize });
        }
        let snippet = Self { bytes: bytes.to_vec(), depth };
        check_position(snippet.position())?;
        if (STEP_MIN..=STEP_MAX).contains(&snippet.step()) {
            Ok(snippet)
        } else {
            Err(SnippetError::Step(snippet.step()))
        }
    }

    /// The bytes, as the layout says.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Bits a component.
    pub fn depth(&self) -> Depth {
        self.depth
    }

    /// Number of samples, possibly none.
    pub fn len(&self) -> usize {
        (self.bytes.len() - HEADER_BYTES) / self.depth.sample_bytes()
    }

    /// Whether there is no sample.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Where the first sample stands in its stream.
    pub fn position(&self) -> i64 {
        i64::from_le_bytes(field(&self.bytes, 8))
    }

    /// Difference of neighbouring levels; full scale is magnitude 1.
    pub fn step(&self) -> f32 {
        f32::from_le_bytes(field(&self.bytes, 16))
    }

    /// Power that rounding adds to a complex sample: twice a twelfth of the squared step.
    pub fn rounding_power(&self) -> f64 {
        f64::from(self.step()).powi(2) / 6.0
    }

    /// The samples, each at the middle of its level.
    pub fn samples(&self) -> Vec<Complex32> {
        let step = self.step();
        let value = |level: i8| (f32::from(level) + 0.5) * step;
        let data = &self.bytes[HEADER_BYTES..];
        match self.depth {
            // Shifting left and right again as a signed number carries the half byte's sign.
            Depth::Four => data
                .iter()
                .map(|byte| (byte.cast_signed() << 4 >> 4, byte.cast_signed() >> 4))
                .map(|(re, im)| Complex32::new(value(re), value(im)))
                .collect(),
            Depth::Eight => data
                .chunks_exact(2)
                .map(|pair| Complex32::new(value(pair[0].cast_signed()), value(pair[1].cast_signed())))
                .collect(),
        }
    }
}

impl AsRef<[u8]> for Snippet {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

impl std::fmt::Debug for Snippet {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Snippet({} samples of {:?} bits from {})", self.len(), self.depth, self.position())
    }
}

fn check_position(position: i64) -> Result<(), SnippetError> {
    if position.unsigned_abs() > POSITION_MAX { Err(SnippetError::Position(position)) } else { Ok(()) }
}

/// Four standard deviations of a component, over the levels on one side.
fn step_for(samples: &[Complex32], depth: Depth) -> f32 {
    let finite = samples.iter().filter(|sample| sample.is_finite());
    // In a double and in order: the sum of squares of singles cannot overflow, and is the same on every
    // machine.
    let power: f64 = finite.map(|sample| f64::from(sample.re).powi(2) + f64::from(sample.im).powi(2)).sum();
    let sigma = (power / (2 * samples.len().max(1)) as f64).sqrt();
    let step = FULL_SCALE_SIGMAS * sigma / (f64::from(depth.top()) + 1.0);
    (step as f32).clamp(STEP_MIN, STEP_MAX)
}

fn field<const N: usize>(bytes: &[u8], at: usize) -> [u8; N] {
    *bytes[at..].first_chunk().expect("the header is there: both constructors see to it")
}

#[cfg(test)]
mod snippet_tests;
