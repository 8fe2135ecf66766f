//! «Mes adresses»: the mailboxes that a person uses, what each permission allows, and what administrators opened.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::routing::{get, post};
use directory::{OwnMailbox, Permission};
use minijinja::{Value, context};
use model::{AccountId, CredentialId};

use super::Answer;
use super::refusal::{FieldError, directory_refusal};
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
    let content = context! { mailboxes => mailboxes.iter().map(view).collect::<Vec<_>>(), opened };
    page::of(&person, "mine.html", "mine", content)
}

async fn card(
    shared: &Shared,
    person: &Person,
    account: i64,
    (secret, label): (&str, &str),
    errors: &[FieldError],
) -> Answer {
    let account = AccountId(account);
    let mailbox = shared.directory.own_mailbox(&person.session, account, None).await?;
    let passwords: Vec<Value> = shared
        .directory
        .own_device_passwords(&person.session, account)
        .await?
        .iter()
        .map(|password| {
            context! {
                id => password.id.to_string(),
                label => password.label,
                created_at => password.created_at.rfc3339(),
                last_used_at => password.last_used_at.map(|at| at.rfc3339()),
            }
        })
        .collect();
    let content = context! {
        mailbox => view(&mailbox),
        permissions => super::access::boxes(&person.guest, mailbox.permissions),
        may_make_passwords => mailbox.permissions.has(Permission::ConfigureDevice),
        passwords,
        secret,
        label,
        errors => Value::from_serialize(errors),
    };
    let mut page = page::of(person, "mine_mailbox.html", "mine", content)?;
    if !errors.is_empty() {
        *page.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    }
    Ok(page)
}

async fn show(State(shared): State<Arc<Shared>>, person: Person, Path(account): Path<i64>) -> Answer {
    card(&shared, &person, account, ("", ""), &[]).await
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
        Ok(created) => card(&shared, &person, account, (&created.password, ""), &[]).await,
        Err(error) => {
            let error = directory_refusal(&person.guest, error)?;
            card(&shared, &person, account, ("", fields.text("label")), &[error]).await
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
