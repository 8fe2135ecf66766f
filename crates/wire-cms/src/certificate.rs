//! One X.509 certificate: what it says, and its bytes as they came.

use std::fmt;
use std::net::IpAddr;
use std::ops::Range;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use model::Timestamp;
use x509_cert::der::{Decode as _, Tag, Tagged as _};
use x509_cert::ext::pkix::name::{GeneralName, GeneralNames};
use x509_cert::name::Name;
use x509_cert::time::Time;

use crate::algorithm::{self, SignatureError};
use crate::der::{self, Item, NotDer, SEQUENCE};
use crate::digest::{self, Digest};
use crate::{limits, oid};

/// A certificate (RFC 5280 §4.1), read once. Two are equal if their bytes are.
#[derive(Clone)]
pub struct Certificate {
    bytes: Vec<u8>,
    signed: Range<usize>,
    algorithm: Range<usize>,
    signature: Range<usize>,
    serial: Range<usize>,
    issuer: Range<usize>,
    subject: Range<usize>,
    key_info: Range<usize>,
    subject_name: Name,
    issuer_name: Name,
    not_before: Timestamp,
    not_after: Timestamp,
    pub(crate) extensions: Extensions,
}

/// What the extensions say, as far as a path is judged by them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Extensions {
    /// Whether there are any: version 3 certificates only.
    pub(crate) is_version_3: bool,
    pub(crate) authority: Option<Authority>,
    pub(crate) key_usage: Option<KeyUsage>,
    pub(crate) extended_key_usage: Option<ExtendedKeyUsage>,
    pub(crate) has_name_constraints: bool,
    /// A critical extension that nobody here understands, dotted.
    pub(crate) unknown_critical: Option<String>,
    pub(crate) subject_key_identifier: Option<Vec<u8>>,
    alternative_names: Vec<GeneralName>,
}

/// BasicConstraints (RFC 5280 §4.2.1.9).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Authority {
    pub(crate) is_authority: bool,
    pub(crate) path_length: Option<u64>,
}

/// KeyUsage (RFC 5280 §4.2.1.3), the bits that are asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct KeyUsage {
    pub(crate) may_sign: bool,
    pub(crate) may_certify: bool,
}

/// ExtKeyUsageSyntax (RFC 5280 §4.2.1.12): object identifiers by contents.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ExtendedKeyUsage {
    pub(crate) is_critical: bool,
    pub(crate) purposes: Vec<Vec<u8>>,
}

