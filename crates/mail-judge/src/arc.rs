//! The chain of ARC sets: who carried the letter on, and what they found (RFC 8617 §5.2).

use std::collections::HashMap;

use futures_util::future::join_all;
use trust::{ArcEvidence, ArcResult, DkimResult};
use wire_mime::Field;
use wire_trust::dkim::{Canonicalization, KeyRecord, Seal, Signature, instance, without_signature};
use wire_trust::results;
use world::Names;

use crate::body::Hashed;
use crate::limits::ARC_SET_LIMIT;
use crate::verify::{Flaw, Header, add, key, verify};

struct Set<'a, 'b> {
    results: &'b Field<'a>,
    signature: (&'b Field<'a>, Signature),
    seal: (&'b Field<'a>, Seal),
}

/// Validates the chain; `trusted` are the domains whose word about DMARC counts.
pub(crate) async fn check(
    names: &Names,
    header: &Header<'_>,
    bodies: &Hashed,
    trusted: &[String],
) -> Option<ArcEvidence> {
    let sets = match sets(header.fields()) {
        Ok(sets) if sets.is_empty() => return None,
        Ok(sets) => sets,
        Err(because) => {
            return Some(ArcEvidence { result: ArcResult::Fail, because, ..ArcEvidence::default() });
        }
    };
    let sealers: Vec<String> = sets.iter().map(|set| set.seal.1.domain.clone()).collect();
    let mut evidence = ArcEvidence { result: ArcResult::Pass, sealers, ..ArcEvidence::default() };
    match chain(names, header, &sets, bodies).await {
        Ok(oldest_pass) => {
            evidence.oldest_pass = oldest_pass;
            evidence.trusted = vouching(&sets, trusted);
        }
        Err((DkimResult::TempError, because)) => {
            (evidence.result, evidence.because) = (ArcResult::TempError, because);
        }
        Err((_, because)) => (evidence.result, evidence.because) = (ArcResult::Fail, because),
    }
    Some(evidence)
}

