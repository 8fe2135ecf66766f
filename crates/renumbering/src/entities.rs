//! A change of addresses, whom it concerns, and what is written about it.

use std::fmt;
use std::net::IpAddr;

use model::{Domain, OrganisationId, Timestamp};
use zones::Moved;

use crate::Endpoint;
use crate::endpoint::Mode;

/// The identifier of a change of addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RenumberingId(pub i64);

impl fmt::Display for RenumberingId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

macro_rules! words {
    ($(#[$about:meta])* $kind:ident { $($(#[$of:meta])* $variant:ident = $word:literal),* $(,)? }) => {
        $(#[$about])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $kind { $($(#[$of])* $variant),* }

        impl $kind {
            /// All of them.
            pub const EACH: &'static [$kind] = &[$($kind::$variant),*];

            /// The word in rows, commands and the API.
            pub fn as_str(self) -> &'static str {
                match self { $($kind::$variant => $word),* }
            }

            /// The one of this word.
            pub fn of(word: &str) -> Option<$kind> {
                $kind::EACH.iter().copied().find(|one| one.as_str() == word)
            }
        }
    };
}

words! {
    /// How far a change has come.
    Stage {
        /// Nothing has changed yet.
        Declared = "declared",
        /// Times to live are short, and SPF names both addresses.
        Prepared = "prepared",
        /// The names lead to the new addresses; the old ones are still accepted.
        Switched = "switched",
        /// The old addresses are withdrawn.
        Completed = "completed",
        /// Nothing was or will be changed.
        Cancelled = "cancelled",
    }
}

words! {
    /// What a customer says to an announcement.
    Answer {
        /// It uses host names only, so that there is nothing to do.
        NamesOnly = "names-only",
        /// Its firewalls and rules know the new addresses.
        Adapted = "adapted",
    }
}

words! {
    /// What a letter says.
    NoticeKind {
        /// The addresses will change.
        Announcement = "announcement",
        /// They will change soon, and nobody has said yet that all is ready.
        Reminder = "reminder",
        /// They will not change.
        Cancellation = "cancellation",
    }
}

words! {
    /// What pins an address.
    Pin {
        /// A route that leads to it.
        Route = "route",
        /// A source that no rule keeps out.
        AllowedSource = "allowed-source",
        /// An integration whose letters go to it.
        Integration = "integration",
        /// A machine of an organisation.
        Host = "host",
        /// An address of the installation from which letters leave.
        Dedicated = "dedicated",
        /// An address record of a hosted zone.
        Address = "address",
        /// An SPF record of a hosted zone.
        Spf = "spf",
        /// A name of an endpoint whose zone is not hosted here.
        Elsewhere = "elsewhere",
        /// The SPF record of a mail domain whose zone is not hosted here.
        DomainSpf = "domain-spf",
        /// The mail exchanger of a mail domain whose zone is not hosted here.
        DomainExchanger = "domain-exchanger",
        /// A setting of this node, in its configuration.
        Setting = "setting",
    }
}

words! {
    /// Who has to do something about it.
    Remedy {
        /// Nobody: it follows at the date.
        Follows = "follows",
        /// The operator of the platform.
        Operator = "operator",
        /// The organisation.
        Organisation = "organisation",
    }
}

/// A change of addresses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Renumbering {
    /// The identifier.
    pub id: RenumberingId,
    /// What people call it.
    pub name: String,
    /// How far it has come.
    pub stage: Stage,
    /// The date.
    pub switches_at: Timestamp,
    /// Until then the old addresses are accepted as well.
    pub ends_at: Timestamp,
    /// When those who have not answered are reminded.
    pub reminds_at: Timestamp,
    /// The time to live shortly before the date, in seconds.
    pub lowered_ttl: u32,
    /// What moves.
    pub endpoints: Vec<Endpoint>,
    /// Who declared it.
    pub declared_by: String,
    /// When.
    pub declared_at: Timestamp,
    /// When the customers were written to; `None`: not yet.
    pub announced_at: Option<Timestamp>,
    /// When times to live became short.
    pub prepared_at: Option<Timestamp>,
    /// When the names switched.
    pub switched_at: Option<Timestamp>,
    /// When it was completed or cancelled.
    pub ended_at: Option<Timestamp>,
}

