//! `vectors/protocol.json`: same inputs, same bytes, in any language. Written from these numbers once; a difference is a change of the protocol.
//!
//! When the protocol is meant to change: `EARSHOT_WRITE_VECTORS=1 cargo test -p poc-verifier --test test_vectors`, and look at the difference.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod words;

use identity::{Hash, MerklePath, OneWayChain, PublicKey, merkle_root};
use num_complex::Complex32;
use poc_verifier::{
    Audit, BeaconPlan, Bundle, Message, Outcome, Protocol, Randomness, Region, Sealed,
    answer::{AnswerPlan, is_asked},
    messages::{ClosedSet, Commitment, Hop, Opening, Report, Reveal, ShortId, Showing},
    plan::is_drawn,
};
use secp256k1::SecretKey;
use serde_json::{Value, json};
use witness::Capture;
use words::Conduct;

const WINDOW: u64 = 30;

fn secret(byte: u8) -> SecretKey {
    SecretKey::from_secret_bytes([byte; 32]).unwrap()
}

fn hex(bytes: &[u8]) -> Value {
    Value::String(hex::encode(bytes))
}

fn vectors() -> Value {
    let protocol = Protocol { audit_one_in: 2, answer_one_in: 2, ..Protocol::new(Region::EU868, 12) };
    let (key, witness) = (PublicKey::of(&secret(1)), PublicKey::of(&secret(2)));
    let randomness = Randomness { period: Hash::new([0x11; 32]), window: Hash::new([0x22; 32]) };
    let fresh = Hash::new([0x33; 32]);
    let mut chain = OneWayChain::new([0x44; 32], 64);
    let (head, link) = (chain.head(), chain.link(7).unwrap());
    let plan = BeaconPlan::derive(&protocol, &key, &link, &randomness.window);
    let drawn: Vec<u64> = (24..36).filter(|window| is_drawn(&protocol, *window, &randomness, &key)).collect();
    json!({
        "inputs": {
            "region": protocol.region.name, "period_windows": 12, "audit_one_in": 2, "answer_one_in": 2, "window": WINDOW,
            "beaconer_secret": hex(&[1; 32]), "witness_secret": hex(&[2; 32]),
            "period_randomness": hex(randomness.period.bytes()), "window_randomness": hex(randomness.window.bytes()),
            "fresh_randomness": hex(fresh.bytes()), "chain_secret": hex(&[0x44; 32]), "chain_links": 64, "chain_index": 7,
        },
        "keys": { "beaconer": key.to_string(), "witness": witness.to_string(), "beaconer_short_id": hex(&ShortId::of(&key).0) },
        "chain": { "head": hex(head.bytes()), "link": hex(link.bytes()) },
        "draw": { "drawn_in_windows": drawn },
        "beacon": plan.hops.iter().map(|hop| json!({
            "channel_hz": hop.channel_hz, "start_ns": hop.start_ns, "frequency_dither_hz": hop.frequency_dither_hz,
            "power_dither_db": hop.power_dither_db, "payload": hex(&hop.payload),
        })).collect::<Vec<_>>(),
        "answer": answer(&protocol, &witness, &key, &link, &randomness, &plan),
        "audit": audit(&protocol, &key, &fresh),
        "messages": messages(&link, &plan, &key),
        "merkle": { "leaves": ["61", "62", "63"], "root": hex(merkle_root(&["a", "b", "c"]).bytes()), "empty": hex(merkle_root::<&[u8]>(&[]).bytes()) },
    })
}

fn answer(
    protocol: &Protocol,
    witness: &PublicKey,
    beaconer: &PublicKey,
    link: &Hash,
    randomness: &Randomness,
    plan: &BeaconPlan,
) -> Value {
    let heard = (5, &plan.hops[5].payload[..]);
    let answer = AnswerPlan::derive(protocol, witness, link, &randomness.window, heard);
    json!({
        "asked": is_asked(protocol, &randomness.window, ShortId::of(beaconer), witness),
        "hop_heard": 5, "channels_hz": answer.channels_hz, "payloads": answer.payloads.map(|payload| hex(&payload)),
    })
}

fn audit(protocol: &Protocol, beaconer: &PublicKey, fresh: &Hash) -> Value {
    let beacon = ShortId::of(beaconer);
    let heard = |hops: &[u8]| {
        let payload = |hop: &u8| [&beacon.0[..], &[*hop]].concat();
        Report {
            window: 0,
            beacon,
            hops: hops.iter().map(|hop| Hop { payload: payload(hop), ..hop_of(1) }).collect(),
        }
    };
    let windows = (0..8_u64).map(|window| {
        let audit = Audit::draw(protocol, window, beaconer, fresh);
        audit.map_or(Value::Null, |audit| {
            json!({
                "frame_of_all_eight": audit.frame_of(&heard(&[0, 1, 2, 3, 4, 5, 6, 7])),
                "frame_of_hops_2_and_5": audit.frame_of(&heard(&[2, 5])),
                "segment_of_8": audit.segment_of(8),
            })
        })
    });
    Value::Array(windows.collect())
}

fn hop_of(number: i32) -> Hop {
    Hop {
        payload: vec![number as u8; 20],
        channel_hz: 865_200_000,
        rssi_cdbm: -10_150 - number,
        noise_floor_cdbm: -11_500,
        snr_cdb: 1350 - number,
        cfo_mhz: -1_234_567,
        cfo_sigma_mhz: 700,
        sfo_ppb: -1426,
        sfo_sigma_ppb: 900,
        arrival_ns: 1_790_000_000_123_456_789,
        arrival_ps: 250,
        arrival_sigma_ps: 30_000,
        phase_mdeg: 123_456,
    }
}

