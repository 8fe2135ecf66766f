//! What comes back of the letters that bring an envelope: their return path, and reports that arrive by it after the
//! recipient's server had taken them (RFC 5321 §6.1).
//!
//! ```text
//! returned-<slot>-<leg>-<hash>@<our host name>     the slot in 32 hexadecimal digits, the number of the leg on which the
//!                                                  letter went, 72 bits of a keyed hash over both
//! ```
//!
//! The hash keeps whoever knows a slot, as everybody does who has seen the evidence, from reporting a failure that nobody
//! had. A returned letter has the mail's share of its key in it: it stays in memory.

use std::fmt::Write as _;
use std::sync::Arc;

use aws_lc_rs::{constant_time, hmac};
use bytes::Bytes;
use db::Tx;
use mail_secure::{Carriage, Heard, SecureError, sixteen};
use model::{
    Address, Domain, Envelope, Localpart, MessageId, Notify, OriginalRecipient, Recipient, Reply, ReversePath,
};
use tracing::{error, info};
use trail::{Event, Step};
use wire_safe::Slot;

use crate::arrival::{Accepted, Arrival, Kept};
use crate::delivery_status::{self, Status};
use crate::secure::{is_about_content, known};
use crate::{Flow, trouble};

/// How a return path begins.
const PREFIX: &str = "returned-";
/// Octets of the hash that stand in it.
const HASH_OCTETS: usize = 9;

/// Whether an address has the form of a return path in a domain of ours.
pub(crate) fn looks_like_one(address: &Address, ours: &Domain) -> bool {
    address.domain() == ours && parts(address).is_some()
}

/// What is hashed, and the hash, in small letters: some servers change the case.
fn parts(address: &Address) -> Option<(String, String)> {
    let local = address.localpart().as_str().to_ascii_lowercase();
    let (leg, hash) = local.strip_prefix(PREFIX)?.rsplit_once('-')?;
    leg.contains('-').then(|| (leg.to_owned(), hash.to_owned()))
}

impl Flow {
    /// By which way a report about a leg of a copy comes back.
    pub(crate) async fn return_path_of(&self, slot: &Slot, leg: u32) -> Result<ReversePath, Reply> {
        let leg = format!("{slot}-{leg}");
        let hash = self.hash_of(&leg).await?;
        // RFC 5321 §4.5.3.1.1: at most 64 octets.
        let local = Localpart::parse(&format!("{PREFIX}{leg}-{hash}")).expect(
            "invariant: up to 64 letters, digits and hyphens, as a leg's number has up to three digits",
        );
        let domain = self.inner.secure.settings().from.domain().clone();
        Ok(ReversePath::Address(Address::new(local, domain)))
    }

    /// Whether a letter that has this return path brings an envelope.
    pub(crate) fn is_return_path(&self, address: &Address) -> bool {
        looks_like_one(address, self.inner.secure.settings().from.domain())
    }

    /// At RCPT: the copy and the number of its leg whose return path it is.
    pub(crate) async fn returned_to(&self, address: &Address) -> Result<(Slot, u32), Reply> {
        let unknown = || Reply::never(550, 1, 1, "no such address here");
        let (leg, hash) = parts(address).ok_or_else(unknown)?;
        let wanted = self.hash_of(&leg).await?;
        constant_time::verify_slices_are_equal(hash.as_bytes(), wanted.as_bytes()).map_err(|_| unknown())?;
        let (slot, number) = leg.split_once('-').ok_or_else(unknown)?;
        let number = number.parse().map_err(|_| unknown())?;
        Ok((sixteen(slot).map(Slot).ok_or_else(unknown)?, number))
    }

