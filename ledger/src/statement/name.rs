//! Which hotspot is meant: its key, or enough of its first digits.

use ledger_machine::{PublicKey, State};

/// The fewest digits by which a hotspot may be named.
const DIGITS: usize = 6;

/// Digits that name no hotspot, or several.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    /// Not hexadecimal, too short or too long.
    #[error("`{0}` is not {DIGITS} to 66 hexadecimal digits of a hotspot's key")]
    Malformed(String),
    /// Nobody of that name.
    #[error("no hotspot's key begins with {0}")]
    Nobody(String),
    /// More than one.
    #[error("{} hotspots' keys begin with {digits}: {}", keys.len(), first(keys))]
    Several {
        /// What was given.
        digits: String,
        /// All that begin so.
        keys: Vec<PublicKey>,
    },
}

fn first(keys: &[PublicKey]) -> String {
    let shown: Vec<String> = keys.iter().take(4).map(|key| format!("{:.12}...", key.to_string())).collect();
    shown.join(", ")
}

/// The one registered hotspot or validator whose key begins with `digits`.
///
/// # Errors
/// When there is none, or more than one.
pub fn find(state: &State, digits: &str) -> Result<PublicKey, NameError> {
    let wanted = digits.to_ascii_lowercase();
    let is_hex = wanted.bytes().all(|digit| digit.is_ascii_hexdigit());
    if !is_hex || !(DIGITS..=66).contains(&wanted.len()) {
        return Err(NameError::Malformed(digits.to_owned()));
    }
    let known = state.hotspots().keys().chain(state.validators().keys());
    let keys: Vec<PublicKey> = known.filter(|key| key.to_string().starts_with(&wanted)).copied().collect();
    match keys[..] {
        [] => Err(NameError::Nobody(wanted)),
        [key] => Ok(key),
        _ => Err(NameError::Several { digits: wanted, keys }),
    }
}
