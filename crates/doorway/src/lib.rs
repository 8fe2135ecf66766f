//! What every door has in common before a word is spoken: connections are accepted, counted, caught when they
//! panic, and waited for when the program stops.
//!
//! It knows no protocol: how a connection that is turned away hears of it, and what is said with the others, the
//! door brings along.

mod gate;
mod limits;

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};

use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::{Id, JoinError, JoinSet};
use tracing::{debug, error, warn};
use world::Clock;

pub use gate::{Allowance, Gate, Pass, TooMany, network_of};

use crate::limits::{ACCEPT_PAUSE, STOP_PATIENCE};

/// One listener of a door.
pub struct Doorway {
    /// Where connections come in.
    pub listener: TcpListener,
    /// Counts them; shared by all listeners of the door.
    pub gate: Gate,
    /// The clock.
    pub clock: Clock,
}

impl Doorway {
    /// Accepts connections until `shutdown` becomes true, then waits a while for those that are under way.
    ///
    /// `admit` lets a connection in, or tells it why not; `converse` talks to it until it ends, and hears of the
    /// shutdown by itself. A panic ends its connection only.
    pub async fn serve<Conversation>(
        self,
        mut shutdown: watch::Receiver<bool>,
        admit: impl Fn(&TcpStream, SocketAddr) -> Option<Pass>,
        converse: impl Fn(TcpStream, IpAddr) -> Conversation,
    ) where
        Conversation: Future<Output = ()> + Send + 'static,
    {
        let mut connections = Connections { tasks: JoinSet::new(), peers: HashMap::new(), gate: self.gate };
        loop {
            tokio::select! {
                biased;
                // In a block of its own: what `wait_for` gives must not live across the waits below.
                () = async { drop(shutdown.wait_for(|stop| *stop).await) } => break,
                Some(ended) = connections.tasks.join_next_with_id() => connections.forget(ended),
                accepted = self.listener.accept() => match accepted {
                    Ok((stream, peer)) => {
                        // Answers are written whole: waiting to fill a segment would only cost time.
                        if let Err(error) = stream.set_nodelay(true) {
                            debug!(%peer, %error, "a connection broke at once");
                        } else if let Some(pass) = admit(&stream, peer) {
                            connections.add(peer.ip(), pass, converse(stream, peer.ip()));
                        }
                    }
                    Err(error) => {
                        // Out of file descriptors, most likely: those who are connected go first.
                        warn!(%error, "cannot accept a connection");
                        self.clock.sleep(ACCEPT_PAUSE).await;
                    }
                },
            }
        }
        drop(self.listener);
        tokio::select! {
            () = connections.all_ended() => {}
            () = self.clock.sleep(STOP_PATIENCE) => warn!("stopping although connections are still busy"),
        }
    }
}

/// The conversations under way.
struct Connections {
    tasks: JoinSet<()>,
    peers: HashMap<Id, IpAddr>,
    gate: Gate,
}

impl Connections {
    fn add(&mut self, peer: IpAddr, pass: Pass, conversation: impl Future<Output = ()> + Send + 'static) {
        let task = self.tasks.spawn(async move {
            conversation.await;
            drop(pass);
        });
        self.peers.insert(task.id(), peer);
    }

    fn forget(&mut self, ended: Result<(Id, ()), JoinError>) {
        match ended {
            Ok((id, ())) => _ = self.peers.remove(&id),
            Err(error) => {
                let peer = self.peers.remove(&error.id());
                if error.is_panic() {
                    self.gate.count_panic();
                    error!(?peer, %error, "a bug of ours ended a connection");
                }
            }
        }
    }

    async fn all_ended(&mut self) {
        while let Some(ended) = self.tasks.join_next_with_id().await {
            self.forget(ended);
        }
    }
}

#[cfg(test)]
mod tests;
