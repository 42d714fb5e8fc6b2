//! Guards compared over a day, by notes/physics.md 3d: honest pairs of guards are alike by chance, of every hypothesis `x ~ Exp(1)`; copies by the
//! noise that each added, `x` noncentral of mean `1 + N / (1 + 10^(X/10))^2`. What follows from `x` is the verifier's own ([`Resemblance`]).

use poc_verifier::checks::guard_noise::{
    CELLS, Correlation, NEAR_HYPOTHESES, Resemblance, STEADY_HYPOTHESES, score_of,
};

use super::{Dice, villains::Copy};

/// Independent numbers of a guard of 4096 samples at two a chip, as much as two guards cover together.
const INDEPENDENT: f64 = 2000.0;
/// Other witnesses of a day's beacons: of nine the four pairs a witness are all pairs. And the share of the beacons in which both have the drawn frame and
/// no burst in its guard.
const PARTNERS: usize = 8;
const COMPARED: f64 = 0.95;
const HYPOTHESES: usize = STEADY_HYPOTHESES as usize;
/// The hypothesis that a copy fulfils which is moved alike every time.
const STEADY: usize = 7;

/// What a day's comparisons with every other witness add up to.
#[derive(Clone, Debug, Default)]
pub(super) struct Partners([Resemblance; PARTNERS]);

impl Partners {
    /// Adds the comparisons of one beacon's guards; the first partner is the one copied from, if any is.
    pub(super) fn compare(&mut self, copy: Option<Copy>, dice: &mut Dice) {
        for (partner, resemblance) in self.0.iter_mut().enumerate() {
            if dice.happens(COMPARED) {
                resemblance.add(&comparison(copy.filter(|_| partner == 0), dice));
            }
        }
    }

    /// The score of every partner with whom there was a comparison.
    pub(super) fn scores(&self) -> Vec<f64> {
        self.0.iter().filter_map(Resemblance::score).collect()
    }
}

/// What a comparison of two guards gives.
fn comparison(copy: Option<Copy>, dice: &mut Dice) -> Correlation {
    let mut cells = [0.0_f32; CELLS];
    for cell in &mut cells[..HYPOTHESES] {
        *cell = -dice.between(0.0, 1.0).max(1e-300).ln() as f32;
    }
    if let Some(copy) = copy {
        let cell = if copy.wanders { dice.between(0.0, STEADY_HYPOTHESES) as usize } else { STEADY };
        cells[cell] = alike(copy, dice) as f32;
    }
    let statistic = f64::from(cells.iter().copied().fold(0.0, f32::max));
    let score = score_of(statistic, NEAR_HYPOTHESES);
    Correlation { statistic, hypotheses: NEAR_HYPOTHESES, score, lag: 0.0, shift_hz: 0.0, cells }
}

/// `N rho^2` of a copy.
fn alike(copy: Copy, dice: &mut Dice) -> f64 {
    let noncentrality = INDEPENDENT / (1.0 + 10_f64.powf(0.1 * copy.own_noise_db)).powi(2);
    let (real, imaginary) = (noncentrality.sqrt() + dice.normal(0.5_f64.sqrt()), dice.normal(0.5_f64.sqrt()));
    real * real + imaginary * imaginary
}
