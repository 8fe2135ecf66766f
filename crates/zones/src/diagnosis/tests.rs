//! One rule a test: a domain where all is right, one thing changed, and what the lamp says.

use std::net::IpAddr;
use std::time::Duration;

use model::{Domain, Timestamp};
use trust::spf::{Branch, Count, Problem};
use wire_trust::mta_sts;
use world::{LookupError, RData, RecordType};

use super::*;

const DOMAIN: &str = "valbois.example";
const IP: &str = "192.0.2.25";
const DS: &str = "4711 13 2 E2D3C916F6DEEAC73294E8268FB5885044A833FC5459588F4A9184CFC41A5766";
const TLSA: &str = "3 1 1 E2D3C916F6DEEAC73294E8268FB5885044A833FC5459588F4A9184CFC41A5766";

fn now() -> Timestamp {
    Timestamp(1_800_000_000_000)
}

fn data(kind: &str, text: &str) -> RData {
    match kind {
        "TXT" => RData::try_from_str(RecordType::TXT, &crate::quoted(text.as_bytes())).unwrap(),
        _ => RData::try_from_str(kind.parse().unwrap(), text).unwrap(),
    }
}

fn wanted(check: Check, name: &str, kind: &str, text: &str) -> Wanted {
    let record = NewRecord::new(format!("{name}."), kind, text);
    Wanted { check, name: name.to_owned(), data: data(kind, text), record }
}

fn expectation() -> Expectation {
    Expectation {
        domain: Domain::parse(DOMAIN).unwrap(),
        zone: Some(HostedZone {
            name: DOMAIN.to_owned(),
            is_signed: true,
            ds: vec![DS.to_owned()],
            name_servers: vec!["ns1.host.example".to_owned()],
        }),
        wanted: vec![
            wanted(Check::Mx, DOMAIN, "MX", "10 mail.host.example."),
            wanted(Check::Spf, DOMAIN, "TXT", "v=spf1 include:spf.host.example -all"),
            wanted(Check::Dkim, "20270115e._domainkey.valbois.example", "TXT", "v=DKIM1; k=ed25519; p=AAAA"),
            wanted(
                Check::Dmarc,
                "_dmarc.valbois.example",
                "TXT",
                "v=DMARC1; p=quarantine; rua=mailto:dmarc-reports@valbois.example",
            ),
            wanted(Check::MtaSts, "_mta-sts.valbois.example", "TXT", "v=STSv1; id=1"),
            wanted(Check::Dane, "_25._tcp.mail.host.example", "TLSA", TLSA),
            wanted(Check::Autoconfig, "_imaps._tcp.valbois.example", "SRV", "0 1 993 mail.host.example."),
            wanted(Check::Autoconfig, "autoconfig.valbois.example", "CNAME", "mail.host.example."),
        ],
        successors: Vec::new(),
        spf_host: Some("spf.host.example".to_owned()),
        hostname: Domain::parse("mail.host.example").unwrap(),
        addresses: vec![IP.parse().unwrap()],
        exchangers: vec![Domain::parse("mail.host.example").unwrap()],
        block_lists: Vec::new(),
    }
}

/// What a walk from `record` finds, which includes our host.
fn count(record: &str) -> Count {
    let ours = Branch { domain: "spf.host.example".to_owned(), ..Branch::default() };
    let tree = Branch {
        domain: DOMAIN.to_owned(),
        record: Some(record.to_owned()),
        branches: vec![ours],
        ..Branch::default()
    };
    Count { lookups: 1, void_lookups: 0, tree, problems: Vec::new() }
}

/// All as it should be.
fn findings(expectation: &Expectation) -> Findings {
    let mut findings = Findings::default();
    for wanted in &expectation.wanted {
        let answer = findings.answers.entry((wanted.name.clone(), wanted.kind())).or_insert(Ok(Vec::new()));
        answer.as_mut().unwrap().push(wanted.data.clone());
    }
    let zone = (DOMAIN.to_owned(), RecordType::NS);
    findings.answers.insert(zone, Ok(vec![data("NS", "ns1.host.example.")]));
    findings.answers.insert((DOMAIN.to_owned(), RecordType::DS), Ok(vec![data("DS", DS)]));
    let ip: IpAddr = IP.parse().unwrap();
    findings.pointers.insert(ip, Ok(vec!["mail.host.example".to_owned()]));
    findings.addresses.insert("mail.host.example".to_owned(), Ok(vec![ip]));
    findings.spf = Some(count("v=spf1 include:spf.host.example -all"));
    findings.policy = Some(Ok(mta_sts::Policy {
        mode: mta_sts::Mode::Enforce,
        max_age_seconds: 86_400,
        mx: vec!["mail.host.example".to_owned()],
    }));
    findings.certificate = Some(Certificate {
        names: vec!["mail.host.example".to_owned()],
        ends_at: now().plus(Duration::from_secs(60 * 86_400)),
        is_own: false,
    });
    findings
}

