//! The people of an address: who uses it, «Inviter», invitations that wait.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::routing::{get, post};
use directory::{
    AccessChange, AccessInfo, AddressInfo, AddressKind, AddressProof, CreatedInvitation, Hindrance,
    InvitationChange, InvitationInfo, NewInvitation, Permission, Permissions, Role, Zeroizing,
};
use minijinja::{Value, context};
use model::{AddressId, UserId};

use super::Answer;
use super::refusal::{FieldError, directory_refusal};
use crate::fields::Fields;
use crate::table::{self, Cell, Row, Wish, columns};
use crate::toast::{Toast, done};
use crate::trouble::Trouble;
use crate::visitor::{Guest, Person};
use crate::words::Language;
use crate::{Shared, page};

pub(super) fn routes() -> Router<Arc<Shared>> {
    Router::new()
        .route("/addresses/{id}/users", get(show))
        .route("/addresses/{id}/invite", get(blank).post(invite))
        .route("/addresses/{id}/users/{user}", get(edit).post(change))
        .route("/addresses/{id}/users/{user}/revoke", post(revoke))
        .route("/invitations/{id}", get(edit_invitation).post(change_invitation))
        .route("/invitations/{id}/revoke", post(revoke_invitation))
        .route("/invitations/{id}/link", post(renew))
}

/// The twelve permissions as boxes.
pub(super) fn boxes(guest: &Guest, chosen: Permissions) -> Vec<Value> {
    Permission::EACH
        .iter()
        .map(|permission| {
            let mut text = guest.say(&format!("permission-{permission}"), &[]);
            if permission.is_for_webmail() {
                text = format!("{text} ({})", guest.say("permission-later", &[]));
            }
            context! {
                value => permission.as_str(),
                text,
                is_later => permission.is_for_webmail(),
                is_given => chosen.has(*permission),
            }
        })
        .collect()
}

/// The boxes that were ticked.
pub(super) fn ticked(fields: &Fields) -> Permissions {
    Permissions::parse(fields.all("permission")).unwrap_or(Permissions::NONE)
}

/// The words for why nobody can be invited.
fn why_not(guest: &Guest, hindrance: Hindrance, address: &str) -> String {
    let address = [("address", address.into())];
    match hindrance {
        Hindrance::Rights => guest.say("invite-no-rights", &[]),
        Hindrance::IsLogin => guest.say("invite-is-login", &address),
        Hindrance::UserListed => guest.say("invite-user-listed", &address),
    }
}

/// The address that a page is about, for whom it may be about: who administers its organisation or its domain changes
/// it; a collaborator who was given its mail service looks.
async fn subject(shared: &Shared, person: &Person, id: i64) -> Result<AddressInfo, Trouble> {
    let people = person.people(shared);
    let address = people.address(AddressId(id)).await?;
    if person.administers_domain(address.domain) {
        return Ok(address);
    }
    let granted = people.granted_services(person.session.organisation, person.session.user).await?;
    let may_look = person.session.role == Role::Collaborator && granted.contains(&address.service);
    if may_look { Ok(address) } else { Err(Trouble::NotFound) }
}

/// The same for whoever changes it.
async fn changeable(shared: &Shared, person: &Person, id: i64) -> Result<AddressInfo, Trouble> {
    let address = subject(shared, person, id).await?;
    if person.administers_domain(address.domain) { Ok(address) } else { Err(Trouble::NotAllowed) }
}

fn path(address: &AddressInfo) -> String {
    format!("/manager/addresses/{}/users", address.id)
}

/// A page with what was wrong: shown with the status that says so.
fn shown(person: &Person, template: &str, content: Value, errors: &[FieldError]) -> Answer {
    let content = context! { errors => Value::from_serialize(errors), ..content };
    let mut page = page::of(person, template, "addresses", content)?;
    if !errors.is_empty() {
        *page.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    }
    Ok(page)
}

fn invitation_view(shared: &Shared, guest: &Guest, invitation: &InvitationInfo) -> Value {
    let is_over = invitation.expires_at <= shared.world.clock.now();
    context! {
        id => invitation.id.to_string(),
        to => [invitation.email.as_str(), invitation.phone.as_str()]
            .into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join(", "),
        sent => guest.say(sent(invitation), &[]),
        inviter => invitation.inviter,
        permissions => invitation.permissions.each().count(),
        language => Language::of_tag(&invitation.language).map_or("", Language::name),
        created_at => invitation.created_at.rfc3339(),
        expires_at => invitation.expires_at.rfc3339(),
        is_over,
    }
}

