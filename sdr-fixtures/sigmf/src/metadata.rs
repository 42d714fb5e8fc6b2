//! The `core:` part of a recording's metadata.

use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::{RecordingError, SampleFormat};

/// Metadata are read up to this size.
pub(crate) const METADATA_BYTES_MAX: u64 = 16 << 20;
/// Largest sample rate that the schema allows.
pub const SAMPLE_RATE_MAX_HZ: f64 = 1e12;

/// What a recording says about itself.
#[derive(Clone, Debug, PartialEq)]
pub struct Metadata {
    /// Sample format.
    pub format: SampleFormat,
    /// Samples a second; finite and positive.
    pub sample_rate_hz: f64,
    /// Free text.
    pub description: Option<String>,
    /// Program that made it.
    pub recorder: Option<String>,
    /// SHA-512 of the data, hexadecimal.
    pub sha512: Option<String>,
    /// Stretches of the recording, by first sample; a recording without any has one at sample 0.
    pub captures: Vec<Capture>,
    /// What somebody saw in it.
    pub annotations: Vec<Annotation>,
}

/// A stretch of a recording.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Capture {
    /// First sample.
    #[serde(rename = "core:sample_start")]
    pub sample_start: u64,
    /// First sample, counted in the stream that was recorded: more than in the recording where samples were dropped.
    #[serde(rename = "core:global_index", default, skip_serializing_if = "Option::is_none")]
    pub global_index: Option<u64>,
    /// Centre frequency, Hz.
    #[serde(rename = "core:frequency", default, skip_serializing_if = "Option::is_none")]
    pub frequency_hz: Option<f64>,
    /// ISO 8601 time of the first sample.
    #[serde(rename = "core:datetime", default, skip_serializing_if = "Option::is_none")]
    pub datetime: Option<String>,
    /// Bytes before the samples of this capture that are none.
    #[serde(rename = "core:header_bytes", default, skip_serializing_if = "Option::is_none")]
    pub header_bytes: Option<u64>,
}

/// Samples of the recorded stream that are not in the recording.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gap {
    /// Sample of the recording that they are missing before.
    pub before: u64,
    /// How many.
    pub missing: u64,
}

/// A mark on a stretch of samples.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Annotation {
    /// First sample.
    #[serde(rename = "core:sample_start")]
    pub sample_start: u64,
    /// Samples.
    #[serde(rename = "core:sample_count", default, skip_serializing_if = "Option::is_none")]
    pub sample_count: Option<u64>,
    /// Short text.
    #[serde(rename = "core:label", default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// Long text.
    #[serde(rename = "core:comment", default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
}

#[derive(Serialize, Deserialize)]
struct Document {
    global: Global,
    #[serde(default)]
    captures: Vec<Capture>,
    #[serde(default)]
    annotations: Vec<Annotation>,
}

#[derive(Serialize, Deserialize)]
struct Global {
    #[serde(rename = "core:datatype")]
    datatype: String,
    #[serde(rename = "core:version", default)]
    version: String,
    #[serde(rename = "core:sample_rate", default, skip_serializing_if = "Option::is_none")]
    sample_rate_hz: Option<f64>,
    #[serde(rename = "core:num_channels", default, skip_serializing_if = "Option::is_none")]
    channels: Option<u64>,
    #[serde(rename = "core:description", default, skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    #[serde(rename = "core:recorder", default, skip_serializing_if = "Option::is_none")]
    recorder: Option<String>,
    #[serde(rename = "core:sha512", default, skip_serializing_if = "Option::is_none")]
    sha512: Option<String>,
    #[serde(rename = "core:trailing_bytes", default, skip_serializing_if = "Option::is_none")]
    trailing_bytes: Option<u64>,
}

impl Metadata {
    /// Metadata of a new recording.
    pub fn new(format: SampleFormat, sample_rate_hz: f64, frequency_hz: Option<f64>) -> Self {
        let capture = Capture { frequency_hz, ..Capture::default() };
        Self {
            format,
            sample_rate_hz,
            description: None,
            recorder: None,
            sha512: None,
            captures: vec![capture],
            annotations: Vec::new(),
        }
    }

