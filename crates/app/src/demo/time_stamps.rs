//! A time-stamp authority (RFC 3161) beside the demo: OpenSSL's `ts` behind HTTP on loopback, with keys of its own. Whoever
//! tries evidence sees what an independent clock says, and not the platform's.

use std::io::Write;
use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;

use anyhow::{Context, Result, ensure};
use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use tokio::net::TcpListener;
use tokio::sync::Mutex;
use tracing::warn;

/// Octets of a request: a digest, a policy and a nonce.
const REQUEST_LIMIT_BYTES: usize = 8 * 1024;
/// Days for which its certificates hold: as long as anybody goes on with a demo.
const DAYS: &str = "3650";

/// Nobody's accredited policy: an arc that needs no registration (ITU-T X.667).
const CONFIGURATION: &str = "[ tsa ]
default_tsa = demo
[ demo ]
serial = serial
crypto_device = builtin
signer_digest = sha256
default_policy = 2.25.1795392001
digests = sha256
accuracy = secs:1
clock_precision_digits = 3
ess_cert_id_alg = sha256
";
const EXTENSIONS: &str = "keyUsage = critical, digitalSignature\nextendedKeyUsage = critical, timeStamping\n";

/// An authority that answers as long as the program runs.
pub(super) struct TimeStamps {
    /// Where it is asked.
    pub(super) url: String,
    /// The root of its certificate, as PEM.
    pub(super) roots: PathBuf,
}

impl TimeStamps {
    /// Starts it, with the keys of the last start where there was one. `None`: this machine has no OpenSSL that can, and the
    /// demo starts all the same.
    pub(super) async fn start(data: &Path) -> Result<Option<TimeStamps>> {
        let directory = data.join("time-stamps");
        if !directory.exists() {
            let new = data.join("time-stamps.new");
            // Of a start that was interrupted.
            let _ = std::fs::remove_dir_all(&new);
            if let Err(error) = make(&new) {
                warn!(error = %format!("{error:#}"), "cannot make a time-stamp authority with openssl");
                return Ok(None);
            }
            std::fs::rename(&new, &directory)?;
        }
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let url = format!("http://{}/", listener.local_addr()?);
        let roots = directory.join("root.pem");
        let app = Router::new()
            .route("/", post(stamp))
            .layer(DefaultBodyLimit::max(REQUEST_LIMIT_BYTES))
            // One after the other: the serial numbers lie in a file.
            .with_state(Arc::new(Mutex::new(directory)));
        tokio::spawn(async move { axum::serve(listener, app).await });
        Ok(Some(TimeStamps { url, roots }))
    }
}

/// RFC 3161 §3.4.
async fn stamp(State(directory): State<Arc<Mutex<PathBuf>>>, headers: HeaderMap, request: Bytes) -> Response {
    if headers.get(CONTENT_TYPE).is_none_or(|kind| kind != wire_cms::time_stamp::REQUEST_TYPE) {
        return StatusCode::UNSUPPORTED_MEDIA_TYPE.into_response();
    }
    let directory = directory.lock_owned().await;
    let asked = tokio::task::spawn_blocking(move || {
        let reply = "ts -reply -config tsa.conf -queryfile /dev/stdin -signer clock.pem -inkey clock.key";
        openssl(&directory, &reply.split(' ').collect::<Vec<_>>(), &request)
    });
    match asked.await {
        Ok(Ok(reply)) => ([(CONTENT_TYPE, wire_cms::time_stamp::RESPONSE_TYPE)], reply).into_response(),
        Ok(Err(error)) => {
            warn!(error = %format!("{error:#}"), "the demo's time-stamp authority does not stamp");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

/// A root, and the certificate of a clock below it (RFC 3161 §2.3).
fn make(directory: &Path) -> Result<()> {
    std::fs::create_dir(directory)?;
    std::fs::write(directory.join("tsa.conf"), CONFIGURATION)?;
    std::fs::write(directory.join("extensions"), EXTENSIONS)?;
    std::fs::write(directory.join("serial"), "01\n")?;
    let key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];
    let root = ["-subj", "/O=Relais/CN=Root of the demo's clock", "-x509", "-days", DAYS];
    let of_root = ["-addext", "basicConstraints=critical,CA:TRUE", "-keyout", "root.key", "-out", "root.pem"];
    openssl(directory, &[&["req"][..], &key, &root, &of_root].concat(), &[])?;
    let clock = ["-subj", "/O=Relais/CN=Clock of the demo", "-keyout", "clock.key", "-out", "clock.request"];
    openssl(directory, &[&["req"][..], &key, &clock].concat(), &[])?;
    let signed = "x509 -req -in clock.request -CA root.pem -CAkey root.key -CAcreateserial -extfile extensions -out clock.pem";
    let signed: Vec<&str> = signed.split(' ').chain(["-days", DAYS]).collect();
    openssl(directory, &signed, &[])?;
    Ok(())
}

/// What OpenSSL answers to this input.
fn openssl(directory: &Path, arguments: &[&str], input: &[u8]) -> Result<Vec<u8>> {
    let mut child = Command::new("openssl")
        .args(arguments)
        .current_dir(directory)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .context("openssl")?;
    let mut stdin = child.stdin.take().context("its input is piped")?;
    // Less than what a pipe holds: it cannot wait for us while we wait for it.
    let written = stdin.write_all(input);
    drop(stdin);
    let output = child.wait_with_output()?;
    let said = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "openssl {}: {}", arguments[0], said.trim());
    written?;
    Ok(output.stdout)
}
