//! Zones themselves: created, listed, changed, deleted.

use db::{Page, Seek, Tx};
use keys::Keys;
use model::{OrganisationId, ZoneId};

use super::ownership::{Whose, whose};
use super::{Administration, Hand, conflict, found, notify};
use crate::administration::installation::name_server_drafts;
use crate::entities::{ZoneChange, ZoneInfo};
use crate::name::{DnsName, NotAName};
use crate::rules::checked_ttl;
use crate::{Result, ZoneError, limits, rows, serial};

impl Administration {
    /// Creates a zone with the installation's name servers. An operator may host any name; a tenant no public
    /// suffix, no name of the installation, and nothing at, above or below another organisation's zone or mail
    /// domain. Mail domains of the organisation that it encloses get their records.
    pub async fn create_zone(&self, organisation: OrganisationId, name: &str) -> Result<ZoneInfo> {
        let name = checked_name(name)?;
        let is_operator = self.operator_only().is_ok();
        if !is_operator {
            check_public_suffix("zone", &name)?;
        }
        let keys = self.zones.keys.clone();
        self.write(move |tx, hand| create_zone_within(tx, hand, &keys, organisation, &name, is_operator))
            .await
    }

    /// The zones within the scope, of one organisation or of all, by name.
    pub async fn zones(&self, organisation: Option<OrganisationId>) -> Result<Vec<ZoneInfo>> {
        self.read_limited(move |tx| Ok(rows::zones(tx, organisation)?)).await
    }

    /// As [`Administration::zones`], a page at a time in the order they were made.
    pub async fn page_of_zones(
        &self,
        organisation: Option<OrganisationId>,
        seek: Seek,
    ) -> Result<Page<ZoneInfo>> {
        self.read_limited(move |tx| Ok(rows::page_of_zones(tx, organisation, &seek)?)).await
    }

    /// A zone by its identifier.
    pub async fn zone(&self, id: ZoneId) -> Result<ZoneInfo> {
        self.read_limited(move |tx| found("zone", rows::zone(tx, id)?)).await
    }

    /// A zone by its name.
    pub async fn zone_called(&self, name: &str) -> Result<ZoneInfo> {
        let name = checked_name(name)?;
        self.read_limited(move |tx| found("zone", rows::zone_called(tx, &name)?)).await
    }

    /// The zone within the scope that holds `name`: the deepest that encloses it; `None` if its records are
    /// kept elsewhere, or by somebody else here.
    pub async fn enclosing(&self, name: &str) -> Result<Option<ZoneInfo>> {
        let name = checked_name(name)?;
        self.read_limited(move |tx| {
            let Some(zone) = rows::enclosing_anywhere(tx, &name)? else { return Ok(None) };
            // Within a tenant's scope the deepest zone of another one is no zone at all.
            Ok(rows::zone(tx, zone.id)?)
        })
        .await
    }

    /// Changes a zone's defaults or switches DNSSEC: on with its synonyms, each by a key of its own; off alone, because
    /// the parent of each has to forget its DS record before.
    pub async fn change_zone(&self, id: ZoneId, change: ZoneChange) -> Result<ZoneInfo> {
        if let Some(ttl) = change.default_ttl {
            checked_ttl("default ttl", ttl)?;
        }
        let keys = self.zones.keys.clone();
        self.write_limited(move |tx, hand| {
            let mut zone = found("zone", rows::take_zone(tx, id, hand.at)?)?;
            if zone.main.is_some() && (change.default_ttl.is_some() || change.has_newsletter.is_some()) {
                return Err(super::is_synonym("zone", &zone.name));
            }
            let before = facts(&zone);
            if let Some(ttl) = change.default_ttl {
                zone.default_ttl = ttl;
            }
            match change.is_signed {
                Some(true) => {
                    sign(tx, &keys, &mut zone)?;
                    for synonym in rows::synonyms(tx, id)? {
                        sign_as_main(tx, hand, &keys, synonym)?;
                    }
                }
                Some(false) => {
                    check_main_unsigned(tx, &zone)?;
                    zone.is_signed = false;
                    keys.stop_signing(tx, id)?;
                }
                None => {}
            }
            if let Some(has_newsletter) = change.has_newsletter {
                if has_newsletter && !rows::synonyms(tx, id)?.is_empty() {
                    return Err(super::synonym_refusal(super::Prerequisite::NoNewsletter, &zone.name));
                }
                zone.has_newsletter = has_newsletter;
            }
            super::advance(tx, hand, &mut zone)?;
            trail::tell(tx, trail::Told::of_thing(zone.name.as_str()).before(before).after(facts(&zone)));
            hand.audit(tx, Some(zone.organisation), "change zone", zone.name.as_str().to_owned())?;
            found("zone", rows::zone(tx, id)?)
        })
        .await
    }

