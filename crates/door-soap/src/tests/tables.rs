//! The tables themselves: complete, without contradictions, and as they were agreed.

use std::collections::{BTreeMap, BTreeSet};

use wire_soap::{Field, Kind, wsdl};

use super::python;
use crate::tables;

#[test]
fn every_operation_that_was_agreed_is_there() {
    let [send, read, administration] = tables();
    let names = |table: &wire_soap::Service| {
        table.operations.iter().map(|operation| operation.name).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(
        names(send),
        "SendMessage GetMessageStatus RevokeMessage CheckRecipients ListEvents GetReceipt GetServiceInfo"
    );
    assert_eq!(
        names(read),
        "ListMessages GetMessage AcceptMessage RefuseMessage AcknowledgeMessage ReplyMessage SearchJournal \
         VerifyEvidence"
    );
    assert_eq!(
        names(administration),
        "CreateUser UpdateUser DisableUser GetUser ListUsers AddPeerCertificate RemovePeerCertificate \
         ListPeerCertificates TestConnection SetConnectionMode CreateApplicationAccount RevokeApplicationAccount \
         ExportJournal GetUsage"
    );
    let paths = tables().map(|table| table.path);
    assert_eq!(paths, ["/3.0/", "/3.0/IncaMailReadService", "/IncaMailAdminService/IncaMailAdminPort"]);
}

/// Everything in the tables, with where it is.
fn walk(fields: &'static [Field], path: &str, see: &mut impl FnMut(&str, &'static Field)) {
    for field in fields {
        let here = format!("{path}/{}", field.name);
        see(&here, field);
        if let Kind::Record(record) = &field.kind {
            walk(record.fields, &here, see);
        }
    }
}

