//! SELECT and EXAMINE (RFC 9051 §6.3.2–6.3.3), with CONDSTORE and QRESYNC (RFC 7162 §3.1.8, §3.2.5).

use mail_store::{OpenOptions, Opened, UidSet};
use wire_imap::{Code, Condition, QuickResync, Select};

use crate::answer::{Answer, Halt};
use crate::selected::Selected;
use crate::session::{Session, User};
use crate::stage::Stage;

pub(crate) async fn run(
    session: &mut Session,
    user: User,
    before: Option<Box<Selected>>,
    select: Select,
) -> (Stage, Result<Answer, Halt>) {
    // RFC 7162 §3.2.5: QRESYNC is enabled first. The folder that was open stays so after BAD.
    if select.qresync.is_some() && !session.modes.qresync {
        let stage = match before {
            Some(selected) => Stage::Selected(user, selected),
            None => Stage::Authenticated(user),
        };
        return (stage, Ok(Answer::bad("ENABLE QRESYNC first")));
    }
    if before.is_some() {
        // RFC 9051 §7.1: what follows belongs to the new folder.
        session.wire.out.status(None, Condition::Ok, Some(&Code::Closed), "The previous mailbox is closed");
    }
    match open(session, &user, select).await {
        Ok((selected, answer)) => (Stage::Selected(user, Box::new(selected)), Ok(answer)),
        // RFC 9051 §6.3.2: after NO nothing is open.
        Err(halt) => (Stage::Authenticated(user), Err(halt)),
    }
}

async fn open(session: &mut Session, user: &User, select: Select) -> Result<(Selected, Answer), Halt> {
    let name = select.mailbox.decode(session.modes.is_utf8())?;
    session.modes.condstore |= select.condstore || select.qresync.is_some();
    let folder = user.account.folder_named(&name).await?;
    let options = OpenOptions { claims_recent: !select.is_read_only };
    let mut opened = user.account.open(folder.id, options).await?;
    let uids = std::mem::take(&mut opened.uids);
    let selected = Selected::new(&opened, uids, select.is_read_only);
    tell(session, &opened, &selected);
    if let Some(resync) = select.qresync
        && resync.uid_validity == opened.folder.uid_validity
    {
        resynchronise(session, user, &selected, &resync).await?;
    }
    let (code, text) = if select.is_read_only {
        (Code::ReadOnly, "Opened for reading")
    } else {
        (Code::ReadWrite, "Opened")
    };
    Ok((selected, Answer::ok_with(code, text)))
}

fn tell(session: &mut Session, opened: &Opened, selected: &Selected) {
    let modes = session.modes;
    let out = &mut session.wire.out;
    let flags = selected.known_flags();
    out.raw("* FLAGS (").raw(&flags).raw(")").end();
    if selected.is_read_only {
        out.status(None, Condition::Ok, Some(&Code::PermanentFlags(String::new())), "Nothing can be changed");
    } else {
        let code = Code::PermanentFlags(format!("{flags} \\*"));
        out.status(None, Condition::Ok, Some(&code), "Flags permitted");
    }
    out.counted(selected.count(), "EXISTS");
    if !modes.rev2 {
        out.counted(u32::try_from(selected.recent().len()).unwrap_or(u32::MAX), "RECENT");
        // RFC 3501 §6.3.1; gone in RFC 9051.
        if let Some(number) = opened.first_unseen.and_then(|uid| selected.sequence_number(uid)) {
            out.status(None, Condition::Ok, Some(&Code::Unseen(number)), "The first unseen message");
        }
    }
    let folder = &opened.folder;
    out.status(None, Condition::Ok, Some(&Code::UidValidity(folder.uid_validity)), "UIDs are valid");
    out.status(None, Condition::Ok, Some(&Code::UidNext(folder.uid_next)), "The next UID");
    out.status(None, Condition::Ok, Some(&Code::HighestModSeq(folder.highest_modseq)), "The highest");
    if modes.rev2 {
        // RFC 9051 §6.3.2: the LIST response tells the canonical name.
        out.raw("* LIST () \"/\" ").mailbox(&folder.name, true).end();
    }
}

/// RFC 7162 §3.2.5: what has vanished and changed since the client was last here.
async fn resynchronise(
    session: &mut Session,
    user: &User,
    selected: &Selected,
    resync: &QuickResync,
) -> Result<(), Halt> {
    let changes = user.account.changes_since(selected.folder, resync.modseq).await?;
    let asked = match resync.known_uids.as_ref().and_then(|set| set.ranges(u32::MAX)) {
        Some(ranges) => UidSet::from_ranges(ranges),
        None => UidSet::all(),
    };
    // What vanished after the folder was opened is told as news, not as history.
    let vanished = changes.vanished.intersection(&asked);
    let still_known = selected.known(&vanished);
    let vanished = vanished.intersection(&still_known.complement(1, u32::MAX));
    let modes = session.modes;
    let out = &mut session.wire.out;
    if !vanished.is_empty() {
        out.raw("* VANISHED (EARLIER) ").set(vanished.ranges()).end();
    }
    for row in changes.changed.iter().filter(|row| asked.contains(row.uid)) {
        if let Some(number) = selected.sequence_number(row.uid) {
            out.raw("* ").number(number).raw(" FETCH (UID ").number(row.uid).raw(" FLAGS ");
            selected.write_flags(out, modes, row.uid, &row.flags);
            out.raw(" MODSEQ (").number(row.modseq).raw("))").end();
        }
    }
    Ok(())
}
