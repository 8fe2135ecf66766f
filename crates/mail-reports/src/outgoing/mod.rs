//! Reports that we write: counted once a day, kept in an outbox, made into letters.

pub(crate) mod compose;
mod gather;
pub(crate) mod rows;

use std::time::Duration;

use model::{Address, Domain, Timestamp};
use serde::{Deserialize, Serialize};
use tracing::{debug, info, warn};
use world::LookupError;

use crate::limits::{ATTEMPTS_LIMIT, CLAIM_LIMIT, DESTINATIONS_LIMIT, LETTER_LIMIT_BYTES, RETRY_PAUSE};
use crate::{AggregateRow, DAY_MILLISECONDS, Published, Reports, ReportsError, TlsPolicyRow, day_of, limits};

/// What kind of report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum OutgoingKind {
    /// RFC 7489 §7.2.
    Dmarc,
    /// RFC 8460.
    Tls,
}

impl OutgoingKind {
    /// The word in the tables and in the log.
    pub fn word(self) -> &'static str {
        match self {
            OutgoingKind::Dmarc => "dmarc",
            OutgoingKind::Tls => "tls",
        }
    }
}

/// A finished letter with a report, claimed by this node for [`limits::LEASE`].
#[derive(Clone, Debug)]
pub struct Outgoing {
    /// What kind of report.
    pub kind: OutgoingKind,
    /// The day that it is about.
    pub day: Timestamp,
    /// The domain that it is about.
    pub domain: String,
    /// Who gets it.
    pub recipients: Vec<Address>,
    /// The letter.
    pub letter: Vec<u8>,
    pub(crate) token: i64,
}

/// What was counted for a domain, as it waits in the outbox.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum Tally {
    Dmarc { published: Published, reports_to: Vec<String>, rows: Vec<AggregateRow> },
    Tls { rows: Vec<TlsPolicyRow> },
}

/// A claimed row of the outbox.
pub(crate) struct Claimed {
    pub(crate) kind: OutgoingKind,
    pub(crate) day: Timestamp,
    pub(crate) domain: String,
    pub(crate) id: i64,
    pub(crate) content: String,
    pub(crate) attempts: i64,
    pub(crate) token: i64,
}

/// What a claimed row becomes.
enum Made {
    Letter(Outgoing),
    /// Nobody wants it, or nobody can have it.
    Unwanted(String),
    /// A name cannot be looked up now.
    Later(String),
}

impl Reports {
    /// Counts the finished days that were not counted yet. Cheap where nothing is to be done; another node may count
    /// at the same time, and one of the two counts.
    pub async fn gather(&self, now: Timestamp) -> Result<(), ReportsError> {
        let today = day_of(now.minus(limits::GATHER_AFTER));
        for days_ago in (1..=limits::GATHER_DAYS).rev() {
            let day = Timestamp(today.0 - days_ago * DAY_MILLISECONDS);
            for kind in [OutgoingKind::Dmarc, OutgoingKind::Tls] {
                let is_done = self
                    .db
                    .operator("see which days are counted for reports")
                    .read(move |tx| rows::is_gathered(tx, kind, day))
                    .await?;
                if is_done {
                    continue;
                }
                let tallies = match kind {
                    OutgoingKind::Dmarc => gather::dmarc(&self.trail, day).await?,
                    OutgoingKind::Tls => {
                        gather::tls(&self.trail, day, self.settings.own_addresses.first().copied()).await?
                    }
                };
                let tallies: Vec<(String, i64, String)> = tallies
                    .into_iter()
                    .map(|(domain, tally)| {
                        let content = serde_json::to_string(&tally).unwrap_or_default();
                        (domain, self.world.new_id(), content)
                    })
                    .collect();
                let count = tallies.len();
                let was_first = self
                    .db
                    .operator("write down what is to be reported")
                    .write(move |tx| rows::insert(tx, kind, day, now, &tallies))
                    .await?;
                if was_first && count > 0 {
                    info!(kind = kind.word(), day = %day.rfc3339(), count, "reports to write");
                }
            }
        }
        Ok(())
    }

    /// Claims reports that are due and makes letters of them. Each is to be queued together with [`crate::sent()`] in one
    /// transaction; what is not, comes again after its claim.
    pub async fn due(&self, now: Timestamp) -> Result<Vec<Outgoing>, ReportsError> {
        let token = self.world.new_id();
        let claimed = self
            .db
            .operator("claim reports that are due")
            .write(move |tx| rows::claim(tx, now, now.plus(limits::LEASE), token, CLAIM_LIMIT))
            .await?;
        let mut letters = Vec::new();
        for claimed in claimed {
            let (kind, domain) = (claimed.kind, claimed.domain.clone());
            match self.make(&claimed, now).await {
                Made::Letter(letter) => letters.push(letter),
                Made::Unwanted(why) => {
                    debug!(kind = kind.word(), %domain, %why, "no report");
                    self.end(&claimed, "unwanted", why).await?;
                }
                Made::Later(why) if claimed.attempts >= ATTEMPTS_LIMIT => {
                    warn!(kind = kind.word(), %domain, %why, "a report is given up");
                    self.end(&claimed, "given up", why).await?;
                }
                Made::Later(why) => {
                    debug!(kind = kind.word(), %domain, %why, "a report waits");
                    self.postpone(&claimed, now.plus(RETRY_PAUSE)).await?;
                }
            }
        }
        Ok(letters)
    }

