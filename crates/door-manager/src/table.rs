//! Tables: searched, filtered, sorted and paged by what the address bar says, and the same as CSV.

use std::borrow::Cow;
use std::io;

use axum::body::Body;
use axum::http::HeaderValue;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use futures_util::{Stream, StreamExt, stream};
use jiff::tz::TimeZone;
use minijinja::Value;
use serde::Serialize;

use crate::trouble::Trouble;
use crate::{limits, reader};

/// The part of the address that says what a table shows.
#[derive(Clone, Debug, Default)]
pub(crate) struct Wish {
    pub(crate) search: String,
    pub(crate) sort: String,
    pub(crate) is_descending: bool,
    pub(crate) page: usize,
    pub(crate) is_csv: bool,
    pub(crate) path: String,
    /// What stands before the names of its parts, where a page has several tables: `bans` for `bans-sort`.
    prefix: &'static str,
    filters: Vec<(String, String)>,
    hidden: Vec<&'static str>,
    carried: Vec<&'static str>,
    /// What belongs to the page, or to its other tables.
    kept: Vec<(String, String)>,
}

impl Wish {
    /// Reads path and query.
    pub(crate) fn of(target: &str) -> Wish {
        Wish::part(target, "")
    }

    /// The same for one of several tables of a page; the parts of its address begin with `prefix` and a hyphen.
    pub(crate) fn part(target: &str, prefix: &'static str) -> Wish {
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let mut wish = Wish { page: 1, path: path.to_owned(), prefix, ..Wish::default() };
        for (name, value) in url::form_urlencoded::parse(query.as_bytes()).take(50) {
            let name = match name.strip_prefix(prefix).and_then(|rest| rest.strip_prefix('-')) {
                _ if prefix.is_empty() => name,
                Some(own) => Cow::Owned(own.to_owned()),
                None => {
                    wish.kept.push((name.into_owned(), value.into_owned()));
                    continue;
                }
            };
            match name.as_ref() {
                "q" => wish.search = value.chars().take(limits::SEARCH_LIMIT_CHARACTERS).collect(),
                "sort" => {
                    wish.is_descending = value.starts_with('-');
                    wish.sort = value.trim_start_matches('-').to_owned();
                }
                // A database counts rows in 64 bits with a sign.
                "page" => wish.page = value.parse().unwrap_or(1).clamp(1, u32::MAX as usize),
                "format" => wish.is_csv = value == "csv",
                _ if !value.is_empty() => wish.filters.push((name.into_owned(), value.into_owned())),
                _ => {}
            }
        }
        wish
    }

    /// The same for a part that no field of the page asks for: a search keeps it.
    pub(crate) fn carry(&mut self, name: &'static str) {
        self.hide(name);
        self.carried.push(name);
    }

    /// The value of a filter; empty without.
    pub(crate) fn filter(&self, name: &str) -> &str {
        self.filters.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
    }

    /// A part of the address as this table names it.
    fn own<'a>(&self, name: &'a str) -> Cow<'a, str> {
        if self.prefix.is_empty() {
            Cow::Borrowed(name)
        } else {
            Cow::Owned(format!("{}-{name}", self.prefix))
        }
    }

    /// How many rows stand before the page, where the database cuts.
    pub(crate) fn skip(&self) -> usize {
        if self.is_csv { 0 } else { self.page.saturating_sub(1) * limits::ROWS_PER_PAGE }
    }

    /// The same without the search, which has been done where the rows are found.
    pub(crate) fn found(&self) -> Wish {
        Wish { search: String::new(), ..self.clone() }
    }

    /// Leaves a part of the address to the page: no chip for it.
    pub(crate) fn hide(&mut self, name: &'static str) {
        self.hidden.push(name);
    }

    /// The address that shows the same but for `changes`; an empty value takes a part away.
    pub(crate) fn address(&self, changes: &[(&str, &str)]) -> String {
        let sort = if self.is_descending { format!("-{}", self.sort) } else { self.sort.clone() };
        let mut parts = vec![("q", self.search.as_str()), ("sort", sort.as_str())];
        parts.extend(self.filters.iter().map(|(name, value)| (name.as_str(), value.as_str())));
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(&self.kept);
        for (name, value) in parts
            .into_iter()
            .filter(|(name, _)| !changes.iter().any(|(changed, _)| changed == name))
            .chain(changes.iter().copied())
        {
            if !value.is_empty() {
                query.append_pair(&self.own(name), value);
            }
        }
        let query = query.finish();
        if query.is_empty() { self.path.clone() } else { format!("{}?{query}", self.path) }
    }
}

