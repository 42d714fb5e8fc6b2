//! Channels that gateways of a region listen to, by the frequency of the recording: LoRaWAN RP002-1.0.4, sections 2.4 to 2.8, and the five
//! further channels that public European gateways have.
//!
//! What is not here: what a transmitter may do. That is the region row of the protocol.

/// Evenly spaced channels.
struct Comb {
    first_hz: f64,
    step_hz: f64,
    channels: u32,
}

const COMBS: [Comb; 5] = [
    // EU863-870
    Comb { first_hz: 867.1e6, step_hz: 200e3, channels: 8 },
    // US902-928, uplinks of 125 kHz
    Comb { first_hz: 902.3e6, step_hz: 200e3, channels: 64 },
    // AU915-928, uplinks of 125 kHz
    Comb { first_hz: 915.2e6, step_hz: 200e3, channels: 64 },
    // AS923
    Comb { first_hz: 923.2e6, step_hz: 200e3, channels: 2 },
    // KR920-923
    Comb { first_hz: 922.1e6, step_hz: 200e3, channels: 7 },
];
/// IN865-867 has no step.
const INDIA_HZ: [f64; 3] = [865.0625e6, 865.4025e6, 865.985e6];
/// Two channels nearer to each other than this hear the same frames.
const APART_HZ: f64 = 100e3;

/// Centres of the region's channels that lie wholly, 125 kHz wide, in a band; those too near to another that is listed already are not.
pub(super) fn channels_in_band(centre_hz: f64, rate_hz: f64, listed_hz: &[f64]) -> Vec<f64> {
    let combs = COMBS
        .iter()
        .flat_map(|comb| (0..comb.channels).map(|channel| comb.first_hz + comb.step_hz * f64::from(channel)));
    let mut found: Vec<f64> = listed_hz.to_vec();
    for channel_hz in combs.chain(INDIA_HZ) {
        let inside = (channel_hz - centre_hz).abs() + 62.5e3 <= 0.5 * rate_hz;
        if inside && found.iter().all(|other| (other - channel_hz).abs() >= APART_HZ) {
            found.push(channel_hz);
        }
    }
    found.split_off(listed_hz.len())
}
