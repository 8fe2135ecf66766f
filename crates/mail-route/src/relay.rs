//! Rules that lead mail for others to a relay instead of its domain's own servers. The first that fits counts.

use std::fmt;
use std::str::FromStr;

use db::Db;
use directory::{DirectoryError, Scope};
use model::{Domain, OrganisationId, Relay, Timestamp, Validity};
use trail::{Change, Facts};
use world::World;

use crate::{limits, rows};

/// The recipients' domains of a rule: `*`, `*.example.org` (whatever lies below it), `example.org`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Pattern {
    /// Every domain.
    All,
    /// Every domain below that one, but not itself.
    Below(Domain),
    /// That one.
    Exactly(Domain),
}

impl Pattern {
    /// Whether a recipient's domain fits.
    pub fn fits(&self, domain: &Domain) -> bool {
        match self {
            Pattern::All => true,
            Pattern::Below(parent) => domain
                .as_str()
                .strip_suffix(parent.as_str())
                .is_some_and(|below| below.len() > 1 && below.ends_with('.')),
            Pattern::Exactly(own) => own == domain,
        }
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Pattern::All => f.write_str("*"),
            Pattern::Below(parent) => write!(f, "*.{parent}"),
            Pattern::Exactly(own) => own.fmt(f),
        }
    }
}

impl FromStr for Pattern {
    type Err = String;

    fn from_str(text: &str) -> Result<Pattern, String> {
        let name = |text: &str| {
            let name = Domain::parse(text).map_err(|wrong| wrong.to_string())?;
            if name.literal().is_some() { Err(format!("«{text}» is an address")) } else { Ok(name) }
        };
        match text.strip_prefix("*.") {
            _ if text == "*" => Ok(Pattern::All),
            Some(parent) => Ok(Pattern::Below(name(parent)?)),
            None => Ok(Pattern::Exactly(name(text)?)),
        }
    }
}

/// A rule, about to be added.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewRelayRule {
    /// Where it stands among the others; `None`: behind them.
    pub position: Option<i64>,
    /// Whose senders; `None`: everybody's.
    pub organisation: Option<OrganisationId>,
    /// The recipients' domains.
    pub recipients: Pattern,
    /// What the subject must contain, in any case of letters.
    pub subject: Option<String>,
    /// Where the mail goes, and how.
    pub relay: Relay,
    /// From when until when it leads anything.
    pub validity: Validity,
}

/// A rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RelayRule {
    /// The identifier.
    pub id: i64,
    /// Lower ones are looked at first.
    pub position: i64,
    /// Whose senders; `None`: everybody's.
    pub organisation: Option<OrganisationId>,
    /// The recipients' domains.
    pub recipients: Pattern,
    /// What the subject must contain, in any case of letters.
    pub subject: Option<String>,
    /// Where the mail goes, and how.
    pub relay: Relay,
    /// From when until when it leads anything.
    pub validity: Validity,
    /// When it was added.
    pub created_at: Timestamp,
}

impl RelayRule {
    /// Whether it concerns mail of that organisation's senders to that domain, if the subject fits.
    pub fn concerns(&self, organisation: Option<OrganisationId>, domain: &Domain) -> bool {
        (self.organisation.is_none() || self.organisation == organisation) && self.recipients.fits(domain)
    }

    /// Whether a subject fits.
    pub fn fits_subject(&self, subject: &str) -> bool {
        let part = self.subject.as_deref().unwrap_or_default();
        subject.to_lowercase().contains(&part.to_lowercase())
    }
}

/// What a rule says to a letter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fit {
    /// It leads the letter.
    Leads,
    /// It would, if one before it did not.
    ComesLater,
    /// It does not lead anything yet, or no more.
    OtherTime,
    /// It is about other senders.
    OtherSenders,
    /// It is about other recipients.
    OtherRecipients,
    /// The subject does not contain its text.
    OtherSubject,
}

impl Fit {
    /// Every word, for those who translate it.
    pub const EACH: [Fit; 6] = [
        Fit::Leads,
        Fit::ComesLater,
        Fit::OtherTime,
        Fit::OtherSenders,
        Fit::OtherRecipients,
        Fit::OtherSubject,
    ];

