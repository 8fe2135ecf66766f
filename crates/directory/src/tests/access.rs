//! Access to mailboxes: inviting, accepting, permissions, and what their people are told.

use std::time::Duration;

use model::UserId;
use zeroize::Zeroizing;

use super::{CHOSEN, Town, address, ip, towns};
use crate::{
    AccessChange, AddressProof, Administration, DirectoryError, Entrance, Hindrance, InvitationChange,
    NewAccount, NewInvitation, NewMember, NewUser, Opened, Permission, Permissions, Role, Session,
    UserChange, UserInfo, Way,
};

const ADMIN: &str = "claire@ailleurs.test";

fn with(password: &str, login: Option<&str>) -> AddressProof {
    AddressProof::Password {
        password: Zeroizing::new(password.to_owned()),
        source: ip("192.0.2.7"),
        login: login.map(str::to_owned),
    }
}

async fn person(town: &Town, login: &str, role: Role) -> UserInfo {
    let new = NewUser {
        organisation: town.valbois,
        login: address(login),
        name: login.to_owned(),
        role,
        password: Zeroizing::new(CHOSEN.to_owned()),
    };
    town.operator.create_user(new).await.unwrap()
}

async fn session(town: &Town, login: &str) -> Session {
    let signed_in = town.directory.sign_in(login, CHOSEN, ip("192.0.2.7")).await.unwrap();
    match town.directory.enter(&signed_in, ip("192.0.2.7"), "Firefox").await.unwrap() {
        Entrance::Session(token) => town.directory.session(&token).await.unwrap().unwrap(),
        Entrance::Step(_) => panic!("{login} has a second factor"),
    }
}

fn claire(town: &Town) -> Administration {
    town.directory.administration(crate::Scope::Tenant(town.valbois), ADMIN)
}

async fn invited(town: &Town, new: NewInvitation) -> (i64, String) {
    let created = claire(town).invite(town.anna, new, with(CHOSEN, None)).await.unwrap();
    (created.info.id, created.token.to_string())
}

fn account(login: &str) -> NewAccount {
    NewAccount {
        login: address(login),
        name: "Marc".to_owned(),
        password: Zeroizing::new(CHOSEN.to_owned()),
        source: std::net::IpAddr::from([192, 0, 2, 9]),
    }
}

fn field(error: DirectoryError) -> &'static str {
    match error {
        DirectoryError::Invalid { field, .. } | DirectoryError::Conflict { field, .. } => field,
        other => panic!("{other}"),
    }
}

#[tokio::test]
async fn whoever_accepts_gets_the_address_at_once_and_belongs_to_the_organisation_from_outside() {
    for town in towns().await {
        let (id, token) =
            invited(&town, NewInvitation { language: "de".to_owned(), ..Default::default() }).await;
        let offer = town.directory.offer(&token).await.unwrap().unwrap();
        assert_eq!(offer.organisation_name, "Commune de Valbois");
        assert_eq!(
            (offer.invitation.address.to_string(), offer.invitation.inviter),
            ("anna@valbois.test".to_owned(), ADMIN.to_owned())
        );
        let language = Some("de".to_owned());
        let accepted =
            town.directory.accept_with_new_account(&token, account("marc@far.test"), language).await;
        let (_, signed_in) = accepted.unwrap();
        assert_eq!(signed_in.role, Role::External);
        let marc = session(&town, "marc@far.test").await;
        assert_eq!((marc.role, marc.language.as_deref()), (Role::External, Some("de")));
        let own = town.directory.own_mailboxes(&marc).await.unwrap();
        assert_eq!(
            (own.len(), own[0].address.to_string(), own[0].is_primary),
            (1, "anna@valbois.test".to_owned(), true)
        );
        assert_eq!(own[0].permissions, Permissions::usual());
        assert!(town.directory.offer(&token).await.unwrap().is_none(), "a link opens once");
        assert!(claire(&town).invitation(id).await.is_err());
        let seen = claire(&town).accesses(town.anna).await.unwrap();
        assert_eq!(
            (seen.len(), seen[0].login.as_str(), seen[0].granted_by.as_str()),
            (1, "marc@far.test", ADMIN)
        );
    }
}

