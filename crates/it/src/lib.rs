//! Nothing: this crate is its tests, in `tests/it`.
