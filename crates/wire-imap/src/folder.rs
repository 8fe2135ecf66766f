//! Folders: SELECT, CREATE, LIST, STATUS, quotas and their like (RFC 9051 §6.3, RFC 9208).

use bytes::Bytes;
use thiserror::Error;

use crate::command::Command;
use crate::cursor::{Cursor, Expected, Parsed};
use crate::sequence::SequenceSet;
use crate::{output, utf7};

/// A folder's name as the client wrote it; what it means depends on the form of names in force.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct MailboxName(pub Bytes);

/// The text is no folder name; says why.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
#[error("{0}")]
pub struct NotAName(pub &'static str);

impl MailboxName {
    /// The name in Unicode, with `INBOX` in capitals (RFC 9051 §5.1: in any case it is the same folder).
    ///
    /// `is_utf8` after ENABLE IMAP4rev2 or UTF8=ACCEPT; else modified UTF-7, and only that: mbsync, which takes
    /// names as they come, would make a folder under one name and look for it under the other.
    pub fn decode(&self, is_utf8: bool) -> Result<String, NotAName> {
        let name = if is_utf8 {
            std::str::from_utf8(&self.0).map_err(|_| NotAName("a folder name is UTF-8"))?.to_owned()
        } else {
            utf7::from_utf7(&self.0)?
        };
        if name.chars().any(char::is_control) {
            return Err(NotAName("a folder name has no control characters (RFC 5198 §2)"));
        }
        let first = name.split('/').next().unwrap_or_default();
        if first.eq_ignore_ascii_case("INBOX") {
            return Ok(format!("INBOX{}", name.get(first.len()..).unwrap_or_default()));
        }
        Ok(name)
    }

    fn parse(cursor: &mut Cursor<'_>) -> Parsed<MailboxName> {
        cursor.astring().map(MailboxName).map_err(|_| Expected("a folder name"))
    }

    fn parse_after_space(cursor: &mut Cursor<'_>) -> Parsed<MailboxName> {
        cursor.space()?;
        MailboxName::parse(cursor)
    }

    pub(crate) fn encode(&self, out: &mut Vec<u8>) {
        output::command_string(out, &self.0);
    }
}

/// What a client knows of a folder from before (RFC 7162 §3.2.5).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QuickResync {
    /// The UIDVALIDITY it saw.
    pub uid_validity: u32,
    /// The last mod-sequence it saw.
    pub modseq: u64,
    /// The UIDs it knows.
    pub known_uids: Option<SequenceSet>,
    /// Sequence numbers and their UIDs.
    pub match_data: Option<(SequenceSet, SequenceSet)>,
}

/// SELECT or EXAMINE.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Select {
    /// The folder.
    pub mailbox: MailboxName,
    /// EXAMINE.
    pub is_read_only: bool,
    /// `(CONDSTORE)`.
    pub condstore: bool,
    /// `(QRESYNC (…))`.
    pub qresync: Option<QuickResync>,
}

/// `select = "SELECT" SP mailbox [select-params]`, `examine` likewise
/// `select-params = SP "(" select-param *(SP select-param) ")"` (RFC 4466 §2.1, RFC 7162 §7).
pub(crate) fn select(cursor: &mut Cursor<'_>, is_read_only: bool) -> Parsed<Command> {
    let mailbox = MailboxName::parse_after_space(cursor)?;
    let mut select = Select { mailbox, is_read_only, condstore: false, qresync: None };
    if cursor.take(b' ') {
        let parameters = cursor.list(|cursor| {
            if cursor.keyword("CONDSTORE") {
                return Ok(None);
            }
            if cursor.keyword("QRESYNC") {
                cursor.space()?;
                return quick_resync(cursor).map(Some);
            }
            Err(Expected("CONDSTORE or QRESYNC"))
        })?;
        for parameter in parameters {
            match parameter {
                None => select.condstore = true,
                Some(_) if select.qresync.is_some() => return Err(Expected("QRESYNC once")),
                resync => select.qresync = resync,
            }
        }
    }
    Ok(Command::Select(select))
}

