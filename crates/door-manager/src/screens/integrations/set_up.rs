//! «Mise en place»: the documentation that the customer fills in and hands in, and the day of going live.

use std::sync::Arc;

use axum::Router;
use axum::extract::Path;
use axum::routing::{get, post};
use gateways::Integration;
use minijinja::context;
use onboarding::{Day, GoLive, Routing, SetUp, SetUpRecord};

use super::connecting::said;
use super::{Answer, Desk, path_of};
use crate::Shared;
use crate::fields::Fields;
use crate::screens::refusal::FieldError;
use crate::words::Word;

pub(super) fn routes() -> Router<Arc<Shared>> {
    Router::new()
        .route("/integrations/{id}/set-up", get(show).post(save))
        .route("/integrations/{id}/set-up/submit", post(submit))
        .route("/integrations/{id}/go-live", post(answer))
        .route("/integrations/{id}/go-live/accept", post(accept))
}

async fn show(desk: Desk, Path(id): Path<String>) -> Answer {
    let one = desk.found(&id).await?;
    let record = desk.onboarding().set_up(one.id).await?;
    shown(&desk, &one, &record, None, &[])
}

/// The form as it is kept, or as it was typed where something was refused.
fn shown(
    desk: &Desk,
    one: &Integration,
    record: &SetUpRecord,
    typed: Option<&Fields>,
    errors: &[FieldError],
) -> Answer {
    let form = &record.form;
    // The page has several forms, and what is typed is of one of them.
    let text = |field: &str, kept: String| {
        let typed = typed.filter(|typed| typed.has(field));
        typed.map_or(kept, |typed| typed.text(field).to_owned())
    };
    let routing = Routing::EACH.map(|one| {
        context! { value => one.as_str(), text => desk.tell(&format!("routing-{one}"), &[]) }
    });
    let day = record.go_live.day().map(|day| day.written(desk.reads())).unwrap_or_default();
    let content = context! {
        top => desk.top(one, "set-up"),
        domains => one.domains.iter().map(|domain| domain.name.to_string()).collect::<Vec<_>>(),
        certificates => one.certificates.iter().map(|slot| slot.identity.to_string()).collect::<Vec<_>>(),
        hosted => one.is_hosted_gateway,
        has_static_address => form.has_static_address(),
        reception_servers => text("reception_servers", form.reception_servers.join("\n")),
        sending_servers => text("sending_servers", form.sending_servers.join("\n")),
        mail_system => text("mail_system", form.mail_system.clone()),
        routing => text("routing", form.routing.as_str().to_owned()),
        routings => routing.to_vec(),
        technical_contact => text("technical_contact", form.technical_contact.clone()),
        organisational_contact => text("organisational_contact", form.organisational_contact.clone()),
        wished_on => text("wished_on", form.wished_on.map(|day| day.to_string()).unwrap_or_default()),
        remarks => text("remarks", form.remarks.clone()),
        saved => said(&record.saved),
        submitted => said(&record.submitted),
        go_live => record.go_live.as_str(),
        go_live_lamp => match record.go_live {
            GoLive::Open => "unknown",
            GoLive::Wished(_) | GoLive::Offered(_) => "waiting",
            GoLive::Confirmed(_) => "ok",
        },
        go_live_says => desk.tell(&format!("go-live-{}", record.go_live.as_str()), &[("day", &day)]),
        go_live_note => record.go_live_note,
        is_staff => desk.person.session.is_operator,
        other_day => typed.map(|typed| typed.text("other_day")).unwrap_or_default(),
        note => typed.map(|typed| typed.text("note")).unwrap_or_default(),
    };
    desk.page("integration_set_up.html", content, errors)
}

fn day(desk: &Desk, fields: &Fields, field: &str) -> Result<Option<Day>, FieldError> {
    match fields.text(field) {
        "" => Ok(None),
        text => text.parse().map(Some).map_err(|_| {
            FieldError::new(field, desk.say("onboarding-day-wrong", &[("text", Word::from(text))]))
        }),
    }
}

async fn save(desk: Desk, Path(id): Path<String>, fields: Fields) -> Answer {
    let one = desk.found(&id).await?;
    let own = desk.onboarding();
    let servers = |field: &str| fields.text(field).lines().map(str::to_owned).collect();
    let wished_on = match day(&desk, &fields, "wished_on") {
        Ok(day) => day,
        Err(error) => return shown(&desk, &one, &own.set_up(one.id).await?, Some(&fields), &[error]),
    };
    let form = SetUp {
        reception_servers: servers("reception_servers"),
        sending_servers: servers("sending_servers"),
        mail_system: fields.text("mail_system").to_owned(),
        routing: fields.text("routing").parse().unwrap_or_default(),
        technical_contact: fields.text("technical_contact").to_owned(),
        organisational_contact: fields.text("organisational_contact").to_owned(),
        wished_on,
        remarks: fields.text("remarks").to_owned(),
    };
    match own.save_set_up(one.id, form).await {
        Ok(_) => desk.done(&format!("{}/set-up", path_of(&one)), "onboarding-set-up-saved", &one.name),
        Err(error) => {
            let error = desk.refusal(error)?;
            shown(&desk, &one, &own.set_up(one.id).await?, Some(&fields), &[error])
        }
    }
}

async fn submit(desk: Desk, Path(id): Path<String>, _fields: Fields) -> Answer {
    let one = desk.found(&id).await?;
    let own = desk.onboarding();
    match own.submit_set_up(one.id).await {
        Ok(_) => desk.done(&format!("{}/set-up", path_of(&one)), "onboarding-set-up-submitted", &one.name),
        Err(error) => {
            let error = desk.refusal(error)?;
            shown(&desk, &one, &own.set_up(one.id).await?, None, &[error])
        }
    }
}

/// The operator's staff confirms the day, or offers another.
async fn answer(desk: Desk, Path(id): Path<String>, fields: Fields) -> Answer {
    let one = desk.found(&id).await?;
    let staff = desk.onboarding_as_staff()?;
    let record = staff.set_up(one.id).await?;
    let other = match day(&desk, &fields, "other_day") {
        Ok(day) => day,
        Err(error) => return shown(&desk, &one, &record, Some(&fields), &[error]),
    };
    match staff.answer_go_live(one.id, other, fields.text("note")).await {
        Ok(_) => desk.done(&format!("{}/set-up", path_of(&one)), "onboarding-go-live-answered", &one.name),
        Err(error) => {
            let error = desk.refusal(error)?.at("other_day");
            shown(&desk, &one, &record, Some(&fields), &[error])
        }
    }
}

async fn accept(desk: Desk, Path(id): Path<String>, _fields: Fields) -> Answer {
    let one = desk.found(&id).await?;
    let own = desk.onboarding();
    match own.accept_go_live(one.id).await {
        Ok(_) => desk.done(&format!("{}/set-up", path_of(&one)), "onboarding-go-live-accepted", &one.name),
        Err(error) => {
            let error = desk.refusal(error)?;
            shown(&desk, &one, &own.set_up(one.id).await?, None, &[error])
        }
    }
}
