//! The service that sends: `/3.0/`.

use bytes::Bytes;
use model::Timestamp;
use wire_soap::{Kind, choice, shape};

use super::common::{
    Attachment, Document, Language, LetterEvent, LetterText, Mode, ReceiptFormat, ReceiptType, RecipientState,
};
use crate::limits::PASSPHRASE_CHARACTERS;
use crate::patterns::{ADDRESS, CLIENT_REFERENCE, CURSOR, IDENTIFIER, LINE, PHONE};

choice! {
    /// What a recipient has to show.
    pub enum AuthenticationLevel {
        /// A code that is sent to the mailbox.
        Mailbox "mailbox",
        /// An account with a second factor.
        Account "account",
    }
}

shape! {
    /// Somebody who gets a letter.
    pub struct Recipient {
        /// The address, without a suffix for secure mail.
        address "address": String = ADDRESS,
        /// The name, for the page.
        name "name": Option<String> = LINE,
        /// A telephone of this recipient's: the code for a confidential letter goes there by SMS, and not to the mailbox.
        phone "phone": Option<String> = PHONE.secret(),
    }

    /// A letter to send.
    pub struct SendMessageRequest {
        /// The caller's name for it: sent again within seven days it is not sent twice, but answered as before.
        client_ref "clientRef": String = CLIENT_REFERENCE,
        /// In whose name; one of the caller's own addresses.
        from "from": String = ADDRESS,
        /// To whom.
        to "to": Vec<Recipient>; 1..=100,
        /// To whom a copy.
        cc "cc": Vec<Recipient>; 0..=100,
        /// The subject.
        subject "subject": String = LINE,
        /// The text.
        text "text": LetterText,
        /// The files.
        attachments "attachment": Vec<Attachment>; 0..=50,
        /// How it is protected.
        mode "mode": Mode,
        /// The language of our words to the recipients where they chose none.
        language "language": Option<Language>,
        /// What the recipients have to know besides, at least 4 characters; you tell them by another way. It is kept nowhere:
        /// whoever forgets it opens the letter no more.
        passphrase "passphrase": Option<String> = Kind::text(0, PASSPHRASE_CHARACTERS).secret(),
    }

    /// A letter that was taken.
    pub struct SendMessageResponse {
        /// Our name for it.
        message_id "messageId": String = IDENTIFIER,
        /// The caller's name for it.
        client_ref "clientRef": String = CLIENT_REFERENCE,
        /// Whether it had been taken before under this name.
        is_repetition "isRepetition": bool,
        /// Where it is for each recipient.
        recipients "recipient": Vec<RecipientState>; 1..=200,
        /// The evidence that it was taken.
        submission_evidence_id "submissionEvidenceId": String = IDENTIFIER,
        /// When it was taken.
        submission_time "submissionTime": Timestamp,
    }

    /// Which letter: by our name or by the caller's, one of the two.
    pub struct GetMessageStatusRequest {
        /// Our name for it.
        message_id "messageId": Option<String> = IDENTIFIER,
        /// The caller's name for it.
        client_ref "clientRef": Option<String> = CLIENT_REFERENCE,
    }

    /// Where a letter is.
    pub struct GetMessageStatusResponse {
        /// Our name for it.
        message_id "messageId": String = IDENTIFIER,
        /// The caller's name for it.
        client_ref "clientRef": Option<String> = CLIENT_REFERENCE,
        /// How it is protected.
        mode "mode": Mode,
        /// When it was taken.
        submission_time "submissionTime": Timestamp,
        /// Where it is for each recipient.
        recipients "recipient": Vec<RecipientState>; 1..=200,
        /// The receipts that can be fetched.
        receipts "receipt": Vec<ReceiptType>; 0..=1000,
    }

    /// Which letter to take back.
    pub struct RevokeMessageRequest {
        /// The caller's name for this: sent again it does nothing twice.
        client_ref "clientRef": String = CLIENT_REFERENCE,
        /// Our name for the letter.
        message_id "messageId": String = IDENTIFIER,
        /// From whom; without one from all who have not accepted or fetched it.
        recipient "recipient": Option<String> = ADDRESS,
        /// Why, for the evidence.
        reason "reason": Option<String> = Kind::text(1, 500),
    }

    /// A letter that was taken back.
    pub struct RevokeMessageResponse {
        /// The evidence of it.
        evidence_ids "evidenceId": Vec<String> = IDENTIFIER; 1..=200,
        /// Where the letter is for each recipient.
        recipients "recipient": Vec<RecipientState>; 1..=200,
    }

    /// Whom to look at.
    pub struct CheckRecipientsRequest {
        /// The addresses.
        addresses "address": Vec<String> = ADDRESS; 1..=200,
        /// For which mode.
        mode "mode": Mode,
    }

    /// How a letter would reach an address. Whether somebody has an account, or takes no registered letters, is said to nobody
    /// who has not sent one.
    pub struct RecipientCheck {
        /// The address.
        address "address": String = ADDRESS,
        /// Whether its organisation is connected by TLS.
        is_tls_peer "isTlsPeer": bool,
        /// What its owner has to show at least.
        least_authentication "leastAuthentication": AuthenticationLevel,
    }

    /// How letters would reach the addresses.
    pub struct CheckRecipientsResponse {
        /// Each address, in the order of the request.
        recipients "recipient": Vec<RecipientCheck>; 1..=200,
    }

    /// Which events.
    pub struct ListEventsRequest {
        /// After which: what the last page gave; without one from the beginning.
        cursor "cursor": Option<String> = CURSOR,
        /// Of which letter only.
        message_id "messageId": Option<String> = IDENTIFIER,
        /// How many at most.
        limit "limit": Option<i64> = Kind::Integer { least: 1, most: 200 },
    }

    /// What happened to the caller's letters, oldest first.
    pub struct ListEventsResponse {
        /// The events.
        events "event": Vec<LetterEvent>; 0..=200,
        /// Where to go on: also when nothing more is there yet.
        next_cursor "nextCursor": Option<String> = CURSOR,
    }

    /// Which receipt.
    pub struct GetReceiptRequest {
        /// Our name for the letter.
        message_id "messageId": String = IDENTIFIER,
        /// What it is to prove.
        receipt "type": ReceiptType,
        /// For which recipient, where it is not the submission's.
        recipient "recipient": Option<String> = ADDRESS,
        /// In which form; a page where nothing is said.
        format "format": Option<ReceiptFormat>,
    }

    /// A receipt.
    pub struct GetReceiptResponse {
        /// The evidence in it.
        evidence_id "evidenceId": String = IDENTIFIER,
        /// The document.
        document "document": Document,
    }

    /// Nothing to say.
    pub struct GetServiceInfoRequest {}

    /// A time in which something may not work.
    pub struct Maintenance {
        /// From when.
        begins "begins": Timestamp,
        /// Until when.
        ends "ends": Timestamp,
        /// What, in words.
        notice "notice": String = Kind::text(0, 1000),
    }

    /// What this platform is.
    pub struct GetServiceInfoResponse {
        /// Which version.
        version "version": String = LINE,
        /// Octets of a whole letter.
        message_octets "messageOctets": i64 = Kind::Integer { least: 0, most: i64::MAX },
        /// Recipients of one letter.
        recipients "recipients": i64 = Kind::Integer { least: 1, most: 200 },
        /// Days in which a clientRef is remembered.
        client_ref_days "clientRefDays": i64 = Kind::Integer { least: 1, most: 366 },
        /// The profiles of registered letters.
        profiles "profile": Vec<String> = IDENTIFIER; 0..=20,
        /// The certificate of the seal, as DER.
        seal_certificate "sealCertificate": Option<Bytes> = Kind::Bytes { most: crate::limits::CERTIFICATE_OCTETS },
        /// What is announced.
        maintenance "maintenance": Vec<Maintenance>; 0..=20,
    }
}

