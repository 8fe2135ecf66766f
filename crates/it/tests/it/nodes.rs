//! What a platform leans on from outside: several nodes on one database, bodies in an object store, and a database
//! or a store that goes away and comes back.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};

use app::listeners::Purpose;
use hyper_util::rt::{TokioExecutor, TokioIo};
use s3s::auth::SimpleAuth;
use s3s::service::S3ServiceBuilder;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

use crate::platform::{Faults, Home, Platform, Talk, message, plain, until};

/// A cable between the platform and a server: what goes through it ends when it is cut, until it is mended.
struct Cable {
    address: SocketAddr,
    is_cut: watch::Sender<bool>,
}

impl Cable {
    async fn to(server: SocketAddr) -> Cable {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (is_cut, seen) = watch::channel(false);
        tokio::spawn(async move {
            while let Ok((mut near, _)) = listener.accept().await {
                let mut cut = seen.clone();
                tokio::spawn(async move {
                    if *cut.borrow() {
                        return;
                    }
                    let Ok(mut far) = TcpStream::connect(server).await else { return };
                    drop((near.set_nodelay(true), far.set_nodelay(true)));
                    tokio::select! {
                        _ = tokio::io::copy_bidirectional(&mut near, &mut far) => {}
                        _ = cut.wait_for(|is_cut| *is_cut) => {}
                    }
                });
            }
        });
        Cable { address, is_cut }
    }

    fn cut(&self) {
        self.is_cut.send_replace(true);
    }

    fn mend(&self) {
        self.is_cut.send_replace(false);
    }
}

/// An S3 server that nobody here wrote, in this process.
struct Store {
    address: SocketAddr,
    // Removed with the store.
    directory: tempfile::TempDir,
}

impl Store {
    async fn start() -> Store {
        let directory = tempfile::tempdir().unwrap();
        std::fs::create_dir(directory.path().join("bucket")).unwrap();
        let mut service = S3ServiceBuilder::new(s3s_fs::FileSystem::new(directory.path()).unwrap());
        service.set_auth(SimpleAuth::from_single("key", "secret"));
        let service = service.build();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                drop(socket.set_nodelay(true));
                let service = service.clone();
                tokio::spawn(async move {
                    let server = hyper_util::server::conn::auto::Builder::new(TokioExecutor::new());
                    drop(server.serve_connection(TokioIo::new(socket), service).await);
                });
            }
        });
        Store { address, directory }
    }

    fn holds_something(&self) -> bool {
        std::fs::read_dir(self.directory.path().join("bucket")).unwrap().next().is_some()
    }
}

/// The URL of the store's bucket, seen through `address`.
fn bucket(address: SocketAddr) -> String {
    format!(
        "s3://bucket/mail?endpoint=http://{address}&region=test&access_key_id=key&secret_access_key=secret\
         &allow_http=true"
    )
}

/// A session that has greeted, and is signed in where there is a password.
async fn sender(server: SocketAddr, login: Option<(&str, &str)>) -> Talk {
    let mut talk = Talk::to(server).await;
    talk.smtp("EHLO client.test").await;
    if let Some((address, password)) = login {
        let reply = talk.smtp(&format!("AUTH PLAIN {}", plain("", address, password))).await;
        assert!(reply.starts_with("235"), "{reply}");
    }
    talk
}

