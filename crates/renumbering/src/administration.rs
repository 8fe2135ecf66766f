//! Declaring, announcing, answering, cancelling; everything within a scope, and in the log of changes.

use std::time::Duration;

use db::Tx;
use directory::{DirectoryError, Scope};
use model::{OrganisationId, Timestamp};
use trail::{Actor, Change, Facts};

use crate::entities::{Answer, Customer, Letter, NoticeKind, Renumbering, RenumberingId, Report, Stage};
use crate::limits::{
    ENDPOINT_LIMIT, LOWERED_TTL_SECONDS, NAME_LIMIT_CHARACTERS, OPEN_LIMIT, OVERLAP, OVERLAP_LIMIT,
    REMINDED_BEFORE, TTL_LIMIT_SECONDS, TTL_MINIMUM_SECONDS,
};
use crate::{Endpoint, Renumberings, Result, rows};

/// A change of addresses, about to be declared.
#[derive(Clone, Debug)]
pub struct NewRenumbering {
    /// What people call it.
    pub name: String,
    /// What moves.
    pub endpoints: Vec<Endpoint>,
    /// The date.
    pub switches_at: Timestamp,
    /// How long both addresses are accepted; `None` is thirty days.
    pub overlap: Option<Duration>,
    /// How long before the date those who have not answered are reminded; `None` is seven days.
    pub reminded_before: Option<Duration>,
    /// The time to live shortly before the date, in seconds; `None` is 300.
    pub lowered_ttl: Option<u32>,
}

/// A change as an organisation sees it that it was announced to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Announced {
    /// What it was told, with the sections of its modes only.
    pub letter: Letter,
    /// What it has said.
    pub answer: Option<Answer>,
    /// Who.
    pub answered_by: Option<String>,
    /// When.
    pub answered_at: Option<Timestamp>,
}

/// Changes of addresses within a scope, in somebody's name.
#[derive(Clone)]
pub struct Administration {
    pub(crate) renumberings: Renumberings,
    pub(crate) scope: Scope,
    pub(crate) who: Actor,
}

pub(crate) const NOT_FOUND: DirectoryError = DirectoryError::NotFound { what: "change of addresses" };

/// What the log of changes tells of one.
pub(crate) fn facts(one: &Renumbering) -> Facts {
    let endpoints: Vec<String> = one.endpoints.iter().map(ToString::to_string).collect();
    Facts::new()
        .with("stage", one.stage.as_str())
        .with("date", one.switches_at.rfc3339())
        .with("overlap until", one.ends_at.rfc3339())
        .with("reminder", one.reminds_at.rfc3339())
        .with("time to live", one.lowered_ttl)
        .with("endpoints", endpoints.join("; "))
}

fn invalid(field: &'static str, reason: impl Into<String>, rule: &'static str) -> zones::ZoneError {
    DirectoryError::invalid(field, reason.into(), rule).into()
}

impl Administration {
    pub(crate) fn new(renumberings: Renumberings, scope: Scope, who: Actor) -> Administration {
        Administration { renumberings, scope, who }
    }

    fn operator_only(&self) -> Result<()> {
        match self.scope {
            Scope::Operator(_) => Ok(()),
            Scope::Tenant(_) | Scope::Domain { .. } => Err(NOT_FOUND.into()),
        }
    }

    /// Announcements are the whole organisation's: within one domain they are not found.
    fn reaches(&self, organisation: OrganisationId) -> Result<()> {
        match self.scope {
            Scope::Operator(_) => Ok(()),
            Scope::Tenant(own) if own == organisation => Ok(()),
            Scope::Tenant(_) | Scope::Domain { .. } => Err(NOT_FOUND.into()),
        }
    }

    fn change(&self, action: &str, what: &str) -> (Timestamp, Change) {
        let world = &self.renumberings.parts.world;
        let at = world.clock.now();
        (at, Change::new(at, world.new_id(), None, self.who.clone(), action, what.to_owned()))
    }

