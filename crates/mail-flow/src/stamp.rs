//! The fields that we put in front of a letter when we accept it.

use model::{Address, Domain, Envelope, MessageId, Protocol, Timestamp};

use crate::arrival::Origin;

/// Our trace field (RFC 5321 §4.4); nothing for what we wrote ourselves.
pub(crate) fn received(
    origin: &Origin,
    envelope: &Envelope,
    hostname: &Domain,
    message: MessageId,
    now: Timestamp,
) -> String {
    let Some(session) = origin.session() else { return String::new() };
    let literal = address_literal(session.ip);
    // What is no name stands as a comment: RFC 5321 §4.4 wants a domain or an address literal behind `from`.
    let from = match Domain::parse(&session.helo) {
        Ok(name) if name.literal().is_none() => format!("{name} ({literal})"),
        Ok(_) => literal,
        Err(_) => format!("{literal} (HELO {})", comment(&session.helo)),
    };
    let tls = session.tls.as_ref().map(|tls| format!(" ({})", comment(tls))).unwrap_or_default();
    // RFC 5321 §4.4 permits one path only: more would tell each recipient of the others (§7.2).
    let only = match &envelope.recipients[..] {
        [only] => format!("\r\n\tfor <{}>", only.address),
        _ => String::new(),
    };
    format!(
        "Received: from {from}\r\n\tby {hostname} with {}{tls}\r\n\tid {message}{only};\r\n\t{}\r\n",
        keyword(origin, envelope.smtputf8),
        now.rfc5322(),
    )
}

/// The `with` keyword: RFC 3848, and RFC 6531 §4.3 for SMTPUTF8.
pub(crate) fn keyword(origin: &Origin, smtputf8: bool) -> String {
    let Some(session) = origin.session() else { return "ourselves".to_owned() };
    let base = match (session.protocol, smtputf8) {
        (Protocol::Smtp, _) => return "SMTP".to_owned(),
        (Protocol::Esmtp, false) => "ESMTP",
        (Protocol::Esmtp, true) => "UTF8SMTP",
        (Protocol::Lmtp, false) => "LMTP",
        (Protocol::Lmtp, true) => "UTF8LMTP",
    };
    let encrypted = if session.tls.is_some() { "S" } else { "" };
    let authenticated = if origin.organisation().is_some() { "A" } else { "" };
    format!("{base}{encrypted}{authenticated}")
}

/// What a submission lacks (RFC 6409 §8.1, §8.2).
pub(crate) fn missing_fields(
    has_message_id: bool,
    has_date: bool,
    hostname: &Domain,
    message: MessageId,
    now: Timestamp,
) -> String {
    let mut fields = String::new();
    if !has_message_id {
        fields.push_str(&format!("Message-ID: <{message}@{hostname}>\r\n"));
    }
    if !has_date {
        fields.push_str(&format!("Date: {}\r\n", now.rfc5322()));
    }
    fields
}

/// RFC 5321 §4.1.3.
fn address_literal(ip: std::net::IpAddr) -> String {
    match ip.to_canonical() {
        std::net::IpAddr::V4(ip) => format!("[{ip}]"),
        std::net::IpAddr::V6(ip) => format!("[IPv6:{ip}]"),
    }
}

/// Text of a stranger within parentheses.
fn comment(text: &str) -> String {
    text.chars().filter(|c| !c.is_control() && !matches!(c, '(' | ')' | '\\')).take(100).collect()
}

/// The address in angle brackets for a header or a report.
pub(crate) fn path(address: &Address) -> String {
    format!("<{address}>")
}
