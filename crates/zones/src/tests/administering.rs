//! Zones and records: created, changed, deleted; by whom; told to whom.

use directory::{Directory, Scope};
use keys::Keys;
use model::{RecordId, ZoneId};
use world::StaticNames;

use super::{domain, line, record, refusal, towns};
use crate::{Edit, ManagedBy, Secondary, ZONES, ZoneChange, ZoneError, Zones};

#[tokio::test]
async fn a_new_zone_has_the_name_servers_of_the_installation() {
    for town in towns().await {
        assert_eq!(town.lines(town.zone.id).await, ["@ NS ns1.relais.test.", "@ NS ns2.relais.test."]);
        assert_eq!(town.zone.serial, 2_026_112_101);
        assert_eq!(town.zone.default_ttl, 3600);
        let hosted = town.zones.load(town.zone.id).await.unwrap().unwrap();
        assert_eq!(hosted.data.soa.primary.to_string(), "ns1.relais.test.");
        assert_eq!(hosted.data.soa.contact.to_string(), "host\\.master.relais.test.");
        assert_eq!(hosted.data.records.len(), 2);
        // They are not the tenant's to change.
        let remove = vec![town.id_of("@ NS ns1.relais.test.").await];
        let edit = Edit { remove, ..Edit::default() };
        assert_eq!(refusal(town.tenant.edit(town.zone.id, edit.clone()).await).0, "record");
        town.operator.edit(town.zone.id, edit).await.unwrap();
    }
}

#[tokio::test]
async fn a_change_has_one_serial_and_is_all_or_nothing() {
    for town in towns().await {
        let first = town.add(&["a A 192.0.2.1", "b A 192.0.2.2"]).await.unwrap();
        assert_eq!(first.serial, town.zone.serial + 1);
        assert_eq!(first.added.len(), 2);
        let (a, b) = (town.id_of("a A 192.0.2.1").await, town.id_of("b A 192.0.2.2").await);
        let edit = Edit {
            remove: vec![a],
            change: vec![(b, record("b A 192.0.2.22"))],
            add: vec![record("c A 192.0.2.3")],
            expected: Some(first.serial),
            ..Edit::default()
        };
        // A look before changes nothing.
        let look = town.tenant.edit(town.zone.id, Edit { is_dry: true, ..edit.clone() }).await.unwrap();
        assert_eq!(town.tenant.zone(town.zone.id).await.unwrap().serial, first.serial);
        let second = town.tenant.edit(town.zone.id, edit.clone()).await.unwrap();
        assert_eq!(look, second);
        assert_eq!(second.serial, first.serial + 1);
        assert_eq!((second.removed.len(), second.added.len()), (2, 2));
        assert_eq!(
            town.lines(town.zone.id).await[2..],
            ["b A 192.0.2.22".to_owned(), "c A 192.0.2.3".to_owned()]
        );
        // Somebody else was faster.
        match town.tenant.edit(town.zone.id, edit).await.unwrap_err() {
            ZoneError::Stale { expected, serial } => {
                assert_eq!((expected, serial), (first.serial, second.serial))
            }
            other => panic!("{other}"),
        }
    }
}

#[tokio::test]
async fn another_tenants_zone_is_not_found() {
    for town in towns().await {
        town.add(&["a A 192.0.2.1"]).await.unwrap();
        let record_id = town.id_of("a A 192.0.2.1").await;
        let stranger = town.tenant_of(town.acme);
        let own = stranger.create_zone(town.acme, "acme.test").await.unwrap();
        let zone = town.zone.id;
        let not_found = |result: Result<(), ZoneError>| {
            assert!(matches!(result, Err(ZoneError::NotFound { .. })), "{result:?}");
        };
        not_found(stranger.zone(zone).await.map(drop));
        not_found(stranger.zone_called("valbois.test").await.map(drop));
        not_found(stranger.records(zone).await.map(drop));
        not_found(stranger.history(zone, None).await.map(drop));
        not_found(stranger.version(zone, town.zone.serial).await.map(drop));
        not_found(stranger.diff(zone, town.zone.serial, town.zone.serial).await.map(drop));
        not_found(stranger.restore(zone, town.zone.serial).await.map(drop));
        not_found(stranger.export(zone).await.map(drop));
        not_found(stranger.import(zone, String::new(), Default::default()).await.map(drop));
        not_found(stranger.edit(zone, Edit::default()).await.map(drop));
        not_found(stranger.change_zone(zone, ZoneChange::default()).await.map(drop));
        not_found(stranger.secondaries(zone).await.map(drop));
        not_found(stranger.set_secondaries(zone, Vec::new()).await);
        not_found(stranger.synonyms(zone).await.map(drop));
        not_found(stranger.dissociate_synonym(zone).await.map(drop));
        not_found(stranger.add_synonym(zone, "acme.test").await.map(drop));
        not_found(stranger.ds(zone).await.map(drop));
        not_found(stranger.delete_zone(zone, true).await);
        not_found(stranger.create_zone(town.valbois, "new.test").await.map(drop));
        not_found(stranger.change_installation(super::installation()).await.map(drop));
        not_found(stranger.set_tlsa(Vec::new()).await.map(drop));
        not_found(stranger.refresh_installation().await.map(drop));
        assert!(stranger.enclosing("www.valbois.test").await.unwrap().is_none());
        assert_eq!(stranger.zones(None).await.unwrap().len(), 1);
        assert!(stranger.zones(Some(town.valbois)).await.unwrap().is_empty());
        // A record's identifier is good within its own zone only.
        let edit = Edit { remove: vec![record_id], ..Edit::default() };
        not_found(stranger.edit(own.id, edit).await.map(drop));
        let edit = Edit { change: vec![(record_id, record("a A 192.0.2.9"))], ..Edit::default() };
        not_found(stranger.edit(own.id, edit).await.map(drop));
        assert_eq!(town.lines(zone).await.len(), 3);
    }
}

