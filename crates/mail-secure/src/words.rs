//! What recipients and senders are told by letter.

use std::sync::LazyLock;

use languages::{Catalogue, Language};

use crate::people::AGREED;
use crate::phone::ending_in;

pub(crate) static WORDS: LazyLock<Catalogue> = LazyLock::new(|| {
    Catalogue::new([
        (Language::French, include_str!("../words/fr.txt")),
        (Language::German, include_str!("../words/de.txt")),
        (Language::Italian, include_str!("../words/it.txt")),
        (Language::English, include_str!("../words/en.txt")),
    ])
});

/// The words of a key.
pub(crate) fn say(language: Language, key: &str, values: &[(&str, &str)]) -> String {
    WORDS.say(language, key, values)
}

/// Ways of showing who one is, in the words of the evidence, and the keys of their words for people.
const PROOFS: [(&str, &str); 6] = [
    ("code sent to the mailbox", "proof-code"),
    ("password and one-time code", "proof-password-code"),
    ("passkey", "proof-passkey"),
    ("account of the platform with a second factor", "proof-account"),
    (STANDING_INSTRUCTION, "proof-standing"),
    ("decrypted by the platform at the recipient's wish", "proof-platform"),
];

/// How a recipient accepts who wants every registered letter, in the words of the evidence.
pub(crate) const STANDING_INSTRUCTION: &str = "standing instruction of the recipient";

/// What evidence says of how somebody showed who they are, as people read it; what is not known stays as it is.
pub fn said_in(language: Language, said: &str) -> String {
    let word = |part: &str| match PROOFS.iter().find(|(known, _)| *known == part) {
        Some((_, key)) => say(language, key, &[]),
        None => {
            let agreed = part.strip_prefix(AGREED).and_then(|rest| rest.split_once(" on "));
            match (agreed, ending_in(part)) {
                (Some((version, at)), _) => {
                    say(language, "proof-agreed", &[("version", version), ("at", at)])
                }
                (None, Some(ending)) => say(language, "proof-phone", &[("ending", ending)]),
                (None, None) => part.to_owned(),
            }
        }
    };
    said.split("; ").map(word).collect::<Vec<_>>().join("; ")
}
