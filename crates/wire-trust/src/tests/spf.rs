//! SPF records: grammar, macros, merging.

use crate::spf::*;

#[track_caller]
fn same(text: &str) {
    let record = Record::parse(text).unwrap();
    assert_eq!(record.to_string(), text);
}

#[track_caller]
fn prints(text: &str, expected: &str) {
    assert_eq!(Record::parse(text).unwrap().to_string(), expected);
}

#[track_caller]
fn wrong(text: &str, position: usize, reason: &str) {
    let fault = Record::parse(text).unwrap_err();
    assert_eq!(fault.position, position, "{fault}");
    assert!(fault.reason.contains(reason), "{fault}");
}

#[test]
fn records_are_printed_as_they_are_read() {
    same("v=spf1");
    same("v=spf1 include:spf.relais.test -all");
    same("v=spf1 a mx ptr ?all");
    same("v=spf1 a/24 mx//64 a:x.test/24//64 mx:y.test ptr:z.test ~all");
    same("v=spf1 ip4:192.0.2.0/24 ip4:192.0.2.1 ip6:2001:db8::/32 ip6::: -all");
    same(
        "v=spf1 exists:%{ir}.%{l1r+-}._spf.%{d2} redirect=_spf.%{d} exp=explain.%{d} moo.cow-far_out=man:dog/cat",
    );
    prints("V=SPF1  +A   MX/32//128 IP4:192.0.2.1/32  ", "v=spf1 a mx ip4:192.0.2.1");
    prints("v=spf1 Include:Foo.Example.Org -ALL", "v=spf1 include:Foo.Example.Org -all");
}

#[test]
fn whoever_breaks_the_grammar_hears_where_and_why() {
    wrong("v=spf2 -all", 0, "begins with v=spf1");
    wrong("v=spf10 -all", 0, "begins with v=spf1");
    wrong("v=spf1 a b -all", 9, "no mechanism b");
    wrong("v=spf1 include -all", 7, "needs a colon");
    wrong("v=spf1 include: -all", 7, "missing");
    wrong("v=spf1 include:localhost -all", 7, "top-level label");
    wrong("v=spf1 a:x.123 -all", 7, "top-level label");
    wrong("v=spf1 ip4:192.0.2.0/33 -all", 7, "0 to 32");
    wrong("v=spf1 ip4:192.0.2.0/024 -all", 7, "0 to 32");
    wrong("v=spf1 ip4:192.0.2 -all", 7, "no IPv4");
    wrong("v=spf1 ip6:2001:db8::/129 -all", 7, "0 to 128");
    wrong("v=spf1 a/ -all", 7, "prefix length");
    wrong("v=spf1 a//64/24 -all", 7, "prefix length");
    wrong("v=spf1 ptr/24 -all", 7, "prefix");
    wrong("v=spf1 -all:x.test", 7, "no argument");
    wrong("v=spf1 redirect=a.test redirect=b.test", 23, "once");
    wrong("v=spf1 exists:%{z}.test -all", 7, "no macro");
    wrong("v=spf1 exists:%{c}.test -all", 7, "no macro");
    wrong("v=spf1 exists:%{d0}.test -all", 7, "not zero");
    wrong("v=spf1 exists:%d.test -all", 7, "percent sign");
    wrong("v=spf1 exists:%{d.test -all", 7, "closing brace");
    wrong("v=spf1 a:münchen.test -all", 7, "A-label");
    wrong("v=spf1\u{a0}-all", 0, "begins");
    wrong("v=spf1 a\t-all", 7, "blanks");
}

/// RFC 7208 §7.4.
#[test]
fn macros_stand_for_what_the_standard_says() {
    let v4 = values("192.0.2.3");
    let v6 = values("2001:db8::cb01");
    for (text, values, expected) in [
        ("%{s}", &v4, "strong-bad@email.example.com"),
        ("%{o}", &v4, "email.example.com"),
        ("%{d}", &v4, "email.example.com"),
        ("%{d4}", &v4, "email.example.com"),
        ("%{d2}", &v4, "example.com"),
        ("%{d1}", &v4, "com"),
        ("%{dr}", &v4, "com.example.email"),
        ("%{d2r}", &v4, "example.email"),
        ("%{l}", &v4, "strong-bad"),
        ("%{l-}", &v4, "strong.bad"),
        ("%{lr}", &v4, "strong-bad"),
        ("%{lr-}", &v4, "bad.strong"),
        ("%{l1r-}", &v4, "strong"),
        ("%{ir}.%{v}._spf.%{d2}", &v4, "3.2.0.192.in-addr._spf.example.com"),
        ("%{lr-}.lp._spf.%{d2}", &v4, "bad.strong.lp._spf.example.com"),
        ("%{lr-}.lp.%{ir}.%{v}._spf.%{d2}", &v4, "bad.strong.lp.3.2.0.192.in-addr._spf.example.com"),
        ("%{d2}.trusted-domains.example.net", &v4, "example.com.trusted-domains.example.net"),
        (
            "%{ir}.%{v}._spf.%{d2}",
            &v6,
            "1.0.B.C.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.B.D.0.1.0.0.2.ip6._spf.example.com",
        ),
        ("%{S}%%%_%-", &v4, "strong-bad%40email.example.com% %20"),
    ] {
        assert_eq!(MacroString::parse(text).unwrap().expand(values, 1000), expected, "{text}");
    }
    assert_eq!(MacroString::explanation("%{c} %{r} %{t}").unwrap().expand(&v4, 1000), "192.0.2.3 mx.test 7");
    let long = format!("{}.%{{d}}", "a".repeat(60)) + &format!(".{}", "b".repeat(63)).repeat(4);
    let name = MacroString::parse(&long).unwrap().expand_name(&v4);
    assert!(name.len() <= 253 && name.ends_with("bbb") && !name.starts_with('.'), "{name}");
}

