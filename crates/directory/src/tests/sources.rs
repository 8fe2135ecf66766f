//! Bans with their evidence, requests to be let in, allowed sources, the installation's addresses.

use std::time::Duration;

use db::Seek;
use model::{Address, Domain};
use world::{StaticNames, World};
use zeroize::Zeroizing;

use super::administering::field;
use super::logging_in::outcome;
use super::{CHOSEN, Town, attempt, ip, towns};
use crate::{
    Administration, AllowState, BanRule, Directory, DirectoryError, IpChange, LiftedBan, MassError,
    NewAllowedSource, NewIp, NewUnbanRequest, NewUser, Options, Role, Scope, SourceLetter, SourceSearch,
    UnbanState,
};

const ANNA: &str = "anna@valbois.test";
const CHIEF: &str = "claire@valbois.test";
const BAD: &str = "198.51.100.7";
/// Too long to be hashed, so that the tests are quick; counted like any other.
const WRONG: &str = match str::from_utf8(&[b'x'; 1000]) {
    Ok(text) => text,
    Err(_) => unreachable!(),
};

impl Town {
    async fn fails(&self, times: usize, login: &str, source: &str) {
        for _ in 0..times {
            drop(self.log_in(login, WRONG, source).await);
        }
    }

    async fn chief(&self) {
        let new = NewUser {
            organisation: self.valbois,
            login: Address::parse(CHIEF).unwrap(),
            name: "Claire".to_owned(),
            role: Role::LegalOwner,
            password: Zeroizing::new(CHOSEN.to_owned()),
        };
        self.operator.create_user(new).await.unwrap();
    }

    fn request(&self) -> NewAllowedSource {
        NewAllowedSource {
            organisation: self.valbois,
            ip: BAD.to_owned(),
            purpose: "the surveyor's office".to_owned(),
            acceptance: "I take the whole responsibility.".to_owned(),
            language: "fr".to_owned(),
            contact: CHIEF.to_owned(),
        }
    }

    /// The same installation, in a world with these names.
    fn asking(&self, names: StaticNames) -> Directory {
        Directory::with_options(self.db.clone(), World::testing_with_names(names), Options::default())
    }

    async fn dedicate(&self, ip: &str) {
        let new = NewIp {
            ip: ip.to_owned(),
            organisation: Some(self.valbois),
            is_static: true,
            note: String::new(),
        };
        self.operator.add_ip(new).await.unwrap();
    }

    async fn asks(&self, domain: &str, about: &str, from: &str) -> Result<(), DirectoryError> {
        let new = NewUnbanRequest {
            domain: domain.to_owned(),
            ip: about.to_owned(),
            contact: "worker@far.test".to_owned(),
            message: "I cannot sign in any more.".to_owned(),
        };
        self.directory.ask_to_be_let_in(new, ip(from)).await
    }
}

async fn shown(administration: &Administration) -> Vec<(String, bool)> {
    let bans = administration.bans().await.unwrap();
    bans.into_iter().map(|view| (view.ban.subject.clone(), view.can_lift)).collect()
}

