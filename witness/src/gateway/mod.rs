//! A gateway: one wideband stream, many channels, every spreading factor in each, all at once.
//!
//! ```text
//! samples -> spectra: one transform for all -> per channel: 1 sample a chip -> search
//!                                                           2 samples a chip, only where a candidate is -> frames
//! ```
//! What is not here: the receiver of a channel, which is the same as for a single one.

mod channeliser;
mod spectra;

use num_complex::Complex32;

use self::{
    channeliser::{Band, Cut, block_size},
    spectra::Spectra,
};
use crate::{
    Bandwidth, Header, HeardFrame, ReceiverConfig, ReceiverCounts, SpreadingFactor,
    receiver::{Channel, ChannelConfig, SHORT_GAP_SYMBOLS, Tables, Timeline},
};

/// Most channels of a gateway.
pub const GATEWAY_CHANNELS_MAX: usize = 64;

/// One channel of a gateway.
#[derive(Clone, Debug)]
pub struct GatewayChannel {
    /// Its centre, Hz.
    pub centre_hz: f64,
    /// Chirp bandwidth.
    pub bandwidth: Bandwidth,
    /// Spreading factors listened for.
    pub spreading_factors: Vec<SpreadingFactor>,
}

/// What a gateway listens for.
#[derive(Clone, Debug)]
pub struct GatewayConfig {
    /// Rate of the samples that will be pushed, whole Hz.
    pub sample_rate_hz: u32,
    /// Frequency at the stream's centre, Hz.
    pub centre_hz: f64,
    /// The channels; each lies wholly in the stream.
    pub channels: Vec<GatewayChannel>,
    /// Largest carrier offset searched, Hz.
    pub cfo_max_hz: f64,
    /// What every frame is, where no header says it.
    pub implicit_header: Option<Header>,
    /// Whether the samples of every frame are kept: [`HeardFrame::evidence`].
    pub evidence: bool,
}

impl GatewayConfig {
    /// Channels in a stream, explicit headers.
    pub fn new(sample_rate_hz: u32, centre_hz: f64, channels: Vec<GatewayChannel>) -> Self {
        let cfo_max_hz = ReceiverConfig::CFO_MAX_HZ;
        Self { sample_rate_hz, centre_hz, channels, cfo_max_hz, implicit_header: None, evidence: false }
    }
}

/// Why a gateway cannot be built.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
pub enum GatewayError {
    /// None, or too many.
    #[error("{0} channels; 1 to {GATEWAY_CHANNELS_MAX} can be listened to")]
    Channels(usize),
    /// A channel is not in the stream.
    #[error("channel {centre_hz} Hz of {bandwidth_hz} Hz is not wholly between {low_hz} and {high_hz} Hz")]
    Outside {
        /// Its centre.
        centre_hz: f64,
        /// Its bandwidth.
        bandwidth_hz: u32,
        /// Lower end of the stream.
        low_hz: f64,
        /// Upper end of the stream.
        high_hz: f64,
    },
    /// No small ratio between stream and channels.
    #[error(
        "{0} samples a second cannot be cut into such channels; a multiple of 25,000 up to 10 million can"
    )]
    SampleRate(u32),
    /// Nothing to listen for in a channel.
    #[error("channel {0} Hz has no spreading factor to listen for")]
    NoSpreadingFactor(f64),
    /// Not a number, or negative.
    #[error("carrier offset range {0} Hz is not a positive number")]
    CarrierRange(f64),
}

/// A frame and where it was heard.
#[derive(Clone, Debug, PartialEq)]
pub struct GatewayFrame {
    /// Index of the channel in the configuration.
    pub channel: usize,
    /// The frame. Its carrier offset is relative to the channel's centre, its times count the gateway's own samples.
    pub frame: HeardFrame,
}

/// Receives frames from all channels of a wideband stream.
pub struct Gateway {
    spectra: Spectra,
    ears: Vec<Ear>,
    timeline: Timeline,
    /// Samples of a gap that is only silence.
    short_gap: u64,
    pushed: u64,
}

