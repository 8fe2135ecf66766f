//! The OpenAPI document: committed, complete and well-formed.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::Value;

use crate::document;

pub(super) const GOLDEN: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/openapi.json");

/// `UPDATE=1` writes the document that the handlers make now.
#[test]
fn the_document_in_the_repository_is_what_is_served() {
    let mut made = serde_json::to_string_pretty(&document()).unwrap();
    made.push('\n');
    if std::env::var("UPDATE").is_ok() {
        std::fs::write(GOLDEN, &made).unwrap();
    }
    let golden = std::fs::read_to_string(GOLDEN).unwrap_or_default();
    assert!(golden == made, "crates/door-api/openapi.json differs: look at it with UPDATE=1 and git diff");
}

#[test]
fn every_operation_has_a_name_of_its_own_a_tag_and_its_refusals() {
    let document = serde_json::to_value(document()).unwrap();
    assert_eq!(document["openapi"], "3.1.0");
    let mut names = std::collections::BTreeSet::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        assert!(path.starts_with("/api/v1/"), "{path}");
        for (method, operation) in item.as_object().unwrap() {
            let name = operation["operationId"].as_str().unwrap().to_owned();
            assert!(names.insert(name.clone()), "{name} stands twice");
            assert_eq!(operation["tags"].as_array().map(Vec::len), Some(1), "{method} {path}");
            assert!(operation["summary"].is_string(), "{method} {path}");
            for refusal in ["401", "404", "429"] {
                assert!(operation["responses"][refusal].is_object(), "{method} {path}: {refusal}");
            }
        }
    }
    assert!(names.len() > 40);
}

#[test]
fn every_reference_leads_somewhere() {
    let document = serde_json::to_value(document()).unwrap();
    let mut references = Vec::new();
    collect(&document, &mut references);
    assert!(!references.is_empty());
    for reference in references {
        assert!(document.pointer(reference.trim_start_matches('#')).is_some(), "{reference}");
    }
}

/// The document keeps one schema for a name and says nothing of the other: two types of one name would describe one
/// operation by the other's answer.
#[test]
fn no_two_types_share_the_name_of_a_schema() {
    let mut places: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("src")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let source = std::fs::read_to_string(&path).unwrap();
                for name in schemas(&source) {
                    places.entry(name).or_default().push(path.display().to_string());
                }
            }
        }
    }
    let document = serde_json::to_value(document()).unwrap();
    let known = document["components"]["schemas"].as_object().unwrap();
    let found = places.keys().filter(|name| known.contains_key(*name)).count();
    assert!(found > 100, "the types were not found in the source: {found}");
    places.retain(|_, places| places.len() > 1);
    assert!(places.is_empty(), "one name for several types: {places:#?}");
}

/// The schemas that a source file derives: by `#[schema(as = …)]`, or else by the name of the type.
fn schemas(source: &str) -> Vec<String> {
    let mut names = Vec::new();
    // Written apart, so that this file does not find itself.
    let derive = concat!("#[der", "ive(");
    for part in source.split(derive).skip(1) {
        let Some((derived, rest)) = part.split_once(")]") else { continue };
        let declared = rest.lines().map(str::trim_start).find_map(|line| {
            let line = line.trim_start_matches("pub(crate) ").trim_start_matches("pub(super) ");
            line.trim_start_matches("pub ")
                .strip_prefix("struct ")
                .or_else(|| line.trim_start_matches("pub ").strip_prefix("enum "))
        });
        let Some(declared) = declared.filter(|_| derived.contains("ToSchema")) else { continue };
        let word =
            |text: &str| text.split(|c: char| !c.is_alphanumeric() && c != '_').next().map(str::to_owned);
        let attributes = rest.split(declared).next().unwrap_or_default();
        let named = attributes.split_once("as = ").and_then(|(_, name)| word(name));
        names.extend(named.or_else(|| word(declared)));
    }
    names
}

#[test]
fn the_names_of_schemas_are_read_from_the_source() {
    let derive = concat!("#[der", "ive(");
    let source = format!(
        "{derive}Serialize, ToSchema)]\npub(crate) struct Way {{\n}}\n{derive}Debug)]\nstruct No;\n\
         {derive}ToSchema)]\n#[serde(deny_unknown_fields)]\n#[schema(as = NewWay)]\npub(crate) struct New {{\n}}\n\
         {derive}ToSchema)]\nenum Kind {{ A }}\n{derive}ToSchema)]\npub struct Page<T> {{}}\n"
    );
    assert_eq!(schemas(&source), ["Way", "NewWay", "Kind", "Page"]);
}

fn collect(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Object(object) => {
            found.extend(object.get("$ref").and_then(Value::as_str).map(str::to_owned));
            object.values().for_each(|value| collect(value, found));
        }
        Value::Array(values) => values.iter().for_each(|value| collect(value, found)),
        _ => {}
    }
}
