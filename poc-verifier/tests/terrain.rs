//! Levels over real ground: what a ridge takes, who is caught behind it, and how seldom an honest radio is.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod jacksboro;

use geo_index::{
    Place, Terrain,
    geodesy::{destination, slant_range_m},
};
use identity::{Context, Hash, PublicKey};
use poc_verifier::{
    BeaconPlan, Chain, CheckName, Edge, Finding, Known, Outcome, Party, PlaceVerdict, Protocol, Region,
    Standing, checks,
    messages::{Hop, Report, ShortId},
    obstruction::Obstruction,
};
use rand::Rng;
use rand_chacha::{ChaCha8Rng, rand_core::SeedableRng};
use rand_distr::{Distribution, StandardNormal, StudentT};
use secp256k1::SecretKey;

const CARRIER_HZ: f64 = 866e6;
/// Random pairs, each with every kind of honest and forged report.
const PAIRS: usize = 1000;
/// Antennas over the ground, metres.
const MAST_M: f64 = 20.0;

/// An antenna over the ground at degrees north and east.
fn mast(terrain: &Terrain, lat_deg: f64, lng_deg: f64) -> Place {
    let foot = Place::from_degrees(lat_deg, lng_deg, 0.0).unwrap();
    foot.with_height_m(terrain.ground_m(foot).unwrap() + MAST_M).unwrap()
}

fn party(number: u8, place: Place) -> Party {
    let key = |number: u8| PublicKey::of(&SecretKey::from_secret_bytes([number; 32]).unwrap());
    Party {
        key: key(number),
        owner: key(number + 100),
        place,
        gain_ddbi: 20,
        // So loud that every path is heard: only what is too loud is tried here, never what is too weak.
        eirp_ddbm: 600,
        follows_pps: true,
        known: Known::Genesis,
        chain: Chain { link: Hash::default(), index: 0, first_window: 0 },
    }
}

/// What the link budget says of a report whose level is so much above what free space would let through.
fn judged(terrain: Option<&Terrain>, (from, to): (Place, Place), above_db: f64) -> Finding {
    let protocol = Protocol::new(Region::EU868, 12);
    let (beaconer, witness) = (party(1, from), party(2, to));
    let any = |what: &[u8]| Hash::of(Context::new("earshot 2026 terrain tests"), &[what]);
    let plan = BeaconPlan::derive(&protocol, &beaconer.key, &any(b"link"), &any(b"randomness"));
    let level_dbm = |carrier_hz: u32| {
        let free_space_db =
            32.44 + 20.0 * (f64::from(carrier_hz) * 1e-6 * slant_range_m(from, to) * 1e-3).log10();
        beaconer.eirp_dbm() + witness.gain_dbi() - free_space_db + above_db
    };
    let hops = plan.hops.iter().map(|hop| Hop {
        payload: hop.payload.to_vec(),
        channel_hz: hop.channel_hz,
        rssi_cdbm: ((level_dbm(hop.channel_hz) - f64::from(hop.power_dither_db)) * 100.0).round() as i32,
        noise_floor_cdbm: -11_200,
        snr_cdb: 0,
        cfo_mhz: 0,
        cfo_sigma_mhz: 700,
        sfo_ppb: 0,
        sfo_sigma_ppb: 900,
        arrival_ns: 0,
        arrival_ps: 0,
        arrival_sigma_ps: 30_000,
        phase_mdeg: 0,
    });
    let report = Report { window: 5, beacon: ShortId::of(&beaconer.key), hops: hops.collect() };
    let anywhere = PlaceVerdict::by_genesis();
    let edge = Edge {
        protocol: &protocol,
        beaconer: &beaconer,
        witness: &witness,
        drawn: true,
        plan: Some(&plan),
        standing: Standing::Committed,
        report: &report,
        window_start_ns: 0,
        beaconer_place: &anywhere,
        witness_place: &anywhere,
        asked: None,
        answer_late_ns: None,
        clock_late_ns: None,
        back: Vec::new(),
        recorded_in: None,
        terrain,
    };
    checks::run(&edge).into_iter().find(|finding| finding.check == CheckName::LinkBudget).unwrap()
}

