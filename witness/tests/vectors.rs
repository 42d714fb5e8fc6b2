//! The independent transmitter's frames: its symbol values are ours, bit for bit. Decoding them is `hotspot decode`'s test.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::{fs, path::Path};

use serde_json::Value;
use witness::{Bandwidth, CodingRate, FrameFormat, PayloadFormat, SpreadingFactor, encode, low_data_rate};

#[test]
fn symbols_equal_those_of_an_independent_transmitter() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/vectors/lora");
    let Ok(entries) = fs::read_dir(&folder) else {
        println!("skipped: no test recordings at {}", folder.display());
        return;
    };
    let mut checked = 0;
    for path in entries.map(|entry| entry.unwrap().path()) {
        if path.extension().is_some_and(|kind| kind == "sigmf-meta") {
            let meta: Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
            check(&meta["lora"], &path);
            checked += 1;
        }
    }
    assert!(checked > 0, "no recordings in {}", folder.display());
}

fn check(truth: &Value, path: &Path) {
    let number = |key: &str| u32::try_from(truth[key].as_u64().unwrap()).unwrap();
    let sf = SpreadingFactor::new(number("sf")).unwrap();
    let bandwidth = Bandwidth::from_hz(number("bw_hz")).unwrap();
    let coding_rate = CodingRate::from_parity_bits(number("cr")).unwrap();
    let payload = PayloadFormat {
        coding_rate,
        crc: truth["has_crc"].as_bool().unwrap(),
        explicit_header: !truth["implicit_header"].as_bool().unwrap(),
    };
    let format = FrameFormat { payload, ..FrameFormat::new(sf, bandwidth, coding_rate) };
    let bytes = unhex(truth["payload_hex"].as_str().unwrap());
    let symbols: Vec<u64> =
        truth["symbols"].as_array().unwrap().iter().map(|value| value.as_u64().unwrap()).collect();
    let ours: Vec<u64> = encode(format, &bytes).unwrap().into_iter().map(u64::from).collect();
    assert_eq!(ours, symbols, "{}", path.display());
    assert_eq!(low_data_rate(sf, bandwidth), truth["ldro"].as_bool().unwrap(), "{}", path.display());
}

fn unhex(text: &str) -> Vec<u8> {
    (0..text.len() / 2).map(|k| u8::from_str_radix(&text[2 * k..2 * k + 2], 16).unwrap()).collect()
}
