//! What is served over HTTP: the doors' routers, put together in one visible place.

use std::net::SocketAddr;
use std::sync::Arc;

use anyhow::Result;
use axum::Router;
use axum::middleware::from_fn_with_state;

use crate::config::Config;
use crate::installation::Installation;
use crate::{diagnosing, watching};

/// Every door on HTTP. Each brings its whole paths, so that one glance at it shows what it serves.
pub(crate) fn router(
    installation: &Installation,
    certificates: Option<door_public::Certificates>,
) -> Result<Router> {
    Ok(Router::new()
        .merge(door_public::router(Arc::new(public(installation, certificates))))
        .merge(door_api::router(api(installation)?))
        .merge(door_manager::router(Arc::new(manager(installation)?)))
        .merge(door_safe::router(Arc::new(safe(installation))))
        .merge(crate::soap::router(installation))
        .layer(from_fn_with_state(installation.directory.clone(), watching::keep_out)))
}

fn manager(installation: &Installation) -> Result<door_manager::Shared> {
    let (db, world) = (installation.db.clone(), installation.world.clone());
    let directory = installation.directory.clone();
    Ok(door_manager::Shared {
        zones: installation.zones.clone(),
        hosts: installation.hosts.clone(),
        gateways: installation.flow.gateways().clone(),
        onboarding: installation.onboarding.clone(),
        secure: installation.flow.secure().clone(),
        keys: installation.keys.clone(),
        looker: diagnosing::looker(installation)?,
        trail: installation.trail.clone(),
        queue: installation.flow.queue().clone(),
        relays: installation.flow.relays().clone(),
        renumberings: installation.renumberings.clone(),
        reports: installation.flow.reports().clone(),
        reputation: reputation::Reputation::new(db.clone(), world.clone(), directory.clone()),
        db,
        world,
        directory,
    })
}

fn api(installation: &Installation) -> Result<door_api::Parts> {
    let (db, world) = (installation.db.clone(), installation.world.clone());
    let directory = installation.directory.clone();
    Ok(door_api::Parts {
        trail: installation.trail.clone(),
        queue: installation.flow.queue().clone(),
        relays: installation.flow.relays().clone(),
        renumberings: installation.renumberings.clone(),
        gateways: installation.flow.gateways().clone(),
        onboarding: installation.onboarding.clone(),
        zones: installation.zones.clone(),
        hosts: installation.hosts.clone(),
        keys: installation.keys.clone(),
        looker: diagnosing::looker(installation)?,
        reports: installation.flow.reports().clone(),
        reputation: reputation::Reputation::new(db, world.clone(), directory.clone()),
        flow: installation.flow.clone(),
        limits: door_api::Limits::default(),
        exempt_loopback: installation.config.auth.exempt_loopback,
        world,
        directory,
    })
}

fn safe(installation: &Installation) -> door_safe::Shared {
    door_safe::Shared {
        world: installation.world.clone(),
        directory: installation.directory.clone(),
        secure: installation.flow.secure().clone(),
        flow: installation.flow.clone(),
        memory: door_safe::Memory::default(),
        turns: door_safe::Turns::default(),
    }
}

fn public(
    installation: &Installation,
    certificates: Option<door_public::Certificates>,
) -> door_public::Shared {
    let config = &installation.config;
    let listen = &config.listen;
    door_public::Shared {
        directory: installation.directory.clone(),
        hosts: installation.hosts.clone(),
        zones: installation.zones.clone(),
        servers: door_public::Servers {
            reading: config.node.hostname.clone(),
            sending: config.node.hostname.clone(),
            imaps: port(&listen.imaps),
            imap: port(&listen.imap),
            submissions: port(&listen.submissions),
            submission: port(&listen.submission),
        },
        families: door_public::Families {
            ipv4: config.public.ipv4_name.clone(),
            ipv6: config.public.ipv6_name.clone(),
        },
        onboarding: installation.onboarding.clone(),
        certificates,
    }
}

/// What all listeners of HTTP share.
pub(crate) fn shared(installation: &Installation) -> Arc<doorway_http::Shared> {
    let config = &installation.config;
    let mut shared = doorway_http::Shared::new(installation.world.clone());
    shared.exempt_loopback = config.auth.exempt_loopback;
    shared.secret_paths = [&door_manager::SECRET_PATHS[..], &door_public::SECRET_PATHS[..]].concat();
    let zones = installation.zones.clone();
    shared.https = port(&config.listen.https).map(|port| {
        doorway_http::ToHttps::new(port, config.node.hostname.clone(), move |name| {
            let zones = zones.clone();
            // While the database does not answer, the configured name is good for everybody.
            async move { zones.is_own_name(&name).await.unwrap_or(false) }
        })
    });
    Arc::new(shared)
}

/// The address under which browsers and programs find the doors; `None` where there is no https.
pub(crate) fn base_url(config: &Config) -> Option<String> {
    let address = config.listen.https.first()?;
    // Bound to loopback, as in the demo: the name leads nowhere, the certificate is good for the address.
    let name = match address.ip().is_loopback() {
        true => address.ip().to_string(),
        false => config.node.hostname.clone(),
    };
    Some(match address.port() {
        443 => format!("https://{name}"),
        port => format!("https://{name}:{port}"),
    })
}

/// For whom passkeys are made: the node's own name over https, whatever a request calls it.
pub(crate) fn relying_party(config: &Config) -> Option<directory::RelyingParty> {
    let name = config.node.hostname.clone();
    let origin = |address: &SocketAddr| match address.port() {
        443 => format!("https://{name}"),
        port => format!("https://{name}:{port}"),
    };
    let mut origins: Vec<String> = config.listen.https.iter().map(origin).collect();
    origins.dedup();
    let is_address = name.parse::<std::net::IpAddr>().is_ok();
    (!is_address && !origins.is_empty()).then_some(directory::RelyingParty { id: name, origins })
}

fn port(addresses: &[SocketAddr]) -> Option<u16> {
    addresses.first().map(SocketAddr::port)
}
