//! Letters that came, over the API: read as an application for an office, and by a person's own token.

use std::sync::Arc;

use axum::http::{Method, StatusCode};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use mail_secure::wish::Passphrase;
use mail_secure::{Mode, Prepared};
use model::{Address, OrganisationId};
use serde_json::{Value, json};

use super::{Answer, Place, Tenant, places};

const OFFICE: &str = "greffe@valbois.test";

/// An organisation with an office and the application account that reads for it, and a letter to the office.
struct Office {
    tenant: Tenant,
    application: String,
    letter: Arc<Prepared>,
}

impl Office {
    async fn with_letter(place: &Place, mode: Mode, passphrase: Option<Passphrase>) -> Office {
        let tenant = place.tenant("valbois").await;
        place.made(&tenant.token, "/addresses", json!({"address": OFFICE})).await;
        let account = json!({"name": "greffe", "senders": [OFFICE], "reads": [OFFICE]});
        let application = place.made(&tenant.token, "/applications", account).await;
        let sender = place.tenant("acme").await;
        let owner = OrganisationId(sender.id("organisation").parse().unwrap());
        let from = Address::parse("anna@acme.test").unwrap();
        let to = Address::parse(OFFICE).unwrap();
        let letter = place.kept(owner, from, "password (SMTP AUTH)".to_owned(), to, mode, passphrase).await;
        Office { tenant, application, letter }
    }

    fn id(&self) -> String {
        self.letter.carriers()[0].slot.to_string()
    }

    /// What came in the office's mailbox, in base64.
    fn mail(&self) -> String {
        STANDARD.encode(&self.letter.carriers()[0].bytes)
    }

    fn path(&self, rest: &str) -> String {
        format!("/received-letters{rest}?application={}", self.application)
    }

    async fn get(&self, place: &Place, rest: &str) -> Answer {
        place.get(&self.tenant.token, &self.path(rest)).await
    }

    async fn post(&self, place: &Place, rest: &str, body: Value) -> Answer {
        place.post(&self.tenant.token, &self.path(&format!("/{}/{rest}", self.id())), body).await
    }

    async fn empty_post(&self, place: &Place, rest: &str) -> Answer {
        let path = self.path(&format!("/{}/{rest}", self.id()));
        place.ask(&self.tenant.token, Method::POST, &path, None).await
    }
}

fn is_refused(answer: &Answer, status: StatusCode, kind: &str) {
    assert_eq!(answer.status, status, "{}", answer.body);
    assert_eq!(answer.body["type"], format!("urn:relais:problem:{kind}"), "{}", answer.body);
}

