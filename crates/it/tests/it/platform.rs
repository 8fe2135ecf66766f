//! The whole platform on loopback, from door to door, on each pair of database and body store.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use app::config::Config;
use app::installation::Installation;
use app::listeners::{self, Purpose};
use directory::{Administration, NewAddress, NewDevicePassword, Protocols, Scope};
use mail_queue::Selection;
use model::{Address, Domain};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use world::{Dial, Names, SourceAddresses, StaticNames, World};

/// How long a test waits for what must happen.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// Where a platform keeps its rows and bodies; outlives the platform, so that another can go on.
pub(crate) struct Home {
    directory: tempfile::TempDir,
    pub(crate) database: String,
    pub(crate) bodies: String,
    schema: Option<String>,
    node: &'static str,
    /// The host that the node is; empty for none.
    pub(crate) host: &'static str,
}

impl Home {
    /// SQLite with files and, with `POSTGRES_URL`, PostgreSQL with files.
    pub(crate) fn all() -> Vec<Home> {
        [Some(Home::small()), Home::postgresql()].into_iter().flatten().collect()
    }

    /// SQLite with files.
    pub(crate) fn small() -> Home {
        Home::new(String::new(), None)
    }

    /// PostgreSQL with files, with `POSTGRES_URL`.
    pub(crate) fn postgresql() -> Option<Home> {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let url = std::env::var("POSTGRES_URL").ok()?;
        let schema = format!("it_{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        Some(Home::new(url, Some(schema)))
    }

    fn new(database: String, schema: Option<String>) -> Home {
        let directory = tempfile::tempdir().unwrap();
        let bodies = format!("file:{}", directory.path().join("blobs").display());
        Home { directory, database, bodies, schema, node: "one", host: "" }
    }

    /// A second node's: a directory of its own, the same rows and bodies.
    pub(crate) fn another_node(&self) -> Home {
        self.node_called("two")
    }

    /// Another node's, by its name.
    pub(crate) fn node_called(&self, node: &'static str) -> Home {
        Home {
            directory: tempfile::tempdir().unwrap(),
            database: self.database.clone(),
            bodies: self.bodies.clone(),
            schema: self.schema.clone(),
            node,
            host: "",
        }
    }

    pub(crate) fn path(&self) -> &Path {
        self.directory.path()
    }
}

/// Faults that a platform is started with.
#[derive(Clone, Default)]
pub(crate) struct Faults {
    pub(crate) commit: Option<db::CommitHook>,
    pub(crate) write: Option<blobs::WriteHook>,
}

/// A running node.
pub(crate) struct Platform {
    pub(crate) installation: Installation,
    pub(crate) ports: BTreeMap<&'static str, SocketAddr>,
    stop: watch::Sender<bool>,
    running: JoinHandle<anyhow::Result<()>>,
}

impl Platform {
    /// Starts a node in `home` that brings mail for the domains of `routes` to these servers.
    pub(crate) async fn start(home: &Home, routes: &[(&str, SocketAddr)], faults: Faults) -> Platform {
        let world =
            World::real(Names::fixed(StaticNames::default()), Dial::new(SourceAddresses::default()).unwrap());
        Platform::start_in(home, world, "", routes, faults).await
    }

    /// The same in another world, with these further lines of configuration.
    pub(crate) async fn start_in(
        home: &Home,
        world: World,
        further: &str,
        routes: &[(&str, SocketAddr)],
        faults: Faults,
    ) -> Platform {
        let mut text = format!(
            "[node]\nname = {:?}\nhostname = \"mail.home.test\"\ndata = {:?}\n\n[database]\nurl = {:?}\n\n[blobs]\nurl = {:?}\n\n",
            home.node,
            home.path().join("data"),
            home.database,
            home.bodies,
        );
        if !home.host.is_empty() {
            text = text.replacen("[node]\n", &format!("[node]\nhost = {:?}\n", home.host), 1);
        }
        text.push_str("[listen]\n");
        for service in ["smtp", "submission", "submissions", "lmtp", "imap", "imaps"] {
            text.push_str(&format!("{service} = [\"127.0.0.1:0\"]\n"));
        }
        text.push_str("\n[auth]\nplaintext_from = [\"127.0.0.0/8\"]\nexempt_loopback = true\n");
        text.push_str("\n[outbound.routes]\n");
        for (domain, server) in routes {
            text.push_str(&format!("{domain:?} = \"{server}\"\n"));
        }
        text.push_str(&format!("\n{further}"));
        let config = Config::parse(&text, Path::new("/")).unwrap();
        let db_options =
            db::Options { commit_hook: faults.commit, schema: home.schema.clone(), ..db::Options::default() };
        let blob_options = blobs::Options { hook: faults.write, ..blobs::Options::default() };
        let installation = Installation::open_in(config, world, db_options, blob_options).unwrap();
        let listeners = listeners::bind(&installation.config.listen).unwrap();
        let ports = listeners
            .iter()
            .map(|listener| (listener.purpose.key(), listener.socket.local_addr().unwrap()))
            .collect();
        let tls = installation.server_tls().unwrap();
        let (stop, shutdown) = watch::channel(false);
        let serving = installation.clone();
        let running =
            tokio::spawn(async move { app::serve::serve(&serving, listeners, &tls, shutdown).await });
        Platform { installation, ports, stop, running }
    }

