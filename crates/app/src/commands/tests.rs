//! The command line on each engine, without a process: parse, run, compare what is printed.

mod evidence;
mod scope;
mod screens;

use clap::Parser;
use db::DbError;
use model::{MessageId, OrganisationId, Timestamp};
use serde_json::Value;
use trail::{Event, Step};
use world::World;

use super::output::{error_json, is_refusal, size};
use super::values::{QuotaArgument, When, quota, when};
use super::{Command, Platform};
use crate::installation::Installation;

#[derive(Parser)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

struct Machine {
    installation: Installation,
}

impl Machine {
    fn each() -> Vec<Machine> {
        db::testing::migrated(&crate::installation::MIGRATIONS)
            .into_iter()
            .map(|db| {
                let blobs = blobs::Blobs::open("memory:", blobs::Options::default()).unwrap();
                let config = toml::from_str("[node]\nhostname = 'mail.valbois.test'\ndata = '.'").unwrap();
                let installation =
                    Installation::assemble(config, World::testing(), db, blobs, keys::Vault::testing())
                        .unwrap();
                Machine { installation }
            })
            .collect()
    }

    /// Runs a command line; words are separated by single spaces, `_` stands for a space in a word.
    async fn run(&self, line: &str) -> anyhow::Result<super::Output> {
        let words = line.split(' ').map(|word| word.replace('_', " "));
        let cli = Cli::try_parse_from(std::iter::once("relais".to_owned()).chain(words))?;
        let organisation = cli.command.common().organisation.as_deref();
        let platform = Platform::enter(self.installation.clone(), organisation).await?;
        cli.command.execute(&platform).await
    }

    async fn json(&self, line: &str) -> Value {
        let output = self.run(line).await.unwrap_or_else(|error| panic!("{line}: {error:#}"));
        serde_json::from_str(&output.to_json()).unwrap()
    }

    async fn text(&self, line: &str) -> String {
        self.run(line).await.unwrap_or_else(|error| panic!("{line}: {error:#}")).to_text()
    }

    async fn refusal(&self, line: &str) -> Value {
        let error = self.run(line).await.err().unwrap_or_else(|| panic!("{line} is not refused"));
        assert!(is_refusal(&error), "{line}: {error:#}");
        error_json(&error)["error"].clone()
    }
}

#[tokio::test]
async fn an_organisation_grows_from_nothing_to_a_device_password() {
    for machine in Machine::each() {
        let organisation = machine.json("organisation create Commune_de_Valbois").await;
        assert_eq!(organisation["name"], "Commune de Valbois");
        let domain = machine.json("domain create Valbois.test").await;
        assert_eq!(domain["organisation"], organisation["id"]);
        let anna = machine.json("address create anna@valbois.test --quota 5GB").await;
        assert_eq!(
            (anna["kind"].as_str(), anna["quota_bytes"].as_u64()),
            (Some("mailbox"), Some(5_000_000_000))
        );
        let alias = machine
            .json("address create contact@valbois.test --alias-to anna@valbois.test --alias-to b@far.test")
            .await;
        assert_eq!(alias["targets"], serde_json::json!(["anna@valbois.test", "b@far.test"]));
        let created = machine
            .json("device-password create anna@valbois.test --label iPhone --protocols imap,smtp")
            .await;
        let password = created["password"].as_str().unwrap().to_owned();
        assert_eq!(created["protocols"], serde_json::json!(["smtp", "imap"]));
        let attempt = directory::Attempt {
            login: "anna@valbois.test".to_owned(),
            authorise_as: String::new(),
            password: directory::Zeroizing::new(password.clone()),
            protocol: directory::AuthProtocol::Imap,
            source: "192.0.2.1".parse().unwrap(),
        };
        machine.installation.directory.authenticate(attempt.clone()).await.unwrap();
        let listed = machine.json("device-password list anna@valbois.test").await;
        assert_eq!(listed[0]["id"], created["id"]);
        assert!(!listed.to_string().contains(&password));
        let id = created["id"].as_str().unwrap();
        assert_eq!(machine.json(&format!("device-password disable {id}")).await["disabled"], true);
        assert!(machine.installation.directory.authenticate(attempt.clone()).await.is_err());
        machine.json(&format!("device-password enable {id}")).await;
        assert_eq!(machine.json(&format!("device-password change {id} --label Mac")).await["label"], "Mac");
        machine.installation.directory.authenticate(attempt.clone()).await.unwrap();
        machine.json(&format!("device-password delete {id}")).await;
        assert!(machine.installation.directory.authenticate(attempt).await.is_err());
        let changes = machine.text("log changes").await;
        assert!(changes.contains("create organisation") && changes.contains("(command line)"), "{changes}");
    }
}

