//! The words of letters.

use directory::Notice;
use model::{Domain, OrganisationId, Timestamp};
use zones::diagnosis::{Changed, Check, Diagnosis, Lamp, Light, Remark, Says};

use crate::Language;
use crate::letters;

const DOMAIN: &str = "valbois.test";

#[test]
fn a_letter_about_an_account_speaks_the_language_of_its_reader() {
    for (language, kind, detail, subject, expected) in [
        (
            Language::German,
            "role",
            "administrator @ Commune",
            "Ihre Rolle",
            "in «Commune» ist nun: Administrator.",
        ),
        (Language::English, "role", "none @ Commune", "You left", "You no longer belong to «Commune»."),
        (Language::Italian, "factor-added", "Téléphone", "Secondo fattore", "«Téléphone»"),
        (
            Language::French,
            "password",
            "",
            "Votre mot de passe",
            "Le mot de passe de votre compte a été changé.",
        ),
        (Language::French, "factor-removed", "Clé", "Second facteur", "de moins"),
        (Language::English, "token", "calendar", "New token", "what is yours: «calendar»"),
        (Language::German, "recovery-codes", "", "Neue Ersatzcodes", "ersetzen"),
        (Language::English, "recovery-code-used", "7", "Recovery code used", "7 are left"),
        (Language::French, "portal-code", "12345678", "Code pour un nouveau", "12345678"),
        (Language::German, "portal-opened", "", "Ihr Konto für sichere Post", "eröffnet"),
        (Language::German, "portal-shared", "", "Ihr Konto ist beendet", "Mehrere lesen"),
        (Language::Italian, "portal-replaced", "", "Il suo account è sostituito", "Nulla è stato ripreso"),
        (Language::English, "portal-deleted", "", "Your account is deleted", "was deleted"),
    ] {
        let notice = Notice {
            id: 7,
            organisation: OrganisationId(1),
            login: "claire@valbois.test".to_owned(),
            name: "Cla\u{7}ire".to_owned(),
            language: None,
            kind: kind.to_owned(),
            detail: detail.to_owned(),
            who: "admin@valbois.test".to_owned(),
            at: Timestamp(0),
        };
        let letter = letters::account(language, &notice);
        assert!(letter.subject.starts_with(subject), "{letter:?}");
        assert!(letter.text.contains(expected) && letter.text.contains("admin@valbois.test"), "{letter:?}");
        assert!(letter.text.contains("1970, 00:00 UTC") && letter.text.contains("Cla?ire"), "{letter:?}");
    }
}

#[test]
fn a_letter_about_lights_speaks_the_language_of_its_reader() {
    let checked_at = Timestamp(1_793_000_000_000);
    let remark = Remark { says: Says::SpfSeveral, what: "2".to_owned() };
    let listed = Remark { says: Says::Listed, what: "a\u{7}b".to_owned() };
    let lamp = Lamp {
        check: Check::Spf,
        light: Light::Bad,
        found: Vec::new(),
        expected: Vec::new(),
        remarks: vec![remark, listed],
        fix: None,
    };
    let domain = Domain::parse(DOMAIN).unwrap();
    let changed = Changed {
        organisation: OrganisationId(1),
        diagnosis: Diagnosis { domain, checked_at, lamps: vec![lamp] },
        lamps: vec![(Check::Spf, Light::Good)],
    };
    for (language, words) in [
        (Language::French, ["a changé\u{202f}:", "En ordre → À corriger", "Il y a 2 SPF"]),
        (Language::German, ["hat sich geändert", "In Ordnung → ", "Es gibt 2 SPF-Einträge"]),
        (Language::Italian, ["è cambiato", "In ordine → ", "Ci sono 2 SPF"]),
        (Language::English, ["has changed", "In order → ", "There are 2 SPF records"]),
    ] {
        let letter = letters::changed(language, &changed);
        assert!(letter.subject.starts_with(DOMAIN), "{letter:?}");
        let text = letter.text;
        for word in words {
            assert!(text.contains(word), "{word} in {text}");
        }
        assert!(text.contains("a?b") && !text.contains('\u{7}'), "{text}");
    }
}
