//! Cutting lines and rings to a box of the mercator plane.
//!
//! Lines by Liang and Barsky (1984); rings by Sutherland and Hodgman (1974), whose output may run along the box's edge:
//! harmless for a fill, which is why outlines are drawn from lines and never from clipped rings. All in integers, so a
//! tile is the same bytes everywhere.

use crate::mercator::{WorldBox, WorldPoint};

/// The part of the segment inside the box; `None` when it stays outside.
pub fn segment(from: WorldPoint, to: WorldPoint, within: &WorldBox) -> Option<(WorldPoint, WorldPoint)> {
    let (dx, dy) = (i64::from(to.x) - i64::from(from.x), i64::from(to.y) - i64::from(from.y));
    let (mut enter, mut leave) = ((0, 1), (1, 1));
    for (toward, room) in [
        (-dx, i64::from(from.x) - i64::from(within.min.x)),
        (dx, i64::from(within.max.x) - i64::from(from.x)),
        (-dy, i64::from(from.y) - i64::from(within.min.y)),
        (dy, i64::from(within.max.y) - i64::from(from.y)),
    ] {
        if toward == 0 && room < 0 {
            return None;
        }
        if toward < 0 && less(enter, (-room, -toward)) {
            enter = (-room, -toward);
        }
        if toward > 0 && less((room, toward), leave) {
            leave = (room, toward);
        }
    }
    let along =
        |(part, whole)| WorldPoint { x: step(from.x, dx, part, whole), y: step(from.y, dy, part, whole) };
    (!less(leave, enter)).then(|| (along(enter), along(leave)))
}

/// The parts of a line inside the box, each of at least two points.
pub fn line(points: &[WorldPoint], within: &WorldBox) -> Vec<Vec<WorldPoint>> {
    let mut parts: Vec<Vec<WorldPoint>> = Vec::new();
    let mut open = false;
    for pair in points.windows(2) {
        let Some((start, end)) = segment(pair[0], pair[1], within) else {
            open = false;
            continue;
        };
        match parts.last_mut() {
            Some(part) if open => part.push(end),
            _ => parts.push(vec![start, end]),
        }
        open = end == pair[1];
    }
    parts
}

/// The part of a ring's inside that lies in the box, as one ring (first point not repeated); empty when nothing does.
pub fn ring(points: &[WorldPoint], within: &WorldBox) -> Vec<WorldPoint> {
    let west = cut(points, Side { axis: Axis::X, limit: within.min.x, keep_greater: true });
    let east = cut(&west, Side { axis: Axis::X, limit: within.max.x, keep_greater: false });
    let north = cut(&east, Side { axis: Axis::Y, limit: within.min.y, keep_greater: true });
    cut(&north, Side { axis: Axis::Y, limit: within.max.y, keep_greater: false })
}

#[derive(Clone, Copy)]
enum Axis {
    X,
    Y,
}

/// One edge of the box and the side of it that is kept.
#[derive(Clone, Copy)]
struct Side {
    axis: Axis,
    limit: i32,
    keep_greater: bool,
}

impl Side {
    fn keeps(self, point: WorldPoint) -> bool {
        let value = self.value(point);
        if self.keep_greater { value >= self.limit } else { value <= self.limit }
    }

    fn value(self, point: WorldPoint) -> i32 {
        match self.axis {
            Axis::X => point.x,
            Axis::Y => point.y,
        }
    }

    /// Where the segment between two points on different sides meets the edge.
    fn crossing(self, from: WorldPoint, to: WorldPoint) -> WorldPoint {
        let part = i64::from(self.limit) - i64::from(self.value(from));
        let whole = i64::from(self.value(to)) - i64::from(self.value(from));
        let (dx, dy) = (i64::from(to.x) - i64::from(from.x), i64::from(to.y) - i64::from(from.y));
        match self.axis {
            Axis::X => WorldPoint { x: self.limit, y: step(from.y, dy, part, whole) },
            Axis::Y => WorldPoint { x: step(from.x, dx, part, whole), y: self.limit },
        }
    }
}

fn cut(points: &[WorldPoint], side: Side) -> Vec<WorldPoint> {
    let mut kept = Vec::with_capacity(points.len());
    let Some(&last) = points.last() else {
        return kept;
    };
    let mut from = last;
    for &to in points {
        if side.keeps(from) != side.keeps(to) {
            kept.push(side.crossing(from, to));
        }
        if side.keeps(to) {
            kept.push(to);
        }
        from = to;
    }
    kept
}

/// start + change * part / whole, rounded toward the start; 0 <= part / whole <= 1.
fn step(start: i32, change: i64, part: i64, whole: i64) -> i32 {
    let moved = i128::from(change) * i128::from(part) / i128::from(whole);
    (i128::from(start) + moved) as i32
}

/// a < b for fractions with positive denominators.
fn less(a: (i64, i64), b: (i64, i64)) -> bool {
    i128::from(a.0) * i128::from(b.1) < i128::from(b.0) * i128::from(a.1)
}

#[cfg(test)]
#[path = "clip_tests.rs"]
mod clip_tests;
