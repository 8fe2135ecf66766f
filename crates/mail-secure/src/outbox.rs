//! Notices on their way: what is due, as letters; forgotten in the commit that queues them.

use db::Tx;
use model::{Address, BlobRef, OrganisationId};
use tracing::error;

use crate::error::SecureError;
use crate::notice::{Attachment, Notice, NoticeKind};
use crate::platform::Platform;
use crate::portal::Seen;
use crate::receipt::{Proven, proven};
use crate::settings::Settings;
use crate::submit::blocking;
use crate::types::{Copy, Letter};
use crate::{Secure, limits, rows};

/// A notice as a letter.
#[derive(Clone, Debug)]
pub struct Told {
    /// The notice.
    pub id: i64,
    /// The sender's organisation.
    pub organisation: OrganisationId,
    /// To whom.
    pub recipient: Address,
    /// The whole letter.
    pub bytes: Vec<u8>,
}

/// A notice with all that its letter needs.
struct Ready {
    notice: Notice,
    letter: Letter,
    copy: Copy,
    proven: Option<Proven>,
}

impl Ready {
    fn told(&self, platform: &Platform, settings: &Settings) -> Result<Told, SecureError> {
        let Ready { notice, letter, copy, proven } = self;
        let bytes = match proven {
            None => notice.written(letter, copy, settings, None)?,
            Some(proven) => {
                let pdf = proven.page(platform, settings, letter, copy, notice.language)?;
                let attachment =
                    Attachment { name: proven.file_name(letter), pdf: &pdf, signer: &platform.seal };
                notice.written(letter, copy, settings, Some(&attachment))?
            }
        };
        Ok(Told {
            id: notice.id,
            organisation: notice.organisation,
            recipient: notice.recipient.clone(),
            bytes,
        })
    }
}

impl Secure {
    /// The notices that are due, as letters; those with a receipt only once its statement is time-stamped. One that
    /// cannot be written holds up no other: it waits.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn due_notices(&self) -> Result<Vec<Told>, SecureError> {
        let platform = self.platform().await?;
        let (secure, now) = (self.clone(), self.now());
        let opened = platform.clone();
        let scope = self.db().operator("send what people have to hear of secure letters");
        let due: Vec<_> = scope
            .read(move |tx: &mut Tx| {
                let due = rows::due_notices(tx, now)?;
                let ready = |(id, notice): rows::DueNotice| {
                    let ready = notice.map_err(SecureError::Db);
                    (id, ready.and_then(|notice| secure.ready(tx, &opened, &notice)))
                };
                Ok::<_, SecureError>(due.into_iter().map(ready).collect())
            })
            .await?;
        let settings = self.settings().clone();
        let told: Vec<_> = blocking(move || {
            let write = |(id, ready): (i64, Result<Ready, SecureError>)| {
                (id, ready.and_then(|ready| ready.told(&platform, &settings)))
            };
            due.into_iter().map(write).collect()
        })
        .await;
        let mut letters = Vec::with_capacity(told.len());
        for (id, told) in told {
            match told {
                Ok(told) => letters.push(told),
                Err(error) => {
                    error!(notice = id, error = %model::Chain(&error), "a notice cannot be written");
                    self.postpone(id).await?;
                }
            }
        }
        Ok(letters)
    }

    fn ready(&self, tx: &mut Tx, platform: &Platform, notice: &Notice) -> Result<Ready, SecureError> {
        let Seen { letter, copy } = self.read(tx, &notice.slot)?;
        let mut notice = notice.clone();
        if notice.kind == NoticeKind::Code
            && let Some(code) = self.code_of(tx, &notice.slot)?
        {
            notice.detail = serde_json::json!({ "code": *code });
        }
        let proven = notice.kind.receipt_of().map(|event| proven(tx, platform, &letter, &notice.slot, event));
        Ok(Ready { notice, letter, copy, proven: proven.transpose()? })
    }

    /// Envelopes that lie here and are still needed: compaction frees everything that nobody names.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn live_blobs(&self) -> Result<Vec<BlobRef>, SecureError> {
        let scope = self.db().operator("look for the envelopes that are needed");
        let (mut live, mut after) = (Vec::new(), String::new());
        loop {
            let from = after.clone();
            let page = scope
                .read(move |tx: &mut Tx| rows::blobs_in_use(tx, &from, limits::CHORE_LIMIT))
                .await
                .map_err(SecureError::Db)?;
            let Some((last, _)) = page.last() else { break };
            after.clone_from(last);
            live.extend(page.iter().map(|(_, blob)| *blob));
        }
        live.extend(scope.read(rows::parked_in_use).await.map_err(SecureError::Db)?);
        Ok(live)
    }

    /// A notice could not be queued now.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn postpone(&self, notice: i64) -> Result<(), SecureError> {
        let due_at = self.now().plus(limits::NOTICE_PAUSE);
        let scope = self.db().operator("send what people have to hear of secure letters later");
        Ok(scope.write(move |tx: &mut Tx| rows::postpone_notice(tx, notice, due_at)).await?)
    }
}

/// Forgets a notice in the commit that queues it; false if another node was faster.
///
/// # Errors
/// When the database does not take it.
pub fn sent(tx: &mut Tx, notice: i64) -> Result<bool, SecureError> {
    Ok(rows::forget_notice(tx, notice)?)
}
