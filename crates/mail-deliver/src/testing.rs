//! For the tests of this crate and those above: another server on loopback. It says yes to everything,
//! unless a test gave it other words.

use std::collections::VecDeque;
use std::net::IpAddr;
use std::sync::Arc;

use parking_lot::Mutex;
use rustls::ServerConfig;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpSocket};
use tokio_rustls::TlsAcceptor;

/// A transaction that came to the final dot.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Heard {
    /// What stood behind `MAIL FROM:`.
    pub from: String,
    /// What stood behind each accepted `RCPT TO:`.
    pub to: Vec<String>,
    /// The message, dots unstuffed.
    pub body: String,
}

#[derive(Default)]
struct State {
    /// Words for commands that begin so; each is used once, or for ever if it is sticky.
    words: VecDeque<(String, String, bool)>,
    heard: Vec<Heard>,
    commands: Vec<String>,
    peers: Vec<IpAddr>,
    extensions: Vec<String>,
    tls: Option<Arc<ServerConfig>>,
    shown: Vec<Option<Vec<u8>>>,
    /// Bound and not listening: connections are refused, and no other program of this machine gets the port.
    #[expect(dead_code, reason = "it does its work by being there")]
    held: Option<TcpSocket>,
}

/// A connection, in plaintext or within TLS.
trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

/// The server; it ends with the test's runtime.
#[derive(Clone)]
pub struct Stranger {
    /// Where it listens on 127.0.0.1.
    pub port: u16,
    state: Arc<Mutex<State>>,
}

impl Stranger {
    /// Listens on a free port.
    pub async fn new() -> Stranger {
        let (listener, port) = listen().await;
        let state = Arc::new(Mutex::new(State {
            extensions: ["PIPELINING", "8BITMIME", "SMTPUTF8"].map(str::to_owned).to_vec(),
            ..State::default()
        }));
        let stranger = Stranger { port, state };
        let serving = stranger.clone();
        tokio::spawn(async move {
            while let Ok((stream, peer)) = listener.accept().await {
                serving.state.lock().peers.push(peer.ip());
                tokio::spawn(serving.clone().serve(Box::new(stream)));
            }
        });
        stranger
    }

    /// A port where nobody listens.
    pub fn nobody() -> Stranger {
        let socket = TcpSocket::new_v4().expect("a socket can be made");
        socket.bind("127.0.0.1:0".parse().expect("an address")).expect("loopback has a free port");
        let port = socket.local_addr().expect("a bound socket has an address").port();
        Stranger { port, state: Arc::new(Mutex::new(State { held: Some(socket), ..State::default() })) }
    }

    /// Offers only these extensions.
    pub fn offers(self, extensions: &[&str]) -> Stranger {
        self.state.lock().extensions = extensions.iter().map(|text| (*text).to_owned()).collect();
        self
    }

    /// Shows this certificate after STARTTLS and asks for the client's; what it offers must contain STARTTLS.
    pub fn shows(self, chain: Vec<CertificateDer<'static>>, key: PrivateKeyDer<'static>) -> Stranger {
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .and_then(|builder| {
                let asks = gateways::AnyClientCertificate::verifier();
                builder.with_client_cert_verifier(asks).with_single_cert(chain, key)
            })
            .expect("the test's certificate fits its key");
        self.state.lock().tls = Some(Arc::new(config));
        self
    }

    /// Answers the next command that begins so with `reply`; `CLOSE` closes instead.
    pub fn says_once(&self, command: &str, reply: &str) {
        self.state.lock().words.push_back((command.to_owned(), reply.to_owned(), false));
    }

    /// Answers commands that begin so with `reply`, from now on.
    pub fn says(&self, command: &str, reply: &str) {
        self.state.lock().words.push_front((command.to_owned(), reply.to_owned(), true));
    }

    /// Forgets every word that it was given.
    pub fn says_yes_again(&self) {
        self.state.lock().words.clear();
    }

    /// What it heard so far.
    pub fn heard(&self) -> Vec<Heard> {
        self.state.lock().heard.clone()
    }

    /// Every command line so far.
    pub fn commands(&self) -> Vec<String> {
        self.state.lock().commands.clone()
    }

