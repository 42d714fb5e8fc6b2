//! Shown samples as SigMF recordings: `ci8`, each component the level `q` as it was signed, at 4 bits as at 8. A level stands for
//! `(q + 1/2) step` ([`witness::Snippet`]); the step is in the description.

use std::path::Path;

use earshot_sigmf::{Annotation, Metadata, SampleFormat};
use witness::{Depth, Snippet};

use super::{OpenError, OpenFiles};

/// What is told beside the samples.
pub(super) struct Told {
    pub(super) sample_rate_hz: f64,
    /// Centre of the channel, where a report says so.
    pub(super) frequency_hz: Option<f64>,
    /// In a word, as SigMF wants labels.
    pub(super) label: &'static str,
    pub(super) what: String,
}

/// The levels, a byte each, real part first.
fn levels(snippet: &Snippet) -> Vec<u8> {
    let bytes = snippet.as_bytes();
    let data = &bytes[bytes.len() - snippet.len() * snippet.depth().sample_bytes()..];
    match snippet.depth() {
        // Shifting left and right again as a signed number carries the half byte's sign.
        Depth::Four => data
            .iter()
            .flat_map(|byte| [byte.cast_signed() << 4 >> 4, byte.cast_signed() >> 4])
            .map(i8::cast_unsigned)
            .collect(),
        Depth::Eight => data.to_vec(),
    }
}

/// Adds a pair of files.
pub(super) fn write(
    files: &mut OpenFiles,
    stem: &str,
    snippet: &Snippet,
    told: Told,
) -> Result<(), OpenError> {
    let mut metadata = Metadata::new(SampleFormat::Ci8, told.sample_rate_hz, told.frequency_hz);
    metadata.description = Some(format!(
        "{}. A level q of {} bits stands for (q + 1/2) * {:e} of full scale 1.",
        told.what,
        4 * snippet.depth().sample_bytes(),
        snippet.step()
    ));
    for capture in &mut metadata.captures {
        capture.global_index = u64::try_from(snippet.position()).ok();
    }
    metadata.annotations = vec![Annotation {
        sample_count: Some(snippet.len() as u64),
        label: Some(told.label.into()),
        comment: Some(told.what),
        ..Annotation::default()
    }];
    files.insert(&format!("{stem}.sigmf-meta"), (metadata.to_json() + "\n").into_bytes())?;
    files.insert(&format!("{stem}.sigmf-data"), levels(snippet))
}

/// Holds a pair of files against the samples that were signed.
pub(super) fn check(files: &OpenFiles, stem: &str, snippet: &Snippet) -> Result<(), OpenError> {
    let (meta, data) = (format!("{stem}.sigmf-meta"), format!("{stem}.sigmf-data"));
    let metadata = Metadata::parse(files.get(&meta)?, Path::new(&meta))?;
    if metadata.format == SampleFormat::Ci8 && files.get(&data)? == levels(snippet) {
        Ok(())
    } else {
        Err(OpenError::Samples(data))
    }
}
