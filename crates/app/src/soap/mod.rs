//! The SOAP services on this installation: who calls, and one function of the domain for each operation.

mod administering;
mod caller;
mod connections;
mod reading;
mod sending;
#[cfg(test)]
mod tests;

use anyhow::Context;
use directory::{Directory, DirectoryError};
use door_soap::{Addresses, Code, Fault, Limits, Parts};
use mail_flow::Flow;
use onboarding::Onboarding;
use wire_safe::PortalOrigin;
use world::World;

use crate::config::Config;
use crate::installation::Installation;
use caller::{Gatekeeper, temporary};

/// Does what is asked.
#[derive(Clone)]
struct Desk {
    world: World,
    directory: Directory,
    flow: Flow,
    /// Tests how domains are connected.
    onboarding: Onboarding,
}

impl Desk {
    fn of(installation: &Installation) -> Desk {
        Desk {
            world: installation.world.clone(),
            directory: installation.directory.clone(),
            flow: installation.flow.clone(),
            onboarding: installation.onboarding.clone(),
        }
    }
}

/// Where the three services are found, as their descriptions say it.
///
/// # Errors
/// Where a configured one is not `https://NAME`.
pub(crate) fn addresses(config: &Config) -> anyhow::Result<Addresses> {
    let base = crate::http::base_url(config).unwrap_or_else(|| format!("https://{}", config.node.hostname));
    let of = |key: &str, given: &Option<String>| match given {
        None => Ok(base.clone()),
        Some(given) => {
            let origin = PortalOrigin::parse(given).with_context(|| format!("soap.{key}"))?;
            Ok::<_, anyhow::Error>(origin.as_str().to_owned())
        }
    };
    Ok(Addresses {
        send: of("send", &config.soap.send)?,
        read: of("read", &config.soap.read)?,
        administration: of("administration", &config.soap.administration)?,
    })
}

/// The routes of the three services.
pub(crate) fn router(installation: &Installation) -> axum::Router {
    let config = &installation.config;
    door_soap::router(Parts {
        world: installation.world.clone(),
        operations: Desk::of(installation),
        authenticator: Gatekeeper(installation.directory.clone()),
        addresses: installation.soap.clone(),
        limits: Limits::default(),
        exempt_loopback: config.auth.exempt_loopback,
    })
}

/// A refusal of the directory, in the words of the services.
fn of_directory(error: DirectoryError) -> Fault {
    match error {
        DirectoryError::NotFound { what } => Fault::not_found(what),
        DirectoryError::Invalid { field, reason, rule } => {
            Fault::new(Code::Validation, reason).field(field).rule(rule)
        }
        DirectoryError::Conflict { field, value, rule } => {
            Fault::new(Code::Conflict, format!("«{value}» is taken")).field(field).rule(rule)
        }
        error @ DirectoryError::InUse { .. } => Fault::new(Code::Conflict, error.to_string()),
        error => temporary(&error),
    }
}

fn address(field: &str, text: &str) -> Result<model::Address, Fault> {
    model::Address::parse(text).map_err(|error| Fault::new(Code::Validation, error.to_string()).field(field))
}
