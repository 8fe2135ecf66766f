//! wire-mime.
