//! What a transaction promises, on every engine of this machine.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use model::OrganisationId;

use crate::testing::{another, engines, engines_with};
use crate::*;

mod migrations;
mod trouble;

const TABLES: Migrations = Migrations {
    owner: "test",
    steps: &[(
        1,
        "letters",
        "CREATE TABLE letter (organisation BIGINT NOT NULL, id BIGINT NOT NULL, subject TEXT, body BLOB, \
         PRIMARY KEY (organisation, id)) WITHOUT ROWID; \
         CREATE TABLE counter (id BIGINT PRIMARY KEY, n BIGINT NOT NULL CHECK (n >= 0)); \
         CREATE TABLE part (letter BIGINT NOT NULL REFERENCES counter (id), n BIGINT NOT NULL);",
    )],
};
const INSERT: &str = "INSERT INTO letter (organisation, id, subject, body) VALUES (?1, ?2, ?3, ?4)";
const COUNT: &str = "SELECT count(*) FROM letter WHERE organisation = ?1";
const UP: &str = "UPDATE counter SET n = n + 1 WHERE id = ?1 RETURNING n";

fn quick() -> Options {
    Options { durable: false, readers: 2, connections: 4, ..Options::default() }
}

fn fresh() -> Vec<Db> {
    fresh_with(&quick())
}

fn fresh_with(options: &Options) -> Vec<Db> {
    let all = engines_with(options);
    for db in &all {
        db.migrate(&[TABLES]).unwrap();
    }
    all
}

fn insert(tx: &mut Tx, id: i64) -> Result<(), DbError> {
    let organisation = tx.organisation();
    tx.execute(INSERT, values![organisation, id, "subject", &b"body"[..]]).map(drop)
}

async fn put(db: &Db, organisation: i64, id: i64) -> Result<(), DbError> {
    db.tenant(OrganisationId(organisation)).write(move |tx| insert(tx, id)).await
}

async fn count(db: &Db, organisation: i64) -> i64 {
    let read = |tx: &mut Tx| {
        let organisation = tx.organisation();
        tx.query_one(COUNT, values![organisation], |row| row.integer(0))
    };
    let found = db.tenant(OrganisationId(organisation)).read::<_, DbError, _>(read).await;
    found.unwrap().unwrap()
}

/// Holds the committer inside a closure until the sender goes, so that what comes next waits together.
async fn hold(db: &Db) -> std::sync::mpsc::Sender<()> {
    let (release, held) = std::sync::mpsc::channel::<()>();
    let (inside, entered) = tokio::sync::oneshot::channel();
    let scope = db.operator("a test holds the committer");
    let (held, mut inside) = (std::sync::Mutex::new(held), Some(inside));
    tokio::spawn(async move {
        let wait = move |_: &mut Tx| {
            if let Some(inside) = inside.take() {
                inside.send(()).unwrap();
                held.lock().unwrap().recv().unwrap_err();
            }
            Ok::<(), DbError>(())
        };
        scope.write(wait).await
    });
    entered.await.unwrap();
    release
}

fn is_sqlite(db: &Db) -> bool {
    matches!(db.engine(), Engine::Sqlite(_))
}

#[tokio::test]
async fn what_is_written_is_read_with_its_types() {
    for db in fresh() {
        let rows = db
            .tenant(OrganisationId(1))
            .write(|tx| {
                tx.execute(INSERT, values![1, 2, "Grüezi", &[0u8, 255][..]])?;
                tx.execute(INSERT, values![1, 3, None::<&str>, None::<&[u8]>])?;
                tx.query(
                    "SELECT id, subject, body, id > 2 FROM letter WHERE organisation = ?1 ORDER BY id",
                    values![1],
                    |row| {
                        Ok((
                            row.integer(0)?,
                            row.optional_text(1)?.map(str::to_owned),
                            row.optional_bytes(2)?.map(<[u8]>::to_vec),
                            row.boolean(3)?,
                        ))
                    },
                )
            })
            .await;
        let rows: Result<_, DbError> = rows;
        assert_eq!(
            rows.unwrap(),
            [(2, Some("Grüezi".to_owned()), Some(vec![0, 255]), false), (3, None, None, true)]
        );
    }
}

