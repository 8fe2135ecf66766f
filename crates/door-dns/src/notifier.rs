//! Secondaries hear of a change (RFC 1996): again, with growing pauses, until they answer.

use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;

use tokio::net::UdpSocket;
use tracing::{debug, info};
use wire_dns::{Image, notify, tsig};
use world::World;

use crate::board::Secondary;
use crate::limits::{NOTIFY_PATIENCE, NOTIFY_TRIES};

/// Tells one secondary of one zone's serial.
pub(crate) async fn tell(image: Arc<Image>, secondary: Secondary, world: World) {
    let (zone, address) = (image.origin(), secondary.address);
    let mut patience = NOTIFY_PATIENCE;
    for _ in 0..NOTIFY_TRIES {
        match ask(&image, &secondary, &world, patience).await {
            Ok(true) => {
                debug!(%zone, %address, serial = image.serial(), "a secondary knows of the change");
                return;
            }
            Ok(false) => {}
            Err(error) => {
                debug!(%zone, %address, %error, "a secondary cannot be reached now");
                world.clock.sleep(patience).await;
            }
        }
        patience *= 2;
    }
    info!(%zone, %address, "a secondary does not answer; it looks by itself in time");
}

async fn ask(
    image: &Image,
    secondary: &Secondary,
    world: &World,
    patience: std::time::Duration,
) -> std::io::Result<bool> {
    let here: SocketAddr = match secondary.address {
        SocketAddr::V4(_) => (Ipv4Addr::UNSPECIFIED, 0).into(),
        SocketAddr::V6(_) => (Ipv6Addr::UNSPECIFIED, 0).into(),
    };
    let socket = UdpSocket::bind(here).await?;
    socket.connect(secondary.address).await?;
    let mut number = [0; 2];
    world.random.fill(&mut number);
    let id = u16::from_be_bytes(number);
    let mut message = notify::message(image, id);
    tsig::sign_question(&mut message, &secondary.key, world.clock.now().seconds().unsigned_abs());
    socket.send(&message).await?;
    let mut answer = [0; 512];
    tokio::select! {
        received = socket.recv(&mut answer) => {
            Ok(notify::is_taken(&answer[..received?], id, image.origin()))
        }
        () = world.clock.sleep(patience) => Ok(false),
    }
}
