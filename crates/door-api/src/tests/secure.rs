//! Secure letters over the API: sent once, followed, taken back, proven; and what nobody sees of them.

use axum::http::{Method, StatusCode};
use model::{Address, OrganisationId};
use serde_json::{Value, json};

use super::{Place, Tenant, places};

fn letter(tenant: &Tenant, reference: &str) -> Value {
    json!({
        "application": tenant.id("application"), "reference": reference, "from": "salaires@valbois.test",
        "to": [{"address": "eve@far.test", "name": "Ève"}, {"address": "zoe@far.test"}], "cc": [{"address": "eve@far.test"}],
        "subject": "Payslip of November", "text": "Enclosed.", "mode": "registered",
        "attachments": [{"file_name": "payslip.pdf", "media_type": "application/pdf", "content": "JVBERi0xLjc="}],
    })
}

async fn send(place: &Place, tenant: &Tenant, body: Value) -> super::Answer {
    place.post(&tenant.token, "/secure-letters", body).await
}

#[tokio::test]
async fn a_letter_is_sent_once_followed_and_taken_back() {
    for place in places().await {
        let tenant = place.tenant("valbois").await;
        let sent = send(&place, &tenant, letter(&tenant, "2026-11/4711")).await;
        assert_eq!(sent.status, StatusCode::CREATED, "{}", sent.body);
        let taken = &sent.body["letter"];
        assert_eq!((&sent.body["repetition"], &taken["reference"]), (&json!(false), &json!("2026-11/4711")));
        let copies = taken["copies"].as_array().unwrap();
        assert_eq!(copies.len(), 2, "one for each recipient");
        assert!(copies.iter().all(|copy| copy["state"] == "offered" && copy["way"] == "sealed"), "{taken}");
        let again = send(&place, &tenant, letter(&tenant, "2026-11/4711")).await;
        assert_eq!((again.status, &again.body["repetition"]), (StatusCode::CREATED, &json!(true)));
        assert_eq!(again.body["letter"]["id"], taken["id"]);

        let path = format!("/secure-letters/{}", taken["id"].as_str().unwrap());
        assert!(sent.headers["location"].to_str().unwrap().ends_with(&path));
        let shown = place.get(&tenant.token, &path).await.body;
        let events: Vec<&str> =
            shown["events"].as_array().unwrap().iter().map(|one| one["event"].as_str().unwrap()).collect();
        assert_eq!(events.iter().filter(|event| **event == "SubmissionAcceptance").count(), 2, "{events:?}");

        let copy = copies[0]["id"].clone();
        let back = json!({"copy": copy, "reason": "wrong month"});
        let withdrawn = place.post(&tenant.token, &format!("{path}/withdrawal"), back.clone()).await;
        assert_eq!(withdrawn.status, StatusCode::OK, "{}", withdrawn.body);
        assert_eq!(withdrawn.body["copies"][0]["state"], "withdrawn");
        assert_eq!(withdrawn.body["copies"][1]["state"], "offered");
        let twice = place.post(&tenant.token, &format!("{path}/withdrawal"), back).await;
        assert_eq!(
            (twice.status, &twice.body["type"]),
            (StatusCode::CONFLICT, &json!("urn:relais:problem:state"))
        );
        let stranger = json!({"copy": tenant.id("secure_copy")});
        let stranger = place.post(&tenant.token, &format!("{path}/withdrawal"), stranger).await;
        assert_eq!(stranger.status, StatusCode::NOT_FOUND, "a copy of another letter");

        let owner = OrganisationId(tenant.id("organisation").parse().unwrap());
        let log = trail::Trail::new(place.db.clone());
        let newest = log.changes(Some(owner), db::Seek::first(1)).await.unwrap().items.remove(0);
        assert_eq!(newest.change.action, "withdraw secure letter");
        assert_eq!(newest.change.what, "salaires@valbois.test → eve@far.test");
        assert!(newest.change.actor.who.contains("token «test»"), "{:?}", newest.change.actor);
    }
}

