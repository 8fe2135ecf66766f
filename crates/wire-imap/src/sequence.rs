//! Sets of sequence numbers or UIDs (RFC 9051 §9, `sequence-set`).

use std::num::NonZeroU32;
use std::ops::RangeInclusive;

use smallvec::SmallVec;

use crate::cursor::{Cursor, Parsed};

/// One end of a span; `None` is `*`, the largest number in use.
pub type End = Option<NonZeroU32>;

/// `2`, `2:4`, `4:*`, `*`: the ends come in any order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// The end that was written first.
    pub first: End,
    /// The end that was written last; the same for a single number.
    pub last: End,
}

/// `seq-number ["," …]`, or the result that SEARCH kept (`$`, RFC 9051 §6.4.4.1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SequenceSet {
    /// `$`.
    Saved,
    /// Spans as written; at least one.
    Spans(SmallVec<[Span; 4]>),
}

impl SequenceSet {
    /// `sequence-set = (seq-number / seq-range) ["," sequence-set] / seq-last-command`.
    pub(crate) fn parse(cursor: &mut Cursor<'_>) -> Parsed<SequenceSet> {
        if cursor.take(b'$') {
            return Ok(SequenceSet::Saved);
        }
        let mut spans = SmallVec::new();
        loop {
            // `seq-number = nz-number / "*"`, `seq-range = seq-number ":" seq-number`.
            let end = |cursor: &mut Cursor<'_>| -> Parsed<End> {
                if cursor.take(b'*') { Ok(None) } else { cursor.nonzero().map(Some) }
            };
            let first = end(cursor)?;
            let last = if cursor.take(b':') { end(cursor)? } else { first };
            spans.push(Span { first, last });
            if !cursor.take(b',') {
                return Ok(SequenceSet::Spans(spans));
            }
        }
    }

    /// The numbers as ascending ranges that do not touch, with `largest` for `*`; `None` for `$`.
    /// `largest` 0 means that no number is in use; `*` is then nothing.
    pub fn ranges(&self, largest: u32) -> Option<Vec<RangeInclusive<u32>>> {
        let SequenceSet::Spans(spans) = self else { return None };
        let mut ranges: Vec<(u32, u32)> = spans
            .iter()
            .map(|span| {
                let first = span.first.map_or(largest, NonZeroU32::get);
                let last = span.last.map_or(largest, NonZeroU32::get);
                (first.min(last), first.max(last))
            })
            .filter(|&(_, last)| last > 0)
            .map(|(first, last)| (first.max(1), last))
            .collect();
        ranges.sort_unstable();
        let mut merged: Vec<RangeInclusive<u32>> = Vec::with_capacity(ranges.len());
        for (first, last) in ranges {
            match merged.last_mut() {
                Some(previous) if first <= previous.end().saturating_add(1) => {
                    *previous = *previous.start()..=last.max(*previous.end());
                }
                _ => merged.push(first..=last),
            }
        }
        Some(merged)
    }

    /// The largest number written out; `None` if there is only `*` or `$`.
    pub fn largest_written(&self) -> Option<u32> {
        let SequenceSet::Spans(spans) = self else { return None };
        spans.iter().flat_map(|span| [span.first, span.last]).flatten().map(NonZeroU32::get).max()
    }

    /// Whether `*` stands somewhere.
    pub fn has_star(&self) -> bool {
        matches!(self, SequenceSet::Spans(spans) if spans.iter().any(|span| span.first.is_none() || span.last.is_none()))
    }

    pub(crate) fn encode(&self, out: &mut Vec<u8>) {
        let SequenceSet::Spans(spans) = self else {
            out.push(b'$');
            return;
        };
        let end = |out: &mut Vec<u8>, end: End| match end {
            None => out.push(b'*'),
            Some(number) => crate::output::number(out, u64::from(number.get())),
        };
        for (index, span) in spans.iter().enumerate() {
            if index > 0 {
                out.push(b',');
            }
            end(out, span.first);
            if span.first != span.last {
                out.push(b':');
                end(out, span.last);
            }
        }
    }
}
