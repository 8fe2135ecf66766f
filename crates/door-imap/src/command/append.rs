//! APPEND (RFC 9051 §6.3.12), also of several messages (RFC 3502).

use mail_store::{Flags, Import, ImportContent, StoreError, Target};
use model::Timestamp;
use wire_imap::{AppendMessage, Code, MailboxName};

use crate::answer::{Answer, Halt};
use crate::command::store::flag_names;
use crate::limits;
use crate::session::{Session, User};

pub(crate) async fn run(
    session: &mut Session,
    user: &User,
    mailbox: &MailboxName,
    messages: Vec<AppendMessage>,
) -> Result<Answer, Halt> {
    let name = mailbox.decode(session.modes.is_utf8())?;
    if messages.len() > limits::APPEND_MESSAGES {
        return Err(Answer::no(Code::Limit, "Too many messages at once").into());
    }
    let folder = destination(user, &name).await?;
    // A large message has gone to the store already, and an empty literal stands for it.
    let mut kept = std::mem::take(&mut session.kept).into_iter();
    let mut imports = Vec::with_capacity(messages.len());
    for message in messages {
        let content = match if message.message.is_empty() { kept.next() } else { None } {
            Some(blob) => ImportContent::Blob(blob?),
            // RFC 3502 §6.3.11: a literal of no octets gives the whole command up.
            None if message.message.is_empty() => {
                return Err(Answer::no(Code::Cannot, "A message is not empty").into());
            }
            None => ImportContent::Bytes(message.message),
        };
        imports.push(Import {
            flags: Flags::from_names(flag_names(&message.flags).iter().map(String::as_str))?,
            internal_date: message.date.map(|date| Timestamp(date.seconds.saturating_mul(1000))),
            content,
        });
    }
    // Durable when it returns.
    let appended = user.account.append_messages(Target::Folder(folder), imports).await?;
    let Some(first) = appended.first() else { return Ok(Answer::ok("Nothing appended")) };
    let uids: mail_store::UidSet = appended.iter().map(|one| one.uid).collect();
    let code = Code::AppendUid { uid_validity: first.uid_validity, uids: uids.ranges().to_vec() };
    Ok(Answer::ok_with(code, "Appended"))
}

/// The folder that APPEND, COPY and MOVE go to; `[TRYCREATE]` if it is not there (RFC 9051 §6.3.12).
pub(crate) async fn destination(user: &User, name: &str) -> Result<model::FolderId, Halt> {
    match user.account.folder_named(name).await {
        Ok(folder) if folder.is_selectable => Ok(folder.id),
        Ok(_) => Err(Answer::no(Code::Cannot, "This mailbox holds other mailboxes only").into()),
        Err(StoreError::NoSuchFolder) => Err(Answer::no(Code::TryCreate, "No such mailbox").into()),
        Err(error) => Err(error.into()),
    }
}
