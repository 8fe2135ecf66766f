//! The name of a peer's address, and whether it leads back (RFC 8601 §3).

use std::net::IpAddr;

use world::Names;

use crate::limits::{REVERSE_NAME_LIMIT, REVERSE_TIME_LIMIT};
use crate::{ReverseEvidence, ReverseResult};

/// Looks for a name of `ip` that leads back to it. Trouble is a result like others: it is only recorded.
pub async fn iprev(names: &Names, ip: IpAddr) -> ReverseEvidence {
    tokio::time::timeout(REVERSE_TIME_LIMIT, look(names, ip.to_canonical())).await.unwrap_or_default()
}

async fn look(names: &Names, ip: IpAddr) -> ReverseEvidence {
    let found = |result, name: &str| ReverseEvidence { result, name: name.to_owned() };
    let pointers = match names.pointers(ip).await {
        Ok(pointers) => pointers,
        Err(error) if error.is_void() => return found(ReverseResult::PermError, ""),
        Err(_) => return found(ReverseResult::TempError, ""),
    };
    let mut has_trouble = false;
    for name in pointers.iter().take(REVERSE_NAME_LIMIT) {
        let Ok(host) = model::Domain::parse(name) else { continue };
        match names.addresses(&host).await {
            Ok(addresses) if addresses.contains(&ip) => return found(ReverseResult::Pass, name),
            Ok(_) => {}
            Err(error) => has_trouble |= !error.is_void(),
        }
    }
    let result = if has_trouble { ReverseResult::TempError } else { ReverseResult::Fail };
    found(result, pointers.first().map_or("", |name| name))
}
