//! One window: beacons, what is heard of them, commitments, the closed set, openings and reveals.

use std::{collections::BTreeMap, ops::ControlFlow};

use ether::TrueTime;
use geo_index::Place;
use hotspot_agent::{HeardBeacon, Pledge, Transmission};
use identity::{Hash, PublicKey};
use poc_verifier::{Audit, Randomness, Round, Sealed, WindowBook, messages::ShortId, plan::is_drawn};
use rayon::prelude::*;

use super::{
    Hotspot, Onlooker, World, WorldError, WorldEvent,
    air::{Busy, Era, joined, listen, send},
};
use crate::{
    roster::{Role, secret},
    villains::Window,
};

/// What a window leaves behind.
pub(crate) struct WindowOutcome {
    pub(crate) rounds: Vec<Round>,
    /// Beacons sent, rebroadcasts among them.
    pub(crate) beacons: u64,
}

impl World {
    /// Runs the current window.
    pub(crate) fn run_window(&mut self, onlooker: &mut Onlooker) -> Result<WindowOutcome, WorldError> {
        let randomness = self.randomness();
        let drawn = self.drawn(&randomness);
        let (beaconers, stretches) = self.beacon(&randomness, &drawn, onlooker)?;
        let mut heard = self.hear(&drawn, &stretches);
        let answers = self.answer(&randomness, &heard)?;
        for (heard, later) in heard.iter_mut().zip(self.hear(&drawn, &answers)) {
            HeardBeacon::join(heard, later);
        }
        self.testify(&drawn, &mut heard);
        let mut book = self.gather(&heard, &drawn, &beaconers, onlooker);
        let fresh = self.draw_audit(&book)?;
        if let Some(fresh) = fresh {
            self.show(&mut book, &heard, &drawn, &fresh);
        }
        self.ether.forget_before(self.era_time(self.window + 1));
        Ok(WindowOutcome {
            rounds: self.rounds(&book, &randomness, &drawn, fresh),
            beacons: beaconers.len() as u64,
        })
    }

    /// Goes on to the next window in which somebody sends, and puts that on air; earlier ones pass unheard.
    pub(crate) fn next_on_air(&mut self) -> Result<Vec<Busy>, WorldError> {
        loop {
            let randomness = self.randomness();
            let drawn = self.drawn(&randomness);
            let (_, stretches) = self.beacon(&randomness, &drawn, &mut |_| ControlFlow::Continue(()))?;
            if !stretches.is_empty() {
                return Ok(stretches);
            }
            self.window += 1;
            self.commit_empty()?;
        }
    }

    pub(crate) fn era(&self) -> Era {
        Era { zero_ns: self.calendar.start().ms() as i64 * 1_000_000, seed: self.seed }
    }

    fn era_time(&self, window: u64) -> TrueTime {
        TrueTime::from_ms((self.window_start_ms(window) - self.calendar.start().ms()) as i64)
    }

    /// Hotspots drawn in the current window, with where they say they are.
    fn drawn(&self, randomness: &Randomness) -> Vec<(PublicKey, Place)> {
        let drawn = |hotspot: &&Hotspot| is_drawn(&self.protocol, self.window, randomness, &hotspot.key);
        self.hotspots.iter().filter(drawn).map(|hotspot| (hotspot.key, hotspot.asserted)).collect()
    }

    /// Puts everybody's transmissions on air; says who sent, and where there is something to hear.
    fn beacon(
        &mut self,
        randomness: &Randomness,
        drawn: &[(PublicKey, Place)],
        onlooker: &mut Onlooker,
    ) -> Result<(Vec<PublicKey>, Vec<Busy>), WorldError> {
        let (number, era) = (self.window, self.era());
        let start_ms = self.window_start_ms(number);
        let start_ns = start_ms as i64 * 1_000_000;
        let (mut beaconers, mut stretches) = (Vec::new(), Vec::new());
        for hotspot in self.hotspots.iter_mut().filter(|hotspot| hotspot.transmits()) {
            let honest = hotspot.agent.beacon(number, start_ns, randomness);
            let honest = honest.map_err(|error| WorldError::Beacon { name: hotspot.name.clone(), error })?;
            let window =
                Window { number, start_ns, protocol: &self.protocol, drawn, own_place: hotspot.asserted };
            let sent: Vec<Transmission> = match &mut hotspot.mind {
                Some(mind) => mind.transmit(&window, honest),
                None => honest,
            };
            if let Some(first) = sent.first() {
                let time_ms = (first.start_ns / 1_000_000) as u64;
                let _ = onlooker(&WorldEvent::Beacon { time_ms, window: number, beaconer: hotspot.key });
                beaconers.push(hotspot.key);
            }
            for transmission in &sent {
                let channels_hz = &self.protocol.region.channels_hz;
                stretches.push(send(&mut self.ether, era, hotspot.node, transmission, channels_hz));
            }
        }
        Ok((beaconers, joined(stretches)))
    }

