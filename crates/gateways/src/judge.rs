//! Whose certificate it is: decided without IO from the chain, the time, and what is known of the peer.
//!
//! A handshake proves that the peer holds the key of its certificate, and nothing else; everything that a name or an
//! authority adds is decided here, at MAIL or when we deliver. The same rules hold in both directions.
//!
//! Certificates for servers only (extended key usage serverAuth) are as good as those for clients: public
//! authorities stopped issuing the latter in 2026, and what identifies a mail server is its name.

use std::fmt;

use aws_lc_rs::digest;
use model::{Domain, Timestamp};
use rustls::crypto::aws_lc_rs as provider;
use rustls::pki_types::{CertificateDer, TrustAnchor, UnixTime};
use webpki::{EndEntityCert, KeyUsage};
use x509_parser::extensions::GeneralName;
use x509_parser::prelude::X509Certificate;
use x509_parser::public_key::PublicKey;

use crate::limits::{CHAIN_LIMIT, RSA_BITS};

/// The SHA-256 digest of a whole certificate.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Fingerprint(pub [u8; 32]);

impl Fingerprint {
    /// Of a certificate, in DER.
    pub fn of(certificate: &[u8]) -> Fingerprint {
        let mut octets = [0; 32];
        octets.copy_from_slice(digest::digest(&digest::SHA256, certificate).as_ref());
        Fingerprint(octets)
    }

    /// Reads 64 hexadecimal digits, in any case, with or without colons between the octets.
    pub fn parse(text: &str) -> Option<Fingerprint> {
        let digits: Vec<u8> = text.trim().bytes().filter(|byte| *byte != b':').collect();
        if digits.len() != 64 {
            return None;
        }
        let mut octets = [0; 32];
        for (octet, pair) in octets.iter_mut().zip(digits.chunks_exact(2)) {
            let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
            *octet = digit(pair[0])? << 4 | digit(pair[1])?;
        }
        Some(Fingerprint(octets))
    }
}

impl fmt::Display for Fingerprint {
    /// As `openssl x509 -fingerprint -sha256` prints it: `AB:CD:…`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, octet) in self.0.iter().enumerate() {
            write!(f, "{}{octet:02X}", if at == 0 { "" } else { ":" })?;
        }
        Ok(())
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Fingerprint({self})")
    }
}

/// How a peer's certificate is recognised.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Identity {
    /// Any certificate of a known authority for exactly this host name; renewals need nothing from anybody.
    Name(Domain),
    /// This certificate and no other, whoever issued it.
    Fingerprint(Fingerprint),
}

impl fmt::Display for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Identity::Name(name) => name.fmt(f),
            Identity::Fingerprint(fingerprint) => fingerprint.fmt(f),
        }
    }
}

/// Why a certificate does not say whose server it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// None was presented.
    NoCertificate,
    /// It cannot be read, or it has a key of a kind whose possession no handshake here proves.
    Unreadable,
    /// It vouches for itself, and its fingerprint is not declared.
    SelfSigned,
    /// It, or one that vouches for it, has ended.
    Expired,
    /// It, or one that vouches for it, holds only later.
    NotYetValid,
    /// Nobody in the list of authorities vouches for it.
    UnknownAuthority {
        /// The issuer that it names.
        issuer: String,
    },
    /// A rule of certificates is broken: a wrong signature, a purpose that is neither server nor client, a violated
    /// constraint.
    Unfit {
        /// Which.
        reason: String,
    },
    /// An authority vouches for it, but it is for other names than those declared.
    WrongName {
        /// The names that it is for.
        presented: Vec<String>,
    },
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Refusal::NoCertificate => f.write_str("no certificate was presented"),
            Refusal::Unreadable => f.write_str("the certificate cannot be read or has a key of another kind"),
            Refusal::SelfSigned => f.write_str("the certificate is self-signed"),
            Refusal::Expired => f.write_str("the certificate, or one above it, has expired"),
            Refusal::NotYetValid => f.write_str("the certificate, or one above it, is not valid yet"),
            Refusal::UnknownAuthority { issuer } => {
                write!(f, "the certificate's authority is not registered here: {issuer}")
            }
            Refusal::Unfit { reason } => write!(f, "the certificate breaks a rule: {reason}"),
            Refusal::WrongName { presented } if presented.is_empty() => {
                f.write_str("the certificate has no name that is declared: it has none at all")
            }
            Refusal::WrongName { presented } => {
                write!(f, "the certificate has no name that is declared: it is for {}", presented.join(", "))
            }
        }
    }
}

/// Whether a certificate is one that was declared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It is, by this identity.
    Identified(Identity),
    /// It is not.
    Refused(Refusal),
}

/// One who vouches for certificates.
#[derive(Clone, Debug)]
pub struct Anchor {
    anchor: TrustAnchor<'static>,
    /// When it ends; `None`: as long as it is in the list.
    ends_at: Option<Timestamp>,
}

