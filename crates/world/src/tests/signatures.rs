//! Zones of our own, signed and not, rightly and wrongly: what is authentic, what is not, and what is bogus.

use std::net::SocketAddr;
use std::sync::Arc;

use model::Timestamp;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, UdpSocket};
use wire_dns::{Image, Images, Query, Signing, SigningKey, Soa, Transport, ZoneData, answer, parse_record};

use crate::*;

fn name(text: &str) -> Name {
    Name::from_str_relaxed(text).unwrap()
}

fn now() -> Timestamp {
    Clock::real().now()
}

fn zone(origin: &str, records: &[(&str, &str, &str)]) -> ZoneData {
    let origin = name(origin);
    let record =
        |(owner, kind, data): &(&str, &str, &str)| parse_record(owner, 300, kind, data, &origin).unwrap();
    let mut all: Vec<_> = records.iter().map(record).collect();
    all.push(record(&("@", "NS", "ns.test.")));
    let soa = Soa::new(name("ns.test."), name("admin.test."));
    ZoneData { origin: origin.clone(), serial: 1, soa, default_ttl: 300, records: all }
}

fn signed(zone: &ZoneData, key: &Arc<SigningKey>, at: Timestamp) -> Arc<Image> {
    Arc::new(Image::build(zone, Some(&Signing::new(key.clone(), at))).unwrap())
}

/// The DS record as the parent holds it, without its owner.
fn ds(key: &SigningKey, zone: &str) -> String {
    key.ds_text(&name(zone)).split_once(" IN DS ").unwrap().1.to_owned()
}

/// Serves the images on loopback; over UDP, and TCP for what does not fit.
async fn serve(images: Images) -> SocketAddr {
    let images = Arc::new(images);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let socket = UdpSocket::bind(address).await.unwrap();
    let said = |images: &Images, message: &[u8], transport| {
        let mut out = Vec::new();
        let query = Query::read(message).ok()?;
        answer(images, &query, message, query.room(transport), &mut out);
        Some(out)
    };
    tokio::spawn({
        let images = images.clone();
        async move {
            let mut buffer = [0; 4096];
            while let Ok((length, peer)) = socket.recv_from(&mut buffer).await {
                if let Some(reply) = said(&images, &buffer[..length], Transport::Udp) {
                    socket.send_to(&reply, peer).await.unwrap();
                }
            }
        }
    });
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            while let Ok(length) = stream.read_u16().await {
                let mut message = vec![0; length.into()];
                let Ok(_) = stream.read_exact(&mut message).await else { break };
                let Some(reply) = said(&images, &message, Transport::Tcp) else { break };
                let framed = [&(reply.len() as u16).to_be_bytes()[..], &reply].concat();
                let Ok(()) = stream.write_all(&framed).await else { break };
            }
        }
    });
    address
}

/// `test.` with children of each kind, and the key that vouches for it.
async fn scene() -> (SocketAddr, String) {
    let [top, right, wrong, old] = std::array::from_fn(|_| Arc::new(SigningKey::generate()));
    let child = |origin: &str| {
        zone(
            origin,
            &[
                ("@", "MX", &format!("10 mx.{origin}")),
                ("mx", "A", "127.0.0.1"),
                ("_25._tcp.mx", "TLSA", &format!("3 1 1 {}", "ab".repeat(32))),
                ("alias", "CNAME", &format!("mx.{origin}")),
                ("out", "CNAME", "mx.unsigned.test."),
                ("*.wild", "TXT", "\"anything\""),
                ("*.suffix", "MX", &format!("10 mx.{origin}")),
                ("taken.suffix", "A", "127.0.0.2"),
                ("deep.hollow.suffix", "A", "127.0.0.2"),
                ("*.zz-last", "TXT", "\"the last name\""),
            ],
        )
    };
    let top_zone = zone(
        "test.",
        &[
            ("ns", "A", "127.0.0.1"),
            ("signed", "NS", "ns.test."),
            ("signed", "DS", &ds(&right, "signed.test.")),
            ("unsigned", "NS", "ns.test."),
            ("forged", "NS", "ns.test."),
            ("forged", "DS", &ds(&right, "forged.test.")),
            ("old", "NS", "ns.test."),
            ("old", "DS", &ds(&old, "old.test.")),
            ("stripped", "NS", "ns.test."),
            ("stripped", "DS", &ds(&right, "stripped.test.")),
        ],
    );
    let mut images = Images::default();
    images.insert(signed(&top_zone, &top, now()));
    images.insert(signed(&child("signed.test."), &right, now()));
    images.insert(signed(&child("forged.test."), &wrong, now()));
    images.insert(signed(&child("old.test."), &old, Timestamp(now().0 - 90 * 24 * 3_600_000)));
    for origin in ["unsigned.test.", "stripped.test."] {
        images.insert(Arc::new(Image::build(&child(origin), None).unwrap()));
    }
    (serve(images).await, format!("test. IN DNSKEY {}\n", top.dnskey_text()))
}

