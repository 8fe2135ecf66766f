//! One connection: moves bytes between the wire and its [`Session`], and asks the floors below.

use std::io;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use directory::{
    Attempt, AuthProtocol, AuthRefusal, Authenticated, Directory, Found, MassError, ScramExchange,
    SignedInApplication,
};
use gateways::CertificateDer;
use mail_flow::{Arrival, Asking, Incoming, Origin};
use model::{Address, Domain, Protocol, Recipient, Reply, ReversePath, Timestamp};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::watch;
use tokio_rustls::TlsAcceptor;
use tracing::{debug, error, info};
use wire_smtp::sasl::Credentials;
use wire_smtp::{Hello, HelloVerb};

use crate::Shared;
use crate::facts::{Facts, Kind};
use crate::limits::{
    CERTIFICATES_LIMIT, COMMAND_BLOCK_BYTES, COMMAND_PATIENCE, DATA_BLOCK_BYTES, DATA_PATIENCE,
    HANDSHAKE_PATIENCE, LINGER_BYTES, LINGER_PATIENCE, LOGIN_FAILURE_DELAY, MESSAGE_PATIENCE,
    SESSION_PATIENCE, STOP_LINGER_PATIENCE, WRITE_PATIENCE,
};
use crate::session::{LoginRefusal, Need, Session};
use crate::wire::{Wire, describe};

/// A conversation with one peer, from the greeting to the end. Errors of the network end it silently:
/// nobody is left to hear about them.
pub(crate) async fn converse<S>(
    stream: S,
    ip: IpAddr,
    kind: Kind,
    shared: &Shared,
    shutdown: watch::Receiver<bool>,
) where
    S: AsyncRead + AsyncWrite + Unpin + Send,
{
    let is_exempt = shared.exempt_loopback && ip.to_canonical().is_loopback();
    let facts = Facts {
        kind,
        hostname: shared.hostname.clone(),
        limits: shared.limits.clone(),
        has_certificate: shared.tls.is_some(),
        tls: None,
        may_sign_in_plain: shared.plaintext_from.iter().any(|network| network.contains(&ip.to_canonical())),
        is_exempt,
        login: None,
    };
    let is_banned = kind == Kind::Mx && shared.directory.is_banned(ip).is_some();
    let mut connection = Connection {
        wire: Wire::Plain(stream),
        session: Session::new(facts),
        shared,
        ip,
        shutdown,
        origin: None,
        asking: Asking::default(),
        body: None,
        authenticated: None,
        scram: None,
        is_banned,
        certificates: Vec::new(),
        message_since: None,
        quiet_since: shared.world.clock.now(),
    };
    let ended = match kind {
        Kind::Submissions => match connection.shake_hands().await {
            Ok(tls) => {
                connection.session.facts.tls = Some(tls);
                connection.run().await
            }
            Err(error) => Err(error),
        },
        Kind::Mx | Kind::Submission | Kind::Lmtp => connection.run().await,
    };
    if let Err(error) = ended {
        debug!(peer = %ip, %error, "a connection broke");
    }
}

/// Whether the password that somebody signed in with still opens the address: it may have been revoked since.
async fn standing(shared: &Shared, ip: IpAddr, origin: &Origin) -> Result<(), Reply> {
    // Whether an application may still send is asked with the sender, by the flow.
    let Some(signed_in) = origin.authenticated() else { return Ok(()) };
    match shared.directory.still_opens(signed_in.account, signed_in.credential).await {
        Ok(true) => Ok(()),
        // RFC 4954 §6: as whoever has not signed in.
        Ok(false) => Err(Reply::never(530, 7, 0, "The password you signed in with holds no more")),
        Err(error) => {
            error!(peer = %ip, error = %model::Chain(&error), "cannot ask whether a login still holds");
            Err(Reply::later(451, 3, 0, "Cannot check the login now, try again later"))
        }
    }
}

/// What a banned peer hears: a mail server that was banned comes back later.
fn banned() -> Reply {
    Reply::later(421, 7, 0, "Too many connections, try again later")
}

struct Connection<'a, S> {
    wire: Wire<S>,
    session: Session,
    shared: &'a Shared,
    ip: IpAddr,
    shutdown: watch::Receiver<bool>,
    /// Made at MAIL, used at RCPT, given away with the message.
    origin: Option<Origin>,
    /// What asks for the letter under way to go secured.
    asking: Asking,
    /// What has come of the message.
    body: Option<Incoming>,
    /// Who signed in, or is about to.
    authenticated: Option<SignedIn>,
    scram: Option<ScramExchange>,
    /// The peer's address is banned: only an identified gateway sends from there.
    is_banned: bool,
    /// The chain that the peer showed in the handshake, its own certificate first.
    certificates: Vec<CertificateDer<'static>>,
    /// When the message began that is on its way in.
    message_since: Option<Timestamp>,
    /// When the connection began, or the last message was accepted.
    quiet_since: Timestamp,
}

