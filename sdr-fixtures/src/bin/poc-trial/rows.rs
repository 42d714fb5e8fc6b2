//! The attack table: every row of notes/physics.md section 6, with what is asked of the verifier.

use sdr_fixtures::days::{
    Around,
    villains::{
        Accomplices, BlindForger, Copier, Copy, EarlyReplier, ExpertSpoof, Framers, GnssSpoof, LeakedNonces,
        LeakedPayload, NaiveSpoof, RemoteClaimant, Replayer, RoomClique, SyntheticClique, Villain, Wormhole,
    },
};

/// What is asked of a row.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Goal {
    /// At least this share of days is not paid: rejected or unproven.
    Unpaid(f64),
    /// At least this share of single reports is rejected, whatever the day says.
    ReportsUnpaid(f64),
    /// At least this share of owners is rejected within thirty days, by a day or by days added up.
    InAMonth(f64),
    /// At most this share of an honest hotspot's days is rejected.
    Spared(f64),
    /// At most this share of an honest hotspot's days is rejected by what its reports say, whatever its place and its guards do to it as to anybody.
    NotBlamed(f64),
    /// Declared uncatchable; the numbers say how much.
    Declared,
}

impl Goal {
    /// As people read it.
    pub(crate) fn text(self) -> String {
        let percent = |share: f64| format!("{} %", round(100.0 * share));
        match self {
            Self::Unpaid(share) => format!("unpaid >= {}", percent(share)),
            Self::ReportsUnpaid(share) => format!("reports unpaid >= {}", percent(share)),
            Self::InAMonth(share) => format!("rejected within a month >= {}", percent(share)),
            Self::Spared(share) => format!("honest rejected <= {}", percent(share)),
            Self::NotBlamed(share) => format!("rejected by its reports <= {}", percent(share)),
            Self::Declared => "declared uncatchable".into(),
        }
    }
}

/// Without the tails of binary fractions.
fn round(value: f64) -> f64 {
    (value * 1e6).round() / 1e6
}

/// A row.
pub(crate) struct Row {
    /// Name, as on the command line.
    pub(crate) name: String,
    /// Among whom.
    pub(crate) around: Around,
    /// What is asked.
    pub(crate) goals: Vec<Goal>,
    /// Whether thirty days are drawn of each owner, and added up.
    pub(crate) months: bool,
    /// Who cheats; nobody in the honest rows.
    pub(crate) villain: Option<Box<dyn Villain>>,
}

const SUBURB_6: Around = Around::suburb(6);
const SUBURB_10: Around = Around::suburb(10);
const CITY_10: Around = Around::city(10);

/// Every row, honest ones first.
pub(crate) fn all() -> Vec<Row> {
    let honest =
        [("honest-suburb-6", SUBURB_6), ("honest-suburb-10", SUBURB_10), ("honest-city-10", CITY_10)];
    let honest = honest.map(|(name, around)| Row {
        name: name.into(),
        around,
        goals: vec![Goal::Spared(0.001)],
        months: true,
        villain: None,
    });
    honest.into_iter().chain(without_a_radio()).chain(elsewhere()).chain(shared()).chain(others()).collect()
}

fn row(name: impl Into<String>, around: Around, goals: &[Goal], villain: impl Villain + 'static) -> Row {
    Row { name: name.into(), around, goals: goals.to_vec(), months: false, villain: Some(Box::new(villain)) }
}

/// S1 to S3, S8, S11: what it reports it has not received.
fn without_a_radio() -> Vec<Row> {
    use Goal::{ReportsUnpaid, Unpaid};
    vec![
        row("s1-blind-forger", SUBURB_6, &[ReportsUnpaid(1.0), Unpaid(1.0)], BlindForger),
        row("s2-leaked-payload", SUBURB_6, &[Unpaid(0.9999), ReportsUnpaid(0.99)], LeakedPayload),
        row("s3-leaked-nonces-blocked", SUBURB_6, &[Unpaid(0.999)], LeakedNonces { fading_db: 4.5 }),
        row("s3-leaked-nonces-free", SUBURB_6, &[Unpaid(0.99)], LeakedNonces { fading_db: 2.0 }),
        row("s8-synthetic-clique", Around::suburb(8), &[Unpaid(0.999)], SyntheticClique),
        row("s11-replayer", SUBURB_6, &[ReportsUnpaid(1.0)], Replayer),
    ]
}

