#![allow(clippy::float_cmp, reason = "scores at their bounds are exact")]

use geo_index::{
    Terrain,
    terrain::{Frame, Grid},
};
use proptest::{collection::vec, prelude::*};

use super::*;
use crate::{
    BeaconPlan, CheckName, Finding, Outcome, Party, PlaceVerdict, Protocol, Standing,
    finding::{SCORE_DOUBT, SCORE_MAX, SCORE_REJECT, decide},
    judgement::judge_edge,
    messages::{Hop, Report, ShortId},
    protocol::{HOPS, PAYLOAD_BYTES},
    testing::{Dice, away, lisbon, party, protocol},
};

/// Edges a property is tried on.
const SEEDS: u64 = 400;
const WINDOW_START_NS: i64 = 1_790_000_000_000_000_000;
/// Noise of a common receiver in 250 kHz: 8 dB over thermal.
const FLOOR_DBM: f64 = -112.0;

/// An edge with all that it borrows. [`Case::honest`] is what a radio would report; a test then lies about one thing.
struct Case {
    protocol: Protocol,
    beaconer: Party,
    witness: Party,
    beaconer_place: PlaceVerdict,
    witness_place: PlaceVerdict,
    drawn: bool,
    opened: bool,
    plan: BeaconPlan,
    standing: Standing,
    report: Report,
    recorded_in: Option<u64>,
    terrain: Option<Terrain>,
}

impl Case {
    /// Half of the pairs have satellite clocks; the others' run free, milliseconds off and some ppm fast or slow.
    fn honest(seed: u64) -> Self {
        let mut dice = Dice::new(seed);
        let protocol = protocol();
        let distance_m = 10_f64.powf(dice.between(2.7, 3.9));
        let beaconer = party(2 * seed, away(lisbon(), dice.between(0.0, 360.0), dice.between(0.0, 5000.0)));
        let there = away(beaconer.place, dice.between(0.0, 360.0), distance_m);
        let mut witness = party(2 * seed + 1, there.with_height_m(dice.between(60.0, 260.0)).unwrap());
        witness.follows_pps = seed.is_multiple_of(2);
        let plan = BeaconPlan::derive(&protocol, &beaconer.key, &dice.hash(), &dice.hash());
        let mut case = Self {
            protocol,
            beaconer,
            witness,
            beaconer_place: PlaceVerdict::by_genesis(),
            witness_place: PlaceVerdict::proven_before(3),
            drawn: true,
            opened: true,
            plan,
            standing: Standing::Committed,
            report: Report { window: 5, beacon: ShortId::of(&beaconer.key), hops: Vec::new() },
            recorded_in: None,
            terrain: None,
        };
        case.report.hops = case.measured(&mut dice);
        case
    }

    /// What the witness's radio measures of the beacon.
    fn measured(&self, dice: &mut Dice) -> Vec<Hop> {
        let distance_m = self.distance_m();
        let strongest_dbm = self.free_space_dbm(distance_m);
        // Obstructed by up to 35 dB, as far as it is still heard well.
        let obstruction_db = dice.between(0.0, 35.0).min(strongest_dbm - FLOOR_DBM - 6.0);
        let (level_dbm, fading_db) = (strongest_dbm - obstruction_db, dice.between(1.5, 4.5));
        let floor_dbm = FLOOR_DBM + dice.normal(1.0);
        let (offset_ppm, wander_hz) = (dice.between(-5.0, 5.0), 2.5);
        let free = !self.witness.follows_pps;
        let (late_ns, rate_ppm) =
            if free { (dice.normal(3e6), offset_ppm) } else { (dice.normal(30.0), 0.0) };
        let flight_ns = distance_m / geo_index::geodesy::LIGHT_M_PER_NS;
        let half_frame_ns = self.protocol.region.frame().airtime_us(PAYLOAD_BYTES) as f64 * 500.0;
        let mut hops = Vec::new();
        for plan in &self.plan.hops {
            let rssi_dbm = level_dbm - f64::from(plan.power_dither_db) + dice.normal(fading_db);
            let snr_db = rssi_dbm - floor_dbm + dice.normal(0.3);
            if snr_db < self.protocol.region.sf.decoding_limit_db() {
                continue;
            }
            let cfo_hz = offset_ppm * 1e-6 * f64::from(plan.channel_hz)
                + f64::from(plan.frequency_dither_hz)
                + dice.normal(wander_hz);
            let delay_ns = flight_ns
                + half_frame_ns
                + late_ns
                + plan.start_ns as f64 * rate_ppm * 1e-6
                + dice.normal(30.0).hypot(dice.normal(100.0));
            hops.push(Hop {
                payload: plan.payload.to_vec(),
                channel_hz: plan.channel_hz,
                rssi_cdbm: (rssi_dbm * 100.0).round() as i32,
                noise_floor_cdbm: (floor_dbm * 100.0).round() as i32,
                snr_cdb: (snr_db * 100.0).round() as i32,
                cfo_mhz: (cfo_hz * 1e3).round() as i64,
                cfo_sigma_mhz: 700,
                sfo_ppb: (offset_ppm * 1e3).round() as i32,
                sfo_sigma_ppb: 900,
                arrival_ns: WINDOW_START_NS + plan.start_ns + delay_ns.floor() as i64,
                arrival_ps: (delay_ns.fract().abs() * 999.0) as u32,
                arrival_sigma_ps: 30_000,
                phase_mdeg: dice.below(360_000) as u32,
            });
        }
        hops
    }

