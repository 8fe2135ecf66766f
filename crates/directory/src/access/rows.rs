//! Rows of access to mailboxes, invitations and notices.

use db::{DbError, Page, Row, Seek, Tx, values};
use model::{AccountId, AccountRef, AddressId, CredentialId, OrganisationId, ServiceId, Timestamp, UserId};

use super::{AccessInfo, InvitationInfo, Mailbox, OpenedInfo, OwnMailbox, Permissions, UserLosses, Way};
use crate::limits;
use crate::rows::address_of;

/// Whether a person has access to a mailbox of the limit's domain.
pub(super) fn has_access_in_reach(tx: &mut Tx, user: UserId) -> Result<bool, DbError> {
    let found = tx.query_one(
        "SELECT 1 FROM mailbox_access x JOIN account c ON c.id = x.account JOIN address a ON a.id = c.address
         WHERE x.person = ?1 AND a.domain = ?2 AND x.organisation = COALESCE(?3, x.organisation)",
        values![user, tx.domain(), tx.organisation()],
        |row| row.integer(0),
    )?;
    Ok(found.is_some())
}

fn counted(count: Option<i64>) -> u64 {
    u64::try_from(count.unwrap_or(0)).unwrap_or(0)
}

/// What a person has in an organisation.
pub(super) fn losses_of_user(
    tx: &mut Tx,
    organisation: OrganisationId,
    user: UserId,
    now: Timestamp,
) -> Result<UserLosses, DbError> {
    let mut count =
        |sql: &'static str| tx.query_one(sql, values![organisation, user], |row| row.integer(0)).map(counted);
    Ok(UserLosses {
        mailboxes: count("SELECT count(*) FROM mailbox_access WHERE organisation = ?1 AND person = ?2")?,
        device_passwords: count(
            "SELECT count(*) FROM access_credential WHERE organisation = ?1 AND person = ?2",
        )?,
        services: count("SELECT count(*) FROM membership_service WHERE organisation = ?1 AND person = ?2")?,
        sessions: tx
            .query_one(
                "SELECT count(*) FROM session
                 WHERE organisation = ?1 AND person = ?2 AND last_seen_at > ?3 AND created_at > ?4",
                values![
                    organisation,
                    user,
                    now.minus(limits::SESSION_IDLE),
                    now.minus(limits::SESSION_LIFETIME)
                ],
                |row| row.integer(0),
            )
            .map(counted)?,
    })
}

/// The passwords of devices that a person made by an access.
pub(super) fn passwords_by_access(tx: &mut Tx, account: AccountRef, user: UserId) -> Result<u64, DbError> {
    let count = tx.query_one(
        "SELECT count(*) FROM access_credential WHERE account = ?1 AND person = ?2 AND organisation = ?3",
        values![account.account, user, account.organisation],
        |row| row.integer(0),
    )?;
    Ok(counted(count))
}

/// The passwords of an account.
pub(super) fn passwords_of(
    tx: &mut Tx,
    account: AccountId,
    organisation: OrganisationId,
) -> Result<u64, DbError> {
    let count = tx.query_one(
        "SELECT count(*) FROM credential WHERE account = ?1 AND organisation = ?2",
        values![account, organisation],
        |row| row.integer(0),
    )?;
    Ok(counted(count))
}

/// A mailbox by its address, and whether it is one at all.
pub(super) fn mailbox(tx: &mut Tx, address: AddressId) -> Result<Option<(Mailbox, bool)>, DbError> {
    tx.query_one(
        "SELECT a.organisation, a.account, a.localpart, d.name, a.service
         FROM address a JOIN domain d ON d.id = a.domain
         WHERE a.id = ?1
           AND a.organisation = COALESCE(?2, a.organisation) AND a.domain = COALESCE(?3, a.domain)",
        values![address, tx.organisation(), tx.domain()],
        |row| {
            let account = row.optional_integer(1)?;
            let mailbox = Mailbox {
                account: AccountRef {
                    organisation: OrganisationId(row.integer(0)?),
                    account: AccountId(account.unwrap_or(0)),
                },
                address: address_of(row.text(2)?, row.text(3)?)?,
                service: ServiceId(row.integer(4)?),
            };
            Ok((mailbox, account.is_some()))
        },
    )
}

