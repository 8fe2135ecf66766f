//! Gathering what can be known about where a letter comes from: everything that needs the network.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Arc;

use aws_lc_rs::digest::{SHA256, digest};
use model::{Domain, ReversePath, Timestamp};
use parking_lot::Mutex;
use tokio::sync::OnceCell;
use trust::dmarc::{Discovery, discover, is_aligned};
use trust::lists::DnsListKind;
use trust::spf::{Question, SpfOutcome, ask};
use trust::{
    Authentication, DkimEvidence, DkimResult, DmarcEvidence, DmarcResult, ListEvidence, Override,
    ReverseEvidence, SpfEvidence, SpfResult,
};
use world::{Clock, Names};

use crate::body::Hashed;
use crate::evidence::HeaderFacts;
use crate::limits::*;
use crate::verify::Header;
use crate::{Policy, arc, dkim, lists};

/// Checks letters of strangers. Cheap to clone.
#[derive(Clone)]
pub struct Judge {
    inner: Arc<Inner>,
}

struct Inner {
    names: Names,
    clock: Clock,
    hostname: Domain,
    remembered: Mutex<HashMap<Sender, Remembered>>,
}

/// What SPF and reverse DNS depend on.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Sender {
    ip: IpAddr,
    helo: String,
    from: String,
}

struct Remembered {
    until: Timestamp,
    cell: Arc<OnceCell<Early>>,
}

/// What can be known before the letter itself arrives.
#[derive(Clone, Debug, Default)]
struct Early {
    spf: SpfEvidence,
    spf_helo: Option<SpfEvidence>,
    reverse: Option<ReverseEvidence>,
    sender_is_null_mx: bool,
    lists: Vec<ListEvidence>,
}

/// A letter as the judge sees it.
pub struct Letter<'a> {
    /// The peer; without it SPF and reverse DNS are left out.
    pub ip: Option<IpAddr>,
    /// The name that it gave.
    pub helo: &'a str,
    /// MAIL FROM.
    pub from: &'a ReversePath,
    /// The header as received.
    pub header: &'a [u8],
    /// What was counted in it.
    pub facts: &'a HeaderFacts,
    /// The hashes of its body.
    pub bodies: &'a Hashed,
}

impl Judge {
    /// A judge for the host of that name.
    pub fn new(names: Names, clock: Clock, hostname: Domain) -> Judge {
        Judge { inner: Arc::new(Inner { names, clock, hostname, remembered: Mutex::default() }) }
    }

    /// Begins with what is known at MAIL, so that it is there at the end of data. Needs not be awaited to its end.
    pub async fn expect(&self, ip: IpAddr, helo: &str, from: &ReversePath, policy: &Policy) {
        self.early(ip, helo, from, policy).await;
    }

    /// Whether that is known, or being found out.
    pub fn knows(&self, ip: IpAddr, helo: &str, from: &ReversePath) -> bool {
        let sender = Sender { ip, helo: helo.to_owned(), from: from.to_string() };
        let now = self.inner.clock.now();
        self.inner.remembered.lock().get(&sender).is_some_and(|known| known.until > now)
    }