    async fn hash_of(&self, leg: &str) -> Result<String, Reply> {
        let secret = self.inner.keys.shared_secret("returned letters").await.map_err(|error| {
            error!(error = %model::Chain(&error), "the secret of return paths is out of reach");
            Reply::later(451, 3, 0, "temporary trouble here, try again later")
        })?;
        let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &secret), leg.as_bytes());
        let mut text = String::with_capacity(2 * HASH_OCTETS);
        for octet in &tag.as_ref()[..HASH_OCTETS] {
            let _ = write!(text, "{octet:02x}");
        }
        Ok(text)
    }

    /// A recipient of a letter that brings an envelope, as the next server is told of it: it reports failures, with the
    /// address that the sender wrote (RFC 3461 §4.1, §4.2).
    pub(crate) fn reported_recipient(address: &Address) -> Recipient {
        let original = OriginalRecipient {
            address_type: if address.is_ascii() { "rfc822" } else { "utf-8" }.to_owned(),
            address: address.to_string(),
        };
        let notify = Notify { success: false, failure: true, delay: false };
        Recipient { address: address.clone(), notify: Some(notify), original: Some(original) }
    }

    /// Takes what came to the return path of a copy: reports about it, and nothing else.
    pub(crate) async fn accept_returned(&self, arrival: Arrival, kept: Kept) -> Result<Accepted, Reply> {
        let Arrival { envelope, .. } = arrival;
        let Envelope { from, recipients, .. } = &envelope;
        let [Recipient { address, .. }] = recipients.as_slice() else {
            return Err(Reply::never(554, 5, 3, "a report comes back to one return path alone"));
        };
        if *from != ReversePath::Null {
            return Err(Reply::never(550, 7, 1, "only reports come back by this path"));
        }
        let (slot, number) = self.returned_to(address).await?;
        let Some(report) = delivery_status::read(&kept.bytes) else {
            return Err(Reply::never(550, 6, 0, "this is no report about a delivery (RFC 3464)"));
        };
        let seen = match self.inner.secure.seen(&slot).await {
            // Forgotten since: nobody waits for the report.
            Err(SecureError::NotFound) => return Ok(Accepted { message: MessageId(0) }),
            seen => seen.map_err(|error| trouble::secure(&error))?,
        };
        let leg = self.inner.secure.leg(&slot, number).await.map_err(|error| trouble::secure(&error))?;
        let Some(leg) = leg else { return Ok(Accepted { message: MessageId(0) }) };
        // Who forwards their letters may have a mailbox that failed: that is not the one that we wrote to.
        let written_to = [seen.copy.address.canonical(), leg.address.canonical()];
        let is_about_it = |status: &&Status| {
            status.is_failure
                && status.recipient.as_ref().is_some_and(|address| written_to.contains(&address.canonical()))
        };
        let failure = report.statuses.iter().find(is_about_it);
        info!(slot = %slot, is_failure = failure.is_some(), "a report about a secured letter came back");
        let linked = match (failure, report.returned) {
            (Some(failure), Some(carrier)) if is_about_content(&failure.reply) => {
                self.link_letter(slot.0, &Bytes::copy_from_slice(carrier)).await?
            }
            _ => None,
        };
        let place = match (&linked, failure) {
            (Some(_), _) => "the report about a secured letter: it is sent once more, by a link",
            (None, Some(_)) => "the report about a secured letter: it did not arrive on this way",
            (None, None) => "the report about a secured letter: nothing follows from it",
        };
        // Statements need the keys, which are read outside of transactions.
        self.inner.secure.platform().await.map_err(|error| trouble::secure(&error))?;
        let told = Event {
            at: self.inner.world.clock.now(),
            id: self.inner.world.new_id(),
            organisation: known(seen.letter.organisation),
            message: None,
            delivery: None,
            sender: from.to_string(),
            recipient: Some(seen.copy.address.to_string()),
            step: Step::Delivered {
                place: place.to_owned(),
                reply: failure.map(|failure| failure.reply.clone()),
            },
        };
        let failed = failure.map(|failure| Carriage::Failed(failure.reply.text().to_owned()));
        let (flow, linked) = (self.clone(), Arc::new(linked));
        self.inner
            .db
            .operator("a server reports later what became of a secured letter")
            .write(move |tx: &mut Tx| {
                trail::record(tx, &told)?;
                let heard = Heard::Report(number);
                let is_linked = match &*linked {
                    Some(linked) => flow.send_link(tx, linked, heard)?,
                    None => false,
                };
                if let Some(failed) = failed.as_ref().filter(|_| !is_linked) {
                    flow.inner.secure.note_carried(tx, slot.0, heard, failed)?;
                }
                Ok::<_, SecureError>(())
            })
            .await
            .map_err(|error| match error {
                SecureError::Db(error) => trouble::db(&error),
                error => trouble::secure(&error),
            })?;
        Ok(Accepted { message: MessageId(0) })
    }
}
