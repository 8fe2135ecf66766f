//! The tables, and what the flow and the store read of them.

use db::{DbError, Migrations, Tx, values};
use model::{AccountId, AccountRef, Address, CredentialId, Domain, DomainId, Localpart, OrganisationId};
use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};

use crate::entities::AccountInfo;
use crate::error::DirectoryError;

/// Tables of the directory.
pub const MIGRATIONS: Migrations = Migrations {
    owner: "directory",
    steps: &[
        (1, "who exists", include_str!("0001_who_exists.sql")),
        (2, "sessions", include_str!("0002_sessions.sql")),
        (3, "tokens of the API", include_str!("0003_api_tokens.sql")),
        (4, "synonyms of domains", include_str!("0004_synonyms.sql")),
        (5, "lists in order", include_str!("0005_lists.sql")),
        (6, "people in several organisations, second factors", include_str!("0006_people.sql")),
        (7, "sources", include_str!("0007_sources.sql")),
        (8, "kinds of addresses, targets that agree, restoring", include_str!("0008_addresses.sql")),
        (9, "linked domains", include_str!("0009_linked_domains.sql")),
        (10, "access to mailboxes, invitations, sender lists", include_str!("0010_access.sql")),
        (11, "offers of membership, requests passed on", include_str!("0011_offers_and_passed_requests.sql")),
        (12, "tokens of limited administrators", include_str!("0012_limited_tokens.sql")),
        (13, "what leaves from which address", include_str!("0013_sending_addresses.sql")),
        (14, "tokens for the own things", include_str!("0014_own_tokens.sql")),
        (15, "mailboxes that were used, letters into them", include_str!("0015_use_and_letters.sql")),
        (16, "bans by their end", include_str!("0016_bans_by_end.sql")),
        (17, "accounts of business software", include_str!("0017_application_accounts.sql")),
        (18, "recipients without an organisation", include_str!("0018_recipients.sql")),
        (19, "applications that read", include_str!("0019_applications_that_read.sql")),
        (20, "from when until when sources are allowed", include_str!("0020_validity.sql")),
        (21, "who sends secured letters", include_str!("0021_secured_sending.sql")),
        (22, "what has to go secured", include_str!("0022_securing_rules.sql")),
        (23, "tokens made with a second factor", include_str!("0023_tokens_by_factor.sql")),
        (24, "logins that changed hands", include_str!("0024_past_logins.sql")),
        (25, "logins of users and of recipients", include_str!("0025_logins_of_recipients.sql")),
        (26, "targets of an address", include_str!("0026_targets_of_an_address.sql")),
    ],
};

/// A local part as it is compared: lower case and NFC, because RFC 6531 §3.2 leaves equality to us and
/// keyboards differ in how they compose.
pub(crate) fn localpart_key(localpart: &Localpart) -> String {
    let lower = localpart.as_str().to_lowercase();
    match is_nfc_quick(lower.chars()) {
        IsNormalized::Yes => lower,
        _ => lower.nfc().collect(),
    }
}

/// An address as it is compared.
pub(crate) fn address_key(address: &Address) -> String {
    format!("{}@{}", localpart_key(address.localpart()), address.domain())
}

/// Puts an address together from its columns. What was checked when it was written parses again.
pub(crate) fn address_of(localpart: &str, domain: &str) -> Result<Address, DbError> {
    let damaged = DbError::Column { column: 0, expected: "address" };
    // Stored without quotes: Display of a quoted local part parses back.
    let localpart = Localpart::parse(localpart)
        .or_else(|_| Localpart::parse(&quoted(localpart)))
        .map_err(|_| damaged.clone())?;
    Ok(Address::new(localpart, Domain::parse(domain).map_err(|_| damaged)?))
}

fn quoted(localpart: &str) -> String {
    format!("\"{}\"", localpart.replace('\\', "\\\\").replace('"', "\\\""))
}

