//! Every route, read from the sources, asked by everybody: nothing is given without the right proof, looking changes nothing,
//! and what changes something is taken from our own page only.

use axum::http::{Request, StatusCode};
use mail_secure::Mode;

use super::{Portal, Sent, portals};

/// The routes of `lib.rs` as `(path, takes GET)`.
fn routes() -> Vec<(String, bool)> {
    let sources = [include_str!("../lib.rs"), include_str!("../account/mod.rs")];
    let routes: Vec<(String, bool)> = sources
        .iter()
        .flat_map(|source| source.split(".route(\"").skip(1))
        .flat_map(|rest| {
            let (path, rest) = rest.split_once('"').unwrap();
            let handlers = rest.trim_start_matches([',', ' ']).split(".route(").next().unwrap();
            let line = handlers.lines().next().unwrap();
            // A path with a page and a form is walked as both.
            let both = line.contains("get(") && line.contains(".post(");
            let first = (path.to_owned(), line.starts_with("get"));
            if both { vec![first, (path.to_owned(), false)] } else { vec![first] }
        })
        .collect();
    assert!(routes.len() >= 47, "{routes:?}");
    routes
}

/// Pages that anybody sees, and forms that anybody sends and that change nothing as they are sent here.
const OPEN: [&str; 4] =
    ["/safe/{way}/{id}", "/safe/sign-in", "/safe/sign-in/passkey/options", "/safe/forgotten"];
/// What sends nobody away and does nothing without what is asked for.
const REFUSING: [&str; 3] = ["/safe/sign-in/step", "/safe/sign-in/passkey", "/safe/forgotten/password"];
/// What ends a session or a visit of whoever asks, writes to the recipient, or verifies what somebody brings: other tests.
const ELSEWHERE: [&str; 3] = ["/safe/sign-out", "/safe/open", "/safe/verify/files"];
/// What anybody may fetch, by who keeps a copy of it and for how long.
const PUBLIC: [(&str, &str); 8] = [
    ("/safe", "no-store"),
    ("/safe/", "no-store"),
    ("/safe/policy", "no-store"),
    ("/safe/verify", "no-store"),
    ("/safe/keys.json", "public, max-age=300"),
    ("/safe/log/checkpoint", "no-cache"),
    ("/safe/log/tile/{*path}", "public, max-age=300"),
    ("/safe/assets/{name}", "no-cache"),
];

fn is_public(path: &str) -> bool {
    PUBLIC.iter().any(|(known, _)| *known == path)
}

/// A path for the letter at a place.
fn filled(path: &str, place: &str, sent: &Sent) -> String {
    path.replace("/safe/{way}/{id}", place)
        .replace("{name}", "open.js")
        .replace("{*path}", "0/000.p/1")
        .replace("{slot}", &sent.slot.to_string())
        .replace("{event}", "ContentHandover")
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
        "SELECT canonical || COALESCE(consented_at, 0) || blocks_registered || accepts_registered
         FROM secure_person ORDER BY canonical",
        "SELECT login || version FROM person ORDER BY id",
        "SELECT person || name FROM factor ORDER BY id",
        "SELECT id || '' FROM session ORDER BY id",
        "SELECT kind FROM ceremony ORDER BY token_hash",
        "SELECT login || kind FROM person_notice ORDER BY id",
        "SELECT subject FROM recipient_code_asked ORDER BY id",
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
            portal.secure.notarise().await.unwrap();
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
                    let at = filled(&path, &place, &sent);
                    let answer = match is_get {
                        true => browser.get(&at).await,
                        // A code goes to the recipient's own mailbox, whoever asks: that is another test.
                        false
                            if path.ends_with("/code")
                                || path.ends_with("/leave")
                                || ELSEWHERE.contains(&path.as_str()) =>
                        {
                            continue;
                        }
                        false => {
                            browser
                                .post(
                                    &at,
                                    &[
                                        ("a", &sent.share),
                                        ("code", "00000000"),
                                        ("sure", "yes"),
                                        ("next", &place),
                                    ],
                                )
                                .await
                        }
                    };
                    let told = format!("{mode} {who} {path}: {}", answer.status);
                    assert!(!answer.text.contains("secret words"), "{told}");
                    let is_open =
                        OPEN.contains(&path.as_str()) || is_public(&path) || path.ends_with("/next");
                    // Whoever showed the mailbox may open an account for it; without a password there is none.
                    let may_join = who == "a code" && path.starts_with("/safe/join");
                    // Who has shown another mailbox has a journal of their own: it does not have this letter.
                    if who != "nobody" && path.starts_with("/safe/journal") {
                        let wanted = match path.contains("{slot}") {
                            true => StatusCode::NOT_FOUND,
                            false => StatusCode::OK,
                        };
                        assert_eq!(answer.status, wanted, "{told}");
                        assert!(!answer.text.contains(&sent.slot.to_string()), "{told}: {}", answer.text);
                        assert_eq!(kept(&portal).await, before, "{told}: nothing changed");
                        continue;
                    }
                    match is_open {
                        _ if may_join || REFUSING.contains(&path.as_str()) => {
                            let wanted = [StatusCode::OK, StatusCode::UNPROCESSABLE_ENTITY];
                            assert!(wanted.contains(&answer.status), "{told}");
                        }
                        _ if is_get && path == "/safe/account" => {
                            assert_eq!(answer.header("location"), "/safe/sign-in", "{told}");
                        }
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
        reader.post(&format!("{place}/opened"), &[]).await;
        portal.secure.notarise().await.unwrap();
        let before = kept(&portal).await;
        for (path, is_get) in routes() {
            let at = filled(&path, &place, &sent);
            for step in ["", "?step=code", "?step=wrong", "?lang=de", "?step=%3Cscript%3E"] {
                let answer = reader.get(&format!("{at}{step}")).await;
                let has_page = routes().iter().any(|(other, is_get)| *is_get && *other == path);
                let wanted = match (is_get || has_page, path.as_str()) {
                    (true, "/safe/account") => StatusCode::SEE_OTHER,
                    (true, _) => StatusCode::OK,
                    // A name of ours below «/safe/account/» is not the page of a letter.
                    (false, _) => StatusCode::METHOD_NOT_ALLOWED,
                };
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
            let at = filled(&path, &place, &sent);
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
        portal.secure.notarise().await.unwrap();
        for (path, _) in routes() {
            let answer = reader.get(&filled(&path, &place, &sent)).await;
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
            let kept = PUBLIC.iter().find(|(known, _)| *known == path).map(|(_, kept)| *kept);
            let wanted = kept.unwrap_or("no-store");
            assert_eq!(answer.header("cache-control"), wanted, "{path}");
        }
        let page = reader.get(&place).await.text;
        assert!(!page.contains("style=") && !page.contains("onclick") && !page.contains("<style"), "{page}");
        let ours = ["<script src=\"/safe/assets/", "<script type=\"module\" src=\"/safe/assets/"];
        let ours: usize = ours.into_iter().map(|begin| page.matches(begin).count()).sum();
        assert_eq!(page.matches("<script").count(), ours, "{page}");
    }
}