fn values(ip: &str) -> Values<'static> {
    Values {
        local: "strong-bad",
        sender_domain: "email.example.com",
        domain: "email.example.com",
        ip: ip.parse().unwrap(),
        helo: "mx.example.org",
        validated: "mx.example.org",
        receiver: "mx.test",
        timestamp: 7,
    }
}

#[track_caller]
fn merges(records: &[&str], expected: &str) {
    let mut records = records.iter().map(|record| Record::parse(record).unwrap());
    let ours = records.next().unwrap();
    let merged = merge(&ours, &records.collect::<Vec<_>>()).to_string();
    assert_eq!(merged, expected);
}

/// Requirement R122, and the rules around it.
#[test]
fn several_records_become_one() {
    let ours = "v=spf1 include:spf.infomaniak.ch -all";
    merges(
        &[ours, "v=spf1 include:the-second-domain.xyz ?all", "v=spf1 include:the-other-domain.xyz ~all"],
        "v=spf1 include:spf.infomaniak.ch include:the-second-domain.xyz include:the-other-domain.xyz -all",
    );
    merges(&[ours], ours);
    merges(&[ours, ours], ours);
    merges(&["v=spf1 a ?all", "v=spf1 mx A include:x.test -all"], "v=spf1 a mx include:x.test ?all");
    merges(&["v=spf1 a -all", "v=spf1 -a +mx +all"], "v=spf1 a mx -all");
    merges(
        &[ours, "v=spf1 redirect=_spf.x.test"],
        "v=spf1 include:spf.infomaniak.ch include:_spf.x.test -all",
    );
    merges(&["v=spf1 redirect=_spf.x.test"], "v=spf1 redirect=_spf.x.test");
    merges(&["v=spf1 a", "v=spf1 mx ~all"], "v=spf1 a mx ~all");
    merges(&["v=spf1 a exp=e.test -all", "v=spf1 mx exp=f.test -all"], "v=spf1 a mx exp=e.test -all");
}

#[test]
fn mistakes_that_the_grammar_permits_are_remarked() {
    let remarks = |text: &str| -> Vec<String> {
        Record::parse(text).unwrap().remarks().iter().map(ToString::to_string).collect()
    };
    assert_eq!(remarks("v=spf1 a -all"), Vec::<String>::new());
    assert!(remarks("v=spf1 a all")[0].starts_with("+all"));
    assert!(remarks("v=spf1 a")[0].contains("neither"));
    assert!(remarks("v=spf1 a -all mx")[0].contains("behind all"));
    assert!(remarks("v=spf1 a mx a -all")[0].contains("twice"));
    assert!(remarks("v=spf1 ptr -all")[0].contains("slow"));
    assert!(remarks("v=spf1 redirect=x.test -all")[0].contains("never used"));
}

#[test]
fn the_soft_variant_is_one_step_away() {
    let record = Record::parse("v=spf1 include:spf.relais.test -all").unwrap();
    assert_eq!(record.with_all(Qualifier::Neutral).to_string(), "v=spf1 include:spf.relais.test ?all");
}

proptest::proptest! {
    #[test]
    fn no_text_is_too_strange(text in "(v=spf1 )?[ -~a-z:/%{}.0-9]{0,80}", octets in proptest::collection::vec(0u8.., 0..64)) {
        if let Ok(record) = Record::parse(&text) {
            let printed = record.to_string();
            proptest::prop_assert_eq!(Record::parse(&printed).unwrap(), record);
        }
        let _ = Record::is_meant(&octets);
        let _ = Record::parse(&String::from_utf8_lossy(&octets));
    }
}
