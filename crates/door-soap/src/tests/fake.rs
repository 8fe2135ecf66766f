//! Operations that remember in memory, and an authenticator that knows three callers.

use std::collections::HashMap;
use std::sync::Arc;

use bytes::Bytes;
use model::Timestamp;
use parking_lot::Mutex;
use wire_soap::{Code, Fault};

use crate::administration::*;
use crate::common::*;
use crate::read::*;
use crate::send::*;
use crate::{Authenticator, Shown};

/// Who calls: an address.
pub(super) struct Caller(pub(super) String);

/// Knows `payroll`, `anna@valbois.test` and `admin`, each with the password `secret-` and the name, and whoever shows
/// the certificate `valbois`.
pub(super) struct Known;

impl Authenticator for Known {
    type Caller = Caller;

    async fn authenticate(&self, shown: Shown) -> Result<Caller, Fault> {
        if shown.certificate.is_some_and(|certificate| certificate.0.as_ref() == b"valbois") {
            return Ok(Caller("payroll".to_owned()));
        }
        let shown = shown.password.ok_or_else(nobody)?;
        let is_known = ["payroll", "anna@valbois.test", "admin", "zoë"].contains(&shown.username.as_str());
        match is_known && shown.password == format!("secret-{}", shown.username) {
            true => Ok(Caller(shown.username)),
            false => Err(nobody()),
        }
    }
}

fn nobody() -> Fault {
    Fault::new(Code::Auth, "nobody is known by this")
}

pub(super) const NOW: Timestamp = Timestamp(1_795_291_500_000);

#[derive(Clone)]
struct Letter {
    id: String,
    request: SendMessageRequest,
    states: Vec<RecipientState>,
}

#[derive(Default)]
struct Memory {
    letters: Vec<Letter>,
    users: Vec<User>,
    certificates: Vec<PeerCertificate>,
    mode: Option<ConnectionMode>,
    accounts: HashMap<String, CreateApplicationAccountRequest>,
}

#[derive(Clone, Default)]
pub(super) struct Fake(Arc<Mutex<Memory>>);

impl Fake {
    /// The contents of all attachments that were taken.
    pub(super) fn attachments(&self) -> Vec<Bytes> {
        let memory = self.0.lock();
        memory
            .letters
            .iter()
            .flat_map(|letter| &letter.request.attachments)
            .map(|one| one.content.clone())
            .collect()
    }

    pub(super) fn letters(&self) -> usize {
        self.0.lock().letters.len()
    }

    fn letter(&self, id: &str) -> Result<Letter, Fault> {
        let memory = self.0.lock();
        memory
            .letters
            .iter()
            .find(|letter| letter.id == id)
            .cloned()
            .ok_or_else(|| Fault::not_found("letter"))
    }

    /// Takes a step for one recipient of a letter.
    fn step(&self, id: &str, recipient: &str, state: State) -> Result<StepResponse, Fault> {
        let mut memory = self.0.lock();
        let letter = memory.letters.iter_mut().find(|letter| letter.id == id);
        let states = &mut letter.ok_or_else(|| Fault::not_found("letter"))?.states;
        let own = states.iter_mut().find(|one| one.address == recipient);
        let own = own.ok_or_else(|| Fault::not_found("letter"))?;
        if own.state != State::Offered {
            return Err(Fault::new(Code::Conflict, format!("the letter is {}", own.state.as_str())));
        }
        own.state = state;
        Ok(StepResponse { state, evidence_id: format!("{id}.{}", state.as_str()), time: NOW })
    }
}

impl Sending<Caller> for Fake {
    async fn send_message(
        &self,
        caller: &Caller,
        request: SendMessageRequest,
    ) -> Result<SendMessageResponse, Fault> {
        if caller.0 != "payroll" {
            return Err(Fault::new(Code::Forbidden, "this caller does not send"));
        }
        if request.to.iter().any(|one| one.address.starts_with("blocked@")) {
            return Err(Fault::new(Code::RecipientBlocked, "blocked@valbois.test: the address is disabled")
                .field("to"));
        }
        let mut memory = self.0.lock();
        let known =
            memory.letters.iter().find(|letter| letter.request.client_ref == request.client_ref).cloned();
        let is_repetition = known.is_some();
        let letter = known.unwrap_or_else(|| {
            let all = request.to.iter().chain(&request.cc);
            let states = all.map(|one| RecipientState {
                address: one.address.clone(),
                route: Some(Route::Safe),
                state: State::Offered,
                since: NOW,
                deadline: Some(Timestamp(NOW.0 + 7 * 86_400_000)),
                erased_time: None,
                reason: None,
            });
            let id = format!("letter-{}", memory.letters.len() + 1);
            let letter = Letter { id, states: states.collect(), request };
            memory.letters.push(letter.clone());
            letter
        });
        Ok(SendMessageResponse {
            submission_evidence_id: format!("{}.submission", letter.id),
            message_id: letter.id,
            client_ref: letter.request.client_ref,
            is_repetition,
            recipients: letter.states,
            submission_time: NOW,
        })
    }

