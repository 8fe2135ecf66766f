//! What the report names, whose it is, and who has to do something; and what cannot be declared.

use gateways::{InboundTarget, NewIntegration};
use hosts::NewHost;
use mail_route::NewRelayRule;
use model::{Relay, RelayTls, Validity};
use zones::{Edit, NewRecord};

use super::*;
use crate::{Finding, Pin, Remedy};

fn told(findings: &[Finding]) -> Vec<(Pin, &str, Remedy)> {
    let mut told: Vec<_> =
        findings.iter().map(|finding| (finding.pin, finding.thing.as_str(), finding.remedy)).collect();
    told.sort();
    told
}

#[tokio::test]
async fn the_report_names_everything_that_pins_an_old_address() {
    let names = StaticNames::default()
        .with("acme.test", "TXT", "v=spf1 ip4:192.0.2.0/24 -all")
        .with("acme.test", "MX", "10 mx.acme.test.")
        .with("mx.acme.test", "A", "192.0.2.87")
        .failing("mute.test");
    for town in towns_in(names).await {
        let people = town.people();
        for name in ["acme.test", "mute.test"] {
            people.create_domain(town.acme, None, &domain(name)).await.unwrap();
        }
        let valbois = people.create_domain(town.valbois, None, &domain("valbois.test")).await.unwrap();
        let relays = town.parts.relays.administration(Scope::Operator("test"), "otto");
        for target in ["192.0.2.86:25", "gw1.relais.test:25"] {
            let rule = NewRelayRule {
                position: None,
                organisation: None,
                recipients: "*.incamail.test".parse().unwrap(),
                subject: None,
                relay: Relay { target: target.parse().unwrap(), tls: RelayTls::Verify },
                validity: Validity::default(),
            };
            relays.add(rule).await.unwrap();
        }
        let gateways = town.parts.gateways.administration(Scope::Operator("test"), "otto");
        let new = NewIntegration {
            organisation: town.acme,
            name: "Acme".to_owned(),
            contact: String::new(),
            is_hosted_gateway: false,
            inbound: "192.0.2.87".parse::<InboundTarget>().unwrap(),
            accepts_host_name: false,
            takes_ordinary: false,
        };
        gateways.create(new).await.unwrap();
        let hosts = town.parts.hosts.administration(Scope::Operator("test"), "otto");
        let host = NewHost {
            domain: valbois.id,
            name: "hote1".to_owned(),
            fqdn: None,
            ipv4: Some("192.0.2.85".parse().unwrap()),
            ipv6: None,
            description: String::new(),
        };
        hosts.create_host(host).await.unwrap();
        let zone = town.zones.zone_called("valbois.test").await.unwrap();
        let add = vec![NewRecord::new("news", "TXT", "v=spf1 ip4:192.0.2.86 -all")];
        town.zones.edit(zone.id, Edit { add, ..Edit::default() }).await.unwrap();
        let settings = vec![("outbound.source".to_owned(), "192.0.2.86".parse().unwrap())];
        let renumberings = town.renumberings.clone().with_settings(settings);
        let operator = renumberings.administration(Scope::Operator("test"), "otto");
        let one = town.declared().await;
        let report = operator.report(one.id).await.unwrap();
        use Pin::{Address, DomainExchanger, DomainSpf, Host, Integration, Route, Setting, Spf};
        use Remedy::{Follows, Operator, Organisation};
        assert_eq!(
            told(&report.findings),
            [
                (Route, "*.incamail.test", Follows),
                (Integration, "Acme", Organisation),
                (Host, "hote1.valbois.test", Organisation),
                (Address, "gw1.relais.test A", Follows),
                (Address, "gw2.relais.test A", Follows),
                (Address, "ws.relais.test A", Follows),
                (Spf, "news.valbois.test TXT", Organisation),
                (Spf, "relais.test TXT", Follows),
                (Spf, "relais.test TXT", Follows),
                (Spf, "spf.relais.test TXT", Follows),
                (Spf, "spf.relais.test TXT", Follows),
                (DomainSpf, "acme.test", Organisation),
                (DomainSpf, "acme.test", Organisation),
                (DomainSpf, "acme.test", Organisation),
                (DomainExchanger, "acme.test", Organisation),
                (Setting, "outbound.source", Operator),
            ]
        );
        assert_eq!(report.unseen, [domain("mute.test")], "whose DNS does not answer may pin anything");
        assert_eq!(report.of(town.valbois).count(), 2);
        assert_eq!(report.of(town.acme).count(), 5);
    }
}

