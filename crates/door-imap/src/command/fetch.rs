//! FETCH and UID FETCH (RFC 9051 §6.4.5): rows in batches, each written into the output buffer, which is sent as
//! it fills. Flags, envelope, body structure, size and dates come from the row; only sections open a body.

use bytes::Bytes;
use mail_store::{Columns, FlagChange, Flags, MessageRow, UidSet};
use wire_imap::{Code, Fetch, FetchItem, Partial, Section, SectionText};

use crate::answer::{Answer, Halt};
use crate::limits;
use crate::selected::Selected;
use crate::session::{Session, User};
use crate::wire::Ended;

/// What one FETCH wants, looked through once.
struct Plan {
    items: Vec<FetchItem>,
    columns: Columns,
    /// Sets `\Seen`.
    marks_seen: bool,
}

impl Plan {
    fn of(fetch: &Fetch, selected: &Selected, has_condstore: bool) -> Plan {
        let mut items = fetch.items.clone();
        // RFC 9051 §6.4.9: the response to a UID command has the UID.
        if fetch.is_uid && !items.contains(&FetchItem::Uid) {
            items.insert(0, FetchItem::Uid);
        }
        // RFC 7162 §3.1.4.1 and §3.2: CHANGEDSINCE asks for MODSEQ too; with CONDSTORE it goes with FLAGS.
        let wants_modseq =
            fetch.changed_since.is_some() || has_condstore && items.contains(&FetchItem::Flags);
        if wants_modseq && !items.contains(&FetchItem::ModSeq) {
            items.push(FetchItem::ModSeq);
        }
        let sets_seen = |item: &FetchItem| {
            matches!(
                item,
                FetchItem::Rfc822
                    | FetchItem::Rfc822Text
                    | FetchItem::Section { peek: false, .. }
                    | FetchItem::Binary { peek: false, .. }
            )
        };
        Plan {
            columns: Columns {
                envelope: items.contains(&FetchItem::Envelope),
                body_structure: items.contains(&FetchItem::BodyStructure) || items.contains(&FetchItem::Body),
            },
            marks_seen: !selected.is_read_only && items.iter().any(sets_seen),
            items,
        }
    }
}

pub(crate) async fn run(
    session: &mut Session,
    user: &User,
    selected: &mut Selected,
    fetch: Fetch,
) -> Result<Answer, Halt> {
    let mut uids = selected.resolve(&fetch.set, fetch.is_uid)?;
    session.modes.condstore |= fetch.changed_since.is_some() || fetch.items.contains(&FetchItem::ModSeq);
    let plan = Plan::of(&fetch, selected, session.modes.condstore);
    if let Some(since) = fetch.changed_since {
        uids = changed_since(session, user, selected, &fetch, uids, since).await?;
    }
    if uids.is_empty() {
        return Ok(Answer::ok("Done"));
    }
    let asked = uids.len();
    let mut told = 0;
    let mut rows = user.account.messages(selected.folder, &uids, plan.columns);
    let mut batch = rows.next_batch().await?;
    while let Some(current) = batch {
        // The database reads on while this batch is written and sent.
        let (next, written) =
            tokio::join!(rows.next_batch(), write_batch(session, user, selected, &plan, current));
        told += written?;
        batch = next?;
    }
    // RFC 5530 §3: somebody else has expunged what a sequence number still names.
    if !fetch.is_uid && fetch.changed_since.is_none() && told < asked {
        return Ok(Answer::no(Code::ExpungeIssued, "Some of the messages are gone"));
    }
    Ok(Answer::ok("Done"))
}

/// Writes the responses for some rows; answers for how many the message was there.
async fn write_batch(
    session: &mut Session,
    user: &User,
    selected: &mut Selected,
    plan: &Plan,
    mut batch: Vec<MessageRow>,
) -> Result<u64, Halt> {
    let mut told = 0;
    for part in batch.chunks_mut(limits::SEEN_BATCH) {
        let newly_seen = if plan.marks_seen { mark_seen(user, selected, part).await? } else { UidSet::new() };
        for row in part.iter() {
            let is_newly_seen = newly_seen.contains(row.uid);
            told += u64::from(write_row(session, user, selected, plan, row, is_newly_seen).await?);
            session.wire.flush_if_full().await?;
        }
    }
    Ok(told)
}