    async fn get_message_status(
        &self,
        _: &Caller,
        request: GetMessageStatusRequest,
    ) -> Result<GetMessageStatusResponse, Fault> {
        let letter = self.letter(request.message_id.as_deref().unwrap_or_default())?;
        Ok(GetMessageStatusResponse {
            message_id: letter.id,
            client_ref: Some(letter.request.client_ref),
            mode: letter.request.mode,
            submission_time: NOW,
            recipients: letter.states,
            receipts: vec![ReceiptType::Submission],
        })
    }

    async fn revoke_message(
        &self,
        _: &Caller,
        request: RevokeMessageRequest,
    ) -> Result<RevokeMessageResponse, Fault> {
        let recipient = request.recipient.unwrap_or_default();
        let step = self.step(&request.message_id, &recipient, State::Withdrawn)?;
        let recipients = self.letter(&request.message_id)?.states;
        Ok(RevokeMessageResponse { evidence_ids: vec![step.evidence_id], recipients })
    }

    async fn check_recipients(
        &self,
        _: &Caller,
        request: CheckRecipientsRequest,
    ) -> Result<CheckRecipientsResponse, Fault> {
        let check = |address: String| RecipientCheck {
            address,
            is_tls_peer: false,
            least_authentication: AuthenticationLevel::Account,
        };
        Ok(CheckRecipientsResponse { recipients: request.addresses.into_iter().map(check).collect() })
    }

    async fn list_events(&self, _: &Caller, _: ListEventsRequest) -> Result<ListEventsResponse, Fault> {
        let memory = self.0.lock();
        let events = memory.letters.iter().map(|letter| LetterEvent {
            event_id: format!("{}.1", letter.id),
            message_id: letter.id.clone(),
            recipient: None,
            event: "SubmissionAcceptance".to_owned(),
            time: NOW,
            reason: None,
        });
        Ok(ListEventsResponse { events: events.collect(), next_cursor: Some("1".to_owned()) })
    }

    async fn get_receipt(&self, _: &Caller, request: GetReceiptRequest) -> Result<GetReceiptResponse, Fault> {
        let letter = self.letter(&request.message_id)?;
        let document = Document {
            file_name: "receipt.pdf".to_owned(),
            media_type: "application/pdf".to_owned(),
            content: Bytes::from_static(b"%PDF-1.7\r\n--\0\xff"),
        };
        Ok(GetReceiptResponse { evidence_id: format!("{}.submission", letter.id), document })
    }

    async fn get_service_info(
        &self,
        _: &Caller,
        _: GetServiceInfoRequest,
    ) -> Result<GetServiceInfoResponse, Fault> {
        Ok(GetServiceInfoResponse {
            version: "1".to_owned(),
            message_octets: 30 * 1024 * 1024,
            recipients: 200,
            client_ref_days: 7,
            profiles: vec!["ch".to_owned()],
            seal_certificate: None,
            maintenance: Vec::new(),
        })
    }
}

fn summary(letter: &Letter, state: State) -> MessageSummary {
    MessageSummary {
        message_id: letter.id.clone(),
        mode: letter.request.mode,
        from: Some(letter.request.from.clone()),
        to: letter.request.to.iter().map(|one| one.address.clone()).collect(),
        subject: Some(letter.request.subject.clone()),
        state,
        submission_time: NOW,
        deadline: None,
        erased_time: None,
        size: 0,
    }
}

impl Reading<Caller> for Fake {
    async fn list_messages(
        &self,
        caller: &Caller,
        _: ListMessagesRequest,
    ) -> Result<ListMessagesResponse, Fault> {
        let memory = self.0.lock();
        let own = memory.letters.iter().filter_map(|letter| {
            let own = letter.states.iter().find(|one| one.address == caller.0)?;
            Some(summary(letter, own.state))
        });
        Ok(ListMessagesResponse { messages: own.collect(), next_cursor: None })
    }

