//! The letter to recipients on its way into the queue.

use gateways::{InboundTarget, NewIntegration};
use model::{Domain, IntegrationId, OrganisationId};
use onboarding::{Informed, Language, LetterState, RecipientPage};
use world::World;

use super::*;

const SCOPE: Scope = Scope::Operator("a test administers");

async fn installation(db: db::Db, data: &std::path::Path) -> Installation {
    let blobs = blobs::Blobs::open("memory:", blobs::Options::default()).unwrap();
    let text = format!(
        "[node]\nhostname = 'mail.valbois.test'\ndata = '{}'\n[listen]\nhttps = ['127.0.0.1:8443']",
        data.display()
    );
    let config = toml::from_str(&text).unwrap();
    Installation::assemble(config, World::testing(), db, blobs, keys::Vault::testing()).unwrap()
}

/// An integration of an organisation whose mail domain is `valbois.test`, with a mailbox for Claire; the page for
/// recipients is published.
async fn connected(here: &Installation) -> (OrganisationId, IntegrationId) {
    let administration = here.directory.administration(SCOPE, "test");
    let organisation = administration.create_organisation("Commune de Valbois").await.unwrap().id;
    let domain = Domain::parse("valbois.test").unwrap();
    administration.create_domain(organisation, None, &domain).await.unwrap();
    let address = Address::parse("claire@valbois.test").unwrap();
    let new = directory::NewAddress { address, alias_to: Vec::new(), quota_bytes: None };
    administration.create_address(new).await.unwrap();
    let new = NewIntegration {
        organisation,
        name: "Muster".to_owned(),
        contact: String::new(),
        is_hosted_gateway: false,
        inbound: InboundTarget::Exchangers,
        accepts_host_name: false,
        takes_ordinary: false,
    };
    let own = Scope::Tenant(organisation);
    let integration = here.flow.gateways().administration(own, "anna").create(new).await.unwrap().id;
    let page =
        RecipientPage { public_name: "valbois".to_owned(), is_published: true, ..RecipientPage::default() };
    here.onboarding.administration(own, "anna").set_page(integration, page).await.unwrap();
    (organisation, integration)
}

#[tokio::test]
async fn each_recipient_gets_the_letter_once_and_one_who_is_refused_stops_nobody() {
    for db in db::testing::migrated(&crate::installation::MIGRATIONS) {
        let data = tempfile::tempdir().unwrap();
        let here = installation(db, data.path()).await;
        let (organisation, integration) = connected(&here).await;
        let anna = here.onboarding.administration(Scope::Tenant(organisation), "anna");
        let list = "ghost@valbois.test, Claire <claire@valbois.test>, zed@far.test";
        anna.inform(integration, list, Language::German).await.unwrap();
        post_to_recipients(&here).await.unwrap();
        let informed = anna.informed(integration, db::Seek::first(10)).await.unwrap().items;
        let state = |address: &str| {
            let found = informed.iter().find(|one| one.address.to_string() == address).unwrap();
            let Informed { state, .. } = found;
            state.clone()
        };
        assert!(matches!(state("claire@valbois.test"), LetterState::Posted(_)), "{informed:?}");
        assert!(matches!(state("zed@far.test"), LetterState::Posted(_)), "{informed:?}");
        let LetterState::Refused(reply) = state("ghost@valbois.test") else { panic!("{informed:?}") };
        assert!(reply.starts_with("550"), "{reply}");
        // The same list brings nobody anything more.
        let asked = anna.inform(integration, "claire@valbois.test\nzed@far.test", Language::French).await;
        assert_eq!(asked.unwrap().asked, 0);
        post_to_recipients(&here).await.unwrap();
        for address in ["claire@valbois.test", "zed@far.test"] {
            let search =
                trail::Search { to: Some(Address::parse(address).unwrap()), ..trail::Search::default() };
            assert_eq!(here.trail.ways(search).await.unwrap().len(), 1, "{address}");
        }
    }
}
