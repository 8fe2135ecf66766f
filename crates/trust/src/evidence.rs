//! What was found out about a letter's origin, as values, as JSON (kept in the trail) and in words.
//!
//! Everything is optional or has a default, so that rows written by earlier and later versions can be read.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr};

use serde::{Deserialize, Serialize};
use wire_trust::dmarc::{Alignment, Policy};

/// The results of every check of one letter.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Authentication {
    /// The peer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ip: Option<IpAddr>,
    /// The name that the peer gave.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub helo: String,
    /// The domain of MAIL FROM in its A-label form, lower case; empty for the null sender.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub mail_from: String,
    /// The domain of the From field (RFC 7489 §3.1) in its A-label form, lower case; empty if there is not exactly one.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub header_from: String,
    /// SPF of MAIL FROM.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub spf: Option<SpfEvidence>,
    /// SPF of HELO.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub spf_helo: Option<SpfEvidence>,
    /// The letter's DKIM signatures, in the header's order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub dkim: Vec<DkimEvidence>,
    /// DMARC.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dmarc: Option<DmarcEvidence>,
    /// The chain of ARC seals.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub arc: Option<ArcEvidence>,
    /// Reverse DNS of the peer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reverse: Option<ReverseEvidence>,
    /// Lists that have the peer or the author's domain, or whose answer means nothing.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub lists: Vec<ListEvidence>,
    /// What earlier letters of the same sender were like.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sender: Option<SenderEvidence>,
    /// The hosted domain that a stranger claims in MAIL FROM or From without proof.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub claims_hosted: Option<String>,
    /// The sender's domain says that it takes no mail (RFC 7505 §4.2): it sends none that could be answered.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub sender_is_null_mx: bool,
}

/// RFC 7208 §2.6 and RFC 8601 §2.7.2.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SpfResult {
    /// Nothing is published, or there is no domain to ask.
    #[default]
    None,
    /// The domain says nothing about this peer.
    Neutral,
    /// The peer may send for the domain.
    Pass,
    /// It may not.
    Fail,
    /// It probably may not.
    SoftFail,
    /// A name could not be looked up now.
    TempError,
    /// What is published cannot be understood.
    PermError,
}

/// SPF of one identity.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SpfEvidence {
    /// The result.
    pub result: SpfResult,
    /// The domain that was asked.
    pub domain: String,
    /// The term that matched, or why it is an error.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub because: String,
}

/// RFC 8601 §2.7.1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DkimResult {
    /// There is no signature.
    #[default]
    None,
    /// The signature holds.
    Pass,
    /// It does not.
    Fail,
    /// It holds or not, but is nothing worth by our rules: a short key, SHA-1.
    Policy,
    /// It cannot be understood.
    Neutral,
    /// Its key could not be looked up now.
    TempError,
    /// Its key does not exist or cannot be used.
    PermError,
}

/// One DKIM signature.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct DkimEvidence {
    /// The result.
    pub result: DkimResult,
    /// The signing domain (d=).
    pub domain: String,
    /// The selector (s=).
    pub selector: String,
    /// The algorithm (a=).
    #[serde(skip_serializing_if = "String::is_empty")]
    pub algorithm: String,
    /// The beginning of the signature (header.b of RFC 6008).
    #[serde(skip_serializing_if = "String::is_empty")]
    pub signature: String,
    /// Why not, and what is weak about it.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub because: String,
}

/// RFC 7489 §11.2.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DmarcResult {
    /// Nothing is published.
    #[default]
    None,
    /// An aligned identifier passed.
    Pass,
    /// None did.
    Fail,
    /// Something could not be looked up now.
    TempError,
    /// The From field has no single domain.
    PermError,
}

/// What was done because of DMARC (RFC 7489 appendix C: DispositionType).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Disposition {
    /// Nothing.
    #[default]
    None,
    /// The letter went to Spam.
    Quarantine,
    /// It was refused.
    Reject,
}

/// Why something else was done than the policy asks (RFC 7489 appendix C: PolicyOverrideType).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Override {
    /// The percentage left it out.
    SampledOut,
    /// A listed forwarder vouches for it by ARC.
    TrustedForwarder,
    /// Our own rules are stricter or milder.
    LocalPolicy,
}

