//! Tiles per second, against a naive version that computes every outline anew and builds the owned tile model.
//!
//! Both answer the same question from the same 100,000 cells of resolution 10: the tile at zoom 12 in their middle. Run
//! with `cargo bench -p geo-index`.

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use fast_mvt::{DEFAULT_EXTENT, MvtFeature, MvtLayer, MvtTile};
use geo_index::{
    Cell, Place, Resolution, cell_of,
    coverage::{CellRow, Pyramid, Signal},
    mercator::{TileId, WorldBox, project, project_unbroken},
    tile::coverage_tile,
};

fn rows() -> Vec<CellRow> {
    let middle = Place::from_degrees(60.17, 24.94, 0.0).expect("on the globe");
    cell_of(middle, Resolution::Ten).disk(182).into_iter().map(row).collect()
}

fn row(cell: Cell) -> CellRow {
    let rssi_dbm = -70.0 - (cell.feature_id() % 50) as f64;
    let signal = Signal {
        median_rssi_dbm: rssi_dbm,
        weakest_rssi_dbm: rssi_dbm - 10.0,
        strongest_rssi_dbm: rssi_dbm + 10.0,
        median_snr_db: 3.0,
    };
    CellRow {
        cell,
        signal: Some(signal),
        samples: 4,
        witnesses: vec![1, 2],
        hotspots: vec![3],
        last_epoch: 9,
        reward_base_units: cell.feature_id() % 1_000,
    }
}

fn naive(rows: &[CellRow], tile: TileId) -> Vec<u8> {
    let mut layer = MvtLayer::new("coverage", DEFAULT_EXTENT);
    for row in rows {
        let outline = project_unbroken(row.cell.boundary());
        if !WorldBox::around(&outline).is_some_and(|bounds| bounds.meets(&tile.drawn())) {
            continue;
        }
        let ring: Vec<_> = outline.iter().map(|&point| tile.local(point)).collect();
        let polygon = fast_mvt::MvtPolygon::new(fast_mvt::MvtLineString::new(ring), Vec::new());
        let mut feature = MvtFeature::new(polygon.into());
        feature.set_id(row.cell.feature_id());
        feature.add_tag_uint("res", 10);
        feature.add_tag_sint("rssi", row.signal.map_or(0, |signal| signal.median_rssi_dbm as i64));
        feature.add_tag_uint("hotspots", row.hotspots.len() as u64);
        feature.add_tag_uint("reward", row.reward_base_units);
        feature.add_tag_uint("age", 0);
        feature.add_tag_uint("share", 100);
        layer.add_feature(feature);
    }
    let mut tile = MvtTile::new();
    tile.add_layer(layer);
    tile.encode().expect("the rings are rings")
}

fn bench(criterion: &mut Criterion) {
    let rows = rows();
    let pyramid = Pyramid::build(rows.clone()).expect("distinct cells of one resolution");
    let tile = TileId::around(12, project(60.17, 24.94)).expect("on the map");
    let ours = coverage_tile(&pyramid, tile, 9).expect("encodes").expect("covered");
    println!("{} cells, tile of {} bytes (naive {})", rows.len(), ours.len(), naive(&rows, tile).len());
    let mut group = criterion.benchmark_group("tile z12");
    group.throughput(Throughput::Elements(1));
    group.bench_function("pyramid", |b| b.iter(|| coverage_tile(black_box(&pyramid), tile, 9)));
    group.sample_size(10).bench_function("naive", |b| b.iter(|| naive(black_box(&rows), tile)));
    group.finish();
    let mut group = criterion.benchmark_group("ingest");
    group.throughput(Throughput::Elements(rows.len() as u64)).sample_size(10);
    group.bench_function("pyramid", |b| b.iter(|| Pyramid::build(black_box(rows.clone()))));
    group.finish();
}

criterion_group!(tiles, bench);
criterion_main!(tiles);
