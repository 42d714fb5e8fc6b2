//! One edge, drawn: where everybody stands, what the beacon's secret dithers look like in the report, and what every check said.

mod chart;
mod map;
mod page;
mod profile;
mod spectrum;
mod svg;

use std::{ffi::OsStr, fs, path::Path};

use anyhow::{Context, Result, bail, ensure};
use poc_verifier::{
    BeaconPlan, EdgeJudgement, EpochJudgement, HeardHop, Round, SCORE_REJECT, messages::Showing,
    obstruction::Obstruction, protocol::HOPS,
};

use self::chart::{Chart, Series};
pub(crate) use self::{
    profile::draw as draw_profile,
    svg::{Area, Svg},
};
use crate::{
    ground::Ground,
    input::Input,
    table::{deciding, short, word},
};

const WIDTH: f64 = 980.0;
const HEAD: f64 = 92.0;
const PICTURES: f64 = 480.0;
const SPECTRUM: f64 = 240.0;
const GROUND: f64 = 260.0;
const ROW: f64 = 40.0;
/// Of one unit of score, and of as many as reject.
const SCORE: f64 = 3.2;
const REJECT: f64 = SCORE_REJECT * SCORE;

/// Draws the edge of a witness to the first bundle's beacon.
pub(crate) fn write(
    input: &Input,
    ground: &Ground,
    judgement: &EpochJudgement,
    witness: &str,
    out: &Path,
) -> Result<()> {
    let index = input.addresses.iter().position(|address| *address == input.first);
    let index = index.context("the bundle has no round of a known beaconer")?;
    let witness = input.party(witness)?;
    let (round, judged) = (&input.rounds[index], &judgement.rounds[index]);
    let edge = judged.edges.iter().find(|edge| edge.witness == witness.key);
    let Some(edge) = edge else { bail!("{} says nothing of this beacon", short(&witness.key)) };
    let extension = out.extension().and_then(OsStr::to_str).unwrap_or_default();
    ensure!(["svg", "html"].contains(&extension), "{}: only .svg and .html are written", out.display());
    let obstruction = obstruction(input, ground, round, edge);
    let scene = Scene { input, judgement, round, edge, showing: showing(round, edge), obstruction };
    let drawing = if extension == "svg" {
        scene.sheet()
    } else {
        page::write(&scene.pictures(), round, edge, &input.first.to_string())
    };
    fs::write(out, drawing).with_context(|| out.display().to_string())
}

/// The samples that the witness showed, if they are any.
fn showing(round: &Round, edge: &EdgeJudgement) -> Option<Showing> {
    let said = round.testimonies.iter().find(|said| said.witness == edge.witness)?;
    said.showing.as_ref()?.message().ok()
}

/// The ground between the two, if it is known.
fn obstruction(input: &Input, ground: &Ground, round: &Round, edge: &EdgeJudgement) -> Option<Obstruction> {
    let place = |key| Some(input.parties.get(key)?.place);
    let carrier_hz = f64::from(input.protocol.region.channels_hz[0]);
    Obstruction::between(ground.terrain.as_ref()?, place(&round.beaconer)?, place(&edge.witness)?, carrier_hz)
}

/// What there is to draw.
struct Scene<'a> {
    input: &'a Input,
    judgement: &'a EpochJudgement,
    round: &'a Round,
    edge: &'a EdgeJudgement,
    showing: Option<Showing>,
    obstruction: Option<Obstruction>,
}

impl Scene<'_> {
    /// Pictures, verdict and findings on one sheet.
    fn sheet(&self) -> String {
        let under = HEAD + self.pictures_height();
        let mut svg = Svg::new(WIDTH, under + ROW * (self.edge.findings.len() as f64 + 0.8));
        head(&mut svg, self.round, self.edge);
        self.draw(&mut svg, HEAD);
        findings(&mut svg, under, self.edge);
        svg.finish()
    }

    /// The pictures alone.
    fn pictures(&self) -> String {
        let mut svg = Svg::new(WIDTH, self.pictures_height());
        self.draw(&mut svg, 4.0);
        svg.finish()
    }

    fn spectrum_height(&self) -> f64 {
        if self.showing.is_some() { SPECTRUM } else { 0.0 }
    }

    fn pictures_height(&self) -> f64 {
        let cut = if self.obstruction.is_some() { GROUND } else { 0.0 };
        PICTURES + self.spectrum_height() + cut
    }

    fn draw(&self, svg: &mut Svg, top: f64) {
        let Self { input, judgement, round, edge, .. } = *self;
        let map = Area { left: 24.0, top, width: 420.0, height: PICTURES - 24.0 };
        map::draw(svg, map, input, judgement, round, edge);
        let charts = Area { left: 484.0, top, width: WIDTH - 508.0, height: PICTURES - 24.0 };
        dithers(svg, charts, input, round, edge);
        let wide = |top, height| Area { left: 24.0, top, width: WIDTH - 48.0, height };
        if let Some(showing) = &self.showing {
            let bandwidth_hz = f64::from(input.protocol.region.bandwidth.hz());
            spectrum::draw(svg, wide(top + PICTURES, SPECTRUM - 16.0), showing, bandwidth_hz);
        }
        if let Some(obstruction) = &self.obstruction {
            let area = wide(top + PICTURES + self.spectrum_height(), GROUND - 24.0);
            draw_profile(svg, area, obstruction, ["beaconer", "witness"]);
        }
    }
}

