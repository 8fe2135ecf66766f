//! Many addresses from one list: shown first, each bad line with what is wrong with it; made once somebody said so.
//!
//! ```text
//! shown ── confirmed: all or nothing │ only the good ones ──► running ──► done
//!   └ discarded, or forgotten after a day                        └─────► failed (all or nothing, and a line went bad)
//! ```
//!
//! While it runs, the passwords are hashed, a few lines in a transaction, which takes the time; then every address is
//! made in one transaction. So a crash loses nothing and makes nothing twice, on whichever node it goes on. Passwords
//! stand in the rows as they are until they are hashed; made ones until they were fetched once, a day at most.

mod list;
mod rows;

use std::collections::HashSet;

use db::Seek;
use model::{AccountId, Address, AddressId, CredentialId, DomainId, Localpart, OrganisationId, Timestamp};
use zeroize::Zeroizing;

use crate::administration::{checked_display_name, checked_note, found};
use crate::error::DirectoryError;
use crate::login::check_chosen;
use crate::rows::localpart_key;
use crate::{AddressCreation, Administration, Directory, NewKind, Purpose, Scope, limits};

pub use list::{quota_of, text_of};

type Result<T> = std::result::Result<T, DirectoryError>;

/// How far a list has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum JobState {
    /// It waits for somebody to confirm it.
    Shown,
    /// The addresses are being made.
    Running,
    /// They are made.
    Done,
    /// Nothing was made.
    Failed,
}

impl JobState {
    /// The word of the column, of commands and of the API.
    pub fn as_str(self) -> &'static str {
        match self {
            JobState::Shown => "shown",
            JobState::Running => "running",
            JobState::Done => "done",
            JobState::Failed => "failed",
        }
    }

    fn of(text: &str) -> JobState {
        match text {
            "running" => JobState::Running,
            "done" => JobState::Done,
            "failed" => JobState::Failed,
            _ => JobState::Shown,
        }
    }
}

/// What to do about bad lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Choice {
    /// Make all addresses, or none.
    All,
    /// Leave the bad ones out.
    Good,
}

impl Choice {
    fn as_str(self) -> &'static str {
        match self {
            Choice::All => "all",
            Choice::Good => "good",
        }
    }
}

/// A list of new addresses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AddressJob {
    /// Its identifier.
    pub id: i64,
    /// The owner.
    pub organisation: OrganisationId,
    /// The domain of its addresses.
    pub domain: DomainId,
    /// What it is called.
    pub domain_name: String,
    /// How far it has come.
    pub state: JobState,
    /// Who gave it.
    pub created_by: String,
    /// When.
    pub created_at: Timestamp,
    /// When it was done with.
    pub ended_at: Option<Timestamp>,
    /// How many lines it has.
    pub lines: u64,
    /// How many of them are bad.
    pub bad: u64,
    /// How many are ready to be made: their passwords are hashed.
    pub ready: u64,
    /// How many addresses are made.
    pub made: u64,
    /// How many made passwords can be fetched.
    pub passwords: u64,
}

impl AddressJob {
    fn facts(&self) -> trail::Facts {
        trail::Facts::new().with("lines", self.lines).with("bad lines", self.bad)
    }
}

/// What is wrong with a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Fault {
    /// The first cell is no local part, or of another domain.
    LocalPart,
    /// There is such an address.
    Taken,
    /// There was such an address, and it can be restored.
    Restorable,
    /// Another line has the same.
    Twice,
    /// Too short, too long, or it cannot be typed.
    Password,
    /// Too long.
    Name,
    /// No number with a unit.
    Quota,
    /// Longer than 80 characters.
    Note,
    /// It has more cells than a line has.
    Cells,
}

impl Fault {
    /// All.
    pub const ALL: [Fault; 9] = [
        Fault::LocalPart,
        Fault::Taken,
        Fault::Restorable,
        Fault::Twice,
        Fault::Password,
        Fault::Name,
        Fault::Quota,
        Fault::Note,
        Fault::Cells,
    ];

    /// The word of the column and of the API.
    pub fn as_str(self) -> &'static str {
        match self {
            Fault::LocalPart => "local-part",
            Fault::Taken => "taken",
            Fault::Restorable => "restorable",
            Fault::Twice => "twice",
            Fault::Password => "password",
            Fault::Name => "name",
            Fault::Quota => "quota",
            Fault::Note => "note",
            Fault::Cells => "cells",
        }
    }

    /// The column that it concerns.
    pub fn field(self) -> &'static str {
        match self {
            Fault::LocalPart | Fault::Taken | Fault::Restorable | Fault::Twice => "local-part",
            Fault::Password => "password",
            Fault::Name => "name",
            Fault::Quota => "quota",
            Fault::Note => "note",
            Fault::Cells => "line",
        }
    }

    /// What is wrong, in a sentence.
    pub fn reason(self) -> &'static str {
        match self {
            Fault::LocalPart => "it is no local part of this domain",
            Fault::Taken => "the address exists",
            Fault::Restorable => "a deleted address has the name, and can be restored",
            Fault::Twice => "another line has the same address",
            Fault::Password => "a password has 10 characters at least, and none that cannot be typed",
            Fault::Name => "a name has at most 200 characters, on one line",
            Fault::Quota => "a quota is a number with a unit, such as 5 GB",
            Fault::Note => "a note has at most 80 characters, on one line",
            Fault::Cells => "a line has local part, password, name, quota and note, and no more",
        }
    }

    fn of(text: &str) -> Option<Fault> {
        Fault::ALL.into_iter().find(|fault| fault.as_str() == text)
    }
}

