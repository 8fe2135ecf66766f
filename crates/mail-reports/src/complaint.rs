//! Complaints of recipients, as their providers send them on (ARF, RFC 5965).

use model::MessageId;
use wire_mime::{Structure, fields};

use crate::kept;
use crate::limits::MARKS_LIMIT;

/// Somebody pressed «this is spam».
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Complaint {
    /// `abuse`, `fraud`, `virus`, `not-spam`, `auth-failure` and others (RFC 5965 §3.5, RFC 6591 §3.1).
    pub kind: String,
    /// The program that reports.
    pub agent: String,
    /// Who delivered the letter.
    pub source: Option<String>,
    /// The sender of the envelope.
    pub sender: Option<String>,
    /// Who complains, where that is told.
    pub recipient: Option<String>,
    /// When the letter arrived, in the reporter's words.
    pub arrived: Option<String>,
    /// The letter's Message-ID.
    pub message_id: Option<String>,
    /// The letter's From field.
    pub author: Option<String>,
    /// How many letters it stands for (RFC 5965 §3.2: Incidents).
    pub incidents: u64,
    /// What the letter's Received fields and Message-ID have where ours have the letter's number.
    pub marks: Vec<MessageId>,
}

impl Complaint {
    /// The complaint of a letter, if it is one: a `message/feedback-report` stands in it.
    pub(crate) fn find(message: &[u8], structure: &Structure) -> Option<Complaint> {
        let part =
            |kind: &str| structure.parts().iter().position(|part| is_kind(&part.content_type.value, kind));
        let report = structure.parts().get(part("message/feedback-report")?)?;
        let bytes = message.get(report.body.clone())?;
        let bytes = report.encoding.decode(bytes)?;
        let mut complaint = Complaint { incidents: 1, ..Complaint::default() };
        for field in fields(&bytes) {
            let text = || kept(String::from_utf8_lossy(&field.unfolded()).trim());
            let address = || kept(text().trim_matches(['<', '>']));
            match () {
                () if field.is("feedback-type") => complaint.kind = text().to_lowercase(),
                () if field.is("user-agent") => complaint.agent = text(),
                () if field.is("source-ip") => complaint.source = Some(text()),
                () if field.is("original-mail-from") => complaint.sender = Some(address()),
                () if field.is("original-rcpt-to") => complaint.recipient = Some(address()),
                () if field.is("arrival-date") || field.is("received-date") => {
                    complaint.arrived = Some(text());
                }
                () if field.is("incidents") => {
                    complaint.incidents = text().parse().unwrap_or(1).clamp(1, 1_000);
                }
                () => {}
            }
        }
        if complaint.kind.is_empty() {
            return None;
        }
        let original = ["message/rfc822", "text/rfc822-headers", "message/global", "message/global-headers"];
        let original = original.iter().find_map(|kind| part(kind));
        if let Some(original) = original.and_then(|index| structure.parts().get(index)) {
            for field in fields(message.get(original.body.clone()).unwrap_or_default()) {
                let text = || kept(String::from_utf8_lossy(&field.unfolded()).trim());
                if field.is("message-id") && complaint.message_id.is_none() {
                    complaint.message_id = Some(text());
                    complaint.mark(text().trim_start_matches('<').split('@').next());
                }
                if field.is("received") {
                    let text = String::from_utf8_lossy(&field.unfolded()).into_owned();
                    // RFC 5321 §4.4: `id` and what follows it, before the date.
                    let mut words = text.split([' ', '\t', ';']).filter(|word| !word.is_empty());
                    complaint.mark(words.by_ref().find(|word| *word == "id").and_then(|_| words.next()));
                }
                if field.is("from") && complaint.author.is_none() {
                    complaint.author = Some(text());
                }
            }
        }
        Some(complaint)
    }

    fn mark(&mut self, word: Option<&str>) {
        let number = word.and_then(|word| word.parse().ok()).filter(|number| *number > 0);
        if self.marks.len() < MARKS_LIMIT {
            self.marks.extend(number.map(MessageId));
        }
    }

    /// Whether it says that the letter was unwanted: `not-spam` says the contrary.
    pub fn is_against_us(&self) -> bool {
        matches!(self.kind.as_str(), "abuse" | "fraud" | "virus" | "other")
    }
}

pub(crate) fn is_kind(content_type: &str, wanted: &str) -> bool {
    content_type.eq_ignore_ascii_case(wanted)
}
