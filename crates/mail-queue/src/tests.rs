//! The queue on both engines, and its rules without any.

use std::time::Duration;

use db::{Db, DbError};
use model::{
    AccountId, AccountRef, Address, BlobRef, BodyKind, DeliveryId, Domain, IntegrationId, MessageId, Notify,
    OrganisationId, OriginalRecipient, Reply, ReturnContent, ReversePath, Route, Timestamp,
};
use world::{Random, World};

use crate::*;

fn address(text: &str) -> Address {
    Address::parse(text).unwrap()
}

fn message(world: &World, deliveries: u32) -> Message {
    Message {
        id: MessageId(world.new_id()),
        organisation: Some(OrganisationId(7)),
        from: ReversePath::Address(address("anna@valbois.test")),
        blob: BlobRef { segment: 1, offset: 2, size_bytes: 3, hash: [4; 32] },
        prefix: b"Received: x\r\n".to_vec(),
        received_at: world.clock.now(),
        return_content: Some(ReturnContent::Headers),
        envelope_id: Some("id".to_owned()),
        body: BodyKind::EightBit,
        tls: model::TlsWish::Required,
        needs_smtputf8: true,
        is_doubtful: true,
        body_key: Some(b"a wrapped key".to_vec()),
        pending: deliveries,
    }
}

fn deliveries(world: &World) -> Vec<NewDelivery> {
    let new = |recipient: &str, route| NewDelivery {
        id: DeliveryId(world.new_id()),
        organisation: Some(OrganisationId(7)),
        recipient: address(recipient),
        original: Some(OriginalRecipient {
            address_type: "rfc822".to_owned(),
            address: "o@x.test".to_owned(),
        }),
        notify: Some(Notify { success: true, failure: false, delay: true }),
        route,
        is_doubtful: Some(false),
        slot: Some([9; 16]),
    };
    let account = AccountRef { organisation: OrganisationId(7), account: AccountId(8) };
    vec![
        new("bruno+x@valbois.test", Route::Account { account, address: address("bruno@valbois.test") }),
        new("zed@else.test", Route::Remote { address: address("zed@else.test") }),
        new("alias@valbois.test", Route::Remote { address: address("yan@else.test") }),
        new(
            "dmarc-reports@valbois.test",
            Route::Reports {
                organisation: OrganisationId(7),
                domain: Domain::parse("valbois.test").unwrap(),
            },
        ),
        new("gone@valbois.test", Route::Nowhere { reply: Reply::never(550, 1, 1, "gone") }),
    ]
}

fn queues() -> Vec<(Db, World, Queue)> {
    db::testing::engines()
        .into_iter()
        .map(|db| {
            db.migrate(&[trail::MIGRATIONS, MIGRATIONS]).unwrap();
            let world = World::testing();
            let queue = Queue::new(db.clone(), world.clone(), "one");
            (db, world, queue)
        })
        .collect()
}

async fn put(db: &Db, queue: &Queue, message: &Message, deliveries: &[NewDelivery], lease: Option<Lease>) {
    let (message, deliveries, node) = (message.clone(), deliveries.to_vec(), queue.node().to_owned());
    db.operator("test").write(move |tx| commit(tx, &message, &deliveries, &node, lease)).await.unwrap();
}

async fn ended(db: &Db, delivery: &Delivery) -> bool {
    let delivery = delivery.clone();
    db.operator("test").write(move |tx| finish(tx, &delivery)).await.unwrap()
}

#[tokio::test]
async fn what_goes_to_a_gateway_keeps_its_integration_and_its_address() {
    for (db, world, queue) in queues() {
        let mut new = deliveries(&world);
        new.truncate(2);
        let gateway = |to| Route::Gateway { address: address(to), integration: IntegrationId(9) };
        new[0].route = gateway("zed@else.test");
        new[1].route = gateway("zed@else.test");
        new[1].recipient = address("zed@else.test");
        put(&db, &queue, &message(&world, 2), &new, None).await;
        // A node that brings nothing to other servers leaves it to one that does.
        queue.carry_remote(false);
        assert!(queue.claim(10).await.unwrap().is_empty());
        assert_eq!(queue.next_due().await.unwrap(), None);
        queue.carry_remote(true);
        let claimed = queue.claim(10).await.unwrap();
        let routes: Vec<_> = claimed.iter().map(|delivery| delivery.route.clone()).collect();
        assert_eq!(routes, [gateway("zed@else.test"), gateway("zed@else.test")]);
        assert_eq!(claimed[0].destination().map(Domain::as_str), Some("else.test"));
    }
}

