//! Every word that a page says exists in every language, with the same values.

use std::collections::BTreeSet;

use reputation::Cause;

use crate::templates::TEMPLATES;
use crate::words::{Language, knows, source};

/// The keys of a language, each with the values that it uses.
fn keys(language: Language) -> BTreeSet<(String, BTreeSet<String>)> {
    let mut all = Vec::new();
    for line in source(language).lines() {
        let is_new = line.chars().next().is_some_and(|c| c.is_ascii_alphabetic());
        if is_new && let Some((key, text)) = line.split_once(" = ") {
            all.push((key.to_owned(), text.to_owned()));
        } else if let Some((_, text)) = all.last_mut() {
            text.push_str(line);
        }
    }
    let values = |text: &str| -> BTreeSet<String> {
        text.split('$')
            .skip(1)
            .map(|rest| rest.chars().take_while(char::is_ascii_alphanumeric).collect())
            .collect()
    };
    all.iter().map(|(key, text)| (key.clone(), values(text))).collect()
}

#[test]
fn every_language_says_the_same_things() {
    let french = keys(Language::French);
    for language in Language::ALL {
        let other = keys(language);
        let lacks: Vec<_> = french.difference(&other).collect();
        let more: Vec<_> = other.difference(&french).collect();
        assert!(lacks.is_empty() && more.is_empty(), "{language} lacks {lacks:?} and has {more:?}");
    }
}

/// The later of two would be said in place of the earlier.
#[test]
fn nothing_is_said_twice() {
    for language in Language::ALL {
        let mut known = BTreeSet::new();
        let twice: Vec<_> = source(language)
            .lines()
            .filter(|line| line.starts_with(|c: char| c.is_ascii_alphabetic()))
            .filter_map(|line| line.split_once(" =").map(|(key, _)| key))
            .filter(|key| !known.insert(*key))
            .collect();
        assert!(twice.is_empty(), "{language}: {twice:?}");
    }
}

#[test]
fn every_word_of_a_template_is_known() {
    let mut unknown = Vec::new();
    for (name, text) in TEMPLATES {
        for rest in text.replace("asset('", "").split("t('").skip(1) {
            let Some((key, after)) = rest.split_once('\'') else { continue };
            // A key that is put together has its own test.
            let is_whole = !after.trim_start().starts_with('~');
            unknown.extend((is_whole && !knows(Language::French, key)).then(|| format!("{name}: {key}")));
        }
    }
    assert!(unknown.is_empty(), "{unknown:?}");
}

#[test]
fn every_key_in_the_source_is_known() {
    let mut unknown = Vec::new();
    let mut folders = vec![std::path::PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/src"))];
    let mut files = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let list = if path.is_dir() { &mut folders } else { &mut files };
            list.push(path);
        }
    }
    for path in files {
        let text = std::fs::read_to_string(&path).unwrap();
        for rest in text.split("say(\"").skip(1) {
            let Some((key, _)) = rest.split_once('"') else { continue };
            let is_key = !key.is_empty()
                && key.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
            if is_key && !knows(Language::French, key) {
                unknown.push(format!("{}: {key}", path.display()));
            }
        }
    }
    assert!(unknown.is_empty(), "{unknown:?}");
}

/// What the diagnosis can say and what the guides ask is said in words.
#[test]
fn keys_that_are_put_together_are_known() {
    let mut keys: Vec<String> = Vec::new();
    keys.extend(zones::diagnosis::Says::EACH.iter().map(|says| format!("says-{}", says.key())));
    for check in zones::diagnosis::Check::EACH {
        keys.push(format!("check-{check}"));
        keys.push(format!("check-{check}-text"));
    }
    for light in ["off", "good", "warning", "unknown", "bad"] {
        keys.push(format!("light-{light}"));
    }
    keys.extend(crate::screens::guide_keys());
    keys.extend(crate::screens::secured_keys());
    keys.extend((1..=12).map(|month| format!("month-{month}")));
    for cause in [
        Cause::PolicyBounces,
        Cause::UnknownRecipients,
        Cause::Complaints,
        Cause::AuthenticationFailures,
        Cause::TrapHits,
        Cause::Burst,
    ] {
        keys.extend(
            [reputation::explanation(cause), reputation::advice(cause)].map(|words| words.key.to_owned()),
        );
    }
    keys.extend([100, 80, 60, 20].map(|points| reputation::consequence(points).key.to_owned()));
    keys.extend(reputation::TOOLS.iter().map(|tool| format!("measures-{}", tool.measures.replace(' ', "-"))));
    let unknown: Vec<_> = keys.iter().filter(|key| !knows(Language::French, key)).collect();
    assert!(unknown.is_empty(), "{unknown:?}");
}

/// What is stored in English is told in every language, and the forms by which it is known are those of the crates
/// that write it.
#[test]
fn stored_sentences_are_told_in_words() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let files = [
        "mail-judge/src/origin.rs",
        "trust/src/evidence.rs",
        "directory/src/sender_list/mod.rs",
        "mail-flow/src/relay.rs",
        "mail-deliver/src/connection.rs",
        "mail-deliver/src/goals.rs",
        "mail-deliver/src/remote.rs",
        "trail/src/letters/status.rs",
        "world/src/gateway.rs",
        "app/src/invitations.rs",
        "app/src/short_messages.rs",
        "world/src/dial.rs",
        "world/src/names.rs",
        "trust/src/dane.rs",
        "wire-smtp/src/plan.rs",
        "mail-route/src/lib.rs",
        "mail-deliver/src/account.rs",
        "mail-deliver/src/exchangers.rs",
        "mail-deliver/src/wishes.rs",
        "mail-flow/src/carriage.rs",
        "mail-flow/src/recipient.rs",
        "mail-flow/src/trouble.rs",
    ];
    let written: String =
        files.iter().map(|file| std::fs::read_to_string(folder.join(file)).unwrap()).collect();
    for (key, form) in crate::screens::STORED_SENTENCES.iter().chain(&crate::screens::OWN_ANSWERS) {
        assert!(knows(Language::French, key), "{key}");
        for piece in form.split("{}").filter(|piece| piece.trim().len() > 3) {
            // The kind of a list is a value there.
            let pieces =
                piece.replace(" blocked ", "|").replace(" approved ", "|").replace(" is listed ", "|");
            let pieces = pieces.replace(" is vouched for ", "|");
            for piece in pieces.split('|') {
                assert!(
                    written.contains(piece.trim().trim_end_matches(':')),
                    "{key}: «{piece}» is written nowhere"
                );
            }
        }
    }
    let errors = [111, 110, 113, 101, 104, 32, 99];
    let errors = errors.map(|code| std::io::Error::from_raw_os_error(code).to_string());
    for ((key, form), error) in crate::screens::SYSTEM_ANSWERS.iter().zip(errors) {
        assert!(knows(Language::French, key), "{key}");
        let (words, _) = form.split_once("{}").unwrap();
        assert!(error.starts_with(words), "{key}: the system says «{error}»");
    }
    for kind in ["inbox", "junk"] {
        assert!(knows(Language::French, &format!("way-verdict-{kind}")), "{kind}");
    }
    for kind in ["failed", "delayed", "delivered", "relayed", "expanded"] {
        assert!(knows(Language::French, &format!("way-report-{kind}")), "{kind}");
    }
    for kind in [
        "accepted",
        "refused",
        "judged",
        "queued",
        "tried",
        "delivered",
        "deferred",
        "bounced",
        "expired",
        "held",
        "released",
        "deleted",
        "reported",
        "complained",
    ] {
        assert!(knows(Language::French, &format!("step-{kind}")), "{kind}");
    }
}
