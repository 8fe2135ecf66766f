//! The keys of domains and zones, kept in the database, which every node shares.

use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;

use db::{Db, DbError, Notices, Tx};
use directory::Scope;
use model::{Domain, DomainId, OrganisationId, Timestamp, ZoneId};
use moka::sync::Cache;
use parking_lot::Mutex;
use tracing::{info, warn};
use world::{LookupError, World};
use zeroize::Zeroizing;

use crate::administration::Administration;
use crate::dkim::{Algorithm, DkimKey, DkimRecord, DkimSigner, DkimState, FreshKeys, Signers, selector};
use crate::error::KeysError;
use crate::rotation::{Action, due};
use crate::zone::{ZoneKey, ZoneKeyState};
use crate::{limits, rows, zone};

type Result<T> = std::result::Result<T, KeysError>;

/// The channel of notices about keys; the payload is a domain, or empty for all.
pub const CHANNEL: &str = "keys";

/// DKIM keys, zone keys and shared secrets; cheap to clone.
#[derive(Clone)]
pub struct Keys {
    pub(crate) db: Db,
    pub(crate) world: World,
    ready: Arc<Ready>,
}

/// What is kept in memory.
struct Ready {
    /// By domain; `None`: nothing signs for it.
    signers: Cache<Domain, Option<Arc<Signers>>>,
    notices: Mutex<Notices>,
    secrets: Cache<String, Arc<Zeroizing<Vec<u8>>>>,
}

impl Keys {
    /// The keys kept in this database.
    pub fn new(db: Db, world: World) -> Keys {
        let ready = Ready {
            signers: Cache::builder()
                .max_capacity(limits::SIGNERS_LIMIT)
                .time_to_live(limits::SIGNERS_FOR)
                .build(),
            notices: Mutex::new(db.subscribe()),
            secrets: Cache::new(100),
        };
        Keys { db, world, ready: Arc::new(ready) }
    }

    /// The keys within `scope`, in the name of `who`, as the audit will say.
    pub fn administration(&self, scope: Scope, who: impl Into<trail::Actor>) -> Administration {
        Administration::new(self.clone(), scope, who.into())
    }

    /// Who signs for a domain now; `None` if we do not host it or no key of it may sign yet. Answers from
    /// memory within the same minute, or until a notice says that something changed.
    pub async fn dkim(&self, domain: &Domain) -> Result<Option<Arc<Signers>>> {
        self.forget_what_changed();
        if let Some(known) = self.ready.signers.get(domain) {
            return Ok(known);
        }
        let name = domain.clone();
        let found = self
            .db
            .operator("find who signs for a sender's domain")
            .read(move |tx| -> Result<_> {
                let Some((id, organisation)) = rows::signing_domain(tx, &name)? else { return Ok(None) };
                Ok(Some((organisation, rows::signing(tx, id)?)))
            })
            .await?;
        let signers = match found {
            None => None,
            Some((_, rows)) if rows.is_empty() => None,
            Some((organisation, rows)) => {
                let keys = rows
                    .iter()
                    .map(|(selector, algorithm, pkcs8)| DkimSigner::new(selector, *algorithm, pkcs8))
                    .collect::<Result<_>>()?;
                Some(Arc::new(Signers { organisation, domain: domain.clone(), keys }))
            }
        };
        self.ready.signers.insert(domain.clone(), signers.clone());
        Ok(signers)
    }

    /// The TXT records that belong into the domain's zone now. Keys are made if it has none yet.
    pub async fn dkim_records(&self, domain: &Domain) -> Result<Vec<DkimRecord>> {
        let name = domain.clone();
        let found = self
            .db
            .operator("read which DKIM records a domain publishes")
            .read(move |tx| records(tx, &name))
            .await?;
        if !found.is_empty() {
            return Ok(found);
        }
        let (fresh, name, keys) = (self.generate(&Algorithm::ALL).await?, domain.clone(), self.clone());
        self.db
            .operator("make a domain's first DKIM keys")
            .write(move |tx| {
                let (id, organisation) =
                    rows::domain(tx, &name)?.ok_or(KeysError::NotFound { what: "domain" })?;
                // Another node may have been faster.
                if rows::dkim_keys(tx, id)?.is_empty() {
                    keys.insert(tx, &name, id, organisation, &fresh)?;
                }
                records(tx, &name)
            })
            .await
    }

