//! What the DNS door answers from.

use db::Tx;
use model::{OrganisationId, ZoneId};
use wire_dns::{Name, Record, Soa, ZoneData};

use crate::administration::installation_of;
use crate::entities::{Secondary, ZoneInfo};
use crate::name::DnsName;
use crate::{Result, ZoneError, Zones, rows};

/// A zone as the DNS door needs it.
#[derive(Clone, Debug)]
pub struct HostedZone {
    /// Its identifier; the keys that sign it have it too.
    pub id: ZoneId,
    /// The owner.
    pub organisation: OrganisationId,
    /// What it was at when it was loaded: see [`Zones::versions`].
    pub version: i64,
    /// Whether its answers are signed.
    pub is_signed: bool,
    /// Who may transfer it and is told of changes.
    pub secondaries: Vec<Secondary>,
    /// Everything that it says.
    pub data: ZoneData,
}

/// Which zones there are and whether they changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ZoneVersion {
    /// The zone.
    pub id: ZoneId,
    /// Its name.
    pub name: DnsName,
    /// Another number after every change.
    pub version: i64,
}

impl Zones {
    /// A zone with everything that it says; `None` if it was deleted meanwhile.
    pub async fn load(&self, id: ZoneId) -> Result<Option<HostedZone>> {
        self.db
            .operator("answer for every hosted zone")
            .read(move |tx| {
                let Some(zone) = rows::zone(tx, id)? else { return Ok(None) };
                Ok(Some(HostedZone {
                    id,
                    organisation: zone.organisation,
                    version: version(tx, &zone)?,
                    is_signed: zone.is_signed,
                    secondaries: rows::secondaries(tx, id)?,
                    data: zone_data(tx, &zone)?,
                }))
            })
            .await
    }

    /// Every hosted zone with its version: what differs from what was loaded is loaded again.
    pub async fn versions(&self) -> Result<Vec<ZoneVersion>> {
        self.db
            .operator("answer for every hosted zone")
            .read(|tx| {
                let mut versions = Vec::new();
                for zone in rows::zones(tx, None)? {
                    let version = version(tx, &zone)?;
                    versions.push(ZoneVersion { id: zone.id, name: zone.name, version });
                }
                Ok(versions)
            })
            .await
    }

    /// Every hosted zone, loaded: at start.
    pub async fn all(&self) -> Result<Vec<HostedZone>> {
        let mut all = Vec::new();
        for ZoneVersion { id, .. } in self.versions().await? {
            all.extend(self.load(id).await?);
        }
        Ok(all)
    }
}

/// The zone's own version together with the installation's, whose name is in its SOA.
fn version(tx: &mut Tx, zone: &ZoneInfo) -> Result<i64> {
    let installation = rows::installation(tx)?.map_or(0, |(_, version)| version);
    Ok(zone.version.saturating_mul(1 << 20).saturating_add(installation))
}

/// What a zone says; a synonym says under its own name what its main zone says (R174).
pub(crate) fn zone_data(tx: &mut Tx, zone: &ZoneInfo) -> Result<ZoneData> {
    let origin = wire_name(&zone.name);
    let mut records = Vec::new();
    for info in rows::records(tx, zone.main.unwrap_or(zone.id))? {
        let parsed = wire_dns::parse_record(&info.owner, info.ttl, info.kind.as_str(), &info.data, &origin);
        match parsed {
            Ok(record) => records.push(record),
            // Owners of a synonym with a long name can become too long: the rest is served all the same.
            Err(_) if zone.main.is_some() => {}
            Err(fault) => {
                let rule = "what is kept can be served";
                return Err(ZoneError::invalid(
                    "data",
                    format!("{} {}: {fault}", info.owner, info.kind),
                    rule,
                ));
            }
        }
    }
    Ok(ZoneData {
        serial: zone.serial,
        soa: soa(tx, zone, &records)?,
        default_ttl: zone.default_ttl,
        origin,
        records,
    })
}

fn soa(tx: &mut Tx, zone: &ZoneInfo, records: &[Record]) -> Result<Soa> {
    let origin = wire_name(&zone.name);
    let (primary, contact) = match installation_of(tx)? {
        Some(installation) => {
            let primary = installation.name_servers.first().map(|host| wire_name(&DnsName::from(&host.name)));
            (primary, contact_name(&installation.contact))
        }
        None => (None, None),
    };
    // A zone that was made before the installation has a name says its first own name server.
    let own = || {
        records.iter().find_map(|record| match &record.data {
            wire_dns::RData::NS(server) if record.owner == origin => Some(server.0.clone()),
            _ => None,
        })
    };
    let below = |label: &str| wire_dns::parse_name(label, &origin).unwrap_or_else(|_| origin.clone());
    let primary = primary.or_else(own).unwrap_or_else(|| origin.clone());
    Ok(Soa::new(primary, contact.unwrap_or_else(|| below("hostmaster"))))
}

/// RFC 1035 §8: the local part is the first label, its dots after backslashes.
fn contact_name(contact: &model::Address) -> Option<Name> {
    let local: String = contact
        .localpart()
        .as_str()
        .chars()
        .flat_map(|c| (!c.is_ascii_alphanumeric()).then_some('\\').into_iter().chain(Some(c)))
        .collect();
    wire_dns::parse_name(&format!("{local}.{}.", contact.domain()), &Name::root()).ok()
}

/// The name as the wire has it; ours are always valid there.
pub(crate) fn wire_name(name: &DnsName) -> Name {
    wire_dns::parse_name(&name.to_string(), &Name::root()).unwrap_or_else(|_| Name::root())
}
