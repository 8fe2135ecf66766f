//! A scripted peer on loopback, and the rules without one.

mod gateway;
mod tls;

use blobs::Blobs;
use bytes::Bytes;
use model::{BodyKind, Domain, Envelope, Recipient, Reply, ReversePath};
use world::{LookupError, Mx, Random, StaticNames, World};

use crate::exchangers::choose;
use crate::testing::Stranger;
use crate::*;

fn domain(text: &str) -> Domain {
    Domain::parse(text).unwrap()
}

/// A world in which `else.test` has two servers: the first has an address where nobody listens.
fn world() -> World {
    let names = StaticNames::default()
        .with("else.test", "MX", "10 mx1.else.test.")
        .with("else.test", "MX", "20 mx2.else.test.")
        .with("else.test", "MX", "30 mx3.else.test.")
        .with("nomail.test", "MX", "0 .")
        // Another loopback address, where the stranger does not listen.
        .with("mx1.else.test", "A", "127.0.0.2")
        .with("mx3.else.test", "A", "127.0.0.1")
        .with("implicit.test", "A", "127.0.0.2")
        .with("implicit.test", "A", "127.0.0.1");
    World::testing_with_names(names)
}

fn outbound(port: u16) -> Outbound {
    Outbound { port, may_reach_itself: true, ..Outbound::new(domain("mx.valbois.test")) }
}

fn envelope(to: &[&str]) -> Envelope {
    let address = |text: &str| model::Address::parse(text).unwrap();
    Envelope {
        from: ReversePath::Address(address("anna@valbois.test")),
        recipients: to
            .iter()
            .map(|text| Recipient { address: address(text), notify: None, original: None })
            .collect(),
        return_content: None,
        envelope_id: None,
        body: BodyKind::SevenBit,
        smtputf8: false,
        tls: model::TlsWish::Usual,
    }
}

async fn consignment(to: &[&str], text: &[u8]) -> Consignment {
    let blobs = Blobs::open("memory:", blobs::Options::default()).unwrap();
    let blob = blobs.put(Bytes::copy_from_slice(text)).await.unwrap();
    let envelope = envelope(to);
    Consignment {
        destination: envelope.recipients[0].address.domain().clone(),
        relay: None,
        gateway: None,
        envelope,
        content: Content { prefix: Bytes::from_static(b"X-Prefix: 1\r\n"), blob, bytes: None, blobs },
        sources: Vec::new(),
    }
}

fn remote(world: World, outbound: Outbound) -> Remote {
    let db = db::testing::engines().remove(0);
    db.migrate(&[trust::MIGRATIONS]).unwrap();
    Remote::new(world.clone(), outbound, trust::MtaSts::new(db, world))
}

async fn carry(outbound: Outbound, to: &[&str], text: &[u8]) -> Carried {
    remote(world(), outbound).carry(&consignment(to, text).await).await
}

/// One word for each outcome, with the status of what failed.
fn words(carried: &Carried) -> Vec<String> {
    let word = |outcome: &Outcome| match outcome {
        Outcome::Delivered { .. } => "delivered".to_owned(),
        Outcome::Later { reply, .. } => format!("later {}", reply.status()),
        Outcome::Failed { reply, .. } => format!("failed {}", reply.status()),
    };
    carried.outcomes.iter().map(word).collect()
}

const TEXT: &[u8] = b"Subject: hello\r\n\r\n.dot\r\n";

#[tokio::test]
async fn servers_and_addresses_are_tried_until_one_answers() {
    let stranger = Stranger::new().await;
    let carried = carry(outbound(stranger.port), &["zed@else.test"], TEXT).await;
    assert_eq!(words(&carried), ["delivered"]);
    let tried: Vec<_> =
        carried.attempts.iter().map(|attempt| (attempt.host.as_str(), attempt.ip.is_some())).collect();
    assert_eq!(tried, [("mx1.else.test", true), ("mx2.else.test", false), ("mx3.else.test", true)]);
    assert_eq!(stranger.heard()[0].body, "X-Prefix: 1\r\nSubject: hello\r\n\r\n.dot\r\n");
    let carried = carry(outbound(stranger.port), &["zed@implicit.test"], TEXT).await;
    assert_eq!(words(&carried), ["delivered"]);
    let carried = carry(outbound(stranger.port), &["zed@[127.0.0.1]"], TEXT).await;
    assert_eq!(words(&carried), ["delivered"]);
    for (to, expected, was_reached) in [
        ("zed@nomail.test", "failed 5.1.10", true),
        ("zed@nowhere.test", "failed 5.1.2", true),
        ("zed@[127.0.0.2]", "later 4.4.1", false),
    ] {
        let carried = carry(outbound(stranger.port), &[to], TEXT).await;
        assert_eq!((words(&carried), carried.was_reached), (vec![expected.to_owned()], was_reached), "{to}");
    }
}

