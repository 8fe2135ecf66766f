//! A mail service's entries in the form in which a letter is compared: what is exact is looked up, so that only
//! patterns without a fixed domain are gone through.

use std::collections::HashMap;

use model::Address;

use super::{Glob, Listed, Pattern, SenderKind};
use crate::rows::localpart_key;

/// Entries ready to be compared.
#[derive(Debug, Default)]
pub(super) struct Compiled {
    addresses: HashMap<String, SenderKind>,
    /// The domain and what lies below it.
    below: HashMap<String, SenderKind>,
    at: HashMap<String, SenderKind>,
    names: HashMap<String, Vec<(Glob, SenderKind)>>,
    globs: Vec<(Glob, SenderKind)>,
    everybody: Option<SenderKind>,
}

/// Of two entries of the same form the one that blocks counts.
fn stricter(known: Option<&SenderKind>, kind: SenderKind) -> SenderKind {
    match known {
        Some(SenderKind::Blocked) => SenderKind::Blocked,
        _ => kind,
    }
}

impl Compiled {
    pub(super) fn of(entries: impl IntoIterator<Item = (SenderKind, Pattern)>) -> Compiled {
        let mut all = Compiled::default();
        let insert = |map: &mut HashMap<String, SenderKind>, key: String, kind| {
            let kind = stricter(map.get(&key), kind);
            map.insert(key, kind);
        };
        for (kind, pattern) in entries {
            match pattern {
                Pattern::Address(address) => insert(&mut all.addresses, address, kind),
                Pattern::Domain(domain) => insert(&mut all.below, domain, kind),
                Pattern::At(domain) => insert(&mut all.at, domain, kind),
                Pattern::Names { name, domain } => all.names.entry(domain).or_default().push((name, kind)),
                Pattern::Glob(glob) => all.globs.push((glob, kind)),
                Pattern::Everybody => all.everybody = Some(stricter(all.everybody.as_ref(), kind)),
            }
        }
        // Those that block come first: the first one that fits counts.
        let order = |(_, kind): &(Glob, SenderKind)| *kind == SenderKind::Approved;
        all.names.values_mut().for_each(|names| names.sort_by_key(order));
        all.globs.sort_by_key(order);
        all
    }

    /// The most exact entry that names a sender.
    fn about(&self, sender: &Address) -> Option<(SenderKind, Pattern)> {
        let (name, domain) = (localpart_key(sender.localpart()), sender.domain().as_str());
        let whole = format!("{name}@{domain}");
        if let Some(kind) = self.addresses.get(&whole) {
            return Some((*kind, Pattern::Address(whole)));
        }
        let names = self.names.get(domain).into_iter().flatten();
        if let Some((glob, kind)) = names.into_iter().find(|(glob, _)| glob.fits(&name)) {
            let pattern = Pattern::Names { name: glob.clone(), domain: domain.to_owned() };
            return Some((*kind, pattern));
        }
        let at = self.at.get(domain).map(|kind| (*kind, Pattern::At(domain.to_owned())));
        let below = parents(domain).find_map(|parent| {
            self.below.get(parent).map(|kind| (*kind, Pattern::Domain(parent.to_owned())))
        });
        match (at, below) {
            (Some(at), Some(below)) if at.0 != below.0 => {
                return Some(if at.0 == SenderKind::Blocked { at } else { below });
            }
            (at, below) => {
                if let Some(found) = at.or(below) {
                    return Some(found);
                }
            }
        }
        if let Some((glob, kind)) = self.globs.iter().find(|(glob, _)| glob.fits(&whole)) {
            return Some((*kind, Pattern::Glob(glob.clone())));
        }
        self.everybody.map(|kind| (kind, Pattern::Everybody))
    }

    /// What the entries say of a letter by its two senders: the more exact entry counts; of two that are as exact the
    /// one about the author whom readers see, then the one that blocks.
    pub(super) fn opinion(&self, envelope: Option<&Address>, authors: &[Address]) -> Option<Listed> {
        let senders =
            authors.iter().map(|author| (author, true)).chain(envelope.map(|sender| (sender, false)));
        let named = senders.filter_map(|(sender, is_author)| {
            let (kind, pattern) = self.about(sender)?;
            Some((sender, is_author, kind, pattern))
        });
        let best = named.max_by_key(|(_, is_author, kind, pattern)| {
            (pattern.exactness(), *is_author, *kind == SenderKind::Blocked)
        })?;
        let (sender, _, kind, pattern) = best;
        Some(Listed { kind, pattern: pattern.to_string(), sender: sender.to_string() })
    }
}

/// A domain and those above it.
fn parents(domain: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(domain), |domain| domain.split_once('.').map(|(_, parent)| parent))
}

/// With `SLOW_TESTS=1` and `--nocapture` it measures what ten thousand entries cost.
#[test]
fn speed_of_sender_lists() {
    let count = if std::env::var("SLOW_TESTS").is_ok() { 10_000 } else { 100 };
    let forms = [
        ("addresses", "person#@spam#.test"),
        ("domains", "spam#.test"),
        ("names at a domain", "person#*@spam.test"),
        ("patterns", "*#@*.spam#.test"),
    ];
    let stranger = Address::parse("nobody@spam.test").unwrap();
    for (what, form) in forms {
        let pattern = |number: u32| Pattern::parse(&form.replace('#', &number.to_string())).unwrap();
        let entries = (0..count).map(|number| (SenderKind::Blocked, pattern(number)));
        let entries: Vec<_> = entries.collect();
        let began = std::time::Instant::now();
        let compiled = Compiled::of(entries);
        let made = began.elapsed();
        let began = std::time::Instant::now();
        for _ in 0..100 {
            assert!(compiled.opinion(Some(&stranger), std::slice::from_ref(&stranger)).is_none());
        }
        println!("{count} {what}: made ready in {made:?}, {:?} a letter", began.elapsed() / 100);
    }
}
