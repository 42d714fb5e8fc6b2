//! Secret keys in files, and what a validator derives from its own.
//!
//! A key file is 64 hexadecimal digits and a newline, readable by its owner alone. Secrets are wiped from memory when
//! dropped, never printed, and read from a file only when nobody else may read it.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Read, Write},
    os::unix::fs::{OpenOptionsExt, PermissionsExt},
    path::{Path, PathBuf},
};

use ledger_machine::{GenesisValidator, OneWayChain, PublicKey};
use secp256k1::SecretKey;
use zeroize::Zeroizing;

/// Links of each of a validator's chains: one a block. A new chain is registered long before one is used up.
pub const CHAIN_LINKS: u64 = 65_536;

/// A key file that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum KeyFileError {
    /// It cannot be read or written.
    #[error("{}: {error}", path.display())]
    Io {
        /// Which.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// Others may read it.
    #[error("{}: mode {mode:o}; a secret key's file must be readable by its owner alone (chmod 600)", path.display())]
    Open {
        /// Which.
        path: PathBuf,
        /// Its permissions.
        mode: u32,
    },
    /// It holds no key.
    #[error("{}: not a secret key of 64 hexadecimal digits", path.display())]
    Content {
        /// Which.
        path: PathBuf,
    },
}

/// A secret key, wiped from memory when dropped.
#[derive(Clone)]
pub struct SecretSeed(Zeroizing<[u8; 32]>);

impl SecretSeed {
    /// A key of these bytes; none when they are no secp256k1 secret (zero, or not below the curve's order).
    #[must_use]
    pub fn new(bytes: [u8; 32]) -> Option<Self> {
        let bytes = Zeroizing::new(bytes);
        SecretKey::from_secret_bytes(*bytes).ok()?;
        Some(Self(bytes))
    }

    /// The key of the file.
    ///
    /// # Errors
    /// When others may read the file, or it holds no key.
    pub fn read(path: &Path) -> Result<Self, KeyFileError> {
        let io = |error| KeyFileError::Io { path: path.to_owned(), error };
        let file = File::open(path).map_err(io)?;
        let mode = file.metadata().map_err(io)?.permissions().mode() & 0o777;
        if mode & 0o077 != 0 {
            return Err(KeyFileError::Open { path: path.to_owned(), mode });
        }
        let mut text = Zeroizing::new(String::new());
        file.take(66).read_to_string(&mut text).map_err(io)?;
        let content = || KeyFileError::Content { path: path.to_owned() };
        let mut bytes = Zeroizing::new([0; 32]);
        hex::decode_to_slice(text.trim_end(), bytes.as_mut_slice()).map_err(|_| content())?;
        Self::new(*bytes).ok_or_else(content)
    }

    /// Writes a new file that only its owner may read; an existing file is left as it is.
    ///
    /// # Errors
    /// When the file exists or cannot be written.
    pub fn write_new(&self, path: &Path) -> Result<(), KeyFileError> {
        let write = || {
            let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
            let text = Zeroizing::new(hex::encode(self.0.as_slice()));
            writeln!(file, "{}", text.as_str())?;
            file.sync_all()
        };
        write().map_err(|error| KeyFileError::Io { path: path.to_owned(), error })
    }

    /// The key of the file; a new one from the operating system's randomness when there is no file.
    ///
    /// # Errors
    /// When there is a file that cannot be used, or none can be written.
    pub fn read_or_create(path: &Path) -> Result<Self, KeyFileError> {
        if path.exists() {
            return Self::read(path);
        }
        let failed = |error| KeyFileError::Io { path: path.to_owned(), error };
        path.parent().map_or(Ok(()), fs::create_dir_all).map_err(failed)?;
        let mut bytes = Zeroizing::new([0; 32]);
        loop {
            getrandom::fill(bytes.as_mut_slice()).map_err(|error| failed(io::Error::other(error)))?;
            if let Some(seed) = Self::new(*bytes) {
                seed.write_new(path)?;
                return Ok(seed);
            }
        }
    }

    /// The signing key.
    ///
    /// # Panics
    /// Never: the bytes were checked when this was made.
    pub fn secret(&self) -> SecretKey {
        SecretKey::from_secret_bytes(*self.0).expect("checked when it was made")
    }

    /// The public key.
    pub fn public(&self) -> PublicKey {
        PublicKey::of(&self.secret())
    }

    /// The validator's chain of that number, derived from the key: nothing else needs to be kept.
    pub fn chain(&self, number: u32, links: u64) -> OneWayChain {
        let mut hasher = blake3::Hasher::new_derive_key("earshot 2026 validator chain seed");
        hasher.update(self.0.as_slice()).update(&number.to_le_bytes());
        OneWayChain::new(*hasher.finalize().as_bytes(), links)
    }

    /// This key as a validator of a genesis.
    pub fn genesis_validator(&self, power: u64, payout: PublicKey) -> GenesisValidator {
        GenesisValidator { power, payout, chain_head: self.chain(0, CHAIN_LINKS).head() }
    }
}

impl std::fmt::Debug for SecretSeed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SecretSeed of {}", self.public())
    }
}
