//! SEARCH (RFC 9051 §6.4.4), with ESEARCH, SEARCHRES, MODSEQ (RFC 7162 §3.1.5) and WITHIN (RFC 5032).

use std::time::Duration;

use bytes::Bytes;
use mail_store::{Day, EnvelopeField, Flags, Match, SearchKey, UidSet};
use wire_imap::{Code, Date, Search, SearchKey as Wanted, SearchReturn};

use crate::answer::{Answer, Halt};
use crate::command::store::numbers;
use crate::limits;
use crate::selected::Selected;
use crate::session::{Session, User};

pub(crate) async fn run(
    session: &mut Session,
    tag: &str,
    user: &User,
    selected: &mut Selected,
    search: Search,
) -> Result<Answer, Halt> {
    let outcome = find(session, user, selected, &search).await;
    let is_saving = search.returns.is_some_and(|returns| returns.save);
    let (found, has_modseq) = match outcome {
        Ok(found) => found,
        Err(halt) => {
            // RFC 9051 §6.4.4.1: a SEARCH with SAVE that fails empties the variable.
            if is_saving
                && !matches!(&halt, Halt::Answer(answer) if answer.condition == wire_imap::Condition::Bad)
            {
                selected.saved = UidSet::new();
            }
            return Err(halt);
        }
    };
    let uids: UidSet = found.iter().map(|one| one.uid).collect();
    if let Some(returns) = search.returns.filter(|returns| returns.save) {
        selected.saved = to_save(&uids, returns);
    }
    let modseq = if has_modseq { found.iter().map(|one| one.modseq).max() } else { None };
    match search.returns {
        Some(returns) => extended(session, tag, selected, &search, returns, &found, has_modseq),
        // RFC 9051 §6.4.4: a client of rev2 gets ESEARCH always.
        None if session.modes.rev2 => {
            let returns = SearchReturn { all: true, ..SearchReturn::default() };
            extended(session, tag, selected, &search, returns, &found, has_modseq);
        }
        None => {
            let out = &mut session.wire.out;
            out.raw("* SEARCH");
            for one in &found {
                let number = if search.is_uid { Some(one.uid) } else { selected.sequence_number(one.uid) };
                if let Some(number) = number {
                    out.raw(" ").number(number);
                }
            }
            if let Some(modseq) = modseq {
                out.raw(" (MODSEQ ").number(modseq).raw(")");
            }
            out.end();
        }
    }
    Ok(Answer::ok("Done"))
}

async fn find(
    session: &mut Session,
    user: &User,
    selected: &Selected,
    search: &Search,
) -> Result<(Vec<Match>, bool), Halt> {
    if !matches!(search.charset.as_deref(), None | Some("UTF-8" | "US-ASCII" | "UTF8")) {
        return Err(Answer::no(Code::BadCharset, "Strings are UTF-8").into());
    }
    let mut translation = Translation { session, selected, has_modseq: false, keys: 0, texts: 0 };
    let mut keys = Vec::with_capacity(search.keys.len());
    for key in &search.keys {
        keys.push(translation.key(key)?);
    }
    let has_modseq = translation.has_modseq;
    session.modes.condstore |= has_modseq;
    let mut found = user.account.search(selected.folder, &SearchKey::Every(keys)).await?;
    // Messages that came meanwhile are told of first, and then found.
    found.retain(|one| selected.sequence_number(one.uid).is_some());
    found.sort_unstable_by_key(|one| one.uid);
    Ok((found, has_modseq))
}

/// RFC 9051 §6.4.4.1: what SAVE keeps, together with MIN and MAX.
fn to_save(uids: &UidSet, returns: SearchReturn) -> UidSet {
    if returns.all || returns.count || (!returns.min && !returns.max) {
        return uids.clone();
    }
    let min = uids.ranges().first().map(|range| *range.start()).filter(|_| returns.min);
    let max = uids.ranges().last().map(|range| *range.end()).filter(|_| returns.max);
    min.into_iter().chain(max).collect()
}

/// `* ESEARCH (TAG "a") UID MIN 2 MAX 9 ALL 2:4,9 COUNT 4 MODSEQ 7` (RFC 9051 §7.3.4).
fn extended(
    session: &mut Session,
    tag: &str,
    selected: &Selected,
    search: &Search,
    returns: SearchReturn,
    found: &[Match],
    has_modseq: bool,
) {
    // RFC 9051 §6.4.4: SAVE alone says nothing.
    if !returns.min && !returns.max && !returns.all && !returns.count {
        return;
    }
    let uids: UidSet = found.iter().map(|one| one.uid).collect();
    let set = numbers(selected, &uids, search.is_uid);
    let out = &mut session.wire.out;
    out.raw("* ESEARCH (TAG ").string(tag, false).raw(")");
    if search.is_uid {
        out.raw(" UID");
    }
    if let (Some(first), Some(last)) = (set.first(), set.last()) {
        if returns.min {
            out.raw(" MIN ").number(*first.start());
        }
        if returns.max {
            out.raw(" MAX ").number(*last.end());
        }
        if returns.all {
            out.raw(" ALL ").set(&set);
        }
    }
    if returns.count {
        out.raw(" COUNT ").number(found.len() as u64);
    }
    if has_modseq {
        // RFC 7162 §3.1.5: of the messages that are told, or of all with ALL and COUNT.
        let is_all = returns.all || returns.count;
        let first = found.first().filter(|_| is_all || returns.min).map(|one| one.modseq);
        let last = found.last().filter(|_| is_all || returns.max).map(|one| one.modseq);
        let between = if is_all { found.iter().map(|one| one.modseq).max() } else { None };
        if let Some(modseq) = first.max(last).max(between) {
            out.raw(" MODSEQ ").number(modseq);
        }
    }
    out.end();
}

