//! Over the smooth earth (P.526-15, clauses 3.1.1 and 3.2; P.1812-6, equations 22 to 36).
//!
//! Beyond the horizon the first term of the residue series; nearer, where the ray passes the bulge by less than 0.552 of the first Fresnel
//! zone, the same for a smaller earth that would just touch it, in proportion:
//!
//! ```text
//! L = -F(X) - G(Y1) - G(Y2)      X = 2.188 beta f^(1/3) a^(-2/3) d      Y = 9.575e-3 beta f^(2/3) a^(-1/3) h      (MHz, km, m)
//! L = (1 - h / h_req) L(a_m)     h_req = 0.552 sqrt(lambda d1 d2 / d)
//! ```
//! Ground of medium wetness (relative permittivity 22, 3 mS/m); vertical antennas.

use std::f64::consts::PI;

use super::SPEED_OF_LIGHT_M_S;

const PERMITTIVITY: f64 = 22.0;
const CONDUCTIVITY_S_M: f64 = 0.003;

/// Two antennas over a smooth earth.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sphere {
    /// Between the antennas along the ground, metres.
    pub distance_m: f64,
    /// Antennas over the ground, metres; above zero.
    pub antennas_m: [f64; 2],
    /// Wavelength, metres.
    pub wavelength_m: f64,
    /// Radius of the earth over which the ray is straight, metres.
    pub earth_radius_m: f64,
}

impl Sphere {
    /// Loss beyond free space, dB, at any distance.
    pub fn loss_db(&self) -> f64 {
        let Self { distance_m: d, antennas_m: [h1, h2], wavelength_m, earth_radius_m: radius } = *self;
        let horizon_m = (2.0 * radius).sqrt() * (h1.sqrt() + h2.sqrt());
        if d >= horizon_m {
            return self.first_term_db().max(0.0);
        }
        // Where the ray passes the ground most closely.
        let c = (h1 - h2) / (h1 + h2);
        let m = d * d / (4.0 * radius * (h1 + h2));
        let third = (1.5 * c * (3.0 * m / (m + 1.0).powi(3)).sqrt()).clamp(-1.0, 1.0).acos() / 3.0;
        let b = 2.0 * ((m + 1.0) / (3.0 * m)).sqrt() * (PI / 3.0 + third).cos();
        let d1 = 0.5 * d * (1.0 + b);
        let d2 = d - d1;
        let clearance_m = ((h1 - d1 * d1 / (2.0 * radius)) * d2 + (h2 - d2 * d2 / (2.0 * radius)) * d1) / d;
        let wanted_m = 0.552 * (d1 * d2 * wavelength_m / d).sqrt();
        if clearance_m > wanted_m {
            return 0.0;
        }
        let touching_m = 0.5 * (d / (h1.sqrt() + h2.sqrt())).powi(2);
        let touching = Self { earth_radius_m: touching_m, ..*self };
        (1.0 - clearance_m / wanted_m) * touching.first_term_db().max(0.0)
    }

    /// The first term of the series, dB.
    fn first_term_db(&self) -> f64 {
        let frequency_mhz = SPEED_OF_LIGHT_M_S / self.wavelength_m * 1e-6;
        let radius_km = self.earth_radius_m * 1e-3;
        let loss = 18e3 * CONDUCTIVITY_S_M / frequency_mhz;
        let horizontal = 0.36
            * (radius_km * frequency_mhz).cbrt().recip()
            * ((PERMITTIVITY - 1.0).hypot(loss)).sqrt().recip();
        let admittance = horizontal * PERMITTIVITY.hypot(loss);
        let square = admittance * admittance;
        let beta =
            (1.0 + 1.6 * square + 0.67 * square * square) / (1.0 + 4.5 * square + 1.53 * square * square);
        let x = 2.188 * beta * (frequency_mhz / (radius_km * radius_km)).cbrt() * self.distance_m * 1e-3;
        let distance_db = if x >= 1.6 {
            11.0 + 10.0 * x.log10() - 17.6 * x
        } else {
            -20.0 * x.log10() - 5.6488 * x.powf(1.425)
        };
        let height_db = |height_m: f64| {
            let y = 9.575e-3 * beta * (frequency_mhz * frequency_mhz / radius_km).cbrt() * height_m;
            let b = beta * y;
            let gain_db = if b > 2.0 {
                17.6 * (b - 1.1).sqrt() - 5.0 * (b - 1.1).log10() - 8.0
            } else {
                20.0 * (b + 0.1 * b.powi(3)).log10()
            };
            gain_db.max(2.0 + 20.0 * admittance.log10())
        };
        -distance_db - height_db(self.antennas_m[0]) - height_db(self.antennas_m[1])
    }
}