fn access_info(row: &Row) -> Result<AccessInfo, DbError> {
    Ok(AccessInfo {
        user: UserId(row.integer(0)?),
        login: row.text(1)?.to_owned(),
        name: row.text(2)?.to_owned(),
        role: row.text(3)?.parse().map_err(|_| DbError::Column { column: 3, expected: "role" })?,
        permissions: Permissions::of_bits(row.integer(4)?),
        is_primary: row.boolean(5)?,
        granted_by: row.text(6)?.to_owned(),
        created_at: row.timestamp(7)?,
    })
}

macro_rules! select_access {
    ($rest:literal) => {
        concat!(
            "SELECT x.person, p.login, p.name, m.role, x.permissions, x.is_primary, x.granted_by, x.created_at
             FROM mailbox_access x
             JOIN person p ON p.id = x.person
             JOIN membership m ON m.person = x.person AND m.organisation = x.organisation
             WHERE x.account = ?1 AND x.organisation = ?2 ",
            $rest
        )
    };
}

pub(super) fn accesses(tx: &mut Tx, account: AccountRef) -> Result<Vec<AccessInfo>, DbError> {
    tx.query(
        select_access!("ORDER BY x.created_at, x.person"),
        values![account.account, account.organisation],
        access_info,
    )
}

pub(super) fn page_of_accesses(
    tx: &mut Tx,
    account: AccountRef,
    seek: &Seek,
) -> Result<Page<AccessInfo>, DbError> {
    let rows = tx.query(
        select_access!("AND x.person > ?3 ORDER BY x.person LIMIT ?4"),
        values![account.account, account.organisation, seek.after(), seek.rows()],
        access_info,
    )?;
    Ok(seek.page(rows, |access| access.user.0))
}

pub(super) fn access(tx: &mut Tx, account: AccountRef, user: UserId) -> Result<Option<AccessInfo>, DbError> {
    tx.query_one(
        select_access!("AND x.person = ?3"),
        values![account.account, account.organisation, user],
        access_info,
    )
}

/// Gives access; false if the person has it already. The first one of a person is the principal one.
pub(super) fn grant(
    tx: &mut Tx,
    account: AccountRef,
    user: UserId,
    permissions: Permissions,
    who: &str,
    at: Timestamp,
) -> Result<bool, DbError> {
    let made = tx.execute(
        "INSERT INTO mailbox_access (account, person, organisation, permissions, is_primary, granted_by, created_at)
         VALUES (?1, ?2, ?3, ?4,
                 CASE WHEN EXISTS (SELECT 1 FROM mailbox_access o WHERE o.person = ?2 AND o.is_primary = 1)
                      THEN 0 ELSE 1 END, ?5, ?6)
         ON CONFLICT (account, person) DO NOTHING",
        values![account.account, user, account.organisation, permissions.bits(), who, at],
    )?;
    Ok(made > 0)
}

pub(super) fn no_primary(tx: &mut Tx, user: UserId) -> Result<(), DbError> {
    tx.execute("UPDATE mailbox_access SET is_primary = 0 WHERE person = ?1", values![user])?;
    Ok(())
}

pub(super) fn change(
    tx: &mut Tx,
    account: AccountRef,
    user: UserId,
    permissions: Permissions,
    is_primary: bool,
) -> Result<(), DbError> {
    tx.execute(
        "UPDATE mailbox_access SET permissions = ?4, is_primary = ?5
         WHERE account = ?1 AND person = ?2 AND organisation = ?3",
        values![account.account, user, account.organisation, permissions.bits(), is_primary],
    )?;
    Ok(())
}

