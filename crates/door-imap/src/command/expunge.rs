//! EXPUNGE and UID EXPUNGE (RFC 9051 §6.4.3, §6.4.9).

use wire_imap::{Code, SequenceSet};

use crate::answer::{Answer, Halt};
use crate::selected::Selected;
use crate::session::{Session, User};

pub(crate) async fn run(
    session: &Session,
    user: &User,
    selected: &Selected,
    uids: Option<&SequenceSet>,
) -> Result<Answer, Halt> {
    if selected.is_read_only {
        return Err(read_only().into());
    }
    let uids = uids.map(|set| selected.resolve(set, true)).transpose()?;
    // The EXPUNGE responses come with the other news, before the tagged line.
    let expunged = user.account.expunge(selected.folder, uids.as_ref()).await?;
    // RFC 7162 §3.2.7.
    if session.modes.condstore && !expunged.uids.is_empty() {
        return Ok(Answer::ok_with(Code::HighestModSeq(expunged.modseq), "Expunged"));
    }
    Ok(Answer::ok("Expunged"))
}

/// RFC 9051 §6.3.3: nothing changes in a folder that EXAMINE has opened.
pub(crate) fn read_only() -> Answer {
    Answer::no(Code::ReadOnly, "The mailbox is open for reading only")
}