#[tokio::test]
async fn a_name_whose_zone_lies_elsewhere_is_the_operators_to_change() {
    for town in towns().await {
        let endpoints = vec![endpoint("im.far.test:25 B 192.0.2.45 198.51.100.117")];
        let new = NewRenumbering { endpoints, ..town.wished() };
        let one = town.operator.declare(new).await.unwrap();
        let report = town.operator.report(one.id).await.unwrap();
        assert_eq!(told(&report.findings), [(Pin::Elsewhere, "im.far.test", Remedy::Operator)]);
        // The steps go their way all the same.
        assert_eq!(town.until(one.ends_at).await, 3);
    }
}

#[test]
fn endpoints_are_written_in_one_line() {
    for text in [
        "gw1.relais.test:25 A,B 192.0.2.86 198.51.100.13",
        "ws.relais.test:443/3.0/ C 192.0.2.85,2001:db8::85 198.51.100.117,2001:db8::117",
    ] {
        assert_eq!(endpoint(text).to_string(), text);
    }
    let one_word = endpoint("gw1.relais.test:25=A=192.0.2.86=198.51.100.13");
    assert_eq!(one_word.to_string(), "gw1.relais.test:25 A 192.0.2.86 198.51.100.13");
    let arrow = endpoint("GW1.relais.test:25 b,a 192.0.2.86 -> 198.51.100.13");
    assert_eq!(arrow.to_string(), "gw1.relais.test:25 A,B 192.0.2.86 198.51.100.13");
    assert_eq!(
        endpoint("ws.relais.test:443/3.0/ C 192.0.2.1 192.0.2.2").place(),
        "https://ws.relais.test/3.0/"
    );
    for (wrong, part) in [
        ("gw1.relais.test A 192.0.2.1 192.0.2.2", "no port"),
        ("gw1.relais.test:0 A 192.0.2.1 192.0.2.2", "no port"),
        ("gw1:25 A 192.0.2.1 192.0.2.2", "no full host name"),
        ("gw1.relais.test:25 D 192.0.2.1 192.0.2.2", "none of A, B, C"),
        ("gw1.relais.test:25 A,C 192.0.2.1 192.0.2.2", "either of SMTP"),
        ("gw1.relais.test:25/3.0/ A 192.0.2.1 192.0.2.2", "only SOAP"),
        ("gw1.relais.test:25 A 192.0.2.1 192.0.2.1", "old and new"),
        ("gw1.relais.test:25 A 192.0.2.999 192.0.2.1", "no IP address"),
        ("gw1.relais.test:25 A 192.0.2.1", "four parts"),
    ] {
        let refused = wrong.parse::<Endpoint>().unwrap_err();
        assert!(refused.contains(part), "{wrong}: {refused}");
    }
}

#[tokio::test]
async fn what_cannot_be_declared_is_refused_with_its_field() {
    for town in towns().await {
        let new = town.wished();
        let wrong = [
            (NewRenumbering { name: " ".to_owned(), ..new.clone() }, "name"),
            (NewRenumbering { endpoints: Vec::new(), ..new.clone() }, "endpoints"),
            (NewRenumbering { switches_at: town.world.clock.now(), ..new.clone() }, "date"),
            (NewRenumbering { overlap: Some(400 * DAY), ..new.clone() }, "overlap"),
            (NewRenumbering { lowered_ttl: Some(5), ..new.clone() }, "ttl"),
        ];
        for (new, wanted) in wrong {
            let refused = town.operator.declare(new).await.unwrap_err();
            let zones::ZoneError::Directory(directory::DirectoryError::Invalid { field, .. }) = refused
            else {
                panic!("{refused}");
            };
            assert_eq!(field, wanted);
        }
        town.operator.declare(new.clone()).await.unwrap();
        let twice = town.operator.declare(new).await.unwrap_err();
        assert!(twice.to_string().contains("gw1.relais.test"), "{twice}");
    }
}
