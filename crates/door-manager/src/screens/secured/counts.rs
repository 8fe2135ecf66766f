//! Everybody's secured letters for the operator's staff: how many, and nothing else.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Router;
use axum::extract::State as Kept;
use axum::routing::get;
use directory::Scope;
use minijinja::{Value, context};
use model::OrganisationId;

use super::{Answer, MODES, days_ago, lamp};
use crate::table::{self, Cell, Column, Row, Wish};
use crate::visitor::Staff;
use crate::{Shared, limits, page};

pub(super) fn routes() -> Router<Arc<Shared>> {
    Router::new().route("/installation/secured", get(show))
}

/// An organisation's copies: by mode, and how many still wait.
#[derive(Default)]
struct Numbers {
    by_mode: [u64; 3],
    waiting: u64,
    lost: u64,
}

async fn show(Kept(shared): Kept<Arc<Shared>>, Staff(person): Staff) -> Answer {
    let mut wish = Wish::of(&person.guest.target);
    let period: u32 = wish.filter("days").parse().unwrap_or(30).clamp(1, limits::CHART_DAYS_LIMIT);
    wish.carry("days");
    let since = days_ago(shared.world.clock.now(), period);
    let mut of: BTreeMap<OrganisationId, Numbers> = BTreeMap::new();
    for count in shared.secure.statistics(None, since).await? {
        let numbers = of.entry(count.organisation).or_default();
        if let Some(place) = MODES.iter().position(|mode| *mode == count.mode) {
            numbers.by_mode[place] += count.copies;
        }
        match lamp(count.state) {
            "waiting" => numbers.waiting += count.copies.saturating_sub(count.unreached),
            "lost" => numbers.lost += count.copies,
            _ => {}
        }
        numbers.lost += count.unreached;
    }
    let scope = Scope::Operator("the operator's staff counts secured letters");
    let organisations = shared.directory.administration(scope, person.who()).organisations().await?;
    let name = |id: OrganisationId| {
        let known = organisations.iter().find(|one| one.id == id).map(|one| one.name.clone());
        // Answers of people without an account are nobody's.
        known.unwrap_or_else(|| person.guest.say("secured-of-nobody", &[]))
    };
    let total: u64 = of.values().flat_map(|numbers| numbers.by_mode).sum();
    let rows = of.iter().map(|(id, numbers)| {
        let mut cells = vec![Cell::text(name(*id))];
        cells.extend(numbers.by_mode.map(Cell::number));
        cells.extend([Cell::number(numbers.waiting), Cell::number(numbers.lost)]);
        Row { id: id.to_string(), cells, ..Row::default() }
    });
    let columns = [
        "organisation",
        "secured-confidential",
        "secured-personal",
        "secured-registered",
        "secured-waiting",
        "secured-lost",
    ]
    .map(|key| Column { key, is_number: key != "organisation" });
    let table = table::of(&wish, &columns, rows.collect());
    if wish.is_csv {
        return Ok(table.csv("lettres-securisees", |key| person.guest.say(key, &[])));
    }
    let content = context! { table => Value::from_serialize(&table), total, period };
    page::of(&person, "installation_secured.html", "installation-secured", content)
}
