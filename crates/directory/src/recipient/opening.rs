//! Whose letters somebody may open at the portal: those to the own address, and those to every address whose mail comes
//! to somebody who is signed in: other names of the own mailbox, aliases that lead there, mailboxes that are shared.

use std::collections::HashSet;

use db::DbError;
use model::{AccountRef, Address, OrganisationId};

use super::rows;
use crate::error::DirectoryError;
use crate::rows::address_key;
use crate::{Directory, Found, Purpose, Session, limits};

/// By which right somebody opens the letters to an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Opens {
    /// It is the address with which the person signs in.
    Own,
    /// It is the address with which the person signs in, elsewhere, and nobody has shown that the mailbox is theirs: an
    /// administrator wrote it down.
    Unproved,
    /// Its mail comes to the person by another name, or among others: the evidence names who acts.
    Acting,
}

impl Directory {
    /// Whether somebody who is signed in may open letters to an address today, and by which right. Asked anew for each
    /// act, so that whoever has left a group this morning opens nothing of it.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn opens(&self, session: &Session, address: &Address) -> Result<Option<Opens>, DirectoryError> {
        let Ok(login) = Address::parse(&session.login) else { return Ok(None) };
        let own = address_key(&login);
        let is_proved = match session.is_recipients() {
            // Whoever read the mailbox with others once, and opened an account then, is nobody's only reader.
            true => self.is_read_by_one(&login).await? && !self.is_users(&login).await?,
            false => self.is_home(session, &login).await?,
        };
        if address_key(address) == own {
            return Ok(match (is_proved, session.is_recipients()) {
                (true, _) => Some(Opens::Own),
                (false, true) => None,
                // Its owner has an account: nobody who reads along in the mailbox gets around the second factor of that.
                (false, false) if self.is_recipients(&login).await? => None,
                (false, false) => Some(Opens::Unproved),
            });
        }
        let mut seen = HashSet::new();
        let mut waiting = vec![(address.clone(), 0)];
        while let Some((address, depth)) = waiting.pop() {
            let is_new = seen.insert(address_key(&address));
            if !is_new || depth > limits::ALIAS_DEPTH_LIMIT || seen.len() > limits::OPENED_ADDRESSES_LIMIT {
                continue;
            }
            if is_proved && address_key(&address) == own {
                return Ok(Some(Opens::Acting));
            }
            let next = match self.find(&address).await? {
                Found::Mailbox { account, address, forwarding, .. } => {
                    let is_own = is_proved && address_key(&address) == own;
                    if is_own || self.reads(session, account).await? {
                        return Ok(Some(Opens::Acting));
                    }
                    forwarding.map(|forwarding| forwarding.targets).unwrap_or_default()
                }
                Found::CatchAll { account, .. } if self.reads(session, account).await? => {
                    return Ok(Some(Opens::Acting));
                }
                Found::Alias { targets, .. } | Found::Redirection { targets, .. } => targets,
                Found::CatchAll { .. }
                | Found::NotOurs
                | Found::Unknown { .. }
                | Found::Disabled { .. }
                | Found::Reports { .. } => Vec::new(),
            };
            waiting.extend(next.into_iter().map(|address| (address, depth + 1)));
        }
        Ok(None)
    }

    /// The address with which somebody signs in, if it is known today that the mailbox is that person's; `None` for an
    /// address elsewhere that an administrator wrote down. Asked anew for each act, as [`Directory::opens`] is.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn proved_address(&self, session: &Session) -> Result<Option<Address>, DirectoryError> {
        let Ok(login) = Address::parse(&session.login) else { return Ok(None) };
        let is_own = self.opens(session, &login).await? == Some(Opens::Own);
        Ok(is_own.then_some(login))
    }

    /// Whether the login lies at a domain of an organisation to which the person belongs: it is known there whose
    /// mailbox it is.
    async fn is_home(&self, session: &Session, login: &Address) -> Result<bool, DirectoryError> {
        let (user, domain) = (session.user, login.domain().as_str().to_owned());
        let operator = self.db.operator("see whose organisation a login is of");
        Ok(operator
            .read(move |tx| {
                let owner: Option<OrganisationId> = crate::membership::rows::owner_of_domain(tx, &domain)?;
                match owner {
                    Some(owner) => rows::belongs(tx, user, owner),
                    None => Ok(false),
                }
            })
            .await?)
    }

    /// Whether what comes to an address comes to one person only, as far as this platform knows: a mailbox elsewhere, or
    /// one person's here with exactly this address, to which nobody was given access and for which no application reads.
    pub(super) async fn is_read_by_one(&self, address: &Address) -> Result<bool, DirectoryError> {
        let key = address_key(address);
        match self.find(address).await? {
            Found::NotOurs => Ok(true),
            Found::Mailbox { account, address: named, purpose: Purpose::Personal, .. }
                if address_key(&named) == key =>
            {
                let organisation = account.organisation;
                let tenant = self.db.tenant(organisation);
                Ok(tenant
                    .read(move |tx| {
                        let is_given = |read: String| {
                            Address::parse(&read).is_ok_and(|address| address_key(&address) == key)
                        };
                        Ok::<_, DbError>(
                            !rows::is_shared(tx, account)?
                                && !rows::read_by_applications(tx, organisation)?.into_iter().any(is_given),
                        )
                    })
                    .await?)
            }
            _ => Ok(false),
        }
    }

    /// Whether a user of the domain's organisation has the address: the organisation decides whose it is.
    async fn is_users(&self, login: &Address) -> Result<bool, DirectoryError> {
        let login = address_key(login);
        let operator = self.db.operator("see whether an address is a user's");
        Ok(operator.read(move |tx| rows::is_users(tx, &login)).await?)
    }

    /// Whether whoever showed the mailbox of an address has opened an account.
    async fn is_recipients(&self, login: &Address) -> Result<bool, DirectoryError> {
        let login = address_key(login);
        let operator = self.db.operator("see whether an address is a recipient's");
        Ok(operator.read(move |tx| rows::recipient_called(tx, &login)).await?.is_some())
    }

    async fn reads(&self, session: &Session, account: AccountRef) -> Result<bool, DirectoryError> {
        let user = session.user;
        Ok(self.db.tenant(account.organisation).read(move |tx| rows::reads(tx, user, account)).await?)
    }
}
