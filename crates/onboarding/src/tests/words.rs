//! Everything that is said is said in four languages, with the same places for values.

use crate::checks::{Check, Light, Line, Part, Says};
use crate::plan::{Chapter, Clarity, ITEMS, Phase, PhaseState};
use crate::words::{WORDS, has};
use crate::{Language, line_words, say};

#[test]
fn four_languages_say_the_same_things() {
    assert_eq!(WORDS.faults(), Vec::<String>::new());
    let count = WORDS.keys(Language::French).count();
    assert!(count > 200, "{count}");
}

#[test]
fn every_item_and_every_line_has_its_words() {
    let mut wanted: Vec<String> = Vec::new();
    for item in ITEMS {
        wanted.push(format!("item-{}", item.key));
        assert_eq!(item.has_note, has(Language::French, &format!("note-{}", item.key)), "{}", item.key);
    }
    for phase in Phase::EACH {
        wanted.extend([format!("phase-{phase}"), format!("objective-{phase}")]);
        wanted.push(format!("lead-{}", phase.lead().as_str()));
    }
    wanted.extend(PhaseState::EACH.map(|state| format!("state-{state}")));
    wanted.extend(Clarity::EACH.map(|state| format!("clarity-{state}")));
    wanted.extend(Chapter::EACH.map(|chapter| format!("chapter-{}", chapter.as_str())));
    wanted.extend(Check::EACH.iter().map(|check| format!("check-{}", check.as_str())));
    wanted.extend(Part::EACH.iter().map(|part| format!("part-{}", part.as_str())));
    for says in Says::EACH {
        wanted.push(format!("says-{}", says.as_str()));
        let is_good = says.light() == Light::Good;
        // What is not as it must be says what to do.
        assert_eq!(!is_good, has(Language::French, &format!("do-{}", says.as_str())), "{}", says.as_str());
    }
    for light in [Light::Good, Light::Waiting, Light::Warning, Light::Bad] {
        wanted.push(format!("light-{}", light.as_str()));
    }
    for key in wanted {
        assert!(has(Language::French, &key), "{key}");
    }
}

#[test]
fn what_another_server_said_stays_what_it_said() {
    let line = Line {
        check: Check::Letter,
        subject: "eve@else.test".to_owned(),
        says: Says::LetterRefused,
        what: "550 {what} <b>".to_owned(),
        at: None,
    };
    let (text, remedy) = line_words(Language::English, &line);
    assert_eq!(text, "Test letter from us · eve@else.test: refused: «550 {what} <b>».");
    assert!(remedy.unwrap().contains("allow-list"));
    assert_eq!(say(Language::English, "no such key", &[]), "no such key");
}
