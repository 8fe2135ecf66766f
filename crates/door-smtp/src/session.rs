//! A conversation without IO: bytes in, bytes out, and what it needs from the floors below in between.
//!
//! The shell puts bytes into [`Session::input`] and calls [`Session::advance`] until it asks for more; each
//! other [`Need`] it fulfils and answers with the method named there. All commands that have arrived are
//! worked off before [`Need::Input`], so that pipelined replies go out in one write (RFC 2920 §3.2).

use std::mem::take;

use bytes::{Buf, BytesMut};
use memchr::memchr;
use model::{Class, Envelope, Recipient, Reply, ReversePath};
use wire_smtp::limits::{AUTH_LINE_LIMIT_OCTETS, COMMAND_LINE_LIMIT_OCTETS};
use wire_smtp::sasl::Credentials;
use wire_smtp::{Chunk, Command, DataError, Hello, Line, SyntaxError, next_line};

use crate::exchange::Exchange;
use crate::facts::{Facts, Kind};
use crate::limits::{DRAIN_BYTES, OUTPUT_BYTES, SKIPPED_LINE_BYTES};
use crate::stage::{Reception, Stage, Then, challenge, too_large};

/// What a session needs before it can go on.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Need {
    /// Write the output, then read more input.
    Input,
    /// Write the output, then go on.
    Flush,
    /// May this sender? [`Session::sender_answered`].
    Sender { from: ReversePath, hello: Hello },
    /// May this recipient? [`Session::recipient_answered`].
    Recipient { recipient: Recipient, smtputf8: bool, declared_bytes: u64 },
    /// Keep [`Session::content`]; [`Session::content_kept`].
    Keep,
    /// Take responsibility for what was kept; [`Session::accept_answered`].
    Accept(Envelope),
    /// Is this password right? [`Session::login_answered`].
    Login(Credentials),
    /// SCRAM's first message from the client; [`Session::scram_first_answered`].
    ScramFirst(Vec<u8>),
    /// SCRAM's final message from the client; [`Session::scram_final_answered`].
    ScramFinal(Vec<u8>),
    /// The client has heard SCRAM's end; [`Session::login_answered`].
    SignIn { login: String },
    /// Write the output, drop nothing else (the input is dropped already) and shake hands;
    /// [`Session::secured`].
    StartTls,
    /// Write the output and close.
    Close,
}

/// Why somebody may not sign in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LoginRefusal {
    /// Name or password are wrong, or the login is disabled: the client learns no more than that.
    Wrong,
    /// Too many failures from there.
    Banned,
    /// The message breaks its mechanism's grammar.
    Malformed,
    /// The mail service is being worked on.
    Maintenance,
    /// Our own trouble.
    Later,
}

/// What is counted against [`crate::Limits`].
#[derive(Debug, Default)]
struct Counts {
    errors: u32,
    refusals: u32,
    idle_commands: u32,
    login_failures: u32,
    messages: u32,
}

/// One conversation.
pub(crate) struct Session {
    pub(crate) facts: Facts,
    stage: Stage,
    counts: Counts,
    /// What has arrived and is not understood yet.
    pub(crate) input: BytesMut,
    /// What the peer shall hear.
    pub(crate) output: Vec<u8>,
    /// Decoded octets of a message, for [`Need::Keep`].
    content: Vec<u8>,
    /// Octets skipped of a line above its limit, while its end has not come.
    skipped_line_bytes: Option<usize>,
}

impl Session {
    /// A session that greets its peer.
    pub(crate) fn new(facts: Facts) -> Session {
        let output = facts.greeting().to_wire().into_bytes();
        Session {
            facts,
            stage: Stage::Connected,
            counts: Counts::default(),
            input: BytesMut::new(),
            output,
            content: Vec::new(),
            skipped_line_bytes: None,
        }
    }

