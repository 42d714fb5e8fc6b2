//! The map server: every answer against its published schema, every refusal as a problem document.

#[path = "../examples/generated/mod.rs"]
mod generated;

use std::{
    io::{Read, Write},
    net::{Shutdown, TcpStream},
    sync::Arc,
    time::{Duration, Instant},
};

use axum::{
    Router,
    body::{Body, Bytes},
    http::{Request, Response, StatusCode, header},
};
use generated::Generated;
use ledger::{
    api::{self, AllowedHosts, ApiConfig},
    view::{LiveEvent, View},
};
use serde_json::{Value, json};
use tower::ServiceExt;

const EPOCHS: u64 = 3;

struct Server {
    view: Arc<View>,
    network: Generated,
    router: Router,
}

fn server() -> Server {
    let (network, view) = (Generated::new(7, 24), Arc::new(View::new(Generated::config())));
    for epoch in 0..EPOCHS {
        view.publish_epoch(network.epoch(epoch)).expect("generated epochs follow each other");
    }
    let router = api::router(Arc::clone(&view), ApiConfig::default()).router;
    Server { view, network, router }
}

impl Server {
    async fn ask(&self, request: Request<Body>) -> (Response<()>, Bytes) {
        let (parts, body) = self.router.clone().oneshot(request).await.expect("infallible").into_parts();
        let body = axum::body::to_bytes(body, 1 << 26).await.expect("a whole body");
        (Response::from_parts(parts, ()), body)
    }

    async fn get(&self, path: &str) -> (Response<()>, Bytes) {
        let request = Request::get(path).header("host", "localhost:1").body(Body::empty());
        self.ask(request.expect("a request")).await
    }

    async fn json(&self, path: &str) -> Value {
        let (head, body) = self.get(path).await;
        assert_eq!(head.status(), StatusCode::OK, "{path}: {}", String::from_utf8_lossy(&body));
        serde_json::from_slice(&body).expect("json")
    }

    async fn query(&self, body: impl Into<Body>) -> (Response<()>, Bytes) {
        let request = Request::post("/api/v1/coverage/query")
            .header("host", "localhost")
            .header("content-type", "application/json");
        self.ask(request.body(body.into()).expect("a request")).await
    }

    async fn document(&self) -> Value {
        self.json("/api/v1/openapi.json").await
    }
}

fn content_type(head: &Response<()>) -> String {
    head.headers().get(header::CONTENT_TYPE).map_or("", |value| value.to_str().expect("ascii")).to_owned()
}

/// Holds a value against a schema of the document, references included.
fn validate(document: &Value, schema: &Value, value: &Value, what: &str) {
    let mut schema = schema.clone();
    schema["components"] = document["components"].clone();
    let validator = jsonschema::validator_for(&schema).expect("a schema");
    let faults: Vec<_> =
        validator.iter_errors(value).map(|fault| format!("{}: {fault}", fault.instance_path())).collect();
    assert!(faults.is_empty(), "{what}: {faults:#?}");
}

fn problem(head: &Response<()>, body: &Bytes, status: StatusCode) -> String {
    assert_eq!(head.status(), status, "{}", String::from_utf8_lossy(body));
    assert_eq!(content_type(head), "application/problem+json");
    let problem: Value = serde_json::from_slice(body).expect("json");
    assert_eq!(problem["status"], status.as_u16());
    assert_eq!(problem["type"], "about:blank");
    problem["detail"].as_str().expect("a sentence").to_owned()
}

