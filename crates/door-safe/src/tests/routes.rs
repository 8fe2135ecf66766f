//! Every route, read from the sources, asked by everybody: nothing is given without the right proof, looking changes nothing,
//! and what changes something is taken from our own page only.

use std::collections::BTreeMap;
use std::path::Path;

use axum::http::{Request, StatusCode};
use mail_secure::{Mode, State};

use super::visitors::{Visitor, Who};
use super::{Browser, Portal, Sent, portals};

/// The text of every file of the crate that is no test.
fn sources(directory: &Path) -> Vec<String> {
    let mut sources = Vec::new();
    for entry in std::fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        match path.file_stem().unwrap() == "tests" {
            true => {}
            false if path.is_dir() => sources.append(&mut self::sources(&path)),
            false => sources.push(std::fs::read_to_string(&path).unwrap()),
        }
    }
    sources
}

/// What stands between the parenthesis that was just opened and its end.
fn inner(text: &str) -> &str {
    let mut depth = 1;
    let end = text.find(|character| {
        depth += match character {
            '(' => 1,
            ')' => -1,
            _ => 0,
        };
        depth == 0
    });
    &text[..end.unwrap()]
}

/// The routes of the crate, in whichever file they stand, as `(path, takes GET)`.
fn routes() -> Vec<(String, bool)> {
    let sources = sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"));
    for other in ["route_service(", ".nest(", ".nest_service(", ".fallback(", ".fallback_service("] {
        assert!(sources.iter().all(|source| !source.contains(other)), "a route that is not walked: {other}");
    }
    let routes: Vec<(String, bool)> = sources
        .iter()
        .flat_map(|source| source.split(".route(").skip(1))
        .flat_map(|rest| {
            let (path, handlers) = inner(rest).split_once(',').unwrap();
            let path = path.trim().strip_prefix('"').and_then(|path| path.strip_suffix('"'));
            let path = path.unwrap_or_else(|| panic!("a path that is not written out: {rest}")).to_owned();
            let handlers = handlers.trim();
            // A path with a page and a form is walked as both.
            let both = handlers.starts_with("get(") && handlers.contains(".post(");
            assert!(both || !handlers.contains(")."), "{path}: {handlers}");
            assert!(
                ["get(", "post("].iter().any(|method| handlers.starts_with(method)),
                "{path}: {handlers}"
            );
            let first = (path.clone(), handlers.starts_with("get("));
            if both { vec![first, (path, false)] } else { vec![first] }
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
        "SELECT slot || state || sequence || COALESCE(opened_at, 0) || COALESCE(released_at, 0) || reminders
         FROM secure_recipient ORDER BY slot",
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

/// What is sent elsewhere or changes what is the visitor's own: other tests walk it.
fn is_elsewhere(who: Who, path: &str, is_get: bool) -> bool {
    // A code goes to the recipient's own mailbox or telephone, whoever asks.
    let of_a_letter = path.ends_with("/code") || path.ends_with("/leave");
    let own_account = who.has_session() && path.starts_with("/safe/account/");
    let own_agreement = who == Who::BeforeConsent && path.ends_with("/consent");
    !is_get && (of_a_letter || own_account || own_agreement || ELSEWHERE.contains(&path))
}

/// What a visitor is answered who has not shown enough for the letter.
fn wanted(who: Who, mode: Mode, path: &str, is_get: bool) -> &'static [StatusCode] {
    const OK: &[StatusCode] = &[StatusCode::OK];
    const REFUSED: &[StatusCode] = &[StatusCode::FORBIDDEN];
    const NOT_THEIRS: &[StatusCode] = &[StatusCode::NOT_FOUND];
    match path {
        _ if is_public(path) || OPEN.contains(&path) || path.ends_with("/next") => OK,
        // Whoever showed the mailbox may open an account for it; without a password there is none.
        _ if REFUSING.contains(&path) || (path.starts_with("/safe/join") && who.has_own_mailbox()) => {
            &[StatusCode::OK, StatusCode::UNPROCESSABLE_ENTITY]
        }
        "/safe/account" if who.has_session() => OK,
        "/safe/account" => &[StatusCode::SEE_OTHER],
        "/safe/journal" | "/safe/journal/export.csv" if who.has_journal() => OK,
        "/safe/journal/{slot}" if who.has_letter_in_journal() => OK,
        // What is proven of a personal letter is its recipient's before the agreement as well: digests, and not what it says.
        "/safe/journal/{slot}/evidence" if who == Who::BeforeConsent && mode == Mode::Personal => OK,
        // It is the sender's to take back.
        "/safe/journal/{slot}/withdraw" if who.has_letter_in_journal() => {
            &[StatusCode::FORBIDDEN, StatusCode::NOT_FOUND]
        }
        _ if path.starts_with("/safe/journal") && who.has_journal() => NOT_THEIRS,
        // The envelope alone opens nothing: it is what the recipient's mailbox has.
        "/safe/{way}/{id}/envelope" if who == Who::BeforeConsent => OK,
        // No code waits: the page says so, or that it was wrong.
        _ if path.ends_with("/enter") && !is_get => &[StatusCode::SEE_OTHER, StatusCode::OK],
        _ => REFUSED,
    }
}

/// Asks for everything, of the letter at both of its places.
async fn walk(portal: &Portal, mode: Mode, visitor: &mut Visitor<'_>) {
    let Visitor { who, browser, sent, places } = visitor;
    let before = kept(portal).await;
    for place in places {
        for (path, is_get) in routes() {
            if is_elsewhere(*who, &path, is_get) {
                continue;
            }
            let at = filled(&path, place, sent);
            let fields = [("a", &*sent.share), ("code", "00000000"), ("sure", "yes"), ("next", place)];
            let answer = match is_get {
                true => browser.get(&at).await,
                false => browser.post(&at, &fields).await,
            };
            let told = format!("{mode} {who:?} {path} at {place}: {}", answer.status);
            assert!(wanted(*who, mode, &path, is_get).contains(&answer.status), "{told}: {}", answer.text);
            assert!(!answer.text.contains("secret words"), "{told}");
            if answer.status == StatusCode::SEE_OTHER && !path.ends_with("/enter") {
                assert_eq!(answer.header("location"), "/safe/sign-in", "{told}");
            }
            if path.starts_with("/safe/journal") && !who.has_letter_in_journal() {
                assert!(!answer.text.contains(&sent.slot.to_string()), "{told}: {}", answer.text);
            }
            assert_eq!(kept(portal).await, before, "{told}: nothing changed");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_route_keeps_out_who_has_not_shown_enough() {
    for portal in portals().await {
        for mode in [Mode::Confidential, Mode::Personal, Mode::Registered] {
            for who in Who::ALL {
                if let Some(mut visitor) = portal.visitor(who, mode).await {
                    walk(&portal, mode, &mut visitor).await;
                }
            }
        }
    }
}

/// The whole database: every column of every table, its values in order.
async fn whole(portal: &Portal) -> BTreeMap<String, Vec<Vec<u8>>> {
    const SQLITE: &str = "SELECT m.name, p.name, p.type FROM sqlite_master m, pragma_table_info(m.name) p WHERE m.type = 'table'";
    const POSTGRES: &str =
        "SELECT table_name::text, column_name::text, data_type::text FROM information_schema.columns
         WHERE table_schema = current_schema()";
    let mut whole = BTreeMap::new();
    for listing in [SQLITE, POSTGRES] {
        let read = move |tx: &mut db::Tx| {
            tx.query(listing, &[], |row| {
                Ok((row.text(0)?.to_owned(), row.text(1)?.to_owned(), row.text(2)?.to_owned()))
            })
        };
        let Ok(columns) = portal.db.operator("test").read(read).await else { continue };
        for (table, column, kind) in columns {
            let octets = match (listing == SQLITE, kind.as_str()) {
                (true, _) => format!("CAST({column} AS BLOB)"),
                (false, "bytea") => column.clone(),
                (false, _) => format!("convert_to({column}::text, 'UTF8')"),
            };
            let all = format!("SELECT {octets} FROM {table} WHERE {column} IS NOT NULL");
            let all: &'static str = Box::leak(all.into_boxed_str());
            let read = move |tx: &mut db::Tx| tx.query(all, &[], |row| Ok(row.bytes(0)?.to_vec()));
            let values: Result<Vec<Vec<u8>>, db::DbError> = portal.db.operator("test").read(read).await;
            let mut values = values.unwrap();
            values.sort_unstable();
            whole.insert(format!("{table}.{column}"), values);
        }
    }
    assert!(whole.len() > 100 && !whole["secure_statement.slot"].is_empty(), "{} columns", whole.len());
    whole
}

/// Follows every route as a link, with what an address may name besides, and finds the database as it was.
async fn follow(
    portal: &Portal,
    reader: &mut Browser<'_>,
    (place, sent): (&str, &Sent),
    account: StatusCode,
) {
    let before = whole(portal).await;
    let pages: Vec<String> =
        routes().into_iter().filter(|(_, is_get)| *is_get).map(|(path, _)| path).collect();
    for (path, _) in routes() {
        let at = filled(&path, place, sent);
        for query in
            ["", "?step=code", "?step=wrong", "?step=accepted&sure=yes", "?lang=de", "?step=%3Cscript%3E"]
        {
            let answer = reader.get(&format!("{at}{query}")).await;
            let wanted: &[StatusCode] = match (pages.contains(&path), path.as_str()) {
                (true, "/safe/account") => &[account],
                // A letter that nobody has accepted has neither yet.
                (true, path) if path.starts_with("/safe/journal/{slot}/") => {
                    &[StatusCode::OK, StatusCode::NOT_FOUND]
                }
                (true, _) => &[StatusCode::OK],
                // A name of ours below «/safe/account/» is not the page of a letter.
                (false, _) => &[StatusCode::METHOD_NOT_ALLOWED],
            };
            assert!(wanted.contains(&answer.status), "{at}{query}: {}", answer.status);
            assert!(!answer.text.contains("<script>"), "{at}{query}");
        }
    }
    let after = whole(portal).await;
    for (column, values) in &before {
        assert!(after.get(column) == Some(values), "{column} changed at {place}");
    }
    assert_eq!(before.len(), after.len());
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
        follow(&portal, &mut reader, (&place, &sent), StatusCode::SEE_OTHER).await;
        // A registered letter that waits to be accepted, by whoever may accept it.
        let login = "bruno@valbois.test";
        let offered = portal.send(Mode::Registered, login, "Subject: x\r\n\r\nwords\r\n").await;
        portal.keep_envelope(&offered).await;
        portal.secure.notarise().await.unwrap();
        let mut bruno = portal.account(login, true).await;
        let parked = bruno.arrive(&offered).await;
        for place in [parked, format!("/safe/m/{}", offered.slot)] {
            let page = bruno.get(&place).await.text;
            assert!(page.contains(&format!("{place}/accept")), "it waits for the decision: {page}");
            follow(&portal, &mut bruno, (&place, &offered), StatusCode::OK).await;
        }
        assert_eq!(portal.secure.seen(&offered.slot).await.unwrap().copy.state, State::Offered);
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
