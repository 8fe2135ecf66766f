//! Bans. They concern sources, which are nobody's: the operator sees all, an organisation those that concern it.

use std::collections::HashSet;
use std::net::IpAddr;
use std::time::Duration;

use db::{Page, Seek, Tx};
use model::Timestamp;

use super::rows::SeenBan;
use super::{Administration, Result, facts, found, rows};
use crate::entities::{Ban, BanKey, BanView};
use crate::error::DirectoryError;
use crate::limits;
use crate::sources::{BanRule, Evidence, every, shown};

/// The longest ban that the operator decides.
const LONGEST: Duration = Duration::from_secs(366 * 86_400);

impl Administration {
    /// The bans that hold, the longest first: to the operator all, to an organisation those of sources from which its
    /// people come or about which somebody asked it, and of attacks on its login names.
    pub async fn bans(&self) -> Result<Vec<BanView>> {
        every(|seek| self.page_of_bans("", seek)).await
    }

    /// A page of those of [`Administration::bans`] whose source or login name contains `part`.
    pub async fn page_of_bans(&self, part: &str, seek: Seek<BanKey>) -> Result<Page<BanView, BanKey>> {
        let (now, part) = (self.now(), part.to_owned());
        self.read(move |tx| {
            let moments = (now, now.minus(limits::KNOWN_SOURCE_FOR));
            let eyes = Eyes::of(tx)?;
            let (mut found, mut after) = (Vec::new(), seek.after.clone());
            // Which of an organisation's names a ban concerns stands in lists of names that are looked up faster here
            // than in a statement: all bans are read in their order until the page is full.
            let most = match eyes {
                Eyes::Operator => seek.rows(),
                Eyes::Tenant(_) => seek.rows().max(limits::SOURCES_AT_ONCE as i64),
            };
            loop {
                let bans = rows::bans(tx, moments, &part, after.as_ref(), most)?;
                let is_last = (bans.len() as i64) < most;
                after = bans.last().map(|seen| (seen.ban.until, seen.ban.subject.clone()));
                for seen in bans {
                    found.extend(eyes.view(tx, moments.1, seen)?);
                }
                if is_last || found.len() > seek.limit {
                    return Ok(seek.page(found, |view| (view.until, view.subject.clone())));
                }
            }
        })
        .await
    }

    /// The ban of a subject as it is listed, if it concerns the scope.
    pub async fn ban(&self, subject: &str) -> Result<Option<BanView>> {
        let (now, subject) = (self.now(), subject.to_owned());
        self.read(move |tx| view(tx, now, &subject)).await
    }

    /// Keeps a source out by the operator's own decision: an IP address, of IPv6 the /64.
    pub async fn ban_source(&self, source: &str, for_so_long: Duration, reason: &str) -> Result<()> {
        self.operator_only()?;
        let ip: IpAddr = source.trim().parse().map_err(|_| DirectoryError::Invalid {
            field: "source",
            reason: format!("«{source}» is no IP address"),
            rule: "an IPv4 or IPv6 address, such as 192.0.2.1 or 2001:db8::1",
        })?;
        let reason = super::checked_name("reason", reason)?;
        if for_so_long.is_zero() || for_so_long > LONGEST {
            return Err(DirectoryError::Invalid {
                field: "hours",
                reason: format!("{} hours", for_so_long.as_secs() / 3600),
                rule: "from an hour to a year",
            });
        }
        let now = self.now();
        let ban = Ban {
            subject: crate::login::source_subject(ip),
            from: now,
            until: now.plus(for_so_long),
            strikes: 1,
            reason,
            rule: BanRule::Operator,
            evidence: Evidence::default(),
        };
        self.act("ban source", shown(&ban.subject).to_owned(), move |tx| {
            trail::tell(tx, trail::Told::of_thing(shown(&ban.subject)).after(facts::of_ban(&ban)));
            crate::login::keep_ban(tx, &ban)?;
            Ok((None, ()))
        })
        .await?;
        self.directory().maintain().await
    }

    /// Lifts a ban: `192.0.2.1`, `2001:db8::/64`, `login anna@…`, or the subject as listed. A tenant lifts those of
    /// its login names and of sources from which its people come, never one that the operator decided: a ban holds
    /// for everybody, and lifting it opens the doors of all.
    pub async fn lift_ban(&self, subject: &str) -> Result<()> {
        let subject = ban_subject(subject);
        let (row, now) = (subject.clone(), self.now());
        self.act("lift ban", shown(&subject).to_owned(), move |tx| {
            let lifted = found("ban", rows::ban(tx, now, &row)?)?;
            if liftable(tx, now, &[&row])?.is_empty() || crate::login::delete_ban(tx, &row)? == 0 {
                return Err(DirectoryError::NotFound { what: "ban" });
            }
            trail::tell(tx, trail::Told::of_thing(shown(&row)).before(facts::of_ban(&lifted)));
            // Whose act it is; the operator sees everybody's.
            Ok((tx.organisation(), ()))
        })
        .await
    }

