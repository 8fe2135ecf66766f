//! The loop between socket and router, with real clients over real sockets.

mod hostile;
mod hosts;
mod speaking;

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::DefaultBodyLimit;
use axum::routing::{get, post};
use axum::{Extension, Json};
use keys::{Authority, ServerTls};
use serde_json::json;
use tokio::net::TcpListener;
use tokio::sync::{Notify, watch};
use tokio::task::JoinHandle;
use world::World;

use crate::{Client, Host, Limits, RequestId, Shared, serve};

/// A door for tests: one listener without and one with TLS.
struct Door {
    plain: SocketAddr,
    tls: SocketAddr,
    shared: Arc<Shared>,
    stop: watch::Sender<bool>,
    running: Vec<JoinHandle<()>>,
    authority: Vec<u8>,
    _files: tempfile::TempDir,
}

async fn door(change: impl FnOnce(&mut Shared)) -> Door {
    let files = tempfile::tempdir().unwrap();
    let world = World::testing();
    let now = model::Timestamp(i64::try_from(std::time::UNIX_EPOCH.elapsed().unwrap().as_millis()).unwrap());
    let authority = Authority::open(files.path(), now).unwrap();
    let names = ["mail.valbois.test", "localhost", "127.0.0.1"].map(str::to_owned);
    let (certificate, key) = authority.server_certificate(&names, now).unwrap();
    let tls = ServerTls::from_files(&certificate, &key).unwrap();
    let (plain, encrypted) = (bind().await, bind().await);
    let (plain_at, tls_at) = (plain.local_addr().unwrap(), encrypted.local_addr().unwrap());
    let mut shared = Shared::new(world);
    change(&mut shared);
    let shared = Arc::new(shared);
    let (stop, shutdown) = watch::channel(false);
    let running = vec![
        tokio::spawn(serve(plain, None, router(), shared.clone(), shutdown.clone())),
        tokio::spawn(serve(encrypted, Some(tls), router(), shared.clone(), shutdown)),
    ];
    let authority = std::fs::read(authority.certificate_file()).unwrap();
    Door { plain: plain_at, tls: tls_at, shared, stop, running, authority, _files: files }
}

async fn bind() -> TcpListener {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap()
}

fn router() -> Router {
    Router::new()
        .route("/", get(async || "here"))
        .route("/health", get(async || "well"))
        .route("/who", get(who))
        .route("/panic", get(panicking))
        .route("/slow", get(slow))
        .route("/held", get(held))
        .route("/small", post(async |body: Bytes| body.len().to_string()).layer(DefaultBodyLimit::max(10)))
        .route("/large", post(async |body: Bytes| body.len().to_string()))
}

async fn who(
    Extension(client): Extension<Client>,
    Extension(host): Extension<Host>,
    Extension(RequestId(id)): Extension<RequestId>,
) -> Json<serde_json::Value> {
    Json(json!({"ip": client.ip.to_string(), "tls": client.is_tls, "host": host.to_string(), "id": id}))
}

async fn panicking() -> &'static str {
    panic!("a test panics")
}

async fn slow() -> &'static str {
    tokio::time::sleep(Duration::from_millis(300)).await;
    "at last"
}

/// The one request to `/held` has begun; it ends once the door has been told to stop.
static HELD_BEGAN: Notify = Notify::const_new();
static HELD_MAY_END: Notify = Notify::const_new();

async fn held() -> &'static str {
    HELD_BEGAN.notify_one();
    HELD_MAY_END.notified().await;
    "at last"
}

impl Door {
    /// A client that trusts the door's authority and finds the name on this machine.
    fn client(&self) -> reqwest::Client {
        reqwest::Client::builder()
            .tls_certs_only([reqwest::Certificate::from_pem(&self.authority).unwrap()])
            .resolve("mail.valbois.test", self.tls)
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .unwrap()
    }

    fn https(&self, path: &str) -> String {
        format!("https://mail.valbois.test:{}{path}", self.tls.port())
    }

    fn http(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.plain.port())
    }
}

/// Limits so short that a test can wait for them.
fn impatient(limits: &mut Limits) {
    limits.header_timeout = Duration::from_millis(200);
    limits.handshake_timeout = Duration::from_millis(200);
    limits.request_timeout = Duration::from_millis(200);
    limits.idle_timeout = Duration::from_millis(400);
}
