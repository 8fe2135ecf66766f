//! Values as people write them: `5GB`, `3d`, an address, a password on standard input.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use directory::Zeroizing;
use model::{Address, Domain, Timestamp};

/// A quota; `None` is no limit of its own.
type Quota = Option<u64>;

/// `5GB`, `1.5GB`, `500 MiB`, `1000000`, or `none`.
pub(super) fn quota(text: &str) -> Result<QuotaArgument, String> {
    let text = text.trim();
    if text.eq_ignore_ascii_case("none") {
        return Ok(QuotaArgument(None));
    }
    // A number alone is octets, as programs write it.
    let octets = text.parse::<u64>().ok().or_else(|| model::read_size(text));
    octets
        .map(|bytes| QuotaArgument(Some(bytes)))
        .ok_or_else(|| format!("«{text}» is no size: write 500MB, 1.5GB, 2GiB or none"))
}

/// A quota argument: wrapped, because clap takes a bare `Option` for an optional argument.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct QuotaArgument(pub(super) Quota);

/// A moment, or how long ago.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// So long before now.
    Ago(Duration),
    /// Then.
    At(Timestamp),
}

impl When {
    pub(super) fn before(self, now: Timestamp) -> Timestamp {
        match self {
            When::Ago(duration) => now.minus(duration),
            When::At(at) => at,
        }
    }
}

/// `90s`, `30m`, `2h`, `3d`, `1w` ago, a moment of RFC 3339, or a date (its begin in UTC).
pub(super) fn when(text: &str) -> Result<When, String> {
    let text = text.trim();
    if let Some((index, unit)) = text.char_indices().last()
        && let Ok(number) = text[..index].parse::<u64>()
    {
        let seconds = match unit {
            's' => Some(1),
            'm' => Some(60),
            'h' => Some(60 * 60),
            'd' => Some(24 * 60 * 60),
            'w' => Some(7 * 24 * 60 * 60),
            _ => None,
        };
        if let Some(seconds) = seconds.and_then(|seconds: u64| seconds.checked_mul(number)) {
            return Ok(When::Ago(Duration::from_secs(seconds)));
        }
    }
    moment(text)
        .map(When::At)
        .map_err(|_| format!("«{text}» is no time: write 2h, 3d, 2026-11-21 or 2026-11-21T12:00:00Z"))
}

/// A moment of RFC 3339, or a date (its begin in UTC).
pub(super) fn moment(text: &str) -> Result<Timestamp, String> {
    let text = text.trim();
    let full = match text.parse::<jiff::civil::Date>() {
        Ok(_) if text.len() == 10 => format!("{text}T00:00:00Z"),
        _ => text.to_owned(),
    };
    full.parse::<jiff::Timestamp>()
        .map(|at| Timestamp(at.as_millisecond()))
        .map_err(|_| format!("«{text}» is no moment: write 2026-11-21 or 2026-11-21T12:00:00Z"))
}

pub(super) fn address(text: &str) -> Result<Address, String> {
    Address::parse(text).map_err(|error| error.to_string())
}

pub(super) fn domain(text: &str) -> Result<Domain, String> {
    Domain::parse(text).map_err(|error| error.to_string())
}

pub(super) fn yes_or_no(text: &str) -> Result<bool, String> {
    match text {
        "yes" => Ok(true),
        "no" => Ok(false),
        other => Err(format!("«{other}» is neither yes nor no")),
    }
}

pub(super) fn id(text: &str) -> Result<i64, String> {
    text.trim()
        .parse()
        .ok()
        .filter(|id| *id > 0)
        .ok_or_else(|| format!("«{text}» is no identifier: it is a positive number"))
}

/// The first line of standard input; a password never stands among the arguments, where other processes
/// and the shell's history see it.
pub(super) fn password_from_stdin() -> Result<Zeroizing<String>> {
    let mut line = Zeroizing::new(String::new());
    std::io::stdin().read_line(&mut line).context("cannot read the password from standard input")?;
    let password = line.strip_suffix('\n').unwrap_or(&line);
    let password = password.strip_suffix('\r').unwrap_or(password);
    ensure!(!password.is_empty(), "standard input holds no password");
    Ok(Zeroizing::new(password.to_owned()))
}
