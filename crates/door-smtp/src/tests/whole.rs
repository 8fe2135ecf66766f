//! The whole door over in-memory streams and loopback, with the real flow, directory and storage behind it.

mod gateway;

use std::fmt::Write;
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use blobs::Blobs;
use gateways::AnyClientCertificate;
use keys::{Authority, ServerTls};
use mail_flow::Settings;
use mail_flow::testing::Town;
use model::{Address, Domain, Timestamp};
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, RootCertStore};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio_rustls::TlsConnector;
use trust::ListWeight;
use world::{StaticNames, World};

use super::{bytes, scripts};
use crate::limits::{COMMAND_PATIENCE, DATA_PATIENCE, LOGIN_FAILURE_DELAY, SESSION_PATIENCE};
use crate::{Kind, Limits, Shared, connection, serve};

const PASSWORD: &str = "a horse in the valley";
const LOOPBACK: IpAddr = IpAddr::V4(std::net::Ipv4Addr::LOCALHOST);
const STRANGER: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 7));

/// A platform with the people of the flow's town; anna has a password.
struct Place {
    shared: Arc<Shared>,
    db: db::Db,
    world: World,
    stop: watch::Sender<bool>,
    trust: Arc<ClientConfig>,
    roots: RootCertStore,
    _files: tempfile::TempDir,
}

/// What fails at the moment.
#[derive(Clone, Default)]
struct Faults {
    of_blobs: Arc<AtomicBool>,
    of_db: Arc<AtomicBool>,
}

/// How a place differs from others.
#[derive(Clone, Default)]
struct Wanted {
    limits: Limits,
    faults: Faults,
    names: StaticNames,
    lists: Vec<mail_judge::List>,
}

impl Wanted {
    /// `given: name NAME TYPE DATA`, `given: failing NAME` and `given: list LIST WEIGHT [CODES]` of a script.
    fn by(script: &str) -> Wanted {
        let mut wanted = Wanted::default();
        for line in script.lines().filter_map(|line| line.strip_prefix("given: ")) {
            match line.splitn(4, ' ').collect::<Vec<_>>()[..] {
                ["name", name, kind, data] => wanted.names = wanted.names.with(name, kind, data),
                ["failing", name] => wanted.names = wanted.names.failing(name),
                ["list", list, weight, ref codes @ ..] => wanted.lists.push(mail_judge::List {
                    list: list.parse().unwrap(),
                    codes: codes.iter().map(|codes| codes.parse().unwrap()).collect(),
                    weight: match weight {
                        "mark" => ListWeight::Mark,
                        "spam" => ListWeight::Spam,
                        "refuse" => ListWeight::Refuse,
                        "allow" => ListWeight::Allow,
                        other => panic!("given: list … {other}"),
                    },
                }),
                ["kind", _] => {}
                _ => panic!("given: {line}"),
            }
        }
        wanted
    }
}

async fn places(limits: Limits) -> Vec<Place> {
    places_with(&Wanted { limits, ..Wanted::default() }).await
}