    /// One or two words.
    pub fn as_str(self) -> &'static str {
        match self {
            Fit::Leads => "leads",
            Fit::ComesLater => "comes later",
            Fit::OtherTime => "other time",
            Fit::OtherSenders => "other senders",
            Fit::OtherRecipients => "other recipients",
            Fit::OtherSubject => "other subject",
        }
    }
}

impl fmt::Display for RelayRule {
    /// `*.incamail.ch, subject with «<im>» → im.post.ch:25 (TLS verify)`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.recipients)?;
        if let Some(subject) = &self.subject {
            write!(f, ", subject with «{subject}»")?;
        }
        write!(f, " → {}", self.relay)
    }
}

/// The rules of an installation. Cheap to clone.
#[derive(Clone)]
pub struct Relays {
    db: Db,
    world: World,
}

impl Relays {
    /// The rules in that database.
    pub fn new(db: Db, world: World) -> Relays {
        Relays { db, world }
    }

    /// The rules that lead letters now, in their order: the first that fits a letter counts.
    pub async fn in_force(&self) -> Result<Vec<RelayRule>, db::DbError> {
        let now = self.world.clock.now();
        let mut rules = self.rules().await?;
        rules.retain(|rule| rule.validity.holds(now));
        Ok(rules)
    }

    /// All rules, in their order, also those of another time.
    pub async fn rules(&self) -> Result<Vec<RelayRule>, db::DbError> {
        self.db.operator("find the way of a letter").read(rows::relay_rules).await
    }

    /// The rules within a scope, in somebody's name.
    pub fn administration(&self, scope: Scope, who: impl Into<trail::Actor>) -> RelayAdministration {
        RelayAdministration { relays: self.clone(), scope, who: who.into() }
    }
}

/// The rules within a scope. An organisation sees those that concern its senders; only the operator changes any,
/// because a relay sees what it carries and may be a machine inside.
pub struct RelayAdministration {
    relays: Relays,
    scope: Scope,
    who: trail::Actor,
}

type Outcome<T> = Result<T, DirectoryError>;

impl RelayAdministration {
    /// The rules, in their order. They are the whole organisation's: within one domain they are not found.
    pub async fn list(&self) -> Outcome<Vec<RelayRule>> {
        let mut rules = self.relays.rules().await?;
        if let Some(organisation) = self.tenant()? {
            rules.retain(|rule| rule.organisation.is_none_or(|owner| owner == organisation));
        }
        Ok(rules)
    }

    /// One rule.
    pub async fn rule(&self, id: i64) -> Outcome<RelayRule> {
        let rule = self.list().await?.into_iter().find(|rule| rule.id == id);
        rule.ok_or(DirectoryError::NotFound { what: "route" })
    }

    /// What each rule within the scope says to a letter of that organisation's senders to that domain, in their order:
    /// one leads it at most, and without any it goes to the servers that the domain publishes.
    pub async fn check(
        &self,
        organisation: Option<OrganisationId>,
        domain: &Domain,
        subject: &str,
    ) -> Outcome<Vec<(RelayRule, Fit)>> {
        let organisation = self.tenant()?.or(organisation);
        let now = self.relays.world.clock.now();
        let mut is_led = false;
        let fit = |rule: RelayRule| {
            let fit = match &rule {
                rule if !rule.concerns(organisation, domain) => match rule.recipients.fits(domain) {
                    true => Fit::OtherSenders,
                    false => Fit::OtherRecipients,
                },
                rule if !rule.fits_subject(subject) => Fit::OtherSubject,
                rule if !rule.validity.holds(now) => Fit::OtherTime,
                _ if is_led => Fit::ComesLater,
                _ => Fit::Leads,
            };
            is_led |= fit == Fit::Leads;
            (rule, fit)
        };
        Ok(self.list().await?.into_iter().map(fit).collect())
    }

