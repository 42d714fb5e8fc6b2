//! One body a parser of what peers send: any bytes in, no panic, and what was accepted encodes to the same
//! bytes again.
//!
//! The bodies are plain functions; `tests/evidence.rs` replays them over generated and mutated inputs on
//! every run, and a fuzzer may drive them for longer.

use crate::{Depth, Exhibit, Noise, Snippet};

/// [`Snippet::from_bytes`]: accepted samples are finite and inside their own full scale.
pub fn snippet(bytes: &[u8]) {
    let Ok(snippet) = Snippet::from_bytes(bytes) else { return };
    assert!(bytes.len() <= Snippet::BYTES_MAX && snippet.as_bytes() == bytes);
    look_at(&snippet);
}

/// [`Exhibit::from_bytes`], and its verification against a root that it cannot be under.
pub fn exhibit(bytes: &[u8]) {
    let Ok(exhibit) = Exhibit::from_bytes(bytes) else { return };
    assert!(bytes.len() <= Exhibit::BYTES_MAX && exhibit.to_bytes() == bytes);
    assert!(exhibit.verify(&identity::Hash::default()).is_err());
    look_at(&exhibit.snippet);
}

fn look_at(snippet: &Snippet) {
    let samples = snippet.samples();
    assert_eq!(samples.len(), snippet.len());
    let full_scale = snippet.step() * if snippet.depth() == Depth::Four { 8.0 } else { 128.0 };
    let inside = |part: f32| part.abs() < full_scale;
    assert!(samples.iter().all(|sample| inside(sample.re) && inside(sample.im)));
    if let Some(noise) = Noise::of(&samples, 0, snippet.rounding_power()) {
        assert!(noise.power.is_finite() && noise.kurtosis.value >= 1.0 - 1e-9);
    }
}
