//! Bundles: read again as written, one spelling, limits.

use super::lab::{Platform, READ};
use crate::{Bundle, Digest, NotABundle};

/// The bytes with the digest that fits them: what somebody would do who knows the format.
pub(super) fn mended(json: &[u8]) -> Vec<u8> {
    let key = b"\"digest\":\"";
    let Some(at) = json.windows(key.len()).position(|window| window == key) else { return json.to_vec() };
    let at = at + key.len();
    let mut json = json.to_vec();
    if let Some(place) = json.get_mut(at..at + 64) {
        place.fill(b'0');
        let digest = Digest::of(&[&json]).to_string();
        json[at..at + 64].copy_from_slice(digest.as_bytes());
    }
    json
}

#[test]
fn a_bundle_is_read_again() {
    let mut platform = Platform::new();
    let statements = platform.statements(3, &READ[..2]);
    let mut bundle = platform.bundle(&[statements]);
    let json = bundle.to_json().expect("JSON");
    assert_eq!(Bundle::parse(&json).expect("a bundle"), bundle);
    let value: serde_json::Value = serde_json::from_slice(&json).expect("JSON");
    assert_eq!(serde_json_canonicalizer::to_vec(&value).expect("JSON"), json, "the form of RFC 8785");
    assert_eq!(mended(&json), json, "the digest is over the file with zeros in its place");
    bundle.letters[0].statements[1].logged = None;
    let json = bundle.to_json().expect("JSON");
    assert_eq!(Bundle::parse(&json).expect("a bundle"), bundle);
}

#[test]
fn a_bundle_has_one_spelling_and_limits() {
    let mut platform = Platform::new();
    let statements = platform.statements(3, &READ[..1]);
    let bundle = platform.bundle(&[statements]);
    let text = String::from_utf8(bundle.to_json().expect("JSON")).expect("text");
    let check = |from: &str, to: &str, expected: &str| {
        let changed = text.replace(from, to);
        assert_ne!(changed, text, "{from}");
        let error = Bundle::parse(&mended(changed.as_bytes())).expect_err(expected);
        assert_eq!(error.to_string(), expected, "{from} → {to}");
    };
    check(
        "relais-evidence/1",
        "relais-evidence/2",
        "the file is of the unknown format \"relais-evidence/2\"",
    );
    check("\"letters\":", " \"letters\":", "the file is not in the form in which it was written");
    check(
        "\"checkpoint\":0",
        "\"checkpoint\":1",
        "statement 1 of letter 1 leads to a checkpoint that is not in the file",
    );
    check("\"sealed\":\"e", "\"sealed\":\".", "cannot read statement 1 of letter 1");
    check("\\n\\n— ", "\\n— ", "cannot read checkpoint 1");
    check("\"tokens\":[\"M", "\"tokens\":[\"=", "a time-stamp is not base64, or too long");
    check("\"certificates\":[\"M", "\"certificates\":[\"A", "cannot read certificate 1");
    check("\"letters\":", "\"more\":1,\"letters\":", "cannot read the file as a bundle of evidence");
    let altered = text.replace("\"checkpoint\":0", "\"checkpoint\":1");
    assert!(matches!(Bundle::parse(altered.as_bytes()), Err(NotABundle::Altered)));
    assert!(matches!(Bundle::parse(&vec![b' '; crate::limits::BUNDLE_BYTES + 1]), Err(NotABundle::TooLong)));

    let mut none = bundle.clone();
    none.letters.clear();
    assert!(matches!(none.to_json(), Err(NotABundle::Empty)));
    let mut many = bundle.clone();
    many.checkpoints[0].consistency = vec![Digest([0; 32]); 65];
    assert!(matches!(many.to_json(), Err(NotABundle::TooMany("hashes in a proof"))));
    let mut many = bundle.clone();
    many.certificates = vec![many.certificates[0].clone(); crate::limits::CERTIFICATES + 1];
    assert!(matches!(many.to_json(), Err(NotABundle::TooMany("certificates"))));
    let mut beyond = bundle;
    beyond.letters[0].statements[0].logged.as_mut().expect("logged").index = u64::MAX;
    assert!(matches!(beyond.to_json(), Err(NotABundle::NoCheckpoint { .. })));
}