/// Why bytes are not a certificate.
#[derive(Debug, thiserror::Error)]
pub enum NotACertificate {
    /// More than [`limits::CERTIFICATE_BYTES`].
    #[error("a certificate of {0} bytes is too long")]
    TooLong(usize),
    /// The structure of RFC 5280 §4.1 is not there.
    #[error("cannot read the certificate's structure")]
    Structure(#[from] NotDer),
    /// A name or a time is not what RFC 5280 demands.
    #[error("cannot read the certificate's {0}")]
    Field(&'static str),
    /// Two algorithms where RFC 5280 §4.1.1.2 demands the same twice, or an extension twice (§4.2).
    #[error("the certificate contradicts itself in its {0}")]
    Contradiction(&'static str),
    /// The text holds no PEM certificate, or something else between its lines (RFC 7468).
    #[error("the text is not PEM with certificates")]
    Pem,
    /// More than [`limits::CERTIFICATES`].
    #[error("more than {} certificates", limits::CERTIFICATES)]
    TooMany,
}

impl Certificate {
    /// Reads one DER certificate; nothing may follow it.
    ///
    /// # Errors
    /// What is wrong with the bytes.
    pub fn from_der(bytes: &[u8]) -> Result<Certificate, NotACertificate> {
        if bytes.len() > limits::CERTIFICATE_BYTES {
            return Err(NotACertificate::TooLong(bytes.len()));
        }
        // Certificate ::= SEQUENCE { tbsCertificate, signatureAlgorithm, signatureValue }
        let mut outer = Item::only(bytes, SEQUENCE)?.items();
        let signed = outer.take(SEQUENCE)?;
        let algorithm = outer.take(SEQUENCE)?;
        let signature = outer.take(der::BIT_STRING)?.bits()?;
        outer.end()?;

        let mut items = signed.items();
        let version = match items.optional(der::context_constructed(0))? {
            Some(version) => Item::only(version.value, der::INTEGER)?.unsigned()?,
            None => 0,
        };
        let serial = items.take(der::INTEGER)?;
        if items.take(SEQUENCE)?.whole != algorithm.whole {
            return Err(NotACertificate::Contradiction("signature algorithm"));
        }
        let issuer = items.take(SEQUENCE)?;
        let mut validity = items.take(SEQUENCE)?.items();
        let mut moment = || -> Result<Timestamp, NotACertificate> {
            let item = validity.next()?.ok_or(NotDer::Short)?;
            let time = Time::from_der(item.whole).map_err(|_| NotACertificate::Field("validity"))?;
            let milliseconds = time.to_unix_duration().as_millis();
            Ok(Timestamp(i64::try_from(milliseconds).map_err(|_| NotACertificate::Field("validity"))?))
        };
        let (not_before, not_after) = (moment()?, moment()?);
        let subject = items.take(SEQUENCE)?;
        let key_info = items.take(SEQUENCE)?;
        items.optional(der::context(1))?;
        items.optional(der::context(2))?;
        let extensions = match items.optional(der::context_constructed(3))? {
            Some(extensions) if version == 2 => read_extensions(&extensions)?,
            Some(_) => return Err(NotACertificate::Contradiction("version and extensions")),
            None => Extensions { is_version_3: version == 2, ..Extensions::default() },
        };
        items.end()?;

        let name =
            |item: &Item<'_>, field| Name::from_der(item.whole).map_err(|_| NotACertificate::Field(field));
        let place = |piece: &[u8]| {
            // The pieces are slices of `bytes`: their distance from its start is their place in it.
            let start = piece.as_ptr().addr() - bytes.as_ptr().addr();
            start..start + piece.len()
        };
        Ok(Certificate {
            signed: place(signed.whole),
            algorithm: place(algorithm.whole),
            signature: place(signature),
            serial: place(serial.whole),
            issuer: place(issuer.whole),
            subject: place(subject.whole),
            key_info: place(key_info.whole),
            subject_name: name(&subject, "subject")?,
            issuer_name: name(&issuer, "issuer")?,
            not_before,
            not_after,
            extensions,
            bytes: bytes.to_vec(),
        })
    }

    /// Reads the certificates of a PEM text in their order (RFC 7468 §5.1): text before, between and after them is
    /// passed over, other kinds of blocks too.
    ///
    /// # Errors
    /// No certificate in it, one that cannot be read, or more than [`limits::CERTIFICATES`].
    pub fn from_pem(text: &str) -> Result<Vec<Certificate>, NotACertificate> {
        let mut found = Vec::new();
        let mut block: Option<String> = None;
        for line in text.lines().map(str::trim) {
            match (&mut block, line) {
                (None, "-----BEGIN CERTIFICATE-----") => block = Some(String::new()),
                (None, _) => {}
                (Some(base64), "-----END CERTIFICATE-----") => {
                    if found.len() == limits::CERTIFICATES {
                        return Err(NotACertificate::TooMany);
                    }
                    let bytes = STANDARD.decode(&*base64).map_err(|_| NotACertificate::Pem)?;
                    found.push(Certificate::from_der(&bytes)?);
                    block = None;
                }
                (Some(base64), line) => {
                    base64.push_str(line);
                    // Base64 has four characters for three bytes.
                    if base64.len() > limits::CERTIFICATE_BYTES / 3 * 4 + 4 {
                        return Err(NotACertificate::TooLong(base64.len() / 4 * 3));
                    }
                }
            }
        }
        if found.is_empty() || block.is_some() { Err(NotACertificate::Pem) } else { Ok(found) }
    }

    /// The bytes as they came.
    pub fn der(&self) -> &[u8] {
        &self.bytes
    }

    /// The certificate as text (RFC 7468 §5), lines of 64 characters.
    pub fn pem(&self) -> String {
        let base64 = STANDARD.encode(&self.bytes);
        let mut text = String::from("-----BEGIN CERTIFICATE-----\n");
        let mut rest = base64.as_str();
        while !rest.is_empty() {
            let (line, after) = rest.split_at(rest.len().min(64));
            text.push_str(line);
            text.push('\n');
            rest = after;
        }
        text.push_str("-----END CERTIFICATE-----\n");
        text
    }

    /// The subject as text (RFC 4514): `CN=mail.example.com,O=Example`.
    pub fn subject(&self) -> String {
        self.subject_name.to_string()
    }

    /// The issuer as text (RFC 4514).
    pub fn issuer(&self) -> String {
        self.issuer_name.to_string()
    }

    /// The first common name of the subject.
    pub fn common_name(&self) -> Option<String> {
        let names =
            self.subject_name.iter().find(|attribute| attribute.oid.as_bytes() == oid::COMMON_NAME)?;
        let bytes = names.value.value();
        Some(match names.value.tag() {
            // X.680 §41: two bytes each.
            Tag::BmpString => {
                let units = bytes.chunks_exact(2).map(|pair| u16::from_be_bytes([pair[0], pair[1]]));
                char::decode_utf16(units).map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
            }
            // In practice Latin-1.
            Tag::TeletexString => bytes.iter().copied().map(char::from).collect(),
            _ => String::from_utf8_lossy(bytes).into_owned(),
        })
    }

    /// What to call the subject in a sentence: its common name, or else the whole name.
    pub fn display_name(&self) -> String {
        self.common_name().filter(|name| !name.is_empty()).unwrap_or_else(|| self.subject())
    }

    /// The host names among the alternative names (RFC 5280 §4.2.1.6), as written.
    pub fn dns_names(&self) -> Vec<String> {
        self.names(|name| match name {
            GeneralName::DnsName(name) => Some(name.to_string()),
            _ => None,
        })
    }

    /// The mail addresses among the alternative names.
    pub fn email_addresses(&self) -> Vec<String> {
        self.names(|name| match name {
            GeneralName::Rfc822Name(name) => Some(name.to_string()),
            _ => None,
        })
    }

    /// The IP addresses among the alternative names.
    pub fn ip_addresses(&self) -> Vec<IpAddr> {
        self.names(|name| match name {
            GeneralName::IpAddress(bytes) => match bytes.as_bytes().len() {
                4 => <[u8; 4]>::try_from(bytes.as_bytes()).ok().map(IpAddr::from),
                16 => <[u8; 16]>::try_from(bytes.as_bytes()).ok().map(IpAddr::from),
                _ => None,
            },
            _ => None,
        })
    }

    fn names<T>(&self, pick: impl FnMut(&GeneralName) -> Option<T>) -> Vec<T> {
        self.extensions.alternative_names.iter().filter_map(pick).collect()
    }

    /// Whether this GeneralName, as DER, is the subject or one of the alternative names.
    pub(crate) fn is_named(&self, general_name: &[u8]) -> bool {
        let Ok(name) = GeneralName::from_der(general_name) else { return false };
        match &name {
            GeneralName::DirectoryName(name) => *name == self.subject_name,
            other => self.extensions.alternative_names.contains(other),
        }
    }

    /// The first moment at which it is valid.
    pub fn not_before(&self) -> Timestamp {
        self.not_before
    }

    /// The last moment at which it is valid.
    pub fn not_after(&self) -> Timestamp {
        self.not_after
    }

    /// The serial number as lower-case hexadecimal digits, as OpenSSL shows it but for the case.
    pub fn serial(&self) -> String {
        let contents = Item::only(&self.bytes[self.serial.clone()], der::INTEGER).map(|item| item.value);
        match contents.unwrap_or_default() {
            [0, rest @ ..] if !rest.is_empty() => hexadecimal(rest),
            bytes => hexadecimal(bytes),
        }
    }

    /// SHA-256 of the certificate.
    pub fn sha256(&self) -> [u8; 32] {
        digest::sha256(&self.bytes)
    }

    /// SHA-1 of the certificate: for people who compare it with what other programs show. Never a proof.
    pub fn sha1(&self) -> [u8; 20] {
        digest::sha1(&self.bytes)
    }

    /// The SubjectPublicKeyInfo (RFC 5280 §4.1.2.7), DER.
    pub fn public_key_info(&self) -> &[u8] {
        &self.bytes[self.key_info.clone()]
    }

    /// Whether its issuer has the name of its subject: a root, or a certificate nobody vouches for.
    pub fn is_self_issued(&self) -> bool {
        self.subject_der() == self.issuer_der()
    }

    /// Whether the certificate says that it may certify others.
    pub fn is_authority(&self) -> bool {
        self.extensions.authority.is_some_and(|authority| authority.is_authority)
    }

    pub(crate) fn subject_der(&self) -> &[u8] {
        &self.bytes[self.subject.clone()]
    }

    pub(crate) fn issuer_der(&self) -> &[u8] {
        &self.bytes[self.issuer.clone()]
    }

    pub(crate) fn serial_der(&self) -> &[u8] {
        &self.bytes[self.serial.clone()]
    }

    /// The contents of the subjectPublicKey: a point, or RSAPublicKey.
    pub(crate) fn public_key(&self) -> Option<&[u8]> {
        let mut items = Item::only(self.public_key_info(), SEQUENCE).ok()?.items();
        items.take(SEQUENCE).ok()?;
        items.take(der::BIT_STRING).ok()?.bits().ok()
    }

    /// Checks that `issuer`'s key signed this certificate; nothing else.
    pub(crate) fn verify_signed_by(&self, issuer: &Certificate) -> Result<(), SignatureError> {
        let algorithm = Item::only(&self.bytes[self.algorithm.clone()], SEQUENCE)?;
        let (signed, signature) = (&self.bytes[self.signed.clone()], &self.bytes[self.signature.clone()]);
        algorithm::verify(&algorithm, None, issuer.public_key_info(), signed, signature)
    }

    /// Checks a signature of this certificate's key.
    pub(crate) fn verify_signature(
        &self,
        algorithm: &Item<'_>,
        digest: Digest,
        message: &[u8],
        signature: &[u8],
    ) -> Result<(), SignatureError> {
        algorithm::verify(algorithm, Some(digest), self.public_key_info(), message, signature)
    }
}

impl PartialEq for Certificate {
    fn eq(&self, other: &Certificate) -> bool {
        self.bytes == other.bytes
    }
}

impl Eq for Certificate {}

impl fmt::Debug for Certificate {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Certificate({}, {})", self.subject(), hexadecimal(&self.sha256()))
    }
}

/// Lower-case hexadecimal digits.
pub(crate) fn hexadecimal(bytes: &[u8]) -> String {
    let digits = b"0123456789abcdef";
    let pairs =
        bytes.iter().flat_map(|byte| [digits[usize::from(byte >> 4)], digits[usize::from(byte & 15)]]);
    pairs.map(char::from).collect()
}

/// ```text
/// Extension ::= SEQUENCE { extnID OBJECT IDENTIFIER, critical BOOLEAN DEFAULT FALSE, extnValue OCTET STRING }
/// ```
fn read_extensions(explicit: &Item<'_>) -> Result<Extensions, NotACertificate> {
    let mut extensions = Extensions { is_version_3: true, ..Extensions::default() };
    let mut seen: Vec<&[u8]> = Vec::new();
    for extension in Item::only(explicit.value, SEQUENCE)?.items().all(limits::ATTRIBUTES)? {
        let mut items = Item::only(extension.whole, SEQUENCE)?.items();
        let name = items.object_identifier()?;
        let is_critical = items.optional(der::BOOLEAN)?.map_or(Ok(false), |item| item.boolean())?;
        let value = items.take(der::OCTET_STRING)?.value;
        items.end()?;
        if seen.contains(&name) {
            return Err(NotACertificate::Contradiction("extensions"));
        }
        seen.push(name);
        match name {
            oid::CE_BASIC_CONSTRAINTS => {
                let mut items = Item::only(value, SEQUENCE)?.items();
                let is_authority = items.optional(der::BOOLEAN)?.map_or(Ok(false), |item| item.boolean())?;
                let path_length = items.optional(der::INTEGER)?.map(|item| item.unsigned()).transpose()?;
                items.end()?;
                extensions.authority = Some(Authority { is_authority, path_length });
            }
            oid::CE_KEY_USAGE => {
                let bits = match Item::only(value, der::BIT_STRING)?.value {
                    [unused, bits @ ..] if *unused < 8 => bits.first().copied().unwrap_or_default(),
                    _ => return Err(NotACertificate::Field("key usage")),
                };
                // digitalSignature (0) or nonRepudiation (1); keyCertSign (5).
                let (may_sign, may_certify) = (bits & 0xC0 != 0, bits & 0x04 != 0);
                extensions.key_usage = Some(KeyUsage { may_sign, may_certify });
            }
            oid::CE_EXTENDED_KEY_USAGE => {
                let purposes = Item::only(value, SEQUENCE)?.items().all(limits::ATTRIBUTES)?;
                if purposes.iter().any(|item| item.tag != der::OBJECT_IDENTIFIER) {
                    return Err(NotACertificate::Field("extended key usage"));
                }
                let purposes = purposes.iter().map(|item| item.value.to_vec()).collect();
                extensions.extended_key_usage = Some(ExtendedKeyUsage { is_critical, purposes });
            }
            oid::CE_SUBJECT_ALT_NAME => {
                let names =
                    GeneralNames::from_der(value).map_err(|_| NotACertificate::Field("alternative names"))?;
                extensions.alternative_names = names.into_iter().take(limits::ALTERNATIVE_NAMES).collect();
            }
            oid::CE_SUBJECT_KEY_IDENTIFIER => {
                let identifier = Item::only(value, der::OCTET_STRING)?.value;
                extensions.subject_key_identifier = Some(identifier.to_vec());
            }
            oid::CE_NAME_CONSTRAINTS => extensions.has_name_constraints = true,
            // RFC 5280 §6.1.1: any policy is as good as any other to us, so these cannot make a path invalid, except
            // that policyConstraints may demand one; which authorities fulfil by having one.
            oid::CE_CERTIFICATE_POLICIES | oid::CE_POLICY_CONSTRAINTS | oid::CE_INHIBIT_ANY_POLICY => {}
            other if is_critical && extensions.unknown_critical.is_none() => {
                extensions.unknown_critical =
                    Some(der::dotted(other).unwrap_or_else(|| "(unreadable)".to_owned()));
            }
            _ => {}
        }
    }
    Ok(extensions)
}
