//! Another organisation's things do not exist: walked over every operation of the committed document, so that a new
//! one is walked by itself. Its path, query and body are filled with the other's identifiers wherever the document
//! has a place for one. A second traveller is limited to one domain of the very organisation whose other domain, and
//! whose things beside it, he names.

use std::time::Duration;

use axum::http::{Method, StatusCode};
use serde_json::{Value, json};

use super::document::GOLDEN;
use super::{Place, Tenant, places};

/// So long between two questions, a token may ask without end.
const BREATH: Duration = Duration::from_millis(20);

/// What a field holds, so that an operation is refused for nothing but whose things it names: one of the other's
/// where a field names one.
fn good(field: &str, other: &Tenant) -> Option<Value> {
    Some(match field {
        "login" => json!("new@acme.test"),
        "password" => json!("correct horse battery"),
        "address" => json!("anna@valbois.test"),
        "name" => json!("new.test"),
        "ip" => json!("192.0.2.1"),
        "addresses" => json!([other.id("address")]),
        "services" => json!([other.id("service")]),
        "ours" => json!("v=spf1 -all"),
        "expires_at" => json!("2100-01-01T00:00:00Z"),
        _ => json!(other.things.iter().find(|(known, _)| *known == field)?.1),
    })
}

/// Words of paths that name no thing, but a part of one.
const WORDS: [(&str, &str); 3] = [("phase", "planning"), ("item", "4.1"), ("level", "first")];

/// The plainest value of a schema that names as many of the other's things as it can.
fn plain(document: &Value, schema: &Value, other: &Tenant) -> Value {
    if let Some(reference) = schema["$ref"].as_str() {
        return plain(document, document.pointer(&reference[1..]).unwrap(), other);
    }
    if let Some(first) = schema["enum"].get(0) {
        return first.clone();
    }
    if let Some(first) = schema["oneOf"].get(0) {
        return plain(document, first, other);
    }
    match schema["type"].as_str().or(schema["type"][0].as_str()) {
        Some("object") => {
            let fields = schema["properties"].as_object().into_iter().flatten();
            let required = schema["required"].as_array().cloned().unwrap_or_default();
            let filled = fields.filter_map(|(name, field)| match good(name, other) {
                Some(good) => Some((name.clone(), good)),
                None => {
                    required.contains(&json!(name)).then(|| (name.clone(), plain(document, field, other)))
                }
            });
            Value::Object(filled.collect())
        }
        Some("array") => json!([]),
        Some("integer" | "number") => schema.get("minimum").cloned().unwrap_or(json!(1)),
        Some("boolean") => json!(false),
        _ => json!("x"),
    }
}

/// A request that names the other's things.
pub(super) struct Asked {
    pub(super) path: String,
    pub(super) body: Option<Value>,
    /// Whether there is anything of the other's in it, or it is the operator's alone.
    is_out_of_reach: bool,
}

pub(super) fn asked(document: &Value, path: &str, operation: &Value, by_name: bool, other: &Tenant) -> Asked {
    let mut path = path.to_owned();
    let mut query = Vec::new();
    let is_operators = operation["summary"].as_str().unwrap().contains("(operator only)");
    let mut is_out_of_reach = is_operators;
    for parameter in operation["parameters"].as_array().into_iter().flatten() {
        let name = parameter["name"].as_str().unwrap();
        match parameter["in"].as_str().unwrap() {
            // A ban is nobody's but the operator's.
            "path" if WORDS.iter().any(|(known, _)| *known == name) => {
                let word = WORDS.iter().find(|(known, _)| *known == name).unwrap().1;
                path = path.replace(&format!("{{{name}}}"), word);
            }
            "path" if name == "subject" => path = path.replace("{subject}", "192.0.2.1"),
            "path" => {
                let named = by_name && ["domain", "zone"].contains(&name);
                let it = if named { "valbois.test" } else { other.id(name) };
                path = path.replace(&format!("{{{name}}}"), it);
                is_out_of_reach = true;
            }
            "query" => {
                let good = good(name, other);
                is_out_of_reach |= good.is_some();
                let required = parameter["required"] == true;
                let needed = || required.then(|| plain(document, &parameter["schema"], other));
                if let Some(value) = good.or_else(needed) {
                    query.push(format!("{name}={}", value.to_string().trim_matches('"')));
                }
            }
            _ => {}
        }
    }
    let schema = &operation["requestBody"]["content"]["application/json"]["schema"];
    // Whole and good: it is refused for nothing but whose it is.
    let body = match operation["operationId"].as_str().unwrap() {
        "change_installation" => Some(super::zones_and_keys::installation()),
        _ => (!schema.is_null()).then(|| plain(document, schema, other)),
    };
    let body = body.map(|mut body| {
        // Of all names only a host's is a single label.
        if path.starts_with("/api/v1/hosts") && body["name"].is_string() {
            body["name"] = json!("new");
        }
        body
    });
    let text = body.as_ref().map(ToString::to_string).unwrap_or_default();
    is_out_of_reach |= other.things.iter().any(|(_, id)| text.contains(&format!("\"{id}\"")));
    is_out_of_reach |= text.contains("valbois");
    // What they ask about is public.
    is_out_of_reach &= !["judge", "tools"].contains(&operation["tags"][0].as_str().unwrap());
    if !query.is_empty() {
        path = format!("{path}?{}", query.join("&"));
    }
    Asked { path, body, is_out_of_reach }
}

