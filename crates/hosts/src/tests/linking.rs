//! Mailboxes and domains that use servers.

use model::{Address, Domain};

use super::{IMAP, NONE, Town, field, new_host, towns};
use crate::{Links, MailServerId, NewMailServer, Roles, ServerRole, assign_domain, rows};

async fn assign(town: &Town, role: ServerRole, servers: &[MailServerId]) -> crate::Result<Vec<String>> {
    let (domain, servers) = (town.domain, servers.to_vec());
    let act = move |tx: &mut db::Tx| assign_domain(tx, domain, role, &servers).map(|(_, names)| names);
    town.db.tenant(town.valbois).write(act).await
}

fn anna() -> Address {
    Address::parse("anna+lists@valbois.test").unwrap()
}

#[tokio::test]
async fn a_server_that_a_user_is_linked_to_cannot_be_deleted() {
    for town in towns().await {
        let server = town.server("hote1", 1, IMAP).await;
        assert_eq!(town.admin().links(server.id).await.unwrap(), Links::default());
        town.admin().assign_mailbox(town.anna, Some(server.id)).await.unwrap();
        assert_eq!(town.admin().links(server.id).await.unwrap(), Links { users: 1, domains: 0 });
        let (mailboxes, domains) = town.admin().linked(server.id).await.unwrap();
        let names: Vec<_> = mailboxes.into_iter().map(|one| (one.id, one.name)).collect();
        assert_eq!(names, [(town.anna, "anna@valbois.test".to_owned())]);
        assert_eq!(domains, []);
        let text = town.admin().delete_server(server.id).await.unwrap_err().to_string();
        assert!(text.contains("1 user"), "{text}");
        assert_eq!(field(town.admin().change_server(server.id, NONE).await), "imap");
        // Not by cancelling either.
        let change = town.admin().changes(None).await.unwrap().pop().unwrap();
        assert_eq!(field(town.admin().cancel_change(change.id).await), "server");
        // It is named once it is applied.
        assert_eq!(town.hosts.imap_server_of(&anna()).await.unwrap(), None);
        town.apply().await;
        let named = town.hosts.imap_server_of(&anna()).await.unwrap();
        assert_eq!(named, Some(Domain::parse("hote1.valbois.test").unwrap()));
        assert_eq!(town.admin().server_of_mailbox(town.anna).await.unwrap().unwrap().id, server.id);
        town.admin().assign_mailbox(town.anna, None).await.unwrap();
        assert_eq!(town.hosts.imap_server_of(&anna()).await.unwrap(), None);
        town.admin().delete_server(server.id).await.unwrap();
    }
}

#[tokio::test]
async fn a_server_that_a_domain_uses_cannot_be_deleted() {
    for town in towns().await {
        let server = town.server("hote1", 1, Roles::ALL).await;
        assign(&town, ServerRole::SmtpIn, &[server.id, server.id]).await.unwrap();
        assign(&town, ServerRole::SmtpOut, &[server.id]).await.unwrap();
        assert_eq!(town.admin().links(server.id).await.unwrap(), Links { users: 0, domains: 1 });
        let (mailboxes, domains) = town.admin().linked(server.id).await.unwrap();
        assert_eq!((mailboxes.len(), domains.len(), domains[0].name.as_str()), (0, 1, "valbois.test"));
        assert_eq!(field(town.admin().delete_server(server.id).await), "server");
        assert_eq!(field(town.admin().change_server(server.id, IMAP).await), "smtp_in");
        let domain = Domain::parse("valbois.test").unwrap();
        assert_eq!(town.hosts.servers_of(&domain).await.unwrap(), crate::DomainServers::default());
        town.apply().await;
        let servers = town.hosts.servers_of(&domain).await.unwrap();
        assert_eq!((servers.imap.len(), servers.smtp_in.len(), servers.smtp_out.len()), (0, 1, 1));
        assert_eq!(servers.smtp_in[0].name.as_str(), "hote1.valbois.test");
        assert_eq!(servers.all().len(), 1);
        assert_eq!(town.hosts.domains_with_servers().await.unwrap(), [domain]);
        assert_eq!(town.admin().servers_of_domain(town.domain).await.unwrap().len(), 2);
        for role in ServerRole::ALL {
            assign(&town, role, &[]).await.unwrap();
        }
        town.admin().delete_server(server.id).await.unwrap();
    }
}

