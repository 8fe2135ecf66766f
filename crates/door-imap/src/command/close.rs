//! CLOSE (RFC 9051 §6.4.1).

use wire_imap::Code;

use crate::answer::{Answer, Halt};
use crate::selected::Selected;
use crate::session::{Session, User};

pub(crate) async fn close(session: &Session, user: &User, selected: &Selected) -> Result<Answer, Halt> {
    if selected.is_read_only {
        return Ok(Answer::ok("Closed"));
    }
    let expunged = user.account.expunge(selected.folder, None).await?;
    // RFC 7162 §3.2.8: with QRESYNC, if something was removed.
    if session.modes.qresync && !expunged.uids.is_empty() {
        return Ok(Answer::ok_with(Code::HighestModSeq(expunged.modseq), "Expunged and closed"));
    }
    Ok(Answer::ok("Closed"))
}
