//! What somebody may bring who means no good: envelopes that are none, forms without end, guesses.

use std::convert::Infallible;
use std::time::Duration;

use axum::body::Body;
use axum::http::{Request, StatusCode};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use doorway_http::Client;
use futures_util::StreamExt;
use mail_secure::Mode;
use tower::ServiceExt;

use super::{Portal, portals};
use crate::limits;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_whole_and_genuine_envelopes_are_taken() {
    for portal in portals().await {
        let sent = portal.send(Mode::Confidential, "zed@else.test", "Subject: x\r\n\r\nwords\r\n").await;
        let mut browser = portal.browser();
        let encoded = STANDARD.encode(&sent.envelope);
        for place in [0, 10, 200, sent.envelope.len() - 1] {
            let mut changed = sent.envelope.clone();
            changed[place] ^= 1;
            let changed = STANDARD.encode(changed);
            let answer = browser.bring(&[("envelope", changed.as_bytes())]).await;
            assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{place}");
        }
        let twice = [("envelope", encoded.as_bytes()), ("envelope", encoded.as_bytes())];
        let long = [b'x'; limits::SHARE_FIELD_LIMIT_BYTES + 1];
        for (fields, wanted) in [
            (&[][..], StatusCode::BAD_REQUEST),
            (&twice[..], StatusCode::BAD_REQUEST),
            (&[("a", &long[..]), ("envelope", encoded.as_bytes())][..], StatusCode::BAD_REQUEST),
            (&[("other", &b"x"[..]), ("envelope", encoded.as_bytes())][..], StatusCode::BAD_REQUEST),
            (&[("envelope", &b"<html>"[..])][..], StatusCode::UNPROCESSABLE_ENTITY),
            (&[("envelope", &b""[..])][..], StatusCode::UNPROCESSABLE_ENTITY),
        ] {
            assert_eq!(browser.bring(fields).await.status, wanted);
        }
        // White space that mail servers and browsers put in does no harm.
        let spaced: String = encoded
            .as_bytes()
            .chunks(60)
            .map(|line| format!("{}\r\n \t", std::str::from_utf8(line).unwrap()))
            .collect();
        assert_eq!(browser.bring(&[("envelope", spaced.as_bytes())]).await.status, StatusCode::SEE_OTHER);
        assert_eq!(browser.get("/safe/o/0").await.status, StatusCode::GONE);
        assert_eq!(browser.get("/safe/m/0").await.status, StatusCode::NOT_FOUND);
        assert_eq!(browser.get(&format!("/safe/m/{}", "0".repeat(32))).await.status, StatusCode::NOT_FOUND);
        assert_eq!(browser.get(&format!("/safe/x/{}", sent.slot)).await.status, StatusCode::NOT_FOUND);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn codes_cannot_be_guessed_or_asked_for_without_end() {
    for portal in portals().await.into_iter().take(1) {
        let sent = portal.send(Mode::Confidential, "zed@else.test", "Subject: x\r\n\r\nwords\r\n").await;
        let mut browser = portal.browser();
        let place = browser.arrive(&sent).await;
        browser.post(&format!("{place}/code"), &[]).await;
        let first = portal.code().await;
        browser.post(&format!("{place}/code"), &[]).await;
        let code = portal.code().await;
        let enter = format!("{place}/enter");
        if first != code {
            let answer = browser.post(&enter, &[("code", &first)]).await;
            assert!(answer.header("location").ends_with("step=wrong"), "only the newest is good");
        }
        for guess in 0..5 {
            let guess = format!("{:08}", (code.parse::<u32>().unwrap() + guess + 1) % 100_000_000);
            browser.post(&enter, &[("code", &guess)]).await;
        }
        let answer = browser.post(&enter, &[("code", &code)]).await;
        assert!(answer.header("location").ends_with("step=wrong"), "it was tried too often");
        for _ in 0..3 {
            browser.post(&format!("{place}/code"), &[]).await;
        }
        let answer = browser.post(&format!("{place}/code"), &[]).await;
        assert!(answer.header("location").ends_with("step=too-often"));
    }
}

/// A form from somewhere whose body has come so far and does not end.
fn without_end(portal: &Portal, path: &str, ip: [u8; 4], octets: usize) -> tokio::task::JoinHandle<()> {
    let begun = b"--b\r\nContent-Disposition: form-data; name=\"envelope\"; filename=\"x\"\r\n\r\n".to_vec();
    let pieces = [begun, vec![b'A'; octets]].map(|piece| Ok::<_, Infallible>(Bytes::from(piece)));
    let body = futures_util::stream::iter(pieces).chain(futures_util::stream::pending());
    let request = Request::post(path)
        .header("host", super::HOST)
        .header("origin", format!("https://{}", super::HOST))
        .header("content-type", "multipart/form-data; boundary=b");
    let mut request = request.body(Body::from_stream(body)).unwrap();
    request.extensions_mut().insert(Client { ip: ip.into(), is_tls: true });
    let asked = portal.router.clone().oneshot(request);
    tokio::spawn(async move { drop(asked.await) })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_sends_much_and_does_not_end_keeps_out_nobody_from_elsewhere() {
    const KIB: usize = 1024;
    const MIB: usize = 1024 * KIB;
    for portal in portals().await.into_iter().take(1) {
        let sent = portal.send(Mode::Confidential, "zed@else.test", "Subject: x\r\n\r\nwords\r\n").await;
        // Large ones, and then small ones into what is left.
        let mut held = Vec::new();
        for (path, octets, count) in [
            ("/safe/verify/files", 14 * MIB, 5),
            ("/safe/open", 8 * MIB, 25),
            ("/safe/verify/files", 128 * KIB, 60),
            ("/safe/open", 256 * KIB, 60),
        ] {
            let begun: Vec<_> =
                (0..count).map(|_| without_end(&portal, path, [198, 51, 100, 1], octets)).collect();
            // Until one is told that there is no room: then others hold it.
            let full = async {
                while !begun.iter().any(tokio::task::JoinHandle::is_finished) {
                    tokio::time::sleep(Duration::from_millis(10)).await;
                }
            };
            tokio::time::timeout(Duration::from_secs(60), full).await.expect("there is no room for all");
            held.extend(begun);
        }
        assert!(held.iter().any(|one| !one.is_finished()), "some wait");
        let mut browser = portal.browser();
        let files = [("files", "x.json", &vec![b' '; MIB][..])];
        let answer = browser.post_files("/safe/verify/files", &[], &files).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "read, and no evidence");
        browser.arrive(&sent).await;
        held.iter().for_each(tokio::task::JoinHandle::abort);
    }
}
