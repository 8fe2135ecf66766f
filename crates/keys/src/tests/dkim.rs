//! DKIM keys: records, rotation day by day, revocation, tenants.

use std::collections::BTreeMap;
use std::time::Duration;

use aws_lc_rs::signature::{ED25519, RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use directory::Scope;
use model::{DomainId, OrganisationId, Timestamp};
use world::StaticNames;

use super::{Town, domain, towns};
use crate::rotation::{Action, Next, due, next};
use crate::{Algorithm, DkimKey, DkimRecord, DkimState, KeysError, limits, rows};

const HOUR: Duration = Duration::from_secs(3600);
const DAY: Duration = Duration::from_secs(86_400);
/// How long after it was made a signature may still be checked: our queue, another's, and a reader's patience.
const IN_FLIGHT_DAYS: i64 = 12;

fn p_of(record: &DkimRecord) -> Vec<u8> {
    STANDARD.decode(record.value.rsplit_once("p=").unwrap().1).unwrap()
}

#[tokio::test]
async fn a_signature_is_verified_with_what_the_record_says() {
    for town in towns().await {
        let records = town.keys.dkim_records(&domain("valbois.test")).await.unwrap();
        let names: Vec<_> = records.iter().map(|record| record.name.as_str()).collect();
        // Made at noon of that day.
        assert_eq!(names, ["20261121e._domainkey.valbois.test", "20261121r._domainkey.valbois.test"]);
        assert_eq!(town.keys.dkim_records(&domain("valbois.test")).await.unwrap(), records);
        assert!(town.keys.dkim(&domain("valbois.test")).await.unwrap().is_none(), "nobody has seen them");
        town.publish("valbois.test").await;
        let signers = town.keys.dkim(&domain("valbois.test")).await.unwrap().unwrap();
        assert_eq!(signers.organisation, town.valbois);
        assert_eq!(signers.keys.len(), 2);
        for signer in &signers.keys {
            let record = records.iter().find(|record| record.selector == signer.selector).unwrap();
            let public = p_of(record);
            let signature = signer.sign(b"from:Anna <anna@valbois.test>").unwrap();
            match signer.algorithm {
                Algorithm::Rsa => {
                    assert!(record.value.starts_with("v=DKIM1; k=rsa; p=MII"), "{}", record.value);
                    UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, &public)
                        .verify(b"from:Anna <anna@valbois.test>", &signature)
                        .unwrap();
                }
                Algorithm::Ed25519 => {
                    assert!(record.value.starts_with("v=DKIM1; k=ed25519; p="), "{}", record.value);
                    assert_eq!(public.len(), 32);
                    let hash = aws_lc_rs::digest::digest(
                        &aws_lc_rs::digest::SHA256,
                        b"from:Anna <anna@valbois.test>",
                    );
                    UnparsedPublicKey::new(&ED25519, &public).verify(hash.as_ref(), &signature).unwrap();
                }
            }
        }
    }
}

#[tokio::test]
async fn a_key_is_changed_by_its_identifier_within_its_organisation_only() {
    for town in towns().await {
        town.keys.dkim_records(&domain("valbois.test")).await.unwrap();
        town.publish("valbois.test").await;
        let now = town.world.clock.now();
        for (organisation, is_own) in [(town.acme, 0), (town.valbois, 1)] {
            let owner = town.db.operator("test").read(|tx| rows::domain(tx, &domain("valbois.test"))).await;
            let (domain, _) = owner.unwrap().unwrap();
            let keys = town.db.operator("test").read(move |tx| rows::dkim_keys(tx, domain)).await.unwrap();
            let id = keys[0].id;
            let tenant = town.db.tenant(organisation);
            let changed = tenant.write(move |tx| {
                Ok::<_, db::DbError>([
                    rows::retire(tx, id, now)?,
                    rows::revoke(tx, id, now)?,
                    rows::remove(tx, id)?,
                    rows::note_elsewhere(tx, domain)?.min(1),
                ])
            });
            assert_eq!(changed.await.unwrap(), [is_own; 4], "as {organisation}");
        }
    }
}