/// Those who vouch for certificates.
#[derive(Clone, Debug, Default)]
pub struct Authorities(Vec<Anchor>);

impl Authorities {
    /// Nobody.
    pub fn none() -> Authorities {
        Authorities::default()
    }

    /// Those that browsers trust, as Mozilla lists them.
    pub fn public() -> Authorities {
        let anchors = webpki_roots::TLS_SERVER_ROOTS.iter();
        Authorities(anchors.map(|anchor| Anchor { anchor: anchor.clone(), ends_at: None }).collect())
    }

    /// With one more: its certificate, in DER. False, and nothing changes, if it is none.
    pub fn add(&mut self, certificate: &CertificateDer<'_>) -> bool {
        let ends_at = Sheet::read(certificate).map(|sheet| sheet.ends_at);
        match (webpki::anchor_from_trusted_cert(certificate), ends_at) {
            (Ok(anchor), Some(ends_at)) => {
                self.0.push(Anchor { anchor: anchor.to_owned(), ends_at: Some(ends_at) });
                true
            }
            _ => false,
        }
    }

    /// With all of others.
    pub(crate) fn add_all(&mut self, others: &Authorities) {
        self.0.extend(others.0.iter().cloned());
    }

    /// Those that still hold.
    fn at(&self, now: Timestamp) -> Vec<TrustAnchor<'static>> {
        let holding = self.0.iter().filter(|one| one.ends_at.is_none_or(|ends_at| now < ends_at));
        holding.map(|one| one.anchor.clone()).collect()
    }
}

/// What is read out of a certificate, whoever vouches for it.
struct Sheet {
    names: Vec<String>,
    issuer: String,
    is_own_issuer: bool,
    begins_at: Timestamp,
    ends_at: Timestamp,
}

impl Sheet {
    fn read(certificate: &[u8]) -> Option<Sheet> {
        let (rest, parsed) = x509_parser::parse_x509_certificate(certificate).ok()?;
        if !rest.is_empty() {
            return None;
        }
        let at = |time: x509_parser::time::ASN1Time| Timestamp(time.timestamp().saturating_mul(1000));
        Some(Sheet {
            names: names_of(&parsed),
            issuer: parsed.issuer().to_string(),
            is_own_issuer: parsed.issuer().as_raw() == parsed.subject().as_raw(),
            begins_at: at(parsed.validity().not_before),
            ends_at: at(parsed.validity().not_after),
        })
    }
}

/// The host names of a certificate, in lower case: those of its alternative names (RFC 5280 §4.2.1.6). Only where it
/// has none, the common name of the subject counts (RFC 6125 §6.4.4), if there is exactly one: authorities that may
/// issue for some names only are bound by the alternative names and not by the subject.
fn names_of(certificate: &X509Certificate<'_>) -> Vec<String> {
    let alternatives = certificate.subject_alternative_name().ok().flatten();
    let names = alternatives.iter().flat_map(|extension| &extension.value.general_names);
    let names: Vec<String> = names
        .filter_map(|name| match name {
            GeneralName::DNSName(name) => Some(name.to_ascii_lowercase()),
            _ => None,
        })
        .collect();
    if !names.is_empty() {
        return names;
    }
    let mut common = certificate.subject().iter_common_name();
    match (common.next(), common.next()) {
        (Some(only), None) => only.as_str().map(|name| vec![name.to_ascii_lowercase()]).unwrap_or_default(),
        _ => Vec::new(),
    }
}

/// Whether a handshake can prove that a peer holds the key of this certificate: it is well-formed, of version 3, with
/// a key of a kind that our TLS library verifies. Of all others a handshake proves nothing, and they identify nobody.
pub fn is_provable(certificate: &CertificateDer<'_>) -> bool {
    if EndEntityCert::try_from(certificate).is_err() {
        return false;
    }
    let Ok((_, parsed)) = x509_parser::parse_x509_certificate(certificate) else { return false };
    match parsed.public_key().parsed() {
        Ok(PublicKey::RSA(key)) => RSA_BITS.contains(&key.key_size()),
        // RFC 5480 §2.1.1.1: secp256r1, secp384r1, secp521r1.
        Ok(PublicKey::EC(_)) => {
            let parameters = parsed.public_key().algorithm.parameters.as_ref();
            let curve =
                parameters.and_then(|parameters| parameters.as_oid().ok()).map(|oid| oid.to_id_string());
            matches!(curve.as_deref(), Some("1.2.840.10045.3.1.7" | "1.3.132.0.34" | "1.3.132.0.35"))
        }
        // RFC 8410 §3: Ed25519.
        Ok(PublicKey::Unknown(_)) => parsed.public_key().algorithm.algorithm.to_id_string() == "1.3.101.112",
        _ => false,
    }
}