/// What one look-up of an address gives.
pub(crate) struct Candidate {
    pub(crate) organisation: OrganisationId,
    pub(crate) service: i64,
    /// The domain's own name, where it was asked for by a synonym.
    pub(crate) domain: String,
    /// The name that its addresses bear: the main domain's, where this one is linked to it.
    pub(crate) home: String,
    /// The domain, its service or its organisation is disabled.
    pub(crate) is_domain_disabled: bool,
    pub(crate) address: Option<CandidateAddress>,
}

pub(crate) struct CandidateAddress {
    pub(crate) id: i64,
    pub(crate) localpart: String,
    pub(crate) key: String,
    pub(crate) account: Option<AccountId>,
    pub(crate) is_disabled: bool,
    pub(crate) kind: String,
    pub(crate) keeps_copy: bool,
    /// Somebody agreed to receive what comes for it.
    pub(crate) has_targets: bool,
}

/// The domain, which may be asked for by a synonym or be linked to the one that holds its addresses, and those of
/// the addresses that have one of two local parts, or that of a catch-all: one row without an address if there is
/// none, no row if the domain is not hosted.
pub(crate) fn candidates(
    tx: &mut Tx,
    domain: &str,
    localpart: &str,
    base: &str,
) -> Result<Vec<Candidate>, DirectoryError> {
    Ok(tx.query(
        "SELECT d.organisation, d.service, d.disabled + h.disabled + s.disabled + o.disabled,
                a.id, a.localpart, a.localpart_key, a.account, a.disabled, d.name, a.kind, a.keeps_copy,
                CASE WHEN EXISTS (SELECT 1 FROM forward_target t
                                  WHERE t.address = a.id AND t.state = 'accepted' AND t.removed = 0)
                     THEN 1 ELSE 0 END, h.name
         FROM domain d
         JOIN service s ON s.id = d.service
         JOIN organisation o ON o.id = d.organisation
         JOIN domain h ON h.id = CASE WHEN d.linked = 1 THEN s.main_domain ELSE d.id END
         LEFT JOIN address a ON a.domain = h.id AND a.localpart_key IN (?2, ?3, 'catchall')
         WHERE d.name = COALESCE((SELECT y.main FROM domain_synonym y WHERE y.name = ?1), ?1)
           AND d.organisation = COALESCE((SELECT y.organisation FROM domain_synonym y WHERE y.name = ?1),
                                         d.organisation)",
        values![domain, localpart, base],
        |row| {
            Ok(Candidate {
                organisation: OrganisationId(row.integer(0)?),
                service: row.integer(1)?,
                domain: row.text(8)?.to_owned(),
                home: row.text(12)?.to_owned(),
                is_domain_disabled: row.integer(2)? > 0,
                address: match row.optional_integer(3)? {
                    None => None,
                    Some(id) => Some(CandidateAddress {
                        id,
                        localpart: row.text(4)?.to_owned(),
                        key: row.text(5)?.to_owned(),
                        account: row.optional_integer(6)?.map(AccountId),
                        is_disabled: row.boolean(7)?,
                        kind: row.text(9)?.to_owned(),
                        keeps_copy: row.boolean(10)?,
                        has_targets: row.boolean(11)?,
                    }),
                },
            })
        },
    )?)
}

/// Makes `name` a second name of the mail domain `main`, in the caller's transaction: mail for it arrives as
/// for that one. Refused if a mail domain has the name already; whoever calls has checked whose the names are.
pub fn add_synonym(
    tx: &mut Tx,
    organisation: OrganisationId,
    name: &Domain,
    main: &Domain,
) -> Result<(), DirectoryError> {
    let taken = || DirectoryError::Conflict {
        field: "domain",
        value: name.to_string(),
        rule: "a name is a mail domain or a synonym of one",
    };
    let domain =
        tx.query_one("SELECT 1 FROM domain WHERE name = ?1", values![name.as_str()], |row| row.integer(0))?;
    if domain.is_some() {
        return Err(taken());
    }
    tx.execute(
        "INSERT INTO domain_synonym (name, organisation, main) VALUES (?1, ?2, ?3)",
        values![name.as_str(), organisation, main.as_str()],
    )
    .map_err(|error| match error {
        DbError::Conflict { .. } => taken(),
        other => other.into(),
    })?;
    Ok(())
}

