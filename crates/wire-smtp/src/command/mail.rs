//! MAIL (RFC 5321 §4.1.1.2) with the parameters SIZE (RFC 1870), BODY (RFC 6152, RFC 3030), SMTPUTF8
//! (RFC 6531), RET and ENVID (RFC 3461), AUTH (RFC 4954 §5), REQUIRETLS (RFC 8689 §3).

use model::{Address, BodyKind, ReturnContent, ReversePath};

use crate::limits::ENVELOPE_ID_LIMIT_OCTETS;
use crate::parameter::{self, Parameter};
use crate::{SyntaxError, path, xtext};

const MAIL: &str = "MAIL";

/// The beginning of a transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mail {
    /// Where reports go.
    pub from: ReversePath,
    /// `SIZE`: what the client believes the message to measure.
    pub size_bytes: Option<u64>,
    /// `BODY`.
    pub body: Option<BodyKind>,
    /// `SMTPUTF8`.
    pub smtputf8: bool,
    /// `REQUIRETLS`.
    pub require_tls: bool,
    /// `RET`.
    pub return_content: Option<ReturnContent>,
    /// `ENVID`, decoded.
    pub envelope_id: Option<String>,
    /// `AUTH`, decoded: who submitted it, as the client claims; `<>` where it does not know.
    pub auth: Option<String>,
}

impl Mail {
    // mail = "MAIL FROM:" Reverse-path [SP Mail-parameters] CRLF, Reverse-path = Path / "<>"
    pub(super) fn parse(argument: &str) -> Result<Mail, SyntaxError> {
        let (mailbox, rest) = path::split(MAIL, "FROM:", argument)?;
        let from = match mailbox {
            "" => ReversePath::Null,
            mailbox => ReversePath::Address(
                Address::parse(mailbox).map_err(|error| SyntaxError::argument(MAIL, error.to_string()))?,
            ),
        };
        let mut mail = Mail {
            from,
            size_bytes: None,
            body: None,
            smtputf8: false,
            require_tls: false,
            return_content: None,
            envelope_id: None,
            auth: None,
        };
        for parameter in parameter::parse(MAIL, rest)? {
            mail.take(parameter)?;
        }
        Ok(mail)
    }

    fn take(&mut self, Parameter { keyword, value }: Parameter<'_>) -> Result<(), SyntaxError> {
        let wrong = |name, rule| SyntaxError::Parameter { command: MAIL, name, rule };
        let value_upper = value.map(str::to_ascii_uppercase);
        match (keyword.as_str(), value_upper.as_deref()) {
            // size-value = 1*20DIGIT
            ("SIZE", text) => {
                let digits = text
                    .filter(|text| (1..=20).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit()))
                    .ok_or_else(|| wrong("SIZE", "is a number of 1 to 20 digits (RFC 1870 §5)"))?;
                // Twenty digits may exceed 64 bits, and every limit of ours.
                self.size_bytes = Some(digits.parse().unwrap_or(u64::MAX));
            }
            ("BODY", Some("7BIT")) => self.body = Some(BodyKind::SevenBit),
            ("BODY", Some("8BITMIME")) => self.body = Some(BodyKind::EightBit),
            ("BODY", Some("BINARYMIME")) => self.body = Some(BodyKind::Binary),
            ("BODY", _) => return Err(wrong("BODY", "is 7BIT or 8BITMIME (RFC 6152 §2)")),
            ("SMTPUTF8", None) => self.smtputf8 = true,
            ("SMTPUTF8", Some(_)) => return Err(wrong("SMTPUTF8", "has no value (RFC 6531 §3.4)")),
            ("REQUIRETLS", None) => self.require_tls = true,
            ("REQUIRETLS", Some(_)) => return Err(wrong("REQUIRETLS", "has no value (RFC 8689 §3)")),
            ("RET", Some("FULL")) => self.return_content = Some(ReturnContent::Full),
            ("RET", Some("HDRS")) => self.return_content = Some(ReturnContent::Headers),
            ("RET", _) => return Err(wrong("RET", "is FULL or HDRS (RFC 3461 §4.3)")),
            ("ENVID", _) => {
                let decoded = value
                    .filter(|text| text.len() <= ENVELOPE_ID_LIMIT_OCTETS)
                    .and_then(xtext::decode)
                    .filter(|text| text.bytes().all(|b| (b' '..=b'~').contains(&b)));
                self.envelope_id = Some(
                    decoded
                        .ok_or_else(|| wrong("ENVID", "is xtext of 1 to 100 characters (RFC 3461 §4.4)"))?,
                );
            }
            ("AUTH", _) => {
                let decoded = value.and_then(xtext::decode);
                self.auth =
                    Some(decoded.ok_or_else(|| wrong("AUTH", "is an address in xtext (RFC 4954 §5)"))?);
            }
            _ => return Err(SyntaxError::UnknownParameter { command: MAIL, name: keyword }),
        }
        Ok(())
    }

    pub(super) fn encode(&self, wire: &mut Vec<u8>) {
        let mut text = format!("MAIL FROM:<{}>", self.from);
        if let Some(size_bytes) = self.size_bytes {
            text.push_str(&format!(" SIZE={size_bytes}"));
        }
        match self.body {
            Some(BodyKind::SevenBit) => text.push_str(" BODY=7BIT"),
            Some(BodyKind::EightBit) => text.push_str(" BODY=8BITMIME"),
            Some(BodyKind::Binary) => text.push_str(" BODY=BINARYMIME"),
            None => {}
        }
        if self.smtputf8 {
            text.push_str(" SMTPUTF8");
        }
        if self.require_tls {
            text.push_str(" REQUIRETLS");
        }
        match self.return_content {
            Some(ReturnContent::Full) => text.push_str(" RET=FULL"),
            Some(ReturnContent::Headers) => text.push_str(" RET=HDRS"),
            None => {}
        }
        if let Some(id) = self.envelope_id.as_ref().filter(|id| !id.is_empty()) {
            text.push_str(" ENVID=");
            text.push_str(&xtext::encode(id));
        }
        if let Some(auth) = self.auth.as_ref().filter(|auth| !auth.is_empty()) {
            text.push_str(" AUTH=");
            text.push_str(&xtext::encode(auth));
        }
        wire.extend_from_slice(text.as_bytes());
    }
}
