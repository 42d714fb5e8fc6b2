//! The rows. Each number is its law's, the strictest where countries of a row differ; each row says where it was read.

use witness::{Bandwidth, SpreadingFactor};

use super::{Law, Listen, Region};
use crate::protocol::HOPS;

pub(super) const ALL: [Region; 10] =
    [EU868, US915, AU915, AS923_1, AS923_2, AS923_3, AS923_4, IN865, KR920, JP920];

const SF6: SpreadingFactor = factor(6);
const SF7: SpreadingFactor = factor(7);
/// No limit of this kind.
const ANY_US: u64 = u64::MAX;
/// Of the time, parts in 10,000.
const ALWAYS: u32 = 10_000;

const fn factor(sf: u32) -> SpreadingFactor {
    match SpreadingFactor::new(sf) {
        Ok(sf) => sf,
        Err(_) => panic!("5 to 12 are spreading factors"),
    }
}

/// Eight channels at equal distances.
const fn comb(first_hz: u32, step_hz: u32) -> [u32; HOPS] {
    let mut channels_hz = [first_hz; HOPS];
    let mut hop = 1;
    while hop < HOPS {
        channels_hz[hop] = channels_hz[hop - 1] + step_hz;
        hop += 1;
    }
    channels_hz
}

/// A law of a band and a share of time, without anything about single transmissions.
const fn shared(band_hz: (u32, u32), bandwidth_max_hz: u32) -> Law {
    Law {
        band_hz,
        bandwidth_hz: (0, bandwidth_max_hz),
        frame_max_us: ANY_US,
        pause_us: 0,
        listen: None,
        open: None,
    }
}

/// Band L: 25 mW ERP (16.15 dBm EIRP), 1 %. Eight channels 300 kHz apart, so that 250 kHz chirps do not touch.
pub(super) const EU868: Region = Region {
    name: "EU868",
    channels_hz: comb(865_200_000, 300_000),
    sf: SF7,
    bandwidth: Bandwidth::Khz250,
    eirp_max_ddbm: 161,
    duty_cycle_e4: 100,
    ranging: true,
    law: shared((865_000_000, 868_000_000), 3_000_000),
    source: "ETSI EN 300 220-2 V3.2.1, annex B, band L; ERC/REC 70-03 annex 1",
};

/// Digital modulation: no dwell, no duty cycle, but a 6 dB bandwidth of 500 kHz at least, so chirps of 500 kHz, symbols of 256 us. One
/// watt conducted; held to as EIRP, that is lawful with every antenna of 0 dBi or more. A chirp of 500 kHz at 30 dBm has 7.8 dBm in 3 kHz.
/// The channels are the eight that LoRaWAN gateways send on.
pub(super) const US915: Region = Region {
    name: "US915",
    channels_hz: comb(923_300_000, 600_000),
    sf: SF7,
    bandwidth: Bandwidth::Khz500,
    eirp_max_ddbm: 300,
    duty_cycle_e4: ALWAYS,
    ranging: true,
    law: Law { bandwidth_hz: (500_000, 26_000_000), ..shared((902_000_000, 928_000_000), 0) },
    source: "47 CFR 15.247 (a)(2), (b)(3), (e); channels: LoRaWAN RP002, US902-928 downlink",
};

/// Australia: digital modulation as in the United States, 1 W EIRP, 25 mW EIRP in 3 kHz. Brazil and New Zealand differ: not this row.
pub(super) const AU915: Region = Region {
    name: "AU915",
    law: Law { band_hz: (915_000_000, 928_000_000), ..US915.law },
    source: "ACMA Radiocommunications (Low Interference Potential Devices) Class Licence 2025, digital modulation, 915 to \
             928 MHz; channels: LoRaWAN RP002, AU915-928 downlink",
    ..US915
};

/// What all countries of the group share is 923.0 to 923.5 MHz: two channels. Elsewhere in 915 to 928 MHz each has its own law.
pub(super) const AS923_1: Region = Region {
    name: "AS923-1",
    channels_hz: alternating(923_130_000, 923_370_000),
    eirp_max_ddbm: 160,
    ranging: false,
    law: Law { frame_max_us: 400_000, ..shared((923_000_000, 923_500_000), 250_000) },
    source: "LoRaWAN RP002-1.0.4 section 2.10.10 (groups); 16 dBm EIRP, 400 ms, 1 %: LoRaWAN AS923",
    ..EU868
};

