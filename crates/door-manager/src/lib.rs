//! The Manager in the browser.
