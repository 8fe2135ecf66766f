//! The ordinary letter that carries an envelope, or the link to one: signed by the platform, without a script.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use evidence::Mode;
use languages::Language;
use model::{Address, Timestamp};
use wire_safe::{MailShare, Page, PageWords, PortalOrigin, Slot};

use crate::deadline;
use crate::error::SecureError;
use crate::letter::subject_field;
use crate::platform::Platform;
use crate::profile::ShownSender;
use crate::settings::Settings;
use crate::types::{Copy, Letter};
use crate::words;

/// Octets of text that become one line of base64 of 76 characters (RFC 2045 §6.8).
pub(crate) const LINE_OCTETS: usize = 57;

/// Characters of a name that are written.
const NAME_CHARACTERS: usize = 120;
/// Octets of an encoded word before base64: with it, and the brackets, at most 75 (RFC 2047 §2).
const WORD_OCTETS: usize = 45;

/// What a carrier is made of.
pub(crate) struct Carrier<'a> {
    pub(crate) slot: &'a Slot,
    pub(crate) mode: Mode,
    pub(crate) from: &'a Address,
    pub(crate) sender: ShownSender<'a>,
    /// Where answers go; `None` while the sender is not told.
    pub(crate) reply_to: Option<&'a Address>,
    pub(crate) recipient: &'a Address,
    /// `None`: it does not stand on the outside.
    pub(crate) subject: Option<&'a str>,
    pub(crate) language: Language,
    pub(crate) at: Timestamp,
    /// Until when it is accepted or refused, in words.
    pub(crate) deadline: Option<String>,
    pub(crate) portal: &'a PortalOrigin,
    pub(crate) mail_share: &'a MailShare,
    pub(crate) content: Carried<'a>,
}

/// What it brings.
pub(crate) enum Carried<'a> {
    /// The envelope itself.
    Envelope(&'a [u8]),
    /// The address under which it is fetched.
    Link,
}

