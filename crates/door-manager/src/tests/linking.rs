//! Gestion des domaines, as the seed goes through it, and what others see.

use axum::http::StatusCode;
use directory::Scope;
use model::ServiceId;

use super::{Browser, Town, towns};

async fn service(town: &Town) -> ServiceId {
    let directory = town.directory.administration(Scope::Tenant(town.valbois), "test");
    directory.services(None).await.unwrap()[0].id
}

async fn text(browser: &mut Browser<'_>, path: &str) -> String {
    let answer = browser.get(path).await;
    assert_eq!(answer.status, StatusCode::OK, "{path}: {}", answer.text);
    answer.text
}

/// Links a domain whose name the operator vouches for.
async fn linked(town: &Town, name: &str) {
    let zones = town.zones.administration(Scope::Operator("test"), "test");
    let new = zones::NewLink {
        service: service(town).await,
        name: model::Domain::parse(name).unwrap(),
        create_zone: true,
        update_dns: true,
        replace: false,
        make_main: false,
    };
    zones.begin_link(new).await.unwrap();
    town.zones.carry_on().await.unwrap();
}

#[tokio::test]
async fn the_main_domain_is_turned_followed_and_the_former_one_unlinked() {
    for town in towns().await {
        linked(&town, "bois.test").await;
        let path = format!("/manager/services/{}/domains", service(&town).await);
        let mut browser = town.signed_in("valbois").await;
        let page = text(&mut browser, &path).await;
        for label in [
            "Gestion des domaines",
            "Domaines liés au service",
            "Ajouter un domaine lié",
            "Définir comme domaine principal",
            "Délier le domaine",
        ] {
            assert!(page.contains(label), "{label}: {page}");
        }
        // The main one has nothing to be done with it.
        let of = |page: &str, name: &str| {
            let from = page.find(&format!("data-domain=\"{name}\"")).unwrap();
            page[from..].split("</li>").next().unwrap().to_owned()
        };
        assert!(!of(&page, "valbois.test").contains("⋮") && of(&page, "bois.test").contains("⋮"), "{page}");
        assert_eq!(browser.get(&format!("{path}/valbois.test/main")).await.status, StatusCode::NOT_FOUND);
        let confirm = text(&mut browser, &format!("{path}/bois.test/main")).await;
        assert!(confirm.contains("Confirmer l’inversion") && confirm.contains("jusqu’à ce que valbois.test"));

        let begun = browser.post(&format!("{path}/bois.test/main"), &[]).await;
        assert_eq!((begun.status, begun.location.as_str()), (StatusCode::SEE_OTHER, path.as_str()));
        // Under way, with its steps; it stays so however often the page is read, and nothing else may begin.
        for _ in 0..2 {
            let page = text(&mut browser, &path).await;
            assert!(page.contains("<progress max=\"3\" value=\"0\""), "{page}");
            assert!(page.contains("Renommer les adresses") && page.contains("en cours"), "{page}");
        }
        let refused = browser.post(&format!("{path}/bois.test/unlink"), &[]).await.text;
        assert!(refused.contains("Une opération est déjà en cours"), "{refused}");
        town.zones.carry_on().await.unwrap();
        let page = text(&mut browser, &path).await;
        assert!(page.contains("<progress max=\"3\" value=\"3\"") && page.contains("terminé"), "{page}");
        assert!(of(&page, "bois.test").contains("Principal") && of(&page, "valbois.test").contains("Lié"));

        let confirm = text(&mut browser, &format!("{path}/valbois.test/unlink")).await;
        assert!(
            confirm.contains("Confirmer le détachement") && confirm.contains("les vôtres restent"),
            "{confirm}"
        );
        browser.post(&format!("{path}/valbois.test/unlink"), &[]).await;
        town.zones.carry_on().await.unwrap();
        let page = text(&mut browser, &path).await;
        assert!(!page.contains("data-domain=\"valbois.test\""), "{page}");
        assert_eq!(browser.get("/manager/domains/valbois.test/zone").await.status, StatusCode::OK);
    }
}