fn walk_all(mut see: impl FnMut(&str, &'static Field)) {
    for table in tables() {
        for operation in table.operations {
            walk(operation.input, operation.name, &mut see);
            walk(operation.output, &format!("{}Response", operation.name), &mut see);
        }
    }
}

#[test]
fn every_field_has_a_meaning_and_a_name_of_its_own() {
    let mut seen = BTreeSet::new();
    walk_all(|path, field| {
        assert!(field.documentation.trim().ends_with('.'), "{path}: {:?}", field.documentation);
        assert!(seen.insert(path.to_owned()), "{path} stands twice");
        let is_camel = field.name.bytes().all(|byte| byte.is_ascii_alphanumeric())
            && field.name.starts_with(|first: char| first.is_ascii_lowercase());
        assert!(is_camel, "{path}");
        assert!(field.occurs.least <= field.occurs.most && field.occurs.most <= 1000, "{path}");
    });
    for operation in tables().iter().flat_map(|table| table.operations) {
        assert!(operation.documentation.trim().ends_with('.'), "{}", operation.name);
    }
}

#[test]
fn a_type_is_the_same_wherever_it_stands() {
    let mut types: BTreeMap<&str, String> = BTreeMap::new();
    walk_all(|path, field| {
        let (name, shape) = match &field.kind {
            Kind::Record(record) => (record.name, format!("{:?}", record.fields)),
            Kind::Enumeration(enumeration) => (enumeration.name, format!("{:?}", enumeration.words)),
            _ => return,
        };
        let known = types.entry(name).or_insert_with(|| shape.clone());
        assert_eq!(*known, shape, "{path}: two types are called {name}");
    });
}

#[test]
fn what_may_be_sent_again_has_a_name_of_the_callers() {
    let writes = [
        "SendMessage",
        "RevokeMessage",
        "AcceptMessage",
        "RefuseMessage",
        "ReplyMessage",
        "CreateUser",
        "AddPeerCertificate",
        "CreateApplicationAccount",
    ];
    for operation in tables().iter().flat_map(|table| table.operations) {
        let reference = operation.input.iter().find(|field| field.name == "clientRef");
        let is_required = reference.is_some_and(|field| field.occurs.least == 1);
        assert_eq!(is_required, writes.contains(&operation.name), "{}", operation.name);
    }
}

/// The descriptions that customers' programs are made from: `UPDATE=1` writes them anew.
#[test]
fn the_descriptions_are_those_that_are_kept() {
    for (table, file) in tables().into_iter().zip(["send.wsdl", "read.wsdl", "administration.wsdl"]) {
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("wsdl").join(file);
        let made = wsdl(table, &format!("https://soap.example.ch{}", table.path));
        if std::env::var_os("UPDATE").is_some() {
            std::fs::write(&path, &made).expect("it is written");
        }
        let kept = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(made == kept, "{} is no longer what the table says: UPDATE=1 writes it anew", path.display());
    }
}

const SCHEMAS: &str = r#"
import sys
from lxml import etree
for file in sys.argv[1:]:
    schema = etree.parse(file).find(".//{http://www.w3.org/2001/XMLSchema}schema")
    etree.XMLSchema(etree.fromstring(etree.tostring(schema)))
    print(len(schema))
"#;

#[test]
fn a_validator_of_strangers_takes_each_schema() {
    let directory = tempfile::tempdir().expect("a directory");
    let files = tables().map(|table| {
        let path = directory.path().join(table.name);
        std::fs::write(&path, wsdl(table, "https://soap.example.ch/")).expect("it is written");
        path.to_str().expect("a path of text").to_owned()
    });
    let printed = python(SCHEMAS, &files.each_ref().map(String::as_str));
    let sizes: Vec<usize> = printed.lines().map(|line| line.parse().expect("a number")).collect();
    let least = tables().map(|table| 2 * table.operations.len() + 1);
    assert!(sizes.len() == 3 && sizes.iter().zip(least).all(|(&size, least)| size > least), "{printed}");
}

const PATTERNS: &str = r#"
import sys, re
from lxml import etree
cases = [line.split("\t") for line in open(sys.argv[1], encoding="utf-8", newline="\n").read().split("\n") if line]
for pattern, text in cases:
    schema = etree.XMLSchema(etree.fromstring(
        '<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema"><xs:element name="x"><xs:simpleType>'
        '<xs:restriction base="xs:token"><xs:pattern value="%s"/></xs:restriction></xs:simpleType></xs:element></xs:schema>'
        % pattern.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")))
    element = etree.Element("x")
    element.text = text
    print(int(schema.validate(element)))
"#;

/// Whoever keeps to the WSDL must not be refused for a text's form, as far as a pattern can say the form.
#[test]
fn what_the_check_takes_the_pattern_takes() {
    let samples = [
        "anna@valbois.test",
        "a+b@x.ch",
        "zoë@valbois.test",
        "no address",
        "@",
        "valbois.test",
        "münchen.example",
        "+41791234567",
        "+4",
        "0791234567",
        "run-1",
        "a b",
        "A.b_c-9",
        "application/pdf",
        "text/",
        "Lohn März.pdf",
        "../x",
        "a/b",
        "..",
        "pdf",
        "0123456789abcdef0123456789ABCDEF0123456789abcdef0123456789abcdef",
        "eyJh=",
        "Betreff <1> & \"2\"",
        "é",
    ];
    let mut patterns = BTreeMap::new();
    walk_all(|_, field| {
        if let Kind::Text { pattern: Some(pattern), .. } = &field.kind {
            patterns.insert(pattern.schema, *pattern);
        }
    });
    assert!(patterns.len() >= 9, "{patterns:?}");
    let cases: Vec<_> =
        patterns.values().flat_map(|pattern| samples.iter().map(move |text| (*pattern, *text))).collect();
    let lines: Vec<String> =
        cases.iter().map(|(pattern, text)| format!("{}\t{text}", pattern.schema)).collect();
    let directory = tempfile::tempdir().expect("a directory");
    let file = directory.path().join("cases");
    std::fs::write(&file, lines.join("\n")).expect("it is written");
    let printed = python(PATTERNS, &[file.to_str().expect("a path of text")]);
    let verdicts: Vec<bool> = printed.lines().map(|line| line == "1").collect();
    assert_eq!(verdicts.len(), cases.len());
    let mut taken = BTreeMap::new();
    for ((pattern, text), by_schema) in cases.into_iter().zip(verdicts) {
        let by_check = (pattern.holds)(text);
        assert!(by_schema || !by_check, "{}: the check takes «{text}», the pattern does not", pattern.schema);
        *taken.entry(pattern.schema).or_insert(0) += usize::from(by_check);
    }
    assert!(taken.values().all(|&count| count > 0), "a sample for each pattern: {taken:?}");
}
