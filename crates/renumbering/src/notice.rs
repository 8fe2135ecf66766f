//! Letters: who gets which sections, what waits to be posted, and what an organisation sees.

use model::{OrganisationId, Timestamp};

use crate::administration::Announced;
use crate::entities::{
    Customer, Finding, Letter, NoticeKind, Remedy, Renumbering, RenumberingId, Report, Stage,
};
use crate::limits::LETTERS_AT_ONCE;
use crate::{Renumberings, Result, rows};

impl Renumberings {
    /// A letter to a customer: the sections of its modes, and what it has to change with us.
    pub(crate) fn letter_of(
        &self,
        id: i64,
        kind: NoticeKind,
        one: &Renumbering,
        customer: &Customer,
        report: &Report,
        at: Timestamp,
    ) -> Letter {
        Letter {
            id,
            kind,
            organisation: customer.organisation,
            renumbering: one.clone(),
            modes: customer.modes.clone(),
            findings: report.of(customer.organisation).cloned().collect(),
            suffixes: self.suffixes.to_vec(),
            at,
        }
    }

    /// Letters that wait to be posted, the oldest first.
    pub async fn waiting_letters(&self) -> Result<Vec<Letter>> {
        let operator = self.parts.db.operator("letters about changes of addresses");
        let waiting = operator.read(|tx| rows::waiting(tx, LETTERS_AT_ONCE)).await?;
        let mut letters = Vec::new();
        for row in waiting {
            let organisation = row.organisation;
            let Some((one, customer)) = self.customer(row.renumbering, organisation).await? else { continue };
            let findings = match row.kind {
                NoticeKind::Cancellation => Vec::new(),
                NoticeKind::Announcement | NoticeKind::Reminder => self.own(&one, organisation).await?,
            };
            letters.push(Letter {
                id: row.id,
                kind: row.kind,
                organisation,
                renumbering: one,
                modes: customer.modes,
                findings,
                suffixes: self.suffixes.to_vec(),
                at: row.written_at,
            });
        }
        Ok(letters)
    }

    /// Notes that a letter is in the queue.
    pub async fn letter_posted(&self, letter: &Letter) -> Result<()> {
        let (id, organisation, at) = (letter.id, letter.organisation, self.parts.world.clock.now());
        let tenant = self.parts.db.tenant(organisation);
        Ok(tenant.write(move |tx| rows::posted(tx, id, organisation, at)).await?)
    }

    async fn customer(
        &self,
        id: RenumberingId,
        organisation: OrganisationId,
    ) -> Result<Option<(Renumbering, rows::CustomerRow)>> {
        let tenant = self.parts.db.tenant(organisation);
        let found = tenant
            .read(move |tx| {
                let one = rows::one(tx, id)?;
                let row = rows::customers(tx, id)?.into_iter().next();
                Ok::<_, db::DbError>(one.zip(row))
            })
            .await?;
        Ok(found)
    }

    async fn own(&self, one: &Renumbering, organisation: OrganisationId) -> Result<Vec<Finding>> {
        let mut findings = self.findings(one, Some(organisation)).await?;
        findings.retain(|finding| finding.remedy == Remedy::Organisation);
        Ok(findings)
    }

    /// The customers of an announced change, by name.
    pub(crate) async fn announced_customers(&self, id: RenumberingId) -> Result<Vec<Customer>> {
        let operator = self.parts.db.operator("whom a change of addresses concerns");
        let (customers, notices) = operator
            .read(move |tx| Ok::<_, db::DbError>((rows::customers(tx, id)?, rows::notices(tx, id)?)))
            .await?;
        let names = self.organisations().await?;
        let mut found: Vec<Customer> = customers
            .into_iter()
            .map(|row| Customer {
                organisation: row.organisation,
                name: names.get(&row.organisation.0).cloned().unwrap_or_default(),
                modes: row.modes,
                answer: row.answer,
                answered_by: row.answered_by,
                answered_at: row.answered_at,
                notices: notices
                    .iter()
                    .filter(|notice| notice.organisation == row.organisation)
                    .map(|notice| (notice.kind, notice.posted_at))
                    .collect(),
            })
            .collect();
        found.sort_by(|one, other| one.name.cmp(&other.name));
        Ok(found)
    }

    /// The announcements that an organisation has not answered, the newest first; nothing is looked up for them.
    pub(crate) async fn unanswered_by(&self, organisation: OrganisationId) -> Result<Vec<Renumbering>> {
        let tenant = self.parts.db.tenant(organisation);
        let rows = tenant.read(move |tx| rows::announced_to(tx, organisation)).await?;
        let mut unanswered = Vec::new();
        for row in rows.into_iter().filter(|row| row.answer.is_none()) {
            let found = self.customer(row.renumbering, organisation).await?;
            unanswered.extend(found.map(|(one, _)| one).filter(Renumbering::is_open));
        }
        Ok(unanswered)
    }

    /// What an organisation was told, the newest first: what is under way, and what was cancelled before its date.
    pub(crate) async fn announced_to(&self, organisation: OrganisationId) -> Result<Vec<Announced>> {
        let tenant = self.parts.db.tenant(organisation);
        let rows = tenant.read(move |tx| rows::announced_to(tx, organisation)).await?;
        let now = self.parts.world.clock.now();
        let mut announced = Vec::new();
        for row in rows {
            let Some((one, _)) = self.customer(row.renumbering, organisation).await? else { continue };
            let is_cancelled = one.stage == Stage::Cancelled && now < one.switches_at;
            if !one.is_open() && !is_cancelled {
                continue;
            }
            let (kind, findings) = match one.is_open() {
                true => (NoticeKind::Announcement, self.own(&one, organisation).await?),
                false => (NoticeKind::Cancellation, Vec::new()),
            };
            let letter = Letter {
                id: 0,
                kind,
                organisation,
                at: one.announced_at.unwrap_or(one.declared_at),
                renumbering: one,
                modes: row.modes,
                findings,
                suffixes: self.suffixes.to_vec(),
            };
            announced.push(Announced {
                letter,
                answer: row.answer,
                answered_by: row.answered_by,
                answered_at: row.answered_at,
            });
        }
        Ok(announced)
    }
}
