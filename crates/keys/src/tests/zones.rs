//! Keys of zones and their rollover.

use model::ZoneId;

use super::{Town, towns};
use crate::{KeysError, ZoneKeyState, limits};

const ZONE: ZoneId = ZoneId(77);

async fn within(
    town: &Town,
    act: impl FnMut(&mut db::Tx) -> Result<(), KeysError> + Send + 'static,
) -> Result<(), KeysError> {
    town.db.operator("test").write(act).await
}

async fn states(town: &Town) -> String {
    let keys = town.keys.zone_keys(ZONE).await.unwrap();
    keys.iter().map(|key| key.state.as_str()).collect::<Vec<_>>().join(" ")
}

#[tokio::test]
async fn a_rollover_keeps_both_keys_until_the_parent_is_forgotten() {
    for town in towns().await {
        let (keys, owner) = (town.keys.clone(), town.valbois);
        assert_eq!(states(&town).await, "");
        let start = keys.clone();
        within(&town, move |tx| start.start_signing(tx, owner, ZONE)).await.unwrap();
        assert_eq!(states(&town).await, "active");
        let first = keys.zone_keys(ZONE).await.unwrap()[0].clone();
        let again = keys.clone();
        within(&town, move |tx| again.start_signing(tx, owner, ZONE)).await.unwrap();
        assert_eq!(keys.zone_keys(ZONE).await.unwrap().len(), 1);

        let begin = keys.clone();
        let begin_twice = keys.clone();
        within(&town, move |tx| begin.begin_zone_rollover(tx, ZONE)).await.unwrap();
        assert_eq!(states(&town).await, "active new");
        within(&town, move |tx| begin_twice.begin_zone_rollover(tx, ZONE)).await.unwrap_err();
        let early = keys.clone();
        let refused = within(&town, move |tx| early.complete_zone_rollover(tx, ZONE)).await.unwrap_err();
        assert!(refused.to_string().contains("RFC 7583"), "{refused}");
        town.world.clock.advance(limits::ZONE_KEY_SETTLING);
        let complete = keys.clone();
        within(&town, move |tx| complete.complete_zone_rollover(tx, ZONE)).await.unwrap();
        assert_eq!(states(&town).await, "retiring active");
        keys.tend().await.unwrap();
        assert_eq!(states(&town).await, "retiring active");
        town.world.clock.advance(limits::ZONE_KEY_OVERLAP + std::time::Duration::from_secs(1));
        keys.tend().await.unwrap();
        assert_eq!(states(&town).await, "active");
        let last = keys.zone_keys(ZONE).await.unwrap()[0].clone();
        assert_ne!(last.id, first.id);
        assert_eq!(last.state, ZoneKeyState::Active);
        let stop = keys.clone();
        within(&town, move |tx| Ok(stop.stop_signing(tx, ZONE)?)).await.unwrap();
        assert_eq!(states(&town).await, "");
    }
}

#[tokio::test]
async fn another_tenant_can_neither_read_nor_take_a_zones_keys() {
    for town in towns().await {
        let (keys, owner) = (town.keys.clone(), town.valbois);
        let start = keys.clone();
        within(&town, move |tx| start.start_signing(tx, owner, ZONE)).await.unwrap();
        let (begin, stop) = (keys.clone(), keys.clone());
        let stranger = town.db.tenant(town.acme);
        let refused = stranger.write(move |tx| begin.begin_zone_rollover(tx, ZONE)).await.unwrap_err();
        assert!(matches!(refused, KeysError::NotFound { .. }));
        stranger.write(move |tx| stop.stop_signing(tx, ZONE)).await.unwrap();
        assert_eq!(states(&town).await, "active");
    }
}
