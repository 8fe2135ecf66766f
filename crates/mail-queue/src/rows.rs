//! The queue's tables. A claimed delivery is one whose `next_at` lies in the future and whose token the
//! claimer knows: one column says for all nodes when somebody may take it.

use std::collections::HashMap;
use std::sync::Arc;

use db::{DbError, Migrations, Row, Tx, holding, values};
use model::{
    AccountId, AccountRef, Address, BlobRef, BodyKind, DeliveryId, Domain, IntegrationId, MessageId, Notify,
    OrganisationId, OriginalRecipient, Reply, ReturnContent, ReversePath, Route, Timestamp, TlsWish,
};

use crate::limits::REPLY_LIMIT_CHARACTERS;
use crate::{Delivery, Entry, Lease, Message, NewDelivery, Reach, Selection};

/// Tables of the queue.
pub const MIGRATIONS: Migrations = Migrations {
    owner: "mail-queue",
    steps: &[
        (1, "messages and deliveries", include_str!("0001_queue.sql")),
        (2, "what senders wish of TLS", include_str!("0002_tls_wish.sql")),
        (3, "doubt by recipient", include_str!("0003_doubt.sql")),
        (4, "gateways of integrated organisations", include_str!("0004_integration.sql")),
        (5, "closed bodies", include_str!("0005_closed.sql")),
        (6, "copies of secure letters", include_str!("0006_slots.sql")),
    ],
};

const NOBODY: i64 = 0;
const ROUTE_ACCOUNT: i64 = 1;
const ROUTE_REMOTE: i64 = 2;
const ROUTE_NOWHERE: i64 = 3;
const ROUTE_REPORTS: i64 = 4;
const ROUTE_GATEWAY: i64 = 5;

fn stored_organisation(organisation: Option<OrganisationId>) -> i64 {
    organisation.map_or(NOBODY, |id| id.0)
}

fn read_organisation(stored: i64) -> Option<OrganisationId> {
    (stored != NOBODY).then_some(OrganisationId(stored))
}

/// Takes responsibility: message and deliveries stand in the caller's transaction. With a `lease` the
/// deliveries are born claimed by `node`; without one they are due at once, for any node.
pub fn commit(
    tx: &mut Tx,
    message: &Message,
    deliveries: &[NewDelivery],
    node: &str,
    lease: Option<Lease>,
) -> Result<(), DbError> {
    tx.execute(
        "INSERT INTO queue_message (id, organisation, sender, blob, prefix, received_at, return_content,
             envelope_id, body, needs_smtputf8, is_doubtful, pending, tls_wish, body_key)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)",
        values![
            message.id,
            stored_organisation(message.organisation),
            &message.from.to_string(),
            &message.blob.to_bytes(),
            &message.prefix,
            message.received_at,
            stored_return_content(message.return_content),
            message.envelope_id.as_deref(),
            stored_body(message.body),
            message.needs_smtputf8,
            message.is_doubtful,
            deliveries.len() as i64,
            stored_tls_wish(message.tls),
            message.body_key.as_deref(),
        ],
    )?;
    for delivery in deliveries {
        let (route, account, destination, address, last_reply) = match &delivery.route {
            Route::Account { account, address } => {
                (ROUTE_ACCOUNT, Some(account.account), None, Some(address.to_string()), None)
            }
            Route::Remote { address } => (
                ROUTE_REMOTE,
                None,
                Some(address.domain().as_str()),
                (address != &delivery.recipient).then(|| address.to_string()),
                None,
            ),
            Route::Gateway { address, .. } => (
                ROUTE_GATEWAY,
                None,
                Some(address.domain().as_str()),
                (address != &delivery.recipient).then(|| address.to_string()),
                None,
            ),
            Route::Reports { domain, .. } => (ROUTE_REPORTS, None, None, Some(domain.to_string()), None),
            Route::Nowhere { reply } => (ROUTE_NOWHERE, None, None, None, Some(stored_reply(reply))),
        };
        let integration = match &delivery.route {
            Route::Gateway { integration, .. } => Some(*integration),
            Route::Account { .. } | Route::Remote { .. } | Route::Reports { .. } | Route::Nowhere { .. } => {
                None
            }
        };
        tx.execute(
            "INSERT INTO queue_delivery (id, message, organisation, recipient, original, notify, route, account,
                 destination, address, next_at, attempts, lease_node, lease_token, is_held, is_delay_reported,
                 last_reply, is_doubtful, integration, slot)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, 0, 0, ?15, ?16, ?17, ?18)",
            values![
                delivery.id,
                message.id,
                stored_organisation(delivery.organisation),
                &delivery.recipient.to_string(),
                delivery.original.as_ref().map(stored_original).as_deref(),
                delivery.notify.map(stored_notify),
                route,
                account,
                destination,
                address.as_deref(),
                lease.map_or(message.received_at, |lease| lease.until),
                i64::from(lease.is_some()),
                lease.map(|_| node),
                lease.map_or(0, |lease| lease.token),
                last_reply.as_deref(),
                delivery.is_doubtful.map(i64::from),
                integration,
                delivery.slot.as_ref().map(|slot| &slot[..]),
            ],
        )?;
    }
    Ok(())
}

