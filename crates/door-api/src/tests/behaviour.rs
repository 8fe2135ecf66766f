//! Tokens, problems, pages, repetitions, rates, audit.

use std::time::Duration;

use axum::body::Body;
use axum::http::{Method, Request, StatusCode};
use model::OrganisationId;
use serde_json::{Value, json};

use super::{places, places_with, token};
use crate::Limits;

#[tokio::test]
async fn without_a_token_that_holds_nothing_is_answered() {
    for place in places().await {
        for header in [None, Some("Bearer relais_nonsense"), Some("Basic YTpi"), Some("Bearer ")] {
            let mut request = Request::get("/api/v1/organisations");
            if let Some(header) = header {
                request = request.header("authorization", header);
            }
            let answer = place.send(request, Body::empty()).await;
            assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{header:?}");
            assert_eq!(answer.headers["www-authenticate"], "Bearer realm=\"relais\"");
            assert_eq!(answer.headers["content-type"], "application/problem+json");
            assert_eq!(answer.body["type"], "urn:relais:problem:token");
            assert_eq!(answer.body["status"], 401);
        }
        let document = place.send(Request::get("/api/openapi.json"), Body::empty()).await;
        assert_eq!(document.body["openapi"], "3.1.0", "what the API can do is no secret");
    }
}

#[tokio::test]
async fn a_token_for_reading_changes_nothing() {
    for place in places().await {
        let reader = token(&place.directory, None, false).await;
        assert_eq!(place.get(&reader, "/organisations").await.status, StatusCode::OK);
        let answer = place.post(&reader, "/organisations", json!({"name": "x"})).await;
        assert_eq!(
            (answer.status, &answer.body["type"]),
            (StatusCode::FORBIDDEN, &json!("urn:relais:problem:read-only"))
        );
        assert!(place.get(&reader, "/organisations").await.body["items"].as_array().unwrap().is_empty());
    }
}

