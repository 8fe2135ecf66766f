//! STARTTLS (RFC 9051 §6.2.1).

use crate::answer::{Answer, Halt, Then};
use crate::session::Session;

pub(crate) fn run(session: &mut Session) -> Result<Answer, Halt> {
    if session.is_tls {
        return Err(Answer::bad("TLS is in force already").into());
    }
    if session.shared.tls.is_none() {
        return Err(Answer::bad("There is no certificate for TLS").into());
    }
    Ok(Answer::ok("Begin the TLS handshake").then(Then::Tls))
}