/// The end of a delivery, whatever it was; the message goes with its last one. False if the claim is no
/// longer ours: then nothing may happen in this transaction.
pub fn finish(tx: &mut Tx, delivery: &Delivery) -> Result<bool, DbError> {
    let gone = tx.execute(
        "DELETE FROM queue_delivery WHERE id = ?1 AND lease_token = ?2",
        values![delivery.id, delivery.lease.token],
    )?;
    if gone == 0 {
        return Ok(false);
    }
    forget_delivery_of(tx, delivery.message.id, delivery.message.pending)?;
    Ok(true)
}

fn forget_delivery_of(tx: &mut Tx, message: MessageId, pending: u32) -> Result<(), DbError> {
    // Deliveries are never added to a message: whoever holds the only one holds the message.
    let is_last = pending == 1 || {
        let left = tx.query_one(
            "UPDATE queue_message SET pending = pending - 1 WHERE id = ?1 RETURNING pending",
            values![message],
            |row| row.integer(0),
        )?;
        left == Some(0)
    };
    if is_last {
        tx.execute("DELETE FROM queue_message WHERE id = ?1", values![message])?;
    }
    Ok(())
}

/// What is written when an attempt has to be repeated.
#[derive(Clone, Debug)]
pub struct Deferral<'a> {
    /// When to try again.
    pub next_at: Timestamp,
    /// Why.
    pub reply: &'a Reply,
    /// Whether the sender knows now that it takes long.
    pub is_delay_reported: bool,
}

/// Gives the claim back until later. False if it is no longer ours.
pub fn defer(tx: &mut Tx, delivery: &Delivery, deferral: &Deferral<'_>) -> Result<bool, DbError> {
    let changed = tx.execute(
        "UPDATE queue_delivery SET next_at = ?3, lease_node = NULL, lease_token = 0, last_reply = ?4,
             is_delay_reported = ?5
         WHERE id = ?1 AND lease_token = ?2",
        values![
            delivery.id,
            delivery.lease.token,
            deferral.next_at,
            &stored_reply(deferral.reply),
            deferral.is_delay_reported,
        ],
    )?;
    Ok(changed > 0)
}

/// Gives a claim back that was not used: it counts as no attempt.
pub(crate) fn put_back(
    tx: &mut Tx,
    delivery: DeliveryId,
    token: i64,
    next_at: Timestamp,
) -> Result<(), DbError> {
    tx.execute(
        "UPDATE queue_delivery SET next_at = ?3, lease_node = NULL, lease_token = 0, attempts = attempts - 1
         WHERE id = ?1 AND lease_token = ?2",
        values![delivery, token, next_at],
    )?;
    Ok(())
}

