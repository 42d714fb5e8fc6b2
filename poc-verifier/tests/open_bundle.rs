//! Open bundles: the same bytes come back, and nothing is told that was not signed.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod words;

use poc_verifier::{Bundle, OpenError, OpenFiles, Sealed};
use proptest::{prelude::*, strategy::ValueTree, test_runner::TestRunner};
use serde_json::Value;
use words::Conduct;

fn document(files: &OpenFiles) -> Value {
    serde_json::from_slice(files.get(OpenFiles::DOCUMENT).unwrap()).unwrap()
}

/// The same files, but for these.
fn with(files: &OpenFiles, changed: &[(&str, Vec<u8>)]) -> OpenFiles {
    let mut all = OpenFiles::default();
    for (name, bytes) in files.iter().filter(|(name, _)| changed.iter().all(|(other, _)| other != name)) {
        all.insert(name, bytes.to_vec()).unwrap();
    }
    for (name, bytes) in changed {
        all.insert(name, bytes.clone()).unwrap();
    }
    all
}

/// The same bundle with another document.
fn told(files: &OpenFiles, change: impl FnOnce(&mut Value)) -> Result<Bundle, OpenError> {
    let mut document = document(files);
    change(&mut document);
    Bundle::pack(&with(files, &[(OpenFiles::DOCUMENT, serde_json::to_vec(&document).unwrap())]))
}

fn fault(read: Result<Bundle, OpenError>) -> String {
    read.unwrap_err().to_string()
}

/// A round whose first witness shows samples.
fn shown() -> Bundle {
    let mut bundle = words::play(3, &[Conduct::Honest, Conduct::Equivocates]).bundle;
    let showing = words::any_showing().new_tree(&mut TestRunner::deterministic()).unwrap().current();
    bundle.witnesses[0].showing = Some(Sealed::seal(&showing, &words::secret(1)));
    bundle
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn unpacked_and_packed_again_it_is_the_same_bundle(bundle in words::any_bundle()) {
        let files = bundle.unpack().unwrap();
        let archived = OpenFiles::from_tar(&files.to_tar().unwrap()).unwrap();
        prop_assert_eq!(&archived, &files);
        prop_assert_eq!(Bundle::pack(&files).unwrap().encode(), bundle.encode());
        // Nothing of what is told for people is needed.
        let bare = told(&files, strip).unwrap();
        prop_assert_eq!(bare.encode(), bundle.encode());
    }
}

/// Takes away what is told, recordings among it.
fn strip(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            fields.retain(|name, _| !["says", "guard", "segment", "about"].contains(&name.as_str()));
            fields.values_mut().for_each(strip);
        }
        Value::Array(entries) => entries.iter_mut().for_each(strip),
        _ => {}
    }
}

#[test]
fn what_is_told_must_be_what_was_signed() {
    let bundle = shown();
    let files = bundle.unpack().unwrap();
    let first = |document: &mut Value| document["witnesses"][0].take();
    let said = document(&files);
    assert!(said["witnesses"][0]["reveal"]["says"]["report"]["hops"][0]["cfo_mhz"].is_i64());
    let lie = told(&files, |document| {
        document["witnesses"][0]["reveal"]["says"]["report"]["hops"][0]["rssi_cdbm"] = 0.into();
    });
    assert_eq!(fault(lie), "bundle.json: witnesses[0].reveal.says is not what the body says");
    let lie = told(&files, |document| document["opening"]["says"]["more"] = 1.into());
    assert_eq!(fault(lie), "bundle.json: opening.says is not what the body says");
    let lie = told(&files, |document| {
        document["witnesses"][0]["showing"]["message"]["says"]["guard"]["step"] = 0.5.into();
    });
    assert_eq!(fault(lie), "bundle.json: witnesses[0].showing.says is not what the body says");
    // A field less is no lie; a step of one may be written as a whole number.
    let less = told(&files, |document| {
        document["closed_set"]["says"].as_object_mut().unwrap().remove("root");
    });
    assert_eq!(less.unwrap(), bundle);
    // A body of somebody else, or a flipped bit: the signature does not hold.
    let swapped = told(&files, |document| {
        document["witnesses"][0]["reveal"] = document["opening"].clone();
        strip(document);
    });
    assert!(fault(swapped).starts_with("bundle.json: witnesses[0].reveal: "));
    let twice = told(&files, |document| {
        let one = first(document);
        document["witnesses"] = vec![one; 1025].into();
    });
    assert!(fault(twice).contains("more than 1024 entries"));
}

