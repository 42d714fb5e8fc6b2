use proptest::prelude::*;

use super::*;
use crate::testing::{Dice, away, lisbon, party};

/// Cities a property is tried on.
const SEEDS: u64 = 200;
const CLAIMANT: u64 = 999;

/// A claimant, and anchors about the place where it truly is.
struct City {
    claimant: Party,
    truth: Place,
    anchors: Vec<Party>,
    dice: Dice,
}

impl City {
    /// Anchors at random, 1 to 6 km from the claimant, who says where it is.
    fn random(seed: u64, anchors: u64) -> Self {
        let mut dice = Dice::new(seed);
        let truth = away(lisbon(), dice.between(0.0, 360.0), dice.between(0.0, 8000.0));
        let anchors = (0..anchors)
            .map(|number| {
                let there = away(truth, dice.between(0.0, 360.0), dice.between(1000.0, 6000.0));
                party(number, there.with_height_m(dice.between(60.0, 260.0)).unwrap())
            })
            .collect();
        Self { claimant: party(CLAIMANT, truth), truth, anchors, dice }
    }

    /// Anchors evenly on a ring about the claimant.
    fn ring(seed: u64, anchors: u64, radius_m: f64) -> Self {
        let mut city = Self::random(seed, anchors);
        let turn_deg = city.dice.between(0.0, 360.0);
        for (number, anchor) in city.anchors.iter_mut().enumerate() {
            let azimuth_deg = turn_deg + 360.0 * number as f64 / anchors as f64;
            anchor.place = away(city.truth, azimuth_deg, radius_m * city.dice.between(0.7, 1.3));
        }
        city
    }

    /// The claimant asserts a place this far from the truth.
    fn lying_by(mut self, lie_m: f64) -> Self {
        let azimuth_deg = self.dice.between(0.0, 360.0);
        self.claimant.place = away(self.truth, azimuth_deg, lie_m);
        self
    }

    /// When anchors hear a transmitter at `from`: flight, what is common to all, clock and estimator.
    fn heard_from(&mut self, from: Place) -> Vec<Arrival<'_>> {
        let common_ns = self.dice.between(-1e9, 1e9);
        let dice = &mut self.dice;
        self.anchors
            .iter()
            .map(|anchor| {
                let flight_ns = geo_index::geodesy::light_delay_ns(from, anchor.place);
                let sigma_ns = dice.between(30.0, 60.0);
                let delay_ns = common_ns + flight_ns + dice.normal(30.0) + dice.normal(sigma_ns);
                Arrival { anchor, delay_ns, sigma_ns, hops: 8, timed: Timed::ByPps, fading: None }
            })
            .collect()
    }

    fn judged(&mut self) -> PlaceVerdict {
        let (claimant, truth) = (self.claimant, self.truth);
        judge(&claimant, &[self.heard_from(truth)])
    }
}

/// How many of so many verdicts have each outcome: accepted, rejected, unproven.
fn counted(verdicts: impl Iterator<Item = PlaceVerdict>) -> [usize; 3] {
    let mut counts = [0; 3];
    for verdict in verdicts {
        counts[verdict.outcome as usize] += 1;
    }
    counts
}

#[test]
fn the_true_place_is_proven_with_a_small_offset() {
    for (seed, anchors) in (0..SEEDS).flat_map(|seed| [5, 8, 12].map(|anchors| (seed, anchors))) {
        let verdict = City::ring(seed, anchors, 3000.0).judged();
        assert_eq!(verdict.outcome, Outcome::Accepted, "{verdict:?}");
        assert!(verdict.offset_m < 150.0, "{verdict:?}");
        assert!(verdict.agreeing == verdict.anchors, "{verdict:?}");
        assert_eq!(verdict.anchors, anchors as usize);
        assert!(verdict.residual_m.0 <= verdict.residual_m.1 && verdict.residual_m.0 < 60.0, "{verdict:?}");
        assert!(verdict.explanation.ends_with('.'));
    }
}

/// In a city anchors stand where they stand; that some shapes cannot tell is nobody's guilt.
#[test]
fn an_honest_claimant_in_a_random_city_is_hardly_ever_unproven_and_never_rejected() {
    for (anchors, least) in [(4, 0.70), (6, 0.93), (8, 0.98), (12, 0.99)] {
        let counts = counted((0..SEEDS).map(|seed| City::random(seed, anchors).judged()));
        assert_eq!(counts[1], 0, "{anchors} anchors");
        assert!(counts[0] as f64 >= least * SEEDS as f64, "{anchors} anchors: {counts:?}");
    }
}

