//! The first path among echoes, one hop and eight: the table of notes/physics.md section 2, measured from samples.

use std::{error::Error, fs, path::Path};

use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, StandardNormal};
use witness::{
    Bandwidth, CodingRate, CombinedHops, CrcStatus, FrameFormat, Hop, SpreadingFactor, combine_hops, encode,
};

use crate::{
    air,
    errors::{
        Ear, Errors,
        echoes::{Echo, SURROUNDINGS, draw, receive},
    },
};

/// Payload bytes, hops of a beacon, and how far they are apart.
const BYTES: usize = 16;
const HOPS: usize = 8;
const HOP_HZ: f64 = 200e3;
/// First carrier, mean SNR, distance.
const CARRIER_HZ: f64 = 867.1e6;
const SNR_DB: f64 = 10.0;
const DISTANCE_KM: f64 = 1.0;
/// Wander of the carrier from hop to hop, Hz.
const WANDER_HZ: f64 = 2.0;
const LIGHT_M_PER_NS: f64 = 0.299_792_458;

/// Errors of one estimator, metres, and over their stated standard error.
#[derive(Default)]
struct Errs {
    metres: Vec<f64>,
    normalised: Vec<f64>,
}

const ESTIMATORS: [&str; 6] = [
    "strongest, 1 hop",
    "first path, 1 hop",
    "strongest, mean of 8",
    "strongest, power-weighted 8",
    "combined arrival, 8",
    "combined first path, 8",
];

/// What is heard of one hop.
struct Heard {
    hop: Hop,
    /// Its first path, ns after the straight line's, and the standard error.
    first_ns: f64,
    first_sigma_ns: f64,
}

/// Measures, prints and writes `first-path.csv`.
pub(crate) fn study(out: &Path, links: usize, seed: u64) -> Result<(), Box<dyn Error>> {
    println!("\nfirst path, {links} links of {DISTANCE_KM} km at {SNR_DB} dB");
    println!("{:<45} {:>7} {:>7} {:>7} {:>10}", "", "bias m", "std m", "RMS m", "normalised");
    let mut rows = vec![
        "bandwidth_khz,surroundings,estimator,seed,distance_km,snr_db,links,bias_m,std_m,rms_m,median_abs_m,\
         normalised_variance,within_1_sigma,within_2_sigma,within_3_sigma"
            .to_string(),
    ];
    for (number, bandwidth) in [Bandwidth::Khz125, Bandwidth::Khz500].into_iter().enumerate() {
        for (index, surroundings) in SURROUNDINGS.into_iter().enumerate() {
            let seed = seed + 1000 + 10 * number as u64 + index as u64;
            let all = measure(bandwidth, surroundings, links, seed)?;
            for (name, errors) in ESTIMATORS.into_iter().zip(&all) {
                let (khz, place, count) = (bandwidth.hz() / 1000, surroundings.0, errors.metres.len());
                let [bias, std, rms, median, variance, one, two, three] = errors.numbers();
                println!(
                    "{khz:>4}k {place:<11} {name:<27} {bias:>7.1} {std:>7.1} {rms:>7.1} {variance:>10.2}"
                );
                rows.push(format!(
                    "{khz},{place},\"{name}\",{seed},{DISTANCE_KM},{SNR_DB},{count},{bias:.2},{std:.2},{rms:.2},\
                     {median:.2},{variance:.3},{one:.3},{two:.3},{three:.3}"
                ));
            }
        }
    }
    fs::write(out.join("first-path.csv"), rows.join("\n") + "\n")?;
    Ok(())
}

fn measure(
    bandwidth: Bandwidth,
    surroundings: (&str, f64, f64),
    links: usize,
    seed: u64,
) -> Result<[Errs; 6], Box<dyn Error>> {
    let format = FrameFormat::new(SpreadingFactor::new(7)?, bandwidth, CodingRate::Cr45);
    let mut hear = Ear::Direct(2.0).listen(format);
    let mut rng = air::generator(seed);
    let mut all: [Errs; 6] = Default::default();
    for _ in 0..links {
        let ways = draw(surroundings, DISTANCE_KM, &mut rng);
        let offset_ppm = air::uniform(&mut rng, -20.0, 20.0);
        let mut hops = Vec::new();
        for number in 0..HOPS {
            let heard = one_hop(format, &ways, offset_ppm, number, &mut hear, &mut rng)?;
            if let (0, Some(heard)) = (number, &heard) {
                all[0].add(heard.hop.arrival_ns.value, heard.hop.arrival_ns.sigma);
                all[1].add(heard.first_ns, heard.first_sigma_ns);
            }
            hops.extend(heard.map(|heard| heard.hop));
        }
        if let Some(combined) = combine_hops(bandwidth, &hops) {
            add_combined(&mut all, &hops, &combined);
        }
    }
    Ok(all)
}

