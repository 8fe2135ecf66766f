//! `/log`: what happened to letters, and who changed what.

use axum::Json;
use model::MessageId;
use serde::{Deserialize, Serialize};
use trail::{ChainOf, ChangeSearch, Entry, Head, Search, Walk};
use utoipa::{IntoParams, ToSchema};

use super::user::Whose;
use crate::caller::Caller;
use crate::input::{Asked, Id, address, moment};
use crate::page::{Page, PageQuery};
use crate::refusal::{Result, invalid};

/// The whole way of a letter.
#[derive(Serialize, ToSchema)]
pub(crate) struct Way {
    /// Null for what belongs to no letter of ours, such as a refusal.
    message: Option<String>,
    /// What happened, in order. Each has `at`, `id`, `sender`, `recipient`, `step` and the step's own fields.
    #[schema(value_type = Vec<Object>)]
    events: Vec<serde_json::Value>,
}

/// Which letters.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Which {
    /// The recipient.
    to: Option<String>,
    /// The envelope's sender.
    from: Option<String>,
    /// From this moment on (RFC 3339).
    #[param(format = DateTime)]
    since: Option<String>,
    /// Up to and without this moment (RFC 3339).
    #[param(format = DateTime)]
    until: Option<String>,
    /// One letter.
    #[param(value_type = Option<String>)]
    message: Option<Id>,
}

/// An administrative act.
#[derive(Serialize, ToSchema)]
pub(crate) struct Change {
    id: String,
    #[schema(format = DateTime)]
    at: String,
    organisation: Option<String>,
    /// A login, a token, or a program and the account that ran it.
    who: String,
    /// The one for whom it was done, if that is another.
    behalf: Option<String>,
    /// From where: an IP address, `command`, `program`.
    source: Option<String>,
    action: String,
    what: String,
    /// What it was, as far as the act changed it: names and values.
    #[schema(value_type = Object)]
    before: serde_json::Value,
    /// What it is since.
    #[schema(value_type = Object)]
    after: serde_json::Value,
    /// Its place in the chain of the organisation's changes; null for one from before there were chains.
    number: Option<i64>,
    /// Its digest, which holds that of the change before it: hexadecimal.
    digest: Option<String>,
}

/// Which changes.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct WhichChanges {
    /// Part of any text of it; any case.
    text: Option<String>,
    /// Part of who did it, or of on whose behalf; any case.
    who: Option<String>,
    /// Part of the action; any case.
    action: Option<String>,
    /// From this moment on (RFC 3339).
    #[param(format = DateTime)]
    since: Option<String>,
    /// Up to and without this moment (RFC 3339).
    #[param(format = DateTime)]
    until: Option<String>,
}

/// The whole way of each letter that matches, the letter that came last first
#[utoipa::path(get, path = "/log", tag = "log", params(Which, Whose, PageQuery),
    responses((status = 200, body = Page<Way>)))]
pub(crate) async fn search_letters(
    caller: Caller,
    Asked(which): Asked<Which>,
    Asked(whose): Asked<Whose>,
    Asked(page): Asked<PageQuery>,
) -> Result<Json<Page<Way>>> {
    let organisation = caller.chosen(whose.organisation()).await?;
    let shared = &caller.shared;
    // An organisation sees what its plan shows; the operator all that is kept.
    let visible_from = match caller.token.organisation {
        Some(own) => Some(shared.trail.window(own, shared.world.clock.now()).await?.visible_from),
        None => None,
    };
    let search = Search {
        organisation,
        to: which.to.as_deref().map(|text| address("to", text)).transpose()?,
        from: which.from.as_deref().map(|text| address("from", text)).transpose()?,
        since: which.since.as_deref().map(|text| moment("since", text)).transpose()?.max(visible_from),
        until: which.until.as_deref().map(|text| moment("until", text)).transpose()?,
        message: which.message.map(|Id(id)| MessageId(id)),
        limit: None,
    };
    let is_of_all = search.to.is_none() && search.from.is_none() && search.message.is_none();
    let ways = caller.shared.trail.page_of_ways(search, page.seek()?).await?;
    let directory = caller.directory();
    match organisation {
        Some(organisation) if is_of_all => {
            for service in directory.services(Some(organisation)).await? {
                directory.note_service_opened(service.id).await?;
            }
        }
        _ => directory.note_letter_opened(ways.items.iter().flat_map(trail::Way::addresses)).await?,
    }
    Ok(Json(Page::of(ways, |way| Way {
        message: way.message.map(|id| id.to_string()),
        events: way.events.iter().map(trail::Event::to_json).collect(),
    })))
}

