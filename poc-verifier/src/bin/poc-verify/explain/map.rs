//! Where the two ends say that they stand, who else heard the beacon, and where the anchors' times put whoever stands elsewhere.

use geo_index::{Place, Tangent};
use poc_verifier::{EdgeJudgement, EpochJudgement, Outcome, Round};

use super::svg::{Area, Svg};
use crate::input::Input;

/// Scale bars, metres.
const BARS_M: [f64; 8] = [100.0, 200.0, 500.0, 1000.0, 2000.0, 5000.0, 10_000.0, 50_000.0];

/// The plane about the beaconer, fitted into an area.
struct View {
    tangent: Tangent,
    area: Area,
    centre_m: (f64, f64),
    pixels_a_metre: f64,
}

impl View {
    fn of(area: Area, around: Place, places: &[Place]) -> Self {
        let tangent = Tangent::at(around);
        let flat: Vec<(f64, f64)> = places.iter().map(|place| flat(&tangent, *place)).collect();
        let range = |values: &dyn Fn(&(f64, f64)) -> f64| {
            let low = flat.iter().map(values).fold(f64::INFINITY, f64::min);
            (low, flat.iter().map(values).fold(f64::NEG_INFINITY, f64::max))
        };
        let ((west, east), (south, north)) = (range(&|at| at.0), range(&|at| at.1));
        let metres = (east - west).max(north - south).max(500.0) * 1.2;
        let pixels_a_metre = area.width.min(area.height) / metres;
        Self { tangent, area, centre_m: (0.5 * (west + east), 0.5 * (south + north)), pixels_a_metre }
    }

    fn at(&self, place: Place) -> (f64, f64) {
        let (east, north) = flat(&self.tangent, place);
        let x = self.area.left + 0.5 * self.area.width + (east - self.centre_m.0) * self.pixels_a_metre;
        (x, self.area.top + 0.5 * self.area.height - (north - self.centre_m.1) * self.pixels_a_metre)
    }
}

fn flat(tangent: &Tangent, place: Place) -> (f64, f64) {
    let [east, north, _] = tangent.east_north_up_m(place);
    (east, north)
}

pub(super) fn draw(
    svg: &mut Svg,
    area: Area,
    input: &Input,
    judgement: &EpochJudgement,
    round: &Round,
    edge: &EdgeJudgement,
) {
    let (beaconer, witness) = (&input.parties[&round.beaconer], &input.parties[&edge.witness]);
    let others: Vec<_> =
        round.testimonies.iter().filter_map(|said| input.parties.get(&said.witness)).collect();
    let elsewhere = [beaconer, witness].map(|party| {
        let verdict = judgement.places.get(&party.key)?;
        verdict.likeliest.filter(|_| verdict.outcome == Outcome::Rejected)
    });
    let places: Vec<Place> = others
        .iter()
        .map(|party| party.place)
        .chain([beaconer.place, witness.place])
        .chain(elsewhere.into_iter().flatten())
        .collect();
    let view = View::of(area, beaconer.place, &places);
    svg.bar("frame", area.left, area.top, area.width, area.height);
    for other in &others {
        svg.dot("other", view.at(other.place), if other.is_anchor() { 4.0 } else { 2.5 });
    }
    svg.line("axis", view.at(beaconer.place), view.at(witness.place));
    // Of two that stand close together the southern one's name stands below it.
    let north = view.at(beaconer.place).1 <= view.at(witness.place).1;
    let below = [!north, north];
    for ((party, name, likeliest), below) in
        [(beaconer, "beaconer", elsewhere[0]), (witness, "witness", elsewhere[1])].into_iter().zip(below)
    {
        let (x, y) = view.at(party.place);
        svg.dot("undone-dot", (x, y), 6.0);
        let name_y = if below { y + 18.0 } else { y - 9.0 };
        // On the side that it was not heard from.
        if likeliest.is_some_and(|likeliest| view.at(likeliest).0 > x) && x > area.left + 90.0 {
            svg.text(x - 9.0, name_y, "label over end", name);
        } else {
            svg.text((x + 9.0).min(area.left + area.width - 70.0), name_y, "label over", name);
        }
        if let Some(likeliest) = likeliest {
            let (to_x, to_y) = view.at(likeliest);
            svg.line("miss", (x, y), (to_x, to_y));
            svg.dot("rejected", (to_x, to_y), 5.0);
            let left = (to_x + 8.0).min(area.left + area.width - 104.0);
            svg.text(left, to_y + 14.0, "rejected over", "heard from here");
        }
    }
    scale(svg, &view);
    let legend = format!(
        "{:.2} km apart; grey: who else spoke of this beacon, anchors larger",
        edge.distance_m * 1e-3
    );
    svg.text(area.left + 8.0, area.top + area.height - 8.0, "small", &legend);
}

fn scale(svg: &mut Svg, view: &View) {
    let fits = |metres: &&f64| **metres * view.pixels_a_metre <= 0.4 * view.area.width;
    let metres = BARS_M.iter().rev().find(fits).copied().unwrap_or(BARS_M[0]);
    let (x, y) = (view.area.left + 10.0, view.area.top + 16.0);
    svg.line("axis", (x, y), (x + metres * view.pixels_a_metre, y));
    svg.text(
        x,
        y + 14.0,
        "small",
        &if metres < 1000.0 { format!("{metres} m") } else { format!("{} km", metres / 1000.0) },
    );
}
