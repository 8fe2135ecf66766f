//! Conversations: the scripts in `scripts/`, over a pipe, against a real store.
//!
//! `C:` is what a client sends, `S:` what it gets; `C2:` and `S2:` are a second connection, and so on. After the
//! client's lines everything up to the tagged line, a `+` or the end is read. `S2:` lines without `C2:` lines
//! before them are what comes unasked. `…` stands for anything. `UPDATE=1` writes what came into the script.
//!
//! Lines with `#!` prepare: `login` (every connection has logged in as anna), `letters N`, `quota OCTETS`,
//! `in clear` (no TLS), `limit OCTETS` (of a message).

mod connections;
mod following;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use directory::{Directory, NewAddress, Scope};
use mail_store::{Flags, Import, ImportContent, MailStore, Role, Target};
use model::{AccountRef, Address, Domain, Timestamp};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader, DuplexStream, ReadHalf, WriteHalf};
use tokio::sync::watch;
use wire_imap::{FrameLimits, Framer, Step, read_tag};
use world::World;

use crate::session::Session;
use crate::wire::Wire;
use crate::{Limits, Shared};

const PASSWORD: &str = "une phrase de passe";

const LETTERS: [&str; 3] = [
    "From: Bruno <bruno@valbois.test>\r\nTo: anna@valbois.test\r\nSubject: The bridge\r\n\
     Date: Mon, 2 Nov 2026 09:00:00 +0100\r\nMessage-ID: <1@valbois.test>\r\n\r\nIt is closed on Friday.\r\n",
    "From: =?utf-8?q?Caf=C3=A9_de_la_gare?= <gare@acme.test>\r\nTo: anna@valbois.test, bruno@valbois.test\r\n\
     Cc: \"Dupont, Jean\" <jean@acme.test>\r\nSubject: =?utf-8?q?R=C3=A9servation?=\r\n\
     Date: Tue, 3 Nov 2026 10:00:00 +0100\r\nMessage-ID: <2@acme.test>\r\nIn-Reply-To: <1@valbois.test>\r\n\
     MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=\"b1\"\r\n\r\nPreamble\r\n--b1\r\n\
     Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n\
     D=C3=A9jeuner \u{e0} midi\r\n--b1\r\nContent-Type: application/octet-stream; name=\"nul.bin\"\r\n\
     Content-Transfer-Encoding: base64\r\nContent-Disposition: attachment; filename=\"nul.bin\"\r\n\r\n\
     AAECAw==\r\n--b1--\r\n",
    "From: anna@valbois.test\r\nTo: bruno@valbois.test\r\nSubject: Fwd: The bridge\r\n\
     Date: Wed, 4 Nov 2026 11:00:00 +0100\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b2\r\n\r\n\
     --b2\r\n\r\nSee below.\r\n--b2\r\nContent-Type: message/rfc822\r\n\r\nFrom: Bruno <bruno@valbois.test>\r\n\
     Subject: The bridge\r\n\r\nIt is closed on Friday.\r\n--b2--\r\n",
];

/// A house with anna and bruno.
struct House {
    shared: Arc<Shared>,
    anna: AccountRef,
    shutdown: watch::Sender<bool>,
}

impl House {
    async fn new(db: db::Db, quota_bytes: Option<u64>, limits: Limits) -> House {
        House::with_tls(db, quota_bytes, limits, None).await
    }

