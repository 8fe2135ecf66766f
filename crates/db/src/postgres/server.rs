//! How a server is reached: the URL, TLS, and the task that moves a connection's bytes.

use std::sync::Arc;

use tokio::sync::mpsc;
use tokio_postgres::config::SslMode;
use tokio_postgres::{Client, Config};

use crate::error::DbError;
use crate::limits::*;

/// How to reach the server.
pub(crate) struct Server {
    config: Config,
    tls: Option<rustls::ClientConfig>,
    pub(crate) schema: Option<String>,
}

impl Server {
    pub(super) fn parse(url: &str, schema: Option<String>) -> Result<Server, DbError> {
        let wrong = || DbError::Url { url: without_password(url) };
        let mut parsed = url::Url::parse(url).map_err(|_| wrong())?;
        let mut roots_file = None;
        let mut kept = Vec::new();
        for (name, value) in parsed.query_pairs() {
            match (&*name, &*value) {
                ("sslrootcert", path) => roots_file = Some(path.to_owned()),
                // We never speak TLS without verifying whom we speak to.
                ("sslmode", "verify-full" | "verify-ca") => {
                    kept.push(("sslmode".to_owned(), "require".to_owned()));
                }
                (name, value) => kept.push((name.to_owned(), value.to_owned())),
            }
        }
        if kept.is_empty() {
            parsed.set_query(None);
        } else {
            // Not form encoding: a plus sign stays a plus sign.
            let pairs: Vec<String> =
                kept.iter().map(|(name, value)| format!("{name}={}", percent(value))).collect();
            parsed.set_query(Some(&pairs.join("&")));
        }
        let mut config: Config = parsed.as_str().parse().map_err(|_| wrong())?;
        config.connect_timeout(CONNECT_TIMEOUT).keepalives_idle(KEEPALIVE_IDLE);
        config.tcp_user_timeout(TCP_USER_TIMEOUT);
        if config.get_application_name().is_none() {
            config.application_name("relais");
        }
        let tls = match config.get_ssl_mode() {
            SslMode::Require => Some(client_config(roots_file.as_deref())?),
            _ => {
                config.ssl_mode(SslMode::Disable);
                None
            }
        };
        Ok(Server { config, tls, schema })
    }

    /// Connects and lets `drive` have the connection, which must be polled for the client to work.
    pub(crate) async fn connect(&self, courier: Option<mpsc::Sender<Heard>>) -> Result<Client, DbError> {
        let failed = |source| DbError::unavailable("connect to PostgreSQL", source);
        let client = match &self.tls {
            None => {
                let (client, connection) =
                    self.config.connect(tokio_postgres::NoTls).await.map_err(failed)?;
                tokio::spawn(drive(connection, courier));
                client
            }
            Some(tls) => {
                let tls = tokio_postgres_rustls::MakeRustlsConnect::new(tls.clone());
                let (client, connection) = self.config.connect(tls).await.map_err(failed)?;
                tokio::spawn(drive(connection, courier));
                client
            }
        };
        if let Some(schema) = &self.schema {
            client.batch_execute(&format!("SET search_path TO {}", quoted(schema))).await.map_err(failed)?;
        }
        // A name of 63 octets is cut silently and such notices only fill the log.
        client.batch_execute("SET client_min_messages TO warning").await.map_err(failed)?;
        Ok(client)
    }
}

/// A notice of another connection.
pub(crate) struct Heard {
    pub(crate) process: i32,
    pub(crate) payload: String,
}

/// Moves a connection's bytes until it breaks or its client goes; hands notifications over.
async fn drive<S, T>(mut connection: tokio_postgres::Connection<S, T>, courier: Option<mpsc::Sender<Heard>>)
where
    S: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin,
    T: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin,
{
    loop {
        let message = std::future::poll_fn(|context| connection.poll_message(context)).await;
        match message {
            Some(Ok(tokio_postgres::AsyncMessage::Notification(notification))) => {
                let Some(courier) = &courier else { continue };
                let heard =
                    Heard { process: notification.process_id(), payload: notification.payload().to_owned() };
                if courier.send(heard).await.is_err() {
                    return;
                }
            }
            Some(Ok(_)) => {}
            Some(Err(error)) => {
                tracing::debug!(error = %model::Chain(&error), "a connection to PostgreSQL broke");
                return;
            }
            None => return,
        }
    }
}

fn client_config(roots_file: Option<&str>) -> Result<rustls::ClientConfig, DbError> {
    use rustls::pki_types::CertificateDer;
    use rustls::pki_types::pem::PemObject;
    let failed = |source: std::io::Error| DbError::unavailable("read the root certificates", source);
    let mut roots = rustls::RootCertStore::empty();
    match roots_file {
        Some(path) => {
            let certificates = CertificateDer::pem_file_iter(path)
                .and_then(|certificates| certificates.collect::<Result<Vec<_>, _>>())
                .map_err(|error| failed(std::io::Error::other(error)))?;
            roots.add_parsable_certificates(certificates);
        }
        None => {
            roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        }
    }
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    Ok(rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|source| DbError::unavailable("set up TLS", source))?
        .with_root_certificates(roots)
        .with_no_client_auth())
}

fn percent(value: &str) -> String {
    let keep = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~/:,".contains(&byte);
    value.bytes().map(|b| if keep(b) { char::from(b).to_string() } else { format!("%{b:02X}") }).collect()
}

fn without_password(url: &str) -> String {
    match url::Url::parse(url) {
        Ok(mut parsed) => {
            // Fails only for URLs that cannot hold a password.
            let _ = parsed.set_password(None);
            parsed.set_query(None);
            parsed.into()
        }
        Err(_) => "postgres://…".to_owned(),
    }
}

pub(crate) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}
