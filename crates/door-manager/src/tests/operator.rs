//! What only the operator's staff sees, by somebody of the staff; and the tokens of an organisation.

use std::time::Duration;

use axum::http::StatusCode;
use directory::{AllowState, NewAllowedSource, NewIp, NewUser, Role, Scope, SourceLetter, Zeroizing};
use model::{Address, UserId};
use trail::{ChoreRun, NodeState};
use zones::StsMode;

use super::{Answer, Browser, PASSWORD, Town, towns};

/// The pages of the staff.
const PAGES: [&str; 8] = [
    "system",
    "installation",
    "installation/organisations",
    "installation/staff",
    "installation/journal",
    "installation/renumberings",
    "installation/renumberings/new",
    "sources?of=installation",
];

impl Town {
    fn all(&self) -> directory::Administration {
        self.directory.administration(Scope::Operator("test"), "test")
    }

    /// The legal owner of Valbois, whom the operator took into the staff.
    async fn staff(&self) -> (Browser<'_>, UserId) {
        let login = Address::parse("admin@valbois.test").unwrap();
        let user = self.all().user_called(&login).await.unwrap().id;
        self.all().set_operator(user, true).await.unwrap();
        (self.signed_in("valbois").await, user)
    }
}

async fn page(browser: &mut Browser<'_>, path: &str) -> String {
    let answer = browser.get(&format!("/manager/{path}")).await;
    assert_eq!(answer.status, StatusCode::OK, "{path}: {}", answer.text);
    answer.text
}

/// What follows a form that was taken.
async fn taken(browser: &mut Browser<'_>, answer: Answer) -> String {
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text);
    browser.get(&answer.location).await.text
}

#[tokio::test]
async fn the_staff_sees_the_nodes_their_disks_certificates_and_chores() {
    for town in towns().await {
        let now = town.world.clock.now();
        let trail = trail::Trail::new(town.db.clone());
        let node = |name: &str, free_bytes, ends: Option<u64>| NodeState {
            name: name.to_owned(),
            version: "0.1".to_owned(),
            started_at: now,
            doors: "smtp 25, https 443".to_owned(),
            disk_bytes: Some(1_000_000_000),
            free_bytes,
            certificate_names: format!("{name}.relais.test"),
            certificate_ends_at: ends.map(|days| now.plus(Duration::from_secs(days * 86_400))),
        };
        trail.node_is_here(node("un", Some(250_000_000), Some(60)), now).await.unwrap();
        let long_ago = now.minus(Duration::from_secs(3600));
        trail.node_is_here(node("deux", None, Some(3)), long_ago).await.unwrap();
        let run = |chore: &str, error: Option<&str>| ChoreRun {
            chore: chore.to_owned(),
            began_at: now.minus(Duration::from_millis(1500)),
            ended_at: now,
            error: error.map(str::to_owned),
        };
        trail.chore_was_done("un", run("compact the bodies", None)).await.unwrap();
        trail.chore_was_done("un", run("tell of this node", Some("no disk <b>"))).await.unwrap();
        let (mut browser, _) = town.staff().await;
        let text = page(&mut browser, "system").await;
        for words in
            ["<h2>un</h2>", "<h2>deux</h2>", "un.relais.test", "smtp 25, https 443", "Compacter le stockage"]
        {
            assert!(text.contains(words), "{words}: {text}");
        }
        assert!(text.contains("value=\"75\""), "three quarters of the disk are used: {text}");
        assert!(text.contains("1’500 ms") && text.contains("no disk &lt;b&gt;"), "{text}");
        // One node is missed, and its certificate ends soon; the other is well.
        assert_eq!(text.matches("class=\"lamp lost\"").count(), 2, "{text}");
        assert_eq!(text.matches("class=\"lamp waiting\"").count(), 1, "{text}");
    }
}

