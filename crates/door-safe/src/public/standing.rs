//! Pages that say the same to everybody: what this portal is, by which rules the platform works, how evidence is verified.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use minijinja::{Value, context};

use crate::trouble::Trouble;
use crate::visitor::Guest;
use crate::{Shared, limits, pages};

/// `GET /safe/`
pub(crate) async fn start(State(shared): State<Arc<Shared>>, guest: Guest) -> Response {
    pages::standing(&guest, "start.html", "/safe/", &about(&shared, "start-title"))
}

/// `GET /safe/policy`: its address stands in every statement of evidence.
pub(crate) async fn policy(State(shared): State<Arc<Shared>>, guest: Guest) -> Response {
    let settings = shared.secure.settings();
    let days = |span: std::time::Duration| span.as_secs() / 86_400;
    let reminders: Vec<String> =
        settings.profile.reminders().iter().map(|after| days(*after).to_string()).collect();
    let content = context! {
        reminders => reminders.join(", "),
        hides_sender => settings.profile.hides_sender(),
        acceptance_days => settings.acceptance_days,
        zone => settings.zone,
        open_days => days(mail_secure::limits::OPEN_FOR),
        accepted_days => days(mail_secure::limits::ACCEPTED_OPEN_FOR),
        stamps_itself => settings.time_stamps.is_empty(),
        tag => settings.marks.tags.first(),
        suffix => settings.marks.suffixes.first().map(ToString::to_string),
        policy => settings.policy,
        ..about(&shared, "policy-title")
    };
    pages::standing(&guest, "policy.html", "/safe/policy", &content)
}

/// `GET /safe/verify`
pub(crate) async fn verify(State(shared): State<Arc<Shared>>, guest: Guest) -> Response {
    match verify_content(&shared, None).await {
        Ok(content) => pages::standing(&guest, "verify.html", "/safe/verify", &content),
        Err(trouble) => trouble.page(&guest),
    }
}

/// What the page about verifying says; `error` is the key of what was wrong with the files.
pub(super) async fn verify_content(shared: &Shared, error: Option<&str>) -> Result<Value, Trouble> {
    let keys = shared.secure.keys_file().await?;
    Ok(context! {
        error,
        keys_digest => evidence::Keys::digest(&keys).to_string(),
        limit_mib => limits::VERIFYING_BYTES / (1024 * 1024),
        limit_files => limits::VERIFYING_FILES_LIMIT,
        ..about(shared, "verify-title")
    })
}

/// Who runs the portal, and where it is.
fn about(shared: &Shared, title: &str) -> Value {
    let settings = shared.secure.settings();
    context! {
        title,
        issuer => settings.issuer,
        portal => settings.portal.as_str(),
        from => settings.from.to_string(),
    }
}
