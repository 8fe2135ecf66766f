//! What a form says beside a field that was refused.

use directory::DirectoryError;
use keys::KeysError;
use zones::ZoneError;

use crate::trouble::Trouble;
use crate::visitor::Guest;
use crate::words::{Language, Word, knows};

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

/// The words of a refusal, or trouble if it is none: the rule in the person's language and the value that breaks it.
/// The reason itself, which is English, is shown to readers of English only.
pub(super) fn refusal(guest: &Guest, error: ZoneError) -> Result<FieldError, Trouble> {
    Ok(match error {
        ZoneError::Invalid { field, reason, rule, .. } => told(guest, field, reason, rule),
        ZoneError::Conflict { field, value, rule } => told(guest, field, format!("«{value}»"), rule),
        ZoneError::InUse { field, value, dependents, rule } => {
            in_use(guest, field, &value, &dependents, rule)
        }
        ZoneError::Keys(KeysError::Invalid { field, reason, rule }) => told(guest, field, reason, rule),
        ZoneError::Directory(error) => return directory_refusal(guest, error),
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
            in_use(guest, field, &value, &dependents, rule)
        }
        other => return Err(other.into()),
    })
}

fn told(guest: &Guest, field: &str, reason: String, rule: &str) -> FieldError {
    let (reason, rule) = in_words(guest, &reason, rule);
    FieldError { field: field.to_owned(), reason, rule }
}

fn in_use(guest: &Guest, field: &str, value: &str, dependents: &str, rule: &str) -> FieldError {
    let held = held(guest, dependents);
    let value = if held.is_empty() { format!("«{value}»") } else { format!("«{value}»: {held}") };
    FieldError { rule: value, ..told(guest, field, String::new(), rule) }
}

/// A reason and its rule in the person's words: the sentence, and what stands below it.
pub(super) fn in_words(guest: &Guest, reason: &str, rule: &str) -> (String, String) {
    let key = rule_key(rule);
    match knows(guest.language, &key) {
        true => (guest.say(&key, &[]), detail(guest, reason)),
        false => (reason.to_owned(), rule.to_owned()),
    }
}

/// What an English reason tells beyond the rule: all of it in English, elsewhere the values that it quotes.
pub(super) fn detail(guest: &Guest, reason: &str) -> String {
    if guest.language == Language::English {
        return reason.to_owned();
    }
    // What proves that a domain is one's own is to be copied.
    if let Some((_, rest)) = reason.split_once("publish the TXT record ")
        && let Some((owner, rest)) = rest.split_once(" with the value ")
    {
        // What follows the value is what to do next, or why the look-up failed.
        let value = rest
            .split_once(" and try again")
            .or_else(|| rest.split_once(' '))
            .map_or(rest, |(value, _)| value);
        return format!("{owner} TXT \"{value}\"");
    }
    let quoted = reason.split('«').skip(1).filter_map(|rest| rest.split_once('»'));
    quoted.map(|(value, _)| format!("«{value}»")).collect::<Vec<_>>().join(", ")
}

/// `3 addresses` in the person's words; empty for what the rule says itself.
fn held(guest: &Guest, dependents: &str) -> String {
    let Some((count, what)) = dependents.split_once(' ') else { return String::new() };
    let Ok(count) = count.parse::<usize>() else { return detail(guest, dependents) };
    guest.say(&held_key(what), &[("count", Word::from(count))])
}

/// The key of what depends on something: its plural.
pub(crate) fn held_key(what: &str) -> String {
    let plural = match what {
        _ if what.ends_with("addresses") || (what.ends_with('s') && !what.ends_with("ss")) => what.to_owned(),
        _ if what.ends_with("address") => format!("{what}es"),
        _ => format!("{what}s"),
    };
    format!("held-{}", plural.replace(' ', "-"))
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
