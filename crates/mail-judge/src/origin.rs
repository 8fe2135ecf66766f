//! What the evidence about a letter's origin means for it: a pure function, one rule after the other.

use model::Reply;
use trust::dmarc::is_aligned;
use trust::{
    ArcResult, Authentication, Disposition, DkimResult, DmarcResult, ListWeight, Override, SpfResult,
};
use wire_trust::dmarc;

use crate::limits::{SENDER_LETTERS_LEAST, SENDER_POINTS_LEAST};
use crate::{Placement, Verdict};

/// The answer, and what is to be written down about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What happens to the letter.
    pub verdict: Verdict,
    /// Why, in words; empty where nothing speaks against it.
    pub why: String,
    /// What was done because of DMARC.
    pub disposition: Disposition,
    /// Why not what DMARC asks.
    pub overridden: Option<Override>,
}

/// Weighs where a letter comes from. Rules in the order in which they are looked at; docs/manual/checking.md tells them to
/// operators.
pub fn weigh(authentication: &Authentication) -> Finding {
    let finding =
        |verdict, why: String| Finding { verdict, why, disposition: Disposition::None, overridden: None };
    // A name that decides and cannot be looked up: later, never a guess (RFC 7208 §8.6, RFC 7489 §6.6.3).
    if let Some(trouble) = trouble(authentication) {
        let reply = Reply::later(451, 4, 3, format!("{}, try again later", trouble.0));
        return finding(Verdict::Refuse(reply), trouble.1);
    }
    if authentication.sender_is_null_mx {
        // RFC 7505 §4.2.
        let reply = Reply::never(550, 7, 27, "the sender's domain says that it takes no mail");
        return finding(Verdict::Refuse(reply), "the sender's domain has a null MX".to_owned());
    }
    let junk = Verdict::Accept(Placement::Junk);
    let inbox = Verdict::Accept(Placement::Inbox);
    let forwarder = authentication
        .arc
        .as_ref()
        .filter(|arc| arc.result == ArcResult::Pass)
        .and_then(|arc| arc.trusted.as_ref());
    let dmarc = authentication.dmarc.as_ref();
    let dmarc_result = dmarc.map_or(DmarcResult::None, |dmarc| dmarc.result);
    if let (Some(forwarder), true) = (forwarder, dmarc_result != DmarcResult::Pass) {
        // RFC 8617 §7.2.1: DMARC passed where the letter came from, and who says so is believed.
        let overridden = (dmarc_result == DmarcResult::Fail).then_some(Override::TrustedForwarder);
        let why = format!("the trusted forwarder {forwarder} vouches for it");
        return Finding { overridden, ..finding(inbox, why) };
    }
    let against = against(authentication).filter(|_| forwarder.is_none());
    if let Some((ListWeight::Refuse, why)) = &against {
        let asks = dmarc.is_some_and(|dmarc| dmarc.policy == dmarc::Policy::Reject);
        let (disposition, overridden) = match dmarc_result == DmarcResult::Fail {
            true => (Disposition::Reject, (!asks).then_some(Override::LocalPolicy)),
            false => (Disposition::None, None),
        };
        let verdict = Verdict::Refuse(Reply::never(550, 7, 1, why.as_str()));
        return Finding { disposition, overridden, ..finding(verdict, why.clone()) };
    }
    if let Some(dmarc) = dmarc.filter(|dmarc| dmarc.result == DmarcResult::Fail) {
        let sampled_out = dmarc.overridden.filter(|overridden| *overridden == Override::SampledOut);
        // RFC 7489 §6.6.4: what the percentage leaves out gets the next milder policy.
        let asked = match (dmarc.policy, sampled_out) {
            (dmarc::Policy::Reject, Some(_)) => dmarc::Policy::Quarantine,
            (dmarc::Policy::Quarantine, Some(_)) => dmarc::Policy::None,
            (asked, _) => asked,
        };
        let domain = &authentication.header_from;
        match asked {
            dmarc::Policy::Reject => {
                let text = format!("the DMARC policy of {domain} asks to refuse this message");
                let why = format!("DMARC fails and {domain} asks to refuse");
                let verdict = Verdict::Refuse(Reply::never(550, 7, 1, text));
                return Finding { disposition: Disposition::Reject, ..finding(verdict, why) };
            }
            dmarc::Policy::Quarantine => {
                let why = format!("DMARC fails and {domain} asks for quarantine");
                let disposition = Disposition::Quarantine;
                return Finding { disposition, overridden: sampled_out, ..finding(junk, why) };
            }
            dmarc::Policy::None => {}
        }
    }
    let local = |why: String| {
        let overridden = (dmarc_result == DmarcResult::Fail).then_some(Override::LocalPolicy);
        let disposition = match overridden {
            Some(_) => Disposition::Quarantine,
            None => Disposition::None,
        };
        Finding { disposition, overridden, ..finding(junk.clone(), why) }
    };
    if let Some(domain) = &authentication.claims_hosted {
        // As if the domain published the strict policy that we would write for it.
        return local(format!("a stranger claims our domain {domain} and nothing proves it"));
    }
    if dmarc_result == DmarcResult::PermError {
        // RFC 7489 §6.6.1: readers may see an author whom nobody could check.
        let because = dmarc.map_or("", |dmarc| &dmarc.because);
        return local(format!("nobody can say who wrote it: {because}"));
    }
    let marked = match against {
        Some((ListWeight::Spam, why)) => return local(why),
        Some((_, why)) => Some(why),
        None => None,
    };
    let spf = authentication.spf.as_ref().map_or(SpfResult::None, |spf| spf.result);
    let spf_domain = authentication.spf.as_ref().map_or("", |spf| &spf.domain);
    match spf {
        // A signature of the author's domain outweighs it: forwarding breaks SPF, not DKIM (RFC 7489 §6.7).
        SpfResult::Fail if dmarc_result != DmarcResult::Pass => {
            local(format!("the peer may not send for {spf_domain} (SPF fail)"))
        }
        SpfResult::SoftFail if dmarc_result != DmarcResult::Pass => {
            let softfail = format!("the peer should not send for {spf_domain} (SPF softfail)");
            let why: Vec<String> = [softfail].into_iter().chain(marked).collect();
            finding(inbox, format!("{}, only marked", why.join("; ")))
        }
        _ => {
            let overridden = dmarc.and_then(|dmarc| dmarc.overridden);
            let why = marked.map_or_else(String::new, |why| format!("{why}, only marked"));
            Finding { overridden, ..finding(inbox, why) }
        }
    }
}

