//! Questions over connections (RFC 7766), and zone transfers.

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use doorway::Doorway;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tracing::info;
use wire_dns::transfer::Transfer;
use wire_dns::tsig::{self, Signer};
use wire_dns::{Code, Query, Transport, Unanswerable, refuse};

use crate::Shared;
use crate::limits::{IDLE, QUESTIONS_PER_CONNECTION, WRITE};
use crate::respond::{Said, refuse_signature, respond};

/// Serves one listener until `shutdown` becomes true.
pub async fn serve_tcp(listener: TcpListener, shared: Arc<Shared>, shutdown: watch::Receiver<bool>) {
    let doorway = Doorway { listener, gate: shared.gate.clone(), clock: shared.world.clock.clone() };
    let admit = |_: &TcpStream, peer: std::net::SocketAddr| {
        let is_exempt = shared.exempt_loopback && peer.ip().to_canonical().is_loopback();
        let now = shared.world.clock.now();
        shared.gate.admit(peer.ip(), is_exempt, &shared.limits.allowance(), now).ok()
    };
    let converse = |stream: TcpStream, peer: IpAddr| {
        let connection = Connection { stream, peer, shared: Arc::clone(&shared), out: Vec::new() };
        connection.run(shutdown.clone())
    };
    doorway.serve(shutdown.clone(), admit, converse).await;
}

struct Connection {
    stream: TcpStream,
    peer: IpAddr,
    shared: Arc<Shared>,
    out: Vec<u8>,
}

impl Connection {
    async fn run(mut self, mut shutdown: watch::Receiver<bool>) {
        let mut message = Vec::new();
        for _ in 0..QUESTIONS_PER_CONNECTION {
            let clock = self.shared.world.clock.clone();
            tokio::select! {
                read = read_message(&mut self.stream, &mut message) => if read.is_err() { return },
                () = clock.sleep(IDLE) => return,
                _ = shutdown.wait_for(|stop| *stop) => return,
            }
            if self.answer(&message).await.is_none() {
                return;
            }
        }
    }

    /// Answers one message; `None` ends the connection.
    async fn answer(&mut self, message: &[u8]) -> Option<()> {
        if let Ok(query) = Query::read(message)
            && query.is_transfer()
        {
            return self.transfer(&query, message).await;
        }
        {
            let board = self.shared.board.load();
            if let Said::Nothing = respond(&board, message, Transport::Tcp, self.seconds(), &mut self.out) {
                return None;
            }
        }
        self.send().await
    }

    /// A whole zone, for one of its secondaries only.
    async fn transfer(&mut self, query: &Query, message: &[u8]) -> Option<()> {
        let board = self.shared.board.load_full();
        let zone = query.name();
        let Some(served) = board.zone(&zone).filter(|_| query.is_signed()) else {
            info!(peer = %self.peer, %zone, "a zone transfer without a signature, or of a zone of others: refused");
            refuse(message, Unanswerable::Code(Code::Refused), &mut self.out);
            return self.send().await;
        };
        let keys = || served.secondaries.iter().map(|secondary| &secondary.key);
        let (key, verified) = match tsig::verify(message, query, keys(), self.seconds()) {
            Ok(verified) => verified,
            Err(why) => {
                info!(peer = %self.peer, %zone, %why, "a zone transfer is refused");
                let seconds = self.seconds();
                refuse_signature(keys(), query, message, &why, seconds, &mut self.out);
                return self.send().await;
            }
        };
        let mut signer = Signer::new(key, &verified);
        let shared = Arc::clone(&self.shared);
        let Ok(_place) = shared.transfers.try_acquire() else {
            refuse(message, Unanswerable::Code(Code::ServFail), &mut self.out);
            let seconds = self.seconds();
            signer.sign(&mut self.out, seconds);
            return self.send().await;
        };
        let mut transfer = Transfer::new(&served.image, query, message);
        while transfer.next_message(&mut self.out) {
            let seconds = self.seconds();
            signer.sign(&mut self.out, seconds);
            self.send().await?;
        }
        shared.counters.transfers.fetch_add(1, Ordering::Relaxed);
        info!(peer = %self.peer, %zone, serial = served.image.serial(), "a zone was transferred");
        Some(())
    }

    /// Sends what is written; `None` where it is not taken in time.
    async fn send(&mut self) -> Option<()> {
        let length = u16::try_from(self.out.len()).ok()?;
        let mut framed = Vec::with_capacity(self.out.len() + 2);
        framed.extend_from_slice(&length.to_be_bytes());
        framed.extend_from_slice(&self.out);
        let clock = self.shared.world.clock.clone();
        tokio::select! {
            written = self.stream.write_all(&framed) => written.ok(),
            () = clock.sleep(WRITE) => None,
        }
    }

    fn seconds(&self) -> u64 {
        self.shared.world.clock.now().seconds().unsigned_abs()
    }
}

/// A message and its length before it (RFC 1035 §4.2.2).
async fn read_message(stream: &mut TcpStream, message: &mut Vec<u8>) -> std::io::Result<()> {
    let length = stream.read_u16().await?;
    message.clear();
    let read = stream.take(u64::from(length)).read_to_end(message).await?;
    if read < usize::from(length) {
        return Err(std::io::ErrorKind::UnexpectedEof.into());
    }
    Ok(())
}
