//! The whole door on loopback: the database, the keeper, datagrams and connections.

use std::net::{SocketAddr, UdpSocket};
use std::sync::Arc;
use std::time::{Duration, Instant};

use db::Db;
use directory::{Directory, Scope};
use keys::Keys;
use model::ZoneId;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use wire_dns::tsig::{TsigKey, sign_question};
use wire_dns::{Name, RecordType};
use world::World;
use zones::{Administration, DnsName, Edit, Installation, NewRecord, Secondary, Standing, ZoneChange, Zones};

use crate::limiter::{Limiter, Verdict};
use crate::{Limits, Shared, bind_udp, keep, serve_tcp, serve_udp};

/// How long anything may take here before the test fails.
const PATIENCE: Duration = Duration::from_secs(10);
const SECRET: &[u8] = b"0123456789abcdef0123456789abcdef";

struct House {
    shared: Arc<Shared>,
    world: World,
    zones: Zones,
    zone: ZoneId,
    here: SocketAddr,
    stop: watch::Sender<bool>,
}

/// The tables of these tests.
const TABLES: [db::Migrations; 5] =
    [trail::MIGRATIONS, directory::MIGRATIONS, hosts::MIGRATIONS, keys::MIGRATIONS, zones::MIGRATIONS];

impl House {
    async fn new(db: Db, limits: Limits, exempt_loopback: bool) -> House {
        let world = World::testing();
        let directory = Directory::new(db.clone(), world.clone());
        let keys = Keys::new(db.clone(), world.clone());
        let zones = Zones::new(db, world.clone(), directory.clone(), keys.clone());
        let organisation =
            directory.administration(operator(), "test").create_organisation("Valbois").await.unwrap();
        let zone = administration(&zones).create_zone(organisation.id, "valbois.test").await.unwrap().id;
        let shared = Shared::new(zones.clone(), keys, world.clone(), exempt_loopback, limits);
        let (stop, shutdown) = watch::channel(false);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let here = listener.local_addr().unwrap();
        shared.load().await.unwrap();
        tokio::spawn(serve_udp(bind_udp(here).unwrap(), Arc::clone(&shared), shutdown.clone()));
        tokio::spawn(serve_tcp(listener, Arc::clone(&shared), shutdown.clone()));
        tokio::spawn(keep(Arc::clone(&shared), shutdown));
        let house = House { shared, world, zones, zone, here, stop };
        house
            .add(&[
                ("@", "NS", "ns1"),
                ("ns1", "A", "192.0.2.53"),
                ("www", "A", "192.0.2.80"),
                ("*.wild", "TXT", "\"wild\""),
            ])
            .await;
        house
    }

    /// Adds records, and waits until they are served; how long that took.
    async fn add(&self, records: &[(&str, &str, &str)]) -> Duration {
        let add = records.iter().map(|(owner, kind, data)| NewRecord::new(*owner, *kind, *data)).collect();
        let edit = Edit { add, ..Edit::default() };
        let serial = administration(&self.zones).edit(self.zone, edit).await.unwrap().serial;
        self.served(|house| house.serial() == Some(serial)).await
    }

    fn serial(&self) -> Option<u32> {
        self.shared.serial(&name("valbois.test."))
    }

    async fn served(&self, is_so: impl Fn(&House) -> bool) -> Duration {
        let began = Instant::now();
        while !is_so(self) {
            assert!(began.elapsed() < PATIENCE, "the door does not follow the database");
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        began.elapsed()
    }

    /// Lets a secondary have the zone.
    async fn let_in(&self, address: SocketAddr) {
        let key_name = DnsName::parse("transfer.valbois.test").unwrap();
        let secondary = Secondary { address, key_name, secret: SECRET.to_vec() };
        administration(&self.zones).set_secondaries(self.zone, vec![secondary]).await.unwrap();
        let has_one = |house: &House| house.shared.board.load().keys().count() == 1;
        self.served(has_one).await;
    }

    fn ask(&self, owner: &str, kind: RecordType) -> Option<Vec<u8>> {
        ask(self.here, &question(owner, kind))
    }

    async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.here).await.unwrap()
    }

    fn seconds(&self) -> u64 {
        self.world.clock.now().seconds().unsigned_abs()
    }
}

