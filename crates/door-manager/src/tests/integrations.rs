//! Integrations on the screens: made, their domains and certificates, put in service by staff alone, the authorities.

use axum::http::StatusCode;
use directory::Scope;
use gateways::{IntegrationState, Proof};

use super::foreign::user;
use super::{Browser, Town, towns};

/// A certificate of an authority of its own, made for this test: an EC key, `CN=Muster Root`, valid until 2126.
const ROOT: &str = include_str!("muster-root.pem");
/// The fingerprints that `openssl x509 -fingerprint` prints of it.
const ROOT_SHA1: &str = include_str!("muster-root.sha1");

async fn made(town: &Town, browser: &mut Browser<'_>, fields: &[(&str, &str)]) -> String {
    let answer = browser.post("/manager/integrations/new", fields).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text);
    assert!(answer.location.starts_with("/manager/integrations/"), "{}", answer.location);
    let own = town.gateways.administration(Scope::Tenant(town.valbois), "test");
    assert!(!own.list(None).await.unwrap().is_empty());
    answer.location
}

async fn staff(town: &Town) -> Browser<'_> {
    let person = user(&town.people(), town.valbois, "operateur@far.test").await;
    town.operator().set_operator(person.id, true).await.unwrap();
    town.entered("operateur@far.test").await
}

#[tokio::test]
async fn an_integration_is_made_and_put_in_service_by_staff_alone() {
    for town in towns().await {
        town.mail_domain().await;
        let mut admin = town.signed_in("valbois").await;
        let empty = admin.get("/manager/integrations").await.text;
        assert!(empty.contains("Aucune passerelle"), "{empty}");
        let path = made(&town, &mut admin, &[("name", "principale"), ("inbound", "mx")]).await;
        let page = admin.get(&path).await.text;
        assert!(page.contains("En préparation") && page.contains("Un domaine est prouvé"), "{page}");
        assert!(!page.contains("/state"), "only staff activates: {page}");
        let refused = admin.post(&format!("{path}/state"), &[("state", "active")]).await;
        assert_eq!(refused.status, StatusCode::NOT_FOUND);

        let mut staff = staff(&town).await;
        let early = staff.post(&format!("{path}/state"), &[("state", "active")]).await;
        assert_eq!(early.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", early.text);
        assert!(early.text.contains("domaine prouvé"), "{}", early.text);

        let added = admin.post(&format!("{path}/domains"), &[("domain", "valbois.test")]).await;
        assert_eq!(added.status, StatusCode::SEE_OTHER, "{}", added.text);
        let shown = admin.get(&format!("{path}/domains")).await.text;
        assert!(shown.contains("Hébergé ici"), "{shown}");
        let named = [("way", "name"), ("host", "gw1.valbois.test"), ("direction", "sending")];
        let declared = admin.post(&format!("{path}/certificates"), &named).await;
        assert_eq!(declared.status, StatusCode::SEE_OTHER, "{}", declared.text);
        let again = admin.post(&format!("{path}/certificates"), &named).await;
        assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(again.text.contains("error-host"), "beside its field: {}", again.text);

        let early = staff.post(&format!("{path}/state"), &[("state", "active")]).await;
        assert_eq!(early.status, StatusCode::UNPROCESSABLE_ENTITY, "letters to it would wait for ever");
        let receives = [("way", "name"), ("host", "gw1.valbois.test"), ("direction", "reception")];
        admin.post(&format!("{path}/certificates"), &receives).await;
        let activated = staff.post(&format!("{path}/state"), &[("state", "active")]).await;
        assert_eq!(activated.status, StatusCode::SEE_OTHER, "{}", activated.text);
        let own = town.gateways.administration(Scope::Tenant(town.valbois), "test");
        assert_eq!(own.list(None).await.unwrap()[0].state, IntegrationState::Active);
        let everybody = staff.get("/manager/installation/integrations").await.text;
        assert!(everybody.contains("principale") && everybody.contains("valbois"), "{everybody}");

        let kept = admin.post(&format!("{path}/domains/remove"), &[("domain", "valbois.test")]).await;
        assert_eq!(kept.status, StatusCode::UNPROCESSABLE_ENTITY, "the last one stays: {}", kept.text);
        let delete = format!("{path}/delete");
        assert_eq!(
            admin.post(&delete, &[("name", "principale")]).await.status,
            StatusCode::UNPROCESSABLE_ENTITY
        );
        let suspended = staff.post(&format!("{path}/state"), &[("state", "suspended")]).await;
        assert_eq!(suspended.status, StatusCode::SEE_OTHER);
        let wrong = admin.post(&delete, &[("name", "autre")]).await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY, "its name is asked for");
        assert_eq!(admin.post(&delete, &[("name", "principale")]).await.status, StatusCode::SEE_OTHER);
        assert!(own.list(None).await.unwrap().is_empty());
    }
}

