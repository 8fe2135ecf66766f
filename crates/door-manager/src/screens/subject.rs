//! The domain that a page is about: the zone that holds it, the mail domain of that name, or both. Another
//! organisation's is not found.

use directory::DomainInfo;
use model::Domain;
use zones::{RecordInfo, ZoneError, ZoneInfo};

use crate::Shared;
use crate::trouble::Trouble;
use crate::visitor::Administrator;

pub(super) struct Subject {
    /// The name in the address.
    pub(super) name: String,
    /// The zone here that holds it.
    pub(super) zone: Option<ZoneInfo>,
    /// The mail domain.
    pub(super) domain: Option<DomainInfo>,
}

impl Subject {
    pub(super) async fn of(shared: &Shared, person: &Administrator, name: &str) -> Result<Subject, Trouble> {
        let name = name.trim_end_matches('.').to_ascii_lowercase();
        let zone = match shared.zones.administration(person.scope(), person.who()).enclosing(&name).await {
            Ok(zone) => zone,
            Err(error) if error.is_refusal() => None,
            Err(error) => return Err(error.into()),
        };
        let domain = match Domain::parse(&name) {
            Ok(domain) => {
                match shared
                    .directory
                    .administration(person.scope(), person.who())
                    .domain_called(&domain)
                    .await
                {
                    Ok(domain) => Some(domain),
                    Err(error) if error.is_refusal() => None,
                    Err(error) => return Err(error.into()),
                }
            }
            Err(_) => None,
        };
        // A name within a zone is a subject of its own only if it is the zone or takes mail.
        let is_zone = zone.as_ref().is_some_and(|zone| text(&zone.name) == name);
        if !is_zone && domain.is_none() {
            return Err(Trouble::NotFound);
        }
        Ok(Subject { name, zone, domain })
    }

    /// The zone, where a page cannot do without.
    pub(super) fn hosted(&self) -> Result<&ZoneInfo, Trouble> {
        self.zone.as_ref().ok_or(Trouble::NotFound)
    }

    /// A path of this domain.
    pub(super) fn path(&self, rest: &str) -> String {
        format!("/manager/domains/{}/{rest}", self.name)
    }

    /// The zone and its records; a synonym's are those of its main zone.
    pub(super) async fn records(
        &self,
        shared: &Shared,
        person: &Administrator,
    ) -> Result<Vec<RecordInfo>, Trouble> {
        let zone = self.hosted()?;
        Ok(shared.zones.administration(person.scope(), person.who()).records(zone.id).await?)
    }
}

/// A name without its final dot.
pub(super) fn text(name: &zones::DnsName) -> String {
    name.to_string().trim_end_matches('.').to_owned()
}

/// What a form shows beside a field.
#[derive(Clone, Debug, serde::Serialize)]
pub(super) struct FieldError {
    pub(super) field: String,
    pub(super) reason: String,
    pub(super) rule: String,
}

/// The words of a refusal, or trouble if it is none. The rule is said in the person's language where it is known;
/// the reason stands in English beside it, because it quotes values.
pub(super) fn refusal(person: &Administrator, error: ZoneError) -> Result<FieldError, Trouble> {
    let told = |field: &str, reason: String, rule: &str| {
        let key = rule_key(rule);
        let known = crate::words::knows(person.guest.language, &key);
        match known {
            true => FieldError { field: field.to_owned(), reason: person.guest.say(&key, &[]), rule: reason },
            false => FieldError { field: field.to_owned(), reason, rule: rule.to_owned() },
        }
    };
    Ok(match error {
        ZoneError::Invalid { field, reason, rule, .. } => told(field, reason, rule),
        ZoneError::Conflict { field, value, rule } => told(field, format!("«{value}»"), rule),
        ZoneError::InUse { field, value, dependents, rule } => {
            told(field, format!("«{value}»: {dependents}"), rule)
        }
        ZoneError::Stale { .. } => FieldError {
            field: "zone".to_owned(),
            reason: person.guest.say("zone-stale", &[]),
            rule: String::new(),
        },
        other => return Err(other.into()),
    })
}

/// The key of a rule's translation: its letters and digits, the first forty.
pub(crate) fn rule_key(rule: &str) -> String {
    let mut key = String::from("rule-");
    for c in rule.chars() {
        if c.is_ascii_alphanumeric() {
            key.push(c.to_ascii_lowercase());
        } else if !key.ends_with('-') {
            key.push('-');
        }
        if key.len() >= 45 {
            break;
        }
    }
    key.trim_end_matches('-').to_owned()
}
