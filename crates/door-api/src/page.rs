//! Lists a page at a time. The cursor is opaque to callers: it names the last thing of the page before, so
//! that things that come and go meanwhile neither repeat nor hide others.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::limits::{PAGE_DEFAULT, PAGE_LIMIT};
use crate::refusal::{Result, invalid};

/// A page of a list.
#[derive(Serialize, ToSchema)]
pub(crate) struct Page<T> {
    /// The things on this page, in the order they were made.
    pub(crate) items: Vec<T>,
    /// Give it as `after` for the next page; null on the last one.
    pub(crate) next: Option<String>,
}

/// Which page.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct PageQuery {
    /// The most things on the page; more than 1000 are 1000.
    #[param(minimum = 1, default = 100)]
    pub(crate) limit: Option<usize>,
    /// The `next` of the page before.
    pub(crate) after: Option<String>,
}

impl PageQuery {
    /// The page of `all`, which are put in the order of their identifiers.
    pub(crate) fn of<T, V>(
        &self,
        mut all: Vec<T>,
        id: impl Fn(&T) -> i64,
        view: impl Fn(T) -> V,
    ) -> Result<Page<V>> {
        let limit = self.limit();
        let after = self.after.as_deref().map(opened).transpose()?;
        all.sort_unstable_by_key(&id);
        let from = after.map_or(0, |after| all.partition_point(|thing| id(thing) <= after));
        let mut rest = all.split_off(from);
        let has_more = rest.len() > limit;
        rest.truncate(limit);
        let next = has_more.then(|| rest.last().map(|last| sealed(id(last)))).flatten();
        Ok(Page { items: rest.into_iter().map(view).collect(), next })
    }

    pub(crate) fn limit(&self) -> usize {
        self.limit.unwrap_or(PAGE_DEFAULT).clamp(1, PAGE_LIMIT)
    }
}

fn sealed(id: i64) -> String {
    URL_SAFE_NO_PAD.encode(id.to_be_bytes())
}

fn opened(cursor: &str) -> Result<i64> {
    let bytes = URL_SAFE_NO_PAD.decode(cursor).ok().and_then(|bytes| <[u8; 8]>::try_from(bytes).ok());
    bytes.map(i64::from_be_bytes).ok_or_else(|| {
        invalid("after", format!("«{cursor}» is no cursor"), "the `next` of the page before, unchanged")
    })
}
