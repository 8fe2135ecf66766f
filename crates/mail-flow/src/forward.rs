//! What an alias leads elsewhere: a return path of ours (docs/decisions/0031-forwarding.md), and a seal that tells
//! the next server what we found when the letter came (ARC, RFC 8617). Both belong to the forwarded copy alone and
//! are made when it goes out; the letter in our own mailboxes stays as it came.

use bytes::Bytes;
use keys::{Algorithm, DkimSigner, KeysError};
use mail_queue::{Delivery, Message};
use model::{Domain, Reply, ReversePath, Route, Timestamp};
use tracing::error;
use wire_mime::{Field, fields, whole_header};
use wire_trust::dkim::{Seal, instance};
use wire_trust::results;

use crate::sign::{Letter, SignedHeader, folded, relaxed};
use crate::{Flow, limits, trouble};

/// How a copy goes out.
pub(crate) struct Outgoing {
    /// The envelope's sender.
    pub(crate) from: ReversePath,
    /// The fields before what was received.
    pub(crate) prefix: Bytes,
}

/// The domain in whose name a copy is forwarded: that of the address to which a stranger's letter came. `None`
/// for what our users or we ourselves sent: that goes out under its own sender, for whom our servers may send.
pub(crate) fn forwarder(delivery: &Delivery) -> Option<Domain> {
    let message = &delivery.message;
    let is_strangers =
        message.organisation.is_none() && fields(&message.prefix).any(|field| field.is("received"));
    let leaves = matches!(delivery.route, Route::Remote { .. } | Route::Gateway { .. });
    let is_led_elsewhere = delivery.organisation.is_some() && leaves;
    (is_strangers && is_led_elsewhere).then(|| delivery.recipient.domain().clone())
}

impl Flow {
    /// How the copies of a message go out that `forwarder` forwards; an error is temporary trouble of ours.
    pub(crate) async fn outgoing(
        &self,
        message: &Message,
        forwarder: Option<&Domain>,
        bytes: Option<&Bytes>,
    ) -> Result<Outgoing, Reply> {
        let as_it_is = |from| Outgoing { from, prefix: message.prefix.clone().into() };
        let Some(domain) = forwarder else { return Ok(as_it_is(message.from.clone())) };
        let from = match &message.from {
            ReversePath::Null => ReversePath::Null,
            ReversePath::Address(sender) => {
                let path = self.inner.return_paths.make(sender, domain).await.map_err(|error| {
                    error!(error = %model::Chain(&error), %domain, "cannot make a return path");
                    Reply::later(451, 3, 0, "temporary trouble here")
                })?;
                ReversePath::Address(path)
            }
        };
        let Some(seal) = self.seal(message, domain, bytes).await? else { return Ok(as_it_is(from)) };
        Ok(Outgoing { from, prefix: [seal.as_bytes(), &message.prefix].concat().into() })
    }

    /// The next ARC set; `None` where we have no key or found nothing out, or where no set may follow.
    async fn seal(
        &self,
        message: &Message,
        domain: &Domain,
        bytes: Option<&Bytes>,
    ) -> Result<Option<String>, Reply> {
        let Some(signers) = self.signers(domain).await else { return Ok(None) };
        // RFC 8617 §4.1.2 knows the algorithms of DKIM; what verifies Ed25519 there is rare yet.
        let Some(signer) = signers.keys.iter().find(|key| key.algorithm == Algorithm::Rsa) else {
            return Ok(None);
        };
        let Some(results) = our_results(&message.prefix, self.inner.settings.hostname.as_str()) else {
            return Ok(None);
        };
        let head = self.head(message, bytes).await?;
        let header_bytes = whole_header(&head).map_or(head.len(), <[u8]>::len);
        let letter = Letter { head: &head, header_bytes, blob: message.blob };
        let Some(chain) = Chain::of(letter.header(), &results) else { return Ok(None) };
        let body_hash = self.body_hash(&letter).await.map_err(|error| trouble::blobs(&error))?;
        let now = self.inner.world.clock.now();
        let set = Set { domain, signer, results: &results, prefix: &message.prefix, letter: &letter, now };
        Ok(chain.next(&set, &body_hash).map(Some).unwrap_or_else(|error| {
            error!(error = %model::Chain(&error), %domain, "a forwarded letter goes out without a seal");
            None
        }))
    }
}

/// The content of the Authentication-Results field that we stamped.
fn our_results(prefix: &[u8], hostname: &str) -> Option<String> {
    let field = fields(prefix).find(|field| {
        field.is("authentication-results")
            && results::authserv_id(field.value).is_some_and(|id| id == hostname)
    })?;
    Some(String::from_utf8_lossy(field.value.trim_ascii()).into_owned())
}

