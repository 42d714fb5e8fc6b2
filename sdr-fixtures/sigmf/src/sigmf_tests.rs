//! Round trips, faults, hostile metadata.

use std::{
    fs,
    path::{Path, PathBuf},
};

use num_complex::Complex32;
use proptest::prelude::*;
use tempfile::TempDir;

use super::*;

fn ramp(count: usize) -> Vec<Complex32> {
    (0..count)
        .map(|n| Complex32::new((n % 200) as f32 / 250.0 - 0.4, 0.3 - (n % 64) as f32 / 200.0))
        .collect()
}

fn write(folder: &TempDir, format: SampleFormat, samples: &[Complex32]) -> PathBuf {
    let path = folder.path().join("test.sigmf-data");
    let mut writer = RecordingWriter::create(&path, Metadata::new(format, 250e3, Some(868.1e6))).unwrap();
    writer.metadata_mut().annotations.push(Annotation { sample_start: 3, ..Annotation::default() });
    for part in samples.chunks(77) {
        writer.write(part).unwrap();
    }
    writer.finish().unwrap();
    path
}

fn read_all(recording: &mut Recording) -> Result<Vec<Complex32>, RecordingError> {
    let (mut all, mut part) = (Vec::new(), Vec::new());
    loop {
        recording.read(100, &mut part)?;
        if part.is_empty() {
            return Ok(all);
        }
        all.extend_from_slice(&part);
    }
}

fn message(error: &RecordingError) -> String {
    error.to_string()
}

fn open_one(path: &Path) -> Result<Recording, RecordingError> {
    Ok(open(path)?.remove(0))
}

#[test]
fn every_format_round_trips() {
    let formats = [
        (SampleFormat::Cf32Le, 0.0),
        (SampleFormat::Cf32Be, 0.0),
        (SampleFormat::Ci16Le, 2.2e-5),
        (SampleFormat::Ci16Be, 2.2e-5),
        (SampleFormat::Ci8, 5.6e-3),
        (SampleFormat::Cu8, 5.6e-3),
    ];
    // Half a step in each of two components.
    for (format, tolerance) in formats {
        let folder = TempDir::new().unwrap();
        let path = write(&folder, format, &ramp(1000));
        for name in [path.clone(), path.with_extension("sigmf-meta")] {
            let mut recording = open_one(&name).unwrap();
            assert_eq!((recording.sample_count(), recording.metadata.frequency_hz()), (1000, Some(868.1e6)));
            let read = read_all(&mut recording).unwrap();
            let worst = read.iter().zip(ramp(1000)).map(|(a, b)| (a - b).norm()).fold(0.0, f32::max);
            assert!(read.len() == 1000 && worst <= tolerance, "{format:?}: {worst}");
        }
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2, "no partial files stay");
    }
}

#[test]
fn integers_saturate() {
    let mut bytes = Vec::new();
    SampleFormat::Ci16Le.encode(&[Complex32::new(9.0, -9.0)], &mut bytes);
    SampleFormat::Cu8.encode(&[Complex32::new(f32::NAN, 9.0)], &mut bytes);
    assert_eq!(bytes, [0xFF, 0x7F, 0x00, 0x80, 0x00, 0xFF]);
}

#[test]
fn archives() {
    let folder = TempDir::new().unwrap();
    let path = write(&folder, SampleFormat::Ci16Le, &ramp(300));
    let archive = folder.path().join("both.sigmf");
    let mut builder = tar::Builder::new(fs::File::create(&archive).unwrap());
    // Data before metadata, in a folder, as other writers do.
    builder.append_path_with_name(&path, "a/one.sigmf-data").unwrap();
    builder.append_path_with_name(path.with_extension("sigmf-meta"), "a/one.sigmf-meta").unwrap();
    builder.append_path_with_name(path.with_extension("sigmf-meta"), "two.sigmf-meta").unwrap();
    builder.append_path_with_name(&path, "two.sigmf-data").unwrap();
    builder.finish().unwrap();
    let mut recordings = open(&archive).unwrap();
    assert_eq!(recordings.len(), 2);
    assert_eq!(read_all(&mut recordings[0]).unwrap().len(), 300);
    assert_eq!(read_all(&mut recordings[1]).unwrap().len(), 300);

    let bytes = fs::read(&archive).unwrap();
    fs::write(&archive, &bytes[..600]).unwrap();
    assert!(open(&archive).is_err());
    fs::write(&archive, b"this is no tar archive, however long it may go on").unwrap();
    assert!(open(&archive).is_err());
    fs::write(&archive, b"").unwrap();
    assert!(message(&open(&archive).err().unwrap()).contains("no recording in the archive"));
}

