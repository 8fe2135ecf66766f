//! STARTTLS, AUTHENTICATE, LOGIN, ENABLE, ID and their like (RFC 9051 §6.1–6.3.1).

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;

use crate::command::Command;
use crate::cursor::{Cursor, Expected, Parsed};
use crate::{limits, output};

/// A password or a SASL answer: never printed.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(pub Bytes);

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// The octets that a base64 text stands for; `None` if it is none.
pub fn decode_base64(text: &[u8]) -> Option<Vec<u8>> {
    STANDARD.decode(text).ok()
}

/// Appends the base64 form of `octets`.
pub fn encode_base64(octets: &[u8], out: &mut Vec<u8>) {
    out.extend_from_slice(STANDARD.encode(octets).as_bytes());
}

/// `authenticate = "AUTHENTICATE" SP auth-type [SP initial-resp] *(CRLF base64)`
/// `initial-resp = (base64 / "=")`, "=" for no octets (RFC 4959 §3).
pub(crate) fn authenticate(cursor: &mut Cursor<'_>) -> Parsed<Command> {
    cursor.space()?;
    let mechanism = cursor.word()?;
    if !cursor.take(b' ') {
        return Ok(Command::Authenticate { mechanism, initial: None });
    }
    let text = cursor.take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'='));
    let initial = match text {
        b"=" => Vec::new(),
        b"" => return Err(Expected("an initial response")),
        text => decode_base64(text).ok_or(Expected("base64"))?,
    };
    Ok(Command::Authenticate { mechanism, initial: Some(Secret(Bytes::from(initial))) })
}

/// `login = "LOGIN" SP userid SP password`.
pub(crate) fn login(cursor: &mut Cursor<'_>) -> Parsed<Command> {
    cursor.space()?;
    let user = cursor.astring()?;
    cursor.space()?;
    let password = cursor.astring()?;
    Ok(Command::Login { user, password: Secret(password) })
}

/// `enable = "ENABLE" 1*(SP capability)`.
pub(crate) fn enable(cursor: &mut Cursor<'_>) -> Parsed<Command> {
    let mut names = Vec::new();
    cursor.space()?;
    loop {
        names.push(cursor.word()?);
        if !cursor.take(b' ') {
            return Ok(Command::Enable(names));
        }
    }
}

/// `id = "ID" SP id-params-list`, `id-params-list = "(" *(string SP nstring) ")" / nil` (RFC 2971 §5).
pub(crate) fn id(cursor: &mut Cursor<'_>) -> Parsed<Command> {
    cursor.space()?;
    if cursor.keyword("NIL") {
        return Ok(Command::Id(Vec::new()));
    }
    let pairs = cursor.list(|cursor| {
        let field = cursor.string()?;
        cursor.space()?;
        Ok((field, cursor.nstring()?))
    })?;
    if pairs.len() > limits::ID_PAIRS {
        return Err(Expected("at most 30 fields (RFC 2971 §3.3)"));
    }
    Ok(Command::Id(pairs))
}

/// `compress = "COMPRESS" SP algorithm` (RFC 4978 §5).
pub(crate) fn compress(cursor: &mut Cursor<'_>) -> Parsed<Command> {
    cursor.space()?;
    Ok(Command::Compress(cursor.word()?))
}

pub(crate) fn encode(command: &Command, out: &mut Vec<u8>) {
    match command {
        Command::Authenticate { mechanism, initial } => {
            out.extend_from_slice(b"AUTHENTICATE ");
            out.extend_from_slice(mechanism.as_bytes());
            match initial {
                None => {}
                Some(Secret(octets)) if octets.is_empty() => out.extend_from_slice(b" ="),
                Some(Secret(octets)) => {
                    out.push(b' ');
                    encode_base64(octets, out);
                }
            }
        }
        Command::Login { user, password } => {
            out.extend_from_slice(b"LOGIN ");
            output::command_string(out, user);
            out.push(b' ');
            output::command_string(out, &password.0);
        }
        Command::Enable(names) => {
            out.extend_from_slice(b"ENABLE");
            for name in names {
                out.push(b' ');
                out.extend_from_slice(name.as_bytes());
            }
        }
        Command::Id(pairs) if pairs.is_empty() => out.extend_from_slice(b"ID NIL"),
        Command::Id(pairs) => {
            out.extend_from_slice(b"ID (");
            for (index, (field, value)) in pairs.iter().enumerate() {
                if index > 0 {
                    out.push(b' ');
                }
                output::quoted_or_literal(out, field);
                out.push(b' ');
                match value {
                    None => out.extend_from_slice(b"NIL"),
                    Some(value) => output::quoted_or_literal(out, value),
                }
            }
            out.push(b')');
        }
        Command::Compress(algorithm) => {
            out.extend_from_slice(b"COMPRESS ");
            out.extend_from_slice(algorithm.as_bytes());
        }
        _ => {}
    }
}