/// DMARC.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct DmarcEvidence {
    /// The result.
    pub result: DmarcResult,
    /// The domain at which the record was found: the From domain or its organisational domain; empty without a record.
    pub domain: String,
    /// The policy that holds for this letter: p, sp or np.
    pub policy: Policy,
    /// The record as it is published.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub record: String,
    /// How SPF's domain must fit.
    pub spf_alignment: Alignment,
    /// How DKIM's domain must fit.
    pub dkim_alignment: Alignment,
    /// SPF passed for an aligned domain.
    pub spf_aligned: bool,
    /// A signature of an aligned domain holds.
    pub dkim_aligned: bool,
    /// The percentage of letters to which the policy applies.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub percent: Option<u8>,
    /// Where aggregate reports are wanted: the URIs of rua.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub reports_to: Vec<String>,
    /// What was done.
    pub disposition: Disposition,
    /// Why not what the policy asks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub overridden: Option<Override>,
    /// What could not be looked up, or is wrong.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub because: String,
}

/// RFC 8617 §5.2.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ArcResult {
    /// There is no chain.
    #[default]
    None,
    /// Every seal holds, and the newest signature of the message.
    Pass,
    /// The chain is broken.
    Fail,
    /// A key of the chain could not be looked up now; RFC 8617 knows no such result, and it counts as none.
    TempError,
}

/// The chain of ARC seals.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ArcEvidence {
    /// The result.
    pub result: ArcResult,
    /// The domains that sealed, the oldest first.
    pub sealers: Vec<String>,
    /// The forwarder of the policy's list whose word about DMARC counts, and what it says it saw.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trusted: Option<String>,
    /// The oldest instance whose message signature holds still (RFC 8617 §5.2, arc.oldest-pass); zero if all do.
    #[serde(skip_serializing_if = "is_zero")]
    pub oldest_pass: u32,
    /// What is broken.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub because: String,
}

fn is_zero(number: &u32) -> bool {
    *number == 0
}

/// RFC 8601 §2.7.3.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ReverseResult {
    /// A name of the peer's address leads back to it.
    Pass,
    /// None does.
    Fail,
    /// The look-up failed for now.
    #[default]
    TempError,
    /// The address has no name.
    PermError,
}

/// Reverse DNS of the peer: only recorded.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ReverseEvidence {
    /// The result.
    pub result: ReverseResult,
    /// The name that leads back, or else the first name.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub name: String,
}

/// What follows from an entry in a list, the mildest first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ListWeight {
    /// No other list counts: a list of good senders.
    Allow,
    /// It is only told.
    #[default]
    Mark,
    /// The letter goes to Spam.
    Spam,
    /// The letter is refused.
    Refuse,
}

/// An entry in a DNS list, or why the list was left alone.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ListEvidence {
    /// The list.
    pub zone: String,
    /// The address or domain that was asked about.
    pub subject: String,
    /// What follows from it.
    pub weight: ListWeight,
    /// The codes that count.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub codes: Vec<Ipv4Addr>,
    /// What the list says about it.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub text: String,
    /// Why the list's answer means nothing; empty if it means something.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub trouble: String,
}

/// What a domain's earlier letters were like: only those that it provably sent itself.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SenderEvidence {
    /// The domain.
    pub domain: String,
    /// 0 to 100; 100 is spotless.
    pub points: u8,
    /// So many letters, lately.
    pub letters: u64,
    /// What follows from a bad name.
    pub weight: ListWeight,
}

macro_rules! words {
    ($($kind:ident { $($variant:ident = $word:literal),* })*) => {$(
        impl $kind {
            /// The word in Authentication-Results, reports and JSON.
            pub fn word(self) -> &'static str {
                match self { $($kind::$variant => $word),* }
            }
        }

        impl fmt::Display for $kind {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.word())
            }
        }
    )*};
}

words! {
    SpfResult {
        None = "none", Neutral = "neutral", Pass = "pass", Fail = "fail", SoftFail = "softfail",
        TempError = "temperror", PermError = "permerror"
    }
    DkimResult {
        None = "none", Pass = "pass", Fail = "fail", Policy = "policy", Neutral = "neutral",
        TempError = "temperror", PermError = "permerror"
    }
    DmarcResult { None = "none", Pass = "pass", Fail = "fail", TempError = "temperror", PermError = "permerror" }
    Disposition { None = "none", Quarantine = "quarantine", Reject = "reject" }
    Override {
        SampledOut = "sampled_out", TrustedForwarder = "trusted_forwarder", LocalPolicy = "local_policy"
    }
    ArcResult { None = "none", Pass = "pass", Fail = "fail", TempError = "temperror" }
    ListWeight { Allow = "allow", Mark = "mark", Spam = "spam", Refuse = "refuse" }
    ReverseResult { Pass = "pass", Fail = "fail", TempError = "temperror", PermError = "permerror" }
}