#[test]
fn faults_name_the_file_and_the_field() {
    let folder = TempDir::new().unwrap();
    let path = write(&folder, SampleFormat::Cf32Le, &ramp(10));
    let meta = path.with_extension("sigmf-meta");
    let good = fs::read_to_string(&meta).unwrap();
    let fault = |json: &str| {
        fs::write(&meta, json).unwrap();
        message(&open(&path).err().unwrap())
    };
    assert!(fault("").contains("test.sigmf-meta:1:0"));
    assert!(fault("{\"global\": {\n  \"core:datatype\": 7}}").contains("test.sigmf-meta:2:"));
    assert!(fault(&good.replace("cf32_le", "rf64_le")).contains("core:datatype: \"rf64_le\" is not one of"));
    assert!(fault(&good.replace("250000.0", "-5")).contains("core:sample_rate: -5 is not in"));
    assert!(fault(&good.replace("250000.0", "1e300")).contains("core:sample_rate"));
    assert!(
        fault(&good.replace("\"core:num_channels\": 1", "\"core:num_channels\": 2")).contains("2 channels")
    );
    fs::write(&meta, good).unwrap();
    fs::write(&path, []).unwrap();
    assert!(message(&open(&path).err().unwrap()).contains("no samples"));
    fs::remove_file(&path).unwrap();
    assert!(message(&open(&path).err().unwrap()).contains("test.sigmf-data: No such file"));
    assert!(message(&open(Path::new("x.wav")).err().unwrap()).contains("not a recording's name"));
}

/// Truncation is told after every whole sample was handed out: nothing is lost.
#[test]
fn truncated_data() {
    let folder = TempDir::new().unwrap();
    let path = write(&folder, SampleFormat::Cf32Le, &ramp(250));
    let whole = fs::read(&path).unwrap();
    for (bytes, expected) in
        [(whole.len() - 3, "5 bytes after the last whole sample"), (whole.len() - 8, "core:sha512")]
    {
        fs::write(&path, &whole[..bytes]).unwrap();
        let mut recording = open_one(&path).unwrap();
        let (mut seen, mut part) = (0, Vec::new());
        let error = loop {
            match recording.read(100, &mut part) {
                Ok(()) if part.is_empty() => panic!("the fault was not seen"),
                Ok(()) => seen += part.len(),
                Err(error) => break error,
            }
        };
        assert_eq!(seen, 249);
        assert!(message(&error).contains(expected));
    }
}

#[test]
fn keys_of_other_programs_are_not_read() {
    let json = br#"{"global": {"core:datatype": "ci8", "core:version": "1.2.0", "core:sample_rate": 1e6, "lora": 5},
        "captures": [{"core:sample_start": 0, "other:thing": [1]}], "annotations": [], "lora": {"payload_hex": 3}}"#;
    let metadata = Metadata::parse(json, Path::new("m")).unwrap();
    assert_eq!((metadata.format, metadata.frequency_hz()), (SampleFormat::Ci8, None));
}

proptest! {
    #[test]
    fn hostile_metadata_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let _ = Metadata::parse(&bytes, Path::new("fuzz"));
    }

    #[test]
    fn mutated_metadata_never_panic(position in 0_usize..600, byte: u8, cut in 0_usize..600) {
        let mut json = Metadata::new(SampleFormat::Cu8, 2.4e6, Some(1.0)).to_json().into_bytes();
        let position = position % json.len();
        json[position] = byte;
        json.truncate(cut.max(1));
        let _ = Metadata::parse(&json, Path::new("fuzz"));
    }

    #[test]
    fn hostile_archives_never_panic(position in 0_usize..4096, bytes in prop::collection::vec(any::<u8>(), 1..64)) {
        let folder = TempDir::new().unwrap();
        let path = write(&folder, SampleFormat::Ci8, &ramp(50));
        let archive = folder.path().join("x.sigmf");
        let mut builder = tar::Builder::new(fs::File::create(&archive).unwrap());
        builder.append_path_with_name(path.with_extension("sigmf-meta"), "x.sigmf-meta").unwrap();
        builder.append_path_with_name(&path, "x.sigmf-data").unwrap();
        builder.finish().unwrap();
        let mut raw = fs::read(&archive).unwrap();
        let position = position % raw.len();
        let end = (position + bytes.len()).min(raw.len());
        raw[position..end].copy_from_slice(&bytes[..end - position]);
        fs::write(&archive, raw).unwrap();
        for mut recording in open(&archive).into_iter().flatten() {
            let _ = read_all(&mut recording);
        }
    }
}
