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

/// A page for recipients as it is published.
fn published(notice: Option<&str>, contact: onboarding::Contact) -> onboarding::PublicPage {
    onboarding::PublicPage {
        organisation: "Commune\r\nBcc: eve@far.test".to_owned(),
        public_name: "commune".to_owned(),
        notice: notice.map(str::to_owned),
        contact,
        portal: "https://portal.test".to_owned(),
    }
}

#[test]
fn a_letter_to_recipients_says_who_what_where_and_whom_to_ask() {
    const LINK: &str = "https://mail.test/secure-mail/commune";
    let help = onboarding::Contact {
        name: "Aide".to_owned(),
        email: "aide@valbois.test".to_owned(),
        hours: "8–18".to_owned(),
        except_holidays: true,
        ..onboarding::Contact::default()
    };
    for (language, subject, standard, once, holidays) in [
        (
            Language::French,
            "vos e-mails confidentiels",
            "désormais ses e-mails",
            "une seule fois",
            "jours fériés",
        ),
        (
            Language::German,
            "vertraulichen E-Mails",
            "E-Mails künftig gesichert",
            "ein einziges Mal",
            "Feiertagen",
        ),
        (Language::Italian, "e-mail confidenziali", "e-mail confidenziali", "una sola volta", "festivi"),
        (Language::English, "confidential e-mails", "confidential e-mails", "once only", "holidays"),
    ] {
        let letter = letters::informing(language, &published(None, help.clone()), LINK);
        assert_eq!(letter.language, language);
        assert!(letter.subject.contains(subject) && letter.subject.contains("Commune"), "{letter:?}");
        assert!(!letter.subject.contains(['\r', '\n']), "{letter:?}");
        for words in [standard, once, holidays, "https://portal.test", LINK, "aide@valbois.test"] {
            assert!(letter.text.contains(words), "{words}: {letter:?}");
        }
        // What the organisation says itself is set apart, whole, and in place of the standard text.
        let own = format!("Guten Tag\nhier ist\n\n{}", "unsere Notiz ".repeat(300));
        let letter =
            letters::informing(language, &published(Some(&own), onboarding::Contact::default()), LINK);
        assert!(letter.text.contains("\n    Guten Tag\n    hier ist\n\n    unsere Notiz"), "{letter:?}");
        assert_eq!(letter.text.matches("unsere Notiz").count(), 300);
        assert!(!letter.text.contains("aide@") && letter.text.contains("https://portal.test"), "{letter:?}");
        let is_told =
            [Language::French, Language::German].contains(&language) && letter.text.contains(standard);
        assert!(!is_told, "the standard text is not there too: {letter:?}");
    }
}
