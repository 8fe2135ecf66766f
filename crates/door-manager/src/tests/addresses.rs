//! Mail services and addresses in the Manager, without script.

use axum::http::StatusCode;
use directory::NewAddress;
use model::Address;

use super::{Scope, towns};

fn between<'a>(text: &'a str, before: &str, after: &str) -> &'a str {
    let rest = text.split_once(before).unwrap_or_else(|| panic!("no «{before}» in {text}")).1;
    rest.split_once(after).unwrap().0
}

#[tokio::test]
async fn addresses_of_every_kind_are_made_and_each_has_its_pages() {
    for town in towns().await {
        let mut browser = town.signed_in("valbois").await;
        for (kind, local, targets) in [
            ("mailbox", "anna", ""),
            ("shared", "info", ""),
            ("catchall", "", ""),
            ("alias", "contact", "anna@valbois.test\ninfo@valbois.test"),
            ("redirection", "press", "anna@valbois.test, zoe@far.test"),
        ] {
            assert_eq!(
                browser.get(&format!("/manager/addresses/new?kind={kind}")).await.status,
                StatusCode::OK
            );
            let fields = [
                ("kind", kind),
                ("address", local),
                ("domain", "valbois.test"),
                ("display-name", "Anna Muster"),
                ("note", "premier étage"),
                ("quota", if matches!(kind, "alias" | "redirection") { "" } else { "5 GB" }),
                ("targets", targets),
            ];
            let made = browser.post("/manager/addresses/new", &fields).await;
            assert_eq!(made.status, StatusCode::SEE_OTHER, "{kind}: {}", made.text);
            let place = made.location.clone();
            assert_eq!(browser.get(&place).await.status, StatusCode::OK, "{place}");
            let again = browser.post("/manager/addresses/new", &fields).await;
            assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY);
            assert!(again.text.contains("premier étage"), "what was typed stays");
        }
        let table = browser.get("/manager/addresses").await.text;
        for text in [
            "anna@valbois.test",
            "catchall@valbois.test",
            "destinations acceptées\u{202f}: 1 sur 2",
            "premier étage",
        ] {
            assert!(table.contains(text), "no {text} in {table}");
        }
        let found = browser.get("/manager/addresses?q=press&what=redirection").await.text;
        assert!(found.contains("press@valbois.test") && !found.contains("info@valbois.test"));
        let csv = browser.get("/manager/addresses?format=csv").await.text;
        assert_eq!(csv.lines().count(), 6);
        // Another organisation's are not there.
        let id =
            town.people().address_called(&Address::parse("anna@valbois.test").unwrap()).await.unwrap().id;
        let mut stranger = town.signed_in("acme").await;
        for path in ["", "/devices", "/aliases", "/redirections", "/delete"] {
            let path = format!("/manager/addresses/{id}{path}");
            assert_eq!(browser.get(&path).await.status, StatusCode::OK, "{path}");
            assert_eq!(stranger.get(&path).await.status, StatusCode::NOT_FOUND, "{path}");
        }
        let id = id.to_string();
        let act = [("id", id.as_str()), ("action", "delete"), ("confirmed", "yes")];
        assert_eq!(stranger.post("/manager/addresses/act", &act).await.status, StatusCode::NOT_FOUND);
    }
}

