//! Whether somebody whom we trust vouches for a certificate (RFC 5280 §6).
//!
//! What of RFC 5280 is asked: signatures, validity at one moment, basic constraints with path length, key usage,
//! extended key usage of every certificate under the anchor, unknown critical extensions. What is not: revocation
//! (no sockets here) and policies. Authorities under name constraints are refused, because we do not weigh those.

use model::Timestamp;

use crate::algorithm::SignatureError;
use crate::certificate::{Certificate, ExtendedKeyUsage};
use crate::{limits, oid};

/// For what a certificate is to be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Signing letters: emailProtection if there are extended key usages (RFC 8550 §4.4.4).
    Email,
    /// Sealing documents and evidence: any extended key usage.
    Seal,
    /// Time-stamps: a critical extended key usage with timeStamping alone (RFC 3161 §2.3).
    TimeStamping,
    /// A mail server in either direction: serverAuth or clientAuth. Public authorities stopped issuing clientAuth in
    /// 2026, so that a server's certificate must do for a client.
    MailServer,
}

/// Why nobody vouches for a certificate. `subject` is the certificate of the path that is at fault.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ChainError {
    /// Its time is over.
    #[error("the certificate of {subject} expired on {}", not_after.rfc3339())]
    Expired {
        /// Whose certificate.
        subject: String,
        /// Its last moment.
        not_after: Timestamp,
    },
    /// Its time has not come.
    #[error("the certificate of {subject} is valid only from {}", not_before.rfc3339())]
    NotYetValid {
        /// Whose certificate.
        subject: String,
        /// Its first moment.
        not_before: Timestamp,
    },
    /// Neither the anchors nor the intermediates hold the issuer.
    #[error("the issuer of {subject} is not known: {issuer}")]
    UnknownIssuer {
        /// Whose certificate.
        subject: String,
        /// The issuer that is missing.
        issuer: String,
    },
    /// It vouches for itself, and is not an anchor.
    #[error("the certificate of {subject} is self-signed")]
    SelfSigned {
        /// Whose certificate.
        subject: String,
    },
    /// The signature is not that of the issuer with this name, or uses an algorithm that does not count.
    #[error("the certificate of {subject} does not carry its issuer's signature")]
    BadSignature {
        /// Whose certificate.
        subject: String,
        /// Why.
        #[source]
        source: SignatureError,
    },
    /// The issuer is not an authority: basic constraints or key usage say so.
    #[error("{subject} may not issue certificates")]
    NotAnAuthority {
        /// Whose certificate.
        subject: String,
    },
    /// An authority allows fewer authorities under itself than there are.
    #[error("{subject} allows a shorter path")]
    PathLength {
        /// Whose certificate.
        subject: String,
    },
    /// Key usage or extended key usage do not allow the purpose.
    #[error("the certificate of {subject} is not for this use")]
    WrongPurpose {
        /// Whose certificate.
        subject: String,
    },
    /// A critical extension that is not understood (RFC 5280 §4.2).
    #[error("the certificate of {subject} has a critical extension {extension} that is not understood")]
    UnknownCriticalExtension {
        /// Whose certificate.
        subject: String,
        /// Its object identifier, dotted.
        extension: String,
    },
    /// An authority's name constraints, which are not weighed here.
    #[error("{subject} is limited to certain names, which is not supported")]
    NameConstraints {
        /// Whose certificate.
        subject: String,
    },
    /// No path within [`limits::PATH_CERTIFICATES`] and [`limits::PATH_SIGNATURES`].
    #[error("the path of certificates is too long")]
    TooLong,
}

/// Finds a path from `leaf` over `intermediates`, in any order, to one of `anchors`, all valid `at` this moment.
///
/// A leaf that is itself an anchor needs no path, but its validity and purpose count. Of several faults the one of
/// the furthest path is told.
///
/// # Errors
/// Why there is none.
pub fn verify(
    leaf: &Certificate,
    intermediates: &[Certificate],
    anchors: &[Certificate],
    at: Timestamp,
    purpose: Purpose,
) -> Result<(), ChainError> {
    is_within_validity(leaf, at)?;
    is_understood(leaf)?;
    is_for(leaf, purpose)?;
    if anchors.contains(leaf) {
        return Ok(());
    }
    let mut search = Search { intermediates, anchors, at, purpose, signatures: 0 };
    search.extend(&mut vec![leaf]).map_err(|(_, error)| error)
}

/// An error with the length of the path on which it was met.
type Fault = (usize, ChainError);

struct Search<'a> {
    intermediates: &'a [Certificate],
    anchors: &'a [Certificate],
    at: Timestamp,
    purpose: Purpose,
    signatures: usize,
}

