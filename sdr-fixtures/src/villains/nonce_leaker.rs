//! S3, leaked nonces: a colluding beaconer opens its link to a friend beforehand, dithers, times, channels and all. The friend (there
//! are two) transmits for real but has no reception: it lets a simulator send the colluder's beacon over a path of its own invention,
//! with plausible fading from hop to hop, and reports what a receiver there hears, samples included. Everything fits but the path: how
//! it fades the other way, only those who are on it know.

use ether::Surroundings;
use poc_verifier::CheckName;

use super::{
    PlaysAlong,
    cast::{Air, Cast, Fate, Lie, Member, Sheet},
};

pub(super) const SHEET: Sheet = Sheet {
    name: "nonce-leaker",
    row: "S3",
    keys: 3,
    fate: Fate::Rejected(CheckName::Reciprocity),
    cast: |scene| {
        // Where nothing is in the way a path hardly fades, and there is less to know; the study has both.
        let among_houses = Member { surroundings: Surroundings::Urban, ..Member::at(scene.sites[0].place) };
        let colluder = among_houses.sending(Air::Both);
        let friend = |site: usize| {
            Member::at(scene.sites[site].place).lying_about(Lie::Hearing).hearing(Air::Simulated)
        };
        Ok(Cast { members: vec![colluder, friend(1), friend(2)], victims: Vec::new() })
    },
    mind: |_| Box::new(PlaysAlong),
};
