//! Which domains answer for a mail service, which could, and beginning an operation.

use db::{Page, Seek, Tx};
use directory::linking::{self, Unlinked};
use directory::{DomainInfo, DomainPlace};
use model::{Domain, OrganisationId, ServiceId};

use super::entities::{LogLine, Operation, OperationId, OperationKind, OperationState, Options};
use super::{OPERATIONS, rows};
use crate::administration::{self, MailOf, check_domain, found};
use crate::name::DnsName;
use crate::{Administration, Result, ZoneError, ZoneInfo, limits};

/// A domain to link to a mail service.
#[derive(Clone, Debug)]
pub struct NewLink {
    /// The mail service.
    pub service: ServiceId,
    /// A domain of the organisation, or any name that is its own; it may lie below another domain.
    pub name: Domain,
    /// Host its zone here first, if it is not.
    pub create_zone: bool,
    /// Write its mail records where its zone is hosted here, and keep them right.
    pub update_dns: bool,
    /// Mail records that are in the way go.
    pub replace: bool,
    /// Make it the main domain at once.
    pub make_main: bool,
}

/// A domain of a mail service.
#[derive(Clone, Debug)]
pub struct Link {
    /// The domain.
    pub domain: DomainInfo,
    /// The hosted zone that holds its records; `None` if they are kept elsewhere.
    pub zone: Option<ZoneInfo>,
}

/// A domain of the organisation that somebody may want to link.
#[derive(Debug)]
pub struct LinkCandidate {
    /// Its name.
    pub name: Domain,
    /// Why it cannot be linked; `None` if it can.
    pub refusal: Option<ZoneError>,
}

const SYNONYM_RULE: &str =
    "a synonym is dissociated from its main domain before it is linked or becomes the main domain";
const REPLACE_RULE: &str = "records are replaced only where they are updated";
const ONE_RULE: &str = "a mail service has one operation on its domains at a time: wait until it has ended";

impl Administration {
    /// The domains of a mail service: the main one first, then those linked to it, then those apart.
    pub async fn links(&self, service: ServiceId) -> Result<Vec<Link>> {
        self.read_limited(move |tx| {
            linking::domains_of_service(tx, service)?
                .into_iter()
                .map(|domain| {
                    let zone = administration::zone_of_mail(tx, &MailOf::from(&domain))?;
                    Ok(Link { domain, zone })
                })
                .collect()
        })
        .await
    }

    /// The domains and zones of the organisation that are not of this mail service yet, by name, each with why it could
    /// not be linked, as far as that is known before the world is asked.
    pub async fn link_candidates(&self, service: ServiceId) -> Result<Vec<LinkCandidate>> {
        let organisation = self.directory().service(service).await?.organisation;
        let domains = self.directory().domains(Some(organisation)).await?;
        let zones = self.zones(Some(organisation)).await?;
        self.read(move |tx| {
            let mut candidates = Vec::new();
            for domain in domains {
                if domain.service == service && domain.place != DomainPlace::Apart {
                    continue;
                }
                let refusal = linking::check_linkable(tx, &domain, service).err().map(ZoneError::from);
                candidates.push(LinkCandidate { name: domain.name, refusal });
            }
            for zone in &zones {
                let Ok(name) = Domain::parse(zone.name.as_str()) else { continue };
                if directory::check_domain_name(&name).is_err() || administration::is_mail_domain(tx, &name)?
                {
                    continue;
                }
                let main = zones.iter().find(|other| Some(other.id) == zone.main);
                let refusal = main.map(|main| is_synonym(name.as_str(), main.name.as_str()));
                candidates.push(LinkCandidate { name, refusal });
            }
            candidates.sort_by(|one, other| one.name.as_str().cmp(other.name.as_str()));
            Ok(candidates)
        })
        .await
    }

