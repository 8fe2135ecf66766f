//! wire-imap.
