//! Where a conversation stands, and every legal move from there.

use model::{BodyKind, Envelope, Recipient, Reply, ReversePath, TlsWish};
use wire_smtp::{Auth, Chunk, ChunkChecker, Command, DataDecoder, Hello, Mail, Rcpt, sasl};

use crate::exchange::{Exchange, Move, refuse};
use crate::facts::{Facts, Kind, MECHANISMS};
use crate::limits::DRAIN_BYTES;
use crate::session::Need;

/// A transaction with its envelope so far.
#[derive(Debug)]
pub(crate) struct Transaction {
    pub(crate) hello: Hello,
    pub(crate) envelope: Envelope,
    /// What SIZE said, or nothing.
    pub(crate) declared_bytes: u64,
}

/// A message on its way in.
#[derive(Debug)]
pub(crate) struct Reception {
    pub(crate) transaction: Transaction,
    pub(crate) size_bytes: u64,
    /// Why the message will be refused at its end; what still comes of it is thrown away.
    pub(crate) refusal: Option<Reply>,
}

/// The stages of a conversation. Consumed by each move, so that no move can leave half a stage behind.
#[derive(Debug, Default)]
pub(crate) enum Stage {
    /// Nobody has said hello.
    Connected,
    /// Between transactions.
    Greeted(Hello),
    /// After AUTH: the client's next line is a response.
    Authenticating(Hello, Exchange),
    /// A response is with the directory.
    AskingLogin(Hello),
    /// After 220 to STARTTLS: the handshake.
    Securing,
    /// MAIL is with the flow.
    AskingSender(Transaction),
    /// After MAIL.
    Addressed(Transaction),
    /// RCPT is with the flow.
    AskingRecipient(Transaction),
    /// After 354.
    Receiving { reception: Reception, decoder: DataDecoder, has_ended: bool },
    /// Within a chunk.
    Chunking { reception: Reception, checker: ChunkChecker, chunk: Chunk, left_bytes: u64 },
    /// After a chunk that was not the last.
    BetweenChunks { reception: Reception, checker: ChunkChecker },
    /// Within a chunk that nobody wants; then `reply`, and on as before.
    SkippingChunk { back: Box<Stage>, left_bytes: u64, reply: Reply },
    /// The message is with the flow.
    Committing { hello: Hello, recipients: usize },
    /// The last reply has been said.
    #[default]
    Closing,
}

/// What a move makes the session do.
#[derive(Debug)]
pub(crate) enum Then {
    /// Answer.
    Say(Reply),
    /// Answer, and count it as an error of the client's.
    Reproach(Reply),
    /// Answer, and count it among the commands that lead to no message.
    SayIdle(Reply),
    /// The shell asks; the answer comes to the stage.
    Ask(Need),
    /// The octets that follow belong to the stage.
    Listen,
}

