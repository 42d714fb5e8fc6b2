//! Estimators beside the Cramer-Rao bound and beside the errors that they state: short forms of `--example curves`.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod air;
mod errors;

use air::{Link, generator, uniform};
use errors::{
    Ear, Errors, QUANTITIES, Tally,
    echoes::{SURROUNDINGS, draw, receive},
};
use witness::{
    Bandwidth, CodingRate, CramerRaoBound, CrcStatus, FrameFormat, HeardFrame, SpreadingFactor, encode,
};

const BYTES: usize = 16;

fn format(sf: u32, coding_rate: CodingRate) -> FrameFormat {
    FrameFormat::new(SpreadingFactor::new(sf).unwrap(), Bandwidth::Khz125, coding_rate)
}

/// Sends frames over random links and hands each that is heard to `take`.
fn send(
    format: FrameFormat,
    ear: Ear,
    (snr_db, frames, seed): (f64, usize, u64),
    mut take: impl FnMut(&HeardFrame, &[u16], Link),
) {
    let mut rng = generator(seed);
    let mut hear = ear.listen(format);
    let chips = (format.chips(BYTES) + 14 * format.sf.chips()) as f64 + 4096.0;
    for _ in 0..frames {
        let payload: Vec<u8> = (0..BYTES).map(|_| uniform(&mut rng, 0.0, 256.0) as u8).collect();
        let lead = 4.0 * format.sf.chips() as f64;
        let link = Link::random(ear.oversampling(format), snr_db, 20.0, lead, &mut rng);
        let on_air = Link { cfo_hz: link.cfo_hz + ear.offset_hz(), ..link };
        let samples = air::receive(format, &payload, on_air, chips, &mut rng);
        for frame in hear(&samples) {
            if frame.crc == CrcStatus::Ok && frame.payload == payload {
                take(&frame, &encode(format, &payload).unwrap(), link);
            }
        }
    }
}

fn tally(format: FrameFormat, ear: Ear, points: &[(f64, usize, u64)]) -> Tally {
    let mut tally = Tally::default();
    for point in points {
        send(format, ear, *point, |frame, symbols, link| {
            let counted = frame.preamble_symbols == usize::from(format.preamble_symbols);
            tally.add(&Errors::of(&frame.measurements, format, symbols, link), counted);
        });
    }
    let sent: usize = points.iter().map(|(_, frames, _)| frames).sum();
    assert!(tally.heard * 20 > sent * 17, "{} of {sent} frames heard", tally.heard);
    assert!(tally.miscounted * 200 <= sent, "{} of {sent} preambles miscounted", tally.miscounted);
    tally
}

/// From the decoding threshold to +15 dB.
fn at_the_bound(format: FrameFormat, ear: Ear, points: &[(f64, usize, u64)]) {
    let tally = tally(format, ear, points);
    for (quantity, name) in QUANTITIES.into_iter().enumerate() {
        let (ratio, variance) = (tally.ratio(quantity).0, tally.normalised[quantity].mean());
        assert!(ratio < 1.2, "{name} at {}: {ratio} times the bound", ear.name());
        assert!((0.8..1.25).contains(&variance), "{name} at {}: normalised variance {variance}", ear.name());
    }
}

#[test]
fn every_estimator_is_at_the_bound_and_says_so() {
    let format = format(7, CodingRate::Cr45);
    for (index, ear) in [Ear::Direct(1.0), Ear::Direct(2.0), Ear::Direct(4.0)].into_iter().enumerate() {
        let seed = 7_000 + 10 * index as u64;
        at_the_bound(format, ear, &[(-9.4, 150, seed), (0.0, 150, seed + 1), (15.0, 200, seed + 2)]);
    }
}

#[test]
fn every_estimator_is_at_the_bound_in_a_wideband_stream() {
    let format = format(7, CodingRate::Cr45);
    at_the_bound(format, Ear::Wideband, &[(-9.4, 120, 7_100), (0.0, 120, 7_101), (15.0, 160, 7_102)]);
}

#[test]
fn every_estimator_is_at_the_bound_at_a_higher_spreading_factor() {
    let points = [(-14.9, 150, 7_200), (-4.0, 100, 7_201), (15.0, 150, 7_202)];
    at_the_bound(format(9, CodingRate::Cr45), Ear::Direct(2.0), &points);
}

#[test]
fn long_frames_at_the_lowest_level_are_at_the_bound() {
    // Sixty frames tell a variance to 18 % (one sigma).
    let tally = tally(format(12, CodingRate::Cr45), Ear::Direct(2.0), &[(-23.2, 60, 7_300)]);
    for (quantity, name) in QUANTITIES.into_iter().enumerate() {
        let (ratio, variance) = (tally.ratio(quantity).0, tally.normalised[quantity].mean());
        assert!(ratio < 1.3, "{name}: {ratio} times the bound");
        assert!((0.5..1.6).contains(&variance), "{name}: normalised variance {variance}");
    }
}

