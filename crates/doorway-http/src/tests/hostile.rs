//! Clients that are slow, large, many or silent.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

use super::{door, impatient};

/// How long a test waits for the door to lose its patience.
const PATIENCE: Duration = Duration::from_secs(10);

async fn read_all(stream: &mut TcpStream) -> String {
    let mut bytes = Vec::new();
    // A connection that is reset has ended too.
    drop(timeout(PATIENCE, stream.read_to_end(&mut bytes)).await.expect("the door lost its patience"));
    String::from_utf8_lossy(&bytes).into_owned()
}

#[tokio::test]
async fn a_head_that_never_ends_is_not_waited_for() {
    let door = door(|shared| impatient(&mut shared.limits)).await;
    for sent in ["", "GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: "] {
        let mut stream = TcpStream::connect(door.plain).await.unwrap();
        stream.write_all(sent.as_bytes()).await.unwrap();
        let answer = read_all(&mut stream).await;
        assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 408"), "{answer}");
    }
}

#[tokio::test]
async fn a_silent_tls_client_is_not_waited_for() {
    let door = door(|shared| impatient(&mut shared.limits)).await;
    let mut stream = TcpStream::connect(door.tls).await.unwrap();
    assert_eq!(read_all(&mut stream).await, "");
}

#[tokio::test]
async fn a_body_that_never_ends_is_not_waited_for() {
    let door = door(|shared| impatient(&mut shared.limits)).await;
    let mut stream = TcpStream::connect(door.plain).await.unwrap();
    let head = "POST /large HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\nabc";
    stream.write_all(head.as_bytes()).await.unwrap();
    let answer = read_all(&mut stream).await;
    assert!(answer.starts_with("HTTP/1.1 408"), "{answer}");
}

#[tokio::test]
async fn a_connection_between_two_requests_is_closed_after_a_while() {
    let door = door(|shared| impatient(&mut shared.limits)).await;
    let mut stream = TcpStream::connect(door.plain).await.unwrap();
    stream.write_all(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n").await.unwrap();
    let answer = read_all(&mut stream).await;
    assert!(answer.starts_with("HTTP/1.1 200") && answer.ends_with("here"), "{answer}");
}

#[tokio::test]
async fn a_head_has_a_limit_in_octets_and_in_fields() {
    let door = door(|_| {}).await;
    let long = format!("X-Long: {}\r\n", "a".repeat(40_000));
    let many: String = (0..150).map(|number| format!("X-{number}: a\r\n")).collect();
    let endless = format!("X-Long: {}\r\n", "a".repeat(1_000_000));
    for fields in [long, many, endless] {
        let mut stream = TcpStream::connect(door.plain).await.unwrap();
        let head = format!("GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{fields}\r\n");
        // It may hang up before it has read everything.
        drop(stream.write_all(head.as_bytes()).await);
        let answer = read_all(&mut stream).await;
        assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 431"), "{answer}");
    }
}

#[tokio::test]
async fn a_body_has_the_limit_of_its_route_and_one_for_all() {
    let door = door(|shared| shared.limits.body_bytes = 3_000_000).await;
    let client = door.client();
    let post = async |path: &str, octets: usize| {
        client.post(door.https(path)).body(vec![b'a'; octets]).send().await.unwrap().status().as_u16()
    };
    assert_eq!(post("/small", 10).await, 200);
    assert_eq!(post("/small", 11).await, 413);
    assert_eq!(post("/large", 1_000_000).await, 200);
    assert_eq!(post("/large", 2_000_000).await, 413, "one mebibyte where a route says nothing");
    assert_eq!(post("/", 3_000_001).await, 413, "whatever the route would do");
}

#[tokio::test]
async fn one_source_has_so_many_requests_under_way_and_no_more() {
    let door = door(|shared| shared.limits.requests_per_source = 2).await;
    let client = door.client();
    let ask = || client.get(door.https("/slow")).send();
    let (a, b, c) = tokio::join!(ask(), ask(), ask());
    let mut statuses = [a, b, c].map(|answer| answer.unwrap().status().as_u16());
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 200, 429]);
    assert_eq!(ask().await.unwrap().status(), 200, "the places are given back");
}

#[tokio::test]
async fn bytes_that_are_no_http_end_the_connection_only() {
    let door = door(|_| {}).await;
    for sent in
        ["\x16\x03\x01\x02", "EHLO stranger\r\n\r\n", "GET\r\n\r\n", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"]
    {
        let mut stream = TcpStream::connect(door.plain).await.unwrap();
        stream.write_all(sent.as_bytes()).await.unwrap();
        stream.shutdown().await.unwrap();
        let answer = read_all(&mut stream).await;
        assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 4"), "{sent:?}: {answer}");
    }
    let two_hosts = "GET / HTTP/1.1\r\nHost: a.test\r\nHost: b.test\r\nConnection: close\r\n\r\n";
    let mut stream = TcpStream::connect(door.plain).await.unwrap();
    stream.write_all(two_hosts.as_bytes()).await.unwrap();
    assert!(read_all(&mut stream).await.starts_with("HTTP/1.1 400"), "RFC 9112 §3.2");
    assert_eq!(door.client().get(door.https("/")).send().await.unwrap().status(), 200);
}

/// RFC 9112 §9.6: closing with unread octets would reset the connection, and TLS would miss its close_notify.
#[tokio::test]
async fn an_early_refusal_arrives_whole_although_the_body_was_not_read() {
    let door = door(|_| {}).await;
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(&door.authority).unwrap()).unwrap();
    let config = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let connector = TlsConnector::from(Arc::new(config));
    for _ in 0..5 {
        let stream = TcpStream::connect(door.tls).await.unwrap();
        let name = ServerName::try_from("mail.valbois.test").unwrap();
        let mut stream = connector.connect(name, stream).await.unwrap();
        let head = "POST /small HTTP/1.1\r\nHost: mail.valbois.test\r\nContent-Length: 200000\r\n\r\n";
        stream.write_all(head.as_bytes()).await.unwrap();
        stream.write_all(&[b'a'; 100_000]).await.unwrap();
        stream.flush().await.unwrap();
        let mut answer = Vec::new();
        timeout(PATIENCE, stream.read_to_end(&mut answer)).await.unwrap().expect("an end with close_notify");
        assert!(answer.starts_with(b"HTTP/1.1 413"), "{}", String::from_utf8_lossy(&answer));
        stream.write_all(&[b'a'; 100_000]).await.expect("the rest is taken and thrown away");
    }
}

#[tokio::test]
async fn who_goes_on_after_a_refusal_is_not_listened_to_for_ever() {
    let door = door(|_| {}).await;
    let mut stream = TcpStream::connect(door.plain).await.unwrap();
    let head = "POST /small HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000000\r\n\r\n";
    stream.write_all(head.as_bytes()).await.unwrap();
    let began = Instant::now();
    let mut sent = 0;
    while stream.write_all(&[b'a'; 16 * 1024]).await.is_ok() {
        sent += 16 * 1024;
        assert!(sent < 50_000_000 && began.elapsed() < PATIENCE, "{sent}");
    }
}