    /// Adds a rule.
    pub async fn add(&self, new: NewRelayRule) -> Outcome<RelayRule> {
        self.operator_only()?;
        if let Some(subject) = &new.subject {
            check_subject(subject)?;
        }
        if !new.validity.is_possible() {
            return Err(DirectoryError::Invalid {
                field: "until",
                reason: "it is not after the beginning".to_owned(),
                rule: "an interval begins before it ends",
            });
        }
        let (at, id) = (self.relays.world.clock.now(), self.relays.world.new_id());
        let (audit_id, who) = (self.relays.world.new_id(), self.who.clone());
        self.relays
            .db
            .operator("an operator adds a route")
            .write(move |tx| {
                let known = rows::relay_rules(tx)?;
                if known.len() >= limits::RELAY_RULE_LIMIT {
                    return Err(DirectoryError::Invalid {
                        field: "recipients",
                        reason: format!("there are {} routes already", known.len()),
                        rule: "every letter for others is compared with all routes, so their number is limited",
                    });
                }
                let last = known.last().map_or(0, |rule| rule.position);
                let rule = RelayRule {
                    id,
                    position: new.position.unwrap_or_else(|| last.saturating_add(limits::RELAY_RULE_GAP)),
                    organisation: new.organisation,
                    recipients: new.recipients.clone(),
                    subject: new.subject.clone(),
                    relay: new.relay.clone(),
                    created_at: at,
                    validity: new.validity,
                };
                rows::add_relay_rule(tx, &rule)?;
                let change = Change::new(at, audit_id, rule.organisation, &who, "add route", name(&rule));
                trail::audit(tx, &change.with(Facts::new(), facts(&rule)))?;
                Ok(rule)
            })
            .await
    }

    /// Removes a rule; gives it back.
    pub async fn remove(&self, id: i64) -> Outcome<RelayRule> {
        self.operator_only()?;
        let rule = self.rule(id).await?;
        let (at, audit_id) = (self.relays.world.clock.now(), self.relays.world.new_id());
        let change = Change::new(at, audit_id, rule.organisation, &self.who, "remove route", name(&rule));
        let change = change.with(facts(&rule), Facts::new());
        self.relays
            .db
            .operator("an operator removes a route")
            .write(move |tx| {
                if !rows::remove_relay_rule(tx, id)? {
                    return Err(DirectoryError::NotFound { what: "route" });
                }
                Ok(trail::audit(tx, &change)?)
            })
            .await?;
        Ok(rule)
    }

    /// Whose rules the scope is about; `None` for the operator. Routes are no matter of one domain.
    fn tenant(&self) -> Outcome<Option<OrganisationId>> {
        match self.scope {
            Scope::Operator(_) => Ok(None),
            Scope::Tenant(organisation) => Ok(Some(organisation)),
            Scope::Domain { .. } => Err(DirectoryError::NotFound { what: "this within the domain's scope" }),
        }
    }

    fn operator_only(&self) -> Outcome<()> {
        match self.scope {
            Scope::Operator(_) => Ok(()),
            // Nothing is said about what lies outside of a tenant's scope.
            Scope::Tenant(_) | Scope::Domain { .. } => {
                Err(DirectoryError::NotFound { what: "this within the organisation's scope" })
            }
        }
    }
}

fn check_subject(subject: &str) -> Outcome<()> {
    let invalid = |reason: &str| DirectoryError::Invalid {
        field: "subject",
        reason: reason.to_owned(),
        rule: "the subject must contain this text, of 1 to 200 characters in one line",
    };
    match subject.chars().count() {
        0 => Err(invalid("it is empty")),
        count if count > limits::SUBJECT_LIMIT_CHARACTERS => Err(invalid("it is too long")),
        _ if subject.chars().any(char::is_control) => Err(invalid("it has control characters")),
        _ => Ok(()),
    }
}

/// By what people know a rule: whose letters it leads, and where.
pub(crate) fn name(rule: &RelayRule) -> String {
    format!("{} → {}", rule.recipients, rule.relay.target)
}

/// What the log of changes tells of a rule.
pub(crate) fn facts(rule: &RelayRule) -> Facts {
    let Validity { from, until } = rule.validity;
    Facts::new()
        .with("position", rule.position)
        .with("recipients", &rule.recipients)
        .with_some("subject", rule.subject.as_ref())
        .with("relay", &rule.relay)
        .with_some("valid from", from.map(Timestamp::rfc3339))
        .with_some("valid until", until.map(Timestamp::rfc3339))
}