#[tokio::test]
async fn of_two_who_accept_at_the_same_moment_one_gets_in() {
    for town in towns().await {
        person(&town, "marc@far.test", Role::Collaborator).await;
        person(&town, "lea@far.test", Role::Collaborator).await;
        let (marc, lea) = (session(&town, "marc@far.test").await, session(&town, "lea@far.test").await);
        let (_, token) = invited(&town, NewInvitation::default()).await;
        let (one, other) = tokio::join!(
            town.directory.accept_invitation(&marc, &token),
            town.directory.accept_invitation(&lea, &token)
        );
        assert_eq!([one.is_ok(), other.is_ok()].iter().filter(|is_in| **is_in).count(), 1);
        assert_eq!(claire(&town).accesses(town.anna).await.unwrap().len(), 1);
    }
}

#[tokio::test]
async fn whoever_comes_too_late_leaves_no_account_behind() {
    for town in towns().await {
        let (id, token) = invited(&town, NewInvitation::default()).await;
        claire(&town).revoke_invitation(id).await.unwrap();
        assert!(
            town.directory.accept_with_new_account(&token, account("marc@far.test"), None).await.is_err()
        );
        let (_, token) = invited(&town, NewInvitation::default()).await;
        town.world.clock.advance(Duration::from_secs(7 * 24 * 3600 + 1));
        assert!(town.directory.offer(&token).await.unwrap().is_none(), "seven days are over");
        assert!(
            town.directory.accept_with_new_account(&token, account("marc@far.test"), None).await.is_err()
        );
        assert!(town.operator.user_called(&address("marc@far.test")).await.is_err());
    }
}

#[tokio::test]
async fn a_wrong_password_of_the_address_is_refused_and_counts_as_a_failure() {
    for town in towns().await {
        person(&town, ADMIN, Role::Administrator).await;
        let invite = async |proof| claire(&town).invite(town.anna, NewInvitation::default(), proof).await;
        let guess = || AddressProof::Password {
            password: Zeroizing::new("wrong wrong wrong".to_owned()),
            source: ip("198.51.100.9"),
            login: Some(ADMIN.to_owned()),
        };
        while town.directory.is_banned(ip("198.51.100.9")).is_none() {
            assert_eq!(field(invite(guess()).await.unwrap_err()), "password");
            // Strangers to a name that was often guessed are tried some seconds apart.
            town.world.clock.advance(Duration::from_secs(30));
        }
        invite(with(CHOSEN, None)).await.unwrap();
        let device = crate::NewDevicePassword {
            address: town.anna,
            label: "phone".to_owned(),
            protocols: crate::Protocols::ALL,
            kind: crate::DeviceKind::Other,
        };
        let device = town.operator.create_device_password(device).await.unwrap();
        invite(with(device.password.as_str(), None)).await.unwrap();
        // An address without any password: the administrator's own account.
        let bare = town.mailbox("bare@valbois.test").await;
        let to_bare = async |proof| claire(&town).invite(bare, NewInvitation::default(), proof).await;
        to_bare(with(CHOSEN, Some(ADMIN))).await.unwrap();
        let nobody = AddressProof::Password {
            password: Zeroizing::new(CHOSEN.to_owned()),
            source: ip("203.0.113.5"),
            login: None,
        };
        assert_eq!(field(to_bare(nobody).await.unwrap_err()), "password");
    }
}

#[tokio::test]
async fn an_address_that_is_a_login_is_shared_by_nobody_until_that_account_is_gone() {
    for town in towns().await {
        assert_eq!(claire(&town).hindrance(town.anna).await.unwrap(), None);
        let collaborator = claire(&town).in_role(Role::Collaborator);
        assert_eq!(collaborator.hindrance(town.anna).await.unwrap(), Some(Hindrance::Rights));
        let anna = person(&town, "anna@valbois.test", Role::Collaborator).await;
        assert_eq!(claire(&town).hindrance(town.anna).await.unwrap(), Some(Hindrance::IsLogin));
        let refused = claire(&town).invite(town.anna, NewInvitation::default(), with(CHOSEN, None)).await;
        assert_eq!(field(refused.unwrap_err()), "address");
        claire(&town).delete_user(anna.id).await.unwrap();
        assert_eq!(claire(&town).hindrance(town.anna).await.unwrap(), None);
        // Whoever accepts may take the address itself as login; then it stands in the table.
        let (_, token) = invited(&town, NewInvitation::default()).await;
        town.directory.accept_with_new_account(&token, account("anna@valbois.test"), None).await.unwrap();
        assert_eq!(claire(&town).hindrance(town.anna).await.unwrap(), Some(Hindrance::UserListed));
    }
}