    /// Puts answers to what was heard on air.
    fn answer(
        &mut self,
        randomness: &Randomness,
        heard: &[Vec<HeardBeacon>],
    ) -> Result<Vec<Busy>, WorldError> {
        let (window, era) = (self.window, self.era());
        let mut stretches = Vec::new();
        for (hotspot, heard) in self.hotspots.iter_mut().zip(heard) {
            if !hotspot.transmits() {
                continue;
            }
            let answer = hotspot.agent.answer(window, randomness, heard);
            let answer = answer.map_err(|error| WorldError::Beacon { name: hotspot.name.clone(), error })?;
            hotspot.answered = !answer.is_empty();
            for transmission in &answer {
                let channels_hz = &self.protocol.region.channels_hz;
                stretches.push(send(&mut self.ether, era, hotspot.node, transmission, channels_hz));
            }
        }
        Ok(joined(stretches))
    }

    /// What everybody with ears hears, side by side on all cores.
    fn hear(&mut self, drawn: &[(PublicKey, Place)], stretches: &[Busy]) -> Vec<Vec<HeardBeacon>> {
        let (ether, era, protocol, number) = (&self.ether, self.era(), &self.protocol, self.window);
        let start_ns = self.window_start_ms(number) as i64 * 1_000_000;
        let window = |own_place| Window { number, start_ns, protocol, drawn, own_place };
        self.hotspots
            .par_iter_mut()
            .map(|hotspot| {
                if !hotspot.listens() {
                    return Vec::new();
                }
                let window = window(hotspot.asserted);
                listen(
                    ether,
                    era,
                    hotspot.node,
                    &mut hotspot.agent,
                    hotspot.mind.as_mut(),
                    &window,
                    stretches,
                )
            })
            .collect()
    }

    /// What villains make of what was heard.
    fn testify(&mut self, drawn: &[(PublicKey, Place)], heard: &mut [Vec<HeardBeacon>]) {
        let (protocol, number) = (&self.protocol, self.window);
        let start_ns = self.window_start_ms(number) as i64 * 1_000_000;
        let window = |own_place| Window { number, start_ns, protocol, drawn, own_place };
        // The leaker's friend is the honest hotspot with the best ears of the window.
        let leaked = heard.iter().zip(&self.hotspots).filter(|(_, hotspot)| hotspot.role == Role::Honest);
        let leaked = leaked
            .map(|(heard, _)| heard)
            .max_by_key(|heard| heard.iter().map(|beacon| beacon.hops.len()).sum::<usize>());
        let leaked = leaked.cloned().unwrap_or_default();
        for (hotspot, heard) in self.hotspots.iter_mut().zip(heard) {
            if let Some(mind) = &mut hotspot.mind {
                *heard = mind.testify(&window(hotspot.asserted), std::mem::take(heard), &leaked);
            }
        }
    }

    /// The verifier's book of the window: everything arrives as bytes, as it would from the network.
    fn gather(
        &mut self,
        heard: &[Vec<HeardBeacon>],
        drawn: &[(PublicKey, Place)],
        beaconers: &[PublicKey],
        onlooker: &mut Onlooker,
    ) -> WindowBook {
        let (window, times) = (self.window, self.protocol.timetable);
        let mut book = WindowBook::new(window, times);
        let pledges: Vec<Vec<Pledge>> = self
            .hotspots
            .par_iter()
            .zip(heard)
            .map(|(hotspot, heard)| hotspot.agent.pledge(window, heard))
            .collect();
        for commitment in pledges.iter().flatten().map(|pledge| &pledge.commitment) {
            let arrived = Sealed::decode(&commitment.encode());
            let _ = arrived
                .map_err(Into::into)
                .and_then(|sealed| book.commit(sealed, times.commitments_until_ms));
        }
        self.tell_heard(heard, onlooker);
        book.close(&secret(self.seed, "validator", 0));
        for hotspot in &mut self.hotspots {
            let beaconed =
                beaconers.contains(&hotspot.key) && drawn.iter().any(|(key, _)| *key == hotspot.key);
            let sent = beaconed || hotspot.answered;
            if let Some(opening) = hotspot.agent.opening(window).filter(|_| sent) {
                let arrived = Sealed::decode(&opening.encode());
                let _ =
                    arrived.map_err(Into::into).and_then(|sealed| book.open(sealed, times.reveals_until_ms));
            }
        }
        for reveal in pledges.iter().flatten().map(|pledge| &pledge.reveal) {
            let arrived = Sealed::decode(&reveal.encode());
            let _ =
                arrived.map_err(Into::into).and_then(|sealed| book.reveal(sealed, times.reveals_until_ms));
        }
        book
    }

