//! What people are told by letter: written in the transaction that makes it true, sent afterwards.

use db::Tx;
use evidence::Event;
use languages::Language;
use model::{Address, OrganisationId, Timestamp};
use serde_json::Value;
use wire_cms::Signer;
use wire_safe::Slot;
use world::World;

use crate::carrier::quoted;
use crate::error::SecureError;
use crate::letter::subject_field;
use crate::profile::ShownSender;
use crate::settings::Settings;
use crate::types::Letter;
use crate::words;
use crate::{deadline, rows};

/// What is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoticeKind {
    /// A code to show at the portal.
    Code,
    /// To the sender: the letter was taken.
    Submitted,
    /// To the sender: the recipient accepted.
    Accepted,
    /// To the sender: the recipient refused.
    Refused,
    /// To the sender: the recipient did neither in time.
    Expired,
    /// To the sender: the letter could not be brought.
    Undeliverable,
    /// To the sender: a server that had taken the letter reports that it could not deliver it; it can be opened still.
    Reported,
    /// To the sender: the recipient takes no registered letters.
    Blocked,
    /// To the sender: nobody opened the letter for as long as it could be.
    Unclaimed,
    /// To the sender: the key was given to the recipient, who did not say that the letter was opened while it could be.
    Unconfirmed,
    /// To the recipient: what they accepted.
    OwnAcceptance,
    /// To the recipient: what they refused.
    OwnRefusal,
    /// To the recipient: the sender took the letter back.
    Withdrawn,
    /// To the recipient: a letter waits.
    Reminder,
}

impl NoticeKind {
    const ALL: [NoticeKind; 14] = [
        NoticeKind::Code,
        NoticeKind::Submitted,
        NoticeKind::Accepted,
        NoticeKind::Refused,
        NoticeKind::Expired,
        NoticeKind::Undeliverable,
        NoticeKind::Reported,
        NoticeKind::Blocked,
        NoticeKind::Unclaimed,
        NoticeKind::Unconfirmed,
        NoticeKind::OwnAcceptance,
        NoticeKind::OwnRefusal,
        NoticeKind::Withdrawn,
        NoticeKind::Reminder,
    ];

    /// The word by which it is stored, and with which the keys of its words begin.
    pub(crate) fn word(self) -> &'static str {
        match self {
            NoticeKind::Code => "code",
            NoticeKind::Submitted => "told-submitted",
            NoticeKind::Accepted => "told-accepted",
            NoticeKind::Refused => "told-refused",
            NoticeKind::Expired => "told-expired",
            NoticeKind::Undeliverable => "told-undeliverable",
            NoticeKind::Reported => "told-reported",
            NoticeKind::Blocked => "told-blocked",
            NoticeKind::Unclaimed => "told-unclaimed",
            NoticeKind::Unconfirmed => "told-unconfirmed",
            NoticeKind::OwnAcceptance => "own-accepted",
            NoticeKind::OwnRefusal => "own-refused",
            NoticeKind::Withdrawn => "told-withdrawn",
            NoticeKind::Reminder => "reminder",
        }
    }

    pub(crate) fn from_word(word: &str) -> Option<NoticeKind> {
        NoticeKind::ALL.into_iter().find(|kind| kind.word() == word)
    }

    /// The event whose receipt goes with it: a signed page that proves what is told.
    pub fn receipt_of(self) -> Option<Event> {
        match self {
            NoticeKind::Submitted => Some(Event::SubmissionAcceptance),
            NoticeKind::Accepted | NoticeKind::OwnAcceptance => Some(Event::ConsignmentAcceptance),
            NoticeKind::Refused | NoticeKind::OwnRefusal => Some(Event::ConsignmentRejection),
            NoticeKind::Expired => Some(Event::AcceptanceRejectionExpiry),
            NoticeKind::Code
            | NoticeKind::Undeliverable
            | NoticeKind::Reported
            | NoticeKind::Blocked
            | NoticeKind::Unclaimed
            | NoticeKind::Unconfirmed
            | NoticeKind::Withdrawn
            | NoticeKind::Reminder => None,
        }
    }
}

/// A notice about to be kept.
pub(crate) struct NewNotice<'a> {
    pub(crate) letter: &'a Letter,
    pub(crate) slot: &'a Slot,
    pub(crate) kind: NoticeKind,
    pub(crate) recipient: &'a Address,
    pub(crate) language: Language,
    /// What its words need besides the letter.
    pub(crate) detail: Value,
    pub(crate) at: Timestamp,
    /// The statement whose time-stamp it waits for.
    pub(crate) awaits: Option<u64>,
}

/// Keeps a notice in the caller's transaction.
pub(crate) fn add(tx: &mut Tx, world: &World, notice: &NewNotice<'_>) -> Result<(), SecureError> {
    rows::insert_notice(tx, world.new_id(), notice)?;
    tx.notify(CHANNEL, String::new());
    Ok(())
}