    /// Begins to link a domain to a mail service. It has to be the organisation's own, as a new mail domain has to be
    /// ([`Administration::create_domain`]), and no mail domain with addresses of its own.
    pub async fn begin_link(&self, new: NewLink) -> Result<Operation> {
        let service = self.directory().service(new.service).await?;
        let organisation = service.organisation;
        directory::check_domain_name(&new.name)?;
        if new.replace && !new.update_dns {
            return Err(ZoneError::invalid("replace", "the records are not to be updated", REPLACE_RULE));
        }
        let is_operator = self.operator_only().is_ok();
        let name = new.name.clone();
        let standing = self
            .read(move |tx| {
                if let Some(main) = linking::synonym_of(tx, organisation, &name)? {
                    return Err(is_synonym(name.as_str(), &main));
                }
                linking::main_of(tx, new.service)?;
                let standing = administration::own_domain_called(tx, organisation, &name)?;
                if let Some(domain) = &standing {
                    linking::check_linkable(tx, domain, new.service)?;
                } else if is_operator {
                    administration::check_domain_free(tx, &name)?;
                } else {
                    check_domain(tx, &name, organisation)?;
                }
                Ok(standing)
            })
            .await?;
        if standing.is_none() && !is_operator {
            self.check_link_ownership(organisation, &new).await?;
        }
        let options = Options {
            create_zone: new.create_zone,
            update_dns: new.update_dns,
            replace: new.replace,
            make_main: new.make_main,
            is_operator,
        };
        self.begin(organisation, new.service, OperationKind::Link, new.name, options).await
    }

    /// A name that is to be hosted here is proven by its delegation to us, too.
    async fn check_link_ownership(&self, organisation: OrganisationId, new: &NewLink) -> Result<()> {
        let name = DnsName::from(&new.name);
        administration::check_public_suffix("domain", &name)?;
        if new.create_zone && self.is_delegated_here(&name).await? {
            return Ok(());
        }
        self.check_ownership("domain", organisation, &name).await
    }

    /// Begins to make a linked domain the main one of its mail service.
    pub async fn begin_main(&self, service: ServiceId, name: &Domain) -> Result<Operation> {
        let domain = self.linked(service, name).await?;
        let name = domain.name.clone();
        self.read(move |tx| {
            // Within a synonym nobody could write its records.
            let zone = administration::enclosing(tx, &DnsName::from(&name))?;
            match zone.filter(|zone| zone.main.is_some()) {
                Some(zone) => Err(is_synonym(name.as_str(), zone.name.as_str())),
                None => Ok(()),
            }
        })
        .await?;
        self.begin(domain.organisation, service, OperationKind::Main, domain.name, Options::default()).await
    }

    /// Begins to unlink a domain: nobody will answer under its name. [`Administration::unlinked`] tells before what
    /// that means.
    pub async fn begin_unlink(&self, service: ServiceId, name: &Domain) -> Result<Operation> {
        let domain = self.linked(service, name).await?;
        let checked = domain.clone();
        self.read(move |tx| check_unlinkable(tx, &checked)).await?;
        self.begin(domain.organisation, service, OperationKind::Unlink, domain.name, Options::default()).await
    }

    /// Begins to unlink a domain and to make its zone a synonym of the main domain's.
    pub async fn begin_synonym(&self, service: ServiceId, name: &Domain) -> Result<Operation> {
        let domain = self.linked(service, name).await?;
        let (checked, organisation) = (domain.clone(), domain.organisation);
        self.read(move |tx| {
            check_unlinkable(tx, &checked)?;
            let main = linking::main_of(tx, service)?;
            for name in [&checked.name, &main.name] {
                let zone = administration::own_zone_called(tx, &DnsName::from(name), organisation)?;
                if zone.is_none_or(|zone| zone.main.is_some()) {
                    return Err(ZoneError::invalid(
                        "domain",
                        format!("{name} is not a zone of its own here"),
                        "a synonym and its main domain are zones that are hosted here",
                    ));
                }
            }
            Ok(())
        })
        .await?;
        self.check_name_servers(&DnsName::from(&domain.name)).await?;
        self.begin(organisation, service, OperationKind::Synonym, domain.name, Options::default()).await
    }

