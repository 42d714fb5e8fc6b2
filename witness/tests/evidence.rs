//! What a receiver keeps of a frame, and what the samples say of it: honest frames, and statements that are
//! not.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod air;
mod kept;

use air::{Link, add_frame, add_noise, generator};
use kept::{Tally, config, drawn_segment, format, hear, heard, look, sigmas};
use num_complex::Complex32;
use witness::{HeardFrame, Noise, Recheck, Snippet, StatedFrame, Statistic, recheck};

/// Two-sided 1 % of a normal deviate; 1 % of Gamma(4), which is what four lags' colour is; the same for
/// chi-square of 63.
const NORMAL: f64 = 2.576;
const COLOUR: f64 = 10.05;
const SPECTRUM: f64 = 92.0;

fn segments(frame: &HeardFrame) -> &[Snippet] {
    frame.evidence.as_ref().unwrap().capture.segments()
}

/// The three numbers that are compared with the statement, and the four that say noise, over segments drawn
/// at random.
fn tallies(sf: u32, oversampling: f64, snr_db: f64, seeds: u64) -> [(&'static str, Tally); 7] {
    let mut tallies = ["level", "carrier", "arrival", "power", "colour", "kurtosis", "spectrum"]
        .map(|name| (name, Tally::default()));
    for seed in 0..seeds {
        let frame = heard(format(sf), oversampling, snr_db, 1000 * snr_db as u64 + seed);
        let found = look(&frame, drawn_segment(&frame, seed));
        let beside = found.residual.beside_guard.unwrap();
        let over = |statistic: Statistic, limit: f64| (statistic.sigmas(), statistic.value > limit);
        let normal = |value: f64| (value, value.abs() > NORMAL);
        let values = [
            normal(sigmas(found.level_db)),
            normal(sigmas(found.cfo_hz)),
            normal(found.arrival_ns.map_or(0.0, sigmas)),
            normal(beside.power.sigmas()),
            over(beside.colour, COLOUR),
            normal(found.residual.noise.kurtosis.sigmas()),
            over(beside.spectrum, SPECTRUM),
        ];
        for ((_, tally), (value, alarm)) in tallies.iter_mut().zip(values) {
            tally.add(value, alarm);
        }
    }
    tallies
}

/// Replica subtraction at native timing: what is left of an honest frame is the noise of its guard, at every
/// SNR up to 15 dB. (A resampling pipeline leaves 88 % false alarms at 15 dB: notes/physics.md, section 0.)
#[test]
fn an_honest_frame_leaves_the_noise_of_its_guard() {
    for (sf, oversampling, seeds) in [(7, 2.0, 150), (7, 1.0, 100), (9, 2.0, 80), (7, 4.0, 100)] {
        for snr_db in [0.0, 5.0, 15.0] {
            for (name, tally) in tallies(sf, oversampling, snr_db, seeds) {
                println!("SF{sf} at {oversampling}x, {snr_db} dB: {name} {tally}");
                let calibrated = match name {
                    // A part of what the statement was estimated from cannot differ from it by its whole
                    // error.
                    "level" | "carrier" | "arrival" => tally.mean().abs() < 0.5 && tally.deviation() < 1.25,
                    _ => tally.is_calibrated(1.0),
                };
                assert!(calibrated && tally.alarm_rate() <= 0.06, "{name} {tally}");
            }
        }
    }
}

/// At one sample a chip or two, straight from the converter, the guard is white: every statistic by itself.
#[test]
fn a_guard_is_white() {
    let names = ["colour", "kurtosis", "flatness"];
    let mut tallies = names.map(|_| Tally::default());
    for seed in 0..200 {
        let frame = heard(format(7), 2.0, 10.0, seed);
        let guard = &segments(&frame)[0];
        let noise = Noise::of(&guard.samples(), 0, guard.rounding_power()).unwrap();
        for (tally, statistic) in tallies.iter_mut().zip([noise.colour, noise.kurtosis, noise.flatness]) {
            tally.add(statistic.sigmas(), statistic.sigmas().abs() > NORMAL);
        }
        // 10 dB below amplitude 1 in half of the sampled band is 0.2; the rest is the gain of `on_air`.
        let relative = noise.power / (0.2 * 9e-6) - 1.0;
        assert!(relative.abs() < 5.0 / 64.0, "{relative}");
    }
    for (name, tally) in names.into_iter().zip(&tallies) {
        println!("guard: {name} {tally}");
        assert!(tally.is_calibrated(1.0), "{name} {tally}");
    }
}

/// The verifier's own pipeline, or the forger's: a replica a quarter of a chip off leaves itself in the
/// residual and shows in the arrival.
#[test]
fn a_mistimed_replica_is_told() {
    for (snr_db, chips) in [(15.0, 0.1), (5.0, 0.25), (-2.0, 0.5)] {
        let frame = heard(format(7), 2.0, snr_db, 3);
        let mistimed = |late_chips: f64| {
            let mut stated = frame.stated().unwrap();
            stated.first_sample += late_chips * 2.0;
            recheck(&stated, &segments(&frame)[2], Some(&segments(&frame)[0])).unwrap()
        };
        let (honest, late) = (mistimed(0.0), mistimed(chips));
        let arrival = late.arrival_ns.unwrap();
        assert!((arrival.value + chips * 8000.0).abs() < 5.0 * arrival.sigma + 0.02 * chips * 8000.0);
        assert!(sigmas(arrival) < -8.0 && sigmas(honest.arrival_ns.unwrap()).abs() < 4.0);
        let power = |found: &Recheck| found.residual.beside_guard.unwrap().power.sigmas();
        println!("{snr_db} dB, {chips} chips late: {arrival:?}, power {:.1} sigma", power(&late));
        assert!(power(&honest).abs() < 4.0);
        assert!(power(&late) > 5.0 || snr_db < 5.0, "{}", power(&late));
    }
}

/// A frame that was interpolated linearly from a template, instead of received: 15 dB are enough to see it.
/// Interpolation is a filter, so only what one gain leaves tells; to a single receiver it looks like an echo.
#[test]
fn a_resampled_frame_is_told() {
    let format = format(7);
    let mut template = vec![Complex32::ZERO; 30_000];
    add_frame(
        format,
        b"sixteen bytes 16",
        Link { delay_chips: 5000.0, ..Link::clean(2.0) },
        1.0,
        &mut template,
    );
    let link = Link { snr_db: 15.0, ..Link::clean(2.0) };
    let told = |fraction: f32| {
        let mut samples: Vec<Complex32> =
            template.windows(2).map(|pair| pair[0] * (1.0 - fraction) + pair[1] * fraction).collect();
        add_noise(link, &mut samples, &mut generator(5));
        let frames = hear(&config(format, 2.0), &samples);
        look(&frames[0], 3).residual.beside_guard.unwrap()
    };
    let (native, between) = (told(0.0), told(0.5));
    println!("native {:?}, between {:?}", native.power, between.power);
    assert!(native.power.sigmas().abs() < 4.0);
    assert!(between.power.sigmas() > 5.0);
}

/// An echo of half the amplitude, a third of a chip late: signal, not a forgery. One gain leaves it, the
/// filter does not.
#[test]
fn an_echo_is_not_taken_for_a_forgery() {
    let format = format(7);
    let direct = Link { delay_chips: 5000.3, cfo_hz: 700.0, snr_db: 15.0, ..Link::clean(2.0) };
    let mut alarms = 0.0;
    for seed in 0..40 {
        let mut samples = vec![Complex32::ZERO; 30_000];
        add_frame(format, b"sixteen bytes 16", direct, 1.0, &mut samples);
        let echo = Link { delay_chips: 5000.63, phase_cycles: seed as f64 / 40.0, ..direct };
        add_frame(format, b"sixteen bytes 16", echo, 0.5, &mut samples);
        add_noise(direct, &mut samples, &mut generator(seed));
        let frames = hear(&config(format, 2.0), &samples);
        let found = look(&frames[0], drawn_segment(&frames[0], seed));
        let (one, filtered) = (found.residual.beside_guard.unwrap(), found.filtered.beside_guard.unwrap());
        assert!(filtered.power.value < one.power.value);
        alarms += f64::from(u8::from(filtered.power.sigmas() > 3.1)) / 40.0;
    }
    println!("echo: {:.0} % of the filtered residuals above 3.1 sigma", 100.0 * alarms);
    assert!(alarms <= 0.1);
}

/// Carrier, level and symbols other than those on air.
#[test]
fn false_statements_are_told() {
    let frame = heard(format(9), 2.0, 5.0, 9);
    let look = |change: &dyn Fn(&mut StatedFrame)| {
        let mut stated = frame.stated().unwrap();
        change(&mut stated);
        recheck(&stated, &segments(&frame)[8], Some(&segments(&frame)[0])).unwrap()
    };
    let carrier = look(&|stated| stated.cfo_hz += 20.0).cfo_hz;
    assert!((carrier.value + 20.0).abs() < 5.0 * carrier.sigma && sigmas(carrier) < -6.0, "{carrier:?}");
    let far = look(&|stated| stated.cfo_hz += 700.0);
    assert!(far.level_db.value < -10.0 && far.residual.beside_guard.unwrap().power.sigmas() > 8.0);
    let level = look(&|stated| stated.gain *= 1.26).level_db;
    assert!((level.value + 2.0).abs() < 5.0 * level.sigma && sigmas(level) < -5.0, "{level:?}");
    let other = look(&|stated| stated.symbols.iter_mut().for_each(|symbol| *symbol = (*symbol + 100) % 512));
    assert!(other.level_db.value < -10.0);
}
