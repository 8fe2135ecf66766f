//! Questions in datagrams: a thread for each socket, several sockets on one port so that the kernel spreads askers
//! over them.

use std::io::{ErrorKind, Result};
use std::net::{SocketAddr, UdpSocket};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use socket2::{Domain, Protocol, Socket, Type};
use tokio::sync::watch;
use tracing::warn;
use wire_dns::{Transport, cut_short};

use crate::limiter::Verdict;
use crate::limits::{DATAGRAM_OCTETS, STOP_LOOK};
use crate::respond::{Said, respond};
use crate::{Shared, limits};

/// Receive and send buffers of a socket: bursts wait here.
const SOCKET_OCTETS: usize = 4 << 20;
/// Threads that answer datagrams at most.
const THREADS_LIMIT: usize = 16;

/// Binds the sockets of one address: one for each processor.
pub fn bind_udp(address: SocketAddr) -> Result<Vec<UdpSocket>> {
    let count = std::thread::available_parallelism().map_or(1, usize::from).min(THREADS_LIMIT);
    let mut address = address;
    (0..count)
        .map(|_| {
            let socket = bind_one(address)?;
            // Where the system chooses the port, the others share it.
            address = socket.local_addr()?;
            Ok(socket)
        })
        .collect()
}

fn bind_one(address: SocketAddr) -> Result<UdpSocket> {
    let socket = Socket::new(Domain::for_address(address), Type::DGRAM, Some(Protocol::UDP))?;
    socket.set_reuse_port(true)?;
    if address.is_ipv6() {
        // So that [::]:53 and 0.0.0.0:53 can both be listed.
        socket.set_only_v6(true)?;
    }
    // What the system does not grant is no trouble.
    let _ = socket.set_recv_buffer_size(SOCKET_OCTETS);
    let _ = socket.set_send_buffer_size(SOCKET_OCTETS);
    socket.set_read_timeout(Some(STOP_LOOK))?;
    socket.bind(&address.into())?;
    Ok(socket.into())
}

/// Answers what comes to `sockets`, which [`bind_udp`] made, until `shutdown` becomes true.
pub async fn serve_udp(sockets: Vec<UdpSocket>, shared: Arc<Shared>, mut shutdown: watch::Receiver<bool>) {
    let stop = Arc::new(AtomicBool::new(false));
    // Also when nobody waits for us any more: a runtime that ends waits for its threads.
    let stopping = Stopping(Arc::clone(&stop));
    let mut threads = tokio::task::JoinSet::new();
    for socket in sockets {
        let (shared, stop) = (Arc::clone(&shared), Arc::clone(&stop));
        threads.spawn_blocking(move || answer_all(&socket, &shared, &stop));
    }
    // An error means that nobody could stop us any more.
    let _ = shutdown.wait_for(|stop| *stop).await;
    drop(stopping);
    while let Some(ended) = threads.join_next().await {
        if let Err(error) = ended {
            warn!(%error, "a thread that answers datagrams ended by a bug of ours");
        }
    }
}

/// Stops the threads when it is dropped.
struct Stopping(Arc<AtomicBool>);

impl Drop for Stopping {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

fn answer_all(socket: &UdpSocket, shared: &Shared, stop: &AtomicBool) {
    let mut message = [0; DATAGRAM_OCTETS];
    let mut out = Vec::with_capacity(usize::from(u16::MAX));
    while !stop.load(Ordering::Relaxed) {
        match socket.recv_from(&mut message) {
            Ok((octets, peer)) => {
                if answer_one(shared, &message[..octets], peer, &mut out) {
                    // Lost datagrams are asked for again.
                    let _ = socket.send_to(&out, peer);
                }
            }
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {}
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => {
                // An ICMP error for an earlier answer, most likely: nothing of it concerns the next question.
                tracing::debug!(%error, "a datagram could not be read");
            }
        }
    }
}

/// Writes the answer to a datagram into `out`; false where none goes.
pub(crate) fn answer_one(shared: &Shared, message: &[u8], peer: SocketAddr, out: &mut Vec<u8>) -> bool {
    // Port 0 cannot be answered.
    if peer.port() == 0 {
        return false;
    }
    shared.counters.datagrams.fetch_add(1, Ordering::Relaxed);
    let seconds = shared.world.clock.now().seconds().unsigned_abs();
    let board = shared.board.load();
    let said = respond(&board, message, Transport::Udp, seconds, out);
    let (query, subject) = match said {
        Said::Nothing => return false,
        Said::Error => (None, 0),
        Said::Answer(query, answered) => (Some(query), answered.subject),
    };
    if shared.exempt_loopback && peer.ip().to_canonical().is_loopback() {
        return true;
    }
    match (shared.limiter.count(peer.ip(), subject, seconds), query) {
        (Verdict::Send, _) => true,
        (Verdict::Short, Some(query)) => {
            cut_short(&query, out);
            true
        }
        _ => {
            let dropped = shared.counters.dropped.fetch_add(1, Ordering::Relaxed);
            if dropped.is_multiple_of(limits::SAME_ANSWERS_PER_SECOND.into()) {
                tracing::info!(network = %peer.ip(), "gets the same answer too often: some are dropped");
            }
            false
        }
    }
}
