//! Looking: everything that [`super::judge()`] wants to know, asked of other servers and of the name service.

use std::net::IpAddr;

use futures_util::future::join_all;
use gateways::{InboundTarget, Integration, Sighting};
use mail_deliver::{Permission, Probed};
use mail_flow::Flow;
use model::{Address, Domain};
use world::{Mx, World};

use crate::limits::{NAMES_TIME, TESTED_DOMAINS};

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
    /// Where letters go, and the servers.
    pub probed: Probed,
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
    pub(crate) peer: &'a gateways::Peer,
    pub(crate) integration: &'a Integration,
    /// An address of theirs that gets a letter, and the letter.
    pub(crate) letter: Option<(Address, Vec<u8>)>,
    pub(crate) permission: Permission,
    /// Our own addresses: nobody's test looks at what is behind them.
    pub(crate) own: Vec<IpAddr>,
    pub(crate) suffixes: &'a [Domain],
}

/// The servers for each domain that counts, and where the suffixes lead.
pub(crate) async fn look(looking: Looking<'_>) -> (Probed, Vec<SuffixAnswer>) {
    let proven = looking.integration.domains.iter().filter(|domain| domain.proof.is_some());
    let mut domains: Vec<Domain> = proven.map(|domain| domain.name.clone()).collect();
    if let Some((address, _)) = &looking.letter {
        // The domain whose server gets the letter comes first: the others may have the same server.
        domains.sort_by_key(|domain| domain != address.domain());
    }
    let one_for_all = matches!(looking.integration.inbound, InboundTarget::Server(_));
    domains.truncate(if one_for_all { 1 } else { TESTED_DOMAINS });
    let Looking { flow, peer, letter, permission, own, .. } = &looking;
    tokio::join!(
        flow.probe(peer, &domains, letter.clone(), permission, own),
        suffixes(looking.world, looking.suffixes, domains.first()),
    )
}

/// Where a name below each suffix leads.
async fn suffixes(world: &World, suffixes: &[Domain], domain: Option<&Domain>) -> Vec<SuffixAnswer> {
    let names = suffixes
        .iter()
        .filter_map(|suffix| domain.and_then(|domain| Domain::parse(&format!("{domain}.{suffix}")).ok()));
    let answers = names.map(|name| async move {
        let asked = async {
            match world.names.mx_securely(&name).await {
                Ok((Mx::Hosts(hosts), _)) => Ok(hosts.into_iter().map(|(_, host)| host).collect()),
                Ok((Mx::Implicit, _)) => Ok(vec![name.clone()]),
                Ok((Mx::Null, _)) => Err("null MX".to_owned()),
                Err(error) => Err(error.to_string()),
            }
        };
        let exchangers = tokio::select! {
            answer = asked => answer,
            () = world.clock.sleep(NAMES_TIME) => Err(format!("no answer within {} seconds", NAMES_TIME.as_secs())),
        };
        SuffixAnswer { name, exchangers }
    });
    join_all(answers).await
}
