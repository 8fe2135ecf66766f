//! Disks that are full, files that vanish, connections that break, commits that fail: nobody hears
//! "done" for what is not durable, and it works again when the trouble is over.

use super::*;

fn failing_at(point: CommitPoint) -> (Options, Arc<AtomicBool>) {
    let armed = Arc::new(AtomicBool::new(false));
    let switch = Arc::clone(&armed);
    let hook = move |at| {
        if at == point && switch.load(Ordering::SeqCst) {
            return Err(std::io::Error::other("a fault was injected"));
        }
        Ok(())
    };
    (Options { commit_hook: Some(Arc::new(hook)), ..quick() }, armed)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_commit_that_fails_is_nobodys_success() {
    for (point, stands) in [(CommitPoint::Before, 0), (CommitPoint::After, 8)] {
        let (options, armed) = failing_at(point);
        for db in fresh_with(&options) {
            armed.store(true, Ordering::SeqCst);
            let tasks: Vec<_> = (0..8)
                .map(|id| {
                    let db = db.clone();
                    tokio::spawn(async move { put(&db, 1, id).await })
                })
                .collect();
            for task in tasks {
                let result = task.await.unwrap();
                assert!(result.is_err_and(|error| error.is_temporary()));
            }
            armed.store(false, Ordering::SeqCst);
            assert_eq!(count(&db, 1).await, stands);
            put(&db, 1, 100).await.unwrap();
            assert_eq!(count(&db, 1).await, stands + 1);
        }
    }
}

/// As many more pages as said; all that there are for a negative number.
async fn leave_pages(db: &Db, pages: i64) {
    let work = move |tx: &mut Tx| {
        let used = tx.query_one("PRAGMA page_count", &[], |row| row.integer(0))?.unwrap();
        // A PRAGMA takes no parameters, so the number is one of these.
        let sql = match pages {
            0..=20 => "PRAGMA max_page_count = 24",
            _ => "PRAGMA max_page_count = 1000000",
        };
        assert!(pages < 0 || used < 24, "{used}");
        tx.query_one(sql, &[], |row| row.integer(0))
    };
    db.operator("a test fills the disk").write::<_, DbError, _>(work).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_disk_fails_those_who_need_space_and_only_for_a_while() {
    for db in fresh().into_iter().filter(is_sqlite) {
        leave_pages(&db, 10).await;
        let release = hold(&db).await;
        let tasks: Vec<_> = (0..9)
            .map(|id| {
                let scope = db.tenant(OrganisationId(1));
                tokio::spawn(async move {
                    let work = move |tx: &mut Tx| {
                        let body = vec![7; if id == 4 { 500_000 } else { 10 }];
                        tx.execute(INSERT, values![1, id, "x", &body]).map(drop)
                    };
                    scope.write::<_, DbError, _>(work).await
                })
            })
            .collect();
        drop(release);
        for (id, task) in tasks.into_iter().enumerate() {
            let result = task.await.unwrap();
            if id == 4 {
                assert!(matches!(&result, Err(DbError::Full { .. })), "{result:?}");
                assert!(result.unwrap_err().is_temporary());
            } else {
                result.unwrap();
            }
        }
        assert_eq!(count(&db, 1).await, 8);
        leave_pages(&db, -1).await;
        let body = vec![7; 500_000];
        let scope = db.tenant(OrganisationId(1));
        let work = move |tx: &mut Tx| tx.execute(INSERT, values![1, 4, "x", &body]);
        scope.write::<_, DbError, _>(work).await.unwrap();
        assert_eq!(count(&db, 1).await, 9);
    }
}

/// `SMALL_DISK` names a directory on a disk of a few megabytes, such as a small tmpfs.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_disk_that_is_really_full_loses_nothing_that_was_acknowledged() {
    let Ok(disk) = std::env::var("SMALL_DISK") else { return };
    // Two tests fill it, and each expects it to itself.
    let alone = std::fs::File::create(std::path::Path::new(&disk).join("lock")).unwrap();
    alone.lock().unwrap();
    let directory = std::path::Path::new(&disk).join("db");
    std::fs::create_dir_all(&directory).unwrap();
    let filler = directory.join("filler");
    std::fs::write(&filler, vec![1; 600_000]).unwrap();
    let url = format!("sqlite:{}", directory.join("test.db").display());
    let db = Db::open(&url, quick()).unwrap();
    db.migrate(&[TABLES]).unwrap();
    let mut acknowledged = 0;
    let mut fill = async |from: i64| {
        let tasks: Vec<_> = (from..from + 2000)
            .map(|id| {
                let scope = db.tenant(OrganisationId(1));
                tokio::spawn(async move {
                    let body = vec![7; 3000];
                    scope.write(move |tx| tx.execute(INSERT, values![1, id, "x", &body])).await
                })
            })
            .collect();
        let mut full = 0;
        for task in tasks {
            match task.await.unwrap() {
                Ok(_) => acknowledged += 1,
                Err(DbError::Full { .. }) => full += 1,
                Err(other) => panic!("{other:?}"),
            }
        }
        assert!(full > 0);
        acknowledged
    };
    let before = fill(0).await;
    assert_eq!(count(&db, 1).await, before);
    std::fs::remove_file(&filler).unwrap();
    let after = fill(10_000).await;
    assert!(after > before, "{before} {after}");
    drop(db);
    let db = Db::open(&url, quick()).unwrap();
    assert_eq!(count(&db, 1).await, after);
    drop(db);
    std::fs::remove_dir_all(&directory).unwrap();
}

#[tokio::test]
async fn a_database_that_vanishes_takes_no_commits_and_comes_back() {
    for db in fresh().into_iter().filter(is_sqlite) {
        put(&db, 1, 1).await.unwrap();
        let path = std::path::PathBuf::from(db.inner.shared.url.strip_prefix("sqlite:").unwrap());
        let directory = path.parent().unwrap().to_owned();
        let away = directory.with_extension("away");
        std::fs::rename(&directory, &away).unwrap();
        assert!(put(&db, 1, 2).await.is_err_and(|error| error.is_temporary()));
        let read = |tx: &mut Tx| tx.query_one(COUNT, values![1], |row| row.integer(0));
        let gone = db.tenant(OrganisationId(1)).read::<_, DbError, _>(read).await;
        assert!(gone.is_err_and(|error| error.is_temporary()));
        std::fs::rename(&away, &directory).unwrap();
        put(&db, 1, 3).await.unwrap();
        assert_eq!(count(&db, 1).await, 2);
    }
}

#[tokio::test]
async fn a_broken_connection_is_replaced() {
    for db in fresh().into_iter().filter(|db| !is_sqlite(db)) {
        let other = another(&db);
        let mut notices = other.subscribe();
        for round in 0..3 {
            put(&db, 1, round).await.unwrap();
            let suicide = |tx: &mut Tx| {
                insert(tx, 999)?;
                tx.query("SELECT pg_terminate_backend(pg_backend_pid())", &[], |row| row.boolean(0)).map(drop)
            };
            // It would kill its second connection too, so it fails, and leaves nothing.
            let result = db.tenant(OrganisationId(1)).write(suicide).await;
            assert!(matches!(&result, Err(error) if error.is_temporary()), "{result:?}");
        }
        assert_eq!(count(&db, 1).await, 3);
        // Once only: the closure runs again on a fresh connection.
        let mut first = true;
        let once = move |tx: &mut Tx| {
            insert(tx, 1000)?;
            if std::mem::take(&mut first) {
                tx.query("SELECT pg_terminate_backend(pg_backend_pid())", &[], |row| row.boolean(0))?;
            }
            Ok::<(), DbError>(())
        };
        db.tenant(OrganisationId(1)).write(once).await.unwrap();
        assert_eq!(count(&db, 1).await, 4);
        let telling = |tx: &mut Tx| {
            tx.notify("test", "still".to_owned());
            Ok::<(), DbError>(())
        };
        db.operator("a test").write(telling).await.unwrap();
        assert_eq!(notices.recv().await.unwrap().payload, "still");
    }
}

#[tokio::test]
async fn whoever_may_have_missed_notices_looks_again() {
    for db in fresh().into_iter().filter(|db| !is_sqlite(db)) {
        let shared = &db.inner.shared;
        let name = format!("listener of {}", shared.options.schema.as_deref().unwrap());
        let mark = if shared.url.contains('?') { '&' } else { '?' };
        let url = format!("{}{mark}application_name={}", shared.url, name.replace(' ', "%20"));
        let other = Db::open(&url, shared.options.clone()).unwrap();
        let mut notices = other.subscribe();
        let work = move |tx: &mut Tx| {
            tx.query_one(
                "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name = ?1",
                values![&name],
                |row| row.integer(0),
            )
        };
        let ended: Result<_, DbError> = db.operator("a test breaks a connection").read(work).await;
        assert!(ended.unwrap() >= Some(1));
        assert!(matches!(notices.recv().await, Err(RecvError::Lagged(_))));
        let telling = |tx: &mut Tx| {
            tx.notify("test", "again".to_owned());
            Ok::<(), DbError>(())
        };
        db.operator("a test").write(telling).await.unwrap();
        assert_eq!(notices.recv().await.unwrap().payload, "again");
    }
}

#[test]
fn numbers_of_postgresql_are_read_exactly() {
    let number = |words: &[u16]| -> Vec<u8> { words.iter().flat_map(|word| word.to_be_bytes()).collect() };
    for (words, expected) in [
        (vec![0, 0, 0, 0], Some(0)),
        (vec![1, 0, 0, 0, 21], Some(21)),
        (vec![1, 0, 0x4000, 0, 21], Some(-21)),
        (vec![1, 1, 0, 0, 5], Some(50_000)),
        (vec![2, 1, 0, 0, 1, 2], Some(10_002)),
        (vec![5, 4, 0, 0, 922, 3372, 368, 5477, 5807], Some(i64::MAX)),
        (vec![5, 4, 0, 0, 923, 0, 0, 0, 0], None),
        (vec![2, 0, 0, 4, 1, 5000], None),
        (vec![2, 0, 0, 4, 1, 0], Some(1)),
        (vec![1, 0, 0xC000, 0, 1], None),
        (vec![3, 0, 0, 0, 1], None),
        (vec![1, 30_000, 0, 0, 1], None),
    ] {
        assert_eq!(postgres::numeric(&number(&words)), expected, "{words:?}");
    }
    assert_eq!(postgres::numeric(&[]), None);
}

#[test]
fn quoted_text_is_not_translated() {
    let sql = "SELECT '?1', \"BLOB\", ?12 -- '?2\n, 'it''s' FROM t WHERE BLOBS = ?1";
    let expected = "SELECT '?1', \"BLOB\", $12 \n, 'it''s' FROM t WHERE BLOBS = $1";
    assert_eq!(dialect::for_postgres(sql), expected);
    let table = "CREATE TABLE t (a TEXT, b BLOB, PRIMARY KEY (a)) WITHOUT ROWID;";
    let expected = "CREATE TABLE t (a TEXT COLLATE \"C\", b BYTEA, PRIMARY KEY (a)) ;";
    assert_eq!(dialect::tables_for_postgres(table), expected);
    assert_eq!(dialect::for_postgres("'open"), "'open");
}
