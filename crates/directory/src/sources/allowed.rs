//! Sources that no rule keeps out: asked for by an administrator who takes the responsibility, confirmed by the link
//! in a letter to a contact address, and made active by the operator.

use std::fmt;
use std::net::IpAddr;

use aws_lc_rs::digest::{SHA256, digest};
use db::{Page, Seek};
use model::{OrganisationId, Timestamp, Validity};

use super::{SourceSearch, checked_text, every, parsed_ip, rows, shown};
use crate::administration::{Administration, found};
use crate::error::DirectoryError;
use crate::login::source_subject;
use crate::{Directory, Role, Scope};

type Result<T> = std::result::Result<T, DirectoryError>;

/// Requests of one organisation that are under way at once.
const OPEN_LIMIT: usize = 20;

/// How far a request for an allowed source has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AllowState {
    /// «Demandée»: the letter with the link is on its way.
    Asked,
    /// «Confirmée»: the operator decides next.
    Confirmed,
    /// No rule keeps the source out.
    Active,
    /// «Refusée».
    Refused,
    /// It was active, and somebody ended it.
    Ended,
}

impl AllowState {
    /// All of them.
    pub const EACH: [AllowState; 5] = [
        AllowState::Asked,
        AllowState::Confirmed,
        AllowState::Active,
        AllowState::Refused,
        AllowState::Ended,
    ];

    /// The word that tables, the API and commands use.
    pub fn as_str(self) -> &'static str {
        match self {
            AllowState::Asked => "asked",
            AllowState::Confirmed => "confirmed",
            AllowState::Active => "active",
            AllowState::Refused => "refused",
            AllowState::Ended => "ended",
        }
    }

    pub(crate) fn of(text: &str) -> AllowState {
        use AllowState::{Active, Asked, Confirmed, Ended, Refused};
        let known = [Asked, Confirmed, Active, Refused].into_iter().find(|state| state.as_str() == text);
        known.unwrap_or(Ended)
    }
}

impl fmt::Display for AllowState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A source that no rule keeps out, or that is to become one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AllowedSource {
    /// Its identifier.
    pub id: i64,
    /// Who answers for it.
    pub organisation: OrganisationId,
    /// `192.0.2.1`, or an IPv6 /64.
    pub source: String,
    /// How far it has come.
    pub state: AllowState,
    /// What comes from there.
    pub purpose: String,
    /// The words that were accepted.
    pub acceptance: String,
    /// In which language these are.
    pub language: String,
    /// Who asked.
    pub asked_by: String,
    /// When.
    pub asked_at: Timestamp,
    /// The contact address that has to confirm.
    pub contact: String,
    /// When it did.
    pub confirmed_at: Option<Timestamp>,
    /// From where it did.
    pub confirmed_from: Option<String>,
    /// Who decided.
    pub decided_by: Option<String>,
    /// When.
    pub decided_at: Option<Timestamp>,
    /// Why it was refused or ended.
    pub reason: String,
    /// From when until when it passes, once it is active.
    pub validity: Validity,
}

impl AllowedSource {
    /// What the log of changes tells of it at every step.
    pub(super) fn facts(&self) -> trail::Facts {
        let Validity { from, until } = self.validity;
        trail::Facts::new()
            .with("state", self.state)
            .with("reason", &self.reason)
            .with_some("valid from", from.map(Timestamp::rfc3339))
            .with_some("valid until", until.map(Timestamp::rfc3339))
    }
}

/// What an administrator asks for.
#[derive(Clone, Debug)]
pub struct NewAllowedSource {
    /// The organisation that answers for it.
    pub organisation: OrganisationId,
    /// The address.
    pub ip: String,
    /// What comes from there.
    pub purpose: String,
    /// The words of the acceptance, as they were shown; empty: not accepted.
    pub acceptance: String,
    /// In which language these are: `fr`.
    pub language: String,
    /// The owner or administrator whose address is to confirm.
    pub contact: String,
}

pub(super) fn token_hash(token: &str) -> Vec<u8> {
    digest(&SHA256, token.as_bytes()).as_ref().to_vec()
}

impl Administration {
    /// The allowed sources and the requests for such, the newest first.
    pub async fn allowed_sources(&self) -> Result<Vec<AllowedSource>> {
        every(|seek| self.page_of_allowed_sources(SourceSearch::default(), seek)).await
    }

    /// A page of those of [`Administration::allowed_sources`] that are looked for.
    pub async fn page_of_allowed_sources(
        &self,
        search: SourceSearch<AllowState>,
        seek: Seek,
    ) -> Result<Page<AllowedSource>> {
        self.read(move |tx| Ok(seek.page(rows::allowed_sources(tx, &search, &seek)?, |source| source.id)))
            .await
    }

