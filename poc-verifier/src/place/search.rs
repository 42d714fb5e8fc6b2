//! The likeliest place: robust Gauss-Newton from several starts, the best of them polished on the likelihood itself.

use super::likelihood::Likelihood;

/// Scales of the robust weights, ns, from coarse to fine: far starts must be able to fall in.
const SCALES_NS: [f64; 12] =
    [30_000.0, 20_000.0, 10_000.0, 5000.0, 2000.0, 1000.0, 700.0, 500.0, 300.0, 300.0, 200.0, 200.0];
/// Rings of starts around the asserted place, metres, and starts on each.
const RINGS_M: [f64; 3] = [4000.0, 12_000.0, 30_000.0];
const STARTS: u32 = 6;
/// Farthest a transmitter is looked for, metres.
const FARTHEST_M: f64 = 100_000.0;
/// Steps of the polish, metres.
const STEPS_M: [f64; 7] = [320.0, 160.0, 80.0, 40.0, 20.0, 10.0, 5.0];

/// East and north of the likeliest place, metres from the asserted one.
pub(super) fn most_likely(likelihood: &Likelihood) -> [f64; 2] {
    let rings = RINGS_M.iter().flat_map(|ring| {
        (0..STARTS).map(move |k| {
            let (sin, cos) = (std::f64::consts::TAU * f64::from(k) / f64::from(STARTS)).sin_cos();
            [ring * cos, ring * sin]
        })
    });
    let starts = std::iter::once([0.0, 0.0]).chain(rings);
    let ends = starts.map(|start| descend(likelihood, start)).chain([[0.0, 0.0]]);
    let best = ends.max_by(|a, b| likelihood.at(*a).total_cmp(&likelihood.at(*b))).unwrap_or_default();
    polish(likelihood, best)
}

/// Iteratively reweighted least squares of place and moment, Cauchy weights.
fn descend(likelihood: &Likelihood, start: [f64; 2]) -> [f64; 2] {
    let mut at = start;
    for scale_ns in SCALES_NS {
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
