//! The history: what each change did, differences, restoring any version.

use model::OrganisationId;
use proptest::prelude::*;

use super::{Town, domain, installation, record, towns};
use crate::{Edit, Host, NewRecord, RecordData, ZoneError};

#[tokio::test]
async fn the_history_tells_who_did_what_and_any_version_comes_back() {
    for town in towns().await {
        let first = town.add(&["a A 192.0.2.1"]).await.unwrap();
        let edit = Edit {
            called: "the shop moves".to_owned(),
            remove: vec![town.id_of("a A 192.0.2.1").await],
            add: vec![record("shop A 192.0.2.2")],
            ..Edit::default()
        };
        let second = town.tenant.edit(town.zone.id, edit).await.unwrap();
        let history = town.tenant.history(town.zone.id, None).await.unwrap();
        let told: Vec<_> = history
            .iter()
            .map(|change| (change.serial, change.who.as_str(), change.called.as_str()))
            .collect();
        assert_eq!(
            told,
            [
                (second.serial, "anna", "the shop moves"),
                (first.serial, "anna", "+ a A 192.0.2.1"),
                (town.zone.serial, "anna", "zone created"),
            ]
        );
        let diff = town.tenant.diff(town.zone.id, first.serial, second.serial).await.unwrap();
        assert_eq!((diff.added, diff.removed), (second.added, second.removed));
        let restored = town.tenant.restore(town.zone.id, first.serial).await.unwrap();
        assert_eq!(restored.serial, second.serial + 1);
        let (told, before, after) = town.newest("change zone").await;
        assert_eq!(told, "anna change zone: valbois.test");
        let (came, went) = (after.get("a A"), before.get("shop A"));
        assert_eq!((came, went), (Some("192.0.2.1 (3600 s)"), Some("192.0.2.2 (3600 s)")));
        let (was, is) = (second.serial.to_string(), restored.serial.to_string());
        assert_eq!((before.get("serial"), after.get("serial")), (Some(was.as_str()), Some(is.as_str())));
        assert_eq!(town.lines(town.zone.id).await[2], "a A 192.0.2.1");
        // Restoring what stands is no change.
        let nothing = town.tenant.restore(town.zone.id, restored.serial).await.unwrap();
        assert!(nothing.is_empty() && nothing.serial == restored.serial);
        let error = town.tenant.restore(town.zone.id, 7).await.unwrap_err();
        assert!(matches!(error, ZoneError::NotFound { .. }), "{error}");
    }
}

#[tokio::test]
async fn a_tenant_restores_its_own_records_and_not_the_installations() {
    for town in towns().await {
        let old = town.add(&["www A 192.0.2.80"]).await.unwrap().serial;
        let mut moved = installation();
        moved.name_servers =
            vec![Host { name: domain("ns3.relais.test"), addresses: vec!["192.0.2.54".parse().unwrap()] }];
        town.operator.change_installation(moved).await.unwrap();
        let remove = vec![town.id_of("www A 192.0.2.80").await];
        town.tenant.edit(town.zone.id, Edit { remove, ..Edit::default() }).await.unwrap();
        assert_eq!(town.lines(town.zone.id).await, ["@ NS ns3.relais.test."]);
        town.tenant.restore(town.zone.id, old).await.unwrap();
        assert_eq!(town.lines(town.zone.id).await, ["@ NS ns3.relais.test.", "www A 192.0.2.80"]);
        // An operator has everything back.
        town.operator.restore(town.zone.id, old).await.unwrap();
        let all = ["@ NS ns1.relais.test.", "@ NS ns2.relais.test.", "www A 192.0.2.80"];
        assert_eq!(town.lines(town.zone.id).await, all);
    }
}

