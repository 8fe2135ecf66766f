//! What scripts cannot show: TLS, compression, SCRAM, time, limits, a stop.

use aws_lc_rs::{digest, hmac, pbkdf2};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use flate2::{Compress, Compression, Decompress, FlushCompress, FlushDecompress};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};

use super::*;
use crate::limits;

async fn house() -> House {
    house_with(None).await
}

async fn house_with(tls: Option<Arc<rustls::ServerConfig>>) -> House {
    let db = db::testing::engines().remove(0);
    House::with_tls(db, None, Limits::default(), tls).await
}

/// A certificate for the server, and a client that trusts it.
fn certificate() -> (Arc<rustls::ServerConfig>, Arc<rustls::ClientConfig>) {
    let made = rcgen::generate_simple_self_signed(vec!["mail.valbois.test".to_owned()]).unwrap();
    let certificate = CertificateDer::from(made.cert.der().to_vec());
    let key = PrivateKeyDer::try_from(made.signing_key.serialize_der()).unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let server = rustls::ServerConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.clone()], key)
        .unwrap();
    let mut roots = rustls::RootCertStore::empty();
    roots.add(certificate).unwrap();
    let client = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    (Arc::new(server), Arc::new(client))
}

async fn log_in(client: &mut Client) {
    client.answer().await;
    client.send(&format!("l LOGIN anna@valbois.test \"{PASSWORD}\"\r\n")).await;
    assert!(client.answer().await.last().unwrap().starts_with("l OK"));
}

#[tokio::test]
async fn what_comes_before_the_handshake_is_dropped() {
    let (server, trusting) = certificate();
    let house = house_with(Some(server)).await;
    let mut client = house.connect(false);
    assert!(client.answer().await[0].contains(" LOGINDISABLED STARTTLS]"));
    // The second command is slipped in, in clear.
    client.write.write_all(b"a STARTTLS\r\nb NOOP\r\n").await.unwrap();
    client.tag = "a".to_owned();
    assert_eq!(client.answer().await, ["a OK Begin the TLS handshake"]);
    let socket = client.read.into_inner().unsplit(client.write);
    let name = ServerName::try_from("mail.valbois.test").unwrap();
    let mut socket = tokio_rustls::TlsConnector::from(trusting).connect(name, socket).await.unwrap();
    socket.write_all(b"c CAPABILITY\r\n").await.unwrap();
    let mut came = String::new();
    while !came.contains("c OK") {
        let mut octets = [0; 1000];
        let read = socket.read(&mut octets).await.unwrap();
        came.push_str(&String::from_utf8_lossy(&octets[..read]));
    }
    assert!(came.starts_with("* CAPABILITY ") && came.contains("AUTH=PLAIN"), "{came}");
    assert!(
        !came.contains("b OK") && !came.contains("STARTTLS") && !came.contains("LOGINDISABLED"),
        "{came}"
    );
}

#[tokio::test]
async fn compressed_sessions_say_the_same() {
    let house = house().await;
    house.deliver(3).await;
    let mut client = house.connect(true);
    log_in(&mut client).await;
    client.send("a COMPRESS DEFLATE\r\n").await;
    assert_eq!(client.answer().await, ["a OK Compressed from here on"]);
    let (mut deflate, mut inflate) = (Compress::new(Compression::fast(), false), Decompress::new(false));
    let mut sent = Vec::with_capacity(10_000);
    let commands = b"b CAPABILITY\r\nc COMPRESS DEFLATE\r\nd SELECT INBOX\r\ne FETCH 1:3 BODY.PEEK[]\r\n";
    deflate.compress_vec(commands, &mut sent, FlushCompress::Sync).unwrap();
    client.write.write_all(&sent).await.unwrap();
    let mut came = Vec::with_capacity(100_000);
    while !String::from_utf8_lossy(&came).contains("e OK") {
        let mut octets = [0; 7];
        let read = client.read.read(&mut octets).await.unwrap();
        assert!(read > 0);
        inflate.decompress_vec(&octets[..read], &mut came, FlushDecompress::Sync).unwrap();
    }
    let came = String::from_utf8_lossy(&came);
    assert!(came.contains("c NO [COMPRESSIONACTIVE]") && !came.contains("COMPRESS=DEFLATE"), "{came}");
    assert!(LETTERS.iter().all(|letter| came.contains(letter)), "{came}");
}

/// RFC 5802 §3, from the client's side.
fn proof(password: &str, salt: &[u8], iterations: u32, signed: &str) -> Vec<u8> {
    let mut salted = [0; 32];
    let iterations = std::num::NonZeroU32::new(iterations).unwrap();
    pbkdf2::derive(pbkdf2::PBKDF2_HMAC_SHA256, iterations, salt, password.as_bytes(), &mut salted);
    let client_key = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &salted), b"Client Key");
    let stored_key = digest::digest(&digest::SHA256, client_key.as_ref());
    let signature = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, stored_key.as_ref()), signed.as_bytes());
    client_key.as_ref().iter().zip(signature.as_ref()).map(|(key, signature)| key ^ signature).collect()
}

