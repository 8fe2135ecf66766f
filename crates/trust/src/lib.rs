//! What domains publish about their mail, looked up and weighed.
//!
//! [`Authentication`] is the evidence that the checks of one letter leave: the judge gathers it, the trail
//! keeps it, reports are made of it.

pub mod dane;
pub mod dmarc;
mod evidence;
mod failure;
pub mod limits;
pub mod lists;
pub mod mta_sts;
pub mod reverse;
pub mod spf;

pub use evidence::{
    ArcEvidence, ArcResult, Authentication, Disposition, DkimEvidence, DkimResult, DmarcEvidence,
    DmarcResult, ListEvidence, ListWeight, Override, ReverseEvidence, ReverseResult, SenderEvidence,
    SpfEvidence, SpfResult,
};
pub use failure::TlsFailure;
pub use mta_sts::{MIGRATIONS, MtaSts};
pub use reverse::iprev;

/// Whether `domain` says that it takes no mail (`MX 0 .`, RFC 7505). Trouble with the look-up says nothing.
pub async fn null_mx(names: &world::Names, domain: &model::Domain) -> bool {
    matches!(names.mx(domain).await, Ok(world::Mx::Null))
}

#[cfg(test)]
mod tests;