#[test]
fn recordings_hold_the_signed_levels() {
    let bundle = shown();
    let files = bundle.unpack().unwrap();
    let showing = bundle.witnesses[0].showing.as_ref().unwrap().message().unwrap();
    let stem = document(&files)["witnesses"][0]["showing"]["guard"].as_str().unwrap().to_owned();
    let (meta, data) = (format!("{stem}.sigmf-meta"), format!("{stem}.sigmf-data"));
    let metadata: Value = serde_json::from_slice(files.get(&meta).unwrap()).unwrap();
    assert_eq!(metadata["global"]["core:datatype"], "ci8");
    let levels = files.get(&data).unwrap();
    let step = showing.guard.snippet.step();
    let samples = showing.guard.snippet.samples();
    assert_eq!(levels.len(), 2 * samples.len());
    for (pair, sample) in levels.chunks(2).zip(&samples) {
        let value = |level: u8| (f32::from(level.cast_signed()) + 0.5) * step;
        assert!((value(pair[0]) - sample.re).abs() < step / 100.0);
        assert!((value(pair[1]) - sample.im).abs() < step / 100.0);
    }
    let mut other = levels.to_vec();
    other[0] ^= 1;
    assert!(fault(Bundle::pack(&with(&files, &[(&data, other)]))).starts_with(&data));
    let floats = files.get(&meta).unwrap().to_vec();
    let floats = String::from_utf8(floats).unwrap().replace("ci8", "cf32_le").into_bytes();
    assert!(fault(Bundle::pack(&with(&files, &[(&meta, floats)]))).starts_with(&data));
    let nothing = told(&files, |document| document["witnesses"][0]["showing"]["guard"] = "../guard".into());
    assert_eq!(fault(nothing), "../guard.sigmf-meta is missing");
}

#[test]
fn faults_are_told_with_file_and_field() {
    let files = shown().unpack().unwrap();
    let short = told(&files, |document| document["randomness"] = "00".into());
    assert!(fault(short).contains("randomness: 1 bytes instead of 32"));
    let letters = told(&files, |document| document["closed_set"]["body"] = "xy".into());
    assert!(fault(letters).starts_with("bundle.json: closed_set.body: Invalid character"));
    let unknown = told(&files, |document| document["rules"]["speed"] = 1.into());
    assert!(fault(unknown).starts_with("bundle.json: rules.speed: unknown field `speed`"));
    let sign = told(&files, |document| document["witnesses"][1]["party"]["known"] = (-1).into());
    assert!(fault(sign).starts_with("bundle.json: witnesses[1].party.known: invalid value"));
    let missing = told(&files, |document| {
        document["witnesses"][0]["commitments"][0]["message"].as_object_mut().unwrap().remove("signature");
    });
    assert!(fault(missing).starts_with("bundle.json: witnesses[0].commitments[0].message: missing field"));
    let older = told(&files, |document| document["version"] = 1.into());
    assert!(fault(older).contains("version: 1 is not in 2 to 2"));
    let far = told(&files, |document| document["witnesses"][1]["party"]["lat_e7"] = 2_000_000_000.into());
    assert!(fault(far).starts_with("bundle.json: witnesses[1].party: "));
    let neighbours = vec![Value::from("00".repeat(32)); 33];
    let high = told(&files, |document| {
        document["witnesses"][0]["commitments"][0]["path"]["neighbours"] = neighbours.into();
    });
    assert!(fault(high).contains("more than 32 entries"));
}

