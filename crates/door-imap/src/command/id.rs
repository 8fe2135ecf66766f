//! ID (RFC 2971): both sides say which program they are.

use bytes::Bytes;

use crate::answer::Answer;
use crate::session::Session;

pub(crate) fn run(session: &mut Session, pairs: &[(Bytes, Option<Bytes>)]) -> Answer {
    let field = |name: &[u8]| {
        let value = pairs
            .iter()
            .find(|(field, _)| field.eq_ignore_ascii_case(name))
            .and_then(|(_, value)| value.as_ref());
        value
            .map(|value| String::from_utf8_lossy(value).chars().take(100).collect::<String>())
            .unwrap_or_default()
    };
    tracing::debug!(peer = %session.peer, name = field(b"name"), version = field(b"version"), "the client names itself");
    // No version: it would tell strangers which faults to try.
    session.wire.out.raw("* ID (\"name\" \"Relais\")").end();
    Answer::ok("Pleased to meet you")
}
