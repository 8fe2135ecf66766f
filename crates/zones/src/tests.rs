//! The zones on each engine.