/// Who signed in.
enum SignedIn {
    Mailbox(Arc<Authenticated>),
    Application(Arc<SignedInApplication>),
}

/// How waiting for the peer ended.
enum Heard {
    Bytes,
    Gone,
    Nothing,
    Stop,
}

impl<S: AsyncRead + AsyncWrite + Unpin + Send> Connection<'_, S> {
    async fn run(&mut self) -> io::Result<()> {
        loop {
            match self.session.advance() {
                Need::Input => {
                    if !self.session.is_receiving() {
                        // RSET, a refusal, a limit: what was kept is no longer wanted.
                        (self.body, self.message_since) = (None, None);
                    }
                    if !self.listen().await? {
                        return Ok(());
                    }
                }
                Need::Flush => self.flush().await?,
                Need::Close => {
                    self.flush().await?;
                    return self.close().await;
                }
                Need::StartTls => {
                    self.flush().await?;
                    let tls = self.shake_hands().await?;
                    (self.authenticated, self.scram) = (None, None);
                    self.session.secured(tls);
                }
                need => self.ask(need).await,
            }
        }
    }

    /// The flow and the directory answer.
    async fn ask(&mut self, need: Need) {
        let flow = &self.shared.flow;
        match need {
            Need::Sender { from, hello } => {
                let mut origin = self.origin_of(hello);
                let answer = match self.may_send(&mut origin, &from).await {
                    Ok(()) => flow.asking(&origin).await,
                    Err(reply) => Err(reply),
                };
                if let Err(reply) = &answer {
                    info!(peer = %self.ip, %from, %reply, "a sender was refused");
                }
                self.origin = Some(origin);
                self.session.sender_answered(answer.map(|asking| self.asking = asking));
            }
            Need::Recipient { recipient, smtputf8, declared_bytes } => {
                let origin = self.origin.as_ref().expect("MAIL came before RCPT and made the origin");
                let recipient = with_hosted_postmaster(self.shared, recipient).await;
                let answer = flow.recipient(origin, &recipient, smtputf8, declared_bytes).await;
                if let Err(reply) = &answer {
                    info!(peer = %self.ip, to = %recipient.address, %reply, "a recipient was refused");
                }
                let kind = self.session.facts.kind;
                let is_known = origin.gateway().is_some() || self.session.facts.login.is_some();
                if kind == Kind::Mx && !is_known {
                    count_recipient(self.shared, self.ip, answer.as_ref().err()).await;
                }
                if answer.is_ok() {
                    flow.ask(&mut self.asking, &recipient.address);
                }
                self.session.recipient_answered(answer.map(|()| recipient));
            }
            Need::Keep => {
                let asking = &mut self.asking;
                let body = self.body.get_or_insert_with(|| flow.receive_from(std::mem::take(asking)));
                let answer = body.write(self.session.content()).await;
                if answer.is_err() {
                    self.body = None;
                }
                self.session.content_kept(answer);
            }
            Need::Accept(envelope) => {
                let origin = self.origin.take().expect("MAIL came before the message and made the origin");
                let asking = std::mem::take(&mut self.asking);
                let body = self.body.take().unwrap_or_else(|| flow.receive_from(asking));
                let answer = flow.accept(Arrival { origin, envelope, body }).await;
                self.message_since = None;
                if answer.is_ok() {
                    self.quiet_since = self.shared.world.clock.now();
                }
                self.session.accept_answered(answer.map(|accepted| accepted.message.to_string()));
            }
            Need::Login(credentials) => {
                let answer = self.log_in(credentials).await;
                self.session.login_answered(answer);
            }
            Need::ScramFirst(message) => {
                let begun = self.shared.directory.scram_begin(&message, AuthProtocol::Smtp, self.ip).await;
                let answer = match begun {
                    Ok((first, exchange)) => {
                        self.scram = Some(exchange);
                        Ok(first.into_bytes())
                    }
                    Err(refusal) => Err(self.refused(refusal).await),
                };
                self.session.scram_first_answered(answer);
            }
            Need::ScramFinal(message) => {
                let exchange = self.scram.take().expect("SCRAM's first message came before its final one");
                let answer = match self.shared.directory.scram_finish(exchange, &message).await {
                    Ok((authenticated, end)) => {
                        let login = authenticated.login.clone();
                        self.authenticated = Some(SignedIn::Mailbox(Arc::new(authenticated)));
                        Ok((login, end.into_bytes()))
                    }
                    Err(refusal) => Err(self.refused(refusal).await),
                };
                self.session.scram_final_answered(answer);
            }
            Need::SignIn { login } => {
                info!(peer = %self.ip, login, "signed in");
                self.session.login_answered(Ok(login));
            }
            Need::Input | Need::Flush | Need::Close | Need::StartTls => {
                unreachable!("these are the wire's and never asked")
            }
        }
    }

    /// At MAIL: whose server it is, and whether it may send with this reverse path.
    async fn may_send(&mut self, origin: &mut Origin, from: &ReversePath) -> Result<(), Reply> {
        standing(self.shared, self.ip, origin).await?;
        let identified = self.shared.flow.identify(origin, from, &self.certificates).await;
        if self.is_banned && origin.gateway().is_none() {
            return Err(banned());
        }
        identified?;
        self.shared.flow.sender(origin, from).await
    }

    fn origin_of(&self, hello: Hello) -> Origin {
        let protocol = match hello.verb {
            HelloVerb::Helo => Protocol::Smtp,
            HelloVerb::Ehlo => Protocol::Esmtp,
            HelloVerb::Lhlo => Protocol::Lmtp,
        };
        let session = mail_flow::Session {
            ip: self.ip,
            helo: hello.name,
            tls: self.session.facts.tls.clone(),
            protocol,
            gateway: None,
        };
        // SCRAM knows who it is one response before the client has agreed.
        match (&self.authenticated, &self.session.facts.login) {
            (Some(SignedIn::Mailbox(authenticated)), Some(_)) => {
                Origin::Submitted { authenticated: Arc::clone(authenticated), session }
            }
            (Some(SignedIn::Application(application)), Some(_)) => {
                Origin::Application { application: Arc::clone(application), session }
            }
            _ => Origin::Peer(session),
        }
    }

    async fn log_in(&mut self, credentials: Credentials) -> Result<String, LoginRefusal> {
        let attempt = Attempt {
            login: credentials.login,
            authorise_as: credentials.authorisation,
            password: credentials.password.into(),
            protocol: AuthProtocol::Smtp,
            source: self.ip,
        };
        let directory = &self.shared.directory;
        let signed_in = match Directory::is_application_login(&attempt.login) {
            true => directory
                .authenticate_application(attempt)
                .await
                .map(|application| (application.login.clone(), SignedIn::Application(Arc::new(application)))),
            false => directory.authenticate(attempt).await.map(|authenticated| {
                (authenticated.login.clone(), SignedIn::Mailbox(Arc::new(authenticated)))
            }),
        };
        match signed_in {
            Ok((login, signed_in)) => {
                info!(peer = %self.ip, login, "signed in");
                self.authenticated = Some(signed_in);
                Ok(login)
            }
            Err(refusal) => Err(self.refused(refusal).await),
        }
    }

    /// A refusal as the session hears it. Guessing is slow, and only for the one who guesses.
    async fn refused(&mut self, refusal: AuthRefusal) -> LoginRefusal {
        match refusal {
            AuthRefusal::Wrong | AuthRefusal::Disabled => {
                if !self.session.facts.is_exempt {
                    self.shared.world.clock.sleep(LOGIN_FAILURE_DELAY).await;
                }
                LoginRefusal::Wrong
            }
            AuthRefusal::Banned { .. } => LoginRefusal::Banned,
            AuthRefusal::Maintenance => LoginRefusal::Maintenance,
            AuthRefusal::Malformed(_) => LoginRefusal::Malformed,
            AuthRefusal::Later(cause) => {
                error!(peer = %self.ip, error = %model::Chain(&cause), "cannot check a login");
                LoginRefusal::Later
            }
        }
    }

    /// Writes the replies, then waits for more; false when the peer has gone.
    async fn listen(&mut self) -> io::Result<bool> {
        self.flush().await?;
        match self.hear().await? {
            Heard::Bytes => {}
            Heard::Gone => return Ok(false),
            // RFC 5321 §3.8: 421 before the connection is closed from our side.
            Heard::Nothing => self.session.dismiss(&Reply::later(421, 4, 2, "Waited too long")),
            Heard::Stop => self.session.dismiss(&Reply::later(421, 3, 2, "Shutting down, try again later")),
        }
        Ok(true)
    }

    async fn hear(&mut self) -> io::Result<Heard> {
        let is_receiving = self.session.is_receiving();
        if !is_receiving && *self.shutdown.borrow() {
            return Ok(Heard::Stop);
        }
        let Some(patience) = self.patience(is_receiving) else { return Ok(Heard::Nothing) };
        self.session.input.reserve(if is_receiving { DATA_BLOCK_BYTES } else { COMMAND_BLOCK_BYTES });
        tokio::select! {
            biased;
            read = self.wire.read(&mut self.session.input) => {
                Ok(if read? == 0 { Heard::Gone } else { Heard::Bytes })
            }
            // A message on its way in may end; everything else ends at once. A closed channel is a stop too.
            _ = self.shutdown.wait_for(|stop| *stop), if !is_receiving => Ok(Heard::Stop),
            () = self.shared.world.clock.sleep(patience) => Ok(Heard::Nothing),
        }
    }

    /// How long we wait for the next bytes; `None` if the whole has taken too long already.
    fn patience(&mut self, is_receiving: bool) -> Option<Duration> {
        let now = self.shared.world.clock.now();
        let (step, whole, since) = match is_receiving {
            true => (DATA_PATIENCE, MESSAGE_PATIENCE, *self.message_since.get_or_insert(now)),
            false => (COMMAND_PATIENCE, SESSION_PATIENCE, self.quiet_since),
        };
        let left = whole.checked_sub(now.since(since)).filter(|left| !left.is_zero())?;
        Some(step.min(left))
    }

    async fn flush(&mut self) -> io::Result<()> {
        if self.session.output.is_empty() {
            return Ok(());
        }
        tokio::select! {
            biased;
            written = self.wire.write(&self.session.output) => written?,
            () = self.shared.world.clock.sleep(WRITE_PATIENCE) => return Err(io::ErrorKind::TimedOut.into()),
        }
        self.session.output.clear();
        Ok(())
    }

    /// TLS from here on. What a client sent in the clear behind STARTTLS is gone; what it still sends is no
    /// handshake and ends the connection.
    async fn shake_hands(&mut self) -> io::Result<String> {
        let config = match self.session.facts.kind {
            Kind::Mx => self.shared.mutual_tls.as_ref().or(self.shared.tls.as_ref()),
            Kind::Submission | Kind::Submissions | Kind::Lmtp => self.shared.tls.as_ref(),
        };
        let Some(config) = config else {
            return Err(io::Error::other("TLS was asked for, and there is no certificate"));
        };
        let Wire::Plain(stream) = std::mem::replace(&mut self.wire, Wire::Gone) else {
            return Err(io::Error::other("TLS was asked for twice"));
        };
        let stream = tokio::select! {
            biased;
            stream = TlsAcceptor::from(Arc::clone(config)).accept(stream) => stream?,
            () = self.shared.world.clock.sleep(HANDSHAKE_PATIENCE) => return Err(io::ErrorKind::TimedOut.into()),
        };
        let tls = describe(stream.get_ref().1);
        let shown = stream.get_ref().1.peer_certificates().unwrap_or_default();
        self.certificates = shown.iter().take(CERTIFICATES_LIMIT).cloned().collect();
        self.wire = Wire::Tls(Box::new(stream));
        Ok(tls)
    }

    /// Ends the connection so that the peer can read our last reply: closing while unread bytes wait would
    /// reset it.
    async fn close(&mut self) -> io::Result<()> {
        self.wire.shutdown().await?;
        let mut read_bytes = 0;
        let drain = async {
            while read_bytes < LINGER_BYTES {
                self.session.input.clear();
                self.session.input.reserve(COMMAND_BLOCK_BYTES);
                match self.wire.read(&mut self.session.input).await {
                    Ok(count @ 1..) => read_bytes += count,
                    Ok(0) | Err(_) => break,
                }
            }
        };
        let clock = &self.shared.world.clock;
        tokio::select! {
            biased;
            () = drain => {}
            () = clock.sleep(LINGER_PATIENCE) => {}
            () = async {
                let _ = self.shutdown.wait_for(|stop| *stop).await;
                clock.sleep(STOP_LINGER_PATIENCE).await;
            } => {}
        }
        Ok(())
    }
}

