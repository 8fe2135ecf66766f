//! What `relais user` shows and changes of one person: role with its limits, profile, sessions, device passwords.

use anyhow::Result;
use directory::{Limits, Profile, ProfileChange, Role, SessionId};
use model::{Address, Domain};
use serde_json::json;

use super::Platform;
use super::output::{Output, card, state, table};

/// Gives a role, and exactly what narrows it.
pub(super) async fn give_role(
    platform: &Platform,
    login: &Address,
    role: Role,
    domain: Option<&Domain>,
    services: &[String],
) -> Result<Output> {
    let administration = &platform.administration;
    let id = administration.user_called(login).await?.id;
    let domain = match domain {
        Some(name) => Some(administration.domain_called(name).await?.id),
        None => None,
    };
    let mut granted = Vec::with_capacity(services.len());
    for name in services {
        granted.push(platform.service(name).await?);
    }
    let limits = Limits { domain: Some(domain), services: Some(granted) };
    let user = administration.change_role(id, role, limits).await?;
    let services = administration.granted_services(user.organisation, id).await?;
    let services: Vec<String> = services.iter().map(ToString::to_string).collect();
    let domain = user.domain.map(|domain| domain.to_string());
    let fields = [
        ("login", user.login.clone()),
        ("role", user.role.to_string()),
        ("domain", domain.clone().unwrap_or_else(|| "all".to_owned())),
        ("services", services.join(", ")),
    ];
    let value = json!({
        "id": user.id.to_string(),
        "login": user.login,
        "organisation": user.organisation.to_string(),
        "role": user.role.as_str(),
        "domain": domain,
        "services": services,
    });
    Ok(card(value, &fields))
}

/// Changes what a person says of himself, where something is given, and shows it.
pub(super) async fn profile(platform: &Platform, login: &Address, change: ProfileChange) -> Result<Output> {
    let administration = &platform.administration;
    let id = administration.user_called(login).await?.id;
    if change.language.is_some() || change.phone.is_some() || change.contacts.is_some() {
        administration.change_profile(id, change).await?;
    }
    let Profile { language, phone, contacts } = administration.profile(id).await?;
    let fields = [
        ("login", login.to_string()),
        ("language", language.clone().unwrap_or_else(|| "none in particular".to_owned())),
        ("phone", phone.clone().unwrap_or_default()),
        ("contacts", contacts.join(", ")),
    ];
    let value =
        json!({"login": login.to_string(), "language": language, "phone": phone, "contacts": contacts});
    Ok(card(value, &fields))
}

/// Where a person is signed in.
pub(super) async fn sessions(platform: &Platform, login: &Address) -> Result<Output> {
    let id = platform.administration.user_called(login).await?.id;
    let rows = platform.administration.sessions_of(id).await?.into_iter().map(|session| {
        let (created, seen) = (session.created_at.rfc3339(), session.last_seen_at.rfc3339());
        let value = json!({
            "id": session.id.0.to_string(),
            "source": session.source,
            "agent": session.agent,
            "created_at": created,
            "last_seen_at": seen,
        });
        (value, vec![session.id.0.to_string(), session.source, session.agent, created, seen])
    });
    Ok(table(&["ID", "SOURCE", "BROWSER", "SIGNED IN", "LAST SEEN"], rows.collect()))
}

/// Ends one of them, or all.
pub(super) async fn end_sessions(platform: &Platform, login: &Address, one: Option<i64>) -> Result<Output> {
    let id = platform.administration.user_called(login).await?.id;
    let ended = platform.administration.end_sessions_of(id, one.map(SessionId)).await?;
    Ok(Output::new(json!({"ended": ended}), format!("{ended} sessions of {login} are ended")))
}

/// The passwords that a person made for devices, on whichever mailbox.
pub(super) async fn device_passwords(platform: &Platform, login: &Address) -> Result<Output> {
    let id = platform.administration.user_called(login).await?.id;
    let rows = platform.administration.passwords_of_person(id).await?.into_iter().map(|(address, info)| {
        let last = info.last_used_at.map(|at| at.rfc3339());
        let value = json!({
            "id": info.id.to_string(),
            "address": address.to_string(),
            "label": info.label,
            "protocols": info.protocols.names(),
            "disabled": info.is_disabled,
            "created_at": info.created_at.rfc3339(),
            "last_used_at": last,
        });
        let cells = vec![
            address.to_string(),
            info.label,
            info.id.to_string(),
            info.protocols.to_string(),
            last.unwrap_or_else(|| "never".to_owned()),
            state(info.is_disabled),
        ];
        (value, cells)
    });
    Ok(table(&["MAILBOX", "LABEL", "ID", "PROTOCOLS", "LAST USED", "STATE"], rows.collect()))
}
