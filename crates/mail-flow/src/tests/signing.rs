//! What we sign and what we seal, read by our judge as the next server reads it; return paths; tenants.

use mail_judge::{BodyHashes, HeaderFacts, Judge, Letter};
use trust::{Authentication, DkimResult};
use world::Names;

use super::*;

/// Names with the DKIM records of a town's domain.
async fn published(names: StaticNames, town: &Town, domain: &str) -> StaticNames {
    let records = keys_of(town).dkim_records(&Domain::parse(domain).unwrap()).await.unwrap();
    records.iter().fold(names, |names, record| names.with(&record.name, "TXT", &record.value))
}

fn keys_of(town: &Town) -> &keys::Keys {
    &town.flow.inner.keys
}

/// The domain's first keys sign from now on.
async fn signs(town: &Town, domain: &str) {
    let name = Domain::parse(domain).unwrap();
    let keys = keys_of(town).clone();
    keys.dkim_records(&name).await.unwrap();
    let noted = name.clone();
    let operator = town.db.operator("test");
    let noting = keys.clone();
    operator.write(move |tx| noting.note_in_our_zone(tx, &noted)).await.unwrap();
    assert!(keys.dkim(&name).await.unwrap().is_some());
}

/// What another server finds out about a letter.
async fn judged(names: StaticNames, letter: &str) -> Authentication {
    let world = World::testing();
    let judge = Judge::new(Names::fixed(names), world.clock, Domain::parse("mx.else.test").unwrap());
    let facts = HeaderFacts::of(letter.as_bytes(), true);
    let bodies = BodyHashes::of(letter.as_bytes());
    let seen = Letter {
        ip: None,
        helo: "",
        from: &ReversePath::Null,
        header: &letter.as_bytes()[..facts.size_bytes],
        facts: &facts,
        bodies: &bodies,
    };
    judge.gather(&seen, &mail_judge::Policy::default()).await
}

/// Algorithm, domain and result of each signature, by algorithm: which of the two stands above the other is no rule.
fn signatures(found: &Authentication) -> Vec<(&str, &str, DkimResult)> {
    let mut signatures: Vec<_> =
        found.dkim.iter().map(|one| (one.algorithm.as_str(), one.domain.as_str(), one.result)).collect();
    signatures.sort_by_key(|(algorithm, ..)| *algorithm);
    signatures
}

