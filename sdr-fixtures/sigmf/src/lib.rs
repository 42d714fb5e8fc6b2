//! Recordings in SigMF 1.2 (<https://sigmf.org>): metadata, sample formats, archives.
//!
//! [`open`] takes any of the three names that a recording goes by (`.sigmf-meta`, `.sigmf-data`, `.sigmf`); samples are streamed, so
//! that a recording may be larger than memory. [`RecordingWriter`] writes one. Of the metadata only `core:` keys are read; keys of
//! other programs are never looked at.
//!
//! There is no signal processing here and no idea of what the samples mean.

mod archive;
mod error;
mod format;
mod metadata;
mod reader;
mod writer;

pub use error::RecordingError;
pub use format::{SampleFormat, UnknownDatatype};
pub use metadata::{Annotation, Capture, Gap, Metadata, SAMPLE_RATE_MAX_HZ};
pub use reader::{Recording, open};
pub use writer::RecordingWriter;

#[cfg(test)]
mod sigmf_tests;
