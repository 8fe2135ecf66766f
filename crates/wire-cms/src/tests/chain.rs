//! Who is vouched for, and why not.

use model::Timestamp;
use rcgen::{BasicConstraints, CustomExtension, ExtendedKeyUsagePurpose, KeyUsagePurpose};

use super::lab::{DAY, NOW, Party, Wish};
use crate::chain::{ChainError, Purpose, verify};
use crate::{Certificate, limits};

fn check(leaf: &Party, between: &[&Party], anchors: &[&Party], purpose: Purpose) -> Result<(), ChainError> {
    check_at(leaf, between, anchors, purpose, NOW)
}

fn check_at(
    leaf: &Party,
    between: &[&Party],
    anchors: &[&Party],
    purpose: Purpose,
    at: Timestamp,
) -> Result<(), ChainError> {
    let all = |parties: &[&Party]| -> Vec<Certificate> {
        parties.iter().map(|party| party.certificate.clone()).collect()
    };
    verify(&leaf.certificate, &all(between), &all(anchors), at, purpose)
}

#[test]
fn a_path_over_intermediates_in_any_order_ends_at_an_anchor() {
    let root = Wish::authority("root").alone();
    let first = Wish::authority("first").under(&root);
    let second = Wish::authority("second").under(&first);
    let leaf = Wish::leaf("leaf").under(&second);
    check(&leaf, &[&first, &second], &[&root], Purpose::Seal).unwrap();
    check(&leaf, &[&second, &first], &[&root], Purpose::Seal).unwrap();
    check(&leaf, &[&second], &[&first], Purpose::Seal).unwrap();
    assert_eq!(
        check(&leaf, &[&second], &[&root], Purpose::Seal),
        Err(ChainError::UnknownIssuer { subject: "second".into(), issuer: "CN=first".into() })
    );
    assert_eq!(
        check(&leaf, &[&first, &second], &[], Purpose::Seal),
        Err(ChainError::UnknownIssuer { subject: "first".into(), issuer: "CN=root".into() })
    );
}

#[test]
fn whoever_vouches_for_himself_must_be_an_anchor() {
    let alone = Wish::leaf("alone").alone();
    let other = Wish::authority("root").alone();
    assert_eq!(
        check(&alone, &[&alone], &[&other], Purpose::Seal),
        Err(ChainError::SelfSigned { subject: "alone".into() })
    );
    check(&alone, &[], &[&alone], Purpose::Seal).unwrap();
}

#[test]
fn each_certificate_of_the_path_is_valid_at_the_moment() {
    let root = Wish::authority("root").alone();
    let short = Wish { valid: (-5, 5), ..Wish::authority("short") }.under(&root);
    let leaf = Wish { valid: (-2, 20), ..Wish::leaf("leaf") }.under(&short);
    let at = |moment: i64| check_at(&leaf, &[&short], &[&root], Purpose::Seal, Timestamp(moment));
    at(NOW.0).unwrap();
    at(NOW.0 + 5 * DAY).unwrap();
    // The last second counts.
    at(NOW.0 + 5 * DAY + 999).unwrap();
    let not_after = Timestamp(NOW.0 + 5 * DAY);
    assert_eq!(at(NOW.0 + 5 * DAY + 1000), Err(ChainError::Expired { subject: "short".into(), not_after }));
    let not_after = Timestamp(NOW.0 + 20 * DAY);
    assert_eq!(at(NOW.0 + 30 * DAY), Err(ChainError::Expired { subject: "leaf".into(), not_after }));
    let not_before = Timestamp(NOW.0 - 2 * DAY);
    assert_eq!(at(not_before.0 - 1), Err(ChainError::NotYetValid { subject: "leaf".into(), not_before }));
}

#[test]
fn a_name_alone_makes_nobody_an_issuer() {
    let root = Wish::authority("root").alone();
    let impostor = Wish::authority("root").alone();
    let leaf = Wish::leaf("leaf").under(&impostor);
    let refused = check(&leaf, &[], &[&root], Purpose::Seal);
    assert!(matches!(refused, Err(ChainError::BadSignature { subject, .. }) if subject == "leaf"));
    // Nor does the impostor's own certificate beside it.
    let refused = check(&leaf, &[&impostor], &[&root], Purpose::Seal);
    assert!(refused.is_err());
}

#[test]
fn only_authorities_issue() {
    let root = Wish::authority("root").alone();
    let person = Wish::leaf("person").under(&root);
    let leaf = Wish::leaf("leaf").under(&person);
    let not_an_authority = Err(ChainError::NotAnAuthority { subject: "person".into() });
    assert_eq!(check(&leaf, &[&person], &[&root], Purpose::Seal), not_an_authority);
    // Not even as an anchor, if its certificate says that it is none.
    assert_eq!(check(&leaf, &[], &[&person], Purpose::Seal), not_an_authority);
    let without =
        Wish { key_usage: vec![KeyUsagePurpose::CrlSign], ..Wish::authority("person") }.under(&root);
    let leaf = Wish::leaf("leaf").under(&without);
    assert_eq!(check(&leaf, &[&without], &[&root], Purpose::Seal), not_an_authority);
}

