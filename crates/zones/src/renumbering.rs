//! Hosts of the installation that get other addresses, step by step (RFC 4192 §2.2 tells the order for networks): short
//! times to live first, then the new addresses, then everything as it was before.
//!
//! ```text
//! lower:    A, AAAA and SPF get a short time to live; SPF also names the new addresses
//! switch:   the host names lead to the new addresses; SPF still names the old ones
//! withdraw: SPF names the new addresses only; the times to live are the former ones
//! abandon:  from `lower` back to what was
//! ```
//!
//! Changed are the zones that hold one of the names, and the one that holds the installation's SPF host: these are the
//! installation's own. Records of others that name an old address are found ([`Zones::pinned`]) and left alone.

use std::collections::BTreeSet;
use std::net::IpAddr;

use db::Tx;
use directory::Scope;
use model::{Domain, OrganisationId, RecordId, ZoneId};

use crate::administration::{Hand, apply, installation_of, set_installation};
use crate::entities::{ManagedBy, RecordData, RecordInfo, ZoneInfo};
use crate::installation::Installation;
use crate::kind::{RecordKind, quoted, text_octets};
use crate::name::DnsName;
use crate::rules::Draft;
use crate::{Diff, Result, ZONES, Zones, rows, spf};

/// A host name whose addresses change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moved {
    /// The name.
    pub name: Domain,
    /// Its addresses until the date.
    pub old: Vec<IpAddr>,
    /// Those from the date on.
    pub new: Vec<IpAddr>,
}

/// A set of records that was changed, and how it was before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordSet {
    /// The zone.
    pub zone: ZoneId,
    /// The owner, relative to the zone.
    pub owner: String,
    /// The type.
    pub kind: RecordKind,
    /// The time to live that it had, in seconds.
    pub ttl: u32,
}

/// What is done to the zones.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AddressStep {
    /// Times to live of at most so many seconds; SPF names the new addresses, too.
    Lower {
        /// Seconds.
        ttl: u32,
    },
    /// The names lead to the new addresses.
    Switch,
    /// Nothing names the old addresses any more; the times to live are the former ones.
    Withdraw {
        /// What [`AddressStep::Lower`] gave.
        former: Vec<RecordSet>,
    },
    /// Everything as before [`AddressStep::Lower`].
    Abandon {
        /// What [`AddressStep::Lower`] gave.
        former: Vec<RecordSet>,
    },
}

impl AddressStep {
    fn called(&self) -> &'static str {
        match self {
            AddressStep::Lower { .. } => "prepare new addresses",
            AddressStep::Switch => "switch to new addresses",
            AddressStep::Withdraw { .. } => "withdraw former addresses",
            AddressStep::Abandon { .. } => "keep the former addresses",
        }
    }
}

/// What a step did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stepped {
    /// The sets whose time to live was looked at, with the one that they had.
    pub former: Vec<RecordSet>,
    /// The zones that changed, and how.
    pub changes: Vec<(DnsName, Diff)>,
}

/// A record that names an old address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PinnedRecord {
    /// Whose zone it is.
    pub organisation: OrganisationId,
    /// The zone's name.
    pub zone: DnsName,
    /// The record.
    pub record: RecordData,
    /// The old address.
    pub address: IpAddr,
    /// Whether the steps change it; otherwise somebody has to.
    pub follows: bool,
}

impl Zones {
    /// Does a step, and `also` in the same commit: it gets what the step did. `may` says within the commit whether the
    /// step is due at all; where it is not, nothing is done and `None` given.
    pub async fn move_addresses<E>(
        &self,
        who: trail::Actor,
        moved: Vec<Moved>,
        step: AddressStep,
        mut may: impl FnMut(&mut Tx) -> std::result::Result<bool, E> + Send + 'static,
        mut also: impl FnMut(&mut Tx, &Stepped) -> std::result::Result<(), E> + Send + 'static,
    ) -> std::result::Result<Option<Stepped>, E>
    where
        E: From<crate::ZoneError> + From<db::DbError> + Send + 'static,
    {
        let hand = Hand { world: self.world.clone(), who, at: self.world.clock.now() };
        self.db
            .operator("move the installation's hosts to other addresses")
            .write(move |tx| {
                if !may(tx)? {
                    return Ok(None);
                }
                let stepped = do_step(tx, &hand, &moved, &step)?;
                also(tx, &stepped)?;
                Ok(Some(stepped))
            })
            .await
    }

