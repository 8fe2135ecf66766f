//! Changes of the platform's addresses on the screens: declared by the staff, looked at, announced, answered, cancelled.

use axum::http::StatusCode;
use directory::Scope;
use hosts::NewHost;

use super::{Town, towns};

const LIST: &str = "/manager/installation/renumberings";

/// Takes the owner of Acme into the staff, and gives Valbois a machine with the old address.
async fn set_up(town: &Town) {
    let operator = town.directory.administration(Scope::Operator("test"), "test");
    let login = model::Address::parse("admin@acme.test").unwrap();
    let user = operator.user_called(&login).await.unwrap().id;
    operator.set_operator(user, true).await.unwrap();
    let valbois = model::Domain::parse("valbois.test").unwrap();
    let domain = operator.domain_called(&valbois).await.unwrap();
    let host = NewHost {
        domain: domain.id,
        name: "gw".to_owned(),
        fqdn: None,
        ipv4: Some("192.0.2.86".parse().unwrap()),
        ipv6: None,
        description: String::new(),
    };
    let hosts = town.hosts.administration(Scope::Tenant(town.valbois), "test");
    hosts.create_host(host).await.unwrap();
}

fn form(endpoints: &str) -> Vec<(&str, &str)> {
    vec![
        ("sent", "yes"),
        ("name", "Nouveaux <serveurs>"),
        ("date", "2099-11-11T06:00:00Z"),
        ("endpoints", endpoints),
        ("overlap", "10"),
        ("remind", "7"),
        ("ttl", "300"),
    ]
}

#[tokio::test]
async fn a_change_is_declared_looked_at_announced_and_answered_on_the_screens() {
    for town in towns().await {
        set_up(&town).await;
        let mut staff = town.signed_in("acme").await;
        let page = staff.get(LIST).await.text;
        assert!(page.contains("Aucun changement n’est déclaré"), "{page}");
        // What cannot be read comes back with the line that is wrong, and nothing typed is lost.
        let wrong =
            staff.post(&format!("{LIST}/new"), &form("gw1.relais.test A 192.0.2.86 198.51.100.13")).await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(wrong.text.contains("n’est pas un point d’accès"), "{}", wrong.text);
        assert!(wrong.text.contains("2099-11-11T06:00:00Z"), "{}", wrong.text);
        let lines = "gw1.relais.test:25 A,B 192.0.2.86 → 198.51.100.13\nws.relais.test:443/3.0/ C 192.0.2.85 198.51.100.117";
        let declared = staff.post(&format!("{LIST}/new"), &form(lines)).await;
        assert_eq!(declared.status, StatusCode::SEE_OTHER, "{}", declared.text);
        let one = declared.location;
        let page = staff.get(&one).await.text;
        for words in [
            "Nouveaux &lt;serveurs&gt;",
            "gw.valbois.test",
            "192.0.2.86 → 198.51.100.13",
            "À changer par l’organisation",
            "https:&#x2f;&#x2f;ws.relais.test&#x2f;3.0&#x2f;",
        ] {
            assert!(page.contains(words), "{words}: {page}");
        }
        let letters = staff.get(&format!("{one}/letters")).await.text;
        assert!(letters.contains("admin@valbois.test") && letters.contains("gw.valbois.test"), "{letters}");
        assert!(town.renumberings.waiting_letters().await.unwrap().is_empty(), "looking sends nothing");
        // Before it is announced nobody sees it.
        let mut customer = town.signed_in("valbois").await;
        assert!(customer.get("/manager/renumberings").await.text.contains("Aucun changement"), "not yet");
        let announced = staff.post(&format!("{one}/announce"), &[]).await;
        assert_eq!(announced.status, StatusCode::SEE_OTHER, "{}", announced.text);
        assert_eq!(town.renumberings.waiting_letters().await.unwrap().len(), 1);
        let first = customer.get("/manager/").await.text;
        assert!(first.contains("nos adresses IP changent"), "{first}");
        let page = customer.get("/manager/renumberings").await.text;
        assert!(page.contains("gw.valbois.test") && !page.contains("ws.relais.test"), "{page}");
        let id = one.rsplit('/').next().unwrap();
        let answer = format!("/manager/renumberings/{id}/answer");
        let answered = customer.post(&answer, &[("answer", "adapted")]).await;
        assert_eq!(answered.status, StatusCode::SEE_OTHER, "{}", answered.text);
        assert!(customer.get("/manager/renumberings").await.text.contains("Est adapté"));
        assert!(!customer.get("/manager/").await.text.contains("nos adresses IP changent"));
        assert!(staff.get(&one).await.text.contains("Est adapté"));
        // Whom it does not concern may not answer, and says so to nobody.
        assert_eq!(staff.post(&answer, &[("answer", "adapted")]).await.status, StatusCode::NOT_FOUND);
        let cancelled = staff.post(&format!("{one}/cancel"), &[]).await;
        assert_eq!(cancelled.status, StatusCode::SEE_OTHER);
        assert!(staff.get(&one).await.text.contains("Changement annulé"));
        assert!(customer.get("/manager/renumberings").await.text.contains("n’aura pas lieu"));
    }
}

#[tokio::test]
async fn a_letter_has_the_sections_of_its_own_modes_in_every_language() {
    use renumbering::{Letter, Mode, NoticeKind, Renumbering, RenumberingId, Stage};
    let at = model::Timestamp(1_795_262_400_000);
    let renumbering = Renumbering {
        id: RenumberingId(1),
        name: "New servers".to_owned(),
        stage: Stage::Declared,
        switches_at: at,
        ends_at: at,
        reminds_at: at,
        lowered_ttl: 300,
        endpoints: [
            "gw1.relais.test:25 A,B 192.0.2.86 198.51.100.13",
            "im.relais.test:25 B 192.0.2.45 198.51.100.117",
            "ws.relais.test:443/3.0/ C 192.0.2.85 198.51.100.117",
        ]
        .map(|text| text.parse().unwrap())
        .to_vec(),
        declared_by: "otto".to_owned(),
        declared_at: at,
        announced_at: None,
        prepared_at: None,
        switched_at: None,
        ended_at: None,
    };
    for language in crate::Language::ALL {
        for (mode, has, has_not) in [
            (
                Mode::Gateway,
                vec!["gw1.relais.test", "CN=gw1.relais.test", "*.incamail.test"],
                vec!["im.relais", "ws."],
            ),
            (Mode::Submission, vec!["gw1.relais.test", "im.relais.test"], vec!["ws.relais", "CN="]),
            (Mode::Soap, vec!["https://ws.relais.test/3.0/"], vec!["gw1.", "CN=", "*.incamail"]),
        ] {
            let letter = Letter {
                id: 1,
                kind: NoticeKind::Announcement,
                organisation: model::OrganisationId(1),
                renumbering: renumbering.clone(),
                modes: vec![mode],
                findings: Vec::new(),
                suffixes: vec!["incamail.test".to_owned()],
                at,
            };
            let words = crate::letters::renumbering(
                language,
                &letter,
                "https://mail.relais.test/manager/renumberings",
            );
            for part in has {
                assert!(words.text.contains(part), "{language} {mode}: {part}: {}", words.text);
            }
            for part in has_not {
                assert!(!words.text.contains(part), "{language} {mode}: {part}: {}", words.text);
            }
            assert!(!words.subject.contains("letter-") && !words.text.contains("letter-"), "{}", words.text);
        }
    }
}
