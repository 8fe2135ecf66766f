//! Files as people have them: bundles, receipts and documents, in any order.

use std::time::Duration;

use lopdf::{Document as Pdf, Object, Stream, StringFormat, dictionary};
use model::Timestamp;
use wire_cms::pades::{Claim, sign};

use super::lab::{Authority, Owned, Platform, READ, now};
use super::statement::{ATTACHMENT, LETTER};
use super::verify::outcomes;
use crate::{Document, Keys, Kind, Outcome, Unreadable, Verdict, Verified, verify_files};

fn text(text: &str) -> Object {
    Object::String(text.as_bytes().to_vec(), StringFormat::Literal)
}

/// A page with embedded files.
fn page(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut pdf = Pdf::with_version("1.7");
    let pages = pdf.new_object_id();
    let page = pdf.add_object(dictionary! {
        "Type" => "Page", "Parent" => pages, "MediaBox" => vec![0.into(), 0.into(), 595.into(), 842.into()],
    });
    pdf.set_object(pages, dictionary! { "Type" => "Pages", "Kids" => vec![page.into()], "Count" => 1 });
    let mut names = Vec::new();
    for (name, bytes) in files {
        let stream = pdf.add_object(Stream::new(dictionary! { "Type" => "EmbeddedFile" }, bytes.to_vec()));
        let file = pdf.add_object(dictionary! {
            "Type" => "Filespec", "F" => text(name), "UF" => text(name), "EF" => dictionary! { "F" => stream },
        });
        names.extend([text(name), file.into()]);
    }
    let catalog = pdf.add_object(dictionary! {
        "Type" => "Catalog", "Pages" => pages,
        "Names" => dictionary! { "EmbeddedFiles" => dictionary! { "Names" => names } },
    });
    pdf.trailer.set("Root", catalog);
    let mut bytes = Vec::new();
    pdf.save_to(&mut bytes).expect("a PDF");
    bytes
}

fn signed(pdf: &[u8], owned: &Owned, at: Timestamp) -> Vec<u8> {
    let claim = Claim {
        name: "Relais Example",
        reason: "Receipt",
        location: None,
        contact: None,
        has_room_for_time_stamp: false,
    };
    sign(pdf, &owned.signer(), at, &claim).expect("signed")
}

fn found<'n>(files: &[(&'n str, &'n [u8])], keys: &Keys) -> Result<Vec<Verified<'n>>, Unreadable> {
    let files: Vec<Document<'n>> = files.iter().map(|(name, bytes)| Document { name, bytes }).collect();
    verify_files(&files, keys, Some(now().plus(Duration::from_secs(2))))
}

#[test]
fn a_bundle_is_found_among_its_documents() {
    let mut platform = Platform::new();
    let letters = [platform.statements(3, &READ)];
    let json = platform.bundle(&letters).to_json().expect("JSON");
    let keys = platform.keys();
    let files = [("lohn.pdf", ATTACHMENT), ("a.evidence.json", &json[..]), ("letter.eml", LETTER)];
    let verified = found(&files, &keys).expect("readable");
    assert_eq!(verified.len(), 1);
    assert_eq!((verified[0].name, verified[0].report.verdict), ("a.evidence.json", Verdict::Proven));
    assert_eq!(outcomes(&verified[0].report, Kind::Document), [Outcome::Proven; 2]);

    let strange = found(&[("a.evidence.json", &json), ("other.eml", b"From: x")], &keys).expect("readable");
    assert_eq!(strange[0].report.verdict, Verdict::Failed);
    assert!(matches!(found(&[("letter.eml", LETTER)], &keys), Err(Unreadable::NoEvidence)));
    assert!(matches!(found(&[], &keys), Err(Unreadable::NoEvidence)));
    let mut altered = json;
    let last = altered.len() - 10;
    altered[last] ^= 1;
    let error = found(&[("a.evidence.json", &altered)], &keys).expect_err("altered");
    assert_eq!(error.to_string(), "cannot read the evidence in a.evidence.json");
}

