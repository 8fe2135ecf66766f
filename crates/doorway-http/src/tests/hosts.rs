//! The host of a request, as clients write it.

use super::door;
use crate::{Host, Problem, ToHttps};

/// To `mail.valbois.test`, which also answers for a hosted domain.
fn to_https() -> ToHttps {
    ToHttps::new(8443, "mail.valbois.test", async |name: String| name == "autoconfig.hosted.test")
}

#[test]
fn a_host_is_a_name_or_an_address_and_nothing_else() {
    for (text, expected) in [
        ("Mail.Example.ch", Some("mail.example.ch")),
        ("mail.example.ch.:8443", Some("mail.example.ch")),
        ("192.0.2.1:80", Some("192.0.2.1")),
        ("[2001:db8::1]:443", Some("[2001:db8::1]")),
        ("", None),
        ("a..b", None),
        ("user@example.ch", None),
        ("example.ch/path", None),
        ("example.ch:http", None),
        ("[2001:db8::1", None),
        ("[192.0.2.1]", None),
    ] {
        assert_eq!(Host::parse(text).map(|host| host.to_string()).as_deref(), expected, "{text}");
    }
}

#[test]
fn only_what_means_this_machine_is_loopback() {
    for (text, expected) in [
        ("localhost", true),
        ("demo.localhost", true),
        ("127.0.0.1", true),
        ("[::1]", true),
        ("[::ffff:127.0.0.1]", true),
        ("localhost.example.ch", false),
        ("127.0.0.1.example.ch", false),
        ("192.0.2.1", false),
    ] {
        assert_eq!(Host::parse(text).unwrap().is_loopback(), expected, "{text}");
    }
}

#[tokio::test]
async fn nothing_is_served_by_a_bare_address_but_on_this_machine() {
    let door = door(|_| {}).await;
    let ask = async |host: &str| {
        let request = door.client().get(door.http("/")).header("host", host);
        request.send().await.unwrap().status().as_u16()
    };
    assert_eq!(ask("192.0.2.1").await, 421);
    assert_eq!(ask("[2001:db8::1]:80").await, 421);
    assert_eq!(ask("127.0.0.1").await, 200);
    assert_eq!(ask("mail.valbois.test").await, 200);
    assert_eq!(ask("a..b").await, 400);
}

#[tokio::test]
async fn plain_http_leads_to_https_but_for_what_needs_none() {
    let door = door(|shared| shared.https = Some(to_https())).await;
    let client = door.client();
    let get = client.get(door.http("/who?a=b")).header("host", "mail.valbois.test:80").send().await.unwrap();
    assert_eq!(get.status(), 308);
    assert_eq!(get.headers()["location"], "https://mail.valbois.test:8443/who?a=b");
    // A name that is not ours is never repeated.
    for (host, name) in [
        ("autoconfig.hosted.test", "autoconfig.hosted.test"),
        ("evil.test", "mail.valbois.test"),
        ("MAIL.valbois.test.evil.test:80", "mail.valbois.test"),
        ("mail.valbois.test.", "mail.valbois.test"),
    ] {
        let get = client.get(door.http("/who")).header("host", host).send().await.unwrap();
        assert_eq!(get.status(), 308, "{host}");
        assert_eq!(get.headers()["location"], format!("https://{name}:8443/who"), "{host}");
    }
    let post = client.post(door.http("/small")).header("host", "mail.valbois.test").send().await.unwrap();
    assert_eq!(post.status(), 403, "a redirect would hide that the body was readable on the way");
    assert_eq!(client.get(door.http("/health")).send().await.unwrap().status(), 200);
    // Loopback stays only where it is exempt, as in the demo.
    assert_eq!(client.get(door.http("/who")).send().await.unwrap().status(), 308);
}

#[tokio::test]
async fn the_demo_stays_on_plain_loopback() {
    let door = door(|shared| {
        shared.https = Some(to_https());
        shared.exempt_loopback = true;
    })
    .await;
    assert_eq!(door.client().get(door.http("/who")).send().await.unwrap().status(), 200);
}

#[test]
fn a_problem_says_what_holds() {
    let problem = Problem::not_found().detail("no such door").field("door", "it exists");
    assert_eq!(
        problem.to_json(),
        serde_json::json!({
            "type": "urn:relais:problem:not-found", "title": "There is no such thing", "status": 404,
            "detail": "no such door", "field": "door", "rule": "it exists",
        })
    );
}
