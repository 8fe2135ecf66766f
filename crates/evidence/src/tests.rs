//! Tests of the crate, by what they are about.

mod log;
mod machine;
mod notes;
mod statement;