    /// Asks that no rule keeps a source out.
    pub async fn ask_for_allowed_source(&self, new: NewAllowedSource) -> Result<AllowedSource> {
        let ip = parsed_ip("ip", &new.ip)?;
        if !is_public(ip) {
            return Err(DirectoryError::Invalid {
                field: "ip",
                reason: format!("{ip} is not public"),
                rule: "an address of one's own in the Internet; /ip shows it",
            });
        }
        let purpose = checked_text("purpose", &new.purpose, false)?;
        let acceptance = checked_text("acceptance", &new.acceptance, true)?;
        if acceptance.is_empty() {
            return Err(DirectoryError::Invalid {
                field: "acceptance",
                reason: "the responsibility is not accepted".to_owned(),
                rule: "whoever asks accepts the whole responsibility for attacks from the address",
            });
        }
        let contact = new.contact.trim().to_lowercase();
        let people = self.users(Some(new.organisation)).await?;
        let may_confirm = people.iter().any(|user| {
            user.login == contact
                && matches!(user.role, Role::LegalOwner | Role::Administrator)
                && !user.is_disabled
        });
        if !may_confirm {
            return Err(DirectoryError::Invalid {
                field: "contact",
                reason: format!("«{contact}» is no contact address of an owner or administrator"),
                rule: "the confirmation comes from an owner or administrator of the organisation",
            });
        }
        let (id, at, who) = (self.new_id(), self.now(), self.who().to_owned());
        let subject = source_subject(ip);
        let organisation = new.organisation;
        self.act("ask for allowed source", shown(&subject).to_owned(), move |tx| {
            if !rows::has_dedicated_ip(tx, organisation)? {
                return Err(DirectoryError::Invalid {
                    field: "ip",
                    reason: "the organisation has no dedicated address here".to_owned(),
                    rule: "a permanent permission needs a dedicated IP address of the installation",
                });
            }
            let open = rows::open_allowed_of(tx, organisation)?;
            if open.iter().any(|source| source.source == shown(&subject)) {
                return Err(DirectoryError::Conflict {
                    field: "ip",
                    value: shown(&subject).to_owned(),
                    rule: "an organisation asks once for an address",
                });
            }
            if open.len() >= OPEN_LIMIT {
                return Err(DirectoryError::Invalid {
                    field: "ip",
                    reason: format!("there are {OPEN_LIMIT} already"),
                    rule: "an organisation has at most twenty allowed sources",
                });
            }
            let source = AllowedSource {
                id,
                organisation,
                source: shown(&subject).to_owned(),
                state: AllowState::Asked,
                purpose: purpose.clone(),
                acceptance: acceptance.clone(),
                language: new.language.chars().take(5).collect(),
                asked_by: who.clone(),
                asked_at: at,
                contact: contact.clone(),
                confirmed_at: None,
                confirmed_from: None,
                decided_by: None,
                decided_at: None,
                reason: String::new(),
                validity: Validity::default(),
            };
            rows::add_allowed_source(tx, &source, &subject)?;
            let after = source.facts().with("purpose", &source.purpose).with("contact", &source.contact);
            let after = after.with("acceptance", &source.acceptance);
            trail::tell(tx, trail::Told::of_thing(&source.source).after(after));
            Ok((Some(organisation), source))
        })
        .await
    }

    /// The operator lets a confirmed source pass for good, or refuses the request.
    pub async fn decide_allowed_source(
        &self,
        id: i64,
        is_granted: bool,
        reason: &str,
    ) -> Result<AllowedSource> {
        let Scope::Operator(_) = self.scope() else {
            return Err(DirectoryError::NotFound { what: "allowed source to be decided" });
        };
        let reason = checked_text("reason", reason, is_granted)?;
        let (at, who) = (self.now(), self.who().to_owned());
        let action = if is_granted { "allow source" } else { "refuse allowed source" };
        let decided = self
            .act(action, String::new(), move |tx| {
                let source = found("allowed source", rows::allowed_source(tx, id)?)?;
                let is_due = match is_granted {
                    // Without the confirmation nobody has taken the responsibility.
                    true => source.state == AllowState::Confirmed,
                    false => matches!(source.state, AllowState::Asked | AllowState::Confirmed),
                };
                if !is_due {
                    return Err(not_due(&source));
                }
                let state = if is_granted { AllowState::Active } else { AllowState::Refused };
                rows::decide_allowed_source(tx, id, state, &who, at, &reason)?;
                if is_granted {
                    crate::login::delete_ban(tx, &format!("source {}", source.source))?;
                }
                let organisation = source.organisation;
                let told = trail::Told::of_thing(&source.source).before(source.facts());
                let source = AllowedSource {
                    state,
                    decided_by: Some(who.clone()),
                    decided_at: Some(at),
                    reason: reason.clone(),
                    ..source
                };
                trail::tell(tx, told.after(source.facts()));
                Ok((Some(organisation), source))
            })
            .await?;
        // The other nodes follow within seconds.
        self.directory().maintain().await?;
        Ok(decided)
    }