    fn distance_m(&self) -> f64 {
        geo_index::geodesy::slant_range_m(self.beaconer.place, self.witness.place)
    }

    /// Level without obstruction, dithers and fading.
    fn free_space_dbm(&self, distance_m: f64) -> f64 {
        self.beaconer.eirp_dbm() + self.witness.gain_dbi()
            - (32.44 + 20.0 * (866.0 * distance_m * 1e-3).log10())
    }

    fn edge(&self) -> Edge<'_> {
        Edge {
            protocol: &self.protocol,
            beaconer: &self.beaconer,
            witness: &self.witness,
            drawn: self.drawn,
            plan: self.opened.then_some(&self.plan),
            standing: self.standing,
            report: &self.report,
            window_start_ns: WINDOW_START_NS,
            beaconer_place: &self.beaconer_place,
            witness_place: &self.witness_place,
            asked: None,
            answer_late_ns: None,
            clock_late_ns: None,
            back: Vec::new(),
            recorded_in: self.recorded_in,
            terrain: self.terrain.as_ref(),
        }
    }

    fn finding(&self, check: CheckName) -> Option<Finding> {
        run(&self.edge()).into_iter().find(|finding| finding.check == check)
    }

    fn said(&self, check: CheckName) -> Option<Outcome> {
        self.finding(check).map(|finding| finding.outcome)
    }

    /// The verdict, and the check that decided it.
    fn verdict(&self) -> (Outcome, Option<CheckName>) {
        let judged = judge_edge(&self.edge());
        (judged.outcome, judged.decided_by.map(|index| judged.findings[index].check))
    }

    /// The first hop that was heard, with what was planned of it.
    fn planned(&self, hop: &Hop) -> crate::plan::HopPlan {
        self.plan.hops[self.plan.hop_of(&hop.payload).unwrap()]
    }

    /// Changes every hop, knowing what was planned of it.
    fn edit(mut self, mut change: impl FnMut(&mut Hop, crate::plan::HopPlan)) -> Self {
        let mut hops = std::mem::take(&mut self.report.hops);
        for hop in &mut hops {
            let plan = self.planned(hop);
            change(hop, plan);
        }
        self.report.hops = hops;
        self
    }
}

/// How many of the cases a check rejects.
fn rejected(check: CheckName, cases: impl Iterator<Item = Case>) -> usize {
    cases.filter(|case| case.said(check) == Some(Outcome::Rejected)).count()
}

fn seeds() -> impl Iterator<Item = (u64, Dice)> {
    (0..SEEDS).map(|seed| (seed, Dice::new(seed ^ 0xBAD)))
}

#[test]
fn honest_edges_are_accepted_by_every_check() {
    for seed in 0..3000 {
        let case = Case::honest(seed);
        let findings = run(&case.edge());
        // No samples were asked for, nobody heard the witness, and clones, powers, oscillators, gate and day are more than an edge's.
        let mut silent = vec![
            CheckName::Samples,
            CheckName::LateCommit,
            CheckName::Reciprocity,
            CheckName::GuardNoise,
            CheckName::Phase,
            CheckName::Eirp,
            CheckName::Oscillator,
            CheckName::Graph,
            CheckName::Day,
        ];
        // No answer was asked for either, and a beacon is timed by two precise clocks.
        silent.extend((!case.witness.follows_pps).then_some(CheckName::Relay));
        let speaking: Vec<_> = CheckName::ALL.into_iter().filter(|check| !silent.contains(check)).collect();
        assert_eq!(
            findings.iter().map(|finding| finding.check).collect::<Vec<_>>(),
            speaking,
            "every check speaks, in the published order"
        );
        for finding in &findings {
            assert_eq!(finding.outcome, Outcome::Accepted, "seed {seed}: {finding:?}");
            assert!(finding.score <= 0.5 * SCORE_REJECT, "seed {seed}, too near: {finding:?}");
            assert!(finding.explanation.ends_with('.'), "a sentence: {}", finding.explanation);
        }
        assert_eq!(case.verdict(), (Outcome::Accepted, None));
    }
}

#[test]
fn a_guessed_payload_is_not_fresh() {
    for (seed, mut dice) in seeds() {
        let case = Case::honest(seed).edit(|hop, plan| {
            // Short id and hop are known to everybody.
            hop.payload = plan.payload[..5].iter().copied().chain(dice.bytes::<15>()).collect();
        });
        assert_eq!(case.verdict(), (Outcome::Rejected, Some(CheckName::Freshness)));
        assert_eq!(judge_edge(&case.edge()).hops_heard, 0);
    }
}

#[test]
fn a_payload_of_another_window_is_not_fresh_and_is_told_as_a_recording() {
    for (seed, mut dice) in seeds() {
        let mut case = Case::honest(seed);
        case.plan = BeaconPlan::derive(&case.protocol, &case.beaconer.key, &dice.hash(), &dice.hash());
        case.recorded_in = Some(41);
        assert_eq!(case.verdict(), (Outcome::Rejected, Some(CheckName::Freshness)));
        let finding = case.finding(CheckName::Freshness).unwrap();
        assert!(finding.explanation.contains("window 41"), "{}", finding.explanation);
    }
}

