//! `hotspot decode` and `hotspot encode` as a radio person uses them: over the independent transmitter's recordings, over our own,
//! over broken ones.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use earshot_sigmf::{Metadata, RecordingWriter, SampleFormat};
use num_complex::Complex32;
use serde_json::Value;
use tempfile::TempDir;

fn hotspot(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_hotspot")).args(arguments).output().unwrap()
}

/// Runs `decode --json` and parses its lines; nothing else may be on standard output.
fn decode(options: &[&str], file: &Path) -> Vec<Value> {
    let arguments: Vec<&str> =
        ["decode", "--json"].iter().chain(options).copied().chain([file.to_str().unwrap()]).collect();
    let output = hotspot(&arguments);
    assert!(output.status.success(), "{}: {}", file.display(), String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout)
        .unwrap()
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

fn vectors() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/vectors/lora");
    let Ok(entries) = fs::read_dir(&folder) else {
        println!("skipped: no test recordings at {}", folder.display());
        return Vec::new();
    };
    let paths = entries.map(|entry| entry.unwrap().path());
    let mut paths: Vec<PathBuf> =
        paths.filter(|path| path.extension().is_some_and(|kind| kind == "sigmf-meta")).collect();
    paths.sort();
    paths
}

fn truth(path: &Path) -> Value {
    serde_json::from_slice::<Value>(&fs::read(path).unwrap()).unwrap()["lora"].take()
}

/// Every recording, each with its own options: exactly its frame, and the measurements it was made with.
#[test]
fn recordings_of_an_independent_transmitter() {
    for path in vectors() {
        let truth = truth(&path);
        let number = |key: &str| truth[key].as_f64().unwrap_or(0.0);
        let crc = if truth["has_crc"] == true { "crc" } else { "nocrc" };
        let implicit = format!("{}:{}:{crc}", truth["payload_len"], truth["cr"]);
        let (sf, bandwidth) = (truth["sf"].to_string(), truth["bw_hz"].to_string());
        let mut options = vec!["--sf", &sf, "--bandwidth-hz", &bandwidth];
        if truth["implicit_header"] == true {
            options.extend(["--implicit", &implicit]);
        }
        let frames = decode(&options, &path);
        assert_eq!(frames.len(), 1, "{}", path.display());
        let frame = &frames[0];
        assert_eq!(frame["payload_hex"], truth["payload_hex"], "{}", path.display());
        for (key, expected) in [
            ("sf", "sf"),
            ("bandwidth_hz", "bw_hz"),
            ("cr", "cr"),
            ("sync_word", "sync_word"),
            ("ldro", "ldro"),
        ] {
            assert_eq!(frame[key], truth[expected], "{key} of {}", path.display());
        }
        // Of one byte a CRC is undefined.
        let with_crc = truth["has_crc"] == true && number("payload_len") > 1.0;
        assert_eq!(frame["crc"], if with_crc { "ok" } else { "none" });
        assert_eq!(frame["header"], if truth["implicit_header"] == true { "implicit" } else { "explicit" });
        assert!(
            (frame["sample_start"].as_f64().unwrap() - number("frame_start_sample")).abs() <= 2.0,
            "{frame}"
        );
        assert!((frame["cfo_hz"].as_f64().unwrap() - number("cfo_hz")).abs() < 2.0, "{frame}");
        if truth["snr_db"].is_number() && truth["impairment"] != "mp" && truth["impairment"] != "all" {
            assert!((frame["snr_db"].as_f64().unwrap() - number("snr_db")).abs() < 0.5, "{frame}");
        }
    }
}

/// Without options every spreading factor and bandwidth is listened for, and still nothing is heard that was not sent.
#[test]
fn default_options_hear_one_frame() {
    for path in vectors() {
        let truth = truth(&path);
        if truth["implicit_header"] == false {
            let frames = decode(&[], &path);
            let payloads: Vec<&Value> = frames.iter().map(|frame| &frame["payload_hex"]).collect();
            assert_eq!(payloads, [&truth["payload_hex"]], "{}", path.display());
        }
    }
}

