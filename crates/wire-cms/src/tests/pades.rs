//! Signed PDFs, with poppler's pdfsig and OpenSSL on the other side.

use krilla::Document;
use krilla::configure::{Archival, ConfigurationBuilder};
use krilla::embed::{AssociationKind, EmbeddedFile, MimeType};
use krilla::metadata::{DateTime, Metadata};
use krilla::page::PageSettings;

use super::lab::{Lab, NOW, Wish, now, run};
use super::time_stamp::Authority;
use crate::pades::{
    Claim, PdfError, embedded_files, sign, signature_digest, verify, verify_whole, with_time_stamp,
};
use crate::signed_data::CmsError;
use crate::time_stamp::{request, response};
use crate::{Purpose, limits};

pub(super) const CLAIM: Claim<'_> = Claim {
    name: "Relais (Prüfstelle)",
    reason: "Quittance de dépôt",
    location: Some("Bern"),
    contact: Some("https://relais.example.com"),
    has_room_for_time_stamp: false,
};

/// A page of PDF/A-3b with these files in it.
pub(super) fn page(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut document = Document::new_with(krilla::SerializeSettings {
        configuration: ConfigurationBuilder::new().with_archival_validator(Archival::A3_B).finish().unwrap(),
        ..Default::default()
    });
    document.set_metadata(
        Metadata::new().title("page".into()).language("en".into()).creation_date(DateTime::new(2026)),
    );
    document.start_page_with(PageSettings::from_wh(100.0, 100.0).unwrap()).finish();
    for (name, bytes) in files {
        document.embed_file(EmbeddedFile {
            path: (*name).to_owned(),
            mime_type: MimeType::new("application/json"),
            description: Some("evidence".into()),
            association_kind: AssociationKind::Data,
            data: bytes.to_vec().into(),
            modification_date: Some(DateTime::new(2026)),
            compress: None,
            location: None,
        });
    }
    document.finish().unwrap()
}

#[test]
fn pdfsig_and_openssl_verify_what_we_sign() {
    let lab = Lab::new();
    let page = page(&[]);
    for (name, key) in [
        ("ec", "-algorithm EC -pkeyopt ec_paramgen_curve:P-256"),
        ("rsa", "-algorithm RSA -pkeyopt rsa_keygen_bits:4096"),
    ] {
        lab.openssl_signer(name, key, "keyUsage=digitalSignature,nonRepudiation\n");
        let pdf = sign(&page, &lab.signer(name), NOW, &CLAIM).unwrap();
        assert!(pdf.starts_with(&page), "an update leaves what was there");
        let path = lab.write("signed.pdf", &pdf);
        let (succeeded, said) = run(path.parent().unwrap(), "pdfsig", "signed.pdf");
        for expected in [
            "Signature Validation: Signature is Valid.",
            "Total document signed",
            "Signature Type: ETSI.CAdES.detached",
            &format!("Signer Certificate Common Name: {name}"),
        ] {
            assert!(succeeded && said.contains(expected), "{expected} is missing in {said}");
        }
        let (succeeded, said) = run(path.parent().unwrap(), "pdfinfo", "signed.pdf");
        assert!(succeeded && !said.contains("Error"), "{said}");

        // OpenSSL, with the bytes cut out by hand.
        let text = String::from_utf8_lossy(&pdf);
        let range = text.split("/ByteRange").nth(1).unwrap().split(['[', ']']).nth(1).unwrap();
        let range: Vec<usize> = range.split_whitespace().map(|number| number.parse().unwrap()).collect();
        lab.write("covered", [&pdf[..range[1]], &pdf[range[2]..range[2] + range[3]]].concat());
        assert_eq!(range[2] + range[3], pdf.len());
        let digits = &pdf[range[1] + 1..range[2] - 1];
        let bytes: Vec<u8> = digits
            .chunks(2)
            .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap())
            .collect();
        lab.write("cms", bytes);
        lab.openssl(
            "cms -verify -binary -inform DER -in cms -content covered -CAfile ca.pem -purpose any -cades",
        );

        let signature = verify_whole(&pdf).unwrap();
        assert_eq!(signature.signer, lab.certificate(&format!("{name}.pem")));
        assert_eq!(signature.signing_time, Some(NOW));
        // PAdES: the time stands in the dictionary only.
        assert_eq!(signature.signed.signing_time, None);
        signature.signed.verify_chain(&[lab.certificate("ca.pem")], now(), Purpose::Seal).unwrap();
    }
}

