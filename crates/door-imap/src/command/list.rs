//! LIST and LSUB (RFC 9051 §6.3.9, RFC 3501 §6.3.9, RFC 5258, RFC 5819, RFC 6154).

use std::collections::BTreeSet;

use mail_store::Folder;
use wire_imap::{List, MailboxName};

use crate::answer::{Answer, Halt};
use crate::command::status;
use crate::limits;
use crate::session::{Session, User};

/// A name that LIST may tell of: a folder, a subscription without one, or a level above one of these.
struct Entry<'a> {
    name: &'a str,
    folder: Option<&'a Folder>,
    is_subscribed: bool,
}

pub(crate) async fn run(session: &mut Session, user: &User, list: &List) -> Result<Answer, Halt> {
    let is_utf8 = session.modes.is_utf8();
    let reference = pattern(&list.reference, is_utf8)?;
    // RFC 9051 §6.3.9: an empty pattern asks for the separator.
    if let [MailboxName(only)] = list.patterns.as_slice()
        && only.is_empty()
        && !list.is_lsub
    {
        session.wire.out.raw("* LIST (\\Noselect) \"/\" \"\"").end();
        return Ok(Answer::ok("Done"));
    }
    if list.patterns.len() > limits::LIST_PATTERNS {
        return Err(Answer::bad("Too many patterns").into());
    }
    let mut patterns = Vec::new();
    for written in &list.patterns {
        let whole = format!("{reference}{}", pattern(written, is_utf8)?);
        // Each pattern is compared with each folder's name, octet by octet.
        if whole.len() > limits::LIST_PATTERN_OCTETS {
            return Err(Answer::bad("The pattern is too long").into());
        }
        patterns.push(whole);
    }
    let folders = user.account.folders().await?;
    let subscriptions: BTreeSet<String> = user.account.subscriptions().await?.into_iter().collect();
    let mut entries: Vec<Entry<'_>> = folders
        .iter()
        .map(|folder| Entry {
            name: &folder.name,
            folder: Some(folder),
            is_subscribed: subscriptions.contains(&folder.name),
        })
        .collect();
    if list.is_lsub || list.selection.subscribed {
        // A subscription outlives its folder (RFC 9051 §6.3.7).
        let missing = subscriptions.iter().filter(|name| !folders.iter().any(|folder| folder.name == **name));
        entries.extend(missing.map(|name| Entry { name, folder: None, is_subscribed: true }));
    }
    entries.sort_by(|a, b| (a.name != "INBOX", a.name).cmp(&(b.name != "INBOX", b.name)));
    if list.is_lsub {
        lsub(session, &entries, &patterns);
    } else {
        for entry in entries.iter().filter(|entry| matches_any(&patterns, entry.name)) {
            tell(session, user, list, &entries, entry).await?;
        }
    }
    Ok(Answer::ok("Done"))
}

/// A pattern or a reference in Unicode. `INBOX` stands for itself in any case.
fn pattern(written: &MailboxName, is_utf8: bool) -> Result<String, Halt> {
    Ok(written.decode(is_utf8)?)
}

