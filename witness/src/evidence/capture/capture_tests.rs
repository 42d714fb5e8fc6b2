#![allow(clippy::unwrap_used, reason = "a test may panic")]

use num_complex::Complex32;

use super::{Capture, CaptureError};
use crate::{Depth, SnippetError, evidence::testing::white_noise};

#[test]
fn the_guard_comes_first_and_the_frame_in_segments() {
    let capture = Capture::of((0, &white_noise(1000, 1)), (1032, &white_noise(2 * 2048 + 1, 2))).unwrap();
    let cut: Vec<_> = capture
        .segments()
        .iter()
        .map(|snippet| (snippet.depth(), snippet.len(), snippet.position()))
        .collect();
    assert_eq!(
        cut,
        [
            (Depth::Four, 1000, 0),
            (Depth::Eight, 2048, 1032),
            (Depth::Eight, 2048, 3080),
            (Depth::Eight, 1, 5128)
        ]
    );
    let at =
        [1031, 1032, 3079, 3080, 5128, 5129, i64::MIN, i64::MAX].map(|position| capture.segment_at(position));
    assert_eq!(at, [None, Some(1), Some(1), Some(2), Some(3), None, None, None]);
}

#[test]
fn a_stream_that_begins_with_the_frame_has_an_empty_guard() {
    let capture = Capture::of((0, &[]), (0, &white_noise(10, 1))).unwrap();
    assert!(capture.segments()[0].is_empty());
    assert_eq!(capture.exhibit(0).unwrap().verify(&capture.root()), Ok(()));
}

#[test]
fn sizes_have_limits() {
    let long = vec![Complex32::ONE; Capture::FRAME_SAMPLES_MAX + 1];
    assert_eq!(Capture::of((0, &[]), (0, &[])), Err(CaptureError::FrameSamples(0)));
    assert_eq!(Capture::of((0, &[]), (0, &long)), Err(CaptureError::FrameSamples(long.len())));
    assert_eq!(
        Capture::of((0, &long[..4097]), (0, &long[..1])),
        Err(CaptureError::Snippet(SnippetError::TooLong(4097)))
    );
    let most = Capture::of((0, &[]), (0, &long[1..])).unwrap();
    assert_eq!(most.segments().len(), Capture::SEGMENTS_MAX);
    assert_eq!(most.exhibit(4095).unwrap().verify(&most.root()), Ok(()));
    assert!(Capture::of((0, &[]), (i64::MAX, &long[..1])).is_err());
}
