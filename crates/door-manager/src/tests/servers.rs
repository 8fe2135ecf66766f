//! Hosts and mail servers, as the seed goes through them, and what others see.

use axum::http::StatusCode;
use directory::Scope;
use hosts::{NewHost, NewMailServer, Roles, ServerSearch};

use super::{Browser, Town, towns};

async fn host(town: &Town, name: &str) -> String {
    let directory = town.hosts.administration(Scope::Tenant(town.valbois), "test");
    let new = NewHost {
        domain: town.mail_domain().await,
        name: name.to_owned(),
        fqdn: None,
        ipv4: Some("192.162.0.1".parse().unwrap()),
        ipv6: None,
        description: String::new(),
    };
    directory.create_host(new).await.unwrap().id.to_string()
}

async fn server(town: &Town, name: &str, roles: Roles) -> String {
    let host = hosts::HostId(host(town, name).await.parse().unwrap());
    let admin = town.hosts.administration(Scope::Tenant(town.valbois), "test");
    admin.create_server(NewMailServer { host, roles }).await.unwrap().id.to_string()
}

async fn apply(town: &Town) {
    let admin = town.hosts.administration(Scope::Tenant(town.valbois), "test");
    town.hosts.work(admin.begin_applying(town.valbois).await.unwrap().id).await.unwrap();
}

async fn text(browser: &mut Browser<'_>, path: &str) -> String {
    let answer = browser.get(path).await;
    assert_eq!(answer.status, StatusCode::OK, "{path}: {}", answer.text);
    answer.text
}

#[tokio::test]
async fn a_host_is_picked_and_becomes_a_server_that_waits_on_the_post_it() {
    for town in towns().await {
        let mut browser = town.signed_in("valbois").await;
        let page = text(&mut browser, "/manager/servers").await;
        assert!(page.contains("Chercher") && page.contains("Nouveau"), "{page}");
        assert!(!page.contains("<table") && !page.contains("class=\"postit\""), "{page}");
        let fields =
            [("name", "hote1"), ("ipv4", "192.162.0.1"), ("domain", &town.mail_domain().await.to_string())];
        let made = browser.post("/manager/hosts/new", &fields).await;
        assert_eq!(made.status, StatusCode::SEE_OTHER, "{}", made.text);
        let host = made.location.rsplit('/').next().unwrap().to_owned();
        // Picked: the form again, with what was ticked.
        let picked = browser.post("/manager/servers/new", &[("imap", "yes"), ("pick", &host)]).await.text;
        assert!(picked.contains(&format!("name=\"host\" value=\"{host}\"")), "{picked}");
        assert!(picked.contains("name=\"imap\" value=\"yes\" checked"), "{picked}");
        let none = browser.post("/manager/servers/new", &[("imap", "yes")]).await.text;
        assert!(none.contains("Choisissez l’hôte."), "{none}");
        let made = browser.post("/manager/servers/new", &[("imap", "yes"), ("host", &host)]).await;
        assert_eq!(made.status, StatusCode::SEE_OTHER, "{}", made.text);
        let page = text(&mut browser, &made.location).await;
        assert!(page.contains("<strong>Oui</strong>") && page.contains("<strong>Non</strong>"), "{page}");
        assert!(page.contains("class=\"postit\"") && page.contains("2 modifications attendent"), "{page}");
        // The same host twice is refused beside the field.
        let twice = browser.post("/manager/servers/new", &[("host", &host)]).await.text;
        assert!(twice.contains("error-host"), "{twice}");
        let waiting = text(&mut browser, "/manager/changes").await;
        assert!(waiting.contains("Créés") && waiting.contains("Appliquer 2 modifications"), "{waiting}");
        let applied = browser.post("/manager/changes/apply", &[]).await;
        assert_eq!(applied.location, "/manager/changes");
        let admin = town.hosts.administration(Scope::Tenant(town.valbois), "test");
        while admin.count_changes(None).await.unwrap() > 0 {
            tokio::task::yield_now().await;
        }
        let page = text(&mut browser, "/manager/servers").await;
        assert!(!page.contains("class=\"postit\""), "{page}");
    }
}

#[tokio::test]
async fn a_search_counts_what_it_finds_and_is_exported_by_page_or_whole() {
    for town in towns().await {
        for number in 1..=52 {
            server(&town, &format!("hote{number:02}"), Roles::ALL).await;
        }
        server(&town, "seul", Roles { imap: true, ..Roles::default() }).await;
        let mut browser = town.signed_in("valbois").await;
        let page = text(&mut browser, "/manager/servers?search=1").await;
        assert!(page.contains("53 serveurs de messagerie trouvés."), "{page}");
        assert!(page.contains("Entrées # 53 | Pages de résultat") && page.contains("(1)"), "{page}");
        let page = text(&mut browser, "/manager/servers?search=1&imap=yes&smtp_in=yes&ip=192.162").await;
        assert!(page.contains("52 serveurs de messagerie trouvés."), "{page}");
        let page = text(&mut browser, "/manager/servers?search=1&name=seul").await;
        assert!(page.contains("1 serveur de messagerie trouvé."), "{page}");
        for (query, lines) in [("&export=page", 51), ("&export=page&page=2", 4), ("&format=csv", 54)] {
            let file = text(&mut browser, &format!("/manager/servers?search=1{query}")).await;
            assert_eq!(file.lines().count(), lines, "{query}: {file}");
            assert!(file.contains("\"Hôte\",\"Adresse IP\",\"IMAP\",\"SMTP in\",\"SMTP out\""), "{file}");
        }
    }
}

