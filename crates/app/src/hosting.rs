//! The roles of this node: which doors are open, and whether it brings letters to other servers.
//!
//! A node that is started as a host (`node.host`, or `relais serve --host`) does what the applied roles of that host
//! say, and follows a newly applied role without a restart: a door that closes ends its sessions as at a stop, one
//! that opens listens where it did at the start. Without a host everything is open. Pages, the API and the DNS have
//! no role: every node serves what its configuration lists.

use std::net::SocketAddr;
use std::sync::Arc;

use directory::Scope;
use hosts::{HOSTS, Roles, ServerRole};
use model::Chain;
use tokio::net::TcpListener;
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tracing::{info, warn};
use zones::Standing;

use crate::installation::{Installation, MAINTENANCE_INTERVAL};
use crate::listeners::{self, Listener, Purpose};

/// The doors that letters come and go through.
pub(crate) struct MailDoors {
    /// SMTP, submission, LMTP.
    pub(crate) smtp: Arc<door_smtp::Shared>,
    /// IMAP.
    pub(crate) imap: Arc<door_imap::Shared>,
}

/// The role that opens a door; `None`: every node does.
pub(crate) fn role_of(purpose: Purpose) -> Option<ServerRole> {
    match purpose {
        Purpose::Imap | Purpose::Imaps => Some(ServerRole::Imap),
        // A filter brings what it took for port 25.
        Purpose::Smtp | Purpose::Lmtp => Some(ServerRole::SmtpIn),
        Purpose::Submission | Purpose::Submissions => Some(ServerRole::SmtpOut),
        Purpose::Http | Purpose::Https | Purpose::Dns => None,
    }
}

/// A listener that opens and closes with its role.
struct Gate {
    purpose: Purpose,
    role: ServerRole,
    address: SocketAddr,
    state: State,
}

enum State {
    /// Bound and not yet served: how a node starts.
    Bound(TcpListener),
    /// Served until the sender turns true.
    Open(watch::Sender<bool>),
    Closed,
}

/// Opens and closes the mail doors as the roles of this node say, until `shutdown` becomes true; brings the mail
/// records of domains up to date when servers are applied.
pub(crate) async fn follow(
    installation: Installation,
    listeners: Vec<Listener>,
    doors: MailDoors,
    mut shutdown: watch::Receiver<bool>,
) {
    let mut notices = installation.hosts.subscribe();
    let mut gates: Vec<Gate> = listeners.into_iter().filter_map(gate).collect();
    let mut sessions = JoinSet::new();
    let mut known = None;
    let mut has_news = true;
    loop {
        if let Some(roles) = roles(&installation).await {
            if known != Some(roles) && installation.config.node.host.is_some() {
                info!(%roles, "this node does what its host's roles say");
            }
            known = Some(roles);
            installation.flow.carry_remote(roles.smtp_out);
            for gate in &mut gates {
                gate.turn(roles, &doors, &mut sessions);
            }
        }
        if has_news {
            follow_records(&installation).await;
        }
        has_news = tokio::select! {
            () = changed(&mut notices) => true,
            () = installation.world.clock.sleep(MAINTENANCE_INTERVAL) => false,
            Some(_) = sessions.join_next(), if !sessions.is_empty() => false,
            _ = shutdown.wait_for(|stop| *stop) => break,
        };
    }
    for gate in &mut gates {
        gate.turn(Roles::default(), &doors, &mut sessions);
    }
    while sessions.join_next().await.is_some() {}
}

fn gate(listener: Listener) -> Option<Gate> {
    let Listener { purpose, socket, .. } = listener;
    let address = socket.local_addr().ok()?;
    Some(Gate { purpose, role: role_of(purpose)?, address, state: State::Bound(socket) })
}

impl Gate {
    fn turn(&mut self, roles: Roles, doors: &MailDoors, sessions: &mut JoinSet<()>) {
        let key = self.purpose.key();
        let state = std::mem::replace(&mut self.state, State::Closed);
        self.state = match (state, roles.has(self.role)) {
            (State::Bound(socket), true) => self.open(socket, doors, sessions),
            (State::Closed, true) => match listeners::bind_one(self.address) {
                Ok(socket) => {
                    info!(door = key, address = %self.address, "a door opens");
                    self.open(socket, doors, sessions)
                }
                Err(error) => {
                    warn!(door = key, address = %self.address, %error, "a door cannot open yet");
                    State::Closed
                }
            },
            (open @ State::Open(_), true) => open,
            (State::Open(stop), false) => {
                info!(door = key, address = %self.address, "a door closes");
                stop.send_replace(true);
                State::Closed
            }
            (State::Bound(_) | State::Closed, false) => State::Closed,
        };
    }

    fn open(&self, socket: TcpListener, doors: &MailDoors, sessions: &mut JoinSet<()>) -> State {
        let (stop, stopped) = watch::channel(false);
        let (smtp, imap) = (doors.smtp.clone(), doors.imap.clone());
        match self.purpose {
            Purpose::Smtp => sessions.spawn(door_smtp::serve(socket, door_smtp::Kind::Mx, smtp, stopped)),
            Purpose::Submission => {
                sessions.spawn(door_smtp::serve(socket, door_smtp::Kind::Submission, smtp, stopped))
            }
            Purpose::Submissions => {
                sessions.spawn(door_smtp::serve(socket, door_smtp::Kind::Submissions, smtp, stopped))
            }
            Purpose::Lmtp => sessions.spawn(door_smtp::serve(socket, door_smtp::Kind::Lmtp, smtp, stopped)),
            Purpose::Imap => sessions.spawn(door_imap::serve(socket, door_imap::Kind::Imap, imap, stopped)),
            Purpose::Imaps => sessions.spawn(door_imap::serve(socket, door_imap::Kind::Imaps, imap, stopped)),
            Purpose::Http | Purpose::Https | Purpose::Dns => return State::Closed,
        };
        State::Open(stop)
    }
}

/// The roles of this node now; `None` if they cannot be read, and then those known before hold.
async fn roles(installation: &Installation) -> Option<Roles> {
    let Some(host) = &installation.config.node.host else { return Some(Roles::ALL) };
    match installation.hosts.roles_of(host).await {
        Ok(Some(roles)) => Some(roles),
        Ok(None) => Some(Roles::default()),
        Err(error) => {
            warn!(error = %Chain(&error), host, "cannot read the roles of this host now");
            None
        }
    }
}

/// The mail records of domains with servers of their own say what is applied.
async fn follow_records(installation: &Installation) {
    let scope = Scope::Operator("mail records follow the applied servers");
    let zones = installation.zones.administration(scope, trail::Actor::program("relais"));
    let domains = match installation.hosts.domains_with_servers().await {
        Ok(domains) => domains,
        Err(error) => {
            warn!(error = %Chain(&error), "cannot read which domains have servers now");
            return;
        }
    };
    for domain in domains {
        match zones.refresh(&domain, Standing::Stays).await {
            Ok(_) => {}
            // Deleted meanwhile, or the installation has no settings yet.
            Err(error) if error.is_refusal() => {}
            Err(error) => warn!(error = %Chain(&error), %domain, "cannot bring mail records up to date now"),
        }
    }
}

/// Waits until hosts or servers may have changed.
async fn changed(notices: &mut db::Notices) {
    loop {
        match notices.recv().await {
            Ok(notice) if notice.channel != HOSTS => {}
            Ok(_) | Err(RecvError::Lagged(_)) => return,
            // The database closes with the program.
            Err(RecvError::Closed) => std::future::pending().await,
        }
    }
}
