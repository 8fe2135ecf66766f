//! Looking: every question at once, each with the time limit of the resolver.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use futures_util::future::join_all;
use futures_util::stream::{self, StreamExt};
use model::Domain;
use world::{LookupError, RData, RecordType, World};

use super::judge::{Answer, Certificate, Findings, ListAnswer};
use super::{Check, Expectation};
use crate::mail::REPORTS_LABELS;
use crate::name::DnsName;

/// Questions under way at once, so that a diagnosis of many domains does not flood the resolver.
const QUESTIONS_AT_ONCE: usize = 16;

/// What a list knows about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BlockListKind {
    /// Addresses (RFC 5782 §2.1).
    Address,
    /// Domains (RFC 5782 §2.2).
    Domain,
}

/// A DNS block list to ask (RFC 5782).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BlockList {
    /// The zone: `bl.example.org`.
    pub zone: String,
    /// What it lists.
    pub kind: BlockListKind,
}

impl fmt::Display for BlockList {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = match self.kind {
            BlockListKind::Address => "ip",
            BlockListKind::Domain => "domain",
        };
        write!(f, "{kind}:{}", self.zone)
    }
}

impl FromStr for BlockList {
    type Err = String;

    /// `ip:bl.example.org` or `domain:bl.example.org`.
    fn from_str(text: &str) -> Result<BlockList, String> {
        let (kind, zone) = match text.split_once(':') {
            Some(("ip", zone)) => (BlockListKind::Address, zone),
            Some(("domain", zone)) => (BlockListKind::Domain, zone),
            _ => return Err(format!("«{text}» is neither ip:ZONE nor domain:ZONE")),
        };
        let zone =
            DnsName::parse(zone).map_err(|wrong| format!("«{zone}»: {} ({})", wrong.reason, wrong.rule))?;
        Ok(BlockList { zone: zone.as_str().to_owned(), kind })
    }
}

/// What it takes to look.
#[derive(Clone)]
pub struct Looker {
    /// Whom to ask.
    pub world: World,
    /// The certificate that our doors show; `None` where nobody knows it.
    pub certificate: Option<Certificate>,
}

impl Looker {
    /// Everything that [`super::judge()`] wants to know.
    pub async fn look(&self, expectation: &Expectation) -> Findings {
        let (answers, spf, policy, (pointers, addresses), lists) = futures_util::join!(
            self.answers(expectation),
            trust::spf::count(&self.world.names, expectation.domain.as_str()),
            self.policy(&expectation.domain),
            self.hosts(expectation),
            self.lists(expectation),
        );
        Findings {
            answers,
            pointers,
            addresses,
            spf: Some(spf),
            policy,
            certificate: self.certificate.clone(),
            lists,
        }
    }

    async fn answers(&self, expectation: &Expectation) -> BTreeMap<(String, RecordType), Answer> {
        let domain = expectation.domain.as_str();
        let zone = expectation.zone.as_ref().map_or(domain, |zone| zone.name.as_str());
        let mut questions: BTreeSet<(String, RecordType)> =
            expectation.wanted.iter().map(|wanted| (wanted.name.clone(), wanted.kind())).collect();
        questions.extend([
            (domain.to_owned(), RecordType::MX),
            (domain.to_owned(), RecordType::TXT),
            (format!("_dmarc.{domain}"), RecordType::TXT),
            (format!("_mta-sts.{domain}"), RecordType::TXT),
            (zone.to_owned(), RecordType::NS),
            (zone.to_owned(), RecordType::DS),
        ]);
        stream::iter(questions)
            .map(|(name, kind)| async move {
                let answer = self.world.names.look_up(&name, kind).await.map(|found| found.records);
                ((name, kind), answer)
            })
            .buffer_unordered(QUESTIONS_AT_ONCE)
            .collect()
            .await
    }

    /// Nobody is asked for the policy of a domain that announces none.
    async fn policy(&self, domain: &Domain) -> Option<super::Policy> {
        self.world.names.texts(&format!("_mta-sts.{domain}")).await.ok()?;
        Some(trust::mta_sts::fetch(&self.world, domain).await.map_err(|trouble| trouble.why))
    }

