//! mail-store.