/// What a chain says before anybody is expected behind it.
#[derive(Clone, Debug)]
pub struct Examined {
    fingerprint: Option<Fingerprint>,
    ends_at: Option<Timestamp>,
    /// The names that an authority vouches for.
    names: Result<Vec<String>, Refusal>,
    /// Whether it is valid now, apart from who vouches for it.
    validity: Result<(), Refusal>,
}

impl Examined {
    /// The peer's certificate; `None` without one that can be read.
    pub fn fingerprint(&self) -> Option<Fingerprint> {
        self.fingerprint
    }

    /// When the peer's certificate ends.
    pub fn ends_at(&self) -> Option<Timestamp> {
        self.ends_at
    }

    /// Whether it is one of `identities`.
    pub fn judge<'a>(&self, identities: impl IntoIterator<Item = &'a Identity>) -> Verdict {
        let mut is_pinned = false;
        for identity in identities {
            let fits = match identity {
                Identity::Fingerprint(declared) => {
                    let is_it = self.fingerprint == Some(*declared);
                    is_pinned |= is_it;
                    is_it && self.validity.is_ok()
                }
                Identity::Name(declared) => {
                    let is_it = |name: &String| name.eq_ignore_ascii_case(declared.as_str());
                    self.names.as_ref().is_ok_and(|names| names.iter().any(is_it))
                }
            };
            if fits {
                return Verdict::Identified(identity.clone());
            }
        }
        Verdict::Refused(match (&self.validity, &self.names) {
            // Nobody has to vouch for what is declared itself: it is its dates that are wrong.
            (Err(refusal), _) if is_pinned => refusal.clone(),
            (_, Ok(names)) => Refusal::WrongName { presented: names.clone() },
            (_, Err(refusal)) => refusal.clone(),
        })
    }
}

/// Reads and verifies a chain, the peer's own certificate first.
pub fn examine(chain: &[CertificateDer<'_>], now: Timestamp, authorities: &Authorities) -> Examined {
    let refused = |refusal: Refusal| Examined {
        fingerprint: None,
        ends_at: None,
        names: Err(refusal.clone()),
        validity: Err(refusal),
    };
    let Some((own, above)) = chain.split_first() else { return refused(Refusal::NoCertificate) };
    let Some(sheet) = Sheet::read(own).filter(|_| is_provable(own)) else {
        return refused(Refusal::Unreadable);
    };
    let validity = match now {
        now if now < sheet.begins_at => Err(Refusal::NotYetValid),
        now if now > sheet.ends_at => Err(Refusal::Expired),
        _ => Ok(()),
    };
    let above = &above[..above.len().min(CHAIN_LIMIT - 1)];
    Examined {
        fingerprint: Some(Fingerprint::of(own)),
        ends_at: Some(sheet.ends_at),
        names: vouched(own, above, now, authorities, (&sheet, &validity)).map(|()| sheet.names),
        validity,
    }
}

/// Whether an authority vouches for a certificate (RFC 5280 §6), for servers or for clients.
fn vouched(
    own: &CertificateDer<'_>,
    above: &[CertificateDer<'_>],
    now: Timestamp,
    authorities: &Authorities,
    (sheet, validity): (&Sheet, &Result<(), Refusal>),
) -> Result<(), Refusal> {
    if sheet.is_own_issuer {
        return Err(Refusal::SelfSigned);
    }
    // Before the path: the first thing that its owner can mend, whatever else is wrong with it.
    validity.clone()?;
    let certificate = EndEntityCert::try_from(own).map_err(|_| Refusal::Unreadable)?;
    let anchors = authorities.at(now);
    let seconds = u64::try_from(now.0 / 1000).unwrap_or(0);
    let time = UnixTime::since_unix_epoch(std::time::Duration::from_secs(seconds));
    let algorithms = provider::default_provider().signature_verification_algorithms;
    let verify = |usage: KeyUsage| {
        certificate.verify_for_usage(algorithms.all, &anchors, above, time, usage, None, None).map(drop)
    };
    let verified = match verify(KeyUsage::server_auth()) {
        Err(webpki::Error::RequiredEkuNotFoundContext(_)) => verify(KeyUsage::client_auth()),
        verified => verified,
    };
    verified.map_err(|error| match error {
        webpki::Error::CertExpired { .. } => Refusal::Expired,
        webpki::Error::CertNotValidYet { .. } => Refusal::NotYetValid,
        webpki::Error::UnknownIssuer => Refusal::UnknownAuthority { issuer: sheet.issuer.clone() },
        other => Refusal::Unfit { reason: other.to_string() },
    })
}

/// Whether a chain, the peer's own certificate first, is one of `identities`.
///
/// A fingerprint is enough by itself while the certificate is valid: declaring it is an explicit decision about one
/// certificate. A name counts only in a certificate that leads to one of `authorities`.
pub fn judge<'a>(
    chain: &[CertificateDer<'_>],
    now: Timestamp,
    identities: impl IntoIterator<Item = &'a Identity>,
    authorities: &Authorities,
) -> Verdict {
    examine(chain, now, authorities).judge(identities)
}
