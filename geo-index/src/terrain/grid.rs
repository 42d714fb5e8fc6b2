//! A grid of heights with its place on Earth.

use super::{TerrainError, error::within};

/// Most heights of one grid: an SRTM tile of one arc second has 13 million.
pub const GRID_HEIGHTS_MAX: usize = 16 << 20;
/// Ground on Earth, metres above the sea: below the Dead Sea's shore and above Everest there is none.
const GROUND_M: (f64, f64) = (-500.0, 9000.0);
/// Heights are kept in these steps, metres: finer than any model knows them.
const STEP_M: f64 = 0.5;
/// Where nothing is known.
const VOID: i16 = i16::MIN;
/// Metres of a degree of latitude, good enough to say how dense a grid is.
const DEGREE_M: f64 = 111_200.0;

/// Where a grid's heights are: one a node, rows from north to south, each from west to east.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Frame {
    /// Latitude of the first row, degrees.
    pub north_deg: f64,
    /// Longitude of the first column, degrees.
    pub west_deg: f64,
    /// From row to row, degrees.
    pub lat_step_deg: f64,
    /// From column to column, degrees.
    pub lng_step_deg: f64,
    /// Rows.
    pub rows: usize,
    /// Columns.
    pub cols: usize,
}

/// Heights above the geoid, in a frame. What is not known is not known: it is no height of zero.
#[derive(Clone, Debug, PartialEq)]
pub struct Grid {
    frame: Frame,
    /// Half metres.
    heights: Vec<i16>,
}

impl Frame {
    /// Refuses what is no grid on Earth, or more than is kept.
    pub(super) fn check(&self) -> Result<(), TerrainError> {
        for (what, count) in [("rows of heights", self.rows), ("columns of heights", self.cols)] {
            within(what, count as f64, 2.0, GRID_HEIGHTS_MAX as f64)?;
        }
        within("heights of a grid", self.rows as f64 * self.cols as f64, 4.0, GRID_HEIGHTS_MAX as f64)?;
        within("step of latitude", self.lat_step_deg, 1e-6, 1.0)?;
        within("step of longitude", self.lng_step_deg, 1e-6, 1.0)?;
        within("northern edge", self.north_deg, -90.0, 90.0)?;
        within("southern edge", self.south_deg(), -90.0, 90.0)?;
        within("western edge", self.west_deg, -180.0, 180.0)?;
        within("eastern edge", self.east_deg(), -180.0, 180.0)?;
        Ok(())
    }

    /// Latitude of the last row, degrees.
    pub fn south_deg(&self) -> f64 {
        self.north_deg - self.lat_step_deg * (self.rows as f64 - 1.0)
    }

    /// Longitude of the last column, degrees.
    pub fn east_deg(&self) -> f64 {
        self.west_deg + self.lng_step_deg * (self.cols as f64 - 1.0)
    }

    /// Rows and columns from the first node; `None` outside. A node speaks for half a step about it, so that grids of cells that touch
    /// leave no gap.
    fn at(&self, lat_deg: f64, lng_deg: f64) -> Option<(f64, f64)> {
        let row = (self.north_deg - lat_deg) / self.lat_step_deg;
        let col = (lng_deg - self.west_deg) / self.lng_step_deg;
        let inside = |at: f64, count: usize| (-0.5..=count as f64 - 0.5).contains(&at);
        let (last_row, last_col) = (self.rows as f64 - 1.0, self.cols as f64 - 1.0);
        (inside(row, self.rows) && inside(col, self.cols))
            .then(|| (row.clamp(0.0, last_row), col.clamp(0.0, last_col)))
    }
}

impl Grid {
    /// A grid of heights in metres above the geoid; `None` where nothing is known.
    ///
    /// # Errors
    /// [`TerrainError`] when the frame is none on Earth, the heights are not as many as its nodes, or one is no ground.
    pub fn new(frame: Frame, heights_m: impl IntoIterator<Item = Option<f64>>) -> Result<Self, TerrainError> {
        frame.check()?;
        let expected = frame.rows * frame.cols;
        let mut heights = Vec::with_capacity(expected);
        for height_m in heights_m {
            if heights.len() == expected {
                return Err(TerrainError::Heights { actual: expected + 1, expected });
            }
            heights.push(match height_m {
                Some(height_m) => {
                    (within("ground", height_m, GROUND_M.0, GROUND_M.1)? / STEP_M).round() as i16
                }
                None => VOID,
            });
        }
        let actual = heights.len();
        if actual == expected {
            Ok(Self { frame, heights })
        } else {
            Err(TerrainError::Heights { actual, expected })
        }
    }

    /// Where it is.
    pub fn frame(&self) -> &Frame {
        &self.frame
    }

    /// How many heights it keeps.
    pub fn heights(&self) -> usize {
        self.heights.len()
    }

    /// Distance of its nodes from north to south, metres.
    pub fn step_m(&self) -> f64 {
        self.frame.lat_step_deg * DEGREE_M
    }

    /// Ground in metres above the geoid, bilinear between four nodes; `None` outside, and where one of them is not known.
    pub fn height_m(&self, lat_deg: f64, lng_deg: f64) -> Option<f64> {
        let (row, col) = self.frame.at(lat_deg, lng_deg)?;
        let (top, left) = ((row as usize).min(self.frame.rows - 2), (col as usize).min(self.frame.cols - 2));
        let (down, right) = (row - top as f64, col - left as f64);
        let node = |row: usize, col: usize| match self.heights[row * self.frame.cols + col] {
            VOID => None,
            height => Some(f64::from(height) * STEP_M),
        };
        let corners = [
            (top, left, (1.0 - down) * (1.0 - right)),
            (top, left + 1, (1.0 - down) * right),
            (top + 1, left, down * (1.0 - right)),
            (top + 1, left + 1, down * right),
        ];
        corners
            .iter()
            .filter(|(_, _, weight)| *weight > 0.0)
            .try_fold(0.0, |sum, (row, col, weight)| Some(sum + weight * node(*row, *col)?))
    }

    /// BLAKE3 over frame and heights: the same ground has the same name, whatever file it came from.
    pub fn digest(&self) -> [u8; 32] {
        let Frame { north_deg, west_deg, lat_step_deg, lng_step_deg, rows, cols } = self.frame;
        let mut hasher = blake3::Hasher::new_derive_key("earshot 2026 terrain grid");
        for number in [north_deg, west_deg, lat_step_deg, lng_step_deg] {
            hasher.update(&number.to_le_bytes());
        }
        for count in [rows, cols] {
            hasher.update(&(count as u64).to_le_bytes());
        }
        for row in self.heights.chunks(cols) {
            let bytes: Vec<u8> = row.iter().flat_map(|height| height.to_le_bytes()).collect();
            hasher.update(&bytes);
        }
        *hasher.finalize().as_bytes()
    }
}
