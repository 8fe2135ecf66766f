//! Application accounts, on both engines.

use std::time::Duration;

use db::Seek;

use super::*;
use crate::{
    AllowedSender, ApplicationChange, Counted, CreatedApplication, DirectoryError, NewApplication,
    OrganisationChange, SignedInApplication,
};

fn senders(texts: &[&str]) -> Vec<AllowedSender> {
    texts.iter().map(|text| text.parse().unwrap()).collect()
}

fn payroll(organisation: OrganisationId) -> NewApplication {
    NewApplication {
        organisation,
        name: "payroll".to_owned(),
        senders: senders(&["salaires@valbois.test"]),
        reads: Vec::new(),
        hourly_limit: Some(5),
        size_limit_bytes: None,
    }
}

async fn made(town: &Town) -> CreatedApplication {
    town.tenant(town.valbois).create_application(payroll(town.valbois)).await.unwrap()
}

async fn sign_in(town: &Town, login: &str, password: &str) -> Result<SignedInApplication, AuthRefusal> {
    let attempt = Attempt { protocol: AuthProtocol::Smtp, ..attempt(login, password, "192.0.2.7") };
    town.directory.authenticate_application(attempt).await
}

#[tokio::test]
async fn an_application_signs_in_with_its_password_until_it_is_disabled_renewed_or_deleted() {
    for town in towns().await {
        let administration = town.tenant(town.valbois);
        let made = made(&town).await;
        assert_eq!(made.info.login, format!("payroll@application.{}", town.valbois));
        let signed_in = sign_in(&town, &made.info.login.to_uppercase(), &made.password).await.unwrap();
        assert_eq!((signed_in.id, signed_in.organisation), (made.info.id, town.valbois));
        assert!(town.directory.signed_in_application(&signed_in).await.unwrap().is_some());
        let used = administration.application(made.info.id).await.unwrap();
        assert_eq!(used.last_source.as_deref(), Some("192.0.2.7"));
        assert!(used.last_used_at.is_some());

        let renewed = administration.renew_application_password(made.info.id).await.unwrap();
        assert!(matches!(sign_in(&town, &made.info.login, &made.password).await, Err(AuthRefusal::Wrong)));
        assert_eq!(town.directory.signed_in_application(&signed_in).await.unwrap(), None, "its session ends");
        sign_in(&town, &made.info.login, &renewed.password).await.unwrap();

        let disable =
            |is_disabled| ApplicationChange { is_disabled: Some(is_disabled), ..Default::default() };
        administration.change_application(made.info.id, disable(true)).await.unwrap();
        let refused = sign_in(&town, &made.info.login, &renewed.password).await;
        assert!(matches!(refused, Err(AuthRefusal::Disabled)), "{refused:?}");
        administration.change_application(made.info.id, disable(false)).await.unwrap();
        let signed_in = sign_in(&town, &made.info.login, &renewed.password).await.unwrap();

        let closed = OrganisationChange { is_disabled: Some(true), ..OrganisationChange::default() };
        town.operator.change_organisation(town.valbois, closed).await.unwrap();
        assert!(sign_in(&town, &made.info.login, &renewed.password).await.is_err());
        assert_eq!(town.directory.signed_in_application(&signed_in).await.unwrap(), None);
        let open = OrganisationChange { is_disabled: Some(false), ..OrganisationChange::default() };
        town.operator.change_organisation(town.valbois, open).await.unwrap();

        administration.delete_application(made.info.id).await.unwrap();
        let refused = sign_in(&town, &made.info.login, &renewed.password).await;
        assert!(matches!(refused, Err(AuthRefusal::Wrong)), "{refused:?}");
        self::made(&town).await;
    }
}

#[tokio::test]
async fn guessing_an_applications_password_bans_and_no_mailbox_is_opened_with_it() {
    for town in towns().await {
        let made = made(&town).await;
        assert!(Directory::is_application_login(&made.info.login));
        assert!(!Directory::is_application_login("anna@valbois.test"));
        assert!(town.log_in(&made.info.login, &made.password, "192.0.2.7").await.is_err());
        let mut wrong = made.password.to_string();
        let last = wrong.pop().unwrap();
        wrong.push(if last == '7' { '8' } else { '7' });
        let mut banned = false;
        for _ in 0..100 {
            match sign_in(&town, &made.info.login, &wrong).await {
                Err(AuthRefusal::Wrong) => {}
                Err(AuthRefusal::Banned { .. }) => {
                    banned = true;
                    break;
                }
                other => panic!("{other:?}"),
            }
        }
        assert!(banned);
        assert!(
            sign_in(&town, &made.info.login, &made.password).await.is_err(),
            "nor does the right one help"
        );
    }
}

