//! Opens the doors and keeps everything running until it is told to stop.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};
use keys::ServerTls;
use model::Chain;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tracing::{info, warn};

use crate::fsck;
use crate::installation::{Installation, MAINTENANCE_INTERVAL};
use crate::listeners::{Listener, Service};

/// How often expired log events and letters of deleted accounts are removed.
const CLEANING_INTERVAL: Duration = Duration::from_secs(3600);
/// How often the space of bodies that nobody needs is freed.
const COMPACTION_INTERVAL: Duration = Duration::from_secs(86_400);

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
    installation.directory.maintain().await.context("cannot read the directory")?;
    let mut tasks = JoinSet::new();
    for Listener { service, socket } in listeners {
        let shutdown = shutdown.clone();
        match service {
            Service::Smtp => {
                tasks.spawn(door_smtp::serve(socket, door_smtp::Kind::Mx, smtp.clone(), shutdown))
            }
            Service::Submission => {
                tasks.spawn(door_smtp::serve(socket, door_smtp::Kind::Submission, smtp.clone(), shutdown))
            }
            Service::Submissions => {
                tasks.spawn(door_smtp::serve(socket, door_smtp::Kind::Submissions, smtp.clone(), shutdown))
            }
            Service::Lmtp => {
                tasks.spawn(door_smtp::serve(socket, door_smtp::Kind::Lmtp, smtp.clone(), shutdown))
            }
            Service::Imap => {
                tasks.spawn(door_imap::serve(socket, door_imap::Kind::Imap, imap.clone(), shutdown))
            }
            Service::Imaps => {
                tasks.spawn(door_imap::serve(socket, door_imap::Kind::Imaps, imap.clone(), shutdown))
            }
        };
    }
    let flow = installation.flow.clone();
    let stop_sending = shutdown.clone();
    tasks.spawn(async move { flow.send_due(stop_sending).await });
    tasks.spawn(keep_house(installation.clone(), shutdown.clone()));
    while let Some(ended) = tasks.join_next().await {
        if let Err(error) = ended {
            warn!(%error, "a part of the program ended by a bug of ours");
        }
    }
    Ok(())
}

/// What has to be done from time to time: bans of other nodes, old log events, letters of deleted accounts.
async fn keep_house(installation: Installation, mut shutdown: watch::Receiver<bool>) {
    let clock = installation.world.clock.clone();
    let mut cleaned_at = None;
    let mut compacted_at = clock.now();
    loop {
        if let Err(error) = installation.directory.maintain().await {
            warn!(error = %Chain(&error), "cannot look after bans now");
        }
        let now = clock.now();
        if cleaned_at.is_none_or(|at| now.since(at) >= CLEANING_INTERVAL) {
            cleaned_at = Some(now);
            if let Err(error) = clean(&installation).await {
                warn!(error = %format!("{error:#}"), "cannot remove what is out of date now");
            }
        }
        if now.since(compacted_at) >= COMPACTION_INTERVAL {
            compacted_at = now;
            match fsck::compact(&installation).await {
                Ok(compacted) => info!(freed_bytes = compacted.freed_bytes, "bodies compacted"),
                Err(error) => warn!(error = %format!("{error:#}"), "cannot compact the bodies now"),
            }
        }
        tokio::select! {
            () = clock.sleep(MAINTENANCE_INTERVAL) => {}
            _ = shutdown.wait_for(|stop| *stop) => return,
        }
    }
}

async fn clean(installation: &Installation) -> Result<()> {
    let now = installation.world.clock.now();
    installation.trail.prune(now, trail::limits::RETENTION).await.context("log events")?;
    for account in installation.directory.deleted_accounts().await.context("deleted accounts")? {
        installation.store.account(account).erase().await.context("letters of a deleted account")?;
        installation.directory.forget_account(account).await.context("a deleted account")?;
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
