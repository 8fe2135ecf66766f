//! What a command prints: a table or sentences for people, one JSON document for programs.

use directory::DirectoryError;
use keys::KeysError;
use model::SizeStyle;
use serde_json::{Value, json};
use zones::ZoneError;

/// The result of a command, in both forms.
pub struct Output {
    json: Value,
    text: String,
    status: u8,
}

impl Output {
    pub(super) fn new(json: Value, text: impl Into<String>) -> Output {
        Output { json, text: text.into(), status: 0 }
    }

    /// Something was done and there is nothing to show.
    pub(super) fn done(text: impl Into<String>) -> Output {
        Output::new(json!({"done": true}), text)
    }

    /// The same with an exit status: a question whose answer is no.
    pub(super) fn with_status(self, status: u8) -> Output {
        Output { status, ..self }
    }

    /// The exit status.
    pub fn status(&self) -> u8 {
        self.status
    }

    /// One line of JSON. What moves a terminal's cursor or turns its text around is escaped there too.
    pub fn to_json(&self) -> String {
        let mut line = String::new();
        for c in self.json.to_string().chars() {
            match moves_text(c) {
                // Such characters stand within strings only, where JSON has an escape for each UTF-16 unit.
                true => {
                    let mut units = [0; 2];
                    for unit in c.encode_utf16(&mut units) {
                        line.push_str(&format!("\\u{unit:04x}"));
                    }
                }
                false => line.push(c),
            }
        }
        line.push('\n');
        line
    }

    /// Lines for people.
    pub fn to_text(&self) -> String {
        let text = self.text.trim_end();
        if text.is_empty() { String::new() } else { format!("{text}\n") }
    }
}

/// Cells that are longer, as DKIM keys are, push the rest of their own line only.
const WIDEST_PADDED: usize = 72;

/// A list of things: its columns, and for each thing the JSON and the cells.
pub(super) fn table(columns: &[&str], rows: Vec<(Value, Vec<String>)>) -> Output {
    let mut widths: Vec<usize> = columns.iter().map(|column| column.chars().count()).collect();
    for (_, cells) in &rows {
        for (width, cell) in widths.iter_mut().zip(cells) {
            *width = (*width).max(shown(cell).chars().count().min(WIDEST_PADDED));
        }
    }
    let line = |cells: &mut dyn Iterator<Item = String>| {
        let padded: Vec<String> =
            cells.zip(&widths).map(|(cell, width)| format!("{cell:<width$}", width = *width)).collect();
        format!("{}\n", padded.join("  ").trim_end())
    };
    let mut text = match rows.is_empty() {
        // Silence would leave the question open whether it was asked at all.
        true => "none\n".to_owned(),
        false => line(&mut columns.iter().map(|column| (*column).to_owned())),
    };
    let mut values = Vec::with_capacity(rows.len());
    for (value, cells) in rows {
        text.push_str(&line(&mut cells.iter().map(|cell| shown(cell))));
        values.push(value);
    }
    Output::new(Value::Array(values), text)
}

/// One thing: a line for each field.
pub(super) fn card(json: Value, fields: &[(&str, String)]) -> Output {
    let width = fields.iter().map(|(name, _)| name.chars().count()).max().unwrap_or(0);
    let text: String =
        fields.iter().map(|(name, value)| format!("{name:<width$}  {}\n", shown(value))).collect();
    Output::new(json, text)
}

/// Text from strangers never moves the terminal's cursor.
pub(super) fn shown(text: &str) -> String {
    text.chars().map(|c| if moves_text(c) { '\u{fffd}' } else { c }).collect()
}

/// Control characters, the separators of lines and paragraphs, and those that change the direction of writing
/// (Unicode UAX #9 §2), with which an address can be made to look like another.
fn moves_text(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200e}' | '\u{200f}' | '\u{061c}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Bytes as people say them.
pub(super) fn size(bytes: u64) -> String {
    SizeStyle::PLAIN.about(bytes).replace('\u{a0}', " ")
}

/// A quota to the octet, as `--quota` reads it.
pub(super) fn quota(bytes: Option<u64>) -> String {
    bytes.map_or_else(|| "no limit".to_owned(), |bytes| SizeStyle::PLAIN.exact(bytes).replace('\u{a0}', " "))
}

pub(super) fn state(is_disabled: bool) -> String {
    if is_disabled { "disabled" } else { "active" }.to_owned()
}

/// Whether a rule or a name refuses it, as opposed to our own trouble.
pub(super) fn is_refusal(error: &anyhow::Error) -> bool {
    error.downcast_ref::<DirectoryError>().is_some_and(DirectoryError::is_refusal)
        || error.downcast_ref::<ZoneError>().is_some_and(ZoneError::is_refusal)
}

/// The error as a JSON document, with what programs need to tell refusals apart.
pub(super) fn error_json(error: &anyhow::Error) -> Value {
    let message = format!("{error:#}");
    let known = match (error.downcast_ref::<DirectoryError>(), error.downcast_ref::<ZoneError>()) {
        (Some(error), _) | (None, Some(ZoneError::Directory(error))) => directory_json(error),
        (None, Some(error)) => zone_json(error),
        (None, None) => None,
    };
    let mut error = known.unwrap_or_else(|| json!({"kind": "trouble"}));
    error["message"] = json!(message);
    json!({"error": error})
}

fn directory_json(error: &DirectoryError) -> Option<Value> {
    Some(match error {
        DirectoryError::Invalid { field, reason, rule } => invalid(field, reason, rule),
        DirectoryError::Conflict { field, value, rule } => conflict(field, value, rule),
        DirectoryError::InUse { field, value, dependents, rule } => in_use(field, value, dependents, rule),
        DirectoryError::NotFound { what } => json!({"kind": "not_found", "what": what}),
        _ => return None,
    })
}

fn zone_json(error: &ZoneError) -> Option<Value> {
    Some(match error {
        ZoneError::Invalid { field, reason, rule, .. } => invalid(field, reason, rule),
        ZoneError::Keys(KeysError::Invalid { field, reason, rule }) => invalid(field, reason, rule),
        ZoneError::Keys(KeysError::NotFound { what }) => json!({"kind": "not_found", "what": what}),
        ZoneError::Conflict { field, value, rule } => conflict(field, value, rule),
        ZoneError::InUse { field, value, dependents, rule } => in_use(field, value, dependents, rule),
        ZoneError::NotFound { what } => json!({"kind": "not_found", "what": what}),
        ZoneError::Stale { expected, serial } => {
            json!({"kind": "stale", "expected": expected, "serial": serial})
        }
        _ => return None,
    })
}

fn invalid(field: &str, reason: &str, rule: &str) -> Value {
    json!({"kind": "invalid", "field": field, "reason": reason, "rule": rule})
}

fn conflict(field: &str, value: &str, rule: &str) -> Value {
    json!({"kind": "conflict", "field": field, "value": value, "rule": rule})
}

fn in_use(field: &str, value: &str, dependents: &str, rule: &str) -> Value {
    let reason = format!("it still has {dependents}");
    json!({"kind": "in_use", "field": field, "value": value, "reason": reason, "rule": rule})
}

#[cfg(test)]
mod tests;
