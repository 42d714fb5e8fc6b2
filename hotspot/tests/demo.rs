//! `hotspot demo` as people and programs meet it: the binary itself.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::{
    fs,
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    process::{Child, Command, Output, Stdio},
    time::{Duration, Instant},
};

fn demo(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_hotspot"));
    command.arg("demo").args(arguments);
    command
}

fn run(arguments: &[&str]) -> Output {
    demo(arguments).output().unwrap()
}

fn refused(output: &Output) -> String {
    assert_eq!(output.status.code(), Some(2), "{output:?}");
    assert!(output.stdout.is_empty(), "{output:?}");
    String::from_utf8(output.stderr.clone()).unwrap()
}

/// A network small enough for a test.
const SMALL: [&str; 4] = ["--hotspots", "9", "--seed", "21"];

fn small<'a>(more: &[&'a str]) -> Vec<&'a str> {
    SMALL.iter().chain(more).copied().collect()
}

#[test]
fn json_is_exactly_the_summary_line_and_the_same_every_time() {
    let arguments =
        small(&["--headless", "--epochs", "2", "--json", "--villains", "rssi-editor,blind-forger"]);
    let (first, second) = (run(&arguments), run(&arguments));
    assert!(first.status.success(), "{first:?}");
    assert_eq!(first.stdout, second.stdout);
    let text = String::from_utf8(first.stdout).unwrap();
    assert_eq!(text.lines().count(), 1, "{text}");
    // The order of the keys is part of the promise.
    let keys = [
        "\"seed\":21",
        "\"epochs\":2",
        "\"hotspots\":11",
        "\"beacons\":",
        "\"edges\":{\"accepted\":",
        "\"rejected\":{",
        "\"unproven\":",
        "\"honest_edges_rejected\":0",
        "\"honest_hotspots_rejected\":0",
        "\"villains\":[{\"name\":\"blind-forger\",\"caught\":true,\"by\":\"freshness\",\"paid\":\"0\"}",
        "{\"name\":\"rssi-editor\",\"caught\":true,\"by\":\"noise_floor\",\"paid\":\"0\"}]",
        "\"ear_issued\":\"",
        "\"ear_paid\":\"",
        "\"supply_exact\":true",
        "\"ledger_hash\":\"",
    ];
    let mut from = 0;
    for key in keys {
        let at = text[from..].find(key).unwrap_or_else(|| panic!("{key} after {from} in {text}"));
        from += at + key.len();
    }
    let parsed: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(parsed.as_object().unwrap().len(), 12);
}

#[test]
fn what_cannot_be_is_refused_by_name() {
    let unknown = refused(&run(&["--villains", "moriarty"]));
    assert!(unknown.contains("moriarty") && unknown.contains("naive-spoofer"), "{unknown}");
    let few = refused(&run(&["--headless", "--hotspots", "2"]));
    assert!(few.contains('2') && few.contains('8'), "{few}");
    let nowhere = refused(&run(&small(&["--headless", "--data", "/dev/null/ledger"])));
    assert!(nowhere.contains("/dev/null/ledger"), "{nowhere}");
}

#[test]
fn a_taken_port_is_named_at_once() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let began = Instant::now();
    let said = refused(&run(&["--port", &port]));
    assert!(said.contains(&port) && said.contains("--port"), "{said}");
    assert!(began.elapsed() < Duration::from_secs(5), "it should not build a city first");
}

#[test]
fn a_kept_ledger_is_continued_and_a_foreign_or_broken_one_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("ledger");
    let path = data.to_str().unwrap();
    let arguments = small(&["--headless", "--villains", "none", "--json", "--data", path]);
    let first = run(&arguments);
    assert!(first.status.success(), "{first:?}");
    let second = run(&arguments);
    assert!(second.status.success(), "{second:?}");
    assert_ne!(first.stdout, second.stdout, "the second run is the ledger's second epoch");
    let other = refused(&run(&[
        "--headless",
        "--hotspots",
        "9",
        "--seed",
        "22",
        "--villains",
        "none",
        "--data",
        path,
    ]));
    assert!(other.contains(path) && other.contains("seed"), "{other}");
    let database = data.join("ledger.sqlite3");
    let kept = fs::read(&database).unwrap();
    let mut broken = kept.clone();
    broken[4096..4096 + 64].fill(0xA5);
    fs::write(&database, &broken).unwrap();
    let said = refused(&run(&arguments));
    assert!(said.contains(path), "{said}");
    assert_eq!(fs::read(&database).unwrap(), broken, "what is broken is left for somebody to look at");
}

