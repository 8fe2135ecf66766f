//! A person's own things, under a token that the person made for them.

use std::time::Duration;

use axum::http::{Method, StatusCode};
use directory::{AddressProof, Entrance, NewOwnToken, NewToken, Permissions, Proof, Scope, Zeroizing};
use model::{AddressId, OrganisationId, UserId};
use serde_json::{Value, json};

use super::document::GOLDEN;
use super::isolation::asked;
use super::{Place, Tenant, places};

const PASSWORD: &str = "correct horse battery";

impl Place {
    /// A token that a person made, in a session, for the own things.
    pub(super) async fn own_token(&self, login: &str, may_write: bool) -> String {
        let source = "192.0.2.9".parse().unwrap();
        let person = self.directory.sign_in(login, PASSWORD, source).await.unwrap();
        let Entrance::Session(session) = self.directory.enter(&person, source, "Firefox").await.unwrap()
        else {
            panic!("{login} has a second factor")
        };
        let session = self.directory.session(&session).await.unwrap().unwrap();
        let proof = Proof::Password(Zeroizing::new(PASSWORD.to_owned()));
        let proved = self.directory.prove(&session, proof, source).await.unwrap();
        let new = NewOwnToken { name: "calendar".to_owned(), may_write, expires_at: None };
        self.directory.create_own_token(&session, proved, new).await.unwrap().token.to_string()
    }

    /// Somebody who may do everything with the tenant's mailbox, with a token for the own things.
    pub(super) async fn maria(&self, tenant: &Tenant, permissions: Permissions) -> String {
        let new =
            json!({"login": "maria@far.test", "name": "Maria", "role": "external", "password": PASSWORD});
        let user = self.made(&tenant.token, "/users", new).await;
        let owner = OrganisationId(tenant.id("organisation").parse().unwrap());
        let (address, user) = (tenant.id("address").parse().unwrap(), user.parse().unwrap());
        self.directory
            .administration(Scope::Tenant(owner), "boss")
            .grant_access(AddressId(address), UserId(user), Some(permissions), AddressProof::Machine)
            .await
            .unwrap();
        self.own_token("maria@far.test", true).await
    }
}

#[tokio::test]
async fn a_token_for_the_own_things_opens_nothing_of_the_organisation_and_nobody_elses_things() {
    let document: Value = serde_json::from_str(&std::fs::read_to_string(GOLDEN).unwrap()).unwrap();
    for place in places().await {
        let other = place.tenant("valbois").await;
        let own = place.tenant("acme").await;
        // An administrator of acme: what the person administers is not what the token opens.
        let token = place.own_token("boss@acme.test", true).await;
        let (mut refused, mut opened) = (0, Vec::new());
        for (path, item) in document["paths"].as_object().unwrap() {
            for (method, operation) in item.as_object().unwrap() {
                let name = operation["operationId"].as_str().unwrap();
                let method: Method = method.to_uppercase().parse().unwrap();
                let is_own = path.starts_with("/api/v1/me");
                for tenant in [&own, &other] {
                    let names_things = path.contains('{');
                    // What ends the token or the password is shown elsewhere.
                    if is_own && !names_things && method != Method::GET {
                        continue;
                    }
                    if is_own && names_things && std::ptr::eq(tenant, &own) {
                        continue;
                    }
                    let request = asked(&document, path, operation, false, tenant);
                    // A token may ask fifty times in a second.
                    place.world.clock.advance(Duration::from_millis(20));
                    let answer = place.ask(&token, method.clone(), &request.path, request.body.clone()).await;
                    let told = format!("{method} {} {:?}: {}", request.path, request.body, answer.body);
                    if answer.status == StatusCode::NOT_FOUND {
                        refused += 1;
                        continue;
                    }
                    assert!(!answer.body.to_string().contains("valbois"), "{told}");
                    opened.push(name.to_owned());
                }
            }
        }
        opened.dedup();
        opened.retain(|name| !["judge_spf", "count_spf", "merge_spf"].contains(&name.as_str()));
        assert_eq!(
            opened,
            [
                "show_me",
                "list_own_mailboxes",
                "list_own_membership_offers",
                "list_own_notices",
                "show_own_profile",
                "list_own_second_factors",
                "list_own_sessions",
                "list_own_tokens",
                "verify_secure_evidence",
                "check_secure_recipients",
                "show_secure_service",
                "show_current_token",
            ]
        );
        assert!(refused > 2 * 100, "{refused}");
    }
}

