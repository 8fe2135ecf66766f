//! «Mes adresses»: the mailboxes that a person uses, what each permission opens there, and what administrators opened.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::routing::{get, post};
use directory::{
    AddressInfo, AddressKind, DevicePasswordInfo, DirectoryError, NewTargets, OwnMailbox, Permission,
};
use minijinja::{Value, context};
use model::{AccountId, AddressId, CredentialId};

use super::Answer;
use super::refusal::{FieldError, directory_refusal};
use super::secured::how as secured_how;
use crate::fields::Fields;
use crate::toast::{Toast, done};
use crate::visitor::Person;
use crate::{Shared, page};

pub(super) fn routes() -> Router<Arc<Shared>> {
    Router::new()
        .route("/mine", get(list))
        .route("/mine/{account}", get(show))
        .route("/mine/{account}/passwords", post(add))
        .route("/mine/{account}/passwords/{id}/delete", post(remove))
        .route("/mine/{account}/aliases", post(add_alias))
        .route("/mine/{account}/aliases/{id}/delete", post(remove_alias))
        .route("/mine/{account}/redirections", post(redirect))
        .route("/mine/{account}/targets/{id}/again", post(again))
        .route("/mine/{account}/security/{id}/revoke", post(revoke))
}

fn view(mailbox: &OwnMailbox) -> Value {
    context! {
        id => mailbox.account.account.to_string(),
        address => mailbox.address.to_string(),
        organisation => mailbox.organisation_name,
        permissions => mailbox.permissions.each().count(),
        is_primary => mailbox.is_primary,
        since => mailbox.since.rfc3339(),
    }
}

async fn list(State(shared): State<Arc<Shared>>, person: Person) -> Answer {
    let mailboxes = shared.directory.own_mailboxes(&person.session).await?;
    let opened: Vec<Value> = shared
        .directory
        .opened_of_own(&person.session)
        .await?
        .iter()
        .map(|notice| {
            let values =
                [("address", notice.address.as_str().into()), ("login", notice.detail.as_str().into())];
            context! {
                what => person.guest.say(&format!("opened-{}", notice.kind), &values),
                who => notice.who,
                at => notice.at.rfc3339(),
            }
        })
        .collect();
    let sending = shared.directory.secured_sending(person.session.organisation).await?;
    let content = context! {
        mailboxes => mailboxes.iter().map(view).collect::<Vec<_>>(),
        opened,
        how => secured_how(&shared),
        is_limited => sending.senders.is_some(),
        guidance => sending.guidance,
    };
    page::of(&person, "mine.html", "mine", content)
}

/// What the person typed and saw last.
#[derive(Default)]
struct Typed<'a> {
    fields: Option<&'a Fields>,
    /// A password that was just made.
    secret: &'a str,
}

async fn card(
    shared: &Shared,
    person: &Person,
    account: i64,
    typed: Typed<'_>,
    errors: &[FieldError],
) -> Answer {
    let account = AccountId(account);
    let (directory, session) = (&shared.directory, &person.session);
    let mailbox = directory.own_mailbox(session, account, None).await?;
    let may = |permission| mailbox.permissions.has(permission);
    let passwords: Vec<Value> =
        directory.own_device_passwords(session, account).await?.iter().map(password).collect();
    let mut all_passwords = None;
    if may(Permission::ManageSecurity) {
        let all = directory.passwords_of_own(session, account).await?;
        all_passwords = Some(all.iter().map(password).collect::<Vec<_>>());
    }
    let mut aliases = None;
    if may(Permission::ManageAliases) {
        let all = directory.own_aliases(session, account).await?;
        let view = |one: &AddressInfo| {
            let is_own = matches!(&one.kind, AddressKind::Alias { targets } if targets.len() == 1);
            context! { id => one.id.to_string(), address => one.address.to_string(), is_own }
        };
        aliases = Some(all.iter().map(view).collect::<Vec<_>>());
    }
    let (mut targets, mut named, mut keeps_copy) = (None, String::new(), true);
    if may(Permission::ManageRedirections) {
        let (all, keeps) = directory.own_targets(session, account).await?;
        named = all.iter().map(|one| one.target.to_string()).collect::<Vec<_>>().join("\n");
        keeps_copy = keeps;
        let view = |one| super::addresses::target(&person.guest, one);
        targets = Some(all.into_iter().map(view).collect::<Vec<_>>());
    }
    let again = typed.fields.filter(|fields| fields.has("form"));
    let of = |form: &str| again.filter(|fields| fields.text("form") == form);
    let content = context! {
        mailbox => view(&mailbox),
        domain => mailbox.address.domain().to_string(),
        permissions => super::access::boxes(&person.guest, mailbox.permissions),
        may_make_passwords => may(Permission::ConfigureDevice),
        may_see_logs => may(Permission::AccessLogs),
        passwords,
        all_passwords,
        aliases,
        targets,
        label => typed.fields.map(|fields| fields.text("label")),
        alias => of("alias").map(|fields| fields.text("alias")),
        named => of("targets").map_or(named, |fields| fields.raw("targets").to_owned()),
        keeps_copy => of("targets").map_or(keeps_copy, |fields| fields.has("keeps_copy")),
        secret => typed.secret,
        errors => Value::from_serialize(errors),
    };
    let mut page = page::of(person, "mine_mailbox.html", "mine", content)?;
    if !errors.is_empty() {
        *page.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    }
    Ok(page)
}

