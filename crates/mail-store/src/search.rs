//! Searching a folder (RFC 9051 §6.4.4): rows first, then stored envelopes, bodies only where nothing else
//! can tell.

use std::sync::Arc;

use model::{FolderId, LetterId, Timestamp};
use wire_mime::{StoredEnvelope, contains, decode_words, fields, fold};

use crate::account::Account;
use crate::error::StoreError;
use crate::letters::{Parsed, aside};
use crate::rows::{self, SentRow};
use crate::search_key::{Day, EnvelopeField, Match, SearchKey};
use crate::types::{Columns, MessageRow};
use crate::uids::UidSet;

/// What is known of a message so far.
#[derive(Clone, Copy)]
struct Evidence<'a> {
    row: &'a MessageRow,
    sent: Option<&'a Sent>,
    parsed: Option<&'a Parsed>,
}

/// What a stored envelope says.
struct Sent {
    day: Option<i64>,
    envelope: StoredEnvelope,
}

impl Account {
    /// The messages of a folder for which the key is true, ascending by UID.
    pub async fn search(&self, folder: FolderId, key: &SearchKey) -> Result<Vec<Match>, StoreError> {
        let key = Arc::new(folded(key));
        let mut matches = Vec::new();
        let mut rows = self.messages(folder, &bounds(&key), Columns::default());
        while let Some(batch) = rows.next_batch().await? {
            let decided: Vec<Option<bool>> =
                batch.iter().map(|row| decide(&key, Evidence { row, sent: None, parsed: None })).collect();
            let open = batch.iter().zip(&decided).filter(|(_, decided)| decided.is_none());
            let mut sent = self.sent(open.map(|(row, _)| row.letter).collect()).await?.into_iter();
            for (row, decided) in batch.into_iter().zip(decided) {
                let is_match = match decided {
                    Some(decided) => decided,
                    None => match sent.next().flatten() {
                        Some(sent) => self.look_closer(&key, &row, sent).await?,
                        // It went meanwhile.
                        None => false,
                    },
                };
                if is_match {
                    matches.push(Match { uid: row.uid, modseq: row.modseq });
                }
            }
        }
        Ok(matches)
    }

    /// What the envelopes of these letters say.
    async fn sent(&self, letters: Vec<LetterId>) -> Result<Vec<Option<Sent>>, StoreError> {
        if letters.is_empty() {
            return Ok(Vec::new());
        }
        self.read(move |tx, account| {
            let read = |letter: &LetterId| Ok(rows::sent(tx, account, *letter)?.map(Sent::from_row));
            letters.iter().map(read).collect()
        })
        .await
    }

    /// Decides by the envelope, then by the body.
    async fn look_closer(
        &self,
        key: &Arc<SearchKey>,
        row: &MessageRow,
        sent: Sent,
    ) -> Result<bool, StoreError> {
        if let Some(decided) = decide(key, Evidence { row, sent: Some(&sent), parsed: None }) {
            return Ok(decided);
        }
        let parsed = match self.parsed(row.letter).await {
            Ok(parsed) => parsed,
            Err(StoreError::NoSuchMessage) => return Ok(false),
            Err(error) => return Err(error),
        };
        let (key, row, size) = (Arc::clone(key), row.clone(), parsed.content.len());
        let decided = move || decide(&key, Evidence { row: &row, sent: Some(&sent), parsed: Some(&parsed) });
        Ok(aside(size, decided).await.unwrap_or(false))
    }
}

impl Sent {
    fn from_row(row: SentRow) -> Sent {
        let zone_millis = i64::from(row.sent_zone_minutes) * 60_000;
        Sent {
            day: row.sent_at.map(|at| day_of(Timestamp(at.0.saturating_add(zone_millis)))),
            envelope: StoredEnvelope::parse(&row.envelope).unwrap_or_default(),
        }
    }
}

fn day_of(at: Timestamp) -> i64 {
    at.seconds().div_euclid(86_400)
}