    /// The longest time to live of a record that a step will change, in seconds: so long before the date the short one
    /// has to stand.
    pub async fn longest_ttl(&self, moved: &[Moved]) -> Result<u32> {
        let moved = moved.to_vec();
        let operator = self.db.operator("how long the world remembers addresses");
        operator
            .read(move |tx| {
                let installation = installation_of(tx)?;
                let mut longest = 0;
                for zone in own_zones(tx, &moved, installation.as_ref())? {
                    let records = rows::records(tx, zone.id)?;
                    let sets = sets_of(&zone, &records, &moved, installation.as_ref());
                    longest = sets.iter().map(|set| set.ttl).chain([longest]).max().unwrap_or(0);
                }
                Ok(longest)
            })
            .await
    }

    /// The records within a scope that name an old address: those that follow by themselves, and those that somebody has
    /// to change.
    pub async fn pinned(&self, scope: Scope, moved: &[Moved]) -> Result<Vec<PinnedRecord>> {
        let moved = moved.to_vec();
        let administration = self.administration(scope, trail::Actor::program("relais"));
        administration
            .read(move |tx| {
                let installation = installation_of(tx)?;
                let own = own_zones(tx, &moved, installation.as_ref())?;
                let own: BTreeSet<ZoneId> = own.iter().map(|zone| zone.id).collect();
                let old: BTreeSet<IpAddr> = moved.iter().flat_map(|one| one.old.iter().copied()).collect();
                let mut found = Vec::new();
                for address in &old {
                    for (zone, info) in rows::records_with_address(tx, &address.to_string())? {
                        found.push((zone, info, *address));
                    }
                }
                for (zone, info) in rows::spf_records(tx)? {
                    let text = text_of(&info.record);
                    let named = old.iter().filter(|old| text.split(' ').any(|term| spf::names(term, old)));
                    found.extend(named.map(|address| (zone, info.clone(), *address)));
                }
                let mut pinned = Vec::new();
                for (id, info, address) in found {
                    let Some(zone) = rows::zone(tx, id)? else { continue };
                    let follows = own.contains(&id)
                        && match info.kind {
                            RecordKind::Txt => is_ours(&info) && names_alone(&info.record, &address),
                            _ => is_ours(&info) && moved_at(&zone, &info.owner, &moved).is_some(),
                        };
                    let (organisation, zone, record) = (zone.organisation, zone.name, info.record);
                    pinned.push(PinnedRecord { organisation, zone, record, address, follows });
                }
                Ok(pinned)
            })
            .await
    }
}

/// Zones with one of the names, and the one with the installation's SPF host if its record changes.
fn own_zones(tx: &mut Tx, moved: &[Moved], installation: Option<&Installation>) -> Result<Vec<ZoneInfo>> {
    let spf_host = installation.filter(|own| sends(own, moved)).map(|own| &own.spf_host);
    let mut zones: Vec<ZoneInfo> = Vec::new();
    for name in moved.iter().map(|one| &one.name).chain(spf_host) {
        let found = rows::enclosing_anywhere(tx, &DnsName::from(name))?;
        if let Some(zone) = found.filter(|zone| zone.main.is_none())
            && zones.iter().all(|known| known.id != zone.id)
        {
            zones.push(zone);
        }
    }
    Ok(zones)
}

/// Whether the installation sends from one of the addresses: as an exchanger, or as a source of its SPF.
fn sends(installation: &Installation, moved: &[Moved]) -> bool {
    moved.iter().any(|one| sends_from(installation, one))
}

fn sends_from(installation: &Installation, one: &Moved) -> bool {
    let is_exchanger = installation.exchangers.iter().any(|exchanger| exchanger.host.name == one.name);
    let text = installation.spf_text();
    is_exchanger || one.old.iter().any(|old| text.split(' ').any(|term| spf::names(term, old)))
}

/// Kept by people or by the installation, and not by the mail service of a domain, which has its own source.
fn is_ours(record: &RecordData) -> bool {
    matches!(record.managed_by, ManagedBy::User | ManagedBy::Installation)
}

