//! Application accounts on the screens: made, shown once, limited, put out of use, deleted.

use axum::http::StatusCode;
use db::Seek;
use directory::{ApplicationInfo, Scope};

use super::{Town, towns};

async fn only(town: &Town) -> ApplicationInfo {
    town.people().applications(Seek::first(10)).await.unwrap().items.remove(0)
}

/// What stands in a `pre` of a page.
fn shown(page: &str, id: &str) -> String {
    let (_, rest) = page.split_once(&format!("<pre id=\"{id}\">")).unwrap();
    rest.split_once('<').unwrap().0.to_owned()
}

#[tokio::test]
async fn an_account_is_made_its_password_shown_once_and_renewed() {
    for town in towns().await {
        town.mail_domain().await;
        let mut admin = town.signed_in("valbois").await;
        let empty = admin.get("/manager/applications").await.text;
        assert!(empty.contains("Aucun compte d’application"), "{empty}");
        let usual = admin.get("/manager/applications/new").await.text;
        assert!(usual.contains("value=\"2000\""), "{usual}");
        let fields = [
            ("name", "Salaires"),
            ("senders", "salaires@valbois.test\r\nrh@valbois.test"),
            ("hourly", "1’500"),
            ("size", "20 Mo"),
        ];
        let made = admin.post("/manager/applications/new", &fields).await;
        assert_eq!(made.status, StatusCode::OK, "{}", made.text);
        let (login, password) = (shown(&made.text, "login"), shown(&made.text, "password"));
        let info = only(&town).await;
        assert_eq!((info.name.as_str(), info.senders.len()), ("salaires", 2));
        assert_eq!((info.hourly_limit, info.size_limit_bytes), (1_500, 20_000_000));
        assert_eq!(login.replace("&#x2f;", "/"), info.login);
        let path = format!("/manager/applications/{}", info.id);
        let card = admin.get(&path).await.text;
        assert!(card.contains("salaires@valbois.test\nrh@valbois.test"), "{card}");
        assert!(!card.contains(&password), "it is shown once");
        let renewed = admin.post(&format!("{path}/password"), &[]).await;
        assert_eq!(renewed.status, StatusCode::OK, "{}", renewed.text);
        assert_ne!(shown(&renewed.text, "password"), password);
        assert_eq!(only(&town).await.version, info.version + 1);
    }
}

#[tokio::test]
async fn an_account_is_limited_put_out_of_use_and_deleted() {
    for town in towns().await {
        town.mail_domain().await;
        let mut admin = town.signed_in("valbois").await;
        let fields = [("name", "salaires"), ("senders", "valbois.test"), ("hourly", "10"), ("size", "1 Mo")];
        assert_eq!(admin.post("/manager/applications/new", &fields).await.status, StatusCode::OK);
        let again = admin.post("/manager/applications/new", &fields).await;
        assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(again.text.contains("error-name") && again.text.contains("value=\"1 Mo\""), "{}", again.text);
        let path = format!("/manager/applications/{}", only(&town).await.id);
        for (wrong, field) in [
            (vec![("senders", "pas une adresse@"), ("hourly", "10"), ("size", "1 Mo")], "senders"),
            (vec![("senders", "eve@acme.test"), ("hourly", "10"), ("size", "1 Mo")], "senders"),
            (vec![("senders", ""), ("hourly", "10"), ("size", "1 Mo")], "senders"),
            (vec![("senders", "valbois.test"), ("hourly", "beaucoup"), ("size", "1 Mo")], "hourly"),
            (vec![("senders", "valbois.test"), ("hourly", "0"), ("size", "1 Mo")], "hourly"),
            (vec![("senders", "valbois.test"), ("hourly", "10"), ("size", "grand")], "size"),
            (vec![("senders", "valbois.test"), ("hourly", "10"), ("size", "9000 Go")], "size"),
            (vec![("senders", "valbois.test"), ("reads", "?"), ("hourly", "10"), ("size", "1 Mo")], "reads"),
            (
                vec![
                    ("senders", "valbois.test"),
                    ("reads", "admin@valbois.test"),
                    ("hourly", "10"),
                    ("size", "1 Mo"),
                ],
                "reads",
            ),
        ] {
            let refused = admin.post(&path, &wrong).await;
            assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{wrong:?}");
            assert!(refused.text.contains(&format!("error-{field}")), "{wrong:?}: {}", refused.text);
        }
        let better = [
            ("senders", "rh@valbois.test"),
            ("reads", "greffe@valbois.test"),
            ("hourly", "20"),
            ("size", "2 Mo"),
        ];
        let changed = admin.post(&path, &better).await;
        assert_eq!(changed.status, StatusCode::SEE_OTHER, "{}", changed.text);
        let info = only(&town).await;
        assert_eq!((info.hourly_limit, info.reads.len(), info.is_disabled), (20, 1, false));
        for (state, is_disabled) in [("off", true), ("on", false)] {
            let put = admin.post(&format!("{path}/state"), &[("state", state)]).await;
            assert_eq!(put.status, StatusCode::SEE_OTHER);
            assert_eq!(only(&town).await.is_disabled, is_disabled);
        }
        assert_eq!(admin.post(&format!("{path}/state"), &[]).await.status, StatusCode::NOT_FOUND);
        let mut other = town.signed_in("acme").await;
        assert_eq!(other.post(&format!("{path}/delete"), &[]).await.status, StatusCode::NOT_FOUND);
        assert_eq!(admin.post(&format!("{path}/delete"), &[]).await.status, StatusCode::SEE_OTHER);
        let people = town.directory.administration(Scope::Tenant(town.valbois), "test");
        assert!(people.applications(Seek::first(10)).await.unwrap().items.is_empty());
    }
}