/// The server's own postmaster (RFC 5321 §4.5.1) reads his mail in the nearest hosted domain: for
/// `mx1.example.ch` that is usually `example.ch`.
async fn with_hosted_postmaster(shared: &Shared, recipient: Recipient) -> Recipient {
    let is_our_postmaster = recipient.address.domain() == &shared.hostname
        && recipient.address.localpart().as_str().eq_ignore_ascii_case("postmaster");
    if !is_our_postmaster {
        return recipient;
    }
    let mut name = Some(shared.hostname.as_str());
    while let Some(domain) = name.and_then(|name| Domain::parse(name).ok()) {
        let address = Address::new(recipient.address.localpart().clone(), domain);
        // Trouble of the directory shows again, and is answered, when the flow asks.
        if !matches!(shared.directory.find(&address).await, Ok(Found::NotOurs)) {
            return Recipient { address, ..recipient };
        }
        name = name.and_then(|name| name.split_once('.')).map(|(_, parent)| parent);
    }
    recipient
}

/// Strangers who try names until one exists are banned; a recipient that exists makes up for one that does not.
async fn count_recipient(shared: &Shared, ip: IpAddr, refused: Option<&Reply>) {
    match refused {
        Some(reply) if reply.status() == "5.1.1" => {
            shared.directory.count_error(ip, MassError::Recipient, "smtp").await;
        }
        Some(_) => {}
        None => shared.directory.forgive_error(ip, MassError::Recipient),
    }
}
