//! The verdicts, for people and for programs.

use std::io::{self, Write};

use poc_verifier::{EdgeJudgement, EpochJudgement, Finding, Outcome, RoundJudgement};
use serde::Serialize;

use crate::{ground::Ground, input::Input};

/// Digits of a key that tell hotspots apart.
const DIGITS: usize = 8;

/// One edge, as a program reads it.
#[derive(Serialize)]
struct Line<'a> {
    bundle: String,
    window: u64,
    beaconer: String,
    witness: String,
    verdict: &'a str,
    /// The check that decided; empty when accepted.
    check: &'a str,
    measured: Option<f64>,
    allowed: Option<f64>,
    unit: &'a str,
    score: Option<f64>,
    explanation: &'a str,
    /// How the elevation model stands to the published one: none, same, missing, another or added.
    terrain: &'a str,
}

pub(crate) fn word(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Accepted => "accepted",
        Outcome::Rejected => "rejected",
        Outcome::Unproven => "unproven",
    }
}

/// The finding that decided an edge; none when it is accepted.
pub(crate) fn deciding(edge: &EdgeJudgement) -> Option<&Finding> {
    edge.decided_by.and_then(|index| edge.findings.get(index))
}

/// One JSON object an edge.
pub(crate) fn json(
    input: &Input,
    judgement: &EpochJudgement,
    ground: &Ground,
    out: &mut impl Write,
) -> io::Result<()> {
    for ((round, address), published) in judgement.rounds.iter().zip(&input.addresses).zip(&input.terrains) {
        for edge in &round.edges {
            let finding = deciding(edge);
            let line = Line {
                bundle: address.to_string(),
                window: round.window,
                beaconer: round.beaconer.to_string(),
                witness: edge.witness.to_string(),
                verdict: word(edge.outcome),
                check: finding.map_or("", |finding| finding.check.as_str()),
                measured: finding.map(|finding| finding.measured),
                allowed: finding.map(|finding| finding.allowed),
                unit: finding.map_or("", |finding| finding.unit),
                score: finding.map(|finding| finding.score),
                explanation: finding.map_or("", |finding| &finding.explanation),
                terrain: ground.word(*published),
            };
            serde_json::to_writer(&mut *out, &line)?;
            writeln!(out)?;
        }
    }
    Ok(())
}

/// A table by rounds; what was not accepted has its reason.
pub(crate) fn plain(input: &Input, judgement: &EpochJudgement, out: &mut impl Write) -> io::Result<()> {
    let mut total = [0; 3];
    for (round, address) in judgement.rounds.iter().zip(&input.addresses) {
        let counts = counts(round);
        total.iter_mut().zip(counts).for_each(|(total, count)| *total += count);
        let place = judgement.places.get(&round.beaconer).map_or("", |place| &place.explanation);
        writeln!(out, "window {}  beaconer {}  {}", round.window, short(&round.beaconer), told(counts))?;
        writeln!(out, "  bundle {address}")?;
        writeln!(out, "  {}{}", beacon(round), sentence(place))?;
        for edge in round.edges.iter().filter(|edge| edge.outcome != Outcome::Accepted) {
            write_edge(edge, out)?;
        }
    }
    let rounds = judgement.rounds.len();
    writeln!(out, "{rounds} rounds, {} hotspots: {}", input.parties.len(), told(total))
}

fn write_edge(edge: &EdgeJudgement, out: &mut impl Write) -> io::Result<()> {
    let Some(finding) = deciding(edge) else { return Ok(()) };
    let numbers = format!("{:.2} of {:.2} {}", finding.measured, finding.allowed, finding.unit);
    let (witness, verdict) = (short(&edge.witness), word(edge.outcome));
    writeln!(
        out,
        "  {witness}  {verdict}  {:13} {numbers:>24}  score {:5.1}",
        finding.check.as_str(),
        finding.score
    )?;
    writeln!(out, "            {}", finding.explanation)
}

fn beacon(round: &RoundJudgement) -> &'static str {
    match (round.drawn, round.link.is_some()) {
        (true, true) => "",
        (true, false) => "It never opened its link. ",
        (false, _) => "It was not drawn in this window. ",
    }
}

/// As a sentence of its own.
fn sentence(place: &str) -> String {
    let mut letters = place.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

fn counts(round: &RoundJudgement) -> [usize; 3] {
    [Outcome::Accepted, Outcome::Rejected, Outcome::Unproven]
        .map(|outcome| round.edges.iter().filter(|edge| edge.outcome == outcome).count())
}

fn told([accepted, rejected, unproven]: [usize; 3]) -> String {
    format!("{accepted} accepted, {rejected} rejected, {unproven} unproven")
}

pub(crate) fn short(key: &identity::PublicKey) -> String {
    key.to_string().chars().take(DIGITS).collect()
}