#[tokio::test]
async fn every_page_of_the_staff_speaks_every_language_and_exists_for_nobody_else() {
    for town in towns().await {
        let mut other = town.signed_in("acme").await;
        let acme = town.acme.to_string();
        let (mut browser, user) = town.staff().await;
        let mut paths: Vec<String> = PAGES.iter().map(|path| (*path).to_owned()).collect();
        paths.push(format!("installation/organisations/{acme}"));
        paths.push(format!("installation/organisations/{acme}/delete"));
        paths.push(format!("installation/staff/{user}"));
        for language in ["fr", "de", "it", "en"] {
            browser.language = language;
            for path in &paths {
                let text = page(&mut browser, path).await;
                assert!(text.contains(&format!("lang=\"{language}\"")), "{path}");
                assert!(
                    text.contains("href=\"/manager/installation/staff\""),
                    "the menu leads there: {text}"
                );
            }
        }
        for path in paths.iter().filter(|path| !path.starts_with("sources")) {
            let path = format!("/manager/{path}");
            assert_eq!(other.get(&path).await.status, StatusCode::NOT_FOUND, "{path}");
        }
        let forms = [
            ("installation".to_owned(), vec![("hostname", "mine.test")]),
            ("installation/staff".to_owned(), vec![("login", "admin@acme.test")]),
            (format!("installation/staff/{user}"), vec![]),
            ("installation/organisations".to_owned(), vec![("name", "mine")]),
            (format!("installation/organisations/{acme}"), vec![("name", "mine"), ("days", "366")]),
            (format!("installation/organisations/{acme}/quotas"), vec![]),
            (format!("installation/organisations/{acme}/state"), vec![("state", "off")]),
            (format!("installation/organisations/{acme}/delete"), vec![("name", "acme")]),
        ];
        for (path, fields) in forms {
            let answer = other.post(&format!("/manager/{path}"), &fields).await;
            assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
        }
        assert_eq!(town.all().organisations().await.unwrap().len(), 2);
        assert_eq!(town.all().staff().await.unwrap().len(), 1);
        let menu = page(&mut other, "domains").await;
        assert!(!menu.contains("/manager/installation"), "{menu}");
        // Whoever left the staff finds nothing there from the next request on.
        town.all().set_operator(user, false).await.unwrap();
        assert_eq!(browser.get("/manager/installation/staff").await.status, StatusCode::NOT_FOUND);
    }
}

#[tokio::test]
async fn the_staff_reads_the_journal_of_the_installation_and_of_every_organisation() {
    for town in towns().await {
        let name = |name: &str| directory::OrganisationChange {
            name: Some(name.to_owned()),
            ..directory::OrganisationChange::default()
        };
        town.all().change_organisation(town.acme, name("Acme <i>neuve</i>")).await.unwrap();
        town.all().ban_source("198.51.100.8", Duration::from_secs(3600), "essai").await.unwrap();
        let (mut browser, _) = town.staff().await;
        let all = page(&mut browser, "installation/journal").await;
        for word in ["Organisation", "Acme &lt;i&gt;neuve", "198.51.100.8", "Installation"] {
            assert!(all.contains(word), "{word}: {all}");
        }
        let trail = trail::Trail::new(town.db.clone());
        let entries = trail.changes(None, db::Seek::first(50)).await.unwrap().items;
        let [renamed, banned] = ["change organisation", "ban source"]
            .map(|action| entries.iter().find(|entry| entry.action == action).unwrap());
        let entry = page(&mut browser, &format!("installation/journal/{}", renamed.id)).await;
        assert!(entry.contains("Acme &lt;i&gt;neuve") && entry.contains("Empreinte"), "{entry}");
        let entry = page(&mut browser, &format!("installation/journal/{}", banned.id)).await;
        assert!(entry.contains("<dd>Installation</dd>"), "{entry}");
        // The organisation's own journal has neither.
        for id in [renamed.id, banned.id] {
            let answer = browser.get(&format!("/manager/journal/{id}")).await;
            assert_eq!(answer.status, StatusCode::NOT_FOUND);
        }
        let file = browser.get("/manager/installation/journal?format=csv&q=198.51.100.8").await.text;
        let line = file.lines().find(|line| line.contains("198.51.100.8")).unwrap();
        assert!(line.ends_with("\"Installation\""), "{file}");
    }
}

/// Whether a row of a table of the page names it.
fn stands(page: &str, what: &str) -> bool {
    page.split("<tr data-row>")
        .skip(1)
        .any(|row| row.split("</tr>").next().is_some_and(|row| row.contains(what)))
}

