//! The words everybody uses: organisation, address, envelope, arrival, reply.
//!
//! Plain values, no IO, no clock, no async. Everything that a stranger may send is parsed into one of
//! these types once, at the door, so that the floors above never meet an unchecked string.

mod address;
mod blob;
mod chain;
mod envelope;
mod ids;
mod relay;
mod reply;
mod route;
mod size;
mod time;

pub use address::{Address, Domain, Localpart, NotADomain, NotALocalpart, NotAnAddress};
pub use blob::{BlobRef, NotABlobRef};
pub use chain::Chain;
pub use envelope::{
    BodyKind, Envelope, Notify, OriginalRecipient, Protocol, Recipient, ReturnContent, ReversePath, TlsWish,
};
pub use ids::{
    AccountId, AccountRef, AddressId, CredentialId, DeliveryId, DomainId, FolderId, Gateway, IntegrationId,
    LetterId, MessageId, OrganisationId, RecordId, ServiceId, UserId, ZoneId,
};
pub use relay::{NotARelayTarget, Relay, RelayTarget, RelayTls};
pub use reply::{Class, EnhancedCode, Reply};
pub use route::Route;
pub use size::{SizeStyle, read_size};
pub use time::{Civil, Timestamp, Validity};

#[cfg(test)]
mod tests;
