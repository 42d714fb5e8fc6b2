//! What was heard: a LoRa-compatible chirp modem, both ways, and the measurements of every heard frame.
//!
//! Slices in, facts out. There is no I/O here, no clock, no thread and no knowledge of hotspots, rounds or money; a
//! caller brings samples and learns which frames were in them, when they arrived, how strong, how far off in frequency
//! and clock, each with its standard error.
//!
//! | to | use |
//! |---|---|
//! | make a frame | [`FrameFormat`], [`modulate`] |
//! | hear frames in a stream | [`Receiver`], one channel; [`Gateway`], many channels of a wideband stream |
//! | read what was heard | [`HeardFrame`], [`Measurements`], [`CramerRaoBound`] |
//! | take a beacon's frames together | [`combine_hops`] |
//! | keep and show the samples behind it | [`Evidence`], [`Capture`], [`Exhibit`] |
//! | look at samples that somebody else showed | [`Exhibit::verify`], [`recheck`], [`Noise`] |
//!
//! Floats do not replicate: two CPUs may differ in the last bit of an FFT. Whoever needs agreement quantises what this
//! crate measures and signs integers.

mod bandwidth;
mod bound;
mod chirp;
mod coding;
mod coding_rate;
mod evidence;
pub mod fft;
mod frame;
pub mod fuzz;
mod gateway;
mod heard_frame;
mod hops;
mod measurements;
mod modulator;
mod receiver;
mod spreading_factor;
mod surroundings;

pub use bandwidth::{Bandwidth, InvalidBandwidth};
pub use bound::CramerRaoBound;
pub use chirp::{Chirp, Sweep, frame_chirps, sync_and_sfd};
pub use coding::{EncodeError, Header, InvalidHeader, encode};
pub use coding_rate::{CodingRate, InvalidCodingRate};
pub use evidence::{
    Beside, Capture, CaptureError, Depth, Evidence, Exhibit, ExhibitError, InvalidStatement, Noise, NotShown,
    Recheck, RecheckError, Residual, Snippet, SnippetError, StatedFrame, StatedPayload, Statistic,
    SymbolPart, SymbolParts, recheck,
};
pub use frame::{
    Block, Blocks, FrameFormat, PayloadFormat, SyncWord, default_preamble_symbols, header_chips,
    low_data_rate, sfd_chips,
};
pub use gateway::{GATEWAY_CHANNELS_MAX, Gateway, GatewayChannel, GatewayConfig, GatewayError, GatewayFrame};
pub use heard_frame::{CrcStatus, HeardFrame};
pub use hops::{CombinedHops, Hop, combine_hops};
pub use measurements::{Estimate, Measurements, TimeOfArrival};
pub use modulator::{ModulateError, OVERSAMPLING_MAX, PREAMBLE_SYMBOLS_MIN, modulate};
pub use receiver::{ChannelResponse, Receiver, ReceiverConfig, ReceiverCounts, ReceiverError};
pub use spreading_factor::{InvalidSpreadingFactor, SpreadingFactor};