#[tokio::test]
async fn only_so_many_changes_are_kept() {
    let town = towns().await.swap_remove(0);
    let keep = usize::try_from(crate::limits::HISTORY_LIMIT).unwrap();
    town.add(&["h A 192.0.2.1"]).await.unwrap();
    let id = town.id_of("h A 192.0.2.1").await;
    for number in 1..keep {
        let new = record(&format!("h A 10.0.{}.{}", number / 256, number % 256));
        let edit = Edit { change: vec![(id, new)], ..Edit::default() };
        town.tenant.edit(town.zone.id, edit).await.unwrap();
    }
    let history = town.tenant.history(town.zone.id, None).await.unwrap();
    assert_eq!(history.len(), keep);
    // The oldest that is kept can be restored, the one before is forgotten.
    let oldest = history.last().unwrap().serial;
    assert_eq!(town.tenant.version(town.zone.id, oldest).await.unwrap().len(), 3);
    assert!(town.tenant.version(town.zone.id, oldest - 1).await.is_err());
}

/// What a random hand does.
#[derive(Clone, Debug)]
enum Act {
    Add(u8, u8),
    Remove(usize),
    Change(usize, u8),
    Restore(usize),
}

fn acts() -> impl Strategy<Value = Vec<Act>> {
    let act = prop_oneof![
        4 => (0..6_u8, any::<u8>()).prop_map(|(owner, data)| Act::Add(owner, data)),
        2 => any::<usize>().prop_map(Act::Remove),
        2 => (any::<usize>(), any::<u8>()).prop_map(|(place, data)| Act::Change(place, data)),
        1 => any::<usize>().prop_map(Act::Restore),
    ];
    prop::collection::vec(act, 1..25)
}

fn address(owner: &str, data: u8) -> NewRecord {
    NewRecord::new(owner, "A", format!("192.0.2.{data}"))
}

async fn contents(town: &Town) -> Vec<RecordData> {
    let mut records: Vec<RecordData> =
        town.tenant.records(town.zone.id).await.unwrap().into_iter().map(|info| info.record).collect();
    records.sort();
    records
}

async fn every_version_comes_back(town: &Town, name: &str, organisation: OrganisationId, acts: &[Act]) {
    let zone = town.operator.create_zone(organisation, name).await.unwrap();
    let town = Town {
        db: town.db.clone(),
        world: town.world.clone(),
        zones: town.zones.clone(),
        directory: town.directory.clone(),
        operator: town.operator.clone(),
        tenant: town.operator.clone(),
        valbois: town.valbois,
        acme: town.acme,
        zone,
    };
    let mut versions = vec![(town.zone.serial, contents(&town).await)];
    for act in acts {
        let records = town.tenant.records(town.zone.id).await.unwrap();
        let own: Vec<_> = records.iter().filter(|info| info.kind == crate::RecordKind::A).collect();
        let mut edit = Edit::default();
        let result = match act {
            Act::Add(owner, data) => {
                edit.add.push(address(&format!("o{owner}"), *data));
                town.tenant.edit(town.zone.id, edit).await
            }
            Act::Remove(place) if !own.is_empty() => {
                edit.remove.push(own[place % own.len()].id);
                town.tenant.edit(town.zone.id, edit).await
            }
            Act::Change(place, data) if !own.is_empty() => {
                let standing = own[place % own.len()];
                edit.change.push((standing.id, address(&standing.owner, *data)));
                town.tenant.edit(town.zone.id, edit).await
            }
            Act::Restore(place) => {
                let (serial, wanted) = &versions[place % versions.len()];
                let result = town.tenant.restore(town.zone.id, *serial).await;
                assert_eq!(contents(&town).await, *wanted);
                result
            }
            _ => continue,
        };
        // A duplicate is refused, which changes nothing.
        if let Ok(diff) = result
            && !diff.is_empty()
        {
            versions.push((diff.serial, contents(&town).await));
        }
    }
    for (serial, wanted) in &versions {
        let mut version = town.tenant.version(town.zone.id, *serial).await.unwrap();
        version.sort();
        assert_eq!(version, *wanted, "serial {serial}");
    }
}

#[test]
fn whatever_was_done_every_version_can_be_had_again() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let towns = runtime.block_on(towns());
    let number = std::sync::atomic::AtomicUsize::new(0);
    proptest!(ProptestConfig::with_cases(24), |(acts in acts())| {
        let name = format!("z{}.test", number.fetch_add(1, std::sync::atomic::Ordering::Relaxed));
        for town in &towns {
            runtime.block_on(every_version_comes_back(town, &name, town.valbois, &acts));
        }
    });
}
