//! Synonym domains: a second name for everything that a main zone says, live, and for its mail.

use db::Tx;
use keys::Keys;
use model::{Domain, ZoneId};

use super::mail::keep_mail_within;
use super::zone::{check_public_suffix, checked_name, sign_as_main};
use super::{Administration, Hand, found, notify};
use crate::administration::installation::name_server_drafts;
use crate::entities::{ManagedBy, RecordInfo, ZoneInfo};
use crate::name::DnsName;
use crate::{Result, ZoneError, limits, rows, serial};

/// What has to hold before a domain can become a synonym (R176–R179).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Prerequisite {
    /// It is managed here, by the same organisation.
    ManagedHere,
    /// Its name servers are ours.
    OurNameServers,
    /// No product, such as a mail service, is bound to it.
    BoundToNothing,
    /// The newsletter is not bound to its main domain.
    NoNewsletter,
}

pub(super) fn synonym_refusal(prerequisite: Prerequisite, name: &DnsName) -> ZoneError {
    let (reason, rule) = match prerequisite {
        Prerequisite::ManagedHere => (
            "is not managed here by this organisation",
            "a synonym is a domain that is managed here, by the organisation of its main domain",
        ),
        Prerequisite::OurNameServers => {
            ("is delegated to name servers elsewhere", "a synonym uses the name servers of this installation")
        }
        Prerequisite::BoundToNothing => (
            "is bound to a product already",
            "a synonym is bound to no product of its own, such as a mail service or other synonyms",
        ),
        Prerequisite::NoNewsletter => {
            ("is bound to the newsletter", "a domain that the newsletter is bound to has no synonyms")
        }
    };
    ZoneError::invalid("synonym", format!("{name} {reason}"), rule)
}

/// Why a zone cannot become a synonym, as far as it lies in what is bound to it.
pub(super) fn bound(tx: &mut Tx, zone: &ZoneInfo) -> Result<Option<ZoneError>> {
    let is_of_a_service = |record: &RecordInfo| matches!(record.managed_by, ManagedBy::MailService(_));
    let is_bound = zone.main.is_some()
        || zone.has_newsletter
        || rows::records(tx, zone.id)?.iter().any(is_of_a_service)
        || !rows::synonyms(tx, zone.id)?.is_empty()
        || rows::has_domain_at_or_below(tx, &zone.name)?;
    Ok(is_bound.then(|| synonym_refusal(Prerequisite::BoundToNothing, &zone.name)))
}

impl Administration {
    /// The synonyms of a zone, by name.
    pub async fn synonyms(&self, main: ZoneId) -> Result<Vec<ZoneInfo>> {
        self.read_limited(move |tx| {
            found("zone", rows::zone(tx, main)?)?;
            Ok(rows::synonyms(tx, main)?)
        })
        .await
    }

    /// Makes a zone of the organisation a synonym of another one. Its own records go (the history keeps them);
    /// from then on it says what the main zone says, signed if that is, and mail for it arrives as for the main domain.
    ///
    /// Whether the world knows our name servers for it is looked up before. Within an operator's scope names that
    /// nobody answers for count as ours; within a tenant's scope the synonym is proven to be the organisation's
    /// as a mail domain is ([`Administration::create_domain`]).
    pub async fn add_synonym(&self, main: ZoneId, name: &str) -> Result<ZoneInfo> {
        let name = checked_name(name)?;
        let is_operator = self.operator_only().is_ok();
        if !is_operator {
            check_public_suffix("zone", &name)?;
        }
        self.check_name_servers(&name).await?;
        if !is_operator {
            // Mail for it will come to this organisation, so it has to be its own, as a mail domain has to be.
            let organisation = self.organisation_of(main).await?;
            let called = name.clone();
            let zone = self.read(move |tx| Ok::<_, ZoneError>(rows::zone_called(tx, &called)?)).await?;
            if zone.is_none_or(|zone| zone.organisation != organisation) {
                return Err(synonym_refusal(Prerequisite::ManagedHere, &name));
            }
            self.check_ownership("synonym", organisation, &name).await?;
        }
        let keys = self.zones.keys.clone();
        self.write(move |tx, hand| join(tx, hand, &keys, main, &name)).await
    }

    /// Ends a synonym: it is a zone of its own again, with the name servers only (R183).
    pub async fn dissociate_synonym(&self, id: ZoneId) -> Result<ZoneInfo> {
        let keys = self.zones.keys.clone();
        self.write(move |tx, hand| {
            let zone = found("zone", rows::take_zone(tx, id, hand.at)?)?;
            let Some(main) = zone.main else {
                return Err(ZoneError::invalid(
                    "synonym",
                    format!("{} is a zone of its own", zone.name),
                    "what is dissociated is a synonym",
                ));
            };
            dissociate(tx, hand, zone)?;
            keep_mail_within(tx, hand, &keys, main)?;
            found("zone", rows::zone(tx, id)?)
        })
        .await
    }