    async fn write<T: Send + 'static>(
        &self,
        write: impl FnMut(&mut Tx) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        self.renumberings.parts.db.operator("a change of addresses").write(write).await
    }

    async fn read<T: Send + 'static>(
        &self,
        read: impl FnOnce(&mut Tx) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        self.renumberings.parts.db.operator("changes of addresses").read(read).await
    }

    /// All changes, the newest first (operator only).
    pub async fn list(&self) -> Result<Vec<Renumbering>> {
        self.operator_only()?;
        self.read(|tx| Ok(rows::all(tx)?)).await
    }

    /// One of them (operator only).
    pub async fn renumbering(&self, id: RenumberingId) -> Result<Renumbering> {
        self.operator_only()?;
        self.read(move |tx| Ok(rows::one(tx, id)?.ok_or(NOT_FOUND)?)).await
    }

    /// Declares a change (operator only): from now on its steps are done when their time has come.
    pub async fn declare(&self, new: NewRenumbering) -> Result<Renumbering> {
        self.operator_only()?;
        let parts = &self.renumberings.parts;
        let name = new.name.trim().to_owned();
        let (at, _) = self.change("", "");
        check(&name, &new, at)?;
        let overlap = new.overlap.unwrap_or(OVERLAP);
        let one = Renumbering {
            id: RenumberingId(parts.world.new_id()),
            name,
            stage: Stage::Declared,
            switches_at: new.switches_at,
            ends_at: new.switches_at.plus(overlap),
            reminds_at: new.switches_at.minus(new.reminded_before.unwrap_or(REMINDED_BEFORE)),
            lowered_ttl: new.lowered_ttl.unwrap_or(LOWERED_TTL_SECONDS),
            endpoints: new.endpoints,
            declared_by: self.who.who.clone(),
            declared_at: at,
            announced_at: None,
            prepared_at: None,
            switched_at: None,
            ended_at: None,
        };
        let (_, change) = self.change("declare change of addresses", &one.name);
        self.write(move |tx| {
            let open = rows::open(tx)?;
            if open.len() >= OPEN_LIMIT {
                return Err(invalid(
                    "name",
                    format!("{} changes are under way", open.len()),
                    "at most ten changes of addresses are under way at once",
                ));
            }
            let hosts = || one.endpoints.iter().map(|endpoint| &endpoint.host);
            let twice = open.iter().find_map(|other| {
                hosts().find(|host| other.endpoints.iter().any(|known| known.host == **host))
            });
            if let Some(host) = twice {
                return Err(DirectoryError::Conflict {
                    field: "endpoints",
                    value: host.to_string(),
                    rule: "a host name moves in one change of addresses at a time",
                }
                .into());
            }
            rows::insert(tx, &one)?;
            trail::audit(tx, &change.clone().with(Facts::new(), facts(&one)))?;
            Ok(one.clone())
        })
        .await
    }

    /// What names an old address, and whom that concerns (operator only). Asks the DNS about mail domains elsewhere.
    pub async fn report(&self, id: RenumberingId) -> Result<Report> {
        let one = self.renumbering(id).await?;
        self.renumberings.report(&one).await
    }

    /// The letters that [`Administration::announce`] would write (operator only), by the name of the organisation.
    pub async fn preview(&self, id: RenumberingId) -> Result<Vec<(Customer, Letter)>> {
        let one = self.renumbering(id).await?;
        let report = self.renumberings.report(&one).await?;
        let at = self.renumberings.parts.world.clock.now();
        let letter = |customer: &Customer| {
            self.renumberings.letter_of(0, NoticeKind::Announcement, &one, customer, &report, at)
        };
        Ok(report.customers.iter().map(|customer| (customer.clone(), letter(customer))).collect())
    }

    /// Writes to every customer whom a change concerns, once (operator only); gives how many letters there are.
    pub async fn announce(&self, id: RenumberingId) -> Result<usize> {
        let one = self.renumbering(id).await?;
        let report = self.renumberings.report(&one).await?;
        let (at, change) = self.change("announce change of addresses", &one.name);
        let world = self.renumberings.parts.world.clone();
        self.write(move |tx| {
            let one = rows::one(tx, id)?.ok_or(NOT_FOUND)?;
            if !matches!(one.stage, Stage::Declared | Stage::Prepared) {
                return Err(not_before_the_date(&one));
            }
            if !rows::announce(tx, id, at)? {
                return Err(invalid(
                    "change of addresses",
                    "the letters are written already",
                    "a change of addresses is announced once",
                ));
            }
            for customer in &report.customers {
                rows::add_customer(tx, id, customer.organisation, &customer.modes)?;
                let letter = (customer.organisation, NoticeKind::Announcement, at);
                rows::add_notice(tx, world.new_id(), id, letter)?;
            }
            let told = Facts::new().with("letters", report.customers.len());
            trail::audit(tx, &change.clone().with(Facts::new(), told))?;
            Ok(report.customers.len())
        })
        .await
    }

    /// Whom an announced change concerns, what they have said, and which letters went (operator only).
    pub async fn customers(&self, id: RenumberingId) -> Result<Vec<Customer>> {
        let one = self.renumbering(id).await?;
        match one.announced_at {
            None => Ok(Vec::new()),
            Some(_) => self.renumberings.announced_customers(id).await,
        }
    }

    /// Takes a change back before its date (operator only): what was prepared is as before, and whoever was written to
    /// hears of it.
    pub async fn cancel(&self, id: RenumberingId) -> Result<Renumbering> {
        let one = self.renumbering(id).await?;
        self.renumberings.cancel(&one, self.who.clone()).await?;
        self.renumbering(id).await
    }

    /// The announcements that an organisation has not answered, the newest first.
    pub async fn unanswered_by(&self, organisation: OrganisationId) -> Result<Vec<Renumbering>> {
        self.reaches(organisation)?;
        self.renumberings.unanswered_by(organisation).await
    }

    /// The changes that were announced to an organisation, the newest first, as long as they are under way or cancelled
    /// before their date.
    pub async fn announced_to(&self, organisation: OrganisationId) -> Result<Vec<Announced>> {
        self.reaches(organisation)?;
        self.renumberings.announced_to(organisation).await
    }

    /// Notes what an organisation says to an announcement; it may say another thing later.
    pub async fn answer(
        &self,
        id: RenumberingId,
        organisation: OrganisationId,
        answer: Answer,
    ) -> Result<()> {
        self.reaches(organisation)?;
        let (at, change) = self.change("answer change of addresses", "");
        let who = self.who.who.clone();
        self.write(move |tx| {
            let one = rows::one(tx, id)?.ok_or(NOT_FOUND)?;
            let customers = rows::customers(tx, id)?;
            let known = customers.into_iter().find(|row| row.organisation == organisation);
            let before = known.ok_or(NOT_FOUND)?.answer;
            if !one.is_open() {
                return Err(invalid(
                    "change of addresses",
                    format!("it is {}", one.stage.as_str()),
                    "an announcement is answered as long as the change of addresses is under way",
                ));
            }
            rows::set_answer(tx, id, organisation, (answer, &who, at))?;
            let told = |answer: Option<Answer>| Facts::new().with_some("answer", answer.map(Answer::as_str));
            let mut change = change.clone().with(told(before), told(Some(answer)));
            change.organisation = Some(organisation);
            change.what.clone_from(&one.name);
            Ok(trail::audit(tx, &change)?)
        })
        .await
    }
}

