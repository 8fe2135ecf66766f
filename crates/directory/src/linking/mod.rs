//! Linked domains: second names for every address of a mail service, each with a DNS of its own.
//!
//! The addresses of a mail service bear the name of its main domain, and only that one holds rows of addresses. A
//! domain that is linked to it holds none: whatever is written to it is looked up at the main domain, in the one query
//! that finds a recipient. So making a linked domain the main one moves rows from one name to the other in a single
//! commit, and nothing that hangs on an address (account, folders, identifiers, passwords) is touched.
//!
//! These are the parts of an operation whose other parts are in `zones`, which audits them and asks whose a name is:
//! each runs within the caller's transaction and its scope.

pub(crate) mod rows;

use std::fmt;

use db::Tx;
use model::{Address, DomainId, OrganisationId, ServiceId};

use crate::DomainCreation;
use crate::administration::{delete_domain, domain_within, insert_linked, service_within};
use crate::entities::DomainInfo;
use crate::error::DirectoryError;
use crate::rows::address_key;

type Result<T> = std::result::Result<T, DirectoryError>;

/// What a domain is within its mail service.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DomainPlace {
    /// The addresses of the mail service bear its name.
    Main,
    /// Every address of the main domain answers under its name too.
    Linked,
    /// It has addresses of its own.
    Apart,
}

impl DomainPlace {
    /// The word that commands and columns use.
    pub fn as_str(self) -> &'static str {
        match self {
            DomainPlace::Main => "main",
            DomainPlace::Linked => "linked",
            DomainPlace::Apart => "apart",
        }
    }
}

impl fmt::Display for DomainPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

const LINKED_EMPTY: &str =
    "a linked domain has no addresses of its own: those of the main domain answer under its name";
const UNLINK_LINKED: &str =
    "what is unlinked, or becomes the main domain, is a linked domain of the mail service";

fn invalid(reason: String, rule: &'static str) -> DirectoryError {
    DirectoryError::Invalid { field: "domain", reason, rule }
}

/// The domains of a mail service: the main one, then those linked to it, then those apart.
pub fn domains_of_service(tx: &mut Tx, service: ServiceId) -> Result<Vec<DomainInfo>> {
    service_within(tx, service)?;
    let mut domains = crate::administration::domains_in(tx, service)?;
    domains.sort_by_key(|domain| match domain.place {
        DomainPlace::Main => 0,
        DomainPlace::Linked => 1,
        DomainPlace::Apart => 2,
    });
    Ok(domains)
}

/// The main domain of a mail service.
pub fn main_of(tx: &mut Tx, service: ServiceId) -> Result<DomainInfo> {
    let domains = domains_of_service(tx, service)?;
    domains.into_iter().find(|domain| domain.place == DomainPlace::Main).ok_or_else(|| {
        invalid(
            "the mail service has no domain yet".to_owned(),
            "the first domain of a mail service is its main one",
        )
    })
}

/// Refuses a domain that cannot be linked to `service` as it stands; nothing stands in the way of a name that is no
/// mail domain yet.
pub fn check_linkable(tx: &mut Tx, domain: &DomainInfo, service: ServiceId) -> Result<()> {
    let name = &domain.name;
    if domain.service == service && domain.place != DomainPlace::Apart {
        let is = if domain.place == DomainPlace::Main { "is its main domain" } else { "is linked already" };
        return Err(invalid(format!("«{name}» {is}"), "what is linked is another domain"));
    }
    if domain.place == DomainPlace::Linked || count_linked_to(tx, domain)? > 0 {
        return Err(invalid(
            format!("«{name}» is linked within another mail service, or others are linked to it"),
            "a domain is unlinked there before it is linked here",
        ));
    }
    if domain.addresses > 0 {
        let count = crate::administration::counted(domain.addresses, "address", "addresses");
        return Err(invalid(format!("«{name}» has {count} of its own"), LINKED_EMPTY));
    }
    let restorable = crate::rows::count_deleted_addresses(tx, domain.id, domain.organisation)?;
    if restorable > 0 {
        let count = crate::administration::counted(restorable, "deleted address", "deleted addresses");
        return Err(invalid(format!("«{name}» has {count} that can be restored"), LINKED_EMPTY));
    }
    Ok(())
}

/// How many domains are linked to `domain`.
pub(crate) fn count_linked_to(tx: &mut Tx, domain: &DomainInfo) -> Result<u64> {
    if domain.place != DomainPlace::Main {
        return Ok(0);
    }
    let domains = crate::administration::domains_in(tx, domain.service)?;
    Ok(domains.iter().filter(|one| one.place == DomainPlace::Linked).count() as u64)
}

/// Links a domain to a mail service: a new one, or one of the organisation that has no addresses. `creation` names the
/// service. The caller has asked whose the name is.
pub fn link_domain(
    tx: &mut Tx,
    creation: &DomainCreation,
    name: &model::Domain,
    keeps_records: bool,
) -> Result<DomainInfo> {
    let Some(service) = creation.service else {
        return Err(DirectoryError::NotFound { what: "service" });
    };
    main_of(tx, service)?;
    let standing = crate::administration::domain_in(tx, creation.organisation, name)?;
    let id = match standing {
        None => insert_linked(tx, creation, name)?,
        // A step that is done again finds its work done.
        Some(domain) if domain.service == service && domain.place == DomainPlace::Linked => domain.id,
        Some(domain) => {
            check_linkable(tx, &domain, service)?;
            crate::administration::place_in(tx, &domain, service)?;
            domain.id
        }
    };
    rows::set_linked(tx, id, creation.organisation, true, keeps_records)?;
    domain_within(tx, id)
}