#[tokio::test]
async fn names_around_anothers_zone_are_taken_and_public_suffixes_nobodys() {
    for town in towns().await {
        let stranger = town.tenant_of(town.acme);
        for name in ["valbois.test", "deep.valbois.test"] {
            let error = stranger.create_zone(town.acme, name).await.unwrap_err();
            assert!(matches!(error, ZoneError::Conflict { .. }), "{name}: {error}");
        }
        stranger.create_zone(town.acme, "a.b.acme.test").await.unwrap();
        let error = town.tenant.create_zone(town.valbois, "acme.test").await.unwrap_err();
        assert!(matches!(error, ZoneError::Conflict { .. }), "{error}");
        for name in ["test", "ch", "co.uk", "."] {
            let error = stranger.create_zone(town.acme, name).await.unwrap_err();
            assert!(matches!(error, ZoneError::Invalid { field: "zone", .. }), "{name}: {error}");
        }
        // An underscore is no pattern.
        stranger.create_zone(town.acme, "x-valbois.test").await.unwrap();
        // A mail domain of somebody else keeps its name free too.
        let people = town.directory.administration(Scope::Operator("test"), "test");
        people.create_domain(town.valbois, None, &domain("mail-only.test")).await.unwrap();
        let error = stranger.create_zone(town.acme, "mail-only.test").await.unwrap_err();
        assert!(matches!(error, ZoneError::Conflict { .. }), "{error}");
        // An operator may host anything once: the tests' own root.
        let root = town.operator.create_zone(town.valbois, ".").await.unwrap();
        assert!(root.name.is_root());
        let error = town.operator.create_zone(town.valbois, ".").await.unwrap_err();
        assert!(matches!(error, ZoneError::Conflict { .. }), "{error}");
        let add = vec![record("ch NS ns1.relais.test."), record("@ TXT hello")];
        town.operator.edit(root.id, Edit { add, ..Edit::default() }).await.unwrap();
        let hosted = town.zones.load(root.id).await.unwrap().unwrap();
        assert!(hosted.data.records.iter().any(|record| record.text().starts_with("ch. 3600 IN NS ")));
    }
}

#[tokio::test]
async fn every_change_is_noticed_and_versions_tell_which() {
    for town in towns().await {
        let mut notices = town.zones.subscribe();
        let before = town.zones.versions().await.unwrap();
        town.add(&["a A 192.0.2.1"]).await.unwrap();
        loop {
            let notice = notices.recv().await.unwrap();
            if notice.channel == ZONES {
                assert_eq!(notice.payload, town.zone.id.to_string());
                break;
            }
        }
        let changed: Vec<_> =
            town.zones.versions().await.unwrap().into_iter().filter(|now| !before.contains(now)).collect();
        assert_eq!(changed.len(), 1);
        assert_eq!(changed[0].id, town.zone.id);
        assert_eq!(town.zones.load(town.zone.id).await.unwrap().unwrap().version, changed[0].version);
        assert!(town.zones.load(ZoneId(1)).await.unwrap().is_none());
        assert_eq!(town.zones.all().await.unwrap().len(), 1);
    }
}

