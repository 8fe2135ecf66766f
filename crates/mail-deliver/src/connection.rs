//! One connection to another server: greeting, EHLO, STARTTLS, AUTH, and transactions.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use model::{Class, Envelope, Reply, Timestamp};
use rustls::client::ResolvesClientCert;
use rustls::pki_types::ServerName;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use trust::TlsFailure;
use wire_smtp::{
    Auth, Capabilities, Chunk, Command, DataEncoder, Hello, HelloVerb, Plan, ReplyParser, Transfer, sasl,
};
use world::World;

use crate::content::Content;
use crate::limits;
use crate::policy::{Demander, Seen, TlsPolicy};

/// How a connection came to an end before its time.
#[derive(Debug)]
pub(crate) enum Broken {
    /// The connection failed or the peer spoke nonsense; our words about it.
    Lost(Reply),
    /// The peer does not want us: its greeting, its answer to EHLO, its 421.
    Refused(Reply),
    /// No TLS, or not as it was demanded; in plaintext it may work.
    Tls { failure: TlsFailure, why: String },
    /// Our own storage failed while the message went out.
    Ours(Reply),
}

impl Broken {
    pub(crate) fn reply(&self) -> Reply {
        match self {
            Broken::Lost(reply) | Broken::Refused(reply) | Broken::Ours(reply) => reply.clone(),
            // RFC 3463 §3.8: X.7.4, what is demanded is not supported; X.7.5, cryptography failed.
            Broken::Tls { failure: TlsFailure::StarttlsNotSupported, why } => {
                Reply::later(454, 7, 4, format!("no TLS: {why}"))
            }
            Broken::Tls { why, .. } => Reply::later(454, 7, 5, format!("no TLS: {why}")),
        }
    }
}

/// RFC 3463 §3.5: X.4.2, bad connection.
fn lost(what: &str, why: &dyn std::fmt::Display) -> Broken {
    Broken::Lost(Reply::later(451, 4, 2, format!("{what}: {why}")))
}

/// What to do about encryption.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Encryption {
    /// STARTTLS, as the policy demands.
    Starttls(TlsPolicy),
    /// None, for the reason that the log shows.
    Never(String),
    /// TLS with a verified certificate from the first byte.
    Implicit,
}

impl Encryption {
    /// The demand behind it; TLS from the first byte is what our operator wants.
    pub(crate) fn policy(&self) -> TlsPolicy {
        match self {
            Encryption::Starttls(policy) => policy.clone(),
            Encryption::Never(_) => TlsPolicy::Opportunistic,
            Encryption::Implicit => TlsPolicy::Verify(Demander::Operator),
        }
    }
}

/// How to reach a server.
#[derive(Clone, Debug)]
pub(crate) struct Server {
    pub(crate) host: String,
    pub(crate) address: SocketAddr,
    pub(crate) encryption: Encryption,
    pub(crate) login: Option<(String, String)>,
    /// Where the connection comes from, if not from this machine's usual address.
    pub(crate) source: Option<IpAddr>,
    /// What was wrong with the domain's policy already.
    pub(crate) noted: Option<TlsFailure>,
    /// Our own certificate, for servers that identify us by it.
    pub(crate) certificate: Option<Arc<dyn ResolvesClientCert>>,
    /// Where an integrated organisation's certificate is put for who asks what was shown.
    pub(crate) seen: Option<Seen>,
}

enum Wire {
    Plain(TcpStream),
    Tls(Box<TlsStream<TcpStream>>),
}

impl Wire {
    async fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Wire::Plain(stream) => stream.read(buffer).await,
            Wire::Tls(stream) => stream.read(buffer).await,
        }
    }

    async fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        match self {
            Wire::Plain(stream) => stream.write_all(bytes).await,
            Wire::Tls(stream) => {
                stream.write_all(bytes).await?;
                stream.flush().await
            }
        }
    }
}

