//! Generated epochs: nothing is over-allocated, nothing is lost, order does not matter, and every line redoes.

use proptest::prelude::*;

use super::{
    Carries, DataUse, EpochInput, PaidEdge, Party, Proposer, RewardLine, Settlement, Work, emission, settle,
    weight,
};
use crate::{
    PublicKey,
    cell::Cell8,
    money::{Credits, Ear, Price},
    parameters::{Parameter, Parameters},
    state::{Bounty, CellLife},
    supply::Supply,
    table::Table,
    time::{Epoch, Window},
};

const HOTSPOTS: u8 = 24;
const OWNERS: u8 = 8;
const EPOCH: u64 = 900;

fn key(group: u8, number: u8) -> PublicKey {
    let mut bytes = [number; 33];
    bytes[0] = 2;
    bytes[1] = group;
    PublicKey::new(bytes).unwrap()
}

fn owner(hotspot: u8) -> PublicKey {
    key(0, hotspot % OWNERS)
}

fn cell(number: u8) -> Cell8 {
    let digits = u64::from(number % 7) << 21 | u64::from(number / 7 % 7) << 24;
    Cell8::new(1 << 59 | 8 << 52 | 20 << 45 | digits | 0x1f_ffff).unwrap()
}

/// Hotspots h, h + 8, h + 16 have one owner; h and h + 8 stand at one site.
fn party(hotspot: u8) -> Party {
    let site = if hotspot < 16 { hotspot % OWNERS } else { hotspot };
    Party { hotspot: key(1, hotspot), owner: owner(hotspot), site: key(1, site), cell: cell(site % 10) }
}

#[derive(Clone, Debug)]
struct World {
    parameters: Parameters,
    emission: Ear,
    carries: Carries,
    price: Price,
    edges: Vec<PaidEdge>,
    data: Vec<DataUse>,
    cells: Table<Cell8, CellLife>,
    proposers: Vec<Proposer>,
}

impl World {
    fn input(&self) -> EpochInput<'_> {
        EpochInput {
            epoch: Epoch::new(EPOCH),
            parameters: &self.parameters,
            emission: self.emission,
            carries: self.carries,
            price: self.price,
            edges: &self.edges,
            data: &self.data,
            cells: &self.cells,
            proposers: &self.proposers,
        }
    }

    fn settle(&self) -> Settlement {
        settle(&self.input())
    }
}

/// Mostly everyday amounts, sometimes as large as the equations' sum allows.
fn amount() -> impl Strategy<Value = u64> {
    prop_oneof![Just(0), 0..1000_u64, any::<u64>().prop_map(|large| large / 16)]
}

fn edges() -> impl Strategy<Value = Vec<PaidEdge>> {
    let edge = (0..20_u64, 0..HOTSPOTS, 0..HOTSPOTS, -500..4000_i32);
    prop::collection::vec(edge, 0..120).prop_map(|drawn| {
        let mut edges: Vec<PaidEdge> = drawn
            .into_iter()
            .filter(|(_, beaconer, witness, _)| beaconer != witness)
            .map(|(window, beaconer, witness, margin_cdb)| PaidEdge {
                window: Window::new(window),
                beaconer: party(beaconer),
                witness: party(witness),
                margin_cdb,
            })
            .collect();
        edges.sort_by_key(PaidEdge::reference);
        edges.dedup_by_key(|edge| edge.reference());
        edges
    })
}

fn parameters() -> impl Strategy<Value = Parameters> {
    let values = prop::collection::vec((any::<bool>(), any::<u64>()), Parameter::ALL.len());
    values.prop_map(|drawn| {
        Parameter::ALL.iter().zip(drawn).fold(
            Parameters::default(),
            |parameters, (parameter, (usual, value))| {
                let (min, max) = parameter.bounds();
                let value = if usual { parameters.get(*parameter) } else { min + value % (max - min + 1) };
                parameters.with(*parameter, value).unwrap()
            },
        )
    })
}

fn life() -> impl Strategy<Value = CellLife> {
    let bounty = (1..u64::MAX / 1000, 1..50_u32).prop_map(|(left, instalments_left)| Bounty {
        funder: key(2, 1),
        left: Ear::new(left),
        instalments_left,
        expires: Epoch::new(2000),
    });
    let epoch = prop::option::of((0..=EPOCH).prop_map(Epoch::new));
    (epoch.clone(), epoch, prop::collection::vec(bounty, 0..3))
        .prop_map(|(first_covered, last_used, bounties)| CellLife { first_covered, last_used, bounties })
}