#[test]
fn a_beacon_that_was_not_drawn_is_rejected_whatever_is_reported_of_it() {
    let mut case = Case::honest(1);
    (case.drawn, case.opened) = (false, false);
    assert_eq!(case.verdict(), (Outcome::Rejected, Some(CheckName::Freshness)));
}

/// A report without frames, committed and revealed in order, claims nothing; nothing is what it gets.
#[test]
fn silence_is_never_accepted() {
    for (drawn, opened) in [(true, true), (true, false), (false, false)] {
        let mut case = Case::honest(2);
        (case.drawn, case.opened) = (drawn, opened);
        case.report.hops.clear();
        assert_eq!(case.verdict().0, Outcome::Unproven, "drawn {drawn}, opened {opened}");
    }
}

#[test]
fn every_breach_of_commit_and_reveal_is_rejected() {
    let breaches = [Standing::NotCommitted, Standing::Mismatch, Standing::Equivocated, Standing::Withheld];
    let mut told = std::collections::BTreeSet::new();
    for (seed, standing) in (0..40).flat_map(|seed| breaches.map(|standing| (seed, standing))) {
        let mut case = Case::honest(seed);
        case.standing = standing;
        assert_eq!(case.verdict(), (Outcome::Rejected, Some(CheckName::CommitReveal)), "{standing:?}");
        told.insert(case.finding(CheckName::CommitReveal).unwrap().explanation);
    }
    assert_eq!(told.len(), breaches.len(), "each breach has a sentence of its own");
}

/// Not what the report says, but that it was not shown, is held against a withholder.
#[test]
fn a_withheld_report_is_not_called_stale() {
    let mut case = Case::honest(3);
    case.standing = Standing::Withheld;
    case.report.hops.clear();
    assert_eq!(case.said(CheckName::Freshness), None);
    assert_eq!(case.said(CheckName::Hops), None);
    assert_eq!(case.verdict(), (Outcome::Rejected, Some(CheckName::CommitReveal)));
}

#[test]
fn a_round_that_was_never_opened_is_unproven() {
    let mut case = Case::honest(4);
    case.opened = false;
    assert_eq!(case.verdict(), (Outcome::Unproven, Some(CheckName::CommitReveal)));
}

/// One oscillator's offset, and the usual wander: everything but the dithers.
fn invented_carriers(seed: u64, sigma_mhz: u32) -> Case {
    let mut dice = Dice::new(seed ^ 0xF0F0);
    let offset_ppm = dice.between(-5.0, 5.0);
    Case::honest(seed).edit(|hop, plan| {
        let cfo_hz = offset_ppm * 1e-6 * f64::from(plan.channel_hz) + dice.normal(2.5);
        (hop.cfo_mhz, hop.cfo_sigma_mhz) = ((cfo_hz * 1e3) as i64, sigma_mhz);
    })
}

#[test]
fn invented_carrier_offsets_are_rejected_by_frequency() {
    let cases = (0..SEEDS).map(|seed| invented_carriers(seed, 700));
    assert_eq!(rejected(CheckName::Frequency, cases), SEEDS as usize);
}

/// The standard error is the witness's own word, too: stating a large one must not widen what it may invent.
#[test]
fn a_generous_standard_error_does_not_excuse_invented_carriers() {
    for sigma_mhz in [25_000, 100_000, 300_000, 1_000_000, 30_000_000, 1_000_000_000] {
        let caught =
            rejected(CheckName::Frequency, (0..SEEDS).map(|seed| invented_carriers(seed, sigma_mhz)));
        assert!(caught >= 396, "{caught} of {SEEDS} at {sigma_mhz} mHz");
    }
}

#[test]
fn dithers_that_are_off_by_one_hop_are_rejected() {
    let cases = (0..SEEDS).map(|seed| {
        let case = Case::honest(seed);
        let plans = case.plan.hops;
        case.edit(|hop, plan| {
            let next = (usize::from(plan.payload[4]) + 1) % HOPS;
            hop.cfo_mhz += i64::from(plans[next].frequency_dither_hz - plan.frequency_dither_hz) * 1000;
        })
    });
    assert_eq!(rejected(CheckName::Frequency, cases), SEEDS as usize);
}

#[test]
fn one_collided_hop_does_not_decide() {
    for (seed, mut dice) in seeds() {
        let mut case = Case::honest(seed);
        let index = dice.below(case.report.hops.len() as u64) as usize;
        case.report.hops[index].cfo_mhz += 700_000;
        case.report.hops[index].arrival_ns += 300_000;
        assert_eq!(case.verdict(), (Outcome::Accepted, None), "seed {seed}");
    }
}

/// Evenly spaced frames, as a leaked payload would have them invented.
fn invented_times(seed: u64, sigma_ps: u32) -> Case {
    let mut dice = Dice::new(seed ^ 0x71_3E);
    let first_ns = WINDOW_START_NS + 400_000_000 + dice.below(1_000_000_000) as i64;
    Case::honest(seed).edit(|hop, plan| {
        let since_first = i64::from(plan.payload[4]) * 40_000_000;
        hop.arrival_ns = first_ns + since_first + dice.normal(40.0) as i64;
        hop.arrival_sigma_ps = sigma_ps;
    })
}

