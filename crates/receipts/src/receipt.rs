//! The page that says what happened to a letter.

use languages::Language;
use model::Timestamp;

use crate::error::NotARecord;
use crate::moment::Moment;
use crate::sheet::{Imprint, Said, Sheet};
use crate::words::Speaks;
use crate::{EVIDENCE_NAME, limits};

/// What a receipt is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The sender handed the letter to the platform.
    Submission,
    /// The recipient accepted the letter. That they have its content is told by [`Kind::Handover`].
    Acceptance,
    /// The recipient refused the letter.
    Refusal,
    /// The time in which the recipient could decide is over.
    Expiry,
    /// The recipient has the content of the letter.
    Handover,
}

impl Kind {
    /// All of them.
    pub const ALL: [Kind; 5] =
        [Kind::Submission, Kind::Acceptance, Kind::Refusal, Kind::Expiry, Kind::Handover];

    fn key(self) -> &'static str {
        match self {
            Kind::Submission => "submission",
            Kind::Acceptance => "acceptance",
            Kind::Refusal => "refusal",
            Kind::Expiry => "expiry",
            Kind::Handover => "handover",
        }
    }

    pub(crate) fn lead_key(self) -> &'static str {
        match self {
            Kind::Submission => "submission-lead",
            Kind::Acceptance => "acceptance-lead",
            Kind::Refusal => "refusal-lead",
            Kind::Expiry => "expiry-lead",
            Kind::Handover => "handover-lead",
        }
    }

    fn time_key(self) -> &'static str {
        match self {
            Kind::Submission => "submission-time",
            Kind::Acceptance => "acceptance-time",
            Kind::Refusal => "refusal-time",
            Kind::Expiry => "expiry-time",
            Kind::Handover => "handover-time",
        }
    }

    /// The title of such a receipt, for letters and lists.
    pub fn title(self, language: Language) -> &'static str {
        language.say(self.key())
    }
}

/// How the letter was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Confidential.
    Confidential,
    /// Personal.
    Personal,
    /// Registered.
    Registered,
}

impl Mode {
    fn key(self) -> &'static str {
        match self {
            Mode::Confidential => "confidential",
            Mode::Personal => "personal",
            Mode::Registered => "registered",
        }
    }
}

/// Somebody with an address.
#[derive(Clone, Copy, Debug)]
pub struct Party<'a> {
    /// The name, if it is known.
    pub name: Option<&'a str>,
    /// The address.
    pub address: &'a str,
}

/// A part of the letter.
#[derive(Clone, Copy, Debug)]
pub struct Part<'a> {
    /// The file name, or what to call the part if it has none.
    pub name: &'a str,
    /// The media type, `application/pdf`.
    pub media_type: &'a str,
    /// The size, decoded.
    pub size_bytes: u64,
    /// The SHA-256 of the part, decoded.
    pub sha256: [u8; 32],
}

/// The time-stamp over the evidence.
#[derive(Clone, Copy, Debug)]
pub struct Stamp<'a> {
    /// Its time.
    pub at: Timestamp,
    /// Whose it is.
    pub authority: &'a str,
}

/// What a receipt says. Texts may be anything in Unicode and of any length.
#[derive(Clone, Debug)]
pub struct Receipt<'a> {
    /// What it is of.
    pub kind: Kind,
    /// In which language.
    pub language: Language,
    /// Who issues it.
    pub issuer: &'a str,
    /// The letter's identifier.
    pub letter: &'a str,
    /// The subject, where the profile shows it.
    pub subject: Option<&'a str>,
    /// How the letter was sent.
    pub mode: Mode,
    /// Who sent it.
    pub sender: Party<'a>,
    /// To whom.
    pub recipient: Party<'a>,
    /// Who acted for the recipient, where several may (a shared mailbox, an alias).
    pub acting: Option<Party<'a>>,
    /// How who acted proved to be that person, in words of the receipt's language.
    pub authentication: Option<&'a str>,
    /// When what the receipt is of happened.
    pub at: Timestamp,
    /// When the letter was submitted.
    pub submitted_at: Timestamp,
    /// Until when the recipient could decide.
    pub deadline: Option<Timestamp>,
    /// The SHA-256 of the whole letter as it goes to its recipient.
    pub letter_sha256: [u8; 32],
    /// Its size.
    pub letter_size_bytes: u64,
    /// Its parts, in their order.
    pub parts: Vec<Part<'a>>,
    /// The SHA-256 of the evidence of this event.
    pub evidence_sha256: [u8; 32],
    /// Its place in the public log.
    pub log_index: Option<u64>,
    /// The time-stamp over it.
    pub stamp: Option<Stamp<'a>>,
    /// Where the keys with which it verifies are published.
    pub keys_address: &'a str,
    /// The evidence itself, embedded as [`EVIDENCE_NAME`].
    pub bundle: &'a [u8],
}

