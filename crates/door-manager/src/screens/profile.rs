//! «Mon profil»: what a person says of himself, the password, the second factors.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::http::header::SET_COOKIE;
use axum::routing::{get, post};
use directory::{
    AuthRefusal, DirectoryError, FactorId, FactorInfo, Factors, ProfileChange, Proof, Proved, RecoveryCodes,
    TotpSetup, Zeroizing,
};
use minijinja::{Value, context};
use model::Address;
use qrcode::QrCode;
use qrcode::render::svg;

use super::Answer;
use super::refusal::{FieldError, directory_refusal};
use super::signing_in::{asked, has_passkeys, language_cookie, refusal};
use crate::fields::Fields;
use crate::toast::{Toast, done};
use crate::trouble::Trouble;
use crate::visitor::{Entering, Person};
use crate::words::Language;
use crate::{Shared, page};

const SECURITY: &str = "/manager/profile/security";

pub(super) fn routes() -> Router<Arc<Shared>> {
    Router::new()
        .route("/profile", get(show).post(change))
        .route("/profile/offers/{offer}", post(answer_offer))
        .route("/profile/security", get(security))
        .route("/profile/password", post(password))
        .route("/profile/totp", get(totp).post(add_totp))
        .route("/profile/passkey", get(passkey).post(add_passkey))
        .route("/profile/passkey/options", post(passkey_options))
        .route("/profile/proof/options", post(proof_options))
        .route("/profile/recovery", get(recovery).post(renew_recovery))
        .route("/profile/factors/{id}/remove", get(removal).post(remove))
}

/// A page with what was wrong: shown with the status that says so.
fn shown(person: &Person, template: &str, content: Value, errors: &[FieldError]) -> Answer {
    let content = context! { errors => Value::from_serialize(errors), ..content };
    let mut page = page::of(person, template, "profile", content)?;
    if !errors.is_empty() {
        *page.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    }
    Ok(page)
}

async fn show(State(shared): State<Arc<Shared>>, person: Person) -> Answer {
    let profile = shared.directory.own_profile(&person.session).await?;
    let typed = context! {
        name => person.session.name,
        // The page has a language of its own.
        letters_in => person.session.language.clone().unwrap_or_default(),
        phone => profile.phone.unwrap_or_default(),
        contacts => profile.contacts.join("\n"),
        offers => offers(&shared, &person).await?,
    };
    shown(&person, "profile.html", typed, &[])
}

/// Which organisations ask the person to belong to them.
async fn offers(shared: &Shared, person: &Person) -> Result<Vec<Value>, Trouble> {
    let offers = shared.directory.own_membership_offers(&person.session).await?.into_iter().map(|offer| {
        let values = [
            ("who", offer.offered_by.into()),
            ("organisation", offer.organisation_name.into()),
            ("role", person.guest.say(&format!("role-{}", offer.role), &[]).into()),
        ];
        context! {
            id => offer.id.to_string(),
            text => person.guest.say("own-offer-text", &values),
            expires_at => offer.expires_at.rfc3339(),
        }
    });
    Ok(offers.collect())
}

async fn answer_offer(
    State(shared): State<Arc<Shared>>,
    person: Person,
    Path(id): Path<i64>,
    fields: Fields,
) -> Answer {
    let accepts = fields.text("answer") == "accept";
    let known = shared.directory.own_membership_offers(&person.session).await?;
    let offer = known.into_iter().find(|offer| offer.id == id).ok_or(Trouble::NotFound)?;
    shared.directory.answer_membership_offer(&person.session, id, accepts).await?;
    let words = match accepts {
        true => person.guest.say("offer-accepted", &[("organisation", offer.organisation_name.into())]),
        false => person.guest.say("offer-declined", &[]),
    };
    Ok(done(&person, "/manager/profile", &Toast::of(words)))
}

/// Addresses, one a line; the first that is none is given back.
pub(super) fn addresses(text: &str) -> Result<Vec<Address>, String> {
    let lines = text.split(['\n', ',', ';']).map(str::trim).filter(|line| !line.is_empty());
    lines.map(|line| Address::parse(line).map_err(|_| line.to_owned())).collect()
}

