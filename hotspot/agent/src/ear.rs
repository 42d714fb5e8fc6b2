//! From samples with a time stamp to frames in network time.

use num_complex::Complex32;
use poc_verifier::Protocol;
use witness::{CrcStatus, HeardFrame, Receiver, ReceiverConfig, ReceiverError};

/// Samples of one channel from one moment on.
#[derive(Clone, Copy, Debug)]
pub struct Capture<'a> {
    /// Centre of the channel, Hz.
    pub channel_hz: u32,
    /// Network time of the first sample by the radio's clock: whole nanoseconds and the rest.
    pub start_ns: i64,
    /// The rest, 0 to 1 ns.
    pub start_fraction_ns: f64,
    /// What the radio knows of its own sample clock (measured against PPS): positive when it is fast; zero when nothing is known.
    pub clock_error: f64,
    /// Samples at [`crate::beacon_rate_hz`], full scale is magnitude 1.
    pub samples: &'a [Complex32],
}

/// A frame and where it came from.
#[derive(Clone, Debug, PartialEq)]
pub struct EarFrame {
    /// The frame and its measurements; times count from the capture's first sample.
    pub frame: HeardFrame,
    /// Channel.
    pub channel_hz: u32,
    /// Network time of the frame's middle, ns and the rest.
    pub arrival_ns: i64,
    /// The rest, 0 to 1 ns.
    pub arrival_fraction_ns: f64,
}

/// The receiver of beacon frames.
pub(crate) struct Ear {
    receiver: Receiver,
    frames: Vec<HeardFrame>,
}

impl Ear {
    pub(crate) fn new(protocol: &Protocol) -> Result<Self, ReceiverError> {
        let frame = protocol.region.frame();
        let carrier = f64::from(protocol.region.channels_hz[0]);
        let config = ReceiverConfig {
            spreading_factors: vec![frame.sf],
            carrier_hz: Some(carrier),
            evidence: true,
            ..ReceiverConfig::new(crate::beacon_rate_hz(&protocol.region), frame.bandwidth)
        };
        Ok(Self { receiver: Receiver::new(&config)?, frames: Vec::new() })
    }

    /// Frames of a capture whose CRC holds.
    pub(crate) fn listen(&mut self, capture: &Capture) -> Vec<EarFrame> {
        self.frames.clear();
        self.receiver.restart();
        self.receiver.push(capture.samples, &mut self.frames);
        self.receiver.finish(&mut self.frames);
        let good = self.frames.drain(..).filter(|frame| frame.crc == CrcStatus::Ok);
        good.map(|frame| placed(frame, capture)).collect()
    }
}

fn placed(frame: HeardFrame, capture: &Capture) -> EarFrame {
    let middle = frame.measurements.middle;
    // A fast sample clock counts more samples a second, so fewer nanoseconds have passed than it says.
    let since_start_ns = (middle.ns as f64 + middle.fraction_ns) / (1.0 + capture.clock_error);
    let fraction = capture.start_fraction_ns + since_start_ns;
    EarFrame {
        frame,
        channel_hz: capture.channel_hz,
        arrival_ns: capture.start_ns + fraction.floor() as i64,
        arrival_fraction_ns: fraction - fraction.floor(),
    }
}
