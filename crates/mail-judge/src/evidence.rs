//! What is known about a letter before the verdict.

use model::Address;

use crate::limits::FIELD_LIMIT;

/// Whether the letter's author is one of ours who may write so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Authorship {
    /// A peer brought the letter: its author is judged by other means.
    NotOurs,
    /// Submitted, and every address of From belongs to the account.
    Own,
    /// Submitted without a From field, or with one that holds no address.
    Missing,
    /// Submitted in the name of an address that belongs to somebody else.
    Foreign(String),
}

/// All that is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evidence {
    /// What the header says.
    pub header: HeaderFacts,
    /// One of the recipients stands in a Delivered-To field of ours already: the letter comes back.
    pub has_been_here: bool,
    /// Whose name it is written in.
    pub authorship: Authorship,
}

/// The countable facts of a header.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HeaderFacts {
    /// Its length with the empty line.
    pub size_bytes: usize,
    /// Whether its end was found within the bytes given.
    pub is_complete: bool,
    /// Received fields.
    pub received: usize,
    /// The addresses of Delivered-To fields, canonical.
    pub delivered_to: Vec<String>,
    /// The contents of From fields, unfolded.
    pub from: Vec<String>,
    /// Whether there is a Message-ID field.
    pub has_message_id: bool,
    /// Whether there is a Date field.
    pub has_date: bool,
    /// Bytes outside US-ASCII, which need SMTPUTF8 on their way (RFC 6532 §3).
    pub has_eight_bit: bool,
}

impl HeaderFacts {
    /// Reads the header at the beginning of `head`; `is_whole` says whether the letter ends with `head`.
    /// Never fails: what is no field is skipped.
    pub fn of(head: &[u8], is_whole: bool) -> HeaderFacts {
        let mut facts = HeaderFacts::default();
        let mut position = 0;
        let mut field: Option<(usize, usize)> = None;
        let mut count = 0;
        while position < head.len() {
            let end =
                head[position..].iter().position(|&b| b == b'\n').map_or(head.len(), |at| position + at + 1);
            let line = &head[position..end];
            let is_blank = matches!(line, b"\r\n" | b"\n");
            let is_folded = matches!(line.first(), Some(b' ' | b'\t'));
            match (&mut field, is_folded && !is_blank) {
                (Some((_, field_end)), true) => *field_end = end,
                _ => {
                    if let Some((from, to)) = field.take() {
                        facts.take_field(&head[from..to]);
                    }
                    if is_blank {
                        facts.size_bytes = end;
                        facts.is_complete = true;
                        facts.has_eight_bit = !head[..end].is_ascii();
                        return facts;
                    }
                    count += 1;
                    if count > FIELD_LIMIT {
                        // As if it never ended: refused for its length.
                        facts.size_bytes = end;
                        return facts;
                    }
                    field = Some((position, end));
                }
            }
            position = end;
        }
        if let Some((from, to)) = field {
            facts.take_field(&head[from..to]);
        }
        // A letter may end with its header.
        facts.size_bytes = head.len();
        facts.is_complete = is_whole;
        facts.has_eight_bit = !head.is_ascii();
        facts
    }

    fn take_field(&mut self, field: &[u8]) {
        let Some(colon) = field.iter().position(|&b| b == b':') else { return };
        let name = field[..colon].trim_ascii_end();
        let value = || unfold(&field[colon + 1..]);
        if name.eq_ignore_ascii_case(b"Received") {
            self.received += 1;
        } else if name.eq_ignore_ascii_case(b"Delivered-To") {
            if let Ok(address) = Address::parse(value().trim()) {
                self.delivered_to.push(address.canonical());
            }
        } else if name.eq_ignore_ascii_case(b"From") {
            self.from.push(value());
        } else if name.eq_ignore_ascii_case(b"Message-ID") {
            self.has_message_id = true;
        } else if name.eq_ignore_ascii_case(b"Date") {
            self.has_date = true;
        }
    }

    /// The addresses of the From fields. What is no address is returned as it stands, so that the caller
    /// can name it; an empty list means that there is no author.
    pub fn authors(&self) -> Vec<Result<Address, String>> {
        self.from.iter().flat_map(|field| mailboxes(field)).collect()
    }
}

fn unfold(value: &[u8]) -> String {
    String::from_utf8_lossy(value).replace(['\r', '\n'], "").trim().to_owned()
}

/// The addresses of a mailbox list (RFC 5322 §3.4), display names, comments and group names left out.
fn mailboxes(list: &str) -> Vec<Result<Address, String>> {
    let mut found = Vec::new();
    let (mut angle, mut plain) = (None::<String>, String::new());
    let mut characters = list.chars();
    let (mut comment_depth, mut is_inside_angle) = (0_usize, false);
    let mut finish = |angle: &mut Option<String>, plain: &mut String| {
        let text = angle.take().unwrap_or_else(|| std::mem::take(plain));
        plain.clear();
        if !text.is_empty() {
            found.push(Address::parse(&text).map_err(|_| text));
        }
    };
    while let Some(c) = characters.next() {
        match c {
            '(' => comment_depth += 1,
            ')' if comment_depth > 0 => comment_depth -= 1,
            '\\' if comment_depth > 0 => {
                characters.next();
            }
            _ if comment_depth > 0 => {}
            '"' => {
                let target = if is_inside_angle { angle.get_or_insert_default() } else { &mut plain };
                target.push('"');
                while let Some(quoted) = characters.next() {
                    target.push(quoted);
                    match quoted {
                        '"' => break,
                        '\\' => target.extend(characters.next()),
                        _ => {}
                    }
                }
            }
            '<' if !is_inside_angle => {
                is_inside_angle = true;
                angle = Some(String::new());
            }
            '>' => is_inside_angle = false,
            ',' | ';' if !is_inside_angle => finish(&mut angle, &mut plain),
            // `Group name: member, member;`
            ':' if !is_inside_angle => plain.clear(),
            // Folding white space may stand anywhere outside quotes.
            c if c.is_whitespace() => {}
            c if is_inside_angle => angle.get_or_insert_default().push(c),
            c => plain.push(c),
        }
    }
    finish(&mut angle, &mut plain);
    found
}
