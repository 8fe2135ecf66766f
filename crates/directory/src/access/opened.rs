//! What an administrator opened of somebody's mailbox: a notice that its people see, and a letter to each.

use db::Tx;
use model::{Address, AddressId, Timestamp};

use super::{Mailbox, Result, found, rows};
use crate::notice::{self, Event};
use crate::rows::{address_key, localpart_key};
use crate::{Administration, Directory, Session};

/// People who are told at most.
pub(super) const TOLD_LIMIT: usize = 20;
/// The same act of the same person is told once in this time.
const AGAIN_AFTER: std::time::Duration = std::time::Duration::from_secs(3600);
/// Notices that are shown.
const SHOWN_LIMIT: usize = 100;

/// What was opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Opened {
    /// Somebody, by login, got access.
    Access(String),
    /// The log of the address was read.
    Logs,
    /// A password for a device was made.
    Password,
}

impl Opened {
    fn kind(&self) -> &'static str {
        match self {
            Opened::Access(_) => "access",
            Opened::Logs => "logs",
            Opened::Password => "password",
        }
    }

    fn detail(&self) -> &str {
        match self {
            Opened::Access(login) => login,
            Opened::Logs | Opened::Password => "",
        }
    }
}

/// A notice as the mailbox's people see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenedInfo {
    /// The address.
    pub address: String,
    /// `access`, `logs` or `password`.
    pub kind: String,
    /// Whose access it is.
    pub detail: String,
    /// Who did it.
    pub who: String,
    /// When.
    pub at: Timestamp,
}

/// The login in the name that the audit has.
fn login_of(who: &str) -> &str {
    who.split(' ').next().unwrap_or(who)
}

/// Whether the people of a mailbox have not heard of it: what somebody does with the own mailbox is no news, and the same
/// act of the same person once an hour.
fn is_news(tx: &mut Tx, mailbox: &Mailbox, opened: &Opened, who: &str, at: Timestamp) -> Result<bool> {
    if matches!(opened, Opened::Access(_)) {
        return Ok(true);
    }
    let told = rows::told(tx, mailbox.account, &address_key(&mailbox.address))?;
    let is_own = told.iter().any(|(_, login)| login == login_of(who));
    Ok(!is_own && !rows::was_noted(tx, mailbox.account, opened.kind(), who, at.minus(AGAIN_AFTER))?)
}

/// Leaves a notice, and letters to the people of the mailbox but the one who did it. `ids` are for the rows.
pub(super) fn note(
    tx: &mut Tx,
    ids: &[i64],
    mailbox: &Mailbox,
    opened: &Opened,
    who: &str,
    at: Timestamp,
) -> Result<()> {
    let Some((id, ids)) = ids.split_first() else { return Ok(()) };
    if !is_news(tx, mailbox, opened, who, at)? {
        return Ok(());
    }
    let told = rows::told(tx, mailbox.account, &address_key(&mailbox.address))?;
    let (kind, detail) = (opened.kind(), opened.detail());
    rows::insert_notice(tx, *id, mailbox.account, kind, detail, who, at)?;
    let others = told.iter().filter(|(_, login)| login != login_of(who) && login != detail);
    for ((user, _), id) in others.zip(ids) {
        let event =
            Event::MailboxOpened { address: mailbox.address.to_string(), kind, detail: detail.to_owned() };
        notice::write(tx, *id, *user, &event, who, at)?;
    }
    Ok(())
}

impl Administration {
    /// Leaves a notice for the people of a mailbox that its data were opened by who asks, and says so in the audit;
    /// nothing if that was said within the hour, or if the mailbox is the own one.
    pub async fn note_opened(&self, address: AddressId, opened: Opened) -> Result<()> {
        let (who, at) = (self.who().to_owned(), self.now());
        let what = opened.clone();
        let is_news = self
            .read_limited(move |tx| {
                let (mailbox, is_mailbox) = found("address", rows::mailbox(tx, address)?)?;
                Ok(is_mailbox && is_news(tx, &mailbox, &what, &who, at)?)
            })
            .await?;
        if !is_news {
            return Ok(());
        }
        let (who, ids) = (self.who().to_owned(), self.ids());
        self.act_limited("open mailbox data", format!("{} of {address}", opened.kind()), move |tx| {
            let (mailbox, _) = found("address", rows::mailbox(tx, address)?)?;
            note(tx, &ids, &mailbox, &opened, &who, at)?;
            Ok((Some(mailbox.account.organisation), ()))
        })
        .await
    }
}

impl Administration {
    /// The same for what has its own place in the audit.
    pub(crate) async fn leave_notice(&self, address: AddressId, opened: Opened) -> Result<()> {
        let (who, at, ids) = (self.who().to_owned(), self.now(), self.ids());
        self.write_limited(move |tx| match rows::mailbox(tx, address)? {
            Some((mailbox, true)) => note(tx, &ids, &mailbox, &opened, &who, at),
            _ => Ok(()),
        })
        .await
    }
}

impl Directory {
    /// What administrators opened of a person's mailboxes, the newest first.
    pub async fn opened_of_own(&self, session: &Session) -> Result<Vec<OpenedInfo>> {
        let user = session.user;
        let login = Address::parse(&session.login).ok();
        let operator = self.db.operator("a person's mailboxes lie in several organisations");
        operator
            .read(move |tx| {
                let own = match &login {
                    Some(login) => {
                        let localpart = localpart_key(login.localpart());
                        rows::mailbox_of_login(tx, user, &localpart, login.domain().as_str())?
                    }
                    None => None,
                };
                rows::opened_of(tx, user, own, SHOWN_LIMIT)
            })
            .await
    }
}
