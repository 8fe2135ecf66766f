//! The public log: statements come into it in batches, each with a signed checkpoint and one time-stamp.
//!
//! Nobody can leave a statement out later, change it or put another before it: whoever has seen a checkpoint notices.
//! There is one log for all nodes: whoever appends takes the turn in the database first and keeps it until the commit.
//! A checkpoint that no authority stamped stays; a later one that is stamped proves it too, as it goes on from there.

use db::Tx;
use evidence::log::{Checkpoint, Note, Tile, leaf};
use evidence::{Keys, Valid};
use model::Timestamp;
use wire_cms::Certificate;
use world::Clock;

use crate::error::SecureError;
use crate::platform::Platform;
use crate::rows::log::{self as rows, KeptCheckpoint};
use crate::{CHANNEL, Secure, limits};

/// What one run of the chore did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Notarised {
    /// Statements that came into the log.
    pub statements: u64,
    /// Leaves before the time-stamp that came; `None` if none was needed.
    pub stamped: Option<u64>,
}

impl Secure {
    /// Brings the statements that wait into the public log, and has its newest checkpoint stamped. For a chore, on
    /// every node.
    ///
    /// # Errors
    /// [`SecureError::NoTimeStamp`] when no authority answers: what was appended stays, and the next run asks again.
    pub async fn notarise(&self) -> Result<Notarised, SecureError> {
        let platform = self.platform().await?;
        let mut done = Notarised::default();
        for _ in 0..limits::BATCHES_LIMIT {
            let scope = self.db().operator("look whether statements wait for the public log");
            if !scope.read(rows::any_waiting).await? {
                break;
            }
            let (platform, clock) = (platform.clone(), self.world().clock.clone());
            let scope = self.db().operator("append statements to the public log");
            let appended = scope.write(move |tx: &mut Tx| append(tx, &platform, &clock)).await?;
            done.statements += appended;
            if appended < limits::BATCH_LIMIT.unsigned_abs() {
                break;
            }
        }
        done.stamped = self.stamp(&platform).await?;
        Ok(done)
    }

    /// Has the newest checkpoint stamped, if it is not.
    async fn stamp(&self, platform: &Platform) -> Result<Option<u64>, SecureError> {
        let scope = self.db().operator("look for a checkpoint without a time-stamp");
        let newest = scope.read(rows::newest_checkpoint).await?;
        let Some(KeptCheckpoint { size, note, made_at, token: None }) = newest else { return Ok(None) };
        let note = Note::parse(&note).map_err(|_| SecureError::Damaged("a checkpoint"))?;
        let checkpoint = Checkpoint::parse(note.text()).map_err(|_| SecureError::Damaged("a checkpoint"))?;
        let stamped = self.time_stamp(platform, &checkpoint.digest(), made_at).await?;
        self.db()
            .operator("keep the time-stamp of a checkpoint")
            .write(move |tx: &mut Tx| {
                rows::keep_token(tx, size, &stamped.token)?;
                for root in &stamped.roots {
                    rows::keep_time_root(tx, &root.sha256(), root.der())?;
                }
                // Receipts have waited for it.
                tx.notify(CHANNEL, String::new());
                Ok::<_, SecureError>(())
            })
            .await?;
        Ok(Some(size))
    }