#[tokio::test]
async fn a_ban_has_its_rule_and_evidence_and_is_shown_to_those_whom_it_concerns() {
    for town in towns().await {
        let (valbois, acme) = (town.tenant(town.valbois), town.tenant(town.acme));
        town.fails(7, ANNA, BAD).await;
        town.fails(3, "boss@acme.test", BAD).await;
        let all = town.operator.bans().await.unwrap();
        assert_eq!((all[0].rule, &all[0].evidence.counts), (BanRule::Logins, &vec![("imap".to_owned(), 10)]));
        assert_eq!(all[0].evidence.logins, [ANNA, "boss@acme.test"]);
        // Each sees its own login names, and may not lift what does not keep its people out.
        for (tenant, own) in [(&valbois, ANNA), (&acme, "boss@acme.test")] {
            let bans = tenant.bans().await.unwrap();
            assert_eq!((bans.len(), bans[0].can_lift), (1, false));
            assert_eq!(bans[0].evidence.logins, [own]);
            assert_eq!(field(tenant.lift_ban(BAD).await), "not found");
        }
        // Where its people come from it may.
        let home = "203.0.113.9";
        assert_eq!(outcome(&town.log_in(ANNA, CHOSEN, home).await), "in");
        town.fails(10, "x@far.test", home).await;
        assert_eq!(shown(&acme).await, [(format!("source {BAD}"), false)]);
        assert!(shown(&valbois).await.contains(&(format!("source {home}"), true)));
        // Found by a part of what is kept out, never by what only others see of it.
        for (part, found) in [("203.0.113.", 1), ("SOURCE 203", 1), ("%", 0), ("boss@acme.test", 0)] {
            assert_eq!(
                valbois.page_of_bans(part, Seek::first(9)).await.unwrap().items.len(),
                found,
                "{part}"
            );
        }
        let subject = format!("source {home}");
        let banned = valbois.bans().await.unwrap().into_iter().find(|view| view.ban.subject == subject);
        let banned = banned.unwrap().ban;
        valbois.lift_ban(home).await.unwrap();
        assert_eq!(town.operator.bans().await.unwrap().len(), 1);
        // Taken back: as long as it would have been, by who could lift it, once.
        let lifted = LiftedBan {
            subject: banned.subject.clone(),
            from: banned.from,
            until: banned.until,
            strikes: banned.strikes,
            reason: banned.reason.clone(),
            rule: banned.rule,
        };
        assert_eq!(field(acme.ban_again(lifted.clone()).await), "not found");
        valbois.ban_again(lifted.clone()).await.unwrap();
        let again = valbois.bans().await.unwrap().into_iter().find(|view| view.ban.subject == subject);
        assert_eq!(again.map(|view| (view.ban.until, view.can_lift)), Some((banned.until, true)));
        assert_eq!(field(valbois.ban_again(lifted.clone()).await), "not found");
        valbois.lift_ban(home).await.unwrap();
        town.world.clock.advance(Duration::from_secs(90 * 86_400));
        assert_eq!(field(valbois.ban_again(lifted).await), "not found", "its time is over");
    }
}

#[tokio::test]
async fn errors_in_mass_ban_a_source_and_what_it_does_right_makes_up_for_them() {
    for town in towns().await {
        for (error, rule, count) in
            [(MassError::Request, BanRule::Requests, 100), (MassError::Recipient, BanRule::Recipients, 50)]
        {
            let source = format!("198.51.100.{count}");
            for _ in 1..count {
                town.directory.count_error(ip(&source), error, "web").await;
                town.directory.count_error(ip("192.0.2.77"), error, "web").await;
                town.directory.forgive_error(ip("192.0.2.77"), error);
            }
            assert_eq!(town.directory.is_banned(ip(&source)), None);
            town.directory.count_error(ip(&source), error, "web").await;
            assert!(town.directory.is_banned(ip(&source)).is_some());
            let bans = town.operator.bans().await.unwrap();
            let ban = bans.iter().find(|ban| ban.subject.ends_with(&source)).unwrap();
            assert_eq!((ban.rule, &ban.evidence.counts), (rule, &vec![("web".to_owned(), count)]));
            assert_eq!(town.directory.is_banned(ip("192.0.2.77")), None);
        }
        // A recent good login from there: whoever else errs behind the address locks nobody out.
        assert_eq!(outcome(&town.log_in(ANNA, CHOSEN, BAD).await), "in");
        for _ in 0..200 {
            town.directory.count_error(ip(BAD), MassError::Request, "web").await;
        }
        assert_eq!(town.directory.is_banned(ip(BAD)), None);
        assert_eq!(outcome(&town.log_in(ANNA, CHOSEN, BAD).await), "in");
    }
}

#[tokio::test]
async fn networks_of_the_configuration_are_never_banned() {
    for town in towns().await {
        let never_banned = vec!["198.51.100.0/24".parse().unwrap()];
        let directory = town.restarted(Options { never_banned, ..Options::default() });
        for _ in 0..200 {
            drop(directory.authenticate(attempt(ANNA, WRONG, BAD)).await);
            directory.count_error(ip(BAD), MassError::Recipient, "smtp").await;
        }
        assert_eq!(directory.is_banned(ip(BAD)), None);
        drop(directory.authenticate(attempt("y@far.test", WRONG, "203.0.113.1")).await);
        let bans = town.operator.bans().await.unwrap();
        // Nobody guesses a login name without end from there all the same.
        assert!(bans.iter().all(|ban| ban.subject.starts_with("login ")), "{bans:?}");
    }
}