/// A connection that has said EHLO and is between two transactions.
pub(crate) struct Connection {
    wire: Wire,
    world: World,
    /// Read and not yet parsed.
    pending: Vec<u8>,
    parser: ReplyParser,
    /// What the server offers now.
    pub(crate) capabilities: Capabilities,
    /// Version and cipher.
    pub(crate) tls: Option<String>,
    /// Why there is none.
    pub(crate) why_no_tls: Option<String>,
    /// What would have been wrong, had it been demanded.
    pub(crate) failure: Option<TlsFailure>,
    /// Transactions so far.
    pub(crate) uses: u32,
    /// When it was last put aside.
    pub(crate) idle_since: Timestamp,
}

/// The peer's answers to one transaction.
pub(crate) struct Answers {
    /// One for each recipient.
    pub(crate) recipients: Vec<Reply>,
    /// Whether the connection can carry another message.
    pub(crate) is_usable: bool,
}

impl Connection {
    /// Connects and says EHLO, encrypts and signs in as the server's entry demands.
    pub(crate) async fn open(world: &World, server: &Server, hostname: &str) -> Result<Connection, Broken> {
        let stream = world
            .dial
            .connect_from(server.source, server.address, limits::CONNECT_TIMEOUT)
            .await
            // RFC 3463 §3.5: X.4.1, no answer from host.
            .map_err(|error| Broken::Lost(Reply::later(451, 4, 1, format!("cannot connect: {error}"))))?;
        let (wire, tls) = match server.encryption {
            Encryption::Implicit => {
                let (wire, tls, _) = encrypt(world, stream, server).await?;
                (wire, Some(tls))
            }
            _ => (Wire::Plain(stream), None),
        };
        let mut connection = Connection {
            wire,
            world: world.clone(),
            pending: Vec::new(),
            parser: ReplyParser::new(),
            capabilities: Capabilities::default(),
            tls,
            why_no_tls: None,
            failure: None,
            uses: 0,
            idle_since: world.clock.now(),
        };
        let greeting = connection.reply("the greeting", limits::GREETING_TIMEOUT).await?;
        if greeting.class() != Class::Done {
            return Err(Broken::Refused(greeting));
        }
        connection.hello(hostname).await?;
        let mut connection = connection.secured(server, hostname).await?;
        if let Some((login, password)) = &server.login {
            connection.sign_in(login, password).await?;
        }
        Ok(connection)
    }

    async fn hello(&mut self, hostname: &str) -> Result<(), Broken> {
        let hello = |verb| Command::Hello(Hello { verb, name: hostname.to_owned() });
        let reply = self.ask(&hello(HelloVerb::Ehlo), limits::MAIL_TIMEOUT).await?;
        self.capabilities = match reply.class() {
            Class::Done => Capabilities::parse(&reply),
            // RFC 5321 §3.2: a server that does not know EHLO is asked with HELO.
            Class::Never => {
                let reply = self.ask(&hello(HelloVerb::Helo), limits::MAIL_TIMEOUT).await?;
                if reply.class() != Class::Done {
                    return Err(Broken::Refused(reply));
                }
                Capabilities::default()
            }
            _ => return Err(Broken::Refused(reply)),
        };
        Ok(())
    }

    /// STARTTLS, if it is wanted and offered (RFC 3207, RFC 7435).
    async fn secured(mut self, server: &Server, hostname: &str) -> Result<Connection, Broken> {
        let policy = match &server.encryption {
            Encryption::Implicit => return Ok(self),
            Encryption::Never(why) => {
                self.why_no_tls = Some(why.clone());
                return Ok(self);
            }
            Encryption::Starttls(policy) => policy,
        };
        let refusal = if self.capabilities.starttls {
            let reply = self.ask(&Command::Starttls, limits::MAIL_TIMEOUT).await?;
            (reply.class() != Class::Done).then(|| format!("STARTTLS refused: {reply}"))
        } else {
            Some("not offered".to_owned())
        };
        if let Some(why) = refusal {
            let failure = TlsFailure::StarttlsNotSupported;
            if !policy.allows_plaintext() {
                return Err(Broken::Tls { failure, why });
            }
            self.failure = policy.label().map(|_| failure);
            self.why_no_tls = Some(why);
            return Ok(self);
        }
        // RFC 3207 §6: what came in plaintext behind the reply is from somebody else.
        if !self.pending.is_empty() {
            return Err(no_tls("the server spoke between STARTTLS and the handshake"));
        }
        let Connection { wire: Wire::Plain(stream), world, .. } = self else {
            return Err(no_tls("the connection is encrypted already"));
        };
        let (wire, tls, failure) = encrypt(&world, stream, server).await?;
        let mut connection = Connection {
            wire,
            idle_since: world.clock.now(),
            world,
            pending: Vec::new(),
            parser: ReplyParser::new(),
            // RFC 3207 §4.2: what was learned before the handshake is forgotten.
            capabilities: Capabilities::default(),
            tls: Some(tls),
            why_no_tls: None,
            failure,
            uses: 0,
        };
        connection.hello(hostname).await?;
        Ok(connection)
    }

