//! The tables of secure letters.

use db::{DbError, Migrations, Row, Tx, values};
use evidence::{Digest, Event, State};
use keys::Vault;
use languages::Language;
use model::{Address, BlobRef, OrganisationId, Timestamp};
use wire_safe::Slot;

use crate::error::SecureError;
use crate::notice::{NewNotice, Notice, NoticeKind};
use crate::phone::Telephone;
use crate::platform::{KeptKey, Purpose};
use crate::statement::Shown;
use crate::types::{Copy, Letter, Released, Way, hex, sixteen};
use crate::{limits, wish};

pub(crate) mod answers;
pub(crate) mod erasing;
pub(crate) mod journal;
pub(crate) mod legs;
pub(crate) mod log;
pub(crate) mod overview;
pub(crate) mod own;
pub(crate) mod passphrase;
pub(crate) mod people;
pub(crate) mod short_message;

/// Tables of secure letters.
pub const MIGRATIONS: Migrations =
    Migrations { owner: "mail-secure", steps: &[(1, "secure letters", include_str!("0001_secure.sql"))] };

/// The keys for a purpose, the first generation first.
pub(crate) fn keys(tx: &mut Tx, purpose: Purpose) -> Result<Vec<KeptKey>, SecureError> {
    let found = tx.query(
        "SELECT private_key, certificates, public_key, created_at, generation, used_from FROM secure_key
         WHERE purpose = ?1 ORDER BY generation",
        values![purpose.word()],
        |row| {
            Ok(KeptKey {
                wrapped: row.bytes(0)?.to_vec(),
                certificates: row.text(1)?.to_owned(),
                public_key: row.bytes(2)?.to_vec(),
                created_at: row.timestamp(3)?,
                generation: row.integer(4)?,
                used_from: row.timestamp(5)?,
            })
        },
    );
    Ok(found?)
}

/// Keeps a key of a generation, unless there is one.
pub(crate) fn add_key(tx: &mut Tx, purpose: Purpose, key: &KeptKey) -> Result<(), SecureError> {
    tx.execute(
        "INSERT INTO secure_key (purpose, generation, private_key, certificates, public_key, created_at, used_from)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT (purpose, generation) DO NOTHING",
        values![
            purpose.word(),
            key.generation,
            &key.wrapped,
            &key.certificates,
            &key.public_key,
            key.created_at,
            key.used_from
        ],
    )?;
    Ok(())
}

fn subject_context(id: i64) -> String {
    format!("secure letter|{id}|subject")
}

fn salt_context(id: i64) -> String {
    format!("secure letter|{id}|salt")
}

fn digests_context(id: i64) -> String {
    format!("secure letter|{id}|digests")
}

/// In which context the number of a copy's telephone is wrapped.
pub(crate) fn phone_context(slot: &Slot, letter: i64, organisation: OrganisationId) -> String {
    format!("secure telephone|{slot}|{letter}|{organisation}")
}

/// In which context a slot's share of the key is wrapped.
pub(crate) fn share_context(slot: &Slot, letter: i64, organisation: OrganisationId) -> String {
    format!("secure share|{slot}|{letter}|{organisation}")
}

pub(crate) fn insert_letter(tx: &mut Tx, vault: &Vault, letter: &Letter) -> Result<(), SecureError> {
    let content = serde_json::to_string(&letter.content)
        .map_err(|_| SecureError::Damaged("the digests of a letter cannot be written"))?;
    let digests: Vec<u8> = letter.digests.iter().flat_map(|digest| digest.0).collect();
    tx.execute(
        "INSERT INTO secure_letter (id, organisation, public_id, mode, sender, sender_name, authentication,
             message_id, subject, content, salt, size_bytes, submitted_at, client_reference, digests,
             application, answers)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17)",
        values![
            letter.id,
            letter.organisation,
            &hex(&letter.public_id),
            &letter.mode.to_string(),
            &letter.sender.canonical(),
            &letter.sender_name,
            &letter.authentication,
            &letter.message_id,
            &vault.wrap(&subject_context(letter.id), letter.subject.as_bytes()),
            &content,
            &vault.wrap(&salt_context(letter.id), &letter.salt.0),
            i64::try_from(letter.size_bytes).unwrap_or(i64::MAX),
            letter.submitted_at,
            letter.client_reference.as_deref(),
            &vault.wrap(&digests_context(letter.id), &digests),
            letter.application(),
            letter.answers.map(|slot| slot.to_string()).as_deref()
        ],
    )?;
    Ok(())
}

