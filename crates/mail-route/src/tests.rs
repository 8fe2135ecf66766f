//! Aliases.
