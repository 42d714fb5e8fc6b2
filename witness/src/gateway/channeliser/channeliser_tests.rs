//! Tones through the channeliser.

use super::*;

const RATE_HZ: u32 = 2_000_000;

fn tone(frequency_hz: f64, samples: usize) -> Vec<Complex32> {
    (0..samples)
        .map(|n| {
            let turn =
                Complex64::from_polar(1.0, TAU * (frequency_hz * n as f64 / f64::from(RATE_HZ)).fract());
            Complex32::new(turn.re as f32, turn.im as f32)
        })
        .collect()
}

/// The channel at two samples a chip and at one, and its centre.
fn cut(band: Band, input: &[Complex32], chunk: usize) -> (Vec<Complex32>, Vec<Complex32>, f64) {
    let size = block_size(RATE_HZ, &[band]).expect("a ratio of small numbers");
    let mut planner = FftPlanner::new();
    let mut cut = Cut::new(band, size, RATE_HZ, &mut planner);
    let mut spectra = Spectra::new(size, 1000, &mut planner);
    let mut grid = History::default();
    for chunk in input.chunks(chunk) {
        spectra.push(chunk, |spectra| cut.grid(spectra, &mut grid));
    }
    let mut fine = History::default();
    cut.working(&spectra).fill(&mut fine, 0);
    let all = |history: &History| history.slice(0, history.end() as usize).expect("from 0 on").to_vec();
    (all(&fine), all(&grid), cut.centre_hz(size, RATE_HZ))
}

#[test]
fn a_tone_in_the_channel_comes_out_at_its_place_with_its_phase() {
    let band = Band { offset_hz: 300_100.0, bandwidth_hz: 125_000 };
    let frequency_hz = 321_234.5;
    let (fine, grid, centre_hz) = cut(band, &tone(frequency_hz, 60_000), 60_000);
    assert!((centre_hz - band.offset_hz).abs() <= 0.5 * f64::from(RATE_HZ) / 8192.0 + 1e-6);
    for (stream, rate_hz) in [(&fine, 250e3), (&grid, 125e3)] {
        assert!(stream.len() > 1000);
        // The first samples see the silence before the stream.
        for (m, sample) in stream.iter().enumerate().skip(200) {
            let turns = (frequency_hz - centre_hz) * m as f64 / rate_hz;
            let wanted = Complex64::from_polar(1.0, TAU * turns.fract());
            let error = Complex64::new(f64::from(sample.re), f64::from(sample.im)) - wanted;
            assert!(error.norm() < 2e-3, "{rate_hz}: sample {m}: {error}");
        }
    }
}

#[test]
fn a_tone_two_channels_away_is_gone() {
    let band = Band { offset_hz: -400_000.0, bandwidth_hz: 125_000 };
    for frequency_hz in [-150_000.0, 0.0, 400_000.0, 999_000.0] {
        let (fine, grid, _) = cut(band, &tone(frequency_hz, 40_000), 40_000);
        for stream in [&fine, &grid] {
            let greatest = stream.iter().skip(200).map(|sample| sample.norm()).fold(0.0, f32::max);
            assert!(greatest < 1e-3, "{frequency_hz}: {greatest}");
        }
    }
}

#[test]
fn any_chunking_gives_the_same_samples() {
    let band = Band { offset_hz: 12_345.0, bandwidth_hz: 250_000 };
    let input = tone(77_777.0, 50_000);
    let whole = cut(band, &input, 50_000);
    for chunk in [1, 333, 4096] {
        let parts = cut(band, &input, chunk);
        assert_eq!(parts.0, whole.0);
        assert_eq!(parts.1, whole.1);
    }
}

#[test]
fn common_radio_rates_have_a_block_and_others_say_no() {
    let bands = |bandwidth_hz| [Band { offset_hz: 0.0, bandwidth_hz }];
    for rate_hz in
        [1_000_000, 1_024_000, 1_200_000, 1_600_000, 2_000_000, 2_048_000, 2_400_000, 2_560_000, 4_000_000]
    {
        for bandwidth_hz in [125_000, 250_000, 500_000] {
            let size = block_size(rate_hz, &bands(bandwidth_hz));
            let size = size.unwrap_or_else(|| panic!("{rate_hz} {bandwidth_hz}"));
            let bins = size as f64 * 2.0 * f64::from(bandwidth_hz) / f64::from(rate_hz);
            assert!(bins.fract() == 0.0 && (bins as usize).is_multiple_of(8), "{rate_hz}: {bins}");
        }
    }
    assert_eq!(block_size(1_999_993, &bands(125_000)), None);
}

/// What is cut on demand is the same, whenever and in whatever order it is asked for.
#[test]
fn the_past_comes_back_as_it_was() {
    let band = Band { offset_hz: -200_000.0, bandwidth_hz: 125_000 };
    let input = tone(-190_000.0, 200_000);
    let (whole, _, _) = cut(band, &input, 200_000);
    let size = block_size(RATE_HZ, &[band]).expect("a ratio of small numbers");
    let mut planner = FftPlanner::new();
    let mut cut = Cut::new(band, size, RATE_HZ, &mut planner);
    let mut spectra = Spectra::new(size, 1000, &mut planner);
    spectra.push(&input[..100_000], |_| {});
    let mut history = History::default();
    cut.working(&spectra).fill(&mut history, 9_000);
    assert!(history.start() > 8_000 && history.start() <= 9_000);
    spectra.push(&input[100_000..], |_| {});
    cut.working(&spectra).fill(&mut history, 3_000);
    assert!(history.start() > 2_000 && history.start() <= 3_000);
    let length = (history.end() - history.start()) as usize;
    let from = history.start() as usize;
    assert_eq!(history.slice(history.start(), length).expect("all of it"), &whole[from..]);
}