#[tokio::test]
async fn an_application_names_only_its_senders_and_only_while_their_domain_is_its_organisations() {
    for town in towns().await {
        let administration = town.tenant(town.valbois);
        let made = made(&town).await;
        let signed_in = sign_in(&town, &made.info.login, &made.password).await.unwrap();
        let may = async |text: &str| {
            town.directory.application_may_send_as(&signed_in, &address(text)).await.unwrap()
        };
        assert!(may("Salaires@valbois.test").await);
        assert!(!may("anna@valbois.test").await);
        let whole =
            ApplicationChange { senders: Some(senders(&["valbois.test"])), ..ApplicationChange::default() };
        administration.change_application(made.info.id, whole).await.unwrap();
        assert!(may("anna@valbois.test").await);
        assert!(!may("zoe@acme.test").await);
        assert!(!may("anna@sub.valbois.test").await);
        for other in ["acme.test", "zoe@acme.test", "nowhere.test"] {
            let change =
                ApplicationChange { senders: Some(senders(&[other])), ..ApplicationChange::default() };
            let refused = administration.change_application(made.info.id, change).await;
            assert!(matches!(refused, Err(DirectoryError::Invalid { field: "senders", .. })), "{refused:?}");
        }
        let domain = Domain::parse("extra.test").unwrap();
        let extra = town.operator.create_domain(town.valbois, None, &domain).await.unwrap();
        let both = senders(&["valbois.test", "extra.test"]);
        let change = ApplicationChange { senders: Some(both), ..ApplicationChange::default() };
        administration.change_application(made.info.id, change).await.unwrap();
        assert!(may("x@extra.test").await);
        town.operator.delete_domain(extra.id, false).await.unwrap();
        town.operator.create_domain(town.acme, None, &domain).await.unwrap();
        assert!(!may("x@extra.test").await, "the domain is somebody else's now");
    }
}

#[tokio::test]
async fn recipients_are_counted_and_the_next_hour_begins_anew() {
    for town in towns().await {
        let made = made(&town).await;
        let signed_in = sign_in(&town, &made.info.login, &made.password).await.unwrap();
        let count =
            async |recipients| town.directory.count_application(&signed_in, recipients).await.unwrap();
        assert_eq!(count(3).await, Counted::Within);
        assert_eq!(count(3).await, Counted::Full);
        assert_eq!(count(2).await, Counted::Within, "what was refused is not counted");
        assert_eq!(count(1).await, Counted::Full);
        assert_eq!(count(6).await, Counted::TooMany);
        town.world.clock.advance(Duration::from_secs(3600));
        assert_eq!(count(5).await, Counted::Within);
        town.tenant(town.valbois).delete_application(made.info.id).await.unwrap();
        assert_eq!(count(1).await, Counted::Gone);
    }
}

#[tokio::test]
async fn an_organisation_sees_and_changes_its_own_applications_only() {
    for town in towns().await {
        let made = made(&town).await;
        let acme = town.tenant(town.acme);
        let is_missing = |result: Result<(), DirectoryError>| {
            assert!(matches!(result, Err(DirectoryError::NotFound { .. })), "{result:?}");
        };
        let id = made.info.id;
        assert!(acme.applications(Seek::first(9)).await.unwrap().items.is_empty());
        is_missing(acme.application(id).await.map(drop));
        is_missing(acme.change_application(id, ApplicationChange::default()).await.map(drop));
        is_missing(acme.renew_application_password(id).await.map(drop));
        is_missing(acme.delete_application(id).await);
        is_missing(acme.create_application(payroll(town.valbois)).await.map(drop));
        let own = town.tenant(town.valbois).applications(Seek::first(9)).await.unwrap().items;
        assert_eq!(own.iter().map(|one| one.id).collect::<Vec<_>>(), [id]);
        let again = town.operator.create_application(payroll(town.valbois)).await.map(drop);
        assert!(matches!(again, Err(DirectoryError::Conflict { field: "name", .. })), "{again:?}");
    }
}