#[test]
fn arrivals_late_by_echoes_do_not_disprove_an_honest_place() {
    let verdicts = (0..SEEDS).map(|seed| {
        let mut city = City::ring(seed, 8, 3000.0);
        let (claimant, truth) = (city.claimant, city.truth);
        let late: Vec<f64> = (0..8)
            .map(|_| -400.0 * city.dice.between(1e-3, 1.0).ln() * city.dice.between(0.0, 1.0).round())
            .collect();
        let mut arrivals = city.heard_from(truth);
        for (arrival, late_ns) in arrivals.iter_mut().zip(late) {
            arrival.delay_ns += late_ns;
        }
        judge(&claimant, &[arrivals])
    });
    let counts = counted(verdicts);
    assert_eq!(counts[1], 0);
    assert!(counts[0] >= 190, "{counts:?}");
}

#[test]
fn a_lie_of_kilometres_is_disproven_and_measured() {
    for lie_m in [5_000.0, 15_000.0] {
        for (seed, anchors) in (0..SEEDS).flat_map(|seed| [6, 10].map(|anchors| (seed, anchors))) {
            let verdict = City::ring(seed, anchors, 3000.0).lying_by(lie_m).judged();
            assert_eq!(verdict.outcome, Outcome::Rejected, "{verdict:?}");
            assert!((verdict.offset_m - lie_m).abs() < 200.0, "{lie_m}: {verdict:?}");
            assert!(verdict.agreeing >= ANCHORS_BLAME, "{verdict:?}");
            assert!(verdict.score >= BLAME_SCORE, "{verdict:?}");
        }
    }
}

#[test]
fn a_lie_is_never_proven_whatever_the_city() {
    for lie_m in [2_500.0, 6_000.0, 20_000.0] {
        for anchors in [4, 5, 6, 8] {
            let verdicts = (0..SEEDS).map(|seed| City::random(seed, anchors).lying_by(lie_m).judged());
            let counts = counted(verdicts);
            assert_eq!(counts[0], 0, "{anchors} anchors, {lie_m} m: {counts:?}");
            assert!(anchors >= 6 || counts[1] == 0, "fewer than six anchors blame nobody: {counts:?}");
        }
    }
}

/// `liars` of the city's anchors say what they would have heard from `elsewhere`, to the nanosecond.
fn framed(city: &mut City, liars: usize, elsewhere: Place) -> PlaceVerdict {
    let (claimant, truth) = (city.claimant, city.truth);
    let mut arrivals = city.heard_from(truth);
    // The liars know the true moment of transmission: their story fits the honest anchors' clocks.
    let moment_ns =
        arrivals[7].delay_ns - geo_index::geodesy::light_delay_ns(truth, arrivals[7].anchor.place);
    for arrival in arrivals.iter_mut().take(liars) {
        arrival.delay_ns = moment_ns + geo_index::geodesy::light_delay_ns(elsewhere, arrival.anchor.place);
        arrival.sigma_ns = 1.0;
    }
    judge(&claimant, &[arrivals])
}

#[test]
fn framing_liars_never_get_an_honest_claimant_rejected() {
    for liars in 1..=3 {
        let mut proven = 0;
        for seed in 0..SEEDS {
            let mut city = City::random(seed, 8);
            let (azimuth_deg, far_m) = (city.dice.between(0.0, 360.0), city.dice.between(2000.0, 20_000.0));
            let elsewhere = away(city.truth, azimuth_deg, far_m);
            let verdict = framed(&mut city, liars, elsewhere);
            assert_ne!(verdict.outcome, Outcome::Rejected, "{liars} liars, seed {seed}: {verdict:?}");
            proven += usize::from(verdict.outcome == Outcome::Accepted);
        }
        // Three liars of eight can keep a place from being proven, at most.
        assert!(liars == 3 || proven >= 160, "{liars} liars: {proven} of {SEEDS}");
    }
}

