//! Hosts, mail servers and what waits to be applied, as administrators and nodes see them.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

use model::{Domain, DomainId, OrganisationId, Timestamp};

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub i64);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}", self.0)
            }
        }

        impl From<$name> for db::Value<'_> {
            fn from(id: $name) -> Self {
                db::Value::Integer(id.0)
            }
        }
    };
}

id!(
    /// A machine of a domain.
    HostId
);
id!(
    /// A host with roles in the mail.
    MailServerId
);
id!(
    /// What waits to be applied of one thing.
    ChangeId
);
id!(
    /// One application of what waits.
    RunId
);

/// What a mail server does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ServerRole {
    /// People read their mail there.
    Imap,
    /// It takes mail from the world for our domains.
    SmtpIn,
    /// It takes mail from our people and brings mail to the world.
    SmtpOut,
}

impl ServerRole {
    /// All, in the order of the screens.
    pub const ALL: [ServerRole; 3] = [ServerRole::Imap, ServerRole::SmtpIn, ServerRole::SmtpOut];

    /// The word that commands, the API and columns use.
    pub fn as_str(self) -> &'static str {
        match self {
            ServerRole::Imap => "imap",
            ServerRole::SmtpIn => "smtp_in",
            ServerRole::SmtpOut => "smtp_out",
        }
    }
}

impl fmt::Display for ServerRole {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for ServerRole {
    type Err = String;

    fn from_str(text: &str) -> Result<ServerRole, String> {
        let text = text.replace('-', "_");
        ServerRole::ALL
            .into_iter()
            .find(|role| role.as_str() == text)
            .ok_or_else(|| format!("«{text}» is no role: imap, smtp_in or smtp_out"))
    }
}

/// The roles of a server; any split over hosts is good.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Roles {
    /// See [`ServerRole::Imap`].
    pub imap: bool,
    /// See [`ServerRole::SmtpIn`].
    pub smtp_in: bool,
    /// See [`ServerRole::SmtpOut`].
    pub smtp_out: bool,
}

impl Roles {
    /// Every role: a node that is told nothing else.
    pub const ALL: Roles = Roles { imap: true, smtp_in: true, smtp_out: true };

    /// Whether the role is among them.
    pub fn has(self, role: ServerRole) -> bool {
        match role {
            ServerRole::Imap => self.imap,
            ServerRole::SmtpIn => self.smtp_in,
            ServerRole::SmtpOut => self.smtp_out,
        }
    }
}

impl fmt::Display for Roles {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> =
            ServerRole::ALL.into_iter().filter(|role| self.has(*role)).map(ServerRole::as_str).collect();
        f.write_str(if names.is_empty() { "none" } else { "" })?;
        f.write_str(&names.join(","))
    }
}

/// A machine of a domain, in its staged form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Host {
    /// Its identifier.
    pub id: HostId,
    /// The owner.
    pub organisation: OrganisationId,
    /// The domain that it belongs to.
    pub domain: DomainId,
    /// That domain's name.
    pub domain_name: Domain,
    /// Its name, unique in its domain: `hote1`.
    pub name: String,
    /// The name by which others find it: `hote1.valbois.ch`.
    pub fqdn: Domain,
    /// Its IPv4 address.
    pub ipv4: Option<Ipv4Addr>,
    /// Its IPv6 address.
    pub ipv6: Option<Ipv6Addr>,
    /// What it is.
    pub description: String,
    /// How it differs from what the nodes act on; `None` if it does not.
    pub waits: Option<Act>,
    /// When it was made.
    pub created_at: Timestamp,
}

impl Host {
    /// Its addresses, the IPv4 one first.
    pub fn addresses(&self) -> Vec<IpAddr> {
        self.ipv4.map(IpAddr::V4).into_iter().chain(self.ipv6.map(IpAddr::V6)).collect()
    }