#[tokio::test]
async fn names_and_limits_that_nobody_could_mean_are_refused_and_the_log_of_changes_tells_the_rest() {
    for town in towns().await {
        let administration = town.tenant(town.valbois);
        for name in ["", "pay roll", "é", ".a", "a-", "a..b", &"a".repeat(41)] {
            let new = NewApplication { name: name.to_owned(), ..payroll(town.valbois) };
            assert!(administration.create_application(new).await.is_err(), "{name}");
        }
        let none = NewApplication { senders: Vec::new(), ..payroll(town.valbois) };
        assert!(administration.create_application(none).await.is_err());
        let mute = NewApplication { hourly_limit: Some(0), ..payroll(town.valbois) };
        assert!(administration.create_application(mute).await.is_err());
        let tiny = NewApplication { size_limit_bytes: Some(1), ..payroll(town.valbois) };
        assert!(administration.create_application(tiny).await.is_err());
        let number = Domain::parse(&format!("application.{}", town.valbois)).unwrap();
        let refused = town.operator.create_domain(town.valbois, None, &number).await;
        assert!(matches!(refused, Err(DirectoryError::Invalid { field: "domain", .. })), "{refused:?}");

        let made = made(&town).await;
        let (told, _, after) = town.newest(town.valbois).await;
        assert_eq!(told, "test create application account: payroll");
        assert!(after.contains(&("senders".to_owned(), "salaires@valbois.test".to_owned())), "{after:?}");
        assert!(after.iter().all(|(_, value)| !value.contains(&made.password[5..])));
    }
}

#[tokio::test]
async fn an_application_reads_for_addresses_of_its_organisation_that_are_no_persons_login() {
    for town in towns().await {
        let administration = town.tenant(town.valbois);
        let made = made(&town).await;
        let signed_in = sign_in(&town, &made.info.login, &made.password).await.unwrap();
        let read = async || town.directory.read_by_application(&signed_in).await.unwrap();
        assert!(read().await.is_empty(), "nothing, unless it was given");
        let give = async |texts: &[&str]| {
            let reads = texts.iter().map(|text| address(text)).collect();
            let change = ApplicationChange { reads: Some(reads), ..ApplicationChange::default() };
            administration.change_application(made.info.id, change).await
        };
        let clerk = crate::NewUser {
            organisation: town.valbois,
            login: address("clerk@valbois.test"),
            name: "Clerk".to_owned(),
            role: crate::Role::Collaborator,
            password: town.directory.random_password(),
        };
        administration.create_user(clerk).await.unwrap();
        let many: Vec<String> = (0..21).map(|number| format!("office{number}@valbois.test")).collect();
        let many: Vec<&str> = many.iter().map(String::as_str).collect();
        for refused in [&["office@acme.test"][..], &["Clerk@valbois.test"], &many] {
            let refused = give(refused).await;
            assert!(matches!(refused, Err(DirectoryError::Invalid { field: "reads", .. })), "{refused:?}");
        }
        let given = give(&["office@valbois.test", "Office@valbois.test", "desk@valbois.test"]).await.unwrap();
        assert_eq!(given.reads, [address("office@valbois.test"), address("desk@valbois.test")]);
        let (_, before, after) = town.newest(town.valbois).await;
        assert!(before.contains(&("reads for".to_owned(), String::new())), "{before:?}");
        let told = ("reads for".to_owned(), "office@valbois.test desk@valbois.test".to_owned());
        assert!(after.contains(&told), "{after:?}");
        assert_eq!(read().await, given.reads);
        // Somebody signs in with it since: the letters are that person's from now on.
        let desk = crate::NewUser {
            organisation: town.valbois,
            login: address("desk@valbois.test"),
            name: "Desk".to_owned(),
            role: crate::Role::Collaborator,
            password: town.directory.random_password(),
        };
        administration.create_user(desk).await.unwrap();
        assert_eq!(read().await, [address("office@valbois.test")]);
        administration.renew_application_password(made.info.id).await.unwrap();
        assert!(read().await.is_empty(), "another password, another programme");
    }
}