impl Stage {
    /// The one table of legal moves (RFC 5321 §4.1.4, RFC 3030, RFC 3207, RFC 4954).
    pub(crate) fn step(self, command: Command, facts: &Facts) -> (Stage, Then) {
        use {Command as C, Stage as S, Then as T};
        match (self, command) {
            // Legal everywhere.
            (_, C::Quit) => (S::Closing, T::Say(Reply::done(221, 0, 0, "Bye"))),
            (stage, C::Noop) => (stage, T::SayIdle(Reply::done(250, 0, 0, "Ok"))),
            (stage, C::Help) => (stage, T::SayIdle(Reply::new(214, Some((0, 0)), "RFC 5321"))),
            // RFC 5321 §7.3: nobody learns here who exists.
            (stage, C::Vrfy(_)) => (stage, T::SayIdle(Reply::done(252, 0, 0, "Send a message and see"))),
            (stage, C::Expn(_)) => (stage, T::Reproach(Reply::never(502, 5, 1, "Not available"))),
            // RFC 5321 §4.1.4: a second EHLO ends the transaction.
            (_, C::Hello(hello)) if facts.kind.speaks(hello.verb) => {
                let reply = facts.capabilities(hello.verb);
                (S::Greeted(hello), T::SayIdle(reply))
            }
            (stage, C::Hello(_)) => {
                let verb = if facts.kind == Kind::Lmtp { "LHLO" } else { "EHLO" };
                (stage, T::Reproach(Reply::never(500, 5, 1, format!("Say {verb} here"))))
            }
            (stage, C::Rset) => (stage.without_transaction(), T::SayIdle(Reply::done(250, 0, 0, "Ok"))),

            // Between transactions.
            (S::Greeted(_), C::Starttls) if facts.can_start_tls() => (S::Securing, T::Ask(Need::StartTls)),
            (stage, C::Starttls) if facts.tls.is_some() => (stage, bad_sequence("TLS is on already")),
            (stage, C::Starttls) if !facts.has_certificate => {
                (stage, T::Reproach(Reply::never(502, 5, 1, "Not available")))
            }
            (S::Greeted(hello), C::Auth(auth)) => begin_auth(hello, auth, facts),
            (S::Greeted(hello), C::Mail(mail)) => match refusal_of_mail(&mail, facts) {
                Some(then) => (S::Greeted(hello), then),
                None => {
                    let transaction = Transaction::new(hello, mail);
                    let need = Need::Sender {
                        from: transaction.envelope.from.clone(),
                        hello: transaction.hello.clone(),
                    };
                    (S::AskingSender(transaction), T::Ask(need))
                }
            },

            // Within one.
            (S::Addressed(transaction), C::Rcpt(command)) => {
                match recipient(command, &transaction.envelope, facts) {
                    Err(reply) => (S::Addressed(transaction), T::Say(reply)),
                    Ok(recipient) => {
                        let smtputf8 = transaction.envelope.smtputf8;
                        let declared_bytes = transaction.declared_bytes;
                        let need = Need::Recipient { recipient, smtputf8, declared_bytes };
                        (S::AskingRecipient(transaction), T::Ask(need))
                    }
                }
            }
            // RFC 5321 §3.3, RFC 2920 §3.1: no 354 when there is nobody to deliver to.
            (S::Addressed(transaction), C::Data) if transaction.envelope.recipients.is_empty() => {
                (S::Addressed(transaction), T::Say(Reply::never(554, 5, 1, "No valid recipients")))
            }
            (S::Addressed(transaction), C::Data) => {
                let reception = Reception { transaction, size_bytes: 0, refusal: None };
                let stage = S::Receiving { reception, decoder: DataDecoder::new(), has_ended: false };
                (stage, T::Say(Reply::new(354, None, "End data with <CR><LF>.<CR><LF>")))
            }
            (S::Addressed(transaction), C::Bdat(chunk)) if !transaction.envelope.recipients.is_empty() => {
                let reception = Reception { transaction, size_bytes: 0, refusal: None };
                begin_chunk(reception, ChunkChecker::new(), chunk, facts)
            }
            (S::BetweenChunks { reception, checker }, C::Bdat(chunk)) => {
                begin_chunk(reception, checker, chunk, facts)
            }

            // Out of sequence. The octets of a chunk follow in any case (RFC 3030 §2).
            (stage, C::Bdat(chunk)) => {
                let reply = match stage {
                    S::Addressed(_) => Reply::never(554, 5, 1, "No valid recipients"),
                    _ => Reply::never(503, 5, 1, "Bad sequence of commands"),
                };
                skip_chunk(stage, chunk, reply)
            }
            (S::Connected, C::Mail(_) | C::Rcpt(_) | C::Data | C::Auth(_) | C::Starttls) => {
                let verb = if facts.kind == Kind::Lmtp { "LHLO" } else { "EHLO" };
                (S::Connected, bad_sequence(&format!("Say {verb} first")))
            }
            (S::BetweenChunks { reception, checker }, C::Mail(_) | C::Rcpt(_) | C::Data) => {
                (S::BetweenChunks { reception, checker }, bad_sequence("Chunks have begun: BDAT or RSET"))
            }
            (S::Addressed(transaction), C::Mail(_)) => {
                (S::Addressed(transaction), bad_sequence("A transaction has begun: RCPT or RSET"))
            }
            // No error of the client's where MAIL was refused and the rest was already on its way.
            (S::Greeted(hello), C::Rcpt(_) | C::Data) => {
                (S::Greeted(hello), T::SayIdle(Reply::never(503, 5, 1, "Say MAIL first")))
            }
            (stage, _) => (stage, bad_sequence("Bad sequence of commands")),
        }
    }

    /// RSET: back to between transactions, if somebody has said hello.
    fn without_transaction(self) -> Stage {
        match self {
            Stage::Addressed(transaction) => Stage::Greeted(transaction.hello),
            Stage::BetweenChunks { reception, .. } => Stage::Greeted(reception.transaction.hello),
            stage => stage,
        }
    }

    /// A line that is broken ends an authentication.
    pub(crate) fn without_exchange(self) -> Stage {
        match self {
            Stage::Authenticating(hello, _) => Stage::Greeted(hello),
            stage => stage,
        }
    }

    /// A message is on its way in: the bytes kept so far are still wanted.
    pub(crate) fn is_receiving(&self) -> bool {
        match self {
            Stage::Receiving { .. } | Stage::Chunking { .. } | Stage::BetweenChunks { .. } => true,
            Stage::SkippingChunk { back, .. } => back.is_receiving(),
            _ => false,
        }
    }

    /// What follows from an exchange's move.
    pub(crate) fn after_move(hello: Hello, made: Move) -> (Stage, Then) {
        match made {
            Move::Challenge(exchange, text) => {
                (Stage::Authenticating(hello, exchange), Then::Say(challenge(text.as_bytes())))
            }
            Move::Ask(need) => (Stage::AskingLogin(hello), Then::Ask(need)),
            Move::Refuse(reply) => (Stage::Greeted(hello), Then::Reproach(reply)),
            Move::Done { login } => (Stage::AskingLogin(hello), Then::Ask(Need::SignIn { login })),
        }
    }
}

