//! GETQUOTA, GETQUOTAROOT and SETQUOTA (RFC 9208 §4.1). There is one quota root, the empty name: the account.

use wire_imap::{Code, MailboxName};

use crate::answer::{Answer, Halt};
use crate::session::{Session, User};

pub(crate) async fn get(session: &mut Session, user: &User, root: &[u8]) -> Result<Answer, Halt> {
    if !root.is_empty() {
        return Err(Answer::no(Code::NonExistent, "There is no such quota root").into());
    }
    tell(session, user).await
}

pub(crate) async fn get_root(
    session: &mut Session,
    user: &User,
    mailbox: &MailboxName,
) -> Result<Answer, Halt> {
    let is_utf8 = session.modes.is_utf8();
    let name = mailbox.decode(is_utf8)?;
    let folder = user.account.folder_named(&name).await?;
    session.wire.out.raw("* QUOTAROOT ").mailbox(&folder.name, is_utf8).raw(" \"\"").end();
    tell(session, user).await
}

/// RFC 9208 §4.1: only administrators set quotas, and not over IMAP.
pub(crate) fn set() -> Answer {
    Answer::no(Code::Cannot, "Quotas are set by the administrator")
}

async fn tell(session: &mut Session, user: &User) -> Result<Answer, Halt> {
    let usage = user.account.usage().await?;
    let out = &mut session.wire.out;
    out.raw("* QUOTA \"\" (");
    if let Some(quota_bytes) = usage.quota_bytes {
        // RFC 9208 §5.1: units of 1024 octets.
        out.raw("STORAGE ")
            .number(usage.used_bytes.div_ceil(1024))
            .raw(" ")
            .number(quota_bytes.div_ceil(1024));
    }
    out.raw(")").end();
    Ok(Answer::ok("Done"))
}
