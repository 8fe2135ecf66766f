//! How far an administrator reaches, and what is refused beyond.
//!
//! Who is limited to one mail domain finds nothing by default: `read`, `write` and `act` of every `Administration` take
//! [`Scope::whole`], which he has not. What is open to him says so (`read_limited` and its like), runs in a transaction
//! that knows the domain ([`Tx::domain`]), and finds things by statements that ask for it.

use db::{Db, DbError, Scoped, Tx};
use model::{DomainId, OrganisationId, ServiceId};

use super::{Administration, Result, found, rows};
use crate::entities::ServiceInfo;
use crate::error::DirectoryError;

/// How far an administrator reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// One organisation; nothing else exists.
    Tenant(OrganisationId),
    /// One mail domain of an organisation, with the domains that are linked to it and its synonyms; nothing else of
    /// the organisation exists.
    Domain {
        /// Whose.
        organisation: OrganisationId,
        /// The domain.
        domain: DomainId,
    },
    /// The whole installation, for a reason that the code states.
    Operator(&'static str),
}

impl Scope {
    /// Of an organisation everything, or one domain.
    pub fn within(organisation: OrganisationId, domain: Option<DomainId>) -> Scope {
        match domain {
            Some(domain) => Scope::Domain { organisation, domain },
            None => Scope::Tenant(organisation),
        }
    }

    /// The only organisation whose things exist; `None` for the operator.
    pub fn organisation(self) -> Option<OrganisationId> {
        match self {
            Scope::Tenant(organisation) | Scope::Domain { organisation, .. } => Some(organisation),
            Scope::Operator(_) => None,
        }
    }

    /// The only domain whose things exist.
    pub fn domain(self) -> Option<DomainId> {
        match self {
            Scope::Domain { domain, .. } => Some(domain),
            Scope::Tenant(_) | Scope::Operator(_) => None,
        }
    }

    /// The rows of the whole scope, for statements that ask for the organisation only. Who is limited to one domain has
    /// none.
    pub fn whole(self, db: &Db) -> Option<Scoped> {
        match self {
            Scope::Tenant(organisation) => Some(db.tenant(organisation)),
            Scope::Operator(why) => Some(db.operator(why)),
            Scope::Domain { .. } => None,
        }
    }

    /// The rows of the scope, for statements that ask for organisation and domain.
    pub fn limited(self, db: &Db) -> Scoped {
        match self {
            Scope::Tenant(organisation) => db.tenant(organisation),
            Scope::Operator(why) => db.operator(why),
            Scope::Domain { organisation, domain } => db.domain(organisation, domain),
        }
    }
}

/// The names within the limit of this transaction: the domain, those linked to it, and their synonyms. `None`: it has no
/// such limit.
pub fn names_in_reach(tx: &mut Tx) -> std::result::Result<Option<Vec<String>>, DbError> {
    match (tx.organisation(), tx.domain()) {
        (Some(organisation), Some(domain)) => Ok(Some(rows::names_of(tx, organisation, domain)?)),
        _ => Ok(None),
    }
}

/// Refuses what concerns all domains of a mail service to who is limited to one of several. A service outside of the
/// scope is not found either.
pub(crate) fn check_whole_service(tx: &mut Tx, id: ServiceId) -> Result<ServiceInfo> {
    let service = found("service", rows::service(tx, id)?)?;
    if tx.domain().is_some() && rows::has_others(tx, id)? {
        return Err(DirectoryError::NotFound { what: "service" });
    }
    Ok(service)
}

impl Administration {
    /// A mail service of which no domain lies outside of the scope.
    pub async fn whole_service(&self, id: ServiceId) -> Result<ServiceInfo> {
        self.read_limited(move |tx| check_whole_service(tx, id)).await
    }

    /// The names within the limit to one domain: the domain, those linked to it, and their synonyms. `None`: there is no
    /// such limit.
    pub async fn names_in_reach(&self) -> Result<Option<Vec<String>>> {
        self.read_limited(|tx| Ok(names_in_reach(tx)?)).await
    }
}
