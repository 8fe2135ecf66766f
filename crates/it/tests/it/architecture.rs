//! What must hold of the source itself: who depends on whom, where SQL may stand, what a "yes" in docs/standards.tsv
//! rests on, and under which licences the dependencies are.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// The floors of ARCHITECTURE.md, from the ground up. A crate may use crates of lower floors; crates of one floor never
/// know each other.
const FLOORS: &[&[&str]] = &[
    &["model", "languages"],
    &["wire-smtp", "wire-imap", "wire-mime", "wire-dns", "wire-trust", "wire-cms", "wire-safe", "wire-soap"],
    &["evidence", "receipts"],
    &["db", "blobs", "world"],
    &["trust"],
    &["trail"],
    &["directory"],
    &["hosts"],
    &["keys"],
    &["gateways"],
    &["zones"],
    &["reputation"],
    &["mail-store", "mail-secure"],
    &["mail-judge", "mail-route", "mail-queue", "mail-deliver", "mail-reports"],
    &["mail-flow", "renumbering"],
    &["onboarding"],
    &["doorway"],
    &["doorway-http"],
    &[
        "door-smtp",
        "door-imap",
        "door-dns",
        "door-public",
        "door-api",
        "door-soap",
        "door-manager",
        "door-safe",
    ],
    &["app"],
    &["it"],
];

/// Who knows a protocol besides the crate that speaks it. wire-mime, wire-dns and wire-trust are free for all above
/// them.
const WIRES: &[(&str, &[&str])] = &[
    ("wire-smtp", &["door-smtp", "mail-deliver", "app"]),
    ("wire-imap", &["door-imap", "app"]),
    ("wire-soap", &["door-soap"]),
];

/// Dependencies on their own crates that the floors do not explain; each needs a decision.
const DOORS_ALSO: &[(&str, &str)] = &[];

/// Licences that a dependency may be under. Nothing under GPL, LGPL or AGPL is linked, except where it is one of several
/// to choose from. deny.toml has the same list for cargo-deny.
const LICENCES: &[&str] = &[
    "MIT",
    "MIT-0",
    "Apache-2.0",
    "Apache-2.0 WITH LLVM-exception",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "0BSD",
    "ISC",
    "Zlib",
    "BSL-1.0",
    "Unicode-3.0",
    "Unicode-DFS-2016",
    "CC0-1.0",
    "Unlicense",
    "CDLA-Permissive-2.0",
    "MPL-2.0",
    "OpenSSL",
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../..")
        .canonicalize()
        .expect("the repository is where it was built")
}

