//! Reading over SOAP: the words of the table for what `mail_flow::received` does.

use door_soap::common::LetterText;
use door_soap::read::{
    AcceptMessageRequest, AcknowledgeMessageRequest, AcknowledgeMessageResponse, Claim, Direction,
    GetMessageRequest, GetMessageResponse, JournalEntry, ListMessagesRequest, ListMessagesResponse,
    MessageSummary, Reading, ReceivedAttachment, RefuseMessageRequest, ReplyMessageRequest,
    ReplyMessageResponse, SearchJournalRequest, SearchJournalResponse, StepResponse, Verdict,
    VerifyEvidenceRequest, VerifyEvidenceResponse,
};
use door_soap::{Code, Fault};
use mail_flow::received::{self, Answer, NotDone, Reader, page_limit};
use mail_secure::receiving::{Behind, Sought};
use mail_secure::{Attached, Evident, NotVerified, Outcome};
use model::Address;
use wire_safe::Slot;

use super::caller::{Caller, temporary};
use super::sending::{evidence_id, mode_in, mode_out, of_reply, of_secure, public_id, state_in, state_out};
use super::{Desk, address, of_directory};

/// How a person's own token stands in evidence.
const BY_OWN_TOKEN: &str = "token of the person's own for the account (SOAP)";
/// Claims that are answered.
const CLAIMS_LIMIT: usize = 1000;

impl Reading<Caller> for Desk {
    async fn list_messages(
        &self,
        caller: &Caller,
        request: ListMessagesRequest,
    ) -> Result<ListMessagesResponse, Fault> {
        let reader = self.reader(caller).await?;
        let only = request.address.as_deref().map(|text| address("address", text)).transpose()?;
        let sought = Sought {
            state: request.state.map(state_in),
            is_unprocessed: request.is_unprocessed.unwrap_or_default(),
            behind: behind(request.cursor.as_deref())?,
            limit: page_limit(request.limit),
            ..Sought::default()
        };
        let page = self.flow.received(&reader, only.as_ref(), sought).await.map_err(of_received)?;
        let messages = page.items.iter().map(|one| summary(self.flow.summary(&one.letter, &one.copy)));
        Ok(ListMessagesResponse {
            messages: messages.collect(),
            next_cursor: page.next.map(|next| next.to_string()),
        })
    }

    async fn get_message(
        &self,
        caller: &Caller,
        request: GetMessageRequest,
    ) -> Result<GetMessageResponse, Fault> {
        let reader = self.reader(caller).await?;
        let slot = slot(&request.message_id)?;
        let opened = self.flow.open_received(&reader, &slot, request.mail).await;
        let (of_letter, opened) = opened.map_err(of_received)?;
        if request.part.is_some_and(|part| !opened.files.iter().any(|file| file.part == part)) {
            return Err(Fault::not_found("attachment").field("part"));
        }
        let attachments = opened.files.into_iter().map(|file| ReceivedAttachment {
            part: file.part,
            file_name: file.name,
            media_type: file.media_type,
            size: i64::try_from(file.content.len()).unwrap_or(i64::MAX),
            content: request.part.is_none_or(|part| part == file.part).then_some(file.content),
        });
        let mut summary = summary(of_letter);
        summary.to = texts(&opened.to);
        Ok(GetMessageResponse {
            summary,
            cc: texts(&opened.cc),
            text: LetterText { plain: opened.plain, html: opened.html },
            attachments: attachments.collect(),
        })
    }

    async fn accept_message(
        &self,
        caller: &Caller,
        request: AcceptMessageRequest,
    ) -> Result<StepResponse, Fault> {
        let reader = self.reader(caller).await?;
        let slot = slot(&request.message_id)?;
        self.flow.accept_received(&reader, &slot).await.map(step).map_err(of_received)
    }

    async fn refuse_message(
        &self,
        caller: &Caller,
        request: RefuseMessageRequest,
    ) -> Result<StepResponse, Fault> {
        let reader = self.reader(caller).await?;
        let (slot, reason) = (slot(&request.message_id)?, request.reason.unwrap_or_default());
        self.flow.refuse_received(&reader, &slot, &reason).await.map(step).map_err(of_received)
    }

    async fn acknowledge_message(
        &self,
        caller: &Caller,
        request: AcknowledgeMessageRequest,
    ) -> Result<AcknowledgeMessageResponse, Fault> {
        let reader = self.reader(caller).await?;
        let slot = slot(&request.message_id)?;
        let time = self.flow.acknowledge_received(&reader, &slot).await.map_err(of_received)?;
        Ok(AcknowledgeMessageResponse { time })
    }

    async fn reply_message(
        &self,
        caller: &Caller,
        request: ReplyMessageRequest,
    ) -> Result<ReplyMessageResponse, Fault> {
        let reader = self.reader(caller).await?;
        let slot = slot(&request.message_id)?;
        if request.text.plain.is_none() && request.text.html.is_none() {
            let fault = Fault::new(Code::Validation, "neither is there").field("text");
            return Err(fault.rule("plain or html, or both"));
        }
        let attachments = request.attachments.iter();
        let answer = Answer {
            reference: &request.client_ref,
            to_all: request.to_all,
            mail: request.mail.clone(),
            subject: request.subject.as_deref(),
            plain: request.text.plain.as_deref(),
            html: request.text.html.as_deref(),
            attachments: attachments
                .map(|one| Attached {
                    name: &one.file_name,
                    media_type: &one.media_type,
                    content: &one.content,
                })
                .collect(),
        };
        let taken = self.flow.answer_received(&reader, &slot, answer).await.map_err(of_received)?;
        Ok(ReplyMessageResponse {
            message_id: mail_secure::hex(&taken.letter.public_id),
            // A chain begins with its submission.
            submission_evidence_id: evidence_id(&taken.first, 1),
            submission_time: taken.letter.submitted_at,
        })
    }