    /// AUTH PLAIN or LOGIN, whichever is offered.
    async fn sign_in(&mut self, login: &str, password: &str) -> Result<(), Broken> {
        let offers = |mechanism: &str| self.capabilities.auth.iter().any(|offered| offered == mechanism);
        let reply = if offers("PLAIN") {
            let initial = sasl::encode_base64(&sasl::plain(login, password));
            let auth = Auth { mechanism: "PLAIN".to_owned(), initial: Some(initial) };
            self.ask(&Command::Auth(auth), limits::MAIL_TIMEOUT).await?
        } else if offers("LOGIN") {
            let auth = Auth { mechanism: "LOGIN".to_owned(), initial: None };
            let mut reply = self.ask(&Command::Auth(auth), limits::MAIL_TIMEOUT).await?;
            for answer in [login, password] {
                if reply.class() != Class::GoOn {
                    break;
                }
                let line = format!("{}\r\n", sasl::encode_base64(answer.as_bytes()));
                self.write(line.as_bytes()).await?;
                reply = self.reply("AUTH", limits::MAIL_TIMEOUT).await?;
            }
            reply
        } else {
            // RFC 4954 §6: 5.7.4 is a mechanism that is not supported; waiting may help, so 4.
            return Err(Broken::Refused(Reply::later(
                454,
                7,
                4,
                "the server offers neither PLAIN nor LOGIN",
            )));
        };
        match reply.class() {
            Class::Done => Ok(()),
            // A wrong password is our operator's trouble, not the sender's: the letters wait.
            _ => Err(Broken::Refused(Reply::later(454, 7, 8, format!("signing in was refused: {reply}")))),
        }
    }

    /// One message to all recipients of `plan`. An error means that no recipient has it, unless
    /// it is [`Broken::Lost`] after the message went out: the caller gets answers then.
    pub(crate) async fn transact(
        &mut self,
        plan: &Plan,
        envelope: &Envelope,
        content: &Content,
    ) -> Result<Answers, Broken> {
        self.uses += 1;
        let mut recipients = self.announce(plan, envelope).await?;
        if !recipients.iter().any(|reply| reply.class() == Class::Done) {
            let is_usable = self.reset().await;
            return Ok(Answers { recipients, is_usable });
        }
        if plan.transfer == Transfer::Data {
            let reply = self.ask(&Command::Data, limits::DATA_TIMEOUT).await?;
            match reply.class() {
                Class::GoOn => {}
                // RFC 5321 §3.3: 354 or a refusal; anything else leaves us not knowing where we are.
                Class::Done => return Err(lost("DATA", &reply)),
                _ if reply.code() == 421 => return Err(Broken::Refused(reply)),
                _ => {
                    take_over(&mut recipients, &reply);
                    let is_usable = self.reset().await;
                    return Ok(Answers { recipients, is_usable });
                }
            }
        }
        let (reply, is_usable) = self.hand_over(plan.transfer, content).await;
        take_over(&mut recipients, &reply);
        Ok(Answers { recipients, is_usable })
    }

