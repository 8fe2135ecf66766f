//! Letters made of what a program says of them.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use model::Address;

use crate::following::Cursor;
use crate::{Attached, Composing, compose};

fn address(text: &str) -> Address {
    Address::parse(text).unwrap()
}

fn composed(html: Option<&str>, subject: &str, plain: &str, attachments: &[Attached<'_>]) -> String {
    let from = address("salaires@valbois.test");
    let to = [
        (address("anna@valbois.test"), Some("Müller, Anna <x@y.test>".to_owned())),
        (address("b@else.test"), None),
    ];
    let letter = Composing {
        from: &from,
        to: &to,
        cc: &[],
        subject,
        plain: Some(plain),
        html,
        attachments,
        answers: Some("<a.b@else.test>"),
        boundary: "0123",
    };
    String::from_utf8(compose(&letter)).unwrap()
}

#[test]
fn a_text_alone_is_one_part_with_crlf_and_names_are_encoded() {
    let letter = composed(None, "Payslip", "line one\nline two", &[]);
    let (header, body) = letter.split_once("\r\n\r\n").unwrap();
    assert!(header.starts_with("From: salaires@valbois.test\r\nTo: =?"), "{header}");
    let name = header.split("To: =?utf-8?B?").nth(1).unwrap().split("?=").next().unwrap();
    assert_eq!(STANDARD.decode(name).unwrap(), "Müller, Anna <x@y.test>".as_bytes());
    assert!(header.contains("?= <anna@valbois.test>,\r\n b@else.test\r\nSubject: Payslip\r\n"), "{header}");
    assert!(
        header.contains("\r\nIn-Reply-To: <a.b@else.test>\r\nReferences: <a.b@else.test>\r\n"),
        "{header}"
    );
    assert!(header.ends_with("Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64"));
    assert_eq!(STANDARD.decode(body.trim_end()).unwrap(), b"line one\r\nline two");
}

#[test]
fn text_html_and_files_nest_and_a_file_comes_back_octet_for_octet() {
    let octets: Vec<u8> = (0..=255).cycle().take(1_000).collect();
    let files = [Attached { name: "fiche de paie.pdf", media_type: "application/pdf", content: &octets }];
    let letter = composed(Some("<p>line</p>"), "Payslip", "line", &files);
    let at = |text: &str| letter.find(text).unwrap_or_else(|| panic!("{text} in {letter}"));
    assert!(
        at("multipart/mixed; boundary=\"whole-0123\"") < at("multipart/alternative; boundary=\"text-0123\"")
    );
    assert!(at("text/plain") < at("text/html") && at("text/html") < at("--text-0123--"));
    assert!(letter.ends_with("--whole-0123--\r\n"));
    let file = letter.split("filename=\"fiche de paie.pdf\"").nth(1).unwrap();
    let file = file.split_once("\r\n\r\n").unwrap().1.split("--whole").next().unwrap();
    assert_eq!(STANDARD.decode(file.replace("\r\n", "")).unwrap(), octets);
    assert!(letter.lines().all(|line| line.len() <= 78));
}

#[test]
fn what_a_program_says_writes_no_fields_of_its_own() {
    let files = [
        Attached { name: "a\"\r\nX-Evil: 1;é.pdf", media_type: "text/plain\r\nX-Evil: 2", content: b"x" },
        Attached { name: "b", media_type: "message/rfc822", content: b"x" },
    ];
    let letter = composed(None, "Payslip\r\nX-Evil: 3", "--whole-0123--\r\n\r\nX-Evil: 4", &files);
    assert!(letter.lines().all(|line| !line.starts_with("X-Evil")), "{letter}");
    assert_eq!(letter.matches("Content-Type: application/octet-stream").count(), 2, "{letter}");
    assert!(letter.contains("filename*=UTF-8''a%22X-Evil%3A%201%3B%C3%A9.pdf"), "{letter}");
    assert_eq!(letter.matches("--whole-0123--").count(), 1, "a text is no end of parts");
}

#[test]
fn a_cursor_reads_back_and_nothing_else_does() {
    for text in ["0", "7", "9007199254740991"] {
        assert_eq!(Cursor::parse(text).unwrap().to_string(), text);
    }
    for wrong in ["", "x", "-1", "+1", "01", " 1", "1.2", "9007199254740992", "99999999999999999999"] {
        assert_eq!(Cursor::parse(wrong), None, "{wrong}");
    }
}