#[tokio::test]
async fn a_domain_that_we_do_not_host_has_no_keys() {
    for town in towns().await {
        let refused = town.keys.dkim_records(&domain("stranger.test")).await.unwrap_err();
        assert!(matches!(refused, KeysError::NotFound { what: "domain" }));
        assert!(town.keys.dkim(&domain("stranger.test")).await.unwrap().is_none());
    }
}

#[tokio::test]
async fn where_the_dns_is_elsewhere_a_key_waits_until_its_record_is_seen() {
    for town in towns().await {
        let name = domain("valbois.test");
        let records = town.keys.dkim_records(&name).await.unwrap();
        for _ in 0..3 {
            let changed = town.keys.tend().await.unwrap();
            assert!(changed.contains(&name), "somebody may have to be told");
            town.world.clock.advance(DAY);
        }
        assert!(town.keys.dkim(&name).await.unwrap().is_none());
        // The customer publishes one of the two, with tags and spaces in his provider's order; and a wrong one.
        let p = |record: &DkimRecord| STANDARD.encode(p_of(record));
        let (ed25519, rsa) = (&records[0], &records[1]);
        let text =
            format!("v=DKIM1;p={} ; k=rsa", p(rsa).split_at(40).0.to_owned() + " " + p(rsa).split_at(40).1);
        let names = StaticNames::default().with(&rsa.name, "TXT", &text).with(
            &ed25519.name,
            "TXT",
            "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=",
        );
        let keys = town.with_names(names);
        keys.tend().await.unwrap();
        let signers = keys.dkim(&name).await.unwrap().unwrap();
        let selectors: Vec<_> = signers.keys.iter().map(|key| key.selector.clone()).collect();
        assert_eq!(selectors, ["20261121r"]);
        // A look-up that fails says nothing, and what signs goes on.
        let keys = town.with_names(StaticNames::default().failing(&ed25519.name));
        keys.tend().await.unwrap();
        assert_eq!(keys.dkim(&name).await.unwrap().unwrap().keys.len(), 1);
    }
}

#[tokio::test]
async fn a_successor_whose_record_disappears_begins_its_wait_anew() {
    for town in towns().await {
        let name = domain("valbois.test");
        town.keys.dkim_records(&name).await.unwrap();
        let operator = town.keys.administration(Scope::Operator("test"), "test");
        let publishing = |records: &[DkimRecord]| {
            records
                .iter()
                .fold(StaticNames::default(), |names, record| names.with(&record.name, "TXT", &record.value))
        };
        let first = town.keys.dkim_records(&name).await.unwrap();
        town.with_names(publishing(&first)).tend().await.unwrap();
        operator.rotate_dkim(&name).await.unwrap();
        let all = town.keys.dkim_records(&name).await.unwrap();
        assert_eq!(all.len(), 4);
        town.with_names(publishing(&all)).tend().await.unwrap();
        town.world.clock.advance(DAY);
        town.with_names(publishing(&first)).tend().await.unwrap();
        town.world.clock.advance(DAY);
        let keys = town.with_names(publishing(&all));
        keys.tend().await.unwrap();
        let selectors = async || {
            let keys = town.with_names(StaticNames::default());
            let signers = keys.dkim(&name).await.unwrap().unwrap();
            let mut selectors: Vec<_> = signers.keys.iter().map(|key| key.selector.clone()).collect();
            selectors.sort();
            selectors.join(" ")
        };
        assert_eq!(selectors().await, "20261121e 20261121r");
        town.world.clock.advance(DAY * 2);
        keys.tend().await.unwrap();
        assert_eq!(selectors().await, "20261121e2 20261121r2");
    }
}

