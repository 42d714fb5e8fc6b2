//! The vertical cut from antenna to antenna over the ground between, and Bullington's one edge that stands for all of it.

use super::knife_edge::{loss_db, nu};

/// A cut from antenna to antenna.
#[derive(Clone, Debug, PartialEq)]
pub struct Section {
    /// Distance from the first antenna and height of the ground, metres both, under both antennas and at least once between.
    pub ground_m: Vec<(f64, f64)>,
    /// Heights of the antennas, over the same zero as the ground's, metres.
    pub antennas_m: [f64; 2],
    /// Wavelength, metres.
    pub wavelength_m: f64,
    /// Radius of the earth over which the ray is straight, metres.
    pub earth_radius_m: f64,
}

/// The point of the ground that is most in the way.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Obstacle {
    /// Distance from the first antenna, metres.
    pub distance_m: f64,
    /// Height over the straight line from antenna to antenna, the earth's bulge included, metres; negative under it.
    pub above_m: f64,
    /// The diffraction parameter.
    pub nu: f64,
}

impl Section {
    /// Length along the ground, metres.
    pub fn distance_m(&self) -> f64 {
        self.ground_m.last().map_or(0.0, |(distance_m, _)| *distance_m)
    }

    /// How much the earth rises over the straight line between the ends, at a distance from the first, metres.
    pub fn bulge_m(&self, distance_m: f64) -> f64 {
        distance_m * (self.distance_m() - distance_m) / (2.0 * self.earth_radius_m)
    }

    /// Height of the straight line from antenna to antenna, metres.
    pub fn line_m(&self, distance_m: f64) -> f64 {
        let [from, to] = self.antennas_m;
        from + (to - from) * distance_m / self.distance_m()
    }

    /// Points between the antennas with the bulge under them: what the line must pass over.
    fn between(&self) -> impl Iterator<Item = (f64, f64)> {
        let inner = self.ground_m.len().saturating_sub(2);
        self.ground_m
            .iter()
            .skip(1)
            .take(inner)
            .map(|(at_m, ground_m)| (*at_m, ground_m + self.bulge_m(*at_m)))
    }

    /// The point with the largest diffraction parameter; `None` of a cut without ground between its ends.
    pub fn obstacle(&self) -> Option<Obstacle> {
        let distance_m = self.distance_m();
        let all = self.between().map(|(at_m, ground_m)| {
            let above_m = ground_m - self.line_m(at_m);
            let nu = nu(above_m, (at_m, distance_m - at_m), self.wavelength_m);
            Obstacle { distance_m: at_m, above_m, nu }
        });
        all.max_by(|a, b| a.nu.total_cmp(&b.nu))
    }

    /// Bullington's loss, dB (P.526-15, clause 4.5.1; P.1812-6, equations 13 to 21). The steepest rays from both antennas that pass the ground
    /// meet over one point; an edge there stands for everything. Where antenna sees antenna, the worst point does. On top comes what a
    /// single edge is known to miss:
    ///
    /// ```text
    /// L = J + (1 - exp(-J / 6)) (10 + 0.02 d_km)
    /// ```
    pub fn bullington_db(&self) -> f64 {
        let Some(worst) = self.obstacle() else { return 0.0 };
        let (distance_m, [from, to]) = (self.distance_m(), self.antennas_m);
        let steepest =
            |value: &dyn Fn((f64, f64)) -> f64| self.between().map(value).fold(f64::NEG_INFINITY, f64::max);
        let up = steepest(&|(at_m, ground_m)| (ground_m - from) / at_m);
        let edge_nu = if up < (to - from) / distance_m {
            worst.nu
        } else {
            let back = steepest(&|(at_m, ground_m)| (ground_m - to) / (distance_m - at_m));
            let at_m = (to - from + back * distance_m) / (up + back);
            let above_m = from + up * at_m - self.line_m(at_m);
            nu(above_m, (at_m, distance_m - at_m), self.wavelength_m)
        };
        let edge_db = loss_db(edge_nu);
        edge_db + (1.0 - (-edge_db / 6.0).exp()) * (10.0 + 0.02e-3 * distance_m)
    }
}
