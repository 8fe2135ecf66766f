//! Media types with their parameters, as `Content-Type` has them (RFC 9110 §8.3, RFC 2045 §5.1).

use crate::limits::MEDIA_TYPE_OCTETS;

/// A media type; names in lower case, values as they were.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct MediaType {
    /// `text/xml`.
    pub(crate) essence: String,
    parameters: Vec<(String, String)>,
}

impl MediaType {
    /// `type/subtype *( ";" name "=" ( token / quoted-string ) )`; `None` for anything else, a parameter that stands
    /// twice included: programs disagree on which of them holds.
    pub(crate) fn parse(field: &str) -> Option<MediaType> {
        if field.len() > MEDIA_TYPE_OCTETS {
            return None;
        }
        let (essence, mut rest) = field.split_at(field.find(';').unwrap_or(field.len()));
        let essence = essence.trim_matches([' ', '\t']).to_ascii_lowercase();
        let (kind, subtype) = essence.split_once('/')?;
        (is_token(kind) && is_token(subtype)).then_some(())?;
        let mut parameters: Vec<(String, String)> = Vec::new();
        loop {
            rest = rest.trim_start_matches([' ', '\t']);
            if rest.is_empty() {
                return Some(MediaType { essence, parameters });
            }
            rest = rest.strip_prefix(';')?.trim_start_matches([' ', '\t']);
            // RFC 9110 §5.6.6: an empty parameter is skipped.
            if rest.is_empty() || rest.starts_with(';') {
                continue;
            }
            let (name, after) = rest.split_once('=')?;
            let name = name.trim_end_matches([' ', '\t']).to_ascii_lowercase();
            let is_new = is_token(&name) && parameters.iter().all(|(known, _)| *known != name);
            is_new.then_some(())?;
            let (value, after) = value(after.trim_start_matches([' ', '\t']))?;
            parameters.push((name, value));
            rest = after;
        }
    }

    /// The value of a parameter.
    pub(crate) fn parameter(&self, name: &str) -> Option<&str> {
        let (_, value) = self.parameters.iter().find(|(known, _)| known == name)?;
        Some(value)
    }
}

/// A token or a quoted string at the beginning of `text`, and what comes after it.
fn value(text: &str) -> Option<(String, &str)> {
    let Some(quoted) = text.strip_prefix('"') else {
        let (token, rest) = text.split_at(text.find([';', ' ', '\t']).unwrap_or(text.len()));
        // Whoever writes `start=<a@b>` or `action=urn:x/y` without quotes is understood.
        let is_value = !token.is_empty() && token.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'"');
        return is_value.then(|| (token.to_owned(), rest));
    };
    let mut content = String::new();
    let mut characters = quoted.char_indices();
    loop {
        match characters.next()? {
            (at, '"') => return Some((content, quoted.get(at + 1..)?)),
            (_, '\\') => content.push(characters.next()?.1),
            (_, character) if character.is_control() => return None,
            (_, character) => content.push(character),
        }
    }
}

/// RFC 9110 §5.6.2.
fn is_token(text: &str) -> bool {
    !text.is_empty()
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte))
}