fn world() -> impl Strategy<Value = World> {
    let data = prop::collection::vec((0..HOTSPOTS, prop_oneof![0..100_000_u64, any::<u64>()]), 0..6);
    let cells = prop::collection::btree_map((0..49_u8).prop_map(cell), life(), 0..12);
    let proposers = prop::collection::btree_map(0..9_u8, 1..=1_u64 << 40, 0..5);
    let money = (amount(), amount(), amount(), 1..=Price::MAX);
    (parameters(), money, edges(), data, cells, proposers).prop_map(
        |(parameters, (emission, coverage, validators, price), edges, data, cells, proposers)| World {
            parameters,
            emission: Ear::new(emission),
            carries: Carries { coverage: Ear::new(coverage), validators: Ear::new(validators) },
            price: Price::new(price).unwrap(),
            edges,
            data: data
                .into_iter()
                .map(|(hotspot, credits)| DataUse {
                    cell: party(hotspot).cell,
                    hotspot: key(1, hotspot),
                    owner: owner(hotspot),
                    credits: Credits::new(credits),
                })
                .collect(),
            cells: cells.into_iter().collect(),
            proposers: proposers
                .into_iter()
                .map(|(who, power)| Proposer { validator: key(3, who), payout: key(4, who), power })
                .collect(),
        },
    )
}

fn wide<'a>(lines: impl IntoIterator<Item = &'a RewardLine>) -> u128 {
    lines.into_iter().map(|line| u128::from(line.amount.units())).sum()
}

/// Every line's amount, from its own numbers alone.
fn redone(line: &RewardLine) -> Ear {
    match &line.work {
        Work::Coverage(facts) => {
            let amount = facts.share.units() + facts.bonus.units() + facts.bounty.units();
            let site = Ear::new(amount).portion(facts.part, u128::from(facts.parts));
            assert_eq!(site, facts.site_amount);
            (site - facts.witness_pot).unwrap()
        }
        Work::Witness(facts) => facts.pot.portion(facts.weight, u128::from(facts.weight_sum)),
        Work::Data(facts) => facts.budget.portion(facts.value.units(), facts.value_sum),
        Work::Validator(facts) => facts.pool.portion(facts.power, facts.power_sum),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(10_000))]

    #[test]
    fn never_over_or_under_allocates(world in world()) {
        let settlement = world.settle();
        let after = settlement.summary.carries_after;
        let available = u128::from(world.emission.units())
            + u128::from(world.carries.coverage.units())
            + u128::from(world.carries.validators.units())
            + settlement.instalments.values().flatten().map(|ear| u128::from(ear.units())).sum::<u128>();
        let carried = u128::from(after.coverage.units()) + u128::from(after.validators.units());
        prop_assert_eq!(available, wide(&settlement.lines) + carried);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn the_order_of_edges_and_uses_does_not_matter(world in world(), turn in 0..120_usize) {
        let mut turned = world.clone();
        turned.edges.reverse();
        let middle = turn % turned.edges.len().max(1);
        turned.edges.rotate_left(middle);
        turned.data.reverse();
        prop_assert_eq!(world.settle(), turned.settle());
    }

    #[test]
    fn every_line_can_be_redone_by_hand(world in world()) {
        for line in world.settle().lines {
            prop_assert_eq!(line.amount, redone(&line));
        }
    }

    #[test]
    fn every_payment_for_coverage_names_edges_that_earned_it(world in world()) {
        for line in world.settle().lines {
            let Some(cell) = line.work.cell() else { continue };
            if matches!(line.work, Work::Data(_)) { continue }
            prop_assert!(!line.edges.is_empty());
            for reference in &line.edges {
                let edge = world.edges.iter().find(|edge| edge.reference() == *reference).unwrap();
                prop_assert!(edge.witness.cell == cell || edge.beaconer.cell == cell);
                prop_assert_ne!(edge.witness.owner, edge.beaconer.owner);
                let earner = if line.work.is_witness() { edge.witness } else { edge.beaconer };
                prop_assert_eq!(earner.owner, line.owner);
            }
        }
    }

    #[test]
    fn at_most_three_sites_of_a_cell_are_paid(world in world()) {
        for line in world.settle().lines {
            if let Work::Coverage(facts) = line.work {
                prop_assert!(facts.rank <= 3 || line.amount.is_zero());
            }
        }
    }

    #[test]
    fn buying_data_from_oneself_never_gains(world in world()) {
        let settlement = world.settle();
        let paid: u128 = u128::from(settlement.summary.data_paid.units());
        let mut bonuses = std::collections::BTreeMap::new();
        for line in &settlement.lines {
            if let Work::Coverage(facts) = &line.work {
                bonuses.insert(facts.cell, u128::from(facts.bonus.units()));
            }
        }
        let value: u128 = world.data.iter().map(|used| u128::from(world.price.value(used.credits).units())).sum();
        prop_assert!(paid * 1000 <= value * u128::from(world.parameters.data_payout_per_mille()));
        prop_assert!(paid + bonuses.values().sum::<u128>() <= value);
        prop_assert!(settlement.summary.data_paid <= settlement.summary.data_pool);
    }

    #[test]
    fn more_sites_never_raise_what_a_cell_gets(world in world(), extra in 0..HOTSPOTS) {
        let cell_amount = |settlement: &Settlement, cell| {
            settlement.lines.iter().find_map(|line| match &line.work {
                Work::Coverage(facts) if facts.cell == cell => {
                    Some(facts.share.units() + facts.bonus.units() + facts.bounty.units())
                }
                _ => None,
            })
        };
        let Some(first) = world.edges.iter().find(|edge| edge.is_independent()).copied() else { return Ok(()) };
        let newcomer = Party { hotspot: key(5, extra), owner: key(5, 100), site: key(5, extra), cell: first.witness.cell };
        let mut crowded = world.clone();
        crowded.edges.push(PaidEdge { beaconer: newcomer, witness: first.witness, ..first });
        let (before, after) = (world.settle(), crowded.settle());
        prop_assert_eq!(cell_amount(&before, first.witness.cell), cell_amount(&after, first.witness.cell));
    }
}

