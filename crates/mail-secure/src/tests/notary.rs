//! The public log, on each engine and from two nodes; time-stamps by ourselves and by OpenSSL; what tampering shows.

use std::time::Duration;

use evidence::log::{Checkpoint, Note, Tile, root, verify_consistency};
use evidence::{Bundle, Digest, Document, Event, Kind, Outcome, Verdict};
use wire_safe::Slot;
use world::World;

use super::lab::{
    Authority, LETTER, catch_up, count, engines, judged, node, platform, platforms, send, settings, stamped,
    strong, tamper,
};
use crate::{LOG_PATH, Mode, NoTimeStamp, Notarised, Secure, SecureError, Settings};

/// The newest checkpoint, read with the published key.
async fn newest(secure: &Secure) -> Checkpoint {
    let note = Note::parse(&secure.checkpoint().await.unwrap().unwrap()).unwrap();
    let keys = secure.published_keys().await.unwrap();
    assert_eq!(note.signed([&keys.log[0].value]).unwrap().len(), 1, "the published key signed it");
    Checkpoint::parse(note.text()).unwrap()
}

/// All leaves, as whoever watches the log fetches them.
async fn leaves(secure: &Secure, size: u64) -> Vec<Digest> {
    let mut leaves = Vec::new();
    for tile in Tile::new_between(0, size).filter(|tile| tile.level == 0) {
        let octets = secure.tile(&tile.to_string()).await.unwrap().unwrap();
        leaves.extend(octets.chunks_exact(32).map(|hash| Digest(hash.try_into().unwrap())));
    }
    leaves
}

#[tokio::test]
async fn statements_come_into_the_log_by_one_stamp_and_a_bundle_proves_them() {
    for secure in platforms() {
        assert_eq!(secure.notarise().await.unwrap(), Notarised::default(), "nothing waits");
        assert_eq!(secure.checkpoint().await.unwrap(), None);
        let slots =
            send(&secure, Mode::Registered, &["zed@else.test", "yan@else.test", "xia@else.test"]).await;
        let done = secure.notarise().await.unwrap();
        assert_eq!(done, Notarised { statements: 6, stamped: Some(6) });
        assert_eq!(secure.notarise().await.unwrap(), Notarised::default(), "once is enough");
        let bundle = secure.bundle(&slots[1]).await.unwrap();
        let report = judged(&secure, &bundle).await;
        assert_eq!(report.verdict, Verdict::Proven, "{:#?}", report.claims);
        assert_eq!(report.letters[0].state.as_deref(), Some("offered"));
        let said = report.claims.iter().find(|claim| claim.kind == Kind::Time).unwrap();
        assert!(said.text.contains("heure de la plateforme elle-même"), "whose time it is: {}", said.text);

        // What happens later is proven by a later checkpoint, which goes on from the first.
        secure.accept(&slots[1], &strong("yan@else.test")).await.unwrap();
        let waiting = judged(&secure, &secure.bundle(&slots[1]).await.unwrap()).await;
        assert_eq!(waiting.verdict, Verdict::Incomplete, "its statements wait");
        secure.notarise().await.unwrap();
        let bundle = secure.bundle(&slots[1]).await.unwrap();
        assert_eq!(bundle.checkpoints.len(), 2);
        let report = judged(&secure, &bundle).await;
        assert_eq!(report.verdict, Verdict::Proven, "{:#?}", report.claims);
        assert_eq!(report.letters[0].state.as_deref(), Some("consigned"));
        let whole = secure.seen(&slots[0]).await.unwrap().letter.id;
        let whole = secure.bundle_of_letter(whole).await.unwrap();
        assert_eq!(whole.letters.len(), 3);
        assert_eq!(judged(&secure, &whole).await.verdict, Verdict::Proven);
    }
}

