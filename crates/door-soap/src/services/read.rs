//! The service that reads: `/3.0/IncaMailReadService`.

use bytes::Bytes;
use model::Timestamp;
use wire_soap::{Kind, choice, shape};

use super::common::{Attachment, LetterText, Mode, State};
use crate::limits::{BUNDLE_OCTETS, MAIL_OCTETS};
use crate::patterns::{ADDRESS, CLIENT_REFERENCE, CURSOR, IDENTIFIER, LINE, TOLD};

choice! {
    /// On which side of a letter somebody is.
    pub enum Direction {
        /// Received.
        Received "received",
        /// Sent.
        Sent "sent",
    }

    /// What a piece of evidence turned out to be.
    pub enum Verdict {
        /// It holds.
        Holds "holds",
        /// It does not.
        Fails "fails",
        /// Nothing in the bundle speaks of it.
        NotShown "notShown",
    }
}

shape! {
    /// Which letters.
    pub struct ListMessagesRequest {
        /// To which of the addresses that the caller reads for; to all where nothing is said.
        address "address": Option<String> = ADDRESS,
        /// Only those that were not acknowledged.
        is_unprocessed "unprocessed": Option<bool>,
        /// In which state only.
        state "state": Option<State>,
        /// After which: what the last page gave.
        cursor "cursor": Option<String> = CURSOR,
        /// How many at most.
        limit "limit": Option<i64> = Kind::Integer { least: 1, most: 200 },
    }

    /// A letter in a list. What a registered letter says of itself before it is accepted depends on its profile.
    pub struct MessageSummary {
        /// Our name for the recipient's copy: another one than its sender knows the letter by.
        message_id "messageId": String = IDENTIFIER,
        /// How it is protected.
        mode "mode": Mode,
        /// Who sent it; hidden by some profiles until it is accepted.
        from "from": Option<String> = ADDRESS,
        /// To whom, as far as the caller may know.
        to "to": Vec<String> = ADDRESS; 0..=200,
        /// The subject; hidden by some profiles until it is accepted.
        subject "subject": Option<String> = TOLD,
        /// Where it is.
        state "state": State,
        /// When it was taken.
        submission_time "submissionTime": Timestamp,
        /// Until when it can be accepted, refused or fetched.
        deadline "deadline": Option<Timestamp>,
        /// When the sender's side destroyed its key: it cannot be opened any more.
        erased_time "erasedTime": Option<Timestamp>,
        /// Octets of its content.
        size "size": i64 = Kind::Integer { least: 0, most: i64::MAX },
    }

    /// A page of letters, newest first.
    pub struct ListMessagesResponse {
        /// The letters.
        messages "message": Vec<MessageSummary>; 0..=200,
        /// Where to go on; without one this was the last page.
        next_cursor "nextCursor": Option<String> = CURSOR,
    }

    /// Which letter to open.
    pub struct GetMessageRequest {
        /// Our name for it.
        message_id "messageId": String = IDENTIFIER,
        /// The e-mail that brought it, as a mail server gave it out, or the page that was attached to that: half of the key
        /// is in it. Not needed where the address has its mailbox on this platform and the e-mail is still there.
        mail "mail": Option<Bytes> = Kind::Bytes { most: MAIL_OCTETS },
        /// The number of one attachment, from 1: only that one is answered with its content.
        part "part": Option<i64> = Kind::Integer { least: 1, most: 1000 },
    }

    /// A file of a letter, perhaps without its content.
    pub struct ReceivedAttachment {
        /// Its number, from 1.
        part "part": i64 = Kind::Integer { least: 1, most: 1000 },
        /// Its name, as the sender says: no path to write to.
        file_name "fileName": String = TOLD,
        /// What kind of file it is, as the sender says.
        media_type "mediaType": String = TOLD,
        /// How many octets it has.
        size "size": i64 = Kind::Integer { least: 0, most: i64::MAX },
        /// The file, where it was asked for.
        content "content": Option<Bytes> = Kind::Bytes { most: crate::limits::ATTACHMENT_OCTETS },
    }

    /// A letter, opened. That it was is in its evidence.
    pub struct GetMessageResponse {
        /// What the list says of it.
        summary "summary": MessageSummary,
        /// Who got a copy.
        cc "cc": Vec<String> = ADDRESS; 0..=200,
        /// The text.
        text "text": LetterText,
        /// The files.
        attachments "attachment": Vec<ReceivedAttachment>; 0..=1000,
    }

    /// Which registered letter to accept.
    pub struct AcceptMessageRequest {
        /// The caller's name for this: sent again it does nothing twice.
        client_ref "clientRef": String = CLIENT_REFERENCE,
        /// Our name for the letter.
        message_id "messageId": String = IDENTIFIER,
    }

    /// Which registered letter to refuse.
    pub struct RefuseMessageRequest {
        /// The caller's name for this: sent again it does nothing twice.
        client_ref "clientRef": String = CLIENT_REFERENCE,
        /// Our name for the letter.
        message_id "messageId": String = IDENTIFIER,
        /// Why, for the sender.
        reason "reason": Option<String> = Kind::text(1, 500),
    }

    /// A step that was taken, with the evidence of it.
    pub struct StepResponse {
        /// Where the letter is now.
        state "state": State,
        /// The evidence of the step.
        evidence_id "evidenceId": String = IDENTIFIER,
        /// When it was taken.
        time "time": Timestamp,
    }

    /// Which letter was processed.
    pub struct AcknowledgeMessageRequest {
        /// Our name for the letter.
        message_id "messageId": String = IDENTIFIER,
    }

    /// It is known.
    pub struct AcknowledgeMessageResponse {
        /// When it was first acknowledged.
        time "time": Timestamp,
    }

    /// An answer to a letter, in its mode.
    pub struct ReplyMessageRequest {
        /// The caller's name for it: sent again it is not sent twice.
        client_ref "clientRef": String = CLIENT_REFERENCE,
        /// Our name for the letter that is answered.
        message_id "messageId": String = IDENTIFIER,
        /// Whether it goes to all who stand in the letter's To and Cc and got it.
        to_all "toAll": bool,
        /// The e-mail that brought the letter, where it is needed: only the letter says who got it.
        mail "mail": Option<Bytes> = Kind::Bytes { most: MAIL_OCTETS },
        /// The subject; that of the letter where nothing is said.
        subject "subject": Option<String> = LINE,
        /// The text.
        text "text": LetterText,
        /// The files.
        attachments "attachment": Vec<Attachment>; 0..=50,
    }

    /// An answer that was taken.
    pub struct ReplyMessageResponse {
        /// Our name for it.
        message_id "messageId": String = IDENTIFIER,
        /// The evidence that it was taken.
        submission_evidence_id "submissionEvidenceId": String = IDENTIFIER,
        /// When it was taken.
        submission_time "submissionTime": Timestamp,
    }

    /// Which entries of the journal.
    pub struct SearchJournalRequest {
        /// Taken at or after.
        since "since": Option<Timestamp>,
        /// Taken before.
        until "until": Option<Timestamp>,
        /// With whom.
        address "address": Option<String> = ADDRESS,
        /// On which side.
        direction "direction": Option<Direction>,
        /// How protected.
        mode "mode": Option<Mode>,
        /// In which state.
        state "state": Option<State>,
        /// After which: what the last page gave.
        cursor "cursor": Option<String> = CURSOR,
        /// How many at most.
        limit "limit": Option<i64> = Kind::Integer { least: 1, most: 200 },
    }

    /// A letter in the journal, for one recipient.
    pub struct JournalEntry {
        /// Our name for the letter.
        message_id "messageId": String = IDENTIFIER,
        /// On which side the caller is.
        direction "direction": Direction,
        /// How it is protected.
        mode "mode": Mode,
        /// The other side; a sender is hidden by some profiles until the letter is accepted.
        address "address": Option<String> = ADDRESS,
        /// The subject, as far as it is kept.
        subject "subject": Option<String> = TOLD,
        /// Where the letter is.
        state "state": State,
        /// When it was taken.
        submission_time "submissionTime": Timestamp,
        /// When it last moved.
        last_event_time "lastEventTime": Timestamp,
    }

    /// A page of the journal, newest first.
    pub struct SearchJournalResponse {
        /// The entries.
        entries "entry": Vec<JournalEntry>; 0..=200,
        /// Where to go on; without one this was the last page.
        next_cursor "nextCursor": Option<String> = CURSOR,
    }

    /// Evidence to verify.
    pub struct VerifyEvidenceRequest {
        /// A bundle of evidence, or a receipt with one inside.
        bundle "bundle": Bytes = Kind::Bytes { most: BUNDLE_OCTETS },
        /// What it is said to be about: compared with the digests in it.
        documents "document": Vec<Attachment>; 0..=50,
    }

    /// One claim of the evidence.
    pub struct Claim {
        /// What is claimed, in words.
        claim "claim": String = Kind::text(1, 1000),
        /// Whether it holds.
        verdict "verdict": Verdict,
        /// What it rests on, or why it does not hold.
        grounds "grounds": Option<String> = Kind::text(0, 4000),
    }

    /// What the evidence proves.
    pub struct VerifyEvidenceResponse {
        /// The whole: holds only if no claim fails.
        verdict "verdict": Verdict,
        /// Each claim.
        claims "claim": Vec<Claim>; 0..=1000,
    }
}