/// A line of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JobLine {
    /// Where it stands in the list, from 1.
    pub number: u32,
    /// The local part.
    pub localpart: String,
    /// What stands before the address in letters.
    pub display_name: String,
    /// A quota of its own.
    pub quota_bytes: Option<u64>,
    /// A note.
    pub note: String,
    /// Whether it has a password, given or to be made.
    pub has_password: bool,
    /// What is wrong with it, and the value that is.
    pub fault: Option<(Fault, String)>,
    /// The address that was made of it.
    pub address: Option<AddressId>,
}

/// A new list.
#[derive(Clone, Debug)]
pub struct NewAddressJob {
    /// The domain of its addresses.
    pub domain: DomainId,
    /// Lines of local part, password, name, quota, note; all but the first may be missing.
    pub text: String,
    /// Whether a password is made for each line that has none.
    pub makes_passwords: bool,
}

/// A line as it is written down.
struct Checked {
    line: JobLine,
    secret: Option<Zeroizing<String>>,
}

fn check_line(line: &list::Line, domain: &str, seen: &mut HashSet<String>) -> Checked {
    let cell = |index: usize| line.cells.get(index).map_or("", String::as_str);
    let local = cell(0);
    let (local, foreign) = match local.rsplit_once('@') {
        Some((local, named)) => (local, !named.eq_ignore_ascii_case(domain)),
        None => (local, false),
    };
    let parsed = Localpart::parse(local).ok().filter(|_| !foreign);
    let password = cell(1);
    let quota = cell(3);
    let fault = match &parsed {
        None => Some((Fault::LocalPart, cell(0))),
        Some(parsed) if !seen.insert(localpart_key(parsed)) => Some((Fault::Twice, local)),
        // What a password is stays out of the list of what is wrong.
        Some(_) if !password.is_empty() && check_chosen(password).is_err() => Some((Fault::Password, "")),
        Some(_) if checked_display_name(cell(2)).is_err() => Some((Fault::Name, cell(2))),
        Some(_) if !quota.is_empty() && quota_of(quota).is_none() => Some((Fault::Quota, quota)),
        Some(_) if checked_note(cell(4)).is_err() => Some((Fault::Note, cell(4))),
        Some(_) if line.cells.iter().skip(5).any(|cell| !cell.is_empty()) => Some((Fault::Cells, cell(5))),
        Some(_) => None,
    };
    let short = |text: &str| -> String { text.chars().take(limits::NAME_LIMIT_CHARACTERS).collect() };
    let is_good = fault.is_none();
    Checked {
        line: JobLine {
            number: line.number,
            localpart: short(local),
            display_name: short(cell(2)),
            quota_bytes: quota_of(quota),
            note: short(cell(4)),
            has_password: !password.is_empty(),
            fault: fault.map(|(fault, value)| (fault, short(value))),
            address: None,
        },
        secret: (is_good && !password.is_empty()).then(|| Zeroizing::new(password.to_owned())),
    }
}

