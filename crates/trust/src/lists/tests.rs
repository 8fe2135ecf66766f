//! A list of each kind, and the ways in which lists go wrong.

use world::StaticNames;

use super::*;

async fn ask(names: &StaticNames, list: &str, subject: &str) -> String {
    let list: DnsList = list.parse().unwrap();
    match list.ask(&Names::fixed(names.clone()), subject).await {
        Ok(codes) => codes.iter().map(ToString::to_string).collect::<Vec<_>>().join(" "),
        Err(why) => why,
    }
}

#[tokio::test]
async fn a_list_is_asked_in_its_own_way_and_answers_that_mean_nothing_are_told_apart() {
    let names = StaticNames::default()
        .with("7.2.0.192.bl.test", "A", "127.0.0.2")
        .with("spam.example.dbl.test", "A", "127.0.1.2")
        .with("7.2.0.192.all.test", "A", "127.0.0.2")
        .with("1.0.0.127.all.test", "A", "127.0.0.2")
        .with("spam.example.alldomains.test", "A", "127.0.0.2")
        .with("invalid.alldomains.test", "A", "127.0.0.2")
        .with("7.2.0.192.quota.test", "A", "127.255.255.254")
        .with("7.2.0.192.sold.test", "A", "198.51.100.9")
        .with("1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.bl.test", "A", "127.0.0.3")
        .failing("7.2.0.192.dead.test");
    for (list, subject, expected) in [
        ("ip:bl.test", "192.0.2.7", "127.0.0.2"),
        ("ip:bl.test", "192.0.2.8", ""),
        ("ip:bl.test", "::ffff:192.0.2.7", "127.0.0.2"),
        ("ip:bl.test", "2001:db8::1", "127.0.0.3"),
        ("domain:dbl.test", "spam.example", "127.0.1.2"),
        ("domain:dbl.test", "good.example", ""),
        ("ip:all.test", "192.0.2.7", "it lists everybody (RFC 5782 §5)"),
        ("domain:alldomains.test", "spam.example", "it lists everybody (RFC 5782 §5)"),
        ("ip:quota.test", "192.0.2.7", "it answers 127.255.255.254: it does not serve us"),
        ("ip:sold.test", "192.0.2.7", "its answer is none (RFC 5782 §2.1)"),
    ] {
        assert_eq!(ask(&names, list, subject).await, expected, "{list} {subject}");
    }
    assert!(ask(&names, "ip:dead.test", "192.0.2.7").await.contains("dead.test"));
}

#[tokio::test]
async fn what_a_list_says_is_cut_to_a_line() {
    let names = StaticNames::default().with("7.2.0.192.bl.test", "TXT", &format!("é\r\n{}", "x".repeat(500)));
    let list: DnsList = "ip:bl.test".parse().unwrap();
    let text = list.text(&Names::fixed(names), "192.0.2.7").await;
    assert_eq!(text, "x".repeat(LIST_TEXT_LIMIT_CHARACTERS));
}

#[test]
fn codes_are_single_or_ranges_below_127() {
    let codes: Codes = "127.0.0.4-127.0.0.7".parse().unwrap();
    assert!(codes.contain(Ipv4Addr::new(127, 0, 0, 4)) && codes.contain(Ipv4Addr::new(127, 0, 0, 7)));
    assert!(!codes.contain(Ipv4Addr::new(127, 0, 0, 8)));
    assert!("127.0.0.2".parse::<Codes>().unwrap().contain(Ipv4Addr::new(127, 0, 0, 2)));
    for wrong in ["128.0.0.1", "127.0.0.7-127.0.0.4", "listed", ""] {
        assert!(wrong.parse::<Codes>().is_err(), "{wrong}");
    }
    for wrong in ["bl.test", "name:bl.test", "ip:", "ip:-.test"] {
        assert!(wrong.parse::<DnsList>().is_err(), "{wrong}");
    }
}
