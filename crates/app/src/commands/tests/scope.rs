//! `--organisation` on every verb that there is: what belongs to another organisation is answered like what does not
//! exist, what the operator alone does is not found, lists tell nothing of others, and nothing of theirs changes.

use std::collections::BTreeSet;

use clap::CommandFactory;
use model::{Address, DeliveryId, MessageId};
use serde_json::Value;

use super::{Cli, Machine};

/// Verbs that name something: with another organisation's it is not found.
const OTHERS: &[&str] = &[
    "organisation show {organisation}",
    "organisation settings {organisation}",
    "organisation change {organisation} --name Spy",
    "organisation disable {organisation}",
    "organisation enable {organisation}",
    "organisation delete {organisation} --force",
    "service show {service}",
    "service maintenance {service} on",
    "service change {service} --quota 1",
    "service disable {service}",
    "service enable {service}",
    "service delete {service}",
    "domain show {domain}",
    "domain change {domain} --service {own-service}",
    "domain change {own-domain} --service {service}",
    "domain disable {domain}",
    "domain enable {domain}",
    "domain reports {domain}",
    "domain reputation {domain}",
    "domain delete {domain} --force",
    "domain records {domain}",
    "domain refresh {domain} --replace",
    "domain spf {domain} soft --replace",
    "domain check {domain} --fix",
    "domain main {domain}",
    "domain unlink {domain}",
    "domain unlink {domain} --dry-run",
    "domain synonym {domain}",
    "domain operations --service {service}",
    "domain dkim list {domain}",
    "domain dkim rotate {domain}",
    "domain dkim revoke {domain}",
    "domain create new.{own-domain} --service {service}",
    "domain link linked.test --service {service} --create-zone",
    "zone show {domain}",
    "zone change {domain} --default-ttl 300",
    "zone delete {domain}",
    "zone records {domain}",
    "zone add {domain} spy A 192.0.2.9",
    "zone remove {domain} www A",
    "zone import {domain} {file}",
    "zone export {domain}",
    "zone history {domain}",
    "zone diff {domain} 1 2",
    "zone restore {domain} 1",
    "zone sign {domain}",
    "zone unsign {domain}",
    "zone rollover {domain}",
    "zone secondaries {domain}",
    "zone add-secondary {domain} 192.0.2.53:53 --key spy",
    "zone remove-secondary {domain} 192.0.2.54:53",
    "zone synonyms {domain}",
    "zone add-synonym {domain} {own-domain}",
    "zone dissociate {domain}",
    "host create spy --domain {domain} --ipv4 192.0.2.9",
    "host show {host}",
    "host change {host} --description spy",
    "host delete {host}",
    "mail-server create {host} --imap",
    "mail-server show {server}",
    "mail-server change {server} --imap no",
    "mail-server delete {server}",
    "mail-server assign {domain} --role smtp-in --server {server}",
    "mail-server assign {own-domain} --role smtp-in --server {server}",
    "mail-server cancel {change}",
    "address create spy@{domain}",
    "address show a@{domain}",
    "address change a@{domain} --quota 1",
    "address forward a@{domain} --to spy@far.test",
    "address targets a@{domain}",
    "address ask-again {target}",
    "address restore gone@{domain}",
    "address password a@{domain}",
    "address disable a@{domain}",
    "address enable a@{domain}",
    "address act delete a@{domain}",
    "address import {file} --domain {domain} --only-good",
    "address delete a@{domain}",
    "address delete a@{domain} --for-good",
    "address list --domain {domain}",
    "access list a@{domain}",
    "access grant a@{domain} {own-login}",
    "access grant a@{own-domain} {login}",
    "access change a@{domain} {login} --permissions none",
    "access revoke a@{domain} {login}",
    "access defaults {service} --permissions all",
    "invitation create a@{domain}",
    "invitation list a@{domain}",
    "invitation change {invitation} --permissions all",
    "invitation revoke {invitation}",
    "invitation renew {invitation}",
    "sender-list list {service}",
    "sender-list add {service} approved spy@far.test",
    "sender-list remove {sender}",
    "sender-list apply {service}",
    "sender-list discard {service}",
    "integration show {integration}",
    "integration change {integration} --name spy",
    "integration delete {integration}",
    "integration add-domain {integration} spy.test",
    "integration prove-domain {integration} {domain}",
    "integration remove-domain {integration} {domain}",
    "integration add-certificate {integration} --name gw.spy.test",
    "integration remove-certificate {integration} {peer}",
    "integration onboarding {integration}",
    "integration phase {integration} planning done",
    "integration answer {integration} 4.1 clear",
    "integration set-up {integration}",
    "integration set-up {integration} --remarks spy --submit",
    "integration go-live {integration} --accept",
    "integration contact {integration} first --name spy",
    "integration recipient-page {integration} --publish true",
    "integration inform-recipients {integration} --language fr spy@far.test",
    "integration informed-recipients {integration}",
    "integration matrix {integration}",
    "integration test {integration}",
    "integration tests {integration}",
    "integration report {integration} --output {file}.report",
    "device-password create a@{domain} --label spy",
    "device-password list a@{domain}",
    "device-password show {password}",
    "device-password change {password} --label spy",
    "device-password disable {password}",
    "device-password enable {password}",
    "device-password delete-all a@{domain}",
    "device-password delete {password}",
    "user show {login}",
    "user change {login} --name Spy",
    "user role {login} external",
    "user role {own-login} administrator --domain {domain}",
    "user role {own-login} collaborator --service {service}",
    "user profile {login} --language it",
    "user profile {login}",
    "user sessions {login}",
    "user end-sessions {login}",
    "user device-passwords {login}",
    "user withdraw-offer {offer}",
    "user memberships {login}",
    "user factors {login}",
    "user remove-factor {login} 1",
    "user disable {login}",
    "user enable {login}",
    "user delete {login}",
    "staff add {login}",
    "staff remove {login}",
    "ban grant {request}",
    "ban refuse {request}",
    "allowed-source grant {allowed}",
    "allowed-source refuse {allowed} --reason spy",
    "allowed-source delete {allowed}",
    "allowed-source limit {allowed} --valid-until 2027-01-01",
    "ip set-pointer {ip} mail.{own-domain}",
    "ip bind {ip}",
    "ip look {ip}",
    "token create spy --domain {domain}",
    "token create spy --user {login}",
    "token revoke {token}",
    "application show {application}",
    "application change {application} --hourly 1",
    "application disable {application}",
    "application enable {application}",
    "application renew-password {application}",
    "application delete {application}",
    "route remove {route}",
    "renumbering show {renumbering}",
    "renumbering answer {renumbering} adapted",
    "queue hold {message}",
    "queue hold {delivery}",
    "queue release {delivery}",
    "queue retry {delivery}",
    "queue delete {delivery}",
    "log plan {organisation}",
    "secure show {letter}",
    "secure withdraw {letter}",
    "secure withdraw {letter} --slot {slot}",
    "secure erase {letter}",
    "secure erase {letter} --slot {slot}",
    "secure bundle {letter} {file}.bundle",
    "secure receipt {letter} {slot} submission {file}.pdf",
];