    /// Everything that can be known, all look-ups at the same time. Trouble with look-ups is a result like
    /// others: what it means, [`crate::weigh`] says.
    pub async fn gather(&self, letter: &Letter<'_>, policy: &Policy) -> Authentication {
        let Letter { ip, helo, from, header, facts, bodies } = *letter;
        let names = &self.inner.names;
        let now_seconds = self.inner.clock.now().0.div_euclid(1000);
        let read = Header::new(header);
        let author = facts.author_domain();
        let discovery = async {
            match &author {
                Ok(domain) if domain.literal().is_none() => discover(names, domain.as_str()).await,
                _ => Discovery::Nothing,
            }
        };
        let early = async {
            match ip {
                Some(ip) => Some(self.early(ip, helo, from, policy).await),
                None => None,
            }
        };
        let lists = async {
            match &author {
                Ok(domain) if domain.literal().is_none() => {
                    lists::ask(names, &policy.lists, DnsListKind::Domain, domain.as_str()).await
                }
                _ => Vec::new(),
            }
        };
        let (early, dkim, arc, discovery, author_lists) = tokio::join!(
            early,
            dkim::check(names, &read, bodies, now_seconds),
            arc::check(names, &read, bodies, &policy.trusted_sealers),
            discovery,
            lists,
        );
        let (is_known, early) = (early.is_some(), early.unwrap_or_default());
        let header_from = author.as_ref().map(Domain::to_string).unwrap_or_default();
        let mut dmarc = match author {
            Ok(_) => weigh_dmarc(&discovery, &header_from, &early.spf, &dkim),
            // RFC 7489 §6.6.1: without a single author there is nobody to ask, and nobody to believe.
            Err(because) => {
                DmarcEvidence { result: DmarcResult::PermError, because, ..DmarcEvidence::default() }
            }
        };
        sample(&mut dmarc, header);
        let mail_from = from.address().map(|address| address.domain().to_string()).unwrap_or_default();
        let mut authentication = Authentication {
            ip: ip.map(|ip| ip.to_canonical()),
            helo: helo.chars().filter(|c| !c.is_control()).take(EVIDENCE_TEXT_LIMIT).collect(),
            mail_from,
            header_from,
            spf: is_known.then_some(early.spf),
            spf_helo: early.spf_helo,
            dkim,
            dmarc: Some(dmarc),
            arc,
            reverse: early.reverse,
            lists: early.lists.into_iter().chain(author_lists).collect(),
            sender: None,
            claims_hosted: None,
            sender_is_null_mx: early.sender_is_null_mx,
        };
        cut(&mut authentication);
        authentication
    }

    async fn early(&self, ip: IpAddr, helo: &str, from: &ReversePath, policy: &Policy) -> Early {
        let sender = Sender { ip, helo: helo.to_owned(), from: from.to_string() };
        let now = self.inner.clock.now();
        let cell = {
            let mut remembered = self.inner.remembered.lock();
            if remembered.len() >= REMEMBERED_LIMIT {
                remembered.retain(|_, known| known.until > now);
                if remembered.len() >= REMEMBERED_LIMIT {
                    remembered.clear();
                }
            }
            let fresh = || Remembered { until: now.plus(REMEMBERED_FOR), cell: Arc::default() };
            let known = remembered.entry(sender.clone()).or_insert_with(fresh);
            if known.until <= now {
                *known = fresh();
            }
            known.cell.clone()
        };
        let early = cell.get_or_init(|| self.look_early(ip, helo, from, policy)).await.clone();
        // The next try may be luckier.
        if early.spf.result == SpfResult::TempError {
            self.inner.remembered.lock().remove(&sender);
        }
        early
    }

    async fn look_early(&self, ip: IpAddr, helo: &str, from: &ReversePath, policy: &Policy) -> Early {
        let names = &self.inner.names;
        let ask = |sender: String| async move {
            let receiver = self.inner.hostname.as_str();
            let timestamp = self.inner.clock.now().0.div_euclid(1000);
            spf_evidence(ask(names, &Question { ip, helo, sender: &sender, receiver, timestamp }).await)
        };
        let reverse = async {
            // Nobody's server but ours answers for loopback addresses (RFC 6303 §4.2).
            if ip.to_canonical().is_loopback() { None } else { Some(trust::iprev(names, ip).await) }
        };
        let peer = lists::subject(ip);
        let lists = lists::ask(names, &policy.lists, DnsListKind::Address, &peer);
        let Some(address) = from.address() else {
            // RFC 7208 §2.4: the HELO name stands for the null sender.
            let (spf, reverse, lists) = tokio::join!(ask(String::new()), reverse, lists);
            return Early { spf, reverse, lists, ..Early::default() };
        };
        let domain = address.domain();
        let sender = format!("{}@{domain}", address.localpart());
        let null_mx = async { domain.literal().is_none() && trust::null_mx(names, domain).await };
        let (spf, spf_helo, reverse, sender_is_null_mx, lists) =
            tokio::join!(ask(sender), ask(String::new()), reverse, null_mx, lists);
        Early { spf, spf_helo: Some(spf_helo), reverse, sender_is_null_mx, lists }
    }
}