    /// The DS records that the zone above should hold for a signed zone, as lines of a zone file; empty for one
    /// that is not signed.
    pub async fn ds(&self, id: ZoneId) -> Result<Vec<String>> {
        let zone = self.zone(id).await?;
        let name = crate::load::wire_name(&zone.name);
        let mut lines = Vec::new();
        for key in self.zones.keys.zone_keys(id).await? {
            // One that retires has no DS at the parent any more, or soon none.
            if key.state == keys::ZoneKeyState::Retiring {
                continue;
            }
            let pair = wire_dns::SigningKey::from_pkcs8(&key.pkcs8)
                .map_err(|_| ZoneError::Keys(keys::KeysError::Key("the zone's key is damaged")))?;
            lines.push(pair.ds_text(&name));
        }
        Ok(lines)
    }

    /// Begins to replace the key of a signed zone (RFC 6781 §4.1.2): a new key signs beside the former one, and
    /// [`Administration::ds`] has both from now on, for the parent. Once the parent shows the new one,
    /// [`crate::Zones::complete_rollovers`] lets the former key retire.
    pub async fn begin_rollover(&self, id: ZoneId) -> Result<ZoneInfo> {
        let keys = self.zones.keys.clone();
        self.write_limited(move |tx, hand| {
            let mut zone = found("zone", rows::take_zone(tx, id, hand.at)?)?;
            if !zone.is_signed {
                let rule = "a zone that is signed has a key to replace";
                return Err(ZoneError::invalid("zone", format!("{} is not signed", zone.name), rule));
            }
            keys.begin_zone_rollover(tx, id)?;
            super::advance(tx, hand, &mut zone)?;
            hand.audit(tx, Some(zone.organisation), "begin rollover", zone.name.as_str().to_owned())?;
            found("zone", rows::zone(tx, id)?)
        })
        .await
    }

    /// Deletes a zone with its records and history. With synonyms it needs `force`, which leaves them as zones
    /// of their own without records.
    pub async fn delete_zone(&self, id: ZoneId, force: bool) -> Result<()> {
        let keys = self.zones.keys.clone();
        self.write(move |tx, hand| {
            let zone = found("zone", rows::take_zone(tx, id, hand.at)?)?;
            let synonyms = rows::synonyms(tx, id)?;
            if !synonyms.is_empty() && !force {
                return Err(ZoneError::InUse {
                    field: "zone",
                    value: zone.name.to_string(),
                    dependents: match synonyms.len() {
                        1 => "1 synonym".to_owned(),
                        several => format!("{several} synonyms"),
                    },
                    rule: "a zone is deleted after its synonyms are dissociated, or by force",
                });
            }
            notify(tx, id)?;
            for synonym in synonyms {
                super::synonym::dissociate(tx, hand, synonym)?;
            }
            if let Some(main) = zone.main {
                super::synonym::dissociate(tx, hand, zone.clone())?;
                super::mail::keep_mail_within(tx, hand, &keys, main)?;
            }
            rows::delete_zone(tx, id, zone.organisation)?;
            keys.stop_signing(tx, id)?;
            // The keys of its mail domains are seen by look-up again.
            for domain in rows::domains_within(tx, &zone.name, zone.organisation)? {
                keys.note_elsewhere(tx, &domain.name)?;
            }
            trail::tell(
                tx,
                trail::Told::of_thing(zone.name.as_str()).before(facts(&zone).with("records", zone.records)),
            );
            hand.audit(tx, Some(zone.organisation), "delete zone", zone.name.as_str().to_owned())
        })
        .await
    }
}

