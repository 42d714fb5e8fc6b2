//! The replicated state machine: integers only; no float, clock, socket or file.