    pub(crate) fn port(&self, purpose: Purpose) -> SocketAddr {
        self.ports[purpose.key()]
    }

    pub(crate) fn administration(&self) -> Administration {
        self.installation.directory.administration(Scope::Operator("test"), "test")
    }

    /// An organisation with a domain and mailboxes; their passwords in the same order.
    pub(crate) async fn populate(&self, organisation: &str, domain: &str, mailboxes: &[&str]) -> Vec<String> {
        let administration = self.administration();
        let organisation = administration.create_organisation(organisation).await.unwrap().id;
        administration.create_domain(organisation, None, &Domain::parse(domain).unwrap()).await.unwrap();
        let mut passwords = Vec::new();
        for mailbox in mailboxes {
            let address = Address::parse(&format!("{mailbox}@{domain}")).unwrap();
            let new = NewAddress { address, alias_to: Vec::new(), quota_bytes: None };
            let address = administration.create_address(new).await.unwrap().id;
            let device = NewDevicePassword {
                address,
                label: "test".to_owned(),
                protocols: Protocols::ALL,
                kind: directory::DeviceKind::Other,
            };
            let created = administration.create_device_password(device).await.unwrap();
            passwords.push(created.password.to_string());
        }
        passwords
    }

    /// Stops as SIGTERM does.
    pub(crate) async fn stop(self) {
        self.stop.send(true).unwrap();
        tokio::time::timeout(PATIENCE, self.running).await.unwrap().unwrap().unwrap();
    }

    /// Stops where it stands, as far as one can within a process: tasks are dropped at their next wait.
    pub(crate) async fn abandon(self) {
        self.running.abort();
        drop(self.running.await);
    }
}

/// A conversation in lines.
pub(crate) struct Talk {
    stream: BufReader<TcpStream>,
    tag: u32,
}

impl Talk {
    /// Connects and reads the greeting.
    pub(crate) async fn to(server: SocketAddr) -> Talk {
        Talk::over(TcpStream::connect(server).await.unwrap()).await
    }

    /// Reads the greeting of whoever is at the other end.
    pub(crate) async fn over(stream: TcpStream) -> Talk {
        let mut talk = Talk { stream: BufReader::new(stream), tag: 0 };
        talk.line().await;
        talk
    }

    /// The next line without its end; empty when the other side is gone.
    pub(crate) async fn line(&mut self) -> String {
        let mut line = Vec::new();
        let read = tokio::time::timeout(PATIENCE, self.stream.read_until(b'\n', &mut line)).await.unwrap();
        // A connection that the other side dropped reads as one that ended.
        if read.is_err() {
            line.clear();
        }
        String::from_utf8_lossy(&line).trim_end().to_owned()
    }

    pub(crate) async fn write(&mut self, bytes: impl AsRef<[u8]>) {
        // The other side may have gone: the answer will say so.
        drop(self.stream.write_all(bytes.as_ref()).await);
    }

    /// One SMTP command and the last line of its reply; empty when the other side is gone.
    pub(crate) async fn smtp(&mut self, command: &str) -> String {
        self.write(format!("{command}\r\n")).await;
        loop {
            let line = self.line().await;
            if line.as_bytes().get(3) != Some(&b'-') {
                return line;
            }
        }
    }

