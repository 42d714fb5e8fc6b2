//! The files of an open bundle, with their limits; from and to a tar archive. Folders are read by whoever has a disk.

use std::{collections::BTreeMap, io::Read, path::Component};

use super::OpenError;
use crate::bundle::BUNDLE_BYTES_MAX;

/// Largest `bundle.json`: the exact bytes twice over, as hexadecimal has them, and the same again told for people.
const JSON_BYTES_MAX: usize = 6 * BUNDLE_BYTES_MAX;
/// Largest of the other files: a snippet has 8 kB at most.
const OTHER_BYTES_MAX: usize = 1 << 16;
/// Files and folders of an open bundle: four files a witness, and some that nobody asked for.
const ENTRIES_MAX: usize = 8192;
/// Letters of a name.
const NAME_BYTES_MAX: usize = 128;
/// Folders that a file of a tar may stand in: the bundle's own, and the one for samples.
const DEPTH_MAX: usize = 3;

/// Files by their names within the bundle, with `/` between folder and file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OpenFiles {
    files: BTreeMap<String, Vec<u8>>,
    bytes: usize,
}

impl OpenFiles {
    /// All of them together.
    pub const BYTES_MAX: usize = 8 * BUNDLE_BYTES_MAX;
    /// Largest archive: every file begins at a block of 512 bytes, and has one before it.
    pub const TAR_BYTES_MAX: usize = Self::BYTES_MAX + ENTRIES_MAX * 1024 + 10_240;
    /// The file by which an open bundle is told from a folder of bundles.
    pub const DOCUMENT: &str = "bundle.json";

    /// Adds a file.
    ///
    /// # Errors
    /// [`OpenError`] when its name is none of a bundle, it is too large or one too many, or there is one of this name.
    pub fn insert(&mut self, name: &str, bytes: Vec<u8>) -> Result<(), OpenError> {
        Self::check_name(name)?;
        if bytes.len() > self.room(name) {
            return Err(OpenError::TooLarge { file: name.into(), limit: self.room(name) });
        }
        if self.files.len() >= ENTRIES_MAX {
            return Err(OpenError::Entries(ENTRIES_MAX));
        }
        self.bytes += bytes.len();
        if self.files.insert(name.into(), bytes).is_some() {
            return Err(OpenError::Twice(name.into()));
        }
        Ok(())
    }

    /// How large a file of this name may be, beside those there are.
    pub fn room(&self, name: &str) -> usize {
        let most = if name == Self::DOCUMENT { JSON_BYTES_MAX } else { OTHER_BYTES_MAX };
        most.min(Self::BYTES_MAX - self.bytes)
    }

    /// A file.
    ///
    /// # Errors
    /// [`OpenError::Missing`].
    pub fn get(&self, name: &str) -> Result<&[u8], OpenError> {
        self.files.get(name).map(Vec::as_slice).ok_or_else(|| OpenError::Missing(name.into()))
    }

    /// All, by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &[u8])> {
        self.files.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice()))
    }

    /// Takes the files out of an archive of at most [`Self::TAR_BYTES_MAX`]. It may hold them as they are, or in one folder.
    ///
    /// # Errors
    /// [`OpenError`] for anything but files and folders, for names that lead elsewhere, and for what is too large or too much.
    pub fn from_tar(tar: &[u8]) -> Result<Self, OpenError> {
        if tar.len() > Self::TAR_BYTES_MAX {
            return Err(OpenError::TooLarge { file: "the archive".into(), limit: Self::TAR_BYTES_MAX });
        }
        let fault = |error: std::io::Error| OpenError::Tar(error.to_string());
        let mut all = Self::default();
        let mut folder = None;
        for (count, entry) in tar::Archive::new(tar).entries().map_err(fault)?.enumerate() {
            let mut entry = entry.map_err(fault)?;
            if count >= ENTRIES_MAX {
                return Err(OpenError::Entries(ENTRIES_MAX));
            }
            let parts = parts(&entry.path().map_err(fault)?)?;
            match entry.header().entry_type() {
                // What an archiver says of all files is no file.
                tar::EntryType::Directory | tar::EntryType::XGlobalHeader => continue,
                tar::EntryType::Regular => {}
                _ => return Err(OpenError::NoFile(parts.join("/"))),
            }
            // Everything is in the folder that the document is in; the first file says whether there is one.
            let (top, name) = match parts.split_first() {
                Some((top, rest)) if !rest.is_empty() && top != super::SAMPLES => {
                    (top.as_str(), rest.join("/"))
                }
                _ => ("", parts.join("/")),
            };
            if folder.get_or_insert_with(|| top.to_owned()) != top {
                return Err(OpenError::Name(parts.join("/")));
            }
            let limit = all.room(&name);
            let mut bytes = Vec::new();
            entry.by_ref().take(limit as u64 + 1).read_to_end(&mut bytes).map_err(fault)?;
            all.insert(&name, bytes)?;
        }
        Ok(all)
    }

    /// An archive of the files: no owner, no date, so that the same files are the same bytes.
    ///
    /// # Errors
    /// [`OpenError::Tar`] when a name is none that an archive can hold.
    pub fn to_tar(&self) -> Result<Vec<u8>, OpenError> {
        let fault = |error: std::io::Error| OpenError::Tar(error.to_string());
        let mut archive = tar::Builder::new(Vec::new());
        for (name, bytes) in self.iter() {
            let mut header = tar::Header::new_ustar();
            header.set_size(bytes.len() as u64);
            header.set_mode(0o644);
            archive.append_data(&mut header, name, bytes).map_err(fault)?;
        }
        archive.into_inner().map_err(fault)
    }

    /// Names are short, of plain letters, and lead nowhere else.
    fn check_name(name: &str) -> Result<(), OpenError> {
        let plain =
            |part: &str| !part.is_empty() && part != "." && part != ".." && !part.contains(['\\', '\0']);
        let good = name.len() <= NAME_BYTES_MAX
            && name.split('/').count() < DEPTH_MAX
            && name.split('/').all(plain)
            && !name.chars().any(char::is_control);
        if good { Ok(()) } else { Err(OpenError::Name(name.chars().take(NAME_BYTES_MAX).collect())) }
    }
}

/// The folders and the name of an archive's entry.
fn parts(path: &std::path::Path) -> Result<Vec<String>, OpenError> {
    let told = || OpenError::Name(path.display().to_string().chars().take(NAME_BYTES_MAX).collect());
    let mut parts = Vec::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::Normal(part) => parts.push(part.to_str().ok_or_else(told)?.to_owned()),
            _ => return Err(told()),
        }
        if parts.len() > DEPTH_MAX {
            return Err(told());
        }
    }
    Ok(parts)
}