/// A letter's row before the vault has opened what is wrapped in it.
struct Closed {
    letter: Letter,
    subject: Vec<u8>,
    salt: Vec<u8>,
    content: String,
    digests: Vec<u8>,
}

fn closed(row: &Row<'_>) -> Result<Closed, DbError> {
    closed_behind(row, 0)
}

/// A letter whose columns begin at one of the row's.
fn closed_behind(row: &Row<'_>, first: usize) -> Result<Closed, DbError> {
    let column = |column, expected| DbError::Column { column: first + column, expected };
    let letter = Letter {
        id: row.integer(first)?,
        organisation: OrganisationId(row.integer(first + 1)?),
        public_id: sixteen(row.text(first + 2)?).ok_or_else(|| column(2, "public id"))?,
        mode: wish::mode_named(row.text(first + 3)?).ok_or_else(|| column(3, "mode"))?,
        sender: Address::parse(row.text(first + 4)?).map_err(|_| column(4, "address"))?,
        sender_name: row.text(first + 5)?.to_owned(),
        authentication: row.text(first + 6)?.to_owned(),
        message_id: row.text(first + 7)?.to_owned(),
        subject: String::new(),
        content: evidence::Content {
            salt_digest: Digest([0; 32]),
            digest: Digest([0; 32]),
            size_bytes: 0,
            parts: Vec::new(),
        },
        salt: Digest([0; 32]),
        digests: Vec::new(),
        size_bytes: u64::try_from(row.integer(first + 11)?).unwrap_or_default(),
        submitted_at: row.timestamp(first + 12)?,
        client_reference: row.optional_text(first + 13)?.map(str::to_owned),
        answers: row.optional_text(first + 15)?.and_then(sixteen).map(Slot),
    };
    Ok(Closed {
        letter,
        subject: row.bytes(first + 8)?.to_vec(),
        content: row.text(first + 9)?.to_owned(),
        salt: row.bytes(first + 10)?.to_vec(),
        digests: row.bytes(first + 14)?.to_vec(),
    })
}

fn opened(vault: &Vault, closed: Closed) -> Result<Letter, SecureError> {
    let Closed { mut letter, subject, salt, content, digests } = closed;
    let subject = vault.unwrap(&subject_context(letter.id), &subject)?;
    letter.subject = String::from_utf8_lossy(&subject).into_owned();
    let salt = vault.unwrap(&salt_context(letter.id), &salt)?;
    letter.salt = Digest(salt[..].try_into().map_err(|_| SecureError::Damaged("a salt"))?);
    let digests = vault.unwrap(&digests_context(letter.id), &digests)?;
    let digests = digests.chunks_exact(32).filter_map(|octets| octets.try_into().ok().map(Digest));
    letter.digests = digests.collect();
    letter.content =
        serde_json::from_str(&content).map_err(|_| SecureError::Damaged("the digests of a letter"))?;
    Ok(letter)
}

pub(crate) fn letter(tx: &mut Tx, vault: &Vault, id: i64) -> Result<Option<Letter>, SecureError> {
    let found = tx.query_one(
        "SELECT id, organisation, public_id, mode, sender, sender_name, authentication, message_id, subject,
                content, salt, size_bytes, submitted_at, client_reference, digests, answers
         FROM secure_letter WHERE id = ?1 AND organisation = COALESCE(?2, organisation)",
        values![id, tx.organisation()],
        closed,
    )?;
    found.map(|found| opened(vault, found)).transpose()
}

