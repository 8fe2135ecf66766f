//! What an administrator does with a mail domain beside its records: the keys that sign for it, its mail service, out of
//! use and in use again; and the question which way a letter takes.

use std::time::Duration;

use axum::http::StatusCode;
use directory::{DomainPlace, NewAddress, Scope};
use keys::DkimState;
use mail_route::NewRelayRule;
use model::{Domain, Relay};

use super::foreign::parsed;
use super::{Town, towns};

impl Town {
    /// The keys of a domain of Valbois: selector and state.
    async fn dkim(&self, name: &str) -> Vec<(String, DkimState)> {
        let keys = self.keys.administration(Scope::Tenant(self.valbois), "test");
        let keys = keys.dkim_keys(&Domain::parse(name).unwrap()).await.unwrap();
        keys.into_iter().map(|key| (key.selector.clone(), key.state())).collect()
    }
}

/// The part of the page that is its own, with slashes as they are read.
fn main_of(text: &str) -> String {
    let (_, main) = text.split_once("<main").unwrap();
    main.split_once("</main>").unwrap().0.replace("&#x2f;", "/")
}

#[tokio::test]
async fn keys_are_renewed_and_one_is_revoked_after_its_name_was_typed() {
    for town in towns().await {
        let mut browser = town.signed_in("valbois").await;
        let path = "/manager/domains/valbois.test/dkim";
        let security =
            browser.get("/manager/domains/valbois.test/security").await.text.replace("&#x2f;", "/");
        assert!(security.contains(&format!("href=\"{path}\"")), "{security}");
        let page = main_of(&browser.get(path).await.text);
        let first = town.dkim("valbois.test").await;
        assert_eq!(first.len(), 2);
        assert!(first.iter().all(|(_, state)| *state == DkimState::Active), "{first:?}");
        for word in
            [first[0].0.as_str(), "RSA 2048", "Ed25519", "Signe", "Sa suivante est faite le", "Tenu par nous"]
        {
            assert!(page.contains(word), "{word}: {page}");
        }
        assert!(
            page.contains(&format!("{}._domainkey.valbois.test. IN TXT &quot;v=DKIM1;", first[0].0)),
            "{page}"
        );
        // Renewed by hand: once, and not again before that has ended.
        let renewed = browser.post(&format!("{path}/rotate"), &[]).await;
        assert_eq!((renewed.status, renewed.location.as_str()), (StatusCode::SEE_OTHER, path));
        let page = browser.get(path).await.text;
        assert!(page.contains("2 nouvelles clés sont publiées"), "{page}");
        assert!(page.contains("Prend la relève le 23 novembre 2026"), "{page}");
        assert!(page.contains("Passe la main le"), "{page}");
        assert!(!main_of(&page).contains("dkim/rotate"), "a renewal is under way");
        browser.post(&format!("{path}/rotate"), &[]).await;
        let refused = browser.get(path).await.text;
        assert!(
            refused.contains("Un changement de clé se termine avant que le suivant commence."),
            "{refused}"
        );
        assert_eq!(town.dkim("valbois.test").await.len(), 4);
        // Revoking says what it does, and asks for the name.
        let people = town.people();
        let new =
            NewAddress { address: parsed("anna@valbois.test"), alias_to: Vec::new(), quota_bytes: None };
        people.create_address(new).await.unwrap();
        town.waits(town.valbois, 7_000_001, "anna@valbois.test", "zed@far.test").await;
        town.waits(town.valbois, 7_000_002, "zed@far.test", "anna@valbois.test").await;
        let selector = first[1].0.as_str();
        let asked = format!("{path}/revoke?selector={selector}");
        let page = main_of(&browser.get(&asked).await.text);
        for word in [
            "Révoquer 1 clé DKIM",
            "1 message de ce domaine attend encore dans notre file",
            "1 clé continue de signer.",
            "Votre zone le dit tout de suite",
        ] {
            assert!(page.contains(word), "{word}: {page}");
        }
        let wrong = [("selector", selector), ("name", "autre")];
        let wrong = browser.post(&format!("{path}/revoke"), &wrong).await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(wrong.text.contains("id=\"error-name\""), "{}", wrong.text);
        assert!(town.dkim("valbois.test").await.iter().all(|(_, state)| *state != DkimState::Revoked));
        let sure = [("selector", selector), ("name", selector)];
        let done = browser.post(&format!("{path}/revoke"), &sure).await;
        assert_eq!((done.status, done.location.as_str()), (StatusCode::SEE_OTHER, path), "{}", done.text);
        assert!(town.dkim("valbois.test").await.contains(&(selector.to_owned(), DkimState::Revoked)));
        let page = main_of(&browser.get(path).await.text);
        assert!(page.contains("Révoquée") && page.contains("Son enregistrement vide disparaît le"), "{page}");
        // What is revoked already is not revoked again, and of no key there is no page.
        assert_eq!(browser.get(&asked).await.status, StatusCode::NOT_FOUND);
        assert_eq!(browser.get(&format!("{path}/revoke?selector=rien")).await.status, StatusCode::NOT_FOUND);
        // All at once: the domain's name is asked for.
        let all = browser.post(&format!("{path}/revoke"), &[("name", "valbois.test")]).await;
        assert_eq!(all.status, StatusCode::SEE_OTHER, "{}", all.text);
        let revoked = town.dkim("valbois.test").await;
        assert_eq!(
            revoked.iter().filter(|(_, state)| *state == DkimState::Revoked).count(),
            2,
            "{revoked:?}"
        );
        let journal = browser.get("/manager/journal?q=valbois.test").await.text;
        assert!(journal.contains("Révoquer les clés DKIM") && journal.contains("Changer les clés DKIM"));
    }
}

