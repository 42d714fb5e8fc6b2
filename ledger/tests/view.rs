//! The read model over generated snapshots.

#[path = "../examples/generated/mod.rs"]
mod generated;

use generated::{Generated, key};
use geo_index::{Resolution, tile::Standing};
use ledger::{
    evidence::Outcome,
    view::{EPOCHS_KEPT, LiveEvent, View, ViewError, feed},
};
use proptest::prelude::*;

fn network() -> Generated {
    Generated::new(7, 24)
}

fn view_of(epochs: u64) -> View {
    let (network, view) = (network(), View::new(Generated::config()));
    for epoch in 0..epochs {
        view.publish_epoch(network.epoch(epoch)).expect("generated epochs follow each other");
    }
    view
}

#[test]
fn nothing_is_shown_before_something_is_published() {
    let view = View::new(Generated::config());
    assert!(view.newest().is_none() && view.at(0).is_none() && view.feed().last() == 0);
    view.event(LiveEvent::Note { time_ms: 1, text: "starting".to_owned() });
    assert_eq!(view.feed().newest(9)[0].text, "starting");
}

#[test]
fn counts_agree_with_the_snapshot() {
    let view = view_of(1);
    let epoch = view.newest().unwrap();
    let count = |outcome| epoch.edges().iter().filter(|edge| edge.outcome == outcome).count();
    let totals = epoch.totals();
    assert_eq!(totals.accepted, count(Outcome::Accepted));
    assert_eq!(totals.rejected(), count(Outcome::Rejected));
    assert_eq!(totals.accepted + totals.rejected() + totals.unproven, epoch.edges().len());
    assert_eq!(totals.standings.iter().sum::<usize>(), epoch.hotspots().len());
    assert_eq!(totals.paid, epoch.rewards().iter().map(|line| u128::from(line.amount.units())).sum::<u128>());
    assert!(totals.accepted > 20 && totals.rejected() > 5 && totals.unproven > 0, "{totals:?}");
    // Each edge is in exactly one beaconer's and one witness's list.
    let beaconed: usize = epoch.hotspots().iter().map(|hotspot| hotspot.beaconed.len()).sum();
    let witnessed: usize = epoch.hotspots().iter().map(|hotspot| hotspot.witnessed.len()).sum();
    assert_eq!((beaconed, witnessed), (epoch.edges().len(), epoch.edges().len()));
}

/// The view's rule for covered cells is the ledger's: exactly the cells that coverage is paid for are shown as proven now.
#[test]
fn proven_cells_are_the_paid_cells() {
    let view = view_of(3);
    for epoch in view.epochs().iter() {
        let proven: Vec<_> = epoch
            .rows()
            .iter()
            .filter(|row| row.last_epoch == epoch.epoch())
            .map(|row| row.cell.index())
            .collect();
        let mut paid: Vec<_> = epoch
            .rewards()
            .iter()
            .filter(|line| line.work.as_str() == "coverage")
            .filter_map(|line| line.work.cell().map(ledger_machine::Cell8::index))
            .collect();
        paid.sort_unstable();
        paid.dedup();
        let mut proven = proven;
        proven.sort_unstable();
        assert_eq!(proven, paid, "epoch {}", epoch.epoch());
        let shown: u128 = epoch.pyramid().rows().iter().map(|row| u128::from(row.reward_base_units)).sum();
        let lines = epoch.rewards().iter().filter(|line| line.work.cell().is_some());
        assert_eq!(shown, lines.map(|line| u128::from(line.amount.units())).sum::<u128>());
    }
}

/// One edge proves two cells; a signal is known only where somebody listened.
#[test]
fn a_beaconers_own_cell_is_covered_but_not_measured() {
    let (network, view) = (network(), View::new(Generated::config()));
    let mut snapshot = network.epoch(0);
    let edge = snapshot
        .edges
        .iter()
        .find(|edge| edge.outcome == Outcome::Accepted && edge.beaconer_cell != edge.witness_cell);
    let edge = edge.unwrap().clone();
    snapshot.edges = vec![edge.clone()];
    snapshot.rewards.clear();
    let epoch = view.publish_epoch(snapshot).unwrap();
    assert_eq!(epoch.rows().len(), 2);
    for row in epoch.rows() {
        let listened = row.cell.index() == edge.witness_cell;
        assert!(listened || row.cell.index() == edge.beaconer_cell);
        assert_eq!((row.signal.is_some(), row.samples), (listened, u32::from(listened)));
        assert_eq!((row.hotspots.len(), row.witnesses.len()), (1, 1));
    }
}

