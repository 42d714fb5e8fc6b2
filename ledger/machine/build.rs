//! Compiles the published schema with `protox`, so that nobody needs `protoc` installed.

fn main() -> Result<(), Box<dyn std::error::Error>> {
    println!("cargo::rerun-if-changed=proto/ledger.proto");
    let schema = protox::compile(["proto/ledger.proto"], ["proto"])?;
    prost_build::Config::new().compile_fds(schema)?;
    Ok(())
}