#[tokio::test]
async fn an_allowed_source_is_asked_for_confirmed_and_decided_and_then_never_banned() {
    for town in towns().await {
        town.chief().await;
        let valbois = town.tenant(town.valbois);
        assert_eq!(field(valbois.ask_for_allowed_source(town.request()).await), "ip", "no dedicated address");
        let dynamic = NewIp {
            ip: "203.0.113.55".to_owned(),
            organisation: Some(town.valbois),
            is_static: false,
            note: String::new(),
        };
        town.operator.add_ip(dynamic).await.unwrap();
        assert_eq!(field(valbois.ask_for_allowed_source(town.request()).await), "ip", "one that changes");
        town.dedicate("203.0.113.10").await;
        for (wrong, name) in [
            (NewAllowedSource { acceptance: " ".to_owned(), ..town.request() }, "acceptance"),
            (NewAllowedSource { contact: "eve@far.test".to_owned(), ..town.request() }, "contact"),
            (NewAllowedSource { ip: "10.0.0.1".to_owned(), ..town.request() }, "ip"),
            (NewAllowedSource { purpose: String::new(), ..town.request() }, "purpose"),
        ] {
            assert_eq!(field(valbois.ask_for_allowed_source(wrong).await), name);
        }
        let asked = valbois.ask_for_allowed_source(town.request()).await.unwrap();
        assert_eq!((asked.state, asked.source.as_str()), (AllowState::Asked, BAD));
        assert_eq!(field(valbois.ask_for_allowed_source(town.request()).await), "ip", "asked already");
        // Nobody decides before the contact address has confirmed, and never the organisation itself.
        assert_eq!(field(town.operator.decide_allowed_source(asked.id, true, "").await), "state");
        let letters = town.directory.source_letters().await.unwrap();
        let [SourceLetter::Confirm { token, source }] = letters.as_slice() else { panic!("{letters:?}") };
        assert_eq!(source.contact, CHIEF);
        town.directory.source_letter_sent(&letters[0]).await.unwrap();
        assert!(town.directory.source_letters().await.unwrap().is_empty());
        assert!(town.directory.allowed_source_to_confirm("another").await.unwrap().is_none());
        assert!(town.directory.allowed_source_to_confirm(token).await.unwrap().is_some());
        town.directory.confirm_allowed_source(token, ip("203.0.113.2")).await.unwrap();
        assert_eq!(field(town.directory.confirm_allowed_source(token, ip("203.0.113.2")).await), "not found");
        assert_eq!(field(valbois.decide_allowed_source(asked.id, true, "").await), "not found");
        town.fails(10, "x@far.test", BAD).await;
        assert!(town.directory.is_banned(ip(BAD)).is_some());
        let active = town.operator.decide_allowed_source(asked.id, true, "").await.unwrap();
        assert_eq!(active.state, AllowState::Active);
        // At once, and whatever the situation.
        assert_eq!(town.directory.is_banned(ip(BAD)), None);
        town.fails(1000, "x@far.test", BAD).await;
        for _ in 0..200 {
            town.directory.count_error(ip(BAD), MassError::Request, "web").await;
        }
        assert_eq!(town.directory.is_banned(ip(BAD)), None);
        assert_eq!(outcome(&town.log_in(ANNA, CHOSEN, BAD).await), "in");
        let again = town.restarted(Options::default());
        again.maintain().await.unwrap();
        for _ in 0..20 {
            drop(again.authenticate(attempt("z@far.test", WRONG, BAD)).await);
        }
        assert_eq!(again.is_banned(ip(BAD)), None, "also after a restart");
        // Another organisation sees nothing of it; its own ends it, and then the rules hold again.
        let acme = town.tenant(town.acme);
        assert!(acme.allowed_sources().await.unwrap().is_empty());
        assert_eq!(field(acme.end_allowed_source(asked.id, "").await), "not found");
        valbois.end_allowed_source(asked.id, "moved").await.unwrap();
        town.fails(10, "w@far.test", BAD).await;
        assert!(shown(&town.operator).await.contains(&(format!("source {BAD}"), true)));
        let changes = trail::Trail::new(town.db.clone());
        let changes = changes.changes(Some(town.valbois), Seek::first(50)).await.unwrap().items;
        let confirmed = changes.iter().find(|change| change.action == "confirm allowed source").unwrap();
        assert_eq!((confirmed.actor.who.as_str(), confirmed.what.as_str()), (CHIEF, BAD));
        assert!(confirmed.actor.source.is_some());
        assert!(confirmed.after.get("acceptance").unwrap().contains("whole responsibility"));
    }
}

