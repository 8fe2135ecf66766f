//! Sender lists: what entries mean, what waits, and which entry counts.

use model::{Address, Domain, ServiceId};

use super::{Town, address, towns};
use crate::{DirectoryError, EntryState, Listed, Pattern, SenderKind, SenderQuery, SenderSort};

use SenderKind::{Approved, Blocked};

async fn service(town: &Town) -> ServiceId {
    town.operator.address(town.anna).await.unwrap().service
}

async fn listed(town: &Town, envelope: &str, author: &str) -> Option<Listed> {
    let valbois = Domain::parse("valbois.test").unwrap();
    let envelope = Address::parse(envelope).ok();
    town.directory.listed(&valbois, envelope.as_ref(), &[address(author)]).await.unwrap()
}

/// What a list with these entries says of a letter.
async fn says(town: &Town, entries: &[(SenderKind, &str)], envelope: &str, author: &str) -> Option<String> {
    let (tenant, service) = (town.tenant(town.valbois), service(town).await);
    for entry in tenant.senders(service).await.unwrap() {
        tenant.remove_sender(entry.id).await.unwrap();
    }
    tenant.apply_senders(service).await.unwrap();
    for (kind, pattern) in entries {
        tenant.add_sender(service, *kind, pattern).await.unwrap();
    }
    tenant.apply_senders(service).await.unwrap();
    listed(town, envelope, author).await.map(|listed| format!("{} {}", listed.kind, listed.pattern))
}

#[tokio::test]
async fn a_list_is_searched_sorted_and_cut_where_it_lies() {
    for town in towns().await {
        let (tenant, service) = (town.tenant(town.valbois), service(&town).await);
        for number in [3, 1, 2, 5, 4] {
            tenant.add_sender(service, Blocked, &format!("x{number}@spam.test")).await.unwrap();
        }
        tenant.add_sender(service, Approved, "x9@good.test").await.unwrap();
        assert_eq!(tenant.count_waiting_senders(service).await.unwrap(), 6);
        let query = |search: &str, skip| SenderQuery {
            kind: Blocked,
            search: search.to_owned(),
            sort: SenderSort::Pattern,
            is_descending: false,
            skip,
            limit: 2,
        };
        for (query, shown, found) in [
            (query("", 0), "x1 x2", 5),
            (query("", 2), "x3 x4", 5),
            // Past the end the last part.
            (query("", 40), "x5", 5),
            (query("X4@", 0), "x4", 1),
            (query("%", 0), "", 0),
            (SenderQuery { sort: SenderSort::At, is_descending: true, ..query("", 0) }, "x4 x5", 5),
            (SenderQuery { is_descending: true, ..query("spam", 0) }, "x5 x4", 5),
        ] {
            let part = tenant.find_senders(service, query).await.unwrap();
            let names = part.items.iter().filter_map(|entry| entry.pattern.split('@').next());
            assert_eq!(names.collect::<Vec<_>>().join(" "), shown);
            assert_eq!((part.found, part.total), (found, 5), "{shown}");
        }
        let other = town.tenant(town.acme).find_senders(service, query("", 0)).await;
        assert!(matches!(other, Err(DirectoryError::NotFound { .. })));
        let other = town.tenant(town.acme).count_waiting_senders(service).await;
        assert!(matches!(other, Err(DirectoryError::NotFound { .. })));
    }
}

#[tokio::test]
async fn entries_wait_until_they_are_applied_together() {
    for town in towns().await {
        let (tenant, service) = (town.tenant(town.valbois), service(&town).await);
        let entry = tenant.add_sender(service, Blocked, " Boss@Spam.Test ").await.unwrap();
        assert_eq!((entry.pattern.as_str(), entry.state), ("boss@spam.test", EntryState::Adding));
        assert_eq!(listed(&town, "boss@spam.test", "boss@spam.test").await, None);
        tenant.add_sender(service, Approved, "good.test").await.unwrap();
        assert_eq!(tenant.apply_senders(service).await.unwrap(), (2, 0));
        let found = listed(&town, "bounce@far.test", "BOSS@spam.test").await.unwrap();
        assert_eq!(
            (found.kind, found.pattern.as_str(), found.sender.as_str()),
            (Blocked, "boss@spam.test", "BOSS@spam.test")
        );
        tenant.remove_sender(entry.id).await.unwrap();
        assert!(listed(&town, "boss@spam.test", "boss@spam.test").await.is_some(), "it holds until then");
        assert_eq!(tenant.discard_senders(service).await.unwrap(), 1);
        tenant.remove_sender(entry.id).await.unwrap();
        assert_eq!(tenant.apply_senders(service).await.unwrap(), (0, 1));
        assert_eq!(listed(&town, "boss@spam.test", "boss@spam.test").await, None);
        let other = Domain::parse("acme.test").unwrap();
        let good = [address("x@good.test")];
        assert_eq!(
            town.directory.listed(&other, None, &good).await.unwrap(),
            None,
            "another's mail is not touched"
        );
    }
}

