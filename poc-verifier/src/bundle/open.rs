//! Open bundles: the same content as a folder of JSON and SigMF, for people and for programs without protobuf.
//!
//! ```text
//! bundle.json                        everything: what counts in hexadecimal, what it says beside it
//! samples/0003-02a1b2c3-guard.*      SigMF: the noise before the frame that a witness had to show
//! samples/0003-02a1b2c3-segment.*    SigMF: the segment that was drawn
//! ```
//! Of a signed message only the exact bytes count. What stands under `says`, and the recordings, are told for people: both may be left
//! out, and are refused when they are not what the bytes say. The folder and the one file are the same bundle: the address is that of
//! the file, and packing an unpacked bundle gives the same bytes again.

mod document;
mod files;
mod samples;
mod says;

use serde_json::{Value, value::RawValue};
use witness::Exhibit;

use self::{
    document::{Committed, Document, Shown, Signed, WitnessPart},
    samples::Told,
    says::{Says, agrees},
};
use super::{BUNDLE_BYTES_MAX, Bundle, Witnessed, json::Hex, path, path_to_proto, rules};
use crate::{
    messages::Showing,
    party::Party,
    sealed::Sealed,
    wire::{DecodeError, proto},
};

pub use files::OpenFiles;

/// Folder of the recordings.
const SAMPLES: &str = "samples";
const ABOUT: &str = "A published round of proof of coverage. Of a signed message only body, key and signature count; what stands under \
                     \"says\", and the recordings, tell the same for people. Judge it again: poc-verify THIS-FOLDER";

/// Letters of a field's name in an error.
const FIELD_LETTERS_MAX: usize = 200;

/// Files that are no bundle.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// More files than any bundle has.
    #[error("more than {0} files and folders")]
    Entries(usize),
    /// A name that leads elsewhere, or is too long or too deep.
    #[error("{0:?} is no name of a file in a bundle")]
    Name(String),
    /// A link or a device.
    #[error("{0:?} is neither a file nor a folder")]
    NoFile(String),
    /// One name for two files.
    #[error("{0:?} is there twice")]
    Twice(String),
    /// A file that is too large.
    #[error("{file}: more than the {limit} bytes that are read")]
    TooLarge {
        /// Its name.
        file: String,
        /// The limit.
        limit: usize,
    },
    /// A file that must be there is not.
    #[error("{0} is missing")]
    Missing(String),
    /// No archive.
    #[error("no tar archive: {0}")]
    Tar(String),
    /// No JSON of this form; the text says which field, in which line and column.
    #[error("bundle.json: {at}: {error}")]
    Json {
        /// Which field.
        at: String,
        /// What is wrong with it.
        error: serde_json::Error,
    },
    /// A field that no bundle can have.
    #[error("bundle.json: {at}: {error}")]
    Field {
        /// Which.
        at: String,
        /// What is wrong with it.
        error: DecodeError,
    },
    /// What is told of a message is not what its bytes say.
    #[error("bundle.json: {0}.says is not what the body says")]
    Says(String),
    /// A recording's metadata.
    #[error(transparent)]
    Recording(#[from] earshot_sigmf::RecordingError),
    /// A recording of other samples than were signed.
    #[error("{0}: not the samples that were signed, as ci8")]
    Samples(String),
}

impl Bundle {
    /// The bundle as files.
    ///
    /// # Errors
    /// [`OpenError::TooLarge`] when it has more than is read again.
    pub fn unpack(&self) -> Result<OpenFiles, OpenError> {
        let mut files = OpenFiles::default();
        let witnesses = self.witnesses.iter().enumerate();
        let document = Document {
            about: ABOUT.into(),
            version: super::VERSION,
            rules: rules(&self.protocol),
            window: self.window,
            window_start_ms: self.window_start_ms,
            randomness: Hex(self.randomness.window.bytes().to_vec()),
            period_randomness: Hex(self.randomness.period.bytes().to_vec()),
            fresh_randomness: Hex(self.fresh.map(|fresh| fresh.bytes().to_vec()).unwrap_or_default()),
            beaconer: self.beaconer.to_proto(),
            opening: self.opening.as_ref().map(told),
            closed_set: self.closed_set.as_ref().map(told),
            witnesses: witnesses
                .map(|(index, witnessed)| self.witness_part(index, witnessed, &mut files))
                .collect::<Result<_, _>>()?,
        };
        // Maps have text for keys, and nothing is written but to memory.
        let json = serde_json::to_string_pretty(&document).expect("a document is JSON") + "\n";
        files.insert(OpenFiles::DOCUMENT, json.into_bytes())?;
        Ok(files)
    }

    fn witness_part(
        &self,
        index: usize,
        witnessed: &Witnessed,
        files: &mut OpenFiles,
    ) -> Result<WitnessPart<Value>, OpenError> {
        let committed = witnessed.commitments.iter().zip(&witnessed.paths);
        Ok(WitnessPart {
            party: witnessed.party.to_proto(),
            commitments: committed
                .map(|(sealed, path)| Committed { message: told(sealed), path: path_to_proto(path) })
                .collect(),
            reveal: witnessed.reveal.as_ref().map(told),
            showing: match &witnessed.showing {
                Some(sealed) => Some(self.shown(index, witnessed, sealed, files)?),
                None => None,
            },
        })
    }