#[tokio::test]
async fn who_is_kept_out_asks_the_administrators_of_the_domain() {
    for town in towns().await {
        town.chief().await;
        town.fails(10, "x@far.test", BAD).await;
        town.asks("valbois.test", BAD, "203.0.113.50").await.unwrap();
        // The same answer for a domain that is nobody's here.
        town.asks("nobody.test", BAD, "203.0.113.50").await.unwrap();
        for (domain, about) in [("no domain", BAD), ("valbois.test", "300.1.1.1")] {
            assert!(town.asks(domain, about, "203.0.113.51").await.is_err());
        }
        town.asks("valbois.test", "2001:db8::1", "203.0.113.50").await.unwrap();
        assert_eq!(field(town.asks("valbois.test", BAD, "203.0.113.50").await), "limit", "three an hour");
        let (valbois, acme) = (town.tenant(town.valbois), town.tenant(town.acme));
        let requests = valbois.unban_requests().await.unwrap();
        assert_eq!(requests.len(), 2);
        let request = requests.iter().find(|request| request.source == BAD).unwrap();
        assert!(request.banned_until.is_some());
        assert!(acme.unban_requests().await.unwrap().is_empty());
        assert_eq!(field(acme.decide_unban_request(request.id, true).await.map(drop)), "not found");
        assert_eq!(town.operator.unban_requests().await.unwrap().len(), 3);
        let letters = town.directory.source_letters().await.unwrap();
        let to: Vec<_> = letters
            .iter()
            .map(|letter| match letter {
                SourceLetter::Asked { request, administrators } => {
                    let logins = administrators.iter().map(|user| user.login.as_str());
                    (request.domain.as_str(), logins.collect::<Vec<_>>())
                }
                SourceLetter::Confirm { .. } => panic!("nobody asked for that"),
            })
            .collect();
        let chief = vec![CHIEF];
        assert_eq!(to, [("valbois.test", chief.clone()), ("nobody.test", vec![]), ("valbois.test", chief)]);
        // That somebody asks gives no power over a source that is nobody's here: the operator decides.
        assert!(!request.can_lift);
        assert_eq!(shown(&valbois).await, [(format!("source {BAD}"), false)]);
        assert_eq!(field(valbois.lift_ban(BAD).await), "not found");
        let state = valbois.decide_unban_request(request.id, true).await.unwrap();
        assert_eq!(state, UnbanState::PassedOn);
        assert!(town.directory.is_banned(ip(BAD)).is_some());
        assert_eq!(field(valbois.decide_unban_request(request.id, true).await.map(drop)), "not found");
        assert!(town.operator.bans().await.unwrap()[0].is_asked);
        let state = town.operator.decide_unban_request(request.id, true).await.unwrap();
        assert_eq!(state, UnbanState::Granted);
        assert_eq!(town.directory.is_banned(ip(BAD)), None);
        let decided = valbois.unban_requests().await.unwrap();
        let decided = decided.iter().find(|one| one.id == request.id).unwrap();
        assert_eq!((decided.state, decided.banned_until), (UnbanState::Granted, None));
        let again = valbois.decide_unban_request(request.id, true).await;
        assert_eq!(field(again.map(drop)), "not found", "decided once");
        town.world.clock.advance(Duration::from_secs(3601));
        town.asks("valbois.test", BAD, "203.0.113.50").await.unwrap();
    }
}

#[tokio::test]
async fn a_tenant_lifts_what_keeps_its_own_people_out_and_never_what_the_operator_decided() {
    for town in towns().await {
        let valbois = town.tenant(town.valbois);
        assert_eq!(outcome(&town.log_in(ANNA, CHOSEN, BAD).await), "in");
        town.operator.ban_source(BAD, Duration::from_secs(7200), "attacks").await.unwrap();
        town.asks("valbois.test", BAD, "203.0.113.50").await.unwrap();
        let ban = valbois.bans().await.unwrap().remove(0);
        assert_eq!((ban.is_known, ban.is_asked, ban.can_lift), (true, true, false));
        assert_eq!(field(valbois.lift_ban(BAD).await), "not found");
        let id = valbois.unban_requests().await.unwrap()[0].id;
        assert_eq!(valbois.decide_unban_request(id, true).await.unwrap(), UnbanState::PassedOn);
        assert_eq!(shown(&town.operator).await, [(format!("source {BAD}"), true)]);
        assert_eq!(town.operator.decide_unban_request(id, false).await.unwrap(), UnbanState::Refused);
        town.operator.lift_ban(BAD).await.unwrap();
        // Made by a rule, and one's own people come from there.
        town.fails(10, "x@far.test", BAD).await;
        town.asks("valbois.test", BAD, "203.0.113.50").await.unwrap();
        let request = valbois.unban_requests().await.unwrap().remove(0);
        assert!(request.can_lift);
        assert_eq!(valbois.decide_unban_request(request.id, true).await.unwrap(), UnbanState::Granted);
        assert_eq!(shown(&town.operator).await, []);
        town.fails(10, "y@far.test", BAD).await;
        valbois.lift_ban(BAD).await.unwrap();
        let changes = trail::Trail::new(town.db.clone());
        for whose in [Some(town.valbois), None] {
            let changes = changes.changes(whose, Seek::first(50)).await.unwrap().items;
            let lifted = changes.iter().find(|change| change.action == "lift ban").unwrap();
            assert_eq!(lifted.organisation, Some(town.valbois), "the organisation and the operator read it");
        }
    }
}

