//! Accepting an invitation: with the account that one has, or with one that is made for it.

use std::net::IpAddr;

use db::Tx;
use model::{Address, Domain, OrganisationId, Timestamp, UserId};
use zeroize::Zeroizing;

use super::invitation::token_hash;
use super::{InvitationInfo, Opened, Result, found, has_it_already, opened, organisation_name, rows};
use crate::administration::user_in;
use crate::error::DirectoryError;
use crate::rows::address_key;
use crate::{Directory, NewUser, Role, Scope, Session, SignedIn, UserInfo, limits, membership};

/// What somebody is invited to, as the page with the link says it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    /// The invitation.
    pub invitation: InvitationInfo,
    /// Whose the mailbox is.
    pub organisation_name: String,
    /// Whom its people ask for help.
    pub support: crate::Support,
}

/// The account that somebody makes in order to accept.
#[derive(Clone)]
pub struct NewAccount {
    /// What to sign in with: an address.
    pub login: Address,
    /// What the person is called.
    pub name: String,
    /// The password that the person chose.
    pub password: Zeroizing<String>,
    /// The IP address from where.
    pub source: IpAddr,
}

/// Nothing is said of why a link leads nowhere.
const OVER: DirectoryError = DirectoryError::NotFound { what: "invitation" };

impl Directory {
    /// What a link invites to, while it can be accepted.
    pub async fn offer(&self, token: &str) -> Result<Option<Offer>> {
        if token.len() > limits::SESSION_TOKEN_LIMIT_CHARACTERS {
            return Ok(None);
        }
        let (hash, now) = (token_hash(token), self.now());
        let operator = self.db.operator("find what a link invites to");
        operator
            .read(move |tx| {
                let Some(invitation) = rows::invitation_by_token(tx, &hash, now)? else { return Ok(None) };
                let organisation_name = organisation_name(tx, invitation.organisation)?;
                let support = crate::settings::support(tx, invitation.organisation)?;
                Ok(Some(Offer { invitation, organisation_name, support }))
            })
            .await
    }

    /// Accepts for somebody who is signed in. One person wins, whoever comes first.
    pub async fn accept_invitation(&self, session: &Session, token: &str) -> Result<InvitationInfo> {
        self.accept(session.user, session.actor(), token, None).await
    }

    /// Accepts with a new account, whose home is the organisation that invites; gives whom to let in.
    pub async fn accept_with_new_account(
        &self,
        token: &str,
        new: NewAccount,
        language: Option<String>,
    ) -> Result<(InvitationInfo, SignedIn)> {
        let offer = found("invitation", self.offer(token).await?)?;
        let login = address_key(&new.login);
        let is_proved = self.check_login(&new.login, &offer.invitation, token).await?;
        // The account and what it is for: first the account without any right, so that the password is hashed outside
        // of the transaction that decides who wins.
        let scope = Scope::Tenant(offer.invitation.organisation);
        let actor = trail::Actor::from(&login).coming_from(new.source);
        let people = self.administration(scope, &actor);
        let new = NewUser {
            organisation: offer.invitation.organisation,
            login: new.login,
            name: new.name,
            role: Role::External,
            password: new.password,
        };
        let user = match is_proved {
            true => people.create_proved_user(new).await?,
            false => people.create_user(new).await?,
        };
        match self.accept(user.id, actor, token, language).await {
            Ok(invitation) => {
                let signed_in =
                    SignedIn { user: user.id, organisation: user.organisation, role: user.role, login };
                Ok((invitation, signed_in))
            }
            Err(error) => {
                // Somebody else was faster: no account is left behind.
                if let Err(error) = people.delete_user(user.id).await {
                    tracing::warn!(error = %model::Chain(&error), "an account without an invitation stays");
                }
                Err(error)
            }
        }
    }

    /// A name at a domain of this installation is taken only by whom it was written to: nobody else's login may stand
    /// in the way of its owner. Says whether it is proved: by the link of the letter, not by the one that is shown to
    /// the inviting administrator.
    async fn check_login(&self, login: &Address, invitation: &InvitationInfo, token: &str) -> Result<bool> {
        let key = address_key(login);
        let is_written_to = Address::parse(&invitation.email).is_ok_and(|email| address_key(&email) == key);
        let hash = token_hash(token);
        let operator = self.db.operator("see by which way a link came");
        let is_letter = operator.read(move |tx| rows::is_letters_link(tx, &hash)).await?;
        if key == address_key(&invitation.address) || (is_written_to && is_letter) {
            return Ok(true);
        }
        let domain: &Domain = login.domain();
        if !self.serves(domain).await? {
            return Ok(false);
        }
        Err(DirectoryError::Invalid {
            field: "login",
            reason: format!("«{login}» is an address of this installation"),
            rule: "a login is your address elsewhere, the shared address, or the one that the invitation was sent to",
        })
    }

    async fn accept(
        &self,
        user: UserId,
        actor: trail::Actor,
        token: &str,
        language: Option<String>,
    ) -> Result<InvitationInfo> {
        let (hash, now) = (token_hash(token), self.now());
        let audit = self.world.new_id();
        let ids: Vec<i64> = (0..opened::TOLD_LIMIT).map(|_| self.world.new_id()).collect();
        self.db
            .operator("a person accepts an invitation of any organisation")
            .write(move |tx| {
                let invitation = rows::invitation_by_token(tx, &hash, now)?.ok_or(OVER)?;
                let organisation = invitation.organisation;
                join(tx, user, organisation, &invitation.invited_by, now)?;
                let (mailbox, is_mailbox) = rows::mailbox(tx, invitation.address_id)?.ok_or(OVER)?;
                if !is_mailbox {
                    return Err(OVER);
                }
                let permissions = invitation.permissions;
                if !rows::grant(tx, mailbox.account, user, permissions, &invitation.invited_by, now)? {
                    return Err(has_it_already(&actor.who, &invitation.address));
                }
                // Of two who come at the same moment one deletes the row.
                if !rows::delete_invitation(tx, invitation.id)? {
                    return Err(OVER);
                }
                if let Some(language) = &language {
                    rows::set_language(tx, user, language)?;
                }
                opened::note(
                    tx,
                    &ids,
                    &mailbox,
                    &Opened::Access(actor.who.clone()),
                    &invitation.invited_by,
                    now,
                )?;
                let after = invitation.facts().with("invited by", &invitation.invited_by);
                trail::audit(
                    tx,
                    &trail::Change::new(
                        now,
                        audit,
                        Some(organisation),
                        &actor,
                        "accept invitation",
                        invitation.address.to_string(),
                    )
                    .with(trail::Facts::new(), after),
                )?;
                Ok(invitation)
            })
            .await
    }
}

/// Whoever accepts belongs to the organisation from now on, at least as somebody from outside.
fn join(
    tx: &mut Tx,
    user: UserId,
    organisation: OrganisationId,
    granted_by: &str,
    now: Timestamp,
) -> Result<()> {
    let known: Option<UserInfo> = user_in(tx, user, organisation)?;
    match known {
        None => Ok(membership::rows::insert(tx, organisation, user, Role::External, granted_by, now)?),
        Some(info) if info.is_disabled => Err(DirectoryError::Invalid {
            field: "user",
            reason: "your account is blocked in this organisation".to_owned(),
            rule: "whoever is blocked accepts nothing",
        }),
        Some(_) => Ok(()),
    }
}
