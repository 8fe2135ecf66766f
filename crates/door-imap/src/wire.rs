//! One connection's octets: reading with limits, writing with back-pressure, TLS and compression put in between.

use std::io;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use flate2::{Compress, Compression, Decompress, FlushCompress, FlushDecompress, Status};
use model::Timestamp;
use thiserror::Error;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::sync::watch;
use wire_imap::{FrameLimits, Framer, Output, Step};
use world::Clock;

use crate::limits;

/// What a session speaks over: TCP, TLS, or a pipe in tests.
pub(crate) trait Duplex: AsyncRead + AsyncWrite + Unpin + Send + Sync {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send + Sync> Duplex for T {}

/// Why a session ends.
#[derive(Debug, Error)]
pub(crate) enum Ended {
    /// The client is gone.
    #[error("the client closed the connection")]
    Closed,
    /// The socket failed.
    #[error("the connection failed")]
    Socket(#[source] io::Error),
    /// TLS failed.
    #[error("the TLS handshake failed")]
    Handshake(#[source] io::Error),
    /// Nothing came for too long.
    #[error("idle for too long")]
    Idle,
    /// The client does not take what we send.
    #[error("the client does not read")]
    Stuck,
    /// A line or literal is above its limit.
    #[error("a line or a literal is too long")]
    TooLong,
    /// One malformed command after the other.
    #[error("too many malformed commands")]
    TooManyBad,
    /// Wrong passwords, or commands without a login.
    #[error("too many failures before a login")]
    TooManyFailures,
    /// Compressed octets that are none.
    #[error("the compressed stream is damaged")]
    Damaged,
    /// A body could not be read after its length had been sent.
    #[error("a body could not be read to its end")]
    HalfSent,
    /// The open folder has been deleted by somebody else.
    #[error("the open folder has been deleted")]
    FolderGone,
    /// The password was revoked, or the address disabled or deleted.
    #[error("the login no longer holds")]
    Revoked,
    /// The server stops.
    #[error("the server stops")]
    Shutdown,
    /// LOGOUT.
    #[error("logged out")]
    LoggedOut,
}

/// What came.
#[derive(Debug)]
pub(crate) enum Arrived {
    /// A whole command with its literals.
    Command(Bytes),
    /// The beginning of a command whose literal is too big; the literal does not come.
    TooBig(Bytes),
    /// The beginning of an APPEND whose message is large: [`Wire::begin_large`] comes next, then the command.
    Large(Large),
}

/// A large message that is announced.
#[derive(Debug)]
pub(crate) struct Large {
    begin: usize,
    end: usize,
    pub(crate) octets: u64,
    waits: bool,
}

struct Zip {
    deflate: Compress,
    inflate: Decompress,
    /// Octets from the socket, not inflated yet.
    waiting: BytesMut,
}

/// A connection with its buffers.
pub(crate) struct Wire {
    socket: Box<dyn Duplex>,
    input: BytesMut,
    framer: Framer,
    zip: Option<Box<Zip>>,
    clock: Clock,
    shutdown: watch::Receiver<bool>,
    sent: u64,
    /// A large message is on its way.
    is_taking_large: bool,
    /// Nothing is awaited beyond this.
    deadline: Option<Timestamp>,
    /// What is to be sent.
    pub(crate) out: Output,
}

impl Wire {
    pub(crate) fn new(socket: Box<dyn Duplex>, clock: Clock, shutdown: watch::Receiver<bool>) -> Wire {
        let (input, framer, out) = (BytesMut::new(), Framer::new(), Output::new());
        Wire {
            socket,
            input,
            framer,
            zip: None,
            clock,
            shutdown,
            sent: 0,
            is_taking_large: false,
            deadline: None,
            out,
        }
    }

    /// Ends every wait at this moment, however much comes: so that nobody keeps us waiting drop by drop.
    pub(crate) fn set_deadline(&mut self, deadline: Option<Timestamp>) {
        self.deadline = deadline;
    }

    /// The next command; what is to be sent goes out before we wait.
    pub(crate) async fn command(&mut self, limits: FrameLimits, idle: Duration) -> Result<Arrived, Ended> {
        loop {
            match self.framer.next(&self.input, limits) {
                Step::Command(length) => return Ok(Arrived::Command(self.input.split_to(length).freeze())),
                Step::Refused(length) => return Ok(Arrived::TooBig(self.input.split_to(length).freeze())),
                Step::TooLong => return Err(Ended::TooLong),
                Step::Large { begin, end, octets, waits } => {
                    return Ok(Arrived::Large(Large { begin, end, octets, waits }));
                }
                // RFC 9051 §4.3: the client sends a synchronising literal after this.
                Step::Wanted(_) => {
                    self.out.go_on("OK");
                }
                Step::More => self.more(idle).await?,
            }
        }
    }

    /// Begins to take a large message out of its command; [`Wire::piece_of`] gives it.
    pub(crate) fn begin_large(&mut self, large: &Large) -> BytesMut {
        if large.waits {
            self.out.go_on("OK");
        }
        self.is_taking_large = true;
        self.input.split_to(large.end)
    }

    /// The next octets of a message of which `left` are to come.
    pub(crate) async fn piece_of(&mut self, left: u64, idle: Duration) -> Result<Bytes, Ended> {
        if self.input.is_empty() {
            self.more(idle).await?;
        }
        let length = usize::try_from(left).unwrap_or(usize::MAX).min(self.input.len());
        Ok(self.input.split_to(length).freeze())
    }

    /// Goes on behind a large message: an empty literal stands in its place.
    pub(crate) fn end_large(&mut self, mut command: BytesMut, large: &Large) {
        self.is_taking_large = false;
        command.truncate(large.begin);
        command.extend_from_slice(Step::EMPTY_LITERAL);
        self.framer.replaced(command.len());
        command.extend_from_slice(&self.input);
        self.input = command;
    }

    /// One line that answers a continuation request, without its line break.
    pub(crate) async fn line(&mut self, idle: Duration) -> Result<Bytes, Ended> {
        loop {
            if let Some(end) = self.input.iter().position(|&byte| byte == b'\n') {
                let line = self.input.split_to(end + 1).freeze();
                let line = line.slice(..end);
                return Ok(match line.last() {
                    Some(b'\r') => line.slice(..end - 1),
                    _ => line,
                });
            }
            if self.input.len() > wire_imap::limits::CONTINUATION_OCTETS {
                return Err(Ended::TooLong);
            }
            self.more(idle).await?;
        }
    }

    /// Waits until something came, `idle` is over or the server stops. Safe to drop while it waits.
    pub(crate) async fn more(&mut self, idle: Duration) -> Result<(), Ended> {
        self.flush().await?;
        self.out.0 = Vec::new();
        let clock = self.clock.clone();
        let mut shutdown = self.shutdown.clone();
        let left = self.deadline.map_or(idle, |deadline| deadline.since(clock.now()).min(idle));
        tokio::select! {
            read = self.fill() => read,
            () = clock.sleep(left) => Err(Ended::Idle),
            () = stopped(&mut shutdown) => Err(Ended::Shutdown),
        }
    }

    async fn fill(&mut self) -> Result<(), Ended> {
        let Some(zip) = &mut self.zip else {
            // A session at rest holds little; what comes in quantity is read in quantity.
            let is_busy = self.is_taking_large || !self.input.is_empty();
            self.input.reserve(if is_busy { limits::READ_OCTETS } else { limits::READ_AT_REST_OCTETS });
            // Cancel-safe: nothing is read if this future is dropped.
            return match self.socket.read_buf(&mut self.input).await {
                Ok(0) => Err(Ended::Closed),
                Ok(_) => Ok(()),
                Err(error) => Err(Ended::Socket(error)),
            };
        };
        loop {
            let inflated = inflate(zip, &mut self.input)?;
            if inflated.made > 0 {
                return Ok(());
            }
            if inflated.taken == 0 || zip.waiting.is_empty() {
                zip.waiting.reserve(limits::READ_AT_REST_OCTETS);
                match self.socket.read_buf(&mut zip.waiting).await {
                    Ok(0) => return Err(Ended::Closed),
                    Ok(_) => {}
                    Err(error) => return Err(Ended::Socket(error)),
                }
            }
        }
    }

    /// Sends what is gathered once it is worth a write.
    pub(crate) async fn flush_if_full(&mut self) -> Result<(), Ended> {
        if self.out.0.len() >= limits::OUTPUT_OCTETS { self.flush().await } else { Ok(()) }
    }

    /// Sends what is gathered; a client that takes nothing for [`limits::WRITE`] is left.
    pub(crate) async fn flush(&mut self) -> Result<(), Ended> {
        if self.out.0.is_empty() {
            return Ok(());
        }
        let octets = match &mut self.zip {
            None => std::mem::take(&mut self.out.0),
            Some(zip) => {
                let octets = deflate(&mut zip.deflate, &self.out.0).map_err(|()| Ended::Damaged)?;
                self.out.0.clear();
                octets
            }
        };
        self.sent = self.sent.wrapping_add(1);
        let mut rest = octets.as_slice();
        while !rest.is_empty() {
            let clock = self.clock.clone();
            let written = tokio::select! {
                written = self.socket.write(rest) => written.map_err(Ended::Socket)?,
                () = clock.sleep(limits::WRITE) => return Err(Ended::Stuck),
            };
            if written == 0 {
                return Err(Ended::Closed);
            }
            rest = rest.get(written..).unwrap_or_default();
        }
        self.socket.flush().await.map_err(Ended::Socket)?;
        if self.zip.is_none() && octets.capacity() <= 4 * limits::OUTPUT_OCTETS {
            // The buffer is used again; a large one is given back.
            let mut octets = octets;
            octets.clear();
            self.out.0 = octets;
        }
        Ok(())
    }

    /// Changes whenever something has been sent.
    pub(crate) fn sent(&self) -> u64 {
        self.sent
    }

    /// Sends the farewell as far as the client takes it, and closes.
    pub(crate) async fn close(&mut self) {
        let clock = self.clock.clone();
        let farewell = async {
            if self.flush().await.is_ok() {
                let _ = self.socket.shutdown().await;
            }
        };
        tokio::select! {
            () = farewell => {}
            () = clock.sleep(limits::FAREWELL) => {}
        }
    }

    /// STARTTLS. What came before the handshake in clear is dropped, so that nobody can slip in commands
    /// (RFC 9051 §6.2.1 and CVE-2011-0411).
    pub(crate) async fn start_tls(&mut self, acceptor: &tokio_rustls::TlsAcceptor) -> Result<(), Ended> {
        let clock = self.clock.clone();
        let socket = std::mem::replace(&mut self.socket, Box::new(tokio::io::empty()));
        let stream = tokio::select! {
            stream = acceptor.accept(socket) => stream.map_err(Ended::Handshake)?,
            () = clock.sleep(limits::HANDSHAKE) => return Err(Ended::Idle),
        };
        let deadline = self.deadline;
        *self = Wire::new(Box::new(stream), self.clock.clone(), self.shutdown.clone());
        self.deadline = deadline;
        Ok(())
    }

    /// COMPRESS (RFC 4978): everything from here on is deflated, both ways.
    pub(crate) fn start_compression(&mut self) {
        let waiting = std::mem::take(&mut self.input);
        self.framer = Framer::new();
        self.zip = Some(Box::new(Zip {
            deflate: Compress::new(Compression::new(3), false),
            inflate: Decompress::new(false),
            waiting,
        }));
    }

    /// Whether COMPRESS is in force.
    pub(crate) fn is_compressed(&self) -> bool {
        self.zip.is_some()
    }
}

struct Inflated {
    taken: usize,
    made: usize,
}

/// Inflates a piece of what waits; a small input that would become very much stays bounded by the piece.
fn inflate(zip: &mut Zip, input: &mut BytesMut) -> Result<Inflated, Ended> {
    let before = (zip.inflate.total_in(), zip.inflate.total_out());
    let mut piece = [0; limits::READ_OCTETS];
    let status = zip.inflate.decompress(&zip.waiting, &mut piece, FlushDecompress::Sync);
    let taken = (zip.inflate.total_in() - before.0) as usize;
    let made = (zip.inflate.total_out() - before.1) as usize;
    match status {
        Ok(Status::StreamEnd) => return Err(Ended::Closed),
        Ok(_) => {}
        Err(_) => return Err(Ended::Damaged),
    }
    let _ = zip.waiting.split_to(taken);
    input.extend_from_slice(piece.get(..made).unwrap_or_default());
    Ok(Inflated { taken, made })
}

fn deflate(deflate: &mut Compress, octets: &[u8]) -> Result<Vec<u8>, ()> {
    let mut out = Vec::with_capacity(octets.len() / 2 + 64);
    let begin = deflate.total_in();
    loop {
        let taken = (deflate.total_in() - begin) as usize;
        let rest = octets.get(taken..).unwrap_or_default();
        out.reserve(4096);
        deflate.compress_vec(rest, &mut out, FlushCompress::Sync).map_err(|_| ())?;
        let is_all_in = (deflate.total_in() - begin) as usize == octets.len();
        // Room left over means that the flush is complete (zlib's manual, deflate, Z_SYNC_FLUSH).
        if is_all_in && out.len() < out.capacity() {
            return Ok(out);
        }
    }
}

async fn stopped(shutdown: &mut watch::Receiver<bool>) {
    if shutdown.wait_for(|stop| *stop).await.is_err() {
        // Whoever could stop us is gone: nobody will.
        std::future::pending::<()>().await;
    }
}
