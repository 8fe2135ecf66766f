//! check_host() (RFC 7208 §4), with everything that it found on its way.

use std::net::IpAddr;
use std::pin::Pin;

use wire_trust::spf::{
    MacroString, Mechanism, Prefixes, Qualifier, Record, Term, Values, is_in_ipv4, is_in_ipv6,
};
use world::{LookupError, Names, RData, RecordType};

use super::{is_askable, published};
use crate::SpfResult;
use crate::limits::*;

/// Who sends, in whose name.
#[derive(Clone, Debug)]
pub struct Question<'a> {
    /// The peer.
    pub ip: IpAddr,
    /// The name that it gave.
    pub helo: &'a str,
    /// MAIL FROM; empty for the null sender, for which `postmaster@` and the HELO name is asked (§2.4).
    pub sender: &'a str,
    /// The host that checks, for explanations.
    pub receiver: &'a str,
    /// Seconds since 1970, for explanations.
    pub timestamp: i64,
}

/// The answer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SpfOutcome {
    /// The result.
    pub result: SpfResult,
    /// The domain that was asked.
    pub domain: String,
    /// The term that matched, where it did not stand in the domain's own record with the way there
    /// (`include:a.example: ip4:192.0.2.1`); or why there is none.
    pub mechanism: String,
    /// What the domain has to say about a fail (§6.2): a stranger's words.
    pub explanation: Option<String>,
    /// Terms that looked up.
    pub lookups: u32,
    /// Look-ups that found nothing.
    pub void_lookups: u32,
}

/// Whether `ip`, which calls itself `helo`, may send for `sender`.
pub async fn evaluate(names: &Names, ip: IpAddr, helo: &str, sender: &str) -> SpfOutcome {
    ask(names, &Question { ip, helo, sender, receiver: "unknown", timestamp: 0 }).await
}

/// [`evaluate`], with what explanations may want to know.
pub async fn ask(names: &Names, question: &Question<'_>) -> SpfOutcome {
    let helo = question.helo.strip_suffix('.').unwrap_or(question.helo);
    let (local, domain) = match question.sender {
        "" => ("postmaster", helo),
        sender => match sender.rsplit_once('@') {
            // §4.3: no local part means postmaster.
            Some(("", domain)) => ("postmaster", domain),
            Some((local, domain)) => (local, domain),
            None => ("postmaster", sender),
        },
    };
    let mut check = Check {
        names,
        ip: question.ip.to_canonical(),
        helo: question.helo,
        local,
        sender_domain: domain,
        receiver: question.receiver,
        timestamp: question.timestamp,
        lookups: 0,
        voids: 0,
        explanation: None,
    };
    let ended = tokio::time::timeout(SPF_TIME_LIMIT, check.host(domain, false)).await;
    let Ended { result, because } =
        ended.unwrap_or_else(|_| Ended::new(SpfResult::TempError, "the look-ups take too long"));
    let explanation = check.explanation.take().filter(|_| result == SpfResult::Fail);
    SpfOutcome {
        result,
        domain: domain.to_ascii_lowercase(),
        mechanism: because,
        explanation,
        lookups: check.lookups,
        void_lookups: check.voids,
    }
}

struct Check<'a> {
    names: &'a Names,
    ip: IpAddr,
    helo: &'a str,
    local: &'a str,
    sender_domain: &'a str,
    receiver: &'a str,
    timestamp: i64,
    lookups: u32,
    voids: u32,
    explanation: Option<String>,
}

/// The end of one check_host().
struct Ended {
    result: SpfResult,
    because: String,
}

impl Ended {
    fn new(result: SpfResult, because: impl Into<String>) -> Ended {
        Ended { result, because: because.into() }
    }
}

/// What ends an evaluation before a term matches.
type Trouble = Ended;

fn later(error: &LookupError) -> Trouble {
    Ended::new(SpfResult::TempError, error.to_string())
}

fn broken(because: impl Into<String>) -> Trouble {
    Ended::new(SpfResult::PermError, because)
}