#[tokio::test]
async fn a_ban_behind_thousands_of_others_is_shown_to_whom_it_concerns_and_lifted_by_the_request_about_it() {
    for town in towns().await {
        assert_eq!(outcome(&town.log_in(ANNA, CHOSEN, BAD).await), "in");
        town.fails(10, "x@far.test", BAD).await;
        let now = town.world.clock.now();
        let longer = (0..2 * crate::limits::SOURCES_AT_ONCE + 1).map(move |number| crate::Ban {
            subject: format!("source 2001:db8:{number:x}::/64"),
            from: now,
            until: now.plus(Duration::from_secs(30 * 86_400)),
            strikes: 3,
            reason: "a net".to_owned(),
            rule: BanRule::Operator,
            evidence: crate::Evidence::default(),
        });
        let longer: Vec<_> = longer.collect();
        let operator = town.db.operator("test");
        operator
            .write(move |tx| longer.iter().try_for_each(|ban| crate::login::keep_ban(tx, ban)))
            .await
            .unwrap();
        let subject = format!("source {BAD}");
        let first = town.operator.page_of_bans("", Seek::first(50)).await.unwrap();
        assert_eq!((first.items.len(), first.next.is_some()), (50, true));
        assert!(first.items.iter().all(|view| view.subject != subject));
        let all: Vec<String> = shown(&town.operator).await.into_iter().map(|(subject, _)| subject).collect();
        assert_eq!(all.len(), 2 * crate::limits::SOURCES_AT_ONCE + 2);
        assert_eq!(all.last(), Some(&subject));
        assert_eq!(all.iter().collect::<std::collections::HashSet<_>>().len(), all.len(), "each once");
        // Of those of the others an organisation sees none, however many there are before its own.
        let own = town.tenant(town.valbois).page_of_bans("", Seek::first(50)).await.unwrap();
        assert_eq!((own.items.len(), own.next), (1, None));
        assert_eq!(own.items[0].subject, subject);
        assert!(town.tenant(town.acme).bans().await.unwrap().is_empty());
        for asker in [&town.tenant(town.valbois), &town.operator] {
            town.asks("valbois.test", BAD, "203.0.113.50").await.unwrap();
            let requests = asker.unban_requests().await.unwrap();
            let request = requests.iter().find(|request| request.state == UnbanState::Open).unwrap();
            assert!(request.can_lift);
            let decided = asker.decide_unban_request(request.id, true).await.unwrap();
            assert_eq!(decided, UnbanState::Granted);
            assert_eq!(town.directory.is_banned(ip(BAD)), None);
            town.fails(10, "y@far.test", BAD).await;
        }
    }
}

#[tokio::test]
async fn one_request_about_a_source_waits_and_no_network_fills_the_list() {
    for town in towns().await {
        town.asks("valbois.test", BAD, "203.0.113.1").await.unwrap();
        assert_eq!(field(town.asks("valbois.test", BAD, "192.0.2.1").await), "waits");
        // Whether two names are the same organisation's, or nobody's here, is not heard.
        let second = Domain::parse("second.test").unwrap();
        town.operator.create_domain(town.valbois, None, &second).await.unwrap();
        for domain in ["second.test", "acme.test", "nobody.test"] {
            town.asks(domain, BAD, "192.0.2.1").await.unwrap();
        }
        assert_eq!(field(town.asks("nobody.test", BAD, "192.0.2.2").await), "waits");
        assert_eq!(town.tenant(town.valbois).unban_requests().await.unwrap().len(), 1);
        for at in 1..10 {
            let about = format!("198.51.100.{}", 100 + at);
            town.asks("valbois.test", &about, &format!("203.0.113.{}", 1 + at)).await.unwrap();
        }
        assert_eq!(field(town.asks("valbois.test", "198.51.100.1", "203.0.113.99").await), "limit");
        town.asks("valbois.test", "198.51.100.1", "203.0.114.1").await.unwrap();
        for at in 0..10 {
            let about = format!("198.51.100.{}", 200 + at);
            town.asks("valbois.test", &about, &format!("2001:db8:1:{at}::1")).await.unwrap();
        }
        assert_eq!(field(town.asks("valbois.test", "198.51.100.2", "2001:db8:1:ff::1").await), "limit");
        town.asks("valbois.test", "198.51.100.2", "2001:db8:2::1").await.unwrap();
    }
}

