//! Many addresses from one list: what is shown, what is made, what happens in between.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use model::DomainId;

use super::{Town, address, towns, towns_on};
use crate::{
    AddressJob, AddressKind, AddressQuery, AddressSort, Choice, DirectoryError, Fault, JobState,
    NewAddressJob, Options,
};

const LIST: &str = "Adresse;Mot de passe;Nom;Quota;Note\n\
                    bruno;a long password;Bruno Muster;5 GB;first floor\n\
                    carla@valbois.test;;Carla;;\n\
                    anna;;;;\n\
                    CARLA;;;;\n\
                    not a name;;;;\n\
                    dora;short;;;\n\
                    emil;;;5;\n";

async fn domain(town: &Town) -> DomainId {
    town.operator.address(town.anna).await.unwrap().domain
}

async fn shown(town: &Town, text: &str, makes_passwords: bool) -> AddressJob {
    let new = NewAddressJob { domain: domain(town).await, text: text.to_owned(), makes_passwords };
    town.tenant(town.valbois).show_addresses(new).await.unwrap()
}

async fn find(town: &Town, search: &str) -> (Vec<String>, u64, u64) {
    let query = AddressQuery { search: search.to_owned(), limit: 50, ..AddressQuery::default() };
    let found = town.tenant(town.valbois).find_addresses(town.valbois, query).await.unwrap();
    (found.items.iter().map(|one| one.address.to_string()).collect(), found.found, found.total)
}

#[tokio::test]
async fn a_list_names_each_bad_line_and_makes_nothing_before_it_is_confirmed() {
    for town in towns().await {
        let tenant = town.tenant(town.valbois);
        let job = shown(&town, LIST, false).await;
        assert_eq!((job.state, job.lines, job.bad), (JobState::Shown, 7, 5));
        let bad = tenant.address_job_lines(job.id, true, 0, 50).await.unwrap();
        let faults: Vec<_> = bad.iter().map(|line| (line.number, line.fault.as_ref().unwrap().0)).collect();
        assert_eq!(
            faults,
            [
                (4, Fault::Taken),
                (5, Fault::Twice),
                (6, Fault::LocalPart),
                (7, Fault::Password),
                (8, Fault::Quota)
            ]
        );
        assert_eq!(find(&town, "").await.2, 1);
        assert!(tenant.confirm_addresses(job.id, Choice::All).await.is_err(), "not all are good");
        let other = town.tenant(town.acme);
        for refused in [
            other.address_job(job.id).await.err(),
            other.confirm_addresses(job.id, Choice::Good).await.err(),
            other.discard_addresses(job.id).await.err(),
        ] {
            assert!(matches!(refused, Some(DirectoryError::NotFound { .. })));
        }
        tenant.confirm_addresses(job.id, Choice::Good).await.unwrap();
        town.directory.go_on_with_jobs().await.unwrap();
        // Once more is the same.
        tenant.confirm_addresses(job.id, Choice::Good).await.unwrap();
        town.directory.go_on_with_jobs().await.unwrap();
        let job = tenant.address_job(job.id).await.unwrap();
        assert_eq!((job.state, job.made, job.passwords), (JobState::Done, 2, 0));
        let bruno = tenant.address_called(&address("bruno@valbois.test")).await.unwrap();
        assert_eq!((bruno.display_name.as_str(), bruno.note.as_str()), ("Bruno Muster", "first floor"));
        assert!(
            matches!(bruno.kind, AddressKind::Mailbox { passwords: 1, own_quota_bytes: Some(bytes), .. } if bytes == 5_000_000_000)
        );
        town.log_in("bruno@valbois.test", "a long password", "192.0.2.1").await.unwrap();
        let carla = tenant.address_called(&address("carla@valbois.test")).await.unwrap();
        assert!(matches!(carla.kind, AddressKind::Mailbox { passwords: 0, .. }));
    }
}

#[tokio::test]
async fn made_passwords_are_given_out_once() {
    for town in towns().await {
        let tenant = town.tenant(town.valbois);
        let job = shown(&town, "bruno\ncarla\n", true).await;
        assert!(tenant.fetch_made_passwords(job.id).await.is_err(), "nothing is made yet");
        tenant.confirm_addresses(job.id, Choice::All).await.unwrap();
        town.directory.go_on_with_jobs().await.unwrap();
        let made = tenant.fetch_made_passwords(job.id).await.unwrap();
        assert_eq!(made.len(), 2);
        for (address, password) in made {
            assert!(password.chars().count() >= 16);
            town.log_in(&address.to_string(), &password, "192.0.2.1").await.unwrap();
        }
        assert!(tenant.fetch_made_passwords(job.id).await.unwrap().is_empty());
    }
}

