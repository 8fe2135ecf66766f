//! Known answers from the standards, and properties that hold for any input.