#[tokio::test]
async fn addresses_have_a_pointer_that_an_organisation_chooses_for_its_own() {
    for town in towns().await {
        town.dedicate("203.0.113.10").await;
        let shared =
            NewIp { ip: "192.0.2.25".to_owned(), organisation: None, is_static: true, note: String::new() };
        town.operator.add_ip(shared.clone()).await.unwrap();
        assert_eq!(field(town.operator.add_ip(shared.clone()).await), "ip");
        let (valbois, acme) = (town.tenant(town.valbois), town.tenant(town.acme));
        assert_eq!(field(valbois.add_ip(shared).await), "not found");
        assert_eq!(valbois.ips().await.unwrap().len(), 1);
        assert!(acme.ips().await.unwrap().is_empty());
        let to = |name: &str| IpChange { pointer_wanted: Some(name.to_owned()), ..IpChange::default() };
        let own = ip("203.0.113.10");
        assert_eq!(field(valbois.change_ip(own, to("not a name")).await), "pointer");
        let changed = valbois.change_ip(own, to("Mail.Valbois.Test.")).await.unwrap();
        assert_eq!(changed.pointer_wanted, "mail.valbois.test");
        assert_eq!(field(valbois.change_ip(ip("192.0.2.25"), to("a.test")).await), "not found");
        assert_eq!(field(acme.change_ip(own, to("a.test")).await), "not found");
        assert_eq!(field(valbois.remove_ip(own).await), "not found");

        // What the DNS says: there and back.
        let names = StaticNames::default()
            .with("10.113.0.203.in-addr.arpa", "PTR", "mail.valbois.test.")
            .with("mail.valbois.test", "A", "203.0.113.10");
        let looking = town.asking(names).administration(Scope::Operator("test"), "test");
        let found = looking.look_at_ip(own).await.unwrap();
        assert_eq!((found.pointer_found.as_str(), found.is_confirmed), ("mail.valbois.test", true));
        assert!(valbois.ips().await.unwrap()[0].looked_at.is_some());

        // Nothing but what the DNS says is written: whoever asks slowly brings nothing back.
        let read = valbois.ips().await.unwrap()[0].clone();
        valbois.change_ip(own, to("other.valbois.test")).await.unwrap();
        looking.note_pointer(read.clone()).await.unwrap();
        assert_eq!(valbois.ips().await.unwrap()[0].pointer_wanted, "other.valbois.test");
        town.operator.remove_ip(own).await.unwrap();
        looking.note_pointer(read.clone()).await.unwrap();
        assert!(valbois.ips().await.unwrap().is_empty(), "what was removed stays removed");
        let given = NewIp {
            ip: own.to_string(),
            organisation: Some(town.acme),
            is_static: true,
            note: "given on".to_owned(),
        };
        town.operator.add_ip(given).await.unwrap();
        looking.note_pointer(read).await.unwrap();
        assert!(valbois.ips().await.unwrap().is_empty(), "what was given on stays so");
        let now = acme.ips().await.unwrap()[0].clone();
        assert_eq!((now.note.as_str(), now.pointer_wanted.as_str()), ("given on", ""));
        assert!(now.is_confirmed);
    }
}

