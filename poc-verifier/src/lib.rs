//! What is true: proof messages, one file per check, and the verdict per edge.