#[tokio::test]
async fn a_letter_is_listed_accepted_read_and_answered() {
    for place in places().await {
        let office = Office::with_letter(&place, Mode::Registered, None).await;
        let listed = office.get(&place, "").await;
        assert_eq!(listed.status, StatusCode::OK, "{}", listed.body);
        let [one] = listed.body["items"].as_array().unwrap().as_slice() else { panic!("{}", listed.body) };
        assert_eq!((&one["id"], &one["state"]), (&json!(office.id()), &json!("offered")));
        assert_eq!((&one["mode"], &one["to"]), (&json!("registered"), &json!(OFFICE)));
        assert_eq!(office.get(&place, &format!("/{}", office.id())).await.body, *one);

        // What comes first comes first.
        let mail = json!({"mail": office.mail()});
        is_refused(&office.post(&place, "opening", mail.clone()).await, StatusCode::CONFLICT, "state");
        is_refused(&office.empty_post(&place, "acknowledgement").await, StatusCode::CONFLICT, "state");
        let reply = json!({"reference": "reply-1", "text": "Received."});
        is_refused(&office.post(&place, "replies", reply.clone()).await, StatusCode::CONFLICT, "state");

        let accepted = office.empty_post(&place, "acceptance").await;
        assert_eq!(accepted.status, StatusCode::OK, "{}", accepted.body);
        assert_eq!(accepted.body["state"], "consigned");
        assert!(accepted.body["evidence_id"].as_str().unwrap().starts_with(&format!("{}.", office.id())));
        let again = office.empty_post(&place, "acceptance").await.body;
        assert_eq!(again["evidence_id"], accepted.body["evidence_id"], "nothing twice");
        let late = office.post(&place, "refusal", json!({"reason": "too late"})).await;
        is_refused(&late, StatusCode::CONFLICT, "state");

        // Half of the key is in the e-mail, which lies in no mailbox here.
        let without = office.post(&place, "opening", json!({})).await;
        is_refused(&without, StatusCode::UNPROCESSABLE_ENTITY, "invalid");
        assert_eq!(without.body["field"], "mail");
        let forged = json!({"mail": STANDARD.encode("Subject: other\r\n\r\nnothing\r\n")});
        is_refused(
            &office.post(&place, "opening", forged).await,
            StatusCode::UNPROCESSABLE_ENTITY,
            "invalid",
        );
        let opened = office.post(&place, "opening", mail.clone()).await;
        assert_eq!(opened.status, StatusCode::OK, "{}", opened.body);
        assert!(opened.body["text"].as_str().unwrap().contains("net: 5000"), "{}", opened.body);
        assert_eq!(opened.body["letter"]["state"], "handed over");
        let part = office.post(&place, "opening", json!({"mail": office.mail(), "part": 7})).await;
        is_refused(&part, StatusCode::NOT_FOUND, "not-found");

        assert_eq!(office.empty_post(&place, "acknowledgement").await.status, StatusCode::OK);
        let path = format!("{}&unprocessed=true", office.path(""));
        assert_eq!(place.get(&office.tenant.token, &path).await.body["items"], json!([]));

        let answered = office.post(&place, "replies", reply.clone()).await;
        assert_eq!(answered.status, StatusCode::CREATED, "{}", answered.body);
        let repeated = office.post(&place, "replies", reply).await;
        assert_eq!(repeated.body["public_id"], answered.body["public_id"], "sent once");
        let journal = format!("/secure-journal/entries?application={}", office.application);
        let journal = place.get(&office.tenant.token, &journal).await.body;
        let sides: Vec<_> =
            journal["items"].as_array().unwrap().iter().map(|one| &one["direction"]).collect();
        assert_eq!(sides, ["sent", "received"], "{journal}");
        assert_eq!(journal["items"][0]["address"], "anna@acme.test");
        let only = format!("/secure-journal/entries?application={}&direction=received", office.application);
        assert_eq!(place.get(&office.tenant.token, &only).await.body["items"].as_array().unwrap().len(), 1);
    }
}

#[tokio::test]
async fn what_is_in_a_letter_is_for_its_reader_only_and_is_kept_nowhere() {
    for place in places().await {
        let office = Office::with_letter(&place, Mode::Confidential, None).await;
        let owner = OrganisationId(office.tenant.id("organisation").parse().unwrap());
        // Whoever only looks, and whoever runs the platform, does not read.
        let looking = super::token(&place.directory, Some(owner), false).await;
        is_refused(&place.get(&looking, &office.path("")).await, StatusCode::FORBIDDEN, "read-only");
        is_refused(&place.get(&place.operator, &office.path("")).await, StatusCode::FORBIDDEN, "content");
        let nobody = place.get(&office.tenant.token, "/received-letters").await;
        is_refused(&nobody, StatusCode::UNPROCESSABLE_ENTITY, "invalid");
        assert_eq!(nobody.body["field"], "application");
        let deaf = format!("/received-letters?application={}", office.tenant.id("application"));
        is_refused(&place.get(&office.tenant.token, &deaf).await, StatusCode::FORBIDDEN, "not-allowed");
        // A letter to somebody else does not exist.
        let other = office.path(&format!("/{}", office.tenant.id("secure_copy")));
        is_refused(&place.get(&office.tenant.token, &other).await, StatusCode::NOT_FOUND, "not-found");

        // The answer of a repetition is kept; this one is not, for it would lie in the open.
        let ask = async || {
            let path = format!("/api/v1{}", office.path(&format!("/{}/opening", office.id())));
            let request = axum::http::Request::builder()
                .method(Method::POST)
                .uri(path)
                .header("authorization", format!("Bearer {}", office.tenant.token))
                .header("content-type", "application/json")
                .header("idempotency-key", "once");
            place.send(request, json!({"mail": office.mail()}).to_string().into()).await
        };
        assert_eq!(ask().await.status, StatusCode::OK);
        is_refused(&ask().await, StatusCode::CONFLICT, "shown-once");
    }
}