#[tokio::test]
async fn letters_leave_from_the_address_that_their_service_or_server_is_bound_to() {
    for town in towns().await {
        let (valbois, acme) = (town.tenant(town.valbois), town.tenant(town.acme));
        for own in ["203.0.113.10", "203.0.113.11", "2001:db8::10"] {
            town.dedicate(own).await;
        }
        let shared =
            NewIp { ip: "203.0.113.99".to_owned(), organisation: None, is_static: true, note: String::new() };
        town.operator.add_ip(shared).await.unwrap();
        let domain = |name: &str| Domain::parse(name).unwrap();
        let leaving = async |organisation, sender: &str, host: Option<&str>, turn| {
            let (sender, host) = (domain(sender), host.map(domain));
            let found = town.directory.sending_addresses(organisation, Some(&sender), host.as_ref(), turn);
            let show = |one: &crate::SendingAddress| match &one.name {
                Some(name) => format!("{} {name}", one.ip),
                None => one.ip.to_string(),
            };
            found.await.unwrap().iter().map(show).collect::<Vec<_>>()
        };
        let (own, nothing) = (Some(town.valbois), Vec::<String>::new());
        assert_eq!(leaving(own, "valbois.test", None, 0).await, nothing, "what is not bound");
        let service = valbois.services(None).await.unwrap()[0].id;
        let bound = |service, server: Option<&str>| IpChange {
            service: Some(service),
            server: Some(server.map(domain)),
            ..IpChange::default()
        };
        // Whose the address or the service is not finds none.
        assert_eq!(field(acme.change_ip(ip("203.0.113.10"), bound(None, None)).await), "not found");
        let theirs = acme.services(None).await.unwrap()[0].id;
        assert_eq!(
            field(valbois.change_ip(ip("203.0.113.10"), bound(Some(theirs), None)).await),
            "not found"
        );
        let refused = town.operator.change_ip(ip("203.0.113.99"), bound(Some(service), None)).await;
        assert_eq!(field(refused), "service");

        let here = Some("out1.valbois.test");
        town.operator.change_ip(ip("203.0.113.99"), bound(None, here)).await.unwrap();
        assert_eq!(leaving(own, "valbois.test", here, 0).await, ["203.0.113.99"]);
        assert_eq!(leaving(None, "relais.test", here, 0).await, ["203.0.113.99"]);
        assert_eq!(leaving(own, "valbois.test", None, 0).await, nothing);
        valbois.change_ip(ip("203.0.113.11"), bound(None, here)).await.unwrap();
        assert_eq!(leaving(own, "elsewhere.test", here, 0).await, ["203.0.113.11"]);
        assert_eq!(leaving(Some(town.acme), "acme.test", here, 0).await, ["203.0.113.99"]);
        // The service counts before the server, and each family has its address.
        let named =
            IpChange { pointer_wanted: Some("mail.valbois.test".to_owned()), ..bound(Some(service), None) };
        valbois.change_ip(ip("203.0.113.10"), named).await.unwrap();
        valbois.change_ip(ip("2001:db8::10"), bound(Some(service), None)).await.unwrap();
        let both = ["203.0.113.10", "2001:db8::10"];
        assert_eq!(leaving(own, "valbois.test", here, 0).await, both);
        assert_eq!(leaving(Some(town.acme), "valbois.test", None, 0).await, nothing, "another's sender");
        // The node calls itself by a name only where that leads back to the address.
        let answers = |to: &str| {
            let reverse = "10.113.0.203.in-addr.arpa";
            StaticNames::default().with(reverse, "PTR", to).with("mail.valbois.test", "A", "203.0.113.10")
        };
        for (answers, name) in [
            (answers("mail.elsewhere.test."), "203.0.113.10"),
            (answers("mail.valbois.test."), "203.0.113.10 mail.valbois.test"),
        ] {
            let directory = town.asking(answers);
            let operator = directory.administration(Scope::Operator("test"), "test");
            operator.look_at_ip(ip("203.0.113.10")).await.unwrap();
            assert_eq!(leaving(own, "valbois.test", here, 0).await[0], name);
        }
        let other = IpChange { pointer_wanted: Some("relais.test".to_owned()), ..IpChange::default() };
        valbois.change_ip(ip("203.0.113.10"), other).await.unwrap();
        assert_eq!(leaving(own, "valbois.test", here, 0).await, both, "wanted is not yet led to");
        // Of several of a family each has its turn.
        valbois.change_ip(ip("203.0.113.11"), bound(Some(service), None)).await.unwrap();
        assert_eq!(leaving(own, "valbois.test", None, 7).await, ["203.0.113.11", "2001:db8::10"]);
        // What another server is to carry waits for it.
        for address in ["203.0.113.10", "203.0.113.11", "2001:db8::10"] {
            let elsewhere = bound(Some(service), Some("out2.valbois.test"));
            valbois.change_ip(ip(address), elsewhere).await.unwrap();
        }
        assert_eq!(leaving(own, "valbois.test", here, 0).await, both);
        // What was bound to a service does not stand for more once the service is gone.
        let empty = valbois.create_service(town.valbois, "Empty", None).await.unwrap().id;
        valbois.change_ip(ip("203.0.113.10"), bound(Some(empty), here)).await.unwrap();
        valbois.delete_service(empty).await.unwrap();
        let ips = valbois.ips().await.unwrap();
        let left = ips.iter().find(|info| info.ip == ip("203.0.113.10")).unwrap();
        assert_eq!((left.service, &left.server), (None, &None));
    }
}

