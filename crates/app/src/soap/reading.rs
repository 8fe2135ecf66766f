//! Reading over SOAP, for an address that an application was given or for the person's own: letters are listed, accepted,
//! refused, opened, answered. To open one the platform needs what came in the recipient's e-mail: the request brings it,
//! or it lies in the recipient's mailbox here. That the platform decrypted stands in the evidence.

use std::collections::HashSet;

use bytes::Bytes;
use door_soap::read::{
    AcceptMessageRequest, AcknowledgeMessageRequest, AcknowledgeMessageResponse, Claim, Direction,
    GetMessageRequest, GetMessageResponse, JournalEntry, ListMessagesRequest, ListMessagesResponse,
    MessageSummary, Reading, RefuseMessageRequest, ReplyMessageRequest, ReplyMessageResponse,
    SearchJournalRequest, SearchJournalResponse, StepResponse, Verdict, VerifyEvidenceRequest,
    VerifyEvidenceResponse,
};
use door_soap::{Code, Fault};
use mail_secure::receiving::{Behind, Listed, RECEIVED_LIMIT, Sought};
use mail_secure::{Attached, Composing, Event, Seen, Shown, State, Way};
use model::Address;

use super::caller::{Caller, temporary};
use super::opened::Opened;
use super::reader::Reader;
use super::sending::{evidence_id, mode_in, mode_out, of_reply, of_secure, public_id, state_in, state_out};
use super::{Desk, address};

/// Letters of a page where nobody says how many.
const LETTERS_USUAL: usize = 100;
/// Random octets of a boundary between parts.
const BOUNDARY_OCTETS: usize = 16;

impl Reading<Caller> for Desk {
    async fn list_messages(
        &self,
        caller: &Caller,
        request: ListMessagesRequest,
    ) -> Result<ListMessagesResponse, Fault> {
        let reader = caller.reader(&self.directory).await?;
        let mut addresses = reader.addresses.clone();
        if let Some(text) = &request.address {
            let wanted = address("address", text)?.canonical();
            addresses.retain(|known| known.canonical() == wanted);
            if addresses.is_empty() {
                return Err(Fault::not_found("address that the caller reads for").field("address"));
            }
        }
        let sought = Sought {
            state: request.state.map(state_in),
            is_unprocessed: request.is_unprocessed.unwrap_or_default(),
            behind: behind(request.cursor.as_deref())?,
            limit: limit(request.limit),
            ..Sought::default()
        };
        let mut listed = Vec::new();
        for address in &addresses {
            let more = self.flow.secure().received(address, sought.clone()).await.map_err(of_secure)?;
            listed.extend(more);
        }
        let (listed, next_cursor) = page(listed, sought.limit);
        Ok(ListMessagesResponse {
            messages: listed.iter().map(|one| self.summary(one)).collect(),
            next_cursor,
        })
    }

    async fn get_message(
        &self,
        caller: &Caller,
        request: GetMessageRequest,
    ) -> Result<GetMessageResponse, Fault> {
        let reader = caller.reader(&self.directory).await?;
        let (seen, who) = self.to_read(&reader, &request.message_id).await?;
        let opened = self.opened(&reader, &seen, &who, request.mail).await?;
        let mut files = opened.files;
        if let Some(part) = request.part {
            if !files.iter().any(|file| file.part == part) {
                return Err(Fault::not_found("attachment").field("part"));
            }
            files.iter_mut().filter(|file| file.part != part).for_each(|file| file.content = None);
        }
        let seen = self.flow.secure().seen(&seen.copy.slot).await.map_err(of_secure)?;
        let last_at = seen.copy.submitted_at;
        let mut summary = self.summary(&Listed { letter: seen.letter, copy: seen.copy, last_at });
        summary.to = texts(&opened.to);
        Ok(GetMessageResponse { summary, cc: texts(&opened.cc), text: opened.text, attachments: files })
    }

