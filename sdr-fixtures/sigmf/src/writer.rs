//! Writing a recording: the data as they come, the metadata at the end.

use std::{
    fs::{self, File},
    io::{BufWriter, Write},
    path::{Path, PathBuf},
};

use num_complex::Complex32;
use sha2::{Digest, Sha512};

use crate::{Metadata, RecordingError};

/// A recording being written. Until [`Self::finish`] it stands under a name of its own, so that neither a crash nor a full disk
/// leaves half a recording under the wanted name, or harms the one that was there.
pub struct RecordingWriter {
    metadata: Metadata,
    path: PathBuf,
    partial: PathBuf,
    file: BufWriter<File>,
    hash: Sha512,
    bytes: Vec<u8>,
}

impl RecordingWriter {
    /// Starts a recording whose data will be `path`, which ends in `.sigmf-data`.
    ///
    /// # Errors
    /// [`RecordingError::Name`] for another ending, [`RecordingError::Io`] when the folder cannot be written to.
    pub fn create(path: &Path, metadata: Metadata) -> Result<Self, RecordingError> {
        if path.extension().is_none_or(|kind| kind != "sigmf-data") {
            return Err(RecordingError::Name(path.into()));
        }
        let partial = path.with_extension("sigmf-data.part");
        let file = BufWriter::new(File::create(&partial).map_err(RecordingError::io(&partial))?);
        Ok(Self { metadata, path: path.into(), partial, file, hash: Sha512::new(), bytes: Vec::new() })
    }

    /// Metadata, to add captures and annotations before the end.
    pub fn metadata_mut(&mut self) -> &mut Metadata {
        &mut self.metadata
    }

    /// Appends samples.
    ///
    /// # Errors
    /// [`RecordingError::Io`], a full disk for example.
    pub fn write(&mut self, samples: &[Complex32]) -> Result<(), RecordingError> {
        self.bytes.clear();
        self.metadata.format.encode(samples, &mut self.bytes);
        self.hash.update(&self.bytes);
        self.file.write_all(&self.bytes).map_err(RecordingError::io(&self.path))
    }

    /// Ends the recording: data first, then the metadata that name their checksum.
    ///
    /// # Errors
    /// [`RecordingError::Io`]; nothing is left under the wanted names then but what was there before.
    pub fn finish(mut self) -> Result<(), RecordingError> {
        self.metadata.sha512 = Some(hex::encode(std::mem::take(&mut self.hash).finalize()));
        self.file
            .flush()
            .and_then(|()| self.file.get_ref().sync_all())
            .map_err(RecordingError::io(&self.path))?;
        let meta_path = self.path.with_extension("sigmf-meta");
        let meta_partial = self.path.with_extension("sigmf-meta.part");
        let json = self.metadata.to_json() + "\n";
        let written = fs::write(&meta_partial, json)
            .and_then(|()| fs::rename(&self.partial, &self.path))
            .and_then(|()| fs::rename(&meta_partial, &meta_path));
        if written.is_err() {
            let _ = fs::remove_file(&meta_partial);
        }
        written.map_err(RecordingError::io(&meta_path))
    }
}

impl Drop for RecordingWriter {
    /// An unfinished recording is nobody's.
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.partial);
    }
}