#[test]
fn rejected_and_unproven_edges_cover_nothing() {
    let (network, view) = (network(), View::new(Generated::config()));
    let mut snapshot = network.epoch(0);
    snapshot.edges.retain(|edge| edge.outcome != Outcome::Accepted);
    snapshot.rewards.clear();
    let epoch = view.publish_epoch(snapshot).unwrap();
    assert!(epoch.rows().is_empty() && !epoch.links().is_empty());
}

#[test]
fn an_edge_within_one_owners_hands_covers_nothing() {
    let (network, view) = (network(), View::new(Generated::config()));
    let mut snapshot = network.epoch(0);
    for hotspot in &mut snapshot.hotspots {
        hotspot.owner = key(1);
    }
    assert!(view.publish_epoch(snapshot).unwrap().rows().is_empty());
}

#[test]
fn a_cell_that_is_not_proven_again_ages() {
    let (network, view) = (network(), View::new(Generated::config()));
    view.publish_epoch(network.epoch(0)).unwrap();
    let mut silent = network.epoch(5);
    silent.edges.clear();
    silent.rewards.clear();
    let (then, now) = (view.at(0).unwrap(), view.publish_epoch(silent).unwrap());
    assert_eq!(now.rows().len(), then.rows().len());
    assert_eq!(now.totals().cells_proven, 0);
    for (row, old) in now.rows().iter().zip(then.rows()) {
        assert_eq!((row.cell, row.last_epoch, row.reward_base_units), (old.cell, 0, 0));
        assert!(row.signal == old.signal && row.hotspots == old.hotspots);
    }
    let mut late = network.epoch(200);
    late.edges.clear();
    late.rewards.clear();
    assert!(view.publish_epoch(late).unwrap().rows().is_empty());
}

#[test]
fn standings_come_from_verdicts_and_genesis() {
    let view = view_of(1);
    let epoch = view.newest().unwrap();
    let standing =
        |name: &str| epoch.hotspots().iter().find(|hotspot| hotspot.row.name == name).unwrap().standing;
    assert_eq!(standing("naive spoofer"), Standing::Disproven);
    assert_eq!(standing("blind forger"), Standing::Unproven);
    assert_eq!(standing("Staré Město"), Standing::Proven);
    let (network, view) = (network(), View::new(Generated::config()));
    let mut untested = network.epoch(0);
    untested.places.clear();
    let epoch = view.publish_epoch(untested).unwrap();
    assert!(
        epoch
            .hotspots()
            .iter()
            .all(|hotspot| (hotspot.standing == Standing::Proven) == hotspot.row.genesis_anchor)
    );
}

#[test]
fn the_open_epoch_may_be_published_again_and_older_ones_not() {
    let (network, view) = (network(), View::new(Generated::config()));
    let mut open = network.epoch(4);
    open.settlement = None;
    assert_eq!(view.publish_epoch(open).unwrap().version(), "4.0");
    assert_eq!(view.publish_epoch(network.epoch(4)).unwrap().version(), "4.1");
    assert_eq!(view.epochs().len(), 1);
    let error = view.publish_epoch(network.epoch(3)).unwrap_err();
    assert!(matches!(error, ViewError::Older { given: 3, newest: 4 }), "{error}");
    assert_eq!(view.newest().unwrap().version(), "4.1");
    let texts: Vec<_> = view.feed().newest(2).iter().map(|item| item.text.clone()).collect();
    assert!(
        texts[0].starts_with("Epoch 4 so far: ") && texts[1].starts_with("Epoch 4 closed: "),
        "{texts:?}"
    );
}

#[test]
fn contradictions_are_refused_and_change_nothing() {
    let (network, view) = (network(), View::new(Generated::config()));
    view.publish_epoch(network.epoch(0)).unwrap();
    let mut twice = network.epoch(1);
    twice.hotspots.push(twice.hotspots[0].clone());
    assert!(matches!(view.publish_epoch(twice), Err(ViewError::ListedTwice(_))));
    let mut nowhere = network.epoch(1);
    nowhere.edges[0].witness_cell = 0;
    let error = view.publish_epoch(nowhere).unwrap_err().to_string();
    assert!(error.contains("0x0 is not the index of an h3 cell"), "{error}");
    let mut loud = network.epoch(1);
    for edge in &mut loud.edges {
        edge.rssi_dbm = f64::NAN;
    }
    assert!(matches!(view.publish_epoch(loud), Err(ViewError::Coverage(_))));
    assert_eq!(view.newest().unwrap().epoch(), 0);
}