#[tokio::test]
async fn what_is_claimed_is_what_was_committed() {
    for (db, world, queue) in queues() {
        let (message, new) = (message(&world, 5), deliveries(&world));
        put(&db, &queue, &message, &new, None).await;
        let claimed = queue.claim(10).await.unwrap();
        assert_eq!(claimed.len(), 5);
        for (claimed, new) in claimed.iter().zip(&new) {
            assert_eq!(*claimed.message, message);
            let again = NewDelivery {
                id: claimed.id,
                organisation: claimed.organisation,
                recipient: claimed.recipient.clone(),
                original: claimed.original.clone(),
                notify: claimed.notify,
                route: claimed.route.clone(),
                is_doubtful: claimed.is_doubtful,
                slot: claimed.slot,
            };
            assert_eq!(again, *new);
            assert_eq!((claimed.attempts, claimed.is_delay_reported), (1, false));
        }
        assert!(queue.claim(10).await.unwrap().is_empty());
    }
}

#[tokio::test]
async fn the_message_goes_with_its_last_delivery() {
    for (db, world, queue) in queues() {
        put(&db, &queue, &message(&world, 4), &deliveries(&world), None).await;
        let live = async || {
            let read = |tx: &mut Tx| {
                let mut count = 0;
                live_blobs(tx, |_| count += 1)?;
                Ok::<_, DbError>(count)
            };
            db.operator("test").read(read).await.unwrap()
        };
        for delivery in queue.claim(10).await.unwrap() {
            assert_eq!(live().await, 1);
            assert!(ended(&db, &delivery).await);
            assert!(!ended(&db, &delivery).await);
        }
        assert_eq!(live().await, 0);
    }
}

#[tokio::test]
async fn a_claim_that_ran_out_changes_nothing_any_more() {
    for (db, world, queue) in queues() {
        let other = Queue::new(db.clone(), world.clone(), "two");
        let lease = queue.lease();
        let (message, new) = (message(&world, 1), deliveries(&world)[..1].to_vec());
        put(&db, &queue, &message, &new, Some(lease)).await;
        let mine = Delivery::fresh(new[0].clone(), Arc::new(message), lease);
        assert!(other.claim(10).await.unwrap().is_empty());
        // Renewed in time it stays ours.
        world.clock.advance(limits::LEASE - Duration::from_secs(1));
        let (_, lost) = queue.renew(vec![(mine.id, lease.token)]).await.unwrap();
        assert!(lost.is_empty());
        world.clock.advance(Duration::from_secs(2));
        assert!(other.claim(10).await.unwrap().is_empty());
        world.clock.advance(limits::LEASE);
        let theirs = other.claim(10).await.unwrap();
        assert_eq!((theirs.len(), theirs[0].attempts), (1, 2));
        let (_, lost) = queue.renew(vec![(mine.id, lease.token)]).await.unwrap();
        assert_eq!(lost, [mine.id]);
        queue.put_back(vec![mine.claim_for_test()], world.clock.now()).await.unwrap();
        let stale = mine.clone();
        let deferred = db
            .operator("test")
            .write(move |tx| {
                let reply = Reply::later(450, 2, 0, "x");
                let deferral = Deferral { next_at: Timestamp(0), reply: &reply, is_delay_reported: false };
                defer(tx, &stale, &deferral)
            })
            .await
            .unwrap();
        assert!(!deferred);
        assert!(!ended(&db, &mine).await);
        assert!(ended(&db, &theirs[0]).await);
    }
}

impl Delivery {
    fn claim_for_test(&self) -> (DeliveryId, i64) {
        (self.id, self.lease.token)
    }
}

#[tokio::test]
async fn nodes_that_claim_at_once_share_the_work() {
    for (db, world, queue) in queues() {
        for _ in 0..25 {
            put(&db, &queue, &message(&world, 4), &deliveries(&world), None).await;
        }
        let nodes: Vec<_> = (0..4).map(|n| Queue::new(db.clone(), world.clone(), &format!("n{n}"))).collect();
        let mut ids = Vec::new();
        loop {
            let (a, b, c, d) =
                tokio::join!(nodes[0].claim(7), nodes[1].claim(7), nodes[2].claim(7), nodes[3].claim(7));
            let round: Vec<_> = [a, b, c, d].into_iter().flat_map(|claimed| claimed.unwrap()).collect();
            if round.is_empty() {
                break;
            }
            ids.extend(round.iter().map(|delivery| delivery.id));
        }
        assert_eq!(ids.len(), 125);
        ids.sort();
        ids.dedup();
        assert_eq!(ids.len(), 125);
    }
}

