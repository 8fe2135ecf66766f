//! SEARCH (RFC 9051 §6.4.4, RFC 3501 §6.4.4, RFC 5032, RFC 7162 §3.1.5, RFC 8514).

use bytes::Bytes;

use crate::command::Command;
use crate::cursor::{Cursor, Expected, Parsed};
use crate::date::Date;
use crate::sequence::SequenceSet;
use crate::{limits, output};

/// What SEARCH is to answer (RFC 9051 §6.4.4).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a word of the grammar, alone or with others")]
pub struct SearchReturn {
    /// `MIN`.
    pub min: bool,
    /// `MAX`.
    pub max: bool,
    /// `ALL`.
    pub all: bool,
    /// `COUNT`.
    pub count: bool,
    /// `SAVE`.
    pub save: bool,
}

/// SEARCH, UID SEARCH.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Search {
    /// UID SEARCH.
    pub is_uid: bool,
    /// `RETURN (…)`; `None` without it. `RETURN ()` is `ALL`.
    pub returns: Option<SearchReturn>,
    /// The charset of the strings, in capitals; UTF-8 is the same as none.
    pub charset: Option<String>,
    /// All of these.
    pub keys: Vec<SearchKey>,
}

/// A condition on a message. Strings are as the client wrote them, in the charset of the command.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the variants are the words of RFC 9051 §6.4.4")]
pub enum SearchKey {
    All,
    Answered,
    Deleted,
    Draft,
    Flagged,
    Seen,
    Unanswered,
    Undeleted,
    Undraft,
    Unflagged,
    Unseen,
    /// RFC 3501.
    New,
    /// RFC 3501.
    Old,
    /// RFC 3501.
    Recent,
    Keyword(String),
    Unkeyword(String),
    Before(Date),
    On(Date),
    Since(Date),
    SentBefore(Date),
    SentOn(Date),
    SentSince(Date),
    /// RFC 8514.
    SavedBefore(Date),
    /// RFC 8514.
    SavedOn(Date),
    /// RFC 8514.
    SavedSince(Date),
    /// RFC 8514.
    SaveDateSupported,
    Bcc(Bytes),
    Cc(Bytes),
    From(Bytes),
    To(Bytes),
    Subject(Bytes),
    Body(Bytes),
    Text(Bytes),
    Header(Bytes, Bytes),
    Larger(u64),
    Smaller(u64),
    /// Seconds; RFC 5032.
    Older(u32),
    /// Seconds; RFC 5032.
    Younger(u32),
    /// RFC 7162 §3.1.5: this mod-sequence or a later one.
    ModSeq(u64),
    Sequence(SequenceSet),
    Uid(SequenceSet),
    Not(Box<SearchKey>),
    Or(Box<SearchKey>, Box<SearchKey>),
    And(Vec<SearchKey>),
}

/// `search = "SEARCH" [search-return-opts] SP search-program`
/// `search-program = ["CHARSET" SP charset SP] search-key *(SP search-key)`.
pub(crate) fn search(cursor: &mut Cursor<'_>, is_uid: bool) -> Parsed<Command> {
    cursor.space()?;
    let mut search = Search { is_uid, returns: None, charset: None, keys: Vec::new() };
    if cursor.keyword("RETURN") {
        cursor.space()?;
        search.returns = Some(returns(cursor)?);
        cursor.space()?;
    }
    if cursor.keyword("CHARSET") {
        cursor.space()?;
        let charset = cursor.astring()?;
        let charset = crate::cursor::ascii(&charset).ok_or(Expected("a charset"))?;
        search.charset = Some(charset.to_ascii_uppercase());
        cursor.space()?;
    }
    loop {
        search.keys.push(key(cursor, 0)?);
        if !cursor.take(b' ') {
            return Ok(Command::Search(search));
        }
    }
}

