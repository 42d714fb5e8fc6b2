//! The worked examples of notes/lora-phy.md, and properties of each stage.

use proptest::prelude::*;

use super::{crc::payload_crc, gray, hamming, interleaver::codeword_bit, whitening, *};
use crate::{Bandwidth, CodingRate, FrameFormat, PayloadFormat, SpreadingFactor, low_data_rate};

fn format(sf: u32, parity: u32, crc: bool, explicit_header: bool) -> FrameFormat {
    let coding_rate = CodingRate::from_parity_bits(parity).unwrap();
    let payload = PayloadFormat { coding_rate, crc, explicit_header };
    FrameFormat {
        payload,
        ..FrameFormat::new(SpreadingFactor::new(sf).unwrap(), Bandwidth::Khz125, coding_rate)
    }
}

#[test]
fn whitening_sequence() {
    let bytes: Vec<u8> = whitening::sequence().take(256).collect();
    let first = [
        0xFF, 0xFE, 0xFC, 0xF8, 0xF0, 0xE1, 0xC2, 0x85, 0x0B, 0x17, 0x2F, 0x5E, 0xBC, 0x78, 0xF1, 0xE3, 0xC6,
        0x8D, 0x1A, 0x34, 0x68, 0xD0, 0xA0, 0x40, 0x80, 0x01, 0x02, 0x04, 0x08, 0x11, 0x23, 0x47,
    ];
    assert_eq!(bytes[..32], first);
    assert_eq!((bytes[254], bytes[255]), (0x7F, 0xFF));
}

#[test]
fn crc_examples() {
    assert_eq!(payload_crc(b"Hello"), Some(0x8196));
    assert_eq!(payload_crc(&(1..=16).collect::<Vec<u8>>()), Some(0x9482));
    assert_eq!(payload_crc(b"PoC beacon"), Some(0x9142));
    assert_eq!(payload_crc(&[0xAB, 0xCD]), Some(0xABCD));
    assert_eq!(payload_crc(&[0xAB]), None);
}

#[test]
fn header_examples() {
    let cases = [
        (5, 1, true, [0, 5, 3, 0, 0]),
        (16, 4, true, [1, 0, 9, 1, 15]),
        (3, 3, false, [0, 3, 6, 0, 11]),
        (10, 1, true, [0, 10, 3, 0, 9]),
        (2, 1, true, [0, 2, 3, 0, 5]),
    ];
    for (payload_bytes, parity, crc, nibbles) in cases {
        let header =
            Header { payload_bytes, coding_rate: CodingRate::from_parity_bits(parity).unwrap(), crc };
        assert_eq!(header.to_nibbles(), nibbles);
        assert_eq!(Header::from_nibbles(nibbles), Ok(header));
    }
    assert_eq!(Header::from_nibbles([0, 0, 0, 0, 0]), Err(InvalidHeader::CodingRate(0)));
}

#[test]
fn every_single_bit_error_in_a_header_is_seen() {
    let good = Header { payload_bytes: 57, coding_rate: CodingRate::Cr47, crc: true }.to_nibbles();
    for bit in 0..20 {
        let mut bad = good;
        bad[bit / 4] ^= 1 << (bit % 4);
        assert!(Header::from_nibbles(bad).is_err(), "bit {bit}");
    }
}

#[test]
fn hamming_tables() {
    let table = |rate: CodingRate| -> Vec<String> {
        let bits = rate.codeword_bits();
        let text = |word: u8| (0..bits).map(|i| if word >> i & 1 == 1 { '1' } else { '0' }).collect();
        (0..16).map(|nibble| text(hamming::encode(nibble, rate))).collect()
    };
    let strong = "00000000 10001011 01001110 11000101 00101101 10100110 01100011 11101000 \
                  00010111 10011100 01011001 11010010 00111010 10110001 01110100 11111111";
    let weak =
        "00000 10001 01001 11000 00101 10100 01100 11101 00011 10010 01010 11011 00110 10111 01111 11110";
    assert_eq!(table(CodingRate::Cr48).join(" "), strong);
    assert_eq!(table(CodingRate::Cr45).join(" "), weak);
}

#[test]
fn worked_examples() {
    let cases: [(&[u8], FrameFormat, &[u16]); 6] = [
        (
            b"Hello",
            format(7, 1, true, true),
            &[17, 13, 125, 1, 1, 17, 5, 5, 54, 126, 33, 71, 41, 38, 7, 125, 84, 5],
        ),
        (
            &[0xAB, 0xCD],
            format(10, 1, true, true),
            &[609, 501, 93, 1, 241, 873, 453, 453, 14, 1016, 1023, 515, 769],
        ),
        (
            &[0, 0xFF, 0x55],
            format(9, 3, false, true),
            &[369, 181, 69, 45, 17, 53, 313, 273, 7, 8, 1, 511, 320, 128, 16],
        ),
        (b"PoC", format(7, 2, true, false), &[89, 69, 33, 41, 85, 69, 77, 89, 23, 115, 125, 97, 1, 65]),
        (
            b"PoC beacon",
            format(12, 1, true, true),
            &[
                2913, 1909, 961, 1745, 853, 3141, 4045, 2201, 921, 2589, 965, 2865, 2577, 1089, 4017, 2149,
                773, 553,
            ],
        ),
        (
            &(1..=16).collect::<Vec<u8>>(),
            format(8, 4, true, true),
            &[
                89, 65, 33, 237, 153, 197, 69, 221, 151, 204, 171, 182, 166, 181, 171, 212, 51, 131, 139,
                204, 47, 76, 70, 132, 133, 17, 228, 128, 142, 131, 158, 23, 90, 171, 230, 51, 119, 134, 118,
                185, 8, 1, 0, 193, 65, 48, 8, 5,
            ],
        ),
    ];
    for (payload, format, symbols) in cases {
        assert_eq!(encode(format, payload).unwrap(), symbols, "{payload:02x?} {format:?}");
    }
}