#[test]
fn epochs_and_edges_are_bounded() {
    let (network, view) = (network(), View::new(Generated::config()));
    for epoch in 0..80 {
        view.publish_epoch(network.epoch(epoch)).unwrap();
    }
    assert_eq!(view.epochs().len(), EPOCHS_KEPT);
    assert_eq!(view.epochs().front().unwrap().epoch(), 16);
    let mut crowded = network.epoch(80);
    let edges = crowded.edges.clone();
    while crowded.edges.len() <= ledger::view::EDGES_KEPT {
        crowded.edges.extend(edges.iter().cloned());
    }
    view.publish_epoch(crowded).unwrap();
    assert_eq!(view.epochs().len(), 1);
}

#[test]
fn numbers_stay_with_their_hotspots() {
    let (network, view) = (network(), View::new(Generated::config()));
    let first = view.publish_epoch(network.epoch(0)).unwrap();
    let mut turned = network.epoch(1);
    turned.hotspots.reverse();
    let second = view.publish_epoch(turned).unwrap();
    for hotspot in first.hotspots() {
        let key = hotspot.row.key.to_string();
        assert_eq!(second.hotspot(&key).unwrap().number, hotspot.number);
        assert_eq!(second.name_of(hotspot.number), Some((key.as_str(), hotspot.row.name.as_str())));
    }
}

#[test]
fn every_level_of_the_pyramid_is_there() {
    let view = view_of(1);
    let epoch = view.newest().unwrap();
    for resolution in Resolution::range(Resolution::Four, Resolution::Eight) {
        assert!(!epoch.pyramid().level(resolution).is_empty(), "{resolution}");
    }
}

#[test]
fn sentences_name_hotspots() {
    let (network, view) = (network(), View::new(Generated::config()));
    view.publish_epoch(network.epoch(0)).unwrap();
    for event in (0..12).flat_map(|window| network.events(0, window)) {
        view.event(event);
    }
    let items = view.feed().newest(100);
    let says = |kind: &str| items.iter().find(|item| item.event.kind() == kind).unwrap().text.clone();
    let beaconer = &network.hotspots()[3].name;
    assert_eq!(says("beacon"), format!("{beaconer} is on the air"));
    assert!(
        says("heard").starts_with(&format!("{beaconer} was heard by ")) && says("heard").ends_with(" more")
    );
    assert!(says("judged").starts_with(&format!("The beacon of {beaconer} was judged: ")));
    let names: Vec<_> = network.hotspots().iter().map(|hotspot| hotspot.name.as_str()).collect();
    let rejected = says("rejected");
    assert!(
        names.iter().any(|name| rejected.starts_with(name)) && rejected.contains(" rejected by "),
        "{rejected}"
    );
}

#[test]
fn the_feed_is_bounded_and_numbered_without_gaps() {
    let view = View::new(Generated::config());
    for time_ms in 0..2_000 {
        view.event(LiveEvent::Note { time_ms, text: format!("{time_ms}") });
    }
    let kept = view.feed().newest(usize::MAX);
    assert_eq!(kept.len(), feed::KEPT);
    assert!(kept.windows(2).all(|pair| pair[0].seq + 1 == pair[1].seq));
    assert_eq!(view.feed().last(), 2_000);
    let (missed, mut listener) = view.feed().listen_after(1_990);
    assert_eq!(missed.iter().map(|item| item.seq).collect::<Vec<_>>(), (1_991..=2_000).collect::<Vec<_>>());
    view.event(LiveEvent::Note { time_ms: 0, text: String::new() });
    assert_eq!(listener.try_recv().unwrap().seq, 2_001);
}

/// A writer never waits for a reader: a listener that never reads is told that it fell behind.
#[test]
fn a_slow_listener_is_sent_away() {
    let view = View::new(Generated::config());
    let (_, mut slow) = view.feed().listen_after(0);
    for time_ms in 0..1_000 {
        view.event(LiveEvent::Note { time_ms, text: String::new() });
    }
    assert!(matches!(slow.try_recv(), Err(tokio::sync::broadcast::error::TryRecvError::Lagged(_))));
}

proptest! {
    #[test]
    fn amounts_as_words(units in any::<u64>()) {
        let text = feed::ear(&units.to_string());
        let (whole, part) = text.split_once('.').unwrap_or((&text, ""));
        let again = whole.parse::<u128>().unwrap() * 100_000_000 + format!("{part:0<8}").parse::<u128>().unwrap();
        prop_assert_eq!(again, u128::from(units));
        prop_assert!(!text.contains('.') || !text.ends_with('0'));
    }
}
