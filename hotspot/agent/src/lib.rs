//! The hotspot as a library: beacon schedule, witnessing, commitments and reveals.
