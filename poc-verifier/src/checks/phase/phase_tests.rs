//! Phases of the simulated air, and of clones.

use ether::{Clock, Ether, FrontEnd, Node, Oscillator, Surroundings};
use proptest::prelude::*;

use super::*;
use crate::{
    BeaconPlan,
    testing::{Dice, away, key, lisbon, protocol},
};

/// Two honest receivers, or one behind two keys, hear a beacon.
fn hops(
    dice: &mut Dice,
    mut difference_rad: impl FnMut(f64, &mut Dice) -> f64,
    sigma_rad: f64,
) -> Vec<PhasePair> {
    let plan = BeaconPlan::derive(&protocol(), &key(1), &dice.hash(), &dice.hash());
    let (constant, delay_s, offset_hz) =
        (dice.between(0.0, 6.0), dice.between(-2e-5, 2e-5), dice.between(-12.0, 12.0));
    let pairs = plan.hops.iter().map(|hop| {
        let (carrier_hz, time_s) = (f64::from(hop.channel_hz), hop.start_ns as f64 * 1e-9);
        let line = constant + std::f64::consts::TAU * (carrier_hz * delay_s + offset_hz * time_s);
        let own = difference_rad(carrier_hz, dice);
        PhasePair { carrier_hz, time_s, difference_rad: line + own + dice.normal(sigma_rad), sigma_rad }
    });
    pairs.collect()
}

fn node(place: geo_index::Place, surroundings: Surroundings) -> Node {
    Node {
        place,
        surroundings,
        antenna_gain_dbi: 2.0,
        oscillator: Oscillator::default(),
        clock: Clock::Free { offset_ms: 0.0 },
        front_end: FrontEnd { noise_figure_db: 6.0, man_made_db: 3.0, full_scale_dbm: -40.0, bits: 12 },
    }
}

/// What two receivers so far from a beaconer have left.
fn honest(dice: &mut Dice, surroundings: Surroundings, distance_m: f64) -> Vec<PhasePair> {
    let mut ether = Ether::new(dice.below(u64::MAX));
    let mut add = |place| ether.add_node(node(place, surroundings));
    let beaconer = add(lisbon());
    let [one, other] = [0, 1].map(|_| {
        let far_m = distance_m * dice.between(0.7, 1.4);
        add(away(lisbon(), dice.between(0.0, 360.0), far_m))
    });
    let links = [ether.link(beaconer, one), ether.link(beaconer, other)];
    hops(dice, |hz, _| links[0].response(hz).arg() - links[1].response(hz).arg(), 0.01)
}

const PLACES: [Surroundings; 4] =
    [Surroundings::Rural, Surroundings::Suburban, Surroundings::Urban, Surroundings::Canyon];
const DISTANCES_M: [f64; 4] = [300.0, 1000.0, 3000.0, 8000.0];

#[test]
fn honest_phases_scatter_as_stated() {
    let mut dice = Dice::new(51);
    let trials = 300;
    let (mut ratios, mut largest, mut pairs) = (0.0, f64::MIN, 0.0);
    for surroundings in PLACES {
        for distance_m in DISTANCES_M {
            let heard: Vec<Vec<PhasePair>> =
                (0..trials).map(|_| honest(&mut dice, surroundings, distance_m)).collect();
            let mut residuals: Vec<f64> = heard.iter().map(|pairs| residual_rad(pairs).unwrap()).collect();
            residuals.sort_by(f64::total_cmp);
            let scores: Vec<f64> = heard.iter().map(|pairs| score(pairs).unwrap()).collect();
            let worst = scores.iter().copied().fold(f64::MIN, f64::max);
            let quantile = |share: f64| residuals[(share * (residuals.len() - 1) as f64) as usize];
            println!(
                "{surroundings:?} {distance_m} m: 1 % {:.3}, 10 % {:.3}, median {:.3}, 90 % {:.3} rad; largest score {worst:.1}",
                quantile(0.01),
                quantile(0.1),
                quantile(0.5),
                quantile(0.9)
            );
            ratios += scores.iter().map(|score| score.exp()).sum::<f64>();
            pairs += scores.len() as f64;
            largest = largest.max(worst);
        }
    }
    // The mean of a likelihood ratio over what its denominator describes is one.
    println!("{pairs} honest pairs: mean likelihood ratio {:.2}, largest score {largest:.1}", ratios / pairs);
    assert!(ratios / pairs < 2.0, "{}", ratios / pairs);
    assert!(largest < 6.0, "{largest}");
}

