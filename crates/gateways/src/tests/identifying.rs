//! Whose server it is: the book's answer to a certificate and a sender's domain.

use model::{Gateway, IntegrationId, OrganisationId};

use super::*;
use crate::book::Book;
use crate::{
    CertificateId, Direction, InboundTarget, Integration, IntegrationDomain, IntegrationState,
    PeerCertificate, Proof, Refusal, Standing, Verdict,
};

fn integration(id: i64, domains: &[&str], identities: &[Identity], direction: Direction) -> Integration {
    let slot = |(identity, at): (&Identity, i64)| PeerCertificate {
        id: CertificateId(id * 100 + at),
        identity: identity.clone(),
        direction,
        ends_at: None,
        seen_fingerprint: None,
        seen_at: None,
        certificate: None,
        created_at: NOW,
    };
    let proven = |name: &&str| IntegrationDomain {
        name: domain(name),
        proof: Some(Proof::Record),
        proven_at: Some(NOW),
    };
    Integration {
        id: IntegrationId(id),
        organisation: OrganisationId(id + 1000),
        name: format!("integration {id}"),
        state: IntegrationState::Active,
        contact: String::new(),
        is_hosted_gateway: false,
        inbound: InboundTarget::Exchangers,
        accepts_host_name: true,
        takes_ordinary: id == 1,
        domains: domains.iter().map(proven).collect(),
        certificates: identities.iter().zip(0..).map(slot).collect(),
        created_at: NOW,
    }
}

/// Whom a standing names, or why it does not.
fn word(standing: Standing) -> String {
    match standing {
        Standing::Ordinary => "ordinary".to_owned(),
        Standing::Identified { gateway, .. } => gateway.integration.to_string(),
        Standing::Refused { gateway, refusal } => {
            assert_eq!(gateway.organisation.0, gateway.integration.0 + 1000);
            let reply = refusal.reply();
            assert_eq!(reply.code(), 550);
            format!("{} for {}", reply.text().split(':').next().unwrap(), gateway.integration)
        }
        Standing::WrongSenderDomain { gateway, .. } => format!("wrong domain of {}", gateway.integration),
    }
}

#[test]
fn a_peer_is_bound_to_its_own_domains() {
    let root = Issues::root("Muster Root");
    let names = ["muster.test", "filiale.test", "claimed.test"];
    let mut first = integration(1, &names, &[named("gw1.muster.test")], Direction::Both);
    first.domains[2].proof = None;
    let other = integration(2, &["bank.test"], &[named("gw1.bank.test")], Direction::Both);
    let book = Book::of((1, 2, 0), vec![first, other], root.trusted());
    let (muster, bank) = (root.issue(&server(&["gw1.muster.test"])), root.issue(&server(&["gw1.bank.test"])));
    let stranger = root.issue(&server(&["mail.stranger.test"]));
    let from = |certificate: &CertificateDer<'static>, sender: &str| {
        let sender = (!sender.is_empty()).then(|| domain(sender));
        word(book.identify(std::slice::from_ref(certificate), NOW, sender.as_ref()))
    };
    assert_eq!(from(&muster, "muster.test"), "1");
    assert_eq!(from(&muster, "filiale.test"), "1");
    assert_eq!(from(&muster, "MUSTER.test"), "1");
    assert_eq!(from(&muster, "sub.muster.test"), "wrong domain of 1");
    assert_eq!(from(&muster, "claimed.test"), "wrong domain of 1");
    assert_eq!(from(&muster, "bank.test"), "wrong domain of 1");
    assert_eq!(from(&muster, "elsewhere.test"), "wrong domain of 1");
    assert_eq!(from(&bank, "bank.test"), "2");
    assert_eq!(from(&bank, "muster.test"), "wrong domain of 2");
    assert_eq!(from(&stranger, "muster.test"), "wrong certificate name for 1");
    assert_eq!(from(&stranger, "elsewhere.test"), "ordinary");
    // Reports have no sender: the certificate alone says whose they are.
    assert_eq!(from(&muster, ""), "1");
    assert_eq!(from(&stranger, ""), "ordinary");
    // Without a certificate nothing changes.
    assert_eq!(book.identify(&[], NOW, Some(&domain("muster.test"))), Standing::Ordinary);
    let gateway = Gateway { integration: IntegrationId(1), organisation: OrganisationId(1001) };
    assert_eq!(book.integration_of(&domain("muster.test")), Some(gateway));
    assert_eq!(book.integration_of(&domain("claimed.test")), None);
    assert_eq!(book.ordinary_integration_of(&domain("muster.test")), Some(gateway));
    assert_eq!(book.ordinary_integration_of(&domain("bank.test")), None);
}

