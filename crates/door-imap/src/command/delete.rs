//! DELETE (RFC 9051 §6.3.5).

use wire_imap::MailboxName;

use crate::answer::{Answer, Halt};
use crate::session::{Session, User};

pub(crate) async fn run(session: &mut Session, user: &User, mailbox: &MailboxName) -> Result<Answer, Halt> {
    let name = mailbox.decode(session.modes.is_utf8())?;
    user.account.delete_folder(&name).await?;
    Ok(Answer::ok("Deleted"))
}
