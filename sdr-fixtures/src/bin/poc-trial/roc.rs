//! A ROC curve as SVG: share of a cheat's days rejected against the share of honest days, as all thresholds are moved together.

use std::fmt::Write;

/// Plot area, and margins left, above, right and below.
const PLOT: (f64, f64) = (520.0, 360.0);
const MARGIN: (f64, f64, f64, f64) = (70.0, 40.0, 20.0, 55.0);
/// Honest shares shown: from a hundred-thousandth on.
const DECADES: i32 = 5;

/// One row's curve, from excesses over the thresholds, both sorted upwards.
pub(crate) fn svg(title: &str, honest: &[f64], cheat: &[f64]) -> String {
    let (width, height) = (PLOT.0 + MARGIN.0 + MARGIN.2, PLOT.1 + MARGIN.1 + MARGIN.3);
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" font-family=\"sans-serif\" font-size=\"12\">\n\
         <rect width=\"{width}\" height=\"{height}\" fill=\"white\"/>\n\
         <text x=\"{}\" y=\"24\" font-size=\"15\">{title}</text>\n",
        MARGIN.0
    );
    axes(&mut out);
    let line: Vec<String> = curve(honest, cheat).into_iter().map(|(x, y)| format!("{x:.1},{y:.1}")).collect();
    let _ = writeln!(
        out,
        "<polyline fill=\"none\" stroke=\"#1565c0\" stroke-width=\"2\" points=\"{}\"/>",
        line.join(" ")
    );
    // Where the published thresholds are.
    let (x, y) = (x_of(beyond(honest, 0.0)), y_of(beyond(cheat, 0.0)));
    let _ = writeln!(out, "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"5\" fill=\"#c62828\"/>");
    let _ = writeln!(
        out,
        "<text x=\"{:.1}\" y=\"{:.1}\" fill=\"#c62828\">published thresholds</text>",
        x + 10.0,
        (y + 18.0).min(MARGIN.1 + PLOT.1 - 6.0)
    );
    out + "</svg>\n"
}

/// Share of sorted values above a level.
fn beyond(sorted: &[f64], level: f64) -> f64 {
    let below = sorted.partition_point(|value| *value <= level);
    (sorted.len() - below) as f64 / sorted.len().max(1) as f64
}

fn x_of(honest: f64) -> f64 {
    let decades = honest.max(10_f64.powi(-DECADES)).log10();
    MARGIN.0 + PLOT.0 * (1.0 + decades / f64::from(DECADES))
}

fn y_of(cheat: f64) -> f64 {
    MARGIN.1 + PLOT.1 * (1.0 - cheat)
}

/// Points of the curve, a threshold at every honest score among the highest, and thinned below.
fn curve(honest: &[f64], cheat: &[f64]) -> Vec<(f64, f64)> {
    let count = honest.len();
    let mut points = vec![(x_of(0.0), y_of(honest.last().map_or(0.0, |most| beyond(cheat, *most))))];
    let mut rank = 1_usize;
    while rank < count {
        let level = honest[count - 1 - rank];
        points.push((x_of(beyond(honest, level)), y_of(beyond(cheat, level))));
        rank = (rank + 1).max(rank * 11 / 10);
    }
    points.push((x_of(1.0), y_of(1.0)));
    points
}

fn axes(out: &mut String) {
    let (left, bottom) = (MARGIN.0, MARGIN.1 + PLOT.1);
    for decade in 0..=DECADES {
        let share = 10_f64.powi(decade - DECADES);
        let x = x_of(share);
        let _ = writeln!(
            out,
            "<line x1=\"{x:.1}\" y1=\"{}\" x2=\"{x:.1}\" y2=\"{bottom}\" stroke=\"#ddd\"/><text x=\"{x:.1}\" y=\"{}\" text-anchor=\"middle\">{}</text>",
            MARGIN.1,
            bottom + 18.0,
            if decade == 0 { "&lt;= 0.001 %".into() } else { format!("{} %", 100.0 * share) }
        );
    }
    for tenth in (0..=10).step_by(2) {
        let y = y_of(f64::from(tenth) * 0.1);
        let _ = writeln!(
            out,
            "<line x1=\"{left}\" y1=\"{y:.1}\" x2=\"{}\" y2=\"{y:.1}\" stroke=\"#ddd\"/><text x=\"{}\" y=\"{:.1}\" text-anchor=\"end\">{} %</text>",
            left + PLOT.0,
            left - 8.0,
            y + 4.0,
            tenth * 10
        );
    }
    let _ = writeln!(
        out,
        "<text x=\"{}\" y=\"{}\" text-anchor=\"middle\">honest hotspot-days rejected</text>\
         <text transform=\"translate(18 {}) rotate(-90)\" text-anchor=\"middle\">cheat's days rejected</text>",
        left + 0.5 * PLOT.0,
        bottom + 42.0,
        MARGIN.1 + 0.5 * PLOT.1
    );
}
