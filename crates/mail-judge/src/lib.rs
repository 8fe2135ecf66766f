//! mail-judge.
