//! The installation's settings, and the records that follow from them: its hosts, its SPF host, the name
//! servers of every zone.

use std::collections::BTreeMap;

use db::Tx;
use model::{RecordId, ZoneId};

use super::{Administration, Hand, found};
use crate::entities::{ManagedBy, RecordData, ZoneInfo};
use crate::installation::Installation;
use crate::kind::{RecordKind, quoted};
use crate::managed::{Kept, Standing, keep};
use crate::name::DnsName;
use crate::rules::Draft;
use crate::{Result, ZONES, ZoneError, rows};

impl Administration {
    /// The settings of the installation; `None` before they are first written.
    pub async fn installation(&self) -> Result<Option<Installation>> {
        self.read_limited(installation_of).await
    }

    /// Writes the settings of the installation and everything that follows from them: its own records in the
    /// zones that enclose them and the name servers of every zone. Mail records of the domains follow with
    /// [`Administration::refresh_all`]. Only an operator can.
    pub async fn change_installation(&self, installation: Installation) -> Result<Kept> {
        self.operator_only()?;
        installation.check()?;
        self.write(move |tx, hand| {
            let before = installation_of(tx)?;
            let mut installation = installation.clone();
            // A change of addresses, and publishing a suffix, have their own ways in and out.
            if let Some(before) = &before {
                installation.also_sends_from.clone_from(&before.also_sends_from);
                installation.suffixes.clone_from(&before.suffixes);
            }
            rows::write_installation(tx, &installation.write())?;
            audit(tx, hand, before.as_ref(), &installation)?;
            let kept = keep_installation(tx, hand, &installation)?;
            // The SOA of every zone names the first name server.
            tx.notify(ZONES, String::new());
            Ok(kept)
        })
        .await
    }

    /// Brings the installation's own records up to date: after a zone was created that encloses them, or when
    /// somebody removed one.
    pub async fn refresh_installation(&self) -> Result<Kept> {
        self.operator_only()?;
        self.write(|tx, hand| match installation_of(tx)? {
            Some(installation) => keep_installation(tx, hand, &installation),
            None => Ok(Kept::default()),
        })
        .await
    }

    /// Puts the certificates that the exchangers show into their TLSA records (`3 1 1 …`), if they changed.
    pub async fn set_tlsa(&self, data: Vec<String>) -> Result<Kept> {
        self.operator_only()?;
        self.write(move |tx, hand| {
            let Some(mut installation) = installation_of(tx)? else { return Ok(Kept::default()) };
            if installation.tlsa == data {
                return Ok(Kept::default());
            }
            let before = installation.clone();
            installation.tlsa.clone_from(&data);
            installation.check()?;
            rows::write_installation(tx, &installation.write())?;
            audit(tx, hand, Some(&before), &installation)?;
            keep_installation(tx, hand, &installation)
        })
        .await
    }
}

/// Writes the settings without what follows from them: whoever calls keeps that right.
pub(crate) fn set_installation(
    tx: &mut Tx,
    hand: &Hand,
    before: &Installation,
    after: &Installation,
) -> Result<()> {
    after.check()?;
    rows::write_installation(tx, &after.write())?;
    audit(tx, hand, Some(before), after)
}

fn audit(tx: &mut Tx, hand: &Hand, before: Option<&Installation>, after: &Installation) -> Result<()> {
    let told = trail::Told::of_thing(&after.hostname);
    let before = before.map(Installation::facts).unwrap_or_default();
    trail::tell(tx, told.before(before).after(after.facts()));
    hand.audit(tx, None, "change installation", after.hostname.to_string())
}

/// The settings, in the caller's transaction.
pub(crate) fn installation_of(tx: &mut Tx) -> Result<Option<Installation>> {
    let Some((settings, _)) = rows::installation(tx)? else { return Ok(None) };
    let damaged = db::DbError::Column { column: 0, expected: "installation" };
    Ok(Some(Installation::read(&settings).ok_or(damaged)?))
}

/// The name servers of a new zone.
pub(super) fn name_server_drafts(tx: &mut Tx, hand: &Hand, zone: &ZoneInfo) -> Result<Vec<Draft>> {
    let Some(installation) = installation_of(tx)? else { return Ok(Vec::new()) };
    Ok(name_servers(&installation, zone)
        .into_iter()
        .map(|record| Draft { id: RecordId(hand.new_id()), record, index: None, has_own_ttl: false })
        .collect())
}