#[tokio::test]
async fn a_restarted_node_takes_up_what_it_left() {
    for (db, world, queue) in queues() {
        put(&db, &queue, &message(&world, 4), &deliveries(&world), Some(queue.lease())).await;
        let other = Queue::new(db.clone(), world.clone(), "two");
        assert_eq!(other.free_old_leases().await.unwrap(), 0);
        // Its own claims of this life are not old.
        assert_eq!(queue.free_old_leases().await.unwrap(), 0);
        assert!(queue.next_due().await.unwrap().unwrap() > world.clock.now());
        let reborn = Queue::new(db.clone(), world.clone(), "one");
        assert_eq!(reborn.free_old_leases().await.unwrap(), 5);
        assert_eq!(reborn.claim(10).await.unwrap().len(), 5);
        assert_eq!(reborn.free_all_leases().await.unwrap(), 5);
    }
}

#[tokio::test]
async fn what_was_written_though_nobody_heard_it_goes_on_at_once() {
    for (db, world, queue) in queues() {
        let lost = queue.lease();
        put(&db, &queue, &message(&world, 4), &deliveries(&world), Some(lost)).await;
        let other = Queue::new(db.clone(), world.clone(), "two");
        other.doubt(lost);
        assert_eq!(other.free_doubted().await.unwrap(), 0, "another node's");
        assert_eq!(queue.free_doubted().await.unwrap(), 0, "nothing is in doubt");
        assert!(queue.claim(10).await.unwrap().is_empty());
        queue.doubt(lost);
        assert_eq!(queue.free_doubted().await.unwrap(), 5);
        let claimed = queue.claim(10).await.unwrap();
        assert_eq!(claimed.len(), 5);
        // What is at work now is not touched, and after a while nobody looks any more.
        assert_eq!(queue.free_doubted().await.unwrap(), 0);
        world.clock.advance(limits::DOUBTED_FOR);
        queue.doubt(claimed[0].lease);
        world.clock.advance(limits::DOUBTED_FOR);
        assert_eq!(queue.free_doubted().await.unwrap(), 5, "the last look");
        queue.claim(10).await.unwrap();
        assert_eq!(queue.free_doubted().await.unwrap(), 0);
    }
}

#[tokio::test]
async fn what_was_in_hand_at_many_crashes_waits_for_the_others() {
    for (db, world, queue) in queues() {
        put(&db, &queue, &message(&world, 1), &deliveries(&world)[1..2], None).await;
        for crash in 0..5 {
            let node = Queue::new(db.clone(), world.clone(), "one");
            node.free_old_leases().await.unwrap();
            let wait = node.next_due().await.unwrap().unwrap().since(world.clock.now());
            assert_eq!(wait.is_zero(), crash <= limits::SUSPECT_ATTEMPTS, "{crash}: {wait:?}");
            world.clock.advance(wait);
            assert_eq!(node.claim(10).await.unwrap().len(), 1);
        }
    }
}

#[tokio::test]
async fn replies_are_kept_as_they_were_said() {
    for (db, world, queue) in queues() {
        put(&db, &queue, &message(&world, 1), &deliveries(&world)[1..2], None).await;
        for reply in [
            Reply::new(450, None, "two\nlines - here"),
            Reply::later(452, 2, 2, ""),
            Reply::later(451, 4, 1, "é"),
        ] {
            let claimed = queue.claim(1).await.unwrap().remove(0);
            let (words, now) = (reply.clone(), world.clock.now());
            db.operator("test")
                .write(move |tx| {
                    let deferral = Deferral { next_at: now, reply: &words, is_delay_reported: true };
                    defer(tx, &claimed, &deferral)
                })
                .await
                .unwrap();
            let entry = queue.list(None, Selection::All, 10).await.unwrap().remove(0);
            assert_eq!(entry.last_reply, Some(reply));
        }
    }
}

