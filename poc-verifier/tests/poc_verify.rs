//! The program: exit codes, the JSON that others read, and a drawing.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod words;

use std::{
    path::{Path, PathBuf},
    process::{Command, Output},
};

use geo_index::{Place, TerrainFolder};
use identity::Hash;
use poc_verifier::{Bundle, Protocol};
use words::Conduct;

/// A folder of this test's own.
fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

fn poc_verify(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_poc-verify")).args(arguments).output().unwrap()
}

fn written(folder: &Path, name: &str, bundle: &Bundle) -> String {
    let path = folder.join(name);
    std::fs::write(&path, bundle.encode()).unwrap();
    path.to_str().unwrap().into()
}

#[test]
fn what_is_published_is_judged_again_with_its_reasons() {
    let folder = folder("judged");
    let honest = written(&folder, "honest.bundle", &words::play(2, &[Conduct::Honest; 7]).bundle);
    let accepted = poc_verify(&[&honest]);
    assert_eq!(accepted.status.code(), Some(0), "{}", String::from_utf8_lossy(&accepted.stderr));
    assert!(String::from_utf8_lossy(&accepted.stdout).contains("7 accepted, 0 rejected, 0 unproven"));

    let conducts = [Conduct::Honest, Conduct::Honest, Conduct::Honest, Conduct::Honest, Conduct::Withholds];
    let liar = words::play(3, &conducts).bundle;
    let rejected = poc_verify(&["--json", &written(&folder, "liar.bundle", &liar)]);
    assert_eq!(rejected.status.code(), Some(1));
    let lines: Vec<serde_json::Value> = String::from_utf8(rejected.stdout)
        .unwrap()
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(lines.len(), 5);
    let of = |verdict: &str| lines.iter().filter(|line| line["verdict"] == verdict).collect::<Vec<_>>();
    let [only] = of("rejected")[..] else { panic!("one edge is rejected: {lines:?}") };
    assert_eq!((only["check"].as_str(), only["unit"].as_str()), (Some("commit_reveal"), Some("commitments")));
    assert_eq!(only["bundle"], Bundle::address(&liar.encode()).to_string());
    assert!(
        only["score"].as_f64() >= Some(10.0) && only["measured"].is_number() && only["allowed"].is_number()
    );
    assert_eq!(of("accepted").len(), 4);
}

/// Earlier epochs are judged first; what cannot be read there is said as anywhere.
#[test]
fn earlier_epochs_are_remembered() {
    let folder = folder("earlier");
    for (epoch, seed) in [("one", 20), ("two", 21)] {
        std::fs::create_dir(folder.join(epoch)).unwrap();
        written(&folder.join(epoch), "honest.bundle", &words::play(seed, &[Conduct::Honest; 5]).bundle);
    }
    let path = |name: &str| folder.join(name).to_str().unwrap().to_owned();
    let now = written(&folder, "now.bundle", &words::play(22, &[Conduct::Honest; 7]).bundle);
    let judged = poc_verify(&["--earlier", &path("one"), "--earlier", &path("two"), &now]);
    assert_eq!(judged.status.code(), Some(0), "{}", String::from_utf8_lossy(&judged.stderr));
    // An epoch that is judged after itself is a recording of itself: frames that were heard are fresh, guards of one window are not held against each other.
    assert_eq!(poc_verify(&["--earlier", &now, &now]).status.code(), Some(0));
    let missing = poc_verify(&["--earlier", &path("three"), &now]);
    assert_eq!(missing.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&missing.stderr).contains("three"));
}