    /// Centre frequency of the first capture, Hz.
    pub fn frequency_hz(&self) -> Option<f64> {
        self.captures.first().and_then(|capture| capture.frequency_hz)
    }

    /// Gaps between captures, in order: told by captures that say where in the stream they stand. Where captures do not, or contradict
    /// each other, there is none; [`Self::parse`] refuses the latter.
    pub fn gaps(&self) -> Vec<Gap> {
        gaps(&self.captures).unwrap_or_default()
    }

    /// Reads metadata; `path` is for the messages.
    ///
    /// # Errors
    /// [`RecordingError`] with line and column, or the field, of the first fault.
    pub fn parse(json: &[u8], path: &Path) -> Result<Self, RecordingError> {
        let document: Document = serde_json::from_slice(json).map_err(|error| RecordingError::Metadata {
            path: path.into(),
            line: error.line(),
            column: error.column(),
            message: error.to_string(),
        })?;
        let field = |field, message: String| RecordingError::Field { path: path.into(), field, message };
        let global = document.global;
        let format = SampleFormat::from_name(&global.datatype)
            .map_err(|source| RecordingError::Datatype { path: path.into(), source })?;
        let sample_rate_hz =
            global.sample_rate_hz.ok_or_else(|| field("core:sample_rate", "is missing".into()))?;
        if !(sample_rate_hz > 0.0 && sample_rate_hz <= SAMPLE_RATE_MAX_HZ) {
            return Err(field(
                "core:sample_rate",
                format!("{sample_rate_hz} is not in 0 to {SAMPLE_RATE_MAX_HZ:e} Hz"),
            ));
        }
        if let Some(channels) = global.channels.filter(|channels| *channels != 1) {
            return Err(field("core:num_channels", format!("{channels} channels; only one is read")));
        }
        if global.trailing_bytes.unwrap_or(0) != 0 {
            return Err(field("core:trailing_bytes", "data with trailing bytes are not read".into()));
        }
        if document.captures.iter().skip(1).any(|capture| capture.header_bytes.unwrap_or(0) != 0) {
            return Err(field("core:header_bytes", "headers between captures are not read".into()));
        }
        if gaps(&document.captures).is_none() {
            return Err(field("core:global_index", "goes back, or by less than core:sample_start".into()));
        }
        Ok(Self {
            format,
            sample_rate_hz,
            description: global.description,
            recorder: global.recorder,
            sha512: global.sha512,
            captures: document.captures,
            annotations: document.annotations,
        })
    }

    /// As JSON that the public validator accepts.
    pub fn to_json(&self) -> String {
        let global = Global {
            datatype: self.format.name().into(),
            version: "1.2.5".into(),
            sample_rate_hz: Some(self.sample_rate_hz),
            channels: Some(1),
            description: self.description.clone(),
            recorder: self.recorder.clone(),
            sha512: self.sha512.clone(),
            trailing_bytes: None,
        };
        let document =
            Document { global, captures: self.captures.clone(), annotations: self.annotations.clone() };
        serde_json::to_string_pretty(&document).expect("strings and finite numbers make JSON")
    }

    /// Bytes before the first sample.
    pub(crate) fn header_bytes(&self) -> u64 {
        self.captures.first().and_then(|capture| capture.header_bytes).unwrap_or(0)
    }
}

/// `None` when samples would have to be there twice.
fn gaps(captures: &[Capture]) -> Option<Vec<Gap>> {
    let placed: Vec<(u64, u64)> =
        captures.iter().filter_map(|capture| Some((capture.sample_start, capture.global_index?))).collect();
    let between = placed.windows(2).map(|pair| {
        let (recorded, streamed) = (pair[1].0.checked_sub(pair[0].0)?, pair[1].1.checked_sub(pair[0].1)?);
        Some(Gap { before: pair[1].0, missing: streamed.checked_sub(recorded)? })
    });
    let all: Option<Vec<Gap>> = between.collect();
    Some(all?.into_iter().filter(|gap| gap.missing > 0).collect())
}