#[tokio::test]
async fn deliveries_are_found_by_a_part_of_their_sender_or_recipient() {
    for (db, world, queue) in queues() {
        put(&db, &queue, &message(&world, 5), &deliveries(&world), None).await;
        let all = queue.list(None, Selection::All, 10).await.unwrap().len();
        for (part, found) in [("ZED@", 1), ("anna@", all), ("else.test", 1), ("%", 0), ("_", 0), ("\0zed", 1)]
        {
            let selection = Selection::Named(part.to_owned());
            assert_eq!(queue.list(None, selection, 10).await.unwrap().len(), found, "{part}");
        }
        let selection = || Selection::Named("zed".to_owned());
        assert_eq!(queue.hold(None, selection(), "test").await.unwrap(), 1);
        let other = Some(OrganisationId(8));
        assert_eq!(queue.list(other, selection(), 10).await.unwrap(), [], "another's is not found");
    }
}

#[tokio::test]
async fn a_delivery_is_changed_by_its_identifier_within_its_organisation_only() {
    for (db, world, queue) in queues() {
        put(&db, &queue, &message(&world, 5), &deliveries(&world), None).await;
        let entry = queue.list(None, Selection::All, 10).await.unwrap().remove(0);
        let (delivery, message, now) = (entry.delivery, entry.message, world.clock.now());
        for (organisation, is_own) in [(8, false), (7, true)] {
            let tenant = db.tenant(OrganisationId(organisation));
            let changed = tenant.write(move |tx| {
                Ok::<_, DbError>([
                    rows::make_due(tx, delivery, now)?,
                    rows::set_held(tx, delivery, true, now)?,
                    // Another's could not be let go either: it is held by now only if it is one's own.
                    rows::set_held(tx, delivery, false, now)?,
                    rows::delete(tx, delivery, message)?,
                ])
            });
            assert_eq!(changed.await.unwrap(), [is_own; 4], "as {organisation}");
        }
        assert_eq!(queue.list(None, Selection::All, 10).await.unwrap().len(), 4);
    }
}

#[test]
fn pauses_double_up_to_four_hours() {
    let random = Random::seeded(1);
    for (failures, minutes) in [(1, 5), (2, 10), (3, 20), (6, 160), (7, 240), (100, 240), (u32::MAX, 240)] {
        let least = Duration::from_secs(minutes * 60);
        for _ in 0..20 {
            let pause = pause(failures, &random);
            assert!(pause >= least && pause <= least * 9 / 8, "{failures}: {pause:?}");
        }
    }
}

#[test]
fn destinations_are_pressed_only_so_hard() {
    let domain = Domain::parse("else.test").unwrap();
    let (now, minute) = (Timestamp(0), Duration::from_secs(60));
    let mut destinations = Destinations::new(2);
    assert_eq!(destinations.offer(&domain, 1, now), Offer::Go(1));
    assert_eq!(destinations.offer(&domain, 2, now), Offer::Go(2));
    assert_eq!(destinations.offer(&domain, 3, now), Offer::Waits);
    assert_eq!(destinations.offer(&domain, 4, now), Offer::Waits);
    assert_eq!(destinations.done(&domain, true, now, |_| minute), [Next::Go(3)]);
    // Two that fail together count once, and what waits goes home.
    assert_eq!(
        destinations.done(&domain, false, now, |n| n * minute),
        [Next::Closed(vec![4], now.plus(minute))]
    );
    assert_eq!(destinations.done(&domain, false, now, |n| n * minute), []);
    assert_eq!(destinations.offer(&domain, 5, now), Offer::Closed(5, now.plus(minute)));
    // Then one at a time tries, and a longer pause follows.
    let later = now.plus(minute);
    assert_eq!(destinations.offer(&domain, 6, later), Offer::Go(6));
    assert_eq!(destinations.offer(&domain, 7, later), Offer::Waits);
    let until = later.plus(2 * minute);
    assert_eq!(destinations.done(&domain, false, later, |n| n * minute), [Next::Closed(vec![7], until)]);
    destinations.open_all();
    assert_eq!(destinations.offer(&domain, 8, later), Offer::Go(8));
    assert_eq!(destinations.offer(&domain, 9, later), Offer::Waits);
    assert_eq!(destinations.offer(&domain, 10, later), Offer::Waits);
    assert_eq!(destinations.offer(&domain, 11, later), Offer::Waits);
    // Somebody is there again: as many as may go, go.
    assert_eq!(destinations.done(&domain, true, later, |_| minute), [Next::Go(9), Next::Go(10)]);
    for _ in 0..limits::DESTINATION_WAITING - 1 {
        assert_eq!(destinations.offer(&domain, 12, later), Offer::Waits);
    }
    assert_eq!(destinations.offer(&domain, 13, later), Offer::Crowded(13));
    assert_eq!(destinations.take_waiting().len(), limits::DESTINATION_WAITING);
}