#[tokio::test]
async fn a_letter_whose_key_was_given_out_says_when_though_nobody_confirmed_its_opening() {
    for place in places().await {
        let office = Office::with_letter(&place, Mode::Confidential, None).await;
        let copy = async || {
            let sent = place.get(&place.operator, "/secure-letters").await.body;
            let mut letters = sent["items"].as_array().unwrap().iter();
            letters.find(|one| one["copies"][0]["id"] == office.id()).unwrap()["copies"][0].clone()
        };
        assert_eq!(copy().await["released_at"], Value::Null);
        let who = mail_secure::Shown {
            canonical: OFFICE.to_owned(),
            authentication: "code sent to the mailbox".to_owned(),
            acting: None,
            person: None,
            is_strong: false,
            by_telephone: None,
        };
        place.flow.secure().release(&office.letter.carriers()[0].slot, &who).await.unwrap();
        let copy = copy().await;
        assert!(copy["released_at"].is_string() && copy["opened_at"].is_null(), "{copy}");
    }
}

#[tokio::test]
async fn a_letter_that_its_sender_s_side_erased_says_when_and_opens_no_more() {
    for place in places().await {
        let office = Office::with_letter(&place, Mode::Confidential, None).await;
        let opening = json!({"mail": office.mail()});
        assert_eq!(office.post(&place, "opening", opening.clone()).await.status, StatusCode::OK);
        let listed = async || office.get(&place, "").await.body["items"][0].clone();
        assert_eq!(listed().await["erased_at"], Value::Null);
        let sent = place.get(&place.operator, "/secure-letters").await.body;
        let mut letters = sent["items"].as_array().unwrap().iter();
        let letter = letters.find(|one| one["copies"][0]["id"] == office.id()).unwrap();
        let path = format!("/secure-letters/{}/erasure", letter["id"].as_str().unwrap());
        let erased = place.post(&place.operator, &path, json!({})).await;
        assert_eq!(erased.status, StatusCode::OK, "{}", erased.body);
        let listed = listed().await;
        assert_eq!(
            (&listed["state"], &listed["erased_at"]),
            (&json!("handed over"), &erased.body["copies"][0]["erased_at"])
        );
        is_refused(&office.post(&place, "opening", opening).await, StatusCode::CONFLICT, "state");
    }
}

#[tokio::test]
async fn a_letter_with_a_passphrase_is_opened_at_the_portal_and_a_bad_passphrase_is_refused_unsaid() {
    for place in places().await {
        let passphrase = Passphrase::parse("blue tractor").unwrap();
        let office = Office::with_letter(&place, Mode::Confidential, Some(passphrase)).await;
        let opened = office.post(&place, "opening", json!({"mail": office.mail()})).await;
        is_refused(&opened, StatusCode::CONFLICT, "passphrase");

        let tenant = &office.tenant;
        let letter = |passphrase: &str| {
            json!({"application": tenant.id("application"), "reference": "secret", "mode": "confidential",
                   "from": "salaires@valbois.test", "to": [{"address": OFFICE}], "subject": "s", "text": "t",
                   "passphrase": passphrase})
        };
        for bad in ["abc", "  abc  ", "", "two\nlines", &"x".repeat(1025)] {
            let refused = place.post(&tenant.token, "/secure-letters", letter(bad)).await;
            is_refused(&refused, StatusCode::UNPROCESSABLE_ENTITY, "invalid");
            assert_eq!(refused.body["field"], "passphrase");
            assert!(
                bad.trim().is_empty() || !refused.body.to_string().contains(bad.trim()),
                "{}",
                refused.body
            );
        }
        let sent = place.post(&tenant.token, "/secure-letters", letter("green tractor")).await;
        assert_eq!(sent.status, StatusCode::CREATED, "{}", sent.body);
        // Without one it would lie in the mailbox as it is; with one nobody reads it who does not know it.
        assert_eq!(sent.body["letter"]["copies"][0]["way"], "sealed", "{}", sent.body);
    }
}