fn permissions_cell(guest: &Guest, permissions: Permissions) -> Cell {
    let count = permissions.each().count();
    Cell { order: count as i64, ..Cell::text(guest.say("access-count", &[("count", count.into())])) }
}

fn access_row(guest: &Guest, address: AddressId, access: &AccessInfo, may_change: bool) -> Row {
    let primary = if access.is_primary { guest.say("access-primary", &[]) } else { String::new() };
    let href = format!("/manager/addresses/{address}/users/{}", access.user);
    Row {
        id: access.user.to_string(),
        href: if may_change { href } else { String::new() },
        cells: vec![
            Cell::text(&access.name).with_note(primary),
            Cell::text(&access.login),
            Cell::text(guest.say(&format!("role-{}", access.role), &[])),
            permissions_cell(guest, access.permissions),
            Cell::time(Some(access.created_at), String::new()).with_note(&access.granted_by),
        ],
        ..Row::default()
    }
}

fn invitation_row(shared: &Shared, guest: &Guest, one: &InvitationInfo, may_change: bool) -> Row {
    let is_over = one.expires_at <= shared.world.clock.now();
    let to = [one.email.as_str(), one.phone.as_str()].into_iter().filter(|text| !text.is_empty());
    let to = to.collect::<Vec<_>>().join(", ");
    let (state, word) = if is_over { ("lost", "invitation-over") } else { ("waiting", sent(one)) };
    Row {
        id: one.id.to_string(),
        href: if may_change { format!("/manager/invitations/{}", one.id) } else { String::new() },
        cells: vec![
            Cell::text(if to.is_empty() { guest.say("invitation-by-link", &[]) } else { to }),
            Cell::lamp(state, guest.say(word, &[])),
            permissions_cell(guest, one.permissions),
            Cell::text(Language::of_tag(&one.language).map_or("", Language::name)),
            Cell::time(Some(one.created_at), String::new()).with_note(&one.inviter),
            Cell::time(Some(one.expires_at), String::new()),
        ],
        ..Row::default()
    }
}

/// How the invitation reached, or reaches, whom it is for.
fn sent(invitation: &InvitationInfo) -> &'static str {
    match (&invitation.letter_sent_at, &invitation.sms_sent_at) {
        (Some(_), _) | (_, Some(_)) => "invitation-sent",
        _ if !invitation.sms_trouble.is_empty() => "invitation-sms-trouble",
        _ if invitation.email.is_empty() && invitation.phone.is_empty() => "invitation-shown",
        _ => "invitation-sending",
    }
}

async fn show(State(shared): State<Arc<Shared>>, person: Person, Path(id): Path<i64>) -> Answer {
    let address = subject(&shared, &person, id).await?;
    let people = person.people(&shared);
    let may_change = person.administers_domain(address.domain);
    let is_mailbox = matches!(address.kind, AddressKind::Mailbox { .. });
    let name = address.address.to_string();
    let hindrance = match people.hindrance(address.id).await? {
        None if !may_change => Some(Hindrance::Rights),
        hindrance => hindrance,
    };
    let wish = |part| Wish::part(&person.guest.target, part);
    let (users, invitations) = (wish("users"), wish("invitations"));
    let rows = people.accesses(address.id).await?;
    let rows = rows.iter().map(|access| access_row(&person.guest, address.id, access, may_change));
    let users_columns = columns(["name", "login", "role", "permissions", "access-since"]);
    let users_table = table::of(&users, &users_columns, rows.collect());
    let rows = people.invitations(address.id).await?;
    let rows = rows.iter().map(|one| invitation_row(&shared, &person.guest, one, may_change));
    let invitations_columns =
        columns(["invited", "state", "permissions", "invitation-language", "invited-at", "invited-until"]);
    let invitations_table = table::of(&invitations, &invitations_columns, rows.collect());
    if users.is_csv {
        return Ok(users_table.csv("users", |key| person.guest.say(key, &[])));
    }
    if invitations.is_csv {
        return Ok(invitations_table.csv("invitations", |key| person.guest.say(key, &[])));
    }
    let content = context! {
        id => address.id.to_string(),
        address => name,
        kind_text => person.guest.say(&format!("what-{}", address.kind.as_str()), &[]),
        is_mailbox,
        is_alias => matches!(address.kind, AddressKind::Alias { .. }),
        is_disabled => address.is_disabled,
        may_change,
        why_not => hindrance.map(|hindrance| why_not(&person.guest, hindrance, &name)),
        users => Value::from_serialize(&users_table),
        invitations => Value::from_serialize(&invitations_table),
    };
    shown(&person, "address_users.html", content, &[])
}