/// RFC 7162 §3.1.4.1, §3.2.6: those of the messages that have changed since, and what vanished.
async fn changed_since(
    session: &mut Session,
    user: &User,
    selected: &Selected,
    fetch: &Fetch,
    uids: UidSet,
    since: u64,
) -> Result<UidSet, Halt> {
    let changes = user.account.changes_since(selected.folder, since).await?;
    if fetch.vanished {
        if !session.modes.qresync {
            return Err(Answer::bad("ENABLE QRESYNC first").into());
        }
        let asked = fetch.set.ranges(selected.largest_uid()).map(UidSet::from_ranges).unwrap_or_default();
        let vanished = changes.vanished.intersection(&asked);
        // What this session still shows is told as news afterwards, not as history.
        let vanished = vanished.intersection(&selected.known(&vanished).complement(1, u32::MAX));
        if !vanished.is_empty() {
            session.wire.out.raw("* VANISHED (EARLIER) ").set(vanished.ranges()).end();
        }
    }
    let changed: UidSet = changes.changed.iter().map(|row| row.uid).collect();
    Ok(uids.intersection(&changed))
}

/// Sets `\Seen` on those that lack it, before their bodies are sent; answers which.
async fn mark_seen(user: &User, selected: &mut Selected, rows: &mut [MessageRow]) -> Result<UidSet, Halt> {
    let unseen: UidSet = rows.iter().filter(|row| !row.flags.is_seen()).map(|row| row.uid).collect();
    if unseen.is_empty() {
        return Ok(unseen);
    }
    let stored = user.account.store(selected.folder, &unseen, FlagChange::Add(Flags::SEEN), None).await?;
    for done in stored.rows {
        selected.has_told(done.uid, done.modseq);
        if let Some(row) = rows.iter_mut().find(|row| row.uid == done.uid) {
            row.flags = done.flags;
            row.modseq = done.modseq;
        }
    }
    Ok(unseen)
}

/// Writes one FETCH response; false if the message has gone.
async fn write_row(
    session: &mut Session,
    user: &User,
    selected: &Selected,
    plan: &Plan,
    row: &MessageRow,
    is_newly_seen: bool,
) -> Result<bool, Halt> {
    let Some(number) = selected.sequence_number(row.uid) else { return Ok(false) };
    let (begin, sent) = (session.wire.out.0.len(), session.wire.sent());
    session.wire.out.raw("* ").number(number).raw(" FETCH (");
    let mut bodies = Bodies { row, whole: None, opens_many: plan.items.len() > 2 };
    for (index, item) in plan.items.iter().enumerate() {
        if index > 0 {
            session.wire.out.raw(" ");
        }
        if write_column(session, selected, row, item) {
            continue;
        }
        match write_content(session, user, &mut bodies, item).await {
            // One line may ask for the same large part a thousand times.
            Ok(()) if session.wire.out.0.len() > limits::RESPONSE_OCTETS => session.wire.flush().await?,
            Ok(()) => {}
            Err(Halt::Ended(ended)) => return Err(Halt::Ended(ended)),
            Err(halt) => {
                // A line that has been sent in part cannot be taken back.
                if session.wire.sent() != sent {
                    return Err(Ended::HalfSent.into());
                }
                session.wire.out.0.truncate(begin);
                return match halt {
                    Halt::Answer(Answer { code: Some(Code::ExpungeIssued), .. }) => Ok(false),
                    halt => Err(halt),
                };
            }
        }
    }
    if is_newly_seen && !plan.items.contains(&FetchItem::Flags) {
        // RFC 9051 §6.4.5: a change of \Seen is told in the same response.
        session.wire.out.raw(" FLAGS ");
        selected.write_flags(&mut session.wire.out, session.modes, row.uid, &row.flags);
        if session.modes.condstore && !plan.items.contains(&FetchItem::ModSeq) {
            session.wire.out.raw(" MODSEQ (").number(row.modseq).raw(")");
        }
    }
    session.wire.out.raw(")").end();
    Ok(true)
}