    async fn with_tls(
        db: db::Db,
        quota_bytes: Option<u64>,
        limits: Limits,
        tls: Option<Arc<rustls::ServerConfig>>,
    ) -> House {
        db.migrate(&[trail::MIGRATIONS, directory::MIGRATIONS, mail_store::MIGRATIONS]).unwrap();
        let world = World::testing();
        let directory = Directory::new(db.clone(), world.clone());
        let operator = directory.administration(Scope::Operator("test"), "test");
        let organisation = operator.create_organisation("Commune de Valbois").await.unwrap().id;
        operator.create_domain(organisation, None, &Domain::parse("valbois.test").unwrap()).await.unwrap();
        for name in ["anna@valbois.test", "bruno@valbois.test"] {
            let address = Address::parse(name).unwrap();
            let new = NewAddress { address, alias_to: Vec::new(), quota_bytes };
            let id = operator.create_address(new).await.unwrap().id;
            operator.choose_password(id, PASSWORD).await.unwrap();
        }
        let anna = match directory.find(&Address::parse("anna@valbois.test").unwrap()).await.unwrap() {
            directory::Found::Mailbox { account, .. } => account,
            other => panic!("{other:?}"),
        };
        let blobs = blobs::Blobs::open("memory:", blobs::Options::default()).unwrap();
        let store = MailStore::new(db, blobs, world.clone());
        let shared = Shared {
            store,
            directory,
            world,
            tls,
            hostname: "mail.valbois.test".to_owned(),
            plaintext_from: Vec::new(),
            exempt_loopback: false,
            limits,
            gate: doorway::Gate::default(),
        };
        House { shared: Arc::new(shared), anna, shutdown: watch::Sender::new(false) }
    }

    async fn deliver(&self, count: usize) {
        for (index, letter) in LETTERS.iter().cycle().take(count).enumerate() {
            let import = Import {
                content: ImportContent::Bytes(Bytes::from_static(letter.as_bytes())),
                flags: Flags::NONE,
                internal_date: Some(Timestamp(1_793_600_000_000 + index as i64 * 86_400_000)),
            };
            let account = self.shared.store.account(self.anna);
            account.append_messages(Target::Role(Role::Inbox), vec![import]).await.unwrap();
        }
    }

    fn connect(&self, is_tls: bool) -> Client {
        let (ours, theirs) = tokio::io::duplex(1 << 20);
        let wire = Wire::new(Box::new(theirs), self.shared.world.clock.clone(), self.shutdown.subscribe());
        let session = Session::new(wire, Arc::clone(&self.shared), "192.0.2.1".parse().unwrap(), is_tls);
        tokio::spawn(session.run());
        let (read, write) = tokio::io::split(ours);
        Client {
            read: BufReader::new(read),
            write,
            framer: Framer::new(),
            unframed: Vec::new(),
            tag: "*".to_owned(),
            has_greeting: false,
        }
    }
}

/// The other side of a connection.
struct Client {
    read: BufReader<ReadHalf<DuplexStream>>,
    write: WriteHalf<DuplexStream>,
    framer: Framer,
    unframed: Vec<u8>,
    /// What the last command's answer begins with.
    tag: String,
    has_greeting: bool,
}

impl Client {
    async fn send(&mut self, text: &str) {
        // A server that has closed the connection is what the script wants to see.
        let _ = self.write.write_all(text.as_bytes()).await;
        self.unframed.extend_from_slice(text.as_bytes());
        loop {
            match self.framer.next(&self.unframed, FrameLimits::authenticated(u64::MAX)) {
                Step::Command(length) | Step::Refused(length) => {
                    let line: Vec<u8> = self.unframed.drain(..length).collect();
                    if let Some(tag) = read_tag(&line) {
                        self.tag = tag;
                    }
                }
                Step::Wanted(_) | Step::Large { .. } => {}
                Step::More | Step::TooLong => {
                    if let Some(tag) = read_tag(&self.unframed) {
                        self.tag = tag;
                    }
                    return;
                }
            }
        }
    }

    /// One response with its literals, as lines; `None` at the end.
    async fn response(&mut self) -> Option<Vec<String>> {
        let mut octets = Vec::new();
        loop {
            let before = octets.len();
            let read = self.read.read_until(b'\n', &mut octets);
            let Ok(read) = tokio::time::timeout(Duration::from_secs(5), read).await else {
                return Some(vec!["(silence)".to_owned()]);
            };
            let read = read.unwrap_or(0);
            if read == 0 {
                return None;
            }
            let line = String::from_utf8_lossy(&octets[before..]).trim_end().to_owned();
            let literal: Option<usize> = line
                .strip_suffix('}')
                .and_then(|line| line.rsplit_once('{'))
                .and_then(|(_, n)| n.parse().ok());
            let Some(length) = literal else { break };
            let begin = octets.len();
            octets.resize(begin + length, 0);
            self.read.read_exact(&mut octets[begin..]).await.unwrap();
        }
        let text = String::from_utf8_lossy(&octets).replace('\0', "␀");
        Some(
            text.trim_end_matches("\r\n")
                .split('\n')
                .map(|line| line.trim_end_matches('\r').to_owned())
                .collect(),
        )
    }