fn quiet() -> World {
    World {
        parameters: Parameters::default(),
        emission: Ear::new(1_000_000),
        carries: Carries::default(),
        price: Price::new(100_000_000).unwrap(),
        edges: Vec::new(),
        data: Vec::new(),
        cells: Table::default(),
        proposers: vec![Proposer { validator: key(3, 0), payout: key(4, 0), power: 1 }],
    }
}

fn edge(window: u64, beaconer: u8, witness: u8, margin_cdb: i32) -> PaidEdge {
    PaidEdge { window: Window::new(window), beaconer: party(beaconer), witness: party(witness), margin_cdb }
}

fn paid_to(settlement: &Settlement, hotspot: u8) -> u64 {
    let of = settlement.lines.iter().filter(|line| line.hotspot == key(1, hotspot));
    u64::try_from(wide(of)).unwrap()
}

#[test]
fn a_quiet_epoch_pays_validators_and_carries_the_rest() {
    let summary = quiet().settle().summary;
    assert_eq!(summary.validators_paid.units(), 100_000);
    assert_eq!(summary.carries_after, Carries { coverage: Ear::new(900_000), validators: Ear::ZERO });
}

#[test]
fn one_edge_gets_the_whole_coverage_pool() {
    let mut world = quiet();
    world.edges = vec![edge(0, 1, 2, 900)];
    let settlement = world.settle();
    assert_eq!(settlement.covered, [cell(1), cell(2)]);
    assert_eq!((paid_to(&settlement, 1), paid_to(&settlement, 2)), (720_000, 180_000));
    assert_eq!(settlement.summary.carries_after, Carries::default());
}

#[test]
fn ranks_share_four_two_one_by_margin() {
    let mut world = quiet();
    world.parameters = world.parameters.with(Parameter::WitnessPerMille, 0).unwrap();
    // Four sites heard in cell 4, of which the beaconers' own cells take four fifths of the pool.
    world.edges = vec![edge(0, 0, 4, 100), edge(0, 1, 4, 400), edge(0, 2, 4, 300), edge(0, 3, 4, 200)];
    let settlement = world.settle();
    let in_cell = |hotspot: u8| {
        let mine = settlement.lines.iter().filter(|line| line.hotspot == key(1, hotspot));
        mine.filter(|line| line.work.cell() == Some(cell(4))).map(|line| line.amount.units()).sum::<u64>()
    };
    let share = 900_000 / 5;
    assert_eq!([1, 2, 3, 0].map(in_cell), [share * 4 / 7, share * 2 / 7, share / 7, 0]);
}

