//! The sockets of the doors, all bound before anything else is promised.

use std::net::SocketAddr;

use anyhow::{Context, Result};
use socket2::{Domain, Protocol, Socket, Type};
use tokio::net::TcpListener;

use crate::config::Listen;

/// Connections that wait to be accepted.
const BACKLOG: i32 = 1024;

/// A bound socket and the service behind it.
pub struct Listener {
    /// Which list of `[listen]` it comes from.
    pub service: Service,
    /// The socket.
    pub socket: TcpListener,
}

/// The services that this version has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Service {
    /// Mail from other servers.
    Smtp,
    /// Mail from our users, STARTTLS.
    Submission,
    /// Mail from our users, TLS.
    Submissions,
    /// Mail from a neighbour.
    Lmtp,
    /// IMAP, STARTTLS.
    Imap,
    /// IMAP, TLS.
    Imaps,
}

impl Service {
    /// The key of `[listen]`.
    pub fn key(self) -> &'static str {
        match self {
            Service::Smtp => "smtp",
            Service::Submission => "submission",
            Service::Submissions => "submissions",
            Service::Lmtp => "lmtp",
            Service::Imap => "imap",
            Service::Imaps => "imaps",
        }
    }
}

/// The addresses of each service in `listen`.
pub fn addresses(listen: &Listen) -> Vec<(Service, SocketAddr)> {
    let lists = [
        (Service::Smtp, &listen.smtp),
        (Service::Submission, &listen.submission),
        (Service::Submissions, &listen.submissions),
        (Service::Lmtp, &listen.lmtp),
        (Service::Imap, &listen.imap),
        (Service::Imaps, &listen.imaps),
    ];
    lists
        .into_iter()
        .flat_map(|(service, list)| list.iter().map(move |address| (service, *address)))
        .collect()
}

/// Binds every address of `listen`; inside a tokio runtime.
pub fn bind(listen: &Listen) -> Result<Vec<Listener>> {
    addresses(listen)
        .into_iter()
        .map(|(service, address)| {
            let socket = bind_one(address)
                .with_context(|| format!("listen.{}: cannot listen on {address}", service.key()))?;
            Ok(Listener { service, socket })
        })
        .collect()
}

fn bind_one(address: SocketAddr) -> Result<TcpListener> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
    // A restart must not wait for the connections of the former process to be forgotten.
    socket.set_reuse_address(true)?;
    if address.is_ipv6() {
        // So that [::]:25 and 0.0.0.0:25 can both be listed.
        socket.set_only_v6(true)?;
    }
    socket.set_nonblocking(true)?;
    socket.bind(&address.into())?;
    socket.listen(BACKLOG)?;
    Ok(TcpListener::from_std(socket.into())?)
}
