//! What more than one service speaks of.

use bytes::Bytes;
use model::Timestamp;
use wire_soap::{Kind, choice, shape};

use crate::limits::{ATTACHMENT_OCTETS, BODY_CHARACTERS, DOCUMENT_OCTETS};
use crate::patterns::{ADDRESS, FILE_NAME, IDENTIFIER, MEDIA_TYPE};

choice! {
    /// How a letter is protected.
    pub enum Mode {
        /// Encrypted on the way, read by whoever reads the recipient's mailbox.
        Confidential "confidential",
        /// Read by the recipient in person.
        Personal "personal",
        /// Offered to the recipient in person, with evidence of every step.
        Registered "registered",
    }

    /// A language for people.
    pub enum Language {
        /// German.
        German "de",
        /// French.
        French "fr",
        /// Italian.
        Italian "it",
        /// English.
        English "en",
    }

    /// Where a letter is for one recipient.
    pub enum State {
        /// Taken from its sender.
        Submitted "submitted",
        /// Not taken. Final.
        Rejected "rejected",
        /// The recipient takes no such letters. Final.
        Blocked "blocked",
        /// With another platform or, confidential only, on an ordinary mail server. Final.
        Relayed "relayed",
        /// The recipient was asked whether they accept.
        Offered "offered",
        /// The recipient accepted.
        Accepted "accepted",
        /// The recipient refused. Final.
        Refused "refused",
        /// The recipient neither accepted nor refused in time. Final.
        Expired "expired",
        /// The content is ready for the recipient.
        Consigned "consigned",
        /// The recipient was told that it is.
        Notified "notified",
        /// The recipient has the content.
        HandedOver "handedOver",
        /// The recipient could not be reached. Final.
        Undeliverable "undeliverable",
        /// The sender took it back. Final.
        Withdrawn "withdrawn",
        /// Its time ended before the recipient fetched it. Final.
        Unclaimed "unclaimed",
    }

    /// How a letter reaches a recipient.
    pub enum Route {
        /// As plain mail over verified TLS to a connected organisation.
        Gateway "gateway",
        /// Into a mailbox of this platform.
        Mailbox "mailbox",
        /// As a sealed envelope that is opened in the browser.
        Safe "safe",
    }

    /// What a receipt proves.
    pub enum ReceiptType {
        /// That the letter was taken, when, and what is in it.
        Submission "submission",
        /// That the recipient accepted it.
        Acceptance "acceptance",
        /// That the recipient refused it.
        Refusal "refusal",
        /// That the recipient neither accepted nor refused it in time.
        Expiry "expiry",
    }

    /// The form of a receipt.
    pub enum ReceiptFormat {
        /// A signed page for people, the evidence inside.
        Pdf "pdf",
        /// The evidence itself.
        Json "json",
    }
}

shape! {
    /// A file with a letter.
    pub struct Attachment {
        /// Its name, without a path.
        file_name "fileName": String = FILE_NAME,
        /// What kind of file it is.
        media_type "mediaType": String = MEDIA_TYPE,
        /// The file.
        content "content": Bytes = Kind::Bytes { most: ATTACHMENT_OCTETS },
    }

    /// A letter's text: as plain text, as HTML, or as both, of which one is there.
    pub struct LetterText {
        /// As plain text.
        plain "plain": Option<String> = Kind::text(1, BODY_CHARACTERS),
        /// As HTML. Scripts and remote content are never shown.
        html "html": Option<String> = Kind::text(1, BODY_CHARACTERS),
    }

    /// Where a letter is for one of its recipients.
    pub struct RecipientState {
        /// The recipient.
        address "address": String = ADDRESS,
        /// How the letter reaches them.
        route "route": Option<Route>,
        /// Where it is.
        state "state": State,
        /// Since when it is there.
        since "since": Timestamp,
        /// Until when the recipient can accept, refuse or fetch it.
        deadline "deadline": Option<Timestamp>,
        /// When its key was destroyed on the sender's side's wish: the recipient cannot open it any more.
        erased_time "erasedTime": Option<Timestamp>,
        /// Why it is there, in words.
        reason "reason": Option<String> = Kind::text(0, 1000),
    }

    /// A document that proves something.
    pub struct Document {
        /// Its name as a file.
        file_name "fileName": String = FILE_NAME,
        /// What kind of file it is.
        media_type "mediaType": String = MEDIA_TYPE,
        /// The file.
        content "content": Bytes = Kind::Bytes { most: DOCUMENT_OCTETS },
    }

    /// What happened to a letter, once.
    pub struct LetterEvent {
        /// The event's own name among all.
        event_id "eventId": String = IDENTIFIER,
        /// Which letter.
        message_id "messageId": String = IDENTIFIER,
        /// For which recipient; without one for all.
        recipient "recipient": Option<String> = ADDRESS,
        /// What happened, by the names of ETSI EN 319 522-1 §6.
        event "event": String = IDENTIFIER,
        /// When.
        time "time": Timestamp,
        /// Why, in words.
        reason "reason": Option<String> = Kind::text(0, 1000),
    }
}