/// Addresses that exercise every documented GET that answers JSON.
fn examples(server: &Server) -> Vec<(&'static str, String)> {
    let epoch = server.view.newest().expect("published");
    let hotspot = epoch.hotspots()[0].row.key.to_string();
    let villain = epoch.hotspots().last().expect("villains").row.key.to_string();
    let cell = epoch.rows()[0].cell;
    let parent = cell.parent(geo_index::Resolution::Six).expect("coarser");
    vec![
        ("/api/v1/summary", "/api/v1/summary".into()),
        ("/api/v1/summary", "/api/v1/summary?epoch=1".into()),
        ("/api/v1/epochs", "/api/v1/epochs".into()),
        ("/api/v1/hotspots", "/api/v1/hotspots?limit=500".into()),
        ("/api/v1/hotspots", "/api/v1/hotspots?search=star%C3%A9&only=verified&offset=0&limit=1".into()),
        ("/api/v1/hotspots", "/api/v1/hotspots?only=excluded".into()),
        ("/api/v1/hotspots/{key}", format!("/api/v1/hotspots/{hotspot}")),
        ("/api/v1/hotspots/{key}", format!("/api/v1/hotspots/{}", &villain[..12])),
        ("/api/v1/rewards/{hotspot}", format!("/api/v1/rewards/{hotspot}?epoch=2")),
        ("/api/v1/cells", "/api/v1/cells?limit=500".into()),
        ("/api/v1/cells", "/api/v1/cells?resolution=5".into()),
        ("/api/v1/cells/{cell}", format!("/api/v1/cells/{cell}")),
        ("/api/v1/cells/{cell}", format!("/api/v1/cells/{parent}")),
        ("/api/v1/edges", "/api/v1/edges?limit=500".into()),
        ("/api/v1/edges", format!("/api/v1/edges?beaconer={hotspot}&outcome=accepted")),
        ("/api/v1/edges", "/api/v1/edges?outcome=rejected&check=freshness&epoch=1".into()),
        ("/api/v1/feed", "/api/v1/feed?limit=5".into()),
        ("/tiles/{layer}", "/tiles/coverage.json".into()),
        ("/tiles/{layer}", "/tiles/grid.json".into()),
    ]
}

/// Documented addresses whose answer is not JSON; each has a test of its own.
const NOT_JSON: [&str; 11] = [
    "/",
    "/coverage",
    "/plain",
    "/healthz",
    "/assets/{file}",
    "/assets/vendor/{file}",
    "/api/v1/events",
    "/api/v1/coverage.csv",
    "/api/v1/coverage.geojson",
    "/api/v1/coverage/query",
    "/tiles/{layer}/{version}/{z}/{x}/{y}",
];

#[tokio::test]
async fn every_route_is_documented_and_answers_as_documented() {
    let server = server();
    let document = server.document().await;
    let examples = examples(&server);
    for (path, address) in &examples {
        let schema =
            &document["paths"][path]["get"]["responses"]["200"]["content"]["application/json"]["schema"];
        assert!(schema.is_object(), "{path} is not documented");
        let value = server.json(address).await;
        validate(&document, schema, &value, address);
    }
    for path in document["paths"].as_object().expect("paths").keys() {
        let exercised =
            examples.iter().any(|(example, _)| example == path) || NOT_JSON.contains(&path.as_str());
        assert!(exercised, "{path} is documented and never tried");
    }
}

#[tokio::test]
async fn the_document_is_openapi_3_1() {
    let document = server().document().await;
    assert!(document["openapi"].as_str().expect("a version").starts_with("3.1"));
    for (path, item) in document["paths"].as_object().expect("paths") {
        for (method, operation) in item.as_object().expect("operations") {
            assert!(
                operation["summary"].is_string() && operation["operationId"].is_string(),
                "{method} {path}"
            );
            for (status, response) in operation["responses"].as_object().expect("responses") {
                assert!(
                    response["description"].as_str().is_some_and(|text| !text.is_empty()),
                    "{method} {path} {status}"
                );
            }
        }
    }
}

#[tokio::test]
async fn money_is_strings_and_adds_up() {
    let server = server();
    let summary = server.json("/api/v1/summary").await;
    let hotspots = server.json("/api/v1/hotspots?limit=500").await;
    let sum: u128 = hotspots["items"]
        .as_array()
        .expect("items")
        .iter()
        .map(|hotspot| hotspot["reward"].as_str().expect("a string").parse::<u128>().expect("digits"))
        .sum();
    let epoch = server.view.newest().expect("published");
    let to_validators: u128 = epoch
        .rewards()
        .iter()
        .filter(|line| line.work.as_str() == "validator")
        .map(|line| u128::from(line.amount.units()))
        .sum();
    assert_eq!(
        summary["ear"]["paid"].as_str().expect("a string").parse::<u128>().expect("digits"),
        sum + to_validators
    );
}

