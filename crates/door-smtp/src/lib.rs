//! door-smtp.