/// The fields and their types are an interface.
#[test]
fn the_shape_of_a_frame() {
    let folder = TempDir::new().unwrap();
    let path = encode(&folder, &["--payload-hex", "48656c6c6f", "--sf", "7"]);
    let frame = &decode(&[], &path)[0];
    let keys: Vec<&str> = frame.as_object().unwrap().keys().map(String::as_str).collect();
    let expected = [
        "bandwidth_hz",
        "cfo_hz",
        "cr",
        "crc",
        "header",
        "ldro",
        "payload_hex",
        "rssi_dbfs",
        "sample_start",
        "sf",
        "sfo_ppm",
        "snr_db",
        "sync_word",
        "time_of_arrival_ns",
    ];
    assert_eq!(keys, expected);
    assert_eq!((&frame["sample_start"], &frame["crc"]), (&Value::from(0), &Value::from("ok")));
    let text = hotspot(&["decode", path.to_str().unwrap()]);
    let text = String::from_utf8(text.stdout).unwrap();
    assert_eq!(text.lines().count(), 1);
    assert!(text.contains("SF7") && text.trim_end().ends_with("48656c6c6f"), "{text}");
}

fn encode(folder: &TempDir, options: &[&str]) -> PathBuf {
    let path = folder.path().join("out.sigmf-data");
    let arguments: Vec<&str> =
        ["encode", "--out", path.to_str().unwrap()].iter().chain(options).copied().collect();
    let output = hotspot(&arguments);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    path
}

#[test]
fn what_we_encode_we_decode() {
    let folder = TempDir::new().unwrap();
    for sf in ["5", "6", "7", "9", "12"] {
        for (bandwidth, cr, oversampling) in
            [("125000", "1", "1"), ("250000", "3", "2"), ("500000", "4", "3")]
        {
            let rate = ["--sf", sf, "--bandwidth-hz", bandwidth, "--cr", cr, "--oversampling", oversampling];
            let mut options =
                vec!["--payload-hex", "00ff55aa0102", "--sync-word", "0x34", "--preamble", "10"];
            options.extend(rate);
            let frames = decode(&["--sf", sf], &encode(&folder, &options));
            assert_eq!(frames.len(), 1, "{options:?}");
            assert_eq!(frames[0]["payload_hex"], "00ff55aa0102", "{options:?}");
            options.extend(["--implicit", "--no-crc"]);
            let implicit = format!("6:{cr}:nocrc");
            let known = ["--sf", sf, "--bandwidth-hz", bandwidth, "--implicit", &implicit];
            let frames = decode(&known, &encode(&folder, &options));
            assert_eq!(frames.len(), 1, "{options:?}");
            assert_eq!(frames[0]["payload_hex"], "00ff55aa0102", "{options:?}");
        }
    }
}

/// The same frame in every sample format and in an archive.
#[test]
fn every_sample_format() {
    let folder = TempDir::new().unwrap();
    let path = encode(&folder, &["--payload-hex", "0badcafe", "--sf", "8", "--oversampling", "2"]);
    let samples: Vec<Complex32> = fs::read(&path)
        .unwrap()
        .chunks_exact(8)
        .map(|bytes| {
            let part = |at: usize| f32::from_le_bytes(bytes[at..at + 4].try_into().unwrap());
            Complex32::new(part(0), part(4)) * 0.5
        })
        .collect();
    for format in [
        SampleFormat::Ci16Le,
        SampleFormat::Ci16Be,
        SampleFormat::Ci8,
        SampleFormat::Cu8,
        SampleFormat::Cf32Be,
    ] {
        let path = folder.path().join("format.sigmf-data");
        let mut writer = RecordingWriter::create(&path, Metadata::new(format, 250e3, None)).unwrap();
        writer.write(&samples).unwrap();
        writer.finish().unwrap();
        let frames = decode(&[], &path);
        assert_eq!((frames.len(), &frames[0]["payload_hex"]), (1, &Value::from("0badcafe")), "{format:?}");
        assert!((frames[0]["rssi_dbfs"].as_f64().unwrap() + 6.02).abs() < 0.1, "{format:?}");
    }
    let archive = folder.path().join("all.sigmf");
    let mut builder = tar::Builder::new(fs::File::create(&archive).unwrap());
    for part in ["sigmf-meta", "sigmf-data"] {
        builder
            .append_path_with_name(path.with_extension(part), Path::new("all").with_extension(part))
            .unwrap();
    }
    builder.finish().unwrap();
    assert_eq!(decode(&[], &archive)[0]["payload_hex"], "0badcafe");
}