pub(crate) fn renew(
    tx: &mut Tx,
    delivery: DeliveryId,
    token: i64,
    until: Timestamp,
) -> Result<bool, DbError> {
    let changed = tx.execute(
        "UPDATE queue_delivery SET next_at = ?3 WHERE id = ?1 AND lease_token = ?2",
        values![delivery, token, until],
    )?;
    Ok(changed > 0)
}

/// The routes that a node does not take: none for one that brings letters to other servers.
fn excluded_routes(with_remote: bool) -> (i64, i64) {
    if with_remote { (-1, -1) } else { (ROUTE_REMOTE, ROUTE_GATEWAY) }
}

/// Claims what is due, the longest waiting first. The outer condition is asked again under the row's lock,
/// so that of two nodes only one gets it.
pub(crate) fn claim(
    tx: &mut Tx,
    node: &str,
    lease: Lease,
    now: Timestamp,
    limit: usize,
    with_remote: bool,
) -> Result<Vec<Delivery>, DbError> {
    let (servers, gateways) = excluded_routes(with_remote);
    let claimed = tx.query(
        "UPDATE queue_delivery
         SET next_at = ?1, lease_node = ?2, lease_token = ?3, attempts = attempts + 1
         WHERE id IN (SELECT id FROM queue_delivery WHERE is_held = 0 AND next_at <= ?4 AND route NOT IN (?6, ?7)
                      ORDER BY next_at LIMIT ?5)
             AND is_held = 0 AND next_at <= ?4
         RETURNING id, message, organisation, recipient, original, notify, route, account, destination, address,
             attempts, is_delay_reported, last_reply, is_doubtful, integration, slot",
        values![lease.until, node, lease.token, now, limit as i64, servers, gateways],
        Claimed::read,
    )?;
    let mut messages: HashMap<MessageId, Arc<Message>> = HashMap::new();
    let mut deliveries = Vec::with_capacity(claimed.len());
    for claimed in claimed {
        let message = match messages.get(&claimed.message) {
            Some(message) => message.clone(),
            None => {
                let Some(message) = message(tx, claimed.message)? else { continue };
                messages.entry(claimed.message).or_insert(Arc::new(message)).clone()
            }
        };
        deliveries.push(claimed.into_delivery(message, lease));
    }
    deliveries.sort_by_key(|delivery| delivery.id);
    Ok(deliveries)
}

/// When the next delivery becomes due that nobody holds, claimed ones included.
pub(crate) fn next_due(tx: &mut Tx, with_remote: bool) -> Result<Option<Timestamp>, DbError> {
    let (servers, gateways) = excluded_routes(with_remote);
    tx.query_one(
        "SELECT next_at FROM queue_delivery WHERE is_held = 0 AND route NOT IN (?1, ?2)
         ORDER BY next_at LIMIT 1",
        values![servers, gateways],
        |row| row.timestamp(0),
    )
}

/// What `node` claimed with the tokens from `first` to `last`, each with its token.
pub(crate) fn claimed(
    tx: &mut Tx,
    node: &str,
    first: i64,
    last: i64,
) -> Result<Vec<(DeliveryId, i64)>, DbError> {
    tx.query(
        "SELECT id, lease_token FROM queue_delivery WHERE lease_node = ?1 AND lease_token BETWEEN ?2 AND ?3",
        values![node, first, last],
        |row| Ok((DeliveryId(row.integer(0)?), row.integer(1)?)),
    )
}

/// Frees a delivery that `node` claimed with this token, at once.
pub(crate) fn free_lease(
    tx: &mut Tx,
    node: &str,
    id: DeliveryId,
    token: i64,
    now: Timestamp,
) -> Result<u64, DbError> {
    tx.execute(
        "UPDATE queue_delivery SET next_at = ?4, lease_node = NULL, lease_token = 0
         WHERE id = ?1 AND lease_node = ?2 AND lease_token = ?3",
        values![id, node, token, now],
    )
}

