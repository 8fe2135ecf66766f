//! Who an address is, and who may write it as the sender.

use db::DbError;
use model::{AccountRef, Address, Domain};

use crate::entities::{Forwarding, Found, Purpose};
use crate::error::DirectoryError;
use crate::{Directory, limits, rows};

pub(crate) async fn find(directory: &Directory, address: &Address) -> Result<Found, DirectoryError> {
    if address.domain().literal().is_some() {
        return Ok(Found::NotOurs);
    }
    let domain = address.domain().as_str().to_owned();
    let exact = rows::localpart_key(address.localpart());
    let subaddress = address.subaddress().map(|(base, detail)| (base, detail.to_owned()));
    let base = subaddress.as_ref().map(|(base, _)| rows::localpart_key(base.localpart()));
    directory
        .db
        .operator("find whose a recipient is")
        .read(move |tx| {
            let candidates = rows::candidates(tx, &domain, &exact, base.as_deref().unwrap_or(&exact))?;
            let Some(first) = candidates.first() else {
                return Ok(Found::NotOurs);
            };
            let organisation = first.organisation;
            let (service, is_domain_disabled) = (first.service, first.is_domain_disabled);
            // What was written to a synonym is for the same local part of the main domain, and so is what was written
            // to a linked domain; reports are about the linked one itself.
            let (domain, home) = (first.domain.clone(), first.home.clone());
            if is_domain_disabled {
                return Ok(Found::Disabled { organisation });
            }
            let addresses = || candidates.iter().filter_map(|candidate| candidate.address.as_ref());
            let found = addresses()
                .find(|candidate| candidate.key == exact)
                .map(|candidate| (candidate, None))
                .or_else(|| {
                    let (detail, base) =
                        (subaddress.as_ref().map(|(_, detail)| detail.clone()), base.as_ref()?);
                    addresses().find(|candidate| candidate.key == *base).map(|candidate| (candidate, detail))
                });
            let catch_all = addresses().find(|candidate| {
                Purpose::of(&candidate.kind) == Purpose::CatchAll && !candidate.is_disabled
            });
            // RFC 5321 §4.5.1, RFC 2142 §2: these exist wherever mail is received, whatever the
            // administrator created or disabled.
            let role = base.as_deref().unwrap_or(&exact);
            let is_role = role == "postmaster" || role == "abuse";
            match found {
                Some((candidate, _)) if candidate.is_disabled && !is_role => {
                    Ok(Found::Disabled { organisation })
                }
                Some((candidate, detail)) if !candidate.is_disabled => match candidate.account {
                    Some(account) => Ok(Found::Mailbox {
                        account: AccountRef { organisation, account },
                        address: rows::address_of(&candidate.localpart, &home)?,
                        detail,
                        purpose: Purpose::of(&candidate.kind),
                        forwarding: match candidate.has_targets {
                            true => Some(Forwarding {
                                targets: rows::accepted_targets(tx, organisation, candidate.id)?,
                                keeps_copy: candidate.keeps_copy,
                            }),
                            false => None,
                        },
                    }),
                    None if candidate.kind == "redirection" => {
                        let targets = rows::accepted_targets(tx, organisation, candidate.id)?;
                        Ok(Found::Redirection { organisation, targets })
                    }
                    None => {
                        let targets = rows::alias_targets(tx, organisation, candidate.id)?;
                        Ok(Found::Alias { organisation, targets })
                    }
                },
                _ if is_role => Ok(match rows::administrator(tx, organisation, service)? {
                    Some((account, address)) => Found::Mailbox {
                        account: AccountRef { organisation, account },
                        address,
                        detail: None,
                        purpose: Purpose::Personal,
                        forwarding: None,
                    },
                    None => Found::Unknown { organisation },
                }),
                _ if limits::REPORT_LOCALPARTS.contains(&role) => {
                    let domain = Domain::parse(&domain)
                        .map_err(|_| DbError::Column { column: 0, expected: "domain" })?;
                    Ok(Found::Reports { organisation, domain })
                }
                _ => Ok(match catch_all.and_then(|candidate| Some((candidate, candidate.account?))) {
                    Some((candidate, account)) => Found::CatchAll {
                        account: AccountRef { organisation, account },
                        address: rows::address_of(&candidate.localpart, &home)?,
                    },
                    None => Found::Unknown { organisation },
                }),
            }
        })
        .await
}

/// Whether a domain, or a synonym of one, is of this installation.
pub(crate) async fn has_domain(directory: &Directory, domain: &Domain) -> Result<bool, DirectoryError> {
    let name = domain.as_str().to_owned();
    directory
        .db
        .operator("see whether a domain is of this installation")
        .read(move |tx| Ok(!rows::candidates(tx, &name, "", "")?.is_empty()))
        .await
}

/// Whether mail for a domain, or for a synonym of one, is taken at all.
pub(crate) async fn serves(directory: &Directory, domain: &Domain) -> Result<bool, DirectoryError> {
    let name = domain.as_str().to_owned();
    directory
        .db
        .operator("see whether a domain is served")
        .read(move |tx| Ok(rows::candidates(tx, &name, "", "")?.iter().any(|one| !one.is_domain_disabled)))
        .await
}

pub(crate) async fn may_send_as(
    directory: &Directory,
    account: &AccountRef,
    address: &Address,
) -> Result<bool, DirectoryError> {
    let mut address = address.clone();
    for _ in 0..limits::ALIAS_DEPTH_LIMIT {
        match find(directory, &address).await? {
            // What takes letters for everybody writes for nobody.
            Found::Mailbox { purpose: Purpose::CatchAll, .. } => return Ok(false),
            Found::Mailbox { account: found, .. } => return Ok(found == *account),
            // An alias with several targets belongs to none of them alone.
            Found::Alias { organisation, targets } if organisation == account.organisation => {
                match <[Address; 1]>::try_from(targets) {
                    Ok([target]) => address = target,
                    Err(_) => return Ok(false),
                }
            }
            _ => return Ok(false),
        }
    }
    Ok(false)
}
