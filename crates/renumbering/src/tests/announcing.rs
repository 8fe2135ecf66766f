//! Who is written to, with which sections, how often; what customers answer and see.

use directory::{AllowedSender, NewApplication};
use gateways::{InboundTarget, NewIntegration};
use model::OrganisationId;
use zones::{Edit, NewRecord};

use super::*;
use crate::{Answer, Letter, Mode, NoticeKind, Pin};

impl Town {
    async fn integrate(&self, organisation: OrganisationId, inbound: &str) {
        let gateways = self.parts.gateways.administration(Scope::Operator("test"), "otto");
        let new = NewIntegration {
            organisation,
            name: "Gateway".to_owned(),
            contact: String::new(),
            is_hosted_gateway: false,
            inbound: inbound.parse::<InboundTarget>().unwrap(),
            accepts_host_name: false,
            takes_ordinary: false,
        };
        gateways.create(new).await.unwrap();
    }

    /// Business software of an organisation, which signs in by SOAP.
    async fn soap(&self, organisation: OrganisationId) {
        let people = self.people();
        let mail = domain("acme.test");
        people.create_domain(organisation, None, &mail).await.unwrap();
        let sender: AllowedSender = "payroll@acme.test".parse().unwrap();
        let new = NewApplication {
            organisation,
            name: "payroll".to_owned(),
            senders: vec![sender],
            hourly_limit: None,
            size_limit_bytes: None,
            reads: Vec::new(),
        };
        let made = people.create_application(new).await.unwrap();
        let attempt = directory::Attempt {
            login: made.info.login.clone(),
            authorise_as: String::new(),
            password: made.password.clone(),
            protocol: directory::AuthProtocol::Soap,
            source: "203.0.113.5".parse().unwrap(),
        };
        self.parts.directory.authenticate_application(attempt).await.unwrap();
    }

    async fn posted(&self) -> Vec<Letter> {
        let letters = self.renumberings.waiting_letters().await.unwrap();
        for letter in &letters {
            self.renumberings.letter_posted(letter).await.unwrap();
        }
        letters
    }

    fn customer(&self, organisation: OrganisationId) -> Administration {
        self.renumberings.administration(Scope::Tenant(organisation), "anna")
    }
}

#[tokio::test]
async fn each_customer_gets_one_letter_with_the_sections_of_its_own_modes() {
    for town in towns().await {
        town.integrate(town.valbois, "mx").await;
        town.soap(town.acme).await;
        let one = town.declared().await;
        let preview = town.operator.preview(one.id).await.unwrap();
        let shown: Vec<(&str, &[Mode])> = preview
            .iter()
            .map(|(customer, letter)| (customer.name.as_str(), letter.modes.as_slice()))
            .collect();
        assert_eq!(shown, [("Acme", &[Mode::Soap][..]), ("Commune de Valbois", &[Mode::Gateway][..])]);
        // A preview writes nothing.
        assert!(town.posted().await.is_empty());
        assert_eq!(town.operator.announce(one.id).await.unwrap(), 2);
        assert!(town.operator.announce(one.id).await.unwrap_err().is_refusal());
        let letters = town.posted().await;
        assert!(letters.iter().all(|letter| letter.kind == NoticeKind::Announcement));
        assert_eq!(letters.len(), 2);
        assert!(town.posted().await.is_empty(), "each letter goes once");
        assert!(letters.iter().all(|letter| letter.findings.is_empty()), "nobody pins an address");
        let customers = town.operator.customers(one.id).await.unwrap();
        assert!(customers.iter().all(|customer| customer.notices.len() == 1));
    }
}

#[tokio::test]
async fn who_has_not_answered_is_reminded_once_before_the_date() {
    for town in towns().await {
        town.integrate(town.valbois, "mx").await;
        town.soap(town.acme).await;
        let one = town.declared().await;
        town.operator.announce(one.id).await.unwrap();
        town.posted().await;
        town.customer(town.acme).answer(one.id, town.acme, Answer::NamesOnly).await.unwrap();
        let foreign = town.customer(town.acme).answer(one.id, town.valbois, Answer::Adapted).await;
        assert!(matches!(
            foreign,
            Err(zones::ZoneError::Directory(directory::DirectoryError::NotFound { .. }))
        ));
        assert!(town.customer(town.acme).list().await.is_err());
        assert!(town.customer(town.acme).cancel(one.id).await.is_err());
        town.until(one.reminds_at).await;
        let letters = town.posted().await;
        assert_eq!(letters.len(), 1);
        assert_eq!((letters[0].kind, letters[0].organisation), (NoticeKind::Reminder, town.valbois));
        town.until(one.reminds_at.plus(DAY)).await;
        assert!(town.posted().await.is_empty());
    }
}

#[tokio::test]
async fn whoever_was_written_to_hears_of_a_cancellation() {
    for town in towns().await {
        town.integrate(town.valbois, "mx").await;
        let one = town.declared().await;
        town.operator.announce(one.id).await.unwrap();
        assert_eq!(town.customer(town.valbois).announced_to(town.valbois).await.unwrap().len(), 1);
        assert!(town.customer(town.acme).announced_to(town.acme).await.unwrap().is_empty());
        assert!(town.customer(town.acme).announced_to(town.valbois).await.is_err());
        town.operator.cancel(one.id).await.unwrap();
        let kinds: Vec<NoticeKind> = town.posted().await.iter().map(|letter| letter.kind).collect();
        assert_eq!(kinds, [NoticeKind::Announcement, NoticeKind::Cancellation]);
        let seen = town.customer(town.valbois).announced_to(town.valbois).await.unwrap();
        assert_eq!(seen[0].letter.kind, NoticeKind::Cancellation);
        town.world.clock.advance(31 * DAY);
        assert!(town.customer(town.valbois).announced_to(town.valbois).await.unwrap().is_empty());
    }
}

#[tokio::test]
async fn a_customer_who_pins_an_address_is_told_which() {
    for town in towns().await {
        let zone = town.zones.zone_called("valbois.test").await.unwrap();
        let add = vec![NewRecord::new("im", "A", "192.0.2.87")];
        town.zones.edit(zone.id, Edit { add, ..Edit::default() }).await.unwrap();
        let one = town.declared().await;
        town.operator.announce(one.id).await.unwrap();
        let letters = town.posted().await;
        assert_eq!(letters.len(), 1);
        let findings = &letters[0].findings;
        assert_eq!((findings[0].pin, findings[0].thing.as_str()), (Pin::Address, "im.valbois.test A"));
        assert_eq!(findings[0].new, ["198.51.100.14".parse::<std::net::IpAddr>().unwrap()]);
    }
}
