//! Fields that strangers put into headers: signatures, seals, results; and bodies in canonical form.
#![no_main]

use wire_trust::dkim::{self, BodyCanonicalizer, Canonicalization};
use wire_trust::results;

fn canonical(pieces: &[&[u8]], form: Canonicalization) -> Vec<u8> {
    let mut text = Vec::new();
    let mut canonicalizer = BodyCanonicalizer::new(form);
    for piece in pieces {
        canonicalizer.push(piece, &mut |bytes| text.extend_from_slice(bytes));
    }
    canonicalizer.finish(&mut |bytes| text.extend_from_slice(bytes));
    text
}

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    let text = String::from_utf8_lossy(input);
    let _ = dkim::Signature::parse(&text);
    let _ = dkim::Signature::parse_arc(&text);
    let _ = dkim::Seal::parse(&text);
    let _ = dkim::instance(&text);
    let _ = dkim::without_signature(input);
    if let Some(field) = results::Field::parse(input) {
        assert_eq!(results::authserv_id(input), Some(field.authserv_id));
    }
    for form in [Canonicalization::Simple, Canonicalization::Relaxed] {
        let (first, second) = input.split_at(input.len() / 2);
        let whole = canonical(&[input], form);
        assert_eq!(canonical(&[first, second], form), whole);
        // What is canonical stays so.
        assert_eq!(canonical(&[&whole], form), whole);
    }
});
