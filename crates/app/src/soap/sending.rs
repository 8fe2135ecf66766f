//! Sending over SOAP, and following what was sent.

use std::collections::HashMap;

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
use mail_secure::following::{Cursor, HAPPENED_LIMIT};
use mail_secure::{Attached, Composing, Copy, Event, Letter, SecureError, Way};
use model::{Address, Class, OrganisationId, Reply};

use super::caller::{Caller, temporary};
use super::{Desk, address, not_offered, of_directory};

/// Events of a page where nobody says how many.
const EVENTS_USUAL: usize = 100;
/// Seconds after which a receipt that waits for its time-stamp may be there.
const RECEIPT_SECONDS: u32 = 60;
/// Seconds after which a letter that was deferred is worth another try.
const DEFERRED_SECONDS: u32 = 600;
/// Random octets of a boundary between parts.
const BOUNDARY_OCTETS: usize = 16;

impl Sending<Caller> for Desk {
    async fn send_message(
        &self,
        caller: &Caller,
        request: SendMessageRequest,
    ) -> Result<SendMessageResponse, Fault> {
        let application = caller.application()?;
        let organisation = application.organisation;
        refuse_what_is_missing(&request)?;
        let reference = reference_of(&application.name, &request.client_ref);
        let secure = self.flow.secure();
        if let Some(known) = secure.sent_as(organisation, &reference).await.map_err(of_secure)? {
            return self.sent(known, request.client_ref, true).await;
        }
        let from = address("from", &request.from)?;
        if !self.directory.application_may_send_as(application, &from).await.map_err(of_directory)? {
            let why = "the application was not given this sender; its administrator can allow it";
            return Err(Fault::new(Code::Forbidden, why).field("from"));
        }
        let (to, cc) = (named("to", &request.to)?, named("cc", &request.cc)?);
        let mut recipients: Vec<Address> = Vec::new();
        for (recipient, _) in to.iter().chain(&cc) {
            if !recipients.iter().any(|known| known.canonical() == recipient.canonical()) {
                recipients.push(recipient.clone());
            }
        }
        let mut random = [0; BOUNDARY_OCTETS];
        self.world.random.fill(&mut random);
        let attachments: Vec<Attached<'_>> = request
            .attachments
            .iter()
            .map(|one| Attached { name: &one.file_name, media_type: &one.media_type, content: &one.content })
            .collect();
        let letter = mail_secure::compose(&Composing {
            from: &from,
            to: &to,
            cc: &cc,
            subject: &request.subject,
            plain: request.text.plain.as_deref(),
            html: request.text.html.as_deref(),
            attachments: &attachments,
            boundary: &mail_secure::hex(&random),
        });
        self.flow
            .count_application(application, recipients.len(), letter.len() as u64)
            .await
            .map_err(|reply| of_reply(&reply))?;
        let sending = mail_flow::Sending {
            organisation,
            author: from,
            authentication: format!("password of the application account {} (SOAP)", application.login),
            mode: mode_in(request.mode),
            letter: letter.into(),
            recipients,
            reference: Some(reference.clone()),
            language: language_in(request.language),
        };
        match self.flow.send_secured(sending).await {
            Ok(taken) => self.sent(taken.letter, request.client_ref, false).await,
            // The same reference, taken a moment ago by another request: the index lets one of them through.
            Err(reply) => match secure.sent_as(organisation, &reference).await.map_err(of_secure)? {
                Some(known) => self.sent(known, request.client_ref, true).await,
                None => Err(of_reply(&reply)),
            },
        }
    }

    async fn get_message_status(
        &self,
        caller: &Caller,
        request: GetMessageStatusRequest,
    ) -> Result<GetMessageStatusResponse, Fault> {
        let organisation = caller.organisation();
        let letter = match (&request.message_id, &request.client_ref) {
            (Some(id), None) => self.letter(organisation, id).await?.0,
            (None, Some(reference)) => {
                let reference = reference_of(&caller.application()?.name, reference);
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
            client_ref: letter.client_reference.as_deref().map(|known| shown_reference(known).to_owned()),
            mode: mode_out(letter.mode),
            submission_time: letter.submitted_at,
            recipients: self.states(&letter).await?,
            receipts: Vec::<ReceiptType>::new(),
        })
    }