#[tokio::test]
async fn the_staff_bans_and_decides_on_sources_of_the_whole_installation() {
    for town in towns().await {
        let (mut browser, _) = town.staff().await;
        let own = page(&mut browser, "sources").await;
        assert!(
            own.contains("?of=installation") && !own.contains("action=\"/manager/sources/bans\""),
            "{own}"
        );
        // A ban, kept in the form while something is wrong with it.
        let wrong = [("ip", "198.51.100"), ("reason", "essai"), ("hours", "2")];
        let refused = browser.post("/manager/sources/bans", &wrong).await;
        assert!(
            refused.text.contains("value=\"198.51.100\"") && refused.text.contains("error-ip"),
            "{}",
            refused.text
        );
        let ban = [("ip", "198.51.100.7"), ("reason", "essai <b>"), ("hours", "2")];
        let answer = browser.post("/manager/sources/bans", &ban).await;
        assert_eq!(answer.location, "/manager/sources?of=installation");
        let text = taken(&mut browser, answer).await;
        assert!(stands(&text, "198.51.100.7") && text.contains("essai &lt;b&gt;"), "{text}");
        let lift = [("subject", "source 198.51.100.7"), ("of", "installation")];
        let answer = browser.post("/manager/sources/bans/lift", &lift).await;
        let text = taken(&mut browser, answer).await;
        assert!(!stands(&text, "198.51.100.7"), "{text}");
        assert_eq!(town.all().bans().await.unwrap(), []);
        // An address of the installation, for the organisation that is looked at.
        let ip = [("new_ip", "203.0.113.10"), ("dedicated", "yes"), ("note", "le bureau")];
        let answer = browser.post("/manager/sources/ips", &ip).await;
        let text = taken(&mut browser, answer).await;
        assert!(stands(&text, "203.0.113.10") && text.contains("le bureau"), "{text}");
        let again = browser.post("/manager/sources/ips", &ip).await;
        assert!(again.text.contains("error-new_ip") && again.text.contains("le bureau"), "{}", again.text);
        assert_eq!(town.all().ips().await.unwrap()[0].organisation, Some(town.valbois));
        let new = NewIp {
            ip: "203.0.113.11".to_owned(),
            organisation: Some(town.acme),
            is_static: true,
            note: String::new(),
        };
        town.all().add_ip(new).await.unwrap();
        // Two permissions of another organisation, confirmed by the contact: one is granted, one refused.
        for source in ["198.51.100.20", "198.51.100.21"] {
            let new = NewAllowedSource {
                organisation: town.acme,
                ip: source.to_owned(),
                purpose: format!("le bureau {source}"),
                acceptance: "l’entière responsabilité".to_owned(),
                language: "fr".to_owned(),
                contact: "admin@acme.test".to_owned(),
            };
            town.all().ask_for_allowed_source(new).await.unwrap();
        }
        for letter in town.directory.source_letters().await.unwrap() {
            let SourceLetter::Confirm { token, .. } = letter else { continue };
            town.directory.confirm_allowed_source(&token, "203.0.113.2".parse().unwrap()).await.unwrap();
        }
        let text = page(&mut browser, "sources?of=installation").await;
        assert!(
            text.contains("le bureau 198.51.100.20") && text.contains("le bureau 198.51.100.21"),
            "{text}"
        );
        let id = async |source: &str| {
            let all = town.all().allowed_sources().await.unwrap();
            all.into_iter()
                .find(|one| one.source == source)
                .map(|one| (one.id.to_string(), one.state))
                .unwrap()
        };
        let (granted, _) = id("198.51.100.20").await;
        let (refused, _) = id("198.51.100.21").await;
        let grant = [("id", granted.as_str()), ("decision", "grant"), ("of", "installation")];
        let answer = browser.post("/manager/sources/allowed", &grant).await;
        taken(&mut browser, answer).await;
        let refuse = [
            ("id", refused.as_str()),
            ("decision", "refuse"),
            ("of", "installation"),
            ("reason", "trop large"),
        ];
        let answer = browser.post("/manager/sources/allowed", &refuse).await;
        let text = taken(&mut browser, answer).await;
        assert!(text.contains("trop large"), "{text}");
        assert_eq!(id("198.51.100.20").await.1, AllowState::Active);
        assert_eq!(id("198.51.100.21").await.1, AllowState::Refused);
    }
}