    /// Goes as far as the input leads.
    pub(crate) fn advance(&mut self) -> Need {
        loop {
            let need = match take(&mut self.stage) {
                Stage::Closing => Some(Need::Close),
                Stage::Receiving { reception, decoder, has_ended } => {
                    self.receive(reception, decoder, has_ended)
                }
                Stage::Chunking { reception, checker, chunk, left_bytes } => {
                    self.receive_chunk(reception, checker, chunk, left_bytes)
                }
                Stage::SkippingChunk { back, left_bytes, reply } => self.skip_chunk(back, left_bytes, reply),
                stage @ (Stage::Connected
                | Stage::Greeted(_)
                | Stage::Authenticating(..)
                | Stage::Addressed(_)
                | Stage::BetweenChunks { .. }) => self.line(stage),
                stage @ (Stage::AskingLogin(_)
                | Stage::Securing
                | Stage::AskingSender(_)
                | Stage::AskingRecipient(_)
                | Stage::Committing { .. }) => {
                    panic!("the shell goes on without having answered: {stage:?}")
                }
            };
            match need {
                Some(need) => return need,
                None if self.output.len() > OUTPUT_BYTES => return Need::Flush,
                None => {}
            }
        }
    }

    /// A message is on its way in: patience is another one, and a stop waits.
    pub(crate) fn is_receiving(&self) -> bool {
        self.stage.is_receiving()
    }

    /// What [`Need::Keep`] is about.
    pub(crate) fn content(&self) -> &[u8] {
        &self.content
    }

    /// Ends the conversation from our side.
    pub(crate) fn dismiss(&mut self, reply: &Reply) {
        self.say(reply);
        self.stage = Stage::Closing;
    }

    /// One line: a command, or a response of an authentication.
    fn line(&mut self, stage: Stage) -> Option<Need> {
        if let Some(skipped) = self.skipped_line_bytes {
            return self.skip_line(stage, skipped);
        }
        let (octets, consumed) = match next_line(&self.input, AUTH_LINE_LIMIT_OCTETS) {
            Line::Incomplete => {
                self.stage = stage;
                return Some(Need::Input);
            }
            Line::TooLong => {
                self.skipped_line_bytes = Some(0);
                self.stage = stage;
                return None;
            }
            Line::BareLf { consumed } => {
                self.input.advance(consumed);
                self.after(stage.without_exchange(), Then::Reproach(SyntaxError::BareLf.reply()));
                return None;
            }
            Line::Complete { octets, consumed } => (octets, consumed),
        };
        let (stage, then) = match stage {
            Stage::Authenticating(hello, exchange) => Stage::after_move(hello, exchange.line(octets)),
            stage => {
                let is_auth = octets.get(..5).is_some_and(|verb| verb.eq_ignore_ascii_case(b"AUTH "));
                let command = match is_auth || consumed <= COMMAND_LINE_LIMIT_OCTETS {
                    true => Command::parse(octets),
                    false => Err(SyntaxError::LineTooLong),
                };
                match command {
                    Ok(command) => stage.step(command, &self.facts),
                    // Nobody knows how many octets follow, which must not become commands.
                    Err(error @ SyntaxError::Argument { command: "BDAT", .. }) => {
                        (Stage::Closing, Then::Say(error.reply()))
                    }
                    Err(error) => (stage, Then::Reproach(error.reply())),
                }
            }
        };
        self.input.advance(consumed);
        self.after(stage, then)
    }

    fn skip_line(&mut self, stage: Stage, skipped: usize) -> Option<Need> {
        match memchr(b'\n', &self.input) {
            Some(end) if skipped.saturating_add(end) <= SKIPPED_LINE_BYTES => {
                self.input.advance(end + 1);
                self.skipped_line_bytes = None;
                self.after(stage.without_exchange(), Then::Reproach(SyntaxError::LineTooLong.reply()))
            }
            _ if skipped.saturating_add(self.input.len()) > SKIPPED_LINE_BYTES => {
                self.dismiss(&SyntaxError::LineTooLong.reply());
                None
            }
            _ => {
                self.skipped_line_bytes = Some(skipped.saturating_add(self.input.len()));
                self.input.clear();
                self.stage = stage;
                Some(Need::Input)
            }
        }
    }

    /// Does what a move asks for.
    fn after(&mut self, stage: Stage, then: Then) -> Option<Need> {
        self.stage = stage;
        match then {
            Then::Say(reply) => self.say(&reply),
            Then::SayIdle(reply) => {
                self.say(&reply);
                self.counts.idle_commands = self.counts.idle_commands.saturating_add(1);
                self.check(self.counts.idle_commands, self.facts.limits.idle_commands, "Too many commands");
            }
            Then::Reproach(reply) => {
                self.say(&reply);
                self.counts.errors = self.counts.errors.saturating_add(1);
                self.check(self.counts.errors, self.facts.limits.errors, "Too many errors");
            }
            Then::Ask(Need::StartTls) => {
                // RFC 3207 §4.2: what came with STARTTLS is not protected and never looked at.
                self.say(&Reply::new(220, Some((0, 0)), "Go ahead"));
                self.input.clear();
                return Some(Need::StartTls);
            }
            Then::Ask(Need::Sender { .. }) if self.is_at_message_limit() => {
                self.dismiss(&Reply::later(421, 7, 0, "Too many messages in one connection"));
            }
            Then::Ask(need) => return Some(need),
            Then::Listen => {}
        }
        None
    }