#[tokio::test]
async fn what_an_administrator_makes_for_somebody_opens_none_of_that_persons_own_things() {
    for place in places().await {
        let tenant = place.tenant("acme").await;
        let owner = OrganisationId(tenant.id("organisation").parse().unwrap());
        let administration = place.directory.administration(Scope::Tenant(owner), "rival");
        let user = Some(UserId(tenant.id("user").parse().unwrap()));
        let new = NewToken { user, name: "x".to_owned(), may_write: true, ..NewToken::default() };
        let made = administration.create_token(new).await.unwrap().token.to_string();
        for token in [&made, &tenant.token, &place.operator] {
            for path in ["/me", "/me/profile", "/me/mailboxes", "/me/sessions", "/me/notices", "/me/tokens"] {
                assert_eq!(place.get(token, path).await.status, StatusCode::NOT_FOUND, "{path}");
            }
            let change = json!({"name": "Somebody else"});
            let answer = place.ask(token, Method::PATCH, "/me/profile", Some(change)).await;
            assert_eq!(answer.status, StatusCode::NOT_FOUND);
        }
    }
}

#[tokio::test]
async fn a_person_sees_and_changes_the_own_account() {
    for place in places().await {
        let tenant = place.tenant("acme").await;
        let token = place.own_token("boss@acme.test", true).await;
        let me = place.get(&token, "/me").await.body;
        assert_eq!((&me["login"], &me["id"]), (&json!("boss@acme.test"), &json!(tenant.id("user"))));
        assert_eq!(me["memberships"][0]["role"], "administrator", "{me}");
        let change = json!({"language": "it", "phone": "+41 21 555 00 00"});
        let profile = place.ask(&token, Method::PATCH, "/me/profile", Some(change)).await.body;
        assert_eq!(profile, json!({"language": "it", "phone": "+41 21 555 00 00", "contacts": []}));
        assert_eq!(place.get(&token, "/me/second-factors").await.body, json!([]));

        let sessions = place.get(&token, "/me/sessions").await.body["items"].clone();
        assert_eq!(sessions.as_array().unwrap().len(), 2, "the tenant's and the one that made the token");
        let one = format!("/me/sessions/{}", sessions[0]["id"].as_str().unwrap());
        assert_eq!(place.ask(&token, Method::DELETE, &one, None).await.status, StatusCode::NO_CONTENT);
        assert_eq!(place.ask(&token, Method::DELETE, &one, None).await.status, StatusCode::NOT_FOUND);
        place.own_token("boss@acme.test", true).await;
        assert_eq!(place.ask(&token, Method::DELETE, "/me/sessions", None).await.body, json!({"ended": 2}));

        // The token for reading only reads; another one is made with the present password, and revoked.
        let new = json!({"name": "reader", "present": PASSWORD});
        let reader = place.post(&token, "/me/tokens", new).await;
        assert_eq!(reader.status, StatusCode::CREATED, "{}", reader.body);
        assert_eq!(reader.body["token"]["own"], true);
        let (secret, id) =
            (reader.body["secret"].as_str().unwrap(), reader.body["token"]["id"].as_str().unwrap());
        assert_eq!(place.get(secret, "/me").await.status, StatusCode::OK);
        let change = json!({"name": "x"});
        let refused = place.ask(secret, Method::PATCH, "/me/profile", Some(change)).await;
        assert_eq!(refused.body["type"], "urn:relais:problem:read-only");
        assert_eq!(place.get(&token, "/me/tokens").await.body["items"].as_array().unwrap().len(), 3);
        let gone = place.ask(&token, Method::DELETE, &format!("/me/tokens/{id}"), None).await;
        assert_eq!(gone.status, StatusCode::NO_CONTENT);
        assert_eq!(place.get(secret, "/me").await.status, StatusCode::UNAUTHORIZED);
        let letters = place.directory.waiting_notices().await.unwrap();
        let told = letters.iter().any(|letter| letter.kind == "token" && letter.detail == "reader");
        assert!(told, "{letters:?}");
    }
}

#[tokio::test]
async fn the_password_changes_by_the_present_one_and_ends_every_token_of_the_person() {
    for place in places().await {
        place.tenant("acme").await;
        let (token, other) =
            (place.own_token("boss@acme.test", true).await, place.own_token("boss@acme.test", false).await);
        let put = async |body: Value| place.ask(&token, Method::PUT, "/me/password", Some(body)).await;
        let wrong = put(json!({"present": "another horse", "password": "another horse battery"})).await;
        assert_eq!((wrong.status.as_u16(), &wrong.body["field"]), (422, &json!("present")), "{}", wrong.body);
        let short = put(json!({"present": PASSWORD, "password": "short"})).await;
        assert_eq!(
            (short.status.as_u16(), &short.body["field"]),
            (422, &json!("password")),
            "{}",
            short.body
        );
        let done = put(json!({"present": PASSWORD, "password": "another horse battery"})).await;
        assert_eq!(done.status, StatusCode::NO_CONTENT, "{}", done.body);
        for token in [&token, &other] {
            assert_eq!(place.get(token, "/me").await.status, StatusCode::UNAUTHORIZED);
        }
        let source = "192.0.2.9".parse().unwrap();
        place.directory.sign_in("boss@acme.test", "another horse battery", source).await.unwrap();
    }
}

