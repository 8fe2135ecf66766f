//! From a message to its answer, the same over UDP and TCP.

use wire_dns::tsig::{self, NotSigned, Signer, TsigKey};
use wire_dns::{Answer, Code, Query, Transport, answer, refuse};

use crate::board::Board;

/// What was written into the buffer.
pub(crate) enum Said {
    /// Nothing: no answer is due.
    Nothing,
    /// An answer to a regular question.
    Answer(Box<Query>, Answer),
    /// An error without a question.
    Error,
}

/// Writes the answer to `message` into `out`; zone transfers are REFUSED here.
pub(crate) fn respond(
    board: &Board,
    message: &[u8],
    transport: Transport,
    seconds: u64,
    out: &mut Vec<u8>,
) -> Said {
    let query = match Query::read(message) {
        Ok(query) => query,
        Err(why) if refuse(message, why, out) => return Said::Error,
        Err(_) => return Said::Nothing,
    };
    let room = query.room(transport);
    if !query.is_signed() {
        let answered = answer(&board.images, &query, message, room, out);
        return Said::Answer(Box::new(query), answered);
    }
    let answered = match tsig::verify(message, &query, board.keys(), seconds) {
        Ok((key, verified)) => {
            let answered = answer(&board.images, &query, message, room.saturating_sub(key.octets()), out);
            Signer::new(key, &verified).sign(out, seconds);
            answered
        }
        Err(why) => refuse_signature(board.keys(), &query, message, &why, seconds, out),
    };
    Said::Answer(Box::new(query), answered)
}

/// Writes NOTAUTH and why the signature does not count (RFC 8945 §5.2).
pub(crate) fn refuse_signature<'keys>(
    keys: impl IntoIterator<Item = &'keys TsigKey>,
    query: &Query,
    message: &[u8],
    why: &NotSigned,
    seconds: u64,
    out: &mut Vec<u8>,
) -> Answer {
    out.clear();
    refuse(message, wire_dns::Unanswerable::Code(Code::NotAuth), out);
    match why {
        NotSigned::BadTime(verified) => {
            if let Some(key) = keys.into_iter().find(|key| verified.is_by(key)) {
                Signer::of_bad_time(key, verified).sign(out, seconds);
            }
        }
        why => tsig::push_error(out, message, query, why, seconds),
    }
    Answer { code: Code::NotAuth, is_truncated: false, subject: 0 }
}