fn loss(terrain: &Terrain, (from, to): (Place, Place)) -> Obstruction {
    Obstruction::between(terrain, from, to, CARRIER_HZ).unwrap()
}

/// The middle of a cell of the model, by row and column.
fn cell(terrain: &Terrain, row: u32, col: u32) -> Place {
    const STEP_DEG: f64 = 1.0 / 1200.0;
    let middle = |index: u32| (f64::from(index) + 0.5) * STEP_DEG;
    mast(terrain, 36.732_916_667 - middle(row), -84.413_75 + middle(col))
}

/// Cumberland Mountain's long ridge stands between the plateau and Powell Valley.
#[test]
fn a_ridge_takes_tens_of_decibels_and_the_valley_along_it_none() {
    let Some((terrain, _)) = jacksboro::terrains() else { return };
    let (plateau, behind) = (cell(&terrain, 90, 260), cell(&terrain, 130, 290));
    let across = loss(&terrain, (plateau, behind));
    assert!((across.loss_db - 45.0).abs() < 1.0, "{}", across.loss_db);
    assert!(
        (across.hill.distance_m - 2200.0).abs() < 150.0 && (across.hill.above_m - 173.0).abs() < 10.0,
        "{:?}",
        across.hill
    );
    let back = loss(&terrain, (behind, plateau));
    assert!((across.loss_db - back.loss_db).abs() < 0.1, "the same both ways");
    let valley = loss(&terrain, (cell(&terrain, 160, 230), cell(&terrain, 130, 280)));
    assert!(valley.loss_db.abs() < f64::EPSILON && valley.hill.above_m < 0.0, "{valley:?}");

    let forged = judged(Some(&terrain), (plateau, behind), 0.0);
    println!(
        "forged across the ridge: {:.1} of {:.1} {}, score {:.1}. {}",
        forged.measured, forged.allowed, forged.unit, forged.score, forged.explanation
    );
    assert_eq!(forged.outcome, Outcome::Rejected);
    assert!(forged.explanation.starts_with("The ground after 2.2"), "{}", forged.explanation);
    assert_eq!(judged(None, (plateau, behind), 0.0).outcome, Outcome::Accepted, "free space alone allows it");
    assert_eq!(judged(Some(&terrain), (plateau, behind), 8.0 - across.loss_db).outcome, Outcome::Accepted);
    let along = (cell(&terrain, 160, 230), cell(&terrain, 130, 280));
    assert_eq!(
        judged(Some(&terrain), along, 0.0),
        judged(None, along, 0.0),
        "nothing in the way, nothing to say"
    );
}

/// Rejections of reports about random pairs.
#[derive(Default)]
struct Rejections(usize);

impl Rejections {
    fn count(&mut self, finding: &Finding) {
        self.0 += usize::from(finding.outcome == Outcome::Rejected);
    }

    /// With Wilson's 95 % interval.
    fn told(&self, of: usize) -> String {
        let (n, z) = (of as f64, 1.96_f64);
        let share = self.0 as f64 / n;
        let middle = share + z * z / (2.0 * n);
        let half = z * (share * (1.0 - share) / n + z * z / (4.0 * n * n)).sqrt();
        let percent = |middle: f64| 100.0 * (middle / (1.0 + z * z / n)).max(0.0);
        format!(
            "{} of {of} rejected, {:.2} to {:.2} %",
            self.0,
            percent(middle - half),
            percent(middle + half)
        )
    }
}

