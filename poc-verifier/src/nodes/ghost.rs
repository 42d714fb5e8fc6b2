//! S8: does anybody hear it, and does it answer when anchors ask?
//!
//! A hotspot without a radio opens links of beacons that were never sent. Anchor `j` in range would have heard one with probability `p_j`, from its own
//! record; so nobody's hearing it, and its silence when asked, are evidence:
//!
//! ```text
//! p_j   = (heard_j + 3) / (beacons_j + 5)              of others' beacons at like distances: Beta(3, 2) before anything is known
//! score = sum over anchors of (1 + 1/2 + ... + 1/silences) min(-ln(1 - p_j), 1.2)  -  2 for everything that was heard
//! ```
//! The cut is because one site in twenty is nearly deaf, and a deaf anchor's silence is not the ghost's. A day of honest silence is possible
//! (an antenna fell): this flags, and the gate ([`crate::checks`]) alone already pays nothing.

/// Beta prior of hearing.
const PRIOR: (f64, f64) = (3.0, 2.0);
/// What one silence may say at most, and what one thing heard says for the hotspot.
const SILENCE_MAX: f64 = 1.2;
const HEARD: f64 = 2.0;

/// Flagged above this: one honest day in a thousand (`poc-trial --attack s8-ghost`).
pub const FLAGGED: f64 = 7.4;

/// What one anchor in range might have heard of a hotspot in a day.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Listening {
    /// Of others' beacons from like distances, how many it heard, and of how many.
    pub record: (u64, u64),
    /// This hotspot's beacons and answers that were due.
    pub due: u64,
    /// Of them heard.
    pub heard: u64,
}

/// Log-likelihood ratio of having no radio over having one; `None` where nothing was due.
pub fn score(anchors: &[Listening]) -> Option<f64> {
    let due: u64 = anchors.iter().map(|anchor| anchor.due).sum();
    (due > 0).then(|| anchors.iter().map(Listening::score).sum())
}

impl Listening {
    fn score(&self) -> f64 {
        let (heard, beacons) = self.record;
        let probability = (heard.min(beacons) as f64 + PRIOR.0) / (beacons as f64 + PRIOR.0 + PRIOR.1);
        let silence = (-(1.0 - probability).ln()).min(SILENCE_MAX);
        let silences = self.due.saturating_sub(self.heard);
        // An anchor is deaf all day or not at all: its second silence says half of its first, its third a third.
        let together: f64 = (1..=silences.min(64)).map(|nth| silence / nth as f64).sum();
        together - HEARD * self.heard as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Dice;

    const TRIALS: u64 = 20_000;

    /// A day among anchors, each of which hears with a probability of its own.
    fn day(dice: &mut Dice, anchors: usize, due: u64, honest: bool) -> f64 {
        let difficult = dice.between(0.0, 1.0) < 0.05;
        let listening: Vec<Listening> = (0..anchors)
            .map(|_| {
                // Of Beta(3, 2): the third of four uniform deviates in order.
                let mut uniform: Vec<f64> = (0..4).map(|_| dice.between(0.0, 1.0)).collect();
                uniform.sort_by(f64::total_cmp);
                let hears = uniform[2];
                let mut heard_of = |beacons: u64, share: f64| {
                    (0..beacons).filter(|_| dice.between(0.0, 1.0) < share).count() as u64
                };
                let record = (heard_of(40, hears), 40);
                let share = if difficult { 0.5 * hears } else { hears };
                Listening { record, due, heard: if honest { heard_of(due, share) } else { 0 } }
            })
            .collect();
        score(&listening).unwrap()
    }

    #[test]
    fn a_ghost_among_eight_anchors_is_flagged_when_it_is_asked_to_answer() {
        for (due, least) in [(1, 0.40), (4, 0.99)] {
            let sorted = |honest: bool, from: u64| {
                let mut scores: Vec<f64> =
                    (0..TRIALS).map(|seed| day(&mut Dice::new(from + seed), 8, due, honest)).collect();
                scores.sort_by(f64::total_cmp);
                scores
            };
            let threshold = sorted(true, 0)[(TRIALS - TRIALS / 1000) as usize];
            let flagged = sorted(false, TRIALS).into_iter().filter(|score| *score > threshold).count();
            let share = flagged as f64 / TRIALS as f64;
            println!(
                "{due} due: threshold {threshold:.2}, {share:.3} of ghosts flagged at 0.1 % of honest days"
            );
            assert!(share >= least, "{due} due: {share} at {threshold}");
        }
    }

    #[test]
    fn nothing_due_says_nothing_and_being_heard_clears() {
        assert_eq!(score(&[]), None);
        assert_eq!(score(&[Listening { record: (40, 40), due: 0, heard: 0 }]), None);
        let heard = Listening { record: (40, 40), due: 4, heard: 4 };
        let deaf = Listening { record: (40, 40), due: 4, heard: 0 };
        assert!(score(&[heard, deaf, deaf]).unwrap() < 0.0);
    }
}
