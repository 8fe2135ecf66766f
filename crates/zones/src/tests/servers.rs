//! Domains with servers of their own: their mail records follow what is applied.

use directory::Scope;
use hosts::{HostChange, Hosts, MailServer, NewHost, NewMailServer, Roles, ServerRole};

use super::{Town, domain, towns};
use crate::{Standing, ZoneError};

fn hosts_of(town: &Town) -> Hosts {
    Hosts::new(town.db.clone(), town.world.clone(), town.directory.clone())
}

async fn server(town: &Town, name: &str) -> MailServer {
    let admin = hosts_of(town).administration(Scope::Tenant(town.valbois), "test");
    let host = NewHost {
        domain: town
            .directory
            .administration(Scope::Tenant(town.valbois), "test")
            .domain_called(&domain("valbois.test"))
            .await
            .unwrap()
            .id,
        name: name.to_owned(),
        fqdn: None,
        ipv4: Some("192.0.2.99".parse().unwrap()),
        ipv6: Some("2001:db8::99".parse().unwrap()),
        description: String::new(),
    };
    let host = admin.create_host(host).await.unwrap().id;
    admin.create_server(NewMailServer { host, roles: Roles::ALL }).await.unwrap()
}

async fn apply(town: &Town) {
    let hosts = hosts_of(town);
    let admin = hosts.administration(Scope::Tenant(town.valbois), "test");
    hosts.work(admin.begin_applying(town.valbois).await.unwrap().id).await.unwrap();
}

#[tokio::test]
async fn the_mail_records_of_a_domain_name_its_applied_servers() {
    for town in towns().await {
        let name = domain("valbois.test");
        town.tenant.create_domain(town.valbois, None, &name, Standing::Stays).await.unwrap();
        let before = town.lines(town.zone.id).await;
        let policy = |lines: &[String]| lines.iter().find(|line| line.contains("v=STSv1")).cloned();
        let server = server(&town, "hote1").await;
        for role in ServerRole::ALL {
            let kept = town.tenant.assign_servers(&name, role, vec![server.id]).await.unwrap().kept;
            assert!(kept.changes.is_empty(), "nothing is applied yet: {kept:?}");
        }
        apply(&town).await;
        town.operator.refresh(&name, Standing::Stays).await.unwrap();
        let lines = town.lines(town.zone.id).await;
        for wanted in [
            "@ MX 10 hote1.valbois.test.",
            "@ TXT \"v=spf1 ip4:192.0.2.99 ip6:2001:db8::99 include:spf.relais.test -all\"",
            "_imaps._tcp SRV 0 1 993 hote1.valbois.test.",
            "_submissions._tcp SRV 0 1 465 hote1.valbois.test.",
            "_pop3s._tcp SRV 0 0 0 .",
            "hote1 A 192.0.2.99",
            "hote1 AAAA 2001:db8::99",
        ] {
            assert!(lines.iter().any(|line| line == wanted), "{wanted} in {lines:#?}");
        }
        assert_eq!(lines.iter().filter(|line| line.contains(" MX ")).count(), 1, "{lines:#?}");
        // Another policy has another id (RFC 8461 §3.1).
        assert_ne!(policy(&before), policy(&lines));
        // A new address follows when it is applied.
        let admin = hosts_of(&town).administration(Scope::Tenant(town.valbois), "test");
        let moved = HostChange { ipv6: Some(None), ..HostChange::default() };
        admin.change_host(server.host.id, moved).await.unwrap();
        apply(&town).await;
        town.operator.refresh(&name, Standing::Stays).await.unwrap();
        assert!(!town.lines(town.zone.id).await.iter().any(|line| line.contains("AAAA")));
        // Without servers of its own the installation's are named again, at once.
        for role in ServerRole::ALL {
            town.tenant.assign_servers(&name, role, Vec::new()).await.unwrap();
        }
        let mut after = town.lines(town.zone.id).await;
        let mut before = before;
        before.sort();
        after.sort();
        assert_eq!(after, before);
    }
}

#[tokio::test]
async fn servers_are_chosen_for_a_domain_of_ones_own_only() {
    for town in towns().await {
        let name = domain("valbois.test");
        town.tenant.create_domain(town.valbois, None, &name, Standing::Stays).await.unwrap();
        let server = server(&town, "hote1").await;
        let stranger = town.tenant_of(town.acme);
        let refused = stranger.assign_servers(&name, ServerRole::SmtpIn, vec![server.id]).await;
        assert!(refused.is_err_and(|error| matches!(error, ZoneError::Directory(_))));
        let unknown = vec![hosts::MailServerId(1)];
        let refused = town.tenant.assign_servers(&name, ServerRole::SmtpIn, unknown).await;
        assert!(refused.is_err_and(|error| matches!(error, ZoneError::Directory(_))));
    }
}
