//! mail-flow.
