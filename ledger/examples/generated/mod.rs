//! GENERATED data, for working on the page and for testing the view and its API. Nothing of it was ever on any air, and
//! nothing of it reaches the product: it lives beside the crate, in its examples.
//!
//! A small network around Prague: where hotspots stand and what they would hear follows a log-distance path loss; rewards
//! are paid by the ledger's own `settle`. The same epoch of the same seed is the same bytes.

#![allow(dead_code, reason = "each user takes what it needs")]

use std::collections::BTreeMap;

use geo_index::{Cell, Place, Resolution, cell_of, geodesy};
use ledger::{
    evidence::{EdgeEvidence, Finding, Outcome},
    view::{EpochSnapshot, HotspotRow, LiveEvent, NamedPlace, PlaceVerdict, ViewConfig},
};
use ledger_machine::{
    Carries, Cell8, ClockClass, Credits, Ear, Epoch, EpochInput, PaidEdge, Parameters, Party, Price,
    Proposer, PublicKey, Supply, SupplySummary, Table, Window, settle,
};

/// Quarters of Prague, roughly where they are.
const QUARTERS: [(&str, f64, f64); 24] = [
    ("Staré Město", 50.0870, 14.4210),
    ("Malá Strana", 50.0880, 14.4040),
    ("Hradčany", 50.0920, 14.3920),
    ("Nové Město", 50.0780, 14.4240),
    ("Josefov", 50.0900, 14.4180),
    ("Vyšehrad", 50.0645, 14.4180),
    ("Holešovice", 50.1050, 14.4460),
    ("Letná", 50.0985, 14.4230),
    ("Karlín", 50.0930, 14.4540),
    ("Žižkov", 50.0840, 14.4560),
    ("Vinohrady", 50.0750, 14.4450),
    ("Vršovice", 50.0680, 14.4590),
    ("Nusle", 50.0610, 14.4370),
    ("Smíchov", 50.0700, 14.4010),
    ("Břevnov", 50.0850, 14.3570),
    ("Dejvice", 50.1030, 14.3900),
    ("Bubeneč", 50.1060, 14.4080),
    ("Troja", 50.1170, 14.4290),
    ("Libeň", 50.1060, 14.4750),
    ("Vysočany", 50.1110, 14.5040),
    ("Strašnice", 50.0730, 14.4930),
    ("Michle", 50.0490, 14.4610),
    ("Braník", 50.0350, 14.4140),
    ("Košíře", 50.0690, 14.3620),
];

/// A liar of the generated network: its name, where it says that it stands, and what gives it away.
struct Villain {
    name: &'static str,
    asserted: (f64, f64),
    check: &'static str,
    measured: f64,
    allowed: f64,
    unit: &'static str,
    says: &'static str,
}

const VILLAINS: [Villain; 5] = [
    Villain {
        name: "blind forger",
        asserted: (50.0790, 14.4700),
        check: "freshness",
        measured: 16.0,
        allowed: 0.0,
        unit: "bytes",
        says: "The report names a payload that was never on the air. Check that the radio is connected and in tune.",
    },
    Villain {
        name: "naive spoofer",
        asserted: (50.0200, 14.6000),
        check: "place",
        measured: 14_870.0,
        allowed: 180.0,
        unit: "m",
        says: "Its beacon reached the anchors at times that fit a place 15 km away. Assert the place where the antenna stands.",
    },
    Villain {
        name: "replayer",
        asserted: (50.0580, 14.4010),
        check: "freshness",
        measured: 3.0,
        allowed: 0.0,
        unit: "rounds",
        says: "The payload belongs to an older round. Check the clock and the software's version.",
    },
    Villain {
        name: "RSSI editor",
        asserted: (50.1190, 14.4640),
        check: "noise_floor",
        measured: 35.2,
        allowed: 6.0,
        unit: "dB",
        says: "Power, noise floor and SNR do not belong together. Check the calibration of the receiver.",
    },
    Villain {
        name: "payload leaker",
        asserted: (50.0420, 14.4880),
        check: "frequency",
        measured: 412.0,
        allowed: 60.0,
        unit: "Hz",
        says: "The reported offsets do not follow the secret ones of the beacon. Measure, do not copy.",
    },
];

const EIRP_DBM: f64 = 16.0;
const ANTENNA_GAIN_DBI: f64 = 2.0;
/// Thermal noise in 125 kHz with a noise figure of 6 dB.
const NOISE_DBM: f64 = -117.0;
/// Least SNR at which SF 8 is decoded.
const DECODABLE_SNR_DB: f64 = -10.0;
const WINDOWS_PER_EPOCH: u64 = 12;
const HOPS: u8 = 8;
const START_MS: u64 = 1_795_300_000_000;
const EPOCH_MS: u64 = 60_000;