impl Administration {
    /// Reads a list and shows what would come of it; nothing is made.
    pub async fn show_addresses(&self, new: NewAddressJob) -> Result<AddressJob> {
        let invalid = |reason: String| DirectoryError::Invalid {
            field: "lines",
            reason,
            rule: "a list has 1 to 5000 lines and at most a megabyte",
        };
        if new.text.len() > limits::JOB_OCTETS_LIMIT {
            return Err(invalid(format!("it has {} octets", new.text.len())));
        }
        let lines = list::lines(&new.text);
        if lines.is_empty() || lines.len() > limits::JOB_LINES_LIMIT {
            return Err(invalid(format!("it has {} lines", lines.len())));
        }
        let (id, at, who) = (self.new_id(), self.now(), self.who().to_owned());
        self.act_limited("show addresses", String::new(), move |tx| {
            let domain = crate::administration::domain_within(tx, new.domain)?;
            let name = domain.name.as_str().to_owned();
            let mut seen = HashSet::new();
            let mut all: Vec<Checked> = lines.iter().map(|line| check_line(line, &name, &mut seen)).collect();
            for one in all.iter_mut().filter(|one| one.line.fault.is_none()) {
                let Ok(local) = Localpart::parse(&one.line.localpart) else { continue };
                let taken = crate::administration::name_state(tx, &domain, &localpart_key(&local))?;
                one.line.fault = taken.map(|fault| (fault, one.line.localpart.clone()));
            }
            rows::make_room(tx, domain.organisation, limits::JOBS_SHOWN_LIMIT)?;
            rows::insert(tx, id, &domain, new.makes_passwords, &who, at)?;
            for one in &all {
                let secret = one.secret.as_ref().filter(|_| one.line.fault.is_none());
                rows::insert_line(
                    tx,
                    id,
                    domain.organisation,
                    &one.line,
                    secret.map(|secret| secret.as_str()),
                )?;
            }
            let shown = found("list", rows::job(tx, id)?)?;
            trail::tell(tx, trail::Told::of_thing(&shown.domain_name).after(shown.facts()));
            Ok((Some(domain.organisation), shown))
        })
        .await
    }

    /// The lists, the newest last, a page at a time.
    pub async fn page_of_address_jobs(&self, seek: Seek) -> Result<db::Page<AddressJob>> {
        self.read_limited(move |tx| Ok(rows::page_of_jobs(tx, &seek)?)).await
    }

    /// A list.
    pub async fn address_job(&self, id: i64) -> Result<AddressJob> {
        self.read_limited(move |tx| found("list", rows::job(tx, id)?)).await
    }

    /// The lines of a list from a number on; only the bad ones, or all.
    pub async fn address_job_lines(
        &self,
        id: i64,
        only_bad: bool,
        after: u32,
        limit: usize,
    ) -> Result<Vec<JobLine>> {
        self.read_limited(move |tx| {
            let job = found("list", rows::job(tx, id)?)?;
            Ok(rows::lines(tx, id, job.organisation, only_bad, after, limit)?)
        })
        .await
    }

    /// Makes the addresses of a list. The same call once more does nothing more.
    pub async fn confirm_addresses(&self, id: i64, choice: Choice) -> Result<AddressJob> {
        let at = self.now();
        self.act_limited("create addresses", String::new(), move |tx| {
            let job = found("list", rows::job(tx, id)?)?;
            let after = job.facts().with("choice", choice.as_str());
            trail::tell(tx, trail::Told::of_thing(&job.domain_name).after(after));
            if job.state != JobState::Shown {
                return Ok((Some(job.organisation), job));
            }
            let refused = |reason: String, rule| DirectoryError::Invalid { field: "choice", reason, rule };
            if choice == Choice::All && job.bad > 0 {
                return Err(refused(
                    format!("{} of {} lines are bad", job.bad, job.lines),
                    "all are made only if all are good",
                ));
            }
            if job.bad == job.lines {
                return Err(refused("no line is good".to_owned(), "a good line is needed"));
            }
            rows::confirm(tx, id, job.organisation, choice.as_str(), at)?;
            Ok((Some(job.organisation), found("list", rows::job(tx, id)?)?))
        })
        .await
    }

    /// Forgets a list that was not confirmed, with its passwords.
    pub async fn discard_addresses(&self, id: i64) -> Result<()> {
        self.act_limited("discard list of addresses", String::new(), move |tx| {
            let job = found("list", rows::job(tx, id)?)?;
            trail::tell(tx, trail::Told::of_thing(&job.domain_name).before(job.facts()));
            if job.state == JobState::Running {
                return Err(DirectoryError::Invalid {
                    field: "list",
                    reason: "its addresses are being made".to_owned(),
                    rule: "a list is discarded before it is confirmed, or after it ended",
                });
            }
            rows::delete(tx, id, job.organisation)?;
            Ok((Some(job.organisation), ()))
        })
        .await
    }

    /// The passwords that were made, by address: this once, afterwards nobody can read them.
    pub async fn fetch_made_passwords(&self, id: i64) -> Result<Vec<(Address, Zeroizing<String>)>> {
        self.act_limited("fetch made passwords", String::new(), move |tx| {
            let job = found("list", rows::job(tx, id)?)?;
            if job.state != JobState::Done {
                return Err(DirectoryError::NotFound { what: "made passwords" });
            }
            let made = rows::take_made(tx, id, job.organisation)?;
            let mut all = Vec::new();
            for (local, secret) in made {
                let address = crate::rows::address_of(&local, &job.domain_name)?;
                all.push((address, Zeroizing::new(secret)));
            }
            let after = trail::Facts::new().with("passwords", all.len());
            trail::tell(tx, trail::Told::of_thing(&job.domain_name).after(after));
            Ok((Some(job.organisation), all))
        })
        .await
    }
}

