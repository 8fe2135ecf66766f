//! wire-smtp.
