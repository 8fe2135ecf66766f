//! For which addresses an application reads secure letters. An address that somebody signs in with is that person's own:
//! no administrator gives it to a programme, and the person makes a token of the own for one.

use db::Tx;
use model::{Address, OrganisationId};

use super::{SignedInApplication, rows};
use crate::administration::is_login_taken;
use crate::error::DirectoryError;
use crate::{Directory, limits};

impl Directory {
    /// The addresses whose secure letters an application reads now: those that it was given, as far as their domain is
    /// still its organisation's and nobody signs in with them since. None for one that can no longer sign in.
    pub async fn read_by_application(
        &self,
        application: &SignedInApplication,
    ) -> Result<Vec<Address>, DirectoryError> {
        let Some(info) = self.signed_in_application(application).await? else { return Ok(Vec::new()) };
        self.db
            .tenant(info.organisation)
            .read(move |tx| {
                let mut now = Vec::new();
                for address in &info.reads {
                    let is_own = rows::has_domain(tx, info.organisation, address.domain())?;
                    // The account of a recipient opens nothing of an address for which an application reads.
                    if is_own && !is_login_taken(tx, &address.canonical())? {
                        now.push(address.clone());
                    }
                }
                Ok(now)
            })
            .await
    }
}

/// The addresses, each once.
pub(super) fn checked(addresses: Vec<Address>) -> Result<Vec<Address>, DirectoryError> {
    let mut once: Vec<Address> = Vec::new();
    for address in addresses {
        // They are kept with spaces between them.
        if address.to_string().contains(char::is_whitespace) {
            return Err(DirectoryError::invalid(
                "reads",
                format!("«{address}» has a space in it"),
                "an application reads for addresses without spaces",
            ));
        }
        if !once.iter().any(|known| known.canonical() == address.canonical()) {
            once.push(address);
        }
    }
    match once.len() {
        0..=limits::APPLICATION_READS_LIMIT => Ok(once),
        count => Err(DirectoryError::invalid(
            "reads",
            format!("there are {count}"),
            "an application reads for at most 20 addresses",
        )),
    }
}

/// Nobody is given the letters of others, nor those of a person.
pub(super) fn check_own(
    tx: &mut Tx,
    organisation: OrganisationId,
    addresses: &[Address],
) -> Result<(), DirectoryError> {
    for address in addresses {
        if !rows::has_domain(tx, organisation, address.domain())? {
            return Err(DirectoryError::invalid(
                "reads",
                format!("«{}» is no domain of the organisation", address.domain()),
                "an application reads for addresses of its own organisation's domains",
            ));
        }
        if is_login_taken(tx, &address.canonical())? {
            return Err(DirectoryError::invalid(
                "reads",
                format!("«{address}» is a person's login"),
                "an application does not read a person's letters: that person makes a token of the own",
            ));
        }
    }
    Ok(())
}
