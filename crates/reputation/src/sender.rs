//! The other direction: what the letters of others' domains were like, from what the checks found of them.
//!
//! A letter counts for a domain only if the domain provably sent it: nobody spoils another's name by forging
//! it. What this reputation itself led to counts for nothing, or a bad name would keep itself alive.

use std::collections::{BTreeMap, HashSet};

use model::{Class, MessageId, Timestamp};
use trail::{Event, Step};
use trust::{Authentication, DmarcResult, ListWeight};

use crate::{DAY_MILLISECONDS, limits, start_of};

/// What a domain's letters of the last [`limits::WINDOW_DAYS`] days were like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sender {
    /// 0 to 100; 100 is spotless.
    pub points: u8,
    /// How many letters.
    pub letters: u64,
}

impl Sender {
    pub(crate) fn of(letters: i64, doubtful: i64) -> Sender {
        let letters = letters.max(1);
        let good = letters.saturating_sub(doubtful).max(0);
        // At most 100: good is no more than letters.
        Sender {
            points: u8::try_from(good.saturating_mul(100) / letters).unwrap_or(100),
            letters: letters as u64,
        }
    }
}

/// Letters of a domain on a day.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Letters {
    pub(crate) letters: i64,
    pub(crate) doubtful: i64,
}

/// What a stretch of the trail holds of others' letters.
#[derive(Default)]
pub(crate) struct Strangers {
    pub(crate) days: BTreeMap<(String, Timestamp), Letters>,
    judged: HashSet<MessageId>,
    refused: HashSet<(Timestamp, String, String)>,
}

impl Strangers {
    /// Counts an event; the same letter stands in the trail of every organisation that it concerns.
    pub(crate) fn see(&mut self, event: &Event) {
        let evidence = match (&event.step, event.message) {
            (Step::Judged { evidence: Some(evidence), .. }, Some(message)) => {
                if self.judged.len() >= limits::MESSAGES_REMEMBERED || !self.judged.insert(message) {
                    return;
                }
                evidence
            }
            (Step::Refused { evidence: Some(evidence), reply, .. }, _) => {
                let letter = (event.at, event.sender.clone(), evidence.header_from.clone());
                // What was put off comes again.
                if reply.class() == Class::Later
                    || self.refused.len() >= limits::MESSAGES_REMEMBERED
                    || !self.refused.insert(letter)
                {
                    return;
                }
                evidence
            }
            _ => return,
        };
        if !is_proved(evidence) {
            return;
        }
        let key = (evidence.header_from.clone(), start_of(event.at, DAY_MILLISECONDS));
        if self.days.len() >= limits::SENDERS_OF_STRETCH && !self.days.contains_key(&key) {
            return;
        }
        let seen = self.days.entry(key).or_default();
        seen.letters += 1;
        seen.doubtful += i64::from(is_doubtful(evidence));
    }
}

/// Whether the author's domain vouches for the letter.
fn is_proved(evidence: &Authentication) -> bool {
    let domain = &evidence.header_from;
    let by_dmarc = evidence.dmarc.as_ref().is_some_and(|dmarc| dmarc.result == DmarcResult::Pass);
    !domain.is_empty() && (by_dmarc || evidence.vouches(|known| known == domain))
}

fn is_doubtful(evidence: &Authentication) -> bool {
    let mut lists = evidence.lists.iter().filter(|list| list.trouble.is_empty());
    evidence.sender_is_null_mx || lists.any(|list| list.weight != ListWeight::Allow)
}