#[tokio::test]
async fn nobody_takes_an_address_of_this_installation_as_login_that_was_not_written_to_him() {
    for town in towns().await {
        let (_, token) = invited(&town, NewInvitation::default()).await;
        let refused = town.directory.accept_with_new_account(&token, account("boss@acme.test"), None).await;
        assert_eq!(field(refused.unwrap_err()), "login");
        let email = "boss@acme.test".to_owned();
        let (_, shown) = invited(&town, NewInvitation { email, ..Default::default() }).await;
        // The administrator who invites sees this link too: it proves nothing.
        let refused = town.directory.accept_with_new_account(&shown, account("boss@acme.test"), None).await;
        assert_eq!(field(refused.unwrap_err()), "login");
        let letters = town.directory.invitation_letters().await.unwrap();
        let token = letters.iter().find(|letter| letter.way == Way::Letter).unwrap().token.clone();
        town.directory.accept_with_new_account(&token, account("boss@acme.test"), None).await.unwrap();
    }
}

#[tokio::test]
async fn permissions_change_and_end_at_once_with_the_passwords_made_by_them() {
    for town in towns().await {
        let marc = person(&town, "marc@far.test", Role::Collaborator).await;
        let here = session(&town, "marc@far.test").await;
        let only: Permissions = [Permission::ConfigureDevice, Permission::SendEmails].into_iter().collect();
        claire(&town).grant_access(town.anna, marc.id, Some(only), with(CHOSEN, None)).await.unwrap();
        let again = claire(&town).grant_access(town.anna, marc.id, None, with(CHOSEN, None)).await;
        assert_eq!(field(again.unwrap_err()), "user");
        let own = town.directory.own_mailboxes(&here).await.unwrap();
        let account = own[0].account;
        let may = async |permission| town.directory.may(marc.id, account, permission).await.unwrap();
        assert!(may(Permission::SendEmails).await && !may(Permission::AccessLogs).await);
        let made = town.directory.create_own_device_password(&here, account.account, "phone").await.unwrap();
        town.log_in("anna@valbois.test", &made.password, "192.0.2.9").await.unwrap();
        assert_eq!(town.directory.own_device_passwords(&here, account.account).await.unwrap().len(), 1);
        // What would be lost is told before.
        assert_eq!(claire(&town).losses_of_access(town.anna, marc.id).await.unwrap(), 1);
        let losses = claire(&town).losses_of_user(marc.id).await.unwrap();
        let all = crate::UserLosses { mailboxes: 1, device_passwords: 1, services: 0, sessions: 1 };
        assert_eq!(losses, all);
        let other = town.tenant(town.acme);
        assert!(matches!(other.losses_of_user(marc.id).await, Err(DirectoryError::NotFound { .. })));
        let refused = other.losses_of_access(town.anna, marc.id).await;
        assert!(matches!(refused, Err(DirectoryError::NotFound { .. })));
        let less = AccessChange { permissions: Some(Permissions::NONE), is_primary: None };
        claire(&town).change_access(town.anna, marc.id, less).await.unwrap();
        assert!(!may(Permission::SendEmails).await);
        let refused = town.directory.create_own_device_password(&here, account.account, "tablet").await;
        assert!(matches!(refused, Err(DirectoryError::NotFound { .. })));
        claire(&town).revoke_access(town.anna, marc.id).await.unwrap();
        assert!(town.directory.own_mailboxes(&here).await.unwrap().is_empty());
        assert!(town.log_in("anna@valbois.test", &made.password, "192.0.2.9").await.is_err());
        assert!(town.log_in("anna@valbois.test", CHOSEN, "192.0.2.9").await.is_ok(), "the others' stay");
    }
}

