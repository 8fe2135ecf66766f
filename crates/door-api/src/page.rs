//! Lists a page at a time. The cursor is opaque to callers: it is the key of the last thing of the page before
//! ([`db::Seek`]), so that things that come and go meanwhile neither repeat nor hide others.

use std::net::IpAddr;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use db::{Moment, Seek};
use directory::BanKey;
use model::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::limits::{PAGE_DEFAULT, PAGE_LIMIT};
use crate::refusal::{Result, invalid};

/// A page of a list.
#[derive(Serialize, ToSchema)]
pub(crate) struct Page<T> {
    /// The things on this page, in the list's order.
    pub(crate) items: Vec<T>,
    /// Give it as `after` for the next page; null on the last one.
    pub(crate) next: Option<String>,
}

impl<T> Page<T> {
    /// The page with a view of each thing.
    pub(crate) fn of<F, K: Cursor>(page: db::Page<F, K>, view: impl FnMut(F) -> T) -> Page<T> {
        Page { items: page.items.into_iter().map(view).collect(), next: page.next.map(Cursor::seal) }
    }
}

/// Which page.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct PageQuery {
    /// The most things on the page; more than 200 are 200.
    #[param(minimum = 1, default = 100)]
    limit: Option<usize>,
    /// The `next` of the page before.
    after: Option<String>,
}

impl PageQuery {
    /// Where to read.
    pub(crate) fn seek<K: Cursor>(&self) -> Result<Seek<K>> {
        let after = self.after.as_deref().map(opened).transpose()?;
        Ok(Seek { after, limit: self.limit.unwrap_or(PAGE_DEFAULT).clamp(1, PAGE_LIMIT) })
    }
}

fn opened<K: Cursor>(cursor: &str) -> Result<K> {
    URL_SAFE_NO_PAD.decode(cursor).ok().and_then(|bytes| K::read(&bytes)).ok_or_else(|| {
        invalid("after", format!("«{cursor}» is no cursor"), "the `next` of the page before, unchanged")
    })
}

/// What a list of texts is searched for.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct TextQuery {
    /// Only those of which an address, a name or a text contains this, in whatever case.
    text: Option<String>,
}

impl TextQuery {
    /// What to look for; empty: all.
    pub(crate) fn part(self) -> String {
        self.text.unwrap_or_default()
    }
}

/// The key of a list as its callers carry it.
pub(crate) trait Cursor: Sized {
    /// The key's octets.
    fn write(self) -> Vec<u8>;

    /// The key that was written so.
    fn read(bytes: &[u8]) -> Option<Self>;

    /// The text that callers see.
    fn seal(self) -> String {
        URL_SAFE_NO_PAD.encode(self.write())
    }
}

impl Cursor for i64 {
    fn write(self) -> Vec<u8> {
        self.to_be_bytes().to_vec()
    }

    fn read(bytes: &[u8]) -> Option<i64> {
        bytes.try_into().ok().map(i64::from_be_bytes)
    }
}

impl Cursor for IpAddr {
    fn write(self) -> Vec<u8> {
        self.to_string().into_bytes()
    }

    fn read(bytes: &[u8]) -> Option<IpAddr> {
        str::from_utf8(bytes).ok()?.parse().ok()
    }
}

impl Cursor for BanKey {
    fn write(self) -> Vec<u8> {
        [&self.0.0.to_be_bytes(), self.1.as_bytes()].concat()
    }

    fn read(bytes: &[u8]) -> Option<BanKey> {
        let (until, subject) = bytes.split_at_checked(8)?;
        Some((Timestamp(i64::read(until)?), String::from_utf8(subject.to_vec()).ok()?))
    }
}

impl Cursor for mail_secure::receiving::Behind {
    fn write(self) -> Vec<u8> {
        self.to_string().into_bytes()
    }

    fn read(bytes: &[u8]) -> Option<Self> {
        Self::parse(str::from_utf8(bytes).ok()?)
    }
}

impl Cursor for mail_secure::following::Cursor {
    fn write(self) -> Vec<u8> {
        self.to_string().into_bytes()
    }

    fn read(bytes: &[u8]) -> Option<Self> {
        Self::parse(str::from_utf8(bytes).ok()?)
    }
}

impl Cursor for Moment {
    fn write(self) -> Vec<u8> {
        [self.0.0.to_be_bytes(), self.1.to_be_bytes()].concat()
    }

    fn read(bytes: &[u8]) -> Option<Moment> {
        let (at, id) = bytes.split_at_checked(8)?;
        Some((Timestamp(i64::read(at)?), i64::read(id)?))
    }
}
