//! What screens can do, the API can: many addresses at once, lists, limits of members, logos, sessions.

use axum::http::{Method, StatusCode};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::places;

#[tokio::test]
async fn one_act_is_done_to_many_addresses_with_a_result_for_each() {
    for place in places().await {
        let tenant = place.tenant("acme").await;
        let anna = tenant.id("address").to_owned();
        let alias = json!({"address": "info@acme.test", "alias_to": ["anna@acme.test"]});
        let alias = place.made(&tenant.token, "/addresses", alias).await;
        let act = async |body: Value| place.post(&tenant.token, "/addresses/act", body).await;
        let both = json!([anna, alias]);
        let done = act(json!({"addresses": both, "act": "quota", "quota_bytes": 5_000})).await;
        assert_eq!(done.status, StatusCode::OK, "{}", done.body);
        assert_eq!((&done.body["changed"], &done.body["passed_over"]), (&json!(1), &json!(1)));
        let each: Vec<Value> = done.body["items"].as_array().unwrap().clone();
        assert_eq!(each[0], json!({"id": anna, "address": "anna@acme.test", "changed": true}));
        assert_eq!(each[1], json!({"id": alias, "address": "info@acme.test", "changed": false}));
        // All, or none.
        let refused = act(json!({"addresses": [anna, "9000000000000000009"], "act": "delete"})).await;
        assert_eq!(refused.status, StatusCode::NOT_FOUND);
        for (body, field) in [
            (json!({"addresses": [], "act": "disable"}), "addresses"),
            (json!({"addresses": both, "act": "disable", "quota_bytes": 5_000}), "quota_bytes"),
        ] {
            let refused = act(body).await;
            assert_eq!((refused.status.as_u16(), &refused.body["field"]), (422, &json!(field)));
        }
        assert_eq!(act(json!({"addresses": both, "act": "disable"})).await.body["changed"], 2);
        assert_eq!(place.get(&tenant.token, &format!("/addresses/{anna}")).await.body["disabled"], true);
        assert_eq!(act(json!({"addresses": both, "act": "delete"})).await.body["changed"], 2);
        let deleted = place.get(&tenant.token, "/deleted-addresses").await.body;
        assert_eq!(deleted["items"].as_array().unwrap().len(), 2, "each can be restored");
    }
}

#[tokio::test]
async fn a_list_is_shown_confirmed_and_its_passwords_are_fetched_once() {
    for place in places().await {
        let tenant = place.tenant("acme").await;
        let token = &tenant.token;
        let new = json!({"domain": "acme.test", "lines": "zoe;;Zoé;5 GB\nanna\nmax\nx y\n",
                         "make_passwords": true});
        let list = place.post(token, "/address-lists", new).await;
        assert_eq!(list.status, StatusCode::CREATED, "{}", list.body);
        let count = |name: &str| list.body[name].as_u64();
        assert_eq!(
            (count("lines"), count("bad"), list.body["state"].as_str()),
            (Some(4), Some(2), Some("shown"))
        );
        let path = format!("/address-lists/{}", list.body["id"].as_str().unwrap());
        let bad = place.get(token, &format!("{path}/lines?bad=true")).await.body;
        let kinds: Vec<&str> = bad["items"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| one["fault"]["kind"].as_str().unwrap())
            .collect();
        assert_eq!(kinds, ["taken", "local-part"]);
        // A page at a time.
        let (mut after, mut locals) = (String::new(), Vec::new());
        loop {
            let page = place.get(token, &format!("{path}/lines?limit=3{after}")).await.body;
            locals.extend(page["items"].as_array().unwrap().iter().map(|one| one["local_part"].clone()));
            let Some(next) = page["next"].as_str() else { break };
            after = format!("&after={next}");
        }
        assert_eq!(locals, ["zoe", "anna", "max", "x y"]);
        let refused = place.post(token, &format!("{path}/confirm"), json!({"choice": "all"})).await;
        assert_eq!((refused.status.as_u16(), &refused.body["field"]), (422, &json!("choice")));
        let running = place.post(token, &format!("{path}/confirm"), json!({"choice": "good"})).await;
        assert_eq!((running.status, &running.body["state"]), (StatusCode::ACCEPTED, &json!("running")));
        let early = place.post(token, &format!("{path}/passwords"), json!({})).await;
        assert_eq!(early.status, StatusCode::NOT_FOUND, "they are being made");
        place.directory.go_on_with_jobs().await.unwrap();
        let done = place.get(token, &path).await.body;
        assert_eq!((done["state"].as_str(), done["made"].as_u64()), (Some("done"), Some(2)), "{done}");
        let passwords = place.post(token, &format!("{path}/passwords"), json!({})).await.body;
        let named: Vec<&str> = passwords["items"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| one["address"].as_str().unwrap())
            .collect();
        assert_eq!(named, ["zoe@acme.test", "max@acme.test"]);
        assert!(passwords["items"][0]["password"].as_str().unwrap().len() >= 16);
        let again = place.post(token, &format!("{path}/passwords"), json!({})).await.body;
        assert_eq!(again, json!({"items": []}), "this once");
        let gone = place.ask(token, Method::DELETE, &path, None).await;
        assert_eq!(gone.status, StatusCode::NO_CONTENT);
        assert_eq!(place.get(token, &path).await.status, StatusCode::NOT_FOUND);
    }
}