/// Indonesia and Viet Nam: 920 to 923 MHz, 25 mW ERP (Viet Nam), 1 %, 250 kHz at most (Indonesia).
pub(super) const AS923_2: Region = Region {
    name: "AS923-2",
    channels_hz: comb(920_300_000, 300_000),
    law: Law { frame_max_us: 400_000, ..shared((920_000_000, 923_000_000), 250_000) },
    source: "Kepmen Kominfo 05/2024 (Indonesia), Circular 08/2021/TT-BTTTT (Viet Nam), both as crate ados-lora 0.1.1 cites them; 400 ms: \
             LoRaWAN AS923",
    ..EU868
};

/// 915 to 921 MHz, in common 916.5 to 917.0 MHz.
pub(super) const AS923_3: Region = Region {
    name: "AS923-3",
    channels_hz: alternating(916_630_000, 916_870_000),
    law: Law {
        open: Some("no clause of the law of the countries of AS923-3 was read"),
        ..shared((916_500_000, 917_000_000), 250_000)
    },
    source: "LoRaWAN RP002-1.0.4 section 2.10.10 (groups)",
    ..AS923_1
};

/// Israel: 917 to 920 MHz.
pub(super) const AS923_4: Region = Region {
    name: "AS923-4",
    channels_hz: comb(917_300_000, 300_000),
    law: Law {
        open: Some("no clause of Israel's law on power and share of time was read"),
        ..shared((917_000_000, 920_000_000), 250_000)
    },
    source: "LoRaWAN RP002-1.0.4 section 2.10.10 (groups)",
    ..AS923_1
};

/// India: 865 to 868 MHz. Table I (25 mW ERP, 1 %) wants hops of 50 kHz at most over 58 channels; table II (200 kHz) wants adaptive power
/// control. A chirp of 125 kHz fits neither as it is.
pub(super) const IN865: Region = Region {
    name: "IN865",
    sf: SF6,
    bandwidth: Bandwidth::Khz125,
    ranging: false,
    law: Law {
        open: Some(
            "table I wants hops of 50 kHz at most, table II adaptive power control: a beacon is neither",
        ),
        ..shared((865_000_000, 868_000_000), 200_000)
    },
    source: "Gazette of India G.S.R. 853(E), 10 December 2021, tables I and II",
    ..EU868
};

/// Korea: seven channels of 200 kHz at 25 mW EIRP, listening for 5 ms, and 50 ms of silence after a transmission.
pub(super) const KR920: Region = Region {
    name: "KR920",
    channels_hz: [
        922_100_000,
        922_300_000,
        922_500_000,
        922_700_000,
        922_900_000,
        923_100_000,
        923_300_000,
        922_100_000,
    ],
    sf: SF6,
    bandwidth: Bandwidth::Khz125,
    eirp_max_ddbm: 140,
    duty_cycle_e4: ALWAYS,
    ranging: false,
    law: Law {
        frame_max_us: 4_000_000,
        pause_us: 50_000,
        listen: Some(Listen { us: 5_000, free_below_dbm: -65 }),
        ..shared((922_000_000, 923_400_000), 200_000)
    },
    source: "MSIT Notice 2024-22, as crate ados-lora 0.1.1 cites it; channels: LoRaWAN KR920-923",
};

/// Japan, registered stations: listening for 128 us, then 0.4 s at most (half of it on two unit channels), 2 ms of silence, 360 s an hour;
/// up to five unit channels of 200 kHz together, 250 mW with 3 dBi. A beacon's 250 kHz take two unit channels; the last two pairs overlap.
pub(super) const JP920: Region = Region {
    name: "JP920",
    channels_hz: [
        920_700_000,
        921_100_000,
        921_500_000,
        921_900_000,
        922_300_000,
        922_700_000,
        923_100_000,
        923_300_000,
    ],
    eirp_max_ddbm: 270,
    duty_cycle_e4: 1000,
    law: Law {
        frame_max_us: 200_000,
        pause_us: 2_000,
        listen: Some(Listen { us: 128, free_below_dbm: -80 }),
        ..shared((920_500_000, 923_500_000), 400_000)
    },
    source: "Regulations for Radio Equipment (Japan), article 49-34; MIC Notice 123 of 2019; ARIB STD-T108 part 1; 200 ms on two unit channels: \
             Silicon Labs Wi-SUN, regional regulation",
    ..EU868
};

/// Two channels, in turn.
const fn alternating(low_hz: u32, high_hz: u32) -> [u32; HOPS] {
    let mut channels_hz = [low_hz; HOPS];
    let mut hop = 1;
    while hop < HOPS {
        channels_hz[hop] = high_hz;
        hop += 2;
    }
    channels_hz
}
