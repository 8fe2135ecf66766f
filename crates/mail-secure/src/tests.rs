//! Marks and words, the log and what comes of it; letters on their way are tested where they flow (mail-flow).

mod composing;
mod erasing;
mod journal;
mod lab;
mod notary;
mod opening;
mod overview;
mod own;
mod plans;
mod profiles;
mod receipts;
mod receiving;
mod telephone;
mod tending;

use evidence::Mode;
use languages::Language;
use model::{Address, Domain};

use crate::settings::Marks;
use crate::wish::{BadMark, SaidBy, Wish, has_suffix, untagged, wish, without_suffix};
use crate::words::{WORDS, said_in};
use crate::{unmarked, wish as marks_of};

fn marks() -> Marks {
    Marks { tags: vec!["im".to_owned()], suffixes: vec![Domain::parse("incamail.ch").unwrap()] }
}

fn address(text: &str) -> Address {
    Address::parse(text).unwrap()
}

#[test]
fn a_tag_is_read_at_the_beginning_of_the_subject() {
    let check = |subject: &str, wanted: Option<(Mode, &str)>| {
        let found = untagged(subject, &marks().tags).unwrap();
        let found = found.as_ref().map(|(mode, rest)| (*mode, rest.as_str()));
        assert_eq!(found, wanted, "{subject}");
    };
    use Mode::{Confidential, Personal, Registered};
    check("<im><c>Bonjour", Some((Confidential, "Bonjour")));
    check("<im><p>Bonjour", Some((Personal, "Bonjour")));
    check("<im><r>Original Subject", Some((Registered, "Original Subject")));
    check("<im><c> Test-Mail outbound to IncaMail", Some((Confidential, "Test-Mail outbound to IncaMail")));
    check("<IM> <R> Bonjour", Some((Registered, "Bonjour")));
    check("<im>Bonjour", Some((Confidential, "Bonjour")));
    check("<im>", Some((Confidential, "")));
    check("Re: <im><c>Bonjour", Some((Confidential, "Re: Bonjour")));
    check("AW: Re[2]: WG: <im><p> Bonjour", Some((Personal, "AW: Re[2]: WG: Bonjour")));
    check("TR : <im><r>Bonjour", Some((Registered, "TR : Bonjour")));
    check("RÉ: <im><c>Bonjour", Some((Confidential, "RÉ: Bonjour")));
    check("Bonjour <im><c>", None);
    check("Facture: <im><c>", None);
    check("<other><c>Bonjour", None);
    check("im c", None);
    check("", None);
    check("<", None);
    check("<im", None);
}

#[test]
fn an_unknown_letter_behind_our_tag_is_refused() {
    let refused = untagged("<im><x>Bonjour", &marks().tags).unwrap_err();
    assert_eq!(refused, BadMark::Tag("im".to_owned(), "x".to_owned()));
}

#[test]
fn the_field_counts_before_the_tag_and_the_tag_before_the_suffix() {
    let check = |header: &str, to: &str, wanted: Option<(Mode, SaidBy)>| {
        let found = wish(header.as_bytes(), &[address(to)], &marks()).unwrap();
        assert_eq!(found.map(|Wish { mode, said_by }| (mode, said_by)), wanted, "{header}");
    };
    let (plain, suffixed) = ("zed@else.test", "zed@else.test.incamail.ch");
    check("Subject: x\r\n\r\n", plain, None);
    check("Subject: x\r\n\r\n", suffixed, Some((Mode::Confidential, SaidBy::Suffix)));
    let secret = Some((Mode::Confidential, SaidBy::Passphrase));
    check("X-Relais-Passphrase: 4711\r\nSubject: x\r\n\r\n", plain, secret);
    check("X-Relais-Passphrase: 4711\r\nSubject: x\r\n\r\n", suffixed, secret);
    check(
        "X-Relais-Passphrase: 4711\r\nSubject: <im><r>x\r\n\r\n",
        plain,
        Some((Mode::Registered, SaidBy::Tag)),
    );
    check("Subject: <im><r>x\r\n\r\n", suffixed, Some((Mode::Registered, SaidBy::Tag)));
    check(
        "Subject: <im><r>x\r\nX-Relais-Secure: Personal\r\n\r\n",
        suffixed,
        Some((Mode::Personal, SaidBy::Field)),
    );
    check("Subject: =?utf-8?q?=3Cim=3E=3Cp=3E_=C3=A9?=\r\n\r\n", plain, Some((Mode::Personal, SaidBy::Tag)));
    let bad = |header: &str| wish(header.as_bytes(), &[], &marks()).unwrap_err();
    for none in ["", "abc", "\u{1}abcd", &"x".repeat(1025)] {
        assert_eq!(bad(&format!("X-Relais-Passphrase: {none}\r\n\r\n")), BadMark::Passphrase, "«{none}»");
        let with_mode = format!("X-Relais-Secure: personal\r\nX-Relais-Passphrase: {none}\r\n\r\n");
        assert_eq!(bad(&with_mode), BadMark::Passphrase, "«{none}»");
    }
    let twice = "X-Relais-Passphrase: 4711\r\nx-relais-passphrase: 4712\r\n\r\n";
    assert_eq!(bad(twice), BadMark::Passphrases);
    assert_eq!(bad("X-Relais-Secure: secret\r\n\r\n"), BadMark::Field("secret".to_owned()));
    assert_eq!(bad("X-Relais-Secure: personal\r\nX-Relais-Secure: personal\r\n\r\n"), BadMark::Fields);
}

