use proptest::prelude::*;

use super::*;

#[test]
fn tiles_that_do_not_exist_have_no_name() {
    assert!(TileId::new(0, 0, 0).is_some());
    for (z, x, y) in [(0, 1, 0), (3, 8, 0), (3, 0, 8), (19, 0, 0), (255, 0, 0), (18, 1 << 18, 0)] {
        assert_eq!(TileId::new(z, x, y), None, "{z}/{x}/{y}");
    }
}

/// The corner of tile 10/486/332 as mercantile's README gives it, and the corner of the world.
#[test]
fn known_tile_names() {
    let corner = project(53.330_872_983_017_05, -9.140_625);
    assert_eq!(corner, TileId::new(10, 486, 332).unwrap().bounds().min);
    assert_eq!(project(85.051_128_779_8, -180.0), WorldPoint { x: 0, y: 0 });
    assert_eq!(TileId::around(3, WorldPoint { x: -1, y: 0 }), None);
}

#[test]
fn shapes_over_the_antimeridian_stay_in_one_piece() {
    let at = |lng| Place::from_degrees(0.0, lng, 0.0).unwrap();
    let points = project_unbroken([at(179.0), at(-179.0), at(-178.0), at(178.0)]);
    let degree = f64::from(WORLD) / 360.0;
    for (point, wanted) in points.iter().zip([359.0, 361.0, 362.0, 358.0]) {
        assert!((f64::from(point.x) - wanted * degree).abs() < 1.0, "{points:?}");
    }
}

proptest! {
    #[test]
    fn unproject_undoes_project(lat in -89.0..89.0_f64, lng in -180.0..180.0_f64) {
        let (lat_again, lng_again) = unproject(project(lat, lng));
        prop_assert!((lat - lat_again).abs() < 1e-6 && (lng - lng_again).abs() < 1e-6);
    }

    #[test]
    fn a_point_is_inside_its_tile_and_its_ancestors(lat in -85.0..85.0_f64, lng in -180.0..179.99_f64, z in 0..=18_u8, up in 0..=18_u8) {
        let point = project(lat, lng);
        let tile = TileId::around(z, point).unwrap();
        prop_assert!(tile.bounds().contains(point));
        prop_assert!(tile.ancestor(up).bounds().contains(point));
        let local = tile.local(point);
        prop_assert!((0..=EXTENT).contains(&local.x) && (0..=EXTENT).contains(&local.y));
    }

    #[test]
    fn local_rounds_to_the_nearest_step(x in 0..WORLD, y in 0..WORLD, z in 0..=18_u8) {
        let point = WorldPoint { x, y };
        let tile = TileId::around(z, point).unwrap();
        let step = f64::from(1 << (18 - z));
        let wanted = f64::from(x - tile.bounds().min.x) / step;
        prop_assert!((f64::from(tile.local(point).x) - wanted).abs() <= 0.5);
    }
}