/// Ends what [`add_synonym`] began, in the caller's transaction.
pub fn remove_synonym(
    tx: &mut Tx,
    organisation: OrganisationId,
    name: &Domain,
) -> Result<(), DirectoryError> {
    tx.execute(
        "DELETE FROM domain_synonym WHERE name = ?1 AND organisation = ?2",
        values![name.as_str(), organisation],
    )?;
    Ok(())
}

/// The targets of an alias, in order.
pub(crate) fn alias_targets(
    tx: &mut Tx,
    organisation: OrganisationId,
    address: i64,
) -> Result<Vec<Address>, DbError> {
    tx.query(
        "SELECT target FROM alias_target WHERE address = ?1 AND organisation = ?2 ORDER BY position",
        values![address, organisation],
        |row| Address::parse(row.text(0)?).map_err(|_| DbError::Column { column: 0, expected: "address" }),
    )
}

/// Who agreed to receive what comes for an address, in order.
pub(crate) fn accepted_targets(
    tx: &mut Tx,
    organisation: OrganisationId,
    address: i64,
) -> Result<Vec<Address>, DbError> {
    tx.query(
        "SELECT target FROM forward_target
         WHERE address = ?1 AND organisation = ?2 AND state = 'accepted' AND removed = 0 ORDER BY position, id",
        values![address, organisation],
        |row| Address::parse(row.text(0)?).map_err(|_| DbError::Column { column: 0, expected: "address" }),
    )
}

/// Who gets the letters to postmaster and abuse: the service's administrator, or its oldest mailbox.
pub(crate) fn administrator(
    tx: &mut Tx,
    organisation: OrganisationId,
    service: i64,
) -> Result<Option<(AccountId, Address)>, DirectoryError> {
    Ok(tx.query_one(
        "SELECT a.account, a.localpart, d.name
         FROM address a JOIN domain d ON d.id = a.domain JOIN service s ON s.id = a.service
         WHERE a.organisation = ?1 AND a.service = ?2 AND a.account IS NOT NULL AND a.disabled = 0
           AND a.kind <> 'catchall'
           AND d.disabled = 0
         ORDER BY CASE WHEN a.account = s.administrator THEN 0 ELSE 1 END, a.id LIMIT 1",
        values![organisation, service],
        |row| Ok((AccountId(row.integer(0)?), address_of(row.text(1)?, row.text(2)?)?)),
    )?)
}

pub(crate) fn account_info(tx: &mut Tx, account: AccountRef) -> Result<Option<AccountInfo>, DirectoryError> {
    Ok(tx.query_one(
        "SELECT a.localpart, d.name, COALESCE(c.quota_bytes, s.quota_bytes),
                a.disabled + d.disabled + s.disabled + o.disabled
         FROM account c
         JOIN address a ON a.id = c.address
         JOIN domain d ON d.id = a.domain
         JOIN service s ON s.id = a.service
         JOIN organisation o ON o.id = c.organisation
         WHERE c.id = ?1 AND c.organisation = ?2 AND c.deleted_at IS NULL",
        values![account.account, account.organisation],
        |row| {
            Ok(AccountInfo {
                address: address_of(row.text(0)?, row.text(1)?)?,
                quota_bytes: quota(row.optional_integer(2)?),
                is_disabled: row.integer(3)? > 0,
            })
        },
    )?)
}