/// The letter that a program has sent under this reference.
pub(crate) fn letter_by_reference(
    tx: &mut Tx,
    vault: &Vault,
    organisation: OrganisationId,
    reference: &str,
) -> Result<Option<Letter>, SecureError> {
    let found = tx.query_one(
        "SELECT id, organisation, public_id, mode, sender, sender_name, authentication, message_id, subject,
                content, salt, size_bytes, submitted_at, client_reference, digests, answers
         FROM secure_letter WHERE organisation = ?1 AND client_reference = ?2",
        values![organisation, reference],
        closed,
    )?;
    found.map(|found| opened(vault, found)).transpose()
}

pub(crate) fn insert_copy(tx: &mut Tx, copy: &Copy, envelope: Option<&BlobRef>) -> Result<(), SecureError> {
    tx.execute(
        "INSERT INTO secure_recipient (slot, letter, organisation, address, canonical, way, state, store_share,
             envelope, not_after, submitted_at, deadline, reminders, sequence, last_statement, passphrase, is_named,
             last_at, phone_ending, phone)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, 0, ?13, ?14, ?15, ?16, ?17, ?18, ?19)",
        values![
            &copy.slot.to_string(),
            copy.letter,
            copy.organisation,
            &copy.address.to_string(),
            &copy.address.canonical(),
            copy.way.word(),
            copy.state.word(),
            copy.store_share.as_deref(),
            envelope.map(BlobRef::to_bytes).as_ref().map(|bytes| &bytes[..]),
            copy.not_after,
            copy.submitted_at,
            copy.deadline,
            i64::try_from(copy.sequence).unwrap_or(i64::MAX),
            &copy.last_statement.map(|digest| digest.0.to_vec()).unwrap_or_default(),
            copy.has_passphrase,
            copy.is_named,
            copy.last_at,
            copy.telephone.as_ref().map(|telephone| telephone.ending.as_str()),
            number_kept(copy)
        ],
    )?;
    Ok(())
}

fn copy(row: &Row<'_>) -> Result<Copy, DbError> {
    let column = |column, expected| DbError::Column { column, expected };
    let last: &[u8] = row.bytes(15)?;
    Ok(Copy {
        slot: Slot(sixteen(row.text(0)?).ok_or_else(|| column(0, "slot"))?),
        letter: row.integer(1)?,
        organisation: OrganisationId(row.integer(2)?),
        address: Address::parse(row.text(3)?).map_err(|_| column(3, "address"))?,
        way: Way::from_word(row.text(4)?).ok_or_else(|| column(4, "way"))?,
        state: State::from_word(row.text(5)?).ok_or_else(|| column(5, "state"))?,
        store_share: row.optional_bytes(6)?.map(<[u8]>::to_vec),
        not_after: row.timestamp(7)?,
        submitted_at: row.timestamp(8)?,
        deadline: row.optional_timestamp(9)?,
        accepted_at: row.optional_timestamp(10)?,
        opened_at: row.optional_timestamp(11)?,
        ended_at: row.optional_timestamp(12)?,
        reminders: u32::try_from(row.integer(13)?).unwrap_or(u32::MAX),
        sequence: u64::try_from(row.integer(14)?).unwrap_or_default(),
        last_statement: match last.is_empty() {
            true => None,
            false => Some(Digest(last.try_into().map_err(|_| column(15, "digest"))?)),
        },
        has_passphrase: row.boolean(16)?,
        is_named: row.boolean(17)?,
        released: match (row.optional_timestamp(18)?, row.optional_text(19)?) {
            (Some(at), Some(to)) => Some(Released { at, to: to.to_owned() }),
            _ => None,
        },
        last_at: row.timestamp(20)?,
        telephone: match row.optional_text(21)? {
            Some(ending) => {
                let number = row.optional_bytes(22)?.map(<[u8]>::to_vec);
                Some(Telephone { ending: ending.to_owned(), number })
            }
            None => None,
        },
        erased_at: row.optional_timestamp(23)?,
    })
}

/// The telephone's number as it is written: it goes with the share of the key.
fn number_kept(copy: &Copy) -> Option<&[u8]> {
    copy.store_share.as_ref()?;
    copy.telephone.as_ref()?.number.as_deref()
}