/// The worst that three can do: a place that two honest anchors cannot tell from the true one (on their hyperbola), so that five agree.
#[test]
fn liars_on_a_hyperbola_of_honest_anchors_never_get_a_claimant_rejected() {
    let mut tried = 0;
    for seed in 0..SEEDS {
        let mut city = City::random(seed, 8);
        let (one, other) = (city.anchors[6].place, city.anchors[7].place);
        let difference = |from: Place| {
            geo_index::geodesy::slant_range_m(from, one) - geo_index::geodesy::slant_range_m(from, other)
        };
        let wanted = difference(city.truth);
        let far_m = city.dice.between(2500.0, 9000.0);
        // Around a circle about the truth the difference crosses its own value again where the hyperbola leaves it.
        let on_circle = |azimuth_deg: f64| away(city.truth, azimuth_deg, far_m);
        let crossing = (0..720).map(f64::from).map(|step| step * 0.5).find(|azimuth_deg| {
            let (a, b) = (difference(on_circle(*azimuth_deg)), difference(on_circle(azimuth_deg + 0.5)));
            (a - wanted) * (b - wanted) <= 0.0
        });
        let Some(crossing) = crossing else { continue };
        tried += 1;
        let elsewhere = on_circle(crossing + 0.25);
        let verdict = framed(&mut city, 3, elsewhere);
        assert_ne!(verdict.outcome, Outcome::Rejected, "seed {seed}: {verdict:?}");
    }
    assert!(tried > 170, "{tried}");
}

/// Three friends who swear to the lie, against more than three who do not. One honest time fits any story: its moment is free.
#[test]
fn friends_fewer_than_honest_anchors_never_prove_a_lie() {
    for liars in 1..=3 {
        for (seed, honest) in (0..SEEDS).flat_map(|seed| [4, 5, 8].map(|honest| (seed, honest))) {
            let mut city = City::random(seed, honest + liars as u64).lying_by(6000.0);
            let (claimant, truth) = (city.claimant, city.truth);
            let mut arrivals = city.heard_from(truth);
            let last = arrivals.len() - 1;
            let flight_ns = geo_index::geodesy::light_delay_ns(truth, arrivals[last].anchor.place);
            let moment_ns = arrivals[last].delay_ns - flight_ns;
            for arrival in arrivals.iter_mut().take(liars) {
                let supposed_ns = geo_index::geodesy::light_delay_ns(claimant.place, arrival.anchor.place);
                arrival.delay_ns = moment_ns + supposed_ns;
            }
            let verdict = judge(&claimant, &[arrivals]);
            assert_ne!(verdict.outcome, Outcome::Accepted, "{liars} liars, {honest} honest: {verdict:?}");
        }
    }
}

/// A place on the hyperbola of two honest anchors, and one friend to swear to it: three of four fit, as three fit the truth.
/// Only where the fourth's time happens to pass for a late echo is the lie as good as the truth.
#[test]
fn a_friend_and_a_hyperbola_do_not_prove_a_lie() {
    let (mut tried, mut proven) = (0, 0);
    for seed in 0..SEEDS {
        let mut city = City::random(seed, 4);
        let (one, other) = (city.anchors[2].place, city.anchors[3].place);
        let difference = |from: Place| {
            geo_index::geodesy::slant_range_m(from, one) - geo_index::geodesy::slant_range_m(from, other)
        };
        let (wanted, far_m) = (difference(city.truth), city.dice.between(2500.0, 9000.0));
        let truth = city.truth;
        let on_circle = |azimuth_deg: f64| away(truth, azimuth_deg, far_m);
        let crossing = (0..36_000).map(f64::from).map(|step| step * 0.01).find(|azimuth_deg| {
            let (a, b) = (difference(on_circle(*azimuth_deg)), difference(on_circle(azimuth_deg + 0.01)));
            (a - wanted) * (b - wanted) <= 0.0
        });
        let Some(crossing) = crossing else { continue };
        tried += 1;
        city.claimant.place = on_circle(crossing + 0.005);
        let claimant = city.claimant;
        let mut arrivals = city.heard_from(truth);
        let flight_ns = geo_index::geodesy::light_delay_ns(truth, arrivals[2].anchor.place);
        let lie_ns = geo_index::geodesy::light_delay_ns(claimant.place, arrivals[2].anchor.place);
        let moment_ns = arrivals[2].delay_ns - lie_ns;
        assert!((flight_ns - lie_ns).abs() < 1e6);
        arrivals[0].delay_ns =
            moment_ns + geo_index::geodesy::light_delay_ns(claimant.place, arrivals[0].anchor.place);
        let verdict = judge(&claimant, &[arrivals]);
        proven += usize::from(verdict.outcome == Outcome::Accepted);
    }
    assert!(tried > 170 && proven <= 8, "{proven} of {tried}");
}

