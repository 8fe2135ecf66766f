//! IMAP4rev1 and IMAP4rev2 for mail programs.
//!
//! [`wire_imap`] makes commands of bytes; `stage.rs` holds every legal move in one match; each command has a file in
//! `command/`; `selected.rs` knows what the client has been told of the open folder, and tells the rest at the
//! points that RFC 9051 §5.2 and §7.5.1 permit. `wire.rs` moves the octets.
//!
//! - A sequence number means what it meant when the client was last told: messages that are gone keep theirs until
//!   EXPUNGE may be sent.
//! - Nothing answers OK to APPEND, STORE, COPY or MOVE before the store has committed.
//! - A listing is written as its rows come, 64 KiB at a time; a body above 1 MiB is read and sent in pieces.
//! - A malformed command is answered with BAD and the session lives; only limits end it, with BYE.

mod answer;
mod command;
pub mod limits;
mod selected;
mod session;
mod stage;
mod wire;

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use directory::Directory;
use doorway::{Allowance, Doorway, Gate, Pass};
use ipnet::IpNet;
use mail_store::MailStore;
use model::Chain;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio_rustls::TlsAcceptor;
use world::World;

use crate::session::Session;
use crate::wire::{Duplex, Ended, Wire};

/// How a listener speaks at first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// In clear, with STARTTLS (143).
    Imap,
    /// TLS from the first octet (993, RFC 8314).
    Imaps,
}

/// How much is too much.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Octets of one message of APPEND.
    pub message_octets: u64,
    /// Connections at once.
    pub connections: usize,
    /// Connections at once from one IPv4 address or IPv6 /64.
    pub connections_per_source: usize,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            message_octets: limits::MESSAGE_OCTETS,
            connections: limits::CONNECTIONS,
            connections_per_source: limits::CONNECTIONS_PER_SOURCE,
        }
    }
}

impl Limits {
    fn allowance(&self) -> Allowance {
        Allowance {
            connections: self.connections,
            connections_per_source: self.connections_per_source,
            // Mail programs come often, and for each folder.
            connections_per_minute: None,
        }
    }
}

/// What all connections of the door share.
pub struct Shared {
    /// Whose folders.
    pub store: MailStore,
    /// Who may log in.
    pub directory: Directory,
    /// The clock.
    pub world: World,
    /// The certificate; without one there is no STARTTLS, and [`Kind::Imaps`] turns everybody away.
    pub tls: Option<Arc<rustls::ServerConfig>>,
    /// How we call ourselves.
    pub hostname: String,
    /// Networks that may log in without TLS.
    pub plaintext_from: Vec<IpNet>,
    /// Connections from loopback are not limited by source: for the demo and for tests.
    pub exempt_loopback: bool,
    /// How much is too much.
    pub limits: Limits,
    /// Counts connections; `Gate::default()`.
    pub gate: Gate,
}

/// Serves one listener until `shutdown` becomes true; then sessions hear BYE once their command is done. A panic
/// ends its connection only.
pub async fn serve(listener: TcpListener, kind: Kind, shared: Arc<Shared>, shutdown: watch::Receiver<bool>) {
    let doorway = Doorway { listener, gate: shared.gate.clone(), clock: shared.world.clock.clone() };
    let admit = |stream: &TcpStream, peer: SocketAddr| admit(stream, peer, kind, &shared);
    let converse =
        |stream: TcpStream, ip: IpAddr| converse(stream, ip, kind, Arc::clone(&shared), shutdown.clone());
    doorway.serve(shutdown.clone(), admit, converse).await;
}

/// Lets a connection in, or tells it why not and drops it.
fn admit(stream: &TcpStream, peer: SocketAddr, kind: Kind, shared: &Shared) -> Option<Pass> {
    let ip = peer.ip();
    let is_exempt = shared.exempt_loopback && ip.to_canonical().is_loopback();
    let refused = if shared.directory.is_banned(ip).is_some() {
        "Too many failed logins"
    } else {
        match shared.gate.admit(ip, is_exempt, &shared.limits.allowance(), shared.world.clock.now()) {
            Ok(pass) => return Some(pass),
            Err(_) => "Too many connections",
        }
    };
    tracing::debug!(%peer, refused, "turned away");
    // Before TLS nobody would understand it; a fresh socket has room for one line.
    if kind == Kind::Imap {
        let _ = stream.try_write(format!("* BYE [UNAVAILABLE] {refused}, try again later\r\n").as_bytes());
    }
    None
}

async fn converse(
    stream: TcpStream,
    peer: IpAddr,
    kind: Kind,
    shared: Arc<Shared>,
    shutdown: watch::Receiver<bool>,
) {
    let socket: Box<dyn Duplex> = match (kind, &shared.tls) {
        (Kind::Imap, _) => Box::new(stream),
        (Kind::Imaps, None) => {
            tracing::warn!("there is no certificate: nobody can be served");
            return;
        }
        (Kind::Imaps, Some(tls)) => {
            let handshake = tokio::select! {
                handshake = TlsAcceptor::from(Arc::clone(tls)).accept(stream) => handshake,
                () = shared.world.clock.sleep(limits::HANDSHAKE) => return,
            };
            match handshake {
                Ok(stream) => Box::new(stream),
                Err(error) => {
                    tracing::debug!(%peer, %error, "no TLS handshake");
                    return;
                }
            }
        }
    };
    let wire = Wire::new(socket, shared.world.clock.clone(), shutdown);
    let ended = Session::new(wire, shared, peer, kind == Kind::Imaps).run().await;
    match ended {
        Ended::Damaged | Ended::HalfSent => {
            tracing::warn!(%peer, error = %Chain(&ended), "a session ended badly");
        }
        ended => tracing::debug!(%peer, end = %Chain(&ended), "a session ended"),
    }
}

#[cfg(test)]
mod tests;
