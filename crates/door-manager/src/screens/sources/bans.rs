//! Who is kept out: bans, lifted and taken back, and made by the operator's staff.

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::routing::post;
use db::Seek;
use directory::{BanRule, BanView, DirectoryError, LiftedBan};
use minijinja::context;
use model::Timestamp;
use serde::{Deserialize, Serialize};

use super::{LISTED, Listed, View, exported, show_with};
use crate::Shared;
use crate::fields::Fields;
use crate::screens::Answer;
use crate::screens::refusal::directory_refusal;
use crate::table::{self, Cell, Column, Row, Wish, columns};
use crate::toast::{Toast, done};
use crate::trouble::Trouble;
use crate::visitor::Administrator;
use crate::words::Word;

pub(super) fn routes() -> Router<Arc<Shared>> {
    Router::new()
        .route("/sources/bans", post(ban))
        .route("/sources/bans/lift", post(lift))
        .route("/sources/bans/again", post(ban_again))
}

fn heads() -> [Column; 5] {
    columns(["source", "reason", "ban-from", "ban-until", "evidence"])
}

fn row(view: &View, ban: BanView) -> Row {
    let (_, subject) = ban.subject.split_once(' ').unwrap_or(("source", &ban.subject));
    let known = [(ban.is_known, "ban-known"), (ban.is_asked, "ban-asked")];
    let known = known.into_iter().filter(|(is_so, _)| *is_so).map(|(_, key)| view.say(key, &[]));
    let counts = ban.evidence.counts.iter().map(|(protocol, count)| format!("{protocol} {count}"));
    // Of the operator's own words there is no translation.
    let reason = if ban.rule == BanRule::Operator { ban.reason.as_str() } else { "" };
    let strikes = match ban.strikes {
        0 | 1 => String::new(),
        strikes => view.say("ban-strikes", &[("count", Word::from(strikes as usize))]),
    };
    Row {
        id: ban.subject.clone(),
        cells: vec![
            Cell::text(subject).with_note(known.collect::<Vec<_>>().join(" · ")),
            Cell::text(view.say(&format!("ban-{}", ban.rule), &[])).with_note(reason),
            Cell::time(Some(ban.from), String::new()),
            Cell::time(Some(ban.until), String::new()).with_note(strikes),
            Cell::text(counts.collect::<Vec<_>>().join(", ")).with_note(ban.evidence.logins.join(", ")),
        ],
        more: context! { can_lift => ban.can_lift },
        ..Row::default()
    }
}

pub(super) async fn listed(view: &View, wish: &Wish) -> Result<Listed, Trouble> {
    let found = view.directory().page_of_bans(&wish.search, Seek::first(LISTED)).await?;
    let rows = found.items.into_iter().map(|ban| row(view, ban)).collect();
    // The search has been done where the bans are found.
    let table = table::of(&wish.found(), &heads(), rows).with_search(wish);
    Ok(Listed { table, is_cut: found.next.is_some() })
}

pub(super) async fn export(view: &View, wish: Wish) -> Answer {
    let page = move |view: View, seek| {
        let part = wish.search.clone();
        async move { view.directory().page_of_bans(&part, seek).await }
    };
    exported(view, "bans", &heads(), page, row).await
}

async fn lift(State(shared): State<Arc<Shared>>, person: Administrator, fields: Fields) -> Answer {
    let view = View::of(shared, person, fields.text("of"));
    let subject = fields.text("subject");
    let known = view.directory().ban(subject).await?;
    match view.directory().lift_ban(subject).await {
        Ok(()) => {
            let shown = subject.split_once(' ').map_or(subject, |(_, shown)| shown);
            let words = view.say("ban-lifted", &[("subject", Word::from(shown))]);
            let toast = match known {
                Some(known) => {
                    let lifted = Lifted::of(known);
                    let seal = view.person.toast_key.seal(&lifted);
                    let fields = [("ban", lifted.as_str()), ("seal", &seal), ("of", fields.text("of"))];
                    Toast::of(words).with_undo("/manager/sources/bans/again".to_owned(), &fields)
                }
                None => Toast::of(words),
            };
            Ok(done(&view.person, view.path(), &toast))
        }
        Err(error) => view.refused(error),
    }
}

/// A ban that was lifted a moment ago, as the way back carries it.
#[derive(Serialize, Deserialize)]
struct Lifted {
    subject: String,
    from: i64,
    until: i64,
    strikes: u32,
    reason: String,
    rule: String,
}

impl Lifted {
    fn of(view: BanView) -> String {
        let ban = view.ban;
        let lifted = Lifted {
            subject: ban.subject,
            from: ban.from.0,
            until: ban.until.0,
            strikes: ban.strikes,
            reason: ban.reason,
            rule: ban.rule.to_string(),
        };
        serde_json::to_string(&lifted).unwrap_or_default()
    }

    fn read(text: &str) -> Option<LiftedBan> {
        let lifted: Lifted = serde_json::from_str(text).ok()?;
        Some(LiftedBan {
            subject: lifted.subject,
            from: Timestamp(lifted.from),
            until: Timestamp(lifted.until),
            strikes: lifted.strikes,
            reason: lifted.reason,
            rule: BanRule::EACH.into_iter().find(|rule| rule.as_str() == lifted.rule)?,
        })
    }
}

/// The lifting is taken back: only what was lifted in this session comes back, as it was.
async fn ban_again(State(shared): State<Arc<Shared>>, person: Administrator, fields: Fields) -> Answer {
    let view = View::of(shared, person, fields.text("of"));
    let text = fields.raw("ban");
    if !view.person.toast_key.is_sealed(text, fields.text("seal")) {
        return Err(Trouble::NotFound);
    }
    let lifted = Lifted::read(text).ok_or(Trouble::NotFound)?;
    let subject = lifted.subject.split_once(' ').map_or("", |(_, shown)| shown).to_owned();
    let key = match view.directory().ban_again(lifted).await {
        Ok(()) => "ban-again",
        // It is over by now, or holds already.
        Err(DirectoryError::NotFound { .. }) => "ban-not-again",
        Err(error) => return view.refused(error),
    };
    view.done(view.say(key, &[("subject", Word::from(subject))]))
}

async fn ban(State(shared): State<Arc<Shared>>, person: Administrator, fields: Fields) -> Answer {
    let view = View::of(shared, person, "installation");
    if !view.is_installation {
        return Err(Trouble::NotFound);
    }
    let hours = u64::from(fields.number("hours").unwrap_or(0));
    let for_so_long = std::time::Duration::from_secs(hours * 3600);
    match view.directory().ban_source(fields.text("ip"), for_so_long, fields.text("reason")).await {
        Ok(()) => view.done(view.say("ban-made", &[("subject", Word::from(fields.text("ip")))])),
        Err(error) => {
            let error = directory_refusal(&view.person.guest, error)?;
            let error = if error.field == "source" { error.at("ip") } else { error };
            show_with(&view, &fields, &[error]).await
        }
    }
}
