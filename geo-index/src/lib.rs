//! Where: WGS-84 geodesy, H3 cells, the coverage index and its vector tiles.
