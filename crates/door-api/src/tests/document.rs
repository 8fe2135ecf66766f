//! The OpenAPI document: committed, complete and well-formed.

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