#[tokio::test]
async fn a_letter_names_a_recipient_s_telephone_and_a_bad_number_is_refused_unsaid() {
    for place in places().await {
        let office = Office::with_letter(&place, Mode::Confidential, None).await;
        let tenant = &office.tenant;
        let letter = |reference: &str, mode: &str, phone: &str| {
            json!({"application": tenant.id("application"), "reference": reference, "mode": mode,
                   "from": "salaires@valbois.test", "to": [{"address": OFFICE, "phone": phone}],
                   "subject": "s", "text": "t"})
        };
        for bad in ["079 123 45 67", "+41 79 CALL ME", ""] {
            let refused =
                place.post(&tenant.token, "/secure-letters", letter("bad", "confidential", bad)).await;
            is_refused(&refused, StatusCode::UNPROCESSABLE_ENTITY, "invalid");
            assert_eq!(refused.body["field"], "phone");
            assert!(bad.is_empty() || !refused.body.to_string().contains(bad), "{}", refused.body);
        }
        let registered = letter("account", "registered", "+41 79 123 45 67");
        let refused = place.post(&tenant.token, "/secure-letters", registered).await;
        is_refused(&refused, StatusCode::UNPROCESSABLE_ENTITY, "not-taken");
        assert!(refused.body["detail"].as_str().unwrap().contains("ask for an account"), "{}", refused.body);

        let named = letter("named", "confidential", "0041 79 123 45 67");
        let sent = place.post(&tenant.token, "/secure-letters", named).await;
        assert_eq!(sent.status, StatusCode::CREATED, "{}", sent.body);
        assert!(!sent.body.to_string().contains("79 123") && !sent.body.to_string().contains("79123"));
        // Without a telephone it would lie in the mailbox as it is.
        assert_eq!(sent.body["letter"]["copies"][0]["way"], "sealed", "{}", sent.body);
    }
}

#[tokio::test]
async fn a_person_reads_the_own_letters_with_a_token_of_the_own() {
    for place in places().await {
        let tenant = place.tenant("acme").await;
        let token = place.own_token("boss@acme.test", true).await;
        let owner = OrganisationId(tenant.id("organisation").parse().unwrap());
        let (from, to) =
            (Address::parse("anna@acme.test").unwrap(), Address::parse("boss@acme.test").unwrap());
        let mut letters = Vec::new();
        for mode in [Mode::Confidential, Mode::Registered] {
            let by = "password (SMTP AUTH)".to_owned();
            letters.push(place.kept(owner, from.clone(), by, to.clone(), mode, None).await);
        }
        let listed = place.get(&token, "/received-letters").await;
        assert_eq!(listed.body["items"].as_array().unwrap().len(), 2, "{}", listed.body);
        let page = place.get(&token, "/received-letters?limit=1").await.body;
        let next = page["next"].as_str().unwrap();
        let rest = place.get(&token, &format!("/received-letters?limit=1&after={next}")).await.body;
        assert_ne!(rest["items"][0]["id"], page["items"][0]["id"]);

        let carrier = &letters[0].carriers()[0];
        let path = format!("/received-letters/{}", carrier.slot);
        let mail = json!({"mail": STANDARD.encode(&carrier.bytes)});
        let opened = place.post(&token, &format!("{path}/opening"), mail).await;
        assert_eq!(opened.status, StatusCode::OK, "{}", opened.body);
        // A registered one needs a second factor, which this person has not.
        let path = format!("/received-letters/{}/acceptance", letters[1].carriers()[0].slot);
        let refused = place.ask(&token, Method::POST, &path, None).await;
        is_refused(&refused, StatusCode::FORBIDDEN, "not-allowed");
        // A login that an administrator wrote down opens nothing of the mailbox that it names.
        let written_down = place.maria(&tenant, directory::Permissions::all()).await;
        is_refused(
            &place.get(&written_down, "/received-letters").await,
            StatusCode::FORBIDDEN,
            "not-allowed",
        );
        let named = format!("/received-letters?application={}", tenant.id("application"));
        is_refused(&place.get(&token, &named).await, StatusCode::NOT_FOUND, "not-found");
    }
}

