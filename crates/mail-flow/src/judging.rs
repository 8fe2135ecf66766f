//! Who is checked, by what, and what is written down about it; `mail-judge` does the checking.

use std::collections::HashMap;

use mail_judge::{Authentication, HeaderFacts, Judge, Letter, weigh};
use model::{Address, Domain, Envelope, Localpart, Protocol, Reply, ReversePath, Timestamp};
use parking_lot::Mutex;
use reputation::Sender;
use tracing::warn;
use trust::dmarc::is_aligned;
use trust::{Disposition, DmarcResult, SenderEvidence};
use wire_trust::dmarc::Alignment;

use crate::arrival::{Incoming, Origin, Session};
use crate::limits::{HOSTED_FOR, HOSTED_LIMIT};
use crate::{Flow, trouble};

/// The judge, and which domains turned out to be ours a moment ago.
pub(crate) struct Judging {
    judge: Judge,
    hosted: Mutex<HashMap<String, (bool, Timestamp)>>,
}

impl Judging {
    pub(crate) fn new(judge: Judge) -> Judging {
        Judging { judge, hosted: Mutex::default() }
    }
}

/// What the judge found, ready for the trail.
#[derive(Default)]
pub(crate) struct Told {
    pub(crate) evidence: Option<Box<Authentication>>,
    pub(crate) why: String,
}

impl Told {
    /// Writes what was decided beside what was found.
    pub(crate) fn of(authentication: Option<&Authentication>) -> Told {
        let Some(authentication) = authentication else { return Told::default() };
        let finding = weigh(authentication);
        let mut evidence = authentication.clone();
        if let Some(dmarc) = &mut evidence.dmarc {
            (dmarc.disposition, dmarc.overridden) = (finding.disposition, finding.overridden);
            debug_assert!(dmarc.result != DmarcResult::Pass || dmarc.disposition == Disposition::None);
        }
        Told { evidence: Some(Box::new(evidence)), why: finding.why }
    }
}

impl Flow {
    /// The session of somebody whose letters are checked: strangers, but no neighbours that speak LMTP with us and none
    /// of the networks that the operator trusts (docs/decisions/0028).
    fn checked<'a>(&self, origin: &'a Origin) -> Option<&'a Session> {
        match origin {
            Origin::Peer(session) if session.protocol != Protocol::Lmtp => {
                self.inner.settings.policy.checks(session.ip).then_some(session)
            }
            Origin::Peer(_) | Origin::Submitted { .. } | Origin::Application { .. } | Origin::Ourselves => {
                None
            }
        }
    }

    /// At MAIL: what needs only the envelope is looked up while the letter is on its way.
    pub(crate) fn expect(&self, origin: &Origin, from: &ReversePath) {
        let Some(session) = self.checked(origin).filter(|session| session.gateway.is_none()) else { return };
        let judge = &self.inner.judging.judge;
        if judge.knows(session.ip, &session.helo, from) {
            return;
        }
        let (flow, session, from) = (self.clone(), session.clone(), from.clone());
        tokio::spawn(async move {
            let policy = &flow.inner.settings.policy;
            flow.inner.judging.judge.expect(session.ip, &session.helo, &from, policy).await;
        });
    }

    /// At the end of the letter: everything that can be known about where it comes from.
    pub(crate) async fn authentication(
        &self,
        origin: &Origin,
        envelope: &Envelope,
        facts: &HeaderFacts,
        body: &mut Incoming,
    ) -> Result<Option<Authentication>, Reply> {
        let Some(session) = self.checked(origin) else { return Ok(None) };
        if let Some(gateway) = session.gateway
            && self.vouches(gateway, facts).await?
        {
            return Ok(None);
        }
        let bodies = body.hashed();
        let letter = Letter {
            ip: Some(session.ip),
            helo: &session.helo,
            from: &envelope.from,
            header: &body.head[..facts.size_bytes.min(body.head.len())],
            facts,
            bodies: &bodies,
        };
        let mut found = self.inner.judging.judge.gather(&letter, &self.inner.settings.policy).await;
        if session.gateway.is_some() {
            // Who proved whose server it is does not suffer from what others say of its address.
            found.lists.clear();
        }
        found.claims_hosted = self.claims_hosted(&found).await?;
        found.sender = self.earlier_letters(&found).await;
        Ok(Some(found))
    }

    /// What earlier letters of the author's domain were like, where the operator wants to know and the domain
    /// vouches for this one too. Evidence that cannot be had now is none.
    async fn earlier_letters(&self, found: &Authentication) -> Option<SenderEvidence> {
        let weight = self.inner.settings.policy.senders?;
        let domain = &found.header_from;
        if domain.is_empty() || !found.vouches(|known| is_aligned(known, domain, Alignment::Relaxed)) {
            return None;
        }
        match self.inner.reputation.sender(domain).await {
            Ok(sender) => sender.map(|Sender { points, letters }| SenderEvidence {
                domain: domain.clone(),
                points,
                letters,
                weight,
            }),
            Err(error) => {
                warn!(error = %model::Chain(&error), %domain, "a sender's earlier letters cannot be looked up");
                None
            }
        }
    }

    /// The domain of ours in whose name a stranger writes although nothing vouches for it.
    async fn claims_hosted(&self, found: &Authentication) -> Result<Option<String>, Reply> {
        for domain in [&found.header_from, &found.mail_from] {
            let is_proved = domain.is_empty()
                || found.vouches(|known| is_aligned(known, domain, Alignment::Relaxed))
                || !self.hosts(domain).await?;
            if !is_proved {
                return Ok(Some(domain.clone()));
            }
        }
        Ok(None)
    }

    async fn hosts(&self, domain: &str) -> Result<bool, Reply> {
        let now = self.inner.world.clock.now();
        let hosted = &self.inner.judging.hosted;
        if let Some((is_hosted, at)) = hosted.lock().get(domain).copied()
            && now.since(at) < HOSTED_FOR
        {
            return Ok(is_hosted);
        }
        let (Ok(localpart), Ok(name)) = (Localpart::parse("postmaster"), Domain::parse(domain)) else {
            return Ok(false);
        };
        let found = self.inner.directory.find(&Address::new(localpart, name)).await;
        let is_hosted =
            !matches!(found.map_err(|error| trouble::directory(&error))?, directory::Found::NotOurs);
        let mut hosted = hosted.lock();
        if hosted.len() >= HOSTED_LIMIT {
            hosted.clear();
        }
        hosted.insert(domain.to_owned(), (is_hosted, now));
        Ok(is_hosted)
    }

    /// The field that tells mail programs what was found (RFC 8601); nothing for letters that were not checked.
    pub(crate) fn results_field(&self, authentication: Option<&Authentication>) -> String {
        let Some(authentication) = authentication else { return String::new() };
        let hostname = self.inner.settings.hostname.as_str();
        format!("Authentication-Results: {}\r\n", mail_judge::results(authentication, hostname))
    }
}
