//! Recordings: SigMF 1.2 metadata, sample formats and archives.
