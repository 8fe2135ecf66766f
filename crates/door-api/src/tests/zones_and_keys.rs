//! Zones, DKIM keys, diagnosis, reports.

use axum::body::Body;
use axum::http::{Method, Request, StatusCode};
use serde_json::{Value, json};

use super::{Place, Tenant, places};

/// Settings of an installation, as they are sent.
pub(super) fn installation() -> Value {
    json!({
        "hostname": "mail.relais.test",
        "exchangers": [{"name": "mx.relais.test", "addresses": ["192.0.2.25", "2001:db8::25"], "priority": 10}],
        "name_servers": [{"name": "ns1.relais.test", "addresses": ["192.0.2.53"]}],
        "spf_host": "spf.relais.test",
        "spf_sources": ["ip4:192.0.2.0/28"],
        "contact": "postmaster@relais.test",
        "access": {"host": "mail.relais.test", "imaps": 993, "imap": 143, "submissions": 465, "submission": 587,
                   "pop3s": 0, "sieve": 0, "https": 443},
        "web_host": "mail.relais.test",
        "sts_mode": "testing",
        "block_lists": ["ip:bl.relais.test"],
    })
}

async fn edit(place: &Place, tenant: &Tenant, tag: Option<&str>, body: Value) -> super::Answer {
    let mut request = Request::post(format!("/api/v1/zones/{}/records", tenant.id("zone")))
        .header("authorization", format!("Bearer {}", tenant.token))
        .header("content-type", "application/json");
    if let Some(tag) = tag {
        request = request.header("if-match", tag);
    }
    place.send(request, Body::from(body.to_string())).await
}

fn www(data: &str) -> Value {
    json!({"add": [{"owner": "www", "type": "A", "data": data}]})
}

#[tokio::test]
async fn a_zone_changes_only_as_it_was_read() {
    for place in places().await {
        let tenant = place.tenant("acme").await;
        let path = format!("/zones/{}", tenant.id("zone"));
        let read = place.get(&tenant.token, &path).await;
        let tag = read.headers["etag"].to_str().unwrap().to_owned();
        assert_eq!(tag, format!("\"{}\"", read.body["serial"]));
        let first = edit(&place, &tenant, Some(&tag), www("192.0.2.1")).await;
        assert_eq!(first.status, StatusCode::OK, "{}", first.body);
        assert_eq!(first.body["added"][0]["data"], "192.0.2.1");
        let late = edit(&place, &tenant, Some(&tag), www("192.0.2.2")).await;
        assert_eq!(late.status, StatusCode::PRECONDITION_FAILED);
        assert_eq!(late.body["type"], "urn:relais:problem:stale");
        let fresh = first.headers["etag"].to_str().unwrap();
        assert_eq!(edit(&place, &tenant, Some(fresh), www("192.0.2.2")).await.status, StatusCode::OK);
        assert_eq!(
            edit(&place, &tenant, Some("serial"), www("192.0.2.3")).await.status,
            StatusCode::UNPROCESSABLE_ENTITY
        );
        let records = place.get(&tenant.token, &format!("{path}/records")).await.body;
        let count =
            records["items"].as_array().unwrap().iter().filter(|record| record["owner"] == "www").count();
        assert_eq!(count, 2);
    }
}

#[tokio::test]
async fn a_refused_record_says_which_one_and_why_and_nothing_changes() {
    for place in places().await {
        let tenant = place.tenant("acme").await;
        let body = json!({"add": [
            {"owner": "www", "type": "A", "data": "192.0.2.1"},
            {"owner": "mail", "type": "MX", "data": "10 192.0.2.1"},
        ]});
        let answer = edit(&place, &tenant, None, body).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", answer.body);
        assert!(answer.body["field"].as_str().unwrap().starts_with("records[1]."), "{}", answer.body);
        assert!(answer.body["rule"].is_string());
        let records = place.get(&tenant.token, &format!("/zones/{}/records", tenant.id("zone"))).await.body;
        assert!(!records.to_string().contains("www"), "{records}");
    }
}

