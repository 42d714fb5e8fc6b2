//! Which samples are kept, through every door of the receiver, and that they are what was committed to.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod air;
mod kept;

use air::{Link, add_frame, add_noise, generator};
use kept::{config, format, hear, heard, look, on_air, sigmas};
use num_complex::Complex32;
use proptest::prelude::*;
use witness::{
    Bandwidth, Capture, Depth, Exhibit, FrameFormat, Gateway, GatewayChannel, GatewayConfig, HeardFrame,
    Receiver, ReceiverConfig, Recheck, Snippet, encode, frame_chirps, fuzz,
};

fn segments(frame: &HeardFrame) -> &[Snippet] {
    frame.evidence.as_ref().unwrap().capture.segments()
}

/// All numbers of an honest frame within four standard errors.
fn is_honest(found: &Recheck) -> bool {
    let beside = found.residual.beside_guard.unwrap();
    let numbers = [
        sigmas(found.level_db),
        sigmas(found.cfo_hz),
        found.arrival_ns.map_or(0.0, sigmas),
        beside.power.sigmas(),
        found.residual.noise.kurtosis.sigmas(),
    ];
    numbers.into_iter().all(|sigmas| sigmas.abs() < 4.0) && beside.colour.sigmas() < 5.0
}

/// Frames in two channels of a wideband stream, off the channels' centres, the second one over a cut that is
/// off its channel too: every segment agrees with what the gateway states. All its channels keep a whole
/// guard although their samples are only cut on demand.
#[test]
fn a_gateway_keeps_what_its_channels_cut() {
    const RATE_HZ: u32 = 1_000_000;
    let centres_hz = [867.9e6, 868.300_123e6];
    let channels = centres_hz.map(|centre_hz| GatewayChannel {
        centre_hz,
        bandwidth: Bandwidth::Khz125,
        spreading_factors: vec![format(7).sf, format(9).sf],
    });
    let config = GatewayConfig { evidence: true, ..GatewayConfig::new(RATE_HZ, 868.1e6, channels.to_vec()) };
    let mut samples = vec![Complex32::ZERO; 700_000];
    for (centre_hz, (sf, start_chips, cfo_hz)) in
        centres_hz.into_iter().zip([(7, 6000.4, 900.0), (9, 9000.7, -1500.0)])
    {
        let offset_hz = centre_hz - 868.1e6 + cfo_hz;
        let link = Link { delay_chips: start_chips, cfo_hz: offset_hz, ..Link::clean(8.0) };
        add_frame(format(sf), b"two channels", link, 1.0, &mut samples);
    }
    add_noise(Link { snr_db: 10.0, ..Link::clean(8.0) }, &mut samples, &mut generator(4));
    let mut gateway = Gateway::new(&config).unwrap();
    let mut frames = Vec::new();
    gateway.push(&samples, &mut frames);
    gateway.finish(&mut frames);
    assert_eq!(frames.len(), 2);
    for heard in frames {
        let kept = segments(&heard.frame);
        assert_eq!(kept[0].len(), Capture::GUARD_SAMPLES);
        for segment in 1..kept.len() - 1 {
            let found = look(&heard.frame, segment);
            assert!(is_honest(&found), "channel {} segment {segment}: {found:?}", heard.channel);
        }
    }
}

/// A payload that stands a chip early, after a carrier phase that the SFD's missing chip left; and one whose
/// every chirp begins at a phase of its own.
#[test]
fn payloads_that_do_not_follow_the_carrier_leave_noise() {
    for incoherent in [false, true] {
        let format = format(7);
        let frames = hear(&config(format, 2.0), &as_others_send(format, incoherent));
        let payload = frames[0].stated().unwrap().payload;
        assert_eq!((payload.early, payload.incoherent), (!incoherent, incoherent));
        for segment in 1..segments(&frames[0]).len() - 1 {
            let found = look(&frames[0], segment);
            assert!(is_honest(&found), "{segment}: {found:?}");
        }
    }
}

fn as_others_send(format: FrameFormat, incoherent: bool) -> Vec<Complex32> {
    let chips = format.sf.chips() as u16;
    let early = u16::from(!incoherent);
    let symbols = encode(format, b"not as we send").unwrap();
    let symbols: Vec<u16> = symbols.iter().map(|symbol| (symbol + chips - early) % chips).collect();
    let quarter = usize::from(format.preamble_symbols) + 4;
    let mut samples = vec![Complex32::ZERO; 9000];
    let mut carried = 0.3;
    for (index, chirp) in frame_chirps(format, &symbols).into_iter().enumerate() {
        let length = if index == quarter { chirp.chips - usize::from(early) } else { chirp.chips };
        samples.extend((0..2 * length).map(|n| {
            // A quarter of a chip into it: a seam between chirps does not fall on a sample.
            let cycles = carried + chirp.phase_cycles(format.sf, n as f64 / 2.0 + 0.25);
            let (sin, cos) = (std::f64::consts::TAU * cycles.fract()).sin_cos();
            Complex32::new(cos as f32, sin as f32)
        }));
        carried += chirp.phase_cycles(format.sf, length as f64);
        if incoherent && index >= quarter {
            carried += 0.382 * index as f64;
        }
    }
    samples.resize(samples.len() + 9000, Complex32::ZERO);
    add_noise(Link { snr_db: 12.0, ..Link::clean(2.0) }, &mut samples, &mut generator(8));
    samples
}