impl Check<'_> {
    // Boxed: include and redirect= call it again.
    fn host<'b>(
        &'b mut self,
        domain: &'b str,
        is_included: bool,
    ) -> Pin<Box<dyn Future<Output = Ended> + Send + 'b>> {
        Box::pin(async move {
            match self.record(domain).await {
                Ok(Some(record)) => match self.terms(domain, &record, is_included).await {
                    Ok(ended) | Err(ended) => ended,
                },
                Ok(None) => Ended::new(SpfResult::None, format!("{domain} publishes no SPF record")),
                Err(trouble) => trouble,
            }
        })
    }

    /// §4.3 to §4.6.
    async fn record(&mut self, domain: &str) -> Result<Option<Record>, Trouble> {
        if !is_askable(domain) {
            return Ok(None);
        }
        let records = published(self.names, domain).await.map_err(|error| later(&error))?;
        match &records[..] {
            [] => Ok(None),
            [record] => Record::parse(record)
                .map(Some)
                .map_err(|fault| broken(format!("{domain}: {fault} ({})", fault.term))),
            several => Err(broken(format!("{domain} publishes {} SPF records", several.len()))),
        }
    }

    async fn terms(&mut self, domain: &str, record: &Record, is_included: bool) -> Result<Ended, Trouble> {
        for term in &record.terms {
            let Term::Directive(qualifier, mechanism) = term else { continue };
            let Some(way) = self.matches(domain, mechanism).await? else { continue };
            let result = match qualifier {
                Qualifier::Pass => SpfResult::Pass,
                Qualifier::Fail => SpfResult::Fail,
                Qualifier::SoftFail => SpfResult::SoftFail,
                Qualifier::Neutral => SpfResult::Neutral,
            };
            if result == SpfResult::Fail && !is_included {
                self.explain(domain, record).await;
            }
            return Ok(Ended::new(result, format!("{term}{way}")));
        }
        let Some(target) = record.redirect() else {
            return Ok(Ended::new(SpfResult::Neutral, format!("nothing in the record of {domain} matches")));
        };
        // §6.1.
        self.count_lookup()?;
        let name = self.expand(domain, target).await;
        let ended = self.host(&name, is_included).await;
        match ended.result {
            SpfResult::None => Err(broken(format!("redirect={name}: there is no SPF record"))),
            _ => Ok(Ended::new(ended.result, format!("redirect={name}: {}", ended.because))),
        }
    }

    /// Whether the mechanism matches: then with the way to what did.
    async fn matches(&mut self, domain: &str, mechanism: &Mechanism) -> Result<Option<String>, Trouble> {
        if mechanism.looks_up() {
            self.count_lookup()?;
        }
        let is_match = match mechanism {
            Mechanism::All => true,
            Mechanism::Ip4(network, prefix) => match self.ip {
                IpAddr::V4(ip) => is_in_ipv4(ip, *network, *prefix),
                IpAddr::V6(_) => false,
            },
            Mechanism::Ip6(network, prefix) => match self.ip {
                IpAddr::V6(ip) => is_in_ipv6(ip, *network, *prefix),
                IpAddr::V4(_) => false,
            },
            Mechanism::Include(target) => {
                let name = self.expand(domain, target).await;
                let ended = self.host(&name, true).await;
                // §5.2.
                return match ended.result {
                    SpfResult::Pass => Ok(Some(format!(": {}", ended.because))),
                    SpfResult::Fail | SpfResult::SoftFail | SpfResult::Neutral => Ok(None),
                    SpfResult::TempError => Err(ended),
                    SpfResult::PermError => Err(broken(format!("include:{name}: {}", ended.because))),
                    SpfResult::None => Err(broken(format!("include:{name}: there is no SPF record"))),
                };
            }
            Mechanism::A(target, prefixes) => {
                let name = self.target(domain, target.as_ref()).await;
                self.has_address(&name, *prefixes).await?
            }
            Mechanism::Mx(target, prefixes) => {
                let name = self.target(domain, target.as_ref()).await;
                self.has_exchanger(&name, *prefixes).await?
            }
            Mechanism::Ptr(target) => {
                let name = self.target(domain, target.as_ref()).await.to_ascii_lowercase();
                self.validated_names().await.iter().any(|known| is_within(known, &name))
            }
            Mechanism::Exists(target) => {
                let name = self.expand(domain, target).await;
                // §5.7: an A record, for IPv6 peers as well.
                !self.look_up(&name, RecordType::A).await?.is_empty()
            }
        };
        Ok(is_match.then(String::new))
    }

    fn count_lookup(&mut self) -> Result<(), Trouble> {
        self.lookups += 1;
        match self.lookups > SPF_LOOKUP_LIMIT {
            true => Err(broken(format!("more than {SPF_LOOKUP_LIMIT} terms look up"))),
            false => Ok(()),
        }
    }

    /// Nothing found is no trouble until it happens too often (§4.6.4).
    async fn look_up(&mut self, name: &str, kind: RecordType) -> Result<Vec<RData>, Trouble> {
        match self.names.look_up(name, kind).await {
            Ok(found) => Ok(found.records),
            Err(error) if error.is_void() => {
                self.voids += 1;
                match self.voids > SPF_VOID_LIMIT {
                    true => Err(broken(format!("more than {SPF_VOID_LIMIT} look-ups find nothing"))),
                    false => Ok(Vec::new()),
                }
            }
            Err(error) => Err(later(&error)),
        }
    }

    async fn has_address(&mut self, name: &str, prefixes: Prefixes) -> Result<bool, Trouble> {
        let kind = if self.ip.is_ipv4() { RecordType::A } else { RecordType::AAAA };
        let records = self.look_up(name, kind).await?;
        Ok(records.iter().any(|record| match record {
            RData::A(a) => prefixes.contain(IpAddr::V4(a.0), self.ip),
            RData::AAAA(aaaa) => prefixes.contain(IpAddr::V6(aaaa.0), self.ip),
            _ => false,
        }))
    }

    async fn has_exchanger(&mut self, name: &str, prefixes: Prefixes) -> Result<bool, Trouble> {
        let records = self.look_up(name, RecordType::MX).await?;
        if records.len() > SPF_MX_LIMIT {
            // §4.6.4.
            return Err(broken(format!("{name} has more than {SPF_MX_LIMIT} mail exchangers")));
        }
        for record in &records {
            let RData::MX(mx) = record else { continue };
            if !mx.exchange.is_root() && self.has_address(&mx.exchange.to_ascii(), prefixes).await? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The names of the peer that lead back to it (§5.5); trouble on the way only makes them fewer.
    async fn validated_names(&mut self) -> Vec<String> {
        let pointers = match self.names.pointers(self.ip).await {
            Ok(pointers) => pointers,
            Err(error) => {
                self.voids += u32::from(error.is_void());
                Vec::new()
            }
        };
        let kind = if self.ip.is_ipv4() { RecordType::A } else { RecordType::AAAA };
        let mut validated = Vec::new();
        for name in pointers.into_iter().take(SPF_POINTER_LIMIT) {
            let Ok(found) = self.names.look_up(&name, kind).await else { continue };
            let leads_back = found.records.iter().any(|record| match record {
                RData::A(a) => IpAddr::V4(a.0) == self.ip,
                RData::AAAA(aaaa) => IpAddr::V6(aaaa.0) == self.ip,
                _ => false,
            });
            if leads_back {
                validated.push(name);
            }
        }
        validated
    }

    /// §7.3: the domain itself, or else a name below it, or else any.
    async fn validated_name(&mut self, domain: &str) -> String {
        let domain = domain.to_ascii_lowercase();
        let validated = self.validated_names().await;
        let best = validated
            .iter()
            .find(|name| **name == domain)
            .or_else(|| validated.iter().find(|name| is_within(name, &domain)))
            .or_else(|| validated.first());
        best.map_or_else(|| "unknown".to_owned(), Clone::clone)
    }

    async fn target(&mut self, domain: &str, target: Option<&MacroString>) -> String {
        match target {
            Some(target) => self.expand(domain, target).await,
            None => domain.to_owned(),
        }
    }

    async fn expand(&mut self, domain: &str, target: &MacroString) -> String {
        let validated = match target.needs_validated_name() {
            true => self.validated_name(domain).await,
            false => String::new(),
        };
        target.expand_name(&self.values(domain, &validated))
    }

    fn values<'b>(&'b self, domain: &'b str, validated: &'b str) -> Values<'b> {
        Values {
            local: self.local,
            sender_domain: self.sender_domain,
            domain,
            ip: self.ip,
            helo: self.helo,
            validated,
            receiver: self.receiver,
            timestamp: self.timestamp,
        }
    }

    /// §6.2: whatever is wrong with it, there is just no explanation.
    async fn explain(&mut self, domain: &str, record: &Record) {
        let Some(target) = record.explanation() else { return };
        let name = self.expand(domain, target).await;
        let Ok(texts) = self.names.texts(&name).await else { return };
        let [text] = &texts[..] else { return };
        let Some(text) = std::str::from_utf8(text).ok().filter(|text| text.is_ascii()) else { return };
        let Ok(text) = MacroString::explanation(text) else { return };
        let validated = match text.needs_validated_name() {
            true => self.validated_name(domain).await,
            false => String::new(),
        };
        let limit = wire_trust::limits::EXPLANATION_LIMIT_OCTETS;
        let mut words = text.expand(&self.values(domain, &validated), limit);
        words.retain(|c| c.is_ascii() && !c.is_ascii_control());
        words.truncate(limit);
        self.explanation = Some(words);
    }
}

/// Whether `name` is `domain` or lies below it; both lower case.
fn is_within(name: &str, domain: &str) -> bool {
    let domain = domain.strip_suffix('.').unwrap_or(domain);
    name == domain || name.strip_suffix(domain).is_some_and(|rest| rest.ends_with('.'))
}