/// `"(" uidvalidity SP mod-sequence-value [SP known-uids] [SP seq-match-data] ")"`
/// `seq-match-data = "(" known-sequence-set SP known-uid-set ")"` (RFC 7162 §7).
fn quick_resync(cursor: &mut Cursor<'_>) -> Parsed<QuickResync> {
    cursor.expect(b'(', "(")?;
    let uid_validity = cursor.nonzero()?.get();
    cursor.space()?;
    let modseq = cursor.number64()?;
    let mut resync = QuickResync { uid_validity, modseq, known_uids: None, match_data: None };
    let known = |cursor: &mut Cursor<'_>| {
        // `known-uids = sequence-set`, and "*" is not allowed.
        SequenceSet::parse(cursor).and_then(|set| {
            if set.has_star() || set == SequenceSet::Saved {
                Err(Expected("numbers without *"))
            } else {
                Ok(set)
            }
        })
    };
    if cursor.take(b' ') && cursor.peek() != Some(b'(') {
        resync.known_uids = Some(known(cursor)?);
        if !cursor.take(b' ') {
            cursor.expect(b')', ")")?;
            return Ok(resync);
        }
    }
    if cursor.take(b'(') {
        let sequence = known(cursor)?;
        cursor.space()?;
        resync.match_data = Some((sequence, known(cursor)?));
        cursor.expect(b')', ")")?;
    }
    cursor.expect(b')', ")")?;
    Ok(resync)
}

/// `create = "CREATE" SP mailbox [create-params]`, `create-param = "USE" SP "(" use-attr … ")"` (RFC 6154 §6).
pub(crate) fn create(cursor: &mut Cursor<'_>) -> Parsed<Command> {
    let mailbox = MailboxName::parse_after_space(cursor)?;
    let mut special_use = Vec::new();
    if cursor.take(b' ') {
        for uses in cursor.list(|cursor| {
            if !cursor.keyword("USE") {
                return Err(Expected("USE"));
            }
            cursor.space()?;
            cursor.list(|cursor| {
                cursor.expect(b'\\', "a special use such as \\Sent")?;
                cursor.atom().map(str::to_owned)
            })
        })? {
            special_use.extend(uses);
        }
    }
    Ok(Command::Create { mailbox, special_use })
}

/// `delete = "DELETE" SP mailbox`.
pub(crate) fn delete(cursor: &mut Cursor<'_>) -> Parsed<Command> {
    MailboxName::parse_after_space(cursor).map(Command::Delete)
}

/// `rename = "RENAME" SP mailbox SP mailbox`.
pub(crate) fn rename(cursor: &mut Cursor<'_>) -> Parsed<Command> {
    let from = MailboxName::parse_after_space(cursor)?;
    let to = MailboxName::parse_after_space(cursor)?;
    Ok(Command::Rename { from, to })
}

/// `subscribe = "SUBSCRIBE" SP mailbox`.
pub(crate) fn subscribe(cursor: &mut Cursor<'_>) -> Parsed<Command> {
    MailboxName::parse_after_space(cursor).map(Command::Subscribe)
}

/// `unsubscribe = "UNSUBSCRIBE" SP mailbox`.
pub(crate) fn unsubscribe(cursor: &mut Cursor<'_>) -> Parsed<Command> {
    MailboxName::parse_after_space(cursor).map(Command::Unsubscribe)
}

/// Which folders LIST is about (RFC 9051 §6.3.9.1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a word of the grammar, alone or with others")]
pub struct ListSelection {
    /// `SUBSCRIBED`.
    pub subscribed: bool,
    /// `REMOTE`.
    pub remote: bool,
    /// `RECURSIVEMATCH`.
    pub recursive_match: bool,
    /// `SPECIAL-USE` (RFC 6154 §5.2).
    pub special_use: bool,
}

/// What LIST is to tell of them (RFC 9051 §6.3.9.2).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ListReturn {
    /// `SUBSCRIBED`.
    pub subscribed: bool,
    /// `CHILDREN`.
    pub children: bool,
    /// `SPECIAL-USE`.
    pub special_use: bool,
    /// `STATUS (…)` (RFC 5819).
    pub status: Vec<StatusItem>,
}

/// LIST, LSUB.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct List {
    /// LSUB (RFC 3501 §6.3.9).
    pub is_lsub: bool,
    /// Whether the extended form was used, which the answer then uses too.
    pub is_extended: bool,
    /// Which.
    pub selection: ListSelection,
    /// The reference name.
    pub reference: MailboxName,
    /// The patterns; one in the basic form.
    pub patterns: Vec<MailboxName>,
    /// What to tell.
    pub returns: ListReturn,
}