#[tokio::test]
async fn a_refusal_names_the_field_and_the_rule() {
    for place in places().await {
        let tenant = place.tenant("acme").await;
        let problem = async |path: &str, body| place.post(&tenant.token, path, body).await;
        let taken = problem("/domains", json!({"name": "acme.test"})).await;
        assert_eq!((taken.status, &taken.body["field"]), (StatusCode::CONFLICT, &json!("domain")));
        assert!(taken.body["rule"].is_string());
        let invalid = problem("/addresses", json!({"address": "no address"})).await;
        assert_eq!(
            (invalid.status, &invalid.body["field"]),
            (StatusCode::UNPROCESSABLE_ENTITY, &json!("address"))
        );
        let unknown = problem("/domains", json!({"name": "b.test", "colour": "red"})).await;
        assert_eq!(unknown.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(unknown.body["detail"].as_str().unwrap().contains("colour"), "{}", unknown.body);
        let in_use = place
            .ask(&tenant.token, Method::DELETE, &format!("/services/{}", tenant.id("service")), None)
            .await;
        assert_eq!(
            (in_use.status, &in_use.body["type"]),
            (StatusCode::CONFLICT, &json!("urn:relais:problem:in-use"))
        );
        let request = Request::post("/api/v1/domains")
            .header("authorization", format!("Bearer {}", tenant.token))
            .header("content-type", "application/json");
        let broken = place.send(request, Body::from("{")).await;
        assert_eq!(
            (broken.status, &broken.body["type"]),
            (StatusCode::BAD_REQUEST, &json!("urn:relais:problem:syntax"))
        );
        let no_type =
            Request::post("/api/v1/domains").header("authorization", format!("Bearer {}", tenant.token));
        let no_type = place.send(no_type, Body::from("{}")).await;
        assert_eq!(no_type.status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
        assert_eq!(place.get(&tenant.token, "/domains/abc").await.status, StatusCode::NOT_FOUND);
        let wrong_method = place.ask(&tenant.token, Method::PUT, "/domains", Some(json!({}))).await;
        assert_eq!(wrong_method.status, StatusCode::METHOD_NOT_ALLOWED);
        assert_eq!(wrong_method.headers["content-type"], "application/problem+json");
    }
}

#[tokio::test]
async fn pages_hold_everything_once_while_things_come_and_go() {
    for place in places().await {
        let tenant = place.tenant("acme").await;
        let mut made = Vec::new();
        for number in 0..7 {
            let body = json!({"address": format!("a{number}@acme.test")});
            made.push(place.made(&tenant.token, "/addresses", body).await);
        }
        let (mut seen, mut after) = (Vec::new(), String::new());
        loop {
            let page = place.get(&tenant.token, &format!("/addresses?limit=3{after}")).await.body;
            for item in page["items"].as_array().unwrap() {
                seen.push(item["id"].as_str().unwrap().to_owned());
            }
            let Some(next) = page["next"].as_str() else { break };
            after = format!("&after={next}");
            // The last of the page goes before the next one is asked for.
            let last = format!("/addresses/{}", seen.last().unwrap());
            assert_eq!(
                place.ask(&tenant.token, Method::DELETE, &last, None).await.status,
                StatusCode::NO_CONTENT
            );
        }
        made.insert(0, tenant.id("address").to_owned());
        made.insert(1, tenant.id("alias").to_owned());
        assert_eq!(seen, made);
        let wrong = place.get(&tenant.token, "/addresses?after=x").await;
        assert_eq!((wrong.status, &wrong.body["field"]), (StatusCode::UNPROCESSABLE_ENTITY, &json!("after")));
        assert_eq!(place.get(&tenant.token, "/addresses?limit=x").await.status, StatusCode::BAD_REQUEST);
    }
}

#[tokio::test]
async fn every_list_comes_in_pages() {
    for place in places().await {
        let tenant = place.tenant("acme").await;
        let others = place.tenant("valbois").await;
        let token = &tenant.token;
        let zone = format!("/zones/{}", tenant.id("zone"));
        let passwords = format!("/addresses/{}/device-passwords", tenant.id("address"));
        let owner = OrganisationId(tenant.id("organisation").parse().unwrap());
        for number in 0..4 {
            place.made(token, "/services", json!({"name": format!("service {number}")})).await;
            place.made(token, "/zones", json!({"name": format!("z{number}.test")})).await;
            place.made(token, "/addresses", json!({"address": format!("a{number}@acme.test")})).await;
            let user = json!({"login": format!("u{number}@acme.test"), "name": "U", "role": "external",
                              "password": "correct horse battery"});
            place.made(token, "/users", user).await;
            place.made(token, &passwords, json!({"label": format!("device {number}")})).await;
            place.made(token, "/tokens", json!({"name": format!("token {number}")})).await;
            place.made(&place.operator, "/organisations", json!({"name": format!("o{number}")})).await;
            let organisation = tenant.id("organisation");
            let service = tenant.id("service");
            let domain =
                json!({"organisation": organisation, "service": service, "name": format!("d{number}.test")});
            place.made(&place.operator, "/domains", domain).await;
            place.queued(owner, "anna@acme.test").await;
            let record = json!({"add": [{"owner": format!("w{number}"), "type": "A", "data": "192.0.2.1"}]});
            place.post(token, &format!("{zone}/records"), record).await;
        }
        let lists = [
            ("/services".to_owned(), token),
            ("/zones".to_owned(), token),
            ("/domains".to_owned(), token),
            ("/addresses".to_owned(), token),
            ("/addresses?domain=acme.test".to_owned(), token),
            ("/users".to_owned(), token),
            (passwords, token),
            ("/tokens".to_owned(), token),
            ("/organisations".to_owned(), &place.operator),
            ("/domains".to_owned(), &place.operator),
            ("/queue".to_owned(), token),
            (format!("{zone}/records"), token),
            (format!("{zone}/history"), token),
            ("/changes".to_owned(), token),
            ("/changes".to_owned(), &place.operator),
        ];
        for (list, token) in lists {
            let and = if list.contains('?') { '&' } else { '?' };
            let whole = place.get(token, &format!("{list}{and}limit=200")).await.body;
            let whole = whole["items"].as_array().unwrap_or_else(|| panic!("{list}: {whole}"));
            assert!(whole.len() >= 4, "{list}: {whole:?}");
            let (mut seen, mut after) = (Vec::new(), String::new());
            loop {
                let page = place.get(token, &format!("{list}{and}limit=3{after}")).await.body;
                let items = page["items"].as_array().unwrap();
                assert!(items.len() <= 3, "{list}");
                seen.extend(items.iter().cloned());
                let Some(next) = page["next"].as_str() else { break };
                assert_eq!(items.len(), 3, "{list}: only the last page is shorter");
                after = format!("&after={next}");
            }
            assert_eq!(&seen, whole, "{list}");
        }
        assert_eq!(others.things.len(), tenant.things.len());
    }
}

#[tokio::test]
async fn domains_and_zones_are_named_by_their_names_too() {
    for place in places().await {
        let tenant = place.tenant("acme").await;
        for path in [
            "/domains/acme.test",
            "/domains/ACME.test",
            "/domains/acme.test/dkim-keys",
            "/zones/acme.test",
            "/zones/acme.test.",
            "/zones/acme.test/records",
            "/addresses?domain=acme.test",
        ] {
            assert_eq!(place.get(&tenant.token, path).await.status, StatusCode::OK, "{path}");
        }
        let detail = async |path: &str| {
            let answer = place.get(&tenant.token, path).await;
            assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
            answer.body["detail"].as_str().unwrap().to_owned()
        };
        assert_eq!(
            detail("/domains/nowhere.test").await,
            "no mail domain within the token's reach has the identifier or name «nowhere.test»; \
             GET /api/v1/domains lists them"
        );
        place.made(&tenant.token, "/zones", json!({"name": "other.test"})).await;
        let told = detail("/domains/other.test").await;
        assert!(told.contains("a hosted zone has this name, but it receives no mail"), "{told}");
        let told = detail("/zones/www.acme.test").await;
        assert!(told.contains("its records lie in the zone «acme.test.»"), "{told}");
        assert!(detail("/zones/7").await.contains("«7»"));
        assert_eq!(detail("/users/anna").await, "«anna», which is no identifier, not found");
    }
}

#[tokio::test]
async fn absent_stays_and_null_takes_away() {
    for place in places().await {
        let tenant = place.tenant("acme").await;
        let path = format!("/addresses/{}", tenant.id("address"));
        let change = async |body| place.ask(&tenant.token, Method::PATCH, &path, Some(body)).await.body;
        assert_eq!(change(json!({"quota_bytes": 5})).await["own_quota_bytes"], 5);
        let disabled = change(json!({"disabled": true})).await;
        assert_eq!((&disabled["own_quota_bytes"], &disabled["disabled"]), (&json!(5), &json!(true)));
        assert_eq!(change(json!({"quota_bytes": null})).await["own_quota_bytes"], json!(null));
        // A domain's name is what it is: another one is linked beside it.
        let domain = format!("/domains/{}", tenant.id("domain"));
        let renamed =
            place.ask(&tenant.token, Method::PATCH, &domain, Some(json!({"name": "other.test"}))).await;
        assert!(
            renamed.status.is_client_error() && renamed.body.to_string().contains("name"),
            "{}",
            renamed.body
        );
        assert_eq!(place.get(&tenant.token, &domain).await.body["name"], "acme.test");
    }
}

#[tokio::test]
async fn a_repeated_request_does_nothing_twice() {
    for place in places().await {
        let tenant = place.tenant("acme").await;
        let send = async |key: &str, path: &str, body: Value| {
            let request = Request::post(format!("/api/v1{path}"))
                .header("authorization", format!("Bearer {}", tenant.token))
                .header("content-type", "application/json")
                .header("idempotency-key", key);
            place.send(request, Body::from(body.to_string())).await
        };
        let first = send("k1", "/addresses", json!({"address": "b@acme.test"})).await;
        let again = send("k1", "/addresses", json!({"address": "b@acme.test"})).await;
        assert_eq!((first.status, again.status), (StatusCode::CREATED, StatusCode::CREATED));
        assert_eq!(first.body, again.body);
        assert!(!first.headers.contains_key("idempotency-replayed"));
        assert_eq!(again.headers["idempotency-replayed"], "true");
        let other = send("k1", "/addresses", json!({"address": "c@acme.test"})).await;
        assert_eq!(
            (other.status, &other.body["type"]),
            (StatusCode::UNPROCESSABLE_ENTITY, &json!("urn:relais:problem:key-reused"))
        );
        // A refusal is an answer too.
        let refused = send("k2", "/addresses", json!({"address": "b@acme.test"})).await;
        assert_eq!(refused.status, StatusCode::CONFLICT);
        assert_eq!(send("k2", "/addresses", json!({"address": "b@acme.test"})).await.body, refused.body);
        // What is shown once is not kept for a second time.
        let path = format!("/addresses/{}/device-passwords", tenant.id("address"));
        let made = send("k3", &path, json!({"label": "x"})).await;
        assert_eq!(made.status, StatusCode::CREATED);
        let again = send("k3", &path, json!({"label": "x"})).await;
        assert_eq!(
            (again.status, &again.body["type"]),
            (StatusCode::CONFLICT, &json!("urn:relais:problem:shown-once"))
        );
        assert_eq!(place.get(&tenant.token, &path).await.body["items"].as_array().unwrap().len(), 2);
        assert_eq!(send("", "/addresses", json!({})).await.status, StatusCode::BAD_REQUEST);
    }
}

#[tokio::test]
async fn a_token_that_asks_too_often_waits() {
    for place in places_with(Limits { requests_per_second: 1, burst: 3 }).await {
        for _ in 0..3 {
            assert_eq!(place.get(&place.operator, "/tokens/current").await.status, StatusCode::OK);
        }
        let answer = place.get(&place.operator, "/tokens/current").await;
        assert_eq!(answer.status, StatusCode::TOO_MANY_REQUESTS);
        assert_eq!(answer.headers["retry-after"], "1");
        place.world.clock.advance(Duration::from_secs(1));
        assert_eq!(place.get(&place.operator, "/tokens/current").await.status, StatusCode::OK);
    }
}

#[tokio::test]
async fn the_audit_names_the_token_and_the_source_and_a_revoked_token_is_out() {
    for place in places().await {
        let tenant = place.tenant("acme").await;
        let made = place.post(&tenant.token, "/tokens", json!({"name": "deploy", "write": true})).await;
        let secret = made.body["secret"].as_str().unwrap().to_owned();
        place.made(&secret, "/addresses", json!({"address": "z@acme.test"})).await;
        let changes = place.get(&tenant.token, "/changes").await.body;
        let newest = &changes["items"][0];
        assert_eq!(newest["action"], "create address");
        let who = newest["who"].as_str().unwrap();
        assert!(!newest["behalf"].as_str().unwrap().is_empty(), "who made the token");
        assert!(who.starts_with("token «deploy» (relais_") && newest["source"] == "192.0.2.7", "{newest}");
        assert!(!changes.to_string().contains(&secret));
        assert_eq!(newest["digest"].as_str().unwrap().len(), 64);
        for (query, is_found) in [
            ("text=Z@acme&action=create", true),
            ("who=deploy", true),
            ("since=2000-01-01T00:00:00Z", true),
            ("who=nobody", false),
            ("text=z%25acme", false),
            ("until=2000-01-01T00:00:00Z", false),
        ] {
            let found = place.get(&tenant.token, &format!("/changes?limit=1&{query}")).await.body;
            assert_eq!(found["items"][0]["id"] == newest["id"], is_found, "{query}: {found}");
        }
        assert_eq!(
            place.get(&tenant.token, "/changes?since=soon").await.status,
            StatusCode::UNPROCESSABLE_ENTITY
        );
        let id = made.body["token"]["id"].as_str().unwrap();
        let seen = place.get(&tenant.token, &format!("/tokens/{id}")).await.body;
        assert_eq!(seen["last_source"], "192.0.2.7");
        let revoked = place.ask(&secret, Method::DELETE, &format!("/tokens/{id}"), None).await;
        assert_eq!(revoked.status, StatusCode::NO_CONTENT);
        assert_eq!(place.get(&secret, "/tokens/current").await.status, StatusCode::UNAUTHORIZED);
    }
}

#[tokio::test]
async fn deliveries_are_held_released_and_deleted() {
    for place in places().await {
        let tenant = place.tenant("acme").await;
        let path = format!("/queue/{}", tenant.id("delivery"));
        let order = async |action: &str| {
            place.ask(&tenant.token, Method::POST, &format!("{path}/{action}"), None).await.status
        };
        assert_eq!(place.get(&tenant.token, &path).await.body["held"], false);
        assert_eq!(order("hold").await, StatusCode::NO_CONTENT);
        let held = place.get(&tenant.token, "/changes?limit=1").await.body["items"][0].clone();
        assert_eq!(held["action"], "hold deliveries");
        assert!(
            held["who"].as_str().unwrap().starts_with("token «"),
            "a person or a token stands for it: {held}"
        );
        assert_eq!(place.get(&tenant.token, &path).await.body["held"], true);
        assert_eq!(order("release").await, StatusCode::NO_CONTENT);
        assert_eq!(order("release").await, StatusCode::NOT_FOUND, "it is not held any more");
        let seen = place.get(&tenant.token, &path).await.body;
        let message = seen["message"].as_str().unwrap();
        let both = json!({"action": "delete", "destination": "none.test", "message": message});
        let refused = place.post(&tenant.token, "/queue", both).await;
        assert_eq!((refused.status.as_u16(), &refused.body["field"]), (422, &json!("destination")));
        let both = format!("/queue?message={message}&text=nobody");
        assert_eq!(place.get(&tenant.token, &both).await.body["field"], "text");
        let all =
            place.post(&tenant.token, "/queue", json!({"action": "hold", "destination": "else.test"})).await;
        assert_eq!(all.body, json!({"deliveries": 1}));
        assert_eq!(
            place.ask(&tenant.token, Method::DELETE, &path, None).await.status,
            StatusCode::NO_CONTENT
        );
        assert_eq!(place.get(&tenant.token, &path).await.status, StatusCode::NOT_FOUND);
    }
}

#[tokio::test]
async fn an_address_that_guesses_tokens_is_banned() {
    for place in places().await {
        for _ in 0..10 {
            let answer = place.get("relais_guess", "/organisations").await;
            assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
        }
        let banned = place.get(&place.operator, "/organisations").await;
        assert_eq!(
            (banned.status, &banned.body["type"]),
            (StatusCode::FORBIDDEN, &json!("urn:relais:problem:banned"))
        );
    }
}

#[tokio::test]
async fn a_token_with_too_many_keys_hears_the_limit() {
    for place in places().await {
        let tenant = place.tenant("acme").await;
        let at = place.world.clock.now();
        let written: Result<(), db::DbError> = place
            .db
            .operator("test")
            .write(move |tx| {
                for key in 0..directory::limits::ANSWERS_PER_TOKEN_LIMIT {
                    let key = key.to_string();
                    tx.execute(
                        "INSERT INTO api_answer (token, request_key, request_hash, status, at)
                         SELECT id, ?1, ?2, 200, ?3 FROM api_token WHERE organisation IS NOT NULL AND name = 'test'",
                        db::values![&key, &[0][..], at],
                    )?;
                }
                Ok(())
            })
            .await;
        written.unwrap();
        let send = async |key: Option<&str>, address: &str| {
            let mut request = Request::post("/api/v1/addresses")
                .header("authorization", format!("Bearer {}", tenant.token))
                .header("content-type", "application/json");
            if let Some(key) = key {
                request = request.header("idempotency-key", key);
            }
            place.send(request, Body::from(json!({"address": address}).to_string())).await
        };
        let full = send(Some("one more"), "b@acme.test").await;
        assert_eq!(
            (full.status, &full.body["type"]),
            (StatusCode::TOO_MANY_REQUESTS, &json!("urn:relais:problem:too-many-keys"))
        );
        assert!(full.body["rule"].as_str().unwrap().contains("10,000"), "{}", full.body);
        assert_eq!(
            send(None, "b@acme.test").await.status,
            StatusCode::CREATED,
            "and nothing was done before"
        );
    }
}

#[tokio::test]
async fn the_operators_staff_is_taken_in_and_out() {
    for place in places().await {
        let tenant = place.tenant("acme").await;
        let member = format!("/staff/{}", tenant.id("user"));
        let staff = async || place.get(&place.operator, "/staff").await.body["items"].clone();
        assert_eq!(staff().await, json!([]));
        let done = place.ask(&place.operator, Method::PUT, &member, None).await;
        assert_eq!(done.status, StatusCode::NO_CONTENT);
        assert_eq!(staff().await[0]["login"], "boss@acme.test");
        // The own organisation cannot delete who runs the installation.
        let user = format!("/users/{}", tenant.id("user"));
        let refused = place.ask(&tenant.token, Method::DELETE, &user, None).await;
        assert_eq!(refused.status, StatusCode::NOT_FOUND);
        let done = place.ask(&place.operator, Method::DELETE, &member, None).await;
        assert_eq!(done.status, StatusCode::NO_CONTENT);
        assert_eq!(staff().await, json!([]));
        let nobody = place.ask(&place.operator, Method::PUT, "/staff/7", None).await;
        assert_eq!(nobody.status, StatusCode::NOT_FOUND);
    }
}

#[tokio::test]
async fn an_organisations_token_makes_no_legal_owner() {
    for place in places().await {
        let acme = place.tenant("acme").await;
        let new = json!({"login": "eve@far.test", "name": "Eve", "role": "legal-owner",
                         "password": "correct horse battery"});
        let refused = place.post(&acme.token, "/users", new).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", refused.body);
        let path = format!("/users/{}", acme.id("user"));
        let change = json!({"role": "legal-owner", "name": "Other"});
        let refused = place.ask(&acme.token, Method::PATCH, &path, Some(change)).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", refused.body);
        assert_eq!(refused.body["field"], "role");
        let known = place.get(&acme.token, &path).await.body;
        assert_eq!((&known["role"], &known["name"]), (&json!("administrator"), &json!("Boss")));
    }
}

#[tokio::test]
async fn what_a_program_opens_of_a_mailbox_is_seen_by_its_people() {
    for place in places().await {
        let acme = place.tenant("acme").await;
        let (address, owner) = (acme.id("address"), OrganisationId(acme.id("organisation").parse().unwrap()));
        let own = place.directory.administration(directory::Scope::Tenant(owner), "test");
        let user = model::UserId(acme.id("user").parse().unwrap());
        let anna = model::AddressId(address.parse().unwrap());
        let none =
            directory::AccessChange { permissions: Some(directory::Permissions::NONE), is_primary: None };
        own.change_access(anna, user, none).await.unwrap();
        let source = "192.0.2.7".parse().unwrap();
        let signed_in =
            place.directory.sign_in("boss@acme.test", "correct horse battery", source).await.unwrap();
        let entered = place.directory.enter(&signed_in, source, "").await.unwrap();
        let directory::Entrance::Session(token) = entered else { panic!("there is no second factor") };
        let session = place.directory.session(&token).await.unwrap().unwrap();
        let seen = async || {
            let all = place.directory.opened_of_own(&session).await.unwrap();
            all.into_iter().map(|one| (one.kind, one.who)).next().unwrap()
        };
        let own_log = format!("/log/letters?address=anna@acme.test&direction=sent&user={user}");
        let answer = place.get(&acme.token, &own_log).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "the person may not see it");
        let permissions = Some([directory::Permission::AccessLogs].into_iter().collect());
        let change = directory::AccessChange { permissions, is_primary: None };
        own.change_access(anna, user, change).await.unwrap();
        let may = place.get(&acme.token, &own_log).await;
        assert_eq!(may.status, StatusCode::OK, "{}", may.body);
        let other = place.tenant("valbois").await;
        assert_eq!(place.get(&other.token, &own_log).await.status, StatusCode::NOT_FOUND);
        place.world.clock.advance(Duration::from_secs(2 * 3600));
        let service = acme.id("service");
        let password = json!({"password": "une phrase de passe"});
        let targets = json!({"targets": ["boss@far.test"]});
        for (kind, method, path, body) in [
            ("service", Method::GET, format!("/log/letters?service={service}&direction=sent"), None),
            ("logs", Method::GET, "/log/letters?address=anna@acme.test&direction=sent".to_owned(), None),
            ("chosen", Method::PUT, format!("/addresses/{address}/password"), Some(password)),
            ("redirection", Method::PUT, format!("/addresses/{address}/targets"), Some(targets)),
        ] {
            assert_ne!(seen().await.0, kind);
            // The newest is looked at, by its moment.
            place.world.clock.advance(Duration::from_secs(1));
            let answer = place.ask(&acme.token, method, &path, body).await;
            assert!(answer.status.is_success(), "{path}: {}", answer.body);
            let (seen, who) = seen().await;
            assert_eq!(seen, kind, "{path}");
            assert!(who.starts_with("token «test»"), "{who}");
        }
    }
}

#[tokio::test]
async fn bans_requests_sources_and_addresses_come_a_page_at_a_time_and_are_searched() {
    for place in places().await {
        let tenant = place.tenant("valbois").await;
        for at in 1..4 {
            let ban = json!({"source": format!("192.0.2.{at}"), "hours": at, "reason": "a net"});
            assert_eq!(place.post(&place.operator, "/bans", ban).await.status, StatusCode::NO_CONTENT);
            let source = json!({"ip": format!("198.51.100.{}", 50 + at), "purpose": "office", "acceptance": "mine",
                                "contact": "boss@valbois.test", "organisation": tenant.id("organisation")});
            place.made(&place.operator, "/allowed-sources", source).await;
            place.made(&place.operator, "/ips", json!({"ip": format!("2001:db8::{at}")})).await;
            let request = directory::NewUnbanRequest {
                domain: "valbois.test".to_owned(),
                ip: format!("192.0.2.{at}"),
                contact: format!("wrk{at}@far.test"),
                message: String::new(),
            };
            place
                .directory
                .ask_to_be_let_in(request, format!("203.{at}.2.1").parse().unwrap())
                .await
                .unwrap();
        }
        for (path, key, expected) in [
            ("/bans?", "subject", vec!["source 192.0.2.3", "source 192.0.2.2", "source 192.0.2.1"]),
            ("/bans?text=2.2&", "subject", vec!["source 192.0.2.2"]),
            ("/unban-requests?text=WRK&", "source", vec!["192.0.2.3", "192.0.2.2", "192.0.2.1"]),
            ("/unban-requests?text=wrk3&", "source", vec!["192.0.2.3"]),
            (
                "/allowed-sources?text=100.5&",
                "source",
                vec!["198.51.100.53", "198.51.100.52", "198.51.100.51"],
            ),
            ("/ips?", "ip", vec!["2001:db8::1", "2001:db8::2", "2001:db8::3", "203.0.113.7"]),
        ] {
            let (mut found, mut after) = (Vec::new(), String::new());
            loop {
                let page = place.get(&place.operator, &format!("{path}limit=1{after}")).await;
                assert_eq!(page.status, StatusCode::OK, "{path}: {}", page.body);
                let items = page.body["items"].as_array().unwrap();
                assert!(items.len() <= 1);
                found.extend(items.iter().map(|item| item[key].as_str().unwrap().to_owned()));
                let Some(next) = page.body["next"].as_str() else { break };
                after = format!("&after={next}");
            }
            assert_eq!(found, expected, "{path}");
            let wrong = place.get(&place.operator, &format!("{path}after=%C3%A9")).await;
            assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY, "{path}: {}", wrong.body);
        }
    }
}

