//! Receivers for a recording: of the one channel at its centre, or of channels anywhere in a wideband one.

use std::path::Path;

use anyhow::{Context, Result, anyhow, bail};
use earshot_sigmf::Recording;
use num_complex::Complex32;
use witness::{
    Bandwidth, Gateway, GatewayChannel, GatewayConfig, GatewayFrame, Header, HeardFrame, OVERSAMPLING_MAX,
    Receiver, ReceiverConfig, SpreadingFactor,
};

use super::plan::channels_in_band;

/// Rate from which a recording holds more than its centre's channel, samples/s.
const WIDEBAND_HZ: f64 = 1e6;

/// What to listen for.
pub(super) struct Wanted<'a> {
    pub(super) spreading_factors: &'a [SpreadingFactor],
    /// One, or every one that fits.
    pub(super) bandwidth: Option<Bandwidth>,
    pub(super) implicit: Option<Header>,
    /// Channel centres, Hz; none for the recording's own centre and, in a wideband recording, the region's plan.
    pub(super) channels_hz: &'a [f64],
}

/// A frame, and its channel where several were listened to.
#[derive(Clone, Debug)]
pub(super) struct Heard {
    pub(super) channel_hz: Option<f64>,
    pub(super) frame: HeardFrame,
}

/// The receivers.
pub(super) enum Ears {
    Centre { receivers: Vec<Receiver>, frames: Vec<HeardFrame> },
    Channels { gateway: Box<Gateway>, centres_hz: Vec<f64>, frames: Vec<GatewayFrame> },
}

impl Ears {
    pub(super) fn new(wanted: &Wanted, recording: &Recording) -> Result<Self> {
        if !wanted.channels_hz.is_empty() {
            return channels(wanted, wanted.channels_hz, recording);
        }
        let plan_hz = plan(recording);
        // A sample rate that cannot be cut into channels still has its centre.
        if plan_hz.is_empty() {
            centre(wanted, recording)
        } else {
            channels(wanted, &plan_hz, recording).or_else(|_| centre(wanted, recording))
        }
    }

    pub(super) fn push(&mut self, samples: &[Complex32], heard: &mut Vec<Heard>) {
        match self {
            Self::Centre { receivers, frames } => {
                for receiver in receivers {
                    receiver.push(samples, frames);
                }
            }
            Self::Channels { gateway, frames, .. } => gateway.push(samples, frames),
        }
        self.hand_over(heard);
    }

    /// The next samples of the stream were dropped.
    pub(super) fn skip(&mut self, samples: u64, heard: &mut Vec<Heard>) {
        match self {
            Self::Centre { receivers, frames } => {
                for receiver in receivers {
                    receiver.skip(samples, frames);
                }
            }
            Self::Channels { gateway, frames, .. } => gateway.skip(samples, frames),
        }
        self.hand_over(heard);
    }

    pub(super) fn finish(&mut self, heard: &mut Vec<Heard>) {
        match self {
            Self::Centre { receivers, frames } => {
                for receiver in receivers {
                    receiver.finish(frames);
                }
            }
            Self::Channels { gateway, frames, .. } => gateway.finish(frames),
        }
        self.hand_over(heard);
    }

    /// Samples that were no numbers.
    pub(super) fn not_finite(&self) -> u64 {
        match self {
            Self::Centre { receivers, .. } => {
                receivers.first().map_or(0, |receiver| receiver.counts().not_finite)
            }
            Self::Channels { gateway, .. } => gateway.counts().not_finite,
        }
    }

    fn hand_over(&mut self, heard: &mut Vec<Heard>) {
        match self {
            Self::Centre { frames, .. } => {
                heard.extend(frames.drain(..).map(|frame| Heard { channel_hz: None, frame }));
            }
            Self::Channels { centres_hz, frames, .. } => {
                heard.extend(frames.drain(..).map(|GatewayFrame { channel, frame }| Heard {
                    channel_hz: Some(centres_hz[channel]),
                    frame,
                }));
            }
        }
    }
}

