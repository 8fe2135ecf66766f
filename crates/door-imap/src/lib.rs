//! door-imap.