#[tokio::test]
async fn deleting_asks_first_and_says_why_not() {
    for town in towns().await {
        let free = server(&town, "hote1", Roles::ALL).await;
        let used = server(&town, "hote2", Roles::ALL).await;
        apply(&town).await;
        let tenant = Scope::Tenant(town.valbois);
        let name = model::Domain::parse("valbois.test").unwrap();
        let servers = vec![hosts::MailServerId(used.parse().unwrap())];
        let zones = town.zones.administration(tenant, "test");
        zones.assign_servers(&name, hosts::ServerRole::SmtpIn, servers).await.unwrap();
        let mut browser = town.signed_in("valbois").await;
        let page = text(&mut browser, &format!("/manager/servers/{free}/delete")).await;
        assert!(page.contains("LE SERVEUR DE MAIL PEUT ÊTRE SUPPRIMÉ"), "{page}");
        let gone = browser.post(&format!("/manager/servers/{free}/delete"), &[]).await;
        assert_eq!(gone.location, "/manager/servers");
        let page = text(&mut browser, &format!("/manager/servers/{used}/delete")).await;
        assert!(page.contains("LE SERVEUR DE MAIL NE PEUT PAS ÊTRE SUPPRIMÉ"), "{page}");
        assert!(page.contains("lié à au moins un domaine"), "{page}");
        let refused = browser.post(&format!("/manager/servers/{used}/delete"), &[]).await;
        assert_eq!(refused.status, StatusCode::OK);
        let refused = browser.post(&format!("/manager/servers/{used}/edit"), &[("imap", "yes")]).await.text;
        assert!(refused.contains("Un serveur garde les fonctions dont un domaine se sert."), "{refused}");
        // Taken back, it is there again.
        let admin = town.hosts.administration(tenant, "test");
        let change = admin.changes(None).await.unwrap()[0].id.to_string();
        browser.post("/manager/changes/cancel", &[("change", &change)]).await;
        assert_eq!(admin.servers(None, ServerSearch::default()).await.unwrap().len(), 2);
        let again = browser.post("/manager/changes/cancel", &[("change", &change)]).await;
        assert_eq!(again.status, StatusCode::SEE_OTHER);
    }
}

/// R394 on the screens alone.
#[tokio::test]
async fn a_user_and_a_domain_are_linked_to_a_server_and_unlinked_on_their_pages() {
    for town in towns().await {
        let server_id = server(&town, "hote1", Roles::ALL).await;
        let smtp = server(&town, "hote2", Roles { smtp_in: true, ..Roles::default() }).await;
        apply(&town).await;
        let new = directory::NewAddress {
            address: model::Address::parse("anna@valbois.test").unwrap(),
            alias_to: Vec::new(),
            quota_bytes: None,
        };
        let anna = town.people().create_address(new).await.unwrap().id;
        let mut browser = town.signed_in("valbois").await;
        let (address, deleting) =
            (format!("/manager/addresses/{anna}"), format!("/manager/servers/{server_id}/delete"));
        let page = text(&mut browser, &address).await;
        assert!(page.contains(&format!("<option value=\"{server_id}\">hote1 (")), "{page}");
        assert!(!page.contains(&format!("<option value=\"{smtp}\"")), "without IMAP nobody reads there");
        let choose = format!("{address}/server");
        let linked = browser.post(&choose, &[("server", &server_id)]).await;
        assert_eq!((linked.status, &linked.location), (StatusCode::SEE_OTHER, &address));
        let page = text(&mut browser, &address).await;
        assert!(page.contains(&format!("<option value=\"{server_id}\" selected>")), "{page}");
        let refused = text(&mut browser, &deleting).await;
        let says = "Ce serveur domaine est lié à au moins un utilisateur et ne peut donc pas être supprimé";
        assert!(refused.contains(says), "{refused}");
        assert!(refused.contains(&format!("{anna}#server\">anna@valbois.test")), "{refused}");
        assert_eq!(browser.post(&deleting, &[]).await.status, StatusCode::OK, "and it stands");
        // A server without the role is refused with the reason, one of somebody else does not exist.
        browser.post(&choose, &[("server", &smtp)]).await;
        let page = text(&mut browser, &address).await;
        assert!(page.contains(&format!("<option value=\"{server_id}\" selected>")), "{page}");
        assert_eq!(browser.post(&choose, &[("server", "17")]).await.status, StatusCode::NOT_FOUND);
        assert_eq!(browser.post(&choose, &[("server", "")]).await.status, StatusCode::SEE_OTHER);
        assert!(text(&mut browser, &deleting).await.contains("LE SERVEUR DE MAIL PEUT ÊTRE SUPPRIMÉ"));

        let domain = town.people().domains(Some(town.valbois)).await.unwrap().remove(0);
        let path = format!("/manager/services/{}/domains/valbois.test/servers", domain.service);
        let service = text(&mut browser, &format!("/manager/services/{}", domain.service)).await;
        assert!(service.contains(&format!("href=\"{path}\"")), "{service}");
        let both = [("role", "smtp_in"), ("server", server_id.as_str()), ("server", smtp.as_str())];
        let chosen = browser.post(&path, &both).await;
        assert_eq!((chosen.status, &chosen.location), (StatusCode::SEE_OTHER, &path), "{}", chosen.text);
        let page = text(&mut browser, &path).await;
        assert_eq!(page.matches(" checked>").count(), 2, "{page}");
        let refused = text(&mut browser, &deleting).await;
        assert!(refused.contains("lié à au moins un domaine"), "{refused}");
        assert!(refused.contains("valbois.test&#x2f;servers\">valbois.test"), "{refused}");
        let wrong = browser.post(&path, &[("role", "smtp_out"), ("server", &smtp)]).await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", wrong.text);
        assert!(wrong.text.contains("id=\"error-smtp_out\""), "{}", wrong.text);
        assert_eq!(browser.post(&path, &[("role", "smtp_in")]).await.status, StatusCode::SEE_OTHER);
        let gone = browser.post(&deleting, &[]).await;
        assert_eq!(gone.location, "/manager/servers", "{}", gone.text);
        let mut other = town.signed_in("acme").await;
        assert_eq!(other.get(&path).await.status, StatusCode::NOT_FOUND);
        assert_eq!(other.post(&path, &[("role", "smtp_in")]).await.status, StatusCode::NOT_FOUND);
        assert_eq!(other.post(&choose, &[("server", "")]).await.status, StatusCode::NOT_FOUND);
    }
}