async fn change(State(shared): State<Arc<Shared>>, person: Person, fields: Fields) -> Answer {
    let again = |error: FieldError| {
        let typed = context! {
            name => fields.text("name"),
            letters_in => fields.text("language"),
            phone => fields.text("phone"),
            contacts => fields.raw("contacts"),
        };
        shown(&person, "profile.html", typed, &[error])
    };
    let contacts = match addresses(fields.raw("contacts")) {
        Ok(contacts) => contacts,
        Err(line) => {
            let words = person.guest.say("people-no-address", &[("text", line.into())]);
            return again(FieldError::new("contacts", words));
        }
    };
    let change = ProfileChange {
        name: Some(fields.text("name").to_owned()),
        language: Some(fields.text("language").to_owned()),
        phone: Some(fields.text("phone").to_owned()),
        contacts: Some(contacts),
    };
    match shared.directory.change_own_profile(&person.session, change).await {
        Ok(()) => {
            let language = Language::of_tag(fields.text("language")).unwrap_or(person.guest.language);
            let words = crate::words::say(language, "saved", &[]);
            let mut response = done(&person, "/manager/profile", &Toast::of(words));
            let cookie = language_cookie(&person.guest, language);
            response.headers_mut().append(SET_COOKIE, cookie.parse().expect("the cookie is ASCII"));
            Ok(response)
        }
        Err(error) => again(directory_refusal(&person.guest, error)?),
    }
}

fn factor(info: &FactorInfo) -> Value {
    context! {
        id => info.id.0.to_string(),
        kind => info.kind.as_str(),
        name => info.name,
        created_at => info.created_at.rfc3339(),
        last_used_at => info.last_used_at.map(|at| at.rfc3339()),
    }
}

async fn security_with(shared: &Shared, person: &Person, errors: &[FieldError]) -> Answer {
    let Factors { all, recovery_codes } = shared.directory.own_factors(&person.session).await?;
    let content = context! {
        factors => all.iter().map(factor).collect::<Vec<_>>(),
        recovery_codes,
        is_required => person.session.is_second_factor_required,
        has_passkeys => has_passkeys(shared, &person.guest),
        host => shared.directory.relying_party().map(|party| party.id.clone()),
    };
    shown(person, "profile_security.html", content, errors)
}

async fn security(State(shared): State<Arc<Shared>>, Entering(person): Entering) -> Answer {
    security_with(&shared, &person, &[]).await
}

/// The proof that a form carries: a passkey's answer, or the present password.
async fn proved(shared: &Shared, person: &Person, fields: &Fields) -> Result<Proved, ProofTrouble> {
    let proof = match fields.has("answer") && fields.has("challenge") {
        true => Proof::Passkey {
            token: fields.text("challenge").to_owned(),
            answer: fields.raw("answer").to_owned(),
        },
        false => Proof::Password(Zeroizing::new(fields.raw("present").to_owned())),
    };
    match shared.directory.prove(&person.session, proof, person.guest.client.ip).await {
        Ok(proved) => Ok(proved),
        Err(AuthRefusal::Wrong) => {
            let words = person.guest.say("present-wrong", &[]);
            Err(ProofTrouble::Wrong(FieldError::new("present", words)))
        }
        Err(refused) => match refusal(shared, &person.guest, refused) {
            Ok(words) => Err(ProofTrouble::Wrong(FieldError::new("present", words))),
            Err(trouble) => Err(ProofTrouble::Ours(trouble)),
        },
    }
}

pub(super) enum ProofTrouble {
    Wrong(FieldError),
    Ours(Trouble),
}

/// Whoever has just signed in adds without being asked again.
pub(super) async fn proved_to_add(
    shared: &Shared,
    person: &Person,
    fields: &Fields,
) -> Result<Proved, ProofTrouble> {
    match shared.directory.recently_proved(&person.session) {
        Some(proved) => Ok(proved),
        None => proved_by_password(shared, person, fields).await,
    }
}

/// In a form in which a passkey is made, `answer` is the new one's.
async fn proved_by_password(
    shared: &Shared,
    person: &Person,
    fields: &Fields,
) -> Result<Proved, ProofTrouble> {
    let only = [("present".to_owned(), fields.raw("present").to_owned())];
    proved(shared, person, &only.into_iter().collect()).await
}

async fn password(State(shared): State<Arc<Shared>>, person: Person, fields: Fields) -> Answer {
    if fields.raw("new") != fields.raw("repeated") {
        let words = person.guest.say("password-differs", &[]);
        return security_with(&shared, &person, &[FieldError::new("repeated", words)]).await;
    }
    let proved = match proved(&shared, &person, &fields).await {
        Ok(proved) => proved,
        Err(ProofTrouble::Wrong(error)) => return security_with(&shared, &person, &[error]).await,
        Err(ProofTrouble::Ours(trouble)) => return Err(trouble),
    };
    let new = Zeroizing::new(fields.raw("new").to_owned());
    match shared.directory.change_own_password(&person.session, proved, &new).await {
        Ok(()) => Ok(done(&person, SECURITY, &Toast::of(person.guest.say("password-changed", &[])))),
        Err(error) => {
            let error = directory_refusal(&person.guest, error)?.at("new");
            security_with(&shared, &person, &[error]).await
        }
    }
}