/// A channel's receiver.
struct Ear {
    cut: Cut,
    channel: Channel,
    /// Caller's samples a working sample.
    ratio: f64,
    /// Caller's samples of its longest symbol.
    symbol_samples: u64,
    /// Blocks of the past that its candidates may need.
    lookback_blocks: usize,
    /// Where the cut's centre lies, relative to the channel's, Hz.
    cut_hz: f64,
    frames: Vec<HeardFrame>,
}

impl Gateway {
    /// Builds a gateway.
    ///
    /// # Errors
    /// [`GatewayError`] when the configuration asks for what is not in the stream.
    pub fn new(config: &GatewayConfig) -> Result<Self, GatewayError> {
        config.check()?;
        let bands: Vec<Band> = config
            .channels
            .iter()
            .map(|channel| Band {
                offset_hz: channel.centre_hz - config.centre_hz,
                bandwidth_hz: channel.bandwidth.hz(),
            })
            .collect();
        let rate_hz = config.sample_rate_hz;
        let size = block_size(rate_hz, &bands).ok_or(GatewayError::SampleRate(rate_hz))?;
        let mut tables = Tables::new();
        let ears = config.channels.iter().zip(bands);
        let ears: Vec<Ear> =
            ears.map(|(channel, band)| Ear::new(channel, band, size, config, &mut tables)).collect();
        let kept = ears.iter().map(|ear| ear.lookback_blocks).max().unwrap_or(1);
        let short_gap = ears.iter().map(|ear| ear.symbol_samples).max().unwrap_or(0) * SHORT_GAP_SYMBOLS;
        Ok(Self {
            spectra: Spectra::new(size, kept, &mut tables.planner),
            ears,
            timeline: Timeline::new(f64::from(rate_hz)),
            short_gap,
            pushed: 0,
        })
    }

    /// Takes samples (full scale is magnitude 1) and appends the frames that they completed.
    pub fn push(&mut self, samples: &[Complex32], frames: &mut Vec<GatewayFrame>) {
        self.pushed += samples.len() as u64;
        let ears = &mut self.ears;
        self.spectra.push(samples, |spectra| {
            for ear in &mut *ears {
                ear.hear(spectra);
            }
        });
        self.hand_over(frames);
    }

    /// Samples were dropped: the next one pushed stands this many later. A gap of up to a symbol of the slowest spreading factor is
    /// silence in the stream; a longer one ends it, and frames that span it are lost. Times count the gap, however long.
    pub fn skip(&mut self, samples: u64, frames: &mut Vec<GatewayFrame>) {
        if samples <= self.short_gap {
            self.push(&vec![Complex32::ZERO; samples as usize], frames);
            return;
        }
        let pushed = self.pushed;
        self.finish(frames);
        let mut timeline = self.timeline;
        self.restart();
        timeline.begin_again(pushed, samples);
        self.timeline = timeline;
        self.spectra.restart_after(timeline.begins());
    }

    /// Starts a new stream: the next sample is sample 0, and nothing heard before is followed any more. Counts go on.
    pub fn restart(&mut self) {
        self.spectra.restart_after(0);
        self.ears.iter_mut().for_each(|ear| ear.channel.restart());
        self.timeline.restart();
        self.pushed = 0;
    }

    /// The stream has ended: completes the frames whose last chip is in it.
    pub fn finish(&mut self, frames: &mut Vec<GatewayFrame>) {
        const CHUNK: usize = 1024;
        let mut wanted = 0.0_f64;
        for ear in &mut self.ears {
            ear.channel.end_at((self.pushed as f64 / ear.ratio).ceil() as i64);
            wanted = wanted.max(ear.channel.lookahead() as f64 * ear.ratio);
        }
        let mut left = wanted as usize + self.spectra.size() + 2 * CHUNK;
        while left > 0 {
            self.push(&[Complex32::ZERO; CHUNK], frames);
            left = left.saturating_sub(CHUNK);
        }
    }