#[tokio::test]
async fn each_recipient_has_its_own_outcome() {
    let stranger = Stranger::new().await;
    stranger.says("RCPT TO:<no@", "550 5.1.1 no");
    stranger.says("RCPT TO:<full@", "452 4.2.2 full");
    let to = ["zed@[127.0.0.1]", "no@[127.0.0.1]", "full@[127.0.0.1]"];
    let carried = carry(outbound(stranger.port), &to, TEXT).await;
    assert_eq!(words(&carried), ["delivered", "failed 5.1.1", "later 4.2.2"]);
    // The message's own refusal counts for those that were accepted.
    stranger.says(".", "554 5.6.0 spam");
    let carried = carry(outbound(stranger.port), &to, TEXT).await;
    assert_eq!(words(&carried), ["failed 5.6.0", "failed 5.1.1", "later 4.2.2"]);
}

#[tokio::test]
async fn odd_peers_are_understood() {
    for (command, reply, expected) in [
        ("CONNECT", "554 5.7.1 go away", "failed 5.7.1"),
        ("CONNECT", "421 4.3.2 busy", "later 4.3.2"),
        ("CONNECT", "CLOSE", "later 4.4.2"),
        ("CONNECT", "HTTP/1.1 400 Bad Request", "later 4.4.2"),
        ("EHLO", "502 5.5.1 what", "delivered"),
        ("EHLO", "421 4.3.2 busy", "later 4.3.2"),
        ("MAIL", "550 5.1.8 not you", "failed 5.1.8"),
        ("MAIL", "421 4.3.2 closing", "later 4.3.2"),
        ("RCPT", "450 grey", "later 4.0.0"),
        ("DATA", "451 4.3.0 no", "later 4.3.0"),
        ("DATA", "250 what", "later 4.4.2"),
        (".", "CLOSE", "later 4.4.2"),
        (".", "354 what", "later 4.5.0"),
    ] {
        let stranger = Stranger::new().await;
        stranger.says(command, reply);
        let carried = carry(outbound(stranger.port), &["zed@[127.0.0.1]"], TEXT).await;
        assert_eq!(words(&carried), [expected], "{command} {reply}");
    }
}

#[tokio::test]
async fn a_failed_handshake_is_followed_by_plaintext_and_the_reason_is_kept() {
    let stranger = Stranger::new().await.offers(&["STARTTLS", "PIPELINING"]);
    // It says yes to STARTTLS and then cannot do it.
    let carried = carry(outbound(stranger.port), &["zed@[127.0.0.1]"], TEXT).await;
    assert_eq!(words(&carried), ["delivered"]);
    let why = carried.attempts[0].why_no_tls.clone().unwrap();
    assert!(why.starts_with("the handshake failed: "), "{why}");
    assert_eq!(stranger.connections(), 2);
    let plain = Stranger::new().await;
    let carried = carry(outbound(plain.port), &["zed@[127.0.0.1]"], TEXT).await;
    assert_eq!(carried.attempts[0].why_no_tls.as_deref(), Some("not offered"));
}