#[test]
fn honest_levels_over_a_thousand_paths_are_not_rejected_and_free_space_behind_ridges_is() {
    let Some((terrain, coarse)) = jacksboro::terrains() else { return };
    let mut rng = ChaCha8Rng::seed_from_u64(4);
    // Heavy tails of the same standard deviation.
    let heavy = StudentT::new(5.0).unwrap();
    let [mut normal, mut tailed, mut misplaced, mut mismapped] = [0; 4].map(Rejections);
    let (mut forged, mut shadowed, mut clear) = (Rejections::default(), 0, 0);
    let pairs: Vec<_> = std::iter::repeat_with(|| pair(&terrain, &mut rng)).flatten().take(PAIRS).collect();
    for places in pairs {
        let loss_db = loss(&terrain, places).loss_db;
        let shadow_db: f64 = StandardNormal.sample(&mut rng);
        let tail_db = heavy.sample(&mut rng) * (3.0_f64 / 5.0).sqrt();
        // Shadows only take: an open path is as loud as free space, and some echoes.
        let heard = |above_db: f64| judged(Some(&terrain), places, above_db.min(3.0));
        normal.count(&heard(8.0 * shadow_db - loss_db));
        tailed.count(&heard(8.0 * tail_db - loss_db));
        // The antennas stand up to 100 m from where they are asserted, on masts up to 10 m higher or lower.
        let true_places = (elsewhere(&terrain, places.0, &mut rng), elsewhere(&terrain, places.1, &mut rng));
        let true_loss_db = loss(&terrain, true_places).loss_db;
        misplaced.count(&heard(8.0 * shadow_db - true_loss_db));
        // The verifier's map is four times coarser than the world.
        mismapped.count(&judged(Some(&coarse), places, (8.0 * shadow_db - loss_db).min(3.0)));
        let free = judged(Some(&terrain), places, 0.0);
        // Up to there the level may be doubted, not more.
        assert!(free.outcome != Outcome::Rejected || loss_db > 41.0, "{loss_db} {free:?}");
        forged.count(&free);
        shadowed += usize::from(loss_db > 10.0);
        clear += usize::from(loss_db < f64::EPSILON);
    }
    println!("{shadowed} of {PAIRS} pairs have more than 10 dB of ground between them, {clear} none");
    println!("honest, 8 dB of shadowing: {}", normal.told(PAIRS));
    println!("honest, the same with the tails of t5: {}", tailed.told(PAIRS));
    println!("honest, places up to 100 m and masts up to 10 m wrong: {}", misplaced.told(PAIRS));
    println!("honest, over a map with a quarter of the ground's detail: {}", mismapped.told(PAIRS));
    println!("forged at free space: {}", forged.told(PAIRS));
    assert_eq!(normal.0, 0);
    assert!(
        tailed.0 <= 4 && misplaced.0 <= 2 && mismapped.0 <= 2,
        "{} {} {}",
        tailed.0,
        misplaced.0,
        mismapped.0
    );
    assert!(forged.0 > 300, "{}", forged.0);
}

/// Where an antenna that is asserted here may really stand.
fn elsewhere(terrain: &Terrain, asserted: Place, rng: &mut ChaCha8Rng) -> Place {
    let there = destination(asserted, 360.0 * unit(rng), 100.0 * unit(rng)).unwrap();
    let ground_m = terrain.ground_m(there).or_else(|| terrain.ground_m(asserted)).unwrap();
    there.with_height_m(ground_m + MAST_M + 20.0 * unit(rng) - 10.0).unwrap()
}

fn unit(rng: &mut ChaCha8Rng) -> f64 {
    (rng.next_u64() >> 11) as f64 / (1_u64 << 53) as f64
}

/// Two antennas 1 to 10 km apart; `None` when one would stand beyond the model.
fn pair(terrain: &Terrain, rng: &mut ChaCha8Rng) -> Option<(Place, Place)> {
    let from = mast(terrain, 36.452 + 0.278 * unit(rng), -84.408 + 0.325 * unit(rng));
    let far = destination(from, 360.0 * unit(rng), 1000.0 + 9000.0 * unit(rng)).unwrap();
    terrain.ground_m(far)?;
    Some((from, mast(terrain, far.lat_deg(), far.lng_deg())))
}
