//! The tables of senders whose addresses are too long, and of the rules for relays.

use std::str::FromStr;

use db::{DbError, Migrations, Row, Tx, values};
use model::{OrganisationId, Relay, Timestamp, Validity};

use crate::RelayRule;

/// Tables of routing.
pub const MIGRATIONS: Migrations = Migrations {
    owner: "mail-route",
    steps: &[
        (1, "return paths", include_str!("0001_return_paths.sql")),
        (2, "relay rules", include_str!("0002_relay_rules.sql")),
        (3, "from when until when routes lead", include_str!("0003_validity.sql")),
    ],
};

/// Everybody's senders, where an organisation's identifier stands.
const EVERYBODY: i64 = 0;

pub(crate) fn remember(tx: &mut Tx, token: &str, sender: &str, day: i64) -> Result<(), DbError> {
    tx.execute(
        "INSERT INTO forwarded_sender (token, sender, last_day) VALUES (?1, ?2, ?3)
         ON CONFLICT (token) DO UPDATE SET last_day = excluded.last_day",
        values![token, sender, day],
    )?;
    Ok(())
}

pub(crate) fn sender(tx: &mut Tx, token: &str) -> Result<Option<String>, DbError> {
    tx.query_one("SELECT sender FROM forwarded_sender WHERE token = ?1", values![token], |row| {
        Ok(row.text(0)?.to_owned())
    })
}

pub(crate) fn forget_before(tx: &mut Tx, day: i64) -> Result<u64, DbError> {
    tx.execute("DELETE FROM forwarded_sender WHERE last_day < ?1", values![day])
}

/// All rules, in their order.
pub(crate) fn relay_rules(tx: &mut Tx) -> Result<Vec<RelayRule>, DbError> {
    tx.query(
        "SELECT id, position, organisation, recipients, subject, target, tls, created_at, valid_from, valid_until
         FROM relay_rule
         ORDER BY position, id",
        &[],
        |row| {
            let organisation = row.integer(2)?;
            Ok(RelayRule {
                id: row.integer(0)?,
                position: row.integer(1)?,
                organisation: (organisation != EVERYBODY).then_some(OrganisationId(organisation)),
                recipients: parsed(row, 3, "pattern of domains")?,
                subject: row.optional_text(4)?.map(str::to_owned),
                relay: Relay { target: parsed(row, 5, "relay")?, tls: parsed(row, 6, "demand of TLS")? },
                created_at: Timestamp(row.integer(7)?),
                validity: Validity { from: row.optional_timestamp(8)?, until: row.optional_timestamp(9)? },
            })
        },
    )
}

fn parsed<T: FromStr>(row: &Row<'_>, column: usize, expected: &'static str) -> Result<T, DbError> {
    row.text(column)?.parse().map_err(|_| DbError::Column { column, expected })
}

pub(crate) fn add_relay_rule(tx: &mut Tx, rule: &RelayRule) -> Result<(), DbError> {
    let organisation = rule.organisation.map_or(EVERYBODY, |organisation| organisation.0);
    let (recipients, target) = (rule.recipients.to_string(), rule.relay.target.to_string());
    tx.execute(
        "INSERT INTO relay_rule (id, position, organisation, recipients, subject, target, tls, created_at, valid_from,
                                 valid_until)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
        values![
            rule.id,
            rule.position,
            organisation,
            recipients.as_str(),
            rule.subject.as_deref(),
            target.as_str(),
            rule.relay.tls.as_str(),
            rule.created_at,
            rule.validity.from,
            rule.validity.until
        ],
    )?;
    Ok(())
}

/// From when until when a rule leads.
pub(crate) fn limit_relay_rule(tx: &mut Tx, rule: &RelayRule) -> Result<(), DbError> {
    let organisation = rule.organisation.map_or(EVERYBODY, |organisation| organisation.0);
    tx.execute(
        "UPDATE relay_rule SET valid_from = ?3, valid_until = ?4 WHERE id = ?1 AND organisation = ?2",
        values![rule.id, organisation, rule.validity.from, rule.validity.until],
    )?;
    Ok(())
}

/// Whether there was one.
pub(crate) fn remove_relay_rule(tx: &mut Tx, id: i64) -> Result<bool, DbError> {
    Ok(tx.execute("DELETE FROM relay_rule WHERE id = ?1", values![id])? > 0)
}
