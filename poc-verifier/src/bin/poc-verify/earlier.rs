//! Epochs before the one that is asked for: judged first, for what they leave.

use std::path::PathBuf;

use anyhow::Result;
use poc_verifier::History;

use crate::{ground, input::Input, judged};

/// What these epochs leave, oldest first, each a folder of bundles. One after the other is read, so that a month is no more to hold than a day.
pub(crate) fn remembered(epochs: &[PathBuf], terrain: Option<&std::path::Path>) -> Result<History> {
    let mut history = History::default();
    for folder in epochs {
        let input = Input::read(std::slice::from_ref(folder))?;
        let ground = ground(&input, terrain)?;
        history.remember(&judged(&input, &ground, &history));
    }
    Ok(history)
}