#[tokio::test]
async fn the_chain_of_changes_is_walked_and_a_noted_end_must_be_part_of_it() {
    for place in places().await {
        let tenant = place.tenant("acme").await;
        let id = tenant.id("organisation");
        let walked = place.get(&tenant.token, "/changes/verify").await;
        assert_eq!(
            (walked.status, &walked.body["intact"]),
            (StatusCode::OK, &json!(true)),
            "{}",
            walked.body
        );
        let chain = walked.body["items"][0].clone();
        assert_eq!(walked.body["items"].as_array().unwrap().len(), 1, "one's own only");
        assert_eq!(
            (&chain["organisation"], &chain["first"], &chain["broken"]),
            (&json!(id), &json!(1), &Value::Null)
        );
        let head = chain["head"].as_str().unwrap().to_owned();
        assert!(head.starts_with(&format!("{}:", chain["checked"])), "{chain}");
        place.made(&tenant.token, "/addresses", json!({"address": "later@acme.test"})).await;
        let again = place.get(&tenant.token, &format!("/changes/verify?noted={head}")).await.body;
        assert_eq!(again["intact"], true, "{again}");
        // An end of the organisation's is none of the installation's.
        let others = place.get(&place.operator, &format!("/changes/verify?noted={head}")).await.body;
        assert_eq!((&others["intact"], &others["items"][0]["organisation"]), (&json!(false), &Value::Null));
        let wrong = place.get(&tenant.token, "/changes/verify?noted=seven").await;
        assert_eq!((wrong.status.as_u16(), &wrong.body["field"]), (422, &json!("noted")));
        let all = place.get(&place.operator, "/changes/verify").await.body;
        assert!(all["items"].as_array().unwrap().len() > 2, "{all}");
        let forged = "UPDATE audit SET who = 'eve' WHERE action = 'create address'";
        place.db.operator("test").write(move |tx| tx.execute(forged, &[])).await.unwrap();
        let found = place.get(&tenant.token, "/changes/verify").await.body;
        assert_eq!(
            (&found["intact"], &found["items"][0]["broken"]["fault"]),
            (&json!(false), &json!("changed"))
        );
        let entry = found["items"][0]["broken"]["id"].as_str().unwrap();
        let changes = place.get(&tenant.token, "/changes?limit=200").await.body;
        assert!(
            changes["items"].as_array().unwrap().iter().any(|one| one["id"] == entry && one["who"] == "eve")
        );
    }
}

