//! The simulated air between radios: distance, loss, echoes, oscillators, clocks, noise, converters.
//!
//! One seed makes a world. Whatever is random is drawn by hashing the seed with what it belongs to (a link, a node, a sample), never
//! from a generator that somebody else might advance: so the same samples come out in any order, from any thread and in any
//! chunking, and a link is the same in both directions.
//!
//! ```text
//! burst (samples, carrier, power) -> channel of the link: delay, echoes -> clocks of both ends -> sum over bursts
//!     -> + thermal and man-made noise -> gain, clipping, quantisation -> samples
//! ```
//!
//! The air knows nothing of LoRa, hotspots or rounds; it carries any samples from a place to another.

mod burst;
mod clock;
mod draw;
mod environment;
mod front_end;
mod link;
mod node;
mod oscillator;
mod response;
mod stream;
mod time;

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
};

use num_complex::Complex32;
use rustfft::{FftDirection, FftPlanner};

use self::burst::OnAir;

pub use burst::Burst;
pub use clock::Clock;
pub use draw::Draw;
pub use environment::Surroundings;
pub use front_end::FrontEnd;
pub use link::{Echo, Link};
pub use node::{Node, NodeId};
pub use oscillator::Oscillator;
pub use stream::{Stream, Tuning};
pub use time::TrueTime;

/// The air: who stands where, and what is being sent.
pub struct Ether {
    seed: u64,
    nodes: Vec<Node>,
    /// What the ground takes between two nodes, lower number first, dB beyond free space.
    obstructions: BTreeMap<(usize, usize), f64>,
    /// Bursts on air, by the order in which they were sent.
    bursts: BTreeMap<u64, OnAir>,
    sent: u64,
    /// Plans of transforms, made once a size.
    planner: Mutex<FftPlanner<f32>>,
}

impl Ether {
    /// An empty world.
    pub fn new(seed: u64) -> Self {
        Self {
            seed,
            nodes: Vec::new(),
            obstructions: BTreeMap::new(),
            bursts: BTreeMap::new(),
            sent: 0,
            planner: Mutex::new(FftPlanner::new()),
        }
    }

    /// Puts a radio into the world.
    pub fn add_node(&mut self, node: Node) -> NodeId {
        self.nodes.push(node);
        NodeId(self.nodes.len() - 1)
    }

    /// The radio behind an identity that [`Self::add_node`] gave out.
    pub fn node(&self, id: NodeId) -> &Node {
        &self.nodes[id.0]
    }

    /// Sends a burst.
    pub fn transmit(&mut self, burst: Burst) {
        self.bursts.insert(self.sent, OnAir::new(burst));
        self.sent += 1;
    }

    /// Forgets bursts that ended before `time`, echoes and all: nobody may listen to that time any more.
    pub fn forget_before(&mut self, time: TrueTime) {
        let longest_flight = TrueTime::from_seconds(0.01);
        let nodes = &self.nodes;
        self.bursts
            .retain(|_, on_air| on_air.burst.end(&nodes[on_air.burst.node.0]) + longest_flight >= time);
    }

    /// Puts ground between two radios: their path loses at least so much beyond free space.
    pub fn obstruct(&mut self, a: NodeId, b: NodeId, loss_db: f64) {
        self.obstructions.insert((a.0.min(b.0), a.0.max(b.0)), loss_db);
    }

    /// The path between two radios, the same from either end.
    pub fn link(&self, a: NodeId, b: NodeId) -> Link {
        let link = Link::between(self.seed, (a, self.node(a)), (b, self.node(b)));
        match self.obstructions.get(&(a.0.min(b.0), a.0.max(b.0))) {
            Some(loss_db) => link.obstructed(*loss_db),
            None => link,
        }
    }

    /// A receiver of that radio, from a true time on.
    pub fn listen(&self, node: NodeId, tuning: Tuning, start: TrueTime) -> Stream {
        Stream::new(self.seed, node, tuning, start)
    }

    pub(crate) fn on_air(&self) -> impl Iterator<Item = (u64, &OnAir)> {
        self.bursts.iter().map(|(number, on_air)| (*number, on_air))
    }

    /// Fourier transform in place, not scaled.
    pub(crate) fn transform(&self, samples: &mut [Complex32], direction: FftDirection) {
        let plan =
            self.planner.lock().unwrap_or_else(PoisonError::into_inner).plan_fft(samples.len(), direction);
        plan.process(samples);
    }
}

#[cfg(test)]
mod ether_tests;
