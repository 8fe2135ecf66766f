//! SOAP requests: never a panic; what was read is read the same from what we write of it.
//! Input: the media type, a line feed, the action, a line feed, the body.
#![no_main]

use bytes::Bytes;
use wire_soap::{Answer, Incoming, Kind, Operation, Request, Service, Shape, choice, shape};

choice! {
    /// One of two.
    enum Choice {
        /// The first.
        One "one",
        /// The second.
        Two "two",
    }
}

shape! {
    /// A record.
    struct Inner {
        /// A text.
        name "name": String,
        /// Octets.
        content "content": Option<Bytes> = Kind::Bytes { most: 10_000 },
    }

    /// Every kind of value.
    struct Every {
        /// A text.
        text "text": Option<String>,
        /// A word.
        choice "choice": Option<Choice>,
        /// A number.
        number "number": Option<i64>,
        /// A fact.
        fact "fact": Option<bool>,
        /// A moment.
        moment "moment": Vec<model::Timestamp>,
        /// Records.
        inner "inner": Vec<Inner>,
    }
}

static SERVICE: Service = Service {
    name: "Fuzz",
    namespace: "urn:f",
    path: "/",
    documentation: "",
    operations: &[
        Operation { name: "E", documentation: "", input: Every::FIELDS, output: Every::FIELDS, faults: &[] },
        Operation { name: "EResponse", documentation: "", input: Every::FIELDS, output: Every::FIELDS, faults: &[] },
    ],
};

/// What stands between the parts that we write.
const BOUNDARY: [u8; 16] = [0xb5; 16];

fn read(content_type: &str, soap_action: Option<&str>, body: &Bytes) -> Option<Request> {
    Incoming { content_type, soap_action, body, most_octets: 1_000_000 }.read(&SERVICE).ok()
}

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    let mut pieces = input.splitn(3, |byte| *byte == b'\n');
    let (Some(content_type), Some(action), Some(body)) = (pieces.next(), pieces.next(), pieces.next()) else {
        return;
    };
    let (Ok(content_type), Ok(action)) = (std::str::from_utf8(content_type), std::str::from_utf8(action)) else {
        return;
    };
    let body = Bytes::copy_from_slice(body);
    let Some(mut request) = read(content_type, Some(action), &body) else { return };
    // Our own boundaries are random: nobody puts one into his content.
    if input.windows(8).any(|window| window == b"b5b5b5b5") {
        return;
    }
    request.operation = &SERVICE.operations[0];
    let every = Every::from_values(request.values.clone()).expect("values that were read by its fields");
    let answer = Answer::new(&SERVICE, &request, every.clone().into_values(), BOUNDARY).expect("as it was read");
    let again = read(&answer.content_type, None, &Bytes::from(answer.body)).expect("our own writing");
    assert_eq!(Every::from_values(again.values), Some(every));
});