#[tokio::test]
async fn one_text_means_the_same_on_both_engines() {
    for db in fresh() {
        let answers = db
            .tenant(OrganisationId(1))
            .write(|tx| {
                for (id, subject) in [(1, "b"), (2, "B"), (3, "a"), (4, "É"), (5, "é"), (6, "a_b")] {
                    tx.execute(INSERT, values![1, id, subject, &[id as u8][..]])?;
                }
                let mut integer = |sql, values: &[Value<'_>]| {
                    tx.query_one(sql, values, |row| row.optional_integer(0)).map(Option::flatten)
                };
                let mut answers = vec![
                    integer("SELECT sum(id) FROM letter", &[])?,
                    integer("SELECT sum(id) FROM letter WHERE id > 99", &[])?,
                    integer(
                        "SELECT coalesce(max(id), 0) + 1 FROM letter WHERE organisation = ?1",
                        values![1],
                    )?,
                    integer("SELECT count(*) FROM letter WHERE subject LIKE ?1", values!["b%"])?,
                    integer(
                        "SELECT count(*) FROM letter WHERE subject LIKE ?1 ESCAPE '\\'",
                        values!["a\\_%"],
                    )?,
                    integer("SELECT count(*) FROM letter WHERE lower(subject) = ?1", values!["b"])?,
                    integer("SELECT count(*) FROM letter WHERE ?1 IS NULL", values![None::<i64>])?,
                    integer("SELECT count(*) FROM letter WHERE ?1 IS NULL OR id = ?1", values![None::<i64>])?,
                    integer("SELECT count(*) FROM letter WHERE ?1 IS NULL OR id = ?1", values![3])?,
                    integer("SELECT count(*) FROM letter WHERE id > ?1 AND id <= ?1 + ?2", values![2, 2])?,
                    integer("SELECT CASE WHEN ?1 = 1 THEN ?2 ELSE 0 END", values![1, 7])?,
                    integer("SELECT EXISTS (SELECT 1 FROM letter WHERE id = ?1)", values![9])?,
                    integer("SELECT length(body) FROM letter WHERE id = ?1 -- why?1", values![1])?,
                    integer("SELECT id FROM letter WHERE body = ?1", values![&[4u8][..]])?,
                    integer("SELECT count(*) FROM letter WHERE subject <> '?1 BLOB'", &[])?,
                ];
                let sort = "SELECT id FROM letter ORDER BY subject LIMIT ?1 OFFSET ?2";
                let page = tx.query(sort, values![4, 0], |row| row.optional_integer(0))?;
                answers.extend(page);
                let changed = tx.execute(
                    "INSERT INTO letter (organisation, id, subject) SELECT ?1, id + ?2, ?3 FROM letter \
                     WHERE id < ?2 ON CONFLICT (organisation, id) DO UPDATE SET subject = excluded.subject",
                    values![1, 5, None::<&str>],
                )?;
                answers.push(Some(i64::try_from(changed).unwrap()));
                Ok::<_, DbError>(answers)
            })
            .await
            .unwrap();
        let expected = [21, -1, 7, 1, 1, 2, 6, 6, 1, 2, 7, 0, 1, 4, 6, 2, 3, 6, 1, 4];
        let expected: Vec<Option<i64>> = expected.iter().map(|n| Some(*n).filter(|n| *n >= 0)).collect();
        assert_eq!(answers, expected);
    }
}