    fn is_at_message_limit(&self) -> bool {
        !self.facts.is_exempt && self.counts.messages >= self.facts.limits.messages_per_connection
    }

    /// Ends the conversation with 421 (RFC 5321 §3.8) when a count reaches its limit.
    fn check(&mut self, count: u32, limit: u32, text: &str) {
        if count >= limit && !self.facts.is_exempt && !matches!(self.stage, Stage::Closing) {
            self.dismiss(&Reply::later(421, 7, 0, text));
        }
    }

    // RFC 5321 §4.2: the text is US-ASCII; we never know that a client wants more (RFC 6531 §3.5 lets us).
    fn say(&mut self, reply: &Reply) {
        let wire = reply.to_wire();
        if wire.is_ascii() {
            self.output.extend_from_slice(wire.as_bytes());
            return;
        }
        for character in wire.chars() {
            let mut octets = [0; 4];
            let text = match character {
                '§' => "section ",
                '«' | '»' => "\"",
                '…' => "...",
                ascii if ascii.is_ascii() => ascii.encode_utf8(&mut octets),
                _ => "?",
            };
            self.output.extend_from_slice(text.as_bytes());
        }
    }

    fn receive(
        &mut self,
        mut reception: Reception,
        mut decoder: wire_smtp::DataDecoder,
        has_ended: bool,
    ) -> Option<Need> {
        if has_ended {
            if decoder.has_null() {
                reception.refusal.get_or_insert_with(|| lines_refused(DataError::Null));
            }
            return self.end_message(reception);
        }
        if self.input.is_empty() {
            self.stage = Stage::Receiving { reception, decoder, has_ended };
            return Some(Need::Input);
        }
        let decoded = match decoder.decode(&self.input, &mut self.content) {
            Ok(decoded) => decoded,
            // Where this message ends is anybody's guess now: whatever follows must not become a command.
            Err(error) => {
                self.content.clear();
                self.input.clear();
                self.dismiss(&lines_refused(error));
                return None;
            }
        };
        self.input.advance(decoded.consumed);
        if !self.take_content(&mut reception) {
            return None;
        }
        self.stage = Stage::Receiving { reception, decoder, has_ended: decoded.ended };
        (!self.content.is_empty()).then_some(Need::Keep)
    }

    /// Counts what was decoded; false if the connection has to end.
    fn take_content(&mut self, reception: &mut Reception) -> bool {
        reception.size_bytes = reception.size_bytes.saturating_add(self.content.len() as u64);
        if reception.size_bytes > self.facts.limits.message_bytes {
            reception.refusal.get_or_insert_with(too_large);
        }
        if reception.refusal.is_some() {
            self.content.clear();
        }
        if reception.size_bytes > self.facts.limits.message_bytes.saturating_add(DRAIN_BYTES) {
            self.dismiss(&too_large());
            return false;
        }
        true
    }

    fn receive_chunk(
        &mut self,
        mut reception: Reception,
        mut checker: wire_smtp::ChunkChecker,
        chunk: Chunk,
        left_bytes: u64,
    ) -> Option<Need> {
        if left_bytes == 0 {
            return self.end_chunk(reception, checker, chunk);
        }
        if self.input.is_empty() {
            self.stage = Stage::Chunking { reception, checker, chunk, left_bytes };
            return Some(Need::Input);
        }
        let taken = usize::try_from(left_bytes).map_or(self.input.len(), |left| left.min(self.input.len()));
        checker.check(&self.input[..taken]);
        self.content.extend_from_slice(&self.input[..taken]);
        self.input.advance(taken);
        if !self.take_content(&mut reception) {
            return None;
        }
        let left_bytes = left_bytes.saturating_sub(taken as u64);
        self.stage = Stage::Chunking { reception, checker, chunk, left_bytes };
        (!self.content.is_empty()).then_some(Need::Keep)
    }

