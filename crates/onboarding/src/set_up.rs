//! The documentation of the set-up: what a customer fills in, hands in, and when the connection goes live.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use directory::DirectoryError;
use gateways::Integration;
use model::{Domain, Timestamp};
use serde::{Deserialize, Serialize};

use crate::day::Day;
use crate::limits::{LINE_LIMIT_CHARACTERS, REMARKS_LIMIT_CHARACTERS, SERVERS_LIMIT};
use crate::{Result, checked, one_line};

/// By what the customer's servers know which letters come to us.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Routing {
    /// By the recipient's domain: `*.incamail.ch`.
    #[default]
    Domain,
    /// By the content: the subject contains the tag.
    Content,
    /// By both.
    Both,
}

impl Routing {
    /// All of them.
    pub const EACH: [Routing; 3] = [Routing::Domain, Routing::Content, Routing::Both];

    /// The word in commands, API and rows.
    pub fn as_str(self) -> &'static str {
        match self {
            Routing::Domain => "domain",
            Routing::Content => "content",
            Routing::Both => "both",
        }
    }
}

impl fmt::Display for Routing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Routing {
    type Err = String;

    fn from_str(text: &str) -> std::result::Result<Routing, String> {
        Routing::EACH
            .into_iter()
            .find(|one| one.as_str() == text)
            .ok_or_else(|| format!("«{text}» is none of domain, content, both"))
    }
}

/// What a customer fills in. Domains, certificates and the target of reception stand in the integration itself.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SetUp {
    /// Servers that receive from us: names, or addresses, which are not advised.
    #[serde(default)]
    pub reception_servers: Vec<String>,
    /// Servers that send to us, likewise.
    #[serde(default)]
    pub sending_servers: Vec<String>,
    /// What they are: product and version.
    #[serde(default)]
    pub mail_system: String,
    /// By what they know which letters come to us.
    #[serde(default)]
    pub routing: Routing,
    /// Whom to ask about techniques: name, telephone number, address.
    #[serde(default)]
    pub technical_contact: String,
    /// Whom to ask about the rest.
    #[serde(default)]
    pub organisational_contact: String,
    /// When the customer wants to go live.
    #[serde(default)]
    pub wished_on: Option<Day>,
    /// What else is to be known.
    #[serde(default)]
    pub remarks: String,
}

/// When a connection goes live.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum GoLive {
    /// Nothing was handed in.
    #[default]
    Open,
    /// The customer's wish; the operator has not answered.
    Wished(Day),
    /// Agreed upon.
    Confirmed(Day),
    /// The operator offers another day; the customer has not answered.
    Offered(Day),
}

impl GoLive {
    /// The word in views and rows.
    pub fn as_str(&self) -> &'static str {
        match self {
            GoLive::Open => "open",
            GoLive::Wished(_) => "wished",
            GoLive::Confirmed(_) => "confirmed",
            GoLive::Offered(_) => "offered",
        }
    }

    /// The day that is spoken of.
    pub fn day(&self) -> Option<Day> {
        match self {
            GoLive::Open => None,
            GoLive::Wished(day) | GoLive::Confirmed(day) | GoLive::Offered(day) => Some(*day),
        }
    }

    pub(crate) fn of_words(word: &str, day: Option<Day>) -> Option<GoLive> {
        match (word, day) {
            ("open", _) => Some(GoLive::Open),
            ("wished", Some(day)) => Some(GoLive::Wished(day)),
            ("confirmed", Some(day)) => Some(GoLive::Confirmed(day)),
            ("offered", Some(day)) => Some(GoLive::Offered(day)),
            _ => None,
        }
    }
}

/// The documentation as it is kept.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SetUpRecord {
    /// What was filled in.
    pub form: SetUp,
    /// When it was last changed, and by whom; `None`: never.
    pub saved: Option<(Timestamp, String)>,
    /// When it was handed in as it is now, and by whom.
    pub submitted: Option<(Timestamp, String)>,
    /// When the connection goes live.
    pub go_live: GoLive,
    /// What the operator said about that.
    pub go_live_note: String,
}

const LINE_RULE: &str =
    "a field of the documentation is a text of a limited length, without control characters";
const SERVERS_RULE: &str = "at most twenty host names or addresses, one each";

impl SetUp {
    /// The same with blanks trimmed, or the field that breaks a rule.
    pub fn checked(self) -> Result<SetUp> {
        Ok(SetUp {
            reception_servers: servers("reception_servers", self.reception_servers)?,
            sending_servers: servers("sending_servers", self.sending_servers)?,
            mail_system: one_line("mail_system", &self.mail_system, LINE_LIMIT_CHARACTERS, LINE_RULE)?,
            technical_contact: checked(
                "technical_contact",
                &self.technical_contact,
                REMARKS_LIMIT_CHARACTERS,
                LINE_RULE,
            )?,
            organisational_contact: checked(
                "organisational_contact",
                &self.organisational_contact,
                REMARKS_LIMIT_CHARACTERS,
                LINE_RULE,
            )?,
            remarks: checked("remarks", &self.remarks, REMARKS_LIMIT_CHARACTERS, LINE_RULE)?,
            ..self
        })
    }

    /// Whether a server is named by its address, and addresses usually change.
    pub fn has_static_address(&self) -> bool {
        let mut servers = self.reception_servers.iter().chain(&self.sending_servers);
        servers.any(|server| server.parse::<IpAddr>().is_ok())
    }

    /// Whether it may be handed in; else the first field that is missing. A day that was agreed upon is good also when it
    /// is over: the definitive documentation is handed in after going live.
    pub fn complete(&self, integration: &Integration, today: Day, go_live: &GoLive) -> Result<Day> {
        let missing = |field, reason: &str| {
            let rule = "a documentation that is handed in names domains, certificates, servers of both directions, a technical contact and a day to come";
            Err(DirectoryError::invalid(field, reason, rule))
        };
        if integration.domains.is_empty() {
            return missing("domains", "the integration has none");
        }
        if integration.certificates.is_empty() {
            return missing("certificates", "the integration has none");
        }
        if self.reception_servers.is_empty() {
            return missing("reception_servers", "there is none");
        }
        if self.sending_servers.is_empty() {
            return missing("sending_servers", "there is none");
        }
        if self.technical_contact.is_empty() {
            return missing("technical_contact", "there is none");
        }
        match self.wished_on {
            None => missing("wished_on", "there is none"),
            Some(day) if day < today && *go_live != GoLive::Confirmed(day) => {
                missing("wished_on", "that day is over")
            }
            Some(day) => Ok(day),
        }
    }
}

fn servers(field: &'static str, servers: Vec<String>) -> Result<Vec<String>> {
    let servers: Vec<String> = servers
        .iter()
        .map(|server| server.trim().trim_end_matches('.').to_ascii_lowercase())
        .filter(|server| !server.is_empty())
        .collect();
    if servers.len() > SERVERS_LIMIT {
        let reason = format!("there are {}", servers.len());
        return Err(DirectoryError::invalid(field, reason, SERVERS_RULE));
    }
    for server in &servers {
        let is_name =
            Domain::parse(server).is_ok_and(|name| name.literal().is_none() && name.as_str().contains('.'));
        if !is_name && server.parse::<IpAddr>().is_err() {
            let reason = format!("«{server}» is neither a host name nor an address");
            return Err(DirectoryError::invalid(field, reason, SERVERS_RULE));
        }
    }
    Ok(servers)
}