#[tokio::test]
async fn a_text_is_found_in_any_case_of_any_language() {
    const FOUND: &str =
        "SELECT count(*) FROM (SELECT CAST(?1 AS TEXT) AS name UNION SELECT CAST(?2 AS TEXT)) t
                         WHERE small(t.name) LIKE ?3 ESCAPE '!'";
    for db in fresh() {
        for (part, count) in
            [("élodie", 1), ("äöü_", 1), ("x_", 0), ("0 %", 1), ("мир", 1), ("", 2), ("%", 1)]
        {
            let part = holding(part);
            let read = move |tx: &mut Tx| {
                let values = values!["Élodie ÄÖÜ_Straße", "100 % МИР", part.as_str()];
                tx.query_one(FOUND, values, |row| row.integer(0))
            };
            let found = db.operator("test").read(read).await.unwrap();
            assert_eq!(found, Some(count), "{count} on {db:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_closure_keeps_its_own_error() {
    for db in fresh() {
        put(&db, 1, 3).await.unwrap();
        let release = hold(&db).await;
        let tasks: Vec<_> = (0..40)
            .map(|id| {
                let scope = db.tenant(OrganisationId(1));
                tokio::spawn(async move {
                    let work = move |tx: &mut Tx| {
                        insert(tx, 100 + id)?;
                        match id % 5 {
                            // A conflict, a panic, an error of its own.
                            1 => insert(tx, 3),
                            2 => panic!("closure {id}"),
                            3 => Err(DbError::Spoiled),
                            _ => Ok(()),
                        }
                    };
                    scope.write(work).await
                })
            })
            .collect();
        drop(release);
        for (id, task) in tasks.into_iter().enumerate() {
            let result = task.await.unwrap();
            match id % 5 {
                1 => assert!(matches!(result, Err(DbError::Conflict { .. })), "{result:?}"),
                2 => {
                    assert!(matches!(result, Err(DbError::Panicked(text)) if text == format!("closure {id}")))
                }
                3 => assert!(matches!(result, Err(DbError::Spoiled))),
                _ => result.unwrap(),
            }
        }
        assert_eq!(count(&db, 1).await, 1 + 16);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn waiting_closures_share_a_commit() {
    for db in fresh().into_iter().filter(is_sqlite) {
        let before = db.counters();
        let release = hold(&db).await;
        let tasks: Vec<_> = (0..300)
            .map(|id| {
                let db = db.clone();
                tokio::spawn(async move { put(&db, 1, id).await })
            })
            .collect();
        while db.inner.engine.as_ref().is_some_and(|engine| match engine {
            Engine::Sqlite(engine) => engine.writes.capacity() > limits::WAITING_WRITES_LIMIT - 300,
            Engine::Postgres(_) => false,
        }) {
            tokio::task::yield_now().await;
        }
        drop(release);
        for task in tasks {
            task.await.unwrap().unwrap();
        }
        let after = db.counters();
        assert_eq!(after.transactions - before.transactions, 301);
        assert!(after.commits - before.commits <= 2, "{after:?}");
        assert_eq!(count(&db, 1).await, 300);
    }
}

#[tokio::test]
async fn hooks_run_after_the_commit_only() {
    let point = Arc::new(AtomicUsize::new(0));
    let seen = Arc::clone(&point);
    let hook = move |at| {
        seen.store(if at == CommitPoint::Before { 1 } else { 2 }, Ordering::SeqCst);
        Ok(())
    };
    for db in fresh_with(&Options { commit_hook: Some(Arc::new(hook)), ..quick() }) {
        let scope = db.tenant(OrganisationId(1));
        let (ran, observer) = (Arc::new(AtomicUsize::new(0)), Arc::clone(&point));
        let mark = Arc::clone(&ran);
        let work = move |tx: &mut Tx| {
            let (mark, observer) = (Arc::clone(&mark), Arc::clone(&observer));
            observer.store(0, Ordering::SeqCst);
            tx.after_commit(move || mark.store(10 + observer.load(Ordering::SeqCst), Ordering::SeqCst));
            insert(tx, 1)
        };
        scope.write(work.clone()).await.unwrap();
        assert_eq!(ran.swap(0, Ordering::SeqCst), 12);
        // The second time the key is taken.
        assert!(matches!(scope.write(work).await, Err(DbError::Conflict { .. })));
        let mark = Arc::clone(&ran);
        let reading = move |tx: &mut Tx| {
            tx.after_commit(move || mark.store(99, Ordering::SeqCst));
            Ok::<(), DbError>(())
        };
        scope.read(reading).await.unwrap();
        assert_eq!(ran.load(Ordering::SeqCst), 0);
        // A hook that panics harms neither its caller nor the thread.
        let panicking = |tx: &mut Tx| {
            tx.after_commit(|| panic!("a hook"));
            Ok::<(), DbError>(())
        };
        scope.write(panicking).await.unwrap();
        put(&db, 1, 2).await.unwrap();
    }
}

#[tokio::test]
async fn a_failed_statement_spoils_the_transaction_on_both_engines() {
    for db in fresh() {
        let scope = db.tenant(OrganisationId(1));
        let going_on = |tx: &mut Tx| {
            insert(tx, 1)?;
            assert!(insert(tx, 1).is_err());
            assert!(matches!(insert(tx, 2), Err(DbError::Spoiled)));
            Ok::<(), DbError>(())
        };
        assert!(matches!(scope.write(going_on).await, Err(DbError::Spoiled)));
        assert_eq!(count(&db, 1).await, 0);
    }
}

#[tokio::test]
async fn errors_say_what_is_wrong() {
    for db in fresh() {
        let scope = db.operator("a test of errors");
        let run = async |sql: &'static str, value: i64| -> Result<u64, DbError> {
            scope.write(move |tx| tx.execute(sql, values![value])).await
        };
        run("INSERT INTO counter (id, n) VALUES (?1, 0)", 1).await.unwrap();
        let conflict = run("INSERT INTO counter (id, n) VALUES (?1, 0)", 1).await;
        assert!(
            matches!(&conflict, Err(DbError::Conflict { constraint }) if constraint.contains("counter")),
            "{conflict:?}"
        );
        for (sql, value) in [
            ("INSERT INTO counter (id, n) VALUES (?1, -1)", 2),
            ("INSERT INTO part (letter, n) VALUES (?1, 1)", 99),
            ("INSERT INTO counter (id, n) VALUES (?1, NULL)", 3),
        ] {
            let refused = run(sql, value).await;
            assert!(matches!(refused, Err(DbError::Constraint { .. })), "{refused:?}");
            assert!(!refused.unwrap_err().is_temporary());
        }
        let wrong = run("INSERT INTO nowhere (id) VALUES (?1)", 1).await;
        assert!(
            matches!(&wrong, Err(DbError::Statement { sql, .. }) if sql.contains("nowhere")),
            "{wrong:?}"
        );
        let read = scope.read(|tx| tx.query_one("SELECT 'x'", &[], |row| row.integer(0))).await;
        assert!(matches!(read, Err(DbError::Column { column: 0, .. })));
        let write = scope.read(|tx| tx.execute("DELETE FROM counter", &[])).await;
        assert!(write.is_err());
        assert_eq!(run("DELETE FROM counter WHERE id = ?1", 1).await.unwrap(), 1);
    }
    assert!(matches!(Db::open("mysql://x", quick()), Err(DbError::Url { .. })));
    let nowhere = Db::open("sqlite:/nowhere/at/all.db", quick());
    assert!(nowhere.is_err_and(|error| error.is_temporary()));
    let nobody = Db::open("postgres://a:secret@127.0.0.1:1/x?sslmode=verify-full", quick());
    assert!(nobody.is_err_and(|error| error.is_temporary() && !format!("{error:?}").contains("secret")));
}

#[tokio::test]
async fn a_snapshot_stays_as_it_was() {
    for db in fresh() {
        put(&db, 1, 1).await.unwrap();
        let (go, waiting) = std::sync::mpsc::channel::<()>();
        let (started, begun) = tokio::sync::oneshot::channel();
        let scope = db.tenant(OrganisationId(1));
        let reader = tokio::spawn(async move {
            let work = move |tx: &mut Tx| {
                let first = tx.query_one(COUNT, values![1], |row| row.integer(0))?;
                started.send(()).unwrap();
                waiting.recv().unwrap();
                Ok::<_, DbError>((first, tx.query_one(COUNT, values![1], |row| row.integer(0))?))
            };
            scope.read(work).await
        });
        begun.await.unwrap();
        put(&db, 1, 2).await.unwrap();
        go.send(()).unwrap();
        assert_eq!(reader.await.unwrap().unwrap(), (Some(1), Some(1)));
        assert_eq!(count(&db, 1).await, 2);
    }
}

#[tokio::test]
async fn rows_are_streamed_and_the_first_can_be_enough() {
    for db in fresh() {
        let scope = db.tenant(OrganisationId(1));
        scope.write(|tx| (0..500).try_for_each(|id| insert(tx, id))).await.unwrap();
        let work = |tx: &mut Tx| {
            let (mut sum, mut error_at) = (0, 0);
            let all = "SELECT id FROM letter ORDER BY id";
            tx.for_each(all, &[], |row| {
                sum += row.integer(0)?;
                Ok(())
            })?;
            let first = tx.query_one(all, &[], |row| row.integer(0))?;
            let last =
                tx.query_one("SELECT id FROM letter WHERE id = ?1", values![499], |row| row.integer(0))?;
            let none =
                tx.query_one("SELECT id FROM letter WHERE id = ?1", values![500], |row| row.integer(0))?;
            let failed = tx.for_each(all, &[], |row| {
                error_at = row.integer(0)?;
                if error_at == 7 { row.text(0).map(drop) } else { Ok(()) }
            });
            Ok::<_, DbError>((sum, first, last, none, error_at, failed.is_err()))
        };
        let seen = scope.read(work).await;
        // The last call failed on purpose and its error was swallowed.
        assert!(matches!(seen, Err(DbError::Spoiled)), "{seen:?}");
        let work = |tx: &mut Tx| {
            let mut sum = 0;
            tx.for_each("SELECT id FROM letter", &[], |row| {
                sum += row.integer(0)?;
                Ok(())
            })?;
            let first = tx.query_one("SELECT id FROM letter ORDER BY id", &[], |row| row.integer(0))?;
            Ok::<_, DbError>((sum, first))
        };
        assert_eq!(scope.read(work).await.unwrap(), (499 * 500 / 2, Some(0)));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn counters_count_every_closure_once() {
    for db in fresh() {
        let scope = db.operator("a test counts");
        let begin = "INSERT INTO counter (id, n) VALUES (1, 0), (2, 0)";
        scope.write(move |tx| tx.execute(begin, &[])).await.unwrap();
        let tasks: Vec<_> = (0..60)
            .map(|task| {
                let scope = scope.clone();
                tokio::spawn(async move {
                    // In both orders: on PostgreSQL some of these meet in a deadlock and run again.
                    let (first, second) = if task % 2 == 0 { (1, 2) } else { (2, 1) };
                    let work = move |tx: &mut Tx| {
                        let n = tx.query_one(UP, values![first], |row| row.integer(0))?;
                        tx.query_one(UP, values![second], |row| row.integer(0))?;
                        Ok::<_, DbError>(n)
                    };
                    scope.write(work).await.unwrap().unwrap()
                })
            })
            .collect();
        for task in tasks {
            task.await.unwrap();
        }
        let read = |tx: &mut Tx| tx.query("SELECT n FROM counter ORDER BY id", &[], |row| row.integer(0));
        assert_eq!(scope.read::<_, DbError, _>(read).await.unwrap(), [60, 60]);
    }
}

#[tokio::test]
async fn tenants_do_not_see_each_other() {
    for db in fresh() {
        let (one, two) = (db.tenant(OrganisationId(1)), db.tenant(OrganisationId(2)));
        assert_eq!(one.organisation(), Some(OrganisationId(1)));
        assert_eq!(db.operator("a test").organisation(), None);
        for id in 0..5 {
            put(&db, 1, id).await.unwrap();
        }
        put(&db, 2, 0).await.unwrap();
        let erase = |tx: &mut Tx| {
            let organisation = tx.organisation();
            tx.execute("DELETE FROM letter WHERE organisation = ?1", values![organisation])
        };
        assert_eq!(two.write::<_, DbError, _>(erase).await.unwrap(), 1);
        assert_eq!((count(&db, 1).await, count(&db, 2).await), (5, 0));
        // The operator belongs to no organisation, so a statement that names its own finds nothing.
        assert_eq!(db.operator("a test").write::<_, DbError, _>(erase).await.unwrap(), 0);
        assert_eq!(one.write::<_, DbError, _>(erase).await.unwrap(), 5);
    }
}

#[tokio::test]
async fn notices_reach_every_node_after_the_commit() {
    for db in fresh() {
        let other = another(&db);
        let (mut here, mut there) = (db.subscribe(), other.subscribe());
        let scope = db.tenant(OrganisationId(1));
        let failing = |tx: &mut Tx| {
            tx.notify("test", "never".to_owned());
            Err::<(), _>(DbError::Spoiled)
        };
        scope.write(failing).await.unwrap_err();
        let work = |tx: &mut Tx| {
            tx.notify("test", "two\nlines".to_owned());
            tx.notify("test", "x".repeat(10_000));
            insert(tx, 1)
        };
        scope.write(work).await.unwrap();
        let expected = |payload: &str| Notice {
            channel: "test".to_owned(),
            payload: payload.to_owned(),
            organisation: scope.organisation(),
        };
        assert_eq!(here.try_recv().unwrap(), expected("two\nlines"));
        assert_eq!(here.try_recv().unwrap(), expected(""));
        if !is_sqlite(&db) {
            assert_eq!(there.recv().await.unwrap(), expected("two\nlines"));
            assert_eq!(there.recv().await.unwrap(), expected(""));
        }
        // Ours do not come back from the server a second time.
        assert!(here.try_recv().is_err());
    }
}

#[tokio::test]
async fn a_second_process_writes_to_the_same_database() {
    for db in fresh() {
        let other = another(&db);
        for id in 0..10 {
            put(&db, 1, id).await.unwrap();
            put(&other, 1, 100 + id).await.unwrap();
        }
        assert_eq!((count(&db, 1).await, count(&other, 1).await), (20, 20));
        if is_sqlite(&db) {
            // It does not tell what it changed, so whoever listens here looks at everything.
            let mut notices = db.subscribe();
            put(&other, 1, 200).await.unwrap();
            assert!(matches!(notices.recv().await, Err(RecvError::Lagged(_))));
        }
    }
}

#[tokio::test]
async fn what_is_committed_is_there_after_closing() {
    for db in engines().into_iter().filter(is_sqlite) {
        let other = another(&db);
        other.migrate(&[TABLES]).unwrap();
        put(&other, 1, 1).await.unwrap();
        drop(other);
        assert_eq!(count(&db, 1).await, 1);
    }
    let memory = Db::open("sqlite::memory:", quick()).unwrap();
    memory.migrate(&[TABLES]).unwrap();
    put(&memory, 1, 1).await.unwrap();
    assert_eq!(count(&memory, 1).await, 1);
    let writing = memory.operator("a test").read(|tx| tx.execute("DELETE FROM letter", &[])).await;
    assert!(writing.is_err());
    put(&memory, 1, 2).await.unwrap();
}

#[tokio::test]
async fn the_last_handle_may_go_inside_a_closure() {
    for db in fresh() {
        let scope = db.tenant(OrganisationId(1));
        let mut inside = Some(db);
        let work = move |tx: &mut Tx| {
            drop(inside.take());
            insert(tx, 1)
        };
        scope.write(work).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn speed_of_small_durable_transactions() {
    let large = std::env::var("SLOW_TESTS").is_ok();
    for db in fresh_with(&Options { readers: 2, ..Options::default() }) {
        let (writers, each) = (64, if large { 1000 } else { 10 });
        let started = std::time::Instant::now();
        let tasks: Vec<_> = (0..writers)
            .map(|writer| {
                let db = db.clone();
                tokio::spawn(async move {
                    for number in 0..each {
                        put(&db, writer, number).await.unwrap();
                    }
                })
            })
            .collect();
        for task in tasks {
            task.await.unwrap();
        }
        let seconds = started.elapsed().as_secs_f64();
        let Counters { commits, transactions } = db.counters();
        let engine = if is_sqlite(&db) { "SQLite" } else { "PostgreSQL" };
        println!("{engine}: {:.0} transactions/s, {commits} commits", transactions as f64 / seconds);
        assert_eq!(transactions, u64::try_from(writers * each).unwrap());
    }
}