impl Drop for House {
    fn drop(&mut self) {
        let _ = self.stop.send(true);
    }
}

fn operator() -> Scope {
    Scope::Operator("test")
}

fn administration(zones: &Zones) -> Administration {
    zones.administration(operator(), "test")
}

fn name(text: &str) -> Name {
    wire_dns::parse_name(text, &Name::root()).unwrap()
}

fn question(owner: &str, kind: RecordType) -> Vec<u8> {
    let mut message = vec![0xab, 0xcd, 0x01, 0, 0, 1, 0, 0, 0, 0, 0, 0];
    for label in owner.trim_end_matches('.').split('.') {
        message.push(u8::try_from(label.len()).unwrap());
        message.extend(label.as_bytes());
    }
    message.push(0);
    message.extend(u16::from(kind).to_be_bytes());
    message.extend([0, 1]);
    message
}

/// The answer over UDP; `None` where none comes.
fn ask(here: SocketAddr, message: &[u8]) -> Option<Vec<u8>> {
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    socket.set_read_timeout(Some(Duration::from_millis(400))).unwrap();
    socket.send_to(message, here).unwrap();
    let mut answer = vec![0; 4096];
    let octets = socket.recv(&mut answer).ok()?;
    answer.truncate(octets);
    Some(answer)
}

async fn send(stream: &mut TcpStream, message: &[u8]) {
    let mut framed = u16::try_from(message.len()).unwrap().to_be_bytes().to_vec();
    framed.extend(message);
    stream.write_all(&framed).await.unwrap();
}

async fn receive(stream: &mut TcpStream) -> Option<Vec<u8>> {
    let length = tokio::time::timeout(PATIENCE, stream.read_u16()).await.expect("an answer in time").ok()?;
    let mut message = vec![0; usize::from(length)];
    stream.read_exact(&mut message).await.ok()?;
    Some(message)
}

/// Code and number of answers.
fn gist(message: &[u8]) -> (u8, u16) {
    (message[3] & 0x0f, u16::from_be_bytes([message[6], message[7]]))
}