/// Anchors along a street: the place's mirror image on the other side has the very same arrival times.
#[test]
fn anchors_on_one_line_do_not_prove_a_place_nor_its_mirror_image() {
    for (seed, anchors) in (0..SEEDS).flat_map(|seed| [4, 6, 8].map(|anchors| (seed, anchors))) {
        let mut city = City::random(seed, anchors);
        let (along_deg, aside_m) = (city.dice.between(0.0, 180.0), city.dice.between(1200.0, 4000.0));
        let street = away(city.truth, along_deg + 90.0, aside_m);
        for (number, anchor) in city.anchors.iter_mut().enumerate() {
            let along_m = (number as f64 - 0.5 * (anchors - 1) as f64) * 1500.0;
            let azimuth_deg = if along_m < 0.0 { along_deg + 180.0 } else { along_deg };
            anchor.place = away(street, azimuth_deg, along_m.abs());
        }
        let honest = city.judged();
        assert_eq!(honest.outcome, Outcome::Unproven, "{aside_m} m aside: {honest:?}");
        city.claimant.place = away(city.truth, along_deg + 90.0, 2.0 * aside_m);
        let mirrored = city.judged();
        assert_eq!(mirrored.outcome, Outcome::Unproven, "{aside_m} m aside: {mirrored:?}");
    }
}

/// From one spot all places in a direction look alike.
#[test]
fn anchors_in_one_cluster_do_not_prove_a_place() {
    for (seed, anchors) in (0..SEEDS).flat_map(|seed| [4, 8].map(|anchors| (seed, anchors))) {
        let mut city = City::random(seed, anchors);
        let cluster = away(city.truth, city.dice.between(0.0, 360.0), 5000.0);
        for anchor in &mut city.anchors {
            anchor.place = away(cluster, city.dice.between(0.0, 360.0), city.dice.between(0.0, 150.0));
        }
        let verdict = city.judged();
        assert_eq!(verdict.outcome, Outcome::Unproven, "{verdict:?}");
        let verdict = city.lying_by(3000.0).judged();
        assert_ne!(verdict.outcome, Outcome::Accepted, "{verdict:?}");
    }
}

/// The fourth hears it 3 us before light could have come: three supporters are one too few, however well they agree.
#[test]
fn three_supporters_of_four_anchors_do_not_prove_a_place() {
    for seed in 0..SEEDS {
        let mut city = City::ring(seed, 4, 3000.0);
        let (claimant, truth) = (city.claimant, city.truth);
        let mut arrivals = city.heard_from(truth);
        arrivals[(seed % 4) as usize].delay_ns -= 3000.0;
        let verdict = judge(&claimant, &[arrivals]);
        assert_eq!(verdict.outcome, Outcome::Unproven, "{verdict:?}");
    }
}

#[test]
fn fewer_than_four_anchors_prove_nothing_and_blame_nobody() {
    for (seed, anchors) in (0..50).flat_map(|seed| (0..ANCHORS_PROVE as u64).map(move |n| (seed, n))) {
        for lie_m in [0.0, 10_000.0] {
            let verdict = City::random(seed, anchors).lying_by(lie_m).judged();
            assert_eq!((verdict.outcome, verdict.anchors), (Outcome::Unproven, anchors as usize));
            assert!((verdict.score, verdict.agreeing) == (0.0, 0), "{verdict:?}");
        }
    }
    assert_eq!(judge(&party(1, lisbon()), &[]).outcome, Outcome::Unproven);
    assert_eq!(judge(&party(1, lisbon()), &[Vec::new(), Vec::new()]).outcome, Outcome::Unproven);
}

/// Changes all but three anchors of eight in a way that makes them not count: neither for the truth, nor against a lie.
fn uncounted(change: impl Fn(&City, &mut Party)) {
    for (seed, lie_m) in (0..50).flat_map(|seed| [0.0, 10_000.0].map(|lie_m| (seed, lie_m))) {
        let mut city = City::ring(seed, 8, 3000.0).lying_by(lie_m);
        let mut anchors = std::mem::take(&mut city.anchors);
        anchors.iter_mut().skip(3).for_each(|anchor| change(&city, anchor));
        city.anchors = anchors;
        let verdict = city.judged();
        assert_eq!((verdict.outcome, verdict.anchors), (Outcome::Unproven, 3), "{verdict:?}");
    }
}

