//! The letter that an answer becomes. Pure.

use mail_secure::{Answerable, Attached, Composing, Language, compose};
use model::Address;

use super::form::Answer;
use crate::limits;
use crate::words::say;

/// What stands before a quoted text.
pub(super) struct Quote {
    pub(super) language: Language,
    /// When the answered letter was sent, in words.
    pub(super) at: String,
}

/// To whom it goes: the sender first, and with an answer to all whom else the letter names.
pub(super) fn recipients(answerable: &Answerable, is_to_all: bool) -> Vec<Address> {
    let others = if is_to_all { answerable.others.as_slice() } else { &[] };
    std::iter::once(&answerable.letter.sender).chain(others).cloned().collect()
}

/// The subject of an answer: `Re:` is put before it once.
pub(super) fn subject(of_letter: &str) -> String {
    let of_letter = of_letter.trim();
    let is_answer = ["re:", "aw:", "antw:"]
        .iter()
        .any(|prefix| of_letter.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix)));
    let whole = if is_answer { of_letter.to_owned() } else { format!("Re: {of_letter}") };
    whole.trim().chars().take(limits::REPLY_SUBJECT_CHARACTERS).collect()
}

/// The letter, with CRLF.
pub(super) fn letter(
    answerable: &Answerable,
    answer: &Answer,
    recipients: &[Address],
    quote: &Quote,
    boundary: &str,
) -> Vec<u8> {
    let sender = &answerable.letter.sender;
    let name = Some(answerable.letter.sender_name.clone()).filter(|name| *name != sender.to_string());
    let cc: Vec<(Address, Option<String>)> =
        recipients.iter().skip(1).map(|address| (address.clone(), None)).collect();
    let attachments: Vec<Attached<'_>> = answer
        .files
        .iter()
        .map(|file| Attached { name: &file.name, media_type: &file.media_type, content: &file.content })
        .collect();
    compose(&Composing {
        from: &answerable.copy.address,
        to: &[(sender.clone(), name)],
        cc: &cc,
        subject: &answer.subject,
        plain: Some(&text(answerable, answer, quote)),
        html: None,
        attachments: &attachments,
        answers: Some(&answerable.letter.message_id),
        boundary,
    })
}

/// What was typed, and below it, where it is wished, the text of the letter with `>` before each line (RFC 3676 §4.5).
fn text(answerable: &Answerable, answer: &Answer, quote: &Quote) -> String {
    let typed = answer.text.trim_end();
    if !answer.wants_quote || answer.quoted.trim().is_empty() {
        return format!("{typed}\n");
    }
    let lines = answer.quoted.trim_end().lines().map(|line| match line {
        quoted if quoted.starts_with('>') => format!(">{quoted}\n"),
        line => format!("> {}\n", line.trim_end()),
    });
    let said = [("sender", answerable.letter.sender_name.as_str()), ("at", quote.at.as_str())];
    let lead = say(quote.language, "reply-quote-lead", &said);
    format!("{typed}\n\n{lead}\n{}", lines.collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::subject;

    #[test]
    fn an_answer_says_re_once() {
        for (letter, wanted) in [
            ("Décision", "Re: Décision"),
            ("Re: Décision", "Re: Décision"),
            ("AW: Entscheid", "AW: Entscheid"),
            ("Rezept", "Re: Rezept"),
            ("", "Re:"),
            ("  é", "Re: é"),
        ] {
            assert_eq!(subject(letter), wanted);
        }
        assert_eq!(subject(&"é".repeat(400)).chars().count(), 300);
    }
}
