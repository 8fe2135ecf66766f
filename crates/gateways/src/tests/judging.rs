//! Every rule of the judge, one certificate each.

use super::*;
use crate::{Refusal, Verdict, is_provable, judge};

fn word_of(verdict: &Verdict) -> &'static str {
    match verdict {
        Verdict::Identified(Identity::Name(_)) => "by name",
        Verdict::Identified(Identity::Fingerprint(_)) => "by fingerprint",
        Verdict::Refused(refusal) => match refusal {
            Refusal::NoCertificate => "none",
            Refusal::Unreadable => "unreadable",
            Refusal::SelfSigned => "self-signed",
            Refusal::Expired => "expired",
            Refusal::NotYetValid => "not yet",
            Refusal::UnknownAuthority { .. } => "unknown authority",
            Refusal::Unfit { .. } => "unfit",
            Refusal::WrongName { .. } => "wrong name",
        },
    }
}

/// What is said of a certificate of an authority in the list, where `declared` is expected.
fn check(wanted: &Wanted, declared: &str, expected: &str) {
    let root = Issues::root("Muster Root");
    let verdict = judge(&[root.issue(wanted)], NOW, &[named(declared)], &root.trusted());
    let Wanted { names, common_names, .. } = wanted;
    assert_eq!(word_of(&verdict), expected, "{declared} of {names:?} {common_names:?}: {verdict:?}");
}

fn common(common_names: &'static [&'static str]) -> Wanted {
    Wanted { common_names, ..server(&[]) }
}

#[test]
fn names_are_compared_whole_and_in_any_case() {
    check(&server(&["gw1.muster.test"]), "gw1.muster.test", "by name");
    check(&server(&["GW1.Muster.test"]), "gw1.muster.test", "by name");
    check(&server(&["gw2.muster.test", "gw1.muster.test"]), "gw1.muster.test", "by name");
    check(&server(&["gw1.muster.test"]), "muster.test", "wrong name");
    check(&server(&["muster.test"]), "gw1.muster.test", "wrong name");
    check(&server(&["xgw1.muster.test"]), "gw1.muster.test", "wrong name");
    check(&server(&["gw1.muster.test.evil.test"]), "gw1.muster.test", "wrong name");
    check(&server(&["gw1.muster.testx"]), "gw1.muster.test", "wrong name");
    check(&server(&["gw1-muster.test"]), "gw1.muster.test", "wrong name");
    check(&server(&["*.muster.test"]), "gw1.muster.test", "wrong name");
}

#[test]
fn a_common_name_counts_alone_and_only_where_there_is_no_alternative_name() {
    check(&common(&["gw1.muster.test"]), "gw1.muster.test", "by name");
    check(&common(&["GW1.MUSTER.TEST"]), "gw1.muster.test", "by name");
    check(&common(&[]), "gw1.muster.test", "wrong name");
    check(&common(&["gw1.muster.test "]), "gw1.muster.test", "wrong name");
    check(&common(&["gw1.muster.test\0.evil.test"]), "gw1.muster.test", "wrong name");
    check(&common(&["gw1.muster.test, O=Muster"]), "gw1.muster.test", "wrong name");
    check(&common(&["CN=gw1.muster.test"]), "gw1.muster.test", "wrong name");
    check(&common(&["evil.test", "gw1.muster.test"]), "gw1.muster.test", "wrong name");
    check(&common(&["gw1.muster.test", "evil.test"]), "gw1.muster.test", "wrong name");
    let both = Wanted { common_names: &["gw1.muster.test"], ..server(&["evil.test"]) };
    check(&both, "gw1.muster.test", "wrong name");
    check(&both, "evil.test", "by name");
}

#[test]
fn dates_hold_at_both_ends() {
    let days = |from_day, to_day| Wanted { from_day, to_day, ..server(&["gw1.muster.test"]) };
    check(&days(-10, 10), "gw1.muster.test", "by name");
    check(&days(-10, -1), "gw1.muster.test", "expired");
    check(&days(1, 10), "gw1.muster.test", "not yet");
    check(&days(0, 0), "gw1.muster.test", "by name");
    // As `openssl x509 -days -1` makes one: it ends before it begins.
    check(&days(0, -1), "gw1.muster.test", "expired");
}

