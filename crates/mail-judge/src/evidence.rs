//! What is known about a letter before the verdict.

use model::{Address, Domain};
use trust::Authentication;
use wire_mime::{ListedAddress, fields, parse_addresses, whole_header};

use crate::limits::{EVIDENCE_TEXT_LIMIT, FIELD_LIMIT, FROM_LIMIT_OCTETS};

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
    /// Where it comes from; `None` for letters of our own users and neighbours, which are not checked.
    pub authentication: Option<Authentication>,
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
    pub from: Vec<Vec<u8>>,
    /// The contents of Sender fields, unfolded: mail programs show them beside the author.
    pub sender: Vec<Vec<u8>>,
    /// Some From or Sender field is longer than what is read of it: an author could hide behind the rest.
    pub has_long_from: bool,
    /// Whether there is a Message-ID field.
    pub has_message_id: bool,
    /// Whether there is a Date field.
    pub has_date: bool,
    /// `TLS-Required: No` (RFC 8689 §5).
    pub waives_tls: bool,
    /// Bytes outside US-ASCII, which need SMTPUTF8 on their way (RFC 6532 §3).
    pub has_eight_bit: bool,
}

impl HeaderFacts {
    /// Reads the header at the beginning of `head`; `is_whole` says whether the letter ends with `head`.
    /// Never fails: what is no field is skipped.
    pub fn of(head: &[u8], is_whole: bool) -> HeaderFacts {
        let found = whole_header(head);
        let header = found.unwrap_or(head);
        let mut facts = HeaderFacts {
            size_bytes: header.len(),
            // A letter may end with its header.
            is_complete: found.is_some() || is_whole,
            has_eight_bit: !header.is_ascii(),
            ..HeaderFacts::default()
        };
        // Lines that are no field count as well: what reads fields gives up after so many lines, and what
        // stands behind them would be read by others only.
        let begins_something = |line: &&[u8]| !matches!(line.first(), None | Some(b' ' | b'\t' | b'\r'));
        if header.split(|&octet| octet == b'\n').filter(begins_something).count() > FIELD_LIMIT {
            // As if it never ended: refused for its length.
            facts.is_complete = false;
            return facts;
        }
        for field in fields(header) {
            if field.is("received") {
                facts.received += 1;
            } else if field.is("delivered-to") {
                let text = String::from_utf8_lossy(&field.unfolded()).into_owned();
                facts.delivered_to.extend(Address::parse(text.trim()).map(|address| address.canonical()));
            } else if field.is("from") || field.is("sender") {
                facts.has_long_from |= field.value.len() > FROM_LIMIT_OCTETS;
                let fields = if field.is("from") { &mut facts.from } else { &mut facts.sender };
                fields.push(field.unfolded().into_owned());
            } else if field.is("message-id") {
                facts.has_message_id = true;
            } else if field.is("tls-required") {
                facts.waives_tls |= field.unfolded().trim_ascii().eq_ignore_ascii_case(b"no");
            } else if field.is("date") {
                facts.has_date = true;
            }
        }
        facts
    }

    /// The addresses of the From fields, and of Sender beside them. What is no address is returned as it
    /// stands, so that the caller can name it; an empty list means that there is no author.
    pub fn authors(&self) -> Vec<Result<Address, String>> {
        if self.has_long_from {
            return vec![Err("more than can be read".to_owned())];
        }
        let mut authors: Vec<_> = self.from.iter().flat_map(|field| written_in(field)).collect();
        if !authors.is_empty() {
            authors.extend(self.sender.iter().flat_map(|field| written_in(field)));
        }
        authors
    }
}

impl HeaderFacts {
    /// The domain that DMARC asks about (RFC 7489 §6.6.1): that of the From field's mailboxes. An error where there are
    /// several or none, where one has no domain or none that can be read, and where mail programs might show an
    /// address that our parser did not take for one.
    pub fn author_domain(&self) -> Result<Domain, String> {
        if self.has_long_from {
            return Err("the From field is too long".to_owned());
        }
        if self.from.is_empty() {
            return Err("there is no From field".to_owned());
        }
        let mut found: Option<Domain> = None;
        for domain in self.from.iter().flat_map(|field| author_domains(field)) {
            let domain = domain?;
            match &found {
                Some(known) if *known != domain => return Err(format!("From names {known} and {domain}")),
                _ => found = Some(domain),
            }
        }
        found.ok_or_else(|| "From names no address".to_owned())
    }
}

