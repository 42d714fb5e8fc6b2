//! The whole walk, from waveform to reward, held against the truth that only the simulation knows.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::{ops::ControlFlow, path::Path};

use geo_index::TerrainFolder;
use identity::Hash;
use ledger::evidence::EdgeEvidence;
use poc_verifier::{Bundle, History};
use sdr_fixtures::{
    EdgeCounts, EpochReport, World, WorldConfig, WorldEvent,
    trials::{self, Rate, Trials, attack_table},
    villains::{Fate, Villainy},
};

/// A small city, for tests that are not about numbers.
fn small(seed: u64, villains: &[Villainy]) -> WorldConfig {
    WorldConfig { seed, honest: 10, villains: villains.to_vec(), data: None }
}

fn epoch(world: &mut World) -> EpochReport {
    world.run_epoch(&mut |_| ControlFlow::Continue(())).unwrap().unwrap()
}

#[test]
fn one_seed_makes_one_world() {
    let line = |seed| {
        let trial = trials::run(&small(seed, &Villainy::NAIVE), 1).unwrap();
        serde_json::to_string(&trial.summary).unwrap()
    };
    assert_eq!(line(5), line(5));
    assert_ne!(line(5), line(6));
}

/// Seeds that no threshold was fitted on; the whole city; every villain at once.
#[test]
fn over_twenty_seeds_every_villain_is_caught_and_nobody_honest_is() {
    let seeds = 1001..=1020;
    let worlds: Vec<_> = seeds
        .map(|seed| {
            let config = WorldConfig { seed, honest: 24, villains: Villainy::NAIVE.to_vec(), data: None };
            trials::run(&config, 1).unwrap()
        })
        .collect();
    let all = Trials::of(&worlds);
    println!("{}", serde_json::to_string(&all).unwrap());
    assert!(all.escaped.is_empty(), "not caught: {:?}", all.escaped);
    assert_eq!(all.honest_hotspots_rejected.count, 0);
    assert!(all.supply_exact);
    let honest = all.honest_edges_rejected;
    assert!(honest.of > 8000, "{honest:?}");
    assert!(honest.high < 0.01, "{honest:?}");
    for world in &worlds {
        for villain in &world.summary.villains {
            assert_eq!(villain.paid, "0", "seed {}: {}", world.summary.seed, villain.name);
        }
    }
}

#[test]
fn among_honest_hotspots_nothing_is_rejected_and_everybody_heard_is_paid() {
    let mut world = World::new(&small(3, &[])).unwrap();
    let report = epoch(&mut world);
    let summary = world.tally().summary();
    assert_eq!(summary.honest_edges_rejected, 0);
    assert!(summary.edges.rejected.is_empty(), "{:?}", summary.edges.rejected);
    assert!(summary.edges.accepted > 30, "{:?}", summary.edges);
    assert!(summary.supply_exact);
    assert!(!report.rewards.is_empty());
    assert_eq!(report.evidence.len() as u64, summary.edges.accepted + summary.edges.unproven);
}

/// A folder with an elevation model of Lisbon that it does not have: long ridges from north to south, two and a half kilometres apart.
fn ridges(folder: &Path) -> TerrainFolder {
    let (rows, cols) = (260_u32, 340_u32);
    let mut grid = format!("ncols {cols}\nnrows {rows}\nxllcorner -9.32\nyllcorner 38.62\ncellsize 0.001\n");
    let heights = (0..cols)
        .map(|col| (250.0 * (f64::from(col) / 29.0 * std::f64::consts::PI).sin().powi(8)).to_string());
    let row = heights.collect::<Vec<_>>().join(" ") + "\n";
    grid += &row.repeat(rows as usize);
    std::fs::write(folder.join("ridges.asc"), grid).unwrap();
    std::fs::write(folder.join("geoid.txt"), "53").unwrap();
    TerrainFolder::open(folder).unwrap()
}

#[test]
fn hills_stand_in_the_airs_way_and_the_verifier_accuses_nobody_of_them() {
    let folder = tempfile::tempdir().unwrap();
    let tiles = ridges(folder.path());
    let edges = |over: Option<&TerrainFolder>| {
        let mut world = World::new(&small(3, &[])).unwrap();
        if let Some(tiles) = over {
            world.stand_on(tiles).unwrap();
        }
        let report = epoch(&mut world);
        let reader = world.engine().reader().unwrap();
        for edge in &report.evidence {
            let hash = edge.bundle.parse().unwrap();
            let bundle = Bundle::decode(&reader.bundle(&hash).unwrap().unwrap()).unwrap();
            assert_eq!(bundle.protocol.terrain, over.map(|tiles| Hash::new(tiles.digest())));
        }
        world.tally().summary().edges
    };
    let (flat, hilly) = (edges(None), edges(Some(&tiles)));
    assert!(hilly.rejected.is_empty(), "{:?}", hilly.rejected);
    let all = |edges: &EdgeCounts| edges.accepted + edges.unproven;
    println!("flat {flat:?}, hilly {hilly:?}");
    assert!(all(&hilly) > 0 && all(&hilly) < all(&flat), "{hilly:?} {flat:?}");
}

