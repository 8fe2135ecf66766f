//! Phases, answers, documentations, contacts, pages and tests: what is read and written of them.

pub(crate) mod informing;

use db::{DbError, Row, Tx, values};
use gateways::Integration;
use model::{IntegrationId, OrganisationId, Timestamp};

use crate::administration::{Answered, PhaseRecord};
use crate::checks::{self, ConnectionTest};
use crate::day::Day;
use crate::page::RecipientPage;
use crate::plan::{Item, Phase};
use crate::set_up::{GoLive, SetUpRecord};
use crate::support::{Contact, Level};

fn damaged(expected: &'static str) -> DbError {
    DbError::Column { column: 0, expected }
}

fn word<T: std::str::FromStr>(text: &str, expected: &'static str) -> Result<T, DbError> {
    text.parse().map_err(|_| damaged(expected))
}

/// The phases that were changed.
pub(crate) fn phases(tx: &mut Tx, one: &Integration) -> Result<Vec<PhaseRecord>, DbError> {
    tx.query(
        "SELECT phase, state, due_on, changed_at, changed_by FROM onboarding_phase
         WHERE integration = ?1 AND organisation = ?2",
        values![one.id, one.organisation],
        |row| {
            Ok(PhaseRecord {
                phase: word(row.text(0)?, "phase")?,
                state: word(row.text(1)?, "state of a phase")?,
                due_on: row.optional_text(2)?.map(|day| word(day, "day of a phase")).transpose()?,
                changed: Some((row.timestamp(3)?, row.text(4)?.to_owned())),
            })
        },
    )
}

pub(crate) fn put_phase(
    tx: &mut Tx,
    one: &Integration,
    record: &PhaseRecord,
    (at, who): (Timestamp, &str),
) -> Result<(), DbError> {
    let due_on = record.due_on.map(|day| day.to_string());
    tx.execute(
        "INSERT INTO onboarding_phase (organisation, integration, phase, state, due_on, changed_at, changed_by)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
         ON CONFLICT (integration, phase) DO UPDATE SET state = excluded.state, due_on = excluded.due_on,
             changed_at = excluded.changed_at, changed_by = excluded.changed_by",
        values![
            one.organisation,
            one.id,
            record.phase.as_str(),
            record.state.as_str(),
            due_on.as_deref(),
            at,
            who,
        ],
    )?;
    Ok(())
}

/// What was answered; items that are asked no more are left out.
pub(crate) fn answers(tx: &mut Tx, one: &Integration) -> Result<Vec<Answered>, DbError> {
    let found = tx.query(
        "SELECT item, state, remarks, changed_at, changed_by FROM onboarding_answer
         WHERE integration = ?1 AND organisation = ?2",
        values![one.id, one.organisation],
        |row| {
            let Some(item) = Item::of_key(row.text(0)?) else { return Ok(None) };
            Ok(Some(Answered {
                item,
                state: word(row.text(1)?, "state of an answer")?,
                remarks: row.text(2)?.to_owned(),
                changed: Some((row.timestamp(3)?, row.text(4)?.to_owned())),
            }))
        },
    )?;
    Ok(found.into_iter().flatten().collect())
}

pub(crate) fn put_answer(
    tx: &mut Tx,
    one: &Integration,
    answered: &Answered,
    (at, who): (Timestamp, &str),
) -> Result<(), DbError> {
    tx.execute(
        "INSERT INTO onboarding_answer (organisation, integration, item, state, remarks, changed_at, changed_by)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
         ON CONFLICT (integration, item) DO UPDATE SET state = excluded.state, remarks = excluded.remarks,
             changed_at = excluded.changed_at, changed_by = excluded.changed_by",
        values![
            one.organisation,
            one.id,
            answered.item.key,
            answered.state.as_str(),
            &answered.remarks,
            at,
            who,
        ],
    )?;
    Ok(())
}

/// The documentation of the set-up; an empty one where nothing was saved.
pub(crate) fn set_up(tx: &mut Tx, one: &Integration) -> Result<SetUpRecord, DbError> {
    let found = tx.query_one(
        "SELECT form, saved_at, saved_by, submitted_at, submitted_by, go_live, go_live_on, go_live_note
         FROM onboarding_set_up WHERE integration = ?1 AND organisation = ?2",
        values![one.id, one.organisation],
        |row| {
            let submitted_by = row.optional_text(4)?.unwrap_or_default().to_owned();
            let day = row.optional_text(6)?.map(|day| word::<Day>(day, "day of going live")).transpose()?;
            Ok(SetUpRecord {
                form: serde_json::from_str(row.text(0)?).map_err(|_| damaged("documentation of a set-up"))?,
                saved: Some((row.timestamp(1)?, row.text(2)?.to_owned())),
                submitted: row.optional_integer(3)?.map(|at| (Timestamp(at), submitted_by)),
                go_live: GoLive::of_words(row.text(5)?, day).ok_or(damaged("going live"))?,
                go_live_note: row.text(7)?.to_owned(),
            })
        },
    )?;
    Ok(found.unwrap_or_default())
}