#[test]
fn purposes_of_servers_and_of_clients_are_as_good_as_none() {
    use ExtendedKeyUsagePurpose::{ClientAuth, CodeSigning, EmailProtection, ServerAuth};
    let purposes = |purposes| Wanted { purposes, ..server(&["gw1.muster.test"]) };
    check(&purposes(vec![]), "gw1.muster.test", "by name");
    check(&purposes(vec![ServerAuth]), "gw1.muster.test", "by name");
    check(&purposes(vec![ClientAuth]), "gw1.muster.test", "by name");
    check(&purposes(vec![ServerAuth, ClientAuth]), "gw1.muster.test", "by name");
    check(&purposes(vec![EmailProtection, ClientAuth]), "gw1.muster.test", "by name");
    check(&purposes(vec![CodeSigning]), "gw1.muster.test", "unfit");
    check(&purposes(vec![EmailProtection]), "gw1.muster.test", "unfit");
}

/// What is said of a chain, where `gw1.muster.test` is declared.
fn of_chain(chain: &[CertificateDer<'_>], authorities: &Authorities) -> &'static str {
    word_of(&judge(chain, NOW, &[named("gw1.muster.test")], authorities))
}

#[test]
fn a_name_counts_only_below_an_authority_of_the_list() {
    let (root, other) = (Issues::root("Muster Root"), Issues::root("Other Root"));
    let own = root.issue(&server(&["gw1.muster.test"]));
    let alone = std::slice::from_ref(&own);
    assert_eq!(of_chain(&[], &root.trusted()), "none");
    assert_eq!(of_chain(alone, &root.trusted()), "by name");
    assert_eq!(of_chain(alone, &other.trusted()), "unknown authority");
    assert_eq!(of_chain(alone, &Authorities::none()), "unknown authority");
    assert_eq!(of_chain(alone, &Authorities::public()), "unknown authority");
    // Bringing the root along makes nobody trust it.
    assert_eq!(of_chain(&[own.clone(), root.certificate.clone()], &other.trusted()), "unknown authority");
    let alike = Issues::root("Muster Root");
    assert_ne!(of_chain(alone, &alike.trusted()), "by name", "the name of an authority is not its key");
}

#[test]
fn what_lies_between_has_to_be_brought_along_and_to_hold() {
    let root = Issues::root("Muster Root");
    let (between, over) = (root.below("Muster Issuing", 300), root.below("Muster Old", -1));
    let own = between.issue(&server(&["gw1.muster.test"]));
    let alone = std::slice::from_ref(&own);
    assert_eq!(of_chain(&[own.clone(), between.certificate.clone()], &root.trusted()), "by name");
    assert_eq!(of_chain(alone, &root.trusted()), "unknown authority");
    assert_eq!(of_chain(alone, &between.trusted()), "by name");
    let old = over.issue(&server(&["gw1.muster.test"]));
    assert_eq!(of_chain(&[old, over.certificate.clone()], &root.trusted()), "expired");
    // A certificate of a host vouches for nobody.
    let host = root.issue(&server(&["gw1.muster.test"]));
    assert_eq!(of_chain(&[own.clone(), host], &root.trusted()), "unknown authority");
    let much = vec![root.certificate.clone(); 500];
    assert_eq!(of_chain(&[alone, &much].concat(), &root.trusted()), "unknown authority");
}

#[test]
fn an_authority_of_the_list_that_has_ended_vouches_no_more() {
    let root = Issues::root_until("Muster Root", -1, None);
    let own = root.issue(&server(&["gw1.muster.test"]));
    assert_eq!(of_chain(&[own], &root.trusted()), "unknown authority");
}

#[test]
fn an_authority_for_some_names_gives_no_others() {
    let root = Issues::root_until("Muster Root", 300, Some("muster.test"));
    let issue = |names| root.issue(&server(names));
    assert_eq!(of_chain(&[issue(&["gw1.muster.test"])], &root.trusted()), "by name");
    let foreign = judge(&[issue(&["gw1.bank.test"])], NOW, &[named("gw1.bank.test")], &root.trusted());
    assert_eq!(word_of(&foreign), "unfit");
    // The constraint does not bind the subject: a common name beside an alternative name is no way around it.
    let both = Wanted { common_names: &["gw1.bank.test"], ..server(&["gw1.muster.test"]) };
    let around = judge(&[root.issue(&both)], NOW, &[named("gw1.bank.test")], &root.trusted());
    assert_eq!(word_of(&around), "wrong name");
}

#[test]
fn what_vouches_for_itself_is_refused_unless_its_fingerprint_is_declared() {
    let root = Issues::root("Muster Root");
    let own = server(&["gw1.muster.test"]).self_signed();
    let chain = std::slice::from_ref(&own);
    assert_eq!(of_chain(chain, &root.trusted()), "self-signed");
    let by_pin = |days, identities: &[Identity]| {
        word_of(&judge(chain, Timestamp(NOW.0 + days * DAY * 1000), identities, &root.trusted()))
    };
    assert_eq!(by_pin(0, &[pinned(&own)]), "by fingerprint");
    assert_eq!(by_pin(0, &[named("gw1.muster.test"), pinned(&own)]), "by fingerprint");
    // What is wrong with it is not who vouches: its fingerprint is declared.
    assert_eq!(by_pin(100, &[pinned(&own)]), "expired");
    assert_eq!(by_pin(-2, &[pinned(&own)]), "not yet");
    assert_eq!(by_pin(100, &[pinned(&root.certificate)]), "self-signed");
    assert_eq!(by_pin(0, &[pinned(&root.certificate)]), "self-signed");
    assert_eq!(of_chain(std::slice::from_ref(&root.certificate), &root.trusted()), "self-signed");
}

#[test]
fn a_fingerprint_holds_while_its_certificate_does_and_two_hold_side_by_side() {
    let (root, stranger) = (Issues::root("Muster Root"), Issues::root("Stranger"));
    let old = stranger.issue(&Wanted { to_day: 5, ..server(&["gw1.muster.test"]) });
    let new = stranger.issue(&server(&["gw1.muster.test"]));
    let slots = [pinned(&old), pinned(&new)];
    let said = |certificate: &CertificateDer<'static>, days: i64, slots: &[Identity]| {
        let now = Timestamp(NOW.0 + days * DAY * 1000);
        word_of(&judge(std::slice::from_ref(certificate), now, slots, &root.trusted()))
    };
    assert_eq!(said(&old, 0, &slots), "by fingerprint");
    assert_eq!(said(&new, 0, &slots), "by fingerprint");
    assert_eq!(said(&old, 6, &slots), "expired");
    assert_eq!(said(&new, 6, &slots), "by fingerprint");
    assert_eq!(said(&new, 0, &slots[..1]), "unknown authority");
}

#[test]
fn what_cannot_be_proven_identifies_nobody() {
    let root = Issues::root("Muster Root");
    let own = root.issue(&server(&["gw1.muster.test"]));
    let mut longer = own.to_vec();
    longer.push(0);
    for junk in [vec![], vec![0x30], b"certificate".to_vec(), own[..own.len() - 1].to_vec(), longer] {
        let junk = CertificateDer::from(junk);
        let declared = [named("gw1.muster.test"), pinned(&junk)];
        assert_eq!(
            word_of(&judge(std::slice::from_ref(&junk), NOW, &declared, &root.trusted())),
            "unreadable"
        );
    }
    // A flipped bit anywhere takes the identity away.
    for at in (0..own.len()).step_by(7) {
        let mut flipped = own.to_vec();
        flipped[at] ^= 1;
        let flipped = CertificateDer::from(flipped);
        assert!(!of_chain(&[flipped], &root.trusted()).starts_with("by"), "octet {at}");
    }
}

#[test]
fn keys_are_of_kinds_that_a_handshake_proves() {
    let made = |arguments: &str| {
        let directory = tempfile::tempdir().unwrap();
        let output = std::process::Command::new("openssl")
            .args(["req", "-x509", "-nodes", "-subj", "/CN=gw1.muster.test", "-keyout", "key.pem"])
            .args(["-outform", "DER"])
            .args(arguments.split(' '))
            .current_dir(&directory)
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        is_provable(&CertificateDer::from(output.stdout))
    };
    assert!(made("-newkey rsa:2048"));
    assert!(!made("-newkey rsa:1024"));
    assert!(made("-newkey ec -pkeyopt ec_paramgen_curve:P-256"));
    assert!(made("-newkey ec -pkeyopt ec_paramgen_curve:P-384"));
    assert!(made("-newkey ec -pkeyopt ec_paramgen_curve:P-521"));
    assert!(!made("-newkey ec -pkeyopt ec_paramgen_curve:secp256k1"));
    assert!(made("-newkey ed25519"));
    assert!(!made("-newkey ed448"));
}

#[test]
fn fingerprints_are_read_as_openssl_writes_them() {
    let root = Issues::root("Muster Root");
    let print = Fingerprint::of(&root.certificate);
    assert_eq!(Fingerprint::parse(&print.to_string()), Some(print));
    assert_eq!(Fingerprint::parse(&print.to_string().replace(':', "").to_lowercase()), Some(print));
    assert_eq!(Fingerprint::parse(&print.to_string()[3..]), None);
    assert_eq!(Fingerprint::parse(&print.to_string().replace(':', "é")), None);
    assert_eq!(Fingerprint::parse(""), None);
    let read = crate::Certificate::read_pem(&pem(&root.certificate)).unwrap();
    assert_eq!((read.sha256, read.is_authority), (print, true));
    assert_eq!(read.subject, "O=Muster AG, CN=Muster Root");
    assert_eq!(crate::Certificate::read_pem("nothing"), None);
}