#[tokio::test]
async fn whoever_leaves_the_organisation_or_is_blocked_there_uses_its_mailboxes_no_more() {
    for town in towns().await {
        let marc = person(&town, "marc@far.test", Role::Collaborator).await;
        let here = session(&town, "marc@far.test").await;
        claire(&town).grant_access(town.anna, marc.id, None, with(CHOSEN, None)).await.unwrap();
        let join =
            NewMember { organisation: town.acme, login: address("marc@far.test"), role: Role::External };
        town.operator.add_member(join).await.unwrap();
        let blocked = UserChange { is_disabled: Some(true), ..UserChange::default() };
        claire(&town).change_user(marc.id, blocked).await.unwrap();
        assert!(town.directory.own_mailboxes(&here).await.unwrap().is_empty());
        let free = UserChange { is_disabled: Some(false), ..UserChange::default() };
        claire(&town).change_user(marc.id, free).await.unwrap();
        assert_eq!(town.directory.own_mailboxes(&here).await.unwrap().len(), 1);
        claire(&town).delete_user(marc.id).await.unwrap();
        assert!(claire(&town).accesses(town.anna).await.unwrap().is_empty());
    }
}

#[tokio::test]
async fn the_mail_service_says_what_is_given_and_an_invitation_can_say_otherwise() {
    for town in towns().await {
        let service = town.operator.address(town.anna).await.unwrap().service;
        assert_eq!(claire(&town).default_permissions(service).await.unwrap(), Permissions::usual());
        let few: Permissions = [Permission::SendEmails].into_iter().collect();
        claire(&town).set_default_permissions(service, few).await.unwrap();
        let (id, _) = invited(&town, NewInvitation::default()).await;
        assert_eq!(claire(&town).invitation(id).await.unwrap().permissions, few);
        let change =
            InvitationChange { permissions: Some(Permissions::all()), language: Some("it".to_owned()) };
        let changed = claire(&town).change_invitation(id, change).await.unwrap();
        assert_eq!((changed.permissions, changed.language.as_str()), (Permissions::all(), "it"));
        let renewed = claire(&town).renew_invitation(id).await.unwrap();
        assert!(town.directory.offer(&renewed.token).await.unwrap().is_some());
    }
}

#[tokio::test]
async fn an_invitation_goes_out_by_letter_and_sms_with_links_of_their_own() {
    for town in towns().await {
        let new = NewInvitation {
            email: "marc@far.test".to_owned(),
            phone: "+41 79 123 45 67".to_owned(),
            ..Default::default()
        };
        let (_, shown) = invited(&town, new).await;
        let letters = town.directory.invitation_letters().await.unwrap();
        let ways: Vec<Way> = letters.iter().map(|letter| letter.way).collect();
        assert_eq!(ways, [Way::Letter, Way::Sms]);
        assert_eq!(letters[1].invitation.phone, "+41791234567");
        for letter in &letters {
            assert_ne!(letter.token.as_str(), shown);
            assert!(town.directory.offer(&letter.token).await.unwrap().is_some());
            let trouble = if letter.way == Way::Sms { "there is no gateway" } else { "" };
            town.directory.invitation_sent(letter, trouble).await.unwrap();
        }
        assert!(town.directory.invitation_letters().await.unwrap().is_empty());
        let seen = claire(&town).invitations(town.anna).await.unwrap();
        assert!(seen[0].letter_sent_at.is_some() && seen[0].sms_trouble == "there is no gateway");
        let bad = NewInvitation { phone: "12".to_owned(), ..Default::default() };
        let refused = claire(&town).invite(town.anna, bad, with(CHOSEN, None)).await;
        assert_eq!(field(refused.unwrap_err()), "phone");
    }
}

