//! The staged form: rules, names, what waits, and what others see.

use std::net::{IpAddr, Ipv4Addr};

use directory::Scope;

use super::{IMAP, NONE, field, new_host, towns};
use crate::{Act, HostChange, NewHost, NewMailServer, Roles, ServerSearch};

#[tokio::test]
async fn a_host_has_a_name_of_its_own_and_an_address() {
    for town in towns().await {
        let admin = town.admin();
        let host = town.host("HOTE1", 1).await;
        assert_eq!((host.name.as_str(), host.fqdn.as_str()), ("hote1", "hote1.valbois.test"));
        assert_eq!(host.addresses(), [IpAddr::V4(Ipv4Addr::new(192, 162, 0, 1))]);
        assert_eq!(field(admin.create_host(new_host(town.domain, "hote1", 2)).await), "name");
        for name in ["", "-a", "a.b", "a b", &"x".repeat(64)] {
            assert_eq!(field(admin.create_host(new_host(town.domain, name, 2)).await), "name", "{name}");
        }
        let nowhere = NewHost { ipv4: None, ..new_host(town.domain, "a", 1) };
        assert_eq!(field(admin.create_host(nowhere).await), "ipv4");
        let nowhere = NewHost { ipv4: Some(Ipv4Addr::UNSPECIFIED), ..new_host(town.domain, "a", 1) };
        assert_eq!(field(admin.create_host(nowhere).await), "ipv4");
        // In another domain the name is free.
        admin.create_host(new_host(town.other_domain, "hote1", 1)).await.unwrap();
        assert_eq!(field(admin.host_called("hote1").await), "host");
        assert_eq!(admin.host_called("hote1.valbois.test").await.unwrap().id, host.id);
    }
}

#[tokio::test]
async fn a_full_name_that_nobody_chose_goes_with_the_name() {
    for town in towns().await {
        let host = town.host("hote1", 1).await;
        let rename = HostChange { name: Some("mx".to_owned()), ..HostChange::default() };
        let host = town.admin().change_host(host.id, rename).await.unwrap();
        assert_eq!(host.fqdn.as_str(), "mx.valbois.test");
        let chosen =
            HostChange { fqdn: Some(model::Domain::parse("m.else.test").unwrap()), ..HostChange::default() };
        town.admin().change_host(host.id, chosen).await.unwrap();
        let rename = HostChange { name: Some("mx2".to_owned()), ..HostChange::default() };
        assert_eq!(town.admin().change_host(host.id, rename).await.unwrap().fqdn.as_str(), "m.else.test");
    }
}

#[tokio::test]
async fn each_thing_waits_once_as_the_difference_from_what_is_applied() {
    for town in towns().await {
        let server = town.server("hote1", 1, Roles::ALL).await;
        let expected =
            [(Act::Create, "host", "hote1".to_owned()), (Act::Create, "mail_server", "hote1".to_owned())];
        assert_eq!(town.waiting().await, expected);
        // Created and changed is created, with the newest values.
        town.admin().change_server(server.id, IMAP).await.unwrap();
        let changes = town.admin().changes(None).await.unwrap();
        assert_eq!(changes.len(), 2);
        assert_eq!(
            changes[1].differences(),
            [("host", "", "hote1"), ("imap", "", "yes"), ("smtp_in", "", "no"), ("smtp_out", "", "no")]
        );
        town.apply().await;
        assert_eq!(town.waiting().await, []);
        // Changed, and changed back.
        town.admin().change_server(server.id, NONE).await.unwrap();
        assert_eq!(town.waiting().await, [(Act::Modify, "mail_server", "hote1".to_owned())]);
        assert_eq!(town.admin().changes(None).await.unwrap()[0].differences(), [("imap", "yes", "no")]);
        assert_eq!(town.admin().server(server.id).await.unwrap().waits, Some(Act::Modify));
        town.admin().change_server(server.id, IMAP).await.unwrap();
        assert_eq!(town.waiting().await, []);
        // Created and deleted is nothing.
        let passing = town.server("hote2", 2, IMAP).await;
        assert_eq!(field(town.admin().delete_host(passing.host.id).await), "host");
        town.admin().delete_server(passing.id).await.unwrap();
        town.admin().delete_host(passing.host.id).await.unwrap();
        assert_eq!(town.waiting().await, []);
        // Changed and deleted is deleted; the server goes before its host.
        town.admin().change_server(server.id, NONE).await.unwrap();
        town.admin().delete_server(server.id).await.unwrap();
        town.admin().delete_host(server.host.id).await.unwrap();
        let expected =
            [(Act::Delete, "mail_server", "hote1".to_owned()), (Act::Delete, "host", "hote1".to_owned())];
        assert_eq!(town.waiting().await, expected);
    }
}