/// What only the operator does: within an organisation it is not found, whatever it names.
const OPERATORS: &[&str] = &[
    "integration activate {integration}",
    "integration go-live {integration} --offer 2027-01-01",
    "integration suspend {integration}",
    "integration confirm-domain {integration} {domain}",
    "authority add spy {file}",
    "authority remove 1",
    "authority restore 1",
    "organisation create Spy",
    "installation change --contact spy@far.test",
    "installation publish-suffix spy.test --owner {own-organisation}",
    "installation withdraw-suffix spy.test",
    "staff add {own-login}",
    "staff remove {own-login}",
    "staff list",
    "ban create 192.0.2.9 --reason spy",
    "ban delete 198.51.100.77",
    "ip create 203.0.113.42",
    "ip delete {ip}",
    "allowed-source grant {own-allowed}",
    "allowed-source limit {own-allowed} --valid-until 2027-01-01",
    "renumbering declare Spy --at 2027-01-01 --endpoint gw.{own-domain}:25=A=192.0.2.1=198.51.100.1",
    "renumbering report {renumbering}",
    "renumbering letters {renumbering}",
    "renumbering announce {renumbering}",
    "renumbering cancel {renumbering}",
    "allowed-source refuse {own-allowed} --reason spy",
    "system show",
    "route add *.far.test mx:relay.test",
    "route add *.far.test mx:relay.test --senders {organisation}",
    "log plan {own-organisation} --days 30",
];