/// Sends a hop and hears it; `None` when it is not heard.
fn one_hop(
    format: FrameFormat,
    ways: &[Echo],
    offset_ppm: f64,
    number: usize,
    hear: &mut impl FnMut(&[num_complex::Complex32]) -> Vec<witness::HeardFrame>,
    rng: &mut ChaCha8Rng,
) -> Result<Option<Heard>, Box<dyn Error>> {
    let carrier_hz = CARRIER_HZ + HOP_HZ * number as f64;
    let wander: f64 = StandardNormal.sample(rng);
    let payload: Vec<u8> = (0..BYTES).map(|_| air::uniform(rng, 0.0, 256.0) as u8).collect();
    let link = air::Link {
        cfo_hz: offset_ppm * carrier_hz * 1e-6 + WANDER_HZ * wander,
        sfo_ppm: offset_ppm,
        ..air::Link::random(2.0, SNR_DB, 0.0, 10.0 * format.sf.chips() as f64, rng)
    };
    let chips = (format.chips(BYTES) + 26 * format.sf.chips()) as f64 + 4096.0;
    let samples = receive(format, &payload, link, (ways, carrier_hz), chips, rng);
    let heard = hear(&samples);
    let Some(frame) = heard.iter().find(|frame| frame.crc == CrcStatus::Ok && frame.payload == payload)
    else {
        return Ok(None);
    };
    let measured = &frame.measurements;
    let late_ns = Errors::of(measured, format, &encode(format, &payload)?, link).error[0];
    let hop = Hop {
        carrier_hz,
        response: Some(measured.response),
        arrival_ns: witness::Estimate { value: late_ns, sigma: measured.middle_sigma_ns },
        power_db: measured.rssi_dbfs.value,
        cfo_hz: measured.cfo_hz,
        sfo_ppm: measured.sfo_ppm,
    };
    let first_path_ns = frame.first_path_ns();
    Ok(Some(Heard { hop, first_ns: late_ns + first_path_ns.value, first_sigma_ns: first_path_ns.sigma }))
}

fn add_combined(all: &mut [Errs; 6], hops: &[Hop], combined: &CombinedHops) {
    let mean = |weight: &dyn Fn(&Hop) -> f64| {
        let (sum, weights) = hops.iter().fold((0.0, 0.0), |(sum, weights), hop| {
            (sum + weight(hop) * hop.arrival_ns.value, weights + weight(hop))
        });
        sum / weights
    };
    let noise_ns = hops[0].arrival_ns.sigma / (hops.len() as f64).sqrt();
    all[2].add(mean(&|_| 1.0), noise_ns);
    all[3].add(mean(&|hop| 10_f64.powf(hop.power_db / 10.0)), noise_ns);
    all[4].add(combined.arrival_ns.value, combined.arrival_ns.sigma);
    if let Some(first_path_ns) = combined.first_path_ns {
        all[5].add(first_path_ns.value, first_path_ns.sigma);
    }
}

impl Errs {
    fn add(&mut self, error_ns: f64, sigma_ns: f64) {
        self.metres.push(error_ns * LIGHT_M_PER_NS);
        self.normalised.push(error_ns / sigma_ns);
    }

    /// Bias, standard deviation, RMS, median magnitude; mean square of the normalised, and shares within 1, 2 and 3.
    fn numbers(&self) -> [f64; 8] {
        let count = self.metres.len() as f64;
        let square = |values: &[f64]| values.iter().map(|value| value * value).sum::<f64>() / count;
        let bias = self.metres.iter().sum::<f64>() / count;
        let mut sizes: Vec<f64> = self.metres.iter().map(|error| error.abs()).collect();
        sizes.sort_by(f64::total_cmp);
        let median = sizes.get(sizes.len() / 2).copied().unwrap_or(f64::NAN);
        let within =
            |reach: f64| self.normalised.iter().filter(|error| error.abs() < reach).count() as f64 / count;
        let rms = square(&self.metres).sqrt();
        let std = (rms * rms - bias * bias).max(0.0).sqrt();
        [bias, std, rms, median, square(&self.normalised), within(1.0), within(2.0), within(3.0)]
    }
}