fn name_servers(installation: &Installation, zone: &ZoneInfo) -> Vec<RecordData> {
    installation
        .name_servers
        .iter()
        .map(|host| record(zone, "@".to_owned(), RecordKind::Ns, DnsName::from(&host.name).to_string()))
        .collect()
}

fn record(zone: &ZoneInfo, owner: String, kind: RecordKind, data: String) -> RecordData {
    let (ttl, managed_by) = (zone.default_ttl, ManagedBy::Installation);
    RecordData { owner, kind, data, ttl, managed_by, note: String::new() }
}

pub(super) fn keep_installation(tx: &mut Tx, hand: &Hand, installation: &Installation) -> Result<Kept> {
    // The operator's transaction: every zone of everybody.
    let mut wanted: BTreeMap<ZoneId, Vec<RecordData>> = BTreeMap::new();
    for zone in rows::zones(tx, None)?.into_iter().filter(|zone| zone.main.is_none()) {
        wanted.insert(zone.id, name_servers(installation, &zone));
    }
    for (name, kind, data) in own_records(installation) {
        let Some(zone) = rows::enclosing_anywhere(tx, &name)? else { continue };
        let Some(owner) = name.relative_to(&zone.name) else { continue };
        if let Some(records) = wanted.get_mut(&zone.id) {
            let new = record(&zone, owner, kind, data);
            if records.iter().all(|record| record.key() != new.key()) {
                records.push(new);
            }
        }
    }
    let mut kept = Kept::default();
    for (id, records) in wanted {
        let mut zone = found("zone", rows::take_zone(tx, id, hand.at)?)?;
        let called = "records of the installation";
        let (diff, conflicts) =
            keep(tx, hand, &mut zone, ManagedBy::Installation, records, Standing::Stays, called)?;
        kept.add(id, diff, conflicts);
    }
    Ok(kept)
}

/// Everything that the installation says about itself, with absolute names: made from data only.
pub(crate) fn own_records(installation: &Installation) -> Vec<(DnsName, RecordKind, String)> {
    let mut records = Vec::new();
    for host in installation.hosts() {
        let name = DnsName::from(&host.name);
        for address in &host.addresses {
            let kind = if address.is_ipv4() { RecordKind::A } else { RecordKind::Aaaa };
            records.push((name.clone(), kind, address.to_string()));
        }
    }
    let spf_host = DnsName::from(&installation.spf_host);
    for exchanger in &installation.exchangers {
        let name = DnsName::from(&exchanger.host.name);
        // RFC 7208 §2.3: the name of EHLO says who may use it.
        if name != spf_host {
            records.push((
                name.clone(),
                RecordKind::Txt,
                quoted(installation.exchanger_spf_text().as_bytes()),
            ));
        }
        // RFC 7672 §2.1.3: the certificate of a mail exchanger, for senders that validate.
        for data in &installation.tlsa {
            if let Ok(owner) = DnsName::parse(&format!("_25._tcp.{name}")) {
                records.push((owner, RecordKind::Tlsa, data.clone()));
            }
        }
    }
    // RFC 4592 §2.1.1: every name below a suffix that does not exist itself leads to the exchangers, and sends nothing.
    for suffix in &installation.suffixes {
        let Ok(any) = DnsName::parse(&format!("*.{suffix}")) else { continue };
        for exchanger in &installation.exchangers {
            let data = format!("{} {}", exchanger.priority, DnsName::from(&exchanger.host.name));
            records.push((any.clone(), RecordKind::Mx, data));
        }
        records.push((any, RecordKind::Txt, quoted(b"v=spf1 -all")));
    }
    records.push((spf_host, RecordKind::Txt, quoted(installation.spf_text().as_bytes())));
    records
}

/// Mail records need to know where mail goes.
pub(super) fn needed(tx: &mut Tx) -> Result<Installation> {
    installation_of(tx)?.ok_or_else(|| {
        ZoneError::invalid(
            "installation",
            "its settings are not written yet",
            "mail records are made from the installation's settings: `relais installation change`",
        )
    })
}