#[test]
fn what_cannot_be_sent() {
    let with_crc = format(7, 1, true, true);
    let without = format(7, 1, false, true);
    assert_eq!(encode(with_crc, &[]), Err(EncodeError::Empty));
    assert_eq!(encode(with_crc, &[1]), Err(EncodeError::CrcOfOneByte));
    assert_eq!(encode(without, &[0; 256]), Err(EncodeError::TooLong(256)));
    assert!(encode(without, &[1]).is_ok() && encode(with_crc, &[0; 255]).is_ok());
}

#[test]
fn low_data_rate_rule() {
    let on = |sf, bandwidth| low_data_rate(SpreadingFactor::new(sf).unwrap(), bandwidth);
    assert!(on(11, Bandwidth::Khz125) && on(12, Bandwidth::Khz125) && on(12, Bandwidth::Khz250));
    assert!(!on(10, Bandwidth::Khz125) && !on(11, Bandwidth::Khz250) && !on(12, Bandwidth::Khz500));
}

proptest! {
    #[test]
    fn gray_round_trip(value in 0_u16..4096) {
        prop_assert_eq!(gray::from_gray(gray::to_gray(value)), value);
        prop_assert_eq!((gray::to_gray(value) ^ gray::to_gray(value + 1)).count_ones(), 1);
    }

    #[test]
    fn interleaver_is_a_permutation(rows in 3_usize..=12, symbol in 0_usize..8) {
        let mut words: Vec<usize> = (0..rows).map(|bit| codeword_bit(symbol, bit, rows)).collect();
        words.sort_unstable();
        prop_assert_eq!(words, (0..rows).collect::<Vec<_>>());
    }

    /// The formula of the datasheet and the blocks agree, and block 0 and reduced-rate symbols are 1 mod 4.
    #[test]
    fn symbol_count_is_the_datasheets(sf in 5_u32..=12, parity in 1_u32..=4, crc: bool, explicit: bool, length in 2_usize..=255) {
        let format = format(sf, parity, crc, explicit);
        let symbols = encode(format, &vec![0x5A; length]).unwrap();
        let (sf, length) = (i64::from(sf), i64::try_from(length).unwrap());
        let bits = 8 * length + 16 * i64::from(crc) + 20 * i64::from(explicit) - 4 * sf + if sf >= 7 { 8 } else { 0 };
        let reduced = if sf >= 11 { 2 } else { 0 };
        let divisor = 4 * (sf - reduced);
        let expected = 8 + (bits.max(0) + divisor - 1) / divisor * (i64::from(parity) + 4);
        prop_assert_eq!(symbols.len() as i64, expected);
        if sf >= 7 {
            prop_assert!(symbols[..8].iter().all(|symbol| symbol % 4 == 1));
        }
    }

    /// Rates 4/7 and 4/8 correct any one wrong bit of equal confidence; the weaker rates at least survive a weak one.
    #[test]
    fn soft_decoding_corrects(nibble in 0_u8..16, wrong in 0_usize..8, parity in 1_u32..=4) {
        let rate = CodingRate::from_parity_bits(parity).unwrap();
        let wrong = wrong % rate.codeword_bits();
        let weak = if parity < 3 { 0.5 } else { 1.0 };
        let llrs: Vec<f32> = (0..rate.codeword_bits())
            .map(|i| if hamming::encode(nibble, rate) >> i & 1 == 1 { 1.0 } else { -1.0 })
            .enumerate()
            .map(|(i, llr): (usize, f32)| if i == wrong { -weak * llr } else { llr })
            .collect();
        prop_assert_eq!(decode_soft(&llrs, rate).nibble, nibble);
    }
}

/// A frame in which the runner-up is right in two words is repaired; the CRC says which two.
#[test]
fn the_crc_finds_the_words_that_are_wrong() {
    use super::{hamming::SoftWord, list::repaired, payload::assemble};
    let payload: Vec<u8> = (0..20).map(|byte| byte * 11).collect();
    let header = Header { payload_bytes: 20, coding_rate: CodingRate::Cr45, crc: true };
    let nibbles = encode::nibbles(format(7, 1, true, false), &payload).unwrap();
    let mut words: Vec<SoftWord> = nibbles
        .iter()
        .enumerate()
        .map(|(index, &nibble)| SoftWord { nibble, runner_up: nibble ^ 5, margin: 3.0 + index as f32 })
        .collect();
    for (index, margin) in [(17, 0.3), (30, 1.2), (8, 0.1)] {
        words[index].margin = margin;
        if index != 8 {
            words[index] = SoftWord { nibble: nibbles[index] ^ 9, runner_up: nibbles[index], margin };
        }
    }
    let wrong: Vec<u8> = words.iter().map(|word| word.nibble).collect();
    assert_eq!(assemble(&wrong, header).crc_ok, Some(false));
    assert_eq!(repaired(&words, 0, header), Some(nibbles));
    // Three wrong words of which one is sure of itself are more than it dares.
    words[25] = SoftWord { nibble: words[25].nibble ^ 3, runner_up: words[25].nibble ^ 1, margin: 40.0 };
    assert_eq!(repaired(&words, 0, header), None);
    assert_eq!(repaired(&[], 5, header), None);
}