#[tokio::test]
async fn a_domain_that_is_not_hosted_here_shows_the_record_to_publish() {
    for town in towns().await {
        let mut admin = town.signed_in("valbois").await;
        let path = made(&town, &mut admin, &[("name", "deux"), ("inbound", "mx")]).await;
        let domains = format!("{path}/domains");
        let wrong = admin.post(&domains, &[("domain", "pas un domaine")]).await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(wrong.text.contains("value=\"pas un domaine\""), "what was typed stays: {}", wrong.text);
        let added = admin.post(&domains, &[("domain", "elsewhere.test")]).await;
        assert_eq!(added.status, StatusCode::SEE_OTHER, "{}", added.text);
        let page = admin.get(&domains).await.text;
        assert!(
            page.contains("_relais-gateway.elsewhere.test") && page.contains("relais-gateway="),
            "{page}"
        );
        let unseen = admin.post(&format!("{domains}/prove"), &[("domain", "elsewhere.test")]).await;
        assert_eq!(unseen.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(unseen.text.contains("error-domain-elsewhere.test"), "{}", unseen.text);
        let by_admin = admin.post(&format!("{domains}/confirm"), &[("domain", "elsewhere.test")]).await;
        assert_eq!(by_admin.status, StatusCode::NOT_FOUND);
        let mut staff = staff(&town).await;
        let confirmed = staff.post(&format!("{domains}/confirm"), &[("domain", "elsewhere.test")]).await;
        assert_eq!(confirmed.status, StatusCode::SEE_OTHER, "{}", confirmed.text);
        let own = town.gateways.administration(Scope::Tenant(town.valbois), "test");
        assert_eq!(own.list(None).await.unwrap()[0].domains[0].proof, Some(Proof::Staff));
        let other = admin.post(&format!("{domains}/remove"), &[("domain", "nobodys.test")]).await;
        assert_eq!(other.status, StatusCode::NOT_FOUND);
        let removed = admin.post(&format!("{domains}/remove"), &[("domain", "elsewhere.test")]).await;
        assert_eq!(removed.status, StatusCode::SEE_OTHER, "{}", removed.text);
    }
}

#[tokio::test]
async fn an_address_as_the_target_is_warned_of_and_a_wrong_target_is_refused() {
    for town in towns().await {
        let mut admin = town.signed_in("valbois").await;
        for wrong in ["", "not a host"] {
            let fields = [("name", "fixe"), ("inbound", "server"), ("server", wrong), ("contact", "Eve")];
            let refused = admin.post("/manager/integrations/new", &fields).await;
            assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{wrong}");
            assert!(
                refused.text.contains("error-server") && refused.text.contains(">Eve<"),
                "{}",
                refused.text
            );
        }
        let fields = [("name", "fixe"), ("inbound", "server"), ("server", "192.0.2.7"), ("hosted", "yes")];
        let path = made(&town, &mut admin, &fields).await;
        let page = admin.get(&path).await.text;
        assert!(page.contains("déconseillé d’utiliser des IP statiques"), "{page}");
        assert!(page.contains("passerelles hébergées"), "{page}");
        let listed = admin.get("/manager/integrations").await.text;
        assert!(listed.contains("adresse IP fixe, déconseillée"), "{listed}");
        let edited = [("name", "nommée"), ("inbound", "server"), ("server", "gw1.valbois.test")];
        let changed = admin.post(&format!("{path}/edit"), &edited).await;
        assert_eq!(changed.status, StatusCode::SEE_OTHER, "{}", changed.text);
        let page = admin.get(&path).await.text;
        assert!(page.contains("nommée") && !page.contains("IP statiques"), "{page}");
    }
}

#[tokio::test]
async fn a_pinned_certificate_shows_both_fingerprints_and_authorities_are_kept_by_staff() {
    for town in towns().await {
        let mut admin = town.signed_in("valbois").await;
        let path = made(&town, &mut admin, &[("name", "épinglée"), ("inbound", "mx")]).await;
        let certificates = format!("{path}/certificates");
        for (way, field) in [("name", "host"), ("certificate", "pem"), ("fingerprint", "fingerprint")] {
            let refused = admin.post(&certificates, &[("way", way), (field, "??")]).await;
            assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{way}");
            assert!(refused.text.contains(&format!("error-{field}")), "{way}: {}", refused.text);
        }
        let declared = admin.post(&certificates, &[("way", "certificate"), ("pem", ROOT)]).await;
        assert_eq!(declared.status, StatusCode::SEE_OTHER, "{}", declared.text);
        let page = admin.get(&certificates).await.text;
        assert!(page.contains(ROOT_SHA1.trim()) && page.contains("CN=Muster Root"), "{page}");
        let own = town.gateways.administration(Scope::Tenant(town.valbois), "test");
        let slot = own.list(None).await.unwrap()[0].certificates[0].id.0.to_string();
        let removed = admin.post(&format!("{certificates}/remove"), &[("certificate", &slot)]).await;
        assert_eq!(removed.status, StatusCode::SEE_OTHER, "{}", removed.text);

        let list = admin.get("/manager/integrations/authorities").await.text;
        assert!(list.contains("Autorités publiques") && !list.contains("name=\"pem\""), "{list}");
        let fields = [("name", "Muster Root"), ("pem", ROOT)];
        let hidden = admin.post("/manager/installation/authorities", &fields).await;
        assert_eq!(hidden.status, StatusCode::NOT_FOUND);
        let mut staff = staff(&town).await;
        let junk = [("name", "Muster Root"), ("pem", "junk")];
        let refused = staff.post("/manager/installation/authorities", &junk).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", refused.text);
        let added = staff.post("/manager/installation/authorities", &fields).await;
        assert_eq!(added.status, StatusCode::SEE_OTHER, "{}", added.text);
        let known = own.authorities().await.unwrap();
        let path = format!("/manager/installation/authorities/{}", known[1].id.0);
        assert_eq!(staff.post(&path, &[("state", "off")]).await.status, StatusCode::SEE_OTHER);
        assert!(own.authorities().await.unwrap()[1].removed_at.is_some());
        assert_eq!(staff.post(&path, &[("state", "on")]).await.status, StatusCode::SEE_OTHER);
        assert!(own.authorities().await.unwrap()[1].removed_at.is_none());
    }
}

#[tokio::test]
async fn what_of_secure_mail_asks_for_attention_stands_on_the_first_page() {
    for town in towns().await {
        town.mail_domain().await;
        let mut admin = town.signed_in("valbois").await;
        let path = made(&town, &mut admin, &[("name", "portique"), ("inbound", "mx")]).await;
        admin.post(&format!("{path}/domains"), &[("domain", "valbois.test")]).await;
        admin.post(&format!("{path}/certificates"), &[("way", "certificate"), ("pem", ROOT)]).await;
        assert!(!admin.get("/manager/").await.text.contains("portique"), "it is not in service");
        let mut staff = staff(&town).await;
        staff.post(&format!("{path}/state"), &[("state", "active")]).await;
        assert!(!admin.get("/manager/").await.text.contains("portique"), "it ends in a hundred years");
        for (days, lamp, words) in [(20, "waiting", "Finit le"), (-1, "lost", "Fini le")] {
            let ends_at = town.world.clock.now().0 + days * 24 * 60 * 60 * 1000;
            let scope = town.db.operator("test");
            let ends = "UPDATE gateway_certificate SET ends_at = ?1";
            scope.write(move |tx: &mut db::Tx| tx.execute(ends, db::values![ends_at])).await.unwrap();
            let first = admin.get("/manager/").await.text;
            let alert = first.split("<li>").find(|item| item.contains(">portique</a>")).unwrap_or_default();
            let alert = alert.split("</li>").next().unwrap_or_default();
            for part in [lamp, words, "certificates\">portique"] {
                assert!(alert.contains(part), "{part}: {alert}");
            }
        }
        let later = "UPDATE gateway_certificate SET ends_at = 4102444800000";
        let scope = town.db.operator("test");
        scope.write(move |tx: &mut db::Tx| tx.execute(later, &[])).await.unwrap();
        let anna = ("anna@valbois.test", mail_secure::Mode::Confidential);
        town.secured(town.valbois, anna, "password", &["zed@else.test"]).await;
        assert!(!admin.get("/manager/").await.text.contains("remise ces sept"));
        let lost = "UPDATE secure_recipient SET state = 'undeliverable'";
        let scope = town.db.operator("test");
        scope.write(move |tx: &mut db::Tx| tx.execute(lost, &[])).await.unwrap();
        let first = admin.get("/manager/").await.text;
        assert!(first.contains("une lettre n’a pas pu être remise"), "{first}");
        assert!(first.contains("state&#x3d;failed") || first.contains("state=failed"), "{first}");
        // One that a server had taken can still be opened: only what was reported later tells that it did not arrive.
        for (failed_at, is_told) in [("NULL", false), ("3", true)] {
            let leg = format!(
                "INSERT INTO secure_leg (slot, number, organisation, delivery, address, arrived_at, failed_at)
                 SELECT slot, {}, organisation, {}, address, 2, {failed_at} FROM secure_recipient",
                i32::from(is_told),
                900 + i32::from(is_told),
            );
            let leg: &'static str = Box::leak(leg.into_boxed_str());
            let scope = town.db.operator("test");
            scope
                .write(move |tx: &mut db::Tx| {
                    tx.execute("DELETE FROM secure_leg", &[])?;
                    tx.execute("UPDATE secure_recipient SET state = 'consigned'", &[])?;
                    tx.execute(leg, &[])
                })
                .await
                .unwrap();
            let first = admin.get("/manager/").await.text;
            assert_eq!(first.contains("une lettre n’a pas pu être remise"), is_told, "{first}");
            let list = admin.get("/manager/secured?days=7&state=failed").await.text;
            assert_eq!(list.contains("zed@else.test"), is_told, "{list}");
            let counts = staff.get("/manager/installation/secured?format=csv").await.text;
            let line = counts.lines().find(|line| line.contains("valbois")).unwrap();
            assert!(
                line.trim_end().ends_with(if is_told { r#","0","1""# } else { r#","1","0""# }),
                "{counts}"
            );
        }
    }
}