    async fn accept_message(
        &self,
        caller: &Caller,
        request: AcceptMessageRequest,
    ) -> Result<StepResponse, Fault> {
        let reader = caller.reader(&self.directory).await?;
        reader.acts()?;
        let (seen, who) = self.to_read(&reader, &request.message_id).await?;
        // Sent again it does nothing twice: what was accepted stays accepted.
        if seen.copy.accepted_at.is_none() {
            self.flow.secure().accept(&seen.copy.slot, &who).await.map_err(of_secure)?;
        }
        self.step(&seen, Event::ConsignmentAcceptance).await
    }

    async fn refuse_message(
        &self,
        caller: &Caller,
        request: RefuseMessageRequest,
    ) -> Result<StepResponse, Fault> {
        let reader = caller.reader(&self.directory).await?;
        reader.acts()?;
        let (seen, who) = self.to_read(&reader, &request.message_id).await?;
        if seen.copy.state != State::Refused {
            let reason = request.reason.unwrap_or_default();
            self.flow.secure().refuse(&seen.copy.slot, &who, &reason).await.map_err(of_secure)?;
        }
        self.step(&seen, Event::ConsignmentRejection).await
    }

    async fn acknowledge_message(
        &self,
        caller: &Caller,
        request: AcknowledgeMessageRequest,
    ) -> Result<AcknowledgeMessageResponse, Fault> {
        let reader = caller.reader(&self.directory).await?;
        reader.acts()?;
        let (seen, who) = self.to_read(&reader, &request.message_id).await?;
        if seen.copy.opened_at.is_none() {
            let fault = Fault::new(Code::Conflict, "nobody has opened the letter");
            return Err(fault.rule("a letter is acknowledged once it was opened"));
        }
        let time = self.flow.secure().acknowledge(&seen.copy.slot, &who).await.map_err(of_secure)?;
        Ok(AcknowledgeMessageResponse { time })
    }

    async fn reply_message(
        &self,
        caller: &Caller,
        request: ReplyMessageRequest,
    ) -> Result<ReplyMessageResponse, Fault> {
        let reader = caller.reader(&self.directory).await?;
        reader.acts()?;
        let (seen, who) = self.to_read(&reader, &request.message_id).await?;
        let from = seen.copy.address.clone();
        if !reader.may_write_as(&self.directory, caller, &from).await? {
            let why = "the application reads for this address, and was not given it as a sender";
            return Err(Fault::new(Code::Forbidden, why).field("messageId"));
        }
        if request.text.plain.is_none() && request.text.html.is_none() {
            let fault = Fault::new(Code::Validation, "neither is there").field("text");
            return Err(fault.rule("plain or html, or both"));
        }
        if seen.copy.opened_at.is_none() {
            let fault = Fault::new(Code::Conflict, "nobody has opened the letter");
            return Err(fault.rule("a letter is answered once it was opened"));
        }
        let sender = seen.letter.sender.clone();
        let cc = match request.to_all {
            true => self.others(&reader, &seen, &who, request.mail.clone()).await?,
            false => Vec::new(),
        };
        let recipients: Vec<Address> = std::iter::once(&sender).chain(&cc).cloned().collect();
        let letter = self.reply(&seen, &request, &cc);
        let own_name = match caller {
            Caller::Application(application) => {
                let counted = self.flow.count_application(application, recipients.len(), letter.len() as u64);
                counted.await.map_err(|reply| of_reply(&reply))?;
                application.name.clone()
            }
            Caller::Person { person, .. } => person.login.clone(),
            Caller::Token { .. } => return Err(Fault::internal()),
        };
        let reference = mail_flow::reference_of(&own_name, &request.client_ref);
        let answers = self.answered(&reader, caller, &seen, &who, &reference).await?;
        let sending = mail_flow::Sending {
            organisation: reader.organisation,
            author: from,
            authentication: reader.authentication,
            mode: seen.letter.mode,
            letter: letter.into(),
            recipients,
            reference: Some(reference),
            answers,
            language: mail_secure::Language::default(),
        };
        let taken = self.flow.send_secured(sending).await.map_err(|reply| of_reply(&reply))?.letter;
        let copies = self.flow.secure().copies(taken.organisation, taken.id).await.map_err(of_secure)?;
        let first = copies.first().ok_or_else(Fault::internal)?;
        Ok(ReplyMessageResponse {
            message_id: mail_secure::hex(&taken.public_id),
            // A chain begins with its submission.
            submission_evidence_id: evidence_id(&first.slot, 1),
            submission_time: taken.submitted_at,
        })
    }