/// Makes the page: PDF/A-3b, unsigned, the same bytes for the same values.
///
/// # Errors
/// Too many parts, evidence that is too large, or a time outside of four-digit years.
pub fn receipt(receipt: &Receipt<'_>) -> Result<Vec<u8>, NotARecord> {
    if receipt.parts.len() > limits::ENTRIES {
        return Err(NotARecord::TooManyEntries { count: receipt.parts.len() });
    }
    if receipt.bundle.len() > limits::BUNDLE_BYTES {
        return Err(NotARecord::BundleTooLarge { length: receipt.bundle.len() });
    }
    let language = receipt.language;
    let title = receipt.kind.title(language);
    let happened = Moment::new(receipt.at, language)?;
    let lead = language.say_with(
        receipt.kind.lead_key(),
        &[
            ("issuer", receipt.issuer),
            ("sender", receipt.sender.name.unwrap_or(receipt.sender.address)),
            ("recipient", receipt.recipient.name.unwrap_or(receipt.recipient.address)),
            ("time", &happened.short),
        ],
    );
    let mut sheet = Sheet::new(language, receipt.issuer, title, &lead);

    sheet.section(language.say("letter"));
    sheet.row(language.say("identifier"), &[Said::Text(receipt.letter)]);
    if let Some(subject) = receipt.subject {
        sheet.row(language.say("subject"), &[Said::Strong(subject)]);
    }
    sheet.row(language.say("mode"), &[Said::Text(language.say(receipt.mode.key()))]);

    sheet.section(language.say("parties"));
    party(&mut sheet, language.say("sender"), &receipt.sender);
    party(&mut sheet, language.say("recipient"), &receipt.recipient);
    if let Some(acting) = &receipt.acting {
        party(&mut sheet, language.say("acting"), acting);
    }
    if let Some(authentication) = receipt.authentication {
        sheet.row(language.say("authentication"), &[Said::Text(authentication)]);
    }

    sheet.section(language.say("times"));
    let mut time = |label: &'static str, at: Timestamp| -> Result<(), NotARecord> {
        let moment = Moment::new(at, language)?;
        sheet.row(language.say(label), &[Said::Text(&moment.local), Said::Note(&moment.utc)]);
        Ok(())
    };
    time(receipt.kind.time_key(), receipt.at)?;
    if receipt.kind != Kind::Submission {
        time("submission-time", receipt.submitted_at)?;
    }
    if let Some(deadline) = receipt.deadline {
        time("deadline", deadline)?;
    }

    contents(&mut sheet, receipt);

    sheet.section(language.say("evidence"));
    sheet.row(language.say("evidence-digest"), &[Said::Digest(&receipt.evidence_sha256)]);
    if let Some(index) = receipt.log_index {
        sheet.row(language.say("log-index"), &[Said::Text(&language.number(index))]);
    }
    if let Some(stamp) = &receipt.stamp {
        let moment = Moment::new(stamp.at, language)?;
        sheet.row(
            language.say("stamp"),
            &[Said::Text(&moment.local), Said::Note(&moment.utc), Said::Note(stamp.authority)],
        );
    }

    sheet.section(language.say("verify"));
    sheet.text(&language.say_with("verify-how", &[("file", EVIDENCE_NAME)]));
    sheet.command("relais evidence verify RECEIPT.pdf LETTER.eml");
    sheet.text(language.say("verify-keys"));
    sheet.command(receipt.keys_address);

    let reference = format!("{} {}", language.say("letter"), receipt.letter);
    sheet.finish(&Imprint {
        issuer: receipt.issuer,
        title,
        reference: &reference,
        at: receipt.at,
        evidence: Some((EVIDENCE_NAME, language.say("evidence-file"), receipt.bundle)),
    })
}

fn party(sheet: &mut Sheet, label: &str, party: &Party<'_>) {
    match party.name {
        Some(name) => sheet.row(label, &[Said::Strong(name), Said::Text(party.address)]),
        None => sheet.row(label, &[Said::Strong(party.address)]),
    }
}

/// The digests of the letter and of each part: what the receipt is about, to the bit.
fn contents(sheet: &mut Sheet, receipt: &Receipt<'_>) {
    let language = receipt.language;
    let size = |bytes: u64| language.say_with("size", &[("bytes", &language.number(bytes))]);
    sheet.section(language.say("contents"));
    let whole = size(receipt.letter_size_bytes);
    sheet.row(language.say("whole"), &[Said::Note(&whole), Said::Digest(&receipt.letter_sha256)]);
    for (at, part) in receipt.parts.iter().enumerate() {
        let number = (at + 1).to_string();
        let label = language.say_with("part", &[("number", &number)]);
        let kind = format!("{} · {}", part.media_type, size(part.size_bytes));
        sheet.row(&label, &[Said::Strong(part.name), Said::Note(&kind), Said::Digest(&part.sha256)]);
    }
}
