//! Taking a letter back; it asks first, because nobody opens it afterwards.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use mail_secure::Reach;
use minijinja::context;

use super::{facts, letter, own};
use crate::fields::Sent;
use crate::trouble::Trouble;
use crate::visitor::Guest;
use crate::{Shared, pages};

/// `POST /safe/journal/{slot}/withdraw`: the first time the page that says what follows, the second time it is done.
pub(crate) async fn withdraw(
    State(shared): State<Arc<Shared>>,
    guest: Guest,
    Path(slot): Path<String>,
    sent: Sent,
) -> Response {
    let withdrawn = async {
        let fields = sent.0?;
        let (owner, own) = own(&shared, &guest, &slot).await?;
        // Nobody gets back what was withdrawn: whoever reads a mailbox for a minute does not do that.
        if owner.reach == Reach::Mailbox {
            return Err(Trouble::Proof);
        }
        if !own.is_sent {
            return Err(Trouble::NotFound);
        }
        if !own.can_be_withdrawn() {
            return Err(Trouble::Illegal);
        }
        if fields.text("sure") != "yes" {
            let content = context! {
                title => "withdraw-title",
                recipients => shared.secure.count_copies(own.letter.id).await?,
                ..facts(&shared, &guest, &own)
            };
            return Ok(pages::standing(&guest, "withdraw.html", &format!("/safe/journal/{slot}"), &content));
        }
        let is_from_all = fields.text("all") == "yes";
        shared.secure.withdraw_own(&own, is_from_all, fields.text("reason")).await?;
        let own = shared.secure.own_letter(&owner, &own.copy.slot).await?;
        Ok::<_, Trouble>(letter::page_of(&shared, &guest, &owner, &own, Some("withdrawn-now")).await)
    };
    withdrawn.await.unwrap_or_else(|trouble| trouble.page(&guest))
}