fn with(name: &str, kind: &str, records: &[&str]) -> Findings {
    let mut findings = findings(&expectation());
    let records = records.iter().map(|text| data(kind, text)).collect();
    findings.answers.insert((name.to_owned(), kind.parse().unwrap()), Ok(records));
    findings
}

fn lamp(check: Check, expectation: &Expectation, findings: &Findings) -> Lamp {
    judge(expectation, findings, now()).into_iter().find(|lamp| lamp.check == check).unwrap()
}

/// The worst things that the lamp says.
#[track_caller]
fn says(check: Check, findings: &Findings) -> Vec<Says> {
    says_of(check, &expectation(), findings)
}

#[track_caller]
fn says_of(check: Check, expectation: &Expectation, findings: &Findings) -> Vec<Says> {
    let lamp = lamp(check, expectation, findings);
    let remarks = lamp.remarks.iter().filter(|remark| remark.light() == lamp.light);
    remarks.map(|remark| remark.says).collect()
}

#[test]
fn all_is_right_where_everything_is_there() {
    let expectation = expectation();
    for lamp in judge(&expectation, &findings(&expectation), now()) {
        let light = if lamp.check == Check::BlockLists { Light::Off } else { Light::Good };
        assert_eq!(lamp.light, light, "{lamp:?}");
    }
}

#[test]
fn every_remark_has_a_key_of_its_own_and_a_sentence() {
    let keys: std::collections::BTreeSet<&str> = Says::EACH.iter().map(|says| says.key()).collect();
    assert_eq!(keys.len(), Says::EACH.len());
    assert_eq!(Remark::new(Says::Missing, "MX").to_string(), "MX is missing");
}

#[test]
fn exchangers() {
    assert_eq!(says(Check::Mx, &with(DOMAIN, "MX", &[])), [Says::Missing]);
    assert_eq!(says(Check::Mx, &with(DOMAIN, "MX", &["0 ."])), [Says::NullMx]);
    assert_eq!(says(Check::Mx, &with(DOMAIN, "MX", &["10 mx.other.example."])), [Says::MxElsewhere]);
    let both = ["10 mail.host.example.", "20 mx.other.example."];
    assert_eq!(says(Check::Mx, &with(DOMAIN, "MX", &both)), [Says::MxAlsoElsewhere]);
    assert_eq!(says(Check::Mx, &with(DOMAIN, "NS", &["ns.other.example."])), [Says::NotDelegated]);
}

#[test]
fn a_name_server_that_does_not_answer_is_no_absence() {
    let mut found = findings(&expectation());
    let later = LookupError::Later { name: DOMAIN.to_owned(), reason: "no answer".to_owned() };
    found.answers.insert((DOMAIN.to_owned(), RecordType::MX), Err(later));
    assert_eq!(says(Check::Mx, &found), [Says::CannotLookUp]);
    assert_eq!(lamp(Check::Mx, &expectation(), &found).light, Light::Unknown);
}

#[test]
fn spf_records() {
    let two = ["v=spf1 -all", "v=spf1 mx -all"];
    assert_eq!(says(Check::Spf, &with(DOMAIN, "TXT", &two)), [Says::SpfSeveral]);
    assert_eq!(says(Check::Spf, &with(DOMAIN, "TXT", &["v=spf10 -all"])), [Says::Missing]);
    let spf = |change: fn(&mut Count)| {
        let mut found = findings(&expectation());
        change(found.spf.as_mut().unwrap());
        says(Check::Spf, &found)
    };
    assert_eq!(spf(|spf| spf.lookups = 11), [Says::SpfTooManyLookups]);
    assert_eq!(spf(|spf| spf.void_lookups = 3), [Says::SpfTooManyVoids]);
    assert_eq!(spf(|spf| spf.tree.branches.clear()), [Says::SpfWithoutUs]);
    assert_eq!(spf(|spf| *spf = count("v=spf1 include:spf.host.example +all")), [Says::SpfAllowsAll]);
    assert_eq!(spf(|spf| *spf = count("v=spf1 include:spf.host.example ~all")), [Says::SpfSoft]);
    assert_eq!(spf(|spf| *spf = count("v=spf1 include:spf.host.example")), [Says::SpfSoft]);
    assert_eq!(spf(|spf| spf.problems.push(Problem::Loop(DOMAIN.to_owned()))), [Says::SpfLoop]);
    let later = || LookupError::Later { name: "a.example".to_owned(), reason: "no answer".to_owned() };
    let mut found = findings(&expectation());
    found.spf.as_mut().unwrap().problems.push(Problem::Later(later()));
    assert_eq!(says(Check::Spf, &found), [Says::CannotLookUp]);
}