#[tokio::test]
async fn whoever_names_anothers_thing_hears_that_it_does_not_exist() {
    let document: Value = serde_json::from_str(&std::fs::read_to_string(GOLDEN).unwrap()).unwrap();
    for place in places().await {
        let other = place.tenant("valbois").await;
        let own = place.tenant("acme").await;
        let before = everything(&place, &other).await;
        let (mut refused, mut own_only) = (0, Vec::new());
        for (path, item) in document["paths"].as_object().unwrap() {
            for (method, operation) in item.as_object().unwrap() {
                let name = operation["operationId"].as_str().unwrap();
                let method: Method = method.to_uppercase().parse().unwrap();
                for by_name in [false, true] {
                    let Asked { path, body, is_out_of_reach } =
                        asked(&document, path, operation, by_name, &other);
                    place.world.clock.advance(BREATH);
                    let answer = place.ask(&own.token, method.clone(), &path, body.clone()).await;
                    let told = format!("{method} {path} {body:?}: {} {}", answer.status, answer.body);
                    if name == "act_on_deliveries" {
                        assert_eq!(answer.body, json!({"deliveries": 0}));
                    } else if name == "list_deliveries" {
                        // As for a message that does not exist at all.
                        assert_eq!(answer.body, json!({"items": [], "next": null}), "{told}");
                    } else if is_out_of_reach {
                        let says_so = operation["responses"]["403"].is_object();
                        let is_forbidden = says_so && answer.status == StatusCode::FORBIDDEN;
                        assert!(answer.status == StatusCode::NOT_FOUND || is_forbidden, "{told}");
                        let kind = "urn:relais:problem:not-found";
                        assert!(is_forbidden || answer.body["type"] == kind, "{told}");
                        refused += 1;
                    } else {
                        assert!(!answer.body.to_string().contains("valbois"), "{told}");
                        own_only.push(name.to_owned());
                    }
                }
            }
        }
        assert!(refused > 2 * 64, "{refused}");
        own_only.dedup();
        assert_eq!(own_only, OWN_ONLY, "operations in which nothing of another's can be named");
        assert_eq!(everything(&place, &other).await, before, "and nothing has changed");
    }
}

/// What has no place for another's thing: a new operation belongs here only if that is so.
const OWN_ONLY: [&str; 35] = [
    "list_address_lists",
    "list_allowed_sources",
    "list_applications",
    "list_authorities",
    "list_bans",
    "lift_ban",
    "list_deleted_addresses",
    "list_integrations",
    "list_ips",
    "judge_spf",
    "count_spf",
    "show_me",
    "list_own_mailboxes",
    "list_own_membership_offers",
    "list_own_notices",
    "change_own_password",
    "show_own_profile",
    "change_own_profile",
    "list_own_second_factors",
    "end_own_sessions",
    "list_own_sessions",
    "list_own_tokens",
    "create_own_token",
    "list_membership_offers",
    "list_organisations",
    "list_routes",
    "verify_secure_evidence",
    "export_secure_letters",
    "check_secure_recipients",
    "show_secure_service",
    "count_secure_letters",
    "list_tokens",
    "show_current_token",
    "merge_spf",
    "list_unban_requests",
];

