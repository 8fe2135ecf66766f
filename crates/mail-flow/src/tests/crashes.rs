//! Stops at every commit point.
