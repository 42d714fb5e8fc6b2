//! What can be wrong with a recording, always with the file that it is wrong in.

use std::{io, path::PathBuf};

use crate::UnknownDatatype;

/// A recording cannot be read or written as it should.
#[derive(Debug, thiserror::Error)]
pub enum RecordingError {
    /// The operating system said no.
    #[error("{path}: {source}", path = path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The name says nothing about which part of a recording it is.
    #[error("{path}: not a recording's name; it should end in .sigmf-meta, .sigmf-data or .sigmf", path = .0.display())]
    Name(PathBuf),
    /// Metadata larger than any of a recording.
    #[error("{path}: metadata of {bytes} bytes; at most {limit} are read", path = path.display())]
    MetadataSize {
        /// The file.
        path: PathBuf,
        /// Its size.
        bytes: u64,
        /// The limit.
        limit: u64,
    },
    /// Metadata is not JSON of the right shape.
    #[error("{path}:{line}:{column}: {message}", path = path.display())]
    Metadata {
        /// The file.
        path: PathBuf,
        /// Line of the first fault, from 1.
        line: usize,
        /// Column of the first fault, from 1.
        column: usize,
        /// What the parser said.
        message: String,
    },
    /// A field has a value that no recording has.
    #[error("{path}: {field}: {message}", path = path.display())]
    Field {
        /// The file.
        path: PathBuf,
        /// The key.
        field: &'static str,
        /// What is wrong with it.
        message: String,
    },
    /// The datatype is not one that is read here.
    #[error("{path}: core:datatype: {source}", path = path.display())]
    Datatype {
        /// The file.
        path: PathBuf,
        /// Which.
        source: UnknownDatatype,
    },
    /// There is nothing in it.
    #[error("{path}: no samples", path = .0.display())]
    Empty(PathBuf),
    /// The data do not end with a whole sample.
    #[error(
        "{path}: {left_over} bytes after the last whole sample ({datatype} has {sample_bytes} a sample): \
         truncated or mislabelled", path = path.display()
    )]
    Truncated {
        /// The file.
        path: PathBuf,
        /// Bytes too many.
        left_over: usize,
        /// As labelled.
        datatype: &'static str,
        /// Bytes a sample.
        sample_bytes: usize,
    },
    /// The data are not those that the metadata were written for.
    #[error("{path}: core:sha512 differs: the data were truncated or changed after they were recorded", path = .0.display())]
    Checksum(PathBuf),
    /// An archive without a recording, or with half of one.
    #[error("{path}: {message}", path = path.display())]
    Archive {
        /// The archive.
        path: PathBuf,
        /// What is missing or wrong.
        message: String,
    },
}

impl RecordingError {
    pub(crate) fn io(path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| Self::Io { path, source }
    }
}