    /// What happened so far, all channels together.
    pub fn counts(&self) -> ReceiverCounts {
        let mut sum = ReceiverCounts { not_finite: self.spectra.not_finite, ..ReceiverCounts::default() };
        for ear in &self.ears {
            sum.candidates += ear.channel.counts.candidates;
            sum.synchronised += ear.channel.counts.synchronised;
            sum.headers += ear.channel.counts.headers;
            sum.lost += ear.channel.counts.lost;
            sum.frames += ear.channel.counts.frames;
        }
        sum
    }

    /// Frames in the order of their channels; a frame's carrier is told relative to the channel, not to the cut.
    fn hand_over(&mut self, frames: &mut Vec<GatewayFrame>) {
        for (channel, ear) in self.ears.iter_mut().enumerate() {
            frames.extend(ear.frames.drain(..).map(|mut frame| {
                // First: the carrier's phase counts from the caller's sample 0.
                self.timeline.place(&mut frame);
                let measured = &mut frame.measurements;
                measured.gain = measured.gain_tuned(ear.cut_hz);
                measured.cfo_hz.value += ear.cut_hz;
                if let Some(evidence) = &mut frame.evidence {
                    evidence.centre_hz = ear.cut_hz;
                }
                GatewayFrame { channel, frame }
            }));
        }
    }
}

impl Ear {
    fn new(
        channel: &GatewayChannel,
        band: Band,
        size: usize,
        config: &GatewayConfig,
        tables: &mut Tables,
    ) -> Self {
        let rate_hz = config.sample_rate_hz;
        let cut = Cut::new(band, size, rate_hz, &mut tables.planner);
        let ratio = f64::from(rate_hz) / (2.0 * f64::from(channel.bandwidth.hz()));
        let lookback =
            2.0 * ratio * Channel::lookback_chips(&channel.spreading_factors, config.evidence) as f64;
        let config = ChannelConfig {
            bandwidth: channel.bandwidth,
            spreading_factors: &channel.spreading_factors,
            carrier_hz: Some(channel.centre_hz),
            cfo_max_hz: config.cfo_max_hz,
            implicit_header: config.implicit_header,
            evidence: config.evidence,
            samples_per_chip: 2,
            ratio,
            on_demand: true,
        };
        let slowest = channel.spreading_factors.iter().map(|sf| sf.chips()).max().unwrap_or(0);
        Self {
            channel: Channel::new(&config, tables),
            symbol_samples: (2.0 * ratio * slowest as f64) as u64,
            ratio,
            lookback_blocks: (lookback / Spectra::hop_of(size) as f64) as usize + 2,
            cut_hz: cut.centre_hz(size, rate_hz) - band.offset_hz,
            cut,
            frames: Vec::new(),
        }
    }

    /// Takes the newest block in.
    fn hear(&mut self, spectra: &Spectra) {
        if let Some(grid) = &mut self.channel.streams.grid {
            self.cut.grid(spectra, grid);
        }
        self.channel.advance(&mut self.cut.working(spectra), &mut self.frames);
    }
}

impl GatewayConfig {
    fn check(&self) -> Result<(), GatewayError> {
        if self.channels.is_empty() || self.channels.len() > GATEWAY_CHANNELS_MAX {
            return Err(GatewayError::Channels(self.channels.len()));
        }
        if !(self.cfo_max_hz >= 0.0 && self.cfo_max_hz.is_finite()) {
            return Err(GatewayError::CarrierRange(self.cfo_max_hz));
        }
        let half_hz = 0.5 * f64::from(self.sample_rate_hz);
        let (low_hz, high_hz) = (self.centre_hz - half_hz, self.centre_hz + half_hz);
        for channel in &self.channels {
            let (centre_hz, bandwidth_hz) = (channel.centre_hz, channel.bandwidth.hz());
            let reach_hz = 0.5 * f64::from(bandwidth_hz);
            if !(centre_hz - reach_hz >= low_hz && centre_hz + reach_hz <= high_hz) {
                return Err(GatewayError::Outside { centre_hz, bandwidth_hz, low_hz, high_hz });
            }
            if channel.spreading_factors.is_empty() {
                return Err(GatewayError::NoSpreadingFactor(centre_hz));
            }
        }
        Ok(())
    }
}