macro_rules! on_each_engine {
    ($house:ident, $limits:expr, $exempt:expr, $body:block) => {
        for db in db::testing::migrated(&TABLES) {
            let $house = House::new(db, $limits, $exempt).await;
            $body
        }
    };
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hosted_name_is_answered_and_every_other_refused() {
    on_each_engine!(house, Limits::default(), true, {
        assert_eq!(gist(&house.ask("www.valbois.test", RecordType::A).unwrap()), (0, 1));
        assert_eq!(gist(&house.ask("x.wild.valbois.test", RecordType::TXT).unwrap()), (0, 1));
        assert_eq!(gist(&house.ask("nobody.valbois.test", RecordType::A).unwrap()), (3, 0));
        // Also from loopback: nothing is looked up for anybody.
        let refused = house.ask("www.example.org", RecordType::A).unwrap();
        assert_eq!(gist(&refused), (5, 0));
        assert_eq!(refused[3] & 0x80, 0, "no recursion is offered");
        // Neither rubbish nor an answer is answered.
        assert_eq!(ask(house.here, b"short"), None);
        let mut response = question("www.valbois.test", RecordType::A);
        response[2] |= 0x80;
        assert_eq!(ask(house.here, &response), None);
    });
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_is_served_within_a_second_of_saving() {
    on_each_engine!(house, Limits::default(), true, {
        let took = house.add(&[("new", "A", "192.0.2.99")]).await;
        assert!(took < Duration::from_secs(1), "{took:?}");
        assert_eq!(gist(&house.ask("new.valbois.test", RecordType::A).unwrap()), (0, 1));
    });
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_by_another_process_is_served_too() {
    for db in db::testing::migrated(&TABLES) {
        let other = db::testing::another(&db);
        let house = House::new(db, Limits::default(), true).await;
        let directory = Directory::new(other.clone(), house.world.clone());
        let keys = Keys::new(other.clone(), house.world.clone());
        let zones = Zones::new(other, house.world.clone(), directory, keys);
        let edit = Edit { add: vec![NewRecord::new("new", "A", "192.0.2.99")], ..Edit::default() };
        let serial = administration(&zones).edit(house.zone, edit).await.unwrap().serial;
        house.served(|house| house.serial() == Some(serial)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_zone_that_is_deleted_is_refused() {
    on_each_engine!(house, Limits::default(), true, {
        administration(&house.zones).delete_zone(house.zone, true).await.unwrap();
        house.served(|house| house.shared.zone_count() == 0).await;
        assert_eq!(gist(&house.ask("www.valbois.test", RecordType::A).unwrap()), (5, 0));
    });
}

#[tokio::test(flavor = "multi_thread")]
async fn signing_is_a_switch_and_signatures_are_renewed_with_a_new_serial() {
    on_each_engine!(house, Limits::default(), true, {
        let change = ZoneChange { is_signed: Some(true), ..ZoneChange::default() };
        administration(&house.zones).change_zone(house.zone, change).await.unwrap();
        let is_signed = |house: &House| {
            let board = house.shared.board.load();
            board.images.iter().all(|image| image.is_signed())
        };
        house.served(is_signed).await;
        assert_eq!(gist(&house.ask("valbois.test", RecordType::DNSKEY).unwrap()), (0, 1));
        house.add(&[("after", "A", "192.0.2.3")]).await;
        let (serial, renew_at) = {
            let board = house.shared.board.load();
            let image = board.images.get(&name("valbois.test.")).unwrap();
            (image.serial(), image.renew_at().unwrap())
        };
        house.world.clock.advance(Duration::from_secs(3600));
        house.world.clock.advance(renew_at.since(house.world.clock.now()) + Duration::from_secs(3600));
        house.served(|house| house.serial().is_some_and(|now| now > serial)).await;
        let board = house.shared.board.load();
        let image = board.images.get(&name("valbois.test.")).unwrap();
        assert!(image.renew_at().unwrap() > house.world.clock.now());
    });
}

#[tokio::test(flavor = "multi_thread")]
async fn a_synonym_of_a_signed_zone_is_signed_and_its_reports_are_welcome() {
    on_each_engine!(house, Limits::default(), true, {
        let zones = administration(&house.zones);
        let organisation = zones.zone(house.zone).await.unwrap().organisation;
        let domain = |text| model::Domain::parse(text).unwrap();
        let addresses = vec!["192.0.2.25".parse().unwrap()];
        zones.change_installation(Installation::single(domain("mail.relais.test"), addresses)).await.unwrap();
        zones.create_domain(organisation, None, &domain("valbois.test"), Standing::Stays).await.unwrap();
        let change = ZoneChange { is_signed: Some(true), ..ZoneChange::default() };
        zones.change_zone(house.zone, change).await.unwrap();
        let synonym = zones.create_zone(organisation, "bains.test").await.unwrap().id;
        zones.add_synonym(house.zone, "bains.test").await.unwrap();
        let served = |house: &House, zone: &str| {
            house.shared.board.load().images.get(&name(zone)).is_some_and(|image| image.is_signed())
        };
        house.served(|house| served(house, "bains.test.") && served(house, "valbois.test.")).await;
        let permission = "bains.test._report._dmarc.valbois.test";
        let answered = |owner: &str, kind| gist(&house.ask(owner, kind).unwrap());
        house.served(|_| answered(permission, RecordType::TXT) == (0, 1)).await;
        for (owner, kind) in [
            ("_dmarc.bains.test", RecordType::TXT),
            ("bains.test", RecordType::DNSKEY),
            ("bains.test", RecordType::CDS),
            ("bains.test", RecordType::CDNSKEY),
        ] {
            assert_eq!(answered(owner, kind), (0, 1), "{owner} {kind}");
        }
        // Each zone has a key of its own.
        let key = |zone| house.ask(zone, RecordType::DNSKEY).unwrap().split_off(12 + zone.len() + 2 + 4);
        assert_ne!(key("bains.test")[12..], key("valbois.test")[12..]);
        zones.dissociate_synonym(synonym).await.unwrap();
        house.served(|_| answered(permission, RecordType::TXT) == (3, 0)).await;
        assert_eq!(answered("_dmarc.bains.test", RecordType::TXT), (3, 0));
    });
}

#[tokio::test(flavor = "multi_thread")]
async fn questions_on_one_connection_are_answered_in_their_order() {
    on_each_engine!(house, Limits::default(), true, {
        let mut stream = house.connect().await;
        for owner in ["www.valbois.test", "nobody.valbois.test", "ns1.valbois.test"] {
            send(&mut stream, &question(owner, RecordType::A)).await;
        }
        for expected in [(0, 1), (3, 0), (0, 1)] {
            assert_eq!(gist(&receive(&mut stream).await.unwrap()), expected);
        }
        // Something that deserves no answer ends it.
        send(&mut stream, b"short").await;
        assert_eq!(receive(&mut stream).await, None);
    });
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_without_a_question_ends() {
    on_each_engine!(house, Limits::default(), true, {
        let mut stream = house.connect().await;
        send(&mut stream, &question("www.valbois.test", RecordType::A)).await;
        assert!(receive(&mut stream).await.is_some());
        let began = Instant::now();
        // The clock moves until the connection, which may not have begun to wait yet, ends.
        let advance = async {
            loop {
                house.world.clock.advance(Duration::from_secs(11));
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        tokio::select! {
            message = receive(&mut stream) => assert_eq!(message, None),
            () = advance => {}
        }
        assert!(began.elapsed() < PATIENCE);
    });
}

#[tokio::test(flavor = "multi_thread")]
async fn connections_from_one_source_are_limited() {
    on_each_engine!(house, Limits { connections_per_source: 2, ..Limits::default() }, false, {
        let (mut one, mut two) = (house.connect().await, house.connect().await);
        for stream in [&mut one, &mut two] {
            send(stream, &question("www.valbois.test", RecordType::A)).await;
            assert!(receive(stream).await.is_some());
        }
        let mut three = house.connect().await;
        assert_eq!(three.read(&mut [0; 1]).await.unwrap_or(0), 0, "turned away");
    });
}

#[tokio::test(flavor = "multi_thread")]
async fn a_zone_goes_out_whole_only_signed_by_one_of_its_secondaries() {
    on_each_engine!(house, Limits::default(), true, {
        house.let_in("127.0.0.1:9".parse().unwrap()).await;
        let transfer = question("valbois.test", RecordType::AXFR);
        let mut stream = house.connect().await;
        send(&mut stream, &transfer).await;
        assert_eq!(gist(&receive(&mut stream).await.unwrap()), (5, 0), "without a signature");
        let key_name = name("transfer.valbois.test.");
        for (key, code) in [
            (TsigKey::new(&key_name, b"another secret, of the same size"), 9),
            (TsigKey::new(&name("other.valbois.test."), SECRET), 9),
        ] {
            let mut message = transfer.clone();
            sign_question(&mut message, &key, house.seconds());
            send(&mut stream, &message).await;
            assert_eq!(gist(&receive(&mut stream).await.unwrap()), (code, 0));
        }
        let key = TsigKey::new(&key_name, SECRET);
        let mut late = transfer.clone();
        sign_question(&mut late, &key, house.seconds() - 1000);
        send(&mut stream, &late).await;
        assert_eq!(gist(&receive(&mut stream).await.unwrap()), (9, 0), "a signature from long ago");
        let mut message = transfer.clone();
        sign_question(&mut message, &key, house.seconds());
        send(&mut stream, &message).await;
        let whole = receive(&mut stream).await.unwrap();
        let (code, records) = gist(&whole);
        assert!(code == 0 && records > 5, "{code} {records}");
        // Never over UDP.
        assert_eq!(gist(&ask(house.here, &message).unwrap()), (5, 0));
        // Of a zone that is not here.
        let mut other = question("example.org", RecordType::AXFR);
        sign_question(&mut other, &key, house.seconds());
        send(&mut stream, &other).await;
        assert_eq!(gist(&receive(&mut stream).await.unwrap()), (5, 0));
    });
}

#[tokio::test(flavor = "multi_thread")]
async fn a_signed_question_gets_a_signed_answer() {
    on_each_engine!(house, Limits::default(), true, {
        house.let_in("127.0.0.1:9".parse().unwrap()).await;
        let key = TsigKey::new(&name("transfer.valbois.test."), SECRET);
        let mut message = question("valbois.test", RecordType::SOA);
        sign_question(&mut message, &key, house.seconds());
        let answer = ask(house.here, &message).unwrap();
        assert_eq!(gist(&answer), (0, 1));
        assert_eq!(answer[10..12], [0, 1], "the signature");
    });
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secondary_hears_of_a_change_until_it_answers() {
    on_each_engine!(house, Limits::default(), true, {
        let secondary = tokio::net::UdpSocket::bind("127.0.0.1:0").await.unwrap();
        house.let_in(secondary.local_addr().unwrap()).await;
        house.add(&[("new", "A", "192.0.2.99")]).await;
        let mut message = [0; 512];
        let receive = async {
            loop {
                let (octets, from) = secondary.recv_from(&mut message).await.unwrap();
                if message[2] >> 3 == 4 {
                    return (octets, from);
                }
            }
        };
        let (octets, from) = tokio::time::timeout(PATIENCE, receive).await.expect("a notice");
        assert!(message[..octets].windows(12).any(|part| part == b"\x07valbois\x04tes"));
        // Nobody answers: it comes again when the clock has moved on.
        let again = async {
            loop {
                house.world.clock.advance(Duration::from_secs(3));
                tokio::select! {
                    received = secondary.recv_from(&mut message) => return received.unwrap(),
                    () = tokio::time::sleep(Duration::from_millis(20)) => {}
                }
            }
        };
        let (octets, _) = tokio::time::timeout(PATIENCE, again).await.expect("another notice");
        message[2] |= 0x80;
        secondary.send_to(&message[..octets], from).await.unwrap();
    });
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_answer_goes_so_often_to_one_network_only() {
    on_each_engine!(house, Limits { same_answers_per_second: 4, ..Limits::default() }, false, {
        let whole = |message: &Vec<u8>| gist(message).1 > 0;
        let mut seen = Vec::new();
        for _ in 0..8 {
            seen.push(house.ask("www.valbois.test", RecordType::A));
        }
        // The fake clock stands still: all of them come in the same second.
        assert_eq!(seen.iter().flatten().filter(|message| whole(message)).count(), 4);
        let short: Vec<&Vec<u8>> = seen.iter().flatten().filter(|message| !whole(message)).collect();
        assert_eq!(short.len(), 2, "every second one is «ask over TCP»");
        assert!(short.iter().all(|message| message[2] & 0x02 != 0));
        // Something else is not affected, nor the next second, nor TCP.
        assert!(whole(&house.ask("ns1.valbois.test", RecordType::A).unwrap()));
        let mut stream = house.connect().await;
        send(&mut stream, &question("www.valbois.test", RecordType::A)).await;
        assert!(whole(&receive(&mut stream).await.unwrap()));
        house.world.clock.advance(Duration::from_secs(1));
        assert!(whole(&house.ask("www.valbois.test", RecordType::A).unwrap()));
    });
}

#[test]
fn networks_are_counted_each_for_itself() {
    let limiter = Limiter::new(1 << 12, 1, 2);
    let count = |ip: &str, subject: u64| limiter.count(ip.parse().unwrap(), subject, 7);
    assert_eq!(count("192.0.2.1", 1), Verdict::Send);
    assert_eq!(count("192.0.2.200", 1), Verdict::Drop, "the same /24");
    assert_eq!(count("::ffff:192.0.2.3", 1), Verdict::Short, "also in this form");
    assert_eq!(count("192.0.3.1", 1), Verdict::Send);
    assert_eq!(count("2001:db8:0:100::1", 1), Verdict::Send);
    assert_eq!(count("2001:db8:0:1ff:ffff::1", 1), Verdict::Drop, "the same /56");
    assert_eq!(count("2001:db8:0:200::1", 1), Verdict::Send);
    assert_eq!(count("192.0.2.1", 2), Verdict::Send, "another answer");
    let unlimited = Limiter::new(16, 0, 2);
    assert!((0..1000).all(|_| unlimited.count("192.0.2.1".parse().unwrap(), 1, 7) == Verdict::Send));
}