/// What speaks most against the peer or the author by lists and by the sender's earlier letters, and what
/// follows; nothing where a list of good senders vouches for them.
fn against(authentication: &Authentication) -> Option<(ListWeight, String)> {
    let lists = || authentication.lists.iter().filter(|list| list.trouble.is_empty());
    if lists().any(|list| list.weight == ListWeight::Allow) {
        return None;
    }
    let listed = lists().map(|list| (list.weight, list.to_string()));
    let sender = authentication
        .sender
        .as_ref()
        .filter(|sender| sender.letters >= SENDER_LETTERS_LEAST && sender.points < SENDER_POINTS_LEAST);
    let sender = sender.map(|sender| (sender.weight, sender.to_string()));
    // The first of the heaviest.
    listed.chain(sender).reduce(|heaviest, next| if next.0 > heaviest.0 { next } else { heaviest })
}

/// What could not be looked up and decides: words for the peer, and for us.
fn trouble(authentication: &Authentication) -> Option<(String, String)> {
    let Authentication { spf, dmarc, claims_hosted, dkim, .. } = authentication;
    if let Some(spf) = spf.as_ref().filter(|spf| spf.result == SpfResult::TempError) {
        let words = format!("the SPF record of {} cannot be looked up", spf.domain);
        return Some((words, format!("SPF: {}", spf.because)));
    }
    let missed = || dkim.iter().filter(|dkim| dkim.result == DkimResult::TempError);
    if let Some(claimed) = claims_hosted
        && let Some(dkim) = missed().find(|dkim| is_aligned(&dkim.domain, claimed, dmarc::Alignment::Relaxed))
    {
        let words = format!("a DKIM key of {} cannot be looked up", dkim.domain);
        return Some((words, format!("DKIM: {}", dkim.because)));
    }
    let dmarc = dmarc.as_ref()?;
    let is_key = missed().next().is_some();
    // A key decides nothing where the domain asks for nothing, and the domain is none of ours.
    let decides = dmarc.domain.is_empty() || dmarc.policy != dmarc::Policy::None || claims_hosted.is_some();
    if dmarc.result == DmarcResult::TempError && decides {
        let what = match dmarc.domain.is_empty() || !is_key {
            true => format!("the DMARC policy of {} cannot be looked up", authentication.header_from),
            false => format!("a DKIM key of {} cannot be looked up", authentication.header_from),
        };
        return Some((what, format!("DMARC: {}", dmarc.because)));
    }
    None
}
