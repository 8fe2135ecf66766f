//! The little languages in which a domain says what holds for its mail. Pure: no IO, no clock.
//!
//! [`spf`] (RFC 7208), [`dkim`] keys, signatures and canonical forms (RFC 6376, RFC 8463, RFC 8617), [`dmarc`]
//! (RFC 7489), [`mta_sts`] (RFC 8461), [`tls_rpt`] (RFC 8460), [`tlsa`] (RFC 6698), [`bimi`], and
//! [`results`]: the Authentication-Results field (RFC 8601). What strangers publish never panics, and every
//! refusal says where and why: [`Fault`].

pub mod bimi;
pub mod dkim;
pub mod dmarc;
mod fault;
pub mod limits;
pub mod mta_sts;
pub mod results;
pub mod spf;
mod tags;
pub mod tls_rpt;
pub mod tlsa;

pub use fault::Fault;
pub use tags::Tags;

#[cfg(test)]
mod tests;