pub(crate) fn not_before_the_date(one: &Renumbering) -> zones::ZoneError {
    invalid(
        "change of addresses",
        format!("it is {}", one.stage.as_str()),
        "a change of addresses is announced and cancelled before its date",
    )
}

fn check(name: &str, new: &NewRenumbering, now: Timestamp) -> Result<()> {
    let length = name.chars().count();
    if !(1..=NAME_LIMIT_CHARACTERS).contains(&length) || name.chars().any(char::is_control) {
        return Err(invalid(
            "name",
            format!("it has {length} characters"),
            "a change of addresses has a name of 1 to 100 characters in one line",
        ));
    }
    if new.endpoints.is_empty() || new.endpoints.len() > ENDPOINT_LIMIT {
        return Err(invalid(
            "endpoints",
            format!("there are {}", new.endpoints.len()),
            "a change of addresses has 1 to 32 endpoints",
        ));
    }
    if new.switches_at <= now {
        return Err(invalid("date", "it is over", "a change of addresses is declared before its date"));
    }
    let overlap = new.overlap.unwrap_or(OVERLAP);
    if overlap > OVERLAP_LIMIT {
        return Err(invalid(
            "overlap",
            format!("{} days", overlap.as_secs() / 86_400),
            "both addresses are accepted for at most 366 days",
        ));
    }
    let ttl = new.lowered_ttl.unwrap_or(LOWERED_TTL_SECONDS);
    if !(TTL_MINIMUM_SECONDS..=TTL_LIMIT_SECONDS).contains(&ttl) {
        return Err(invalid(
            "ttl",
            format!("{ttl} seconds"),
            "the time to live before the date is 60 to 3600 seconds",
        ));
    }
    Ok(())
}
