//! Mail services on hosted zones: the domain, its keys and its records in one commit.

use db::Tx;
use directory::{DomainCreation, DomainInfo};
use keys::{Algorithm, Keys};
use model::{Domain, DomainId, OrganisationId, ServiceId, ZoneId};
use world::LookupError;

use super::installation::needed;
use super::{Administration, Hand, found};
use crate::entities::{ManagedBy, ZoneInfo};
use crate::kind::{RecordKind, text_octets};
use crate::mail::{self, FullRecord, SpfStrictness};
use crate::managed::{Kept, Standing, keep};
use crate::name::DnsName;
use crate::rules::Language;
use crate::{Result, ZoneError, rows};

/// Each domain signs with both: RSA, which everybody verifies, and Ed25519 (RFC 8463).
pub(crate) const ALGORITHMS: [Algorithm; 2] = [Algorithm::Rsa, Algorithm::Ed25519];

/// A domain with what became of its records.
#[derive(Clone, Debug)]
pub struct MailDomain {
    /// The domain.
    pub domain: DomainInfo,
    /// The zone that holds its records; `None` if they are kept elsewhere.
    pub zone: Option<ZoneId>,
    /// What was written, and what was left alone.
    pub kept: Kept,
}

/// A record that ought to be in a zone elsewhere, and what the world says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checked {
    /// What ought to be there.
    pub record: FullRecord,
    /// What is there.
    pub seen: Seen,
}

/// What a look-up found in place of a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Seen {
    /// Exactly it.
    There,
    /// Nothing.
    Missing,
    /// Something else of the same type.
    Other(Vec<String>),
    /// It cannot be looked up now.
    Unknown(String),
}

impl Administration {
    /// Creates a mail domain as `directory` does, with its DKIM keys and, on a hosted zone of the organisation
    /// that encloses it, its records: all in one commit. What people wrote stays unless `standing` says that it
    /// goes. Without settings of the installation no records are written.
    ///
    /// An operator may take any name. A tenant takes no public suffix, no name of the installation, nothing at,
    /// above or below another organisation's zone or mail domain, and only what the world shows to be its own:
    /// the name servers of its hosted zone are ours, or a TXT record proves it, which the refusal names.
    pub async fn create_domain(
        &self,
        organisation: OrganisationId,
        service: Option<ServiceId>,
        name: &Domain,
        standing: Standing,
    ) -> Result<MailDomain> {
        let is_operator = self.operator_only().is_ok();
        if !is_operator {
            self.check_new_domain(organisation, service, name).await?;
        }
        let fresh = self.zones.keys.generate(&ALGORITHMS).await?;
        let (keys, name) = (self.zones.keys.clone(), name.clone());
        self.write(move |tx, hand| {
            let creation = DomainCreation {
                id: DomainId(hand.new_id()),
                new_service: ServiceId(hand.new_id()),
                organisation,
                service,
                at: hand.at,
            };
            if !is_operator {
                // Somebody else may have been faster.
                super::ownership::check_domain(tx, &name, organisation)?;
            }
            let domain = directory::create_domain(tx, &creation, &name)?;
            let told = trail::Told::of_thing(&name).after(directory::facts_of_domain(tx, &domain)?);
            trail::tell(tx, told);
            hand.audit(tx, Some(organisation), "create domain", name.to_string())?;
            keys.insert(tx, &name, domain.id, organisation, &fresh)?;
            let (zone, kept) = keep_mail(tx, hand, &keys, &MailOf::from(&domain), standing, None)?;
            Ok(MailDomain { domain, zone, kept })
        })
        .await
    }

    /// Deletes a mail domain as `directory` does, and those records of it that its mail service kept.
    pub async fn delete_domain(&self, id: DomainId, force: bool) -> Result<Kept> {
        self.write(move |tx, hand| {
            let kept = remove_mail(tx, hand, id)?;
            let domain = directory::delete_domain(tx, id, force, hand.at)?;
            let told = trail::Told::of_thing(&domain.name).before(directory::facts_of_domain(tx, &domain)?);
            trail::tell(tx, told);
            hand.audit(tx, Some(domain.organisation), "delete domain", domain.name.to_string())?;
            Ok(kept)
        })
        .await
    }