/// Two years, six hours at a time: whatever signs now, the record that verifies it stands there from a day
/// before (but for the very first) until every signature made with it has arrived.
#[tokio::test]
async fn rotation_is_noticed_by_nobody() {
    for db in db::testing::migrated(&super::TABLES) {
        let town = Town::on(db, StaticNames::default()).await;
        let name = domain("valbois.test");
        let begin = town.world.clock.now();
        let slot = |now: Timestamp| now.since(begin).as_secs() / (6 * 3600);
        // By selector: slots in which it was published, and in which it signed.
        let mut published: BTreeMap<String, Vec<u64>> = BTreeMap::new();
        let mut signed: BTreeMap<String, Vec<u64>> = BTreeMap::new();
        let last = 4 * 365 * 2;
        for _ in 0..last {
            let now = slot(town.world.clock.now());
            // The zone hears of it a little later, as in life.
            if town.keys.tend().await.unwrap().contains(&name) {
                town.publish("valbois.test").await;
            }
            for record in town.keys.dkim_records(&name).await.unwrap() {
                assert!(!record.value.ends_with("p="));
                published.entry(record.selector).or_default().push(now);
            }
            let signers = town.keys.dkim(&name).await.unwrap().unwrap();
            assert_eq!(signers.keys.len(), 2, "both algorithms sign at every moment");
            for signer in &signers.keys {
                signed.entry(signer.selector.clone()).or_default().push(now);
            }
            town.world.clock.advance(HOUR * 6);
        }
        let per_day = 4;
        assert!(signed.len() >= 8, "two years hold several rotations: {:?}", signed.keys());
        for (selector, slots) in &signed {
            let (first, end) = (slots[0], *slots.last().unwrap());
            let published = &published[selector];
            if first > 0 {
                assert!(first - published[0] >= per_day, "{selector} signed before everybody could know");
            }
            let until = (end + IN_FLIGHT_DAYS as u64 * per_day).min(last - 1);
            let wanted: Vec<u64> = (published[0]..=until).collect();
            assert!(published.starts_with(&wanted), "{selector} was gone too early, or meanwhile");
        }
        let now = published.values().filter(|slots| slots.last() == Some(&(last - 1))).count();
        assert!(now <= 4, "old records go: {now}");
    }
}

fn key(id: i64, algorithm: Algorithm) -> DkimKey {
    DkimKey {
        id,
        organisation: OrganisationId(1),
        domain: DomainId(1),
        selector: format!("s{id}"),
        algorithm,
        public_key: Vec::new(),
        created_at: Timestamp(0),
        seen_at: None,
        is_in_our_zone: false,
        active_at: None,
        retired_at: None,
        revoked_at: None,
    }
}

#[test]
fn what_is_due_follows_from_the_keys_and_the_time() {
    let at = |days: u32| Timestamp(0).plus(DAY * days);
    // Ed25519 is provided for, so that only RSA's lines show.
    let calm = DkimKey { seen_at: Some(at(0)), active_at: Some(at(1000)), ..key(9, Algorithm::Ed25519) };
    let rsa = || key(1, Algorithm::Rsa);
    let active = DkimKey { seen_at: Some(at(0)), active_at: Some(at(0)), ..rsa() };
    let next = |seen_at| DkimKey { id: 2, seen_at, created_at: at(180), ..rsa() };
    let cases: [(&str, u32, Vec<DkimKey>, Vec<Action>); 11] = [
        ("no key yet", 0, vec![], vec![Action::Make(Algorithm::Rsa)]),
        ("the first is not seen", 30, vec![rsa()], vec![]),
        ("the first is seen", 0, vec![DkimKey { seen_at: Some(at(0)), ..rsa() }], vec![Action::Activate(1)]),
        ("it signs", 179, vec![active.clone()], vec![]),
        ("it is old", 180, vec![active.clone()], vec![Action::Make(Algorithm::Rsa)]),
        ("its successor is not seen", 300, vec![active.clone(), next(None)], vec![]),
        ("its successor was just seen", 301, vec![active.clone(), next(Some(at(300)))], vec![]),
        (
            "its successor has settled",
            302,
            vec![active.clone(), next(Some(at(300)))],
            vec![Action::Activate(2), Action::Retire(1)],
        ),
        (
            "retired a week ago",
            7,
            vec![DkimKey { id: 3, retired_at: Some(at(0)), ..rsa() }, active.clone()],
            vec![],
        ),
        (
            "retired two weeks ago",
            14,
            vec![DkimKey { id: 3, retired_at: Some(at(0)), ..rsa() }, active.clone()],
            vec![Action::Remove(3)],
        ),
        (
            "revoked a season ago",
            90,
            vec![DkimKey { id: 3, revoked_at: Some(at(0)), ..rsa() }, active],
            vec![Action::Remove(3)],
        ),
    ];
    for (what, day, mut keys, expected) in cases {
        keys.push(calm.clone());
        assert_eq!(due(at(day), &keys), expected, "{what}");
    }
}