#[tokio::test]
async fn a_zone_is_exported_imported_compared_and_restored() {
    for place in places().await {
        let tenant = place.tenant("acme").await;
        let path = format!("/zones/{}", tenant.id("zone"));
        let before = edit(&place, &tenant, None, www("192.0.2.1")).await.body["serial"].clone();
        let file = json!({"zone_file": "api 300 IN A 192.0.2.9\n", "dry_run": true});
        let dry = place.post(&tenant.token, &format!("{path}/file"), file).await;
        assert_eq!(dry.body["diff"]["added"][0]["owner"], "api", "{}", dry.body);
        let file = json!({"zone_file": "api 300 IN A 192.0.2.9\nbad IN A nonsense\n"});
        let refused = place.post(&tenant.token, &format!("{path}/file"), file).await;
        assert_eq!(refused.body["refused"][0]["line"], 2, "{}", refused.body);
        let file = json!({"zone_file": "api 300 IN A 192.0.2.9\n"});
        let after =
            place.post(&tenant.token, &format!("{path}/file"), file).await.body["diff"]["serial"].clone();
        let exported = place.get(&tenant.token, &format!("{path}/file")).await;
        assert_eq!(exported.headers["content-type"], "text/dns");
        assert!(exported.body.as_str().unwrap().contains("192.0.2.9"));
        let diff = place.get(&tenant.token, &format!("{path}/diff?from={before}&to={after}")).await.body;
        assert_eq!(diff["added"][0]["owner"], "api");
        let restored = place.post(&tenant.token, &format!("{path}/restore"), json!({"serial": before})).await;
        assert_eq!(restored.body["removed"][0]["owner"], "api", "{}", restored.body);
        let history = place.get(&tenant.token, &format!("{path}/history?limit=1")).await.body;
        assert!(history["items"][0]["who"].as_str().unwrap().starts_with("token «test»"), "{history}");
    }
}

#[tokio::test]
async fn a_domain_comes_with_keys_and_what_was_found_of_it() {
    for place in places().await {
        let tenant = place.tenant("acme").await;
        let path = format!("/domains/{}", tenant.id("domain"));
        let get = async |what: &str| place.get(&tenant.token, &format!("{path}/{what}")).await;
        let keys = get("dkim-keys").await.body;
        let algorithms: Vec<&Value> =
            keys["items"].as_array().unwrap().iter().map(|key| &key["algorithm"]).collect();
        assert_eq!(algorithms.len(), 2, "{keys}");
        assert!(!keys.to_string().contains("PRIVATE"));
        assert_eq!(
            (&keys["items"][0]["next"], &keys["items"][0]["next_at"]),
            (&json!("signs once seen"), &Value::Null)
        );
        let waits = place.post(&tenant.token, &format!("{path}/dkim-keys/rotate"), json!({})).await;
        assert_eq!(waits.status, StatusCode::UNPROCESSABLE_ENTITY, "the first ones do not sign yet");
        let reputation = get("reputation").await.body;
        assert_eq!((&reputation["points"], &reputation["says_little"]), (&json!(100), &json!(true)));
        assert_eq!(get("reports/dmarc?days=7").await.body["total"]["passed"], 0);
        assert_eq!(get("reports/tls").await.body["days"], json!([]));
        assert_eq!(get("diagnosis").await.status, StatusCode::NOT_FOUND, "nobody has looked yet");
    }
}

#[tokio::test]
async fn spf_is_judged_by_what_the_world_says() {
    for place in places().await {
        let answer =
            place.get(&place.operator, "/judge/spf?ip=192.0.2.1&helo=a.test&from=a@nowhere.test").await;
        assert_eq!(
            (answer.status, &answer.body["result"]),
            (StatusCode::OK, &json!("none")),
            "{}",
            answer.body
        );
        let wrong = place.get(&place.operator, "/judge/spf?ip=x&helo=a.test").await;
        assert_eq!((wrong.status, &wrong.body["field"]), (StatusCode::UNPROCESSABLE_ENTITY, &json!("ip")));
        let missing = place.get(&place.operator, "/judge/spf?helo=a.test").await;
        assert_eq!(missing.status, StatusCode::BAD_REQUEST);
    }
}