fn moved_at<'a>(zone: &ZoneInfo, owner: &str, moved: &'a [Moved]) -> Option<&'a Moved> {
    moved.iter().find(|one| {
        DnsName::from(&one.name).relative_to(&zone.name).is_some_and(|relative| relative == owner)
    })
}

fn text_of(record: &RecordData) -> String {
    let octets = text_octets(&record.data).unwrap_or_default();
    String::from_utf8_lossy(&octets).into_owned()
}

fn is_spf(record: &RecordData) -> bool {
    record.kind == RecordKind::Txt && text_of(record).to_ascii_lowercase().starts_with("v=spf1")
}

/// Whether an SPF record names that address alone, and not only a network around it.
fn names_alone(record: &RecordData, address: &IpAddr) -> bool {
    let wanted = spf::mechanism(address);
    text_of(record).split(' ').any(|term| term.trim_start_matches('+').eq_ignore_ascii_case(&wanted))
}

/// The sets of a zone that the steps change, with their times to live.
fn sets_of(
    zone: &ZoneInfo,
    records: &[RecordInfo],
    moved: &[Moved],
    installation: Option<&Installation>,
) -> Vec<RecordSet> {
    let spf_hosts: Vec<DnsName> = installation
        .filter(|own| sends(own, moved))
        .map(|own| {
            let exchangers = own.exchangers.iter().map(|exchanger| &exchanger.host.name);
            [&own.spf_host].into_iter().chain(exchangers).map(DnsName::from).collect()
        })
        .unwrap_or_default();
    let addresses: Vec<&IpAddr> = moved.iter().flat_map(|one| one.old.iter().chain(&one.new)).collect();
    let mut sets: Vec<RecordSet> = Vec::new();
    for record in records.iter().map(|info| &info.record).filter(|record| is_ours(record)) {
        let is_affected = match record.kind {
            RecordKind::A | RecordKind::Aaaa => moved_at(zone, &record.owner, moved).is_some_and(|one| {
                one.old.iter().chain(&one.new).any(|address| record.data == address.to_string())
            }),
            RecordKind::Txt if is_spf(record) => {
                let is_installation_spf = record.managed_by == ManagedBy::Installation
                    && spf_hosts
                        .iter()
                        .any(|host| host.relative_to(&zone.name).is_some_and(|owner| owner == record.owner));
                is_installation_spf || addresses.iter().any(|address| names_alone(record, address))
            }
            _ => false,
        };
        let is_known = sets.iter().any(|set| set.owner == record.owner && set.kind == record.kind);
        if is_affected && !is_known {
            let (owner, kind, ttl) = (record.owner.clone(), record.kind, record.ttl);
            sets.push(RecordSet { zone: zone.id, owner, kind, ttl });
        }
    }
    sets
}

fn do_step(tx: &mut Tx, hand: &Hand, moved: &[Moved], step: &AddressStep) -> Result<Stepped> {
    let before = installation_of(tx)?;
    let after = before.as_ref().map(|installation| stepped_installation(installation, moved, step));
    if let (Some(before), Some(after)) = (&before, &after)
        && before != after
    {
        set_installation(tx, hand, before, after)?;
    }
    let mut stepped = Stepped::default();
    // Which zones are concerned is told by what stood before: afterwards the installation may no longer send from there.
    for zone in own_zones(tx, moved, before.as_ref())? {
        let Some(mut zone) = rows::take_zone(tx, zone.id, hand.at)? else { continue };
        let records = rows::records(tx, zone.id)?;
        let sets = sets_of(&zone, &records, moved, before.as_ref());
        let mut drafts: Vec<Draft> = records.iter().map(Draft::kept).collect();
        change_content(hand, &zone, &mut drafts, moved, step, before.as_ref().zip(after.as_ref()));
        for set in &sets {
            let ttl = match step {
                AddressStep::Lower { ttl } => set.ttl.min(*ttl),
                AddressStep::Switch => set.ttl,
                AddressStep::Withdraw { former } | AddressStep::Abandon { former } => {
                    let mut at_name =
                        former.iter().filter(|one| one.zone == set.zone && one.owner == set.owner);
                    // A host that had no address of this family before has the time to live of the other one.
                    let same = at_name.clone().find(|one| one.kind == set.kind);
                    let other =
                        || at_name.find(|one| (one.kind == RecordKind::Txt) == (set.kind == RecordKind::Txt));
                    same.or_else(other).map_or(set.ttl, |one| one.ttl)
                }
            };
            let own = drafts.iter_mut().map(|draft| &mut draft.record);
            // RFC 2181 §5.2: the records of a set share one time to live.
            for record in own.filter(|record| record.owner == set.owner && record.kind == set.kind) {
                record.ttl = ttl;
            }
        }
        // Of several old addresses that one new address follows, one record remains.
        let mut seen = BTreeSet::new();
        drafts.retain(|draft| {
            let (owner, kind, data) = draft.record.key();
            seen.insert((owner.to_owned(), kind, data.to_owned()))
        });
        let diff = apply(tx, hand, &mut zone, &records, drafts, step.called(), false)?;
        stepped.former.extend(sets);
        if !diff.is_empty() {
            stepped.changes.push((zone.name.clone(), diff));
        }
    }
    // The SOA of every zone names the first name server.
    tx.notify(ZONES, String::new());
    Ok(stepped)
}