/// What may not be «not found», but is answered like what does not exist: nothing is there, or a rule says what it takes.
const ALIKE: &[&str] = &[
    "zone add-synonym {own-domain} {domain}",
    "application create spy --sender {domain}",
    "queue list {message}",
    "log search --message {message}",
    "log list a@{domain}",
];

/// Names that another has: they are refused, for the one reason that a name is there once. (Names below another's are
/// not: whoever sits at the machine proves nothing, and `--organisation` says whose a new domain or zone is.)
const TAKEN: &[&str] = &[
    "domain create {domain}",
    "domain link {domain}",
    "zone create {domain}",
    "user create {login}",
    "user create spy@{domain}",
];

/// What names nothing of anybody: it is done to what is the organisation's own, and tells of nothing else.
const OWN: &[&str] = &[
    "integration list",
    "integration create spy",
    "authority list",
    "organisation list",
    "service list",
    "domain list",
    "domain operations",
    "zone list",
    "host list",
    "mail-server list",
    "mail-server export",
    "mail-server changes",
    "mail-server apply",
    "address list",
    "address deleted",
    "user list",
    "user offers",
    "ban list",
    "ban requests",
    "allowed-source list",
    "allowed-source create 198.51.100.78 --purpose spy --contact {login} --accept-responsibility",
    "ip list",
    "token list",
    "application list",
    "route list",
    "renumbering list",
    "route check spy@far.test",
    "route check spy@far.test --senders {organisation}",
    "queue list",
    "queue list --destination far.test",
    "queue hold --all",
    "queue hold --destination far.test",
    "queue release --all",
    "queue retry --all",
    "queue delete --all",
    "secure letters",
    "secure letters --sender a@{domain}",
    "secure statistics",
    "secure export",
    "secure keys",
    "log search",
    "log changes",
    "log verify",
    "installation show",
    "service create Annexe",
    "user join {login} --role external",
];

/// All that the other has, as it sees it.
const EVERYTHING: &[&str] = &[
    "integration list",
    "organisation show {organisation}",
    "organisation settings {organisation}",
    "service list",
    "access defaults {service}",
    "sender-list list {service}",
    "domain list",
    "domain show {domain}",
    "domain dkim list {domain}",
    "zone show {domain}",
    "zone records {domain}",
    "zone secondaries {domain}",
    "host list",
    "mail-server list",
    "mail-server changes",
    "address list",
    "address deleted",
    "address show a@{domain}",
    "address targets a@{domain}",
    "access list a@{domain}",
    "invitation list a@{domain}",
    "device-password list a@{domain}",
    "user list",
    "user profile {login}",
    "user memberships {login}",
    "user offers",
    "ban requests",
    "allowed-source list",
    "ip list",
    "token list",
    "application list",
    "queue list",
    "secure letters",
    "secure show {letter}",
    "log changes",
];

/// Every verb, as one says it.
fn verbs(command: &clap::Command, above: &str, all: &mut BTreeSet<String>) {
    for below in command.get_subcommands() {
        let name = format!("{above} {}", below.get_name()).trim_start().to_owned();
        match below.has_subcommands() {
            true => verbs(below, &name, all),
            false => drop(all.insert(name)),
        }
    }
}

#[test]
fn every_verb_is_walked_and_every_walk_is_of_a_verb() {
    let mut known = BTreeSet::new();
    verbs(&Cli::command(), "", &mut known);
    assert!(known.len() > 130, "{}", known.len());
    let mut walked = BTreeSet::new();
    for line in [OTHERS, OPERATORS, ALIKE, TAKEN, OWN].concat() {
        let verb = known.iter().find(|verb| line == verb.as_str() || line.starts_with(&format!("{verb} ")));
        walked.insert(verb.unwrap_or_else(|| panic!("«{line}» says no verb")).clone());
    }
    let missing: Vec<_> = known.difference(&walked).collect();
    assert!(missing.is_empty(), "say what --organisation promises of {missing:?}");
}