#[test]
fn an_authority_limits_the_path_under_it() {
    let constrained =
        |length| Wish { authority: Some(BasicConstraints::Constrained(length)), ..Wish::authority("root") };
    for (length, expected) in [(1, Ok(())), (0, Err(ChainError::PathLength { subject: "root".into() }))] {
        let root = constrained(length).alone();
        let between = Wish::authority("between").under(&root);
        let leaf = Wish::leaf("leaf").under(&between);
        assert_eq!(check(&leaf, &[&between], &[&root], Purpose::Seal), expected, "{length}");
    }
}

#[test]
fn each_purpose_asks_for_its_key_usages() {
    use ExtendedKeyUsagePurpose as Use;
    let root = Wish::authority("root").alone();
    let rows: &[(&[Use], Purpose, bool)] = &[
        (&[], Purpose::Email, true),
        (&[Use::EmailProtection], Purpose::Email, true),
        (&[Use::ServerAuth], Purpose::Email, false),
        (&[], Purpose::MailServer, true),
        (&[Use::ServerAuth], Purpose::MailServer, true),
        (&[Use::ClientAuth], Purpose::MailServer, true),
        (&[Use::EmailProtection], Purpose::MailServer, false),
        (&[Use::Any], Purpose::MailServer, true),
        (&[Use::ServerAuth], Purpose::Seal, true),
        (&[], Purpose::TimeStamping, false),
        // Not critical: rcgen never makes it so, OpenSSL does in the tests of time-stamps.
        (&[Use::TimeStamping], Purpose::TimeStamping, false),
    ];
    for (purposes, purpose, fits) in rows {
        let leaf = Wish { purposes: purposes.to_vec(), ..Wish::leaf("leaf") }.under(&root);
        let expected = if *fits { Ok(()) } else { Err(ChainError::WrongPurpose { subject: "leaf".into() }) };
        assert_eq!(check(&leaf, &[], &[&root], *purpose), expected, "{purposes:?} for {purpose:?}");
    }
    // A key for agreement alone may speak TLS, and sign nothing.
    let leaf = Wish { key_usage: vec![KeyUsagePurpose::KeyAgreement], ..Wish::leaf("leaf") }.under(&root);
    check(&leaf, &[], &[&root], Purpose::MailServer).unwrap();
    assert!(check(&leaf, &[], &[&root], Purpose::Seal).is_err());
    // An authority between that is for something else cannot issue for this.
    let between = Wish { purposes: vec![Use::ServerAuth], ..Wish::authority("between") }.under(&root);
    let leaf = Wish::leaf("leaf").under(&between);
    assert_eq!(
        check(&leaf, &[&between], &[&root], Purpose::Email),
        Err(ChainError::WrongPurpose { subject: "between".into() })
    );
}

#[test]
fn critical_extensions_that_nobody_understands_are_refused() {
    let root = Wish::authority("root").alone();
    for (is_critical, fits) in [(false, true), (true, false)] {
        let mut extension = CustomExtension::from_oid_content(&[1, 3, 6, 1, 4, 1, 99999, 1], vec![5, 0]);
        extension.set_criticality(is_critical);
        let leaf = Wish { extension: Some(extension), ..Wish::leaf("leaf") }.under(&root);
        let refused = ChainError::UnknownCriticalExtension {
            subject: "leaf".into(),
            extension: "1.3.6.1.4.1.99999.1".into(),
        };
        let expected = if fits { Ok(()) } else { Err(refused) };
        assert_eq!(check(&leaf, &[], &[&root], Purpose::Seal), expected);
    }
}

#[test]
fn name_constraints_are_refused_because_nobody_weighs_them() {
    // NameConstraints { permittedSubtrees [0] { { dNSName [2] "example.com" } } }
    let contents = [&[0x30, 0x11, 0xA0, 0x0F, 0x30, 0x0D, 0x82, 0x0B][..], b"example.com"].concat();
    let constraints = CustomExtension::from_oid_content(&[2, 5, 29, 30], contents);
    let root = Wish::authority("root").alone();
    let between = Wish { extension: Some(constraints), ..Wish::authority("between") }.under(&root);
    let leaf = Wish::leaf("leaf").under(&between);
    assert_eq!(
        check(&leaf, &[&between], &[&root], Purpose::Seal),
        Err(ChainError::NameConstraints { subject: "between".into() })
    );
}

#[test]
fn a_path_is_not_longer_than_its_limit() {
    let root = Wish::authority("root").alone();
    let mut between: Vec<Party> = Vec::new();
    for _ in 0..limits::PATH_CERTIFICATES {
        let next = Wish::authority("next").under(between.last().unwrap_or(&root));
        between.push(next);
    }
    let leaf = Wish::leaf("leaf").under(between.last().unwrap());
    let all: Vec<&Party> = between.iter().collect();
    assert_eq!(check(&leaf, &all, &[&root], Purpose::Seal), Err(ChainError::TooLong));
}

#[test]
fn authorities_that_certify_each_other_do_not_make_the_search_endless() {
    // Twenty authorities with one name and one key: each could have issued each.
    let one = Wish::authority("same").alone();
    let all: Vec<Party> = (0..20).map(|_| Wish::authority("same").under(&one)).collect();
    let leaf = Wish::leaf("leaf").under(&one);
    let root = Wish::authority("root").alone();
    let mut between: Vec<&Party> = all.iter().collect();
    between.push(&one);
    assert!(check(&leaf, &between, &[&root], Purpose::Seal).is_err());
}
