//! What a form says beside a field that was refused.

use directory::DirectoryError;
use zones::ZoneError;

use crate::trouble::Trouble;
use crate::visitor::Guest;
use crate::words::knows;

/// What a form shows beside a field.
#[derive(Clone, Debug, serde::Serialize)]
pub(super) struct FieldError {
    pub(super) field: String,
    pub(super) reason: String,
    pub(super) rule: String,
}

impl FieldError {
    /// A reason in the person's words.
    pub(super) fn new(field: &str, reason: String) -> FieldError {
        FieldError { field: field.to_owned(), reason, rule: String::new() }
    }

    /// The same, shown beside another field.
    pub(super) fn at(self, field: &str) -> FieldError {
        FieldError { field: field.to_owned(), ..self }
    }

    /// The same, beside `field` unless it concerns one of those.
    pub(super) fn at_known(self, known: &[&str], field: &str) -> FieldError {
        if known.contains(&self.field.as_str()) { self } else { self.at(field) }
    }

    /// In a line of its own, where there is no form.
    pub(super) fn sentence(&self) -> String {
        format!("{} {}", self.reason, self.rule).trim_end().to_owned()
    }
}

/// The words of a refusal, or trouble if it is none. The rule is said in the person's language where it is known;
/// the reason stands in English beside it, because it quotes values.
pub(super) fn refusal(guest: &Guest, error: ZoneError) -> Result<FieldError, Trouble> {
    Ok(match error {
        ZoneError::Invalid { field, reason, rule, .. } => told(guest, field, reason, rule),
        ZoneError::Conflict { field, value, rule } => told(guest, field, format!("«{value}»"), rule),
        ZoneError::InUse { field, value, dependents, rule } => {
            told(guest, field, format!("«{value}»: {dependents}"), rule)
        }
        ZoneError::Stale { .. } => FieldError::new("zone", guest.say("zone-stale", &[])),
        other => return Err(other.into()),
    })
}

/// The same for people and organisations.
pub(super) fn directory_refusal(guest: &Guest, error: DirectoryError) -> Result<FieldError, Trouble> {
    Ok(match error {
        DirectoryError::Invalid { field, reason, rule } => told(guest, field, reason, rule),
        DirectoryError::Conflict { field, value, rule } => told(guest, field, format!("«{value}»"), rule),
        DirectoryError::InUse { field, value, dependents, rule } => {
            told(guest, field, format!("«{value}»: {dependents}"), rule)
        }
        other => return Err(other.into()),
    })
}

fn told(guest: &Guest, field: &str, reason: String, rule: &str) -> FieldError {
    let key = rule_key(rule);
    let (reason, rule) = match knows(guest.language, &key) {
        true => (guest.say(&key, &[]), reason),
        false => (reason, rule.to_owned()),
    };
    FieldError { field: field.to_owned(), reason, rule }
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