#[tokio::test]
async fn another_organisations_hosts_and_servers_are_not_found() {
    for town in towns().await {
        let server = server(&town, "hote1", Roles::ALL).await;
        let host = host(&town, "hote2").await;
        let admin = town.hosts.administration(Scope::Tenant(town.valbois), "test");
        let before = admin.changes(None).await.unwrap();
        let mut browser = town.signed_in("acme").await;
        for (things, id) in [("servers", &server), ("hosts", &host)] {
            for page in ["", "/edit", "/delete"] {
                let path = format!("/manager/{things}/{id}{page}");
                assert_eq!(browser.get(&path).await.status, StatusCode::NOT_FOUND, "{path}");
                if !page.is_empty() {
                    let answer = browser.post(&path, &[("name", "mine"), ("ipv4", "192.0.2.1")]).await;
                    assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
                }
            }
        }
        let domain = town.mail_domain().await.to_string();
        let fields = [("name", "mine"), ("ipv4", "192.0.2.1"), ("domain", domain.as_str())];
        assert_eq!(browser.post("/manager/hosts/new", &fields).await.status, StatusCode::NOT_FOUND);
        assert_eq!(
            browser.post("/manager/servers/new", &[("host", &host)]).await.status,
            StatusCode::NOT_FOUND
        );
        let change = before[0].id.to_string();
        browser.post("/manager/changes/cancel", &[("change", &change)]).await;
        assert!(!text(&mut browser, "/manager/servers?search=1").await.contains("hote1"));
        assert!(!text(&mut browser, "/manager/changes").await.contains("hote1"));
        assert_eq!(admin.changes(None).await.unwrap(), before);
    }
}

#[tokio::test]
async fn what_is_being_applied_is_shown_after_a_reload_and_locks_a_second_run() {
    for town in towns().await {
        host(&town, "hote1").await;
        let admin = town.hosts.administration(Scope::Tenant(town.valbois), "test");
        let run = admin.begin_applying(town.valbois).await.unwrap();
        let mut browser = town.signed_in("valbois").await;
        for _ in 0..2 {
            let page = text(&mut browser, "/manager/changes").await;
            assert!(page.contains("<progress max=\"1\" value=\"0\""), "{page}");
            assert!(page.contains("Application en cours") && page.contains("data-running"), "{page}");
            assert!(!page.contains("action=\"/manager/changes/apply\""), "{page}");
        }
        // Who still has the page of before presses its button.
        let second = browser.post("/manager/changes/apply", &[]).await;
        assert!(second.text.contains("<div class=\"notice lost\" role=\"alert\">"), "{}", second.text);
        assert_eq!(admin.last_run(None).await.unwrap().unwrap().id, run.id);
        town.hosts.work(run.id).await.unwrap();
        let page = text(&mut browser, "/manager/changes").await;
        assert!(page.contains("Dernière application") && page.contains("Rien n’attend"), "{page}");
        assert!(page.contains("<progress max=\"1\" value=\"1\"") && !page.contains("data-running"), "{page}");
    }
}
