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
mod gate;
mod limits;
mod session;
mod stage;
mod wire;

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use directory::Directory;
use ipnet::IpNet;
use mail_flow::Flow;
use model::{Domain, Reply};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::{Id, JoinError, JoinSet};
use tracing::{debug, error, warn};
use world::World;

pub use facts::Kind;
pub use gate::Gate;
pub use limits::Limits;

use crate::gate::{Pass, TooMany};
use crate::limits::{ACCEPT_PAUSE, STOP_PATIENCE};

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
pub async fn serve(
    listener: TcpListener,
    kind: Kind,
    shared: Arc<Shared>,
    mut shutdown: watch::Receiver<bool>,
) {
    let mut connections = JoinSet::new();
    let mut peers: HashMap<Id, IpAddr> = HashMap::new();
    let stop = shutdown.clone();
    loop {
        tokio::select! {
            biased;
            // In a block of its own: what `wait_for` gives must not live across the waits below.
            () = async { drop(shutdown.wait_for(|stop| *stop).await) } => break,
            Some(ended) = connections.join_next_with_id() => forget(&mut peers, ended, &shared),
            accepted = listener.accept() => match accepted {
                Ok((stream, peer)) => {
                    if let Some(pass) = admit(&stream, peer, kind, &shared) {
                        let (shared, shutdown) = (Arc::clone(&shared), stop.clone());
                        let handle = connections.spawn(async move {
                            connection::converse(stream, peer.ip(), kind, &shared, shutdown).await;
                            drop(pass);
                        });
                        peers.insert(handle.id(), peer.ip());
                    }
                }
                Err(error) => {
                    // Out of file descriptors, most likely: those who are connected go first.
                    warn!(%error, "cannot accept a connection");
                    shared.world.clock.sleep(ACCEPT_PAUSE).await;
                }
            },
        }
    }
    drop(listener);
    let all_ended = async {
        while let Some(ended) = connections.join_next_with_id().await {
            forget(&mut peers, ended, &shared);
        }
    };
    tokio::select! {
        () = all_ended => {}
        () = shared.world.clock.sleep(STOP_PATIENCE) => {
            warn!("stopping although messages are still on their way in; they are not acknowledged");
        }
    }
}

fn forget(peers: &mut HashMap<Id, IpAddr>, ended: Result<(Id, ()), JoinError>, shared: &Shared) {
    match ended {
        Ok((id, ())) => _ = peers.remove(&id),
        Err(error) => {
            let peer = peers.remove(&error.id());
            if error.is_panic() {
                shared.gate.count_panic();
                error!(?peer, %error, "a bug of ours ended a connection");
            }
        }
    }
}

/// Lets a connection in, or tells it why not and drops it.
fn admit(stream: &TcpStream, peer: SocketAddr, kind: Kind, shared: &Shared) -> Option<Pass> {
    let ip = peer.ip();
    // Replies are written whole: waiting to fill a segment would only cost time.
    if let Err(error) = stream.set_nodelay(true) {
        debug!(%peer, %error, "a connection broke at once");
        return None;
    }
    let is_exempt = shared.exempt_loopback && ip.to_canonical().is_loopback();
    let is_banned = kind.is_submission() && shared.directory.is_banned(ip).is_some();
    let admitted =
        match is_banned {
            true => Err("too many failed logins"),
            false => shared.gate.admit(ip, is_exempt, &shared.limits, shared.world.clock.now()).map_err(
                |too_many| match too_many {
                    TooMany::AtAll => "too many connections",
                    TooMany::FromThere => "too many connections from there",
                    TooMany::TooFast => "too many connections from there within a minute",
                },
            ),
        };
    match admitted {
        Ok(pass) => Some(pass),
        Err(why) => {
            debug!(%peer, why, "turned away");
            // Before TLS nobody would understand it; a fresh socket has room for one line.
            if kind != Kind::Submissions {
                let reply = Reply::later(421, 7, 0, "Too many connections, try again later");
                let _ = stream.try_write(reply.to_wire().as_bytes());
            }
            None
        }
    }
}

#[cfg(test)]
mod tests;