    async fn search_journal(
        &self,
        caller: &Caller,
        request: SearchJournalRequest,
    ) -> Result<SearchJournalResponse, Fault> {
        let reader = caller.reader(&self.directory).await?;
        let sought = Sought {
            since: request.since,
            until: request.until,
            with: request.address.as_deref().map(|text| address("address", text)).transpose()?,
            mode: request.mode.map(mode_in),
            state: request.state.map(state_in),
            is_unprocessed: false,
            behind: behind(request.cursor.as_deref())?,
            limit: limit(request.limit),
        };
        let secure = self.flow.secure();
        let mut listed = Vec::new();
        if request.direction != Some(Direction::Sent) {
            for address in &reader.addresses {
                listed.extend(secure.received(address, sought.clone()).await.map_err(of_secure)?);
            }
            // Whoever looks for a sender that is not yet told does not learn it that way.
            listed.retain(|one| sought.with.is_none() || self.tells_sender(one));
        }
        let received: HashSet<_> = listed.iter().map(|one| one.copy.slot).collect();
        if request.direction != Some(Direction::Received) {
            let sent = secure.sent_copies(reader.organisation, reader.sent_by.clone(), sought.clone());
            let sent = sent.await.map_err(of_secure)?;
            listed.extend(sent.into_iter().filter(|one| !received.contains(&one.copy.slot)));
        }
        let (listed, next_cursor) = page(listed, sought.limit);
        let entries = listed.iter().map(|one| {
            let is_received = received.contains(&one.copy.slot);
            let summary = self.summary(one);
            JournalEntry {
                message_id: match is_received {
                    true => summary.message_id,
                    false => mail_secure::hex(&one.letter.public_id),
                },
                direction: if is_received { Direction::Received } else { Direction::Sent },
                mode: mode_out(one.letter.mode),
                address: match is_received {
                    true => summary.from,
                    false => Some(one.copy.address.to_string()),
                },
                subject: if is_received { summary.subject } else { Some(one.letter.subject.clone()) },
                state: state_out(one.copy.state),
                submission_time: one.letter.submitted_at,
                last_event_time: one.last_at,
            }
        });
        Ok(SearchJournalResponse { entries: entries.collect(), next_cursor })
    }

    async fn verify_evidence(
        &self,
        _: &Caller,
        request: VerifyEvidenceRequest,
    ) -> Result<VerifyEvidenceResponse, Fault> {
        let keys = self.flow.secure().keys_file().await.map_err(of_secure)?;
        let now = self.world.clock.now();
        let verified = tokio::task::spawn_blocking(move || verified(&keys, &request, now)).await;
        verified.map_err(|error| temporary(&error))?
    }
}

/// What evidence proves with our own keys.
fn verified(
    keys: &[u8],
    request: &VerifyEvidenceRequest,
    now: model::Timestamp,
) -> Result<VerifyEvidenceResponse, Fault> {
    let keys = evidence::Keys::parse(keys).map_err(|error| temporary(&error))?;
    let bundle = evidence::Document { name: "bundle", bytes: &request.bundle };
    let others = request.documents.iter();
    let others = others.map(|one| evidence::Document { name: &one.file_name, bytes: &one.content });
    let documents: Vec<_> = std::iter::once(bundle).chain(others).collect();
    let found = evidence::verify_files(&documents, &keys, Some(now)).map_err(|error| {
        Fault::new(Code::Validation, model::Chain(&error).to_string())
            .field("VerifyEvidence/bundle")
            .rule("a bundle of evidence (JSON), or a receipt (PDF) with one inside")
    })?;
    let claims = found.iter().flat_map(|one| &one.report.claims).map(|claim| Claim {
        claim: claim.text.clone(),
        verdict: match claim.outcome {
            evidence::Outcome::Proven => Verdict::Holds,
            evidence::Outcome::Failed => Verdict::Fails,
            evidence::Outcome::NotShown => Verdict::NotShown,
        },
        grounds: claim.document.clone(),
    });
    let has = |verdict| found.iter().any(|one| one.report.verdict == verdict);
    Ok(VerifyEvidenceResponse {
        verdict: match (has(evidence::Verdict::Failed), has(evidence::Verdict::Incomplete)) {
            (true, _) => Verdict::Fails,
            (false, true) => Verdict::NotShown,
            (false, false) => Verdict::Holds,
        },
        claims: claims.take(1000).collect(),
    })
}

