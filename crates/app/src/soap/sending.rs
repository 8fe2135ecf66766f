//! Sending over SOAP, and following what was sent.

use std::collections::HashMap;

use directory::Phone;
use door_soap::common::{
    Document, Language, LetterEvent, Mode, ReceiptFormat, ReceiptType, RecipientState, Route, State,
};
use door_soap::send::{
    AuthenticationLevel, CheckRecipientsRequest, CheckRecipientsResponse, GetMessageStatusRequest,
    GetMessageStatusResponse, GetReceiptRequest, GetReceiptResponse, GetServiceInfoRequest,
    GetServiceInfoResponse, ListEventsRequest, ListEventsResponse, Recipient, RecipientCheck,
    RevokeMessageRequest, RevokeMessageResponse, SendMessageRequest, SendMessageResponse, Sending,
};
use door_soap::{Code, Fault};
use mail_flow::{Composed, Ground, NotTaken};
use mail_secure::following::{Cursor, HAPPENED_LIMIT};
use mail_secure::phone::Phones;
use mail_secure::wish::Passphrase;
use mail_secure::{Attached, Copy, Event, Letter, SecureError, Way};
use model::{Address, Reply};

use super::caller::{Caller, temporary};
use super::{Desk, address, of_directory};

/// Events of a page where nobody says how many.
const EVENTS_USUAL: usize = 100;
/// Seconds after which a receipt that waits for its time-stamp may be there.
const RECEIPT_SECONDS: u32 = 60;
/// Seconds after which heavy work that others ask for may be done.
const BUSY_SECONDS: u32 = 5;
/// Seconds after which somebody who asked for too much may ask again.
const TOO_OFTEN_SECONDS: u32 = 3600;
/// Seconds after which a letter that was deferred is worth another try.
const DEFERRED_SECONDS: u32 = 600;

impl Sending<Caller> for Desk {
    async fn send_message(
        &self,
        caller: &Caller,
        request: SendMessageRequest,
    ) -> Result<SendMessageResponse, Fault> {
        let application = caller.application()?;
        if request.text.plain.is_none() && request.text.html.is_none() {
            let fault = Fault::new(Code::Validation, "neither is there").field("text");
            return Err(fault.rule("plain or html, or both"));
        }
        let passphrase = request.passphrase.as_deref().map(|text| Passphrase::parse(text.trim()));
        let passphrase = passphrase.transpose().map_err(|_| {
            // What it says stands in no answer and no log.
            let fault = Fault::new(Code::Validation, "it is too short, too long, or has control characters");
            fault.field("passphrase").rule("at least 4 characters, at most 1024 octets, one line")
        })?;
        let attachments = request.attachments.iter();
        let taken = self.flow.send_composed(Composed {
            application,
            authentication: mail_secure::application_words("password of", &application.login, "SOAP"),
            reference: &request.client_ref,
            from: address("from", &request.from)?,
            to: named("to", &request.to)?,
            cc: named("cc", &request.cc)?,
            subject: &request.subject,
            plain: request.text.plain.as_deref(),
            html: request.text.html.as_deref(),
            attachments: attachments
                .map(|one| Attached {
                    name: &one.file_name,
                    media_type: &one.media_type,
                    content: &one.content,
                })
                .collect(),
            mode: mode_in(request.mode),
            language: language_in(request.language),
            passphrase,
            phones: phones(request.to.iter().chain(&request.cc))?,
        });
        match taken.await {
            Ok(taken) => self.sent(taken.letter, request.client_ref, taken.is_repetition).await,
            Err(error @ NotTaken::Sender) => {
                Err(Fault::new(Code::Forbidden, error.to_string()).field("from"))
            }
            Err(NotTaken::Refused(reply)) => Err(of_reply(&reply)),
            Err(NotTaken::Directory(error)) => Err(of_directory(error)),
            Err(NotTaken::Secure(error)) => Err(of_secure(error)),
        }
    }