/// What stands for what in a line.
struct Things(Vec<(&'static str, String)>);

impl Things {
    fn fill(&self, line: &str) -> String {
        let mut line = line.to_owned();
        for (name, value) in &self.0 {
            line = line.replace(&format!("{{{name}}}"), value);
        }
        assert!(!line.contains('{'), "{line}: what is that?");
        line
    }

    /// The same names for what nobody has; the walker's own stays.
    fn nobodys(&self) -> Things {
        let nothing = |(name, value): &(&'static str, String)| {
            let other = match *name {
                name if name.starts_with("own-") || name == "file" => value.clone(),
                "domain" => "nowhere.test".to_owned(),
                "login" => "nobody@nowhere.test".to_owned(),
                "ip" => "203.0.113.250".to_owned(),
                _ => "4900000000000000001".to_owned(),
            };
            (*name, other)
        };
        Things(self.0.iter().map(nothing).collect())
    }

    /// What was answered, without what was asked for.
    fn without(&self, answer: &str) -> String {
        let mut values: Vec<&str> = self.0.iter().map(|(_, value)| value.as_str()).collect();
        values.sort_by_key(|value| std::cmp::Reverse(value.len()));
        values.into_iter().fold(answer.to_owned(), |answer, value| answer.replace(value, "·"))
    }
}

impl Machine {
    /// Something of everything that Valbois has, and what Acme walks with.
    async fn valbois(&self, file: &str) -> Things {
        let id = |value: &Value| value["id"].as_str().unwrap_or_else(|| panic!("{value}")).to_owned();
        let of = async |line: &str| self.json(&format!("{line} --organisation Valbois")).await;
        self.json(
            "installation change --hostname mail.relais.test --exchanger 10,mail.relais.test,192.0.2.25",
        )
        .await;
        let mut things = vec![("file", file.to_owned())];
        for (organisation, domain) in [("Acme", "acme.test"), ("Valbois", "valbois.test")] {
            let made = self.json(&format!("organisation create {organisation}")).await;
            let login = format!("u@{domain}");
            for line in [
                format!("zone create {domain}"),
                format!("domain create {domain}"),
                format!("user create {login} --role legal-owner"),
            ] {
                self.json(&format!("{line} --organisation {organisation}")).await;
            }
            self.json(&format!("address create a@{domain}")).await;
            let service = self.json(&format!("service list --organisation {organisation}")).await;
            let (dedicated, ip) = match organisation {
                "Acme" => ("203.0.113.43", "198.51.100.79"),
                _ => ("203.0.113.41", "198.51.100.78"),
            };
            self.json(&format!("ip create {dedicated} --dedicated-to {organisation}")).await;
            let allowed = self
                .json(&format!(
                    "allowed-source create {ip} --purpose office --contact {login} --accept-responsibility \
                     --organisation {organisation}"
                ))
                .await;
            let names = match organisation {
                "Acme" => ["own-organisation", "own-domain", "own-login", "own-service", "own-allowed"],
                _ => ["organisation", "domain", "login", "service", "allowed"],
            };
            let values = [id(&made), domain.to_owned(), login, id(&service[0]), id(&allowed)];
            things.extend(names.into_iter().zip(values));
        }
        let change = self
            .json(
                "renumbering declare Servers --at 2099-01-01 --endpoint gw1.relais.test:25=A=192.0.2.25=192.0.2.26",
            )
            .await;
        things.push(("renumbering", id(&change)));
        of("zone add valbois.test www A 192.0.2.80").await;
        of("zone add-secondary valbois.test 192.0.2.54:53 --key own").await;
        of("address create b@valbois.test --alias-to a@valbois.test").await;
        of("address create gone@valbois.test").await;
        of("address delete gone@valbois.test").await;
        of("address forward a@valbois.test --to x@far.test --keep-copy true").await;
        things.push(("target", id(&of("address targets a@valbois.test").await[0])));
        things.push(("password", id(&of("device-password create a@valbois.test --label x").await)));
        of("access grant a@valbois.test u@valbois.test").await;
        of("invitation create a@valbois.test").await;
        things.push(("invitation", id(&of("invitation list a@valbois.test").await[0])));
        of("sender-list add Valbois blocked *@spam.test").await;
        things.push(("sender", id(&of("sender-list list Valbois").await[0])));
        things.push(("host", id(&of("host create tableau --domain valbois.test --ipv4 192.0.2.40").await)));
        of("mail-server create tableau --imap").await;
        things.push(("server", id(&of("mail-server list").await[0])));
        things.push(("change", id(&of("mail-server changes").await[0])));
        of("integration create connected").await;
        of("integration add-domain connected valbois.test").await;
        let integration = of("integration add-certificate connected --name gw.valbois.test").await;
        things.push(("peer", id(&integration["certificates"][0])));
        things.push(("integration", id(&integration)));
        of("token create programme").await;
        things.push(("token", id(&of("token list").await[0])));
        let made = of("application create payroll --sender valbois.test").await;
        things.push(("application", id(&made)));
        self.json("organisation create Elsewhere").await;
        self.json("user create guest@far.test --organisation Elsewhere").await;
        of("user join guest@far.test --role external").await;
        things.push(("offer", id(&of("user offers").await[0])));
        self.json("route add *.relayed.test mx:relay.test --senders Valbois").await;
        things.push(("route", id(&self.json("route list").await[0])));
        things.push(("ip", "203.0.113.41".to_owned()));
        self.json("ban create 198.51.100.77 --reason test").await;
        let request = directory::NewUnbanRequest {
            domain: "valbois.test".to_owned(),
            ip: "198.51.100.77".to_owned(),
            contact: "worker@far.test".to_owned(),
            message: String::new(),
        };
        let from = "198.51.100.77".parse().unwrap();
        self.installation.directory.ask_to_be_let_in(request, from).await.unwrap();
        things.push(("request", id(&of("ban requests").await[0])));
        self.waits("Valbois").await;
        things.extend(self.sends_secured("Valbois").await);
        things.extend([("message", "5000001".to_owned()), ("delivery", "6000001".to_owned())]);
        Things(things)
    }

    /// A registered letter of the organisation.
    async fn sends_secured(&self, organisation: &str) -> [(&'static str, String); 2] {
        let operator = self.installation.directory.administration(super::super::OPERATOR, "test");
        let organisation = operator.organisation_called(organisation).await.unwrap().id;
        let secure = self.installation.flow.secure().clone();
        let recipient = Address::parse("zed@far.test").unwrap();
        let prepared = secure
            .prepare(mail_secure::Submission {
                organisation,
                sender: Address::parse("a@valbois.test").unwrap(),
                sender_name: String::new(),
                authentication: "test".to_owned(),
                mode: mail_secure::Mode::Registered,
                letter: mail_secure::Unmarked {
                    bytes: b"Subject: Secret\r\n\r\nx\r\n".to_vec(),
                    subject: "Secret".to_owned(),
                    message_id: None,
                    passphrase: None,
                    phones: mail_secure::phone::Phones::default(),
                },
                message_id: "<1@valbois.test>".to_owned(),
                recipients: vec![(recipient.clone(), mail_secure::Way::Sealed)],
                language: mail_secure::Language::default(),
                client_reference: None,
                answers: None,
            })
            .await
            .unwrap();
        let (letter, slot) = (prepared.letter().id.to_string(), prepared.slot_of(&recipient).unwrap());
        let scope = self.installation.db.operator("test");
        scope.write(move |tx: &mut db::Tx| secure.commit(tx, &prepared)).await.unwrap();
        [("letter", letter), ("slot", slot.to_string())]
    }

    /// A letter of the organisation that waits, and is told of in the log.
    async fn waits(&self, organisation: &str) {
        let operator = self.installation.directory.administration(super::super::OPERATOR, "test");
        let organisation = Some(operator.organisation_called(organisation).await.unwrap().id);
        let address = |text: &str| Address::parse(text).unwrap();
        let at = self.installation.world.clock.now();
        let message = mail_queue::Message {
            id: MessageId(5_000_001),
            organisation,
            from: model::ReversePath::Address(address("a@valbois.test")),
            blob: model::BlobRef { segment: 1, offset: 2, size_bytes: 3, hash: [4; 32] },
            prefix: Vec::new(),
            received_at: at,
            return_content: None,
            envelope_id: None,
            body: model::BodyKind::SevenBit,
            tls: model::TlsWish::Usual,
            needs_smtputf8: false,
            is_doubtful: false,
            body_key: None,
            pending: 1,
        };
        let delivery = mail_queue::NewDelivery {
            id: DeliveryId(6_000_001),
            organisation,
            recipient: address("zed@far.test"),
            original: None,
            notify: None,
            route: model::Route::Remote { address: address("zed@far.test") },
            is_doubtful: None,
            slot: None,
        };
        let event = trail::Event {
            at,
            id: 7_000_001,
            organisation,
            message: Some(message.id),
            delivery: None,
            sender: "a@valbois.test".to_owned(),
            recipient: Some("zed@far.test".to_owned()),
            step: trail::Step::Queued { route: "remote far.test".to_owned() },
        };
        self.installation
            .db
            .operator("test")
            .write(move |tx| {
                trail::record(tx, &event)?;
                mail_queue::commit(tx, &message, std::slice::from_ref(&delivery), "one", None)
            })
            .await
            .unwrap();
    }

    async fn everything(&self, things: &Things) -> String {
        let mut all = String::new();
        for line in EVERYTHING {
            let line = format!("{} --organisation Valbois", things.fill(line));
            all.push_str(&format!("{line}\n{}\n", self.json(&line).await));
        }
        all
    }

    /// What a line answers within Acme: the JSON document of what is told, or of the error.
    async fn within_acme(&self, line: &str) -> Result<Value, Value> {
        match self.run(&format!("{line} --organisation Acme")).await {
            Ok(output) => Ok(serde_json::from_str(&output.to_json()).unwrap()),
            Err(error) => {
                assert!(error.downcast_ref::<clap::Error>().is_none(), "{line}: {error}");
                Err(super::error_json(&error)["error"].clone())
            }
        }
    }
}

#[tokio::test]
async fn another_organisations_things_are_answered_like_what_does_not_exist() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("lines");
    std::fs::write(&file, "spy\n").unwrap();
    let file = file.to_str().unwrap();
    assert!(!file.contains(['_', ' ']), "the test's command line has its own words");
    for machine in Machine::each() {
        let other = machine.valbois(file).await;
        let nothing = other.nobodys();
        let before = machine.everything(&other).await;
        let mut wrong = Vec::new();
        for line in [OTHERS, OPERATORS, ALIKE].concat() {
            let answer = machine.within_acme(&other.fill(line)).await;
            let none = machine.within_acme(&nothing.fill(line)).await;
            for answer in [&answer, &none].into_iter().filter(|_| !ALIKE.contains(&line)) {
                if !matches!(answer, Err(error) if error["kind"] == "not_found") {
                    wrong.push(format!("{line}: {answer:?}"));
                }
            }
            let [answer, none] = [(&answer, &other), (&none, &nothing)]
                .map(|(answer, things)| things.without(&format!("{answer:?}")));
            if answer != none {
                wrong.push(format!("{line}: {answer} / {none}"));
            }
        }
        for line in TAKEN {
            let answer = machine.within_acme(&other.fill(line)).await;
            if !matches!(&answer, Err(error) if error["kind"] == "invalid" || error["kind"] == "conflict") {
                wrong.push(format!("{line}: {answer:?}"));
            }
        }
        for line in OWN {
            let answer = machine.within_acme(&other.fill(line)).await;
            // The installation's own name, which everybody may know.
            let told = format!("{answer:?}").to_lowercase().replace("mail.valbois.test", "·");
            let asked = other.fill(line);
            let is_told = |name: &&str| {
                let value = other.fill(&format!("{{{name}}}"));
                told.contains(&value) && !asked.contains(&value)
            };
            let names = ["organisation", "login", "service", "host", "server", "token", "offer", "route"];
            let known: Vec<_> = names.iter().filter(|name| is_told(name)).collect();
            let speaks = told.contains("valbois") && !asked.contains("valbois");
            if speaks || !known.is_empty() || matches!(&answer, Err(error) if error["kind"] == "trouble") {
                wrong.push(format!("{line} tells of {known:?}: {answer:?}"));
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
        let after = machine.everything(&other).await;
        assert_eq!(before, after, "and nothing of the other has changed, nothing was written down");
    }
}