/// What an organisation sees of itself.
async fn everything(place: &Place, tenant: &Tenant) -> Vec<Value> {
    let mut all = Vec::new();
    let id = |name: &str| tenant.id(name).to_owned();
    for path in [
        "/organisations".to_owned(),
        "/users".to_owned(),
        "/applications".to_owned(),
        "/secure-letters".to_owned(),
        "/services".to_owned(),
        "/domains".to_owned(),
        "/addresses".to_owned(),
        "/zones".to_owned(),
        "/queue".to_owned(),
        "/changes".to_owned(),
        "/hosts".to_owned(),
        "/mail-servers".to_owned(),
        "/server-changes".to_owned(),
        "/tokens".to_owned(),
        "/unban-requests".to_owned(),
        "/allowed-sources".to_owned(),
        "/ips".to_owned(),
        "/membership-offers".to_owned(),
        "/address-lists".to_owned(),
        "/integrations".to_owned(),
        format!("/addresses/{}/device-passwords", id("address")),
        format!("/addresses/{}/invitations", id("address")),
        format!("/addresses/{}/access", id("address")),
        format!("/addresses/{}/targets", id("address")),
        format!("/services/{}/senders", id("service")),
        format!("/users/{}/sessions", id("user")),
    ] {
        let answer = place.get(&tenant.token, &path).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}");
        let items = answer.body["items"].as_array().or(answer.body.as_array());
        assert!(!items.unwrap_or_else(|| panic!("{path}: {}", answer.body)).is_empty(), "{path}");
        all.push(answer.body);
    }
    for path in [
        format!("/users/{}/profile", id("user")),
        format!("/zones/{}/records", id("zone")),
        format!("/services/{}/default-permissions", id("service")),
        format!("/organisations/{}/settings", id("organisation")),
    ] {
        let answer = place.get(&tenant.token, &path).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}");
        all.push(answer.body);
    }
    all
}

#[tokio::test]
async fn within_the_limit_to_a_domain_the_rest_of_the_organisation_does_not_exist() {
    let document: Value = serde_json::from_str(&std::fs::read_to_string(GOLDEN).unwrap()).unwrap();
    for place in places().await {
        let other = place.tenant("valbois").await;
        let token = place.limited(&other).await;
        // When it was used first stands in the list of tokens.
        place.get(&token, "/tokens/current").await;
        let before = everything(&place, &other).await;
        // The own organisation may be named: that is no other's thing, and shows nothing more.
        let is_hidden = |(name, _): &&(&str, String)| *name != "organisation";
        let hidden: Vec<&str> = other.things.iter().filter(is_hidden).map(|(_, id)| id.as_str()).collect();
        let (mut refused, mut answered) = (0, Vec::new());
        for (path, item) in document["paths"].as_object().unwrap() {
            for (method, operation) in item.as_object().unwrap() {
                let name = operation["operationId"].as_str().unwrap();
                let method: Method = method.to_uppercase().parse().unwrap();
                let path = path.replace("{organisation}", other.id("organisation"));
                for by_name in [false, true] {
                    let Asked { path, body, .. } = asked(&document, &path, operation, by_name, &other);
                    let asks = format!("{path} {body:?}");
                    let names_other = asks.contains("valbois")
                        || hidden.iter().any(|id| {
                            asks.contains(&format!("/{id}"))
                                || asks.contains(&format!("={id}"))
                                || asks.contains(&format!("\"{id}\""))
                        });
                    // What they ask about is public.
                    let is_public = ["judge", "tools"].contains(&operation["tags"][0].as_str().unwrap());
                    let names_other = names_other && !is_public;
                    place.world.clock.advance(BREATH);
                    let answer = place.ask(&token, method.clone(), &path, body.clone()).await;
                    let told = format!("{method} {path} {body:?}: {} {}", answer.status, answer.body);
                    if answer.status == StatusCode::NOT_FOUND {
                        refused += 1;
                        continue;
                    }
                    let text = answer.body.to_string();
                    assert!(!text.contains("valbois"), "{told}");
                    assert!(hidden.iter().all(|id| !text.contains(&format!("\"{id}\""))), "{told}");
                    if name == "act_on_deliveries" {
                        assert_eq!(answer.body, json!({"deliveries": 0}));
                    } else if name != "list_deliveries" {
                        let says_so = operation["responses"]["403"].is_object();
                        let is_forbidden = says_so && answer.status == StatusCode::FORBIDDEN;
                        assert!(!names_other || is_forbidden, "{told}");
                    }
                    answered.push(name.to_owned());
                }
            }
        }
        assert!(refused > 2 * 100, "{refused}");
        answered.dedup();
        for beyond in OF_THE_ORGANISATION {
            assert!(!answered.iter().any(|name| name == beyond), "{beyond} is the whole organisation's");
        }
        assert_eq!(everything(&place, &other).await, before, "and nothing has changed");
        for path in ["/domains", "/services", "/zones", "/addresses"] {
            let own = place.get(&token, path).await.body;
            assert_eq!(own["items"].as_array().unwrap().len(), 1, "{path}: {own}");
        }
    }
}