    /// How many connections were made to it.
    pub fn connections(&self) -> usize {
        self.state.lock().peers.len()
    }

    /// The certificate that each client showed within TLS, in DER.
    pub fn shown(&self) -> Vec<Option<Vec<u8>>> {
        self.state.lock().shown.clone()
    }

    /// Where the connections came from.
    pub fn peers(&self) -> Vec<IpAddr> {
        self.state.lock().peers.clone()
    }

    fn words_for(&self, command: &str) -> Option<String> {
        let mut state = self.state.lock();
        let index = state.words.iter().position(|(start, _, _)| command.starts_with(start.as_str()))?;
        let (start, reply, is_sticky) = state.words.remove(index)?;
        if is_sticky {
            state.words.push_front((start, reply.clone(), true));
        }
        Some(reply)
    }

    async fn serve(self, stream: Box<dyn Stream>) -> Option<()> {
        let mut stream = BufReader::new(stream);
        let mut heard = Heard::default();
        self.answer(&mut stream, "CONNECT", "220 stranger.test").await?;
        loop {
            let mut line = String::new();
            if stream.read_line(&mut line).await.ok()? == 0 {
                return None;
            }
            let line = line.trim_end();
            self.state.lock().commands.push(line.to_owned());
            let default = match line.split(' ').next().unwrap_or_default() {
                "EHLO" => {
                    let extensions = self.state.lock().extensions.clone();
                    let mut reply = "250-stranger.test".to_owned();
                    for extension in extensions {
                        reply.push_str(&format!("\r\n250-{extension}"));
                    }
                    reply.push_str("\r\n250 HELP");
                    reply
                }
                "DATA" => "354 go on".to_owned(),
                "QUIT" => "221 bye".to_owned(),
                _ => "250 2.0.0 fine".to_owned(),
            };
            let said = self.answer(&mut stream, line, &default).await?;
            let tls = self.state.lock().tls.clone().filter(|_| line == "STARTTLS" && said.starts_with('2'));
            if let Some(tls) = tls {
                let encrypted = TlsAcceptor::from(tls).accept(stream.into_inner()).await.ok()?;
                let certificates = encrypted.get_ref().1.peer_certificates().unwrap_or_default();
                self.state.lock().shown.push(certificates.first().map(|certificate| certificate.to_vec()));
                stream = BufReader::new(Box::new(encrypted));
            } else if line == "QUIT" {
                return None;
            } else if let Some(from) = line.strip_prefix("MAIL FROM:") {
                heard = Heard { from: from.to_owned(), ..Heard::default() };
            } else if let (Some(to), true) = (line.strip_prefix("RCPT TO:"), said.starts_with('2')) {
                heard.to.push(to.to_owned());
            } else if line == "DATA" && said.starts_with('3') {
                loop {
                    let mut line = String::new();
                    if stream.read_line(&mut line).await.ok()? == 0 {
                        return None;
                    }
                    match line.strip_prefix('.') {
                        Some("\r\n") => break,
                        Some(rest) => heard.body.push_str(rest),
                        None => heard.body.push_str(&line),
                    }
                }
                let words = self.words_for(".").unwrap_or_else(|| "250 2.0.0 taken".to_owned());
                // Before the answer: whoever has read that may ask at once what was heard.
                if words.starts_with('2') || words == "CLOSE" {
                    self.state.lock().heard.push(std::mem::take(&mut heard));
                }
                say(&mut stream, words).await?;
            }
        }
    }

    async fn answer(
        &self,
        stream: &mut BufReader<Box<dyn Stream>>,
        command: &str,
        default: &str,
    ) -> Option<String> {
        say(stream, self.words_for(command).unwrap_or_else(|| default.to_owned())).await
    }
}

/// Says these words, or closes the connection.
async fn say(stream: &mut BufReader<Box<dyn Stream>>, words: String) -> Option<String> {
    if words == "CLOSE" {
        return None;
    }
    stream.get_mut().write_all(format!("{words}\r\n").as_bytes()).await.ok()?;
    stream.get_mut().flush().await.ok()?;
    Some(words)
}

async fn listen() -> (TcpListener, u16) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("loopback has a free port");
    let port = listener.local_addr().expect("a listener has an address").port();
    (listener, port)
}
