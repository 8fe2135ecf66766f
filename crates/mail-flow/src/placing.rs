//! Where a letter lies for each recipient, once the sender lists of the mail services were asked.

use directory::{Listed, SenderKind};
use mail_judge::{Authentication, HeaderFacts, Placement, Standing, place};
use mail_queue::NewDelivery;
use model::{Address, Envelope, OrganisationId, Reply, ReversePath, Route};
use trail::Step;

use crate::arrival::Origin;
use crate::{Flow, limits, trouble};

/// What the lists said for one delivery.
pub(crate) struct Placed {
    organisation: Option<OrganisationId>,
    placement: Placement,
    listed: Listed,
}

impl Flow {
    /// Asks the lists of each recipient's mail service, and writes beside the delivery where they want the letter.
    /// The lists of the address that the sender wrote to block and approve; those of the mailbox to which an alias
    /// leads elsewhere block too, and approve nothing: the letter was not written to it.
    pub(crate) async fn ask_sender_lists(
        &self,
        origin: &Origin,
        envelope: &Envelope,
        header: &HeaderFacts,
        (found, authentication): (Placement, Option<&Authentication>),
        deliveries: &mut [NewDelivery],
    ) -> Result<Vec<Placed>, Reply> {
        let mut all = Vec::new();
        if matches!(origin, Origin::Ourselves) {
            return Ok(all);
        }
        let sender = match &envelope.from {
            ReversePath::Address(address) => Some(address),
            ReversePath::Null => None,
        };
        let authors = header.authors().into_iter().flatten();
        let authors: Vec<Address> = authors.take(limits::LISTED_AUTHORS_LIMIT).collect();
        for delivery in deliveries {
            let Route::Account { address, .. } = &delivery.route else { continue };
            let directory = &self.inner.directory;
            let trouble = |error| trouble::directory(&error);
            let domain = delivery.recipient.domain();
            let mut listed = directory.listed(domain, sender, &authors).await.map_err(trouble)?;
            if listed.as_ref().is_none_or(|listed| listed.kind == SenderKind::Approved)
                && address.domain() != domain
            {
                let there = directory.listed(address.domain(), sender, &authors).await.map_err(trouble)?;
                listed = there.filter(|there| there.kind == SenderKind::Blocked).or(listed);
            }
            let Some(listed) = listed else { continue };
            let standing = match listed.kind {
                SenderKind::Blocked => Standing::Blocked,
                SenderKind::Approved => Standing::Approved,
            };
            let placement = place(found, authentication, Some(standing));
            delivery.is_doubtful = Some(placement == Placement::Junk);
            all.push(Placed { organisation: delivery.organisation, placement, listed });
        }
        Ok(all)
    }
}

/// What an organisation sees of the judgement: what its own lists made of it.
pub(crate) fn as_placed(step: Step, placed: &[Placed], organisation: Option<OrganisationId>) -> Step {
    let own = placed.iter().find(|placed| placed.organisation == organisation);
    match (step, own) {
        (Step::Judged { why, evidence, .. }, Some(placed)) => {
            let listed = placed.listed.to_string();
            Step::Judged {
                verdict: match placed.placement {
                    Placement::Inbox => "inbox".to_owned(),
                    Placement::Junk => "junk".to_owned(),
                },
                why: if why.is_empty() { listed } else { format!("{listed}; {why}") },
                evidence,
            }
        }
        (step, _) => step,
    }
}
