//! S11, replayer: records a neighbour's beacon off the air, samples and all, and sends it again in a later window in which that
//! neighbour is not drawn, hoping that whoever hears it earns the two of them an edge. The payload is an older window's.

use hotspot_agent::{HeardBeacon, Transmission};
use poc_verifier::{CheckName, messages::ShortId};

use super::{
    Recorded, Villain, Window,
    cast::{Fate, Lie, Sheet, on_site},
    recording::Recording,
};

pub(super) const SHEET: Sheet = Sheet {
    name: "replayer",
    row: "S11",
    keys: 1,
    fate: Fate::Rejected(CheckName::Freshness),
    // Its own words are true; what it puts on air is not.
    cast: |scene| on_site(scene, Lie::None),
    mind: |_| Box::new(Replayer::default()),
};

/// Windows that a recording is kept before it is used.
const AGE_MIN: u64 = 2;
/// Windows between two rebroadcasts: it keeps the duty cycle, too.
const REST: u64 = 4;
/// Conducted power, dBm.
const POWER_DBM: f64 = 13.7;

#[derive(Default)]
struct Replayer {
    recording: Option<Recording>,
    last_sent: Option<u64>,
}

impl Villain for Replayer {
    fn record(&mut self, window: &Window, captures: &[Recorded], heard: &[HeardBeacon]) {
        if self.recording.is_none() {
            self.recording = heard.iter().find_map(|beacon| Recording::of(window, beacon, captures));
        }
    }

    fn transmit(&mut self, window: &Window, honest: Vec<Transmission>) -> Vec<Transmission> {
        let Some(recording) = &self.recording else { return honest };
        let drawn = window.drawn.iter().any(|(key, _)| ShortId::of(key) == recording.of);
        let rested = self.last_sent.is_none_or(|last| window.number >= last + REST);
        if drawn || !honest.is_empty() || !rested || window.number < recording.window + AGE_MIN {
            return honest;
        }
        self.last_sent = Some(window.number);
        recording.again(window.start_ns - recording.window_start_ns, POWER_DBM)
    }
}