#[tokio::test]
async fn what_is_staged_does_nothing_before_it_is_applied() {
    for town in towns().await {
        assert_eq!(town.roles("hote1.valbois.test").await, None);
        let server = town.server("hote1", 1, Roles::ALL).await;
        assert_eq!(town.roles("hote1.valbois.test").await, None);
        town.apply().await;
        assert_eq!(town.roles("HOTE1.valbois.test.").await, Some(Roles::ALL));
        town.admin().change_server(server.id, IMAP).await.unwrap();
        assert_eq!(town.roles("hote1.valbois.test").await, Some(Roles::ALL));
        town.apply().await;
        assert_eq!(town.roles("hote1.valbois.test").await, Some(IMAP));
        town.admin().delete_server(server.id).await.unwrap();
        assert_eq!(town.roles("hote1.valbois.test").await, Some(IMAP));
        town.apply().await;
        assert_eq!(town.roles("hote1.valbois.test").await, Some(NONE));
        assert_eq!(town.roles("hote1").await, None);
    }
}

#[tokio::test]
async fn a_search_finds_what_fulfils_every_condition() {
    for town in towns().await {
        town.server("hote1", 1, Roles::ALL).await;
        town.server("hote2", 2, IMAP).await;
        town.server("relais", 30, Roles { smtp_out: true, ..NONE }).await;
        let find = async |name: &str, ip: &str, roles: Roles| -> Vec<String> {
            let search = ServerSearch { name: name.to_owned(), ip: ip.to_owned(), roles };
            let found = town.admin().servers(None, search).await.unwrap();
            found.into_iter().map(|server| server.host.name).collect()
        };
        assert_eq!(find("", "", NONE).await, ["hote1", "hote2", "relais"]);
        assert_eq!(find("HOTE", "", NONE).await, ["hote1", "hote2"]);
        assert_eq!(find("", "192.162.0.3", NONE).await, ["relais"]);
        assert_eq!(find("", "", IMAP).await, ["hote1", "hote2"]);
        assert_eq!(find("", "", Roles { smtp_in: true, ..NONE }).await, ["hote1"]);
        assert_eq!(find("", "", Roles { smtp_out: true, ..NONE }).await, ["hote1", "relais"]);
        assert_eq!(find("e", "192.162.0.1", Roles::ALL).await, ["hote1"]);
        assert!(find("hote2", "192.162.0.1", NONE).await.is_empty());
    }
}

#[tokio::test]
async fn another_organisations_and_another_domains_things_do_not_exist() {
    for town in towns().await {
        let server = town.server("hote1", 1, Roles::ALL).await;
        let change = town.admin().changes(None).await.unwrap()[0].id;
        let stranger = town.hosts.administration(Scope::Tenant(town.acme), "zoe");
        let limited =
            town.hosts.administration(Scope::within(town.valbois, Some(town.other_domain)), "bruno");
        for other in [stranger, limited] {
            assert!(other.hosts(None).await.unwrap().is_empty());
            assert!(other.servers(None, ServerSearch::default()).await.unwrap().is_empty());
            assert!(other.changes(None).await.unwrap().is_empty());
            assert_eq!(other.count_changes(Some(town.valbois)).await.unwrap(), 0);
            assert_eq!(field(other.host(server.host.id).await), "not found");
            assert_eq!(field(other.server(server.id).await), "not found");
            assert_eq!(field(other.links(server.id).await), "not found");
            assert_eq!(field(other.create_host(new_host(town.domain, "mine", 9)).await), "not found");
            let new = NewMailServer { host: server.host.id, roles: IMAP };
            assert_eq!(field(other.create_server(new).await), "not found");
            assert_eq!(field(other.change_host(server.host.id, HostChange::default()).await), "not found");
            assert_eq!(field(other.change_server(server.id, NONE).await), "not found");
            assert_eq!(field(other.delete_server(server.id).await), "not found");
            assert_eq!(field(other.delete_host(server.host.id).await), "not found");
            assert_eq!(field(other.cancel_change(change).await), "not found");
            assert_eq!(field(other.assign_mailbox(town.anna, Some(server.id)).await), "not found");
            assert_eq!(field(other.servers_of_domain(town.domain).await), "not found");
            assert_eq!(field(other.begin_applying(town.valbois).await), "changes");
        }
        let run = town.admin().begin_applying(town.valbois).await.unwrap();
        let stranger = town.hosts.administration(Scope::Tenant(town.acme), "zoe");
        assert_eq!(field(stranger.run(run.id).await), "not found");
        assert_eq!(stranger.last_run(None).await.unwrap(), None);
        // Its own domain is its own.
        stranger.create_host(new_host(town.acme_domain, "hote1", 1)).await.unwrap();
    }
}
