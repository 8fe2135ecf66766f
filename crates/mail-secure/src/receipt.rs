//! Receipts: the page that says what happened to a copy, with the evidence inside and the platform's signature.
//!
//! None is made before its statement is in the log and time-stamped. Pages are made when they are asked for, from the
//! evidence: the same values each time, signed anew.

use db::Tx;
use evidence::log::{Checkpoint, Note};
use evidence::{Bundle, Digest, Event, Evidence, Identifier, Mode};
use languages::Language;
use model::Timestamp;
use receipts::{Kind, Party};
use wire_cms::Certificate;
use wire_cms::pades::{self, Claim};
use wire_cms::time_stamp::{Stamp, Token};
use wire_safe::Slot;

use crate::Secure;
use crate::bundling::bundled;
use crate::error::SecureError;
use crate::platform::Platform;
use crate::portal::Seen;
use crate::rows::log as rows;
use crate::settings::Settings;
use crate::submit::blocking;
use crate::types::{Copy, Letter, hex};
use crate::words;

impl Secure {
    /// The receipt of an event of a copy as a signed PDF: submission, acceptance, refusal, expiry, handover.
    ///
    /// # Errors
    /// [`SecureError::NotFound`] when there is no such copy, the event has no receipt or did not happen;
    /// [`SecureError::NotYet`] before it is time-stamped.
    pub async fn receipt(
        &self,
        slot: &Slot,
        event: Event,
        language: Language,
    ) -> Result<Vec<u8>, SecureError> {
        let platform = self.platform().await?;
        let (secure, slot, opened) = (self.clone(), *slot, platform.clone());
        let scope = self.db().operator("make a receipt");
        let (Seen { letter, copy }, proven) = scope
            .read(move |tx: &mut Tx| {
                let seen = secure.read(tx, &slot)?;
                let proven = proven(tx, &opened, &seen.letter, &slot, event)?;
                Ok::<_, SecureError>((seen, proven))
            })
            .await?;
        let settings = self.settings().clone();
        blocking(move || proven.page(&platform, &settings, &letter, &copy, language)).await
    }
}

/// What kind of receipt an event has.
fn kind_of(event: Event) -> Option<Kind> {
    match event {
        Event::SubmissionAcceptance => Some(Kind::Submission),
        Event::ConsignmentAcceptance => Some(Kind::Acceptance),
        Event::ConsignmentRejection => Some(Kind::Refusal),
        Event::AcceptanceRejectionExpiry => Some(Kind::Expiry),
        Event::ContentHandover => Some(Kind::Handover),
        _ => None,
    }
}

/// An event with everything that proves it.
pub(crate) struct Proven {
    kind: Kind,
    evidence: Evidence,
    /// Of its sealed form.
    digest: Digest,
    log_index: u64,
    stamp: Stamp,
    /// The statements up to this one.
    bundle: Bundle,
}

/// Gathers what proves an event of a copy.
pub(crate) fn proven(
    tx: &mut Tx,
    platform: &Platform,
    letter: &Letter,
    slot: &Slot,
    event: Event,
) -> Result<Proven, SecureError> {
    let kind = kind_of(event).ok_or(SecureError::NotFound)?;
    let mut statements = rows::statements(tx, slot)?;
    let place = statements.iter().position(|one| one.event == event).ok_or(SecureError::NotFound)?;
    statements.truncate(place + 1);
    let log_index = statements[place].log_index.ok_or(SecureError::NotYet)?;
    let checkpoint = rows::stamped_checkpoint(tx, log_index)?.ok_or(SecureError::NotYet)?;
    let token = checkpoint.token.ok_or(SecureError::NotYet)?;
    let roots = rows::time_roots(tx)?;
    let roots: Vec<Certificate> = roots.iter().filter_map(|der| Certificate::from_der(der).ok()).collect();
    let note = Note::parse(&checkpoint.note).map_err(|_| SecureError::Damaged("a checkpoint"))?;
    let checkpoint = Checkpoint::parse(note.text()).map_err(|_| SecureError::Damaged("a checkpoint"))?;
    let stamp = Token::from_der(&token).and_then(|token| token.verify(&checkpoint.digest().0, &roots));
    let stamp = stamp.map_err(|_| SecureError::Damaged("a time-stamp"))?;
    let bundle = bundled(tx, platform, &[(letter.clone(), statements)])?;
    let sealed = bundle.letters.first().and_then(|letter| letter.statements.last());
    let sealed = &sealed.ok_or(SecureError::Damaged("a statement"))?.sealed;
    let (evidence, digest) = (sealed.evidence().clone(), sealed.digest());
    Ok(Proven { kind, evidence, digest, log_index, stamp, bundle })
}

