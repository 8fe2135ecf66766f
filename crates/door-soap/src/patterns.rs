//! The forms of texts, for the WSDL and for the check.

use wire_soap::{Kind, Pattern};

/// An address (RFC 5321 §4.1.2) without quoted white space.
pub(crate) const ADDRESS: Kind = Kind::formed(
    320,
    Pattern {
        schema: "[^\\s]+@[^\\s@]+",
        holds: |text| !text.contains(char::is_whitespace) && model::Address::parse(text).is_ok(),
        rule: "an address: localpart@domain",
    },
);

/// A mail domain.
pub(crate) const DOMAIN: Kind = Kind::formed(
    253,
    Pattern {
        schema: "[^\\s@\\[\\]]+",
        holds: |text| {
            !text.contains(char::is_whitespace)
                && model::Domain::parse(text).is_ok_and(|domain| !domain.as_str().starts_with('['))
        },
        rule: "a domain name",
    },
);

/// What the caller names something by.
pub(crate) const CLIENT_REFERENCE: Kind =
    Kind::formed(128, Pattern { schema: "[!-~]+", holds: is_visible, rule: "visible characters of ASCII" });

/// What we name something by.
pub(crate) const IDENTIFIER: Kind = Kind::formed(
    128,
    Pattern {
        schema: "[A-Za-z0-9._\\-]+",
        holds: |text| {
            !text.is_empty()
                && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte))
        },
        rule: "letters, digits, dots, hyphens and underscores",
    },
);

/// Where a list goes on.
pub(crate) const CURSOR: Kind = Kind::formed(
    256,
    Pattern { schema: "[!-~]+", holds: is_visible, rule: "what the last page gave as nextCursor" },
);

/// A telephone number (E.164).
pub(crate) const PHONE: Kind = Kind::formed(
    16,
    Pattern {
        schema: "\\+[1-9][0-9]{6,14}",
        holds: |text| {
            let digits = text.strip_prefix('+').unwrap_or_default();
            (7..=15).contains(&digits.len())
                && !digits.starts_with('0')
                && digits.bytes().all(|byte| byte.is_ascii_digit())
        },
        rule: "an international number: +41791234567 (E.164)",
    },
);

/// The SHA-256 digest of a certificate.
pub(crate) const FINGERPRINT: Kind = Kind::formed(
    64,
    Pattern {
        schema: "[0-9A-Fa-f]{64}",
        holds: |text| text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit()),
        rule: "64 hexadecimal digits",
    },
);

/// A media type without parameters (RFC 6838 §4.2).
pub(crate) const MEDIA_TYPE: Kind = Kind::formed(
    127,
    Pattern {
        schema: "[A-Za-z0-9!#$&^_.+\\-]+/[A-Za-z0-9!#$&^_.+\\-]+",
        holds: |text| {
            let is_name = |name: &str| {
                let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$&^_.+-".contains(&byte);
                !name.is_empty() && name.bytes().all(is_allowed)
            };
            text.split_once('/').is_some_and(|(kind, subtype)| is_name(kind) && is_name(subtype))
        },
        rule: "a media type: application/pdf",
    },
);

/// The name of a file, without a way to it.
pub(crate) const FILE_NAME: Kind = Kind::formed(
    255,
    Pattern {
        schema: "[^/\\\\:*?\"<>|]+",
        holds: |text| {
            !text.is_empty()
                && !text.contains(['/', '\\', ':', '*', '?', '"', '<', '>', '|'])
                && !text.contains(char::is_control)
                && text.chars().any(|character| character != '.' && character != ' ')
        },
        rule: "the name of a file, without a path",
    },
);

/// One line of text.
pub(crate) const LINE: Kind = Kind::formed(
    998,
    Pattern { schema: ".*", holds: |text| !text.contains(char::is_control), rule: "one line" },
);

/// What somebody else once wrote, as it is.
pub(crate) const TOLD: Kind = Kind::text(0, 10_000);

fn is_visible(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic())
}