/// Frees what `node` claimed with a token older than `epoch` and left behind; what was claimed more than
/// `often` times is due at `later`.
pub(crate) fn free_leases(
    tx: &mut Tx,
    node: &str,
    epoch: i64,
    now: Timestamp,
    (often, later): (i64, Timestamp),
) -> Result<u64, DbError> {
    tx.execute(
        "UPDATE queue_delivery SET next_at = CASE WHEN attempts > ?4 THEN ?5 ELSE ?3 END,
             lease_node = NULL, lease_token = 0
         WHERE lease_node = ?1 AND lease_token < ?2",
        values![node, epoch, now, often, later],
    )
}

struct Claimed {
    id: DeliveryId,
    message: MessageId,
    organisation: Option<OrganisationId>,
    recipient: Address,
    original: Option<OriginalRecipient>,
    notify: Option<Notify>,
    route: Route,
    is_doubtful: Option<bool>,
    slot: Option<[u8; 16]>,
    attempts: u32,
    is_delay_reported: bool,
    last_reply: Option<Reply>,
}

/// The address to name at another server: the recipient's, unless another one is kept.
fn read_named(row: &Row<'_>, recipient: &Address) -> Result<Address, DbError> {
    match row.optional_text(9)? {
        Some(_) => read_address(row, 9),
        None => Ok(recipient.clone()),
    }
}

impl Claimed {
    fn read(row: &Row<'_>) -> Result<Claimed, DbError> {
        let organisation = read_organisation(row.integer(2)?);
        let recipient = read_address(row, 3)?;
        let last_reply = row.optional_text(12)?.and_then(read_reply);
        let route = match row.integer(6)? {
            ROUTE_ACCOUNT => Route::Account {
                account: AccountRef {
                    organisation: organisation
                        .ok_or(DbError::Column { column: 2, expected: "organisation" })?,
                    account: AccountId(row.integer(7)?),
                },
                address: read_address(row, 9)?,
            },
            ROUTE_REMOTE => Route::Remote { address: read_named(row, &recipient)? },
            ROUTE_GATEWAY => Route::Gateway {
                address: read_named(row, &recipient)?,
                integration: IntegrationId(row.integer(14)?),
            },
            ROUTE_REPORTS => Route::Reports {
                organisation: organisation.ok_or(DbError::Column { column: 2, expected: "organisation" })?,
                domain: row
                    .optional_text(9)?
                    .and_then(|text| Domain::parse(text).ok())
                    .ok_or(DbError::Column { column: 9, expected: "domain" })?,
            },
            _ => Route::Nowhere {
                reply: last_reply.clone().unwrap_or_else(|| Reply::never(550, 1, 1, "no such address")),
            },
        };
        Ok(Claimed {
            id: DeliveryId(row.integer(0)?),
            message: MessageId(row.integer(1)?),
            organisation,
            recipient,
            original: row.optional_text(4)?.and_then(read_original),
            notify: row.optional_integer(5)?.map(read_notify),
            route,
            is_doubtful: row.optional_integer(13)?.map(|doubt| doubt != 0),
            slot: row.optional_bytes(15)?.and_then(|slot| slot.try_into().ok()),
            attempts: read_number(row, 10)?,
            is_delay_reported: row.boolean(11)?,
            last_reply,
        })
    }

    fn into_delivery(self, message: Arc<Message>, lease: Lease) -> Delivery {
        Delivery {
            id: self.id,
            message,
            organisation: self.organisation,
            recipient: self.recipient,
            original: self.original,
            notify: self.notify,
            route: self.route,
            is_doubtful: self.is_doubtful,
            slot: self.slot,
            attempts: self.attempts,
            is_delay_reported: self.is_delay_reported,
            last_reply: self.last_reply,
            lease,
        }
    }
}