    async fn revoke_message(
        &self,
        caller: &Caller,
        request: RevokeMessageRequest,
    ) -> Result<RevokeMessageResponse, Fault> {
        let organisation = caller.application()?.organisation;
        let (letter, copies) = self.letter(organisation, &request.message_id).await?;
        let only = match &request.recipient {
            Some(text) => {
                let canonical = address("recipient", text)?.canonical();
                let found = copies.iter().find(|copy| copy.address.canonical() == canonical);
                Some(found.ok_or_else(|| Fault::not_found("recipient"))?.slot)
            }
            None => None,
        };
        let reason = request.reason.unwrap_or_default();
        let withdrawn = match self.flow.secure().withdraw(organisation, letter.id, only, &reason).await {
            Ok(withdrawn) => withdrawn,
            Err(error) => {
                // Sent again: what was taken back before is answered as before.
                let before = copies.into_iter().filter(|copy| {
                    copy.state == mail_secure::State::Withdrawn && only.is_none_or(|slot| slot == copy.slot)
                });
                let before: Vec<Copy> = before.collect();
                if before.is_empty() {
                    return Err(of_secure(error));
                }
                before
            }
        };
        Ok(RevokeMessageResponse {
            evidence_ids: withdrawn.iter().map(|copy| format!("{}.{}", copy.slot, copy.sequence)).collect(),
            recipients: self.states(&letter).await?,
        })
    }