/// A column of a table.
#[derive(Clone, Debug, Default, Serialize)]
pub(crate) struct Column {
    /// The key, for the address and for the words `column-…`.
    pub(crate) key: &'static str,
    pub(crate) is_number: bool,
}

/// Columns of words and moments.
pub(crate) fn columns<const N: usize>(keys: [&'static str; N]) -> [Column; N] {
    keys.map(|key| Column { key, is_number: false })
}

/// A cell: what it says, and how.
#[derive(Clone, Debug, Default, Serialize)]
pub(crate) struct Cell {
    pub(crate) text: String,
    /// `link`, `value`, `badge`, `lamp`, `status` (a lamp whose note opens), `time`, `number` or empty.
    pub(crate) kind: &'static str,
    pub(crate) href: String,
    /// The state of a lamp.
    pub(crate) state: &'static str,
    /// The moment with which a status ends.
    pub(crate) at: String,
    /// A second line.
    pub(crate) note: String,
    /// What sorting compares, where that is not the text.
    #[serde(skip)]
    pub(crate) order: i64,
}

impl Cell {
    pub(crate) fn text(text: impl Into<String>) -> Cell {
        Cell { text: text.into(), ..Cell::default() }
    }

    pub(crate) fn kind(kind: &'static str, text: impl Into<String>) -> Cell {
        Cell { text: text.into(), kind, ..Cell::default() }
    }

    pub(crate) fn link(text: impl Into<String>, href: impl Into<String>) -> Cell {
        Cell { text: text.into(), kind: "link", href: href.into(), ..Cell::default() }
    }

    pub(crate) fn number(number: u64) -> Cell {
        let order = i64::try_from(number).unwrap_or(i64::MAX);
        Cell { text: reader::number(order), kind: "number", order, ..Cell::default() }
    }

    /// A moment, or the words for none.
    pub(crate) fn time(at: Option<model::Timestamp>, none: String) -> Cell {
        match at {
            Some(at) => Cell { order: at.0, ..Cell::kind("time", at.rfc3339()) },
            None => Cell::text(none),
        }
    }

    /// The same with a second line.
    pub(crate) fn with_note(mut self, note: impl Into<String>) -> Cell {
        self.note = note.into();
        self
    }

    pub(crate) fn lamp(state: &'static str, text: impl Into<String>) -> Cell {
        let order =
            ["lost", "waiting", "unknown", "ok"].iter().position(|known| *known == state).unwrap_or(4) as i64;
        Cell { text: text.into(), kind: "lamp", state, order, ..Cell::default() }
    }
}

/// A row.
#[derive(Clone, Debug, Default, Serialize)]
pub(crate) struct Row {
    pub(crate) id: String,
    /// Where Enter and its last cell lead.
    pub(crate) href: String,
    /// The rows of a group stand under its name.
    pub(crate) group: String,
    pub(crate) cells: Vec<Cell>,
    /// Whether it can be chosen for an act on several.
    pub(crate) is_selectable: bool,
    /// What the page needs to know besides for the acts that stand in the row.
    pub(crate) more: Value,
}

#[derive(Clone, Debug, Serialize)]
struct Head {
    key: &'static str,
    is_number: bool,
    href: String,
    /// `up`, `down` or empty.
    direction: &'static str,
}

#[derive(Clone, Debug, Serialize)]
struct Chip {
    name: String,
    value: String,
    href: String,
}

/// A table as the template shows it.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Table {
    /// Before the names of its fields: empty, or such as `bans-`.
    prefix: String,
    /// The fields of its search that belong to the page or to other tables.
    kept: Vec<(String, String)>,
    heads: Vec<Head>,
    rows: Vec<Row>,
    chips: Vec<Chip>,
    search: String,
    path: String,
    csv: String,
    found: usize,
    total: usize,
    page: usize,
    pages: usize,
    previous: String,
    next: String,
    sort: String,
    is_descending: bool,
    is_grouped: bool,
    can_select: bool,
    /// Whether it is known how many there are.
    is_counted: bool,
}

