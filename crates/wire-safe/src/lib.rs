//! The sealed envelope of a letter: format, sealing, opening. Bytes to values and back; no IO, no clock, no randomness.