#[tokio::test]
async fn an_administrator_who_opens_a_mailboxs_data_leaves_a_notice_for_its_people() {
    for town in towns().await {
        let marc = person(&town, "marc@far.test", Role::Collaborator).await;
        let boss = person(&town, ADMIN, Role::Administrator).await;
        claire(&town).grant_access(town.anna, marc.id, None, with(CHOSEN, None)).await.unwrap();
        let here = session(&town, "marc@far.test").await;
        let day = Duration::from_secs(25 * 3600);
        town.world.clock.advance(day);
        claire(&town).note_opened(town.anna, Opened::Logs).await.unwrap();
        claire(&town).note_opened(town.anna, Opened::Logs).await.unwrap();
        claire(&town).grant_access(town.anna, boss.id, None, with(CHOSEN, None)).await.unwrap();
        let seen = town.directory.opened_of_own(&here).await.unwrap();
        let told: Vec<_> =
            seen.iter().map(|one| (one.kind.as_str(), one.detail.as_str(), one.who.as_str())).collect();
        assert_eq!(told, [("access", ADMIN, ADMIN), ("logs", "", ADMIN), ("access", "marc@far.test", ADMIN)]);
        let letters = town.directory.waiting_notices().await.unwrap();
        let kinds: Vec<_> = letters.iter().map(|one| (one.login.as_str(), one.kind.as_str())).collect();
        // Into the mailbox as well, which its owner may read by a mail program only: once a day of each who does something.
        let own: Vec<_> = kinds.iter().filter(|(login, _)| *login == "anna@valbois.test").collect();
        assert_eq!(own, [&("anna@valbois.test", "mailbox-access"), &("anna@valbois.test", "mailbox-logs")]);
        let others: Vec<_> = kinds.iter().filter(|(login, _)| *login != "anna@valbois.test").collect();
        assert_eq!(others, [&("marc@far.test", "mailbox-logs"), &("marc@far.test", "mailbox-access")]);
        // While the mailbox is the administrator's too, there is nothing to tell.
        claire(&town).revoke_access(town.anna, boss.id).await.unwrap();
        town.world.clock.advance(day);
        claire(&town).note_opened(town.anna, Opened::Logs).await.unwrap();
        let letters = town.directory.waiting_notices().await.unwrap();
        assert_eq!(letters.iter().filter(|one| one.login == "anna@valbois.test").count(), 3);
        // Into one that nobody ever opened nothing is written.
        let new = town.mailbox("neuve@valbois.test").await;
        claire(&town).note_opened(new, Opened::Logs).await.unwrap();
        let letters = town.directory.waiting_notices().await.unwrap();
        assert!(letters.iter().all(|one| one.login != "neuve@valbois.test"));
    }
}

/// Letters that wait for somebody whose account of the Manager has this login, or for a mailbox.
async fn letters(town: &Town, login: &str) -> Vec<String> {
    let all = town.directory.waiting_notices().await.unwrap();
    all.into_iter().filter(|one| one.login == login).map(|one| one.kind).collect()
}

#[tokio::test]
async fn who_takes_a_mailbox_over_cannot_make_it_look_unused() {
    for town in towns().await {
        let day = Duration::from_secs(25 * 3600);
        let boss = claire(&town);
        // Its owner reads it by a mail program, with the one password that was chosen.
        town.log_in("anna@valbois.test", CHOSEN, "192.0.2.9").await.unwrap();
        town.directory.maintain().await.unwrap();
        boss.choose_password(town.anna, "une autre phrase").await.unwrap();
        assert_eq!(letters(&town, "anna@valbois.test").await, ["mailbox-chosen"]);
        // Every password taken away first, and then one made.
        town.world.clock.advance(day);
        boss.delete_device_passwords(town.anna).await.unwrap();
        let device = crate::NewDevicePassword {
            address: town.anna,
            label: "phone".to_owned(),
            protocols: crate::Protocols::ALL,
            kind: crate::DeviceKind::Phone,
        };
        boss.create_device_password(device).await.unwrap();
        assert_eq!(letters(&town, "anna@valbois.test").await, ["mailbox-chosen", "mailbox-password"]);
        // What was noted without a letter holds none back.
        let new = town.mailbox("neuve@valbois.test").await;
        boss.note_opened(new, Opened::Logs).await.unwrap();
        boss.choose_password(new, CHOSEN).await.unwrap();
        town.log_in("neuve@valbois.test", CHOSEN, "192.0.2.9").await.unwrap();
        town.directory.maintain().await.unwrap();
        boss.choose_password(new, "une autre phrase").await.unwrap();
        assert_eq!(letters(&town, "neuve@valbois.test").await, ["mailbox-chosen"]);
    }
}