#[tokio::test]
async fn scram_proves_both_sides() {
    let house = house().await;
    for (password, ends) in [(PASSWORD, "a OK"), ("wrong", "a NO [AUTHENTICATIONFAILED]")] {
        let mut client = house.connect(true);
        client.answer().await;
        let bare = "n=anna@valbois.test,r=abcdefgh";
        client
            .send(&format!("a AUTHENTICATE SCRAM-SHA-256 {}\r\n", STANDARD.encode(format!("n,,{bare}"))))
            .await;
        let challenge = client.answer().await.remove(0);
        let server_first = String::from_utf8(STANDARD.decode(&challenge[2..]).unwrap()).unwrap();
        let field = |name: &str| {
            server_first.split(',').find_map(|field| field.strip_prefix(name)).unwrap().to_owned()
        };
        let without_proof = format!("c=biws,r={}", field("r="));
        let signed = format!("{bare},{server_first},{without_proof}");
        let salt = STANDARD.decode(field("s=")).unwrap();
        let proof = STANDARD.encode(proof(password, &salt, field("i=").parse().unwrap(), &signed));
        client.send(&format!("{}\r\n", STANDARD.encode(format!("{without_proof},p={proof}")))).await;
        let mut last = client.answer().await.pop().unwrap();
        if let Some(server_final) = last.strip_prefix("+ ") {
            assert!(STANDARD.decode(server_final).unwrap().starts_with(b"v="));
            client.send("\r\n").await;
            last = client.answer().await.pop().unwrap();
        }
        assert!(last.starts_with(ends), "{last}");
    }
}

#[tokio::test]
async fn silence_ends_a_session() {
    let house = house().await;
    let clock = house.shared.world.clock.clone();
    let mut stranger = house.connect(true);
    stranger.answer().await;
    let mut anna = house.connect(true);
    log_in(&mut anna).await;
    anna.send("a IDLE\r\n").await;
    assert_eq!(anna.answer().await, ["+ idling"]);
    // Both have said their last word and wait.
    tokio::task::yield_now().await;
    clock.advance(limits::IDLE_BEFORE_LOGIN);
    assert_eq!(stranger.answer().await, ["* BYE Idle for too long"]);
    anna.send("DONE\r\nb NOOP\r\n").await;
    assert_eq!(anna.answer().await, ["a OK Done", "b OK Done"]);
    clock.advance(limits::IDLE_AFTER_LOGIN);
    assert_eq!(anna.answer().await, ["* BYE Idle for too long", "(closed)"]);
}

#[tokio::test]
async fn a_session_ends_soon_after_its_login_is_revoked() {
    let house = house().await;
    let clock = house.shared.world.clock.clone();
    let mut idle = house.connect(true);
    log_in(&mut idle).await;
    idle.send("a IDLE\r\n").await;
    assert_eq!(idle.answer().await, ["+ idling"]);
    let mut busy = house.connect(true);
    log_in(&mut busy).await;
    let operator = house.shared.directory.administration(Scope::Operator("test"), "test");
    let anna = operator.address_called(&Address::parse("anna@valbois.test").unwrap()).await.unwrap();
    let disabled =
        directory::AddressChange { is_disabled: Some(true), ..directory::AddressChange::default() };
    operator.change_address(anna.id, disabled).await.unwrap();
    tokio::task::yield_now().await;
    clock.advance(limits::STANDING_INTERVAL);
    assert_eq!(idle.answer().await, ["* BYE The login no longer holds", "(closed)"]);
    busy.send("b NOOP\r\n").await;
    assert_eq!(busy.answer().await, ["* BYE The login no longer holds", "(closed)"]);
}

#[tokio::test]
async fn a_session_at_rest_is_small() {
    let house = house().await;
    let (ours, _theirs) = tokio::io::duplex(10);
    let wire = Wire::new(Box::new(ours), house.shared.world.clock.clone(), house.shutdown.subscribe());
    let session = Session::new(wire, Arc::clone(&house.shared), "192.0.2.1".parse().unwrap(), true);
    let size_bytes = size_of_val(&session.run());
    assert!(size_bytes < 16 * 1024, "{size_bytes}");
}

#[tokio::test]
async fn a_stop_is_announced() {
    let house = house().await;
    let mut client = house.connect(true);
    log_in(&mut client).await;
    house.shutdown.send(true).unwrap();
    assert_eq!(client.answer().await, ["* BYE [UNAVAILABLE] The server stops; try again soon", "(closed)"]);
}

