//! The log of changes is whole: walked over every operation of the committed document that is not a look, so that a new
//! one is walked by itself. What was done has an entry by a name, and what was changed says what it was.

use std::collections::BTreeMap;

use axum::http::{Method, StatusCode};
use db::{Moment, Seek};
use directory::{Choice, Entrance, Joined, NewMember, NewUnbanRequest, Permissions, Role, Scope, Session};
use model::{Address, OrganisationId, UserId};
use serde_json::{Value, json};
use trail::{Entry, Trail};

use super::document::GOLDEN;
use super::isolation::asked;
use super::{Place, Tenant, places};

/// What changes something, where the plainest body of an operation would change nothing or would be refused.
fn news(name: &str, tenant: &Tenant) -> Option<Value> {
    Some(match name {
        "change_access" => json!({"primary": false}),
        "change_address" => json!({"note": "walked"}),
        "change_application" => json!({"hourly_limit": 7}),
        "create_application" => json!({"name": "walked", "senders": ["valbois.test"]}),
        "send_secure_letter" => json!({"application": tenant.id("application"), "reference": "walked",
                                       "from": "salaires@valbois.test", "to": [{"address": "eve@far.test"}],
                                       "subject": "walked", "text": "walked", "mode": "registered"}),
        "check_secure_recipients" => json!({"recipients": ["eve@far.test"], "mode": "personal"}),
        "erase_secure_letter" => json!({"reason": "walked"}),
        "withdraw_secure_letter" => json!({"reason": "walked"}),
        "change_device_password" => json!({"label": "walked"}),
        "change_domain" => json!({"service": tenant.id("elsewhere")}),
        "change_host" => json!({"description": "walked"}),
        "change_integration" => json!({"contact": "walked"}),
        "connect_domain" => json!({"domain": "connected.test"}),
        "declare_certificate" => json!({"host": "gw2.valbois.test"}),
        "set_authority" => json!({"vouches": false}),
        "set_integration_state" => json!({"state": "suspended"}),
        "set_onboarding_phase" => json!({"state": "under-way", "due_on": "2027-01-31"}),
        "answer_onboarding_item" => json!({"state": "clear", "remarks": "walked"}),
        "save_set_up" => set_up("2027-02-02"),
        "answer_go_live" => json!({"day": "2027-03-03", "note": "walked"}),
        "set_support_contact" => json!({"name": "walked", "hours": "8–18"}),
        "set_recipient_page" => json!({"public_name": "walked", "published": true}),
        "inform_recipients" => json!({"addresses": ["Eve <eve@far.test>", "zed@far.test"], "language": "fr"}),
        "register_authority" => json!({"name": "walked", "pem": tenant.id("pem")}),
        "change_invitation" => json!({"language": "de"}),
        "change_ip" => json!({"pointer": "mail.valbois.test", "server": null}),
        "change_mail_server" => json!({"smtp_out": true}),
        "change_own_password" => {
            json!({"present": "correct horse battery", "password": "battery horse correct"})
        }
        "change_organisation" => json!({"name": "walked"}),
        "change_own_profile" => json!({"phone": "+41 79 000 00 00", "contacts": ["maria@far.test"]}),
        "change_profile" => json!({"language": "it"}),
        "change_role" => json!({"role": "collaborator", "services": [tenant.id("service")]}),
        "change_service" => json!({"name": "walked"}),
        "change_settings" => json!({"support_phone": "+41 21 000 00 00"}),
        "change_user" => json!({"name": "Maria M."}),
        "change_zone" => json!({"default_ttl": 7200, "signed": true}),
        "confirm_address_list" => json!({"choice": "good"}),
        "ask_for_allowed_source" => {
            json!({"ip": "198.51.100.99", "purpose": "walked", "acceptance": "all mine",
                                           "contact": "boss@valbois.test",
                                           "organisation": tenant.id("organisation")})
        }
        "grant_access" => json!({"user": tenant.id("boss"), "password": "correct horse battery"}),
        "create_address" => json!({"address": "walked@valbois.test"}),
        "create_address_list" => json!({"domain": tenant.id("domain"), "lines": "walked1\nwalked2"}),
        "create_ban" => json!({"source": "192.0.2.1", "hours": 1, "reason": "walked"}),
        "create_device_password" => json!({"label": "Telephone"}),
        "create_host" => json!({"domain": tenant.id("domain"), "name": "hote2", "ipv4": "192.162.0.2"}),
        "add_own_alias" => json!({"local_part": "walkedtoo"}),
        "create_membership" => json!({"login": "boss@acme.test", "role": "external"}),
        "create_token" => json!({"name": "walked"}),
        "create_own_device_password" => json!({"label": "Tablet"}),
        "create_own_token" => json!({"name": "walked", "present": "correct horse battery"}),
        "create_route" => json!({"recipients": "walked.test", "target": "mx:gate.test"}),
        "create_user" => json!({"login": "new@far.test", "name": "New", "role": "external",
                                "password": "correct horse battery"}),
        "act_on_addresses" => json!({"act": "quota", "quota_bytes": 5_000_000_000_u64,
                                     "addresses": [tenant.id("address")]}),
        "act_on_deliveries" => json!({"action": "retry", "message": tenant.id("message")}),
        "add_ip" => json!({"ip": "203.0.113.77"}),
        "add_sender" => json!({"list": "blocked", "pattern": "walked.test"}),
        "limit_allowed_source" => json!({"valid_until": "2099-01-01T00:00:00Z"}),
        "declare_renumbering" => renumbering("gw9.relais.test"),
        "answer_announcement" => json!({"answer": "adapted", "organisation": tenant.id("organisation")}),
        "decide_allowed_source" => json!({"granted": false, "reason": "walked"}),
        "edit_records" => json!({"add": [{"owner": "walked", "type": "A", "data": "192.0.2.7"}]}),
        "import_zone" => json!({"zone_file": "imported 300 IN A 192.0.2.8"}),
        "link_domain" => json!({"name": "another.test"}),
        "add_synonym" => json!({"name": "twin.test"}),
        "restore_zone" => json!({"serial": tenant.id("serial").parse::<u64>().unwrap()}),
        "set_default_permissions" => json!({"permissions": ["send_emails"]}),
        "set_domain_servers" => json!({"role": "imap", "servers": [tenant.id("mail_server")]}),
        "set_mailbox_server" => json!({"server": tenant.id("mail_server")}),
        "set_log_plan" => json!({"visible_days": 90}),
        "set_own_targets" => json!({"targets": ["yet@far.test"]}),
        "set_targets" => json!({"targets": ["zed@far.test"], "keeps_copy": true}),
        "set_secondaries" => json!({"items": [{"address": "9.9.9.9:53", "key": "walked.",
                                               "secret": "MDEyMzQ1Njc4OTAxMjM0NQ=="}]}),
        _ => return None,
    })
}