/// Who changed what, the newest first
#[utoipa::path(get, path = "/changes", tag = "log", params(WhichChanges, Whose, PageQuery),
    responses((status = 200, body = Page<Change>)))]
pub(crate) async fn list_changes(
    caller: Caller,
    Asked(which): Asked<WhichChanges>,
    Asked(whose): Asked<Whose>,
    Asked(page): Asked<PageQuery>,
) -> Result<Json<Page<Change>>> {
    let search = ChangeSearch {
        organisation: caller.chosen(whose.organisation()).await?,
        text: which.text.unwrap_or_default(),
        who: which.who.unwrap_or_default(),
        action: which.action.unwrap_or_default(),
        since: which.since.as_deref().map(|text| moment("since", text)).transpose()?,
        until: which.until.as_deref().map(|text| moment("until", text)).transpose()?,
        is_oldest_first: false,
    };
    let entries = caller.shared.trail.changes(search, page.seek()?).await?;
    Ok(Json(Page::of(entries, |Entry { change, number, digest }| Change {
        id: change.id.to_string(),
        at: change.at.rfc3339(),
        organisation: change.organisation.map(|id| id.to_string()),
        who: change.actor.who,
        behalf: change.actor.behalf,
        source: change.actor.source,
        action: change.action,
        what: change.what,
        before: change.before.to_json(),
        after: change.after.to_json(),
        number,
        digest: digest.map(|digest| digest.to_string()),
    })))
}

/// An end that somebody kept.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct NotedEnd {
    /// An end that was noted before, as `head` has it, which must still be in the chain of the organisation, or of the
    /// installation where none is named: `NUMBER:DIGEST`.
    noted: Option<String>,
}

/// What a walk along a chain of changes found.
#[derive(Serialize, ToSchema)]
pub(crate) struct Chain {
    /// Whose changes; null for the installation's own.
    organisation: Option<String>,
    /// Where it begins: 1, or what follows the last change that retention deleted.
    first: i64,
    /// Changes that are as they were written, from the first on.
    checked: i64,
    /// Whether all are.
    intact: bool,
    /// The end, to be kept elsewhere: whoever has it proves later that nothing before it was changed. Null without any
    /// change.
    head: Option<String>,
    /// The first that is not as it was written.
    broken: Option<BrokenChange>,
}

/// A change that is not as it was written.
#[derive(Serialize, ToSchema)]
pub(crate) struct BrokenChange {
    /// Its place in the chain, where it has one.
    number: Option<i64>,
    /// Its identifier, where it is there.
    id: Option<String>,
    /// `changed`, `missing`, `added`, `not the one that was noted`, or that the noted end is older than the chain is kept.
    fault: &'static str,
}

/// The chains of changes.
#[derive(Serialize, ToSchema)]
pub(crate) struct Chains {
    /// Whether no change of any was changed, removed or added afterwards.
    intact: bool,
    items: Vec<Chain>,
}

fn chain(walk: Walk) -> Chain {
    Chain {
        organisation: walk.organisation.map(|id| id.to_string()),
        first: walk.first,
        checked: walk.checked,
        intact: walk.broken.is_none(),
        head: walk.head.map(|head| head.to_string()),
        broken: walk.broken.map(|broken| BrokenChange {
            number: broken.number,
            id: broken.id.map(|id| id.to_string()),
            fault: broken.fault.as_str(),
        }),
    }
}

/// Walk the chain of changes, and name the first that was changed, removed or added afterwards: the organisation's; for
/// the operator without one each organisation's and the installation's, or with a noted end the installation's own
#[utoipa::path(get, path = "/changes/verify", tag = "log", params(NotedEnd, Whose),
    responses((status = 200, body = Chains)))]
pub(crate) async fn verify_changes(
    caller: Caller,
    Asked(end): Asked<NotedEnd>,
    Asked(whose): Asked<Whose>,
) -> Result<Json<Chains>> {
    let organisation = caller.chosen(whose.organisation()).await?;
    let wrong = |reason: &str| invalid("noted", reason.to_owned(), "an end is written as NUMBER:DIGEST");
    let noted = end.noted.map(|text| text.trim().parse::<Head>().map_err(wrong)).transpose()?;
    let of = match organisation {
        Some(organisation) => ChainOf::Organisation(organisation),
        // An end belongs to one chain.
        None if noted.is_some() => ChainOf::Installation,
        None => ChainOf::Everybody,
    };
    let walks = caller.shared.trail.verify(of, noted).await?;
    let items: Vec<Chain> = walks.into_iter().map(chain).collect();
    Ok(Json(Chains { intact: items.iter().all(|chain| chain.intact), items }))
}