#[test]
fn clones_are_left_with_noise() {
    let mut dice = Dice::new(52);
    for sigma_rad in [0.003, 0.01, 0.03, 0.06, 0.1] {
        let scores: Vec<f64> =
            (0..300).map(|_| score(&hops(&mut dice, |_, _| 0.0, sigma_rad)).unwrap()).collect();
        let mean = scores.iter().sum::<f64>() / scores.len() as f64;
        println!("clones with {sigma_rad} rad of noise: mean score {mean:.2}");
        assert!(mean > if sigma_rad < 0.05 { 1.0 } else { 0.0 }, "{sigma_rad}: {mean}");
    }
    // Phases that have nothing to do with each other.
    let apart: Vec<f64> = (0..300)
        .map(|_| score(&hops(&mut dice, |_, dice| dice.between(0.0, std::f64::consts::TAU), 0.01)).unwrap())
        .collect();
    assert!(apart.iter().all(|score| *score < 0.0), "{apart:?}");
}

#[test]
fn few_or_doubled_hops_say_nothing() {
    let mut dice = Dice::new(53);
    let pairs = hops(&mut dice, |_, _| 0.0, 0.01);
    assert_eq!(score(&pairs[..HOPS_MIN - 1]), None);
    assert!(score(&pairs[..HOPS_MIN]).is_some());
    let doubled = [&pairs[..4], &pairs[..4]].concat();
    assert_eq!(score(&doubled), None, "the same four hops twice are four");
    let same = PhasePair { difference_rad: f64::NAN, ..pairs[0] };
    assert_eq!(score(&[&pairs[1..], &[same]].concat()), None);
}

#[test]
fn gamma_of_halves() {
    for (x, gamma) in [(0.5, 1.772_453_85), (1.0, 1.0), (1.5, 0.886_226_93), (2.5, 1.329_340_39), (4.0, 6.0)]
    {
        assert!((ln_gamma(x).exp() - gamma).abs() < 1e-7, "{x}");
    }
}

proptest! {
    /// Which of the two is named first does not matter, nor in which order hops come, nor whole turns.
    #[test]
    fn order_does_not_matter(seed in 0_u64..10_000, turned in 0_usize..8, turns in -3_i32..4, sigma in 0.0_f64..1.0) {
        let mut dice = Dice::new(seed);
        let pairs = hops(&mut dice, |_, dice| dice.normal(sigma), 0.01);
        let mut others: Vec<PhasePair> = pairs
            .iter()
            .map(|pair| {
                let difference_rad = std::f64::consts::TAU * f64::from(turns) - pair.difference_rad;
                PhasePair { difference_rad, ..*pair }
            })
            .collect();
        others.rotate_left(turned);
        let (one, other) = (residual_rad(&pairs).unwrap(), residual_rad(&others).unwrap());
        // Of lines that are a whole turn a step apart another may be taken: dithers of the time tell them apart a little.
        prop_assert!(sigma > 0.1 || (one - other).abs() < 0.03, "{one} {other}");
    }

    #[test]
    fn any_numbers_are_scored(numbers in prop::collection::vec(any::<[f64; 4]>(), 0..12)) {
        let pairs: Vec<PhasePair> = numbers
            .into_iter()
            .map(|[carrier_hz, time_s, difference_rad, sigma_rad]| PhasePair { carrier_hz, time_s, difference_rad, sigma_rad })
            .collect();
        prop_assert!(score(&pairs).is_none_or(|score| !score.is_nan()));
    }
}