/// Share that is caught. Counted apart: with free clocks a rate is fitted, too, and takes a little of the dithers with it. Evenly spaced
/// frames miss the dithers by 25 us on average, and late echoes are honest: 92 % and 83 % here, the rest is for the other dithers.
fn times_caught(pps: bool, sigma_ps: u32) -> f64 {
    let chosen = |seed: &u64| seed.is_multiple_of(2) == pps;
    let cases = (0..4 * SEEDS).filter(chosen).map(|seed| invented_times(seed, sigma_ps));
    rejected(CheckName::TimeDither, cases) as f64 / (2 * SEEDS) as f64
}

#[test]
fn invented_times_are_rejected_by_time_dither() {
    let (pps, free) = (times_caught(true, 35_000), times_caught(false, 35_000));
    assert!(pps >= 0.88, "{pps} with satellite clocks");
    assert!(free >= 0.78, "{free} with free clocks");
}

#[test]
fn a_generous_standard_error_does_not_excuse_invented_times() {
    for sigma_ps in [1_000_000, 10_000_000, 30_000_000, 100_000_000, 1_000_000_000] {
        let (pps, free) = (times_caught(true, sigma_ps), times_caught(false, sigma_ps));
        assert!(pps >= 0.88, "{pps} with satellite clocks at {sigma_ps} ps");
        assert!(free >= 0.78, "{free} with free clocks at {sigma_ps} ps");
    }
}

/// A leaker invents carriers and times together; what one dither lets pass the other catches.
#[test]
fn a_leaked_payload_without_its_dithers_is_rejected() {
    for (hertz, nanoseconds) in [(1, 35), (300, 35), (300, 30_000)] {
        let caught = (0..SEEDS)
            .map(|seed| {
                let times = invented_times(seed, nanoseconds * 1000);
                let mut case = invented_carriers(seed, hertz * 1000);
                for (hop, timed) in case.report.hops.iter_mut().zip(&times.report.hops) {
                    hop.arrival_ns = timed.arrival_ns;
                    hop.arrival_sigma_ps = timed.arrival_sigma_ps;
                }
                case
            })
            .filter(|case| case.verdict().0 == Outcome::Rejected)
            .count();
        assert_eq!(caught, SEEDS as usize);
    }
}

/// Where the straight line is blocked some channels' strongest way is a detour: honest, and late by microseconds.
#[test]
fn late_echoes_on_some_channels_are_accepted() {
    for (seed, mut dice) in seeds() {
        let mut case = Case::honest(seed);
        for _ in 0..3 {
            let index = dice.below(case.report.hops.len() as u64) as usize;
            case.report.hops[index].arrival_ns += 14_000;
        }
        assert_eq!(case.verdict(), (Outcome::Accepted, None), "seed {seed}");
    }
}

#[test]
fn a_level_edited_alone_contradicts_the_noise_floor() {
    for seed in 0..SEEDS {
        let case = Case::honest(seed).edit(|hop, _| hop.rssi_cdbm += 3500);
        assert_eq!(case.said(CheckName::NoiseFloor), Some(Outcome::Rejected));
        let stronger = Case::honest(seed).edit(|hop, _| hop.snr_cdb += 1200);
        assert_eq!(stronger.verdict(), (Outcome::Rejected, Some(CheckName::NoiseFloor)));
    }
}

#[test]
fn a_noise_floor_that_no_receiver_has_is_rejected() {
    for seed in 0..SEEDS {
        // 20 dB under thermal noise, consistently stated; and 17 dB over what cities add.
        let cold = Case::honest(seed).edit(|hop, _| {
            hop.noise_floor_cdbm -= 2800;
            hop.snr_cdb += 2800;
        });
        assert_eq!(cold.verdict(), (Outcome::Rejected, Some(CheckName::NoiseFloor)));
        let loud = Case::honest(seed).edit(|hop, _| {
            hop.noise_floor_cdbm += 3700;
            hop.snr_cdb -= 3700;
        });
        assert_eq!(loud.said(CheckName::NoiseFloor), Some(Outcome::Rejected));
    }
}

/// Shifts all levels to a median of `dbm`, SNR with them, so that only the link budget can object.
fn at_level(case: Case, dbm: f64) -> Case {
    let mut levels: Vec<i32> = case.report.hops.iter().map(|hop| hop.rssi_cdbm).collect();
    levels.sort_unstable();
    let shift = (dbm * 100.0) as i32 - levels[levels.len() / 2];
    case.edit(|hop, _| {
        hop.rssi_cdbm += shift;
        hop.snr_cdb += shift;
    })
}

