//! The letters that follow from what is asked on a screen, in the four languages of the screens; the program posts them.

use directory::{AllowedSource, UnbanRequest};

use crate::words::{Language, Word, say};

/// A letter's words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Words {
    /// The subject.
    pub subject: String,
    /// The text, in lines.
    pub text: String,
}

/// Text from strangers, without what moves a screen about.
fn plain(text: &str) -> String {
    text.chars().map(|c| if c.is_control() && c != '\n' { '?' } else { c }).take(2_000).collect()
}

/// To the contact address of a request for an allowed source: what is accepted, and the link that confirms it.
pub fn confirm(language: Language, source: &AllowedSource, link: &str) -> Words {
    let ip = Word::from(source.source.as_str());
    let values = [
        ("ip", ip.clone()),
        ("who", Word::from(plain(&source.asked_by))),
        ("purpose", Word::from(plain(&source.purpose))),
    ];
    Words {
        subject: say(language, "letter-confirm-subject", &[("ip", ip)]),
        text: format!(
            "{}\n\n    {}\n\n{}\n\n    {link}\n\n{}\n",
            say(language, "letter-confirm-text", &values),
            plain(&source.acceptance),
            say(language, "letter-confirm-link", &[]),
            say(language, "letter-confirm-ignore", &[]),
        ),
    }
}

/// To the administrators of a domain: somebody is kept out and asks to be let in again.
pub fn asked(language: Language, request: &UnbanRequest, link: &str) -> Words {
    let values = [
        ("ip", Word::from(request.source.as_str())),
        ("domain", Word::from(request.domain.as_str())),
        ("contact", Word::from(request.contact.as_str())),
    ];
    Words {
        subject: say(language, "letter-asked-subject", &values[..1]),
        text: format!(
            "{}\n\n    {}\n\n{}\n\n    {link}\n",
            say(language, "letter-asked-text", &values),
            plain(&request.message).replace('\n', "\n    "),
            say(language, "letter-asked-link", &[]),
        ),
    }
}