#[test]
fn hotspots_that_are_no_anchors_do_not_count() {
    uncounted(|_, anchor| anchor.known = crate::Known::No);
}

#[test]
fn anchors_without_satellite_clocks_do_not_count() {
    uncounted(|_, anchor| anchor.follows_pps = false);
}

#[test]
fn anchors_of_the_claimants_owner_do_not_count() {
    uncounted(|city, anchor| anchor.owner = city.claimant.owner);
}

#[test]
fn nobodys_own_measurement_counts() {
    uncounted(|city, anchor| anchor.key = city.claimant.key);
}

#[test]
fn an_owner_with_many_anchors_counts_once() {
    for seed in 0..50 {
        let mut city = City::ring(seed, 8, 3000.0);
        let owner = city.anchors[2].owner;
        city.anchors.iter_mut().skip(3).for_each(|anchor| anchor.owner = owner);
        let verdict = city.judged();
        assert_eq!((verdict.outcome, verdict.anchors), (Outcome::Unproven, 3));
    }
}

/// Of one owner's anchors the one that heard most frames speaks, and of equals always the same one.
#[test]
fn which_of_an_owners_anchors_speaks_does_not_depend_on_the_order() {
    for seed in 0..50 {
        let mut city = City::ring(seed, 8, 3000.0);
        let owner = city.anchors[4].owner;
        city.anchors.iter_mut().skip(5).for_each(|anchor| anchor.owner = owner);
        let (claimant, truth) = (city.claimant, city.truth);
        let mut arrivals = city.heard_from(truth);
        arrivals[6].hops = 7;
        let verdict = judge(&claimant, &[arrivals.clone()]);
        arrivals.reverse();
        assert_eq!(judge(&claimant, &[arrivals.clone()]), verdict);
        arrivals.rotate_left(3);
        assert_eq!(judge(&claimant, &[arrivals]), verdict);
        assert_eq!((verdict.outcome, verdict.anchors), (Outcome::Accepted, 5));
    }
}

#[test]
fn the_beacon_that_most_anchors_heard_is_judged() {
    let mut city = City::ring(3, 8, 3000.0);
    let (claimant, truth) = (city.claimant, city.truth);
    let whole = city.heard_from(truth);
    let part = whole[..3].to_vec();
    let verdict = judge(&claimant, &[part.clone(), whole, part]);
    assert_eq!((verdict.outcome, verdict.anchors), (Outcome::Accepted, 8));
}

#[test]
fn a_lie_within_the_resolution_is_not_blamed() {
    for seed in 0..SEEDS {
        let verdict = City::ring(seed, 8, 3000.0).lying_by(RESOLVE_M - 100.0).judged();
        assert_ne!(verdict.outcome, Outcome::Rejected, "{verdict:?}");
    }
}

