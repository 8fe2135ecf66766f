//! Reports, read and written.
