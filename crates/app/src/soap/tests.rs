//! The codes that the descriptions promise: each is made somewhere, and the grounds of a refusal are told apart.

mod own_tokens;

use std::path::{Path, PathBuf};

use door_soap::Code;
use mail_flow::Ground;
use model::Reply;

use super::sending::of_reply;

#[test]
fn each_ground_of_a_refusal_has_its_code() {
    let table = [
        (Reply::later(451, 3, 0, "the scanner does not answer"), Code::Temporary, None),
        (Reply::never(530, 7, 0, "disabled"), Code::Auth, None),
        (Reply::never(550, 7, 1, "not among those who may"), Code::Forbidden, None),
        (Reply::never(552, 3, 4, "30 MiB"), Code::TooLarge, None),
        (Reply::never(554, 7, 1, "malware was found"), Code::MalwareFound, None),
        (Reply::never(550, 1, 1, "no such address here"), Code::NotFound, Some("to")),
        (Reply::never(550, 2, 1, "the address is disabled"), Code::RecipientBlocked, Some("to")),
        (Reply::never(550, 5, 3, "at most 7 within an hour"), Code::Validation, Some("to")),
        (Reply::never(550, 7, 0, "another rule"), Code::Conflict, None),
    ];
    for (reply, code, field) in &table {
        let fault = of_reply(reply);
        assert_eq!((fault.code, fault.field.as_deref()), (*code, *field), "{reply}");
        assert_eq!(fault.reason, reply.text());
        assert_eq!(fault.retry_after_seconds.is_some(), *code == Code::Temporary, "{reply}");
    }
    let grounds: Vec<Ground> = table.iter().map(|(reply, _, _)| Ground::of(reply)).collect();
    assert!(Ground::ALL.iter().all(|ground| grounds.contains(ground)), "{grounds:?}");
}

/// A code that stands in the descriptions and that nothing makes is a promise to programs that is not kept.
#[test]
fn every_code_of_the_descriptions_is_made_somewhere() {
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let mut sources = String::new();
    for folder in ["app/src/soap", "door-soap/src", "wire-soap/src"] {
        for file in files(&crates.join(folder)) {
            sources.push_str(&std::fs::read_to_string(&file).unwrap());
        }
    }
    for code in Code::ALL {
        let made = [format!("Fault::new(Code::{code:?},"), format!("fault(Code::{code:?})")];
        let is_made = made.iter().any(|made| sources.contains(made));
        assert!(is_made, "{} is promised and made nowhere", code.as_str());
    }
}

/// The source files below a folder, but for tests: what only they make nobody meets.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        match (name.starts_with("tests"), path.is_dir()) {
            (true, _) => {}
            (false, true) => found.extend(files(&path)),
            (false, false) => found.push(path),
        }
    }
    found
}
