//! mail-route.