    /// Says from when until when a source passes (operator only).
    pub async fn limit_allowed_source(&self, id: i64, validity: Validity) -> Result<AllowedSource> {
        let Scope::Operator(_) = self.scope() else {
            return Err(DirectoryError::NotFound { what: "allowed source to be limited" });
        };
        if !validity.is_possible() {
            return Err(DirectoryError::Invalid {
                field: "until",
                reason: "it is not after the beginning".to_owned(),
                rule: "an interval begins before it ends",
            });
        }
        let limited = self
            .act("limit allowed source", String::new(), move |tx| {
                let source = found("allowed source", rows::allowed_source(tx, id)?)?;
                if matches!(source.state, AllowState::Refused | AllowState::Ended) {
                    return Err(not_due(&source));
                }
                rows::limit_allowed_source(tx, &source, validity)?;
                let told = trail::Told::of_thing(&source.source).before(source.facts());
                let source = AllowedSource { validity, ..source };
                trail::tell(tx, told.after(source.facts()));
                Ok((Some(source.organisation), source))
            })
            .await?;
        self.directory().maintain().await?;
        Ok(limited)
    }

    /// Ends what is allowed, or takes a request back.
    pub async fn end_allowed_source(&self, id: i64, reason: &str) -> Result<()> {
        let reason = checked_text("reason", reason, true)?;
        let (at, who) = (self.now(), self.who().to_owned());
        self.act("end allowed source", String::new(), move |tx| {
            let source = found("allowed source", rows::allowed_source(tx, id)?)?;
            if matches!(source.state, AllowState::Refused | AllowState::Ended) {
                return Err(not_due(&source));
            }
            rows::decide_allowed_source(tx, id, AllowState::Ended, &who, at, &reason)?;
            let told = trail::Told::of_thing(&source.source).before(source.facts());
            let ended = AllowedSource { state: AllowState::Ended, reason: reason.clone(), ..source };
            trail::tell(tx, told.after(ended.facts()));
            Ok((Some(ended.organisation), ()))
        })
        .await?;
        self.directory().maintain().await
    }
}

fn not_due(source: &AllowedSource) -> DirectoryError {
    DirectoryError::Invalid {
        field: "state",
        reason: format!("the request is {}", source.state),
        rule: "asked, then confirmed by the contact address, then decided by the operator, then ended",
    }
}

/// Whether an address may stand for a machine in the Internet. Those of documentation count, for tests and the demo.
fn is_public(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => {
            !(ip.is_private()
                || ip.is_loopback()
                || ip.is_link_local()
                || ip.is_unspecified()
                || ip.is_multicast()
                || ip.is_broadcast()
                // RFC 6598 §7: shared by the customers of a provider.
                || (ip.octets()[0] == 100 && ip.octets()[1] & 0xc0 == 64))
        }
        IpAddr::V6(ip) => {
            !(ip.is_loopback()
                || ip.is_unspecified()
                || ip.is_multicast()
                || ip.is_unique_local()
                || ip.is_unicast_link_local())
        }
    }
}

impl Directory {
    /// The request that a letter's link is about, while it waits for its confirmation.
    pub async fn allowed_source_to_confirm(&self, token: &str) -> Result<Option<AllowedSource>> {
        let hash = token_hash(token);
        let operator = self.db.operator("find what a letter's link is about");
        Ok(operator.read(move |tx| rows::allowed_source_by_token(tx, &hash)).await?)
    }

    /// Takes the confirmation from a contact address: whoever has the link has its letters.
    pub async fn confirm_allowed_source(&self, token: &str, from: IpAddr) -> Result<AllowedSource> {
        let hash = token_hash(token);
        let (now, change) = (self.now(), self.world.new_id());
        self.db
            .operator("take the confirmation of an allowed source")
            .write(move |tx| {
                let source = found("request", rows::allowed_source_by_token(tx, &hash)?)?;
                rows::confirm_allowed_source(tx, source.id, now, &from.to_string())?;
                let before = source.facts();
                let audit = trail::Change::new(
                    now,
                    change,
                    Some(source.organisation),
                    trail::Actor::from(&source.contact).coming_from(from.to_canonical()),
                    "confirm allowed source",
                    source.source.clone(),
                );
                let source =
                    AllowedSource { state: AllowState::Confirmed, confirmed_at: Some(now), ..source };
                let after = source.facts().with("acceptance", &source.acceptance);
                trail::audit(tx, &audit.with(before, after))?;
                Ok(source)
            })
            .await
    }
}