fn centre(wanted: &Wanted, recording: &Recording) -> Result<Ears> {
    let rate_hz = recording.metadata.sample_rate_hz;
    let fits = |bandwidth: &Bandwidth| {
        (1.0..=f64::from(OVERSAMPLING_MAX)).contains(&(rate_hz / f64::from(bandwidth.hz())))
    };
    let bandwidths: Vec<Bandwidth> = match wanted.bandwidth {
        Some(bandwidth) => vec![bandwidth],
        None => Bandwidth::ALL.into_iter().filter(fits).collect(),
    };
    if bandwidths.is_empty() {
        return Err(anyhow!("no LoRa bandwidth (125, 250, 500 kHz) fits {rate_hz} samples/s"))
            .with_context(|| at(&recording.path, "core:sample_rate"));
    }
    let receiver = |bandwidth| {
        Receiver::new(&ReceiverConfig {
            spreading_factors: wanted.spreading_factors.to_vec(),
            carrier_hz: recording.metadata.frequency_hz().filter(|hz| *hz > 1e6),
            implicit_header: wanted.implicit,
            ..ReceiverConfig::new(rate_hz, bandwidth)
        })
    };
    let receivers: Result<Vec<Receiver>, _> = bandwidths.into_iter().map(receiver).collect();
    let receivers = receivers.with_context(|| at(&recording.path, "core:sample_rate"))?;
    Ok(Ears::Centre { receivers, frames: Vec::new() })
}

/// The recording's own centre and the region's channels beside it; none when the recording is not wideband, or has no plan in it.
fn plan(recording: &Recording) -> Vec<f64> {
    let rate_hz = recording.metadata.sample_rate_hz;
    let Some(centre_hz) = recording.metadata.frequency_hz().filter(|_| rate_hz >= WIDEBAND_HZ) else {
        return Vec::new();
    };
    let beside = channels_in_band(centre_hz, rate_hz, &[centre_hz]);
    if beside.is_empty() { beside } else { std::iter::once(centre_hz).chain(beside).collect() }
}

fn channels(wanted: &Wanted, channels_hz: &[f64], recording: &Recording) -> Result<Ears> {
    let path = &recording.path;
    let rate_hz = recording.metadata.sample_rate_hz;
    if rate_hz.fract() != 0.0 || !(1.0..=f64::from(u32::MAX)).contains(&rate_hz) {
        bail!("{}: {rate_hz} samples/s is not a whole number", at(path, "core:sample_rate"));
    }
    let Some(centre_hz) = recording.metadata.frequency_hz() else {
        bail!(
            "{}: channels are given by frequency, but the recording does not say its own",
            at(path, "core:frequency")
        );
    };
    let inside = |channel_hz: f64, bandwidth: Bandwidth| {
        (channel_hz - centre_hz).abs() + 0.5 * f64::from(bandwidth.hz()) <= 0.5 * rate_hz
    };
    let mut channels = Vec::new();
    for &channel_hz in channels_hz {
        let bandwidths: Vec<Bandwidth> = match wanted.bandwidth {
            Some(bandwidth) => vec![bandwidth],
            None => Bandwidth::ALL.into_iter().filter(|bandwidth| inside(channel_hz, *bandwidth)).collect(),
        };
        if bandwidths.is_empty() {
            bail!("{}: channel {channel_hz} Hz is not in the recording", at(path, "core:frequency"));
        }
        channels.extend(bandwidths.into_iter().map(|bandwidth| GatewayChannel {
            centre_hz: channel_hz,
            bandwidth,
            spreading_factors: wanted.spreading_factors.to_vec(),
        }));
    }
    let centres_hz = channels.iter().map(|channel| channel.centre_hz).collect();
    let mut config = GatewayConfig::new(rate_hz as u32, centre_hz, channels);
    config.implicit_header = wanted.implicit;
    let gateway = Gateway::new(&config).with_context(|| path.display().to_string())?;
    Ok(Ears::Channels { gateway: Box::new(gateway), centres_hz, frames: Vec::new() })
}

fn at(path: &Path, field: &str) -> String {
    format!("{}: {field}", path.display())
}