#[tokio::test]
async fn each_kind_is_listed_shown_changed_disabled_enabled_and_deleted() {
    for machine in Machine::each() {
        machine.json("organisation create Acme").await;
        machine.json("domain create acme.test").await;
        machine.json("address create a@acme.test").await;
        let user = machine.json("user create U@far.test --role external").await;
        assert_eq!(
            (user["login"].as_str(), user["password"].as_str().map(str::len)),
            (Some("u@far.test"), Some(29))
        );
        for (kind, name) in [
            ("organisation", "acme"),
            ("service", "acme"),
            ("domain", "acme.test"),
            ("address", "A@acme.test"),
            ("user", "u@far.test"),
        ] {
            assert_eq!(machine.json(&format!("{kind} list")).await.as_array().unwrap().len(), 1, "{kind}");
            assert_eq!(machine.text(&format!("{kind} list")).await.lines().count(), 2, "{kind}");
            assert_eq!(machine.json(&format!("{kind} disable {name}")).await["disabled"], true);
            assert!(machine.text(&format!("{kind} show {name}")).await.contains("disabled"));
            assert_eq!(machine.json(&format!("{kind} enable {name}")).await["disabled"], false);
        }
        assert_eq!(machine.json("organisation change acme --name Ace").await["name"], "Ace");
        assert_eq!(
            machine.json("service change acme --name Mail --quota 1GiB").await["quota_bytes"],
            1 << 30
        );
        assert_eq!(machine.json("address show a@acme.test").await["quota_bytes"], 1 << 30);
        assert_eq!(machine.json("address change a@acme.test --quota 2MB").await["quota_bytes"], 2_000_000);
        assert_eq!(machine.json("address change a@acme.test --quota none").await["quota_bytes"], 1 << 30);
        assert_eq!(
            machine.json("service change mail --administrator a@acme.test").await["administrator"],
            "a@acme.test"
        );
        machine.json("service create Second").await;
        let second = machine.json("service show second").await["id"].clone();
        assert_eq!(machine.json("domain change acme.test --service Second").await["service"], second);
        machine.json("service delete mail").await;
        assert_eq!(machine.json("user change u@far.test --role collaborator").await["role"], "collaborator");
        assert_eq!(machine.refusal("domain delete acme.test").await["kind"], "in_use");
        assert_eq!(machine.refusal("service delete second").await["field"], "service");
        assert!(machine.run("user change u@far.test").await.is_err(), "nothing to change is a wrong usage");
        let shown = machine.json("address show a@acme.test").await;
        assert_eq!((shown["used_bytes"].as_u64(), shown["used_messages"].as_u64()), (Some(0), Some(0)));
        assert!(machine.text("log changes").await.contains("disabled"), "the words of an administrator");
        machine.text("user delete u@far.test").await;
        machine.text("address delete a@acme.test --for-good").await;
        machine.text("domain delete acme.test").await;
        machine.text("organisation delete ace").await;
        assert_eq!(machine.text("organisation list").await, "none\n");
        assert_eq!(machine.json("organisation list").await, serde_json::json!([]));
    }
}