    /// Keeps out again what this scope lifted a moment ago, as long as it would have been. A tenant names only what it
    /// could lift, and nothing that is kept out by now.
    pub async fn ban_again(&self, lifted: LiftedBan) -> Result<()> {
        let now = self.now();
        let ban = Ban {
            subject: lifted.subject,
            from: lifted.from,
            until: lifted.until.min(now.plus(LONGEST)),
            strikes: lifted.strikes,
            reason: lifted.reason,
            rule: lifted.rule,
            evidence: Evidence::default(),
        };
        self.act("ban again", shown(&ban.subject).to_owned(), move |tx| {
            let is_over = ban.until <= now;
            if is_over || rows::ban(tx, now, &ban.subject)?.is_some() {
                return Err(DirectoryError::NotFound { what: "lifted ban" });
            }
            crate::login::keep_ban(tx, &ban)?;
            if liftable(tx, now, &[&ban.subject])?.is_empty() {
                return Err(DirectoryError::NotFound { what: "lifted ban" });
            }
            trail::tell(tx, trail::Told::of_thing(shown(&ban.subject)).after(facts::of_ban(&ban)));
            Ok((tx.organisation(), ()))
        })
        .await?;
        self.directory().maintain().await
    }
}

/// A ban that was lifted, as much of it as brings it back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LiftedBan {
    /// What was kept out, as listed.
    pub subject: String,
    /// Since when.
    pub from: Timestamp,
    /// Until when.
    pub until: Timestamp,
    /// How many bans followed one another.
    pub strikes: u32,
    /// Why, in words.
    pub reason: String,
    /// By which rule.
    pub rule: BanRule,
}

/// Which of these bans the scope may lift. They are asked for by themselves: they may stand behind those that are
/// listed.
pub(crate) fn liftable(tx: &mut Tx, now: Timestamp, subjects: &[&str]) -> Result<HashSet<String>> {
    let recent = now.minus(limits::KNOWN_SOURCE_FOR);
    let eyes = Eyes::of(tx)?;
    let mut liftable = HashSet::new();
    for subject in subjects {
        let Some(seen) = rows::seen_ban(tx, (now, recent), subject)? else { continue };
        let view = eyes.view(tx, recent, seen)?.filter(|view| view.can_lift);
        liftable.extend(view.map(|view| view.ban.subject));
    }
    Ok(liftable)
}

/// The ban of a subject as the scope sees it.
fn view(tx: &mut Tx, now: Timestamp, subject: &str) -> Result<Option<BanView>> {
    let recent = now.minus(limits::KNOWN_SOURCE_FOR);
    match rows::seen_ban(tx, (now, recent), subject)? {
        Some(seen) => Eyes::of(tx)?.view(tx, recent, seen),
        None => Ok(None),
    }
}

/// Who looks at bans.
enum Eyes {
    Operator,
    Tenant(Own),
}

impl Eyes {
    fn of(tx: &mut Tx) -> Result<Eyes> {
        let Some(organisation) = tx.organisation() else { return Ok(Eyes::Operator) };
        Ok(Eyes::Tenant(Own {
            domains: rows::names_of_domains(tx, organisation)?,
            people: rows::logins_of_people(tx, organisation)?,
        }))
    }

    /// The ban as it is shown; `None` if it does not concern who looks.
    fn view(&self, tx: &mut Tx, recent: Timestamp, seen: SeenBan) -> Result<Option<BanView>> {
        let SeenBan { ban, has_logins, is_asked } = seen;
        let own = match self {
            Eyes::Operator => {
                return Ok(Some(BanView { ban, is_known: has_logins, is_asked, can_lift: true }));
            }
            Eyes::Tenant(own) => own,
        };
        let known = match has_logins {
            true => rows::known_logins(tx, &ban.subject, recent)?,
            false => Vec::new(),
        };
        Ok(own.view(ban, &known, is_asked))
    }
}

/// The login names of an organisation.
struct Own {
    domains: HashSet<String>,
    people: HashSet<String>,
}

impl Own {
    fn has(&self, login: &str) -> bool {
        let login = login.strip_prefix("login ").unwrap_or(login);
        let login = login.strip_prefix("user ").unwrap_or(login);
        self.people.contains(login)
            || login.rsplit_once('@').is_some_and(|(_, domain)| self.domains.contains(domain))
    }

    /// The ban as the organisation sees it; `None` if it does not concern it.
    fn view(&self, mut ban: Ban, known: &[String], is_asked: bool) -> Option<BanView> {
        let is_own_login = ban.subject.starts_with("login ") && self.has(&ban.subject);
        let is_known = known.iter().any(|login| self.has(login));
        ban.evidence.logins.retain(|login| self.has(login));
        let concerns = is_own_login || is_known || is_asked || !ban.evidence.logins.is_empty();
        // That somebody asks gives no power: everybody can ask in the name of everybody.
        let can_lift = ban.rule != BanRule::Operator && (is_own_login || is_known);
        concerns.then_some(BanView { ban, is_known, is_asked, can_lift })
    }
}

/// A ban's subject as the table has it.
fn ban_subject(text: &str) -> String {
    let text = text.trim();
    match text.parse::<IpAddr>() {
        Ok(ip) => crate::login::source_subject(ip),
        Err(_) if text.starts_with("source ") || text.starts_with("login ") => text.to_owned(),
        Err(_) if text.contains('@') => format!("login {}", text.to_lowercase()),
        Err(_) => format!("source {text}"),
    }
}