#[tokio::test]
async fn an_accepted_letter_is_erased_by_its_own_administrators_who_may_write() {
    for place in places().await {
        let tenant = place.tenant("valbois").await;
        let stranger = place.tenant("acme").await;
        let sent = send(&place, &tenant, letter(&tenant, "2026-11/4712")).await;
        let taken = &sent.body["letter"];
        let path = format!("/secure-letters/{}/erasure", taken["id"].as_str().unwrap());
        let offered = place.post(&tenant.token, &path, json!({})).await;
        let state = json!("urn:relais:problem:state");
        assert_eq!((offered.status, &offered.body["type"]), (StatusCode::CONFLICT, &state), "withdraw it");

        let copy = taken["copies"][0]["id"].as_str().unwrap();
        let slot = wire_safe::Slot(mail_secure::sixteen(copy).unwrap());
        let secure = place.flow.secure();
        place.accepted(&slot, "eve@far.test").await;

        let owner = OrganisationId(tenant.id("organisation").parse().unwrap());
        let reader = super::token(&place.directory, Some(owner), false).await;
        let refused = place.post(&reader, &path, json!({})).await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN, "{}", refused.body);
        let foreign = place.post(&stranger.token, &path, json!({})).await;
        assert_eq!(foreign.status, StatusCode::NOT_FOUND, "{}", foreign.body);
        assert!(secure.seen(&slot).await.unwrap().copy.store_share.is_some());

        let erased = place.post(&tenant.token, &path, json!({"copy": copy, "reason": "closed"})).await;
        assert_eq!(erased.status, StatusCode::OK, "{}", erased.body);
        assert_eq!(erased.body["copies"][0]["state"], "handed over");
        assert!(erased.body["copies"][0]["erased_at"].is_string(), "{}", erased.body);
        assert_eq!(erased.body["copies"][1]["erased_at"], Value::Null);
        assert_eq!(secure.seen(&slot).await.unwrap().copy.store_share, None);
        let twice = place.post(&tenant.token, &path, json!({"copy": copy})).await;
        assert_eq!((twice.status, &twice.body["type"]), (StatusCode::CONFLICT, &state));
    }
}

#[tokio::test]
async fn what_is_wrong_with_a_letter_is_said_and_nothing_is_sent() {
    for place in places().await {
        let tenant = place.tenant("valbois").await;
        let before = place.get(&tenant.token, "/secure-letters").await.body;
        for (field, value) in [
            ("from", json!("anna@valbois.test")),
            ("from", json!("nobody")),
            ("to", json!([])),
            ("reference", json!("")),
            ("reference", json!("a b")),
            ("subject", json!("two\nlines")),
            ("language", json!("rm")),
            ("text", Value::Null),
            ("attachments", json!([{"file_name": "x", "media_type": "text/plain", "content": "%"}])),
        ] {
            let mut body = letter(&tenant, "wrong");
            body[field] = value.clone();
            let answer = send(&place, &tenant, body).await;
            assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{field} {value}: {}", answer.body);
            assert_eq!(answer.body["field"], field, "{}", answer.body);
        }
        let disabled = json!({"disabled": true});
        let path = format!("/applications/{}", tenant.id("application"));
        let disabled = place.ask(&tenant.token, Method::PATCH, &path, Some(disabled)).await;
        assert_eq!(disabled.status, StatusCode::OK);
        let answer = send(&place, &tenant, letter(&tenant, "disabled")).await;
        assert!(answer.status.is_client_error(), "{}", answer.body);
        assert_eq!(place.get(&tenant.token, "/secure-letters").await.body, before);
    }
}

