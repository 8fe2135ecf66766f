//! Migrations: once each, all or none, never backwards.

use super::*;

const FIRST: (u32, &str, &str) =
    (1, "first", "CREATE TABLE first (id BIGINT PRIMARY KEY, name TEXT, raw BLOB)");
const SECOND: (u32, &str, &str) = (2, "second", "CREATE TABLE second (id BIGINT PRIMARY KEY)");
const BROKEN: (u32, &str, &str) = (3, "broken", "CREATE TABLE third (id BIGINT PRIMARY KEY); CREATE MISTAKE");
const ONE: Migrations = Migrations { owner: "a", steps: &[FIRST] };
const TWO: Migrations = Migrations { owner: "a", steps: &[FIRST, SECOND] };
const THREE: Migrations = Migrations { owner: "a", steps: &[FIRST, SECOND, BROKEN] };
const OTHER: Migrations = Migrations { owner: "b", steps: &[(1, "other", "CREATE TABLE other (id BIGINT)")] };
const CHANGED: Migrations =
    Migrations { owner: "a", steps: &[(1, "first", "CREATE TABLE first (id TEXT)"), SECOND] };

#[tokio::test]
async fn steps_run_once_and_in_order() {
    for db in engines() {
        db.migrate(&[ONE]).unwrap();
        db.migrate(&[ONE]).unwrap();
        let pending = db.pending(&[TWO, OTHER]).unwrap();
        assert_eq!(pending.iter().map(|step| step.name).collect::<Vec<_>>(), ["second", "other"]);
        db.migrate(&[TWO, OTHER]).unwrap();
        assert!(db.pending(&[TWO, OTHER]).unwrap().is_empty());
        // A crate that this program does not know is another program's business.
        db.migrate(&[TWO]).unwrap();
        let scope = db.operator("a test of migrations");
        scope.write(|tx| tx.execute("INSERT INTO second (id) VALUES (1)", &[])).await.unwrap();
    }
}

#[tokio::test]
async fn a_broken_step_leaves_nothing_behind() {
    for db in engines() {
        db.migrate(&[ONE]).unwrap();
        assert!(db.migrate(&[THREE]).is_err());
        assert_eq!(db.pending(&[TWO]).unwrap().len(), 1);
        db.migrate(&[TWO]).unwrap();
    }
}

#[tokio::test]
async fn older_and_other_programs_are_refused() {
    for db in engines() {
        db.migrate(&[TWO]).unwrap();
        assert!(matches!(db.migrate(&[ONE]), Err(DbError::Newer { found: 2, known: 1, .. })));
        assert!(matches!(db.migrate(&[CHANGED]), Err(DbError::Changed { number: 1, .. })));
    }
}

#[tokio::test]
async fn nodes_that_start_together_migrate_once() {
    for db in engines() {
        let nodes: Vec<Db> = (0..3).map(|_| another(&db)).collect();
        let threads: Vec<_> =
            nodes.into_iter().map(|node| std::thread::spawn(move || node.migrate(&[TWO, OTHER]))).collect();
        for thread in threads {
            thread.join().unwrap().unwrap();
        }
        assert!(db.pending(&[TWO, OTHER]).unwrap().is_empty());
    }
}

#[tokio::test]
async fn a_database_is_copied_before_it_changes() {
    for db in engines().into_iter().filter(is_sqlite) {
        db.migrate(&[ONE]).unwrap();
        let path = db.inner.shared.url.strip_prefix("sqlite:").unwrap().to_owned();
        let copy = format!("{path}.before-a-2");
        let scope = db.operator("a test of migrations");
        scope.write(|tx| tx.execute("INSERT INTO first (id) VALUES (7)", &[])).await.unwrap();
        assert!(!std::path::Path::new(&copy).exists());
        db.migrate(&[TWO]).unwrap();
        db.migrate(&[TWO]).unwrap();
        let before = Db::open(&format!("sqlite:{copy}"), quick()).unwrap();
        before.migrate(&[ONE]).unwrap();
        let read = |tx: &mut Tx| tx.query_one("SELECT id FROM first", &[], |row| row.integer(0));
        let found = before.operator("a test of migrations").read::<_, DbError, _>(read).await;
        assert_eq!(found.unwrap(), Some(7));
    }
}
