//! One-way chains: commit to a whole series of secrets with one hash.
//!
//! ```text
//! x_n = step(x_n+1),   step(x) = BLAKE3 derive-key "earshot 2026 one-way chain" of x
//! ```
//!
//! The head `x_0` is public. Opening `x_1`, `x_2`, ... reveals one secret after the other; whoever knows `x_n` knows all
//! earlier links and no later one. Because an opened link opens everything before it, a draw that its owner kept shut
//! can never be hidden for good: the next link that it opens shows it.

use crate::{Context, Hash};

const STEP: Context = Context::new("earshot 2026 one-way chain");

/// The link before `link`: one step towards the head.
#[must_use]
pub fn chain_step(link: &Hash) -> Hash {
    Hash::of(STEP, &[link.bytes()])
}

/// `steps` steps from `link` towards the head.
#[must_use]
pub fn chain_walk(link: Hash, steps: u64) -> Hash {
    (0..steps).fold(link, |link, _| chain_step(&link))
}

/// A whole chain in the hands of its owner, in memory of the order of the square root of its length.
///
/// Milestones are kept at every `stride`-th link, and the stretch last asked for is kept whole, so that reading links
/// in order costs two hashes a link.
pub struct OneWayChain {
    links: u64,
    stride: u64,
    /// `milestones[i]` is link `min(i * stride, links)`.
    milestones: Vec<Hash>,
    /// First index of `stretch`.
    from: u64,
    stretch: Vec<Hash>,
}

impl OneWayChain {
    /// The chain of `links` openable links that ends in `seed`. Costs `links` hashes.
    ///
    /// # Panics
    /// When `links` is zero: such a chain opens nothing.
    #[must_use]
    pub fn new(seed: [u8; 32], links: u64) -> Self {
        assert!(links > 0, "a chain without links opens nothing");
        let stride = links.isqrt().max(1);
        let mut milestones = Vec::new();
        let mut link = Hash::new(seed);
        for index in (0..=links).rev() {
            if index == links || index % stride == 0 {
                milestones.push(link);
            }
            if index > 0 {
                link = chain_step(&link);
            }
        }
        milestones.reverse();
        Self { links, stride, milestones, from: 0, stretch: Vec::new() }
    }

    /// What is published: link 0.
    pub fn head(&self) -> Hash {
        self.milestones[0]
    }

    /// How many links can be opened: 1 to this.
    pub const fn links(&self) -> u64 {
        self.links
    }

    /// Link `index`, or none beyond the end.
    pub fn link(&mut self, index: u64) -> Option<Hash> {
        if index > self.links {
            return None;
        }
        if index < self.from || index - self.from >= self.stretch.len() as u64 {
            self.load(index);
        }
        let at = usize::try_from(index - self.from).ok()?;
        self.stretch.get(at).copied()
    }

    /// Walks down from the next milestone at or above `index` to the one below it.
    fn load(&mut self, index: u64) {
        let below = index / self.stride;
        let top = ((below + 1) * self.stride).min(self.links);
        let at = usize::try_from(top.div_ceil(self.stride)).expect("milestones are indexed by usize");
        self.from = below * self.stride;
        self.stretch.clear();
        self.stretch.push(self.milestones[at]);
        for _ in self.from..top {
            let link = chain_step(self.stretch.last().expect("the milestone above was pushed"));
            self.stretch.push(link);
        }
        self.stretch.reverse();
    }
}

/// Never prints the links: they are secret until opened.
impl std::fmt::Debug for OneWayChain {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("OneWayChain")
            .field("head", &self.head())
            .field("links", &self.links)
            .finish_non_exhaustive()
    }
}