#[tokio::test]
async fn programs_ask_before_they_send_and_follow_what_was_sent() {
    for place in places().await {
        let tenant = place.tenant("valbois").await;
        let question = json!({"recipients": ["eve@far.test", "anna@valbois.test"], "mode": "registered"});
        let checked = place.post(&tenant.token, "/secure-recipients/check", question).await.body;
        assert_eq!(
            checked["items"][0],
            json!({"address": "eve@far.test", "connected": false,
                                               "least_authentication": "account"})
        );
        let none = json!({"recipients": [], "mode": "personal"});
        let none = place.post(&tenant.token, "/secure-recipients/check", none).await;
        is_refused(&none, StatusCode::UNPROCESSABLE_ENTITY, "invalid");
        let service = place.get(&tenant.token, "/secure-service").await.body;
        assert_eq!((&service["recipients"], &service["reference_days"]), (&json!(100), &json!(7)));

        let letter = json!({"application": tenant.id("application"), "reference": "2026-11/1", "mode": "registered",
                            "from": "salaires@valbois.test", "to": [{"address": "eve@far.test"}],
                            "subject": "s", "text": "t"});
        let sent = place.post(&tenant.token, "/secure-letters", letter).await.body;
        let by_reference =
            format!("/secure-letters?application={}&reference=2026-11/1", tenant.id("application"));
        let found = place.get(&tenant.token, &by_reference).await.body;
        assert_eq!(found["items"], json!([sent["letter"]]));
        let unknown = format!("/secure-letters?application={}&reference=other", tenant.id("application"));
        assert_eq!(place.get(&tenant.token, &unknown).await.body["items"], json!([]));
        let half = place.get(&tenant.token, "/secure-letters?reference=2026-11/1").await;
        is_refused(&half, StatusCode::UNPROCESSABLE_ENTITY, "invalid");

        let evidence = format!("/secure-letters/{}/evidence", sent["letter"]["id"].as_str().unwrap());
        let evidence = place.get(&tenant.token, &evidence).await.body.to_string();
        let verified = |bundle: &str| json!({"bundle": STANDARD.encode(bundle)});
        let found = place.post(&tenant.token, "/secure-evidence/verification", verified(&evidence)).await;
        assert_eq!(found.status, StatusCode::OK, "{}", found.body);
        // No time-stamp yet: nothing is false, and something is missing.
        assert_eq!(found.body["verdict"], "incomplete", "{}", found.body);
        // An octet within the longest value, which is a sealed statement.
        let sealed = evidence.split('"').max_by_key(|text| text.len()).unwrap();
        let (before, after) = sealed.split_at(sealed.len() / 2);
        let other = if after.starts_with('A') { "B" } else { "A" };
        let changed = evidence.replace(sealed, &format!("{before}{other}{}", &after[1..]));
        let found = place.post(&tenant.token, "/secure-evidence/verification", verified(&changed)).await;
        assert!(found.body["verdict"] == "failed" || found.status.is_client_error(), "{}", found.body);
        let nothing = place.post(&tenant.token, "/secure-evidence/verification", verified("{}")).await;
        is_refused(&nothing, StatusCode::UNPROCESSABLE_ENTITY, "invalid");

        // An event is told once it is in the public log: no other can come before it.
        place.flow.secure().notarise().await.unwrap();
        let of_letter = format!("/secure-events?secure_letter={}", sent["letter"]["id"].as_str().unwrap());
        let events = place.get(&tenant.token, &of_letter).await.body;
        let names: Vec<_> = events["items"].as_array().unwrap().iter().map(|one| &one["event"]).collect();
        assert_eq!(names, ["SubmissionAcceptance", "NotificationForAcceptance"], "{events}");
        let first = place.get(&tenant.token, &format!("{of_letter}&limit=1")).await.body;
        let rest = format!("{of_letter}&after={}", first["next"].as_str().unwrap());
        assert_eq!(place.get(&tenant.token, &rest).await.body["items"][0], events["items"][1]);
    }
}
