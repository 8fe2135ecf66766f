//! STATUS (RFC 9051 §6.3.11).

use mail_store::{Columns, Flags, Folder, SearchKey, UidSet};
use wire_imap::{Code, MailboxName, Output, StatusItem};

use crate::answer::{Answer, Halt};
use crate::session::{Modes, Session, User};

pub(crate) async fn run(
    session: &mut Session,
    user: &User,
    mailbox: &MailboxName,
    items: &[StatusItem],
) -> Result<Answer, Halt> {
    let name = mailbox.decode(session.modes.is_utf8())?;
    let folder = user.account.folder_named(&name).await?;
    if !folder.is_selectable {
        return Err(Answer::no(Code::NonExistent, "This mailbox holds other mailboxes only").into());
    }
    // RFC 7162 §3.1.7: asking for it enables CONDSTORE.
    session.modes.condstore |= items.contains(&StatusItem::HighestModSeq);
    tell(session, user, &folder, items).await?;
    Ok(Answer::ok("Done"))
}

/// Appends `* STATUS name (…)`, with what the folder's own counters do not hold.
pub(crate) async fn tell(
    session: &mut Session,
    user: &User,
    folder: &Folder,
    items: &[StatusItem],
) -> Result<(), Halt> {
    let mut deleted_octets = 0;
    if items.contains(&StatusItem::DeletedStorage) && folder.deleted > 0 {
        // RFC 9208 §4.1.4: what EXPUNGE would give back.
        let found = user.account.search(folder.id, &SearchKey::Flags(Flags::DELETED)).await?;
        let uids: UidSet = found.iter().map(|one| one.uid).collect();
        let mut rows = user.account.messages(folder.id, &uids, Columns::default());
        while let Some(batch) = rows.next_batch().await? {
            deleted_octets += batch.iter().map(|row| row.size_bytes).sum::<u64>();
        }
    }
    write(&mut session.wire.out, session.modes, folder, items, deleted_octets);
    Ok(())
}

fn write(out: &mut Output, modes: Modes, folder: &Folder, items: &[StatusItem], deleted_octets: u64) {
    out.raw("* STATUS ").mailbox(&folder.name, modes.is_utf8()).raw(" (");
    for (index, item) in items.iter().enumerate() {
        let value = match item {
            StatusItem::Messages => u64::from(folder.messages),
            StatusItem::UidNext => u64::from(folder.uid_next),
            StatusItem::UidValidity => u64::from(folder.uid_validity),
            StatusItem::Unseen => u64::from(folder.unseen),
            StatusItem::Deleted => u64::from(folder.deleted),
            StatusItem::Size => folder.size_bytes,
            // RFC 3501 §6.3.10. The UIDs from `recent_from` on, of which some may be gone again.
            StatusItem::Recent => {
                u64::from(folder.uid_next.saturating_sub(folder.recent_from).min(folder.messages))
            }
            StatusItem::HighestModSeq => folder.highest_modseq,
            StatusItem::DeletedStorage => deleted_octets,
        };
        out.raw(if index > 0 { " " } else { "" }).raw(item.name()).raw(" ").number(value);
    }
    out.raw(")").end();
}
