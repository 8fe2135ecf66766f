//! `relais evidence verify`, with the example of the format's documentation.

use std::path::{Path, PathBuf};

use model::Timestamp;
use serde_json::Value;

use crate::commands::evidence::verified;

/// Long after the example was stamped.
const LATER: Timestamp = Timestamp(4_000_000_000_000);

fn example(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../evidence/testdata").join(name)
}

#[test]
fn an_example_is_proven_with_its_documents() {
    let files = [example("read.evidence.json"), example("letter.eml"), example("lohn.pdf")];
    let output = verified(&files, &example("keys.json"), LATER).unwrap();
    assert_eq!(output.status(), 0, "{}", output.to_text());
    let text = output.to_text();
    for line in [
        "Keys of Relais Example, SHA-256 ",
        "A registered letter <20261122.1@example.ch> from anna@example.ch to beat@example.com",
        "proven     letter.eml is letter 1 as it goes to its recipient, byte for byte.",
        "not shown  More may have happened to letter 1 since: this file ends with statement 5.",
        "\nProven.\n",
    ] {
        assert!(text.contains(line), "{line}\n{text}");
    }
    let json: Value = serde_json::from_str(&output.to_json()).unwrap();
    assert_eq!(json["verdict"], "proven");
    assert_eq!(json["files"][0]["file"], "read.evidence.json");
    assert_eq!(json["files"][0]["letters"][0]["state"], "handed over");
}

#[test]
fn what_is_false_or_unreadable_is_told_apart() {
    let directory = tempfile::TempDir::new().unwrap();
    let place = |name: &str| directory.path().join(name);
    let bundle = std::fs::read(example("read.evidence.json")).unwrap();
    let mut altered = bundle.clone();
    altered[700] ^= 1;
    std::fs::write(place("altered.evidence.json"), altered).unwrap();
    std::fs::write(place("letter.eml"), "From: somebody else\r\n\r\n").unwrap();

    let files = [example("read.evidence.json"), place("letter.eml")];
    let output = verified(&files, &example("keys.json"), LATER).unwrap();
    assert_eq!(output.status(), 1);
    assert!(
        output
            .to_text()
            .contains("FAILED     letter.eml is neither a letter that is told of nor a part of one.")
    );
    // A machine whose clock stands before the time-stamp.
    let output = verified(&files[..1], &example("keys.json"), Timestamp(1_700_000_000_000)).unwrap();
    assert_eq!(output.status(), 1);

    let error = |files: &[PathBuf], keys: &Path| format!("{:#}", verified(files, keys, LATER).err().unwrap());
    let altered = error(&[place("altered.evidence.json")], &example("keys.json"));
    assert!(altered.contains("the file was altered after it was written"), "{altered}");
    let missing = error(&files, &place("keys.json"));
    assert!(
        missing.starts_with("the keys that the platform publishes are needed: --keys FILE: cannot read "),
        "{missing}"
    );
    let strange = error(&files, &example("lohn.pdf"));
    assert!(strange.starts_with("cannot use the file of published keys: "), "{strange}");
    let none = error(&[place("letter.eml")], &example("keys.json"));
    assert!(none.starts_with("none of the files is evidence"), "{none}");
}