#[tokio::test]
async fn a_member_is_limited_to_a_domain_or_to_services_in_one_commit() {
    for place in places().await {
        let tenant = place.tenant("acme").await;
        let path = format!("/users/{}/role", tenant.id("user"));
        let put = async |body: Value| place.ask(&tenant.token, Method::PUT, &path, Some(body)).await;
        let (domain, service) = (tenant.id("domain"), tenant.id("service"));
        let limited = put(json!({"role": "administrator", "domain": domain})).await;
        assert_eq!(limited.body["domain"], json!(domain), "{}", limited.body);
        let user = place.get(&tenant.token, &format!("/users/{}", tenant.id("user"))).await.body;
        assert_eq!(user["domain"], json!(domain));
        let given = put(json!({"role": "collaborator", "services": [service]})).await.body;
        assert_eq!((&given["domain"], &given["services"]), (&json!(null), &json!([service])));
        assert_eq!(place.get(&tenant.token, &path).await.body, given);
        let wrong = put(json!({"role": "external", "domain": domain})).await;
        assert_eq!((wrong.status.as_u16(), &wrong.body["field"]), (422, &json!("domain")));
        assert_eq!(place.get(&tenant.token, &path).await.body, given, "the role with its limits, or neither");
    }
}

#[tokio::test]
async fn a_person_is_made_with_a_language_and_has_a_profile_and_sessions() {
    for place in places().await {
        let tenant = place.tenant("acme").await;
        let token = &tenant.token;
        let new = json!({"login": "maria@far.test", "name": "Maria", "role": "collaborator",
                         "password": "correct horse battery", "language": "it"});
        let user = place.made(token, "/users", new.clone()).await;
        let wrong = json!({"login": "x@far.test", "name": "x", "role": "external",
                           "password": "correct horse battery", "language": "rm"});
        let refused = place.post(token, "/users", wrong).await;
        assert_eq!((refused.status.as_u16(), &refused.body["field"]), (422, &json!("language")));
        assert!(!place.get(token, "/users").await.body.to_string().contains("x@far.test"), "nobody is made");
        let profile = format!("/users/{user}/profile");
        assert_eq!(place.get(token, &profile).await.body["language"], "it");
        let change = json!({"phone": "+41 21 555 00 00", "contacts": ["maria@home.test"]});
        let changed = place.ask(token, Method::PATCH, &profile, Some(change)).await.body;
        let whole = json!({"language": "it", "phone": "+41 21 555 00 00", "contacts": ["maria@home.test"]});
        assert_eq!(changed, whole);
        let bad = place.ask(token, Method::PATCH, &profile, Some(json!({"contacts": ["none"]}))).await;
        assert_eq!((bad.status.as_u16(), &bad.body["field"]), (422, &json!("contacts")));

        let source = "192.0.2.9".parse().unwrap();
        let person =
            place.directory.sign_in("maria@far.test", "correct horse battery", source).await.unwrap();
        for agent in ["Firefox", "Safari", "Chrome"] {
            place.directory.enter(&person, source, agent).await.unwrap();
        }
        let sessions = format!("/users/{user}/sessions");
        let open = place.get(token, &sessions).await.body;
        assert_eq!(open["items"].as_array().unwrap().len(), 3, "{open}");
        let one = format!("{sessions}/{}", open["items"][0]["id"].as_str().unwrap());
        assert_eq!(place.ask(token, Method::DELETE, &one, None).await.status, StatusCode::NO_CONTENT);
        assert_eq!(place.ask(token, Method::DELETE, &one, None).await.status, StatusCode::NOT_FOUND);
        assert_eq!(place.ask(token, Method::DELETE, &sessions, None).await.body, json!({"ended": 2}));
        assert_eq!(place.get(token, &sessions).await.body, json!({"items": []}));

        let elsewhere = place.tenant("valbois").await;
        let also = json!({"organisation": elsewhere.id("organisation"), "login": "maria@far.test",
                          "role": "external"});
        let joined = place.post(&place.operator, "/memberships", also).await;
        assert_eq!(joined.status, StatusCode::CREATED, "{}", joined.body);
        let memberships = format!("/users/{user}/memberships");
        for (asking, roles) in
            [(token, vec!["collaborator"]), (&place.operator, vec!["collaborator", "external"])]
        {
            let told = place.get(asking, &memberships).await.body;
            let told: Vec<&str> =
                told.as_array().unwrap().iter().filter_map(|one| one["role"].as_str()).collect();
            assert_eq!(told, roles, "an organisation's token sees its own");
        }
    }
}

