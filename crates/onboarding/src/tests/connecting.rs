//! Tests of a connection against a server on loopback: what is tried, what is kept, and what is left alone.

use std::sync::Arc;
use std::time::Duration;

use mail_deliver::testing::Stranger;
use model::{Address, Gateway};
use parking_lot::Mutex;
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::net::{TcpListener, TcpStream};

use super::*;
use crate::checks::{Check, Light, Says};
use crate::{ConnectionTest, Direction as Way, Language, matrix_csv};

type Certified = (Vec<CertificateDer<'static>>, PrivateKeyDer<'static>);

/// An authority in PEM, and a certificate of it for a name.
fn certified(name: &str) -> (String, Certified) {
    let mut parameters = CertificateParams::new(vec!["authority.test".to_owned()]).unwrap();
    parameters.distinguished_name.push(rcgen::DnType::CommonName, "authority");
    parameters.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let key = KeyPair::generate().unwrap();
    let authority = parameters.self_signed(&key).unwrap();
    let pem = gateways::Certificate::read(authority.der()).unwrap().pem();
    let issuer = Issuer::new(parameters, key);
    let key = KeyPair::generate().unwrap();
    let parameters = CertificateParams::new(vec![name.to_owned()]).unwrap();
    let own = parameters.signed_by(&key, &issuer).unwrap().der().clone();
    (pem, (vec![own], PrivateKeyDer::try_from(key.serialize_der()).unwrap()))
}

fn address(text: &str) -> Address {
    Address::parse(text).unwrap()
}

fn says(test: &ConnectionTest, check: Check) -> Vec<Says> {
    test.lines.iter().filter(|line| line.check == check).map(|line| line.says).collect()
}

#[tokio::test]
async fn a_server_without_starttls_is_red_and_after_mending_all_of_reception_is_green() {
    let (pem, (chain, key)) = certified("gw1.else.test");
    let stranger = Stranger::new().await;
    for town in towns_with(names(), stranger.port, true).await {
        let stranger = stranger.clone().offers(&["PIPELINING"]);
        town.declare("gw1.else.test").await;
        let test = town.anna().run_test(town.one, Some(address("eve@else.test"))).await.unwrap();
        assert_eq!(test.light(), Light::Bad);
        assert_eq!(says(&test, Check::StartTls), [Says::TlsMissing]);
        assert_eq!(says(&test, Check::Letter), [Says::LetterNotTried]);
        assert_eq!(says(&test, Check::State), [Says::Planned]);
        assert_eq!(says(&test, Check::Suffix), [Says::SuffixOurs]);
        let heard = stranger.heard().len();
        // Mended, but for the authority, which is the operator's to register.
        let stranger = stranger.offers(&["STARTTLS"]).shows(chain.clone(), key.clone_key());
        let test = town.anna().run_test(town.one, None).await.unwrap();
        assert_eq!(says(&test, Check::Certificate), [Says::CertificateUnknownAuthority]);
        let staff = town.flow.gateways().administration(Scope::Operator("test"), "otto");
        staff.add_authority("authority", &pem).await.unwrap();
        let test = town.anna().run_test(town.one, Some(address("eve@else.test"))).await.unwrap();
        for (check, expected) in [
            (Check::Route, Says::RouteExchangers),
            (Check::Port, Says::PortOpen),
            (Check::StartTls, Says::TlsOffered),
            (Check::Certificate, Says::CertificateKnown),
            (Check::OurCertificate, Says::OursTaken),
            (Check::Letter, Says::LetterTaken),
        ] {
            assert_eq!(says(&test, check), [expected], "{check:?}: {:#?}", test.lines);
        }
        // One letter was handed over, by nobody who would hear of its fate.
        let new: Vec<_> = stranger.heard().into_iter().skip(heard).collect();
        assert_eq!(new.len(), 1, "{new:?}");
        assert_eq!(new[0].from, "<>");
        assert!(new[0].body.contains("To: eve@else.test\r\n") && new[0].body.is_ascii(), "{}", new[0].body);
        let kept = town.anna().tests(town.one).await.unwrap();
        assert_eq!((kept.len(), &kept[0]), (3, &test));
        assert_eq!(town.anna().test(town.one, test.id).await.unwrap(), test);
        // Greylisting is told with what to do.
        stranger.says_once("RCPT", "451 4.7.1 greylisted, try again");
        let test = town.anna().run_test(town.one, Some(address("eve@else.test"))).await.unwrap();
        assert_eq!(says(&test, Check::Letter), [Says::LetterDeferred]);
        stranger.says_yes_again();
    }
}