    /// Sends the envelope; gives an answer for each recipient, which is the one to MAIL where that was refused.
    async fn announce(&mut self, plan: &Plan, envelope: &Envelope) -> Result<Vec<Reply>, Broken> {
        let mut replies = Vec::with_capacity(plan.commands.len());
        for group in plan.groups() {
            let mut bytes = Vec::new();
            for command in group {
                command.encode(&mut bytes);
            }
            self.write(&bytes).await?;
            for command in group {
                let reply = match command {
                    Command::Mail(_) => self.reply("MAIL", limits::MAIL_TIMEOUT).await?,
                    _ => self.reply("RCPT", limits::RCPT_TIMEOUT).await?,
                };
                // RFC 5321 §3.8: after 421 the server closes.
                if reply.code() == 421 {
                    return Err(Broken::Refused(reply));
                }
                replies.push(reply);
            }
            if let Some(mail) = replies.first().filter(|mail| mail.class() != Class::Done) {
                return Ok(vec![mail.clone(); envelope.recipients.len()]);
            }
        }
        Ok(replies.split_off(1))
    }

    /// Sends the message; gives the server's last word, and whether the connection can carry another.
    async fn hand_over(&mut self, transfer: Transfer, content: &Content) -> (Reply, bool) {
        let last = match self.send(transfer, content).await {
            Ok(()) => self.reply("the final dot", limits::FINAL_TIMEOUT).await,
            // A server that has enough says so and closes; its words may have arrived.
            Err(Broken::Lost(why)) => match self.reply("the final dot", limits::FAREWELL_TIMEOUT).await {
                Ok(reply) if matches!(reply.class(), Class::Later | Class::Never) => Ok(reply),
                _ => Err(Broken::Lost(why)),
            },
            Err(other) => Err(other),
        };
        match last {
            Ok(reply) if reply.class() == Class::GoOn => {
                (Reply::later(451, 5, 0, format!("an answer out of place: {reply}")), false)
            }
            Ok(reply) => {
                let is_usable = reply.code() != 421;
                (reply, is_usable)
            }
            // RFC 5321 §4.1.1.4 and RFC 1047: whether the server has it is unknown. It is asked again later,
            // by the same way: another server would deliver it for certain a second time.
            Err(broken) => (broken.reply(), false),
        }
    }

    async fn send(&mut self, transfer: Transfer, content: &Content) -> Result<(), Broken> {
        let mut encoder = DataEncoder::new();
        let mut out = Vec::with_capacity(limits::BLOCK_BYTES / 4);
        match transfer {
            Transfer::Data => encoder.encode(&content.prefix, &mut out),
            Transfer::Bdat => {
                Command::Bdat(Chunk { size_bytes: content.size_bytes(), last: true }).encode(&mut out);
                out.extend_from_slice(&content.prefix);
            }
        }
        let mut offset = 0;
        loop {
            let block = content.block(offset, limits::BLOCK_BYTES).await.map_err(|error| {
                tracing::error!(
                    error = %model::Chain(&error),
                    "cannot read a body that is to go out"
                );
                Broken::Ours(Reply::later(451, 3, 0, "temporary trouble here"))
            })?;
            if block.is_empty() {
                break;
            }
            offset += block.len() as u64;
            match transfer {
                Transfer::Data => encoder.encode(&block, &mut out),
                Transfer::Bdat => out.extend_from_slice(&block),
            }
            if out.len() >= limits::BLOCK_BYTES {
                self.write(&out).await?;
                out.clear();
            }
        }
        if transfer == Transfer::Data {
            encoder.finish(&mut out);
        }
        self.write(&out).await
    }

    /// Ends a transaction that came to nothing; false if the connection is of no use any more.
    async fn reset(&mut self) -> bool {
        matches!(self.ask(&Command::Rset, limits::FAREWELL_TIMEOUT).await, Ok(reply) if reply.class() == Class::Done)
    }

    /// Says good-bye, without caring for the answer.
    pub(crate) async fn quit(mut self) {
        drop(self.ask(&Command::Quit, limits::FAREWELL_TIMEOUT).await);
    }