/// The set-up as a picture: drawn by us, so that nobody else sees the secret.
fn picture(url: &str) -> String {
    let Ok(code) = QrCode::new(url.as_bytes()) else { return String::new() };
    let drawn = code.render::<svg::Color<'_>>().min_dimensions(220, 220).build();
    // Within a page there is no XML declaration.
    drawn.find("<svg").map_or(String::new(), |from| drawn[from..].to_owned())
}

fn totp_page(
    shared: &Shared,
    person: &Person,
    setup: &TotpSetup,
    name: &str,
    errors: &[FieldError],
) -> Answer {
    let groups: Vec<String> =
        setup.secret.as_bytes().chunks(4).map(|group| String::from_utf8_lossy(group).into_owned()).collect();
    let content = context! {
        picture => Value::from_safe_string(picture(&setup.url)),
        secret => groups.join(" "),
        url => setup.url.as_str(),
        challenge => setup.token.as_str(),
        name,
        asks_password => shared.directory.recently_proved(&person.session).is_none(),
    };
    shown(person, "profile_totp.html", content, errors)
}

async fn totp(State(shared): State<Arc<Shared>>, Entering(person): Entering) -> Answer {
    let setup = shared.directory.begin_totp(&person.session).await?;
    let name = person.guest.say("totp-name", &[]);
    totp_page(&shared, &person, &setup, &name, &[])
}

async fn add_totp(State(shared): State<Arc<Shared>>, Entering(person): Entering, fields: Fields) -> Answer {
    let token = fields.text("challenge");
    let Some(setup) = shared.directory.begun_totp(&person.session, token).await? else {
        let setup = shared.directory.begin_totp(&person.session).await?;
        let error = FieldError::new("code", person.guest.say("totp-over", &[]));
        return totp_page(&shared, &person, &setup, fields.text("name"), &[error]);
    };
    let proved = match proved_to_add(&shared, &person, &fields).await {
        Ok(proved) => proved,
        Err(ProofTrouble::Wrong(error)) => {
            return totp_page(&shared, &person, &setup, fields.text("name"), &[error]);
        }
        Err(ProofTrouble::Ours(trouble)) => return Err(trouble),
    };
    let (code, name) = (fields.text("code"), fields.text("name"));
    match shared.directory.add_totp(&person.session, proved, token, code, name).await {
        Ok(codes) => added(&person, &codes),
        Err(error) => {
            let error = directory_refusal(&person.guest, error)?;
            totp_page(&shared, &person, &setup, name, &[error])
        }
    }
}

/// After the first second factor the recovery codes are shown; after every other one nothing but that it is there.
fn added(person: &Person, codes: &RecoveryCodes) -> Answer {
    if codes.is_empty() {
        return Ok(done(person, SECURITY, &Toast::of(person.guest.say("factor-added", &[]))));
    }
    codes_page(person, codes, true)
}

fn codes_page(person: &Person, codes: &RecoveryCodes, is_first: bool) -> Answer {
    let codes: Vec<&str> = codes.iter().map(|code| code.as_str()).collect();
    let file = format!("{}\r\n{}\r\n\r\n{}\r\n", "Relais", person.session.login, codes.join("\r\n"));
    // The session that the page came with lacked what it has now.
    let mut person = person.clone();
    person.session.has_second_factor = true;
    let content = context! { codes, text => codes.join("\n"), file, is_first };
    shown(&person, "profile_codes.html", content, &[])
}

fn passkey_page(shared: &Shared, person: &Person, name: &str, errors: &[FieldError]) -> Answer {
    let content = context! {
        name,
        has_passkeys => has_passkeys(shared, &person.guest),
        host => shared.directory.relying_party().map(|party| party.id.clone()),
        asks_password => shared.directory.recently_proved(&person.session).is_none(),
    };
    shown(person, "profile_passkey.html", content, errors)
}

async fn passkey(State(shared): State<Arc<Shared>>, Entering(person): Entering) -> Answer {
    let name = super::sessions::browser(&person.guest.agent);
    passkey_page(&shared, &person, &name, &[])
}

