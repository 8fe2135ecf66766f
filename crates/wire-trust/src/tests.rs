//! One line per rule; known answers from the standards.

mod dkim;
mod records;
mod results;
mod spf;
