//! `/integrations/{integration}/…`: phases, checklists, the documentation of the set-up, contacts, the page for
//! recipients, the matrix of the network, tests of the connection, the record of acceptance.

use axum::Json;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use model::{IntegrationId, Timestamp};
use onboarding::checks::Line;
use onboarding::{
    Administration, Answer, Answered, Chapter, ConnectionTest, Contact, Day, Item, Language, Level,
    MatrixRow, Phase, PhaseRecord, Place, RecipientPage, SetUp, SetUpRecord, line_words, matrix_csv, say,
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::caller::Caller;
use crate::input::{Asked, Input, Of, address};
use crate::refusal::{Result, invalid, not_found};

/// In which language words are.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct InLanguage {
    /// `fr`, `de`, `it` or `en` (without it).
    language: Option<String>,
}

impl InLanguage {
    fn language(&self) -> Result<Language> {
        let Some(tag) = self.language.as_deref() else { return Ok(Language::English) };
        Language::of_tag(tag)
            .ok_or_else(|| invalid("language", format!("«{tag}» is none of them"), "fr, de, it or en"))
    }
}

/// How far an integration has come.
#[derive(Serialize, ToSchema)]
pub(crate) struct OnboardingState {
    phases: Vec<OnboardingPhase>,
    questions: Vec<OnboardingItem>,
}

/// A phase of an integration.
#[derive(Serialize, ToSchema)]
pub(crate) struct OnboardingPhase {
    /// `planning`, `preparation`, `set-up` or `test`.
    phase: &'static str,
    name: String,
    objective: String,
    /// Who leads it: `customer`, `operator` or `both`.
    lead: &'static str,
    /// `open`, `under-way` or `done`.
    state: &'static str,
    /// The day until which it is to be done: `2026-11-23`.
    due_on: Option<String>,
    #[schema(format = DateTime)]
    changed_at: Option<String>,
    changed_by: Option<String>,
    deliverables: Vec<OnboardingItem>,
}

/// A question of the checklists, or something that a phase delivers, with what was answered.
#[derive(Serialize, ToSchema)]
pub(crate) struct OnboardingItem {
    /// `4.1`, `planning.date`.
    key: &'static str,
    /// `policy`, `organisation`, `technique` or `next-steps`; null for a deliverable.
    chapter: Option<&'static str>,
    text: String,
    note: Option<String>,
    /// `unanswered`, `clear` or `not-clear`.
    state: &'static str,
    remarks: String,
    #[schema(format = DateTime)]
    changed_at: Option<String>,
    changed_by: Option<String>,
}

/// How far a phase has come.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PhaseChange {
    /// `open`, `under-way` or `done`.
    state: String,
    /// The day until which it is to be done; null: none.
    due_on: Option<String>,
}

/// What to answer to an item.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ItemAnswer {
    /// `unanswered`, `clear` or `not-clear`.
    state: String,
    /// What is to be done; at most 2000 characters.
    remarks: Option<String>,
}

/// The documentation of the set-up.
#[derive(Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SetUpForm {
    /// Servers that receive from us: names, or addresses, which are not advised; at most twenty.
    #[serde(default)]
    reception_servers: Vec<String>,
    /// Servers that send to us, likewise.
    #[serde(default)]
    sending_servers: Vec<String>,
    /// What they are: product and version.
    #[serde(default)]
    mail_system: String,
    /// By what they know which letters come to us: `domain`, `content` or `both`.
    #[serde(default = "by_domain")]
    routing: String,
    #[serde(default)]
    technical_contact: String,
    #[serde(default)]
    organisational_contact: String,
    /// When the customer wants to go live: `2026-11-23`.
    wished_on: Option<String>,
    #[serde(default)]
    remarks: String,
}

fn by_domain() -> String {
    "domain".to_owned()
}

/// The documentation as it stands.
#[derive(Serialize, ToSchema)]
pub(crate) struct SetUpView {
    /// What it says, as it is put.
    form: SetUpForm,
    #[schema(format = DateTime)]
    saved_at: Option<String>,
    saved_by: Option<String>,
    /// When it was handed in as it is now; null: it was not.
    #[schema(format = DateTime)]
    submitted_at: Option<String>,
    submitted_by: Option<String>,
    /// `open`, `wished`, `confirmed` or `offered`.
    go_live: &'static str,
    go_live_on: Option<String>,
    go_live_note: String,
    /// A server is named by its address, and addresses usually change.
    has_static_address: bool,
}

