//! The hotspot binary.

fn main() {}
