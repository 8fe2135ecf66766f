//! «Adresses supprimées»: for thirty days each can be restored.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, State};
use axum::routing::{get, post};
use directory::{DeletedAddress, DeletedQuery, DeletedSort};
use futures_util::stream;
use minijinja::{Value, context};
use model::AddressId;

use super::{kind_word, shown, size};
use crate::fields::Fields;
use crate::screens::Answer;
use crate::screens::refusal::{FieldError, directory_refusal};
use crate::table::{self, Cell, Column, Row, Wish};
use crate::toast::{Toast, done};
use crate::visitor::{AnyAdministrator, Person};
use crate::{Shared, limits};

/// Rows of a file that are read at once.
const ROWS_AT_ONCE: usize = 500;

const COLUMNS: [Column; 5] = [
    Column { key: "address", is_number: false },
    Column { key: "kind", is_number: false },
    Column { key: "deleted-at", is_number: false },
    Column { key: "deleted-by", is_number: false },
    Column { key: "restorable", is_number: false },
];

pub(super) fn routes() -> Router<Arc<Shared>> {
    Router::new()
        .route("/addresses/deleted", get(list))
        .route("/addresses/deleted/{id}/restore", post(restore))
        .route("/addresses/deleted/{id}/erase", get(erasing).post(erase))
}

fn row(person: &Person, one: DeletedAddress) -> Row {
    Row {
        id: one.id.to_string(),
        cells: vec![
            Cell::text(one.address.to_string()).with_note(&one.note),
            Cell::text(kind_word(&person.guest, &one.kind)),
            Cell::time(Some(one.deleted_at), String::new()),
            Cell::text(&one.deleted_by),
            Cell::time(Some(one.restorable_until()), String::new()),
        ],
        ..Row::default()
    }
}

fn query(wish: &Wish) -> DeletedQuery {
    let sort = if wish.sort == "address" { DeletedSort::Address } else { DeletedSort::DeletedAt };
    DeletedQuery {
        search: wish.search.clone(),
        sort,
        // Without a wish the newest first.
        is_descending: wish.is_descending || wish.sort.is_empty(),
        skip: wish.skip(),
        limit: limits::ROWS_PER_PAGE,
    }
}

async fn list(State(shared): State<Arc<Shared>>, person: AnyAdministrator) -> Answer {
    let wish = Wish::of(&person.guest.target);
    if wish.is_csv {
        return export(&shared, &person, &wish).await;
    }
    let found = person.people(&shared).find_deleted_addresses(query(&wish)).await?;
    let rows = found.items.into_iter().map(|one| row(&person, one)).collect();
    let counts = (found.found as usize, found.total as usize);
    let table = table::cut(&wish, &COLUMNS, &["address", "deleted-at"], rows, counts);
    shown(&person, "addresses_deleted.html", context! { table => Value::from_serialize(&table) }, &[])
}

async fn export(shared: &Arc<Shared>, person: &Person, wish: &Wish) -> Answer {
    let all = DeletedQuery { limit: ROWS_AT_ONCE, ..query(wish) };
    let (shared, reader) = (shared.clone(), person.clone());
    let parts = stream::try_unfold(Some(all), move |query| {
        let (shared, reader) = (shared.clone(), reader.clone());
        async move {
            let Some(query) = query else { return Ok(None) };
            let found = reader.people(&shared).find_deleted_addresses(query.clone()).await?;
            let skip = query.skip + ROWS_AT_ONCE;
            let next = (skip < found.found as usize).then_some(DeletedQuery { skip, ..query });
            let rows: Vec<Row> = found.items.into_iter().map(|one| row(&reader, one)).collect();
            Ok(Some((rows, next)))
        }
    });
    table::csv_in_parts("deleted", &COLUMNS, |key| person.guest.say(key, &[]), parts).await
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

/// What will be lost, in numbers; nothing brings it back, so that the name is asked for.
async fn erasing(State(shared): State<Arc<Shared>>, person: AnyAdministrator, Path(id): Path<i64>) -> Answer {
    erasing_with(&shared, &person, id, &Fields::default(), &[]).await
}

async fn erasing_with(
    shared: &Shared,
    person: &Person,
    id: i64,
    typed: &Fields,
    errors: &[FieldError],
) -> Answer {
    let people = person.people(shared);
    let deleted = people.deleted_address(AddressId(id)).await?;
    let (mut letters, mut bytes) = (0, 0);
    if let Some(account) = deleted.account {
        letters = mail_store::used_messages(&shared.db, deleted.organisation, account).await?;
        let used = mail_store::used_bytes(&shared.db, deleted.organisation, vec![account]).await?;
        bytes = used.first().copied().unwrap_or(0);
    }
    let content = context! {
        id => deleted.id.to_string(),
        address => deleted.address.to_string(),
        is_mailbox => deleted.account.is_some(),
        letters,
        held => size(&person.guest, bytes),
        passwords => people.passwords_of_deleted(deleted.id).await?,
        typed => typed.text("name"),
    };
    shown(person, "address_erase.html", content, errors)
}

async fn erase(
    State(shared): State<Arc<Shared>>,
    person: AnyAdministrator,
    Path(id): Path<i64>,
    fields: Fields,
) -> Answer {
    let people = person.people(&shared);
    let deleted = people.deleted_address(AddressId(id)).await?;
    let name = deleted.address.to_string();
    if !fields.text("name").eq_ignore_ascii_case(&name) {
        let words = person.guest.say("address-erase-name", &[("address", name.into())]);
        return erasing_with(&shared, &person, id, &fields, &[FieldError::new("name", words)]).await;
    }
    people.erase_address(deleted.id).await?;
    let words = person.guest.say("address-erased", &[("address", name.into())]);
    Ok(done(&person, "/manager/addresses/deleted", &Toast::of(words)))
}
