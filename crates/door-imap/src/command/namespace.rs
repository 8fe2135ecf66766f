//! NAMESPACE (RFC 9051 §6.3.10).

use crate::answer::Answer;
use crate::session::Session;

pub(crate) fn run(session: &mut Session) -> Answer {
    session.wire.out.raw("* NAMESPACE ((\"\" \"/\")) NIL NIL").end();
    Answer::ok("Done")
}