/// Whether the mail records of a domain are kept right in a hosted zone.
pub fn keeps_records(tx: &mut Tx, domain: DomainId) -> Result<bool> {
    Ok(rows::keeps_records(tx, domain)?)
}

/// From now on the mail records of a domain are kept right in a hosted zone.
pub fn keep_records(tx: &mut Tx, domain: &DomainInfo) -> Result<()> {
    Ok(rows::set_keeps_records(tx, domain.id, domain.organisation, true)?)
}

/// From now on nobody keeps the mail records of a domain right: it is about to go.
pub fn leave_records(tx: &mut Tx, domain: &DomainInfo) -> Result<()> {
    Ok(rows::set_keeps_records(tx, domain.id, domain.organisation, false)?)
}

/// Refuses what is no linked domain.
pub fn check_linked(domain: &DomainInfo) -> Result<()> {
    match domain.place {
        DomainPlace::Linked => Ok(()),
        _ => Err(invalid(format!("«{}» is not linked to a main domain", domain.name), UNLINK_LINKED)),
    }
}

/// Makes a linked domain the main one of its service, and the main one linked; gives the former main domain and how
/// many addresses bear the new name. Nothing is different for whoever writes to one of the names, before or after.
pub fn make_main(tx: &mut Tx, id: DomainId) -> Result<(DomainInfo, u64)> {
    let new = domain_within(tx, id)?;
    check_linked(&new)?;
    let old = main_of(tx, new.service)?;
    let organisation = new.organisation;
    let moved = rows::move_addresses(tx, old.id, new.id, organisation)?;
    rows::set_main(tx, new.service, organisation, new.id)?;
    rows::set_linked(tx, new.id, organisation, false, new.keeps_records)?;
    rows::set_linked(tx, old.id, organisation, true, old.keeps_records)?;
    // Whoever administers the addresses of this domain only still does.
    rows::move_limits(tx, old.id, new.id, organisation)?;
    Ok((old, moved))
}

/// Writes the name of the main domain where addresses of the organisation stand for addresses under the other name;
/// gives how many did.
pub fn rename_targets(tx: &mut Tx, from: &DomainInfo, to: &DomainInfo) -> Result<u64> {
    let targets = rows::targets_at(tx, from.organisation, from.name.as_str())?;
    let mut renamed = 0;
    for target in targets {
        let Ok(address) = Address::parse(&target.target) else { continue };
        if address.domain() != &from.name {
            continue;
        }
        let new = Address::new(address.localpart().clone(), to.name.clone());
        // One that stands for both names keeps the other.
        rows::rename_target(tx, from.organisation, &target, &new.to_string(), &address_key(&new))?;
        renamed += 1;
    }
    Ok(renamed)
}

/// What stops when a linked domain is unlinked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unlinked {
    /// Addresses that answer under its name now.
    pub addresses: u64,
    /// The first of them, under its name.
    pub examples: Vec<Address>,
    /// Addresses of the organisation that lead to an address under its name.
    pub leading_there: u64,
}

/// Examples that [`unlinked`] gives.
const EXAMPLES: usize = 5;

/// What stops when this linked domain is unlinked.
pub fn unlinked(tx: &mut Tx, id: DomainId) -> Result<Unlinked> {
    let domain = domain_within(tx, id)?;
    check_linked(&domain)?;
    let main = main_of(tx, domain.service)?;
    let localparts = rows::some_localparts(tx, main.id, main.organisation, EXAMPLES)?;
    let examples = localparts
        .iter()
        .map(|localpart| crate::rows::address_of(localpart, domain.name.as_str()))
        .collect::<std::result::Result<_, _>>()?;
    let targets = rows::targets_at(tx, domain.organisation, domain.name.as_str())?;
    Ok(Unlinked { addresses: main.addresses, examples, leading_there: targets.len() as u64 })
}

/// Refuses a domain that cannot be unlinked: one that is not linked, or has synonyms.
pub fn check_unlinkable(tx: &mut Tx, domain: &DomainInfo) -> Result<()> {
    check_linked(domain)?;
    let synonyms = rows::synonyms_of(tx, domain.organisation, domain.name.as_str())?;
    if synonyms > 0 {
        return Err(DirectoryError::InUse {
            field: "domain",
            value: domain.name.to_string(),
            dependents: crate::administration::counted(synonyms, "synonym", "synonyms"),
            rule: "a linked domain is unlinked after its synonyms are dissociated",
        });
    }
    Ok(())
}

/// Ends what [`link_domain`] began: from the end of this transaction nobody answers under the name.
pub fn unlink_domain(tx: &mut Tx, id: DomainId, at: model::Timestamp) -> Result<DomainInfo> {
    let domain = domain_within(tx, id)?;
    check_unlinkable(tx, &domain)?;
    delete_domain(tx, id, false, at)
}

/// The domain of this name, if it is the organisation's.
pub fn domain_called(
    tx: &mut Tx,
    organisation: OrganisationId,
    name: &model::Domain,
) -> Result<Option<DomainInfo>> {
    crate::administration::domain_in(tx, organisation, name)
}

/// The domain of which a name is a synonym, within the organisation.
pub fn synonym_of(tx: &mut Tx, organisation: OrganisationId, name: &model::Domain) -> Result<Option<String>> {
    Ok(rows::main_of_synonym(tx, organisation, name.as_str())?)
}