impl Desk {
    /// A letter that the caller may read for its recipient, and what the caller shows for it.
    async fn to_read(&self, reader: &Reader, id: &str) -> Result<(Seen, Shown), Fault> {
        let slot = wire_safe::Slot(public_id(id)?);
        let seen = self.flow.secure().seen(&slot).await.map_err(of_secure)?;
        let who = reader.shown(&seen)?;
        Ok((seen, who))
    }

    /// Opens a letter with what the request brings of its e-mail, else with what lies in the mailbox.
    async fn opened(
        &self,
        reader: &Reader,
        seen: &Seen,
        who: &Shown,
        mail: Option<Bytes>,
    ) -> Result<Opened, Fault> {
        if seen.copy.state == State::Offered {
            let fault = Fault::new(Code::Conflict, "the letter is offered and not accepted");
            return Err(fault.rule("AcceptMessage comes before GetMessage"));
        }
        let brought = match (mail, seen.copy.way) {
            (Some(mail), Way::Sealed) => Some(mail),
            _ => self.mail_of(reader, seen).await?,
        };
        let brought = brought.ok_or_else(|| {
            Fault::new(
                Code::Validation,
                "the e-mail that brought the letter is in no mailbox of this platform",
            )
            .field("mail")
            .rule("the e-mail as a mail server gave it out, or the page that was attached to it")
        })?;
        match seen.copy.way {
            Way::Sealed => {
                let letter = self.flow.secure().open_mail(&seen.copy.slot, brought, who).await;
                Ok(Opened::read(&letter.map_err(of_secure)?))
            }
            // It came as it is, and whoever has the mailbox has read it there.
            Way::Mailbox | Way::Gateway => Ok(Opened::read(&brought)),
            Way::Blocked => Err(Fault::not_found("letter")),
        }
    }

    /// Who stands in the letter's To and Cc and got it: neither the sender nor the reader, and nobody blind.
    async fn others(
        &self,
        reader: &Reader,
        seen: &Seen,
        who: &Shown,
        mail: Option<Bytes>,
    ) -> Result<Vec<Address>, Fault> {
        let opened = self.opened(reader, seen, who, mail).await?;
        let letter = &seen.letter;
        let copies = self.flow.secure().copies(letter.organisation, letter.id).await.map_err(of_secure)?;
        let got: HashSet<String> = copies.iter().map(|copy| copy.address.canonical()).collect();
        let mut named = HashSet::from([who.canonical.clone(), letter.sender.canonical()]);
        let others = opened.to.into_iter().chain(opened.cc);
        Ok(others.filter(|one| got.contains(&one.canonical()) && named.insert(one.canonical())).collect())
    }

    /// The copy under which an answer is counted, as at the portal: a person's. An application's answers are counted with
    /// all that it sends. Neither answers a letter whose time is over; what was sent before is only told again.
    async fn answered(
        &self,
        reader: &Reader,
        caller: &Caller,
        seen: &Seen,
        who: &Shown,
        reference: &str,
    ) -> Result<Option<wire_safe::Slot>, Fault> {
        let secure = self.flow.secure();
        let is_person = matches!(caller, Caller::Person { .. });
        let before = secure.sent_as(reader.organisation, reference).await.map_err(of_secure)?;
        if before.is_none() && is_person {
            secure.answerable(&seen.copy.slot, who).await.map_err(of_secure)?;
        } else if before.is_none() && !seen.copy.can_be_opened(self.world.clock.now()) {
            return Err(of_secure(mail_secure::SecureError::Ended));
        }
        Ok(is_person.then_some(seen.copy.slot))
    }

