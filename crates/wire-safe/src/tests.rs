//! What holds of envelopes. The parts of a sealed letter that the tests have in common.

use model::{OrganisationId, Timestamp};
use zeroize::Zeroizing;

use crate::{
    Envelope, EnvelopeSigner, GenuineEnvelope, MailShare, Mode, PortalOrigin, RecipientSecret, Sealing,
    SecureLetterId, ShareContext, Slot, StoreShare, WrappingKeyName, seal,
};

mod commitment;
mod damage;
mod header;
mod holders;
mod known_answers;
mod page;
mod parts;
mod round_trips;

/// One letter for one recipient, with everything that belongs to it; `number` makes them different.
struct Sample {
    number: u8,
    mail_share: MailShare,
    store_share: StoreShare,
    wrapping_key: WrappingKeyName,
    origin: PortalOrigin,
}

impl Sample {
    fn new(number: u8) -> Sample {
        Sample {
            number,
            mail_share: MailShare::new([0xa0 + number; 32]),
            store_share: StoreShare::new([0xb0 + number; 32]),
            wrapping_key: WrappingKeyName::parse("2026-11").unwrap(),
            origin: PortalOrigin::parse("https://safe.example.ch").unwrap(),
        }
    }

    fn sealing<'a>(&'a self, secret: Option<&'a RecipientSecret>) -> Sealing<'a> {
        Sealing {
            letter: SecureLetterId([0x10 + self.number; 16]),
            slot: Slot([0x20 + self.number; 16]),
            mode: Mode::Confidential,
            wrapping_key: &self.wrapping_key,
            not_before: Timestamp(1_795_305_600_000),
            not_after: Timestamp(1_826_841_600_000),
            origin: &self.origin,
            mail_share: &self.mail_share,
            store_share: &self.store_share,
            secret,
            randomness: [0xc0 + self.number; 32],
        }
    }

    fn seal(&self, letter: &[u8]) -> Vec<u8> {
        seal(&self.sealing(None), letter, &signer()).unwrap()
    }

    fn context(&self) -> ShareContext {
        let sealing = self.sealing(None);
        ShareContext { letter: sealing.letter, slot: sealing.slot, organisation: OrganisationId(7) }
    }
}

fn signer() -> EnvelopeSigner {
    EnvelopeSigner::generate(&Zeroizing::new([0xd0; 32])).unwrap()
}

fn genuine(envelope: &[u8]) -> GenuineEnvelope<'_> {
    Envelope::parse(envelope).unwrap().verify(&[signer().key()]).unwrap()
}