    /// Makes key pairs on a thread of their own.
    pub async fn generate(&self, algorithms: &'static [Algorithm]) -> Result<FreshKeys> {
        tokio::task::spawn_blocking(move || FreshKeys::generate(algorithms))
            .await
            .map_err(|_| KeysError::Key("the generator was stopped"))?
    }

    /// Gives a domain keys that were made before, in the caller's transaction (that creates the domain, say),
    /// and returns the records to publish.
    pub fn insert(
        &self,
        tx: &mut Tx,
        name: &Domain,
        domain: DomainId,
        organisation: OrganisationId,
        fresh: &FreshKeys,
    ) -> std::result::Result<Vec<DkimRecord>, DbError> {
        let now = self.world.clock.now();
        let mut taken = rows::dkim_keys(tx, domain)?;
        for key in &fresh.0 {
            let selector = selector(key.algorithm, now, &taken);
            rows::insert_dkim_key(tx, self.world.new_id(), organisation, domain, &selector, key, now)?;
            taken = rows::dkim_keys(tx, domain)?;
        }
        tx.notify_of(Some(organisation), CHANNEL, name.to_string());
        Ok(taken.iter().map(|key| key.record(name)).collect())
    }

    /// The records of a domain, in the caller's transaction.
    pub fn records_in(&self, tx: &mut Tx, domain: &Domain) -> Result<Vec<DkimRecord>> {
        records(tx, domain)
    }

    /// A zone of ours holds all records of [`Keys::dkim_records`] from the end of this transaction on: nobody
    /// needs to look for them, and the first keys sign at the next [`Keys::tend`].
    pub fn note_in_our_zone(&self, tx: &mut Tx, domain: &Domain) -> std::result::Result<(), DbError> {
        let now = self.world.clock.now();
        if let Some((id, organisation)) = rows::domain(tx, domain)?
            && rows::note_in_our_zone(tx, id, now)? > 0
        {
            let keys = rows::dkim_keys(tx, id)?;
            // A domain's first keys need not wait for the next round.
            for action in due(now, &keys) {
                match action {
                    Action::Activate(key) => _ = rows::activate(tx, key, now)?,
                    Action::Retire(key) => _ = rows::retire(tx, key, now)?,
                    Action::Make(_) | Action::Remove(_) => {}
                }
            }
            tx.notify_of(Some(organisation), CHANNEL, domain.to_string());
        }
        Ok(())
    }

    /// No zone of ours holds the records of this domain any more.
    pub fn note_elsewhere(&self, tx: &mut Tx, domain: &Domain) -> std::result::Result<(), DbError> {
        if let Some((id, _)) = rows::domain(tx, domain)? {
            rows::note_elsewhere(tx, id)?;
        }
        Ok(())
    }

    /// Does what is due: makes first keys and successors, looks whether records elsewhere are seen, lets keys
    /// take over, forgets what nobody needs. Called every few minutes on any node. Returns the domains whose
    /// records changed or are not known to be published: those of hosted zones are to be written again.
    pub async fn tend(&self) -> Result<BTreeSet<Domain>> {
        let operator = self.db.operator("rotate the DKIM keys of every domain");
        operator.write(|tx| rows::remove_orphans(tx).map(drop)).await?;
        self.tend_zone_keys().await?;
        let (mut changed, mut after) = (BTreeSet::new(), String::new());
        loop {
            let begin = after.clone();
            let page =
                operator.read(move |tx| rows::domains_after(tx, &begin, limits::DOMAINS_PER_PAGE)).await?;
            let Some((last, _, _)) = page.last() else { return Ok(changed) };
            after.clone_from(last);
            for (name, id, organisation) in page {
                let Ok(name) = Domain::parse(&name) else { continue };
                match self.tend_domain(&name, id, organisation).await {
                    Ok(false) => {}
                    Ok(true) => _ = changed.insert(name),
                    Err(error) => {
                        warn!(domain = %name, error = %model::Chain(&error), "cannot tend a domain's keys");
                    }
                }
            }
        }
    }

