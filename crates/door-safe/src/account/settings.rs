//! What the owner of an account sets: language, registered letters, password, devices, and the end of the account.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use directory::{Factors, ProfileChange, Session, SessionId, Zeroizing};
use mail_secure::{Choices, Language};
use minijinja::{Value, context};
use model::{Address, Timestamp};

use super::{Going, SETTINGS, entered, or_trouble, page, passkeys, proved, set_cookie, unable};
use crate::fields::Sent;
use crate::letter::moment;
use crate::trouble::Trouble;
use crate::visitor::Guest;
use crate::words::say;
use crate::{Shared, pages};

/// `GET /safe/account`
pub(super) async fn show(State(shared): State<Arc<Shared>>, guest: Guest) -> Response {
    let answer = async {
        match guest.session(&shared).await? {
            Some(session) => page_of(&shared, &guest, &session, None, None).await,
            None => Ok(pages::see_other("/safe/sign-in")),
        }
    };
    or_trouble(&guest, answer.await)
}

/// The page, with what was wrong or what was done.
pub(super) async fn page_of(
    shared: &Shared,
    guest: &Guest,
    session: &Session,
    wrong: Option<String>,
    done: Option<&str>,
) -> Result<Response, Trouble> {
    let own = own_address(shared, guest).await?;
    let (choices, visits) = match &own {
        Some(own) => (shared.secure.choices_of(own, session.user).await?, shared.secure.visits(own).await?),
        None => (Choices::default(), 0),
    };
    let at = |at: Timestamp| moment(shared, at);
    let Factors { all, recovery_codes } = shared.directory.own_factors(session).await?;
    let factors: Vec<Value> = all
        .iter()
        .map(|one| context! { id => one.id.0.to_string(), name => one.name, kind => one.kind.as_str(), since => at(one.created_at) })
        .collect();
    let sessions: Vec<Value> = shared
        .directory
        .sessions(session)
        .await?
        .into_iter()
        .map(|one| {
            let is_own = one.id == session.id;
            context! { id => one.id.0.to_string(), is_own, source => one.source, agent => browser(&one.agent), seen => at(one.last_seen_at) }
        })
        .collect();
    let consent =
        choices.consent.as_ref().map(|consent| context! { version => consent.version, at => at(consent.at) });
    let content = context! {
        title => "settings-title",
        login => session.login,
        has_passkeys => passkeys::are_here(shared, guest),
        is_recipient => session.is_recipients(),
        is_own => own.is_some(),
        chosen => choices.language.map(Language::tag),
        blocks => choices.blocks_registered,
        accepts => choices.accepts_registered,
        consent,
        factors,
        recovery_codes,
        sessions,
        visits,
        done,
    };
    Ok(page(guest, "account-settings.html", &Going::to(SETTINGS), wrong, content))
}

