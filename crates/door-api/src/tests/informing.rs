//! The letter to recipients: asked for, listed a page at a time, refused with the field and the rule.

use axum::http::{Method, StatusCode};
use model::OrganisationId;
use serde_json::json;

use super::{places, token};

#[tokio::test]
async fn recipients_are_informed_once_and_listed() {
    for place in places().await {
        let tenant = place.tenant("valbois").await;
        let integration = format!("/integrations/{}", tenant.id("integration"));
        let path = format!("{integration}/recipient-notices");
        let ask = async |addresses: &[&str], language: &str| {
            place.post(&tenant.token, &path, json!({"addresses": addresses, "language": language})).await
        };
        let early = ask(&["eve@far.test"], "fr").await;
        assert_eq!(
            (early.status, &early.body["field"]),
            (StatusCode::UNPROCESSABLE_ENTITY, &json!("published"))
        );
        let page = json!({"public_name": "valbois", "published": true});
        let where_it_is = format!("{integration}/recipient-page");
        let page = place.ask(&tenant.token, Method::PUT, &where_it_is, Some(page)).await;
        assert_eq!(page.status, StatusCode::OK, "{}", page.body);
        for (addresses, language, field) in [
            (&["eve@far.test", "nobody"][..], "fr", "addresses"),
            (&[], "fr", "addresses"),
            (&["eve@far.test"], "rm", "language"),
        ] {
            let refused = ask(addresses, language).await;
            assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", refused.body);
            assert_eq!(refused.body["field"], field, "{}", refused.body);
        }
        let asked = ask(&["Eve <eve@far.test>", "zed@far.test", "Zed@far.test"], "it").await;
        assert_eq!((asked.status, asked.body), (StatusCode::ACCEPTED, json!({"asked": 2, "known": 0})));
        let again = ask(&["zed@far.test", "hans@far.test"], "fr").await;
        assert_eq!((again.status, again.body), (StatusCode::ACCEPTED, json!({"asked": 1, "known": 1})));
        let first = place.get(&tenant.token, &format!("{path}?limit=2")).await.body;
        let told: Vec<_> = first["items"].as_array().unwrap().iter().map(|one| &one["address"]).collect();
        assert_eq!(told, ["hans@far.test", "zed@far.test"]);
        let next = first["next"].as_str().unwrap();
        let last = place.get(&tenant.token, &format!("{path}?limit=2&after={next}")).await.body;
        assert!(last["next"].is_null(), "{last}");
        let eve = &last["items"][0];
        assert_eq!(
            (&eve["address"], &eve["language"], &eve["state"]),
            (&json!("eve@far.test"), &json!("it"), &json!("waiting"))
        );
        assert!(
            eve["posted_at"].is_null() && eve["refusal"].is_null() && eve["asked_at"].is_string(),
            "{eve}"
        );
        // Who only reads asks for no letter.
        let owner = OrganisationId(tenant.id("organisation").parse().unwrap());
        let reader = token(&place.directory, Some(owner), false).await;
        assert_eq!(place.get(&reader, &path).await.status, StatusCode::OK);
        let body = json!({"addresses": ["new@far.test"], "language": "fr"});
        let refused = place.post(&reader, &path, body).await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN, "{}", refused.body);
        assert_eq!(refused.body["type"], "urn:relais:problem:read-only");
    }
}
