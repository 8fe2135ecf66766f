//! Runs the conversations of `scripts/*.smtp` against [`Session`], with answers that the scripts state.
//!
//! `C:` is a line of the client, `C>` are its bytes without an added CRLF; both know `\r \n \0 \xHH \\` and
//! `{text*times}`. Lines that follow each other arrive together. `S:` is what the server says, `F:` what
//! the floors below were told to do. `given:` states the facts. `UPDATE=1` rewrites `S:` and `F:`.
//!
//! Each script runs twice, the second time with every byte arriving alone: the answers are the same.

mod whole;

use std::fmt::Write;
use std::path::{Path, PathBuf};

use model::{Domain, Envelope, Reply, ReversePath};

use crate::facts::{Facts, Kind};
use crate::limits::Limits;
use crate::session::{LoginRefusal, Need, Session};

/// What a script states.
struct Given {
    facts: Facts,
    /// What a question is about, and the answer.
    answers: Vec<(String, Reply)>,
    login: Option<(String, String)>,
    /// The script depends on which bytes arrive together.
    arrives_whole: bool,
}

fn given(script: &str) -> Given {
    let mut given = Given {
        facts: Facts {
            kind: Kind::Mx,
            hostname: Domain::parse("mx.valbois.test").unwrap(),
            limits: Limits::default(),
            has_certificate: false,
            tls: None,
            may_sign_in_plain: false,
            is_exempt: false,
            login: None,
        },
        answers: Vec::new(),
        login: None,
        arrives_whole: false,
    };
    for line in script.lines().filter_map(|line| line.strip_prefix("given: ")) {
        let words: Vec<&str> = line.split(' ').collect();
        match words[..] {
            ["kind", "submission"] => given.facts.kind = Kind::Submission,
            ["kind", "submissions"] => given.facts.kind = Kind::Submissions,
            ["kind", "lmtp"] => given.facts.kind = Kind::Lmtp,
            ["certificate"] => given.facts.has_certificate = true,
            ["tls"] => given.facts.tls = Some("TLSv1.3 TLS_AES_256_GCM_SHA384".to_owned()),
            ["plaintext", "allowed"] => given.facts.may_sign_in_plain = true,
            ["signed", "in"] => given.facts.login = Some("anna@valbois.test".to_owned()),
            ["exempt"] => given.facts.is_exempt = true,
            ["arrives", "whole"] => given.arrives_whole = true,
            ["login", name, password] => given.login = Some((name.to_owned(), password.to_owned())),
            ["limit", name, number] => limit(&mut given.facts.limits, name, number),
            ["sender" | "recipient" | "accept:" | "keep:", ..] => {
                let (about, code) = line.split_once(": ").expect("given: ABOUT: CODE S.U.B text");
                let mut parts = code.splitn(3, ' ');
                let code = parts.next().unwrap().parse().unwrap();
                let status: Vec<u16> = parts.next().unwrap().split('.').map(|n| n.parse().unwrap()).collect();
                let reply = Reply::new(code, Some((status[1], status[2])), parts.next().unwrap());
                given.answers.push((about.to_owned(), reply));
            }
            _ => panic!("given: {line}"),
        }
    }
    given
}

fn limit(limits: &mut Limits, name: &str, number: &str) {
    let number: u32 = number.parse().unwrap();
    match name {
        "recipients" => limits.recipients = number as usize,
        "message_bytes" => limits.message_bytes = u64::from(number),
        "messages" => limits.messages_per_connection = number,
        "errors" => limits.errors = number,
        "refusals" => limits.refusals = number,
        "idle_commands" => limits.idle_commands = number,
        "login_failures" => limits.login_failures = number,
        _ => panic!("limit {name}"),
    }
}

/// The shell's part: fulfils needs from what is given, and writes down what it sees.
struct Shell {
    session: Session,
    given: Given,
    kept: Vec<u8>,
    /// What was accepted; stands before the replies, because those may all go out at the end.
    accepted: String,
    transcript: String,
    is_closed: bool,
}

impl Shell {
    fn new(script: &str) -> Shell {
        let mut given = given(script);
        let facts = std::mem::replace(&mut given.facts, self::given("").facts);
        let session = Session::new(facts);
        Shell {
            session,
            given,
            kept: Vec::new(),
            accepted: String::new(),
            transcript: String::new(),
            is_closed: false,
        }
    }

    fn answer(&self, about: &str) -> Result<(), Reply> {
        self.given
            .answers
            .iter()
            .find(|(key, _)| key == about)
            .map_or(Ok(()), |(_, reply)| Err(reply.clone()))
    }

