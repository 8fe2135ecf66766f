//! Who of the organisation sends secured letters, and what its people are told about writing them.

use std::sync::Arc;

use axum::Router;
use axum::extract::State as Kept;
use axum::http::StatusCode;
use axum::routing::get;
use directory::{AllowedSender, SecuredSending, SettingsChange};
use minijinja::{Value, context};

use super::{Answer, PATH};
use crate::fields::Fields;
use crate::screens::refusal::{FieldError, directory_refusal};
use crate::toast::{Toast, done};
use crate::visitor::{Administrator, Person};
use crate::words::Word;
use crate::{Shared, page};

pub(super) fn routes() -> Router<Arc<Shared>> {
    Router::new().route("/secured/senders", get(show).post(change))
}

/// What the form holds.
struct Form {
    is_limited: bool,
    senders: String,
    guidance: String,
}

impl Form {
    fn of(sending: &SecuredSending) -> Form {
        let senders: Vec<String> = sending.senders.iter().flatten().map(ToString::to_string).collect();
        Form {
            is_limited: sending.senders.is_some(),
            senders: senders.join("\n"),
            guidance: sending.guidance.clone(),
        }
    }

    fn typed(fields: &Fields) -> Form {
        Form {
            is_limited: fields.text("who") == "listed",
            senders: fields.text("senders").replace("\r\n", "\n"),
            guidance: fields.text("guidance").replace("\r\n", "\n"),
        }
    }

    /// Who alone sends; the texts that are neither an address nor a domain.
    fn senders(&self) -> Result<Option<Vec<AllowedSender>>, Vec<&str>> {
        if !self.is_limited {
            return Ok(None);
        }
        let texts = self.senders.split([',', ' ', '\n', '\r']).filter(|text| !text.is_empty());
        let (mut senders, mut wrong) = (Vec::new(), Vec::new());
        for text in texts {
            match text.parse() {
                Ok(sender) => senders.push(sender),
                Err(_) => wrong.push(text),
            }
        }
        if wrong.is_empty() { Ok(Some(senders)) } else { Err(wrong) }
    }
}

async fn show(Kept(shared): Kept<Arc<Shared>>, person: Administrator) -> Answer {
    let settings = person.people(&shared).settings(person.session.organisation).await?;
    shown(&shared, &person, &Form::of(&settings.secured), &[])
}

fn shown(shared: &Shared, person: &Person, form: &Form, errors: &[FieldError]) -> Answer {
    let content = context! {
        who => if form.is_limited { "listed" } else { "everybody" },
        senders => form.senders,
        guidance => form.guidance,
        how => how(shared),
        errors => Value::from_serialize(errors),
    };
    let mut page = page::of(person, "secured_senders.html", "secured-senders", content)?;
    if !errors.is_empty() {
        *page.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    }
    Ok(page)
}

/// How a letter is sent secured: the beginnings of a subject and the suffix of a recipient, as this installation has them.
pub(crate) fn how(shared: &Shared) -> Value {
    let marks = &shared.secure.settings().marks;
    let tag = marks.tags.first().map(|tag| format!("<{tag}>"));
    let modes = [("confidential", "c"), ("personal", "p"), ("registered", "r")].map(|(mode, letter)| {
        context! { mode, begin => tag.as_ref().map(|tag| format!("{tag}<{letter}>")) }
    });
    context! {
        modes => modes.to_vec(),
        suffix => marks.suffixes.first().map(|suffix| format!("nom@exemple.ch.{suffix}")),
    }
}

async fn change(Kept(shared): Kept<Arc<Shared>>, person: Administrator, fields: Fields) -> Answer {
    let form = Form::typed(&fields);
    let senders = match form.senders() {
        Ok(senders) => senders,
        Err(wrong) => {
            let said = |text: &&str| {
                let words = person.guest.say("application-sender-wrong", &[("text", Word::from(*text))]);
                FieldError::new("senders", words)
            };
            let errors: Vec<FieldError> = wrong.iter().map(said).collect();
            return shown(&shared, &person, &form, &errors);
        }
    };
    let change = SettingsChange {
        secured_senders: Some(senders),
        secured_guidance: Some(form.guidance.clone()),
        ..SettingsChange::default()
    };
    match person.people(&shared).change_settings(person.session.organisation, change).await {
        Ok(_) => {
            let words = person.guest.say("saved", &[]);
            Ok(done(&person, &format!("{PATH}/senders"), &Toast::of(words)))
        }
        Err(error) => {
            let error = directory_refusal(&person.guest, error)?;
            let error =
                if error.field == "secured_guidance" { error.at("guidance") } else { error.at("senders") };
            shown(&shared, &person, &form, &[error])
        }
    }
}