/// One recipient's copy.
pub(crate) fn copy_of(tx: &mut Tx, slot: &Slot) -> Result<Option<Copy>, DbError> {
    tx.query_one(
        "SELECT slot, letter, organisation, address, way, state, store_share, not_after, submitted_at, deadline,
                accepted_at, opened_at, ended_at, reminders, sequence, last_statement, passphrase, is_named,
                released_at, released_to, last_at, phone_ending, phone, erased_at
         FROM secure_recipient WHERE slot = ?1 AND organisation = COALESCE(?2, organisation)",
        values![&slot.to_string(), tx.organisation()],
        copy,
    )
}

/// One recipient's copy, as it is once nobody else changes it: on PostgreSQL two transactions would otherwise make a
/// statement of the same number.
pub(crate) fn copy_to_change(tx: &mut Tx, slot: &Slot) -> Result<Option<Copy>, DbError> {
    tx.execute(
        "UPDATE secure_recipient SET sequence = sequence
         WHERE slot = ?1 AND organisation = COALESCE(?2, organisation)",
        values![&slot.to_string(), tx.organisation()],
    )?;
    copy_of(tx, slot)
}

/// All copies of a letter, in the order of their addresses.
pub(crate) fn copies_of(tx: &mut Tx, letter: i64) -> Result<Vec<Copy>, DbError> {
    tx.query(
        "SELECT slot, letter, organisation, address, way, state, store_share, not_after, submitted_at, deadline,
                accepted_at, opened_at, ended_at, reminders, sequence, last_statement, passphrase, is_named,
                released_at, released_to, last_at, phone_ending, phone, erased_at
         FROM secure_recipient WHERE letter = ?1 AND organisation = COALESCE(?2, organisation)
         ORDER BY canonical",
        values![letter, tx.organisation()],
        copy,
    )
}

/// A copy whose time has come for something.
#[derive(Clone, Debug)]
pub(crate) struct Due {
    /// Since when, which is the order of the list.
    pub(crate) since: Timestamp,
    /// The slot, as the row has it.
    pub(crate) slot: String,
}

fn due(row: &Row<'_>) -> Result<Due, DbError> {
    Ok(Due { since: row.timestamp(0)?, slot: row.text(1)?.to_owned() })
}

/// Where a list goes on.
fn behind(due: Option<&Due>) -> (i64, &str) {
    due.map_or((i64::MIN, ""), |due| (due.since.0, &due.slot))
}

/// Offered letters whose deadline has passed.
pub(crate) fn expired(tx: &mut Tx, now: Timestamp, after: Option<&Due>) -> Result<Vec<Due>, DbError> {
    let (since, slot) = behind(after);
    tx.query(
        "SELECT deadline, slot FROM secure_recipient
         WHERE state = ?1 AND deadline <= ?2 AND (deadline > ?3 OR (deadline = ?3 AND slot > ?4))
         ORDER BY deadline, slot LIMIT ?5",
        values![State::Offered.word(), now, since, slot, limits::CHORE_LIMIT],
        due,
    )
}

/// Offered letters of which a recipient was reminded so many times, offered before a moment and still open.
pub(crate) fn to_remind(
    tx: &mut Tx,
    reminders: u32,
    offered_before: Timestamp,
    now: Timestamp,
    after: Option<&Due>,
) -> Result<Vec<Due>, DbError> {
    let (since, slot) = behind(after);
    tx.query(
        "SELECT deadline, slot FROM secure_recipient
         WHERE state = ?1 AND deadline > ?2 AND reminders = ?3 AND submitted_at <= ?4
           AND (deadline > ?5 OR (deadline = ?5 AND slot > ?6))
         ORDER BY deadline, slot LIMIT ?7",
        values![
            State::Offered.word(),
            now,
            i64::from(reminders),
            offered_before,
            since,
            slot,
            limits::CHORE_LIMIT
        ],
        due,
    )
}

