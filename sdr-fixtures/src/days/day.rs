//! One day of one hotspot: twenty reports of anchors' beacons, and one place.

use geo_index::{Place, geodesy::light_delay_ns, geodesy::slant_range_m};
use poc_verifier::{
    BeaconPlan, Edge, PlaceVerdict, Protocol, Region, Standing, checks,
    hypothesis::DayEvidence,
    messages::{Hop, Report, ShortId},
    place::{self, Arrival, Timed},
    plan::HopPlan,
};

use super::{Dice, Link, Site, villains::Villain};

/// Reports a day.
const REPORTS: usize = 20;
/// Share of slots with an interferer, and the share of hops that it takes.
const INTERFERED: f64 = 0.05;
const HOPS_LOST: f64 = 0.4;
/// Wander of honest carriers within a beacon, Hz; clocks of anchors, ns; fading from hop to hop, dB, and echoes, ns, free and blocked.
const WANDER_HZ: f64 = 3.0;
const CLOCK_NS: f64 = 30.0;
const FADING_DB: (f64, f64) = (2.0, 4.5);
const ECHOES_NS: (f64, f64) = (100.0, 400.0);
/// Thermal noise in 250 kHz, dBm; SNR below which SF7 is not decoded, dB.
const THERMAL_DBM: f64 = -120.0;
const DECODES_DB: f64 = -7.5;
/// Standard error of an arrival at the decoding limit, ns.
const ARRIVAL_NS: f64 = 52.0;
/// Greatest change of a crystal within a day of 20 degrees' swing, parts of one.
const SWING: f64 = 0.5e-6;
const WINDOW_NS: i64 = 1_000_000_000;

/// Draws a day of a site, cheated or honest, and lets the verifier score it.
pub fn score_day(site: &Site, villain: Option<&dyn Villain>, dice: &mut Dice) -> DayEvidence {
    let protocol = Protocol::new(Region::EU868, 12);
    let stands = villain.map_or(site.party.place, |villain| villain.stands(site.party.place, dice));
    let placed = judge_place(site, stands, dice);
    let mut day = DayEvidence::default();
    day.add_place(&placed);
    let anchored = PlaceVerdict::by_genesis();
    for number in 0..REPORTS {
        let link = &site.links[number % site.links.len()];
        if site.difficult && dice.happens(0.5) {
            continue;
        }
        let plan = BeaconPlan::derive(&protocol, &link.anchor.key, &dice.hash(), &dice.hash());
        let report = hear(site, link, stands, &plan, villain, dice);
        let edge = Edge {
            protocol: &protocol,
            beaconer: &link.anchor,
            witness: &site.party,
            drawn: true,
            plan: Some(&plan),
            standing: Standing::Committed,
            report: &report,
            window_start_ns: WINDOW_NS,
            beaconer_place: &anchored,
            witness_place: &placed,
            asked: None,
            answer_late_ns: None,
            recorded_in: None,
            terrain: None,
        };
        day.add_report(&checks::run(&edge));
    }
    day
}

/// What the anchors that heard its own beacon say of where it stands.
fn judge_place(site: &Site, stands: Place, dice: &mut Dice) -> PlaceVerdict {
    let deaf = if site.difficult { 0.5 } else { 0.0 };
    let mut arrivals = Vec::new();
    for link in &site.links {
        if dice.happens(deaf) {
            continue;
        }
        let error_ns = dice.normal(CLOCK_NS) + dice.normal(20.0 * site.worse()) + link.late_ns;
        let delay_ns = light_delay_ns(stands, link.anchor.place) + error_ns;
        arrivals.push(Arrival {
            anchor: &link.anchor,
            delay_ns,
            sigma_ns: 20.0,
            hops: 8,
            timed: Timed::ByPps,
        });
    }
    place::judge(&site.party, &[arrivals])
}

fn hear(
    site: &Site,
    link: &Link,
    stands: Place,
    plan: &BeaconPlan,
    villain: Option<&dyn Villain>,
    dice: &mut Dice,
) -> Report {
    let lost = if dice.happens(INTERFERED) { HOPS_LOST } else { 0.0 };
    let fast = site.fast + if site.party.follows_pps { 0.0 } else { dice.between(-SWING, SWING) };
    let mut hops = Vec::new();
    for hop_plan in &plan.hops {
        let heard = measure(site, link, stands, hop_plan, fast, dice);
        let heard = villain.map_or(heard.clone(), |villain| villain.forge(heard, hop_plan, dice));
        if f64::from(heard.snr_cdb) * 0.01 > DECODES_DB && !dice.happens(lost) {
            hops.push(heard);
        }
    }
    Report { window: 1, beacon: ShortId::of(&link.anchor.key), hops }
}

fn measure(site: &Site, link: &Link, stands: Place, plan: &HopPlan, fast: f64, dice: &mut Dice) -> Hop {
    let (worse, carrier_hz) = (site.worse(), f64::from(plan.channel_hz));
    let free = |pair: (f64, f64)| if link.blocked { pair.1 } else { pair.0 };
    let distance_km = (slant_range_m(stands, link.anchor.place) * 1e-3).max(0.01);
    let free_space_db = 32.44 + 20.0 * (carrier_hz * 1e-6 * distance_km).log10();
    let rssi_dbm = link.anchor.eirp_dbm() - f64::from(plan.power_dither_db) - free_space_db - link.excess_db
        + site.party.gain_dbi()
        + dice.normal(free(FADING_DB) * worse.sqrt());
    let floor_dbm = THERMAL_DBM + site.noise_db;
    let snr_db = rssi_dbm - floor_dbm + dice.normal(0.5);
    let cfo_hz = -fast * carrier_hz + f64::from(plan.frequency_dither_hz) + dice.normal(WANDER_HZ * worse);
    let sigma_ns = ARRIVAL_NS * 10_f64.powf((DECODES_DB - snr_db) / 20.0).clamp(0.02, 1.0);
    let echo_ns = if link.blocked {
        dice.exponential(free(ECHOES_NS) * worse)
    } else {
        dice.normal(free(ECHOES_NS) * worse)
    };
    let flight_ns =
        light_delay_ns(stands, link.anchor.place) + link.late_ns + echo_ns + dice.normal(sigma_ns);
    let late_ns = flight_ns + fast * plan.start_ns as f64;
    Hop {
        payload: plan.payload.to_vec(),
        channel_hz: plan.channel_hz,
        rssi_cdbm: (rssi_dbm * 100.0) as i32,
        noise_floor_cdbm: (floor_dbm * 100.0) as i32,
        snr_cdb: (snr_db * 100.0) as i32,
        cfo_mhz: (cfo_hz * 1e3) as i64,
        cfo_sigma_mhz: 1000,
        sfo_ppb: (fast * 1e9) as i32,
        sfo_sigma_ppb: 2000,
        arrival_ns: WINDOW_NS + plan.start_ns + late_ns as i64,
        arrival_ps: 0,
        arrival_sigma_ps: (sigma_ns * 1e3) as u32,
        phase_mdeg: 0,
    }
}
