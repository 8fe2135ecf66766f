//! Which zones of the organisation may become synonyms of one of them, and why others may not.

use directory::Scope;
use futures_util::future::join_all;
use model::ZoneId;

use super::synonym::{Prerequisite, bound, synonym_refusal};
use super::{Administration, found};
use crate::entities::ZoneInfo;
use crate::{Result, ZoneError, limits, rows};

/// A zone that somebody may want as a synonym.
#[derive(Debug)]
pub struct Candidate {
    /// The zone.
    pub zone: ZoneInfo,
    /// Why it cannot be one, as [`Administration::add_synonym`] would say it; `None` if it can.
    pub refusal: Option<ZoneError>,
}

impl Administration {
    /// The other zones of the organisation, by name, each with what [`Administration::add_synonym`] would answer as
    /// far as that is known before: what is bound to them, and whether the world asks our name servers for them.
    pub async fn synonym_candidates(&self, main: ZoneId) -> Result<Vec<Candidate>> {
        let mut candidates = self
            .read(move |tx| {
                let main = found("zone", rows::zone(tx, main)?)?;
                let others = rows::zones(tx, Some(main.organisation))?;
                let others = others.into_iter().filter(|zone| zone.id != main.id);
                others
                    .map(|zone| {
                        let refusal = match main.has_newsletter {
                            true => Some(synonym_refusal(Prerequisite::NoNewsletter, &main.name)),
                            false => bound(tx, &zone)?,
                        };
                        Ok(Candidate { zone, refusal })
                    })
                    .collect::<Result<Vec<_>>>()
            })
            .await?;
        let open = candidates.iter_mut().filter(|candidate| candidate.refusal.is_none());
        join_all(open.take(limits::CANDIDATES_LOOKED_UP).map(async |candidate| {
            candidate.refusal = self.check_claim(&candidate.zone).await.err();
        }))
        .await;
        Ok(candidates)
    }

    /// Whether the world knows our name servers for it, and within a tenant's scope that it is the organisation's.
    async fn check_claim(&self, zone: &ZoneInfo) -> Result<()> {
        self.check_name_servers(&zone.name).await?;
        match self.scope() {
            Scope::Operator(_) => Ok(()),
            Scope::Tenant(_) | Scope::Domain { .. } => {
                self.check_ownership("synonym", zone.organisation, &zone.name).await
            }
        }
    }
}
