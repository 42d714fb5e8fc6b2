//! What is on air in a window, and what each radio records of it.

use ether::{Burst, Ether, NodeId, TrueTime, Tuning};
use hotspot_agent::{Agent, BEACON_RATE_HZ, Capture, HeardBeacon, Transmission};
use num_complex::Complex32;
use poc_verifier::{Region, protocol::HOPS};

use crate::villains::{Recorded, Villain, Window};

/// Noise recorded before a burst: the guard that is kept of it, 8.2 ms, and what the receiver's filters take.
const BEFORE_MS: i64 = 9;
/// Noise recorded after it.
const AFTER_MS: i64 = 1;

/// Channels of the simulated region.
const CHANNELS_HZ: [u32; HOPS] = Region::EU868.channels_hz;

/// A stretch of one channel in which something is on air.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Busy {
    pub(crate) channel_hz: u32,
    pub(crate) from: TrueTime,
    pub(crate) until: TrueTime,
}

/// Where to listen: in the air that everybody shares, and in each villain's simulator.
#[derive(Clone, Debug, Default)]
pub(crate) struct Stretches {
    pub(crate) shared: Vec<Busy>,
    pub(crate) simulated: Vec<Vec<Busy>>,
}

impl Stretches {
    pub(crate) fn new(simulators: usize) -> Self {
        Self { shared: Vec::new(), simulated: vec![Vec::new(); simulators] }
    }

    /// With stretches that overlap joined.
    pub(crate) fn joined(self) -> Self {
        Self { shared: joined(self.shared), simulated: self.simulated.into_iter().map(joined).collect() }
    }
}

/// Network time of true time zero, ns: the ledger's genesis.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Era {
    pub(crate) zero_ns: i64,
    pub(crate) seed: u64,
}

impl Era {
    /// True time at which a radio's clock shows a network time.
    pub(crate) fn true_time(self, ether: &Ether, node: NodeId, local_ns: i64) -> TrueTime {
        let about = TrueTime::from_ps((local_ns - self.zero_ns) * 1000);
        let at =
            |time| about - TrueTime::from_ps((self.clock_error_ns(ether, node, time) * 1e3).round() as i64);
        // Errors of a second that grow by parts in a million: the second look is exact.
        at(at(about))
    }

    fn clock_error_ns(self, ether: &Ether, node: NodeId, time: TrueTime) -> f64 {
        let radio = ether.node(node);
        radio.clock.error_ns(time, &radio.oscillator, self.seed, node.index() as u64)
    }

    /// What a radio's clock shows at a true time: whole nanoseconds and the rest.
    pub(crate) fn local_ns(self, ether: &Ether, node: NodeId, time: TrueTime) -> (i64, f64) {
        let error_ns = self.clock_error_ns(ether, node, time);
        let ps = time.as_ps();
        let (whole, rest) = (ps.div_euclid(1000), ps.rem_euclid(1000) as f64 * 1e-3);
        let local = rest + error_ns;
        (self.zero_ns + whole + local.floor() as i64, local - local.floor())
    }
}

/// Puts a transmission on air, and says where to listen for it.
pub(crate) fn send(ether: &mut Ether, era: Era, node: NodeId, sent: &Transmission) -> Busy {
    let start = era.true_time(ether, node, sent.start_ns);
    let length = TrueTime::from_seconds(sent.samples.len() as f64 / sent.rate_hz);
    ether.transmit(Burst {
        node,
        start,
        carrier_hz: sent.carrier_hz,
        rate_hz: sent.rate_hz,
        power_dbm: sent.power_dbm,
        samples: sent.samples.clone(),
    });
    let nearest = CHANNELS_HZ.into_iter().min_by(|a, b| {
        let off = |channel: u32| (f64::from(channel) - sent.carrier_hz).abs();
        off(*a).total_cmp(&off(*b))
    });
    Busy {
        channel_hz: nearest.unwrap_or(sent.carrier_hz as u32),
        from: start - TrueTime::from_ms(BEFORE_MS),
        until: start + length + TrueTime::from_ms(AFTER_MS),
    }
}

/// Joins stretches of one channel that overlap; sorted by time.
fn joined(mut stretches: Vec<Busy>) -> Vec<Busy> {
    stretches.sort_by_key(|busy| (busy.channel_hz, busy.from));
    let mut joined: Vec<Busy> = Vec::new();
    for busy in stretches {
        match joined.last_mut() {
            Some(last) if last.channel_hz == busy.channel_hz && busy.from <= last.until => {
                last.until = last.until.max(busy.until);
            }
            _ => joined.push(busy),
        }
    }
    joined.sort_by_key(|busy| (busy.from, busy.channel_hz));
    joined
}

/// Lets one hotspot listen to every busy stretch.
pub(crate) fn listen(
    ether: &Ether,
    era: Era,
    node: NodeId,
    agent: &mut Agent,
    mut mind: Option<&mut Box<dyn Villain>>,
    window: &Window,
    stretches: &[Busy],
) -> Vec<HeardBeacon> {
    let mut captures: Vec<(u32, i64, Vec<Complex32>)> = Vec::new();
    for busy in stretches {
        let mut samples = samples_of(ether, node, busy);
        let (start_ns, start_fraction_ns) = era.local_ns(ether, node, busy.from);
        let radio = ether.node(node);
        // Only a radio that counts its samples between pulses knows how fast it counts.
        let clock_error = if radio.clock.follows_pps() { radio.oscillator.error_at(busy.from) } else { 0.0 };
        let channel_hz = busy.channel_hz;
        if let Some(mind) = &mut mind {
            mind.receive(start_ns, &mut samples);
        }
        agent.listen(&Capture { channel_hz, start_ns, start_fraction_ns, clock_error, samples: &samples });
        if mind.is_some() {
            captures.push((channel_hz, start_ns, samples));
        }
    }
    let heard = agent.take_heard();
    if let Some(mind) = mind {
        let recorded: Vec<Recorded> = captures
            .iter()
            .map(|(channel_hz, start_ns, samples)| Recorded {
                channel_hz: *channel_hz,
                start_ns: *start_ns,
                samples,
            })
            .collect();
        mind.record(window, &recorded, &heard);
    }
    heard
}

/// What a radio records of a busy stretch.
pub(crate) fn samples_of(ether: &Ether, node: NodeId, busy: &Busy) -> Vec<Complex32> {
    let tuning = Tuning { centre_hz: f64::from(busy.channel_hz), rate_hz: BEACON_RATE_HZ };
    let count = ((busy.until - busy.from).as_seconds() * BEACON_RATE_HZ) as usize;
    let mut samples = vec![Complex32::ZERO; count];
    ether.listen(node, tuning, busy.from).read(ether, &mut samples);
    samples
}
