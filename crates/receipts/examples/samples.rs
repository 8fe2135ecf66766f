//! Writes a receipt of each kind and a report into a folder, to be looked at, and measures making and signing.
//!
//! `cargo run --release -p receipts --example samples -- FOLDER`

use std::path::Path;
use std::time::Instant;

use model::Timestamp;
use receipts::{Kind, Language, Line, Mode, Part, Party, Receipt, Report, Section, Stamp, State};
use wire_cms::{Certificate, Signer, pades};

/// How many receipts are made and signed for the measurement.
const MANY: u32 = 1_000;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = std::env::args().nth(1).ok_or("usage: samples FOLDER")?;
    let folder = Path::new(&folder);
    std::fs::create_dir_all(folder)?;
    for (kind, language) in Kind::ALL.into_iter().zip(Language::ALL.into_iter().cycle()) {
        let receipt = sample(kind, language);
        std::fs::write(
            folder.join(format!("{kind:?}-{}.pdf", language.tag())),
            receipts::receipt(&receipt)?,
        )?;
    }
    let mut hard = sample(Kind::Acceptance, Language::German);
    hard.subject = Some("Kündigung 契約 — «Größe» 👩‍🚀 \u{202e}txt.exe");
    let name = "Vertrag_zwischen_der_Muster_und_Partner_Treuhand_AG_und_der_Gemeinde_Zollikofen_2026-11-23_Fassung_3_endgültig.pdf";
    hard.parts = (0..30_u8)
        .map(|number| Part {
            name: if number % 3 == 0 { name } else { "scan.tiff" },
            media_type: "application/pdf",
            size_bytes: 1 << number,
            sha256: [number; 32],
        })
        .collect();
    hard.recipient.address = "ein.sehr.langer.name.ohne.ende.und.mit.vielen.punkten+abteilung-beschaffung@posteingang.generalsekretariat.departement.example.ch";
    std::fs::write(folder.join("hard.pdf"), receipts::receipt(&hard)?)?;
    std::fs::write(folder.join("report.pdf"), receipts::report(&sample_report())?)?;

    let key = rcgen::KeyPair::generate()?;
    let certificate =
        rcgen::CertificateParams::new(vec!["relais.example.com".to_owned()])?.self_signed(&key)?;
    let signer = Signer::from_pkcs8(key.serialized_der(), vec![Certificate::from_der(certificate.der())?])?;
    let receipt = sample(Kind::Submission, Language::French);
    let claim = pades::Claim {
        name: "Relais",
        reason: "Quittance de dépôt",
        location: None,
        contact: None,
        has_room_for_time_stamp: true,
    };
    let start = Instant::now();
    let mut length = 0;
    for _ in 0..MANY {
        length = receipts::receipt(&receipt)?.len();
    }
    let made = start.elapsed();
    let unsigned = receipts::receipt(&receipt)?;
    let start = Instant::now();
    let mut signed = Vec::new();
    for _ in 0..MANY {
        signed = pades::sign(&unsigned, &signer, receipt.at, &claim)?;
    }
    let signing = start.elapsed();
    std::fs::write(folder.join("signed.pdf"), &signed)?;
    println!(
        "{MANY} receipts of {length} bytes made in {made:.2?}, signed to {} bytes in {signing:.2?}",
        signed.len()
    );
    Ok(())
}

fn sample(kind: Kind, language: Language) -> Receipt<'static> {
    Receipt {
        kind,
        language,
        issuer: "Relais · Muster & Partner Treuhand AG",
        letter: "L-7F3K-92QD-0C41",
        subject: Some("Kündigung des Mietvertrags vom 1. April 2019"),
        mode: Mode::Registered,
        sender: Party { name: Some("Anna Müller"), address: "anna.mueller@treuhand.example.ch" },
        recipient: Party {
            name: Some("Gemeindeverwaltung Zollikofen"),
            address: "kanzlei@zollikofen.example.ch",
        },
        acting: Some(Party { name: Some("Jérôme Dubois"), address: "jerome.dubois@zollikofen.example.ch" }),
        authentication: Some(match language {
            Language::French => "Mot de passe et clé d’accès (passkey)",
            Language::German => "Passwort und Passkey",
            Language::Italian => "Password e passkey",
            Language::English => "Password and passkey",
        }),
        at: Timestamp(1_795_440_185_000),
        submitted_at: Timestamp(1_795_360_000_000),
        deadline: Some(Timestamp(1_796_079_599_000)),
        letter_sha256: std::array::from_fn(|at| (at * 37 + 11) as u8),
        letter_size_bytes: 1_264_511,
        parts: vec![
            Part {
                name: "Kündigung.pdf",
                media_type: "application/pdf",
                size_bytes: 182_304,
                sha256: std::array::from_fn(|at| (at * 73 + 5) as u8),
            },
            Part {
                name: "Mietvertrag 2019.pdf",
                media_type: "application/pdf",
                size_bytes: 1_071_996,
                sha256: std::array::from_fn(|at| (at * 151 + 77) as u8),
            },
        ],
        evidence_sha256: std::array::from_fn(|at| (at * 29 + 200) as u8),
        log_index: Some(1_048_577),
        stamp: Some(Stamp {
            at: Timestamp(1_795_440_186_412),
            authority: "SwissSign ZertES TSA UNIT CH-2026",
        }),
        keys_address: "https://relais.example.ch/.well-known/relais/keys",
        bundle: br#"{"version":1,"events":[]}"#,
    }
}

fn sample_report() -> Report<'static> {
    let line = |state, text, remark| Line { state, text, remark };
    Report {
        language: Language::English,
        issuer: "Relais · Muster & Partner Treuhand AG",
        title: "Acceptance report of the connection test",
        lead: "The integration of treuhand.example.ch is complete: letters go both ways over verified TLS. One thing ought to be improved before going live.",
        reference: "Integration treuhand.example.ch · test 14",
        at: Timestamp(1_795_440_185_000),
        facts: vec![
            ("Customer", "Muster & Partner Treuhand AG"),
            ("Mail domains", "treuhand.example.ch, treuhand-zh.example.ch"),
            ("Go-live", "1 December 2026 (confirmed)"),
        ],
        sections: vec![
            Section {
                title: "Towards the customer",
                lines: vec![
                    line(
                        State::Good,
                        "MX of treuhand.example.ch: mx1.treuhand.example.ch (192.0.2.25), reached on port 25 in 12 ms.",
                        None,
                    ),
                    line(
                        State::Good,
                        "STARTTLS with TLS 1.3; the certificate names mx1.treuhand.example.ch and is issued by SwissSign RSA TLS DV ICA 2022.",
                        Some("Valid until 3 March 2027."),
                    ),
                    line(
                        State::Warning,
                        "The second server mx2.treuhand.example.ch offers TLS 1.2 only.",
                        Some("Switch TLS 1.3 on; deliveries succeed meanwhile."),
                    ),
                ],
            },
            Section {
                title: "From the customer",
                lines: vec![
                    line(
                        State::Good,
                        "The test mail «<im><c> Test-Mail outbound to IncaMail» arrived with a client certificate.",
                        None,
                    ),
                    line(
                        State::Bad,
                        "A second gateway presented an expired certificate and was refused.",
                        Some(
                            "Renew the certificate of gw2.treuhand.example.ch: it expired on 20 November 2026.",
                        ),
                    ),
                    line(State::NotTested, "HTML attachments: no letter has been opened yet.", None),
                ],
            },
        ],
    }
}