    /// Hands a message over; the reply to the final dot, or to what was refused before.
    pub(crate) async fn letter(&mut self, from: &str, to: &[&str], message: &str) -> String {
        let mut steps = vec![format!("MAIL FROM:<{from}>")];
        steps.extend(to.iter().map(|to| format!("RCPT TO:<{to}>")));
        steps.push("DATA".to_owned());
        for step in steps {
            let reply = self.smtp(&step).await;
            if !reply.starts_with(['2', '3']) {
                self.smtp("RSET").await;
                return reply;
            }
        }
        self.smtp(&format!("{message}\r\n.")).await
    }

    /// One IMAP command; all lines of the answer, the tagged one last. Literals are read as lines.
    pub(crate) async fn imap(&mut self, command: &str) -> Vec<String> {
        self.tag += 1;
        let tag = format!("t{}", self.tag);
        self.write(format!("{tag} {command}\r\n")).await;
        self.until(&format!("{tag} ")).await
    }

    /// All lines up to one that begins with `start`.
    pub(crate) async fn until(&mut self, start: &str) -> Vec<String> {
        let mut lines = Vec::new();
        loop {
            let line = self.line().await;
            assert!(!line.is_empty() || lines.len() < 1000, "the other side is gone: {lines:?}");
            let is_last = line.starts_with(start);
            lines.push(line);
            if is_last {
                return lines;
            }
        }
    }

    /// Signs in over IMAP.
    pub(crate) async fn login(server: SocketAddr, address: &str, password: &str) -> Talk {
        let mut talk = Talk::to(server).await;
        let answer = talk.imap(&format!("LOGIN {address} {password}")).await;
        assert!(answer.last().unwrap().contains(" OK"), "{answer:?}");
        talk
    }

