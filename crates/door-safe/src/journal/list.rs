//! The list of letters, and the same as CSV.

use std::sync::Arc;

use axum::extract::{Query, State};
use axum::response::Response;
use mail_secure::{Own, State as LetterState};
use minijinja::{Value, context};

use super::searching::Asked;
use super::{facts, owner, reach_word, state_word, stranger};
use crate::trouble::Trouble;
use crate::visitor::Guest;
use crate::{Shared, download, limits, pages};

/// States that are looked for: the others last for a moment only.
const STATES: [LetterState; 12] = [
    LetterState::Offered,
    LetterState::Consigned,
    LetterState::Notified,
    LetterState::HandedOver,
    LetterState::Refused,
    LetterState::Expired,
    LetterState::Withdrawn,
    LetterState::Undeliverable,
    LetterState::Unclaimed,
    LetterState::Blocked,
    LetterState::Relayed,
    LetterState::Submitted,
];

/// `GET /safe/journal`
pub(crate) async fn show(
    State(shared): State<Arc<Shared>>,
    guest: Guest,
    Query(asked): Query<Asked>,
) -> Response {
    let made = async {
        let Some(owner) = owner(&guest.known(&shared).await?) else { return Ok(stranger(&guest)) };
        let searched = asked.searched(&shared.secure.settings().zone);
        let page = shared.secure.own_letters(&owner, &searched, limits::JOURNAL_PAGE).await?;
        let letters: Vec<Value> = page.letters.iter().map(|own| facts(&shared, &guest, own)).collect();
        let states: Vec<String> = STATES.iter().map(|state| state_word(*state)).collect();
        let content = context! {
            title => "journal-title",
            wide => true,
            address => owner.canonical,
            reach => reach_word(owner.reach),
            letters,
            states,
            asked => asked.shown(),
            is_filtered => asked.is_filtered(),
            is_narrowed => asked.is_narrowed(),
            is_first => searched.after.is_none(),
            next => page.next.map(|next| next.to_string()),
            is_cut => page.is_cut,
            query => asked.query(),
        };
        Ok::<_, Trouble>(pages::standing(&guest, "journal.html", "/safe/journal", &content))
    };
    made.await.unwrap_or_else(|trouble| trouble.page(&guest))
}

/// `GET /safe/journal/export.csv`: what the list shows, on all its pages.
pub(crate) async fn export(
    State(shared): State<Arc<Shared>>,
    guest: Guest,
    Query(asked): Query<Asked>,
) -> Response {
    let made = async {
        let owner = owner(&guest.known(&shared).await?).ok_or(Trouble::Proof)?;
        let mut searched = asked.searched(&shared.secure.settings().zone);
        searched.after = None;
        let mut csv = Own::CSV_HEADER.to_owned();
        let mut left = limits::EXPORT_LIMIT;
        while left > 0 {
            let page = shared.secure.own_letters(&owner, &searched, left.min(limits::EXPORT_AT_ONCE)).await?;
            left -= page.letters.len().min(left);
            page.letters.iter().for_each(|own| csv.push_str(&own.csv(&shared.secure)));
            searched.after = page.next;
            if page.next.is_none() {
                break;
            }
        }
        Ok::<_, Trouble>(download::file("text/csv; charset=utf-8", "journal.csv", csv))
    };
    made.await.unwrap_or_else(|trouble| trouble.page(&guest))
}
