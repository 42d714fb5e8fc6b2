//! Reading a recording, a stretch at a time.

use std::{
    fs::File,
    io::{BufReader, Read, Seek, SeekFrom},
    path::{Path, PathBuf},
};

use num_complex::Complex32;
use sha2::{Digest, Sha512};

use crate::{
    Metadata, RecordingError,
    archive::{Member, members, read_limited},
};

/// An open recording.
pub struct Recording {
    /// What it says about itself.
    pub metadata: Metadata,
    /// The data file, or the archive and the recording's name in it.
    pub path: PathBuf,
    data: BufReader<std::io::Take<File>>,
    data_bytes: u64,
    hash: Option<Sha512>,
    bytes: Vec<u8>,
}

/// Opens the recording (or, in an archive, the recordings) of that name: `.sigmf-meta`, `.sigmf-data` or `.sigmf`.
///
/// # Errors
/// [`RecordingError`] naming the file: it is not there, not a recording, its metadata are broken, or it holds no samples.
pub fn open(path: &Path) -> Result<Vec<Recording>, RecordingError> {
    match path.extension().and_then(|kind| kind.to_str()) {
        Some("sigmf-meta" | "sigmf-data") => Ok(vec![open_pair(path)?]),
        Some("sigmf") => members(path)?.into_iter().map(|member| open_member(path, member)).collect(),
        _ => Err(RecordingError::Name(path.into())),
    }
}

fn open_pair(path: &Path) -> Result<Recording, RecordingError> {
    let meta_path = path.with_extension("sigmf-meta");
    let data_path = path.with_extension("sigmf-data");
    let mut meta = File::open(&meta_path).map_err(RecordingError::io(&meta_path))?;
    let metadata = Metadata::parse(&read_limited(&mut meta, &meta_path)?, &meta_path)?;
    let data = File::open(&data_path).map_err(RecordingError::io(&data_path))?;
    let bytes = data.metadata().map_err(RecordingError::io(&data_path))?.len();
    Recording::new(metadata, data_path, data, 0, bytes)
}

fn open_member(path: &Path, member: Member) -> Result<Recording, RecordingError> {
    let file = File::open(path).map_err(RecordingError::io(path))?;
    let name = path.join(format!("{}.sigmf-data", member.name));
    let bytes = file.metadata().map_err(RecordingError::io(path))?.len();
    if member.data_start.saturating_add(member.data_bytes) > bytes {
        let message = format!("{}.sigmf-data goes on after the end of the archive: truncated", member.name);
        return Err(RecordingError::Archive { path: path.into(), message });
    }
    Recording::new(member.metadata, name, file, member.data_start, member.data_bytes)
}

impl Recording {
    fn new(
        metadata: Metadata,
        path: PathBuf,
        mut file: File,
        start: u64,
        bytes: u64,
    ) -> Result<Self, RecordingError> {
        let header_bytes = metadata.header_bytes();
        if bytes <= header_bytes {
            return Err(RecordingError::Empty(path));
        }
        file.seek(SeekFrom::Start(start)).map_err(RecordingError::io(&path))?;
        let mut data = BufReader::new(file.take(bytes));
        let mut hash = metadata.sha512.is_some().then(Sha512::new);
        skip(&mut data, header_bytes, hash.as_mut()).map_err(RecordingError::io(&path))?;
        Ok(Self { metadata, path, data, data_bytes: bytes - header_bytes, hash, bytes: Vec::new() })
    }

    /// Number of whole samples that the data hold.
    pub fn sample_count(&self) -> u64 {
        self.data_bytes / self.metadata.format.sample_bytes() as u64
    }

    /// Replaces `samples` by the next ones, at most `count`; at the end of the recording by none.
    ///
    /// # Errors
    /// After the last whole sample: [`RecordingError::Truncated`] when bytes are left over, [`RecordingError::Checksum`] when the
    /// data are not those of the metadata. All samples have been handed out before.
    pub fn read(&mut self, count: usize, samples: &mut Vec<Complex32>) -> Result<(), RecordingError> {
        samples.clear();
        let format = self.metadata.format;
        self.bytes.clear();
        let wanted = (count * format.sample_bytes()) as u64;
        let mut source = self.data.by_ref().take(wanted);
        source.read_to_end(&mut self.bytes).map_err(RecordingError::io(&self.path))?;
        if let Some(hash) = &mut self.hash {
            hash.update(&self.bytes);
        }
        format.decode(&self.bytes, samples);
        if samples.is_empty() { self.finish() } else { Ok(()) }
    }

    fn finish(&mut self) -> Result<(), RecordingError> {
        let format = self.metadata.format;
        let left_over = (self.data_bytes % format.sample_bytes() as u64) as usize;
        if left_over != 0 {
            return Err(RecordingError::Truncated {
                path: self.path.clone(),
                left_over,
                datatype: format.name(),
                sample_bytes: format.sample_bytes(),
            });
        }
        let computed = self.hash.take().map(|hash| hex::encode(hash.finalize()));
        match (computed, &self.metadata.sha512) {
            (Some(computed), Some(stated)) if !computed.eq_ignore_ascii_case(stated) => {
                Err(RecordingError::Checksum(self.path.clone()))
            }
            _ => Ok(()),
        }
    }
}

fn skip(data: &mut impl Read, bytes: u64, hash: Option<&mut Sha512>) -> std::io::Result<()> {
    let mut header = Vec::new();
    data.take(bytes).read_to_end(&mut header)?;
    if let Some(hash) = hash {
        hash.update(&header);
    }
    Ok(())
}