#[tokio::test]
async fn patterns_name_senders_as_their_forms_say() {
    let town = &towns().await[0];
    for (pattern, sender, fits) in [
        ("john@d.test", "John@D.test", true),
        ("john@d.test", "johnny@d.test", false),
        ("d.test", "any@d.test", true),
        ("d.test", "any@sub.d.test", true),
        ("d.test", "any@bad-d.test", false),
        ("*@d.test", "any@d.test", true),
        ("*@d.test", "any@sub.d.test", false),
        ("*@*d.test", "any@sub.d.test", true),
        ("*@*d.test", "any@d.test", true),
        ("*example@d.test", "my.example@d.test", true),
        ("*example@d.test", "example2@d.test", false),
        ("john*@d.test", "johnny@d.test", true),
        ("jo?n@d.test", "joan@d.test", true),
        ("jo?n@d.test", "joén@d.test", true),
        ("jo?n@d.test", "jon@d.test", false),
        ("*", "who@ever.test", true),
        ("*@*.d.?est", "a@b.d.test", true),
    ] {
        let said = says(town, &[(Blocked, pattern)], "", sender).await;
        assert_eq!(said.is_some(), fits, "{pattern} {sender}");
    }
}

#[tokio::test]
async fn the_more_exact_entry_counts_then_the_author_then_the_one_that_blocks() {
    for town in towns().await {
        for (entries, envelope, author, expected) in [
            (
                &[(Blocked, "d.test"), (Approved, "good@d.test")][..],
                "",
                "good@d.test",
                "approved good@d.test",
            ),
            (&[(Blocked, "*"), (Approved, "d.test")], "x@far.test", "good@d.test", "approved d.test"),
            (&[(Approved, "d.test"), (Blocked, "bad*@d.test")], "", "bad1@d.test", "blocked bad*@d.test"),
            (&[(Approved, "d.test"), (Blocked, "*@d.test")], "", "x@d.test", "blocked *@d.test"),
            (&[(Blocked, "a.test"), (Approved, "b.test")], "x@a.test", "x@b.test", "approved b.test"),
            (&[(Blocked, "x@a.test"), (Approved, "b.test")], "x@a.test", "x@b.test", "blocked x@a.test"),
            (&[(Blocked, "a.test")], "x@a.test", "x@b.test", "blocked a.test"),
        ] {
            assert_eq!(says(&town, entries, envelope, author).await.as_deref(), Some(expected));
        }
    }
}

#[tokio::test]
async fn what_is_no_pattern_is_refused_by_field_reason_and_rule() {
    for town in towns().await {
        let (tenant, service) = (town.tenant(town.valbois), service(&town).await);
        let long = format!("{}@d.test", "a".repeat(250));
        for bad in [
            "",
            "two words@d.test",
            "@d.test",
            "a@b@*.test",
            "*spam",
            "a@-",
            "a@*/d",
            "nothing at all",
            &long,
        ] {
            let refused = tenant.add_sender(service, Blocked, bad).await;
            let Err(DirectoryError::Invalid { field, rule, .. }) = refused else { panic!("{bad}") };
            assert_eq!(field, "pattern");
            assert!(rule.contains("255 characters"));
        }
        tenant.add_sender(service, Blocked, "d.test").await.unwrap();
        for kind in [Blocked, Approved] {
            let twice = tenant.add_sender(service, kind, "D.test").await;
            assert!(matches!(twice, Err(DirectoryError::Conflict { field: "pattern", .. })), "{kind}");
        }
        let acme = town.tenant(town.acme);
        let entry = tenant.senders(service).await.unwrap().remove(0);
        assert!(matches!(acme.senders(service).await, Err(DirectoryError::NotFound { .. })));
        assert!(matches!(
            acme.add_sender(service, Blocked, "x.test").await,
            Err(DirectoryError::NotFound { .. })
        ));
        assert!(matches!(acme.apply_senders(service).await, Err(DirectoryError::NotFound { .. })));
        assert!(matches!(acme.remove_sender(entry.id).await, Err(DirectoryError::NotFound { .. })));
    }
}

#[test]
fn a_pattern_with_many_stars_is_still_compared_quickly() {
    let pattern = format!("{}b@*d.test", "*a".repeat(100));
    let Pattern::Glob(glob) = Pattern::parse(&pattern).unwrap() else { panic!() };
    // Exponential comparing would never end.
    assert!(!glob.fits(&format!("{}@d.test", "a".repeat(60))));
}
