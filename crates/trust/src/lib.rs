//! What domains publish about their mail, looked up and weighed.
//!
//! [`Authentication`] is the evidence that the checks of one letter leave: the judge gathers it, the trail
//! keeps it, reports are made of it.

mod evidence;

pub use evidence::{
    ArcEvidence, ArcResult, Authentication, Disposition, DkimEvidence, DkimResult, DmarcEvidence,
    DmarcResult, Override, ReverseEvidence, ReverseResult, SpfEvidence, SpfResult,
};
