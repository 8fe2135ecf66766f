//! Rows about people and mailboxes that go with what they are about, or after their time.

use db::{DbError, Tx, values};
use model::{AccountId, OrganisationId, ServiceId, Timestamp};

/// What people have of a mailbox: access, invitations, notices.
pub(crate) fn of_account(
    tx: &mut Tx,
    account: AccountId,
    organisation: OrganisationId,
) -> Result<(), DbError> {
    for statement in [
        "DELETE FROM invitation_link WHERE invitation IN
             (SELECT id FROM invitation WHERE account = ?1 AND organisation = ?2)",
        "DELETE FROM invitation WHERE account = ?1 AND organisation = ?2",
        "DELETE FROM access_credential WHERE account = ?1 AND organisation = ?2",
        "DELETE FROM mailbox_access WHERE account = ?1 AND organisation = ?2",
        "DELETE FROM mailbox_notice WHERE account = ?1 AND organisation = ?2",
    ] {
        tx.execute(statement, values![account, organisation])?;
    }
    Ok(())
}

/// What a mail service says of senders and of what is given with an access.
pub(crate) fn of_service(
    tx: &mut Tx,
    service: ServiceId,
    organisation: OrganisationId,
) -> Result<(), DbError> {
    for statement in [
        "DELETE FROM access_default WHERE service = ?1 AND organisation = ?2",
        "DELETE FROM sender_entry WHERE service = ?1 AND organisation = ?2",
        "DELETE FROM sender_list WHERE service = ?1 AND organisation = ?2",
    ] {
        tx.execute(statement, values![service, organisation])?;
    }
    Ok(())
}

/// All of these of an organisation, and what was asked of it or by it.
pub(crate) fn of_organisation(tx: &mut Tx, organisation: OrganisationId) -> Result<(), DbError> {
    for statement in [
        "DELETE FROM invitation_link WHERE invitation IN (SELECT id FROM invitation WHERE organisation = ?1)",
        "DELETE FROM invitation WHERE organisation = ?1",
        "DELETE FROM access_credential WHERE organisation = ?1",
        "DELETE FROM mailbox_access WHERE organisation = ?1",
        "DELETE FROM mailbox_notice WHERE organisation = ?1",
        "DELETE FROM access_default WHERE organisation = ?1",
        "DELETE FROM sender_entry WHERE organisation = ?1",
        "DELETE FROM sender_list WHERE organisation = ?1",
        "DELETE FROM allowed_source WHERE organisation = ?1",
        "DELETE FROM unban_request WHERE organisation = ?1",
    ] {
        tx.execute(statement, values![organisation])?;
    }
    Ok(())
}

/// Invitations that ended before this moment.
pub(super) fn invitations(tx: &mut Tx, before: Timestamp) -> Result<u64, DbError> {
    tx.execute(
        "DELETE FROM invitation_link WHERE invitation IN (SELECT id FROM invitation WHERE expires_at < ?1)",
        values![before],
    )?;
    tx.execute("DELETE FROM invitation WHERE expires_at < ?1", values![before])
}

/// Requests to be let in again from before this moment, answered or not.
pub(super) fn unban_requests(tx: &mut Tx, before: Timestamp) -> Result<u64, DbError> {
    tx.execute("DELETE FROM unban_request WHERE at < ?1", values![before])
}

/// Requests for a permanent permission that came to nothing, or to their end, before this moment: also those that nobody
/// confirmed since.
pub(super) fn allowed_sources(tx: &mut Tx, before: Timestamp) -> Result<u64, DbError> {
    tx.execute(
        "DELETE FROM allowed_source WHERE state IN ('asked', 'refused', 'ended') AND COALESCE(decided_at, asked_at) < ?1",
        values![before],
    )
}

/// What administrators opened of mailboxes before this moment.
pub(super) fn notices(tx: &mut Tx, before: Timestamp) -> Result<u64, DbError> {
    tx.execute("DELETE FROM mailbox_notice WHERE at < ?1", values![before])
}