#[tokio::test]
async fn an_address_is_removed_after_the_staff_has_read_what_depends_on_it() {
    for town in towns().await {
        let domain = town.mail_domain().await;
        let owner =
            town.people().domain_called(&model::Domain::parse("valbois.test").unwrap()).await.unwrap();
        for (ip, organisation) in [
            ("203.0.113.10", Some(town.valbois)),
            ("203.0.113.11", Some(town.valbois)),
            ("2001:db8::7", None),
        ] {
            let new = NewIp { ip: ip.to_owned(), organisation, is_static: true, note: String::new() };
            town.all().add_ip(new).await.unwrap();
        }
        let hosts = town.hosts.administration(Scope::Tenant(town.valbois), "test");
        let new = hosts::NewHost {
            domain,
            name: "relais7".to_owned(),
            fqdn: None,
            ipv4: Some("203.0.113.10".parse().unwrap()),
            ipv6: None,
            description: String::new(),
        };
        hosts.create_host(new).await.unwrap();
        let change = directory::IpChange {
            service: Some(Some(owner.service)),
            pointer_wanted: Some("lettres.valbois.test".to_owned()),
            ..Default::default()
        };
        town.people().change_ip("203.0.113.10".parse().unwrap(), change).await.unwrap();
        let path = "/manager/sources/ips/203.0.113.10/delete";
        let mut stranger = town.signed_in("acme").await;
        assert_eq!(stranger.get(path).await.status, StatusCode::NOT_FOUND);
        assert_eq!(stranger.post(path, &[]).await.status, StatusCode::NOT_FOUND);
        let (mut browser, _) = town.staff().await;
        let list = page(&mut browser, "sources?of=installation").await;
        assert!(list.contains(path) && list.contains("/manager/sources/ips/2001:db8::7/delete"), "{list}");
        assert!(!page(&mut browser, "sources").await.contains("/delete"), "there it is not the staff's");
        // What depends on it is said before, and nothing is done yet.
        let asked = page(&mut browser, "sources/ips/203.0.113.10/delete").await;
        let service = town.people().service(owner.service).await.unwrap().name;
        let organisation = town.people().organisation(town.valbois).await.unwrap().name;
        for told in [&*service, &organisation, "garde une autre adresse", "Un hôte", "relais7.valbois.test"]
        {
            assert!(asked.contains(told), "{told}: {asked}");
        }
        assert!(asked.contains("lettres.valbois.test") && !asked.contains("Rien ne dépend"), "{asked}");
        assert_eq!(town.all().ips().await.unwrap().len(), 3);
        let answer = browser.post(path, &[]).await;
        assert_eq!(answer.location, "/manager/sources?of=installation");
        let text = taken(&mut browser, answer).await;
        assert!(!stands(&text, "203.0.113.10") && stands(&text, "203.0.113.11"), "{text}");
        // Nothing depends on the shared one; of the last dedicated one it is said what goes with it.
        let free = page(&mut browser, "sources/ips/2001:db8::7/delete").await;
        assert!(free.contains("Rien ne dépend"), "{free}");
        let last = page(&mut browser, "sources/ips/203.0.113.11/delete").await;
        assert!(last.contains("n’en aura plus d’autre"), "{last}");
        let answer = browser.post("/manager/sources/ips/2001:db8::7/delete", &[]).await;
        taken(&mut browser, answer).await;
        assert_eq!(town.all().ips().await.unwrap().len(), 1);
        for gone in [path, "/manager/sources/ips/2001:db8::7/delete", "/manager/sources/ips/x/delete"] {
            assert_eq!(browser.get(gone).await.status, StatusCode::NOT_FOUND, "{gone}");
            assert_eq!(browser.post(gone, &[]).await.status, StatusCode::NOT_FOUND, "{gone}");
        }
        let trail = trail::Trail::new(town.db.clone());
        let entries = trail.changes(Some(town.valbois), db::Seek::first(5)).await.unwrap().items;
        let removed = entries.iter().find(|entry| entry.change.action == "remove ip").unwrap();
        assert_eq!(removed.change.what, "203.0.113.10");
        assert_eq!(removed.before.get("pointer"), Some("lettres.valbois.test"));
    }
}

