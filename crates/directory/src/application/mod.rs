//! Application accounts: business software (payroll and the like) sends with one, by SMTP with AUTH or by SOAP, in the
//! name of an organisation. It has one password, and may name only the senders that it was given. It reads nothing, but
//! for the secure letters to addresses that it was given to read for.

mod login;
mod reading;
pub(crate) mod rows;
mod sender;

use db::{Page, Seek, Tx};
use model::{Address, OrganisationId, Timestamp};
use zeroize::Zeroizing;

use crate::administration::found;
use crate::error::DirectoryError;
use crate::login::device_password;
use crate::{Administration, Directory, Scope, limits};

pub(crate) use login::parse as parse_login;
pub use sender::{AllowedSender, NotASender};

/// Which application account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ApplicationId(pub i64);

impl std::fmt::Display for ApplicationId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.0)
    }
}

/// An application account, without its password.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApplicationInfo {
    /// Which one.
    pub id: ApplicationId,
    /// In whose name it sends.
    pub organisation: OrganisationId,
    /// What its administrators call it.
    pub name: String,
    /// What it signs in with: `payroll@application.4711`.
    pub login: String,
    /// Whom it may name as the sender.
    pub senders: Vec<AllowedSender>,
    /// The addresses whose secure letters it reads: none of a person, who reads with a token of the own.
    pub reads: Vec<Address>,
    /// To how many recipients it may write within an hour of the clock, a letter to three of them counted three times.
    pub hourly_limit: u32,
    /// Octets of one letter.
    pub size_limit_bytes: u64,
    /// Whether it can sign in.
    pub is_disabled: bool,
    /// Counts up with each new password.
    pub version: i64,
    /// Who made it.
    pub created_by: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it last signed in, to the hour.
    pub last_used_at: Option<Timestamp>,
    /// From where.
    pub last_source: Option<String>,
    /// When it last signed in by SMTP, to the hour.
    pub smtp_used_at: Option<Timestamp>,
    /// When it last signed in by SOAP, to the hour.
    pub soap_used_at: Option<Timestamp>,
}

/// A new application account.
#[derive(Clone, Debug)]
pub struct NewApplication {
    /// In whose name it sends.
    pub organisation: OrganisationId,
    /// What it is called: small letters, digits, and `. - _` between them; 1 to 40.
    pub name: String,
    /// Whom it may name as the sender: addresses and domains of the organisation.
    pub senders: Vec<AllowedSender>,
    /// The addresses whose secure letters it reads: of the organisation's domains, and nobody's login.
    pub reads: Vec<Address>,
    /// To how many recipients within an hour; `None` is [`limits::APPLICATION_HOURLY_LIMIT`].
    pub hourly_limit: Option<u32>,
    /// Octets of one letter; `None` is [`limits::APPLICATION_SIZE_LIMIT_BYTES`].
    pub size_limit_bytes: Option<u64>,
}

/// What changes of an application account; what is `None` stays.
#[derive(Clone, Debug, Default)]
pub struct ApplicationChange {
    /// Whom it may name as the sender.
    pub senders: Option<Vec<AllowedSender>>,
    /// The addresses whose secure letters it reads.
    pub reads: Option<Vec<Address>>,
    /// To how many recipients within an hour.
    pub hourly_limit: Option<u32>,
    /// Octets of one letter.
    pub size_limit_bytes: Option<u64>,
    /// Whether it can sign in.
    pub is_disabled: Option<bool>,
}

/// An application account with its password; the only moment at which that can be read.
#[derive(Clone)]
pub struct CreatedApplication {
    /// Everything but the password.
    pub info: ApplicationInfo,
    /// The password.
    pub password: Zeroizing<String>,
}

/// Which application signed in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedInApplication {
    /// Which one.
    pub id: ApplicationId,
    /// In whose name it sends.
    pub organisation: OrganisationId,
    /// What it is called.
    pub name: String,
    /// Its login.
    pub login: String,
    /// With which of its passwords, one after the other.
    pub version: i64,
}

/// Whether an application may write to so many recipients more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Counted {
    /// It may, and they are counted.
    Within,
    /// Not within this hour.
    Full,
    /// Never: more than its limit in one letter.
    TooMany,
    /// It can no longer sign in.
    Gone,
}

const HOUR_MILLISECONDS: i64 = 60 * 60 * 1000;