impl Proven {
    /// The page, signed.
    pub(crate) fn page(
        &self,
        platform: &Platform,
        settings: &Settings,
        letter: &Letter,
        copy: &Copy,
        language: Language,
    ) -> Result<Vec<u8>, SecureError> {
        let failed = |error: &(dyn std::error::Error + 'static)| SecureError::Receipt {
            why: model::Chain(error).to_string(),
        };
        let bundle = self.bundle.to_json().map_err(|error| failed(&error))?;
        let (identifier, keys_address) = (
            Identifier(letter.public_id).to_string(),
            format!("{}/safe/keys.json", settings.portal.as_str()),
        );
        let (sender, recipient) = (letter.sender.to_string(), copy.address.to_string());
        let content = &self.evidence.content;
        let mut plain = letter.digests.iter().map(|digest| digest.0);
        let letter_sha256 = plain.next().ok_or(SecureError::Damaged("the digests of a letter"))?;
        let parts = content.parts.iter().zip(plain).map(|(part, sha256)| receipts::Part {
            name: &part.identifier,
            media_type: &part.content_type,
            size_bytes: part.size_bytes,
            sha256,
        });
        let who = &self.evidence.recipient;
        let authentication = who.authentication.as_deref().map(|said| words::said_in(language, said));
        // Whoever refused, or let the time pass, has seen no more than what stood outside.
        let shows_subject = settings.shows_subject
            || matches!(self.kind, Kind::Submission | Kind::Acceptance | Kind::Handover);
        let pdf = receipts::receipt(&receipts::Receipt {
            kind: self.kind,
            language,
            issuer: &settings.issuer,
            letter: &identifier,
            subject: Some(letter.subject.as_str()).filter(|text| shows_subject && !text.is_empty()),
            mode: match letter.mode {
                Mode::Confidential => receipts::Mode::Confidential,
                Mode::Personal => receipts::Mode::Personal,
                Mode::Registered => receipts::Mode::Registered,
            },
            sender: Party {
                name: Some(letter.sender_name.as_str()).filter(|name| *name != sender),
                address: &sender,
            },
            recipient: Party { name: None, address: &recipient },
            acting: who.acting_person.as_deref().map(|address| Party { name: None, address }),
            authentication: authentication.as_deref(),
            at: self.evidence.event_time,
            submitted_at: self.evidence.submission_time,
            deadline: self.offered_until(),
            letter_sha256,
            letter_size_bytes: content.size_bytes,
            parts: parts.collect(),
            evidence_sha256: self.digest.0,
            log_index: Some(self.log_index),
            stamp: Some(receipts::Stamp { at: self.stamp.time, authority: &self.stamp.authority }),
            keys_address: &keys_address,
            bundle: &bundle,
        })
        .map_err(|error| failed(&error))?;
        let claim = Claim {
            name: &settings.issuer,
            reason: self.kind.title(language),
            location: None,
            contact: Some(settings.portal.as_str()),
            has_room_for_time_stamp: false,
        };
        // As it was signed then: the certificate in use now may be younger than what it is to vouch for.
        pades::sign(&pdf, platform.seal_at(self.stamp.time), self.stamp.time, &claim)
            .map_err(|error| failed(&error))
    }

    /// Until when the recipient could decide, as the offer in the evidence says.
    fn offered_until(&self) -> Option<Timestamp> {
        let statements = self.bundle.letters.iter().flat_map(|letter| &letter.statements);
        statements.filter_map(|one| one.sealed.evidence().deadline).next()
    }

    /// What the file is called: the kind and the beginning of the letter's identifier.
    pub(crate) fn file_name(&self, letter: &Letter) -> String {
        let kind = match self.kind {
            Kind::Submission => "submission",
            Kind::Acceptance => "acceptance",
            Kind::Refusal => "refusal",
            Kind::Expiry => "expiry",
            Kind::Handover => "handover",
        };
        format!("receipt-{kind}-{}.pdf", hex(&letter.public_id[..4]))
    }
}
