//! `relais fsck`: is every body that a row names there and whole, do counters and rows agree, and what is
//! no longer needed?

use anyhow::{Context, Result, bail};
use blobs::{Compacted, Compaction};
use clap::Args;
use model::BlobRef;

use crate::installation::Installation;

/// Rows read at a time.
const PAGE: usize = 1000;

/// Reads every kept body and compares it with the rows that name it, and counters with what they count.
#[derive(Args)]
// The command line's variant with this name has a group with this name.
#[group(skip)]
pub(crate) struct Fsck {
    /// Put damaged segments aside and save what is whole in them; stop the server before.
    #[arg(long)]
    repair: bool,
    /// Free the space of bodies that nothing names any more.
    #[arg(long)]
    compact: bool,
}

impl Fsck {
    /// Prints what was found; fails if a body is missing or damaged, or rows disagree.
    pub(crate) async fn run(&self, installation: &Installation) -> Result<()> {
        if self.repair {
            let repaired = installation.blobs.repair(live_blobs(installation).await?).await?;
            println!("{} bodies saved from {} damaged segments", repaired.saved, repaired.set_aside.len());
            for blob in &repaired.lost {
                println!("LOST  {blob}");
            }
        }
        if self.compact {
            let compacted = compact(installation).await?;
            println!("{} bytes freed", compacted.freed_bytes);
        }
        let check = installation
            .blobs
            .fsck(live_blobs(installation).await?)
            .await
            .context("cannot read the bodies")?;
        println!(
            "{} bodies in {} segments are whole; {} bytes are needed, {} are not",
            check.blobs, check.segments, check.live_bytes, check.orphan_bytes
        );
        for damage in &check.damaged {
            println!("WRONG segment {:x} at {}: {}", damage.segment, damage.offset, damage.why);
        }
        for blob in &check.missing {
            println!("WRONG missing: {blob}");
        }
        let wrong = installation.store.wrong_counters().await.context("cannot compare counters with rows")?;
        for place in &wrong {
            let folder = place.folder.map(|folder| format!(", folder {folder}")).unwrap_or_default();
            println!("WRONG counters or letters: account {}{folder}", place.account);
        }
        if !check.is_clean() {
            bail!("bodies are missing or damaged: try `relais fsck --repair` with the server stopped");
        }
        if !wrong.is_empty() {
            bail!("rows of accounts disagree: this is a fault of the program, please report it");
        }
        Ok(())
    }
}

/// Frees the space of bodies that no row names.
pub(crate) async fn compact(installation: &Installation) -> Result<Compacted> {
    let live = live_blobs(installation).await?;
    installation.blobs.compact(live, Compaction::default()).await.context("cannot compact the bodies")
}

/// Every body that a row names. The queue first: a letter that is delivered meanwhile is then seen at
/// least once, and what is written meanwhile is too young for compaction.
async fn live_blobs(installation: &Installation) -> Result<Vec<BlobRef>> {
    let queue = installation.db.operator("look for the bodies that the queue needs");
    let mut live = queue
        .read(|tx| {
            let mut queued = Vec::new();
            mail_queue::live_blobs(tx, |blob| queued.push(blob))?;
            Ok::<_, db::DbError>(queued)
        })
        .await
        .context("cannot read the queue")?;
    let envelopes = installation.flow.secure().live_blobs().await;
    live.extend(envelopes.context("cannot read which envelopes are needed")?);
    let mut after = None;
    loop {
        let page = installation.store.live_blobs(after, PAGE).await.context("cannot read the letters")?;
        let Some(last) = page.last() else { return Ok(live) };
        after = Some(last.after);
        live.extend(page.iter().map(|letter| letter.blob));
    }
}