/// S4, S5, S6, S10 and the early replier: a radio that stands somewhere else.
fn elsewhere() -> Vec<Row> {
    use Goal::{Declared, ReportsUnpaid, Unpaid};
    let naive = [(300.0, 0.95), (1000.0, 0.999), (3000.0, 0.999), (10_000.0, 0.999), (50_000.0, 0.999)];
    let mut rows: Vec<Row> = naive
        .into_iter()
        .map(|(metres, share)| {
            row(format!("s4-naive-spoof-{metres}m"), SUBURB_6, &[Unpaid(share)], NaiveSpoof { metres })
        })
        .collect();
    let expert = [
        ("suburb", SUBURB_10, 100.0, 0.85),
        ("suburb", SUBURB_10, 300.0, 0.995),
        ("suburb", SUBURB_10, 1000.0, 0.9999),
        ("city", CITY_10, 300.0, 0.70),
        ("city", CITY_10, 1000.0, 0.995),
    ];
    rows.extend(expert.into_iter().map(|(name, around, metres, share)| {
        row(format!("s5-expert-spoof-{name}-{metres}m"), around, &[Unpaid(share)], ExpertSpoof { metres })
    }));
    for anchors in [2, 4, 6] {
        let name = format!("s5-expert-spoof-{anchors}-anchors-1000m");
        let goal = if anchors == 2 { Unpaid(1.0) } else { Unpaid(0.9) };
        rows.push(row(name, Around::suburb(anchors), &[goal], ExpertSpoof { metres: 1000.0 }));
    }
    let remote = |metres, late_ms| RemoteClaimant { metres, late_ms };
    rows.push(row("s6-room-clique", SUBURB_6, &[Unpaid(0.999)], RoomClique));
    rows.push(row(
        "s10-remote-over-ip",
        SUBURB_6,
        &[ReportsUnpaid(0.999_999)],
        remote(0.0, Some((1.0, 30.0))),
    ));
    rows.push(row("s10-remote-in-time-1000m", SUBURB_6, &[Unpaid(0.999)], remote(1000.0, None)));
    rows.push(row("s10-remote-in-time-100m", SUBURB_6, &[Declared], remote(100.0, None)));
    rows.push(row("early-replier-1000m", SUBURB_6, &[Unpaid(0.999)], EarlyReplier { metres: 1000.0 }));
    rows
}

/// S7 and S12: what it reports somebody else received.
fn shared() -> Vec<Row> {
    use Goal::Unpaid;
    let one_radio = [
        ("none", f64::NEG_INFINITY, 0.9999),
        ("0db", 0.0, 0.9999),
        ("6db", 6.0, 0.9999),
        ("9db", 9.0, 0.9999),
        ("12db", 12.0, 0.999),
        ("15db", 15.0, 0.87),
    ];
    let copier = |own_noise_db| Copier(Copy { own_noise_db, wanders: false });
    let mut rows: Vec<Row> = one_radio
        .into_iter()
        .map(|(name, own_noise_db, share)| {
            row(format!("s7-one-radio-{name}"), SUBURB_6, &[Unpaid(share)], copier(own_noise_db))
        })
        .collect();
    for (own_noise_db, share) in [(12.0, 0.999), (15.0, 0.9), (18.0, 0.5)] {
        let name = format!("s7-one-radio-{own_noise_db}db-month");
        let month = row(name, SUBURB_6, &[Goal::InAMonth(share)], copier(own_noise_db));
        rows.push(Row { months: true, ..month });
    }
    for (own_noise_db, share) in [(9.0, 0.9999), (12.0, 0.999)] {
        let name = format!("s7-wandering-{own_noise_db}db");
        let wandering = Copier(Copy { own_noise_db, wanders: true });
        rows.push(row(name, SUBURB_6, &[Unpaid(share)], wandering));
    }
    rows.push(row("s12-copier-9db", SUBURB_6, &[Unpaid(0.9999)], copier(9.0)));
    rows
}

/// S9, S14, S15: somebody honest stands in between.
fn others() -> Vec<Row> {
    use Goal::{NotBlamed, ReportsUnpaid, Spared, Unpaid};
    let wormhole = Wormhole { latency_ms: (2.0, 60.0) };
    let mut rows =
        vec![row("s9-wormhole", SUBURB_6, &[ReportsUnpaid(0.999_99), NotBlamed(0.0001)], wormhole)];
    for liars in 1..=4 {
        let goal = if liars <= 3 { Spared(0.005) } else { Goal::Declared };
        let framers = Framers { liars, metres: 1000.0 };
        rows.push(row(format!("s14-{liars}-framers-of-10"), SUBURB_10, &[goal], framers));
    }
    let accomplices = Accomplices { liars: 4, metres: 1000.0 };
    rows.push(row("s14-spoof-with-4-of-10", SUBURB_10, &[Unpaid(0.83)], accomplices));
    for off_us in [0.1, 0.3, 1.0, 10.0] {
        let goals = [Spared(0.001)];
        rows.push(row(format!("s15-gnss-{off_us}us"), SUBURB_10, &goals, GnssSpoof { off_us }));
    }
    rows
}