#[tokio::test]
async fn several_addresses_are_changed_after_their_numbers_were_told() {
    for town in towns().await {
        let mut ids = Vec::new();
        for name in ["anna", "bruno"] {
            let address = Address::parse(&format!("{name}@valbois.test")).unwrap();
            let new = NewAddress { address, alias_to: Vec::new(), quota_bytes: None };
            ids.push(town.people().create_address(new).await.unwrap().id.to_string());
        }
        let mut browser = town.signed_in("valbois").await;
        let chosen = |action, more: &[(&'static str, &'static str)]| {
            let mut fields: Vec<(&str, &str)> = ids.iter().map(|id| ("id", id.as_str())).collect();
            fields.push(("action", action));
            fields.extend(more);
            fields
        };
        let asked = browser.post("/manager/addresses/act", &chosen("delete", &[])).await;
        assert!(asked.text.contains("Supprimer 2 adresses") && asked.text.contains("anna@valbois.test"));
        let wrong = [("confirmed", "yes"), ("quota", "lots")];
        let refused = browser.post("/manager/addresses/act", &chosen("quota", &wrong)).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        let right = [("confirmed", "yes"), ("quota", "2 GB")];
        let done = browser.post("/manager/addresses/act", &chosen("quota", &right)).await;
        assert_eq!(done.location, "/manager/addresses");
        assert!(browser.get("/manager/addresses").await.text.contains("2\u{a0}Go"));
        let csv = browser.post("/manager/addresses/act", &chosen("export", &[])).await.text;
        assert_eq!(csv.lines().count(), 3);
        browser.post("/manager/addresses/act", &chosen("delete", &[("confirmed", "yes")])).await;
        let deleted = browser.get("/manager/addresses/deleted").await.text;
        assert!(deleted.contains("anna@valbois.test") && deleted.contains("bruno@valbois.test"));
        let restored = browser.post(&format!("/manager/addresses/deleted/{}/restore", ids[0]), &[]).await;
        assert_eq!(restored.location, format!("/manager/addresses/{}", ids[0]));
        // Nothing brings it back: it is said in numbers, and the name is asked for.
        let erase = format!("/manager/addresses/deleted/{}/erase", ids[1]);
        let asked = browser.get(&erase).await.text;
        assert!(asked.contains("0 message") && asked.contains("0 mot de passe"), "{asked}");
        let unnamed = browser.post(&erase, &[("name", "anna@valbois.test")]).await;
        assert_eq!(unnamed.status, StatusCode::UNPROCESSABLE_ENTITY);
        let erased = browser.post(&erase, &[("name", "Bruno@valbois.test")]).await;
        assert_eq!(erased.status, StatusCode::SEE_OTHER);
        assert!(
            browser.get("/manager/addresses/deleted").await.text.contains("bruno@"),
            "what was done is told"
        );
        assert!(!browser.get("/manager/addresses/deleted").await.text.contains("bruno@"));
    }
}

#[tokio::test]
async fn a_list_is_previewed_confirmed_and_its_passwords_fetched_once() {
    for town in towns().await {
        let mut browser = town.signed_in("valbois").await;
        let fields = [
            ("domain", "valbois.test"),
            ("lines", "anna;;Anna;5 GB;\nanna\nno name;;;;\nbruno"),
            ("makes_passwords", "yes"),
        ];
        let shown = browser.post("/manager/addresses/several", &fields).await;
        assert!(shown.location.starts_with("/manager/addresses/lists/"), "{}", shown.text);
        let list = shown.location;
        let page = browser.get(&list).await.text;
        assert!(
            page.contains("Une autre ligne porte la même adresse.")
                && page.contains("Créer seulement les bonnes (2)")
        );
        assert_eq!(town.signed_in("acme").await.get(&list).await.status, StatusCode::NOT_FOUND);
        browser.post(&format!("{list}/confirm"), &[("choice", "good")]).await;
        assert!(browser.get(&list).await.text.contains("0 sur 2 préparées"));
        town.directory.go_on_with_jobs().await.unwrap();
        assert!(browser.get(&list).await.text.contains("2 mots de passe ont été créés"));
        let csv = browser.post(&format!("{list}/passwords"), &[]).await.text;
        assert!(csv.contains("anna@valbois.test") && csv.lines().count() == 3, "{csv}");
        let again = browser.post(&format!("{list}/passwords"), &[]).await;
        assert_eq!(again.status, StatusCode::SEE_OTHER);
    }
}

#[tokio::test]
async fn a_device_gets_a_password_that_is_shown_once_and_can_be_revoked() {
    for town in towns().await {
        let address = Address::parse("anna@valbois.test").unwrap();
        let new = NewAddress { address, alias_to: Vec::new(), quota_bytes: None };
        let id = town.people().create_address(new).await.unwrap().id;
        let mut browser = town.signed_in("valbois").await;
        let path = format!("/manager/addresses/{id}/devices");
        let fields = [("label", "Mobile"), ("kind", "phone"), ("protocols", "all")];
        let made = browser.post(&path, &fields).await.text;
        let password = between(&made, "id=\"device-password\">", "<");
        assert!(password.len() >= 16);
        let page = browser.get(&path).await.text;
        assert!(page.contains("Mobile") && page.contains("Téléphone") && !page.contains(password));
        let short =
            browser.post(&format!("/manager/addresses/{id}/password"), &[("password", "short")]).await;
        assert_eq!(short.status, StatusCode::UNPROCESSABLE_ENTITY);
        let chosen = [("password", "une phrase de passe")];
        browser.post(&format!("/manager/addresses/{id}/password"), &chosen).await;
        assert!(browser.get(&path).await.text.contains("Mot de passe de l’adresse"));
        browser.post(&format!("{path}/revoke"), &[]).await;
        assert!(browser.get(&path).await.text.contains("Aucun mot de passe"));
    }
}

