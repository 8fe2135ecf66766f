//! What we write: answers, faults.

use model::Timestamp;
use proptest::prelude::*;

use super::*;

fn request(version: Version, is_mtom: bool) -> Request {
    Request {
        version,
        is_mtom,
        username_token: None,
        operation: &SERVICE.operations[0],
        values: Values::new(),
    }
}

fn sent() -> Sent {
    let thing = |name: &str, content: &'static [u8]| Thing {
        name: name.to_owned(),
        content: Bytes::from_static(content),
    };
    Sent {
        number: 7,
        things: vec![thing("a<b>", b"\r\n--x"), thing("c", b"")],
        went: Timestamp(1_795_291_500_500),
    }
}

#[test]
fn an_answer_stands_in_one_envelope_or_in_parts_as_the_request_did() {
    let inline = Answer::new(&SERVICE, &request(Version::One, false), sent().into_values(), [7; 16]).unwrap();
    assert_eq!(inline.content_type, "text/xml; charset=utf-8");
    let text = String::from_utf8(inline.body).unwrap();
    assert!(text.contains("<svc:content>DQotLXg=</svc:content>"), "{text}");
    assert!(text.contains("<svc:went>2026-11-21T20:05:00.500Z</svc:went>"), "{text}");
    assert!(text.contains("<svc:name>a&lt;b&gt;</svc:name>"), "{text}");
    let parts = Answer::new(&SERVICE, &request(Version::Two, true), sent().into_values(), [7; 16]).unwrap();
    assert!(parts.content_type.starts_with("multipart/related; boundary=\"0707"), "{}", parts.content_type);
    let text = String::from_utf8(parts.body).unwrap();
    assert!(text.contains("href=\"cid:part2@relais.invalid\""), "{text}");
    assert!(text.contains("Content-ID: <part1@relais.invalid>\r\n\r\n\r\n--x\r\n--0707"), "{text}");
    assert!(text.ends_with("--07070707070707070707070707070707--\r\n"), "{text}");
}

#[test]
fn what_the_table_does_not_have_is_not_written() {
    let write =
        |values| Answer::new(&SERVICE, &request(Version::One, false), values, [0; 16]).unwrap_err().field;
    assert_eq!(write(Values::new()), "SendResponse/number");
    let whole = || sent().into_values();
    assert_eq!(write(whole().with("more", Value::Boolean(true))), "SendResponse/more");
    assert_eq!(write(whole().with("number", Value::Integer(1))), "SendResponse/number");
    let wrong = Values::new().with("name", Value::Integer(1));
    assert_eq!(write(whole().with("thing", Value::Record(wrong))), "SendResponse/thing/name");
    let large = Values::new().with("name", Value::Text("x".repeat(21)));
    let large = large.with("content", Value::Bytes(Bytes::from(vec![0; 1001])));
    assert_eq!(write(whole().with("thing", Value::Record(large))), "SendResponse/thing/content");
}

#[test]
fn a_fault_says_the_same_in_both_versions() {
    let fault =
        Fault::new(Code::Temporary, "the <queue> is full").field("Send/to[1]").rule("later").retry_after(30);
    let detail = "<svc:ServiceFault><svc:code>Server.Temporary</svc:code><svc:message>the &lt;queue&gt; is full</svc:message>\
        <svc:field>Send/to[1]</svc:field><svc:rule>later</svc:rule><svc:retryAfter>30</svc:retryAfter></svc:ServiceFault>";
    let one = fault.to_envelope(Version::One, NAMESPACE);
    assert!(one.contains("<faultcode>soap:Server.Temporary</faultcode>"), "{one}");
    assert!(one.contains(&format!("<detail>{detail}</detail>")), "{one}");
    let two = fault.to_envelope(Version::Two, NAMESPACE);
    assert!(
        two.contains("<soap:Value>soap:Receiver</soap:Value><soap:Subcode><soap:Value>svc:Server.Temporary</soap:Value>"),
        "{two}"
    );
    assert!(two.contains(&format!("<soap:Detail>{detail}</soap:Detail>")), "{two}");
    for code in Code::ALL {
        for version in [Version::One, Version::Two] {
            let text = Fault::new(code, "x").to_envelope(version, NAMESPACE);
            crate::xml::read(text.as_bytes()).unwrap();
            assert!(text.contains(code.as_str()), "{text}");
        }
    }
    let upgrade = Fault::new(Code::VersionMismatch, "x").to_envelope(Version::Two, NAMESPACE);
    assert!(
        upgrade.contains("<soap:Value>soap:VersionMismatch</soap:Value>") && upgrade.contains("soap:Upgrade"),
        "{upgrade}"
    );
}

fn thing() -> impl Strategy<Value = Thing> {
    ("[^\\x00-\\x1f\\ufffe\\uffff]{1,20}", proptest::collection::vec(any::<u8>(), 0..200))
        .prop_map(|(name, content)| Thing { name, content: content.into() })
}

/// A service whose answer is its request: what we write, we read.
static ECHO: Service = Service {
    name: "Echo",
    namespace: NAMESPACE,
    path: "/",
    documentation: "",
    operations: &[
        Operation { name: "Echo", documentation: "", input: Sent::FIELDS, output: Sent::FIELDS, faults: &[] },
        Operation {
            name: "EchoResponse",
            documentation: "",
            input: Sent::FIELDS,
            output: Sent::FIELDS,
            faults: &[],
        },
    ],
};

proptest! {
    #[test]
    fn what_is_written_is_read_again(
        number in any::<i64>(),
        things in proptest::collection::vec(thing(), 0..5),
        went in 0..4_000_000_000_000i64,
        is_two in any::<bool>(),
        is_mtom in any::<bool>(),
        boundary in any::<[u8; 16]>(),
    ) {
        let sent = Sent { number, things, went: Timestamp(went) };
        let version = if is_two { Version::Two } else { Version::One };
        let asked = Request { operation: &ECHO.operations[0], ..request(version, is_mtom) };
        let answer = Answer::new(&ECHO, &asked, sent.clone().into_values(), boundary).unwrap();
        let body = Bytes::from(answer.body);
        let incoming = Incoming {
            content_type: &answer.content_type, soap_action: None, body: &body, most_octets: MOST_OCTETS,
        };
        let read = incoming.read(&ECHO).unwrap();
        prop_assert_eq!((read.version, read.is_mtom, read.operation.name), (version, is_mtom, "EchoResponse"));
        prop_assert_eq!(Sent::from_values(read.values), Some(sent));
    }
}