    async fn hosts(
        &self,
        expectation: &Expectation,
    ) -> (
        BTreeMap<IpAddr, Result<Vec<String>, LookupError>>,
        BTreeMap<String, Result<Vec<IpAddr>, LookupError>>,
    ) {
        let pointers =
            expectation.addresses.iter().map(|ip| async { (*ip, self.world.names.pointers(*ip).await) });
        let pointers: BTreeMap<_, _> = join_all(pointers).await.into_iter().collect();
        let mut hosts: BTreeSet<String> =
            pointers.values().flatten().flatten().take(QUESTIONS_AT_ONCE).cloned().collect();
        hosts.insert(expectation.hostname.to_string());
        let addresses = hosts.into_iter().map(|host| async {
            let found = match Domain::parse(&host) {
                Ok(name) => self.world.names.addresses(&name).await,
                Err(_) => Err(LookupError::NoSuchName(host.clone())),
            };
            (host, found)
        });
        (pointers, join_all(addresses).await.into_iter().collect())
    }

    async fn lists(&self, expectation: &Expectation) -> Vec<ListAnswer> {
        // Owned: a stream that borrows in its closures makes a future that no handler can spawn.
        let mut questions: Vec<(BlockList, String)> = Vec::new();
        for list in &expectation.block_lists {
            let subjects: Vec<String> = match list.kind {
                BlockListKind::Address => expectation.addresses.iter().map(ToString::to_string).collect(),
                BlockListKind::Domain => vec![expectation.domain.to_string()],
            };
            questions.extend(subjects.into_iter().map(|subject| (list.clone(), subject)));
        }
        stream::iter(questions)
            .map(|(list, subject)| async move {
                let name = format!("{}.{}", listed_name(list.kind, &subject), list.zone);
                let answer = match self.world.names.look_up(&name, RecordType::A).await {
                    Ok(found) => list_answer(&found.records),
                    Err(error) if error.is_void() => Ok(None),
                    Err(error) => Err(error.to_string()),
                };
                ListAnswer { list: list.zone.clone(), subject, answer }
            })
            .buffered(QUESTIONS_AT_ONCE)
            .collect()
            .await
    }
}

/// What a list is asked: the octets or nibbles of an address backwards (RFC 5782 §2.1, §2.4), or the domain.
fn listed_name(kind: BlockListKind, subject: &str) -> String {
    match (kind, subject.parse::<IpAddr>()) {
        (BlockListKind::Address, Ok(ip)) => {
            let reverse = world::Name::from(ip).to_ascii();
            let reverse = reverse.trim_end_matches('.');
            let reverse = reverse.strip_suffix(".in-addr.arpa").or(reverse.strip_suffix(".ip6.arpa"));
            reverse.unwrap_or(subject).to_owned()
        }
        _ => subject.to_owned(),
    }
}

/// RFC 5782 §2.1: an entry is an address within 127.0.0.0/8. The larger lists answer 127.255.255.x to whoever
/// may not ask, which is no listing.
fn list_answer(records: &[RData]) -> Result<Option<String>, String> {
    let codes: Vec<_> = records
        .iter()
        .filter_map(|record| match record {
            RData::A(a) => Some(a.0),
            _ => None,
        })
        .collect();
    if let Some(refused) = codes.iter().find(|ip| ip.octets()[..3] == [127, 255, 255]) {
        return Err(format!("it answers {refused}: it does not serve us"));
    }
    let listed: Vec<String> =
        codes.iter().filter(|ip| ip.octets()[0] == 127).map(ToString::to_string).collect();
    match listed.is_empty() {
        true => Err("its answer is none (RFC 5782 §2.1)".to_owned()),
        false => Ok(Some(listed.join(", "))),
    }
}

/// The check to which a record of the mail service belongs; by what it is.
pub(crate) fn check_of(name: &str, domain: &str, data: &RData) -> Option<Check> {
    // The one of a second name stands at the main domain.
    if name.contains(REPORTS_LABELS) {
        return Some(Check::Dmarc);
    }
    let below = name.strip_suffix(domain).map(|label| label.trim_end_matches('.'))?;
    Some(match (data.record_type(), below) {
        (RecordType::MX, "") => Check::Mx,
        (RecordType::TXT, "") => Check::Spf,
        (RecordType::TXT, "_dmarc") => Check::Dmarc,
        (_, "_mta-sts" | "mta-sts" | "_smtp._tls") => Check::MtaSts,
        (RecordType::TXT, label) if label.ends_with("._domainkey") => Check::Dkim,
        (RecordType::SRV, _) | (_, "autoconfig" | "autodiscover") => Check::Autoconfig,
        (RecordType::TLSA, _) => Check::Dane,
        _ => return None,
    })
}