pub(crate) fn put_set_up(tx: &mut Tx, one: &Integration, record: &SetUpRecord) -> Result<(), DbError> {
    let form = serde_json::to_string(&record.form).expect("invariant: texts and days are always JSON");
    let (saved_at, saved_by) = record.saved.clone().unwrap_or((Timestamp(0), String::new()));
    let (submitted_at, submitted_by) = record.submitted.clone().unzip();
    let day = record.go_live.day().map(|day| day.to_string());
    tx.execute(
        "INSERT INTO onboarding_set_up (integration, organisation, form, saved_at, saved_by, submitted_at,
             submitted_by, go_live, go_live_on, go_live_note)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
         ON CONFLICT (integration) DO UPDATE SET form = excluded.form, saved_at = excluded.saved_at,
             saved_by = excluded.saved_by, submitted_at = excluded.submitted_at,
             submitted_by = excluded.submitted_by, go_live = excluded.go_live, go_live_on = excluded.go_live_on,
             go_live_note = excluded.go_live_note",
        values![
            one.id,
            one.organisation,
            &form,
            saved_at,
            &saved_by,
            submitted_at,
            submitted_by.as_deref(),
            record.go_live.as_str(),
            day.as_deref(),
            &record.go_live_note,
        ],
    )?;
    Ok(())
}

/// The contacts of an organisation's integration.
pub(crate) fn contacts(
    tx: &mut Tx,
    one: IntegrationId,
    organisation: OrganisationId,
) -> Result<Vec<(Level, Contact)>, DbError> {
    tx.query(
        "SELECT level, name, email, phone, hours, except_holidays FROM onboarding_contact
         WHERE integration = ?1 AND organisation = ?2 ORDER BY level",
        values![one, organisation],
        |row| {
            let contact = Contact {
                name: row.text(1)?.to_owned(),
                email: row.text(2)?.to_owned(),
                phone: row.text(3)?.to_owned(),
                hours: row.text(4)?.to_owned(),
                except_holidays: row.boolean(5)?,
            };
            Ok((word(row.text(0)?, "level of a contact")?, contact))
        },
    )
}

pub(crate) fn put_contact(
    tx: &mut Tx,
    one: &Integration,
    level: Level,
    contact: &Contact,
) -> Result<(), DbError> {
    tx.execute(
        "INSERT INTO onboarding_contact (organisation, integration, level, name, email, phone, hours, except_holidays)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
         ON CONFLICT (integration, level) DO UPDATE SET name = excluded.name, email = excluded.email,
             phone = excluded.phone, hours = excluded.hours, except_holidays = excluded.except_holidays",
        values![
            one.organisation,
            one.id,
            level.as_str(),
            &contact.name,
            &contact.email,
            &contact.phone,
            &contact.hours,
            contact.except_holidays,
        ],
    )?;
    Ok(())
}

fn page_of(row: &Row<'_>) -> Result<RecipientPage, DbError> {
    let notice = |column| Ok::<_, DbError>(row.text(column)?.to_owned());
    Ok(RecipientPage {
        public_name: row.text(0)?.to_owned(),
        is_published: row.boolean(1)?,
        // In the order of the languages: fr, de, it, en.
        notices: [notice(2)?, notice(3)?, notice(4)?, notice(5)?],
    })
}

pub(crate) fn page(tx: &mut Tx, one: &Integration) -> Result<Option<RecipientPage>, DbError> {
    tx.query_one(
        "SELECT public_name, is_published, notice_fr, notice_de, notice_it, notice_en FROM onboarding_page
         WHERE integration = ?1 AND organisation = ?2",
        values![one.id, one.organisation],
        page_of,
    )
}

/// A page that anybody may read.
pub(crate) struct Published {
    pub(crate) integration: IntegrationId,
    pub(crate) organisation: OrganisationId,
    /// What the organisation is called.
    pub(crate) name: String,
    pub(crate) page: RecipientPage,
}