    /// Whether the records changed or are not known to be published.
    async fn tend_domain(&self, name: &Domain, id: DomainId, organisation: OrganisationId) -> Result<bool> {
        let operator = self.db.operator("rotate the DKIM keys of every domain");
        let keys = operator.read(move |tx| rows::dkim_keys(tx, id)).await?;
        for key in keys.iter().filter(|key| key.state() == DkimState::Published && !key.is_in_our_zone) {
            self.look(name, key).await?;
        }
        let keys = operator.read(move |tx| rows::dkim_keys(tx, id)).await?;
        let is_waiting = keys.iter().any(|key| key.state() == DkimState::Published && key.seen_at.is_none());
        let now = self.world.clock.now();
        let actions = due(now, &keys);
        if actions.is_empty() {
            return Ok(is_waiting);
        }
        let to_make = actions.iter().filter_map(|action| match action {
            Action::Make(algorithm) if keys.len() < limits::DKIM_KEYS_PER_DOMAIN => Some(*algorithm),
            _ => None,
        });
        let mut fresh = Vec::new();
        for algorithm in to_make {
            fresh.extend(self.generate(one(algorithm)).await?.0);
        }
        let (name, this, fresh) = (name.clone(), self.clone(), FreshKeys(fresh));
        operator
            .write(move |tx| {
                // Another node may have been faster: what it did is not done twice.
                if rows::dkim_keys(tx, id)? != keys {
                    return Ok(true);
                }
                for action in &actions {
                    match action {
                        Action::Make(_) => {}
                        Action::Activate(key) => _ = rows::activate(tx, *key, now)?,
                        Action::Retire(key) => _ = rows::retire(tx, *key, now)?,
                        Action::Remove(key) => _ = rows::remove(tx, *key)?,
                    }
                }
                this.insert(tx, &name, id, organisation, &fresh)?;
                info!(domain = %name, ?actions, "DKIM keys move on");
                Ok(true)
            })
            .await
    }

    /// Looks for a record that stands in somebody else's zone.
    async fn look(&self, name: &Domain, key: &DkimKey) -> Result<()> {
        let record = key.record(name);
        let is_seen = match self.world.names.texts(&record.name).await {
            Ok(texts) => texts.iter().any(|text| says_the_same(text, &record.value)),
            Err(LookupError::NoSuchName(_) | LookupError::NoRecords(_)) => false,
            // Nobody knows: as it was.
            Err(LookupError::Later { .. }) => return Ok(()),
        };
        let seen_at = match (is_seen, key.seen_at) {
            (true, None) => Some(self.world.clock.now()),
            (false, Some(_)) => None,
            _ => return Ok(()),
        };
        let id = key.id;
        self.db
            .operator("note whether a DKIM record stands in the DNS")
            .write(move |tx| rows::note_seen(tx, id, seen_at).map(drop))
            .await?;
        Ok(())
    }

    /// The keys of a zone, oldest first: all of them are published and sign. Empty: the zone is not signed.
    pub async fn zone_keys(&self, zone: ZoneId) -> Result<Vec<ZoneKey>> {
        Ok(self.db.operator("sign a hosted zone").read(move |tx| rows::zone_keys(tx, zone)).await?)
    }

    /// Gives a zone its first key, in the caller's transaction (which switches DNSSEC on); nothing happens if
    /// it has one.
    pub fn start_signing(&self, tx: &mut Tx, organisation: OrganisationId, zone: ZoneId) -> Result<()> {
        if !rows::zone_keys(tx, zone)?.is_empty() {
            return Ok(());
        }
        let now = self.world.clock.now();
        rows::insert_zone_key(tx, &self.fresh_zone_key(organisation, zone, now, Some(now))?)?;
        Ok(())
    }

