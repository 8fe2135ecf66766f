//! Mail services and addresses in the Manager, without script.

use axum::http::StatusCode;
use directory::NewAddress;
use model::Address;

use super::towns;

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
        for text in ["anna@valbois.test", "catchall@valbois.test", "1 sur 2 acceptées", "premier étage"] {
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
        assert!(browser.get("/manager/addresses").await.text.contains("2,0\u{a0}Go"));
        let csv = browser.post("/manager/addresses/act", &chosen("export", &[])).await.text;
        assert_eq!(csv.lines().count(), 3);
        browser.post("/manager/addresses/act", &chosen("delete", &[("confirmed", "yes")])).await;
        let deleted = browser.get("/manager/addresses/deleted").await.text;
        assert!(deleted.contains("anna@valbois.test") && deleted.contains("bruno@valbois.test"));
        let restored = browser.post(&format!("/manager/addresses/deleted/{}/restore", ids[0]), &[]).await;
        assert_eq!(restored.location, format!("/manager/addresses/{}", ids[0]));
        let erased = browser.post(&format!("/manager/addresses/deleted/{}/erase", ids[1]), &[]).await;
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
async fn a_mail_service_is_renamed_limited_and_put_into_maintenance() {
    for town in towns().await {
        let mut browser = town.signed_in("valbois").await;
        let id = town.people().services(Some(town.valbois)).await.unwrap()[0].id;
        let path = format!("/manager/services/{id}");
        let fields = [("name", "Courrier"), ("quota", "10 GB"), ("administrator", "")];
        assert_eq!(browser.post(&path, &fields).await.location, path);
        let page = browser.get(&path).await.text;
        assert!(page.contains("Courrier") && page.contains("10,0\u{a0}Go"), "{page}");
        // What was shown is understood when it comes back.
        let same = [("name", "Courrier"), ("quota", "10,0\u{a0}Go"), ("administrator", "")];
        assert_eq!(browser.post(&path, &same).await.status, StatusCode::SEE_OTHER);
        let wrong = [("name", "Courrier"), ("quota", "10,5 GB"), ("administrator", "")];
        assert_eq!(browser.post(&path, &wrong).await.status, StatusCode::UNPROCESSABLE_ENTITY);
        browser.post(&format!("{path}/maintenance"), &[("state", "on")]).await;
        assert!(browser.get("/manager/services").await.text.contains("Maintenance"));
        browser.post(&format!("{path}/maintenance"), &[("state", "off")]).await;
        assert_eq!(town.signed_in("acme").await.get(&path).await.status, StatusCode::NOT_FOUND);
    }
}