    /// Randomness that nobody could know before the reveals: that of the block sealed after them. Windows in which nobody said
    /// anything need none.
    fn draw_audit(&mut self, book: &WindowBook) -> Result<Option<Hash>, WorldError> {
        if book.testimonies().is_empty() {
            return Ok(None);
        }
        self.commit_after_ms(self.protocol.timetable.reveals_until_ms)?;
        Ok(Some(self.engine.state().tip().randomness))
    }

    /// Witnesses of audited beacons show the samples that were drawn; whoever has none stays silent.
    fn show(
        &self,
        book: &mut WindowBook,
        heard: &[Vec<HeardBeacon>],
        drawn: &[(PublicKey, Place)],
        fresh: &Hash,
    ) {
        let (window, until_ms) = (self.window, self.protocol.timetable.showings_until_ms);
        let audits: BTreeMap<ShortId, Audit> = drawn
            .iter()
            .filter_map(|(key, _)| Some((ShortId::of(key), Audit::draw(&self.protocol, window, key, fresh)?)))
            .collect();
        for (hotspot, heard) in self.hotspots.iter().zip(heard) {
            for beacon in heard {
                let audit = audits.get(&beacon.beacon);
                let Some(showing) = audit.and_then(|audit| hotspot.agent.show(window, beacon, audit)) else {
                    continue;
                };
                let arrived = Sealed::decode(&showing.encode());
                let _ = arrived.map_err(Into::into).and_then(|sealed| book.show(sealed, until_ms));
            }
        }
    }

    fn tell_heard(&self, heard: &[Vec<HeardBeacon>], onlooker: &mut Onlooker) {
        let time_ms = self.window_start_ms(self.window) + self.protocol.timetable.commitments_until_ms;
        let mut witnesses: BTreeMap<ShortId, Vec<PublicKey>> = BTreeMap::new();
        for (hotspot, heard) in self.hotspots.iter().zip(heard) {
            for beacon in heard {
                witnesses.entry(beacon.beacon).or_default().push(hotspot.key);
            }
        }
        for hotspot in &self.hotspots {
            if let Some(witnesses) = witnesses.remove(&ShortId::of(&hotspot.key)) {
                let _ = onlooker(&WorldEvent::Heard {
                    time_ms,
                    window: self.window,
                    beaconer: hotspot.key,
                    witnesses,
                });
            }
        }
    }

    /// One round for everybody who opened, and for everybody somebody says to have heard.
    fn rounds(
        &self,
        book: &WindowBook,
        randomness: &Randomness,
        drawn: &[(PublicKey, Place)],
        fresh: Option<Hash>,
    ) -> Vec<Round> {
        let testimonies = book.testimonies();
        let window_start_ns = self.window_start_ms(self.window) as i64 * 1_000_000;
        self.hotspots
            .iter()
            .filter_map(|hotspot| {
                let beacon = ShortId::of(&hotspot.key);
                let said: Vec<_> = testimonies.iter().filter(|said| said.beacon == beacon).cloned().collect();
                let opened = book.opening(&hotspot.key);
                let was_drawn = drawn.iter().any(|(key, _)| *key == hotspot.key);
                if opened.is_none() && said.is_empty() && !was_drawn {
                    return None;
                }
                let party = self.parties.get(&hotspot.key)?;
                let link = opened.and_then(|opening| opening.message().ok()).map(|opening| opening.link);
                Some(Round {
                    window: self.window,
                    window_start_ns,
                    randomness: *randomness,
                    beaconer: hotspot.key,
                    link: link.filter(|link| party.chain.opens(self.window, link)),
                    opening: opened.cloned(),
                    closed_set: book.closed_set().cloned(),
                    fresh,
                    testimonies: said,
                })
            })
            .collect()
    }
}