#[tokio::test]
async fn a_person_does_with_the_own_mailboxes_what_the_permissions_allow() {
    for place in places().await {
        let tenant = place.tenant("acme").await;
        let token = place.maria(&tenant, Permissions::all()).await;
        let all = place.get(&token, "/me/mailboxes").await.body["items"].clone();
        assert_eq!((all.as_array().unwrap().len(), &all[0]["address"]), (1, &json!("anna@acme.test")));
        let mailbox = format!("/me/mailboxes/{}", all[0]["id"].as_str().unwrap());
        assert_eq!(place.get(&token, &mailbox).await.body, all[0]);

        let passwords = format!("{mailbox}/device-passwords");
        let made = place.post(&token, &passwords, json!({"label": "phone"})).await;
        assert_eq!(made.status, StatusCode::CREATED, "{}", made.body);
        assert!(made.body["password"].as_str().unwrap().len() >= 16);
        let listed = place.get(&token, &passwords).await.body["items"].clone();
        assert_eq!(listed, json!([made.body["device_password"]]), "the own ones only");
        let users = place.get(&tenant.token, "/users").await.body["items"].clone();
        let maria = users.as_array().unwrap().iter().find(|user| user["login"] == "maria@far.test").unwrap();
        let held = format!("/users/{}/device-passwords", maria["id"].as_str().unwrap());
        assert_eq!(
            place.get(&tenant.token, &held).await.body,
            json!([{"address": "anna@acme.test", "device_password": made.body["device_password"]}]),
            "what to look at when somebody leaves"
        );
        let every = place.get(&token, &format!("{mailbox}/passwords")).await.body["items"].clone();
        assert_eq!(every.as_array().unwrap().len(), 2, "also the one that an administrator made");
        let one = format!("{passwords}/{}", listed[0]["id"].as_str().unwrap());
        assert_eq!(place.ask(&token, Method::DELETE, &one, None).await.status, StatusCode::NO_CONTENT);
        let other = format!("{mailbox}/passwords/{}", tenant.id("device_password"));
        assert_eq!(place.ask(&token, Method::DELETE, &other, None).await.status, StatusCode::NO_CONTENT);

        let alias = place.post(&token, &format!("{mailbox}/aliases"), json!({"local_part": "a.b"})).await;
        assert_eq!((alias.status, &alias.body["address"]), (StatusCode::CREATED, &json!("a.b@acme.test")));
        let place_of = alias.headers["location"].to_str().unwrap().to_owned();
        assert_eq!(place.ask(&token, Method::DELETE, &place_of, None).await.status, StatusCode::NO_CONTENT);

        let targets = format!("{mailbox}/targets");
        let new = json!({"targets": ["zed@far.test"], "keeps_copy": false, "language": "de"});
        let set = place.ask(&token, Method::PUT, &targets, Some(new)).await.body;
        assert_eq!((&set["keeps_copy"], &set["items"][0]["state"]), (&json!(false), &json!("pending")));
        let again = format!("{targets}/{}/ask-again", set["items"][0]["id"].as_str().unwrap());
        assert_eq!(place.post(&token, &again, json!({})).await.body["state"], "pending");
        let none = place.ask(&token, Method::PUT, &targets, Some(json!({"targets": []}))).await.body;
        assert_eq!(none["items"], json!([]));
        let notices = place.get(&token, "/me/notices").await.body;
        assert_eq!(notices["items"][0]["kind"], "access", "{notices}");
    }
}

#[tokio::test]
async fn without_the_permission_a_thing_of_a_mailbox_is_not_found() {
    for place in places().await {
        let tenant = place.tenant("acme").await;
        let token = place.maria(&tenant, Permissions::parse([]).unwrap()).await;
        let all = place.get(&token, "/me/mailboxes").await.body["items"].clone();
        let mailbox = format!("/me/mailboxes/{}", all[0]["id"].as_str().unwrap());
        assert_eq!(all[0]["permissions"], json!([]));
        for path in ["passwords", "aliases", "targets"] {
            let answer = place.get(&token, &format!("{mailbox}/{path}")).await;
            assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
        }
        let label = json!({"label": "phone"});
        let made = place.post(&token, &format!("{mailbox}/device-passwords"), label).await;
        assert_eq!(made.status, StatusCode::NOT_FOUND);
    }
}

#[tokio::test]
async fn an_organisation_that_asks_is_answered() {
    for place in places().await {
        let tenant = place.tenant("acme").await;
        let token = place.own_token("guest-of-acme@far.test", true).await;
        let offers = place.get(&token, "/me/membership-offers").await.body["items"].clone();
        assert_eq!(offers[0]["id"], json!(tenant.id("membership_offer")), "{offers}");
        let path = format!("/me/membership-offers/{}", tenant.id("membership_offer"));
        let accept = format!("{path}/accept");
        assert_eq!(place.post(&token, &accept, json!({})).await.status, StatusCode::NO_CONTENT);
        let decline = format!("{path}/decline");
        assert_eq!(place.post(&token, &decline, json!({})).await.status, StatusCode::NOT_FOUND, "once");
        let me = place.get(&token, "/me").await.body;
        assert_eq!(me["memberships"].as_array().unwrap().len(), 2, "{me}");
    }
}
