//! Where people and machines come from: which rules keep a source out, who asks to be let in again, which sources no
//! rule keeps out, and the addresses of the installation itself.
//!
//! ```text
//! failed logins ─┐
//! 401/403 in mass ─┼─ counted (login::failures) ─ ban, with its rule and evidence ─ lifted │ over
//! unknown recipients ─┘                             └ unban request ─ granted │ refused
//! allowed source: asked ─ confirmed (link in a letter to a contact address) ─ active │ refused ─ ended
//! ```
//!
//! A ban concerns a source, which belongs to nobody; an organisation sees the bans of sources from which its own people
//! signed in, or about which somebody asked it, and of attacks on its own login names; of the evidence it sees its own
//! login names only. It may lift a ban where its people come from there or somebody asked.

mod allowed;
mod ban;
mod ip;
mod letter;
mod rows;
mod succession;
mod unban;

pub use allowed::{AllowState, AllowedSource, NewAllowedSource};
pub use ban::{BanRule, Evidence, MassError};
pub use ip::{IpChange, IpInfo, NewIp, SendingAddress};
pub use letter::SourceLetter;
pub use succession::{
    Succession, Successor, follow_allowed_sources, follow_dedicated_addresses, take_back_allowed_sources,
};
pub use unban::{NewUnbanRequest, UnbanRequest, UnbanState};

pub(crate) use rows::active_subjects;

use std::fmt::Display;
use std::net::IpAddr;

use db::{Page, Seek};

use crate::error::DirectoryError;
use crate::limits::SOURCES_AT_ONCE;

/// Characters of a purpose, a message or a reason.
const TEXT_LIMIT_CHARACTERS: usize = 2_000;

/// Which requests, or which allowed sources, are looked for: those with a text that contains `part`, and those in one of
/// `states`, whose words only the reader's language has. All of them where `part` is empty.
#[derive(Clone, Debug)]
pub struct SourceSearch<S> {
    /// A part of an address, a name or a text, in any case.
    pub part: String,
    /// What has come so far is found, too.
    pub states: Vec<S>,
}

impl<S> Default for SourceSearch<S> {
    fn default() -> SourceSearch<S> {
        SourceSearch { part: String::new(), states: Vec::new() }
    }
}

impl<S: Display> SourceSearch<S> {
    /// The states as a statement compares them: `,open,granted,`.
    fn listed(&self) -> String {
        self.states.iter().fold(",".to_owned(), |listed, state| format!("{listed}{state},"))
    }
}

/// All of a list that is read a page at a time.
pub(crate) async fn every<T, K: Clone, F>(page: impl Fn(Seek<K>) -> F) -> Result<Vec<T>, DirectoryError>
where
    F: Future<Output = Result<Page<T, K>, DirectoryError>>,
{
    let (mut all, mut after) = (Vec::new(), None);
    loop {
        let read = page(Seek { after, limit: SOURCES_AT_ONCE }).await?;
        all.extend(read.items);
        match read.next {
            Some(next) => after = Some(next),
            None => return Ok(all),
        }
    }
}

/// A subject without the word for its kind: `192.0.2.1`.
pub(crate) fn shown(subject: &str) -> &str {
    subject.split_once(' ').map_or(subject, |(_, value)| value)
}

fn parsed_ip(field: &'static str, text: &str) -> Result<IpAddr, DirectoryError> {
    text.trim().parse::<IpAddr>().map(|ip| ip.to_canonical()).map_err(|_| DirectoryError::Invalid {
        field,
        reason: format!("«{text}» is no IP address"),
        rule: "an IPv4 or IPv6 address, such as 192.0.2.1 or 2001:db8::1",
    })
}

fn checked_text(field: &'static str, text: &str, may_be_empty: bool) -> Result<String, DirectoryError> {
    let text = text.trim();
    let invalid =
        |reason: String| DirectoryError::Invalid { field, reason, rule: "text of 1 to 2000 characters" };
    if text.is_empty() && !may_be_empty {
        return Err(invalid("it is empty".to_owned()));
    }
    let characters = text.chars().count();
    if characters > TEXT_LIMIT_CHARACTERS {
        return Err(invalid(format!("it has {characters} characters")));
    }
    Ok(text.to_owned())
}