/// splitmix64 (Steele, Lea, Flood 2014) of everything that an answer depends on.
fn draw(parts: &[u64]) -> u64 {
    parts.iter().fold(0x9e37_79b9_7f4a_7c15, |state, part| {
        let mut z = state ^ part.wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    })
}

/// -1 to 1.
fn spread(parts: &[u64]) -> f64 {
    (draw(parts) % 20_001) as f64 / 10_000.0 - 1.0
}

/// The key of somebody, made from a number.
pub(crate) fn key(number: u64) -> PublicKey {
    let mut secret = [7; 32];
    secret[..8].copy_from_slice(&draw(&[number]).to_be_bytes());
    PublicKey::of(&secp256k1::SecretKey::from_secret_bytes(secret).expect("far below the order of the group"))
}

/// A generated network.
pub(crate) struct Generated {
    seed: u64,
    hotspots: Vec<HotspotRow>,
}

impl Generated {
    /// A network of so many honest hotspots (24 have names of their own) and all villains.
    pub(crate) fn new(seed: u64, honest: usize) -> Self {
        let honest = (0..honest).map(|number| {
            let (name, lat, lng) = QUARTERS[number % QUARTERS.len()];
            let ring = (number / QUARTERS.len()) as u64;
            let at = [seed, number as u64];
            let name = if ring == 0 { name.to_owned() } else { format!("{name} {}", ring + 1) };
            let far = 0.002 + 0.02 * ring as f64;
            let (lat, lng) = (lat + far * spread(&[at[0], at[1], 1]), lng + far * spread(&[at[0], at[1], 2]));
            row(number as u64, name, place(lat, lng), number < 4)
        });
        let villains = VILLAINS.iter().zip(1_000..).map(|(villain, number)| {
            row(number, villain.name.to_owned(), place(villain.asserted.0, villain.asserted.1), false)
        });
        Self { seed, hotspots: honest.chain(villains).collect() }
    }

    /// What does not change.
    pub(crate) fn config() -> ViewConfig {
        ViewConfig {
            network: "Earshot (generated data)".to_owned(),
            randomness: "trusted: one validator".to_owned(),
            simulated: true,
            places: QUARTERS
                .iter()
                .step_by(2)
                .map(|(name, lat, lng)| NamedPlace { name: (*name).to_owned(), place: place(*lat, *lng) })
                .collect(),
        }
    }

    /// The hotspots.
    pub(crate) fn hotspots(&self) -> &[HotspotRow] {
        &self.hotspots
    }