#[tokio::test]
async fn a_letter_goes_to_a_domain_that_was_shown_to_be_theirs_only() {
    for town in towns().await {
        for foreign in ["zed@elsewhere.test", "anna@sub.else.test"] {
            let refused = town.anna().run_test(town.one, Some(address(foreign))).await;
            assert_eq!(field(refused), "letter_to", "{foreign}");
        }
        // Declared and not shown is not enough.
        let own = town.flow.gateways().administration(Scope::Tenant(town.valbois), "anna");
        own.add_domain(town.one, domain("claimed.test")).await.unwrap();
        let refused = town.anna().run_test(town.one, Some(address("x@claimed.test"))).await;
        assert_eq!(field(refused), "letter_to");
    }
}

#[tokio::test]
async fn a_customers_test_talks_to_no_machine_that_is_not_the_customers() {
    let inner = Stranger::new().await;
    let names = names().with("inner.elsewhere.test", "A", "127.0.0.1");
    for town in towns_with(names, inner.port, false).await {
        town.declare("gw1.else.test").await;
        let staff = town.flow.gateways().administration(Scope::Operator("test"), "otto");
        let own = town.flow.gateways().administration(Scope::Tenant(town.valbois), "anna");
        let targets = [
            "mx".to_owned(),
            "inner.elsewhere.test".to_owned(),
            format!("127.0.0.1:{}", inner.port),
            "10.0.0.1".to_owned(),
        ];
        for target in targets {
            let change =
                IntegrationChange { inbound: Some(target.parse().unwrap()), ..IntegrationChange::default() };
            own.change(town.one, change).await.unwrap();
            let test = town.anna().run_test(town.one, None).await.unwrap();
            assert_eq!(says(&test, Check::Port), [Says::PortNotAllowed], "{target}");
        }
        // Not even for the staff does a test lead to this machine itself.
        let change = IntegrationChange {
            inbound: Some(format!("127.0.0.1:{}", inner.port).parse().unwrap()),
            ..IntegrationChange::default()
        };
        staff.change(town.one, change).await.unwrap();
        let test = town.operator().run_test(town.one, None).await.unwrap();
        assert_eq!(says(&test, Check::Port), [Says::PortNotAllowed]);
        assert_eq!(inner.connections(), 0);
    }
}

/// A server that takes connections and never says a word, as behind a firewall that drops what it says.
struct Silent {
    port: u16,
    connections: Arc<Mutex<Vec<TcpStream>>>,
}

impl Silent {
    async fn at(address: (&str, u16)) -> Silent {
        let listener = TcpListener::bind(address).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let connections = Arc::<Mutex<Vec<TcpStream>>>::default();
        let taken = connections.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                taken.lock().push(stream);
            }
        });
        Silent { port, connections }
    }

    /// Until so many have come.
    async fn has(&self, count: usize) {
        until(|| self.connections.lock().len() >= count).await;
    }
}

