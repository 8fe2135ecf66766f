//! What a transaction promises, on every engine of this machine.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use model::OrganisationId;

use crate::testing::{engines, engines_with};
use crate::*;

const TABLES: Migrations = Migrations {
    owner: "test",
    steps: &[(
        1,
        "letters",
        "CREATE TABLE letter (organisation BIGINT NOT NULL, id BIGINT NOT NULL, subject TEXT, body BLOB, \
         PRIMARY KEY (organisation, id)) WITHOUT ROWID; \
         CREATE TABLE counter (id BIGINT PRIMARY KEY, n BIGINT NOT NULL CHECK (n >= 0));",
    )],
};
const INSERT: &str = "INSERT INTO letter (organisation, id, subject, body) VALUES (?1, ?2, ?3, ?4)";
const COUNT: &str = "SELECT count(*) FROM letter WHERE organisation = ?1";

fn fresh() -> Vec<Db> {
    let all = engines();
    for db in &all {
        db.migrate(&[TABLES]).unwrap();
    }
    all
}

fn fresh_with(options: Options) -> Vec<Db> {
    let all = engines_with(&options);
    for db in &all {
        db.migrate(&[TABLES]).unwrap();
    }
    all
}

async fn put(db: &Db, organisation: i64, id: i64) -> Result<(), DbError> {
    let scope = db.tenant(OrganisationId(organisation));
    scope
        .write(move |tx| {
            let organisation = tx.organisation();
            tx.execute(INSERT, values![organisation, id, "subject", &b"body"[..]]).map(drop)
        })
        .await
}

async fn count(db: &Db, organisation: i64) -> i64 {
    let scope = db.tenant(OrganisationId(organisation));
    let read = |tx: &mut Tx| {
        let organisation = tx.organisation();
        tx.query_one(COUNT, values![organisation], |row| row.integer(0))
    };
    scope.read::<_, DbError, _>(read).await.unwrap().unwrap()
}

#[tokio::test]
async fn what_is_written_is_read_with_its_types() {
    for db in fresh() {
        let scope = db.tenant(OrganisationId(1));
        let row = scope
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
        let row: Result<_, DbError> = row;
        assert_eq!(
            row.unwrap(),
            [(2, Some("Grüezi".to_owned()), Some(vec![0, 255]), false), (3, None, None, true)]
        );
    }
}