#[tokio::test]
async fn a_refusal_names_the_field_the_reason_and_the_rule() {
    for machine in Machine::each() {
        machine.json("organisation create Acme").await;
        let refusal = machine.refusal("organisation create ACME").await;
        assert_eq!((refusal["kind"].as_str(), refusal["field"].as_str()), (Some("conflict"), Some("name")));
        let refusal = machine.refusal("domain create localhost").await;
        assert_eq!(refusal["field"], "domain");
        assert!(refusal["reason"].is_string() && refusal["rule"].is_string());
        assert_eq!(machine.refusal("address create a@far.test").await["kind"], "not_found");
        machine.json("organisation create Second").await;
        assert_eq!(machine.refusal("domain create a.test").await["field"], "organisation");
        // What clap refuses is wrong usage.
        for line in [
            "domain create -x",
            "domain create a_b..c",
            "address create a@b.test --quota 5XB",
            "device-password create a@b.test",
            "device-password create a@b.test --label x --protocols ftp",
            "log search --since yesterday",
            "queue delete",
            "user create nobody",
            "nothing",
        ] {
            let error = machine.run(line).await.err().unwrap();
            assert!(error.downcast_ref::<clap::Error>().is_some(), "{line}: {error:#}");
        }
    }
}

#[tokio::test]
async fn within_an_organisation_everything_else_is_not_found() {
    for machine in Machine::each() {
        for (name, domain) in [("Acme", "acme.test"), ("Valbois", "valbois.test")] {
            machine.json(&format!("organisation create {name}")).await;
            machine.json(&format!("domain create {domain} --organisation {name}")).await;
            machine.json(&format!("address create a@{domain}")).await;
            machine.json(&format!("user create u@{domain} --organisation {name}")).await;
        }
        let password = machine.json("device-password create a@valbois.test --label x").await;
        let id = password["id"].as_str().unwrap();
        for line in [
            "organisation show Valbois",
            "organisation change Valbois --name X",
            "organisation disable Valbois",
            "organisation delete Valbois --force",
            "organisation create New",
            "service show Valbois",
            "service change Valbois --quota 1",
            "service delete Valbois",
            "domain show valbois.test",
            "domain disable valbois.test",
            "domain delete valbois.test --force",
            "address show a@valbois.test",
            "address create b@valbois.test",
            "address change a@valbois.test --quota 1",
            "address disable a@valbois.test",
            "address delete a@valbois.test",
            "address list --domain valbois.test",
            "device-password list a@valbois.test",
            "device-password create a@valbois.test --label y",
            &format!("device-password show {id}"),
            &format!("device-password change {id} --label y"),
            &format!("device-password disable {id}"),
            &format!("device-password delete {id}"),
            "user show u@valbois.test",
            "user change u@valbois.test --name X",
            "user delete u@valbois.test",
            "ban delete 192.0.2.1",
            "queue delete 7",
        ] {
            assert_eq!(
                machine.refusal(&format!("{line} --organisation Acme")).await["kind"],
                "not_found",
                "{line}"
            );
        }
        assert_eq!(machine.refusal("address list --tenant Nobody").await["kind"], "not_found");
        for kind in ["organisation", "service", "domain", "address", "user"] {
            let own = machine.json(&format!("{kind} list --tenant Acme")).await;
            assert_eq!(own.as_array().unwrap().len(), 1, "{kind}");
            assert_eq!(machine.json(&format!("{kind} list")).await.as_array().unwrap().len(), 2, "{kind}");
        }
        assert!(!machine.text("log changes --organisation Acme").await.contains("valbois"));
        let by_text = machine.json("log changes --text valbois --action create").await;
        let by_text = by_text.as_array().unwrap();
        assert!(!by_text.is_empty());
        assert!(
            by_text.iter().all(|change| change.to_string().to_lowercase().contains("valbois")
                && change["source"] == "command")
        );
        assert!(machine.json("log changes --who nobody").await.as_array().unwrap().is_empty());
        let chains = machine.json("log verify --organisation Acme").await;
        let head = chains[0]["head"].as_str().unwrap().to_owned();
        machine.json("organisation change Acme --require-second-factor yes").await;
        machine.json(&format!("log verify --organisation Acme --noted {head}")).await;
        let (number, digest) = head.split_once(':').unwrap();
        let other = format!("{number}:{}", digest.chars().rev().collect::<String>());
        let line = format!("log verify --organisation Acme --noted {other}");
        let broken = machine.run(&line).await.err().expect("another digest was noted").to_string();
        assert!(broken.contains("is broken") && broken.contains("not the one that was noted"), "{broken}");
        assert!(
            machine.run(&format!("log verify --noted {head}")).await.is_err(),
            "whose end it is must be said"
        );
        assert!(machine.json("ban list --organisation Acme").await.as_array().unwrap().is_empty());
    }
}

