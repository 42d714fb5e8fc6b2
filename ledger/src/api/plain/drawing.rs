//! The SVG of cells, links and hotspots.
//!
//! Like the map: color says signal (viridis, -130 to -80 dBm), verdict and standing, and shape says them again. It is a
//! picture with a sentence as its text; the tables below it are its equivalent.

use geo_index::{
    Place,
    geodesy::geodesic_m,
    mercator::{WORLD, WorldBox, WorldPoint, project, project_unbroken, unproject},
    tile::{Standing, Verdict},
};

use super::{escaped, joined};
use crate::view::EpochView;

/// Width of the drawing in its own units; the height follows from the ground.
const WIDTH: f64 = 960.0;
/// Cells and links beyond this number are left to the tables.
const SHAPES_MAX: usize = 3_000;
/// Viridis (van der Walt and Smith, 2015) in nine steps.
const VIRIDIS: [[u8; 3]; 9] = [
    [68, 1, 84],
    [71, 44, 122],
    [59, 81, 139],
    [44, 113, 142],
    [33, 144, 141],
    [39, 173, 129],
    [92, 200, 99],
    [170, 220, 50],
    [253, 231, 37],
];
/// Signals at the ends of the color scale, dBm.
pub(super) const WEAK_DBM: f64 = -130.0;
const STRONG_DBM: f64 = -80.0;

/// From the plane to the drawing.
struct Frame {
    min: WorldPoint,
    scale: f64,
    height: f64,
}

pub(super) fn drawing(epoch: &EpochView) -> String {
    let Some(frame) = Frame::around(epoch) else { return String::new() };
    let shapes = [cells(epoch, &frame), links(epoch, &frame), hotspots(epoch, &frame)].concat();
    let sentence = format!(
        "{} covered cells, {} links and {} hotspots; the tables below say the same.",
        epoch.rows().len(),
        epoch.links().len(),
        epoch.hotspots().len()
    );
    format!(
        "<figure><svg viewBox=\"0 0 {WIDTH:.0} {:.0}\" role=\"img\" aria-label=\"{sentence}\">{shapes}</svg><figcaption>{}</figcaption></figure>",
        frame.height,
        legend(&frame)
    )
}

impl Frame {
    fn around(epoch: &EpochView) -> Option<Self> {
        let places = epoch.hotspots().iter().map(|hotspot| hotspot.row.place);
        let cells = epoch.rows().iter().take(SHAPES_MAX).flat_map(|row| row.cell.boundary());
        let bounds = WorldBox::around(&project_unbroken(places.chain(cells)))?;
        let (width, height) = (f64::from(bounds.width().max(1)), f64::from(bounds.height().max(1)));
        let margin = width.max(height) * 0.04;
        let scale = WIDTH / (width + 2.0 * margin);
        let min = WorldPoint { x: bounds.min.x - margin as i32, y: bounds.min.y - margin as i32 };
        Some(Self { min, scale, height: (height + 2.0 * margin) * scale })
    }

    fn at(&self, point: WorldPoint) -> (f64, f64) {
        let point = point.near(self.min);
        (f64::from(point.x - self.min.x) * self.scale, f64::from(point.y - self.min.y) * self.scale)
    }

    /// Width of the ground along the drawing's middle.
    fn width_m(&self) -> f64 {
        let middle = self.min.y + (self.height / self.scale / 2.0) as i32;
        let end = |x: i32| {
            let (lat, lng) = unproject(WorldPoint { x: x.rem_euclid(WORLD), y: middle.clamp(0, WORLD) });
            Place::from_degrees(lat, lng, 0.0)
        };
        match (end(self.min.x), end(self.min.x + (WIDTH / self.scale) as i32)) {
            (Ok(west), Ok(east)) => geodesic_m(west, east),
            _ => 0.0,
        }
    }

    fn points(&self, points: &[WorldPoint]) -> String {
        joined(points.iter().map(|&point| self.at(point)), |(x, y)| format!("{x:.1},{y:.1} "))
    }
}

fn cells(epoch: &EpochView, frame: &Frame) -> String {
    let cells = joined(epoch.rows().iter().take(SHAPES_MAX), |row| {
        let points = frame.points(&project_unbroken(row.cell.boundary()));
        let (class, fill) = match row.signal {
            Some(signal) => ("cell", color(signal.median_rssi_dbm)),
            None => ("cell unmeasured", "none".to_owned()),
        };
        format!("<polygon class=\"{class}\" fill=\"{fill}\" points=\"{}\"/>", points.trim_end())
    });
    format!("<g>{cells}</g>")
}

fn links(epoch: &EpochView, frame: &Frame) -> String {
    let mut links: Vec<_> = epoch.links().iter().collect();
    // The telling ones last, on top.
    links.sort_by_key(|link| std::cmp::Reverse(link.verdict() == Verdict::Unproven));
    links.sort_by_key(|link| link.verdict() == Verdict::Rejected);
    let lines = joined(links.iter().rev().take(SHAPES_MAX).rev(), |link| {
        let [from, to] = link.ends().map(|end| frame.at(end));
        let class = link.verdict().word();
        format!(
            "<line class=\"{class}\" x1=\"{:.1}\" y1=\"{:.1}\" x2=\"{:.1}\" y2=\"{:.1}\"/>",
            from.0, from.1, to.0, to.1
        )
    });
    format!("<g class=\"links\">{lines}</g>")
}

fn hotspots(epoch: &EpochView, frame: &Frame) -> String {
    let points = joined(epoch.hotspots().iter().take(SHAPES_MAX), |hotspot| {
        let place = hotspot.row.place;
        let (x, y) = frame.at(project(place.lat_deg(), place.lng_deg()));
        let title =
            format!("<title>{}: place {}</title>", escaped(&hotspot.row.name), hotspot.standing.word());
        match hotspot.standing {
            Standing::Proven => {
                format!("<circle class=\"proven\" cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"6\">{title}</circle>")
            }
            Standing::Unproven => {
                format!("<circle class=\"open\" cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"5\">{title}</circle>")
            }
            Standing::Disproven => format!(
                "<path class=\"disproven\" d=\"M{:.1} {:.1}l12 12m0 -12l-12 12\">{title}</path>",
                x - 6.0,
                y - 6.0
            ),
        }
    });
    format!("<g>{points}</g>")
}

fn legend(frame: &Frame) -> String {
    format!(
        "Cells from dark ({} dBm) to bright ({} dBm) by median measured signal; outlined cells are covered but nobody listened in \
         them. Solid lines: accepted. Dashed: rejected. Dotted: unproven. Disc: place proven. Ring: unproven. Cross: disproven. \
         The drawing is {:.1} km wide.",
        super::number(WEAK_DBM, 0),
        super::number(STRONG_DBM, 0),
        frame.width_m() / 1_000.0
    )
}

/// The color of a signal, straight between the steps.
fn color(rssi_dbm: f64) -> String {
    let part = ((rssi_dbm - WEAK_DBM) / (STRONG_DBM - WEAK_DBM)).clamp(0.0, 1.0) * (VIRIDIS.len() - 1) as f64;
    let low = (part as usize).min(VIRIDIS.len() - 2);
    let mix = |i: usize| {
        f64::from(VIRIDIS[low][i])
            .mul_add(1.0 - (part - low as f64), f64::from(VIRIDIS[low + 1][i]) * (part - low as f64))
    };
    format!("#{:02x}{:02x}{:02x}", mix(0) as u8, mix(1) as u8, mix(2) as u8)
}