/// Takes access away, with the passwords for devices that the person made.
pub(super) fn revoke(tx: &mut Tx, account: AccountRef, user: UserId) -> Result<(), DbError> {
    remember_use(tx, account)?;
    for statement in [
        "DELETE FROM credential WHERE account = ?1 AND organisation = ?3 AND id IN
             (SELECT c.credential FROM access_credential c WHERE c.account = ?1 AND c.person = ?2)",
        "DELETE FROM access_credential WHERE account = ?1 AND person = ?2 AND organisation = ?3",
        "DELETE FROM mailbox_access WHERE account = ?1 AND person = ?2 AND organisation = ?3",
    ] {
        tx.execute(statement, values![account.account, user, account.organisation])?;
    }
    Ok(())
}

/// Notes whose a password for a device is.
pub(super) fn own_credential(
    tx: &mut Tx,
    account: AccountRef,
    user: UserId,
    credential: i64,
) -> Result<(), DbError> {
    tx.execute(
        "INSERT INTO access_credential (account, person, credential, organisation) VALUES (?1, ?2, ?3, ?4)",
        values![account.account, user, credential, account.organisation],
    )?;
    Ok(())
}

/// What the person may do now who made a password for a device by an access: nothing once the access is gone or the
/// person is blocked. `None` for a password of the address itself.
pub(crate) fn holder(
    tx: &mut Tx,
    account: AccountRef,
    credential: CredentialId,
) -> Result<Option<Permissions>, DbError> {
    tx.query_one(
        "SELECT CASE WHEN p.id IS NULL THEN 0 ELSE x.permissions END
         FROM access_credential t
         LEFT JOIN mailbox_access x ON x.account = t.account AND x.person = t.person
         LEFT JOIN membership m ON m.person = x.person AND m.organisation = x.organisation AND m.disabled = 0
         LEFT JOIN person p ON p.id = m.person AND p.disabled = 0
         WHERE t.account = ?1 AND t.credential = ?2 AND t.organisation = ?3",
        values![account.account, credential, account.organisation],
        |row| Ok(Permissions::of_bits(row.integer(0)?)),
    )
}

pub(super) fn own_credentials(tx: &mut Tx, account: AccountRef, user: UserId) -> Result<Vec<i64>, DbError> {
    tx.query(
        "SELECT credential FROM access_credential WHERE account = ?1 AND person = ?2 AND organisation = ?3",
        values![account.account, user, account.organisation],
        |row| row.integer(0),
    )
}

/// Within a tenant's scope those of its own mailboxes.
pub(super) fn credentials_of_person(
    tx: &mut Tx,
    user: UserId,
) -> Result<Vec<(model::Address, CredentialId)>, crate::DirectoryError> {
    let scope = tx.organisation();
    Ok(tx.query(
        "SELECT x.credential, a.localpart, d.name
         FROM access_credential x
         JOIN account c ON c.id = x.account AND c.deleted_at IS NULL
         JOIN address a ON a.id = c.address AND a.account = c.id
         JOIN domain d ON d.id = a.domain
         WHERE x.person = ?1 AND x.organisation = COALESCE(?2, x.organisation)
         ORDER BY d.name, a.localpart_key, x.credential",
        values![user, scope],
        |row| Ok((address_of(row.text(1)?, row.text(2)?)?, CredentialId(row.integer(0)?))),
    )?)
}

/// What a person had in an organisation goes when the person leaves it.
pub(crate) fn forget_member(
    tx: &mut Tx,
    organisation: OrganisationId,
    person: UserId,
) -> Result<(), DbError> {
    for statement in [
        "UPDATE account SET was_used = 1 WHERE organisation = ?1 AND id IN
             (SELECT k.account FROM credential k JOIN access_credential c ON c.credential = k.id
              WHERE c.organisation = ?1 AND c.person = ?2 AND k.last_used_at IS NOT NULL)",
        "DELETE FROM credential WHERE organisation = ?1 AND id IN
             (SELECT c.credential FROM access_credential c WHERE c.organisation = ?1 AND c.person = ?2)",
        "DELETE FROM access_credential WHERE organisation = ?1 AND person = ?2",
        "DELETE FROM mailbox_access WHERE organisation = ?1 AND person = ?2",
    ] {
        tx.execute(statement, values![organisation, person])?;
    }
    Ok(())
}