impl Renumbering {
    /// Whether something is still to come.
    pub fn is_open(&self) -> bool {
        matches!(self.stage, Stage::Declared | Stage::Prepared | Stage::Switched)
    }

    /// Whether who has not answered is reminded: whoever was written to within the same days needs no second letter.
    pub fn reminds(&self) -> bool {
        self.announced_at.is_some_and(|at| at < self.reminds_at)
    }

    /// The host names with all of their old and new addresses, each name once.
    pub fn moved(&self) -> Vec<Moved> {
        let mut moved: Vec<Moved> = Vec::new();
        for endpoint in &self.endpoints {
            match moved.iter_mut().find(|one| one.name == endpoint.host) {
                Some(one) => {
                    add_new(&mut one.old, &endpoint.old);
                    add_new(&mut one.new, &endpoint.new);
                }
                None => moved.push(Moved {
                    name: endpoint.host.clone(),
                    old: endpoint.old.clone(),
                    new: endpoint.new.clone(),
                }),
            }
        }
        moved
    }

    /// Each old address with those that follow it.
    pub fn pairs(&self) -> Vec<(IpAddr, Vec<IpAddr>)> {
        let mut pairs: Vec<(IpAddr, Vec<IpAddr>)> = Vec::new();
        for one in self.moved() {
            for old in &one.old {
                let new = one.successors(old);
                match pairs.iter_mut().find(|(known, _)| known == old) {
                    Some((_, known)) => add_new(known, &new),
                    None => pairs.push((*old, new)),
                }
            }
        }
        pairs
    }

    /// The endpoints that concern customers of a mode.
    pub fn endpoints_of(&self, mode: Mode) -> impl Iterator<Item = &Endpoint> {
        self.endpoints.iter().filter(move |endpoint| endpoint.modes.contains(&mode))
    }
}

fn add_new(known: &mut Vec<IpAddr>, more: &[IpAddr]) {
    for address in more {
        if !known.contains(address) {
            known.push(*address);
        }
    }
}

/// Something that names an old address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What it is.
    pub pin: Pin,
    /// Whose it is; `None`: the installation's.
    pub organisation: Option<OrganisationId>,
    /// Its name: a host, a zone's record, an integration.
    pub thing: String,
    /// What it says.
    pub value: String,
    /// The old address.
    pub old: IpAddr,
    /// Those that follow it.
    pub new: Vec<IpAddr>,
    /// Who has to do something.
    pub remedy: Remedy,
}

/// An organisation that a change concerns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Customer {
    /// Which.
    pub organisation: OrganisationId,
    /// What it is called.
    pub name: String,
    /// How it is connected; none: only what it pins concerns it.
    pub modes: Vec<Mode>,
    /// What it has said.
    pub answer: Option<Answer>,
    /// Who.
    pub answered_by: Option<String>,
    /// When.
    pub answered_at: Option<Timestamp>,
    /// The letters that are written: what, and when they went.
    pub notices: Vec<(NoticeKind, Option<Timestamp>)>,
}

/// What names old addresses, and whom that concerns.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// What pins an address.
    pub findings: Vec<Finding>,
    /// Whom the change concerns, by name.
    pub customers: Vec<Customer>,
    /// Mail domains whose zones lie elsewhere and of which nothing is known: their DNS does not answer now, or there are more
    /// than are asked for at a time.
    pub unseen: Vec<Domain>,
}

impl Report {
    /// What an organisation has to do itself.
    pub fn of(&self, organisation: OrganisationId) -> impl Iterator<Item = &Finding> {
        self.findings.iter().filter(move |finding| {
            finding.organisation == Some(organisation) && finding.remedy == Remedy::Organisation
        })
    }
}

/// A letter to an organisation: only the sections of its modes, and only what it pins itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Letter {
    /// The row; 0 for one that is only shown.
    pub id: i64,
    /// What it says.
    pub kind: NoticeKind,
    /// To whom.
    pub organisation: OrganisationId,
    /// What moves.
    pub renumbering: Renumbering,
    /// The sections.
    pub modes: Vec<Mode>,
    /// What the organisation has to change with us; nothing, if it uses names only.
    pub findings: Vec<Finding>,
    /// The names below which every domain's mail exchangers are ours: `*.example.ch`.
    pub suffixes: Vec<String>,
    /// When it was written.
    pub at: Timestamp,
}