/// The domains of a From field, those of addresses that stand unquoted where a name belongs among them.
fn author_domains(field: &[u8]) -> Vec<Result<Domain, String>> {
    let (mut found, mut names, mut places) = (Vec::new(), Vec::new(), 0);
    for listed in parse_addresses(field) {
        let ListedAddress::Mailbox { name, route, local, domain } = listed else { continue };
        // `<>` alone names nobody.
        if domain.is_empty() && (!local.is_empty() || !name.is_empty()) {
            let who = if local.is_empty() { name } else { local };
            found.push(Err(format!("From names {}, which is no address", short(&who))));
            continue;
        }
        if !domain.is_empty() {
            places += 1 + ats(&route);
            let text = short(&domain);
            found.push(Domain::parse(&text).map_err(|_| format!("From names {text}, which is no domain")));
        }
        names.push(name);
    }
    let unquoted = ats(&outside_quotes(field));
    if unquoted <= places || found.iter().any(Result::is_err) {
        return found;
    }
    // `ceo@b.test <a@c.test>`: what some programs show is the name.
    for name in names.iter().filter(|name| name.contains(&b'@')) {
        places += ats(name);
        let text = short(name);
        let address = Address::parse(text.trim()).map(|address| address.domain().clone());
        found.push(address.map_err(|_| format!("From has {text} beside its address")));
    }
    if unquoted > places {
        found.push(Err("From has an address where none belongs".to_owned()));
    }
    found
}

/// A stranger's text, as much of it as is told.
fn short(text: &[u8]) -> String {
    String::from_utf8_lossy(text).chars().take(EVIDENCE_TEXT_LIMIT).collect()
}

/// Every address that somebody might read in a From field.
fn written_in(field: &[u8]) -> Vec<Result<Address, String>> {
    let (mut found, mut names, mut routes) = (Vec::new(), Vec::new(), 0);
    for listed in parse_addresses(field) {
        let ListedAddress::Mailbox { name, route, local, domain } = listed else { continue };
        if !local.is_empty() || !domain.is_empty() {
            found.push(author(&local, &domain));
        }
        routes += ats(&route);
        names.push(name);
    }
    let places = ats(&outside_quotes(field));
    if places <= found.len() + routes {
        return found;
    }
    // `boss@b.test <a@b.test>` and `boss@b.test a@b.test`: without quotes a name is an address to some.
    names.retain(|name| name.contains(&b'@'));
    let in_names: usize = names.iter().map(|name| ats(name)).sum();
    if places > found.len() + routes + in_names {
        found.push(Err(String::from_utf8_lossy(field).chars().take(100).collect()));
    }
    found.extend(names.iter().map(|name| {
        let name = String::from_utf8_lossy(name);
        Address::parse(&name).map_err(|_| name.chars().take(100).collect())
    }));
    found
}

fn ats(text: &[u8]) -> usize {
    text.iter().filter(|&&octet| octet == b'@').count()
}

/// What stands neither within quotes nor in a comment (RFC 5322 §3.2.2, §3.2.4).
fn outside_quotes(field: &[u8]) -> Vec<u8> {
    let (mut outside, mut is_quoted, mut depth) = (Vec::with_capacity(field.len()), false, 0_usize);
    let mut octets = field.iter();
    while let Some(&octet) = octets.next() {
        match octet {
            b'\\' if is_quoted || depth > 0 => _ = octets.next(),
            b'"' if depth == 0 => is_quoted = !is_quoted,
            b'(' if !is_quoted => depth += 1,
            b')' if !is_quoted => depth = depth.saturating_sub(1),
            octet if !is_quoted && depth == 0 => outside.push(octet),
            _ => {}
        }
    }
    outside
}

/// `local` without its quotes: they are put back, which `Address` takes off again where they are idle.
fn author(local: &[u8], domain: &[u8]) -> Result<Address, String> {
    let (local, domain) = (String::from_utf8_lossy(local), String::from_utf8_lossy(domain));
    let quoted = local.replace('\\', "\\\\").replace('"', "\\\"");
    Address::parse(&format!("\"{quoted}\"@{domain}"))
        .map_err(|_| if domain.is_empty() { local.into_owned() } else { format!("{local}@{domain}") })
}
