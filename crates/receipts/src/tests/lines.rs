//! Words, times, lines: what the pages are made of.

use std::collections::BTreeSet;

use model::Timestamp;

use crate::moment::Moment;
use crate::typeface::{BOLD, REGULAR, shown};
use crate::words::{Speaks, WORDS};
use crate::{Language, NotARecord, limits};

#[test]
fn every_language_has_words_for_every_key_that_is_asked_for() {
    assert_eq!(WORDS.faults(), Vec::<String>::new());
    let french: BTreeSet<&str> = WORDS.keys(Language::French).collect();
    // Each key stands in the source in quotation marks, and each quoted key-like word of `say` has words.
    let sources =
        [include_str!("../receipt.rs"), include_str!("../report.rs"), include_str!("../sheet.rs")].concat();
    for key in &french {
        assert!(sources.contains(&format!("\"{key}\"")), "{key} is not used");
    }
    for marker in ["say(\"", "say_with(\"", "time(\"", "=> \""] {
        for found in sources.split(marker).skip(1) {
            let key = found.split('"').next().unwrap();
            assert!(french.contains(key), "{key} has no words");
        }
    }
}

#[test]
fn values_are_put_into_their_places_once() {
    let text = Language::English.say_with("page", &[("number", "{of}"), ("of", "{number}")]);
    assert_eq!(text, "Page {of} of {number}");
    assert_eq!(
        Language::French.say("verify-keys"),
        "Les clés nécessaires sont publiées à l’adresse\u{202f}:"
    );
}

#[test]
fn numbers_are_grouped_as_switzerland_writes_them() {
    for (language, expected) in [
        (Language::French, "1\u{a0}234\u{a0}567"),
        (Language::German, "1’234’567"),
        (Language::Italian, "1’234’567"),
        (Language::English, "1,234,567"),
    ] {
        assert_eq!(language.number(1_234_567), expected);
    }
    assert_eq!(Language::German.number(999), "999");
}

#[test]
fn times_are_swiss_with_their_distance_from_utc() {
    let check = |milliseconds: i64, language, expected: &str, utc: &str| {
        let moment = Moment::new(Timestamp(milliseconds), language).unwrap();
        assert_eq!((moment.local.as_str(), moment.utc.as_str()), (expected, utc));
    };
    let german = Language::German;
    check(
        1_795_440_185_000,
        german,
        "23.11.2026, 14:23:05 (Europe/Zurich, UTC+01:00)",
        "2026-11-23T13:23:05Z",
    );
    check(
        1_795_440_185_999,
        Language::English,
        "23 November 2026, 14:23:05 (Europe/Zurich, UTC+01:00)",
        "2026-11-23T13:23:05Z",
    );
    // The seconds before and after the clocks change, and the hour that is there twice.
    check(
        1_774_745_999_000,
        german,
        "29.03.2026, 01:59:59 (Europe/Zurich, UTC+01:00)",
        "2026-03-29T00:59:59Z",
    );
    check(
        1_774_746_000_000,
        german,
        "29.03.2026, 03:00:00 (Europe/Zurich, UTC+02:00)",
        "2026-03-29T01:00:00Z",
    );
    check(
        1_792_888_200_000,
        german,
        "25.10.2026, 02:30:00 (Europe/Zurich, UTC+02:00)",
        "2026-10-25T00:30:00Z",
    );
    check(
        1_792_891_800_000,
        german,
        "25.10.2026, 02:30:00 (Europe/Zurich, UTC+01:00)",
        "2026-10-25T01:30:00Z",
    );
    for wrong in [i64::MAX, i64::MIN] {
        assert!(matches!(Moment::new(Timestamp(wrong), german), Err(NotARecord::Time)));
    }
}

#[test]
fn texts_are_shown_as_they_are_or_with_a_sign_for_what_is_lacking() {
    for (text, expected, lacks) in [
        ("Müller & Söhne, «Größe» – 100’000 €", "Müller & Söhne, «Größe» – 100’000 €", false),
        ("Mu\u{308}ller", "Müller", false),
        ("Αθήνα Москва Łódź", "Αθήνα Москва Łódź", false),
        ("契約", "□□", true),
        ("שלום", "□□□□", true),
        ("a\r\n\tb\u{0}c\u{2028}d", "a   b c d", false),
        // Direction, joiners, invisible signs: gone, so that no name passes for another.
        ("gpj.\u{202e}exe\u{200b}\u{feff}\u{2066}", "gpj.exe", false),
        // A heap of marks is cut: the letter and three.
        ("x\u{336}\u{336}\u{336}\u{336}\u{336}y", "x\u{336}\u{336}\u{336}y", false),
        ("", "", false),
    ] {
        let (text, has_lack) = shown(text);
        assert_eq!((text.as_ref(), has_lack), (expected, lacks));
    }
    let text = "é".repeat(100_000);
    let (long, _) = shown(&text);
    assert_eq!(long.chars().count(), limits::TEXT_CHARACTERS + 1);
    assert!(long.ends_with('…'));
}

#[test]
fn no_line_is_wider_than_its_column_and_nothing_is_lost() {
    let texts = [
        "a",
        "",
        "one two three four five six seven eight nine ten eleven twelve",
        "ein.sehr.langer.name@posteingang.generalsekretariat.departement.example.ch",
        "ohneEndeUndOhneJedesZeichenAnDemManBrechenKönnteDennochMussEsGehen",
        "kurz dannEinWortDasVielZuLangIstFürDieseSpalteAberTrotzdemDarinStehenMuss kurz",
    ];
    for text in texts {
        for width in [60.0, 101.0, 273.0] {
            for typeface in [&REGULAR, &BOLD] {
                let lines = typeface.wrap(text, 9.5, width);
                for line in &lines {
                    assert!(typeface.width(line, 9.5) <= width + 0.01, "{line} in {width}");
                }
                let squeeze = |text: &str| text.replace(' ', "");
                assert_eq!(squeeze(&lines.concat()), squeeze(text));
            }
        }
    }
    // Broken behind a sign that parts names where there is one.
    let lines = REGULAR.wrap("jerome.dubois@posteingang.example.ch", 9.5, 120.0);
    assert_eq!(lines, ["jerome.dubois@", "posteingang.example.ch"]);
}