/// `search-return-opts = SP "RETURN" SP "(" [search-return-opt *(SP search-return-opt)] ")"`
/// `search-return-opt = "MIN" / "MAX" / "ALL" / "COUNT" / "SAVE"`.
fn returns(cursor: &mut Cursor<'_>) -> Parsed<SearchReturn> {
    let mut returns = SearchReturn::default();
    for word in cursor.list(Cursor::word)? {
        match word.as_str() {
            "MIN" => returns.min = true,
            "MAX" => returns.max = true,
            "ALL" => returns.all = true,
            "COUNT" => returns.count = true,
            "SAVE" => returns.save = true,
            _ => return Err(Expected("MIN, MAX, ALL, COUNT or SAVE")),
        }
    }
    if returns == SearchReturn::default() {
        returns.all = true;
    }
    Ok(returns)
}

/// `search-key = "ALL" / "ANSWERED" / … / sequence-set / "(" search-key *(SP search-key) ")"`.
fn key(cursor: &mut Cursor<'_>, depth: usize) -> Parsed<SearchKey> {
    if depth > limits::SEARCH_DEPTH {
        return Err(Expected("fewer conditions within one another"));
    }
    match cursor.peek() {
        Some(b'(') => {
            let keys = cursor.list(|cursor| key(cursor, depth + 1))?;
            return if keys.is_empty() { Err(Expected("a condition")) } else { Ok(SearchKey::And(keys)) };
        }
        Some(b'0'..=b'9' | b'*' | b'$') => return SequenceSet::parse(cursor).map(SearchKey::Sequence),
        _ => {}
    }
    let word = cursor.word()?;
    let date = |cursor: &mut Cursor<'_>, key: fn(Date) -> SearchKey| {
        cursor.space()?;
        Date::parse(cursor).map(key)
    };
    let text = |cursor: &mut Cursor<'_>, key: fn(Bytes) -> SearchKey| {
        cursor.space()?;
        cursor.astring().map(key)
    };
    let keyword = |cursor: &mut Cursor<'_>, key: fn(String) -> SearchKey| {
        cursor.space()?;
        cursor.atom().map(|atom| key(atom.to_owned()))
    };
    Ok(match word.as_str() {
        "ALL" => SearchKey::All,
        "ANSWERED" => SearchKey::Answered,
        "DELETED" => SearchKey::Deleted,
        "DRAFT" => SearchKey::Draft,
        "FLAGGED" => SearchKey::Flagged,
        "SEEN" => SearchKey::Seen,
        "UNANSWERED" => SearchKey::Unanswered,
        "UNDELETED" => SearchKey::Undeleted,
        "UNDRAFT" => SearchKey::Undraft,
        "UNFLAGGED" => SearchKey::Unflagged,
        "UNSEEN" => SearchKey::Unseen,
        "NEW" => SearchKey::New,
        "OLD" => SearchKey::Old,
        "RECENT" => SearchKey::Recent,
        "KEYWORD" => keyword(cursor, SearchKey::Keyword)?,
        "UNKEYWORD" => keyword(cursor, SearchKey::Unkeyword)?,
        "BEFORE" => date(cursor, SearchKey::Before)?,
        "ON" => date(cursor, SearchKey::On)?,
        "SINCE" => date(cursor, SearchKey::Since)?,
        "SENTBEFORE" => date(cursor, SearchKey::SentBefore)?,
        "SENTON" => date(cursor, SearchKey::SentOn)?,
        "SENTSINCE" => date(cursor, SearchKey::SentSince)?,
        "SAVEDBEFORE" => date(cursor, SearchKey::SavedBefore)?,
        "SAVEDON" => date(cursor, SearchKey::SavedOn)?,
        "SAVEDSINCE" => date(cursor, SearchKey::SavedSince)?,
        "SAVEDATESUPPORTED" => SearchKey::SaveDateSupported,
        "BCC" => text(cursor, SearchKey::Bcc)?,
        "CC" => text(cursor, SearchKey::Cc)?,
        "FROM" => text(cursor, SearchKey::From)?,
        "TO" => text(cursor, SearchKey::To)?,
        "SUBJECT" => text(cursor, SearchKey::Subject)?,
        "BODY" => text(cursor, SearchKey::Body)?,
        "TEXT" => text(cursor, SearchKey::Text)?,
        "HEADER" => {
            cursor.space()?;
            let field = cursor.astring()?;
            cursor.space()?;
            SearchKey::Header(field, cursor.astring()?)
        }
        "LARGER" | "SMALLER" => {
            cursor.space()?;
            let octets = cursor.number64()?;
            if word == "LARGER" { SearchKey::Larger(octets) } else { SearchKey::Smaller(octets) }
        }
        // RFC 5032 §3: nz-number seconds.
        "OLDER" | "YOUNGER" => {
            cursor.space()?;
            let seconds = cursor.nonzero()?.get();
            if word == "OLDER" { SearchKey::Older(seconds) } else { SearchKey::Younger(seconds) }
        }
        "MODSEQ" => mod_sequence(cursor)?,
        "UID" => {
            cursor.space()?;
            SearchKey::Uid(SequenceSet::parse(cursor)?)
        }
        "NOT" => {
            cursor.space()?;
            SearchKey::Not(Box::new(key(cursor, depth + 1)?))
        }
        "OR" => {
            cursor.space()?;
            let first = key(cursor, depth + 1)?;
            cursor.space()?;
            SearchKey::Or(Box::new(first), Box::new(key(cursor, depth + 1)?))
        }
        _ => return Err(Expected("a condition that SEARCH knows")),
    })
}