#[tokio::test]
async fn a_revoked_key_says_so_and_signs_no_more_while_its_successor_does() {
    for town in towns().await {
        let name = domain("valbois.test");
        town.keys.dkim_records(&name).await.unwrap();
        town.publish("valbois.test").await;
        let before = town.keys.dkim(&name).await.unwrap().unwrap();
        assert_eq!(before.keys.len(), 2);
        let operator = town.keys.administration(Scope::Operator("test"), "test");
        operator.revoke_dkim(&name, Some("20261121r")).await.unwrap();
        let records = town.keys.dkim_records(&name).await.unwrap();
        let of = |selector: &str| records.iter().find(|record| record.selector == selector).unwrap();
        assert_eq!(of("20261121r").value, "v=DKIM1; k=rsa; p=");
        assert_eq!(of("20261121r2").state, DkimState::Published);
        let selectors = async || {
            let signers = town.keys.dkim(&name).await.unwrap().unwrap();
            let mut selectors: Vec<_> = signers.keys.iter().map(|key| key.selector.clone()).collect();
            selectors.sort();
            selectors.join(" ")
        };
        assert_eq!(selectors().await, "20261121e");
        // The zone has it: the successor need not wait for anybody.
        town.publish("valbois.test").await;
        assert_eq!(selectors().await, "20261121e 20261121r2");
        assert!(matches!(
            operator.revoke_dkim(&name, Some("20250101r")).await,
            Err(KeysError::NotFound { what: "key of the domain" })
        ));
        // All at once, after a theft.
        operator.revoke_dkim(&name, None).await.unwrap();
        assert!(town.keys.dkim(&name).await.unwrap().is_none());
        town.publish("valbois.test").await;
        assert_eq!(town.keys.dkim(&name).await.unwrap().unwrap().keys.len(), 2);
        town.world.clock.advance(limits::DKIM_REVOKED);
        town.keys.tend().await.unwrap();
        let left = town.keys.dkim_records(&name).await.unwrap();
        assert!(left.iter().all(|record| record.state != DkimState::Revoked), "{left:?}");
    }
}

#[tokio::test]
async fn a_rotation_ends_before_the_next_begins() {
    for town in towns().await {
        let name = domain("valbois.test");
        town.keys.dkim_records(&name).await.unwrap();
        let operator = town.keys.administration(Scope::Operator("test"), "test");
        let refused = operator.rotate_dkim(&name).await.unwrap_err();
        assert_eq!(
            refused.to_string(),
            "domain: a successor waits already (rule: a rotation ends before the next begins)"
        );
        town.publish("valbois.test").await;
        assert_eq!(operator.rotate_dkim(&name).await.unwrap().len(), 4);
        let audit = trail::Trail::new(town.db.clone())
            .changes(Some(town.valbois), db::Seek::first(10))
            .await
            .unwrap()
            .items;
        assert_eq!(audit[0].action, "rotate DKIM keys");
        assert_eq!(audit[0].what, "valbois.test");
    }
}

#[tokio::test]
async fn another_tenant_finds_nothing() {
    for town in towns().await {
        let name = domain("valbois.test");
        town.keys.dkim_records(&name).await.unwrap();
        let acme = town.keys.administration(Scope::Tenant(town.acme), "zoe");
        let not_found = |error: KeysError| matches!(error, KeysError::NotFound { what: "domain" });
        assert!(not_found(acme.dkim_keys(&name).await.unwrap_err()));
        assert!(not_found(acme.rotate_dkim(&name).await.unwrap_err()));
        assert!(not_found(acme.revoke_dkim(&name, None).await.unwrap_err()));
        let own = town.keys.administration(Scope::Tenant(town.valbois), "anna");
        assert_eq!(own.dkim_keys(&name).await.unwrap().len(), 2);
    }
}