/// The dateline, a pole's neighbourhood and the equator are ground like any other.
#[test]
fn places_are_judged_everywhere_on_earth() {
    for (lat_deg, lng_deg) in
        [(0.0, 0.0), (-17.8, 179.999), (-17.8, -179.999), (78.2, 15.6), (-54.8, -68.3), (89.9, 10.0)]
    {
        for lie_m in [0.0, 6000.0] {
            let mut city = City::ring(5, 8, 3000.0);
            city.truth = Place::from_degrees(lat_deg, lng_deg, 50.0).unwrap();
            city.claimant.place = city.truth;
            for (number, anchor) in city.anchors.iter_mut().enumerate() {
                anchor.place = away(city.truth, 45.0 * number as f64, 3000.0);
            }
            let verdict = city.lying_by(lie_m).judged();
            let expected = if lie_m > 0.0 { Outcome::Rejected } else { Outcome::Accepted };
            assert_eq!(verdict.outcome, expected, "{lat_deg} {lng_deg}: {verdict:?}");
            assert!((verdict.offset_m - lie_m).abs() < 150.0, "{lat_deg} {lng_deg}: {verdict:?}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// A transmitter that lies about when it sent moves all arrivals alike.
    #[test]
    fn a_common_time_offset_changes_nothing(
        seed in 0..1000_u64, anchors in 4..10_u64, lie_m in prop_oneof![Just(0.0), 100.0..20_000.0], offset_ns in -1e9..1e9
    ) {
        let mut city = City::random(seed, anchors).lying_by(lie_m);
        let (claimant, truth) = (city.claimant, city.truth);
        let arrivals = city.heard_from(truth);
        let moved: Vec<Arrival> =
            arrivals.iter().map(|arrival| Arrival { delay_ns: arrival.delay_ns + offset_ns, ..*arrival }).collect();
        let (plain, moved) = (judge(&claimant, &[arrivals]), judge(&claimant, &[moved]));
        prop_assert_eq!(plain.outcome, moved.outcome);
        prop_assert_eq!(plain.agreeing, moved.agreeing);
        prop_assert!((plain.score - moved.score).abs() < 1e-2, "{:?} {:?}", plain, moved);
        prop_assert!((plain.offset_m - moved.offset_m).abs() < 20.0, "{:?} {:?}", plain, moved);
    }

    /// Whatever anchors say, numbers stay numbers and the rules of blame hold.
    #[test]
    fn any_arrivals_are_judged_by_the_rules(
        seed in 0..1000_u64, delays in proptest::collection::vec((-4e18..4e18, 0.0..1e6, 0..9_usize), 0..12)
    ) {
        let city = City::random(seed, delays.len() as u64);
        let arrivals: Vec<Arrival> = city
            .anchors
            .iter()
            .zip(&delays)
            .map(|(anchor, (delay_ns, sigma_ns, hops))| {
                Arrival { anchor, delay_ns: *delay_ns, sigma_ns: *sigma_ns, hops: *hops, timed: Timed::ByPps, fading: None }
            })
            .collect();
        let verdict = judge(&city.claimant, &[arrivals]);
        let numbers =
            [verdict.offset_m, verdict.allowed_m, verdict.residual_m.0, verdict.residual_m.1, verdict.score];
        prop_assert!(numbers.iter().all(|number| number.is_finite() && *number >= 0.0), "{:?}", verdict);
        if verdict.outcome == Outcome::Rejected {
            prop_assert!(verdict.anchors >= 6 && verdict.agreeing >= 4 && 2 * verdict.agreeing > verdict.anchors);
        }
        prop_assert!(verdict.outcome != Outcome::Accepted || verdict.anchors >= 4);
    }
}

/// Three who lie together say nothing by themselves; six who tell the truth say enough to reject.
#[test]
fn three_liars_have_no_votes_and_honest_anchors_have() {
    for seed in 0..SEEDS {
        let mut city = City::ring(seed, 10, 3000.0);
        let (claimant, truth) = (city.claimant, city.truth);
        let elsewhere = away(truth, city.dice.between(0.0, 360.0), 1000.0);
        let mut arrivals = city.heard_from(truth);
        for arrival in arrivals.iter_mut().take(3) {
            let flight = |place| geo_index::geodesy::light_delay_ns(place, arrival.anchor.place);
            arrival.delay_ns += flight(elsewhere) - flight(truth);
        }
        let framed = judge(&claimant, &[arrivals]);
        assert!(framed.votes < 3.0, "seed {seed}: {framed:?}");
        let spoofed = City::ring(seed, 10, 3000.0).lying_by(1000.0).judged();
        assert!(spoofed.votes > 30.0, "seed {seed}: {spoofed:?}");
    }
}

/// A line that fades much is believed to be late; one that does not is not.
#[test]
fn fading_tells_an_echo_from_a_lie() {
    let votes = |variance_db2: f64| {
        let sums = (0..SEEDS).map(|seed| {
            let mut city = City::ring(seed, 10, 3000.0);
            let (claimant, truth) = (city.claimant, city.truth);
            let mut arrivals = city.heard_from(truth);
            for (number, arrival) in arrivals.iter_mut().enumerate() {
                let late = number < 5;
                arrival.delay_ns += if late { 600.0 } else { 0.0 };
                let variance_db2 = if late { variance_db2 } else { 4.0 };
                arrival.fading = Some(Fading { variance_db2, channels: 8 });
            }
            judge(&claimant, &[arrivals]).score
        });
        sums.sum::<f64>() / SEEDS as f64
    };
    assert!(votes(20.0) < 0.5 * votes(4.0), "{} {}", votes(20.0), votes(4.0));
}