/// Exit code 2, one line that names the thing, and nothing on standard output but what could be decoded.
#[test]
fn bad_input_is_named() {
    let folder = TempDir::new().unwrap();
    let good = encode(&folder, &["--payload-hex", "0badcafe", "--sf", "7", "--oversampling", "2"]);
    let (meta, data) = (good.with_extension("sigmf-meta"), good.clone());
    let (meta_text, data_bytes) = (fs::read_to_string(&meta).unwrap(), fs::read(&data).unwrap());
    let fails = |expected: &str| {
        let output = hotspot(&["decode", "--json", meta.to_str().unwrap()]);
        let message = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{message}");
        assert!(message.contains(expected), "expected {expected:?} in {message:?}");
        String::from_utf8(output.stdout).unwrap()
    };
    for rate in ["1.0", "-1.0", "0.0", "1e300", "2e11"] {
        fs::write(&meta, meta_text.replace("250000.0", rate)).unwrap();
        fails("core:sample_rate");
    }
    fs::write(&meta, "").unwrap();
    fails("out.sigmf-meta:1:0");
    fs::write(&meta, &meta_text[..40]).unwrap();
    fails("out.sigmf-meta:");
    fs::write(&meta, &meta_text).unwrap();

    fs::write(&data, []).unwrap();
    fails("no samples");
    fs::write(&data, &data_bytes[..data_bytes.len() - 4]).unwrap();
    fails("truncated or mislabelled");
    let spoiled = [data_bytes.clone(), f32::NAN.to_le_bytes().repeat(20)].concat();
    fs::write(&data, spoiled).unwrap();
    let heard = fails("core:sha512 differs");
    assert!(heard.contains("0badcafe"), "frames before the fault are printed: {heard}");
    let without_checksum: Vec<&str> = meta_text.lines().filter(|line| !line.contains("sha512")).collect();
    let without_checksum = without_checksum.join("\n").replace("hotspot 0.1.0\",", "hotspot 0.1.0\"");
    fs::write(&meta, without_checksum).unwrap();
    let heard = fails("not finite");
    assert!(heard.contains("0badcafe"), "frames beside the fault are printed: {heard}");

    let absent = hotspot(&["decode", "/nowhere/x.sigmf-meta"]);
    assert_eq!(absent.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&absent.stderr).contains("/nowhere/x.sigmf-meta: No such file"));
    for options in [
        &["--sf", "13"][..],
        &["--bandwidth-hz", "62500"],
        &["--implicit", "0:1:crc"],
        &["--implicit", "5:9:crc"],
    ] {
        let arguments: Vec<&str> =
            ["decode"].iter().chain(options).copied().chain(["x.sigmf-meta"]).collect();
        assert_eq!(hotspot(&arguments).status.code(), Some(2), "{options:?}");
    }
}