#[tokio::test]
async fn words_slipped_in_before_the_handshake_are_not_taken_for_the_servers() {
    let stranger = Stranger::new().await.offers(&["STARTTLS"]);
    // RFC 3207 §6: whoever sits between answers what we have not asked yet.
    stranger.says("STARTTLS", "220 2.0.0 go ahead\r\n250-mx.else.test\r\n250 AUTH PLAIN");
    let commands = async |wish| {
        let mut consignment = consignment(&["zed@[127.0.0.1]"], TEXT).await;
        consignment.envelope.tls = wish;
        let carried = remote(world(), outbound(stranger.port)).carry(&consignment).await;
        (carried, stranger.commands())
    };
    let (carried, said) = commands(model::TlsWish::Required).await;
    let [outcome] = <[String; 1]>::try_from(words(&carried)).unwrap();
    assert_eq!(outcome, "failed 5.7.30", "RFC 8689 §4.2.1: not without TLS");
    assert!(said.iter().all(|line| !line.starts_with("MAIL") && !line.starts_with("AUTH")), "{said:?}");
    // Who demands nothing goes on without encryption, on a connection in which nobody has spoken out of turn.
    let (carried, said) = commands(model::TlsWish::Usual).await;
    assert_eq!(words(&carried), ["delivered"]);
    assert!(
        carried.attempts[0].why_no_tls.as_ref().unwrap().contains("spoke between"),
        "{:?}",
        carried.attempts
    );
    let last = said.iter().rposition(|line| line.starts_with("EHLO")).unwrap();
    assert!(said[last + 1].starts_with("MAIL"), "{said:?}");
}

#[tokio::test]
async fn what_the_peer_cannot_take_is_converted_or_refused_here() {
    let stranger = Stranger::new().await.offers(&["SIZE 200"]);
    let eight_bit = |kind, smtputf8| {
        let port = stranger.port;
        async move {
            let mut consignment =
                consignment(&["zed@[127.0.0.1]"], "Subject: x\r\n\r\né\r\n".as_bytes()).await;
            consignment.envelope.body = kind;
            consignment.envelope.smtputf8 = smtputf8;
            remote(world(), outbound(port)).carry(&consignment).await
        }
    };
    assert_eq!(words(&eight_bit(BodyKind::EightBit, false).await), ["delivered"]);
    let body = stranger.heard().pop().unwrap().body;
    assert!(body.contains("Content-Transfer-Encoding: quoted-printable\r\n\r\n=C3=A9\r\n"), "{body}");
    assert_eq!(words(&eight_bit(BodyKind::Binary, false).await), ["failed 5.6.3"]);
    assert_eq!(words(&eight_bit(BodyKind::EightBit, true).await), ["failed 5.6.7"]);
    let long = [TEXT, &b"x\r\n".repeat(100)[..]].concat();
    assert_eq!(words(&carry(outbound(stranger.port), &["zed@[127.0.0.1]"], &long).await), ["failed 5.3.4"]);
}

#[tokio::test]
async fn the_smart_host_gets_everything_with_name_and_password() {
    for (offer, first) in [("AUTH PLAIN LOGIN", "AUTH PLAIN AGFubmEAc2VjcmV0"), ("AUTH LOGIN", "AUTH LOGIN")]
    {
        let stranger = Stranger::new().await.offers(&[offer]);
        stranger.says("AUTH PLAIN", "235 2.7.0 welcome");
        stranger.says("AUTH LOGIN", "334 VXNlcm5hbWU6");
        stranger.says("YW5uYQ==", "334 UGFzc3dvcmQ6");
        stranger.says("c2VjcmV0", "235 2.7.0 welcome");
        let smart_host = SmartHost {
            host: "127.0.0.1".to_owned(),
            port: stranger.port,
            tls: SmartHostTls::Plaintext,
            login: Some(("anna".to_owned(), "secret".to_owned())),
        };
        let outbound = Outbound { smart_host: Some(smart_host), ..outbound(1) };
        let carried = carry(outbound.clone(), &["zed@anywhere.test"], TEXT).await;
        assert_eq!(words(&carried), ["delivered"], "{offer}");
        assert_eq!(stranger.commands()[1], first);
        stranger.says("AUTH PLAIN", "535 5.7.8 wrong");
        stranger.says("c2VjcmV0", "535 5.7.8 wrong");
        // Our operator's trouble: the letter waits.
        let carried = carry(outbound, &["zed@anywhere.test"], TEXT).await;
        assert_eq!(words(&carried), ["later 4.7.8"], "{offer}");
    }
}

#[tokio::test]
async fn a_connection_that_the_peer_closed_meanwhile_is_made_anew() {
    let stranger = Stranger::new().await;
    let remote = remote(world(), outbound(stranger.port));
    assert_eq!(words(&remote.carry(&consignment(&["zed@[127.0.0.1]"], TEXT).await).await), ["delivered"]);
    stranger.says_once("MAIL", "421 4.4.2 idle for too long");
    assert_eq!(words(&remote.carry(&consignment(&["zed@[127.0.0.1]"], TEXT).await).await), ["delivered"]);
    assert_eq!(stranger.connections(), 2);
    remote.close_idle(true).await;
    assert_eq!(stranger.commands().last().map(String::as_str), Some("QUIT"));
}

