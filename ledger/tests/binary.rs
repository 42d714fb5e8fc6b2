//! The `ledger` binary as a person uses it.

#![allow(clippy::unwrap_used, reason = "a test's helpers fail as loudly as its tests")]

mod local;

use std::{
    path::Path,
    process::{Command, Output},
};

use ledger_machine::PublicKey;
use local::{open, windows, world};
use serde_json::Value;

fn ledger(dir: &Path, words: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_ledger")).args(words).arg("--data").arg(dir).output().unwrap()
}

fn text(output: &Output) -> String {
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn json(dir: &Path, words: &[&str]) -> Value {
    serde_json::from_str(&text(&ledger(dir, &[words, &["--json"]].concat()))).unwrap()
}

fn refused(output: &Output) -> String {
    assert_eq!(output.status.code(), Some(2));
    assert!(output.stdout.is_empty());
    let message = String::from_utf8(output.stderr.clone()).unwrap();
    assert_eq!(message.lines().count(), 1, "{message}");
    message
}

fn number(value: &Value) -> u128 {
    value.as_str().unwrap().parse().unwrap()
}

fn history() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    windows(&open(folder.path()), 0, 9);
    folder
}

fn key(number: usize) -> String {
    PublicKey::of(&world::hotspot(number)).to_string()
}

#[test]
fn statements_of_everybody_add_up_to_what_was_paid() {
    let folder = history();
    let verified = json(folder.path(), &["verify"]);
    assert_eq!(verified["exact"], true);
    assert_eq!(verified["replayed"], 9);
    let everybody = (0..6).map(key).chain([local::key().public().to_string()]);
    let mut sum = 0;
    for name in everybody {
        let statement = json(folder.path(), &["statement", &name]);
        let epochs = statement["epochs"].as_array().unwrap();
        for epoch in epochs {
            let lines: u128 =
                epoch["lines"].as_array().unwrap().iter().map(|line| number(&line["amount"])).sum();
            assert_eq!(lines, number(&epoch["total"]));
        }
        sum += number(&statement["total"]);
    }
    assert_eq!(sum, number(&verified["paid"]));
}

#[test]
fn an_epoch_is_unfolded_to_its_edges() {
    let folder = history();
    let beaconer = json(folder.path(), &["statement", &key(1), "--epoch", "1"]);
    let epoch = &beaconer["epochs"][0];
    let coverage = epoch["lines"].as_array().unwrap().iter().find(|line| line["work"] == "coverage").unwrap();
    assert_eq!((&coverage["rank"], &coverage["sites"]), (&1.into(), &1.into()));
    let edges = coverage["edges"].as_array().unwrap();
    assert!(
        edges.iter().all(|edge| edge["beaconer"] == key(1).as_str() && edge["margin_cdb"].as_i64() > Some(0))
    );
    let failed = epoch["failed"].as_array().unwrap();
    assert_eq!(failed.len(), 4);
    assert_eq!(
        (&failed[0]["check"], &failed[0]["measured_milli"]),
        (&"link_budget".into(), &(-31_500).into())
    );

    let table = text(&ledger(folder.path(), &["statement", &key(2)[..10], "--epoch", "1"]));
    assert!(table.contains("witness") && table.contains("5.00 dB above the limit"), "{table}");
}

#[test]
fn tables_are_for_people() {
    let folder = history();
    let table = text(&ledger(folder.path(), &["statement", &key(1), "--epoch", "0"]));
    println!("{table}");
    for word in [
        "coverage",
        "rank 1 of 1",
        "edges that earned nothing",
        "measured -31.500 dBm, allowed -80.500 dBm",
        "move it or turn it down",
    ] {
        assert!(table.contains(word), "{word} is not in\n{table}");
    }
    let overview = text(&ledger(folder.path(), &["statement", &key(1)]));
    println!("{overview}");
    let verified = text(&ledger(folder.path(), &["verify"]));
    println!("{verified}");
    assert!(verified.contains("exact: yes"));
    assert_eq!(text(&ledger(folder.path(), &["blocks"])).lines().count(), 9);
}

#[test]
fn a_ledger_that_is_kept_by_another_can_be_read() {
    let folder = tempfile::tempdir().unwrap();
    let engine = open(folder.path());
    windows(&engine, 0, 5);
    assert_eq!(json(folder.path(), &["verify"])["height"], 5);
    windows(&engine, 5, 6);
    assert_eq!(json(folder.path(), &["verify"])["height"], 6);
}

#[test]
fn bad_input_is_one_line_and_exit_code_2() {
    let folder = history();
    let refusal = |words: &[&str]| refused(&ledger(folder.path(), words));
    assert!(refusal(&["statement", "02"]).contains("6 to 66 hexadecimal digits"));
    assert!(refusal(&["statement", "nobody"]).contains("hexadecimal"));
    assert!(refusal(&["statement", "02ffffff"]).contains("no hotspot's key begins with"));
    let nowhere = refused(&ledger(Path::new("/nowhere/at/all"), &["verify"]));
    assert!(nowhere.contains("/nowhere/at/all/ledger.sqlite3: there is no ledger here"), "{nowhere}");
    std::fs::write(folder.path().join("ledger.sqlite3"), b"notes").unwrap();
    assert!(refusal(&["blocks"]).contains("not a ledger's database"));
    let usage = Command::new(env!("CARGO_BIN_EXE_ledger")).arg("statement").output().unwrap();
    assert_eq!(usage.status.code(), Some(2));
}

#[test]
fn key_files_are_private() {
    use std::os::unix::fs::PermissionsExt;

    use ledger::keys::SecretSeed;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("keys/validator.key");
    let key = SecretSeed::read_or_create(&path).unwrap();
    assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(SecretSeed::read(&path).unwrap().public(), key.public());
    assert!(key.write_new(&path).is_err(), "an existing key is never overwritten");
    assert!(!format!("{key:?}").contains(std::fs::read_to_string(&path).unwrap().trim()));
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
    assert!(SecretSeed::read(&path).unwrap_err().to_string().contains("chmod 600"));
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
    std::fs::write(&path, "00".repeat(32)).unwrap();
    assert!(SecretSeed::read(&path).unwrap_err().to_string().contains("not a secret key"));
}

#[test]
fn hotspots_are_listed_with_what_they_earned() {
    let folder = history();
    let listed = text(&ledger(folder.path(), &["hotspots", "--json"]));
    let rows: Vec<Value> = listed.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert!(rows.len() > 2);
    let earner = rows.iter().find(|row| number(&row["earned"]) > 0).unwrap();
    let key = earner["hotspot"].as_str().unwrap();
    let statement = json(folder.path(), &["statement", key]);
    assert_eq!(statement["total"], earner["earned"]);
    let table = text(&ledger(folder.path(), &["hotspots"]));
    assert_eq!(table.lines().count(), rows.len());
}