#[test]
fn louder_than_free_space_is_rejected_by_the_link_budget() {
    for seed in 0..SEEDS {
        let case = Case::honest(seed);
        let strongest_dbm = case.free_space_dbm(case.distance_m());
        let louder = at_level(case, strongest_dbm + 17.0);
        assert_eq!(louder.verdict(), (Outcome::Rejected, Some(CheckName::LinkBudget)));
        assert_eq!(louder.finding(CheckName::LinkBudget).unwrap().unit, "dB");
        // Nobody's path is that clear by accident of fading alone, but up to 6 dB above it echoes in step can carry.
        let lucky = at_level(Case::honest(seed), strongest_dbm + 2.0);
        assert_eq!(lucky.said(CheckName::LinkBudget), Some(Outcome::Accepted));
    }
}

#[test]
fn thirty_five_decibels_too_much_are_rejected_near_free_space() {
    for seed in 0..SEEDS {
        let case = Case::honest(seed);
        let strongest_dbm = case.free_space_dbm(case.distance_m());
        let edited = at_level(case, strongest_dbm - 16.0 + 35.0);
        assert_eq!(edited.verdict(), (Outcome::Rejected, Some(CheckName::LinkBudget)));
    }
}

/// A long ridge of this height across everything 2.2 km north of the place, ground at the place's foot elsewhere.
fn ridge(about: geo_index::Place, height_m: f64) -> Terrain {
    let frame = Frame {
        north_deg: about.lat_deg() + 0.1,
        west_deg: about.lng_deg() - 0.1,
        lat_step_deg: 0.001,
        lng_step_deg: 0.001,
        rows: 201,
        cols: 201,
    };
    let heights =
        (0..201 * 201).map(|index| Some(if (78..=81).contains(&(index / 201)) { height_m } else { 20.0 }));
    Terrain::new(50.0, vec![Grid::new(frame, heights).unwrap()]).unwrap()
}

/// An honest edge 5 km to the north, antennas 20 m over the ground, whose level is so many dB above free space.
fn northward(seed: u64, above_db: f64) -> Case {
    let mut case = Case::honest(seed);
    case.beaconer.place = lisbon().with_height_m(90.0).unwrap();
    case.witness.place = away(case.beaconer.place, 0.0, 5000.0);
    let level_dbm = case.free_space_dbm(case.distance_m()) + above_db;
    case.edit(|hop, plan| hop.rssi_cdbm = ((level_dbm - f64::from(plan.power_dither_db)) * 100.0) as i32)
}

#[test]
fn louder_than_a_ridge_lets_through_is_rejected_by_the_link_budget() {
    let (free, low) = (northward(0, 0.0), -30.0);
    assert_eq!(free.said(CheckName::LinkBudget), Some(Outcome::Accepted), "no model, no ridge");
    let flat = Case { terrain: Some(ridge(lisbon(), 20.0)), ..northward(0, 0.0) };
    assert_eq!(flat.said(CheckName::LinkBudget), Some(Outcome::Accepted));
    let behind = |above_db: f64| Case { terrain: Some(ridge(lisbon(), 700.0)), ..northward(0, above_db) };
    let forged = behind(0.0).finding(CheckName::LinkBudget).unwrap();
    assert_eq!((forged.outcome, forged.unit), (Outcome::Rejected, "dB"));
    assert!(forged.measured > forged.allowed && (forged.allowed - 41.6).abs() < 0.1, "{forged:?}");
    assert!(
        forged.explanation.starts_with("The ground after 2.1")
            || forged.explanation.starts_with("The ground after 2.2"),
        "{forged:?}"
    );
    assert!(forged.explanation.contains("m above the line of sight and takes 5"), "{forged:?}");
    let honest = behind(low).finding(CheckName::LinkBudget).unwrap();
    assert_eq!(honest.outcome, Outcome::Accepted);
    assert!(honest.explanation.contains("line of sight"), "{honest:?}");
    // What the model does not know is as if there were no model.
    let elsewhere = Case { terrain: Some(ridge(away(lisbon(), 90.0, 50_000.0), 700.0)), ..northward(0, 0.0) };
    assert_eq!(elsewhere.finding(CheckName::LinkBudget), free.finding(CheckName::LinkBudget));
}

#[test]
fn a_word_lifts_nobody_over_a_ridge() {
    let mut balloon = Case { terrain: Some(ridge(lisbon(), 900.0)), ..northward(0, 0.0) };
    balloon.beaconer.place = balloon.beaconer.place.with_height_m(8000.0).unwrap();
    balloon.witness.place = balloon.witness.place.with_height_m(8000.0).unwrap();
    assert_eq!(balloon.said(CheckName::LinkBudget), Some(Outcome::Rejected));
}

#[test]
fn weaker_than_any_receiver_decodes_is_rejected_by_the_link_budget() {
    for seed in 0..SEEDS {
        // Thermal noise is -120 dBm, spreading factor 7 needs -7.5 dB: nothing below -127.5 dBm, and nobody by 4 dB less.
        let weak = at_level(Case::honest(seed), -127.5 - 4.0 - 12.0);
        assert_eq!(weak.verdict(), (Outcome::Rejected, Some(CheckName::LinkBudget)));
        assert_eq!(weak.finding(CheckName::LinkBudget).unwrap().unit, "dBm");
    }
}