/// Writes an item that the row holds; false if it opens the body.
fn write_column(session: &mut Session, selected: &Selected, row: &MessageRow, item: &FetchItem) -> bool {
    let modes = session.modes;
    let out = &mut session.wire.out;
    match item {
        FetchItem::Uid => {
            out.raw("UID ").number(row.uid);
        }
        FetchItem::Flags => {
            out.raw("FLAGS ");
            selected.write_flags(out, modes, row.uid, &row.flags);
        }
        FetchItem::Envelope => {
            out.raw("ENVELOPE ").raw(row.envelope.as_deref().unwrap_or(b"NIL"));
        }
        FetchItem::InternalDate => {
            out.raw("INTERNALDATE ").date_time(row.internal_date.seconds());
        }
        FetchItem::SaveDate => {
            out.raw("SAVEDATE ").date_time(row.saved_at.seconds());
        }
        FetchItem::Size => {
            out.raw("RFC822.SIZE ").number(row.size_bytes);
        }
        FetchItem::ModSeq => {
            out.raw("MODSEQ (").number(row.modseq).raw(")");
        }
        FetchItem::BodyStructure => {
            out.raw("BODYSTRUCTURE ").raw(row.body_structure.as_deref().unwrap_or(b"NIL"));
        }
        FetchItem::Body => {
            let structure = row.body_structure.as_deref().unwrap_or(b"NIL");
            out.raw("BODY ").raw(wire_mime::body_of_structure(structure));
        }
        FetchItem::Rfc822
        | FetchItem::Rfc822Header
        | FetchItem::Rfc822Text
        | FetchItem::Section { .. }
        | FetchItem::Binary { .. }
        | FetchItem::BinarySize(_) => return false,
    }
    true
}

/// The bodies that one row's items read.
struct Bodies<'a> {
    row: &'a MessageRow,
    whole: Option<Bytes>,
    opens_many: bool,
}

async fn write_content(
    session: &mut Session,
    user: &User,
    bodies: &mut Bodies<'_>,
    item: &FetchItem,
) -> Result<(), Halt> {
    let letter = bodies.row.letter;
    match item {
        FetchItem::Rfc822 => write_whole(session, user, bodies, "RFC822", None).await,
        FetchItem::Rfc822Header => {
            let section = wire_mime::Section { path: Vec::new(), part: wire_mime::SectionPart::Header };
            let octets = user.account.section(letter, &section).await?;
            session.wire.out.raw("RFC822.HEADER ");
            write_string(session, octets.as_deref());
            Ok(())
        }
        FetchItem::Rfc822Text => {
            let section = wire_mime::Section { path: Vec::new(), part: wire_mime::SectionPart::Text };
            let octets = user.account.section(letter, &section).await?;
            session.wire.out.raw("RFC822.TEXT ");
            write_string(session, octets.as_deref());
            Ok(())
        }
        FetchItem::Section { section, partial, .. } => {
            let name = name_of(item);
            if section.part.is_empty() && section.text.is_none() {
                return write_whole(session, user, bodies, &name, *partial).await;
            }
            let octets = user.account.section(letter, &section_of(section)).await?;
            session.wire.out.raw(&name).raw(" ");
            write_string(session, octets.as_deref().map(|octets| cut(octets, *partial)));
            Ok(())
        }
        FetchItem::Binary { part, partial, .. } => {
            let octets = decoded(user, letter, part).await?;
            session.wire.out.raw(name_of(item)).raw(" ");
            match octets.as_deref().map(|octets| cut(octets, *partial)) {
                // RFC 9051 §6.4.5: a literal8 where there is NUL.
                Some(octets) if octets.contains(&0) => {
                    session.wire.out.literal8(octets);
                }
                octets => write_string(session, octets),
            }
            Ok(())
        }
        FetchItem::BinarySize(part) => {
            let octets = decoded(user, letter, part).await?;
            session
                .wire
                .out
                .raw(name_of(item))
                .raw(" ")
                .number(octets.map_or(0, |octets| octets.len() as u64));
            Ok(())
        }
        _ => Ok(()),
    }
}

