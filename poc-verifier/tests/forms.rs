//! The program on every form of a bundle: the same judgement, the same address, and faults told with file and field.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod words;

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use poc_verifier::{Bundle, Sealed};
use proptest::{
    strategy::{Strategy, ValueTree},
    test_runner::TestRunner,
};
use words::Conduct;

/// A folder of this test's own.
fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    folder
}

fn poc_verify(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_poc-verify")).current_dir(folder).args(arguments).output().unwrap()
}

/// What it prints, once it has ended as it should.
fn printed(folder: &Path, code: i32, arguments: &[&str]) -> String {
    let output = poc_verify(folder, arguments);
    let error = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(code), "{arguments:?}: {error}");
    String::from_utf8(output.stdout).unwrap()
}

/// The line that it says on standard error when something cannot be read.
fn refused(folder: &Path, arguments: &[&str]) -> String {
    let output = poc_verify(folder, arguments);
    let error = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{arguments:?}: {error}");
    assert!(error.lines().count() == 1 && output.stdout.is_empty(), "{arguments:?}: {error}");
    error
}

/// A round with a liar in it.
fn round() -> Bundle {
    words::play(3, &[Conduct::Honest, Conduct::Honest, Conduct::Honest, Conduct::Honest, Conduct::Withholds])
        .bundle
}

/// A folder with `round.bundle`, unpacked as `round` and as `round.tar`.
fn forms(name: &str, bundle: &Bundle) -> PathBuf {
    let folder = folder(name);
    fs::write(folder.join("round.bundle"), bundle.encode()).unwrap();
    let address = format!("{}\n", Bundle::address(&bundle.encode()));
    for out in ["round", "round.tar"] {
        assert_eq!(printed(&folder, 0, &["unpack", "round.bundle", "--out", out]), address);
    }
    folder
}

#[test]
fn every_form_is_judged_alike() {
    let folder = forms("forms", &round());
    let judged = printed(&folder, 1, &["--json", "round.bundle"]);
    assert_eq!(judged.lines().count(), 5);
    for form in ["round", "round.tar"] {
        assert_eq!(printed(&folder, 1, &["--json", form]), judged, "{form}");
    }
    // A folder of bundles has them in any form; the same round thrice is one.
    assert_eq!(printed(&folder, 1, &["--json", "."]), judged);
    let witness = judged.lines().next().unwrap();
    let witness: serde_json::Value = serde_json::from_str(witness).unwrap();
    let witness = witness["witness"].as_str().unwrap();
    let drawn = ["round.bundle", "round", "round.tar"].map(|form| {
        printed(&folder, 0, &["explain", form, witness, "--out", "edge.svg"]);
        fs::read(folder.join("edge.svg")).unwrap()
    });
    assert!(drawn.iter().all(|drawing| *drawing == drawn[0]));
}

#[test]
fn every_form_packs_to_the_same_bytes() {
    let mut bundle = round();
    let showing = words::any_showing().new_tree(&mut TestRunner::deterministic()).unwrap().current();
    bundle.witnesses[0].showing = Some(Sealed::seal(&showing, &words::secret(1)));
    let folder = forms("packed", &bundle);
    let bytes = bundle.encode();
    for form in ["round", "round.tar", "round.bundle"] {
        let address = printed(&folder, 0, &["pack", form, "--out", "again.bundle"]);
        assert_eq!(address, format!("{}\n", Bundle::address(&bytes)));
        assert_eq!(fs::read(folder.join("again.bundle")).unwrap(), bytes, "{form}");
    }
    // What is there already is nobody's to overwrite.
    assert!(
        refused(&folder, &["unpack", "round.bundle", "--out", "round"]).contains("something in this folder")
    );
    // Every recording is one that others' readers take.
    let samples: Vec<PathBuf> =
        fs::read_dir(folder.join("round/samples")).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert_eq!(samples.len(), 4);
    for meta in samples.iter().filter(|path| path.extension().unwrap() == "sigmf-meta") {
        let mut recordings = earshot_sigmf::open(meta).unwrap();
        let bytes = fs::metadata(meta.with_extension("sigmf-data")).unwrap().len();
        let (count, mut samples) = (recordings[0].sample_count(), Vec::new());
        recordings[0].read(usize::MAX >> 8, &mut samples).unwrap();
        assert!(recordings.len() == 1 && count * 2 == bytes && samples.len() as u64 == count);
    }
}

#[test]
fn what_cannot_be_read_is_told_with_file_and_field() {
    let folder = forms("faults", &round());
    let document = fs::read_to_string(folder.join("round/bundle.json")).unwrap();
    let with = |old: &str, new: &str| {
        assert!(document.contains(old), "{old}");
        fs::write(folder.join("round/bundle.json"), document.replacen(old, new, 1)).unwrap();
        refused(&folder, &["round"])
    };
    let told = with("\"version\": 2", "\"version\": \"two\"");
    assert!(told.contains("round: bundle.json: version: invalid type"), "{told}");
    let told = with("\"rssi_cdbm\": -", "\"rssi_cdbm\": -1");
    assert!(
        told.contains("round: bundle.json: witnesses[0].reveal.says is not what the body says"),
        "{told}"
    );
    let told = with("\"signature\": \"", "\"signature\": \"00");
    assert!(told.contains("round: bundle.json: opening: signature: 65 bytes instead of 64"), "{told}");
    let told = with("\"lat_e7\": ", "\"latitude\": ");
    assert!(told.contains("round: bundle.json: beaconer.latitude: unknown field"), "{told}");
    fs::write(folder.join("round/bundle.json"), &document).unwrap();
    printed(&folder, 1, &["round"]);

    let tar = fs::read(folder.join("round.tar")).unwrap();
    fs::write(folder.join("round.tar"), &tar[..tar.len() / 2]).unwrap();
    assert!(refused(&folder, &["round.tar"]).contains("round.tar: no tar archive"));
    fs::write(folder.join("round.tar"), [0; 1024]).unwrap();
    assert!(refused(&folder, &["round.tar"]).contains("round.tar: bundle.json is missing"));
    assert!(refused(&folder, &["unpack", "nowhere.bundle", "--out", "x"]).contains("nowhere.bundle"));
    assert!(!folder.join("x").exists());
}

#[cfg(unix)]
#[test]
fn links_are_not_followed() {
    let folder = forms("links", &round());
    fs::create_dir(folder.join("round/samples")).unwrap();
    std::os::unix::fs::symlink("/etc/passwd", folder.join("round/samples/a.sigmf-data")).unwrap();
    assert!(refused(&folder, &["round"]).contains("\"samples/a.sigmf-data\" is neither a file nor a folder"));
    fs::remove_dir_all(folder.join("round/samples")).unwrap();
    fs::rename(folder.join("round/bundle.json"), folder.join("elsewhere.json")).unwrap();
    std::os::unix::fs::symlink("../elsewhere.json", folder.join("round/bundle.json")).unwrap();
    assert!(refused(&folder, &["round"]).contains("\"bundle.json\" is neither a file nor a folder"));
}
