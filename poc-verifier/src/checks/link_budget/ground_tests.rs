use super::*;

#[test]
fn what_is_below_the_prediction_is_never_suspicious_and_far_above_is_rejected() {
    for below_db in [-100.0, -8.0, 0.0] {
        assert!((score(below_db) - base()).abs() < 1e-12 && base() < -1.0);
    }
    assert!(score(allowed_db() - 0.01) < SCORE_REJECT && score(allowed_db() + 0.01) > SCORE_REJECT);
    assert!((allowed_db() - 41.6).abs() < 0.05, "{}", allowed_db());
    // Three sigmas alone accuse nobody.
    assert!(score(3.0 * SIGMA_DB) < 4.0);
}

/// The honest density is one: its mass is 1 within what the missing constant makes, and its tail as stated.
#[test]
fn the_honest_density_is_nearly_normalised() {
    let step_db = 0.01;
    let density = |above_db: f64| (-score(above_db)).exp() / RANGE_DB;
    // Symmetric in the model, though only the loud side is asked.
    let mass: f64 =
        2.0 * (0..40_000).map(|step| density((f64::from(step) + 0.5) * step_db) * step_db).sum::<f64>();
    assert!((mass - 1.0).abs() < 0.001, "{mass}");
    let beyond: f64 =
        (0..40_000).map(|step| density(allowed_db() + f64::from(step) * step_db) * step_db).sum();
    assert!(
        beyond > 1e-6 && beyond < 3e-6,
        "an honest report is rejected by this alone in {beyond:e} of cases"
    );
}