/// The asserted place is what counts: moving it near makes an honest level impossible, moving it far does not help.
#[test]
fn a_cage_that_asserts_to_be_far_away_is_too_loud() {
    for seed in 0..SEEDS {
        let case = Case::honest(seed);
        let at_ten_metres = case.free_space_dbm(10.0);
        let mut caged = at_level(case, at_ten_metres);
        caged.witness.place = away(caged.beaconer.place, 45.0, 1500.0);
        assert_eq!(caged.verdict(), (Outcome::Rejected, Some(CheckName::LinkBudget)));
    }
}

#[test]
fn power_steps_that_go_the_wrong_way_are_rejected() {
    let mut told = 0;
    for seed in 0..SEEDS {
        // 14 dB up for every decibel that was taken. It takes as much: by one beacon's power alone hardly anybody is rejected.
        let case = Case::honest(seed).edit(|hop, plan| {
            hop.rssi_cdbm += 1500 * i32::from(plan.power_dither_db);
            hop.snr_cdb += 1500 * i32::from(plan.power_dither_db);
        });
        told += usize::from(case.said(CheckName::PowerDither) == Some(Outcome::Rejected));
    }
    // A few draws have hardly any steps to tell by.
    assert!(told >= 360, "{told} of {SEEDS}");
}

/// One beacon decides little by power; over many the mean tells a flat forgery from an honest radio.
#[test]
fn flat_levels_score_above_honest_ones_on_average() {
    let mean = |edit: fn(&mut Hop, crate::plan::HopPlan)| {
        let scores = (0..SEEDS)
            .map(|seed| Case::honest(seed).edit(edit).finding(CheckName::PowerDither).unwrap().score);
        scores.sum::<f64>() / SEEDS as f64
    };
    let honest = mean(|_, _| {});
    let flat = mean(|hop, plan| hop.rssi_cdbm += 100 * i32::from(plan.power_dither_db));
    assert!(honest < -0.5 && flat > 0.5, "{honest} {flat}");
}

#[test]
fn one_owner_or_one_site_is_unproven_not_guilty() {
    for seed in 0..40 {
        let mut own = Case::honest(seed);
        own.witness.owner = own.beaconer.owner;
        assert_eq!(own.verdict(), (Outcome::Unproven, Some(CheckName::Geometry)));
        let mut near = Case::honest(seed);
        near.witness.place = away(near.beaconer.place, 200.0, 250.0);
        assert_eq!(near.said(CheckName::Geometry), Some(Outcome::Unproven));
        near.witness.place = away(near.beaconer.place, 200.0, 330.0).with_height_m(120.0).unwrap();
        assert_eq!(near.said(CheckName::Geometry), Some(Outcome::Accepted));
    }
}

#[test]
fn beyond_the_horizon_is_rejected() {
    for seed in 0..40 {
        let mut case = Case::honest(seed);
        case.witness.place = away(case.beaconer.place, 80.0, 250_000.0);
        assert_eq!(case.said(CheckName::Geometry), Some(Outcome::Rejected));
        // Two hills see each other much farther than two masts.
        case.witness.place = case.witness.place.with_height_m(2500.0).unwrap();
        assert_eq!(case.said(CheckName::Geometry), Some(Outcome::Accepted));
    }
}

fn place(outcome: Outcome, score: f64) -> PlaceVerdict {
    let (offset_m, explanation) = (5200.0, format!("{outcome:?}."));
    PlaceVerdict { outcome, offset_m, score, explanation, ..PlaceVerdict::by_genesis() }
}

#[test]
fn an_edge_is_worth_what_its_weaker_end_is() {
    use Outcome::{Accepted, Rejected, Unproven};
    for (beaconer, witness, weaker, whose) in [
        (Accepted, Rejected, Rejected, "witness"),
        (Rejected, Accepted, Rejected, "beaconer"),
        (Unproven, Rejected, Rejected, "witness"),
        (Rejected, Rejected, Rejected, "beaconer"),
        (Accepted, Unproven, Unproven, "witness"),
        (Unproven, Accepted, Unproven, "beaconer"),
        (Accepted, Accepted, Accepted, "beaconer"),
    ] {
        let mut case = Case::honest(9);
        case.beaconer_place = place(beaconer, 40.0);
        case.witness_place = place(witness, 50.0);
        let finding = case.finding(CheckName::Place).unwrap();
        assert_eq!(finding.outcome, weaker);
        assert!(finding.explanation.contains(whose), "{}", finding.explanation);
        assert_eq!(finding.score, if weaker == Rejected { SCORE_MAX } else { 0.0 });
        let decided = if weaker == Accepted { None } else { Some(CheckName::Place) };
        assert_eq!(case.verdict(), (weaker, decided));
    }
}

#[test]
fn three_frames_of_eight_are_not_enough() {
    for (seed, heard) in (0..40).flat_map(|seed| (0..=HOPS).map(move |heard| (seed, heard))) {
        let mut case = Case::honest(seed);
        case.report.hops.truncate(heard);
        let heard = case.report.hops.len();
        let expected =
            if heard < 4 { (Outcome::Unproven, Some(CheckName::Hops)) } else { (Outcome::Accepted, None) };
        assert_eq!(case.verdict(), expected, "{heard} frames");
    }
}

#[test]
fn a_frame_counts_once_however_often_it_is_reported() {
    let mut case = Case::honest(10);
    case.report.hops = vec![case.report.hops[0].clone(); 32];
    assert_eq!(case.edge().heard().len(), 1);
    assert_eq!(case.verdict(), (Outcome::Unproven, Some(CheckName::Hops)));
}

