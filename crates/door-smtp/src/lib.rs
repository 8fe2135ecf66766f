//! SMTP, submission and LMTP for others to come in by.
//!
//! A conversation is decided without IO: [`wire_smtp`] makes commands of bytes, `stage.rs` holds every legal
//! move in one table, `session.rs` works off what has arrived and says what it needs. The shell in
//! `connection.rs` only moves bytes and asks `mail-flow` and `directory`. So the scripts in `scripts/` test
//! conversations without a network, and [`serve`] has little left that could be wrong.
//!
//! - Nothing answers `250` to a message before [`mail_flow::Flow::accept`] has.
//! - What follows a message whose end is in doubt, a STARTTLS, or a chunk of unknown size is never taken for
//!   a command.
//! - A stranger makes us hold one line and one block; bodies go to `Flow::receive` as they come.

mod connection;
mod exchange;
mod facts;
mod limits;
mod session;
mod stage;
mod wire;

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use directory::Directory;
use doorway::{Doorway, Gate, Pass, TooMany};
use ipnet::IpNet;
use mail_flow::Flow;
use model::{Domain, Reply};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tracing::debug;
use world::World;

pub use facts::Kind;
pub use limits::Limits;

/// What all connections of the door share.
pub struct Shared {
    /// Where letters go.
    pub flow: Flow,
    /// Who may sign in.
    pub directory: Directory,
    /// The clock.
    pub world: World,
    /// The certificate; without one there is no STARTTLS, and [`Kind::Submissions`] turns everybody away.
    pub tls: Option<Arc<rustls::ServerConfig>>,
    /// The same for [`Kind::Mx`], where other servers may show theirs: with [`gateways::AnyClientCertificate`].
    pub mutual_tls: Option<Arc<rustls::ServerConfig>>,
    /// How we call ourselves.
    pub hostname: Domain,
    /// Networks that may sign in without TLS.
    pub plaintext_from: Vec<IpNet>,
    /// Loopback is not limited in its behaviour: for the demo and for tests.
    pub exempt_loopback: bool,
    /// How much is too much.
    pub limits: Limits,
    /// Counts connections; `Gate::default()`.
    pub gate: Gate,
}

/// Serves one listener until `shutdown` becomes true; then idle connections hear 421 at once, and a message
/// on its way in has ten seconds to end. A panic ends its connection only.
pub async fn serve(listener: TcpListener, kind: Kind, shared: Arc<Shared>, shutdown: watch::Receiver<bool>) {
    let doorway = Doorway { listener, gate: shared.gate.clone(), clock: shared.world.clock.clone() };
    let admit = |stream: &TcpStream, peer: SocketAddr| admit(stream, peer, kind, &shared);
    let converse = |stream: TcpStream, ip: IpAddr| {
        let (shared, shutdown) = (Arc::clone(&shared), shutdown.clone());
        async move { connection::converse(stream, ip, kind, &shared, shutdown).await }
    };
    doorway.serve(shutdown.clone(), admit, converse).await;
}

/// Lets a connection in, or tells it why not and drops it.
fn admit(stream: &TcpStream, peer: SocketAddr, kind: Kind, shared: &Shared) -> Option<Pass> {
    let ip = peer.ip();
    let is_exempt = shared.exempt_loopback && ip.to_canonical().is_loopback();
    let is_kept_out = kind != Kind::Lmtp && shared.directory.is_banned(ip).is_some();
    let refused = if is_kept_out && !(kind == Kind::Mx && may_be_a_gateway(shared)) {
        // A ban is for every door; a mail server that was banned comes back later.
        "banned"
    } else {
        let allowance = shared.limits.allowance();
        match shared.gate.admit(ip, is_exempt, &allowance, shared.world.clock.now()) {
            Ok(pass) => return Some(pass),
            Err(TooMany::AtAll) => "too many connections",
            Err(TooMany::FromThere) => "too many connections from there",
            Err(TooMany::TooFast) => "too many connections from there within a minute",
        }
    };
    debug!(%peer, refused, "turned away");
    // Before TLS nobody would understand it; a fresh socket has room for one line.
    if kind != Kind::Submissions {
        let reply = Reply::later(421, 7, 0, "Too many connections, try again later");
        let _ = stream.try_write(reply.to_wire().as_bytes());
    }
    None
}

/// Whether a banned peer may turn out to be an integrated organisation's server, for whom no ban holds: it gets as far
/// as MAIL, where its certificate has to say so. Without active integrations a ban ends everything at once.
fn may_be_a_gateway(shared: &Shared) -> bool {
    shared.mutual_tls.is_some() && shared.flow.gateways().has_active()
}

#[cfg(test)]
mod tests;
