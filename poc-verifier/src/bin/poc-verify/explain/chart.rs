//! Something measured of every hop, as it came and with the secret dither undone.

use super::svg::{Area, Svg};

/// Hop numbers and values.
pub(super) struct Series {
    pub(super) name: &'static str,
    pub(super) points: Vec<(usize, f64)>,
}

/// Two of them on one scale.
pub(super) struct Chart {
    pub(super) title: &'static str,
    pub(super) raw: Series,
    pub(super) undone: Series,
}

impl Chart {
    pub(super) fn draw(&self, svg: &mut Svg, area: Area, hops: usize) {
        let (raw, undone) = (centred(&self.raw.points), centred(&self.undone.points));
        let most = raw.iter().chain(&undone).map(|(_, value)| value.abs()).fold(1e-3, f64::max) * 1.15;
        let plot = Area {
            left: area.left + 46.0,
            top: area.top + 22.0,
            width: area.width - 46.0,
            height: area.height - 42.0,
        };
        svg.text(area.left, area.top + 12.0, "label", self.title);
        svg.bar("frame", plot.left, plot.top, plot.width, plot.height);
        let y = |value: f64| plot.top + plot.height * (0.5 - 0.5 * value / most);
        let x = |hop: usize| plot.left + plot.width * (hop as f64 + 0.5) / hops as f64;
        svg.line("axis", (plot.left, y(0.0)), (plot.left + plot.width, y(0.0)));
        for value in [-most / 1.15, most / 1.15] {
            svg.text(plot.left - 6.0, y(value) + 4.0, "small end", &format!("{value:+.1}"));
        }
        for (points, class, dot) in [(&raw, "raw", "raw-dot"), (&undone, "undone", "undone-dot")] {
            let places: Vec<(f64, f64)> = points.iter().map(|(hop, value)| (x(*hop), y(*value))).collect();
            svg.path(class, &places);
            for place in places {
                svg.dot(dot, place, 3.0);
            }
        }
        for hop in 0..hops {
            svg.text(x(hop) - 3.0, plot.top + plot.height + 14.0, "small", &(hop + 1).to_string());
        }
        svg.text(area.left, plot.top + plot.height + 14.0, "small", "hop");
        let names = [("raw", self.raw.name), ("undone", self.undone.name)];
        svg.legend(plot.left + plot.width, area.top + 8.0, names);
    }
}

/// About the mean.
fn centred(points: &[(usize, f64)]) -> Vec<(usize, f64)> {
    let mean = points.iter().map(|(_, value)| value).sum::<f64>() / points.len().max(1) as f64;
    points.iter().map(|(hop, value)| (*hop, value - mean)).collect()
}
