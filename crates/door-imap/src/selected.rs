//! An open folder as this session has told it: sequence numbers, and what happened since.

use std::collections::{BTreeSet, HashMap};

use mail_store::{Account, Flags, MessageRow, Opened, StoreError, UidSet};
use model::FolderId;
use wire_imap::{Code, Command, Condition, Output, SequenceSet};

use crate::answer::Answer;
use crate::session::Modes;

/// The flags that every folder knows, in the order in which SELECT tells them.
const KNOWN_FLAGS: &str =
    "\\Answered \\Flagged \\Deleted \\Seen \\Draft $Forwarded $MDNSent $Junk $NotJunk $Phishing";

/// Whether EXPUNGE responses may be sent now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Expunges {
    /// Now.
    Now,
    /// Not during this command.
    Later,
}

impl Expunges {
    /// RFC 9051 §7.5.1: not while a FETCH, STORE or SEARCH with sequence numbers is answered.
    pub(crate) fn permitted_during(command: &Command) -> Expunges {
        match command {
            Command::Fetch(fetch) if !fetch.is_uid => Expunges::Later,
            Command::Store(store) if !store.is_uid => Expunges::Later,
            Command::Search(search) if !search.is_uid => Expunges::Later,
            _ => Expunges::Now,
        }
    }
}

/// An open folder.
pub(crate) struct Selected {
    pub(crate) folder: FolderId,
    pub(crate) is_read_only: bool,
    /// The UID of each message; its place is its sequence number less one.
    uids: Vec<u32>,
    /// All changes up to this one have been told or wait in `gone`.
    pub(crate) modseq: u64,
    /// Messages from this UID on are `\Recent` (RFC 3501 §2.3.2).
    recent_from: u32,
    /// Keywords that FLAGS has told of.
    keywords: BTreeSet<String>,
    /// Messages that are gone, which the client has not been told yet.
    gone: UidSet,
    /// What this session has changed and told itself: the modseq of that change.
    told: HashMap<u32, u64>,
    /// The result that SEARCH kept (RFC 9051 §6.4.4.1).
    pub(crate) saved: UidSet,
}

impl Selected {
    pub(crate) fn new(opened: &Opened, uids: Vec<u32>, is_read_only: bool) -> Selected {
        Selected {
            folder: opened.folder.id,
            is_read_only,
            uids,
            modseq: opened.folder.highest_modseq,
            recent_from: opened.folder.recent_from,
            keywords: opened.keywords.iter().cloned().collect(),
            gone: UidSet::new(),
            told: HashMap::new(),
            saved: UidSet::new(),
        }
    }

    /// How many messages the client knows of.
    pub(crate) fn count(&self) -> u32 {
        u32::try_from(self.uids.len()).unwrap_or(u32::MAX)
    }

    /// The sequence number of a message; `None` for one that the client does not know of.
    pub(crate) fn sequence_number(&self, uid: u32) -> Option<u32> {
        self.uids.binary_search(&uid).ok().and_then(|index| u32::try_from(index + 1).ok())
    }

    /// Whether the message is recent for this session.
    pub(crate) fn is_recent(&self, uid: u32) -> bool {
        uid >= self.recent_from
    }

    /// The recent messages.
    pub(crate) fn recent(&self) -> &[u32] {
        let first = self.uids.partition_point(|uid| *uid < self.recent_from);
        self.uids.get(first..).unwrap_or_default()
    }

    /// The largest UID.
    pub(crate) fn largest_uid(&self) -> u32 {
        self.uids.last().copied().unwrap_or(0)
    }

    /// The messages that a set names and the client knows of.
    pub(crate) fn resolve(&self, set: &SequenceSet, is_uid: bool) -> Result<UidSet, Answer> {
        let largest = if is_uid { self.largest_uid() } else { self.count() };
        let Some(ranges) = set.ranges(largest) else {
            return Ok(self.known(&self.saved));
        };
        if is_uid {
            return Ok(self.known(&UidSet::from_ranges(ranges)));
        }
        // RFC 9051 §9, seq-number: a number above the largest is an error; but 1:* of an empty folder is what
        // many clients ask, and it names nothing.
        if self.uids.is_empty() && set.has_star() {
            return Ok(UidSet::new());
        }
        let mut uids = UidSet::new();
        for range in ranges {
            let (first, last) = (*range.start() as usize, *range.end() as usize);
            let Some(slice) = self.uids.get(first - 1..last) else {
                return Err(Answer::bad("There is no message of that number"));
            };
            slice.iter().for_each(|uid| uids.push(*uid));
        }
        Ok(uids)
    }

    /// The messages that a set of SEARCH names; numbers that no message has match nothing.
    pub(crate) fn resolve_where_possible(&self, set: &SequenceSet) -> UidSet {
        let Some(ranges) = set.ranges(self.count()) else { return self.known(&self.saved) };
        let mut uids = UidSet::new();
        for range in ranges {
            let first = (*range.start() as usize - 1).min(self.uids.len());
            let last = (*range.end() as usize).min(self.uids.len());
            self.uids.get(first..last).unwrap_or_default().iter().for_each(|uid| uids.push(*uid));
        }
        uids
    }