fn messages(link: &Hash, plan: &BeaconPlan, beaconer: &PublicKey) -> Value {
    let (witness, beacon) = (secret(2), ShortId::of(beaconer));
    let hops = plan
        .hops
        .iter()
        .zip(0..)
        .map(|(hop, number)| Hop { payload: hop.payload.to_vec(), ..hop_of(number) });
    let report = Report { window: WINDOW, beacon, hops: hops.collect() }.encode();
    let reveal = Reveal { report: report.clone(), salt: [0x55; 32], samples_root: Hash::new([0x66; 32]) };
    let digest = reveal.digest(&PublicKey::of(&witness));
    let commitment = Commitment { window: WINDOW, beacon, digest };
    let opening = Opening { window: WINDOW, link: *link };
    let commitment = Sealed::seal(&commitment, &witness).encode();
    let closed_set = ClosedSet { window: WINDOW, commitments: 1, root: merkle_root(&[&commitment]) };
    json!({
        "report": hex(&report), "salt": hex(&[0x55; 32]), "samples_root": hex(&[0x66; 32]),
        "commitment_digest": hex(digest.bytes()),
        "sealed_commitment": hex(&commitment),
        "sealed_closed_set": hex(&Sealed::seal(&closed_set, &secret(3)).encode()),
        "sealed_showing": hex(&Sealed::seal(&showing(beacon), &witness).encode()),
        "sealed_reveal": hex(&Sealed::seal(&reveal, &witness).encode()),
        "sealed_opening": hex(&Sealed::seal(&opening, &secret(1)).encode()),
    })
}

/// Samples that are exact in any float: a square wave in quarters.
fn showing(beacon: ShortId) -> Showing {
    let wave: Vec<Complex32> =
        (0..32).map(|k| Complex32::new((k % 4) as f32 / 4.0, (k / 4 % 4) as f32 / -4.0)).collect();
    let capture = Capture::of((0, &wave), (5000, &wave)).unwrap();
    Showing {
        window: WINDOW,
        beacon,
        capture: capture.root(),
        path: MerklePath::of(&[capture.root().bytes(), &[0x77; 32]], 0).unwrap(),
        samples_per_chip: 2,
        first_sample_e6: -1_234_567,
        guard: capture.exhibit(0).unwrap(),
        segment: capture.exhibit(1).unwrap(),
    }
}

#[test]
fn the_published_vectors_are_what_this_code_does() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/vectors/protocol.json");
    let text = serde_json::to_string_pretty(&vectors()).unwrap() + "\n";
    if std::env::var_os("EARSHOT_WRITE_VECTORS").is_some() {
        std::fs::create_dir_all(concat!(env!("CARGO_MANIFEST_DIR"), "/vectors")).unwrap();
        std::fs::write(path, &text).unwrap();
    }
    let published: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    assert_eq!(published, serde_json::from_str::<Value>(&text).unwrap());
}

/// What becomes of each edge of a bundle.
fn verdicts(bundle: &Bundle) -> Value {
    let round = bundle.round().unwrap();
    let parties = bundle.witnesses.iter().map(|said| said.party).chain([bundle.beaconer]);
    let parties = parties.map(|party| (party.key, party)).collect();
    let judged = words::judged(&bundle.protocol, &parties, &round).rounds.remove(0);
    let edges = judged.edges.iter().map(|edge| {
        let said = round.testimonies.iter().find(|said| said.witness == edge.witness).unwrap();
        let check = edge.decided_by.map(|at| edge.findings[at].check.as_str());
        json!({
            "witness": edge.witness.to_string(), "standing": format!("{:?}", said.standing),
            "verdict": format!("{:?}", edge.outcome).to_lowercase(),
            "check": check.filter(|_| edge.outcome != Outcome::Accepted),
        })
    });
    Value::Array(edges.collect())
}

/// A whole round, in which every conduct of a witness occurs. The published bytes are read and judged, not made again: those of a
/// wave's delay are floats, which differ between machines in the last place.
#[test]
fn the_published_bundle_is_judged_as_stated() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/vectors/bundle.json");
    if std::env::var_os("EARSHOT_WRITE_VECTORS").is_some() {
        let conducts = [
            Conduct::Honest,
            Conduct::Honest,
            Conduct::Honest,
            Conduct::Honest,
            Conduct::Withholds,
            Conduct::Equivocates,
            Conduct::ShowsAnother,
            Conduct::CommitsToNothing,
            Conduct::Guesses,
            Conduct::Deaf,
        ];
        let bundle = words::play(11, &conducts).bundle;
        let bytes = bundle.encode();
        let address = Bundle::address(&bytes).to_string();
        let vector = json!({ "bundle": hex(&bytes), "address": address, "edges": verdicts(&bundle) });
        std::fs::write(path, serde_json::to_string_pretty(&vector).unwrap() + "\n").unwrap();
    }
    let published: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let bytes = hex::decode(published["bundle"].as_str().unwrap()).unwrap();
    let bundle = Bundle::decode(&bytes).unwrap();
    assert!(bundle.encode() == bytes, "not the canonical bytes");
    assert_eq!(published["address"], Bundle::address(&bytes).to_string());
    assert_eq!(published["edges"], verdicts(&bundle));
    let count = |verdict: &str| {
        let edges = published["edges"].as_array().unwrap();
        edges.iter().filter(|edge| edge["verdict"] == verdict).count()
    };
    assert_eq!((count("accepted"), count("rejected"), count("unproven")), (4, 5, 1));
}
