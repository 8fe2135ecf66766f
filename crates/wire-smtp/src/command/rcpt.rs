//! RCPT (RFC 5321 §4.1.1.3) with the parameters NOTIFY and ORCPT (RFC 3461, RFC 6533).

use model::{Address, Domain, Localpart, Notify, OriginalRecipient};

use crate::limits::ORIGINAL_RECIPIENT_LIMIT_OCTETS;
use crate::parameter::{self, Parameter};
use crate::{SyntaxError, path, xtext};

const RCPT: &str = "RCPT";

/// Whom a message goes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ForwardPath {
    /// `<Postmaster>` without a domain: the server's own (RFC 5321 §4.5.1).
    Postmaster,
    /// An ordinary address.
    Address(Address),
}

impl ForwardPath {
    /// The address; `host` is how the server calls itself.
    pub fn resolve(self, host: &Domain) -> Address {
        match self {
            ForwardPath::Address(address) => address,
            ForwardPath::Postmaster => Address::new(
                Localpart::parse("postmaster").expect("postmaster is a local part"),
                host.clone(),
            ),
        }
    }
}

/// One recipient.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rcpt {
    /// Whom.
    pub to: ForwardPath,
    /// `NOTIFY`.
    pub notify: Option<Notify>,
    /// `ORCPT`, decoded.
    pub original: Option<OriginalRecipient>,
}

impl Rcpt {
    // rcpt = "RCPT TO:" ( "<Postmaster@" Domain ">" / "<Postmaster>" / Forward-path ) [SP Rcpt-parameters] CRLF
    pub(super) fn parse(argument: &str) -> Result<Rcpt, SyntaxError> {
        let (mailbox, rest) = path::split(RCPT, "TO:", argument)?;
        let to = match mailbox {
            "" => return Err(SyntaxError::argument(RCPT, "a recipient is never empty")),
            name if name.eq_ignore_ascii_case("postmaster") => ForwardPath::Postmaster,
            mailbox => ForwardPath::Address(
                Address::parse(mailbox).map_err(|error| SyntaxError::argument(RCPT, error.to_string()))?,
            ),
        };
        let mut rcpt = Rcpt { to, notify: None, original: None };
        for parameter in parameter::parse(RCPT, rest)? {
            rcpt.take(parameter)?;
        }
        Ok(rcpt)
    }

    fn take(&mut self, Parameter { keyword, value }: Parameter<'_>) -> Result<(), SyntaxError> {
        let wrong = |name, rule| SyntaxError::Parameter { command: RCPT, name, rule };
        match keyword.as_str() {
            "NOTIFY" => {
                self.notify = Some(value.and_then(parse_notify).ok_or_else(|| {
                    wrong("NOTIFY", "is NEVER or a list of SUCCESS, FAILURE, DELAY (RFC 3461 §4.1)")
                })?);
            }
            "ORCPT" => {
                self.original = Some(value.and_then(parse_original).ok_or_else(|| {
                    wrong("ORCPT", "is a type, a semicolon and an address in xtext (RFC 3461 §4.2)")
                })?);
            }
            _ => return Err(SyntaxError::UnknownParameter { command: RCPT, name: keyword }),
        }
        Ok(())
    }

    pub(super) fn encode(&self, wire: &mut Vec<u8>) {
        let mut text = match &self.to {
            ForwardPath::Postmaster => "RCPT TO:<Postmaster>".to_owned(),
            ForwardPath::Address(address) => format!("RCPT TO:<{address}>"),
        };
        if let Some(notify) = self.notify {
            let words = [(notify.success, "SUCCESS"), (notify.failure, "FAILURE"), (notify.delay, "DELAY")];
            let words: Vec<&str> =
                words.iter().filter(|(is_set, _)| *is_set).map(|(_, word)| *word).collect();
            text.push_str(" NOTIFY=");
            text.push_str(&if words.is_empty() { "NEVER".to_owned() } else { words.join(",") });
        }
        if let Some(original) = &self.original {
            let encoded = match original.address_type.eq_ignore_ascii_case("utf-8") {
                true => xtext::encode_utf8_address(&original.address),
                false => xtext::encode(&original.address),
            };
            text.push_str(&format!(" ORCPT={};{encoded}", original.address_type));
        }
        wire.extend_from_slice(text.as_bytes());
    }
}

// notify-esmtp-value = "NEVER" / 1#notify-list-element, notify-list-element = "SUCCESS" / "FAILURE" / "DELAY"
fn parse_notify(value: &str) -> Option<Notify> {
    if value.eq_ignore_ascii_case("NEVER") {
        return Some(Notify::NEVER);
    }
    value.split(',').try_fold(Notify::NEVER, |notify, word| match word.to_ascii_uppercase().as_str() {
        "SUCCESS" => Some(Notify { success: true, ..notify }),
        "FAILURE" => Some(Notify { failure: true, ..notify }),
        "DELAY" => Some(Notify { delay: true, ..notify }),
        _ => None,
    })
}

// original-recipient-address = addr-type ";" xtext, addr-type = atom
fn parse_original(value: &str) -> Option<OriginalRecipient> {
    if value.len() > ORIGINAL_RECIPIENT_LIMIT_OCTETS {
        return None;
    }
    let (address_type, address) = value.split_once(';')?;
    let is_atom = !address_type.is_empty()
        && address_type.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*-/?^_`{|}~".contains(&b));
    let is_utf8 = address_type.eq_ignore_ascii_case("utf-8");
    let decoded = if is_utf8 { xtext::decode_utf8_address(address) } else { xtext::decode(address) };
    let address = decoded.filter(|address| is_atom && !address.is_empty())?;
    let address_type = match address.is_ascii() {
        true => address_type,
        // Postfix 3.7 gives an international address as `rfc822` with its UTF-8 in xtext: RFC 6533 §3 has a type for it.
        false if is_utf8 || address_type.eq_ignore_ascii_case("rfc822") => "utf-8",
        false => return None,
    };
    // Characters that came as they are may become longer when we send them on.
    let is_short = !address_type.eq_ignore_ascii_case("utf-8")
        || "utf-8;".len() + xtext::encode_utf8_address(&address).len() <= ORIGINAL_RECIPIENT_LIMIT_OCTETS;
    is_short.then(|| OriginalRecipient { address_type: address_type.to_owned(), address })
}
