//! What signed bytes say, for people: told beside them, and held against them when it is read.

use serde::Serialize;
use serde_json::{Value, value::RawValue};
use witness::Exhibit;

use super::{super::json::Hex, document::Signed};
use crate::{
    messages::{ClosedSet, Commitment, Opening, Report, Reveal, Showing},
    sealed::Message,
    wire::proto,
};

/// Longest text that is held against a message: a report of 32 frames has a third of it.
const SAYS_BYTES_MAX: usize = 1 << 16;

/// A message that can be told; `None` when the bytes are none of its kind.
pub(super) trait Says: Message {
    fn says(body: &[u8]) -> Option<Value>;
}

/// Messages whose JSON is the schema's, field for field.
fn by_schema<M: Message, P: prost::Message + Default + Serialize>(body: &[u8]) -> Option<Value> {
    M::decode(body).ok()?;
    serde_json::to_value(P::decode(body).ok()?).ok()
}

impl Says for Commitment {
    fn says(body: &[u8]) -> Option<Value> {
        by_schema::<Self, proto::Commitment>(body)
    }
}

impl Says for Opening {
    fn says(body: &[u8]) -> Option<Value> {
        by_schema::<Self, proto::Opening>(body)
    }
}

impl Says for ClosedSet {
    fn says(body: &[u8]) -> Option<Value> {
        by_schema::<Self, proto::ClosedSet>(body)
    }
}

#[derive(Serialize)]
struct SaysReveal {
    /// None when the bytes that were committed to are no report.
    report: Option<Value>,
    salt: Hex,
    samples_root: Hex,
}

impl Says for Reveal {
    fn says(body: &[u8]) -> Option<Value> {
        let reveal = Self::decode(body).ok()?;
        let says = SaysReveal {
            report: by_schema::<Report, proto::Report>(&reveal.report),
            salt: Hex(reveal.salt.to_vec()),
            samples_root: Hex(reveal.samples_root.bytes().to_vec()),
        };
        serde_json::to_value(says).ok()
    }
}

#[derive(Serialize)]
struct SaysShowing {
    window: u64,
    beacon: Hex,
    frame: usize,
    frames: usize,
    capture: Hex,
    path: Vec<Hex>,
    samples_per_chip: u8,
    first_sample_e6: i64,
    guard: SaysExhibit,
    segment: SaysExhibit,
}

#[derive(Serialize)]
struct SaysExhibit {
    segment: usize,
    segments: usize,
    path: Vec<Hex>,
    bits: usize,
    samples: usize,
    position: i64,
    /// As a double, in which every single is exact.
    step: f64,
}

impl Says for Showing {
    fn says(body: &[u8]) -> Option<Value> {
        let showing = Self::decode(body).ok()?;
        let says = SaysShowing {
            window: showing.window,
            beacon: Hex(showing.beacon.0.to_vec()),
            frame: showing.path.index,
            frames: showing.path.leaves,
            capture: Hex(showing.capture.bytes().to_vec()),
            path: hashes(&showing.path.neighbours),
            samples_per_chip: showing.samples_per_chip,
            first_sample_e6: showing.first_sample_e6,
            guard: exhibit(&showing.guard),
            segment: exhibit(&showing.segment),
        };
        serde_json::to_value(says).ok()
    }
}

fn exhibit(shown: &Exhibit) -> SaysExhibit {
    SaysExhibit {
        segment: shown.path.index,
        segments: shown.path.leaves,
        path: hashes(&shown.path.neighbours),
        bits: 4 * shown.snippet.depth().sample_bytes(),
        samples: shown.snippet.len(),
        position: shown.snippet.position(),
        step: f64::from(shown.snippet.step()),
    }
}

fn hashes(hashes: &[identity::Hash]) -> Vec<Hex> {
    hashes.iter().map(|hash| Hex(hash.bytes().to_vec())).collect()
}

/// Whether what is told beside a message is what its bytes say, as far as it goes: fields may be left out.
pub(super) fn agrees<M: Says>(signed: &Signed<Box<RawValue>>) -> bool {
    let Some(told) = &signed.says else { return true };
    let text = told.get();
    text.len() <= SAYS_BYTES_MAX
        && serde_json::from_str(text).is_ok_and(|told: Value| {
            M::says(&signed.body.0).is_some_and(|true_one| is_part(&told, &true_one))
        })
}

fn is_part(told: &Value, whole: &Value) -> bool {
    match (told, whole) {
        (Value::Object(told), Value::Object(whole)) => {
            told.iter().all(|(key, told)| whole.get(key).is_some_and(|whole| is_part(told, whole)))
        }
        (Value::Array(told), Value::Array(whole)) => {
            told.len() == whole.len() && told.iter().zip(whole).all(|(told, whole)| is_part(told, whole))
        }
        // A whole number of a double may be written without its point.
        (Value::Number(told), Value::Number(whole)) if whole.is_f64() => told.as_f64() == whole.as_f64(),
        // Hexadecimal is read in either case.
        (Value::String(told), Value::String(whole)) => told.eq_ignore_ascii_case(whole),
        _ => told == whole,
    }
}