#[tokio::test]
async fn a_device_password_is_renamed_narrowed_and_put_out_of_use_and_to_use_again() {
    for town in towns().await {
        let people = town.people();
        let mailbox = async |name: &str| {
            let address = Address::parse(&format!("{name}@valbois.test")).unwrap();
            let new = NewAddress { address, alias_to: Vec::new(), quota_bytes: None };
            people.create_address(new).await.unwrap().id
        };
        let (anna, bruno) = (mailbox("anna").await, mailbox("bruno").await);
        let new = directory::NewDevicePassword {
            address: anna,
            label: "Mobile".to_owned(),
            protocols: "imap,pop3".parse().unwrap(),
            kind: directory::DeviceKind::Phone,
        };
        let id = people.create_device_password(new).await.unwrap().info.id;
        let mut browser = town.signed_in("valbois").await;
        let devices = format!("/manager/addresses/{anna}/devices");
        let path = format!("{devices}/{id}");
        let list = browser.get(&devices).await.text.replace("&#x2f;", "/");
        assert!(list.contains(&format!("href=\"{path}\"")) && list.contains("IMAP, POP3"), "{list}");
        // What a program chose stays, unless somebody chooses otherwise.
        let page = browser.get(&path).await.text;
        assert!(page.contains("value=\"imap,pop3\" selected") && page.contains("Mobile"), "{page}");
        let same = [("label", "Téléphone d’Anna"), ("kind", "tablet"), ("protocols", "imap,pop3")];
        assert_eq!(browser.post(&path, &same).await.location, devices);
        let now = async || people.device_password(id).await.unwrap();
        let info = now().await;
        assert_eq!((info.label.as_str(), info.kind.as_str()), ("Téléphone d’Anna", "tablet"));
        assert_eq!(info.protocols.to_string(), "imap,pop3");
        browser.post(&path, &[("label", "Tablette"), ("kind", "tablet"), ("protocols", "send")]).await;
        assert_eq!(now().await.protocols.to_string(), "smtp");
        // What is refused is said beside the field, and what was typed stays.
        let long = "x".repeat(300);
        let refused =
            browser.post(&path, &[("label", &long), ("kind", "other"), ("protocols", "read")]).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(refused.text.contains("error-label") && refused.text.contains(&long), "{}", refused.text);
        assert!(refused.text.contains("value=\"read\" selected"), "{}", refused.text);
        assert_eq!(now().await.label, "Tablette");
        let unknown = [("label", "x"), ("kind", "other"), ("protocols", "ftp")];
        assert_eq!(browser.post(&path, &unknown).await.status, StatusCode::NOT_FOUND);
        let off = browser.post(&format!("{path}/state"), &[("state", "off")]).await;
        assert_eq!(off.location, path);
        assert!(now().await.is_disabled);
        assert!(browser.get(&path).await.text.contains("Remettre en service"));
        assert!(browser.get(&devices).await.text.contains("hors service"));
        browser.post(&format!("{path}/state"), &[("state", "on")]).await;
        assert!(!now().await.is_disabled);
        // The password of the address has neither name nor device.
        people.choose_password(anna, "une phrase de passe").await.unwrap();
        let all = people.device_passwords(anna).await.unwrap();
        let chosen = all.into_iter().find(|one| one.selector.is_none()).unwrap();
        let own = format!("{devices}/{}", chosen.id);
        assert!(!browser.get(&own).await.text.contains("field-label"));
        browser.post(&own, &[("label", "x"), ("kind", "phone"), ("protocols", "read")]).await;
        let after = people.device_password(chosen.id).await.unwrap();
        assert_eq!((&after.label, after.kind), (&chosen.label, chosen.kind));
        assert_eq!(after.protocols.to_string(), "imap");
        // It is a password of this address and of no other one.
        let elsewhere = format!("/manager/addresses/{bruno}/devices/{id}");
        assert_eq!(browser.get(&elsewhere).await.status, StatusCode::NOT_FOUND);
        for act in ["", "/state", "/revoke"] {
            let answer = browser.post(&format!("{elsewhere}{act}"), &same).await;
            assert_eq!(answer.status, StatusCode::NOT_FOUND, "{act}");
        }
        assert_eq!(now().await.label, "Tablette");
        browser.post(&format!("{path}/revoke"), &[]).await;
        assert!(people.device_password(id).await.is_err());
    }
}

