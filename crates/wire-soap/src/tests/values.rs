//! The table lets nothing else pass.

use model::Timestamp;
use proptest::prelude::*;

use super::*;

#[test]
fn a_request_that_keeps_to_the_table_becomes_a_value() {
    let expected = Send {
        reference: "a-1".to_owned(),
        to: vec!["Anna".to_owned(), "Bruno".to_owned()],
        speed: Some(Speed::Fast),
        grams: 250,
        fragile: true,
        goes: Some(Timestamp(1_795_291_500_500)),
        things: vec![Thing { name: "book".to_owned(), content: Bytes::from_static(b"hello") }],
        note: Some("two\nlines & more".to_owned()),
        word: None,
    };
    for (version, content_type) in
        [(Version::One, "text/xml; charset=UTF-8"), (Version::Two, "application/soap+xml; charset=utf-8")]
    {
        let document = envelope(version, "", &send(GOOD));
        let request = read_as(content_type, Some("\"\""), document.as_bytes()).unwrap();
        assert_eq!((request.version, request.operation.name, request.is_mtom), (version, "Send", false));
        assert_eq!(request.values.integer("grams"), Some(250));
        assert_eq!(request.values.boolean("fragile"), Some(true));
        assert_eq!(request.values.moment("goes"), expected.goes);
        assert_eq!(request.values.text("grams"), None);
        let thing = request.values.records("thing").next().unwrap();
        assert_eq!(thing.bytes("content").unwrap().as_ref(), b"hello");
        assert_eq!(typed(request), expected);
    }
}

#[test]
fn what_may_be_missing_may_be_missing_or_said_to_be_nothing() {
    let xsi = "xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\"";
    let least = "<reference> a-1\n</reference><to>Anna</to>";
    for content in [
        format!("{least}<grams>1</grams><fragile>0</fragile>"),
        format!(
            "\n {least} <!-- between -->\n<speed {xsi} xsi:nil=\"true\"/><grams> +1 </grams><fragile>false</fragile>"
        ),
    ] {
        let sent = typed(read_body(&send(&content)).unwrap());
        assert_eq!((sent.reference.as_str(), sent.speed, sent.note, sent.grams), ("a-1", None, None, 1));
    }
    let content = format!("{least}<grams {xsi} xsi:nil=\"true\"/><fragile>false</fragile>");
    refused(read_body(&send(&content)), Code::Validation, "Send/grams");
}

#[test]
fn what_is_secret_is_repeated_in_no_fault() {
    for (word, reason) in [("sesame street", "too long"), ("open!", "not what may stand here")] {
        let content = GOOD.replace("</note>", &format!("</note><word>{word}</word>"));
        let fault = read_body(&send(&content)).unwrap_err();
        assert_eq!((fault.code, fault.field.as_deref()), (Code::Validation, Some("Send/word")));
        assert!(fault.reason.contains(reason), "{fault:?}");
        assert!(!format!("{fault:?}").contains(word), "{fault:?}");
    }
}

