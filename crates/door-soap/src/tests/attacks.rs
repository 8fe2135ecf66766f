//! Attacks by XML against the door as it is reached over HTTP: each is refused with a fault, nothing is fetched, nothing is
//! sent, and whoever sends right after them is answered.

use std::time::Instant;

use super::*;

const SEND: &str = "urn:relais:soap:send:3.0";
const ENVELOPE: &str = "http://schemas.xmlsoap.org/soap/envelope/";

/// A letter whose subject is `subject`, within an envelope.
fn letter(subject: &str) -> String {
    format!(
        "<s:Envelope xmlns:s=\"{ENVELOPE}\"><s:Body><SendMessage xmlns=\"{SEND}\"><clientRef>attack</clientRef>\
         <from>payroll@valbois.test</from><to><address>anna@valbois.test</address></to><subject>{subject}</subject>\
         <text><plain>x</plain></text><mode>registered</mode></SendMessage></s:Body></s:Envelope>"
    )
}

/// Declarations before a letter whose subject names one of their entities.
fn with_doctype(declarations: &str, subject: &str) -> String {
    format!("<?xml version=\"1.0\"?><!DOCTYPE r [{declarations}]>{}", letter(subject))
}

fn attacks() -> Vec<(&'static str, String)> {
    let laughs: String = (1..10)
        .map(|level| format!("<!ENTITY l{level} \"{}\">", format!("&l{};", level - 1).repeat(10)))
        .collect();
    let deep = 40;
    let attributes: String = (0..33).map(|number| format!(" a{number}=\"1\"")).collect();
    let namespaces: String = (0..17).map(|number| format!(" xmlns:n{number}=\"urn:{number}\"")).collect();
    vec![
        ("a file by an entity", with_doctype("<!ENTITY x SYSTEM \"file:///etc/passwd\">", "&x;")),
        ("an address by an entity", with_doctype("<!ENTITY x SYSTEM \"http://127.0.0.1:1/\">", "&x;")),
        (
            "a parameter entity",
            with_doctype("<!ENTITY % x SYSTEM \"http://127.0.0.1:1/x.dtd\"> %x;", "x"),
        ),
        ("a thousand million laughs", with_doctype(&format!("<!ENTITY l0 \"ha\">{laughs}"), "&l9;")),
        ("one long entity, often", with_doctype(&format!("<!ENTITY x \"{}\">", "x".repeat(50_000)), &"&x;".repeat(1000))),
        ("an external subset", format!("<!DOCTYPE r SYSTEM \"http://127.0.0.1:1/x.dtd\">{}", letter("x"))),
        ("an entity that nobody declared", letter("&x;")),
        ("an inclusion", letter("<i:include xmlns:i=\"http://www.w3.org/2001/XInclude\" href=\"file:///etc/passwd\" parse=\"text\"/>")),
        ("a style sheet", format!("<?xml-stylesheet href=\"http://127.0.0.1:1/x.xsl\"?>{}", letter("x"))),
        ("a processing instruction within", letter("<?php x?>")),
        ("elements within each other", letter(&format!("{}{}", "<a>".repeat(deep), "</a>".repeat(deep)))),
        ("elements without an end", letter(&"<a>".repeat(100_000))),
        ("many elements", letter(&"<a/>".repeat(30_000))),
        ("many attributes", letter("x").replace("<SendMessage ", &format!("<SendMessage{attributes} "))),
        ("many namespaces", letter("x").replace("<SendMessage ", &format!("<SendMessage{namespaces} "))),
        ("an attribute twice", letter("x").replace("<subject>", "<subject a=\"1\" a=\"2\">")),
        (
            "an attribute twice under two prefixes",
            letter("x").replace("<subject>", "<subject xmlns:p=\"urn:p\" xmlns:q=\"urn:p\" p:a=\"1\" q:a=\"2\">"),
        ),
        ("a long name", letter("x").replace("<subject>", &format!("<{}/><subject>", "n".repeat(100_000)))),
        ("a long value", letter("x").replace("<subject>", &format!("<subject a=\"{}\">", "v".repeat(100_000)))),
        ("a comment within a value", letter("x").replace("payroll@valbois.test", "payroll@valbois.test<!---->.evil.test")),
        ("a character that is none", letter("&#0;")),
        ("a character beyond all", letter("&#x110000;")),
        ("another encoding", format!("<?xml version=\"1.0\" encoding=\"utf-7\"?>{}", letter("x"))),
        ("two bodies", letter("x").replace("</s:Envelope>", &format!("<s:Body><GetServiceInfo xmlns=\"{SEND}\"/></s:Body></s:Envelope>"))),
        ("two operations", letter("x").replace("</s:Body>", &format!("<GetServiceInfo xmlns=\"{SEND}\"/></s:Body>"))),
        ("a second root", format!("{}{}", letter("x"), letter("x"))),
        ("an element twice", letter("x").replace("<subject>", "<subject>other</subject><subject>")),
        ("an unknown element", letter("x").replace("<subject>", "<admin>true</admin><subject>")),
        ("octets that a part is to bring", letter("x").replace("<mode>", 
            "<attachment><fileName>x</fileName><mediaType>text/plain</mediaType><content><x:Include \
             xmlns:x=\"http://www.w3.org/2004/08/xop/include\" href=\"file:///etc/passwd\"/></content></attachment><mode>"
        )),
        ("half of an envelope", letter("x").chars().take(200).collect()),
    ]
}

async fn post(door: &Door, body: impl Into<reqwest::Body>) -> (u16, String) {
    let client = reqwest::Client::builder().no_proxy().build().expect("a client");
    let request = client.post(door.url("/3.0/")).header("Content-Type", "text/xml; charset=utf-8");
    let response = request.basic_auth("payroll", Some("secret-payroll")).body(body).send().await;
    let response = response.expect("an answer");
    (response.status().as_u16(), response.text().await.expect("a text"))
}

#[tokio::test]
async fn every_attack_by_xml_is_refused_and_nothing_of_it_is_done() {
    let door = door(Limits::default()).await;
    for (name, body) in attacks() {
        let began = Instant::now();
        let (status, text) = post(&door, body).await;
        assert_eq!(status, 500, "{name}: {text}");
        assert!(
            text.contains("soap:Client.Validation") || text.contains("soap:Client.TooLarge"),
            "{name}: {text}"
        );
        assert!(!text.contains("root:") && text.len() < 4000, "{name}: {text}");
        // None takes what its author hoped for: the longest is a few megabytes to read.
        assert!(began.elapsed().as_secs() < 20, "{name}");
    }
    assert_eq!(door.operations.letters(), 0, "nothing was sent");
    let (status, text) = post(&door, letter("harmless")).await;
    assert_eq!((status, door.operations.letters()), (200, 1), "{text}");
    door.end().await;
}

#[tokio::test]
async fn an_attack_before_anybody_is_known_does_no_more() {
    let door = door(Limits::default()).await;
    let client = reqwest::Client::builder().no_proxy().build().expect("a client");
    for (name, body) in attacks() {
        let request = client.post(door.url("/3.0/")).header("Content-Type", "text/xml").body(body);
        let response = request.send().await.expect("an answer");
        let (status, text) = (response.status().as_u16(), response.text().await.expect("a text"));
        assert!([401, 500].contains(&status), "{name}: {status} {text}");
        assert!(text.contains("soap:Client."), "{name}: {text}");
    }
    assert_eq!(door.operations.letters(), 0);
    door.end().await;
}