#[tokio::test]
async fn secondaries_keep_their_secret() {
    for place in places().await {
        let tenant = place.tenant("acme").await;
        let path = format!("/zones/{}/secondaries", tenant.id("zone"));
        let put = async |items: Value| {
            place.ask(&tenant.token, Method::PUT, &path, Some(json!({"items": items}))).await
        };
        let one = json!([{"address": "192.0.2.53:53", "key": "transfer.acme.test.", "secret": "c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0MTI="}]);
        let made = put(one).await;
        assert_eq!(made.status, StatusCode::NO_CONTENT, "{}", made.body);
        let shown = place.get(&tenant.token, &path).await.body;
        assert_eq!(shown["items"][0]["address"], "192.0.2.53:53");
        assert!(shown["items"][0].get("secret").is_none(), "{shown}");
        assert_eq!(put(shown["items"].clone()).await.status, StatusCode::NO_CONTENT, "the key stays");
        let other = json!([{"address": "192.0.2.54:53", "key": "transfer.acme.test."}]);
        assert_eq!(put(other).await.body["field"], "secret");
    }
}

#[tokio::test]
async fn the_operator_sets_the_installation_and_the_records_follow() {
    for place in places().await {
        let tenant = place.tenant("acme").await;
        let put =
            async |body: Value| place.ask(&place.operator, Method::PUT, "/installation", Some(body)).await;
        assert_eq!(
            place.get(&place.operator, "/installation").await.status,
            StatusCode::NOT_FOUND,
            "none yet"
        );
        let made = put(installation()).await;
        assert_eq!(made.status, StatusCode::OK, "{}", made.body);
        assert_eq!(place.get(&place.operator, "/installation").await.body, installation());
        let records = async || {
            place.get(&tenant.token, &format!("/zones/{}/records", tenant.id("zone"))).await.body.to_string()
        };
        assert!(records().await.contains("v=spf1 include:spf.relais.test -all"), "{}", records().await);
        for (field, value) in [
            ("hostname", json!("localhost")),
            ("exchangers", json!([{"name": "mx.relais.test", "addresses": ["nowhere"], "priority": 1}])),
            ("contact", json!("nobody")),
            ("block_lists", json!(["bl.relais.test"])),
        ] {
            let mut wrong = installation();
            wrong[field] = value;
            let refused = put(wrong).await;
            assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", refused.body);
            assert_eq!(refused.body["field"], field, "{}", refused.body);
        }
        assert_eq!(place.get(&place.operator, "/installation").await.body, installation(), "nothing changed");
        let unsaid = place.ask(&tenant.token, Method::PUT, "/installation", Some(installation())).await;
        assert_eq!(unsaid.status, StatusCode::NOT_FOUND);
    }
}

#[tokio::test]
async fn the_spf_of_a_domain_is_strict_or_soft() {
    for place in places().await {
        let tenant = place.tenant("acme").await;
        place.ask(&place.operator, Method::PUT, "/installation", Some(installation())).await;
        let path = format!("/domains/{}/spf", tenant.id("domain"));
        for (strictness, end) in [("soft", "?all"), ("strict", "-all")] {
            let wanted = json!({"strictness": strictness});
            let changed = place.ask(&tenant.token, Method::PUT, &path, Some(wanted)).await;
            assert_eq!(changed.status, StatusCode::OK, "{}", changed.body);
            let added = &changed.body["changes"][0]["added"][0]["data"];
            assert_eq!(
                added,
                &json!(format!("\"v=spf1 include:spf.relais.test {end}\"")),
                "{}",
                changed.body
            );
        }
        let wrong = place.ask(&tenant.token, Method::PUT, &path, Some(json!({"strictness": "lax"}))).await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    }
}

