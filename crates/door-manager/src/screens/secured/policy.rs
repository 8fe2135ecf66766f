//! Who of the organisation sends secured letters, which go secured by themselves, and what its people are told about
//! writing them.

use std::sync::Arc;

use axum::Router;
use axum::extract::State as Kept;
use axum::http::StatusCode;
use axum::routing::get;
use directory::{AllowedSender, DirectoryError, SecuredSending, SecuringRule, SettingsChange};
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
    rules: Vec<Rule>,
    guidance: String,
}

/// A rule as the form has it: mode, occasion, what it is about.
type Rule = (String, String, String);

/// Rules that are read of a form: more than an organisation may have, so that it hears of it.
const FORM_RULES_LIMIT: usize = 200;
/// Empty rules that a form offers beside those there are.
const EMPTY_RULES: usize = 3;

impl Form {
    fn of(sending: &SecuredSending) -> Form {
        let senders: Vec<String> = sending.senders.iter().flatten().map(ToString::to_string).collect();
        Form {
            is_limited: sending.senders.is_some(),
            senders: senders.join("\n"),
            rules: sending.rules.iter().map(Form::rule_of).collect(),
            guidance: sending.guidance.clone(),
        }
    }

    fn rule_of(rule: &SecuringRule) -> Rule {
        let (occasion, about) = rule.occasion();
        (rule.mode.to_string(), occasion.to_owned(), about)
    }

    fn typed(fields: &Fields) -> Form {
        let (modes, occasions) = (fields.all("rule-mode"), fields.all("rule-when"));
        let rules = modes.zip(occasions).zip(fields.all("rule-about"));
        Form {
            is_limited: fields.text("who") == "listed",
            senders: fields.text("senders").replace("\r\n", "\n"),
            rules: rules
                .map(|((mode, occasion), about)| {
                    (mode.to_owned(), occasion.to_owned(), about.trim().to_owned())
                })
                .filter(|(_, _, about)| !about.is_empty())
                .take(FORM_RULES_LIMIT)
                .collect(),
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

    /// The rules; the first that is none.
    fn rules(&self) -> Result<Vec<SecuringRule>, DirectoryError> {
        self.rules.iter().map(|(mode, occasion, about)| SecuringRule::new(mode, occasion, about)).collect()
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
        rules => form.rules.iter().cloned().chain(std::iter::repeat_n(Rule::default(), EMPTY_RULES)).collect::<Vec<_>>(),
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
    let rules = match form.rules() {
        Ok(rules) => rules,
        Err(error) => {
            let error = directory_refusal(&person.guest, error)?.at("rules");
            return shown(&shared, &person, &form, &[error]);
        }
    };
    let change = SettingsChange {
        secured_senders: Some(senders),
        secured_rules: Some(rules),
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
            let field = match error.field.as_str() {
                "secured_guidance" => "guidance",
                "secured_rules" => "rules",
                _ => "senders",
            };
            shown(&shared, &person, &form, &[error.at(field)])
        }
    }
}