    /// The part of a set that the client knows of.
    pub(crate) fn known(&self, set: &UidSet) -> UidSet {
        let mut known = UidSet::new();
        for range in set.ranges() {
            let first = self.uids.partition_point(|uid| uid < range.start());
            let last = self.uids.partition_point(|uid| uid <= range.end());
            self.uids.get(first..last).unwrap_or_default().iter().for_each(|uid| known.push(*uid));
        }
        known
    }

    /// Notes a change that this session has made and answers for itself.
    pub(crate) fn has_told(&mut self, uid: u32, modseq: u64) {
        self.told.insert(uid, modseq);
    }

    /// The flags for FLAGS and PERMANENTFLAGS.
    pub(crate) fn known_flags(&self) -> String {
        let mut flags = KNOWN_FLAGS.to_owned();
        for keyword in &self.keywords {
            if !KNOWN_FLAGS.split(' ').any(|known| known.eq_ignore_ascii_case(keyword)) {
                flags.push(' ');
                flags.push_str(keyword);
            }
        }
        flags
    }

    /// Tells of keywords that the client has not heard of (RFC 9051 §7.3.5).
    pub(crate) fn learn_keywords<'a>(&mut self, flags: impl Iterator<Item = &'a Flags>, out: &mut Output) {
        let mut is_new = false;
        for keyword in flags.flat_map(Flags::keywords) {
            if !self.keywords.contains(keyword) {
                is_new |= self.keywords.insert(keyword.to_owned());
            }
        }
        if is_new {
            let flags = self.known_flags();
            out.raw("* FLAGS (").raw(&flags).raw(")").end();
            if !self.is_read_only {
                let code = Code::PermanentFlags(format!("{flags} \\*"));
                out.status(None, Condition::Ok, Some(&code), "Flags permitted");
            }
        }
    }

    /// Tells what has happened in the folder since the last time.
    pub(crate) async fn sync(
        &mut self,
        out: &mut Output,
        modes: Modes,
        account: &Account,
        expunges: Expunges,
    ) -> Result<(), StoreError> {
        let changes = account.changes_since(self.folder, self.modseq).await?;
        self.modseq = self.modseq.max(changes.folder.highest_modseq);
        if !changes.vanished.is_empty() {
            let vanished = self.known(&changes.vanished);
            self.gone = UidSet::from_ranges(self.gone.ranges().iter().chain(vanished.ranges()).cloned());
        }
        if expunges == Expunges::Now && !self.gone.is_empty() {
            self.tell_gone(out, modes);
        }
        let before = self.uids.len();
        let largest = self.largest_uid();
        self.uids.extend(changes.changed.iter().map(|row| row.uid).filter(|uid| *uid > largest));
        if self.uids.len() > before {
            out.counted(self.count(), "EXISTS");
            if !modes.rev2 {
                out.counted(u32::try_from(self.recent().len()).unwrap_or(u32::MAX), "RECENT");
            }
        }
        self.learn_keywords(changes.changed.iter().map(|row| &row.flags), out);
        for row in changes.changed.iter().filter(|row| row.uid <= largest) {
            let was_told = self.told.get(&row.uid).is_some_and(|modseq| *modseq >= row.modseq);
            if !was_told && !self.gone.contains(row.uid) {
                self.tell_flags(out, modes, row);
            }
        }
        self.told.retain(|_, modseq| *modseq > self.modseq);
        Ok(())
    }

    /// `VANISHED` with QRESYNC (RFC 7162 §3.2.10), else `EXPUNGE` from the last to the first, so that each
    /// number is still right when it is read.
    fn tell_gone(&mut self, out: &mut Output, modes: Modes) {
        let gone = std::mem::take(&mut self.gone);
        if modes.qresync {
            out.raw("* VANISHED ").set(gone.ranges()).end();
        } else {
            for (index, uid) in self.uids.iter().enumerate().rev() {
                if gone.contains(*uid) {
                    out.counted(u32::try_from(index + 1).unwrap_or(u32::MAX), "EXPUNGE");
                }
            }
        }
        self.uids.retain(|uid| !gone.contains(*uid));
    }

    /// An untagged FETCH with the flags of a message, for a change that the client did not ask about. The UID
    /// stands in it always: QRESYNC demands it (RFC 7162 §3.2.4), and it harms nobody.
    fn tell_flags(&self, out: &mut Output, modes: Modes, row: &MessageRow) {
        let Some(number) = self.sequence_number(row.uid) else { return };
        out.raw("* ").number(number).raw(" FETCH (UID ").number(row.uid).raw(" FLAGS ");
        self.write_flags(out, modes, row.uid, &row.flags);
        if modes.condstore {
            out.raw(" MODSEQ (").number(row.modseq).raw(")");
        }
        out.raw(")").end();
    }

    /// A parenthesised list of flags, with `\Recent` for clients of rev1.
    pub(crate) fn write_flags(&self, out: &mut Output, modes: Modes, uid: u32, flags: &Flags) {
        out.raw("(");
        let mut is_first = true;
        if !modes.rev2 && self.is_recent(uid) {
            out.raw("\\Recent");
            is_first = false;
        }
        for name in flags.names() {
            if !is_first {
                out.raw(" ");
            }
            is_first = false;
            out.raw(name);
        }
        out.raw(")");
    }
}
