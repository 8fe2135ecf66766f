//! Invitations: a link that one person accepts once. Only digests of links are kept; the one that is shown, the one in a
//! letter and the one in an SMS are three links to the same invitation.

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use db::{Page, Seek};
use model::{Address, AddressId, OrganisationId, Timestamp};
use world::World;
use zeroize::Zeroizing;

use super::{AddressProof, Permissions, Result, found, hindrance, mailbox, rows};
use crate::error::DirectoryError;
use crate::phone::Phone;
use crate::{Administration, limits};

/// An invitation that nobody has accepted yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvitationInfo {
    /// Which.
    pub id: i64,
    /// Whose the mailbox is.
    pub organisation: OrganisationId,
    /// The mailbox, by its address.
    pub address_id: AddressId,
    /// Its address.
    pub address: Address,
    /// What whoever accepts may do.
    pub permissions: Permissions,
    /// In which language it is written: `fr`.
    pub language: String,
    /// Where it is sent by mail; empty: nowhere.
    pub email: String,
    /// Where it is sent by SMS; empty: nowhere.
    pub phone: String,
    /// Who invites: the login.
    pub invited_by: String,
    /// Who invites, as people say it.
    pub inviter: String,
    /// When.
    pub created_at: Timestamp,
    /// Until when it can be accepted.
    pub expires_at: Timestamp,
    /// When the letter went out.
    pub letter_sent_at: Option<Timestamp>,
    /// When the SMS went out.
    pub sms_sent_at: Option<Timestamp>,
    /// Why the SMS did not go out; empty: nothing.
    pub sms_trouble: String,
}

/// An invitation and its link's token, which is shown once.
#[derive(Clone, Debug)]
pub struct CreatedInvitation {
    /// The invitation.
    pub info: InvitationInfo,
    /// What the link carries.
    pub token: Zeroizing<String>,
}

/// A new invitation.
#[derive(Clone, Debug, Default)]
pub struct NewInvitation {
    /// What whoever accepts may do; `None` is what the mail service gives.
    pub permissions: Option<Permissions>,
    /// In which language it is written: `fr`, `de`, `it` or `en`.
    pub language: String,
    /// Send it to this address; empty: do not.
    pub email: String,
    /// Send it to this telephone; empty: do not.
    pub phone: String,
    /// Who invites, as people say it; empty: the login.
    pub inviter: String,
}

/// What to change of an invitation; `None` stays.
#[derive(Clone, Debug, Default)]
pub struct InvitationChange {
    /// Exactly these permissions.
    pub permissions: Option<Permissions>,
    /// Another language.
    pub language: Option<String>,
}

impl InvitationInfo {
    /// What the log of changes tells of it: to whom it goes, never its links.
    pub(super) fn facts(&self) -> trail::Facts {
        let filled = |text: &String| Some(text.clone()).filter(|text| !text.is_empty());
        trail::Facts::new()
            .with("permissions", self.permissions)
            .with("language", &self.language)
            .with_some("email", filled(&self.email))
            .with_some("phone", filled(&self.phone))
            .with("expires at", self.expires_at.rfc3339())
    }
}

/// What the table keeps of a token.
pub(super) fn token_hash(token: &str) -> Vec<u8> {
    digest(&SHA256, token.as_bytes()).as_ref().to_vec()
}

pub(super) fn new_token(world: &World) -> Zeroizing<String> {
    let mut octets = Zeroizing::new([0; limits::INVITATION_TOKEN_OCTETS]);
    world.random.fill(&mut octets[..]);
    Zeroizing::new(URL_SAFE_NO_PAD.encode(&octets[..]))
}

fn checked_language(language: &str) -> Result<String> {
    match language {
        "" => Ok("fr".to_owned()),
        "fr" | "de" | "it" | "en" => Ok(language.to_owned()),
        other => Err(DirectoryError::Invalid {
            field: "language",
            reason: format!("«{}» is none of ours", other.chars().take(20).collect::<String>()),
            rule: "fr, de, it or en",
        }),
    }
}

fn checked_email(email: &str) -> Result<String> {
    let email = email.trim();
    if email.is_empty() {
        return Ok(String::new());
    }
    let address = Address::parse(email).map_err(|error| DirectoryError::Invalid {
        field: "email",
        reason: error.to_string(),
        rule: "an address to which the invitation is sent",
    })?;
    Ok(address.to_string())
}

fn checked_phone(phone: &str) -> Result<String> {
    if phone.trim().is_empty() {
        return Ok(String::new());
    }
    match Phone::parse(phone) {
        Ok(phone) => Ok(phone.number().to_owned()),
        Err(_) => Err(DirectoryError::Invalid {
            field: "phone",
            reason: format!("«{}» is no international number", phone.chars().take(40).collect::<String>()),
            rule: "a telephone number with its country, as +41 79 123 45 67",
        }),
    }
}