async fn places_with(wanted: &Wanted) -> Vec<Place> {
    let mut places = Vec::new();
    let full = |fault: &Arc<AtomicBool>| match fault.load(Ordering::Relaxed) {
        true => Err(std::io::Error::from(std::io::ErrorKind::StorageFull)),
        false => Ok(()),
    };
    let of_db = Arc::clone(&wanted.faults.of_db);
    let options = db::Options {
        commit_hook: Some(Arc::new(move |_| full(&of_db))),
        durable: false,
        ..db::Options::default()
    };
    for db in db::testing::migrated_with(&options, &mail_flow::testing::MIGRATIONS) {
        let files = tempfile::tempdir().unwrap();
        let of_blobs = Arc::clone(&wanted.faults.of_blobs);
        let options = blobs::Options {
            hook: Some(Arc::new(move |_| full(&of_blobs))),
            durable: false,
            ..blobs::Options::default()
        };
        let blobs = Blobs::open(&format!("file:{}", files.path().join("blobs").display()), options).unwrap();
        let hostname = Domain::parse("mx.valbois.test").unwrap();
        let mut settings = Settings::new(hostname.clone(), "one");
        settings.policy.lists.clone_from(&wanted.lists);
        let world = World::testing_with_names(wanted.names.clone());
        let town = Town::found(db, blobs, world, settings).await;
        let anna = Address::parse("anna@valbois.test").unwrap();
        let anna = town.operator.address_called(&anna).await.unwrap();
        town.operator.choose_password(anna.id, PASSWORD).await.unwrap();
        let (server, trust, roots) = certificate(files.path());
        let shared = Shared {
            flow: town.flow,
            directory: town.directory,
            world: town.world.clone(),
            tls: Some(server.config()),
            mutual_tls: Some(server.config_asking(AnyClientCertificate::verifier()).unwrap()),
            hostname,
            plaintext_from: vec!["127.0.0.0/8".parse().unwrap()],
            exempt_loopback: false,
            limits: wanted.limits.clone(),
            gate: doorway::Gate::default(),
        };
        let stop = watch::Sender::new(false);
        let (db, world) = (town.db, town.world);
        places.push(Place { shared: Arc::new(shared), db, world, stop, trust, roots, _files: files });
    }
    places
}

fn certificate(files: &std::path::Path) -> (ServerTls, Arc<ClientConfig>, RootCertStore) {
    // The TLS library compares with the system's clock.
    let since = std::time::SystemTime::UNIX_EPOCH.elapsed().unwrap();
    let now = Timestamp(since.as_millis() as i64);
    let authority = Authority::open(files, now).unwrap();
    let (certificate, key) = authority.server_certificate(&["mx.valbois.test".to_owned()], now).unwrap();
    let mut roots = RootCertStore::empty();
    roots.add(authority.certificate()).unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let client = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots.clone())
        .with_no_client_auth();
    (ServerTls::from_files(&certificate, &key).unwrap(), Arc::new(client), roots)
}

impl Place {
    /// A connection over an in-memory stream; the handle ends when the door has ended it.
    fn connect(&self, kind: Kind, ip: IpAddr) -> (Client<tokio::io::DuplexStream>, JoinHandle<()>) {
        let (here, there) = tokio::io::duplex(16 * 1024);
        let (shared, stop) = (Arc::clone(&self.shared), self.stop.subscribe());
        let ended = tokio::spawn(async move { connection::converse(there, ip, kind, &shared, stop).await });
        (Client { stream: here, read: Vec::new() }, ended)
    }

    /// How many deliveries wait.
    async fn queued(&self) -> usize {
        let queue = mail_queue::Queue::new(self.db.clone(), self.world.clone(), "another");
        queue.list(None, mail_queue::Selection::All, 100).await.unwrap().len()
    }

    async fn secure<S: AsyncRead + AsyncWrite + Unpin>(
        &self,
        client: Client<S>,
    ) -> Client<tokio_rustls::client::TlsStream<S>> {
        assert!(client.read.is_empty(), "{}", String::from_utf8_lossy(&client.read));
        let name = ServerName::try_from("mx.valbois.test").unwrap();
        let stream = TlsConnector::from(Arc::clone(&self.trust)).connect(name, client.stream).await.unwrap();
        Client { stream, read: Vec::new() }
    }
}