/// A rebroadcaster's copies come after the frames themselves: the first counts, so a copy cannot spoil an honest report.
#[test]
fn a_rebroadcast_behind_the_beacon_does_not_harm_its_witness() {
    for seed in 0..SEEDS {
        let mut case = Case::honest(seed);
        let copies: Vec<Hop> = case
            .report
            .hops
            .iter()
            .map(|hop| Hop {
                arrival_ns: hop.arrival_ns + 20_000_000,
                cfo_mhz: hop.cfo_mhz + 900_000,
                rssi_cdbm: hop.rssi_cdbm + 2000,
                ..hop.clone()
            })
            .collect();
        case.report.hops.extend(copies);
        assert_eq!(case.verdict(), (Outcome::Accepted, None));
    }
}

/// A witness's clock and oscillator are its own affair: what is common to all hops changes nothing.
#[test]
fn common_offsets_of_clock_and_carrier_change_nothing() {
    for (seed, mut dice) in seeds() {
        let (late_ns, carrier_ppm) = (dice.below(2_000_000_000) as i64, dice.between(-40.0, 40.0));
        let (plain, moved) = (
            Case::honest(seed),
            Case::honest(seed).edit(|hop, plan| {
                hop.arrival_ns += late_ns;
                hop.cfo_mhz += (carrier_ppm * 1e-3 * f64::from(plan.channel_hz)).round() as i64;
            }),
        );
        for check in [CheckName::Frequency, CheckName::TimeDither] {
            let (plain, moved) = (plain.finding(check).unwrap(), moved.finding(check).unwrap());
            assert!((plain.score - moved.score).abs() < 1e-2, "{plain:?} {moved:?}");
        }
    }
}

fn finding(check: CheckName, outcome: Outcome, score: f64) -> Finding {
    Finding { check, outcome, measured: 0.0, allowed: 0.0, unit: "", score, explanation: String::new() }
}

#[test]
fn the_worst_rejection_decides_and_the_first_of_equals() {
    use CheckName::{Frequency, Freshness, Geometry, Hops, LinkBudget, Place};
    use Outcome::{Accepted, Rejected, Unproven};
    let decided = |findings: &[Finding]| {
        let (outcome, by) = decide(findings);
        (outcome, by.map(|finding| finding.check))
    };
    assert_eq!(decided(&[]), (Accepted, None));
    let fine = finding(Freshness, Accepted, -2.0);
    let (small, large) = (finding(Frequency, Rejected, 11.0), finding(LinkBudget, Rejected, 29.0));
    assert_eq!(decided(&[fine.clone(), small.clone(), large.clone()]), (Rejected, Some(LinkBudget)));
    assert_eq!(decided(&[large.clone(), small.clone(), fine.clone()]), (Rejected, Some(LinkBudget)));
    let equal = finding(Geometry, Rejected, 29.0);
    assert_eq!(decided(&[small.clone(), large.clone(), equal.clone()]), (Rejected, Some(LinkBudget)));
    assert_eq!(decided(&[equal, small.clone(), large]), (Rejected, Some(Geometry)));
    // What is not known never outweighs what is known to be wrong, whatever its score says.
    let (unknown, other) = (finding(Place, Unproven, 30.0), finding(Hops, Unproven, 0.0));
    assert_eq!(decided(&[unknown.clone(), small]), (Rejected, Some(Frequency)));
    assert_eq!(decided(&[fine.clone(), other.clone(), unknown.clone()]), (Unproven, Some(Hops)));
    assert_eq!(decided(&[unknown, other]), (Unproven, Some(Place)));
    // Ten checks that each find a little do not add up to one that finds enough.
    let uneasy = CheckName::ALL.map(|check| finding(check, Accepted, SCORE_REJECT - 0.1));
    assert_eq!(decided(&uneasy), (Accepted, None));
    // Ten clean checks buy nothing off an impossible one.
    let mut spotless = CheckName::ALL.map(|check| finding(check, Accepted, -1000.0));
    spotless[4] = finding(CheckName::NoiseFloor, Rejected, SCORE_REJECT);
    assert_eq!(decided(&spotless), (Rejected, Some(CheckName::NoiseFloor)));
}

#[test]
fn scores_doubt_and_reject_from_their_bounds_and_are_cut() {
    let by = |score| Finding::by_score(CheckName::Frequency, score, (0.0, 0.0, ""), String::new());
    assert_eq!(by(SCORE_REJECT).outcome, Outcome::Rejected);
    assert_eq!(by(SCORE_REJECT - 1e-9).outcome, Outcome::Unproven);
    assert_eq!(by(SCORE_DOUBT).outcome, Outcome::Unproven);
    assert_eq!(by(SCORE_DOUBT - 1e-9).outcome, Outcome::Accepted);
    // Who doubts has told something, who does not know has not.
    assert!(by(SCORE_DOUBT).tells() && by(0.0).tells() && by(SCORE_REJECT).tells());
    assert!(!Finding::unproven(CheckName::Frequency, (0.0, 0.0, ""), String::new()).tells());
    assert_eq!(by(1e9).score, SCORE_MAX);
    assert_eq!(by(-1e9).score, -1e9);
}