    async fn get_message(
        &self,
        caller: &Caller,
        request: GetMessageRequest,
    ) -> Result<GetMessageResponse, Fault> {
        let letter = self.letter(&request.message_id)?;
        let own = letter.states.iter().find(|one| one.address == caller.0);
        let state = own.ok_or_else(|| Fault::not_found("letter"))?.state;
        if state == State::Offered {
            return Err(Fault::new(Code::Conflict, "the letter is offered").rule("accept it first"));
        }
        let files = letter.request.attachments.iter().zip(1..);
        let attachments = files.map(|(file, part)| ReceivedAttachment {
            part,
            file_name: file.file_name.clone(),
            media_type: file.media_type.clone(),
            size: i64::try_from(file.content.len()).unwrap_or(i64::MAX),
            content: Some(file.content.clone()),
        });
        Ok(GetMessageResponse {
            summary: summary(&letter, state),
            cc: Vec::new(),
            attachments: attachments.collect(),
            text: letter.request.text,
        })
    }

    async fn accept_message(
        &self,
        caller: &Caller,
        request: AcceptMessageRequest,
    ) -> Result<StepResponse, Fault> {
        self.step(&request.message_id, &caller.0, State::Accepted)
    }

    async fn refuse_message(
        &self,
        caller: &Caller,
        request: RefuseMessageRequest,
    ) -> Result<StepResponse, Fault> {
        self.step(&request.message_id, &caller.0, State::Refused)
    }

    async fn acknowledge_message(
        &self,
        _: &Caller,
        request: AcknowledgeMessageRequest,
    ) -> Result<AcknowledgeMessageResponse, Fault> {
        self.letter(&request.message_id)?;
        Ok(AcknowledgeMessageResponse { time: NOW })
    }

    async fn reply_message(
        &self,
        _: &Caller,
        request: ReplyMessageRequest,
    ) -> Result<ReplyMessageResponse, Fault> {
        let letter = self.letter(&request.message_id)?;
        Ok(ReplyMessageResponse {
            message_id: format!("{}-reply", letter.id),
            submission_evidence_id: format!("{}-reply.submission", letter.id),
            submission_time: NOW,
        })
    }

    async fn search_journal(
        &self,
        _: &Caller,
        request: SearchJournalRequest,
    ) -> Result<SearchJournalResponse, Fault> {
        let memory = self.0.lock();
        let asked = |letter: &&Letter| request.mode.is_none_or(|mode| mode == letter.request.mode);
        let entries = memory.letters.iter().filter(asked).map(|letter| JournalEntry {
            message_id: letter.id.clone(),
            direction: Direction::Sent,
            mode: letter.request.mode,
            address: Some(letter.request.to[0].address.clone()),
            subject: None,
            state: letter.states[0].state,
            submission_time: NOW,
            last_event_time: NOW,
        });
        Ok(SearchJournalResponse { entries: entries.collect(), next_cursor: None })
    }

    async fn verify_evidence(
        &self,
        _: &Caller,
        request: VerifyEvidenceRequest,
    ) -> Result<VerifyEvidenceResponse, Fault> {
        let verdict = if request.bundle.starts_with(b"%PDF") { Verdict::Holds } else { Verdict::Fails };
        let claim = Claim { claim: "the letter was taken".to_owned(), verdict, grounds: None };
        Ok(VerifyEvidenceResponse { verdict, claims: vec![claim] })
    }
}

impl Fake {
    fn change(&self, id: &str, change: impl FnOnce(&mut User)) -> Result<UserResponse, Fault> {
        let mut memory = self.0.lock();
        let user = memory.users.iter_mut().find(|user| user.user_id == id || user.address == id);
        let user = user.ok_or_else(|| Fault::not_found("user"))?;
        change(user);
        Ok(UserResponse { user: user.clone() })
    }
}

impl Administering<Caller> for Fake {
    async fn create_user(&self, caller: &Caller, request: CreateUserRequest) -> Result<UserResponse, Fault> {
        if caller.0 != "admin" {
            return Err(Fault::new(Code::Forbidden, "this caller does not administer"));
        }
        let mut memory = self.0.lock();
        let user = User {
            user_id: format!("user-{}", memory.users.len() + 1),
            address: request.address,
            name: request.name,
            language: request.language.unwrap_or(Language::German),
            phone: request.phone,
            state: UserState::Invited,
            created: NOW,
        };
        memory.users.push(user.clone());
        Ok(UserResponse { user })
    }

    async fn update_user(&self, _: &Caller, request: UpdateUserRequest) -> Result<UserResponse, Fault> {
        self.change(&request.user_id, |user| {
            if let Some(name) = request.name {
                user.name = name;
            }
            user.phone = request.phone.or(user.phone.take());
        })
    }