/// What the operator says of the day that is wished.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct GoLiveAnswer {
    /// Another day; null, or the day that is wished: that one is confirmed.
    day: Option<String>,
    note: Option<String>,
}

/// Whom people ask.
#[derive(Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SupportContact {
    #[serde(default)]
    name: String,
    #[serde(default)]
    email: String,
    #[serde(default)]
    phone: String,
    /// When somebody is there.
    #[serde(default)]
    hours: String,
    /// Nobody is there on general holidays.
    #[serde(default)]
    except_holidays: bool,
}

/// Both contacts.
#[derive(Serialize, ToSchema)]
pub(crate) struct SupportContacts {
    /// Whom users ask.
    first: SupportContact,
    /// The operator's help desk.
    second: SupportContact,
}

/// What an organisation tells the recipients of its letters.
#[derive(Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = RecipientPage)]
pub(crate) struct PageView {
    /// By which the page is found, below `/secure-mail/`.
    public_name: String,
    /// Whether anybody may read it.
    #[serde(default)]
    published: bool,
    /// The own notice in French; empty: the standard text. So in the other languages.
    #[serde(default)]
    notice_fr: String,
    #[serde(default)]
    notice_de: String,
    #[serde(default)]
    notice_it: String,
    #[serde(default)]
    notice_en: String,
}

/// Connections that a firewall has to let through.
#[derive(Serialize, ToSchema)]
pub(crate) struct NetworkMatrix {
    items: Vec<NetworkConnection>,
}

/// One of them.
#[derive(Serialize, ToSchema)]
pub(crate) struct NetworkConnection {
    /// `to-us`, `from-us` or `browser`.
    direction: &'static str,
    from: Vec<String>,
    host: String,
    /// The addresses at present; the name stays.
    addresses: Vec<String>,
    port: u16,
    purpose: String,
}

/// What to test.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewConnectionTest {
    /// An address of a proven domain of the integration that gets a letter; null: no letter is sent.
    letter_to: Option<String>,
}

/// A test of a connection.
#[derive(Serialize, ToSchema)]
#[schema(as = ConnectionTest)]
pub(crate) struct TestView {
    id: String,
    #[schema(format = DateTime)]
    started_at: String,
    started_by: String,
    letter_to: Option<String>,
    /// Null: it is under way, or was interrupted.
    #[schema(format = DateTime)]
    ended_at: Option<String>,
    running: bool,
    /// The worst line: `good`, `waiting`, `warning` or `bad`.
    light: &'static str,
    lines: Vec<TestLine>,
}

/// A line of a test.
#[derive(Serialize, ToSchema)]
pub(crate) struct TestLine {
    /// `declared`, `reception`, `sending`, `names` or `ways`.
    part: &'static str,
    /// What was looked at; stable, for programs.
    check: &'static str,
    /// Of which domain or server.
    subject: String,
    /// What was found; stable, for programs.
    says: &'static str,
    light: &'static str,
    /// The same as a sentence.
    text: String,
    /// What to do about it.
    remedy: Option<String>,
}

/// Tests, the newest first.
#[derive(Serialize, ToSchema)]
pub(crate) struct ConnectionTests {
    items: Vec<TestView>,
    /// What to type on a server of the customer's to try the way to us.
    commands: Vec<String>,
}

pub(super) fn onboarding(caller: &Caller) -> Administration {
    caller.shared.onboarding.administration(caller.scope(), caller.who())
}

fn changed(changed: &Option<(Timestamp, String)>) -> (Option<String>, Option<String>) {
    changed.as_ref().map(|(at, who)| (at.rfc3339(), who.clone())).unzip()
}

fn day(field: &str, text: Option<&str>) -> Result<Option<Day>> {
    text.map(|text| {
        text.parse().map_err(|reason: String| invalid(field, reason, "as 2026-11-23 (RFC 3339 §5.6)"))
    })
    .transpose()
}

fn word<T: std::str::FromStr<Err = String>>(field: &str, text: &str) -> Result<T> {
    text.parse().map_err(|reason: String| invalid(field, reason, "docs/manual/gateways.md has the words"))
}

