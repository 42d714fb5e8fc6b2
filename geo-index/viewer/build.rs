//! Embeds the page: our own files always, and what npm has when the machine has npm.
//!
//! `npm ci --omit=dev --ignore-scripts` runs in `OUT_DIR`, never in the source tree, and only when the lockfile changed.
//! Whatever goes wrong with it (no npm, no network, a bad checksum, two minutes without an answer), the build goes on
//! without the map and says so once. `EARSHOT_NO_NPM=1` asks for that. Cargo does not notice when npm appears later:
//! `touch build.rs` makes it look again.

use std::{
    collections::BTreeMap,
    env,
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    thread,
    time::{Duration, Instant},
};

/// Name under which a library's file is served, and where npm puts it.
const VENDOR: [(&str, &str); 5] = [
    ("vendor/maplibre-gl.mjs", "maplibre-gl/dist/maplibre-gl.mjs"),
    ("vendor/maplibre-gl-worker.mjs", "maplibre-gl/dist/maplibre-gl-worker.mjs"),
    ("vendor/maplibre-gl.css", "maplibre-gl/dist/maplibre-gl.css"),
    ("vendor/inter-latin.woff2", "@fontsource-variable/inter/files/inter-latin-wght-normal.woff2"),
    ("vendor/inter-latin-ext.woff2", "@fontsource-variable/inter/files/inter-latin-ext-wght-normal.woff2"),
];
/// Licenses that go with the libraries.
const LICENSES: [(&str, &str); 3] = [
    ("MapLibre GL JS", "maplibre-gl/LICENSE.txt"),
    ("Inter", "@fontsource-variable/inter/LICENSE"),
    ("world-atlas (data: Natural Earth, public domain)", "world-atlas/LICENSE"),
];
const WORLD_ATLAS: &str = "world-atlas/countries-10m.json";
const NPM_DEADLINE: Duration = Duration::from_mins(2);

fn main() {
    let source = PathBuf::from(env::var("CARGO_MANIFEST_DIR").expect("cargo sets it"));
    let out = PathBuf::from(env::var("OUT_DIR").expect("cargo sets it"));
    for watched in ["build.rs", "page", "package.json", "package-lock.json"] {
        println!("cargo::rerun-if-changed={watched}");
    }
    println!("cargo::rerun-if-env-changed=EARSHOT_NO_NPM");

    let modules = node_modules(&source, &out).inspect_err(|reason| {
        println!("cargo::warning=no map in this build: {reason}; the plain page is served instead (touch geo-index/viewer/build.rs to try again)");
    });
    let mut assets = page_files(&source.join("page"));
    let mut atlas = None;
    if let Ok(modules) = &modules {
        assets.extend(VENDOR.map(|(name, file)| (name.to_owned(), modules.join(file))));
        assets.insert("vendor/LICENSES.txt".to_owned(), licenses(modules, &out));
        atlas = Some(modules.join(WORLD_ATLAS));
    }
    fs::write(out.join("assets.rs"), table(&assets, atlas.as_deref())).expect("OUT_DIR is writable");
}

/// The folder with the libraries, or why there is none.
fn node_modules(source: &Path, out: &Path) -> Result<PathBuf, String> {
    if env::var_os("EARSHOT_NO_NPM").is_some_and(|value| !value.is_empty() && value != "0") {
        return Err("EARSHOT_NO_NPM is set".to_owned());
    }
    let lock =
        fs::read(source.join("package-lock.json")).map_err(|error| format!("package-lock.json: {error}"))?;
    let folder = out.join(format!("npm-{}", &blake3::hash(&lock).to_hex()[..16]));
    let modules = folder.join("node_modules");
    let finished = folder.join("finished");
    if !finished.exists() {
        fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
        for file in ["package.json", "package-lock.json"] {
            fs::copy(source.join(file), folder.join(file)).map_err(|error| format!("{file}: {error}"))?;
        }
        npm_ci(&folder)?;
        check(&modules)?;
        fs::write(&finished, "").map_err(|error| format!("{}: {error}", finished.display()))?;
    }
    check(&modules)?;
    Ok(modules)
}

