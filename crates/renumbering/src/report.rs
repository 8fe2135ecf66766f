//! What names an old address: gathered from everything that may pin one, and judged by whose it is.

use std::collections::BTreeMap;
use std::net::IpAddr;

use db::Seek;
use directory::{AllowState, Scope};
use futures_util::{StreamExt, stream};
use gateways::InboundTarget;
use model::{Domain, OrganisationId, RelayTarget};
use trail::Actor;
use world::{LookupError, Mx};
use zones::{Moved, RecordKind};

use crate::endpoint::Mode;
use crate::entities::{Customer, Finding, Pin, Remedy, Renumbering, Report};
use crate::limits::{LOOKED_AT_LIMIT, LOOKED_AT_ONCE};
use crate::{Renumberings, Result};

const WHY: Scope = Scope::Operator("what names an address that will change");

/// Findings of one change, as they come.
struct Gathered {
    pairs: Vec<(IpAddr, Vec<IpAddr>)>,
    only: Option<OrganisationId>,
    findings: Vec<Finding>,
    unseen: Vec<Domain>,
}

impl Gathered {
    /// Adds a finding about an address, if that is an old one and the organisation is asked about.
    fn add(
        &mut self,
        pin: Pin,
        organisation: Option<OrganisationId>,
        (thing, value): (String, String),
        address: IpAddr,
        remedy: Remedy,
    ) {
        let address = address.to_canonical();
        let Some((old, new)) = self.pairs.iter().find(|(old, _)| *old == address) else { return };
        if self.only.is_some() && organisation != self.only {
            return;
        }
        let (old, new) = (*old, new.clone());
        self.findings.push(Finding { pin, organisation, thing, value, old, new, remedy });
    }
}

impl Renumberings {
    /// The names of all organisations.
    pub(crate) async fn organisations(&self) -> Result<BTreeMap<i64, String>> {
        let people = self.parts.directory.administration(WHY, Actor::program("relais"));
        let all = people.organisations().await?;
        Ok(all.into_iter().map(|organisation| (organisation.id.0, organisation.name)).collect())
    }

    /// What names an old address, and whom the change concerns.
    pub(crate) async fn report(&self, one: &Renumbering) -> Result<Report> {
        let Gathered { findings, unseen, .. } = self.gathered(one, None).await?;
        let customers = match one.announced_at {
            Some(_) => self.announced_customers(one.id).await?,
            None => self.connected(one, &findings).await?,
        };
        Ok(Report { findings, customers, unseen })
    }

    /// What names an old address, of one organisation or of everybody.
    pub(crate) async fn findings(
        &self,
        one: &Renumbering,
        only: Option<OrganisationId>,
    ) -> Result<Vec<Finding>> {
        Ok(self.gathered(one, only).await?.findings)
    }

    async fn gathered(&self, one: &Renumbering, only: Option<OrganisationId>) -> Result<Gathered> {
        let moved = one.moved();
        let mut gathered = Gathered { pairs: one.pairs(), only, findings: Vec::new(), unseen: Vec::new() };
        self.gather_routes(&mut gathered).await?;
        self.gather_people(&mut gathered).await?;
        self.gather_zones(&mut gathered, &moved).await?;
        self.gather_elsewhere(&mut gathered, &moved).await?;
        for (setting, address) in self.settings.iter() {
            let named = (setting.clone(), address.to_string());
            gathered.add(Pin::Setting, None, named, *address, Remedy::Operator);
        }
        Ok(gathered)
    }

    async fn gather_routes(&self, gathered: &mut Gathered) -> Result<()> {
        for rule in self.parts.relays.rules().await? {
            let RelayTarget::Address(target) = rule.relay.target else { continue };
            let named = (rule.recipients.to_string(), rule.relay.target.to_string());
            gathered.add(Pin::Route, rule.organisation, named, target.ip(), Remedy::Follows);
        }
        let gateways = self.parts.gateways.administration(WHY, Actor::program("relais"));
        for integration in gateways.list(gathered.only).await? {
            let InboundTarget::Server(RelayTarget::Address(target)) = integration.inbound else { continue };
            let named = (integration.name, integration.inbound.to_string());
            let whose = Some(integration.organisation);
            gathered.add(Pin::Integration, whose, named, target.ip(), Remedy::Organisation);
        }
        Ok(())
    }

