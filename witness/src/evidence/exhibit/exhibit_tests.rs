#![allow(clippy::unwrap_used, reason = "a test may panic")]

use identity::{Hash, MerklePath, merkle_root};

use super::{Exhibit, ExhibitError, NotShown};
use crate::{Capture, Depth, Snippet, evidence::testing::white_noise};

fn capture() -> Capture {
    Capture::of((50, &white_noise(4096, 1)), (4178, &white_noise(5 * 2048 + 700, 2))).unwrap()
}

#[test]
fn every_segment_is_under_the_root_and_comes_back() {
    let capture = capture();
    let root = capture.root();
    for segment in 0..capture.segments().len() {
        let exhibit = capture.exhibit(segment).unwrap();
        assert_eq!(exhibit.verify(&root), Ok(()));
        assert_eq!(Exhibit::from_bytes(&exhibit.to_bytes()), Ok(exhibit));
    }
    assert_eq!(capture.exhibit(capture.segments().len()), None);
}

/// Noise made afterwards, as loud, as long and at the same place, is not what was committed to; nor is any
/// other segment.
#[test]
fn forged_samples_are_not_under_the_root() {
    let capture = capture();
    let root = capture.root();
    let guard = capture.exhibit(0).unwrap();
    let forged = Snippet::of(&white_noise(4096, 99), 50, Depth::Four).unwrap();
    assert_eq!(Exhibit { snippet: forged, ..guard.clone() }.verify(&root), Err(NotShown::Root));
    let other = capture.exhibit(2).unwrap();
    assert_eq!(
        Exhibit { snippet: capture.segments()[3].clone(), ..other.clone() }.verify(&root),
        Err(NotShown::Root)
    );
    assert_eq!(Exhibit { path: guard.path, ..other }.verify(&root), Err(NotShown::Root));
    let mut bytes = capture.exhibit(1).unwrap().to_bytes();
    let last = bytes.len() - 1;
    bytes[last] ^= 1;
    assert_eq!(Exhibit::from_bytes(&bytes).unwrap().verify(&root), Err(NotShown::Root));
}

/// A tree whose leaves are not cut as a capture's: the root is honest, the capture is not.
#[test]
fn another_cut_is_told() {
    let four = |samples: usize| Snippet::of(&white_noise(samples, 1), 0, Depth::Four).unwrap();
    let eight = |samples: usize| Snippet::of(&white_noise(samples, 2), 0, Depth::Eight).unwrap();
    for (leaves, segment) in [
        (vec![eight(2048), eight(2048)], 0),
        (vec![four(4096), four(4096), eight(9)], 1),
        (vec![four(4096), eight(2047), eight(9)], 1),
        (vec![four(4096), eight(2048), eight(0)], 2),
        (vec![four(4096)], 0),
    ] {
        let path = MerklePath::of(&leaves, segment).unwrap();
        let exhibit = Exhibit { snippet: leaves[segment].clone(), path };
        let cut = NotShown::Cut { segment, segments: leaves.len() };
        assert_eq!(exhibit.verify(&merkle_root(&leaves)), Err(cut));
    }
}

#[test]
fn limits_come_before_parsing() {
    let good = capture().exhibit(3).unwrap().to_bytes();
    let spoilt = |at: usize, with: &[u8]| {
        let mut bytes = good.clone();
        bytes[at..at + with.len()].copy_from_slice(with);
        Exhibit::from_bytes(&bytes)
    };
    assert_eq!(Exhibit::from_bytes(&vec![0; 1 << 20]), Err(ExhibitError::Length(1 << 20)));
    for length in 0..good.len() {
        assert!(Exhibit::from_bytes(&good[..length]).is_err());
    }
    for (segment, segments) in [(7, 7), (0, 1), (0, 0), (1, 4097), (u32::MAX, u32::MAX)] {
        let numbers = [segment.to_le_bytes(), segments.to_le_bytes()].concat();
        assert_eq!(spoilt(0, &numbers), Err(ExhibitError::Segment { segment, segments }));
    }
    assert_eq!(spoilt(8, &[13]), Err(ExhibitError::Neighbours(13)));
    // One neighbour fewer than there is: the hash then is no snippet.
    assert!(matches!(spoilt(8, &[2]), Err(ExhibitError::Snippet(_))));
    assert_eq!(Exhibit::from_bytes(&good).unwrap().verify(&Hash::default()), Err(NotShown::Root));
}
