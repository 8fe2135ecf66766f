//! Looking: every question at once, each with the time limit of the resolver.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use futures_util::future::join_all;
use futures_util::stream::{self, StreamExt};
use model::Domain;
use trust::lists::{DnsList, DnsListKind};
use world::{LookupError, RData, RecordType, World};

use super::judge::{Answer, Certificate, Findings, ListAnswer};
use super::{Check, Expectation};
use crate::mail::REPORTS_LABELS;

/// Questions under way at once, so that a diagnosis of many domains does not flood the resolver.
const QUESTIONS_AT_ONCE: usize = 16;

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
        let mut questions: Vec<(DnsList, String)> = Vec::new();
        for list in &expectation.block_lists {
            let subjects: Vec<String> = match list.kind {
                DnsListKind::Address => expectation.addresses.iter().map(ToString::to_string).collect(),
                DnsListKind::Domain => vec![expectation.domain.to_string()],
            };
            questions.extend(subjects.into_iter().map(|subject| (list.clone(), subject)));
        }
        stream::iter(questions)
            .map(|(list, subject)| async move {
                let answer = list.ask(&self.world.names, &subject).await.map(|codes| {
                    let codes: Vec<String> = codes.iter().map(ToString::to_string).collect();
                    (!codes.is_empty()).then(|| codes.join(", "))
                });
                ListAnswer { list: list.zone.clone(), subject, answer }
            })
            .buffered(QUESTIONS_AT_ONCE)
            .collect()
            .await
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