#[tokio::test]
async fn a_card_unfolds_rewards_to_their_edges() {
    let server = server();
    let epoch = server.view.newest().expect("published");
    let paid = epoch.hotspots().iter().find(|hotspot| !hotspot.rewards.is_empty()).expect("somebody is paid");
    let card = server.json(&format!("/api/v1/hotspots/{}", paid.row.key)).await;
    let lines = card["rewards"].as_array().expect("lines");
    assert_eq!(lines.len(), paid.rewards.len());
    for line in lines {
        for edge in line["edges"].as_array().expect("edges") {
            let found = epoch.edges().iter().any(|known| {
                edge["window"] == known.window
                    && edge["beaconer"] == known.beaconer
                    && edge["witness"] == known.witness
            });
            assert!(found, "{edge}");
        }
    }
}

#[tokio::test]
async fn a_liars_card_says_why() {
    let server = server();
    let list = server.json("/api/v1/hotspots?search=spoofer").await;
    let key = list["items"][0]["key"].as_str().expect("a key").to_owned();
    let card = server.json(&format!("/api/v1/hotspots/{key}")).await;
    assert_eq!((card["standing"].as_str(), card["verified"].as_bool()), (Some("disproven"), Some(false)));
    assert!(card["place"]["offset_m"].as_f64().expect("metres") > 10_000.0);
    assert!(card["advice"][0].as_str().expect("a sentence").contains("15 km"));
    let out = card["edges_out"].as_array().expect("edges");
    let edges = out.iter().chain(card["edges_in"].as_array().expect("edges"));
    for edge in edges.filter(|edge| edge["outcome"] == "rejected") {
        let finding = edge["findings"]
            .as_array()
            .expect("findings")
            .iter()
            .find(|finding| finding["check"] == edge["check"]);
        assert!(
            finding.is_some_and(|finding| finding["measured"].is_number() && finding["unit"].is_string()),
            "{edge}"
        );
    }
}

/// Every honest hotspot of the generated network has rejected edges to liars; none is told that it did wrong.
#[tokio::test]
async fn an_honest_hotspot_is_not_blamed_for_its_liars() {
    let server = server();
    let epoch = server.view.newest().expect("published");
    let mut touched = 0;
    for hotspot in
        server.network.hotspots().iter().filter(|hotspot| hotspot.key != server.network.hotspots()[0].key)
    {
        let card = server.json(&format!("/api/v1/hotspots/{}", hotspot.key)).await;
        let honest = epoch.hotspot(&hotspot.key.to_string()).expect("listed").standing
            == geo_index::tile::Standing::Proven;
        let rejected = card["beaconed"]["rejected"].as_u64().expect("a count")
            + card["witnessed"]["rejected"].as_u64().expect("a count");
        touched += u64::from(honest && rejected > 0);
        assert_eq!(
            card["advice"].as_array().expect("a list").is_empty(),
            honest,
            "{}: {}",
            hotspot.name,
            card["advice"]
        );
    }
    assert!(touched > 10, "{touched}");
}

