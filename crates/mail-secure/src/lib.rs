//! Secure and registered letters: from the sender's wish to the evidence that anybody can check.
//!
//! ```text
//! wish ─ a field, a tag, a suffix          pure: what the sender asks for
//! submit ─ sealed for each recipient       one envelope each; the mail's share of its key leaves in the letter,
//!                                          the store's share stays here, wrapped in the vault
//! portal ─ shown who they are → opened     accepted or refused first, where it is registered
//! statement ─ what happened                sealed, chained, kept in the transaction that makes it true
//! notice ─ who has to hear of it           kept in that transaction too, sent afterwards
//! log ─ nothing is taken back              statements in batches, each with a signed checkpoint and one time-stamp
//! receipt ─ for people                     the signed page with the evidence inside, once its statement is stamped
//! ```
//!
//! The plaintext is in memory while it is sealed and nowhere else: neither the mailbox's copy nor the database nor the
//! database with the master key opens a letter. Which step may follow which says [`evidence::Machine`], and nothing else
//! does: a state is changed by a statement only.

mod answering;
mod bundling;
mod carried;
mod carrier;
mod compose;
mod deadline;
mod erasing;
mod error;
pub mod following;
mod journal;
mod legs;
mod letter;
pub mod limits;
mod link;
mod log;
mod notice;
mod opening;
mod outbox;
mod overview;
mod own;
mod people;
pub mod phone;
mod platform;
mod portal;
mod profile;
mod receipt;
pub mod receiving;
mod rows;
mod settings;
mod short_message;
mod stamping;
mod statement;
mod submit;
mod tending;
mod turns;
mod types;
mod verifying;
pub mod wish;
mod withdrawing;
mod words;

use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use blobs::Blobs;
use db::Db;
use keys::Vault;
use model::Timestamp;
use world::World;

pub use answering::Answerable;
pub use carried::Carriage;
pub use compose::{Attached, Composing, compose};
pub use error::SecureError;
pub use evidence::{Event, Mode, Outcome, State, Verdict};
pub use journal::{Count, Entry, Happened, Wanted};
pub use languages::Language;
pub use legs::{Heard, KeptLeg, Leg};
pub use letter::{Unmarked, unmarked};
pub use link::{Linked, envelope_of};
pub use log::Notarised;
pub use notice::{CHANNEL, Notice, NoticeKind};
pub use outbox::{Told, sent};
pub use overview::{DayCount, Overview, Sought};
pub use own::{Own, OwnEvent, OwnPage, Owner, Place, Reach, Searched};
pub use people::{CONSENT_VERSION, Choices, Consent};
pub use platform::{LOG_PATH, Platform, ending_keys};
pub use portal::{Brought, Code, Opening, Seen};
pub use profile::{Profile, ShownSender};
pub use rows::MIGRATIONS;
pub use settings::{Marks, Settings};
pub use short_message::{SHORT_MESSAGES, ShortMessage};
pub use stamping::{NoTimeStamp, OWN_TIME_POLICY};
pub use statement::Shown;
pub use submit::{Parcel, Prepared, Sealer, Submission};
pub use turns::Turn;
use turns::Turns;
pub use types::{Copy, Letter, Released, Way, application_in, application_words, hex, sixteen};
pub use verifying::{Evident, NotVerified, Verification, Verified};
pub use withdrawing::{Recall, Recalled};
pub use words::said_in;

/// Secure letters of one installation; cheap to clone.
#[derive(Clone)]
pub struct Secure {
    inner: Arc<Inner>,
}

struct Inner {
    db: Db,
    blobs: Blobs,
    world: World,
    vault: Vault,
    settings: Settings,
    /// The keys as they were read, and until when they are used so.
    platform: Mutex<Option<(Arc<Platform>, Timestamp)>>,
    /// What takes deliveries out of the queue; without it nothing is withdrawn that leaves as it is.
    recall: OnceLock<Recall>,
    turns: Turns,
}

impl Secure {
    /// Puts it together; keys are read, or made, when they are first needed.
    pub fn new(db: Db, blobs: Blobs, world: World, vault: Vault, settings: Settings) -> Secure {
        let (platform, recall, turns) = (Mutex::new(None), OnceLock::new(), Turns::default());
        Secure { inner: Arc::new(Inner { db, blobs, world, vault, settings, platform, recall, turns }) }
    }

    /// From now on `recall` takes what is withdrawn out of the queue. Called once, by whoever puts the queue beside it.
    pub fn recalls_by(&self, recall: Recall) {
        // A second flow over the same letters has the same queue.
        drop(self.inner.recall.set(recall));
    }

    /// The platform's keys.
    ///
    /// # Errors
    /// When they can be neither read nor made.
    pub async fn platform(&self) -> Result<Arc<Platform>, SecureError> {
        let Inner { db, world, vault, settings, platform, .. } = &*self.inner;
        let now = self.now();
        if let Some((opened, until)) = &*held(platform)
            && now < *until
        {
            return Ok(opened.clone());
        }
        // Two who come at once both read: whoever makes keys makes them once.
        let opened = Arc::new(Platform::open(db, world, vault, settings).await?);
        *held(platform) = Some((opened.clone(), opened.good_until(now)));
        Ok(opened)
    }

    /// The keys are read anew when they are next needed.
    pub(crate) fn forget_platform(&self) {
        if let Some((_, until)) = &mut *held(&self.inner.platform) {
            *until = Timestamp(i64::MIN);
        }
    }

    /// The platform's keys, if somebody has needed them already.
    pub(crate) fn platform_at_hand(&self) -> Option<Arc<Platform>> {
        held(&self.inner.platform).as_ref().map(|(platform, _)| platform.clone())
    }

    /// What is set.
    pub fn settings(&self) -> &Settings {
        &self.inner.settings
    }

    /// What wraps secrets that lie in the database.
    pub fn vault(&self) -> &Vault {
        &self.inner.vault
    }

    pub(crate) fn db(&self) -> &Db {
        &self.inner.db
    }

    pub(crate) fn blobs(&self) -> &Blobs {
        &self.inner.blobs
    }

    pub(crate) fn turns(&self) -> &Turns {
        &self.inner.turns
    }

    pub(crate) fn world(&self) -> &World {
        &self.inner.world
    }
}

/// What a mutex guards; whoever panicked while holding it left it whole.
fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
