//! What anybody may fetch: the start page, the rules of the platform, its keys and its log, and how evidence is verified.

pub(crate) mod log;
pub(crate) mod standing;
pub(crate) mod verifying;
