//! What a wildcard of a signed zone answers, where the library does not believe it.
//!
//! Such an answer needs a proof that no name between the wildcard and the one asked for exists: an NSEC record that covers
//! it (RFC 4035 §5.3.4). hickory 0.26 looks besides for one that denies the wildcard itself, which cannot be where the name
//! stands directly below the wildcard's parent: as `x.suffix.example` does to `*.suffix.example`. The signatures in its
//! answer have been followed by then; what is decided here is only what the records mean.

use hickory_proto::dnssec::Proof;
use hickory_proto::dnssec::rdata::{DNSSECRData, SigInput};
use hickory_proto::op::ResponseCode;
use hickory_proto::rr::{Name, RData, Record, RecordType};
use hickory_resolver::net::{DnsError, NetError};

/// The records of an answer that the library calls bogus, if it came from a wildcard and is proved after all.
pub(super) fn proved(error: &NetError) -> Option<Vec<Record>> {
    let NetError::Dns(DnsError::Nsec { query, response, proof: Proof::Bogus, .. }) = error else {
        return None;
    };
    let (name, kind) = (query.name(), query.query_type());
    if response.response_code != ResponseCode::NoError {
        return None;
    }
    // An alias, or anything unproved, is not for here.
    if !response.answers.iter().all(|record| record.proof == Proof::Secure && record.name == *name) {
        return None;
    }
    let records: Vec<Record> =
        response.answers.iter().filter(|record| record.record_type() == kind).cloned().collect();
    let signature = signatures(&response.answers).find(|(_, input)| input.type_covered == kind)?.1;
    // RFC 4034 §3.1.3: what a wildcard answers is signed with fewer labels than the name has.
    if records.is_empty() || signature.num_labels >= name.num_labels() {
        return None;
    }
    // RFC 5155 §1.3: the name one label below what the wildcard stands for.
    let next_closer = name.trim_to(usize::from(signature.num_labels) + 1);
    let is_denied = response.authorities.iter().any(|record| match &record.data {
        RData::DNSSEC(DNSSECRData::NSEC(nsec)) => {
            // Of the same zone, at a name of its own and not made by a wildcard in its turn.
            let is_of_the_zone = signatures(&response.authorities).any(|(owner, input)| {
                *owner == record.name
                    && input.type_covered == RecordType::NSEC
                    && input.signer_name == signature.signer_name
                    && input.num_labels == record.name.num_labels()
            });
            record.proof == Proof::Secure
                && is_of_the_zone
                // RFC 6840 §4.1: what stands at a delegation says nothing of the names below it.
                && !(nsec.is_ancestor_delegation() && record.name.zone_of(&next_closer))
                && covers(&record.name, nsec.next_domain_name(), &next_closer)
        }
        _ => false,
    });
    is_denied.then_some(records)
}

/// The signatures that were followed with success, with their owners.
fn signatures(records: &[Record]) -> impl Iterator<Item = (&Name, &SigInput)> {
    records.iter().filter_map(|record| match &record.data {
        RData::DNSSEC(DNSSECRData::RRSIG(signature)) if record.proof == Proof::Secure => {
            Some((&record.name, signature.input()))
        }
        _ => None,
    })
}

/// Whether an NSEC record from `owner` to `next` says that `name` does not exist (RFC 4034 §4.1.1, §6.1).
fn covers(owner: &Name, next: &Name, name: &Name) -> bool {
    // A name with others below it exists, though it has no records (RFC 4592 §2.2.2).
    let is_parent_of_next = name.zone_of(next);
    let is_last = next <= owner && next.zone_of(name);
    name > owner && !is_parent_of_next && (name < next || is_last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_covers_what_lies_between_its_name_and_the_next() {
        let name = |text: &str| Name::from_ascii(text).unwrap();
        for (owner, next, asked, expected) in [
            ("*.s.test.", "a.test.", "x.s.test.", false),
            ("*.s.test.", "t.test.", "x.s.test.", true),
            ("b.s.test.", "t.test.", "x.s.test.", true),
            // The name is there itself, or on the way to another.
            ("x.s.test.", "t.test.", "x.s.test.", false),
            ("b.s.test.", "x.s.test.", "x.s.test.", false),
            ("b.s.test.", "a.x.s.test.", "x.s.test.", false),
            ("b.s.test.", "c.s.test.", "x.s.test.", false),
            // The last of the zone leads back to the zone's own name, and says nothing of other zones.
            ("*.s.test.", "test.", "x.s.test.", true),
            ("*.s.test.", "test.", "x.s.other.", false),
            ("y.s.test.", "test.", "x.s.test.", false),
        ] {
            assert_eq!(covers(&name(owner), &name(next), &name(asked)), expected, "{owner} {next} {asked}");
        }
    }
}