#[tokio::test]
async fn a_list_of_sources_that_is_too_long_for_its_table_says_so_and_its_file_has_all() {
    for town in towns().await {
        let (mut browser, _) = town.staff().await;
        let bans = (0..1001).map(|at| {
            let town = &town;
            async move {
                let (source, hour) = (format!("198.51.{}.{}", at / 250, at % 250), Duration::from_secs(3600));
                town.all().ban_source(&source, hour, "filet").await.unwrap();
            }
        });
        futures_util::future::join_all(bans).await;
        let text = page(&mut browser, "sources?of=installation").await;
        assert!(text.contains("Seules les") && text.contains("précisez la recherche"), "{text}");
        let file = page(&mut browser, "sources?of=installation&bans-format=csv").await;
        assert_eq!(file.lines().count(), 1002);
        // Which one is behind those that the table holds is known to the search alone.
        let last = "198.51.3.99";
        let found = page(&mut browser, &format!("sources?of=installation&bans-q={last}")).await;
        assert!(stands(&found, last) && !found.contains("Seules les"), "{found}");
        // Requests are found by their texts and by the word of their state.
        for (domain, at) in [("valbois.test", 1), ("nobody.test", 2)] {
            let request = directory::NewUnbanRequest {
                domain: domain.to_owned(),
                ip: format!("203.0.113.{at}"),
                contact: "worker@far.test".to_owned(),
                message: format!("bureau de {domain}"),
            };
            town.directory.ask_to_be_let_in(request, "203.0.113.9".parse().unwrap()).await.unwrap();
        }
        let id = town.all().unban_requests().await.unwrap()[0].id;
        town.all().decide_unban_request(id, false).await.unwrap();
        for (searched, [first, second]) in [
            ("NOBODY", [false, true]),
            ("refus", [false, true]),
            ("worker", [true, true]),
            ("zzz", [false, false]),
        ] {
            let text = page(&mut browser, &format!("sources?of=installation&requests-q={searched}")).await;
            assert_eq!(text.contains("bureau de valbois.test"), first, "{searched}: {text}");
            assert_eq!(text.contains("bureau de nobody.test"), second, "{searched}: {text}");
            let path = format!("sources?of=installation&requests-format=csv&requests-q={searched}");
            let file = page(&mut browser, &path).await;
            assert_eq!(file.lines().count(), 1 + [first, second].into_iter().filter(|is_so| *is_so).count());
        }
    }
}

