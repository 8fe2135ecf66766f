//! Keeps what is answered from equal to the database.

use std::collections::BTreeSet;
use std::sync::Arc;

use keys::{KeysError, ZoneKeyState};
use model::{Chain, ZoneId};
use thiserror::Error;
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;
use tracing::{debug, info, warn};
use wire_dns::tsig::TsigKey;
use wire_dns::{Image, NotAnImage, Signing, SigningKey, ZoneKey};
use zones::{HostedZone, ZONES, ZoneError};

use crate::Shared;
use crate::board::{Board, Secondary, Served};
use crate::limits::{FULL_LOOK, NOTIFIES, RENEW_LOOK, RETRY};
use crate::notifier::tell;

/// Why zones cannot be brought up to date.
#[derive(Debug, Error)]
pub enum LoadError {
    /// The zones cannot be read.
    #[error("the hosted zones cannot be read")]
    Zones(#[from] ZoneError),
    /// The keys cannot be read.
    #[error("the keys of a hosted zone cannot be read")]
    Keys(#[from] KeysError),
    /// What stands in the database is no zone.
    #[error("a hosted zone cannot be served")]
    Image(#[from] NotAnImage),
    /// A private key of ours is none.
    #[error("a key of a hosted zone is damaged")]
    Key(#[from] wire_dns::BadKey),
    /// A bug of ours.
    #[error("building a zone ended by a bug of ours")]
    Bug,
}

/// What a look at one zone gave.
enum Look {
    Gone,
    Served(Arc<Served>),
}

/// Hears of changes until `shutdown` becomes true: a changed zone is served within a second.
pub async fn keep(shared: Arc<Shared>, mut shutdown: watch::Receiver<bool>) {
    let mut notices = shared.zones.subscribe();
    let clock = shared.world.clock.clone();
    let mut keeper = Keeper { shared, told: JoinSet::new(), places: Arc::new(Semaphore::new(NOTIFIES)) };
    let mut due = Due { all: true, zones: BTreeSet::new() };
    let mut next_full = clock.now();
    let mut next_renewal = clock.now();
    loop {
        if clock.now() >= next_full {
            due.all = true;
            next_full = clock.now().plus(FULL_LOOK);
        }
        if clock.now() >= next_renewal {
            next_renewal = clock.now().plus(RENEW_LOOK);
            keeper.renew().await;
        }
        let mut wake_at = next_full.min(next_renewal);
        if let Err(error) = keeper.look(&mut due).await {
            warn!(error = %Chain(&error), "changes of hosted zones cannot be served now; trying again");
            wake_at = wake_at.min(clock.now().plus(RETRY));
        }
        tokio::select! {
            notice = notices.recv() => {
                due.note(notice);
                // Changes that came together are served together.
                loop {
                    match notices.try_recv() {
                        Ok(notice) => due.note(Ok(notice)),
                        Err(tokio::sync::broadcast::error::TryRecvError::Lagged(_)) => due.all = true,
                        Err(_) => break,
                    }
                }
            }
            () = clock.sleep_until(wake_at) => {}
            Some(_) = keeper.told.join_next(), if !keeper.told.is_empty() => {}
            _ = shutdown.wait_for(|stop| *stop) => return,
        }
    }
}

/// What has to be looked at.
struct Due {
    all: bool,
    zones: BTreeSet<ZoneId>,
}

impl Due {
    fn note(&mut self, notice: Result<db::Notice, tokio::sync::broadcast::error::RecvError>) {
        match notice {
            Ok(notice) if notice.channel != ZONES => {}
            Ok(notice) => match notice.payload.parse() {
                Ok(id) => _ = self.zones.insert(ZoneId(id)),
                Err(_) => self.all = true,
            },
            Err(_) => self.all = true,
        }
    }
}

struct Keeper {
    shared: Arc<Shared>,
    told: JoinSet<()>,
    places: Arc<Semaphore>,
}

impl Keeper {
    /// Looks at what is due; what could not be looked at stays due.
    async fn look(&mut self, due: &mut Due) -> Result<(), LoadError> {
        if due.all {
            due.zones.extend(self.shared.changed().await?);
            due.all = false;
        }
        if due.zones.is_empty() {
            return Ok(());
        }
        let before = self.shared.board.load_full();
        let zones: Vec<ZoneId> = due.zones.iter().copied().collect();
        self.shared.load_zones(&zones).await?;
        due.zones.clear();
        let after = self.shared.board.load_full();
        for id in zones {
            let Some(served) = after.zones.get(&id) else { continue };
            let former = before.zones.get(&id);
            if former.is_none_or(|former| former.image.serial() != served.image.serial()) {
                self.tell(served);
            }
            // Other keys without another serial number: secondaries would not ask.
            if former.is_some_and(|former| {
                former.key_ids != served.key_ids && former.image.serial() == served.image.serial()
            }) {
                self.shared.zones.renew(id, served.image.serial()).await?;
            }
        }
        Ok(())
    }

    /// Gives zones whose signatures grow old a new serial number; the notice of that brings them here again.
    async fn renew(&mut self) {
        let now = self.shared.world.clock.now();
        let board = self.shared.board.load_full();
        for (id, served) in &board.zones {
            if served.image.renew_at().is_some_and(|at| at <= now) {
                let zone = served.image.origin();
                match self.shared.zones.renew(*id, served.image.serial()).await {
                    Ok(()) => info!(%zone, "the signatures of a zone grow old and are made anew"),
                    Err(error) => warn!(%zone, error = %Chain(&error), "signatures cannot be made anew now"),
                }
            }
        }
    }

    fn tell(&mut self, served: &Arc<Served>) {
        for secondary in &served.secondaries {
            let (image, secondary) = (Arc::clone(&served.image), secondary.clone());
            let (world, places) = (self.shared.world.clone(), Arc::clone(&self.places));
            self.told.spawn(async move {
                let Ok(_place) = places.acquire_owned().await else { return };
                tell(image, secondary, world).await;
            });
        }
    }
}

impl Shared {
    /// Loads every zone: before the first question.
    pub async fn load(&self) -> Result<(), LoadError> {
        let changed = self.changed().await?;
        self.load_zones(&changed).await
    }

    /// The zones that differ from what is served.
    async fn changed(&self) -> Result<Vec<ZoneId>, LoadError> {
        let board = self.board.load_full();
        let mut changed = Vec::new();
        let mut present = BTreeSet::new();
        for zone in self.zones.versions().await? {
            present.insert(zone.id);
            let is_same = match board.zones.get(&zone.id) {
                None => false,
                Some(served) if served.version != zone.version => false,
                Some(served) if served.key_ids.is_empty() => true,
                Some(served) => self.key_ids(zone.id).await? == served.key_ids,
            };
            if !is_same {
                changed.push(zone.id);
            }
        }
        changed.extend(board.zones.keys().filter(|id| !present.contains(id)));
        Ok(changed)
    }

    async fn key_ids(&self, id: ZoneId) -> Result<Vec<i64>, LoadError> {
        Ok(self.keys.zone_keys(id).await?.iter().map(|key| key.id).collect())
    }

    /// Puts zones as they stand in the database into the place of those that are served.
    async fn load_zones(&self, ids: &[ZoneId]) -> Result<(), LoadError> {
        let mut board = Board::clone(&self.board.load());
        for id in ids {
            match self.look(*id, board.zones.get(id).cloned()).await {
                Ok(Look::Gone) => board.change(*id, None),
                Ok(Look::Served(served)) => {
                    let image = &served.image;
                    debug!(zone = %image.origin(), serial = image.serial(), names = image.name_count(), "a zone is served");
                    board.change(*id, Some(served));
                }
                Err(LoadError::Zones(error)) if error.is_temporary() => return Err(error.into()),
                Err(LoadError::Keys(error)) => return Err(error.into()),
                // One zone that cannot be served must not keep the others from it.
                Err(error) => {
                    warn!(zone = %id, error = %Chain(&error), "a zone stays as it was served before")
                }
            }
        }
        self.board.store(Arc::new(board));
        Ok(())
    }

    async fn look(&self, id: ZoneId, former: Option<Arc<Served>>) -> Result<Look, LoadError> {
        let Some(zone) = self.zones.load(id).await? else { return Ok(Look::Gone) };
        let keys = if zone.is_signed { self.keys.zone_keys(id).await? } else { Vec::new() };
        if zone.is_signed && keys.is_empty() {
            warn!(zone = %zone.data.origin, "is to be signed and has no key: it is served without signatures");
        }
        let now = self.world.clock.now();
        let build = move || build(&zone, &keys, former, now);
        let served = tokio::task::spawn_blocking(build).await.map_err(|_| LoadError::Bug)??;
        Ok(Look::Served(Arc::new(served)))
    }
}

fn build(
    zone: &HostedZone,
    keys: &[keys::ZoneKey],
    former: Option<Arc<Served>>,
    now: model::Timestamp,
) -> Result<Served, LoadError> {
    let mut signing_keys = Vec::new();
    for key in keys {
        signing_keys.push(ZoneKey {
            key: Arc::new(SigningKey::from_pkcs8(&key.pkcs8)?),
            signs: true,
            // The parent names the successor beside the active key, and forgets the one that goes (RFC 7583 §3.3.3).
            in_parent: key.state != ZoneKeyState::Retiring,
        });
    }
    let previous = former.map(|former| Arc::clone(&former.image));
    let signing = Signing { keys: signing_keys, remove_ds: false, now, previous };
    let image = Image::build(&zone.data, (!keys.is_empty()).then_some(&signing))?;
    let secondaries = zone
        .secondaries
        .iter()
        .filter_map(|secondary| {
            let name = wire_dns::parse_name(&secondary.key_name.to_string(), &wire_dns::Name::root()).ok()?;
            Some(Secondary { address: secondary.address, key: TsigKey::new(&name, &secondary.secret) })
        })
        .collect();
    Ok(Served {
        image: Arc::new(image),
        version: zone.version,
        key_ids: keys.iter().map(|key| key.id).collect(),
        secondaries,
    })
}
