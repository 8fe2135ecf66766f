//! The pages as poppler reads them, and the rules under them.

mod lines;
mod pages;
mod sample;
