//! S13, EIRP liar: two owners with amplifiers of their own. One radiates 10 dB more than it states, to be heard where it should not be;
//! the other 10 dB less, so that what it states as its coverage is not. Everything else they do is right. What is received is then
//! stronger than free space lets through from what is stated, where the path is clear and short; elsewhere a few dB hide among the
//! shadows, but not from what others see of the same paths the other way: until they state what they radiate, what they cover is unproven.

use hotspot_agent::Transmission;

use super::{
    Villain, Window,
    cast::{Cast, Fate, Lie, Member, Sheet},
};

pub(super) const SHEET: Sheet = Sheet {
    name: "eirp-liar",
    row: "S13",
    keys: MORE_DB.len(),
    fate: Fate::Unpaid,
    cast: |scene| {
        let member = |key: usize| Member::at(scene.sites[key].place).lying_about(Lie::Power);
        Ok(Cast { members: (0..MORE_DB.len()).map(member).collect(), victims: Vec::new() })
    },
    mind: |briefing| Box::new(EirpLiar { more_db: MORE_DB[briefing.member] }),
};

/// What each radiates more than it states, dB.
const MORE_DB: [f64; 2] = [10.0, -10.0];

struct EirpLiar {
    more_db: f64,
}

impl EirpLiar {
    fn amplified(&self, mut honest: Vec<Transmission>) -> Vec<Transmission> {
        for sent in &mut honest {
            sent.power_dbm += self.more_db;
        }
        honest
    }
}

impl Villain for EirpLiar {
    fn transmit(&mut self, _window: &Window, honest: Vec<Transmission>) -> Vec<Transmission> {
        self.amplified(honest)
    }

    fn answer(&mut self, _window: &Window, honest: Vec<Transmission>) -> Vec<Transmission> {
        self.amplified(honest)
    }
}