/// The other side.
struct Client<S> {
    stream: S,
    read: Vec<u8>,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Client<S> {
    async fn send(&mut self, text: &str) {
        self.stream.write_all(text.as_bytes()).await.unwrap();
        self.stream.flush().await.unwrap();
    }

    /// The next line without its CRLF; `None` at the end.
    async fn line(&mut self) -> Option<String> {
        loop {
            if let Some(end) = self.read.windows(2).position(|pair| pair == b"\r\n") {
                let line = String::from_utf8(self.read.drain(..end + 2).collect()).unwrap();
                return Some(line.trim_end().to_owned());
            }
            if self.stream.read_buf(&mut self.read).await.ok()? == 0 {
                return None;
            }
        }
    }

    /// The last line of the next reply.
    async fn reply(&mut self) -> String {
        loop {
            match self.line().await {
                Some(line) if line.as_bytes().get(3) == Some(&b'-') => {}
                Some(line) => return line,
                None => return "closed".to_owned(),
            }
        }
    }

    async fn ask(&mut self, command: &str) -> String {
        self.send(&format!("{command}\r\n")).await;
        self.reply().await
    }
}

/// Ids differ from run to run.
fn anonymous(line: &str) -> String {
    match line.split_once("queued as ") {
        Some((before, _)) => format!("{before}queued as ID"),
        None => line.to_owned(),
    }
}

/// Plays a script of the same form as the others; `S:` lines say how much to wait for.
async fn play(place: &Place, script: &str, is_new: bool) -> String {
    let kind = match script.lines().find_map(|line| line.strip_prefix("given: kind ")) {
        Some("submission") => Kind::Submission,
        Some("lmtp") => Kind::Lmtp,
        _ => Kind::Mx,
    };
    let ip = if kind == Kind::Submission { LOOPBACK } else { STRANGER };
    let (mut client, ended) = place.connect(kind, ip);
    let (mut played, mut block) = (String::new(), Vec::new());
    for line in script.lines() {
        let said =
            line.strip_prefix("C: ").map(|text| (text, "\r\n")).or((line == "C:").then_some(("", "\r\n")));
        if let Some((text, end)) = said {
            block.extend(bytes(text));
            block.extend_from_slice(end.as_bytes());
        } else if line.starts_with("S:") {
            client.stream.write_all(&std::mem::take(&mut block)).await.unwrap();
            let mut lines = Vec::new();
            if is_new {
                // Only when a script is written: whatever comes within a while belongs here.
                while let Ok(Some(line)) =
                    tokio::time::timeout(Duration::from_millis(500), client.line()).await
                {
                    lines.push(line);
                }
            } else {
                lines.extend(client.line().await);
            }
            for line in lines {
                writeln!(played, "S: {}", anonymous(&line)).unwrap();
            }
        }
        if !line.starts_with("S:") {
            writeln!(played, "{line}").unwrap();
        }
    }
    drop(client);
    ended.await.unwrap();
    played
}

#[tokio::test]
async fn whole_conversations_go_as_their_scripts_say() {
    let is_new = std::env::var_os("UPDATE").is_some();
    for path in scripts("scripts/whole") {
        let script = std::fs::read_to_string(&path).unwrap();
        for place in places_with(&Wanted::by(&script)).await {
            let played = play(&place, &script, is_new).await;
            if is_new {
                std::fs::write(&path, &played).unwrap();
            } else {
                assert_eq!(played, script, "{}", path.display());
            }
        }
    }
}

#[tokio::test]
async fn starttls_drops_what_came_with_it_and_passwords_work_within() {
    for place in places(Limits::default()).await {
        let (mut client, _) = place.connect(Kind::Submission, STRANGER);
        client.reply().await;
        client.ask("EHLO client.test").await;
        assert!(client.ask("AUTH PLAIN AGEAYg==").await.starts_with("538 5.7.11"));
        // Everything in one piece, as a man in the middle would add it.
        client.send("STARTTLS\r\nEHLO attacker.test\r\nAUTH PLAIN AGEAYg==\r\n").await;
        assert!(client.reply().await.starts_with("220 "));
        let mut client = place.secure(client).await;
        // No answer to the injected commands stands before this one.
        assert!(client.ask("MAIL FROM:<anna@valbois.test>").await.starts_with("503 5.5.1 Say EHLO first"));
        client.ask("EHLO client.test").await;
        let plain = wire_smtp::sasl::encode_base64(&wire_smtp::sasl::plain("Anna@valbois.test", PASSWORD));
        assert!(client.ask(&format!("AUTH PLAIN {plain}")).await.starts_with("235 2.7.0"));
        assert!(client.ask("MAIL FROM:<bruno@valbois.test>").await.starts_with("553 5.7.1"));
        assert!(client.ask("MAIL FROM:<anna+x@valbois.test>").await.starts_with("250 "));
        assert!(client.ask("RCPT TO:<someone@elsewhere.test>").await.starts_with("250 "));
        client.ask("DATA").await;
        let text = "From: anna@valbois.test\r\nSubject: out\r\n\r\ntext\r\n.";
        assert!(client.ask(text).await.starts_with("250 2.0.0 Ok, queued as "));
        assert!(client.ask("QUIT").await.starts_with("221 "));
        assert_eq!(client.reply().await, "closed");
    }
}

#[tokio::test]
async fn business_software_signs_in_on_port_25_within_tls_and_sends_what_its_account_permits() {
    for place in places(Limits::default()).await {
        let operator = place.shared.directory.administration(directory::Scope::Operator("test"), "test");
        let anna = Address::parse("anna@valbois.test").unwrap();
        let organisation = operator.address_called(&anna).await.unwrap().organisation;
        let new = directory::NewApplication {
            organisation,
            name: "payroll".to_owned(),
            senders: vec!["salaires@valbois.test".parse().unwrap()],
            reads: Vec::new(),
            hourly_limit: Some(1),
            size_limit_bytes: None,
        };
        let made = operator.create_application(new).await.unwrap();
        for kind in [Kind::Mx, Kind::Submission] {
            let (mut client, _) = place.connect(kind, STRANGER);
            client.reply().await;
            client.ask("EHLO payroll.test").await;
            assert!(client.ask("AUTH LOGIN").await.starts_with("538 5.7.11"), "never in the clear");
            client.ask("STARTTLS").await;
            let mut client = place.secure(client).await;
            client.ask("EHLO payroll.test").await;
            let name = wire_smtp::sasl::encode_base64(made.info.login.as_bytes());
            let password = wire_smtp::sasl::encode_base64(made.password.as_bytes());
            if kind == Kind::Mx {
                assert!(client.ask("AUTH LOGIN").await.starts_with("334 "));
                assert!(client.ask(&name).await.starts_with("334 "));
                assert!(client.ask(&password).await.starts_with("235 2.7.0"));
            } else {
                let first =
                    wire_smtp::sasl::encode_base64(format!("n,,n={},r=abc", made.info.login).as_bytes());
                assert!(client.ask(&format!("AUTH SCRAM-SHA-256 {first}")).await.starts_with("501 "));
                let plain =
                    wire_smtp::sasl::encode_base64(&wire_smtp::sasl::plain(&made.info.login, &made.password));
                assert!(client.ask(&format!("AUTH PLAIN {plain}")).await.starts_with("235 2.7.0"));
            }
            assert!(client.ask("MAIL FROM:<anna@valbois.test>").await.starts_with("553 5.7.1"));
            assert!(client.ask("MAIL FROM:<salaires@valbois.test>").await.starts_with("250 "));
            assert!(client.ask("RCPT TO:<someone@elsewhere.test>").await.starts_with("250 "));
            client.ask("DATA").await;
            let answer = client.ask("From: salaires@valbois.test\r\nSubject: out\r\n\r\ntext\r\n.").await;
            let expected = if kind == Kind::Mx { "250 2.0.0 Ok, queued as " } else { "452 4.7.1 " };
            assert!(answer.starts_with(expected), "{answer}");
        }
    }
}

/// Marc from outside has access to anna's mailbox, and a device with a password of his own making.
async fn guest(place: &Place, permissions: &str) -> (model::AddressId, model::UserId, String) {
    let directory = &place.shared.directory;
    let anna = Address::parse("anna@valbois.test").unwrap();
    let operator = directory.administration(directory::Scope::Operator("test"), "test");
    let anna = operator.address_called(&anna).await.unwrap();
    let new = directory::NewUser {
        organisation: anna.organisation,
        login: Address::parse("marc@far.test").unwrap(),
        name: "Marc".to_owned(),
        role: directory::Role::External,
        password: PASSWORD.to_owned().into(),
    };
    let marc = operator.create_user(new).await.unwrap().id;
    let permissions = directory::Permissions::parse(permissions.split(' ')).unwrap();
    let proof = directory::AddressProof::Machine;
    operator.grant_access(anna.id, marc, Some(permissions), proof).await.unwrap();
    let signed_in = directory.sign_in("marc@far.test", PASSWORD, LOOPBACK).await.unwrap();
    let directory::Entrance::Session(token) = directory.enter(&signed_in, LOOPBACK, "").await.unwrap() else {
        panic!("marc has no second factor")
    };
    let session = directory.session(&token).await.unwrap().unwrap();
    let account = directory.own_mailboxes(&session).await.unwrap()[0].account.account;
    let made = directory.create_own_device_password(&session, account, "phone").await.unwrap();
    (anna.id, marc, made.password.to_string())
}

#[tokio::test]
async fn whoever_may_not_send_signs_in_and_submits_nothing_and_that_changes_at_once() {
    for place in places(Limits::default()).await {
        let (anna, marc, password) = guest(&place, "configure_device").await;
        let operator = place.shared.directory.administration(directory::Scope::Operator("test"), "test");
        let may = async |permissions: &str| {
            let permissions = Some(directory::Permissions::parse(permissions.split(' ')).unwrap());
            let change = directory::AccessChange { permissions, is_primary: None };
            operator.change_access(anna, marc, change).await.unwrap();
        };
        let plain = wire_smtp::sasl::encode_base64(&wire_smtp::sasl::plain("anna@valbois.test", &password));
        let auth = format!("AUTH PLAIN {plain}");
        let (mut client, _) = place.connect(Kind::Submission, LOOPBACK);
        client.reply().await;
        client.ask("EHLO client.test").await;
        assert!(client.ask(&auth).await.starts_with("235 2.7.0"));
        for from in ["anna@valbois.test", ""] {
            let refused = client.ask(&format!("MAIL FROM:<{from}>")).await;
            let said = "550 5.7.1 you may read anna@valbois.test and not send from it";
            assert!(refused.starts_with(said), "{refused}");
        }
        may("configure_device send_emails").await;
        assert!(
            client.ask("MAIL FROM:<anna@valbois.test>").await.starts_with("250 "),
            "on the same connection"
        );
        client.ask("RSET").await;
        may("configure_device").await;
        assert!(client.ask("MAIL FROM:<anna@valbois.test>").await.starts_with("550 5.7.1"));
        // No devices any more: neither what is signed in nor whoever signs in.
        may("send_emails").await;
        assert!(client.ask("MAIL FROM:<anna@valbois.test>").await.starts_with("530 5.7.0"));
        may("configure_device send_emails").await;
        operator.revoke_access(anna, marc).await.unwrap();
        assert!(client.ask("MAIL FROM:<anna@valbois.test>").await.starts_with("530 5.7.0"));
        assert_eq!(place.queued().await, 0);
        // The owner sends as before.
        let own = wire_smtp::sasl::encode_base64(&wire_smtp::sasl::plain("anna@valbois.test", PASSWORD));
        let (mut owner, _) = place.connect(Kind::Submission, LOOPBACK);
        owner.reply().await;
        owner.ask("EHLO client.test").await;
        assert!(owner.ask(&format!("AUTH PLAIN {own}")).await.starts_with("235 "));
        assert!(owner.ask("MAIL FROM:<anna@valbois.test>").await.starts_with("250 "));
    }
}

#[tokio::test]
async fn submissions_begins_with_tls() {
    for place in places(Limits::default()).await {
        let (client, _) = place.connect(Kind::Submissions, STRANGER);
        let mut client = place.secure(client).await;
        assert_eq!(client.reply().await, "220 mx.valbois.test ESMTP");
        assert!(client.ask("EHLO client.test").await.starts_with("250 AUTH SCRAM-SHA-256 PLAIN LOGIN"));
        assert!(client.ask("STARTTLS").await.starts_with("503 "));
        let (mut client, ended) = place.connect(Kind::Submissions, STRANGER);
        client.send("EHLO client.test\r\n").await;
        ended.await.unwrap();
    }
}

/// Lets the door come to rest: everything that can run without new bytes or time has run.
async fn settle() {
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn silence_ends_with_421() {
    for place in places(Limits::default()).await {
        let (mut client, ended) = place.connect(Kind::Mx, STRANGER);
        client.reply().await;
        settle().await;
        place.world.clock.advance(COMMAND_PATIENCE);
        assert!(client.reply().await.starts_with("421 4.4.2"));
        drop(client);
        ended.await.unwrap();

        let (mut client, _ended) = place.connect(Kind::Mx, STRANGER);
        for command in ["EHLO peer.test", "MAIL FROM:<>", "RCPT TO:<anna@valbois.test>", "DATA"] {
            client.ask(command).await;
        }
        client.reply().await;
        client.send("Subject: slow\r\n").await;
        settle().await;
        place.world.clock.advance(DATA_PATIENCE);
        assert!(client.reply().await.starts_with("421 4.4.2"));
        assert_eq!(client.reply().await, "closed");
    }
}

#[tokio::test]
async fn talking_without_a_message_ends_too() {
    for place in places(Limits { idle_commands: 1000, ..Limits::default() }).await {
        let (mut client, _ended) = place.connect(Kind::Mx, STRANGER);
        client.reply().await;
        for _ in 0..SESSION_PATIENCE.as_secs() / 200 {
            assert!(client.ask("NOOP").await.starts_with("250 "));
            settle().await;
            place.world.clock.advance(Duration::from_secs(200));
        }
        assert!(client.reply().await.starts_with("421 4.4.2"));
    }
}

#[tokio::test]
async fn a_stop_ends_the_idle_at_once_and_lets_a_message_end() {
    for place in places(Limits::default()).await {
        let (mut idle, _) = place.connect(Kind::Mx, STRANGER);
        idle.reply().await;
        let (mut busy, _) = place.connect(Kind::Mx, STRANGER);
        busy.reply().await;
        for command in ["EHLO peer.test", "MAIL FROM:<>", "RCPT TO:<anna@valbois.test>", "DATA"] {
            busy.ask(command).await;
        }
        place.stop.send_replace(true);
        assert!(idle.reply().await.starts_with("421 4.3.2"));
        assert_eq!(idle.reply().await, "closed");
        busy.send("Subject: in time\r\n").await;
        assert!(busy.ask("\r\n.").await.starts_with("250 2.0.0 Ok, queued as "));
        assert!(busy.reply().await.starts_with("421 4.3.2"));
    }
}

#[tokio::test]
async fn a_listener_turns_away_whom_it_has_no_place_for() {
    for place in places(Limits { connections_per_source: 2, ..Limits::default() }).await {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (shared, stop) = (Arc::clone(&place.shared), place.stop.subscribe());
        let served = tokio::spawn(serve(listener, Kind::Mx, shared, stop));
        let connect = async || {
            let stream = TcpStream::connect(address).await.unwrap();
            let mut client = Client { stream, read: Vec::new() };
            let greeting = client.reply().await;
            (client, greeting)
        };
        let (one, greeting) = connect().await;
        assert!(greeting.starts_with("220 "));
        let (mut two, _) = connect().await;
        let (mut three, greeting) = connect().await;
        assert!(greeting.starts_with("421 4.7.0"), "{greeting}");
        assert_eq!(three.reply().await, "closed");
        assert_eq!(place.shared.gate.open(), 2);
        // A place that becomes free is given again.
        drop(one);
        two.ask("QUIT").await;
        drop(two);
        while place.shared.gate.open() > 0 {
            tokio::task::yield_now().await;
        }
        let (mut four, greeting) = connect().await;
        assert!(greeting.starts_with("220 "));
        place.stop.send_replace(true);
        assert!(four.reply().await.starts_with("421 4.3.2"));
        drop(four);
        served.await.unwrap();
        assert!(TcpStream::connect(address).await.is_err());
    }
}

#[tokio::test]
async fn failed_logins_close_the_door_to_a_stranger() {
    for place in places(Limits { login_failures: 3, ..Limits::default() }).await {
        let (mut client, _ended) = place.connect(Kind::Submission, LOOPBACK);
        client.reply().await;
        client.ask("EHLO client.test").await;
        for number in 1..=3 {
            client.send("AUTH PLAIN AGFubmFAdmFsYm9pcy50ZXN0AHdyb25n\r\n").await;
            // The answer waits for the clock, which stands still; the password is checked long before that.
            let early = tokio::time::timeout(Duration::from_millis(200), client.reply()).await;
            assert!(early.is_err(), "attempt {number}: {early:?}");
            let moves_on = async {
                loop {
                    // More than once: on a slow machine the check may end after the clock was moved.
                    place.world.clock.advance(LOGIN_FAILURE_DELAY);
                    tokio::task::yield_now().await;
                }
            };
            tokio::select! {
                biased;
                reply = client.reply() => assert!(reply.starts_with("535 5.7.8"), "attempt {number}: {reply}"),
                () = moves_on => {}
            }
        }
        assert!(client.reply().await.starts_with("421 4.7.0"));
    }
}

#[tokio::test]
async fn our_own_trouble_is_temporary_and_leaves_nothing_behind() {
    let wanted = Wanted::default();
    let faults = &wanted.faults;
    for place in places_with(&wanted).await {
        let (mut client, _ended) = place.connect(Kind::Mx, STRANGER);
        client.reply().await;
        client.ask("EHLO peer.test").await;
        for fault in [&faults.of_blobs, &faults.of_db] {
            // Small enough to wait in memory, and large enough to go to the disk while it arrives.
            for lines in [10, 20_000] {
                client.send("MAIL FROM:<a@peer.test>\r\nRCPT TO:<anna@valbois.test>\r\nDATA\r\n").await;
                for _ in 0..3 {
                    client.reply().await;
                }
                fault.store(true, Ordering::Relaxed);
                client.send("Subject: unlucky\r\n\r\n").await;
                client.send(&"0123456789 0123456789 0123456789\r\n".repeat(lines)).await;
                let reply = client.ask(".").await;
                assert!(reply.starts_with("452 4.3.1 ") || reply.starts_with("451 4.3.0 "), "{reply}");
                fault.store(false, Ordering::Relaxed);
            }
        }
        // Without a restart, without a new connection.
        client.send("MAIL FROM:<a@peer.test>\r\nRCPT TO:<anna@valbois.test>\r\nBDAT 2 LAST\r\n\r\n").await;
        for expected in ["250 2.1.0", "250 2.1.5", "250 2.0.0 Ok, queued as "] {
            let reply = client.reply().await;
            assert!(reply.starts_with(expected), "{reply}");
        }
        let queued = place.queued().await;
        assert_eq!(queued, 1, "only the acknowledged message is there");
    }
}

/// Many sessions with small letters: all are acknowledged, and nothing is done byte by byte.
#[tokio::test]
async fn speed_many_sessions_with_small_letters() {
    let (sessions, letters) = if std::env::var_os("SLOW_TESTS").is_some() { (50, 200) } else { (8, 5) };
    for place in places(Limits { connections_per_source: 100, ..Limits::default() }).await {
        let text = format!("Subject: small\r\n\r\n{}", "0123456789 0123456789 0123456789\r\n".repeat(120));
        let mut tasks = tokio::task::JoinSet::new();
        for _ in 0..sessions {
            let (mut client, _ended) = place.connect(Kind::Mx, STRANGER);
            let text = text.clone();
            tasks.spawn(async move {
                client.reply().await;
                client.ask("EHLO peer.test").await;
                for _ in 0..letters {
                    client.send("MAIL FROM:<a@peer.test>\r\nRCPT TO:<anna@valbois.test>\r\nDATA\r\n").await;
                    for expected in ["250 2.1.0", "250 2.1.5", "354 "] {
                        let reply = client.reply().await;
                        assert!(reply.starts_with(expected), "{reply}");
                    }
                    let reply = client.ask(&format!("{text}.")).await;
                    assert!(reply.starts_with("250 2.0.0"), "{reply}");
                }
            });
        }
        while let Some(ended) = tasks.join_next().await {
            ended.unwrap();
        }
    }
}