pub(super) fn is_login(tx: &mut Tx, login: &str) -> Result<bool, DbError> {
    // An account that is for letters only makes room for whoever is invited.
    let found =
        tx.query_one("SELECT 1 FROM person WHERE login = ?1 AND organisation <> 0", values![login], |row| {
            row.integer(0)
        })?;
    Ok(found.is_some())
}

pub(super) fn default_permissions(tx: &mut Tx, service: ServiceId) -> Result<Permissions, DbError> {
    let found = tx.query_one(
        "SELECT permissions FROM access_default WHERE service = ?1
               AND organisation = COALESCE(?2, organisation)",
        values![service, tx.organisation()],
        |row| row.integer(0),
    )?;
    Ok(found.map_or_else(Permissions::usual, Permissions::of_bits))
}

pub(super) fn set_default_permissions(
    tx: &mut Tx,
    service: ServiceId,
    organisation: OrganisationId,
    permissions: Permissions,
) -> Result<(), DbError> {
    tx.execute(
        "INSERT INTO access_default (service, organisation, permissions) VALUES (?1, ?2, ?3)
         ON CONFLICT (service) DO UPDATE SET permissions = excluded.permissions",
        values![service, organisation, permissions.bits()],
    )?;
    Ok(())
}

/// What a person may use now: nothing above the mailbox is out of use, and the person is not blocked there.
pub(super) fn own_mailboxes(tx: &mut Tx, user: UserId) -> Result<Vec<OwnMailbox>, crate::DirectoryError> {
    Ok(tx.query(
        "SELECT x.account, x.organisation, a.id, a.localpart, d.name, o.name, x.permissions, x.is_primary,
                x.created_at
         FROM mailbox_access x
         JOIN person p ON p.id = x.person AND p.disabled = 0
         JOIN membership m ON m.person = x.person AND m.organisation = x.organisation AND m.disabled = 0
         JOIN account c ON c.id = x.account AND c.deleted_at IS NULL
         JOIN address a ON a.id = c.address AND a.account = c.id AND a.disabled = 0
         JOIN domain d ON d.id = a.domain AND d.disabled = 0
         JOIN service s ON s.id = a.service AND s.disabled = 0
         JOIN organisation o ON o.id = x.organisation AND o.disabled = 0 AND o.deleted_at IS NULL
         WHERE x.person = ?1
         ORDER BY x.is_primary DESC, d.name, a.localpart_key",
        values![user],
        |row| {
            Ok(OwnMailbox {
                account: AccountRef {
                    account: AccountId(row.integer(0)?),
                    organisation: OrganisationId(row.integer(1)?),
                },
                address_id: AddressId(row.integer(2)?),
                address: address_of(row.text(3)?, row.text(4)?)?,
                organisation_name: row.text(5)?.to_owned(),
                permissions: Permissions::of_bits(row.integer(6)?),
                is_primary: row.boolean(7)?,
                since: row.timestamp(8)?,
            })
        },
    )?)
}

pub(super) fn organisation_name(
    tx: &mut Tx,
    organisation: OrganisationId,
) -> Result<Option<String>, DbError> {
    tx.query_one("SELECT name FROM organisation WHERE id = ?1", values![organisation], |row| {
        Ok(row.text(0)?.to_owned())
    })
}