fn read(path: impl AsRef<Path>) -> String {
    let path = root().join(path);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn metadata(arguments: &[&str]) -> Value {
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let output = Command::new(cargo)
        .args(["metadata", "--format-version", "1", "--locked"])
        .args(arguments)
        .current_dir(root())
        .output()
        .expect("cargo runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("cargo metadata is JSON")
}

fn text(value: &Value) -> &str {
    value.as_str().expect("cargo metadata has a text here")
}

/// Our crates, each with the crates of ours that it uses; development dependencies apart.
fn edges() -> BTreeMap<String, BTreeSet<String>> {
    let metadata = metadata(&["--no-deps"]);
    let packages = metadata["packages"].as_array().expect("packages");
    let ours: BTreeSet<&str> = packages.iter().map(|package| text(&package["name"])).collect();
    packages
        .iter()
        .map(|package| {
            let uses = package["dependencies"].as_array().expect("dependencies").iter();
            let uses = uses.filter(|dependency| dependency["kind"].is_null());
            let uses = uses.map(|dependency| text(&dependency["name"])).filter(|name| ours.contains(name));
            (text(&package["name"]).to_owned(), uses.map(str::to_owned).collect())
        })
        .collect()
}

fn floor(name: &str) -> Option<usize> {
    FLOORS.iter().position(|floor| floor.contains(&name))
}

#[test]
fn dependencies_go_down_only() {
    let mut wrong = Vec::new();
    for (from, uses) in edges() {
        // The benchmark is a client like any other: it knows nothing of ours.
        let Some(above) = floor(&from) else {
            assert_eq!(from, "bench", "{from} stands on no floor: add it to FLOORS and to ARCHITECTURE.md");
            assert!(uses.is_empty(), "bench uses {uses:?}");
            continue;
        };
        for to in uses {
            let below = floor(&to).unwrap_or_else(|| panic!("{to} stands on no floor"));
            if below >= above && !DOORS_ALSO.contains(&(from.as_str(), to.as_str())) {
                wrong.push(format!("{from} → {to}"));
            }
            if let Some((_, knowing)) = WIRES.iter().find(|(wire, _)| *wire == to)
                && !knowing.contains(&from.as_str())
            {
                wrong.push(format!("{from} → {to}: not its protocol"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn the_picture_in_architecture_md_shows_every_crate() {
    let picture = read("ARCHITECTURE.md");
    for name in FLOORS.iter().flat_map(|floor| floor.iter()) {
        assert!(
            picture.contains(&format!("`{name}`")) || picture.contains(&format!(" {name} ")),
            "{name} is missing"
        );
    }
}

/// Every file of ours with this ending, with its path from the root.
pub(crate) fn files(ending: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut folders = vec![root().join("crates"), root().join("bench"), root().join("fuzz")];
    while let Some(folder) = folders.pop() {
        let Ok(entries) = std::fs::read_dir(&folder) else { continue };
        for entry in entries.map(|entry| entry.expect("a readable folder")) {
            let path = entry.path();
            if path.is_dir() {
                if !path.ends_with("target") {
                    folders.push(path);
                }
            } else if path.extension().is_some_and(|extension| extension == ending) {
                let name = path.strip_prefix(root()).expect("below the root").to_string_lossy().into_owned();
                found.push((name, std::fs::read_to_string(&path).expect("readable")));
            }
        }
    }
    found.sort();
    found
}

/// Every Rust file of ours.
fn sources() -> Vec<(String, String)> {
    let found = files("rs");
    assert!(found.len() > 50, "the sources were not found");
    found
}

pub(crate) fn is_test(path: &str) -> bool {
    path.starts_with("crates/it/")
        || path.contains("/tests/")
        || path.ends_with("/tests.rs")
        || path.starts_with("fuzz/")
}

#[test]
fn every_file_says_first_what_it_is() {
    let silent: Vec<String> =
        sources().into_iter().filter(|(_, text)| !text.starts_with("//!")).map(|(path, _)| path).collect();
    assert!(silent.is_empty(), "without a first line `//! …`: {silent:#?}");
}

#[test]
fn sql_stands_in_rows_rs_only() {
    let starts = [
        "SELECT ",
        "INSERT INTO ",
        "UPDATE ",
        "DELETE FROM ",
        "CREATE TABLE ",
        "ALTER TABLE ",
        "WITH RECURSIVE ",
    ];
    let mut wrong = Vec::new();
    let edges = edges();
    for (path, text) in sources() {
        // Who does not use db has nobody to give SQL to, and IMAP has a SELECT of its own; db itself knows the engines.
        let name = path.split('/').nth(1).unwrap_or_default();
        let uses_db = edges.get(name).is_some_and(|uses| uses.contains("db"));
        let is_rows = path.ends_with("/rows.rs") || path.contains("/rows/");
        if !uses_db || is_rows || is_test(&path) {
            continue;
        }
        for (number, line) in text.lines().enumerate() {
            let code = line.trim_start();
            if code.starts_with("//") {
                continue;
            }
            if starts.iter().any(|start| code.starts_with(start) || code.contains(&format!("\"{start}"))) {
                wrong.push(format!("{path}:{}: {}", number + 1, code.trim()));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn nothing_is_left_to_do_in_the_source() {
    // Written apart, so that this file does not find itself.
    let forbidden = [
        concat!("to", "do!("),
        concat!("unimple", "mented!("),
        concat!("db", "g!("),
        concat!("#[ig", "nore"),
    ];
    let mut wrong = Vec::new();
    for (path, text) in sources() {
        for (number, line) in text.lines().enumerate() {
            if !line.trim_start().starts_with("//") && forbidden.iter().any(|word| line.contains(word)) {
                wrong.push(format!("{path}:{}: {}", number + 1, line.trim()));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn the_pure_crates_have_no_io_and_no_clock() {
    let forbidden = [
        "std::fs",
        "std::net::Tcp",
        "std::net::Udp",
        "SystemTime::now",
        "Instant::now",
        "async fn",
        "tokio::",
    ];
    let mut wrong = Vec::new();
    for (path, text) in sources() {
        let pure = path.starts_with("crates/model/") || path.starts_with("crates/wire-");
        // What an example measures, it measures with a clock.
        if !pure || is_test(&path) || path.contains("/examples/") {
            continue;
        }
        for (number, line) in text.lines().enumerate() {
            if !line.trim_start().starts_with("//") && forbidden.iter().any(|word| line.contains(word)) {
                wrong.push(format!("{path}:{}: {}", number + 1, line.trim()));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn every_yes_in_the_table_of_standards_has_a_reference_that_exists() {
    let mut wrong = Vec::new();
    let table = read("docs/standards.tsv");
    let mut lines = table.lines();
    assert_eq!(lines.next(), Some("standard\tsection\tfeature\tsupported\treference"));
    for (number, line) in lines.enumerate() {
        let fields: Vec<&str> = line.split('\t').collect();
        let here = format!("docs/standards.tsv:{}: {line}", number + 2);
        let &[_, _, feature, supported, references] = fields.as_slice() else {
            wrong.push(format!("{here}: not five fields"));
            continue;
        };
        if feature.is_empty() || !["yes", "partly", "no"].contains(&supported) {
            wrong.push(format!("{here}: a feature, and yes, partly or no"));
        }
        if supported != "no" && references.is_empty() {
            wrong.push(format!("{here}: {supported} without a reference"));
        }
        for reference in references.split("; ").filter(|reference| !reference.is_empty()) {
            // PATH or PATH#TEXT: the file holds this text.
            let (path, wanted) = reference.split_once('#').unwrap_or((reference, ""));
            match std::fs::read_to_string(root().join(path)) {
                Ok(text) if text.contains(wanted) => {}
                Ok(_) => wrong.push(format!("{here}: {path} does not contain {wanted}")),
                Err(_) if wanted.is_empty() && root().join(path).is_dir() => {}
                Err(error) => wrong.push(format!("{here}: {path}: {error}")),
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// True when the expression can be satisfied with licences of the list: OR needs one side, AND both.
fn is_allowed(expression: &str) -> bool {
    // Old manifests separate alternatives with a slash.
    let expression = expression.replace('/', " OR ").replace('(', " ( ").replace(')', " ) ");
    let words: Vec<&str> = expression.split_whitespace().collect();
    let mut at = 0;
    let allowed = either(&words, &mut at);
    assert_eq!(at, words.len(), "not a licence expression: {expression}");
    allowed
}

fn either(words: &[&str], at: &mut usize) -> bool {
    let mut allowed = both(words, at);
    while words.get(*at) == Some(&"OR") {
        *at += 1;
        allowed |= both(words, at);
    }
    allowed
}

fn both(words: &[&str], at: &mut usize) -> bool {
    let mut allowed = one(words, at);
    while words.get(*at) == Some(&"AND") {
        *at += 1;
        allowed &= one(words, at);
    }
    allowed
}

fn one(words: &[&str], at: &mut usize) -> bool {
    let word = words.get(*at).expect("a licence");
    *at += 1;
    if *word == "(" {
        let allowed = either(words, at);
        assert_eq!(words.get(*at), Some(&")"));
        *at += 1;
        return allowed;
    }
    if words.get(*at) == Some(&"WITH") {
        let with = format!("{word} WITH {}", words.get(*at + 1).expect("an exception"));
        *at += 2;
        return LICENCES.contains(&with.as_str());
    }
    LICENCES.contains(word)
}

#[test]
fn a_licence_expression_is_read_as_spdx_says() {
    for (expression, expected) in [
        ("MIT", true),
        ("GPL-3.0-only", false),
        ("MIT OR GPL-3.0-only", true),
        ("MIT AND LGPL-2.1-or-later", false),
        ("MIT/Apache-2.0", true),
        ("(MIT OR AGPL-3.0) AND Unicode-3.0", true),
        ("GPL-2.0 OR LGPL-3.0 AND MIT", false),
        ("Apache-2.0 WITH LLVM-exception", true),
        ("GPL-2.0 WITH Classpath-exception-2.0", false),
    ] {
        assert_eq!(is_allowed(expression), expected, "{expression}");
    }
}

#[test]
fn every_dependency_has_an_allowed_licence() {
    // What is built here: crates for other platforms need not even be downloaded.
    let rustc = Command::new("rustc").arg("-vV").output().expect("rustc runs");
    let rustc = String::from_utf8_lossy(&rustc.stdout).into_owned();
    let host = rustc.lines().find_map(|line| line.strip_prefix("host: ")).expect("rustc says its host");
    let metadata = metadata(&["--filter-platform", host]);
    let packages = metadata["packages"].as_array().expect("packages");
    assert!(packages.len() > 100, "the dependencies were not found");
    let wrong: Vec<String> = packages
        .iter()
        .filter(|package| !package["license"].as_str().is_some_and(is_allowed))
        .map(|package| format!("{} {}: {}", package["name"], package["version"], package["license"]))
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn cargo_deny_has_the_same_list_of_licences() {
    let file: toml::Table = read("deny.toml").parse().expect("deny.toml is TOML");
    let listed: BTreeSet<&str> = file["licenses"]["allow"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|name| name.as_str().expect("a name"))
        .collect();
    assert_eq!(listed, LICENCES.iter().copied().collect());
}

/// The contents of the README's code blocks.
fn readme_blocks() -> Vec<String> {
    let mut blocks = Vec::new();
    let mut block: Option<String> = None;
    for line in read("README.md").lines() {
        if line.starts_with("```") {
            match block.take() {
                Some(text) => blocks.push(text),
                None => block = Some(String::new()),
            }
        } else if let Some(text) = &mut block {
            text.push_str(line);
            text.push('\n');
        }
    }
    blocks
}

#[test]
fn the_readme_begins_with_the_two_commands_and_ci_runs_them() {
    let blocks = readme_blocks();
    assert_eq!(blocks[0], "cargo run --release --bin relais -- demo\n");
    assert_eq!(blocks[1], "scripts/test\n");
    let ci = read(".ci/run");
    assert!(ci.lines().any(|line| line == blocks[1].trim_end()), ".ci/run does not call the second command");
    // The first one is started by the stage `demo` of the second, which takes it out of the README word for word.
    let test = read("scripts/test");
    assert!(
        test.contains("scripts/readme-command 1")
            && test.contains("install rust fuzz demo interop crash bench")
    );
}
