//! Connections between two transactions, kept for a short while.

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};

use model::Timestamp;
use parking_lot::Mutex;

use crate::connection::{Connection, Encryption, Server};
use crate::limits::{IDLE_LIMIT, IDLE_PER_SERVER, IDLE_TIME, USES_LIMIT};

/// What makes a connection fit for use again: the server, and what was demanded of it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Key {
    address: SocketAddr,
    /// Whose letters it carries: those of others leave from elsewhere.
    source: Option<IpAddr>,
    encryption: Encryption,
    /// Where the certificate says who the server is, it says so for one name.
    host: Option<String>,
}

impl Key {
    pub(crate) fn of(server: &Server) -> Key {
        let host = server.encryption.policy().verifies().then(|| server.host.clone());
        Key { address: server.address, source: server.source, encryption: server.encryption.clone(), host }
    }
}

/// Idle connections by server.
#[derive(Default)]
pub(crate) struct Pool {
    idle: Mutex<HashMap<Key, Vec<Connection>>>,
}

impl Pool {
    /// A connection to that server that was used a moment ago.
    pub(crate) fn take(&self, server: &Key, now: Timestamp) -> Option<Connection> {
        let mut idle = self.idle.lock();
        let connections = idle.get_mut(server)?;
        // The youngest: the older ones run into their end.
        let found = connections.pop().filter(|connection| now.since(connection.idle_since) < IDLE_TIME);
        if found.is_none() || connections.is_empty() {
            idle.remove(server);
        }
        found
    }

    /// Puts a connection aside; gives it back if it is not worth keeping.
    pub(crate) fn put(&self, server: Key, mut connection: Connection, now: Timestamp) -> Option<Connection> {
        let mut idle = self.idle.lock();
        let count: usize = idle.values().map(Vec::len).sum();
        let connections = idle.entry(server).or_default();
        if count >= IDLE_LIMIT || connections.len() >= IDLE_PER_SERVER || connection.uses >= USES_LIMIT {
            return Some(connection);
        }
        connection.idle_since = now;
        connections.push(connection);
        None
    }

    /// Takes out what has been idle for too long, or everything.
    pub(crate) fn expired(&self, now: Timestamp, all: bool) -> Vec<Connection> {
        let mut expired = Vec::new();
        self.idle.lock().retain(|_, connections| {
            let (old, young): (Vec<_>, Vec<_>) = connections
                .drain(..)
                .partition(|connection| all || now.since(connection.idle_since) >= IDLE_TIME);
            expired.extend(old);
            *connections = young;
            !connections.is_empty()
        });
        expired
    }
}