    /// The answer as a letter.
    fn reply(&self, seen: &Seen, request: &ReplyMessageRequest, cc: &[Address]) -> Vec<u8> {
        let mut random = [0; BOUNDARY_OCTETS];
        self.world.random.fill(&mut random);
        let attachments: Vec<Attached<'_>> = request
            .attachments
            .iter()
            .map(|one| Attached { name: &one.file_name, media_type: &one.media_type, content: &one.content })
            .collect();
        let subject = request.subject.clone().unwrap_or_else(|| format!("Re: {}", seen.letter.subject));
        let cc: Vec<(Address, Option<String>)> = cc.iter().map(|one| (one.clone(), None)).collect();
        let composed = mail_secure::compose(&Composing {
            from: &seen.copy.address,
            to: &[(seen.letter.sender.clone(), None)],
            cc: &cc,
            subject: &subject,
            plain: request.text.plain.as_deref(),
            html: request.text.html.as_deref(),
            attachments: &attachments,
            answers: None,
            boundary: &mail_secure::hex(&random),
        });
        // RFC 5322 §3.6.4.
        let id: String = seen.letter.message_id.chars().filter(|c| !c.is_control()).collect();
        let mut letter = format!("In-Reply-To: {id}\r\nReferences: {id}\r\n").into_bytes();
        letter.extend_from_slice(&composed);
        letter
    }

    /// What the last step was, with the evidence of it.
    async fn step(&self, seen: &Seen, event: Event) -> Result<StepResponse, Fault> {
        let secure = self.flow.secure();
        let now = secure.seen(&seen.copy.slot).await.map_err(of_secure)?;
        let happened = secure.happened(&seen.copy.slot).await.map_err(of_secure)?;
        let place = happened.iter().position(|one| one.event == event).ok_or_else(Fault::internal)?;
        Ok(StepResponse {
            state: state_out(now.copy.state),
            evidence_id: evidence_id(&seen.copy.slot, place + 1),
            time: happened[place].at,
        })
    }

    /// Whether the recipient may know who sends: some customs tell it only once the letter is accepted.
    fn tells_sender(&self, one: &Listed) -> bool {
        let settings = self.flow.secure().settings();
        settings.shown_sender(&one.letter, &one.copy, settings.language).is_told
    }

    /// What a list says of a letter. Before a registered one is accepted, no more than its e-mail says.
    fn summary(&self, one: &Listed) -> MessageSummary {
        let Listed { letter, copy, .. } = one;
        let may_know = copy.accepted_at.is_some()
            || letter.mode != mail_secure::Mode::Registered
            || self.flow.secure().settings().shows_subject;
        MessageSummary {
            message_id: copy.slot.to_string(),
            mode: mode_out(letter.mode),
            from: self.tells_sender(one).then(|| letter.sender.to_string()),
            to: vec![copy.address.to_string()],
            subject: may_know.then(|| letter.subject.clone()),
            state: state_out(copy.state),
            submission_time: letter.submitted_at,
            deadline: copy.deadline,
            size: i64::try_from(letter.size_bytes).unwrap_or(i64::MAX),
        }
    }
}

fn texts(addresses: &[Address]) -> Vec<String> {
    addresses.iter().map(ToString::to_string).collect()
}

fn behind(cursor: Option<&str>) -> Result<Option<Behind>, Fault> {
    let parsed = |text| {
        let wrong = || Fault::new(Code::Validation, "it is no cursor of ours").field("cursor");
        Behind::parse(text).ok_or_else(|| wrong().rule("what a page gave"))
    };
    cursor.map(parsed).transpose()
}

fn limit(asked: Option<i64>) -> usize {
    let asked = asked.and_then(|limit| usize::try_from(limit).ok());
    asked.unwrap_or(LETTERS_USUAL).min(RECEIVED_LIMIT)
}

/// The newest of several lists, each of which goes back as far as the page, and where to go on.
fn page(mut listed: Vec<Listed>, limit: usize) -> (Vec<Listed>, Option<String>) {
    listed.sort_by_key(|one| std::cmp::Reverse((one.copy.submitted_at, one.copy.slot.to_string())));
    let is_more = listed.len() >= limit;
    listed.truncate(limit);
    let next = listed.last().filter(|_| is_more).map(|last| Behind::copy(&last.copy).to_string());
    (listed, next)
}
