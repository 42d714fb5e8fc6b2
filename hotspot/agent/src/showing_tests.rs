//! Samples asked for and shown: an agent heard a beacon in noise, and the verifier looks at what it kept.

use identity::Hash;
use num_complex::Complex32;
use poc_verifier::{
    Asked, Audit, BeaconPlan, CheckName, Edge, Finding, Message, Outcome, Party, PlaceVerdict, Protocol,
    Sealed, Standing, checks,
    messages::{Report, Showing},
};
use rand_chacha::{ChaCha8Rng, rand_core::SeedableRng};
use rand_distr::{Distribution, StandardNormal};

use super::{agent_tests::*, *};

const WINDOW: u64 = 7;
/// Samples before a frame: the guard's 4096 and some.
const BEFORE: usize = 4600;

/// Everything about one edge of one audited beacon.
struct Case {
    protocol: Protocol,
    sender: Agent,
    listener: Agent,
    plan: BeaconPlan,
    heard: HeardBeacon,
    audit: Audit,
}

impl Case {
    /// All eight frames in noise, `snr_db` of 250 kHz.
    fn heard(snr_db: f64, seed: u64) -> Self {
        Self::relayed(snr_db, seed, 0)
    }

    /// The same of frames that somebody sent on who did not know the first `unknown` chips of a symbol in time, and sent nothing meanwhile.
    fn relayed(snr_db: f64, seed: u64, unknown: usize) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let protocol = Protocol { audit_one_in: 1, ..protocol() };
        let (mut sender, mut listener) = (agent(1, 1), agent(2, 1));
        let amplitude = 0.01_f32;
        // Noise of a density that is `snr_db` under the frame in half of the sampled band.
        let sigma = (f64::from(amplitude).powi(2) * 2.0 / 10_f64.powf(snr_db / 10.0) / 2.0).sqrt();
        for mut transmission in sender.beacon(WINDOW, 0, &RANDOMNESS).unwrap() {
            let channel_hz = ((transmission.carrier_hz / 300e3).round() * 300e3) as u32;
            // Two samples a chip; the payload begins 12.25 symbols of 128 chips into the frame.
            for symbol in transmission.samples[2 * 1568..].chunks_mut(256) {
                symbol[..2 * unknown].fill(Complex32::ZERO);
            }
            let mut samples = vec![Complex32::ZERO; BEFORE];
            samples.extend(transmission.samples.iter().map(|sample| sample * amplitude));
            samples.extend([Complex32::ZERO; 2000]);
            for sample in &mut samples {
                let mut normal = || -> f32 { StandardNormal.sample(&mut rng) };
                *sample += Complex32::new(normal(), normal()) * sigma as f32;
            }
            let (start_ns, start_fraction_ns, clock_error) = (transmission.start_ns, 0.0, 0.0);
            listener.listen(&Capture {
                channel_hz,
                start_ns,
                start_fraction_ns,
                clock_error,
                samples: &samples,
            });
        }
        let link = sender.opening(WINDOW).unwrap().message().unwrap().link;
        let plan = BeaconPlan::derive(&protocol, &sender.key(), &link, &RANDOMNESS.window);
        let fresh = Hash::new([seed as u8; 32]);
        let audit = Audit::draw(&protocol, WINDOW, &sender.key(), &fresh).unwrap();
        let heard = listener.take_heard().remove(0);
        Self { protocol, sender, listener, plan, heard, audit }
    }

    /// What the samples say of a report that was committed to with these samples.
    fn judged(&self, showing: Option<&Sealed<Showing>>) -> Option<Finding> {
        self.said(showing, CheckName::Samples)
    }

    /// What one check says.
    fn said(&self, showing: Option<&Sealed<Showing>>, check: CheckName) -> Option<Finding> {
        let reveal =
            self.listener.pledge(WINDOW, std::slice::from_ref(&self.heard))[0].reveal.message().unwrap();
        let report = Report::decode(&reveal.report).unwrap();
        let (beaconer, witness) = (party(&self.sender), party(&self.listener));
        let anywhere = PlaceVerdict::by_genesis();
        let edge = Edge {
            protocol: &self.protocol,
            beaconer: &beaconer,
            witness: &witness,
            drawn: true,
            plan: Some(&self.plan),
            standing: Standing::Committed,
            report: &report,
            window_start_ns: 0,
            beaconer_place: &anywhere,
            witness_place: &anywhere,
            asked: Some(Asked { audit: &self.audit, samples_root: reveal.samples_root, showing }),
            answer_late_ns: None,
            clock_late_ns: None,
            back: Vec::new(),
            recorded_in: None,
            terrain: None,
        };
        checks::run(&edge).into_iter().find(|finding| finding.check == check)
    }

    fn shown(&self) -> Sealed<Showing> {
        self.listener.show(WINDOW, &self.heard, &self.audit).unwrap()
    }

    /// The outcome with a showing that was tampered with.
    fn with(&self, change: impl FnOnce(&mut Showing)) -> Outcome {
        let mut showing = self.shown().message().unwrap();
        change(&mut showing);
        let sealed = Sealed::seal(&showing, &self.listener.station().secret);
        self.judged(Some(&sealed)).unwrap().outcome
    }
}