/// The rows that the address wishes for, as a page or as a file.
pub(crate) fn of(wish: &Wish, columns: &[Column], mut rows: Vec<Row>) -> Table {
    let total = rows.len();
    let needle = wish.search.to_lowercase();
    if !needle.is_empty() {
        rows.retain(|row| {
            row.group.to_lowercase().contains(&needle)
                || row.cells.iter().any(|cell| {
                    cell.text.to_lowercase().contains(&needle) || cell.note.to_lowercase().contains(&needle)
                })
        });
    }
    if let Some(index) = columns.iter().position(|column| column.key == wish.sort) {
        rows.sort_by(|a, b| {
            let (Some(a), Some(b)) = (a.cells.get(index), b.cells.get(index)) else {
                return std::cmp::Ordering::Equal;
            };
            let order = a.order.cmp(&b.order).then_with(|| a.text.to_lowercase().cmp(&b.text.to_lowercase()));
            if wish.is_descending { order.reverse() } else { order }
        });
    }
    let found = rows.len();
    let pages = found.div_ceil(limits::ROWS_PER_PAGE).max(1);
    let page = wish.page.min(pages);
    let is_grouped = wish.sort.is_empty() && rows.iter().any(|row| !row.group.is_empty());
    let can_select = rows.iter().any(|row| row.is_selectable);
    if !wish.is_csv {
        rows =
            rows.into_iter().skip((page - 1) * limits::ROWS_PER_PAGE).take(limits::ROWS_PER_PAGE).collect();
    }
    let number = |page: usize| page.to_string();
    let prefix = if wish.prefix.is_empty() { String::new() } else { format!("{}-", wish.prefix) };
    // A search keeps what the page itself was asked for; filters and sorting have fields of their own.
    let carried = wish.filters.iter().filter(|(name, _)| wish.carried.contains(&name.as_str()));
    let carried = carried.map(|(name, value)| (wish.own(name).into_owned(), value.clone()));
    Table {
        prefix,
        kept: wish.kept.iter().cloned().chain(carried).collect(),
        heads: columns
            .iter()
            .map(|column| {
                let is_current = wish.sort == column.key;
                let sort = if is_current && !wish.is_descending {
                    format!("-{}", column.key)
                } else {
                    column.key.to_owned()
                };
                Head {
                    key: column.key,
                    is_number: column.is_number,
                    href: wish.address(&[("sort", &sort)]),
                    direction: match (is_current, wish.is_descending) {
                        (false, _) => "",
                        (true, false) => "up",
                        (true, true) => "down",
                    },
                }
            })
            .collect(),
        chips: wish
            .filters
            .iter()
            .filter(|(name, _)| !wish.hidden.contains(&name.as_str()))
            .map(|(name, value)| Chip {
                name: name.clone(),
                value: value.clone(),
                href: wish.address(&[(name.as_str(), "")]),
            })
            .collect(),
        search: wish.search.clone(),
        path: wish.path.clone(),
        csv: wish.address(&[("format", "csv")]),
        previous: if page > 1 { wish.address(&[("page", &number(page - 1))]) } else { String::new() },
        next: if page < pages { wish.address(&[("page", &number(page + 1))]) } else { String::new() },
        sort: wish.sort.clone(),
        is_descending: wish.is_descending,
        is_counted: true,
        rows,
        found,
        total,
        page,
        pages,
        is_grouped,
        can_select,
    }
}

/// Rows of a page that the database searched, sorted and cut: `found` fit the wish, `total` there are. Only the
/// columns that are named sort.
pub(crate) fn cut(
    wish: &Wish,
    columns: &[Column],
    sortable: &[&str],
    rows: Vec<Row>,
    (found, total): (usize, usize),
) -> Table {
    let plain = Wish { search: String::new(), is_csv: true, sort: String::new(), ..wish.clone() };
    let mut table = of(&plain, columns, rows);
    let pages = found.div_ceil(limits::ROWS_PER_PAGE).max(1);
    let page = wish.page.min(pages);
    let at = |page: usize| wish.address(&[("page", &page.to_string())]);
    for head in &mut table.heads {
        let is_current = wish.sort == head.key;
        let sort =
            if is_current && !wish.is_descending { format!("-{}", head.key) } else { head.key.to_owned() };
        head.href =
            if sortable.contains(&head.key) { wish.address(&[("sort", &sort)]) } else { String::new() };
        head.direction = match (is_current, wish.is_descending) {
            (false, _) => "",
            (true, false) => "up",
            (true, true) => "down",
        };
    }
    Table {
        search: wish.search.clone(),
        sort: wish.sort.clone(),
        is_descending: wish.is_descending,
        previous: if page > 1 { at(page - 1) } else { String::new() },
        next: if page < pages { at(page + 1) } else { String::new() },
        csv: wish.address(&[("format", "csv")]),
        found,
        total,
        page,
        pages,
        ..table
    }
}

/// Rows that stand in the one order that their list has, a page of it or all: nothing is searched, sorted or cut here.
/// The heads lead to the list sorted in another way, from its beginning.
pub(crate) fn in_order(wish: &Wish, columns: &[Column], rows: Vec<Row>) -> Table {
    let plain = Wish { search: String::new(), sort: String::new(), page: 1, is_csv: true, ..wish.clone() };
    let mut table = of(&plain, columns, rows);
    for head in &mut table.heads {
        head.href = wish.address(&[("sort", head.key), ("after", "")]);
    }
    Table { search: wish.search.clone(), csv: wish.address(&[("format", "csv")]), is_counted: false, ..table }
}

