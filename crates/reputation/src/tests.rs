//! Scores, and what is counted for them.