#[tokio::test]
async fn where_the_zone_is_elsewhere_the_records_are_shown_to_be_copied() {
    for town in towns().await {
        let zones = town.zones.administration(Scope::Operator("test"), "test");
        let name = Domain::parse("ailleurs.test").unwrap();
        zones.create_domain(town.valbois, None, &name, zones::Standing::Stays).await.unwrap();
        let mut browser = town.signed_in("valbois").await;
        let path = "/manager/domains/ailleurs.test/dkim";
        let page = main_of(&browser.get(path).await.text);
        for word in [
            "copiez-y les enregistrements",
            "Pas encore vu",
            "Aucune clé ne signe",
            "Signe dès que",
            "data-copy",
        ] {
            assert!(page.contains(word), "{word}: {page}");
        }
        assert!(!page.contains("dkim/rotate"), "the first keys are new: {page}");
        let selector = town.dkim("ailleurs.test").await[0].0.clone();
        let page = main_of(&browser.get(&format!("{path}/revoke?selector={selector}")).await.text);
        for word in [
            "n’a encore rien signé",
            "aucune clé ne signe",
            "1 nouvelle clé est faite",
            "remplacé 1 enregistrement",
        ] {
            assert!(page.contains(word), "{word}: {page}");
        }
        // A zone without mail has no keys.
        zones.create_zone(town.valbois, "seule.test").await.unwrap();
        let page = browser.get("/manager/domains/seule.test/dkim").await;
        assert!(page.status == StatusCode::OK && page.text.contains("rien n’est signé"), "{}", page.text);
    }
}

#[tokio::test]
async fn a_mail_domain_goes_out_of_use_after_its_numbers_were_told_and_comes_back() {
    for town in towns().await {
        let people = town.people();
        let domain = town.mail_domain().await;
        let service = people.domain(domain).await.unwrap().service;
        for local in ["anna", "bruno"] {
            let address = parsed(&format!("{local}@valbois.test"));
            people
                .create_address(NewAddress { address, alias_to: Vec::new(), quota_bytes: None })
                .await
                .unwrap();
        }
        let alias_to = vec![parsed("anna@valbois.test")];
        let alias = NewAddress { address: parsed("info@valbois.test"), alias_to, quota_bytes: None };
        people.create_address(alias).await.unwrap();
        let mut browser = town.signed_in("valbois").await;
        let path = format!("/manager/services/{service}/domains/valbois.test/state");
        let overview = format!("/manager/services/{service}");
        let page = main_of(&browser.get(&overview).await.text);
        assert!(page.contains(&format!("href=\"{path}\"")) && page.contains("En service"), "{page}");
        let page = main_of(&browser.get(&path).await.text);
        for word in [
            "3 adresses ne reçoivent plus rien",
            "2 boîtes ne s’ouvrent plus",
            "550 5.2.1 the address is disabled",
        ] {
            assert!(page.contains(word), "{word}: {page}");
        }
        let off = browser.post(&path, &[("state", "off")]).await;
        assert_eq!((off.status, &off.location), (StatusCode::SEE_OTHER, &overview));
        assert!(people.domain(domain).await.unwrap().is_disabled);
        let page = browser.get(&overview).await.text;
        assert!(
            page.contains("valbois.test est hors service.") && page.contains("Remettre en service"),
            "{page}"
        );
        assert!(page.replace("&#x2f;", "/").contains(&format!("action=\"{path}\"")), "a way back: {page}");
        let page = browser.get(&path).await.text;
        assert!(page.contains("ses adresses refusent tout message"), "{page}");
        browser.post(&path, &[("state", "on")]).await;
        assert!(!people.domain(domain).await.unwrap().is_disabled);
        let journal = browser.get("/manager/journal?q=valbois.test").await.text;
        assert_eq!(journal.matches("Modifier un domaine").count(), 2, "{journal}");
        // Of somebody else's there is no such page.
        let acme = town.directory.administration(Scope::Tenant(town.acme), "test");
        let theirs = acme.domain_called(&Domain::parse("acme.test").unwrap()).await.unwrap().service;
        let stolen = format!("/manager/services/{theirs}/domains/acme.test/state");
        assert_eq!(browser.post(&stolen, &[("state", "off")]).await.status, StatusCode::NOT_FOUND);
    }
}

