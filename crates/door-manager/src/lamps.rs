//! What the diagnosis of a domain says, in a reader's language: for the page and for letters.

use zones::diagnosis::{Check, Light, Remark, Says};

use crate::reader;
use crate::words::{Language, Word, say};

/// The name of a lamp: «Nom inverse (PTR)».
pub(crate) fn check(language: Language, check: Check) -> String {
    say(language, &format!("check-{check}"), &[])
}

/// What its light means: «À corriger».
pub(crate) fn light(language: Language, light: Light) -> String {
    say(language, &format!("light-{light}"), &[])
}

/// A remark as a sentence.
pub(crate) fn remark(language: Language, remark: &Remark) -> String {
    let what = match remark.says {
        Says::CertificateEndsSoon | Says::CertificateEnded => Word::Text(reader::day(language, &remark.what)),
        // A number chooses between «1 recherche» and «2 recherches».
        _ => Word::of(&remark.what),
    };
    say(language, &format!("says-{}", remark.says.key()), &[("what", what)])
}