    async fn get_message_status(
        &self,
        caller: &Caller,
        request: GetMessageStatusRequest,
    ) -> Result<GetMessageStatusResponse, Fault> {
        let organisation = caller.organisation();
        let letter = match (&request.message_id, &request.client_ref) {
            (Some(id), None) => self.letter(caller, id).await?.0,
            (None, Some(reference)) => {
                let reference = mail_flow::reference_of(&caller.application()?.name, reference);
                let found = self.flow.secure().sent_as(organisation, &reference).await;
                found.map_err(of_secure)?.ok_or_else(|| Fault::not_found("letter"))?
            }
            _ => {
                let rule = "messageId or clientRef, one of the two";
                return Err(Fault::new(Code::Validation, "both are there, or none").rule(rule));
            }
        };
        Ok(GetMessageStatusResponse {
            message_id: mail_secure::hex(&letter.public_id),
            client_ref: letter
                .client_reference
                .as_deref()
                .map(|known| mail_flow::reference_shown(known).to_owned()),
            mode: mode_out(letter.mode),
            submission_time: letter.submitted_at,
            recipients: self.states(&letter).await?,
            receipts: self.receipts(&letter).await?,
        })
    }

    async fn revoke_message(
        &self,
        caller: &Caller,
        request: RevokeMessageRequest,
    ) -> Result<RevokeMessageResponse, Fault> {
        let organisation = caller.organisation();
        // Who may: the application that sent it, or whoever administers the organisation.
        let who = match caller {
            Caller::Application(application) => {
                let who = format!("application «{}» by SOAP", application.login);
                trail::Actor::from(who)
            }
            Caller::Token { .. } => caller.administration(&self.directory, true)?.actor(),
            Caller::Person { .. } => {
                return Err(Fault::new(Code::Forbidden, "own letters are withdrawn at the portal"));
            }
        };
        let (letter, copies) = self.letter(caller, &request.message_id).await?;
        let only = match &request.recipient {
            Some(text) => {
                let canonical = address("recipient", text)?.canonical();
                let found = copies.iter().find(|copy| copy.address.canonical() == canonical);
                Some(found.ok_or_else(|| Fault::not_found("recipient"))?.slot)
            }
            None => None,
        };
        let reason = request.reason.unwrap_or_default();
        let withdrawn =
            match self.flow.secure().withdraw_for(who, organisation, letter.id, only, &reason).await {
                Ok(withdrawn) => withdrawn,
                Err(error) => {
                    // Sent again: what was taken back before is answered as before.
                    let before = copies.into_iter().filter(|copy| {
                        copy.state == mail_secure::State::Withdrawn
                            && only.is_none_or(|slot| slot == copy.slot)
                    });
                    let before: Vec<Copy> = before.collect();
                    if before.is_empty() {
                        return Err(of_secure(error));
                    }
                    before
                }
            };
        Ok(RevokeMessageResponse {
            evidence_ids: withdrawn.iter().map(|copy| evidence_id(&copy.slot, copy.sequence)).collect(),
            recipients: self.states(&letter).await?,
        })
    }

    async fn check_recipients(
        &self,
        _: &Caller,
        request: CheckRecipientsRequest,
    ) -> Result<CheckRecipientsResponse, Fault> {
        let addresses = request.addresses.iter().map(|text| address("address", text));
        let addresses = addresses.collect::<Result<_, _>>()?;
        let checked = self.flow.check_recipients(addresses, mode_in(request.mode)).await;
        let checked = checked.map_err(|reply| of_reply(&reply))?;
        let recipients = request.addresses.into_iter().zip(checked).map(|(address, check)| RecipientCheck {
            address,
            is_tls_peer: check.is_connected,
            least_authentication: match check.needs_account {
                true => AuthenticationLevel::Account,
                false => AuthenticationLevel::Mailbox,
            },
        });
        Ok(CheckRecipientsResponse { recipients: recipients.collect() })
    }

    async fn list_events(
        &self,
        caller: &Caller,
        request: ListEventsRequest,
    ) -> Result<ListEventsResponse, Fault> {
        let behind = match &request.cursor {
            Some(text) => Some(Cursor::parse(text).ok_or_else(|| {
                Fault::new(Code::Validation, "it is no cursor of ours")
                    .field("cursor")
                    .rule("what a page gave")
            })?),
            None => None,
        };
        let letter = match &request.message_id {
            Some(id) => Some(public_id(id)?),
            None => None,
        };
        let limit = request.limit.and_then(|limit| usize::try_from(limit).ok()).unwrap_or(EVENTS_USUAL);
        let (organisation, limit) = (caller.organisation(), limit.min(HAPPENED_LIMIT));
        let secure = self.flow.secure();
        let listed = match caller {
            // An application follows what it sent itself.
            Caller::Application(application) => {
                let login = Some(application.login.as_str());
                secure.happened_to(organisation, login, letter, behind, limit).await
            }
            Caller::Token { .. } => secure.happened_since(organisation, letter, behind, limit).await,
            Caller::Person { .. } => {
                return Err(Fault::new(Code::Forbidden, "own letters are in SearchJournal"));
            }
        };
        let listed = listed.map_err(of_secure)?;
        let next_cursor = listed.last().map(|last| Cursor::behind(last).to_string()).or(request.cursor);
        let events = listed.into_iter().map(|one| LetterEvent {
            event_id: evidence_id(&one.slot, one.sequence),
            message_id: mail_secure::hex(&one.letter),
            recipient: Some(one.recipient.to_string()),
            event: one.event.name().to_owned(),
            time: one.at,
            reason: None,
        });
        Ok(ListEventsResponse { events: events.collect(), next_cursor })
    }

