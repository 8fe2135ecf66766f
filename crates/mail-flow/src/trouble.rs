//! Our own trouble as a stranger may see it: always temporary, never with details; those go to the log.

use blobs::BlobError;
use db::DbError;
use directory::DirectoryError;
use mail_route::RouteError;
use mail_secure::SecureError;
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

/// What a secured letter meets; the sender's own trouble is told as that.
pub(crate) fn secure(error: &SecureError) -> Reply {
    match error {
        SecureError::Sealing(wire_safe::NotSealed::TooLarge { .. }) => {
            Reply::never(552, 3, 4, "the letter is too large to be sealed")
        }
        SecureError::TooOften => Reply::later(452, 7, 1, "too many answers for today, try again tomorrow"),
        error => {
            error!(error = %model::Chain(error), "a letter cannot be secured");
            Reply::later(451, 3, 0, "temporary trouble here, try again later")
        }
    }
}
