//! Whose a name is: what a tenant may not take, and how it proves that a name is its own.
//!
//! A mail domain makes this installation take its letters from then on, also those that other organisations
//! here write to it. So a tenant gets only what its owner pointed to us: the name servers of the zone that holds
//! it, or a text record that only this organisation was told of.

use aws_lc_rs::hmac;
use db::Tx;
use model::{Domain, OrganisationId, ServiceId};
use world::{LookupError, RData, RecordType};

use super::{Administration, found};
use crate::installation::Installation;
use crate::kind::{RecordKind, quoted};
use crate::mail::FullRecord;
use crate::name::DnsName;
use crate::{Result, ZoneError, ZoneInfo, rows};

/// The label below a domain at which its owner publishes the proof.
const PROOF_LABEL: &str = "_relais";
/// Octets of the keyed hash that the proof shows.
const PROOF_OCTETS: usize = 16;

const OWNERSHIP_RULE: &str = "a mail domain is its organisation's: its zone is hosted here and the world finds our name servers for it, or a text record proves it";

/// What makes a name another one's, within the transaction that would take it.
pub(super) enum Whose {
    /// Nobody else's, as far as is known here.
    Free,
    /// Something of another organisation, or the same thing, is in the way.
    Taken,
    /// It is a name of the installation or lies above one.
    Installations,
}

/// Whether an organisation may have `name`, apart from the proof that it is its own.
pub(super) fn whose(tx: &mut Tx, name: &DnsName, organisation: OrganisationId) -> Result<Whose> {
    if rows::is_taken_around(tx, name, organisation)?
        || rows::is_domain_of_another_around(tx, name, organisation)?
    {
        return Ok(Whose::Taken);
    }
    let Some(installation) = super::installation_of(tx)? else { return Ok(Whose::Free) };
    let is_zone_own = rows::enclosing_anywhere(tx, name)?
        .is_some_and(|zone| !zone.name.is_root() && zone.organisation == organisation);
    let is_installations = installation
        .own_names()
        .map(DnsName::from)
        .any(|own| own == *name || (own.is_within(name) && !is_zone_own));
    Ok(if is_installations { Whose::Installations } else { Whose::Free })
}

/// Refuses what a tenant may not have as a mail domain, apart from the proof that it is its own.
pub(crate) fn check_domain(tx: &mut Tx, name: &Domain, organisation: OrganisationId) -> Result<()> {
    let rule = "a domain belongs to one mail service of the installation, and names above and below it to the same organisation";
    let taken = || ZoneError::Conflict { field: "domain", value: name.to_string(), rule };
    if rows::domain_organisation(tx, name)?.is_some() {
        return Err(taken());
    }
    match whose(tx, &DnsName::from(name), organisation)? {
        Whose::Free => Ok(()),
        Whose::Taken => Err(taken()),
        Whose::Installations => Err(ZoneError::invalid(
            "domain",
            format!("«{name}» is a name of the installation, or lies above one"),
            "the installation's own names are the operator's",
        )),
    }
}

/// Refuses a name that is a mail domain or a synonym of somebody already.
pub(crate) fn check_domain_free(tx: &mut Tx, name: &Domain) -> Result<()> {
    let rule = "a domain belongs to one mail service of the installation, and names above and below it to the same organisation";
    match rows::domain_organisation(tx, name)? {
        Some(_) => Err(ZoneError::Conflict { field: "domain", value: name.to_string(), rule }),
        None => Ok(()),
    }
}

/// The deepest hosted zone that encloses a name, if it lies within the scope.
pub(crate) fn enclosing(tx: &mut Tx, name: &DnsName) -> Result<Option<ZoneInfo>> {
    match rows::enclosing_anywhere(tx, name)? {
        Some(zone) => Ok(rows::zone(tx, zone.id)?),
        None => Ok(None),
    }
}

impl Administration {
    /// Whether the world finds one of our name servers for a name that is not hosted here yet.
    pub(crate) async fn is_delegated_here(&self, name: &DnsName) -> Result<bool> {
        match self.zones.installation().await? {
            // What cannot be looked up now is not proven.
            Some(installation) => Ok(self.has_our_name_servers(name, &installation).await.unwrap_or(false)),
            None => Ok(false),
        }
    }