#[test]
fn every_changed_byte_is_noticed() {
    let pdf = sign(&page(&[]), &Wish::leaf("signer").alone().signer(), NOW, &CLAIM).unwrap();
    let right = verify_whole(&pdf).unwrap();
    for at in 0..pdf.len() {
        let mut other = pdf.clone();
        other[at] ^= 0x01;
        // The algorithm's name in the list of digests and such say nothing that anybody relies on.
        if let Ok(signature) = verify_whole(&other) {
            assert_eq!(signature, right, "byte {at}");
        }
    }
    for end in 0..pdf.len() {
        verify_whole(&pdf[..end]).unwrap_err();
    }
}

#[test]
fn what_is_added_later_is_not_covered() {
    let signer = Wish::leaf("signer").alone().signer();
    let pdf = sign(&page(&[]), &signer, NOW, &CLAIM).unwrap();
    let longer = [pdf.as_slice(), b"\n% more\n"].concat();
    assert!(matches!(verify_whole(&longer), Err(PdfError::NotCovered { after: 8 })));
    assert!(!verify(&longer).unwrap()[0].covers_whole_file);
    // A second signature covers the first with what follows it.
    let second = Wish::leaf("second").alone().signer();
    let twice = sign(&pdf, &second, NOW, &CLAIM).unwrap();
    let both = verify(&twice).unwrap();
    assert_eq!(both.len(), 2);
    assert_eq!((both[0].covers_whole_file, both[0].covered_bytes), (false, pdf.len()));
    assert_eq!(&verify_whole(&twice).unwrap().signer, second.certificate());
    let lab = Lab::new();
    let path = lab.write("twice.pdf", &twice);
    let (_, said) = run(path.parent().unwrap(), "pdfsig", "twice.pdf");
    assert_eq!(said.matches("Signature is Valid").count(), 2, "{said}");
}

#[test]
fn a_gap_holds_nothing_but_digits() {
    let pdf = sign(&page(&[]), &Wish::leaf("signer").alone().signer(), NOW, &CLAIM).unwrap();
    let text = String::from_utf8_lossy(&pdf);
    let found = text.split("/ByteRange").nth(1).unwrap();
    let found = &found[..found.find(']').unwrap() + 1];
    let numbers: Vec<usize> = found
        .trim_matches(['[', ']', ' '])
        .split_whitespace()
        .map(|number| number.parse().unwrap())
        .collect();
    let [_, start, after, length] = numbers[..] else { panic!() };
    let with = |numbers: [usize; 4]| {
        let text = format!("[{} {} {} {}", numbers[0], numbers[1], numbers[2], numbers[3]);
        let text = format!("{text:<width$}]", width = found.len() - 1);
        let at = pdf.windows(found.len()).position(|window| window == found.as_bytes()).unwrap();
        [&pdf[..at], text.as_bytes(), &pdf[at + found.len()..]].concat()
    };
    verify(&with([0, start, after, length])).unwrap();
    for wrong in [
        [1, start, after, length],
        [0, start - 1, after, length],
        [0, start, after + 1, length - 1],
        [0, start + 1, after, length],
        [0, start, after, length + 1],
        [0, start, start, length],
        [0, after, start, length],
        [0, 0, after, length],
        [0, start, after, 9_999_999_999],
        [0, start, 9_999_999_999, length],
    ] {
        assert!(matches!(verify(&with(wrong)), Err(PdfError::ByteRange)), "{wrong:?}");
    }
}

#[test]
fn a_file_without_a_signature_is_not_signed() {
    for unsigned in
        [&page(&[])[..], b"", b"/ByteRange [0 1 2", b"/ByteRange [0 1 2 3 4]", b"/ByteRange [0 -1 2 3]"]
    {
        assert!(matches!(verify(unsigned), Err(PdfError::NotSigned)));
    }
    assert!(matches!(verify(b"/ByteRange [0 10 12 9]"), Err(PdfError::ByteRange)));
    let signer = Wish::leaf("signer").alone().signer();
    assert!(matches!(sign(b"%PDF-1.7\n", &signer, NOW, &CLAIM), Err(PdfError::Structure(_))));
}

