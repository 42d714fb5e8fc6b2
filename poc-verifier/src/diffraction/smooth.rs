//! The smooth earth that a profile's ground amounts to (P.526-15, clause 4.5.2; P.1812-6, attachment 1, equations 85 to 91).
//!
//! A straight line fitted to the ground by least squares, lowered under whatever stands in the way, and nowhere above the ground at the ends:
//! the antennas' heights over it are what the smooth parts of the method are asked for.

use super::Section;

/// Heights of the antennas over the smooth ground, metres.
pub(super) fn antennas_m(section: &Section) -> [f64; 2] {
    let (ground, total_m) = (&section.ground_m, section.distance_m());
    let (mut area, mut moment) = (0.0, 0.0);
    for pair in ground.windows(2) {
        let ((d1, h1), (d2, h2)) = (pair[0], pair[1]);
        area += (d2 - d1) * (h2 + h1);
        moment += (d2 - d1) * (h2 * (2.0 * d2 + d1) + h1 * (d2 + 2.0 * d1));
    }
    let mut ends =
        [(2.0 * area * total_m - moment) / total_m.powi(2), (moment - area * total_m) / total_m.powi(2)];
    // What rises over the straight line, the earth's bulge apart, and how steeply from either end.
    let (mut highest_m, mut steepest) = (f64::NEG_INFINITY, [f64::NEG_INFINITY; 2]);
    for &(at_m, ground_m) in &ground[1..ground.len() - 1] {
        let above_m = ground_m - section.line_m(at_m);
        highest_m = highest_m.max(above_m);
        steepest = [steepest[0].max(above_m / at_m), steepest[1].max(above_m / (total_m - at_m))];
    }
    if highest_m > 0.0 {
        for (end, slope) in ends.iter_mut().zip(steepest) {
            *end -= highest_m * slope / (steepest[0] + steepest[1]);
        }
    }
    let under = [ground[0].1, ground[ground.len() - 1].1];
    [0, 1].map(|end| section.antennas_m[end] - ends[end].min(under[end]))
}
