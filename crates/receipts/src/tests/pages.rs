//! The whole pages.

use wire_cms::{Certificate, Signer, pades};

use super::sample::{NOW, Printed, sample};
use crate::words::Speaks;
use crate::{
    EVIDENCE_NAME, Kind, Language, Line, NotARecord, Part, Report, Section, State, limits, receipt, report,
};

#[test]
fn each_kind_says_what_happened_in_each_language() {
    for kind in Kind::ALL {
        for language in Language::ALL {
            let values = sample(kind, language);
            let pdf = receipt(&values).unwrap();
            let text = Printed::new(&pdf).text();
            for expected in [
                kind.title(language),
                "L-7F3K-92QD",
                "Kündigung",
                "Anna Müller",
                "anna@example.com",
                "kanzlei@example.org",
                "Jérôme Dubois",
                "Passkey",
                "2026-11-23T13:23:05Z",
                "14:23:05 (Europe/Zurich, UTC+01:00)",
                "2026-11-24T13:23:05Z",
                "abababab abababab abababab abababab",
                "00010203 04050607 08090a0b 0c0d0e0f",
                "10111213 14151617 18191a1b 1c1d1e1f",
                "cdcdcdcd cdcdcdcd cdcdcdcd cdcdcdcd",
                "Lab TSA",
                "relais evidence verify",
                "https://relais.example.com/keys",
            ] {
                assert!(text.contains(expected), "{kind:?} {language:?}: {expected} is missing in {text}");
            }
            // A submission is told once; everything else says when it was submitted, too.
            assert_eq!(text.contains("2026-11-22T13:23:05Z"), kind != Kind::Submission);
            assert!(!text.contains('{') && !text.contains('□'), "{text}");
        }
    }
}

#[test]
fn only_the_receipt_of_the_handover_says_that_something_was_handed_over() {
    // Whoever accepts has the letter when they open it, which may be never.
    let words = [
        (Language::French, "remis"),
        (Language::German, "übergeben"),
        (Language::Italian, "consegnat"),
        (Language::English, "handed over"),
    ];
    let denied = [
        (Language::French, "n’a pas été remis"),
        (Language::German, "wurde nicht übergeben"),
        (Language::Italian, "non è stato consegnato"),
        (Language::English, "was not handed over"),
    ];
    for ((language, word), (_, denied)) in words.into_iter().zip(denied) {
        for kind in Kind::ALL {
            let said = language.say(kind.lead_key()).to_lowercase();
            match kind {
                Kind::Handover => assert!(said.contains(word), "{said}"),
                Kind::Submission | Kind::Acceptance => assert!(!said.contains(word), "{said}"),
                Kind::Refusal | Kind::Expiry => {
                    assert!(said.contains(denied), "{said}");
                    assert!(!said.replace(denied, "").contains(word), "{said}");
                }
            }
        }
    }
}

#[test]
fn the_page_is_pdf_a_with_embedded_type_and_its_evidence() {
    let pdf = receipt(&sample(Kind::Submission, Language::French)).unwrap();
    let printed = Printed::new(&pdf);
    let fonts = printed.ask("pdffonts", &[]);
    assert!(
        fonts.contains("NotoSans") && fonts.lines().skip(2).all(|line| line.contains(" yes yes yes ")),
        "{fonts}"
    );
    let metadata = printed.ask("pdfinfo", &["-meta"]);
    for expected in
        ["<pdfaid:part>3</pdfaid:part>", "<pdfaid:conformance>B</pdfaid:conformance>", "Quittance de dépôt"]
    {
        assert!(metadata.contains(expected), "{expected} is missing in {metadata}");
    }
    let facts = printed.ask("pdfinfo", &[]);
    assert!(facts.contains("(A4)") && facts.contains("PDF version:     1.7"), "{facts}");
    let [file] = &pades::embedded_files(&pdf).unwrap()[..] else { panic!("one file") };
    assert_eq!((file.name.as_str(), file.bytes.as_slice()), (EVIDENCE_NAME, &b"{\"evidence\":true}"[..]));
    assert!(String::from_utf8_lossy(&pdf).contains("/AFRelationship/Data"));
}

#[test]
fn the_same_values_give_the_same_bytes() {
    let values = sample(Kind::Acceptance, Language::Italian);
    assert_eq!(receipt(&values).unwrap(), receipt(&values).unwrap());
    let other = crate::Receipt { letter: "L-7F3K-92QE", ..values.clone() };
    assert_ne!(receipt(&values).unwrap(), receipt(&other).unwrap());
}

#[test]
fn many_parts_go_on_over_numbered_pages() {
    let names: Vec<String> = (0..200).map(|number| format!("Beilage {number}.pdf")).collect();
    let parts = names.iter().enumerate().map(|(at, name)| Part {
        name,
        media_type: "application/pdf",
        size_bytes: at as u64,
        sha256: [at as u8; 32],
    });
    let values = crate::Receipt { parts: parts.collect(), ..sample(Kind::Submission, Language::German) };
    let printed = Printed::new(&receipt(&values).unwrap());
    let text = printed.text();
    let pages = printed.ask("pdfinfo", &[]);
    let pages: usize =
        pages.lines().find_map(|line| line.strip_prefix("Pages:")).unwrap().trim().parse().unwrap();
    assert!(pages > 10, "{pages}");
    for page in 1..=pages {
        assert!(text.contains(&format!("Seite {page} von {pages}")), "page {page}");
    }
    for (at, name) in names.iter().enumerate() {
        let group = format!("{at:02x}").repeat(4);
        assert!(text.contains(&format!("{group} {group} {group} {group}")), "digest {at}");
        assert!(text.contains(name), "{name}");
    }
    assert!(text.matches("(Fortsetzung)").count() >= pages - 2);
}

