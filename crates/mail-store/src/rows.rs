//! All SQL of this crate: every statement is keyed by account, every change stands in the feed.
//!
//! The functions here do what they are told; which account, whether there is room and what counts as a
//! change is decided above. Callers that change rows hold a [`Step`], which only the locked account gives.

mod account;
mod feed;
mod folder;
mod letter;
mod message;
mod whole;

use db::Migrations;
use model::AccountId;

use crate::flags::Flags;

pub(crate) use account::*;
pub(crate) use feed::*;
pub(crate) use folder::*;
pub(crate) use letter::*;
pub(crate) use message::*;
pub(crate) use whole::*;

/// What `db.migrate` applies for this crate.
pub const MIGRATIONS: Migrations =
    Migrations { owner: "mail-store", steps: &[(1, "accounts", include_str!("0001_accounts.sql"))] };

/// A change in progress: the account's row is locked, and this is its new MODSEQ.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Step {
    pub(crate) account: AccountId,
    pub(crate) modseq: i64,
    pub(crate) history: History,
}

/// How much of a folder's history is kept.
#[derive(Clone, Copy, Debug)]
pub(crate) struct History {
    /// Changes that are kept.
    pub(crate) kept: i64,
    /// How many more there may be before the oldest are removed.
    pub(crate) slack: i64,
}

/// What a change does to a folder's counters.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Delta {
    pub(crate) messages: i64,
    pub(crate) unseen: i64,
    pub(crate) deleted: i64,
    pub(crate) size_bytes: i64,
    pub(crate) changes: i64,
}

impl Delta {
    /// Adds (1) or takes away (-1) a message with these flags.
    pub(crate) fn message(&mut self, sign: i64, flags: &Flags, size_bytes: i64) {
        self.messages += sign;
        self.unseen += sign * i64::from(!flags.is_seen());
        self.deleted += sign * i64::from(flags.is_deleted());
        self.size_bytes += sign * size_bytes;
        self.changes += 1;
    }
}