#[tokio::test]
async fn another_organisations_accesses_and_invitations_are_not_found() {
    for town in towns().await {
        let marc = person(&town, "marc@far.test", Role::Collaborator).await;
        claire(&town).grant_access(town.anna, marc.id, None, with(CHOSEN, None)).await.unwrap();
        let (id, _) = invited(&town, NewInvitation::default()).await;
        let acme = town.tenant(town.acme);
        let not_found =
            |error: Option<DirectoryError>| matches!(error, Some(DirectoryError::NotFound { .. }));
        assert!(not_found(acme.accesses(town.anna).await.err()));
        assert!(not_found(acme.hindrance(town.anna).await.err()));
        assert!(not_found(acme.invitation(id).await.err()));
        assert!(not_found(acme.revoke_invitation(id).await.err()));
        assert!(not_found(acme.change_access(town.anna, marc.id, AccessChange::default()).await.err()));
        assert!(not_found(acme.revoke_access(town.anna, marc.id).await.err()));
        assert!(not_found(acme.note_opened(town.anna, Opened::Logs).await.err()));
        let own = town.mailbox("anna@acme.test").await;
        town.operator.choose_password(own, CHOSEN).await.unwrap();
        assert!(not_found(acme.grant_access(own, marc.id, None, with(CHOSEN, None)).await.err()));
        assert!(not_found(acme.grant_access(own, UserId(9), None, with(CHOSEN, None)).await.err()));
    }
}

/// A password that Marc made for anna's mailbox, with his session and the credential.
async fn device(town: &Town, permissions: Permissions) -> (UserInfo, Session, crate::CreatedDevicePassword) {
    let marc = person(town, "marc@far.test", Role::Collaborator).await;
    let here = session(town, "marc@far.test").await;
    claire(town).grant_access(town.anna, marc.id, Some(permissions), AddressProof::Machine).await.unwrap();
    let account = town.directory.own_mailboxes(&here).await.unwrap()[0].account;
    let made = town.directory.create_own_device_password(&here, account.account, "phone").await.unwrap();
    (marc, here, made)
}

#[tokio::test]
async fn a_password_made_by_an_access_does_what_the_person_may_at_each_use() {
    for town in towns().await {
        let reads: Permissions = [Permission::ConfigureDevice].into_iter().collect();
        let (marc, _, made) = device(&town, reads).await;
        let password = made.password.as_str();
        let signed_in = town.log_in("anna@valbois.test", password, "192.0.2.9").await.unwrap();
        let (account, credential) = (signed_in.account, signed_in.credential);
        let submits = async || town.directory.may_submit(account, credential).await.unwrap();
        let opens = async || town.directory.still_opens(account, credential).await.unwrap();
        let may = async |permissions: &[Permission]| {
            let permissions = Some(permissions.iter().copied().collect());
            let change = AccessChange { permissions, is_primary: None };
            claire(&town).change_access(town.anna, marc.id, change).await.unwrap();
        };
        assert!(opens().await && !submits().await);
        may(&[Permission::ConfigureDevice, Permission::SendEmails]).await;
        assert!(opens().await && submits().await, "given at once");
        may(&[Permission::SendEmails]).await;
        assert!(!opens().await, "a device needs the permission to have devices");
        let refused = town.log_in("anna@valbois.test", password, "192.0.2.9").await;
        assert!(matches!(refused, Err(crate::AuthRefusal::Disabled)), "right, and of no use: {refused:?}");
        may(&[Permission::ConfigureDevice, Permission::SendEmails]).await;
        assert!(opens().await, "nothing was copied");
        // Blocked in the organisation, and let in again.
        for (is_disabled, expected) in [(true, false), (false, true)] {
            let change = UserChange { is_disabled: Some(is_disabled), ..UserChange::default() };
            claire(&town).change_user(marc.id, change).await.unwrap();
            assert_eq!((opens().await, submits().await), (expected, expected));
            assert_eq!(town.log_in("anna@valbois.test", password, "192.0.2.9").await.is_ok(), expected);
        }
        claire(&town).revoke_access(town.anna, marc.id).await.unwrap();
        assert!(!opens().await && town.log_in("anna@valbois.test", password, "192.0.2.9").await.is_err());
        // The address's own passwords are nobody's but its owner's.
        let own = town.log_in("anna@valbois.test", CHOSEN, "192.0.2.9").await.unwrap();
        assert!(town.directory.may_submit(own.account, own.credential).await.unwrap());
    }
}