/// `search-modsequence = "MODSEQ" [search-modseq-ext] SP mod-sequence-valzer`
/// `search-modseq-ext = SP entry-name SP entry-type-req` (RFC 7162 §7). Each message has one mod-sequence for
/// all its flags, so that the entry makes no difference (RFC 7162 §3.1.5).
fn mod_sequence(cursor: &mut Cursor<'_>) -> Parsed<SearchKey> {
    cursor.space()?;
    if cursor.peek() == Some(b'"') {
        cursor.string()?;
        cursor.space()?;
        if !["all", "priv", "shared"].iter().any(|word| cursor.keyword(word)) {
            return Err(Expected("all, priv or shared"));
        }
        cursor.space()?;
    }
    cursor.number64().map(SearchKey::ModSeq)
}

pub(crate) fn encode(search: &Search, out: &mut Vec<u8>) {
    out.extend_from_slice(if search.is_uid { b"UID SEARCH" } else { b"SEARCH" });
    if let Some(returns) = search.returns {
        out.extend_from_slice(b" RETURN (");
        let words = [
            (returns.min, "MIN"),
            (returns.max, "MAX"),
            (returns.all, "ALL"),
            (returns.count, "COUNT"),
            (returns.save, "SAVE"),
        ];
        for (index, (_, word)) in words.iter().filter(|(is_there, _)| *is_there).enumerate() {
            if index > 0 {
                out.push(b' ');
            }
            out.extend_from_slice(word.as_bytes());
        }
        out.push(b')');
    }
    if let Some(charset) = &search.charset {
        out.extend_from_slice(b" CHARSET ");
        output::command_string(out, charset.as_bytes());
    }
    for key in &search.keys {
        out.push(b' ');
        encode_key(key, out);
    }
}