#[test]
fn no_sample_rate_biases_the_arrival() {
    // The bound of this frame is 7 ns at +15 dB and 1.2 ns at +30 dB; samples at the chirps' folds once cost 5 ns.
    let format = format(7, CodingRate::Cr45);
    for ear in [Ear::Direct(1.0), Ear::Direct(2.0), Ear::Direct(4.0), Ear::Direct(7.68), Ear::Wideband] {
        let mut worst: f64 = 0.0;
        send(format, ear, (f64::INFINITY, 25, 7_400), |frame, symbols, link| {
            let error = Errors::of(&frame.measurements, format, symbols, Link { snr_db: 30.0, ..link }).error;
            worst = worst.max(error[0].abs()).max(error[1].abs());
        });
        assert!(worst < 0.5, "{} ns at {}", worst, ear.name());
    }
}

#[test]
fn the_preamble_is_counted_where_frames_barely_decode() {
    let mut wrong = 0;
    send(format(7, CodingRate::Cr48), Ear::Direct(2.0), (-10.6, 400, 7_500), |frame, _, _| {
        wrong += usize::from(frame.preamble_symbols != 8);
    });
    assert!(wrong <= 1, "{wrong} of 400");
}

#[test]
fn the_bound_agrees_with_the_closed_form_for_random_symbols() {
    let mut rng = generator(7_600);
    for (sf, snr_db) in [(7, -7.5), (9, 0.0), (12, -20.0)] {
        let format = format(sf, CodingRate::Cr45);
        let payload: Vec<u8> = (0..40).map(|_| uniform(&mut rng, 0.0, 256.0) as u8).collect();
        let symbols = encode(format, &payload).unwrap();
        let bound = CramerRaoBound::of(format, &symbols, snr_db, 0.0).unwrap();
        let (chips, snr) = (format.chips(40) as f64, 10_f64.powf(snr_db / 10.0));
        let turn = std::f64::consts::TAU;
        // notes/physics.md section 1.
        let tau_ns = 12_f64.sqrt() / (turn * 125e3 * (2.0 * snr * chips).sqrt()) * 1e9;
        let carrier_hz = 6_f64.sqrt() / (turn * chips / 125e3 * (snr * chips).sqrt());
        let clock_ppm = 12.0 / (turn * chips * (2.0 * snr * chips).sqrt()) * 1e6;
        for (exact, closed) in
            [(bound.middle_ns, tau_ns), (bound.cfo_hz, carrier_hz), (bound.sfo_ppm, clock_ppm)]
        {
            assert!((exact / closed - 1.0).abs() < 0.1, "SF{sf}: {exact} for {closed}");
        }
        assert!(bound.arrival_ns > 1.8 * bound.middle_ns, "the clock is not known at the start");
    }
}

#[test]
fn the_first_path_is_nearer_than_the_strongest_and_honest() {
    let format = format(7, CodingRate::Cr45);
    let mut hear = Ear::Direct(2.0).listen(format);
    for (index, surroundings) in SURROUNDINGS.into_iter().enumerate() {
        let mut rng = generator(7_700 + index as u64);
        let (mut strongest, mut first, mut normalised, mut heard) = (0.0, 0.0, 0.0, 0.0);
        for _ in 0..120 {
            let ways = draw(surroundings, 1.0, &mut rng);
            let payload: Vec<u8> = (0..BYTES).map(|_| uniform(&mut rng, 0.0, 256.0) as u8).collect();
            let link = Link::random(2.0, 10.0, 20.0, 512.0, &mut rng);
            let chips = (format.chips(BYTES) + 14 * 128) as f64 + 4096.0;
            let samples = receive(format, &payload, link, (&ways, 868e6), chips, &mut rng);
            for frame in hear(&samples).iter().filter(|frame| frame.payload == payload) {
                let (measured, first_path_ns) = (frame.measurements, frame.first_path_ns());
                let late = Errors::of(&measured, format, &encode(format, &payload).unwrap(), link).error[0];
                let first_late = late + first_path_ns.value;
                strongest += late * late;
                first += first_late * first_late;
                normalised += (first_late / first_path_ns.sigma).powi(2);
                heard += 1.0;
            }
        }
        assert!(heard > 100.0);
        let name = surroundings.0;
        assert!(normalised / heard < 1.5, "{name}: normalised variance {}", normalised / heard);
        // In open country there is nothing to gain, and little may be lost; elsewhere it must be worth its trouble.
        let limit = match name {
            "rural" => 3.0,
            "suburban" => 1.0,
            _ => 0.6,
        };
        let ratio = (first / strongest).sqrt();
        assert!(ratio < limit, "{name}: {ratio} times the strongest path's error");
    }
}