    /// Everything that a tenant's new mail domain has to be before it is made.
    pub(super) async fn check_new_domain(
        &self,
        organisation: OrganisationId,
        service: Option<ServiceId>,
        name: &Domain,
    ) -> Result<()> {
        directory::check_domain_name(name)?;
        // Nothing is told about names to those who name what is not theirs.
        if let Some(service) = service {
            self.directory().service(service).await?;
        }
        super::zone::check_public_suffix("domain", &DnsName::from(name))?;
        let checked = name.clone();
        self.read(move |tx| {
            if !rows::is_organisation(tx, organisation)? {
                return Err(ZoneError::NotFound { what: "organisation" });
            }
            check_domain(tx, &checked, organisation)
        })
        .await?;
        self.check_ownership("domain", organisation, &DnsName::from(name)).await
    }

    /// Refuses a name that the world does not show to be the organisation's.
    pub(crate) async fn check_ownership(
        &self,
        field: &'static str,
        organisation: OrganisationId,
        name: &DnsName,
    ) -> Result<()> {
        let looked = name.clone();
        let (zone, installation) = self
            .read(move |tx| {
                let zone = rows::enclosing_anywhere(tx, &looked)?
                    .filter(|zone| !zone.name.is_root() && zone.organisation == organisation);
                Ok::<_, ZoneError>((zone, super::installation_of(tx)?))
            })
            .await?;
        let mut trouble = None;
        if let (Some(zone), Some(installation)) = (zone, installation) {
            match self.has_our_name_servers(&zone.name, &installation).await {
                Ok(true) => return Ok(()),
                Ok(false) => {}
                Err(error) => trouble = Some(error),
            }
        }
        let wanted = self.proof(organisation, name).await?;
        let names = &self.zones.world.names;
        match names.texts(wanted.name.as_str()).await {
            Ok(texts) if texts.iter().any(|text| quoted(text.trim_ascii()) == wanted.data) => return Ok(()),
            Ok(_) => {}
            Err(error) if error.is_void() => {}
            Err(error) => trouble = Some(error),
        }
        let mut reason = format!(
            "«{}» is not proven to be the organisation's; publish the TXT record {} with the value {} and try again",
            name.as_str(),
            wanted.name.as_str(),
            wanted.data.trim_matches('"'),
        );
        if let Some(trouble) = trouble {
            reason.push_str(&format!(" ({trouble})"));
        }
        Err(ZoneError::invalid(field, reason, OWNERSHIP_RULE))
    }

    /// The text record that proves that a name is an organisation's: a keyed hash, so that nobody knows another
    /// organisation's, and nothing has to be kept.
    async fn proof(&self, organisation: OrganisationId, name: &DnsName) -> Result<FullRecord> {
        let owner = DnsName::within(PROOF_LABEL, name)
            .map_err(|wrong| ZoneError::invalid("domain", wrong.reason, wrong.rule))?;
        let secret = self.zones.keys.shared_secret("domain ownership").await?;
        let key = hmac::Key::new(hmac::HMAC_SHA256, &secret);
        let tag = hmac::sign(&key, format!("{organisation} {}", name.as_str()).as_bytes());
        let token: String = tag.as_ref()[..PROOF_OCTETS].iter().map(|octet| format!("{octet:02x}")).collect();
        let data = quoted(format!("relais-domain={token}").as_bytes());
        Ok(FullRecord { name: owner, kind: RecordKind::Txt, data })
    }

    /// Whether the world finds one of our name servers for a zone.
    async fn has_our_name_servers(
        &self,
        zone: &DnsName,
        installation: &Installation,
    ) -> std::result::Result<bool, LookupError> {
        let names = &self.zones.world.names;
        // The name servers of an alias are those of its target (RFC 1034 §3.6.2), which anybody may have put
        // there; a zone is none.
        match names.look_up(zone.as_str(), RecordType::CNAME).await {
            Ok(_) => return Ok(false),
            Err(error) if error.is_void() => {}
            Err(error) => return Err(error),
        }
        let found = match names.look_up(zone.as_str(), RecordType::NS).await {
            Ok(found) => found,
            Err(error) if error.is_void() => return Ok(false),
            Err(error) => return Err(error),
        };
        Ok(found.records.iter().any(|record| match record {
            RData::NS(server) => DnsName::parse(&server.0.to_ascii()).is_ok_and(|server| {
                installation.name_servers.iter().any(|host| DnsName::from(&host.name) == server)
            }),
            _ => false,
        }))
    }

    /// The organisation of a zone within the scope.
    pub(super) async fn organisation_of(&self, zone: model::ZoneId) -> Result<OrganisationId> {
        self.read(move |tx| Ok(found("zone", rows::zone(tx, zone)?)?.organisation)).await
    }
}