fn encode_key(key: &SearchKey, out: &mut Vec<u8>) {
    let date = |out: &mut Vec<u8>, word: &str, date: &Date| {
        out.extend_from_slice(word.as_bytes());
        out.push(b' ');
        date.encode(out);
    };
    let text = |out: &mut Vec<u8>, word: &str, text: &[u8]| {
        out.extend_from_slice(word.as_bytes());
        out.push(b' ');
        output::command_string(out, text);
    };
    let number = |out: &mut Vec<u8>, word: &str, value: u64| {
        out.extend_from_slice(word.as_bytes());
        out.push(b' ');
        output::number(out, value);
    };
    match key {
        SearchKey::All => out.extend_from_slice(b"ALL"),
        SearchKey::Answered => out.extend_from_slice(b"ANSWERED"),
        SearchKey::Deleted => out.extend_from_slice(b"DELETED"),
        SearchKey::Draft => out.extend_from_slice(b"DRAFT"),
        SearchKey::Flagged => out.extend_from_slice(b"FLAGGED"),
        SearchKey::Seen => out.extend_from_slice(b"SEEN"),
        SearchKey::Unanswered => out.extend_from_slice(b"UNANSWERED"),
        SearchKey::Undeleted => out.extend_from_slice(b"UNDELETED"),
        SearchKey::Undraft => out.extend_from_slice(b"UNDRAFT"),
        SearchKey::Unflagged => out.extend_from_slice(b"UNFLAGGED"),
        SearchKey::Unseen => out.extend_from_slice(b"UNSEEN"),
        SearchKey::New => out.extend_from_slice(b"NEW"),
        SearchKey::Old => out.extend_from_slice(b"OLD"),
        SearchKey::Recent => out.extend_from_slice(b"RECENT"),
        SearchKey::Keyword(keyword) => {
            out.extend_from_slice(b"KEYWORD ");
            out.extend_from_slice(keyword.as_bytes());
        }
        SearchKey::Unkeyword(keyword) => {
            out.extend_from_slice(b"UNKEYWORD ");
            out.extend_from_slice(keyword.as_bytes());
        }
        SearchKey::Before(day) => date(out, "BEFORE", day),
        SearchKey::On(day) => date(out, "ON", day),
        SearchKey::Since(day) => date(out, "SINCE", day),
        SearchKey::SentBefore(day) => date(out, "SENTBEFORE", day),
        SearchKey::SentOn(day) => date(out, "SENTON", day),
        SearchKey::SentSince(day) => date(out, "SENTSINCE", day),
        SearchKey::SavedBefore(day) => date(out, "SAVEDBEFORE", day),
        SearchKey::SavedOn(day) => date(out, "SAVEDON", day),
        SearchKey::SavedSince(day) => date(out, "SAVEDSINCE", day),
        SearchKey::SaveDateSupported => out.extend_from_slice(b"SAVEDATESUPPORTED"),
        SearchKey::Bcc(value) => text(out, "BCC", value),
        SearchKey::Cc(value) => text(out, "CC", value),
        SearchKey::From(value) => text(out, "FROM", value),
        SearchKey::To(value) => text(out, "TO", value),
        SearchKey::Subject(value) => text(out, "SUBJECT", value),
        SearchKey::Body(value) => text(out, "BODY", value),
        SearchKey::Text(value) => text(out, "TEXT", value),
        SearchKey::Header(field, value) => {
            text(out, "HEADER", field);
            out.push(b' ');
            output::command_string(out, value);
        }
        SearchKey::Larger(octets) => number(out, "LARGER", *octets),
        SearchKey::Smaller(octets) => number(out, "SMALLER", *octets),
        SearchKey::Older(seconds) => number(out, "OLDER", u64::from(*seconds)),
        SearchKey::Younger(seconds) => number(out, "YOUNGER", u64::from(*seconds)),
        SearchKey::ModSeq(modseq) => number(out, "MODSEQ", *modseq),
        SearchKey::Sequence(set) => set.encode(out),
        SearchKey::Uid(set) => {
            out.extend_from_slice(b"UID ");
            set.encode(out);
        }
        SearchKey::Not(key) => {
            out.extend_from_slice(b"NOT ");
            encode_key(key, out);
        }
        SearchKey::Or(first, second) => {
            out.extend_from_slice(b"OR ");
            encode_key(first, out);
            out.push(b' ');
            encode_key(second, out);
        }
        SearchKey::And(keys) => {
            for (index, key) in keys.iter().enumerate() {
                out.push(if index == 0 { b'(' } else { b' ' });
                encode_key(key, out);
            }
            out.push(b')');
        }
    }
}
