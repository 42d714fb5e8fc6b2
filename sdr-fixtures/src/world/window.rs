//! One window: beacons, what is heard of them, commitments, the closed set, openings and reveals.

use std::{collections::BTreeMap, ops::ControlFlow};

use ether::{Ether, TrueTime};
use geo_index::Place;
use hotspot_agent::{HeardBeacon, Pledge, Transmission};
use identity::{Hash, PublicKey};
use poc_verifier::{Audit, Randomness, Round, Sealed, WindowBook, messages::ShortId, plan::is_drawn};
use rayon::prelude::*;

use super::{
    Hotspot, Onlooker, World, WorldError, WorldEvent,
    air::{Busy, Era, Stretches, listen, send},
};
use crate::{
    roster::secret,
    tally::Airborne,
    villains::{Air, Window},
};

/// What a window leaves behind.
pub(crate) struct WindowOutcome {
    pub(crate) rounds: Vec<Round>,
    /// Beacons sent, rebroadcasts among them.
    pub(crate) beacons: u64,
    /// Edges that were forged on air.
    pub(crate) airborne: Airborne,
}

impl World {
    /// Runs the current window.
    pub(crate) fn run_window(&mut self, onlooker: &mut Onlooker) -> Result<WindowOutcome, WorldError> {
        let randomness = self.randomness();
        let drawn = self.drawn(&randomness);
        let (beaconers, stretches) = self.beacon(&randomness, &drawn, onlooker)?;
        let mut heard = self.hear(&drawn, &stretches);
        let mut later = self.answer(&randomness, &drawn, &heard)?;
        let sent_again = self.reemit(&drawn, &mut later);
        let heard_later = self.hear(&drawn, &later.joined());
        let airborne = self.join(&mut heard, heard_later, &sent_again);
        self.testify(&drawn, &mut heard);
        let mut book = self.gather(&heard, &drawn, &beaconers, onlooker);
        let fresh = self.draw_audit(&book)?;
        if let Some(fresh) = fresh {
            self.show(&mut book, &heard, &drawn, &fresh);
        }
        let over = self.era_time(self.window + 1);
        for air in self.simulators.iter_mut().chain([&mut self.ether]) {
            air.forget_before(over);
        }
        Ok(WindowOutcome {
            rounds: self.rounds(&book, &randomness, &drawn, fresh),
            beacons: self.on_shared_air(&beaconers),
            airborne,
        })
    }

    /// Goes on to the next window in which somebody sends, and puts that on air; earlier ones pass unheard.
    pub(crate) fn next_on_air(&mut self) -> Result<Vec<Busy>, WorldError> {
        loop {
            let randomness = self.randomness();
            let drawn = self.drawn(&randomness);
            let (_, stretches) = self.beacon(&randomness, &drawn, &mut |_| ControlFlow::Continue(()))?;
            if !stretches.shared.is_empty() {
                return Ok(stretches.shared);
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
    ) -> Result<(Vec<PublicKey>, Stretches), WorldError> {
        let (number, era) = (self.window, self.era());
        let start_ms = self.window_start_ms(number);
        let start_ns = start_ms as i64 * 1_000_000;
        let (mut beaconers, mut stretches) = (Vec::new(), Stretches::new(self.simulators.len()));
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
                if hotspot.part.sends.is_shared() {
                    let _ = onlooker(&WorldEvent::Beacon { time_ms, window: number, beaconer: hotspot.key });
                }
                beaconers.push(hotspot.key);
            }
            put_on_air(&mut self.ether, &mut self.simulators, era, hotspot, &sent, &mut stretches);
        }
        Ok((beaconers, stretches.joined()))
    }

    /// How many of these were on the air that everybody shares.
    fn on_shared_air(&self, beaconers: &[PublicKey]) -> u64 {
        let sent = |hotspot: &&Hotspot| hotspot.part.sends.is_shared() && beaconers.contains(&hotspot.key);
        self.hotspots.iter().filter(sent).count() as u64
    }

    /// Puts answers to what was heard on air.
    fn answer(
        &mut self,
        randomness: &Randomness,
        drawn: &[(PublicKey, Place)],
        heard: &[Vec<HeardBeacon>],
    ) -> Result<Stretches, WorldError> {
        let (number, era) = (self.window, self.era());
        let start_ns = self.window_start_ms(number) as i64 * 1_000_000;
        let mut stretches = Stretches::new(self.simulators.len());
        for (hotspot, heard) in self.hotspots.iter_mut().zip(heard) {
            if !hotspot.transmits() {
                continue;
            }
            let answer = hotspot.agent.answer(number, randomness, heard);
            let honest = answer.map_err(|error| WorldError::Beacon { name: hotspot.name.clone(), error })?;
            let window =
                Window { number, start_ns, protocol: &self.protocol, drawn, own_place: hotspot.asserted };
            let answer = match &mut hotspot.mind {
                Some(mind) => mind.answer(&window, honest),
                None => honest,
            };
            hotspot.answered = !answer.is_empty();
            put_on_air(&mut self.ether, &mut self.simulators, era, hotspot, &answer, &mut stretches);
        }
        Ok(stretches)
    }

    /// What everybody with ears hears, side by side on all cores.
    fn hear(&mut self, drawn: &[(PublicKey, Place)], stretches: &Stretches) -> Vec<Vec<HeardBeacon>> {
        let (ether, era, protocol, number) = (&self.ether, self.era(), &self.protocol, self.window);
        let simulators = &self.simulators;
        let start_ns = self.window_start_ms(number) as i64 * 1_000_000;
        let window = |own_place| Window { number, start_ns, protocol, drawn, own_place };
        self.hotspots
            .par_iter_mut()
            .map(|hotspot| {
                let window = window(hotspot.asserted);
                let (agent, mind) = (&mut hotspot.agent, hotspot.mind.as_mut());
                match (hotspot.part.hears, hotspot.simulated) {
                    (Air::Shared, _) => {
                        listen(ether, era, hotspot.node, agent, mind, &window, &stretches.shared)
                    }
                    (Air::Simulated, Some((number, node))) => {
                        let stretches = &stretches.simulated[number];
                        listen(&simulators[number], era, node, agent, mind, &window, stretches)
                    }
                    _ => Vec::new(),
                }
            })
            .collect()
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
        let revealed: Vec<_> = pledges.iter().flatten().map(|pledge| &pledge.reveal).collect();
        self.reveal_late(&mut book, drawn, &revealed);
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

/// Sends from a hotspot's antennas, wherever it has one to send from.
fn put_on_air(
    ether: &mut Ether,
    simulators: &mut [Ether],
    era: Era,
    hotspot: &Hotspot,
    sent: &[Transmission],
    stretches: &mut Stretches,
) {
    for transmission in sent {
        if hotspot.part.sends.is_shared() {
            stretches.shared.push(send(ether, era, hotspot.node, transmission));
        }
        if let Some((number, node)) = hotspot.simulated.filter(|_| hotspot.part.sends.is_simulated()) {
            stretches.simulated[number].push(send(&mut simulators[number], era, node, transmission));
        }
    }
}