#[tokio::test]
async fn the_log_tells_the_way_of_each_letter() {
    for machine in Machine::each() {
        let id: i64 =
            machine.json("organisation create Valbois").await["id"].as_str().unwrap().parse().unwrap();
        let now = machine.installation.world.clock.now();
        let hour = std::time::Duration::from_secs(60 * 60);
        let event = move |at: Timestamp, id: i64, message: i64, recipient: Option<&str>, step: Step| Event {
            at,
            id,
            organisation: Some(OrganisationId(if message == 9 { 1 } else { 0 })),
            message: Some(MessageId(message)),
            delivery: None,
            sender: "carla@far.test".to_owned(),
            recipient: recipient.map(str::to_owned),
            step,
        };
        let route = || Step::Queued { route: "mailbox anna@valbois.test".to_owned() };
        let place = || Step::Delivered { place: "INBOX\u{1b}[2J".to_owned(), reply: None };
        let mut events = vec![
            event(now.minus(hour * 3), 1, 7, None, Step::Held),
            event(now.minus(hour * 3), 2, 7, Some("anna@valbois.test"), route()),
            event(now.minus(hour), 3, 8, Some("anna@valbois.test"), place()),
            event(now.minus(hour), 4, 9, Some("anna@valbois.test"), place()),
        ];
        for event in &mut events {
            if event.organisation == Some(OrganisationId(0)) {
                event.organisation = Some(OrganisationId(id));
            }
        }
        machine
            .installation
            .db
            .operator("test")
            .write(move |tx| -> Result<(), DbError> {
                events.iter().try_for_each(|event| trail::record(tx, event))
            })
            .await
            .unwrap();
        let messages = async |line: &str| -> Vec<String> {
            let ways = machine.json(line).await;
            let ways = ways.as_array().unwrap();
            ways.iter().map(|way| way["message"].as_str().unwrap().to_owned()).collect()
        };
        assert_eq!(messages("log search --to Anna@valbois.test").await, ["7", "8", "9"]);
        assert_eq!(messages("log search --to anna@valbois.test --tenant Valbois").await, ["7", "8"]);
        assert_eq!(messages("log search --to anna@valbois.test --tenant Valbois --since 2h").await, ["8"]);
        assert_eq!(messages("log search --from carla@far.test --until 2h").await, ["7"]);
        assert_eq!(messages("log search --message 9").await, ["9"]);
        assert_eq!(messages("log search --message 9 --tenant Valbois").await, Vec::<String>::new());
        assert_eq!(messages("log search --since 2026-11-21T10:30:00Z --limit 1").await, ["9"]);
        let text = machine.text("log search --to anna@valbois.test --tenant Valbois").await;
        assert!(text.starts_with("message 7\n  2026-11-21T09:00:00Z  <carla@far.test>: held\n"), "{text}");
        // What a stranger wrote moves no cursor.
        assert!(text.contains("INBOX\u{fffd}[2J"), "{text}");
    }
}

