//! Second factors of an account: an application for codes, recovery codes.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use directory::{FactorId, RecoveryCodes, Session, TotpSetup};
use minijinja::{Value, context};
use qrcode::QrCode;
use qrcode::render::svg;

use super::{Going, entered, or_trouble, page, passkeys, proved, settings, unable};
use crate::Shared;
use crate::fields::Sent;
use crate::trouble::Trouble;
use crate::visitor::Guest;
use crate::words::say;

/// The set-up as a picture: drawn by us, so that nobody else sees the secret.
fn picture(url: &str) -> Value {
    let Ok(code) = QrCode::new(url.as_bytes()) else { return Value::from("") };
    let drawn = code.render::<svg::Color<'_>>().min_dimensions(220, 220).build();
    // Within a page there is no XML declaration.
    Value::from_safe_string(drawn.find("<svg").map_or(String::new(), |from| drawn[from..].to_owned()))
}

fn totp_page(
    shared: &Shared,
    guest: &Guest,
    session: &Session,
    setup: &TotpSetup,
    (going, wrong): (&Going, Option<String>),
) -> Response {
    let groups: Vec<String> =
        setup.secret.as_bytes().chunks(4).map(|group| String::from_utf8_lossy(group).into_owned()).collect();
    let content = context! {
        title => "totp-title",
        picture => picture(&setup.url),
        secret => groups.join(" "),
        challenge => setup.token.as_str(),
        asks_password => shared.directory.recently_proved(session).is_none(),
        has_passkeys => passkeys::are_here(shared, guest),
    };
    page(guest, "account-totp.html", going, wrong, content)
}

/// The page that begins to set up an application.
pub(super) async fn begin(
    shared: &Shared,
    guest: &Guest,
    session: &Session,
    going: &Going,
) -> Result<Response, Trouble> {
    let setup = shared.directory.begin_totp(session).await?;
    Ok(totp_page(shared, guest, session, &setup, (going, None)))
}

/// `POST /safe/account/totp`: begins, and with a first code ends, the set-up of an application.
pub(super) async fn totp(State(shared): State<Arc<Shared>>, guest: Guest, sent: Sent) -> Response {
    let (session, fields, going) = match entered(&shared, &guest, sent).await {
        Ok(entered) => entered,
        Err(page) => return page,
    };
    let answer = async {
        let token = fields.text("challenge");
        if token.is_empty() {
            return begin(&shared, &guest, &session, &going).await;
        }
        let Some(setup) = shared.directory.begun_totp(&session, token).await? else {
            let setup = shared.directory.begin_totp(&session).await?;
            let wrong = say(guest.language, "totp-over", &[]);
            return Ok(totp_page(&shared, &guest, &session, &setup, (&going, Some(wrong))));
        };
        let again = |wrong| Ok(totp_page(&shared, &guest, &session, &setup, (&going, Some(wrong))));
        let shown = match shared.directory.recently_proved(&session) {
            Some(proved) => proved,
            None => match proved(&shared, &guest, &session, &fields).await? {
                Ok(proved) => proved,
                Err(wrong) => return again(wrong),
            },
        };
        let name = say(guest.language, "totp-name", &[]);
        match shared.directory.add_totp(&session, shown, token, fields.text("code"), &name).await {
            Ok(codes) if codes.is_empty() => Ok(going.on(&shared, &guest).await),
            Ok(codes) => Ok(codes_page(&guest, &going, &codes)),
            Err(error) => again(unable(&guest, error)?),
        }
    };
    or_trouble(&guest, answer.await)
}

/// Recovery codes, this once.
pub(super) fn codes_page(guest: &Guest, going: &Going, codes: &RecoveryCodes) -> Response {
    let codes: Vec<&str> = codes.iter().map(|code| code.as_str()).collect();
    page(guest, "account-codes.html", going, None, context! { title => "codes-title", codes })
}

/// `POST /safe/account/recovery`: new recovery codes in the place of all others.
pub(super) async fn renew_recovery(State(shared): State<Arc<Shared>>, guest: Guest, sent: Sent) -> Response {
    let (session, fields, going) = match entered(&shared, &guest, sent).await {
        Ok(entered) => entered,
        Err(page) => return page,
    };
    let answer = async {
        let shown = match proved(&shared, &guest, &session, &fields).await? {
            Ok(proved) => proved,
            Err(wrong) => return settings::page_of(&shared, &guest, &session, Some(wrong), None).await,
        };
        match shared.directory.renew_recovery_codes(&session, shown).await {
            Ok(codes) => Ok(codes_page(&guest, &going, &codes)),
            Err(error) => {
                let wrong = unable(&guest, error)?;
                settings::page_of(&shared, &guest, &session, Some(wrong), None).await
            }
        }
    };
    or_trouble(&guest, answer.await)
}

/// `POST /safe/account/factors/remove`
pub(super) async fn remove(State(shared): State<Arc<Shared>>, guest: Guest, sent: Sent) -> Response {
    let (session, fields, _) = match entered(&shared, &guest, sent).await {
        Ok(entered) => entered,
        Err(page) => return page,
    };
    let answer = async {
        let shown = match proved(&shared, &guest, &session, &fields).await? {
            Ok(proved) => proved,
            Err(wrong) => return settings::page_of(&shared, &guest, &session, Some(wrong), None).await,
        };
        let id = FactorId(fields.text("id").parse().unwrap_or_default());
        match shared.directory.remove_own_factor(&session, shown, id).await {
            Ok(()) => settings::page_of(&shared, &guest, &session, None, Some("factor-removed")).await,
            Err(error) => {
                let wrong = unable(&guest, error)?;
                settings::page_of(&shared, &guest, &session, Some(wrong), None).await
            }
        }
    };
    or_trouble(&guest, answer.await)
}