impl Administration {
    /// Makes an application account. The result is the only place where its password can be read.
    pub async fn create_application(
        &self,
        new: NewApplication,
    ) -> Result<CreatedApplication, DirectoryError> {
        let organisation = new.organisation;
        match self.scope() {
            Scope::Tenant(own) if own != organisation => {
                return Err(DirectoryError::NotFound { what: "organisation" });
            }
            Scope::Tenant(_) | Scope::Operator(_) => {}
            Scope::Domain { .. } => return Err(DirectoryError::NotFound { what: "application account" }),
        }
        let name = new.name.trim().to_lowercase();
        if !login::is_name(&name) {
            return Err(DirectoryError::invalid(
                "name",
                "it holds something else, or is too long",
                "an application's name has 1 to 40 small letters and digits, with . - _ between them",
            ));
        }
        let (selector, password) = device_password(&self.directory().world);
        let argon2 = self.argon2(&password).await?;
        let info = ApplicationInfo {
            id: ApplicationId(self.new_id()),
            organisation,
            login: login::login_of(&name, organisation),
            name,
            senders: checked_senders(new.senders)?,
            reads: reading::checked(new.reads)?,
            hourly_limit: checked_hourly(new.hourly_limit.unwrap_or(limits::APPLICATION_HOURLY_LIMIT))?,
            size_limit_bytes: checked_size(
                new.size_limit_bytes.unwrap_or(limits::APPLICATION_SIZE_LIMIT_BYTES),
            )?,
            is_disabled: false,
            version: 1,
            created_by: self.who().to_owned(),
            created_at: self.now(),
            last_used_at: None,
            last_source: None,
            smtp_used_at: None,
            soap_used_at: None,
        };
        let info = self
            .act("create application account", info.name.clone(), move |tx| {
                if !crate::rows::is_active(tx, organisation)? {
                    return Err(DirectoryError::NotFound { what: "organisation" });
                }
                let others = rows::names(tx, organisation)?;
                if others.contains(&info.name) {
                    return Err(DirectoryError::Conflict {
                        field: "name",
                        value: info.name.clone(),
                        rule: "an organisation has one application account of a name",
                    });
                }
                if others.len() >= limits::APPLICATIONS_PER_ORGANISATION_LIMIT {
                    return Err(DirectoryError::invalid(
                        "organisation",
                        format!("it has {} application accounts", others.len()),
                        "an organisation has at most 100 application accounts",
                    ));
                }
                check_own(tx, organisation, &info.senders)?;
                reading::check_own(tx, organisation, &info.reads)?;
                rows::insert(tx, &info, &selector, &argon2)?;
                trail::tell(tx, trail::Told::of_thing(&info.name).after(facts(&info)));
                Ok((Some(organisation), found("application account", rows::one(tx, info.id)?)?))
            })
            .await?;
        Ok(CreatedApplication { info, password })
    }

    /// The application accounts within the scope, a page at a time, oldest first.
    pub async fn applications(&self, seek: Seek) -> Result<Page<ApplicationInfo>, DirectoryError> {
        self.read(move |tx| Ok(rows::page(tx, &seek)?)).await
    }

    /// An application account.
    pub async fn application(&self, id: ApplicationId) -> Result<ApplicationInfo, DirectoryError> {
        self.read(move |tx| found("application account", rows::one(tx, id)?)).await
    }

    /// Changes an application account, at once.
    pub async fn change_application(
        &self,
        id: ApplicationId,
        change: ApplicationChange,
    ) -> Result<ApplicationInfo, DirectoryError> {
        let senders = change.senders.map(checked_senders).transpose()?;
        let reads = change.reads.map(reading::checked).transpose()?;
        let hourly_limit = change.hourly_limit.map(checked_hourly).transpose()?;
        let size_limit_bytes = change.size_limit_bytes.map(checked_size).transpose()?;
        self.act("change application account", String::new(), move |tx| {
            let before = found("application account", rows::one(tx, id)?)?;
            if let Some(senders) = &senders {
                check_own(tx, before.organisation, senders)?;
            }
            if let Some(reads) = &reads {
                reading::check_own(tx, before.organisation, reads)?;
            }
            let after = ApplicationInfo {
                senders: senders.clone().unwrap_or_else(|| before.senders.clone()),
                reads: reads.clone().unwrap_or_else(|| before.reads.clone()),
                hourly_limit: hourly_limit.unwrap_or(before.hourly_limit),
                size_limit_bytes: size_limit_bytes.unwrap_or(before.size_limit_bytes),
                is_disabled: change.is_disabled.unwrap_or(before.is_disabled),
                ..before.clone()
            };
            rows::change(tx, &after)?;
            let told = trail::Told::of_thing(&before.name).before(facts(&before)).after(facts(&after));
            trail::tell(tx, told);
            Ok((Some(before.organisation), after))
        })
        .await
    }

    /// Gives an application another password; the former one opens nothing from now on.
    pub async fn renew_application_password(
        &self,
        id: ApplicationId,
    ) -> Result<CreatedApplication, DirectoryError> {
        let (selector, password) = device_password(&self.directory().world);
        let argon2 = self.argon2(&password).await?;
        let info = self
            .act("renew application password", String::new(), move |tx| {
                let before = found("application account", rows::one(tx, id)?)?;
                rows::renew(tx, &before, &selector, &argon2)?;
                trail::tell(tx, trail::Told::of_thing(&before.name));
                Ok((Some(before.organisation), found("application account", rows::one(tx, id)?)?))
            })
            .await?;
        Ok(CreatedApplication { info, password })
    }