fn item_view(answered: &Answered, language: Language) -> OnboardingItem {
    let Item { key, place, has_note, .. } = *answered.item;
    let (changed_at, changed_by) = changed(&answered.changed);
    OnboardingItem {
        key,
        chapter: match place {
            Place::Question(chapter) => Some(Chapter::as_str(chapter)),
            Place::Deliverable(_) => None,
        },
        text: say(language, &format!("item-{key}"), &[]),
        note: has_note.then(|| say(language, &format!("note-{key}"), &[])),
        state: answered.state.as_str(),
        remarks: answered.remarks.clone(),
        changed_at,
        changed_by,
    }
}

fn phase_view(record: &PhaseRecord, answers: &[Answered], language: Language) -> OnboardingPhase {
    let phase = record.phase;
    let (changed_at, changed_by) = changed(&record.changed);
    let own = answers.iter().filter(|answered| answered.item.place == Place::Deliverable(phase));
    OnboardingPhase {
        phase: phase.as_str(),
        name: say(language, &format!("phase-{phase}"), &[]),
        objective: say(language, &format!("objective-{phase}"), &[]),
        lead: phase.lead().as_str(),
        state: record.state.as_str(),
        due_on: record.due_on.map(|day| day.to_string()),
        changed_at,
        changed_by,
        deliverables: own.map(|answered| item_view(answered, language)).collect(),
    }
}

fn set_up_view(record: SetUpRecord) -> SetUpView {
    let (saved_at, saved_by) = changed(&record.saved);
    let (submitted_at, submitted_by) = changed(&record.submitted);
    let has_static_address = record.form.has_static_address();
    let form = record.form;
    SetUpView {
        form: SetUpForm {
            reception_servers: form.reception_servers,
            sending_servers: form.sending_servers,
            mail_system: form.mail_system,
            routing: form.routing.as_str().to_owned(),
            technical_contact: form.technical_contact,
            organisational_contact: form.organisational_contact,
            wished_on: form.wished_on.map(|day| day.to_string()),
            remarks: form.remarks,
        },
        saved_at,
        saved_by,
        submitted_at,
        submitted_by,
        go_live: record.go_live.as_str(),
        go_live_on: record.go_live.day().map(|day| day.to_string()),
        go_live_note: record.go_live_note,
        has_static_address,
    }
}

fn contact_view(contact: Contact) -> SupportContact {
    let Contact { name, email, phone, hours, except_holidays } = contact;
    SupportContact { name, email, phone, hours, except_holidays }
}

fn page_view(page: RecipientPage) -> PageView {
    let [notice_fr, notice_de, notice_it, notice_en] = page.notices;
    PageView {
        public_name: page.public_name,
        published: page.is_published,
        notice_fr,
        notice_de,
        notice_it,
        notice_en,
    }
}

fn matrix_view(row: MatrixRow, language: Language) -> NetworkConnection {
    let direction = row.direction.as_str();
    NetworkConnection {
        direction,
        from: row.from,
        host: row.host,
        addresses: row.addresses.iter().map(ToString::to_string).collect(),
        port: row.port,
        purpose: say(language, &format!("purpose-{direction}"), &[]),
    }
}

fn line_view(line: &Line, language: Language) -> TestLine {
    let (text, remedy) = line_words(language, line);
    TestLine {
        part: line.check.part().as_str(),
        check: line.check.as_str(),
        subject: line.subject.clone(),
        says: line.says.as_str(),
        light: line.light().as_str(),
        text,
        remedy,
    }
}

fn test_view(test: ConnectionTest, language: Language, now: Timestamp) -> TestView {
    TestView {
        id: test.id.to_string(),
        started_at: test.started_at.rfc3339(),
        running: test.is_running(now),
        light: test.light().as_str(),
        lines: test.lines.iter().map(|line| line_view(line, language)).collect(),
        started_by: test.started_by,
        letter_to: test.letter_to,
        ended_at: test.ended_at.map(Timestamp::rfc3339),
    }
}

/// Phases, deliverables and checklists of an integration
#[utoipa::path(get, path = "/integrations/{integration}/onboarding", tag = "onboarding",
    params(("integration" = String, Path), InLanguage), responses((status = 200, body = OnboardingState)))]
pub(crate) async fn show_onboarding(
    caller: Caller,
    Of(id): Of,
    Asked(asked): Asked<InLanguage>,
) -> Result<Json<OnboardingState>> {
    let language = asked.language()?;
    let own = onboarding(&caller);
    let answers = own.answers(IntegrationId(id)).await?;
    let phases = own.phases(IntegrationId(id)).await?;
    let questions = answers.iter().filter(|answered| matches!(answered.item.place, Place::Question(_)));
    Ok(Json(OnboardingState {
        phases: phases.iter().map(|record| phase_view(record, &answers, language)).collect(),
        questions: questions.map(|answered| item_view(answered, language)).collect(),
    }))
}