/// [`Administration::create_zone`] within the caller's transaction.
pub(crate) fn create_zone_within(
    tx: &mut Tx,
    hand: &Hand,
    keys: &Keys,
    organisation: OrganisationId,
    name: &DnsName,
    is_operator: bool,
) -> Result<ZoneInfo> {
    if !rows::is_organisation(tx, organisation)? {
        return Err(ZoneError::NotFound { what: "organisation" });
    }
    if rows::count_zones(tx, organisation)? >= limits::ZONES_PER_ORGANISATION_LIMIT {
        return Err(ZoneError::invalid(
            "zone",
            "the organisation has 10000 zones",
            "an organisation has at most 10000 zones",
        ));
    }
    // The installation's own names are taken too.
    if !is_operator && !matches!(whose(tx, name, organisation)?, Whose::Free) {
        return Err(taken(name));
    }
    let mut zone = ZoneInfo {
        id: ZoneId(hand.new_id()),
        organisation,
        serial: serial::next(0, hand.at),
        default_ttl: limits::TTL_DEFAULT_SECONDS,
        is_signed: false,
        main: None,
        has_newsletter: false,
        version: 1,
        created_at: hand.at,
        changed_at: hand.at,
        records: 0,
        name: name.clone(),
    };
    rows::insert_zone(tx, &zone).map_err(conflict(|| taken(name)))?;
    trail::tell(tx, trail::Told::of_thing(name.as_str()).after(facts(&zone)));
    hand.audit(tx, Some(organisation), "create zone", name.as_str().to_owned())?;
    let drafts = name_server_drafts(tx, hand, &zone)?;
    super::apply(tx, hand, &mut zone, &[], drafts, "zone created", false)?;
    // Mail domains that were there before get their records now.
    super::mail::keep_mail_within(tx, hand, keys, zone.id)?;
    notify(tx, zone.id)?;
    found("zone", rows::zone(tx, zone.id)?)
}

/// What the log of changes tells of a zone besides its records.
fn facts(zone: &ZoneInfo) -> trail::Facts {
    trail::Facts::new()
        .with("default ttl", zone.default_ttl)
        .with_bool("signed", zone.is_signed)
        .with_bool("newsletter", zone.has_newsletter)
}

/// Signs a zone that was taken, from its next serial on.
fn sign(tx: &mut Tx, keys: &Keys, zone: &mut ZoneInfo) -> Result<()> {
    zone.is_signed = true;
    Ok(keys.start_signing(tx, zone.organisation, zone.id)?)
}

/// Signs a synonym because its main zone is signed; whoever calls gives the serial and the notice.
pub(super) fn sign_as_main(tx: &mut Tx, hand: &Hand, keys: &Keys, synonym: ZoneInfo) -> Result<()> {
    if synonym.is_signed {
        return Ok(());
    }
    let mut synonym = found("zone", rows::take_zone(tx, synonym.id, hand.at)?)?;
    let before = facts(&synonym);
    sign(tx, keys, &mut synonym)?;
    rows::update_zone(tx, &synonym)?;
    trail::tell(tx, trail::Told::of_thing(synonym.name.as_str()).before(before).after(facts(&synonym)));
    hand.audit(tx, Some(synonym.organisation), "change zone", synonym.name.as_str().to_owned())
}

fn check_main_unsigned(tx: &mut Tx, zone: &ZoneInfo) -> Result<()> {
    let Some(main) = zone.main else { return Ok(()) };
    let main = found("zone", rows::zone(tx, main)?)?;
    if main.is_signed {
        return Err(ZoneError::invalid(
            "zone",
            format!("{} is a synonym of {}, which is signed", zone.name, main.name),
            "the synonyms of a signed zone are signed: first its own signatures end, then theirs",
        ));
    }
    Ok(())
}

pub(super) fn checked_name(text: &str) -> Result<DnsName> {
    let name =
        DnsName::parse(text).map_err(|NotAName { reason, rule }| ZoneError::invalid("zone", reason, rule))?;
    if name.is_wildcard() {
        return Err(ZoneError::invalid(
            "zone",
            "it has an asterisk",
            "a zone has a name of its own (RFC 4592 §2.1.1)",
        ));
    }
    Ok(name)
}

pub(crate) fn check_public_suffix(field: &'static str, name: &DnsName) -> Result<()> {
    let suffix = psl::suffix_str(name.as_str());
    // `test` and other unlisted top-level names count as suffixes too.
    if name.is_root() || suffix == Some(name.as_str()) {
        return Err(ZoneError::invalid(
            field,
            format!("«{name}» is a public suffix: names below it belong to many people"),
            "an organisation hosts names of its own, below a public suffix (publicsuffix.org)",
        ));
    }
    Ok(())
}

pub(super) fn taken(name: &DnsName) -> ZoneError {
    ZoneError::Conflict {
        field: "zone",
        value: name.to_string(),
        rule: "a zone's name exists once, and names above and below it belong to the same organisation",
    }
}
