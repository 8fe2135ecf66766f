//! What recipients do at the portal: bring an envelope, show who they are, accept or refuse, open.
//!
//! Looking changes nothing: every change is asked for by itself, so that whoever follows links without being asked does
//! no harm.

use std::net::IpAddr;

use aws_lc_rs::constant_time::verify_slices_are_equal;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;
use db::Tx;
use directory::Directory;
use evidence::{Event, Mode, State};
use languages::Language;
use model::{OrganisationId, Timestamp};
use wire_safe::{Envelope, Slot, StoreShare};
use zeroize::Zeroizing;

use crate::error::SecureError;
use crate::notice::{self, NewNotice, NoticeKind};
use crate::people::consented;
use crate::platform::Platform;
use crate::short_message::{SHORT_MESSAGES, counted_as};
use crate::statement::{Happening, Notary, Shown};
use crate::submit::{blocking, hash_of};
use crate::types::{Copy, Letter, Released, hex, sixteen};
use crate::{Secure, limits, rows};

/// An envelope that somebody brought.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Brought {
    /// Where it lies for two hours.
    pub parked: String,
    /// The copy it is of.
    pub slot: Slot,
}

/// A letter as its recipient may know it.
#[derive(Clone, Debug)]
pub struct Seen {
    /// The letter.
    pub letter: Letter,
    /// Its copy for this recipient.
    pub copy: Copy,
}

/// What somebody shows to be let to a letter.
#[derive(Clone, Debug)]
pub struct Code(pub Zeroizing<String>);

/// What a browser needs to open a letter, besides what it has itself.
pub struct Opening {
    /// The store's share of the key, in base64url.
    pub store_share: Zeroizing<String>,
}

impl Secure {
    /// Takes an envelope that somebody brought: only one that this platform has signed, and whose letter can still be
    /// opened.
    ///
    /// # Errors
    /// [`SecureError::Forged`], [`SecureError::NotFound`], [`SecureError::Ended`].
    pub async fn bring(&self, envelope: Bytes) -> Result<Brought, SecureError> {
        let platform = self.platform().await?;
        let checking = envelope.clone();
        let slot = blocking(move || genuine(&platform, &checking)).await?;
        let now = self.now();
        self.seen(&slot).await?.copy.can_be_opened(now).then_some(()).ok_or(SecureError::Ended)?;
        // Whoever brings the same again and again fills no disk.
        let until = now.plus(limits::PARKED_FOR);
        let parking = self.db().operator("park an envelope that a recipient brought");
        let known = parking.write(move |tx: &mut Tx| parked_before(tx, &slot, now, until));
        if let Some(parked) = known.await? {
            return Ok(Brought { parked, slot });
        }
        let blob = self.blobs().put(envelope).await?;
        let mut id = [0; 16];
        self.world().random.fill(&mut id);
        let name = hex(&id);
        let parked = parking
            .write(move |tx: &mut Tx| {
                if let Some(known) = parked_before(tx, &slot, now, until)? {
                    return Ok(known);
                }
                rows::insert_parked(tx, &name, &slot, &blob, until)?;
                Ok::<_, SecureError>(name.clone())
            })
            .await?;
        Ok(Brought { parked, slot })
    }

    /// Of which copy an envelope is that this platform has signed, whatever became of that copy.
    ///
    /// # Errors
    /// [`SecureError::Forged`].
    pub async fn slot_of(&self, envelope: Bytes) -> Result<Slot, SecureError> {
        let platform = self.platform().await?;
        blocking(move || genuine(&platform, &envelope)).await
    }

