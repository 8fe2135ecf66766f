//! What asks for the letter under way to go secured, gathered as it comes: who brings it, its recipients, its header.

use std::sync::Arc;

use directory::SecuredSending;
use mail_secure::{Marks, Mode, wish};
use model::{Address, Reply};

use crate::arrival::{Incoming, Origin};
use crate::{Flow, trouble};

/// What is known before the first byte of a letter. The doors make one at MAIL and show it every recipient that is taken.
#[derive(Clone, Debug, Default)]
pub struct Asking {
    /// For whom marks count.
    pub(crate) marks: Option<Marks>,
    /// The rules of who brings it.
    pub(crate) rules: Option<Arc<SecuredSending>>,
    /// Whether the letter stays in memory whatever its header says.
    pub(crate) is_kept: bool,
    /// How its organisation's rules want it to go, as far as is known.
    pub(crate) demanded: Option<Mode>,
}

impl Asking {
    /// Looks at a header: whether something asks for the letter to be kept in memory, or is not understood.
    pub(crate) fn read(&mut self, header: &[u8]) {
        let Some(marks) = &self.marks else { return };
        // What is marked and not understood is secret as well: it is refused, and never lies on a disk.
        self.is_kept |= !matches!(wish::in_header(header, marks), Ok(None));
        if let Some(rules) = &self.rules {
            self.demanded =
                self.demanded.max(wish::subject(header).and_then(|subject| rules.demanded_by(&subject)));
            self.is_kept |= self.demanded.is_some();
        }
    }
}

impl Flow {
    /// What may ask for a letter of this origin to go secured.
    ///
    /// # Errors
    /// When the directory does not answer.
    pub async fn asking(&self, origin: &Origin) -> Result<Asking, Reply> {
        let marks = origin.may_secure().then(|| self.inner.secure.settings().marks.clone());
        // A connected mail server's own rules lead to us what has to go secured.
        let rules = match origin.organisation() {
            Some(organisation) => {
                let sending = self.inner.directory.secured_sending(organisation).await;
                Some(sending.map_err(|error| trouble::directory(&error))?)
                    .filter(|sending| !sending.rules.is_empty())
            }
            None => None,
        };
        Ok(Asking { marks, rules: rules.map(Arc::new), ..Asking::default() })
    }

    /// Shows a recipient of the letter: what comes back of secured ones, and what goes to them, stays in memory.
    pub fn ask(&self, asking: &mut Asking, recipient: &Address) {
        asking.is_kept |= self.is_return_path(recipient);
        if asking.marks.is_none() {
            return;
        }
        asking.is_kept |= self.is_secured(recipient);
        if let Some(rules) = &asking.rules {
            let suffixes = &self.inner.secure.settings().marks.suffixes;
            let meant = wish::without_suffix(recipient, suffixes);
            asking.demanded = asking.demanded.max(rules.demanded_for(meant.as_ref().unwrap_or(recipient)));
            asking.is_kept |= asking.demanded.is_some();
        }
    }

    /// Where the bytes of the letter go. One that is to go secured stays in memory.
    pub fn receive_from(&self, asking: Asking) -> Incoming {
        let (writer, hostname) = (self.inner.blobs.writer(), self.inner.settings.hostname.clone());
        Incoming::new(writer, hostname, asking, self.inner.secrets.clone())
    }

    /// Where the bytes of a letter go that nobody can ask to be secured.
    pub fn receive(&self) -> Incoming {
        self.receive_from(Asking::default())
    }

    /// Whether a recipient's address asks for a secured letter.
    pub fn is_secured(&self, address: &Address) -> bool {
        wish::has_suffix(address, &self.inner.secure.settings().marks.suffixes)
    }
}
