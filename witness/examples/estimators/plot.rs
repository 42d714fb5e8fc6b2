//! Two panels a quantity: error over the bound, and variance of the normalised error, over SNR.

use std::{error::Error, path::Path};

use plotters::prelude::*;

use super::Point;
use crate::errors::QUANTITIES;

/// What must hold.
const RATIO_MAX: f64 = 1.2;
const VARIANCES: (f64, f64) = (0.8, 1.25);

type Area<'a> = DrawingArea<SVGBackend<'a>, plotters::coord::Shift>;
/// SNR, value, and its 95 % interval.
type Mark = (f64, f64, f64, f64);

pub(super) fn draw(points: &[Point], path: &Path) -> Result<(), Box<dyn Error>> {
    let root = SVGBackend::new(path, (1320, 2 * 380 + 40)).into_drawing_area();
    root.fill(&WHITE)?;
    let root = root.titled(
        "RMS error over the Cramer-Rao bound (above), variance of the error over its stated error (below), 95 % intervals",
        ("sans-serif", 18),
    )?;
    let panels = root.split_evenly((2, 6));
    for quantity in 0..QUANTITIES.len() {
        let ratio = |point: &Point| {
            let (ratio, low, high) = point.tally.ratio(quantity);
            (point.snr_db, ratio, low, high)
        };
        let variance = |point: &Point| {
            let square = point.tally.normalised[quantity];
            let reach = 1.96 * square.sigma();
            (point.snr_db, square.mean(), square.mean() - reach, square.mean() + reach)
        };
        panel(&panels[quantity], quantity, points, &[1.0, RATIO_MAX], ratio)?;
        panel(&panels[6 + quantity], quantity, points, &[VARIANCES.0, 1.0, VARIANCES.1], variance)?;
    }
    root.present()?;
    Ok(())
}

fn panel(
    area: &Area,
    quantity: usize,
    points: &[Point],
    limits: &[f64],
    mark: impl Fn(&Point) -> Mark,
) -> Result<(), Box<dyn Error>> {
    let mut chart = ChartBuilder::on(area)
        .caption(QUANTITIES[quantity], ("sans-serif", 15))
        .margin(4)
        .x_label_area_size(28)
        .y_label_area_size(34)
        .build_cartesian_2d(-25.0..32.0, 0.6..1.5)?;
    chart.configure_mesh().x_desc("SNR, dB").x_labels(6).light_line_style(WHITE).draw()?;
    for limit in limits {
        chart
            .draw_series(LineSeries::new([(-25.0, *limit), (32.0, *limit)], RED.mix(0.5).stroke_width(1)))?;
    }
    let mut names: Vec<&str> = points.iter().map(|point| point.name.as_str()).collect();
    names.dedup();
    for (index, name) in names.into_iter().enumerate() {
        let color = Palette99::pick(index).to_rgba();
        let marks: Vec<Mark> = points.iter().filter(|point| point.name == name).map(&mark).collect();
        chart.draw_series(marks.iter().map(|(x, y, _, _)| Circle::new((*x, *y), 2, color.filled())))?;
        let line = marks.iter().map(|(snr_db, value, _, _)| (*snr_db, *value));
        chart
            .draw_series(LineSeries::new(line, color.stroke_width(2)))?
            .label(name)
            .legend(move |(x, y)| PathElement::new([(x, y), (x + 12, y)], color.stroke_width(2)));
        // Side by side, so that intervals do not hide each other.
        let aside = 0.3 * index as f64;
        chart.draw_series(marks.iter().map(|(snr_db, _, low, high)| {
            let x = snr_db + aside;
            PathElement::new([(x, low.max(0.6)), (x, high.min(1.5))], color.mix(0.6))
        }))?;
    }
    if quantity > 0 {
        return Ok(());
    }
    chart
        .configure_series_labels()
        .position(SeriesLabelPosition::UpperRight)
        .label_font(("sans-serif", 10))
        .background_style(WHITE.mix(0.8))
        .draw()?;
    Ok(())
}