async fn decoded(user: &User, letter: model::LetterId, part: &[u32]) -> Result<Option<Bytes>, Halt> {
    match user.account.binary(letter, part).await? {
        Some(Ok(octets)) => Ok(Some(octets)),
        // RFC 9051 §6.4.5: NO [UNKNOWN-CTE].
        Some(Err(_)) => Err(Answer::no(Code::UnknownCte, "The transfer encoding is unknown").into()),
        None => Ok(None),
    }
}

/// The whole message or a piece of it; a long one is read and sent in pieces.
async fn write_whole(
    session: &mut Session,
    user: &User,
    bodies: &mut Bodies<'_>,
    name: &str,
    partial: Option<Partial>,
) -> Result<(), Halt> {
    let size = bodies.row.size_bytes;
    let begin = partial.map_or(0, |partial| partial.offset.min(size));
    let end = partial.map_or(size, |partial| begin.saturating_add(u64::from(partial.length)).min(size));
    let letter = bodies.row.letter;
    if end - begin <= limits::PIECE_OCTETS {
        let is_whole = begin == 0 && end == size;
        let octets = match &bodies.whole {
            Some(whole) => slice(whole, begin, end),
            None if is_whole => {
                let whole = user.account.read_letter(letter).await?;
                if bodies.opens_many {
                    bodies.whole = Some(whole.clone());
                }
                whole
            }
            None => user.account.read_range(letter, begin..end).await?,
        };
        session.wire.out.raw(name).raw(" ");
        write_string(session, Some(&octets));
        return Ok(());
    }
    let mut at = begin;
    // The first piece is read before anything is promised.
    let mut piece = user.account.read_range(letter, at..(at + limits::PIECE_OCTETS).min(end)).await?;
    session.wire.out.raw(name).raw(" ").literal_head(end - begin);
    loop {
        at += piece.len() as u64;
        session.wire.out.raw(&piece);
        session.wire.flush().await?;
        if at >= end {
            return Ok(());
        }
        piece = match user.account.read_range(letter, at..(at + limits::PIECE_OCTETS).min(end)).await {
            Ok(piece) if !piece.is_empty() => piece,
            // The literal's length is out: the only way to say that it is not whole is to end.
            Ok(_) => return Err(Ended::HalfSent.into()),
            Err(error) => {
                let _ = crate::answer::refusal(&error);
                return Err(Ended::HalfSent.into());
            }
        };
    }
}

fn slice(whole: &Bytes, begin: u64, end: u64) -> Bytes {
    let length = whole.len();
    let place = |at: u64| usize::try_from(at).unwrap_or(length).min(length);
    whole.slice(place(begin)..place(end).max(place(begin)))
}

fn name_of(item: &FetchItem) -> String {
    let mut name = Vec::with_capacity(32);
    item.encode_response_name(&mut name);
    String::from_utf8_lossy(&name).into_owned()
}

/// `nstring`; bodies always as literals, which every client reads.
fn write_string(session: &mut Session, octets: Option<&[u8]>) {
    match octets {
        Some(octets) => session.wire.out.literal(octets),
        None => session.wire.out.raw("NIL"),
    };
}

fn cut(octets: &[u8], partial: Option<Partial>) -> &[u8] {
    let Some(partial) = partial else { return octets };
    let begin = usize::try_from(partial.offset).unwrap_or(usize::MAX).min(octets.len());
    let end = begin.saturating_add(partial.length as usize).min(octets.len());
    octets.get(begin..end).unwrap_or_default()
}

fn section_of(section: &Section) -> wire_mime::Section {
    use wire_mime::SectionPart;
    wire_mime::Section {
        path: section.part.to_vec(),
        part: match &section.text {
            None => SectionPart::Whole,
            Some(SectionText::Header) => SectionPart::Header,
            Some(SectionText::HeaderFields(fields)) => SectionPart::HeaderFields(fields.clone()),
            Some(SectionText::HeaderFieldsNot(fields)) => SectionPart::HeaderFieldsNot(fields.clone()),
            Some(SectionText::Text) => SectionPart::Text,
            Some(SectionText::Mime) => SectionPart::Mime,
        },
    }
}