    // RFC 3030 §2: each chunk has a reply of its own. After a refused one the client says RSET; until then
    // the transaction stays refused.
    fn end_chunk(
        &mut self,
        mut reception: Reception,
        checker: wire_smtp::ChunkChecker,
        chunk: Chunk,
    ) -> Option<Need> {
        if chunk.last {
            if let Err(error) = checker.finish() {
                reception.refusal.get_or_insert_with(|| lines_refused(error));
            }
            return self.end_message(reception);
        }
        let reply = match &reception.refusal {
            Some(reply) => reply.clone(),
            None => Reply::done(250, 0, 0, format!("{} octets received", chunk.size_bytes)),
        };
        self.say(&reply);
        self.stage = Stage::BetweenChunks { reception, checker };
        None
    }

    fn skip_chunk(&mut self, back: Box<Stage>, left_bytes: u64, reply: Reply) -> Option<Need> {
        let taken = usize::try_from(left_bytes).map_or(self.input.len(), |left| left.min(self.input.len()));
        self.input.advance(taken);
        match left_bytes.saturating_sub(taken as u64) {
            0 => self.after(*back, Then::Reproach(reply)),
            left_bytes => {
                self.stage = Stage::SkippingChunk { back, left_bytes, reply };
                Some(Need::Input)
            }
        }
    }

    fn end_message(&mut self, reception: Reception) -> Option<Need> {
        let Reception { transaction, refusal, .. } = reception;
        let (hello, recipients) = (transaction.hello, transaction.envelope.recipients.len());
        match refusal {
            Some(reply) => {
                self.stage = Stage::Greeted(hello);
                self.say_about_message(&reply, recipients);
                None
            }
            None => {
                self.stage = Stage::Committing { hello, recipients };
                Some(Need::Accept(transaction.envelope))
            }
        }
    }

    /// The reply at the end of a message: in LMTP one for each recipient (RFC 2033 §4.2).
    fn say_about_message(&mut self, reply: &Reply, recipients: usize) {
        let times = if self.facts.kind == Kind::Lmtp { recipients } else { 1 };
        for _ in 0..times {
            self.say(reply);
        }
    }

    /// The flow's answer to [`Need::Sender`].
    pub(crate) fn sender_answered(&mut self, answer: Result<(), Reply>) {
        let Stage::AskingSender(transaction) = take(&mut self.stage) else {
            panic!("no sender was asked for")
        };
        match answer {
            Ok(()) => {
                self.stage = Stage::Addressed(transaction);
                self.say(&Reply::done(250, 1, 0, "Sender ok"));
            }
            // RFC 5321 §3.8: with 421 the connection ends.
            Err(reply) if reply.code() == 421 => self.dismiss(&reply),
            Err(reply) => {
                self.stage = Stage::Greeted(transaction.hello);
                self.say_refusal(&reply);
            }
        }
    }

    /// Answers what the flow refused: somebody who only tries addresses does not get far.
    fn say_refusal(&mut self, reply: &Reply) {
        self.say(reply);
        if reply.class() == Class::Never {
            self.counts.refusals = self.counts.refusals.saturating_add(1);
            self.check(self.counts.refusals, self.facts.limits.refusals, "Too many refused addresses");
        }
    }

    /// The flow's answer to [`Need::Recipient`]: the recipient as the envelope shall have it.
    pub(crate) fn recipient_answered(&mut self, answer: Result<Recipient, Reply>) {
        let Stage::AskingRecipient(mut transaction) = take(&mut self.stage) else {
            panic!("no recipient was asked for")
        };
        match answer {
            Ok(recipient) => {
                transaction.envelope.recipients.push(recipient);
                self.stage = Stage::Addressed(transaction);
                self.say(&Reply::done(250, 1, 5, "Recipient ok"));
            }
            Err(reply) => {
                self.stage = Stage::Addressed(transaction);
                self.say_refusal(&reply);
            }
        }
    }

    /// The shell's answer to [`Need::Keep`]; a refusal stands until the message ends.
    pub(crate) fn content_kept(&mut self, answer: Result<(), Reply>) {
        self.content.clear();
        if let (Err(reply), Stage::Receiving { reception, .. } | Stage::Chunking { reception, .. }) =
            (answer, &mut self.stage)
        {
            reception.refusal.get_or_insert(reply);
        }
    }

