//! mail-deliver.
