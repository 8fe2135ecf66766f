//! What programs ask before they send: how a letter would reach somebody, and what this platform takes.

use mail_secure::Mode;
use model::{Address, Reply};

use crate::{Flow, trouble};

/// Days within which a program's name for a letter keeps it from being sent twice. It is kept as long as the letter; the
/// descriptions promise seven days.
pub const REFERENCE_DAYS: u32 = 7;

/// How a letter would reach an address. Whether somebody has an account, or takes no registered letters, is said to nobody
/// who has not sent one.
#[derive(Clone, Debug)]
pub struct RecipientCheck {
    /// The address.
    pub address: Address,
    /// Whether its organisation is connected by its own servers over TLS.
    pub is_connected: bool,
    /// Whether its reader has to have an account with a second factor, rather than the mailbox.
    pub needs_account: bool,
}

/// What this platform takes.
#[derive(Clone, Debug)]
pub struct SecureService {
    /// Octets of a letter.
    pub letter_bytes: usize,
    /// Recipients of one letter.
    pub recipients: usize,
    /// [`REFERENCE_DAYS`].
    pub reference_days: u32,
    /// By which custom registered letters are treated.
    pub profile: &'static str,
}

impl Flow {
    /// How a letter of this mode would reach addresses.
    ///
    /// # Errors
    /// When it cannot be known now.
    pub async fn check_recipients(
        &self,
        addresses: Vec<Address>,
        mode: Mode,
    ) -> Result<Vec<RecipientCheck>, Reply> {
        let book = self.inner.gateways.book().await.map_err(|error| trouble::db(&error))?;
        let check = |address: Address| RecipientCheck {
            is_connected: book.integration_of(address.domain()).is_some(),
            needs_account: mode != Mode::Confidential,
            address,
        };
        Ok(addresses.into_iter().map(check).collect())
    }

    /// What this platform takes.
    pub fn secure_service(&self) -> SecureService {
        SecureService {
            letter_bytes: mail_secure::limits::LETTER_LIMIT_BYTES,
            recipients: mail_secure::limits::RECIPIENTS_LIMIT,
            reference_days: REFERENCE_DAYS,
            profile: self.secure().settings().profile.word(),
        }
    }
}
