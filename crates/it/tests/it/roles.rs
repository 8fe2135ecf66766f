//! Nodes that are hosts: each opens the doors of its applied roles, follows a change of them without a restart, and
//! mail flows through several of them.

use app::listeners::Purpose;
use directory::Scope;
use hosts::{Administration, MailServerId, NewHost, NewMailServer, Roles};
use model::{Domain, OrganisationId};
use tokio::net::TcpStream;

use crate::platform::{Faults, Home, Platform, Talk, message, plain, until};

const ANNA: &str = "anna@valbois.test";
const ZOE: &str = "zoe@stranger.test";
const NONE: Roles = Roles { imap: false, smtp_in: false, smtp_out: false };

/// The administration of Valbois's hosts.
async fn servers(platform: &Platform) -> (Administration, OrganisationId) {
    let domain = Domain::parse("valbois.test").unwrap();
    let organisation = platform.administration().domain_called(&domain).await.unwrap().organisation;
    let scope = Scope::Tenant(organisation);
    (platform.installation.hosts.administration(scope, "test"), organisation)
}

async fn server(platform: &Platform, name: &str, roles: Roles) -> MailServerId {
    let domain =
        platform.administration().domain_called(&Domain::parse("valbois.test").unwrap()).await.unwrap();
    let (admin, _) = servers(platform).await;
    let new = NewHost {
        domain: domain.id,
        name: name.to_owned(),
        fqdn: None,
        ipv4: Some("127.0.0.1".parse().unwrap()),
        ipv6: None,
        description: String::new(),
    };
    let host = admin.create_host(new).await.unwrap().id;
    admin.create_server(NewMailServer { host, roles }).await.unwrap().id
}

async fn apply(platform: &Platform) {
    let (admin, organisation) = servers(platform).await;
    let run = admin.begin_applying(organisation).await.unwrap();
    platform.installation.hosts.work(run.id).await.unwrap();
}

/// The doors of a node that take connections.
async fn open_doors(platform: &Platform) -> Vec<&'static str> {
    let mut open = Vec::new();
    for (service, address) in &platform.ports {
        if TcpStream::connect(address).await.is_ok() {
            open.push(*service);
        }
    }
    open
}