    /// The flow's answer to [`Need::Accept`]: `Ok` carries the id that the peer may quote.
    pub(crate) fn accept_answered(&mut self, answer: Result<String, Reply>) {
        let Stage::Committing { hello, recipients } = take(&mut self.stage) else {
            panic!("no message was to be accepted")
        };
        self.stage = Stage::Greeted(hello);
        let reply = match answer {
            Ok(id) => {
                self.counts.messages = self.counts.messages.saturating_add(1);
                self.counts.idle_commands = 0;
                Reply::done(250, 0, 0, format!("Ok, queued as {id}"))
            }
            Err(reply) => reply,
        };
        self.say_about_message(&reply, recipients);
    }

    /// The directory's answer to [`Need::Login`] and [`Need::SignIn`], with the name for the log.
    pub(crate) fn login_answered(&mut self, answer: Result<String, LoginRefusal>) {
        let hello = self.asking_login();
        self.stage = Stage::Greeted(hello);
        match answer {
            Ok(login) => {
                self.facts.login = Some(login);
                self.say(&Reply::new(235, Some((7, 0)), "Authenticated"));
            }
            Err(refusal) => self.refuse_login(refusal),
        }
    }

    /// The directory's answer to [`Need::ScramFirst`]: the server's first message.
    pub(crate) fn scram_first_answered(&mut self, answer: Result<Vec<u8>, LoginRefusal>) {
        let hello = self.asking_login();
        match answer {
            Ok(message) => {
                self.stage = Stage::Authenticating(hello, Exchange::ScramFinal);
                self.say(&challenge(&message));
            }
            Err(refusal) => {
                self.stage = Stage::Greeted(hello);
                self.refuse_login(refusal);
            }
        }
    }

    /// The directory's answer to [`Need::ScramFinal`]: who it is, and the server's final message.
    pub(crate) fn scram_final_answered(&mut self, answer: Result<(String, Vec<u8>), LoginRefusal>) {
        let hello = self.asking_login();
        match answer {
            Ok((login, message)) => {
                self.stage = Stage::Authenticating(hello, Exchange::ScramEnd { login });
                self.say(&challenge(&message));
            }
            Err(refusal) => {
                self.stage = Stage::Greeted(hello);
                self.refuse_login(refusal);
            }
        }
    }

    fn asking_login(&mut self) -> Hello {
        let Stage::AskingLogin(hello) = take(&mut self.stage) else { panic!("no login was asked for") };
        hello
    }

    // RFC 4954 §6.
    fn refuse_login(&mut self, refusal: LoginRefusal) {
        match refusal {
            LoginRefusal::Later => {
                self.say(&Reply::later(454, 7, 0, "Temporary trouble here, try again later"))
            }
            LoginRefusal::Maintenance => {
                let text =
                    "The mail service is in maintenance: letters are received, sending works again later";
                self.say(&Reply::later(454, 7, 0, text))
            }
            LoginRefusal::Banned => {
                self.dismiss(&Reply::later(421, 7, 0, "Too many failures, try again later"))
            }
            LoginRefusal::Malformed => {
                let text = "The response does not have the mechanism's form";
                self.after_refused_exchange(Reply::never(501, 5, 2, text));
            }
            LoginRefusal::Wrong => {
                self.say(&Reply::never(535, 7, 8, "Name or password not accepted"));
                self.counts.login_failures = self.counts.login_failures.saturating_add(1);
                let (count, limit) = (self.counts.login_failures, self.facts.limits.login_failures);
                self.check(count, limit, "Too many failures");
            }
        }
    }

    fn after_refused_exchange(&mut self, reply: Reply) {
        let stage = take(&mut self.stage);
        // A reproach asks nothing of the shell.
        let _ = self.after(stage, Then::Reproach(reply));
    }

    /// The handshake of [`Need::StartTls`] is done: everything said before is forgotten (RFC 3207 §4.2).
    pub(crate) fn secured(&mut self, tls: String) {
        self.facts.tls = Some(tls);
        self.facts.login = None;
        self.input.clear();
        self.stage = Stage::Connected;
    }
}

// RFC 5321 §4.2.2: 554, the transaction failed; RFC 3463 §3.7: something is wrong with the content.
fn lines_refused(error: DataError) -> Reply {
    Reply::never(554, 6, 0, format!("Message refused: {error}"))
}
