//! One line per rule.
