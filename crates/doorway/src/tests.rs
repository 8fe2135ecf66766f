//! Who is let in, and what happens when a conversation ends badly or the program stops.

use std::time::Duration;

use model::Timestamp;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::*;

const ALLOWANCE: Allowance =
    Allowance { connections: 3, connections_per_source: 2, connections_per_minute: Some(4) };

fn admit(gate: &Gate, ip: &str, is_exempt: bool, seconds: i64) -> Result<Pass, TooMany> {
    gate.admit(ip.parse().unwrap(), is_exempt, &ALLOWANCE, Timestamp(seconds * 1000))
}

#[test]
fn nobody_opens_more_connections_than_he_may() {
    let gate = Gate::default();
    let first = admit(&gate, "2001:db8::1", false, 0);
    let second = admit(&gate, "2001:db8::2", false, 0);
    assert!(first.is_ok() && second.is_ok());
    // One /64 is one customer.
    assert_eq!(admit(&gate, "2001:db8::3", false, 0).err(), Some(TooMany::FromThere));
    drop(first);
    let again = admit(&gate, "2001:db8::3", false, 0);
    let other = admit(&gate, "::ffff:192.0.2.1", true, 0);
    assert!(again.is_ok() && other.is_ok() && gate.open() == 3);
    // The total holds for everybody.
    assert_eq!(admit(&gate, "192.0.2.2", true, 0).err(), Some(TooMany::AtAll));
}

#[test]
fn nobody_comes_more_often_in_a_minute_than_he_may() {
    let gate = Gate::default();
    for _ in 0..4 {
        assert!(admit(&gate, "192.0.2.1", false, 0).is_ok());
    }
    assert_eq!(admit(&gate, "192.0.2.1", false, 59).err(), Some(TooMany::TooFast));
    assert!(admit(&gate, "192.0.2.1", true, 59).is_ok());
    assert!(admit(&gate, "192.0.2.2", false, 59).is_ok());
    assert!(admit(&gate, "192.0.2.1", false, 60).is_ok());
    let patient = Allowance { connections_per_minute: None, ..ALLOWANCE };
    for _ in 0..10 {
        assert!(gate.admit("192.0.2.1".parse().unwrap(), false, &patient, Timestamp(60_000)).is_ok());
    }
    assert_eq!(gate.open(), 0);
}

/// A doorway whose conversations repeat what they hear; the letter `p` makes them panic.
async fn doorway(clock: Clock) -> (SocketAddr, Gate, watch::Sender<bool>, tokio::task::JoinHandle<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let gate = Gate::default();
    let (stop, shutdown) = watch::channel(false);
    let doorway = Doorway { listener, gate: gate.clone(), clock };
    let counting = gate.clone();
    let served = tokio::spawn(async move {
        let admit =
            |_: &TcpStream, peer: SocketAddr| counting.admit(peer.ip(), false, &ALLOWANCE, Timestamp(0)).ok();
        let converse = async |mut stream: TcpStream, _: IpAddr| {
            while let Ok(octet) = stream.read_u8().await {
                assert_ne!(octet, b'p', "the bug");
                stream.write_u8(octet).await.unwrap();
            }
        };
        doorway.serve(shutdown, admit, converse).await;
    });
    (address, gate, stop, served)
}

async fn echo(stream: &mut TcpStream, octet: u8) -> Option<u8> {
    stream.write_u8(octet).await.ok()?;
    stream.read_u8().await.ok()
}

#[tokio::test]
async fn a_panic_ends_its_connection_only_and_is_counted() {
    let (address, gate, stop, served) = doorway(Clock::real()).await;
    let mut one = TcpStream::connect(address).await.unwrap();
    let mut two = TcpStream::connect(address).await.unwrap();
    assert_eq!((echo(&mut one, b'a').await, echo(&mut two, b'b').await), (Some(b'a'), Some(b'b')));
    assert_eq!(echo(&mut one, b'p').await, None);
    assert_eq!(echo(&mut two, b'c').await, Some(b'c'));
    drop(two);
    stop.send_replace(true);
    served.await.unwrap();
    assert_eq!((gate.open(), gate.panics()), (0, 1));
}

#[tokio::test]
async fn a_stop_waits_for_what_is_under_way_but_not_for_ever() {
    let clock = Clock::fake(Timestamp(0));
    let (address, gate, stop, served) = doorway(clock.clone()).await;
    let mut busy = TcpStream::connect(address).await.unwrap();
    assert_eq!(echo(&mut busy, b'a').await, Some(b'a'));
    stop.send_replace(true);
    assert_eq!(echo(&mut busy, b'b').await, Some(b'b'));
    while TcpStream::connect(address).await.is_ok() {
        tokio::task::yield_now().await;
    }
    assert!(!served.is_finished() && gate.open() == 1);
    clock.advance(STOP_PATIENCE + Duration::from_millis(1));
    served.await.unwrap();
    assert_eq!(echo(&mut busy, b'c').await, None);
}
