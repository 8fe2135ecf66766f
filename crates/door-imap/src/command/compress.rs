//! COMPRESS (RFC 4978).

use wire_imap::Code;

use crate::answer::{Answer, Then};
use crate::session::Session;

pub(crate) fn run(session: &Session, algorithm: &str) -> Answer {
    if algorithm != "DEFLATE" {
        return Answer::bad("DEFLATE is the only algorithm");
    }
    if session.wire.is_compressed() {
        return Answer::no(Code::CompressionActive, "Compression is in force already");
    }
    Answer::ok("Compressed from here on").then(Then::Compression)
}