/// A demo with its map, ended when dropped.
struct Running {
    child: Child,
    stdout: BufReader<std::process::ChildStdout>,
}

impl Running {
    fn start(arguments: &[&str]) -> (Self, String) {
        let mut child = demo(arguments).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        stdout.read_line(&mut line).unwrap();
        let address = line.trim().strip_prefix("The map: http://").unwrap().trim_end_matches('/').to_owned();
        (Self { child, stdout }, address)
    }

    fn interrupt(&self) {
        let killed = Command::new("kill").args(["-INT", &self.child.id().to_string()]).status().unwrap();
        assert!(killed.success());
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn get(address: &str, path: &str) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    write!(stream, "GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    String::from_utf8_lossy(&answer).into_owned()
}

#[test]
fn the_map_is_there_from_the_start_fills_and_ctrl_c_ends_cleanly() {
    let (mut running, address) = Running::start(&small(&["--port", "0", "--epochs", "1"]));
    let summary = get(&address, "/api/v1/summary");
    assert!(summary.starts_with("HTTP/1.1 200"), "{summary}");
    assert!(summary.contains("\"total\":14") && summary.contains("\"simulated\":true"), "{summary}");
    assert!(get(&address, "/").contains("<html"), "the page itself");
    let deadline = Instant::now() + Duration::from_secs(90);
    while !get(&address, "/api/v1/summary").contains("\"closed\":true") {
        assert!(Instant::now() < deadline, "no epoch closed");
        std::thread::sleep(Duration::from_millis(300));
    }
    running.interrupt();
    let mut rest = String::new();
    running.stdout.read_to_string(&mut rest).unwrap();
    assert!(running.child.wait().unwrap().success());
    assert!(rest.contains("supply adds up exactly"), "{rest}");
}

#[test]
fn ctrl_c_in_the_middle_of_an_epoch_ends_cleanly_too() {
    let (mut running, _) = Running::start(&small(&["--port", "0"]));
    running.interrupt();
    let began = Instant::now();
    assert!(running.child.wait().unwrap().success());
    assert!(began.elapsed() < Duration::from_secs(30));
}

#[test]
fn a_recording_of_the_air_decodes_with_the_other_door() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().to_str().unwrap();
    let recorded = run(&small(&["--villains", "none", "--record", "rossio", "--out", out]));
    // The seed's city may not have a hotspot there; then the names are listed.
    let name = if recorded.status.success() {
        "rossio".to_owned()
    } else {
        let said = refused(&recorded);
        said.split("there are: ").nth(1).unwrap().split(',').next().unwrap().trim().to_owned()
    };
    let recorded = run(&small(&["--villains", "none", "--record", &name, "--out", out]));
    assert!(recorded.status.success(), "{recorded:?}");
    let written = String::from_utf8(recorded.stdout).unwrap();
    let files: Vec<&str> = written.lines().collect();
    assert!(!files.is_empty());
    let decoded = Command::new(env!("CARGO_BIN_EXE_hotspot"))
        .args(["decode", "--json", "--sf", "7", "--bandwidth-hz", "250000"])
        .args(&files)
        .output()
        .unwrap();
    assert!(decoded.status.success(), "{decoded:?}");
    let text = String::from_utf8(decoded.stdout).unwrap();
    let beacons = text.lines().filter(|line| {
        let frame: serde_json::Value = serde_json::from_str(line).unwrap();
        frame["crc"] == "ok" && frame["payload_hex"].as_str().unwrap().len() == 40
    });
    assert!(beacons.count() >= 4, "{text}");
}
