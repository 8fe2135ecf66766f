//! What keeps a source out, and what was seen of it.

use std::fmt;
use std::net::IpAddr;

use crate::Directory;
use crate::login::source_subject;

/// Which rule a ban follows from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum BanRule {
    /// Failed logins.
    Logins,
    /// Refused requests to the web doors in mass: 401 and 403.
    Requests,
    /// Recipients that do not exist, in mass.
    Recipients,
    /// The operator's own decision.
    Operator,
}

impl BanRule {
    /// All of them.
    pub const EACH: [BanRule; 4] =
        [BanRule::Logins, BanRule::Requests, BanRule::Recipients, BanRule::Operator];

    /// The word that tables, the API and commands use.
    pub fn as_str(self) -> &'static str {
        match self {
            BanRule::Logins => "logins",
            BanRule::Requests => "requests",
            BanRule::Recipients => "recipients",
            BanRule::Operator => "operator",
        }
    }

    pub(crate) fn of(text: &str) -> BanRule {
        BanRule::EACH.into_iter().find(|rule| rule.as_str() == text).unwrap_or(BanRule::Logins)
    }
}

impl fmt::Display for BanRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// An error that alone is nothing, and in mass an attack.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MassError {
    /// A request to a web door was answered 401 or 403.
    Request,
    /// A recipient does not exist.
    Recipient,
}

impl MassError {
    pub(crate) fn rule(self) -> BanRule {
        match self {
            MassError::Request => BanRule::Requests,
            MassError::Recipient => BanRule::Recipients,
        }
    }
}

/// The most login names that a ban's evidence holds.
const LOGINS_LIMIT: usize = 10;

/// What led to a ban.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Evidence {
    /// How often over which protocol: `imap`, `smtp`, `manager`, `api`.
    pub counts: Vec<(String, u32)>,
    /// The login names that were tried, the first ten.
    pub logins: Vec<String>,
}

impl Evidence {
    pub(crate) fn add(&mut self, protocol: &str, login: &str) {
        match self.counts.iter_mut().find(|(known, _)| known == protocol) {
            Some((_, count)) => *count = count.saturating_add(1),
            None => self.counts.push((protocol.to_owned(), 1)),
        }
        let is_new = !login.is_empty() && !self.logins.iter().any(|known| known == login);
        if is_new && self.logins.len() < LOGINS_LIMIT {
            self.logins.push(login.chars().filter(|c| !c.is_control()).take(200).collect());
        }
    }

    pub(crate) fn written(&self) -> String {
        let counts: Vec<String> =
            self.counts.iter().map(|(protocol, count)| format!("{protocol}={count}")).collect();
        std::iter::once(counts.join(" ")).chain(self.logins.iter().cloned()).collect::<Vec<_>>().join("\n")
    }

    pub(crate) fn read(text: &str) -> Evidence {
        let mut lines = text.lines();
        let count = |pair: &str| {
            let (protocol, count) = pair.split_once('=')?;
            Some((protocol.to_owned(), count.parse().ok()?))
        };
        Evidence {
            counts: lines.next().unwrap_or_default().split(' ').filter_map(count).collect(),
            logins: lines.map(str::to_owned).collect(),
        }
    }
}

impl Directory {
    /// Counts an error that is banned in mass. Never a source with a recent good login, an allowed one, or one of the
    /// installation's own.
    pub async fn count_error(&self, source: IpAddr, error: MassError, protocol: &'static str) {
        if self.is_spared(source) {
            return;
        }
        let subject = source_subject(source);
        let now = self.now();
        let begun = self.login.count_error(&subject, error, protocol, now);
        if begun.is_some() {
            self.keep_bans(begun, now).await;
        }
    }

    /// A source that also asks for what exists: its errors of this kind count for less.
    pub fn forgive_error(&self, source: IpAddr, error: MassError) {
        self.login.forgive_error(&source_subject(source), error);
    }
}
