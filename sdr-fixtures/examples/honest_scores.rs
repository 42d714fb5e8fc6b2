//! What every check says of honest edges in the real simulated air, and of the forged ones: how far honesty is from a rejection.
//!
//!     cargo run --release -p sdr-fixtures --example honest_scores -- FIRST_SEED WORLDS [villains]

use sdr_fixtures::{
    WorldError,
    trials::{Scores, attack_table},
    villains::Villainy,
};

fn main() -> Result<(), WorldError> {
    let numbers: Vec<u64> = std::env::args().skip(1).filter_map(|word| word.parse().ok()).collect();
    let (first, worlds) = (numbers.first().copied().unwrap_or(1), numbers.get(1).copied().unwrap_or(1));
    let villains: &[Villainy] =
        if std::env::args().any(|word| word == "villains") { &Villainy::ALL } else { &[] };
    let table = attack_table((first..first + worlds, 1), 24, villains, None, &mut |_| {})?;
    let rejected = table.honest_edges_rejected;
    println!(
        "{worlds} worlds from seed {first}: honest edges rejected {} of {}",
        rejected.count, rejected.of
    );
    print("honest", &table.honest_scores);
    for row in &table.rows {
        print(row.name, &row.scores);
    }
    Ok(())
}

/// Quantiles by check.
fn print(who: &str, scores: &Scores) {
    for (check, scores) in scores {
        let mut scores = scores.clone();
        scores.sort_by(f64::total_cmp);
        let quantile = |share: f64| scores[((scores.len() - 1) as f64 * share).round() as usize];
        let [half, most, nearly_all, all] = [0.5, 0.99, 0.999, 1.0].map(quantile);
        println!(
            "{who:18} {check:14} {:6} edges: median {half:7.2}, 99 % {most:7.2}, 99.9 % {nearly_all:7.2}, most {all:7.2}",
            scores.len()
        );
    }
}