#[test]
fn dkim_keys() {
    let name = "20270115e._domainkey.valbois.example";
    assert_eq!(says(Check::Dkim, &with(name, "TXT", &[])), [Says::DkimMissing]);
    assert_eq!(says(Check::Dkim, &with(name, "TXT", &["v=DKIM1; p=BBBB"])), [Says::DkimDiffers]);
    // The key counts, not how it is written.
    assert_eq!(says(Check::Dkim, &with(name, "TXT", &["k=ed25519; p=AA AA; t=s"])), [Says::Right]);
    // While another key signs, nobody needs this one yet.
    let mut rotating = expectation();
    rotating.successors.push(name.to_owned());
    let unseen = with(name, "TXT", &[]);
    assert_eq!(says_of(Check::Dkim, &rotating, &unseen), [Says::DkimNotSeenYet]);
    assert_eq!(lamp(Check::Dkim, &rotating, &unseen).light, Light::Warning);
    let mut none = expectation();
    none.wanted.retain(|wanted| wanted.check != Check::Dkim);
    assert_eq!(says_of(Check::Dkim, &none, &findings(&none)), [Says::DkimNoKey]);
}

#[test]
fn dmarc_records() {
    let name = "_dmarc.valbois.example";
    let reports = "rua=mailto:dmarc-reports@valbois.example";
    assert_eq!(says(Check::Dmarc, &with(name, "TXT", &[])), [Says::Missing]);
    assert_eq!(says(Check::Dmarc, &with(name, "TXT", &["v=DMARC1; p=often"])), [Says::DmarcWrong]);
    let none = format!("v=DMARC1; p=none; {reports}");
    assert_eq!(says(Check::Dmarc, &with(name, "TXT", &[&none])), [Says::DmarcNone]);
    let half = format!("v=DMARC1; p=reject; pct=50; {reports}");
    assert_eq!(says(Check::Dmarc, &with(name, "TXT", &[&half])), [Says::DmarcPart]);
    let deaf = "v=DMARC1; p=reject; rua=mailto:dmarc@other.example";
    assert_eq!(says(Check::Dmarc, &with(name, "TXT", &[deaf])), [Says::DmarcReportsElsewhere]);
    let limited = "v=DMARC1; p=reject; rua=mailto:Dmarc-Reports@valbois.example!10m";
    assert_eq!(says(Check::Dmarc, &with(name, "TXT", &[limited])), [Says::Right]);
}

#[test]
fn mta_sts_policies() {
    assert_eq!(says(Check::MtaSts, &with("_mta-sts.valbois.example", "TXT", &[])), [Says::WouldHelp]);
    let policy = |policy: Policy| {
        let mut found = findings(&expectation());
        found.policy = Some(policy);
        says(Check::MtaSts, &found)
    };
    let with_mode = |mode, mx: &str| mta_sts::Policy { mode, max_age_seconds: 1, mx: vec![mx.to_owned()] };
    assert_eq!(policy(Err("404".to_owned())), [Says::PolicyUnreachable]);
    assert_eq!(policy(Ok(with_mode(mta_sts::Mode::Testing, "*.host.example"))), [Says::PolicyTesting]);
    assert_eq!(policy(Ok(with_mode(mta_sts::Mode::Enforce, "*.other.example"))), [Says::PolicyWithoutMx]);
}

#[test]
fn tlsa_records() {
    let name = "_25._tcp.mail.host.example";
    assert_eq!(says(Check::Dane, &with(name, "TLSA", &[])), [Says::WouldHelp]);
    assert_eq!(says(Check::Dane, &with(name, "TLSA", &["3 1 1 00"])), [Says::DaneDiffers]);
    assert_eq!(says(Check::Dane, &with(name, "TLSA", &["3 1 1 00", TLSA])), [Says::Right]);
}