fn both(domain: &str) -> Vec<(&str, &str, DkimResult)> {
    vec![("ed25519-sha256", domain, DkimResult::Pass), ("rsa-sha256", domain, DkimResult::Pass)]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_our_users_submit_goes_out_with_two_signatures_of_their_domain() {
    let stranger = Stranger::new().await;
    for mut town in towns(&[("else.test", &stranger)]).await {
        signs(&town, "valbois.test").await;
        town.go();
        let large = format!(
            "{}{}\r\n\r\n\r\n",
            letter("Anna <anna@valbois.test>", "large"),
            "a  line \t \r\n".repeat(60_000)
        );
        // Without Message-ID and Date, which we add and sign; with blanks at ends of lines; empty.
        let bare = "from:anna@valbois.test\r\nsubject:  a\r\n\t folded   one \r\n\r\n  b  \t c \r\n\r\n\r\n"
            .to_owned();
        let empty = "From: anna@valbois.test\r\n\r\n".to_owned();
        let no_body = "From: anna@valbois.test\r\nTo: zed@else.test\r\n".to_owned();
        for text in [letter("anna@valbois.test", "small"), large, bare, empty, no_body] {
            let before = stranger.heard().len();
            let anna = town.user("anna@valbois.test").await;
            town.bring(anna, envelope("anna@valbois.test", &["zed@else.test"]), &text).await.unwrap();
            town.queue_is_empty().await;
            let heard = stranger.heard().split_off(before);
            let names = published(StaticNames::default(), &town, "valbois.test").await;
            let found = judged(names.clone(), &heard[0].body).await;
            assert_eq!(
                signatures(&found),
                both("valbois.test"),
                "{}",
                &heard[0].body[..2000.min(heard[0].body.len())]
            );
            // One more From, a changed subject, a changed body: neither signature holds.
            for (from, to) in
                [("\r\nFrom:", "\r\nFrom: eve@stranger.test\r\nFrom:"), ("\r\n\r\n", "\r\n\r\nmore\r\n")]
            {
                let changed = heard[0].body.replacen(from, to, 1);
                if changed == heard[0].body {
                    continue;
                }
                let found = judged(names.clone(), &changed).await;
                assert!(
                    found.dkim.iter().all(|one| one.result == DkimResult::Fail),
                    "{changed:.3000}\n{:?}",
                    found.dkim
                );
            }
        }
        town.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_letter_is_signed_for_another_tenant_or_without_a_key() {
    let stranger = Stranger::new().await;
    for mut town in towns(&[("else.test", &stranger)]).await {
        // Only Acme has keys that sign.
        signs(&town, "acme.test").await;
        town.go();
        let before = stranger.heard().len();
        let anna = town.user("anna@valbois.test").await;
        let text = letter("anna@valbois.test", "unsigned");
        town.bring(anna, envelope("anna@valbois.test", &["zed@else.test"]), &text).await.unwrap();
        town.queue_is_empty().await;
        let heard = stranger.heard().split_off(before);
        assert!(!heard[0].body.contains("DKIM-Signature"), "{}", heard[0].body);
        town.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn our_own_report_of_a_forwarded_letter_goes_to_its_sender_signed_by_the_domain_above_our_name() {
    let (goal, home) = (Stranger::new().await, Stranger::new().await);
    for mut town in towns(&[("else.test", &goal), ("stranger.test", &home)]).await {
        signs(&town, "valbois.test").await;
        alias(&town, "elsewhere@valbois.test", &["zed@else.test"]).await;
        town.go();
        let before = home.heard().len();
        goal.says_once("RCPT", "550 5.1.1 nobody");
        let text = letter("Eve <eve@stranger.test>", "refused");
        town.bring(peer(), envelope("eve@stranger.test", &["elsewhere@valbois.test"]), &text).await.unwrap();
        let report = until(async || home.heard().split_off(before).pop()).await;
        assert!(report.from.starts_with("<>"), "{}", report.from);
        assert_eq!(report.to, ["<eve@stranger.test>"]);
        let names = published(StaticNames::default(), &town, "valbois.test").await;
        assert_eq!(signatures(&judged(names, &report.body).await), both("valbois.test"));
        town.queue_is_empty().await;
        town.stop().await;
    }
}

async fn alias(town: &Town, name: &str, targets: &[&str]) {
    let alias_to = targets.iter().map(|target| address(target)).collect();
    let new = NewAddress { address: address(name), alias_to, quota_bytes: None };
    town.operator.create_address(new).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_forwarded_letter_has_a_return_path_of_ours_and_a_seal_and_a_report_finds_its_sender() {
    let (goal, home) = (Stranger::new().await, Stranger::new().await);
    for mut town in towns(&[("else.test", &goal), ("stranger.test", &home)]).await {
        signs(&town, "valbois.test").await;
        alias(&town, "elsewhere@valbois.test", &["zed@else.test", "anna@valbois.test"]).await;
        town.go();
        let (before, at_home) = (goal.heard().len(), home.heard().len());
        let text = letter("Eve <eve@stranger.test>", "forwarded");
        town.bring(peer(), envelope("eve@stranger.test", &["elsewhere@valbois.test"]), &text).await.unwrap();
        town.queue_is_empty().await;
        let heard = goal.heard().split_off(before).remove(0);
        let path = heard.from.trim_start_matches('<').trim_end_matches('>').to_owned();
        assert!(path.starts_with("SRS0=") && path.ends_with("=stranger.test=eve@valbois.test"), "{path}");
        assert_eq!(heard.to, ["<zed@else.test>"]);
        // What the author wrote is untouched.
        assert!(heard.body.ends_with(&text), "{}", heard.body);
        let names = published(StaticNames::default(), &town, "valbois.test").await;
        let arc = judged(names.clone(), &heard.body).await.arc.expect("a chain");
        assert_eq!(arc.result, trust::ArcResult::Pass, "{arc:?}\n{}", heard.body);
        let changed = heard.body.replace("body of forwarded", "body of nobody");
        let arc = judged(names, &changed).await.arc.expect("a chain");
        assert_eq!(arc.result, trust::ArcResult::Fail);
        // The copy that stays is as it came.
        let kept = town.inbox_of("anna@valbois.test", 1).await.remove(0);
        assert!(!kept.contains("ARC-") && kept.contains("Return-Path: <eve@stranger.test>"), "{kept}");

        // The next server could not deliver it after all.
        let report = "From: Mailer <mailer-daemon@else.test>\r\nSubject: failed\r\n\r\nNo.\r\n";
        town.bring(peer(), envelope("", &[&path]), report).await.unwrap();
        town.queue_is_empty().await;
        let home_again = home.heard().split_off(at_home).remove(0);
        assert_eq!(
            (home_again.from.as_str(), &home_again.to[..]),
            ("<>", &["<eve@stranger.test>".to_owned()][..])
        );
        // It is no way for anything but reports, nor with a changed goal.
        let refused = town.bring(peer(), envelope("spam@else.test", &[&path]), &text).await.unwrap_err();
        assert_eq!(refused.status(), "5.7.1");
        let other = path.replace("=eve@", "=victim@");
        let refused = town.bring(peer(), envelope("", &[&other]), report).await.unwrap_err();
        assert_eq!(refused.status(), "5.1.1");
        town.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_letter_that_is_forwarded_twice_has_a_chain_of_two_seals() {
    let goal = Stranger::new().await;
    let first = towns(&[("else.test", &goal)]).await;
    for (mut town, db) in first.into_iter().zip(testing::engines()) {
        signs(&town, "valbois.test").await;
        alias(&town, "elsewhere@valbois.test", &["zed@else.test"]).await;
        town.go();
        let before = goal.heard().len();
        let text = letter("Eve <eve@stranger.test>", "twice");
        town.bring(peer(), envelope("eve@stranger.test", &["elsewhere@valbois.test"]), &text).await.unwrap();
        town.queue_is_empty().await;
        town.stop().await;
        let once = goal.heard().split_off(before).remove(0);

        let names = published(StaticNames::default(), &town, "valbois.test").await;
        let mut next = Town::with_names(db, names.clone(), &[("else.test", &goal)]).await;
        signs(&next, "acme.test").await;
        alias(&next, "far@acme.test", &["yan@else.test"]).await;
        next.go();
        for (body, expected) in [
            (once.body.clone(), trust::ArcResult::Pass),
            (once.body.replace("body of twice", "body of eve"), trust::ArcResult::Fail),
        ] {
            let before = goal.heard().len();
            let from = once.from.trim_start_matches('<').trim_end_matches('>');
            next.bring(peer(), envelope(from, &["far@acme.test"]), &body).await.unwrap();
            next.queue_is_empty().await;
            let twice = goal.heard().split_off(before).remove(0);
            assert!(
                twice.from.starts_with("<SRS1=") && twice.from.ends_with("@acme.test>"),
                "{}",
                twice.from
            );
            let names = published(names.clone(), &next, "acme.test").await;
            let arc = judged(names, &twice.body).await.arc.expect("a chain");
            assert_eq!(arc.result, expected, "{arc:?}\n{}", twice.body);
            let cv = if expected == trust::ArcResult::Pass { "cv=pass" } else { "cv=fail" };
            assert!(twice.body.starts_with("ARC-Seal: i=2;") && twice.body.contains(cv), "{}", twice.body);
        }
        next.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_our_own_user_writes_to_an_alias_keeps_his_sender() {
    let goal = Stranger::new().await;
    for mut town in towns(&[("else.test", &goal)]).await {
        signs(&town, "valbois.test").await;
        alias(&town, "elsewhere@acme.test", &["zed@else.test"]).await;
        town.go();
        let before = goal.heard().len();
        let anna = town.user("anna@valbois.test").await;
        let text = letter("anna@valbois.test", "mine");
        town.bring(anna, envelope("anna@valbois.test", &["elsewhere@acme.test"]), &text).await.unwrap();
        town.queue_is_empty().await;
        let heard = goal.heard().split_off(before).remove(0);
        assert_eq!(heard.from, "<anna@valbois.test>");
        assert!(!heard.body.contains("ARC-"), "{}", heard.body);
        let names = published(StaticNames::default(), &town, "valbois.test").await;
        assert_eq!(signatures(&judged(names, &heard.body).await), both("valbois.test"));
        town.stop().await;
    }
}

/// RFC 8463 appendix A: the body of its example and the hash that both its signatures carry.
#[test]
fn a_body_hash_is_that_of_the_standards_example() {
    use base64::Engine;
    let body = b"Hi.\r\n\r\nWe lost the game.  Are you hungry yet?\r\n\r\nJoe.\r\n";
    let hash = base64::engine::general_purpose::STANDARD.encode(crate::sign::BodyHash::of(body));
    assert_eq!(hash, "2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=");
}

/// What signing adds to a submission: two signatures over a letter of 4 KiB.
#[tokio::test]
async fn speed_both_signatures_take_a_few_milliseconds_at_most() {
    let town = towns(&[]).await.remove(0);
    signs(&town, "valbois.test").await;
    let signers = keys_of(&town).dkim(&Domain::parse("valbois.test").unwrap()).await.unwrap().unwrap();
    let text = letter("anna@valbois.test", "fast") + &"a line of the body\r\n".repeat(200);
    let header = HeaderFacts::of(text.as_bytes(), true).size_bytes;
    let begin = std::time::Instant::now();
    let rounds = 50;
    for _ in 0..rounds {
        let hash = crate::sign::BodyHash::of(&text.as_bytes()[header..]);
        let now = town.world.clock.now();
        crate::sign::signatures(&signers, b"", &text.as_bytes()[..header], &hash, now).unwrap();
    }
    let each = begin.elapsed() / rounds;
    assert!(each < Duration::from_millis(20), "{each:?}");
}