fn invitation_info(row: &Row) -> Result<InvitationInfo, DbError> {
    Ok(InvitationInfo {
        id: row.integer(0)?,
        organisation: OrganisationId(row.integer(1)?),
        address_id: AddressId(row.integer(2)?),
        address: address_of(row.text(3)?, row.text(4)?)?,
        permissions: Permissions::of_bits(row.integer(5)?),
        language: row.text(6)?.to_owned(),
        email: row.text(7)?.to_owned(),
        phone: row.text(8)?.to_owned(),
        invited_by: row.text(9)?.to_owned(),
        inviter: row.text(10)?.to_owned(),
        created_at: row.timestamp(11)?,
        expires_at: row.timestamp(12)?,
        letter_sent_at: row.optional_integer(13)?.map(Timestamp),
        sms_sent_at: row.optional_integer(14)?.map(Timestamp),
        sms_trouble: row.text(15)?.to_owned(),
    })
}

macro_rules! select_invitation {
    ($rest:literal) => {
        concat!(
            "SELECT i.id, i.organisation, a.id, a.localpart, d.name, i.permissions, i.language, i.email, i.phone,
                    i.invited_by, i.inviter, i.created_at, i.expires_at, i.letter_sent_at, i.sms_sent_at,
                    i.sms_trouble
             FROM invitation i
             JOIN account c ON c.id = i.account AND c.deleted_at IS NULL
             JOIN address a ON a.id = c.address AND a.account = c.id
             JOIN domain d ON d.id = a.domain ",
            $rest
        )
    };
}

pub(super) fn insert_invitation(
    tx: &mut Tx,
    info: &InvitationInfo,
    account: AccountId,
) -> Result<(), DbError> {
    tx.execute(
        "INSERT INTO invitation (id, organisation, account, permissions, language, email, phone, invited_by, inviter,
                                 created_at, expires_at, sms_trouble)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, '')",
        values![
            info.id,
            info.organisation,
            account,
            info.permissions.bits(),
            info.language.as_str(),
            info.email.as_str(),
            info.phone.as_str(),
            info.invited_by.as_str(),
            info.inviter.as_str(),
            info.created_at,
            info.expires_at,
        ],
    )?;
    Ok(())
}

pub(super) fn set_link(tx: &mut Tx, invitation: i64, purpose: &str, hash: &[u8]) -> Result<(), DbError> {
    // None for an invitation that has gone meanwhile.
    tx.execute(
        "INSERT INTO invitation_link (invitation, purpose, token_hash)
         SELECT i.id, ?2, ?3 FROM invitation i WHERE i.id = ?1
           AND i.organisation = COALESCE(?4, i.organisation)
         ON CONFLICT (invitation, purpose) DO UPDATE SET token_hash = excluded.token_hash",
        values![invitation, purpose, hash, tx.organisation()],
    )?;
    Ok(())
}

/// Whether a link is the one that went out by letter.
pub(super) fn is_letters_link(tx: &mut Tx, hash: &[u8]) -> Result<bool, crate::DirectoryError> {
    let found = tx.query_one(
        "SELECT 1 FROM invitation_link WHERE token_hash = ?1 AND purpose = 'letter'",
        values![hash],
        |row| row.integer(0),
    )?;
    Ok(found.is_some())
}

pub(super) fn invitations(tx: &mut Tx, account: AccountRef) -> Result<Vec<InvitationInfo>, DbError> {
    tx.query(
        select_invitation!("WHERE i.account = ?1 AND i.organisation = ?2 ORDER BY i.id"),
        values![account.account, account.organisation],
        invitation_info,
    )
}

pub(super) fn page_of_invitations(
    tx: &mut Tx,
    account: AccountRef,
    seek: &Seek,
) -> Result<Page<InvitationInfo>, DbError> {
    let rows = tx.query(
        select_invitation!(
            "WHERE i.account = ?1 AND i.organisation = ?2 AND i.id > ?3 ORDER BY i.id LIMIT ?4"
        ),
        values![account.account, account.organisation, seek.after(), seek.rows()],
        invitation_info,
    )?;
    Ok(seek.page(rows, |invitation| invitation.id))
}