fn head(svg: &mut Svg, round: &Round, edge: &EdgeJudgement) {
    let title =
        format!("{} heard {} in window {}", short(&edge.witness), short(&round.beaconer), round.window);
    svg.text(24.0, 34.0, "title", &title);
    let by = deciding(edge).map_or(String::new(), |finding| format!(" by {}", finding.check.as_str()));
    svg.text(24.0, 58.0, word(edge.outcome), &format!("{}{by}", word(edge.outcome)));
    let sentence = deciding(edge).map_or("Nothing speaks against it.", |finding| &finding.explanation);
    svg.text(24.0, 78.0, "quiet", sentence);
}

/// What was measured of each hop, as it came and with the secret dither undone: who heard the beacon has the second line flat.
fn dithers(svg: &mut Svg, area: Area, input: &Input, round: &Round, edge: &EdgeJudgement) {
    let plan = round
        .link
        .map(|link| BeaconPlan::derive(&input.protocol, &round.beaconer, &link, &round.randomness.window));
    let said = round.testimonies.iter().find(|said| said.witness == edge.witness);
    let (Some(plan), Some(said)) = (plan, said) else {
        return svg.text(
            area.left,
            area.top + 20.0,
            "quiet",
            "The beacon was never opened: nothing to compare with.",
        );
    };
    let heard = HeardHop::of(&plan, &said.report);
    if heard.is_empty() {
        return svg.text(area.left, area.top + 20.0, "quiet", "No reported frame is of this beacon.");
    }
    let number = |hop: &HeardHop| plan.hop_of(&hop.plan.payload).unwrap_or_default();
    let start_ns = round.window_start_ns;
    let spacing_ns = (input.protocol.timetable.hop_spacing_ms * 1_000_000) as f64;
    let dither_us = |hop: &HeardHop| {
        let nominal_ns = plan.hops[0].start_ns as f64 + number(hop) as f64 * spacing_ns;
        (hop.plan.start_ns as f64 - nominal_ns) * 1e-3
    };
    let delay_us = |hop: &HeardHop| hop.delay_ns(start_ns) * 1e-3;
    let series = |name, value: &dyn Fn(&HeardHop) -> f64| Series {
        name,
        points: heard.iter().map(|hop| (number(hop), value(hop))).collect(),
    };
    let charts = [
        Chart {
            title: "Carrier, Hz about its mean",
            raw: series("as received", &|hop| hop.cfo_hz() + f64::from(hop.plan.frequency_dither_hz)),
            undone: series("dither undone", &|hop| hop.cfo_hz()),
        },
        Chart {
            title: "Arrival, us about its mean",
            raw: series("as received", &|hop| delay_us(hop) + dither_us(hop)),
            undone: series("dither undone", &delay_us),
        },
        Chart {
            title: "Level, dB about its mean",
            raw: series("as received", &|hop| hop.rssi_dbm()),
            undone: series("dither undone", &|hop| hop.rssi_dbm() + f64::from(hop.plan.power_dither_db)),
        },
    ];
    let height = area.height / charts.len() as f64;
    for (row, chart) in charts.iter().enumerate() {
        chart.draw(svg, Area { top: area.top + row as f64 * height, height: height - 18.0, ..area }, HOPS);
    }
}

/// Every check, with a bar for how much likelier a cheat would have caused what it measured.
fn findings(svg: &mut Svg, top: f64, edge: &EdgeJudgement) {
    svg.text(
        24.0,
        top,
        "label",
        "What every check said; the bar is the log-likelihood of a cheat over honesty, rejected from 10 on",
    );
    for (row, finding) in edge.findings.iter().enumerate() {
        let y = top + 26.0 + row as f64 * ROW;
        let verdict = word(finding.outcome);
        svg.text(24.0, y, verdict, finding.check.as_str());
        let zero = 250.0;
        let width = finding.score.clamp(-10.0, 30.0) * SCORE;
        svg.bar(verdict, zero + width.min(0.0), y - 10.0, width.abs().max(1.0), 11.0);
        svg.line("axis", (zero, y - 13.0), (zero, y + 4.0));
        svg.line("guide", (zero + REJECT, y - 13.0), (zero + REJECT, y + 4.0));
        let (measured, allowed) = (number(finding.measured), number(finding.allowed));
        let numbers = format!("{measured} {unit}, bound {allowed} {unit}", unit = finding.unit);
        svg.text(372.0, y, "number", &numbers);
        svg.text(24.0, y + 16.0, "quiet", &finding.explanation);
    }
}

/// With as many digits as tell something.
fn number(value: f64) -> String {
    match value.abs() {
        large if large >= 100.0 => format!("{value:.0}"),
        _ if value.fract().abs() < 1e-9 => format!("{value:.0}"),
        _ => format!("{value:.2}"),
    }
}