    async fn gather_people(&self, gathered: &mut Gathered) -> Result<()> {
        let people = self.parts.directory.administration(WHY, Actor::program("relais"));
        for source in people.allowed_sources().await? {
            // Of IPv6 the /64 is allowed: whatever lies in it.
            let Ok(address) = source.source.parse::<IpAddr>() else { continue };
            if source.state == AllowState::Active {
                let named = (source.source, source.purpose);
                gathered.add(Pin::AllowedSource, Some(source.organisation), named, address, Remedy::Follows);
            }
        }
        for ip in people.ips().await? {
            let bound = ip.server.as_ref().map(ToString::to_string);
            let named = (ip.ip.to_string(), bound.unwrap_or(ip.note));
            gathered.add(Pin::Dedicated, ip.organisation, named, ip.ip, Remedy::Follows);
        }
        let hosts = self.parts.hosts.administration(WHY, Actor::program("relais"));
        for host in hosts.hosts(gathered.only).await? {
            for address in host.addresses() {
                let named = (host.full_name(), address.to_string());
                gathered.add(Pin::Host, Some(host.organisation), named, address, Remedy::Organisation);
            }
        }
        Ok(())
    }

    async fn gather_zones(&self, gathered: &mut Gathered, moved: &[Moved]) -> Result<()> {
        for pinned in self.parts.zones.pinned(WHY, moved).await? {
            let record = &pinned.record;
            let pin = if record.kind == RecordKind::Txt { Pin::Spf } else { Pin::Address };
            let owner = match record.owner.as_str() {
                "@" => pinned.zone.as_str().to_owned(),
                owner => format!("{owner}.{}", pinned.zone.as_str()),
            };
            let remedy = if pinned.follows { Remedy::Follows } else { Remedy::Organisation };
            let named = (format!("{owner} {}", record.kind), record.data.clone());
            gathered.add(pin, Some(pinned.organisation), named, pinned.address, remedy);
        }
        let zones = self.parts.zones.administration(WHY, Actor::program("relais"));
        for one in moved {
            if zones.enclosing(one.name.as_str()).await?.is_none() {
                for old in &one.old {
                    let named = (one.name.to_string(), old.to_string());
                    gathered.add(Pin::Elsewhere, None, named, *old, Remedy::Operator);
                }
            }
        }
        Ok(())
    }

    /// Mail domains whose zones lie elsewhere: what their SPF says, and where their exchangers are.
    async fn gather_elsewhere(&self, gathered: &mut Gathered, moved: &[Moved]) -> Result<()> {
        let people = self.parts.directory.administration(WHY, Actor::program("relais"));
        let zones = self.parts.zones.administration(WHY, Actor::program("relais"));
        let mut elsewhere = Vec::new();
        for domain in people.domains(gathered.only).await? {
            if zones.enclosing(domain.name.as_str()).await?.is_some() {
                continue;
            }
            match elsewhere.len() < LOOKED_AT_LIMIT {
                true => elsewhere.push((domain.organisation, domain.name)),
                false => gathered.unseen.push(domain.name),
            }
        }
        let look = |(organisation, domain): (OrganisationId, Domain)| async move {
            (organisation, self.look_at(&domain, moved).await, domain)
        };
        let found: Vec<_> = stream::iter(elsewhere).map(look).buffered(LOOKED_AT_ONCE).collect().await;
        for (organisation, pinned, domain) in found {
            let Some(pinned) = pinned else {
                gathered.unseen.push(domain);
                continue;
            };
            for (pin, value, address) in pinned {
                let named = (domain.to_string(), value);
                gathered.add(pin, Some(organisation), named, address, Remedy::Organisation);
            }
        }
        Ok(())
    }