/// What a report shows is about 8 KiB: guard and first symbols, each with its path.
#[test]
fn a_report_shows_eight_kibibytes() {
    let frame = heard(format(9), 2.0, 0.0, 1);
    let capture = &frame.evidence.as_ref().unwrap().capture;
    let (guard, first) = (capture.exhibit(0).unwrap(), capture.exhibit(1).unwrap());
    assert_eq!((guard.snippet.len(), guard.snippet.depth()), (4096, Depth::Four));
    assert_eq!((first.snippet.len(), first.snippet.depth()), (2048, Depth::Eight));
    let bytes = guard.to_bytes().len() + first.to_bytes().len();
    println!("{bytes} bytes shown of a frame of {} segments", capture.segments().len());
    assert!((8192..9216).contains(&bytes));
    assert!([&guard, &first].into_iter().all(|exhibit| exhibit.verify(&capture.root()).is_ok()));
    let gap = look(&frame, 1).guard_gap_samples.unwrap();
    assert!((32.0..33.01).contains(&gap), "{gap}");
    let start = frame.measurements.sample_start;
    assert!((start - first.snippet.position() as f64).abs() <= 1.0, "the frame part begins with the frame");
}

/// Noise made up afterwards, or another stretch of a real capture, is not what was committed to.
#[test]
fn forged_samples_are_not_of_the_capture() {
    let (frame, other) = (heard(format(7), 2.0, 5.0, 1), heard(format(7), 2.0, 5.0, 2));
    let capture = &frame.evidence.as_ref().unwrap().capture;
    let shown = capture.exhibit(0).unwrap();
    let mut noise = vec![Complex32::ZERO; Capture::GUARD_SAMPLES];
    add_noise(Link { snr_db: 5.0, ..Link::clean(2.0) }, &mut noise, &mut generator(77));
    let synthetic = Snippet::of(&noise, shown.snippet.position(), Depth::Four).unwrap();
    for forged in [synthetic, segments(&other)[0].clone()] {
        let exhibit = Exhibit { snippet: forged, ..shown.clone() };
        assert!(exhibit.verify(&capture.root()).is_err());
    }
}

#[test]
fn nothing_is_kept_unless_asked_for_and_keeping_changes_nothing() {
    let samples = on_air(format(8), 4.0, 0.0, 4);
    let kept = hear(&config(format(8), 4.0), &samples);
    let bare = hear(&ReceiverConfig { evidence: false, ..config(format(8), 4.0) }, &samples);
    assert!(bare[0].evidence.is_none() && bare[0].stated().is_none() && kept[0].evidence.is_some());
    assert_eq!(HeardFrame { evidence: None, ..kept[0].clone() }, bare[0]);
}

#[test]
fn any_chunking_keeps_the_same_bytes() {
    let samples = on_air(format(7), 2.0, 0.0, 6);
    let whole = hear(&config(format(7), 2.0), &samples);
    for chunk in [1, 777, 5000] {
        let mut receiver = Receiver::new(&config(format(7), 2.0)).unwrap();
        let mut frames = Vec::new();
        samples.chunks(chunk).for_each(|chunk| receiver.push(chunk, &mut frames));
        receiver.finish(&mut frames);
        assert_eq!(frames, whole);
    }
}

/// The stream begins 300 samples before the frame, 20 before it, or inside its first up-chirp: the frame then
/// begins with the second, and what there is of the first is all that the guard can have.
#[test]
fn a_short_stream_has_a_short_guard() {
    let format = format(7);
    for (lead_chips, guard) in [(150.0, 268), (10.0, 0), (-100.0, 24)] {
        let mut samples = vec![Complex32::ZERO; 30_000];
        let link = Link { delay_chips: lead_chips, snr_db: 15.0, ..Link::clean(2.0) };
        add_frame(format, b"early", link, 1.0, &mut samples);
        add_noise(link, &mut samples, &mut generator(2));
        let frame = &hear(&config(format, 2.0), &samples)[0];
        let length = segments(frame)[0].len();
        assert!(length.abs_diff(guard) <= 1, "{length} of {guard}");
        let found = look(frame, 1);
        assert!(sigmas(found.level_db).abs() < 4.0);
        assert_eq!(found.residual.beside_guard.is_some(), guard > 200);
    }
}

