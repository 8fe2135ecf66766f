//! RENAME (RFC 9051 §6.3.6).

use wire_imap::MailboxName;

use crate::answer::{Answer, Halt};
use crate::session::{Session, User};

pub(crate) async fn run(
    session: &mut Session,
    user: &User,
    from: &MailboxName,
    to: &MailboxName,
) -> Result<Answer, Halt> {
    let from = from.decode(session.modes.is_utf8())?;
    let to = to.decode(session.modes.is_utf8())?;
    user.account.rename_folder(&from, to.strip_suffix('/').unwrap_or(&to)).await?;
    Ok(Answer::ok("Renamed"))
}
