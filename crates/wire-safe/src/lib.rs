//! The sealed envelope of a letter («SEM1»): format, sealing, opening. Bytes to values and back; no IO, no clock, no
//! randomness.
//!
//! One envelope per letter and recipient. Its key comes from two shares, and a third one where sender and recipient share
//! a passphrase:
//!
//! ```text
//! mail share   in the letter, in the fragment of the address that opens it     a thief of the mailbox has it
//! store share  in the database, wrapped under a key that is not there          a thief of the database has it wrapped
//! secret       in the heads of sender and recipient                            nobody has it
//! ```
//!
//! So neither mailbox nor database nor wrapping key opens anything alone, and whoever destroys the store's share has
//! destroyed the letter. [`seal()`] makes an envelope; [`Envelope::parse`], [`Envelope::verify`] and [`GenuineEnvelope::open`]
//! take it apart, in this order and no other. Every octet and every check: docs/formats/safe-envelope.md. The same in the
//! browser: web/safe/envelope.js.

mod cbor;
mod chunks;
mod derive;
mod envelope;
mod form_field;
mod header;
mod letter;
pub mod limits;
mod names;
mod origin;
mod padding;
mod page;
mod seal;
mod secret;
mod shares;
mod signing;
mod tree;
mod wrapping;

pub use cbor::NotCbor;
pub use envelope::{Envelope, Forged, GenuineEnvelope, NotAnEnvelope, NotOpened};
pub use form_field::{FormField, NotAFormField, read_form_field};
pub use header::{Header, Mode, NotAHeader};
pub use letter::Letter;
pub use names::{EnvelopeKeyId, NotAWrappingKeyName, SecureLetterId, Slot, StretchingSalt, WrappingKeyName};
pub use origin::{NotAnOrigin, PortalOrigin};
pub use page::{ENVELOPE_FIELD, OPEN_PATH, Page, PageWords, SHARE_FIELD, page};
pub use seal::{NotSealed, Sealing, seal};
pub use secret::{NotAPassphrase, NotAStretching, RecipientSecret, Stretching};
pub use shares::{MailShare, NotAMailShare, StoreShare};
pub use signing::{EnvelopeKey, EnvelopeSigner, KeyNotWritten, KeyRefused};
pub use wrapping::{NotUnwrapped, NotWrapped, ShareContext, WRAPPED_SHARE_OCTETS, WrappingKey};

#[cfg(test)]
mod tests;