#[tokio::test]
async fn bans_are_listed_and_lifted() {
    for machine in Machine::each() {
        for _ in 0..10 {
            let attempt = directory::Attempt {
                login: "a@b.test".to_owned(),
                authorise_as: String::new(),
                password: directory::Zeroizing::new(String::new()),
                protocol: directory::AuthProtocol::Smtp,
                source: "192.0.2.1".parse().unwrap(),
            };
            drop(machine.installation.directory.authenticate(attempt).await);
        }
        assert_eq!(machine.json("ban list").await[0]["subject"], "source 192.0.2.1");
        machine.text("ban delete 192.0.2.1").await;
        assert_eq!(machine.refusal("ban delete 192.0.2.1").await["kind"], "not_found");
    }
}

#[tokio::test]
async fn an_empty_queue_is_listed_and_worked_on() {
    for machine in Machine::each() {
        assert_eq!(machine.json("queue list").await, serde_json::json!([]));
        assert_eq!(machine.json("queue list --destination far.test").await, serde_json::json!([]));
        for verb in ["hold", "release", "retry", "delete"] {
            assert_eq!(machine.json(&format!("queue {verb} --all")).await["deliveries"], 0);
            assert_eq!(machine.refusal(&format!("queue {verb} 7")).await["kind"], "not_found");
        }
    }
}

#[tokio::test]
async fn a_domains_reports_and_reputation_are_shown_to_its_owner_only() {
    for machine in Machine::each() {
        machine.json("organisation create Valbois").await;
        machine.json("organisation create Acme").await;
        machine.json("domain create valbois.test --organisation Valbois").await;
        let reports = machine.json("domain reports valbois.test --days 7").await;
        assert_eq!((&reports["letters"]["passed"], &reports["by_day"]), (&0.into(), &serde_json::json!([])));
        assert!(
            machine.text("domain reports valbois.test").await.contains("DMARC reports of the last 30 days")
        );
        let reputation = machine.json("domain reputation valbois.test --organisation Valbois").await;
        assert_eq!((&reputation["points"], &reputation["says_little"]), (&100.into(), &true.into()));
        assert!(machine.text("domain reputation valbois.test").await.contains("100 of 100"));
        for command in ["reports", "reputation"] {
            let foreign = format!("domain {command} valbois.test --organisation Acme");
            assert_eq!(machine.refusal(&foreign).await["kind"], "not_found");
        }
    }
}

#[test]
fn sizes_are_read_as_people_write_them() {
    for (text, expected) in [
        ("5GB", Some(Some(5_000_000_000))),
        ("1.5GB", Some(Some(1_500_000_000))),
        ("2 GiB", Some(Some(2 << 30))),
        ("1000", Some(Some(1000))),
        ("none", Some(None)),
        ("5XB", None),
        ("-1", None),
        ("", None),
        ("99999999999999999999", None),
        ("99999999999TB", None),
    ] {
        assert_eq!(quota(text).ok(), expected.map(QuotaArgument), "{text}");
    }
    for (bytes, expected) in [(0, "0 B"), (999, "999 B"), (1500, "1.5 kB"), (5_000_000_000, "5 GB")] {
        assert_eq!(size(bytes), expected);
    }
    for bytes in [1, 999, 5_000_000_000, 5 << 30, 1_234_567_891, u64::MAX] {
        let shown = super::output::quota(Some(bytes));
        assert_eq!(quota(&shown).ok(), Some(QuotaArgument(Some(bytes))), "{shown}");
    }
}

#[tokio::test]
async fn the_operators_staff_is_taken_in_listed_and_taken_out() {
    for machine in Machine::each() {
        machine.text("organisation create Valbois").await;
        machine.text("user create boss@valbois.test").await;
        assert_eq!(machine.json("staff list").await, serde_json::json!([]));
        machine.text("staff add BOSS@valbois.test").await;
        assert_eq!(machine.json("staff list").await[0]["login"], "boss@valbois.test");
        // Within an organisation's scope there is no staff.
        assert_eq!(machine.refusal("staff list --organisation Valbois").await["kind"], "not_found");
        machine.refusal("staff remove boss@valbois.test --organisation Valbois").await;
        machine.text("staff remove boss@valbois.test").await;
        assert_eq!(machine.json("staff list").await, serde_json::json!([]));
        assert_eq!(machine.refusal("staff add nobody@valbois.test").await["what"], "user");
    }
}

