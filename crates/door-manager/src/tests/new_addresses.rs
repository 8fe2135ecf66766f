//! Changes of the platform's addresses on the screens: declared by the staff, looked at, announced, answered, cancelled.

use axum::http::StatusCode;
use directory::Scope;
use hosts::NewHost;
use renumbering::{Letter, Mode, NoticeKind, Renumbering, RenumberingId, Stage};

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
        assert!(customer.get("/manager/renumberings").await.text.contains("Nos systèmes sont adaptés ("));
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

/// A change that was declared for a moment.
fn declared(at: model::Timestamp, endpoints: &[&str]) -> Renumbering {
    Renumbering {
        id: RenumberingId(1),
        name: "New servers".to_owned(),
        stage: Stage::Declared,
        switches_at: at,
        ends_at: at,
        reminds_at: at,
        lowered_ttl: 300,
        endpoints: endpoints.iter().map(|text| text.parse().unwrap()).collect(),
        declared_by: "otto".to_owned(),
        declared_at: at,
        announced_at: None,
        prepared_at: None,
        switched_at: None,
        ended_at: None,
    }
}

/// Its letter to a customer who is connected in one way.
fn written(
    language: crate::Language,
    change: &Renumbering,
    mode: Mode,
    suffix: &str,
) -> crate::letters::Words {
    let letter = Letter {
        id: 1,
        kind: NoticeKind::Announcement,
        organisation: model::OrganisationId(1),
        renumbering: change.clone(),
        modes: vec![mode],
        findings: Vec::new(),
        suffixes: vec![suffix.to_owned()],
        at: change.declared_at,
    };
    crate::letters::renumbering(language, &letter, "https://mail.relais.test/manager/renumberings")
}

/// The change of November 2017 that the service of Swiss Post announced, with its own names and addresses.
#[test]
fn the_change_of_2017_is_told_to_each_customer_with_its_own_section() {
    // 11.11.2017, 06:00 in Zurich.
    let change = declared(
        model::Timestamp(1_510_376_400_000),
        &[
            "gw1.incamail.com:25 A,B 91.194.146.86 194.41.147.13",
            "gw2.incamail.com:25 A,B 91.194.146.87 194.41.147.14",
            "im.post.ch:25 B 91.194.146.45 194.41.184.117",
            "ws.incamail.com:443/3.0/ C 91.194.146.85 194.41.184.117",
            "wsread.incamail.com:443/3.0/IncaMailReadService C 91.194.146.85 194.41.184.117",
            "wsmgmt.incamail.com:443/IncaMailAdminService/IncaMailAdminPort C 91.194.146.85 194.41.184.117",
        ],
    );
    let gateways = [
        "gw1.incamail.com",
        "194.41.147.13",
        "91.194.146.86",
        "gw2.incamail.com",
        "194.41.147.14",
        "91.194.146.87",
    ];
    let services = [
        "https://ws.incamail.com/3.0/",
        "https://wsread.incamail.com/3.0/IncaMailReadService",
        "https://wsmgmt.incamail.com/IncaMailAdminService/IncaMailAdminPort",
        "91.194.146.85",
        "194.41.184.117",
    ];
    for (mode, has, has_not) in [
        (
            Mode::Gateway,
            [&gateways[..], &["CN=gw1.incamail.com", "*.incamail.ch"]].concat(),
            vec!["im.post.ch", "https://ws"],
        ),
        (
            Mode::Submission,
            [&gateways[..], &["im.post.ch", "194.41.184.117", "91.194.146.45"]].concat(),
            vec!["CN=", "https://ws"],
        ),
        (Mode::Soap, services.to_vec(), vec!["gw1.", "im.post.ch"]),
    ] {
        let text = written(crate::Language::French, &change, mode, "incamail.ch").text;
        assert!(text.contains("11 novembre 2017, 06:00 CET"), "{text}");
        for part in has {
            assert!(text.contains(part), "{mode}: {part}: {text}");
        }
        for part in has_not {
            assert!(!text.contains(part), "{mode}: {part}: {text}");
        }
    }
}

#[tokio::test]
async fn a_letter_has_the_sections_of_its_own_modes_in_every_language() {
    let at = model::Timestamp(1_795_262_400_000);
    let renumbering = declared(
        at,
        &[
            "gw1.relais.test:25 A,B 192.0.2.86 198.51.100.13",
            "im.relais.test:25 B 192.0.2.45 198.51.100.117",
            "ws.relais.test:443/3.0/ C 192.0.2.85 198.51.100.117",
        ],
    );
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
            let words = written(language, &renumbering, mode, "incamail.test");
            for part in has {
                assert!(words.text.contains(part), "{language} {mode}: {part}: {}", words.text);
            }
            for part in has_not {
                assert!(!words.text.contains(part), "{language} {mode}: {part}: {}", words.text);
            }
            assert!(words.text.contains(" CET"), "by the customers' clock: {}", words.text);
            // Where we connect to them, our port is nobody's rule.
            let ports = words.text.matches("25").count();
            assert_eq!(
                ports,
                usize::from(mode == Mode::Gateway) + 2 * usize::from(mode == Mode::Submission),
                "{}",
                words.text
            );
            assert!(!words.subject.contains("letter-") && !words.text.contains("letter-"), "{}", words.text);
        }
    }
}
