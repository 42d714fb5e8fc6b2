//! The simulated air between radios: channels, clocks, noise; the same bits whatever the chunking.