/// A recording that is broken does not keep the next from being decoded.
#[test]
fn one_broken_recording_among_good_ones() {
    let folder = TempDir::new().unwrap();
    let good = encode(&folder, &["--payload-hex", "0badcafe", "--sf", "7"]);
    let output = hotspot(&["decode", "--json", "/nowhere/x.sigmf-meta", good.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(2));
    let line: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(
        (&line["payload_hex"], &line["file"]),
        (&Value::from("0badcafe"), &Value::from(good.to_str().unwrap()))
    );
}

#[test]
fn what_cannot_be_encoded() {
    let folder = TempDir::new().unwrap();
    let out = folder.path().join("x.sigmf-data");
    let out = out.to_str().unwrap();
    let refused = |options: &[&str], expected: &str| {
        let arguments: Vec<&str> = ["encode"].iter().chain(options).copied().collect();
        let output = hotspot(&arguments);
        let message = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{options:?}: {message}");
        assert!(message.contains(expected), "{options:?}: {message}");
    };
    refused(&["--payload-hex", "", "--sf", "7", "--out", out], "1 to 255 bytes");
    refused(&["--payload-hex", "00", "--sf", "7", "--out", out], "at least 2 payload bytes");
    refused(&["--payload-hex", "0g", "--sf", "7", "--out", out], "--payload-hex");
    refused(&["--payload-hex", &"00".repeat(256), "--sf", "7", "--out", out], "256 bytes");
    refused(&["--payload-hex", "0000", "--sf", "7", "--oversampling", "33", "--out", out], "1 to 32");
    refused(&["--payload-hex", "0000", "--sf", "7", "--preamble", "2", "--out", out], "too short");
    refused(&["--payload-hex", "0000", "--sf", "7", "--out", "x.wav"], ".sigmf-data");
    refused(
        &["--payload-hex", "0000", "--sf", "7", "--out", "/nowhere/x.sigmf-data"],
        "/nowhere/x.sigmf-data",
    );
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0, "nothing was written");
}

#[test]
fn a_full_disk_is_told() {
    if Path::new("/dev/full").exists() {
        let folder = TempDir::new().unwrap();
        let good = encode(&folder, &["--payload-hex", "0badcafe", "--sf", "7"]);
        let full = fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
        let arguments = ["decode", good.to_str().unwrap()];
        let output =
            Command::new(env!("CARGO_BIN_EXE_hotspot")).args(arguments).stdout(full).output().unwrap();
        assert_eq!(output.status.code(), Some(2));
        assert!(String::from_utf8_lossy(&output.stderr).contains("standard output: No space left"));
    }
}

/// Two frames on two channels of one wideband recording, overlapping in time and in spreading factor.
#[test]
fn channels_of_a_wideband_recording() {
    const RATE_HZ: f64 = 2e6;
    const CENTRE_HZ: f64 = 868.3e6;
    let folder = TempDir::new().unwrap();
    let mut samples = vec![Complex32::ZERO; 1_000_000];
    let sent = [(868.1e6, 7, [0x11; 8]), (868.5e6, 9, [0x22; 8]), (867.9e6, 8, [0x33; 8])];
    for (index, (channel_hz, sf, payload)) in sent.iter().enumerate() {
        let sf = witness::SpreadingFactor::new(*sf).unwrap();
        let format = witness::FrameFormat::new(sf, witness::Bandwidth::Khz125, witness::CodingRate::Cr45);
        let burst = witness::modulate(format, payload, 16).unwrap();
        let start = 100_000 + 7_000 * index;
        for (n, (sample, value)) in samples[start..].iter_mut().zip(burst).enumerate() {
            let turns = ((channel_hz - CENTRE_HZ) * n as f64 / RATE_HZ).fract();
            let (sin, cos) = (std::f64::consts::TAU * turns).sin_cos();
            *sample += value * Complex32::new(cos as f32, sin as f32) * 0.2;
        }
    }
    let path = folder.path().join("wide.sigmf-data");
    let metadata = Metadata::new(SampleFormat::Cf32Le, RATE_HZ, Some(CENTRE_HZ));
    let mut writer = RecordingWriter::create(&path, metadata).unwrap();
    writer.write(&samples).unwrap();
    writer.finish().unwrap();
    let asked = ["--channels-hz", "867900000,868100000,868500000", "--bandwidth-hz", "125000"];
    let heard = decode(&asked, &path);
    assert_eq!(heard.len(), 3, "{heard:?}");
    for (index, (channel_hz, sf, payload)) in sent.iter().enumerate() {
        let frame = heard.iter().find(|frame| frame["channel_hz"] == *channel_hz).unwrap();
        assert_eq!(frame["payload_hex"], hex::encode(payload));
        assert_eq!(frame["sf"], *sf);
        assert!(frame["cfo_hz"].as_f64().unwrap().abs() < 1.0, "{frame}");
        assert_eq!(frame["sample_start"], 100_000 + 7_000 * index);
    }
    // Without a list: the region's plan in the band.
    let by_plan = decode(&[], &path);
    assert_eq!(by_plan.len(), 3, "{by_plan:?}");
    for frame in &heard {
        assert!(by_plan.iter().any(|other| other["payload_hex"] == frame["payload_hex"]), "{by_plan:?}");
        assert!(by_plan.iter().any(|other| other["channel_hz"] == frame["channel_hz"]), "{by_plan:?}");
    }
    let outside = hotspot(&["decode", "--channels-hz", "870000000", path.to_str().unwrap()]);
    assert_eq!(outside.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&outside.stderr).contains("870000000"), "{outside:?}");
}

