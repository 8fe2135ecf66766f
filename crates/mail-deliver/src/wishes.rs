//! What the recipients' domain and the sender demand of a mail exchanger's TLS.

use model::{Domain, Reply, TlsWish};
use trust::dane::{self, Demand};
use trust::mta_sts::{Found, Trouble};
use trust::{MtaSts, TlsFailure};
use wire_trust::mta_sts::{Mode, Policy};
use world::Names;

use crate::Outcome;
use crate::policy::{Demander, TlsPolicy};

/// What is known before a host is chosen.
pub(crate) struct Wishes {
    domain: Domain,
    /// Whether the list of exchangers is authentic.
    is_authentic: bool,
    sts: Option<Policy>,
    sts_trouble: Option<Trouble>,
    wish: TlsWish,
}

/// A host that must not get the mail.
pub(crate) struct Unfit {
    /// Who demands what it lacks.
    pub(crate) label: &'static str,
    pub(crate) failure: TlsFailure,
    pub(crate) outcome: Outcome,
}

impl Wishes {
    /// Asks for the domain's MTA-STS policy, unless the sender sets it aside.
    pub(crate) async fn of(
        domain: &Domain,
        is_authentic: bool,
        wish: TlsWish,
        policies: &MtaSts,
    ) -> Result<Wishes, Outcome> {
        let found = match wish {
            TlsWish::Waived => Found::default(),
            TlsWish::Usual | TlsWish::Required => policies.find(domain).await.map_err(|error| {
                tracing::error!(error = %model::Chain(&error), "cannot read the MTA-STS policies");
                Outcome::Later { reply: Reply::later(451, 3, 0, "temporary trouble here"), host: None }
            })?,
        };
        let (sts, sts_trouble) = (found.policy, found.trouble);
        Ok(Wishes { domain: domain.clone(), is_authentic, sts, sts_trouble, wish })
    }

    /// What holds for one of the exchangers. DANE counts before MTA-STS (RFC 8461 §2).
    pub(crate) async fn for_host(
        &self,
        names: &Names,
        host: &str,
        port: u16,
        has_authentic_addresses: bool,
    ) -> Result<TlsPolicy, Unfit> {
        if self.wish == TlsWish::Waived {
            return Ok(TlsPolicy::Opportunistic);
        }
        let Ok(name) = Domain::parse(host) else { return Ok(TlsPolicy::Opportunistic) };
        // RFC 7672 §2.2.1: without MX records the name is the domain's own, and what is authentic of it says
        // that its zone is signed.
        let is_known = has_authentic_addresses && (self.is_authentic || name == self.domain);
        let demand = match is_known {
            true => dane::look_up(names, &name, port).await.map_err(|error| later_by_dns(host, &error))?,
            false => Demand::Nothing,
        };
        let by_sts = self.sts.as_ref().map(|policy| (policy.mode, policy.allows(host)));
        if let Demand::Certificate(records) = demand {
            return Ok(TlsPolicy::Dane { records, names: vec![name, self.domain.clone()] });
        }
        if self.wish == TlsWish::Required {
            // RFC 8689 §4.2.1: the server's name must be known for certain, by DNSSEC or by MTA-STS.
            return match is_known || matches!(by_sts, Some((_, true))) {
                true => Ok(TlsPolicy::Verify(Demander::RequireTls)),
                false => Err(Unfit {
                    label: "REQUIRETLS",
                    failure: TlsFailure::ValidationFailure,
                    outcome: cannot_require("neither DNSSEC nor MTA-STS vouches for the server's name"),
                }),
            };
        }
        match (by_sts, demand) {
            (Some((Mode::Enforce, true)), _) => Ok(TlsPolicy::Verify(Demander::MtaSts)),
            (Some((Mode::Enforce, false)), _) => {
                let text = format!("the MTA-STS policy of {} does not name {host}", self.domain);
                Err(Unfit {
                    label: "MTA-STS",
                    failure: TlsFailure::ValidationFailure,
                    outcome: Outcome::Later { reply: Reply::later(454, 7, 5, text), host: None },
                })
            }
            (_, Demand::Encryption) => Ok(TlsPolicy::Encrypt(Demander::Dane)),
            (Some((Mode::Testing, is_named)), _) => Ok(TlsPolicy::Testing { is_named }),
            (None | Some((Mode::None, _)), _) => Ok(TlsPolicy::Opportunistic),
        }
    }

    /// Why the domain's policy is not there or not fresh; nothing follows from it but a line in reports.
    pub(crate) fn noted(&self) -> Option<TlsFailure> {
        self.sts_trouble.as_ref().map(|trouble| trouble.failure)
    }
}

/// RFC 7672 §2.1.2: without an answer about TLSA records the server is as good as not there.
fn later_by_dns(host: &str, error: &world::LookupError) -> Unfit {
    let reply =
        Reply::later(451, 4, 3, format!("the TLSA records of {host} cannot be looked up now: {error}"));
    Unfit { label: "DANE", failure: TlsFailure::DnssecInvalid, outcome: Outcome::Later { reply, host: None } }
}

/// RFC 8689 §4.2.1: 5.7.30, and the letter goes back.
pub(crate) fn cannot_require(why: &str) -> Outcome {
    Outcome::Failed {
        reply: Reply::never(550, 7, 30, format!("REQUIRETLS cannot be met: {why}")),
        host: None,
    }
}