async fn until_open(platform: &Platform, doors: &[&str]) {
    until(async || (open_doors(platform).await == doors).then_some(())).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_opens_and_closes_its_doors_with_the_roles_that_are_applied() {
    for mut home in Home::all() {
        home.host = "hote1.valbois.test";
        let platform = Platform::start(&home, &[], Faults::default()).await;
        let anna = platform.populate("Commune de Valbois", "valbois.test", &["anna"]).await.remove(0);
        // There is no such host yet: nothing is open.
        until_open(&platform, &[]).await;
        let id = server(&platform, "hote1", Roles { imap: true, ..NONE }).await;
        // What waits does nothing.
        assert!(open_doors(&platform).await.is_empty());
        apply(&platform).await;
        until_open(&platform, &["imap", "imaps"]).await;
        let mut reader = Talk::login(platform.port(Purpose::Imap), ANNA, &anna).await;
        let (admin, _) = servers(&platform).await;
        admin.change_server(id, Roles { smtp_in: true, ..NONE }).await.unwrap();
        apply(&platform).await;
        until_open(&platform, &["lmtp", "smtp"]).await;
        // The session heard why, and ended.
        let bye = reader.line().await;
        assert!(bye.starts_with("* BYE"), "{bye}");
        assert!(reader.is_closed().await);
        let mut writer = Talk::to(platform.port(Purpose::Smtp)).await;
        writer.smtp("EHLO mx.stranger.test").await;
        let reply = writer.letter(ZOE, &[ANNA], &message("one", ZOE, ANNA)).await;
        assert!(reply.starts_with("250"), "{reply}");
        admin.change_server(id, Roles { smtp_out: true, ..NONE }).await.unwrap();
        apply(&platform).await;
        until_open(&platform, &["submission", "submissions"]).await;
        admin.change_server(id, Roles::ALL).await.unwrap();
        apply(&platform).await;
        until_open(&platform, &["imap", "imaps", "lmtp", "smtp", "submission", "submissions"]).await;
        let mut reader = Talk::login(platform.port(Purpose::Imap), ANNA, &anna).await;
        until(async || reader.imap("STATUS INBOX (MESSAGES)").await[0].contains("MESSAGES 1").then_some(()))
            .await;
        platform.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn mail_flows_through_three_nodes_with_one_role_each() {
    let Some(mut reading) = Home::postgresql() else { return };
    let (mut incoming, mut outgoing) = (reading.node_called("two"), reading.node_called("three"));
    reading.host = "lit.valbois.test";
    incoming.host = "entre.valbois.test";
    outgoing.host = "sort.valbois.test";
    let elsewhere = Home::small();
    let stranger = Platform::start(&elsewhere, &[], Faults::default()).await;
    let zoe = stranger.populate("Stranger", "stranger.test", &["zoe"]).await.remove(0);
    let routes = [("stranger.test", stranger.port(Purpose::Smtp))];
    let reading = Platform::start(&reading, &routes, Faults::default()).await;
    let anna = reading.populate("Commune de Valbois", "valbois.test", &["anna"]).await.remove(0);
    let incoming = Platform::start(&incoming, &routes, Faults::default()).await;
    let outgoing = Platform::start(&outgoing, &routes, Faults::default()).await;
    server(&reading, "lit", Roles { imap: true, ..NONE }).await;
    server(&reading, "entre", Roles { smtp_in: true, ..NONE }).await;
    let sends = server(&reading, "sort", Roles { smtp_out: true, ..NONE }).await;
    apply(&reading).await;
    until_open(&reading, &["imap", "imaps"]).await;
    until_open(&incoming, &["lmtp", "smtp"]).await;
    until_open(&outgoing, &["submission", "submissions"]).await;

    // A stranger's letter comes in at one and is read at another.
    let mut reader = Talk::login(reading.port(Purpose::Imap), ANNA, &anna).await;
    assert!(reader.imap("SELECT INBOX").await.contains(&"* 0 EXISTS".to_owned()));
    reader.write("idle IDLE\r\n").await;
    assert!(reader.line().await.starts_with('+'));
    let mut writer = Talk::to(incoming.port(Purpose::Smtp)).await;
    writer.smtp("EHLO mx.stranger.test").await;
    let reply = writer.letter(ZOE, &[ANNA], &message("in", ZOE, ANNA)).await;
    assert!(reply.starts_with("250"), "{reply}");
    reader.until("* 1 EXISTS").await;
    reader.write("DONE\r\n").await;
    reader.until("idle OK").await;
    // Nobody relays through it, whoever he is.
    let reply = writer.letter(ANNA, &[ZOE], &message("relayed", ANNA, ZOE)).await;
    assert!(reply.starts_with("55"), "{reply}");

    // The third has no role any more but takes letters once it has: meanwhile what is queued waits.
    let mut submission = Talk::to(outgoing.port(Purpose::Submission)).await;
    submission.smtp("EHLO [127.0.0.1]").await;
    let welcome = submission.smtp(&format!("AUTH PLAIN {}", plain("", ANNA, &anna))).await;
    assert!(welcome.starts_with("235"), "{welcome}");
    let reply = submission.letter(ANNA, &[ZOE], &message("out", ANNA, ZOE)).await;
    assert!(reply.starts_with("250"), "{reply}");
    let mut zoes = Talk::login(stranger.port(Purpose::Imap), ZOE, &zoe).await;
    until(async || zoes.imap("STATUS INBOX (MESSAGES)").await[0].contains("MESSAGES 1").then_some(())).await;
    zoes.imap("SELECT INBOX").await;
    let text = zoes.imap("FETCH 1 BODY[]").await.join("\n");
    assert!(text.contains("This is letter out."), "{text}");

    // Without a node for it, a letter for elsewhere waits in the queue and nobody claims it.
    let (admin, _) = servers(&reading).await;
    admin.change_server(sends, NONE).await.unwrap();
    apply(&reading).await;
    until_open(&outgoing, &[]).await;
    let forward = model::Address::parse("loin@valbois.test").unwrap();
    let alias_to = vec![model::Address::parse(ZOE).unwrap()];
    let new = directory::NewAddress { address: forward, alias_to, quota_bytes: None };
    reading.administration().create_address(new).await.unwrap();
    let mut writer = Talk::to(incoming.port(Purpose::Smtp)).await;
    writer.smtp("EHLO mx.stranger.test").await;
    let reply = writer
        .letter(
            "carl@else.test",
            &["loin@valbois.test"],
            &message("far", "carl@else.test", "loin@valbois.test"),
        )
        .await;
    assert!(reply.starts_with("250"), "{reply}");
    let queue = reading.installation.flow.queue();
    let left = async || {
        let waiting = queue.list(None, mail_queue::Selection::All, 10).await.unwrap();
        (waiting.len() == 1 && waiting[0].node.is_none() && waiting[0].attempts == 0).then_some(())
    };
    until(left).await;
    // With the role it goes, within seconds.
    admin.change_server(sends, Roles { smtp_out: true, ..NONE }).await.unwrap();
    apply(&reading).await;
    until(async || zoes.imap("STATUS INBOX (MESSAGES)").await[0].contains("MESSAGES 2").then_some(())).await;
    for node in [reading, incoming, outgoing, stranger] {
        node.stop().await;
    }
}