/// Copies with a share of a key that opens nothing any more.
pub(crate) fn out_of_time(tx: &mut Tx, now: Timestamp, after: Option<&Due>) -> Result<Vec<Due>, DbError> {
    let (since, slot) = behind(after);
    tx.query(
        "SELECT not_after, slot FROM secure_recipient
         WHERE not_after <= ?1 AND store_share IS NOT NULL AND state <> ?2
           AND (not_after > ?3 OR (not_after = ?3 AND slot > ?4))
         ORDER BY not_after, slot LIMIT ?5",
        values![now, State::Offered.word(), since, slot, limits::CHORE_LIMIT],
        due,
    )
}

/// Where the envelope lies, if it is kept here.
pub(crate) fn envelope_of(tx: &mut Tx, slot: &Slot) -> Result<Option<BlobRef>, DbError> {
    let bytes = tx.query_one(
        "SELECT envelope FROM secure_recipient WHERE slot = ?1 AND organisation = COALESCE(?2, organisation)",
        values![&slot.to_string(), tx.organisation()],
        |row| Ok(row.optional_bytes(0)?.map(<[u8]>::to_vec)),
    )?;
    bytes.flatten().map(|bytes| blob(&bytes)).transpose()
}

fn blob(bytes: &[u8]) -> Result<BlobRef, DbError> {
    BlobRef::from_bytes(bytes).map_err(|_| DbError::Column { column: 0, expected: "blob" })
}

/// The envelope lies here from now on.
pub(crate) fn keep_envelope(tx: &mut Tx, copy: &Copy, envelope: &BlobRef) -> Result<(), DbError> {
    tx.execute(
        "UPDATE secure_recipient SET envelope = ?2 WHERE slot = ?1 AND organisation = ?3",
        values![&copy.slot.to_string(), &envelope.to_bytes(), copy.organisation],
    )?;
    Ok(())
}

/// Writes what changed of a copy with a statement about it.
pub(crate) fn update_copy(tx: &mut Tx, copy: &Copy) -> Result<(), DbError> {
    tx.execute(
        "UPDATE secure_recipient SET state = ?2, store_share = ?3, not_after = ?4, deadline = ?5,
             accepted_at = ?6, opened_at = ?7, ended_at = ?8, reminders = ?9, sequence = ?10, last_statement = ?11,
             last_at = ?13, released_at = ?14, released_to = ?15, phone = ?16,
             erased_at = ?17
         WHERE slot = ?1 AND organisation = ?12",
        values![
            &copy.slot.to_string(),
            copy.state.word(),
            copy.store_share.as_deref(),
            copy.not_after,
            copy.deadline,
            copy.accepted_at,
            copy.opened_at,
            copy.ended_at,
            i64::from(copy.reminders),
            i64::try_from(copy.sequence).unwrap_or(i64::MAX),
            &copy.last_statement.map(|digest| digest.0.to_vec()).unwrap_or_default(),
            copy.organisation,
            copy.last_at,
            copy.released.as_ref().map(|released| released.at),
            copy.released.as_ref().map(|released| released.to.as_str()),
            number_kept(copy),
            copy.erased_at
        ],
    )?;
    Ok(())
}

/// A statement about a copy.
pub(crate) struct KeptStatement<'a> {
    pub(crate) copy: &'a Copy,
    pub(crate) event: Event,
    pub(crate) at: Timestamp,
    pub(crate) sealed_at: Timestamp,
    pub(crate) sealed: &'a str,
    pub(crate) blind: [u8; 32],
}

/// Keeps a statement; the copy's number and digest are those of this statement already.
pub(crate) fn insert_statement(tx: &mut Tx, statement: &KeptStatement<'_>) -> Result<(), DbError> {
    let copy = statement.copy;
    tx.execute(
        "INSERT INTO secure_statement (slot, sequence, organisation, letter, event, at, sealed, blind, sealed_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        values![
            &copy.slot.to_string(),
            i64::try_from(copy.sequence).unwrap_or(i64::MAX),
            copy.organisation,
            copy.letter,
            statement.event.name(),
            statement.at,
            statement.sealed,
            &statement.blind[..],
            statement.sealed_at
        ],
    )?;
    Ok(())
}

