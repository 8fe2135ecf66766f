//! What an administrator opened of somebody's mailbox: a notice that its people see, and a letter to each.

use std::collections::HashSet;

use db::Tx;
use model::{Address, AddressId, ServiceId, Timestamp};

use super::{Mailbox, Result, found, rows};
use crate::notice::{self, Event};
use crate::rows::{address_key, localpart_key};
use crate::{Administration, Directory, DirectoryError, Found, Session};

/// People who are told at most.
pub(super) const TOLD_LIMIT: usize = 20;
/// Whoever only reads the mailbox hears of the same person once in this time.
const LETTER_AFTER: std::time::Duration = std::time::Duration::from_secs(24 * 3600);
/// The same act of the same person is told once in this time.
const AGAIN_AFTER: std::time::Duration = std::time::Duration::from_secs(3600);
/// Mailboxes of a mail service that are told at most when its log is read.
const SERVICE_LIMIT: usize = 1000;
/// Senders and recipients of letters that are told at most when their ways are read.
const LETTER_LIMIT: usize = 100;
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
    /// The password of the address was chosen by somebody else.
    Chosen,
    /// The log of the whole mail service was read, this address among others.
    Service,
    /// The whole way of a letter from or to the address was read.
    Letter,
    /// Letters are sent on, to these.
    Redirection(String),
}

impl Opened {
    fn kind(&self) -> &'static str {
        match self {
            Opened::Access(_) => "access",
            Opened::Logs => "logs",
            Opened::Password => "password",
            Opened::Chosen => "chosen",
            Opened::Service => "service",
            Opened::Letter => "letter",
            Opened::Redirection(_) => "redirection",
        }
    }

    fn detail(&self) -> &str {
        match self {
            Opened::Access(login) => login,
            Opened::Redirection(targets) => targets,
            Opened::Logs | Opened::Password | Opened::Chosen | Opened::Service | Opened::Letter => "",
        }
    }
}

/// A notice as the mailbox's people see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenedInfo {
    /// The address.
    pub address: String,
    /// `access`, `logs`, `service`, `letter`, `password`, `chosen` or `redirection`.
    pub kind: String,
    /// Whose access it is, or where letters are sent on to.
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
    // The first passwords of an address that nobody uses yet are no news to whoever comes later.
    if matches!(opened, Opened::Chosen | Opened::Password)
        && told.is_empty()
        && !rows::is_used(tx, mailbox.account)?
    {
        return Ok(false);
    }
    let is_own = told.iter().any(|(_, login)| login == login_of(who));
    let is_each_time = matches!(opened, Opened::Redirection(_));
    Ok(!is_own
        && (is_each_time
            || !rows::was_noted(tx, mailbox.account, opened.kind(), who, at.minus(AGAIN_AFTER))?))
}

/// Leaves a notice, and letters to the people of the mailbox but the one who did it. Where the address is nobody's login,
/// somebody may read the mailbox by a mail program only: a letter into it, one a day of each who does something.
/// `ids` are for the rows.
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
    let key = address_key(&mailbox.address);
    let is_in_mailbox = !told.iter().any(|(_, login)| *login == key)
        && rows::is_used(tx, mailbox.account)?
        && !rows::was_lettered(tx, mailbox.account, who, at.minus(LETTER_AFTER))?;
    // One identifier is for the letter into the mailbox; where there is none, nobody gets letters.
    let letters = ids.split_first();
    let is_lettered = is_in_mailbox && letters.is_some();
    let notice = rows::NewNotice { id: *id, account: mailbox.account, kind, detail, who, at, is_lettered };
    rows::insert_notice(tx, &notice)?;
    let Some((own, ids)) = letters else { return Ok(()) };
    let address = mailbox.address.to_string();
    let event = Event::MailboxOpened { address: address.clone(), kind, detail: detail.to_owned() };
    if is_lettered {
        notice::write_to_mailbox(tx, *own, (mailbox.account.organisation, &address), &event, who, at)?;
    }
    let others = told.iter().filter(|(_, login)| login != login_of(who) && login != detail);
    for ((user, _), id) in others.zip(ids) {
        notice::write(tx, *id, *user, &event, who, at)?;
    }
    Ok(())
}

/// The same for whoever changes a mailbox in the caller's transaction; nothing for what is no mailbox.
pub(crate) fn note_at(
    tx: &mut Tx,
    ids: &[i64],
    address: AddressId,
    opened: &Opened,
    who: &str,
    at: Timestamp,
) -> Result<()> {
    match rows::mailbox(tx, address)? {
        Some((mailbox, true)) => note(tx, ids, &mailbox, opened, who, at),
        _ => Ok(()),
    }
}

impl Administration {
    /// Leaves a notice at every mailbox of a mail service that has people that its log was read by who asks, unless that
    /// was said within the hour. They see it; nobody gets a letter for what concerns everybody.
    pub async fn note_service_opened(&self, service: ServiceId) -> Result<()> {
        let (who, since) = (self.who().to_owned(), self.now().minus(AGAIN_AFTER));
        let mailboxes = self
            .read_limited(move |tx| {
                let is_told = rows::was_noted_of_service(tx, service, Opened::Service.kind(), &who, since)?;
                if is_told { Ok(Vec::new()) } else { Ok(rows::used_mailboxes(tx, service, SERVICE_LIMIT)?) }
            })
            .await?;
        if mailboxes.is_empty() {
            return Ok(());
        }
        let (who, at) = (self.who().to_owned(), self.now());
        let ids: Vec<i64> = mailboxes.iter().map(|_| self.new_id()).collect();
        let info = self.service(service).await?;
        let (name, organisation) = (info.name.clone(), info.organisation);
        self.act_limited("open mailbox data", info.name, move |tx| {
            for (address, id) in mailboxes.iter().zip(&ids) {
                // One identifier is for the notice, and none is left for letters.
                note_at(tx, std::slice::from_ref(id), *address, &Opened::Service, &who, at)?;
            }
            let after = trail::Facts::new().with("opened", Opened::Service.kind());
            trail::tell(tx, trail::Told::of_thing(&name).after(after));
            Ok((Some(organisation), ()))
        })
        .await
    }

    /// Leaves a notice at the mailboxes of these senders and recipients that the whole way of a letter was read.
    pub async fn note_letter_opened(&self, addresses: impl IntoIterator<Item = String>) -> Result<()> {
        let mut seen = HashSet::new();
        for text in addresses {
            let Ok(address) = Address::parse(&text) else { continue };
            if !seen.insert(address_key(&address)) {
                continue;
            }
            if seen.len() > LETTER_LIMIT {
                break;
            }
            let Found::Mailbox { address, .. } = self.directory().find(&address).await? else { continue };
            match self.address_called(&address).await {
                Ok(info) => self.note_opened(info.id, Opened::Letter).await?,
                // Somebody else's.
                Err(DirectoryError::NotFound { .. }) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
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
        self.act_limited("open mailbox data", String::new(), move |tx| {
            let (mailbox, _) = found("address", rows::mailbox(tx, address)?)?;
            note(tx, &ids, &mailbox, &opened, &who, at)?;
            let after = trail::Facts::new().with("opened", opened.kind());
            trail::tell(tx, trail::Told::of_thing(&mailbox.address).after(after));
            Ok((Some(mailbox.account.organisation), ()))
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