#[tokio::test]
async fn signing_and_secondaries_are_switched() {
    for town in towns().await {
        assert!(town.tenant.ds(town.zone.id).await.unwrap().is_empty());
        let signed = ZoneChange { is_signed: Some(true), ..ZoneChange::default() };
        let zone = town.tenant.change_zone(town.zone.id, signed).await.unwrap();
        assert!(zone.is_signed && zone.serial > town.zone.serial);
        let ds = town.tenant.ds(zone.id).await.unwrap();
        assert!(ds.len() == 1 && ds[0].starts_with("valbois.test. IN DS "), "{ds:?}");
        let unsigned = ZoneChange { is_signed: Some(false), ..ZoneChange::default() };
        assert!(!town.tenant.change_zone(town.zone.id, unsigned).await.unwrap().is_signed);
        assert!(town.tenant.ds(zone.id).await.unwrap().is_empty());

        let secondary = |key: &str, secret: u8| Secondary {
            address: "192.0.2.54:53".parse().unwrap(),
            key_name: crate::DnsName::parse(key).unwrap(),
            secret: vec![secret; 32],
        };
        town.tenant.set_secondaries(zone.id, vec![secondary("key.test", 1)]).await.unwrap();
        assert_eq!(town.tenant.secondaries(zone.id).await.unwrap(), [secondary("key.test", 1)]);
        let short = Secondary { secret: vec![0; 15], ..secondary("key.test", 1) };
        assert!(town.tenant.set_secondaries(zone.id, vec![short]).await.is_err());
        // One name, one secret, whoever owns the other zone.
        let stranger = town.tenant_of(town.acme);
        let own = stranger.create_zone(town.acme, "acme.test").await.unwrap();
        let error = stranger.set_secondaries(own.id, vec![secondary("key.test", 2)]).await.unwrap_err();
        assert!(matches!(error, ZoneError::Conflict { field: "key", .. }), "{error}");
        let hosted = town.zones.load(zone.id).await.unwrap().unwrap();
        assert_eq!(hosted.secondaries.len(), 1);
    }
}

#[tokio::test]
async fn a_tenants_secondary_is_a_public_name_server_and_stands_once() {
    for town in towns().await {
        let secondary = |address: &str| Secondary {
            address: address.parse().unwrap(),
            key_name: crate::DnsName::parse("key.test").unwrap(),
            secret: vec![1; 32],
        };
        let set = async |who: &crate::Administration, addresses: &[&str]| {
            let all = addresses.iter().map(|address| secondary(address)).collect();
            match who.set_secondaries(town.zone.id, all).await {
                Ok(()) => Ok(()),
                Err(ZoneError::Invalid { field: "address", reason, .. }) => Err(reason),
                Err(other) => panic!("{other}"),
            }
        };
        for address in [
            "127.0.0.1:53",
            "10.1.2.3:53",
            "172.31.0.1:53",
            "192.168.1.1:53",
            "100.64.0.1:53",
            "100.127.255.255:53",
            "169.254.169.254:53",
            "224.0.0.251:53",
            "255.255.255.255:53",
            "240.0.0.1:53",
            "0.0.0.0:53",
            "192.0.2.54:5353",
            "[::1]:53",
            "[::]:53",
            "[fd00::1]:53",
            "[fe80::1]:53",
            "[ff02::fb]:53",
            "[64:ff9b::10.1.2.3]:53",
            "[::ffff:10.1.2.3]:53",
            "[2002:a01:203::1]:53",
            "[2001:db8::53]:54",
        ] {
            let reason = set(&town.tenant, &["192.0.2.54:53", address]).await.unwrap_err();
            assert!(reason.ends_with("is no public address at port 53"), "{address}: {reason}");
            assert!(town.tenant.secondaries(town.zone.id).await.unwrap().is_empty(), "{address}");
            set(&town.operator, &[address]).await.unwrap();
            set(&town.operator, &[]).await.unwrap();
        }
        for twice in [["192.0.2.54:53", "192.0.2.54:53"], ["192.0.2.54:53", "[::ffff:192.0.2.54]:53"]] {
            for who in [&town.tenant, &town.operator] {
                assert!(set(who, &twice).await.unwrap_err().ends_with("stands there twice"));
            }
        }
        // What an operator put there stays when the tenant adds another one.
        set(&town.operator, &["127.0.0.1:5353"]).await.unwrap();
        let public =
            ["127.0.0.1:5353", "192.0.2.54:53", "100.63.0.1:53", "100.128.0.1:53", "[2001:db8::53]:53"];
        set(&town.tenant, &public).await.unwrap();
        assert_eq!(town.tenant.secondaries(town.zone.id).await.unwrap().len(), 5);
    }
}