/// A change of addresses of one host.
fn renumbering(host: &str) -> Value {
    let endpoint = format!("{host}:25 A 192.0.2.86 198.51.100.13");
    json!({"name": "walked", "endpoints": [endpoint], "switches_at": "2099-01-01T00:00:00Z"})
}

/// A documentation of a set-up that can be handed in.
fn set_up(wished_on: &str) -> Value {
    json!({"reception_servers": ["gw.valbois.test"], "sending_servers": ["gw.valbois.test"],
           "technical_contact": "Eve, +41 44 000 00 00", "wished_on": wished_on})
}

/// What answers and leaves no entry, and why.
const SILENT: [(&str, &str); 8] = [
    ("check_secure_recipients", "it looks"),
    ("send_secure_letter", "it changes nothing: the letter has a journal and evidence of its own"),
    ("merge_spf", "it calculates"),
    ("diagnose_domain", "it looks, and notes what the world shows"),
    ("look_at_ip", "it looks, and notes what the DNS says"),
    ("mend_domain", "an entry tells the records that differ, and none did"),
    ("refresh_mail_records", "an entry tells the records that differ, and none did"),
    ("set_spf", "an entry tells the records that differ, and no installation is written whose SPF it names"),
];

/// What is changed and told by its name alone, and why.
const WITHOUT_FACTS: [(&str, &str); 1] = [("choose_password", "what it was and is nobody may know")];

/// What the walk has no good request for: what it needs does not stand here, or another test goes there.
const UNANSWERED: [&str; 7] = [
    "prove_connected_domain",
    // Letters that came have evidence of each step, and change nothing that is administered: tests/received.rs.
    "accept_received_letter",
    "acknowledge_received_letter",
    "open_received_letter",
    "refuse_received_letter",
    "reply_to_received_letter",
    "verify_secure_evidence",
];