    /// Takes a zone's keys away, in the caller's transaction (which switches DNSSEC off or deletes the zone).
    /// The parent's DS has to be gone before.
    pub fn stop_signing(&self, tx: &mut Tx, zone: ZoneId) -> std::result::Result<(), DbError> {
        rows::remove_zone_keys(tx, zone).map(drop)
    }

    /// Begins a rollover, in the caller's transaction: a new key signs beside the active one. Once the parent
    /// shows its DS, [`Keys::complete_zone_rollover`] follows.
    pub fn begin_zone_rollover(&self, tx: &mut Tx, zone: ZoneId) -> Result<()> {
        let keys = rows::zone_keys(tx, zone)?;
        let active = keys
            .iter()
            .find(|key| key.state == ZoneKeyState::Active)
            .ok_or(KeysError::NotFound { what: "key of the zone" })?;
        if keys.len() >= limits::ZONE_KEYS_LIMIT || keys.iter().any(|key| key.state == ZoneKeyState::New) {
            return Err(KeysError::Invalid {
                field: "zone",
                reason: "a rollover is under way".to_owned(),
                rule: "a zone has one successor at a time (RFC 6781 §4.1.2)",
            });
        }
        let now = self.world.clock.now();
        rows::insert_zone_key(tx, &self.fresh_zone_key(active.organisation, zone, now, None)?)?;
        Ok(())
    }

    /// The parent shows the new key's DS: the former key begins to retire. Refused before the new key has
    /// stood in the zone for [`limits::ZONE_KEY_SETTLING`].
    pub fn complete_zone_rollover(&self, tx: &mut Tx, zone: ZoneId) -> Result<()> {
        let keys = rows::zone_keys(tx, zone)?;
        let new = keys
            .iter()
            .find(|key| key.state == ZoneKeyState::New)
            .ok_or(KeysError::NotFound { what: "new key of the zone" })?;
        let now = self.world.clock.now();
        if now.since(new.created_at) < limits::ZONE_KEY_SETTLING {
            return Err(KeysError::Invalid {
                field: "zone",
                reason: format!("the new key stands in the zone since {}", new.created_at.rfc3339()),
                rule: "a new key signs for a day before the parent relies on it (RFC 7583 §3.3.1)",
            });
        }
        rows::change_zone_key(tx, zone, new.id, Some(now), None)?;
        for old in keys.iter().filter(|key| key.state == ZoneKeyState::Active) {
            rows::change_zone_key(tx, zone, old.id, old.active_at, Some(now))?;
        }
        Ok(())
    }

    async fn tend_zone_keys(&self) -> Result<()> {
        let before = self.world.clock.now().minus(limits::ZONE_KEY_OVERLAP);
        self.db
            .operator("forget zone keys that retired long ago")
            .write(move |tx| -> Result<()> {
                for (zone, id) in rows::zones_retiring_before(tx, before)? {
                    rows::remove_zone_key(tx, zone, id)?;
                    // As when its records change: what serves the zone signs it anew.
                    tx.notify("zones", zone.to_string());
                }
                Ok(())
            })
            .await
    }

    fn fresh_zone_key(
        &self,
        organisation: OrganisationId,
        zone: ZoneId,
        created_at: Timestamp,
        active_at: Option<Timestamp>,
    ) -> Result<ZoneKey> {
        Ok(ZoneKey {
            id: self.world.new_id(),
            zone,
            organisation,
            pkcs8: zone::generate()?,
            state: if active_at.is_some() { ZoneKeyState::Active } else { ZoneKeyState::New },
            created_at,
            active_at,
            retired_at: None,
        })
    }

