//! Address lists (RFC 5322 §3.4, with the obsolete forms of §4.4) as ENVELOPE needs them.
//!
//! Reads what strangers write: missing brackets, bare words, addresses as names, unclosed quotes and comments.

use crate::header::unfold;
use crate::limits::ADDRESSES_LIMIT;

/// An element of an address list; names are raw (encoded words undecoded), quotes removed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ListedAddress {
    /// A mailbox.
    Mailbox {
        /// The display name, or the comment that older programs use for it.
        name: Vec<u8>,
        /// The source route (RFC 5322 §4.4, obs-route), such as `@a.example,@b.example`.
        route: Vec<u8>,
        /// The local part without quotes.
        local: Vec<u8>,
        /// The domain; empty where none is given.
        domain: Vec<u8>,
    },
    /// `name:`
    GroupBegins(Vec<u8>),
    /// `;`
    GroupEnds,
}

/// Reads an address list; never fails.
pub fn parse_addresses(field: &[u8]) -> Vec<ListedAddress> {
    let line = unfold(field);
    let mut reader = Reader { bytes: &line, at: 0 };
    let mut list = Vec::new();
    let mut is_in_group = false;
    while list.len() < ADDRESSES_LIMIT {
        let before = Collected::read(&mut reader, !is_in_group);
        let end = reader.next();
        match end {
            Some(b':') => {
                is_in_group = true;
                list.push(ListedAddress::GroupBegins(before.name()));
                continue;
            }
            Some(b'<') => list.push(angle_address(&mut reader, &before)),
            _ => list.extend(before.bare_address()),
        }
        // What stands between the `>` and the comma means nothing, but a comment may be there.
        let end = if end == Some(b'<') {
            Collected::read(&mut reader, false);
            reader.next()
        } else {
            end
        };
        match end {
            Some(b';') if is_in_group => {
                is_in_group = false;
                list.push(ListedAddress::GroupEnds);
            }
            None => break,
            _ => {}
        }
    }
    if is_in_group {
        list.push(ListedAddress::GroupEnds);
    }
    list
}

struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Reader<'_> {
    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn next(&mut self) -> Option<u8> {
        let octet = self.peek()?;
        self.at += 1;
        Some(octet)
    }

    // RFC 5322 §3.2.2: comments nest; the outermost brackets are left out.
    fn comment(&mut self) -> Vec<u8> {
        let mut content = Vec::new();
        let mut depth = 0_usize;
        while let Some(octet) = self.next() {
            match octet {
                b'(' => {
                    depth += 1;
                    if depth == 1 {
                        continue;
                    }
                }
                b')' => {
                    depth = depth.saturating_sub(1);
                    if depth == 0 {
                        break;
                    }
                }
                b'\\' => {
                    content.extend(self.next());
                    continue;
                }
                _ => {}
            }
            content.push(octet);
        }
        content
    }

    // RFC 5322 §3.2.4
    fn quoted(&mut self) -> Vec<u8> {
        let mut content = Vec::new();
        while let Some(octet) = self.next() {
            match octet {
                b'"' => break,
                b'\\' => content.extend(self.next()),
                octet => content.push(octet),
            }
        }
        content
    }
}

/// Words up to a special that ends them.
#[derive(Default)]
struct Collected {
    /// Each word, and whether blanks stand before it. A bare `@` is a word of its own.
    words: Vec<Word>,
    comment: Option<Vec<u8>>,
}

struct Word {
    text: Vec<u8>,
    is_spaced: bool,
    is_at: bool,
}

impl Collected {
    /// Reads up to `,` `;` `<` (or `:`, where a group may begin), which stays unread.
    fn read(reader: &mut Reader<'_>, may_begin_group: bool) -> Collected {
        let mut collected = Collected::default();
        let mut is_spaced = false;
        while let Some(octet) = reader.peek() {
            match octet {
                b',' | b';' | b'<' => break,
                b':' if may_begin_group && !collected.words.iter().any(|word| word.is_at) => break,
                b' ' | b'\t' => {
                    is_spaced = true;
                    reader.at += 1;
                    continue;
                }
                b'(' => {
                    let comment = reader.comment();
                    collected.comment = Some(comment);
                    is_spaced = true;
                    continue;
                }
                b'"' => {
                    reader.at += 1;
                    let text = reader.quoted();
                    collected.words.push(Word { text, is_spaced, is_at: false });
                }
                b'@' => {
                    reader.at += 1;
                    collected.words.push(Word { text: b"@".to_vec(), is_spaced, is_at: true });
                }
                b'[' => {
                    let rest = &reader.bytes[reader.at..];
                    let length = memchr::memchr(b']', rest).map_or(rest.len(), |end| end + 1);
                    reader.at += length;
                    collected.words.push(Word { text: rest[..length].to_vec(), is_spaced, is_at: false });
                }
                _ => {
                    let rest = &reader.bytes[reader.at..];
                    let is_end = |octet: &u8| {
                        matches!(octet, b',' | b';' | b'<' | b' ' | b'\t' | b'(' | b'"' | b'@' | b'[')
                            || (*octet == b':' && may_begin_group)
                    };
                    let length = rest.iter().position(is_end).unwrap_or(rest.len()).max(1);
                    reader.at += length;
                    collected.words.push(Word { text: rest[..length].to_vec(), is_spaced, is_at: false });
                }
            }
            is_spaced = false;
        }
        collected
    }

