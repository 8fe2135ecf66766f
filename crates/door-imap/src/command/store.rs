//! STORE and UID STORE (RFC 9051 §6.4.6, RFC 7162 §3.1.3).

use mail_store::{FlagChange, Flags};
use wire_imap::{Code, Flag, Store, StoreKind};

use crate::answer::{Answer, Halt};
use crate::command::expunge::read_only;
use crate::selected::{Expunges, Selected};
use crate::session::{Session, User};

pub(crate) async fn run(
    session: &mut Session,
    user: &User,
    selected: &mut Selected,
    store: Store,
) -> Result<Answer, Halt> {
    if selected.is_read_only {
        return Err(read_only().into());
    }
    let uids = selected.resolve(&store.set, store.is_uid)?;
    let flags = Flags::from_names(flag_names(&store.flags).iter().map(String::as_str))?;
    let change = match store.kind {
        StoreKind::Replace => FlagChange::Replace(flags),
        StoreKind::Add => FlagChange::Add(flags),
        StoreKind::Remove => FlagChange::Remove(flags),
    };
    // RFC 7162 §3.1: UNCHANGEDSINCE enables CONDSTORE.
    session.modes.condstore |= store.unchanged_since.is_some();
    let modes = session.modes;
    // What others have changed is told first: after .SILENT the client would not learn of it (RFC 9051 §6.4.6).
    selected.sync(&mut session.wire.out, modes, &user.account, Expunges::Later).await?;
    let stored = user.account.store(selected.folder, &uids, change, store.unchanged_since).await?;
    selected.learn_keywords(stored.rows.iter().map(|row| &row.flags), &mut session.wire.out);
    for row in &stored.rows {
        selected.has_told(row.uid, row.modseq);
        let Some(number) = selected.sequence_number(row.uid) else { continue };
        // RFC 7162 §3.1.3: with CONDSTORE the new mod-sequence is told even after .SILENT.
        if store.is_silent && !modes.condstore {
            continue;
        }
        let out = &mut session.wire.out;
        out.raw("* ").number(number).raw(" FETCH (");
        let mut gap = "";
        if store.is_uid || modes.qresync {
            out.raw("UID ").number(row.uid);
            gap = " ";
        }
        if !store.is_silent {
            out.raw(gap).raw("FLAGS ");
            selected.write_flags(out, modes, row.uid, &row.flags);
            gap = " ";
        }
        if modes.condstore {
            out.raw(gap).raw("MODSEQ (").number(row.modseq).raw(")");
        }
        out.raw(")").end();
        session.wire.flush_if_full().await?;
    }
    if !stored.modified.is_empty() {
        // RFC 7162 §3.1.3: numbers in the form that the command used.
        let modified = numbers(selected, &stored.modified, store.is_uid);
        return Ok(Answer::ok_with(Code::Modified(modified), "Some have been changed meanwhile"));
    }
    if !store.is_uid && (stored.rows.len() as u64) < uids.len() {
        return Ok(Answer::no(Code::ExpungeIssued, "Some of the messages are gone"));
    }
    Ok(Answer::ok("Stored"))
}

/// A set of UIDs in the numbers that a command uses.
pub(crate) fn numbers(
    selected: &Selected,
    uids: &mail_store::UidSet,
    is_uid: bool,
) -> Vec<std::ops::RangeInclusive<u32>> {
    if is_uid {
        return uids.ranges().to_vec();
    }
    let known = selected.known(uids);
    let numbers: mail_store::UidSet = known.iter().filter_map(|uid| selected.sequence_number(uid)).collect();
    numbers.ranges().to_vec()
}

/// The flags as the store names them.
pub(crate) fn flag_names(flags: &[Flag]) -> Vec<String> {
    flags
        .iter()
        .map(|flag| {
            let mut name = Vec::new();
            flag.encode(&mut name);
            String::from_utf8_lossy(&name).into_owned()
        })
        .collect()
}