/// `lsub = "LSUB" SP mailbox SP list-mailbox`.
pub(crate) fn lsub(cursor: &mut Cursor<'_>) -> Parsed<Command> {
    let reference = MailboxName::parse_after_space(cursor)?;
    cursor.space()?;
    let patterns = vec![MailboxName(cursor.list_mailbox()?)];
    Ok(Command::List(List {
        is_lsub: true,
        is_extended: false,
        selection: ListSelection::default(),
        reference,
        patterns,
        returns: ListReturn::default(),
    }))
}

/// `list = "LIST" [SP list-select-opts] SP mailbox SP mbox-or-pat [SP list-return-opts]`
/// `mbox-or-pat = list-mailbox / patterns`, `patterns = "(" list-mailbox *(SP list-mailbox) ")"`.
pub(crate) fn list(cursor: &mut Cursor<'_>) -> Parsed<Command> {
    cursor.space()?;
    let mut is_extended = false;
    let mut selection = ListSelection::default();
    if cursor.peek() == Some(b'(') {
        is_extended = true;
        for word in cursor.list(Cursor::word)? {
            match word.as_str() {
                "SUBSCRIBED" => selection.subscribed = true,
                "REMOTE" => selection.remote = true,
                "RECURSIVEMATCH" => selection.recursive_match = true,
                "SPECIAL-USE" => selection.special_use = true,
                _ => return Err(Expected("SUBSCRIBED, REMOTE, RECURSIVEMATCH or SPECIAL-USE")),
            }
        }
        // RFC 9051 §6.3.9.1: RECURSIVEMATCH needs an option that it can apply to.
        if selection.recursive_match && !selection.subscribed && !selection.special_use {
            return Err(Expected("SUBSCRIBED or SPECIAL-USE with RECURSIVEMATCH"));
        }
        cursor.space()?;
    }
    let reference = MailboxName::parse(cursor)?;
    cursor.space()?;
    let patterns = if cursor.peek() == Some(b'(') {
        is_extended = true;
        cursor.list(|cursor| cursor.list_mailbox().map(MailboxName))?
    } else {
        vec![MailboxName(cursor.list_mailbox()?)]
    };
    if patterns.is_empty() {
        return Err(Expected("a pattern"));
    }
    let mut returns = ListReturn::default();
    if cursor.take(b' ') {
        is_extended = true;
        if !cursor.keyword("RETURN") {
            return Err(Expected("RETURN"));
        }
        cursor.space()?;
        list_returns(cursor, &mut returns)?;
    }
    Ok(Command::List(List { is_lsub: false, is_extended, selection, reference, patterns, returns }))
}

/// `list-return-opts = "RETURN" SP "(" [return-option *(SP return-option)] ")"`
/// `return-option = "SUBSCRIBED" / "CHILDREN" / "SPECIAL-USE" / "STATUS" SP "(" status-att … ")"`.
fn list_returns(cursor: &mut Cursor<'_>, returns: &mut ListReturn) -> Parsed<()> {
    enum Option {
        Subscribed,
        Children,
        SpecialUse,
        Status(Vec<StatusItem>),
    }
    for option in cursor.list(|cursor| match cursor.word()?.as_str() {
        "SUBSCRIBED" => Ok(Option::Subscribed),
        "CHILDREN" => Ok(Option::Children),
        "SPECIAL-USE" => Ok(Option::SpecialUse),
        "STATUS" => {
            cursor.space()?;
            cursor.list(StatusItem::parse).map(Option::Status)
        }
        _ => Err(Expected("SUBSCRIBED, CHILDREN, SPECIAL-USE or STATUS")),
    })? {
        match option {
            Option::Subscribed => returns.subscribed = true,
            Option::Children => returns.children = true,
            Option::SpecialUse => returns.special_use = true,
            Option::Status(items) => returns.status = items,
        }
    }
    Ok(())
}

/// A number that STATUS tells (RFC 9051 §6.3.11).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum StatusItem {
    /// `MESSAGES`.
    Messages,
    /// `UIDNEXT`.
    UidNext,
    /// `UIDVALIDITY`.
    UidValidity,
    /// `UNSEEN`.
    Unseen,
    /// `DELETED`.
    Deleted,
    /// `SIZE`.
    Size,
    /// `RECENT` (RFC 3501 §6.3.10).
    Recent,
    /// `HIGHESTMODSEQ` (RFC 7162 §3.1.7).
    HighestModSeq,
    /// `DELETED-STORAGE` (RFC 9208 §4.1.4).
    DeletedStorage,
}

