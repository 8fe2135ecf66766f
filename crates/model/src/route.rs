//! Where a copy of a letter goes.

use crate::{AccountRef, Address, Domain, IntegrationId, OrganisationId, Reply};

/// The way of one copy, found by `mail-route`, kept by `mail-queue`, gone by `mail-deliver`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Route {
    /// Into an account of ours.
    Account {
        /// The account.
        account: AccountRef,
        /// Its mailbox address, without subaddress.
        address: Address,
    },
    /// To the mail servers of the address's domain.
    Remote {
        /// The address to name there.
        address: Address,
    },
    /// To the servers of an integrated organisation, over TLS that proves both sides, and never otherwise.
    Gateway {
        /// The address to name there.
        address: Address,
        /// Whose servers.
        integration: IntegrationId,
    },
    /// To the reports about a domain (DMARC, TLS, complaints), which are read and not stored as letters.
    Reports {
        /// The domain's owner.
        organisation: OrganisationId,
        /// The hosted domain.
        domain: Domain,
    },
    /// Nowhere: it became known only after the letter was ours, and the sender is told.
    Nowhere {
        /// Why.
        reply: Reply,
    },
}