#[tokio::test]
async fn a_mail_domain_moves_to_another_mail_service_of_the_organisation_only() {
    for town in towns().await {
        let people = town.people();
        let domain = town.mail_domain().await;
        let service = people.domain(domain).await.unwrap().service;
        let path = format!("/manager/services/{service}/domains/valbois.test/move");
        let mut browser = town.signed_in("valbois").await;
        let page = browser.get(&path).await;
        assert!(page.text.contains("Aucun autre Service Mail"), "{}", page.text);
        let other = people.create_service(town.valbois, "Écoles", None).await.unwrap().id;
        let there = other.to_string();
        let page = main_of(&browser.get(&path).await.text);
        assert!(page.contains("Écoles") && page.contains("Déplacer le domaine</button>"), "{page}");
        // Not to another organisation's, nor to what is none.
        let acme = town.directory.administration(Scope::Tenant(town.acme), "test");
        let theirs = acme.services(None).await.unwrap()[0].id.to_string();
        for wrong in [theirs.as_str(), "4900000000000000001", "x", ""] {
            let refused = browser.post(&path, &[("service", wrong)]).await;
            assert_eq!(refused.status, StatusCode::NOT_FOUND, "{wrong}");
        }
        // The main domain stays while others are linked to it; the form keeps what was chosen.
        let link = zones::NewLink {
            service,
            name: Domain::parse("bois.test").unwrap(),
            create_zone: true,
            update_dns: true,
            replace: false,
            make_main: false,
        };
        let zones = town.zones.administration(Scope::Operator("test"), "test");
        zones.begin_link(link).await.unwrap();
        town.zones.carry_on().await.unwrap();
        let refused = browser.post(&path, &[("service", &there)]).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(refused.text.contains("id=\"error-service\""), "{}", refused.text);
        assert!(refused.text.contains(&format!("value=\"{there}\" selected")), "{}", refused.text);
        let linked = format!("/manager/services/{service}/domains/bois.test");
        let page = main_of(&browser.get(&format!("{linked}/move")).await.text);
        assert!(page.contains("Ce domaine est lié à valbois.test"), "{page}");
        let refused = browser.post(&format!("{linked}/move"), &[("service", &there)]).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        let page = main_of(&browser.get(&format!("{linked}/state")).await.text);
        assert!(
            page.contains("Aucune adresse de valbois.test ne répond plus sous le nom bois.test"),
            "{page}"
        );
        let page = main_of(
            &browser.get(&format!("/manager/services/{service}/domains/valbois.test/state")).await.text,
        );
        assert!(page.contains("1 domaine lié s’arrête avec lui"), "{page}");
        // One that stands apart goes, and «Annuler» brings it back.
        let name = Domain::parse("musee.test").unwrap();
        let apart = zones.create_domain(town.valbois, Some(service), &name, zones::Standing::Stays);
        let apart = apart.await.unwrap().domain.id;
        let moved = format!("/manager/services/{service}/domains/musee.test/move");
        let done = browser.post(&moved, &[("service", &there)]).await;
        assert_eq!(
            (done.status, done.location),
            (StatusCode::SEE_OTHER, format!("/manager/services/{there}"))
        );
        assert_eq!(people.domain(apart).await.unwrap().service, other);
        let page = browser.get(&format!("/manager/services/{there}")).await.text.replace("&#x2f;", "/");
        assert!(page.contains("musee.test est maintenant dans"), "{page}");
        let back = format!("/manager/services/{there}/domains/musee.test/move");
        assert!(page.contains(&format!("<form method=\"post\" action=\"{back}\"")), "{page}");
        browser.post(&back, &[("service", &service.to_string())]).await;
        let found = people.domain(apart).await.unwrap();
        assert_eq!((found.service, found.place), (service, DomainPlace::Apart));
    }
}

