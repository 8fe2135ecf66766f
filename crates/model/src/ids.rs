//! Identifiers: one type per thing, so that two of them cannot be swapped unnoticed.
//!
//! All are positive 63-bit numbers made by `world::World::new_id`: ordered by time, so that rows made
//! together lie together, and unique across nodes.

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub i64);

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, "{}", self.0)
            }
        }
    };
}

id!(
    /// A tenant: the commune, clinic or law firm that owns everything below.
    OrganisationId
);
id!(
    /// A mail service of an organisation: its domains, addresses and limits.
    ServiceId
);
id!(
    /// A mail domain of a mail service.
    DomainId
);
id!(
    /// An address of a domain: a mailbox or an alias.
    AddressId
);
id!(
    /// What a mailbox address opens: folders and messages.
    AccountId
);
id!(
    /// A person who signs in.
    UserId
);
id!(
    /// A device password of an address.
    CredentialId
);
id!(
    /// A message that we are, or were, responsible for; the id that log lines and replies carry.
    MessageId
);
id!(
    /// One recipient of one message, on one route.
    DeliveryId
);
id!(
    /// A folder of an account.
    FolderId
);
id!(
    /// The immutable content of a stored message; several folders may hold it.
    LetterId
);
id!(
    /// A DNS zone that we host.
    ZoneId
);
id!(
    /// A record of a hosted zone.
    RecordId
);
id!(
    /// An integrated organisation's connection: its domains, its servers, their certificates.
    IntegrationId
);

/// Another organisation's mail server that proved by its certificate whose it is.
///
/// Only `gateways` makes one, from a certificate that it judged: holding it is the proof that the server is
/// that integration's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Gateway {
    /// The integration that the certificate belongs to.
    pub integration: IntegrationId,
    /// Whose integration it is.
    pub organisation: OrganisationId,
}

/// An account together with the organisation that owns it.
///
/// Only `directory` makes one, from a login or a route: holding it is the proof that the rows of
/// this account may be reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct AccountRef {
    /// The owner.
    pub organisation: OrganisationId,
    /// The account.
    pub account: AccountId,
}