/// How many times each of `ids` lies in a mailbox, once `expected` letters are there.
async fn copies(imap: SocketAddr, login: (&str, &str), expected: usize, ids: &[String]) -> Vec<usize> {
    let mut reader = Talk::login(imap, login.0, login.1).await;
    let enough = format!("MESSAGES {expected}");
    until(async || reader.imap("STATUS INBOX (MESSAGES)").await[0].contains(&enough).then_some(())).await;
    reader.imap("SELECT INBOX").await;
    let listed = reader.imap("UID FETCH 1:* (BODY.PEEK[TEXT])").await.join("\n");
    ids.iter().map(|id| listed.matches(&format!("This is letter {id}.")).count()).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_nodes_share_mailboxes_and_work_one_queue() {
    const ANNA: &str = "anna@valbois.test";
    const ZOE: &str = "zoe@stranger.test";
    const LETTERS: usize = 15;
    let Some(mut one) = Home::postgresql() else { return };
    let store = Store::start().await;
    one.bodies = bucket(store.address);
    let two = one.another_node();
    let elsewhere = Home::small();
    let stranger = Platform::start(&elsewhere, &[], Faults::default()).await;
    let zoe = stranger.populate("Stranger", "stranger.test", &["zoe"]).await.remove(0);
    let routes = [("stranger.test", stranger.port(Purpose::Smtp))];
    let (first, second) = (
        Platform::start(&one, &routes, Faults::default()).await,
        Platform::start(&two, &routes, Faults::default()).await,
    );
    let anna = first.populate("Commune de Valbois", "valbois.test", &["anna"]).await.remove(0);

    // She waits at one node; the letter comes in at the other, and she is told at once.
    let mut reader = Talk::login(second.port(Purpose::Imap), ANNA, &anna).await;
    assert!(reader.imap("SELECT INBOX").await.contains(&"* 0 EXISTS".to_owned()));
    reader.write("idle IDLE\r\n").await;
    assert!(reader.line().await.starts_with('+'));
    let mut writer = sender(first.port(Purpose::Smtp), None).await;
    let reply = writer.letter(ZOE, &[ANNA], &message("first", ZOE, ANNA)).await;
    assert!(reply.starts_with("250"), "{reply}");
    reader.until("* 1 EXISTS").await;
    reader.write("DONE\r\n").await;
    reader.until("idle OK").await;
    let text = reader.imap("FETCH 1 BODY[TEXT]").await.join("\n");
    assert!(text.contains("This is letter first."), "{text}");

    // Both take letters for a neighbour and for the stranger; each arrives once.
    let senders: Vec<_> = [&first, &second]
        .map(|node| node.port(Purpose::Submission))
        .into_iter()
        .enumerate()
        .map(|(node, server)| {
            let anna = anna.clone();
            tokio::spawn(async move {
                let mut talk = sender(server, Some((ANNA, &anna))).await;
                let mut ids = Vec::new();
                for number in 0..LETTERS {
                    let id = format!("{node}-{number}");
                    let reply = talk.letter(ANNA, &[ANNA, ZOE], &message(&id, ANNA, ZOE)).await;
                    assert!(reply.starts_with("250"), "{reply}");
                    ids.push(id);
                }
                ids
            })
        })
        .collect();
    let mut ids = Vec::new();
    for sender in senders {
        ids.extend(sender.await.unwrap());
    }
    let once = vec![1; ids.len()];
    let own = copies(second.port(Purpose::Imap), (ANNA, &anna), ids.len() + 1, &ids).await;
    let strangers = copies(stranger.port(Purpose::Imap), (ZOE, &zoe), ids.len(), &ids).await;
    assert_eq!((own, strangers), (once.clone(), once));

    // One may go; the other goes on with what both have.
    first.stop().await;
    let mut talk = sender(second.port(Purpose::Submission), Some((ANNA, &anna))).await;
    let reply = talk.letter(ANNA, &[ZOE], &message("last", ANNA, ZOE)).await;
    assert!(reply.starts_with("250"), "{reply}");
    let last = ["last".to_owned()];
    assert_eq!(copies(stranger.port(Purpose::Imap), (ZOE, &zoe), ids.len() + 1, &last).await, [1]);
    second.stop().await;
    stranger.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bodies_live_in_an_object_store_that_may_go_and_come_back() {
    const ANNA: &str = "anna@valbois.test";
    for mut home in Home::all() {
        let store = Store::start().await;
        let cable = Cable::to(store.address).await;
        home.bodies = bucket(cable.address);
        let platform = Platform::start(&home, &[], Faults::default()).await;
        let anna = platform.populate("Commune de Valbois", "valbois.test", &["anna"]).await.remove(0);
        let mut talk = sender(platform.port(Purpose::Smtp), None).await;
        let large = format!(
            "{}{}",
            message("large", "z@acme.test", ANNA),
            format!("{}\r\n", "0123456789".repeat(90)).repeat(500)
        );
        for letter in [message("small", "z@acme.test", ANNA), large] {
            let reply = talk.letter("z@acme.test", &[ANNA], &letter).await;
            assert!(reply.starts_with("250"), "{reply}");
        }
        assert!(store.holds_something());
        let before = ["small", "large"].map(str::to_owned);
        assert_eq!(copies(platform.port(Purpose::Imap), (ANNA, &anna), 2, &before).await, [1, 1]);

        cable.cut();
        let reply = talk.letter("z@acme.test", &[ANNA], &message("lost", "z@acme.test", ANNA)).await;
        assert!(reply.starts_with("451"), "{reply}");
        cable.mend();
        let reply = talk.letter("z@acme.test", &[ANNA], &message("after", "z@acme.test", ANNA)).await;
        assert!(reply.starts_with("250"), "{reply}");

        // Another process has nothing of it in memory.
        platform.stop().await;
        let platform = Platform::start(&home, &[], Faults::default()).await;
        let ids = ["small", "large", "lost", "after"].map(str::to_owned);
        assert_eq!(copies(platform.port(Purpose::Imap), (ANNA, &anna), 3, &ids).await, [1, 1, 0, 1]);
        let mut reader = Talk::login(platform.port(Purpose::Imap), ANNA, &anna).await;
        reader.imap("SELECT INBOX").await;
        let text = reader.imap("UID FETCH 1:* (BODY.PEEK[TEXT])").await.join("\n");
        assert_eq!(text.matches("0123456789").count(), 45_000);
        platform.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_that_goes_while_letters_arrive_comes_back_without_a_restart() {
    const ANNA: &str = "anna@valbois.test";
    const SENDERS: usize = 3;
    const LETTERS: usize = 40;
    let Some(mut home) = Home::postgresql() else { return };
    let url = home.database.clone();
    let (before, rest) = url.split_once('@').unwrap();
    let (server, after) = rest.split_once('/').unwrap();
    let cable = Cable::to(tokio::net::lookup_host(server).await.unwrap().next().unwrap()).await;
    home.database = format!("{before}@{}/{after}", cable.address);
    let platform = Platform::start(&home, &[], Faults::default()).await;
    let anna = platform.populate("Commune de Valbois", "valbois.test", &["anna"]).await.remove(0);
    let mut reader = Talk::login(platform.port(Purpose::Imap), ANNA, &anna).await;

    // While it is away peers hear "later", on connections that live on.
    let mut talk = sender(platform.port(Purpose::Smtp), None).await;
    let reply = talk.letter("z@acme.test", &[ANNA], &message("before", "z@acme.test", ANNA)).await;
    assert!(reply.starts_with("250"), "{reply}");
    cable.cut();
    let reply = talk.letter("z@acme.test", &[ANNA], &message("during", "z@acme.test", ANNA)).await;
    assert!(reply.starts_with("451"), "{reply}");
    let answer = reader.imap("STATUS INBOX (MESSAGES)").await;
    assert!(answer.last().unwrap().contains("NO [UNAVAILABLE]"), "{answer:?}");
    cable.mend();
    let letter = message("after", "z@acme.test", ANNA);
    until(async || talk.letter("z@acme.test", &[ANNA], &letter).await.starts_with("250").then_some(())).await;

    // And it goes in the middle of many.
    let is_done = AtomicBool::new(false);
    let port = platform.port(Purpose::Smtp);
    let senders: Vec<_> = (0..SENDERS)
        .map(|number| {
            tokio::spawn(async move {
                let mut talk = sender(port, None).await;
                let mut acknowledged = Vec::new();
                for letter in 0..LETTERS {
                    let id = format!("{number}-{letter}");
                    let text = message(&id, "z@acme.test", ANNA);
                    let reply = talk.letter("z@acme.test", &[ANNA], &text).await;
                    assert!(reply.starts_with("250") || reply.starts_with("451"), "{reply}");
                    if reply.starts_with("250") {
                        acknowledged.push(id);
                    }
                }
                acknowledged
            })
        })
        .collect();
    let cutting = async {
        let mut pause = tokio::time::interval(std::time::Duration::from_millis(60));
        while !is_done.load(Ordering::Relaxed) {
            pause.tick().await;
            cable.cut();
            pause.tick().await;
            cable.mend();
        }
    };
    let sending = async {
        let mut acknowledged = vec!["before".to_owned(), "after".to_owned()];
        for sender in senders {
            acknowledged.extend(sender.await.unwrap());
        }
        is_done.store(true, Ordering::Relaxed);
        acknowledged
    };
    let (acknowledged, ()) = tokio::join!(sending, cutting);
    let all: Vec<String> = (0..SENDERS).flat_map(|n| (0..LETTERS).map(move |l| format!("{n}-{l}"))).collect();

    until(async || {
        let queue = platform.installation.flow.queue().list(None, mail_queue::Selection::All, 1).await;
        queue.is_ok_and(|waiting| waiting.is_empty()).then_some(())
    })
    .await;
    // The session that was told "unavailable" is as good as new.
    let selected = reader.imap("SELECT INBOX").await;
    assert!(selected.last().unwrap().contains(" OK"), "{selected:?}");
    let listed = reader.imap("UID FETCH 1:* (BODY.PEEK[])").await.join("\n");
    let copies = |id: &str| listed.matches(&format!("This is letter {id}.")).count();
    for id in &acknowledged {
        assert_eq!(copies(id), 1, "letter {id} was acknowledged");
    }
    for id in &all {
        let heads = listed.matches(&format!("Message-ID: <{id}@it.test>")).count();
        assert!(heads <= 1 && heads == copies(id), "letter {id}");
    }
    platform.stop().await;
}
