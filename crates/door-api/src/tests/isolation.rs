//! Another organisation's things do not exist: walked over every route of the document.

use axum::http::{Method, StatusCode};
use serde_json::{Value, json};

use super::{Place, Tenant, places};
use crate::document;

/// A body with which the operation would succeed on one's own thing; `None` for operations without.
fn body(operation: &str, other: &Tenant) -> Option<Value> {
    let body = match operation {
        "change_organisation"
        | "change_user"
        | "change_service"
        | "change_domain"
        | "change_address"
        | "change_device_password" => json!({"disabled": true}),
        "choose_password" => json!({"password": "correct horse battery"}),
        "create_device_password" => json!({"label": "tablet"}),
        // In these the other's identifier stands in the body.
        "create_user" => json!({"organisation": other.id("organisation"), "login": "new@acme.test",
                                "name": "N", "role": "external", "password": "correct horse battery"}),
        "create_service" => json!({"organisation": other.id("organisation"), "name": "new"}),
        "create_domain" => json!({"service": other.id("service"), "name": "new.test"}),
        "create_token" => json!({"organisation": other.id("organisation"), "name": "new"}),
        "create_address" => json!({"address": "new@valbois.test"}),
        "create_organisation" => json!({"name": "new"}),
        "set_spf" => json!({"strictness": "soft"}),
        // Whole and good: it is refused for nothing but whose it is.
        "change_installation" => super::zones_and_keys::installation(),
        "change_zone" => json!({"default_ttl": 600}),
        "edit_records" => json!({"add": [{"owner": "www", "type": "A", "data": "192.0.2.1"}]}),
        "import_zone" => json!({"zone_file": "www 300 IN A 192.0.2.1\n"}),
        "restore_zone" => json!({"serial": 1}),
        "add_synonym" => json!({"name": "other.test"}),
        "set_secondaries" => json!({"items": []}),
        "create_zone" => json!({"organisation": other.id("organisation"), "name": "new.test"}),
        "refresh_mail_records" | "mend_domain" | "revoke_dkim_keys" => json!({}),
        "act_on_deliveries" => json!({"action": "delete", "message": other.id("message")}),
        _ => return None,
    };
    Some(body)
}

/// Queries that name another's thing.
fn query(operation: &str, other: &Tenant) -> Option<String> {
    Some(match operation {
        "compare_zone_versions" => "from=1&to=2".to_owned(),
        "list_users" | "list_zones" | "list_services" | "list_domains" | "search_letters"
        | "list_changes" => {
            format!("organisation={}", other.id("organisation"))
        }
        "list_addresses" => format!("domain={}", other.id("domain")),
        _ => return None,
    })
}

#[tokio::test]
async fn whoever_names_anothers_thing_hears_that_it_does_not_exist() {
    let document = serde_json::to_value(document()).unwrap();
    for place in places().await {
        let other = place.tenant("valbois").await;
        let own = place.tenant("acme").await;
        let before = everything(&place, &other).await;
        let mut walked = 0;
        for (path, item) in document["paths"].as_object().unwrap() {
            for (method, operation) in item.as_object().unwrap() {
                let name = operation["operationId"].as_str().unwrap();
                let Some(asked) = address(path, name, &other) else { continue };
                let method: Method = method.to_uppercase().parse().unwrap();
                let answer = place.ask(&own.token, method.clone(), &asked, body(name, &other)).await;
                if name == "act_on_deliveries" {
                    assert_eq!(answer.body, json!({"deliveries": 0}));
                } else {
                    assert_eq!(answer.status, StatusCode::NOT_FOUND, "{method} {asked}: {}", answer.body);
                    assert_eq!(answer.body["type"], "urn:relais:problem:not-found", "{method} {asked}");
                }
                walked += 1;
            }
        }
        assert!(walked > 64, "{walked}");
        assert_eq!(everything(&place, &other).await, before, "and nothing has changed");
    }
}

/// The path with the other's identifiers; `None` where the operation names nobody's thing.
fn address(path: &str, operation: &str, other: &Tenant) -> Option<String> {
    let mut asked = path.to_owned();
    while let Some((before, rest)) = asked.split_once('{') {
        let (name, after) = rest.split_once('}').unwrap();
        // Bans are nobody's but the operator's.
        let id = if name == "subject" { "192.0.2.1" } else { other.id(name) };
        asked = format!("{before}{id}{after}");
    }
    let is_operators = ["list_bans", "create_organisation", "show_installation"].contains(&operation);
    match query(operation, other) {
        Some(query) => Some(format!("{asked}?{query}")),
        None if asked != path || is_operators || body(operation, other).is_some() => Some(asked),
        None => None,
    }
}

/// What an organisation sees of itself.
async fn everything(place: &Place, tenant: &Tenant) -> Vec<Value> {
    let mut all = Vec::new();
    for path in
        ["/organisations", "/users", "/services", "/domains", "/addresses", "/zones", "/queue", "/changes"]
    {
        let answer = place.get(&tenant.token, path).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}");
        assert!(!answer.body["items"].as_array().unwrap().is_empty(), "{path}");
        all.push(answer.body);
    }
    let passwords = format!("/addresses/{}/device-passwords", tenant.id("address"));
    all.push(place.get(&tenant.token, &passwords).await.body);
    let records = format!("/zones/{}/records", tenant.id("zone"));
    all.push(place.get(&tenant.token, &records).await.body);
    all
}

#[tokio::test]
async fn lists_hold_ones_own_things_only() {
    for place in places().await {
        let other = place.tenant("valbois").await;
        let own = place.tenant("acme").await;
        let foreign: Vec<&str> = other.things.iter().map(|(_, id)| id.as_str()).collect();
        for seen in everything(&place, &own).await {
            let text = seen.to_string();
            assert!(foreign.iter().all(|id| !text.contains(id)), "{text}");
            assert!(!text.contains("valbois"), "{text}");
        }
        let all = place.get(&place.operator, "/organisations").await.body;
        assert_eq!(all["items"].as_array().unwrap().len(), 2, "the operator sees both");
    }
}