impl Administration {
    /// Invites somebody to use a mailbox: whoever accepts first by one of its links gets it.
    pub async fn invite(
        &self,
        address: AddressId,
        new: NewInvitation,
        proof: AddressProof,
    ) -> Result<CreatedInvitation> {
        let (language, email, phone) =
            (checked_language(&new.language)?, checked_email(&new.email)?, checked_phone(&new.phone)?);
        let inviter: String = new.inviter.trim().chars().filter(|c| !c.is_control()).take(200).collect();
        self.prove(address, proof).await?;
        let token = new_token(&self.directory().world);
        let (hash, id, at, role) = (token_hash(&token), self.new_id(), self.now(), self.role());
        let who = self.who().to_owned();
        let inviter = if inviter.is_empty() { who.clone() } else { inviter };
        let lifetime = self.directory().invitations_live();
        let info = self
            .act_limited("invite", String::new(), move |tx| {
                let mailbox = mailbox(tx, address)?;
                if let Some(hindrance) = hindrance(tx, role, &mailbox)? {
                    return Err(hindrance.error(&mailbox.address));
                }
                if rows::invitations(tx, mailbox.account)?.len() >= limits::INVITATIONS_PER_ADDRESS_LIMIT {
                    return Err(DirectoryError::Invalid {
                        field: "address",
                        reason: format!("{} invitations wait", limits::INVITATIONS_PER_ADDRESS_LIMIT),
                        rule: "an address has at most fifty invitations that wait",
                    });
                }
                let permissions = match new.permissions {
                    Some(permissions) => permissions,
                    None => rows::default_permissions(tx, mailbox.service)?,
                };
                let info = InvitationInfo {
                    id,
                    organisation: mailbox.account.organisation,
                    address_id: address,
                    address: mailbox.address,
                    permissions,
                    language: language.clone(),
                    email: email.clone(),
                    phone: phone.clone(),
                    invited_by: who.clone(),
                    inviter: inviter.clone(),
                    created_at: at,
                    expires_at: at.plus(lifetime),
                    letter_sent_at: None,
                    sms_sent_at: None,
                    sms_trouble: String::new(),
                };
                rows::insert_invitation(tx, &info, mailbox.account.account)?;
                rows::set_link(tx, id, "link", &hash)?;
                trail::tell(tx, trail::Told::of_thing(&info.address).after(info.facts()));
                Ok((Some(info.organisation), info))
            })
            .await?;
        Ok(CreatedInvitation { info, token })
    }

    /// The invitations to a mailbox that nobody has accepted, the newest last; those that are over among them.
    pub async fn invitations(&self, address: AddressId) -> Result<Vec<InvitationInfo>> {
        self.read_limited(move |tx| {
            let (mailbox, _) = found("address", rows::mailbox(tx, address)?)?;
            Ok(rows::invitations(tx, mailbox.account)?)
        })
        .await
    }

    /// As [`Administration::invitations`], a page at a time.
    pub async fn page_of_invitations(&self, address: AddressId, seek: Seek) -> Result<Page<InvitationInfo>> {
        self.read_limited(move |tx| {
            let (mailbox, _) = found("address", rows::mailbox(tx, address)?)?;
            Ok(rows::page_of_invitations(tx, mailbox.account, &seek)?)
        })
        .await
    }

    /// An invitation that waits.
    pub async fn invitation(&self, id: i64) -> Result<InvitationInfo> {
        self.read_limited(move |tx| found("invitation", rows::invitation(tx, id)?)).await
    }

    /// Changes an invitation that waits: whoever accepts it later gets what it says then.
    pub async fn change_invitation(&self, id: i64, change: InvitationChange) -> Result<InvitationInfo> {
        let language = change.language.as_deref().map(checked_language).transpose()?;
        self.act_limited("change invitation", String::new(), move |tx| {
            let known = found("invitation", rows::invitation(tx, id)?)?;
            let permissions = change.permissions.unwrap_or(known.permissions);
            let language = language.as_deref().unwrap_or(&known.language);
            rows::change_invitation(tx, id, permissions, language)?;
            let of = |permissions: Permissions, language: &str| {
                trail::Facts::new().with("permissions", permissions).with("language", language)
            };
            let told = trail::Told::of_thing(&known.address).before(of(known.permissions, &known.language));
            trail::tell(tx, told.after(of(permissions, language)));
            Ok((Some(known.organisation), found("invitation", rows::invitation(tx, id)?)?))
        })
        .await
    }

    /// Takes an invitation back: its links lead nowhere any more.
    pub async fn revoke_invitation(&self, id: i64) -> Result<()> {
        self.act_limited("revoke invitation", String::new(), move |tx| {
            let known = found("invitation", rows::invitation(tx, id)?)?;
            rows::delete_invitation(tx, id)?;
            trail::tell(tx, trail::Told::of_thing(&known.address).before(known.facts()));
            Ok((Some(known.organisation), ()))
        })
        .await
    }

    /// Another link in the place of the one that was shown, and a new term.
    pub async fn renew_invitation(&self, id: i64) -> Result<CreatedInvitation> {
        let token = new_token(&self.directory().world);
        let (hash, until) = (token_hash(&token), self.now().plus(self.directory().invitations_live()));
        let info = self
            .act_limited("renew invitation", String::new(), move |tx| {
                let known = found("invitation", rows::invitation(tx, id)?)?;
                rows::set_link(tx, id, "link", &hash)?;
                rows::extend_invitation(tx, id, until)?;
                let renewed = found("invitation", rows::invitation(tx, id)?)?;
                let told = trail::Told::of_thing(&known.address).before(known.facts());
                trail::tell(tx, told.after(renewed.facts()));
                Ok((Some(known.organisation), renewed))
            })
            .await?;
        Ok(CreatedInvitation { info, token })
    }
}