#[test]
fn a_document_is_asked_of_the_evidence_that_tells_of_it() {
    let mut platform = Platform::new();
    let first = platform.statements(3, &READ);
    let mut other = platform.evidence(9, 1, READ[0], None);
    other.content = crate::Content::of(&super::statement::SALT, b"another letter", []);
    other.letter.0[0] = 77;
    let other = crate::seal(&other, &platform.sealer.signer(), other.event_time).expect("sealed");
    let one = platform.bundle(&[first]).to_json().expect("JSON");
    let two = platform.bundle(&[vec![other]]).to_json().expect("JSON");
    let keys = platform.keys();
    let files =
        [("one", &one[..]), ("two", &two[..]), ("second.eml", b"another letter"), ("first.eml", LETTER)];
    let verified = found(&files, &keys).expect("readable");
    let verdicts: Vec<(&str, Verdict)> = verified.iter().map(|one| (one.name, one.report.verdict)).collect();
    assert_eq!(verdicts, [("one", Verdict::Proven), ("two", Verdict::Proven)]);
    assert!(verified[1].report.to_string().contains("second.eml is letter 1 as it goes to its recipient"));
}

#[test]
fn a_signed_receipt_proves_with_the_bundle_inside() {
    let mut platform = Platform::new();
    let letters = [platform.statements(3, &READ)];
    let json = platform.bundle(&letters).to_json().expect("JSON");
    let keys = platform.keys();
    let pdf = signed(&page(&[("evidence.json", &json)]), &platform.sealer, platform.start);
    let verified = found(&[("receipt.pdf", &pdf), ("letter.eml", LETTER)], &keys).expect("readable");
    let report = &verified[0].report;
    assert_eq!(report.verdict, Verdict::Proven, "{report}");
    assert_eq!(outcomes(report, Kind::Signature), [Outcome::Proven]);
    assert_eq!(outcomes(report, Kind::Document), [Outcome::Proven]);
    let sentence = "receipt.pdf is unaltered, and nothing was added to it: signed by Relais Example, at ";
    assert!(report.to_string().contains(sentence), "{report}");
}

#[test]
fn a_receipt_that_is_not_as_it_was_signed_fails() {
    let mut platform = Platform::new();
    let letters = [platform.statements(3, &READ[..1])];
    let json = platform.bundle(&letters).to_json().expect("JSON");
    let keys = platform.keys();
    let bare = page(&[("evidence.json", &json)]);
    let pdf = signed(&bare, &platform.sealer, platform.start);
    let stranger = Authority::new("Relais Example Seals").seal("Relais Example", [2025, 2030]);
    let old = platform.seal_root.seal("Relais Example", [2020, 2021]);
    let added = [&pdf[..], b"\n% and more\n"].concat();
    let mut flipped = pdf.clone();
    let at = flipped.windows(8).position(|window| window == b"MediaBox").expect("a page") + 20;
    flipped[at] ^= 1;
    for (what, file) in [
        ("no signature", bare.clone()),
        ("something added", added),
        ("a flipped bit", flipped),
        ("a stranger's signature", signed(&bare, &stranger, platform.start)),
        ("a certificate that had ended", signed(&bare, &old, platform.start)),
        ("the future", signed(&bare, &platform.sealer, now().plus(Duration::from_secs(3_600)))),
    ] {
        let verified = found(&[("receipt.pdf", &file)], &keys).expect(what);
        let report = &verified[0].report;
        assert_eq!(report.verdict, Verdict::Failed, "{what}\n{report}");
        assert_eq!(outcomes(report, Kind::Signature), [Outcome::Failed], "{what}");
    }
    let two = page(&[("evidence.json", &json), ("evidence.json", &json)]);
    assert!(matches!(found(&[("receipt.pdf", &two)], &keys), Err(Unreadable::Several(_))));
    let empty = page(&[("evidence.json", b"{}")]);
    assert!(matches!(found(&[("receipt.pdf", &empty)], &keys), Err(Unreadable::Bundle { .. })));
    // A PDF without evidence is a document.
    assert!(matches!(found(&[("slip.pdf", &page(&[]))], &keys), Err(Unreadable::NoEvidence)));
}
