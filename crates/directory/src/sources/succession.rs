//! Allowed sources whose machines move to other addresses: the new address is allowed from the date on, the old one until
//! the end of an overlap. Both steps run within the caller's transaction, and are told in the log of changes.

use std::net::IpAddr;

use db::Tx;
use model::{Timestamp, Validity};
use trail::{Actor, Change, Facts};

use super::ip::facts;
use super::{AllowState, AllowedSource, IpInfo, rows, shown};
use crate::error::DirectoryError;
use crate::login::source_subject;

type Result<T> = std::result::Result<T, DirectoryError>;

/// Which addresses take the place of which, when, and in whose name.
pub struct Succession<'a> {
    /// An old address and those that follow it.
    pub pairs: &'a [(IpAddr, Vec<IpAddr>)],
    /// From when the new ones hold.
    pub from: Timestamp,
    /// Until when the old ones hold.
    pub until: Timestamp,
    /// Who does it, for the log of changes.
    pub who: &'a Actor,
    /// When.
    pub at: Timestamp,
    /// New identifiers.
    pub world: &'a world::World,
}

/// An entry that was limited, and the one that follows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Successor {
    /// The entry with the old address.
    pub original: i64,
    /// The one with the new address; `None` if there was one already.
    pub twin: Option<i64>,
    /// Until when the original held before.
    pub until_before: Option<Timestamp>,
}

impl Succession<'_> {
    fn tell(&self, tx: &mut Tx, action: &str, source: &AllowedSource, before: Facts) -> Result<()> {
        let id = self.world.new_id();
        let what = source.source.clone();
        let change = Change::new(self.at, id, Some(source.organisation), self.who.clone(), action, what);
        Ok(trail::audit(tx, &change.with(before, source.facts()))?)
    }

    fn tell_ip(&self, tx: &mut Tx, action: &str, info: &IpInfo) -> Result<()> {
        let id = self.world.new_id();
        let change =
            Change::new(self.at, id, info.organisation, self.who.clone(), action, info.ip.to_string());
        let after = facts(tx, info)?;
        Ok(trail::audit(tx, &change.with(Facts::new(), after))?)
    }
}

/// Limits every active entry with an old address, and adds one with the new address for the same organisation, unless it
/// has one.
pub fn follow_allowed_sources(tx: &mut Tx, succession: &Succession<'_>) -> Result<Vec<Successor>> {
    let mut followed = Vec::new();
    for (old, new) in succession.pairs {
        for original in rows::active_of_subject(tx, &source_subject(*old))? {
            let until_before = original.validity.until;
            let until = until_before.map_or(succession.until, |before| before.min(succession.until));
            let limited = AllowedSource {
                validity: Validity { until: Some(until), ..original.validity },
                ..original.clone()
            };
            rows::limit_allowed_source(tx, &original, limited.validity)?;
            succession.tell(tx, "limit allowed source", &limited, original.facts())?;
            for address in new {
                let twin = add_twin(tx, succession, &original, *address)?;
                followed.push(Successor { original: original.id, twin, until_before });
            }
        }
    }
    Ok(followed)
}

fn add_twin(
    tx: &mut Tx,
    succession: &Succession<'_>,
    original: &AllowedSource,
    address: IpAddr,
) -> Result<Option<i64>> {
    let subject = source_subject(address);
    let standing = rows::active_of_subject(tx, &subject)?;
    if standing.iter().any(|source| source.organisation == original.organisation) {
        return Ok(None);
    }
    let validity = Validity { from: Some(succession.from), until: None };
    let twin = AllowedSource {
        id: succession.world.new_id(),
        source: shown(&subject).to_owned(),
        asked_at: succession.at,
        confirmed_at: None,
        confirmed_from: None,
        decided_by: None,
        decided_at: None,
        reason: String::new(),
        validity,
        ..original.clone()
    };
    rows::add_allowed_source(tx, &twin, &subject)?;
    rows::decide_allowed_source(tx, twin.id, AllowState::Active, &succession.who.who, succession.at, "")?;
    rows::limit_allowed_source(tx, &twin, validity)?;
    succession.tell(tx, "allow source", &twin, Facts::new())?;
    Ok(Some(twin.id))
}

/// Takes back what [`follow_allowed_sources`] did; what somebody changed since stays as it is.
pub fn take_back_allowed_sources(
    tx: &mut Tx,
    succession: &Succession<'_>,
    followed: &[Successor],
) -> Result<()> {
    for one in followed {
        if let Some(original) = rows::allowed_source(tx, one.original)?
            && original.state == AllowState::Active
            && original.validity.until == Some(succession.until)
        {
            let validity = Validity { until: one.until_before, ..original.validity };
            rows::limit_allowed_source(tx, &original, validity)?;
            let before = original.facts();
            let freed = AllowedSource { validity, ..original };
            succession.tell(tx, "limit allowed source", &freed, before)?;
        }
        let Some(twin) = one.twin else { continue };
        if let Some(twin) = rows::allowed_source(tx, twin)?
            && twin.state == AllowState::Active
        {
            rows::decide_allowed_source(
                tx,
                twin.id,
                AllowState::Ended,
                &succession.who.who,
                succession.at,
                "",
            )?;
            let before = twin.facts();
            let ended = AllowedSource { state: AllowState::Ended, ..twin };
            succession.tell(tx, "end allowed source", &ended, before)?;
        }
    }
    Ok(())
}

/// Lists the new addresses of the installation beside the old ones, and lets what left from an old address leave from the
/// new one. The old ones stay listed: they are still accepted for a while.
pub fn follow_dedicated_addresses(tx: &mut Tx, succession: &Succession<'_>) -> Result<()> {
    for (old, new) in succession.pairs {
        let Some(former) = rows::ip(tx, *old)? else { continue };
        for address in new {
            if rows::ip(tx, *address)?.is_some() {
                continue;
            }
            let twin = IpInfo {
                ip: *address,
                pointer_found: String::new(),
                is_confirmed: false,
                looked_at: None,
                ..former.clone()
            };
            rows::add_ip(tx, &twin, succession.at)?;
            succession.tell_ip(tx, "add ip", &twin)?;
        }
        if !new.is_empty() && (former.service.is_some() || former.server.is_some()) {
            let freed = IpInfo { service: None, server: None, ..former };
            rows::change_ip(tx, &freed)?;
            succession.tell_ip(tx, "change ip", &freed)?;
        }
    }
    Ok(())
}