/// Whether an account may be entered with a password: both are there and nothing above them is out of use.
pub(crate) fn still_opens(
    tx: &mut Tx,
    account: AccountRef,
    credential: CredentialId,
) -> Result<bool, DirectoryError> {
    if account_info(tx, account)?.is_none_or(|info| info.is_disabled) {
        return Ok(false);
    }
    let is_in_maintenance = tx.query_one(
        "SELECT s.maintenance FROM account c JOIN address a ON a.id = c.address JOIN service s ON s.id = a.service
         WHERE c.id = ?1 AND c.organisation = ?2",
        values![account.account, account.organisation],
        |row| row.boolean(0),
    )?;
    if is_in_maintenance.unwrap_or(false) {
        return Ok(false);
    }
    let is_enabled = tx.query_one(
        "SELECT disabled FROM credential WHERE account = ?1 AND id = ?2 AND organisation = ?3",
        values![account.account, credential, account.organisation],
        |row| Ok(!row.boolean(0)?),
    )?;
    let holder = crate::access::holder(tx, account, credential)?;
    let is_withdrawn = holder.is_some_and(|holder| !holder.has(crate::Permission::ConfigureDevice));
    Ok(is_enabled.unwrap_or(false) && !is_withdrawn)
}

/// The quota that holds for an account (`Some(None)` is no limit), in the caller's transaction; `None` if the
/// account is gone or another organisation's.
pub fn quota_of(tx: &mut Tx, account: AccountRef) -> Result<Option<Option<u64>>, DbError> {
    tx.query_one(
        "SELECT COALESCE(c.quota_bytes, s.quota_bytes)
         FROM account c JOIN address a ON a.id = c.address JOIN service s ON s.id = a.service
         WHERE c.id = ?1 AND c.organisation = ?2 AND c.deleted_at IS NULL",
        values![account.account, account.organisation],
        |row| Ok(quota(row.optional_integer(0)?)),
    )
}

/// A quota column: NULL, or a number of bytes.
pub(crate) fn quota(column: Option<i64>) -> Option<u64> {
    column.map(|bytes| u64::try_from(bytes).unwrap_or(0))
}

/// Whether there was such an organisation, and it is deleted. False for what never was, as 0 for people without one.
///
/// # Errors
/// When the database does not answer.
pub fn is_organisation_deleted(tx: &mut Tx, id: OrganisationId) -> Result<bool, DbError> {
    let found = tx.query_one(
        "SELECT id FROM organisation WHERE id = ?1 AND deleted_at IS NOT NULL",
        values![id],
        |row| row.integer(0),
    )?;
    Ok(found.is_some())
}

pub(crate) fn deleted_accounts(tx: &mut Tx) -> Result<Vec<AccountRef>, DirectoryError> {
    Ok(tx.query(
        "SELECT organisation, id FROM account WHERE deleted_at IS NOT NULL ORDER BY deleted_at LIMIT 1000",
        &[],
        |row| {
            Ok(AccountRef {
                organisation: OrganisationId(row.integer(0)?),
                account: AccountId(row.integer(1)?),
            })
        },
    )?)
}

pub(crate) fn forget_account(tx: &mut Tx, account: AccountRef) -> Result<(), DirectoryError> {
    let forgotten = tx.execute(
        "DELETE FROM account WHERE id = ?1 AND organisation = ?2 AND deleted_at IS NOT NULL",
        values![account.account, account.organisation],
    )?;
    if forgotten > 0 {
        crate::forgetting::rows::of_account(tx, account.account, account.organisation)?;
    }
    Ok(())
}

pub(crate) fn is_active(tx: &mut Tx, organisation: OrganisationId) -> Result<bool, DirectoryError> {
    Ok(tx
        .query_one(
            "SELECT 1 FROM organisation WHERE id = ?1 AND disabled = 0 AND deleted_at IS NULL",
            values![organisation],
            |row| row.integer(0),
        )?
        .is_some())
}

/// How many deleted addresses of a domain can be restored.
pub(crate) fn count_deleted_addresses(
    tx: &mut Tx,
    domain: DomainId,
    organisation: OrganisationId,
) -> Result<u64, DbError> {
    let found = tx.query_one(
        "SELECT count(*) FROM deleted_address WHERE domain = ?1 AND organisation = ?2",
        values![domain, organisation],
        |row| row.integer(0),
    )?;
    Ok(u64::try_from(found.unwrap_or(0)).unwrap_or(0))
}
