//! Against someone else's truth: h3o, which is checked against the reference library.

use h3o::{CellIndex, Resolution};
use proptest::prelude::*;

use super::{Cell, Cell8, Cell12, CellError, resolution_of};

fn agrees(index: u64) {
    let theirs = CellIndex::try_from(index).ok().map(|cell| u8::from(cell.resolution()));
    assert_eq!(resolution_of(index), theirs, "{index:016x}");
}

#[test]
fn every_cell_down_to_resolution_3_is_a_cell() {
    let finest = CellIndex::base_cells().flat_map(|cell| cell.children(Resolution::Three));
    for cell in finest {
        for resolution in [Resolution::Zero, Resolution::One, Resolution::Two, Resolution::Three] {
            agrees(cell.parent(resolution).unwrap().into());
        }
    }
}

fn plausible() -> impl Strategy<Value = u64> {
    let digits = prop::collection::vec(prop_oneof![4 => Just(0_u64), 4 => 0..=6_u64, 1 => Just(7_u64)], 15);
    (0..=130_u64, 0..=15_u64, digits, any::<bool>()).prop_map(|(base, resolution, digits, honest)| {
        (1..=15).zip(digits).fold((1 << 59) | (resolution << 52) | (base << 45), |index, (level, digit)| {
            let digit = if honest && level > resolution { 7 } else { digit };
            index | (digit << (3 * (15 - level)))
        })
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4096))]

    #[test]
    fn validity_is_that_of_h3o(index in plausible(), flip in 0..64_u32, noise: u64) {
        agrees(index);
        agrees(index ^ (1 << flip));
        agrees(noise);
    }

    #[test]
    fn parents_are_those_of_h3o(index in plausible()) {
        if let Ok(cell) = Cell12::new(index) {
            let theirs = CellIndex::try_from(index).unwrap().parent(Resolution::Eight).unwrap();
            prop_assert_eq!(cell.parent8().index(), u64::from(theirs));
        }
    }
}

#[test]
fn another_resolution_is_named() {
    let cell = u64::from(CellIndex::base_cells().next().unwrap());
    assert_eq!(Cell8::new(cell), Err(CellError::Resolution { cell, expected: 8, actual: 0 }));
    assert_eq!(Cell::<0>::new(cell).map(Cell::index), Ok(cell));
}
