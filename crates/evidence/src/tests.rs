//! Tests of the crate, by what they are about.

mod bundle;
mod chain;
mod keys;
mod lab;
mod log;
mod machine;
mod notes;
mod seal;
mod statement;
mod tampered;
mod verify;
