use proptest::prelude::*;

use super::*;
use crate::{Place, cell_of};

pub(crate) fn helsinki() -> Cell {
    cell_of(Place::from_degrees(60.17, 24.94, 0.0).unwrap(), Resolution::Eight)
}

pub(crate) fn row(cell: Cell, rssi_dbm: f64) -> CellRow {
    CellRow {
        cell,
        signal: Some(Signal {
            median_rssi_dbm: rssi_dbm,
            weakest_rssi_dbm: rssi_dbm - 5.0,
            strongest_rssi_dbm: rssi_dbm + 5.0,
            median_snr_db: 3.0,
        }),
        samples: 2,
        witnesses: vec![1, 2],
        hotspots: vec![1],
        last_epoch: 7,
        reward_base_units: 100,
    }
}

#[test]
fn a_parent_shows_its_gaps() {
    let parent = helsinki().parent(Resolution::Seven).unwrap();
    let children: Vec<_> = parent.children(Resolution::Eight).collect();
    let mut rows = vec![row(children[0], -100.0), row(children[1], -90.0), row(children[2], -60.0)];
    rows[2].hotspots = vec![1, 5, 6];
    rows[2].witnesses = vec![2, 3];
    rows[1].last_epoch = 9;
    let pyramid = Pyramid::build(rows).unwrap();
    let summary = pyramid.get(parent).unwrap();
    assert_eq!((summary.covered, summary.cells), (3, 7));
    assert_eq!((summary.samples, summary.reward_base_units, summary.last_epoch), (6, 300, 9));
    assert_eq!((summary.witnesses, summary.hotspots, summary.hotspots_per_cell), (3, 3, 1));
    let signal = summary.signal.unwrap();
    assert!((signal.median_rssi_dbm + 90.0).abs() < 1e-9);
    assert!(
        (signal.weakest_rssi_dbm + 105.0).abs() < 1e-9 && (signal.strongest_rssi_dbm + 55.0).abs() < 1e-9
    );
    assert_eq!(pyramid.get(children[3]), None);
    assert_eq!(pyramid.get(children[0]).unwrap().cells, 1);
}

#[test]
fn a_cell_where_nobody_listened_has_no_signal() {
    let mut deaf = row(helsinki(), -100.0);
    deaf.signal = None;
    let pyramid = Pyramid::build(vec![deaf]).unwrap();
    assert_eq!(pyramid.get(helsinki().parent(Resolution::Four).unwrap()).unwrap().signal, None);
}

#[test]
fn refuses_rows_that_contradict_each_other() {
    let fine = helsinki().children(Resolution::Nine).next().unwrap();
    let build = |rows| Pyramid::build(rows).unwrap_err();
    assert_eq!(build(vec![row(helsinki(), 0.0), row(helsinki(), 1.0)]), CoverageError::Duplicate(helsinki()));
    assert!(matches!(
        build(vec![row(helsinki(), 0.0), row(fine, 1.0)]),
        CoverageError::MixedResolutions { .. }
    ));
    assert_eq!(build(vec![row(helsinki(), f64::NAN)]), CoverageError::NotANumber(helsinki()));
    let coarse = helsinki().parent(Resolution::Three).unwrap();
    assert_eq!(build(vec![row(coarse, 0.0)]), CoverageError::TooCoarse(coarse));
}

#[test]
fn nothing_is_an_empty_pyramid() {
    let pyramid = Pyramid::build(Vec::new()).unwrap();
    assert!(pyramid.rows().is_empty() && pyramid.level(Resolution::Eight).is_empty());
    assert_eq!(pyramid.get(helsinki()), None);
}

#[test]
fn every_zoom_has_a_resolution_and_every_bucket_its_zoom() {
    let zooms: Vec<_> = (4..=10).map(|res| bucket_zoom(Resolution::try_from(res).unwrap())).collect();
    assert_eq!(zooms, [0, 5, 7, 8, 9, 11, 12]);
    assert!((0..=18).is_sorted_by_key(resolution_at));
}

#[test]
fn medians() {
    assert!((median(&mut [3.0, 1.0, 2.0]) - 2.0).abs() < f64::EPSILON);
    assert!((median(&mut [4.0, 1.0]) - 2.5).abs() < f64::EPSILON);
    assert!(median(&mut []).abs() < f64::EPSILON);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Sums and covered cells are the same at every level, whatever the rows.
    #[test]
    fn levels_agree(offsets in prop::collection::btree_set((-20..20_i32, -20..20_i32), 1..60), resolution in 8..=11_u8) {
        let resolution = Resolution::try_from(resolution).unwrap();
        let cells: BTreeSet<_> = offsets.iter().map(|(y, x)| {
            cell_of(Place::from_degrees(60.17 + f64::from(*y) * 0.02, 24.94 + f64::from(*x) * 0.04, 0.0).unwrap(), resolution)
        }).collect();
        let pyramid = Pyramid::build(cells.iter().map(|&cell| row(cell, -80.0)).collect()).unwrap();
        for level in 4..=u8::from(resolution.min(FINEST)) {
            let level = pyramid.level(Resolution::try_from(level).unwrap());
            prop_assert_eq!(level.iter().map(|cell| cell.covered).sum::<u64>(), cells.len() as u64);
            prop_assert_eq!(level.iter().map(|cell| cell.samples).sum::<u64>(), 2 * cells.len() as u64);
            prop_assert!(level.iter().all(|cell| cell.covered <= cell.cells && pyramid.get(cell.cell) == Some(cell)));
        }
    }
}