#[tokio::test]
async fn whoever_watches_the_log_finds_its_root_from_its_tiles() {
    for secure in platforms() {
        let mut before: Option<Checkpoint> = None;
        for letters in [1, 3, 120] {
            for _ in 0..letters {
                send(&secure, Mode::Confidential, &["zed@else.test"]).await;
            }
            secure.notarise().await.unwrap();
            let now = newest(&secure).await;
            assert_eq!(now.origin, format!("safe.valbois.test{LOG_PATH}"));
            let hashes = leaves(&secure, now.size).await;
            assert_eq!((hashes.len() as u64, root(&hashes)), (now.size, now.root));
            if let Some(before) = before {
                let old = usize::try_from(before.size).unwrap();
                assert_eq!(root(&hashes[..old]), before.root, "nothing was taken away");
            }
            before = Some(now);
        }
        assert_eq!(before.unwrap().size, 372);
        assert_eq!(secure.tile("tile/0/000").await.unwrap().unwrap().len(), 256 * 32);
        assert_eq!(secure.tile("tile/1/000.p/1").await.unwrap().unwrap().len(), 32);
        for path in ["tile/0/001.p/117", "tile/0/002.p/1", "tile/1/000", "tile/0/1", "../checkpoint", ""] {
            assert_eq!(secure.tile(path).await.unwrap(), None, "{path}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_nodes_never_fork_the_log() {
    for db in engines() {
        // The same clock, numbers and randomness: nothing but the database keeps them apart.
        let world = World::testing();
        let first = platform(db::testing::another(&db), world.clone(), settings());
        let second = node(db, world, settings());
        let mut statements = 0;
        for round in 0..12 {
            for _ in 0..=round % 3 {
                send(&first, Mode::Confidential, &["zed@else.test", "yan@else.test"]).await;
                statements += 6;
            }
            let (one, other) = tokio::join!(
                tokio::spawn({
                    let first = first.clone();
                    async move { first.notarise().await }
                }),
                tokio::spawn({
                    let second = second.clone();
                    async move { second.notarise().await }
                }),
            );
            let (one, other) = (one.unwrap().unwrap(), other.unwrap().unwrap());
            assert_eq!(one.statements + other.statements, 6 * (round % 3 + 1), "each statement once");
        }
        let newest = newest(&second).await;
        assert_eq!(newest.size, statements);
        let hashes = leaves(&first, newest.size).await;
        assert_eq!(root(&hashes), newest.root);
        let notes = first.db().operator("test");
        let notes = notes
            .read(|tx: &mut db::Tx| {
                tx.query("SELECT note FROM secure_checkpoint ORDER BY size", &[], |row| {
                    Ok(row.text(0)?.to_owned())
                })
            })
            .await
            .unwrap();
        for note in notes {
            let checkpoint = Checkpoint::parse(Note::parse(&note).unwrap().text()).unwrap();
            let size = usize::try_from(checkpoint.size).unwrap();
            assert_eq!(root(&hashes[..size]), checkpoint.root, "one history");
        }
        let twice = "SELECT COUNT(*) - COUNT(DISTINCT log_index) FROM secure_statement";
        assert_eq!(count(&first, twice).await, 0);
    }
}

#[tokio::test]
async fn an_authority_of_ones_choice_stamps_each_batch_once() {
    let authority = Authority::new().await;
    for db in engines() {
        // Nobody listens at the first: the next one is asked.
        let settings = Settings {
            time_stamps: vec!["http://127.0.0.1:9/tsa".to_owned(), authority.url.clone()],
            ..authority.settings()
        };
        let secure = platform(db, World::testing(), settings);
        let before = authority.asked();
        let mut slots = Vec::new();
        for _ in 0..20 {
            slots.extend(send(&secure, Mode::Registered, &["zed@else.test"]).await);
        }
        assert_eq!(stamped(&secure).await, Some(40), "one time-stamp for all");
        assert!(authority.asked() > before);
        let stamps = "SELECT COUNT(*) FROM secure_checkpoint WHERE token IS NOT NULL";
        assert_eq!(count(&secure, stamps).await, 1);
        for slot in &slots {
            let bundle = secure.bundle(slot).await.unwrap();
            let report = judged(&secure, &bundle).await;
            assert_eq!(report.verdict, Verdict::Proven, "{:#?}", report.claims);
            let said = report.claims.iter().find(|claim| claim.kind == Kind::Time).unwrap();
            assert!(said.text.ends_with("says Horloge suisse."), "{}", said.text);
        }
    }
}

#[tokio::test]
async fn without_an_answer_the_log_goes_on_and_is_stamped_later() {
    let authority = Authority::new().await;
    for db in engines() {
        let world = World::testing();
        let dead = Settings { time_stamps: vec!["http://127.0.0.1:9/".to_owned()], ..authority.settings() };
        let secure = platform(db::testing::another(&db), world.clone(), dead);
        let slots = send(&secure, Mode::Registered, &["zed@else.test"]).await;
        for _ in 0..2 {
            let refused = secure.notarise().await.unwrap_err();
            assert!(
                matches!(refused, SecureError::NoTimeStamp(NoTimeStamp::Unanswered { .. })),
                "{refused:?}"
            );
        }
        assert_eq!(newest(&secure).await.size, 2, "the checkpoint stays");
        assert_eq!(secure.due_notices().await.unwrap().len(), 0, "no receipt leaves without a time-stamp");
        let bundle = secure.bundle(&slots[0]).await.unwrap();
        let report = judged(&secure, &bundle).await;
        assert_eq!(report.verdict, Verdict::Incomplete, "{:#?}", report.claims);
        assert!(report.with(Outcome::Failed).next().is_none());
        // More statements come before the authority is back: it stamps the newest checkpoint, which proves all.
        let more = send(&secure, Mode::Registered, &["yan@else.test"]).await;
        secure.notarise().await.unwrap_err();
        let secure = node(db, world, authority.settings());
        assert_eq!(stamped(&secure).await, Some(4));
        for slot in [slots[0], more[0]] {
            let bundle = secure.bundle(&slot).await.unwrap();
            assert_eq!(judged(&secure, &bundle).await.verdict, Verdict::Proven);
        }
        assert_eq!(secure.due_notices().await.unwrap().len(), 2);
    }
}

#[tokio::test]
async fn an_authority_is_not_believed_without_its_root_or_with_another_time() {
    let (authority, other) = (Authority::new().await, Authority::new().await);
    let db = db::testing::engines().remove(0);
    let wrong = Settings { time_stamp_roots: vec![other.root.clone()], ..authority.settings() };
    let world = World::testing();
    catch_up(&world);
    let secure = platform(db, world.clone(), wrong);
    send(&secure, Mode::Registered, &["zed@else.test"]).await;
    let refused = secure.notarise().await.unwrap_err();
    assert!(matches!(refused, SecureError::NoTimeStamp(NoTimeStamp::Untrusted { .. })), "{refused:?}");
    // The statements are of a year in which the authority has not arrived: they would be stamped before they existed.
    let db = db::testing::engines().remove(0);
    world.clock.advance(Duration::from_secs(30 * 365 * 86_400));
    let secure = platform(db, world, authority.settings());
    send(&secure, Mode::Registered, &["zed@else.test"]).await;
    let refused = secure.notarise().await.unwrap_err();
    assert!(matches!(refused, SecureError::NoTimeStamp(NoTimeStamp::Clock { .. })), "{refused:?}");
    // Nor one whose clock is ahead of ours: its tokens hold for nobody until that time has come.
    for ahead in [Duration::from_secs(60), Duration::from_secs(365 * 86_400)] {
        let db = db::testing::engines().remove(0);
        let world =
            World { clock: world::Clock::fake(world::Clock::real().now().minus(ahead)), ..World::testing() };
        let secure = platform(db, world, authority.settings());
        send(&secure, Mode::Registered, &["zed@else.test"]).await;
        let refused = secure.notarise().await.unwrap_err();
        assert!(
            matches!(refused, SecureError::NoTimeStamp(NoTimeStamp::Clock { .. })),
            "{ahead:?}: {refused:?}"
        );
    }
}

#[tokio::test]
async fn what_a_node_with_a_fast_clock_states_is_proven_all_the_same() {
    const AHEAD: Duration = Duration::from_secs(10);
    for db in engines() {
        let (fast, slow) = (World::testing(), World::testing());
        fast.clock.advance(AHEAD);
        let first = platform(db::testing::another(&db), fast, settings());
        let second = node(db, slow.clone(), settings());
        let slots = send(&first, Mode::Registered, &["zed@else.test", "yan@else.test"]).await;
        // The recipient decides on the node whose clock has not come to the offer: it is told of as not earlier.
        let decided = second.accept(&slots[0], &strong("zed@else.test")).await.unwrap().copy;
        assert_eq!(decided.accepted_at, Some(first.now()));
        assert_eq!(
            second.notarise().await.unwrap(),
            Notarised::default(),
            "it would be stamped before it happened"
        );
        slow.clock.advance(AHEAD / 2);
        let own = send(&second, Mode::Confidential, &["xia@else.test"]).await;
        let done = second.notarise().await.unwrap();
        assert_eq!(done, Notarised { statements: 3, stamped: Some(3) }, "what is not ahead does not wait");
        slow.clock.advance(AHEAD / 2);
        assert_eq!(second.notarise().await.unwrap(), Notarised { statements: 6, stamped: Some(9) });
        for slot in slots.iter().chain(&own) {
            let report = judged(&second, &second.bundle(slot).await.unwrap()).await;
            assert_eq!(report.verdict, Verdict::Proven, "{:#?}", report.claims);
        }
    }
}

#[tokio::test]
async fn a_later_stamp_is_not_older_than_an_unstamped_checkpoint_before_it() {
    for db in engines() {
        let (fast, slow) = (World::testing(), World::testing());
        fast.clock.advance(Duration::from_secs(10));
        let dead = Settings { time_stamps: vec!["http://127.0.0.1:9/".to_owned()], ..settings() };
        let first = platform(db::testing::another(&db), fast, dead);
        let slot = send(&first, Mode::Confidential, &["zed@else.test"]).await[0];
        first.notarise().await.unwrap_err();
        // The other node has statements of its own, and its clock is not there yet.
        let second = node(db, slow.clone(), settings());
        send(&second, Mode::Confidential, &["yan@else.test"]).await;
        let early = second.notarise().await.unwrap_err();
        assert!(matches!(early, SecureError::NoTimeStamp(NoTimeStamp::Clock { .. })), "{early:?}");
        slow.clock.advance(Duration::from_secs(10));
        assert_eq!(second.notarise().await.unwrap().stamped, Some(6));
        let report = judged(&second, &second.bundle(&slot).await.unwrap()).await;
        assert_eq!(report.verdict, Verdict::Proven, "{:#?}", report.claims);
    }
}

#[tokio::test]
async fn tokens_are_proven_after_the_authority_was_changed() {
    let authority = Authority::new().await;
    for db in engines() {
        let world = World::testing();
        let secure = platform(db::testing::another(&db), world.clone(), authority.settings());
        let slots = send(&secure, Mode::Registered, &["zed@else.test"]).await;
        stamped(&secure).await;
        // Behind the authority's clock, which is this machine's.
        world.clock.advance(Duration::from_secs(2 * 365 * 86_400));
        let later = node(db, world, settings());
        send(&later, Mode::Confidential, &["yan@else.test"]).await;
        later.notarise().await.unwrap();
        let keys = later.published_keys().await.unwrap();
        assert_eq!(keys.time_stamp.len(), 2, "the old root and the new one");
        let report = judged(&later, &later.bundle(&slots[0]).await.unwrap()).await;
        assert_eq!(report.verdict, Verdict::Proven, "{:#?}", report.claims);
    }
}

/// The evidence of a copy as the rows have it, without asking whether they are complete; `None` where they make none.
async fn unasked(secure: &Secure, slot: &Slot) -> Option<Bundle> {
    let platform = secure.platform().await.unwrap();
    let (secure, slot) = (secure.clone(), *slot);
    let scope = secure.db().operator("test");
    let made = scope
        .read(move |tx: &mut db::Tx| {
            let letter = secure.read(tx, &slot)?.letter;
            let statements = crate::rows::log::statements(tx, &slot)?;
            crate::bundling::bundled(tx, &platform, &[(letter, statements)])
        })
        .await;
    match made {
        Ok(bundle) => Some(bundle),
        Err(SecureError::Damaged(_)) => None,
        Err(error) => panic!("{error:?}"),
    }
}

#[tokio::test]
async fn what_is_changed_in_the_rows_is_found() {
    type Change = &'static [&'static str];
    const CHANGES: [(&str, Change); 6] = [
        ("the first statement deleted", &["DELETE FROM secure_statement WHERE sequence = 1"]),
        ("the last statement deleted", &["DELETE FROM secure_statement WHERE sequence = 2"]),
        (
            "two statements swapped",
            &[
                "UPDATE secure_statement SET sequence = 9 WHERE sequence = 1",
                "UPDATE secure_statement SET sequence = 1 WHERE sequence = 2",
                "UPDATE secure_statement SET sequence = 2 WHERE sequence = 9",
            ],
        ),
        (
            "a statement put in the place of another",
            &["UPDATE secure_statement SET sealed = (SELECT MAX(sealed) FROM secure_statement)"],
        ),
        ("a place in the log changed", &["UPDATE secure_statement SET log_index = 1 - log_index"]),
        (
            "a leaf changed",
            &["UPDATE secure_log_node SET hash = (SELECT hash FROM secure_log_node ORDER BY hash LIMIT 1)"],
        ),
    ];
    for (what, changes) in CHANGES {
        for secure in platforms() {
            let slots = send(&secure, Mode::Registered, &["zed@else.test"]).await;
            secure.notarise().await.unwrap();
            assert_eq!(
                judged(&secure, &secure.bundle(&slots[0]).await.unwrap()).await.verdict,
                Verdict::Proven
            );
            for change in changes {
                assert!(tamper(&secure, change).await > 0, "{what}");
            }
            // Here, and by whoever has got a bundle all the same.
            let here = secure.bundle(&slots[0]).await;
            match unasked(&secure, &slots[0]).await {
                Some(bundle) => {
                    let report = judged(&secure, &bundle).await;
                    let is_seen = report.verdict == Verdict::Failed;
                    // That the end is missing a chain cannot show by itself: the row says it.
                    let is_cut = what == "the last statement deleted";
                    assert_eq!(is_seen, !is_cut, "{what}: {:#?}", report.claims);
                    assert!(!is_cut || matches!(here, Err(SecureError::Damaged(_))), "{what}: {here:?}");
                }
                None => assert!(matches!(here, Err(SecureError::Damaged(_))), "{what}: {here:?}"),
            }
        }
    }
}

#[tokio::test]
async fn a_statement_changed_before_it_is_logged_is_found_by_its_seal() {
    for secure in platforms() {
        let slots = send(&secure, Mode::Registered, &["zed@else.test", "yan@else.test"]).await;
        // Another copy's statements, with the row that names the last one brought in line.
        let changed = tamper(
            &secure,
            "UPDATE secure_statement SET sealed = (SELECT MIN(o.sealed) FROM secure_statement o
                 WHERE o.sequence = secure_statement.sequence)",
        );
        assert_eq!(changed.await, 4);
        secure.notarise().await.unwrap();
        let verdicts = async |slot| match secure.bundle(slot).await {
            Ok(bundle) => judged(&secure, &bundle).await.verdict,
            Err(SecureError::Damaged(_)) => Verdict::Failed,
            Err(error) => panic!("{error:?}"),
        };
        let (one, other) = (verdicts(&slots[0]).await, verdicts(&slots[1]).await);
        assert!(one == Verdict::Failed || other == Verdict::Failed, "{one:?} {other:?}");
    }
}

#[tokio::test]
async fn evidence_of_every_generation_of_keys_is_proven() {
    const YEAR: Duration = Duration::from_secs(365 * 86_400);
    for db in engines() {
        let world = World::testing();
        let first = platform(db::testing::another(&db), world.clone(), settings());
        let other = node(db, world.clone(), settings());
        let seal_of = |bundle: &Bundle| bundle.letters[0].statements[0].sealed.certificate();
        let old = send(&first, Mode::Registered, &["zed@else.test"]).await[0];
        first.notarise().await.unwrap();
        let before = seal_of(&first.bundle(&old).await.unwrap());
        assert!(!first.renew_keys().await.unwrap(), "four years are left");

        // A year before the end there is a next one: published at once, on every node, and not used yet.
        world.clock.advance(4 * YEAR + Duration::from_secs(86_400));
        assert_eq!(ending(&first).await, [""; 0]);
        assert!(first.renew_keys().await.unwrap());
        assert!(!first.renew_keys().await.unwrap() && !other.renew_keys().await.unwrap(), "one is enough");
        let keys = other.published_keys().await.unwrap();
        assert_eq!((keys.seal.len(), keys.time_stamp.len()), (2, 2));
        world.clock.advance(Duration::from_secs(28 * 86_400));
        let between = send(&other, Mode::Registered, &["zed@else.test"]).await[0];
        other.notarise().await.unwrap();
        assert_eq!(seal_of(&other.bundle(&between).await.unwrap()), before);

        // A month later both nodes use it.
        world.clock.advance(Duration::from_secs(3 * 86_400));
        for (node, to) in [(&first, "yan@else.test"), (&other, "xia@else.test")] {
            let new = send(node, Mode::Registered, &[to]).await[0];
            node.notarise().await.unwrap();
            assert_ne!(seal_of(&node.bundle(&new).await.unwrap()), before);
        }
        // When the first has ended all evidence holds, and a letter told of under both as well.
        world.clock.advance(Duration::from_secs(3 * 86_400));
        first.refuse(&between, &strong("zed@else.test"), "").await.unwrap();
        first.notarise().await.unwrap();
        world.clock.advance(YEAR);
        let bundle = first.bundle(&between).await.unwrap();
        assert_eq!(bundle.certificates.len(), 4, "two seals, each with its root");
        let single = first.bundle(&old).await.unwrap();
        assert_eq!(single.certificates.len(), 2, "what nothing here was sealed with is not needed");
        for (node, bundle) in [(&first, &bundle), (&other, &bundle), (&first, &single)] {
            let report = judged(node, bundle).await;
            assert_eq!(report.verdict, Verdict::Proven, "{:#?}", report.claims);
        }
        // A page made now of what was sealed then is signed as it was then.
        let pdf = first.receipt(&old, Event::SubmissionAcceptance, crate::Language::French).await.unwrap();
        let keys = first.published_keys().await.unwrap();
        let file = Document { name: "receipt.pdf", bytes: &pdf };
        let verified = evidence::verify_files(&[file], &keys, Some(world.clock.now())).unwrap();
        assert_eq!(verified[0].report.verdict, Verdict::Proven, "{:#?}", verified[0].report.claims);
    }
}

/// What `relais check` would warn of.
async fn ending(secure: &Secure) -> Vec<&'static str> {
    let (scope, now) = (secure.db().operator("test"), secure.now());
    let ending = scope.read(move |tx: &mut db::Tx| crate::ending_keys(tx, now)).await.unwrap();
    ending.into_iter().map(|(what, _)| what).collect()
}