#[test]
fn each_villain_is_caught_alone_by_the_check_that_it_names() {
    for villainy in Villainy::NAIVE {
        let config = WorldConfig { honest: 14, ..small(11, &[villainy]) };
        let trial = trials::run(&config, 2).unwrap();
        let [villain] = &trial.summary.villains[..] else { panic!("one villain") };
        assert!(villain.forged_edges > 0, "{} did nothing", villain.name);
        assert!(villain.caught, "{}: by {:?}", villain.name, villain.by);
        assert_eq!(villain.by.as_deref(), villainy.caught_by().map(poc_verifier::CheckName::as_str));
        assert_eq!(trial.summary.honest_edges_rejected, 0, "beside {}", villain.name);
    }
}

/// Runs a world with these in it, and holds each to what its file names.
fn meets_its_fate(villains: &[Villainy]) {
    let config = WorldConfig { honest: 16, ..small(11, villains) };
    let trial = trials::run(&config, 1).unwrap();
    for (villain, villainy) in trial.summary.villains.iter().zip(villains) {
        assert!(villain.forged_edges > 0, "{} did nothing", villain.name);
        assert!(villain.caught, "{villain:?}");
        if let Some(check) = villainy.caught_by() {
            assert_eq!(villain.by.as_deref(), Some(check.as_str()));
        }
        match villainy.fate() {
            Fate::InVain => assert_eq!(villain.victims_rejected, 0, "{villain:?}"),
            _ => assert_eq!(villain.paid, "0", "{villain:?}"),
        }
    }
    assert_eq!(trial.summary.honest_hotspots_rejected, 0);
    // Of some 240: noise in an answer convicts an honest edge now and then.
    assert!(trial.summary.honest_edges_rejected <= 1, "{:?}", trial.summary.edges);
}

#[test]
fn whoever_is_not_where_it_says_is_not_paid_however_well_it_edits() {
    meets_its_fate(&[
        Villainy::ExpertSpoofer,
        Villainy::RoomClique,
        Villainy::SyntheticClique,
        Villainy::RemoteClaimant,
        Villainy::EarlyReplier,
    ]);
}

#[test]
fn anchors_that_frame_or_were_fooled_expel_nobody() {
    meets_its_fate(&[Villainy::LateCopier, Villainy::Framers, Villainy::SpoofedClock]);
}

#[test]
fn a_wormhole_is_late_and_its_victim_stays() {
    let config = WorldConfig { honest: 20, ..small(12, &[Villainy::Wormhole]) };
    let trial = trials::run(&config, 2).unwrap();
    let [wormhole] = &trial.summary.villains[..] else { panic!("one villain") };
    assert!(wormhole.forged_edges > 2 && wormhole.caught, "{wormhole:?}");
    assert_eq!(wormhole.by.as_deref(), Some("relay"), "{wormhole:?}");
    assert_eq!((wormhole.accepted, wormhole.victims_rejected), (0, 0), "{wormhole:?}");
}

#[test]
fn the_attack_table_counts_every_edge_and_writes_a_bundle_a_villain() {
    let folder = tempfile::tempdir().unwrap();
    let villains = [Villainy::RssiEditor, Villainy::SyntheticClique];
    let mut done = 0;
    let table =
        attack_table((31..32, 1), 10, &villains, Some(folder.path()), &mut |worlds| done = worlds).unwrap();
    assert_eq!(done, 1);
    let [editor, clique] = &table.rows[..] else { panic!("two rows") };
    assert_eq!((editor.name, editor.row), ("rssi-editor", ""));
    assert_eq!((clique.name, clique.row), ("synthetic-clique", "S8"));
    for row in &table.rows {
        let judged = row.accepted.count + sum_of(&row.rejected) + sum_of(&row.unproven);
        assert_eq!(row.forged, judged, "{row:?}");
        assert_eq!((row.as_named.count, row.as_named.of, row.paid), (1, 1, 0), "{row:?}");
        let bundle = std::fs::read(row.bundle.as_ref().unwrap()).unwrap();
        assert!(poc_verifier::Bundle::decode(&bundle).unwrap().round().is_ok());
    }
    // Four keys, each witnessed by three, by anchors none.
    assert_eq!((clique.forged, sum_of(&clique.unproven)), (12, 12));
    let of_editor = editor.scores["noise_floor"].iter().filter(|score| **score >= 10.0).count() as u64;
    assert_eq!(of_editor, editor.forged);
    assert!(table.honest_edges_rejected.of > 60);
    assert_eq!(table.honest_scores["noise_floor"].len() as u64, table.honest_edges_rejected.of);
    assert!(table.honest_scores["noise_floor"].iter().all(|score| *score < 10.0));
}

