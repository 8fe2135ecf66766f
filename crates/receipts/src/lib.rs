//! Evidence as a page for people: PDF.