#[test]
fn another_tag_and_another_suffix_are_heard_in_place_of_the_seeds() {
    let marks = Marks {
        tags: vec!["sec".to_owned(), "vertraulich".to_owned()],
        suffixes: vec![Domain::parse("geheim.example").unwrap()],
    };
    let check = |subject: &str, to: &str, wanted: Option<(Mode, SaidBy)>| {
        let header = format!("Subject: {subject}\r\n\r\n");
        let found = wish(header.as_bytes(), &[address(to)], &marks).unwrap();
        assert_eq!(found.map(|wish| (wish.mode, wish.said_by)), wanted, "{subject} to {to}");
    };
    check("<sec><r> Salaire", "zed@else.test", Some((Mode::Registered, SaidBy::Tag)));
    check("<Vertraulich> Lohn", "zed@else.test", Some((Mode::Confidential, SaidBy::Tag)));
    check("Lohn", "zed@else.test.geheim.example", Some((Mode::Confidential, SaidBy::Suffix)));
    check("<im><r> Salaire", "zed@else.test", None);
    check("Lohn", "zed@else.test.incamail.ch", None);
}

#[test]
fn a_suffix_is_taken_from_whole_domains_only() {
    let check = |text: &str, wanted: Option<&str>| {
        assert_eq!(without_suffix(&address(text), &marks().suffixes), wanted.map(address), "{text}");
    };
    check("muster@example.com.incamail.ch", Some("muster@example.com"));
    check("muster@EXAMPLE.com.IncaMail.CH", Some("muster@example.com"));
    check("muster@incamail.ch", None);
    check("muster@com.incamail.ch", None);
    check("muster@notincamail.ch", None);
    check("muster@example.com", None);
    assert!(has_suffix(&address("muster@incamail.ch"), &marks().suffixes));
    assert!(has_suffix(&address("muster@com.incamail.ch"), &marks().suffixes));
    assert!(!has_suffix(&address("muster@notincamail.ch"), &marks().suffixes));
}

#[test]
fn a_letter_loses_its_marks_and_nothing_else() {
    let letter = b"To: \"a@b.incamail.ch\" <zed@else.test.incamail.ch>,\r\n Yan <yan@x.test>\r\n\
        Bcc: hidden@else.test\r\nX-Relais-Secure: confidential\r\nx-relais-other: forged\r\n\
        Subject: <im><c> Salaire\r\nX-Other: see incamail.ch\r\n\r\nzed@else.test.incamail.ch stays here\r\n";
    let found = unmarked(letter, &marks(), "Message-ID: <1@here>\r\n");
    assert_eq!(found.subject, "Salaire");
    assert_eq!(found.message_id.as_deref(), Some("<1@here>"));
    assert_eq!(
        String::from_utf8(found.bytes).unwrap(),
        "Message-ID: <1@here>\r\nTo: \"a@b\" <zed@else.test>,\r\n Yan <yan@x.test>\r\nSubject: Salaire\r\n\
         X-Other: see incamail.ch\r\n\r\nzed@else.test.incamail.ch stays here\r\n"
    );
}

#[test]
fn every_language_says_the_same_things() {
    assert_eq!(WORDS.faults(), Vec::<String>::new());
}

#[test]
fn the_modes_are_called_as_evidence_calls_them() {
    for mode in [Mode::Confidential, Mode::Personal, Mode::Registered] {
        assert_eq!(marks_of::mode_named(&mode.to_string()), Some(mode));
    }
}

proptest::proptest! {
    #[test]
    fn no_subject_makes_us_panic(subject in ".{0,200}") {
        let _ = untagged(&subject, &marks().tags);
    }

    #[test]
    fn no_letter_makes_us_panic(letter in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..600)) {
        unmarked(&letter, &marks(), "");
    }
}

#[test]
fn ways_of_showing_who_one_is_are_told_in_the_readers_language() {
    let check = |said: &str, wanted: &str| assert_eq!(said_in(Language::German, said), wanted);
    check("code sent to the mailbox", "Code an das Postfach");
    check(
        "passkey; decrypted by the platform at the recipient's wish",
        "Passkey; auf Wunsch des Empfängers von der Plattform entschlüsselt",
    );
    check(
        "code sent to the telephone that the sender named (…67)",
        "Code an das vom Absender angegebene Telefon gesendet (…67)",
    );
    check("a way of tomorrow", "a way of tomorrow");
}

#[test]
fn nothing_in_a_name_is_read_as_a_part_of_the_field() {
    use crate::carrier::quoted;
    assert_eq!(quoted("Muster, Anna <x@y.test>"), "\"Muster, Anna <x@y.test>\"");
    assert_eq!(quoted("An\"na\\ \r\nBcc: z@y.test"), "\"Anna Bcc: z@y.test\"");
    let encoded = quoted("Müller, Anna <x@y.test>");
    assert!(encoded.bytes().all(|byte| byte != b',' && byte != b'<' && byte != b'@'), "{encoded}");
    assert_eq!(wire_mime::decode_words(encoded.as_bytes()), "Müller, Anna <x@y.test>");
}
