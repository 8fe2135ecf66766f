//! Who of an organisation sends secured letters, and what it tells its people about writing them.

use model::{Address, OrganisationId};

use super::{Result, rows};
use crate::error::DirectoryError;
use crate::{AllowedSender, Directory, SecuringRule, limits};

/// Who of an organisation sends secured letters.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SecuredSending {
    /// Only these: addresses, and domains for all their addresses; `None` is everybody.
    pub senders: Option<Vec<AllowedSender>>,
    /// What goes secured though its sender did not say so.
    pub rules: Vec<SecuringRule>,
    /// When and how to write them, in the organisation's own words; empty where it says nothing.
    pub guidance: String,
}

impl SecuredSending {
    /// Whether this author sends secured letters.
    pub fn permits(&self, author: &Address) -> bool {
        self.senders.as_ref().is_none_or(|senders| senders.iter().any(|sender| sender.permits(author)))
    }
}

impl Directory {
    /// Who of an organisation sends secured letters: everybody, where it has said nothing.
    pub async fn secured_sending(&self, organisation: OrganisationId) -> Result<SecuredSending> {
        let found = self.db.tenant(organisation).read(move |tx| rows::read(tx, organisation)).await?;
        Ok(found.unwrap_or_default().secured)
    }
}

/// Those who alone send, each once.
pub(super) fn checked_senders(senders: &[AllowedSender]) -> Result<Vec<AllowedSender>> {
    let mut once: Vec<AllowedSender> = Vec::new();
    for sender in senders {
        if !once.contains(sender) {
            once.push(sender.clone());
        }
    }
    match once.len() {
        1..=limits::SECURED_SENDERS_LIMIT => Ok(once),
        count => Err(DirectoryError::invalid(
            "secured_senders",
            format!("there are {count}"),
            "1 to 500 addresses and domains alone send secured letters, or everybody does",
        )),
    }
}

/// What is told about writing them: several lines.
pub(super) fn checked_guidance(text: &str) -> Result<String> {
    let text = text.trim().replace("\r\n", "\n");
    let count = text.chars().count();
    let has_control = text.chars().any(|c| c.is_control() && c != '\n');
    match count > limits::SECURED_GUIDANCE_LIMIT_CHARACTERS || has_control {
        false => Ok(text),
        true => Err(DirectoryError::invalid(
            "secured_guidance",
            format!("it has {count} characters, or control characters"),
            "what is told about secured letters has at most 2000 characters",
        )),
    }
}