#[tokio::test]
async fn keys_of_a_deleted_domain_go_and_a_new_owner_gets_his_own() {
    for town in towns().await {
        let name = domain("valbois.test");
        let before = town.keys.dkim_records(&name).await.unwrap();
        town.publish("valbois.test").await;
        assert!(town.keys.dkim(&name).await.unwrap().is_some());
        let operator = town.directory.administration(Scope::Operator("test"), "test");
        let id = operator.domain_called(&name).await.unwrap().id;
        operator.delete_domain(id, true).await.unwrap();
        operator.create_domain(town.acme, None, &name).await.unwrap();
        let after = town.keys.dkim_records(&name).await.unwrap();
        assert_ne!(before[1].value, after[1].value);
        // Another node, or this one a minute later.
        let keys = town.with_names(StaticNames::default());
        assert!(keys.dkim(&name).await.unwrap().is_none());
        keys.tend().await.unwrap();
        let theirs = town.keys.administration(Scope::Tenant(town.acme), "zoe");
        assert_eq!(theirs.dkim_keys(&name).await.unwrap().len(), 2);
    }
}

#[tokio::test]
async fn nodes_share_their_secrets() {
    for town in towns().await {
        let one = town.keys.shared_secret("forwarding").await.unwrap();
        let other = town.with_names(StaticNames::default());
        assert_eq!(**other.shared_secret("forwarding").await.unwrap(), **one);
        assert_ne!(**other.shared_secret("else").await.unwrap(), **one);
        assert_eq!(one.len(), 32);
    }
}

/// What is told to come next is what is done then, and not before.
#[test]
fn what_comes_next_is_what_is_due_then() {
    let key = |id: i64, created: i64| DkimKey {
        id,
        organisation: OrganisationId(1),
        domain: DomainId(1),
        selector: format!("s{id}"),
        algorithm: Algorithm::Rsa,
        public_key: Vec::new(),
        created_at: Timestamp(created),
        seen_at: None,
        is_in_our_zone: false,
        active_at: None,
        retired_at: None,
        revoked_at: None,
    };
    let at = |day: u64| Some(Timestamp(0).plus(DAY * day as u32));
    let alone = key(1, 0);
    assert_eq!(next(&alone, std::slice::from_ref(&alone)), Next::SignsOnceSeen);
    let signs = DkimKey { seen_at: at(0), active_at: at(0), ..key(1, 0) };
    let check = |keys: &[DkimKey], which: usize, expected: Next, does: &dyn Fn(&Action) -> bool| {
        assert_eq!(next(&keys[which], keys), expected);
        let moment = expected.at().unwrap();
        assert!(due(moment, keys).iter().any(does), "{expected:?}: {:?}", due(moment, keys));
        let before = moment.minus(Duration::from_secs(1));
        assert!(!due(before, keys).iter().any(does), "{expected:?}: {:?}", due(before, keys));
    };
    let made = Next::IsSucceeded(at(180).unwrap());
    check(std::slice::from_ref(&signs), 0, made, &|one| *one == Action::Make(Algorithm::Rsa));
    let waits = key(2, 1);
    let both = [signs.clone(), waits.clone()];
    assert_eq!(
        (next(&both[0], &both), next(&both[1], &both)),
        (Next::HandsOver(None), Next::TakesOver(None))
    );
    let both = [signs.clone(), DkimKey { seen_at: at(181), ..waits }];
    check(&both, 0, Next::HandsOver(at(183)), &|one| *one == Action::Retire(1));
    check(&both, 1, Next::TakesOver(at(183)), &|one| *one == Action::Activate(2));
    let retired =
        [DkimKey { retired_at: at(183), ..signs.clone() }, DkimKey { active_at: at(183), ..key(2, 1) }];
    check(&retired, 0, Next::IsRemoved(at(197).unwrap()), &|one| *one == Action::Remove(1));
    let revoked = [DkimKey { revoked_at: at(10), ..signs }, DkimKey { active_at: at(10), ..key(2, 1) }];
    check(&revoked, 0, Next::IsRemoved(at(100).unwrap()), &|one| *one == Action::Remove(1));
}