pub(super) fn invitation(tx: &mut Tx, id: i64) -> Result<Option<InvitationInfo>, DbError> {
    tx.query_one(
        select_invitation!(
            "WHERE i.id = ?1
               AND i.organisation = COALESCE(?2, i.organisation) AND a.domain = COALESCE(?3, a.domain)"
        ),
        values![id, tx.organisation(), tx.domain()],
        invitation_info,
    )
}

/// What a link invites to, if it still can be accepted.
pub(super) fn invitation_by_token(
    tx: &mut Tx,
    hash: &[u8],
    now: Timestamp,
) -> Result<Option<InvitationInfo>, crate::DirectoryError> {
    Ok(tx.query_one(
        select_invitation!(
            "JOIN invitation_link l ON l.invitation = i.id
             JOIN service s ON s.id = a.service
             JOIN organisation o ON o.id = i.organisation AND o.deleted_at IS NULL
             WHERE l.token_hash = ?1 AND i.expires_at > ?2
               AND a.disabled + d.disabled + s.disabled + o.disabled = 0"
        ),
        values![hash, now],
        invitation_info,
    )?)
}

pub(super) fn change_invitation(
    tx: &mut Tx,
    id: i64,
    permissions: Permissions,
    language: &str,
) -> Result<(), DbError> {
    tx.execute(
        "UPDATE invitation SET permissions = ?2, language = ?3 WHERE id = ?1
           AND organisation = COALESCE(?4, organisation)",
        values![id, permissions.bits(), language, tx.organisation()],
    )?;
    Ok(())
}

pub(super) fn extend_invitation(tx: &mut Tx, id: i64, until: Timestamp) -> Result<(), DbError> {
    tx.execute(
        "UPDATE invitation SET expires_at = ?2 WHERE id = ?1 AND organisation = COALESCE(?3, organisation)",
        values![id, until, tx.organisation()],
    )?;
    Ok(())
}

/// Ends an invitation; false if somebody else did.
pub(super) fn delete_invitation(tx: &mut Tx, id: i64) -> Result<bool, DbError> {
    let gone = tx.execute(
        "DELETE FROM invitation WHERE id = ?1 AND organisation = COALESCE(?2, organisation)",
        values![id, tx.organisation()],
    )?;
    if gone > 0 {
        tx.execute("DELETE FROM invitation_link WHERE invitation = ?1", values![id])?;
    }
    Ok(gone > 0)
}

pub(super) fn unsent(
    tx: &mut Tx,
    now: Timestamp,
    limit: usize,
) -> Result<Vec<InvitationInfo>, crate::DirectoryError> {
    Ok(tx.query(
        select_invitation!(
            "WHERE i.expires_at > ?1
               AND ((i.email <> '' AND i.letter_sent_at IS NULL)
                 OR (i.phone <> '' AND i.sms_sent_at IS NULL AND i.sms_trouble = ''))
             ORDER BY i.id LIMIT ?2"
        ),
        values![now, limit as i64],
        invitation_info,
    )?)
}

pub(super) fn note_sent(
    tx: &mut Tx,
    id: i64,
    way: Way,
    trouble: &str,
    now: Timestamp,
) -> Result<(), crate::DirectoryError> {
    match way {
        Way::Letter => tx.execute(
            "UPDATE invitation SET letter_sent_at = ?2 WHERE id = ?1
                     AND organisation = COALESCE(?3, organisation)",
            values![id, now, tx.organisation()],
        )?,
        Way::Sms if trouble.is_empty() => tx.execute(
            "UPDATE invitation SET sms_sent_at = ?2 WHERE id = ?1
                     AND organisation = COALESCE(?3, organisation)",
            values![id, now, tx.organisation()],
        )?,
        Way::Sms => tx.execute(
            "UPDATE invitation SET sms_trouble = ?2 WHERE id = ?1
                     AND organisation = COALESCE(?3, organisation)",
            values![id, trouble, tx.organisation()],
        )?,
    };
    Ok(())
}