service! {
    /// Reads secure letters, answers them, and looks into the journal and into evidence.
    pub trait Reading: "IncaMailReadService" in "urn:relais:soap:read:3.0" at "/3.0/IncaMailReadService";

    /// Lists the caller's letters.
    list_messages "ListMessages": ListMessagesRequest => ListMessagesResponse, [];
    /// Opens a letter; of a registered one, only once it is accepted.
    get_message "GetMessage": GetMessageRequest => GetMessageResponse, [NotFound, Conflict, ConsentMissing];
    /// Accepts a registered letter.
    accept_message "AcceptMessage": AcceptMessageRequest => StepResponse, [NotFound, Conflict, ConsentMissing];
    /// Refuses a registered letter.
    refuse_message "RefuseMessage": RefuseMessageRequest => StepResponse, [NotFound, Conflict];
    /// Says that a letter was processed, so that lists can leave it out.
    acknowledge_message "AcknowledgeMessage": AcknowledgeMessageRequest => AcknowledgeMessageResponse, [NotFound, Conflict];
    /// Answers a letter.
    reply_message "ReplyMessage": ReplyMessageRequest => ReplyMessageResponse,
        [NotFound, Conflict, RecipientBlocked, ConsentMissing, MalwareFound];
    /// Searches what was sent and received.
    search_journal "SearchJournal": SearchJournalRequest => SearchJournalResponse, [];
    /// Verifies evidence, of whomever.
    verify_evidence "VerifyEvidence": VerifyEvidenceRequest => VerifyEvidenceResponse, [];
}
