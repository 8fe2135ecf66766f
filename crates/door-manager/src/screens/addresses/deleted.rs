//! «Adresses supprimées»: for thirty days each can be restored.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, State};
use axum::routing::{get, post};
use db::Seek;
use minijinja::{Value, context};
use model::AddressId;

use super::{kind_word, shown};
use crate::Shared;
use crate::fields::Fields;
use crate::screens::Answer;
use crate::screens::refusal::directory_refusal;
use crate::toast::{Toast, done};
use crate::visitor::AnyAdministrator;

/// Deleted addresses that the page shows at most.
const SHOWN: usize = 500;

pub(super) fn routes() -> Router<Arc<Shared>> {
    Router::new()
        .route("/addresses/deleted", get(list))
        .route("/addresses/deleted/{id}/restore", post(restore))
        .route("/addresses/deleted/{id}/erase", post(erase))
}

async fn list(State(shared): State<Arc<Shared>>, person: AnyAdministrator) -> Answer {
    let page = person.people(&shared).page_of_deleted_addresses(Seek::first(SHOWN)).await?;
    let addresses: Vec<Value> = page
        .items
        .into_iter()
        .map(|one| {
            context! {
                id => one.id.to_string(),
                address => one.address.to_string(),
                kind => kind_word(&person.guest, &one.kind),
                deleted_at => one.deleted_at.rfc3339(),
                until => one.restorable_until().rfc3339(),
                deleted_by => one.deleted_by,
            }
        })
        .collect();
    shown(&person, "addresses_deleted.html", context! { addresses }, &[])
}

async fn restore(
    State(shared): State<Arc<Shared>>,
    person: AnyAdministrator,
    Path(id): Path<i64>,
    _fields: Fields,
) -> Answer {
    match person.people(&shared).restore_address(AddressId(id)).await {
        Ok(info) => {
            let words = person.guest.say("address-restored", &[("address", info.address.to_string().into())]);
            Ok(done(&person, &format!("/manager/addresses/{id}"), &Toast::of(words)))
        }
        Err(error) => {
            let words = directory_refusal(&person.guest, error)?.sentence();
            Ok(done(&person, "/manager/addresses/deleted", &Toast::of(words)))
        }
    }
}

async fn erase(
    State(shared): State<Arc<Shared>>,
    person: AnyAdministrator,
    Path(id): Path<i64>,
    _fields: Fields,
) -> Answer {
    let people = person.people(&shared);
    let deleted = people.deleted_address(AddressId(id)).await?;
    people.erase_address(deleted.id).await?;
    let words = person.guest.say("address-erased", &[("address", deleted.address.to_string().into())]);
    Ok(done(&person, "/manager/addresses/deleted", &Toast::of(words)))
}