#[test]
fn an_edge_is_drawn() {
    let folder = folder("drawn");
    let bundle = words::play(4, &[Conduct::Honest; 6]).bundle;
    let file = written(&folder, "round.bundle", &bundle);
    let witness = bundle.witnesses[0].party.key.to_string();
    for name in ["edge.svg", "edge.html"] {
        let out = folder.join(name);
        let drawn = poc_verify(&["explain", &file, &witness[..12], "--out", out.to_str().unwrap()]);
        assert_eq!(drawn.status.code(), Some(0), "{}", String::from_utf8_lossy(&drawn.stderr));
        let drawing = std::fs::read_to_string(out).unwrap();
        assert!(drawing.contains("</svg>") && drawing.contains("dither undone") && !drawing.contains("NaN"));
        // Nothing outside is asked for; the name of the format is no address that anybody fetches.
        assert_eq!(drawing.matches("http").count(), 1);
        assert!(!drawing.contains("src=") && !drawing.contains("url("));
        // On a page the findings are a table, and not drawn again.
        let is_page = name.ends_with("html");
        assert_eq!(drawing.contains("Was enough of the beacon heard?"), is_page);
        assert_eq!(drawing.contains("the bar is the log-likelihood"), !is_page);
        assert_eq!(drawing.matches("<tr>").count() > 5, is_page);
    }
    let nobody = poc_verify(&["explain", &file, "ffffffff", "--out", "nowhere.svg"]);
    assert_eq!(nobody.status.code(), Some(2));
}

#[test]
fn what_cannot_be_read_is_said_in_a_line() {
    let folder = folder("unreadable");
    let bundle = words::play(5, &[Conduct::Honest; 5]).bundle;
    let bytes = bundle.encode();
    let cut = folder.join("cut.bundle");
    std::fs::write(&cut, &bytes[..bytes.len() / 2]).unwrap();
    let nonsense = folder.join("text.bundle");
    std::fs::write(&nonsense, "no bundle at all").unwrap();
    let mut swapped = bundle;
    (swapped.witnesses[0].reveal, swapped.witnesses[1].reveal) =
        (swapped.witnesses[1].reveal.clone(), swapped.witnesses[0].reveal.clone());
    let swapped = written(&folder, "swapped.bundle", &swapped);
    let missing = folder.join("missing.bundle");
    for (file, told) in [
        (cut.to_str().unwrap(), "cut.bundle"),
        (nonsense.to_str().unwrap(), "text.bundle"),
        (&swapped, "reveal of"),
        (missing.to_str().unwrap(), "missing.bundle"),
    ] {
        let output = poc_verify(&[file]);
        let error = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{file}: {error}");
        assert!(error.lines().count() == 1 && error.contains(told), "{file}: {error}");
        assert!(output.stdout.is_empty());
    }
}

/// A folder with one grid of flat ground about a place and a ring of hills of this height a kilometre from it.
fn ringed(folder: &Path, about: Place, height_m: u32) -> Hash {
    const STEP_DEG: f64 = 0.001;
    let (south, west) = (about.lat_deg() - 100.5 * STEP_DEG, about.lng_deg() - 100.5 * STEP_DEG);
    let mut grid =
        format!("ncols 201\nnrows 201\nxllcorner {west}\nyllcorner {south}\ncellsize {STEP_DEG}\n");
    let slope = about.lat_deg().to_radians().cos();
    for row in -100..=100_i32 {
        let height = |col: i32| {
            let steps = f64::from(row).hypot(f64::from(col) * slope);
            if (8.0..12.0).contains(&steps) { height_m.to_string() } else { "20".into() }
        };
        grid += &(-100..=100).map(height).collect::<Vec<_>>().join(" ");
        grid.push('\n');
    }
    std::fs::write(folder.join("ring.asc"), grid).unwrap();
    std::fs::write(folder.join("geoid.txt"), "53").unwrap();
    Hash::new(TerrainFolder::open(folder).unwrap().digest())
}