    async fn get_receipt(
        &self,
        caller: &Caller,
        request: GetReceiptRequest,
    ) -> Result<GetReceiptResponse, Fault> {
        let (letter, copies) = self.letter(caller, &request.message_id).await?;
        if matches!(caller, Caller::Token { .. }) && letter.application().is_none() {
            let why = "receipts of what a person sent are that person's: they name the subject";
            return Err(Fault::new(Code::Forbidden, why));
        }
        let event = match request.receipt {
            ReceiptType::Submission => Event::SubmissionAcceptance,
            ReceiptType::Acceptance => Event::ConsignmentAcceptance,
            ReceiptType::Refusal => Event::ConsignmentRejection,
            ReceiptType::Expiry => Event::AcceptanceRejectionExpiry,
        };
        let copy = match &request.recipient {
            Some(text) => {
                let canonical = address("recipient", text)?.canonical();
                copies.iter().find(|copy| copy.address.canonical() == canonical)
            }
            // Each copy has a chain of its own, which begins with the submission.
            None if request.receipt == ReceiptType::Submission || copies.len() == 1 => copies.first(),
            None => {
                let fault =
                    Fault::new(Code::Validation, "the letter has several recipients").field("recipient");
                return Err(fault.rule("whose acceptance, refusal or expiry"));
            }
        };
        let copy = copy.ok_or_else(|| Fault::not_found("recipient"))?;
        let secure = self.flow.secure();
        let happened = secure.happened(&copy.slot).await.map_err(of_secure)?;
        let place = happened.iter().position(|one| one.event == event);
        let number = place.ok_or_else(|| Fault::not_found("receipt"))? + 1;
        let name = format!("{}-{}", request.receipt.as_str(), mail_secure::hex(&letter.public_id));
        let (file_name, media_type, content) = match request.format.unwrap_or(ReceiptFormat::Pdf) {
            ReceiptFormat::Pdf => {
                let page = secure.receipt(&copy.slot, event, mail_secure::Language::default()).await;
                (format!("{name}.pdf"), "application/pdf", page.map_err(of_secure)?)
            }
            ReceiptFormat::Json => {
                let bundle = secure.bundle(&copy.slot).await.map_err(of_secure)?;
                let json = bundle.to_json().map_err(|error| temporary(&error))?;
                (format!("{name}.evidence.json"), "application/json", json)
            }
        };
        Ok(GetReceiptResponse {
            evidence_id: evidence_id(&copy.slot, number),
            document: Document { file_name, media_type: media_type.to_owned(), content: content.into() },
        })
    }

    async fn get_service_info(
        &self,
        _: &Caller,
        _: GetServiceInfoRequest,
    ) -> Result<GetServiceInfoResponse, Fault> {
        let service = self.flow.secure_service();
        Ok(GetServiceInfoResponse {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            message_octets: i64::try_from(service.letter_bytes).unwrap_or(i64::MAX),
            recipients: i64::try_from(service.recipients).unwrap_or(i64::MAX),
            client_ref_days: i64::from(service.reference_days),
            profiles: vec![service.profile.to_owned()],
            seal_certificate: None,
            maintenance: Vec::new(),
        })
    }
}

impl Desk {
    /// A letter of the caller's: that an application sent itself, or of the organisation that a token administers.
    async fn letter(&self, caller: &Caller, id: &str) -> Result<(Letter, Vec<Copy>), Fault> {
        let found = self.flow.secure().letter_called(caller.organisation(), public_id(id)?).await;
        let (letter, copies) = found.map_err(of_secure)?;
        let is_within_reach = match caller {
            Caller::Application(application) => letter.application() == Some(application.login.as_str()),
            Caller::Token { .. } => true,
            Caller::Person { person, .. } => {
                Address::parse(&person.login).is_ok_and(|own| own.canonical() == letter.sender.canonical())
            }
        };
        is_within_reach.then_some((letter, copies)).ok_or_else(|| Fault::not_found("letter"))
    }