#[tokio::test]
async fn a_role_and_what_narrows_it_come_together_or_not_at_all() {
    for town in towns().await {
        let marc = person(&town, "marc@far.test", Role::Collaborator).await;
        let domains = claire(&town).domains(Some(town.valbois)).await.unwrap();
        let foreign = town.operator.domains(Some(town.acme)).await.unwrap()[0].id;
        let to = |domain| crate::Limits { domain: Some(Some(domain)), services: None };
        let refused = claire(&town).change_role(marc.id, Role::Administrator, to(foreign)).await;
        assert!(matches!(refused, Err(DirectoryError::NotFound { .. })));
        let known = claire(&town).user(marc.id).await.unwrap();
        assert_eq!((known.role, known.domain), (Role::Collaborator, None), "no administrator meanwhile");
        let made = claire(&town).change_role(marc.id, Role::Administrator, to(domains[0].id)).await.unwrap();
        assert_eq!((made.role, made.domain), (Role::Administrator, Some(domains[0].id)));
        let refused = claire(&town).change_role(marc.id, Role::Collaborator, to(domains[0].id)).await;
        assert_eq!(field(refused.unwrap_err()), "domain");
        assert_eq!(claire(&town).user(marc.id).await.unwrap().role, Role::Administrator);
        let service = domains[0].service;
        let given = crate::Limits { domain: None, services: Some(vec![service]) };
        let made = claire(&town).change_role(marc.id, Role::Collaborator, given).await.unwrap();
        assert_eq!((made.role, made.domain), (Role::Collaborator, None));
        let services = claire(&town).granted_services(town.valbois, marc.id).await.unwrap();
        assert_eq!(services, [service]);
        let owner = claire(&town).change_role(marc.id, Role::LegalOwner, crate::Limits::default()).await;
        assert_eq!(field(owner.unwrap_err()), "role", "an administrator makes no legal owner");
        claire(&town).change_role(marc.id, Role::External, crate::Limits::default()).await.unwrap();
        assert!(claire(&town).granted_services(town.valbois, marc.id).await.unwrap().is_empty());
    }
}

#[tokio::test]
async fn what_is_done_with_a_mailbox_behind_its_people_leaves_a_notice_for_each_kind() {
    for town in towns().await {
        let (_, here, _) = device(&town, Permissions::usual()).await;
        let boss = claire(&town);
        boss.choose_password(town.anna, "une autre phrase").await.unwrap();
        let service = boss.address(town.anna).await.unwrap().service;
        for _ in 0..2 {
            boss.note_service_opened(service).await.unwrap();
            boss.note_letter_opened(["eve@far.test".to_owned(), "anna@valbois.test".to_owned()])
                .await
                .unwrap();
        }
        let new = |targets: &[&str]| crate::NewTargets {
            targets: targets.iter().map(|target| address(target)).collect(),
            keeps_copy: Some(true),
            language: "fr".to_owned(),
        };
        boss.set_targets(town.anna, new(&["boss@far.test"])).await.unwrap();
        boss.set_targets(town.anna, new(&["boss@far.test"])).await.unwrap();
        boss.set_targets(town.anna, new(&[])).await.unwrap();
        let seen = town.directory.opened_of_own(&here).await.unwrap();
        let told: Vec<_> = seen.iter().rev().map(|one| (one.kind.as_str(), one.detail.as_str())).collect();
        let expected = [
            ("access", "marc@far.test"),
            ("chosen", ""),
            ("service", ""),
            ("letter", ""),
            ("redirection", "boss@far.test"),
        ];
        assert_eq!(told, expected, "each once, and nothing for what the person does alone");
        let letters = town.directory.waiting_notices().await.unwrap();
        let kinds: Vec<_> = letters.iter().map(|one| one.kind.as_str()).collect();
        assert_eq!(kinds, ["mailbox-chosen", "mailbox-letter", "mailbox-redirection"]);
        let acme = town.tenant(town.acme);
        assert!(acme.note_service_opened(service).await.is_ok(), "nothing of another organisation is told");
        acme.note_letter_opened(["anna@valbois.test".to_owned()]).await.unwrap();
        assert_eq!(town.directory.opened_of_own(&here).await.unwrap().len(), expected.len());
    }
}