#[tokio::test]
async fn keys_that_have_ended_seal_nothing_and_are_replaced_at_once() {
    for secure in platforms() {
        send(&secure, Mode::Registered, &["zed@else.test"]).await;
        secure.world().clock.advance(Duration::from_secs(4 * 365 * 86_400 + 10 * 86_400));
        assert_eq!(ending(&secure).await, ["seal", "clock"], "nobody has looked after them");
        secure.world().clock.advance(Duration::from_secs(365 * 86_400));
        // Nothing is stated that every verifier would refuse.
        let refused =
            super::lab::send_letter(&secure, Mode::Registered, &["yan@else.test"], LETTER, None).await;
        assert!(
            matches!(&refused, Err(SecureError::Evidence { why, .. }) if why.contains("holds from")),
            "{refused:?}"
        );
        assert!(secure.renew_keys().await.unwrap());
        assert_eq!(ending(&secure).await, [""; 0]);
        let slot = send(&secure, Mode::Registered, &["yan@else.test"]).await[0];
        secure.notarise().await.unwrap();
        let report = judged(&secure, &secure.bundle(&slot).await.unwrap()).await;
        assert_eq!(report.verdict, Verdict::Proven, "{:#?}", report.claims);
    }
}

#[test]
fn checkpoints_of_an_empty_log_lead_to_every_other() {
    let empty = root(&[]);
    let one = Digest([1; 32]);
    verify_consistency(0, &empty, 1, &one, &[]).unwrap();
}
