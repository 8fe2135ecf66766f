//! MTOM: what is included, exactly once, and nothing else.

use super::*;

const MEDIA: &str = "multipart/related; boundary=\"b\"; type=\"application/xop+xml\"; start=\"<root>\"; start-info=\"text/xml\"";
const ROOT: &str =
    "Content-Type: application/xop+xml; charset=UTF-8; type=\"text/xml\"\r\nContent-ID: <root>\r\n";

fn include(href: &str) -> String {
    format!("<xop:Include xmlns:xop=\"http://www.w3.org/2004/08/xop/include\" href=\"{href}\"/>")
}

fn root(href: &str) -> String {
    let content = GOOD.replace("aGVsbG8=", &include(href));
    format!("{ROOT}\r\n{}", envelope(Version::One, "", &send(&content)))
}

fn part(id: &str, content: &str) -> String {
    format!(
        "Content-Type: application/pdf\r\nContent-ID: <{id}>\r\nContent-Transfer-Encoding: binary\r\n\r\n{content}"
    )
}

fn body(parts: &[String]) -> Vec<u8> {
    let parts: String = parts.iter().map(|part| format!("--b\r\n{part}\r\n")).collect();
    format!("preamble\r\n{parts}--b--\r\nepilogue").into_bytes()
}

fn read_parts(parts: &[String]) -> Result<Request, Fault> {
    read_as(MEDIA, None, &body(parts)).map_err(|refused| match refused {
        Refused::Fault { fault, .. } => fault,
        Refused::MediaType => panic!("it is MTOM"),
    })
}

#[test]
fn an_included_part_is_a_slice_of_the_body() {
    let whole = Bytes::from(body(&[root("cid:a%40b"), part("a@b", "he\r\n--bllo")]));
    let incoming =
        Incoming { content_type: MEDIA, soap_action: None, body: &whole, most_octets: MOST_OCTETS };
    let request = incoming.read(&SERVICE).unwrap();
    assert!(request.is_mtom);
    let content = typed(request).things.remove(0).content;
    assert_eq!(content.as_ref(), b"he\r\n--bllo");
    let (from, to) = (whole.as_ptr() as usize, whole.as_ptr() as usize + whole.len());
    assert!((from..to).contains(&(content.as_ptr() as usize)), "nothing was copied");
}

#[test]
fn a_request_by_mtom_may_have_its_octets_inline() {
    let inline = format!("{ROOT}\r\n{}", envelope(Version::One, "", &send(GOOD)));
    assert_eq!(typed(read_parts(&[inline]).unwrap()).things[0].content.as_ref(), b"hello");
}

#[test]
fn version_and_action_are_those_of_the_inner_type() {
    let media = MEDIA.replace(
        "start-info=\"text/xml\"",
        "start-info=\"application/soap+xml; action=\\\"urn:relais:test/Send\\\"\"",
    );
    let inner = ROOT.replace("text/xml", "application/soap+xml");
    let content = envelope(Version::Two, "", &send(&GOOD.replace("aGVsbG8=", &include("cid:x"))));
    let whole = body(&[format!("{inner}\r\n{content}"), part("x", "1")]);
    assert_eq!(read_as(&media, None, &whole).unwrap().version, Version::Two);
    let spoofed = media.replace("/Send", "/Ping");
    assert!(
        matches!(read_as(&spoofed, None, &whole), Err(Refused::Fault { fault, .. }) if fault.reason.contains("action"))
    );
    let mixed = body(&[format!("{ROOT}\r\n{content}"), part("x", "1")]);
    assert!(
        matches!(read_as(&media, None, &mixed), Err(Refused::Fault { fault, .. }) if fault.code == Code::VersionMismatch)
    );
}