fn options(address: SocketAddr, anchor: Option<String>) -> NamesOptions {
    NamesOptions {
        servers: vec![address],
        forward: vec![("test".to_owned(), vec![address])],
        trust_anchor: anchor,
        ..NamesOptions::default()
    }
}

#[tokio::test]
async fn signatures_are_followed_to_the_trust_anchor() {
    let (address, anchor) = scene().await;
    let names = Names::resolver(&options(address, Some(anchor))).unwrap();
    let ask = async |name: &str, kind: RecordType| match names.look_up_securely(name, kind).await {
        Ok(found) if found.is_secure => "secure",
        Ok(_) => "insecure",
        Err(LookupError::NoSuchName(_)) => "no such name",
        Err(LookupError::NoRecords(_)) => "no records",
        Err(error) if error.is_bogus() => "bogus",
        Err(_) => "later",
    };
    for (name, kind, expected) in [
        ("signed.test", RecordType::MX, "secure"),
        ("mx.signed.test", RecordType::A, "secure"),
        ("_25._tcp.mx.signed.test", RecordType::TLSA, "secure"),
        ("alias.signed.test", RecordType::A, "secure"),
        // An alias that leads out of what is signed.
        ("out.signed.test", RecordType::A, "insecure"),
        ("_25._tcp.nothing.signed.test", RecordType::TLSA, "no such name"),
        ("mx.signed.test", RecordType::AAAA, "no records"),
        ("unsigned.test", RecordType::MX, "insecure"),
        ("_25._tcp.mx.unsigned.test", RecordType::TLSA, "insecure"),
        ("_25._tcp.nothing.unsigned.test", RecordType::TLSA, "no such name"),
        ("mx.unsigned.test", RecordType::AAAA, "no records"),
        ("nowhere.test", RecordType::MX, "no such name"),
        // Signed by a key that the parent does not name, long ago, or not at all.
        ("forged.test", RecordType::MX, "bogus"),
        ("old.test", RecordType::MX, "bogus"),
        ("stripped.test", RecordType::MX, "bogus"),
        ("_25._tcp.nothing.stripped.test", RecordType::TLSA, "bogus"),
    ] {
        assert_eq!(ask(name, kind).await, expected, "{name} {kind}");
    }
    // What wildcards answer: proved by their own NSEC record, by one before the name, and by the last of the zone.
    for (name, kind, expected) in [
        ("x.wild.signed.test", RecordType::TXT, "secure"),
        ("x.y.wild.signed.test", RecordType::TXT, "secure"),
        ("x.wild.signed.test", RecordType::MX, "no records"),
        ("x.suffix.signed.test", RecordType::MX, "secure"),
        ("taken.suffix.signed.test", RecordType::A, "secure"),
        // A name that exists is not the wildcard's, with records of its own or only with names below it.
        ("taken.suffix.signed.test", RecordType::MX, "no records"),
        ("hollow.suffix.signed.test", RecordType::MX, "no records"),
        ("zz.signed.test", RecordType::TXT, "no such name"),
        ("x.zz-last.signed.test", RecordType::TXT, "secure"),
        ("x.wild.forged.test", RecordType::TXT, "bogus"),
        ("x.wild.old.test", RecordType::TXT, "bogus"),
        ("x.wild.stripped.test", RecordType::TXT, "bogus"),
        ("x.wild.unsigned.test", RecordType::TXT, "insecure"),
    ] {
        assert_eq!(ask(name, kind).await, expected, "{name} {kind}");
    }
    // Who does not care gets an answer all the same.
    assert!(!names.look_up("forged.test", RecordType::MX).await.unwrap().is_secure);
    let mx = Domain::parse("signed.test").unwrap();
    assert!(names.mx_securely(&mx).await.unwrap().1);
    assert!(names.addresses_securely(&Domain::parse("mx.signed.test").unwrap()).await.unwrap().1);
}