#[tokio::test]
async fn one_malformed_command_after_the_other_ends_the_session() {
    let house = house().await;
    let mut client = house.connect(true);
    log_in(&mut client).await;
    for _ in 1..limits::BAD_IN_A_ROW {
        client.send("a X\r\n").await;
        assert_eq!(client.answer().await, ["a BAD Expected a command that we know"]);
    }
    client.send("a X\r\n").await;
    assert!(client.answer().await.last().unwrap().starts_with("a BAD"));
    assert_eq!(client.answer().await, ["* BYE Too many commands that are none", "(closed)"]);
}

#[tokio::test]
async fn wrong_passwords_end_the_session() {
    let house = house().await;
    let mut client = house.connect(true);
    client.answer().await;
    for _ in 0..limits::LOGIN_FAILURES {
        client.send("a LOGIN anna@valbois.test x\r\n").await;
        assert!(client.answer().await[0].starts_with("a NO [AUTHENTICATIONFAILED]"));
    }
    assert_eq!(client.answer().await, ["* BYE Too many failures", "(closed)"]);
}

#[tokio::test]
async fn what_a_stranger_sends_is_bounded() {
    let house = house().await;
    let mut client = house.connect(true);
    client.answer().await;
    client.send(&"x".repeat(100_000)).await;
    assert_eq!(client.answer().await, ["* BYE [TOOBIG] A line or a literal is too long"]);
}

#[tokio::test]
async fn many_commands_at_once_are_answered_in_order() {
    let house = house().await;
    house.deliver(2).await;
    let mut client = house.connect(true);
    log_in(&mut client).await;
    client
        .send("a SELECT INBOX\r\nb FETCH 1:* UID\r\nc STORE 1 +FLAGS (\\Seen)\r\nd SEARCH SEEN\r\ne NOOP\r\n")
        .await;
    let came = client.answer().await;
    let tagged: Vec<&str> =
        came.iter().filter(|line| !line.starts_with('*')).map(|line| &line[..4]).collect();
    assert_eq!(tagged, ["a OK", "b OK", "c OK", "d OK", "e OK"]);
    assert!(came.contains(&"* SEARCH 1".to_owned()));
}

#[tokio::test]
async fn long_bodies_arrive_whole() {
    let house = house().await;
    let body: String = (0..60_000).map(|line| format!("line {line} of a long letter\r\n")).collect();
    let letter = format!("Subject: long\r\n\r\n{body}");
    let mut client = house.connect(true);
    log_in(&mut client).await;
    client.send(&format!("a APPEND INBOX {{{}+}}\r\n", letter.len())).await;
    client.send(&letter).await;
    client.send("\r\n").await;
    assert!(client.answer().await[0].starts_with("a OK [APPENDUID "));
    client.send("b SELECT INBOX\r\n").await;
    client.answer().await;
    client.send("c FETCH 1 (BODY.PEEK[] UID)\r\n").await;
    let came = client.answer().await.join("\r\n");
    assert!(came.starts_with(&format!("* 1 FETCH (BODY[] {{{}}}\r\n{letter} UID 1)\r\nc OK", letter.len())));
    client.send("d FETCH 1 BODY.PEEK[TEXT]<1000.20>\r\n").await;
    assert_eq!(client.answer().await[1], format!("{})", &body[1000..1020]).split("\r\n").next().unwrap());
}

#[tokio::test]
async fn large_and_small_messages_are_appended_together() {
    let house = house().await;
    let large = |letter: &str| format!("Subject: {letter}\r\n\r\n{}", letter.repeat(1_200_000));
    let letters = [large("a"), "Subject: small\r\n\r\n".to_owned(), large("b")];
    let mut client = house.connect(true);
    log_in(&mut client).await;
    client.send("a APPEND INBOX").await;
    for letter in &letters {
        client.send(&format!(" (\\Seen) {{{}+}}\r\n{letter}", letter.len())).await;
    }
    client.send("\r\n").await;
    assert!(client.answer().await[0].contains(" 1:3] Appended"));
    // One that waits for its literal.
    client.send(&format!("b APPEND INBOX {{{}}}\r\n", letters[0].len())).await;
    assert_eq!(client.answer().await, ["+ OK"]);
    client.send(&letters[0]).await;
    client.send("\r\nc SELECT INBOX\r\nd FETCH 1:* (RFC822.SIZE BODY.PEEK[]<0.12>)\r\n").await;
    let came = client.answer().await.join(" ");
    for (number, letter) in [(1, &letters[0]), (2, &letters[1]), (3, &letters[2]), (4, &letters[0])] {
        let expected = format!(
            "* {number} FETCH (RFC822.SIZE {} BODY[]<0> {{12}} {} ",
            letter.len(),
            letter[..12].trim_end()
        );
        assert!(came.contains(expected.trim_end()), "{expected} in {came}");
    }
    // An empty message beside a large one is refused, and with it the command.
    client.send(&format!("e APPEND INBOX {{0+}}\r\n {{{}+}}\r\n{}\r\n", letters[0].len(), letters[0])).await;
    assert!(client.answer().await.last().unwrap().starts_with("e NO [CANNOT]"));
}