#[test]
fn rounds_are_judged_over_the_ground_that_is_given_and_a_different_one_is_said() {
    let (hills, plain) = (folder("hills"), folder("plain"));
    let bundle = words::play(6, &[Conduct::Honest; 6]).bundle;
    let digest = ringed(&hills, bundle.beaconer.place, 1200);
    assert_ne!(digest, ringed(&plain, bundle.beaconer.place, 20));
    let rounds_folder = folder("over");
    let without = written(&rounds_folder, "without.bundle", &bundle);
    let named = Bundle { protocol: Protocol { terrain: Some(digest), ..bundle.protocol }, ..bundle.clone() };
    let named = written(&rounds_folder, "named.bundle", &named);
    let (hills, plain) = (hills.to_str().unwrap(), plain.to_str().unwrap());
    for (file, terrain, code, word, told) in [
        (&without, None, 0, "none", ""),
        (&without, Some(hills), 1, "added", "1 round was judged without terrain"),
        (&named, Some(hills), 1, "same", ""),
        (&named, Some(plain), 0, "another", "this one is"),
        (&named, None, 0, "missing", "none is given (--terrain DIR)"),
    ] {
        let mut arguments = vec!["--json", file];
        arguments.extend(terrain.iter().flat_map(|folder| ["--terrain", folder]));
        let output = poc_verify(&arguments);
        let (out, error) =
            (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap());
        assert_eq!(output.status.code(), Some(code), "{word}: {error}{out}");
        assert!(error.contains(told) && error.is_empty() == told.is_empty(), "{word}: {error}");
        for line in out.lines() {
            let line: serde_json::Value = serde_json::from_str(line).unwrap();
            assert_eq!(line["terrain"], word);
            assert_eq!(line["check"], if code == 1 { "link_budget" } else { "" }, "{line}");
            assert_eq!(code == 1, line["explanation"].as_str().unwrap().contains("The ground after"));
        }
    }
    // Rounds of before and after somebody had a model are read together all the same, each with its own word.
    let silent = Bundle {
        protocol: Protocol { terrain: Some(digest), ..bundle.protocol },
        beaconer: bundle.witnesses[0].party,
        opening: None,
        witnesses: Vec::new(),
        ..bundle.clone()
    };
    let both = poc_verify(&["--json", &without, &written(&rounds_folder, "silent.bundle", &silent)]);
    let error = String::from_utf8(both.stderr).unwrap();
    assert_eq!(both.status.code(), Some(0), "{error}");
    assert!(
        error.starts_with("poc-verify: 1 round was judged over the terrain") && error.lines().count() == 1,
        "{error}"
    );
    assert!(
        String::from_utf8(both.stdout).unwrap().lines().all(|line| line.contains("\"terrain\":\"none\""))
    );
    // The cut is drawn where the ground is known.
    let (out, witness) = (rounds_folder.join("edge.svg"), bundle.witnesses[0].party.key.to_string());
    for (terrain, drawn) in [(Some(hills), true), (None, false)] {
        let mut arguments = vec!["explain", &without, &witness[..12], "--out", out.to_str().unwrap()];
        arguments.extend(terrain.iter().flat_map(|folder| ["--terrain", folder]));
        assert_eq!(poc_verify(&arguments).status.code(), Some(0));
        let drawing = std::fs::read_to_string(&out).unwrap();
        assert_eq!(drawing.contains("The ground between takes"), drawn);
        assert!(!drawing.contains("NaN"));
    }
    let (from, to) = (bundle.beaconer.place, bundle.witnesses[0].party.place);
    let spot = |place: Place| format!("{},{},{}", place.lat_deg(), place.lng_deg(), place.height_m());
    let profile = |from: &str, to: &str| {
        poc_verify(&["profile", "--terrain", hills, from, to, "--out", out.to_str().unwrap()])
    };
    let said = profile(&spot(from), &spot(to));
    assert_eq!(said.status.code(), Some(0), "{}", String::from_utf8_lossy(&said.stderr));
    let said = String::from_utf8(said.stdout).unwrap();
    assert!(said.contains("dB beyond free space") && said.contains("above the line"), "{said}");
    assert!(std::fs::read_to_string(&out).unwrap().contains("class=\"zone\""));
    assert_eq!(profile(&spot(from), "0,0,0").status.code(), Some(2), "nothing is known there");
    assert_eq!(profile(&spot(from), "38.7,-9.1").status.code(), Some(2), "no height");
    let nowhere = poc_verify(&["--terrain", "nowhere", &without]);
    assert_eq!(nowhere.status.code(), Some(2));
    assert!(String::from_utf8(nowhere.stderr).unwrap().contains("nowhere"));
}