#[tokio::test]
async fn lists_of_sources_are_read_a_page_at_a_time_and_searched_as_a_whole() {
    for town in towns().await {
        let (valbois, operator) = (town.tenant(town.valbois), &town.operator);
        for at in 1..6 {
            let about = format!("198.51.100.{at}");
            town.asks("valbois.test", &about, &format!("203.0.{at}.1")).await.unwrap();
            town.dedicate(&format!("192.0.2.{at}")).await;
        }
        town.asks("nobody.test", "198.51.100.9", "203.0.9.1").await.unwrap();
        let second = valbois.unban_requests().await.unwrap()[3].clone();
        valbois.decide_unban_request(second.id, false).await.unwrap();
        let found = async |asker: &Administration, part: &str, states: &[UnbanState]| {
            let (mut found, mut after) = (Vec::new(), None);
            loop {
                let search = SourceSearch { part: part.to_owned(), states: states.to_vec() };
                let page = asker.page_of_unban_requests(search, Seek { after, limit: 2 }).await.unwrap();
                assert!(page.items.len() == 2 || page.next.is_none());
                found.extend(page.items.into_iter().map(|request| request.source));
                after = page.next;
                if after.is_none() {
                    return found;
                }
            }
        };
        let of = |last: &[u8]| last.iter().map(|last| format!("198.51.100.{last}")).collect::<Vec<_>>();
        assert_eq!(found(&valbois, "", &[]).await, of(&[5, 4, 3, 2, 1]));
        assert_eq!(found(operator, "", &[]).await, of(&[9, 5, 4, 3, 2, 1]));
        assert_eq!(found(operator, "NOBODY", &[]).await, of(&[9]));
        assert_eq!(found(&valbois, "nobody", &[]).await, of(&[]));
        assert_eq!(found(&valbois, "100.4", &[]).await, of(&[4]));
        // Every subject begins with the word for its kind, which nobody looks for.
        assert_eq!(found(&valbois, "source", &[]).await, of(&[]));
        assert_eq!(found(&valbois, "100.4", &[UnbanState::Refused]).await, of(&[4, 2]));
        assert_eq!(valbois.count_undecided_unban_requests().await.unwrap(), 4);
        assert_eq!(town.tenant(town.acme).count_undecided_unban_requests().await.unwrap(), 0);
        assert_eq!(operator.count_undecided_unban_requests().await.unwrap(), 5);

        let first = valbois.page_of_ips(Seek::first(3)).await.unwrap();
        let rest = valbois.page_of_ips(Seek { after: first.next, limit: 3 }).await.unwrap();
        assert_eq!((first.items.len(), rest.items.len(), rest.next), (3, 2, None));
        assert_eq!(rest.items[0].ip, ip("192.0.2.4"));

        town.chief().await;
        for at in 1..4 {
            let new = NewAllowedSource { ip: format!("198.51.100.{at}"), ..town.request() };
            valbois.ask_for_allowed_source(new).await.unwrap();
        }
        let ended = valbois.allowed_sources().await.unwrap()[0].id;
        valbois.end_allowed_source(ended, "over").await.unwrap();
        let sources = async |part: &str, states: Vec<AllowState>, seek: Seek| {
            let search = SourceSearch { part: part.to_owned(), states };
            let page = valbois.page_of_allowed_sources(search, seek).await.unwrap();
            (page.items.into_iter().map(|source| source.source).collect::<Vec<_>>(), page.next)
        };
        let (newest, next) = sources("", Vec::new(), Seek::first(2)).await;
        assert_eq!((newest, next.is_some()), (of(&[3, 2]), true));
        assert_eq!(sources("", Vec::new(), Seek { after: next, limit: 2 }).await, (of(&[1]), None));
        assert_eq!(sources("OVER", Vec::new(), Seek::first(9)).await.0, of(&[3]));
        assert_eq!(sources("over", vec![AllowState::Asked], Seek::first(9)).await.0, of(&[3, 2, 1]));
        assert_eq!(sources("surveyor", Vec::new(), Seek::first(9)).await.0.len(), 3);
    }
}
