//! The CRC as one more check of a failed frame: the next likeliest words, until one frame's CRC holds.
//!
//! Of the words of least margin any set may take its runner-up; sets are tried in the order of the likelihood that they give up, the sum of
//! their margins. Each try lets a wrong frame pass with probability 2^-16, so a frame that cannot be repaired is taken for a good one with
//! less than [`TRIES`] / 65,536, one in a thousand; a frame of noise hardly has margins this small in so few words only.

use super::{hamming::SoftWord, payload::assemble};
use crate::Header;

/// Words that may be wrong.
const WEAK: usize = 10;
/// Sets tried.
const TRIES: usize = 64;

/// The nibbles of a frame whose CRC holds when a few words take their runner-up; none when that is not so, or there is no CRC.
pub(crate) fn repaired(words: &[SoftWord], header_nibbles: usize, header: Header) -> Option<Vec<u8>> {
    let coded = header_nibbles + 2 * (usize::from(header.payload_bytes) + 2);
    let mut weak: Vec<usize> = (header_nibbles..coded.min(words.len())).collect();
    weak.sort_by(|a, b| words[*a].margin.total_cmp(&words[*b].margin));
    weak.truncate(WEAK);
    let mut nibbles: Vec<u8> = words.iter().map(|word| word.nibble).collect();
    sets_by_margin(words, &weak).into_iter().take(TRIES).find_map(|set| {
        let members =
            || weak.iter().enumerate().filter(|(bit, _)| set >> bit & 1 == 1).map(|(_, index)| *index);
        members().for_each(|index| nibbles[index] = words[index].runner_up);
        let holds = assemble(&nibbles[header_nibbles..], header).crc_ok == Some(true);
        let found = holds.then(|| nibbles.clone());
        members().for_each(|index| nibbles[index] = words[index].nibble);
        found
    })
}

/// Every set of the weak words but the empty one, as bits, the likeliest first.
fn sets_by_margin(words: &[SoftWord], weak: &[usize]) -> Vec<u32> {
    let margin = |set: u32| -> f32 {
        let members = weak.iter().enumerate().filter(|(bit, _)| set >> bit & 1 == 1);
        members.map(|(_, index)| words[*index].margin).sum()
    };
    let mut sets: Vec<u32> = (1..1_u32 << weak.len()).collect();
    sets.sort_by(|a, b| margin(*a).total_cmp(&margin(*b)));
    sets
}
