//! The matrix of the network: which connections a customer's firewall has to let through, from what is configured here and
//! what the customer declared.

use std::net::IpAddr;

use futures_util::stream::{self, StreamExt};
use gateways::{InboundTarget, Integration};
use model::{Domain, IntegrationId, RelayTarget};
use world::{Mx, World};

use crate::administration::Administration;
use crate::limits::{ASKED_AT_ONCE, MATRIX_LIMIT, NAMES_TIME, TESTED_DOMAINS};
use crate::{Language, Result, rows, say};

/// Who opens a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// The customer's servers, to ours.
    ToUs,
    /// Our servers, to the customer's.
    FromUs,
    /// The customer's people, with their browsers, to the portal.
    Browser,
}

impl Direction {
    /// The word in views and files of words.
    pub fn as_str(self) -> &'static str {
        match self {
            Direction::ToUs => "to-us",
            Direction::FromUs => "from-us",
            Direction::Browser => "browser",
        }
    }
}

/// One connection to let through.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MatrixRow {
    /// Who opens it.
    pub direction: Direction,
    /// From where: host names or addresses; empty: from anywhere on that side.
    pub from: Vec<String>,
    /// The host that is connected to.
    pub host: String,
    /// Its addresses now; they may change, the name stays.
    pub addresses: Vec<IpAddr>,
    /// The port (TCP).
    pub port: u16,
}

/// The port between mail servers (RFC 5321 §4.5.4.2).
const SMTP: u16 = 25;

impl Administration {
    /// The matrix of an integration, from the configuration and the documentation of the set-up.
    pub async fn matrix(&self, id: IntegrationId) -> Result<Vec<MatrixRow>> {
        let one = self.found(id).await?;
        let of_rows = one.clone();
        let form = self.read(move |tx| Ok(rows::set_up(tx, &of_rows)?)).await?.form;
        let world = &self.onboarding.world;
        let exchangers = self.onboarding.exchangers().await?;
        let portal = self.onboarding.flow.secure().settings().portal.as_str().to_owned();
        let portal = host_and_port(&portal);
        let mut theirs = their_servers(world, &one, &form.reception_servers).await;
        // Ours and the portal are told however many theirs are.
        theirs.truncate(MATRIX_LIMIT.saturating_sub(exchangers.len() + 1));
        let mut hosts: Vec<String> = exchangers.iter().map(|(host, _)| host.to_string()).collect();
        hosts.extend(theirs.iter().map(|(host, _)| host.clone()));
        hosts.push(portal.0.clone());
        let ask = |host: String| addresses(world.clone(), host);
        let mut found = stream::iter(hosts.into_iter().map(ask)).buffered(ASKED_AT_ONCE);
        let mut matrix = Vec::new();
        let mut ours: Vec<String> = Vec::new();
        for (host, known) in &exchangers {
            let asked = found.next().await.unwrap_or_default();
            let addresses = if known.is_empty() { asked } else { known.clone() };
            ours.push(host.to_string());
            ours.extend(addresses.iter().map(ToString::to_string));
            let (direction, from) = (Direction::ToUs, form.sending_servers.clone());
            matrix.push(MatrixRow { direction, from, host: host.to_string(), addresses, port: SMTP });
        }
        let sources = &self.onboarding.surroundings.sources;
        let from: Vec<String> = match sources.is_empty() {
            true => ours,
            false => sources.iter().map(ToString::to_string).collect(),
        };
        for (host, port) in &theirs {
            let addresses = found.next().await.unwrap_or_default();
            let (direction, from) = (Direction::FromUs, from.clone());
            matrix.push(MatrixRow { direction, from, host: host.clone(), addresses, port: *port });
        }
        let addresses = found.next().await.unwrap_or_default();
        let (host, port) = portal.clone();
        matrix.push(MatrixRow { direction: Direction::Browser, from: Vec::new(), host, addresses, port });
        Ok(matrix)
    }
}