    /// Ends a report that nobody can be sent: why it was refused stands beside it.
    pub async fn give_up(&self, outgoing: &Outgoing, why: String) -> Result<(), ReportsError> {
        let (kind, day, domain, token) =
            (outgoing.kind, outgoing.day, outgoing.domain.clone(), outgoing.token);
        self.db
            .operator("end a report that cannot be sent")
            .write(move |tx| rows::end(tx, (kind, day, &domain), token, "given up", &why))
            .await?;
        Ok(())
    }

    async fn end(&self, claimed: &Claimed, how: &'static str, why: String) -> Result<(), ReportsError> {
        let (kind, day, domain, token) = (claimed.kind, claimed.day, claimed.domain.clone(), claimed.token);
        self.db
            .operator("end a report that is not sent")
            .write(move |tx| rows::end(tx, (kind, day, &domain), token, how, &why))
            .await?;
        Ok(())
    }

    async fn postpone(&self, claimed: &Claimed, next_at: Timestamp) -> Result<(), ReportsError> {
        let (kind, day, domain, token) = (claimed.kind, claimed.day, claimed.domain.clone(), claimed.token);
        self.db
            .operator("try a report later")
            .write(move |tx| rows::postpone(tx, (kind, day, &domain), token, next_at))
            .await?;
        Ok(())
    }

    async fn make(&self, claimed: &Claimed, now: Timestamp) -> Made {
        let tally = match serde_json::from_str(&claimed.content) {
            Ok(tally) => tally,
            Err(error) => return Made::Unwanted(format!("the outbox cannot be read: {error}")),
        };
        let (wishes, file) = match tally {
            Tally::Dmarc { published, reports_to, rows } => {
                let destinations = match self.dmarc_destinations(&published.domain, &reports_to).await {
                    Ok(destinations) => destinations,
                    Err(why) => return Made::Later(why),
                };
                (destinations, compose::dmarc(&self.settings, claimed, published, rows))
            }
            Tally::Tls { rows } => {
                let destinations = match self.tls_destinations(&claimed.domain).await {
                    Ok(destinations) => destinations,
                    Err(why) => return Made::Later(why),
                };
                (destinations, compose::tls(&self.settings, claimed, rows))
            }
        };
        if wishes.is_empty() {
            return Made::Unwanted("nobody asks for it".to_owned());
        }
        let wanted: Vec<Address> = wishes.iter().map(|wish| wish.address.clone()).collect();
        let letter = compose::letter(&self.settings, claimed, &wanted, &file, now);
        let size = letter.len();
        let recipients: Vec<Address> =
            wishes.into_iter().filter(|wish| size <= wish.limit_bytes).map(|wish| wish.address).collect();
        if recipients.is_empty() {
            return Made::Unwanted(format!("it has {size} octets, and nobody takes so much"));
        }
        Made::Letter(Outgoing {
            kind: claimed.kind,
            day: claimed.day,
            domain: claimed.domain.clone(),
            recipients,
            letter,
            token: claimed.token,
        })
    }

    /// Who wants a DMARC report and may be sent one (RFC 7489 §7.1).
    async fn dmarc_destinations(&self, domain: &str, uris: &[String]) -> Result<Vec<Wish>, String> {
        let mut wishes: Vec<Wish> = Vec::new();
        for uri in uris {
            if wishes.len() >= DESTINATIONS_LIMIT {
                break;
            }
            let Some(wish) = Wish::parse(uri) else { continue };
            let host = wish.address.domain().as_str();
            let is_own =
                trust::dmarc::organisational_domain(host) == trust::dmarc::organisational_domain(domain);
            if is_own {
                push(&mut wishes, wish);
                continue;
            }
            // RFC 7489 §7.1: the destination says that it takes reports about the domain.
            let texts = match self.world.names.texts(&format!("{domain}._report._dmarc.{host}")).await {
                Ok(texts) => texts,
                Err(LookupError::Later { .. }) => return Err(format!("{host} cannot be asked now")),
                Err(_) => continue,
            };
            let Some(text) = texts.iter().find(|text| wire_trust::dmarc::Record::is_meant(text)) else {
                continue;
            };
            // §7.1, item 6: it may name another address, on the same host.
            let text = String::from_utf8_lossy(text);
            let instead: Vec<Wish> = wire_trust::dmarc::Record::receive(&text)
                .map(|record| record.reports_to)
                .unwrap_or_default()
                .iter()
                .filter_map(|uri| Wish::parse(uri))
                .filter(|instead| instead.address.domain() == wish.address.domain())
                .take(DESTINATIONS_LIMIT)
                .collect();
            match instead.is_empty() {
                true => push(&mut wishes, wish),
                false => instead.into_iter().for_each(|wish| push(&mut wishes, wish)),
            }
        }
        wishes.truncate(DESTINATIONS_LIMIT);
        Ok(wishes)
    }

