//! Our own trouble as a stranger may see it: always temporary, never with details; those go to the log.

use blobs::BlobError;
use db::DbError;
use directory::DirectoryError;
use mail_route::RouteError;
use model::Reply;
use tracing::error;

/// `452 4.3.1`: the disk is full.
fn full() -> Reply {
    Reply::later(452, 3, 1, "not enough room, try again later")
}

/// `451 4.3.0`: anything else of ours.
fn later() -> Reply {
    Reply::later(451, 3, 0, "temporary trouble here, try again later")
}

pub(crate) fn blobs(error: &BlobError) -> Reply {
    error!(error = %model::Chain(error), "cannot keep a message body");
    if matches!(error, BlobError::Full { .. }) { full() } else { later() }
}

pub(crate) fn db(error: &DbError) -> Reply {
    error!(error = %model::Chain(error), "the database refuses");
    if matches!(error, DbError::Full { .. }) { full() } else { later() }
}

pub(crate) fn routing(error: &RouteError) -> Reply {
    error!(error = %model::Chain(error), "cannot find out where a letter goes");
    later()
}

pub(crate) fn directory(error: &DirectoryError) -> Reply {
    error!(error = %model::Chain(error), "the directory does not answer");
    later()
}