#[test]
fn signed_zones() {
    assert_eq!(says(Check::Dnssec, &with(DOMAIN, "DS", &[])), [Says::DsMissing]);
    let other = DS.replace("4711", "4712");
    assert_eq!(says(Check::Dnssec, &with(DOMAIN, "DS", &[&other])), [Says::DsDiffers]);
    let mut unsigned = expectation();
    unsigned.zone.as_mut().unwrap().is_signed = false;
    assert_eq!(says_of(Check::Dnssec, &unsigned, &findings(&unsigned)), [Says::DsWithoutKey]);
    assert_eq!(says_of(Check::Dnssec, &unsigned, &with(DOMAIN, "DS", &[])), [Says::NotSigned]);
}

#[test]
fn the_servers_address_and_name() {
    let ip: IpAddr = IP.parse().unwrap();
    let changed = |change: &dyn Fn(&mut Findings)| {
        let mut found = findings(&expectation());
        change(&mut found);
        found
    };
    let nameless = changed(&|found| {
        found.pointers.insert(ip, Err(LookupError::NoSuchName(String::new())));
    });
    assert_eq!(says(Check::Reverse, &nameless), [Says::PointerMissing]);
    let elsewhere = changed(&|found| {
        found.addresses.insert("mail.host.example".to_owned(), Ok(vec!["192.0.2.9".parse().unwrap()]));
    });
    assert_eq!(says(Check::Reverse, &elsewhere), [Says::PointerNotConfirmed]);
    assert_eq!(says(Check::Helo, &elsewhere), [Says::HeloElsewhere]);
    let other = changed(&|found| {
        found.pointers.insert(ip, Ok(vec!["host.other.example".to_owned()]));
        found.addresses.insert("host.other.example".to_owned(), Ok(vec![ip]));
    });
    assert_eq!(says(Check::Reverse, &other), [Says::PointerDiffers]);
    let mut private = expectation();
    private.addresses = vec!["127.0.0.1".parse().unwrap(), "fd00::1".parse().unwrap()];
    assert_eq!(says_of(Check::Reverse, &private, &findings(&private)), [Says::NoPublicAddress]);
}

#[test]
fn block_lists_and_certificates() {
    let with_list = |answer| {
        let mut found = findings(&expectation());
        let (list, subject) = ("bl.example".to_owned(), IP.to_owned());
        found.lists.push(ListAnswer { list, subject, answer });
        lamp(Check::BlockLists, &expectation(), &found).light
    };
    assert_eq!(with_list(Ok(None)), Light::Good);
    assert_eq!(with_list(Ok(Some("127.0.0.2".to_owned()))), Light::Bad);
    assert_eq!(with_list(Err("127.255.255.254".to_owned())), Light::Unknown);
    let with_certificate = |name: &str, days: u64, is_own| {
        let mut found = findings(&expectation());
        let ends_at = now().plus(Duration::from_secs(days * 86_400));
        found.certificate = Some(Certificate { names: vec![name.to_owned()], ends_at, is_own });
        says(Check::Certificate, &found)
    };
    assert_eq!(with_certificate("*.host.example", 60, false), [Says::Right]);
    assert_eq!(with_certificate("*.example", 60, false), [Says::CertificateWithout]);
    assert_eq!(with_certificate("mail.host.example", 3, false), [Says::CertificateEndsSoon]);
    assert_eq!(with_certificate("mail.host.example", 0, false), [Says::CertificateEnded]);
    assert_eq!(with_certificate("mail.host.example", 60, true), [Says::OwnAuthority]);
}

fn mended(check: Check, findings: &Findings, present: &[(&str, &str, &str)]) -> Option<Fix> {
    let present = present.iter().map(|(name, kind, text)| ((*name).to_owned(), data(kind, text))).collect();
    fix(&lamp(check, &expectation(), findings), &expectation(), &present)
}

fn write(fix: Option<Fix>) -> (Vec<String>, Vec<String>) {
    let Some(Fix::Write { remove, add }) = fix else { panic!("{fix:?}") };
    let add = add.iter().map(|record| format!("{} {} {}", record.owner, record.kind, record.data));
    (remove.iter().map(ToString::to_string).collect(), add.collect())
}

#[test]
fn what_is_right_needs_no_fix() {
    let found = findings(&expectation());
    for check in Check::EACH {
        assert_eq!(mended(check, &found, &[]), None, "{check}");
    }
}

#[test]
fn a_strangers_exchanger_gives_way_to_ours() {
    let found = with(DOMAIN, "MX", &["10 mx.other.example."]);
    let (remove, add) = write(mended(Check::Mx, &found, &[(DOMAIN, "MX", "10 mx.other.example.")]));
    assert_eq!(remove, ["valbois.example. IN MX 10 mx.other.example."]);
    assert_eq!(add, ["valbois.example. MX 10 mail.host.example."]);
}

