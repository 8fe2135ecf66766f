//! Secondary name servers: who may transfer a zone and is told of its changes.

use std::collections::HashSet;
use std::net::{IpAddr, SocketAddr};

use model::ZoneId;

use super::{Administration, found, notify};
use crate::entities::Secondary;
use crate::{Result, ZoneError, limits, rows};

/// Octets that a TSIG secret of hmac-sha256 has at least (RFC 8945 §8: as long as the hash's output, or
/// nearly so).
const SECRET_MINIMUM_OCTETS: usize = 16;
/// Octets that a TSIG secret has at most.
const SECRET_LIMIT_OCTETS: usize = 128;

impl Administration {
    /// The secondaries of a zone, with their secrets.
    pub async fn secondaries(&self, id: ZoneId) -> Result<Vec<Secondary>> {
        self.read_limited(move |tx| {
            found("zone", rows::zone(tx, id)?)?;
            Ok(rows::secondaries(tx, id)?)
        })
        .await
    }

    /// Replaces the secondaries of a zone. They are told of its changes, so within a tenant's scope a new one is
    /// a public address at port 53: nobody makes us talk to what stands beside us. An operator names any.
    pub async fn set_secondaries(&self, id: ZoneId, secondaries: Vec<Secondary>) -> Result<()> {
        if secondaries.len() > limits::SECONDARIES_LIMIT {
            return Err(ZoneError::invalid(
                "secondaries",
                format!("there are {}", secondaries.len()),
                "a zone has at most 16 secondaries",
            ));
        }
        let is_operator = self.operator_only().is_ok();
        let mut seen = HashSet::new();
        for secondary in &secondaries {
            if !seen.insert((secondary.address.ip().to_canonical(), secondary.address.port())) {
                return Err(ZoneError::invalid(
                    "address",
                    format!("{} stands there twice", secondary.address),
                    "a zone has each secondary once",
                ));
            }
            if secondary.key_name.is_root() || secondary.key_name.is_wildcard() {
                return Err(ZoneError::invalid(
                    "key",
                    "it has no name",
                    "a TSIG key has a name (RFC 8945 §4.2)",
                ));
            }
            if !(SECRET_MINIMUM_OCTETS..=SECRET_LIMIT_OCTETS).contains(&secondary.secret.len()) {
                return Err(ZoneError::invalid(
                    "secret",
                    format!("it has {} octets", secondary.secret.len()),
                    "a secret for hmac-sha256 has 16 to 128 octets; 32 are usual (RFC 8945 §8)",
                ));
            }
        }
        self.write_limited(move |tx, hand| {
            let zone = found("zone", rows::take_zone(tx, id, hand.at)?)?;
            if !is_operator {
                // What an operator put there may stay.
                let standing = rows::secondaries(tx, id)?;
                let mut new = secondaries
                    .iter()
                    .map(|secondary| secondary.address)
                    .filter(|address| standing.iter().all(|known| known.address != *address));
                if let Some(address) = new.find(|address| !is_public_name_server(*address)) {
                    return Err(ZoneError::invalid(
                        "address",
                        format!("{address} is no public address at port 53"),
                        "a secondary of an organisation has a public address and listens at port 53; the operator may name others",
                    ));
                }
            }
            for (number, secondary) in secondaries.iter().enumerate() {
                // A question names only its key: one name, one secret.
                let beside =
                    secondaries[..number].iter().filter(|other| other.key_name == secondary.key_name);
                let elsewhere = rows::secret_of_key(tx, &secondary.key_name, id)?;
                if beside.map(|other| &other.secret).chain(&elsewhere).any(|other| *other != secondary.secret)
                {
                    return Err(ZoneError::Conflict {
                        field: "key",
                        value: secondary.key_name.to_string(),
                        rule: "the name of a key stands for one secret in the whole installation",
                    });
                }
            }
            let before = rows::secondaries(tx, id)?;
            rows::replace_secondaries(tx, &zone, &secondaries)?;
            let told = trail::Told::of_thing(zone.name.as_str()).before(facts(&before, &secondaries));
            trail::tell(tx, told.after(facts(&secondaries, &before)));
            hand.audit(tx, Some(zone.organisation), "change secondaries", zone.name.as_str().to_owned())?;
            notify(tx, id)
        })
        .await
    }
}

/// What the log of changes tells of secondaries: where they are and by which key, and of a secret only that it is not
/// that of `others`.
fn facts(all: &[Secondary], others: &[Secondary]) -> trail::Facts {
    let told = |one: &Secondary| {
        let is_another = |other: &&Secondary| {
            other.address == one.address && other.key_name == one.key_name && other.secret != one.secret
        };
        let mark = if others.iter().any(|other| is_another(&other)) { "*" } else { "" };
        format!("{} ({}{mark})", one.address, one.key_name)
    };
    trail::Facts::new().with("secondaries", all.iter().map(told).collect::<Vec<_>>().join(", "))
}

/// Whether the world can reach a name server there, and nothing else can be meant.
fn is_public_name_server(address: SocketAddr) -> bool {
    let is_public = match address.ip().to_canonical() {
        IpAddr::V4(ip) => {
            let [first, second, ..] = ip.octets();
            // RFC 1918, RFC 6598 (between a provider and its customers), RFC 1112 §4 (240/4).
            !(ip.is_private() || (first == 100 && second & 0xc0 == 64) || first >= 240)
        }
        IpAddr::V6(ip) => {
            // RFC 4193; and what holds an IPv4 address: RFC 6052, RFC 8215, RFC 3056, RFC 4291 §2.5.5.1.
            !(ip.is_unique_local()
                || ip.segments()[..6] == [0; 6]
                || matches!(ip.segments(), [0x64, 0xff9b, 0 | 1, ..] | [0x2002, ..]))
        }
    };
    address.port() == 53 && is_public && world::is_elsewhere(address.ip())
}