#[test]
fn any_text_makes_a_page() {
    let long = "x".repeat(50_000);
    let words = "viele Wörter ".repeat(5_000);
    let every: String = (0..0x3000).filter_map(char::from_u32).collect();
    for text in [
        "",
        " ",
        "\0",
        "\u{feff}\u{202e}",
        "\u{301}\u{301}\u{301}",
        "👩‍🚀",
        "שלום עולם",
        "नमस्ते",
        "\u{10ffff}\u{e000}\u{fffe}",
        "fi ffi ﬁ",
        "\u{a0}\u{a0}",
        &long,
        &words,
        &every,
    ] {
        let mut values = sample(Kind::Handover, Language::English);
        values.subject = Some(text);
        values.issuer = text;
        values.letter = text;
        values.sender.name = Some(text);
        values.recipient.address = text;
        values.parts[0].name = text;
        values.parts[0].media_type = text;
        values.keys_address = text;
        values.authentication = Some(text);
        let pdf = receipt(&values).unwrap();
        let text = Printed::new(&pdf).text();
        assert!(text.contains("Handover receipt"), "{text}");
    }
}

#[test]
fn what_the_typeface_lacks_is_said() {
    let mut values = sample(Kind::Submission, Language::English);
    values.recipient.name = Some("田中 実");
    let text = Printed::new(&receipt(&values).unwrap()).text();
    assert!(text.contains("□□ □") && text.contains("does not have"), "{text}");
}

#[test]
fn more_than_the_limits_is_refused() {
    let mut values = sample(Kind::Submission, Language::English);
    values.parts = vec![values.parts[0]; limits::ENTRIES + 1];
    assert!(matches!(receipt(&values), Err(NotARecord::TooManyEntries { .. })));
    values.parts.truncate(1);
    let bundle = vec![b' '; limits::BUNDLE_BYTES + 1];
    values.bundle = &bundle;
    assert!(matches!(receipt(&values), Err(NotARecord::BundleTooLarge { .. })));
    values.bundle = b"";
    values.deadline = Some(model::Timestamp(i64::MAX));
    assert!(matches!(receipt(&values), Err(NotARecord::Time)));
}

#[test]
fn a_signed_receipt_is_verified_by_poppler_and_by_us() {
    let key = rcgen::KeyPair::generate().unwrap();
    let certificate = rcgen::CertificateParams::new(vec!["relais.example.com".to_owned()])
        .unwrap()
        .self_signed(&key)
        .unwrap();
    let certificate = Certificate::from_der(certificate.der()).unwrap();
    let signer = Signer::from_pkcs8(key.serialized_der(), vec![certificate.clone()]).unwrap();
    let values = sample(Kind::Acceptance, Language::German);
    let claim = pades::Claim {
        name: "Relais AG",
        reason: Kind::Acceptance.title(Language::German),
        location: None,
        contact: None,
        has_room_for_time_stamp: true,
    };
    let pdf = pades::sign(&receipt(&values).unwrap(), &signer, NOW, &claim).unwrap();
    let said = Printed::new(&pdf).ask("pdfsig", &["-nocert"]);
    assert!(said.contains("Signature is Valid") && said.contains("Total document signed"), "{said}");
    let signature = pades::verify_whole(&pdf).unwrap();
    assert_eq!((signature.signer, signature.signing_time), (certificate, Some(NOW)));
    assert_eq!(pades::embedded_files(&pdf).unwrap()[0].bytes, values.bundle);
    // Still the same page, still PDF/A by its own words.
    let printed = Printed::new(&pdf);
    assert!(printed.text().contains("Abholquittung"));
    assert!(printed.ask("pdfinfo", &["-meta"]).contains("<pdfaid:part>3"));
}

#[test]
fn a_report_shows_each_line_with_its_state() {
    for language in Language::ALL {
        let line = |state, text, remark| Line { state, text, remark };
        let values = Report {
            language,
            issuer: "Relais AG",
            title: "Verbindung",
            lead: "Alles geht.",
            reference: "example.org · 14",
            at: NOW,
            facts: vec![("Kunde", "Muster AG")],
            sections: vec![Section {
                title: "Hin",
                lines: vec![
                    line(State::Good, "MX erreicht", None),
                    line(State::Warning, "nur TLS 1.2", Some("TLS 1.3 einschalten")),
                    line(State::Bad, "Zertifikat abgelaufen", Some("erneuern")),
                    line(State::NotTested, "HTML-Anhang", None),
                ],
            }],
        };
        let text = Printed::new(&report(&values).unwrap()).text();
        for expected in ["Verbindung", "Alles geht.", "Muster AG", "example.org · 14", "Hin", "MX erreicht"]
        {
            assert!(text.contains(expected), "{expected} is missing in {text}");
        }
        for (key, line) in [
            ("good", "MX erreicht"),
            ("warning", "nur TLS 1.2 TLS 1.3 einschalten"),
            ("bad", "Zertifikat abgelaufen erneuern"),
            ("not-tested", "HTML-Anhang"),
        ] {
            let expected = format!("{} {line}", language.say(key));
            assert!(text.contains(&expected), "{expected} is missing in {text}");
        }
        let many = Report { sections: vec![values.sections[0].clone(); limits::ENTRIES], ..values };
        assert!(matches!(report(&many), Err(NotARecord::TooManyEntries { .. })));
    }
}
