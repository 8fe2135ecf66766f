//! The example of docs/formats/evidence.md, kept as files: what was once written stays provable. `UPDATE=1` writes a new
//! one.

use std::path::PathBuf;

use super::lab::{Platform, READ};
use super::statement::{ATTACHMENT, LETTER};
use crate::{Bundle, Document, Keys, Verdict, verify_files};

fn place(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("testdata").join(name)
}

fn read(name: &str) -> Vec<u8> {
    std::fs::read(place(name)).unwrap_or_else(|error| panic!("testdata/{name}: {error}"))
}

#[test]
fn the_example_of_the_documentation_is_proven() {
    if std::env::var_os("UPDATE").is_some() {
        let mut platform = Platform::new();
        let statements = platform.statements(3, &READ);
        let json = platform.bundle(&[statements]).to_json().expect("JSON");
        for (name, bytes) in [
            ("read.evidence.json", &json[..]),
            ("keys.json", &platform.keys().to_json().expect("JSON")),
            ("letter.eml", LETTER),
            ("lohn.pdf", ATTACHMENT),
        ] {
            std::fs::write(place(name), bytes).expect("written");
        }
    }
    let json = read("read.evidence.json");
    assert_eq!(Bundle::parse(&json).expect("a bundle").to_json().expect("JSON"), json);
    let keys = Keys::parse(&read("keys.json")).expect("keys");
    let (letter, attachment) = (read("letter.eml"), read("lohn.pdf"));
    let files = [
        Document { name: "read.evidence.json", bytes: &json },
        Document { name: "letter.eml", bytes: &letter },
        Document { name: "lohn.pdf", bytes: &attachment },
    ];
    let verified = verify_files(&files, &keys, None).expect("readable");
    assert_eq!(verified[0].report.verdict, Verdict::Proven, "{}", verified[0].report);
}