/// The settings after a step.
fn stepped_installation(before: &Installation, moved: &[Moved], step: &AddressStep) -> Installation {
    let mut after = before.clone();
    let sending: Vec<&Moved> = moved.iter().filter(|one| sends_from(before, one)).collect();
    let all = || sending.iter().flat_map(|one| one.old.iter().chain(&one.new).copied());
    match step {
        AddressStep::Lower { .. } => {
            let known: BTreeSet<IpAddr> = after.also_sends_from.iter().copied().chain(all()).collect();
            after.also_sends_from = known.into_iter().collect();
        }
        AddressStep::Switch => {
            for one in moved {
                let exchangers = after.exchangers.iter_mut().map(|exchanger| &mut exchanger.host);
                let hosts = exchangers.chain(&mut after.name_servers).filter(|host| host.name == one.name);
                for host in hosts {
                    host.addresses = replaced(&host.addresses, one);
                }
            }
        }
        AddressStep::Withdraw { .. } | AddressStep::Abandon { .. } => {
            let gone: BTreeSet<IpAddr> =
                moved.iter().flat_map(|one| one.old.iter().chain(&one.new).copied()).collect();
            after.also_sends_from.retain(|address| !gone.contains(address));
            if matches!(step, AddressStep::Withdraw { .. }) {
                after.spf_sources = after.spf_sources.iter().fold(Vec::new(), |mut kept, source| {
                    let successors = moved.iter().find_map(|one| {
                        let is_old = |old: &IpAddr| source.eq_ignore_ascii_case(&spf::mechanism(old));
                        let at = one.old.iter().position(is_old)?;
                        Some(successors_of(one, at))
                    });
                    let terms = match successors {
                        Some(new) => new.iter().map(spf::mechanism).collect(),
                        None => vec![source.clone()],
                    };
                    for term in terms {
                        if !kept.contains(&term) {
                            kept.push(term);
                        }
                    }
                    kept
                });
            }
        }
    }
    after
}

/// The addresses of a host with the new ones in the place of the old ones.
fn replaced(addresses: &[IpAddr], one: &Moved) -> Vec<IpAddr> {
    let mut kept = Vec::new();
    for address in addresses {
        let new = match one.old.iter().position(|old| old == address) {
            Some(at) => successors_of(one, at),
            None => vec![*address],
        };
        for address in new {
            if !kept.contains(&address) {
                kept.push(address);
            }
        }
    }
    kept
}

/// What follows an old address: the new one at its place among those of its family, where they are as many; otherwise
/// all of its family, or all there are.
fn successors_of(one: &Moved, at: usize) -> Vec<IpAddr> {
    let Some(old) = one.old.get(at) else { return Vec::new() };
    let family = |all: &[IpAddr]| -> Vec<IpAddr> {
        all.iter().filter(|address| address.is_ipv4() == old.is_ipv4()).copied().collect()
    };
    let (before, after) = (family(&one.old), family(&one.new));
    match before.iter().position(|address| address == old) {
        Some(place) if before.len() == after.len() => after.get(place).copied().into_iter().collect(),
        _ if after.is_empty() => one.new.clone(),
        _ => after,
    }
}

