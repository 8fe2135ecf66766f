//! An administrator limited to one domain: its zone, and no other zone of the organisation.

use db::Seek;
use directory::Scope;

use super::{Town, domain, ours, record, towns_in};
use crate::{Administration, Edit, ImportOptions, Standing, ZoneChange, ZoneError};

#[track_caller]
fn not_found<T>(result: Result<T, ZoneError>) {
    let Err(error) = result else { panic!("it lies beyond the limit") };
    // Also what the directory or the keys did not find.
    assert!(error.is_refusal() && error.to_string().ends_with("not found"), "{error}");
}

/// Limited to `name`, a mail domain of the organisation.
async fn limited(town: &Town, name: &str) -> Administration {
    let people = town.directory.administration(Scope::Tenant(town.valbois), "test");
    let own = people.domain_called(&domain(name)).await.unwrap().id;
    town.zones.administration(Scope::within(town.valbois, Some(own)), "bruno")
}

async fn school(town: &Town) -> crate::ZoneInfo {
    let zone = town.tenant.create_zone(town.valbois, "ecole.test").await.unwrap();
    for name in ["valbois.test", "ecole.test"] {
        town.tenant.create_domain(town.valbois, None, &domain(name), Standing::Stays).await.unwrap();
    }
    zone
}

#[tokio::test]
async fn the_zone_of_another_domain_of_the_organisation_is_not_found() {
    for town in towns_in(ours(&["valbois.test", "ecole.test"])).await {
        let other = school(&town).await.id;
        let bruno = limited(&town, "valbois.test").await;
        let add = || Edit { add: vec![record("www A 192.0.2.80")], ..Edit::default() };
        not_found(bruno.zone(other).await);
        not_found(bruno.zone_called("ecole.test").await);
        not_found(bruno.records(other).await);
        not_found(bruno.page_of_records(other, Seek::first(10)).await);
        not_found(bruno.edit(other, add()).await);
        not_found(bruno.history(other, None).await);
        not_found(bruno.version(other, 1).await);
        not_found(bruno.restore(other, 1).await);
        not_found(bruno.export(other).await);
        not_found(bruno.import(other, String::new(), ImportOptions::default()).await);
        not_found(
            bruno.change_zone(other, ZoneChange { is_signed: Some(true), ..ZoneChange::default() }).await,
        );
        not_found(bruno.begin_rollover(other).await);
        not_found(bruno.ds(other).await);
        not_found(bruno.secondaries(other).await);
        not_found(bruno.set_secondaries(other, Vec::new()).await);
        not_found(bruno.synonyms(other).await);
        not_found(bruno.records_to_copy(&domain("ecole.test")).await);
        not_found(bruno.refresh(&domain("ecole.test"), Standing::Stays).await);
        not_found(bruno.last_diagnosis(&domain("ecole.test")).await);
        not_found(bruno.rotate_dkim(&domain("ecole.test")).await);
        not_found(bruno.revoke_dkim(&domain("ecole.test"), None).await);
        assert_eq!(bruno.enclosing("www.ecole.test").await.unwrap(), None);
        assert_eq!(bruno.zones(None).await.unwrap().len(), 1);
        let page = bruno.page_of_zones(None, Seek::first(10)).await.unwrap();
        assert_eq!(page.items[0].id, town.zone.id);
        bruno.edit(town.zone.id, add()).await.unwrap();
        bruno.refresh(&domain("valbois.test"), Standing::Stays).await.unwrap();
        assert!(!bruno.records_to_copy(&domain("valbois.test")).await.unwrap().is_empty());
        assert!(!bruno.rotate_dkim(&domain("valbois.test")).await.unwrap().is_empty());
    }
}

#[tokio::test]
async fn names_of_the_organisation_are_not_made_ended_or_joined_within_the_limit() {
    for town in towns_in(ours(&["valbois.test", "ecole.test"])).await {
        let other = school(&town).await.id;
        let bruno = limited(&town, "valbois.test").await;
        let own = town.zone.id;
        not_found(bruno.create_zone(town.valbois, "new.test").await);
        not_found(bruno.create_domain(town.valbois, None, &domain("new.test"), Standing::Stays).await);
        not_found(bruno.delete_zone(own, true).await);
        not_found(bruno.synonym_candidates(own).await);
        not_found(bruno.add_synonym(own, "ecole.test").await);
        not_found(bruno.dissociate_synonym(other).await);
        not_found(bruno.dissociate_synonym(own).await);
        let people = town.directory.administration(Scope::Tenant(town.valbois), "test");
        let mail = people.domain_called(&domain("valbois.test")).await.unwrap();
        not_found(bruno.delete_domain(mail.id, true).await);
        not_found(bruno.link_candidates(mail.service).await);
        not_found(bruno.page_of_operations(mail.service, Seek::first(10)).await);
        assert_eq!(
            bruno.links(mail.service).await.unwrap().len(),
            1,
            "of the service only the own domain shows"
        );
    }
}

#[tokio::test]
async fn a_zone_in_which_another_mail_domain_lies_is_the_organisations() {
    for town in towns_in(ours(&["valbois.test"])).await {
        for name in ["valbois.test", "ecole.valbois.test"] {
            town.tenant.create_domain(town.valbois, None, &domain(name), Standing::Stays).await.unwrap();
        }
        let bruno = limited(&town, "valbois.test").await;
        not_found(bruno.zone(town.zone.id).await);
        let school = limited(&town, "ecole.valbois.test").await;
        not_found(school.zone(town.zone.id).await);
        // What the mail service keeps of the own domain is kept all the same.
        school.refresh(&domain("ecole.valbois.test"), Standing::Stays).await.unwrap();
        not_found(school.refresh(&domain("valbois.test"), Standing::Stays).await);
    }
}

#[tokio::test]
async fn a_synonym_of_the_own_domain_is_within_the_limit() {
    for town in towns_in(ours(&["valbois.test", "valbois.example"])).await {
        town.tenant
            .create_domain(town.valbois, None, &domain("valbois.test"), Standing::Stays)
            .await
            .unwrap();
        town.tenant.create_zone(town.valbois, "valbois.example").await.unwrap();
        let synonym = town.tenant.add_synonym(town.zone.id, "valbois.example").await.unwrap();
        let bruno = limited(&town, "valbois.test").await;
        assert_eq!(bruno.zone(synonym.id).await.unwrap().id, synonym.id);
        assert_eq!(bruno.synonyms(town.zone.id).await.unwrap().len(), 1);
    }
}