    /// Thirty-two secret octets of that name, the same on every node, made when they are first asked for.
    pub async fn shared_secret(&self, name: &'static str) -> Result<Arc<Zeroizing<Vec<u8>>>> {
        if let Some(known) = self.ready.secrets.get(name) {
            return Ok(known);
        }
        let mut fresh = Zeroizing::new([0; 32]);
        self.world.random.fill(&mut fresh[..]);
        let secret = self
            .db
            .operator("read or make a secret of the installation")
            .write(move |tx| rows::shared_secret(tx, name, &fresh[..]))
            .await?;
        let secret = Arc::new(Zeroizing::new(secret));
        self.ready.secrets.insert(name.to_owned(), secret.clone());
        Ok(secret)
    }

    /// The names of hosts for which our own authority vouches at this moment: `mta-sts.`, `autoconfig.` and
    /// `autodiscover.` of every hosted domain and of its synonyms. Called when a notice comes on [`CHANNEL`]; what it
    /// gives goes into [`crate::ServerTls::vouch_for`].
    pub async fn hosts_to_vouch_for(&self) -> Result<HashSet<String>> {
        let operator = self.db.operator("read for which hosts certificates may be minted");
        let (mut hosts, mut after) = (HashSet::new(), String::new());
        loop {
            let begin = after.clone();
            let page =
                operator.read(move |tx| rows::names_after(tx, &begin, limits::DOMAINS_PER_PAGE)).await?;
            let Some(last) = page.last() else { return Ok(hosts) };
            after.clone_from(last);
            for name in &page {
                hosts.extend(limits::MINTED_HOSTS.map(|host| format!("{host}.{name}")));
            }
        }
    }

    /// Waits until something changes that has a notice on [`CHANNEL`]: a domain, a synonym, a key.
    pub async fn changed(notices: &mut Notices) {
        use tokio::sync::broadcast::error::RecvError;
        loop {
            match notices.recv().await {
                Ok(notice) if notice.channel != CHANNEL => {}
                Ok(_) | Err(RecvError::Lagged(_)) => return,
                // The database closes with the program.
                Err(RecvError::Closed) => std::future::pending().await,
            }
        }
    }

    /// Notices from now on, for [`Keys::changed`].
    pub fn subscribe(&self) -> Notices {
        self.db.subscribe()
    }

    /// Forgets signers of which a notice has come since the last look.
    fn forget_what_changed(&self) {
        use tokio::sync::broadcast::error::TryRecvError;
        let mut notices = self.ready.notices.lock();
        loop {
            match notices.try_recv() {
                Ok(notice) if notice.channel != CHANNEL => {}
                Ok(notice) => match Domain::parse(&notice.payload) {
                    Ok(domain) => self.ready.signers.invalidate(&domain),
                    Err(_) => self.ready.signers.invalidate_all(),
                },
                Err(TryRecvError::Lagged(_)) => self.ready.signers.invalidate_all(),
                Err(TryRecvError::Empty | TryRecvError::Closed) => return,
            }
        }
    }
}

fn records(tx: &mut Tx, domain: &Domain) -> Result<Vec<DkimRecord>> {
    let (id, _) = rows::domain(tx, domain)?.ok_or(KeysError::NotFound { what: "domain" })?;
    Ok(rows::dkim_keys(tx, id)?.iter().map(|key| key.record(domain)).collect())
}

fn one(algorithm: Algorithm) -> &'static [Algorithm] {
    match algorithm {
        Algorithm::Rsa => &[Algorithm::Rsa],
        Algorithm::Ed25519 => &[Algorithm::Ed25519],
    }
}

/// Whether a published text holds our key: people write tags in another order and with other spaces.
fn says_the_same(text: &[u8], ours: &str) -> bool {
    let tag = |text: &str, wanted: &str| {
        text.split(';').find_map(|tag| {
            let (name, value) = tag.split_once('=')?;
            (name.trim() == wanted).then(|| value.split_whitespace().collect::<String>())
        })
    };
    let text = String::from_utf8_lossy(text);
    tag(&text, "p").is_some_and(|key| !key.is_empty() && Some(key) == tag(ours, "p"))
        && tag(&text, "v").is_none_or(|version| version == "DKIM1")
        && tag(&text, "k").unwrap_or_else(|| "rsa".to_owned()) == tag(ours, "k").unwrap_or_default()
}