#[tokio::test]
async fn a_server_is_used_in_the_roles_that_it_has_and_within_its_organisation() {
    for town in towns().await {
        let server = town.server("hote1", 1, IMAP).await;
        assert_eq!(field(assign(&town, ServerRole::SmtpIn, &[server.id]).await), "server");
        let acme = town.hosts.administration(directory::Scope::Tenant(town.acme), "zoe");
        let host = acme.create_host(new_host(town.acme_domain, "hote1", 1)).await.unwrap().id;
        let foreign = acme.create_server(NewMailServer { host, roles: Roles::ALL }).await.unwrap();
        assert_eq!(field(assign(&town, ServerRole::Imap, &[foreign.id]).await), "not found");
        assert_eq!(field(town.admin().assign_mailbox(town.anna, Some(foreign.id)).await), "not found");
        // Nor by an operator, who sees both.
        let operator = town.hosts.administration(directory::Scope::Operator("test"), "op");
        assert_eq!(field(operator.assign_mailbox(town.anna, Some(foreign.id)).await), "not found");
        let smtp_only = town.server("hote2", 2, NONE).await;
        assert_eq!(field(town.admin().assign_mailbox(town.anna, Some(smtp_only.id)).await), "server");
        assert_eq!(field(town.admin().assign_mailbox(model::AddressId(1), None).await), "not found");
    }
}

#[tokio::test]
async fn an_address_is_bound_to_a_server_that_sends_within_the_organisation() {
    for town in towns().await {
        town.server("hote1", 1, IMAP).await;
        town.server("hote2", 2, Roles::ALL).await;
        let directory = |scope| town.hosts.directory.administration(scope, "anna");
        let ip = std::net::IpAddr::from([203, 0, 113, 10]);
        let new = directory::NewIp {
            ip: ip.to_string(),
            organisation: Some(town.valbois),
            is_static: true,
            note: String::new(),
        };
        directory(directory::Scope::Operator("test")).add_ip(new).await.unwrap();
        let bind = async |organisation, server: &str| {
            let server = Some((!server.is_empty()).then(|| server.to_owned()));
            let binding = crate::Binding { service: None, server };
            let own = directory(directory::Scope::Tenant(organisation));
            town.hosts.bind_ip(&own, ip, binding).await
        };
        for wrong in ["hote1.valbois.test", "hote2", "hote3.valbois.test", "…"] {
            assert_eq!(field(bind(town.valbois, wrong).await), "server", "{wrong}");
        }
        assert_eq!(field(bind(town.acme, "hote2.valbois.test").await), "server");
        assert_eq!(field(bind(town.acme, "").await), "not found");
        let bound = bind(town.valbois, "Hote2.valbois.test.").await.unwrap();
        assert_eq!(bound.server, Some(Domain::parse("hote2.valbois.test").unwrap()));
        assert_eq!(bind(town.valbois, "").await.unwrap().server, None);
    }
}

#[tokio::test]
async fn names_of_mailboxes_domains_and_organisations_are_read_within_the_scope() {
    for town in towns().await {
        let (anna, domain, owner) = (town.anna, town.domain, town.valbois);
        let names = move |tx: &mut db::Tx| {
            let domain = rows::domain_name(tx, domain)?.map(|name| name.to_string());
            let names = [rows::name_of_mailbox(tx, anna)?, domain, rows::organisation_name(tx, owner)?];
            Ok::<_, db::DbError>(names.map(Option::unwrap_or_default))
        };
        let all = ["anna@valbois.test", "valbois.test", "Commune de Valbois"];
        assert_eq!(town.db.operator("test").read(names).await.unwrap(), all);
        assert_eq!(town.db.tenant(owner).read(names).await.unwrap(), all);
        assert_eq!(town.db.domain(owner, domain).read(names).await.unwrap(), all);
        let elsewhere = town.db.domain(owner, town.other_domain).read(names).await.unwrap();
        assert_eq!(elsewhere, ["", "", "Commune de Valbois"]);
        assert_eq!(town.db.tenant(town.acme).read(names).await.unwrap(), ["", "", ""]);
    }
}