/// Say how far a phase of an integration has come
#[utoipa::path(put, path = "/integrations/{integration}/phases/{phase}", tag = "onboarding",
    params(("integration" = String, Path), ("phase" = String, Path)), request_body = PhaseChange,
    responses((status = 200, body = OnboardingPhase)))]
pub(crate) async fn set_onboarding_phase(
    caller: Caller,
    Path((integration, phase)): Path<(String, String)>,
    Input(change): Input<PhaseChange>,
) -> Result<Json<OnboardingPhase>> {
    let id = integration_of(&caller, &integration).await?;
    let phase: Phase = phase.parse().map_err(|_| not_found("phase"))?;
    let state = word("state", &change.state)?;
    let due_on = day("due_on", change.due_on.as_deref())?;
    let own = onboarding(&caller);
    let record = own.set_phase(id, phase, state, due_on).await?;
    Ok(Json(phase_view(&record, &own.answers(id).await?, Language::English)))
}

/// Answer a question of the checklists, or say that a deliverable is there
#[utoipa::path(put, path = "/integrations/{integration}/answers/{item}", tag = "onboarding",
    params(("integration" = String, Path), ("item" = String, Path)), request_body = ItemAnswer,
    responses((status = 200, body = OnboardingItem)))]
pub(crate) async fn answer_onboarding_item(
    caller: Caller,
    Path((integration, item)): Path<(String, String)>,
    Input(answer): Input<ItemAnswer>,
) -> Result<Json<OnboardingItem>> {
    let id = integration_of(&caller, &integration).await?;
    let item = Item::of_key(&item).ok_or_else(|| not_found("item"))?;
    let state = word("state", &answer.state)?;
    let answer = Answer { item, state, remarks: answer.remarks.unwrap_or_default(), was: None };
    let answers = onboarding(&caller).answer(id, vec![answer]).await?;
    let answered = answers.iter().find(|answered| answered.item.key == item.key);
    Ok(Json(item_view(answered.ok_or_else(|| not_found("item"))?, Language::English)))
}

/// The integration of a path, if it is within reach: whose it is counts before what is asked of it.
pub(super) async fn integration_of(caller: &Caller, text: &str) -> Result<IntegrationId> {
    let id = IntegrationId(text.parse().map_err(|_| not_found("integration"))?);
    caller.shared.gateways.administration(caller.scope(), caller.who()).integration(id).await?;
    Ok(id)
}

/// The documentation of the set-up
#[utoipa::path(get, path = "/integrations/{integration}/set-up", tag = "onboarding",
    params(("integration" = String, Path)), responses((status = 200, body = SetUpView)))]
pub(crate) async fn show_set_up(caller: Caller, Of(id): Of) -> Result<Json<SetUpView>> {
    Ok(Json(set_up_view(onboarding(&caller).set_up(IntegrationId(id)).await?)))
}

/// Save the documentation of the set-up
#[utoipa::path(put, path = "/integrations/{integration}/set-up", tag = "onboarding",
    params(("integration" = String, Path)), request_body = SetUpForm, responses((status = 200, body = SetUpView)))]
pub(crate) async fn save_set_up(
    caller: Caller,
    Path(integration): Path<String>,
    Input(form): Input<SetUpForm>,
) -> Result<Json<SetUpView>> {
    let id = integration_of(&caller, &integration).await?;
    let form = SetUp {
        routing: word("routing", &form.routing)?,
        wished_on: day("wished_on", form.wished_on.as_deref())?,
        reception_servers: form.reception_servers,
        sending_servers: form.sending_servers,
        mail_system: form.mail_system,
        technical_contact: form.technical_contact,
        organisational_contact: form.organisational_contact,
        remarks: form.remarks,
    };
    Ok(Json(set_up_view(onboarding(&caller).save_set_up(id, form).await?)))
}

/// Hand the documentation of the set-up in
#[utoipa::path(post, path = "/integrations/{integration}/set-up/submission", tag = "onboarding",
    params(("integration" = String, Path)), responses((status = 200, body = SetUpView)))]