#[tokio::test]
async fn a_listener_serves_within_its_limits_until_it_is_stopped() {
    let db = db::testing::engines().remove(0);
    let limits = Limits { connections_per_source: 1, ..Limits::default() };
    let house = House::new(db, None, limits).await;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (shared, stop) = (Arc::clone(&house.shared), house.shutdown.subscribe());
    let serving = tokio::spawn(crate::serve(listener, crate::Kind::Imap, shared, stop));
    let line = async |socket: &mut BufReader<tokio::net::TcpStream>| {
        let mut line = String::new();
        socket.read_line(&mut line).await.unwrap();
        line
    };
    let mut first = BufReader::new(tokio::net::TcpStream::connect(address).await.unwrap());
    assert!(line(&mut first).await.starts_with("* OK [CAPABILITY "));
    let mut second = BufReader::new(tokio::net::TcpStream::connect(address).await.unwrap());
    assert_eq!(line(&mut second).await, "* BYE [UNAVAILABLE] Too many connections, try again later\r\n");
    assert_eq!(line(&mut second).await, "");
    house.shutdown.send(true).unwrap();
    assert_eq!(line(&mut first).await, "* BYE [UNAVAILABLE] The server stops; try again soon\r\n");
    assert_eq!(line(&mut first).await, "");
    serving.await.unwrap();
    assert_eq!((house.shared.gate.open(), house.shared.gate.panics()), (0, 0));
}

#[tokio::test]
async fn a_response_of_many_bodies_does_not_wait_in_memory_until_it_is_whole() {
    let house = house().await;
    let letter = format!("Content-Transfer-Encoding: odd\r\n\r\n{}", "line\r\n".repeat(200_000));
    let import =
        Import { content: ImportContent::Bytes(letter.into()), flags: Flags::NONE, internal_date: None };
    let account = house.shared.store.account(house.anna);
    account.append_messages(Target::Role(Role::Inbox), vec![import]).await.unwrap();
    let mut client = house.connect(true);
    log_in(&mut client).await;
    client.send("a SELECT INBOX\r\n").await;
    client.answer().await;
    // A short response can still be taken back when its last item turns out to be impossible.
    client.send("b FETCH 1 (BODY.PEEK[TEXT] BINARY.PEEK[1])\r\n").await;
    assert!(client.answer().await[0].starts_with("b NO [UNKNOWN-CTE]"));
    // A long one is on its way already, and then the connection ends in the middle of it.
    client.send(&format!("c FETCH 1 ({}BINARY.PEEK[1])\r\n", "BODY.PEEK[TEXT] ".repeat(10))).await;
    let mut came = Vec::new();
    client.read.read_to_end(&mut came).await.unwrap();
    assert!(came.len() > limits::RESPONSE_OCTETS && came.starts_with(b"* 1 FETCH (BODY[TEXT] {1200000}\r\n"));
}

#[tokio::test]
async fn patterns_of_list_are_no_longer_than_names_need() {
    let house = house().await;
    let mut client = house.connect(true);
    log_in(&mut client).await;
    client.send(&format!("a LIST \"\" {}\r\n", "%*".repeat(500))).await;
    assert_eq!(client.answer().await.last().unwrap(), "a OK Done");
    client.send(&format!("b LIST \"\" {}\r\n", "%*".repeat(1001))).await;
    assert_eq!(client.answer().await, ["b BAD The pattern is too long"]);
}

#[tokio::test]
async fn a_search_has_so_many_conditions_and_no_more() {
    let house = house().await;
    house.deliver(3).await;
    let mut client = house.connect(true);
    log_in(&mut client).await;
    client.send("a SELECT INBOX\r\n").await;
    client.answer().await;
    for (condition, permitted) in [(" NOT TEXT zzz", limits::SEARCH_TEXTS), (" SEEN", limits::SEARCH_KEYS)] {
        client.send(&format!("b SEARCH{}\r\n", condition.repeat(permitted.min(499)))).await;
        assert!(client.answer().await.last().unwrap().starts_with("b OK"));
        client.send(&format!("c SEARCH{}\r\n", condition.repeat(permitted + 1))).await;
        assert_eq!(client.answer().await, ["c NO [LIMIT] Too many conditions"]);
    }
}