/// Everything that will be embedded is there.
fn check(modules: &Path) -> Result<(), String> {
    let files = VENDOR.iter().chain(&LICENSES).map(|(_, file)| *file).chain([WORLD_ATLAS]);
    match files.map(|file| modules.join(file)).find(|path| !path.is_file()) {
        Some(path) => Err(format!("npm left no {}", path.display())),
        None => Ok(()),
    }
}

fn npm_ci(folder: &Path) -> Result<(), String> {
    let log = folder.join("npm.log");
    let output = fs::File::create(&log).map_err(|error| format!("{}: {error}", log.display()))?;
    let errors = output.try_clone().map_err(|error| format!("{}: {error}", log.display()))?;
    let mut npm = Command::new("npm")
        .args(["ci", "--omit=dev", "--ignore-scripts", "--no-audit", "--no-fund", "--fetch-retries=1"])
        .current_dir(folder)
        .stdin(Stdio::null())
        .stdout(output)
        .stderr(errors)
        .spawn()
        .map_err(|error| format!("npm cannot be started ({error})"))?;
    let started = Instant::now();
    loop {
        match npm.try_wait() {
            Ok(Some(status)) if status.success() => return Ok(()),
            Ok(Some(status)) => return Err(format!("npm ci ended with {status}, see {}", log.display())),
            Ok(None) if started.elapsed() < NPM_DEADLINE => thread::sleep(Duration::from_millis(50)),
            Ok(None) => {
                let ended = npm.kill().and_then(|()| npm.wait());
                return Err(format!("npm ci did not finish in {NPM_DEADLINE:?} ({ended:?})"));
            }
            Err(error) => return Err(format!("npm cannot be waited for ({error})")),
        }
    }
}

/// Our own files, by the name under which they are served.
fn page_files(page: &Path) -> BTreeMap<String, PathBuf> {
    let mut files = BTreeMap::new();
    let entries = fs::read_dir(page).expect("the page folder is part of the source");
    for path in entries.map(|entry| entry.expect("a readable entry").path()) {
        let name =
            path.file_name().and_then(|name| name.to_str()).expect("our file names are ASCII").to_owned();
        if path.is_file() && mime(&name).is_some() {
            files.insert(name, path);
        }
    }
    files
}

fn licenses(modules: &Path, out: &Path) -> PathBuf {
    let mut text = String::new();
    for (name, file) in LICENSES {
        let license = fs::read_to_string(modules.join(file)).expect("checked to be there");
        write!(text, "{name}\n\n{license}\n\n\n").expect("a string takes everything");
    }
    let path = out.join("LICENSES.txt");
    fs::write(&path, text).expect("OUT_DIR is writable");
    path
}

fn mime(name: &str) -> Option<&'static str> {
    Some(match name.rsplit_once('.')?.1 {
        "html" => "text/html; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "svg" => "image/svg+xml",
        "txt" => "text/plain; charset=utf-8",
        "woff2" => "font/woff2",
        _ => return None,
    })
}

/// Rust source with every asset, sorted by name.
fn table(assets: &BTreeMap<String, PathBuf>, atlas: Option<&Path>) -> String {
    let mut source = format!("static ASSETS: [(&str, Asset); {}] = [\n", assets.len());
    for (name, path) in assets {
        let bytes = fs::read(path).expect("checked to be there");
        let etag = format!("\"{}\"", &blake3::hash(&bytes).to_hex()[..16]);
        let mime = mime(name).expect("only known kinds are embedded");
        writeln!(
            source,
            "    ({name:?}, Asset {{ bytes: include_bytes!({:?}), mime: {mime:?}, etag: {etag:?} }}),",
            literal(path)
        )
        .expect("a string takes everything");
    }
    let atlas = atlas.map_or("None".to_owned(), |path| format!("Some(include_bytes!({:?}))", literal(path)));
    write!(source, "];\nstatic WORLD_ATLAS: Option<&[u8]> = {atlas};\n").expect("a string takes everything");
    source
}

/// A path as it can stand in Rust source between quotes.
fn literal(path: &Path) -> &str {
    path.to_str().expect("cargo itself only builds in folders with names in UTF-8")
}