    async fn check_recipients(
        &self,
        _: &Caller,
        request: CheckRecipientsRequest,
    ) -> Result<CheckRecipientsResponse, Fault> {
        let mut recipients = Vec::with_capacity(request.addresses.len());
        for text in request.addresses {
            // Whether somebody has an account is nobody's business but their own: all are answered alike.
            address("address", &text)?;
            recipients.push(RecipientCheck {
                address: text,
                is_registered: false,
                is_tls_peer: false,
                is_blocked: false,
                least_authentication: AuthenticationLevel::Mailbox,
            });
        }
        Ok(CheckRecipientsResponse { recipients })
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
        let listed = self.flow.secure().happened_since(
            caller.organisation(),
            letter,
            behind,
            limit.min(HAPPENED_LIMIT),
        );
        let listed = listed.await.map_err(of_secure)?;
        let next_cursor = listed.last().map(|last| Cursor::behind(last).to_string()).or(request.cursor);
        let events = listed.into_iter().map(|one| LetterEvent {
            event_id: format!("{}.{}", one.slot, one.sequence),
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
        let (letter, copies) = self.letter(caller.organisation(), &request.message_id).await?;
        if request.format == Some(ReceiptFormat::Json) {
            return Err(not_offered("receipts as JSON; the evidence lies within the PDF"));
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
        let content = secure.receipt(&copy.slot, event, mail_secure::Language::default()).await;
        let content = content.map_err(|error| match error {
            SecureError::NotFound => Fault::not_found("receipt"),
            error => of_secure(error),
        })?;
        let happened = secure.happened(&copy.slot).await.map_err(of_secure)?;
        let place = happened.iter().position(|one| one.event == event);
        let number = place.ok_or_else(|| Fault::not_found("receipt"))? + 1;
        Ok(GetReceiptResponse {
            evidence_id: format!("{}.{number}", copy.slot),
            document: Document {
                file_name: format!(
                    "{}-{}.pdf",
                    request.receipt.as_str(),
                    mail_secure::hex(&letter.public_id)
                ),
                media_type: "application/pdf".to_owned(),
                content: content.into(),
            },
        })
    }

    async fn get_service_info(
        &self,
        _: &Caller,
        _: GetServiceInfoRequest,
    ) -> Result<GetServiceInfoResponse, Fault> {
        Ok(GetServiceInfoResponse {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            message_octets: i64::try_from(mail_secure::limits::LETTER_LIMIT_BYTES).unwrap_or(i64::MAX),
            recipients: i64::try_from(mail_secure::limits::RECIPIENTS_LIMIT).unwrap_or(i64::MAX),
            // A letter's reference is kept as long as the letter; the description promises seven days.
            client_ref_days: 7,
            profiles: vec!["ch".to_owned()],
            seal_certificate: None,
            maintenance: Vec::new(),
        })
    }
}

impl Desk {
    async fn letter(&self, organisation: OrganisationId, id: &str) -> Result<(Letter, Vec<Copy>), Fault> {
        let found = self.flow.secure().letter_called(organisation, public_id(id)?).await;
        found.map_err(of_secure)
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
            submission_evidence_id: format!("{}.1", first.slot),
            recipients: self.states(&letter).await?,
            submission_time: letter.submitted_at,
        })
    }
}

/// What a request asks for that the platform cannot do: it is refused rather than left out.
fn refuse_what_is_missing(request: &SendMessageRequest) -> Result<(), Fault> {
    if request.on_behalf_of.is_some() {
        return Err(not_offered("sending for somebody else (onBehalfOf)"));
    }
    let secret = |one: &Recipient| one.phone.is_some() || one.passphrase.is_some();
    if request.to.iter().chain(&request.cc).any(secret) {
        return Err(not_offered("secrets that the sender supplies (phone, passphrase)"));
    }
    if request.authentication.is_some_and(|level| level != AuthenticationLevel::Mailbox) {
        return Err(not_offered("asking recipients for more than the mode does (authentication)"));
    }
    if request.expires.is_some() {
        return Err(not_offered("an end of the sender's choice (expires)"));
    }
    if request.profile.as_deref().is_some_and(|profile| profile != "ch") {
        let fault = Fault::new(Code::Validation, "this profile is not offered").field("profile");
        return Err(fault.rule("ch"));
    }
    if request.text.plain.is_none() && request.text.html.is_none() {
        let fault = Fault::new(Code::Validation, "neither is there").field("text");
        return Err(fault.rule("plain or html, or both"));
    }
    Ok(())
}

fn named(field: &str, recipients: &[Recipient]) -> Result<Vec<(Address, Option<String>)>, Fault> {
    recipients.iter().map(|one| Ok((address(field, &one.address)?, one.name.clone()))).collect()
}

/// References are an application's own: two of them may count alike.
fn reference_of(application: &str, client_ref: &str) -> String {
    format!("{application} {client_ref}")
}

fn shown_reference(kept: &str) -> &str {
    kept.split_once(' ').map_or(kept, |(_, reference)| reference)
}

fn public_id(text: &str) -> Result<[u8; 16], Fault> {
    mail_secure::sixteen(text).ok_or_else(|| Fault::not_found("letter"))
}

fn mode_in(mode: Mode) -> mail_secure::Mode {
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

fn state_out(state: mail_secure::State) -> State {
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

pub(super) fn of_secure(error: SecureError) -> Fault {
    match error {
        SecureError::NotFound => Fault::not_found("letter"),
        // The log takes statements a batch at a time, with one time-stamp.
        SecureError::NotYet => {
            let fault = Fault::new(Code::Temporary, "the receipt waits for its time-stamp");
            fault.retry_after(RECEIPT_SECONDS)
        }
        error @ SecureError::Illegal(_) => Fault::new(Code::Conflict, error.to_string()),
        error => temporary(&error),
    }
}

/// A refusal of the flow.
fn of_reply(reply: &Reply) -> Fault {
    let code = match (reply.class(), reply.code()) {
        (Class::Later, _) => Code::Temporary,
        (_, 552) => Code::TooLarge,
        (_, 530) => Code::Auth,
        _ => Code::Conflict,
    };
    let fault = Fault::new(code, reply.text());
    match code {
        Code::Temporary => fault.retry_after(DEFERRED_SECONDS),
        _ => fault,
    }
}