    /// Everything up to the tagged line, a continuation request, or the end: the lines.
    async fn answer(&mut self) -> Vec<String> {
        self.responses().await.into_iter().flatten().collect()
    }

    /// As `answer`, the lines of each response together.
    async fn responses(&mut self) -> Vec<Vec<String>> {
        let mut responses = Vec::new();
        loop {
            let Some(response) = self.response().await else {
                responses.push(vec!["(closed)".to_owned()]);
                return responses;
            };
            let is_going_on = response[0].starts_with("+ ");
            let is_last = response[0].starts_with(&format!("{} ", self.tag))
                || is_going_on
                || response[0] == "(silence)"
                || !self.has_greeting;
            self.has_greeting = true;
            responses.push(response);
            if is_last {
                // A literal that was announced and refused does not come.
                if !is_going_on {
                    self.framer = Framer::new();
                    self.unframed.clear();
                }
                return responses;
            }
        }
    }
}

/// Whether a line is as expected; `…` stands for anything.
fn is_like(expected: &str, line: &str) -> bool {
    let mut pieces = expected.split('…');
    let Some(mut rest) = pieces.next().and_then(|first| line.strip_prefix(first)) else { return false };
    if !expected.contains('…') {
        return rest.is_empty();
    }
    let pieces: Vec<&str> = pieces.collect();
    for (index, piece) in pieces.iter().enumerate() {
        if index + 1 == pieces.len() {
            return rest.ends_with(piece);
        }
        match rest.find(piece) {
            Some(at) => rest = &rest[at + piece.len()..],
            None => return false,
        }
    }
    true
}

/// `C2: text` falls apart into who and what.
fn part(line: &str) -> Option<(char, u8, &str)> {
    let (head, text) = line.split_once(':')?;
    let side = head.chars().next().filter(|side| matches!(side, 'C' | 'S'))?;
    let number = match &head[1..] {
        "" => 1,
        number => number.parse().ok()?,
    };
    Some((side, number, text.strip_prefix(' ').unwrap_or(text)))
}

/// How many lines are sent before the client waits: one command, or its part up to a literal that waits.
fn length_of_command(lines: &[&str]) -> usize {
    let (mut framer, mut octets) = (Framer::new(), Vec::new());
    for (index, line) in lines.iter().enumerate() {
        octets.extend_from_slice(format!("{line}\r\n").as_bytes());
        if framer.next(&octets, FrameLimits::authenticated(u64::MAX)) != Step::More {
            return index + 1;
        }
    }
    lines.len()
}

