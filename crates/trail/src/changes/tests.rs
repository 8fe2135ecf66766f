//! The log of changes on each engine: what is found, and what shows that somebody touched it.

use std::time::Duration;

use db::{Db, DbError, Moment, Seek};
use model::{OrganisationId, Timestamp};

use crate::{
    Actor, Break, ChainOf, Change, ChangeSearch, Facts, Fault, Head, MIGRATIONS, Told, Trail, audit, tell,
};

const ACME: OrganisationId = OrganisationId(1);
const VALBOIS: OrganisationId = OrganisationId(2);

fn engines() -> Vec<Db> {
    let engines = db::testing::engines();
    for db in &engines {
        db.migrate(&[MIGRATIONS]).unwrap();
    }
    engines
}

fn change(number: i64, organisation: Option<OrganisationId>) -> Change {
    let what = format!("address{number}@valbois.test");
    Change::new(Timestamp(number * 10), number, organisation, "anna", "create address", what)
}

async fn write(db: &Db, change: Change) {
    db.operator("test").write(move |tx| audit(tx, &change)).await.unwrap();
}

async fn run(db: &Db, sql: &'static str) {
    db.operator("test").write(move |tx| tx.execute(sql, &[])).await.unwrap();
}

async fn written(db: &Db, count: i64) -> Trail {
    for number in 1..=count {
        write(db, change(number, Some(VALBOIS))).await;
    }
    write(db, change(100, Some(ACME))).await;
    write(db, change(101, None)).await;
    Trail::new(db.clone())
}

async fn broken(trail: &Trail) -> Option<Break> {
    for other in trail.verify(ChainOf::Everybody, None).await.unwrap() {
        assert!(other.organisation == Some(VALBOIS) || other.broken.is_none(), "{other:?}");
    }
    trail.verify(ChainOf::Organisation(VALBOIS), None).await.unwrap()[0].broken
}

