//! Tests of the crate, by what they are about.

mod bundle;
mod chain;
mod files;
mod keys;
mod lab;
mod log;
mod machine;
mod notes;
mod seal;
mod statement;
mod tampered;
mod vector;
mod verify;