#[tokio::test]
async fn the_page_of_routes_says_which_one_a_letter_takes_and_why() {
    for town in towns().await {
        let relays = mail_route::Relays::new(town.db.clone(), town.world.clone());
        let operator = relays.administration(Scope::Operator("test"), "ops");
        let rule = |recipients: &str, target: &str| NewRelayRule {
            position: None,
            organisation: None,
            recipients: recipients.parse().unwrap(),
            subject: None,
            relay: Relay { target: target.parse().unwrap(), tls: model::RelayTls::default() },
            validity: model::Validity::default(),
        };
        let secret = NewRelayRule { subject: Some("<im>".to_owned()), ..rule("*", "mx:im.post.test") };
        operator.add(secret).await.unwrap();
        operator
            .add(NewRelayRule { organisation: Some(town.acme), ..rule("far.test", "mx:acme-only.test") })
            .await
            .unwrap();
        operator.add(rule("*.incamail.test", "mx:gate.incamail.test")).await.unwrap();
        let mut browser = town.signed_in("valbois").await;
        let mut ask =
            async |query: &str| main_of(&browser.get(&format!("/manager/routes?{query}")).await.text);
        let page = ask("").await;
        assert!(page.contains("Où va un message pour") && !page.contains("role=\"status\""), "{page}");
        let page = ask("recipient=eve%40clinique.incamail.test&sender=anna%40valbois.test").await;
        for word in [
            "La route 2 l’emporte",
            "mx:gate.incamail.test",
            "Le sujet ne contient pas",
            "&lt;im&gt;",
            "Convient",
        ] {
            assert!(page.contains(word), "{word}: {page}");
        }
        assert!(page.contains("value=\"anna@valbois.test\""), "what was asked stays: {page}");
        assert!(!page.contains("class=\"chips\""), "{page}");
        let page = ask("recipient=x.incamail.test&about=Rapport+%3CIM%3E").await;
        assert!(page.contains("La route 1 l’emporte") && page.contains("Conviendrait"), "{page}");
        let page = ask("recipient=eve%40far.test").await;
        assert!(page.contains("vers les serveurs que far.test publie"), "{page}");
        assert!(!page.contains("acme-only"), "another's: {page}");
        let page = ask("recipient=eve%40acme.test").await;
        assert!(page.contains("acme.test est servi ici"), "{page}");
        for (query, field) in [
            ("recipient=a+b", "recipient"),
            ("sender=anna%40valbois.test", "recipient"),
            ("recipient=far.test&sender=eve%40acme.test", "sender"),
            ("recipient=far.test&sender=eve%40far.test", "sender"),
        ] {
            let page = ask(query).await;
            assert!(page.contains(&format!("id=\"error-{field}\"")), "{query}: {page}");
            assert!(!page.contains("role=\"status\""), "{query}: {page}");
        }
        // The operator's staff asks for anybody's.
        let admin = browser.session().await.user;
        town.operator().set_operator(admin, true).await.unwrap();
        let page =
            main_of(&browser.get("/manager/routes?recipient=far.test&sender=eve%40acme.test").await.text);
        assert!(page.contains("La route 2 l’emporte") && page.contains("acme-only"), "{page}");
        let page = main_of(&browser.get("/manager/routes?recipient=far.test").await.text);
        assert!(page.contains("Vaut pour d’autres expéditeurs"), "{page}");
    }
}

#[tokio::test]
async fn keys_that_were_made_by_hand_take_over_as_the_page_says() {
    for town in towns().await.into_iter().take(1) {
        let mut browser = town.signed_in("valbois").await;
        let path = "/manager/domains/valbois.test/dkim";
        let first = town.dkim("valbois.test").await;
        browser.post(&format!("{path}/rotate"), &[]).await;
        town.world.clock.advance(Duration::from_secs(2 * 86_400));
        town.keys.tend().await.unwrap();
        let now = town.dkim("valbois.test").await;
        let state = |selector: &str| now.iter().find(|(known, _)| known == selector).unwrap().1;
        assert!(first.iter().all(|(selector, _)| state(selector) == DkimState::Retired), "{now:?}");
        let page = browser.get(path).await;
        // The session may have ended meanwhile.
        let page = if page.status == StatusCode::OK {
            page
        } else {
            town.signed_in("valbois").await.get(path).await
        };
        assert!(
            page.text.contains("Ne signe plus") && page.text.contains("Son enregistrement disparaît le"),
            "{}",
            page.text
        );
        assert!(page.text.contains("dkim&#x2f;rotate") || page.text.contains("dkim/rotate"), "{}", page.text);
    }
}
