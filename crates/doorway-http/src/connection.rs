//! One connection: TLS, then HTTP/1.1 or HTTP/2, until it ends, idles too long or the program stops.

use std::convert::Infallible;
use std::io;
use std::net::IpAddr;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll, ready};

use axum::Router;
use axum::body::Body;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use keys::ServerTls;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::time::{Sleep, sleep, timeout};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tracing::debug;

use crate::limits::{IDLE_LOOK, LINGER, LINGER_OCTETS};
use crate::{Client, Shared, request};

const H2: &[u8] = b"h2";

/// The settings of the doors, with the protocols that this one speaks (RFC 7301, RFC 9113 §3.2).
pub(crate) fn with_alpn(tls: &ServerTls) -> ServerConfig {
    let mut config = (*tls.config()).clone();
    config.alpn_protocols = vec![H2.to_vec(), b"http/1.1".to_vec()];
    config
}

/// Talks until the connection ends.
pub(crate) async fn converse(
    stream: TcpStream,
    ip: IpAddr,
    tls: Option<TlsAcceptor>,
    router: Router,
    shared: Arc<Shared>,
    shutdown: watch::Receiver<bool>,
) {
    let moved = Arc::new(AtomicU64::new(0));
    let client = Client { ip: ip.to_canonical(), is_tls: tls.is_some() };
    let conversation = Conversation { client, router, shared, moved: moved.clone(), shutdown };
    match tls {
        None => conversation.one(Watched { inner: stream, moved, linger: None }).await,
        Some(acceptor) => {
            let patience = conversation.shared.limits.handshake_timeout;
            match timeout(patience, acceptor.accept(Watched { inner: stream, moved, linger: None })).await {
                Ok(Ok(stream)) if stream.get_ref().1.alpn_protocol() == Some(H2) => {
                    conversation.two(stream).await;
                }
                Ok(Ok(stream)) => conversation.one(stream).await,
                Ok(Err(error)) => debug!(peer = %ip, %error, "no TLS"),
                Err(_) => debug!(peer = %ip, "no TLS in time"),
            }
        }
    }
}

struct Conversation {
    client: Client,
    router: Router,
    shared: Arc<Shared>,
    moved: Arc<AtomicU64>,
    shutdown: watch::Receiver<bool>,
}

/// An answer under way.
type Answering = Pin<Box<dyn Future<Output = Result<hyper::Response<Body>, Infallible>> + Send>>;

/// The two kinds of connections, as far as they are alike.
macro_rules! drive {
    ($conversation:expr, $connection:expr) => {{
        let Conversation { client, shared, moved, mut shutdown, .. } = $conversation;
        let mut connection = pin!($connection);
        let mut seen = moved.load(Ordering::Relaxed);
        let mut idle_since = tokio::time::Instant::now();
        let mut is_stopping = false;
        let look = IDLE_LOOK.min(shared.limits.idle_timeout);
        loop {
            tokio::select! {
                ended = connection.as_mut() => {
                    if let Err(error) = ended {
                        debug!(peer = %client.ip, %error, "a connection broke");
                    }
                    break;
                }
                () = async { drop(shutdown.wait_for(|stop| *stop).await) }, if !is_stopping => {
                    is_stopping = true;
                    connection.as_mut().graceful_shutdown();
                }
                () = tokio::time::sleep(look) => {
                    let now = moved.load(Ordering::Relaxed);
                    if now != seen {
                        (seen, idle_since) = (now, tokio::time::Instant::now());
                    } else if idle_since.elapsed() >= shared.limits.idle_timeout {
                        debug!(peer = %client.ip, "an idle connection is closed");
                        break;
                    }
                }
            }
        }
    }};
}

impl Conversation {
    /// HTTP/1.1 (RFC 9112).
    async fn one(self, stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static) {
        let limits = &self.shared.limits;
        let connection = hyper::server::conn::http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(limits.header_timeout)
            .max_headers(limits.header_count)
            .max_buf_size(limits.head_bytes)
            .serve_connection(TokioIo::new(stream), service_fn(self.service()));
        drive!(self, connection);
    }

    /// HTTP/2 (RFC 9113).
    async fn two(self, stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static) {
        let limits = &self.shared.limits;
        let connection = hyper::server::conn::http2::Builder::new(TokioExecutor::new())
            .timer(TokioTimer::new())
            .max_concurrent_streams(limits.streams)
            .max_header_list_size(u32::try_from(limits.head_bytes).unwrap_or(u32::MAX))
            .serve_connection(TokioIo::new(stream), service_fn(self.service()));
        drive!(self, connection);
    }

    fn service(&self) -> impl Fn(hyper::Request<Incoming>) -> Answering + use<> {
        let (client, router, shared) = (self.client, self.router.clone(), self.shared.clone());
        move |request| {
            let (router, shared) = (router.clone(), shared.clone());
            Box::pin(async move {
                let request = request.map(Body::new);
                Ok(request::answer(request, client, router, &shared).await)
            })
        }
    }
}

/// A stream that tells whether anything moves, and that ends gently.
struct Watched {
    inner: TcpStream,
    moved: Arc<AtomicU64>,
    linger: Option<Linger>,
}

/// What is left of the patience with a client that still sends after our last word. Whoever closes while octets are
/// unread resets the connection, and the client may never read why its request was refused (RFC 9112 §9.6).
struct Linger {
    until: Pin<Box<Sleep>>,
    octets: usize,
}

impl AsyncRead for Watched {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        let polled = Pin::new(&mut self.inner).poll_read(cx, buf);
        if buf.filled().len() > before {
            self.moved.fetch_add(1, Ordering::Relaxed);
        }
        polled
    }
}

impl AsyncWrite for Watched {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let polled = Pin::new(&mut self.inner).poll_write(cx, bytes);
        if matches!(polled, Poll::Ready(Ok(1..))) {
            self.moved.fetch_add(1, Ordering::Relaxed);
        }
        polled
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let polled = Pin::new(&mut self.inner).poll_write_vectored(cx, slices);
        if matches!(polled, Poll::Ready(Ok(1..))) {
            self.moved.fetch_add(1, Ordering::Relaxed);
        }
        polled
    }

    fn is_write_vectored(&self) -> bool {
        self.inner.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let Watched { inner, linger, .. } = &mut *self;
        let linger = match linger {
            Some(linger) => linger,
            None => {
                ready!(Pin::new(&mut *inner).poll_shutdown(cx))?;
                linger.insert(Linger { until: Box::pin(sleep(LINGER)), octets: LINGER_OCTETS })
            }
        };
        let mut thrown_away = [0; 4096];
        while linger.octets > 0 && linger.until.as_mut().poll(cx).is_pending() {
            let mut buf = ReadBuf::new(&mut thrown_away);
            let read = ready!(Pin::new(&mut *inner).poll_read(cx, &mut buf));
            if read.is_err() || buf.filled().is_empty() {
                break;
            }
            linger.octets = linger.octets.saturating_sub(buf.filled().len());
        }
        Poll::Ready(Ok(()))
    }
}