#[tokio::test]
async fn a_letter_of_thirty_mebibytes_passes_and_a_larger_body_of_anything_does_not() {
    let place = places().await.remove(0);
    let tenant = place.tenant("valbois").await;
    let mut large = letter(&tenant, "large");
    large["to"] = json!([{"address": "eve@far.test"}]);
    large["attachments"][0]["content"] = json!("QUJD".repeat(2_500_000));
    let sent = send(&place, &tenant, large.clone()).await;
    assert_eq!(sent.status, StatusCode::CREATED, "{}", sent.body);
    large["attachments"][0]["content"] = json!("QUJD".repeat(13_000_000));
    assert_eq!(send(&place, &tenant, large.clone()).await.status, StatusCode::PAYLOAD_TOO_LARGE);
    let other = json!({"name": "x".repeat(5 << 20)});
    let other = place.post(&tenant.token, "/services", other).await;
    assert_eq!(other.status, StatusCode::PAYLOAD_TOO_LARGE, "elsewhere four mebibytes are the limit");
}

#[tokio::test]
async fn whoever_administers_sees_counts_and_states_and_no_content() {
    for place in places().await {
        let tenant = place.tenant("valbois").await;
        let owner = OrganisationId(tenant.id("organisation").parse().unwrap());
        let by_person = "password of the mailbox (SMTP AUTH)".to_owned();
        let to = Address::parse("marc@far.test").unwrap();
        let (private, copy) = place.sealed_by(owner, "valbois", by_person, to).await;
        for (token, path) in [
            (&tenant.token, "/secure-letters".to_owned()),
            (&tenant.token, format!("/secure-letters/{private}")),
            (&tenant.token, format!("/secure-letters/{}", tenant.id("secure_letter"))),
            (&tenant.token, "/secure-statistics".to_owned()),
            (&tenant.token, "/secure-journal".to_owned()),
            (&place.operator, "/secure-letters".to_owned()),
        ] {
            let answer = place.get(token, &path).await;
            assert_eq!(answer.status, StatusCode::OK, "{path}: {}", answer.body);
            let text = answer.body.to_string();
            assert!(!text.contains("Secret of the month") && !text.contains("5000"), "{path}: {text}");
        }
        let counts = place.get(&tenant.token, "/secure-statistics").await.body;
        assert_eq!(counts["items"][0]["copies"], 2, "{counts}");
        let found = place.get(&tenant.token, "/secure-letters?to=MARC@far.test").await.body;
        assert_eq!(found["items"].as_array().unwrap().len(), 1, "{found}");
        let page = place.get(&tenant.token, "/secure-letters?limit=1").await.body;
        let next = page["next"].as_str().unwrap();
        let second = place.get(&tenant.token, &format!("/secure-letters?limit=1&after={next}")).await.body;
        assert_ne!(page["items"][0]["id"], second["items"][0]["id"]);
        let csv = place.get(&tenant.token, "/secure-journal").await.body;
        assert_eq!(csv.as_str().unwrap().lines().count(), 3, "{csv}");

        // What a person sent is that person's; what the payroll sent is the organisation's.
        let private_page = format!("/secure-letters/{private}/copies/{copy}/receipt");
        for path in [private_page, format!("/secure-letters/{private}/evidence")] {
            let refused = place.get(&tenant.token, &path).await;
            assert_eq!(refused.status, StatusCode::FORBIDDEN, "{path}: {}", refused.body);
            assert_eq!(refused.body["type"], "urn:relais:problem:content");
        }
        let letter = tenant.id("secure_letter");
        let evidence = place.get(&tenant.token, &format!("/secure-letters/{letter}/evidence")).await;
        assert_eq!(evidence.status, StatusCode::OK);
        assert!(evidence.body["letters"].is_array() || evidence.body.is_object(), "{}", evidence.body);
        let receipt = format!("/secure-letters/{letter}/copies/{}/receipt", tenant.id("secure_copy"));
        let early = place.get(&tenant.token, &receipt).await;
        assert_eq!(
            (early.status, &early.body["type"]),
            (StatusCode::CONFLICT, &json!("urn:relais:problem:not-yet"))
        );
        let never = place.get(&tenant.token, &format!("{receipt}?of=refusal")).await;
        assert_eq!(never.status, StatusCode::NOT_FOUND, "{}", never.body);
    }
}