    /// Who wants a TLS report (RFC 8460 §3); only by mail: `https:` is passed over.
    async fn tls_destinations(&self, domain: &str) -> Result<Vec<Wish>, String> {
        let texts = match self.world.names.texts(&format!("_smtp._tls.{domain}")).await {
            Ok(texts) => texts,
            Err(LookupError::Later { .. }) => return Err(format!("{domain} cannot be asked now")),
            Err(_) => return Ok(Vec::new()),
        };
        let mut meant = texts.iter().filter(|text| wire_trust::tls_rpt::Record::is_meant(text));
        // RFC 8460 §3: several records are none.
        let (Some(text), None) = (meant.next(), meant.next()) else { return Ok(Vec::new()) };
        let record = wire_trust::tls_rpt::Record::parse(&String::from_utf8_lossy(text));
        let uris = record.map(|record| record.reports_to).unwrap_or_default();
        let mut wishes = Vec::new();
        for wish in uris.iter().filter_map(|uri| Wish::parse(uri)).take(DESTINATIONS_LIMIT) {
            push(&mut wishes, wish);
        }
        Ok(wishes)
    }

    /// Forgets reports and what was sent, after their time.
    pub async fn prune(&self, now: Timestamp) -> Result<(), ReportsError> {
        let before = now.minus(limits::RETENTION);
        let operator = self.db.operator("forget reports whose retention is over");
        loop {
            let forgotten =
                operator.write(move |tx| crate::rows::prune_batch(tx, before, limits::PRUNE_BATCH)).await?;
            if forgotten == 0 {
                break;
            }
        }
        let (sent, names) = (now.minus(limits::SENT_RETENTION), now.minus(4 * limits::NAME_LIFETIME));
        operator
            .write(move |tx| {
                rows::prune(tx, sent)?;
                crate::charts::rows::prune_names(tx, names)
            })
            .await?;
        Ok(())
    }

    /// When to look again, at the latest: there is nothing to be done more often.
    pub const LOOK_AGAIN_AFTER: Duration = Duration::from_secs(300);
}

fn push(wishes: &mut Vec<Wish>, wish: Wish) {
    if !wishes.iter().any(|known| known.address.canonical() == wish.address.canonical()) {
        wishes.push(wish);
    }
}

/// An address that wants reports, and how large ones.
pub(crate) struct Wish {
    pub(crate) address: Address,
    pub(crate) limit_bytes: usize,
}

impl Wish {
    /// `mailto:reports@example.org!10m` (RFC 7489 §6.2); parameters behind `?` are passed over.
    pub(crate) fn parse(uri: &str) -> Option<Wish> {
        let (scheme, rest) = uri.trim().split_once(':')?;
        if !scheme.eq_ignore_ascii_case("mailto") {
            return None;
        }
        let (rest, limit) = match rest.rsplit_once('!') {
            Some((rest, limit)) => (rest, size(limit)?),
            None => (rest, LETTER_LIMIT_BYTES),
        };
        let address = percent_decoded(rest.split('?').next()?)?;
        let address = Address::parse(&address).ok().filter(Address::is_ascii)?;
        let is_name = address.domain().literal().is_none();
        is_name.then_some(Wish { address, limit_bytes: limit.min(LETTER_LIMIT_BYTES) })
    }
}

/// `10m`: k, m, g, t are powers of 1024 (RFC 7489 §6.2).
fn size(text: &str) -> Option<usize> {
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let shift = match text.get(digits.len()..)?.to_ascii_lowercase().as_str() {
        "" => 0,
        "k" => 10,
        "m" => 20,
        "g" => 30,
        "t" => 40,
        _ => return None,
    };
    let number: u64 = digits.parse().ok()?;
    Some(usize::try_from(number.saturating_mul(1 << shift)).unwrap_or(usize::MAX))
}

/// RFC 3986 §2.1; RFC 7489 §6.2 wants `!` and `,` encoded.
fn percent_decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(octet) = rest.next() {
        match octet {
            b'%' => {
                let mut digit = || char::from(rest.next()?).to_digit(16);
                let (high, low) = (digit()?, digit()?);
                bytes.push(u8::try_from(high * 16 + low).ok()?);
            }
            octet => bytes.push(octet),
        }
    }
    String::from_utf8(bytes).ok()
}

/// The domain of a name in reports, if it is one that can be asked about.
pub(crate) fn reportable(domain: &str) -> bool {
    Domain::parse(domain).is_ok_and(|domain| domain.literal().is_none())
}