    async fn disable_user(&self, _: &Caller, request: DisableUserRequest) -> Result<UserResponse, Fault> {
        self.change(&request.user_id, |user| user.state = UserState::Disabled)
    }

    async fn get_user(&self, _: &Caller, request: GetUserRequest) -> Result<UserResponse, Fault> {
        let named = request.user_id.or(request.address).unwrap_or_default();
        self.change(&named, |_| {})
    }

    async fn list_users(&self, _: &Caller, _: ListUsersRequest) -> Result<ListUsersResponse, Fault> {
        Ok(ListUsersResponse { users: self.0.lock().users.clone(), next_cursor: None })
    }

    async fn add_peer_certificate(
        &self,
        _: &Caller,
        request: AddPeerCertificateRequest,
    ) -> Result<PeerCertificateResponse, Fault> {
        let mut memory = self.0.lock();
        let certificate = PeerCertificate {
            certificate_id: format!("certificate-{}", memory.certificates.len() + 1),
            domains: vec![request.domain],
            known_by: request.known_by,
            name: request.name,
            fingerprint: request.certificate.map(|octets| format!("{:064x}", octets.len())),
            expires: None,
            last_seen: None,
        };
        memory.certificates.push(certificate.clone());
        Ok(PeerCertificateResponse { certificate })
    }

    async fn remove_peer_certificate(
        &self,
        _: &Caller,
        request: RemovePeerCertificateRequest,
    ) -> Result<RemovePeerCertificateResponse, Fault> {
        let mut memory = self.0.lock();
        memory.certificates.retain(|one| one.certificate_id != request.certificate_id);
        Ok(RemovePeerCertificateResponse { remaining: i64::try_from(memory.certificates.len()).unwrap_or(0) })
    }

    async fn list_peer_certificates(
        &self,
        _: &Caller,
        _: ListPeerCertificatesRequest,
    ) -> Result<ListPeerCertificatesResponse, Fault> {
        Ok(ListPeerCertificatesResponse { certificates: self.0.lock().certificates.clone() })
    }

    async fn test_connection(
        &self,
        _: &Caller,
        _: TestConnectionRequest,
    ) -> Result<TestConnectionResponse, Fault> {
        let line =
            |check: &str, lamp| TestLine { check: check.to_owned(), lamp, seen: String::new(), advice: None };
        // As many as a connection has with all the domains that one may have.
        let mut lines = vec![line("domain", Lamp::Green); 300];
        lines.push(line("starttls", Lamp::Red));
        Ok(TestConnectionResponse { works: false, time: NOW, lines })
    }

    async fn set_connection_mode(
        &self,
        _: &Caller,
        request: SetConnectionModeRequest,
    ) -> Result<SetConnectionModeResponse, Fault> {
        let previous = self.0.lock().mode.replace(request.mode).unwrap_or(ConnectionMode::Safe);
        Ok(SetConnectionModeResponse { mode: request.mode, previous, outstanding: Vec::new() })
    }

    async fn create_application_account(
        &self,
        _: &Caller,
        request: CreateApplicationAccountRequest,
    ) -> Result<CreateApplicationAccountResponse, Fault> {
        let id = request.client_ref.clone();
        let is_new = self.0.lock().accounts.insert(id.clone(), request).is_none();
        let password = is_new.then(|| "once".to_owned());
        Ok(CreateApplicationAccountResponse { username: id.clone(), account_id: id, password })
    }

    async fn revoke_application_account(
        &self,
        _: &Caller,
        request: RevokeApplicationAccountRequest,
    ) -> Result<RevokeApplicationAccountResponse, Fault> {
        match self.0.lock().accounts.remove(&request.account_id) {
            Some(_) => Ok(RevokeApplicationAccountResponse { revoked: NOW }),
            None => Err(Fault::not_found("account")),
        }
    }

    async fn export_journal(
        &self,
        _: &Caller,
        request: ExportJournalRequest,
    ) -> Result<ExportJournalResponse, Fault> {
        let document = Document {
            file_name: format!("journal.{}", request.format.as_str()),
            media_type: "text/csv".to_owned(),
            content: Bytes::from_static(b"time,mode\r\n"),
        };
        Ok(ExportJournalResponse { document, entries: 0 })
    }

    /// Something that no table allows: a bug of whoever did it.
    async fn get_usage(&self, _: &Caller, _: GetUsageRequest) -> Result<GetUsageResponse, Fault> {
        let usage = Usage { mode: Mode::Registered, letters: -1, recipients: 0, octets: 0 };
        Ok(GetUsageResponse { usage: vec![usage] })
    }
}