#[test]
fn each_broken_rule_is_said_with_its_element() {
    for (good, bad, code, words) in [
        ("<reference>a-1</reference>", "", Code::Validation, "Some(\"Send/reference\")"),
        ("a-1", "a b", Code::Validation, "letters, digits and hyphens"),
        ("a-1", "12345678901", Code::Validation, "at most 10"),
        ("<to>Anna</to>", "<to></to>", Code::Validation, "Send/to[1]"),
        ("<to>Anna</to>", "<to>A</to><to>B</to><to>C</to>", Code::TooLarge, "Send/to[4]"),
        ("fast", "FAST", Code::Validation, "one of fast, slow"),
        ("250", "0", Code::Validation, "from 1 to 30000"),
        ("250", "30001", Code::Validation, "from 1 to 30000"),
        ("250", "99999999999999999999", Code::Validation, "Send/grams"),
        ("250", "2.5", Code::Validation, "Send/grams"),
        ("250", "<b>250</b>", Code::Validation, "an element stands within a value"),
        ("true", "yes", Code::Validation, "true or false"),
        ("21T21", "31T21", Code::Validation, "Send/goes"),
        ("+01:00", "", Code::Validation, "with its offset"),
        ("aGVsbG8=", "aGVsbG8", Code::Validation, "Send/thing[1]/content"),
        ("aGVsbG8=", "aGVsbG9=", Code::Validation, "no base64"),
        ("<name>book</name>", "", Code::Validation, "Some(\"Send/thing[1]/name\")"),
        ("<note>", "<note when=\"now\">", Code::Validation, "the attribute «when»"),
        ("<note>", "<nota/><note>", Code::Validation, "«nota» is unknown"),
        ("<note>", "<x xmlns=\"urn:other\"/><note>", Code::Validation, "not of the service's namespace"),
        ("<note>", "text<note>", Code::Validation, "text stands between"),
        ("</note>", "</note><note/>", Code::Validation, "stands twice"),
        ("</note>", "</note><reference>b</reference>", Code::Validation, "in this order"),
        ("<grams>250</grams>", "", Code::Validation, "«grams» is missing"),
        (
            "<speed>fast</speed><grams>250</grams>",
            "<grams>250</grams><speed>fast</speed>",
            Code::Validation,
            "too late",
        ),
    ] {
        assert!(GOOD.contains(good), "{good}");
        refused(read_body(&send(&GOOD.replacen(good, bad, 1))), code, words);
    }
}

#[test]
fn octets_beyond_the_limit_are_refused_before_and_after_decoding() {
    for octets in [1001, 1003, 5000] {
        let content = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, vec![7; octets]);
        let wrong = GOOD.replace("aGVsbG8=", &content);
        refused(read_body(&send(&wrong)), Code::TooLarge, "at most 1000 octets");
    }
    let lines = GOOD.replace("aGVsbG8=", "\n aGVs\r\nbG8=\n");
    assert_eq!(typed(read_body(&send(&lines)).unwrap()).things[0].content.as_ref(), b"hello");
}

#[test]
fn moments_are_those_of_the_calendar() {
    let read = |text: &str| moment::read(text).map(|moment| moment.0);
    assert_eq!(read("1970-01-01T00:00:00Z"), Some(0));
    assert_eq!(read("2000-02-29T23:59:59.999Z"), Some(951_868_799_999));
    assert_eq!(read("2026-11-21T00:30:00+01:00"), read("2026-11-20T23:30:00Z"));
    assert_eq!(read("2026-11-20T14:30:00-09:00"), read("2026-11-20T23:30:00Z"));
    for wrong in [
        "2025-02-29T00:00:00Z",
        "2026-13-01T00:00:00Z",
        "2026-00-01T00:00:00Z",
        "2026-01-01T24:00:00Z",
        "2026-01-01T00:00:60Z",
        "2026-01-01T00:00:00",
        "2026-01-01T00:00:00+15:00",
        "2026-01-01 00:00:00Z",
        "1969-12-31T23:59:59Z",
        "20260-01-01T00:00:00Z",
        "2026-1-1T0:0:0Z",
        "2026-01-01T00:00:00.Z",
        "é",
        "",
        "2026-01-01T00:00:00Zé",
        "2026-01-01T00:00:00+0é:00",
        "-2026-01-01T00:00:00Z",
    ] {
        assert_eq!(read(wrong), None, "{wrong}");
    }
    assert_eq!(moment::write(Timestamp(1_795_291_500_500)), "2026-11-21T20:05:00.500Z");
}

proptest! {
    #[test]
    fn every_moment_is_read_as_it_was_written(milliseconds in 0..253_402_300_799_999i64) {
        let text = moment::write(Timestamp(milliseconds));
        prop_assert_eq!(moment::read(&text), Some(Timestamp(milliseconds)));
    }
}
