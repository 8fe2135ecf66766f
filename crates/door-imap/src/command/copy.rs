//! COPY and MOVE (RFC 9051 §6.4.7–6.4.8).

use mail_store::{Copied, UidSet};
use wire_imap::{Code, Condition, MailboxName, SequenceSet};

use crate::answer::{Answer, Halt};
use crate::command::append::destination;
use crate::command::expunge::read_only;
use crate::selected::Selected;
use crate::session::{Session, User};

pub(crate) async fn copy(
    session: &Session,
    user: &User,
    selected: &Selected,
    set: &SequenceSet,
    mailbox: &MailboxName,
    is_uid: bool,
) -> Result<Answer, Halt> {
    let uids = selected.resolve(set, is_uid)?;
    let name = mailbox.decode(session.modes.is_utf8())?;
    let to = destination(user, &name).await?;
    let copied = user.account.copy(selected.folder, &uids, to).await?;
    match code(&copied) {
        Some(code) => Ok(Answer::ok_with(code, "Copied")),
        None if is_uid || uids.is_empty() => Ok(Answer::ok("Nothing to copy")),
        None => Ok(Answer::no(Code::ExpungeIssued, "The messages are gone")),
    }
}

pub(crate) async fn move_to(
    session: &mut Session,
    user: &User,
    selected: &Selected,
    set: &SequenceSet,
    mailbox: &MailboxName,
    is_uid: bool,
) -> Result<Answer, Halt> {
    if selected.is_read_only {
        return Err(read_only().into());
    }
    let uids = selected.resolve(set, is_uid)?;
    let name = mailbox.decode(session.modes.is_utf8())?;
    let to = destination(user, &name).await?;
    let moved = user.account.move_to(selected.folder, &uids, to).await?;
    // RFC 9051 §6.4.8: COPYUID comes before the EXPUNGE responses, untagged.
    match code(&moved) {
        Some(code) => session.wire.out.status(None, Condition::Ok, Some(&code), "Moved"),
        None if is_uid || uids.is_empty() => return Ok(Answer::ok("Nothing to move")),
        None => return Ok(Answer::no(Code::ExpungeIssued, "The messages are gone")),
    };
    if session.modes.condstore {
        // RFC 7162 §3.2.7.
        return Ok(Answer::ok_with(Code::HighestModSeq(moved.modseq), "Done"));
    }
    Ok(Answer::ok("Done"))
}

fn code(copied: &Copied) -> Option<Code> {
    if copied.uids.is_empty() {
        return None;
    }
    let from: UidSet = copied.uids.iter().map(|(from, _)| *from).collect();
    let to: UidSet = copied.uids.iter().map(|(_, to)| *to).collect();
    Some(Code::CopyUid {
        uid_validity: copied.uid_validity,
        from: from.ranges().to_vec(),
        to: to.ranges().to_vec(),
    })
}