    /// Brings the mail records of a domain up to date: after its keys or the installation changed, after its
    /// zone became hosted, or because somebody wants them back. What people wrote stays unless `standing` says
    /// that it goes.
    pub async fn refresh(&self, domain: &Domain, standing: Standing) -> Result<MailDomain> {
        self.refresh_with(domain, standing, None).await
    }

    /// Makes the SPF of a domain strict, soft or marking (R116). One that people wrote is replaced only if `standing`
    /// says so.
    pub async fn set_spf(
        &self,
        domain: &Domain,
        strictness: SpfStrictness,
        standing: Standing,
    ) -> Result<MailDomain> {
        self.refresh_with(domain, standing, Some(strictness)).await
    }

    async fn refresh_with(
        &self,
        domain: &Domain,
        standing: Standing,
        spf: Option<SpfStrictness>,
    ) -> Result<MailDomain> {
        let (keys, name) = (self.zones.keys.clone(), domain.clone());
        let domain = self.domain_called(domain).await?;
        self.of_organisation(domain.organisation)
            .write(move |tx, hand| {
                // Deleted meanwhile: there is nothing to keep right.
                if rows::domain_organisation(tx, &name)? != Some(domain.organisation) {
                    return Err(ZoneError::NotFound { what: "domain" });
                }
                needed(tx)?;
                let (zone, kept) = keep_mail(tx, hand, &keys, &MailOf::from(&domain), standing, spf)?;
                Ok(MailDomain { domain: domain.clone(), zone, kept })
            })
            .await
    }

