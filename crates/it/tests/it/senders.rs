//! What the name of a sender's domain has become leads its next letter to Spam, from door to door: the letters come in, a
//! chore counts them from the trail, the judge asks, the reader sees.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use app::listeners::Purpose;
use model::Address;
use reputation::Reputation;
use tokio::net::TcpSocket;
use world::{StaticNames, World};

use crate::platform::{Faults, Home, Platform, Talk, message, until};

const LISTED: Ipv4Addr = Ipv4Addr::new(127, 0, 0, 3);
const CLEAN: Ipv4Addr = Ipv4Addr::new(127, 0, 0, 2);
const MINUTE: Duration = Duration::from_secs(60);

/// One letter to Anna from that address.
async fn bring(server: SocketAddr, from: Ipv4Addr, id: &str, sender: &str) {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind(SocketAddr::from((from, 0))).unwrap();
    let mut talk = Talk::over(socket.connect(server).await.unwrap()).await;
    talk.smtp("EHLO mx.test").await;
    let letter = message(id, sender, "anna@valbois.test");
    let reply = talk.letter(sender, &["anna@valbois.test"], &letter).await;
    assert!(reply.starts_with("250 2.0.0"), "{id}: {reply}");
}

/// The subjects in a folder, once it holds so many.
async fn subjects(imap: SocketAddr, password: &str, folder: &str, count: usize) -> String {
    let mut reader = Talk::login(imap, "anna@valbois.test", password).await;
    let enough = format!("(MESSAGES {count})");
    until(async || {
        reader.imap(&format!("STATUS {folder} (MESSAGES)")).await[0].contains(&enough).then_some(())
    })
    .await;
    reader.imap(&format!("EXAMINE {folder}")).await;
    reader.imap("UID FETCH 1:* BODY.PEEK[HEADER.FIELDS (SUBJECT)]").await.join("\n")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_domain_whose_letters_were_doubtful_finds_its_next_ones_in_spam() {
    for home in Home::all() {
        let names = StaticNames::default()
            .with("spammy.test", "TXT", "v=spf1 ip4:127.0.0.0/8 -all")
            .with("fair.test", "TXT", "v=spf1 ip4:127.0.0.0/8 -all")
            .with("3.0.0.127.bl.test", "A", "127.0.0.2");
        let world = World::testing_with_names(names);
        let clock = world.clock.clone();
        let judge =
            "[judge]\nsenders = \"spam\"\n\n[[judge.lists]]\nlist = \"ip:bl.test\"\nweight = \"mark\"\n";
        let platform = Platform::start_in(&home, world, judge, &[], Faults::default()).await;
        let anna = platform.populate("Commune de Valbois", "valbois.test", &["anna"]).await.remove(0);
        let (smtp, imap) = (platform.port(Purpose::Smtp), platform.port(Purpose::Imap));

        // A list has the address that brings them; by itself that is only noted.
        for number in 0..20 {
            bring(smtp, LISTED, &format!("early-{number}"), "zed@spammy.test").await;
        }
        bring(smtp, CLEAN, "too-soon", "zed@spammy.test").await;
        let inbox = subjects(imap, &anna, "INBOX", 21).await;
        assert!(inbox.contains("letter early-19") && inbox.contains("letter too-soon"), "{inbox}");

        // The chore counts once its hour has come.
        let installation = &platform.installation;
        let reputation = Reputation::new(
            installation.db.clone(),
            installation.world.clone(),
            installation.directory.clone(),
        );
        let sender = until(async || {
            clock.advance(10 * MINUTE);
            reputation.sender("spammy.test").await.unwrap()
        })
        .await;
        assert_eq!((sender.letters, sender.points), (21, 4), "{sender:?}");

        // From an address that no list has, and still: it is the name.
        bring(smtp, CLEAN, "by-its-name", "zed@spammy.test").await;
        bring(smtp, CLEAN, "beside-it", "zed@fair.test").await;
        let spam = subjects(imap, &anna, "Spam", 1).await;
        assert!(spam.contains("letter by-its-name"), "{spam}");
        let inbox = subjects(imap, &anna, "INBOX", 22).await;
        assert!(inbox.contains("letter beside-it"), "{inbox}");
        let search = trail::Search {
            from: Some(Address::parse("zed@spammy.test").unwrap()),
            limit: Some(4),
            ..trail::Search::default()
        };
        let told: Vec<String> =
            installation.trail.search(search).await.unwrap().iter().map(ToString::to_string).collect();
        let told = told.join("\n");
        assert!(told.contains("junk, because") && told.contains("4 of 100"), "{told}");
        platform.stop().await;
    }
}