impl<'a> Carrier<'a> {
    /// The letter that brings a copy to its recipient.
    pub(crate) fn of(
        (letter, copy): (&'a Letter, &'a Copy),
        settings: &'a Settings,
        language: Language,
        at: Timestamp,
        mail_share: &'a MailShare,
        content: Carried<'a>,
    ) -> Carrier<'a> {
        let sender = settings.shown_sender(letter, copy, language);
        let reply_to = sender.is_told.then_some(&letter.sender);
        let subject = settings.shows_subject.then_some(letter.subject.as_str());
        Carrier {
            slot: &copy.slot,
            mode: letter.mode,
            from: &settings.from,
            sender,
            reply_to,
            recipient: &copy.address,
            subject: subject.filter(|text| !text.is_empty()),
            language,
            at,
            deadline: copy.deadline.map(|at| deadline::in_words(at, settings)),
            portal: &settings.portal,
            mail_share,
            content,
        }
    }

    /// The fields that stand before the signed entity; the entity brings its own Content-Type.
    pub(crate) fn header(&self) -> Vec<u8> {
        let say = |key: &str| words::say(self.language, key, &[("sender", &*self.sender.name)]);
        let subject = match self.subject {
            Some(subject) => format!("{subject} ({})", say(mode_key(self.mode))),
            None => say(&format!("subject-{}", self.mode)),
        };
        let mut header = format!("From: {} <{}>\r\n", quoted(&say("from-name")), self.from).into_bytes();
        if let Some(reply_to) = self.reply_to {
            header.extend_from_slice(format!("Reply-To: {reply_to}\r\n").as_bytes());
        }
        header.extend_from_slice(format!("To: {}\r\n", self.recipient).as_bytes());
        header.extend_from_slice(&subject_field(&subject));
        header.extend_from_slice(
            format!(
                "Date: {}\r\nMessage-ID: <{}@{}>\r\nContent-Language: {}\r\nMIME-Version: 1.0\r\n",
                self.at.rfc5322(),
                self.slot,
                self.from.domain(),
                self.language.tag()
            )
            .as_bytes(),
        );
        header
    }

    /// The whole letter, signed by the platform.
    pub(crate) fn signed(&self, platform: &Platform) -> Result<Vec<u8>, SecureError> {
        let mut whole = self.header();
        let boundary = format!("signed-{}", self.slot);
        let signed = wire_cms::smime::sign(&platform.seal, &self.entity(), &boundary, self.at)
            .map_err(|_| SecureError::Keys("a letter cannot be signed"))?;
        whole.extend_from_slice(&signed);
        Ok(whole)
    }

    /// The entity that the platform signs: a text, and what the letter brings.
    pub(crate) fn entity(&self) -> Vec<u8> {
        let text = self.text();
        match &self.content {
            Carried::Link => text_part(&text),
            Carried::Envelope(envelope) => {
                // Letters and digits only, and not to be found in base64 lines of another length.
                let boundary = format!("relais-{}", self.slot);
                let page = self.page(envelope);
                let mut entity =
                    format!("Content-Type: multipart/mixed; boundary=\"{boundary}\"\r\n\r\n--{boundary}\r\n")
                        .into_bytes();
                entity.extend_from_slice(&text_part(&text));
                entity.extend_from_slice(format!("\r\n--{boundary}\r\n").as_bytes());
                entity.extend_from_slice(&attached(&page));
                entity.extend_from_slice(format!("\r\n--{boundary}--\r\n").as_bytes());
                entity
            }
        }
    }

    /// Where a letter is fetched that has only a link.
    fn link(&self) -> String {
        format!("{}/safe/m/{}#a={}", self.portal.as_str(), self.slot, *self.mail_share.to_base64url())
    }

    fn text(&self) -> String {
        let link = self.link();
        let deadline = self.deadline.as_deref().unwrap_or_default();
        let values = [
            ("who", &*self.sender.who()),
            ("recipient", &self.recipient.to_string()),
            ("deadline", deadline),
            ("link", &link),
            ("portal", self.portal.as_str()),
        ];
        let say = |key: &str| words::say(self.language, key, &values);
        let how = match self.content {
            Carried::Envelope(_) => say("how-attachment"),
            Carried::Link => say("how-link"),
        };
        let mut text = format!("{}\n\n{}\n", say(&format!("lead-{}", self.mode)), how);
        if self.mode == Mode::Registered {
            text += &format!("\n{}\n", say("registered-until"));
        }
        text += &format!("\n{}\n", say("suspicious"));
        text
    }

    /// The page that carries the envelope.
    fn page(&self, envelope: &[u8]) -> Vec<u8> {
        let deadline = self.deadline.as_deref().unwrap_or_default();
        let (name, address) = (&*self.sender.name, &*self.sender.address);
        let portal = self.portal.as_str();
        let values = [("sender", name), ("deadline", deadline), ("portal", portal)];
        let say = |key: &str| words::say(self.language, key, &values);
        let (sender_label, subject_label, until_label) =
            (say("fact-sender"), say("fact-subject"), say("fact-until"));
        let mut facts = vec![(sender_label.as_str(), address)];
        facts.extend(self.subject.map(|subject| (subject_label.as_str(), subject)));
        facts.extend(self.deadline.as_deref().map(|until| (until_label.as_str(), until)));
        wire_safe::page(&Page {
            words: PageWords {
                title: &say(&format!("page-title-{}", self.mode)),
                lead: &say(&format!("page-lead-{}", self.mode)),
                facts: &facts,
                open: &say("page-open"),
                explanation: &say("page-explanation"),
                explanation_without_script: &say("page-without-script"),
                open_without_script: &say("page-open-without-script"),
                footer: &say("page-footer"),
            },
            language: self.language.tag(),
            origin: self.portal,
            mail_share: self.mail_share,
            envelope,
        })
    }
}

