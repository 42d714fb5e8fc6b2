use super::*;
use crate::{
    finding::SCORE_REJECT,
    testing::{Dice, hop, protocol},
};

const TRIALS: u64 = 20_000;

/// Eight hops of a radio whose carrier was shifted by so many ppm after sampling.
fn clocks(dice: &mut Dice, shift_ppm: f64, snr_db: f64) -> Vec<ClockResidual> {
    let sigma_ppm = noise_ppm(&protocol(), snr_db).hypot(RADIO_PPM);
    let one = |_| ClockResidual { residual_ppm: dice.normal(sigma_ppm) - shift_ppm, sigma_ppm };
    (0..8).map(one).collect()
}

fn share_rejected(shift_ppm: f64, snr_db: f64) -> f64 {
    let scores = (0..TRIALS).map(|seed| score(&clocks(&mut Dice::new(seed), shift_ppm, snr_db)).unwrap());
    scores.filter(|score| *score >= SCORE_REJECT).count() as f64 / TRIALS as f64
}

#[test]
fn one_oscillator_passes_at_any_snr() {
    for snr_db in [-7.5, 0.0, 10.0, 30.0] {
        let worst = (0..TRIALS)
            .map(|seed| score(&clocks(&mut Dice::new(seed), 0.0, snr_db)).unwrap())
            .fold(f64::NEG_INFINITY, f64::max);
        println!("snr {snr_db} dB: sigma {:.2} ppm, worst honest {worst:.1}", noise_ppm(&protocol(), snr_db));
        assert!(worst < 0.5 * SCORE_REJECT, "{snr_db} dB: {worst}");
    }
}

#[test]
fn a_carrier_shifted_without_resampling_is_told() {
    for (snr_db, shift_ppm, least) in
        [(-5.0, 25.0, 0.99), (0.0, 12.0, 0.99), (10.0, 5.0, 0.99), (20.0, 3.0, 0.99)]
    {
        let share = share_rejected(shift_ppm, snr_db);
        println!("snr {snr_db} dB, {shift_ppm} ppm: {share:.4} rejected");
        assert!(share >= least && share_rejected(-shift_ppm, snr_db) >= least, "{snr_db} dB: {share}");
    }
}

/// The standard error is the witness's own word.
#[test]
fn a_generous_standard_error_is_not_believed() {
    let protocol = protocol();
    let plan = crate::BeaconPlan::derive(
        &protocol,
        &crate::testing::key(1),
        &Dice::new(1).hash(),
        &Dice::new(2).hash(),
    );
    let shifted = |sfo_sigma_ppb| -> Vec<ClockResidual> {
        let hops = plan.hops.iter().map(|plan| {
            let cfo_hz = 20e-6 * f64::from(plan.channel_hz) + f64::from(plan.frequency_dither_hz);
            let hop = crate::messages::Hop {
                payload: plan.payload.to_vec(),
                snr_cdb: 0,
                cfo_mhz: (cfo_hz * 1e3) as i64,
                sfo_ppb: 0,
                sfo_sigma_ppb,
                ..hop()
            };
            ClockResidual::of(&protocol, &HeardHop { hop: &hop, plan })
        });
        hops.collect()
    };
    for sfo_sigma_ppb in [500, 5_000, 50_000, 1_000_000] {
        let clocks = shifted(sfo_sigma_ppb);
        assert!((clocks[0].residual_ppm + 20.0).abs() < 0.01, "the dither is undone: {:?}", clocks[0]);
        assert!(score(&clocks).unwrap() > SCORE_REJECT, "{sfo_sigma_ppb} ppb");
    }
    assert_eq!(score(&shifted(500)[..3]), None, "three frames are too few");
}
