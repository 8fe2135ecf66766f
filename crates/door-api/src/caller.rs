//! Who asks, and how far it reaches.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use directory::{Administration, Directory, DirectoryError, DomainInfo, Scope, Session, TokenInfo};
use doorway_http::{Client, Problem};
use model::{Domain, DomainId, OrganisationId, ZoneId};
use zones::{ZoneError, ZoneInfo};

use crate::Shared;
use crate::refusal::{Refusal, Result, invalid, not_found};

/// The program behind a request. As what a handler asks for it is one that reaches a whole organisation at least: one
/// that is limited to a domain finds nothing, unless the handler asks for [`AnyCaller`].
#[derive(Clone)]
pub(crate) struct Caller {
    pub(crate) token: TokenInfo,
    pub(crate) client: Client,
    pub(crate) shared: Arc<Shared>,
}

impl Caller {
    /// How far the token reaches, its limit to a domain included.
    pub(crate) fn scope(&self) -> Scope {
        match self.token.organisation {
            Some(organisation) => Scope::within(organisation, self.token.domain),
            None => Scope::Operator("an operator's token asks over the API"),
        }
    }

    /// In whose name the audit has it.
    pub(crate) fn who(&self) -> trail::Actor {
        trail::Actor::from(format!("token «{}» ({}…)", self.token.name, self.token.shown))
            .on_behalf_of(self.token.user_login.as_ref().unwrap_or(&self.token.created_by))
            .coming_from(self.client.ip)
    }

    /// The directory within the token's reach.
    pub(crate) fn directory(&self) -> Administration {
        self.shared.directory.administration(self.scope(), self.who())
    }

    /// The hosts and mail servers within the token's reach.
    pub(crate) fn hosts(&self) -> hosts::Administration {
        self.shared.hosts.administration(self.scope(), self.who())
    }

    /// The hosted zones within the token's reach.
    pub(crate) fn zones(&self) -> zones::Administration {
        self.shared.zones.administration(self.scope(), self.who())
    }

    /// The keys within the token's reach.
    pub(crate) fn keys(&self) -> keys::Administration {
        self.shared.keys.administration(self.scope(), self.who())
    }

    /// The mail domain that a text names, by identifier or by name.
    pub(crate) async fn domain(&self, text: &str) -> Result<DomainInfo> {
        let directory = self.directory();
        if let Ok(id) = text.parse() {
            return match directory.domain(DomainId(id)).await {
                Err(DirectoryError::NotFound { .. }) => Err(unknown("mail domain", text, "domains", "")),
                found => Ok(found?),
            };
        }
        let found = match Domain::parse(text) {
            Ok(name) => directory.domain_called(&name).await,
            Err(_) => Err(DirectoryError::NotFound { what: "domain" }),
        };
        let Err(DirectoryError::NotFound { .. }) = found else { return Ok(found?) };
        let hint = match self.zones().zone_called(text).await {
            Ok(_) => "; a hosted zone has this name, but it receives no mail",
            Err(_) => "",
        };
        Err(unknown("mail domain", text, "domains", hint))
    }

    /// The hosted zone that a text names, by identifier or by name.
    pub(crate) async fn zone(&self, text: &str) -> Result<ZoneInfo> {
        let zones = self.zones();
        if let Ok(id) = text.parse() {
            return match zones.zone(ZoneId(id)).await {
                Err(ZoneError::NotFound { .. }) => Err(unknown("hosted zone", text, "zones", "")),
                found => Ok(found?),
            };
        }
        match zones.zone_called(text).await {
            Err(ZoneError::NotFound { .. } | ZoneError::Invalid { .. }) => {}
            found => return Ok(found?),
        }
        let hint = match zones.enclosing(text).await {
            Ok(Some(zone)) => format!("; its records lie in the zone «{}»", zone.name),
            _ => String::new(),
        };
        Err(unknown("hosted zone", text, "zones", &hint))
    }

    /// The organisation that a request names, which must be within reach; the token's own otherwise.
    pub(crate) async fn chosen(&self, named: Option<i64>) -> Result<Option<OrganisationId>> {
        let Some(named) = named.map(OrganisationId) else { return Ok(self.token.organisation) };
        if Some(named) == self.token.organisation {
            return Ok(Some(named));
        }
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

/// What was not found, and what may be meant.
fn unknown(what: &str, text: &str, list: &str, hint: &str) -> Refusal {
    let whole = format!("no {what} within the token's reach has the identifier or name «{text}»{hint}");
    Problem::not_found().detail(format!("{whole}; GET /api/v1/{list} lists them")).into()
}

impl<S: Sync> FromRequestParts<S> for Caller {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Caller> {
        let AnyCaller(caller) = AnyCaller::of(parts)?;
        match caller.token.domain {
            None => Ok(caller),
            Some(_) => Err(not_found("this within the token's domain")),
        }
    }
}

/// Whose token it is, for what is that person's own: a token that a person made for it, and no other. One that an
/// administrator made for somebody is not: it would open that person's mailboxes everywhere.
pub(crate) struct Me {
    /// As a session in the browser would have the person.
    pub(crate) person: Session,
    pub(crate) caller: Caller,
}

impl Me {
    pub(crate) fn directory(&self) -> &Directory {
        &self.caller.shared.directory
    }
}

impl<S: Sync> FromRequestParts<S> for Me {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Me> {
        let caller = Bearer::of(parts)?;
        match caller.shared.directory.person_of(&caller.token).await? {
            Some(person) => {
                // The log of changes says that it was a program, and which.
                let person = person.coming_from(caller.client.ip).by_token(&caller.token.name);
                Ok(Me { person, caller })
            }
            None => Err(not_found("this without a token that a person made for the own things")),
        }
    }
}

/// The program behind a request, whatever its token is for.
pub(crate) struct Bearer(pub(crate) Caller);

impl Bearer {
    fn of(parts: &Parts) -> Result<Caller> {
        // The gate stands before every handler: without it nobody gets in.
        parts.extensions.get::<Caller>().cloned().ok_or_else(|| Problem::bug().into())
    }
}

impl<S: Sync> FromRequestParts<S> for Bearer {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Bearer> {
        Bearer::of(parts).map(Bearer)
    }
}

/// The program behind a request, also one that is limited to a domain: for handlers that do everything within
/// [`Caller::scope`], which knows the limit, and look at the token's organisation for nothing else.
pub(crate) struct AnyCaller(pub(crate) Caller);

impl AnyCaller {
    pub(crate) fn of(parts: &Parts) -> Result<AnyCaller> {
        let caller = Bearer::of(parts)?;
        match caller.token.is_own {
            false => Ok(AnyCaller(caller)),
            true => Err(not_found("this under a token for a person's own things")),
        }
    }
}

impl<S: Sync> FromRequestParts<S> for AnyCaller {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<AnyCaller> {
        AnyCaller::of(parts)
    }
}
