//! The bytes' way: plain or within TLS.

use std::io;

use bytes::BytesMut;
use rustls::ServerConnection;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio_rustls::server::TlsStream;

/// A connection, before or after its handshake.
pub(crate) enum Wire<S> {
    Plain(S),
    Tls(Box<TlsStream<S>>),
    /// Taken for a handshake that failed.
    Gone,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Wire<S> {
    /// Reads what is there, at most what `buffer` has room for; 0 at the end.
    pub(crate) async fn read(&mut self, buffer: &mut BytesMut) -> io::Result<usize> {
        match self {
            Wire::Plain(stream) => stream.read_buf(buffer).await,
            Wire::Tls(stream) => stream.read_buf(buffer).await,
            Wire::Gone => Ok(0),
        }
    }

    /// Writes everything and sees that it leaves.
    pub(crate) async fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        match self {
            Wire::Plain(stream) => stream.write_all(bytes).await,
            Wire::Tls(stream) => {
                stream.write_all(bytes).await?;
                stream.flush().await
            }
            Wire::Gone => Ok(()),
        }
    }

    /// Says that nothing more will be written.
    pub(crate) async fn shutdown(&mut self) -> io::Result<()> {
        match self {
            Wire::Plain(stream) => stream.shutdown().await,
            Wire::Tls(stream) => stream.shutdown().await,
            Wire::Gone => Ok(()),
        }
    }
}

/// Protocol version and cipher suite in the form of a Received field: `TLSv1.3 TLS_AES_256_GCM_SHA384`.
pub(crate) fn describe(connection: &ServerConnection) -> String {
    let version = connection.protocol_version().and_then(|version| version.as_str()).unwrap_or("TLS");
    let suite = connection.negotiated_cipher_suite().and_then(|suite| suite.suite().as_str()).unwrap_or("");
    // rustls names the suites of TLS 1.3 `TLS13_…`; the registry has `TLS_…`.
    format!("{} {}", version.replace("TLSv1_", "TLSv1."), suite.replace("TLS13_", "TLS_"))
}
