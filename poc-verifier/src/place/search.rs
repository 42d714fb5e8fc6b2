//! The likeliest places.
//!
//! Starts are a ring about the asserted place, and the places that three arrivals fix by themselves, the mirror image of each with it:
//! of honest anchors enough threes are free of liars, however these agree. From each start robust Gauss-Newton, and the best is
//! polished on the likelihood itself.

use super::likelihood::Likelihood;

/// Scales of the robust weights, ns, from coarse to fine: far starts must be able to fall in.
const SCALES_NS: [f64; 12] =
    [30_000.0, 20_000.0, 10_000.0, 5000.0, 2000.0, 1000.0, 700.0, 500.0, 300.0, 300.0, 200.0, 200.0];
/// Of them, those for a start that is a solution already: coarse ones would drag it to another.
const FINE: usize = 5;
/// Ring of starts around the asserted place, metres, and starts on it.
const RING_M: f64 = 8000.0;
const STARTS: u32 = 6;
/// Most threes that are solved, and most of their places that are starts, at least so many metres apart.
const THREES_MAX: usize = 60;
const FIXES_MAX: usize = 8;
const FIXES_APART_M: f64 = 400.0;
/// Farthest a transmitter is looked for, metres.
const FARTHEST_M: f64 = 100_000.0;
/// Steps of the polish, metres.
const STEPS_M: [f64; 7] = [320.0, 160.0, 80.0, 40.0, 20.0, 10.0, 5.0];

/// East and north of places, metres from the asserted one.
pub(super) struct Peaks {
    /// The likeliest.
    pub(super) best: [f64; 2],
    /// The likeliest of those that are not within the resolution of the asserted one.
    pub(super) elsewhere: Option<[f64; 2]>,
}

/// Looks everywhere that a transmitter may be.
pub(super) fn peaks(likelihood: &Likelihood, resolution_m: f64) -> Peaks {
    let ring = (0..STARTS).map(|k| {
        let (sin, cos) = (std::f64::consts::TAU * f64::from(k) / f64::from(STARTS)).sin_cos();
        [RING_M * cos, RING_M * sin]
    });
    let coarse = std::iter::once([0.0, 0.0]).chain(ring).map(|start| descend(likelihood, start, &SCALES_NS));
    let fixes = fixes(likelihood).into_iter();
    let fine = fixes.map(|start| descend(likelihood, start, &SCALES_NS[FINE..]));
    let ends: Vec<(f64, [f64; 2])> =
        coarse.chain(fine).chain([[0.0, 0.0]]).map(|at| (likelihood.at(at), at)).collect();
    let likeliest = |among: &dyn Fn(&[f64; 2]) -> bool| {
        let ends = ends.iter().filter(|(_, at)| among(at));
        ends.max_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, at)| *at)
    };
    let elsewhere = |at: &[f64; 2]| at[0].hypot(at[1]) > resolution_m;
    // A polished one may have walked home: then it is no other place, but where it set out from still is one.
    let far = likeliest(&elsewhere).map(|at| Some(polish(likelihood, at)).filter(elsewhere).unwrap_or(at));
    let best = polish(likelihood, likeliest(&|_| true).unwrap_or_default());
    Peaks { best, elsewhere: far }
}

/// The likeliest of the places that three arrivals fix, none near another.
fn fixes(likelihood: &Likelihood) -> Vec<[f64; 2]> {
    let anchors = likelihood.on_plane();
    let count = anchors.len();
    let threes: Vec<[usize; 3]> =
        (0..count).flat_map(|i| (0..i).flat_map(move |j| (0..j).map(move |k| [i, j, k]))).collect();
    let step = threes.len().div_ceil(THREES_MAX).max(1);
    let fixed = threes.iter().step_by(step).flat_map(|three| fix(three.map(|index| anchors[index])));
    let mut fixed: Vec<(f64, [f64; 2])> = fixed
        .flatten()
        .filter(|at| at[0].hypot(at[1]) < FARTHEST_M)
        .map(|at| (likelihood.at(at), at))
        .collect();
    fixed.sort_by(|a, b| b.0.total_cmp(&a.0));
    let mut apart: Vec<[f64; 2]> = Vec::new();
    for (_, at) in fixed {
        let near = |other: &[f64; 2]| (at[0] - other[0]).hypot(at[1] - other[1]) < FIXES_APART_M;
        if apart.len() < FIXES_MAX && !apart.iter().any(near) {
            apart.push(at);
        }
    }
    apart
}