#[test]
fn times_are_read_as_people_write_them() {
    let ago = |seconds| Some(When::Ago(std::time::Duration::from_secs(seconds)));
    for (text, expected) in [
        ("90s", ago(90)),
        ("2h", ago(7200)),
        ("3d", ago(3 * 86_400)),
        ("1w", ago(7 * 86_400)),
        ("1970-01-02", Some(When::At(Timestamp(86_400_000)))),
        ("1970-01-01T01:00:00+01:00", Some(When::At(Timestamp(0)))),
        ("1970-01-01T00:00:01Z", Some(When::At(Timestamp(1000)))),
        ("yesterday", None),
        ("3", None),
        ("é", None),
        ("", None),
    ] {
        assert_eq!(when(text).ok(), expected, "{text}");
    }
}

#[tokio::test]
async fn zones_are_signed_with_their_synonyms_and_tell_what_their_parents_need() {
    for machine in Machine::each() {
        machine.run("organisation create Valbois").await.unwrap();
        machine.run("organisation create Acme").await.unwrap();
        // The operator's act, for whomever it is: also a name that an organisation may not take.
        machine.run("zone create test --organisation Valbois").await.unwrap();
        for zone in ["valbois.test", "bains.test", "hot.test"] {
            machine.run(&format!("zone create {zone} --organisation Valbois")).await.unwrap();
        }
        machine.run("zone add-synonym valbois.test bains.test").await.unwrap();
        let signed = machine.json("zone sign valbois.test").await;
        let [ds] = signed["ds"].as_array().unwrap().as_slice() else { panic!("{signed}") };
        assert!(ds.as_str().unwrap().starts_with("valbois.test. IN DS "), "{ds}");
        // Once, as a line of a zone file.
        let shown = machine.text("zone show valbois.test").await;
        assert_eq!(shown.matches("IN DS").count(), 1, "{shown}");
        assert!(shown.contains(ds.as_str().unwrap()), "{shown}");
        let synonyms = machine.text("zone synonyms valbois.test").await;
        assert!(synonyms.contains("bains.test.  signed  bains.test. IN DS "), "{synonyms}");
        let joined = machine.text("zone add-synonym valbois.test hot.test").await;
        assert!(joined.contains("\nfor the parent: hot.test. IN DS "), "{joined}");

        assert_eq!(machine.json("zone show hot.test").await["newsletter"], false);
        machine.run("zone create other.test --organisation Valbois").await.unwrap();
        let bound = machine.json("zone change other.test --newsletter yes --default-ttl 600").await;
        assert_eq!((&bound["newsletter"], &bound["default_ttl"]), (&Value::from(true), &Value::from(600)));
        let refused = machine.refusal("zone add-synonym valbois.test other.test").await;
        assert_eq!(refused["field"], "synonym", "{refused}");
        machine.run("zone change other.test --newsletter no").await.unwrap();
        machine.run("zone add-synonym valbois.test other.test").await.unwrap();
        // Bound to the newsletter, a zone has no synonyms.
        let refused = machine.refusal("zone change valbois.test --newsletter yes").await;
        assert!(refused["reason"].as_str().unwrap().contains("newsletter"), "{refused}");
    }
}

