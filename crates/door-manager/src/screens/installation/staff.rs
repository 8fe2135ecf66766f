//! The operator's staff: who may look at every organisation.

use std::sync::Arc;

use axum::Router;
use axum::extract::Path;
use axum::routing::get;
use directory::{DirectoryError, StaffInfo};
use minijinja::{Value, context};
use model::Address;

use super::{Answer, Desk};
use crate::Shared;
use crate::fields::Fields;
use crate::screens::refusal::{FieldError, directory_refusal};
use crate::table::{self, Cell, Column, Row, Wish};
use crate::trouble::Trouble;

const PATH: &str = "/manager/installation/staff";

pub(super) fn routes() -> Router<Arc<Shared>> {
    Router::new()
        .route("/installation/staff", get(list).post(add))
        .route("/installation/staff/{user}", get(show).post(remove))
}

async fn list(desk: Desk) -> Answer {
    listed(&desk, "", &[]).await
}

async fn listed(desk: &Desk, typed: &str, errors: &[FieldError]) -> Answer {
    let organisations = desk.directory().organisations().await?;
    let rows = desk.directory().staff().await?.into_iter().map(|one| {
        let home = organisations.iter().find(|organisation| organisation.id == one.organisation);
        Row {
            id: one.user.to_string(),
            href: format!("{PATH}/{}", one.user),
            cells: vec![
                Cell::text(&one.login),
                Cell::text(&one.name),
                Cell::text(home.map(|organisation| organisation.name.clone()).unwrap_or_default()),
                Cell::kind("time", one.granted_at.rfc3339()),
            ],
            ..Row::default()
        }
    });
    let columns =
        ["login", "name", "organisation", "staff-since"].map(|key| Column { key, is_number: false });
    let wish = Wish::of(&desk.person.guest.target);
    let table = table::of(&wish, &columns, rows.collect());
    if wish.is_csv {
        return Ok(table.csv("staff", |key| desk.say(key, &[])));
    }
    let content = context! { table => Value::from_serialize(&table), login => typed };
    desk.page("installation_staff.html", "installation-staff", content, errors)
}

async fn add(desk: Desk, fields: Fields) -> Answer {
    let text = fields.text("login");
    let Ok(login) = Address::parse(text) else {
        let words = desk.say("people-no-address", &[("text", text.into())]);
        return listed(&desk, text, &[FieldError::new("login", words)]).await;
    };
    let directory = desk.directory();
    let error = match directory.user_called(&login).await {
        Ok(user) => match directory.set_operator(user.id, true).await {
            Ok(()) => return desk.done(PATH, desk.say("staff-added", &[("login", user.login.into())])),
            Err(error) => directory_refusal(&desk.person.guest, error)?,
        },
        Err(DirectoryError::NotFound { .. }) => {
            FieldError::new("login", desk.say("staff-unknown", &[("login", text.into())]))
        }
        Err(error) => return Err(error.into()),
    };
    listed(&desk, text, &[error.at("login")]).await
}

async fn found(desk: &Desk, user: i64) -> Result<StaffInfo, Trouble> {
    let staff = desk.directory().staff().await?;
    staff.into_iter().find(|one| one.user.0 == user).ok_or(Trouble::NotFound)
}

async fn show(desk: Desk, Path(user): Path<i64>) -> Answer {
    let one = found(&desk, user).await?;
    let count = desk.directory().staff().await?.len();
    let content = context! {
        id => one.user.to_string(),
        login => one.login,
        name => one.name,
        granted_at => one.granted_at.rfc3339(),
        is_self => one.user == desk.person.session.user,
        is_last => count == 1,
    };
    desk.page("installation_staff_member.html", "installation-staff", content, &[])
}

async fn remove(desk: Desk, Path(user): Path<i64>, _fields: Fields) -> Answer {
    let one = found(&desk, user).await?;
    desk.directory().set_operator(one.user, false).await?;
    let words = desk.say("staff-removed", &[("login", one.login.into())]);
    // Who left sees the own organisation again, and this list no more.
    let next = if one.user == desk.person.session.user { "/manager/" } else { PATH };
    desk.done(next, words)
}
