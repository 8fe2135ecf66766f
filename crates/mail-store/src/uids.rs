//! Sets of UIDs as ranges, in order: what commands name and what answers list.

use std::fmt;
use std::ops::RangeInclusive;

/// A set of UIDs: ascending ranges that neither overlap nor touch.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UidSet {
    ranges: Vec<RangeInclusive<u32>>,
}

impl UidSet {
    /// No UID.
    pub fn new() -> UidSet {
        UidSet::default()
    }

    /// Every UID.
    pub fn all() -> UidSet {
        UidSet { ranges: vec![1..=u32::MAX] }
    }

    /// The union of ranges in any order; a range with its ends swapped counts as the right one
    /// (RFC 9051 §9, seq-range), zero is dropped.
    pub fn from_ranges(ranges: impl IntoIterator<Item = RangeInclusive<u32>>) -> UidSet {
        let mut ranges: Vec<RangeInclusive<u32>> = ranges
            .into_iter()
            .map(|range| {
                let (a, b) = range.into_inner();
                a.min(b).max(1)..=a.max(b)
            })
            .filter(|range| !range.is_empty())
            .collect();
        ranges.sort_by_key(|range| *range.start());
        let mut merged: Vec<RangeInclusive<u32>> = Vec::with_capacity(ranges.len());
        for range in ranges {
            match merged.last_mut() {
                Some(last) if *range.start() <= last.end().saturating_add(1) => {
                    *last = *last.start()..=(*last.end()).max(*range.end());
                }
                _ => merged.push(range),
            }
        }
        UidSet { ranges: merged }
    }

    /// Adds a UID that is higher than all of the set; any other goes the slow way.
    pub fn push(&mut self, uid: u32) {
        match self.ranges.last_mut() {
            Some(last) if last.end().checked_add(1) == Some(uid) => *last = *last.start()..=uid,
            Some(last) if uid <= *last.end() => {
                let all = std::mem::take(&mut self.ranges);
                *self = UidSet::from_ranges(all.into_iter().chain([uid..=uid]));
            }
            _ => self.ranges.push(uid..=uid),
        }
    }

    /// Whether the UID is in the set.
    pub fn contains(&self, uid: u32) -> bool {
        let after = self.ranges.partition_point(|range| *range.start() <= uid);
        after > 0 && self.ranges[after - 1].contains(&uid)
    }

    /// Whether the set has no UID.
    pub fn is_empty(&self) -> bool {
        self.ranges.is_empty()
    }

    /// How many UIDs the set names.
    pub fn len(&self) -> u64 {
        self.ranges.iter().map(|range| u64::from(*range.end()) - u64::from(*range.start()) + 1).sum()
    }

    /// The ranges, ascending.
    pub fn ranges(&self) -> &[RangeInclusive<u32>] {
        &self.ranges
    }

    /// Every UID, ascending; only for sets that are known to be small.
    pub fn iter(&self) -> impl Iterator<Item = u32> {
        self.ranges.iter().cloned().flatten()
    }

    /// The UIDs from `first` to `last` that are not in this set.
    pub fn complement(&self, first: u32, last: u32) -> UidSet {
        let mut next = first.max(1);
        let mut ranges = Vec::new();
        for range in &self.ranges {
            if *range.start() > next && next <= last {
                ranges.push(next..=(*range.start() - 1).min(last));
            }
            match range.end().checked_add(1) {
                Some(after) => next = next.max(after),
                None => return UidSet { ranges },
            }
        }
        if next <= last {
            ranges.push(next..=last);
        }
        UidSet { ranges }
    }

    /// The UIDs of both sets.
    pub fn intersection(&self, other: &UidSet) -> UidSet {
        let (mut own, mut others) = (self.ranges.iter().peekable(), other.ranges.iter().peekable());
        let mut ranges = Vec::new();
        while let (Some(a), Some(b)) = (own.peek(), others.peek()) {
            let (start, end) = (*a.start().max(b.start()), *a.end().min(b.end()));
            if start <= end {
                ranges.push(start..=end);
            }
            if a.end() < b.end() {
                own.next();
            } else {
                others.next();
            }
        }
        UidSet { ranges }
    }
}

impl FromIterator<u32> for UidSet {
    fn from_iter<I: IntoIterator<Item = u32>>(uids: I) -> UidSet {
        let mut set = UidSet::new();
        for uid in uids {
            set.push(uid);
        }
        set
    }
}

impl fmt::Display for UidSet {
    /// `1:3,7` (RFC 9051 §9, sequence-set); nothing for the empty set.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, range) in self.ranges.iter().enumerate() {
            if index > 0 {
                f.write_str(",")?;
            }
            if range.start() == range.end() {
                write!(f, "{}", range.start())?;
            } else {
                write!(f, "{}:{}", range.start(), range.end())?;
            }
        }
        Ok(())
    }
}
