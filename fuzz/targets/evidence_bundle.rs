//! Bundles, statements and published keys: never a panic, nothing is proven without keys, and what was read is written
//! as it came. The file's digest is computed anew, as somebody who knows the format would.
#![no_main]

use evidence::{Bundle, Chain, Digest, Document, Evidence, Keys, Sealed, Verdict, verify, verify_files};

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    if let Ok(statement) = Evidence::parse(input) {
        assert_eq!(statement.to_json().expect("what was read can be written"), input);
    }
    if let Ok(sealed) = std::str::from_utf8(input).map(Sealed::parse)
        && let Ok(sealed) = sealed
    {
        assert_eq!(sealed.text().as_bytes(), input);
        let _ = Chain::verify([&sealed]).map(|chain| chain.machine());
    }
    if let Ok(keys) = Keys::parse(input) {
        let written = keys.to_json().expect("what was read can be written");
        assert_eq!(Keys::parse(&written).expect("what we write is read"), keys);
    }
    let none = Keys {
        platform: "none".to_owned(),
        seal: Vec::new(),
        time_stamp: Vec::new(),
        log: Vec::new(),
        witnesses: Vec::new(),
        envelope: Vec::new(),
    };
    let document = Document { name: "document", bytes: input };
    let json = mended(input);
    if let Ok(bundle) = Bundle::parse(&json) {
        assert_eq!(bundle.to_json().expect("what was read can be written"), json);
        let report = verify(&bundle, &none, &[document], None);
        assert_eq!(report.verdict, Verdict::Failed, "no key is published");
        let _ = report.to_string();
    }
    if let Ok(found) = verify_files(&[document], &none, None) {
        assert!(found.iter().all(|one| one.report.verdict == Verdict::Failed));
    }
});

fn mended(input: &[u8]) -> Vec<u8> {
    let mut json = input.to_vec();
    let key = b"\"digest\":\"";
    if let Some(at) = json.windows(key.len()).position(|window| window == key).map(|at| at + key.len())
        && let Some(place) = json.get_mut(at..at + 64)
    {
        place.fill(b'0');
        let digest = Digest::of(&[&json]).to_string();
        json[at..at + 64].copy_from_slice(digest.as_bytes());
    }
    json
}