    /// What the configuration of its node says: `host = "hote1.valbois.ch"`.
    pub fn full_name(&self) -> String {
        format!("{}.{}", self.name, self.domain_name)
    }
}

/// A mail server, in its staged form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MailServer {
    /// Its identifier.
    pub id: MailServerId,
    /// The machine.
    pub host: Host,
    /// What it does.
    pub roles: Roles,
    /// How it differs from what the nodes act on; `None` if it does not.
    pub waits: Option<Act>,
    /// When it was made.
    pub created_at: Timestamp,
}

/// Which servers to find: every condition that is given must hold.
#[derive(Clone, Debug, Default)]
pub struct ServerSearch {
    /// A part of the host's name, in any case.
    pub name: String,
    /// The beginning of an address.
    pub ip: String,
    /// Only those with these roles.
    pub roles: Roles,
}

impl ServerSearch {
    /// Whether a server is among those that are looked for.
    pub fn finds(&self, server: &MailServer) -> bool {
        let name = self.name.trim().to_lowercase();
        let ip = self.ip.trim().to_lowercase();
        (name.is_empty() || server.host.name.contains(&name) || server.host.fqdn.as_str().contains(&name))
            && (ip.is_empty()
                || server.host.addresses().iter().any(|address| address.to_string().starts_with(&ip)))
            && ServerRole::ALL.into_iter().all(|role| !self.roles.has(role) || server.roles.has(role))
    }
}

/// What still leads to a server, and keeps it from being deleted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Links {
    /// Mailboxes that are read there.
    pub users: u64,
    /// Domains that use it in some role.
    pub domains: u64,
}

/// Something that leads to a server, by name: what is to be unlinked before the server can go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Linked<Id> {
    /// What.
    pub id: Id,
    /// The address, or the domain's name.
    pub name: String,
}

impl Links {
    /// Whether nothing leads to it.
    pub fn is_empty(self) -> bool {
        self.users == 0 && self.domains == 0
    }
}

/// What is done to a thing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Act {
    /// The nodes do not know it yet.
    Create,
    /// They know another form of it.
    Modify,
    /// They know it still.
    Delete,
}

impl Act {
    /// The word that the API and columns use.
    pub fn as_str(self) -> &'static str {
        match self {
            Act::Create => "create",
            Act::Modify => "modify",
            Act::Delete => "delete",
        }
    }

    pub(crate) fn read(text: &str) -> Act {
        match text {
            "create" => Act::Create,
            "delete" => Act::Delete,
            _ => Act::Modify,
        }
    }
}

/// A thing that may wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Thing {
    /// A host.
    Host(HostId),
    /// A mail server.
    MailServer(MailServerId),
}

impl Thing {
    /// The kind, as the API and columns say it.
    pub fn entity(self) -> &'static str {
        match self {
            Thing::Host(_) => "host",
            Thing::MailServer(_) => "mail_server",
        }
    }

    /// The identifier's number.
    pub fn id(self) -> i64 {
        match self {
            Thing::Host(id) => id.0,
            Thing::MailServer(id) => id.0,
        }
    }

    pub(crate) fn read(entity: &str, id: i64) -> Thing {
        match entity {
            "host" => Thing::Host(HostId(id)),
            _ => Thing::MailServer(MailServerId(id)),
        }
    }
}

/// A thing's fields and what they say, in the order of its form.
pub type Values = Vec<(String, String)>;

/// What waits to be applied of one thing: how its staged form differs from the applied one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PendingChange {
    /// Its identifier.
    pub id: ChangeId,
    /// The owner.
    pub organisation: OrganisationId,
    /// The domain of the host.
    pub domain: DomainId,
    /// Of what.
    pub thing: Thing,
    /// What is done.
    pub act: Act,
    /// What the thing is called.
    pub name: String,
    /// What the nodes act on; `None` if they do not know it.
    pub before: Option<Values>,
    /// What they will act on; `None` if it goes.
    pub after: Option<Values>,
    /// Who changed it last.
    pub who: String,
    /// When.
    pub at: Timestamp,
    /// The run that is just applying it.
    pub run: Option<RunId>,
}