#[tokio::test]
async fn aliases_redirections_and_passwords_are_changed_by_whoever_may_and_of_that_mailbox_only() {
    for town in towns().await {
        let (marc, here, made) = device(&town, Permissions::all()).await;
        let directory = &town.directory;
        let account = directory.own_mailboxes(&here).await.unwrap()[0].account.account;
        let alias = directory.add_own_alias(&here, account, "accueil").await.unwrap();
        assert_eq!(alias.address.to_string(), "accueil@valbois.test");
        let elsewhere = directory.add_own_alias(&here, account, "a@acme.test").await;
        assert!(elsewhere.is_err(), "a local part and nothing else");
        let other = town.mailbox("bruno@valbois.test").await;
        let foreign = town.alias("info@valbois.test", &["anna@valbois.test", "bruno@valbois.test"]).await;
        assert_eq!(field(directory.delete_own_alias(&here, account, foreign).await.unwrap_err()), "alias");
        let gone = directory.delete_own_alias(&here, account, other).await;
        assert!(matches!(gone, Err(DirectoryError::NotFound { .. })), "only names of that mailbox");
        directory.delete_own_alias(&here, account, alias.id).await.unwrap();
        let targets = crate::NewTargets {
            targets: vec![address("marc@far.test")],
            keeps_copy: Some(true),
            language: "fr".to_owned(),
        };
        let set = directory.set_own_targets(&here, account, targets.clone()).await.unwrap();
        assert_eq!(set.len(), 1);
        let all = directory.passwords_of_own(&here, account).await.unwrap();
        assert_eq!(all.len(), 2, "the chosen one too");
        let device = crate::NewDevicePassword {
            address: other,
            label: "bruno".to_owned(),
            protocols: crate::Protocols::ALL,
            kind: crate::DeviceKind::Other,
        };
        let brunos = town.operator.create_device_password(device).await.unwrap().info.id;
        assert!(directory.delete_password_of_own(&here, account, brunos).await.is_err());
        directory.delete_password_of_own(&here, account, made.info.id).await.unwrap();
        let none = AccessChange { permissions: Some(Permissions::NONE), is_primary: None };
        claire(&town).change_access(town.anna, marc.id, none).await.unwrap();
        let is_gone = |is_err: bool| assert!(is_err, "without the permission there is nothing");
        is_gone(directory.own_aliases(&here, account).await.is_err());
        is_gone(directory.add_own_alias(&here, account, "b").await.is_err());
        is_gone(directory.own_targets(&here, account).await.is_err());
        is_gone(directory.set_own_targets(&here, account, targets).await.is_err());
        is_gone(directory.ask_own_target_again(&here, account, set[0].id).await.is_err());
        is_gone(directory.passwords_of_own(&here, account).await.is_err());
        is_gone(directory.own_mailbox(&here, account, Some(Permission::AccessLogs)).await.is_err());
    }
}

#[tokio::test]
async fn fifty_invitations_wait_and_one_to_an_address_that_is_gone_is_accepted_by_nobody() {
    for town in towns().await {
        let mut last = None;
        for _ in 0..crate::limits::INVITATIONS_PER_ADDRESS_LIMIT {
            let created = town.operator.invite(town.anna, NewInvitation::default(), AddressProof::Machine);
            last = Some(created.await.unwrap());
        }
        let one_more = town.operator.invite(town.anna, NewInvitation::default(), AddressProof::Machine).await;
        assert_eq!(field(one_more.err().unwrap()), "address");
        let last = last.unwrap();
        let token = last.token.to_string();
        assert!(town.directory.offer(&token).await.unwrap().is_some());
        town.operator.delete_address(town.anna).await.unwrap();
        assert!(town.directory.offer(&token).await.unwrap().is_none());
        let refused = town.directory.accept_with_new_account(&token, account("marc@far.test"), None).await;
        assert!(refused.is_err());
        assert!(town.directory.offer("nonsense").await.unwrap().is_none());
    }
}