#[tokio::test]
async fn refusals_are_problem_documents() {
    let server = server();
    for (path, status, says) in [
        ("/nothing", StatusCode::NOT_FOUND, "there is nothing at /nothing"),
        ("/api/v1/hotspots?limit=0", StatusCode::BAD_REQUEST, "limit is 0, allowed are 1 to 500"),
        ("/api/v1/hotspots?limit=x", StatusCode::BAD_REQUEST, "invalid digit"),
        ("/api/v1/hotspots?only=good", StatusCode::BAD_REQUEST, "only is `verified` or `excluded`"),
        (
            "/api/v1/hotspots/02",
            StatusCode::BAD_REQUEST,
            "a hotspot is named by 6 to 66 hex digits of its key",
        ),
        ("/api/v1/hotspots/ffffffffff", StatusCode::NOT_FOUND, "no hotspot ffffffffff in epoch 2"),
        ("/api/v1/cells/zz", StatusCode::BAD_REQUEST, "\"zz\" is not a hexadecimal h3 index"),
        (
            "/api/v1/cells/8811922b51fffff",
            StatusCode::NOT_FOUND,
            "nothing is proven in cell 8811922b51fffff as of epoch 2",
        ),
        ("/api/v1/cells?resolution=3", StatusCode::BAD_REQUEST, "resolution is 4 to 8 in this epoch"),
        ("/api/v1/cells?resolution=200", StatusCode::BAD_REQUEST, "resolution is 4 to 8 in this epoch"),
        ("/api/v1/summary?epoch=77", StatusCode::NOT_FOUND, "epoch 77 is not kept; kept are epochs 0 to 2"),
        ("/api/v1/summary?epoch=-1", StatusCode::BAD_REQUEST, "invalid digit"),
        (
            "/api/v1/edges?outcome=fine",
            StatusCode::BAD_REQUEST,
            "outcome is `accepted`, `rejected` or `unproven`",
        ),
        ("/api/v1/feed?limit=513", StatusCode::BAD_REQUEST, "limit is 513, allowed are 1 to 512"),
        ("/tiles/roads.json", StatusCode::NOT_FOUND, "no tile source \"roads.json\""),
        ("/tiles/coverage/2.0/3/9/0.mvt", StatusCode::NOT_FOUND, "there is no tile 3/9/0"),
        (
            "/tiles/coverage/2.0/3/1/0.png",
            StatusCode::BAD_REQUEST,
            "a tile's address ends with its row and `.mvt`",
        ),
        ("/tiles/coverage/x/3/1/0.mvt", StatusCode::BAD_REQUEST, "a tile's version is an epoch"),
        ("/tiles/coverage/9/3/1/0.mvt", StatusCode::NOT_FOUND, "epoch 9 is not kept"),
        ("/tiles/coverage/2.0/300/1/0.mvt", StatusCode::BAD_REQUEST, "Cannot parse value"),
        ("/assets/nothing.js", StatusCode::NOT_FOUND, "no file \"nothing.js\""),
        ("/assets/..%2f..%2fCargo.toml", StatusCode::NOT_FOUND, "no file"),
        ("/plain?epoch=9", StatusCode::NOT_FOUND, "epoch 9 is not kept"),
    ] {
        let (head, body) = server.get(path).await;
        let detail = problem(&head, &body, status);
        assert!(detail.contains(says), "{path}: {detail}");
    }
    let post =
        Request::post("/api/v1/summary").header("host", "localhost").body(Body::empty()).expect("a request");
    let (head, body) = server.ask(post).await;
    assert!(problem(&head, &body, StatusCode::METHOD_NOT_ALLOWED).contains("does not answer to POST"));
}

#[tokio::test]
async fn before_anything_is_published() {
    let router = api::router(Arc::new(View::new(Generated::config())), ApiConfig::default()).router;
    let server = Server { router, ..server() };
    for path in ["/api/v1/summary", "/api/v1/hotspots", "/api/v1/coverage.csv", "/tiles/coverage.json"] {
        let (head, body) = server.get(path).await;
        assert!(
            problem(&head, &body, StatusCode::SERVICE_UNAVAILABLE).contains("nothing is published yet"),
            "{path}"
        );
    }
    for path in ["/", "/plain", "/healthz", "/api/v1/epochs", "/api/v1/feed"] {
        assert_eq!(server.get(path).await.0.status(), StatusCode::OK, "{path}");
    }
}