/// An archive of one entry that a careful archiver would not write.
fn archive(name: &str, kind: tar::EntryType, size: u64, bytes: &[u8]) -> Vec<u8> {
    // Sparse files are GNU's own.
    let gnu = kind == tar::EntryType::GNUSparse;
    let mut header = if gnu { tar::Header::new_gnu() } else { tar::Header::new_ustar() };
    header.as_mut_bytes()[..name.len()].copy_from_slice(name.as_bytes());
    if let Some(gnu) = header.as_gnu_mut() {
        gnu.set_real_size(size);
    }
    header.set_entry_type(kind);
    header.set_size(size);
    header.set_cksum();
    let mut archive = tar::Builder::new(Vec::new());
    archive.append(&header, bytes).unwrap();
    archive.into_inner().unwrap()
}

#[test]
fn archives_lead_nowhere_else_and_have_limits() {
    let refused = |tar: &[u8]| OpenFiles::from_tar(tar).unwrap_err().to_string();
    let file = tar::EntryType::Regular;
    for name in ["/etc/passwd", "../bundle.json", "a/../bundle.json", "a/b/c/bundle.json", "a/\u{7}"] {
        assert!(refused(&archive(name, file, 1, b"x")).contains("is no name of a file"), "{name}");
    }
    for kind in
        [tar::EntryType::Symlink, tar::EntryType::Link, tar::EntryType::Fifo, tar::EntryType::GNUSparse]
    {
        assert!(refused(&archive("bundle.json", kind, 0, b"")).contains("neither a file"), "{kind:?}");
    }
    assert!(refused(b"no archive at all").starts_with("no tar archive"));
    assert!(
        refused(&archive("notes.txt", file, 65_537, &vec![0; 65_537])).contains("more than the 65536 bytes")
    );
    assert!(refused(&vec![0; OpenFiles::TAR_BYTES_MAX + 1]).contains("the archive"));
    // Two folders are two bundles.
    let mut two = tar::Builder::new(Vec::new());
    for name in ["a/bundle.json", "b/bundle.json"] {
        let mut header = tar::Header::new_ustar();
        header.set_size(0);
        two.append_data(&mut header, name, &b""[..]).unwrap();
    }
    assert!(refused(&two.into_inner().unwrap()).contains("b/bundle.json"));
    let mut many = tar::Builder::new(Vec::new());
    for number in 0..8193 {
        let mut header = tar::Header::new_ustar();
        header.set_size(0);
        many.append_data(&mut header, format!("{number}"), &b""[..]).unwrap();
    }
    assert!(refused(&many.into_inner().unwrap()).contains("more than 8192 files"));
}

/// Three bytes can ask for a struct of hundreds: lists are counted while they are read, and what is told waits as text.
#[test]
fn long_lists_are_refused_before_they_are_built() {
    let files = shown().unpack().unwrap();
    let empty = format!("[{}null]", "null,".repeat(3_000_000));
    for place in ["\"witnesses\": [", "\"commitments\": [", "\"neighbours\": ["] {
        let text = String::from_utf8(files.get(OpenFiles::DOCUMENT).unwrap().to_vec()).unwrap();
        let text = text.replacen(place, &format!("{place} {empty}, "), 1);
        assert!(Bundle::pack(&with(&files, &[(OpenFiles::DOCUMENT, text.into_bytes())])).is_err());
    }
    let zeros = format!("[{}0]", "0,".repeat(5_000_000));
    let text = String::from_utf8(files.get(OpenFiles::DOCUMENT).unwrap().to_vec()).unwrap();
    let text = text.replacen("\"says\": {", &format!("\"says\": {zeros}, \"no\": {{"), 1);
    assert!(Bundle::pack(&with(&files, &[(OpenFiles::DOCUMENT, text.into_bytes())])).is_err());
    let deep = "[".repeat(1_000_000);
    assert!(Bundle::pack(&with(&files, &[(OpenFiles::DOCUMENT, deep.into_bytes())])).is_err());
}