impl Transaction {
    fn new(hello: Hello, mail: Mail) -> Transaction {
        let declared_bytes = mail.size_bytes.unwrap_or(0);
        let envelope = Envelope {
            from: mail.from,
            recipients: Vec::new(),
            return_content: mail.return_content,
            envelope_id: mail.envelope_id,
            body: mail.body.unwrap_or(BodyKind::SevenBit),
            smtputf8: mail.smtputf8,
            tls: if mail.require_tls { TlsWish::Required } else { TlsWish::Usual },
        };
        Transaction { hello, envelope, declared_bytes }
    }
}

/// `334` with a challenge in base64.
pub(crate) fn challenge(message: &[u8]) -> Reply {
    Reply::new(334, None, sasl::encode_base64(message))
}

pub(crate) fn too_large() -> Reply {
    // RFC 1870 §6.1.
    Reply::never(552, 3, 4, "Message too large")
}

fn bad_sequence(text: &str) -> Then {
    Then::Reproach(Reply::never(503, 5, 1, text))
}

fn begin_auth(hello: Hello, auth: Auth, facts: &Facts) -> (Stage, Then) {
    let no = |hello, reply| (Stage::Greeted(hello), Then::Reproach(reply));
    if !facts.kind.takes_logins() {
        return no(hello, Reply::never(502, 5, 1, "Not available"));
    }
    if facts.login.is_some() {
        return no(hello, Reply::never(503, 5, 1, "Authenticated already"));
    }
    if !facts.can_sign_in() {
        // RFC 4954 §6.
        return no(hello, Reply::never(538, 7, 11, "Encryption required: say STARTTLS first"));
    }
    let Some((exchange, first)) = Exchange::begin(&auth.mechanism) else {
        let text = format!("Mechanisms: {}", MECHANISMS.join(" "));
        return no(hello, Reply::never(504, 5, 4, text));
    };
    let made = match auth.initial.as_deref().map(sasl::decode_initial) {
        None => Move::Challenge(exchange, first),
        Some(Ok(message)) => exchange.message(message),
        Some(Err(error)) => refuse(error),
    };
    Stage::after_move(hello, made)
}

/// What speaks against a MAIL command before the flow is asked.
fn refusal_of_mail(mail: &Mail, facts: &Facts) -> Option<Then> {
    if facts.kind.is_submission() && facts.login.is_none() {
        // RFC 4954 §6, RFC 6409 §4.3.
        let text = match facts.can_sign_in() {
            true => "Authentication required",
            false => "Authentication required: say STARTTLS first",
        };
        return Some(Then::Reproach(Reply::never(530, 7, 0, text)));
    }
    if mail.body == Some(BodyKind::Binary) {
        // Not offered: a binary body cannot go on to servers without BINARYMIME unchanged.
        return Some(Then::Reproach(Reply::never(555, 5, 4, "MAIL: BODY=BINARYMIME is not offered")));
    }
    if mail.require_tls && !facts.offers_require_tls() {
        // RFC 8689 §4.1: only over TLS.
        return Some(Then::Reproach(Reply::never(555, 5, 4, "MAIL: REQUIRETLS is not offered here")));
    }
    if mail.size_bytes.is_some_and(|size| size > facts.limits.message_bytes) {
        return Some(Then::Say(too_large()));
    }
    match &mail.from {
        ReversePath::Address(address) if !mail.smtputf8 && !address.is_ascii() => {
            Some(Then::Say(needs_smtputf8()))
        }
        _ => None,
    }
}

fn recipient(command: Rcpt, envelope: &Envelope, facts: &Facts) -> Result<Recipient, Reply> {
    if envelope.recipients.len() >= facts.limits.recipients {
        // RFC 5321 §4.5.3.1.10: the client sends the rest in another transaction.
        return Err(Reply::later(452, 5, 3, "Too many recipients"));
    }
    let address = command.to.resolve(&facts.hostname);
    if !envelope.smtputf8 && !address.is_ascii() {
        return Err(needs_smtputf8());
    }
    Ok(Recipient { address, notify: command.notify, original: command.original })
}

// RFC 6531 §3.5.
fn needs_smtputf8() -> Reply {
    Reply::never(553, 6, 7, "A non-ASCII address needs SMTPUTF8")
}

fn begin_chunk(
    mut reception: Reception,
    checker: ChunkChecker,
    chunk: Chunk,
    facts: &Facts,
) -> (Stage, Then) {
    if reception.size_bytes.saturating_add(chunk.size_bytes) > facts.limits.message_bytes {
        reception.refusal.get_or_insert_with(too_large);
    }
    if chunk.size_bytes > facts.limits.message_bytes.saturating_add(DRAIN_BYTES) {
        return (Stage::Closing, Then::Say(too_large()));
    }
    (Stage::Chunking { reception, checker, chunk, left_bytes: chunk.size_bytes }, Then::Listen)
}

fn skip_chunk(stage: Stage, chunk: Chunk, reply: Reply) -> (Stage, Then) {
    if chunk.size_bytes > DRAIN_BYTES {
        return (Stage::Closing, Then::Say(too_large()));
    }
    (Stage::SkippingChunk { back: Box::new(stage), left_bytes: chunk.size_bytes, reply }, Then::Listen)
}