#[test]
fn a_time_stamp_comes_into_its_room_later() {
    let authority = Authority::new("extendedKeyUsage=critical,timeStamping\n");
    let lab = &authority.0;
    lab.openssl_signer("ec", "-algorithm EC -pkeyopt ec_paramgen_curve:P-256", "keyUsage=digitalSignature\n");
    let claim = Claim { has_room_for_time_stamp: true, ..CLAIM };
    let pdf = sign(&page(&[]), &lab.signer("ec"), NOW, &claim).unwrap();
    let digest = signature_digest(&pdf).unwrap();
    let token = response(&authority.answer(&request(&digest, 7)), &digest, 7).unwrap();
    let stamped = with_time_stamp(pdf.clone(), &token).unwrap();
    assert_eq!(stamped.len(), pdf.len());
    let signature = verify_whole(&stamped).unwrap();
    let stamp = signature.signed.verify_time_stamp(&[lab.certificate("ca.pem")]).unwrap().unwrap();
    assert_eq!(stamp.authority, "tsa");
    assert_eq!(verify_whole(&pdf).unwrap().signed.time_stamp, None);
    let path = lab.write("stamped.pdf", &stamped);
    let (_, said) = run(path.parent().unwrap(), "pdfsig", "stamped.pdf");
    assert!(said.contains("Signature is Valid"), "{said}");

    // More than fits, whatever the token's length.
    let mut narrow = sign(&page(&[]), &lab.signer("ec"), NOW, &CLAIM).unwrap();
    let refused = loop {
        match with_time_stamp(narrow.clone(), &token) {
            Ok(larger) => narrow = larger,
            Err(refused) => break refused,
        }
    };
    assert!(matches!(refused, PdfError::Room { needed, room } if needed > room));
}

#[test]
fn embedded_files_come_out_as_they_went_in_before_and_after_signing() {
    let large = "{\"evidence\":true}".repeat(5000);
    let files: &[(&str, &[u8])] =
        &[("evidence.json", large.as_bytes()), ("größe.bin", b"\0\x01\x02"), ("empty", b"")];
    let pdf = page(files);
    let signed = sign(&pdf, &Wish::leaf("signer").alone().signer(), NOW, &CLAIM).unwrap();
    for pdf in [&pdf, &signed] {
        let mut found = embedded_files(pdf).unwrap();
        found.sort_by_key(|file| files.iter().position(|(name, _)| *name == file.name));
        let found: Vec<(&str, &[u8])> =
            found.iter().map(|file| (file.name.as_str(), file.bytes.as_slice())).collect();
        assert_eq!(found, files);
    }
    assert_eq!(embedded_files(&page(&[])).unwrap(), []);
    assert!(embedded_files(b"").is_err());
}

#[test]
fn more_embedded_files_than_the_limit_are_refused() {
    let names: Vec<String> = (0..=limits::PDF_EMBEDDED_FILES).map(|number| format!("{number:03}")).collect();
    let files: Vec<(&str, &[u8])> = names.iter().map(|name| (name.as_str(), &b"x"[..])).collect();
    assert_eq!(embedded_files(&page(&files[1..])).unwrap().len(), limits::PDF_EMBEDDED_FILES);
    assert!(matches!(embedded_files(&page(&files)), Err(PdfError::TooMuchEmbedded)));
    // Few bytes that become many.
    let zeros = vec![0; limits::PDF_EMBEDDED_BYTES + 1];
    let pdf = page(&[("zeros", &zeros)]);
    assert!(pdf.len() < 1_000_000);
    assert!(matches!(embedded_files(&pdf), Err(PdfError::TooMuchEmbedded)));
}

#[test]
fn a_tree_of_names_that_contains_itself_ends() {
    let mut document = lopdf::Document::load_mem(&page(&[("one", b"1")])).unwrap();
    let tree = document.new_object_id();
    let kids = vec![lopdf::Object::Reference(tree); 10];
    document.set_object(tree, lopdf::dictionary! { "Kids" => kids });
    let names = lopdf::dictionary! { "EmbeddedFiles" => lopdf::Object::Reference(tree) };
    document.catalog_mut().unwrap().set("Names", names);
    let mut pdf = Vec::new();
    document.save_to(&mut pdf).unwrap();
    assert!(matches!(embedded_files(&pdf), Err(PdfError::TooMuchEmbedded)));
}

#[test]
fn a_signature_over_other_bytes_does_not_hold() {
    let pdf =
        sign(&page(&[("evidence.json", b"one")]), &Wish::leaf("s").alone().signer(), NOW, &CLAIM).unwrap();
    let at = pdf.windows(8).position(|window| window == b"/Creator" || window == b"evidence").unwrap();
    let mut other = pdf;
    other[at + 1] ^= 1;
    assert!(matches!(verify(&other), Err(PdfError::Signature(CmsError::OtherContent))));
}