    fn arrives(&mut self, bytes: &[u8]) {
        if self.is_closed {
            return;
        }
        self.session.input.extend_from_slice(bytes);
        loop {
            match self.session.advance() {
                Need::Input => break,
                Need::Flush => self.flush(),
                Need::Sender { from: ReversePath::Null, .. } => {
                    self.session.sender_answered(self.answer("sender <>"))
                }
                Need::Sender { from, .. } => {
                    let answer = self.answer(&format!("sender {from}"));
                    self.session.sender_answered(answer);
                }
                Need::Recipient { recipient, .. } => {
                    let answer = self.answer(&format!("recipient {}", recipient.address));
                    self.session.recipient_answered(answer.map(|()| recipient));
                }
                Need::Keep => {
                    self.kept.extend_from_slice(self.session.content());
                    let answer = self.answer("keep");
                    self.session.content_kept(answer);
                }
                Need::Accept(envelope) => {
                    self.write_accepted(&envelope);
                    let answer = self.answer("accept").map(|()| "1234".to_owned());
                    self.session.accept_answered(answer);
                }
                Need::Login(credentials) => {
                    let pair = (credentials.login, credentials.password);
                    let answer = match self.given.login.as_ref() {
                        _ if pair.1 == "banned" => Err(LoginRefusal::Banned),
                        _ if pair.1 == "later" => Err(LoginRefusal::Later),
                        Some(right) if *right == pair => Ok(pair.0),
                        _ => Err(LoginRefusal::Wrong),
                    };
                    self.session.login_answered(answer);
                }
                Need::ScramFirst(message) => {
                    let answer = match message.starts_with(b"n,,n=") {
                        true => Ok(b"r=nonce,s=salt,i=4096".to_vec()),
                        false => Err(LoginRefusal::Wrong),
                    };
                    self.session.scram_first_answered(answer);
                }
                Need::ScramFinal(message) => {
                    let answer = match message.ends_with(b",p=right") {
                        true => Ok(("anna@valbois.test".to_owned(), b"v=proof".to_vec())),
                        false => Err(LoginRefusal::Wrong),
                    };
                    self.session.scram_final_answered(answer);
                }
                Need::SignIn { login } => self.session.login_answered(Ok(login)),
                Need::StartTls => {
                    assert!(self.session.input.is_empty(), "bytes from before TLS survive");
                    self.flush();
                    self.transcript.push_str("F: handshake\n");
                    self.session.secured("TLSv1.3 TLS_AES_256_GCM_SHA384".to_owned());
                }
                Need::Close => {
                    self.flush();
                    self.transcript.push_str("F: close\n");
                    self.is_closed = true;
                    return;
                }
            }
        }
        if !self.session.is_receiving() {
            self.kept.clear();
        }
        self.flush();
    }

    fn write_accepted(&mut self, envelope: &Envelope) {
        let to: Vec<String> = envelope.recipients.iter().map(|to| to.address.to_string()).collect();
        let content = String::from_utf8_lossy(&std::mem::take(&mut self.kept)).escape_debug().to_string();
        let content = match content.len() {
            0..=100 => format!("\"{content}\""),
            length => format!("{length} characters"),
        };
        writeln!(self.accepted, "F: accept from <{}> to <{}>: {content}", envelope.from, to.join(">, <"))
            .unwrap();
    }

    fn flush(&mut self) {
        for line in String::from_utf8(std::mem::take(&mut self.session.output)).unwrap().lines() {
            writeln!(self.transcript, "S: {line}").unwrap();
        }
    }
}

/// The bytes that a `C` line stands for.
fn bytes(line: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut rest = line;
    while let Some(first) = rest.chars().next() {
        rest = &rest[first.len_utf8()..];
        let special = match first {
            '\\' => {
                let (byte, length) = match rest.as_bytes()[0] {
                    b'r' => (b'\r', 1),
                    b'n' => (b'\n', 1),
                    b'0' => (0, 1),
                    b'x' => (u8::from_str_radix(&rest[1..3], 16).unwrap(), 3),
                    other => (other, 1),
                };
                rest = &rest[length..];
                Some(vec![byte])
            }
            '{' => rest.split_once('}').and_then(|(inside, after)| {
                let (text, times) = inside.rsplit_once('*')?;
                rest = after;
                Some(self::bytes(text).repeat(times.parse().ok()?))
            }),
            _ => None,
        };
        bytes.extend(special.unwrap_or_else(|| first.to_string().into_bytes()));
    }
    bytes
}

/// Runs a script; gives it back with the answers that came.
fn run(script: &str, byte_by_byte: bool) -> String {
    let mut shell = Shell::new(script);
    let (mut played, mut block) = (String::new(), Vec::new());
    let mut is_open = false;
    for line in script.lines().chain([""]) {
        let spoken = line.strip_prefix("C: ").map(|text| (text, "\r\n"));
        let spoken = spoken.or_else(|| (line == "C:").then_some(("", "\r\n")));
        if let Some((text, end)) = spoken.or(line.strip_prefix("C> ").map(|text| (text, ""))) {
            block.extend(bytes(text));
            block.extend_from_slice(end.as_bytes());
            is_open = true;
        } else if is_open || line.starts_with("S:") {
            let arriving = std::mem::take(&mut block);
            let at_once = if byte_by_byte { 1 } else { arriving.len().max(1) };
            shell.arrives(&[]);
            arriving.chunks(at_once).for_each(|bytes| shell.arrives(bytes));
            played.push_str(&std::mem::take(&mut shell.accepted));
            played.push_str(&std::mem::take(&mut shell.transcript));
            is_open = false;
        }
        if !line.starts_with("S:") && !line.starts_with("F:") {
            writeln!(played, "{line}").unwrap();
        }
    }
    played.truncate(played.trim_end().len());
    played + "\n"
}

fn scripts(folder: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let mut paths: Vec<PathBuf> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "smtp"));
    paths.sort();
    paths
}

#[test]
fn conversations_go_as_their_scripts_say() {
    let mut differing = Vec::new();
    for path in scripts("scripts") {
        let script = std::fs::read_to_string(&path).unwrap();
        let played = run(&script, false);
        if std::env::var_os("UPDATE").is_some() {
            std::fs::write(&path, &played).unwrap();
        } else if played != script {
            let first = played.lines().zip(script.lines()).find(|(played, script)| played != script);
            differing.push(format!("{}: {first:#?}", path.display()));
        }
        if !given(&script).arrives_whole {
            let one_by_one = run(&script, true);
            if one_by_one != played {
                let first = one_by_one.lines().zip(played.lines()).find(|(one, all)| one != all);
                differing.push(format!("{} byte by byte: {first:#?}", path.display()));
            }
        }
    }
    assert!(differing.is_empty(), "{}", differing.join("\n"));
}