#[tokio::test]
async fn spf_records_are_merged_and_written_nowhere() {
    for place in places().await {
        let reader = super::token(&place.directory, None, true).await;
        let merge = async |others: Value| {
            let body = json!({"ours": "v=spf1 include:spf.relais.test -all", "others": others});
            place.post(&reader, "/tools/spf-merge", body).await
        };
        let merged = merge(json!(["v=spf1 include:a.test ~all", "v=spf1 ip4:192.0.2.1 ?all"])).await;
        let expected = "v=spf1 include:spf.relais.test include:a.test ip4:192.0.2.1 -all";
        assert_eq!((merged.status, &merged.body), (StatusCode::OK, &json!({"record": expected})));
        let wrong = merge(json!(["v=spf1 nonsense:a.test"])).await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", wrong.body);
        assert_eq!(merge(json!(vec!["v=spf1 -all"; 21])).await.body["field"], "records");
    }
}

#[tokio::test]
async fn the_key_of_a_signed_zone_is_replaced() {
    for place in places().await {
        let tenant = place.tenant("acme").await;
        let path = format!("/zones/{}", tenant.id("zone"));
        let rollover = async || place.post(&tenant.token, &format!("{path}/rollover"), json!({})).await;
        assert_eq!(rollover().await.status, StatusCode::UNPROCESSABLE_ENTITY, "it is not signed");
        let signed = place.ask(&tenant.token, Method::PATCH, &path, Some(json!({"signed": true}))).await.body;
        let begun = rollover().await;
        assert_eq!(begun.status, StatusCode::OK, "{}", begun.body);
        assert_eq!(begun.headers["etag"].to_str().unwrap(), format!("\"{}\"", begun.body["serial"]));
        let ds = begun.body["ds"].as_array().unwrap();
        assert!(ds.len() == 2 && ds.contains(&signed["ds"][0]), "{}", begun.body);
        assert_eq!(rollover().await.status, StatusCode::UNPROCESSABLE_ENTITY, "one at a time");
    }
}