/// From the client's conditions to the store's.
struct Translation<'a> {
    session: &'a Session,
    selected: &'a Selected,
    has_modseq: bool,
    /// Keys so far, and those among them that read whole bodies.
    keys: usize,
    texts: usize,
}

impl Translation<'_> {
    fn key(&mut self, key: &Wanted) -> Result<SearchKey, Halt> {
        // Each key is looked at for each message, and each text decodes each body anew.
        self.keys += 1;
        self.texts += usize::from(matches!(key, Wanted::Body(_) | Wanted::Text(_)));
        if self.keys > limits::SEARCH_KEYS || self.texts > limits::SEARCH_TEXTS {
            return Err(Answer::no(Code::Limit, "Too many conditions").into());
        }
        let not = |key: SearchKey| SearchKey::Not(Box::new(key));
        let day = |date: &Date| Day(date.days());
        let seconds_ago = |seconds: u32| {
            self.session.shared.world.clock.now().minus(Duration::from_secs(u64::from(seconds)))
        };
        Ok(match key {
            Wanted::All => SearchKey::All,
            Wanted::Answered => SearchKey::Flags(Flags::ANSWERED),
            Wanted::Deleted => SearchKey::Flags(Flags::DELETED),
            Wanted::Draft => SearchKey::Flags(Flags::DRAFT),
            Wanted::Flagged => SearchKey::Flags(Flags::FLAGGED),
            Wanted::Seen => SearchKey::Flags(Flags::SEEN),
            Wanted::Unanswered => not(SearchKey::Flags(Flags::ANSWERED)),
            Wanted::Undeleted => not(SearchKey::Flags(Flags::DELETED)),
            Wanted::Undraft => not(SearchKey::Flags(Flags::DRAFT)),
            Wanted::Unflagged => not(SearchKey::Flags(Flags::FLAGGED)),
            Wanted::Unseen => not(SearchKey::Flags(Flags::SEEN)),
            // RFC 3501 §6.4.4: NEW is RECENT UNSEEN, OLD is NOT RECENT.
            Wanted::New => SearchKey::Every(vec![self.recent(), not(SearchKey::Flags(Flags::SEEN))]),
            Wanted::Old => not(self.recent()),
            Wanted::Recent => self.recent(),
            Wanted::Keyword(keyword) => self.keyword(keyword),
            Wanted::Unkeyword(keyword) => not(self.keyword(keyword)),
            Wanted::Before(date) => SearchKey::Before(day(date)),
            Wanted::On(date) => SearchKey::On(day(date)),
            Wanted::Since(date) => SearchKey::Since(day(date)),
            Wanted::SentBefore(date) => SearchKey::SentBefore(day(date)),
            Wanted::SentOn(date) => SearchKey::SentOn(day(date)),
            Wanted::SentSince(date) => SearchKey::SentSince(day(date)),
            Wanted::SavedBefore(date) => SearchKey::SavedBefore(day(date)),
            Wanted::SavedOn(date) => SearchKey::SavedOn(day(date)),
            Wanted::SavedSince(date) => SearchKey::SavedSince(day(date)),
            Wanted::SaveDateSupported => SearchKey::All,
            Wanted::Bcc(value) => SearchKey::Envelope(EnvelopeField::Bcc, text(value)?),
            Wanted::Cc(value) => SearchKey::Envelope(EnvelopeField::Cc, text(value)?),
            Wanted::From(value) => SearchKey::Envelope(EnvelopeField::From, text(value)?),
            Wanted::To(value) => SearchKey::Envelope(EnvelopeField::To, text(value)?),
            Wanted::Subject(value) => SearchKey::Envelope(EnvelopeField::Subject, text(value)?),
            Wanted::Body(value) => SearchKey::Body(text(value)?),
            Wanted::Text(value) => SearchKey::Text(text(value)?),
            Wanted::Header(name, value) => SearchKey::Header { name: text(name)?, text: text(value)? },
            Wanted::Larger(octets) => SearchKey::Larger(*octets),
            Wanted::Smaller(octets) => SearchKey::Smaller(*octets),
            Wanted::Older(seconds) => SearchKey::Older(seconds_ago(*seconds)),
            Wanted::Younger(seconds) => SearchKey::Younger(seconds_ago(*seconds)),
            Wanted::ModSeq(modseq) => {
                self.has_modseq = true;
                SearchKey::ModSeq(*modseq)
            }
            Wanted::Sequence(set) => SearchKey::Uids(self.selected.resolve_where_possible(set)),
            Wanted::Uid(set) => SearchKey::Uids(self.selected.resolve(set, true)?),
            Wanted::Not(key) => not(self.key(key)?),
            Wanted::Or(first, second) => SearchKey::Any(vec![self.key(first)?, self.key(second)?]),
            Wanted::And(keys) => {
                let mut every = Vec::with_capacity(keys.len());
                for key in keys {
                    every.push(self.key(key)?);
                }
                SearchKey::Every(every)
            }
        })
    }

    fn recent(&self) -> SearchKey {
        SearchKey::Uids(self.selected.recent().iter().copied().collect())
    }

    /// A keyword that no message may have is one that no message has.
    fn keyword(&self, keyword: &str) -> SearchKey {
        match Flags::from_names([keyword]) {
            Ok(flags) if !flags.is_empty() => SearchKey::Flags(flags),
            _ => SearchKey::Not(Box::new(SearchKey::All)),
        }
    }
}

fn text(value: &Bytes) -> Result<String, Halt> {
    match std::str::from_utf8(value) {
        Ok(text) => Ok(text.to_owned()),
        Err(_) => Err(Answer::no(Code::BadCharset, "Strings are UTF-8").into()),
    }
}