#[tokio::test]
async fn the_staff_makes_an_organisation_gives_it_a_plan_and_quotas_and_ends_it() {
    for town in towns().await {
        let (mut browser, _) = town.staff().await;
        let list = "/manager/installation/organisations";
        let taken_name = browser.post(list, &[("name", "acme")]).await;
        assert_eq!(taken_name.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(taken_name.text.contains("value=\"acme\""), "{}", taken_name.text);
        let made = browser.post(list, &[("name", "Commune d’Ayent")]).await;
        let path = made.location.clone();
        let text = taken(&mut browser, made).await;
        assert!(text.contains("Personne n’y entre encore") && text.contains("value=\"20\""), "{text}");
        let new = town.all().organisation_called("Commune d’Ayent").await.unwrap().id;
        let service = town.all().create_service(new, "Mairie", None).await.unwrap().id;
        // A plan that cannot be and a name with it: nothing is taken, and what was typed stays.
        let wrong = browser.post(&path, &[("name", "Ayent"), ("days", "400")]).await;
        assert!(
            wrong.text.contains("error-days") && wrong.text.contains("value=\"Ayent\""),
            "{}",
            wrong.text
        );
        assert_eq!(town.all().organisation(new).await.unwrap().name, "Commune d’Ayent");
        let answer = browser.post(&path, &[("name", "Ayent"), ("days", "90")]).await;
        let text = taken(&mut browser, answer).await;
        assert!(text.contains("value=\"Ayent\"") && text.contains("value=\"90\""), "{text}");
        let field = format!("quota-{service}");
        let quotas = format!("{path}/quotas");
        let wrong = browser.post(&quotas, &[("quotas", "yes"), (&field, "beaucoup")]).await;
        assert!(wrong.text.contains("value=\"beaucoup\""), "{}", wrong.text);
        assert!(wrong.text.contains(&format!("error-{field}")), "{}", wrong.text);
        let answer = browser.post(&quotas, &[("quotas", "yes"), (&field, "5 Go")]).await;
        let text = taken(&mut browser, answer).await;
        assert!(text.contains("value=\"5\u{a0}Go\""), "{text}");
        assert_eq!(town.all().service(service).await.unwrap().quota_bytes, Some(5_000_000_000));
        // Out of use, and again.
        let state = format!("{path}/state");
        let answer = browser.post(&state, &[("state", "off")]).await;
        assert!(taken(&mut browser, answer).await.contains("Cette organisation est désactivée"));
        assert!(town.all().organisation(new).await.unwrap().is_disabled);
        browser.post(&state, &[("state", "on")]).await;
        assert!(!town.all().organisation(new).await.unwrap().is_disabled);
        // The staff looks at it and adds its legal owner.
        let choose = [("organisation", new.to_string())];
        let choose: Vec<_> = choose.iter().map(|(name, value)| (*name, value.as_str())).collect();
        assert_eq!(browser.post("/manager/organisations", &choose).await.status, StatusCode::SEE_OTHER);
        let owner =
            [("login", "maire@ayent.test"), ("name", "Maire"), ("role", "legal-owner"), ("language", "fr")];
        let made = browser.post("/manager/users/new", &owner).await;
        assert!(made.text.contains("maire@ayent.test"), "{}", made.text);
        // Deleting asks for the name and says in numbers what goes; nobody deletes where he belongs.
        let ending = format!("{path}/delete");
        let text = browser.get(&ending).await.text;
        assert!(text.contains("l’accès de 1 utilisateur"), "{text}");
        let wrong = browser.post(&ending, &[("name", "acme")]).await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
        let answer = browser.post(&ending, &[("name", "Ayent")]).await;
        assert_eq!(answer.location, list);
        let text = taken(&mut browser, answer).await;
        assert!(text.contains("est supprimée"), "{text}");
        assert!(!text.contains(&format!("organisations&#x2f;{new}")), "{text}");
        let own = format!("{list}/{}", town.valbois);
        assert!(!browser.get(&own).await.text.contains("/state"), "the own one has no such button");
        for (act, fields) in [("state", [("state", "off")]), ("delete", [("name", "valbois")])] {
            let answer = browser.post(&format!("{own}/{act}"), &fields).await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{act}");
        }
        assert!(!town.all().organisation(town.valbois).await.unwrap().is_disabled);
    }
}

#[tokio::test]
async fn the_staff_takes_people_in_and_lets_them_go() {
    for town in towns().await {
        let (mut browser, user) = town.staff().await;
        let list = "/manager/installation/staff";
        for (login, says) in
            [("personne", "n’est pas une adresse"), ("personne@far.test", "Aucun utilisateur")]
        {
            let refused = browser.post(list, &[("login", login)]).await;
            assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{login}");
            assert!(refused.text.contains(says) && refused.text.contains(login), "{}", refused.text);
        }
        let answer = browser.post(list, &[("login", "admin@acme.test")]).await;
        let text = taken(&mut browser, answer).await;
        assert!(text.contains("admin@acme.test"), "{text}");
        let mut other = town.signed_in("acme").await;
        let file = other.get(&format!("{list}?format=csv")).await.text;
        assert!(file.contains("\"admin@acme.test\",\"Claire\",\"acme\""), "{file}");
        let own = other.get(&format!("{list}/{user}")).await.text;
        assert!(!own.contains("C’est vous"), "{own}");
        let answer = other.post(&format!("{list}/{user}"), &[]).await;
        assert_eq!(answer.location, list);
        let staff = town.all().staff().await.unwrap();
        assert_eq!(staff.iter().map(|one| one.login.as_str()).collect::<Vec<_>>(), ["admin@acme.test"]);
        let last = other.get(&format!("{list}/{}", staff[0].user)).await.text;
        assert!(last.contains("C’est vous") && last.contains("relais staff add"), "{last}");
        assert_eq!(browser.get(list).await.status, StatusCode::NOT_FOUND);
    }
}

#[tokio::test]
async fn the_staff_changes_the_installation_and_the_domains_follow() {
    for town in towns().await {
        let (mut browser, _) = town.staff().await;
        let form = page(&mut browser, "installation").await;
        assert!(
            form.contains("value=\"mail.relais.test\"") && form.contains("10 mail.relais.test 192.0.2.25"),
            "{form}"
        );
        assert!(form.contains("2 domaines mail en dépendent"), "{form}");
        let fields = [
            ("hostname", "mail.relais.test"),
            ("exchangers", "10 mx1.relais.test 192.0.2.25, 2001:db8::25\n20 mx2.relais.test 192.0.2.26"),
            ("name_servers", "ns1.relais.test 192.0.2.53\nns2.relais.test"),
            ("spf_host", "spf.relais.test"),
            ("spf_sources", "ip4:192.0.2.7"),
            ("contact", "postmaster@relais.test"),
            ("access_host", "mail.relais.test"),
            ("web_host", "mail.relais.test"),
            ("sts_mode", "testing"),
            ("block_lists", "ip:bl.example.org"),
            ("imaps", "993"),
            ("imap", "0"),
            ("submissions", "465"),
            ("submission", "587"),
            ("pop3s", "0"),
            ("sieve", "4190"),
            ("https", "443"),
        ];
        let with = |name: &str, value: &'static str| {
            let mut all = fields;
            all.iter_mut().filter(|(known, _)| *known == name).for_each(|field| field.1 = value);
            all
        };
        for (name, value, at) in [
            ("hostname", "pas un nom", "hostname"),
            ("hostname", "court", "hostname"),
            ("exchangers", "mx1.relais.test 192.0.2.25", "exchangers"),
            ("exchangers", "10 mx1.relais.test 192.0.2", "exchangers"),
            ("exchangers", "", "exchangers"),
            ("name_servers", "", "name_servers"),
            ("spf_sources", "all", "spf_sources"),
            ("contact", "personne", "contact"),
            ("block_lists", "bl.example.org", "block_lists"),
            ("imaps", "70000", "imaps"),
        ] {
            let refused = browser.post("/manager/installation", &with(name, value)).await;
            assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{name} {value}");
            assert!(refused.text.contains(&format!("id=\"error-{at}\"")), "{name} {value}: {}", refused.text);
            assert!(refused.text.contains("ip4:192.0.2.7") || name == "spf_sources", "what was typed stays");
        }
        let zones = town.zones.administration(Scope::Operator("test"), "test");
        assert_eq!(zones.installation().await.unwrap().unwrap().exchangers.len(), 1, "nothing was taken");
        let answer = browser.post("/manager/installation", &fields).await;
        let text = taken(&mut browser, answer).await;
        assert!(text.contains("zones ont changé"), "{text}");
        let known = zones.installation().await.unwrap().unwrap();
        assert_eq!((known.exchangers.len(), known.exchangers[0].host.addresses.len()), (2, 2));
        assert_eq!((known.sts_mode, known.access.sieve, known.access.imap), (StsMode::Testing, 4190, 0));
        assert_eq!(known.name_servers[1].addresses, Vec::<std::net::IpAddr>::new());
        let zone = zones.zones(Some(town.acme)).await.unwrap().remove(0);
        let records = zones.records(zone.id).await.unwrap();
        assert!(
            records.iter().any(|record| format!("{record:?}").contains("mx2.relais.test")),
            "{records:?}"
        );
    }
}