/// What a walk says after somebody ran these statements behind our back.
async fn check(statements: &[&'static str], expected: Break) {
    for db in engines() {
        let trail = written(&db, 5).await;
        assert_eq!(broken(&trail).await, None);
        for statement in statements {
            run(&db, statement).await;
        }
        assert_eq!(broken(&trail).await, Some(expected), "{statements:?} on {db:?}");
        // Work goes on, and heals nothing.
        write(&db, change(50, Some(VALBOIS))).await;
        assert!(broken(&trail).await.is_some());
    }
}

#[tokio::test]
async fn a_changed_entry_is_found() {
    let third = Break { number: Some(3), id: Some(3), fault: Fault::Changed };
    for statement in [
        "UPDATE audit SET who = 'bruno' WHERE organisation = 2 AND number = 3",
        "UPDATE audit SET source = '192.0.2.9' WHERE organisation = 2 AND number = 3",
        "UPDATE audit SET what = 'other@valbois.test' WHERE organisation = 2 AND number = 3",
        "UPDATE audit SET after = '{}' WHERE organisation = 2 AND number = 3",
        "UPDATE audit SET at = 31 WHERE organisation = 2 AND number = 3",
        // What a search would not find any more.
        "UPDATE audit SET words = '' WHERE organisation = 2 AND number = 3",
    ] {
        check(&[statement], third).await;
    }
    // To another organisation's.
    let gone = Break { id: None, fault: Fault::Missing, ..third };
    for db in engines() {
        let trail = written(&db, 5).await;
        run(&db, "UPDATE audit SET organisation = 1 WHERE organisation = 2 AND number = 3").await;
        assert_eq!(trail.verify(ChainOf::Organisation(VALBOIS), None).await.unwrap()[0].broken, Some(gone));
        assert!(trail.verify(ChainOf::Organisation(ACME), None).await.unwrap()[0].broken.is_some());
    }
}

#[tokio::test]
async fn a_removed_entry_is_found() {
    let missing = |number| Break { number: Some(number), id: None, fault: Fault::Missing };
    check(&["DELETE FROM audit WHERE organisation = 2 AND number = 3"], missing(3)).await;
    check(&["DELETE FROM audit WHERE organisation = 2 AND number = 1"], missing(1)).await;
    check(&["DELETE FROM audit WHERE organisation = 2 AND number = 5"], missing(5)).await;
    check(&["DELETE FROM audit WHERE organisation = 2"], missing(1)).await;
    // And the others moved up.
    let statements = [
        "DELETE FROM audit WHERE organisation = 2 AND number = 3",
        "UPDATE audit SET number = 3 WHERE organisation = 2 AND number = 4",
        "UPDATE audit SET number = 4 WHERE organisation = 2 AND number = 5",
        "UPDATE audit_chain SET last = 4 WHERE organisation = 2",
    ];
    check(&statements, Break { number: Some(3), id: Some(4), fault: Fault::Changed }).await;
}

#[tokio::test]
async fn an_added_entry_is_found() {
    let added = |number| Break { number, id: Some(9), fault: Fault::Added };
    let without =
        "INSERT INTO audit (organisation, at, id, who, action, what) VALUES (2, 25, 9, 'anna', 'x', 'y')";
    check(&[without], added(None)).await;
    let before = "INSERT INTO audit (organisation, at, id, who, action, what, number, digest)
                  VALUES (2, 25, 9, 'anna', 'x', 'y', 0, NULL)";
    check(&[before], added(Some(0))).await;
    let between = [
        "UPDATE audit SET number = number + 1000 WHERE organisation = 2 AND number > 2",
        "UPDATE audit SET number = number - 999 WHERE organisation = 2 AND number > 2",
        "INSERT INTO audit (organisation, at, id, who, action, what, number, digest)
         SELECT 2, 25, 9, 'anna', 'x', 'y', 3, digest FROM audit WHERE organisation = 2 AND number = 2",
        "UPDATE audit_chain SET last = 6 WHERE organisation = 2",
    ];
    check(&between, Break { fault: Fault::Changed, ..added(Some(3)) }).await;
    for db in engines() {
        let trail = written(&db, 5).await;
        run(
            &db,
            "INSERT INTO audit (organisation, at, id, who, action, what, number)
             VALUES (2, 95, 9, 'anna', 'x', 'y', 6)",
        )
        .await;
        assert_eq!(broken(&trail).await, Some(added(Some(6))), "behind the end");
    }
}

#[tokio::test]
async fn a_chain_that_was_begun_again_is_not_the_one_that_was_noted() {
    for db in engines() {
        let trail = written(&db, 5).await;
        let noted = trail.verify(ChainOf::Organisation(VALBOIS), None).await.unwrap()[0];
        assert_eq!((noted.first, noted.checked, noted.head.unwrap().number), (1, 5, 5));
        write(&db, change(6, Some(VALBOIS))).await;
        let now = trail.verify(ChainOf::Organisation(VALBOIS), noted.head).await.unwrap()[0];
        assert_eq!((now.checked, now.broken), (6, None), "what was noted is still part of it");
        // Whoever can write the whole database can chain it all anew; the noted end tells.
        run(&db, "UPDATE audit SET number = NULL, digest = NULL, what = 'nothing' WHERE organisation = 2")
            .await;
        run(&db, "DELETE FROM audit_chain WHERE organisation = 2").await;
        assert_eq!(broken(&trail).await, None);
        let unknown =
            trail.verify(ChainOf::Organisation(VALBOIS), noted.head).await.unwrap()[0].broken.unwrap();
        assert_eq!((unknown.number, unknown.fault), (Some(5), Fault::Unknown));
        let ahead = Head { number: 9, ..noted.head.unwrap() };
        let missing =
            trail.verify(ChainOf::Organisation(VALBOIS), Some(ahead)).await.unwrap()[0].broken.unwrap();
        assert_eq!((missing.number, missing.fault), (Some(9), Fault::Missing));
        // Nothing left of it, neither entries nor the end.
        run(&db, "DELETE FROM audit WHERE organisation = 2").await;
        run(&db, "DELETE FROM audit_chain WHERE organisation = 2").await;
        let gone = trail.verify(ChainOf::Organisation(VALBOIS), noted.head).await.unwrap()[0].broken.unwrap();
        assert_eq!((gone.number, gone.fault), (Some(5), Fault::Missing));
    }
}

#[tokio::test]
async fn an_end_that_is_gone_is_told_and_so_is_another_beginning() {
    for db in engines() {
        let trail = written(&db, 5).await;
        run(&db, "DELETE FROM audit_chain WHERE organisation = 2").await;
        assert!(broken(&trail).await.is_some(), "the end taken away, the entries left");
    }
    for db in engines() {
        let trail = written(&db, 8).await;
        let of = ChainOf::Organisation(VALBOIS);
        let noted = trail.verify(of, None).await.unwrap()[0].head;
        for number in 9..=20 {
            write(&db, change(number, Some(VALBOIS))).await;
        }
        trail.prune_changes(Timestamp(91), Duration::from_millis(1)).await.unwrap();
        let walk = trail.verify(of, noted).await.unwrap()[0];
        assert_eq!((walk.first, walk.broken), (9, None), "what follows begins with what was noted");
        let other = Head { digest: blake3::hash(b"another"), ..noted.unwrap() };
        let unknown = trail.verify(of, Some(other)).await.unwrap()[0].broken.unwrap();
        assert_eq!((unknown.number, unknown.fault), (Some(8), Fault::Unknown));
        // A beginning that somebody put further back to be rid of what was noted.
        trail.prune_changes(Timestamp(101), Duration::from_millis(1)).await.unwrap();
        let silent = trail.verify(of, noted).await.unwrap()[0].broken.unwrap();
        assert_eq!((silent.number, silent.fault), (Some(8), Fault::Forgotten));
        // The installation's own chain has an end to note as well.
        let own = trail.verify(ChainOf::Installation, None).await.unwrap()[0];
        assert_eq!((own.organisation, own.checked), (None, 1));
        assert_eq!(trail.verify(ChainOf::Installation, own.head).await.unwrap()[0].broken, None);
        run(&db, "DELETE FROM audit WHERE organisation = 0").await;
        run(&db, "DELETE FROM audit_chain WHERE organisation = 0").await;
        let gone = trail.verify(ChainOf::Installation, own.head).await.unwrap()[0].broken.unwrap();
        assert_eq!(gone.fault, Fault::Missing);
    }
}

#[tokio::test]
async fn a_broken_chain_stops_no_retention_of_others() {
    for db in engines() {
        let trail = written(&db, 5).await;
        run(&db, "UPDATE audit SET digest = NULL WHERE organisation = 2 AND number = 5").await;
        // Acme's entry and the installation's go; Valbois's chain stays as it is, for whoever looks into it.
        assert_eq!(trail.prune_changes(Timestamp(1_000_000), Duration::ZERO).await.unwrap(), 2);
        assert!(broken(&trail).await.is_some());
    }
}

/// More entries than are read at once: each page goes on where the one before it ended.
#[tokio::test]
async fn a_long_chain_is_walked_in_steps() {
    let length = crate::limits::PAGE as i64 + 50;
    for db in engines() {
        let write = move |tx: &mut db::Tx| {
            (1..=length).try_for_each(|number| audit(tx, &change(number, Some(VALBOIS))))
        };
        db.operator("test").write(write).await.unwrap();
        let trail = Trail::new(db.clone());
        let of = ChainOf::Organisation(VALBOIS);
        let walk = trail.verify(of, None).await.unwrap()[0];
        assert_eq!((walk.first, walk.checked, walk.broken), (1, length, None));
        assert_eq!(walk.head.unwrap().number, length);
        let other = Head { number: length - 7, ..walk.head.unwrap() };
        let unknown = trail.verify(of, Some(other)).await.unwrap()[0].broken.unwrap();
        assert_eq!((unknown.number, unknown.fault), (Some(length - 7), Fault::Unknown));
        run(&db, "UPDATE audit SET who = 'eve' WHERE organisation = 2 AND number = 2030").await;
        let walk = trail.verify(of, None).await.unwrap()[0];
        let found = walk.broken.unwrap();
        assert_eq!((walk.checked, found.number, found.fault), (2029, Some(2030), Fault::Changed));
        run(&db, "DELETE FROM audit WHERE organisation = 2 AND number > 2000").await;
        let found = trail.verify(of, None).await.unwrap()[0].broken.unwrap();
        assert_eq!((found.number, found.id, found.fault), (Some(2001), None, Fault::Missing));
    }
}

#[tokio::test]
async fn an_act_that_fails_leaves_no_entry_and_no_gap() {
    for db in engines() {
        let trail = written(&db, 2).await;
        let failed: Result<(), DbError> = db
            .operator("test")
            .write(|tx| {
                audit(tx, &change(3, Some(VALBOIS)))?;
                Err(DbError::Column { column: 0, expected: "nothing" })
            })
            .await;
        assert!(failed.is_err());
        write(&db, change(4, Some(VALBOIS))).await;
        let chain = trail.verify(ChainOf::Organisation(VALBOIS), None).await.unwrap()[0];
        assert_eq!((chain.checked, chain.broken), (3, None));
    }
}

#[tokio::test]
async fn writers_of_several_nodes_make_one_chain() {
    for db in engines() {
        let nodes = [db.clone(), db::testing::another(&db), db::testing::another(&db)];
        let mut tasks = tokio::task::JoinSet::new();
        for number in 0..60_i64 {
            let node = nodes[(number % 3) as usize].clone();
            // Two organisations in one transaction too.
            let order = [ACME, VALBOIS];
            tasks.spawn(async move {
                node.operator("test")
                    .write(move |tx| {
                        audit(tx, &change(2 * number + 1, Some(order[0])))?;
                        audit(tx, &change(2 * number + 2, Some(order[1])))
                    })
                    .await
                    .unwrap();
            });
        }
        while let Some(done) = tasks.join_next().await {
            done.unwrap();
        }
        for chain in Trail::new(db).verify(ChainOf::Everybody, None).await.unwrap() {
            assert_eq!((chain.checked, chain.broken), (60, None));
        }
    }
}

#[tokio::test]
async fn what_is_older_than_the_chain_is_its_beginning() {
    for db in engines() {
        run(
            &db,
            "INSERT INTO audit (organisation, at, id, who, action, what, words)
             VALUES (2, 5, 900, 'anna', 'create domain', 'valbois.test', 'anna create domain valbois.test')",
        )
        .await;
        let trail = written(&db, 2).await;
        let chain = trail.verify(ChainOf::Organisation(VALBOIS), None).await.unwrap()[0];
        assert_eq!((chain.checked, chain.broken), (3, None));
        assert_eq!(trail.change(None, 900).await.unwrap().unwrap().number, Some(1));
    }
}

#[tokio::test]
async fn what_retention_deletes_leaves_a_known_beginning() {
    for db in engines() {
        let trail = written(&db, 20).await;
        let noted = trail.verify(ChainOf::Organisation(VALBOIS), None).await.unwrap()[0].head;
        assert_eq!(trail.prune_changes(Timestamp(121), Duration::from_millis(1)).await.unwrap(), 11);
        let chain = trail.verify(ChainOf::Organisation(VALBOIS), noted).await.unwrap()[0];
        assert_eq!((chain.first, chain.checked, chain.broken), (12, 9, None));
        run(&db, "DELETE FROM audit WHERE organisation = 2 AND number = 12").await;
        let first = trail.verify(ChainOf::Organisation(VALBOIS), None).await.unwrap()[0].broken.unwrap();
        assert_eq!((first.number, first.fault), (Some(12), Fault::Missing));
    }
    for db in engines() {
        let trail = written(&db, 3).await;
        trail.prune_changes(Timestamp(1_000_000), Duration::ZERO).await.unwrap();
        let chain = trail.verify(ChainOf::Organisation(VALBOIS), None).await.unwrap()[0];
        assert_eq!((chain.first, chain.checked, chain.broken), (4, 0, None), "all of it");
        write(&db, change(9, Some(VALBOIS))).await;
        assert_eq!(trail.verify(ChainOf::Organisation(VALBOIS), None).await.unwrap()[0].checked, 1);
    }
}

#[tokio::test]
async fn changes_are_searched() {
    for db in engines() {
        let actor = Actor::from("Zoé@valbois.test").coming_from("192.0.2.7").on_behalf_of("Agence Ü");
        let before = Facts::new().with("quota", "1 GB").with("note", "Clé_100%").with_bool("disabled", false);
        let after = Facts::new().with("quota", "5 GB").with_bool("disabled", false);
        let change_of_quota =
            Change::new(Timestamp(15), 40, Some(VALBOIS), actor, "change address", "anna@valbois.test")
                .with(before, after);
        assert_eq!(
            change_of_quota.after.to_json(),
            serde_json::json!({"quota": "5 GB"}),
            "what is the same is left out"
        );
        let expected = change_of_quota.clone();
        let trail = written(&db, 3).await;
        write(&db, change_of_quota).await;
        assert_eq!(trail.change(Some(VALBOIS), 40).await.unwrap().unwrap().change, expected);
        assert_eq!(trail.change(Some(ACME), 40).await.unwrap(), None, "another's");
        let find = async |search: ChangeSearch| -> Vec<i64> {
            let (mut seen, mut seek) = (Vec::new(), Seek::<Moment>::first(2));
            loop {
                let page = trail.changes(search.clone(), seek).await.unwrap();
                seen.extend(page.items.iter().map(|entry| entry.change.id));
                seek.after = page.next;
                if seek.after.is_none() {
                    return seen;
                }
            }
        };
        let valbois = ChangeSearch { organisation: Some(VALBOIS), ..ChangeSearch::default() };
        let text = |text: &str| ChangeSearch { text: text.to_owned(), ..valbois.clone() };
        assert_eq!(find(valbois.clone()).await, [3, 2, 40, 1]);
        assert_eq!(find(ChangeSearch { is_oldest_first: true, ..valbois.clone() }).await, [1, 40, 2, 3]);
        for found in ["zoé", "CLÉ_100%", "5 gb", "192.0.2.7", "agence ü", "change ad"] {
            assert_eq!(find(text(found)).await, [40], "{found}");
        }
        for not_found in ["cléx100", "clé!", "%%", "101"] {
            assert_eq!(find(text(not_found)).await, [0_i64; 0], "{not_found}");
        }
        assert_eq!(find(ChangeSearch { who: "Agence".to_owned(), ..valbois.clone() }).await, [40]);
        assert_eq!(find(ChangeSearch { who: "ANNA".to_owned(), ..valbois.clone() }).await, [3, 2, 1]);
        assert_eq!(find(ChangeSearch { action: "Change".to_owned(), ..valbois.clone() }).await, [40]);
        let window =
            ChangeSearch { since: Some(Timestamp(15)), until: Some(Timestamp(30)), ..valbois.clone() };
        assert_eq!(find(window).await, [2, 40]);
        assert_eq!(find(ChangeSearch::default()).await, [101, 100, 3, 2, 40, 1], "the operator sees all");
    }
}

#[tokio::test]
async fn the_steps_of_an_act_tell_what_they_know_to_its_own_entry_only() {
    for db in engines() {
        db.operator("test")
            .write(|tx| -> Result<(), DbError> {
                let facts = |size: &str| Facts::new().with("size", size);
                tell(tx, Told::of_thing("anna").before(facts("1")).after(facts("2")));
                audit(tx, &change(1, Some(VALBOIS)))?;
                audit(tx, &change(2, Some(VALBOIS)))
            })
            .await
            .unwrap();
        // One that failed tells nothing to the next.
        let failed: Result<(), DbError> = db
            .operator("test")
            .write(|tx| {
                tell(tx, Told::of_thing("bruno"));
                Err(DbError::Column { column: 0, expected: "nothing" })
            })
            .await;
        assert!(failed.is_err());
        write(&db, change(3, Some(VALBOIS))).await;
        let trail = Trail::new(db);
        let first = trail.change(None, 1).await.unwrap().unwrap();
        assert_eq!(
            (first.what.as_str(), first.before.get("size"), first.after.get("size")),
            ("anna", Some("1"), Some("2"))
        );
        for id in [2, 3] {
            let other = trail.change(None, id).await.unwrap().unwrap();
            assert_eq!(other.what, format!("address{id}@valbois.test"));
            assert!(other.before.is_empty());
        }
    }
}

#[tokio::test]
async fn long_texts_are_cut_and_stay_readable() {
    for db in engines() {
        let long = "é".repeat(3000);
        let facts = (0..40).fold(Facts::new(), |facts, n| facts.with(&format!("field {n}"), &long));
        let change = Change::new(Timestamp(1), 1, Some(ACME), long.as_str(), "change", long.as_str())
            .with(Facts::new(), facts);
        write(&db, change).await;
        let trail = Trail::new(db);
        let entry = trail.change(Some(ACME), 1).await.unwrap().unwrap();
        assert_eq!(entry.change.after.iter().count(), 7);
        assert!(entry.change.actor.who.len() <= 500 && entry.change.what.len() <= 2_048);
        assert_eq!(trail.verify(ChainOf::Everybody, None).await.unwrap()[0].broken, None);
    }
}
