//! `/api/v1/rewards/{hotspot}`: what was paid, for what, by which numbers and which edges.

use axum::{Json, extract::State};
use ledger_machine::{RewardLine, Work};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    Api, Problem,
    extract::{InPath, InQuery, Page, PageParams},
    hotspots,
    summary::EpochParam,
};
use crate::view::EpochView;

/// One payment with its reasons.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub(super) struct RewardEntry {
    /// The hotspot that earned it, public key in hex.
    hotspot: String,
    /// Its name.
    name: String,
    /// The account that got it.
    owner: String,
    /// For what: `coverage`, `witness`, `data` or `validator`.
    role: String,
    /// The H3 cell that it concerns, if one.
    cell: Option<String>,
    /// Base units.
    #[schema(pattern = "^[0-9]+$")]
    amount: String,
    /// How the amount came about, in words and numbers.
    because: String,
    /// The numbers that made it, in the order of the formula.
    facts: Vec<Fact>,
    /// The edges that earned it.
    edges: Vec<EdgeName>,
}

/// A number of the formula, exact.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub(super) struct Fact {
    name: String,
    value: String,
    /// `EAR base units`, `of 1000`, `0.01 dB`, or empty for plain numbers.
    unit: String,
}

/// Names an edge.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub(super) struct EdgeName {
    window: u64,
    beaconer: String,
    witness: String,
}

/// What a hotspot was paid
#[utoipa::path(get, path = "/api/v1/rewards/{hotspot}", tag = "hotspots", params(
    ("hotspot" = String, Path, description = "Public key in hex, or a unique prefix of at least 6 digits"),
    EpochParam, PageParams,
), responses(
    (status = 200, description = "A page of payments, in the ledger's order", body = Page<RewardEntry>),
    (status = 400, description = "A parameter is not understood", body = Problem, content_type = "application/problem+json"),
    (status = 404, description = "No such hotspot or epoch", body = Problem, content_type = "application/problem+json"),
    (status = 503, description = "Nothing is published yet", body = Problem, content_type = "application/problem+json"),
))]
pub(super) async fn of_hotspot(
    State(api): State<Api>,
    InPath(key): InPath<String>,
    InQuery(param): InQuery<EpochParam>,
    InQuery(page): InQuery<PageParams>,
) -> Result<Json<Page<RewardEntry>>, Problem> {
    let view = api.epoch(param.epoch)?;
    let hotspot = hotspots::find(&view, &key)?;
    page.cut(view.epoch(), &hotspot.rewards, |&at| RewardEntry::of(&view, at)).map(Json)
}

impl RewardEntry {
    pub(super) fn of(view: &EpochView, at: u32) -> Self {
        let line = &view.rewards()[at as usize];
        let key = line.hotspot.to_string();
        Self {
            name: view.name_or_key(&key),
            hotspot: key,
            owner: line.owner.to_string(),
            role: line.work.as_str().to_owned(),
            cell: line.work.cell().map(|cell| format!("{:x}", cell.index())),
            amount: line.amount.units().to_string(),
            because: because(line),
            facts: facts(&line.work),
            edges: line
                .edges
                .iter()
                .map(|edge| EdgeName {
                    window: edge.window.number(),
                    beaconer: edge.beaconer.to_string(),
                    witness: edge.witness.to_string(),
                })
                .collect(),
        }
    }
}

fn because(line: &RewardLine) -> String {
    let edges = line.edges.len();
    let heard = if edges == 1 { "1 accepted edge".to_owned() } else { format!("{edges} accepted edges") };
    match &line.work {
        Work::Coverage(facts) => format!(
            "Covers the cell as number {} of {} by {heard}, median margin {:.2} dB: {} of {} parts, less what its witnesses share",
            facts.rank,
            facts.sites,
            f64::from(facts.margin_cdb) / 100.0,
            facts.part,
            facts.parts
        ),
        Work::Witness(facts) => format!(
            "Proved the coverage of number {} in the cell by {heard}: {} of {} parts of the witnesses' share",
            facts.rank, facts.weight, facts.weight_sum
        ),
        Work::Data(facts) => format!("Carried data worth {} credits in the cell", facts.credits.units()),
        Work::Validator(facts) => {
            format!("Kept the ledger with power {} of {}", facts.power, facts.power_sum)
        }
    }
}

fn facts(work: &Work) -> Vec<Fact> {
    const EAR: &str = "EAR base units";
    let fact =
        |name: &str, value: String, unit: &str| Fact { name: name.to_owned(), value, unit: unit.to_owned() };
    match work {
        Work::Coverage(facts) => vec![
            fact("pool of all cells", facts.pool.units().to_string(), EAR),
            fact("weight of the cell", facts.cell_weight.to_string(), "of 1000"),
            fact("weight of all cells", facts.weight_sum.to_string(), "of 1000"),
            fact("share of the cell", facts.share.units().to_string(), EAR),
            fact("demand bonus", facts.bonus.units().to_string(), EAR),
            fact("bounty", facts.bounty.units().to_string(), EAR),
            fact("rank by margin", facts.rank.to_string(), ""),
            fact("sites in the cell", facts.sites.to_string(), ""),
            fact("median margin", facts.margin_cdb.to_string(), "0.01 dB"),
            fact("part of the rank", facts.part.to_string(), ""),
            fact("parts of all sites", facts.parts.to_string(), ""),
            fact("amount of the site", facts.site_amount.units().to_string(), EAR),
            fact("share of its witnesses", facts.witness_pot.units().to_string(), EAR),
        ],
        Work::Witness(facts) => vec![
            fact("rank of the proven site", facts.rank.to_string(), ""),
            fact("share of all witnesses", facts.pot.units().to_string(), EAR),
            fact("weight of its edges", facts.weight.to_string(), "of 1000"),
            fact("weight of all edges", facts.weight_sum.to_string(), "of 1000"),
        ],
        Work::Data(facts) => vec![
            fact("credits spent here", facts.credits.units().to_string(), ""),
            fact("their value", facts.value.units().to_string(), EAR),
            fact("value of all data", facts.value_sum.to_string(), EAR),
            fact("paid for all data", facts.budget.units().to_string(), EAR),
        ],
        Work::Validator(facts) => vec![
            fact("pool of all validators", facts.pool.units().to_string(), EAR),
            fact("its power", facts.power.to_string(), ""),
            fact("power of all", facts.power_sum.to_string(), ""),
        ],
    }
}