fn languages() -> Vec<Value> {
    Language::ALL.iter().map(|one| context! { value => one.tag(), text => one.name() }).collect()
}

async fn form(
    shared: &Shared,
    person: &Person,
    address: &AddressInfo,
    fields: &Fields,
    errors: &[FieldError],
) -> Answer {
    let people = person.people(shared);
    let is_typed = fields.has("way");
    let permissions =
        if is_typed { ticked(fields) } else { people.default_permissions(address.service).await? };
    let known: Vec<UserId> = people.accesses(address.id).await?.iter().map(|access| access.user).collect();
    let users: Vec<Value> = people
        .people_in_reach(person.session.organisation)
        .await?
        .iter()
        .filter(|user| !known.contains(&user.id) && !user.is_disabled)
        .map(|user| context! { value => user.id.to_string(), text => format!("{} ({})", user.name, user.login) })
        .collect();
    let content = context! {
        id => address.id.to_string(),
        address => address.address.to_string(),
        way => if is_typed { fields.text("way") } else { "link" },
        user => fields.text("user"),
        users,
        permissions => boxes(&person.guest, permissions),
        invitation_language => if is_typed { fields.text("language") } else { person.guest.language.tag() },
        tongues => languages(),
        by_mail => fields.has("by-mail"),
        email => fields.text("email"),
        by_sms => fields.has("by-sms"),
        phone => fields.text("phone"),
    };
    shown(person, "invite.html", content, errors)
}

async fn blank(State(shared): State<Arc<Shared>>, person: Person, Path(id): Path<i64>) -> Answer {
    let address = changeable(&shared, &person, id).await?;
    form(&shared, &person, &address, &Fields::default(), &[]).await
}

async fn invite(
    State(shared): State<Arc<Shared>>,
    person: Person,
    Path(id): Path<i64>,
    fields: Fields,
) -> Answer {
    let address = changeable(&shared, &person, id).await?;
    let people = person.people(&shared);
    let proof = AddressProof::Password {
        password: Zeroizing::new(fields.raw("password").to_owned()),
        source: person.guest.client.ip,
        login: Some(person.session.login.clone()),
    };
    let permissions = Some(ticked(&fields));
    if fields.text("way") == "user" {
        let Ok(user) = fields.text("user").parse().map(UserId) else {
            let error = FieldError::new("user", person.guest.say("invite-choose", &[]));
            return form(&shared, &person, &address, &fields, &[error]).await;
        };
        return match people.grant_access(address.id, user, permissions, proof).await {
            Ok(access) => {
                let values =
                    [("login", access.login.into()), ("address", address.address.to_string().into())];
                let words = person.guest.say("access-granted", &values);
                Ok(done(&person, &path(&address), &Toast::of(words)))
            }
            Err(error) => {
                let error = directory_refusal(&person.guest, error)?;
                form(&shared, &person, &address, &fields, &[error]).await
            }
        };
    }
    let way = |is_wanted: &str, value: &str| match fields.has(is_wanted) {
        true => fields.text(value).to_owned(),
        false => String::new(),
    };
    for (wanted, value) in [("by-mail", "email"), ("by-sms", "phone")] {
        if fields.has(wanted) && !fields.has(value) {
            let error = FieldError::new(value, person.guest.say("invite-where", &[]));
            return form(&shared, &person, &address, &fields, &[error]).await;
        }
    }
    let new = NewInvitation {
        permissions,
        language: fields.text("language").to_owned(),
        email: way("by-mail", "email"),
        phone: way("by-sms", "phone"),
        inviter: person.session.name.clone(),
    };
    match people.invite(address.id, new, proof).await {
        Ok(created) => link(&shared, &person, &created),
        Err(error) => {
            let error = directory_refusal(&person.guest, error)?;
            form(&shared, &person, &address, &fields, &[error]).await
        }
    }
}

/// The link, shown once.
fn link(shared: &Shared, person: &Person, created: &CreatedInvitation) -> Answer {
    let content = context! {
        id => created.info.address_id.to_string(),
        address => created.info.address.to_string(),
        link => shared.directory.invitation_link(&created.token),
        expires_at => created.info.expires_at.rfc3339(),
        email => created.info.email,
        phone => created.info.phone,
    };
    shown(person, "invite_link.html", content, &[])
}

