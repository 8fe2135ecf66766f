//! Looking: everything that [`super::judge()`] wants to know, asked of other servers and of the name service.

use gateways::{InboundTarget, Integration, Sighting};
use mail_deliver::{Permission, Probed};
use mail_flow::Flow;
use model::{Address, Domain};
use world::{Mx, World};

use crate::limits::TESTED_DOMAINS;

/// Where a name below a suffix leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SuffixAnswer {
    /// The name: `example.ch.incamail.ch`.
    pub name: Domain,
    /// Its exchangers; or why there are none.
    pub exchangers: Result<Vec<Domain>, String>,
}

/// What was seen.
#[derive(Clone, Debug)]
pub struct Findings {
    /// The servers for each domain.
    pub servers: Vec<Probed>,
    /// Where a name below each suffix leads.
    pub suffixes: Vec<SuffixAnswer>,
    /// Our own exchangers.
    pub own_exchangers: Vec<Domain>,
    /// What was last seen of their servers.
    pub sightings: Vec<Sighting>,
}

/// What it takes to look.
pub(crate) struct Looking<'a> {
    pub(crate) flow: &'a Flow,
    pub(crate) world: &'a World,
    pub(crate) peer: gateways::Peer,
    pub(crate) integration: &'a Integration,
    /// An address of theirs that gets a letter, and the letter.
    pub(crate) letter: Option<(Address, Vec<u8>)>,
    pub(crate) permission: Permission,
    pub(crate) suffixes: &'a [Domain],
}

/// The servers for each domain that counts, and where the suffixes lead.
pub(crate) async fn look(looking: Looking<'_>) -> (Vec<Probed>, Vec<SuffixAnswer>) {
    let proven = looking.integration.domains.iter().filter(|domain| domain.proof.is_some());
    let mut domains: Vec<Domain> = proven.map(|domain| domain.name.clone()).collect();
    if let Some((address, _)) = &looking.letter {
        // The domain whose server gets the letter comes first: the others may have the same server.
        domains.sort_by_key(|domain| domain != address.domain());
    }
    let one_for_all = matches!(looking.integration.inbound, InboundTarget::Server(_));
    domains.truncate(if one_for_all { 1 } else { TESTED_DOMAINS });
    let mut probed = Vec::new();
    for domain in &domains {
        let letter = looking.letter.clone().filter(|(address, _)| address.domain() == domain);
        probed.push(looking.flow.probe(&looking.peer, domain, letter, &looking.permission).await);
    }
    let mut suffixes = Vec::new();
    for suffix in looking.suffixes {
        let below = domains.first().and_then(|domain| Domain::parse(&format!("{domain}.{suffix}")).ok());
        let Some(name) = below else { continue };
        let exchangers = match looking.world.names.mx_securely(&name).await {
            Ok((Mx::Hosts(hosts), _)) => Ok(hosts.into_iter().map(|(_, host)| host).collect()),
            Ok((Mx::Implicit, _)) => Ok(vec![name.clone()]),
            Ok((Mx::Null, _)) => Err("null MX".to_owned()),
            Err(error) => Err(error.to_string()),
        };
        suffixes.push(SuffixAnswer { name, exchangers });
    }
    (probed, suffixes)
}
