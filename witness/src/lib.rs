//! What was heard: a LoRa-compatible chirp modem, both ways, and the measurements of every heard frame.
