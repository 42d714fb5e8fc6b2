//! The house plan as a test: arrows between rooms point down, and heavy furniture stays on the floors that carry it.

use std::{collections::BTreeMap, fs, path::Path};

use cargo_metadata::{Metadata, MetadataCommand, Package};

/// Crates that do I/O or keep time; only floor 3 and above may use them.
const HEAVY: &[&str] = &["tokio", "rusqlite", "libp2p", "axum", "soapysdr"];
const HEAVY_FLOOR: i64 = 3;
/// The soapy-ether driver stands on floor 1 and is the one room that links SoapySDR from below.
const SOAPY_DRIVER: &str = "soapy-ether";

fn house() -> Metadata {
    MetadataCommand::new().no_deps().exec().expect("cargo metadata of this workspace")
}

fn floor(package: &Package) -> i64 {
    package.metadata["earshot"]["floor"]
        .as_i64()
        .unwrap_or_else(|| panic!("{} does not say package.metadata.earshot.floor", package.name))
}

#[test]
fn arrows_point_down() {
    let house = house();
    let floors: BTreeMap<String, i64> =
        house.packages.iter().map(|package| (package.name.to_string(), floor(package))).collect();
    let upward: Vec<String> = house
        .packages
        .iter()
        .flat_map(|package| package.dependencies.iter().map(move |dependency| (package, dependency)))
        .filter_map(|(package, dependency)| {
            let (from, to) = (floor(package), *floors.get(&dependency.name)?);
            (to >= from)
                .then(|| format!("{} (floor {from}) -> {} (floor {to})", package.name, dependency.name))
        })
        .collect();
    assert!(upward.is_empty(), "arrows that do not point down:\n{}", upward.join("\n"));
}

#[test]
fn heavy_crates_stay_upstairs() {
    let house = house();
    let misplaced: Vec<String> = house
        .packages
        .iter()
        .filter(|package| floor(package) < HEAVY_FLOOR && *package.name != SOAPY_DRIVER)
        .flat_map(|package| package.dependencies.iter().map(move |dependency| (package, dependency)))
        .filter(|(_, dependency)| HEAVY.contains(&dependency.name.as_str()))
        .map(|(package, dependency)| format!("{} -> {}", package.name, dependency.name))
        .collect();
    assert!(misplaced.is_empty(), "below floor {HEAVY_FLOOR}:\n{}", misplaced.join("\n"));
}

/// Floats do not replicate (FFTs differ bit-wise between CPUs), so the machine has none, not even in its tests.
#[test]
fn the_machine_has_no_floats() {
    let machine = Path::new(env!("CARGO_MANIFEST_DIR")).join("../ledger/machine");
    let mut seen = 0;
    visit(&machine, &mut |path, text| {
        seen += 1;
        for (number, line) in text.lines().enumerate() {
            let code = line.split("//").next().unwrap_or_default();
            let words = code.split(|c: char| !c.is_alphanumeric() && c != '_');
            let found = words.into_iter().find(|word| matches!(*word, "f32" | "f64" | "float" | "double"));
            assert!(found.is_none(), "{}:{}: {line}", path.display(), number + 1);
        }
    });
    assert!(seen > 0, "no source under {}", machine.display());
}

fn visit(folder: &Path, look: &mut dyn FnMut(&Path, &str)) {
    for entry in fs::read_dir(folder).expect("a readable folder").map(|entry| entry.expect("an entry").path())
    {
        if entry.is_dir() {
            visit(&entry, look);
        } else if entry.extension().is_some_and(|kind| kind == "rs" || kind == "proto") {
            look(&entry, &fs::read_to_string(&entry).expect("readable source"));
        }
    }
}
