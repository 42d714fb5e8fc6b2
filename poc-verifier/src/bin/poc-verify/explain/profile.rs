//! The cut from antenna to antenna: ground with the earth's bulge under it, the ray, its first Fresnel zone, and what is most in the way.

use poc_verifier::{diffraction::Section, obstruction::Obstruction};

use super::svg::{Area, Svg};

/// Points that an ellipse is drawn with.
const ZONE_POINTS: usize = 96;

/// Metres to pixels.
struct Scale<'a> {
    section: &'a Section,
    plot: Area,
    low_m: f64,
    high_m: f64,
}

impl<'a> Scale<'a> {
    fn of(section: &'a Section, plot: Area) -> Self {
        let heights = section.ground_m.iter().map(|(at_m, ground_m)| ground_m + section.bulge_m(*at_m));
        let all: Vec<f64> = heights.chain(section.antennas_m).collect();
        let (low, high) =
            all.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), m| (low.min(*m), high.max(*m)));
        let room_m = 0.12 * (high - low).max(50.0);
        Self { section, plot, low_m: low - room_m, high_m: high + room_m }
    }

    fn at(&self, at_m: f64, height_m: f64) -> (f64, f64) {
        let up = ((height_m - self.low_m) / (self.high_m - self.low_m)).clamp(0.0, 1.0);
        let along = at_m / self.section.distance_m();
        (self.plot.left + self.plot.width * along, self.plot.top + self.plot.height * (1.0 - up))
    }

    /// Where the ground is drawn, corners and all.
    fn ground(&self) -> Vec<(f64, f64)> {
        let rising =
            self.section.ground_m.iter().map(|(at_m, m)| self.at(*at_m, m + self.section.bulge_m(*at_m)));
        let bottom =
            [(self.section.distance_m(), self.low_m), (0.0, self.low_m)].map(|(at_m, m)| self.at(at_m, m));
        rising.chain(bottom).collect()
    }

    /// The first Fresnel zone about the ray.
    fn zone(&self) -> Vec<(f64, f64)> {
        let total_m = self.section.distance_m();
        let edge = |step: usize, side: f64| {
            let at_m = total_m * step as f64 / ZONE_POINTS as f64;
            let radius_m = (self.section.wavelength_m * at_m * (total_m - at_m) / total_m).sqrt();
            self.at(at_m, self.section.line_m(at_m) + side * radius_m)
        };
        let above = (0..=ZONE_POINTS).map(|step| edge(step, 1.0));
        above.chain((0..=ZONE_POINTS).rev().map(|step| edge(step, -1.0))).collect()
    }
}

/// Draws the cut, with the names of its ends.
pub(crate) fn draw(svg: &mut Svg, area: Area, obstruction: &Obstruction, [from, to]: [&str; 2]) {
    let (section, hill) = (&obstruction.section, obstruction.hill);
    let title = format!(
        "The ground between takes {:.1} dB beyond free space (ITU-R P.526), give or take 8 dB",
        obstruction.loss_db
    );
    svg.text(area.left, area.top + 12.0, "label", &title);
    let plot = Area {
        left: area.left + 52.0,
        top: area.top + 24.0,
        width: area.width - 52.0,
        height: area.height - 48.0,
    };
    let scale = Scale::of(section, plot);
    svg.bar("frame", plot.left, plot.top, plot.width, plot.height);
    svg.area("zone", &scale.zone());
    svg.area("ground", &scale.ground());
    let total_m = section.distance_m();
    let ends = [scale.at(0.0, section.antennas_m[0]), scale.at(total_m, section.antennas_m[1])];
    svg.line("undone", ends[0], ends[1]);
    for (end, at_m, ground_m) in
        [(ends[0], 0.0, section.ground_m.first()), (ends[1], total_m, section.ground_m.last())]
    {
        svg.line("axis", scale.at(at_m, ground_m.map_or(0.0, |(_, ground_m)| *ground_m)), end);
        svg.dot("undone-dot", end, 4.0);
    }
    let line_m = section.line_m(hill.distance_m);
    let top = scale.at(hill.distance_m, line_m + hill.above_m);
    svg.line("miss", scale.at(hill.distance_m, line_m), top);
    let word = if hill.above_m < 0.0 { "below" } else { "above" };
    let told = format!("{:.0} m {word} the line, {:.2} km away", hill.above_m.abs(), hill.distance_m * 1e-3);
    let (beside, class) =
        if top.0 > plot.left + 0.7 * plot.width { (-8.0, "small end") } else { (8.0, "small") };
    svg.text(top.0 + beside, (top.1 - 6.0).max(plot.top + 12.0), class, &told);
    for height_m in [scale.low_m, 0.5 * (scale.low_m + scale.high_m), scale.high_m] {
        svg.text(area.left, scale.at(0.0, height_m).1 + 4.0, "small", &format!("{height_m:.0} m"));
    }
    let below = plot.top + plot.height + 17.0;
    // Long names leave room for the middle one alone.
    let parts: &[f64] = if from.len().max(to.len()) > 12 { &[0.5] } else { &[0.25, 0.5, 0.75] };
    for part in parts {
        let at_m = total_m * part;
        svg.text(scale.at(at_m, 0.0).0 - 14.0, below, "small", &format!("{:.1} km", at_m * 1e-3));
    }
    svg.text(plot.left, below, "label", from);
    svg.text(plot.left + plot.width, below, "label end", &format!("{to}, {:.1} km", total_m * 1e-3));
}