    async fn ask(&mut self, command: &Command, limit: Duration) -> Result<Reply, Broken> {
        let mut bytes = Vec::new();
        command.encode(&mut bytes);
        self.write(&bytes).await?;
        self.reply(verb(command), limit).await
    }

    async fn write(&mut self, bytes: &[u8]) -> Result<(), Broken> {
        tokio::select! {
            written = self.wire.write(bytes) => {
                written.map_err(|error| lost("the connection was lost while writing", &error))
            }
            () = self.world.clock.sleep(limits::BLOCK_TIMEOUT) => {
                Err(lost("the connection was lost while writing", &"the server does not read"))
            }
        }
    }

    async fn reply(&mut self, to: &str, limit: Duration) -> Result<Reply, Broken> {
        let what = || format!("no answer to {to}");
        let read = async {
            loop {
                let (used, reply) = self.parser.read(&self.pending).map_err(|error| lost(&what(), &error))?;
                self.pending.drain(..used);
                if let Some(reply) = reply {
                    return Ok(reply);
                }
                let mut buffer = [0; 4096];
                match self.wire.read(&mut buffer).await {
                    Ok(0) => return Err(lost(&what(), &"the connection was closed")),
                    Ok(count) => self.pending.extend_from_slice(&buffer[..count]),
                    Err(error) => return Err(lost(&what(), &error)),
                }
            }
        };
        tokio::select! {
            reply = read => reply,
            () = self.world.clock.sleep(limit) => {
                Err(lost(&what(), &format!("nothing within {} seconds", limit.as_secs())))
            }
        }
    }
}

/// The reply to the message counts for every recipient that was accepted.
fn take_over(recipients: &mut [Reply], reply: &Reply) {
    for recipient in recipients.iter_mut().filter(|recipient| recipient.class() == Class::Done) {
        *recipient = reply.clone();
    }
}

fn verb(command: &Command) -> &'static str {
    match command {
        Command::Hello(hello) => hello.verb.as_str(),
        Command::Starttls => "STARTTLS",
        Command::Auth(_) => "AUTH",
        Command::Data => "DATA",
        Command::Rset => "RSET",
        Command::Quit => "QUIT",
        _ => "a command",
    }
}

fn no_tls(why: &str) -> Broken {
    Broken::Tls { failure: TlsFailure::ValidationFailure, why: why.to_owned() }
}

/// The handshake; gives version and cipher, and what would have been wrong, had it been demanded.
async fn encrypt(
    world: &World,
    stream: TcpStream,
    server: &Server,
) -> Result<(Wire, String, Option<TlsFailure>), Broken> {
    let name = ServerName::try_from(server.host.clone()).map_err(|error| no_tls(&error.to_string()))?;
    let policy = server.encryption.policy();
    let (config, noted) = policy
        .client_config(&world.dial, server.certificate.as_ref(), server.seen.as_ref())
        .map_err(|error| no_tls(&error.to_string()))?;
    let handshake = TlsConnector::from(config).connect(name, stream);
    let stream = tokio::select! {
        stream = handshake => stream.map_err(|error| {
            let tls = error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>());
            let failure = tls.map_or(TlsFailure::ValidationFailure, TlsFailure::of_handshake);
            Broken::Tls { failure, why: noted.why().unwrap_or_else(|| error.to_string()) }
        })?,
        () = world.clock.sleep(limits::TLS_TIMEOUT) => return Err(no_tls("the handshake takes too long")),
    };
    let failure = match policy {
        TlsPolicy::Testing { is_named: false } => Some(TlsFailure::ValidationFailure),
        _ => noted.failure(),
    };
    let (_, session) = stream.get_ref();
    let version = session.protocol_version().and_then(|version| version.as_str()).unwrap_or("TLS");
    let suite =
        session.negotiated_cipher_suite().and_then(|suite| suite.suite().as_str()).unwrap_or("unknown");
    let tls = format!("{} {}", version.replace('_', "."), suite.replace("TLS13_", "TLS_"));
    Ok((Wire::Tls(Box::new(stream)), tls, failure))
}