    fn villain(hotspot: &HotspotRow) -> Option<&'static Villain> {
        VILLAINS.iter().find(|villain| villain.name == hotspot.name)
    }

    /// A settled epoch.
    pub(crate) fn epoch(&self, epoch: u64) -> EpochSnapshot {
        let edges: Vec<_> = (0..WINDOWS_PER_EPOCH).flat_map(|window| self.round(epoch, window)).collect();
        let settlement = self.settle(epoch, &edges);
        let (emission, paid) = (settlement.summary.emission, settlement.summary.coverage_paid);
        let totals = Supply {
            cap: ledger_machine::SUPPLY_CAP,
            genesis: Ear::ZERO,
            issued: Ear::new(emission.units() * (epoch + 1)),
            burned: Ear::ZERO,
            paid: Ear::new(paid.units() * (epoch + 1)),
            bounties_released: Ear::ZERO,
            credits_bought: Credits::ZERO,
            credits_spent: Credits::ZERO,
        };
        EpochSnapshot {
            epoch,
            time_ms: START_MS + (epoch + 1) * EPOCH_MS,
            block_height: 20 * (epoch + 1),
            state_hash: format!("{:016x}{:016x}", draw(&[self.seed, epoch, 1]), draw(&[self.seed, epoch, 2])),
            hotspots: self.hotspots.clone(),
            places: self.hotspots.iter().map(|hotspot| self.place_verdict(hotspot)).collect(),
            rewards: settlement.lines,
            settlement: Some(settlement.summary),
            supply: Some(SupplySummary {
                totals,
                balances: u128::from(totals.issued.units()),
                escrow: 0,
                carries: Carries::default(),
                credits: 0,
            }),
            edges,
        }
    }

    /// What happens in a window, in order.
    pub(crate) fn events(&self, epoch: u64, window: u64) -> Vec<LiveEvent> {
        let edges = self.round(epoch, window);
        let beaconer = self.beaconer(epoch, window).key.to_string();
        let (number, time_ms) =
            (epoch * WINDOWS_PER_EPOCH + window, START_MS + epoch * EPOCH_MS + window * 5_000);
        let count = |outcome| edges.iter().filter(|edge| edge.outcome == outcome).count() as u32;
        let mut events = vec![
            LiveEvent::Beacon { time_ms, window: number, beaconer: beaconer.clone() },
            LiveEvent::Heard {
                time_ms: time_ms + 900,
                window: number,
                beaconer: beaconer.clone(),
                witnesses: edges.iter().map(|edge| edge.witness.clone()).collect(),
            },
            LiveEvent::Judged {
                time_ms: time_ms + 1_500,
                window: number,
                beaconer,
                accepted: count(Outcome::Accepted),
                rejected: count(Outcome::Rejected),
                unproven: count(Outcome::Unproven),
            },
        ];
        events.extend(edges.iter().filter(|edge| edge.outcome == Outcome::Rejected).take(1).map(|edge| {
            LiveEvent::Rejected {
                time_ms: time_ms + 1_500,
                window: number,
                beaconer: edge.beaconer.clone(),
                witness: edge.witness.clone(),
                check: edge.check.clone(),
                explanation: edge.findings[0].explanation.clone(),
            }
        }));
        events
    }

    fn beaconer(&self, epoch: u64, window: u64) -> &HotspotRow {
        let turn = epoch * WINDOWS_PER_EPOCH + window;
        &self.hotspots[(turn as usize * 5 + 3) % self.hotspots.len()]
    }

    /// The edges of one beacon.
    fn round(&self, epoch: u64, window: u64) -> Vec<EdgeEvidence> {
        let beaconer = self.beaconer(epoch, window);
        let number = epoch * WINDOWS_PER_EPOCH + window;
        let others = self.hotspots.iter().filter(|other| other.key != beaconer.key).enumerate();
        others.filter_map(|(at, witness)| self.edge(epoch, number, beaconer, witness, at as u64)).collect()
    }

    fn edge(
        &self,
        epoch: u64,
        window: u64,
        beaconer: &HotspotRow,
        witness: &HotspotRow,
        at: u64,
    ) -> Option<EdgeEvidence> {
        let distance_m = geodesy::slant_range_m(beaconer.place, witness.place);
        let shadow_db = 7.0
            * spread(&[
                self.seed,
                draw(&[at]),
                beaconer.place.lat_e7() as u64 ^ witness.place.lng_e7() as u64,
            ]);
        let fading_db = 1.5 * spread(&[self.seed, window, at]);
        let loss_db = 119.0 + 32.0 * (distance_m / 1_000.0).max(0.05).log10() + shadow_db + fading_db;
        let rssi_dbm = EIRP_DBM + ANTENNA_GAIN_DBI - loss_db;
        let snr_db = rssi_dbm - NOISE_DBM;
        let villain = Self::villain(witness).or(Self::villain(beaconer));
        if villain.is_none() && snr_db < DECODABLE_SNR_DB
            || villain.is_some() && !draw(&[window, at]).is_multiple_of(3)
        {
            return None;
        }
        let hops_heard = ((snr_db - DECODABLE_SNR_DB) * 1.5).clamp(1.0, 8.0) as u8;
        let (outcome, check, findings) = match villain {
            Some(villain) => (
                Outcome::Rejected,
                villain.check,
                vec![finding(
                    villain.check,
                    Outcome::Rejected,
                    villain.measured,
                    villain.allowed,
                    villain.unit,
                    villain.says,
                )],
            ),
            None if hops_heard < 3 => (
                Outcome::Unproven,
                "power_dither",
                vec![finding(
                    "power_dither",
                    Outcome::Unproven,
                    f64::from(hops_heard),
                    3.0,
                    "hops",
                    "Too few frames were heard to follow the power dither. A better antenna hears more.",
                )],
            ),
            None => (Outcome::Accepted, "", Vec::new()),
        };
        let honest = [
            finding(
                "link_budget",
                Outcome::Accepted,
                rssi_dbm,
                -70.0,
                "dBm",
                "The received power is possible at this distance.",
            ),
            finding(
                "noise_floor",
                Outcome::Accepted,
                spread(&[window, at, 5]),
                6.0,
                "dB",
                "Power, noise floor and SNR belong together.",
            ),
            finding(
                "time_dither",
                Outcome::Accepted,
                4.0 * spread(&[window, at, 6]).abs(),
                12.0,
                "us",
                "The arrival times follow the dither.",
            ),
        ];
        Some(EdgeEvidence {
            epoch,
            window,
            bundle: format!("{:064x}", draw(&[self.seed, window])),
            time_ms: START_MS + window * 5_000,
            beaconer: beaconer.key.to_string(),
            witness: witness.key.to_string(),
            outcome,
            check: check.to_owned(),
            findings: findings.into_iter().chain(honest).collect(),
            hops_heard,
            hops_sent: HOPS,
            snr_db,
            rssi_dbm: if villain.is_some_and(|villain| villain.check == "noise_floor") {
                rssi_dbm + 35.0
            } else {
                rssi_dbm
            },
            distance_m,
            beaconer_cell: cell8(beaconer).index(),
            witness_cell: cell8(witness).index(),
        })
    }

    fn place_verdict(&self, hotspot: &HotspotRow) -> PlaceVerdict {
        let part = |salt| f64::midpoint(spread(&[self.seed, hotspot.place.lng_e7() as u64, salt]), 1.0);
        match Self::villain(hotspot) {
            Some(villain) if villain.check == "place" => PlaceVerdict {
                hotspot: hotspot.key,
                outcome: Outcome::Rejected,
                anchors: 9,
                residual_median_m: Some(9_240.0),
                residual_max_m: Some(14_870.0),
                offset_m: Some(14_910.0),
                explanation: villain.says.to_owned(),
                flags: Vec::new(),
            },
            Some(_) => PlaceVerdict {
                hotspot: hotspot.key,
                outcome: Outcome::Unproven,
                anchors: 2,
                residual_median_m: None,
                residual_max_m: None,
                offset_m: None,
                explanation:
                    "Fewer than 4 anchors heard its beacon. Beacon as scheduled, from a place with a view."
                        .to_owned(),
                flags: Vec::new(),
            },
            None => PlaceVerdict {
                hotspot: hotspot.key,
                outcome: Outcome::Accepted,
                anchors: 6 + (part(1) * 8.0) as u32,
                residual_median_m: Some(12.0 + 30.0 * part(2)),
                residual_max_m: Some(60.0 + 80.0 * part(3)),
                offset_m: Some(8.0 + 25.0 * part(4)),
                explanation: "The arrival times at the anchors fit the asserted place.".to_owned(),
                flags: Vec::new(),
            },
        }
    }

    fn settle(&self, epoch: u64, edges: &[EdgeEvidence]) -> ledger_machine::Settlement {
        let rows: BTreeMap<_, _> = self.hotspots.iter().map(|row| (row.key.to_string(), row)).collect();
        let party = |key: &String| {
            let row = rows[key];
            Party {
                hotspot: row.key,
                owner: row.owner,
                site: row.key,
                cell: Cell8::new(cell8(row).index()).expect("a cell of resolution 8"),
            }
        };
        let accepted = edges.iter().filter(|edge| edge.outcome == Outcome::Accepted);
        let paid: Vec<_> = accepted
            .map(|edge| PaidEdge {
                window: Window::new(edge.window),
                beaconer: party(&edge.beaconer),
                witness: party(&edge.witness),
                margin_cdb: ((edge.snr_db - DECODABLE_SNR_DB) * 100.0) as i32,
            })
            .collect();
        settle(&EpochInput {
            epoch: Epoch::new(epoch),
            parameters: &Parameters::default(),
            emission: Ear::new(68_493_150_684_931),
            carries: Carries::default(),
            price: Price::new(100_000).expect("within its range"),
            edges: &paid,
            data: &[],
            cells: &Table::default(),
            proposers: &[Proposer { validator: key(9_999), payout: key(9_998), power: 1 }],
        })
    }
}

fn place(lat: f64, lng: f64) -> Place {
    Place::from_degrees(lat, lng, 260.0).expect("in Prague")
}

fn cell8(row: &HotspotRow) -> Cell {
    cell_of(row.place, Resolution::Eight)
}

fn row(number: u64, name: String, place: Place, genesis_anchor: bool) -> HotspotRow {
    HotspotRow {
        key: key(number),
        name,
        owner: key(100_000 + number),
        place,
        antenna_gain_dbi: ANTENNA_GAIN_DBI,
        eirp_dbm: EIRP_DBM,
        clock: if number.is_multiple_of(3) { ClockClass::Pps } else { ClockClass::FreeRunning },
        genesis_anchor,
        registered_epoch: 0,
    }
}

fn finding(
    check: &str,
    outcome: Outcome,
    measured: f64,
    allowed: f64,
    unit: &str,
    explanation: &str,
) -> Finding {
    Finding {
        check: check.to_owned(),
        outcome,
        measured,
        allowed,
        unit: unit.to_owned(),
        score: if outcome == Outcome::Rejected { 40.0 } else { -3.0 },
        explanation: explanation.to_owned(),
    }
}