#[tokio::test]
async fn a_mail_service_is_renamed_limited_and_put_into_maintenance() {
    for town in towns().await {
        let mut browser = town.signed_in("valbois").await;
        let id = town.people().services(Some(town.valbois)).await.unwrap()[0].id;
        let path = format!("/manager/services/{id}");
        let addresses = async || {
            let all = town.people().addresses(None).await.unwrap();
            all.into_iter().map(|one| (one.id, one.address.to_string())).collect::<Vec<_>>()
        };
        let before = addresses().await;
        let fields = [("name", "Courrier"), ("quota", "10 GB"), ("administrator", "")];
        assert_eq!(browser.post(&path, &fields).await.location, path);
        assert_eq!(addresses().await, before, "the name of a mail service is of none of its addresses");
        let page = browser.get(&path).await.text;
        assert!(page.contains("Courrier") && page.contains("10\u{a0}Go"), "{page}");
        let quota = async || town.people().service(id).await.unwrap().quota_bytes;
        assert_eq!(quota().await, Some(10_000_000_000));
        // Whatever anybody set, by command or by API: what is shown comes back to the octet.
        for octets in
            [1, 5_000_000_000, 5 << 30, 1_536 << 20, 500_170_752, 500_000_000, 1_500_000_001, i64::MAX as u64]
        {
            let change = directory::ServiceChange { quota_bytes: Some(Some(octets)), ..Default::default() };
            town.people().change_service(id, change).await.unwrap();
            let page = browser.get(&path).await.text;
            let shown = between(&page, "name=\"quota\"", ">");
            let shown = between(shown, "value=\"", "\"").to_owned();
            let same = [("name", "Courrier"), ("quota", shown.as_str()), ("administrator", "")];
            assert_eq!(browser.post(&path, &same).await.status, StatusCode::SEE_OTHER, "{shown}");
            assert_eq!(quota().await, Some(octets), "{shown}");
        }
        let half = [("name", "Courrier"), ("quota", "1,5 Go"), ("administrator", "")];
        assert_eq!(browser.post(&path, &half).await.status, StatusCode::SEE_OTHER);
        assert_eq!(quota().await, Some(1_500_000_000));
        let wrong = [("name", "Courrier"), ("quota", "10"), ("administrator", "")];
        assert_eq!(browser.post(&path, &wrong).await.status, StatusCode::UNPROCESSABLE_ENTITY);
        browser.post(&format!("{path}/maintenance"), &[("state", "on")]).await;
        assert!(browser.get("/manager/services").await.text.contains("Maintenance"));
        browser.post(&format!("{path}/maintenance"), &[("state", "off")]).await;
        assert_eq!(town.signed_in("acme").await.get(&path).await.status, StatusCode::NOT_FOUND);
    }
}

