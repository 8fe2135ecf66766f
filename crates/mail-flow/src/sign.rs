//! DKIM signatures (RFC 6376, RFC 8463) on what our users submit and on what we write ourselves.
//!
//! A signature is a field of the prefix, made once when a letter is accepted: whatever the queue sends later,
//! and how often, carries the same octets. The body is hashed while it arrives, or from memory where the
//! letter is small, and is never read again for it.

use aws_lc_rs::digest::{Context, SHA256};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use blobs::BlobError;
use keys::{DkimSigner, KeysError, Signers};
use mail_judge::HeaderFacts;
use model::{Address, BlobRef, Domain, Reply, ReversePath, Timestamp};
use tracing::error;
use wire_mime::{Field, fields};
use wire_trust::dkim::{BodyCanonicalizer, Canonicalization, canonical_field};

use crate::arrival::Origin;
use crate::{Flow, limits, trouble};

/// Fields that are signed once more often than they stand there, so that nobody adds one (RFC 6376 §5.4.2):
/// what people see, and what says how the body is read.
const SEALED: [&str; 14] = [
    "From",
    "To",
    "Cc",
    "Subject",
    "Date",
    "Message-ID",
    "Reply-To",
    "Sender",
    "In-Reply-To",
    "References",
    "MIME-Version",
    "Content-Type",
    "Content-Transfer-Encoding",
    "Content-Disposition",
];
/// Fields that are signed where they stand; others may add theirs (RFC 6376 §5.4.1).
const SIGNED: [&str; 8] = [
    "List-Id",
    "List-Unsubscribe",
    "List-Unsubscribe-Post",
    "List-Post",
    "Auto-Submitted",
    "Resent-From",
    "Resent-Date",
    "Autocrypt",
];

/// The hash of a body in the relaxed form (RFC 6376 §3.4.4), taken while its octets pass by.
pub(crate) struct BodyHash {
    canonicalizer: BodyCanonicalizer,
    hashed: Gathered,
}

/// Octets for a hash, gathered because words are short.
struct Gathered {
    context: Context,
    ready: Vec<u8>,
}

impl Gathered {
    fn take(&mut self, octets: &[u8]) {
        self.ready.extend_from_slice(octets);
        if self.ready.len() >= limits::HASH_BLOCK_BYTES {
            self.context.update(&self.ready);
            self.ready.clear();
        }
    }
}

impl BodyHash {
    pub(crate) fn new() -> BodyHash {
        BodyHash {
            canonicalizer: BodyCanonicalizer::new(Canonicalization::Relaxed),
            hashed: Gathered { context: Context::new(&SHA256), ready: Vec::new() },
        }
    }

    /// Of a body that is all there.
    pub(crate) fn of(body: &[u8]) -> [u8; 32] {
        let mut hash = BodyHash::new();
        hash.update(body);
        hash.finish()
    }

    /// Takes the next octets.
    pub(crate) fn update(&mut self, bytes: &[u8]) {
        self.canonicalizer.push(bytes, &mut |octets| self.hashed.take(octets));
    }

    pub(crate) fn finish(mut self) -> [u8; 32] {
        self.canonicalizer.finish(&mut |octets| self.hashed.take(octets));
        self.hashed.context.update(&self.hashed.ready);
        let mut hash = [0; 32];
        hash.copy_from_slice(self.hashed.context.finish().as_ref());
        hash
    }
}

/// A field in the relaxed form (RFC 6376 §3.4.2), with its line break.
pub(crate) fn relaxed(name: &[u8], value: &[u8], into: &mut Vec<u8>) {
    canonical_field(name, value, Canonicalization::Relaxed, &mut |octets| into.extend_from_slice(octets));
    into.extend_from_slice(b"\r\n");
}

/// The names for `h=`, and those fields in the relaxed form and in that order.
pub(crate) struct SignedHeader {
    names: Vec<&'static str>,
    canonical: Vec<u8>,
}

impl SignedHeader {
    /// Chooses from the header in pieces as they stand after one another: prefix, then what was received.
    pub(crate) fn of(pieces: [&[u8]; 2]) -> SignedHeader {
        let all: Vec<Field<'_>> = pieces.into_iter().flat_map(fields).collect();
        let (mut names, mut canonical) = (Vec::new(), Vec::new());
        for (list, is_sealed) in [(&SEALED[..], true), (&SIGNED[..], false)] {
            for name in list {
                // RFC 6376 §5.4.2: from the bottom up.
                let found = all.iter().rev().filter(|field| field.is(name));
                for field in found.take(limits::SIGNED_FIELD_LIMIT) {
                    names.push(*name);
                    relaxed(field.name, field.value, &mut canonical);
                }
                if is_sealed {
                    // One that is not there: nothing is hashed for it.
                    names.push(*name);
                }
            }
        }
        SignedHeader { names, canonical }
    }