#[tokio::test]
async fn the_way_of_a_letter_is_told_with_what_each_rule_says() {
    for place in places().await {
        let tenant = place.tenant("acme").await;
        let new = json!({"recipients": "*.incamail.test", "target": "mx:im.post.test", "subject": "<im>"});
        let id = place.made(&place.operator, "/routes", new).await;
        let check =
            async |query: &str| place.get(&tenant.token, &format!("/routes/check?{query}")).await.body;
        let led = check("to=clinic.incamail.test&subject=Report+%3CIM%3E").await;
        assert_eq!(led["route"]["id"], json!(id), "{led}");
        let says = |checked: &Value| {
            let mine = checked["rules"].as_array().unwrap().iter().find(|rule| rule["route"] == json!(id));
            mine.unwrap()["says"].as_str().unwrap().to_owned()
        };
        assert_eq!(says(&led), "leads");
        let other = check("to=clinic.incamail.test&subject=Report").await;
        assert_eq!((says(&other).as_str(), &other["route"]), ("other subject", &Value::Null));
        assert_eq!(says(&check("to=far.test&subject=%3Cim%3E").await), "other recipients");
        // What stays here goes by no route.
        let all = json!({"recipients": "*", "target": "mx:im.post.test"});
        place.made(&place.operator, "/routes", all).await;
        let here = check("to=acme.test").await;
        assert_eq!((&here["served_here"], &here["route"]), (&json!(true), &Value::Null), "{here}");
    }
}