/// The published page of a name.
pub(crate) fn published_page(tx: &mut Tx, name: &str) -> Result<Option<Published>, DbError> {
    tx.query_one(
        "SELECT p.public_name, p.is_published, p.notice_fr, p.notice_de, p.notice_it, p.notice_en,
             p.integration, o.name, o.id
         FROM onboarding_page p JOIN organisation o ON o.id = p.organisation
         WHERE p.public_name = ?1 AND p.is_published = 1 AND o.disabled = 0 AND o.deleted_at IS NULL",
        values![name],
        |row| {
            Ok(Published {
                integration: IntegrationId(row.integer(6)?),
                organisation: OrganisationId(row.integer(8)?),
                name: row.text(7)?.to_owned(),
                page: page_of(row)?,
            })
        },
    )
}

/// Whether another integration has the name.
pub(crate) fn is_name_taken(tx: &mut Tx, name: &str, one: IntegrationId) -> Result<bool, DbError> {
    let found = tx.query_one(
        "SELECT 1 FROM onboarding_page WHERE public_name = ?1 AND integration <> ?2",
        values![name, one],
        |row| row.integer(0),
    )?;
    Ok(found.is_some())
}

pub(crate) fn put_page(tx: &mut Tx, one: &Integration, page: &RecipientPage) -> Result<(), DbError> {
    let [french, german, italian, english] = &page.notices;
    tx.execute(
        "INSERT INTO onboarding_page (integration, organisation, public_name, is_published, notice_fr, notice_de,
             notice_it, notice_en)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
         ON CONFLICT (integration) DO UPDATE SET public_name = excluded.public_name,
             is_published = excluded.is_published, notice_fr = excluded.notice_fr, notice_de = excluded.notice_de,
             notice_it = excluded.notice_it, notice_en = excluded.notice_en",
        values![one.id, one.organisation, &page.public_name, page.is_published, french, german, italian, english],
    )?;
    Ok(())
}

fn test_of(row: &Row<'_>) -> Result<ConnectionTest, DbError> {
    Ok(ConnectionTest {
        id: row.integer(0)?,
        organisation: OrganisationId(row.integer(1)?),
        integration: IntegrationId(row.integer(2)?),
        started_at: row.timestamp(3)?,
        started_by: row.text(4)?.to_owned(),
        letter_to: row.optional_text(5)?.map(str::to_owned),
        ended_at: row.optional_integer(6)?.map(Timestamp),
        lines: checks::read(row.text(7)?),
    })
}

/// The tests of an integration, the newest first.
pub(crate) fn tests(tx: &mut Tx, one: &Integration) -> Result<Vec<ConnectionTest>, DbError> {
    tx.query(
        "SELECT id, organisation, integration, started_at, started_by, letter_to, ended_at, lines
         FROM onboarding_test WHERE integration = ?1 AND organisation = ?2 ORDER BY id DESC",
        values![one.id, one.organisation],
        test_of,
    )
}

/// One of them.
pub(crate) fn test(tx: &mut Tx, one: &Integration, id: i64) -> Result<Option<ConnectionTest>, DbError> {
    tx.query_one(
        "SELECT id, organisation, integration, started_at, started_by, letter_to, ended_at, lines
         FROM onboarding_test WHERE id = ?1 AND integration = ?2 AND organisation = ?3",
        values![id, one.id, one.organisation],
        test_of,
    )
}

pub(crate) fn begin_test(tx: &mut Tx, test: &ConnectionTest) -> Result<(), DbError> {
    tx.execute(
        "INSERT INTO onboarding_test (id, organisation, integration, started_at, started_by, letter_to, ended_at, lines)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, NULL, ?7)",
        values![
            test.id,
            test.organisation,
            test.integration,
            test.started_at,
            &test.started_by,
            test.letter_to.as_deref(),
            &checks::write(&test.lines),
        ],
    )?;
    Ok(())
}

pub(crate) fn end_test(tx: &mut Tx, test: &ConnectionTest) -> Result<(), DbError> {
    tx.execute(
        "UPDATE onboarding_test SET ended_at = ?3, lines = ?4 WHERE id = ?1 AND organisation = ?2",
        values![test.id, test.organisation, test.ended_at, &checks::write(&test.lines)],
    )?;
    Ok(())
}

/// Forgets what is older than the newest tests.
pub(crate) fn forget_tests(tx: &mut Tx, one: &Integration, before: i64) -> Result<(), DbError> {
    tx.execute(
        "DELETE FROM onboarding_test WHERE integration = ?1 AND organisation = ?2 AND id < ?3",
        values![one.id, one.organisation, before],
    )?;
    Ok(())
}

/// A phase that nobody changed.
pub(crate) fn untouched(phase: Phase) -> PhaseRecord {
    PhaseRecord { phase, state: Default::default(), due_on: None, changed: None }
}
