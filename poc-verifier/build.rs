//! Compiles the published schema; no protoc is needed.

/// Messages that open bundles tell in JSON, with the fields' own names.
const TOLD: [&str; 5] = ["Commitment", "ClosedSet", "Opening", "Report", "Hop"];
/// Those that are read from it, too.
const READ: [&str; 3] = ["Party", "Rules", "Path"];
/// Their fields of bytes: hexadecimal there.
const BYTES: [&str; 11] = [
    "Commitment.beacon",
    "Commitment.digest",
    "ClosedSet.root",
    "Opening.link",
    "Report.beacon",
    "Hop.payload",
    "Party.key",
    "Party.owner",
    "Party.chain_link",
    "Rules.terrain",
    "Path.neighbours",
];

fn main() -> Result<(), Box<dyn std::error::Error>> {
    println!("cargo::rerun-if-changed=proto/proof.proto");
    let descriptors = protox::compile(["proto/proof.proto"], ["proto"])?;
    let mut config = prost_build::Config::new();
    for message in TOLD {
        config.type_attribute(format!(".earshot.proof.{message}"), "#[derive(serde::Serialize)]");
    }
    for message in READ {
        config.type_attribute(
            format!(".earshot.proof.{message}"),
            "#[derive(serde::Deserialize, serde::Serialize)] #[serde(deny_unknown_fields)]",
        );
    }
    for field in BYTES {
        let with = if field == "Path.neighbours" { "hexes" } else { "hex" };
        let attribute = format!("#[serde(with = \"crate::bundle::json::{with}\")]");
        config.field_attribute(format!(".earshot.proof.{field}"), attribute);
    }
    config.compile_fds(descriptors)?;
    Ok(())
}
