//! What HTTP has to say: descriptions, statuses, sizes, room.

use reqwest::StatusCode;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::*;

const SEND: &str = "urn:relais:soap:send:3.0";

fn envelope(namespace: &str, content: &str) -> String {
    format!("<s:Envelope xmlns:s=\"{namespace}\"><s:Body>{content}</s:Body></s:Envelope>")
}

fn info() -> String {
    format!("<GetServiceInfo xmlns=\"{SEND}\"/>")
}

fn one(content: &str) -> String {
    envelope("http://schemas.xmlsoap.org/soap/envelope/", content)
}

fn two(content: &str) -> String {
    envelope("http://www.w3.org/2003/05/soap-envelope", content)
}

struct Said {
    status: StatusCode,
    headers: reqwest::header::HeaderMap,
    text: String,
}

async fn post(door: &Door, content_type: &str, password: &str, body: impl Into<reqwest::Body>) -> Said {
    let client = reqwest::Client::builder().no_proxy().build().expect("a client");
    let request = client.post(door.url("/3.0/")).header("Content-Type", content_type);
    let response = request.basic_auth("payroll", Some(password)).body(body).send().await.expect("an answer");
    let (status, headers) = (response.status(), response.headers().clone());
    Said { status, headers, text: response.text().await.expect("a text") }
}

const RIGHT: &str = "secret-payroll";

#[tokio::test]
async fn descriptions_say_where_the_configuration_has_the_services() {
    let door = door(Limits::default()).await;
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    for (path, service) in [
        ("/3.0/?wsdl", "/3.0/"),
        ("/3.0?WSDL", "/3.0/"),
        ("/3.0/IncaMailReadService?wsdl", "/3.0/IncaMailReadService"),
        ("/IncaMailAdminService/IncaMailAdminPort?wsdl", "/IncaMailAdminService/IncaMailAdminPort"),
    ] {
        let request = client.get(door.url(path)).header("Host", "localhost:1");
        let response = request.send().await.unwrap();
        assert_eq!(response.headers()["content-type"], "text/xml; charset=utf-8");
        let text = response.text().await.unwrap();
        let location = format!("location=\"{}\"", door.url(service));
        assert_eq!(text.matches(&location).count(), 2, "{path}: {text}");
    }
    for path in ["/3.0/", "/3.0/?wsdl=1", "/3.0/?xsd"] {
        assert_eq!(
            client.get(door.url(path)).send().await.unwrap().status(),
            StatusCode::METHOD_NOT_ALLOWED,
            "{path}"
        );
    }
    assert_eq!(client.get(door.url("/3.0/x?wsdl")).send().await.unwrap().status(), StatusCode::NOT_FOUND);
    door.end().await;
}

#[tokio::test]
async fn statuses_are_those_of_each_version() {
    let door = door(Limits::default()).await;
    let unknown = format!("<Unknown xmlns=\"{SEND}\"/>");
    for (media, body, password, status, code) in [
        ("text/xml", one(&info()), RIGHT, 200, "GetServiceInfoResponse"),
        ("application/soap+xml", two(&info()), RIGHT, 200, "GetServiceInfoResponse"),
        ("text/xml", one(&unknown), RIGHT, 500, "soap:Client.Validation"),
        ("application/soap+xml", two(&unknown), RIGHT, 400, "svc:Client.Validation"),
        ("text/xml", one(&info()), "wrong", 401, "soap:Client.Auth"),
        ("application/soap+xml", two(&info()), "wrong", 401, "svc:Client.Auth"),
        ("application/soap+xml", one(&info()), RIGHT, 500, "soap:VersionMismatch"),
        ("text/xml", "<!DOCTYPE x>".to_owned() + &one(&info()), RIGHT, 500, "no DOCTYPE"),
        ("application/json", "{}".to_owned(), RIGHT, 415, "urn:relais:problem:media-type"),
    ] {
        let said = post(&door, media, password, body.clone()).await;
        assert_eq!(said.status.as_u16(), status, "{body}: {}", said.text);
        assert!(said.text.contains(code), "{body}: {}", said.text);
        assert_eq!(said.headers.contains_key("www-authenticate"), status == 401);
        assert_eq!(said.headers["x-content-type-options"], "nosniff");
        if status != 415 {
            assert_eq!(said.headers["cache-control"], "no-store");
            assert!(said.headers["content-type"].to_str().unwrap().starts_with(media), "{:?}", said.headers);
        }
    }
    door.end().await;
}