impl StatusItem {
    const ALL: [(StatusItem, &'static str); 9] = [
        (StatusItem::Messages, "MESSAGES"),
        (StatusItem::UidNext, "UIDNEXT"),
        (StatusItem::UidValidity, "UIDVALIDITY"),
        (StatusItem::Unseen, "UNSEEN"),
        (StatusItem::Deleted, "DELETED"),
        (StatusItem::Size, "SIZE"),
        (StatusItem::Recent, "RECENT"),
        (StatusItem::HighestModSeq, "HIGHESTMODSEQ"),
        (StatusItem::DeletedStorage, "DELETED-STORAGE"),
    ];

    /// `status-att = "MESSAGES" / "UIDNEXT" / "UIDVALIDITY" / "UNSEEN" / "DELETED" / "SIZE" / …`.
    pub(crate) fn parse(cursor: &mut Cursor<'_>) -> Parsed<StatusItem> {
        let word = cursor.word()?;
        StatusItem::ALL
            .iter()
            .find(|(_, name)| *name == word)
            .map(|(item, _)| *item)
            .ok_or(Expected("an item that STATUS knows"))
    }

    /// The word on the wire.
    pub fn name(self) -> &'static str {
        StatusItem::ALL.iter().find(|(item, _)| *item == self).map_or("", |(_, name)| name)
    }

    fn encode_list(items: &[StatusItem], out: &mut Vec<u8>) {
        out.push(b'(');
        for (index, item) in items.iter().enumerate() {
            if index > 0 {
                out.push(b' ');
            }
            out.extend_from_slice(item.name().as_bytes());
        }
        out.push(b')');
    }
}

/// `status = "STATUS" SP mailbox SP "(" status-att *(SP status-att) ")"`.
pub(crate) fn status(cursor: &mut Cursor<'_>) -> Parsed<Command> {
    let mailbox = MailboxName::parse_after_space(cursor)?;
    cursor.space()?;
    let items = cursor.list(StatusItem::parse)?;
    if items.is_empty() {
        return Err(Expected("an item"));
    }
    Ok(Command::Status { mailbox, items })
}

/// `getquota = "GETQUOTA" SP quota-root-name` (RFC 9208 §7).
pub(crate) fn get_quota(cursor: &mut Cursor<'_>) -> Parsed<Command> {
    cursor.space()?;
    cursor.astring().map(Command::GetQuota)
}

/// `getquotaroot = "GETQUOTAROOT" SP mailbox` (RFC 9208 §7).
pub(crate) fn get_quota_root(cursor: &mut Cursor<'_>) -> Parsed<Command> {
    MailboxName::parse_after_space(cursor).map(Command::GetQuotaRoot)
}

/// `setquota = "SETQUOTA" SP quota-root-name SP setquota-list`
/// `setquota-list = "(" [setquota-resource *(SP setquota-resource)] ")"` (RFC 9208 §7).
pub(crate) fn set_quota(cursor: &mut Cursor<'_>) -> Parsed<Command> {
    cursor.space()?;
    let root = cursor.astring()?;
    cursor.space()?;
    let limits = cursor.list(|cursor| {
        let resource = cursor.word()?;
        cursor.space()?;
        Ok((resource, cursor.number64()?))
    })?;
    Ok(Command::SetQuota { root, limits })
}

