//! What a receiver would have measured of a beacon, drawn instead of simulated.

use geo_index::{
    Place,
    geodesy::{light_delay_ns, slant_range_m},
};
use poc_verifier::{
    BeaconPlan, Region,
    checks::reciprocity::Level,
    messages::{Hop, Report, ShortId},
    plan::HopPlan,
    protocol::PAYLOAD_BYTES,
};

use super::{Dice, Link, Site, villains::Villain};

/// Share of slots with an interferer, and the share of hops that it takes.
const INTERFERED: f64 = 0.05;
const HOPS_LOST: f64 = 0.4;
/// Wander of honest carriers within a beacon, Hz; echoes, ns, free and blocked.
const WANDER_HZ: f64 = 3.0;
const ECHOES_NS: (f64, f64) = (100.0, 400.0);
/// Error of a level, dB.
const LEVEL_DB: f64 = 1.0;
/// Thermal noise in 250 kHz, dBm; SNR below which SF7 is not decoded, dB.
const THERMAL_DBM: f64 = -120.0;
const DECODES_DB: f64 = -7.5;
/// Standard error of an arrival at the decoding limit, ns.
const ARRIVAL_NS: f64 = 52.0;
/// Greatest change of a crystal within a day of 20 degrees' swing, parts of one.
const SWING: f64 = 0.5e-6;
/// Network time at which the window of every report began, ns.
pub(super) const WINDOW_NS: i64 = 1_000_000_000;

/// What is true of one frame, for a villain to know as much of it as it may.
pub struct Frame<'a> {
    /// As the beaconer sent it.
    pub plan: &'a HopPlan,
    /// The path that it took.
    pub link: &'a Link,
    /// Distance between the asserted places, m.
    pub asserted_m: f64,
    /// Distance that the signal went, m.
    pub true_m: f64,
}

/// What a day has of one anchor's beacon, and of the other direction.
pub(super) struct Heard {
    /// The report, as it is or as a villain has it.
    pub(super) report: Report,
    /// What the anchor heard of the hotspot's own beacon.
    pub(super) back: Vec<Level>,
}

/// Hears a beacon, and is heard.
pub(super) fn hear(
    site: &Site,
    link: &Link,
    stands: Place,
    plan: &BeaconPlan,
    villain: Option<&dyn Villain>,
    dice: &mut Dice,
) -> Heard {
    let lost = if dice.happens(INTERFERED) { HOPS_LOST } else { 0.0 };
    let fast = site.fast + if site.party.follows_pps { 0.0 } else { dice.between(-SWING, SWING) };
    let asserted_m = slant_range_m(site.party.place, link.anchor.place);
    let true_m = slant_range_m(stands, link.anchor.place);
    let (mut hops, mut back) = (Vec::new(), Vec::new());
    for hop_plan in &plan.hops {
        let fading_db = dice.normal(link.fading_db(site));
        let heard = measure(site, link, stands, (hop_plan, fading_db), fast, dice);
        let frame = Frame { plan: hop_plan, link, asserted_m, true_m };
        let heard = villain.map_or(heard.clone(), |villain| villain.forge(heard, &frame, dice));
        if f64::from(heard.snr_cdb) * 0.01 > DECODES_DB && !dice.happens(lost) {
            hops.push(heard);
        }
        if !dice.happens(lost) {
            let level_db = fading_db + dice.normal(LEVEL_DB);
            back.push(Level { channel_hz: hop_plan.channel_hz, level_db });
        }
    }
    Heard { report: Report { window: 1, beacon: ShortId::of(&link.anchor.key), hops }, back }
}

/// Loss in free space, dB.
pub(super) fn free_space_db(distance_m: f64, carrier_hz: f64) -> f64 {
    32.44 + 20.0 * (carrier_hz * 1e-9 * distance_m.max(10.0)).log10()
}

/// Half of a beacon frame's air time, ns: arrivals are of the middle.
fn half_frame_ns() -> f64 {
    Region::EU868.frame().airtime_us(PAYLOAD_BYTES) as f64 * 500.0
}

fn measure(
    site: &Site,
    link: &Link,
    stands: Place,
    (plan, fading_db): (&HopPlan, f64),
    fast: f64,
    dice: &mut Dice,
) -> Hop {
    let (worse, carrier_hz) = (site.worse(), f64::from(plan.channel_hz));
    let free = |pair: (f64, f64)| if link.blocked { pair.1 } else { pair.0 };
    let distance_m = slant_range_m(stands, link.anchor.place);
    let rssi_dbm = link.anchor.eirp_dbm()
        - f64::from(plan.power_dither_db)
        - free_space_db(distance_m, carrier_hz)
        - link.excess_db
        + site.party.gain_dbi()
        + fading_db
        + dice.normal(LEVEL_DB);
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
    let late_ns = half_frame_ns() + flight_ns + fast * plan.start_ns as f64;
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
