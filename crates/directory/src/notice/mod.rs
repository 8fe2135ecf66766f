//! What a person is told about the own account, by letter.
//!
//! The directory posts nothing itself: it writes what happened in the transaction in which it happens, and the
//! program makes letters of it ([`Directory::waiting_notices`]). A letter that went out twice after a crash is better
//! than one that never did.

mod rows;

use db::Tx;
use model::{OrganisationId, Timestamp, UserId};

use crate::error::DirectoryError;
use crate::{Directory, Role};

/// Letters that are made at once.
const AT_ONCE: usize = 100;

/// What happened to somebody's account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Event {
    /// The role in an organisation is another one, or none any more.
    Role { organisation: OrganisationId, role: Option<Role> },
    /// An organisation asks the person to belong to it.
    Offer { organisation: OrganisationId, role: Role },
    /// Another password.
    Password,
    /// One more second factor, by its name.
    FactorAdded(String),
    /// One second factor less.
    FactorRemoved(String),
    /// A new token for the own things, by its name.
    Token(String),
    /// New recovery codes.
    RecoveryCodes,
    /// Somebody signed in with a recovery code; so many are left.
    RecoveryCodeUsed(u64),
    /// Something of an account without an organisation.
    Recipient(OfRecipient),
    /// An administrator opened something of the person's mailbox.
    MailboxOpened { address: String, kind: &'static str, detail: String },
}

/// What happened to the account of somebody who belongs to no organisation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum OfRecipient {
    /// It was opened.
    Opened,
    /// A code for a new password was asked for.
    Code(String),
    /// Its owner deleted it.
    Deleted,
    /// It made room for a user of the domain's organisation.
    Replaced,
    /// It ended because others read its mailbox.
    Shared,
}

/// A letter that is to be posted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// Which.
    pub id: i64,
    /// The person's home.
    pub organisation: OrganisationId,
    /// The login, which is an address.
    pub login: String,
    /// What the person is called.
    pub name: String,
    /// The language that the person chose.
    pub language: Option<String>,
    /// `role`, `offer`, `password`, `factor-added`, `factor-removed`, `token`, `recovery-codes` or `recovery-code-used`;
    /// of somebody without an organisation `portal-opened`, `portal-code`, `portal-deleted`, `portal-replaced` or `portal-shared`.
    pub kind: String,
    /// What it is about, by kind: «role @ organisation», the factor's name, how many codes are left.
    pub detail: String,
    /// Who did it.
    pub who: String,
    /// When.
    pub at: Timestamp,
}

/// Writes down what a mailbox is to be told that its reader knows no other way: a letter into the mailbox itself, in
/// the language of the organisation's owner.
pub(crate) fn write_to_mailbox(
    tx: &mut Tx,
    id: i64,
    (organisation, address): (OrganisationId, &str),
    event: &Event,
    who: &str,
    at: Timestamp,
) -> Result<(), DirectoryError> {
    let (kind, detail) = told(tx, event)?;
    Ok(rows::insert_for_mailbox(tx, id, (organisation, address), (kind, &detail), who, at)?)
}

/// Writes down what a person is to be told, in the transaction in which it happens.
pub(crate) fn write(
    tx: &mut Tx,
    id: i64,
    person: UserId,
    event: &Event,
    who: &str,
    at: Timestamp,
) -> Result<(), DirectoryError> {
    let (kind, detail) = told(tx, event)?;
    Ok(rows::insert(tx, id, person, kind, &detail, who, at)?)
}

/// The kind of an event, and what it is about.
fn told(tx: &mut Tx, event: &Event) -> Result<(&'static str, String), DirectoryError> {
    Ok(match event {
        Event::Role { organisation, role } => {
            let name = rows::organisation_name(tx, *organisation)?.unwrap_or_default();
            ("role", format!("{} @ {name}", role.map_or("none", Role::as_str)))
        }
        Event::Offer { organisation, role } => {
            let name = rows::organisation_name(tx, *organisation)?.unwrap_or_default();
            ("offer", format!("{role} @ {name}"))
        }
        Event::Password => ("password", String::new()),
        Event::FactorAdded(name) => ("factor-added", name.clone()),
        Event::FactorRemoved(name) => ("factor-removed", name.clone()),
        Event::Token(name) => ("token", name.clone()),
        Event::RecoveryCodes => ("recovery-codes", String::new()),
        Event::RecoveryCodeUsed(left) => ("recovery-code-used", left.to_string()),
        Event::Recipient(OfRecipient::Opened) => ("portal-opened", String::new()),
        Event::Recipient(OfRecipient::Code(code)) => ("portal-code", code.clone()),
        Event::Recipient(OfRecipient::Deleted) => ("portal-deleted", String::new()),
        Event::Recipient(OfRecipient::Replaced) => ("portal-replaced", String::new()),
        Event::Recipient(OfRecipient::Shared) => ("portal-shared", String::new()),
        Event::MailboxOpened { address, kind, detail } => match *kind {
            "access" => ("mailbox-access", format!("{address}: {detail}")),
            "logs" => ("mailbox-logs", address.clone()),
            "letter" => ("mailbox-letter", address.clone()),
            "chosen" => ("mailbox-chosen", address.clone()),
            "redirection" => ("mailbox-redirection", format!("{address} → {detail}")),
            _ => ("mailbox-password", address.clone()),
        },
    })
}

impl Directory {
    /// Letters that are to be posted, the oldest first.
    pub async fn waiting_notices(&self) -> Result<Vec<Notice>, DirectoryError> {
        let operator = self.db.operator("post what people are to be told about their accounts");
        Ok(operator.read(|tx| rows::waiting(tx, AT_ONCE)).await?)
    }

    /// Forgets a letter that was posted.
    pub async fn notice_posted(&self, notice: &Notice) -> Result<(), DirectoryError> {
        let id = notice.id;
        self.db.tenant(notice.organisation).write(move |tx| rows::posted(tx, id)).await?;
        Ok(())
    }
}
