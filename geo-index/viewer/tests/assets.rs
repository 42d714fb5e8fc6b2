//! What is embedded, and that our own page code asks nobody but its own server.

use std::fmt::Write as _;

fn text(name: &str) -> &'static str {
    std::str::from_utf8(viewer::asset(name).expect("an asset").bytes).expect("text")
}

#[test]
fn assets_are_found_by_name() {
    for name in viewer::names() {
        let asset = viewer::asset(name).expect("a listed asset is there");
        assert!(
            !asset.bytes.is_empty() && asset.etag.starts_with('"') && asset.etag.ends_with('"'),
            "{name}"
        );
    }
    for name in ["", "nothing.js", "../Cargo.toml", "index.html/", "vendor/"] {
        assert!(viewer::asset(name).is_none(), "{name}");
    }
    assert!(viewer::asset("index.html").is_some() && viewer::asset("plain.css").is_some());
}

#[test]
fn the_map_comes_whole_or_not_at_all() {
    let vendor = viewer::names().filter(|name| name.starts_with("vendor/")).count();
    assert_eq!(viewer::MAP_AVAILABLE, viewer::world_atlas().is_some());
    assert_eq!(vendor > 0, viewer::MAP_AVAILABLE);
    let forced_off =
        std::env::var_os("EARSHOT_NO_NPM").is_some_and(|value| !value.is_empty() && value != "0");
    assert!(!(forced_off && viewer::MAP_AVAILABLE));
}

/// Every line of our own page files, with where it stands.
fn own_lines() -> impl Iterator<Item = (&'static str, usize, &'static str)> {
    viewer::names()
        .filter(|name| !name.starts_with("vendor/"))
        .flat_map(|name| text(name).lines().enumerate().map(move |(at, line)| (name, at + 1, line)))
}

fn none(faults: impl Iterator<Item = (&'static str, usize, &'static str)>) {
    let mut list = String::new();
    for (name, number, line) in faults {
        writeln!(list, "{name}:{number}: {line}").expect("a string takes everything");
    }
    assert!(list.is_empty(), "{list}");
}

#[test]
fn the_page_names_no_other_host() {
    let outside = |line: &str| {
        ["http://", "https://", "\"//", "'//", "ws://", "wss://"].iter().any(|word| line.contains(word))
    };
    none(own_lines().filter(|(_, _, line)| outside(&line.replace("http://www.w3.org/2000/svg", ""))));
}

/// The content security policy would block them; better to never write them.
#[test]
fn no_inline_scripts_or_styles() {
    let inline = |line: &str| {
        (line.contains("<script") && !line.contains(" src="))
            || [" style=", "<style", " onclick=", " onload=", "javascript:"]
                .iter()
                .any(|word| line.contains(word))
    };
    none(own_lines().filter(|(_, _, line)| inline(line)));
}

#[test]
fn imports_are_embedded() {
    let missing = |line: &str| {
        let Some((_, import)) = line.split_once(" from './") else { return false };
        let import = import.trim_end_matches([';', '\'']);
        let vendored = import.starts_with("vendor/") && !viewer::MAP_AVAILABLE;
        viewer::asset(import).is_none() && !vendored
    };
    none(own_lines().filter(|(_, _, line)| missing(line)));
}