/// Captures say where in the stream they stand: times count what was dropped, samples are those of the file, and a frame that lost
/// its middle is none.
#[test]
fn captures_with_dropped_samples_between() {
    const RATE_HZ: f64 = 250_000.0;
    let format = witness::FrameFormat::new(
        witness::SpreadingFactor::new(7).unwrap(),
        witness::Bandwidth::Khz125,
        witness::CodingRate::Cr45,
    );
    let frame = |payload: &[u8]| witness::modulate(format, payload, 2).unwrap();
    let (whole, broken) = (frame(b"whole"), frame(b"broken"));
    let half = broken.len() / 2;
    let silence = vec![Complex32::ZERO; 3000];
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("dropped.sigmf-data");
    let write = |indices: [u64; 3]| {
        let mut metadata = Metadata::new(SampleFormat::Ci16Le, RATE_HZ, Some(868.1e6));
        metadata.captures.clear();
        let mut writer = RecordingWriter::create(&path, metadata).unwrap();
        let parts = [
            [&silence[..], &whole, &silence, &broken[..half]],
            [&broken[half..], &silence, &[], &[]],
            [&silence, &whole, &silence, &[]],
        ];
        let mut sample_start = 0;
        for (part, global_index) in parts.into_iter().zip(indices) {
            let capture = earshot_sigmf::Capture {
                sample_start,
                global_index: Some(global_index),
                frequency_hz: Some(868.1e6),
                ..Default::default()
            };
            writer.metadata_mut().captures.push(capture);
            let samples: Vec<Complex32> = part.concat().iter().map(|sample| sample * 0.5).collect();
            writer.write(&samples).unwrap();
            sample_start += samples.len() as u64;
        }
        writer.finish().unwrap();
        [3000 + whole.len() + 3000 + half, broken.len() - half + 3000].map(|length| length as u64)
    };
    let lengths = write([7, 1 << 32, 1 << 40]);
    let starts = write([7, 7 + lengths[0] + 100_000, 1 << 40]);
    let frames = decode(&["--bandwidth-hz", "125000"], &path);
    let payloads: Vec<&Value> = frames.iter().map(|frame| &frame["payload_hex"]).collect();
    assert_eq!(payloads, [&hex::encode("whole"), &hex::encode("whole")], "{frames:?}");
    let second = starts[0] + starts[1] + 3000;
    assert_eq!(frames[0]["sample_start"], 3000);
    assert_eq!(frames[1]["sample_start"], second);
    let arrival_s = frames[1]["time_of_arrival_ns"].as_f64().unwrap() * 1e-9;
    let expected_s = ((1_u64 << 40) - 7 + 3000) as f64 / RATE_HZ;
    assert!((arrival_s - expected_s).abs() < 1e-6, "{arrival_s} s");

    write([7, 8, 1 << 40]);
    let refused = hotspot(&["decode", path.to_str().unwrap()]);
    assert_eq!(refused.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("core:global_index: goes back"));
}