    /// What stops when a linked domain is unlinked, and how many of its records will go.
    pub async fn unlinked(&self, service: ServiceId, name: &Domain) -> Result<(Unlinked, u64)> {
        let domain = self.linked(service, name).await?;
        self.read(move |tx| {
            check_unlinkable(tx, &domain)?;
            let records = administration::count_mail_records(tx, domain.id)?;
            Ok((linking::unlinked(tx, domain.id)?, records))
        })
        .await
    }

    /// The linked domain of this name in a mail service.
    async fn linked(&self, service: ServiceId, name: &Domain) -> Result<DomainInfo> {
        let name = name.clone();
        self.read(move |tx| {
            let domains = linking::domains_of_service(tx, service)?;
            let domain = found("domain", domains.into_iter().find(|domain| domain.name == name))?;
            linking::check_linked(&domain)?;
            Ok(domain)
        })
        .await
    }

    async fn begin(
        &self,
        organisation: OrganisationId,
        service: ServiceId,
        kind: OperationKind,
        domain: Domain,
        options: Options,
    ) -> Result<Operation> {
        self.write(move |tx, hand| {
            let operation = Operation {
                id: OperationId(hand.new_id()),
                organisation,
                service,
                kind,
                domain: domain.clone(),
                options,
                state: OperationState::Running,
                done: 0,
                former: None,
                who: hand.who.to_string(),
                started_at: hand.at,
                ended_at: None,
                failure: None,
            };
            let underway = || ZoneError::Conflict {
                field: "operation",
                value: kind.as_str().to_owned(),
                rule: ONE_RULE,
            };
            rows::insert(tx, &operation).map_err(administration::conflict(underway))?;
            rows::forget_old(tx, organisation, service, limits::OPERATIONS_KEPT)?;
            let facts = trail::Facts::new().with("operation", kind.as_str());
            let facts = facts.with_some("service", directory::name_of_service(tx, service)?);
            trail::tell(tx, trail::Told::of_thing(&domain).after(facts));
            hand.audit(tx, Some(organisation), "begin operation on domain", domain.to_string())?;
            tx.notify_of(Some(organisation), OPERATIONS, operation.id.to_string());
            Ok(operation)
        })
        .await
    }

    /// An operation, with its log.
    pub async fn operation(&self, id: OperationId) -> Result<(Operation, Vec<LogLine>)> {
        self.read(move |tx| {
            let operation = found("operation", rows::operation(tx, id)?)?;
            Ok((operation, rows::lines(tx, id)?))
        })
        .await
    }

    /// The operations of an organisation that have not ended, in the order in which they began.
    pub async fn running_operations(&self, organisation: OrganisationId) -> Result<Vec<Operation>> {
        self.read(move |tx| Ok(rows::running_of(tx, organisation)?)).await
    }

    /// The operations of a mail service, the newest first, a page at a time.
    pub async fn page_of_operations(&self, service: ServiceId, seek: Seek) -> Result<Page<Operation>> {
        self.directory().service(service).await?;
        self.read(move |tx| Ok(rows::operations(tx, service, &seek)?)).await
    }
}

/// Refuses a domain that cannot be unlinked as it stands.
pub(super) fn check_unlinkable(tx: &mut Tx, domain: &DomainInfo) -> Result<()> {
    linking::check_unlinkable(tx, domain)?;
    match hosts::count_hosts(tx, domain.id)? {
        0 => Ok(()),
        hosts => Err(ZoneError::InUse {
            field: "domain",
            value: domain.name.to_string(),
            dependents: if hosts == 1 { "1 host".to_owned() } else { format!("{hosts} hosts") },
            rule: "a domain is unlinked after its hosts are deleted, and that is applied",
        }),
    }
}

fn is_synonym(name: &str, main: &str) -> ZoneError {
    let main = main.trim_end_matches('.');
    ZoneError::invalid("domain", format!("«{name}» is a synonym, or lies in one, of «{main}»"), SYNONYM_RULE)
}