impl Authentication {
    /// Whether anything was checked at all.
    pub fn is_empty(&self) -> bool {
        *self == Authentication::default()
    }

    /// Whether SPF or DKIM vouches for `domain` or something below or above it in the same organisation, in
    /// the sense of relaxed alignment; `aligned` compares.
    pub fn vouches(&self, aligned: impl Fn(&str) -> bool) -> bool {
        let spf = self.spf.as_ref().filter(|spf| spf.result == SpfResult::Pass);
        spf.is_some_and(|spf| aligned(&spf.domain))
            || self.dkim.iter().any(|dkim| dkim.result == DkimResult::Pass && aligned(&dkim.domain))
    }
}

impl fmt::Display for Authentication {
    /// One line: `SPF pass (example.org: ip4:192.0.2.0/24), DKIM pass (example.org), DMARC pass`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut parts = Vec::new();
        let because = |because: &str| if because.is_empty() { String::new() } else { format!(": {because}") };
        if let Some(spf) = &self.spf {
            parts.push(format!("SPF {} ({}{})", spf.result, spf.domain, because(&spf.because)));
        }
        if let Some(spf) = &self.spf_helo
            && (self.spf.is_none() || spf.result == SpfResult::Fail)
        {
            parts.push(format!("SPF {} for HELO ({}{})", spf.result, spf.domain, because(&spf.because)));
        }
        for dkim in &self.dkim {
            parts.push(format!("DKIM {} ({}{})", dkim.result, dkim.domain, because(&dkim.because)));
        }
        if let Some(dmarc) = &self.dmarc {
            let policy = match (dmarc.result, dmarc.domain.is_empty()) {
                (DmarcResult::Fail, false) => format!(" (policy {} of {})", dmarc.policy, dmarc.domain),
                (DmarcResult::TempError | DmarcResult::PermError, _) => format!(" ({})", dmarc.because),
                _ => String::new(),
            };
            parts.push(format!("DMARC {}{policy}", dmarc.result));
            match dmarc.overridden {
                Some(Override::SampledOut) => parts.push("left out by its percentage".to_owned()),
                Some(Override::TrustedForwarder) => {
                    parts.push("a trusted forwarder vouches for it".to_owned())
                }
                Some(Override::LocalPolicy) | None => {}
            }
        }
        if let Some(arc) = self.arc.as_ref().filter(|arc| arc.result != ArcResult::None) {
            parts.push(format!("ARC {} ({}{})", arc.result, arc.sealers.join(", "), because(&arc.because)));
        }
        if let Some(reverse) = &self.reverse {
            match reverse.name.is_empty() {
                true => parts.push(format!("reverse DNS {}", reverse.result)),
                false => parts.push(format!("reverse DNS {} ({})", reverse.result, reverse.name)),
            }
        }
        parts.extend(self.lists.iter().map(ToString::to_string));
        parts.extend(self.sender.as_ref().map(ToString::to_string));
        if let Some(domain) = &self.claims_hosted {
            parts.push(format!("a stranger claims our domain {domain}"));
        }
        if self.sender_is_null_mx {
            parts.push("the sender's domain takes no mail".to_owned());
        }
        f.write_str(&parts.join(", "))
    }
}

impl fmt::Display for ListEvidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ListEvidence { zone, subject, weight, codes, text, trouble } = self;
        if !trouble.is_empty() {
            return write!(f, "the list {zone} was left alone: {trouble}");
        }
        let kind = if *weight == ListWeight::Allow { "vouched for" } else { "listed" };
        let codes: Vec<String> = codes.iter().map(ToString::to_string).collect();
        let text = if text.is_empty() { String::new() } else { format!(": {text}") };
        write!(f, "{subject} is {kind} by {zone} ({}{text})", codes.join(" "))
    }
}

impl fmt::Display for SenderEvidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let SenderEvidence { domain, points, letters, .. } = self;
        write!(f, "earlier letters of {domain} have {points} of 100 points ({letters} letters)")
    }
}