fn password(password: &DevicePasswordInfo) -> Value {
    context! {
        id => password.id.to_string(),
        label => password.label,
        is_chosen => password.selector.is_none(),
        created_at => password.created_at.rfc3339(),
        last_used_at => password.last_used_at.map(|at| at.rfc3339()),
    }
}

/// Back to the card with a message, or the card again with what was wrong.
async fn after<T>(
    shared: &Shared,
    person: &Person,
    account: i64,
    fields: &Fields,
    (result, words): (Result<T, DirectoryError>, String),
) -> Answer {
    match result {
        Ok(_) => Ok(done(person, &format!("/manager/mine/{account}"), &Toast::of(words))),
        Err(error) => {
            let error = directory_refusal(&person.guest, error)?;
            let error = match fields.text("form") {
                "alias" => error.at("alias"),
                "targets" => error.at("targets"),
                _ => error,
            };
            let typed = Typed { fields: Some(fields), ..Typed::default() };
            card(shared, person, account, typed, &[error]).await
        }
    }
}

async fn add_alias(
    State(shared): State<Arc<Shared>>,
    person: Person,
    Path(account): Path<i64>,
    fields: Fields,
) -> Answer {
    let made =
        shared.directory.add_own_alias(&person.session, AccountId(account), fields.text("alias")).await;
    let name = made.as_ref().map(|made| made.address.to_string()).unwrap_or_default();
    let words = person.guest.say("address-created", &[("address", name.into())]);
    after(&shared, &person, account, &fields, (made, words)).await
}

async fn remove_alias(
    State(shared): State<Arc<Shared>>,
    person: Person,
    Path((account, id)): Path<(i64, i64)>,
    fields: Fields,
) -> Answer {
    let removed = shared.directory.delete_own_alias(&person.session, AccountId(account), AddressId(id)).await;
    let words = person.guest.say("mine-alias-deleted", &[]);
    after(&shared, &person, account, &fields, (removed, words)).await
}

async fn redirect(
    State(shared): State<Arc<Shared>>,
    person: Person,
    Path(account): Path<i64>,
    fields: Fields,
) -> Answer {
    let mut errors = Vec::new();
    let targets = super::addresses::parsed(&person, "targets", fields.raw("targets"), &mut errors);
    if !errors.is_empty() {
        // Nothing is said of a form that the person does not have.
        let permission = Some(Permission::ManageRedirections);
        shared.directory.own_mailbox(&person.session, AccountId(account), permission).await?;
        let typed = Typed { fields: Some(&fields), ..Typed::default() };
        return card(&shared, &person, account, typed, &errors).await;
    }
    let new = NewTargets {
        targets,
        keeps_copy: Some(fields.has("keeps_copy")),
        language: person.guest.language.tag().to_owned(),
    };
    let set = shared.directory.set_own_targets(&person.session, AccountId(account), new).await;
    let words = person.guest.say("saved", &[]);
    after(&shared, &person, account, &fields, (set, words)).await
}

async fn again(
    State(shared): State<Arc<Shared>>,
    person: Person,
    Path((account, id)): Path<(i64, i64)>,
    fields: Fields,
) -> Answer {
    let asked = shared.directory.ask_own_target_again(&person.session, AccountId(account), id).await;
    let name = asked.as_ref().map(|asked| asked.target.to_string()).unwrap_or_default();
    let words = person.guest.say("target-asked-again", &[("target", name.into())]);
    after(&shared, &person, account, &fields, (asked, words)).await
}

async fn revoke(
    State(shared): State<Arc<Shared>>,
    person: Person,
    Path((account, id)): Path<(i64, i64)>,
    fields: Fields,
) -> Answer {
    let (session, id) = (&person.session, CredentialId(id));
    let revoked = shared.directory.delete_password_of_own(session, AccountId(account), id).await;
    let words = person.guest.say("mine-password-deleted", &[]);
    after(&shared, &person, account, &fields, (revoked, words)).await
}

async fn show(State(shared): State<Arc<Shared>>, person: Person, Path(account): Path<i64>) -> Answer {
    card(&shared, &person, account, Typed::default(), &[]).await
}

async fn add(
    State(shared): State<Arc<Shared>>,
    person: Person,
    Path(account): Path<i64>,
    fields: Fields,
) -> Answer {
    let directory = &shared.directory;
    match directory
        .create_own_device_password(&person.session, AccountId(account), fields.text("label"))
        .await
    {
        Ok(created) => {
            let typed = Typed { secret: &created.password, ..Typed::default() };
            card(&shared, &person, account, typed, &[]).await
        }
        Err(error) => {
            let error = directory_refusal(&person.guest, error)?;
            let typed = Typed { fields: Some(&fields), ..Typed::default() };
            card(&shared, &person, account, typed, &[error]).await
        }
    }
}

async fn remove(
    State(shared): State<Arc<Shared>>,
    person: Person,
    Path((account, id)): Path<(i64, i64)>,
    _fields: Fields,
) -> Answer {
    let directory = &shared.directory;
    directory.delete_own_device_password(&person.session, AccountId(account), CredentialId(id)).await?;
    let words = person.guest.say("mine-password-deleted", &[]);
    Ok(done(&person, &format!("/manager/mine/{account}"), &Toast::of(words)))
}