pub(super) fn set_language(tx: &mut Tx, user: UserId, language: &str) -> Result<(), DbError> {
    tx.execute(
        "UPDATE person SET language = ?2 WHERE id = ?1 AND language IS NULL",
        values![user, language],
    )?;
    Ok(())
}

/// Who hears what is done with a mailbox: its people, and whose login its address is.
pub(super) fn told(tx: &mut Tx, account: AccountRef, login: &str) -> Result<Vec<(UserId, String)>, DbError> {
    tx.query(
        "SELECT p.id, p.login FROM person p
         WHERE p.disabled = 0
           AND (p.id IN (SELECT x.person FROM mailbox_access x WHERE x.account = ?1 AND x.organisation = ?2)
                OR (p.login = ?3 AND EXISTS (SELECT 1 FROM membership m
                                             WHERE m.person = p.id AND m.organisation = ?2)))
         ORDER BY p.id",
        values![account.account, account.organisation, login],
        |row| Ok((UserId(row.integer(0)?), row.text(1)?.to_owned())),
    )
}

/// The mailbox whose address is the login of one of the organisation's people.
pub(super) fn mailbox_of_login(
    tx: &mut Tx,
    user: UserId,
    localpart: &str,
    domain: &str,
) -> Result<Option<AccountId>, crate::DirectoryError> {
    Ok(tx.query_one(
        "SELECT a.account FROM domain d
             JOIN address a ON a.domain = d.id AND a.localpart_key = ?2
             JOIN membership m ON m.organisation = a.organisation AND m.person = ?3 AND m.disabled = 0
             WHERE d.name = ?1 AND a.account IS NOT NULL",
        values![domain, localpart, user],
        |row| Ok(AccountId(row.integer(0)?)),
    )?)
}

pub(super) fn was_noted(
    tx: &mut Tx,
    account: AccountRef,
    kind: &str,
    who: &str,
    since: Timestamp,
) -> Result<bool, DbError> {
    let found = tx.query_one(
        "SELECT 1 FROM mailbox_notice WHERE account = ?1 AND kind = ?2 AND who = ?3 AND at > ?4
           AND organisation = ?5",
        values![account.account, kind, who, since, account.organisation],
        |row| row.integer(0),
    )?;
    Ok(found.is_some())
}

/// Whether a letter went into a mailbox about something that somebody did.
pub(super) fn was_lettered(
    tx: &mut Tx,
    account: AccountRef,
    who: &str,
    since: Timestamp,
) -> Result<bool, DbError> {
    let found = tx.query_one(
        "SELECT 1 FROM mailbox_notice WHERE account = ?1 AND is_lettered = 1 AND who = ?2 AND at > ?3
           AND organisation = ?4 LIMIT 1",
        values![account.account, who, since, account.organisation],
        |row| row.integer(0),
    )?;
    Ok(found.is_some())
}

/// Whether anybody logged in to a mailbox yet, with a password that it has or had.
pub(super) fn is_used(tx: &mut Tx, account: AccountRef) -> Result<bool, DbError> {
    let found = tx.query_one(
        "SELECT 1 FROM account a WHERE a.id = ?1 AND a.organisation = ?2 AND (a.was_used = 1
             OR EXISTS (SELECT 1 FROM credential k WHERE k.account = a.id AND k.last_used_at IS NOT NULL))",
        values![account.account, account.organisation],
        |row| row.integer(0),
    )?;
    Ok(found.is_some())
}

/// Before passwords of a mailbox go: that somebody logged in with one of them stays known.
pub(crate) fn remember_use(tx: &mut Tx, account: AccountRef) -> Result<(), DbError> {
    tx.execute(
        "UPDATE account SET was_used = 1 WHERE id = ?1 AND organisation = ?2 AND EXISTS
             (SELECT 1 FROM credential k WHERE k.account = ?1 AND k.last_used_at IS NOT NULL)",
        values![account.account, account.organisation],
    )?;
    Ok(())
}

