//! What was shown of the air: the drawn segment's spectrum over that of the noise before the frame.
//!
//! ```text
//! P(f) = mean over halves that overlap of |FFT(w x)|^2 / (sum of w^2), w after Hann
//! ```
//! Both are in the recording's own units, so the lift of one over the other is the frame. Source: Welch, IEEE Trans. Audio 15 (1967) 70.

use std::f64::consts::TAU;

use poc_verifier::messages::Showing;
use rustfft::{FftPlanner, num_complex::Complex};
use witness::Snippet;

use super::svg::{Area, Svg};

const BINS: usize = 128;
/// Below this nothing is drawn: rounding has no spectrum.
const FLOOR: f64 = 1e-15;
/// Lines of the scale, dB.
const STEPS_DB: [f64; 4] = [2.0, 5.0, 10.0, 20.0];

/// Power of each bin, dB, from the lowest frequency up; `None` of fewer samples than bins.
fn spectrum_db(snippet: &Snippet) -> Option<Vec<f64>> {
    let samples = snippet.samples();
    let window: Vec<f64> = (0..BINS).map(|bin| 0.5 - 0.5 * (TAU * bin as f64 / BINS as f64).cos()).collect();
    let weight: f64 = window.iter().map(|factor| factor * factor).sum();
    let fft = FftPlanner::new().plan_fft_forward(BINS);
    let (mut power, mut pieces) = (vec![0.0; BINS], 0_u32);
    for start in (0..=samples.len().checked_sub(BINS)?).step_by(BINS / 2) {
        let piece = samples[start..start + BINS].iter().zip(&window);
        let mut bins: Vec<Complex<f64>> = piece
            .map(|(sample, factor)| Complex::new(f64::from(sample.re), f64::from(sample.im)) * factor)
            .collect();
        fft.process(&mut bins);
        for (sum, bin) in power.iter_mut().zip(&bins) {
            *sum += bin.norm_sqr() / weight;
        }
        pieces += 1;
    }
    power.rotate_left(BINS / 2);
    Some(power.iter().map(|sum| 10.0 * (sum / f64::from(pieces)).max(FLOOR).log10()).collect())
}

pub(super) fn draw(svg: &mut Svg, area: Area, showing: &Showing, bandwidth_hz: f64) {
    let title =
        format!("Spectrum of the samples shown of frame {}, dB of full scale", showing.path.index + 1);
    svg.text(area.left, area.top + 12.0, "label", &title);
    let (guard, segment) = (spectrum_db(&showing.guard.snippet), spectrum_db(&showing.segment.snippet));
    let (Some(guard), Some(segment)) = (guard, segment) else {
        return svg.text(area.left, area.top + 34.0, "quiet", "Too few samples were shown for a spectrum.");
    };
    let plot = Area {
        left: area.left + 46.0,
        top: area.top + 22.0,
        width: area.width - 46.0,
        height: area.height - 42.0,
    };
    let both = || guard.iter().chain(&segment).copied();
    let (low, high) =
        (both().fold(f64::INFINITY, f64::min) - 1.0, both().fold(f64::NEG_INFINITY, f64::max) + 1.0);
    let y = |level: f64| plot.top + plot.height * (high - level) / (high - low);
    let rate_hz = bandwidth_hz * f64::from(showing.samples_per_chip);
    let x = |hz: f64| plot.left + plot.width * (0.5 + hz / rate_hz);
    svg.bar("frame", plot.left, plot.top, plot.width, plot.height);
    let step = STEPS_DB.into_iter().find(|step| (high - low) / step <= 5.0).unwrap_or(50.0);
    let first = (low / step).ceil() as i32;
    for level in (first..).map(|number| f64::from(number) * step).take_while(|level| *level < high) {
        svg.line("grid", (plot.left, y(level)), (plot.left + plot.width, y(level)));
        svg.text(plot.left - 6.0, y(level) + 4.0, "small end", &format!("{level:.0}"));
    }
    // The channel that was hopped to.
    for (edge_hz, sign) in [(-0.5 * bandwidth_hz, "-"), (0.5 * bandwidth_hz, "+")] {
        svg.line("axis", (x(edge_hz), plot.top), (x(edge_hz), plot.top + plot.height));
        let label = format!("{sign}{:.1} kHz", 0.5 * bandwidth_hz * 1e-3);
        svg.text(x(edge_hz) - 26.0, plot.top + plot.height + 14.0, "small", &label);
    }
    svg.text(x(0.0) - 40.0, plot.top + plot.height + 14.0, "small", "channel's centre");
    for (levels, class) in [(&guard, "raw"), (&segment, "undone")] {
        let hz = |bin: usize| (bin as f64 / BINS as f64 - 0.5) * rate_hz;
        let line: Vec<(f64, f64)> =
            levels.iter().enumerate().map(|(bin, level)| (x(hz(bin)), y(*level))).collect();
        svg.path(class, &line);
    }
    svg.legend(
        plot.left + plot.width,
        area.top + 8.0,
        [("raw", "noise before it"), ("undone", "segment drawn")],
    );
}

#[cfg(test)]
#[path = "spectrum_tests.rs"]
mod spectrum_tests;
