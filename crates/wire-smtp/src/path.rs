//! Paths: what stands between `<` and `>` (RFC 5321 §4.1.2).

use crate::SyntaxError;
use crate::limits::PATH_LIMIT_OCTETS;

/// Takes `FROM:<path>` or `TO:<path>` apart: what is within the brackets, without a source route, and what
/// follows them.
// Path = "<" [ A-d-l ":" ] Mailbox ">", A-d-l = At-domain *( "," At-domain ), At-domain = "@" Domain
pub(crate) fn split<'a>(
    command: &'static str,
    keyword: &'static str,
    argument: &'a str,
) -> Result<(&'a str, &'a str), SyntaxError> {
    let form = || SyntaxError::argument(command, format!("the argument is {keyword}<address>"));
    let head = argument.get(..keyword.len()).filter(|head| head.eq_ignore_ascii_case(keyword));
    let rest = argument.get(head.ok_or_else(form)?.len()..).unwrap_or_default();
    // Outlook and many scripts write a space after the colon.
    let inside = rest.trim_start_matches(' ').strip_prefix('<').ok_or_else(form)?;
    let end = closing_bracket(inside).ok_or_else(form)?;
    if end + 2 > PATH_LIMIT_OCTETS {
        return Err(SyntaxError::argument(command, "the path is too long (RFC 5321 §4.5.3.1.3)"));
    }
    let (path, after) = inside.split_at(end);
    // RFC 5321 §4.1.2: source routes are accepted and ignored.
    let mailbox = match path.starts_with('@') {
        true => path.split_once(':').ok_or_else(form)?.1,
        false => path,
    };
    Ok((mailbox, &after[1..]))
}

/// Where the `>` stands that is not within quotes.
fn closing_bracket(text: &str) -> Option<usize> {
    let mut is_quoted = false;
    let mut bytes = text.bytes().enumerate();
    while let Some((at, byte)) = bytes.next() {
        match byte {
            b'\\' if is_quoted => _ = bytes.next(),
            b'"' => is_quoted = !is_quoted,
            b'>' if !is_quoted => return Some(at),
            _ => {}
        }
    }
    None
}