    /// A field with a signature over these fields, the body hash and itself; `tags` are those before `h=`.
    pub(crate) fn sign(
        &self,
        field: &'static str,
        tags: &str,
        body_hash: &[u8; 32],
        signer: &DkimSigner,
    ) -> Result<String, KeysError> {
        let mut value = format!(" {tags};\r\n\th=");
        let mut width = 10;
        for (index, name) in self.names.iter().enumerate() {
            if index > 0 {
                value.push(':');
            }
            if width + name.len() > LINE_LIMIT {
                value.push_str("\r\n\t ");
                width = 10;
            }
            value.push_str(name);
            width += name.len() + 1;
        }
        value.push_str(&format!(";\r\n\tbh={};\r\n\tb=", STANDARD.encode(body_hash)));
        let mut text = self.canonical.clone();
        relaxed(field.as_bytes(), value.as_bytes(), &mut text);
        // RFC 6376 §3.7: the signature's own field ends without a line break.
        text.truncate(text.len() - 2);
        let signature = signer.sign(&text)?;
        Ok(format!("{field}:{value}{}\r\n", folded(&signature)))
    }
}

const LINE_LIMIT: usize = 76;

/// Base64 over several lines.
pub(crate) fn folded(octets: &[u8]) -> String {
    let text = STANDARD.encode(octets);
    let mut lines = String::with_capacity(text.len() + text.len() / 16);
    for (index, character) in text.chars().enumerate() {
        if index > 0 && index % (LINE_LIMIT - 4) == 0 {
            lines.push_str("\r\n\t ");
        }
        lines.push(character);
    }
    lines
}

/// A letter as it was received, its body kept already.
pub(crate) struct Letter<'a> {
    /// Its beginning, at least the header.
    pub(crate) head: &'a [u8],
    /// The header's length with its blank line.
    pub(crate) header_bytes: usize,
    /// All of it.
    pub(crate) blob: BlobRef,
}

impl Letter<'_> {
    pub(crate) fn header(&self) -> &[u8] {
        &self.head[..self.header_bytes]
    }
}

/// One DKIM-Signature field for each key.
pub(crate) fn signatures(
    signers: &Signers,
    prefix: &[u8],
    header: &[u8],
    body_hash: &[u8; 32],
    now: Timestamp,
) -> Result<String, KeysError> {
    let signed = SignedHeader::of([prefix, header]);
    let mut fields = String::new();
    for key in &signers.keys {
        let tags = format!(
            "v=1; a={}; c=relaxed/relaxed; d={}; s={};\r\n\tt={}",
            key.algorithm.signature_tag(),
            signers.domain,
            key.selector,
            now.seconds(),
        );
        fields.push_str(&signed.sign("DKIM-Signature", &tags, body_hash, key)?);
    }
    Ok(fields)
}

impl Flow {
    /// The DKIM-Signature fields of a letter; empty where none of its domains is the author's organisation's.
    /// Trouble with keys never keeps a letter back: an unsigned one is better than none.
    pub(crate) async fn signed(
        &self,
        origin: &Origin,
        from: &ReversePath,
        facts: &HeaderFacts,
        prefix: &[u8],
        letter: &Letter<'_>,
    ) -> Result<String, Reply> {
        let author = || facts.authors().into_iter().find_map(Result::ok);
        let signers = match (origin, origin.organisation()) {
            (Origin::Peer(_), _) => return Ok(String::new()),
            (_, Some(mine)) => {
                let author = author();
                let candidates = [author.as_ref(), from.address()].into_iter().flatten();
                let mut found = None;
                for domain in candidates.map(Address::domain) {
                    found = self.signers(domain).await.filter(|signers| signers.organisation == mine);
                    if found.is_some() {
                        break;
                    }
                }
                found
            }
            (_, None) => match author() {
                Some(author) => self.signers_above(author.domain()).await,
                None => None,
            },
        };
        let Some(signers) = signers else { return Ok(String::new()) };
        let body_hash = self.body_hash(letter).await.map_err(|error| trouble::blobs(&error))?;
        let now = self.inner.world.clock.now();
        let signed = signatures(&signers, prefix, letter.header(), &body_hash, now);
        Ok(signed.unwrap_or_else(|error| {
            error!(error = %model::Chain(&error), domain = %signers.domain, "a letter goes out unsigned");
            String::new()
        }))
    }

    /// The hash of a letter's body: from memory if all of it is there, otherwise read a block at a time.
    pub(crate) async fn body_hash(&self, letter: &Letter<'_>) -> Result<[u8; 32], BlobError> {
        let blob = &letter.blob;
        if letter.head.len() as u64 == blob.size_bytes {
            return Ok(BodyHash::of(&letter.head[letter.header_bytes..]));
        }
        let (mut hash, mut at) = (BodyHash::new(), letter.header_bytes as u64);
        while at < blob.size_bytes {
            let end = blob.size_bytes.min(at + limits::READ_BACK_BYTES);
            hash.update(&self.inner.blobs.get_range(blob, at..end).await?);
            at = end;
        }
        Ok(hash.finish())
    }

    pub(crate) async fn signers(&self, domain: &Domain) -> Option<std::sync::Arc<Signers>> {
        self.inner.keys.dkim(domain).await.unwrap_or_else(|error| {
            error!(error = %model::Chain(&error), %domain, "cannot read who signs for a domain");
            None
        })
    }

    /// The signers of the domain, or of the next one above it that is hosted: reports of `mx.example.org` are
    /// aligned with `example.org` (RFC 7489 §3.1.1).
    async fn signers_above(&self, domain: &Domain) -> Option<std::sync::Arc<Signers>> {
        let mut name = domain.clone();
        for _ in 0..limits::LABELS_ABOVE_LIMIT {
            if let Some(signers) = self.signers(&name).await {
                return Some(signers);
            }
            let (_, above) = name.as_str().split_once('.')?;
            name = Domain::parse(above).ok()?;
        }
        None
    }
}