    /// Of which kinds there are receipts for some recipient.
    async fn receipts(&self, letter: &Letter) -> Result<Vec<ReceiptType>, Fault> {
        let secure = self.flow.secure();
        let mut kinds = vec![ReceiptType::Submission];
        for copy in secure.copies(letter.organisation, letter.id).await.map_err(of_secure)? {
            let kind = match copy.state {
                _ if copy.accepted_at.is_some() => ReceiptType::Acceptance,
                mail_secure::State::Refused => ReceiptType::Refusal,
                mail_secure::State::Expired => ReceiptType::Expiry,
                _ => continue,
            };
            if !kinds.contains(&kind) {
                kinds.push(kind);
            }
        }
        Ok(kinds)
    }

    async fn states(&self, letter: &Letter) -> Result<Vec<RecipientState>, Fault> {
        let secure = self.flow.secure();
        let copies = secure.copies(letter.organisation, letter.id).await.map_err(of_secure)?;
        let last = secure.last_statements(letter.organisation, letter.id).await.map_err(of_secure)?;
        let last: HashMap<_, _> = last.into_iter().map(|(slot, at)| (slot.0, at)).collect();
        let states = copies.into_iter().map(|copy| RecipientState {
            address: copy.address.to_string(),
            route: match copy.way {
                Way::Sealed => Some(Route::Safe),
                Way::Mailbox => Some(Route::Mailbox),
                Way::Gateway => Some(Route::Gateway),
                Way::Blocked => None,
            },
            state: state_out(copy.state),
            since: last.get(&copy.slot.0).copied().unwrap_or(letter.submitted_at),
            deadline: copy.deadline,
            erased_time: copy.erased_at,
            reason: None,
        });
        Ok(states.collect())
    }

    async fn sent(
        &self,
        letter: Letter,
        client_ref: String,
        is_repetition: bool,
    ) -> Result<SendMessageResponse, Fault> {
        let copies = self.flow.secure().copies(letter.organisation, letter.id).await.map_err(of_secure)?;
        let first = copies.first().ok_or_else(Fault::internal)?;
        Ok(SendMessageResponse {
            message_id: mail_secure::hex(&letter.public_id),
            client_ref,
            is_repetition,
            // A chain begins with its submission.
            submission_evidence_id: evidence_id(&first.slot, 1),
            recipients: self.states(&letter).await?,
            submission_time: letter.submitted_at,
        })
    }
}

/// The telephones that a request names, each with its recipient.
fn phones<'a>(recipients: impl Iterator<Item = &'a Recipient>) -> Result<Phones, Fault> {
    let mut phones = Phones::default();
    for recipient in recipients {
        let Some(number) = &recipient.phone else { continue };
        let number = Phone::parse(number)
            .map_err(|bad| Fault::new(Code::Validation, bad.to_string()).field("phone"))?;
        phones.add(Some(address("address", &recipient.address)?), number);
    }
    Ok(phones)
}

fn named(field: &str, recipients: &[Recipient]) -> Result<Vec<(Address, Option<String>)>, Fault> {
    recipients.iter().map(|one| Ok((address(field, &one.address)?, one.name.clone()))).collect()
}

pub(super) fn public_id(text: &str) -> Result<[u8; 16], Fault> {
    mail_secure::sixteen(text).ok_or_else(|| Fault::not_found("letter"))
}

pub(super) fn mode_in(mode: Mode) -> mail_secure::Mode {
    match mode {
        Mode::Confidential => mail_secure::Mode::Confidential,
        Mode::Personal => mail_secure::Mode::Personal,
        Mode::Registered => mail_secure::Mode::Registered,
    }
}

pub(super) fn mode_out(mode: mail_secure::Mode) -> Mode {
    match mode {
        mail_secure::Mode::Confidential => Mode::Confidential,
        mail_secure::Mode::Personal => Mode::Personal,
        mail_secure::Mode::Registered => Mode::Registered,
    }
}