#[tokio::test]
async fn only_its_own_names_are_answered() {
    let (local, server) = (server(), server());
    let public = api::router(
        Arc::clone(&server.view),
        ApiConfig { hosts: AllowedHosts::Also(vec!["map.example".into()]) },
    );
    let public = Server { router: public.router, ..server };
    for (asked, host, status) in [
        (&local, "localhost:8080", StatusCode::OK),
        (&local, "127.0.0.1", StatusCode::OK),
        (&local, "[::1]:9", StatusCode::OK),
        (&local, "LOCALHOST", StatusCode::OK),
        (&local, "map.example", StatusCode::MISDIRECTED_REQUEST),
        (&local, "localhost.evil.example", StatusCode::MISDIRECTED_REQUEST),
        (&local, "127.0.0.1.evil.example:80", StatusCode::MISDIRECTED_REQUEST),
        (&local, "", StatusCode::BAD_REQUEST),
        (&public, "map.example:443", StatusCode::OK),
        (&public, "other.example", StatusCode::MISDIRECTED_REQUEST),
    ] {
        let request = Request::get("/healthz").header("host", host).body(Body::empty()).expect("a request");
        assert_eq!(asked.ask(request).await.0.status(), status, "{host:?}");
    }
    let nameless = Request::get("/healthz").body(Body::empty()).expect("a request");
    assert_eq!(local.ask(nameless).await.0.status(), StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn every_answer_has_the_security_headers() {
    let server = server();
    for path in ["/", "/plain", "/api/v1/summary", "/nothing", "/assets/plain.css"] {
        let (head, _) = server.get(path).await;
        let policy = head.headers()[header::CONTENT_SECURITY_POLICY].to_str().expect("ascii");
        assert!(policy.starts_with("default-src 'self';") && !policy.contains("unsafe"), "{path}: {policy}");
        assert_eq!(head.headers()[header::X_CONTENT_TYPE_OPTIONS], "nosniff", "{path}");
        assert!(!head.headers().contains_key(header::ACCESS_CONTROL_ALLOW_ORIGIN), "{path}");
    }
}

#[tokio::test]
async fn tiles_are_kept_for_ever_under_their_version() {
    let server = server();
    let place = server.network.hotspots()[0].place;
    let point = geo_index::mercator::project(place.lat_deg(), place.lng_deg());
    let at = |z| geo_index::mercator::TileId::around(z, point).expect("on the map");
    for layer in ["coverage", "hotspots", "links"] {
        for (version, cache) in [
            ("2.0", "public, max-age=31536000, immutable"),
            ("2", "no-cache"),
            ("2.7", "no-cache"),
            ("1.0", "public, max-age=31536000, immutable"),
        ] {
            let tile = at(12);
            let (head, body) =
                server.get(&format!("/tiles/{layer}/{version}/12/{}/{}.mvt", tile.x(), tile.y())).await;
            assert_eq!(
                (head.status(), content_type(&head).as_str()),
                (StatusCode::OK, "application/vnd.mapbox-vector-tile")
            );
            assert_eq!(head.headers()[header::CACHE_CONTROL], cache, "{layer} {version}");
            assert!(!body.is_empty());
        }
        let (head, body) = server.get(&format!("/tiles/{layer}/2.0/12/0/0.mvt")).await;
        assert_eq!((head.status(), body.len()), (StatusCode::NO_CONTENT, 0));
    }
    let summary = server.json("/api/v1/summary").await;
    assert_eq!(summary["tiles"]["coverage"], "/tiles/coverage/2.0/{z}/{x}/{y}.mvt");
    let document = server.json("/tiles/coverage.json").await;
    assert_eq!(document["tiles"][0], "http://localhost:1/tiles/coverage/2.0/{z}/{x}/{y}.mvt");
}

/// The real atlas: Antarctica reaches the map's lower edge, Russia does not paint a band, the pole of the sea is empty.
#[tokio::test]
async fn the_basemap_is_whole() {
    if !viewer::MAP_AVAILABLE {
        return;
    }
    let server = server();
    let template =
        server.json("/api/v1/summary").await["tiles"]["basemap"].as_str().expect("a template").to_owned();
    let ask = |z: u8, lat: f64, lng: f64| {
        let tile = geo_index::mercator::TileId::around(z, geo_index::mercator::project(lat, lng))
            .expect("on the map");
        template
            .replace("{z}", &z.to_string())
            .replace("{x}", &tile.x().to_string())
            .replace("{y}", &tile.y().to_string())
    };
    // Small tiles wholly on land are one rectangle; at sea they are nothing.
    for (name, lat, lng, land) in [
        ("Siberia", 62.0, 100.0, true),
        ("Sahara", 23.0, 10.0, true),
        ("South Pole", -85.0, 0.0, true),
        ("Chukotka, beyond the antimeridian", 67.5, -175.5, true),
        ("North Atlantic", 45.0, -35.0, false),
        ("Norwegian Sea, where naive maps paint a block", 68.0, 0.0, false),
        ("Caspian Sea, a hole in Eurasia", 38.5, 51.5, false),
        ("mid Pacific", 0.0, -179.9, false),
    ] {
        let (head, _) = server.get(&ask(8, lat, lng)).await;
        assert_eq!(head.status() == StatusCode::OK, land, "{name}");
    }
    let started = Instant::now();
    for z in 0..=8 {
        assert_eq!(server.get(&ask(z, 50.0, 14.0)).await.0.status(), StatusCode::OK);
    }
    assert!(started.elapsed() < Duration::from_secs(5), "{:?}", started.elapsed());
}

#[tokio::test]
async fn files_of_the_page_are_asked_for_once() {
    let server = server();
    if viewer::MAP_AVAILABLE {
        let (head, body) = server.get("/assets/vendor/maplibre-gl.mjs").await;
        assert_eq!(
            (head.status(), content_type(&head).as_str()),
            (StatusCode::OK, "text/javascript; charset=utf-8")
        );
        assert!(body.len() > 500_000);
    }
    let (head, body) = server.get("/assets/plain.css").await;
    assert_eq!((head.status(), content_type(&head).as_str()), (StatusCode::OK, "text/css; charset=utf-8"));
    assert!(!body.is_empty());
    let etag = head.headers()[header::ETAG].clone();
    let again = Request::get("/assets/plain.css").header("host", "localhost").header("if-none-match", etag);
    let (head, body) = server.ask(again.body(Body::empty()).expect("a request")).await;
    assert_eq!((head.status(), body.len()), (StatusCode::NOT_MODIFIED, 0));
}

#[tokio::test]
async fn downloads_have_every_cell() {
    let server = server();
    let rows = server.view.newest().expect("published").rows().len();
    let (head, body) = server.get("/api/v1/coverage.csv").await;
    assert_eq!(content_type(&head), "text/csv; charset=utf-8");
    let text = String::from_utf8(body.to_vec()).expect("utf-8");
    let lines: Vec<_> = text.split("\r\n").filter(|line| !line.is_empty()).collect();
    assert_eq!(lines.len(), rows + 1);
    assert!(lines.iter().all(|line| line.split(',').count() == 12), "{lines:#?}");
    let (head, body) = server.get("/api/v1/coverage.geojson?epoch=1").await;
    assert_eq!(content_type(&head), "application/geo+json");
    let value: Value = serde_json::from_slice(&body).expect("json");
    let features = value["features"].as_array().expect("features");
    assert_eq!(features.len(), server.view.at(1).expect("kept").rows().len());
    assert!(features.iter().all(|feature| {
        feature["geometry"]["coordinates"][0].as_array().is_some_and(|ring| ring.first() == ring.last())
    }));
}

fn around_prague(side: f64) -> Value {
    let (w, s, e, n) = (14.42 - side, 50.08 - side, 14.42 + side, 50.08 + side);
    json!({"type": "Polygon", "coordinates": [[[w, s], [e, s], [e, n], [w, n], [w, s]]]})
}

#[tokio::test]
async fn a_coverage_query_counts_what_is_there() {
    let server = server();
    let document = server.document().await;
    let (head, body) =
        server.query(json!({"polygon": around_prague(0.05), "threshold_dbm": -118}).to_string()).await;
    assert_eq!(head.status(), StatusCode::OK, "{body:?}");
    let answer: Value = serde_json::from_slice(&body).expect("json");
    let operation = &document["paths"]["/api/v1/coverage/query"]["post"];
    validate(
        &document,
        &operation["responses"]["200"]["content"]["application/json"]["schema"],
        &answer,
        "query",
    );
    let cells = answer["cells"].as_array().expect("cells");
    let covered = cells.iter().filter(|cell| cell["covered"] == true).count();
    assert_eq!(
        (answer["cells_total"].as_u64(), answer["cells_covered"].as_u64()),
        (Some(cells.len() as u64), Some(covered as u64))
    );
    assert!(covered > 0 && covered < cells.len(), "{covered} of {}", cells.len());
    assert!(
        (answer["share"].as_f64().expect("a number") - covered as f64 / cells.len() as f64).abs() < 1e-12
    );
    let epoch = server.view.newest().expect("published");
    for cell in cells {
        let known = epoch.pyramid().get(cell["cell"].as_str().expect("a cell").parse().expect("a cell"));
        let strong =
            known.and_then(|known| known.signal).is_some_and(|signal| signal.median_rssi_dbm >= -118.0);
        assert_eq!(cell["covered"], strong, "{cell}");
        assert_eq!(cell["because"] == "unproven", known.is_none(), "{cell}");
    }
}

#[tokio::test]
async fn stricter_conditions_never_cover_more() {
    let server = server();
    let mut before = u64::MAX;
    for (threshold, hotspots, age) in
        [(-200.0, 1, 99), (-120.0, 1, 99), (-120.0, 2, 99), (-110.0, 2, 99), (-110.0, 3, 0), (50.0, 3, 0)]
    {
        let query = json!({"polygon": around_prague(0.06), "threshold_dbm": threshold, "min_hotspots": hotspots, "max_age_epochs": age});
        let (_, body) = server.query(query.to_string()).await;
        let covered = serde_json::from_slice::<Value>(&body).expect("json")["cells_covered"]
            .as_u64()
            .expect("a number");
        assert!(covered <= before, "{threshold} {hotspots} {age}: {covered} after {before}");
        before = covered;
    }
    assert_eq!(before, 0);
}

#[tokio::test]
async fn coverage_queries_are_refused_with_reasons() {
    let server = server();
    let polygon = around_prague(0.05);
    for (query, status, says) in [
        (json!({"threshold_dbm": -100}), StatusCode::BAD_REQUEST, "missing field `polygon`"),
        (
            json!({"polygon": polygon, "threshold_dbm": 1e9}),
            StatusCode::BAD_REQUEST,
            "allowed are -200 to 50",
        ),
        (
            json!({"polygon": polygon, "threshold_dbm": -100, "thresold": 1}),
            StatusCode::BAD_REQUEST,
            "unknown field `thresold`",
        ),
        (
            json!({"polygon": {"type": "Point", "coordinates": [0, 0]}, "threshold_dbm": -100}),
            StatusCode::BAD_REQUEST,
            "not a geojson polygon",
        ),
        (
            json!({"polygon": polygon, "threshold_dbm": -100, "epoch": 9}),
            StatusCode::NOT_FOUND,
            "epoch 9 is not kept",
        ),
        (
            json!({"polygon": around_prague(3.0), "threshold_dbm": -100}),
            StatusCode::PAYLOAD_TOO_LARGE,
            "cells",
        ),
        (
            json!({"polygon": around_prague(0.8), "threshold_dbm": -100}),
            StatusCode::PAYLOAD_TOO_LARGE,
            "at most 20000 are answered",
        ),
    ] {
        let (head, body) = server.query(query.to_string()).await;
        let detail = problem(&head, &body, status);
        assert!(detail.contains(says), "{query}: {detail}");
    }
    let (head, body) = server.query("x".repeat(1 << 21)).await;
    assert!(problem(&head, &body, StatusCode::PAYLOAD_TOO_LARGE).contains("longer than"));
    let form = Request::post("/api/v1/coverage/query")
        .header("host", "localhost")
        .header("content-type", "text/plain");
    let (head, body) = server.ask(form.body(Body::from("{}")).expect("a request")).await;
    problem(&head, &body, StatusCode::UNSUPPORTED_MEDIA_TYPE);
}

/// Fuzz body of the query: any bytes get an answer or a refusal, never a mistake of ours.
async fn hostile_query(server: &Server, bytes: Vec<u8>) {
    let (head, body) = server.query(bytes).await;
    let fine =
        [StatusCode::OK, StatusCode::BAD_REQUEST, StatusCode::NOT_FOUND, StatusCode::PAYLOAD_TOO_LARGE];
    assert!(fine.contains(&head.status()), "{} {}", head.status(), String::from_utf8_lossy(&body));
}

#[tokio::test]
async fn hostile_queries_are_answered() {
    let server = server();
    let seed =
        json!({"polygon": around_prague(0.02), "threshold_dbm": -105.5, "min_hotspots": 2, "epoch": 1})
            .to_string()
            .into_bytes();
    for end in 0..seed.len() {
        hostile_query(&server, seed[..end].to_vec()).await;
    }
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    for _ in 0..2_000 {
        let mut bytes = seed.clone();
        for _ in 0..3 {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            let at = (state >> 8) as usize % bytes.len();
            match state % 4 {
                0 => bytes[at] = (state >> 40) as u8,
                1 => drop(bytes.drain(at..(at + 7).min(bytes.len()))),
                2 => drop(bytes.splice(at..at, *b"[[-1e9,")),
                _ => drop(bytes.splice(at..at, *b"99")),
            }
            if bytes.is_empty() {
                bytes.push(b'{');
            }
        }
        hostile_query(&server, bytes).await;
    }
}

#[tokio::test]
async fn the_plain_page_needs_no_script_and_trusts_no_name() {
    let (network, view) = (Generated::new(7, 24), Arc::new(View::new(Generated::config())));
    let mut snapshot = network.epoch(0);
    snapshot.hotspots[0].name = "<script>alert('1')</script>\"&".to_owned();
    view.publish_epoch(snapshot).expect("fine");
    view.event(LiveEvent::Note { time_ms: 0, text: "<img src=x onerror=alert(1)>".to_owned() });
    let router = api::router(Arc::clone(&view), ApiConfig::default()).router;
    let server = Server { view, network, router };
    let (head, body) = server.get("/plain").await;
    assert_eq!(content_type(&head), "text/html; charset=utf-8");
    let page = String::from_utf8(body.to_vec()).expect("utf-8");
    assert!(
        !page.contains("<script")
            && !page.contains("<img")
            && page.contains("&lt;script&gt;alert(&#39;1&#39;)")
    );
    for heading in ["Rejected edges", "Hotspots", "Covered cells", "Rewards", "What happened lately"] {
        assert!(page.contains(&format!("<h2>{heading}</h2>")), "{heading}");
    }
    assert!(
        page.contains("<svg") && page.contains("class=\"rejected\"") && page.contains("class=\"disproven\"")
    );
    assert!(page.contains("The air of this network is simulated."));
}

/// Over a real socket: what is missed comes first, then what happens; closing ends the stream at once.
#[test]
fn the_live_feed_replays_and_ends_with_the_server() {
    let server = server();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .expect("a runtime");
    let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).expect("a free port");
    let address = listener.local_addr().expect("an address");
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let service = api::router(Arc::clone(&server.view), ApiConfig::default());
    let serving = runtime.spawn(api::serve(listener, service, async { drop(stopped.await) }));

    let mut stream = TcpStream::connect(address).expect("listening");
    stream.set_read_timeout(Some(Duration::from_secs(10))).expect("a timeout");
    write!(stream, "GET /api/v1/events HTTP/1.1\r\nHost: {address}\r\nLast-Event-ID: 2\r\n\r\n")
        .expect("sent");
    let mut text = String::new();
    let mut read_until = |wanted: &str| {
        let mut bytes = [0; 4096];
        while !text.contains(wanted) {
            let count = stream.read(&mut bytes).expect("something to read");
            assert!(count > 0, "ended before {wanted:?}: {text}");
            text.push_str(&String::from_utf8_lossy(&bytes[..count]));
        }
    };
    read_until("id: 3\n");
    server.view.event(LiveEvent::Note { time_ms: 5, text: "heard live".to_owned() });
    read_until("heard live");
    let asked = Instant::now();
    stop.send(()).expect("still serving");
    runtime.block_on(serving).expect("no panic");
    assert!(asked.elapsed() < Duration::from_secs(2), "{:?}", asked.elapsed());
    assert!(
        text.contains("content-type: text/event-stream")
            && text.contains("event: note\n")
            && !text.contains("id: 2\n"),
        "{text}"
    );
    assert!(TcpStream::connect(address).is_err(), "the port is free again");
}

#[test]
fn listeners_are_bounded_and_their_places_come_back() {
    let server = server();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .expect("a runtime");
    let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).expect("a free port");
    let address = listener.local_addr().expect("an address");
    let service = api::router(Arc::clone(&server.view), ApiConfig::default());
    runtime.spawn(api::serve(listener, service, std::future::pending()));
    let listen = || {
        let mut stream = TcpStream::connect(address).expect("listening");
        write!(stream, "GET /api/v1/events HTTP/1.1\r\nHost: localhost\r\n\r\n").expect("sent");
        let mut head = [0; 12];
        stream.read_exact(&mut head).expect("an answer");
        (stream, String::from_utf8_lossy(&head).into_owned())
    };
    let streams: Vec<_> = (0..64).map(|_| listen()).collect();
    assert!(streams.iter().all(|(_, head)| head.ends_with("200")));
    assert!(listen().1.ends_with("503"));
    for (stream, _) in streams {
        stream.shutdown(Shutdown::Both).expect("closed");
    }
    let patience = Instant::now() + Duration::from_secs(10);
    while !listen().1.ends_with("200") {
        assert!(Instant::now() < patience, "the places did not come back");
        std::thread::sleep(Duration::from_millis(20));
    }
}