#[tokio::test]
async fn a_token_is_made_shown_once_and_revoked() {
    for town in towns().await {
        let list = "/manager/organisation/tokens";
        let mut browser = town.signed_in("valbois").await;
        let text = browser.get(list).await.text;
        assert!(text.contains("Aucun jeton") && text.contains("admin@valbois.test"), "{text}");
        assert!(page(&mut browser, "organisation").await.contains("organisation&#x2f;tokens"));
        let nameless = browser.post(list, &[("name", ""), ("write", "yes"), ("days", "30")]).await;
        assert_eq!(nameless.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", nameless.text);
        assert!(nameless.text.contains("value=\"30\" selected"), "{}", nameless.text);
        let domain = town.mail_domain().await.to_string();
        let own = town.people().users(Some(town.valbois)).await.unwrap()[0].id.to_string();
        let new = [
            ("name", "Facturation <b>"),
            ("write", "yes"),
            ("reach", domain.as_str()),
            ("user", own.as_str()),
            ("days", "90"),
        ];
        let made = browser.post(list, &new).await;
        assert_eq!(made.status, StatusCode::OK, "{}", made.text);
        let secret =
            made.text.split_once("<pre id=\"token\">").and_then(|(_, rest)| rest.split_once("</pre>"));
        let secret = secret.unwrap().0.to_owned();
        let shown = town.directory.bearer(&secret, "192.0.2.1".parse().unwrap()).await.unwrap().unwrap();
        assert!(shown.may_write && shown.domain.is_some() && shown.user.is_some(), "{shown:?}");
        let days = shown.expires_at.unwrap().since(town.world.clock.now()).as_secs() / 86_400;
        assert_eq!(days, 90);
        // It is listed with its use, never again with its secret.
        let text = browser.get(list).await.text;
        assert!(text.contains("Facturation &lt;b&gt;") && text.contains("192.0.2.1"), "{text}");
        assert!(text.contains("valbois.test") && !text.contains(&secret), "{text}");
        let new = [("name", "Lecture"), ("write", "no"), ("reach", ""), ("user", ""), ("days", "0")];
        assert_eq!(browser.post(list, &new).await.status, StatusCode::OK);
        let mine = browser.get(&format!("{list}?whose=mine")).await.text;
        assert!(mine.contains("Facturation") && !mine.contains("Lecture</a>"), "{mine}");
        let tokens = town.people().tokens(db::Seek::first(50)).await.unwrap().items;
        assert_eq!((tokens.len(), tokens[1].expires_at, tokens[1].may_write), (2, None, false));
        let card = format!("{list}/{}", shown.id);
        let text = browser.get(&card).await.text;
        assert!(text.contains("Tout programme qui s’en sert") && text.contains("192.0.2.1"), "{text}");
        // Nobody else's: not of another organisation, not for who does not administer.
        let mut other = town.signed_in("acme").await;
        assert_eq!(other.get(&card).await.status, StatusCode::NOT_FOUND);
        assert_eq!(other.post(&card, &[]).await.status, StatusCode::NOT_FOUND);
        let foreign =
            [("name", "x"), ("write", "no"), ("reach", domain.as_str()), ("user", ""), ("days", "0")];
        assert_eq!(other.post(list, &foreign).await.status, StatusCode::NOT_FOUND);
        let guest = NewUser {
            organisation: town.valbois,
            login: Address::parse("externe@far.test").unwrap(),
            name: "Externe".to_owned(),
            role: Role::External,
            password: Zeroizing::new(PASSWORD.to_owned()),
        };
        let guest_id = town.people().create_user(guest).await.unwrap().id.to_string();
        let of_guest = [("name", "x"), ("write", "no"), ("user", guest_id.as_str()), ("days", "0")];
        let refused = browser.post(list, &of_guest).await;
        assert!(refused.text.contains("id=\"error-user\""), "{}", refused.text);
        let mut guest = town.browser();
        guest.post("/manager/sign-in", &[("login", "externe@far.test"), ("password", PASSWORD)]).await;
        assert_eq!(guest.get(list).await.status, StatusCode::FORBIDDEN);
        assert_eq!(guest.post(&card, &[]).await.status, StatusCode::FORBIDDEN);
        let answer = browser.post(&card, &[]).await;
        let text = taken(&mut browser, answer).await;
        assert!(text.contains("est révoqué"), "{text}");
        assert!(town.directory.bearer(&secret, "192.0.2.1".parse().unwrap()).await.unwrap().is_none());
        assert_eq!(browser.get(&card).await.status, StatusCode::NOT_FOUND);
    }
}