/// By one pair of guards, or by all of an epoch's.
#[test]
fn one_receiver_behind_two_keys_is_told_and_unpaid() {
    let villains = [Villainy::OneRadio, Villainy::ReportCopier];
    let table = attack_table((12..13, 1), 12, &villains, None, &mut |_| {}).unwrap();
    for row in &table.rows {
        assert!(row.rejected["guard_noise"] > 2, "{row:?}");
    }
    let [radio, copier] = &table.rows[..] else { panic!("two rows") };
    assert_eq!((copier.accepted.count, copier.paid), (0, 0), "{copier:?}");
    // The copier only witnesses; of the one radio's edges half are its beacons, as honest receivers heard them.
    assert!(copier.scores["guard_noise"].iter().all(|score| *score >= 10.0), "{:?}", copier.scores);
    assert_eq!((radio.accepted.count, radio.paid), (0, 0), "{radio:?}");
    let honest = &table.honest_scores["guard_noise"];
    assert!(honest.len() > 10 && honest.iter().all(|score| *score < 5.0), "{honest:?}");
    // Of the frames shown some four in seven show symbols that nobody could know before.
    let whole = &table.honest_scores["late_commit"];
    assert!(whole.len() > 10 && whole.iter().all(|score| *score < 5.0), "{whole:?}");
    assert_eq!(table.honest_edges_rejected.count, 0);
}

fn sum_of(counts: &std::collections::BTreeMap<&str, u64>) -> u64 {
    counts.values().sum()
}

#[test]
fn every_reward_unfolds_to_edges_that_were_accepted() {
    let mut world = World::new(&small(4, &Villainy::NAIVE)).unwrap();
    let report = epoch(&mut world);
    let accepted = |edge: &ledger_machine::EdgeRef| {
        report.evidence.iter().any(|evidence| {
            evidence.window == edge.window.number()
                && evidence.beaconer == edge.beaconer.to_string()
                && evidence.witness == edge.witness.to_string()
                && evidence.check.is_empty()
        })
    };
    let mut unfolded = 0;
    for line in &report.rewards {
        for edge in &line.edges {
            assert!(accepted(edge), "{line:?}");
            unfolded += 1;
        }
    }
    assert!(unfolded > 30);
}

#[test]
fn a_kept_ledger_goes_on_where_it_ended_and_verifies() {
    let folder = tempfile::tempdir().unwrap();
    let config = WorldConfig { data: Some(folder.path().into()), ..small(8, &[Villainy::RssiEditor]) };
    let mut world = World::new(&config).unwrap();
    let first = epoch(&mut world);
    // What the verifier remembers follows from what is published.
    assert!(world.history() == Some(&world.remembered().unwrap()));
    assert!(world.history() != Some(&History::default()));
    drop(world);
    let mut world = World::new(&config).unwrap();
    assert_eq!(world.next_epoch(), 1);
    let past = world.past(8).unwrap();
    assert_eq!(past.len(), 1);
    // The ledger reads edges back in an order of its own.
    let by_edge = |edge: &EdgeEvidence| (edge.window, edge.beaconer.clone(), edge.witness.clone());
    let mut told = first.evidence.clone();
    told.sort_by_key(by_edge);
    assert!(past[0].evidence == told, "evidence differs from what was told");
    assert_eq!(past[0].rewards, first.rewards);
    let second = epoch(&mut world);
    assert!(world.history() == Some(&world.remembered().unwrap()));
    assert_eq!(second.epoch, 1);
    assert!(second.state.supply().is_exact());
    // Payment went on, and on the same books.
    assert!(second.state.supply().totals.issued > first.state.supply().totals.issued);
    assert_eq!(world.past(8).unwrap().len(), 2);
}

#[test]
fn an_interrupted_epoch_pays_nobody_and_the_next_period_begins_whole() {
    let folder = tempfile::tempdir().unwrap();
    let config = WorldConfig { data: Some(folder.path().into()), ..small(9, &[]) };
    let mut world = World::new(&config).unwrap();
    let mut windows = 0;
    let ended = world.run_epoch(&mut |event| {
        windows += u64::from(matches!(event, WorldEvent::Window { .. }));
        if windows > 3 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    assert!(ended.unwrap().is_none());
    drop(world);
    let mut world = World::new(&config).unwrap();
    let report = epoch(&mut world);
    assert_eq!(report.epoch, 1);
    assert!(report.evidence.iter().any(|edge| edge.check.is_empty()), "places are proven afresh");
    assert!(report.state.supply().is_exact());
}

#[test]
fn cities_that_are_none_are_refused_by_number() {
    let too_few = World::new(&WorldConfig { honest: 3, ..small(1, &[]) }).err().unwrap().to_string();
    assert!(too_few.contains('3') && too_few.contains('8'), "{too_few}");
    let too_many = World::new(&WorldConfig { honest: 100_000, ..small(1, &[]) }).err().unwrap().to_string();
    assert!(too_many.contains("400"), "{too_many}");
}

#[test]
fn wilson_intervals_are_those_of_the_tables() {
    // Brown, Cai and DasGupta 2001, and by hand.
    let zero = Rate::new(0, 100);
    assert!(zero.low < 1e-12 && (zero.high - 0.0370).abs() < 1e-4, "{zero:?}");
    let half = Rate::new(10, 20);
    assert!((half.low - 0.2993).abs() < 1e-4 && (half.high - 0.7007).abs() < 1e-4, "{half:?}");
    assert!(Rate::new(0, 0).high > 0.99);
}
