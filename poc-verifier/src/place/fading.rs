//! How much a path fades from channel to channel: told from levels at several anchors, so that the sender cannot pretend it.
//!
//! ```text
//! level_jk = gain_j + sent_k + fading_jk          anchor j, channel k
//! ```
//! `sent_k` is the median over anchors of levels less their anchor's mean: whatever the sender does with its power, all hear it alike. What is
//! left is the path's own; its variance tells a blocked line (4.5 dB) from a free one (2 dB).

use crate::robust::median;

/// Anchors from which on what they have in common can be told.
const ANCHORS_MIN: usize = 4;
/// Channels from which on a variance says something.
const CHANNELS_MIN: usize = 4;

/// Fading of one path over the channels of a beacon.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Fading {
    /// Sample variance, dB^2.
    pub variance_db2: f64,
    /// Channels that it is of.
    pub channels: usize,
}

/// Fading at each anchor, from its levels in dB by number of the hop; `None` where too few heard too little.
pub fn fadings(levels_db: &[Vec<(usize, f64)>]) -> Vec<Option<Fading>> {
    let centred: Vec<Vec<(usize, f64)>> = levels_db.iter().map(|levels| centred(levels)).collect();
    let heard = centred.iter().filter(|levels| levels.len() >= CHANNELS_MIN);
    if heard.count() < ANCHORS_MIN {
        return vec![None; levels_db.len()];
    }
    let hops = centred.iter().flatten().map(|(hop, _)| hop + 1).max().unwrap_or(0);
    let sent: Vec<f64> = (0..hops).map(|hop| at_hop(&centred, hop)).collect();
    centred.iter().map(|levels| fading(levels, &sent)).collect()
}

fn centred(levels: &[(usize, f64)]) -> Vec<(usize, f64)> {
    let mean = levels.iter().map(|(_, level)| level).sum::<f64>() / levels.len().max(1) as f64;
    levels.iter().map(|(hop, level)| (*hop, level - mean)).collect()
}

/// What all anchors heard alike of a hop, dB.
fn at_hop(centred: &[Vec<(usize, f64)>], hop: usize) -> f64 {
    let levels: Vec<f64> =
        centred.iter().flatten().filter(|(other, _)| *other == hop).map(|(_, level)| *level).collect();
    median(&levels).unwrap_or(0.0)
}

fn fading(levels: &[(usize, f64)], sent: &[f64]) -> Option<Fading> {
    let left: Vec<(usize, f64)> = levels.iter().map(|(hop, level)| (*hop, level - sent[*hop])).collect();
    let channels = left.len();
    let squares: f64 = centred(&left).iter().map(|(_, level)| level.powi(2)).sum();
    (channels >= CHANNELS_MIN).then(|| Fading { variance_db2: squares / (channels - 1) as f64, channels })
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHAPE: [f64; 8] = [1.0, -2.0, 0.5, 1.5, -1.0, 2.0, -0.5, -1.5];

    /// Anchors that hear the same steps, one of them with fading of its own.
    fn levels(anchors: usize, steps_db: f64) -> Vec<Vec<(usize, f64)>> {
        let level = |anchor: usize, hop: usize| {
            let own = if anchor == 0 { 3.0 * SHAPE[(hop * 3) % 8] } else { 0.0 };
            -90.0 - anchor as f64 + steps_db * SHAPE[hop] + own
        };
        (0..anchors).map(|anchor| (0..8).map(|hop| (hop, level(anchor, hop))).collect()).collect()
    }

    #[test]
    fn the_senders_steps_are_nobodys_fading() {
        for steps_db in [0.0, 1.0, 10.0] {
            let found = fadings(&levels(6, steps_db));
            let own = found[0].unwrap();
            assert!((own.variance_db2 - 9.0 * 15.0 / 7.0).abs() < 1e-9, "{own:?}");
            assert!(found[1..].iter().all(|fading| fading.unwrap().variance_db2 < 1e-9), "{found:?}");
        }
    }

    #[test]
    fn few_anchors_or_few_channels_tell_nothing() {
        assert!(fadings(&levels(3, 1.0)).iter().all(Option::is_none));
        let mut one_short = levels(6, 1.0);
        one_short[2].truncate(3);
        let found = fadings(&one_short);
        assert!(found[2].is_none() && found[1].is_some());
        assert!(fadings(&[]).is_empty() && fadings(&[Vec::new()]) == [None]);
    }
}
