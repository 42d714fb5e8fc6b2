//! A real city: places where a hotspot could stand.
//!
//! Lisbon has hills, a broad river and hardly two neighbours at one height. Coordinates are of squares, viewpoints and stations, good
//! to some tens of metres; heights are of an antenna a few storeys above that ground, above the ellipsoid (the geoid lies 53 m above it
//! here).

use ether::{Draw, Surroundings};
use geo_index::{Place, PlaceError, geodesy::destination};

/// Height of the geoid over the ellipsoid in Lisbon, metres (EGM96).
const GEOID_M: f64 = 53.0;
/// Height of an antenna over the ground, metres.
const MAST_M: (f64, f64) = (12.0, 30.0);
/// Ground from which on an antenna overlooks the roofs, metres above the sea.
const HILL_M: f64 = 90.0;

/// A spot: name, latitude, longitude, ground above the sea in metres.
type Spot = (&'static str, f64, f64, f64);

/// Places of Lisbon and across the river.
pub const LISBON: [Spot; 47] = [
    ("Castelo", 38.7139, -9.1335, 110.0),
    ("Rossio", 38.7139, -9.1394, 15.0),
    ("Marquês", 38.7253, -9.1500, 45.0),
    ("Parque Eduardo VII", 38.7310, -9.1540, 95.0),
    ("Saldanha", 38.7350, -9.1450, 80.0),
    ("Campo Pequeno", 38.7424, -9.1447, 85.0),
    ("Entrecampos", 38.7479, -9.1480, 80.0),
    ("Cidade Universitária", 38.7524, -9.1583, 95.0),
    ("Campo Grande", 38.7600, -9.1580, 95.0),
    ("Aeroporto", 38.7742, -9.1342, 105.0),
    ("Oriente", 38.7678, -9.0990, 10.0),
    ("Torre Vasco da Gama", 38.7750, -9.0917, 5.0),
    ("Olivais", 38.7700, -9.1150, 70.0),
    ("Marvila", 38.7420, -9.1050, 30.0),
    ("Beato", 38.7325, -9.1100, 15.0),
    ("Santa Apolónia", 38.7140, -9.1230, 8.0),
    ("Graça", 38.7164, -9.1316, 85.0),
    ("Penha de França", 38.7295, -9.1310, 100.0),
    ("Alameda", 38.7370, -9.1330, 70.0),
    ("Areeiro", 38.7426, -9.1337, 85.0),
    ("Alvalade", 38.7530, -9.1440, 90.0),
    ("Telheiras", 38.7604, -9.1660, 95.0),
    ("Lumiar", 38.7727, -9.1600, 110.0),
    ("Benfica", 38.7510, -9.2020, 80.0),
    ("Luz", 38.7527, -9.1847, 85.0),
    ("Sete Rios", 38.7413, -9.1680, 60.0),
    ("Campolide", 38.7270, -9.1660, 80.0),
    ("Amoreiras", 38.7232, -9.1618, 95.0),
    ("Estrela", 38.7136, -9.1606, 65.0),
    ("Campo de Ourique", 38.7170, -9.1660, 80.0),
    ("Alcântara", 38.7058, -9.1760, 10.0),
    ("Ajuda", 38.7078, -9.1977, 80.0),
    ("Torre de Belém", 38.6916, -9.2160, 4.0),
    ("Jerónimos", 38.6979, -9.2068, 10.0),
    ("Restelo", 38.7060, -9.2160, 80.0),
    ("Monsanto", 38.7290, -9.1870, 220.0),
    ("Algés", 38.7020, -9.2300, 10.0),
    ("Cais do Sodré", 38.7057, -9.1440, 5.0),
    ("Príncipe Real", 38.7163, -9.1480, 75.0),
    ("Bairro Alto", 38.7130, -9.1450, 65.0),
    ("Cristo Rei", 38.6785, -9.1713, 133.0),
    ("Cacilhas", 38.6885, -9.1480, 10.0),
    ("Almada", 38.6790, -9.1570, 70.0),
    ("Chelas", 38.7540, -9.1130, 70.0),
    ("Moscavide", 38.7800, -9.1010, 15.0),
    ("Carnide", 38.7600, -9.1900, 95.0),
    ("Amadora", 38.7580, -9.2300, 130.0),
];

/// Somewhere to put a hotspot.
#[derive(Clone, Debug, PartialEq)]
pub struct Site {
    /// Name for people.
    pub name: String,
    /// Place of the antenna.
    pub place: Place,
    /// What is around it.
    pub surroundings: Surroundings,
}

/// Names and ground of the city, for the map.
///
/// # Errors
/// [`PlaceError`] never happens for the places above; a test reads them all.
pub fn named_places() -> Result<Vec<(String, Place)>, PlaceError> {
    LISBON
        .iter()
        .map(|(name, lat, lng, ground)| {
            Ok(((*name).into(), Place::from_degrees(*lat, *lng, ground + GEOID_M)?))
        })
        .collect()
}

/// `count` sites of the city, in the seed's own order. Beyond the list, further ones stand a few hundred metres from the listed.
///
/// # Errors
/// [`PlaceError`] when a site would be nowhere on Earth.
pub fn sites(count: usize, seed: u64) -> Result<Vec<Site>, PlaceError> {
    let mut order: Vec<usize> = (0..LISBON.len()).collect();
    let mut draw = Draw::new(seed, &[0xC117]);
    for last in (1..order.len()).rev() {
        order.swap(last, (draw.unit() * (last + 1) as f64) as usize);
    }
    (0..count)
        .map(|index| site(LISBON[order[index % order.len()]], index / order.len(), seed, index))
        .collect()
}

fn site((name, lat, lng, ground): Spot, lap: usize, seed: u64, index: usize) -> Result<Site, PlaceError> {
    let mut draw = Draw::new(seed, &[0x517E, index as u64]);
    let height_m = ground + GEOID_M + draw.uniform(MAST_M.0, MAST_M.1);
    let at = Place::from_degrees(lat, lng, height_m)?;
    // Nobody's antenna stands on the very point that the list has.
    let away_m = if lap == 0 { draw.uniform(5.0, 60.0) } else { draw.uniform(450.0, 900.0) };
    let place = destination(at, draw.uniform(0.0, 360.0), away_m)?.with_height_m(height_m)?;
    let surroundings = match draw.unit() {
        _ if ground >= HILL_M => Surroundings::Suburban,
        share if share < 0.45 => Surroundings::Suburban,
        _ => Surroundings::Urban,
    };
    let name = if lap == 0 { name.to_owned() } else { format!("{name} {}", lap + 1) };
    Ok(Site { name, place, surroundings })
}