/// Whether the key is true; `None` if more must be known.
fn decide(key: &SearchKey, evidence: Evidence<'_>) -> Option<bool> {
    let row = evidence.row;
    let on = |at: Timestamp, compare: fn(&i64, &i64) -> bool, day: &Day| Some(compare(&day_of(at), &day.0));
    let sent_on = |compare: fn(&i64, &i64) -> bool, day: &Day| {
        // RFC 5256 §2.2: without a Date the message counts as sent when it arrived.
        evidence.sent.map(|sent| compare(&sent.day.unwrap_or(day_of(row.internal_date)), &day.0))
    };
    match key {
        SearchKey::All => Some(true),
        SearchKey::Flags(flags) => Some(row.flags.contains(flags)),
        SearchKey::Uids(uids) => Some(uids.contains(row.uid)),
        SearchKey::Larger(size) => Some(row.size_bytes > *size),
        SearchKey::Smaller(size) => Some(row.size_bytes < *size),
        SearchKey::Before(day) => on(row.internal_date, i64::lt, day),
        SearchKey::On(day) => on(row.internal_date, i64::eq, day),
        SearchKey::Since(day) => on(row.internal_date, i64::ge, day),
        SearchKey::Younger(at) => Some(row.internal_date >= *at),
        SearchKey::Older(at) => Some(row.internal_date <= *at),
        SearchKey::SentBefore(day) => sent_on(i64::lt, day),
        SearchKey::SentOn(day) => sent_on(i64::eq, day),
        SearchKey::SentSince(day) => sent_on(i64::ge, day),
        SearchKey::SavedBefore(day) => on(row.saved_at, i64::lt, day),
        SearchKey::SavedOn(day) => on(row.saved_at, i64::eq, day),
        SearchKey::SavedSince(day) => on(row.saved_at, i64::ge, day),
        SearchKey::ModSeq(modseq) => Some(row.modseq >= *modseq),
        SearchKey::Envelope(field, text) => evidence.sent.map(|sent| {
            let envelope = &sent.envelope;
            let value = match field {
                EnvelopeField::Subject => envelope.subject.as_deref().unwrap_or_default(),
                EnvelopeField::From => envelope.from.as_str(),
                EnvelopeField::To => envelope.to.as_str(),
                EnvelopeField::Cc => envelope.cc.as_str(),
                EnvelopeField::Bcc => envelope.bcc.as_str(),
            };
            contains(value, text)
        }),
        SearchKey::Header { name, text } => {
            let told = evidence.sent?.envelope.field(name);
            match told {
                Some(value) => Some(value.is_some_and(|value| contains(value, text))),
                None => evidence.parsed.map(|parsed| has_field(parsed, name, text)),
            }
        }
        SearchKey::Body(text) => {
            evidence.parsed.map(|parsed| parsed.structure.body_contains(&parsed.content, text))
        }
        SearchKey::Text(text) => {
            evidence.parsed.map(|parsed| parsed.structure.text_contains(&parsed.content, text))
        }
        SearchKey::Not(key) => decide(key, evidence).map(|decided| !decided),
        SearchKey::Any(keys) => all_agree(keys, evidence, true),
        SearchKey::Every(keys) => all_agree(keys, evidence, false),
    }
}

/// `settles` as soon as one key says so, its opposite if all say that.
fn all_agree(keys: &[SearchKey], evidence: Evidence<'_>, settles: bool) -> Option<bool> {
    let mut is_open = false;
    for key in keys {
        match decide(key, evidence) {
            Some(decided) if decided == settles => return Some(settles),
            Some(_) => {}
            None => is_open = true,
        }
    }
    (!is_open).then_some(!settles)
}

// RFC 9051 §6.4.4, HEADER: an empty text matches every message that has the field.
fn has_field(parsed: &Parsed, name: &str, text: &str) -> bool {
    let header = parsed.content.get(parsed.structure.root().header.clone()).unwrap_or_default();
    fields(header)
        .filter(|field| field.is(name))
        .any(|field| text.is_empty() || contains(&decode_words(&field.unfolded()), text))
}

/// The key with every text folded once.
fn folded(key: &SearchKey) -> SearchKey {
    let all = |keys: &[SearchKey]| keys.iter().map(folded).collect();
    match key {
        SearchKey::Envelope(field, text) => SearchKey::Envelope(*field, fold(text)),
        SearchKey::Header { name, text } => SearchKey::Header { name: name.clone(), text: fold(text) },
        SearchKey::Body(text) => SearchKey::Body(fold(text)),
        SearchKey::Text(text) => SearchKey::Text(fold(text)),
        SearchKey::Not(key) => SearchKey::Not(Box::new(folded(key))),
        SearchKey::Any(keys) => SearchKey::Any(all(keys)),
        SearchKey::Every(keys) => SearchKey::Every(all(keys)),
        key => key.clone(),
    }
}

/// UIDs outside of which nothing can match.
fn bounds(key: &SearchKey) -> UidSet {
    match key {
        SearchKey::Uids(uids) => uids.clone(),
        SearchKey::Every(keys) => keys.iter().map(bounds).fold(UidSet::all(), |a, b| a.intersection(&b)),
        _ => UidSet::all(),
    }
}