pub(crate) fn insert_notice(tx: &mut Tx, id: i64, notice: &NewNotice<'_>) -> Result<(), DbError> {
    tx.execute(
        "INSERT INTO secure_notice (id, organisation, letter, slot, kind, recipient, language, detail, made_at,
             due_at, attempts, sequence)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?9, 0, ?10)",
        values![
            id,
            notice.letter.organisation,
            notice.letter.id,
            &notice.slot.to_string(),
            notice.kind.word(),
            &notice.recipient.to_string(),
            notice.language.tag(),
            &notice.detail.to_string(),
            notice.at,
            notice.awaits.map(|sequence| i64::try_from(sequence).unwrap_or(i64::MAX))
        ],
    )?;
    Ok(())
}

/// The id of a notice, and what its row says: one that cannot be read holds up no other.
pub(crate) type DueNotice = (i64, Result<Notice, DbError>);

/// Notices that are due, the oldest first; not those whose receipt waits for a time-stamp.
pub(crate) fn due_notices(tx: &mut Tx, now: Timestamp) -> Result<Vec<DueNotice>, DbError> {
    tx.query(
        "SELECT id, organisation, letter, slot, kind, recipient, language, detail, made_at, attempts
         FROM secure_notice n
         WHERE due_at <= ?1 AND (sequence IS NULL OR EXISTS (
             SELECT 1 FROM secure_statement s JOIN secure_log l ON l.id = 1
             WHERE s.slot = n.slot AND s.sequence = n.sequence AND s.log_index < l.stamped))
         ORDER BY due_at LIMIT ?2",
        values![now, limits::CHORE_LIMIT],
        |row| Ok((row.integer(0)?, notice(row))),
    )
}

fn notice(row: &Row<'_>) -> Result<Notice, DbError> {
    let column = |column, expected| DbError::Column { column, expected };
    Ok(Notice {
        id: row.integer(0)?,
        organisation: OrganisationId(row.integer(1)?),
        letter: row.integer(2)?,
        slot: Slot(sixteen(row.text(3)?).ok_or_else(|| column(3, "slot"))?),
        kind: NoticeKind::from_word(row.text(4)?).ok_or_else(|| column(4, "kind"))?,
        recipient: Address::parse(row.text(5)?).map_err(|_| column(5, "address"))?,
        language: Language::of_tag(row.text(6)?).unwrap_or_default(),
        detail: serde_json::from_str(row.text(7)?).map_err(|_| column(7, "detail"))?,
        made_at: row.timestamp(8)?,
        attempts: row.integer(9)?,
    })
}

/// Forgets a notice; false if another node has done so already.
pub(crate) fn forget_notice(tx: &mut Tx, id: i64) -> Result<bool, DbError> {
    Ok(tx.execute("DELETE FROM secure_notice WHERE id = ?1", values![id])? > 0)
}

/// A notice could not be sent now.
pub(crate) fn postpone_notice(tx: &mut Tx, id: i64, due_at: Timestamp) -> Result<(), DbError> {
    tx.execute(
        "UPDATE secure_notice SET due_at = ?2, attempts = attempts + 1 WHERE id = ?1",
        values![id, due_at],
    )?;
    Ok(())
}

pub(crate) fn insert_parked(
    tx: &mut Tx,
    id: &str,
    slot: &Slot,
    envelope: &BlobRef,
    until: Timestamp,
) -> Result<(), DbError> {
    tx.execute(
        "INSERT INTO secure_parked (id, slot, envelope, until) VALUES (?1, ?2, ?3, ?4)",
        values![id, &slot.to_string(), &envelope.to_bytes(), until],
    )?;
    Ok(())
}

/// What is parked under an id, as long as its time is not over.
pub(crate) fn parked(tx: &mut Tx, id: &str, now: Timestamp) -> Result<Option<(Slot, BlobRef)>, DbError> {
    tx.query_one(
        "SELECT slot, envelope FROM secure_parked WHERE id = ?1 AND until > ?2",
        values![id, now],
        |row| {
            let slot = sixteen(row.text(0)?).ok_or(DbError::Column { column: 0, expected: "slot" })?;
            Ok((Slot(slot), blob(row.bytes(1)?)?))
        },
    )
}