async fn passkey_options(
    State(shared): State<Arc<Shared>>,
    Entering(person): Entering,
    _fields: Fields,
) -> Answer {
    // An installation that is reached by an address has no passkeys, so there is nothing to ask for.
    if shared.directory.relying_party().is_none() {
        return Err(Trouble::NotFound);
    }
    Ok(asked(Some(shared.directory.begin_passkey(&person.session).await?)))
}

async fn add_passkey(
    State(shared): State<Arc<Shared>>,
    Entering(person): Entering,
    fields: Fields,
) -> Answer {
    let name = fields.text("name");
    let proved = match proved_to_add(&shared, &person, &fields).await {
        Ok(proved) => proved,
        Err(ProofTrouble::Wrong(error)) => return passkey_page(&shared, &person, name, &[error]),
        Err(ProofTrouble::Ours(trouble)) => return Err(trouble),
    };
    let (token, answer) = (fields.text("challenge"), fields.raw("answer"));
    match shared.directory.add_passkey(&person.session, proved, token, answer, name).await {
        Ok(codes) => added(&person, &codes),
        Err(DirectoryError::NotFound { .. }) => {
            let error = FieldError::new("name", person.guest.say("passkey-wrong", &[]));
            passkey_page(&shared, &person, name, &[error])
        }
        Err(error) => {
            let error = directory_refusal(&person.guest, error)?.at("name");
            passkey_page(&shared, &person, name, &[error])
        }
    }
}

/// What the person's passkeys are asked for a proof.
async fn proof_options(State(shared): State<Arc<Shared>>, person: Person, _fields: Fields) -> Answer {
    Ok(asked(shared.directory.proof_challenge(&person.session).await?))
}

/// A page that says what will happen and asks for the proof.
async fn asking(
    shared: &Shared,
    person: &Person,
    act: &str,
    name: &str,
    path: &str,
    errors: &[FieldError],
) -> Answer {
    let factors = shared.directory.own_factors(&person.session).await?;
    let has_passkey = factors.has(directory::FactorKind::Passkey) && has_passkeys(shared, &person.guest);
    let content = context! { act, name, path, has_passkey, is_last => factors.all.len() == 1 };
    shown(person, "profile_proof.html", content, errors)
}

async fn recovery(State(shared): State<Arc<Shared>>, person: Person) -> Answer {
    asking(&shared, &person, "recovery-renew", "", "/manager/profile/recovery", &[]).await
}

async fn renew_recovery(State(shared): State<Arc<Shared>>, person: Person, fields: Fields) -> Answer {
    let path = "/manager/profile/recovery";
    let proved = match proved(&shared, &person, &fields).await {
        Ok(proved) => proved,
        Err(ProofTrouble::Wrong(error)) => {
            return asking(&shared, &person, "recovery-renew", "", path, &[error]).await;
        }
        Err(ProofTrouble::Ours(trouble)) => return Err(trouble),
    };
    let codes = shared.directory.renew_recovery_codes(&person.session, proved).await?;
    codes_page(&person, &codes, false)
}

async fn own_factor(shared: &Shared, person: &Person, id: i64) -> Result<FactorInfo, Trouble> {
    let factors = shared.directory.own_factors(&person.session).await?;
    factors.all.into_iter().find(|factor| factor.id == FactorId(id)).ok_or(Trouble::NotFound)
}

async fn removal(State(shared): State<Arc<Shared>>, person: Person, Path(id): Path<i64>) -> Answer {
    let factor = own_factor(&shared, &person, id).await?;
    let path = format!("/manager/profile/factors/{id}/remove");
    asking(&shared, &person, "factor-remove", &factor.name, &path, &[]).await
}

async fn remove(
    State(shared): State<Arc<Shared>>,
    person: Person,
    Path(id): Path<i64>,
    fields: Fields,
) -> Answer {
    let factor = own_factor(&shared, &person, id).await?;
    let path = format!("/manager/profile/factors/{id}/remove");
    let proved = match proved(&shared, &person, &fields).await {
        Ok(proved) => proved,
        Err(ProofTrouble::Wrong(error)) => {
            return asking(&shared, &person, "factor-remove", &factor.name, &path, &[error]).await;
        }
        Err(ProofTrouble::Ours(trouble)) => return Err(trouble),
    };
    match shared.directory.remove_own_factor(&person.session, proved, factor.id).await {
        Ok(()) => {
            let words = person.guest.say("factor-removed", &[("name", factor.name.into())]);
            Ok(done(&person, SECURITY, &Toast::of(words)))
        }
        Err(error) => {
            let error = directory_refusal(&person.guest, error)?.at("present");
            asking(&shared, &person, "factor-remove", &factor.name, &path, &[error]).await
        }
    }
}