#[test]
fn exchangers_are_chosen_by_preference() {
    let random = Random::seeded(3);
    let ourselves = domain("mx.valbois.test");
    let hosts = |list: &[(u16, &str)]| Ok(Mx::Hosts(list.iter().map(|(p, h)| (*p, domain(h))).collect()));
    let chosen =
        |answer: Result<Mx, LookupError>| match choose(&domain("else.test"), answer, &ourselves, &random) {
            Ok(hosts) => hosts.iter().map(|host| host.as_str().to_owned()).collect::<Vec<_>>().join(" "),
            Err(Outcome::Failed { reply, .. } | Outcome::Later { reply, .. }) => reply.status(),
            Err(Outcome::Delivered { .. }) => "delivered".to_owned(),
        };
    assert_eq!(chosen(hosts(&[(20, "b.test"), (10, "a.test")])), "a.test b.test");
    assert_eq!(
        chosen(hosts(&[(10, "a.test"), (20, "mx.valbois.test"), (20, "b.test"), (30, "c.test")])),
        "a.test"
    );
    assert_eq!(chosen(hosts(&[(10, "mx.valbois.test"), (20, "b.test")])), "5.4.6");
    assert_eq!(chosen(Ok(Mx::Implicit)), "else.test");
    assert_eq!(chosen(Ok(Mx::Null)), "5.1.10");
    assert_eq!(chosen(Err(LookupError::NoRecords("else.test".to_owned()))), "5.4.4");
    let later = LookupError::Later { name: "else.test".to_owned(), reason: "time-out".to_owned() };
    assert_eq!(chosen(Err(later)), "4.4.3");
    // Equal ones share the work.
    let first: std::collections::HashSet<_> =
        (0..50).map(|_| chosen(hosts(&[(10, "a.test"), (10, "b.test")]))).collect();
    assert_eq!(first.len(), 2);
}

#[track_caller]
fn converts(message: &str, expected: Option<&str>) {
    let converted = seven_bit::convert(message.as_bytes()).map(|bytes| String::from_utf8(bytes).unwrap());
    assert_eq!(converted.as_deref(), expected);
}

#[test]
fn eight_bit_parts_are_encoded_anew() {
    converts(
        "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\né = e \r\n\r\nx",
        Some(
            "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n=C3=A9 =3D e=20\r\n\r\nx",
        ),
    );
    converts(
        "Subject: x\r\n\r\né\r\n",
        Some(
            "Subject: x\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=unknown-8bit\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n=C3=A9\r\n",
        ),
    );
    converts(
        "MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\nContent-Transfer-Encoding: 8bit\r\n\r\n--b\r\n\r\nplain\r\n--b\r\nContent-Type: image/png\r\nContent-Transfer-Encoding: 8bit\r\n\r\né\r\n--b--\r\n",
        Some(
            "MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\nContent-Transfer-Encoding: 7bit\r\n\r\n--b\r\n\r\nplain\r\n--b\r\nContent-Type: image/png\r\nContent-Transfer-Encoding: base64\r\n\r\nw6k=\r\n--b--\r\n",
        ),
    );
    converts("Subject: é\r\n\r\nx\r\n", None);
    converts(
        "MIME-Version: 1.0\r\nContent-Type: multipart/signed; boundary=b\r\n\r\n--b\r\n\r\né\r\n--b--\r\n",
        None,
    );
    converts("MIME-Version: 1.0\r\nContent-Transfer-Encoding: base64\r\n\r\né\r\n", None);
    let long = format!("MIME-Version: 1.0\r\n\r\n{}\r\n", "é".repeat(100));
    let converted = seven_bit::convert(long.as_bytes()).unwrap();
    assert!(converted.split(|&byte| byte == b'\n').all(|line| line.len() <= 77));
    let structure = wire_mime::Structure::parse(&converted);
    let part = structure.root();
    let decoded = part.encoding.decode(&converted[part.body.clone()]).unwrap();
    assert_eq!(decoded, format!("{}\r\n", "é".repeat(100)).as_bytes());
}

