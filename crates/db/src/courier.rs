//! Carries notices between nodes: one connection that listens to what others tell and tells them what
//! was committed here.
//!
//! Not inside the transactions: PostgreSQL commits those with a NOTIFY one after the other, which
//! would undo its group commit. Subscribers on this node hear of a commit at once, the others a
//! moment later; if the connection breaks, or this node dies in between, notices can be missed. After
//! a break every subscriber hears `Lagged`, and so looks again at everything.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use model::OrganisationId;
use parking_lot::Mutex;
use tokio::sync::mpsc;

use crate::error::DbError;
use crate::limits::{LISTEN_WAIT, NOTICES_LIMIT, RECONNECT_PAUSE};
use crate::postgres::{Heard, Server};
use crate::sqlite::spawn;
use crate::{Notice, Shared};

pub(crate) struct Courier {
    server: Arc<Server>,
    shared: Arc<Shared>,
    /// The sender is taken when the database closes.
    route: Mutex<Option<mpsc::Sender<Notice>>>,
    thread: Mutex<Option<std::thread::JoinHandle<()>>>,
    /// Notices did not fit: tell the others to look again at everything.
    overflow: Arc<AtomicBool>,
}

impl Courier {
    pub(crate) fn new(server: Arc<Server>, shared: Arc<Shared>) -> Courier {
        Courier {
            server,
            shared,
            route: Mutex::new(None),
            thread: Mutex::new(None),
            overflow: Arc::new(AtomicBool::new(false)),
        }
    }

    /// Starts the thread and waits a moment until it listens.
    pub(crate) fn listen(&self) {
        if let Some(ready) = self.start() {
            // Without a connection within this time, the break is handled as any other.
            let _ = ready.recv_timeout(LISTEN_WAIT);
        }
    }

    /// Tells the other nodes.
    pub(crate) fn carry(&self, notice: Notice) {
        self.start();
        let sent = self.route.lock().as_ref().map(|route| route.try_send(notice));
        if !matches!(sent, Some(Ok(()))) {
            self.overflow.store(true, Ordering::Relaxed);
        }
    }

    /// Ends the thread when everything that waits has been told.
    pub(crate) fn close(&self) {
        drop(self.route.lock().take());
        let thread = self.thread.lock().take();
        crate::join_all(thread.into_iter().collect());
    }

    fn start(&self) -> Option<std::sync::mpsc::Receiver<()>> {
        let mut thread = self.thread.lock();
        if thread.is_some() {
            return None;
        }
        let (route, outgoing) = mpsc::channel(NOTICES_LIMIT);
        let (ready, listening) = std::sync::mpsc::channel();
        let mut round = Round {
            server: Arc::clone(&self.server),
            shared: Arc::clone(&self.shared),
            overflow: Arc::clone(&self.overflow),
            outgoing,
            ready: Some(ready),
            broke: false,
        };
        match spawn("db-notices", move || round.serve()) {
            Ok(handle) => {
                *self.route.lock() = Some(route);
                *thread = Some(handle);
            }
            Err(error) => tracing::error!(error = %model::Chain(&error), "no notices from other nodes"),
        }
        Some(listening)
    }
}

/// What the thread has.
struct Round {
    server: Arc<Server>,
    shared: Arc<Shared>,
    overflow: Arc<AtomicBool>,
    outgoing: mpsc::Receiver<Notice>,
    ready: Option<std::sync::mpsc::Sender<()>>,
    broke: bool,
}

impl Round {
    fn serve(&mut self) {
        let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
            Ok(runtime) => runtime,
            Err(error) => {
                tracing::error!(error = %model::Chain(&error), "no notices from other nodes");
                return;
            }
        };
        loop {
            match runtime.block_on(self.session()) {
                Ok(()) => return,
                Err(error) => {
                    tracing::warn!(error = %model::Chain(&error), "the connection for notices broke");
                    self.broke = true;
                    if self.outgoing.is_closed() {
                        return;
                    }
                    runtime.block_on(async { tokio::time::sleep(RECONNECT_PAUSE).await });
                }
            }
        }
    }

    /// Listens and tells until the database closes (`Ok`) or the connection breaks.
    async fn session(&mut self) -> Result<(), DbError> {
        let failed = |source| DbError::unavailable("carry notices", source);
        let (to_us, mut heard) = mpsc::channel(NOTICES_LIMIT);
        let client = self.server.connect(Some(to_us)).await?;
        let row = client.query_one("SELECT pg_backend_pid(), current_schema()::text", &[]).await;
        let row = row.map_err(failed)?;
        let (ourselves, schema): (i32, Option<String>) = (row.get(0), row.get(1));
        // Of fixed length, because PostgreSQL takes 63 octets.
        let digest = blake3::hash(schema.unwrap_or_default().as_bytes()).to_hex();
        let channel = format!("relais_{}", &digest.as_str()[..32]);
        client.batch_execute(&format!("LISTEN {channel}")).await.map_err(failed)?;
        let tell = client.prepare("SELECT pg_notify($1, $2)").await.map_err(failed)?;
        let _ = self.ready.take().map(|ready| ready.send(()));
        if std::mem::take(&mut self.broke) {
            self.shared.tell_all();
            self.overflow.store(true, Ordering::Relaxed);
        }
        loop {
            if self.overflow.swap(false, Ordering::Relaxed) {
                client.execute(&tell, &[&channel, &""]).await.map_err(failed)?;
            }
            tokio::select! {
                incoming = heard.recv() => match incoming {
                    None => {
                        let source = std::io::Error::other("the connection broke");
                        return Err(DbError::unavailable("hear notices", source));
                    }
                    Some(Heard { process, .. }) if process == ourselves => {}
                    Some(Heard { payload, .. }) => match unpack(&payload) {
                        None => self.shared.tell_all(),
                        Some(notice) => self.shared.tell(notice),
                    },
                },
                outgoing = self.outgoing.recv() => match outgoing {
                    None => return Ok(()),
                    Some(notice) => {
                        let text = pack(&notice);
                        client.execute(&tell, &[&channel, &text]).await.map_err(failed)?;
                    }
                },
            }
        }
    }
}

/// The notice as a line of channel and organisation, and the payload below.
fn pack(notice: &Notice) -> String {
    let organisation = notice.organisation.map(|id| id.to_string()).unwrap_or_default();
    format!("{} {organisation}\n{}", notice.channel, notice.payload)
}

/// What [`pack`] made; `None` for anything else, after which everybody looks again.
fn unpack(text: &str) -> Option<Notice> {
    let (head, payload) = text.split_once('\n')?;
    let (channel, organisation) = head.split_once(' ')?;
    let organisation = match organisation {
        "" => None,
        id => Some(OrganisationId(id.parse().ok()?)),
    };
    Some(Notice { channel: channel.to_owned(), payload: payload.to_owned(), organisation })
}