service! {
    /// Sends secure letters, and tells what became of them.
    pub trait Sending: "IncaMailSendService" in "urn:relais:soap:send:3.0" at "/3.0/";

    /// Takes a letter. When it is answered, the letter is durably taken and the evidence of that exists.
    send_message "SendMessage": SendMessageRequest => SendMessageResponse,
        [NotFound, Conflict, RecipientBlocked, MalwareFound];
    /// Tells where a letter is.
    get_message_status "GetMessageStatus": GetMessageStatusRequest => GetMessageStatusResponse, [NotFound];
    /// Takes a letter back from those who have not accepted or fetched it.
    revoke_message "RevokeMessage": RevokeMessageRequest => RevokeMessageResponse, [NotFound, Conflict];
    /// Tells how letters would reach addresses.
    check_recipients "CheckRecipients": CheckRecipientsRequest => CheckRecipientsResponse, [];
    /// Tells what happened to the caller's letters since a point.
    list_events "ListEvents": ListEventsRequest => ListEventsResponse, [NotFound];
    /// Gives a receipt.
    get_receipt "GetReceipt": GetReceiptRequest => GetReceiptResponse, [NotFound, Conflict];
    /// Tells what this platform takes and announces.
    get_service_info "GetServiceInfo": GetServiceInfoRequest => GetServiceInfoResponse, [];
}
