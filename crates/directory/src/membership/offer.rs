//! Asking somebody who has an account to belong to an organisation, and what the person answers.

use db::{Page, Seek};
use model::{OrganisationId, Timestamp, UserId};

use super::{NewMember, Result, owner_grants, rows};
use crate::administration::found;
use crate::entities::UserInfo;
use crate::error::DirectoryError;
use crate::notice::{self, Event};
use crate::rows::address_key;
use crate::{Administration, Directory, Role, Scope, Session, limits};

/// What became of somebody who was to belong to an organisation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Joined {
    /// The operator decided: the person belongs to it.
    Member(Box<UserInfo>),
    /// The person was asked.
    Asked(MembershipOffer),
}

/// Somebody is asked to belong to an organisation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MembershipOffer {
    /// Which.
    pub id: i64,
    /// Where.
    pub organisation: OrganisationId,
    /// What it is called.
    pub organisation_name: String,
    /// Who is asked, by login: no more is seen of the person.
    pub login: String,
    /// What the person is to be there.
    pub role: Role,
    /// Who asks: the login.
    pub offered_by: String,
    /// When.
    pub created_at: Timestamp,
    /// Until when the person can accept.
    pub expires_at: Timestamp,
}

impl Administration {
    /// Asks somebody who has an account elsewhere to belong to an organisation; within an operator's scope the person
    /// belongs to it at once.
    pub async fn add_member(&self, new: NewMember) -> Result<Joined> {
        let login = address_key(&new.login);
        let (organisation, role, at) = (new.organisation, new.role, self.now());
        let (who, actor, ids) = (self.who().to_owned(), self.role(), [self.new_id(), self.new_id()]);
        let is_asked = matches!(self.scope(), Scope::Tenant(_));
        let action = if is_asked { "offer membership" } else { "add member" };
        self.act(action, login.clone(), move |tx| {
            trail::tell(tx, trail::Told::of_thing(&login).after(trail::Facts::new().with("role", role)));
            let owner = crate::administration::organisation_in_scope(tx, organisation)?;
            let name = found("organisation", owner)?.name;
            owner_grants(actor, role)?;
            let person = found("user", rows::person_called(tx, &login)?)?;
            if rows::of_person(tx, person)?.iter().any(|known| known.organisation == organisation) {
                return Err(DirectoryError::Conflict {
                    field: "login",
                    value: login.clone(),
                    rule: "a person belongs to an organisation once",
                });
            }
            if !is_asked {
                rows::forget_offer(tx, organisation, person)?;
                rows::insert(tx, organisation, person, role, &who, at)?;
                let event = Event::Role { organisation, role: Some(role) };
                notice::write(tx, ids[0], person, &event, &who, at)?;
                let info = found("user", crate::administration::user_in(tx, person, organisation)?)?;
                return Ok((Some(organisation), Joined::Member(Box::new(info))));
            }
            rows::forget_old_offers(tx, at)?;
            let (here, there) = rows::count_offers(tx, organisation, person)?;
            if here >= limits::OFFERS_PER_ORGANISATION_LIMIT || there >= limits::OFFERS_PER_PERSON_LIMIT {
                return Err(DirectoryError::Invalid {
                    field: "login",
                    reason: "too many offers wait for an answer".to_owned(),
                    rule: "an organisation asks at most 200 people at once, and a person is asked by at most 20",
                });
            }
            let offer = MembershipOffer {
                id: ids[1],
                organisation,
                organisation_name: name,
                login: login.clone(),
                role,
                offered_by: who.clone(),
                created_at: at,
                expires_at: at.plus(limits::MEMBERSHIP_OFFER_FOR),
            };
            if !rows::insert_offer(tx, &offer, person)? {
                return Err(DirectoryError::Conflict {
                    field: "login",
                    value: login.clone(),
                    rule: "a person is asked once and has seven days to answer",
                });
            }
            let event = Event::Offer { organisation, role };
            notice::write(tx, ids[0], person, &event, &who, at)?;
            Ok((Some(organisation), Joined::Asked(offer)))
        })
        .await
    }

    /// Who is asked to belong to the organisation, or to any, and has not answered yet.
    pub async fn membership_offers(&self) -> Result<Vec<MembershipOffer>> {
        let now = self.now();
        self.read(move |tx| Ok(rows::offers(tx, now)?)).await
    }

    /// As [`Administration::membership_offers`], a page at a time in the order they were made.
    pub async fn page_of_membership_offers(&self, seek: Seek) -> Result<Page<MembershipOffer>> {
        let now = self.now();
        self.read(move |tx| Ok(rows::page_of_offers(tx, now, &seek)?)).await
    }

    /// Asks no longer.
    pub async fn withdraw_membership_offer(&self, id: i64) -> Result<()> {
        let now = self.now();
        let offers = self.read(move |tx| Ok(rows::offer(tx, id, now)?)).await?;
        let login = found("offer", offers)?.login;
        self.act("withdraw offer of membership", login, move |tx| {
            let offer = found("offer", rows::offer(tx, id, now)?)?;
            let before = trail::Facts::new().with("role", offer.role);
            trail::tell(tx, trail::Told::of_thing(&offer.login).before(before));
            rows::delete_offer(tx, id)?;
            Ok((Some(offer.organisation), ()))
        })
        .await
    }
}

impl Directory {
    /// Where the person of a session is asked to belong.
    pub async fn own_membership_offers(&self, session: &Session) -> Result<Vec<MembershipOffer>> {
        let (user, now) = (session.user, self.now());
        let operator = self.db.operator("organisations that ask a person are several");
        Ok(operator.read(move |tx| rows::offers_to(tx, user, now)).await?)
    }

    /// The person of a session accepts an offer, or declines it.
    pub async fn answer_membership_offer(&self, session: &Session, id: i64, accepts: bool) -> Result<()> {
        let (user, now) = (session.user, self.now());
        let known = self.own_membership_offers(session).await?;
        let organisation = found("offer", known.into_iter().find(|offer| offer.id == id))?.organisation;
        let action = if accepts { "accept membership" } else { "decline membership" };
        self.administration(Scope::Tenant(organisation), session.actor())
            .act(action, session.login.clone(), move |tx| {
                let offer = found("offer", rows::offer(tx, id, now)?)?;
                // Of two answers at the same moment one finds the row.
                if !rows::delete_offer(tx, id)? {
                    return Err(DirectoryError::NotFound { what: "offer" });
                }
                if accepts {
                    let after = trail::Facts::new().with("role", offer.role);
                    trail::tell(tx, trail::Told::of_thing(&offer.login).after(after));
                }
                if accepts && !is_member(tx, user, organisation)? {
                    rows::insert(tx, organisation, user, offer.role, &offer.offered_by, now)?;
                }
                Ok((Some(organisation), ()))
            })
            .await
    }

    /// Forgets the offers that nobody answered in time.
    pub async fn forget_old_membership_offers(&self) -> Result<()> {
        let now = self.now();
        let operator = self.db.operator("forget offers of all organisations that are over");
        Ok(operator.write(move |tx| rows::forget_old_offers(tx, now)).await?)
    }
}

fn is_member(tx: &mut db::Tx, user: UserId, organisation: OrganisationId) -> Result<bool> {
    Ok(rows::of_person(tx, user)?.iter().any(|known| known.organisation == organisation))
}