/// The channel that says that a notice waits.
pub const CHANNEL: &str = "secure-notices";

/// A notice that waits to be sent.
#[derive(Clone, Debug)]
pub struct Notice {
    /// The id.
    pub id: i64,
    /// The sender's organisation.
    pub organisation: OrganisationId,
    /// The letter.
    pub letter: i64,
    /// The copy.
    pub slot: Slot,
    /// What is told.
    pub kind: NoticeKind,
    /// To whom.
    pub recipient: Address,
    /// In which language.
    pub language: Language,
    /// What its words need.
    pub detail: Value,
    /// When it happened.
    pub made_at: Timestamp,
    /// Tries so far.
    pub attempts: i64,
}

/// A receipt as it is attached.
pub(crate) struct Attachment<'a> {
    /// ASCII letters, digits, dashes, and `.pdf`.
    pub(crate) name: String,
    pub(crate) pdf: &'a [u8],
    /// What signs the letter that brings it.
    pub(crate) signer: &'a Signer,
}

impl Notice {
    /// The letter that tells it: a text, and the receipt where there is one. With a receipt the platform signs it.
    pub(crate) fn written(
        &self,
        letter: &Letter,
        copy: &crate::types::Copy,
        settings: &Settings,
        receipt: Option<&Attachment<'_>>,
    ) -> Result<Vec<u8>, SecureError> {
        let text = |name: &str| self.detail.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        let (code, reason) = (text("code"), text("reason"));
        let recipient = copy.address.to_string();
        let sender = match self.recipient.canonical() == letter.sender.canonical() {
            true => ShownSender::told(letter),
            false => settings.shown_sender(letter, copy, self.language),
        };
        let at = match (self.kind, &copy.released) {
            (NoticeKind::Unconfirmed, Some(released)) => released.at,
            _ => self.made_at,
        };
        let at = deadline::in_words(at, settings);
        let offered = deadline::in_words(letter.submitted_at, settings);
        let until = copy.deadline.map(|at| deadline::in_words(at, settings)).unwrap_or_default();
        let values = [
            ("sender", &*sender.name),
            ("who", &sender.who()),
            ("recipient", &recipient),
            ("subject", &letter.subject),
            ("code", &code),
            ("reason", &reason),
            // A reminder speaks of the letter that came before.
            ("at", if self.kind == NoticeKind::Reminder { &offered } else { &at }),
            ("deadline", &until),
        ];
        let word = self.kind.word();
        let subject = words::say(self.language, &format!("{word}-subject"), &values);
        let body = words::say(self.language, &format!("{word}-text"), &values);
        let mut whole =
            format!("From: {} <{}>\r\nTo: {}\r\n", quoted(&settings.issuer), settings.from, self.recipient)
                .into_bytes();
        whole.extend_from_slice(&subject_field(&subject));
        whole.extend_from_slice(
            format!(
                "Date: {}\r\nMessage-ID: <notice-{}@{}>\r\nContent-Language: {}\r\n\
                 Auto-Submitted: auto-generated\r\nMIME-Version: 1.0\r\n",
                self.made_at.rfc5322(),
                self.id,
                settings.from.domain(),
                self.language.tag(),
            )
            .as_bytes(),
        );
        let text = crate::carrier::text_part(&format!("{body}\n"));
        match receipt {
            None => whole.extend_from_slice(&text),
            Some(receipt) => {
                let entity = with_receipt(self.id, &text, receipt);
                let boundary = format!("signed-{}", self.id);
                let signed = wire_cms::smime::sign(receipt.signer, &entity, &boundary, self.made_at)
                    .map_err(|_| SecureError::Keys("a letter cannot be signed"))?;
                whole.extend_from_slice(&signed);
            }
        }
        Ok(whole)
    }
}

/// The text and the receipt as one entity, in seven bits.
fn with_receipt(id: i64, text: &[u8], receipt: &Attachment<'_>) -> Vec<u8> {
    // No line of base64 begins with a dash.
    let boundary = format!("receipt-{id}");
    let mut entity =
        format!("Content-Type: multipart/mixed; boundary=\"{boundary}\"\r\n\r\n--{boundary}\r\n")
            .into_bytes();
    entity.extend_from_slice(text);
    entity.extend_from_slice(
        format!(
            "\r\n--{boundary}\r\nContent-Type: application/pdf; name=\"{0}\"\r\n\
             Content-Disposition: attachment; filename=\"{0}\"\r\n\
             Content-Transfer-Encoding: base64\r\n\r\n",
            receipt.name
        )
        .as_bytes(),
    );
    entity.extend_from_slice(&crate::carrier::base64_lines(receipt.pdf));
    entity.extend_from_slice(format!("\r\n--{boundary}--\r\n").as_bytes());
    entity
}