/// Under which id the envelope of a copy is parked.
pub(crate) fn parked_of(tx: &mut Tx, slot: &Slot) -> Result<Option<String>, DbError> {
    tx.query_one(
        "SELECT id FROM secure_parked WHERE slot = ?1 ORDER BY until DESC, id LIMIT 1",
        values![&slot.to_string()],
        |row| Ok(row.text(0)?.to_owned()),
    )
}

/// Lets something lie parked for longer.
pub(crate) fn keep_parked(tx: &mut Tx, id: &str, until: Timestamp) -> Result<(), DbError> {
    tx.execute("UPDATE secure_parked SET until = ?2 WHERE id = ?1", values![id, until])?;
    Ok(())
}

/// Forgets what was parked long enough.
pub(crate) fn forget_parked(tx: &mut Tx, now: Timestamp) -> Result<u64, DbError> {
    tx.execute("DELETE FROM secure_parked WHERE until <= ?1", values![now])
}

/// A code that was sent.
pub(crate) struct KeptCode {
    pub(crate) canonical: String,
    pub(crate) wrapped: Vec<u8>,
}

/// Keeps a new code; `texted_in` is the language of its short message, which is due at once, where it goes by one.
pub(crate) fn put_code(
    tx: &mut Tx,
    slot: &Slot,
    canonical: &str,
    wrapped: &[u8],
    now: Timestamp,
    texted_in: Option<Language>,
) -> Result<(), DbError> {
    tx.execute(
        "INSERT INTO secure_code (slot, canonical, code, made_at, failures, language, due_at, attempts)
         VALUES (?1, ?2, ?3, ?4, 0, ?5, ?6, 0)
         ON CONFLICT (slot) DO UPDATE SET canonical = excluded.canonical, code = excluded.code,
             made_at = excluded.made_at, failures = 0, language = excluded.language, due_at = excluded.due_at,
             attempts = 0",
        values![
            &slot.to_string(),
            canonical,
            wrapped,
            now,
            texted_in.map(Language::tag),
            texted_in.map(|_| now)
        ],
    )?;
    Ok(())
}

pub(crate) fn code(tx: &mut Tx, slot: &Slot) -> Result<Option<KeptCode>, DbError> {
    tx.query_one(
        "SELECT canonical, code FROM secure_code WHERE slot = ?1",
        values![&slot.to_string()],
        |row| Ok(KeptCode { canonical: row.text(0)?.to_owned(), wrapped: row.bytes(1)?.to_vec() }),
    )
}

/// The code of a slot that is good now, made since a moment and tried less often than the limit, for one try more, which is
/// counted.
pub(crate) fn try_code(
    tx: &mut Tx,
    slot: &Slot,
    since: Timestamp,
    tries: i64,
) -> Result<Option<KeptCode>, DbError> {
    tx.query_one(
        "UPDATE secure_code SET failures = failures + 1
         WHERE slot = ?1 AND made_at >= ?2 AND failures < ?3 RETURNING canonical, code",
        values![&slot.to_string(), since, tries],
        |row| Ok(KeptCode { canonical: row.text(0)?.to_owned(), wrapped: row.bytes(1)?.to_vec() }),
    )
}

pub(crate) fn forget_code(tx: &mut Tx, slot: &Slot) -> Result<(), DbError> {
    tx.execute("DELETE FROM secure_code WHERE slot = ?1", values![&slot.to_string()])?;
    Ok(())
}

pub(crate) fn note_code_asked(tx: &mut Tx, id: i64, canonical: &str, at: Timestamp) -> Result<(), DbError> {
    tx.execute(
        "INSERT INTO secure_code_asked (id, canonical, at) VALUES (?1, ?2, ?3)",
        values![id, canonical, at],
    )?;
    Ok(())
}

/// How many codes were asked for an address since a moment; forgets those before.
pub(crate) fn codes_asked(tx: &mut Tx, canonical: &str, since: Timestamp) -> Result<i64, DbError> {
    tx.execute("DELETE FROM secure_code_asked WHERE canonical = ?1 AND at < ?2", values![canonical, since])?;
    let count = tx.query_one(
        "SELECT COUNT(*) FROM secure_code_asked WHERE canonical = ?1",
        values![canonical],
        |row| row.integer(0),
    )?;
    Ok(count.unwrap_or_default())
}