async fn run(script: &str, db: db::Db) -> String {
    let prepare: Vec<&str> = script.lines().filter_map(|line| line.strip_prefix("#! ")).collect();
    let number = |word: &str| {
        prepare
            .iter()
            .find_map(|line| line.strip_prefix(word))
            .and_then(|text| text.trim().parse::<u64>().ok())
    };
    let limits = Limits { message_octets: number("limit").unwrap_or(1 << 20), ..Limits::default() };
    let house = House::new(db, number("quota"), limits).await;
    house.deliver(number("letters").unwrap_or(0) as usize).await;
    let is_tls = !prepare.contains(&"in clear");
    let mut clients: BTreeMap<u8, Client> = BTreeMap::new();
    let mut seen = String::new();
    let lines: Vec<&str> = script.lines().collect();
    let mut at = 0;
    while at < lines.len() {
        let Some((side, number, _)) = part(lines[at]) else {
            seen.push_str(lines[at]);
            seen.push('\n');
            at += 1;
            continue;
        };
        let mut block: Vec<&str> = lines[at..]
            .iter()
            .map_while(|line| {
                part(line).filter(|(s, n, _)| *s == side && *n == number).map(|(_, _, text)| text)
            })
            .collect();
        if side == 'C' {
            block.truncate(length_of_command(&block));
        }
        at += block.len();
        if let std::collections::btree_map::Entry::Vacant(place) = clients.entry(number) {
            let mut client = house.connect(is_tls);
            if prepare.contains(&"login") {
                client.answer().await;
                client.send(&format!("login LOGIN anna@valbois.test \"{PASSWORD}\"\r\n")).await;
                client.answer().await;
            }
            place.insert(client);
        }
        let client = clients.get_mut(&number).unwrap();
        let head = |side: char| if number == 1 { format!("{side}:") } else { format!("{side}{number}:") };
        let came = if side == 'C' {
            for text in &block {
                seen.push_str(format!("{} {text}", head('C')).trim_end());
                seen.push('\n');
                client.send(&format!("{text}\r\n")).await;
            }
            client.answer().await
        } else if block.first().is_some_and(|text| text.starts_with("* OK [CAPABILITY"))
            || !client.has_greeting
        {
            client.answer().await
        } else {
            let mut came = Vec::new();
            while came.len() < block.len() {
                came.extend(client.response().await.unwrap_or_else(|| vec!["(closed)".to_owned()]));
            }
            came
        };
        let expected: Vec<&str> = if side == 'S' {
            block
        } else {
            let expected: Vec<&str> = lines[at..]
                .iter()
                .map_while(|line| {
                    part(line).filter(|(s, n, _)| *s == 'S' && *n == number).map(|(_, _, text)| text)
                })
                .collect();
            at += expected.len();
            expected
        };
        for (index, line) in came.iter().enumerate() {
            let kept = expected.get(index).filter(|expected| is_like(expected, line));
            seen.push_str(format!("{} {}", head('S'), kept.copied().unwrap_or(line)).trim_end());
            seen.push('\n');
        }
    }
    drop(house.shutdown);
    seen
}

#[tokio::test]
async fn conversations_go_as_their_scripts_say() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("scripts");
    let only = std::env::var("SCRIPT").ok();
    let mut wrong = Vec::new();
    let mut paths: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    for path in paths {
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        if only.as_ref().is_some_and(|only| *only != name) {
            continue;
        }
        let script = std::fs::read_to_string(&path).unwrap();
        for db in db::testing::engines() {
            let seen = run(&script, db).await;
            if seen != script {
                if std::env::var("UPDATE").is_ok() {
                    std::fs::write(&path, &seen).unwrap();
                }
                for (line, (had, has)) in
                    script.lines().zip(seen.lines()).enumerate().filter(|(_, (a, b))| a != b).take(5)
                {
                    wrong.push(format!("{name}:{}\n  script {had}\n  now    {has}", line + 1));
                }
                if script.lines().count() != seen.lines().count() {
                    wrong.push(format!(
                        "{name}: {} lines, now {}",
                        script.lines().count(),
                        seen.lines().count()
                    ));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn patterns_match_as_list_says() {
    use crate::command::list::matches;
    for (pattern, name, expected) in [
        ("*", "a/b/c", true),
        ("%", "a/b/c", false),
        ("%", "abc", true),
        ("%/%", "a/b", true),
        ("%/%", "a/b/c", false),
        ("a/*", "a/b/c", true),
        ("a/*", "a", false),
        ("a*c", "a/b/c", true),
        ("a%c", "a/b/c", false),
        ("*b%", "a/b/c", false),
        ("*b%", "a/b", true),
        ("", "", true),
        ("", "a", false),
        ("INBOX", "INBOX", true),
    ] {
        assert_eq!(matches(pattern.as_bytes(), name.as_bytes()), expected, "{pattern} {name}");
    }
}
