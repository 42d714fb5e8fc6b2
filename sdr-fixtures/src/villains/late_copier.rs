//! S12 without a colluder: waits until reports are revealed, copies the best one of every beacon with jitter, and reveals it as its
//! own. It could not commit to what it did not know yet, so its report has no commitment in the closed set.

use ether::Draw;
use hotspot_agent::HeardBeacon;
use identity::PublicKey;
use poc_verifier::{CheckName, messages::Report};

use super::{
    Villain, Window,
    cast::{Air, Cast, Fate, Lie, Member, Sheet},
    report_copier::jittered,
};

pub(super) const SHEET: Sheet = Sheet {
    name: "late-copier",
    row: "S12",
    keys: 1,
    fate: Fate::Rejected(CheckName::CommitReveal),
    cast: |scene| {
        let member = Member::at(scene.sites[0].place).lying_about(Lie::Hearing);
        Ok(Cast::one(member.hearing(Air::Nothing)))
    },
    mind: |briefing| Box::new(LateCopier { seed: briefing.seed }),
};

struct LateCopier {
    seed: u64,
}

impl Villain for LateCopier {
    fn reads_reveals(&self) -> bool {
        true
    }

    fn reveal_late(&mut self, window: &Window, revealed: &[(PublicKey, Report)]) -> Vec<HeardBeacon> {
        let mut draw = Draw::new(self.seed, &[0x1A7E, window.number]);
        let mut best: Vec<&Report> = Vec::new();
        for (_, report) in revealed {
            match best.iter_mut().find(|other| other.beacon == report.beacon) {
                Some(other) if other.hops.len() >= report.hops.len() => {}
                Some(other) => *other = report,
                None => best.push(report),
            }
        }
        let copy = |report: &Report| HeardBeacon {
            beacon: report.beacon,
            hops: report.hops.iter().map(|hop| jittered(hop, &mut draw)).collect(),
            kept: Vec::new(),
        };
        best.into_iter().map(copy).collect()
    }
}