    fn shown(
        &self,
        index: usize,
        witnessed: &Witnessed,
        sealed: &Sealed<Showing>,
        files: &mut OpenFiles,
    ) -> Result<Shown<Value>, OpenError> {
        let message = told(sealed);
        // Signed nonsense has no samples.
        let Ok(showing) = sealed.message() else { return Ok(Shown { message, guard: None, segment: None }) };
        let digits = &witnessed.party.key.to_string()[..8];
        let region = self.protocol.region;
        let frame = showing.path.index;
        let report = witnessed.reveal.as_ref().and_then(|sealed| sealed.message().ok()?.read().ok());
        let channel_hz = report.and_then(|report| Some(f64::from(report.hops.get(frame)?.channel_hz)));
        let mut write = |name: &'static str, shown: &Exhibit, what: String| {
            let stem = format!("{SAMPLES}/{index:04}-{digits}-{name}");
            let told = Told {
                sample_rate_hz: f64::from(region.bandwidth.hz()) * f64::from(showing.samples_per_chip),
                frequency_hz: channel_hz,
                label: name,
                what,
            };
            samples::write(files, &stem, &shown.snippet, told).map(|()| Some(stem))
        };
        let (number, of) = (showing.segment.path.index, showing.segment.path.leaves);
        let guard = write("guard", &showing.guard, format!("Noise before frame {frame}"))?;
        let segment =
            write("segment", &showing.segment, format!("Segment {number} of {of} of frame {frame}"))?;
        Ok(Shown { message, guard, segment })
    }

    /// The bundle that files tell of. Every signature in it holds then, and everything told beside is what was signed.
    ///
    /// # Errors
    /// [`OpenError`], with the file and the field.
    pub fn pack(files: &OpenFiles) -> Result<Self, OpenError> {
        let json = files.get(OpenFiles::DOCUMENT)?;
        let document = document(json)?;
        let opening = optional("opening", document.opening)?;
        let closed_set = optional("closed_set", document.closed_set)?;
        let mut witnesses = Vec::new();
        for (index, part) in document.witnesses.into_iter().enumerate() {
            witnesses.push(witnessed(&format!("witnesses[{index}]"), part, files)?);
        }
        let head = proto::Bundle {
            version: document.version,
            rules: Some(document.rules),
            window: document.window,
            window_start_ms: document.window_start_ms,
            randomness: document.randomness.0,
            period_randomness: document.period_randomness.0,
            fresh_randomness: document.fresh_randomness.0,
            beaconer: Some(document.beaconer),
            opening: None,
            closed_set: None,
            witnesses: Vec::new(),
        };
        let head = Self::from_proto(head)
            .map_err(|error| OpenError::Field { at: "rules, randomness and beaconer".into(), error })?;
        let bundle = Self { opening, closed_set, witnesses, ..head };
        if bundle.encode().len() > BUNDLE_BYTES_MAX {
            return Err(OpenError::TooLarge { file: "the packed bundle".into(), limit: BUNDLE_BYTES_MAX });
        }
        Ok(bundle)
    }
}

fn document(json: &[u8]) -> Result<Document<Box<RawValue>>, OpenError> {
    let mut reader = serde_json::Deserializer::from_slice(json);
    let document = serde_path_to_error::deserialize(&mut reader).map_err(|error| {
        // Names of fields are anybody's, and as long as the file.
        let at = error.path().to_string().chars().take(FIELD_LETTERS_MAX).collect();
        OpenError::Json { at, error: error.into_inner() }
    })?;
    reader.end().map_err(|error| OpenError::Json { at: "after the end".into(), error })?;
    Ok(document)
}

fn told<M: Says>(sealed: &Sealed<M>) -> Signed<Value> {
    let proto::Sealed { body, key, signature } = sealed.to_proto();
    Signed { says: M::says(&body), body: Hex(body), key: Hex(key), signature: Hex(signature) }
}

fn field(at: &str) -> impl Fn(DecodeError) -> OpenError {
    move |error| OpenError::Field { at: at.into(), error }
}

/// A signed message whose signature holds, and which says what is told of it.
fn sealed<M: Says>(at: &str, signed: Signed<Box<RawValue>>) -> Result<Sealed<M>, OpenError> {
    if !agrees::<M>(&signed) {
        return Err(OpenError::Says(at.into()));
    }
    let Signed { body, key, signature, .. } = signed;
    let raw = proto::Sealed { body: body.0, key: key.0, signature: signature.0 };
    Sealed::from_proto(raw).map_err(field(at))
}

fn optional<M: Says>(
    at: &str,
    signed: Option<Signed<Box<RawValue>>>,
) -> Result<Option<Sealed<M>>, OpenError> {
    signed.map(|signed| sealed(at, signed)).transpose()
}

fn witnessed(at: &str, part: WitnessPart<Box<RawValue>>, files: &OpenFiles) -> Result<Witnessed, OpenError> {
    let party = Party::from_proto(&part.party).map_err(field(&format!("{at}.party")))?;
    let (mut commitments, mut paths) = (Vec::new(), Vec::new());
    for (index, Committed { message, path: raw }) in part.commitments.into_iter().enumerate() {
        let at = format!("{at}.commitments[{index}]");
        commitments.push(sealed(&at, message)?);
        paths.push(path(&raw).map_err(field(&format!("{at}.path")))?);
    }
    let reveal = optional(&format!("{at}.reveal"), part.reveal)?;
    let showing = part.showing.map(|shown| showing(&format!("{at}.showing"), shown, files)).transpose()?;
    Ok(Witnessed { party, commitments, paths, reveal, showing })
}

/// The showing, after the recordings beside it have been held against it.
fn showing(at: &str, shown: Shown<Box<RawValue>>, files: &OpenFiles) -> Result<Sealed<Showing>, OpenError> {
    let sealed: Sealed<Showing> = sealed(at, shown.message)?;
    if shown.guard.is_some() || shown.segment.is_some() {
        let said = sealed.message().map_err(field(at))?;
        for (stem, exhibit) in [(shown.guard, said.guard), (shown.segment, said.segment)] {
            if let Some(stem) = stem {
                samples::check(files, &stem, &exhibit.snippet)?;
            }
        }
    }
    Ok(sealed)
}