/// `https://portal.example.ch:8443` as host and port.
fn host_and_port(portal: &str) -> (String, u16) {
    let rest = portal.strip_prefix("https://").unwrap_or(portal);
    match rest.rsplit_once(':') {
        Some((host, port)) if !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit()) => {
            (host.trim_matches(['[', ']']).to_owned(), port.parse().unwrap_or(443))
        }
        _ => (rest.to_owned(), 443),
    }
}

/// Where letters go, as delivery has it; beside it what the documentation names.
async fn their_servers(world: &World, one: &Integration, declared: &[String]) -> Vec<(String, u16)> {
    let mut servers = match &one.inbound {
        InboundTarget::Server(RelayTarget::Host(name, port)) => vec![(name.to_string(), *port)],
        InboundTarget::Server(RelayTarget::Address(address)) => {
            vec![(address.ip().to_string(), address.port())]
        }
        InboundTarget::Server(RelayTarget::Exchangers(name)) => {
            exchangers_of(world.clone(), name.clone()).await
        }
        InboundTarget::Exchangers => {
            let mut names = Vec::new();
            for domain in one.domains.iter().filter(|domain| domain.proof.is_some()).take(TESTED_DOMAINS) {
                names.push(domain.name.clone());
            }
            let ask = |name: Domain| exchangers_of(world.clone(), name);
            stream::iter(names.into_iter().map(ask)).buffered(ASKED_AT_ONCE).concat().await
        }
    };
    for server in declared {
        if !servers.iter().any(|(host, _)| host == server) {
            servers.push((server.clone(), SMTP));
        }
    }
    let mut seen = std::collections::HashSet::new();
    servers.retain(|server| seen.insert(server.clone()));
    servers
}

async fn exchangers_of(world: World, name: Domain) -> Vec<(String, u16)> {
    let answer = tokio::select! {
        answer = world.names.mx_securely(&name) => answer,
        () = world.clock.sleep(NAMES_TIME) => return Vec::new(),
    };
    match answer {
        Ok((Mx::Hosts(hosts), _)) => hosts.into_iter().map(|(_, host)| (host.to_string(), SMTP)).collect(),
        Ok((Mx::Implicit, _)) => vec![(name.to_string(), SMTP)],
        Ok((Mx::Null, _)) | Err(_) => Vec::new(),
    }
}

/// The addresses of a host now; none where nobody knows any, or says so in time.
async fn addresses(world: World, host: String) -> Vec<IpAddr> {
    if let Ok(ip) = host.parse() {
        return vec![ip];
    }
    let Ok(name) = Domain::parse(&host) else { return Vec::new() };
    let mut found = tokio::select! {
        found = world.names.addresses(&name) => found.unwrap_or_default(),
        () = world.clock.sleep(NAMES_TIME) => Vec::new(),
    };
    found.sort();
    found
}

/// The matrix as CSV (RFC 4180), with a header in the language.
pub fn matrix_csv(matrix: &[MatrixRow], language: Language) -> String {
    let cell = |text: &str| {
        // What a spreadsheet would take for a formula is text.
        let text = match text.starts_with(['=', '+', '-', '@']) {
            true => format!("'{text}"),
            false => text.to_owned(),
        };
        match text.contains([',', '"', '\n', '\r']) {
            true => format!("\"{}\"", text.replace('"', "\"\"")),
            false => text,
        }
    };
    let mut csv = String::new();
    let mut row = |cells: &[String]| {
        let cells: Vec<String> = cells.iter().map(|text| cell(text)).collect();
        csv.push_str(&cells.join(","));
        csv.push_str("\r\n");
    };
    let heads = ["direction", "from", "host", "addresses", "protocol", "port", "purpose"];
    row(&heads.map(|head| say(language, &format!("matrix-{head}"), &[])));
    for one in matrix {
        let addresses: Vec<String> = one.addresses.iter().map(ToString::to_string).collect();
        let direction = one.direction.as_str();
        row(&[
            say(language, &format!("direction-{direction}"), &[]),
            one.from.join(" "),
            one.host.clone(),
            addresses.join(" "),
            "TCP".to_owned(),
            one.port.to_string(),
            say(language, &format!("purpose-{direction}"), &[]),
        ]);
    }
    csv
}