/// Numbers in the ranges that decoding allows, and their ends.
fn any_hop() -> impl Strategy<Value = Hop> {
    let number = |low: i64, high: i64| prop_oneof![3 => low..=high, 1 => Just(low), 1 => Just(high)];
    let levels = (number(-30_000, 10_000), number(-30_000, 10_000), number(-10_000, 20_000));
    let carriers = (number(-1_000_000_000, 1_000_000_000), number(0, 1_000_000_000));
    let times = (number(0, 4_000_000_000_000_000_000), number(0, 999), number(0, 1_000_000_000));
    (levels, carriers, times).prop_map(|(levels, carriers, times)| Hop {
        payload: vec![0],
        channel_hz: 0,
        rssi_cdbm: levels.0 as i32,
        noise_floor_cdbm: levels.1 as i32,
        snr_cdb: levels.2 as i32,
        cfo_mhz: carriers.0,
        cfo_sigma_mhz: carriers.1 as u32,
        sfo_ppb: 0,
        sfo_sigma_ppb: 0,
        arrival_ns: times.0,
        arrival_ps: times.1 as u32,
        arrival_sigma_ps: times.2 as u32,
        phase_mdeg: 0,
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4000))]

    #[test]
    fn whatever_is_reported_scores_stay_in_bounds(
        seed in 0..50_u64,
        hops in vec((any_hop(), 0..2 * HOPS), 0..=Report::HOPS_MAX),
        pps: bool,
        standing in 0..5_usize,
    ) {
        let mut case = Case::honest(seed);
        case.witness.follows_pps = pps;
        case.standing = [
            Standing::Committed,
            Standing::NotCommitted,
            Standing::Mismatch,
            Standing::Withheld,
            Standing::Equivocated,
        ][standing];
        case.report.hops = hops
            .into_iter()
            .map(|(mut hop, index)| {
                if let Some(plan) = case.plan.hops.get(index) {
                    hop.payload = plan.payload.to_vec();
                }
                hop
            })
            .collect();
        let findings = run(&case.edge());
        for finding in &findings {
            prop_assert!(finding.score.is_finite() && finding.score <= SCORE_MAX, "{finding:?}");
            prop_assert!(finding.measured.is_finite() && finding.allowed.is_finite(), "{finding:?}");
            let rejects = finding.outcome == Outcome::Rejected;
            prop_assert_eq!(rejects, finding.score >= SCORE_REJECT, "{:?}", finding);
        }
        let judged = judge_edge(&case.edge());
        prop_assert_eq!(judged.decided_by.is_none(), judged.outcome == Outcome::Accepted);
        prop_assert!(judged.snr_db.is_finite() && judged.rssi_dbm.is_finite());
        if standing != 0 {
            prop_assert_eq!(judged.outcome, Outcome::Rejected);
        }
    }

    #[test]
    fn whatever_noise_is_reported_is_never_accepted(seed in 0..50_u64, hops in vec(any_hop(), HOPS)) {
        let mut case = Case::honest(seed);
        case.report.hops = hops
            .into_iter()
            .zip(&case.plan.hops)
            .map(|(hop, plan)| Hop { payload: plan.payload.to_vec(), ..hop })
            .collect();
        prop_assert_eq!(case.verdict().0, Outcome::Rejected);
    }
}

/// Whoever records a beacon and sends it again keeps its dithers; not its time.
#[test]
fn a_beacon_that_took_a_detour_over_a_network_is_a_relays() {
    for (seed, _) in seeds() {
        let mut case = Case::honest(2 * seed);
        let late_us = 150 + 300 * (seed as i64 % 200);
        for hop in &mut case.report.hops {
            hop.arrival_ns += late_us * 1000;
            hop.cfo_mhz += 500_000;
        }
        let (outcome, by) = case.verdict();
        assert_eq!((outcome, by), (Outcome::Rejected, Some(CheckName::Relay)), "{late_us} us");
        case.witness.follows_pps = false;
        assert_eq!(case.verdict().0, Outcome::Accepted, "a clock that runs free knows no lateness");
    }
}

/// A carrier moved by arithmetic keeps its dithers, and leaves its clock behind; an honest one is what it was.
#[test]
fn a_carrier_without_its_clock_is_rejected_by_frequency() {
    for (seed, _) in seeds() {
        let honest = Case::honest(seed);
        let before = judge_edge(&honest.edge());
        let mut after = before.clone();
        frequency::clock::hold_against(&honest.edge(), &mut after);
        assert_eq!(before.outcome, after.outcome, "seed {seed}");
        let shifted = honest.edit(|hop, plan| hop.cfo_mhz += i64::from(plan.channel_hz) * 30 / 1000);
        let mut judged = judge_edge(&shifted.edge());
        assert_eq!(judged.outcome, Outcome::Accepted, "the dithers are all there");
        frequency::clock::hold_against(&shifted.edge(), &mut judged);
        let deciding = &judged.findings[judged.decided_by.unwrap()];
        assert_eq!((deciding.check, deciding.unit), (CheckName::Frequency, "ppm"), "seed {seed}");
        assert_eq!(judged.outcome, Outcome::Rejected);
    }
}