/// §5.2, items 1 to 3: complete sets from 1 on, each field once, and what the seals say of the chain before.
fn sets<'a, 'b>(fields: &'b [Field<'a>]) -> Result<Vec<Set<'a, 'b>>, String> {
    let mut results: HashMap<u32, &Field<'_>> = HashMap::new();
    let mut signatures: HashMap<u32, (&Field<'_>, Signature)> = HashMap::new();
    let mut seals: HashMap<u32, (&Field<'_>, Seal)> = HashMap::new();
    let twice = |number: u32| format!("set {number} has a field twice");
    for field in fields {
        let text = || String::from_utf8_lossy(field.value);
        if field.is("arc-authentication-results") {
            let number = instance(&text()).map(|(number, _)| number).ok_or("its results have no instance")?;
            if results.insert(number, field).is_some() {
                return Err(twice(number));
            }
        } else if field.is("arc-message-signature") {
            let signature = Signature::parse_arc(&text()).map_err(|fault| fault.to_string())?;
            let number = signature.instance;
            if signatures.insert(number, (field, signature)).is_some() {
                return Err(twice(number));
            }
        } else if field.is("arc-seal") {
            let seal = Seal::parse(&text()).map_err(|fault| fault.to_string())?;
            let number = seal.instance;
            if seals.insert(number, (field, seal)).is_some() {
                return Err(twice(number));
            }
        }
    }
    let count = results.len().max(signatures.len()).max(seals.len());
    if count > ARC_SET_LIMIT {
        return Err("there are too many sets".to_owned());
    }
    let mut sets = Vec::with_capacity(count);
    for number in 1..=count as u32 {
        let (Some(results), Some(signature), Some(seal)) =
            (results.remove(&number), signatures.remove(&number), seals.remove(&number))
        else {
            return Err(format!("set {number} is not complete"));
        };
        let expected = if number == 1 { "none" } else { "pass" };
        if seal.1.chain != expected {
            return Err(format!("the seal of {} says {} of the chain before", seal.1.domain, seal.1.chain));
        }
        sets.push(Set { results, signature, seal });
    }
    Ok(sets)
}

/// §5.2, items 4 to 6: the newest message signature and every seal hold. Returns the oldest message signature
/// that holds still, zero where all do.
///
/// Keys are looked up together; the signatures are checked one after the other, those that decide first, and other
/// tasks get their turn between them. The first that fails ends it: a chain of forged sets costs one signature.
async fn chain(
    names: &Names,
    header: &Header<'_>,
    sets: &[Set<'_, '_>],
    bodies: &Hashed,
) -> Result<u32, Flaw> {
    let Some((newest, older)) = sets.split_last() else { return Ok(0) };
    let seal_keys = join_all(sets.iter().map(|set| key(names, &set.seal.1.selector, &set.seal.1.domain)));
    let (newest_key, seal_keys) = tokio::join!(newest.message_key(names, bodies), seal_keys);
    newest.message_holds(header, newest_key).await?;
    for (last, key) in seal_keys.into_iter().enumerate().rev() {
        seal_holds(&sets[..=last], key).await?;
    }
    let older_keys = join_all(older.iter().map(|set| set.message_key(names, bodies))).await;
    for (set, key) in older.iter().zip(older_keys).rev() {
        if set.message_holds(header, key).await.is_err() {
            return Ok(set.seal.1.instance + 1);
        }
    }
    Ok(0)
}

impl Set<'_, '_> {
    fn flaw(&self, (result, because): Flaw) -> Flaw {
        let signature = &self.signature.1;
        (result, format!("{because} (message signature {} of {})", signature.instance, signature.domain))
    }

    /// The key of the message signature, if its body is the letter's.
    async fn message_key(&self, names: &Names, bodies: &Hashed) -> Result<KeyRecord, Flaw> {
        let signature = &self.signature.1;
        let hash = bodies.of(signature).map_err(|why| self.flaw((DkimResult::PermError, why.to_owned())))?;
        if hash != signature.body_hash {
            return Err(self.flaw((DkimResult::Fail, "the body was changed".to_owned())));
        }
        key(names, &signature.selector, &signature.domain).await
    }

    async fn message_holds(&self, header: &Header<'_>, key: Result<KeyRecord, Flaw>) -> Result<(), Flaw> {
        let key = key?;
        tokio::task::yield_now().await;
        let (own, signature) = &self.signature;
        let data = header.signed(own, signature);
        verify(signature.algorithm, &key, &data, &signature.signature)
            .map(|_| ())
            .map_err(|flaw| self.flaw(flaw))
    }
}

/// §5.1.1: the fields of all sets up to this one, results, signature and seal of each, its own seal last and
/// without its value.
async fn seal_holds(sets: &[Set<'_, '_>], key: Result<KeyRecord, Flaw>) -> Result<(), Flaw> {
    let Some((Set { seal: (own, seal), .. }, _)) = sets.split_last() else { return Ok(()) };
    let key = key?;
    tokio::task::yield_now().await;
    let mut data = Vec::with_capacity(4096);
    for set in sets {
        for field in [set.results, set.signature.0] {
            add(&mut data, field, field.value, Canonicalization::Relaxed);
            data.extend_from_slice(b"\r\n");
        }
        if set.seal.1.instance == seal.instance {
            add(&mut data, own, &without_signature(own.value), Canonicalization::Relaxed);
        } else {
            add(&mut data, set.seal.0, set.seal.0.value, Canonicalization::Relaxed);
            data.extend_from_slice(b"\r\n");
        }
    }
    verify(seal.algorithm, &key, &data, &seal.signature).map(|_| ()).map_err(|(result, because)| {
        (result, format!("{because} (seal {} of {})", seal.instance, seal.domain))
    })
}

/// The sealer whose results say that DMARC passed, if it and everybody behind it are trusted: a chain is as
/// honest as its least honest link (RFC 8617 §7.2).
fn vouching(sets: &[Set<'_, '_>], trusted: &[String]) -> Option<String> {
    for set in sets.iter().rev() {
        let domain = &set.seal.1.domain;
        if !trusted.contains(domain) {
            return None;
        }
        let text = String::from_utf8_lossy(set.results.value);
        let field = instance(&text).and_then(|(_, rest)| results::Field::parse(rest.as_bytes()))?;
        if field.results.iter().any(|outcome| outcome.method == "dmarc" && outcome.result == "pass") {
            return Some(domain.clone());
        }
    }
    None
}
