//! The login name of an application: `payroll@application.4711`, with the organisation's number behind the dot. No
//! mailbox has such an address, because no top-level domain is a number (RFC 3696 §2).

use model::OrganisationId;

use crate::limits::APPLICATION_NAME_LIMIT_CHARACTERS;

const HOST: &str = "application.";

/// The login of an organisation's application.
pub(crate) fn login_of(name: &str, organisation: OrganisationId) -> String {
    format!("{name}@{HOST}{organisation}")
}

/// The name and the organisation in a login, if it has an application's form; in any case of letters.
pub(crate) fn parse(login: &str) -> Option<(String, OrganisationId)> {
    let lower = login.trim().to_ascii_lowercase();
    let (name, host) = lower.rsplit_once('@')?;
    let number = host.strip_prefix(HOST)?;
    let is_number = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    let organisation = is_number.then(|| number.parse().ok()).flatten()?;
    is_name(name).then(|| (name.to_owned(), OrganisationId(organisation)))
}

/// Whether it is a name: letters, digits, and `. - _` between them.
pub(crate) fn is_name(name: &str) -> bool {
    let is_inner = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    name.len() <= APPLICATION_NAME_LIMIT_CHARACTERS
        && name.bytes().next().is_some_and(is_inner)
        && name.bytes().last().is_some_and(is_inner)
        && !name.contains("..")
        && name.bytes().all(|byte| is_inner(byte) || b".-_".contains(&byte))
}