/// What is the whole organisation's, although no other thing can be named with it.
const OF_THE_ORGANISATION: [&str; 30] = [
    "create_domain",
    "create_service",
    "create_token",
    "create_user",
    "create_zone",
    "lift_ban",
    "list_allowed_sources",
    "list_announcements",
    "list_applications",
    "list_authorities",
    "list_bans",
    "list_changes",
    "list_integrations",
    "list_ips",
    "list_organisations",
    "list_routes",
    "list_received_letters",
    "list_secure_events",
    "list_secure_letters",
    "search_secure_journal",
    "count_secure_letters",
    "export_secure_letters",
    "list_tokens",
    "list_unban_requests",
    "list_users",
    "search_letters",
    "ask_for_allowed_source",
    "create_membership",
    "check_route",
    "verify_changes",
];

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
        assert_eq!(
            all["items"].as_array().unwrap().len(),
            4,
            "the operator sees both, and their guests' homes"
        );
    }
}

#[tokio::test]
async fn another_tenants_login_names_nobody_who_can_be_taken_or_looked_at() {
    for place in places().await {
        let other = place.tenant("valbois").await;
        let own = place.tenant("acme").await;
        let before = everything(&place, &other).await;
        // A login at a domain of theirs, that of a mailbox and one that is nobody's yet.
        for login in ["anna@valbois.test", "new@valbois.test", "New@VALBOIS.test"] {
            let new =
                json!({"login": login, "name": "x", "role": "external", "password": "correct horse battery"});
            let answer = place.post(&own.token, "/users", new).await;
            assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{login}: {}", answer.body);
            assert_eq!(answer.body["field"], "login", "{}", answer.body);
        }
        let taken = json!({"login": "boss@valbois.test", "name": "x", "role": "external",
                           "password": "correct horse battery"});
        assert_eq!(place.post(&own.token, "/users", taken).await.status, StatusCode::CONFLICT);
        // Somebody of theirs is asked, and nothing is seen or changed before the person answers.
        let ask = json!({"login": "boss@valbois.test", "role": "administrator"});
        let asked = place.post(&own.token, "/memberships", ask.clone()).await;
        assert_eq!(asked.status, StatusCode::ACCEPTED, "{}", asked.body);
        assert!(!asked.body.to_string().contains("Boss") && asked.body["name"].is_null(), "{}", asked.body);
        assert_eq!(place.post(&own.token, "/memberships", ask).await.status, StatusCode::CONFLICT);
        let user = format!("/users/{}", other.id("user"));
        for (method, path, body) in [
            (Method::GET, user.clone(), None),
            (Method::PATCH, user.clone(), Some(json!({"password": "correct horse battery"}))),
            (Method::DELETE, user.clone(), None),
            (Method::GET, format!("{user}/second-factors"), None),
            (Method::GET, format!("{user}/memberships"), None),
            (Method::GET, format!("{user}/device-passwords"), None),
        ] {
            let answer = place.ask(&own.token, method, &path, body).await;
            assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}: {}", answer.body);
        }
        let users = place.get(&own.token, "/users").await.body.to_string();
        assert!(!users.contains("valbois"), "{users}");
        let offers = place.get(&other.token, "/membership-offers").await.body.to_string();
        assert!(!offers.contains("acme"), "{offers}");
        assert_eq!(everything(&place, &other).await, before, "and nothing has changed");
        let offers = place.get(&own.token, "/membership-offers").await.body;
        assert_eq!(offers["items"].as_array().unwrap().len(), 2, "the guest and the boss: {offers}");
        let withdraw = format!("/membership-offers/{}", asked.body["id"].as_str().unwrap());
        let answer = place.ask(&own.token, Method::DELETE, &withdraw, None).await;
        assert_eq!(answer.status, StatusCode::NO_CONTENT);
    }
}
