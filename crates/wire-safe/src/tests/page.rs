//! The page that carries an envelope: testdata/page.html is what it looks like (`UPDATE=1` writes it anew).

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use proptest::prelude::*;

use crate::limits::{ENVELOPE_LIMIT_OCTETS, FORM_FIELD_LIMIT_OCTETS};
use crate::tests::Sample;
use crate::{MailShare, NotAFormField, Page, PageWords, PortalOrigin, page, read_form_field};

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/testdata/page.html");

const WORDS: PageWords<'_> = PageWords {
    title: "Lettre sous scellé",
    lead: "Anna Rochat vous a écrit une lettre confidentielle.",
    facts: &[("Expéditrice", "Anna Rochat <anna@valbois.test>"), ("À ouvrir jusqu’au", "21 novembre 2027")],
    open: "Ouvrir",
    explanation: "La lettre est envoyée scellée à safe.example.ch, qui demande qui vous êtes. Elle est ouverte dans votre navigateur.",
    explanation_without_script: "Sans JavaScript, c’est la plateforme qui ouvre la lettre pour vous, et le note.",
    open_without_script: "Faire ouvrir par la plateforme",
    footer: "Cette lettre est signée par safe.example.ch.",
};

fn made(words: PageWords<'_>, envelope: &[u8]) -> String {
    let origin = PortalOrigin::parse("https://safe.example.ch").unwrap();
    let mail_share = MailShare::from_base64url("QEFCQ0RFRkdISUpLTE1OT1BRUlNUVVZXWFlaW1xdXl8").unwrap();
    let octets = page(&Page { words, language: "fr", origin: &origin, mail_share: &mail_share, envelope });
    String::from_utf8(octets).unwrap()
}

/// What a browser would send in the field.
fn field(html: &str) -> &str {
    html.split("name=\"envelope\" value=\"").nth(1).unwrap().split('"').next().unwrap()
}

#[test]
fn the_page_is_what_it_was() {
    // The first of the envelopes that every implementation opens.
    let kept =
        std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/testdata/envelopes.json")).unwrap();
    let kept: serde_json::Value = serde_json::from_str(&kept).unwrap();
    let envelope = STANDARD.decode(kept["envelopes"][0]["envelope"].as_str().unwrap()).unwrap();
    let html = made(WORDS, &envelope);
    assert_eq!(read_form_field(field(&html).as_bytes()).unwrap(), envelope);
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(FILE, &html).unwrap();
    }
    assert!(std::fs::read_to_string(FILE).unwrap() == html, "the page has changed: see testdata/page.html");
}

#[test]
fn the_page_has_no_script_and_nothing_from_elsewhere() {
    let html = made(WORDS, &Sample::new(1).seal(b"yes")).to_lowercase();
    for part in [
        "<script",
        "javascript:",
        "onload",
        "onclick",
        "<link",
        "<img",
        "<iframe",
        "<object",
        "src=",
        "href=",
        "url(",
        "@import",
    ] {
        assert!(!html.contains(part), "{part}");
    }
    // The only addresses are those of the portal.
    assert_eq!(html.matches("https://").count(), html.matches("https://safe.example.ch").count());
    assert_eq!(html.matches("type=\"password\"").count(), 0, "nobody types a password into an attachment");
}

#[test]
fn the_first_button_keeps_the_share_and_the_second_sends_it() {
    let html = made(WORDS, b"SEM1");
    let share = "QEFCQ0RFRkdISUpLTE1OT1BRUlNUVVZXWFlaW1xdXl8";
    assert!(html.contains(&format!("action=\"https://safe.example.ch/safe/open#a={share}\"")));
    assert!(html.contains("<button class=\"first\">Ouvrir</button>"), "without name and value");
    let second = html.split("<button").nth(2).unwrap().split("</button>").next().unwrap();
    assert!(second.contains("formaction=\"https://safe.example.ch/safe/open\""), "{second}");
    assert!(second.contains(&format!("name=\"a\" value=\"{share}\"")), "{second}");
    assert_eq!(html.matches(share).count(), 2);
}