#[tokio::test]
async fn what_people_change_is_theirs() {
    for town in towns().await {
        let name = domain("valbois.test");
        town.tenant.create_domain(town.valbois, None, &name, Default::default()).await.unwrap();
        let records = town.tenant.records(town.zone.id).await.unwrap();
        let dmarc = records.iter().find(|info| info.owner == "_dmarc").unwrap();
        assert!(matches!(dmarc.managed_by, ManagedBy::MailService(_)));
        // Only a note: it stays managed.
        let mut same = record(&line(dmarc));
        same.note = "from the mail service".to_owned();
        let edit = |new| Edit { change: vec![(dmarc.id, new)], ..Edit::default() };
        town.tenant.edit(town.zone.id, edit(same)).await.unwrap();
        let find = async |id: RecordId| {
            let records = town.tenant.records(town.zone.id).await.unwrap();
            records.into_iter().find(|info| info.id == id).unwrap()
        };
        assert!(matches!(find(dmarc.id).await.managed_by, ManagedBy::MailService(_)));
        town.tenant.edit(town.zone.id, edit(record("_dmarc TXT v=DMARC1; p=reject"))).await.unwrap();
        assert_eq!(find(dmarc.id).await.managed_by, ManagedBy::User);
        // And is told, not overwritten.
        let kept = town.tenant.refresh(&name, Default::default()).await.unwrap().kept;
        assert_eq!(kept.conflicts.len(), 1);
        assert_eq!(kept.conflicts[0].standing[0].data, "\"v=DMARC1; p=reject\"");
    }
}

#[tokio::test]
async fn ten_thousand_records_are_imported_and_changed() {
    for town in towns().await {
        let text: String = (0..10_000)
            .map(|n| format!("host{n} 3600 IN A 10.{}.{}.{}\n", n >> 16, n >> 8 & 255, n & 255))
            .collect();
        let import = town.tenant.import(town.zone.id, text, Default::default()).await.unwrap();
        assert_eq!((import.diff.added.len(), import.refused.len()), (10_000, 0));
        town.add(&["one-more A 192.0.2.1"]).await.unwrap();
        assert_eq!(town.tenant.zone(town.zone.id).await.unwrap().records, 10_003);
        assert_eq!(town.zones.load(town.zone.id).await.unwrap().unwrap().data.records.len(), 10_003);
    }
}

#[tokio::test]
async fn acts_are_audited() {
    for town in towns().await {
        town.add(&["a A 192.0.2.1"]).await.unwrap();
        town.tenant.delete_zone(town.zone.id, false).await.unwrap();
        assert!(town.tenant.zones(None).await.unwrap().is_empty());
        let trail = trail::Trail::new(town.db.clone());
        let all = trail.changes(Some(town.valbois), db::Seek::first(100)).await.unwrap().items;
        let told = |change: &trail::Entry| format!("{} {}: {}", change.actor, change.action, change.what);
        let acts: Vec<String> = all.iter().map(told).collect();
        assert!(acts.iter().any(|act| act == "anna create zone: valbois.test"), "{acts:?}");
        let is_added = |change: &trail::Entry| change.after.get("a A") == Some("192.0.2.1 (3600 s)");
        assert!(all.iter().any(is_added), "{all:?}");
        assert!(acts.iter().any(|act| act == "anna delete zone: valbois.test"), "{acts:?}");
    }
}

#[tokio::test]
async fn a_rollover_ends_when_the_parent_shows_the_new_key() {
    for town in towns().await {
        let zone = town.zone.id;
        town.tenant.begin_rollover(zone).await.unwrap_err();
        let change = ZoneChange { is_signed: Some(true), ..ZoneChange::default() };
        let signed = town.tenant.change_zone(zone, change).await.unwrap();
        let first = town.tenant.ds(zone).await.unwrap();
        let rolling = town.tenant.begin_rollover(zone).await.unwrap();
        assert_ne!(rolling.serial, signed.serial);
        let refused = town.tenant.begin_rollover(zone).await.unwrap_err();
        assert!(refused.is_refusal() && refused.to_string().contains("under way"), "{refused}");
        let both = town.tenant.ds(zone).await.unwrap();
        assert_eq!(both.len(), 2);
        let new = both.iter().find(|line| !first.contains(line)).unwrap();
        let parent_shows = |line: &str| {
            let data = line.split_once(" DS ").unwrap().1.to_owned();
            world::Names::fixed(StaticNames::default().with("valbois.test", "DS", &data))
        };
        // The parent still has the former one; then the new one, too early; then a day has passed.
        let complete = async |line: &str| {
            let (db, mut world) = (town.db.clone(), town.world.clone());
            world.names = parent_shows(line);
            let directory = Directory::new(db.clone(), world.clone());
            let zones = Zones::new(db.clone(), world.clone(), directory, Keys::new(db, world));
            zones.complete_rollovers().await.unwrap()
        };
        assert!(complete(&first[0]).await.is_empty());
        assert!(complete(new).await.is_empty());
        town.world.clock.advance(std::time::Duration::from_secs(86_400));
        assert!(complete(&first[0]).await.is_empty());
        assert_eq!(complete(new).await, [zone]);
        assert!(complete(new).await.is_empty());
        assert_eq!(town.tenant.ds(zone).await.unwrap(), std::slice::from_ref(new));
    }
}