/// As [`in_order`], where the list can stand in either order of one column: of `key`, the last first unless the wish
/// is for the first.
pub(crate) fn in_either_order(wish: &Wish, columns: &[Column], key: &'static str, rows: Vec<Row>) -> Table {
    let mut table = in_order(wish, columns, rows);
    let is_ascending = wish.sort == key && !wish.is_descending;
    for head in &mut table.heads {
        // The others do not sort: a link would lead to the same list.
        head.href = String::new();
        if head.key == key {
            let sort = if is_ascending { "" } else { key };
            head.href = wish.address(&[("sort", sort), ("after", "")]);
            head.direction = if is_ascending { "up" } else { "down" };
        }
    }
    table
}

impl Table {
    /// Whether there is nothing that it could show.
    pub(crate) fn is_empty(&self) -> bool {
        self.total == 0
    }

    /// The same as a file (RFC 4180), with the words of the reader's language above.
    pub(crate) fn csv(&self, name: &str, say: impl Fn(&str) -> String) -> Response {
        let mut text = String::from('\u{feff}');
        line(&mut text, self.heads.iter().map(|head| say(&format!("column-{}", head.key))));
        lines(&mut text, &self.rows, &reader::zone());
        file(name, Body::from(text))
    }

    /// What was searched for where the rows were found stays in the field, in the heads and in the file's address.
    pub(crate) fn with_search(mut self, wish: &Wish) -> Table {
        let sort = |key: &str, direction| if direction == "up" { format!("-{key}") } else { key.to_owned() };
        for head in &mut self.heads {
            head.href = wish.address(&[("sort", &sort(head.key, head.direction))]);
        }
        let at = |page: usize| wish.address(&[("page", &page.to_string())]);
        self.previous = if self.page > 1 { at(self.page - 1) } else { String::new() };
        self.next = if self.page < self.pages { at(self.page + 1) } else { String::new() };
        Table { search: wish.search.clone(), csv: wish.address(&[("format", "csv")]), ..self }
    }
}

/// A table without end as a file, read and sent a part at a time: what is lost on the way breaks the file off, so that
/// nobody takes a part for the whole. The first part is read before the answer begins.
pub(crate) async fn csv_in_parts(
    name: &str,
    columns: &[Column],
    say: impl Fn(&str) -> String,
    parts: impl Stream<Item = Result<Vec<Row>, Trouble>> + Send + 'static,
) -> Result<Response, Trouble> {
    let mut parts = Box::pin(parts);
    let mut text = String::from('\u{feff}');
    line(&mut text, columns.iter().map(|column| say(&format!("column-{}", column.key))));
    // The rest is read when the request is answered already.
    let zone = reader::zone();
    if let Some(first) = parts.next().await {
        lines(&mut text, &first?, &zone);
    }
    let rest = parts.map(move |part| {
        let rows = part.map_err(|_| io::Error::other("the rest of the table cannot be read"))?;
        let mut text = String::new();
        lines(&mut text, &rows, &zone);
        Ok::<_, io::Error>(text)
    });
    Ok(file(name, Body::from_stream(stream::once(async { Ok(text) }).chain(rest))))
}

fn file(name: &str, body: Body) -> Response {
    let mut response = body.into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/csv; charset=utf-8"));
    let safe: String = name.chars().filter(|c| c.is_ascii_alphanumeric() || ".-_".contains(*c)).collect();
    if let Ok(value) = format!("attachment; filename=\"{safe}.csv\"").parse() {
        headers.insert(CONTENT_DISPOSITION, value);
    }
    response
}

fn lines(text: &mut String, rows: &[Row], zone: &TimeZone) {
    for row in rows {
        // Programs read numbers without the apostrophe.
        let plain = |cell: &Cell| match cell.kind {
            "number" => cell.order.to_string(),
            "time" => reader::in_zone(zone, &cell.text),
            _ => cell.text.clone(),
        };
        line(text, row.cells.iter().map(plain));
    }
}

fn line(text: &mut String, cells: impl Iterator<Item = String>) {
    for (index, cell) in cells.enumerate() {
        if index > 0 {
            text.push(',');
        }
        // A spreadsheet takes a cell that begins like this for a formula.
        let guard = if cell.starts_with(['=', '+', '-', '@', '\t']) { "'" } else { "" };
        text.push('"');
        text.push_str(guard);
        text.push_str(&cell.replace('"', "\"\""));
        text.push('"');
    }
    text.push_str("\r\n");
}
