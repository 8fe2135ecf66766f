//! CREATE (RFC 9051 §6.3.4), with a special use (RFC 6154 §3).

use mail_store::Role;
use wire_imap::{Code, MailboxName};

use crate::answer::{Answer, Halt};
use crate::session::{Session, User};

pub(crate) async fn run(
    session: &mut Session,
    user: &User,
    mailbox: &MailboxName,
    special_use: &[String],
) -> Result<Answer, Halt> {
    let name = mailbox.decode(session.modes.is_utf8())?;
    // RFC 9051 §6.3.4: a separator at the end says that there will be folders below.
    let name = name.strip_suffix('/').unwrap_or(&name);
    let role = match special_use {
        [] => None,
        [only] => match Role::from_special_use(&format!("\\{only}")) {
            Some(role) => Some(role),
            None => return Err(Answer::no(Code::UseAttr, "This special use is not supported").into()),
        },
        _ => return Err(Answer::no(Code::UseAttr, "A mailbox has one special use").into()),
    };
    user.account.create_folder(name, role).await?;
    Ok(Answer::ok("Created"))
}