fn party(agent: &Agent) -> Party {
    let station = agent.station();
    Party {
        key: agent.key(),
        owner: station.owner,
        place: station.place,
        gain_ddbi: station.gain_ddbi,
        eirp_ddbm: station.eirp_ddbm,
        follows_pps: true,
        known: poc_verifier::Known::Genesis,
        chain: poc_verifier::Chain { link: station.chain.head(), index: 0, first_window: 5 },
    }
}

#[test]
fn what_was_heard_is_found_in_the_samples_again() {
    for (seed, snr_db) in [-6.0, -3.0, 0.0, 5.0, 10.0, 20.0, 30.0, 40.0].into_iter().enumerate() {
        for more in 0..4 {
            let case = Case::heard(snr_db, 10 * more + seed as u64);
            let finding = case.judged(Some(&case.shown())).unwrap();
            assert_eq!(finding.outcome, Outcome::Accepted, "{snr_db} dB: {finding:?}");
            assert!(finding.score < 0.0, "{snr_db} dB: {finding:?}");
        }
    }
}

/// A beacon that was sent on symbol by symbol, each from a quarter of it on, decodes as well as any other: only its samples tell.
#[test]
fn symbols_that_begin_late_are_told_where_they_are_shown() {
    let (mut spoke, mut told) = (0, 0);
    for seed in 0..40 {
        let honest = Case::heard(6.0, seed);
        let late = Case::relayed(6.0, seed, 32);
        assert_eq!(late.heard.hops.len(), 8, "the frames are heard");
        assert_eq!(
            late.judged(Some(&late.shown())).unwrap().outcome,
            Outcome::Accepted,
            "level and carrier are theirs"
        );
        let said = |case: &Case| case.said(Some(&case.shown()), CheckName::LateCommit);
        assert_eq!(said(&honest).is_some(), said(&late).is_some(), "the draw decides what is shown");
        let Some(finding) = said(&late) else { continue };
        spoke += 1;
        told += i32::from(finding.outcome == Outcome::Rejected);
        let accepted = said(&honest).unwrap();
        assert_eq!(accepted.outcome, Outcome::Accepted, "{accepted:?}");
        assert!(accepted.score < 0.0, "{accepted:?}");
    }
    println!("{spoke} of 40 audits show unpredictable symbols; of those {told} tell that they begin late");
    assert!(spoke >= 12 && told * 100 >= spoke * 95, "{told} of {spoke}");
}

#[test]
fn numbers_that_the_samples_do_not_have_are_told() {
    let honest = Case::heard(5.0, 1);
    let edited = |change: fn(&mut poc_verifier::messages::Hop)| {
        let mut case = Case { heard: honest.heard.clone(), ..Case::heard(5.0, 1) };
        case.heard.hops.iter_mut().for_each(change);
        case.judged(Some(&case.shown())).unwrap().outcome
    };
    assert_eq!(edited(|hop| hop.phase_mdeg = 0), Outcome::Accepted);
    assert_eq!(edited(|hop| hop.snr_cdb += 2500), Outcome::Rejected);
    assert_eq!(edited(|hop| hop.cfo_mhz += 400_000), Outcome::Rejected);
    // Samples of a frame with another payload have no amplitude along this one's chirps.
    assert_eq!(edited(|hop| hop.payload[19] ^= 0x55), Outcome::Accepted, "one byte is two symbols of many");
    assert_eq!(edited(|hop| hop.payload[5..].fill(0x33)), Outcome::Rejected);
}

#[test]
fn what_is_not_shown_or_is_not_what_was_drawn_convicts() {
    let case = Case::heard(10.0, 2);
    assert_eq!(case.judged(None).unwrap().outcome, Outcome::Rejected, "withheld");
    assert_eq!(case.with(|_| ()), Outcome::Accepted);
    let frame = case.shown().message().unwrap().path.index;
    let other = case.heard.kept[(frame + 1) % 8].capture.clone();
    assert_eq!(case.with(|showing| showing.capture = other.root()), Outcome::Rejected, "another capture");
    let own = case.heard.kept[frame].capture.clone();
    let drawn = case.shown().message().unwrap().segment.path.index;
    let segment = if drawn == 1 { 2 } else { 1 };
    assert_eq!(case.with(|showing| showing.segment = own.exhibit(segment).unwrap()), Outcome::Rejected);
    assert_eq!(case.with(|showing| showing.guard = own.exhibit(1).unwrap()), Outcome::Rejected);
    assert_eq!(case.with(|showing| showing.segment = other.exhibit(drawn).unwrap()), Outcome::Rejected);
    assert_eq!(case.with(|showing| showing.first_sample_e6 += 30_000_000), Outcome::Rejected, "60 us off");
    let nobody = Case { heard: HeardBeacon { kept: Vec::new(), ..case.heard.clone() }, ..case };
    assert!(nobody.listener.show(WINDOW, &nobody.heard, &nobody.audit).is_none(), "nothing to show");
}
