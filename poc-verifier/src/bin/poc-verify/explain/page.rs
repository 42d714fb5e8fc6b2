//! The drawing as a page: the findings as a table, with what each check asks in an owner's words. Nothing outside is asked for.

use std::fmt::Write as _;

use poc_verifier::{CheckName, EdgeJudgement, Finding, Round};

use super::{number, svg::escaped};
use crate::table::{deciding, short, word};

const STYLE: &str = "body{font:15px/1.5 system-ui,sans-serif;color:#1b2733;background:#fff;max-width:980px;margin:2em auto;padding:0 1em}\
h1{font-size:24px;margin:0}.accepted{color:#1a7f4b}.rejected{color:#c0362c}.unproven{color:#8a6d00}.verdict{font-weight:600;margin:.3em 0}\
svg{width:100%;height:auto}table{border-collapse:collapse;width:100%;font-size:14px}th,td{text-align:left;vertical-align:top;\
padding:.5em .6em;border-top:1px solid #c9d3dc}td.n{text-align:right;white-space:nowrap;font-variant-numeric:tabular-nums}\
th.n{text-align:right}small{color:#5a6b7b;display:block}code{font-size:12px;overflow-wrap:anywhere}\
@media(prefers-color-scheme:dark){body{color:#e6edf3;background:#11181f}small{color:#9fb0bf}.accepted{color:#4cc38a}\
.rejected{color:#ff7b72}.unproven{color:#e3b341}th,td{border-color:#33414d}}";

/// What a check asks.
fn asks(check: CheckName) -> &'static str {
    match check {
        CheckName::Freshness => "Is what was heard this round's beacon, and no older one's?",
        CheckName::CommitReveal => "Was the report fixed before anything was revealed?",
        CheckName::Frequency => "Does the carrier move as the beaconer secretly moved it?",
        CheckName::TimeDither => "Do the frames arrive as early and late as they were secretly sent?",
        CheckName::NoiseFloor => "Do level, signal-to-noise ratio and noise belong together?",
        CheckName::LinkBudget => "Can so much power arrive over this distance?",
        CheckName::PowerDither => "Do the levels follow the secret steps of power?",
        CheckName::Geometry => "Can the two hear each other, and are they two?",
        CheckName::Place => "Do others' clocks put both where they say that they stand?",
        CheckName::Hops => "Was enough of the beacon heard?",
        CheckName::Samples => "Do the samples that were asked for hold the frame as reported?",
        CheckName::LateCommit => "Is every symbol in them there from its beginning on?",
        CheckName::Graph => "Did enough independent anchors hear the beacon, too?",
        CheckName::Relay => "Did beacon and answer travel as fast as radio does?",
        CheckName::Reciprocity => "Does the path fade alike in both directions?",
        CheckName::GuardNoise => "Is the noise before the frame this receiver's alone?",
        CheckName::Phase => "Are the phases from channel to channel this path's alone?",
        CheckName::Eirp => "Does the beaconer radiate what it states?",
        CheckName::Oscillator => "Are beaconer and witness of two oscillators?",
        CheckName::Day => "Is the whole of the witness's day an honest hotspot's?",
    }
}

pub(super) fn write(pictures: &str, round: &Round, edge: &EdgeJudgement, address: &str) -> String {
    let (witness, beaconer) = (short(&edge.witness), short(&round.beaconer));
    let (verdict, decided) = (word(edge.outcome), deciding(edge));
    let by = decided.map_or(String::new(), |finding| format!(" by {}", finding.check.as_str()));
    let sentence = escaped(decided.map_or("Nothing speaks against it.", |finding| &finding.explanation));
    let window = round.window;
    let mut page = format!(
        "<!doctype html>\n<html lang=\"en\"><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">\
         <title>{witness} heard {beaconer}: {verdict}</title><style>{STYLE}</style>\n\
         <h1>{witness} heard {beaconer} in window {window}</h1>\n\
         <p class=\"verdict {verdict}\">{verdict}{by}</p>\n<p>{sentence}</p>\n{pictures}\
         <p>What every check said, the worst first. The score is how much likelier a cheat would have caused what was measured than an \
         honest hotspot, as a natural logarithm: below zero speaks for honesty; from 5 on an edge is too doubtful to be paid, from 10 on \
         it is rejected.</p>\n\
         <table><tr><th>check<th>verdict<th class=\"n\">measured<th class=\"n\">bound<th class=\"n\">score</tr>\n"
    );
    let mut findings: Vec<&Finding> = edge.findings.iter().collect();
    findings.sort_by(|a, b| b.score.total_cmp(&a.score));
    for finding in findings {
        row(&mut page, finding);
    }
    // Writing to a string cannot fail.
    let _ = write!(
        page,
        "</table>\n<p><small>Witness <code>{}</code></small><small>Beaconer <code>{}</code></small>\
         <small>Bundle <code>{address}</code></small></p></html>\n",
        edge.witness, round.beaconer
    );
    page
}

fn row(page: &mut String, finding: &Finding) {
    let (name, verdict, unit) = (finding.check.as_str(), word(finding.outcome), finding.unit);
    let (question, said) = (asks(finding.check), escaped(&finding.explanation));
    let (measured, allowed, score) = (number(finding.measured), number(finding.allowed), finding.score);
    // Writing to a string cannot fail.
    let _ = writeln!(
        page,
        "<tr><td><b>{name}</b><small>{question}</small>{said}<td class=\"{verdict}\">{verdict}\
         <td class=\"n\">{measured} {unit}<td class=\"n\">{allowed} {unit}<td class=\"n\">{score:+.1}</tr>"
    );
}
