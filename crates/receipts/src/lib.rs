//! Evidence as a page for people: PDF.
//!
//! [`receipt()`] makes the page that says what happened to a letter, with the evidence that proves it inside;
//! [`report()`] makes the page that says how a connection test went. Both are PDF/A-3b with embedded type, the same bytes
//! for the same values: no clock, no randomness, nothing of the machine. They are unsigned; `wire_cms::pades::sign`
//! adds the signature. docs/formats/receipts.md says what stands where.

mod error;
pub mod limits;
mod moment;
mod receipt;
mod report;
mod sheet;
mod typeface;
mod words;

pub use error::NotARecord;
pub use languages::Language;
pub use moment::{date, day, moment};
pub use receipt::{Kind, Mode, Part, Party, Receipt, Stamp, receipt};
pub use report::{Line, Report, Section, State, report};

/// The name of the evidence within a receipt.
pub const EVIDENCE_NAME: &str = "evidence.json";

#[cfg(test)]
mod tests;
