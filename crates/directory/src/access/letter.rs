//! How an invitation is sent: an outbox that the program empties. Each way has a link of its own, made when it is
//! written, because only digests are kept.

use zeroize::Zeroizing;

use super::invitation::{new_token, token_hash};
use super::{InvitationInfo, Result, rows};
use crate::Directory;

/// Letters that are written at once.
const AT_ONCE: usize = 50;

/// How an invitation is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// By our own letter.
    Letter,
    /// Through the gateway for short messages.
    Sms,
}

/// An invitation that is to be sent.
#[derive(Clone, Debug)]
pub struct InvitationLetter {
    /// The invitation.
    pub invitation: InvitationInfo,
    /// How.
    pub way: Way,
    /// What its link carries.
    pub token: Zeroizing<String>,
}

impl Directory {
    /// The invitations that are to be sent, each with a link that holds from now on.
    pub async fn invitation_letters(&self) -> Result<Vec<InvitationLetter>> {
        let now = self.now();
        let operator = self.db.operator("send invitations");
        let waiting = operator.read(move |tx| rows::unsent(tx, now, AT_ONCE)).await?;
        let mut letters = Vec::new();
        for invitation in waiting {
            let ways = [
                (Way::Letter, !invitation.email.is_empty() && invitation.letter_sent_at.is_none()),
                (
                    Way::Sms,
                    !invitation.phone.is_empty()
                        && invitation.sms_sent_at.is_none()
                        && invitation.sms_trouble.is_empty(),
                ),
            ];
            for (way, _) in ways.into_iter().filter(|(_, is_due)| *is_due) {
                let token = new_token(&self.world);
                let (id, hash) = (invitation.id, token_hash(&token));
                let purpose = if way == Way::Letter { "letter" } else { "sms" };
                // Before it goes: a link that leads nowhere would be worse than a second letter.
                operator.write(move |tx| rows::set_link(tx, id, purpose, &hash)).await?;
                letters.push(InvitationLetter { invitation: invitation.clone(), way, token });
            }
        }
        Ok(letters)
    }

    /// An invitation is on its way; `trouble` says why an SMS is not, for good.
    pub async fn invitation_sent(&self, letter: &InvitationLetter, trouble: &str) -> Result<()> {
        let (id, now, way) = (letter.invitation.id, self.now(), letter.way);
        let trouble: String = trouble.chars().take(200).collect();
        let operator = self.db.operator("note that an invitation was sent");
        operator.write(move |tx| rows::note_sent(tx, id, way, &trouble, now)).await?;
        Ok(())
    }
}
