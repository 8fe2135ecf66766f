//! Real requests over loopback, with operations that remember in memory.

mod attacks;
mod callers;
mod fake;
mod http;
mod tables;
mod zeep;

use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use world::World;

use crate::{Addresses, Limits, Parts, router};

use fake::{Fake, Known};

/// Python with interop/requirements.txt, as `scripts/test install` makes it.
const PYTHON: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../target/interop-venv/bin/python");

/// Runs a script; its output, or a test that fails with what it said.
fn python(script: &str, arguments: &[&str]) -> String {
    assert!(Path::new(PYTHON).exists(), "scripts/test install makes target/interop-venv, where zeep is");
    let output = Command::new(PYTHON).args(["-c", script]).args(arguments).output().expect("python runs");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{}\n{said}", String::from_utf8_lossy(&output.stdout));
    String::from_utf8(output.stdout).expect("it prints text")
}

/// A door on loopback, without TLS.
struct Door {
    address: SocketAddr,
    operations: Fake,
    stop: watch::Sender<bool>,
    running: JoinHandle<()>,
}

fn parts(address: &str, limits: Limits) -> (Fake, Parts<Fake, Known>) {
    let operations = Fake::default();
    let addresses = Addresses {
        send: address.to_owned(),
        read: format!("{address}/"),
        administration: address.to_owned(),
    };
    let parts = Parts {
        world: World::testing(),
        operations: operations.clone(),
        authenticator: Known,
        addresses,
        limits,
        exempt_loopback: true,
    };
    (operations, parts)
}

async fn door(limits: Limits) -> Door {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a free port");
    let address = listener.local_addr().expect("it is bound");
    let (operations, parts) = parts(&format!("http://{address}"), limits);
    let mut shared = doorway_http::Shared::new(World::testing());
    shared.exempt_loopback = true;
    let (stop, shutdown) = watch::channel(false);
    let running =
        tokio::spawn(doorway_http::serve(listener, None, router(parts), Arc::new(shared), shutdown));
    Door { address, operations, stop, running }
}

impl Door {
    fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    async fn end(self) {
        self.stop.send(true).expect("the door waits for it");
        self.running.await.expect("it ends");
    }
}