    /// Whether the other side has closed.
    pub(crate) async fn is_closed(&mut self) -> bool {
        let mut rest = Vec::new();
        tokio::time::timeout(PATIENCE, self.stream.read_to_end(&mut rest)).await.is_ok()
    }
}

/// AUTH PLAIN's argument (RFC 4616): acting as `acts_for`, or as oneself if that is empty.
pub(crate) fn plain(acts_for: &str, address: &str, password: &str) -> String {
    use base64::Engine;
    base64::engine::general_purpose::STANDARD.encode(format!("{acts_for}\0{address}\0{password}"))
}

pub(crate) fn message(id: &str, from: &str, to: &str) -> String {
    format!(
        "From: {from}\r\nTo: {to}\r\nSubject: letter {id}\r\nMessage-ID: <{id}@it.test>\r\n\
         Date: Sat, 21 Nov 2026 12:00:00 +0000\r\n\r\nThis is letter {id}.\r\n"
    )
}

/// Asks again until there is an answer.
pub(crate) async fn until<T>(mut look: impl AsyncFnMut() -> Option<T>) -> T {
    let deadline = tokio::time::Instant::now() + PATIENCE;
    let mut pause = tokio::time::interval(Duration::from_millis(20));
    loop {
        pause.tick().await;
        if let Some(found) = look().await {
            return found;
        }
        assert!(tokio::time::Instant::now() < deadline, "it did not happen in time");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_letter_travels_is_read_and_answered() {
    for home in Home::all() {
        let elsewhere = Home::small();
        let stranger = Platform::start(&elsewhere, &[], Faults::default()).await;
        let zoe = stranger.populate("Stranger", "stranger.test", &["zoe"]).await.remove(0);
        let routes = [("stranger.test", stranger.port(Purpose::Smtp))];
        let platform = Platform::start(&home, &routes, Faults::default()).await;
        let anna = platform.populate("Commune de Valbois", "valbois.test", &["anna"]).await.remove(0);

        // Anna waits, a stranger writes, she is told at once.
        let mut reader = Talk::login(platform.port(Purpose::Imap), "anna@valbois.test", &anna).await;
        assert!(reader.imap("SELECT INBOX").await.contains(&"* 0 EXISTS".to_owned()));
        reader.write("idle IDLE\r\n").await;
        assert!(reader.line().await.starts_with('+'));
        let mut writer = Talk::to(platform.port(Purpose::Smtp)).await;
        writer.smtp("EHLO mx.stranger.test").await;
        let letter = message("one", "zoe@stranger.test", "anna+travel@valbois.test");
        let reply = writer.letter("zoe@stranger.test", &["anna+travel@valbois.test"], &letter).await;
        assert!(reply.starts_with("250 2.0.0"), "{reply}");
        reader.until("* 1 EXISTS").await;
        reader.write("DONE\r\n").await;
        reader.until("idle OK").await;

        let answer = reader.imap("FETCH 1 (ENVELOPE BODY[])").await;
        let text = answer.join("\n");
        assert!(text.contains("Delivered-To: anna+travel@valbois.test"), "{text}");
        assert!(
            text.contains("Return-Path: <zoe@stranger.test>") && text.contains("This is letter one."),
            "{text}"
        );

        // She answers by submission; the answer arrives there.
        let mut submission = Talk::to(platform.port(Purpose::Submission)).await;
        submission.smtp("EHLO [127.0.0.1]").await;
        let refused =
            submission.letter("anna@valbois.test", &["zoe@stranger.test"], "Subject: no\r\n\r\n").await;
        assert!(refused.starts_with("530 5.7.0"), "{refused}");
        let welcome = submission.smtp(&format!("AUTH PLAIN {}", plain("", "anna@valbois.test", &anna))).await;
        assert!(welcome.starts_with("235"), "{welcome}");
        let reply = submission
            .letter(
                "anna@valbois.test",
                &["zoe@stranger.test"],
                &message("two", "anna@valbois.test", "zoe@stranger.test"),
            )
            .await;
        assert!(reply.starts_with("250"), "{reply}");
        let mut there = Talk::login(stranger.port(Purpose::Imap), "zoe@stranger.test", &zoe).await;
        until(async || there.imap("STATUS INBOX (MESSAGES)").await[0].contains("MESSAGES 1").then_some(()))
            .await;
        // The letter is in the mailbox a moment before our log has the remote's words.
        let told = until(async || {
            let to = Some(Address::parse("zoe@stranger.test").unwrap());
            let search = trail::Search { to, ..trail::Search::default() };
            let way = platform.installation.trail.ways(search).await.unwrap();
            let told: Vec<String> =
                way.iter().flat_map(|way| way.events.iter().map(ToString::to_string)).collect();
            told.iter().any(|event| event.contains("250 2.0.0")).then_some(told)
        })
        .await;
        assert!(told.iter().any(|event| event.contains("accepted")), "{told:?}");
        platform.stop().await;
        stranger.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tenants_stay_apart_over_smtp_and_imap() {
    for home in Home::all() {
        let platform = Platform::start(&home, &[], Faults::default()).await;
        let anna = platform.populate("Commune de Valbois", "valbois.test", &["anna"]).await.remove(0);
        let zoe = platform.populate("Acme", "acme.test", &["zoe"]).await.remove(0);

        // Neither's password opens the other's mailbox, whatever name is given.
        for (name, password) in [("anna@valbois.test", &zoe), ("zoe@acme.test", &anna)] {
            let mut talk = Talk::to(platform.port(Purpose::Imap)).await;
            let answer = talk.imap(&format!("LOGIN {name} {password}")).await;
            assert!(answer.last().unwrap().contains("NO [AUTHENTICATIONFAILED]"), "{answer:?}");
        }
        // Nor does one act for the other after signing in as oneself.
        for (acts_for, name, password) in
            [("", "anna@valbois.test", &zoe), ("anna@valbois.test", "zoe@acme.test", &zoe)]
        {
            let mut talk = Talk::to(platform.port(Purpose::Submission)).await;
            talk.smtp("EHLO x.test").await;
            let reply = talk.smtp(&format!("AUTH PLAIN {}", plain(acts_for, name, password))).await;
            assert!(reply.starts_with("535"), "{reply}");
        }

        // Zoe cannot send as Anna: not in the envelope, not in the letter.
        let mut talk = Talk::to(platform.port(Purpose::Submission)).await;
        talk.smtp("EHLO x.test").await;
        talk.smtp(&format!("AUTH PLAIN {}", plain("", "zoe@acme.test", &zoe))).await;
        let forged = message("forged", "anna@valbois.test", "anna@valbois.test");
        let reply = talk.letter("anna@valbois.test", &["anna@valbois.test"], &forged).await;
        assert!(reply.starts_with("553 5.7.1"), "{reply}");
        let reply = talk.letter("zoe@acme.test", &["anna@valbois.test"], &forged).await;
        assert!(reply.starts_with("55") && reply.contains("5.7.1"), "{reply}");

        // What Anna gets, Zoe sees nowhere.
        let letter = message("private", "zoe@acme.test", "anna@valbois.test");
        assert!(talk.letter("zoe@acme.test", &["anna@valbois.test"], &letter).await.starts_with("250"));
        let mut reader = Talk::login(platform.port(Purpose::Imap), "anna@valbois.test", &anna).await;
        until(async || reader.imap("STATUS INBOX (MESSAGES)").await[0].contains("MESSAGES 1").then_some(()))
            .await;
        reader.imap("CREATE Secret").await;
        let mut other = Talk::login(platform.port(Purpose::Imap), "zoe@acme.test", &zoe).await;
        let list = other.imap("LIST \"\" *").await.join("\n");
        assert!(!list.contains("Secret") && !list.contains("anna"), "{list}");
        assert!(other.imap("SELECT Secret").await.last().unwrap().contains(" NO "));
        assert!(other.imap("STATUS INBOX (MESSAGES)").await[0].contains("MESSAGES 0"));
        assert!(other.imap("GETQUOTAROOT INBOX").await.iter().all(|line| !line.contains("valbois")));
        platform.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_disk_is_told_and_what_follows_arrives() {
    use std::sync::atomic::AtomicBool;
    for home in Home::all() {
        let is_full = Arc::new(AtomicBool::new(false));
        let full = |is_full: &Arc<AtomicBool>| {
            let is_full = Arc::clone(is_full);
            move || match is_full.load(Ordering::SeqCst) {
                true => Err(std::io::Error::from(std::io::ErrorKind::StorageFull)),
                false => Ok(()),
            }
        };
        let (commit, write) = (full(&is_full), full(&is_full));
        let faults = Faults {
            commit: Some(Arc::new(move |point| match point {
                db::CommitPoint::Before => commit(),
                db::CommitPoint::After => Ok(()),
            })),
            write: Some(Arc::new(move |_| write())),
        };
        let platform = Platform::start(&home, &[], faults).await;
        let anna = platform.populate("Commune de Valbois", "valbois.test", &["anna"]).await.remove(0);
        let mut talk = Talk::to(platform.port(Purpose::Smtp)).await;
        talk.smtp("EHLO x.test").await;
        let letter = |id: &str| message(id, "zoe@acme.test", "anna@valbois.test");
        is_full.store(true, Ordering::SeqCst);
        let reply = talk.letter("zoe@acme.test", &["anna@valbois.test"], &letter("one")).await;
        assert!(reply.starts_with("452 4.3.1"), "{reply}");
        is_full.store(false, Ordering::SeqCst);
        // The same connection, the same process: no restart is needed.
        let reply = talk.letter("zoe@acme.test", &["anna@valbois.test"], &letter("two")).await;
        assert!(reply.starts_with("250"), "{reply}");
        let mut reader = Talk::login(platform.port(Purpose::Imap), "anna@valbois.test", &anna).await;
        until(async || reader.imap("STATUS INBOX (MESSAGES)").await[0].contains("MESSAGES 1").then_some(()))
            .await;
        reader.imap("SELECT INBOX").await;
        let subject = reader.imap("FETCH 1 BODY.PEEK[HEADER.FIELDS (SUBJECT)]").await.join("\n");
        assert!(subject.contains("letter two"), "{subject}");
        is_full.store(true, Ordering::SeqCst);
        reader.write("full APPEND INBOX {4+}\r\nabcd\r\n").await;
        let answer = reader.until("full ").await;
        assert!(answer.last().unwrap().contains("NO ["), "{answer:?}");
        is_full.store(false, Ordering::SeqCst);
        platform.stop().await;
    }
}

/// Where a crash strikes.
#[derive(Clone, Copy, Debug)]
enum Strike {
    Commit(db::CommitPoint),
    Write(blobs::WritePoint),
}

/// Faults that let `count` occasions of `strike` pass, and then fail for ever, everywhere: a dead process.
fn dying(strike: Strike, count: u64) -> Faults {
    let left = Arc::new(AtomicU64::new(count));
    let is_dead = Arc::new(std::sync::atomic::AtomicBool::new(false));
    let ask = {
        move |is_struck: bool| {
            let died = || Err(std::io::Error::other("the process is dead"));
            if is_dead.load(Ordering::SeqCst) {
                return died();
            }
            if is_struck && left.fetch_sub(1, Ordering::SeqCst) == 0 {
                is_dead.store(true, Ordering::SeqCst);
                return died();
            }
            Ok(())
        }
    };
    let commit = ask.clone();
    Faults {
        commit: Some(Arc::new(move |point| commit(matches!(strike, Strike::Commit(at) if at == point)))),
        write: Some(Arc::new(move |point| ask(matches!(strike, Strike::Write(at) if at == point)))),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_was_acknowledged_is_there_exactly_once_after_a_crash_at_any_point() {
    let strikes = [
        Strike::Commit(db::CommitPoint::Before),
        Strike::Commit(db::CommitPoint::After),
        Strike::Write(blobs::WritePoint::BeforeWrite),
        Strike::Write(blobs::WritePoint::HalfWritten),
        Strike::Write(blobs::WritePoint::BeforeSync),
        Strike::Write(blobs::WritePoint::AfterSync),
    ];
    let counts: &[u64] =
        if std::env::var_os("SLOW_TESTS").is_some() { &[0, 1, 2, 5, 11, 23, 47] } else { &[1, 6, 19] };
    for strike in strikes {
        for count in counts {
            for home in Home::all() {
                crash_once(&home, strike, *count).await;
            }
        }
    }
}

/// Sends from several connections until the platform dies, starts another, and counts.
async fn crash_once(home: &Home, strike: Strike, count: u64) {
    const SENDERS: usize = 4;
    const LETTERS: usize = 12;
    let platform = Platform::start(home, &[], Faults::default()).await;
    let anna = platform.populate("Commune de Valbois", "valbois.test", &["anna"]).await.remove(0);
    platform.stop().await;

    let platform = Platform::start(home, &[], dying(strike, count)).await;
    let server = platform.port(Purpose::Smtp);
    let senders: Vec<_> = (0..SENDERS)
        .map(|sender| {
            tokio::spawn(async move {
                let mut acknowledged = Vec::new();
                let mut talk = Talk::to(server).await;
                talk.smtp("EHLO x.test").await;
                for number in 0..LETTERS {
                    let id = format!("{sender}-{number}");
                    let letter = message(&id, "zoe@acme.test", "anna@valbois.test");
                    let reply = talk.letter("zoe@acme.test", &["anna@valbois.test"], &letter).await;
                    if reply.starts_with("250") {
                        acknowledged.push(id);
                    }
                }
                acknowledged
            })
        })
        .collect();
    let mut acknowledged = Vec::new();
    for sender in senders {
        acknowledged.extend(sender.await.unwrap());
    }
    platform.abandon().await;

    let platform = Platform::start(home, &[], Faults::default()).await;
    let mut reader = Talk::login(platform.port(Purpose::Imap), "anna@valbois.test", &anna).await;
    let listed = until(async || {
        let waiting = platform.installation.flow.queue().list(None, Selection::All, 1).await.unwrap();
        if !waiting.is_empty() {
            return None;
        }
        reader.imap("SELECT INBOX").await;
        Some(reader.imap("UID FETCH 1:* (BODY.PEEK[])").await.join("\n"))
    })
    .await;
    for id in &acknowledged {
        let times = listed.matches(&format!("This is letter {id}.")).count();
        assert_eq!(
            times, 1,
            "{strike:?} after {count}: letter {id} was acknowledged and is there {times} times"
        );
    }
    // What was not acknowledged may be there once, whole, or not at all.
    for id in (0..SENDERS).flat_map(|sender| (0..LETTERS).map(move |number| format!("{sender}-{number}"))) {
        let head = listed.matches(&format!("Message-ID: <{id}@it.test>")).count();
        let body = listed.matches(&format!("This is letter {id}.")).count();
        assert!(
            head <= 1 && head == body,
            "{strike:?} after {count}: letter {id}: {head} heads, {body} bodies"
        );
    }
    platform.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn stopping_tells_those_who_wait() {
    let home = Home::small();
    let platform = Platform::start(&home, &[], Faults::default()).await;
    let mut smtp = Talk::to(platform.port(Purpose::Smtp)).await;
    let mut imap = Talk::to(platform.port(Purpose::Imap)).await;
    smtp.smtp("EHLO x.test").await;
    platform.stop().await;
    assert!(smtp.line().await.starts_with("421"));
    assert!(imap.line().await.starts_with("* BYE"));
    assert!(smtp.is_closed().await && imap.is_closed().await);
}
