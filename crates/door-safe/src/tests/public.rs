//! What anybody may fetch: keys and log, with which evidence is verified once the platform is gone; the pages that explain;
//! and verifying here what somebody brings.

use axum::http::{Request, StatusCode};
use evidence::log::{Checkpoint, Frontier, Note, Tile};
use evidence::{Bundle, Digest, Document, Keys, Verdict, verify_files};
use mail_secure::Mode;

use super::{Browser, Portal, portals};
use crate::limits;

const LETTER: &str = "From: anna@valbois.test\r\nTo: zed@else.test\r\nSubject: Acte\r\n\r\nsigned words\r\n";

/// The newest state of the log as a verifier sees it: its size and root, signed by the published key, and all leaves.
async fn log_of(browser: &mut Browser<'_>, keys: &Keys) -> (u64, Digest, Vec<Digest>) {
    let note = Note::parse(&browser.get("/safe/log/checkpoint").await.text).unwrap();
    let key = &keys.log[0].value;
    assert_eq!(note.signed([key]).unwrap().len(), 1, "the published key signed it");
    let checkpoint = Checkpoint::parse(note.text()).unwrap();
    assert_eq!(checkpoint.origin, "mail.valbois.test/safe/log");
    let mut leaves = Vec::new();
    for tile in Tile::new_between(0, checkpoint.size).filter(|tile| tile.level == 0) {
        let answer = browser.get(&format!("/safe/log/{tile}")).await;
        assert_eq!(answer.status, StatusCode::OK, "{tile}");
        assert_eq!(answer.header("access-control-allow-origin"), "*");
        leaves.extend(answer.bytes.chunks_exact(32).map(|hash| Digest(hash.try_into().unwrap())));
    }
    (checkpoint.size, checkpoint.root, leaves)
}

fn root_of(leaves: &[Digest]) -> Digest {
    let mut tree = Frontier::empty();
    for leaf in leaves {
        tree.push(*leaf);
    }
    tree.root()
}