#[tokio::test]
async fn what_the_mail_service_keeps_is_removed_by_force_and_keys_are_published_at_once() {
    for machine in Machine::each() {
        machine.run("organisation create Valbois").await.unwrap();
        machine
            .run("installation change --hostname mail.relais.test --exchanger 10,mail.relais.test,192.0.2.25")
            .await
            .unwrap();
        machine.run("zone create valbois.test").await.unwrap();
        machine.run("domain create valbois.test").await.unwrap();
        let refused = machine.refusal("zone remove valbois.test @ MX").await;
        assert_eq!(refused["field"], "force");
        let reason = refused["reason"].as_str().unwrap();
        assert!(reason.contains("without it mail for the domain has nowhere to go"), "{reason}");
        let removed = machine.json("zone remove valbois.test @ MX --force").await;
        assert_eq!(removed["removed"][0]["type"], "MX");
        machine.run("domain dkim rotate valbois.test").await.unwrap();
        let records = machine.json("zone records valbois.test --type TXT").await;
        let keys = records.as_array().unwrap().iter();
        let keys = keys.filter(|record| record["owner"].as_str().unwrap().ends_with("._domainkey"));
        assert_eq!(keys.count(), 4, "{records}");
    }
}

#[tokio::test]
async fn a_mail_server_is_created_searched_changed_and_deleted_in_two_steps() {
    for machine in Machine::each() {
        machine.json("organisation create Commune_de_Valbois").await;
        machine.json("domain create valbois.test").await;
        machine.json("address create anna@valbois.test").await;
        let host = machine.json("host create hote1 --domain valbois.test --ipv4 192.162.0.1").await;
        assert_eq!(
            (host["fqdn"].as_str(), host["waits"].as_str()),
            (Some("hote1.valbois.test"), Some("create"))
        );
        machine.json("host create hote2 --domain valbois.test --ipv6 2001:db8::2").await;
        machine.json("mail-server create hote1 --imap --smtp-in").await;
        machine.json("mail-server create hote2 --smtp-out").await;
        assert_eq!(machine.json("mail-server changes").await.as_array().unwrap().len(), 4);
        let run = machine.json("mail-server apply").await;
        assert_eq!((run["state"].as_str(), run["done"].as_u64()), (Some("done"), Some(4)));
        assert_eq!(machine.refusal("mail-server apply").await["field"], "changes");
        for (search, found) in [
            ("", 2),
            (" --imap", 1),
            (" --name hote", 2),
            (" --ip 2001:", 1),
            (" --ip 192.162 --smtp-out", 0),
        ] {
            let line = format!("mail-server list{search}");
            assert_eq!(machine.json(&line).await.as_array().unwrap().len(), found, "{line}");
        }
        assert_eq!(
            machine.text("mail-server export").await,
            "host,ip,imap,smtp_in,smtp_out\r\nhote1.valbois.test,192.162.0.1,X,X,\r\nhote2.valbois.test,2001:db8::2,,,X\n"
        );
        machine.text("mail-server assign anna@valbois.test --role imap --server hote1").await;
        machine.text("mail-server assign valbois.test --role smtp-out --server hote2").await;
        let check = machine.run("mail-server delete hote1 --check").await.unwrap();
        assert_eq!(check.status(), 1);
        assert!(check.to_text().contains("users 1, domains 0"));
        assert_eq!(machine.refusal("mail-server delete hote1").await["kind"], "in_use");
        assert_eq!(machine.refusal("mail-server change hote2 --smtp-out no").await["field"], "smtp_out");
        machine.text("mail-server assign valbois.test --role smtp-out").await;
        let changed = machine.json("mail-server change hote2 --smtp-out no --imap yes").await;
        assert_eq!((changed["imap"].as_bool(), changed["smtp_out"].as_bool()), (Some(true), Some(false)));
        let change = machine.json("mail-server changes").await[0]["id"].as_str().unwrap().to_owned();
        machine.text(&format!("mail-server cancel {change}")).await;
        assert_eq!(machine.json("mail-server show hote2").await["smtp_out"], true);
        machine.text("mail-server delete hote2").await;
        machine.text("host delete hote2").await;
        assert_eq!(machine.refusal("mail-server show hote2").await["kind"], "not_found");
        // Another organisation sees none of it.
        machine.json("organisation create Acme").await;
        assert_eq!(machine.refusal("mail-server show hote1 --organisation Acme").await["kind"], "not_found");
        assert_eq!(machine.json("mail-server list --organisation Acme").await, serde_json::json!([]));
    }
}