/// The sets that a letter has.
struct Chain<'a> {
    /// Authentication-Results, Message-Signature and Seal of instance 1, 2, …
    sets: Vec<[Field<'a>; 3]>,
    /// The next instance.
    number: usize,
    /// What we found of them.
    validity: &'static str,
}

/// What goes into the next set.
struct Set<'a> {
    domain: &'a Domain,
    signer: &'a DkimSigner,
    results: &'a str,
    prefix: &'a [u8],
    letter: &'a Letter<'a>,
    now: Timestamp,
}

impl<'a> Chain<'a> {
    /// `None` if nothing may be added: the chain is broken already and says so, is at its end, or nobody
    /// looked at it.
    fn of(header: &'a [u8], results: &str) -> Option<Chain<'a>> {
        let mut sets: Vec<[Option<Field<'a>>; 3]> = Vec::new();
        let mut is_whole = true;
        let mut says_fail = false;
        for field in fields(header) {
            let place = match () {
                () if field.is("arc-authentication-results") => 0,
                () if field.is("arc-message-signature") => 1,
                () if field.is("arc-seal") => 2,
                () => continue,
            };
            let text = String::from_utf8_lossy(field.value);
            let number = match place {
                0 => instance(&text).map(|(number, _)| number),
                1 => wire_trust::dkim::Signature::parse_arc(&text).ok().map(|signature| signature.instance),
                _ => Seal::parse(&text).ok().map(|seal| {
                    says_fail |= seal.chain == "fail";
                    seal.instance
                }),
            };
            let Some(index) = number.and_then(|number| usize::try_from(number).ok()?.checked_sub(1)) else {
                is_whole = false;
                continue;
            };
            if index >= limits::ARC_SETS_LIMIT {
                return None;
            }
            if sets.len() <= index {
                sets.resize(index + 1, [None, None, None]);
            }
            is_whole &= sets[index][place].replace(field).is_none();
        }
        let verdict = results::Field::parse(results.as_bytes())
            .and_then(|field| field.results.into_iter().find(|outcome| outcome.method == "arc"))
            .map(|outcome| outcome.result);
        let sets: Vec<Option<[Field<'a>; 3]>> =
            sets.into_iter().map(|[results, message, seal]| Some([results?, message?, seal?])).collect();
        is_whole &= sets.iter().all(Option::is_some);
        let validity = match (sets.is_empty() && is_whole, verdict.as_deref()) {
            (true, _) => "none",
            // RFC 8617 §5.1.2: who finds the chain broken says so once, and nobody after him.
            (false, _) if says_fail || sets.len() >= limits::ARC_SETS_LIMIT => return None,
            (false, Some("pass")) if is_whole => "pass",
            (false, Some("fail" | "pass")) => "fail",
            (false, _) => return None,
        };
        let number = sets.len() + 1;
        Some(Chain { sets: sets.into_iter().flatten().collect(), number, validity })
    }

    /// The three fields of the next instance, the seal first.
    fn next(&self, set: &Set<'_>, body_hash: &[u8; 32]) -> Result<String, KeysError> {
        let number = self.number;
        let Set { domain, signer, results, prefix, letter, now } = set;
        let time = now.seconds();
        let (selector, algorithm) = (&signer.selector, signer.algorithm.signature_tag());
        let results = format!(" i={number}; {results}");
        let tags =
            format!("i={number}; a={algorithm}; c=relaxed/relaxed; d={domain}; s={selector};\r\n\tt={time}");
        let signature = SignedHeader::of([prefix, letter.header()]).sign(
            "ARC-Message-Signature",
            &tags,
            body_hash,
            signer,
        )?;
        let mut text = Vec::new();
        // RFC 8617 §5.1.1: all sets in their order; of a failed chain only the new one (section 5.1.2).
        for fields in self.sets.iter().filter(|_| self.validity != "fail") {
            for field in fields {
                relaxed(field.name, field.value, &mut text);
            }
        }
        relaxed(b"ARC-Authentication-Results", results.as_bytes(), &mut text);
        for field in fields(signature.as_bytes()) {
            relaxed(field.name, field.value, &mut text);
        }
        let seal = format!(
            " i={number}; a={algorithm}; t={time}; cv={};\r\n\td={domain}; s={selector};\r\n\tb=",
            self.validity
        );
        relaxed(b"ARC-Seal", seal.as_bytes(), &mut text);
        text.truncate(text.len() - 2);
        let sealed = folded(&signer.sign(&text)?);
        Ok(format!("ARC-Seal:{seal}{sealed}\r\n{signature}ARC-Authentication-Results:{results}\r\n"))
    }
}
