//! The languages in which people are spoken to, and catalogues of words: a text for each language, a line for each key.
//!
//! No IO, no clock; the words themselves stand with whoever says them.

mod catalogue;
mod language;

pub use catalogue::Catalogue;
pub use language::{Language, typeset_french};
