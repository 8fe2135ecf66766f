//! Strangers' programs: zeep reads our WSDL and writes requests that we read; lxml finds our answers valid by the schema.

use std::path::Path;
use std::process::Command;

use super::*;

/// Python with interop/requirements.txt, as `scripts/test install` makes it.
const PYTHON: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../target/interop-venv/bin/python");

fn python(script: &str, files: &[&Path]) -> String {
    assert!(Path::new(PYTHON).exists(), "scripts/test install makes target/interop-venv, where zeep is");
    let output = Command::new(PYTHON).args(["-c", script]).args(files).output().expect("python runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("it prints text")
}

fn file(directory: &tempfile::TempDir, name: &str, content: &str) -> std::path::PathBuf {
    let path = directory.path().join(name);
    std::fs::write(&path, content).expect("a file is written");
    path
}

const REQUESTS: &str = r#"
import sys, datetime, zeep
from lxml import etree
client = zeep.Client(sys.argv[1])
for suffix in "Soap11", "Soap12":
    service = client.bind("Parcels", "ParcelsPort" + suffix)
    node = client.create_message(service, "Send", reference="a-1", to=["Anna", "Bruno"], speed="fast", grams=250,
        fragile=True, goes=datetime.datetime(2026, 11, 21, 20, 5, 0, 500000, tzinfo=datetime.timezone.utc),
        thing=[{"name": "book", "content": b"hello"}], note="two\nlines & more")
    print(etree.tostring(node).decode().replace("\n", "&#10;"))
"#;

#[test]
fn zeep_reads_the_wsdl_and_writes_requests_that_are_read() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = file(&directory, "parcels.wsdl", &wsdl(&SERVICE, "http://127.0.0.1/parcels"));
    let printed = python(REQUESTS, &[&path]);
    let expected = typed(read_body(&send(GOOD)).unwrap());
    let mut lines = printed.lines();
    for content_type in ["text/xml", "application/soap+xml"] {
        let request = lines.next().expect("a line for each version");
        let read = read_as(content_type, None, request.as_bytes());
        assert_eq!(typed(read.unwrap_or_else(|refused| panic!("{request}: {refused:?}"))), expected);
    }
}

const VALIDATE: &str = r#"
import sys
from lxml import etree
schema = etree.parse(sys.argv[1]).find(".//{http://www.w3.org/2001/XMLSchema}schema")
schema = etree.XMLSchema(etree.fromstring(etree.tostring(schema)))
for document in sys.argv[2:]:
    root = etree.parse(document).getroot()
    body = root.find("{*}Body")
    content = body.find(".//{*}ServiceFault")
    content = body[0] if content is None else content
    schema.validate(etree.ElementTree(etree.fromstring(etree.tostring(content))))
    print([entry.message for entry in schema.error_log])
"#;

#[test]
fn lxml_finds_requests_answers_and_faults_valid_by_the_schema() {
    let directory = tempfile::tempdir().expect("a directory");
    let description = file(&directory, "parcels.wsdl", &wsdl(&SERVICE, "http://127.0.0.1/parcels"));
    let request = file(&directory, "request.xml", &envelope(Version::One, "", &send(GOOD)));
    let asked = read_body(&send(GOOD)).unwrap();
    let sent = Sent { number: 7, things: vec![], went: model::Timestamp(0) };
    let answer = Answer::new(&SERVICE, &asked, sent.into_values(), [0; 16]).unwrap();
    let answer = file(&directory, "answer.xml", &String::from_utf8(answer.body).unwrap());
    let fault = Fault::new(Code::NotFound, "no").field("f").rule("r").retry_after(1);
    let fault = file(&directory, "fault.xml", &fault.to_envelope(Version::Two, NAMESPACE));
    let invalid =
        file(&directory, "invalid.xml", &envelope(Version::One, "", &send(&GOOD.replace("a-1", "a b"))));
    let printed = python(VALIDATE, &[&description, &request, &answer, &fault, &invalid]);
    let lines: Vec<&str> = printed.lines().collect();
    assert_eq!(&lines[..3], ["[]"; 3], "{printed}");
    assert!(lines[3].contains("pattern"), "{printed}");
}