#[test]
fn words_of_others_stay_words() {
    let hostile = "\"><script>alert(1)</script><form action='https://evil.test'>&amp;\u{202e}\0\u{7f}";
    let words = PageWords {
        title: hostile,
        lead: hostile,
        facts: &[(hostile, hostile)],
        open: hostile,
        explanation: hostile,
        explanation_without_script: hostile,
        open_without_script: hostile,
        footer: hostile,
    };
    let html = made(words, b"SEM1");
    assert_eq!(html.matches("<script").count(), 0);
    assert_eq!(html.matches("<form").count(), 1);
    assert!(!html.contains("evil.test'") && !html.contains("amp;amp") && html.contains("&#x26;amp;"));
    assert!(!html.contains('\0') && !html.contains("&#x202e;") && !html.contains("&#x7f;"));
    let origin = PortalOrigin::parse("https://safe.example.ch").unwrap();
    let mail_share = MailShare::new([1; 32]);
    let odd = Page {
        words: WORDS,
        language: "fr\"><script>",
        origin: &origin,
        mail_share: &mail_share,
        envelope: b"",
    };
    assert!(!String::from_utf8(page(&odd)).unwrap().contains("<script"));
}

fn check_lines(html: &str) {
    assert!(html.is_ascii());
    assert!(html.ends_with("\r\n") && html.matches('\n').count() == html.matches("\r\n").count());
    for line in html.split("\r\n") {
        assert!(line.len() <= 998, "{} characters: {line}", line.len());
    }
    assert!(field(html).split("\r\n").all(|line| line.len() <= 76));
}

#[test]
fn the_page_travels_as_seven_bit_whatever_it_says() {
    let long = "é".repeat(5000);
    let many = "mot ".repeat(3000);
    let words = PageWords { title: &long, lead: &many, facts: &[(&many, &long), ("", "")], ..WORDS };
    let html = made(words, &vec![0xff; 300_000]);
    check_lines(&html);
    assert_eq!(read_form_field(field(&html).as_bytes()).unwrap(), vec![0xff; 300_000]);
}

proptest! {
    #[test]
    fn every_envelope_comes_out_of_the_page_as_it_went_in(envelope in prop::collection::vec(any::<u8>(), 0..3000), title in "\\PC{0,300}") {
        let html = made(PageWords { title: &title, ..WORDS }, &envelope);
        check_lines(&html);
        prop_assert_eq!(&read_form_field(field(&html).as_bytes()).unwrap(), &envelope);
        // As browsers send it: some only with line feeds, some with blanks where lines were.
        for other in [field(&html).replace("\r\n", "\n"), field(&html).replace("\r\n", " \t")] {
            prop_assert_eq!(&read_form_field(other.as_bytes()).unwrap(), &envelope);
        }
    }

    #[test]
    fn any_field_is_read_or_refused(field in prop::collection::vec(any::<u8>(), 0..300)) {
        if let Ok(octets) = read_form_field(&field) {
            prop_assert!(octets.len() <= field.len());
        }
    }
}

#[test]
fn a_field_that_is_no_base64_or_too_long_is_refused() {
    for wrong in ["U0VNM", "U0VNMQ", "U0VNMQ=", "U0VNMQ==U0VNMQ==", "U0VNMR==", "U0VN-_==", "<b>"] {
        assert!(matches!(read_form_field(wrong.as_bytes()), Err(NotAFormField::Base64(_))), "{wrong}");
    }
    assert_eq!(read_form_field(b" U0V\r\nNMQ\t==\n").unwrap(), b"SEM1");
    let long = vec![b' '; FORM_FIELD_LIMIT_OCTETS + 1];
    assert!(matches!(read_form_field(&long), Err(NotAFormField::TooLarge { .. })));
    // The largest envelope, in lines of 76 characters that end with CR LF.
    let lines = ENVELOPE_LIMIT_OCTETS.div_ceil(57);
    assert!(ENVELOPE_LIMIT_OCTETS.div_ceil(3) * 4 + 2 * lines + 2 <= FORM_FIELD_LIMIT_OCTETS);
}