    /// Of which copy an envelope is parked; `None` if it lies there no more.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn parked(&self, id: &str) -> Result<Option<Slot>, SecureError> {
        if sixteen(id).is_none() {
            return Ok(None);
        }
        let (id, now) = (id.to_owned(), self.now());
        let scope = self.db().operator("find an envelope that a recipient brought");
        Ok(scope.read(move |tx: &mut Tx| rows::parked(tx, &id, now)).await?.map(|(slot, _)| slot))
    }

    /// The octets of an envelope, parked or kept here.
    ///
    /// # Errors
    /// [`SecureError::NotFound`] when it lies here no more.
    pub async fn envelope(&self, slot: &Slot, parked: Option<&str>) -> Result<Bytes, SecureError> {
        let (slot, parked, now) = (*slot, parked.map(str::to_owned), self.now());
        let scope = self.db().operator("read an envelope for its recipient");
        let blob = scope
            .read(move |tx: &mut Tx| {
                Ok::<_, SecureError>(match parked {
                    Some(id) => {
                        rows::parked(tx, &id, now)?.filter(|(of, _)| *of == slot).map(|(_, blob)| blob)
                    }
                    None => rows::envelope_of(tx, &slot)?,
                })
            })
            .await?;
        Ok(self.blobs().get(&blob.ok_or(SecureError::NotFound)?).await?)
    }

    /// The letter of a slot.
    ///
    /// # Errors
    /// [`SecureError::NotFound`].
    pub async fn seen(&self, slot: &Slot) -> Result<Seen, SecureError> {
        let (secure, slot) = (self.clone(), *slot);
        let scope = self.db().operator("show a letter to its recipient");
        scope.read(move |tx: &mut Tx| secure.read(tx, &slot)).await
    }

    /// The letter of a slot for whoever changes it: nobody else does until the transaction ends.
    pub(crate) fn read_to_change(&self, tx: &mut Tx, slot: &Slot) -> Result<Seen, SecureError> {
        rows::copy_to_change(tx, slot)?.ok_or(SecureError::NotFound)?;
        self.read(tx, slot)
    }

    pub(crate) fn read(&self, tx: &mut Tx, slot: &Slot) -> Result<Seen, SecureError> {
        let copy = rows::copy_of(tx, slot)?.ok_or(SecureError::NotFound)?;
        let letter = rows::letter(tx, self.vault(), copy.letter)?;
        Ok(Seen { letter: letter.ok_or(SecureError::Damaged("a copy without its letter"))?, copy })
    }

    /// The letter that a program has sent under a reference of its own: it is not sent twice.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn sent_as(
        &self,
        organisation: OrganisationId,
        reference: &str,
    ) -> Result<Option<Letter>, SecureError> {
        let (secure, reference) = (self.clone(), reference.to_owned());
        let scope = self.db().tenant(organisation);
        scope
            .read(move |tx: &mut Tx| rows::letter_by_reference(tx, secure.vault(), organisation, &reference))
            .await
    }

    /// In which context a slot's share of the key is wrapped: public, and of no use without the master key.
    ///
    /// # Errors
    /// [`SecureError::NotFound`].
    pub async fn share_context(&self, slot: &Slot) -> Result<String, SecureError> {
        let Seen { copy, .. } = self.seen(slot).await?;
        Ok(rows::share_context(&copy.slot, copy.letter, copy.organisation))
    }

    /// Sends a code to the recipient's mailbox, or to the telephone that the sender named in its place; only the newest is
    /// good.
    ///
    /// # Errors
    /// [`SecureError::TooOften`], [`SecureError::Ended`], [`SecureError::NotFound`].
    pub async fn send_code(
        &self,
        slot: &Slot,
        language: Language,
        source: IpAddr,
    ) -> Result<(), SecureError> {
        let source = source_of(source);
        let (secure, slot, now) = (self.clone(), *slot, self.now());
        let code = Zeroizing::new(format!("{:08}", self.world().random.below(100_000_000)));
        self.db()
            .operator("send a code to a recipient")
            .write(move |tx: &mut Tx| {
                let Seen { letter, copy } = secure.read(tx, &slot)?;
                if !copy.can_be_opened(now) {
                    return Err(SecureError::Ended);
                }
                let canonical = copy.address.canonical();
                let hour = std::time::Duration::from_secs(3600);
                let telephone = secure.phone_of(&copy)?.map(|phone| counted_as(&phone));
                let mut asked = vec![
                    (canonical.as_str(), limits::CODES_PER_HOUR_LIMIT),
                    (source.as_str(), limits::CODES_PER_SOURCE_LIMIT),
                ];
                asked.extend(telephone.as_deref().map(|number| (number, limits::CODES_PER_TELEPHONE_LIMIT)));
                for &(subject, limit) in &asked {
                    if rows::codes_asked(tx, subject, now.minus(hour))? >= limit {
                        return Err(SecureError::TooOften);
                    }
                }
                for (subject, _) in asked {
                    rows::note_code_asked(tx, secure.world().new_id(), subject, now)?;
                }
                let wrapped = secure.vault().wrap(&code_context(&slot), code.as_bytes());
                let texted_in = copy.telephone.as_ref().map(|_| language);
                rows::put_code(tx, &slot, &canonical, &wrapped, now, texted_in)?;
                if texted_in.is_some() {
                    tx.notify(SHORT_MESSAGES, String::new());
                    return Ok(());
                }
                notice::add(
                    tx,
                    secure.world(),
                    &NewNotice {
                        letter: &letter,
                        slot: &slot,
                        kind: NoticeKind::Code,
                        recipient: &copy.address,
                        language,
                        detail: serde_json::json!({}),
                        at: now,
                        awaits: None,
                    },
                )
            })
            .await
    }

    /// The newest code of a slot, for what tells it.
    pub(crate) fn code_of(&self, tx: &mut Tx, slot: &Slot) -> Result<Option<Zeroizing<String>>, SecureError> {
        let Some(kept) = rows::code(tx, slot)? else { return Ok(None) };
        let code = self.vault().unwrap(&code_context(slot), &kept.wrapped)?;
        Ok(Some(Zeroizing::new(String::from_utf8_lossy(&code).into_owned())))
    }

    /// Takes a code; gives the token of a visit, by which the same browser is known for a while.
    ///
    /// # Errors
    /// [`SecureError::Code`].
    pub async fn visit_with_code(&self, slot: &Slot, code: &Code) -> Result<Zeroizing<String>, SecureError> {
        let (secure, slot, now) = (self.clone(), *slot, self.now());
        let typed = Zeroizing::new(code.0.chars().filter(char::is_ascii_digit).collect::<String>());
        let mut token = Zeroizing::new([0; 32]);
        self.world().random.fill(&mut token[..]);
        let token = Zeroizing::new(URL_SAFE_NO_PAD.encode(&token[..]));
        let hash = hash_of(token.as_bytes());
        let is_right = self
            .db()
            .operator("take a code from a recipient")
            .write(move |tx: &mut Tx| {
                // Counted before it is compared: of many tries at the same time no more than the limit are made.
                let since = now.minus(limits::CODE_FOR);
                let Some(kept) = rows::try_code(tx, &slot, since, limits::CODE_FAILURES_LIMIT)? else {
                    return Ok(false);
                };
                let wanted = secure.vault().unwrap(&code_context(&slot), &kept.wrapped)?;
                if verify_slices_are_equal(&wanted, typed.as_bytes()).is_err() {
                    return Ok(false);
                }
                rows::forget_code(tx, &slot)?;
                let until = now.plus(limits::VISIT_FOR);
                let Copy { telephone, .. } = rows::copy_of(tx, &slot)?.ok_or(SecureError::NotFound)?;
                let (how, only_for) = match &telephone {
                    Some(telephone) => (telephone.in_evidence(), Some(&slot)),
                    None => (BY_CODE.to_owned(), None),
                };
                rows::insert_visit(tx, &hash, &kept.canonical, &how, until, only_for)?;
                Ok::<_, SecureError>(true)
            })
            .await?;
        is_right.then_some(token).ok_or(SecureError::Code)
    }

    /// Who a visit's token stands for; `None` if it is over.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn visit(&self, token: &str) -> Result<Option<Shown>, SecureError> {
        let (hash, now) = (hash_of(token.as_bytes()), self.now());
        let scope = self.db().operator("know a visitor of the portal again");
        Ok(scope.read(move |tx: &mut Tx| rows::visit(tx, &hash, now)).await?)
    }

    /// Ends a visit.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn end_visit(&self, token: &str) -> Result<(), SecureError> {
        let hash = hash_of(token.as_bytes());
        let scope = self.db().operator("a visitor of the portal leaves");
        scope.write(move |tx: &mut Tx| rows::end_visit(tx, &hash)).await?;
        Ok(())
    }

    /// The recipient accepts a registered letter.
    ///
    /// # Errors
    /// [`SecureError::Proof`], [`SecureError::Illegal`], [`SecureError::Ended`].
    pub async fn accept(&self, slot: &Slot, who: &Shown) -> Result<Seen, SecureError> {
        self.decide(slot, who, None).await
    }

    /// The recipient refuses a registered letter: nobody opens it any more.
    ///
    /// # Errors
    /// As [`Secure::accept`].
    pub async fn refuse(&self, slot: &Slot, who: &Shown, reason: &str) -> Result<Seen, SecureError> {
        let reason: String = reason.chars().filter(|c| !c.is_control()).take(500).collect();
        self.decide(slot, who, Some(reason)).await
    }

    async fn decide(&self, slot: &Slot, who: &Shown, refused: Option<String>) -> Result<Seen, SecureError> {
        let platform = self.platform().await?;
        let (secure, slot, who) = (self.clone(), *slot, who.clone());
        self.db()
            .operator("a recipient accepts or refuses a registered letter")
            .write(move |tx: &mut Tx| {
                let Seen { letter, mut copy } = secure.read_to_change(tx, &slot)?;
                // Once nobody else changes it: the time limit counts when it is decided, not when it was asked.
                let now = secure.now().max(copy.last_at);
                let who = secure.may(tx, &letter, &copy, &who)?;
                if copy.deadline.is_some_and(|deadline| now > deadline) {
                    return Err(SecureError::Ended);
                }
                match &refused {
                    None => {
                        let accepted = Happening::new(Event::ConsignmentAcceptance, now).by(&who);
                        secure.state_acceptance(tx, &platform, &letter, &mut copy, &accepted)?;
                    }
                    Some(reason) => {
                        let words = match reason.trim() {
                            "" => "the recipient refused",
                            said => said,
                        };
                        let event = Happening::new(Event::ConsignmentRejection, now).by(&who);
                        let event = event.because("RC08", words);
                        secure.notary(&platform).state(tx, &letter, &mut copy, &event)?;
                        copy.end(now);
                        secure.tell_sender(tx, &letter, &copy, NoticeKind::Refused, now)?;
                        // The receipt names the sender.
                        if secure.settings().shown_sender(&letter, &copy, secure.settings().language).is_told
                        {
                            secure.tell_recipient(tx, &letter, &copy, NoticeKind::OwnRefusal, now)?;
                        }
                    }
                }
                rows::update_copy(tx, &copy)?;
                Ok(Seen { letter, copy })
            })
            .await
    }

    /// A registered letter is accepted and therewith ready for its recipient; both are told. The copy's row is not yet
    /// written.
    pub(crate) fn state_acceptance(
        &self,
        tx: &mut Tx,
        platform: &Platform,
        letter: &Letter,
        copy: &mut Copy,
        accepted: &Happening,
    ) -> Result<(), SecureError> {
        let (notary, at) = (self.notary(platform), accepted.at);
        notary.state(tx, letter, copy, accepted)?;
        notary.state(tx, letter, copy, &Happening::new(Event::ContentConsignment, at))?;
        copy.accepted_at = Some(at);
        copy.not_after = at.plus(limits::ACCEPTED_OPEN_FOR);
        self.tell_sender(tx, letter, copy, NoticeKind::Accepted, at)?;
        self.tell_recipient(tx, letter, copy, NoticeKind::OwnAcceptance, at)
    }

    /// Gives the store's share of the key to a browser that opens the letter itself. That it was given is kept, the first
    /// time: whoever has it can read the letter without a word, so that the sender takes nothing back any more and nobody
    /// says that it was never read. That the letter was opened is told by [`Secure::note_opened`].
    ///
    /// # Errors
    /// [`SecureError::Proof`], [`SecureError::Ended`], and [`SecureError::Illegal`] for a registered letter that was not
    /// accepted.
    pub async fn release(&self, slot: &Slot, who: &Shown) -> Result<Opening, SecureError> {
        let (secure, slot, who) = (self.clone(), *slot, who.clone());
        let scope = self.db().operator("give the key of a letter to its recipient");
        let share = scope
            .write(move |tx: &mut Tx| {
                let Seen { letter, mut copy } = secure.read_to_change(tx, &slot)?;
                let who = secure.may(tx, &letter, &copy, &who)?;
                let share = secure.share_of(&letter, &copy)?;
                if copy.released.is_none() && copy.state != State::HandedOver {
                    copy.released = Some(Released { at: secure.now(), to: who.in_evidence() });
                    rows::update_copy(tx, &copy)?;
                }
                Ok::<_, SecureError>(share)
            })
            .await?;
        Ok(Opening { store_share: Zeroizing::new(URL_SAFE_NO_PAD.encode(share.octets())) })
    }

    /// The store's share of a copy that its recipient may open now.
    pub(crate) fn share_of(&self, letter: &Letter, copy: &Copy) -> Result<StoreShare, SecureError> {
        let wrapped = copy.store_share.as_ref().filter(|_| copy.can_be_opened(self.now()));
        let wrapped = wrapped.ok_or(SecureError::Ended)?;
        if !matches!(copy.state, State::Consigned | State::Notified | State::HandedOver) {
            return Err(evidence::Illegal {
                mode: letter.mode,
                state: copy.state,
                event: Event::ContentHandover,
            }
            .into());
        }
        self.unwrapped(copy, wrapped)
    }

    /// The store's share of the key of a copy that can be opened.
    pub(crate) fn unwrapped_share(&self, copy: &Copy) -> Result<StoreShare, SecureError> {
        self.unwrapped(copy, copy.store_share.as_ref().ok_or(SecureError::Ended)?)
    }

    fn unwrapped(&self, copy: &Copy, wrapped: &[u8]) -> Result<StoreShare, SecureError> {
        let context = rows::share_context(&copy.slot, copy.letter, copy.organisation);
        let share = self.vault().unwrap(&context, wrapped)?;
        let octets = share[..].try_into().map_err(|_| SecureError::Damaged("a share of a key"))?;
        Ok(StoreShare::new(octets))
    }

    /// The recipient has the letter open: the first time is the handover. What can no longer be opened was not opened now.
    ///
    /// # Errors
    /// As [`Secure::release`].
    pub async fn note_opened(&self, slot: &Slot, who: &Shown, by_platform: bool) -> Result<(), SecureError> {
        let platform = self.platform().await?;
        let (secure, slot, mut who) = (self.clone(), *slot, who.clone());
        if by_platform {
            who.authentication.push_str("; decrypted by the platform at the recipient's wish");
        }
        self.db()
            .operator("a recipient has opened a letter")
            .write(move |tx: &mut Tx| {
                let Seen { letter, mut copy } = secure.read_to_change(tx, &slot)?;
                let who = secure.may(tx, &letter, &copy, &who)?;
                let now = secure.now();
                if !copy.can_be_opened(now) {
                    return Err(SecureError::Ended);
                }
                let event = match copy.state {
                    State::HandedOver if copy.sequence >= limits::ACCESSES_LIMIT => return Ok(()),
                    State::HandedOver => Event::ContentAccessTracking,
                    _ => Event::ContentHandover,
                };
                secure.notary(&platform).state(
                    tx,
                    &letter,
                    &mut copy,
                    &Happening::new(event, now).by(&who),
                )?;
                copy.opened_at.get_or_insert(now);
                rows::update_copy(tx, &copy)?;
                Ok::<_, SecureError>(())
            })
            .await
    }

    /// The sender hears what happened to a copy, in the sender's language.
    pub(crate) fn tell_sender(
        &self,
        tx: &mut Tx,
        letter: &Letter,
        copy: &Copy,
        kind: NoticeKind,
        at: Timestamp,
    ) -> Result<(), SecureError> {
        self.tell(tx, letter, copy, (kind, &letter.sender), serde_json::json!({}), at)
    }

    /// The recipient hears what happened to their copy, in their language.
    pub(crate) fn tell_recipient(
        &self,
        tx: &mut Tx,
        letter: &Letter,
        copy: &Copy,
        kind: NoticeKind,
        at: Timestamp,
    ) -> Result<(), SecureError> {
        self.tell(tx, letter, copy, (kind, &copy.address), serde_json::json!({}), at)
    }

    /// Somebody hears what happened. A receipt waits for the time-stamp of the last statement about the copy.
    pub(crate) fn tell(
        &self,
        tx: &mut Tx,
        letter: &Letter,
        copy: &Copy,
        (kind, recipient): (NoticeKind, &model::Address),
        detail: serde_json::Value,
        at: Timestamp,
    ) -> Result<(), SecureError> {
        let language = self.language_chosen(tx, recipient)?.unwrap_or(self.settings().language);
        let awaits = kind.receipt_of().map(|_| copy.sequence);
        let slot = &copy.slot;
        let new = NewNotice { letter, slot, kind, recipient, language, detail, at, awaits };
        notice::add(tx, self.world(), &new)
    }

    /// Whether somebody has shown enough for this letter, and agreed to what it takes; gives who it is, with that
    /// agreement in the words of the first statement about what they do.
    pub(crate) fn may(
        &self,
        tx: &mut Tx,
        letter: &Letter,
        copy: &Copy,
        who: &Shown,
    ) -> Result<Shown, SecureError> {
        if who.canonical != copy.address.canonical() {
            return Err(SecureError::Proof);
        }
        // What goes to the telephone that the sender named opens this letter, and nothing else does; it opens no other.
        if who.by_telephone != copy.telephone.as_ref().map(|_| copy.slot) {
            return Err(SecureError::Proof);
        }
        let mut who = who.clone();
        // An organisation that lets an application read for its office has agreed by that; a person's letters it opens not.
        let is_mandated = who.acting.as_deref().is_some_and(Directory::is_application_login);
        match letter.mode {
            Mode::Confidential => {}
            Mode::Personal if is_mandated => return Err(SecureError::Proof),
            Mode::Registered if is_mandated && who.is_strong => {}
            Mode::Personal | Mode::Registered if who.is_strong => {
                let consent = consented(tx, &who)?.ok_or(SecureError::Consent)?;
                if matches!(copy.state, State::Offered | State::Consigned | State::Notified) {
                    who.authentication.push_str(&consent.in_evidence());
                }
            }
            Mode::Personal | Mode::Registered => return Err(SecureError::Proof),
        }
        Ok(who)
    }

    pub(crate) fn notary<'a>(&'a self, platform: &'a Platform) -> Notary<'a> {
        Notary { world: self.world(), platform, settings: self.settings() }
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.world().clock.now()
    }
}

