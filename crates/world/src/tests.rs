//! The fake world behaves as tests rely on it.

mod signatures;

use std::time::Duration;

use model::{Domain, Timestamp};

use crate::*;

#[test]
fn identifiers_grow_and_never_repeat() {
    let world = World::testing();
    let mut last = 0;
    for round in 0..10_000 {
        if round % 100 == 0 {
            world.clock.advance(Duration::from_millis(1));
        }
        let id = world.new_id();
        assert!(id > last, "{id} after {last}");
        last = id;
    }
}

#[tokio::test]
async fn a_fake_clock_wakes_sleepers_only_when_it_is_moved() {
    let clock = Clock::fake(Timestamp(1000));
    let sleeper = tokio::spawn({
        let clock = clock.clone();
        async move { clock.sleep(Duration::from_secs(60)).await }
    });
    clock.advance(Duration::from_secs(59));
    tokio::task::yield_now().await;
    assert!(!sleeper.is_finished());
    clock.advance(Duration::from_secs(60));
    sleeper.await.unwrap();
}

#[tokio::test]
async fn names_that_are_not_there_do_not_exist() {
    let known = Domain::parse("mx.stranger.test").unwrap();
    let names = StaticNames::default().with("stranger.test", "MX", "10 mx.stranger.test.").with(
        "mx.stranger.test",
        "A",
        "127.0.0.1",
    );
    let world = World::testing_with_names(names);
    assert_eq!(world.names.mx(&known).await, Ok(Mx::Implicit));
    let unknown = Domain::parse("nowhere.test").unwrap();
    assert_eq!(world.names.mx(&unknown).await, Err(LookupError::NoSuchName(unknown.to_string())));
}

/// Answers every question about an address with `ip`.
async fn answering(ip: &'static str) -> std::net::SocketAddr {
    use hickory_proto::op::Message;
    use hickory_proto::rr::Record;
    let socket = tokio::net::UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let address = socket.local_addr().unwrap();
    tokio::spawn(async move {
        let mut buffer = [0; 1500];
        while let Ok((length, peer)) = socket.recv_from(&mut buffer).await {
            let mut message = Message::from_vec(&buffer[..length]).unwrap().into_response();
            let name = message.queries[0].name().clone();
            let data = RData::try_from_str(RecordType::A, ip).unwrap();
            message.add_answer(Record::from_rdata(name, 60, data));
            socket.send_to(&message.to_vec().unwrap(), peer).await.unwrap();
        }
    });
    address
}

#[tokio::test]
async fn names_of_a_zone_are_asked_of_its_own_servers() {
    let options = NamesOptions {
        servers: vec![answering("192.0.2.1").await],
        forward: vec![
            ("test".to_owned(), vec![answering("192.0.2.2").await]),
            ("inner.test.".to_owned(), vec![answering("192.0.2.3").await]),
        ],
        ..NamesOptions::default()
    };
    let names = Names::resolver(&options).unwrap().without_reserved_names();
    for (name, expected) in [
        ("example.org", "192.0.2.1"),
        ("notatest", "192.0.2.1"),
        ("mail.test", "192.0.2.2"),
        ("a.Inner.Test", "192.0.2.3"),
    ] {
        let found = names.look_up(name, RecordType::A).await.unwrap();
        assert_eq!(found.records, [RData::try_from_str(RecordType::A, expected).unwrap()], "{name}");
    }
}

#[tokio::test]
async fn the_demo_never_asks_the_outside_for_reserved_names() {
    let servers = vec!["127.0.0.1:9".parse().unwrap()];
    let options = NamesOptions { servers, ..NamesOptions::default() };
    let names = Names::resolver(&options).unwrap().without_reserved_names();
    let name = Domain::parse("nowhere.test").unwrap();
    assert_eq!(names.mx(&name).await, Err(LookupError::NoSuchName(name.to_string())));
}

/// A server that answers one request with these octets.
async fn web_server(answer: Vec<u8>) -> std::net::SocketAddr {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let at = listener.local_addr().unwrap();
    tokio::spawn(async move {
        let (mut connection, _) = listener.accept().await.unwrap();
        let mut request = vec![0; 64 * 1024];
        let mut count = 0;
        while !request[..count].ends_with(b"question") {
            count += connection.read(&mut request[count..]).await.unwrap();
        }
        let said = String::from_utf8_lossy(&request[..count]).to_lowercase();
        assert!(said.starts_with("post /ask http/1.1\r\n"), "{said}");
        assert!(said.contains("content-type: application/question\r\n"), "{said}");
        // Who was told enough hangs up.
        drop(connection.write_all(&answer).await);
    });
    at
}

#[tokio::test]
async fn a_server_of_the_operators_choice_is_asked_by_post_and_its_answer_is_bounded() {
    let answer = |head: &str, body: &[u8]| [head.as_bytes(), b"Connection: close\r\n\r\n", body].concat();
    let fine = "HTTP/1.1 200 OK\r\nContent-Type: application/answer\r\n";
    let ask = async |world: &World, url: &str| {
        let body = b"question".to_vec();
        let (content_type, answer_type) = ("application/question", "application/answer");
        world.post(PostRequest { url, content_type, answer_type, body, limit_bytes: 100 }).await
    };
    let world = World::testing();
    let asked = async |answer: Vec<u8>| {
        let at = web_server(answer).await;
        ask(&world, &format!("http://{at}/ask")).await
    };
    assert_eq!(asked(answer(fine, &[7; 100])).await.unwrap(), [7; 100]);
    assert!(matches!(asked(answer(fine, &[7; 101])).await, Err(PostError::Answer { .. })));
    let elsewhere = "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:9/\r\n";
    for head in ["HTTP/1.1 500 No\r\n", elsewhere, "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"] {
        assert!(matches!(asked(answer(head, b"")).await, Err(PostError::Answer { .. })), "{head}");
    }
    for url in ["ftp://else.test/", "else.test", "http://", "https://not_a_name!/"] {
        assert!(matches!(ask(&world, url).await, Err(PostError::Url(_))), "{url}");
    }
    // A name that leads here is refused, where nobody said that it may.
    let names = StaticNames::default().with("else.test", "A", "127.0.0.1");
    let mut world = World::testing_with_names(names);
    let at = web_server(answer(fine, b"answer")).await;
    let url = format!("http://else.test:{}/ask", at.port());
    world.fetching.may_reach_itself = false;
    assert!(matches!(ask(&world, &url).await, Err(PostError::Nowhere(_))));
    world.fetching.may_reach_itself = true;
    assert_eq!(ask(&world, &url).await.unwrap(), b"answer");
    assert!(matches!(ask(&world, "http://nowhere.test/").await, Err(PostError::Name(_))));
}
