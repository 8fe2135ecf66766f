//! What has to be done from time to time while the doors are open.

use std::time::Duration;

use anyhow::{Context, Result};
use futures_util::future::BoxFuture;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tracing::{info, warn};

use crate::fsck;
use crate::installation::{Installation, MAINTENANCE_INTERVAL};

const HOUR: Duration = Duration::from_secs(3600);
const DAY: Duration = Duration::from_secs(86_400);

/// One thing that comes back.
struct Chore {
    /// What cannot be done when it fails, for the log.
    what: &'static str,
    /// From the end of one time to the begin of the next.
    every: Duration,
    /// Whether the first time is at the start, rather than one interval later.
    at_start: bool,
    run: fn(&Installation) -> BoxFuture<'_, Result<()>>,
}

const CHORES: [Chore; 3] = [
    Chore {
        what: "look after bans",
        every: MAINTENANCE_INTERVAL,
        at_start: true,
        run: |installation| Box::pin(async { Ok(installation.directory.maintain().await?) }),
    },
    Chore {
        what: "remove what is out of date",
        every: HOUR,
        at_start: true,
        run: |installation| Box::pin(clean(installation)),
    },
    Chore {
        what: "compact the bodies",
        every: DAY,
        at_start: false,
        run: |installation| Box::pin(compact(installation)),
    },
];

/// Does every chore when its time has come, each for itself: a slow one delays no other.
pub(crate) async fn keep_house(installation: Installation, shutdown: watch::Receiver<bool>) {
    let mut tasks = JoinSet::new();
    for chore in &CHORES {
        tasks.spawn(repeat(chore, installation.clone(), shutdown.clone()));
    }
    while let Some(ended) = tasks.join_next().await {
        if let Err(error) = ended {
            warn!(%error, "a chore ended by a bug of ours");
        }
    }
}

async fn repeat(chore: &'static Chore, installation: Installation, mut shutdown: watch::Receiver<bool>) {
    let clock = installation.world.clock.clone();
    let mut is_due = chore.at_start;
    loop {
        if is_due && let Err(error) = (chore.run)(&installation).await {
            warn!(error = %format!("{error:#}"), "cannot {} now", chore.what);
        }
        is_due = true;
        tokio::select! {
            () = clock.sleep(chore.every) => {}
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

async fn compact(installation: &Installation) -> Result<()> {
    let compacted = fsck::compact(installation).await?;
    info!(freed_bytes = compacted.freed_bytes, "bodies compacted");
    Ok(())
}
