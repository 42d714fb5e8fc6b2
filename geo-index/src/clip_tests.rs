use proptest::prelude::*;

use super::*;

fn at(x: i32, y: i32) -> WorldPoint {
    WorldPoint { x, y }
}

const BOX: WorldBox = WorldBox { min: WorldPoint { x: 0, y: 0 }, max: WorldPoint { x: 100, y: 100 } };

fn doubled_area(ring: &[WorldPoint]) -> i64 {
    let next = ring.iter().cycle().skip(1);
    ring.iter()
        .zip(next)
        .map(|(a, b)| i64::from(a.x) * i64::from(b.y) - i64::from(b.x) * i64::from(a.y))
        .sum()
}

#[test]
fn segments_are_cut_at_the_edges() {
    assert_eq!(segment(at(-50, 50), at(150, 50), &BOX), Some((at(0, 50), at(100, 50))));
    assert_eq!(segment(at(10, 10), at(20, 20), &BOX), Some((at(10, 10), at(20, 20))));
    assert_eq!(segment(at(-10, 0), at(0, -10), &BOX), None);
    assert_eq!(segment(at(-10, 50), at(-1, 50), &BOX), None);
}

#[test]
fn a_line_that_leaves_and_returns_is_two_lines() {
    let points = [at(-10, 50), at(50, 50), at(150, 50), at(150, 60), at(50, 60)];
    let parts = line(&points, &BOX);
    assert_eq!(parts, [vec![at(0, 50), at(50, 50), at(100, 50)], vec![at(100, 60), at(50, 60)]]);
}

#[test]
fn rings_keep_what_is_inside() {
    let around = [at(-500, -500), at(500, -500), at(500, 500), at(-500, 500)];
    assert_eq!(doubled_area(&ring(&around, &BOX)), 20_000);
    let half = [at(50, -500), at(500, -500), at(500, 500), at(50, 500)];
    assert_eq!(doubled_area(&ring(&half, &BOX)), 10_000);
    assert!(ring(&[at(-5, -5), at(-1, -5), at(-1, -1)], &BOX).is_empty());
    assert!(ring(&[], &BOX).is_empty());
}

fn any_point() -> impl Strategy<Value = WorldPoint> {
    (-2_147_000_000..2_147_000_000_i32, -2_147_000_000..2_147_000_000_i32).prop_map(|(x, y)| at(x, y))
}

fn near_point() -> impl Strategy<Value = WorldPoint> {
    (-200..300_i32, -200..300_i32).prop_map(|(x, y)| at(x, y))
}

proptest! {
    #[test]
    fn nothing_outside_the_box_remains(points in prop::collection::vec(any_point(), 0..40)) {
        for point in line(&points, &BOX).into_iter().flatten().chain(ring(&points, &BOX)) {
            prop_assert!(BOX.contains(point), "{point:?}");
        }
    }

    /// Against the plain definition: walk the segment in small steps.
    #[test]
    fn a_segment_is_kept_when_it_has_a_point_inside(from in near_point(), to in near_point()) {
        let walked = (0..=4_000).any(|i| {
            let part = f64::from(i) / 4_000.0;
            let x = f64::from(from.x) + f64::from(to.x - from.x) * part;
            let y = f64::from(from.y) + f64::from(to.y - from.y) * part;
            (0.5..99.5).contains(&x) && (0.5..99.5).contains(&y)
        });
        if walked {
            prop_assert!(segment(from, to, &BOX).is_some());
        }
    }

    /// A triangle's part inside the box has the area that a fine raster counts.
    #[test]
    fn areas_agree_with_a_raster(a in near_point(), b in near_point(), c in near_point()) {
        let side = |p: WorldPoint, q: WorldPoint, x: f64, y: f64| {
            f64::from(q.x - p.x) * (y - f64::from(p.y)) - f64::from(q.y - p.y) * (x - f64::from(p.x))
        };
        let raster = (0..100).flat_map(|x| (0..100).map(move |y| (f64::from(x) + 0.5, f64::from(y) + 0.5))).filter(|&(x, y)| {
            let signs = [side(a, b, x, y), side(b, c, x, y), side(c, a, x, y)];
            signs.iter().all(|&s| s > 0.0) || signs.iter().all(|&s| s < 0.0)
        }).count();
        let clipped = doubled_area(&ring(&[a, b, c], &BOX)).abs() as f64 / 2.0;
        prop_assert!((clipped - raster as f64).abs() <= 220.0, "{clipped} {raster}");
    }
}
