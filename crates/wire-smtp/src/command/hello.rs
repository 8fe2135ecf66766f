//! HELO and EHLO (RFC 5321 §4.1.1.1), LHLO (RFC 2033 §4.1).

use crate::SyntaxError;
use crate::limits::HELLO_NAME_LIMIT_OCTETS;

/// Which greeting it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HelloVerb {
    /// SMTP without extensions.
    Helo,
    /// SMTP with extensions.
    Ehlo,
    /// LMTP.
    Lhlo,
}

impl HelloVerb {
    /// The verb as it is written.
    pub fn as_str(self) -> &'static str {
        match self {
            HelloVerb::Helo => "HELO",
            HelloVerb::Ehlo => "EHLO",
            HelloVerb::Lhlo => "LHLO",
        }
    }
}

/// A greeting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hello {
    /// Which one.
    pub verb: HelloVerb,
    /// How the client calls itself, as written: a claim. Safe in a header field outside comments.
    pub name: String,
}

impl Hello {
    // ehlo = "EHLO" SP ( Domain / address-literal ) CRLF, helo = "HELO" SP Domain CRLF
    // Windows machines send names with apostrophes and underscores, and a name says nothing anyway
    // (RFC 5321 §4.1.4: no refusal on its account): only what could break a Received field is refused.
    pub(super) fn parse(verb: HelloVerb, name: &str) -> Result<Hello, SyntaxError> {
        let rule = |rule: &str| Err(SyntaxError::argument(verb.as_str(), rule));
        if name.is_empty() {
            return rule("a host name or address literal follows");
        }
        if name.len() > HELLO_NAME_LIMIT_OCTETS {
            return rule("the name is too long");
        }
        if !name.bytes().all(|b| b.is_ascii_graphic() && !b"()<>@,;\\\"".contains(&b)) {
            return rule("the argument is a host name or address literal");
        }
        Ok(Hello { verb, name: name.to_owned() })
    }

    pub(super) fn encode(&self, wire: &mut Vec<u8>) {
        wire.extend_from_slice(self.verb.as_str().as_bytes());
        wire.push(b' ');
        wire.extend_from_slice(self.name.as_bytes());
    }
}
