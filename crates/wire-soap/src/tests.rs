//! What is read, what is refused and why, and what strangers' programs make of what we write.

mod answers;
mod attachments;
mod attacks;
mod envelopes;
mod strangers;
mod values;
mod xml;

use bytes::Bytes;

use crate::*;

const NAMESPACE: &str = "urn:relais:test";
const REFERENCE: Pattern = Pattern {
    schema: "[A-Za-z0-9\\-]+",
    holds: |text| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-'),
    rule: "letters, digits and hyphens",
};

choice! {
    /// How a parcel travels.
    pub(crate) enum Speed {
        /// At once.
        Fast "fast",
        /// When there is time.
        Slow "slow",
    }
}

shape! {
    /// A thing in a parcel.
    pub(crate) struct Thing {
        /// What it is called.
        name "name": String = Kind::text(1, 20),
        /// What it is.
        content "content": Bytes = Kind::Bytes { most: 1000 },
    }

    /// A parcel.
    pub(crate) struct Send {
        /// The sender's name for it.
        reference "reference": String = Kind::formed(10, REFERENCE),
        /// To whom.
        to "to": Vec<String> = Kind::text(1, 30); 1..=3,
        /// How.
        speed "speed": Option<Speed>,
        /// How heavy, in grams.
        grams "grams": i64 = Kind::Integer { least: 1, most: 30_000 },
        /// Whether it breaks.
        fragile "fragile": bool,
        /// When it is to go.
        goes "goes": Option<model::Timestamp>,
        /// What is in it.
        things "thing": Vec<Thing>; 0..=5,
        /// What is written on it.
        note "note": Option<String>,
        /// The word at the door.
        word "word": Option<String> = Kind::formed(10, REFERENCE).secret(),
    }

    /// Where it is.
    pub(crate) struct Sent {
        /// Its number.
        number "number": i64,
        /// What came back.
        things "thing": Vec<Thing>,
        /// When it went.
        went "went": model::Timestamp,
    }

    /// Nothing.
    pub(crate) struct Nothing {}
}

static SERVICE: Service = Service {
    name: "Parcels",
    namespace: NAMESPACE,
    path: "/parcels",
    documentation: "Parcels, for tests.",
    operations: &[
        Operation {
            name: "Send",
            documentation: "Sends a parcel.",
            input: Send::FIELDS,
            output: Sent::FIELDS,
            faults: &[Code::Conflict, Code::NotFound],
        },
        Operation {
            name: "Ping",
            documentation: "Does nothing.",
            input: Nothing::FIELDS,
            output: Nothing::FIELDS,
            faults: &[],
        },
    ],
};

const MOST_OCTETS: usize = 1_000_000;

/// A request that keeps to every rule.
const GOOD: &str = "<reference>a-1</reference><to>Anna</to><to>Bruno</to><speed>fast</speed><grams>250</grams>\
    <fragile>true</fragile><goes>2026-11-21T21:05:00.5+01:00</goes>\
    <thing><name>book</name><content>aGVsbG8=</content></thing><note>two\nlines &amp; more</note>";

fn send(content: &str) -> String {
    format!("<Send xmlns=\"{NAMESPACE}\">{content}</Send>")
}

fn envelope(version: Version, header: &str, body: &str) -> String {
    let namespace = version.namespace();
    format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?><s:Envelope xmlns:s=\"{namespace}\">{header}<s:Body>{body}</s:Body></s:Envelope>"
    )
}

fn read_as(content_type: &str, soap_action: Option<&str>, body: &[u8]) -> Result<Request, Refused> {
    let body = Bytes::copy_from_slice(body);
    Incoming { content_type, soap_action, body: &body, most_octets: MOST_OCTETS }.read(&SERVICE)
}

fn read_document(document: &str) -> Result<Request, Fault> {
    read_as("text/xml", None, document.as_bytes()).map_err(|refused| match refused {
        Refused::Fault { fault, .. } => fault,
        Refused::MediaType => panic!("text/xml is SOAP's"),
    })
}

fn read_body(body: &str) -> Result<Request, Fault> {
    read_document(&envelope(Version::One, "", body))
}

/// The request is refused, with this code, and these words in the reason, the field or the rule.
#[track_caller]
fn refused(read: Result<Request, Fault>, code: Code, words: &str) {
    let fault = read.expect_err("refused");
    let whole = format!("{} | {:?} | {:?}", fault.reason, fault.field, fault.rule);
    assert_eq!(fault.code, code, "{whole}");
    assert!(whole.contains(words), "{whole}");
}

fn typed(request: Request) -> Send {
    Send::from_values(request.values).expect("values that were read by its fields")
}