fn language_in(language: Option<Language>) -> mail_secure::Language {
    match language {
        Some(Language::German) => mail_secure::Language::German,
        Some(Language::French) => mail_secure::Language::French,
        Some(Language::Italian) => mail_secure::Language::Italian,
        Some(Language::English) => mail_secure::Language::English,
        None => mail_secure::Language::default(),
    }
}

pub(super) fn state_out(state: mail_secure::State) -> State {
    use mail_secure::State as Kept;
    match state {
        Kept::Unsent | Kept::Submitted => State::Submitted,
        Kept::Rejected => State::Rejected,
        Kept::Blocked => State::Blocked,
        Kept::Relayed => State::Relayed,
        Kept::Offered => State::Offered,
        Kept::Accepted => State::Accepted,
        Kept::Refused => State::Refused,
        Kept::Expired => State::Expired,
        Kept::Consigned => State::Consigned,
        Kept::Notified => State::Notified,
        Kept::HandedOver => State::HandedOver,
        Kept::Undeliverable => State::Undeliverable,
        Kept::Withdrawn => State::Withdrawn,
        Kept::Unclaimed => State::Unclaimed,
    }
}

pub(super) fn state_in(state: State) -> mail_secure::State {
    use mail_secure::State as Kept;
    match state {
        State::Submitted => Kept::Submitted,
        State::Rejected => Kept::Rejected,
        State::Blocked => Kept::Blocked,
        State::Relayed => Kept::Relayed,
        State::Offered => Kept::Offered,
        State::Accepted => Kept::Accepted,
        State::Refused => Kept::Refused,
        State::Expired => Kept::Expired,
        State::Consigned => Kept::Consigned,
        State::Notified => Kept::Notified,
        State::HandedOver => Kept::HandedOver,
        State::Undeliverable => Kept::Undeliverable,
        State::Withdrawn => Kept::Withdrawn,
        State::Unclaimed => Kept::Unclaimed,
    }
}

/// The name of a statement: the copy, and the statement's number among its own.
pub(super) fn evidence_id(slot: &wire_safe::Slot, number: impl std::fmt::Display) -> String {
    format!("{slot}.{number}")
}

pub(super) fn of_secure(error: SecureError) -> Fault {
    match error {
        SecureError::NotFound => Fault::not_found("letter"),
        // The log takes statements a batch at a time, with one time-stamp.
        SecureError::NotYet => {
            let fault = Fault::new(Code::Temporary, "the receipt waits for its time-stamp");
            fault.retry_after(RECEIPT_SECONDS)
        }
        error @ (SecureError::Illegal(_)
        | SecureError::Ended
        | SecureError::CanBeWithdrawn
        | SecureError::Underway) => Fault::new(Code::Conflict, error.to_string()),
        error @ SecureError::Consent => Fault::new(Code::ConsentMissing, error.to_string()),
        SecureError::Passphrase => Fault::new(
            Code::Conflict,
            "the letter asks for the sender's passphrase: it is opened at the portal",
        ),
        error @ SecureError::Proof => Fault::new(Code::Forbidden, error.to_string()),
        error @ SecureError::Busy => Fault::new(Code::Temporary, error.to_string()).retry_after(BUSY_SECONDS),
        error @ (SecureError::TooOften | SecureError::Paused { .. }) => {
            Fault::new(Code::Temporary, error.to_string()).retry_after(TOO_OFTEN_SECONDS)
        }
        error @ SecureError::Forged => Fault::new(Code::Validation, error.to_string())
            .field("mail")
            .rule("the e-mail as a mail server gave it out, or the page that was attached to it"),
        error => temporary(&error),
    }
}

/// A refusal of the flow.
pub(super) fn of_reply(reply: &Reply) -> Fault {
    let fault = |code| Fault::new(code, reply.text());
    match Ground::of(reply) {
        Ground::Later => fault(Code::Temporary).retry_after(DEFERRED_SECONDS),
        Ground::Account => fault(Code::Auth),
        Ground::NotAllowed => fault(Code::Forbidden),
        Ground::TooLarge => fault(Code::TooLarge),
        Ground::Malware => fault(Code::MalwareFound),
        Ground::UnknownRecipient => fault(Code::NotFound).field("to"),
        Ground::ClosedRecipient => fault(Code::RecipientBlocked).field("to"),
        Ground::Recipients => {
            fault(Code::Validation).field("to").rule("as many recipients as the reason says")
        }
        Ground::Letter => fault(Code::Conflict),
    }
}
