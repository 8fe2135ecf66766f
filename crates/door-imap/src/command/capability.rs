//! CAPABILITY (RFC 9051 §6.1.1).

use crate::answer::Answer;
use crate::session::Session;

/// What we speak before a login. LITERAL+ (RFC 7888), SASL-IR (RFC 4959), ID (RFC 2971).
const ALWAYS: &str = "IMAP4rev1 IMAP4rev2 LITERAL+ SASL-IR ENABLE ID";

/// What else we speak after it.
const AFTER_LOGIN: &str = "NAMESPACE UNSELECT UIDPLUS ESEARCH SEARCHRES IDLE CHILDREN LIST-EXTENDED LIST-STATUS \
    MOVE MULTIAPPEND BINARY SPECIAL-USE CREATE-SPECIAL-USE STATUS=SIZE CONDSTORE QRESYNC WITHIN SAVEDATE \
    UTF8=ACCEPT QUOTA QUOTA=RES-STORAGE UNAUTHENTICATE";

/// The capabilities as they stand in a response.
pub(crate) fn list(session: &Session, is_known: bool) -> String {
    let mut list = ALWAYS.to_owned();
    if is_known {
        list.push(' ');
        list.push_str(AFTER_LOGIN);
        // RFC 7889 §3: the largest message that APPEND takes, in every folder.
        list.push_str(&format!(" APPENDLIMIT={}", session.shared.limits.message_octets));
        if !session.wire.is_compressed() {
            list.push_str(" COMPRESS=DEFLATE");
        }
        return list;
    }
    if session.may_log_in() {
        list.push_str(" AUTH=PLAIN AUTH=LOGIN AUTH=SCRAM-SHA-256");
    } else {
        // RFC 9051 §6.2.3, §11.1.
        list.push_str(" LOGINDISABLED");
    }
    if !session.is_tls && session.shared.tls.is_some() {
        list.push_str(" STARTTLS");
    }
    list
}

pub(crate) fn run(session: &mut Session, is_known: bool) -> Answer {
    let list = list(session, is_known);
    session.wire.out.raw("* CAPABILITY ").raw(&list).end();
    Answer::ok("Done")
}