impl Directory {
    /// Goes on with the lists that are confirmed, until all are done.
    pub async fn go_on_with_jobs(&self) -> Result<()> {
        let operator = self.administration(
            Scope::Operator("make the addresses of confirmed lists"),
            trail::Actor::program("relais"),
        );
        for job in operator.read(|tx| Ok(rows::running(tx)?)).await? {
            if let Err(error) = self.run(&operator, job).await {
                // The next list is none the worse for it.
                tracing::warn!(job, error = %model::Chain(&error), "cannot go on with a list of addresses now");
            }
        }
        Ok(())
    }

    async fn run(&self, operator: &Administration, id: i64) -> Result<()> {
        loop {
            let lines =
                operator.read(move |tx| Ok(rows::unhashed(tx, id, limits::JOB_LINES_AT_ONCE)?)).await?;
            if lines.is_empty() {
                break;
            }
            for line in lines {
                let (given, is_made) = match line.secret {
                    Some(secret) => (Some(Zeroizing::new(secret)), false),
                    None if line.makes_password => (Some(self.random_password()), true),
                    None => (None, false),
                };
                let mut salt = [0; limits::SCRAM_SALT_OCTETS];
                self.world.random.fill(&mut salt);
                let hash = match &given {
                    Some(password) => {
                        let salt = salt.to_vec();
                        Some(operator.hash(&check_chosen(password)?, salt, limits::SCRAM_ITERATIONS).await?)
                    }
                    None => None,
                };
                let made = given.filter(|_| is_made);
                let number = line.number;
                operator
                    .write(move |tx| {
                        let made = made.as_ref().map(|made| made.as_str());
                        Ok(rows::hashed(tx, id, number, &salt, hash.as_ref(), made)?)
                    })
                    .await?;
            }
        }
        self.make(operator, id).await
    }

    /// Every address of a list in one transaction.
    async fn make(&self, operator: &Administration, id: i64) -> Result<()> {
        let (at, world) = (self.now(), self.world.clone());
        operator
            .write(move |tx| {
                let Some((job, choice, who)) = rows::confirmed(tx, id)? else { return Ok(()) };
                let domain = match crate::administration::domain_within(tx, job.domain) {
                    Ok(domain) => domain,
                    Err(DirectoryError::NotFound { .. }) => return Ok(rows::end(tx, id, "failed", at)?),
                    Err(error) => return Err(error),
                };
                let lines = rows::good(tx, id)?;
                let mut ready = Vec::new();
                for line in lines {
                    let address = crate::rows::address_of(&line.localpart, &job.domain_name)?;
                    let key = localpart_key(address.localpart());
                    match crate::administration::name_state(tx, &domain, &key)? {
                        Some(fault) => rows::spoil(tx, id, line.number, fault, &line.localpart)?,
                        None => ready.push((line, address)),
                    }
                }
                if choice == "all" && rows::count_bad(tx, id)? > 0 {
                    return Ok(rows::end(tx, id, "failed", at)?);
                }
                for (line, address) in ready {
                    let new = AddressCreation {
                        address: address.clone(),
                        kind: NewKind::Mailbox { purpose: Purpose::Personal, quota_bytes: line.quota_bytes },
                        display_name: line.display_name,
                        note: line.note,
                    };
                    let (address_id, account) = (AddressId(world.new_id()), AccountId(world.new_id()));
                    let ids = (address_id, account);
                    crate::administration::insert_address(tx, &domain, &new, ids, &line.salt, at)?;
                    if let Some(hash) = &line.hash {
                        let credential = CredentialId(world.new_id());
                        crate::administration::insert_chosen(
                            tx,
                            credential,
                            account,
                            job.organisation,
                            hash,
                            at,
                        )?;
                    }
                    rows::made(tx, id, line.number, address_id)?;
                    let change = trail::Change::new(
                        at,
                        world.new_id(),
                        Some(job.organisation),
                        trail::Actor::program("relais").on_behalf_of(who.clone()),
                        "create address",
                        address.to_string(),
                    );
                    let made = crate::administration::address_within(tx, address_id)?;
                    let after = made.map(|made| crate::administration::facts::of_address(&made));
                    trail::audit(tx, &change.with(trail::Facts::new(), after.unwrap_or_default()))?;
                }
                Ok(rows::end(tx, id, "done", at)?)
            })
            .await
    }

    /// Forgets passwords that nobody fetched in time, lists that nobody confirmed, and old ones.
    pub async fn forget_old_jobs(&self) -> Result<()> {
        let now = self.now();
        let (secrets, kept) = (now.minus(limits::JOB_SECRETS_FOR), now.minus(limits::JOB_KEPT_FOR));
        let operator = self.db.operator("forget lists of new addresses");
        Ok(operator.write(move |tx| rows::forget(tx, secrets, kept)).await?)
    }
}