/// The same for any mailbox of a mail service.
pub(super) fn was_noted_of_service(
    tx: &mut Tx,
    service: ServiceId,
    kind: &str,
    who: &str,
    since: Timestamp,
) -> Result<bool, DbError> {
    let found = tx.query_one(
        "SELECT 1 FROM mailbox_notice n JOIN address a ON a.account = n.account
           AND a.organisation = n.organisation
         WHERE a.service = ?1 AND n.kind = ?2 AND n.who = ?3 AND n.at > ?4 LIMIT 1",
        values![service, kind, who, since],
        |row| row.integer(0),
    )?;
    Ok(found.is_some())
}

/// The mailboxes of a mail service that people use with accounts of the Manager.
pub(super) fn used_mailboxes(
    tx: &mut Tx,
    service: ServiceId,
    limit: usize,
) -> Result<Vec<AddressId>, DbError> {
    tx.query(
        "SELECT a.id FROM address a JOIN domain d ON d.id = a.domain
         WHERE a.service = ?1 AND a.account IS NOT NULL AND a.organisation = COALESCE(?3, a.organisation)
           AND (EXISTS (SELECT 1 FROM mailbox_access x
                        WHERE x.account = a.account AND x.organisation = a.organisation)
                OR EXISTS (SELECT 1 FROM person p
                           JOIN membership m ON m.person = p.id AND m.organisation = a.organisation
                           WHERE p.login = a.localpart_key || '@' || d.name))
         ORDER BY a.id LIMIT ?2",
        values![service, limit as i64, tx.organisation()],
        |row| Ok(AddressId(row.integer(0)?)),
    )
}

/// What an administrator opened, about to be noted at the mailbox.
pub(super) struct NewNotice<'a> {
    pub(super) id: i64,
    pub(super) account: AccountRef,
    pub(super) kind: &'static str,
    pub(super) detail: &'a str,
    pub(super) who: &'a str,
    pub(super) at: Timestamp,
    /// Whether a letter goes into the mailbox, too.
    pub(super) is_lettered: bool,
}

pub(super) fn insert_notice(tx: &mut Tx, new: &NewNotice<'_>) -> Result<(), DbError> {
    tx.execute(
        "INSERT INTO mailbox_notice (account, id, organisation, kind, detail, who, at, is_lettered)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        values![
            new.account.account,
            new.id,
            new.account.organisation,
            new.kind,
            new.detail,
            new.who,
            new.at,
            new.is_lettered
        ],
    )?;
    Ok(())
}

pub(super) fn opened_of(
    tx: &mut Tx,
    user: UserId,
    own: Option<AccountId>,
    limit: usize,
) -> Result<Vec<OpenedInfo>, crate::DirectoryError> {
    Ok(tx.query(
        "SELECT a.localpart, d.name, n.kind, n.detail, n.who, n.at
         FROM mailbox_notice n
         JOIN account c ON c.id = n.account AND c.deleted_at IS NULL
         JOIN address a ON a.id = c.address AND a.account = c.id
         JOIN domain d ON d.id = a.domain
         WHERE n.account IN (SELECT x.account FROM mailbox_access x
                             JOIN membership m ON m.person = x.person AND m.organisation = x.organisation
                                              AND m.disabled = 0
                             WHERE x.person = ?1)
            OR n.account = ?3
         ORDER BY n.at DESC, n.id DESC LIMIT ?2",
        values![user, limit as i64, own.map_or(0, |account| account.0)],
        |row| {
            Ok(OpenedInfo {
                address: address_of(row.text(0)?, row.text(1)?)?.to_string(),
                kind: row.text(2)?.to_owned(),
                detail: row.text(3)?.to_owned(),
                who: row.text(4)?.to_owned(),
                at: row.timestamp(5)?,
            })
        },
    )?)
}