#[test]
fn margins_are_capped_and_ties_go_to_the_lower_key() {
    let mut world = quiet();
    world.edges = vec![edge(0, 1, 4, 2500), edge(0, 2, 4, 9000)];
    let ranks: Vec<_> = world
        .settle()
        .lines
        .iter()
        .filter_map(|line| match line.work {
            Work::Coverage(facts) if facts.cell == cell(4) => {
                Some((line.hotspot, facts.rank, facts.margin_cdb))
            }
            _ => None,
        })
        .collect();
    assert_eq!(ranks, [(key(1, 1), 1, 2000), (key(1, 2), 2, 2000)]);
}

#[test]
fn edges_within_one_owner_earn_nothing() {
    let mut world = quiet();
    world.edges = vec![edge(0, 1, 17, 900), edge(0, 17, 1, 900)];
    let settlement = world.settle();
    assert!(settlement.covered.is_empty());
    assert_eq!(wide(&settlement.lines), 100_000, "validators only");
}

#[test]
fn the_same_two_owners_prove_less_each_time() {
    let mut world = quiet();
    // Owner 2 hears owner 1 three times, owner 3 once: 1000 + 500 + 333 against 1000.
    world.edges = vec![edge(0, 1, 2, 0), edge(1, 1, 2, 0), edge(2, 1, 2, 0), edge(3, 1, 3, 0)];
    let settlement = world.settle();
    let own_cell = settlement.lines.iter().filter(|line| line.work.cell() == Some(cell(1)));
    let weights: Vec<u64> = own_cell
        .filter_map(|line| match line.work {
            Work::Witness(facts) => Some(facts.weight),
            _ => None,
        })
        .collect();
    assert_eq!(weights, [1833, 1000]);
}

#[test]
fn a_cell_keeps_its_weight_a_year_and_loses_it_over_the_next() {
    let parameters = Parameters::default();
    let life = CellLife { first_covered: Some(Epoch::new(10)), ..CellLife::default() };
    let at = |life: &CellLife, epoch| weight::recency(Some(life), Epoch::new(epoch), &parameters);
    assert_eq!(weight::recency(None, Epoch::new(7), &parameters), 1000);
    assert_eq!([10, 375, 376, 740, 5000].map(|epoch| at(&life, epoch)), [1000, 1000, 998, 100, 100]);
    let used = CellLife { last_used: Some(Epoch::new(700)), ..life };
    assert_eq!([700, 701, 1065].map(|epoch| at(&used, epoch)), [1000, 998, 100]);
}

#[test]
fn a_bounty_pays_equal_instalments_and_the_last_pays_the_rest() {
    let mut world = quiet();
    world.edges = vec![edge(0, 1, 2, 900)];
    let bounty = |left, instalments_left| Bounty {
        funder: key(2, 1),
        left: Ear::new(left),
        instalments_left,
        expires: Epoch::new(2000),
    };
    let life = CellLife { bounties: vec![bounty(100, 3), bounty(7, 1)], ..CellLife::default() };
    world.cells = [(cell(2), life.clone()), (cell(3), life)].into_iter().collect();
    let settlement = world.settle();
    assert_eq!(settlement.instalments[&cell(2)], [Ear::new(33), Ear::new(7)]);
    assert!(!settlement.instalments.contains_key(&cell(3)), "nobody covered it");
    assert_eq!(settlement.summary.bounties, Ear::new(40));
}

#[test]
fn the_series_of_emissions_tends_to_the_cap_and_never_exceeds_it() {
    let mut supply = Supply {
        cap: crate::SUPPLY_CAP,
        genesis: Ear::ZERO,
        issued: Ear::ZERO,
        burned: Ear::ZERO,
        paid: Ear::ZERO,
        bounties_released: Ear::ZERO,
        credits_bought: Credits::ZERO,
        credits_spent: Credits::ZERO,
    };
    let parameters = Parameters::default();
    assert_eq!(emission(Epoch::new(0), &supply, &parameters), Ear::new(68_493_150_684_931));
    assert_eq!(emission(Epoch::new(730), &supply, &parameters), Ear::new(34_246_575_342_465));
    for epoch in 0..730 * 60 {
        supply.issued = (supply.issued + emission(Epoch::new(epoch), &supply, &parameters)).unwrap();
    }
    assert!(supply.issued <= supply.cap);
    let short = supply.cap.saturating_sub(supply.issued);
    assert!(short.units() < 100_000, "{short} are never issued");
    assert_eq!(emission(Epoch::new(u64::MAX), &supply, &parameters), Ear::ZERO);
    let hasty = parameters.with(Parameter::HalvingEpochs, 1).unwrap();
    assert_eq!(emission(Epoch::new(0), &supply, &hasty), short, "the cap holds whatever the parameters do");
}