fn message(tx: &mut Tx, id: MessageId) -> Result<Option<Message>, DbError> {
    tx.query_one(
        "SELECT organisation, sender, blob, prefix, received_at, return_content, envelope_id, body,
             needs_smtputf8, is_doubtful, pending, tls_wish, body_key
         FROM queue_message WHERE id = ?1",
        values![id],
        |row| {
            Ok(Message {
                id,
                organisation: read_organisation(row.integer(0)?),
                from: read_sender(row, 1)?,
                blob: BlobRef::from_bytes(row.bytes(2)?)
                    .map_err(|_| DbError::Column { column: 2, expected: "blob reference" })?,
                prefix: row.bytes(3)?.to_vec(),
                received_at: row.timestamp(4)?,
                return_content: read_return_content(row.integer(5)?),
                envelope_id: row.optional_text(6)?.map(str::to_owned),
                body: read_body(row.integer(7)?),
                needs_smtputf8: row.boolean(8)?,
                is_doubtful: row.boolean(9)?,
                pending: read_number(row, 10)?,
                tls: read_tls_wish(row.integer(11)?),
                body_key: row.optional_bytes(12)?.map(<[u8]>::to_vec),
            })
        },
    )
}

fn stored_tls_wish(wish: TlsWish) -> i64 {
    match wish {
        TlsWish::Usual => 0,
        TlsWish::Required => 1,
        TlsWish::Waived => 2,
    }
}

fn read_tls_wish(stored: i64) -> TlsWish {
    match stored {
        1 => TlsWish::Required,
        2 => TlsWish::Waived,
        _ => TlsWish::Usual,
    }
}

/// The bodies that queued messages need, for compaction and `fsck`.
pub fn live_blobs(tx: &mut Tx, mut each: impl FnMut(BlobRef)) -> Result<(), DbError> {
    tx.for_each("SELECT blob FROM queue_message", &[], |row| {
        let blob = BlobRef::from_bytes(row.bytes(0)?)
            .map_err(|_| DbError::Column { column: 0, expected: "blob reference" })?;
        each(blob);
        Ok(())
    })
}

const SELECT_DELIVERY: i64 = 1;
const SELECT_MESSAGE: i64 = 2;
const SELECT_DESTINATION: i64 = 3;
const SELECT_ALL: i64 = 4;
const SELECT_NAMED: i64 = 5;

/// Deliveries of an organisation that are looked through at once for those of one domain.
const LOOKED_AT_ONCE: i64 = 500;

/// Kind, id and text of a selection, for the one condition that all commands share.
fn selected(selection: &Selection) -> (i64, i64, String) {
    match selection {
        Selection::Delivery(id) => (SELECT_DELIVERY, id.0, String::new()),
        Selection::Message(id) => (SELECT_MESSAGE, id.0, String::new()),
        Selection::Destination(domain) => (SELECT_DESTINATION, 0, domain.as_str().to_owned()),
        Selection::All => (SELECT_ALL, 0, String::new()),
        Selection::Named(part) => (SELECT_NAMED, 0, holding(part)),
    }
}

/// The selected deliveries behind `after` within reach, oldest first.
pub(crate) fn list(
    tx: &mut Tx,
    reach: &Reach,
    selection: &Selection,
    mut after: i64,
    limit: i64,
) -> Result<Vec<Entry>, DbError> {
    if reach.domains.is_none() {
        return list_all(tx, selection, after, limit);
    }
    let wanted = usize::try_from(limit).unwrap_or(usize::MAX);
    let mut found = Vec::new();
    loop {
        let entries = list_all(tx, selection, after, LOOKED_AT_ONCE)?;
        let is_last = (entries.len() as i64) < LOOKED_AT_ONCE;
        after = entries.last().map_or(after, |entry| entry.delivery.0);
        found.extend(entries.into_iter().filter(|entry| reach.has(entry)));
        if is_last || found.len() >= wanted {
            found.truncate(wanted);
            return Ok(found);
        }
    }
}