impl Moved {
    /// The new addresses that follow an old one.
    pub fn successors(&self, old: &IpAddr) -> Vec<IpAddr> {
        self.old.iter().position(|known| known == old).map_or_else(Vec::new, |at| successors_of(self, at))
    }
}

/// Changes what records say, as the step wants it.
fn change_content(
    hand: &Hand,
    zone: &ZoneInfo,
    drafts: &mut Vec<Draft>,
    moved: &[Moved],
    step: &AddressStep,
    settings: Option<(&Installation, &Installation)>,
) {
    let mut added = Vec::new();
    for draft in drafts.iter_mut().filter(|draft| is_ours(&draft.record)) {
        let record = &mut draft.record;
        match record.kind {
            RecordKind::A | RecordKind::Aaaa if *step == AddressStep::Switch => {
                let Some(one) = moved_at(zone, &record.owner, moved) else { continue };
                let Some(at) = one.old.iter().position(|old| old.to_string() == record.data) else {
                    continue;
                };
                let mut new = successors_of(one, at).into_iter();
                let Some(first) = new.next() else { continue };
                set_address(record, first);
                for address in new {
                    let mut another = record.clone();
                    set_address(&mut another, address);
                    added.push(another);
                }
            }
            RecordKind::Txt if is_spf(record) => match (record.managed_by, settings) {
                // As the settings say, so that keeping them right finds nothing to change.
                (ManagedBy::Installation, Some((before, after))) => {
                    let text = text_of(record);
                    if text == before.spf_text() {
                        record.data = quoted(after.spf_text().as_bytes());
                    } else if text == before.exchanger_spf_text() {
                        record.data = quoted(after.exchanger_spf_text().as_bytes());
                    }
                }
                _ => record.data = quoted(stepped_spf(&text_of(record), moved, step).as_bytes()),
            },
            _ => {}
        }
    }
    let known: Vec<_> = drafts.iter().map(|draft| draft.record.clone()).collect();
    for record in added.into_iter().filter(|record| known.iter().all(|one| one.key() != record.key())) {
        let id = RecordId(hand.new_id());
        drafts.push(Draft { id, record, index: None, has_own_ttl: false });
    }
}

fn set_address(record: &mut RecordData, address: IpAddr) {
    record.kind = if address.is_ipv4() { RecordKind::A } else { RecordKind::Aaaa };
    record.data = address.to_string();
}

/// An SPF record that people wrote, after a step: the new mechanisms stand behind those whose place they take.
fn stepped_spf(text: &str, moved: &[Moved], step: &AddressStep) -> String {
    let is_mechanism = |term: &str, address: &IpAddr| {
        term.trim_start_matches('+').eq_ignore_ascii_case(&spf::mechanism(address))
    };
    let terms: Vec<&str> = text.split(' ').filter(|term| !term.is_empty()).collect();
    let mut kept: Vec<String> = Vec::new();
    for term in &terms {
        let old = moved.iter().find_map(|one| {
            let at = one.old.iter().position(|old| is_mechanism(term, old))?;
            Some(successors_of(one, at))
        });
        let is_new = moved.iter().any(|one| one.new.iter().any(|new| is_mechanism(term, new)));
        match (step, old) {
            (AddressStep::Lower { .. }, Some(new)) => {
                kept.push((*term).to_owned());
                let missing = new.iter().filter(|new| !terms.iter().any(|term| is_mechanism(term, new)));
                kept.extend(missing.map(spf::mechanism));
            }
            (AddressStep::Withdraw { .. }, Some(_)) => {}
            (AddressStep::Abandon { .. }, None) if is_new && names_an_old(&terms, moved) => {}
            _ => kept.push((*term).to_owned()),
        }
    }
    kept.join(" ")
}

/// Whether an SPF record still names an old address: then the new ones beside it are the steps' own.
fn names_an_old(terms: &[&str], moved: &[Moved]) -> bool {
    let old: Vec<&IpAddr> = moved.iter().flat_map(|one| &one.old).collect();
    terms.iter().any(|term| old.iter().any(|old| spf::names(term, old)))
}
