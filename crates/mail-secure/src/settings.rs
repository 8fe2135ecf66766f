//! What may be set of secure letters.

use languages::Language;
use model::{Address, Domain};
use wire_cms::Certificate;
use wire_safe::PortalOrigin;

use crate::limits;
use crate::profile::Profile;

/// By which marks a sender says what is wished.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Marks {
    /// Tags of subjects, without brackets.
    pub tags: Vec<String>,
    /// Domains that, put behind a recipient's, ask for a secured letter.
    pub suffixes: Vec<Domain>,
}

/// What may be set.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Marks of senders.
    pub marks: Marks,
    /// Where letters are opened: `https://` and the name, with a port where it is another than 443.
    pub portal: PortalOrigin,
    /// Who writes the letters that carry envelopes.
    pub from: Address,
    /// What the platform calls itself in evidence and letters.
    pub issuer: String,
    /// The rules by which it works, as a URI.
    pub policy: String,
    /// Larger envelopes stay here, and the notice has a link.
    pub link_above_bytes: usize,
    /// Domains whose servers take no HTML attachments, with all below them: the envelope stays here, and the notice has a
    /// link.
    pub link_domains: Vec<Domain>,
    /// By whose customs registered letters are handed over ([`Settings::follow`]).
    pub profile: Profile,
    /// Days until a registered letter that was offered expires.
    pub acceptance_days: u32,
    /// The zone in which days end.
    pub zone: String,
    /// Whether the subject stands on the letter that carries an envelope.
    pub shows_subject: bool,
    /// Addresses of time-stamp authorities (RFC 3161 §3.4), asked in this order until one answers. Empty: the
    /// platform stamps with its own time, and says so.
    pub time_stamps: Vec<String>,
    /// Roots to which the authorities' certificates lead.
    pub time_stamp_roots: Vec<Certificate>,
    /// Whether codes can go to telephones: there is a gateway that takes short messages.
    pub sends_short_messages: bool,
    /// In which language people are written to of whom no other is known.
    pub language: Language,
}

impl Settings {
    /// Whether the servers of a recipient take no attachments.
    pub(crate) fn takes_links(&self, recipient: &Address) -> bool {
        let domain = recipient.domain().as_str();
        self.link_domains.iter().any(|one| {
            domain.strip_suffix(one.as_str()).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
        })
    }

    /// The defaults for a portal, in whose domain letters are written.
    pub fn new(portal: PortalOrigin, domain: &Domain) -> Settings {
        let from = Address::parse(&format!("safe@{domain}"))
            .expect("invariant: a domain of ours takes a short local part");
        Settings {
            marks: Marks {
                tags: vec!["im".to_owned()],
                suffixes: vec![Domain::parse("incamail.ch").expect("invariant: a domain")],
            },
            policy: format!("{}/safe/policy", portal.as_str()),
            portal,
            issuer: format!("Relais, {domain}"),
            from,
            link_above_bytes: limits::LINK_ABOVE_BYTES,
            link_domains: Vec::new(),
            profile: Profile::default(),
            acceptance_days: Profile::default().days(),
            zone: Profile::default().zone().to_owned(),
            shows_subject: true,
            time_stamps: Vec::new(),
            time_stamp_roots: Vec::new(),
            sends_short_messages: false,
            language: Language::default(),
        }
    }
}
