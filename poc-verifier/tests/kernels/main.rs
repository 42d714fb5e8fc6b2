//! Verdicts do not depend on which kernels Fourier transforms are made of: rounds are published with samples, read back, and judged with the
//! fastest kernels of this machine and with scalar ones ([`witness::fft`]).
//!
//! The rounds have what verdicts can hang on ([`town`]): levels down to the decoding limit, echoes, two keys behind one receiver with some noise
//! of their own, levels and carriers edited by as much as `samples` just bears and more, symbols committed late by a little. Real kernels differ by
//! processor; those of `rustfft` are either of these two or others between them. Sines and exponentials are the C library's in both runs, and are
//! not varied.

#![allow(clippy::unwrap_used, reason = "a test's helpers fail as loudly as its tests")]

mod town;

use std::collections::BTreeMap;

use poc_verifier::{EdgeJudgement, Epoch, History, Outcome, judge};
use witness::fft::{Kernels, with_kernels};

use self::town::{PARTIES, Town};

/// What is compared.
#[derive(Debug, Default)]
struct Compared {
    edges: usize,
    by_outcome: BTreeMap<Outcome, usize>,
    /// Edges that a check rejects, whether or not it is the one that decides.
    rejected_by: BTreeMap<&'static str, usize>,
    /// Other verdicts, or other checks that decided.
    verdicts_apart: usize,
    /// Numbers that are signed, and those of them that are another integer.
    integers: usize,
    integers_apart: usize,
    /// Greatest distance between two integers that are signed, and between two scores in thousandths.
    steps: u64,
    score_steps: u64,
    /// Numbers that differ at all.
    floats_apart: usize,
}

impl Compared {
    fn add(&mut self, fastest: &EdgeJudgement, scalar: &EdgeJudgement) {
        let decided = |edge: &EdgeJudgement| edge.decided_by.map(|index| edge.findings[index].check.as_str());
        let said = |edge: &EdgeJudgement| -> Vec<_> {
            edge.findings.iter().map(|finding| (finding.check, finding.outcome)).collect()
        };
        self.edges += 1;
        *self.by_outcome.entry(fastest.outcome).or_default() += 1;
        for finding in fastest.findings.iter().filter(|finding| finding.outcome == Outcome::Rejected) {
            *self.rejected_by.entry(finding.check.as_str()).or_default() += 1;
        }
        let alike = (fastest.outcome, decided(fastest), said(fastest))
            == (scalar.outcome, decided(scalar), said(scalar));
        if !alike {
            println!("{fastest:?}\n{scalar:?}");
            self.verdicts_apart += 1;
            return;
        }
        for (one, other) in fastest.findings.iter().zip(&scalar.findings) {
            for (a, b) in [(one.measured, other.measured), (one.allowed, other.allowed)] {
                let steps = steps(a, b);
                if steps > 1 {
                    println!("{} {} {a} {b}", one.check.as_str(), one.unit);
                }
                self.integers += 1;
                self.integers_apart += usize::from(steps > 0);
                self.steps = self.steps.max(steps);
                self.floats_apart += usize::from(a.to_bits() != b.to_bits());
            }
            self.score_steps = self.score_steps.max(steps(one.score, other.score));
        }
    }
}

/// Between two numbers as they are signed, thousandths.
fn steps(a: f64, b: f64) -> u64 {
    ((a * 1e3).round() as i64).abs_diff((b * 1e3).round() as i64)
}

fn compared(edges: usize, seed: u64) -> Compared {
    let mut compared = Compared::default();
    for town in 0.. {
        if compared.edges >= edges {
            break;
        }
        let (protocol, parties, rounds) = Town::new(seed + town).published();
        let history = History::default();
        let judged = [Kernels::Fastest, Kernels::Scalar].map(|kernels| {
            let (protocol, parties, rounds) = (&protocol, &parties, &rounds[..]);
            with_kernels(kernels, || {
                judge(&Epoch { protocol, parties, history: &history, rounds, terrain: None })
            })
        });
        for (fastest, scalar) in judged[0].rounds.iter().zip(&judged[1].rounds) {
            assert_eq!(fastest.edges.len(), PARTIES - 1);
            for (fastest, scalar) in fastest.edges.iter().zip(&scalar.edges) {
                compared.add(fastest, scalar);
            }
        }
    }
    println!("{compared:#?}");
    compared
}

fn agrees(compared: &Compared) {
    assert_eq!(compared.verdicts_apart, 0);
    assert!(compared.steps <= 1, "{compared:?}");
    // What is compared hangs on the kernels at all, and on samples.
    assert!(compared.floats_apart > compared.edges / 10, "{compared:?}");
    for check in ["samples", "guard_noise", "late_commit"] {
        assert!(
            compared.rejected_by.get(check).is_some_and(|edges| *edges > compared.edges / 200),
            "{check}: {compared:?}"
        );
    }
    assert!(compared.by_outcome[&Outcome::Accepted] > compared.edges / 3, "{compared:?}");
}

#[test]
fn verdicts_are_the_same_with_scalar_kernels() {
    agrees(&compared(720, 1));
}

#[test]
#[ignore = "some minutes: cargo test --release -p poc-verifier --test kernels -- --ignored --nocapture"]
fn a_hundred_thousand_verdicts_are_the_same_with_scalar_kernels() {
    agrees(&compared(100_000, 1_000_000));
}