pub(crate) async fn submit_set_up(caller: Caller, Of(id): Of) -> Result<Json<SetUpView>> {
    Ok(Json(set_up_view(onboarding(&caller).submit_set_up(IntegrationId(id)).await?)))
}

/// Confirm the day of going live, or offer another one (operator only)
#[utoipa::path(put, path = "/integrations/{integration}/go-live", tag = "onboarding",
    params(("integration" = String, Path)), request_body = GoLiveAnswer,
    responses((status = 200, body = SetUpView)))]
pub(crate) async fn answer_go_live(
    caller: Caller,
    Path(integration): Path<String>,
    Input(answer): Input<GoLiveAnswer>,
) -> Result<Json<SetUpView>> {
    let id = integration_of(&caller, &integration).await?;
    let other = day("day", answer.day.as_deref())?;
    let note = answer.note.unwrap_or_default();
    Ok(Json(set_up_view(onboarding(&caller).answer_go_live(id, other, &note).await?)))
}

/// Take the day of going live that the operator offers
#[utoipa::path(post, path = "/integrations/{integration}/go-live/acceptance", tag = "onboarding",
    params(("integration" = String, Path)), responses((status = 200, body = SetUpView)))]
pub(crate) async fn accept_go_live(caller: Caller, Of(id): Of) -> Result<Json<SetUpView>> {
    Ok(Json(set_up_view(onboarding(&caller).accept_go_live(IntegrationId(id)).await?)))
}

/// Whom people ask
#[utoipa::path(get, path = "/integrations/{integration}/contacts", tag = "onboarding",
    params(("integration" = String, Path)), responses((status = 200, body = SupportContacts)))]
pub(crate) async fn show_support_contacts(caller: Caller, Of(id): Of) -> Result<Json<SupportContacts>> {
    let contacts = onboarding(&caller).contacts(IntegrationId(id)).await?;
    let of = |level| {
        let found = contacts.iter().find(|(known, _)| *known == level);
        contact_view(found.map(|(_, contact)| contact.clone()).unwrap_or_default())
    };
    Ok(Json(SupportContacts { first: of(Level::First), second: of(Level::Second) }))
}

/// Say whom people ask
#[utoipa::path(put, path = "/integrations/{integration}/contacts/{level}", tag = "onboarding",
    params(("integration" = String, Path), ("level" = String, Path)), request_body = SupportContact,
    responses((status = 200, body = SupportContact)))]
pub(crate) async fn set_support_contact(
    caller: Caller,
    Path((integration, level)): Path<(String, String)>,
    Input(contact): Input<SupportContact>,
) -> Result<Json<SupportContact>> {
    let id = integration_of(&caller, &integration).await?;
    let level: Level = level.parse().map_err(|_| not_found("level"))?;
    let SupportContact { name, email, phone, hours, except_holidays } = contact;
    let contact = Contact { name, email, phone, hours, except_holidays };
    Ok(Json(contact_view(onboarding(&caller).set_contact(id, level, contact).await?)))
}

/// What recipients are told
#[utoipa::path(get, path = "/integrations/{integration}/recipient-page", tag = "onboarding",
    params(("integration" = String, Path)), responses((status = 200, body = PageView)))]
pub(crate) async fn show_recipient_page(caller: Caller, Of(id): Of) -> Result<Json<PageView>> {
    Ok(Json(page_view(onboarding(&caller).page(IntegrationId(id)).await?)))
}

/// Say what recipients are told
#[utoipa::path(put, path = "/integrations/{integration}/recipient-page", tag = "onboarding",
    params(("integration" = String, Path)), request_body = PageView, responses((status = 200, body = PageView)))]
pub(crate) async fn set_recipient_page(
    caller: Caller,
    Path(integration): Path<String>,
    Input(page): Input<PageView>,
) -> Result<Json<PageView>> {
    let id = integration_of(&caller, &integration).await?;
    let page = RecipientPage {
        public_name: page.public_name,
        is_published: page.published,
        notices: [page.notice_fr, page.notice_de, page.notice_it, page.notice_en],
    };
    Ok(Json(page_view(onboarding(&caller).set_page(id, page).await?)))
}

/// The matrix of the network
#[utoipa::path(get, path = "/integrations/{integration}/matrix", tag = "onboarding",
    params(("integration" = String, Path), InLanguage), responses((status = 200, body = NetworkMatrix)))]
