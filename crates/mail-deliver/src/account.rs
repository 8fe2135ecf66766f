//! Into an account of ours: one transaction with whatever the caller writes beside it.

use db::Tx;
use mail_store::{Account, Appended, Flags, NewMessage, Role, StoreError, Target};
use model::{Address, BlobRef, LetterId, Reply, ReversePath, Timestamp};
use wire_mime::Summary;

use crate::Outcome;

/// A copy for one recipient.
#[derive(Clone, Debug)]
pub struct Parcel<'a> {
    /// A new id.
    pub letter: LetterId,
    /// [`stamps`], and the fields stamped at acceptance.
    pub prefix: &'a [u8],
    /// The bytes as received.
    pub blob: BlobRef,
    /// What is listed of them.
    pub summary: &'a Summary,
    /// It goes to the junk folder.
    pub is_doubtful: bool,
    /// When we took responsibility.
    pub received_at: Timestamp,
}

/// The fields of final delivery: Return-Path (RFC 5321 §4.4) and Delivered-To (RFC 9228) with the address
/// as received, by which a letter that comes back is known.
pub fn stamps(from: &ReversePath, recipient: &Address) -> String {
    format!("Return-Path: <{from}>\r\nDelivered-To: {recipient}\r\n")
}

/// Appends the copy to the account's inbox or junk folder within the caller's transaction.
pub fn into_account(tx: &mut Tx, account: &Account, parcel: &Parcel<'_>) -> Result<Appended, StoreError> {
    let role = if parcel.is_doubtful { Role::Junk } else { Role::Inbox };
    account.append(
        tx,
        Target::Role(role),
        &NewMessage {
            letter: parcel.letter,
            prefix: parcel.prefix,
            blob: parcel.blob,
            summary: parcel.summary,
            internal_date: parcel.received_at,
            flags: Flags::default(),
        },
    )
}

/// What the recipient's sender hears when an account takes nothing; `None` if the trouble is ours.
pub fn refusal(error: &StoreError) -> Option<Outcome> {
    match error {
        StoreError::OverQuota => {
            let reply = Reply::later(452, 2, 2, "the mailbox is full");
            Some(Outcome::Later { reply, host: None })
        }
        StoreError::NoSuchAccount => {
            let reply = Reply::never(550, 1, 1, "no such address here any more");
            Some(Outcome::Failed { reply, host: None })
        }
        _ => None,
    }
}
