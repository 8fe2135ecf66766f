//! Adresses IP: bans, who asks to be let in again, sources that no rule keeps out, dedicated addresses and their
//! pointers.

mod allowed;
mod bans;
mod ips;
mod requests;

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::routing::get;
use db::{Page, Seek};
use directory::{Administration, DirectoryError, Scope};
use futures_util::stream;
use minijinja::{Value, context};

use super::Answer;
use super::refusal::{FieldError, directory_refusal};
use crate::fields::Fields;
use crate::table::{self, Column, Row, Table, Wish};
use crate::toast::{Toast, done};
use crate::trouble::Trouble;
use crate::visitor::{Administrator, Person, Staff};
use crate::words::Word;
use crate::{Shared, page};

pub(super) fn routes() -> Router<Arc<Shared>> {
    Router::new()
        .route("/sources", get(show))
        .merge(bans::routes())
        .merge(requests::routes())
        .merge(allowed::routes())
        .merge(ips::routes())
}

/// What is looked at: the organisation, or by the operator's staff the whole installation.
#[derive(Clone)]
struct View {
    person: Person,
    shared: Arc<Shared>,
    is_installation: bool,
}

impl View {
    fn of(shared: Arc<Shared>, Administrator(person): Administrator, of: &str) -> View {
        let is_installation = person.session.is_operator && of == "installation";
        View { person, shared, is_installation }
    }

    fn of_staff(shared: Arc<Shared>, Staff(person): Staff) -> View {
        View { person, shared, is_installation: true }
    }

    fn directory(&self) -> Administration {
        let scope = match self.is_installation {
            true => Scope::Operator("the operator's staff looks after sources"),
            false => self.person.scope(),
        };
        self.shared.directory.administration(scope, self.person.who())
    }

    fn say(&self, key: &str, values: &[(&str, Word)]) -> String {
        self.person.guest.say(key, values)
    }

    /// The states whose words hold what is searched for; the words are those of the reader's language.
    fn states_called<S: ToString, const N: usize>(&self, name: &str, each: [S; N], wish: &Wish) -> Vec<S> {
        let needle = wish.search.trim().to_lowercase();
        let word = |state: &S| self.say(&format!("{name}-{}", state.to_string()), &[]).to_lowercase();
        each.into_iter().filter(|state| !needle.is_empty() && word(state).contains(&needle)).collect()
    }

    fn path(&self) -> &'static str {
        if self.is_installation { "/manager/sources?of=installation" } else { "/manager/sources" }
    }

    fn done(&self, words: String) -> Answer {
        Ok(done(&self.person, self.path(), &Toast::of(words)))
    }

    /// Tells on the page why nothing was done.
    fn refused(&self, error: DirectoryError) -> Answer {
        let error = directory_refusal(&self.person.guest, error)?;
        self.done(error.sentence())
    }
}

fn of(person: &Person) -> String {
    let query = person.guest.target.split_once('?').map_or("", |(_, query)| query);
    let parts = url::form_urlencoded::parse(query.as_bytes());
    parts.into_iter().find(|(name, _)| name == "of").map(|(_, value)| value.into_owned()).unwrap_or_default()
}

/// Rows that one table holds: when it is full, the page says so, the search finds the others, and the file has all.
const LISTED: usize = 1_000;

/// A table, and whether there is more than it holds.
struct Listed {
    table: Table,
    is_cut: bool,
}

/// All of a list as a file.
async fn exported<T, K, F>(
    view: &View,
    name: &str,
    columns: &[Column],
    page: impl Fn(View, Seek<K>) -> F + Clone + Send + 'static,
    row: fn(&View, T) -> Row,
) -> Answer
where
    T: Send + 'static,
    K: Send + 'static,
    F: Future<Output = Result<Page<T, K>, DirectoryError>> + Send,
{
    let reader = view.clone();
    let parts = stream::try_unfold(Some(Seek::first(LISTED)), move |seek| {
        let (view, page) = (reader.clone(), page.clone());
        async move {
            let Some(seek) = seek else { return Ok(None) };
            let found = page(view.clone(), seek).await.map_err(Trouble::from)?;
            let rows: Vec<Row> = found.items.into_iter().map(|one| row(&view, one)).collect();
            let next = found.next.map(|after| Seek { after: Some(after), limit: LISTED });
            Ok(Some((rows, next)))
        }
    });
    table::csv_in_parts(name, columns, |key| view.say(key, &[]), parts).await
}

async fn show(State(shared): State<Arc<Shared>>, person: Administrator) -> Answer {
    let wanted = of(&person);
    let view = View::of(shared, person, &wanted);
    // Four tables, each with its own search, order and page; one of them can be asked for as a file.
    let wish = |part| Wish::part(&view.person.guest.target, part);
    if wish("bans").is_csv {
        return bans::export(&view, wish("bans")).await;
    }
    if wish("requests").is_csv {
        return requests::export(&view, wish("requests")).await;
    }
    if wish("allowed").is_csv {
        return allowed::export(&view, wish("allowed")).await;
    }
    if wish("ips").is_csv {
        return Ok(ips::table(&view, &wish("ips")).await?.csv("ips", |key| view.say(key, &[])));
    }
    show_with(&view, &Fields::default(), &[]).await
}

/// The page, with what was typed and what is wrong with it.
async fn show_with(view: &View, typed: &Fields, errors: &[FieldError]) -> Answer {
    let wish = |part| Wish::part(&view.person.guest.target, part);
    let bans = bans::listed(view, &wish("bans")).await?;
    let requests = requests::listed(view, &wish("requests")).await?;
    let allowed = allowed::listed(view, &wish("allowed")).await?;
    let ips = ips::table(view, &wish("ips")).await?;
    // Only where there is an address that something can be bound to.
    let (services, servers) = match ips.is_empty() {
        true => (Vec::new(), Vec::new()),
        false => (ips::services(view).await?, ips::servers(view).await?),
    };
    let content = context! {
        services,
        servers,
        binding_of => typed.text("binding"),
        bound_service => typed.text("service"),
        bound_server => typed.text("server"),
        is_installation => view.is_installation,
        of => if view.is_installation { "installation" } else { "" },
        own_ip => view.person.guest.client.ip.to_string(),
        bans => Value::from_serialize(&bans.table),
        requests => Value::from_serialize(&requests.table),
        allowed => Value::from_serialize(&allowed.table),
        ips => Value::from_serialize(&ips),
        has_more_bans => bans.is_cut,
        has_more_requests => requests.is_cut,
        has_more_allowed => allowed.is_cut,
        listed => LISTED,
        ip => typed.text("ip"),
        reason => if typed.has("id") { "" } else { typed.text("reason") },
        new_ip => typed.text("new_ip"),
        note => typed.text("note"),
        dedicated => typed.has("dedicated"),
        dynamic => typed.has("dynamic"),
        // The source that is refused, and the address whose pointer is set.
        refused_id => typed.text("id"),
        refused_reason => typed.text("reason"),
        pointer_of => typed.text("address"),
        pointer => typed.text("pointer"),
        hours => if typed.has("hours") { typed.text("hours") } else { "24" },
        errors => Value::from_serialize(errors),
    };
    page::of(&view.person, "sources.html", "sources", content)
}