#[test]
fn stamps_name_the_address_as_received() {
    let address = model::Address::parse("Anna+List@valbois.test").unwrap();
    assert_eq!(
        stamps(&ReversePath::Null, &address),
        "Return-Path: <>\r\nDelivered-To: Anna+List@valbois.test\r\n"
    );
    assert!(refusal(&mail_store::StoreError::OverQuota).is_some_and(|outcome| {
        outcome == Outcome::Later { reply: Reply::later(452, 2, 2, "the mailbox is full"), host: None }
    }));
}

#[tokio::test]
async fn strangers_do_not_lead_us_to_this_machine_itself() {
    let stranger = Stranger::new().await;
    let outside = || Outbound { may_reach_itself: false, ..outbound(stranger.port) };
    for to in [
        "zed@[127.0.0.1]",
        "zed@[127.1.2.3]",
        "zed@[0.0.0.0]",
        "zed@[IPv6:::1]",
        "zed@[IPv6:::]",
        "zed@[IPv6:::ffff:127.0.0.1]",
        "zed@[169.254.169.254]",
        "zed@implicit.test",
    ] {
        assert_eq!(words(&carry(outside(), &[to], TEXT).await), ["failed 5.4.4"], "{to}");
    }
    // MX records as well; one of these servers has no address at all.
    assert_ne!(words(&carry(outside(), &["zed@else.test"], TEXT).await), ["delivered"]);
    assert_eq!(stranger.connections(), 0);
    // What our operator names is another matter.
    let host = "127.0.0.1".to_owned();
    let route = StaticRoute { domain: domain("else.test"), host, port: stranger.port };
    let routed = Outbound { routes: vec![route], ..outside() };
    assert_eq!(words(&carry(routed, &["zed@else.test"], TEXT).await), ["delivered"]);
}

#[tokio::test]
async fn a_letter_leaves_from_its_dedicated_address_or_waits_for_a_node_that_has_it() {
    let stranger = Stranger::new().await;
    let ip = |text: &str| text.parse::<std::net::IpAddr>().unwrap();
    let remote = remote(world(), outbound(stranger.port));
    let from = |source: &str, name: Option<&str>| vec![Source { ip: ip(source), name: name.map(domain) }];
    let to = ["zed@implicit.test"];
    // The connection of one is no connection for others.
    for (sources, expected) in [
        (from("127.0.0.7", Some("mail.acme.test")), "127.0.0.7"),
        (from("127.0.0.8", None), "127.0.0.8"),
        // The peer has no IPv6: what is bound to no IPv4 address leaves as usual.
        (from("::1", None), "127.0.0.1"),
        (Vec::new(), "127.0.0.1"),
        (from("127.0.0.7", Some("mail.acme.test")), "127.0.0.7"),
    ] {
        let mut consignment = consignment(&to, TEXT).await;
        consignment.sources = sources;
        let carried = remote.carry(&consignment).await;
        assert_eq!(words(&carried), ["delivered"], "{expected}");
        let source = carried.attempts.last().unwrap().source;
        // What leaves as usual names none, not even the one that it is bound to and that was of no use.
        let is_usual = expected == "127.0.0.1";
        assert_eq!(source, (!is_usual).then(|| ip(expected)), "{expected}");
    }
    // The last one found the first one's connection.
    assert_eq!(stranger.peers(), ["127.0.0.7", "127.0.0.8", "127.0.0.1"].map(ip));
    let hello: Vec<String> =
        stranger.commands().into_iter().filter(|command| command.starts_with("EHLO")).collect();
    assert_eq!(hello, ["EHLO mail.acme.test", "EHLO mx.valbois.test", "EHLO mx.valbois.test"]);

    let mut consignment = consignment(&to, TEXT).await;
    consignment.sources = from("192.0.2.77", None);
    let carried = remote.carry(&consignment).await;
    assert_eq!((words(&carried), carried.was_reached), (vec!["later 4.3.5".to_owned()], true));
    assert!(carried.attempts[0].reply.to_string().contains("192.0.2.77"), "{carried:?}");
    assert_eq!(stranger.peers().len(), 3);
    // A relay knows us by our usual address.
    consignment.relay = Some(model::Relay {
        target: model::RelayTarget::Address(format!("127.0.0.1:{}", stranger.port).parse().unwrap()),
        tls: model::RelayTls::Opportunistic,
    });
    let carried = remote.carry(&consignment).await;
    assert_eq!(words(&carried), ["delivered"]);
    assert_eq!(carried.attempts.last().unwrap().source, None);
}
