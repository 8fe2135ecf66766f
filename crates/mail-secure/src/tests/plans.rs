//! How SQLite finds rows, which has no statistics to go by.

use db::values;

#[tokio::test]
async fn what_happened_to_one_letter_is_found_without_all_that_happened() {
    // SQLite comes first.
    let db = db::testing::migrated(&[trail::MIGRATIONS, directory::MIGRATIONS, crate::MIGRATIONS]).remove(0);
    let scope = db.operator("how statements are found");
    for (statement, index) in [
        (
            "EXPLAIN QUERY PLAN SELECT MAX(at) FROM secure_statement WHERE letter = 1 AND organisation = 2",
            "secure_statement_by_letter",
        ),
        (
            "EXPLAIN QUERY PLAN SELECT MAX(at) FROM secure_statement WHERE slot = '1' AND organisation = 2",
            "sqlite_autoindex_secure_statement_1",
        ),
        (
            "EXPLAIN QUERY PLAN SELECT at FROM secure_statement WHERE organisation = 2 AND log_index > 3",
            "secure_statement_by_place",
        ),
    ] {
        let plan = scope
            .read(move |tx: &mut db::Tx| tx.query(statement, values![], |row| Ok(row.text(3)?.to_owned())))
            .await
            .unwrap();
        assert!(plan[0].contains(index), "{statement}: {plan:?}");
    }
}
