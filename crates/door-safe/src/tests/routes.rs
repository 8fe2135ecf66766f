//! Every route, read from the sources, asked by everybody: nothing is given without the right proof, looking changes nothing,
//! and what changes something is taken from our own page only.

use axum::http::{Request, StatusCode};
use mail_secure::Mode;

use super::{Portal, portals};

/// The routes of `lib.rs` as `(path, takes GET)`.
fn routes() -> Vec<(String, bool)> {
    let source = include_str!("../lib.rs");
    let routes: Vec<(String, bool)> = source
        .split(".route(\"")
        .skip(1)
        .map(|rest| {
            let (path, rest) = rest.split_once('"').unwrap();
            (path.to_owned(), rest.trim_start_matches([',', ' ']).starts_with("get"))
        })
        .collect();
    assert!(routes.len() >= 13, "{routes:?}");
    routes
}

fn filled(path: &str, place: &str) -> String {
    path.replace("/safe/{way}/{id}", place).replace("{name}", "open.js")
}

/// All that is kept of secured letters, but for what looking at a session writes.
async fn kept(portal: &Portal) -> Vec<String> {
    let mut all = Vec::new();
    for table in [
        "SELECT slot || state || sequence || COALESCE(opened_at, 0) || reminders FROM secure_recipient ORDER BY slot",
        "SELECT slot || sequence || event FROM secure_statement ORDER BY slot, sequence",
        "SELECT slot || kind FROM secure_notice ORDER BY id",
        "SELECT slot || failures || made_at FROM secure_code ORDER BY slot",
        "SELECT canonical || at FROM secure_code_asked ORDER BY id",
        "SELECT canonical || until FROM secure_visit ORDER BY until, canonical",
        "SELECT id || slot || until FROM secure_parked ORDER BY id",
    ] {
        let scope = portal.db.operator("test");
        let rows: Vec<String> =
            scope.read(move |tx| tx.query(table, &[], |row| Ok(row.text(0)?.to_owned()))).await.unwrap();
        all.extend(rows);
    }
    all
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_route_keeps_out_who_has_not_shown_enough() {
    for portal in portals().await {
        for mode in [Mode::Confidential, Mode::Personal, Mode::Registered] {
            let sent = portal.send(mode, "zed@else.test", "Subject: x\r\n\r\nsecret words\r\n").await;
            let other = portal.send(Mode::Confidential, "eve@else.test", "Subject: y\r\n\r\nother\r\n").await;
            let mut nobody = portal.browser();
            let place = nobody.arrive(&sent).await;
            // Somebody who has shown another mailbox.
            let mut stranger = portal.browser();
            let others_place = stranger.arrive(&other).await;
            stranger.enter(&others_place).await;
            // Somebody with the right mailbox: enough for a confidential letter only.
            let mut reader = portal.browser();
            if mode != Mode::Confidential {
                let own = portal.send(Mode::Confidential, "zed@else.test", "Subject: z\r\n\r\nown\r\n").await;
                let own_place = reader.arrive(&own).await;
                reader.enter(&own_place).await;
            }
            for (who, browser) in
                [("nobody", &mut nobody), ("another", &mut stranger), ("a code", &mut reader)]
            {
                if who == "a code" && mode == Mode::Confidential {
                    continue;
                }
                for (path, is_get) in routes() {
                    let before = kept(&portal).await;
                    let at = filled(&path, &place);
                    let answer = match is_get {
                        true => browser.get(&at).await,
                        // A code goes to the recipient's own mailbox, whoever asks: that is another test.
                        false
                            if path.ends_with("/code")
                                || path.ends_with("/leave")
                                || path == "/safe/open" =>
                        {
                            continue;
                        }
                        false => {
                            browser
                                .post(&at, &[("a", &sent.share), ("code", "00000000"), ("sure", "yes")])
                                .await
                        }
                    };
                    let told = format!("{mode} {who} {path}: {}", answer.status);
                    assert!(!answer.text.contains("secret words"), "{told}");
                    let is_open = ["/safe/{way}/{id}", "/safe/assets/{name}"].contains(&path.as_str())
                        || path.ends_with("/next");
                    match is_open {
                        true => assert_eq!(answer.status, StatusCode::OK, "{told}"),
                        false if path.ends_with("/enter") => {}
                        false => assert_eq!(answer.status, StatusCode::FORBIDDEN, "{told}"),
                    }
                    assert_eq!(kept(&portal).await, before, "{told}: nothing changed");
                }
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn following_links_changes_nothing_even_for_the_reader() {
    for portal in portals().await {
        let sent = portal.send(Mode::Confidential, "zed@else.test", "Subject: x\r\n\r\nwords\r\n").await;
        let mut reader = portal.browser();
        let place = reader.arrive(&sent).await;
        reader.enter(&place).await;
        let before = kept(&portal).await;
        for (path, is_get) in routes() {
            let at = filled(&path, &place);
            for step in ["", "?step=code", "?step=wrong", "?lang=de", "?step=%3Cscript%3E"] {
                let answer = reader.get(&format!("{at}{step}")).await;
                let wanted = if is_get { StatusCode::OK } else { StatusCode::METHOD_NOT_ALLOWED };
                assert_eq!(answer.status, wanted, "{at}{step}");
                assert!(!answer.text.contains("<script>"), "{at}{step}");
            }
        }
        assert_eq!(kept(&portal).await, before);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn forms_of_other_pages_are_not_taken() {
    for portal in portals().await {
        let sent = portal.send(Mode::Confidential, "zed@else.test", "Subject: x\r\n\r\nwords\r\n").await;
        let mut reader = portal.browser();
        let place = reader.arrive(&sent).await;
        reader.enter(&place).await;
        let before = kept(&portal).await;
        for (path, is_get) in routes() {
            if is_get || path == "/safe/open" {
                continue;
            }
            let at = filled(&path, &place);
            for headers in [
                vec![],
                vec![("origin", "null")],
                vec![("origin", "https://evil.test")],
                vec![("origin", "https://mail.valbois.test.evil.test")],
                vec![("origin", "https://mail.valbois.test"), ("sec-fetch-site", "cross-site")],
                vec![("sec-fetch-site", "same-site")],
                vec![("sec-fetch-site", "none")],
            ] {
                let mut request = Request::post(&at);
                for (name, value) in &headers {
                    request = request.header(*name, *value);
                }
                let answer = reader.post_as(request, &[("a", &sent.share)]).await;
                assert_eq!(answer.status, StatusCode::FORBIDDEN, "{at} {headers:?}");
            }
        }
        assert_eq!(kept(&portal).await, before);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_answer_makes_browsers_careful() {
    for portal in portals().await {
        let sent = portal.send(Mode::Confidential, "zed@else.test", "Subject: x\r\n\r\nwords\r\n").await;
        let mut reader = portal.browser();
        let place = reader.arrive(&sent).await;
        for (path, _) in routes() {
            let answer = reader.get(&filled(&path, &place)).await;
            let policy = answer.header("content-security-policy");
            for part in [
                "default-src 'none'",
                "script-src 'self';",
                "frame-ancestors 'none'",
                "base-uri 'none'",
                "form-action 'self'",
            ] {
                assert!(policy.contains(part), "{path}: {policy}");
            }
            assert_eq!(answer.header("referrer-policy"), "same-origin", "{path}");
            let wanted = if path.contains("assets") { "no-cache" } else { "no-store" };
            assert_eq!(answer.header("cache-control"), wanted, "{path}");
        }
        let page = reader.get(&place).await.text;
        assert!(!page.contains("style=") && !page.contains("onclick") && !page.contains("<style"), "{page}");
        assert_eq!(page.matches("<script").count(), page.matches("<script type=\"module\" src=").count());
    }
}