/// Samples 0 to 4095 of a guard and 2148 of a frame, integers that any language can count out, and their
/// root. A second implementation, in Python with its own BLAKE3, gave these bytes.
#[test]
fn golden_root() {
    let sample = |n: i32, scale: f32| {
        Complex32::new((n * 7919 % 251 - 125) as f32 * scale, (n * 7907 % 241 - 120) as f32 * scale)
    };
    let guard: Vec<Complex32> = (0..4096).map(|n| sample(n, 1.0 / 1024.0)).collect();
    let frame: Vec<Complex32> = (4128..4128 + 2148).map(|n| sample(n, 1.0 / 256.0)).collect();
    let capture = Capture::of((0, &guard), (4128, &frame)).unwrap();
    let heads = capture.segments().iter().map(|segment| &segment.as_bytes()[..24]);
    let heads: Vec<String> = heads
        .map(|head| head.iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().concat())
        .collect();
    assert_eq!(
        heads,
        [
            "697131040010000000000000000000007c0e0e3dcc200df1",
            "697131080008000020100000000000000e0d0e3c09d2d62a",
            "69713108640000002018000000000000b71f0e3c08ddd535"
        ]
    );
    assert_eq!(
        capture.root().to_string(),
        "a4c502187696fe8f05a442293acf67ba1a6b10e8eff485a3574602b5e58fc122"
    );
}

/// The weaker of two frames that collide is heard after the stronger was taken out, and its samples are kept
/// as they were heard: without the stronger. The stronger's own are as they came, with the weaker in them.
#[test]
fn what_is_kept_of_a_covered_frame_is_what_was_heard() {
    let mut samples = vec![Complex32::ZERO; 40_000];
    let link = |delay_chips, cfo_hz| Link { delay_chips, cfo_hz, ..Link::clean(2.0) };
    add_frame(format(7), b"the stronger one", link(5000.3, 800.0), 3.2, &mut samples);
    add_frame(format(7), b"the weaker one", link(7000.8, -2100.0), 1.0, &mut samples);
    add_noise(Link { snr_db: 5.0, ..Link::clean(2.0) }, &mut samples, &mut generator(3));
    let frames = hear(&config(format(7), 2.0), &samples);
    assert_eq!(frames.len(), 2);
    for segment in 1..6 {
        let [stronger, weaker] = [0, 1].map(|frame: usize| look(&frames[frame], segment));
        assert!(is_honest(&weaker), "{weaker:?}");
        // From sample 14,000 on, in the third segment, the stronger is not alone; that is no forgery either.
        let power = stronger.residual.beside_guard.unwrap().power;
        assert_eq!(power.value > 1.5, segment >= 3, "{segment}: {power:?}");
    }
}

/// Bytes of real exhibits and snippets, changed here and there.
fn mutated() -> impl Strategy<Value = Vec<u8>> {
    let frame = heard(format(7), 2.0, 5.0, 1);
    let capture = &frame.evidence.as_ref().unwrap().capture;
    let seeds = vec![
        capture.exhibit(0).unwrap().to_bytes(),
        capture.exhibit(capture.segments().len() - 1).unwrap().to_bytes(),
        capture.segments()[0].as_bytes().to_vec(),
        capture.segments()[1].as_bytes()[..60].to_vec(),
    ];
    let change = (any::<prop::sample::Index>(), any::<u8>(), 0..3_u8);
    (prop::sample::select(seeds), prop::collection::vec(change, 0..6)).prop_map(|(mut bytes, changes)| {
        for (at, value, kind) in changes {
            // Most of what matters is in the first bytes.
            let at = at.index(bytes.len().max(1)).min(usize::from(value) * 2 + 40).min(bytes.len());
            match kind {
                0 if at < bytes.len() => bytes[at] = value,
                1 => bytes.truncate(at),
                _ => bytes.insert(at, value),
            }
        }
        bytes
    })
}

#[test]
fn parsers_survive_mutated_bytes() {
    let mut runner = proptest::test_runner::TestRunner::new(ProptestConfig::with_cases(4000));
    let survives = |bytes: Vec<u8>| {
        fuzz::snippet(&bytes);
        fuzz::exhibit(&bytes);
        Ok(())
    };
    runner.run(&mutated(), survives).unwrap();
}

proptest! {
    #[test]
    fn parsers_survive_any_bytes(bytes in prop::collection::vec(any::<u8>(), 0..6000), magic: bool) {
        let mut bytes = bytes;
        if magic && bytes.len() > 8 {
            bytes[..8].copy_from_slice(b"iq1\x04\x40\0\0\0");
        }
        fuzz::snippet(&bytes);
        fuzz::exhibit(&bytes);
    }
}
