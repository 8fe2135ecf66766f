//! The directory on each engine.
