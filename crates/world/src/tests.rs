//! The fake world behaves as tests rely on it.

use std::time::Duration;

use model::{Domain, Timestamp};

use crate::*;

#[test]
fn identifiers_grow_and_never_repeat() {
    let world = World::testing();
    let mut last = 0;
    for round in 0..10_000 {
        if round % 100 == 0 {
            world.clock.advance(Duration::from_millis(1));
        }
        let id = world.new_id();
        assert!(id > last, "{id} after {last}");
        last = id;
    }
}

#[tokio::test]
async fn a_fake_clock_wakes_sleepers_only_when_it_is_moved() {
    let clock = Clock::fake(Timestamp(1000));
    let sleeper = tokio::spawn({
        let clock = clock.clone();
        async move { clock.sleep(Duration::from_secs(60)).await }
    });
    clock.advance(Duration::from_secs(59));
    tokio::task::yield_now().await;
    assert!(!sleeper.is_finished());
    clock.advance(Duration::from_secs(60));
    sleeper.await.unwrap();
}

#[tokio::test]
async fn names_that_are_not_there_do_not_exist() {
    let known = Domain::parse("mx.stranger.test").unwrap();
    let names = StaticNames::default().with("stranger.test", "MX", "10 mx.stranger.test.").with(
        "mx.stranger.test",
        "A",
        "127.0.0.1",
    );
    let world = World::testing_with_names(names);
    assert_eq!(world.names.mx(&known).await, Ok(Mx::Implicit));
    let unknown = Domain::parse("nowhere.test").unwrap();
    assert_eq!(world.names.mx(&unknown).await, Err(LookupError::NoSuchName(unknown.to_string())));
}

#[tokio::test]
async fn the_demo_never_asks_the_outside_for_reserved_names() {
    let unreachable = "127.0.0.1:9".parse().unwrap();
    let names = Names::resolver(&[unreachable]).unwrap().without_reserved_names();
    let name = Domain::parse("nowhere.test").unwrap();
    assert_eq!(names.mx(&name).await, Err(LookupError::NoSuchName(name.to_string())));
}