    /// The newest checkpoint of the public log, as a signed note (C2SP tlog-tiles: `checkpoint`); `None` before the
    /// first.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn checkpoint(&self) -> Result<Option<String>, SecureError> {
        let scope = self.db().operator("publish the newest checkpoint of the log");
        Ok(scope.read(rows::newest_checkpoint).await?.map(|newest| newest.note))
    }

    /// The octets of a tile by its path, `tile/0/x001/234.p/5` (C2SP tlog-tiles); `None` if the path is none or the log
    /// does not reach there. What is given never changes.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn tile(&self, path: &str) -> Result<Option<Vec<u8>>, SecureError> {
        let Ok(tile) = Tile::parse(path) else { return Ok(None) };
        let scope = self.db().operator("publish a tile of the log");
        scope
            .read(move |tx: &mut Tx| {
                let there = Tile::at(tile.level, tile.index, rows::size(tx)?);
                if there.is_none_or(|there| there.width < tile.width) {
                    return Ok(None);
                }
                let Some(first) = tile.nodes().next() else { return Ok(None) };
                let octets = rows::tile(tx, first.level, first.index, tile.width)?;
                if octets.len() != usize::from(tile.width) * 32 {
                    return Err(SecureError::Damaged("a node of the public log is missing"));
                }
                Ok(Some(octets))
            })
            .await
    }

    /// What the platform publishes so that its evidence is verified without asking it.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn published_keys(&self) -> Result<Keys, SecureError> {
        let platform = self.platform().await?;
        let scope = self.db().operator("publish the keys with which evidence is verified");
        let kept = scope.read(rows::time_roots).await?;
        let mut roots = kept
            .iter()
            .map(|der| Certificate::from_der(der).map_err(|_| SecureError::Damaged("a root of time-stamps")))
            .collect::<Result<Vec<_>, _>>()?;
        for root in self.time_roots(&platform) {
            if !roots.contains(&root) {
                roots.push(root);
            }
        }
        let since = |root: Certificate| Valid { from: root.not_before(), until: None, value: root };
        // An authority's clock, and that of another node, may be a little behind ours.
        let made_at = to_the_second(platform.made_at.minus(limits::VALID_BEFORE));
        Ok(Keys {
            platform: self.settings().issuer.clone(),
            seal: platform
                .seals
                .iter()
                .filter_map(|one| one.signer.chain().last().cloned())
                .map(since)
                .collect(),
            time_stamp: roots.into_iter().map(since).collect(),
            log: vec![Valid { value: platform.log.key().clone(), from: made_at, until: None }],
            witnesses: Vec::new(),
            envelope: platform
                .envelope_keys
                .iter()
                .map(|key| Valid { value: *key.octets(), from: made_at, until: None })
                .collect(),
        })
    }

    /// [`Secure::published_keys`] as the file that is published, `keys.json`.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn keys_file(&self) -> Result<Vec<u8>, SecureError> {
        let keys = self.published_keys().await?;
        keys.to_json().map_err(|_| SecureError::Keys("the published keys cannot be written"))
    }
}

/// Appends one batch of statements that wait, with their checkpoint: those whose time has come by this node's clock.
/// What another node has sealed whose clock is ahead waits, with all that follows it; otherwise the time-stamp, by this
/// clock or one that agrees with it, would come before what it is to prove.
fn append(tx: &mut Tx, platform: &Platform, clock: &Clock) -> Result<u64, SecureError> {
    let size = rows::take_turn(tx)?;
    // Not before: whoever had the turn may have kept it for long.
    let now = clock.now();
    let waiting = rows::waiting(tx, now)?;
    if waiting.is_empty() {
        return Ok(0);
    }
    let mut frontier = rows::frontier(tx, size)?;
    for statement in &waiting {
        if !rows::place(tx, statement, frontier.size())? {
            return Err(SecureError::Damaged("a statement is in the public log already"));
        }
        for (node, hash) in frontier.push(leaf(&statement.blind, &statement.digest)) {
            rows::insert_node(tx, node, &hash)?;
        }
    }
    rows::set_size(tx, frontier.size())?;
    let note = platform.log.sign(frontier.size(), frontier.root());
    // The next time-stamp proves what an unstamped checkpoint before this one holds as well.
    let before = rows::newest_checkpoint(tx)?.filter(|before| before.token.is_none());
    let made_at = before.map_or(now, |before| now.max(before.made_at));
    rows::insert_checkpoint(tx, frontier.size(), &note, made_at)?;
    Ok(waiting.len() as u64)
}

/// Keys are published to the second: from the beginning of the one in which they were made.
fn to_the_second(at: Timestamp) -> Timestamp {
    Timestamp(at.0 - at.0.rem_euclid(1000))
}