#[tokio::test]
async fn an_organisation_begins_in_the_browser_from_nothing_and_ends_there_with_numbers() {
    for town in towns().await {
        let operator = town.directory.administration(Scope::Operator("test"), "test");
        let organisation = operator.create_organisation("Jumeau").await.unwrap().id;
        let new = directory::NewUser {
            organisation,
            login: Address::parse("claire@jumeau.test").unwrap(),
            name: "Claire".to_owned(),
            role: directory::Role::LegalOwner,
            password: directory::Zeroizing::new(super::PASSWORD.to_owned()),
        };
        operator.create_user(new).await.unwrap();
        let mut browser = town.browser();
        let sign_in = [("login", "claire@jumeau.test"), ("password", super::PASSWORD)];
        browser.post("/manager/sign-in", &sign_in).await;
        let empty = browser.get("/manager/addresses").await.text;
        assert!(empty.contains("Il faut d’abord un domaine"), "{empty}");
        assert!(empty.contains("href=\"/manager/addresses/domain\""), "{empty}");
        assert_eq!(browser.get("/manager/addresses/domain").await.status, StatusCode::OK);
        // A service first, by the page that makes one.
        let service = browser.post("/manager/services", &[("name", "Courrier")]).await.location;
        let page = browser.get(&service).await.text;
        assert!(page.contains(&format!("{service}/domain")), "{page}");
        let linked = browser.get(&format!("{service}/domains")).await.text.replace("&#x2f;", "/");
        assert!(linked.contains(&format!("{service}/domain\"")), "{linked}");
        assert!(browser.get("/manager/addresses").await.text.contains(&format!("{service}/domain")));
        let path = format!("{service}/domain");
        assert!(browser.get(&path).await.text.contains("Héberger la zone DNS ici"));
        for (name, words) in [("pas un domaine", "n’est pas un domaine"), ("valbois.test", "valbois.test")]
        {
            let refused = browser.post(&path, &[("name", name), ("create_zone", "yes")]).await;
            assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{name}");
            assert!(refused.text.contains(words) && refused.text.contains(name), "{}", refused.text);
        }
        let made = browser.post(&path, &[("name", "jumeau.test"), ("create_zone", "yes")]).await;
        assert_eq!(
            (made.status, made.location.as_str()),
            (StatusCode::SEE_OTHER, service.as_str()),
            "{}",
            made.text
        );
        assert_eq!(browser.get("/manager/domains/jumeau.test/zone").await.status, StatusCode::OK);
        let address = [("kind", "mailbox"), ("address", "info"), ("domain", "jumeau.test")];
        let address = browser.post("/manager/addresses/new", &address).await;
        assert!(address.status.is_success() || address.status == StatusCode::SEE_OTHER, "{}", address.text);
        assert!(browser.get("/manager/addresses").await.text.contains("info@jumeau.test"));
        // And back: out of use, then domain and service, each with what goes.
        browser.post(&format!("{service}/state"), &[("state", "off")]).await;
        assert!(browser.get(&service).await.text.contains("est désactivé"));
        browser.post(&format!("{service}/state"), &[("state", "on")]).await;
        let ending = format!("{service}/delete");
        assert!(browser.get(&ending).await.text.contains("1 domaine"));
        assert_eq!(browser.post(&ending, &[]).await.status, StatusCode::UNPROCESSABLE_ENTITY);
        let domain = format!("{service}/domains/jumeau.test/delete");
        let page = browser.get(&domain).await.text;
        assert!(page.contains("1 adresse") && page.contains("1 boîte"), "{page}");
        let wrong = browser.post(&domain, &[("name", "autre.test")]).await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
        let mut other = town.signed_in("valbois").await;
        for path in [&path, &ending, &domain] {
            assert_eq!(other.get(path).await.status, StatusCode::NOT_FOUND, "{path}");
            let answer = other.post(path, &[("name", "jumeau.test")]).await;
            assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
        }
        let state = other.post(&format!("{service}/state"), &[("state", "off")]).await;
        assert_eq!(state.status, StatusCode::NOT_FOUND);
        assert_eq!(browser.post(&domain, &[("name", "jumeau.test")]).await.location, service);
        assert_eq!(browser.post(&ending, &[]).await.location, "/manager/services");
        assert!(!browser.get("/manager/services").await.text.contains("Courrier<"));
    }
}

#[tokio::test]
async fn who_worked_on_several_comes_back_to_the_list_as_it_was() {
    for town in towns().await {
        town.mail_domain().await;
        let new = NewAddress {
            address: Address::parse("anna@valbois.test").unwrap(),
            alias_to: Vec::new(),
            quota_bytes: None,
        };
        let anna = town.people().create_address(new).await.unwrap().id.to_string();
        let mut browser = town.signed_in("valbois").await;
        for (back, expected) in [
            (
                "/manager/addresses?q=an%26na&page=2&sort=-name",
                "/manager/addresses?q=an%26na&page=2&sort=-name",
            ),
            ("/manager/addresses?q=anna&format=csv", "/manager/addresses?q=anna"),
            ("https://evil.test/steal?q=anna", "/manager/addresses?q=anna"),
            ("//evil.test", "/manager/addresses"),
            ("", "/manager/addresses"),
        ] {
            for (confirmed, act) in [("yes", "disable"), ("yes", "enable")] {
                let fields =
                    [("id", anna.as_str()), ("action", act), ("confirmed", confirmed), ("back", back)];
                let done = browser.post("/manager/addresses/act", &fields).await;
                assert_eq!(done.location, expected, "{back}: {}", done.text);
            }
            let none = browser.post("/manager/addresses/act", &[("action", "disable"), ("back", back)]).await;
            assert_eq!(none.location, expected, "{back}");
        }
    }
}