    /// Refuses a name that the world knows under other name servers.
    pub(crate) async fn check_name_servers(&self, name: &DnsName) -> Result<()> {
        let Some(installation) = self.zones.installation().await? else { return Ok(()) };
        let ours: Vec<DnsName> =
            installation.name_servers.iter().map(|host| DnsName::from(&host.name)).collect();
        let Ok(found) = self.zones.world.names.look_up(name.as_str(), world::RecordType::NS).await else {
            return Ok(());
        };
        let theirs: Vec<DnsName> = found
            .records
            .iter()
            .filter_map(|record| match record {
                world::RData::NS(server) => DnsName::parse(&server.0.to_ascii()).ok(),
                _ => None,
            })
            .collect();
        match theirs.is_empty() || theirs.iter().any(|server| ours.contains(server)) {
            true => Ok(()),
            false => Err(synonym_refusal(Prerequisite::OurNameServers, name)),
        }
    }
}

/// [`Administration::add_synonym`] within the caller's transaction; the caller has asked whose the name is.
pub(crate) fn join(tx: &mut Tx, hand: &Hand, keys: &Keys, main: ZoneId, name: &DnsName) -> Result<ZoneInfo> {
    let main = found("zone", rows::zone(tx, main)?)?;
    if main.main.is_some() {
        return Err(ZoneError::invalid(
            "main",
            format!("{} is a synonym itself", main.name),
            "the main zone of a synonym has records of its own",
        ));
    }
    if main.has_newsletter {
        return Err(synonym_refusal(Prerequisite::NoNewsletter, &main.name));
    }
    let synonyms = rows::synonyms(tx, main.id)?;
    if u64::try_from(synonyms.len()).unwrap_or(u64::MAX) >= limits::SYNONYMS_LIMIT {
        return Err(ZoneError::invalid("synonym", "the zone has 100", "a zone has at most 100 synonyms"));
    }
    let mut zone = match rows::zone_called(tx, name)? {
        Some(zone) if zone.organisation == main.organisation => zone,
        _ => return Err(synonym_refusal(Prerequisite::ManagedHere, name)),
    };
    if zone.id == main.id {
        return Err(ZoneError::invalid("synonym", "it is the main zone", "a synonym is another domain"));
    }
    zone = found("zone", rows::take_zone(tx, zone.id, hand.at)?)?;
    if let Some(refusal) = bound(tx, &zone)? {
        return Err(refusal);
    }
    let before = rows::records(tx, zone.id)?;
    super::apply(tx, hand, &mut zone, &before, Vec::new(), "became a synonym", false)?;
    // Its secondaries see the main zone's serials from now on, which must come after what they saw.
    if !serial::is_after(main.serial, zone.serial) {
        let mut main = found("zone", rows::take_zone(tx, main.id, hand.at)?)?;
        main.serial = serial::next(zone.serial, hand.at);
        rows::update_zone(tx, &main)?;
        notify(tx, main.id)?;
    }
    zone.main = Some(main.id);
    rows::update_zone(tx, &zone)?;
    if main.is_signed {
        sign_as_main(tx, hand, keys, zone.clone())?;
    }
    if let Ok(domain) = Domain::parse(name.as_str()) {
        directory_synonym(tx, &domain, &main)?;
    }
    trail::tell(tx, trail::Told::of_two(name.as_str(), main.name.as_str()));
    hand.audit(tx, Some(main.organisation), "add synonym", name.as_str().to_owned())?;
    keep_mail_within(tx, hand, keys, main.id)?;
    notify(tx, zone.id)?;
    found("zone", rows::zone(tx, zone.id)?)
}

/// Makes a synonym a zone of its own, within the caller's transaction.
pub(super) fn dissociate(tx: &mut Tx, hand: &Hand, mut zone: ZoneInfo) -> Result<()> {
    let name = zone.name.clone();
    let main = match zone.main {
        Some(main) => rows::zone(tx, main)?.map(|main| main.name),
        None => None,
    };
    // Secondaries saw the main zone's serials: the next one comes after both.
    zone.main = None;
    zone.serial = serial::next(zone.serial, hand.at);
    rows::update_zone(tx, &zone)?;
    if let Ok(domain) = Domain::parse(name.as_str()) {
        directory::remove_synonym(tx, zone.organisation, &domain)?;
        tx.notify_of(Some(zone.organisation), keys::CHANNEL, domain.to_string());
    }
    if let Some(main) = main {
        trail::tell(tx, trail::Told::of_two(name.as_str(), main.as_str()));
    }
    hand.audit(tx, Some(zone.organisation), "dissociate synonym", name.as_str().to_owned())?;
    let drafts = name_server_drafts(tx, hand, &zone)?;
    super::apply(tx, hand, &mut zone, &[], drafts, "is a zone of its own again", false)?;
    notify(tx, zone.id)
}

/// Mail for the synonym arrives as for the main domain, if that has mail; it also will when it gets some.
fn directory_synonym(tx: &mut Tx, domain: &Domain, main: &ZoneInfo) -> Result<()> {
    let Ok(main_domain) = Domain::parse(main.name.as_str()) else { return Ok(()) };
    directory::add_synonym(tx, main.organisation, domain, &main_domain)?;
    // From now on the main domain's keys sign for it, and its hosts have certificates.
    tx.notify_of(Some(main.organisation), keys::CHANNEL, domain.to_string());
    Ok(())
}
