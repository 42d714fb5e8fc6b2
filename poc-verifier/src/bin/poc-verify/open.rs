//! A bundle in any of its forms: one file, a folder with `bundle.json` in it, a `.tar` of that folder; and from one to the other.

use std::{
    fs::{self, DirEntry, File},
    io::Read,
    path::Path,
};

use anyhow::{Context, Result, ensure};
use identity::Hash;
use poc_verifier::{BUNDLE_BYTES_MAX, Bundle, OpenError, OpenFiles};

/// How archives are called.
const TAR: &str = "tar";
/// Entries of a folder that are looked at: more than any bundle has, so that the one too many is told as such.
const ENTRIES_MAX: usize = 10_000;

/// Whether this is an archive by its name.
pub(crate) fn is_tar(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case(TAR))
}

/// Whether this is an unpacked bundle, and no folder of bundles.
pub(crate) fn is_unpacked(path: &Path) -> bool {
    path.join(OpenFiles::DOCUMENT).is_file()
}

/// Reads a bundle; its address is that of the one file, whatever the form.
pub(crate) fn read(path: &Path) -> Result<(Hash, Bundle)> {
    let told = || path.display().to_string();
    let (bytes, bundle) = if path.is_dir() {
        packed(&folder(path).with_context(told)?)
    } else if is_tar(path) {
        limited(path, OpenFiles::TAR_BYTES_MAX).and_then(|tar| packed(&OpenFiles::from_tar(&tar)?))
    } else {
        limited(path, BUNDLE_BYTES_MAX).and_then(|bytes| {
            let bundle = Bundle::decode(&bytes)?;
            Ok((bytes, bundle))
        })
    }
    .with_context(told)?;
    Ok((Bundle::address(&bytes), bundle))
}

fn packed(files: &OpenFiles) -> Result<(Vec<u8>, Bundle)> {
    let bundle = Bundle::pack(files)?;
    Ok((bundle.encode(), bundle))
}

/// One byte more than allowed, so that the parser can say that it is too large.
fn limited(path: &Path, limit: usize) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path)?.take(limit as u64 + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// The files of a folder and of the folders in it.
fn folder(path: &Path) -> Result<OpenFiles> {
    let mut files = OpenFiles::default();
    for entry in entries(path)? {
        let name = entry_name(&entry)?;
        if entry.file_type()?.is_dir() {
            for inner in entries(&entry.path())? {
                insert(&mut files, &format!("{name}/{}", entry_name(&inner)?), &inner)?;
            }
        } else {
            insert(&mut files, &name, &entry)?;
        }
    }
    Ok(files)
}

fn entries(folder: &Path) -> Result<Vec<DirEntry>> {
    let entries: Vec<DirEntry> =
        fs::read_dir(folder)?.take(ENTRIES_MAX + 1).collect::<std::io::Result<_>>()?;
    ensure!(entries.len() <= ENTRIES_MAX, OpenError::Entries(ENTRIES_MAX));
    Ok(entries)
}

fn entry_name(entry: &DirEntry) -> Result<String> {
    let name = entry.file_name();
    Ok(name.to_str().ok_or_else(|| OpenError::Name(name.display().to_string()))?.to_owned())
}

/// Links are not followed: what is judged is in the folder.
fn insert(files: &mut OpenFiles, name: &str, entry: &DirEntry) -> Result<()> {
    ensure!(entry.file_type()?.is_file(), OpenError::NoFile(name.into()));
    let bytes = limited(&entry.path(), files.room(name)).with_context(|| name.to_owned())?;
    Ok(files.insert(name, bytes)?)
}

/// `poc-verify unpack`: into a folder that is not there yet, or is empty; or into one archive.
pub(crate) fn unpack(bundle: &Path, out: &Path) -> Result<()> {
    let (address, bundle) = read(bundle)?;
    let files = bundle.unpack()?;
    if is_tar(out) {
        fs::write(out, files.to_tar()?).with_context(|| out.display().to_string())?;
    } else {
        write_folder(&files, out).with_context(|| out.display().to_string())?;
    }
    println!("{address}");
    Ok(())
}

fn write_folder(files: &OpenFiles, out: &Path) -> Result<()> {
    fs::create_dir_all(out)?;
    ensure!(fs::read_dir(out)?.next().is_none(), "there is something in this folder already");
    for (name, bytes) in files.iter() {
        let path = out.join(name);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent)?;
        }
        fs::write(&path, bytes)?;
    }
    Ok(())
}

/// `poc-verify pack`: from a folder or an archive to the one file.
pub(crate) fn pack(from: &Path, out: &Path) -> Result<()> {
    let (address, bundle) = read(from)?;
    fs::write(out, bundle.encode()).with_context(|| out.display().to_string())?;
    println!("{address}");
    Ok(())
}