pub(crate) async fn show_network_matrix(
    caller: Caller,
    Of(id): Of,
    Asked(asked): Asked<InLanguage>,
) -> Result<Json<NetworkMatrix>> {
    let language = asked.language()?;
    let rows = onboarding(&caller).matrix(IntegrationId(id)).await?;
    Ok(Json(NetworkMatrix { items: rows.into_iter().map(|row| matrix_view(row, language)).collect() }))
}

/// The matrix of the network as CSV
#[utoipa::path(get, path = "/integrations/{integration}/matrix.csv", tag = "onboarding",
    params(("integration" = String, Path), InLanguage),
    responses((status = 200, content_type = "text/csv", body = String)))]
pub(crate) async fn export_network_matrix(
    caller: Caller,
    Of(id): Of,
    Asked(asked): Asked<InLanguage>,
) -> Result<Response> {
    let language = asked.language()?;
    let rows = onboarding(&caller).matrix(IntegrationId(id)).await?;
    let name = format!("attachment; filename=\"matrix-{id}.csv\"");
    let headers = [(CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()), (CONTENT_DISPOSITION, name)];
    Ok((headers, matrix_csv(&rows, language)).into_response())
}

/// Tests of the connection, the newest first
#[utoipa::path(get, path = "/integrations/{integration}/tests", tag = "onboarding",
    params(("integration" = String, Path), InLanguage), responses((status = 200, body = ConnectionTests)))]
pub(crate) async fn list_connection_tests(
    caller: Caller,
    Of(id): Of,
    Asked(asked): Asked<InLanguage>,
) -> Result<Json<ConnectionTests>> {
    let (language, now) = (asked.language()?, caller.shared.world.clock.now());
    let own = onboarding(&caller);
    let tests = own.tests(IntegrationId(id)).await?;
    let items = tests.into_iter().map(|test| test_view(test, language, now)).collect();
    Ok(Json(ConnectionTests { items, commands: own.test_commands().await? }))
}

/// Start a test of the connection; its place tells how far it is
#[utoipa::path(post, path = "/integrations/{integration}/tests", tag = "onboarding",
    params(("integration" = String, Path)), request_body = NewConnectionTest,
    responses((status = 202, body = TestView)))]
pub(crate) async fn start_connection_test(
    caller: Caller,
    Path(integration): Path<String>,
    Input(new): Input<NewConnectionTest>,
) -> Result<Response> {
    let id = integration_of(&caller, &integration).await?;
    let letter_to = new.letter_to.as_deref().map(|text| address("letter_to", text)).transpose()?;
    let test = onboarding(&caller).start_test(id, letter_to).await?;
    let place = format!("/api/v1/integrations/{id}/tests/{}", test.id);
    let view = test_view(test, Language::English, caller.shared.world.clock.now());
    Ok((StatusCode::ACCEPTED, [(axum::http::header::LOCATION, place)], Json(view)).into_response())
}

/// A test of the connection
#[utoipa::path(get, path = "/integrations/{integration}/tests/{connection_test}", tag = "onboarding",
    params(("integration" = String, Path), ("connection_test" = String, Path), InLanguage),
    responses((status = 200, body = TestView)))]
pub(crate) async fn show_connection_test(
    caller: Caller,
    Path((integration, test)): Path<(String, String)>,
    Asked(asked): Asked<InLanguage>,
) -> Result<Json<TestView>> {
    let id = integration_of(&caller, &integration).await?;
    let language = asked.language()?;
    let test = test.parse().map_err(|_| not_found("test"))?;
    let found = onboarding(&caller).test(id, test).await?;
    Ok(Json(test_view(found, language, caller.shared.world.clock.now())))
}

/// The record of acceptance as it stands now, sealed by the platform
#[utoipa::path(get, path = "/integrations/{integration}/report.pdf", tag = "onboarding",
    params(("integration" = String, Path), InLanguage),
    responses((status = 200, content_type = "application/pdf", body = Vec<u8>)))]
pub(crate) async fn show_acceptance_report(
    caller: Caller,
    Of(id): Of,
    Asked(asked): Asked<InLanguage>,
) -> Result<Response> {
    let language = asked.language()?;
    let (name, pdf) = onboarding(&caller).report(IntegrationId(id), language).await?;
    let headers = [
        (CONTENT_TYPE, "application/pdf".to_owned()),
        (CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")),
    ];
    Ok((headers, pdf).into_response())
}