#[test]
fn references_that_lead_nowhere_twice_or_to_themselves_are_refused() {
    let x = || part("x", "1");
    let two = GOOD.replace(
        "<note>",
        &format!("<thing><name>n</name><content>{}</content></thing><note>", include("cid:x")),
    );
    let two = two.replace("aGVsbG8=", &include("cid:x"));
    let twice = format!("{ROOT}\r\n{}", envelope(Version::One, "", &send(&two)));
    for (parts, words) in [
        (vec![root("cid:y"), x()], "no part with this Content-ID"),
        (vec![root("cid:root"), x()], "no part with this Content-ID"),
        (vec![twice, x()], "included once"),
        (vec![root("cid:x"), x(), x()], "Content-ID of its own"),
        (vec![root("cid:x"), x(), part("root", "1")], "Content-ID of its own"),
        (vec![root("cid:x"), x(), part("unseen", "1")], "nothing includes the part «unseen»"),
        (vec![root("http://169.254.169.254/latest"), x()], "refers to no part"),
        (vec![root("file:///etc/passwd"), x()], "refers to no part"),
        (vec![root("cid:%"), x()], "refers to no part"),
        (vec![root("cid:%c3"), x()], "refers to no part"),
        (vec![root("cid:"), x()], "refers to no part"),
        (vec![x()], "no part has the Content-ID"),
        (vec![root("cid:x"), "Content-Type: a/b\r\n\r\n1".to_owned()], "has a Content-ID"),
        (vec![root("cid:x"), x().replace("binary", "quoted-printable")], "binary, 8bit or 7bit"),
        (
            vec![root("cid:x"), x().replace("Content-Type", "Content-ID: <z>\r\nContent-Type")],
            "one Content-ID",
        ),
        (vec![root("cid:x"), format!("{}\r\n\r\n1", "A: b\r\n".repeat(17))], "16 header fields"),
        (vec![root("cid:x"), format!("A: {}\r\n\r\n1", "b".repeat(5000))], "within 4096 octets"),
        (vec![root("cid:x").replace("application/xop+xml", "text/html"), x()], "application/xop+xml"),
    ] {
        refused(read_parts(&parts), Code::Validation, words);
    }
    // Without parts there is nothing to refer to, and no cid loop to be had.
    let plain = GOOD.replace("aGVsbG8=", &include("cid:x"));
    refused(read_body(&send(&plain)), Code::Validation, "no parts");
    // An Include stands for octets only.
    let misplaced = GOOD.replace("two\nlines &amp; more", &include("cid:x"));
    let misplaced = format!("{ROOT}\r\n{}", envelope(Version::One, "", &send(&misplaced)));
    refused(read_parts(&[misplaced, x()]), Code::Validation, "an element stands within a value");
}

#[test]
fn too_many_and_too_large_parts_are_refused() {
    refused(
        read_parts(&[root("cid:x"), part("x", &"1".repeat(1001))]),
        Code::TooLarge,
        "at most 1000 octets",
    );
    let many: Vec<String> = (0..102).map(|index| part(&index.to_string(), "1")).collect();
    refused(read_parts(&many), Code::TooLarge, "101 parts");
    let delimiters = "--b\r\n".repeat(100_000);
    let read = read_as(MEDIA, None, delimiters.as_bytes());
    assert!(matches!(read, Err(Refused::Fault { .. })), "{read:?}");
}

#[test]
fn bodies_without_their_delimiters_are_refused() {
    for whole in
        [&b""[..], b"--b", b"--b\r\n", b"--b--", b"--b--\r\n", b"--b\r\n\r\n--c--", b"x--b\r\n\r\n--b--"]
    {
        let read = read_as(MEDIA, None, whole);
        assert!(matches!(read, Err(Refused::Fault { .. })), "{:?}: {read:?}", String::from_utf8_lossy(whole));
    }
    for media in [
        MEDIA.replace("boundary=\"b\"; ", ""),
        MEDIA.replace("\"b\"", "\"\""),
        MEDIA.replace("\"b\"", "\"é\""),
    ] {
        let read = read_as(&media, None, &body(&[root("cid:x"), part("x", "1")]));
        assert!(matches!(read, Err(Refused::Fault { .. })), "{media}: {read:?}");
    }
}

proptest::proptest! {
    #[test]
    fn no_damage_makes_it_panic(
        changes in proptest::collection::vec((proptest::prelude::any::<proptest::sample::Index>(), proptest::prelude::any::<u8>(), 0..3u8), 1..6),
    ) {
        let mut whole = body(&[root("cid:x"), part("x", "12345")]);
        for (at, byte, what) in changes {
            let at = at.index(whole.len());
            match what {
                0 => whole[at] = byte,
                1 => whole.truncate(at.max(1)),
                _ => whole.insert(at, byte),
            }
        }
        if let Ok(request) = read_as(MEDIA, None, &whole) {
            proptest::prop_assert!(request.operation.name == "Ping" || Send::from_values(request.values).is_some());
        }
    }
}