#[tokio::test]
async fn a_form_keeps_what_was_typed_and_says_beside_the_field_what_is_wrong() {
    for town in towns().await {
        let zones = town.zones.administration(Scope::Operator("test"), "test");
        zones.create_zone(town.valbois, "libre.test").await.unwrap();
        let main = zones.zone_called("valbois.test").await.unwrap();
        zones.create_zone(town.valbois, "autre.test").await.unwrap();
        zones.add_synonym(main.id, "autre.test").await.unwrap();
        let path = format!("/manager/services/{}/domains/add", service(&town).await);
        let mut browser = town.signed_in("valbois").await;
        // One with addresses of its own, in another mail service: it is shown, with why it cannot be linked.
        let people = town.directory.administration(Scope::Operator("test"), "test");
        let other = people.create_service(town.valbois, "Musée", None).await.unwrap().id;
        let museum = model::Domain::parse("musee.test").unwrap();
        zones.create_domain(town.valbois, Some(other), &museum, zones::Standing::Stays).await.unwrap();
        let address = model::Address::parse("accueil@musee.test").unwrap();
        let new = directory::NewAddress { address, alias_to: Vec::new(), quota_bytes: None };
        people.create_address(new).await.unwrap();
        let page = text(&mut browser, &path).await;
        assert!(page.contains("value=\"libre.test\" required"), "{page}");
        assert!(page.contains("value=\"musee.test\" disabled"), "{page}");
        assert!(page.contains("dissocier le nom de domaine synonyme"), "{page}");
        assert!(!page.contains("acme.test"), "another organisation's");
        let wrong = browser.post(&path, &[("name", "not a name"), ("main", "yes")]).await.text;
        assert!(
            wrong.contains("Ce n’est pas un nom de domaine.") && wrong.contains("value=\"not a name\""),
            "{wrong}"
        );
        assert!(wrong.contains("name=\"main\" value=\"yes\" checked"), "{wrong}");
        // Nobody answers for it, so it is not proven to be the organisation's; the page says what to publish.
        let wrong = browser.post(&path, &[("name", "far.test")]).await.text;
        assert!(wrong.contains("Rien ne prouve encore") && wrong.contains("_relais.far.test"), "{wrong}");
    }
}

#[tokio::test]
async fn another_organisations_mail_service_does_not_exist() {
    for town in towns().await {
        linked(&town, "bois.test").await;
        let path = format!("/manager/services/{}/domains", service(&town).await);
        let mut browser = town.signed_in("acme").await;
        for path in [path.clone(), format!("{path}/add"), format!("{path}/bois.test/unlink")] {
            assert_eq!(browser.get(&path).await.status, StatusCode::NOT_FOUND, "{path}");
        }
        for path in
            [format!("{path}/add"), format!("{path}/bois.test/main"), format!("{path}/bois.test/unlink")]
        {
            let answer = browser.post(&path, &[("name", "acme.test")]).await;
            assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
        }
    }
}

/// What is put together from words has all of them.
#[test]
fn every_step_and_line_is_said_in_words() {
    let steps = [
        "zone",
        "domain",
        "records",
        "addresses",
        "targets",
        "both-records",
        "remove-records",
        "unlink",
        "synonym",
    ];
    let lines = [
        "zone-made",
        "zone-there",
        "linked",
        "records-changed",
        "records-in-the-way",
        "records-elsewhere",
        "addresses-moved",
        "targets-renamed",
        "unlinked",
        "synonym-made",
        "refused",
    ];
    let mut keys: Vec<String> = steps.iter().map(|step| format!("step-{step}")).collect();
    keys.extend(lines.iter().map(|line| format!("operation-line-{line}")));
    for kind in ["link", "main", "unlink", "synonym"] {
        keys.extend(["operation", "operation-begun"].map(|part| format!("{part}-{kind}")));
    }
    for act in ["main", "unlink", "synonym"] {
        keys.extend(["linking", "linking-confirm", "linking-do"].map(|part| format!("{part}-{act}")));
    }
    keys.extend(["main", "linked", "apart"].map(|place| format!("place-{place}")));
    keys.extend(["running", "done", "failed"].map(|state| format!("operation-{state}")));
    for language in crate::words::Language::ALL {
        let unknown: Vec<_> = keys.iter().filter(|key| !crate::words::knows(language, key)).collect();
        assert!(unknown.is_empty(), "{language}: {unknown:?}");
    }
}
