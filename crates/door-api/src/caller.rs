//! Who asks, and how far it reaches.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use directory::{Administration, Scope, TokenInfo};
use doorway_http::{Client, Problem};
use model::OrganisationId;

use crate::Shared;
use crate::refusal::{Refusal, Result, invalid};

/// The program behind a request.
#[derive(Clone)]
pub(crate) struct Caller {
    pub(crate) token: TokenInfo,
    pub(crate) client: Client,
    pub(crate) shared: Arc<Shared>,
}

impl Caller {
    /// How far the token reaches.
    pub(crate) fn scope(&self) -> Scope {
        match self.token.organisation {
            Some(organisation) => Scope::Tenant(organisation),
            None => Scope::Operator("an operator's token asks over the API"),
        }
    }

    /// In whose name the audit has it.
    pub(crate) fn who(&self) -> String {
        format!("token «{}» ({}…) from {}", self.token.name, self.token.shown, self.client.ip)
    }

    /// The directory within the token's reach.
    pub(crate) fn directory(&self) -> Administration {
        self.shared.directory.administration(self.scope(), self.who())
    }

    /// The hosted zones within the token's reach.
    pub(crate) fn zones(&self) -> zones::Administration {
        self.shared.zones.administration(self.scope(), self.who())
    }

    /// The keys within the token's reach.
    pub(crate) fn keys(&self) -> keys::Administration {
        self.shared.keys.administration(self.scope(), self.who())
    }

    /// The organisation that a request names, which must be within reach; the token's own otherwise.
    pub(crate) async fn chosen(&self, named: Option<i64>) -> Result<Option<OrganisationId>> {
        let Some(named) = named.map(OrganisationId) else { return Ok(self.token.organisation) };
        Ok(Some(self.directory().organisation(named).await?.id))
    }

    /// The organisation in which something is created: the one that is named, the token's, or the only one.
    pub(crate) async fn owner(&self, named: Option<i64>) -> Result<OrganisationId> {
        if let Some(organisation) = self.chosen(named).await? {
            return Ok(organisation);
        }
        match self.directory().organisations().await?.as_slice() {
            [only] => Ok(only.id),
            several => Err(invalid(
                "organisation",
                format!("there are {}", several.len()),
                "unless there is exactly one organisation, an operator's token names it",
            )),
        }
    }
}

impl<S: Sync> FromRequestParts<S> for Caller {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Caller> {
        // The gate stands before every handler: without it nobody gets in.
        parts.extensions.get::<Caller>().cloned().ok_or_else(|| Problem::bug().into())
    }
}