impl PendingChange {
    /// The fields that differ: name, before, after.
    pub fn differences(&self) -> Vec<(&str, &str, &str)> {
        let before = self.before.as_deref().unwrap_or_default();
        let after = self.after.as_deref().unwrap_or_default();
        let names = if after.is_empty() { before } else { after };
        names
            .iter()
            .map(|(name, _)| (name.as_str(), value_of(before, name), value_of(after, name)))
            .filter(|(_, before, after)| before != after)
            .collect()
    }

    /// What the log of changes tells of it once it is applied.
    pub(crate) fn applied(&self) -> trail::Told {
        let told = trail::Told::of_thing(&self.name);
        told.before(facts(self.before.as_ref())).after(facts(self.after.as_ref()))
    }

    /// The same, taken back before it was applied.
    pub(crate) fn taken_back(&self) -> trail::Told {
        let told = trail::Told::of_thing(&self.name);
        told.before(facts(self.after.as_ref())).after(facts(self.before.as_ref()))
    }
}

fn facts(values: Option<&Values>) -> trail::Facts {
    let values = values.into_iter().flatten();
    values.fold(trail::Facts::new(), |facts, (name, value)| facts.with(name, value))
}

fn value_of<'a>(values: &'a [(String, String)], name: &str) -> &'a str {
    values.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
}

/// How far an application has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RunState {
    /// Somebody works on it, or will soon take it up again.
    Running,
    /// Everything is applied that was not cancelled meanwhile.
    Done,
    /// It ended before its end; what was not applied waits still.
    Failed,
}

impl RunState {
    /// The word that the API and columns use.
    pub fn as_str(self) -> &'static str {
        match self {
            RunState::Running => "running",
            RunState::Done => "done",
            RunState::Failed => "failed",
        }
    }

    pub(crate) fn read(text: &str) -> RunState {
        match text {
            "running" => RunState::Running,
            "done" => RunState::Done,
            _ => RunState::Failed,
        }
    }
}

/// One application of what waits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApplyRun {
    /// Its identifier.
    pub id: RunId,
    /// Whose changes.
    pub organisation: OrganisationId,
    /// Only those of this domain; `None`: of every one.
    pub domain: Option<DomainId>,
    /// Who began it.
    pub who: String,
    /// When.
    pub started_at: Timestamp,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// How far it has come.
    pub state: RunState,
    /// Changes to apply, without those that were cancelled meanwhile.
    pub total: u64,
    /// Changes applied.
    pub done: u64,
    /// Why it ended before its end.
    pub failure: Option<String>,
}

/// A server as the world finds it: from the applied form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Server {
    /// Its name.
    pub name: Domain,
    /// Where it is.
    pub addresses: Vec<IpAddr>,
}

/// The servers that a domain uses, from the applied form: a role of none is the installation's.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DomainServers {
    /// Where its people read.
    pub imap: Vec<Server>,
    /// Where the world brings its mail.
    pub smtp_in: Vec<Server>,
    /// Where its people send and its mail leaves.
    pub smtp_out: Vec<Server>,
}

impl DomainServers {
    /// Every server once.
    pub fn all(&self) -> Vec<&Server> {
        let mut all: Vec<&Server> = Vec::new();
        for server in self.imap.iter().chain(&self.smtp_in).chain(&self.smtp_out) {
            if all.iter().all(|known| known.name != server.name) {
                all.push(server);
            }
        }
        all
    }

    pub(crate) fn of(&mut self, role: ServerRole) -> &mut Vec<Server> {
        match role {
            ServerRole::Imap => &mut self.imap,
            ServerRole::SmtpIn => &mut self.smtp_in,
            ServerRole::SmtpOut => &mut self.smtp_out,
        }
    }
}
