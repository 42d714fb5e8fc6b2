//! `.sigmf` archives: a tar file with the metadata and the data of one or more recordings.

use std::{
    collections::BTreeMap,
    fs::File,
    io::Read,
    path::{Path, PathBuf},
};

use crate::{Metadata, RecordingError, metadata::METADATA_BYTES_MAX};

/// Entries looked at; an archive has two a recording.
const ENTRIES_MAX: usize = 4096;

/// Where in the archive a recording's data are.
pub(crate) struct Member {
    pub(crate) metadata: Metadata,
    pub(crate) name: String,
    pub(crate) data_start: u64,
    pub(crate) data_bytes: u64,
}

#[derive(Default)]
struct Parts {
    metadata: Option<Metadata>,
    data: Option<(u64, u64)>,
}

/// Finds the recordings in an archive, in the order of their names.
pub(crate) fn members(path: &Path) -> Result<Vec<Member>, RecordingError> {
    let fault = |message: String| RecordingError::Archive { path: path.into(), message };
    let file = File::open(path).map_err(RecordingError::io(path))?;
    let mut archive = tar::Archive::new(file);
    let mut parts: BTreeMap<PathBuf, Parts> = BTreeMap::new();
    for entry in archive.entries_with_seek().map_err(RecordingError::io(path))?.take(ENTRIES_MAX) {
        let mut entry = entry.map_err(|error| fault(format!("not a tar archive: {error}")))?;
        let name = entry.path().map_err(RecordingError::io(path))?.into_owned();
        let stem = name.with_extension("");
        match name.extension().and_then(|kind| kind.to_str()) {
            Some("sigmf-meta") => {
                let inside = path.join(&name);
                let metadata = Metadata::parse(&read_limited(&mut entry, &inside)?, &inside)?;
                parts.entry(stem).or_default().metadata = Some(metadata);
            }
            Some("sigmf-data") => {
                parts.entry(stem).or_default().data = Some((entry.raw_file_position(), entry.size()));
            }
            _ => {}
        }
    }
    if parts.is_empty() {
        return Err(fault("no recording in the archive".into()));
    }
    parts.into_iter().map(|(stem, parts)| whole(&stem, parts).map_err(fault)).collect()
}

fn whole(stem: &Path, parts: Parts) -> Result<Member, String> {
    let name = stem.display().to_string();
    let metadata = parts.metadata.ok_or_else(|| format!("{name}.sigmf-meta is missing"))?;
    let (data_start, data_bytes) = parts.data.ok_or_else(|| format!("{name}.sigmf-data is missing"))?;
    Ok(Member { metadata, name, data_start, data_bytes })
}

/// Reads metadata, but not more than any recording has.
pub(crate) fn read_limited(source: &mut impl Read, path: &Path) -> Result<Vec<u8>, RecordingError> {
    let mut json = Vec::new();
    source.take(METADATA_BYTES_MAX + 1).read_to_end(&mut json).map_err(RecordingError::io(path))?;
    let bytes = json.len() as u64;
    if bytes > METADATA_BYTES_MAX {
        return Err(RecordingError::MetadataSize { path: path.into(), bytes, limit: METADATA_BYTES_MAX });
    }
    Ok(json)
}