impl<'a> Search<'a> {
    /// Looks for an issuer of the path's last certificate.
    fn extend(&mut self, path: &mut Vec<&'a Certificate>) -> Result<(), Fault> {
        let depth = path.len();
        let Some(&last) = path.last() else { return Err((0, ChainError::TooLong)) };
        let mut worst: Option<Fault> = None;
        let mut note = |fault: Fault| {
            if worst.as_ref().is_none_or(|(length, _)| fault.0 > *length) {
                worst = Some(fault);
            }
        };
        let anchors = self.anchors.iter().map(|issuer| (issuer, true));
        let others = self.intermediates.iter().map(|issuer| (issuer, false));
        for (issuer, is_anchor) in anchors.chain(others) {
            if last.issuer_der() != issuer.subject_der() || path.contains(&issuer) {
                continue;
            }
            if depth == limits::PATH_CERTIFICATES || self.signatures == limits::PATH_SIGNATURES {
                return Err((depth, ChainError::TooLong));
            }
            self.signatures += 1;
            if let Err(source) = last.verify_signed_by(issuer) {
                note((depth, ChainError::BadSignature { subject: last.display_name(), source }));
                continue;
            }
            if let Err(error) = self.may_issue(issuer, is_anchor, path) {
                note((depth + 1, error));
                continue;
            }
            if is_anchor {
                return Ok(());
            }
            path.push(issuer);
            let found = self.extend(path);
            path.pop();
            match found {
                Ok(()) => return Ok(()),
                Err(fault) => note(fault),
            }
        }
        let subject = last.display_name();
        Err(worst.unwrap_or_else(|| {
            let error = if last.is_self_issued() {
                ChainError::SelfSigned { subject }
            } else {
                ChainError::UnknownIssuer { subject, issuer: last.issuer() }
            };
            (depth, error)
        }))
    }

    fn may_issue(
        &self,
        issuer: &Certificate,
        is_anchor: bool,
        path: &[&Certificate],
    ) -> Result<(), ChainError> {
        let subject = || issuer.display_name();
        is_within_validity(issuer, self.at)?;
        is_understood(issuer)?;
        if issuer.extensions.has_name_constraints {
            return Err(ChainError::NameConstraints { subject: subject() });
        }
        match issuer.extensions.authority {
            Some(authority) if authority.is_authority => {
                // RFC 5280 §4.2.1.9: authorities between, those that only rename themselves not counted.
                let below = path.iter().skip(1).filter(|certificate| !certificate.is_self_issued()).count();
                if authority.path_length.is_some_and(|allowed| (below as u64) > allowed) {
                    return Err(ChainError::PathLength { subject: subject() });
                }
            }
            // Old roots are of version 1 and cannot say it; whoever made them anchors knew.
            None if is_anchor && !issuer.extensions.is_version_3 => {}
            _ => return Err(ChainError::NotAnAuthority { subject: subject() }),
        }
        if issuer.extensions.key_usage.is_some_and(|usage| !usage.may_certify) {
            return Err(ChainError::NotAnAuthority { subject: subject() });
        }
        // An authority that is limited to some purposes cannot issue for others. Anchors are trusted as they are.
        match &issuer.extensions.extended_key_usage {
            Some(usage) if !is_anchor && !allows(usage, self.purpose) => {
                Err(ChainError::WrongPurpose { subject: subject() })
            }
            _ => Ok(()),
        }
    }
}

fn is_within_validity(certificate: &Certificate, at: Timestamp) -> Result<(), ChainError> {
    let subject = || certificate.display_name();
    if at < certificate.not_before() {
        return Err(ChainError::NotYetValid { subject: subject(), not_before: certificate.not_before() });
    }
    // The last second belongs to it (RFC 5280 §4.1.2.5).
    if at.seconds() > certificate.not_after().seconds() {
        return Err(ChainError::Expired { subject: subject(), not_after: certificate.not_after() });
    }
    Ok(())
}

fn is_understood(certificate: &Certificate) -> Result<(), ChainError> {
    match &certificate.extensions.unknown_critical {
        Some(extension) => Err(ChainError::UnknownCriticalExtension {
            subject: certificate.display_name(),
            extension: extension.clone(),
        }),
        None => Ok(()),
    }
}

fn is_for(leaf: &Certificate, purpose: Purpose) -> Result<(), ChainError> {
    // A key for TLS may be for key agreement alone with old suites; for signatures it must be allowed to sign.
    let may_sign =
        purpose == Purpose::MailServer || leaf.extensions.key_usage.is_none_or(|usage| usage.may_sign);
    let fits = match (&leaf.extensions.extended_key_usage, purpose) {
        // RFC 3161 §2.3: critical, and nothing else beside it.
        (Some(usage), Purpose::TimeStamping) => {
            usage.is_critical && usage.purposes.len() == 1 && usage.purposes[0] == oid::KP_TIME_STAMPING
        }
        (None, Purpose::TimeStamping) => false,
        (Some(usage), purpose) => allows(usage, purpose),
        (None, _) => true,
    };
    if may_sign && fits { Ok(()) } else { Err(ChainError::WrongPurpose { subject: leaf.display_name() }) }
}

fn allows(usage: &ExtendedKeyUsage, purpose: Purpose) -> bool {
    let wanted: &[&[u8]] = match purpose {
        Purpose::Seal => return true,
        Purpose::Email => &[oid::KP_EMAIL, oid::KP_ANY],
        Purpose::TimeStamping => &[oid::KP_TIME_STAMPING, oid::KP_ANY],
        Purpose::MailServer => &[oid::KP_SERVER, oid::KP_CLIENT, oid::KP_ANY],
    };
    usage.purposes.iter().any(|purpose| wanted.contains(&purpose.as_slice()))
}
