//! A scripted peer on loopback, and the rules without one.
