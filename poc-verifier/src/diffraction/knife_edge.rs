//! One sharp edge in the way (P.526-15, clause 4.1).
//!
//! ```text
//! nu = h sqrt(2 d / (lambda d1 d2))        h over the straight line, d1 and d2 to the ends, d = d1 + d2
//! J(nu) = 6.9 + 20 log10( sqrt((nu - 0.1)^2 + 1) + nu - 0.1 )   for nu > -0.78, else 0
//! ```
//! `nu = -0.78` is an edge that leaves 0.55 of the first Fresnel zone's radius free.

/// From here on down an edge takes nothing.
const CLEAR: f64 = -0.78;

/// How far an edge is in the way: `h` over (or, negative, under) the line, `d1` and `d2` from its ends, all in metres.
pub fn nu(height_m: f64, (d1_m, d2_m): (f64, f64), wavelength_m: f64) -> f64 {
    height_m * (2.0 * (d1_m + d2_m) / (wavelength_m * d1_m * d2_m)).sqrt()
}

/// Loss over an edge, dB.
pub fn loss_db(nu: f64) -> f64 {
    if nu <= CLEAR {
        return 0.0;
    }
    let x = nu - 0.1;
    6.9 + 20.0 * (x.hypot(1.0) + x).log10()
}