/// RFC 9051 §6.3.9.1–6.3.9.2: one LIST response, if the selection options permit.
async fn tell(
    session: &mut Session,
    user: &User,
    list: &List,
    entries: &[Entry<'_>],
    entry: &Entry<'_>,
) -> Result<(), Halt> {
    let selection = list.selection;
    let below = |name: &str| name.strip_prefix(entry.name).is_some_and(|rest| rest.starts_with('/'));
    let special_use = entry.folder.and_then(|folder| folder.role).and_then(mail_store::Role::special_use);
    let is_selected =
        (!selection.subscribed || entry.is_subscribed) && (!selection.special_use || special_use.is_some());
    // RFC 9051 §6.3.9.6: CHILDINFO for a parent whose descendants are selected.
    let has_selected_below = selection.recursive_match
        && entries.iter().any(|other| {
            below(other.name)
                && (!selection.subscribed || other.is_subscribed)
                && (!selection.special_use || other.folder.is_some_and(|folder| folder.role.is_some()))
        });
    if !is_selected && !has_selected_below {
        return Ok(());
    }
    let has_children = match entry.folder {
        Some(folder) => folder.has_children,
        None => entries.iter().any(|other| other.folder.is_some() && below(other.name)),
    };
    let modes = session.modes;
    let out = &mut session.wire.out;
    out.raw("* LIST (");
    let mut is_first = true;
    let mut attributes = Vec::with_capacity(4);
    match entry.folder {
        // RFC 9051 §7.3.1: \NonExistent implies \Noselect; clients of rev1 know only the latter.
        None => attributes.push("\\NonExistent"),
        Some(folder) if !folder.is_selectable => attributes.push("\\Noselect"),
        Some(_) => {}
    }
    attributes.push(if has_children { "\\HasChildren" } else { "\\HasNoChildren" });
    if entry.is_subscribed && (selection.subscribed || list.returns.subscribed) {
        attributes.push("\\Subscribed");
    }
    attributes.extend(special_use);
    for attribute in attributes {
        out.raw(if is_first { "" } else { " " }).raw(attribute);
        is_first = false;
    }
    out.raw(") \"/\" ").mailbox(entry.name, modes.is_utf8());
    if has_selected_below {
        let by = if selection.subscribed { "SUBSCRIBED" } else { "SPECIAL-USE" };
        out.raw(" (\"CHILDINFO\" (\"").raw(by).raw("\"))");
    }
    out.end();
    // RFC 9051 §6.3.9.8: no STATUS for what cannot be opened.
    if let Some(folder) = entry.folder.filter(|folder| folder.is_selectable && is_selected)
        && !list.returns.status.is_empty()
    {
        status::tell(session, user, folder, &list.returns.status).await?;
    }
    Ok(())
}

/// RFC 3501 §6.3.9: subscribed names; with `%`, a level above a subscribed name is told of as `\Noselect`.
fn lsub(session: &mut Session, entries: &[Entry<'_>], patterns: &[String]) {
    let mut told = BTreeSet::new();
    let is_utf8 = session.modes.is_utf8();
    let out = &mut session.wire.out;
    for entry in entries.iter().filter(|entry| entry.is_subscribed) {
        if matches_any(patterns, entry.name) && told.insert(entry.name) {
            let attribute =
                if entry.folder.is_some_and(|folder| folder.is_selectable) { "" } else { "\\Noselect" };
            out.raw("* LSUB (").raw(attribute).raw(") \"/\" ").mailbox(entry.name, is_utf8).end();
        }
    }
    for entry in entries.iter().filter(|entry| entry.is_subscribed) {
        for (index, _) in entry.name.match_indices('/') {
            let above = entry.name.get(..index).unwrap_or_default();
            let is_subscribed = entries.iter().any(|other| other.name == above && other.is_subscribed);
            if !is_subscribed
                && !matches_any(patterns, entry.name)
                && matches_any(patterns, above)
                && told.insert(above)
            {
                out.raw("* LSUB (\\Noselect) \"/\" ").mailbox(above, is_utf8).end();
            }
        }
    }
}

fn matches_any(patterns: &[String], name: &str) -> bool {
    patterns.iter().any(|pattern| matches(pattern.as_bytes(), name.as_bytes()))
}

/// RFC 9051 §6.3.9: `*` matches any characters, `%` any but the separator. Goes back only to the last
/// wildcards of each kind, so that the time is bounded by the product of the lengths.
pub(crate) fn matches(pattern: &[u8], name: &[u8]) -> bool {
    // reached[i]: the pattern up to here matches the first i octets of the name.
    let mut reached = vec![false; name.len() + 1];
    reached[0] = true;
    for &symbol in pattern {
        match symbol {
            b'*' | b'%' => {
                let mut is_open = false;
                for (index, here) in reached.iter_mut().enumerate() {
                    if index > 0 && symbol == b'%' && name.get(index - 1) == Some(&b'/') {
                        is_open = false;
                    }
                    is_open |= *here;
                    *here = is_open;
                }
            }
            symbol => {
                for index in (1..reached.len()).rev() {
                    reached[index] = reached[index - 1] && name.get(index - 1) == Some(&symbol);
                }
                reached[0] = false;
            }
        }
    }
    reached.last().copied().unwrap_or(false)
}