#[test]
fn each_wrong_certificate_is_refused_in_words_of_its_own() {
    let (root, unknown) = (Issues::root("Muster Root"), Issues::root("Unknown Root"));
    let own = integration(1, &["muster.test"], &[named("gw1.muster.test")], Direction::Both);
    let book = Book::of((1, 1, 0), vec![own], root.trusted());
    let good = || server(&["gw1.muster.test"]);
    let from = |certificate| word(book.identify(&[certificate], NOW, Some(&domain("muster.test"))));
    assert_eq!(from(root.issue(&good())), "1");
    assert_eq!(from(unknown.issue(&good())), "unknown certificate authority for 1");
    let over = Wanted { to_day: -1, from_day: -9, ..good() };
    assert_eq!(from(root.issue(&over)), "expired certificate for 1");
    assert_eq!(from(root.issue(&Wanted { from_day: 1, ..good() })), "certificate not yet valid for 1");
    assert_eq!(from(good().self_signed()), "self-signed certificate for 1");
    assert_eq!(from(CertificateDer::from(vec![1, 2, 3])), "unreadable certificate for 1");
    let purposes = vec![ExtendedKeyUsagePurpose::CodeSigning];
    assert_eq!(from(root.issue(&Wanted { purposes, ..good() })), "unfit certificate for 1");
}

#[test]
fn what_is_declared_for_one_way_does_not_hold_for_the_other() {
    let root = Issues::root("Muster Root");
    let sending = integration(1, &["muster.test"], &[named("out.muster.test")], Direction::Sending);
    let reception = integration(2, &["bank.test"], &[named("in.bank.test")], Direction::Reception);
    let book = Book::of((1, 2, 0), vec![sending, reception], root.trusted());
    let out = [root.issue(&server(&["out.muster.test"]))];
    let into = [root.issue(&server(&["in.bank.test"]))];
    assert_eq!(word(book.identify(&out, NOW, Some(&domain("muster.test")))), "1");
    assert_eq!(word(book.identify(&into, NOW, Some(&domain("bank.test")))), "wrong certificate name for 2");
    let judged = |id, chain: &[CertificateDer<'_>], host: Option<&str>| {
        let host = host.map(domain);
        let peer = book.peer(IntegrationId(id)).unwrap();
        matches!(peer.judge(chain, NOW, host.as_ref()), Verdict::Identified(_))
    };
    assert!(judged(2, &into, None));
    assert!(!judged(1, &out, None));
    // The name of the host that we chose counts where the integration lets it.
    assert!(judged(1, &out, Some("out.muster.test")));
    assert!(!judged(1, &out, Some("muster.test")));
    assert!(book.peer(IntegrationId(3)).is_none());
}

#[test]
fn one_certificate_of_several_integrations_stands_for_the_one_whose_domain_is_said() {
    let root = Issues::root("Muster Root");
    let provider = [named("gw.provider.test")];
    let one = |id, name| integration(id, &[name], &provider, Direction::Both);
    let book = Book::of((1, 2, 0), vec![one(1, "muster.test"), one(2, "bank.test")], root.trusted());
    let chain = [root.issue(&server(&["gw.provider.test"]))];
    assert_eq!(word(book.identify(&chain, NOW, Some(&domain("muster.test")))), "1");
    assert_eq!(word(book.identify(&chain, NOW, Some(&domain("bank.test")))), "2");
    assert_eq!(word(book.identify(&chain, NOW, Some(&domain("other.test")))), "wrong domain of 1");
    assert_eq!(word(book.identify(&chain, NOW, None)), "ordinary");
}

#[test]
fn replies_differ_and_carry_no_control_characters() {
    let refusals = [
        Refusal::NoCertificate,
        Refusal::Unreadable,
        Refusal::SelfSigned,
        Refusal::Expired,
        Refusal::NotYetValid,
        Refusal::UnknownAuthority { issuer: "CN=\r\n250 Ok \u{202e}".to_owned() },
        Refusal::Unfit { reason: "x".repeat(5000) },
        Refusal::WrongName { presented: vec!["a\r\nb".to_owned(); 500] },
    ];
    let texts: Vec<String> = refusals.iter().map(|refusal| refusal.reply().text().to_owned()).collect();
    for (at, text) in texts.iter().enumerate() {
        assert!(text.chars().all(|c| c == ' ' || c.is_ascii_graphic()) && text.len() < 400, "{text}");
        assert!(!texts[..at].contains(text), "{text}");
    }
}