    /// Deletes an application account, at once; its name may be used again.
    pub async fn delete_application(&self, id: ApplicationId) -> Result<(), DirectoryError> {
        self.act("delete application account", String::new(), move |tx| {
            let before = found("application account", rows::one(tx, id)?)?;
            rows::delete(tx, before.organisation, id)?;
            trail::tell(tx, trail::Told::of_thing(&before.name).before(facts(&before)));
            Ok((Some(before.organisation), ()))
        })
        .await
    }

    async fn argon2(&self, password: &Zeroizing<String>) -> Result<String, DirectoryError> {
        // SCRAM is not offered to applications; what belongs to it is made of nothing and dropped.
        Ok(self.hash(password, Vec::new(), 1).await?.argon2)
    }
}

impl Directory {
    /// The account of an application that signed in, as it is now; `None` if it was disabled, deleted or given another
    /// password since, or its organisation is not in use.
    pub async fn signed_in_application(
        &self,
        application: &SignedInApplication,
    ) -> Result<Option<ApplicationInfo>, DirectoryError> {
        let (id, version) = (application.id, application.version);
        let found = self.db.tenant(application.organisation).read(move |tx| rows::in_use(tx, id)).await?;
        Ok(found.filter(|info| info.version == version))
    }

    /// Whether an application may name this address as the sender now: it was given it, and the domain is still its
    /// organisation's.
    pub async fn application_may_send_as(
        &self,
        application: &SignedInApplication,
        address: &Address,
    ) -> Result<bool, DirectoryError> {
        let Some(info) = self.signed_in_application(application).await? else { return Ok(false) };
        if !info.senders.iter().any(|sender| sender.permits(address)) {
            return Ok(false);
        }
        let (organisation, domain) = (info.organisation, address.domain().clone());
        self.db.tenant(organisation).read(move |tx| Ok(rows::has_domain(tx, organisation, &domain)?)).await
    }

    /// Counts recipients to whom an application is about to write, if its limit of this hour permits them all.
    pub async fn count_application(
        &self,
        application: &SignedInApplication,
        recipients: usize,
    ) -> Result<Counted, DirectoryError> {
        let Some(info) = self.signed_in_application(application).await? else { return Ok(Counted::Gone) };
        let recipients = u32::try_from(recipients).unwrap_or(u32::MAX);
        if recipients > info.hourly_limit {
            return Ok(Counted::TooMany);
        }
        let hour = self.now().0.div_euclid(HOUR_MILLISECONDS);
        let scope = self.db.tenant(info.organisation);
        let is_within: bool =
            scope.write(move |tx| Ok::<_, DirectoryError>(rows::count(tx, &info, hour, recipients)?)).await?;
        Ok(if is_within { Counted::Within } else { Counted::Full })
    }
}

/// What the log of changes tells of an application account.
fn facts(info: &ApplicationInfo) -> trail::Facts {
    trail::Facts::new()
        .with("senders", text_of(&info.senders))
        .with("reads for", text_of(&info.reads))
        .with("recipients per hour", info.hourly_limit)
        .with("size bytes", info.size_limit_bytes)
        .with_bool("disabled", info.is_disabled)
}

fn text_of<T: ToString>(several: &[T]) -> String {
    several.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
}

fn checked_senders(senders: Vec<AllowedSender>) -> Result<Vec<AllowedSender>, DirectoryError> {
    match senders.len() {
        1..=limits::APPLICATION_SENDERS_LIMIT => Ok(senders),
        count => Err(DirectoryError::invalid(
            "senders",
            format!("there are {count}"),
            "an application has 1 to 50 senders, each an address or a domain of the organisation",
        )),
    }
}

fn checked_hourly(limit: u32) -> Result<u32, DirectoryError> {
    match limit {
        1..=limits::APPLICATION_HOURLY_LIMIT_MOST => Ok(limit),
        _ => Err(DirectoryError::invalid(
            "hourly_limit",
            format!("it is {limit}"),
            "an application writes to 1 to 1000000 recipients within an hour",
        )),
    }
}

fn checked_size(bytes: u64) -> Result<u64, DirectoryError> {
    match bytes {
        limits::APPLICATION_SIZE_LEAST_BYTES..=limits::APPLICATION_SIZE_MOST_BYTES => Ok(bytes),
        _ => Err(DirectoryError::invalid(
            "size_limit",
            format!("it is {bytes} bytes"),
            "an application's letter has at most something between 1 KiB and 1 GiB",
        )),
    }
}

/// Nobody is given the names of others.
fn check_own(
    tx: &mut Tx,
    organisation: OrganisationId,
    senders: &[AllowedSender],
) -> Result<(), DirectoryError> {
    for sender in senders {
        if !rows::has_domain(tx, organisation, sender.domain())? {
            return Err(DirectoryError::invalid(
                "senders",
                format!("«{}» is no domain of the organisation", sender.domain()),
                "an application names senders of its own organisation's domains",
            ));
        }
    }
    Ok(())
}