    /// What the DNS says of one of them; `None` where it cannot be asked now.
    async fn look_at(&self, domain: &Domain, moved: &[Moved]) -> Option<Vec<(Pin, String, IpAddr)>> {
        let names = &self.parts.world.names;
        let old: Vec<IpAddr> = moved.iter().flat_map(|one| one.old.iter().copied()).collect();
        let mut pinned = Vec::new();
        for text in answered(names.texts(domain.as_str()).await)?.unwrap_or_default() {
            let text = String::from_utf8_lossy(&text).into_owned();
            if !text.to_ascii_lowercase().starts_with("v=spf1") {
                continue;
            }
            for address in &old {
                if text.split(' ').any(|term| zones::spf::names(term, address)) {
                    pinned.push((Pin::DomainSpf, text.clone(), *address));
                }
            }
        }
        if let Some(Mx::Hosts(exchangers)) = answered(names.mx(domain).await)? {
            for (_, host) in exchangers.iter().filter(|(_, host)| moved.iter().all(|one| one.name != *host)) {
                for address in answered(names.addresses(host).await)?.unwrap_or_default() {
                    if old.contains(&address.to_canonical()) {
                        pinned.push((Pin::DomainExchanger, format!("{host} {address}"), address));
                    }
                }
            }
        }
        Some(pinned)
    }

    /// Organisations that are connected to an endpoint, and those that pin an old address themselves.
    async fn connected(&self, one: &Renumbering, findings: &[Finding]) -> Result<Vec<Customer>> {
        let gateways = self.parts.gateways.administration(WHY, Actor::program("relais"));
        let people = self.parts.directory.administration(WHY, Actor::program("relais"));
        let mut modes: BTreeMap<i64, Vec<Mode>> = BTreeMap::new();
        for integration in gateways.list(None).await? {
            modes.entry(integration.organisation.0).or_default().push(Mode::Gateway);
        }
        let mut after = None;
        loop {
            let page = people.applications(Seek { after, limit: 200 }).await?;
            for application in page.items.iter().filter(|application| !application.is_disabled) {
                let known = modes.entry(application.organisation.0).or_default();
                // Software that has not signed in yet may come either way.
                let is_new = application.smtp_used_at.is_none() && application.soap_used_at.is_none();
                if is_new || application.smtp_used_at.is_some() {
                    known.push(Mode::Submission);
                }
                if is_new || application.soap_used_at.is_some() {
                    known.push(Mode::Soap);
                }
            }
            match page.next {
                Some(next) => after = Some(next),
                None => break,
            }
        }
        for finding in findings.iter().filter(|finding| finding.remedy == Remedy::Organisation) {
            if let Some(organisation) = finding.organisation {
                modes.entry(organisation.0).or_default();
            }
        }
        let used: Vec<Mode> =
            Mode::EACH.into_iter().filter(|mode| one.endpoints_of(*mode).next().is_some()).collect();
        let mut customers = Vec::new();
        for organisation in people.organisations().await?.into_iter().filter(|one| !one.is_disabled) {
            let Some(known) = modes.get(&organisation.id.0) else { continue };
            let modes: Vec<Mode> = used.iter().filter(|mode| known.contains(mode)).copied().collect();
            let has_findings = findings.iter().any(|finding| {
                finding.organisation == Some(organisation.id) && finding.remedy == Remedy::Organisation
            });
            if !modes.is_empty() || has_findings {
                customers.push(Customer {
                    organisation: organisation.id,
                    name: organisation.name,
                    modes,
                    answer: None,
                    answered_by: None,
                    answered_at: None,
                    notices: Vec::new(),
                });
            }
        }
        customers.sort_by(|one, other| one.name.cmp(&other.name));
        Ok(customers)
    }
}

/// What the DNS has, or that it has nothing; `None` where it does not answer now.
fn answered<T>(found: std::result::Result<T, LookupError>) -> Option<Option<T>> {
    match found {
        Ok(found) => Some(Some(found)),
        Err(LookupError::Later { .. }) => None,
        Err(_) => Some(None),
    }
}