pub(crate) fn insert_visit(
    tx: &mut Tx,
    hash: &[u8],
    canonical: &str,
    authentication: &str,
    until: Timestamp,
    only_for: Option<&Slot>,
) -> Result<(), DbError> {
    tx.execute(
        "INSERT INTO secure_visit (hash, canonical, authentication, until, slot) VALUES (?1, ?2, ?3, ?4, ?5)",
        values![hash, canonical, authentication, until, only_for.map(Slot::to_string).as_deref()],
    )?;
    Ok(())
}

/// Whom a visit stands for.
pub(crate) fn visit(tx: &mut Tx, hash: &[u8], now: Timestamp) -> Result<Option<Shown>, DbError> {
    tx.query_one(
        "SELECT canonical, authentication, slot FROM secure_visit WHERE hash = ?1 AND until > ?2",
        values![hash, now],
        |row| {
            let slot = DbError::Column { column: 2, expected: "slot" };
            Ok(Shown {
                canonical: row.text(0)?.to_owned(),
                authentication: row.text(1)?.to_owned(),
                acting: None,
                person: None,
                is_strong: false,
                by_telephone: match row.optional_text(2)? {
                    Some(text) => Some(Slot(sixteen(text).ok_or(slot)?)),
                    None => None,
                },
            })
        },
    )
}

/// How many browsers are known for an address, of which its mailbox was shown.
pub(crate) fn count_visits(tx: &mut Tx, canonical: &str, now: Timestamp) -> Result<i64, DbError> {
    let count = tx.query_one(
        "SELECT COUNT(*) FROM secure_visit WHERE canonical = ?1 AND until > ?2 AND slot IS NULL",
        values![canonical, now],
        |row| row.integer(0),
    )?;
    Ok(count.unwrap_or_default())
}

/// No browser is known for an address any more.
pub(crate) fn end_visits_of(tx: &mut Tx, canonical: &str) -> Result<u64, DbError> {
    tx.execute("DELETE FROM secure_visit WHERE canonical = ?1", values![canonical])
}

/// Forgets visits that are over.
pub(crate) fn forget_visits(tx: &mut Tx, now: Timestamp) -> Result<u64, DbError> {
    tx.execute("DELETE FROM secure_visit WHERE until <= ?1", values![now])
}

/// Forgets codes made before a moment.
pub(crate) fn forget_codes(tx: &mut Tx, before: Timestamp) -> Result<u64, DbError> {
    tx.execute("DELETE FROM secure_code WHERE made_at < ?1", values![before])
}

/// Forgets that codes were asked for before a moment.
pub(crate) fn forget_codes_asked(tx: &mut Tx, before: Timestamp) -> Result<u64, DbError> {
    tx.execute("DELETE FROM secure_code_asked WHERE at < ?1", values![before])
}

pub(crate) fn end_visit(tx: &mut Tx, hash: &[u8]) -> Result<(), DbError> {
    tx.execute("DELETE FROM secure_visit WHERE hash = ?1", values![hash])?;
    Ok(())
}

/// Envelopes that are still needed: for compaction, which frees everything else.
pub(crate) fn blobs_in_use(tx: &mut Tx, after: &str, limit: i64) -> Result<Vec<(String, BlobRef)>, DbError> {
    tx.query(
        "SELECT slot, envelope FROM secure_recipient
         WHERE slot > ?1 AND envelope IS NOT NULL AND store_share IS NOT NULL ORDER BY slot LIMIT ?2",
        values![after, limit],
        |row| Ok((row.text(0)?.to_owned(), blob(row.bytes(1)?)?)),
    )
}

/// What is parked; for compaction.
pub(crate) fn parked_in_use(tx: &mut Tx) -> Result<Vec<BlobRef>, DbError> {
    tx.query("SELECT envelope FROM secure_parked", values![], |row| blob(row.bytes(0)?))
}