pub(crate) fn encode(command: &Command, out: &mut Vec<u8>) {
    match command {
        Command::Select(select) => encode_select(select, out),
        Command::Create { mailbox, special_use } => {
            out.extend_from_slice(b"CREATE ");
            mailbox.encode(out);
            if !special_use.is_empty() {
                out.extend_from_slice(b" (USE (");
                for (index, special_use) in special_use.iter().enumerate() {
                    out.extend_from_slice(if index > 0 { b" \\" } else { b"\\" });
                    out.extend_from_slice(special_use.as_bytes());
                }
                out.extend_from_slice(b"))");
            }
        }
        Command::Delete(mailbox) => encode_named("DELETE ", mailbox, out),
        Command::Rename { from, to } => {
            encode_named("RENAME ", from, out);
            out.push(b' ');
            to.encode(out);
        }
        Command::Subscribe(mailbox) => encode_named("SUBSCRIBE ", mailbox, out),
        Command::Unsubscribe(mailbox) => encode_named("UNSUBSCRIBE ", mailbox, out),
        Command::GetQuotaRoot(mailbox) => encode_named("GETQUOTAROOT ", mailbox, out),
        Command::List(list) => encode_list(list, out),
        Command::Status { mailbox, items } => {
            encode_named("STATUS ", mailbox, out);
            out.push(b' ');
            StatusItem::encode_list(items, out);
        }
        Command::GetQuota(root) => {
            out.extend_from_slice(b"GETQUOTA ");
            output::command_string(out, root);
        }
        Command::SetQuota { root, limits } => {
            out.extend_from_slice(b"SETQUOTA ");
            output::command_string(out, root);
            out.extend_from_slice(b" (");
            for (index, (resource, limit)) in limits.iter().enumerate() {
                if index > 0 {
                    out.push(b' ');
                }
                out.extend_from_slice(resource.as_bytes());
                out.push(b' ');
                output::number(out, *limit);
            }
            out.push(b')');
        }
        _ => {}
    }
}

fn encode_named(command: &str, mailbox: &MailboxName, out: &mut Vec<u8>) {
    out.extend_from_slice(command.as_bytes());
    mailbox.encode(out);
}

fn encode_select(select: &Select, out: &mut Vec<u8>) {
    encode_named(if select.is_read_only { "EXAMINE " } else { "SELECT " }, &select.mailbox, out);
    if !select.condstore && select.qresync.is_none() {
        return;
    }
    out.extend_from_slice(if select.condstore { b" (CONDSTORE" } else { b" (" });
    if let Some(resync) = &select.qresync {
        out.extend_from_slice(if select.condstore { b" QRESYNC (" } else { b"QRESYNC (" });
        output::number(out, u64::from(resync.uid_validity));
        out.push(b' ');
        output::number(out, resync.modseq);
        if let Some(known) = &resync.known_uids {
            out.push(b' ');
            known.encode(out);
        }
        if let Some((sequence, uids)) = &resync.match_data {
            out.extend_from_slice(b" (");
            sequence.encode(out);
            out.push(b' ');
            uids.encode(out);
            out.push(b')');
        }
        out.push(b')');
    }
    out.push(b')');
}

fn encode_list(list: &List, out: &mut Vec<u8>) {
    out.extend_from_slice(if list.is_lsub { b"LSUB " } else { b"LIST " });
    let words = |out: &mut Vec<u8>, words: &[(bool, &str)]| {
        let mut is_first = true;
        for (_, word) in words.iter().filter(|(is_there, _)| *is_there) {
            if !is_first {
                out.push(b' ');
            }
            is_first = false;
            out.extend_from_slice(word.as_bytes());
        }
        is_first
    };
    let selection = &list.selection;
    if list.is_extended {
        out.push(b'(');
        words(
            out,
            &[
                (selection.subscribed, "SUBSCRIBED"),
                (selection.remote, "REMOTE"),
                (selection.recursive_match, "RECURSIVEMATCH"),
                (selection.special_use, "SPECIAL-USE"),
            ],
        );
        out.extend_from_slice(b") ");
    }
    list.reference.encode(out);
    out.push(b' ');
    if let [pattern] = list.patterns.as_slice() {
        output::command_string(out, &pattern.0);
    } else {
        out.push(b'(');
        for (index, pattern) in list.patterns.iter().enumerate() {
            if index > 0 {
                out.push(b' ');
            }
            output::command_string(out, &pattern.0);
        }
        out.push(b')');
    }
    let returns = &list.returns;
    if list.is_extended {
        out.extend_from_slice(b" RETURN (");
        let is_first = words(
            out,
            &[
                (returns.subscribed, "SUBSCRIBED"),
                (returns.children, "CHILDREN"),
                (returns.special_use, "SPECIAL-USE"),
            ],
        );
        if !returns.status.is_empty() {
            out.extend_from_slice(if is_first { b"STATUS " } else { b" STATUS " });
            StatusItem::encode_list(&returns.status, out);
        }
        out.push(b')');
    }
}