/// What people call a browser that calls itself so: its name and its system. Later names hide behind earlier ones.
fn browser(agent: &str) -> String {
    const BROWSERS: [(&str, &str); 5] = [
        ("Firefox/", "Firefox"),
        ("Edg/", "Edge"),
        ("OPR/", "Opera"),
        ("Chrome/", "Chrome"),
        ("Safari/", "Safari"),
    ];
    const SYSTEMS: [(&str, &str); 6] = [
        ("Android", "Android"),
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Windows", "Windows"),
        ("Mac OS X", "macOS"),
        ("Linux", "Linux"),
    ];
    let known = |names: &[(&str, &'static str)]| {
        names.iter().find(|(part, _)| agent.contains(part)).map(|(_, name)| *name)
    };
    let parts = [known(&BROWSERS), known(&SYSTEMS)];
    parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

/// The address of the account, where it has been shown that it is its owner's.
async fn own_address(shared: &Shared, guest: &Guest) -> Result<Option<Address>, Trouble> {
    let by_account = guest.known(shared).await?.by_account;
    Ok(by_account.and_then(|who| Address::parse(&who.canonical).ok()))
}

/// `POST /safe/account/choices`
pub(super) async fn choose(State(shared): State<Arc<Shared>>, mut guest: Guest, sent: Sent) -> Response {
    let (session, fields, _) = match entered(&shared, &guest, sent).await {
        Ok(entered) => entered,
        Err(page) => return page,
    };
    let answer = async {
        let own = own_address(&shared, &guest).await?.ok_or(Trouble::Proof)?;
        let before = shared.secure.choices_of(&own, session.user).await?;
        let registered = fields.text("registered");
        // A standing instruction is an agreement before every letter: there has to be the one about all of them.
        if registered == "accept" && (before.consent.is_none() || !session.has_second_factor) {
            let wrong = say(guest.language, "accepts-needs-consent", &[]);
            return page_of(&shared, &guest, &session, Some(wrong), None).await;
        }
        let language = Language::of_tag(fields.text("language"));
        let choices = Choices {
            consent: before.consent,
            blocks_registered: registered == "block",
            accepts_registered: registered == "accept",
            language,
        };
        shared.secure.choose(&own, session.user, choices).await?;
        if session.is_recipients()
            && let Some(language) = language
        {
            let language = Some(language.tag().to_owned());
            let change = ProfileChange { language, ..ProfileChange::default() };
            shared.directory.change_own_profile(&session, change).await?;
        }
        let language = language.unwrap_or(guest.language);
        guest.read_in(language);
        let mut page = page_of(&shared, &guest, &session, None, Some("settings-kept")).await?;
        set_cookie(&mut page, &guest.language_cookie());
        Ok(page)
    };
    let answer: Result<Response, Trouble> = answer.await;
    or_trouble(&guest, answer)
}

/// `POST /safe/account/password`
pub(super) async fn password(State(shared): State<Arc<Shared>>, guest: Guest, sent: Sent) -> Response {
    let (session, fields, _) = match entered(&shared, &guest, sent).await {
        Ok(entered) => entered,
        Err(page) => return page,
    };
    let answer = async {
        let again = |wrong| page_of(&shared, &guest, &session, Some(wrong), None);
        if fields.raw("new") != fields.raw("repeated") {
            return again(say(guest.language, "password-differs", &[])).await;
        }
        let shown = match proved(&shared, &guest, &session, &fields).await? {
            Ok(proved) => proved,
            Err(wrong) => return again(wrong).await,
        };
        let new = Zeroizing::new(fields.raw("new").to_owned());
        match shared.directory.change_own_password(&session, shown, &new).await {
            Ok(()) => page_of(&shared, &guest, &session, None, Some("password-changed")).await,
            Err(error) => again(unable(&guest, error)?).await,
        }
    };
    or_trouble(&guest, answer.await)
}

/// `POST /safe/account/sessions`: one of the list ends, or every other one.
pub(super) async fn end_session(State(shared): State<Arc<Shared>>, guest: Guest, sent: Sent) -> Response {
    let (session, fields, _) = match entered(&shared, &guest, sent).await {
        Ok(entered) => entered,
        Err(page) => return page,
    };
    let answer = async {
        match fields.text("id").parse() {
            Ok(id) => match shared.directory.end_session(&session, SessionId(id)).await {
                Ok(()) | Err(directory::DirectoryError::NotFound { .. }) => {}
                Err(error) => return Err(error.into()),
            },
            Err(_) => drop(shared.directory.end_other_sessions(&session).await?),
        }
        page_of(&shared, &guest, &session, None, Some("device-forgotten")).await
    };
    or_trouble(&guest, answer.await)
}

/// `POST /safe/account/visits`: no browser is known by a code any more.
pub(super) async fn end_visits(State(shared): State<Arc<Shared>>, guest: Guest, sent: Sent) -> Response {
    let (session, ..) = match entered(&shared, &guest, sent).await {
        Ok(entered) => entered,
        Err(page) => return page,
    };
    let answer = async {
        let own = own_address(&shared, &guest).await?.ok_or(Trouble::Proof)?;
        shared.secure.end_visits(&own).await?;
        page_of(&shared, &guest, &session, None, Some("device-forgotten")).await
    };
    or_trouble(&guest, answer.await)
}

/// `POST /safe/account/delete`: the account of somebody without an organisation, and all that was chosen with it.
pub(super) async fn delete(State(shared): State<Arc<Shared>>, guest: Guest, sent: Sent) -> Response {
    let (session, fields, _) = match entered(&shared, &guest, sent).await {
        Ok(entered) => entered,
        Err(page) => return page,
    };
    let answer = async {
        let again = |wrong| page_of(&shared, &guest, &session, Some(wrong), None);
        if fields.text("sure") != "yes" {
            return again(say(guest.language, "delete-not-sure", &[])).await;
        }
        let shown = match proved(&shared, &guest, &session, &fields).await? {
            Ok(proved) => proved,
            Err(wrong) => return again(wrong).await,
        };
        if let Err(error) = shared.directory.delete_recipient(&session, shown).await {
            return again(unable(&guest, error)?).await;
        }
        // Should this not be done, it is worth nothing all the same: what was said belongs to that account.
        if let Ok(own) = Address::parse(&session.login) {
            shared.secure.forget_recipient(&own).await?;
        }
        let gone = context! { title => "deleted-title", text => "deleted-text" };
        let mut page = pages::page(guest.language, "account-done.html", &gone);
        set_cookie(&mut page, &guest.session_cookie(""));
        set_cookie(&mut page, &guest.visit_cookie(""));
        Ok(page)
    };
    or_trouble(&guest, answer.await)
}

#[cfg(test)]
mod tests {
    use super::browser;

    #[test]
    fn browsers_are_called_as_people_call_them() {
        for (agent, name) in [
            ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox, Linux"),
            (
                "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0",
                "Edge, Windows",
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) Version/19.0 Safari/604.1",
                "Safari, iPhone",
            ),
            ("curl/8.0", ""),
        ] {
            assert_eq!(browser(agent), name, "{agent}");
        }
    }
}
