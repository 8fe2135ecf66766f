//! Where a letter is looked at: an envelope that was brought, or one that is kept here and reached by a link.

use mail_secure::{Seen, sixteen};
use wire_safe::Slot;

use crate::Shared;
use crate::trouble::Trouble;

/// A letter's place at the portal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    /// What is written in the address: `/safe/o/<parked>` or `/safe/m/<slot>`.
    pub(crate) path: String,
    /// The copy.
    pub(crate) slot: Slot,
    /// The envelope that was brought; `None` where it is kept here.
    pub(crate) parked: Option<String>,
}

impl Place {
    /// Of an envelope that was just brought.
    pub(crate) fn brought(parked: String, slot: Slot) -> Place {
        Place { path: format!("/safe/o/{parked}"), slot, parked: Some(parked) }
    }

    /// The place that an address names, with its letter.
    pub(crate) async fn find(shared: &Shared, way: &str, id: &str) -> Result<(Place, Seen), Trouble> {
        let place = match way {
            "o" => {
                let slot = shared.secure.parked(id).await?.ok_or(Trouble::Gone)?;
                Place::brought(id.to_owned(), slot)
            }
            "m" => {
                let slot = Slot(sixteen(id).ok_or(Trouble::NotFound)?);
                Place { path: format!("/safe/m/{id}"), slot, parked: None }
            }
            _ => return Err(Trouble::NotFound),
        };
        let seen = shared.secure.seen(&place.slot).await?;
        Ok((place, seen))
    }
}