    /// The words as a display name.
    fn name(&self) -> Vec<u8> {
        join(&self.words)
    }

    /// `local@domain (comment)` without brackets, or bare words; nothing if there is nothing.
    fn bare_address(mut self) -> Option<ListedAddress> {
        let comment = self.comment.take().unwrap_or_default();
        let Some(at) = self.words.iter().rposition(|word| word.is_at) else {
            if self.words.is_empty() {
                return None;
            }
            return Some(ListedAddress::Mailbox {
                name: comment,
                route: Vec::new(),
                local: join(&self.words),
                domain: Vec::new(),
            });
        };
        let domain = domain_of(&self.words[at + 1..]);
        let mut before = &self.words[..at];
        // `Anna Muster anna@valbois.test`, without brackets: the last word is the local part, unless it is of
        // the obsolete form `anna . muster`.
        let mut first = before.len();
        while first > 0 {
            first -= 1;
            let word = &before[first];
            let joins_left = first > 0
                && (!word.is_spaced || word.text.starts_with(b".") || before[first - 1].text.ends_with(b"."));
            if !joins_left {
                break;
            }
        }
        let name_words = &before[..first];
        before = &before[first..];
        let local = before.iter().flat_map(|word| word.text.iter().copied()).collect();
        let name = if name_words.is_empty() { comment } else { join(name_words) };
        Some(ListedAddress::Mailbox { name, route: Vec::new(), local, domain })
    }
}

/// Words with one blank where blanks stood.
fn join(words: &[Word]) -> Vec<u8> {
    let mut joined = Vec::new();
    for (index, word) in words.iter().enumerate() {
        if index > 0 && word.is_spaced {
            joined.push(b' ');
        }
        joined.extend_from_slice(&word.text);
    }
    joined
}

/// The domain: words joined by dots only (RFC 5322 §4.4, obs-domain has blanks around the dots).
fn domain_of(words: &[Word]) -> Vec<u8> {
    let mut domain: Vec<u8> = Vec::new();
    for word in words {
        if word.is_spaced && !domain.is_empty() && !word.text.starts_with(b".") && !domain.ends_with(b".") {
            break;
        }
        domain.extend_from_slice(&word.text);
    }
    domain
}

// RFC 5322 §3.4: angle-addr; §4.4: obs-angle-addr = "<" obs-route addr-spec ">"
fn angle_address(reader: &mut Reader<'_>, before: &Collected) -> ListedAddress {
    let mut name = before.name();
    if name.is_empty() {
        name = before.comment.clone().unwrap_or_default();
    }
    let mut words: Vec<Word> = Vec::new();
    let mut route = Vec::new();
    let mut is_spaced = false;
    while let Some(octet) = reader.next() {
        match octet {
            b'>' => break,
            b' ' | b'\t' => {
                is_spaced = true;
                continue;
            }
            b'(' => {
                reader.at -= 1;
                reader.comment();
                is_spaced = true;
                continue;
            }
            b'"' => {
                let text = reader.quoted();
                words.push(Word { text, is_spaced, is_at: false });
            }
            b':' if words.first().is_some_and(|word| word.is_at) => {
                route = words.iter().flat_map(|word| word.text.iter().copied()).collect();
                words.clear();
            }
            b'@' => words.push(Word { text: b"@".to_vec(), is_spaced, is_at: true }),
            octet => {
                let can_join = words.last().is_some_and(|word| !word.is_at) && !is_spaced;
                match words.last_mut() {
                    Some(last) if can_join => last.text.push(octet),
                    _ => words.push(Word { text: vec![octet], is_spaced, is_at: false }),
                }
            }
        }
        is_spaced = false;
    }
    let text = |words: &[Word]| words.iter().flat_map(|word| word.text.iter().copied()).collect();
    let (local, domain) = match words.iter().rposition(|word| word.is_at) {
        Some(at) => (text(&words[..at]), domain_of(&words[at + 1..])),
        None => (text(&words), Vec::new()),
    };
    ListedAddress::Mailbox { name, route, local, domain }
}
