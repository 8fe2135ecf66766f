//! Evidence for whoever keeps it: the statements about a copy with everything that proves them.

use std::collections::{BTreeMap, BTreeSet};

use db::Tx;
use evidence::log::{self, Node};
use evidence::{Bundle, BundledCheckpoint, BundledLetter, BundledStatement, Digest, Logged, Sealed};
use wire_safe::Slot;

use crate::error::SecureError;
use crate::platform::Platform;
use crate::portal::Seen;
use crate::rows::log::{self as rows, KeptCheckpoint, Placed};
use crate::types::{Copy, Letter};
use crate::{Secure, rows as letters};

impl Secure {
    /// The evidence of one copy, as far as it has happened.
    ///
    /// # Errors
    /// [`SecureError::NotFound`], [`SecureError::Damaged`].
    pub async fn bundle(&self, slot: &Slot) -> Result<Bundle, SecureError> {
        let platform = self.platform().await?;
        let (secure, slot) = (self.clone(), *slot);
        let scope = self.db().operator("hand out the evidence of a letter");
        scope
            .read(move |tx: &mut Tx| {
                let Seen { letter, copy } = secure.read(tx, &slot)?;
                let statements = complete(tx, &copy)?;
                bundled(tx, &platform, &[(letter, statements)])
            })
            .await
    }

    /// The evidence of all copies of a letter, as far as it has happened.
    ///
    /// # Errors
    /// [`SecureError::NotFound`], [`SecureError::Damaged`].
    pub async fn bundle_of_letter(&self, letter: i64) -> Result<Bundle, SecureError> {
        let platform = self.platform().await?;
        let secure = self.clone();
        let scope = self.db().operator("hand out the evidence of a letter to all its recipients");
        scope
            .read(move |tx: &mut Tx| {
                let found = letters::letter(tx, secure.vault(), letter)?.ok_or(SecureError::NotFound)?;
                let mut chains = Vec::new();
                for copy in letters::copies_of(tx, letter)? {
                    chains.push((found.clone(), complete(tx, &copy)?));
                }
                bundled(tx, &platform, &chains)
            })
            .await
    }
}

/// The statements about a copy: as many as its row says, the last one the one that its row names. That the last ones
/// are missing no chain shows by itself.
fn complete(tx: &mut Tx, copy: &Copy) -> Result<Vec<Placed>, SecureError> {
    let statements = rows::statements(tx, &copy.slot)?;
    let last = statements.last().map(|last| Digest::of(&[last.sealed.as_bytes()]));
    if statements.len() as u64 != copy.sequence || last != copy.last_statement {
        return Err(SecureError::Damaged("statements about a copy are missing or others"));
    }
    Ok(statements)
}

/// Statements about copies, with the checkpoints that hold them: the first stamped one each, or the newest where none
/// is stamped yet.
pub(crate) fn bundled(
    tx: &mut Tx,
    platform: &Platform,
    chains: &[(Letter, Vec<Placed>)],
) -> Result<Bundle, SecureError> {
    let newest = rows::newest_checkpoint(tx)?;
    let mut checkpoints: BTreeMap<u64, KeptCheckpoint> = BTreeMap::new();
    let mut holding = BTreeMap::new();
    for index in chains.iter().flat_map(|(_, statements)| statements).filter_map(|one| one.log_index) {
        let found = match rows::stamped_checkpoint(tx, index)? {
            Some(stamped) => stamped,
            None => newest.clone().ok_or(SecureError::Damaged("a statement without its checkpoint"))?,
        };
        let size = found.size;
        holding.insert(index, size);
        checkpoints.entry(size).or_insert(found);
    }
    let sizes: Vec<u64> = checkpoints.keys().copied().collect();
    let damaged = |_| SecureError::Damaged("a node of the public log is missing");
    let mut letters = Vec::new();
    for (letter, statements) in chains {
        let mut bundled = Vec::new();
        for one in statements {
            let logged = match one.log_index.and_then(|index| Some((index, *holding.get(&index)?))) {
                None => None,
                Some((index, size)) => {
                    let nodes = stored(tx, log::inclusion_nodes(index, size).map_err(damaged)?)?;
                    let proof = log::inclusion(index, size, |node| nodes.get(&node).copied());
                    let checkpoint = sizes.binary_search(&size).unwrap_or_default();
                    Some(Logged { index, checkpoint, proof: proof.map_err(damaged)? })
                }
            };
            let sealed =
                Sealed::parse(&one.sealed).map_err(|_| SecureError::Damaged("a sealed statement"))?;
            bundled.push(BundledStatement { sealed, blind: one.blind, logged });
        }
        letters.push(BundledLetter { salt: letter.salt, statements: bundled });
    }
    let mut before = 0;
    let mut bundled_checkpoints = Vec::new();
    for (size, kept) in checkpoints {
        let consistency = match before {
            0 => Vec::new(),
            before => {
                let nodes = stored(tx, log::consistency_nodes(before, size).map_err(damaged)?)?;
                log::consistency(before, size, |node| nodes.get(&node).copied()).map_err(damaged)?
            }
        };
        before = size;
        let tokens = kept.token.into_iter().collect();
        bundled_checkpoints.push(BundledCheckpoint { note: kept.note, tokens, consistency });
    }
    // Of the generations of the seal those that sealed something here.
    let sealed = letters.iter().flat_map(|letter| &letter.statements);
    let named: BTreeSet<Digest> = sealed.map(|one| one.sealed.certificate()).collect();
    let seals = platform.seals.iter().map(|one| one.signer.chain());
    let used = seals.filter(|chain| chain.first().is_some_and(|own| named.contains(&Digest(own.sha256()))));
    let certificates = used.flatten().cloned().collect();
    Ok(Bundle { letters, checkpoints: bundled_checkpoints, certificates })
}

fn stored(tx: &mut Tx, nodes: Vec<Node>) -> Result<BTreeMap<Node, Digest>, SecureError> {
    let mut found = BTreeMap::new();
    for node in nodes {
        let hash =
            rows::node(tx, node)?.ok_or(SecureError::Damaged("a node of the public log is missing"))?;
        found.insert(node, hash);
    }
    Ok(found)
}