fn mode_key(mode: Mode) -> &'static str {
    match mode {
        Mode::Confidential => "mode-confidential",
        Mode::Personal => "mode-personal",
        Mode::Registered => "mode-registered",
    }
}

/// A display name as a quoted string, encoded where it is not ASCII (RFC 5322 §3.2.4, RFC 2047 §5).
pub(crate) fn quoted(name: &str) -> String {
    let name: String = name.chars().filter(|c| !c.is_control()).take(NAME_CHARACTERS).collect();
    match name.is_ascii() {
        true => format!("\"{}\"", name.replace(['\\', '"'], "")),
        false => encoded(&name),
    }
}

/// A name as encoded words, whole: a comma or a bracket in it would otherwise be one of the field's (RFC 2047 §5).
fn encoded(name: &str) -> String {
    let mut words = Vec::new();
    let mut word = String::new();
    for character in name.chars() {
        if word.len() + character.len_utf8() > WORD_OCTETS {
            words.push(std::mem::take(&mut word));
        }
        word.push(character);
    }
    words.push(word);
    let words: Vec<String> =
        words.iter().map(|word| format!("=?utf-8?B?{}?=", STANDARD.encode(word))).collect();
    words.join("\r\n ")
}

/// A part whose text is in base64: no server on the way has a reason to touch it.
pub(crate) fn text_part(text: &str) -> Vec<u8> {
    let text = text.replace('\n', "\r\n");
    let mut part =
        b"Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n".to_vec();
    part.extend_from_slice(&base64_lines(text.as_bytes()));
    part
}

/// Octets as lines of base64, each with its end (RFC 2045 §6.8).
pub(crate) fn base64_lines(octets: &[u8]) -> Vec<u8> {
    let mut lines = Vec::with_capacity(octets.len() / 3 * 4 + octets.len() / 28 + 8);
    for line in octets.chunks(LINE_OCTETS) {
        lines.extend_from_slice(STANDARD.encode(line).as_bytes());
        lines.extend_from_slice(b"\r\n");
    }
    lines
}

/// The page with the envelope. It is ASCII in short lines already, so that it travels as it is: a second base64 would
/// make it a third larger. A page with other characters is coded all the same.
fn attached(page: &[u8]) -> Vec<u8> {
    let fits = page.is_ascii() && page.split(|byte| *byte == b'\n').all(|line| line.len() <= 900);
    let mut part = format!(
        "Content-Type: text/html; charset=utf-8; name=\"Relais.html\"\r\n\
         Content-Disposition: attachment; filename=\"Relais.html\"\r\n\
         Content-Transfer-Encoding: {}\r\n\r\n",
        if fits { "7bit" } else { "base64" }
    )
    .into_bytes();
    match fits {
        true => {
            for line in page.split(|byte| *byte == b'\n') {
                part.extend_from_slice(line.strip_suffix(b"\r").unwrap_or(line));
                part.extend_from_slice(b"\r\n");
            }
        }
        false => part.extend_from_slice(&base64_lines(page)),
    }
    part
}

/// What a carrier of ours brings, read back from it: the envelope, the mail's share of its key, the language in which it
/// was written. `None` for a letter that has only a link, or is none of ours.
pub(crate) fn unpack(letter: &[u8]) -> Option<(Vec<u8>, MailShare, Language)> {
    let text = std::str::from_utf8(letter).ok()?;
    let between = |from: &str, to: &str| {
        let rest = text.split_once(from)?.1;
        Some(rest.split_once(to)?.0)
    };
    let language = Language::of_tag(between("\r\nContent-Language: ", "\r\n")?)?;
    let share = MailShare::from_base64url(between(&format!("{}#a=", wire_safe::OPEN_PATH), "\"")?).ok()?;
    let field = between(&format!("name=\"{}\" value=\"", wire_safe::ENVELOPE_FIELD), "\"")?;
    Some((wire_safe::read_form_field(field.as_bytes()).ok()?, share, language))
}