async fn until(is_so: impl Fn() -> bool) {
    for _ in 0..1_000 {
        if is_so() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("it does not come to that");
}

/// A test once it has ended; the clock goes on until it has.
async fn ended(town: &Town, test: &ConnectionTest) -> ConnectionTest {
    for _ in 0..1_000 {
        let found = town.anna().test(town.one, test.id).await.unwrap();
        if found.ended_at.is_some() {
            return found;
        }
        town.world.clock.advance(mail_deliver::limits::PROBE_TIME);
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("the test does not end");
}

#[tokio::test]
async fn what_a_firewall_drops_takes_nothing_from_what_is_told_of_the_others() {
    let (pem, (chain, key)) = certified("gw1.else.test");
    {
        let stranger = Stranger::new().await.offers(&["STARTTLS"]).shows(chain.clone(), key.clone_key());
        let silent = Silent::at(("127.0.0.2", stranger.port)).await;
        // Two domains have the same servers.
        let names = names()
            .with("else.test", "MX", "5 gw2.else.test.")
            .with("gw2.else.test", "A", "127.0.0.2")
            .with("second.test", "MX", "10 gw1.else.test.")
            .with("second.test", "MX", "5 gw2.else.test.");
        for town in towns_with(names, stranger.port, true).await {
            let before = (stranger.connections(), silent.connections.lock().len());
            town.declare("gw1.else.test").await;
            let staff = town.flow.gateways().administration(Scope::Operator("test"), "otto");
            staff.add_authority("authority", &pem).await.unwrap();
            staff.add_domain(town.one, domain("second.test")).await.unwrap();
            staff.confirm_domain(town.one, &domain("second.test")).await.unwrap();
            let begun = town.anna().start_test(town.one, Some(address("eve@else.test"))).await.unwrap();
            silent.has(before.1 + 1).await;
            let quits = || stranger.commands().iter().filter(|command| *command == "QUIT").count();
            until(|| quits() > before.0).await;
            town.world.clock.advance(mail_deliver::limits::PROBE_TIME);
            let mut test = town.anna().test(town.one, begun.id).await.unwrap();
            while test.ended_at.is_none() {
                tokio::time::sleep(Duration::from_millis(10)).await;
                test = town.anna().test(town.one, begun.id).await.unwrap();
            }
            let of = |check: Check| -> Vec<(&str, Says)> {
                let lines = test.lines.iter().filter(|line| line.check == check);
                lines.map(|line| (line.subject.as_str(), line.says)).collect()
            };
            let (gw1, gw2) =
                (format!("gw1.else.test:{}", stranger.port), format!("gw2.else.test:{}", stranger.port));
            assert_eq!(of(Check::Route).len(), 2);
            assert_eq!(of(Check::Port), [(gw2.as_str(), Says::PortClosed), (gw1.as_str(), Says::PortOpen)]);
            assert_eq!(of(Check::Certificate), [(gw1.as_str(), Says::CertificateKnown)]);
            assert_eq!(of(Check::Suffix).len(), 1);
            assert_eq!(of(Check::Letter), [("eve@else.test", Says::LetterTaken)]);
            // Each server once, and once more the one that got the letter.
            let after = (stranger.connections(), silent.connections.lock().len());
            assert_eq!((after.0 - before.0, after.1 - before.1), (2, 1));
            // What the server has shown is known from now on.
            let one = staff.integration(town.one).await.unwrap();
            assert!(one.certificates[0].ends_at.is_some());
        }
    }
}

#[tokio::test]
async fn servers_for_which_there_was_no_time_are_named() {
    let silent = Silent::at(("0.0.0.0", 0)).await;
    let mut names = StaticNames::default();
    for host in 0..20 {
        let (name, domain) = (format!("gw{host}.else.test"), format!("d{}.test", host / 4));
        names = names.with(&domain, "MX", &format!("10 {name}.")).with(
            &name,
            "A",
            &format!("127.0.1.{}", host + 1),
        );
    }
    for town in towns_with(names, silent.port, true).await {
        let staff = town.flow.gateways().administration(Scope::Operator("test"), "otto");
        for at in 0..5 {
            let name = domain(&format!("d{at}.test"));
            staff.add_domain(town.one, name.clone()).await.unwrap();
            staff.confirm_domain(town.one, &name).await.unwrap();
        }
        staff.remove_domain(town.one, domain("else.test")).await.unwrap();
        let before = silent.connections.lock().len();
        let begun = town.anna().start_test(town.one, None).await.unwrap();
        for batch in [8, 16] {
            silent.has(before + batch).await;
            town.world.clock.advance(mail_deliver::limits::PROBE_TIME);
        }
        silent.has(before + 20).await;
        town.world.clock.advance(mail_deliver::limits::PROBES_TIME - 2 * mail_deliver::limits::PROBE_TIME);
        let mut test = town.anna().test(town.one, begun.id).await.unwrap();
        while test.ended_at.is_none() {
            tokio::time::sleep(Duration::from_millis(10)).await;
            test = town.anna().test(town.one, begun.id).await.unwrap();
        }
        let ports = says(&test, Check::Port);
        assert_eq!(ports.iter().filter(|says| **says == Says::PortClosed).count(), 16, "{ports:?}");
        assert_eq!(ports.iter().filter(|says| **says == Says::NotReached).count(), 4, "{ports:?}");
        assert_eq!(says(&test, Check::State), [Says::Planned]);
        assert_eq!(says(&test, Check::SendInternal), [Says::WayNone]);
    }
}

#[tokio::test]
async fn a_test_that_trouble_of_ours_interrupts_ends_and_says_so() {
    let silent = Silent::at(("127.0.0.1", 0)).await;
    for town in towns_with(names(), silent.port, true).await {
        let before = silent.connections.lock().len();
        let begun = town.anna().start_test(town.one, None).await.unwrap();
        silent.has(before + 1).await;
        let operator = town.db.operator("test");
        let breaks = |tx: &mut db::Tx| tx.execute("DROP TABLE gateway_sighting", db::values![]).map(drop);
        operator.write(breaks).await.unwrap();
        let test = ended(&town, &begun).await;
        assert_eq!(test.lines.iter().map(|line| line.says).collect::<Vec<_>>(), [Says::Interrupted]);
        assert_eq!(test.light(), Light::Waiting);
    }
}

#[tokio::test]
async fn a_test_whose_caller_hangs_up_goes_on_to_its_end() {
    let silent = Silent::at(("127.0.0.1", 0)).await;
    for town in towns_with(names(), silent.port, true).await {
        let before = silent.connections.lock().len();
        let (anna, one) = (town.anna(), town.one);
        let call = tokio::spawn(async move { anna.run_test(one, None).await });
        silent.has(before + 1).await;
        call.abort();
        let begun = town.anna().tests(town.one).await.unwrap().remove(0);
        let test = ended(&town, &begun).await;
        assert_eq!(says(&test, Check::Port).len(), 1);
    }
}

#[tokio::test]
async fn a_domain_that_names_machines_of_ours_as_its_own_leads_nobodys_test_to_them() {
    for inner in ["127.0.0.1", "10.0.0.1", "192.168.7.7", OWN] {
        let names = StaticNames::default().with("else.test", "MX", "10 gw1.else.test.").with(
            "gw1.else.test",
            "A",
            inner,
        );
        for town in towns_with(names, 25, false).await {
            let test = town.anna().run_test(town.one, None).await.unwrap();
            assert_eq!(says(&test, Check::Port), [Says::PortNotAllowed], "{inner}");
        }
    }
    // NAT64 leads to what is written into it.
    let names = StaticNames::default().with("else.test", "MX", "10 gw1.else.test.").with(
        "gw1.else.test",
        "AAAA",
        "64:ff9b::a00:1",
    );
    for town in towns_with(names, 25, false).await {
        let test = town.anna().run_test(town.one, None).await.unwrap();
        assert_eq!(says(&test, Check::Port), [Says::PortNotAllowed]);
    }
    // Nor the staff's to what is this machine itself, or an address of ours.
    for inner in ["127.0.0.1", OWN] {
        let names = StaticNames::default().with("else.test", "MX", "10 gw1.else.test.").with(
            "gw1.else.test",
            "A",
            inner,
        );
        for town in towns_with(names, 25, false).await {
            let test = town.operator().run_test(town.one, None).await.unwrap();
            assert_eq!(says(&test, Check::Port), [Says::PortNotAllowed], "{inner}");
        }
    }
}

#[tokio::test]
async fn one_test_of_an_integration_goes_on_at_a_time_and_not_without_end() {
    // Nobody answers there: the test goes on until the clock says that it was long enough.
    let silent = Silent::at(("127.0.0.1", 0)).await;
    for town in towns_with(names(), silent.port, true).await {
        let anna = town.anna();
        let first = anna.start_test(town.one, None).await.unwrap();
        assert_eq!(field(anna.start_test(town.one, None).await), "test");
        // Somebody at another node neither.
        assert_eq!(field(town.operator().run_test(town.one, None).await), "test");
        ended(&town, &first).await;
        let next = anna.start_test(town.one, None).await.unwrap();
        ended(&town, &next).await;
    }
}

#[tokio::test]
async fn an_integration_is_tested_at_most_thirty_times_an_hour() {
    for town in towns().await {
        let anna = town.anna();
        for _ in 0..crate::limits::TESTS_PER_HOUR {
            anna.run_test(town.one, None).await.unwrap();
        }
        assert_eq!(field(anna.run_test(town.one, None).await), "test");
        assert_eq!(anna.tests(town.one).await.unwrap().len(), crate::limits::TESTS_PER_HOUR);
        let log = town.log().await;
        assert!(log.contains(&"test connection of integration: Muster AG".to_owned()), "{log:?}");
        town.world.clock.advance(Duration::from_secs(60 * 60));
        anna.run_test(town.one, None).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_nodes_do_not_begin_a_test_twice() {
    let silent = Silent::at(("127.0.0.1", 0)).await;
    for town in towns_with(names(), silent.port, true).await {
        for _ in 0..10 {
            let (anna, otto) = (town.anna(), town.operator());
            let (first, second) =
                tokio::join!(anna.start_test(town.one, None), otto.start_test(town.one, None));
            assert_eq!(usize::from(first.is_ok()) + usize::from(second.is_ok()), 1);
            let begun = first.or(second).unwrap();
            let known = anna.tests(town.one).await.unwrap();
            assert_eq!(known.iter().filter(|test| test.ended_at.is_none()).count(), 1);
            ended(&town, &begun).await;
        }
    }
}

#[tokio::test]
async fn what_was_seen_of_their_servers_is_told_and_kept_once_a_minute() {
    for town in towns().await {
        town.declare("gw1.else.test").await;
        town.activate().await;
        let gateway = Gateway { integration: town.one, organisation: town.valbois };
        let gateways = town.flow.gateways();
        let kind = gateways::SightingKind::Refused;
        gateways.note_sighting(gateway, kind, "192.0.2.7: self-signed certificate", None).await.unwrap();
        let test = town.anna().run_test(town.one, None).await.unwrap();
        assert_eq!(says(&test, Check::Sending), [Says::SenderRefused]);
        let kind = gateways::SightingKind::Identified;
        gateways.note_sighting(gateway, kind, "192.0.2.7: gw1.else.test", None).await.unwrap();
        let own = gateways.administration(Scope::Tenant(town.valbois), "anna");
        assert_eq!(own.sightings(town.one).await.unwrap().len(), 2);
        let test = town.anna().run_test(town.one, None).await.unwrap();
        assert_eq!(says(&test, Check::Sending), [Says::SenderKnown]);
        // Whose servers were seen is the organisation's to know.
        let other = gateways.administration(Scope::Tenant(town.acme), "zoe");
        assert_eq!(field(other.sightings(town.one).await), "not found");
    }
}

#[tokio::test]
async fn the_matrix_has_our_servers_theirs_and_the_portal() {
    for town in towns().await {
        let matrix = town.anna().matrix(town.one).await.unwrap();
        let told: Vec<_> = matrix.iter().map(|row| (row.direction, row.host.as_str(), row.port)).collect();
        assert_eq!(
            told,
            [
                (Way::ToUs, "mail.relais.test", 25),
                (Way::FromUs, "gw1.else.test", 25),
                (Way::Browser, "mail.relais.test", 443),
            ]
        );
        assert_eq!(matrix[0].addresses, ["192.0.2.25".parse::<std::net::IpAddr>().unwrap()]);
        let csv = matrix_csv(&matrix, Language::French);
        assert!(csv.starts_with("Sens,De,Hôte,"), "{csv}");
        assert!(csv.contains("sortant (vers nous),,mail.relais.test,192.0.2.25,TCP,25,"), "{csv}");
        assert_eq!(csv.lines().count(), 4);
    }
}

#[tokio::test]
async fn the_record_of_acceptance_is_a_document_that_the_platform_seals() {
    for town in towns().await {
        town.anna().run_test(town.one, None).await.unwrap();
        for language in Language::ALL {
            let (name, pdf) = town.anna().report(town.one, language).await.unwrap();
            assert!(name.starts_with("acceptance-") && name.ends_with(".pdf"), "{name}");
            let platform = town.flow.secure().platform().await.unwrap();
            let signed = wire_cms::pades::verify_whole(&pdf).unwrap();
            assert_eq!(signed.signer.sha256(), platform.seal.certificate().sha256());
            let flipped: Vec<u8> = pdf
                .iter()
                .enumerate()
                .map(|(at, octet)| if at == 2_000 { octet ^ 1 } else { *octet })
                .collect();
            assert!(wire_cms::pades::verify_whole(&flipped).is_err());
        }
    }
}
