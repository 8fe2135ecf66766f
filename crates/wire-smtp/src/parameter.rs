//! The parameters behind a path (RFC 5321 §4.1.2).

use crate::SyntaxError;
use crate::limits::PARAMETER_LIMIT_COUNT;

/// One `keyword[=value]`.
pub(crate) struct Parameter<'a> {
    /// The keyword in upper case.
    pub(crate) keyword: String,
    pub(crate) value: Option<&'a str>,
}

/// Splits what follows a path.
// Mail-parameters = esmtp-param *(SP esmtp-param), esmtp-param = esmtp-keyword ["=" esmtp-value]
// esmtp-keyword = (ALPHA / DIGIT) *(ALPHA / DIGIT / "-"), esmtp-value = 1*(%d33-60 / %d62-126 / UTF8-non-ascii)
pub(crate) fn parse<'a>(command: &'static str, text: &'a str) -> Result<Vec<Parameter<'a>>, SyntaxError> {
    if !text.is_empty() && !text.starts_with(' ') {
        return Err(SyntaxError::argument(command, "a space stands between path and parameters"));
    }
    let mut found: Vec<Parameter<'a>> = Vec::new();
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        let (keyword, value) = match word.split_once('=') {
            Some((keyword, value)) => (keyword, Some(value)),
            None => (word, None),
        };
        let is_keyword = !keyword.is_empty()
            && !keyword.starts_with('-')
            && keyword.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
        if !is_keyword || value.is_some_and(|value| value.is_empty() || value.contains('=')) {
            return Err(SyntaxError::argument(command, "a parameter is KEYWORD or KEYWORD=value"));
        }
        let keyword = keyword.to_ascii_uppercase();
        if found.iter().any(|other| other.keyword == keyword) {
            return Err(SyntaxError::argument(command, "each parameter may stand once"));
        }
        if found.len() == PARAMETER_LIMIT_COUNT {
            return Err(SyntaxError::argument(command, "too many parameters"));
        }
        found.push(Parameter { keyword, value });
    }
    Ok(found)
}