async fn editor(
    shared: &Shared,
    person: &Person,
    (id, user): (i64, i64),
    typed: Option<&Fields>,
    errors: &[FieldError],
) -> Answer {
    let address = changeable(shared, person, id).await?;
    let accesses = person.people(shared).accesses(address.id).await?;
    let access = accesses.iter().find(|access| access.user == UserId(user)).ok_or(Trouble::NotFound)?;
    let content = context! {
        passwords => person.people(shared).losses_of_access(address.id, access.user).await?,
        id => address.id.to_string(),
        address => address.address.to_string(),
        user => access.user.to_string(),
        name => access.name,
        login => access.login,
        is_primary => typed.map_or(access.is_primary, |typed| typed.has("primary")),
        granted_by => access.granted_by,
        created_at => access.created_at.rfc3339(),
        permissions => boxes(&person.guest, typed.map_or(access.permissions, ticked)),
    };
    shown(person, "address_user.html", content, errors)
}

async fn edit(
    State(shared): State<Arc<Shared>>,
    person: Person,
    Path((id, user)): Path<(i64, i64)>,
) -> Answer {
    editor(&shared, &person, (id, user), None, &[]).await
}

async fn change(
    State(shared): State<Arc<Shared>>,
    person: Person,
    Path((id, user)): Path<(i64, i64)>,
    fields: Fields,
) -> Answer {
    let address = changeable(&shared, &person, id).await?;
    let change = AccessChange { permissions: Some(ticked(&fields)), is_primary: Some(fields.has("primary")) };
    match person.people(&shared).change_access(address.id, UserId(user), change).await {
        Ok(access) => {
            let words = person.guest.say("access-changed", &[("login", access.login.into())]);
            Ok(done(&person, &path(&address), &Toast::of(words)))
        }
        Err(error) => {
            let error = directory_refusal(&person.guest, error)?;
            editor(&shared, &person, (id, user), Some(&fields), &[error]).await
        }
    }
}

async fn revoke(
    State(shared): State<Arc<Shared>>,
    person: Person,
    Path((id, user)): Path<(i64, i64)>,
    _fields: Fields,
) -> Answer {
    let address = changeable(&shared, &person, id).await?;
    person.people(&shared).revoke_access(address.id, UserId(user)).await?;
    Ok(done(&person, &path(&address), &Toast::of(person.guest.say("access-revoked", &[]))))
}

async fn waiting(
    shared: &Shared,
    person: &Person,
    id: i64,
) -> Result<(InvitationInfo, AddressInfo), Trouble> {
    let invitation = person.people(shared).invitation(id).await?;
    let address = changeable(shared, person, invitation.address_id.0).await?;
    Ok((invitation, address))
}

async fn edit_invitation(State(shared): State<Arc<Shared>>, person: Person, Path(id): Path<i64>) -> Answer {
    let (invitation, address) = waiting(&shared, &person, id).await?;
    let content = context! {
        id => address.id.to_string(),
        address => address.address.to_string(),
        invitation => invitation_view(&shared, &person.guest, &invitation),
        invitation_language => invitation.language,
        tongues => languages(),
        trouble => super::way::told(&person.guest, &invitation.sms_trouble),
        permissions => boxes(&person.guest, invitation.permissions),
    };
    shown(&person, "invitation_edit.html", content, &[])
}

async fn change_invitation(
    State(shared): State<Arc<Shared>>,
    person: Person,
    Path(id): Path<i64>,
    fields: Fields,
) -> Answer {
    let (_, address) = waiting(&shared, &person, id).await?;
    let language = Language::of_tag(fields.text("language")).map(|language| language.tag().to_owned());
    let change = InvitationChange { permissions: Some(ticked(&fields)), language };
    person.people(&shared).change_invitation(id, change).await?;
    Ok(done(&person, &path(&address), &Toast::of(person.guest.say("invitation-changed", &[]))))
}

async fn revoke_invitation(
    State(shared): State<Arc<Shared>>,
    person: Person,
    Path(id): Path<i64>,
    _fields: Fields,
) -> Answer {
    let (_, address) = waiting(&shared, &person, id).await?;
    person.people(&shared).revoke_invitation(id).await?;
    Ok(done(&person, &path(&address), &Toast::of(person.guest.say("invitation-revoked", &[]))))
}

/// Another link in the place of the one that was shown.
async fn renew(
    State(shared): State<Arc<Shared>>,
    person: Person,
    Path(id): Path<i64>,
    _fields: Fields,
) -> Answer {
    waiting(&shared, &person, id).await?;
    let created = person.people(&shared).renew_invitation(id).await?;
    link(&shared, &person, &created)
}