    async fn search_journal(
        &self,
        caller: &Caller,
        request: SearchJournalRequest,
    ) -> Result<SearchJournalResponse, Fault> {
        let reader = self.reader(caller).await?;
        let sought = Sought {
            since: request.since,
            until: request.until,
            with: request.address.as_deref().map(|text| address("address", text)).transpose()?,
            mode: request.mode.map(mode_in),
            state: request.state.map(state_in),
            is_unprocessed: false,
            behind: behind(request.cursor.as_deref())?,
            limit: page_limit(request.limit),
        };
        let only = request.direction.map(|direction| match direction {
            Direction::Received => received::Direction::Received,
            Direction::Sent => received::Direction::Sent,
        });
        let page = self.flow.search_journal(&reader, only, sought).await.map_err(of_received)?;
        let entries = page.items.into_iter().map(|entry| JournalEntry {
            message_id: entry.name,
            direction: match entry.direction {
                received::Direction::Received => Direction::Received,
                received::Direction::Sent => Direction::Sent,
            },
            mode: mode_out(entry.mode),
            address: entry.address.map(|address| address.to_string()),
            subject: entry.subject,
            state: state_out(entry.state),
            submission_time: entry.submitted_at,
            last_event_time: entry.last_at,
        });
        Ok(SearchJournalResponse {
            entries: entries.collect(),
            next_cursor: page.next.map(|next| next.to_string()),
        })
    }

    async fn verify_evidence(
        &self,
        _: &Caller,
        request: VerifyEvidenceRequest,
    ) -> Result<VerifyEvidenceResponse, Fault> {
        let bundle = Evident { name: "bundle".to_owned(), bytes: request.bundle };
        let others = request.documents.into_iter();
        let others = others.map(|one| Evident { name: one.file_name, bytes: one.content });
        let files = std::iter::once(bundle).chain(others).collect();
        let found = self.flow.secure().verify(files).await.map_err(|error| match error {
            NotVerified::Ours(error) => of_secure(error),
            error @ NotVerified::Unreadable(_) => {
                let fault = Fault::new(Code::Validation, model::Chain(&error).to_string());
                fault
                    .field("VerifyEvidence/bundle")
                    .rule("a bundle of evidence (JSON), or a receipt (PDF) with one inside")
            }
        })?;
        let claims = found.claims.into_iter().take(CLAIMS_LIMIT).map(|one| Claim {
            claim: one.claim,
            verdict: match one.outcome {
                Outcome::Proven => Verdict::Holds,
                Outcome::Failed => Verdict::Fails,
                Outcome::NotShown => Verdict::NotShown,
            },
            grounds: one.document,
        });
        Ok(VerifyEvidenceResponse {
            verdict: match found.verdict {
                mail_secure::Verdict::Failed => Verdict::Fails,
                mail_secure::Verdict::Incomplete => Verdict::NotShown,
                mail_secure::Verdict::Proven => Verdict::Holds,
            },
            claims: claims.collect(),
        })
    }
}

impl Desk {
    /// For whom a caller reads.
    async fn reader(&self, caller: &Caller) -> Result<Reader, Fault> {
        match caller {
            Caller::Application(application) => {
                let by = mail_secure::application_words("password of", &application.login, "SOAP");
                self.flow.reader_of_application(application, by).await.map_err(of_received)
            }
            Caller::Person { person, may_write } => {
                self.flow.reader_of_person(person, *may_write, BY_OWN_TOKEN).await.map_err(of_received)
            }
            Caller::Token { .. } => Err(Fault::new(
                Code::Forbidden,
                "an organisation's token reads no letters: an application account does for addresses that it was given, or a person's own token",
            )),
        }
    }
}

/// Why something was not done with a received letter.
fn of_received(error: NotDone) -> Fault {
    match error {
        NotDone::NotFound(what) => Fault::not_found(what),
        NotDone::Forbidden(why) => Fault::new(Code::Forbidden, why),
        NotDone::State { reason, rule } => Fault::new(Code::Conflict, reason).rule(rule),
        error @ NotDone::MailNeeded => Fault::new(Code::Validation, error.to_string())
            .field("mail")
            .rule("the e-mail as a mail server gave it out, or the page that was attached to it"),
        NotDone::Refused(reply) => of_reply(&reply),
        NotDone::Secure(error) => of_secure(error),
        NotDone::Directory(error) => of_directory(error),
        error @ NotDone::Store(_) => temporary(&error),
    }
}

fn slot(text: &str) -> Result<Slot, Fault> {
    public_id(text).map(Slot)
}

fn summary(of: received::Summary) -> MessageSummary {
    MessageSummary {
        message_id: of.slot.to_string(),
        mode: mode_out(of.mode),
        from: of.from.map(|from| from.to_string()),
        to: vec![of.to.to_string()],
        subject: of.subject,
        state: state_out(of.state),
        submission_time: of.submitted_at,
        deadline: of.deadline,
        erased_time: of.erased_at,
        size: i64::try_from(of.size_bytes).unwrap_or(i64::MAX),
    }
}

fn step(taken: received::Step) -> StepResponse {
    StepResponse {
        state: state_out(taken.state),
        evidence_id: evidence_id(&taken.slot, taken.statement),
        time: taken.at,
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
