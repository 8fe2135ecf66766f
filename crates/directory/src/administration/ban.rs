//! Bans. They concern sources, which are nobody's: the operator sees all, an organisation those that concern it.

use std::collections::HashSet;
use std::net::IpAddr;
use std::time::Duration;

use super::{Administration, Result, rows};
use crate::entities::{Ban, BanView};
use crate::error::DirectoryError;
use crate::limits;
use crate::sources::{BanRule, Evidence};

/// The longest ban that the operator decides.
const LONGEST: Duration = Duration::from_secs(366 * 86_400);

impl Administration {
    /// The bans that hold, the longest first: to the operator all, to an organisation those of sources from which its
    /// people come or about which somebody asked it, and of attacks on its login names.
    pub async fn bans(&self) -> Result<Vec<BanView>> {
        let now = self.now();
        let scope = self.scope();
        self.read(move |tx| {
            let bans = rows::bans(tx, now)?;
            let Some(organisation) = scope.organisation() else {
                let asked = rows::asked_sources(tx, None)?;
                return bans
                    .into_iter()
                    .map(|ban| {
                        let recent = now.minus(limits::KNOWN_SOURCE_FOR);
                        let is_known = !rows::known_logins(tx, &ban.subject, recent)?.is_empty();
                        let is_asked = asked.contains(&ban.subject);
                        Ok(BanView { ban, is_known, is_asked, can_lift: true })
                    })
                    .collect();
            };
            let own = Own {
                domains: rows::names_of_domains(tx, organisation)?,
                people: rows::logins_of_people(tx, organisation)?,
            };
            let asked = rows::asked_sources(tx, Some(organisation))?;
            let recent = now.minus(limits::KNOWN_SOURCE_FOR);
            let mut views = Vec::new();
            for ban in bans {
                let known = rows::known_logins(tx, &ban.subject, recent)?;
                views.extend(own.view(ban, &known, &asked));
            }
            Ok(views)
        })
        .await
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
        self.act("ban source", format!("{} {}", ban.subject, ban.reason), move |tx| {
            crate::login::keep_ban(tx, &ban)?;
            Ok((None, ()))
        })
        .await?;
        self.directory().maintain().await
    }

    /// Lifts a ban: `192.0.2.1`, `2001:db8::/64`, `login anna@…`, or the subject as listed.
    pub async fn lift_ban(&self, subject: &str) -> Result<()> {
        let subject = ban_subject(subject);
        if self.scope().organisation().is_some()
            && !self.bans().await?.iter().any(|view| view.ban.subject == subject && view.can_lift)
        {
            return Err(DirectoryError::NotFound { what: "ban" });
        }
        let row = subject.clone();
        self.act("lift ban", subject, move |tx| {
            if crate::login::delete_ban(tx, &row)? == 0 {
                return Err(DirectoryError::NotFound { what: "ban" });
            }
            Ok((None, ()))
        })
        .await
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
    fn view(&self, mut ban: Ban, known: &[String], asked: &HashSet<String>) -> Option<BanView> {
        let is_own_login = ban.subject.starts_with("login ") && self.has(&ban.subject);
        let is_known = known.iter().any(|login| self.has(login));
        let is_asked = asked.contains(&ban.subject);
        ban.evidence.logins.retain(|login| self.has(login));
        let concerns = is_own_login || is_known || is_asked || !ban.evidence.logins.is_empty();
        concerns.then_some(BanView {
            ban,
            is_known,
            is_asked,
            can_lift: is_own_login || is_known || is_asked,
        })
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