#[tokio::test]
async fn too_large_a_request_is_refused_however_it_says_its_size() {
    let door = door(Limits { request_octets: 100_000, ..Limits::default() }).await;
    let large = one(&info()) + &" ".repeat(100_000);
    let said = post(&door, "text/xml", RIGHT, large.clone()).await;
    assert_eq!(said.status, StatusCode::PAYLOAD_TOO_LARGE, "{}", said.text);
    assert!(said.text.contains("soap:Client.TooLarge"), "{}", said.text);
    assert!(said.text.contains("100000 octets"), "{}", said.text);
    let small = post(&door, "text/xml", RIGHT, one(&info()) + &" ".repeat(90_000)).await;
    assert_eq!(small.status, StatusCode::OK);
    door.end().await;
}

#[tokio::test]
async fn where_there_is_no_room_the_client_comes_again() {
    // Less room than the one piece that a small request takes.
    let door = door(Limits { room_octets: 0, ..Limits::default() }).await;
    let said = post(&door, "application/soap+xml", RIGHT, two(&info())).await;
    assert_eq!(said.status, StatusCode::INTERNAL_SERVER_ERROR);
    assert!(said.text.contains("svc:Server.Temporary"), "{}", said.text);
    assert_eq!(said.headers["retry-after"], "5");
    door.end().await;
}

/// A connection on which a request announces the largest body and sends the beginning of it.
async fn announced(door: &Door, sent: usize) -> tokio::net::TcpStream {
    let mut connection = tokio::net::TcpStream::connect(door.address).await.unwrap();
    let head = format!(
        "POST /3.0/ HTTP/1.1\r\nHost: {}\r\nContent-Type: text/xml\r\nContent-Length: {}\r\n\r\n",
        door.address,
        Limits::default().request_octets
    );
    connection.write_all(head.as_bytes()).await.unwrap();
    connection.write_all(&vec![b' '; sent]).await.unwrap();
    connection
}

#[tokio::test]
async fn strangers_who_announce_much_and_wait_keep_nobody_else_waiting() {
    const MIB: usize = 1024 * 1024;
    // As much room as two of the largest requests; strangers have a megabyte.
    let limits = Limits { room_octets: 128 * MIB, strangers_octets: MIB, ..Limits::default() };
    let door = door(limits).await;
    let mut waiting = Vec::new();
    for _ in 0..9 {
        waiting.push(announced(&door, 100).await);
    }
    let known = async || post(&door, "text/xml", RIGHT, one(&info()) + &" ".repeat(MIB)).await;
    assert_eq!(known().await.status, StatusCode::OK, "who waits has taken nothing");
    // Strangers who do send fill their own room only.
    for _ in 0..3 {
        let mut stranger = announced(&door, MIB).await;
        let mut answer = vec![0; 4096];
        let read = tokio::time::timeout(std::time::Duration::from_millis(300), stranger.read(&mut answer));
        if let Ok(read) = read.await {
            let answer = String::from_utf8_lossy(&answer[..read.unwrap()]).into_owned();
            assert!(answer.contains("Server.Temporary"), "{answer}");
        }
        waiting.push(stranger);
    }
    assert_eq!(known().await.status, StatusCode::OK);
    drop(waiting);
    door.end().await;
}

#[tokio::test]
async fn a_body_that_stands_still_is_refused() {
    let still_for = std::time::Duration::from_millis(200);
    let door = door(Limits { still_for, ..Limits::default() }).await;
    let mut stranger = announced(&door, 100).await;
    let mut answer = vec![0; 4096];
    let read = stranger.read(&mut answer).await.unwrap();
    let answer = String::from_utf8_lossy(&answer[..read]);
    assert!(answer.contains("500") && answer.contains("stands still"), "{answer}");
    door.end().await;
}

/// The blocks of one language in the specification.
fn example(index: usize) -> String {
    let specification = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/formats/soap.md");
    let text = std::fs::read_to_string(specification).expect("the specification");
    let examples = text.split_once("## An example to test with").expect("its examples").1;
    let block = examples.split("```xml\n").nth(index + 1).expect("an example");
    block.split("\n```").next().expect("its end").to_owned()
}

#[tokio::test]
async fn the_example_of_the_specification_is_what_happens() {
    let door = door(Limits::default()).await;
    let (asked, answered) = (example(0), example(1));
    let said = post(&door, "text/xml; charset=utf-8", RIGHT, asked.clone()).await;
    assert_eq!((said.status, said.text), (StatusCode::OK, answered));
    let wrong = post(&door, "text/xml", RIGHT, asked.replace("anna@valbois.test", "anna")).await;
    assert_eq!(wrong.status, StatusCode::INTERNAL_SERVER_ERROR);
    for words in [
        "<faultcode>soap:Client.Validation</faultcode>",
        "<svc:field>CheckRecipients/address[1]</svc:field>",
        "<svc:rule>an address: localpart@domain, at most 320 characters</svc:rule>",
    ] {
        assert!(wrong.text.contains(words), "{}", wrong.text);
    }
    door.end().await;
}
