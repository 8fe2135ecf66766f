//! A list of recipients as people paste it, read into addresses: one in each line or several, with names before them,
//! some of them twice.

use std::collections::HashSet;

use directory::DirectoryError;
use mail_secure::wish;
use model::{Address, Domain, NotAnAddress};

use crate::Result;
use crate::limits::{RECIPIENTS_LIMIT, RECIPIENTS_LIMIT_OCTETS};

const FORM_RULE: &str =
    "one address in each line, or several with commas or semicolons between them: Name <name@example.com>";
const COUNT_RULE: &str = "at most 500 recipients at once";
/// Characters of an entry that a refusal shows.
const SHOWN_CHARACTERS: usize = 100;

/// The addresses of a list, each once, in the order of the list. One that is written with a suffix of secured letters is
/// the address before the suffix.
///
/// # Errors
/// The first entry that is none, with its line; a list that names nobody, or too many.
pub(crate) fn read(list: &str, suffixes: &[Domain]) -> Result<Vec<Address>> {
    if list.len() > RECIPIENTS_LIMIT_OCTETS {
        return Err(DirectoryError::invalid(
            "addresses",
            format!("the list has {} octets", list.len()),
            COUNT_RULE,
        ));
    }
    let (mut addresses, mut seen) = (Vec::new(), HashSet::new());
    for (number, line) in list.lines().enumerate() {
        for entry in entries(line) {
            let address = address(entry, suffixes).map_err(|why| {
                let entry: String = entry.chars().take(SHOWN_CHARACTERS).collect();
                let reason = format!("line {}, «{entry}»: {why}", number + 1);
                DirectoryError::invalid("addresses", reason, FORM_RULE)
            })?;
            if seen.insert(address.canonical()) {
                addresses.push(address);
            }
        }
    }
    match addresses.len() {
        0 => Err(DirectoryError::invalid("addresses", "the list names nobody", FORM_RULE)),
        count if count > RECIPIENTS_LIMIT => {
            Err(DirectoryError::invalid("addresses", format!("the list names {count}"), COUNT_RULE))
        }
        _ => Ok(addresses),
    }
}

/// What stands between the separators of a line. A comma within quotes separates nothing, nor does one behind which the
/// address is still to come: `Meier, Hans <hans@example.com>`.
fn entries(line: &str) -> Vec<&str> {
    let (mut found, mut begin) = (Vec::new(), 0);
    let (mut is_quoted, mut is_escaped) = (false, false);
    for (at, c) in line.char_indices() {
        let is_separator = match c {
            _ if is_escaped => {
                is_escaped = false;
                false
            }
            '\\' => {
                is_escaped = is_quoted;
                false
            }
            '"' => {
                is_quoted = !is_quoted;
                false
            }
            ';' => !is_quoted,
            ',' => !is_quoted && (line[begin..at].contains('@') || is_blank(&line[begin..at])),
            _ => false,
        };
        if is_separator {
            found.push(&line[begin..at]);
            begin = at + 1;
        }
    }
    found.push(&line[begin..]);
    found
        .into_iter()
        .map(|entry| entry.trim_matches(is_invisible))
        .filter(|entry| !entry.is_empty())
        .collect()
}

fn is_blank(text: &str) -> bool {
    text.chars().all(is_invisible)
}

/// Blanks, and what copying brings along unseen: byte order marks, joiners, marks of direction. Within an address of RFC 6531
/// they would be letters.
fn is_invisible(c: char) -> bool {
    c.is_whitespace()
        || c.is_control()
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

/// The address of an entry, or why it is none.
fn address(entry: &str, suffixes: &[Domain]) -> std::result::Result<Address, &'static str> {
    let text = match entry.strip_suffix('>') {
        Some(front) => front.rsplit_once('<').ok_or("the angle bracket is not opened")?.1,
        None => entry,
    };
    let text = text.trim_matches(is_invisible);
    if text.contains(is_invisible) && !text.starts_with('"') {
        return Err("an address has no blanks and nothing invisible");
    }
    let address = Address::parse(text).map_err(|error| match error {
        NotAnAddress::NoAt(_) => "an address has a local part, an @ and a domain (RFC 5321 §4.1.2)",
        NotAnAddress::Localpart(wrong) => wrong.reason,
        NotAnAddress::Domain(wrong) => wrong.reason,
    })?;
    // A machine that anybody could be sent to knock at.
    if address.domain().literal().is_some() {
        return Err("an address in brackets names no domain");
    }
    match wish::has_suffix(&address, suffixes) {
        true => wish::without_suffix(&address, suffixes).ok_or("nobody stands before the suffix"),
        false => Ok(address),
    }
}