/// The selected deliveries behind `after` that the transaction's scope may see, oldest first.
fn list_all(tx: &mut Tx, selection: &Selection, after: i64, limit: i64) -> Result<Vec<Entry>, DbError> {
    let organisation = stored_organisation(tx.organisation());
    let (kind, id, text) = selected(selection);
    tx.query(
        "SELECT d.id, d.message, d.organisation, m.sender, d.recipient, d.destination, m.received_at, d.next_at,
             d.attempts, d.lease_node, d.is_held, d.last_reply, m.blob, m.prefix
         FROM queue_delivery d JOIN queue_message m ON m.id = d.message
         WHERE (d.organisation = ?1 OR CAST(?1 AS BIGINT) = 0)
             AND ((CAST(?2 AS BIGINT) = 1 AND d.id = ?3) OR (CAST(?2 AS BIGINT) = 2 AND d.message = ?3)
                  OR (CAST(?2 AS BIGINT) = 3 AND d.destination = ?4) OR CAST(?2 AS BIGINT) = 4
                  OR (CAST(?2 AS BIGINT) = 5
                      AND (small(d.recipient) LIKE ?4 ESCAPE '!' OR small(m.sender) LIKE ?4 ESCAPE '!')))
             AND d.id > ?6
         ORDER BY d.id LIMIT ?5",
        values![organisation, kind, id, text.as_str(), limit, after],
        |row| {
            let blob = BlobRef::from_bytes(row.bytes(12)?)
                .map_err(|_| DbError::Column { column: 12, expected: "blob reference" })?;
            Ok(Entry {
                delivery: DeliveryId(row.integer(0)?),
                message: MessageId(row.integer(1)?),
                organisation: read_organisation(row.integer(2)?),
                from: read_sender(row, 3)?,
                recipient: read_address(row, 4)?,
                destination: row.optional_text(5)?.and_then(|text| Domain::parse(text).ok()),
                size_bytes: blob.size_bytes + row.bytes(13)?.len() as u64,
                received_at: row.timestamp(6)?,
                next_at: row.timestamp(7)?,
                attempts: read_number(row, 8)?,
                node: row.optional_text(9)?.map(str::to_owned),
                is_held: row.boolean(10)?,
                last_reply: row.optional_text(11)?.and_then(read_reply),
            })
        },
    )
}

/// Holds a delivery, or lets it go on at once. False if it is so already, or gone.
pub(crate) fn set_held(
    tx: &mut Tx,
    delivery: DeliveryId,
    is_held: bool,
    now: Timestamp,
) -> Result<bool, DbError> {
    let changed = if is_held {
        tx.execute(
            "UPDATE queue_delivery SET is_held = 1 WHERE id = ?1 AND is_held = 0
                 AND organisation = COALESCE(?2, organisation)",
            values![delivery, tx.organisation()],
        )?
    } else {
        tx.execute(
            "UPDATE queue_delivery SET is_held = 0,
                 next_at = CASE WHEN lease_node IS NULL THEN ?2 ELSE next_at END
             WHERE id = ?1 AND is_held = 1 AND organisation = COALESCE(?3, organisation)",
            values![delivery, now, tx.organisation()],
        )?
    };
    Ok(changed > 0)
}

/// Makes a delivery due now, unless some node works on it at this moment.
pub(crate) fn make_due(tx: &mut Tx, delivery: DeliveryId, now: Timestamp) -> Result<bool, DbError> {
    let changed = tx.execute(
        "UPDATE queue_delivery SET next_at = ?2 WHERE id = ?1 AND lease_node IS NULL AND is_held = 0
           AND organisation = COALESCE(?3, organisation)",
        values![delivery, now, tx.organisation()],
    )?;
    Ok(changed > 0)
}

/// The deliveries that bring a copy of a secure letter, and whether some node works on each; until the transaction ends
/// nobody else changes them.
pub(crate) fn bringing(tx: &mut Tx, slot: [u8; 16]) -> Result<Vec<Bringing>, DbError> {
    tx.query(
        "UPDATE queue_delivery SET lease_token = lease_token
         WHERE slot = ?1 AND organisation = COALESCE(?2, organisation)
         RETURNING id, message, organisation, recipient, lease_node,
             (SELECT sender FROM queue_message m WHERE m.id = queue_delivery.message)",
        values![&slot[..], tx.organisation()],
        |row| {
            Ok(Bringing {
                delivery: DeliveryId(row.integer(0)?),
                message: MessageId(row.integer(1)?),
                organisation: read_organisation(row.integer(2)?),
                recipient: read_address(row, 3)?,
                is_under_way: row.optional_text(4)?.is_some(),
                from: read_sender(row, 5)?,
            })
        },
    )
}

