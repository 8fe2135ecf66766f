//! HTTP/1.1 and HTTP/2, headers, panics, the end.

use std::time::{Duration, Instant};

use reqwest::Version;
use serde_json::Value;

use super::{HELD_BEGAN, HELD_MAY_END, door};

#[tokio::test]
async fn http_2_is_agreed_by_alpn_and_http_1_stays_possible() {
    let door = door(|_| {}).await;
    let two = door.client().get(door.https("/who")).send().await.unwrap();
    assert_eq!((two.version(), two.status().as_u16()), (Version::HTTP_2, 200));
    let id = two.headers()["x-request-id"].to_str().unwrap().to_owned();
    let seen: Value = serde_json::from_str(&two.text().await.unwrap()).unwrap();
    assert_eq!((&seen["tls"], &seen["host"]), (&Value::Bool(true), &Value::from("mail.valbois.test")));
    assert_eq!(seen["id"], Value::from(id), "the handler and the client have the same name for it");
    let one = reqwest::Client::builder()
        .tls_certs_only([reqwest::Certificate::from_pem(&door.authority).unwrap()])
        .resolve("mail.valbois.test", door.tls)
        .http1_only()
        .build()
        .unwrap();
    assert_eq!(one.get(door.https("/")).send().await.unwrap().version(), Version::HTTP_11);
}

#[tokio::test]
async fn every_answer_makes_browsers_careful() {
    let door = door(|_| {}).await;
    for path in ["/", "/nowhere", "/panic"] {
        let answer = door.client().get(door.https(path)).send().await.unwrap();
        let headers = answer.headers();
        let csp = headers["content-security-policy"].to_str().unwrap();
        assert!(csp.starts_with("default-src 'none'") && !csp.contains("unsafe"), "{csp}");
        for rule in ["frame-ancestors 'none'", "form-action 'self'", "base-uri 'none'", "script-src 'self'"] {
            assert!(csp.split("; ").any(|one| one == rule), "{csp}");
        }
        assert_eq!(headers["x-content-type-options"], "nosniff");
        assert_eq!(headers["referrer-policy"], "no-referrer");
        assert!(headers["strict-transport-security"].to_str().unwrap().starts_with("max-age=63072000"));
    }
    let plain = door.client().get(door.http("/")).send().await.unwrap();
    assert!(!plain.headers().contains_key("strict-transport-security"), "RFC 6797 §7.2");
}

#[tokio::test]
async fn what_is_not_there_and_what_breaks_is_a_problem() {
    let door = door(|_| {}).await;
    let client = door.client();
    for (answer, status, kind) in [
        (client.get(door.https("/nowhere")).send().await.unwrap(), 404, "not-found"),
        (client.delete(door.https("/who")).send().await.unwrap(), 405, "method-not-allowed"),
        (client.get(door.https("/panic")).send().await.unwrap(), 500, "internal"),
    ] {
        assert_eq!(answer.status().as_u16(), status);
        assert_eq!(answer.headers()["content-type"], "application/problem+json");
        let problem: Value = serde_json::from_str(&answer.text().await.unwrap()).unwrap();
        assert_eq!(problem["type"], format!("urn:relais:problem:{kind}"));
        assert!(!problem.to_string().contains("a test panics"), "strangers learn little");
    }
    assert_eq!(door.shared.counters.panics(), 1);
    assert_eq!(client.get(door.https("/")).send().await.unwrap().status(), 200, "the others go on");
}

#[tokio::test]
async fn a_request_under_way_ends_before_the_door_does() {
    let door = door(|_| {}).await;
    let held = door.client().get(door.https("/held")).send();
    let stopping = async {
        HELD_BEGAN.notified().await;
        door.stop.send(true).unwrap();
        HELD_MAY_END.notify_one();
    };
    let (answer, ()) = tokio::join!(held, stopping);
    assert_eq!(answer.unwrap().text().await.unwrap(), "at last");
    for running in door.running {
        tokio::time::timeout(Duration::from_secs(5), running).await.unwrap().unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn speed_of_a_simple_get() {
    // Without optimisation and beside other tests: far below what a release build does (docs/performance.md).
    let count = if std::env::var("HELD_TESTS").is_ok() { 20_000 } else { 1_000 };
    let door = door(|shared| shared.exempt_loopback = true).await;
    let client = door.client();
    let began = Instant::now();
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..8 {
        let (client, url) = (client.clone(), door.http("/"));
        tasks.spawn(async move {
            for _ in 0..count / 8 {
                assert_eq!(client.get(&url).send().await.unwrap().text().await.unwrap(), "here");
            }
        });
    }
    tasks.join_all().await;
    let per_second = f64::from(count) / began.elapsed().as_secs_f64();
    eprintln!("{per_second:.0} requests/s");
    assert!(per_second > 100.0, "{per_second:.0} requests/s");
}
