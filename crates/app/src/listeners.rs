//! The sockets of the doors, all bound before anything else is promised.

use std::net::{SocketAddr, UdpSocket};

use anyhow::{Context, Result};
use socket2::{Domain, Protocol, Socket, Type};
use tokio::net::TcpListener;

use crate::config::Listen;

/// Connections that wait to be accepted.
const BACKLOG: i32 = 1024;

/// A bound socket and what it is for.
pub struct Listener {
    /// Which list of `[listen]` it comes from.
    pub purpose: Purpose,
    /// The socket.
    pub socket: TcpListener,
    /// Those for datagrams on the same port: of DNS only.
    pub datagrams: Vec<UdpSocket>,
}

/// What a socket is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
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
    /// HTTP: mostly the way to https.
    Http,
    /// HTTP over TLS.
    Https,
    /// DNS: the hosted zones.
    Dns,
}

impl Purpose {
    /// The key of `[listen]`.
    pub fn key(self) -> &'static str {
        match self {
            Purpose::Smtp => "smtp",
            Purpose::Submission => "submission",
            Purpose::Submissions => "submissions",
            Purpose::Lmtp => "lmtp",
            Purpose::Imap => "imap",
            Purpose::Imaps => "imaps",
            Purpose::Http => "http",
            Purpose::Https => "https",
            Purpose::Dns => "dns",
        }
    }
}

/// The addresses of each service in `listen`.
pub fn addresses(listen: &Listen) -> Vec<(Purpose, SocketAddr)> {
    let lists = [
        (Purpose::Smtp, &listen.smtp),
        (Purpose::Submission, &listen.submission),
        (Purpose::Submissions, &listen.submissions),
        (Purpose::Lmtp, &listen.lmtp),
        (Purpose::Imap, &listen.imap),
        (Purpose::Imaps, &listen.imaps),
        (Purpose::Http, &listen.http),
        (Purpose::Https, &listen.https),
        (Purpose::Dns, &listen.dns),
    ];
    lists
        .into_iter()
        .flat_map(|(purpose, list)| list.iter().map(move |address| (purpose, *address)))
        .collect()
}

/// Binds every address of `listen`; inside a tokio runtime.
pub fn bind(listen: &Listen) -> Result<Vec<Listener>> {
    addresses(listen)
        .into_iter()
        .map(|(purpose, address)| {
            let cannot = || format!("listen.{}: cannot listen on {address}", purpose.key());
            let socket = bind_one(address).with_context(cannot)?;
            let datagrams = match purpose {
                // Where the system chose the port, it is the same for both.
                Purpose::Dns => socket.local_addr().and_then(door_dns::bind_udp).with_context(cannot)?,
                _ => Vec::new(),
            };
            Ok(Listener { purpose, socket, datagrams })
        })
        .collect()
}

/// Binds one address; inside a tokio runtime.
pub(crate) fn bind_one(address: SocketAddr) -> Result<TcpListener> {
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
