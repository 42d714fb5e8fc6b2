//! SigMF recordings of what a hotspot of the world hears: the same samples that its agent decodes.

use std::path::{Path, PathBuf};

use earshot_sigmf::{Annotation, Capture, Metadata, RecordingError, RecordingWriter, SampleFormat};
use hotspot_agent::BEACON_RATE_HZ;

use crate::world::{World, WorldError, samples_of};

/// Why nothing was recorded.
#[derive(Debug, thiserror::Error)]
pub enum RecordError {
    /// No such hotspot.
    #[error("there is no hotspot {asked:?} in this world; there are: {}", names.join(", "))]
    Unknown {
        /// As asked for.
        asked: String,
        /// Those that there are.
        names: Vec<String>,
    },
    /// The world stopped.
    #[error(transparent)]
    World(#[from] WorldError),
    /// The recording cannot be written.
    #[error(transparent)]
    Recording(#[from] RecordingError),
}

/// Lets the world run up to the next window in which somebody beacons, and writes what `hotspot` hears of it: a recording a channel, with
/// a capture for each stretch in which something is on air. The window is not judged. Case does not matter in names.
///
/// # Errors
/// [`RecordError`] when there is no such hotspot, or the folder cannot be written to.
pub fn record(world: &mut World, hotspot: &str, folder: &Path) -> Result<Vec<PathBuf>, RecordError> {
    let wanted = hotspot.to_lowercase();
    let found = world.hotspots().iter().find(|other| other.name.to_lowercase() == wanted);
    let Some((node, hotspot)) = found.map(|found| (found.node, found.name.clone())) else {
        let names = world.hotspots().iter().map(|other| other.name.clone()).collect();
        return Err(RecordError::Unknown { asked: hotspot.into(), names });
    };
    let stretches = world.next_on_air()?;
    let mut written = Vec::new();
    for channel_hz in world.protocol().region.channels_hz {
        let busy: Vec<_> = stretches.iter().filter(|busy| busy.channel_hz == channel_hz).collect();
        if busy.is_empty() {
            continue;
        }
        let path = folder.join(format!("{channel_hz}.sigmf-data"));
        let mut metadata = Metadata::new(SampleFormat::Ci16Le, BEACON_RATE_HZ, Some(f64::from(channel_hz)));
        metadata.description = Some(format!("what {hotspot} hears on simulated air"));
        metadata.recorder = Some("earshot sdr-fixtures".into());
        metadata.captures.clear();
        let mut writer = RecordingWriter::create(&path, metadata)?;
        let mut sample_start = 0;
        for busy in busy {
            let samples = samples_of(&world.ether, node, busy);
            let frequency_hz = Some(f64::from(channel_hz));
            writer.metadata_mut().captures.push(Capture { sample_start, frequency_hz, ..Capture::default() });
            let label = Some("on air".into());
            let sample_count = Some(samples.len() as u64);
            writer.metadata_mut().annotations.push(Annotation {
                sample_start,
                sample_count,
                label,
                comment: None,
            });
            writer.write(&samples)?;
            sample_start += samples.len() as u64;
        }
        writer.finish()?;
        written.push(path);
    }
    Ok(written)
}
