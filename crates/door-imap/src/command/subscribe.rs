//! SUBSCRIBE and UNSUBSCRIBE (RFC 9051 §6.3.7–6.3.8).

use wire_imap::MailboxName;

use crate::answer::{Answer, Halt};
use crate::session::{Session, User};

pub(crate) async fn run(
    session: &mut Session,
    user: &User,
    mailbox: &MailboxName,
    is_wanted: bool,
) -> Result<Answer, Halt> {
    let name = mailbox.decode(session.modes.is_utf8())?;
    // RFC 9051 §6.3.7: the server may ask that the mailbox exists; a subscription outlives it later.
    if is_wanted {
        user.account.folder_named(&name).await?;
    }
    user.account.subscribe(&name, is_wanted).await?;
    Ok(Answer::ok(if is_wanted { "Subscribed" } else { "Unsubscribed" }))
}