#[tokio::test]
async fn all_or_nothing_makes_nothing_when_a_name_was_taken_meanwhile() {
    for town in towns().await {
        let tenant = town.tenant(town.valbois);
        let job = shown(&town, "bruno\ncarla\n", true).await;
        tenant.confirm_addresses(job.id, Choice::All).await.unwrap();
        town.mailbox("carla@valbois.test").await;
        town.directory.go_on_with_jobs().await.unwrap();
        let job = tenant.address_job(job.id).await.unwrap();
        assert_eq!((job.state, job.made, job.bad, job.passwords), (JobState::Failed, 0, 1, 0));
        assert!(tenant.address_called(&address("bruno@valbois.test")).await.is_err());
        // What was shown and not confirmed goes by itself.
        let job = shown(&town, "dora\n", false).await;
        town.world.clock.advance(std::time::Duration::from_secs(2 * 86_400));
        town.directory.forget_old_jobs().await.unwrap();
        assert!(tenant.address_job(job.id).await.is_err());
    }
}

#[tokio::test]
async fn a_table_of_addresses_is_searched_sorted_and_cut_in_the_database() {
    for town in towns().await {
        for name in ["bruno@valbois.test", "100%@valbois.test", "carla@valbois.test"] {
            town.mailbox(name).await;
        }
        town.alias("zoe@valbois.test", &["anna@valbois.test"]).await;
        town.mailbox("bruno@acme.test").await;
        assert_eq!(find(&town, "BRUNO").await, (vec!["bruno@valbois.test".to_owned()], 1, 5));
        assert_eq!(find(&town, "%").await.0, ["100%@valbois.test"]);
        assert_eq!(find(&town, "@valbois").await.1, 5);
        let carla =
            crate::AddressChange { display_name: Some("Élodie ROËLL".to_owned()), ..Default::default() };
        let carlas = town.operator.address_called(&address("carla@valbois.test")).await.unwrap().id;
        town.operator.change_address(carlas, carla).await.unwrap();
        for search in ["élodie", "ÉLODIE", "roëll"] {
            assert_eq!(find(&town, search).await.0, ["carla@valbois.test"], "{search}");
        }
        assert_eq!(find(&town, "\0").await.1, 5, "no text holds a NUL");
        let query = |sort, is_descending, skip| AddressQuery {
            sort,
            is_descending,
            skip,
            limit: 2,
            ..AddressQuery::default()
        };
        let tenant = town.tenant(town.valbois);
        let names = async |query| -> Vec<String> {
            let found = tenant.find_addresses(town.valbois, query).await.unwrap();
            found.items.iter().map(|one| one.address.localpart().as_str().to_owned()).collect()
        };
        assert_eq!(names(query(AddressSort::Address, false, 0)).await, ["100%", "anna"]);
        assert_eq!(names(query(AddressSort::Address, true, 0)).await, ["zoe", "carla"]);
        assert_eq!(names(query(AddressSort::Address, false, 4)).await, ["zoe"]);
        assert_eq!(names(query(AddressSort::Kind, false, 0)).await, ["zoe", "100%"]);
        let aliases = AddressQuery { kind: "alias".to_owned(), limit: 9, ..AddressQuery::default() };
        assert_eq!(names(aliases).await, ["zoe"]);
    }
}

#[tokio::test]
async fn a_list_survives_a_crash_at_each_commit_and_makes_each_address_once() {
    let left = Arc::new(AtomicI64::new(i64::MAX));
    let counter = left.clone();
    let hook: db::CommitHook = Arc::new(move |point| match point {
        db::CommitPoint::Before if counter.fetch_sub(1, Ordering::Relaxed) <= 0 => {
            Err(std::io::Error::other("the plug is pulled"))
        }
        _ => Ok(()),
    });
    let options = db::Options { commit_hook: Some(hook), durable: false, ..db::Options::default() };
    for town in towns_on(db::testing::migrated_with(&options, &super::TABLES), Options::default()).await {
        let tenant = town.tenant(town.valbois);
        let list = "Adresse;Mot de passe\nbruno;a long password\ncarla;another long one\ndora;\n";
        let job = shown(&town, list, true).await;
        tenant.confirm_addresses(job.id, Choice::All).await.unwrap();
        let mut crashes = 0;
        while tenant.address_job(job.id).await.unwrap().state != JobState::Done {
            assert_eq!(find(&town, "").await.2, 1, "all of them or none");
            // One more commit each time, then the process is gone; another one goes on.
            left.store(1, Ordering::Relaxed);
            town.restarted(Options::default()).go_on_with_jobs().await.unwrap();
            left.store(i64::MAX, Ordering::Relaxed);
            crashes += 1;
            assert!(crashes < 20, "it comes to its end");
        }
        assert!(crashes > 1, "it took several commits");
        let (all, found, _) = find(&town, "").await;
        let expected = ["anna@valbois.test", "bruno@valbois.test", "carla@valbois.test", "dora@valbois.test"];
        assert_eq!((all, found), (expected.map(str::to_owned).to_vec(), 4));
        let made = tenant.fetch_made_passwords(job.id).await.unwrap();
        assert_eq!(made.len(), 1);
        for (login, password) in
            [("bruno@valbois.test", "a long password"), ("dora@valbois.test", made[0].1.as_str())]
        {
            assert!(town.log_in(login, password, "192.0.2.1").await.is_ok(), "{login}");
        }
    }
}
