//! Tables of the plain page. Long lists end with a sentence that says where the rest is.

use geo_index::tile::Standing;

use super::{escaped, joined, number};
use crate::{
    evidence::Outcome,
    view::{
        EpochView,
        feed::{ear, words},
    },
};

/// Rows of a table.
const ROWS_MAX: usize = 500;

/// A finished table: caption, column names (those that start with `#` hold numbers), rows of cells, where the rest is.
fn table(caption: &str, columns: &[&str], rows: &[Vec<String>], rest: &str) -> String {
    let numeric: Vec<bool> = columns.iter().map(|name| name.starts_with('#')).collect();
    let class = |at: usize| if numeric[at] { " class=\"number\"" } else { "" };
    let head = joined(columns.iter().enumerate(), |(at, name)| {
        format!("<th scope=\"col\"{}>{}</th>", class(at), name.trim_start_matches('#'))
    });
    let line = |row: &Vec<String>| {
        let cells = joined(row.iter().enumerate(), |(at, text)| match at {
            0 => format!("<th scope=\"row\">{text}</th>"),
            _ => format!("<td{}>{text}</td>", class(at)),
        });
        format!("<tr>{cells}</tr>")
    };
    let body = joined(rows.iter().take(ROWS_MAX), line);
    let more = if rows.len() > ROWS_MAX {
        format!(
            "<p>The first {ROWS_MAX} of {}; the rest is at <a href=\"{rest}\">{rest}</a>.</p>",
            rows.len()
        )
    } else {
        String::new()
    };
    if rows.is_empty() {
        return format!("<section><h2>{caption}</h2><p>None in this epoch.</p></section>");
    }
    format!(
        "<section><h2>{caption}</h2><div class=\"wide\" tabindex=\"0\" role=\"region\" aria-label=\"{caption}\"><table>\
         <thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>{more}</section>"
    )
}

pub(super) fn rejected(epoch: &EpochView) -> String {
    let rows: Vec<_> = epoch
        .edges()
        .iter()
        .filter(|edge| edge.outcome == Outcome::Rejected)
        .map(|edge| {
            let finding = edge.findings.iter().find(|finding| finding.check == edge.check);
            let value = |value: Option<f64>, unit: &str| {
                value.map_or(String::new(), |value| format!("{} {}", number(value, 1), escaped(unit)))
            };
            let unit = finding.map_or("", |finding| finding.unit.as_str());
            vec![
                escaped(&epoch.name_or_key(&edge.beaconer)),
                escaped(&epoch.name_or_key(&edge.witness)),
                escaped(&words(&edge.check)),
                value(finding.map(|finding| finding.measured), unit),
                value(finding.map(|finding| finding.allowed), unit),
                finding.map_or(String::new(), |finding| escaped(&finding.explanation)),
            ]
        })
        .collect();
    table(
        "Rejected edges",
        &["Beaconer", "Witness", "Check", "#Measured", "#Allowed", "What it means"],
        &rows,
        "/api/v1/edges?outcome=rejected",
    )
}

pub(super) fn hotspots(epoch: &EpochView) -> String {
    let rows: Vec<_> = epoch
        .hotspots()
        .iter()
        .map(|hotspot| {
            let edges = |at: &[u32], outcome| {
                at.iter().filter(|&&at| epoch.edges()[at as usize].outcome == outcome).count()
            };
            let both = |outcome| {
                (edges(&hotspot.beaconed, outcome) + edges(&hotspot.witnessed, outcome)).to_string()
            };
            let paid: u128 = hotspot
                .rewards
                .iter()
                .map(|&at| u128::from(epoch.rewards()[at as usize].amount.units()))
                .sum();
            let place = match (hotspot.standing, hotspot.row.genesis_anchor) {
                (Standing::Proven, true) => "proven (first anchor)",
                (Standing::Proven, false) => "proven",
                (Standing::Unproven, _) => "unproven",
                (Standing::Disproven, _) => "disproven",
            };
            vec![
                escaped(&hotspot.row.name),
                place.to_owned(),
                both(Outcome::Accepted),
                both(Outcome::Rejected),
                both(Outcome::Unproven),
                ear(&paid.to_string()),
                format!(
                    "{}, {}",
                    number(hotspot.row.place.lat_deg(), 4),
                    number(hotspot.row.place.lng_deg(), 4)
                ),
                hotspot.verdict.as_ref().map_or(String::new(), |verdict| escaped(&verdict.explanation)),
            ]
        })
        .collect();
    table(
        "Hotspots",
        &[
            "Name",
            "Place",
            "#Accepted",
            "#Rejected",
            "#Unproven",
            "#EAR",
            "#Latitude, longitude",
            "About its place",
        ],
        &rows,
        "/api/v1/hotspots",
    )
}

pub(super) fn cells(epoch: &EpochView) -> String {
    let rows: Vec<_> = epoch
        .pyramid()
        .rows()
        .iter()
        .map(|cell| {
            let signal = |pick: fn(&geo_index::coverage::Signal) -> f64| {
                cell.signal
                    .as_ref()
                    .map_or("not measured".to_owned(), |signal| number(pick(signal), 0).to_string())
            };
            vec![
                format!("<code>{}</code>", cell.cell),
                signal(|signal| signal.median_rssi_dbm),
                signal(|signal| signal.median_snr_db),
                cell.samples.to_string(),
                cell.witnesses.to_string(),
                cell.hotspots.to_string(),
                cell.last_epoch.to_string(),
                ear(&cell.reward_base_units.to_string()),
            ]
        })
        .collect();
    table(
        "Covered cells",
        &[
            "Cell",
            "#Median dBm",
            "#Median SNR dB",
            "#Samples",
            "#Witnesses",
            "#Hotspots",
            "#Last proven",
            "#EAR",
        ],
        &rows,
        "/api/v1/cells",
    )
}

pub(super) fn rewards(epoch: &EpochView) -> String {
    let rows: Vec<_> = epoch
        .rewards()
        .iter()
        .map(|line| {
            let cell =
                line.work.cell().map_or(String::new(), |cell| format!("<code>{:x}</code>", cell.index()));
            vec![
                escaped(&epoch.name_or_key(&line.hotspot.to_string())),
                line.work.as_str().to_owned(),
                cell,
                ear(&line.amount.units().to_string()),
                line.edges.len().to_string(),
            ]
        })
        .collect();
    table("Rewards", &["Hotspot", "For", "Cell", "#EAR", "#Edges"], &rows, "/api/v1/hotspots")
}
