//! Opens the doors and keeps everything running until it is told to stop.

use std::sync::Arc;

use anyhow::{Context, Result};
use keys::ServerTls;
use model::Chain;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tracing::{info, warn};

use crate::hosting::{self, MailDoors};
use crate::http;
use crate::installation::Installation;
use crate::listeners::{Listener, Purpose};
use crate::{linking, short_messages, upkeep};

/// Serves `listeners` until `shutdown` becomes true; then no new work is begun and what is under way ends.
pub async fn serve(
    installation: &Installation,
    listeners: Vec<Listener>,
    tls: &ServerTls,
    shutdown: watch::Receiver<bool>,
) -> Result<()> {
    let hostname = installation.config.hostname()?;
    let auth = &installation.config.auth;
    let smtp = Arc::new(door_smtp::Shared {
        flow: installation.flow.clone(),
        directory: installation.directory.clone(),
        world: installation.world.clone(),
        tls: Some(tls.config()),
        mutual_tls: Some(tls.config_asking(gateways::AnyClientCertificate::verifier()).context("[tls]")?),
        hostname: hostname.clone(),
        plaintext_from: auth.plaintext_from.clone(),
        exempt_loopback: auth.exempt_loopback,
        limits: door_smtp::Limits::default(),
        gate: doorway::Gate::default(),
    });
    let imap = Arc::new(door_imap::Shared {
        store: installation.store.clone(),
        directory: installation.directory.clone(),
        world: installation.world.clone(),
        tls: Some(tls.config()),
        hostname: hostname.to_string(),
        plaintext_from: auth.plaintext_from.clone(),
        exempt_loopback: auth.exempt_loopback,
        limits: door_imap::Limits::default(),
        gate: doorway::Gate::default(),
    });
    let dns = door_dns::Shared::new(
        installation.zones.clone(),
        installation.keys.clone(),
        installation.world.clone(),
        auth.exempt_loopback,
        door_dns::Limits::default(),
    );
    let ours = installation.gateway_tls(tls)?;
    installation.flow.present(ours.as_client());
    let certificates = door_public::Certificates { reception: tls.clone(), sending: ours.clone() };
    let (router, web) = (http::router(installation, Some(certificates))?, http::shared(installation));
    installation.directory.maintain().await.context("cannot read the directory")?;
    let mut tasks = JoinSet::new();
    if listeners.iter().any(|listener| listener.purpose == Purpose::Dns) {
        // Before the first question: until then every name would be refused.
        dns.load().await.context("cannot read the hosted zones")?;
        tasks.spawn(door_dns::keep(dns.clone(), shutdown.clone()));
    }
    let (mail, others): (Vec<_>, Vec<_>) =
        listeners.into_iter().partition(|listener| hosting::role_of(listener.purpose).is_some());
    let doors = MailDoors { smtp, imap };
    // A node with a host brings nothing to other servers before its roles are known.
    installation.flow.carry_remote(installation.config.node.host.is_none());
    tasks.spawn(hosting::follow(installation.clone(), mail, doors, shutdown.clone()));
    for Listener { purpose, socket, datagrams } in others {
        let shutdown = shutdown.clone();
        let tls = (purpose == Purpose::Https).then(|| tls.clone());
        if purpose == Purpose::Dns {
            tasks.spawn(door_dns::serve_udp(datagrams, dns.clone(), shutdown.clone()));
            tasks.spawn(door_dns::serve_tcp(socket, dns.clone(), shutdown));
        } else {
            tasks.spawn(doorway_http::serve(socket, tls, router.clone(), web.clone(), shutdown));
        }
    }
    let flow = installation.flow.clone();
    let stop_sending = shutdown.clone();
    tasks.spawn(async move { flow.send_due(stop_sending).await });
    let (flow, stop_telling) = (installation.flow.clone(), shutdown.clone());
    tasks.spawn(async move { flow.send_notices(stop_telling).await });
    tasks.spawn(short_messages::carry_codes(installation.clone(), shutdown.clone()));
    tasks.spawn(linking::carry(installation.clone(), shutdown.clone()));
    tasks.spawn(upkeep::keep_house(installation.clone(), shutdown.clone()));
    tasks.spawn(upkeep::tend_certificates(installation.clone(), tls.clone(), ours, shutdown.clone()));
    while let Some(ended) = tasks.join_next().await {
        if let Err(error) = ended {
            warn!(%error, "a part of the program ended by a bug of ours");
        }
    }
    Ok(())
}

/// Turns SIGTERM and SIGINT into the returned watch becoming true, and SIGHUP into a look at the
/// certificate files.
pub fn watch_signals(tls: ServerTls) -> Result<watch::Receiver<bool>> {
    let (stop, shutdown) = watch::channel(false);
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut hang_up = signal(SignalKind::hangup())?;
    tokio::spawn(async move {
        loop {
            tokio::select! {
                _ = terminate.recv() => break,
                _ = interrupt.recv() => break,
                _ = hang_up.recv() => match tls.reload() {
                    Ok(()) => info!("the certificate files were read again"),
                    Err(error) => warn!(error = %Chain(&error), "the former certificate stays in use"),
                },
            }
        }
        info!("stopping");
        // Fails only when nobody listens any more, and then there is nothing to stop.
        let _ = stop.send(true);
        // A second signal is somebody in a hurry. Nothing acknowledged is lost by it.
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        std::process::exit(130);
    });
    Ok(shutdown)
}