#[tokio::test]
async fn without_a_key_that_vouches_nothing_is_authentic() {
    let (address, anchor) = scene().await;
    // A forwarded zone that no anchor covers, a validation that is off, and resolvers that know no root.
    let forwarded = options(address, None);
    let off = NamesOptions { validation: Validation::Off, ..options(address, Some(anchor)) };
    let plain = NamesOptions { forward: Vec::new(), ..options(address, None) };
    for options in [forwarded, off, plain] {
        let names = Names::resolver(&options).unwrap();
        for name in ["signed.test", "unsigned.test", "forged.test"] {
            let found = names.look_up_securely(name, RecordType::MX).await.unwrap();
            assert!(!found.is_secure, "{name}");
        }
    }
}

#[test]
fn anchors_and_far_resolvers_that_cannot_be_used_are_refused() {
    let address: SocketAddr = "127.0.0.1:9".parse().unwrap();
    for wrong in ["", "; nothing\n", "test. IN DS 1 13 2 abcd\n", "nonsense"] {
        let refused = Names::resolver(&options(address, Some(wrong.to_owned())));
        assert!(matches!(refused, Err(NamesSetupError::TrustAnchor(_))), "{wrong}");
    }
    let far = "192.0.2.1:53".parse().unwrap();
    let by_bit = |address| {
        Names::resolver(&NamesOptions { validation: Validation::AuthenticDataBit, ..options(address, None) })
    };
    assert!(matches!(by_bit(far), Err(NamesSetupError::NotLoopback(_))));
    assert!(by_bit(address).is_ok());
}

/// A resolver that claims authenticity, or does not.
async fn claiming(is_authentic: bool) -> SocketAddr {
    use hickory_proto::op::Message;
    use hickory_proto::rr::Record;
    let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let address = socket.local_addr().unwrap();
    tokio::spawn(async move {
        let mut buffer = [0; 1500];
        while let Ok((length, peer)) = socket.recv_from(&mut buffer).await {
            let mut message = Message::from_vec(&buffer[..length]).unwrap().into_response();
            message.metadata.authentic_data = is_authentic;
            let name = message.queries[0].name().clone();
            if name.to_ascii().to_ascii_lowercase().starts_with("mx.") {
                let data = RData::try_from_str(RecordType::A, "192.0.2.1").unwrap();
                message.add_answer(Record::from_rdata(name, 60, data));
            } else {
                message.metadata.response_code = hickory_proto::op::ResponseCode::NXDomain;
            }
            socket.send_to(&message.to_vec().unwrap(), peer).await.unwrap();
        }
    });
    address
}

#[tokio::test]
async fn the_bit_of_a_resolver_on_this_machine_is_believed_where_that_is_wanted() {
    for is_authentic in [true, false] {
        let options = NamesOptions {
            validation: Validation::AuthenticDataBit,
            ..options(claiming(is_authentic).await, None)
        };
        let names = Names::resolver(&options).unwrap();
        let found = names.look_up_securely("mx.example.org", RecordType::A).await.unwrap();
        assert_eq!(found.is_secure, is_authentic);
        assert!(!names.look_up("mx.example.org", RecordType::A).await.unwrap().is_secure);
        let missing = names.look_up_securely("nothing.example.org", RecordType::A).await;
        assert_eq!(missing, Err(LookupError::NoSuchName("nothing.example.org".to_owned())));
    }
}