fn spf_evidence(outcome: SpfOutcome) -> SpfEvidence {
    SpfEvidence { result: outcome.result, domain: outcome.domain, because: outcome.mechanism }
}

/// RFC 7489 §6.6.2: an aligned identifier that passed.
pub(crate) fn weigh_dmarc(
    discovery: &Discovery,
    from: &str,
    spf: &SpfEvidence,
    dkim: &[DkimEvidence],
) -> DmarcEvidence {
    let published = match discovery {
        Discovery::Found(published) => published,
        Discovery::Nothing => return DmarcEvidence::default(),
        Discovery::Later(because) => {
            return DmarcEvidence {
                result: DmarcResult::TempError,
                because: because.clone(),
                ..DmarcEvidence::default()
            };
        }
    };
    let record = &published.record;
    let fits_spf = is_aligned(&spf.domain, from, record.spf_alignment);
    let fits = |dkim: &&DkimEvidence| is_aligned(&dkim.domain, from, record.dkim_alignment);
    let spf_aligned = spf.result == SpfResult::Pass && fits_spf;
    let dkim_aligned = dkim.iter().filter(fits).any(|dkim| dkim.result == DkimResult::Pass);
    // Only what could have made it pass is missed.
    let missed_key = dkim.iter().filter(fits).find(|dkim| dkim.result == DkimResult::TempError);
    let (result, because) = match (spf_aligned || dkim_aligned, missed_key) {
        (true, _) => (DmarcResult::Pass, String::new()),
        (false, _) if fits_spf && spf.result == SpfResult::TempError => {
            (DmarcResult::TempError, spf.because.clone())
        }
        (false, Some(dkim)) => (DmarcResult::TempError, dkim.because.clone()),
        (false, None) => (DmarcResult::Fail, String::new()),
    };
    DmarcEvidence {
        result,
        domain: published.domain.clone(),
        policy: published.policy,
        record: published.text.clone(),
        spf_alignment: record.spf_alignment,
        dkim_alignment: record.dkim_alignment,
        spf_aligned,
        dkim_aligned,
        // t=y of DMARCbis asks for what pct=0 of RFC 7489 asks for.
        percent: match record.is_testing {
            true => Some(0),
            false => (record.percent < 100).then_some(record.percent),
        },
        reports_to: record.reports_to.clone(),
        because,
        ..DmarcEvidence::default()
    }
}

/// RFC 7489 §6.6.4: the die is the header itself, so that a letter that comes again falls the same way.
fn sample(dmarc: &mut DmarcEvidence, header: &[u8]) {
    if let (DmarcResult::Fail, Some(percent)) = (dmarc.result, dmarc.percent) {
        let hash = digest(&SHA256, header);
        let number = u16::from_be_bytes([hash.as_ref()[0], hash.as_ref()[1]]);
        if number % 100 >= u16::from(percent) {
            dmarc.overridden = Some(Override::SampledOut);
        }
    }
}

/// Strangers chose these texts, and the trail keeps them.
fn cut(authentication: &mut Authentication) {
    let Authentication { spf, spf_helo, dkim, dmarc, arc, reverse, lists, .. } = authentication;
    let texts = spf.iter_mut().chain(spf_helo).map(|spf| &mut spf.because);
    let texts = texts.chain(dkim.iter_mut().map(|dkim| &mut dkim.because));
    let texts = texts.chain(dmarc.iter_mut().flat_map(|dmarc| [&mut dmarc.because, &mut dmarc.record]));
    let texts = texts.chain(arc.iter_mut().map(|arc| &mut arc.because));
    let texts = texts.chain(lists.iter_mut().map(|list| &mut list.trouble));
    for text in texts.chain(reverse.iter_mut().map(|reverse| &mut reverse.name)) {
        text.retain(|c| !c.is_control());
        if let Some((end, _)) = text.char_indices().nth(EVIDENCE_TEXT_LIMIT) {
            text.truncate(end);
        }
    }
    if let Some(dmarc) = dmarc {
        dmarc.reports_to.truncate(4);
        dmarc.reports_to.retain(|uri| uri.len() <= EVIDENCE_TEXT_LIMIT);
    }
}