/// A registered letter with its time-stamped evidence.
async fn evident(portal: &Portal) -> Vec<u8> {
    let sent = portal.send(Mode::Registered, "zed@else.test", LETTER).await;
    portal.secure.notarise().await.unwrap();
    portal.secure.bundle(&sent.slot).await.unwrap().to_json().unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fetched_keys_and_tiles_verify_evidence_and_log_when_the_platform_is_gone() {
    for portal in portals().await {
        let mut browser = portal.browser();
        assert_eq!(
            browser.get("/safe/log/checkpoint").await.status,
            StatusCode::NOT_FOUND,
            "nothing happened yet"
        );
        let bundle = evident(&portal).await;
        let file = browser.get("/safe/keys.json").await;
        assert_eq!(file.header("content-type"), "application/json");
        let keys = Keys::parse(&file.bytes).unwrap();
        let first = log_of(&mut browser, &keys).await;
        for _ in 0..3 {
            evident(&portal).await;
        }
        let second = log_of(&mut browser, &keys).await;
        let is_given = |path: &'static str| {
            let mut browser = portal.browser();
            async move { browser.get(path).await.status == StatusCode::OK }
        };
        assert!(!is_given("/safe/log/tile/0/000").await, "a full tile is given when it is full");
        assert!(
            !is_given("/safe/log/tile/0/000.p/255").await && !is_given("/safe/log/tile/0/../keys.json").await
        );
        let bundle = Bundle::parse(&bundle).unwrap().to_json().unwrap();
        drop(portal);

        assert_eq!(first.2.len() as u64, first.0);
        assert_eq!(root_of(&first.2), first.1);
        assert_eq!(root_of(&second.2), second.1);
        assert!(second.0 > first.0 && second.2.starts_with(&first.2), "nothing was taken out");
        let document = [
            Document { name: "bundle", bytes: &bundle },
            Document { name: "letter", bytes: LETTER.as_bytes() },
        ];
        let found = verify_files(&document, &keys, None).unwrap();
        assert_eq!(found[0].report.verdict, Verdict::Proven, "{}", found[0].report);
        let mut others = keys.clone();
        others.log.clear();
        let found = verify_files(&document, &others, None).unwrap();
        assert_ne!(found[0].report.verdict, Verdict::Proven, "it rests on the published keys");
        let other = [document[0], Document { name: "letter", bytes: b"other words" }];
        assert_eq!(verify_files(&other, &keys, None).unwrap()[0].report.verdict, Verdict::Failed);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_tile_is_kept_for_ever_and_one_that_grows_is_not() {
    for portal in portals().await {
        let first = portal.send(Mode::Registered, "zed@else.test", LETTER).await;
        // 256 leaves, by copies of the first letter's statements: sealing so many letters would take long.
        let scope = portal.db.operator("test");
        scope
            .write(move |tx| {
                let slot = first.slot.to_string();
                for number in 0..127 {
                    tx.execute(
                        "INSERT INTO secure_statement (slot, sequence, organisation, letter, event, at, sealed, blind,
                             sealed_at)
                         SELECT slot, sequence + ?2, organisation, letter, event, at, sealed, blind, sealed_at
                         FROM secure_statement WHERE slot = ?1 AND sequence <= 2",
                        db::values![&slot, (number + 1) * 2],
                    )?;
                }
                Ok::<_, db::DbError>(())
            })
            .await
            .unwrap();
        portal.secure.notarise().await.unwrap();
        let mut browser = portal.browser();
        let full = browser.get("/safe/log/tile/0/000").await;
        assert_eq!((full.status, full.bytes.len()), (StatusCode::OK, 256 * 32));
        assert_eq!(full.header("cache-control"), "public, max-age=31536000, immutable");
        let partial = browser.get("/safe/log/tile/0/000.p/3").await;
        assert_eq!(partial.bytes, full.bytes[..3 * 32]);
        assert!(!partial.header("cache-control").contains("immutable"));
        let above = browser.get("/safe/log/tile/1/000.p/1").await;
        let leaves: Vec<Digest> =
            full.bytes.chunks_exact(32).map(|hash| Digest(hash.try_into().unwrap())).collect();
        assert_eq!(above.bytes, root_of(&leaves).0);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_brings_evidence_reads_what_it_proves_and_nothing_of_it_stays() {
    for portal in portals().await {
        let bundle = evident(&portal).await;
        let mut browser = portal.browser();
        let verify = "/safe/verify/files";
        let letter = ("files", "lettre.eml", LETTER.as_bytes());
        let page =
            browser.post_files(verify, &[], &[("files", "preuve.evidence.json", &bundle), letter]).await;
        assert_eq!(page.status, StatusCode::OK, "{}", page.text);
        for words in
            ["Prouvé :", "preuve.evidence.json", "Déposé :", "anna@valbois.test", "lettre.eml is letter 1"]
        {
            assert!(page.text.contains(&words.replace(" :", "\u{202f}:")), "{words}: {}", page.text);
        }
        let changed = ("files", "<script>.eml", &b"other"[..]);
        let page = browser.post_files(verify, &[], &[("files", "b", &bundle), changed]).await;
        assert!(page.text.contains("Échec") && page.text.contains("class=\"failed\""), "{}", page.text);
        assert!(!page.text.contains("<script>"));
        let none = browser.post_files(verify, &[], &[letter]).await;
        assert_eq!(none.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(none.text.contains("id=\"wrong\""), "{}", none.text);
        let mut damaged = bundle.clone();
        damaged.truncate(bundle.len() / 2);
        let unread = browser.post_files(verify, &[], &[("files", "b", &damaged)]).await;
        assert_eq!(unread.status, StatusCode::UNPROCESSABLE_ENTITY);
        let many = vec![letter; limits::VERIFYING_FILES_LIMIT + 1];
        assert_eq!(browser.post_files(verify, &[], &many).await.status, StatusCode::PAYLOAD_TOO_LARGE);
        let large = vec![b'x'; limits::VERIFYING_BYTES + 1];
        let answer = browser.post_files(verify, &[], &[("files", "b", &large)]).await;
        assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE);
        let elsewhere = Request::post(verify).header("origin", "https://evil.test");
        assert_eq!(browser.post_as(elsewhere, &[]).await.status, StatusCode::FORBIDDEN);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_pages_that_explain_say_what_is_set() {
    for portal in portals().await.into_iter().take(1) {
        let mut browser = portal.browser();
        for language in ["fr", "de", "it", "en"] {
            for path in ["/safe", "/safe/", "/safe/policy", "/safe/verify"] {
                let page = browser.get(&format!("{path}?lang={language}")).await;
                assert_eq!(page.status, StatusCode::OK);
                assert!(page.text.contains(&format!("<html lang=\"{language}\">")), "{path}");
                // A key that nobody has words for stands there as it is.
                let words = page.text.split('>').filter_map(|piece| piece.split('<').next());
                let missing: Vec<&str> = words
                    .filter(|text| ["start-", "policy-", "verify-"].iter().any(|key| text.starts_with(key)))
                    .collect();
                assert_eq!(missing, [""; 0], "{path} {language}");
            }
        }
        let policy = browser.get("/safe/policy?lang=en").await.text;
        assert!(policy.contains("the 7th day") && policy.contains("Europe/Zurich"), "{policy}");
        assert!(policy.contains("&lt;im&gt;&lt;c&gt;") && policy.contains("with its own clock"), "{policy}");
        let keys = browser.get("/safe/keys.json").await.bytes;
        let verify = browser.get("/safe/verify").await.text;
        assert!(verify.contains(&Keys::digest(&keys).to_string()), "{verify}");
    }
}