/// How a mailbox's code stands in evidence.
const BY_CODE: &str = "code sent to the mailbox";

fn code_context(slot: &Slot) -> String {
    format!("secure code|{slot}")
}

/// What codes asked for from a source are counted under: an IPv4 address, or the /64 that one customer has.
fn source_of(source: IpAddr) -> String {
    match source.to_canonical() {
        IpAddr::V4(ip) => format!("source {ip}"),
        IpAddr::V6(ip) => {
            format!("source {}/64", std::net::Ipv6Addr::from(u128::from(ip) & !u128::from(u64::MAX)))
        }
    }
}

/// Under which id the envelope of a copy is parked already, from now on for longer: each octet of it is under our signature,
/// and we sign one for each copy.
fn parked_before(
    tx: &mut Tx,
    slot: &Slot,
    now: Timestamp,
    until: Timestamp,
) -> Result<Option<String>, SecureError> {
    rows::forget_parked(tx, now)?;
    let parked = rows::parked_of(tx, slot)?;
    if let Some(id) = &parked {
        rows::keep_parked(tx, id, until)?;
    }
    Ok(parked)
}

fn genuine(platform: &Platform, envelope: &[u8]) -> Result<Slot, SecureError> {
    let genuine = Envelope::parse(envelope)
        .map_err(|_| SecureError::Forged)?
        .verify(&platform.envelope_keys)
        .map_err(|_| SecureError::Forged)?;
    Ok(genuine.header().slot)
}