/// Where three arrivals meet on the plane: two places at most.
///
/// With `r` the range to the first anchor and `d_j` the other arrivals less its own, `|p - w_j| = r + d_j`. Differences of the squares
/// are linear, `p = u + v r`, and the first range itself makes a quadratic of `r`.
fn fix([(first, arrival), second, third]: [([f64; 2], f64); 3]) -> [Option<[f64; 2]>; 2] {
    let row = |(at, later): ([f64; 2], f64)| {
        let (x, y, d) = (at[0] - first[0], at[1] - first[1], later - arrival);
        (x, y, 0.5 * (x * x + y * y - d * d), -d)
    };
    let ((a, b, e, g), (c, d, f, h)) = (row(second), row(third));
    let determinant = a * d - b * c;
    if determinant.abs() < 1.0 {
        return [None, None];
    }
    let cross =
        |one: f64, other: f64| [(one * d - b * other) / determinant, (a * other - one * c) / determinant];
    let (u, v) = (cross(e, f), cross(g, h));
    let (square, half, rest) =
        (v[0] * v[0] + v[1] * v[1] - 1.0, u[0] * v[0] + u[1] * v[1], u[0] * u[0] + u[1] * u[1]);
    let root = (half * half - square * rest).max(0.0).sqrt();
    [root, -root].map(|root| {
        let range = (root - half) / square;
        let possible = range.is_finite() && range >= 0.0 && range >= g.max(h);
        possible.then(|| [first[0] + u[0] + v[0] * range, first[1] + u[1] + v[1] * range])
    })
}

/// Iteratively reweighted least squares of place and moment, Cauchy weights.
fn descend(likelihood: &Likelihood, start: [f64; 2], scales_ns: &[f64]) -> [f64; 2] {
    let mut at = start;
    for scale_ns in scales_ns {
        let leads = likelihood.leads(at);
        let moment = likelihood.moment(&leads);
        let mut normal = [[0.0; 4]; 3];
        for (lead, (sigma_ns, [east, north])) in leads.iter().zip(likelihood.directions(at)) {
            let error = lead - moment;
            let weight = 1.0 / (1.0 + (error / scale_ns).powi(2)) / sigma_ns.powi(2);
            // A step away from an anchor makes its lead earlier by the range over the speed of light.
            let light = geo_index::geodesy::LIGHT_M_PER_NS;
            let row = [-east / light, -north / light, -1.0];
            for i in 0..3 {
                for j in 0..3 {
                    normal[i][j] += weight * row[i] * row[j];
                }
                normal[i][3] -= weight * row[i] * error;
            }
        }
        let Some([east, north, _]) = solve(normal) else { return start };
        at = [at[0] + east, at[1] + north];
        if at[0].hypot(at[1]).is_nan() || at[0].hypot(at[1]) > FARTHEST_M {
            return start;
        }
    }
    at
}

/// Gauss elimination of three equations with partial pivoting; `None` when they do not fix the unknowns.
fn solve(mut rows: [[f64; 4]; 3]) -> Option<[f64; 3]> {
    for pivot in 0..3 {
        let largest = (pivot..3).max_by(|a, b| rows[*a][pivot].abs().total_cmp(&rows[*b][pivot].abs()))?;
        rows.swap(pivot, largest);
        if rows[pivot][pivot].abs() < 1e-30 {
            return None;
        }
        let scaled = rows[pivot].map(|value| value / rows[pivot][pivot]);
        rows[pivot] = scaled;
        for (other, row) in rows.iter_mut().enumerate() {
            if other != pivot {
                let factor = row[pivot];
                row.iter_mut().zip(scaled).for_each(|(value, pivot)| *value -= factor * pivot);
            }
        }
    }
    Some([rows[0][3], rows[1][3], rows[2][3]])
}

/// Coordinate steps of halving length.
fn polish(likelihood: &Likelihood, start: [f64; 2]) -> [f64; 2] {
    let mut best = (likelihood.at(start), start);
    for step in STEPS_M {
        for _ in 0..20 {
            let around = [[step, 0.0], [-step, 0.0], [0.0, step], [0.0, -step]];
            let tried = around.map(|[east, north]| {
                let at = [best.1[0] + east, best.1[1] + north];
                (likelihood.at(at), at)
            });
            let Some(next) =
                tried.into_iter().max_by(|a, b| a.0.total_cmp(&b.0)).filter(|next| next.0 > best.0)
            else {
                break;
            };
            best = next;
        }
    }
    best.1
}
