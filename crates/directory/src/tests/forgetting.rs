//! What is about a mailbox, a mail service or an organisation goes with it; what was asked goes after its time.

use std::time::Duration;

use model::Timestamp;

use super::{Town, towns};

/// Rows about Anna's mailbox, her mail service and her organisation, as many in each table as there are tables.
const TABLES: [&str; 10] = [
    "SELECT count(*) FROM invitation",
    "SELECT count(*) FROM invitation_link",
    "SELECT count(*) FROM access_credential",
    "SELECT count(*) FROM mailbox_access",
    "SELECT count(*) FROM mailbox_notice",
    "SELECT count(*) FROM access_default",
    "SELECT count(*) FROM sender_entry",
    "SELECT count(*) FROM sender_list",
    "SELECT count(*) FROM allowed_source",
    "SELECT count(*) FROM unban_request",
];

async fn counted(town: &Town) -> Vec<i64> {
    town.db
        .operator("test")
        .read(|tx| -> Result<Vec<i64>, db::DbError> {
            let one = |statement: &&'static str| {
                tx.query_one(statement, &[], |row| row.integer(0)).map(Option::unwrap_or_default)
            };
            TABLES.iter().map(one).collect()
        })
        .await
        .unwrap()
}

/// One row in each table, of this moment.
async fn fill(town: &Town, at: Timestamp) {
    let info = town.operator.address(town.anna).await.unwrap();
    let (organisation, service) = (town.valbois, info.service);
    let crate::AddressKind::Mailbox { account, .. } = info.kind else { panic!("Anna has a mailbox") };
    town.db
        .operator("test")
        .write(move |tx| -> Result<(), db::DbError> {
            let id = at.0;
            tx.execute(
                "INSERT INTO invitation (id, organisation, account, permissions, language, email, phone, invited_by,
                     inviter, created_at, expires_at, sms_trouble)
                 VALUES (?1, ?2, ?3, 1, 'fr', 'marc@far.test', '', 'a', 'a', ?4, ?4, '')",
                db::values![id, organisation, account, at],
            )?;
            tx.execute(
                "INSERT INTO invitation_link (invitation, purpose, token_hash) VALUES (?1, 'link', ?2)",
                db::values![id, &id.to_be_bytes()],
            )?;
            tx.execute(
                "INSERT INTO access_credential (account, person, credential, organisation) VALUES (?1, ?2, 1, ?3)",
                db::values![account, id, organisation],
            )?;
            tx.execute(
                "INSERT INTO mailbox_access (account, person, organisation, permissions, is_primary, granted_by,
                     created_at)
                 VALUES (?1, ?2, ?3, 1, 0, 'a', ?4)",
                db::values![account, id, organisation, at],
            )?;
            tx.execute(
                "INSERT INTO mailbox_notice (account, id, organisation, kind, detail, who, at)
                 VALUES (?1, ?2, ?3, 'logs', '', 'a', ?4)",
                db::values![account, id, organisation, at],
            )?;
            tx.execute(
                "INSERT INTO access_default (service, organisation, permissions) VALUES (?1, ?2, 1)",
                db::values![service, organisation],
            )?;
            tx.execute(
                "INSERT INTO sender_entry (id, organisation, service, kind, pattern, state, who, at)
                 VALUES (?1, ?2, ?3, 'blocked', 'x@y.test', 'applied', 'a', ?4)",
                db::values![id, organisation, service, at],
            )?;
            tx.execute(
                "INSERT INTO sender_list (service, organisation, version) VALUES (?1, ?2, 1)",
                db::values![service, organisation],
            )?;
            tx.execute(
                "INSERT INTO allowed_source (id, organisation, subject, state, purpose, acceptance, language, asked_by,
                     asked_at, contact, decided_at, reason)
                 VALUES (?1, ?2, 'source 192.0.2.1', 'refused', '', '', 'fr', 'a', ?3, 'a', ?3, '')",
                db::values![id, organisation, at],
            )?;
            tx.execute(
                "INSERT INTO unban_request (id, organisation, domain, subject, contact, message, sent_from, at, state)
                 VALUES (?1, ?2, 'valbois.test', 'source 192.0.2.1', 'a', 'b', 'c', ?3, 'refused')",
                db::values![id, organisation, at],
            )?;
            Ok(())
        })
        .await
        .unwrap();
}

#[tokio::test]
async fn what_is_about_a_mailbox_goes_with_it() {
    for town in towns().await {
        fill(&town, town.world.clock.now()).await;
        assert_eq!(counted(&town).await, [1; 10]);
        // What can come back keeps what it had.
        let tenant = town.tenant(town.valbois);
        tenant.delete_address(town.anna).await.unwrap();
        assert_eq!(counted(&town).await, [1; 10]);
        tenant.erase_address(town.anna).await.unwrap();
        assert_eq!(counted(&town).await, [0, 0, 0, 0, 0, 1, 1, 1, 1, 1]);
    }
}

#[tokio::test]
async fn what_is_about_a_mailbox_goes_with_its_domain_and_the_service_and_the_organisation_take_the_rest() {
    for town in towns().await {
        fill(&town, town.world.clock.now()).await;
        let info = town.operator.address(town.anna).await.unwrap();
        town.operator.delete_domain(info.domain, true).await.unwrap();
        for account in town.directory.deleted_accounts().await.unwrap() {
            town.directory.forget_account(account).await.unwrap();
        }
        assert_eq!(counted(&town).await, [0, 0, 0, 0, 0, 1, 1, 1, 1, 1]);
        town.operator.delete_service(info.service).await.unwrap();
        assert_eq!(counted(&town).await, [0, 0, 0, 0, 0, 0, 0, 0, 1, 1]);
    }
    for town in towns().await {
        fill(&town, town.world.clock.now()).await;
        town.operator.delete_organisation(town.valbois, true).await.unwrap();
        assert_eq!(counted(&town).await, [0; 10]);
    }
}

#[tokio::test]
async fn what_was_asked_and_told_is_forgotten_after_its_time() {
    const DAY: Duration = Duration::from_secs(86_400);
    for town in towns().await {
        let now = town.world.clock.now();
        for (days, expected) in
            [(29, [1, 1, 1, 1]), (31, [0, 1, 1, 1]), (91, [0, 0, 1, 1]), (367, [0, 0, 0, 0])]
        {
            fill(&town, now.minus(DAY * days)).await;
            let forgotten = town.directory.forget_requests().await.unwrap();
            let all = counted(&town).await;
            assert_eq!([all[0], all[9], all[8], all[4]], expected, "after {days} days");
            assert_eq!(all[1], all[0], "its links go with it");
            assert_eq!(forgotten as i64, 4 - expected.iter().sum::<i64>());
            clear(&town).await;
        }
    }
}

/// As if nothing had been written.
async fn clear(town: &Town) {
    let valbois = town.valbois;
    let clear = move |tx: &mut db::Tx| crate::forgetting::rows::of_organisation(tx, valbois);
    town.db.operator("test").write(clear).await.unwrap();
}