#[test]
fn several_spf_records_become_one_and_other_texts_stay() {
    let records = ["v=spf1 include:spf.host.example -all", "v=spf1 ip4:192.0.2.7 ?all"];
    let found = with(DOMAIN, "TXT", &records);
    let present =
        [(DOMAIN, "TXT", records[0]), (DOMAIN, "TXT", records[1]), (DOMAIN, "TXT", "site-verification=1")];
    let (remove, add) = write(mended(Check::Spf, &found, &present));
    assert_eq!(remove.len(), 2);
    assert_eq!(add, ["valbois.example. TXT \"v=spf1 include:spf.host.example ip4:192.0.2.7 -all\""]);
}

#[test]
fn a_lax_dmarc_record_becomes_strict_and_keeps_its_other_readers() {
    let lax = "v=DMARC1; p=none; rua=mailto:a@other.example";
    let found = with("_dmarc.valbois.example", "TXT", &[lax]);
    let (_, add) = write(mended(Check::Dmarc, &found, &[("_dmarc.valbois.example", "TXT", lax)]));
    assert!(add[0].contains("p=quarantine"), "{add:?}");
    assert!(add[0].contains("mailto:a@other.example,mailto:dmarc-reports@valbois.example"), "{add:?}");
}

#[test]
fn an_alias_in_the_way_goes() {
    let name = "_imaps._tcp.valbois.example";
    let found = with(name, "SRV", &[]);
    let (remove, _) = write(mended(Check::Autoconfig, &found, &[(name, "CNAME", "elsewhere.example.")]));
    assert_eq!(remove, ["_imaps._tcp.valbois.example. IN CNAME elsewhere.example."]);
}

#[test]
fn where_the_zone_is_elsewhere_there_are_lines_to_copy() {
    let mut elsewhere = expectation();
    elsewhere.zone = None;
    let found = with(DOMAIN, "MX", &[]);
    let lamp = lamp(Check::Mx, &elsewhere, &found);
    let Some(Fix::Copy { add, .. }) = fix(&lamp, &elsewhere, &Vec::new()) else { panic!("{lamp:?}") };
    assert_eq!(add[0].to_string(), "valbois.example. IN MX 10 mail.host.example.");
}

#[test]
fn lines_to_copy_are_lines_of_a_zone_file() {
    let mut elsewhere = expectation();
    elsewhere.zone = None;
    let key = format!("v=DKIM1; k=rsa; p={}", "A".repeat(392));
    let name = "20270115r._domainkey.valbois.example";
    elsewhere.wanted.push(wanted(Check::Dkim, name, "TXT", &key));
    elsewhere.wanted.last_mut().unwrap().record.data = crate::quoted(key.as_bytes());
    let mut found = with(DOMAIN, "TXT", &["v=spf1 ip4:192.0.2.9 ~all", "hello \"you\""]);
    found.answers.insert((name.to_owned(), RecordType::TXT), Ok(Vec::new()));
    found.spf.as_mut().unwrap().tree.branches.clear();
    let lines = |check| {
        let lamp = lamp(check, &elsewhere, &found);
        let present =
            found.answers.iter().filter_map(|((name, _), answer)| Some((name, answer.as_ref().ok()?)));
        let present = present.flat_map(|(name, all)| all.iter().map(|record| (name.clone(), record.clone())));
        match fix(&lamp, &elsewhere, &present.collect()) {
            Some(Fix::Copy { remove, add }) => {
                [remove, add].map(|lines| lines.iter().map(ToString::to_string).collect::<Vec<_>>())
            }
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(
        lines(Check::Spf),
        [
            ["valbois.example. IN TXT \"v=spf1 ip4:192.0.2.9 ~all\""],
            ["valbois.example. IN TXT \"v=spf1 include:spf.host.example ip4:192.0.2.9 -all\""],
        ]
    );
    // RFC 1035 §3.3: a string has 255 octets at most, so a long key is cut.
    let [_, dkim] = lines(Check::Dkim);
    let [key_line] = dkim.as_slice() else { panic!("{dkim:?}") };
    let strings = key_line.strip_prefix(&format!("{name}. IN TXT \"")).unwrap().strip_suffix('"').unwrap();
    let strings: Vec<&str> = strings.split("\" \"").collect();
    assert_eq!(strings.iter().map(|string| string.len()).collect::<Vec<_>>(), [255, 155]);
    assert_eq!(strings.concat(), key);
}
