//! Carries the operations on domains: those that somebody begins, on whichever door or node, and those that a dead
//! process left.

use model::Chain;
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::watch;
use tracing::warn;
use zones::OPERATIONS;

use crate::installation::{Installation, MAINTENANCE_INTERVAL};

/// Carries what is to be carried until `shutdown` becomes true. An operation that is under way then goes on with the
/// next start.
pub(crate) async fn carry(installation: Installation, mut shutdown: watch::Receiver<bool>) {
    let mut notices = installation.zones.subscribe();
    loop {
        if let Err(error) = installation.zones.carry_on().await {
            warn!(error = %Chain(&error), "an operation on a domain goes on a little later");
        }
        tokio::select! {
            () = begun(&mut notices) => {}
            () = installation.world.clock.sleep(MAINTENANCE_INTERVAL) => {}
            _ = shutdown.wait_for(|stop| *stop) => return,
        }
    }
}

/// Waits until an operation may have begun.
async fn begun(notices: &mut db::Notices) {
    loop {
        match notices.recv().await {
            Ok(notice) if notice.channel != OPERATIONS => {}
            Ok(_) | Err(RecvError::Lagged(_)) => return,
            // The database closes with the program.
            Err(RecvError::Closed) => std::future::pending().await,
        }
    }
}