impl Place {
    /// What an operation acts upon, where what stands here from the beginning is of no use to it by then.
    async fn ready_for(&self, operation: &str, tenant: &Tenant) -> Tenant {
        let mut named = Tenant { token: tenant.token.clone(), things: tenant.things.clone() };
        let organisation = tenant.id("organisation");
        let people = self
            .directory
            .administration(Scope::Tenant(OrganisationId(organisation.parse().unwrap())), "test");
        let zone = format!("/zones/{}", tenant.id("zone"));
        match operation {
            "publish_suffix" | "withdraw_suffix" => {
                let (path, settings) = ("/api/v1/installation", super::zones_and_keys::installation());
                self.ask(&self.operator, Method::PUT, path, Some(settings)).await;
                if operation == "withdraw_suffix" {
                    let path = format!("/api/v1/installation/suffixes/{}", tenant.id("suffix"));
                    let owner = json!({"organisation": organisation});
                    self.ask(&self.operator, Method::PUT, &path, Some(owner)).await;
                }
            }
            "announce_renumbering" | "cancel_renumbering" | "answer_announcement" => {
                let host = format!("{}.relais.test", operation.replace('_', "-"));
                let made = self.made(&self.operator, "/renumberings", renumbering(&host)).await;
                if operation == "answer_announcement" {
                    let path = format!("/renumberings/{made}/announcement");
                    let answer = self.post(&self.operator, &path, json!({})).await;
                    assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
                }
                set(&mut named, "renumbering", &made);
            }
            "accept_membership_offer" | "decline_membership_offer" => {
                // Whoever accepted one is asked by that organisation no more.
                let asker = if operation.starts_with("accept") { "acme" } else { "home of acme" };
                let everybody = self.directory.administration(Scope::Operator("test"), "test");
                let organisation = everybody.organisation_called(asker).await.unwrap().id;
                let (login, role) = (Address::parse("maria@far.test").unwrap(), Role::External);
                let theirs = self.directory.administration(Scope::Tenant(organisation), "test");
                let offer = theirs.add_member(NewMember { organisation, login, role }).await.unwrap();
                let Joined::Asked(offer) = offer else { panic!("{offer:?}") };
                set(&mut named, "membership_offer", &offer.id.to_string());
                // Its log has the answer.
                set(&mut named, "organisation", &organisation.to_string());
            }
            "add_synonym" => {
                self.made(&tenant.token, "/zones", json!({"name": "twin.test"})).await;
            }
            "cancel_server_change" => {
                let host = format!("/hosts/{}", tenant.id("host"));
                self.ask(&tenant.token, Method::PATCH, &host, Some(json!({"description": "waits"}))).await;
                let waiting = self.get(&tenant.token, "/server-changes").await.body;
                set(&mut named, "server_change", waiting["items"][0]["id"].as_str().unwrap());
            }
            "delete_service" => {
                let empty = self.made(&tenant.token, "/services", json!({"name": "empty"})).await;
                set(&mut named, "service", &empty);
            }
            "erase_secure_letter" => {
                let owner = OrganisationId(organisation.parse().unwrap());
                let (letter, copy) = self.sealed(owner, "walked").await;
                let slot = wire_safe::Slot(mail_secure::sixteen(&copy).unwrap());
                self.accepted(&slot, "eve@far.test").await;
                set(&mut named, "secure_letter", &letter);
            }
            "dissociate_synonym" => {
                self.made(&tenant.token, "/zones", json!({"name": "second.test"})).await;
                let synonym = json!({"name": "second.test"});
                // An organisation would have to prove that the name is its own.
                let synonym = self.made(&self.operator, &format!("{zone}/synonyms"), synonym).await;
                set(&mut named, "zone", &synonym);
            }
            "fetch_made_passwords" => {
                let list = json!({"domain": tenant.id("domain"), "lines": "made1", "make_passwords": true});
                let list = self.made(&tenant.token, "/address-lists", list).await;
                people.confirm_addresses(list.parse().unwrap(), Choice::All).await.unwrap();
                self.directory.go_on_with_jobs().await.unwrap();
                set(&mut named, "address_list", &list);
            }
            "confirm_connected_domain" | "disconnect_domain" => {
                set(&mut named, "connected_domain", "connected.test");
            }
            "register_authority" => {
                // It is of the walk's own time, and a new one for each engine.
                let name = format!("walked-authority-{}-{}", std::process::id(), self.world.new_id());
                let directory = std::env::temp_dir().join(name);
                std::fs::create_dir(&directory).unwrap();
                let authority = keys::Authority::open(&directory, self.world.clock.now()).unwrap();
                let pem = std::fs::read_to_string(authority.certificate_file()).unwrap();
                std::fs::remove_dir_all(&directory).unwrap();
                set(&mut named, "pem", &pem);
            }
            "set_authority" => {
                let known = self.get(&self.operator, "/authorities").await.body;
                set(&mut named, "authority", known["items"][0]["id"].as_str().unwrap());
            }
            "inform_recipients" => {
                let page = format!("/integrations/{}/recipient-page", tenant.id("integration"));
                let published = Some(json!({"public_name": "informing", "published": true}));
                self.ask(&tenant.token, Method::PUT, &page, published).await;
            }
            "submit_set_up" | "answer_go_live" | "accept_go_live" => {
                let integration = format!("/integrations/{}", tenant.id("integration"));
                let domain = json!({"domain": format!("{}.test", operation.replace('_', "-"))});
                self.post(&tenant.token, &format!("{integration}/domains"), domain).await;
                let form = Some(set_up("2027-01-01"));
                self.ask(&tenant.token, Method::PUT, &format!("{integration}/set-up"), form).await;
                if operation != "submit_set_up" {
                    let submission = format!("{integration}/set-up/submission");
                    self.ask(&tenant.token, Method::POST, &submission, None).await;
                }
                if operation == "accept_go_live" {
                    let offer = Some(json!({"day": "2027-05-05"}));
                    self.ask(&self.operator, Method::PUT, &format!("{integration}/go-live"), offer).await;
                }
            }
            // One operation at a time runs on a mail service.
            "link_domain" => self.zones.carry_on().await.unwrap(),
            "make_main_domain" | "make_synonym_domain" | "unlink_domain" => {
                self.zones.carry_on().await.unwrap();
                let domains = format!("/services/{}/domains", tenant.id("service"));
                let linked = format!("{}.test", operation.replace('_', "-"));
                let linked = json!({"name": linked, "create_zone": true});
                let known = self.get(&tenant.token, &domains).await.body;
                let main =
                    known["items"].as_array().unwrap().iter().find(|one| one["place"] == "main").unwrap();
                if operation == "make_synonym_domain" && main["zone"].is_null() {
                    self.made(&tenant.token, "/zones", json!({"name": main["name"]})).await;
                }
                let begun = self.post(&self.operator, &domains, linked.clone()).await;
                assert_eq!(begun.status, StatusCode::ACCEPTED, "{}", begun.body);
                self.zones.carry_on().await.unwrap();
                set(&mut named, "domain", linked["name"].as_str().unwrap());
            }
            "refuse_unban_request" => {
                let request = NewUnbanRequest {
                    domain: "valbois.test".to_owned(),
                    ip: "198.51.100.200".to_owned(),
                    contact: "worker@far.test".to_owned(),
                    message: String::new(),
                };
                self.directory.ask_to_be_let_in(request, "203.0.113.200".parse().unwrap()).await.unwrap();
                let request = people.unban_requests().await.unwrap()[0].id;
                set(&mut named, "unban_request", &request.to_string());
            }
            "remove_second_factor" => {
                let boss = UserId(tenant.id("boss").parse().unwrap());
                let session = self.entered("boss@valbois.test").await;
                let setup = self.directory.begin_totp(&session).await.unwrap();
                let secret = totp_rs::Secret::try_from_base32(&*setup.secret).unwrap();
                let shown =
                    totp_rs::Builder::new().with_secret(secret).with_account_name("x").build().unwrap();
                let shown = shown.generate(self.world.clock.now().0 as u64 / 1000).to_string();
                let proved = self.directory.recently_proved(&session).unwrap();
                self.directory.add_totp(&session, proved, &setup.token, &shown, "phone").await.unwrap();
                set(&mut named, "user", &boss.to_string());
                set(&mut named, "factor", &people.factors(boss).await.unwrap()[0].id.0.to_string());
            }
            "restore_zone" => {
                let versions = self.get(&tenant.token, &format!("{zone}/history")).await.body;
                let first = versions["items"].as_array().unwrap().last().unwrap()["serial"].to_string();
                set(&mut named, "serial", &first);
            }
            "revoke_own_token" => {
                self.own_token("maria@far.test", true).await;
                let session = self.entered("maria@far.test").await;
                let tokens = self.directory.own_tokens(&session).await.unwrap();
                // The newest: with the first one the walk goes on.
                let newest = tokens.iter().map(|token| token.id).max().unwrap();
                set(&mut named, "token", &newest.to_string());
            }
            _ => {}
        }
        named
    }

