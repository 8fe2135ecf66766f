//! What happened to a secure letter, provably: chain of events, public log, bundle, verifier. No IO, no clock.