/// The identifiers of the records of this owner and type that this keeper keeps.
async fn records(place: &Place, tenant: &Tenant, owner: &str, kind: &str, keeper: &str) -> Vec<String> {
    let path = format!("/zones/{}/records?limit=200", tenant.id("zone"));
    let page = place.get(&tenant.token, &path).await.body;
    let records = page["items"].as_array().unwrap_or_else(|| panic!("{page}"));
    let meant = records.iter().filter(|record| {
        (&record["owner"], &record["type"], &record["managed_by"])
            == (&json!(owner), &json!(kind), &json!(keeper))
    });
    meant.map(|record| record["id"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn what_a_mail_service_keeps_goes_by_force_only() {
    for place in places().await {
        let tenant = place.tenant("acme").await;
        place.ask(&place.operator, Method::PUT, "/installation", Some(installation())).await;
        let path = format!("/zones/{}/records", tenant.id("zone"));
        let kept = records(&place, &tenant, "@", "MX", "mail-service").await;
        let [mx] = &kept[..] else { panic!("{kept:?}") };
        let removal = json!({"remove": [mx]});
        let refused = place.post(&tenant.token, &path, removal.clone()).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", refused.body);
        assert!(refused.body["detail"].as_str().unwrap().contains("nowhere to go"), "{}", refused.body);
        assert_eq!(refused.body["field"], "force", "{}", refused.body);
        let unforced = place.post(&tenant.token, &format!("{path}?force=false"), removal.clone()).await;
        assert_eq!(unforced.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", unforced.body);
        let wrong = place.post(&tenant.token, &format!("{path}?force=perhaps"), removal.clone()).await;
        assert_eq!(wrong.status, StatusCode::BAD_REQUEST, "{}", wrong.body);
        assert_eq!(records(&place, &tenant, "@", "MX", "mail-service").await, kept, "nothing changed");
        // A dry run by force tells what would go.
        let dry = json!({"remove": [mx], "dry_run": true});
        let told = place.post(&tenant.token, &format!("{path}?force=true"), dry).await;
        assert_eq!(
            (told.status, &told.body["removed"][0]["type"]),
            (StatusCode::OK, &json!("MX")),
            "{}",
            told.body
        );
        assert_eq!(records(&place, &tenant, "@", "MX", "mail-service").await, kept);
        let forced = place.post(&tenant.token, &format!("{path}?force=true"), removal).await;
        assert_eq!(forced.status, StatusCode::OK, "{}", forced.body);
        assert_eq!(records(&place, &tenant, "@", "MX", "mail-service").await, Vec::<String>::new());
    }
}

#[tokio::test]
async fn what_has_something_below_is_deleted_by_force_only() {
    for place in places().await {
        let tenant = place.tenant("acme").await;
        place.ask(&place.operator, Method::PUT, "/installation", Some(installation())).await;
        let delete = async |path: &str| place.ask(&tenant.token, Method::DELETE, path, None).await;
        let domain = format!("/domains/{}", tenant.id("domain"));
        let refused = delete(&domain).await;
        assert_eq!(refused.status, StatusCode::CONFLICT, "{}", refused.body);
        assert_eq!(records(&place, &tenant, "@", "MX", "mail-service").await.len(), 1);
        assert_eq!(delete(&format!("{domain}?force=true")).await.status, StatusCode::NO_CONTENT);
        assert_eq!(place.get(&tenant.token, &domain).await.status, StatusCode::NOT_FOUND);
        assert_eq!(
            records(&place, &tenant, "@", "MX", "mail-service").await.len(),
            0,
            "its records went with it"
        );
        // A zone with a synonym: by force the synonym stands alone.
        let zone = format!("/zones/{}", tenant.id("zone"));
        place.made(&tenant.token, "/zones", json!({"name": "twin.test"})).await;
        let joined =
            place.post(&place.operator, &format!("{zone}/synonyms"), json!({"name": "twin.test"})).await;
        assert_eq!(joined.status, StatusCode::CREATED, "{}", joined.body);
        let refused = delete(&zone).await;
        assert_eq!(refused.status, StatusCode::CONFLICT, "{}", refused.body);
        assert!(refused.body["detail"].as_str().unwrap().contains("1 synonym"), "{}", refused.body);
        assert_eq!(delete(&format!("{zone}?force=true")).await.status, StatusCode::NO_CONTENT);
        let twin = place.get(&tenant.token, "/zones/twin.test").await;
        assert_eq!((twin.status, &twin.body["synonym_of"]), (StatusCode::OK, &Value::Null), "{}", twin.body);
    }
}

#[tokio::test]
async fn the_newsletter_is_bound_to_a_zone_that_has_no_synonyms() {
    for place in places().await {
        let tenant = place.tenant("acme").await;
        let zone = format!("/zones/{}", tenant.id("zone"));
        place.made(&tenant.token, "/zones", json!({"name": "twin.test"})).await;
        let switch = async |value: Value| {
            place.ask(&tenant.token, Method::PATCH, &zone, Some(json!({"newsletter": value}))).await
        };
        let join = async || {
            place.post(&place.operator, &format!("{zone}/synonyms"), json!({"name": "twin.test"})).await
        };
        assert_eq!(place.get(&tenant.token, &zone).await.body["newsletter"], false);
        let bound = switch(json!(true)).await;
        assert_eq!(
            (bound.status, &bound.body["newsletter"]),
            (StatusCode::OK, &json!(true)),
            "{}",
            bound.body
        );
        // R179.
        let refused = join().await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", refused.body);
        assert!(refused.body["detail"].as_str().unwrap().contains("newsletter"), "{}", refused.body);
        assert_eq!(switch(json!("yes")).await.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(place.get(&tenant.token, &zone).await.body["newsletter"], true, "nothing changed");
        assert_eq!(switch(json!(false)).await.status, StatusCode::OK);
        assert_eq!(join().await.status, StatusCode::CREATED);
        let refused = switch(json!(true)).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", refused.body);
        // Each has a key of its own, and a parent that has to know it.
        let signed = place.ask(&tenant.token, Method::PATCH, &zone, Some(json!({"signed": true}))).await.body;
        let synonyms = place.get(&tenant.token, &format!("{zone}/synonyms")).await.body;
        let (own, main) = (&synonyms["items"][0]["ds"], &signed["ds"]);
        assert!(own.as_array().is_some_and(|ds| ds.len() == 1) && own != main, "{synonyms} {main}");
    }
}