    /// A person's session that was entered a moment ago.
    async fn entered(&self, login: &str) -> Session {
        let source = "192.0.2.9".parse().unwrap();
        let person = self.directory.sign_in(login, "correct horse battery", source).await.unwrap();
        let Entrance::Session(session) = self.directory.enter(&person, source, "Firefox").await.unwrap()
        else {
            panic!("{login} has a second factor")
        };
        self.directory.session(&session).await.unwrap().unwrap()
    }

    async fn entries(&self) -> BTreeMap<i64, Entry> {
        let trail = Trail::new(self.db.clone());
        let (mut all, mut seek) = (BTreeMap::new(), Seek::<Moment>::first(500));
        loop {
            let page = trail.changes(None, seek).await.unwrap();
            all.extend(page.items.into_iter().map(|entry| (entry.change.id, entry)));
            let Some(next) = page.next else { return all };
            seek = Seek { after: Some(next), limit: 500 };
        }
    }
}

#[tokio::test]
async fn every_act_is_in_the_log_of_changes_by_a_name() {
    let document: Value = serde_json::from_str(&std::fs::read_to_string(GOLDEN).unwrap()).unwrap();
    let mut operations = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let method: Method = method.to_uppercase().parse().unwrap();
            let name = operation["operationId"].as_str().unwrap();
            let is_end = method == Method::DELETE;
            // What others need comes first. What ends things comes last, what is within them before they are.
            let order = match name {
                "change_installation" | "choose_password" => (-1, 0),
                "delete_device_passwords" => (1, usize::MAX - 35),
                "change_own_password" => (1, usize::MAX),
                "restore_address" => (2, 0),
                "delete_user" => (2, 1),
                "delete_domain" => (2, 2),
                "delete_organisation" => (2, 3),
                _ if is_end => (1, usize::MAX - path.len()),
                _ => (0, 0),
            };
            operations.push((order, path, method, operation, name));
        }
    }
    operations.retain(|(_, _, method, ..)| method != Method::GET);
    operations.sort_by_key(|(order, ..)| *order);
    for place in places().await {
        let mut tenant = place.tenant("valbois").await;
        place.tenant("acme").await;
        let owner = OrganisationId(tenant.id("organisation").parse().unwrap());
        let own = place.maria(&tenant, Permissions::all()).await;
        place.own_token("maria@far.test", true).await;
        let users = place.get(&tenant.token, "/users").await.body;
        let maria = users["items"].as_array().unwrap().iter().find(|user| user["login"] == "maria@far.test");
        let maria = maria.unwrap()["id"].as_str().unwrap().to_owned();
        let boss = tenant.id("user").to_owned();
        set(&mut tenant, "boss", &boss);
        set(&mut tenant, "user", &maria);
        let elsewhere = place.made(&tenant.token, "/services", json!({"name": "elsewhere"})).await;
        set(&mut tenant, "elsewhere", &elsewhere);
        // Somebody to whom access is given in the walk.
        let people = place.directory.administration(Scope::Tenant(owner), "test");
        let (address, boss) = (tenant.id("address").parse().unwrap(), boss.parse().unwrap());
        people.revoke_access(model::AddressId(address), UserId(boss)).await.unwrap();
        let mut passwords = vec![tenant.id("device_password").to_owned()];
        let (mut answered, mut unanswered) = (0, Vec::new());
        let mut known = place.entries().await;
        for (_, path, method, operation, name) in &operations {
            if path.contains("{device_password}") && *method == Method::DELETE {
                set(&mut tenant, "device_password", &passwords.pop().unwrap());
            }
            if path.contains("{session}") {
                let sessions = place.get(&place.operator, &format!("/users/{maria}/sessions")).await.body;
                set(&mut tenant, "session", sessions["items"][0]["id"].as_str().unwrap());
            }
            let named = place.ready_for(name, &tenant).await;
            known.extend(place.entries().await);
            let request = asked(&document, path, operation, false, &named);
            let body = news(name, &named).or(request.body);
            let path = match operation["parameters"].to_string().contains("\"force\"") {
                true => format!("{}?force=true", request.path.split('?').next().unwrap()),
                false => request.path,
            };
            let tokens = match path.starts_with("/api/v1/me/") {
                true => vec![own.clone()],
                false => vec![tenant.token.clone(), place.operator.clone()],
            };
            let mut told = String::new();
            let mut who = None;
            for token in tokens {
                let answer = place.ask(&token, method.clone(), &path, body.clone()).await;
                told = format!("{name}: {method} {path} {body:?}: {} {}", answer.status, answer.body);
                if answer.status.is_success() {
                    match *name {
                        "create_host" => set(&mut tenant, "host", answer.body["id"].as_str().unwrap()),
                        "create_mail_server" => {
                            set(&mut tenant, "mail_server", answer.body["id"].as_str().unwrap());
                        }
                        "ask_for_allowed_source" => {
                            set(&mut tenant, "asked", answer.body["id"].as_str().unwrap());
                        }
                        "create_address_list" => {
                            set(&mut tenant, "list", answer.body["id"].as_str().unwrap());
                        }
                        "confirm_address_list" => {
                            let list = tenant.id("list").to_owned();
                            set(&mut tenant, "address_list", &list);
                        }
                        "decide_allowed_source" => {
                            let asked = tenant.id("asked").to_owned();
                            set(&mut tenant, "allowed_source", &asked);
                        }
                        "create_device_password" | "create_own_device_password" => {
                            let id = answer.body["device_password"]["id"].as_str();
                            passwords.push(id.unwrap_or_else(|| panic!("{}", answer.body)).to_owned());
                        }
                        "set_targets" | "set_own_targets" => {
                            let target = answer.body["items"][0]["id"].as_str();
                            set(&mut tenant, "target", target.unwrap_or_else(|| panic!("{}", answer.body)));
                        }
                        _ => {}
                    }
                    who = Some(token);
                    break;
                }
            }
            let Some(who) = who else {
                println!("{told}");
                unanswered.push(*name);
                continue;
            };
            answered += 1;
            let now = place.entries().await;
            let new: Vec<&Entry> =
                now.iter().filter(|(id, _)| !known.contains_key(id)).map(|(_, e)| e).collect();
            if SILENT.iter().any(|(silent, _)| silent == name) {
                known = now;
                continue;
            }
            assert!(!new.is_empty(), "no entry of {told}");
            let is_operators = who == place.operator;
            let whose = OrganisationId(named.id("organisation").parse().unwrap());
            assert!(
                is_operators || new.iter().any(|entry| entry.change.organisation == Some(whose)),
                "{told}"
            );
            let has_facts = new.iter().any(|entry| !entry.before.is_empty() || !entry.after.is_empty());
            let is_change = [Method::PATCH, Method::PUT].contains(method);
            let is_secret = WITHOUT_FACTS.iter().any(|(secret, _)| secret == name);
            assert!(!is_change || has_facts || is_secret, "nothing before or after {told}: {new:?}");
            known = now;
        }
        for entry in known.values() {
            let (what, action) = (&entry.change.what, &entry.change.action);
            let digits = what.split(|c: char| !c.is_ascii_digit()).map(str::len).max().unwrap_or_default();
            assert!(!what.is_empty() && digits < 15, "«{what}» of {action} is no name");
            let source = entry.change.actor.source.as_deref().unwrap_or("program");
            let is_place = source == "program" || source.parse::<std::net::IpAddr>().is_ok();
            assert!(is_place, "{action} came from «{source}»");
        }
        assert!(answered > 90, "{answered}");
        assert_eq!(unanswered, UNANSWERED);
    }
}

fn set(tenant: &mut Tenant, name: &'static str, id: &str) {
    tenant.things.retain(|(known, _)| *known != name);
    tenant.things.push((name, id.to_owned()));
}
