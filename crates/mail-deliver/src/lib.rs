//! Carries one copy to its place: into an account of ours, or to another server by SMTP.
//!
//! Nothing here decides what follows from an [`Outcome`]; that is `mail-flow`'s.

mod account;
mod connection;
mod content;
mod exchangers;
mod goals;
pub mod limits;
mod outbound;
mod outcome;
mod policy;
mod pool;
mod probe;
mod remote;
mod seven_bit;
pub mod testing;
mod wishes;

pub use account::{Parcel, into_account, refusal, stamps};
pub use content::Content;
pub use outbound::{Outbound, SmartHost, SmartHostTls, StaticRoute};
pub use outcome::{Attempt, Carried, Outcome};
pub use policy::{Demander, ShownCertificate, TlsPolicy};
pub use probe::{Permission, Probed, ProbedRoute, ProbedServer, Probing, Reached};
pub use remote::{Consignment, Remote, Source};

#[cfg(test)]
mod tests;
