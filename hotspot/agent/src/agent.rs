//! The hotspot's mind over a window: plan, hear, pledge, reveal.

use std::collections::BTreeMap;

use identity::PublicKey;
use poc_verifier::{
    Audit, BeaconPlan, Protocol, Randomness, Region, Sealed,
    answer::{ANSWER_HOPS, AnswerPlan, is_asked, turnaround_ns},
    messages::{Opening, ShortId, Showing},
    plan::is_drawn,
    protocol::PAYLOAD_BYTES,
    region::Listen,
};
use witness::ReceiverError;

use crate::{
    AirTime, CannotBeacon, Capture, EarFrame, HeardBeacon, KeptFrame, Pledge, Station, Transmission,
    beacon::{answer_transmissions, transmissions},
    ear::Ear,
    testimony::hop_of,
};

/// A hotspot.
pub struct Agent {
    station: Station,
    protocol: Protocol,
    ear: Ear,
    air_time: AirTime,
    heard: Vec<EarFrame>,
}

impl Agent {
    /// A hotspot that follows this protocol.
    ///
    /// # Errors
    /// [`ReceiverError`] when the region's bandwidth is not one that the radio's sample rate carries.
    pub fn new(station: Station, protocol: Protocol) -> Result<Self, ReceiverError> {
        let air_time = AirTime::new(protocol.region.duty_cycle_e4);
        Ok(Self { station, protocol, ear: Ear::new(&protocol)?, air_time, heard: Vec::new() })
    }

    /// Its own facts.
    pub fn station(&self) -> &Station {
        &self.station
    }

    /// Its key.
    pub fn key(&self) -> PublicKey {
        self.station.key()
    }

    /// What to send in a window; nothing when it is not drawn, or its chain is used up.
    ///
    /// # Errors
    /// [`CannotBeacon`] when the law forbids it.
    pub fn beacon(
        &mut self,
        window: u64,
        window_start_ns: i64,
        randomness: &Randomness,
    ) -> Result<Vec<Transmission>, CannotBeacon> {
        let key = self.key();
        if !is_drawn(&self.protocol, window, randomness, &key) {
            return Ok(Vec::new());
        }
        let Some(link) = self.station.link(window) else { return Ok(Vec::new()) };
        self.allow(window_start_ns, self.protocol.region.beacon_airtime_us())?;
        let plan = BeaconPlan::derive(&self.protocol, &key, &link, &randomness.window);
        Ok(transmissions(&self.protocol, &plan, window_start_ns, self.station.conducted_dbm())?)
    }

    /// What to send once a window's beacons were heard: an answer to the one that it is asked to answer, the first of several; nothing when
    /// it is not asked, or did not hear that.
    ///
    /// # Errors
    /// [`CannotBeacon`] when the law forbids it.
    pub fn answer(
        &mut self,
        window: u64,
        randomness: &Randomness,
        heard: &[HeardBeacon],
    ) -> Result<Vec<Transmission>, CannotBeacon> {
        let key = self.key();
        let asked =
            heard.iter().find(|heard| is_asked(&self.protocol, &randomness.window, heard.beacon, &key));
        let challenge = asked.and_then(|heard| heard.hops.last());
        let (Some(challenge), Some(link)) = (challenge, self.station.link(window)) else {
            return Ok(Vec::new());
        };
        let frame_us = self.protocol.region.frame().airtime_us(PAYLOAD_BYTES);
        // The report has the middle of a frame.
        let heard_ns = challenge.arrival_ns - frame_us as i64 * 500;
        let start_ns = heard_ns + turnaround_ns(&self.protocol, usize::from(challenge.payload[4]));
        self.allow(start_ns, ANSWER_HOPS as u64 * frame_us)?;
        let heard = (challenge.payload[4], &challenge.payload[..]);
        let plan = AnswerPlan::derive(&self.protocol, &key, &link, &randomness.window, heard);
        Ok(answer_transmissions(&self.protocol, &plan, start_ns, self.station.conducted_dbm())?)
    }

    /// Takes air time, if the law lets it.
    fn allow(&mut self, start_ns: i64, airtime_us: u64) -> Result<(), CannotBeacon> {
        let Region { name: region, law, .. } = self.protocol.region;
        self.protocol
            .region
            .carries(&self.protocol.timetable)
            .map_err(|why| CannotBeacon::Region { region, why })?;
        if let Some(Listen { us, .. }) = law.listen {
            return Err(CannotBeacon::Listening { region, us });
        }
        let (eirp_ddbm, allowed_ddbm) = (self.station.eirp_ddbm, self.protocol.region.eirp_max_ddbm);
        if eirp_ddbm > allowed_ddbm {
            return Err(CannotBeacon::Eirp { eirp_ddbm, allowed_ddbm });
        }
        let now_us = (start_ns / 1000).max(0) as u64;
        self.air_time.take(now_us, airtime_us)?;
        Ok(())
    }

    /// Listens to a capture; what it heard is kept until [`Self::take_heard`].
    pub fn listen(&mut self, capture: &Capture) {
        self.heard.extend(self.ear.listen(capture));
    }

    /// Beacons heard since the last call, by short id. Frames of other programs are left out by their length.
    pub fn take_heard(&mut self) -> Vec<HeardBeacon> {
        let mut frames = std::mem::take(&mut self.heard);
        frames.retain(|heard| heard.frame.payload.len() == PAYLOAD_BYTES);
        frames.sort_by_key(|heard| heard.arrival_ns);
        let own = ShortId::of(&self.key());
        let mut beacons: BTreeMap<ShortId, HeardBeacon> = BTreeMap::new();
        for heard in &frames {
            let [a, b, c, d, ..] = heard.frame.payload[..] else { continue };
            let beacon = ShortId([a, b, c, d]);
            if beacon != own {
                let empty = || HeardBeacon { beacon, hops: Vec::new(), kept: Vec::new() };
                let entry = beacons.entry(beacon).or_insert_with(empty);
                entry.hops.push(hop_of(heard, self.station.full_scale_dbm));
                entry.kept.extend(KeptFrame::of(&heard.frame));
            }
        }
        beacons.into_values().collect()
    }

    /// Commits to what was heard.
    pub fn pledge(&self, window: u64, heard: &[HeardBeacon]) -> Vec<Pledge> {
        heard.iter().map(|beacon| beacon.pledge(window, &self.station.secret)).collect()
    }

    /// Shows the samples that an audit asks for; `None` when there are none of that frame.
    pub fn show(&self, window: u64, heard: &HeardBeacon, audit: &Audit) -> Option<Sealed<Showing>> {
        Some(Sealed::seal(&heard.showing(window, audit)?, &self.station.secret))
    }

    /// Opens the link of a window in which it beaconed.
    pub fn opening(&mut self, window: u64) -> Option<Sealed<Opening>> {
        let link = self.station.link(window)?;
        Some(Sealed::seal(&Opening { window, link }, &self.station.secret))
    }
}