#[tokio::test]
async fn a_logo_is_given_shown_and_taken_away() {
    for place in places().await {
        let tenant = place.tenant("acme").await;
        let organisation = format!("/organisations/{}", tenant.id("organisation"));
        let (settings, logo) = (format!("{organisation}/settings"), format!("{organisation}/logo"));
        let change = async |body: Value| place.ask(&tenant.token, Method::PATCH, &settings, Some(body)).await;
        assert_eq!(place.get(&tenant.token, &logo).await.status, StatusCode::NOT_FOUND);
        let drawn = STANDARD.encode(r#"<svg xmlns="http://www.w3.org/2000/svg"><path d="M0 0h9v9"/></svg>"#);
        let changed = change(json!({"logo": drawn, "support_email": "help@acme.test"})).await;
        assert_eq!((changed.status, &changed.body["has_logo"]), (StatusCode::OK, &json!(true)));
        let shown = place.get(&tenant.token, &logo).await.body;
        assert_eq!(shown, json!({"media_type": "image/svg+xml", "content": drawn}));
        for wrong in ["no base64!", "bm8gcGljdHVyZQ=="] {
            let refused = change(json!({"logo": wrong})).await;
            assert_eq!((refused.status.as_u16(), &refused.body["field"]), (422, &json!("logo")), "{wrong}");
        }
        assert_eq!(change(json!({"brand_name": "ACME"})).await.body["has_logo"], true, "absent stays");
        assert_eq!(change(json!({"logo": null})).await.body["has_logo"], false);
    }
}

#[tokio::test]
async fn what_goes_secured_by_a_rule_is_set_shown_and_cleared() {
    for place in places().await {
        let (tenant, other) = (place.tenant("acme").await, place.tenant("valbois").await);
        let settings = format!("/organisations/{}/settings", tenant.id("organisation"));
        let change = async |body: Value| place.ask(&tenant.token, Method::PATCH, &settings, Some(body)).await;
        let shown = async || place.get(&tenant.token, &settings).await.body["secured_rules"].clone();
        assert_eq!(shown().await, json!([]));
        let rules = json!([
            {"mode": "registered", "to": "*@clinic.example"},
            {"mode": "personal", "to": "eve@elsewhere.example"},
            {"mode": "confidential", "subject": "Payslip"},
        ]);
        let changed = change(json!({"secured_rules": rules})).await;
        assert_eq!((changed.status, &changed.body["secured_rules"]), (StatusCode::OK, &rules));
        assert_eq!(shown().await, rules, "in their order");
        for wrong in [
            json!([{"mode": "confidential"}]),
            json!([{"mode": "confidential", "to": "eve@elsewhere.example", "subject": "Payslip"}]),
            json!([{"mode": "secret", "subject": "Payslip"}]),
            json!([{"mode": "confidential", "subject": ""}]),
            json!([{"mode": "confidential", "to": "no address"}]),
        ] {
            let refused = change(json!({"secured_rules": wrong})).await;
            let told = (refused.status.as_u16(), &refused.body["field"]);
            assert_eq!(told, (422, &json!("secured_rules")), "{wrong}: {}", refused.body);
        }
        let foreign =
            place.ask(&other.token, Method::PATCH, &settings, Some(json!({"secured_rules": []}))).await;
        assert_eq!(foreign.status, StatusCode::NOT_FOUND);
        change(json!({"brand_name": "ACME"})).await;
        assert_eq!(shown().await, rules, "absent stays, and nothing of what was refused was kept");
        assert_eq!(change(json!({"secured_rules": []})).await.status, StatusCode::OK);
        assert_eq!(shown().await, json!([]));
    }
}

#[tokio::test]
async fn targets_of_a_new_redirection_are_asked_in_the_language_that_was_said() {
    for place in places().await {
        let tenant = place.tenant("acme").await;
        let new = |name: &str, language: &str| {
            json!({"address": format!("{name}@acme.test"), "kind": "redirection", "targets": ["zed@far.test"],
                   "language": language})
        };
        place.made(&tenant.token, "/addresses", new("r", "de")).await;
        let refused = place.post(&tenant.token, "/addresses", new("s", "rm")).await;
        assert_eq!((refused.status.as_u16(), &refused.body["field"]), (422, &json!("language")));
        let letters = place.directory.forward_letters().await.unwrap();
        let asked = letters.iter().filter(|letter| letter.asked.target.to_string() == "zed@far.test");
        assert_eq!(asked.map(|letter| letter.asked.language.as_str()).collect::<Vec<_>>(), ["de"]);
    }
}