/// A delivery that brings a copy of a secure letter.
pub(crate) struct Bringing {
    pub(crate) delivery: DeliveryId,
    pub(crate) message: MessageId,
    pub(crate) organisation: Option<OrganisationId>,
    pub(crate) from: ReversePath,
    pub(crate) recipient: Address,
    pub(crate) is_under_way: bool,
}

/// Deletes a delivery, also under the hands of a node that works on it. False if it is gone.
pub(crate) fn delete(tx: &mut Tx, delivery: DeliveryId, message: MessageId) -> Result<bool, DbError> {
    let gone = tx.execute(
        "DELETE FROM queue_delivery WHERE id = ?1 AND organisation = COALESCE(?2, organisation)",
        values![delivery, tx.organisation()],
    )?;
    if gone == 0 {
        return Ok(false);
    }
    // Zero: not known to be the last.
    forget_delivery_of(tx, message, 0)?;
    Ok(true)
}

fn read_number(row: &Row<'_>, column: usize) -> Result<u32, DbError> {
    u32::try_from(row.integer(column)?.max(0))
        .map_err(|_| DbError::Column { column, expected: "small number" })
}

fn read_address(row: &Row<'_>, column: usize) -> Result<Address, DbError> {
    Address::parse(row.text(column)?).map_err(|_| DbError::Column { column, expected: "address" })
}

fn read_sender(row: &Row<'_>, column: usize) -> Result<ReversePath, DbError> {
    if row.text(column)?.is_empty() {
        return Ok(ReversePath::Null);
    }
    read_address(row, column).map(ReversePath::Address)
}

fn stored_return_content(content: Option<ReturnContent>) -> i64 {
    match content {
        None => 0,
        Some(ReturnContent::Full) => 1,
        Some(ReturnContent::Headers) => 2,
    }
}

fn read_return_content(stored: i64) -> Option<ReturnContent> {
    match stored {
        1 => Some(ReturnContent::Full),
        2 => Some(ReturnContent::Headers),
        _ => None,
    }
}

fn stored_body(body: BodyKind) -> i64 {
    match body {
        BodyKind::SevenBit => 7,
        BodyKind::EightBit => 8,
        BodyKind::Binary => 9,
    }
}

fn read_body(stored: i64) -> BodyKind {
    match stored {
        7 => BodyKind::SevenBit,
        9 => BodyKind::Binary,
        _ => BodyKind::EightBit,
    }
}

fn stored_notify(notify: Notify) -> i64 {
    i64::from(notify.success) | i64::from(notify.failure) << 1 | i64::from(notify.delay) << 2
}

fn read_notify(stored: i64) -> Notify {
    Notify { success: stored & 1 != 0, failure: stored & 2 != 0, delay: stored & 4 != 0 }
}

/// `type;address`, as in the Original-Recipient field (RFC 3464 §2.3.1).
fn stored_original(original: &OriginalRecipient) -> String {
    format!("{};{}", original.address_type, original.address)
}

fn read_original(stored: &str) -> Option<OriginalRecipient> {
    let (address_type, address) = stored.split_once(';')?;
    Some(OriginalRecipient { address_type: address_type.to_owned(), address: address.to_owned() })
}

/// `550 5.1.1 text` or `550 - text`, lines separated by line feeds.
fn stored_reply(reply: &Reply) -> String {
    let status = reply.enhanced().map_or_else(|| "-".to_owned(), |_| reply.status());
    let text: String = reply.text().chars().take(REPLY_LIMIT_CHARACTERS).collect();
    format!("{} {status} {text}", reply.code())
}

fn read_reply(stored: &str) -> Option<Reply> {
    let mut parts = stored.splitn(3, ' ');
    let code = parts.next()?.parse().ok()?;
    let mut status = parts.next()?.split('.').skip(1).map(str::parse);
    let enhanced = status.next().and_then(Result::ok).zip(status.next().and_then(Result::ok));
    Some(Reply::new(code, enhanced, parts.next()?))
}
