//! What the diagnosis of a domain says, in a reader's language: for the page and for letters.

use zones::diagnosis::{Check, Light, Remark, Says};

use crate::reader;
use crate::words::{Language, Word, say};

/// The name of a lamp: «Nom inverse (PTR)».
pub fn check(language: Language, check: Check) -> String {
    say(language, &format!("check-{check}"), &[])
}

/// What its light means: «À corriger».
pub fn light(language: Language, light: Light) -> String {
    say(language, &format!("light-{light}"), &[])
}

/// A remark as a sentence.
pub fn remark(language: Language, remark: &Remark) -> String {
    let what = match remark.says {
        Says::CertificateEndsSoon | Says::CertificateEnded => Word::Text(reader::day(language, &remark.what)),
        // A number chooses between «1 recherche» and «2 recherches».
        _ => Word::of(&remark.what),
    };
    say(language, &format!("says-{}", remark.says.key()), &[("what", what)])
}

/// The texts of the letter that tells of changed lights; `domain` stands in each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Notice {
    /// The subject.
    Subject,
    /// The first sentence.
    Opening,
    /// Where to see all and mend it.
    Closing,
}

/// A text of that letter.
pub fn notice(language: Language, notice: Notice, domain: &str) -> String {
    let key = match notice {
        Notice::Subject => "notice-subject",
        Notice::Opening => "notice-opening",
        Notice::Closing => "notice-closing",
    };
    say(language, key, &[("domain", Word::from(domain))])
}