    /// Brings the mail records of every domain within the scope up to date, after the installation changed;
    /// gives what was left alone.
    pub async fn refresh_all(&self) -> Result<Kept> {
        let mut all = Kept::default();
        for domain in self.directory().domains(None).await? {
            match self.refresh(&domain.name, Standing::Stays).await {
                Ok(MailDomain { kept, .. }) => {
                    all.changes.extend(kept.changes);
                    all.conflicts.extend(kept.conflicts);
                }
                // Deleted meanwhile.
                Err(ZoneError::NotFound { .. }) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(all)
    }

    /// Everything that the DNS should say for a domain's mail, for a zone that is kept elsewhere.
    pub async fn records_to_copy(&self, domain: &Domain) -> Result<Vec<FullRecord>> {
        let keys = self.zones.keys.clone();
        let domain = self.domain_called(domain).await?;
        self.of_organisation(domain.organisation)
            .read(move |tx| {
                let installation = needed(tx)?;
                let dkim = keys.records_in(tx, &domain.name)?;
                let second_names = match own_zone(tx, &MailOf::from(&domain))? {
                    Some(zone) => second_names(tx, &zone, &domain.name)?,
                    None => Vec::new(),
                };
                let strictness = SpfStrictness::default();
                let servers = hosts::domain_servers(tx, &domain.name)?;
                Ok(mail::records(&domain.name, &second_names, &installation, &servers, strictness, &dkim))
            })
            .await
    }

    /// What the world says in place of [`Administration::records_to_copy`].
    pub async fn check_elsewhere(&self, domain: &Domain) -> Result<Vec<Checked>> {
        let mut checked = Vec::new();
        for record in self.records_to_copy(domain).await? {
            let seen = self.seen(&record).await;
            checked.push(Checked { record, seen });
        }
        Ok(checked)
    }

    async fn seen(&self, wanted: &FullRecord) -> Seen {
        let kind: world::RecordType = match wanted.kind.as_str().parse() {
            Ok(kind) => kind,
            Err(_) => return Seen::Unknown("the resolver does not know this type".to_owned()),
        };
        let found = match self.zones.world.names.look_up(wanted.name.as_str(), kind).await {
            Ok(found) => found,
            Err(LookupError::Later { reason, .. }) => return Seen::Unknown(reason),
            Err(_) => return Seen::Missing,
        };
        let texts: Vec<String> = found
            .records
            .into_iter()
            .map(|data| {
                let text = wire_dns::Record { owner: wire_dns::Name::root(), ttl: 0, data }.data_text();
                wanted.kind.normalise(&text, &DnsName::root()).unwrap_or(text)
            })
            .collect();
        // Text may have been cut into strings in other places.
        let octets = |text: &str| text_octets(text).unwrap_or_default();
        let is_there = texts.iter().any(|text| match wanted.kind {
            RecordKind::Txt => octets(text) == octets(&wanted.data),
            _ => *text == wanted.data,
        });
        let owner = wanted.name.as_str();
        let language = Language::of(owner, &octets(&wanted.data));
        let others: Vec<String> = texts
            .into_iter()
            // Other texts at the name are nobody's business.
            .filter(|text| {
                wanted.kind != RecordKind::Txt
                    || language.is_none()
                    || Language::of(owner, &octets(text)) == language
            })
            .collect();
        match (is_there, others.is_empty()) {
            (true, _) => Seen::There,
            (false, true) => Seen::Missing,
            (false, false) => Seen::Other(others),
        }
    }

    pub(crate) fn directory(&self) -> directory::Administration {
        self.zones.directory.administration(self.scope, self.who.clone())
    }

    pub(crate) async fn domain_called(&self, name: &Domain) -> Result<DomainInfo> {
        Ok(self.directory().domain_called(name).await?)
    }
}

/// What records are made of, of a domain.
pub(crate) struct MailOf {
    pub(crate) id: DomainId,
    pub(crate) organisation: OrganisationId,
    pub(crate) name: Domain,
}

impl From<&DomainInfo> for MailOf {
    fn from(info: &DomainInfo) -> MailOf {
        MailOf { id: info.id, organisation: info.organisation, name: info.name.clone() }
    }
}

/// The deepest hosted zone that encloses a domain, if it is one of its organisation with records of its own.
fn own_zone(tx: &mut Tx, domain: &MailOf) -> Result<Option<ZoneInfo>> {
    let enclosing = rows::enclosing_anywhere(tx, &DnsName::from(&domain.name))?;
    Ok(enclosing.filter(|zone| zone.organisation == domain.organisation && zone.main.is_none()))
}

/// [`own_zone`], if the domain's records are kept right in it.
pub(crate) fn zone_of_mail(tx: &mut Tx, domain: &MailOf) -> Result<Option<ZoneInfo>> {
    match directory::linking::keeps_records(tx, domain.id)? {
        true => own_zone(tx, domain),
        false => Ok(None),
    }
}

/// The hosted zone of this very name, if it is the organisation's.
pub(crate) fn own_zone_called(
    tx: &mut Tx,
    name: &DnsName,
    organisation: OrganisationId,
) -> Result<Option<ZoneInfo>> {
    Ok(rows::zone_called(tx, name)?.filter(|zone| zone.organisation == organisation))
}

/// The mail domain of this name, if it is the organisation's.
pub(crate) fn own_domain_called(
    tx: &mut Tx,
    organisation: OrganisationId,
    name: &Domain,
) -> Result<Option<DomainInfo>> {
    Ok(directory::linking::domain_called(tx, organisation, name)?)
}

/// Whether mail is taken for a name within the scope.
pub(crate) fn is_mail_domain(tx: &mut Tx, name: &Domain) -> Result<bool> {
    Ok(rows::domain_organisation(tx, name)?.is_some())
}

/// How many records are kept right for a domain.
pub(crate) fn count_mail_records(tx: &mut Tx, domain: DomainId) -> Result<u64> {
    Ok(rows::count_records_of(tx, domain)?)
}

/// Takes the records of a domain that are kept right away, wherever they stand.
pub(crate) fn remove_mail(tx: &mut Tx, hand: &Hand, domain: DomainId) -> Result<Kept> {
    let mut kept = Kept::default();
    for zone in rows::zones_with_records_of(tx, domain)? {
        remove_from(tx, hand, zone, domain, &mut kept)?;
    }
    Ok(kept)
}

/// Writes the records of a domain into the deepest hosted zone of its organisation that encloses it, and
/// removes them from others; tells the keys whether their records stand in one of our zones.
pub(crate) fn keep_mail(
    tx: &mut Tx,
    hand: &Hand,
    keys: &Keys,
    domain: &MailOf,
    standing: Standing,
    spf: Option<SpfStrictness>,
) -> Result<(Option<ZoneId>, Kept)> {
    let mut kept = Kept::default();
    let enclosing = zone_of_mail(tx, domain)?;
    for other in rows::zones_with_records_of(tx, domain.id)? {
        if enclosing.as_ref().is_none_or(|zone| zone.id != other) {
            remove_from(tx, hand, other, domain.id, &mut kept)?;
        }
    }
    let (Some(zone), Some(installation)) = (enclosing, super::installation_of(tx)?) else {
        keys.note_elsewhere(tx, &domain.name)?;
        return Ok((None, kept));
    };
    let mut zone = found("zone", rows::take_zone(tx, zone.id, hand.at)?)?;
    let manager = ManagedBy::MailService(domain.id);
    let strictness = match spf {
        Some(strictness) => strictness,
        None => standing_strictness(tx, &zone, manager)?,
    };
    let dkim = keys.records_in(tx, &domain.name)?;
    let second_names = second_names(tx, &zone, &domain.name)?;
    let servers = hosts::domain_servers(tx, &domain.name)?;
    let wanted = mail::records(&domain.name, &second_names, &installation, &servers, strictness, &dkim);
    let wanted = mail::in_zone(wanted, &zone, manager);
    let called = format!("mail records of {}", domain.name);
    let (diff, conflicts) = keep(tx, hand, &mut zone, manager, wanted, standing, &called)?;
    let are_keys_there = conflicts.iter().all(|conflict| !conflict.wanted.owner.contains("_domainkey"));
    if are_keys_there {
        keys.note_in_our_zone(tx, &domain.name)?;
    } else {
        keys.note_elsewhere(tx, &domain.name)?;
    }
    kept.add(zone.id, diff, conflicts);
    Ok((Some(zone.id), kept))
}

/// Brings the mail records of every domain of a zone up to date: it is new, or its synonyms changed.
pub(super) fn keep_mail_within(tx: &mut Tx, hand: &Hand, keys: &Keys, zone: ZoneId) -> Result<()> {
    let zone = found("zone", rows::zone(tx, zone)?)?;
    for domain in rows::domains_within(tx, &zone.name, zone.organisation)? {
        keep_mail(tx, hand, keys, &domain, Standing::Stays, None)?;
    }
    Ok(())
}

/// The names that a mail domain has in the synonyms of its zone.
fn second_names(tx: &mut Tx, zone: &ZoneInfo, domain: &Domain) -> Result<Vec<DnsName>> {
    let Some(owner) = DnsName::from(domain).relative_to(&zone.name) else { return Ok(Vec::new()) };
    let synonyms = rows::synonyms(tx, zone.id)?;
    // In a synonym with a long name it can become too long.
    Ok(synonyms.iter().filter_map(|synonym| DnsName::within(&owner, &synonym.name).ok()).collect())
}

fn remove_from(tx: &mut Tx, hand: &Hand, zone: ZoneId, domain: DomainId, kept: &mut Kept) -> Result<()> {
    let Some(mut zone) = rows::take_zone(tx, zone, hand.at)? else { return Ok(()) };
    let manager = ManagedBy::MailService(domain);
    let called = "mail service removed";
    let (diff, conflicts) = keep(tx, hand, &mut zone, manager, Vec::new(), Standing::Stays, called)?;
    kept.add(zone.id, diff, conflicts);
    Ok(())
}

/// What the managed SPF record says now: a choice that was made once stays made.
fn standing_strictness(tx: &mut Tx, zone: &ZoneInfo, manager: ManagedBy) -> Result<SpfStrictness> {
    let records = rows::records(tx, zone.id)?;
    let ours = records
        .iter()
        .find(|info| info.managed_by == manager && Language::of_record(info) == Some(Language::Spf));
    Ok(ours.map(|info| SpfStrictness::of_end(info.data.trim_end_matches('"'))).unwrap_or_default())
}
